//! The end of an epoch: when it comes, what it pays, what continues.

use alloy_primitives::U256;
use everfloor_test::{Backend, EPOCH, PutSystem, WINDOW, abi::PutPool::*, account, on_both, wad, wad_milli};

/// 400 deposited, 1,000 units bought at 0.2 with 1,600 backed, and an escrow.
fn s1<B: Backend>(s: &mut PutSystem<B>, escrow: U256) {
    s.deposit("alice", wad(100));
    s.deposit("bob", wad(300));
    s.purchase(wad(1_000), wad(1_600));
    if !escrow.is_zero() {
        s.fund_escrow(escrow);
    }
}

on_both! {
    puts:
    fn an_epoch_rolls_once_and_not_before_its_end(s) {
        s1(&mut s, wad(50));
        let keeper = account("keeper");
        let end = s.state().end;
        let now = U256::from(s.backend.now());
        s.refused(keeper, rollCall {}, EpochNotEnded { end, nowTime: now });
        assert!(!s.view(canRollCall {}).possible);
        s.end_epoch_at(wad_milli(180));
        assert!(s.view(canRollCall {}).possible);
        let done = s.must(keeper, rollCall {});
        let event = done.event::<Rolled>();
        assert_eq!((event.epoch, event.next, event.settlementPrice), (U256::ZERO, U256::ONE, wad_milli(180)));
        let (end, now) = (s.state().end, U256::from(s.backend.now()));
        s.refused(keeper, rollCall {}, EpochNotEnded { end, nowTime: now });
        let ended = s.view(epochInfoCall { epoch: U256::ZERO });
        assert_eq!((ended.settled, ended.settlementPrice, ended.payoff), (true, wad_milli(180), U256::ZERO));
        let open = s.view(epochInfoCall { epoch: U256::ONE });
        assert_eq!((open.settled, open.strike, open.units), (false, wad_milli(135), wad(1_000)));
        assert_eq!(open.funding, U256::from(3_674_922_138_018_185_000_u64));
    }

    fn between_the_end_and_the_roll_nothing_changes_that_it_rests_on(s) {
        s1(&mut s, wad(50));
        let buyer = s.buyer;
        s.must(buyer, reportSupplyCall { supply: wad(10) });
        let (end, alice) = (s.state().end, account("alice"));
        s.must(alice, requestExitCall { id: U256::ONE, shares: wad(100) });
        s.end_epoch_at(wad_milli(100));
        s.give(alice, wad(1));
        let call = s.deposit_call(alice, wad(1));
        s.refused(alice, call, RollDue { end, nowTime: end });
        let call = s.purchase_call(wad(1), wad(10));
        s.refused(buyer, call, RollDue { end, nowTime: end });
        // Nor does anybody ask to leave or to stay, or decide by hindsight what is covered.
        s.refused(alice, cancelExitCall { id: U256::ONE, shares: wad(1) }, RollDue { end, nowTime: end });
        s.refused(alice, fundEscrowCall { amount: wad(1) }, RollDue { end, nowTime: end });
        let take = withdrawEscrowCall { amount: wad(1), recipient: buyer };
        s.refused(buyer, take, RollDue { end, nowTime: end });
        s.must(alice, claimFeesCall { id: U256::ONE, recipient: alice });
        s.must(alice, rollCall {});
        assert_eq!(s.view(epochInfoCall { epoch: U256::ZERO }).exitsFilled, U256::from(87_500_000_000_000_000_000_u128));
    }

    fn the_time_of_the_roll_changes_no_payoff(s) {
        s1(&mut s, wad(50));
        let on_time = s.roll_at(wad_milli(130)).returned;
        let after = |seconds| {
            let mut late = PutSystem::<B>::new();
            s1(&mut late, wad(50));
            late.end_epoch_at(wad_milli(130));
            late.backend.warp(seconds);
            // What the price does afterwards is the next epoch's.
            late.post(wad_milli(700));
            late
        };
        let within = after(WINDOW).must(account("keeper"), rollCall {}).returned;
        assert_eq!((within.settlementPrice, within.payoff), (on_time.settlementPrice, on_time.payoff));
        assert_eq!((within.strike, within.funding), (on_time.strike, on_time.funding));
        let mut late = after(80_000);
        late.mark_at(wad_milli(300));
        let a_day = late.must(account("keeper"), rollCall {}).returned;
        assert_eq!((a_day.settlementPrice, a_day.payoff), (on_time.settlementPrice, on_time.payoff));
        // Too late for the price of then: struck and paid by the price of now, for the time that is left.
        assert_eq!(a_day.strike, wad_milli(225));
        let whole = s.view(bsPutCall { spot: wad_milli(300), strike: wad_milli(225), sigma: wad(1), secondsLeft: U256::from(EPOCH) });
        assert!(a_day.funding < (whole + U256::ONE) * U256::from(1_000));
    }

    fn skipped_epochs_are_one_settlement_and_a_gap(s) {
        s1(&mut s, wad(50));
        let genesis = s.state().start;
        s.end_epoch_at(wad_milli(140));
        s.record();
        for _ in 0..80 {
            s.backend.warp(86_400);
            s.post(wad_milli(90));
        }
        s.mark_at(wad_milli(90));
        let escrow = s.state().escrow;
        let done = s.must(account("keeper"), rollCall {});
        let event = done.event::<Rolled>();
        assert_eq!((event.epoch, event.next, event.settlementPrice, event.payoff), (U256::ZERO, U256::from(3), wad_milli(140), wad(10)));
        // Not a second of the gap was covered or paid.
        assert_eq!(event.strike, U256::from(67_500_000_000_000_000_u64));
        let state = s.state();
        assert_eq!((state.epoch, state.start), (U256::from(3), genesis + U256::from(3 * EPOCH)));
        let left = state.end - U256::from(s.backend.now());
        let price = s.view(bsPutCall { spot: wad_milli(90), strike: event.strike, sigma: state.sigma, secondsLeft: left });
        assert_eq!(event.funding, (price + U256::ONE) * U256::from(1_000));
        assert!(state.escrow <= escrow);
        let skipped = s.view(epochInfoCall { epoch: U256::ONE });
        assert_eq!((skipped.settled, skipped.sigma), (false, U256::ZERO));
    }

    fn a_starved_escrow_covers_what_it_pays_for(s) {
        s1(&mut s, U256::from(1_837_461_069_009_092_500_u64));
        let done = s.roll_at(wad_milli(180));
        let event = done.event::<FundingShortfall>();
        assert_eq!((event.required, event.paid, event.lapsed), (U256::from(3_674_922_138_018_185_000_u64), U256::from(1_837_461_069_009_092_500_u64), wad(500)));
        let state = s.state();
        assert_eq!((state.units, state.locked, state.escrow), (wad(500), U256::from(67_500_000_000_000_000_000_u128), U256::ZERO));
        // Without any, none is left, and the writers are free.
        s.roll_at(wad_milli(180));
        assert_eq!((s.state().units, s.state().locked), (U256::ZERO, U256::ZERO));
    }

    fn a_strike_is_what_the_liquidity_can_pay(s) {
        s1(&mut s, wad(100));
        let done = s.roll_at(wad(1));
        let event = done.event::<StrikeCapped>();
        // 0.75 is wanted, 400 / 1,000 can be paid.
        assert_eq!((event.strike, event.mark), (wad_milli(400), wad(1)));
        let state = s.state();
        assert_eq!((state.locked, state.free), (wad(400), U256::ZERO));
        assert!(s.view(epochInfoCall { epoch: U256::ONE }).strikeCapped);
        let rolled = s.roll_at(U256::ONE).returned;
        assert_eq!(rolled.payoff, wad(400) - U256::from(1_000), "and it is paid in full");
    }

    fn each_purchase_pays_its_own_strike(s) {
        s.deposit("alice", wad(1_000));
        for (price, units) in [(200, 100), (220, 50), (300, 40), (160, 30)] {
            s.mark_at(wad_milli(price));
            s.purchase(wad(units), wad(1));
        }
        let state = s.state();
        assert_eq!((state.locked, state.lots), (U256::from(35_850_000_000_000_000_000_u128), U256::from(4)));
        for (price, payoff) in [(300, 0), (200, 1_000), (140, 5_650), (50, 24_850), (0, 35_850)] {
            assert_eq!(s.view(payoffAtCall { price: wad_milli(price) }), wad_milli(payoff), "at {price}");
        }
        let lots = s.view(lotsCall { epoch: U256::ZERO, cursor: U256::ZERO, limit: U256::from(3) });
        assert_eq!((lots.list.len(), lots.next, lots.list[2].strike), (3, U256::from(3), wad_milli(225)));
        let rest = s.view(lotsCall { epoch: U256::ZERO, cursor: lots.next, limit: U256::from(3) });
        assert_eq!((rest.list.len(), rest.next, rest.list[0].units), (1, U256::ZERO, wad(30)));
        let rolled = s.roll_at(wad_milli(140)).returned;
        assert_eq!(rolled.payoff, wad_milli(5_650));
    }

    fn the_volatility_moves_by_a_quarter_an_epoch_and_a_silent_source_costs_a_tenth(s) {
        s1(&mut s, wad(100));
        s.end_epoch_at(wad_milli(200));
        s.post_volatility(wad(3));
        s.must(account("keeper"), rollCall {});
        assert_eq!(s.state().sigma, wad_milli(1_250), "not more than a quarter");
        s.end_epoch_at(wad_milli(200));
        s.post_volatility(wad_milli(100));
        s.must(account("keeper"), rollCall {});
        assert_eq!(s.state().sigma, U256::from(937_500_000_000_000_000_u64));
        // The source falls silent for more than 40 days.
        for _ in 0..2 {
            let end: u64 = s.state().end.to();
            s.warp_to(end - WINDOW);
            s.post(wad_milli(200));
            s.warp_to(end);
            s.post(wad_milli(200));
            s.must(account("keeper"), rollCall {});
        }
        assert_eq!(s.state().sigma, U256::from(937_500_000_000_000_000_u64 / 4 * 3 / 10 * 11), "a tenth more on top of a quarter less");
    }

    fn purchases_of_an_epoch_are_priced_by_its_one_volatility(s) {
        s.deposit("alice", wad(400));
        let before = s.purchase(wad(100), wad(1)).returned.premium;
        s.post_volatility(wad(3));
        let after = s.purchase(wad(100), wad(1)).returned.premium;
        assert_eq!(before, after);
    }
}
