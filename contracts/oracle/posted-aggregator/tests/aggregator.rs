//! The posted aggregator through its ABI.
#![allow(missing_docs)]
#![allow(clippy::inconsistent_digit_grouping, reason = "amounts in cents")]

use alloy_primitives::{Address, B256, I256, U256, Uint, address};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    initializer::AlreadyInitialized,
    roles::{NotOwner, ZeroAddress},
};
use everfloor_host::TestChain;
use posted_aggregator::*;

sol! {
    function initialize(address owner, address reporter, uint8 decimals, uint32 maxDeviationPpm, bytes32 description)
        external;
    function post(int256 answer) external returns (uint80);
    function postAt(int256 answer, uint64 observedAt) external returns (uint80);
    function decimals() external view returns (uint8);
    function description() external view returns (string);
    function version() external view returns (uint256);
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80);
    function setReporter(address reporter) external;
    function setMaxDeviationPpm(uint32 maxDeviationPpm) external;
    function owner() external view returns (address);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
}

const AGGREGATOR: Address = address!("0x00000000000000000000000000000000000000a9");

fn usd(cents: i64) -> I256 {
    I256::try_from(cents * 1_000_000).unwrap()
}

fn id(round: u64) -> Uint<80, 2> {
    Uint::from(round)
}

struct World {
    chain: TestChain,
    owner: Address,
    reporter: Address,
}

/// An aggregator of 8 decimals without bound on steps.
fn world() -> World {
    let chain = TestChain::new();
    let (owner, reporter) = (TestChain::account("owner"), TestChain::account("reporter"));
    chain.deploy::<PostedAggregator>(AGGREGATOR);
    let description = B256::right_padding_from(b"ETH / USD");
    let call = initializeCall { owner, reporter, decimals: 8, maxDeviationPpm: 0, description };
    chain.send(owner, AGGREGATOR, call).unwrap();
    World { chain, owner, reporter }
}

impl World {
    fn post(&self, answer: I256) -> u64 {
        self.chain.send(self.reporter, AGGREGATOR, postCall { answer }).unwrap().to()
    }

    fn latest(&self) -> (u64, I256, u64) {
        let round = self.chain.view(AGGREGATOR, latestRoundDataCall {}).unwrap();
        assert_eq!((round._0, round._2), (round._4, round._3));
        (round._0.to(), round._1, round._3.to())
    }

    fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, AGGREGATOR, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }
}

#[test]
fn rounds_are_numbered_and_kept() {
    let w = world();
    let start = w.chain.now();
    for (round, cents) in [(1, 193_44), (2, 184_43), (3, 183_70)] {
        assert_eq!(w.post(usd(cents)), round);
        w.chain.warp(3600);
    }
    assert_eq!(w.latest(), (3, usd(183_70), start + 7200));
    for (round, cents) in [(1, 193_44), (2, 184_43), (3, 183_70)] {
        let data = w.chain.view(AGGREGATOR, getRoundDataCall { roundId: id(round) }).unwrap();
        assert_eq!((data._0, data._1), (id(round), usd(cents)));
        assert_eq!(data._3, U256::from(start + (round - 1) * 3600));
    }
    let events = w.chain.events::<AnswerUpdated>(AGGREGATOR);
    let last =
        AnswerUpdated { current: usd(183_70), roundId: U256::from(3), updatedAt: U256::from(start + 7200) };
    assert_eq!((events.len(), events.last()), (3, Some(&last)));
}

#[test]
fn rounds_that_do_not_exist_are_errors() {
    let w = world();
    w.refused(w.owner, latestRoundDataCall {}, NoSuchRound { roundId: id(0), latestRoundId: id(0) });
    w.post(usd(1));
    for round in [id(0), id(2), Uint::MAX, (Uint::<80, 2>::from(1) << 64) + id(1)] {
        w.refused(
            w.owner,
            getRoundDataCall { roundId: round },
            NoSuchRound { roundId: round, latestRoundId: id(1) },
        );
    }
}

