//! What the market does when its oracle does not.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolValue;
use everfloor_test::{
    Backend, LONG, Revert, SHORT, System,
    abi::{ClearingHouse::*, FeedSettings, PriceFeed},
    account, dollars, on_both, wad,
};

const STALE: u8 = 2;
const INVALID: u8 = 3;
const SEQUENCER: u8 = 4;
const UNREACHABLE: u8 = 5;

/// What a contract returns or reverts with.
type Answer = Result<Vec<u8>, Vec<u8>>;

/// What `read` of a feed answers.
fn reading(price: U256, cumulative: U256, updated_at: U256, status: U256) -> Answer {
    Ok((price, cumulative, updated_at, status).abi_encode())
}

/// What a source answers to everything: a round with an answer of 8 decimals, and as decimals its first word, 8.
fn round(answer: U256, updated_at: u64) -> Answer {
    let (id, time) = (U256::from(8), U256::from(updated_at));
    Ok((id, answer, time, time, id).abi_encode())
}

struct Party {
    alice: Address,
    bob: Address,
    saver: Address,
}

/// Alice long and Bob short at full leverage, and a flat account with margin.
fn party<B: Backend>(s: &mut System<B>) -> Party {
    let party = Party {
        alice: s.trader("alice", 10_000),
        bob: s.trader("bob", 10_000),
        saver: s.trader("saver", 10_000),
    };
    s.open(party.alice, LONG, dollars(103), wad(1_000));
    s.open(party.bob, SHORT, dollars(103), wad(1_000));
    s.must(party.saver, addMarginCall { marketId: s.market, amount: dollars(100) });
    party
}

fn status_of(revert: &Revert) -> Option<u8> {
    revert.decode::<OracleUnusable>().map(|error| error.status)
}

/// No price, no new risk; but everybody can leave, and nobody is liquidated by it.
fn only_leaving<B: Backend>(s: &mut System<B>, party: &Party, status: u8) {
    let Party { alice, bob, saver } = *party;
    let market = s.market();
    assert_eq!(market.oracleStatus, status);
    for (trader, side) in [(saver, LONG), (saver, SHORT), (alice, LONG), (bob, SHORT)] {
        let order = s.open_call(side, dollars(1_000), wad(100));
        let revert = s.fails(trader, order);
        assert_eq!(status_of(&revert), Some(status), "{revert:?}");
    }
    for trader in [alice, bob] {
        let call = s.liquidate_call(trader);
        assert_eq!(status_of(&s.fails(saver, call)), Some(status));
        let remove = removeMarginCall { marketId: s.market, amount: U256::ONE, recipient: trader };
        assert_eq!(status_of(&s.fails(trader, remove)), Some(status));
        assert!(!s.position(trader).liquidatable);
    }
    let none = s.view(liquidatableCall { marketId: s.market, from: U256::ZERO, count: U256::MAX });
    assert_eq!(none.accounts, Vec::<Address>::new());
    s.must(alice, addMarginCall { marketId: s.market, amount: dollars(10) });
    s.must(saver, removeMarginCall { marketId: s.market, amount: dollars(100), recipient: saver });
    s.open(alice, SHORT, U256::ZERO, wad(200));
    s.close(alice);
    s.close(bob);
    s.must(saver, settleFundingCall { marketId: s.market });
    let margin = s.position(bob).margin;
    s.must(bob, removeMarginCall { marketId: s.market, amount: margin, recipient: bob });
    s.assert_backed(&[]);
}

