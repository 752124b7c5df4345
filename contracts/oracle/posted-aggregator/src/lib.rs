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
use alloy_primitives::{Address, B256, I256, U64, U256, Uint};
use alloy_sol_types::sol;
use everfloor_common::{
    initializer::AlreadyInitialized,
    roles::{NotOwner, NotPendingOwner, Ownership, ZeroAddress, non_zero},
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageB256, StorageMap, StorageU8, StorageU32, StorageU64, StorageU192},
};

type U80 = Uint<80, 2>;
type U192 = alloy_primitives::aliases::U192;

sol! {
    /// `caller` is not the reporter.
    #[derive(Debug, PartialEq, Eq)]
    error NotReporter(address caller);
    /// An answer is not positive, or has more than 192 bits.
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
const MILLION: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// An answer and its time. One slot.
#[storage]
pub struct StoredRound {
    answer: StorageU192,
    observed_at: StorageU64,
}

/// The aggregator.
#[storage]
#[entrypoint]
pub struct PostedAggregator {
    ownership: Ownership,
    reporter: StorageAddress,
    latest: StorageU64,
    decimals: StorageU8,
    max_deviation_ppm: StorageU32,
    description: StorageB256,
    rounds: StorageMap<U64, StoredRound>,
}

/// A round as it is kept.
#[derive(Clone, Copy)]
struct Round {
    id: u64,
    answer: I256,
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

    /// What the price is of.
    pub fn description(&self) -> String {
        let word = self.description.get();
        let text: Vec<u8> = word.iter().copied().take_while(|byte| *byte != 0).collect();
        String::from_utf8(text).unwrap_or_default()
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
        let latest = self.latest.get();
        let id = U64::checked_from_limbs_slice(round_id.as_limbs());
        match id.filter(|id| !id.is_zero() && *id <= latest) {
            Some(id) => Ok(self.load_round(id).answer()),
            None => Err(NoSuchRound { roundId: round_id, latestRoundId: U80::from(latest) }.into()),
        }
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
        let stored = narrow(answer).ok_or(BadAnswer { answer })?;
        self.check_time(observed_at, latest)?;
        self.check_step(answer, latest)?;
        let id = latest.id.saturating_add(1);
        self.latest.set(U64::from(id));
        let mut round = self.rounds.setter(U64::from(id));
        round.answer.set(stored);
        round.observed_at.set(U64::from(observed_at));
        let (round_id, updated_at) = (U256::from(id), U256::from(observed_at));
        self.vm().log(AnswerUpdated { current: answer, roundId: round_id, updatedAt: updated_at });
        Ok(U80::from(id))
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
        // Both are positive and below 2^192, so neither product overflows.
        let (new, old) = (answer.into_raw(), latest.answer.into_raw());
        if new.abs_diff(old).saturating_mul(MILLION) <= old.saturating_mul(U256::from(allowed)) {
            return Ok(());
        }
        Err(DeviationTooLarge { answer, lastAnswer: latest.answer, allowedPpm: allowed })
    }

    /// The newest round; number 0 before the first.
    fn latest(&self) -> Round {
        self.load_round(self.latest.get())
    }

    fn load_round(&self, id: U64) -> Round {
        let round = self.rounds.getter(id);
        Round { id: id.to(), answer: widen(round.answer.get()), observed_at: round.observed_at.get().to() }
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
    fn answer(self) -> (U80, I256, U256, U256, U80) {
        let (id, time) = (U80::from(self.id), U256::from(self.observed_at));
        (id, self.answer, time, time, id)
    }
}

/// A positive answer as it is stored: without its sign.
fn narrow(answer: I256) -> Option<U192> {
    if !answer.is_positive() {
        return None;
    }
    U192::checked_from_limbs_slice(answer.into_raw().as_limbs())
}

/// An answer as it was given.
fn widen(stored: U192) -> I256 {
    I256::from_raw(U256::from(stored))
}
