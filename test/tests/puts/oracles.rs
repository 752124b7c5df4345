//! What rolls and purchases rest on, and what happens when it is not there.

use alloy_primitives::{Address, U256};
use everfloor_test::{
    WINDOW,
    abi::{PriceHistory, PutPool::*},
    account, on_both, wad, wad_milli,
};

/// The history has no observation near enough the window's beginning, or its end.
const START_MISSING: u64 = 1;
const END_MISSING: u64 = 2;

on_both! {
    puts:
    fn sources_that_disagree_sell_nothing(s) {
        s.deposit("alice", wad(400));
        s.post_to(1, wad_milli(189));
        let (buyer, call) = (s.buyer, s.purchase_call(wad(1), wad(1)));
        s.refused(buyer, call.clone(), PriceUnavailable { status: U256::from(7) });
        // Within a twentieth the lower one counts: nobody gets a strike for a pump of either.
        s.post_to(1, wad_milli(191));
        assert_eq!(s.must(buyer, call.clone()).returned.strike, U256::from(143_250_000_000_000_000_u64));
        s.post_to(1, wad_milli(209));
        assert_eq!(s.must(buyer, call).returned.strike, wad_milli(150));
    }

    fn a_stale_price_sells_nothing(s) {
        s.deposit("alice", wad(400));
        s.backend.warp(604_801);
        let (buyer, call) = (s.buyer, s.purchase_call(wad(1), wad(1)));
        s.refused(buyer, call, PriceUnavailable { status: U256::from(5) });
    }

    fn a_jump_in_the_settlement_window_sells_no_put_that_is_in_the_money(s) {
        s.deposit("alice", wad(400));
        let end: u64 = s.state().end.to();
        s.warp_to(end - WINDOW);
        s.post(wad_milli(120));
        // A third of an hour before the end both sources jump; the settlement average cannot follow any more.
        s.warp_to(end - 1_860);
        s.mark_at(wad_milli(200));
        assert_eq!(s.view(markPriceCall {}), wad_milli(200));
        let quote = s.view(quotePutCall { units: wad(1) });
        let bought = s.purchase(wad(1_000), wad(1)).returned;
        assert_eq!((quote.strike, quote.premium * U256::from(1_000) >= bought.premium), (bought.strike, true));
        // 0.12 for most of the window, so three quarters of hardly more.
        assert!(bought.strike < wad_milli(96), "{}", bought.strike);
        s.warp_to(end);
        s.post(wad_milli(200));
        let rolled = s.must(account("keeper"), rollCall {}).returned;
        assert_eq!(rolled.payoff, U256::ZERO);
    }

    fn the_last_minute_does_not_move_a_settlement(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        let end: u64 = s.state().end.to();
        s.warp_to(end - WINDOW);
        s.post(wad_milli(200));
        // For the last minute of six hours the price is pushed to a hundredth.
        s.warp_to(end - 60);
        s.post(wad_milli(2));
        s.warp_to(end);
        s.post(wad_milli(200));
        let rolled = s.must(account("keeper"), rollCall {}).returned;
        // 0.2 less a 360th of what it fell.
        assert_eq!((rolled.settlementPrice, rolled.payoff), (wad_milli(200) - wad_milli(198) * U256::from(60) / U256::from(WINDOW), U256::ZERO));
    }

    fn without_observations_of_the_window_the_pool_waits_and_then_settles_by_the_last_average(s) {
        let (alice, id) = s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        s.fund_escrow(wad(10));
        let end: u64 = s.state().end.to();
        // The last observations are from half a day before the end.
        s.warp_to(end - 43_200 - WINDOW);
        s.post(wad_milli(140));
        s.warp_to(end - 43_200);
        s.post(wad_milli(140));
        s.warp_to(end + 18_000);
        s.post(wad_milli(100));
        let keeper = account("keeper");
        s.refused(keeper, rollCall {}, PriceUnavailable { status: U256::from(START_MISSING) });
        // Meanwhile nobody enters, and what was earned is paid.
        s.must(alice, claimCall { id, recipient: alice });
        s.warp_to(end + 86_400 - 1);
        s.mark_at(wad_milli(100));
        s.warp_to(end + 90_000);
        s.mark_at(wad_milli(100));
        let done = s.must(keeper, rollCall {});
        let event = done.event::<OracleFallback>();
        assert_eq!((event.settlementPrice, event.status), (wad_milli(140), U256::from(START_MISSING)));
        assert_eq!(done.returned.payoff, wad(10));
        // What continues is struck at the price of now.
        assert_eq!(done.returned.strike, wad_milli(75));
    }

    fn a_dead_feed_ends_the_cover_and_holds_nobody(s) {
        let (alice, id) = s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        s.fund_escrow(wad(10));
        s.must(alice, requestExitCall { id, shares: wad(300) });
        let end: u64 = s.state().end.to();
        s.warp_to(end - 86_400 - WINDOW);
        s.post(wad_milli(140));
        s.warp_to(end - 86_400);
        s.post(wad_milli(140));
        let keeper = account("keeper");
        // Without a mark a day is not late enough: that would end all cover.
        s.warp_to(end + 86_400);
        s.refused(keeper, rollCall {}, PriceUnavailable { status: U256::from(1) });
        s.warp_to(end + 700_000);
        let done = s.must(keeper, rollCall {});
        let event = done.event::<Rolled>();
        assert_eq!((event.settlementPrice, event.payoff, event.units, event.lapsed), (wad_milli(140), wad(10), U256::ZERO, wad(1_000)));
        assert_eq!(done.event::<ExitFilled>().burned, wad(300));
        s.must(alice, claimCall { id, recipient: alice });
        s.refused(keeper, collectUnallocatedCall {}, NothingToPay {});
        let buyer = s.buyer;
        s.must(buyer, collectPayoffCall {});
    }

    fn a_window_that_is_only_late_observed_at_its_end_is_waited_for(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        let end: u64 = s.state().end.to();
        for before in [2, 1] {
            s.warp_to(end - before * WINDOW);
            s.post(wad_milli(140));
        }
        // Nothing is recorded at the end, and the feed is silent for a week and a day.
        s.backend.warp(691_200);
        let keeper = account("keeper");
        let done = s.must(keeper, rollCall {});
        assert_eq!(done.event::<OracleFallback>().status, U256::from(END_MISSING));
    }

    fn other_oracles_wait_for_the_roll(s) {
        s.deposit("alice", wad(400));
        let (owner, stranger) = (s.owner, account("stranger"));
        let old = s.peers();
        let history = s.new_history();
        let volatility = s.new_volatility();
        let queue = queueOraclesCall { history, volatilitySource: volatility };
        s.refused(stranger, queue.clone(), NotOwner { caller: stranger });
        s.must(owner, queue);
        assert_eq!(s.view(peersCall {}), old, "the open epoch is as it was");
        assert_eq!(s.view(queuedOraclesCall {}).history, history);
        let done = s.roll_at(wad_milli(200));
        let event = done.event::<OraclesApplied>();
        assert_eq!((event.history, event.volatilitySource), (history, volatility));
        assert_eq!((s.view(peersCall {}).history, s.view(queuedOraclesCall {}).history), (history, Address::ZERO));
    }

    fn a_history_that_is_gone_is_replaced_by_the_queued_one_once_the_grace_is_over(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        let history = s.new_history();
        let end: u64 = s.state().end.to();
        s.warp_to(end - WINDOW);
        s.post(wad_milli(140));
        s.must_to(account("keeper"), history, PriceHistory::recordCall {});
        s.warp_to(end);
        s.post(wad_milli(140));
        s.must_to(account("keeper"), history, PriceHistory::recordCall {});
        // The pool's own history stops answering: as if its code were gone.
        let owner = s.owner;
        let dead = s.backend.stub(Err(Vec::new()));
        s.must(owner, queueOraclesCall { history: dead, volatilitySource: Address::ZERO });
        s.must(account("keeper"), rollCall {});
        s.must(owner, queueOraclesCall { history, volatilitySource: Address::ZERO });
        let end: u64 = s.state().end.to();
        s.warp_to(end - WINDOW);
        for time in [end - WINDOW, end] {
            s.warp_to(time);
            for source in 0..2 {
                s.post_to(source, wad_milli(100));
            }
            s.must_to(account("keeper"), history, PriceHistory::recordCall {});
        }
        let keeper = account("keeper");
        s.refused(keeper, rollCall {}, PriceUnavailable { status: U256::from(255) });
        // So is its mark, if the queued one has one.
        for time in [end + 86_400 - 1_800, end + 86_400] {
            s.warp_to(time);
            for source in 0..2 {
                s.post_to(source, wad_milli(100));
            }
            s.must_to(keeper, history, PriceHistory::recordCall {});
        }
        let done = s.must(keeper, rollCall {});
        assert_eq!(done.event::<OracleFallback>().settlementPrice, wad_milli(100));
        assert_eq!(s.view(peersCall {}).history, history);
    }
}
