//! Liquidation of no more than is needed, of no more than the curve can take, and of many accounts in one call.

use alloy_primitives::{FixedBytes, I256, U256};
use alloy_sol_types::SolError;
use everfloor_test::{Backend, LONG, SHORT, System, abi::ClearingHouse::*, account, dollars, on_both, wad};

use crate::rig::{leveraged, move_to};

/// A market that restores 8 %, and a long that has fallen below maintenance.
fn partial<B: Backend>(s: &mut System<B>) -> alloy_primitives::Address {
    s.change(|params| (params.risk.liquidationTargetPpm, params.trading.markBandPpm) = (80_000, 5_000));
    let alice = leveraged(s, "alice", LONG, 40_000);
    s.set_price(wad(95));
    assert!(s.position(alice).liquidatable);
    alice
}

fn selector<E: SolError>() -> FixedBytes<4> {
    E::SELECTOR.into()
}

on_both! {
    fn no_more_is_liquidated_than_restores_the_target(s) {
        let alice = partial(&mut s);
        let before = s.position(alice);
        let preview = s.view(previewLiquidateCall {
            marketId: s.market, account: alice, quoteLimit: U256::ZERO, insurance: U256::ZERO,
        });
        let call = s.liquidate_call(alice);
        let done = s.must(account("keeper"), call.clone());
        let (e, c) = (done.event::<PositionLiquidated>(), done.event::<PositionChanged>());
        assert_eq!((e.mode, e.shortfall, e.uncovered), (0, U256::ZERO, U256::ZERO));
        let after = s.position(alice);
        assert_eq!(after.size, before.size + done.returned.exchangedBase);
        assert!(after.size > I256::ZERO && after.size < before.size);
        // n = (t·N − E)/(t − f) of the notional N.
        let equity = before.equity.into_raw() * U256::from(1_000_000_000_000_u64);
        let missing = before.notional * U256::from(80_000) - equity * U256::from(1_000_000);
        let closed = missing.div_ceil(U256::from(80_000 - 25_000));
        let base = (before.size.into_raw() * closed).div_ceil(before.notional);
        assert_eq!(done.returned.exchangedBase, -I256::from_raw(base));
        assert!(after.marginRatio > before.marginRatio && !after.liquidatable);
        assert_eq!((preview.size, preview.margin, preview.keeperReward, preview.fee), (after.size, after.margin, e.keeperReward, e.penalty));
        let nominal = (c.exchangedNotional * U256::from(25_000)).div_ceil(wad(1));
        assert_eq!((e.penalty, c.fee), (nominal, nominal));
        assert!(s.fails(account("keeper"), call).decode::<NotLiquidatable>().is_some());
        s.assert_backed(&[account("keeper")]);
    }

    fn what_would_leave_dust_is_closed_whole(s) {
        s.change(|params| params.trading.minNotional = wad(30_000));
        let alice = partial(&mut s);
        let call = s.liquidate_call(alice);
        s.must(account("keeper"), call);
        assert_eq!(s.position(alice).size, I256::ZERO);
        s.assert_backed(&[account("keeper")]);
    }

    fn a_keepers_limit_counts_for_the_part_in_proportion(s) {
        let alice = partial(&mut s);
        let exit = s.position(alice).exitNotional;
        // Asking for a tenth more than all of it would bring is refused; what the whole would bring is less than what
        // a part brings in proportion.
        let call = liquidateCall { quoteLimit: exit * U256::from(11) / U256::from(10), ..s.liquidate_call(alice) };
        assert!(s.fails(account("keeper"), call.clone()).decode::<SlippageExceeded>().is_some());
        s.must(account("keeper"), liquidateCall { quoteLimit: exit, ..call });
    }

    /// A position worth a tenth of the curve is not thrown on it at once.
    fn a_whale_goes_in_slices_that_move_the_mark_no_further_than_a_trade_may(s) {
        let whale = s.trader("whale", 10_000_000);
        for _ in 0..3 {
            s.open(whale, LONG, dollars(42_000), wad(240_000));
        }
        move_to(&mut s, wad(93));
        s.warp(2_000);
        let keeper = account("keeper");
        let mut slices = 0;
        while s.position(whale).size != I256::ZERO {
            let before = s.market().spotPrice;
            let call = s.liquidate_call(whale);
            let done = s.must(keeper, call);
            let after = s.market().spotPrice;
            assert!((before - after) * U256::from(1_000_000) <= before * U256::from(50_000), "{before} {after}");
            assert!(done.returned.exchangedBase < I256::ZERO);
            slices += 1;
            assert!(slices < 20);
            s.assert_backed(&[keeper]);
            if !s.position(whale).liquidatable {
                break;
            }
        }
        assert!(slices >= 2, "{slices}");
    }

    fn what_the_window_has_no_room_for_waits_or_is_taken_over(s) {
        let whale = s.trader("whale", 10_000_000);
        for _ in 0..3 {
            s.open(whale, LONG, dollars(42_000), wad(240_000));
        }
        move_to(&mut s, wad(93));
        s.warp(2_000);
        s.change(|params| {
            (params.trading.windowImpactPpm, params.trading.impactWindow) = (25_000, 300);
            params.trading.maxPriceImpactPpm = 20_000;
        });
        let keeper = account("keeper");
        let call = s.liquidate_call(whale);
        let start = s.market().spotPrice;
        let refused = loop {
            match s.send(keeper, call.clone()) {
                Ok(done) => assert!(done.returned.exchangedBase < I256::ZERO),
                Err(revert) => break revert,
            }
        };
        let refusal = refused.decode::<CurveTooThin>().expect("a typed error");
        assert!(refusal.notional < refusal.least);
        let moved = start - s.market().spotPrice;
        assert!(moved * U256::from(1_000_000) <= start * U256::from(25_500), "{moved} of {start}");
        // It waits for no one: it can be offered at once, and the window opens again.
        let offer = s.start_takeover_call(whale);
        s.must(keeper, offer);
        s.warp(300);
        s.must(keeper, call);
        s.assert_backed(&[keeper]);
    }

    // ---- many in one call ----

    fn a_batch_liquidates_whom_it_can_and_says_why_not_the_others(s) {
        let fallen = [leveraged(&mut s, "first", LONG, 1_000), leveraged(&mut s, "second", LONG, 2_000)];
        let healthy = s.trader("healthy", 10_000);
        s.open(healthy, SHORT, dollars(5_000), wad(1_000));
        let keeper = account("keeper");
        move_to(&mut s, wad(93));
        s.warp(2_000);
        let traders = [healthy, fallen[0], account("nobody"), fallen[1], fallen[0]];
        let rewards = |s: &System<B>| s.view(rewardOfCall { keeper });
        let call = s.batch_call(&traders);
        let done = s.must(keeper, call);
        let done_ = FixedBytes::ZERO;
        assert_eq!(done.returned.results, [selector::<NotLiquidatable>(), done_, selector::<NoPosition>(), done_, selector::<NoPosition>()]);
        assert_eq!(rewards(&s), done.returned.reward);
        let events = done.events::<PositionLiquidated>();
        assert_eq!(events.iter().map(|e| e.trader).collect::<Vec<_>>(), fallen);
        let sum = events.iter().fold(U256::ZERO, |sum, e| sum + e.keeperReward);
        assert_eq!(sum, done.returned.reward);
        for trader in fallen {
            assert_eq!(s.position(trader).size, I256::ZERO);
        }
        s.assert_backed(&[keeper]);
    }

    fn a_batch_pays_what_single_liquidations_would(s) {
        let prepare = |s: &mut System<B>| {
            let fallen = [leveraged(s, "first", LONG, 1_000), leveraged(s, "second", LONG, 20_000)];
            let market = s.market;
            s.insure(market, dollars(100));
            move_to(s, wad(82));
            s.warp(2_000);
            fallen
        };
        let (keeper, mut one) = (account("keeper"), System::<B>::new());
        let fallen = prepare(&mut one);
        prepare(&mut s);
        let call = s.batch_call(&fallen);
        s.must(keeper, call);
        for trader in fallen {
            let call = one.liquidate_call(trader);
            one.must(keeper, call);
        }
        let money = |s: &System<B>| {
            let m = s.market();
            (m.money.principal, m.money.pool + m.money.fees + m.money.insuranceDue + s.view(rewardOfCall { keeper }), m.curve.baseReserve)
        };
        let (batch, single) = (money(&s), money(&one));
        assert_eq!((batch.0, batch.2), (single.0, single.2));
        s.assert_backed(&[keeper]);
    }

    fn a_batch_below_its_least_reward_does_nothing(s) {
        let alice = leveraged(&mut s, "alice", LONG, 1_000);
        move_to(&mut s, wad(93));
        s.warp(2_000);
        let keeper = account("keeper");
        let preview = s.view(previewLiquidateCall {
            marketId: s.market, account: alice, quoteLimit: U256::ZERO, insurance: U256::ZERO,
        });
        let reward = preview.keeperReward;
        assert!(reward > U256::ZERO);
        let limit = reward + U256::ONE;
        let call = liquidateBatchCall { minReward: limit, ..s.batch_call(&[alice]) };
        s.refused(keeper, call.clone(), RewardBelowLimit { reward, limit });
        let nobody = liquidateBatchCall { minReward: U256::ONE, ..s.batch_call(&[]) };
        s.refused(keeper, nobody, RewardBelowLimit { reward: U256::ZERO, limit: U256::ONE });
        let now = U256::from(s.backend.now());
        let late = liquidateBatchCall { deadline: now - U256::ONE, ..s.batch_call(&[alice]) };
        s.refused(keeper, late, Expired { deadline: now - U256::ONE, nowTime: now });
        s.must(keeper, liquidateBatchCall { minReward: reward, deadline: now, ..call });
        s.assert_backed(&[keeper]);
    }

    fn who_is_passed_over_is_not_touched(s) {
        let healthy = s.trader("healthy", 10_000);
        s.open(healthy, SHORT, dollars(5_000), wad(1_000));
        let keeper = account("keeper");
        s.warp(100);
        s.must(keeper, settleFundingCall { marketId: s.market });
        let before = s.storage();
        let call = s.batch_call(&[healthy, account("nobody"), healthy]);
        let done = s.must(keeper, call);
        assert_eq!(done.returned.results, [selector::<NotLiquidatable>(), selector::<NoPosition>(), selector::<NotLiquidatable>()]);
        assert_eq!((done.logs.len(), done.returned.reward), (0, U256::ZERO));
        assert_eq!(s.storage(), before);
    }

    /// A batch can hold somebody who was deleveraged meanwhile: he is looked at as he is now.
    fn a_batch_meets_accounts_that_have_to_catch_up(s) {
        let f = crate::rig::abandoned(&mut s, wad(85));
        let call = s.deleverage_call(f.long, U256::MAX);
        s.must(f.keeper, call);
        let behind = s.position(f.shorts[0]);
        let call = s.batch_call(&f.shorts);
        let done = s.must(f.keeper, call);
        assert_eq!(done.returned.results, [selector::<NotLiquidatable>(); 2]);
        let now = s.position(f.shorts[0]);
        assert_eq!((now.size, now.margin, now.claim), (behind.size, behind.margin, behind.claim));
        s.assert_backed(&[f.keeper]);
        s.close(f.shorts[0]);
        s.close(f.shorts[1]);
        s.assert_backed(&[f.keeper]);
    }
}
