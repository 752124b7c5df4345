//! The published faults of the first put pool, by their numbers, where only whole contracts can have them. What can be
//! shown with the rules alone is in `contracts/put/rules/tests/rules/published_faults.rs`.
//!
//! Excluded by design, without a test:
//!
//! | fault | why it cannot be |
//! |---|---|
//! | H-04, M-07 | nothing is ever rescued into a contract, and nobody stores an owner besides the ERC-721 itself |
//! | H-07 | every price is wad: feeds convert by their source's decimals, `PriceFeed`'s tests |
//! | H-08, M-15 | no delegates, and no `sync` with balances: ledgers are moved by deposits and payments alone |
//! | H-09, M-04, M-06, M-08, M-16, M-05, M-18 | no market maker is traded with, by users or by us |
//! | M-01, M-11, 1529 | no discount and no decaying bonds: each part of a bond is charged by itself |
//! | M-02, 748, 263 | cash settlement: the pool holds one asset |
//! | 739, 2103 | no sweep of principal exists, paused or not |

use alloy_primitives::U256;
use everfloor_test::{
    EPOCH, PutSystem, WINDOW,
    abi::{PriceHistory, PutPool::*},
    account, on_both, wad, wad_milli,
};

on_both! {
    puts:
    fn h_02_leaving_before_a_settlement_and_coming_back_saves_nothing(s) {
        let both = |s: &mut PutSystem<B>| {
            let (bob, first) = s.deposit("bob", wad(100));
            let (_, second) = s.deposit("dave", wad(100));
            s.purchase(wad(1_000), wad(10));
            (bob, first, second)
        };
        let (bob, first, second) = both(&mut s);
        let mut stayed = PutSystem::<B>::new();
        both(&mut stayed);
        // Bob sees the loss coming and asks to leave; Dave stays. Once the epoch is over it is too late even to ask.
        s.must(bob, requestExitCall { id: first, shares: wad(90) });
        s.end_epoch_at(wad_milli(100));
        let (end, call) = (s.state().start, requestExitCall { id: first, shares: wad(10) });
        s.refused(bob, call, RollDue { end, nowTime: U256::from(s.backend.now()) });
        s.must(account("keeper"), rollCall {});
        stayed.roll_at(wad_milli(100));
        let (left, kept) = (s.position(first), stayed.position(first));
        let together = left.principal + left.feesOwed;
        assert!((kept.principal + kept.feesOwed).abs_diff(together) <= U256::from(2), "the same as a holder has");
        assert_eq!(s.position(second).principal, kept.principal);
    }

    fn h_03_a_donation_of_one_wei_stops_nothing(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        let (weth, pool) = (s.weth, s.pool);
        s.give_token(weth, pool, U256::ONE);
        s.purchase(wad(100), wad(10));
        s.fund_escrow(wad(1));
        s.give_token(weth, pool, U256::ONE);
        s.must(alice, requestExitCall { id, shares: wad(1) });
        s.roll_at(wad_milli(100));
        s.must(alice, claimCall { id, recipient: alice });
        let buyer = s.buyer;
        s.must(buyer, collectPayoffCall {});
        s.must(buyer, withdrawEscrowCall { amount: U256::ONE, recipient: buyer });
    }

    fn h_05_a_deposit_just_before_fees_arrive_earns_none_of_the_past(s) {
        s.deposit("alice", wad(100));
        s.purchase(wad(300), wad(10));
        s.backend.warp(EPOCH / 2);
        let (eve, id) = s.deposit("eve", wad(1));
        assert_eq!(s.position(id).feesOwed, U256::ZERO);
        s.must(eve, requestExitCall { id, shares: wad(1) });
        s.roll_at(wad_milli(200));
        // What she gets is her share of what vested while she was there, and not a wei of before.
        let got = s.position(id).feesOwed - wad(1);
        let half = U256::from(1_224_974_046_006_061_500_u64) / U256::from(2);
        assert!(got <= half / U256::from(101) + U256::ONE, "{got}");
    }

    fn h_06_a_purchase_works_in_the_last_second_of_an_epoch(s) {
        s.deposit("alice", wad(100));
        let end: u64 = s.state().end.to();
        s.warp_to(end - WINDOW);
        s.post(wad_milli(200));
        s.warp_to(end - 864 - 1_800);
        s.mark_at(wad_milli(200));
        for left in [864, 863, 1] {
            s.warp_to(end - left);
            s.purchase(wad(1), wad(1));
        }
    }

    fn m_03_what_the_buyer_lets_go_or_does_not_pay_for_is_no_burden(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        s.fund_escrow(wad(100));
        let buyer = s.buyer;
        s.must(buyer, coverAtMostCall { units: U256::ZERO });
        s.roll_at(wad_milli(200));
        assert_eq!((s.state().locked, s.state().escrow), (U256::ZERO, wad(100)));
    }

    fn m_09_a_first_depositor_of_a_wei_takes_nothing_of_the_next(s) {
        // The least deposit is what is worth its storage; donations and rewards are no part of a share's price.
        let (_, first) = s.deposit("mallory", U256::from(1_000_000_000_000_u64));
        s.begin_rewards();
        let (weth, pool) = (s.weth, s.pool);
        s.give_token(weth, pool, wad(10));
        let (_, second) = s.deposit("victim", wad(5));
        assert_eq!((s.position(second).shares, s.position(second).principal), (wad(5), wad(5)));
        assert_eq!(s.position(first).principal, U256::from(1_000_000_000_000_u64));
    }

    fn m_12_a_purchase_just_before_the_end_costs_as_much_as_any(s) {
        s.deposit("alice", wad(400));
        let first = s.purchase(wad(100), wad(1)).returned.premium;
        let end: u64 = s.state().end.to();
        s.warp_to(end - WINDOW);
        s.post(wad_milli(200));
        s.warp_to(end - 1_801);
        s.mark_at(wad_milli(200));
        assert_eq!(s.purchase(wad(100), wad(1)).returned.premium, first);
    }

    fn m_13_a_claim_of_fees_alone_works_without_principal(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.must(alice, requestExitCall { id, shares: wad(100) });
        s.roll_at(wad_milli(200));
        s.must(alice, claimFeesCall { id, recipient: alice });
        assert_eq!(s.balance(s.weth, alice), wad(100));
    }

    fn m_14_m_20_every_entry_takes_a_limit_and_a_deadline(s) {
        let (alice, buyer) = (s.writer("alice", wad(1)), s.buyer);
        let mut deposit = s.deposit_call(alice, wad(1));
        deposit.deadline = U256::ZERO;
        let now = U256::from(s.backend.now());
        s.refused(alice, deposit, Expired { deadline: U256::ZERO, nowTime: now });
        let mut purchase = s.purchase_call(wad(1), wad(1));
        purchase.deadline = U256::ZERO;
        s.refused(buyer, purchase, Expired { deadline: U256::ZERO, nowTime: now });
    }

    fn x_352_x_1072_buying_and_settling_in_any_order_leaves_no_counter_behind(s) {
        s.deposit("alice", wad(400));
        s.fund_escrow(wad(50));
        s.purchase(wad(100), wad(10));
        s.roll_at(wad_milli(200));
        // The same strike as the units that continue, and another.
        s.mark_at(wad_milli(200));
        s.purchase(wad(10), wad(10));
        s.mark_at(wad_milli(199));
        s.purchase(wad(10), wad(10));
        let rolled = s.roll_at(wad_milli(100));
        // 110 pay 0.05, 10 pay 0.04925.
        assert_eq!(rolled.returned.payoff, U256::from(5_992_500_000_000_000_000_u64));
        assert_eq!(rolled.event::<Rolled>().units, wad(120));
    }

    fn x_494_cover_that_is_not_paid_for_ends(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(100), wad(10));
        s.roll_at(wad_milli(200));
        assert_eq!(s.roll_at(wad_milli(100)).returned.payoff, U256::ZERO);
    }

    fn x_579_epochs_that_nobody_rolled_cost_no_loop(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(100), wad(10));
        s.end_epoch_at(wad_milli(140));
        // Ten months; after a year without keeping them alive, programs do not run any more.
        s.backend.warp(300 * 86_400);
        let done = s.must(account("keeper"), rollCall {});
        assert_eq!((done.returned.payoff, done.returned.settlementPrice), (wad(1), wad_milli(140)));
        assert_eq!(done.returned.epoch, U256::from(11));
    }

    fn x_617_x_1024_nobody_chooses_the_time_or_the_price_of_a_settlement(s) {
        let mut crash = PutSystem::<B>::new();
        for s in [&mut s, &mut crash] {
            s.deposit("alice", wad(400));
            s.purchase(wad(1_000), wad(10));
            s.end_epoch_at(wad_milli(140));
        }
        // The price falls to nothing a second later, and whoever wants may record it as often as he likes.
        for _ in 0..3 {
            crash.backend.warp(1_000);
            crash.post(U256::ONE);
            let history = crash.history;
            crash.must_to(account("mallory"), history, PriceHistory::recordCall {});
        }
        let (a, b) = (s.must(account("keeper"), rollCall {}), crash.must(account("mallory"), rollCall {}));
        assert_eq!((a.returned.settlementPrice, a.returned.payoff), (b.returned.settlementPrice, b.returned.payoff));
    }

    fn x_2047_a_put_at_the_money_pays_nothing(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        assert_eq!(s.view(payoffAtCall { price: wad_milli(150) }), U256::ZERO);
        assert_eq!(s.roll_at(wad_milli(150)).returned.payoff, U256::ZERO);
    }

    fn x_98_views_answer_while_a_roll_is_due(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(10));
        s.end_epoch_at(wad_milli(150));
        s.backend.warp(EPOCH * 2);
        s.post(wad_milli(150));
        s.view(poolStateCall {});
        s.view(positionCall { id: U256::ONE });
        s.view(canRollCall {});
        s.view(payoffAtCall { price: wad_milli(1) });
        s.view(previewDepositCall { assets: wad(1) });
    }

    fn m_17_m_19_pausing_stops_entry_alone(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        let owner = s.owner;
        s.must(owner, setEntryPausedCall { paused: true });
        s.must(alice, requestExitCall { id, shares: wad(100) });
        s.roll_at(wad_milli(200));
        s.must(alice, claimCall { id, recipient: alice });
    }
}
