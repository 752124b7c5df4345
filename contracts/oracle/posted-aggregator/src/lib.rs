//! An AggregatorV3 price source whose rounds a reporter posts.
//!
//! Chainlink has no aggregators on a local chain, and not for every price on a test net. [`PostedAggregator`] is the
//! source there: an account appointed by the owner posts answers, every round is kept, and readers see Chainlink's
//! interface. It needs no proxy: it is initialised by whoever its deployer names, and a new one can take its place
//! by a change of a feed's settings.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![allow(missing_docs, reason = "the SDK's entrypoint function has none")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, B256, I256, U256, Uint};
use alloy_sol_types::sol;
use everfloor_common::{
    initializer::AlreadyInitialized,
    roles::{NotOwner, NotPendingOwner, Ownership, ZeroAddress, non_zero},
    text::short_text,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageB256, StorageMap, StorageU8, StorageU32, StorageU256},
};

type U80 = Uint<80, 2>;

sol! {
    /// `caller` is not the reporter.
    #[derive(Debug, PartialEq, Eq)]
    error NotReporter(address caller);
    /// An answer is not positive, or has more than 184 bits.
    #[derive(Debug, PartialEq, Eq)]
    error BadAnswer(int256 answer);
    /// A round's time is not after the last one's, or in the future.
    #[derive(Debug, PartialEq, Eq)]
    error BadTime(uint64 observedAt, uint64 lastObservedAt, uint64 currentTime);
    /// An answer is further from the last one than allowed, in parts per million of the last one.
    #[derive(Debug, PartialEq, Eq)]
    error DeviationTooLarge(int256 answer, int256 lastAnswer, uint32 allowedPpm);
    /// There is no such round.
    #[derive(Debug, PartialEq, Eq)]
    error NoSuchRound(uint80 roundId, uint80 latestRoundId);
    /// Aggregators have at most 36 decimals.
    #[derive(Debug, PartialEq, Eq)]
    error TooManyDecimals(uint8 decimals, uint8 max);

    /// A round was posted. (Chainlink's event.)
    #[derive(Debug, PartialEq, Eq)]
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
    /// Another account posts from now on; zero is nobody.
    #[derive(Debug, PartialEq, Eq)]
    event ReporterChanged(address indexed previousReporter, address indexed newReporter);
    /// Answers may differ from the last one by this much; 0 is any.
    #[derive(Debug, PartialEq, Eq)]
    event MaxDeviationChanged(uint32 maxDeviationPpm);
}

/// Why a call of the aggregator fails.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum AggregatorError {
    /// It has an owner.
    AlreadyInitialized(AlreadyInitialized),
    /// An address is zero.
    ZeroAddress(ZeroAddress),
    /// The caller does not own the aggregator.
    NotOwner(NotOwner),
    /// The caller has not been offered the aggregator.
    NotPendingOwner(NotPendingOwner),
    /// The caller may not post.
    NotReporter(NotReporter),
    /// The answer is no price.
    BadAnswer(BadAnswer),
    /// The time is out of order.
    BadTime(BadTime),
    /// The answer jumps.
    DeviationTooLarge(DeviationTooLarge),
    /// The round does not exist.
    NoSuchRound(NoSuchRound),
    /// The answers would have too many decimals.
    TooManyDecimals(TooManyDecimals),
}

const MAX_DECIMALS: u8 = 36;
/// With 36 decimals, the highest price any feed here believes has 156.
const ANSWER_BITS: usize = 184;
const MILLION: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// The aggregator.
#[storage]
#[entrypoint]
pub struct PostedAggregator {
    ownership: Ownership,
    reporter: StorageAddress,
    decimals: StorageU8,
    max_deviation_ppm: StorageU32,
    description: StorageB256,
    /// The newest round once more, so that who asks for it reads one slot.
    latest: StorageU256,
    rounds: StorageMap<U256, StorageU256>,
}

/// A round.
#[derive(Clone, Copy)]
struct Round {
    /// From 1; 32 bits are enough for a round a second for 136 years, and there is at most one a second.
    id: u32,
    /// Not negative, and of 184 bits at most.
    answer: I256,
    /// Of 40 bits at most.
    observed_at: u64,
}

