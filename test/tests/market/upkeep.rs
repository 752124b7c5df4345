//! Moving the curve: its peg to the oracle and its depth to its target, paid from the market's fees, by anyone.

use alloy_primitives::{I256, U256};
use everfloor_test::{Backend, LONG, SHORT, System, abi::ClearingHouse::*, account, dollars, on_both, wad};

/// Fees that can be spent, and nobody left who paid them.
fn with_fees<B: Backend>(s: &mut System<B>) {
    s.change(|params| params.trading.insuranceSharePpm = 0);
    let trader = s.trader("who pays fees", 3_000_000);
    for _ in 0..30 {
        s.open(trader, LONG, dollars(50_000), wad(200_000));
        s.close(trader);
    }
    assert!(s.market().money.fees > dollars(9_000));
    s.remove_all(trader);
}

fn repeg<B: Backend>(s: &System<B>) -> repegCall {
    repegCall { marketId: s.market }
}

on_both! {
    fn a_repeg_moves_the_mark_towards_the_oracle_by_one_step_and_is_paid_from_the_fees(s) {
        with_fees(&mut s);
        let alice = s.trader("alice", 100_000);
        s.open(alice, LONG, dollars(20_000), wad(50_000));
        s.set_price(wad(110));
        s.warp(2_000);
        let (m, p) = (s.market(), s.position(alice));
        let call = repeg(&s);
        let done = s.must(account("anybody"), call.clone());
        let e = done.event::<CurveChanged>();
        let after = s.market();
        // A five-hundredth of the peg, up.
        assert_eq!(after.curve.peg, m.curve.peg + m.curve.peg / U256::from(500));
        assert!(after.spotPrice > m.spotPrice && after.spotPrice < after.indexPrice);
        assert_eq!((e.baseReserve, e.quoteReserve, e.peg), (after.curve.baseReserve, after.curve.quoteReserve, after.curve.peg));
        assert_eq!((e.cost, e.fees), (done.returned, after.money.fees));
        let cost = e.cost.into_raw();
        assert_eq!((after.money.fees, after.money.pool), (m.money.fees - cost, m.money.pool + cost));
        assert_eq!(after.curve.lastRepeg, U256::from(s.backend.now()));
        // No position was touched; a long is worth more on the curve by what was paid.
        let q = s.position(alice);
        assert_eq!((q.size, q.openNotional, q.margin), (p.size, p.openNotional, p.margin));
        let gained = (q.exitNotional - p.exitNotional).div_ceil(U256::from(1_000_000_000_000_u64));
        assert!(cost >= gained && cost - gained <= U256::from(2), "{cost} for {gained}");
        let (now, next) = (U256::from(s.backend.now()), after.curve.lastRepeg + U256::from(3_600));
        s.refused(account("anybody"), call.clone(), TooEarly { next, nowTime: now });
        s.warp(3_600);
        s.must(account("anybody"), call);
        s.assert_backed(&[]);
    }

    fn what_traders_lose_by_a_repeg_is_paid_to_nobody(s) {
        with_fees(&mut s);
        let alice = s.trader("alice", 100_000);
        s.open(alice, LONG, dollars(20_000), wad(50_000));
        s.set_price(wad(90));
        s.warp(2_000);
        let m = s.market();
        let call = repeg(&s);
        let done = s.must(account("anybody"), call);
        let after = s.market();
        assert!(done.returned < I256::ZERO);
        assert_eq!((after.money.fees, after.money.pool), (m.money.fees, m.money.pool));
        assert!(after.spotPrice < m.spotPrice);
        s.close(alice);
        s.assert_backed(&[]);
    }

    fn a_mark_that_was_pushed_just_now_moves_no_peg(s) {
        with_fees(&mut s);
        s.warp(4_000);
        let call = repeg(&s);
        s.refused(account("anybody"), call.clone(), NothingToChange {});
        let whale = s.trader("whale", 1_000_000);
        s.open(whale, LONG, dollars(100_000), wad(240_000));
        // The average is still at the oracle's, or below: it says nothing of the sort.
        s.set_price(wad(101));
        let m = s.market();
        assert!(m.spotPrice > m.indexPrice);
        s.refused(account("anybody"), call, NothingToChange {});
    }

    fn no_change_costs_more_than_its_share_of_the_fees(s) {
        let alice = s.trader("alice", 1_000_000);
        s.open(alice, LONG, dollars(100_000), wad(200_000));
        s.set_price(wad(120));
        s.warp(2_000);
        let m = s.market();
        let budget = m.money.fees / U256::from(4);
        let call = repeg(&s);
        let cost = s.must(account("anybody"), call.clone()).returned.into_raw();
        assert!(cost <= budget && cost > U256::ZERO, "{cost} of {budget}");
        assert!(s.market().curve.peg < m.curve.peg + m.curve.peg / U256::from(200), "less than a whole step");
        s.change(|params| params.risk.curveSharePpm = 0);
        s.warp(3_600);
        let refusal = s.fails(account("anybody"), call).decode::<OverBudget>().expect("a typed error");
        assert!(refusal.budget.is_zero() && refusal.cost > U256::ZERO);
        s.assert_backed(&[]);
    }

    fn depth_goes_to_its_target_by_steps_and_the_price_stays(s) {
        with_fees(&mut s);
        let call = adjustDepthCall { marketId: s.market };
        s.warp(4_000);
        s.refused(account("anybody"), call.clone(), NothingToChange {});
        let depth = s.market().curve.depth;
        let target = depth * U256::from(103) / U256::from(100);
        s.change(|params| params.risk.targetDepth = target);
        let short = s.trader("short", 100_000);
        s.open(short, SHORT, dollars(20_000), wad(50_000));
        let m = s.market();
        let done = s.must(account("anybody"), call.clone());
        let e = done.event::<CurveChanged>();
        let after = s.market();
        assert!(after.curve.depth.abs_diff(depth * U256::from(102) / U256::from(100)) <= wad(1));
        assert!(after.spotPrice.abs_diff(m.spotPrice) <= U256::from(10));
        let cost = e.cost.max(I256::ZERO).into_raw();
        assert_eq!((after.money.fees, after.money.pool), (m.money.fees - cost, m.money.pool + cost));
        let next = after.curve.lastDepth + U256::from(3_600);
        s.refused(account("anybody"), call.clone(), TooEarly { next, nowTime: U256::from(s.backend.now()) });
        s.warp(3_600);
        s.must(account("anybody"), call.clone());
        assert!(s.market().curve.depth.abs_diff(target) <= wad(1));
        s.close(short);
        s.assert_backed(&[]);
    }

    fn a_curve_moves_only_by_a_good_oracle(s) {
        with_fees(&mut s);
        let settings = everfloor_test::abi::FeedSettings {
            heartbeat: 600, ..System::<B>::feed_settings(s.source)
        };
        let (owner, feed) = (s.owner, s.feed);
        s.send_to(owner, feed, everfloor_test::abi::PriceFeed::configureCall { settings }).unwrap();
        s.set_price(wad(110));
        s.warp(700);
        let call = repeg(&s);
        assert!(s.fails(account("anybody"), call).decode::<OracleUnusable>().is_some());
        let call = adjustDepthCall { marketId: s.market };
        assert!(s.fails(account("anybody"), call).decode::<OracleUnusable>().is_some());
    }
}
