//! Orders through zero, spreads against those who make a market worse, and what a crowd may move.

use alloy_primitives::{I256, U256};
use everfloor_test::{
    Backend, LONG, NO_LIMIT, SHORT, System,
    abi::{ClearingHouse::*, Preview},
    dollars, int, on_both, wad, wad_milli,
};

fn preview<B: Backend>(
    s: &System<B>,
    account: alloy_primitives::Address,
    side: u8,
    notional: U256,
) -> Preview {
    s.view(previewOpenPositionCall {
        marketId: s.market,
        account,
        side,
        margin: U256::ZERO,
        notional,
        baseLimit: U256::ZERO,
        maxFee: NO_LIMIT,
    })
}

fn other(side: u8) -> u8 {
    if side == LONG { SHORT } else { LONG }
}

/// Parts per million of a notional, token units, rounded up.
fn share(notional: U256, ppm: u64) -> U256 {
    (notional * U256::from(ppm)).div_ceil(wad(1))
}

on_both! {
    fn an_order_beyond_the_position_closes_it_and_opens_the_rest(s) {
        for side in [LONG, SHORT] {
            let alice = s.trader(&format!("turncoat {side}"), 10_000);
            s.open(alice, side, dollars(1_000), wad(1_000));
            let first = s.position(alice);
            let expected = preview(&s, alice, other(side), wad(3_000));
            let done = s.open(alice, other(side), U256::ZERO, wad(3_000));
            let e = done.event::<PositionChanged>();
            let p = s.position(alice);
            assert_eq!(done.events::<PositionChanged>().len(), 1, "one fill, one fee");
            assert_eq!(p.size, first.size + done.returned.exchangedBase);
            assert_ne!(p.size.is_negative(), first.size.is_negative());
            assert_eq!((e.exchangedNotional, e.fee), (wad(3_000), dollars(3)));
            // Only the rest is the entry of what is open now.
            assert_eq!(p.openNotional, wad(3_000) - first.exitNotional);
            let settled = first.margin + e.claim - p.claim;
            assert_eq!(I256::from_raw(p.margin + p.claim), I256::from_raw(settled) + e.realizedPnl - e.fundingPayment - I256::from_raw(e.fee));
            assert_eq!((expected.size, expected.margin, expected.openNotional, expected.fee), (p.size, p.margin, p.openNotional, e.fee));
            let m = s.market();
            assert_eq!(m.openPositions, U256::ONE);
            s.close(alice);
            s.remove_all(alice);
            s.assert_backed(&[]);
        }
    }

    fn one_limit_covers_the_whole_of_a_reversal(s) {
        for side in [LONG, SHORT] {
            let alice = s.trader(&format!("bounded turncoat {side}"), 10_000);
            s.open(alice, side, dollars(1_000), wad(1_000));
            let back = other(side);
            let got = preview(&s, alice, back, wad(2_500)).exchangedBase.unsigned_abs();
            let limit = if back == LONG { got + U256::ONE } else { got - U256::ONE };
            let order = openPositionCall { baseLimit: limit, ..s.open_call(back, U256::ZERO, wad(2_500)) };
            s.refused(alice, order.clone(), SlippageExceeded { got, limit });
            s.must(alice, openPositionCall { baseLimit: got, ..order });
            s.close(alice);
        }
    }

    fn a_reversal_is_held_to_the_initial_margin_of_what_it_opens(s) {
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(200), wad(1_000));
        let order = s.open_call(SHORT, U256::ZERO, wad(4_000));
        let revert = s.fails(alice, order);
        assert!(revert.decode::<BelowInitialMargin>().is_some());
        s.open(alice, SHORT, dollars(200), wad(4_000));
        s.assert_backed(&[]);
    }

    fn the_heavier_side_pays_more_for_making_it_heavier(s) {
        s.change(|params| (params.trading.skewSpreadPpm, params.trading.maxSkew) = (10_000, wad(100)));
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        let done = s.open(alice, LONG, dollars(2_000), wad(1_000));
        let skew = done.returned.exchangedBase.into_raw();
        // A thousandth, and of the hundredth at the cap as much as the skew has of it.
        let extra: U256 = (U256::from(10_000) * skew).div_ceil(wad(100));
        assert_eq!(done.returned.fee, share(wad(1_000), 1_000 + extra.to::<u64>()));
        // Whoever takes the other side pays the flat fee, until the skew is as wide the other way.
        assert_eq!(s.open(bob, SHORT, dollars(2_000), wad(900)).returned.fee, share(wad(900), 1_000));
        let done = s.open(bob, SHORT, dollars(2_000), wad(1_500));
        assert!(done.returned.fee > share(wad(1_500), 1_000));
        // Leaving pays it, too, if it leaves the market lopsided.
        let e = s.close(alice).event::<PositionChanged>();
        assert!(e.fee > share(e.exchangedNotional, 1_000));
        let e = s.close(bob).event::<PositionChanged>();
        assert_eq!(e.fee, share(e.exchangedNotional, 1_000));
        s.assert_backed(&[]);
    }

    fn the_skew_is_capped_and_narrowing_it_is_not(s) {
        s.change(|params| params.trading.maxSkew = wad(10));
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        let order = s.open_call(LONG, dollars(2_000), wad(1_100));
        let refusal = s.fails(alice, order).decode::<SkewAboveCap>().expect("a typed error");
        assert!(refusal.skew > refusal.cap && refusal.cap == wad(10));
        s.open(alice, LONG, dollars(2_000), wad(900));
        s.change(|params| params.trading.maxSkew = wad(1));
        let order = s.open_call(LONG, dollars(2_000), wad(100));
        s.fails(alice, order).decode::<SkewAboveCap>().expect("a typed error");
        s.open(bob, SHORT, dollars(2_000), wad(500));
        s.close(alice);
        s.assert_backed(&[]);
    }

    fn taking_the_mark_away_from_the_oracle_costs_more_than_bringing_it_back(s) {
        s.change(|params| params.trading.gapSpreadPpm = 500_000);
        let (alice, bob) = (s.trader("alice", 100_000), s.trader("bob", 100_000));
        s.set_price(wad(98));
        let away = s.open(alice, LONG, dollars(20_000), wad(100_000)).returned.fee;
        // The mark is 4 % above: half of that on top of the thousandth.
        let m = s.market();
        let gap: U256 = ((m.spotPrice - m.indexPrice) * U256::from(1_000_000)).div_ceil(m.indexPrice);
        let ppm = 1_000 + (gap * U256::from(500_000)).div_ceil(U256::from(1_000_000)).to::<u64>();
        assert_eq!(away, share(wad(100_000), ppm));
        assert_eq!(s.open(bob, SHORT, dollars(20_000), wad(100_000)).returned.fee, share(wad(100_000), 1_000));
        s.assert_backed(&[]);
    }

    fn a_crowd_may_move_the_mark_no_further_in_a_window_than_one(s) {
        s.change(|params| (params.trading.windowImpactPpm, params.trading.impactWindow) = (25_000, 300));
        let names: Vec<String> = (0..5).map(|number| format!("one of a crowd {number}")).collect();
        let crowd: Vec<_> = names.iter().map(|name| s.trader(name, 100_000)).collect();
        for trader in &crowd[..4] {
            s.open(*trader, LONG, dollars(10_000), wad(30_000));
        }
        let drift = s.market().curve.driftPpm;
        assert!(drift > int(23_000) && drift <= int(25_000), "{drift}");
        let order = s.open_call(LONG, dollars(10_000), wad(30_000));
        let refusal = s.fails(crowd[4], order.clone()).decode::<WindowImpactTooHigh>().expect("a typed error");
        assert!(refusal.movedPpm > refusal.limitPpm && refusal.limitPpm == U256::from(25_000));
        // Leaving is never refused for it, and makes room; so does the other side.
        s.close(crowd[0]);
        s.must(crowd[4], order.clone());
        s.open(crowd[0], SHORT, dollars(10_000), wad(30_000));
        // After half of the window half of it is forgotten, after all of it everything.
        let before = s.market().curve.driftPpm;
        s.warp(150);
        let half = s.market().curve.driftPpm;
        assert!((before - half - half).abs() <= int(1), "{before} {half}");
        s.warp(150);
        assert_eq!(s.market().curve.driftPpm, I256::ZERO);
        s.must(crowd[4], order);
        s.assert_backed(&[]);
    }

    fn receivers_of_funding_get_a_share_of_the_fees_and_never_more_than_there_is(s) {
        s.change(|params| params.trading.fundingSharePpm = 100_000);
        let (alice, bob) = (s.trader("alice", 100_000), s.trader("bob", 100_000));
        s.open(alice, LONG, dollars(20_000), wad(100_000));
        s.open(bob, SHORT, dollars(20_000), wad(90_000));
        let before = s.market();
        s.warp(86_400);
        let m = s.market();
        let paid = m.longFundingIndex.unsigned_abs() * m.longSize / wad(1);
        let received = m.shortFundingIndex.unsigned_abs() * m.shortSize / wad(1);
        let from_fees = (before.money.fees - m.money.fees) * U256::from(1_000_000_000_000_u64);
        assert!(from_fees <= before.money.fees * U256::from(1_000_000_000_000_u64) / U256::from(10));
        assert!(received <= paid + from_fees, "{received} of {paid} and {from_fees}");
        s.close(alice);
        s.close(bob);
        s.assert_backed(&[]);
    }

    fn nothing_but_leaving_is_possible_in_a_market_that_only_reduces(s) {
        let owner = s.owner;
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        s.open(alice, LONG, dollars(2_000), wad(1_000));
        let event = s.must(owner, setReduceOnlyCall { marketId: s.market, reduceOnly: true }).event::<MarketStatusChanged>();
        assert_eq!((event.paused, event.reduceOnly, event.halted), (false, true, false));
        assert!(s.market().reduceOnly);
        for (trader, side, notional) in [(bob, LONG, 100), (bob, SHORT, 100), (alice, LONG, 100), (alice, SHORT, 2_000)] {
            let order = s.open_call(side, dollars(100), wad(notional));
            s.refused(trader, order, OpeningPaused {});
        }
        s.open(alice, SHORT, U256::ZERO, wad(400));
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(5) });
        s.close(alice);
        s.remove_all(alice);
        s.must(owner, setReduceOnlyCall { marketId: s.market, reduceOnly: false });
        s.open(bob, SHORT, dollars(100), wad(100));
        s.assert_backed(&[]);
    }

    fn a_small_price_gap_is_a_small_spread(s) {
        s.change(|params| params.trading.gapSpreadPpm = 50_000);
        let alice = s.trader("alice", 10_000);
        s.set_price(wad_milli(99_000));
        let fee = s.open(alice, LONG, dollars(2_000), wad(1_000)).returned.fee;
        assert!(fee > dollars(1) && fee < dollars(2));
    }
}