#[public]
impl PostedAggregator {
    /// Sets the aggregator up, once. Send it together with the deployment: until then anybody may.
    ///
    /// `description` says what the price is of as text ("ETH / USD"), `decimals` of its answers are at most 36, and
    /// `max_deviation_ppm` bounds the step from one answer to the next in millionths, 0 for no bound.
    ///
    /// Errors: `AlreadyInitialized`, `ZeroAddress` (owner), `TooManyDecimals`.
    pub fn initialize(
        &mut self,
        owner: Address,
        reporter: Address,
        decimals: u8,
        max_deviation_ppm: u32,
        description: B256,
    ) -> Result<(), AggregatorError> {
        if !self.ownership.owner().is_zero() {
            return Err(AlreadyInitialized {}.into());
        }
        if decimals > MAX_DECIMALS {
            return Err(TooManyDecimals { decimals, max: MAX_DECIMALS }.into());
        }
        self.ownership.init(non_zero(owner)?)?;
        self.decimals.set(Uint::from(decimals));
        self.description.set(description);
        self.replace_reporter(reporter);
        self.replace_max_deviation(max_deviation_ppm);
        Ok(())
    }

    /// Posts an answer observed now, as the next round: its number.
    ///
    /// Errors: `NotReporter`, `BadAnswer`, `BadTime` (a second round in one second), `DeviationTooLarge`.
    pub fn post(&mut self, answer: I256) -> Result<U80, AggregatorError> {
        let now = self.vm().block_timestamp();
        self.append(answer, now)
    }

    /// Posts an answer observed at `observed_at`, after the last round's time and not in the future, as the next
    /// round: its number.
    ///
    /// Errors: `NotReporter`, `BadAnswer`, `BadTime`, `DeviationTooLarge`.
    pub fn post_at(&mut self, answer: I256, observed_at: u64) -> Result<U80, AggregatorError> {
        self.append(answer, observed_at)
    }

    /// The decimals of answers.
    pub fn decimals(&self) -> u8 {
        self.decimals.get().to()
    }

    /// What the price is of: the ASCII text its description begins with.
    pub fn description(&self) -> String {
        short_text(self.description.get())
    }

    /// The version of the aggregator.
    pub fn version(&self) -> U256 {
        U256::ONE
    }

    /// The newest round.
    ///
    /// Errors: `NoSuchRound` before the first.
    ///
    /// # Returns
    /// - `roundId`: the number of the round, from 1
    /// - `answer`: the price, with `decimals` decimals
    /// - `startedAt`: when it was observed, seconds since 1970
    /// - `updatedAt`: the same
    /// - `answeredInRound`: the number of the round
    pub fn latest_round_data(&self) -> Result<(U80, I256, U256, U256, U80), AggregatorError> {
        let latest = self.latest();
        if latest.id == 0 {
            return Err(NoSuchRound { roundId: U80::ZERO, latestRoundId: U80::ZERO }.into());
        }
        Ok(latest.answer())
    }

    /// A round by its number.
    ///
    /// Errors: `NoSuchRound`.
    ///
    /// # Returns
    /// - `roundId`: the number of the round, from 1
    /// - `answer`: the price, with `decimals` decimals
    /// - `startedAt`: when it was observed, seconds since 1970
    /// - `updatedAt`: the same
    /// - `answeredInRound`: the number of the round
    pub fn get_round_data(&self, round_id: U80) -> Result<(U80, I256, U256, U256, U80), AggregatorError> {
        let latest = U80::from(self.latest().id);
        if round_id.is_zero() || round_id > latest {
            return Err(NoSuchRound { roundId: round_id, latestRoundId: latest }.into());
        }
        Ok(Round::unpack(self.rounds.get(U256::from(round_id))).answer())
    }

    /// Who posts; zero is nobody.
    pub fn reporter(&self) -> Address {
        self.reporter.get()
    }

    /// How far an answer may be from the last one, in millionths of the last; 0 is any distance.
    pub fn max_deviation_ppm(&self) -> u32 {
        self.max_deviation_ppm.get().to()
    }

    /// Appoints another reporter; zero for none.
    ///
    /// Errors: `NotOwner`.
    pub fn set_reporter(&mut self, reporter: Address) -> Result<(), AggregatorError> {
        self.ownership.only_owner()?;
        self.replace_reporter(reporter);
        Ok(())
    }

