//! Why a rule refuses, with the values that made it.

use alloc::boxed::Box;

use everfloor_math::MathError;

/// A refusal. The contract's Solidity errors have the same names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexError {
    /// A product, sum or conversion left its type; nothing sane does.
    Overflow,
    /// The amount given is zero where that means nothing.
    ZeroAmount,
    /// An offer has room for fewer units.
    TooManyUnits {
        /// The units given.
        units: u32,
    },
    /// The price is not one of the book's: zero, or beyond the last.
    TickOutOfRange {
        /// The tick given.
        tick: u32,
    },
    /// There is no such offer, or no longer.
    NoSuchOffer {
        /// The number given.
        id: u32,
    },
    /// The offer is another's.
    NotOwner {
        /// The offer.
        id: u32,
    },
    /// The offer's cancel has been asked for already.
    CancelRequested {
        /// The offer.
        id: u32,
        /// When it was.
        at: u64,
    },
    /// The offer's cancel has not been asked for.
    CancelNotRequested {
        /// The offer.
        id: u32,
    },
    /// The offer is binding until then.
    StillBinding {
        /// The offer.
        id: u32,
        /// First second in which its cancel can be finished.
        until: u64,
    },
    /// The price of an offer that was named is on the wrong side of the caller's limit.
    PriceBeyondLimit {
        /// The offer's price, wei.
        price: u128,
        /// The caller's bound, wei.
        limit: u128,
    },
    /// Fewer units can be filled than the caller wants at least.
    TooFewUnits {
        /// What can be filled.
        units: u32,
        /// The caller's bound.
        least: u32,
    },
    /// Offers have come of age or gone since anybody last counted: catch up first.
    CountsPending,
    /// Too few sources have an answer.
    TooFewSources {
        /// Those that have.
        answered: u32,
        /// Those it takes.
        needed: u32,
    },
    /// The index has no value yet.
    NoIndex,
    /// The first epoch has not begun.
    NotStarted {
        /// When it begins.
        start: u64,
    },
    /// More epochs have begun than one call writes down: close the others first.
    EpochsPending {
        /// The first that is not written down.
        epoch: u32,
    },
    /// The epoch has not ended.
    EpochNotEnded {
        /// When it does.
        end: u64,
    },
    /// The index had no value when the epoch began.
    EpochUnknown {
        /// The first whose average is known.
        first: u32,
    },
    /// The open interest would grow beyond what is bid near the best bid, wad.
    OpenInterestCap {
        /// What would be open.
        open: u128,
        /// The most.
        cap: u128,
    },
    /// Not as many reports as the quorum has members.
    WrongQuorum {
        /// Reports given.
        reports: u32,
        /// The quorum.
        quorum: u32,
    },
    /// A report is of another market.
    WrongMarket {
        /// Its place in the batch, from 0.
        place: u32,
    },
    /// A report is of another round than the first.
    MixedRounds {
        /// Its place.
        place: u32,
    },
    /// Signers are not in ascending order, or one signed twice.
    UnsortedSigners {
        /// The place of the one that is out of order.
        place: u32,
    },
    /// The signature is not the one of the two possible that counts, or is none.
    BadSignature {
        /// Its place.
        place: u32,
    },
    /// Nobody who may report signed this.
    NotASigner {
        /// Its place.
        place: u32,
    },
    /// The report's price is zero or beyond all bounds.
    BadPrice {
        /// Its place.
        place: u32,
    },
    /// The report is from the future.
    FutureReport {
        /// Its time.
        time: u64,
        /// Time of the block.
        now: u64,
    },
    /// The report is too old.
    StaleReport {
        /// Its age, seconds.
        age: u64,
    },
    /// The report's time is not after the last that was accepted.
    RepeatedTime {
        /// Its time.
        time: u64,
        /// The last that was accepted.
        last: u64,
    },
    /// The round is not after the last that was accepted.
    RepeatedRound {
        /// The round.
        round: u64,
        /// The last that was accepted.
        last: u64,
    },
    /// The reports contradict each other.
    SpreadTooWide {
        /// The lowest price, wei.
        low: u128,
        /// The highest, wei.
        high: u128,
    },
    /// The NFT is not of the market.
    NotInMarket,
    /// The proof is longer than any tree is high.
    ProofTooLong {
        /// Its length.
        length: u32,
    },
    /// A parameter is outside its hard bounds.
    ParameterOutOfBounds {
        /// Its place in [`crate::BookParams`] or [`crate::IndexParams`], from 0.
        index: u8,
        /// The value given.
        value: u128,
    },
}

impl IndexError {
    /// Puts the refusal on the heap, out of every result's way.
    #[cold]
    #[inline(never)]
    pub fn boxed(self) -> Box<Self> {
        Box::new(self)
    }
}

impl From<MathError> for Box<IndexError> {
    fn from(_: MathError) -> Self {
        IndexError::Overflow.boxed()
    }
}

/// Refuses.
pub(crate) fn refuse<T>(error: IndexError) -> Result<T> {
    Err(error.boxed())
}

/// What rules return. The refusal is boxed because every `?` of every rule carries it, and a program pays for
/// the bytes of copying it.
pub type Result<T> = core::result::Result<T, Box<IndexError>>;
