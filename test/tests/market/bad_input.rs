//! Zero and huge amounts on every entry point: a typed error, or a result that is exactly what was asked for; never
//! an empty revert, never a change of state by a refused call.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolInterface};
use everfloor_test::{
    Backend, LONG, NO_LIMIT, Revert, SHORT, System,
    abi::{ClearingHouse, ClearingHouse::*, Preview},
    account, dollars, on_both, wad,
};

/// Amounts around every width that is used inside: 88, 96, 112, 127, 128, 255 and 256 bits.
fn extremes() -> Vec<U256> {
    let mut all = vec![U256::ZERO, U256::ONE, U256::MAX];
    for bits in [64, 88, 96, 112, 127, 128, 255] {
        let power = U256::ONE << bits;
        all.extend([power - U256::ONE, power, power + U256::ONE]);
    }
    all
}

/// Sends a call that may or may not be refused: a refusal is one of the ABI's errors and has changed nothing, and
/// whatever happened, the tokens are those of the ledgers.
#[track_caller]
fn try_it<B: Backend, C: SolCall>(s: &mut System<B>, from: Address, call: C) -> Result<(), Revert> {
    let before = s.storage();
    match s.send(from, call) {
        Ok(_) => {
            s.assert_backed(&[]);
            Ok(())
        }
        Err(revert) => {
            assert_typed(&revert, C::SIGNATURE);
            assert_eq!(s.storage(), before, "{} was refused and changed something", C::SIGNATURE);
            Err(revert)
        }
    }
}

#[track_caller]
fn assert_typed(revert: &Revert, what: &str) {
    let known = ClearingHouse::ClearingHouseErrors::abi_decode_validate(&revert.0);
    assert!(known.is_ok(), "{what} reverted with {revert:?}");
}

/// A preview's refusal is a typed error, whole.
#[track_caller]
fn assert_preview(preview: &Preview) {
    if preview.errorSelector.is_zero() {
        assert!(preview.errorData.is_empty());
    } else {
        assert_typed(&Revert(preview.errorData.to_vec()), "a preview");
        assert_eq!(preview.errorData[..4], preview.errorSelector[..]);
    }
}

/// Alice long, Bob short, both with margin in their wallets still.
fn two_sided<B: Backend>(s: &mut System<B>) -> (Address, Address) {
    let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
    s.open(alice, LONG, dollars(500), wad(1_000));
    s.open(bob, SHORT, dollars(500), wad(2_000));
    s.warp(600);
    (alice, bob)
}