    /// Sets how far an answer may be from the last one, in millionths of the last; 0 is any distance.
    ///
    /// Errors: `NotOwner`.
    pub fn set_max_deviation_ppm(&mut self, max_deviation_ppm: u32) -> Result<(), AggregatorError> {
        self.ownership.only_owner()?;
        self.replace_max_deviation(max_deviation_ppm);
        Ok(())
    }

    /// The aggregator's owner.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Who has been offered the aggregator and may accept it; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending()
    }

    /// Offers the aggregator to `new_owner`, who must accept; zero withdraws an offer.
    ///
    /// Errors: `NotOwner`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), AggregatorError> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes the aggregator over from its owner, who has offered it to the caller.
    ///
    /// Errors: `NotPendingOwner`.
    pub fn accept_ownership(&mut self) -> Result<(), AggregatorError> {
        Ok(self.ownership.accept()?)
    }
}

impl PostedAggregator {
    fn append(&mut self, answer: I256, observed_at: u64) -> Result<U80, AggregatorError> {
        let caller = self.vm().msg_sender();
        // A caller is never zero, so without a reporter nobody may post.
        if caller != self.reporter.get() {
            return Err(NotReporter { caller }.into());
        }
        let latest = self.latest();
        if !answer.is_positive() || answer.into_raw().bit_len() > ANSWER_BITS {
            return Err(BadAnswer { answer }.into());
        }
        self.check_time(observed_at, latest)?;
        self.check_step(answer, latest)?;
        let round = Round { id: latest.id.saturating_add(1), answer, observed_at };
        self.latest.set(round.pack());
        let id = U256::from(round.id);
        self.rounds.insert(id, round.pack());
        self.vm().log(AnswerUpdated { current: answer, roundId: id, updatedAt: U256::from(observed_at) });
        Ok(U80::from(round.id))
    }

    fn check_time(&self, observed_at: u64, latest: Round) -> Result<(), BadTime> {
        let now = self.vm().block_timestamp();
        if observed_at > latest.observed_at && observed_at <= now {
            return Ok(());
        }
        Err(BadTime { observedAt: observed_at, lastObservedAt: latest.observed_at, currentTime: now })
    }

    fn check_step(&self, answer: I256, latest: Round) -> Result<(), DeviationTooLarge> {
        let allowed = self.max_deviation_ppm();
        if allowed == 0 || latest.id == 0 {
            return Ok(());
        }
        // Both are positive and below 2^184, so neither product overflows.
        let (new, old) = (answer.into_raw(), latest.answer.into_raw());
        if new.abs_diff(old).saturating_mul(MILLION) <= old.saturating_mul(U256::from(allowed)) {
            return Ok(());
        }
        Err(DeviationTooLarge { answer, lastAnswer: latest.answer, allowedPpm: allowed })
    }

    /// The newest round; number 0 before the first.
    fn latest(&self) -> Round {
        Round::unpack(self.latest.get())
    }

    fn replace_reporter(&mut self, reporter: Address) {
        let previous = self.reporter.get();
        self.reporter.set(reporter);
        self.vm().log(ReporterChanged { previousReporter: previous, newReporter: reporter });
    }

    fn replace_max_deviation(&mut self, ppm: u32) {
        self.max_deviation_ppm.set(Uint::from(ppm));
        self.vm().log(MaxDeviationChanged { maxDeviationPpm: ppm });
    }
}

impl Round {
    /// Its slot: from the top the answer, 40 bits of time, 32 bits of number. A round that is not there is all zero.
    fn pack(self) -> U256 {
        let low = u128::from(self.observed_at) << 32 | u128::from(self.id);
        self.answer.into_raw().wrapping_shl(72) | U256::from(low)
    }

    fn unpack(word: U256) -> Self {
        let [low, high, ..] = *word.as_limbs();
        let observed_at = (low >> 32) | (high & 0xff) << 32;
        Self { id: low as u32, answer: I256::from_raw(word.wrapping_shr(72)), observed_at }
    }

    fn answer(self) -> (U80, I256, U256, U256, U80) {
        let (id, time) = (U80::from(self.id), U256::from(self.observed_at));
        (id, self.answer, time, time, id)
    }
}
