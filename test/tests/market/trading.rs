//! Opening, increasing, reducing, closing; margin; limits; events.

use alloy_primitives::{I256, U256};
use alloy_sol_types::SolError;
use everfloor_test::{
    LONG, NO_LIMIT, SHORT, System, abi::ClearingHouse::*, account, dollars, int, on_both, wad, wad_milli,
};

on_both! {
    fn opening_takes_the_margin_from_the_wallet_and_nothing_else(s) {
        let alice = s.trader("alice", 1_000);
        let done = s.open(alice, LONG, dollars(200), wad(1_000));
        // 10 base less price impact: 100,000 · 1,000 / 10,001,000, rounded down.
        let base = wad(100_000) * wad(1_000) / (wad(10_000_000) + wad(1_000));
        assert_eq!(done.returned.exchangedBase, I256::from_raw(base));
        assert_eq!(done.returned.fee, dollars(1));
        assert_eq!(s.balance(alice), dollars(800));
        assert_eq!(s.balance(s.house), dollars(200));
        let p = s.position(alice);
        assert_eq!((p.size, p.openNotional, p.margin), (I256::from_raw(base), wad(1_000), dollars(199)));
        let m = s.market();
        assert_eq!((m.longSize, m.shortSize), (base, U256::ZERO));
        assert_eq!((m.money.principal, m.money.pool, m.money.claims), (dollars(199), U256::ZERO, U256::ZERO));
        assert_eq!((m.money.fees, m.money.insuranceDue), (dollars(1) / U256::from(2), dollars(1) / U256::from(2)));
        assert_eq!((m.curve.baseReserve, m.curve.quoteReserve), (wad(100_000) - base, wad(10_001_000)));
        assert_eq!(m.accounts, U256::ONE);
        s.assert_backed(&[]);
    }

    fn a_short_sells_base_rounded_against_it(s) {
        let bob = s.trader("bob", 1_000);
        let done = s.open(bob, SHORT, dollars(200), wad(1_000));
        let (k, rest) = (wad(100_000) * wad(1_000), wad(10_000_000) - wad(1_000));
        let base = k.div_ceil(rest);
        assert_eq!(done.returned.exchangedBase, -I256::from_raw(base));
        let p = s.position(bob);
        assert_eq!((p.size, p.openNotional, p.margin), (-I256::from_raw(base), wad(1_000), dollars(199)));
        assert_eq!(s.market().shortSize, base);
        s.assert_backed(&[]);
    }

    fn a_round_trip_costs_the_fees_and_at_most_a_unit_of_rounding(s) {
        for side in [LONG, SHORT] {
            let alice = s.trader(&format!("round trip {side}"), 1_000);
            let before = s.market();
            s.open(alice, side, dollars(500), wad(1_000));
            let closed = s.close(alice);
            let p = s.position(alice);
            assert_eq!((p.size, p.openNotional, p.claim), (I256::ZERO, U256::ZERO, U256::ZERO));
            let fees = dollars(2);
            let lost = dollars(500) - p.margin;
            assert!(lost >= fees && lost <= fees + U256::from(2), "lost {lost}");
            assert!(closed.returned.realizedPnl <= I256::ZERO);
            let after = s.market();
            assert!(after.curve.baseReserve * after.curve.quoteReserve >= before.curve.baseReserve * before.curve.quoteReserve);
            s.assert_backed(&[]);
            let margin = p.margin;
            s.must(alice, removeMarginCall { marketId: s.market, amount: margin, recipient: alice });
            assert_eq!(s.balance(alice), dollars(500) + margin);
            assert_eq!(s.market().accounts, U256::ZERO);
        }
    }

    fn increasing_adds_size_entry_and_margin(s) {
        let alice = s.trader("alice", 1_000);
        s.open(alice, LONG, dollars(200), wad(1_000));
        let first = s.position(alice);
        let done = s.open(alice, LONG, dollars(50), wad(500));
        let p = s.position(alice);
        assert_eq!(p.size, first.size + done.returned.exchangedBase);
        assert_eq!(p.openNotional, wad(1_500));
        assert_eq!(p.margin, first.margin + dollars(50) - done.returned.fee);
        assert_eq!(s.balance(alice), dollars(750));
        assert_eq!(s.market().accounts, U256::ONE);
        s.assert_backed(&[]);
    }

    fn an_order_on_the_other_side_reduces_and_realises_its_share(s) {
        for (side, other) in [(LONG, SHORT), (SHORT, LONG)] {
            let alice = s.trader(&format!("reducer {side}"), 1_000);
            s.open(alice, side, dollars(300), wad(1_000));
            let first = s.position(alice);
            let done = s.open(alice, other, U256::ZERO, wad(400));
            let p = s.position(alice);
            assert_eq!(p.size, first.size + done.returned.exchangedBase);
            assert!(p.size.sign() == first.size.sign() && p.size.abs() < first.size.abs());
            assert_eq!(s.balance(alice), dollars(700));
            // Nothing was gained but the rounding of two swaps.
            let worth = first.margin - done.returned.fee - p.margin;
            assert!(worth <= U256::from(2), "realised {worth}");
            s.assert_backed(&[]);
        }
    }

    fn a_reduction_may_add_margin_and_closes_at_the_exact_value_of_the_position(s) {
        let alice = s.trader("alice", 1_000);
        s.open(alice, LONG, dollars(300), wad(1_000));
        let margin = s.position(alice).margin;
        let done = s.open(alice, SHORT, dollars(10), wad(100));
        assert_eq!(s.position(alice).margin + done.returned.fee, margin + dollars(10) - U256::from(1));
        let exit = s.position(alice).exitNotional;
        // A bit more would leave dust on the other side.
        let order = s.open_call(SHORT, U256::ZERO, exit + wad(1));
        let revert = s.fails(alice, order);
        assert!(revert.decode::<PositionTooSmall>().is_some());
        // Its exact value closes it.
        s.open(alice, SHORT, U256::ZERO, exit);
        assert_eq!(s.position(alice).size, I256::ZERO);
        s.assert_backed(&[]);
    }

    fn closing_by_size_takes_a_part_or_at_most_everything(s) {
        let alice = s.trader("alice", 1_000);
        s.open(alice, SHORT, dollars(300), wad(1_000));
        let size = s.position(alice).size;
        let part = size.unsigned_abs() / U256::from(3);
        let call = s.close_call(part);
        let done = s.must(alice, call);
        assert_eq!(done.returned.exchangedBase, I256::from_raw(part));
        assert_eq!(s.position(alice).size, size + I256::from_raw(part));
        let done = s.close(alice);
        assert_eq!(done.returned.exchangedBase, -(size + I256::from_raw(part)));
        assert_eq!(s.position(alice).size, I256::ZERO);
        s.assert_backed(&[]);
    }

    fn a_profit_is_paid_from_what_losers_pay_in(s) {
        let (alice, bob) = (s.trader("alice", 1_000), s.trader("bob", 1_000));
        s.open(alice, LONG, dollars(500), wad(1_000));
        s.open(bob, LONG, dollars(500), wad(2_000));
        // Bob lifted the price for Alice, and pays for it when he leaves after her.
        let won = s.close(alice).returned.realizedPnl;
        assert!(won > I256::ZERO);
        let p = s.position(alice);
        assert_eq!(p.claim, won.unsigned_abs(), "nobody has lost yet: the profit waits");
        assert_eq!(s.view(haircutCall { marketId: s.market }), U256::ZERO);
        let lost = s.close(bob).returned.realizedPnl;
        assert!(lost < I256::ZERO && lost.unsigned_abs() >= won.unsigned_abs());
        assert_eq!(s.view(haircutCall { marketId: s.market }), wad(1));
        let done = s.must(alice, claimProfitCall { marketId: s.market, amount: p.claim, minPayout: p.claim });
        assert_eq!(done.returned, p.claim);
        let after = s.position(alice);
        assert_eq!((after.margin, after.claim), (p.margin + p.claim, U256::ZERO));
        s.assert_backed(&[]);
    }

    fn margin_is_added_and_removed_to_any_recipient(s) {
        let (alice, friend) = (s.trader("alice", 1_000), account("friend"));
        let done = s.must(alice, addMarginCall { marketId: s.market, amount: dollars(100) });
        let event = done.event::<MarginChanged>();
        assert_eq!((event.trader, event.amount, event.margin), (alice, int(100_000_000), dollars(100)));
        assert_eq!(event.fundingPayment, I256::ZERO);
        let call = removeMarginCall { marketId: s.market, amount: dollars(30), recipient: friend };
        let event = s.must(alice, call.clone()).event::<MarginChanged>();
        assert_eq!((event.amount, event.margin), (int(-30_000_000), dollars(70)));
        assert_eq!((s.balance(alice), s.balance(friend)), (dollars(900), dollars(30)));
        s.refused(alice, removeMarginCall { amount: U256::ZERO, ..call.clone() }, ZeroAmount {});
        s.refused(alice, removeMarginCall { recipient: alloy_primitives::Address::ZERO, ..call.clone() }, ZeroAddress {});
        let too_much = InsufficientMargin { available: dollars(70), needed: dollars(70) + U256::ONE };
        s.refused(alice, removeMarginCall { amount: dollars(70) + U256::ONE, ..call.clone() }, too_much);
        s.refused(friend, call, InsufficientMargin { available: U256::ZERO, needed: dollars(30) });
        s.refused(alice, addMarginCall { marketId: s.market, amount: U256::ZERO }, ZeroAmount {});
        s.assert_backed(&[]);
    }

    fn an_open_position_keeps_its_initial_margin(s) {
        let alice = s.trader("alice", 1_000);
        s.open(alice, LONG, dollars(300), wad(1_000));
        let free = s.position(alice).freeCollateral;
        let call = |amount| removeMarginCall { marketId: U256::ONE, amount, recipient: alice };
        let free = free.unsigned_abs();
        let error = InsufficientMargin { available: free, needed: free + U256::ONE };
        s.refused(alice, call(free + U256::ONE), error);
        s.must(alice, call(free));
        assert_eq!(s.position(alice).freeCollateral, I256::ZERO);
        s.assert_backed(&[]);
    }

    fn leverage_is_bounded_by_the_initial_margin(s) {
        let alice = s.trader("alice", 1_000);
        // 100 less the fee of 1 cannot carry 1,000.
        let order = s.open_call(LONG, dollars(100), wad(1_000));
        let revert = s.fails(alice, order);
        let refusal = revert.decode::<BelowInitialMargin>().expect("a typed error");
        assert!(refusal.equity < I256::from_raw(refusal.required));
        s.open(alice, LONG, dollars(102), wad(1_000));
        // A second order is held to the same.
        let order = s.open_call(LONG, U256::ZERO, wad(100));
        let revert = s.fails(alice, order);
        assert!(revert.decode::<BelowInitialMargin>().is_some());
        let order = s.open_call(LONG, dollars(700), wad(400_000));
        let revert = s.fails(alice, order);
        assert!(revert.decode::<PriceImpactTooHigh>().is_some());
    }

    fn an_order_runs_at_its_deadline_and_not_after(s) {
        let alice = s.trader("alice", 1_000);
        let now = U256::from(s.backend.now());
        let order = openPositionCall { deadline: now, ..s.open_call(LONG, dollars(200), wad(1_000)) };
        s.must(alice, order.clone());
        s.warp(1);
        let late = || Expired { deadline: now, nowTime: now + U256::ONE };
        s.refused(alice, order, late());
        let close = closePositionCall { deadline: now, ..s.close_call(U256::MAX) };
        s.refused(alice, close, late());
        let liquidate = liquidateCall { deadline: now, ..s.liquidate_call(alice) };
        s.refused(alice, liquidate, late());
    }

    fn limits_on_price_hold_to_the_unit(s) {
        for side in [LONG, SHORT] {
            let alice = s.trader(&format!("limits {side}"), 1_000);
            let order = s.open_call(side, dollars(300), wad(1_000));
            let preview = s.view(previewOpenPositionCall {
                marketId: s.market, account: alice, side, margin: order.margin, notional: order.notional,
                baseLimit: U256::ZERO, maxFee: NO_LIMIT,
            });
            let got = preview.exchangedBase.unsigned_abs();
            let beyond = if side == LONG { got + U256::ONE } else { got - U256::ONE };
            s.refused(
                alice,
                openPositionCall { baseLimit: beyond, ..order.clone() },
                SlippageExceeded { got, limit: beyond },
            );
            s.must(alice, openPositionCall { baseLimit: got, ..order });
            let exit = s.position(alice).exitNotional;
            let beyond = if side == LONG { exit + U256::ONE } else { exit - U256::ONE };
            let close = s.close_call(U256::MAX);
            let error = SlippageExceeded { got: exit, limit: beyond };
            s.refused(alice, closePositionCall { quoteLimit: beyond, ..close.clone() }, error);
            s.must(alice, closePositionCall { quoteLimit: exit, ..close });
        }
    }

    fn limits_on_fees_hold_to_the_unit(s) {
        let alice = s.trader("alice", 1_000);
        let order = s.open_call(LONG, dollars(300), wad(1_000));
        let limit = dollars(1) - U256::ONE;
        let error = || FeeAboveLimit { fee: dollars(1), limit };
        s.refused(alice, openPositionCall { maxFee: limit, ..order.clone() }, error());
        s.must(alice, openPositionCall { maxFee: dollars(1), ..order });
        let close = closePositionCall { maxFee: U256::ZERO, ..s.close_call(U256::MAX) };
        let revert = s.fails(alice, close);
        assert!(revert.decode::<FeeAboveLimit>().is_some());
    }

    fn one_trade_moves_the_mark_only_so_far(s) {
        let whale = s.trader("whale", 10_000_000);
        // 2.4695 % more quote moves the price by 5 %; a bit more is refused.
        let order = s.open_call(LONG, dollars(1_000_000), wad(246_951));
        let revert = s.fails(whale, order);
        let refusal = revert.decode::<PriceImpactTooHigh>().expect("a typed error");
        assert_eq!(refusal.beforePrice, wad(100));
        assert!(refusal.afterPrice > wad(105));
        s.open(whale, LONG, dollars(1_000_000), wad(246_950));
        // Leaving is not refused for its impact.
        s.close(whale);
    }

    fn trades_cannot_take_the_mark_far_from_the_oracle_but_may_bring_it_back(s) {
        let whale = s.trader("whale", 100_000_000);
        s.must(whale, addMarginCall { marketId: s.market, amount: dollars(10_000_000) });
        let mut refused = None;
        for _ in 0..10 {
            let order = s.open_call(LONG, U256::ZERO, wad(240_000));
            match s.send(whale, order) {
                Ok(_) => {}
                Err(revert) => {
                    refused = Some(revert);
                    break;
                }
            }
        }
        let refusal = refused.expect("a limit").decode::<MarkTooFarFromIndex>().expect("a typed error");
        assert_eq!(refusal.index, wad(100));
        assert!(refusal.mark > wad(120) && s.market().spotPrice <= wad(120));
        // The index falls away: now the mark is far above it. More of the same is refused, the other way is not.
        s.set_price(wad(80));
        let bear = s.trader("bear", 1_000_000);
        let more = s.open_call(LONG, dollars(10_000), wad(1_000));
        let revert = s.fails(bear, more);
        assert!(revert.decode::<MarkTooFarFromIndex>().is_some());
        s.open(bear, SHORT, dollars(10_000), wad(1_000));
    }

    fn open_interest_and_positions_are_capped_on_each_side(s) {
        let mut params = System::<B>::params();
        (params.trading.maxPosition, params.trading.maxOpenInterest) = (wad(10), wad(15));
        let owner = s.owner;
        s.must(owner, setMarketCall { marketId: s.market, feed: s.feed, params });
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        for side in [LONG, SHORT] {
            let order = s.open_call(side, dollars(1_000), wad(1_010));
            let revert = s.fails(alice, order);
            let refusal = revert.decode::<PositionAboveCap>().expect("a typed error");
            assert!(refusal.size > refusal.cap && refusal.cap == wad(10));
        }
        s.open(alice, LONG, dollars(1_000), wad(900));
        let order = s.open_call(LONG, dollars(1_000), wad(700));
        let revert = s.fails(bob, order);
        let refusal = revert.decode::<OpenInterestAboveCap>().expect("a typed error");
        assert!(refusal.size > refusal.cap && refusal.cap == wad(15));
        s.open(bob, SHORT, dollars(1_000), wad(900));
        // A lower cap refuses growth, and no exit.
        let mut params = System::<B>::params();
        (params.trading.maxPosition, params.trading.maxOpenInterest) = (wad(1), wad(1));
        s.must(owner, setMarketCall { marketId: s.market, feed: s.feed, params });
        s.open(alice, SHORT, U256::ZERO, wad(100));
        s.close(alice);
        s.close(bob);
        s.assert_backed(&[]);
    }

    fn dust_is_neither_opened_nor_left(s) {
        let alice = s.trader("alice", 1_000);
        for side in [LONG, SHORT] {
            let order = s.open_call(side, dollars(100), wad(9));
            let revert = s.fails(alice, order);
            let refusal = revert.decode::<PositionTooSmall>().expect("a typed error");
            assert!(refusal.notional < wad(10) && refusal.least == wad(10));
        }
        s.open(alice, LONG, dollars(100), wad(100));
        let order = s.open_call(SHORT, U256::ZERO, wad(95));
        let revert = s.fails(alice, order);
        assert!(revert.decode::<PositionTooSmall>().is_some());
        let order = s.close_call(s.position(alice).size.unsigned_abs() - U256::ONE);
        let revert = s.fails(alice, order);
        assert!(revert.decode::<PositionTooSmall>().is_some());
        s.close(alice);
    }

    fn an_account_cannot_trade_without_tokens_or_allowance(s) {
        let poor = account("poor");
        let order = s.open_call(LONG, dollars(300), wad(1_000));
        s.refused(poor, order.clone(), TransferFailed { token: s.token });
        s.refused(poor, addMarginCall { marketId: s.market, amount: U256::ONE }, TransferFailed { token: s.token });
        let broke = s.trader("broke", 299);
        s.refused(broke, order, TransferFailed { token: s.token });
        let nothing = s.open_call(LONG, U256::ZERO, wad(1_000));
        s.refused(broke, nothing, InsufficientMargin { available: U256::ZERO, needed: dollars(1) });
        let close = s.close_call(U256::MAX);
        s.refused(broke, close, NoPosition {});
    }

    fn events_carry_all_values_after_and_count_without_gaps(s) {
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        let done = s.open(alice, LONG, dollars(300), wad(1_000));
        let e = done.event::<PositionChanged>();
        let (p, m) = (s.position(alice), s.market());
        assert_eq!((e.marketId, e.trader, e.sequence), (s.market, alice, U256::from(2)));
        assert_eq!((e.exchangedBase, e.exchangedNotional), (done.returned.exchangedBase, wad(1_000)));
        assert_eq!((e.fee, e.realizedPnl, e.fundingPayment), (dollars(1), I256::ZERO, I256::ZERO));
        assert_eq!((e.size, e.openNotional, e.margin, e.claim), (p.size, p.openNotional, p.margin, p.claim));
        assert_eq!(e.spotPrice, m.spotPrice);
        s.warp(3_600);
        let done = s.open(bob, SHORT, dollars(300), wad(500));
        let funding = done.event::<FundingAccrued>();
        let m = s.market();
        assert_eq!((funding.longIndex, funding.shortIndex), (m.longFundingIndex, m.shortFundingIndex));
        assert_eq!((funding.sequence, funding.oraclePrice), (U256::from(3), wad(100)));
        assert_eq!(done.event::<PositionChanged>().sequence, U256::from(4));
        let done = s.close(alice);
        let e = done.event::<PositionChanged>();
        assert_eq!(e.sequence, U256::from(5));
        assert_eq!((e.exchangedNotional, e.realizedPnl), (done.returned.exchangedNotional, done.returned.realizedPnl));
        assert!(e.fundingPayment > I256::ZERO, "alice held the mark up for an hour");
        assert_eq!(s.market().sequence, U256::from(5));
    }

    /// Time passes, prices move, and every view is what the next transaction finds.
    fn views_agree_with_each_other(s) {
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        s.open(alice, LONG, dollars(300), wad(2_000));
        s.open(bob, SHORT, dollars(300), wad(1_000));
        s.set_price(wad_milli(99_500));
        s.warp(500);
        let m = s.market();
        assert_eq!(s.view(markPriceCall { marketId: s.market }), m.markPrice);
        assert_eq!(s.view(indexPriceCall { marketId: s.market }), m.indexPrice);
        assert_eq!(s.view(spotPriceCall { marketId: s.market }), m.spotPrice);
        assert_eq!(m.indexPrice, wad_milli(99_500));
        for trader in [alice, bob] {
            let p = s.position(trader);
            assert_eq!(s.view(marginRatioCall { marketId: s.market, account: trader }), p.marginRatio);
            assert!(!p.liquidatable && p.liquidationPrice > U256::ZERO);
        }
        let flat = s.position(account("nobody"));
        assert_eq!((flat.size, flat.margin, flat.liquidatable), (I256::ZERO, U256::ZERO, false));
        assert_eq!(s.accounts(1), vec![alice, bob]);
        assert_eq!(s.accounts(100), vec![alice, bob]);
        let none = s.view(accountsOfMarketCall { marketId: s.market, from: U256::MAX, count: U256::MAX });
        assert_eq!((none.accounts.len(), none.next), (0, U256::ZERO));
        let unknown = InvalidSide { side: 2 }.abi_encode();
        let preview = s.view(previewOpenPositionCall {
            marketId: s.market, account: alice, side: 2, margin: U256::ZERO, notional: wad(1),
            baseLimit: U256::ZERO, maxFee: NO_LIMIT,
        });
        assert_eq!(preview.errorData, unknown);
    }

    fn leaving_accounts_leave_the_list(s) {
        let names = ["a", "b", "c", "d", "e"];
        let traders = names.map(|name| s.trader(name, 1_000));
        for trader in traders {
            s.must(trader, addMarginCall { marketId: s.market, amount: dollars(10) });
        }
        assert_eq!(s.accounts(2), traders);
        let leave = |trader| removeMarginCall { marketId: U256::ONE, amount: dollars(10), recipient: trader };
        s.must(traders[1], leave(traders[1]));
        assert_eq!(s.accounts(2), [traders[0], traders[4], traders[2], traders[3]]);
        s.must(traders[3], leave(traders[3]));
        s.must(traders[0], leave(traders[0]));
        assert_eq!(s.accounts(2), [traders[2], traders[4]]);
        s.must(traders[0], addMarginCall { marketId: s.market, amount: dollars(10) });
        assert_eq!(s.accounts(2), [traders[2], traders[4], traders[0]]);
        for trader in [traders[0], traders[2], traders[4]] {
            s.must(trader, leave(trader));
        }
        assert_eq!(s.market().accounts, U256::ZERO);
        assert_eq!(s.accounts(2), Vec::<alloy_primitives::Address>::new());
    }
}
