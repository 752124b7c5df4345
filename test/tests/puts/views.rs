//! What views promise: they answer for this very moment, and say what the call would do.

use alloy_primitives::{Address, U256};
use everfloor_test::{
    EPOCH, WINDOW,
    abi::{PutPool::*, WriterPosition::transferFromCall},
    account, on_both, wad, wad_milli,
};

on_both! {
    puts:
    fn an_unrolled_pool_is_shown_as_it_will_be_rolled(s) {
        let (alice, id) = s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(100));
        s.fund_escrow(wad(50));
        s.begin_rewards();
        s.must(alice, requestExitCall { id, shares: wad(100) });
        s.end_epoch_at(wad_milli(100));
        assert!(s.state().rollDue);
        let (mut seen, position) = (s.state(), s.position(id));
        let quote = s.view(quotePutCall { units: wad(1) });
        s.must(account("keeper"), rollCall {});
        seen.rollDue = false;
        assert_eq!(s.state(), seen);
        let now = s.position(id);
        assert_eq!((now.shares, now.principal, now.feesOwed, now.rewardsOwed, now.exitShares), (position.shares, position.principal, position.feesOwed, position.rewardsOwed, position.exitShares));
        assert_eq!(s.view(quotePutCall { units: wad(1) }).premium, quote.premium);
    }

    fn previews_are_what_happens(s) {
        s.deposit("alice", wad(100));
        s.purchase(wad(100), wad(50));
        s.roll_at(wad_milli(100));
        let preview = s.view(previewDepositCall { assets: wad(7) });
        let (bob, id) = s.deposit("bob", wad(7));
        assert_eq!(s.position(id).shares, preview);
        let exit = s.view(previewExitCall { id });
        assert!(exit.principal <= wad(7) && exit.principal >= wad(7) - U256::from(2));
        assert_eq!((exit.fillable, exit.nextRoll), (exit.principal, s.state().end));
        assert_eq!(s.view(availableToExitCall {}), s.state().liquidity - U256::from(12_500_000_000_000_000_000_u128));
        s.must(bob, requestExitCall { id, shares: preview });
        let rolled = s.roll_at(wad_milli(100));
        assert_eq!(rolled.event::<ExitFilled>().paid, exit.fillable);
        let quoted = s.view(quoteFundingCall {});
        assert_eq!((quoted.needed, quoted.escrow, quoted.runwayEpochs), (U256::ZERO, U256::ZERO, U256::MAX));
    }

    fn a_runway_is_counted_in_epochs(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(1_600));
        s.fund_escrow(wad(10));
        let quoted = s.view(quoteFundingCall {});
        assert_eq!((quoted.needed, quoted.escrow, quoted.runwayEpochs), (U256::from(4_083_246_820_020_205_000_u64), wad(10), U256::from(2)));
    }

    fn lists_are_paged(s) {
        for number in 0..5 {
            s.deposit("alice", wad(1 + number));
        }
        let alice = account("alice");
        let page = s.view(positionsOfCall { owner: alice, cursor: U256::ZERO, limit: U256::from(3) });
        assert_eq!((page.ids.len(), page.next), (3, U256::from(3)));
        let rest = s.view(positionsOfCall { owner: alice, cursor: page.next, limit: U256::from(100) });
        assert_eq!((rest.ids.len(), rest.next), (2, U256::ZERO));
        let none = s.view(positionsOfCall { owner: account("nobody"), cursor: U256::MAX, limit: U256::MAX });
        assert_eq!((none.ids.len(), none.next), (0, U256::ZERO));
        s.roll_at(wad_milli(200));
        let epochs = s.view(epochsCall { from: U256::ZERO, limit: U256::from(10) });
        assert_eq!((epochs.list.len(), epochs.next), (2, U256::ZERO));
        assert_eq!((epochs.list[0].settled, epochs.list[1].settled), (true, false));
    }

    fn the_hash_of_a_position_is_what_its_buyer_relies_on(s) {
        let (alice, id) = s.deposit("alice", wad(100));
        s.purchase(wad(100), wad(10));
        s.backend.warp(EPOCH / 2);
        let state_hash = s.view(stateHashCall { id });
        assert_eq!(s.position(id).stateHash, state_hash);
        s.backend.warp(100);
        s.view(requireStateCall { id, stateHash: state_hash });
        // A seller who takes the fees out just before the sale is found out.
        s.must(alice, claimFeesCall { id, recipient: alice });
        let actual = s.view(stateHashCall { id });
        assert_ne!(actual, state_hash);
        s.refused(alice, requireStateCall { id, stateHash: state_hash }, StateChanged { id, actual });
        let positions = s.positions;
        s.must_to(alice, positions, transferFromCall { from: alice, to: account("bob"), tokenId: id });
        assert_eq!(s.view(stateHashCall { id }), actual);
        s.must(account("bob"), requestExitCall { id, shares: wad(1) });
        assert_ne!(s.view(stateHashCall { id }), actual);
    }

    fn the_pool_names_everybody_it_deals_with(s) {
        let (peers, programs, params) = (s.view(peersCall {}), s.view(programsCall {}), s.view(paramsCall {}));
        assert_eq!((peers, programs), (s.peers(), s.programs()));
        assert_eq!((params.epochLength, params.settlementWindow, params.leverage), (EPOCH as u32, WINDOW as u32, 4));
        assert_eq!((s.view(ownerCall {}), s.view(pendingOwnerCall {}), s.view(guardianCall {})), (s.owner, Address::ZERO, Address::ZERO));
        assert_eq!((s.view(positionsCall {}), s.view(buyerCall {})), (s.positions, s.buyer));
        assert_eq!(s.view(queuedOraclesCall {}).history, Address::ZERO);
        assert_eq!(s.view(markPriceCall {}), wad_milli(200));
    }
}
