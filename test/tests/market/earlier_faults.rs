//! The faults of the first vAMM and its kin that only a whole contract can have, by number: a test each, whose name begins
//! with the number. Those of arithmetic have theirs beside the rules (`contracts/perp/rules/tests/rules/earlier_faults.rs`,
//! whose table lists all 33).
//!
//! Some have nothing left to test: there is no whitelist anywhere (B17, B29: nobody is exempt from a cap), nothing removes
//! a market (B32), nothing streams rewards to stakers here (B33: what insurance is owed waits in the market until it is
//! sent), and no program mints or buys a token (B25).

use alloy_primitives::{Address, I256, U256};
use everfloor_test::{
    Backend, LONG, SHORT, System,
    abi::{ClearingHouse::*, FeedSettings, InsuranceFund, PriceFeed, TestDollar},
    account, dollars, int, on_both, wad, wad_milli,
};

use crate::rig::{leveraged, move_to, with_deficit_ledger};

fn supply<B: Backend>(s: &System<B>) -> U256 {
    s.ask(s.token, TestDollar::totalSupplyCall {}).unwrap()
}

fn words<B: Backend>(s: &System<B>) -> usize {
    s.storage().values().map(|words| words.len()).sum()
}

on_both! {
    /// A close that the market would not take did nothing, and reported success.
    fn b6_a_close_that_cannot_be_done_is_refused_aloud(s) {
        let alice = s.trader("alice", 1_000_000);
        s.open(alice, LONG, dollars(50_000), wad(200_000));
        let exit = s.position(alice).exitNotional;
        let limit = exit + U256::ONE;
        let call = closePositionCall { quoteLimit: limit, ..s.close_call(U256::MAX) };
        s.refused(alice, call, SlippageExceeded { got: exit, limit });
        // However far it moves the mark, a close is done, whole.
        s.change(|params| (params.trading.maxPriceImpactPpm, params.trading.windowImpactPpm) = (1_000, 1_000));
        s.change(|params| params.trading.impactWindow = 86_400);
        let size = s.position(alice).size;
        assert_eq!(s.close(alice).returned.exchangedBase, -size);
    }

    fn b8_a_partial_close_keeps_to_its_limit(s) {
        for (side, off) in [(LONG, int(1)), (SHORT, int(-1))] {
            let alice = s.trader(&format!("partial {side}"), 10_000);
            s.open(alice, side, dollars(1_000), wad(2_000));
            let part = s.position(alice).size.unsigned_abs() / U256::from(3);
            let preview = s.view(previewClosePositionCall {
                marketId: s.market, account: alice, size: part, quoteLimit: U256::ZERO, maxFee: U256::MAX,
            });
            let got = preview.exchangedNotional;
            let limit = (I256::from_raw(got) + off).into_raw();
            let call = closePositionCall { quoteLimit: limit, ..s.close_call(part) };
            s.refused(alice, call.clone(), SlippageExceeded { got, limit });
            s.must(alice, closePositionCall { quoteLimit: got, ..call });
            s.close(alice);
        }
    }

    /// A sale through zero dropped its limit when the limit was less than what it closed.
    fn b9_a_reversing_sale_keeps_to_its_limit_however_small(s) {
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(2_000), wad(1_000));
        let closed = s.position(alice).size.unsigned_abs();
        let preview = s.view(previewOpenPositionCall {
            marketId: s.market, account: alice, side: SHORT, margin: U256::ZERO, notional: wad(3_000),
            baseLimit: U256::ZERO, maxFee: U256::MAX,
        });
        let got = preview.exchangedBase.unsigned_abs();
        for limit in [U256::ONE, closed / U256::from(2), closed, got - U256::ONE] {
            let order = openPositionCall { baseLimit: limit, ..s.open_call(SHORT, U256::ZERO, wad(3_000)) };
            s.refused(alice, order, SlippageExceeded { got, limit });
        }
        let order = openPositionCall { baseLimit: got, ..s.open_call(SHORT, U256::ZERO, wad(3_000)) };
        s.must(alice, order);
    }

    fn b17_anyone_liquidates_a_bad_debt_and_has_something_from_it(s) {
        let (market, nobody) = (s.market, account("who was never heard of"));
        s.insure(market, dollars(100_000));
        let alice = leveraged(&mut s, "alice", LONG, 2_000);
        move_to(&mut s, wad(82));
        s.warp(1_000);
        let call = s.liquidate_call(alice);
        let e = s.must(nobody, call).event::<PositionLiquidated>();
        assert!(e.shortfall > U256::ZERO && e.keeperReward > U256::ZERO);
        s.must(nobody, withdrawRewardCall { recipient: nobody });
    }

    /// One vault, one fund: what one market lost was taken from the next.
    fn b18_a_ruined_market_pays_with_nothing_of_another(s) {
        let owner = s.owner;
        let call = s.market_call(System::<B>::params());
        let second = s.must(owner, call).returned;
        s.insure(second, dollars(1_000));
        let neighbour = s.trader("neighbour", 10_000);
        let order = openPositionCall { marketId: second, ..s.open_call(LONG, dollars(1_000), wad(5_000)) };
        s.must(neighbour, order);
        let before = s.view(getMarketCall { marketId: second });
        let alice = leveraged(&mut s, "alice", LONG, 50_000);
        move_to(&mut s, wad(82));
        let call = s.liquidate_call(alice);
        assert!(s.must(account("keeper"), call).event::<PositionLiquidated>().uncovered > U256::ZERO);
        let after = s.view(getMarketCall { marketId: second });
        assert_eq!((after.money.principal, after.money.pool, after.money.claims), (before.money.principal, before.money.pool, before.money.claims));
        assert_eq!((after.money.badDebt, after.money.deficit, after.money.haircut), (U256::ZERO, U256::ZERO, wad(1)));
        let left = s.ask(s.fund, InsuranceFund::balanceOfMarketCall { marketId: second }).unwrap();
        assert_eq!(left, dollars(1_000));
        let close = closePositionCall { marketId: second, ..s.close_call(U256::MAX) };
        s.must(neighbour, close);
        let margin = s.view(getPositionCall { marketId: second, account: neighbour }).margin;
        s.must(neighbour, removeMarginCall { marketId: second, amount: margin, recipient: neighbour });
        s.assert_backed(&[account("keeper")]);
    }

    fn b20_closing_needs_neither_tokens_nor_an_allowance(s) {
        let alice = s.trader("alice", 1_000);
        s.open(alice, LONG, dollars(1_000), wad(5_000));
        let (token, house) = (s.token, s.house);
        s.send_to(alice, token, TestDollar::approveCall { spender: house, value: U256::ZERO }).unwrap();
        assert_eq!(s.balance(alice), U256::ZERO);
        let call = s.close_call(wad(10));
        assert!(s.must(alice, call).event::<PositionChanged>().fee > U256::ZERO);
        s.close(alice);
        s.remove_all(alice);
        s.assert_backed(&[]);
    }

    /// An average that walked over one snapshot a block, and limits by blocks that several blocks shared.
    fn b21_an_average_needs_no_history_and_limits_count_seconds(s) {
        let alice = s.trader("alice", 100_000);
        s.open(alice, LONG, dollars(20_000), wad(1_000));
        s.warp(10);
        s.open(alice, LONG, U256::ZERO, wad(100));
        let before = words(&s);
        for step in 0..60 {
            s.warp(1);
            s.open(alice, if step % 2 == 0 { LONG } else { SHORT }, U256::ZERO, wad(50));
        }
        assert_eq!(words(&s), before, "trades leave no trail");
        // Many transactions in one second and many seconds without one: only time fades a move.
        s.change(|params| (params.trading.windowImpactPpm, params.trading.impactWindow) = (5_000, 100));
        s.warp(100);
        let bob = s.trader("bob", 100_000);
        s.open(bob, LONG, dollars(20_000), wad(20_000));
        let order = s.open_call(LONG, U256::ZERO, wad(20_000));
        for _ in 0..3 {
            assert!(s.fails(bob, order.clone()).decode::<WindowImpactTooHigh>().is_some());
        }
        s.warp(100);
        s.must(bob, order);
    }

    fn b23_no_price_is_believed_because_it_is_there(s) {
        let (owner, feed) = (s.owner, s.feed);
        let settings = FeedSettings {
            heartbeat: 600,
            minPrice: wad(50),
            maxPrice: wad(150),
            maxDeviation: wad(1) / U256::from(10),
            ..System::<B>::feed_settings(s.source)
        };
        s.send_to(owner, feed, PriceFeed::configureCall { settings }).unwrap();
        let alice = s.trader("alice", 10_000);
        let refused = |s: &mut System<B>| {
            let order = s.open_call(LONG, dollars(100), wad(100));
            s.fails(alice, order).decode::<OracleUnusable>().expect("a typed error").status
        };
        s.set_price(wad(100));
        s.open(alice, LONG, dollars(500), wad(1_000));
        s.warp(601);
        assert_eq!(refused(&mut s), 2, "late");
        s.set_price(wad(125));
        assert_eq!(refused(&mut s), 1, "far from its own average");
        s.set_price(wad(49));
        assert_eq!(refused(&mut s), 3, "below what is believed");
        s.set_price(wad(151));
        assert_eq!(refused(&mut s), 3, "above what is believed");
        let call = s.liquidate_call(alice);
        assert!(s.fails(account("keeper"), call).decode::<OracleUnusable>().is_some());
        s.close(alice);
        s.remove_all(alice);
    }

    /// A whale was thrown on the curve it was valued on, at once, and its liquidation made its own bad debt.
    fn b24_a_liquidation_does_not_ruin_whom_it_closes(s) {
        s.change(|params| {
            (params.risk.liquidationTargetPpm, params.trading.markBandPpm) = (80_000, 5_000);
        });
        let whale = s.trader("whale", 1_000_000);
        s.open(whale, LONG, dollars(28_500), wad(230_000));
        s.set_price(wad(94));
        s.warp(1_000);
        let before = s.position(whale);
        assert!(before.liquidatable && before.equity > I256::ZERO);
        let spot = s.market().spotPrice;
        let call = s.liquidate_call(whale);
        let done = s.must(account("keeper"), call);
        let e = done.event::<PositionLiquidated>();
        assert_eq!((e.shortfall, e.uncovered), (U256::ZERO, U256::ZERO));
        let after = s.position(whale);
        assert!(after.size > I256::ZERO && after.marginRatio > before.marginRatio);
        let moved = spot - s.market().spotPrice;
        assert!(moved * U256::from(1_000_000) <= spot * U256::from(50_000));
    }

    fn b25_losses_mint_nothing(s) {
        with_deficit_ledger(&mut s);
        let alice = leveraged(&mut s, "alice", LONG, 50_000);
        move_to(&mut s, wad(82));
        let before = supply(&s);
        let call = s.liquidate_call(alice);
        assert!(s.must(account("keeper"), call).event::<PositionLiquidated>().uncovered > U256::ZERO);
        s.warp(604_800);
        s.must(account("keeper"), allocateDeficitCall { marketId: s.market });
        assert_eq!(supply(&s), before);
    }

    /// A second shutdown computed a second price while people were settling by the first.
    fn b27_a_market_is_halted_once_at_one_price(s) {
        let owner = s.owner;
        let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
        s.open(alice, LONG, dollars(1_000), wad(2_000));
        s.open(bob, SHORT, dollars(1_000), wad(2_000));
        s.set_price(wad(97));
        s.warp(3_600);
        let price = s.must(owner, haltMarketCall { marketId: s.market }).returned;
        s.must(owner, settlePositionCall { marketId: s.market, trader: alice });
        s.set_price(wad(60));
        s.warp(3_600);
        s.refused(owner, haltMarketCall { marketId: s.market }, MarketHalted {});
        s.fails(bob, haltMarketCall { marketId: s.market });
        assert_eq!(s.market().settlementPrice, price);
        let base = s.position(bob).size.unsigned_abs();
        let e = s.must(bob, settlePositionCall { marketId: s.market, trader: bob }).event::<PositionChanged>();
        assert_eq!(e.exchangedNotional, (base * price).div_ceil(wad(1)));
    }

    fn b28_a_pause_takes_nobody_the_means_against_liquidation(s) {
        s.change(|params| params.risk.resumeGrace = 600);
        let owner = s.owner;
        let traders = ["adds", "reduces", "leaves"].map(|name| leveraged(&mut s, name, LONG, 1_000));
        s.must(owner, setOpeningPausedCall { marketId: s.market, paused: true });
        s.set_price(wad(90));
        for trader in traders {
            assert!(s.position(trader).liquidatable);
        }
        s.must(traders[0], addMarginCall { marketId: s.market, amount: dollars(100) });
        s.open(traders[1], SHORT, U256::ZERO, wad(700));
        s.close(traders[2]);
        for trader in traders {
            assert!(!s.position(trader).liquidatable);
        }
        s.assert_backed(&[]);
    }

    /// Everything could be changed at once by one key, and one address was exempt from the caps.
    fn b29_no_key_passes_the_bounds_and_nobody_the_caps(s) {
        let owner = s.owner;
        s.change(|params| params.trading.maxPosition = wad(5));
        s.give(owner, dollars(100_000));
        for trader in [owner, s.fund, s.house] {
            let order = s.open_call(LONG, U256::ZERO, wad(1_000));
            if trader == owner {
                let order = s.open_call(LONG, dollars(1_000), wad(1_000));
                assert!(s.fails(trader, order).decode::<PositionAboveCap>().is_some());
            } else {
                s.fails(trader, order);
            }
        }
        let mut params = System::<B>::params();
        params.trading.maintenanceMarginPpm = 999_999;
        let error = ParameterOutOfBounds { index: U256::ONE, value: U256::from(999_999) };
        s.refused(owner, setMarketCall { marketId: s.market, feed: s.feed, params }, error);
        // What owns the contract can be any account that waits: nothing asks for a plain key.
        s.must(owner, transferOwnershipCall { newOwner: s.fund });
        assert_eq!(s.view(pendingOwnerCall {}), s.fund);
    }

    /// Events told the result of the old size at the new price, sizes without a sign, and no margin that was left.
    fn b30_events_tell_what_is_there_afterwards(s) {
        let bob = s.trader("bob", 10_000);
        s.open(bob, SHORT, dollars(300), wad(1_000));
        let e = s.open(bob, SHORT, dollars(300), wad(1_500)).event::<PositionChanged>();
        let p = s.position(bob);
        assert_eq!((e.size, e.openNotional, e.margin, e.claim), (p.size, p.openNotional, p.margin, p.claim));
        assert!(e.size.is_negative() && e.exchangedBase.is_negative());
        let e = s.must(bob, addMarginCall { marketId: s.market, amount: dollars(7) }).event::<MarginChanged>();
        assert_eq!(e.margin, s.position(bob).margin);
        s.warp(3_600);
        let done = s.must(bob, settleFundingCall { marketId: s.market });
        let e = done.event::<FundingAccrued>();
        let m = s.market();
        assert_eq!((e.longIndex, e.shortIndex), (m.longFundingIndex, m.shortFundingIndex));
        s.must(bob, removeMarginCall { marketId: s.market, amount: dollars(300), recipient: bob });
        s.set_price(wad(118));
        s.warp(2_000);
        let call = s.liquidate_call(bob);
        let done = s.must(account("keeper"), call);
        let e = done.event::<PositionChanged>();
        let p = s.position(bob);
        assert_eq!((e.size, e.openNotional, e.margin, e.claim), (p.size, p.openNotional, p.margin, p.claim));
        assert!(e.exchangedBase.is_positive(), "a short is bought back");
        assert_eq!(done.event::<PositionLiquidated>().sequence, s.market().sequence);
    }

    /// A market taken out of the list locked its traders in.
    fn b32_the_end_of_one_market_locks_nobody_in_anywhere(s) {
        let owner = s.owner;
        let call = s.market_call(System::<B>::params());
        let second = s.must(owner, call).returned;
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(300), wad(1_000));
        let order = openPositionCall { marketId: second, ..s.open_call(SHORT, dollars(300), wad(1_000)) };
        s.must(alice, order);
        s.must(owner, haltMarketCall { marketId: s.market });
        s.must(alice, settlePositionCall { marketId: s.market, trader: alice });
        s.remove_all(alice);
        let close = closePositionCall { marketId: second, ..s.close_call(U256::MAX) };
        s.must(alice, close);
        let margin = s.view(getPositionCall { marketId: second, account: alice }).margin;
        s.must(alice, removeMarginCall { marketId: second, amount: margin, recipient: alice });
        s.assert_backed(&[]);
    }

    /// Rewards that flowed while nobody was there to take them were lost.
    fn b33_what_is_owed_waits_for_whoever_it_is_owed_to(s) {
        let alice = s.trader("alice", 10_000);
        s.open(alice, LONG, dollars(1_080), wad(10_000));
        let due = s.market().money.insuranceDue;
        let keeper = account("keeper");
        s.set_price(wad(88));
        s.warp(86_400 * 100);
        s.set_price(wad_milli(88_000));
        let call = s.liquidate_call(alice);
        let e = s.must(keeper, call).event::<PositionLiquidated>();
        s.warp(86_400 * 100);
        assert_eq!(s.must(keeper, withdrawRewardCall { recipient: keeper }).returned, e.keeperReward);
        let paid = s.must(keeper, payInsuranceCall { marketId: s.market }).returned;
        assert!(paid + e.coveredByMarket >= due);
        s.assert_backed(&[keeper]);
        assert_eq!(s.balance(Address::ZERO), U256::ZERO);
    }
}