on_both! {
    fn a_stale_oracle_lets_everybody_leave_and_nobody_in(s) {
        let settings = FeedSettings { heartbeat: 600, ..System::<B>::feed_settings(s.source) };
        let (owner, feed) = (s.owner, s.feed);
        s.send_to(owner, feed, PriceFeed::configureCall { settings }).unwrap();
        s.set_price(wad(100));
        let party = party(&mut s);
        s.warp(600);
        s.open(party.saver, LONG, dollars(100), wad(100));
        s.close(party.saver);
        let margin = s.position(party.saver).margin;
        s.must(party.saver, removeMarginCall { marketId: s.market, amount: margin, recipient: party.saver });
        s.must(party.saver, addMarginCall { marketId: s.market, amount: dollars(100) });
        s.warp(1);
        only_leaving(&mut s, &party, STALE);
    }

    fn a_jumping_oracle_is_good_to_leave_and_liquidate_by_but_not_to_enter_by(s) {
        let settings =
            FeedSettings { maxDeviation: wad(1) / U256::from(20), ..System::<B>::feed_settings(s.source) };
        let (owner, feed) = (s.owner, s.feed);
        s.send_to(owner, feed, PriceFeed::configureCall { settings }).unwrap();
        let Party { alice, bob, saver } = party(&mut s);
        s.set_price(wad(88));
        assert_eq!(s.market().oracleStatus, 1);
        let order = s.open_call(LONG, dollars(1_000), wad(100));
        assert_eq!(status_of(&s.fails(saver, order)), Some(1));
        let call = s.liquidate_call(alice);
        s.must(saver, call);
        s.close(bob);
        // When the average has followed, the market is open again.
        s.warp(1_800);
        assert_eq!(s.market().oracleStatus, 0);
        s.open(saver, LONG, dollars(1_000), wad(100));
        s.assert_backed(&[saver]);
    }

    /// The feed is the market's own contract; if it were to fail all the same, the market treats it as unusable.
    fn a_feed_that_answers_nonsense_lets_everybody_leave_and_nobody_in(s) {
        let one = U256::ONE;
        let now = U256::from(s.backend.now());
        let nonsense: Vec<(Answer, u8)> = vec![
            (Ok(Vec::new()), UNREACHABLE),
            (Ok(vec![1; 127]), UNREACHABLE),
            (Err(Vec::new()), UNREACHABLE),
            (Err(vec![0; 4]), UNREACHABLE),
            // A price of 2^255, and of 2^128.
            (reading(one << 255, one, now, U256::ZERO), UNREACHABLE),
            (reading(one << 128, one, now, U256::ZERO), UNREACHABLE),
            (reading(wad(100), U256::MAX, now, U256::ZERO), UNREACHABLE),
            (reading(wad(100), wad(100), U256::MAX, U256::ZERO), UNREACHABLE),
            (reading(wad(100), wad(100), now, U256::MAX), UNREACHABLE),
            (reading(wad(100), wad(100), now, U256::from(2)), STALE),
            (reading(wad(100), wad(100), now, U256::from(3)), INVALID),
            (reading(wad(100), wad(100), now, U256::from(4)), SEQUENCER),
            (reading(wad(100), wad(100), now, U256::from(77)), 77),
            (reading(wad(100), wad(100), now, U256::from(1_000)), 255),
            // "Good", and no price.
            (reading(U256::ZERO, wad(100), now, U256::ZERO), 0),
            (reading(U256::ZERO, wad(100), now, one), 1),
        ];
        let feed = s.backend.stub(reading(wad(100), wad(100), now, U256::ZERO));
        let owner = s.owner;
        for (answer, status) in nonsense {
            s.backend.restub(feed, reading(wad(100), wad(100), now, U256::ZERO));
            let call = createMarketCall { feed, ..s.market_call(System::<B>::params()) };
            s.market = s.must(owner, call).returned;
            let party = party(&mut s);
            s.backend.restub(feed, answer);
            s.warp(100);
            only_leaving(&mut s, &party, status);
        }
    }

    /// The same one step further out: the feed's source fails, the feed says how.
    fn a_source_that_answers_nonsense_lets_everybody_leave_and_nobody_in(s) {
        let good = U256::from(100 * 100_000_000_u64);
        let now = s.backend.now();
        let owner = s.owner;
        let nonsense: Vec<(Answer, u8)> = vec![
            (Ok(Vec::new()), UNREACHABLE),
            (Err(Vec::new()), UNREACHABLE),
            (Ok(vec![0; 159]), UNREACHABLE),
            (round(U256::ZERO, now), INVALID),
            (round(U256::from(1) << 255, now), INVALID),
            (round(U256::MAX, now), INVALID),
            (round(good << 100, now), INVALID),
            (round(good, 0), INVALID),
            (round(good, now + 1_000_000), INVALID),
            (round(good, now - 1), INVALID),
        ];
        for (answer, status) in nonsense {
            let source = s.backend.stub(round(good, s.backend.now()));
            let feed = s.new_feed(System::<B>::feed_settings(source));
            let call = createMarketCall { feed, ..s.market_call(System::<B>::params()) };
            s.market = s.must(owner, call).returned;
            let party = party(&mut s);
            s.backend.restub(source, answer);
            s.warp(0);
            only_leaving(&mut s, &party, status);
        }
    }

    /// While the oracle says nothing that can be believed, nothing accrues; when it is back, mark and index are
    /// compared over all that time.
    fn an_outage_neither_loses_nor_doubles_funding(s) {
        let now = U256::from(s.backend.now());
        let feed = s.backend.stub(reading(wad(100), wad(100), now, U256::ZERO));
        let owner = s.owner;
        s.market = {
            let call = createMarketCall { feed, ..s.market_call(System::<B>::params()) };
            s.must(owner, call).returned
        };
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(5_000), wad(20_000));
        let premium = s.market().spotPrice - wad(100);
        for answer in [Err(Vec::new()), reading(wad(100), wad(500), now, U256::from(INVALID))] {
            s.backend.restub(feed, answer);
            s.warp(43_200);
            s.must(owner, settleFundingCall { marketId: s.market });
            assert_eq!(s.position(alice).fundingOwed, I256::ZERO);
        }
        s.backend.restub(feed, reading(wad(100), wad(100 + 86_400 * 100), now, U256::ZERO));
        let index = s.market().longFundingIndex.unsigned_abs();
        assert!(index.abs_diff(premium) <= U256::from(2), "{index} for {premium}");
        s.must(owner, settleFundingCall { marketId: s.market });
        assert_eq!(s.market().longFundingIndex.unsigned_abs(), index, "once");
    }

    /// A price that is only late, or waits for the sequencer's grace, still has its integral.
    fn funding_goes_on_while_a_price_is_late(s) {
        let now = U256::from(s.backend.now());
        let feed = s.backend.stub(reading(wad(100), wad(100), now, U256::ZERO));
        let owner = s.owner;
        s.market = {
            let call = createMarketCall { feed, ..s.market_call(System::<B>::params()) };
            s.must(owner, call).returned
        };
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(5_000), wad(20_000));
        let premium = s.market().spotPrice - wad(100);
        let mut seconds = 0;
        for status in [STALE, SEQUENCER] {
            seconds += 43_200;
            let cumulative = wad(100 + seconds * 100);
            s.backend.restub(feed, reading(wad(100), cumulative, now, U256::from(status)));
            s.warp(43_200);
            s.must(owner, settleFundingCall { marketId: s.market });
        }
        let index = s.market().longFundingIndex.unsigned_abs();
        assert!(index.abs_diff(premium) <= U256::from(2), "{index} for {premium}");
    }

    fn a_feed_that_does_not_work_cannot_be_set(s) {
        let owner = s.owner;
        let set = |feed| setMarketCall { marketId: U256::ONE, feed, params: System::<B>::params() };
        s.refused(owner, set(account("no feed")), OracleUnusable { status: 5, updatedAt: U256::ZERO });
        let stale = s.backend.stub(reading(wad(100), wad(1), U256::from(7), U256::from(STALE)));
        s.refused(owner, set(stale), OracleUnusable { status: STALE, updatedAt: U256::from(7) });
        let zero = s.backend.stub(reading(U256::ZERO, wad(1), U256::from(7), U256::ZERO));
        s.refused(owner, set(zero), OracleUnusable { status: 0, updatedAt: U256::from(7) });
    }

    /// Two feeds have two integrals; changing one for the other charges nobody for the difference.
    fn changing_the_feed_charges_nobody(s) {
        let owner = s.owner;
        let alice = s.trader("alice", 100_000);
        s.open(alice, LONG, dollars(10_000), wad(1_000));
        let feed = s.backend.stub(reading(wad(100), wad(1_000_000_000), U256::from(7), U256::ZERO));
        let before = s.market();
        s.must(owner, setMarketCall { marketId: s.market, feed, params: System::<B>::params() });
        let after = s.market();
        assert_eq!(after.longFundingIndex, before.longFundingIndex);
        s.backend.restub(feed, reading(wad(100), wad(1_000_000_000 + 100 * 100), U256::from(7), U256::ZERO));
        s.warp(100);
        let premium = after.spotPrice - wad(100);
        let moved = (s.market().longFundingIndex - after.longFundingIndex).unsigned_abs();
        assert!(moved.abs_diff(premium / U256::from(864)) <= U256::ONE, "{moved}");
    }

    /// A feed whose integral falls (it never does) charges nobody, either way.
    fn an_integral_that_falls_charges_nobody(s) {
        let now = U256::from(s.backend.now());
        let feed = s.backend.stub(reading(wad(100), wad(1_000_000), now, U256::ZERO));
        let owner = s.owner;
        s.market = {
            let call = createMarketCall { feed, ..s.market_call(System::<B>::params()) };
            s.must(owner, call).returned
        };
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(5_000), wad(20_000));
        s.backend.restub(feed, reading(wad(100), wad(1), now, U256::ZERO));
        s.warp(3_600);
        assert_eq!(s.position(alice).fundingOwed, I256::ZERO);
        s.close(alice);
        s.assert_backed(&[]);
    }
}
