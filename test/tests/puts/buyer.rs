//! The buyer: purchases and their limits, the escrow, supply, payoffs.

use alloy_primitives::{Address, U256};
use everfloor_test::{EPOCH, abi::PutPool::*, account, on_both, wad, wad_milli};

on_both! {
    puts:
    fn a_purchase_strikes_at_three_quarters_and_pays_a_whole_epoch(s) {
        s.deposit("alice", wad(400));
        let quoted = s.view(quotePutCall { units: wad(1_000) });
        let done = s.purchase(wad(1_000), wad(1_600));
        let bought = done.returned.clone();
        assert_eq!((bought.lot, bought.strike, bought.premium), (U256::ZERO, wad_milli(150), U256::from(4_083_246_820_020_205_000_u64)));
        assert_eq!((quoted.price, quoted.strike, quoted.premium, quoted.lock), (wad_milli(200), bought.strike, bought.premium, wad(150)));
        let event = done.event::<PutPurchased>();
        assert_eq!((event.boughtUnits, event.lock, event.prefunded), (wad(1_000), wad(150), U256::ZERO));
        assert_eq!((event.units, event.locked, event.supply), (wad(1_000), wad(150), wad(1_600)));
        let state = s.state();
        assert_eq!((state.units, state.locked, state.free, state.unvested), (wad(1_000), wad(150), wad(250), bought.premium));
        assert_eq!((state.lots, state.supply, state.maxSupply), (U256::ONE, wad(1_600), wad(1_600)));
        assert_eq!(s.balance(s.weth, s.buyer), wad(1_000_000) - bought.premium);
    }

    fn a_late_purchase_pays_the_same_and_prefunds_the_next_epoch(s) {
        s.deposit("alice", wad(400));
        let early = s.purchase(wad(100), wad(1)).returned.premium;
        s.backend.warp(EPOCH - 86_400 - 1_800);
        s.mark_at(wad_milli(200));
        let unvested = s.state().unvested;
        let done = s.purchase(wad(100), wad(1));
        let event = done.event::<PutPurchased>();
        assert_eq!(event.premium, early, "waiting is no discount");
        let writers = event.premium - event.prefunded;
        assert!(writers < event.premium / U256::from(1_000), "a day costs little: {writers}");
        let state = s.state();
        assert_eq!((state.unvested, state.escrow), (unvested + writers, event.prefunded));
    }

    fn a_purchase_keeps_to_its_limits(s) {
        s.deposit("alice", wad(400));
        let buyer = s.buyer;
        let base = s.purchase_call(wad(1_000), wad(1_600));
        let stranger = account("stranger");
        s.refused(stranger, base.clone(), NotBuyer { caller: stranger });
        let premium = U256::from(4_083_246_820_020_205_000_u64);
        let limit = premium - U256::ONE;
        s.refused(buyer, purchaseCall { maxPremium: limit, ..base.clone() }, SlippagePremium { premium, limit });
        let limit = wad_milli(150) + U256::ONE;
        s.refused(buyer, purchaseCall { minStrike: limit, ..base.clone() }, StrikeBelowLimit { strike: wad_milli(150), limit });
        let (deadline, now) = (U256::from(s.backend.now() - 1), U256::from(s.backend.now()));
        s.refused(buyer, purchaseCall { deadline, ..base.clone() }, Expired { deadline, nowTime: now });
        let dust = U256::from(999_999_999_999_u64);
        s.refused(buyer, purchaseCall { units: dust, ..base.clone() }, AmountTooSmall { amount: dust, least: U256::from(1_000_000_000_000_u64) });
        let supply = wad(1_600) + U256::ONE;
        s.refused(buyer, purchaseCall { supply, ..base.clone() }, SupplyCapExceeded { supply, max: wad(1_600) });
        let units = wad(2_667);
        s.refused(buyer, purchaseCall { units, ..base.clone() }, InsufficientCollateral { need: U256::from(400_050_000_000_000_000_000_u128), free: wad(400) });
        s.refused(buyer, purchaseCall { units: U256::MAX, ..base.clone() }, Overflow {});
        s.must(buyer, purchaseCall { maxPremium: premium, minStrike: wad_milli(150), ..base });
    }

    fn a_supply_grows_only_up_to_the_cap_and_shrinks_at_will(s) {
        s.deposit("alice", wad(100));
        let buyer = s.buyer;
        assert_eq!(s.view(maxSupplyCall {}), wad(400));
        assert_eq!(s.view(minLiquidityCall { supply: U256::from(5) }), U256::from(2));
        s.must(buyer, reportSupplyCall { supply: wad(400) });
        let supply = wad(400) + U256::ONE;
        s.refused(buyer, reportSupplyCall { supply }, SupplyCapExceeded { supply, max: wad(400) });
        s.must(buyer, reportSupplyCall { supply: wad(399) });
        let stranger = account("stranger");
        s.refused(stranger, reportSupplyCall { supply: U256::ZERO }, NotBuyer { caller: stranger });
    }

    fn an_escrow_is_filled_by_anybody_and_emptied_by_the_buyer_alone(s) {
        let (buyer, donor, stranger) = (s.buyer, account("donor"), account("stranger"));
        s.fund_escrow(wad(5));
        assert_eq!(s.state().escrow, wad(5));
        s.refused(donor, fundEscrowCall { amount: U256::ZERO }, ZeroAmount {});
        s.refused(stranger, withdrawEscrowCall { amount: wad(1), recipient: stranger }, NotBuyer { caller: stranger });
        s.refused(buyer, withdrawEscrowCall { amount: wad(6), recipient: buyer }, ExceedsEscrow { asked: wad(6), available: wad(5) });
        s.refused(buyer, withdrawEscrowCall { amount: wad(1), recipient: Address::ZERO }, ZeroAddress {});
        s.must(buyer, withdrawEscrowCall { amount: wad(2), recipient: stranger });
        assert_eq!((s.state().escrow, s.balance(s.weth, stranger)), (wad(3), wad(2)));
    }

    fn payoffs_wait_for_the_buyer_and_reach_nobody_else(s) {
        s.deposit("alice", wad(400));
        s.purchase(wad(1_000), wad(100));
        let (buyer, keeper) = (s.buyer, account("keeper"));
        s.refused(keeper, collectPayoffCall {}, NotBuyer { caller: keeper });
        s.refused(buyer, collectPayoffCall {}, NothingToPay {});
        s.roll_at(wad_milli(50));
        assert_eq!(s.state().payoffDue, wad(100));
        let before = s.balance(s.weth, buyer);
        assert_eq!(s.must(buyer, collectPayoffCall {}).returned, wad(100));
        assert_eq!((s.balance(s.weth, buyer) - before, s.state().payoffDue), (wad(100), U256::ZERO));
    }

    fn released_units_neither_cost_nor_cover_from_the_next_roll_on(s) {
        s.deposit("alice", wad(400));
        s.fund_escrow(wad(50));
        s.purchase(wad(1_000), wad(100));
        let (buyer, stranger) = (s.buyer, account("stranger"));
        s.refused(stranger, coverAtMostCall { units: wad(1) }, NotBuyer { caller: stranger });
        assert_eq!(s.must(buyer, coverAtMostCall { units: wad(600) }).returned, wad(400));
        assert_eq!(s.state().units, wad(1_000), "they cover until then");
        // Released units are paid at this roll too.
        let rolled = s.roll_at(wad_milli(100));
        assert_eq!(rolled.returned.payoff, wad(50));
        let event = rolled.event::<Rolled>();
        assert_eq!((event.released, event.units, event.lapsed), (wad(400), wad(600), U256::ZERO));
        // What is not covered anyway lets nothing go.
        assert_eq!(s.must(buyer, coverAtMostCall { units: wad(600) }).returned, U256::ZERO);
        assert_eq!(s.must(buyer, coverAtMostCall { units: U256::ZERO }).returned, wad(600));
    }

    fn nobody_enters_while_entry_is_paused_and_everybody_leaves(s) {
        let (alice, id) = s.deposit("alice", wad(400));
        s.purchase(wad(100), wad(10));
        let (owner, buyer, guardian) = (s.owner, s.buyer, account("guardian"));
        s.must(owner, setGuardianCall { guardian });
        let done = s.must(guardian, setEntryPausedCall { paused: true });
        assert!(done.event::<EntryPauseChanged>().paused && s.state().entryPaused);
        let call = s.deposit_call(alice, wad(1));
        s.give(alice, wad(1));
        s.refused(alice, call, EntryPaused {});
        let call = s.purchase_call(wad(1), wad(10));
        s.refused(buyer, call, EntryPaused {});
        s.must(alice, requestExitCall { id, shares: wad(10) });
        s.must(alice, cancelExitCall { id, shares: wad(5) });
        s.must(alice, claimCall { id, recipient: alice });
        let part = s.must(alice, splitCall { id, shares: wad(1) }).returned;
        s.must(alice, mergeCall { into: id, from: part });
        s.must(buyer, coverAtMostCall { units: wad(1) });
        s.fund_escrow(wad(1));
        s.roll_at(wad_milli(140));
        s.must(alice, claimCall { id, recipient: alice });
        s.must(buyer, collectPayoffCall {});
        s.refused(guardian, setEntryPausedCall { paused: false }, NotOwner { caller: guardian });
        s.must(owner, setEntryPausedCall { paused: false });
        let call = s.deposit_call(alice, wad(1));
        s.must(alice, call);
    }
}
