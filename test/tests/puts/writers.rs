//! Writers: depositing, earning, leaving, claiming, dividing.

use alloy_primitives::{Address, U256};
use everfloor_test::{
    EPOCH,
    abi::{
        PutPool::*,
        WriterPosition::{
            ERC721InsufficientApproval, ERC721NonexistentToken, approveCall, balanceOfCall, ownerOfCall,
            setApprovalForAllCall, transferFromCall,
        },
    },
    account, on_both, wad, wad_milli,
};

on_both! {
    puts:
    fn a_deposit_mints_a_position_and_counts_every_share(s) {
        let writer = s.writer("alice", wad(100));
        let done = { let call = s.deposit_call(writer, wad(100)); s.must(writer, call) };
        assert_eq!((done.returned.id, done.returned.shares), (U256::ONE, wad(100)));
        let event = done.event::<Deposited>();
        assert_eq!((event.id, event.payer, event.receiver), (U256::ONE, writer, writer));
        assert_eq!((event.assets, event.shares, event.liquidity, event.totalShares), (wad(100), wad(100), wad(100), wad(100)));
        assert_eq!(s.view_of(s.positions, ownerOfCall { tokenId: U256::ONE }), writer);
        let position = s.position(U256::ONE);
        assert_eq!((position.owner, position.shares, position.principal), (writer, wad(100), wad(100)));
        assert_eq!((position.feesOwed, position.rewardsOwed, position.exitShares), (U256::ZERO, U256::ZERO, U256::ZERO));
        let (other, id) = s.deposit("bob", wad(300));
        assert_eq!((id, s.position(id).owner), (U256::from(2), other));
        assert_eq!((s.state().liquidity, s.state().totalShares), (wad(400), wad(400)));
        s.assert_backed(0);
    }

    fn a_deposit_keeps_to_its_limits(s) {
        let writer = s.writer("alice", wad(100));
        let call = |s: &everfloor_test::PutSystem<B>| s.deposit_call(writer, wad(1));
        let mut late = call(&s);
        late.deadline = U256::from(s.backend.now() - 1);
        let now = U256::from(s.backend.now());
        s.refused(writer, late.clone(), Expired { deadline: late.deadline, nowTime: now });
        let mut greedy = call(&s);
        greedy.minShares = wad(1) + U256::ONE;
        s.refused(writer, greedy, SharesBelowLimit { shares: wad(1), limit: wad(1) + U256::ONE });
        let mut nobody = call(&s);
        nobody.receiver = Address::ZERO;
        s.refused(writer, nobody, ZeroAddress {});
        let mut dust = call(&s);
        dust.assets = U256::from(999_999_999_999_u64);
        s.refused(writer, dust.clone(), AmountTooSmall { amount: dust.assets, least: U256::from(1_000_000_000_000_u64) });
        let mut huge = call(&s);
        huge.assets = U256::from(1) << 200;
        s.refused(writer, huge, Overflow {});
        let mut unpaid = call(&s);
        unpaid.assets = wad(101);
        s.refused(writer, unpaid, TransferFailed { token: s.weth });
    }

    fn premiums_vest_evenly_by_shares_and_are_claimed_at_any_time(s) {
        let (alice, first) = s.deposit("alice", wad(100));
        let (bob, second) = s.deposit("bob", wad(300));
        let premium = s.purchase(wad(1_000), wad(1_600)).returned.premium;
        s.backend.warp(EPOCH / 2);
        let half = premium / U256::from(2);
        let close = |got: U256, want: U256| assert!(want.abs_diff(got) <= U256::from(4_000_000_000_000_u64), "{got} is not {want}");
        close(s.position(first).feesOwed, half / U256::from(4));
        close(s.position(second).feesOwed, half * U256::from(3) / U256::from(4));
        let owed = s.position(first).feesOwed;
        let paid = s.must(alice, claimFeesCall { id: first, recipient: alice }).returned;
        assert_eq!((paid, s.balance(s.weth, alice)), (owed, owed));
        assert_eq!(s.position(first).feesOwed, U256::ZERO);
        // Claiming often brings no more and no less.
        for _ in 0..5 {
            s.backend.warp(EPOCH / 12);
            s.must(bob, claimFeesCall { id: second, recipient: bob });
        }
        s.roll_at(wad_milli(200));
        s.must(bob, claimFeesCall { id: second, recipient: bob });
        s.must(alice, claimFeesCall { id: first, recipient: alice });
        let (a, b) = (s.balance(s.weth, alice), s.balance(s.weth, bob));
        let funding = s.view(epochInfoCall { epoch: U256::ONE }).funding;
        assert_eq!(funding, U256::ZERO, "nobody paid for another epoch");
        assert!(premium - (a + b) <= U256::from(8), "{a} and {b} of {premium}");
        close(b, a * U256::from(3));
        s.assert_backed(8);
    }

    fn rewards_are_shared_by_a_fixed_schedule_of_three_years(s) {
        let (alice, first) = s.deposit("alice", wad(100));
        let (_, second) = s.deposit("bob", wad(300));
        s.begin_rewards();
        let again = s.send(account("rewarder"), beginRewardsCall {});
        assert!(again.is_err(), "rewards begin once");
        s.backend.warp(86_400);
        // 3,000 a year is 8.219178082191780821 a day; a quarter of it, rounded down.
        assert_eq!(s.position(first).rewardsOwed, U256::from(2_054_794_520_547_945_205_u64));
        let paid = s.must(alice, claimRewardsCall { id: first, recipient: alice }).returned;
        assert_eq!((paid, s.balance(s.dpx, alice)), (U256::from(2_054_794_520_547_945_205_u64), paid));
        s.backend.warp(300 * 86_400);
        let all = s.position(first).rewardsOwed + paid + s.position(second).rewardsOwed;
        let emitted = s.view(rewardsEmittedCall { elapsed: U256::from(301 * 86_400) });
        assert!(emitted - all <= U256::from(4), "{all}");
        assert_eq!(s.view(rewardStateCall {}).emitted, emitted);
        for after in [94_608_000_u64, 94_608_001, u64::MAX] {
            assert_eq!(s.view(rewardsEmittedCall { elapsed: U256::from(after) }), wad(9_000));
        }
    }

    fn what_an_empty_pool_would_earn_is_the_treasurys(s) {
        s.begin_rewards();
        s.backend.warp(86_400);
        let (alice, id) = s.deposit("alice", wad(1));
        assert_eq!(s.position(id).rewardsOwed, U256::ZERO, "the newcomer gets nothing of the past");
        let paid = s.must(alice, collectUnallocatedCall {}).returned;
        assert_eq!(s.balance(s.dpx, s.treasury), paid);
        // A few seconds more than a day: transactions take none here.
        assert_eq!(paid, U256::from(8_219_178_082_191_780_821_u64));
        s.refused(alice, collectUnallocatedCall {}, NothingToPay {});
    }

    fn a_position_is_accounted_for_by_its_owner_and_nothing_is_paid(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.purchase(wad(100), wad(100));
        s.backend.warp(EPOCH / 3);
        let before = s.position(id);
        // A stranger would change the state that a buyer relies on.
        let stranger = account("stranger");
        let refusal = ERC721InsufficientApproval { operator: stranger, token_id: id };
        s.refused(stranger, settleCall { id }, refusal);
        s.must(alice, settleCall { id });
        let after = s.position(id);
        assert_eq!((after.feesOwed, after.shares), (before.feesOwed, before.shares));
        assert_ne!(after.stateHash, before.stateHash, "what it is owed is written down");
        assert_eq!(s.must(alice, claimFeesCall { id, recipient: alice }).returned, before.feesOwed);
        let unknown = U256::from(9);
        s.refused(alice, settleCall { id: unknown }, ERC721NonexistentToken { token_id: unknown });
    }

    fn what_a_position_has_earned_travels_with_it(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.purchase(wad(100), wad(100));
        s.begin_rewards();
        s.backend.warp(EPOCH / 3);
        let before = s.position(id);
        let carol = account("carol");
        let positions = s.positions;
        s.must_to(alice, positions, transferFromCall { from: alice, to: carol, tokenId: id });
        let after = s.position(id);
        assert_eq!((after.owner, after.feesOwed, after.rewardsOwed), (carol, before.feesOwed, before.rewardsOwed));
        assert_eq!(after.stateHash, before.stateHash, "nothing ran");
        s.refused(alice, claimFeesCall { id, recipient: alice }, ERC721InsufficientApproval { operator: alice, token_id: id });
        let got = s.must(carol, claimCall { id, recipient: carol }).returned;
        assert_eq!((got.fees, got.rewards), (before.feesOwed, before.rewardsOwed));
    }

    fn approved_accounts_and_operators_may_act_for_the_owner(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        let (broker, operator) = (account("broker"), account("operator"));
        let positions = s.positions;
        s.refused(broker, requestExitCall { id, shares: wad(1) }, ERC721InsufficientApproval { operator: broker, token_id: id });
        s.must_to(alice, positions, approveCall { to: broker, tokenId: id });
        s.must(broker, requestExitCall { id, shares: wad(1) });
        s.must_to(alice, positions, setApprovalForAllCall { operator, approved: true });
        s.must(operator, cancelExitCall { id, shares: wad(1) });
        let nobody = U256::from(77);
        s.refused(alice, claimCall { id: nobody, recipient: alice }, ERC721NonexistentToken { token_id: nobody });
    }

    fn shares_leave_at_the_roll_at_its_price_and_are_claimed(s) {
        let (alice, first) = s.deposit("alice", wad(100));
        let (bob, _) = s.deposit("bob", wad(300));
        // 150 locked, 100 backed: 250 may go.
        s.purchase(wad(1_000), wad(100));
        let done = s.must(alice, requestExitCall { id: first, shares: wad(40) });
        let event = done.event::<ExitRequested>();
        assert_eq!((event.id, event.shares, event.requested, event.queued), (first, wad(40), wad(40), wad(40)));
        assert_eq!((s.position(first).exitShares, s.state().queuedShares), (wad(40), wad(40)));
        // It settles at 0.1: each unit pays 0.05.
        let rolled = s.roll_at(wad_milli(100));
        assert_eq!(rolled.returned.payoff, wad(50));
        // 350 of 400 are left: 40 shares leave with 35.
        let filled = rolled.event::<ExitFilled>();
        assert_eq!((filled.burned, filled.waiting, filled.paid), (wad(40), wad(40), wad(35)));
        assert_eq!((s.state().liquidity, s.state().totalShares), (wad(315), wad(360)));
        let position = s.position(first);
        assert_eq!((position.shares, position.exitShares, position.principal), (wad(60), U256::ZERO, U256::from(52_500_000_000_000_000_000_u128)));
        let fees = position.feesOwed - wad(35);
        s.must(alice, claimFeesCall { id: first, recipient: bob });
        assert_eq!(s.balance(s.weth, bob), fees + wad(35));
        s.assert_backed(8);
    }

    fn what_the_pool_cannot_spare_waits_pro_rata_and_may_stay_after_all(s) {
        let (alice, first) = s.deposit("alice", wad(100));
        let (bob, second) = s.deposit("bob", wad(300));
        s.fund_escrow(wad(50));
        // A supply of 1,400 keeps 350: 50 may go, and 200 want to.
        s.purchase(wad(1_000), wad(1_400));
        s.must(alice, requestExitCall { id: first, shares: wad(50) });
        s.must(bob, requestExitCall { id: second, shares: wad(150) });
        let rolled = s.roll_at(wad_milli(200));
        let filled = rolled.event::<ExitFilled>();
        assert_eq!((filled.burned, filled.waiting, filled.paid), (wad(50), wad(200), wad(50)));
        assert_eq!((s.position(first).exitShares, s.position(second).exitShares), (U256::from(37_500_000_000_000_000_000_u128), U256::from(112_500_000_000_000_000_000_u128)));
        s.must(bob, cancelExitCall { id: second, shares: U256::from(112_500_000_000_000_000_000_u128) });
        // Now a little more may go, and it is all Alice's.
        let buyer = s.buyer;
        s.must(buyer, reportSupplyCall { supply: wad(1_300) });
        let rolled = s.roll_at(wad_milli(200));
        let filled = rolled.event::<ExitFilled>();
        assert_eq!((filled.burned, filled.paid), (wad(25), wad(25)));
        let position = s.position(first);
        assert_eq!((position.shares, position.exitShares), (U256::from(62_500_000_000_000_000_000_u128), U256::from(12_500_000_000_000_000_000_u128)));
        let earned = position.feesOwed - U256::from(37_500_000_000_000_000_000_u128);
        assert!(earned > U256::ZERO, "what waits earns");
        s.assert_backed(16);
    }

    fn more_shares_than_there_are_neither_leave_nor_stay(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.refused(alice, requestExitCall { id, shares: wad(101) }, ExceedsShares { asked: wad(101), available: wad(100) });
        s.refused(alice, requestExitCall { id, shares: U256::ZERO }, ZeroAmount {});
        s.must(alice, requestExitCall { id, shares: wad(60) });
        s.refused(alice, requestExitCall { id, shares: wad(41) }, ExceedsShares { asked: wad(41), available: wad(40) });
        s.refused(alice, cancelExitCall { id, shares: wad(61) }, ExceedsShares { asked: wad(61), available: wad(60) });
        s.refused(alice, splitCall { id, shares: wad(41) }, ExceedsShares { asked: wad(41), available: wad(40) });
    }

    fn a_position_with_nothing_left_ends(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.must(alice, requestExitCall { id, shares: wad(100) });
        s.roll_at(wad_milli(200));
        assert_eq!(s.position(id).feesOwed, wad(100));
        let done = s.must(alice, claimCall { id, recipient: alice });
        assert_eq!((done.returned.fees, done.event::<Closed>().id), (wad(100), id));
        assert_eq!(s.view_of(s.positions, balanceOfCall { owner: alice }), U256::ZERO);
        assert!(s.ask(s.positions, ownerOfCall { tokenId: id }).is_err());
        let state = s.state();
        assert_eq!((state.liquidity, state.totalShares, s.balance(s.weth, s.pool)), (U256::ZERO, U256::ZERO, U256::ZERO));
        // The pool goes on, with new shares at one each.
        let (_, next) = s.deposit("bob", wad(5));
        assert_eq!((next, s.position(next).shares), (U256::from(2), wad(5)));
    }

    fn a_position_is_divided_and_put_together_again(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.purchase(wad(100), wad(100));
        s.backend.warp(EPOCH / 2);
        let owed = s.position(id).feesOwed;
        let (amount, least) = (U256::from(999_999_999_999_u64), U256::from(1_000_000_000_000_u64));
        s.refused(alice, splitCall { id, shares: amount }, AmountTooSmall { amount, least });
        let part = s.must(alice, splitCall { id, shares: wad(30) }).returned;
        assert_eq!((s.position(id).shares, s.position(part).shares), (wad(70), wad(30)));
        assert_eq!((s.position(id).feesOwed, s.position(part).feesOwed), (owed, U256::ZERO));
        assert_eq!(s.position(part).owner, alice);
        s.must(alice, requestExitCall { id: part, shares: wad(10) });
        s.backend.warp(EPOCH / 4);
        let together = s.position(id).feesOwed + s.position(part).feesOwed;
        let positions = s.positions;
        s.must(alice, mergeCall { into: id, from: part });
        let whole = s.position(id);
        assert_eq!((whole.shares, whole.exitShares, whole.feesOwed), (wad(100), wad(10), together));
        assert!(s.ask(positions, ownerOfCall { tokenId: part }).is_err());
        s.refused(alice, mergeCall { into: id, from: id }, UnknownPosition { id });
        let (bob, other) = s.deposit("bob", wad(1));
        s.must_to(bob, positions, setApprovalForAllCall { operator: alice, approved: true });
        s.refused(alice, mergeCall { into: id, from: other }, UnknownPosition { id: other });
        s.assert_backed(8);
    }

    fn who_comes_and_leaves_at_once_gains_nothing(s) {
        let (_, _) = s.deposit("alice", wad(100));
        s.purchase(wad(100), wad(50));
        s.backend.warp(EPOCH - 10_000);
        let (eve, id) = s.deposit("eve", wad(1_000));
        s.must(eve, requestExitCall { id, shares: wad(1_000) });
        assert_eq!(s.position(id).feesOwed, U256::ZERO);
        s.refused(eve, claimRewardsCall { id, recipient: Address::ZERO }, ZeroAddress {});
        s.must(eve, claimFeesCall { id, recipient: eve });
        assert_eq!(s.balance(s.weth, eve), U256::ZERO);
    }

    fn the_principal_may_be_lost_and_the_pool_goes_on(s) {
        let (alice, first) = s.deposit("alice", wad(150));
        s.fund_escrow(wad(10));
        s.purchase(wad(1_000), wad(600));
        s.must(alice, requestExitCall { id: first, shares: wad(1) });
        let earned = s.state().unvested;
        // Nothing is worth less than nothing: a price of a wei.
        let rolled = s.roll_at(U256::ONE);
        assert_eq!(rolled.returned.payoff, wad(150) - U256::from(1_000));
        assert_eq!(rolled.event::<GenerationLost>().generation, U256::ZERO);
        let state = s.state();
        assert_eq!((state.liquidity, state.totalShares, state.units, state.generation), (U256::ZERO, U256::ZERO, U256::ZERO, U256::ONE));
        let position = s.position(first);
        assert_eq!((position.shares, position.exitShares), (U256::ZERO, U256::ZERO));
        // The last crumbs and all fees are hers.
        assert!(earned + U256::from(1_000) - position.feesOwed <= U256::from(4), "{}", position.feesOwed);
        let (_, second) = s.deposit("bob", wad(20));
        assert_eq!((s.position(second).shares, s.position(second).principal), (wad(20), wad(20)));
        s.must(alice, claimCall { id: first, recipient: alice });
        s.refused(alice, requestExitCall { id: first, shares: U256::ONE }, ERC721NonexistentToken { token_id: first });
        s.assert_backed(8);
    }
}
