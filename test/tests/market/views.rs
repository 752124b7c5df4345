//! What views promise is what happens: the largest order, the largest withdrawal, every preview.

use alloy_primitives::{Address, I256, U256};
use everfloor_test::{
    Backend, LONG, NO_LIMIT, SHORT, System,
    abi::{ClearingHouse::*, Preview},
    account, dollars, on_both, wad,
};

use crate::rig::{abandoned, leveraged};

/// Alice long, Bob short, in a market with all that a live one has; some time has passed.
fn live<B: Backend>(s: &mut System<B>) -> [Address; 3] {
    s.change(|params| *params = System::<B>::live_params());
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| s.trader(name, 1_000_000));
    s.open(alice, LONG, dollars(5_000), wad(20_000));
    s.open(bob, SHORT, dollars(5_000), wad(15_000));
    s.must(carol, addMarginCall { marketId: s.market, amount: dollars(3_000) });
    s.warp(1_000);
    [alice, bob, carol]
}

/// The largest order is taken, and one a fiftieth larger is not.
fn check_max_open<B: Backend>(s: &mut System<B>, trader: Address, side: u8, margin: U256) {
    let call = maxOpenCall { marketId: s.market, account: trader, side, margin };
    let most = s.view(call);
    if most.is_zero() {
        let order = s.open_call(side, margin, wad(1_000));
        s.send(trader, order).unwrap_err();
        return;
    }
    let larger = s.open_call(side, margin, most * U256::from(51) / U256::from(50));
    s.send(trader, larger).unwrap_err();
    let order = s.open_call(side, margin, most);
    s.must(trader, order);
}

/// What can be withdrawn can be, and not a unit more.
fn check_max_withdraw<B: Backend>(s: &mut System<B>, trader: Address) {
    let most = s.view(maxWithdrawCall { marketId: s.market, account: trader });
    let call = |amount| removeMarginCall { marketId: U256::ONE, amount, recipient: trader };
    s.send(trader, call(most + U256::ONE)).unwrap_err();
    if !most.is_zero() {
        s.must(trader, call(most));
        assert!(s.view(maxWithdrawCall { marketId: s.market, account: trader }) <= U256::ONE);
    }
}

/// A preview is what the event says, and what is left.
#[track_caller]
fn check<B: Backend>(s: &System<B>, trader: Address, preview: &Preview, e: &PositionChanged) {
    assert_eq!(
        (
            preview.exchangedBase,
            preview.exchangedNotional,
            preview.fee,
            preview.realizedPnl,
            preview.fundingPayment
        ),
        (e.exchangedBase, e.exchangedNotional, e.fee, e.realizedPnl, e.fundingPayment)
    );
    let p = s.position(trader);
    assert_eq!(
        (preview.size, preview.openNotional, preview.margin, preview.claim),
        (p.size, p.openNotional, p.margin, p.claim)
    );
    assert_eq!((preview.spotPrice, e.spotPrice), (s.market().spotPrice, preview.spotPrice));
    assert!(preview.errorSelector.is_zero() && preview.errorData.is_empty());
}