#[test]
fn only_the_reporter_posts() {
    let w = world();
    w.refused(w.owner, postCall { answer: usd(1) }, NotReporter { caller: w.owner });
    let other = TestChain::account("other");
    w.refused(other, setReporterCall { reporter: other }, NotOwner { caller: other });
    w.chain.send(w.owner, AGGREGATOR, setReporterCall { reporter: Address::ZERO }).unwrap();
    w.refused(w.reporter, postCall { answer: usd(1) }, NotReporter { caller: w.reporter });
}

#[test]
fn times_only_go_forward_and_not_beyond_now() {
    let w = world();
    let now = w.chain.now();
    let post_at = |observed_at| postAtCall { answer: usd(1), observedAt: observed_at };
    let bad = |observed_at, last| BadTime { observedAt: observed_at, lastObservedAt: last, currentTime: now };
    w.refused(w.reporter, post_at(now + 1), bad(now + 1, 0));
    w.refused(w.reporter, post_at(u64::MAX), bad(u64::MAX, 0));
    w.refused(w.reporter, post_at(0), bad(0, 0));
    w.chain.send(w.reporter, AGGREGATOR, post_at(now - 5)).unwrap();
    w.refused(w.reporter, post_at(now - 5), bad(now - 5, now - 5));
    w.post(usd(2));
    w.refused(w.reporter, postCall { answer: usd(3) }, bad(now, now));
}

#[test]
fn answers_are_positive_and_of_184_bits() {
    let w = world();
    let too_large = I256::ONE << 184;
    for answer in [I256::ZERO, I256::MINUS_ONE, I256::MIN, I256::MAX, too_large] {
        w.refused(w.reporter, postCall { answer }, BadAnswer { answer });
    }
    let largest = too_large - I256::ONE;
    w.post(largest);
    assert_eq!(w.latest().1, largest);
}

#[test]
fn steps_are_bounded_if_the_owner_says_so() {
    let w = world();
    w.post(usd(100_00));
    w.refused(w.reporter, setMaxDeviationPpmCall { maxDeviationPpm: 1 }, NotOwner { caller: w.reporter });
    w.chain.send(w.owner, AGGREGATOR, setMaxDeviationPpmCall { maxDeviationPpm: 100_000 }).unwrap();
    w.chain.warp(1);
    for answer in [usd(110_01), usd(89_99), I256::ONE] {
        let error = DeviationTooLarge { answer, lastAnswer: usd(100_00), allowedPpm: 100_000 };
        w.refused(w.reporter, postCall { answer }, error);
    }
    w.post(usd(110_00));
    w.chain.warp(1);
    w.post(usd(99_00));
}

#[test]
fn an_aggregator_is_initialised_once_and_soundly() {
    let w = world();
    let other = TestChain::account("other");
    let call = |owner, decimals| initializeCall {
        owner,
        reporter: other,
        decimals,
        maxDeviationPpm: 0,
        description: B256::ZERO,
    };
    w.refused(other, call(other, 8), AlreadyInitialized {});
    let fresh = address!("0x00000000000000000000000000000000000000aa");
    w.chain.deploy::<PostedAggregator>(fresh);
    let revert = w.chain.send(other, fresh, call(Address::ZERO, 8)).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(ZeroAddress {}));
    let revert = w.chain.send(other, fresh, call(other, 37)).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(TooManyDecimals { decimals: 37, max: 36 }));
    let revert = w.chain.send(other, fresh, postCall { answer: I256::ONE }).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotReporter { caller: other }));
}

#[test]
fn the_aggregator_describes_itself_and_changes_hands() {
    let w = world();
    assert_eq!(w.chain.view(AGGREGATOR, decimalsCall {}).unwrap(), 8);
    assert_eq!(w.chain.view(AGGREGATOR, descriptionCall {}).unwrap(), "ETH / USD");
    assert_eq!(w.chain.view(AGGREGATOR, versionCall {}).unwrap(), U256::ONE);
    w.chain.send(w.owner, AGGREGATOR, transferOwnershipCall { newOwner: w.reporter }).unwrap();
    w.chain.send(w.reporter, AGGREGATOR, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.chain.view(AGGREGATOR, ownerCall {}).unwrap(), w.reporter);
}