on_both! {
    fn extreme_orders_are_refused_by_type_or_filled_exactly(s) {
        let (alice, bob) = two_sided(&mut s);
        s.give(alice, U256::ONE << 200);
        for value in extremes() {
            for (trader, side) in [(alice, LONG), (bob, SHORT), (alice, SHORT)] {
                let order = s.open_call(side, U256::ZERO, value);
                if try_it(&mut s, trader, order).is_ok() {
                    assert!(value < wad(100), "an order for {value} was filled");
                }
                let order = s.open_call(side, value, wad(20));
                if try_it(&mut s, trader, order).is_ok() {
                    assert!(value < U256::ONE << 96, "a margin of {value} was taken");
                    // Take it out again, so that the next sum starts from the same.
                    if !value.is_zero() {
                        let call = removeMarginCall { marketId: s.market, amount: value, recipient: trader };
                        let _ = try_it(&mut s, trader, call);
                    }
                }
                let order = s.open_call(side, value, value);
                let _ = try_it(&mut s, trader, order);
                let order = openPositionCall { baseLimit: value, ..s.open_call(side, dollars(10), wad(100)) };
                let _ = try_it(&mut s, trader, order);
                let order = openPositionCall { maxFee: value, ..s.open_call(side, dollars(10), wad(100)) };
                let _ = try_it(&mut s, trader, order);
                let order = openPositionCall { deadline: value, ..s.open_call(side, dollars(10), wad(100)) };
                let _ = try_it(&mut s, trader, order);
            }
        }
        for side in 2..=255 {
            let order = s.open_call(side, dollars(10), wad(100));
            let revert = s.send(alice, order).unwrap_err();
            assert_eq!(revert.decode::<InvalidSide>().map(|error| error.side), Some(side));
        }
        s.close(alice);
        s.close(bob);
    }

    fn extreme_closes_and_liquidations_are_refused_by_type_or_done_exactly(s) {
        let (alice, bob) = two_sided(&mut s);
        for value in extremes() {
            for trader in [alice, bob, account("nobody")] {
                let limited = closePositionCall { quoteLimit: value, ..s.close_call(wad(1)) };
                let _ = try_it(&mut s, trader, limited);
                let limited = closePositionCall { maxFee: value, ..s.close_call(wad(1) / U256::from(100)) };
                let _ = try_it(&mut s, trader, limited);
                let call = liquidateCall { quoteLimit: value, ..s.liquidate_call(trader) };
                try_it(&mut s, bob, call).unwrap_err();
                let call = liquidateCall { deadline: value, ..s.liquidate_call(trader) };
                try_it(&mut s, bob, call).unwrap_err();
            }
            let size = s.position(alice).size.unsigned_abs();
            let close = s.close_call(value);
            if try_it(&mut s, alice, close).is_ok() {
                let left = s.position(alice).size.unsigned_abs();
                assert_eq!(left, size.saturating_sub(value));
            }
            if s.position(alice).size.is_zero() {
                s.open(alice, LONG, U256::ZERO, wad(1_000));
            }
        }
    }

    fn extreme_margins_are_refused_by_type_or_moved_exactly(s) {
        let (alice, bob) = two_sided(&mut s);
        s.give(alice, U256::ONE << 200);
        for value in extremes() {
            let (principal, wallet) = (s.market().money.principal, s.balance(alice));
            let add = addMarginCall { marketId: s.market, amount: value };
            if try_it(&mut s, alice, add).is_ok() {
                assert_eq!(s.market().money.principal, principal + value);
                assert_eq!(s.balance(alice), wallet - value);
                let remove = removeMarginCall { marketId: s.market, amount: value, recipient: alice };
                s.must(alice, remove);
                assert_eq!(s.balance(alice), wallet);
            }
            let rich = addMarginCall { marketId: s.market, amount: value };
            let _ = try_it(&mut s, bob, rich);
            let remove = removeMarginCall { marketId: s.market, amount: value, recipient: alice };
            let _ = try_it(&mut s, account("nobody"), remove.clone());
            let _ = try_it(&mut s, alice, remove);
            let claim = claimProfitCall { marketId: s.market, amount: value, minPayout: value };
            try_it(&mut s, alice, claim).unwrap_err();
        }
        // 2^96 − 1 token units is the most a market holds. A full one is no trap: everybody in it can leave.
        let whale = account("whale");
        s.give(whale, U256::ONE << 200);
        let most = (U256::ONE << 96) - U256::ONE - s.market().money.principal;
        s.must(whale, addMarginCall { marketId: s.market, amount: most });
        for trader in [whale, alice] {
            s.refused(trader, addMarginCall { marketId: s.market, amount: U256::ONE }, Overflow {});
        }
        s.close(bob);
        s.close(alice);
        s.must(whale, removeMarginCall { marketId: s.market, amount: most, recipient: whale });
        assert_eq!(s.balance(whale), U256::ONE << 200);
        s.assert_backed(&[]);
    }

    fn views_and_previews_answer_extremes_without_reverting(s) {
        let (alice, bob) = two_sided(&mut s);
        let market = s.market;
        for value in extremes() {
            for trader in [alice, bob, Address::ZERO, s.house] {
                for side in [LONG, SHORT, 2, 255] {
                    let preview = s.view(previewOpenPositionCall {
                        marketId: market, account: trader, side, margin: value, notional: value,
                        baseLimit: value, maxFee: value,
                    });
                    assert_preview(&preview);
                }
                for preview in [
                    s.view(previewClosePositionCall {
                        marketId: market, account: trader, size: value, quoteLimit: value, maxFee: value,
                    }),
                    s.view(previewRemoveMarginCall { marketId: market, account: trader, amount: value }),
                    s.view(previewLiquidateCall {
                        marketId: market, account: trader, quoteLimit: value, insurance: value,
                    }),
                ] {
                    assert_preview(&preview);
                }
            }
            let call = accountsOfMarketCall { marketId: market, from: value, count: value };
            s.view(call);
            s.view(liquidatableCall { marketId: market, from: value, count: value });
        }
        for trader in [Address::ZERO, Address::repeat_byte(255), s.house] {
            s.view(getPositionCall { marketId: market, account: trader });
            s.view(marginRatioCall { marketId: market, account: trader });
            s.view(rewardOfCall { keeper: trader });
        }
    }

    /// A market as absurd as governance can make it still answers by type.
    fn absurd_reserves_give_typed_errors(s) {
        let owner = s.owner;
        let alice = s.trader("alice", 10_000);
        let most = (U256::ONE << 128) - U256::ONE;
        for (base, quote, peg) in [
            (U256::ONE, most, wad(1)),
            (most, most, wad(1)),
            (most, most, U256::ONE << 100),
            (U256::ONE, U256::ONE, wad(1)),
            (wad(1), wad(1), most),
            (wad(100_000), wad(100_000), U256::ONE),
            (U256::ONE, most, most),
        ] {
            let call = createMarketCall { baseReserve: base, quoteReserve: quote, peg, ..s.market_call(System::<B>::params()) };
            let created = s.send(owner, call);
            let Ok(created) = created else {
                assert_typed(&created.unwrap_err(), "createMarket");
                continue;
            };
            s.market = created.returned;
            for side in [LONG, SHORT] {
                for notional in [U256::ONE, wad(100), most] {
                    let order = s.open_call(side, dollars(100), notional);
                    let _ = try_it(&mut s, alice, order);
                }
            }
            s.warp(86_400 * 300);
            for side in [LONG, SHORT] {
                let order = s.open_call(side, dollars(100), wad(100));
                let _ = try_it(&mut s, alice, order);
            }
            let close = closePositionCall { maxFee: NO_LIMIT, ..s.close_call(U256::MAX) };
            let _ = try_it(&mut s, alice, close);
            let add = addMarginCall { marketId: s.market, amount: dollars(1) };
            s.must(alice, add);
        }
    }
}