on_both! {
    fn the_largest_order_is_taken_and_hardly_a_larger_one(s) {
        for side in [LONG, SHORT] {
            for margin in [0, 100, 2_000, 500_000] {
                let mut s = System::<B>::new();
                let people = live(&mut s);
                for trader in people {
                    check_max_open(&mut s, trader, side, dollars(margin));
                }
                s.assert_backed(&[]);
            }
        }
        let none = s.view(maxOpenCall { marketId: s.market, account: account("nobody"), side: LONG, margin: U256::ZERO });
        assert_eq!(none, U256::ZERO);
        let owner = s.owner;
        s.must(owner, setOpeningPausedCall { marketId: s.market, paused: true });
        let none = s.view(maxOpenCall { marketId: s.market, account: account("nobody"), side: LONG, margin: dollars(100) });
        assert_eq!(none, U256::ZERO);
    }

    fn what_can_be_withdrawn_is_exact_to_the_unit(s) {
        let people = live(&mut s);
        for trader in people {
            check_max_withdraw(&mut s, trader);
        }
        s.assert_backed(&[]);
        let [alice, bob, _] = people;
        // With funding owed and to be received, gains and losses.
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(1_000) });
        s.must(bob, addMarginCall { marketId: s.market, amount: dollars(1_000) });
        s.set_price(wad(101));
        s.warp(50_000);
        check_max_withdraw(&mut s, alice);
        check_max_withdraw(&mut s, bob);
        s.assert_backed(&[]);
        assert_eq!(s.view(maxWithdrawCall { marketId: s.market, account: account("nobody") }), U256::ZERO);
    }

    fn what_can_be_withdrawn_by_one_who_was_deleveraged_is_exact_too(s) {
        let f = abandoned(&mut s, wad(85));
        let call = s.deleverage_call(f.long, U256::MAX);
        s.must(f.keeper, call);
        for short in f.shorts {
            check_max_withdraw(&mut s, short);
        }
        s.assert_backed(&[f.keeper]);
    }

    fn previews_of_trades_are_what_trades_do(s) {
        let [alice, bob, carol] = live(&mut s);
        let orders = [
            (alice, LONG, 500, 3_000), (alice, SHORT, 0, 2_000), (bob, SHORT, 200, 1_000), (bob, LONG, 3_000, 30_000),
            (carol, LONG, 0, 4_000), (carol, SHORT, 1_000, 9_000),
        ];
        for (trader, side, margin, notional) in orders {
            s.warp(400);
            let order = s.open_call(side, dollars(margin), wad(notional));
            let preview = s.view(previewOpenPositionCall {
                marketId: s.market, account: trader, side, margin: order.margin, notional: order.notional,
                baseLimit: U256::ZERO, maxFee: NO_LIMIT,
            });
            let e = s.must(trader, order).event::<PositionChanged>();
            check(&s, trader, &preview, &e);
        }
        for (trader, part) in [(alice, 3), (bob, 1), (carol, 2), (carol, 1)] {
            s.warp(400);
            let size = s.position(trader).size.unsigned_abs() / U256::from(part);
            let preview = s.view(previewClosePositionCall {
                marketId: s.market, account: trader, size, quoteLimit: U256::ZERO, maxFee: NO_LIMIT,
            });
            let call = s.close_call(size);
            let e = s.must(trader, call).event::<PositionChanged>();
            check(&s, trader, &preview, &e);
        }
        s.assert_backed(&[]);
    }

    fn previews_of_withdrawals_are_what_withdrawals_leave(s) {
        let [alice, bob, carol] = live(&mut s);
        s.warp(20_000);
        for trader in [alice, bob, carol] {
            let amount = dollars(50);
            let preview = s.view(previewRemoveMarginCall { marketId: s.market, account: trader, amount });
            let call = removeMarginCall { marketId: s.market, amount, recipient: trader };
            let e = s.must(trader, call).event::<MarginChanged>();
            assert_eq!((preview.margin, preview.claim, preview.fundingPayment), (e.margin, e.claim, e.fundingPayment));
        }
    }

    fn previews_of_liquidations_and_takeovers_are_what_they_do(s) {
        s.change(|params| *params = System::<B>::live_params());
        s.change(|params| params.trading.markBandPpm = 5_000);
        let alice = leveraged(&mut s, "alice", LONG, 40_000);
        let bob = s.trader("bob", 20_000);
        s.open(bob, LONG, dollars(2_250), wad(20_000));
        s.set_price(wad(94));
        s.warp(400);
        let (keeper, taker) = (account("keeper"), s.trader("taker", 100_000));
        let preview = s.view(previewLiquidateCall {
            marketId: s.market, account: alice, quoteLimit: U256::ZERO, insurance: U256::ZERO,
        });
        let call = s.liquidate_call(alice);
        let done = s.must(keeper, call);
        check(&s, alice, &preview, &done.event::<PositionChanged>());
        let e = done.event::<PositionLiquidated>();
        assert_eq!((preview.keeperReward, preview.shortfall), (e.keeperReward, e.shortfall));

        let call = s.start_takeover_call(bob);
        s.must(keeper, call);
        s.warp(200);
        let preview = s.view(previewTakeOverCall {
            marketId: s.market, trader: bob, base: U256::MAX, margin: dollars(4_000), priceLimit: U256::ZERO,
        });
        let call = s.take_over_call(bob, U256::MAX, dollars(4_000));
        let done = s.must(taker, call);
        check(&s, bob, &preview, &done.events::<PositionChanged>()[0]);
        let e = done.event::<PositionLiquidated>();
        assert_eq!((preview.keeperReward, preview.shortfall), (e.keeperReward, e.shortfall));
        s.assert_backed(&[keeper, taker]);
    }

    /// Where a transaction would revert, the preview says with what, to the byte.
    fn previews_refuse_as_transactions_do(s) {
        let [alice, bob, carol] = live(&mut s);
        let market = s.market;
        let nobody = account("nobody");
        let refused = |s: &mut System<B>, preview: Preview, revert: everfloor_test::Revert| {
            assert_eq!(preview.errorData.to_vec(), revert.0);
            assert_eq!(preview.errorSelector[..], revert.0[..4]);
            assert_eq!(preview.size, I256::ZERO);
            s.assert_backed(&[]);
        };
        for (trader, side, margin, notional) in [(alice, LONG, 0, 900_000), (bob, LONG, 0, 15_005), (carol, SHORT, 0, 40_000), (nobody, LONG, 0, 5)] {
            let order = s.open_call(side, dollars(margin), wad(notional));
            let preview = s.view(previewOpenPositionCall {
                marketId: market, account: trader, side, margin: order.margin, notional: order.notional,
                baseLimit: U256::ZERO, maxFee: NO_LIMIT,
            });
            let revert = s.fails(trader, order);
            refused(&mut s, preview, revert);
        }
        let preview = s.view(previewClosePositionCall {
            marketId: market, account: carol, size: U256::ONE, quoteLimit: U256::ZERO, maxFee: NO_LIMIT,
        });
        let call = s.close_call(U256::ONE);
        let revert = s.fails(carol, call);
        refused(&mut s, preview, revert);
        let preview = s.view(previewRemoveMarginCall { marketId: market, account: alice, amount: dollars(900_000) });
        let revert = s.fails(alice, removeMarginCall { marketId: market, amount: dollars(900_000), recipient: alice });
        refused(&mut s, preview, revert);
        let preview = s.view(previewLiquidateCall {
            marketId: market, account: alice, quoteLimit: U256::ZERO, insurance: U256::ZERO,
        });
        let call = s.liquidate_call(alice);
        let revert = s.fails(bob, call);
        refused(&mut s, preview, revert);
        let preview = s.view(previewTakeOverCall {
            marketId: market, trader: alice, base: U256::MAX, margin: U256::ZERO, priceLimit: U256::ZERO,
        });
        let call = s.take_over_call(alice, U256::MAX, U256::ZERO);
        let revert = s.fails(account("anybody"), call);
        refused(&mut s, preview, revert);
    }
}
