//! dpxETH: bonding, maturing, its backing, redeeming it.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_test::{
    Backend, MATURITY, Program, PutSystem,
    abi::{Bonding::*, BondingParams, DpxEth, PutPool, TestToken},
    account, on_both, wad, wad_milli,
};

/// A pool with a bonding contract, 400 deposited and an escrow.
fn bonded<B: Backend>(_: PutSystem<B>) -> PutSystem<B> {
    let mut s = PutSystem::<B>::bonded();
    s.deposit("writer", wad(400));
    s.fund_escrow(wad(50));
    s
}

fn refuse<B: Backend>(s: &mut PutSystem<B>, from: Address, call: impl SolCall, error: impl SolError) {
    let bonding = s.buyer;
    s.refused_by(from, bonding, call, error);
}

on_both! {
    puts:
    fn a_bond_brings_a_quarter_and_three_quarters_and_its_puts(old) {
        let mut s = bonded(old);
        let bonder = s.bonder("bonder");
        let bonding = s.buyer;
        let quoted = s.view_of(bonding, quoteBondCall { amount: wad(800) });
        let done = s.bond(bonder, wad(800));
        let bond = done.returned.clone();
        let premium = U256::from(4_083_246_820_020_205_000_u64);
        assert_eq!((bond.underlyingPaid, bond.premium, bond.collateralPaid), (wad(1_000), premium, wad(600) + premium));
        assert_eq!((quoted.underlying, quoted.collateral, quoted.premium, quoted.strike, quoted.units), (wad(1_000), wad(600), premium, wad_milli(150), wad(1_000)));
        let event = done.event::<Bonded>();
        assert_eq!((event.bondId, event.owner, event.units, event.supply), (bond.bondId, bonder, wad(1_000), wad(800)));
        assert_eq!((event.backingCollateral, event.backingUnderlying), (wad(600), wad(1_000)));
        let state = s.state();
        assert_eq!((state.units, state.locked, state.supply), (wad(1_000), wad(150), wad(800)));
        assert_eq!((s.balance(s.weth, bonding), s.balance(s.rdpx, bonding)), (wad(600), wad(1_000)));
        assert_eq!(s.view_of(bonding, supplyCall {}), wad(800));
    }

    fn a_bond_becomes_dpx_eth_at_its_maturity_once_for_its_owner(old) {
        let mut s = bonded(old);
        let (bonder, thief) = (s.bonder("bonder"), account("thief"));
        let id = s.bond(bonder, wad(10)).returned.bondId;
        let redeem = redeemCall { bondId: id, recipient: bonder };
        let (maturity, now) = (U256::from(s.backend.now() + MATURITY), U256::from(s.backend.now()));
        refuse(&mut s, bonder, redeem.clone(), NotMatured { maturity, nowTime: now });
        s.backend.warp(MATURITY);
        refuse(&mut s, thief, redeem.clone(), NotBondOwner { id, caller: thief });
        refuse(&mut s, bonder, redeemCall { bondId: U256::from(9), recipient: bonder }, UnknownBond { id: U256::from(9) });
        let bonding = s.buyer;
        s.must_to(bonder, bonding, redeem.clone());
        assert_eq!(s.balance(s.dpx_eth, bonder), wad(10));
        assert_eq!(s.view_of(s.dpx_eth, DpxEth::totalSupplyCall {}), wad(10));
        refuse(&mut s, bonder, redeem, AlreadyRedeemed { id });
        let list = s.view_of(bonding, bondsOfCall { owner: bonder, cursor: U256::ZERO, limit: U256::from(10) });
        assert_eq!((list.list.len(), list.list[0].id, list.list[0].redeemed, list.next), (1, id, true, U256::ZERO));
    }

    fn the_supply_is_capped_at_four_times_the_liquidity_to_the_wei(old) {
        let mut s = bonded(old);
        let bonder = s.bonder("bonder");
        let bonding = s.buyer;
        assert_eq!(s.view_of(bonding, maxSupplyCall {}), wad(1_600));
        s.bond(bonder, wad(1_599));
        let call = s.bond_call(bonder, wad(1) + U256::ONE);
        refuse(&mut s, bonder, call, PutPool::SupplyCapExceeded { supply: wad(1_600) + U256::ONE, max: wad(1_600) });
        s.bond(bonder, wad(1));
        assert_eq!(s.view(PutPool::availableToExitCall {}), U256::ZERO, "and nobody may leave");
    }

    fn a_bond_keeps_to_its_limits(old) {
        let mut s = bonded(old);
        let bonder = s.bonder("bonder");
        let base = s.bond_call(bonder, wad(800));
        let total = wad(600) + U256::from(4_083_246_820_020_205_000_u64);
        refuse(&mut s, bonder, bondCall { maxUnderlying: wad(1_000) - U256::ONE, ..base.clone() }, SlippageUnderlying { paid: wad(1_000), limit: wad(1_000) - U256::ONE });
        refuse(&mut s, bonder, bondCall { maxCollateral: total - U256::ONE, ..base.clone() }, SlippageCollateral { paid: total, limit: total - U256::ONE });
        let now = U256::from(s.backend.now());
        refuse(&mut s, bonder, bondCall { deadline: U256::ZERO, ..base.clone() }, Expired { deadline: U256::ZERO, nowTime: now });
        refuse(&mut s, bonder, bondCall { amount: U256::ONE, ..base.clone() }, BelowMinimum { amount: U256::ONE, minimum: wad_milli(1) });
        let owner = s.owner;
        let bonding = s.buyer;
        s.must_to(owner, bonding, setBondingPausedCall { paused: true });
        refuse(&mut s, bonder, base.clone(), BondingPaused {});
        s.must_to(owner, bonding, setBondingPausedCall { paused: false });
        s.post_to(1, wad_milli(100));
        refuse(&mut s, bonder, base, PriceUnavailable { status: U256::from(7) });
    }

    fn the_backing_never_falls_below_93_75_percent_in_the_epoch_of_bonding(old) {
        let mut s = bonded(old);
        let bonder = s.bonder("bonder");
        let bonding = s.buyer;
        s.bond(bonder, wad(800));
        for (hundredths, without, with) in [(0_u64, 7_500_u64, 9_375_u64), (25, 8_125, 9_375), (70, 9_250, 9_375), (76, 9_400, 9_400), (100, 10_000, 10_000), (150, 11_250, 11_250), (500, 20_000, 20_000)] {
            let price = wad_milli(2 * hundredths);
            let seen = s.view_of(bonding, backingAtCall { price });
            let ratio = |ten_thousandths: u64| wad(ten_thousandths) / U256::from(10_000);
            assert_eq!((seen.ratioWithoutPuts, seen.ratioWithPuts), (ratio(without), ratio(with)), "at {price}");
        }
        let backing = s.view_of(bonding, backingCall {});
        assert_eq!((backing.collateralWad, backing.underlyingUnits, backing.ratioWad), (wad(600), wad(1_000), wad(1)));
        assert_eq!(backing.floorWad, wad(750));
        // A fall to half; the payoff is part of the backing before and after it is collected.
        s.roll_at(wad_milli(100));
        let due = s.view_of(bonding, backingCall {});
        assert_eq!((due.collateralWad, due.ratioWad), (wad(650), wad_milli(937) + wad_milli(1) / U256::from(2)));
        assert_eq!(s.must_to(account("keeper"), bonding, collectCall {}).returned, wad(50));
        assert_eq!(s.view_of(bonding, backingCall {}).collateralWad, wad(650));
        refuse(&mut s, account("keeper"), collectCall {}, PutPool::NothingToPay {});
        // Struck anew, the floor follows the price down.
        assert_eq!(s.view_of(bonding, backingCall {}).floorWad, wad(725));
    }

    fn the_treasury_keeps_the_runway(old) {
        let mut s = bonded(old);
        let (bonder, bonding, owner) = (s.bonder("bonder"), s.buyer, s.owner);
        s.bond(bonder, wad(800));
        let runway = s.view_of(bonding, runwayCall {});
        assert_eq!((runway.needed, runway.escrow, runway.runwayEpochs), (U256::from(4_083_246_820_020_205_000_u64), wad(50), U256::from(12)));
        let withdraw = withdrawEscrowCall { amount: wad(20), recipient: owner };
        refuse(&mut s, bonder, withdraw.clone(), NotOwner { caller: bonder });
        s.must_to(owner, bonding, withdraw);
        assert_eq!((s.balance(s.weth, owner), s.state().escrow), (wad(20), wad(30)));
    }

    fn dpx_eth_is_redeemed_for_its_part_of_the_backing_and_never_for_more_than_itself(old) {
        let mut s = bonded(old);
        let (bonder, bonding, dpx_eth) = (s.bonder("bonder"), s.buyer, s.dpx_eth);
        let id = s.bond(bonder, wad(800)).returned.bondId;
        s.backend.warp(MATURITY);
        s.must_to(bonder, bonding, redeemCall { bondId: id, recipient: bonder });
        s.approve(dpx_eth, bonder, bonding);
        let call = |amount| redeemBackingCall { amount, minCollateral: U256::ZERO, minUnderlying: U256::ZERO, recipient: account("out"), deadline: U256::MAX };
        // rDPX trebles: a share of all of it would be worth 1.5.
        s.mark_at(wad_milli(600));
        let preview = s.view_of(bonding, previewRedeemBackingCall { amount: wad(80) });
        let got = s.must_to(bonder, bonding, call(wad(80))).returned;
        assert_eq!((got.collateralPaid, got.underlyingPaid), (preview.collateral, preview.underlying));
        let worth = got.collateralPaid + got.underlyingPaid * wad_milli(600) / wad(1);
        assert!(worth <= wad(80) && worth > wad(80) - U256::from(10), "{worth}");
        assert_eq!((s.view_of(bonding, supplyCall {}), s.state().supply), (wad(720), wad(720)));
        // What left is not covered from the next roll on, and what stays is.
        let rolled = s.roll_at(wad_milli(600)).event::<PutPool::Rolled>();
        assert_eq!((rolled.released, rolled.units), (got.underlyingPaid, wad(1_000) - got.underlyingPaid));
        // It falls to a half of the first price: its part of what there is, no more.
        s.mark_at(wad_milli(100));
        let held = s.view_of(bonding, backingCall {});
        let got = s.must_to(bonder, bonding, call(wad(72))).returned;
        assert_eq!(got.underlyingPaid, held.underlyingUnits / U256::from(10));
        assert_eq!(got.collateralPaid, held.collateralWad / U256::from(10));
        let thief = account("thief");
        assert!(s.send_to(thief, bonding, call(wad(1))).is_err(), "only one's own");
        let mut greedy = call(wad(1));
        greedy.minCollateral = wad(1);
        assert!(s.send_to(bonder, bonding, greedy).is_err());
    }

    fn x_2085_puts_cover_all_the_underlying_that_is_credited(old) {
        let mut s = bonded(old);
        let (bonder, bonding) = (s.bonder("bonder"), s.buyer);
        // A price at which nothing divides evenly.
        s.mark_at(U256::from(312_345_678_901_234_567_u64));
        for amount in [wad(1), wad_milli(1), wad(7) / U256::from(3)] {
            s.bond(bonder, amount);
        }
        let backing = s.view_of(bonding, backingCall {});
        let uncovered = backing.underlyingUnits - s.state().units;
        assert!(uncovered <= U256::from(3), "at most a wei a bond: {uncovered}");
        let supply = s.view_of(bonding, supplyCall {});
        let floor = supply * U256::from(9_375) / U256::from(10_000);
        assert!(backing.floorWad + U256::from(6) >= floor, "{} of {supply}", backing.floorWad);
    }

    fn bonding_is_made_for_one_pool_and_one_token(old) {
        let mut s = bonded(old);
        let (owner, bonding, dpx_eth, pool) = (s.owner, s.buyer, s.dpx_eth, s.pool);
        refuse(&mut s, owner, setSyntheticCall { synthetic: dpx_eth }, SyntheticAlreadySet { present: dpx_eth });
        let params = BondingParams { maturity: U256::from(1), minBond: wad(1) };
        let init = initializeCall { owner, pool, params };
        refuse(&mut s, owner, init.clone(), AlreadyInitialized {});
        let program = s.backend.program(Program::Bonding);
        s.refused_by(owner, program, init.clone(), NotThroughProxy {});
        let second = s.backend.proxy(program, init.abi_encode()).unwrap();
        s.refused_by(owner, second, setSyntheticCall { synthetic: dpx_eth }, SyntheticMismatch { synthetic: dpx_eth, minter: bonding });
        s.refused_by(owner, second, s_bond(owner), SyntheticNotSet {});
        let bad = initializeCall { owner, pool: account("no pool"), params: BondingParams { maturity: U256::ZERO, minBond: wad(1) } };
        assert!(s.backend.proxy(program, bad.abi_encode()).is_err());
        let late = initializeCall { owner, pool, params: BondingParams { maturity: U256::from(2_592_001), minBond: wad(1) } };
        let error = ParameterOutOfBounds { index: U256::ZERO, value: U256::from(2_592_001) };
        s.not_created(Program::Bonding, late.abi_encode(), error);
    }

    fn what_lapsed_is_covered_again_by_anybody_who_pays_for_it(old) {
        let mut s = bonded(old);
        let (bonder, bonding, owner) = (s.bonder("bonder"), s.buyer, s.owner);
        s.bond(bonder, wad(800));
        s.must_to(owner, bonding, withdrawEscrowCall { amount: wad(50), recipient: owner });
        s.roll_at(wad_milli(200));
        assert_eq!(s.state().units, U256::ZERO, "nobody paid");
        let call = |units| coverCall { units, maxPremium: U256::MAX, deadline: U256::MAX };
        let helper = s.bonder("helper");
        let premium = s.view(PutPool::quotePutCall { units: wad(400) }).premium;
        let limit = premium - U256::ONE;
        refuse(&mut s, helper, coverCall { maxPremium: limit, ..call(wad(400)) }, SlippageCollateral { paid: premium, limit });
        let done = s.must_to(helper, bonding, call(wad(400)));
        assert_eq!((done.returned.covered, done.returned.premium), (wad(400), premium));
        let event = done.event::<Covered>();
        assert_eq!((event.payer, event.units), (helper, wad(400)));
        // No more than there is uncovered.
        assert_eq!(s.must_to(helper, bonding, call(U256::MAX)).returned.covered, wad(600));
        refuse(&mut s, helper, call(wad(1)), ZeroAmount {});
        assert_eq!((s.state().units, s.state().supply), (wad(1_000), wad(800)));
        assert_eq!(s.view_of(bonding, backingCall {}).floorWad, wad(750));
    }

    fn payoffs_that_are_due_are_part_of_what_is_redeemed(old) {
        let mut s = bonded(old);
        let (bonder, bonding, dpx_eth) = (s.bonder("bonder"), s.buyer, s.dpx_eth);
        let id = s.bond(bonder, wad(800)).returned.bondId;
        s.backend.warp(MATURITY);
        s.must_to(bonder, bonding, redeemCall { bondId: id, recipient: bonder });
        s.approve(dpx_eth, bonder, bonding);
        s.roll_at(wad_milli(100));
        // 600 and a payoff of 50 that nobody has collected: a half of both.
        let call = redeemBackingCall { amount: wad(400), minCollateral: U256::ZERO, minUnderlying: U256::ZERO, recipient: bonder, deadline: U256::MAX };
        let got = s.must_to(bonder, bonding, call).returned;
        assert_eq!((got.collateralPaid, got.underlyingPaid), (wad(325), wad(500)));
    }

    fn a_bond_in_the_settlement_window_counts_by_the_price_its_puts_are_struck_at(old) {
        let mut s = bonded(old);
        let bonder = s.bonder("bonder");
        let end: u64 = s.state().end.to();
        s.warp_to(end - everfloor_test::WINDOW);
        s.post(wad_milli(120));
        s.warp_to(end - 1_860);
        s.mark_at(wad_milli(200));
        let quoted = s.view_of(s.buyer, quoteBondCall { amount: wad(8) });
        let done = s.bond(bonder, wad(8));
        assert_eq!((done.returned.underlyingPaid, done.event::<Bonded>().strike), (quoted.underlying, quoted.strike));
        assert!(done.event::<Bonded>().price < wad_milli(128), "{}", done.event::<Bonded>().price);
    }

    fn donations_are_no_backing(old) {
        let mut s = bonded(old);
        let (bonder, bonding) = (s.bonder("bonder"), s.buyer);
        s.bond(bonder, wad(8));
        let before = s.view_of(bonding, backingCall {});
        let (weth, rdpx) = (s.weth, s.rdpx);
        s.give_token(weth, bonding, wad(100));
        s.give_token(rdpx, bonding, wad(100));
        let after = s.view_of(bonding, backingCall {});
        assert_eq!((before.collateralWad, before.underlyingUnits), (after.collateralWad, after.underlyingUnits));
        assert_eq!(s.view_of(weth, TestToken::balanceOfCall { account: bonding }), wad(106));
    }
}

fn s_bond(receiver: Address) -> bondCall {
    bondCall {
        amount: wad(1),
        maxUnderlying: U256::MAX,
        maxCollateral: U256::MAX,
        receiver,
        deadline: U256::MAX,
    }
}
