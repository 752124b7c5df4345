//! What the curve cannot take: a position is offered to anyone, and if nobody wants it closed against the other side.

use alloy_primitives::{Address, I256, U256};
use everfloor_test::{
    Backend, LONG, SHORT, System, abi::ClearingHouse::*, account, dollars, int, on_both, wad, wad_milli,
};

use crate::rig::{Fallen, abandoned, fallen, leveraged};

/// `left` of a base that has 27 decimals.
const WHOLE: u128 = 1_000_000_000_000_000_000_000_000_000;

/// A long that cannot stay though it has equity even after the largest discount.
fn solvent<B: Backend>(s: &mut System<B>) -> Fallen {
    s.change(|params| params.trading.markBandPpm = 5_000);
    fallen(s, wad(95))
}

/// Offers the fallen long and lets a part of the auction pass.
fn offered<B: Backend>(s: &mut System<B>, fallen: &Fallen, seconds: u64) -> U256 {
    let call = s.start_takeover_call(fallen.long);
    let start = s.must(fallen.keeper, call).returned;
    s.warp(seconds);
    start
}

/// The index price less so many parts per million.
fn discounted(index: U256, ppm: u64) -> U256 {
    index - index * U256::from(ppm) / U256::from(1_000_000)
}

on_both! {
    fn a_position_moves_to_its_taker_at_the_oracles_price_less_a_growing_discount(s) {
        let f = solvent(&mut s);
        let taker = s.trader("taker", 100_000);
        let call = s.start_takeover_call(f.long);
        let event = s.must(f.keeper, call.clone()).event::<TakeoverStarted>();
        assert_eq!((event.trader, event.start), (f.long, U256::from(s.backend.now())));
        assert_eq!(s.position(f.long).takeoverStart, event.start);
        let until = event.start + U256::from(600);
        s.refused(f.keeper, call, TakeoverRunning { until, nowTime: event.start });
        s.warp(300);
        let (before, m) = (s.position(f.long), s.market());
        let base = before.size.into_raw();
        let preview = s.view(previewTakeOverCall {
            marketId: s.market, trader: f.long, base: U256::MAX, margin: dollars(5_000), priceLimit: U256::ZERO,
        });
        let call = s.take_over_call(f.long, U256::MAX, dollars(5_000));
        let done = s.must(taker, call);
        let price = discounted(wad(95), 15_000);
        let notional = base * price / wad(1);
        assert_eq!(done.returned.takenBase, before.size);
        assert_eq!(done.returned.notional, notional);
        let changes = done.events::<PositionChanged>();
        let e = done.event::<PositionLiquidated>();
        assert_eq!((changes[0].trader, changes[1].trader), (f.long, taker));
        assert_eq!((changes[0].exchangedBase, changes[1].exchangedBase), (-before.size, before.size));
        assert_eq!((e.mode, e.trader, e.keeper, e.shortfall), (1, f.long, taker, U256::ZERO));
        // The discount is part of the penalty: the taker has had 1.5 % of 2.5 % already.
        let nominal = (notional * U256::from(25_000)).div_ceil(wad(1));
        let off = (base * (wad(95) - price)).div_ceil(wad(1)).div_ceil(U256::from(1_000_000_000_000_u64));
        assert_eq!((e.penalty, e.keeperReward), (nominal - off, (nominal - off) / U256::from(2)));
        assert_eq!(s.view(rewardOfCall { keeper: taker }), e.keeperReward);
        let (left, taken) = (s.position(f.long), s.position(taker));
        assert_eq!((left.size, left.takeoverStart), (I256::ZERO, U256::ZERO));
        assert_eq!(I256::from_raw(left.margin), I256::from_raw(before.margin) + changes[0].realizedPnl - changes[0].fundingPayment - I256::from_raw(e.penalty));
        assert_eq!((taken.size, taken.openNotional, taken.margin), (before.size, notional, dollars(5_000)));
        assert_eq!((preview.keeperReward, preview.margin, preview.fee), (e.keeperReward, left.margin, e.penalty));
        // The curve was not touched, and both sides are as long as they were.
        let after = s.market();
        assert_eq!((after.curve.baseReserve, after.longSize, after.shortSize), (m.curve.baseReserve, m.longSize, m.shortSize));
        s.assert_backed(&[taker]);
        s.remove_all(f.long);
        s.assert_backed(&[taker]);
    }

    fn a_short_is_taken_over_above_the_oracles_price(s) {
        s.change(|params| params.trading.markBandPpm = 5_000);
        let short = leveraged(&mut s, "short", SHORT, 40_000);
        let long = s.trader("long", 100_000);
        s.open(long, LONG, dollars(20_000), wad(50_000));
        s.set_price(wad(105));
        let (keeper, taker) = (account("keeper"), s.trader("taker", 100_000));
        let call = s.start_takeover_call(short);
        s.must(keeper, call);
        s.warp(600);
        let base = s.position(short).size.unsigned_abs();
        let call = s.take_over_call(short, U256::MAX, dollars(6_000));
        let done = s.must(taker, call);
        let price = wad(105) + wad(105) * U256::from(30_000) / U256::from(1_000_000);
        assert_eq!(done.returned.notional, (base * price).div_ceil(wad(1)));
        assert_eq!(done.returned.takenBase, -I256::from_raw(base));
        assert_eq!(s.position(taker).size, -I256::from_raw(base));
        s.assert_backed(&[taker, keeper]);
    }

    fn a_takers_price_limit_holds_to_the_wei(s) {
        let f = solvent(&mut s);
        let taker = s.trader("taker", 100_000);
        offered(&mut s, &f, 200);
        let price = discounted(wad(95), 10_000);
        let call = takeOverCall { priceLimit: price - U256::ONE, ..s.take_over_call(f.long, U256::MAX, dollars(5_000)) };
        s.refused(taker, call.clone(), SlippageExceeded { got: price, limit: price - U256::ONE });
        let now = U256::from(s.backend.now());
        let late = takeOverCall { deadline: now - U256::ONE, priceLimit: price, ..call.clone() };
        s.refused(taker, late, Expired { deadline: now - U256::ONE, nowTime: now });
        s.must(taker, takeOverCall { deadline: now, priceLimit: price, ..call });
        s.assert_backed(&[taker]);
    }

    fn a_part_can_be_taken_and_the_rest_is_on_offer_while_it_cannot_stay(s) {
        let f = solvent(&mut s);
        let takers = ["first taker", "second taker"].map(|name| s.trader(name, 100_000));
        let start = offered(&mut s, &f, 60);
        let base = s.position(f.long).size.into_raw();
        let dust = s.take_over_call(f.long, wad_milli(50), dollars(5_000));
        assert!(s.fails(takers[0], dust).decode::<PositionTooSmall>().is_some());
        let nothing = s.take_over_call(f.long, U256::ZERO, dollars(5_000));
        assert!(s.fails(takers[0], nothing).decode::<PositionTooSmall>().is_some());
        let half = base / U256::from(2);
        let call = s.take_over_call(f.long, half, dollars(3_000));
        assert_eq!(s.must(takers[0], call).returned.takenBase, I256::from_raw(half));
        let p = s.position(f.long);
        // Half of it restores the other half: the auction is over.
        assert_eq!((p.size, p.takeoverStart, p.liquidatable), (I256::from_raw(base - half), U256::ZERO, false));
        s.set_price(wad(91));
        let call = s.start_takeover_call(f.long);
        assert!(s.must(f.keeper, call).returned > start);
        // All but dust is all.
        let call = s.take_over_call(f.long, base - half - wad_milli(10), dollars(3_000));
        assert_eq!(s.must(takers[1], call).returned.takenBase, I256::from_raw(base - half));
        s.assert_backed(&takers);
    }

    fn who_cannot_carry_a_position_cannot_take_it(s) {
        let f = solvent(&mut s);
        offered(&mut s, &f, 100);
        let (poor, short) = (s.trader("poor", 100_000), f.shorts[0]);
        let call = s.take_over_call(f.long, U256::MAX, dollars(1_000));
        assert!(s.fails(poor, call.clone()).decode::<BelowInitialMargin>().is_some());
        s.refused(short, call.clone(), UnfitTaker {});
        s.refused(f.long, call, UnfitTaker {});
        let unpaid = s.take_over_call(f.long, U256::MAX, dollars(5_000));
        s.refused(account("penniless"), unpaid.clone(), TransferFailed { token: s.token });
        // Who is on the same side grows by it, within the cap of one position.
        let long = s.trader("another long", 100_000);
        s.open(long, LONG, dollars(3_000), wad(10_000));
        let before = s.position(long);
        s.change(|params| params.trading.maxPosition = wad(400));
        assert!(s.fails(long, unpaid.clone()).decode::<PositionAboveCap>().is_some());
        s.change(|params| params.trading.maxPosition = wad(15_000));
        let done = s.must(long, unpaid);
        let after = s.position(long);
        assert_eq!(after.size, before.size + done.returned.takenBase);
        assert_eq!(after.openNotional, before.openNotional + done.returned.notional);
        s.assert_backed(&[long]);
    }

    fn an_auction_is_only_for_positions_that_cannot_stay(s) {
        let f = solvent(&mut s);
        let taker = s.trader("taker", 100_000);
        let now = U256::from(s.backend.now());
        let take = s.take_over_call(f.long, U256::MAX, dollars(5_000));
        s.refused(taker, take.clone(), NoTakeover { start: U256::ZERO, nowTime: now });
        let healthy = s.start_takeover_call(f.shorts[0]);
        assert!(s.fails(taker, healthy).decode::<NotLiquidatable>().is_some());
        let nobody = s.start_takeover_call(account("nobody"));
        s.refused(taker, nobody, NoPosition {});
        offered(&mut s, &f, 100);
        s.set_price(wad(100));
        assert!(s.fails(taker, take).decode::<NotLiquidatable>().is_some());
        let end = s.deleverage_call(f.long, U256::MAX);
        assert!(s.fails(taker, end).decode::<NotLiquidatable>().is_some());
    }

    fn an_auction_ends_when_the_position_is_sound_again_or_when_its_time_is_over(s) {
        let f = solvent(&mut s);
        let taker = s.trader("taker", 100_000);
        let take = s.take_over_call(f.long, U256::MAX, dollars(5_000));
        let none = |s: &System<B>, start| NoTakeover { start, nowTime: U256::from(s.backend.now()) };
        s.give(f.long, dollars(10_000));
        // A unit of margin or a small trade buys no time.
        let start = offered(&mut s, &f, 300);
        s.must(f.long, addMarginCall { marketId: s.market, amount: U256::ONE });
        s.open(f.long, SHORT, U256::ZERO, wad(20));
        let p = s.position(f.long);
        assert_eq!((p.takeoverStart, p.liquidatable), (start, true));
        // A trade that leaves it sound ends the auction; of added margin the next who asks takes note.
        s.open(f.long, SHORT, U256::ZERO, wad(20_000));
        assert_eq!(s.position(f.long).takeoverStart, U256::ZERO);
        let error = none(&s, U256::ZERO);
        s.change(|params| (params.trading.maintenanceMarginPpm, params.trading.initialMarginPpm) = (250_000, 300_000));
        s.refused(taker, take.clone(), error);
        let start = offered(&mut s, &f, 100);
        s.must(f.long, addMarginCall { marketId: s.market, amount: dollars(5_000) });
        assert_eq!(s.position(f.long).takeoverStart, start);
        assert!(s.fails(taker, take.clone()).decode::<NotLiquidatable>().is_some());
        let call = s.start_takeover_call(f.long);
        let done = s.must(f.keeper, call.clone());
        assert_eq!((done.returned, done.event::<TakeoverStarted>().start), (U256::ZERO, U256::ZERO));
        assert_eq!(s.position(f.long).takeoverStart, U256::ZERO);
        assert!(s.fails(f.keeper, call).decode::<NotLiquidatable>().is_some());
    }

    fn an_auction_that_nobody_came_to_lapses_and_can_begin_anew(s) {
        let f = solvent(&mut s);
        let taker = s.trader("taker", 100_000);
        let take = s.take_over_call(f.long, U256::MAX, dollars(5_000));
        let start = offered(&mut s, &f, 1_200);
        let error = NoTakeover { start, nowTime: start + U256::from(1_200) };
        s.refused(taker, take.clone(), error);
        assert!(offered(&mut s, &f, 0) > start);
        s.must(taker, take);
        s.assert_backed(&[taker]);
    }

    fn a_taker_in_an_auction_of_his_own_may_not_leave_it_by_taking(s) {
        // Taking is acting: his own auction is void, as by any other act, and he must be fit without it.
        let f = solvent(&mut s);
        let twin = s.trader("twin", 100_000);
        s.set_price(wad(100));
        s.open(twin, LONG, dollars(4_400), wad(40_000));
        s.set_price(wad(94));
        for trader in [f.long, twin] {
            let call = s.start_takeover_call(trader);
            s.must(f.keeper, call);
        }
        s.warp(100);
        let call = s.take_over_call(f.long, U256::MAX, U256::ZERO);
        assert!(s.fails(twin, call).decode::<BelowInitialMargin>().is_some());
        let call = s.take_over_call(f.long, U256::MAX, dollars(12_000));
        s.must(twin, call);
        assert_eq!(s.position(twin).takeoverStart, U256::ZERO);
        s.assert_backed(&[twin]);
    }

    // ---- the other side ----

    fn nobody_is_closed_against_the_other_side_before_his_auction_is_over(s) {
        let f = fallen(&mut s, wad(85));
        let call = s.deleverage_call(f.long, U256::MAX);
        s.refused(f.keeper, call.clone(), NoTakeover { start: U256::ZERO, nowTime: U256::from(s.backend.now()) });
        let start = offered(&mut s, &f, 599);
        let until = start + U256::from(600);
        s.refused(f.keeper, call.clone(), TakeoverRunning { until, nowTime: until - U256::ONE });
        s.warp(1);
        s.must(f.keeper, call);
        s.assert_backed(&[f.keeper]);
    }

    fn the_other_side_gives_up_the_same_part_each_and_nobodys_principal(s) {
        let f = abandoned(&mut s, wad(85));
        let saver = s.trader("saver", 1_000);
        s.must(saver, addMarginCall { marketId: s.market, amount: dollars(100) });
        let (m, long) = (s.market(), s.position(f.long));
        let shorts = f.shorts.map(|short| s.position(short));
        let call = s.deleverage_call(f.long, U256::MAX);
        let done = s.must(f.keeper, call);
        let base = long.size.into_raw();
        let left = U256::from(WHOLE) * (m.shortSize - base) / m.shortSize;
        let e = done.event::<SideDeleveraged>();
        assert_eq!((e.side, e.epoch, e.base, e.price, e.left), (SHORT, U256::ONE, base, wad(85), left));
        let c = done.event::<PositionChanged>();
        assert_eq!((c.trader, c.exchangedBase, c.exchangedNotional), (f.long, -long.size, base * wad(85) / wad(1)));
        let l = done.event::<PositionLiquidated>();
        assert_eq!((l.mode, l.keeper), (2, f.keeper));
        assert!(l.shortfall > U256::ZERO && l.uncovered > U256::ZERO);
        assert_eq!(l.coveredByMarket + l.coveredByFund + l.uncovered, l.shortfall);
        assert_eq!(done.event::<LossesChanged>().badDebt, l.uncovered);
        let after = s.market();
        assert_eq!((after.longSize, after.shortSize), (m.longSize - base, m.shortSize - base));
        assert_eq!(after.curve.baseReserve, m.curve.baseReserve, "the curve is not touched");
        // Views know it at once; what is stored follows when somebody touches the account.
        let mut open = U256::ZERO;
        for (short, before) in f.shorts.iter().zip(&shorts) {
            let now = s.position(*short);
            let size = before.size.unsigned_abs() * left / U256::from(WHOLE);
            assert_eq!(now.size, -I256::from_raw(size));
            open += size;
            let given = before.size.unsigned_abs() - size;
            let entry = before.openNotional * given / before.size.unsigned_abs();
            let won = (entry - given * wad(85) / wad(1)) / U256::from(1_000_000_000_000_u64);
            // What he won of it, and his funding until then.
            let won = won + before.fundingOwed.unsigned_abs();
            assert!(before.fundingOwed.is_negative());
            let got = now.margin + now.claim - before.margin;
            assert!(got.abs_diff(won) <= U256::from(10), "{got} for {won}");
        }
        assert!(open <= after.shortSize && after.shortSize - open <= U256::from(4));
        assert_eq!(s.position(saver).margin, dollars(100));
        s.assert_backed(&[f.keeper]);
    }

    fn an_account_catches_up_when_it_is_touched_or_when_somebody_asks(s) {
        let f = abandoned(&mut s, wad(85));
        let stored = f.shorts.map(|short| s.position(short).size);
        let call = s.deleverage_call(f.long, U256::MAX);
        s.must(f.keeper, call);
        let shown = f.shorts.map(|short| s.position(short));
        let sequence = s.market().sequence;
        let done = s.must(account("anybody"), catchUpCall { marketId: s.market, trader: f.shorts[0] });
        let e = done.event::<PositionDeleveraged>();
        assert_eq!((e.trader, e.sequence), (f.shorts[0], sequence + U256::ONE));
        assert_eq!(e.exchangedBase, shown[0].size - stored[0]);
        assert_eq!((e.size, e.openNotional, e.margin, e.claim),
            (shown[0].size, shown[0].openNotional, shown[0].margin, shown[0].claim));
        assert_eq!(s.position(f.shorts[0]).size, shown[0].size);
        // Twice is once, and a stranger's account is nothing to book.
        let before = s.storage();
        for trader in [f.shorts[0], account("nobody")] {
            let done = s.must(account("anybody"), catchUpCall { marketId: s.market, trader });
            assert_eq!(done.logs.len(), 0);
        }
        assert_eq!(s.storage(), before);
        // The other catches up in his own trade, first of all.
        let done = s.close(f.shorts[1]);
        let e = done.event::<PositionDeleveraged>();
        assert_eq!((e.trader, e.sequence), (f.shorts[1], sequence + U256::from(2)));
        assert_eq!(done.returned.exchangedBase, -shown[1].size);
        s.assert_backed(&[f.keeper]);
    }

    fn several_deleveragings_add_up_and_newcomers_have_no_part_in_those_before_them(s) {
        let f = abandoned(&mut s, wad(85));
        let half = s.position(f.long).size.into_raw() / U256::from(2);
        let call = s.deleverage_call(f.long, half);
        s.must(f.keeper, call);
        let late = s.trader("late short", 100_000);
        s.open(late, SHORT, dollars(20_000), wad(20_000));
        let own = s.position(late).size;
        let before = f.shorts.map(|short| s.position(short).size);
        assert_eq!(s.position(f.long).size.into_raw(), s.market().longSize);
        let m = s.market();
        let rest = s.position(f.long).size.into_raw();
        let call = s.deleverage_call(f.long, U256::MAX);
        let e = s.must(f.keeper, call).event::<SideDeleveraged>();
        assert_eq!((e.epoch, e.base), (U256::from(2), rest));
        for (short, size) in [(late, own), (f.shorts[0], before[0]), (f.shorts[1], before[1])] {
            let expected = size.unsigned_abs() * (m.shortSize - rest) / m.shortSize;
            let off = s.position(short).size.unsigned_abs().abs_diff(expected);
            assert!(off <= U256::from(3), "{off}");
        }
        // Everybody leaves, whatever is left of him; nobody's principal is missing.
        s.set_price(wad(85));
        for short in [f.shorts[0], late, f.shorts[1]] {
            s.close(short);
            s.remove_all(short);
        }
        let m = s.market();
        assert!(m.shortSize <= U256::from(8), "dust of roundings: {}", m.shortSize);
        assert_eq!((m.money.principal, m.openPositions), (U256::ZERO, U256::ZERO));
        s.assert_backed(&[f.keeper]);
    }

    fn one_deleveraging_leaves_the_other_side_a_tenth(s) {
        let long = leveraged(&mut s, "long", LONG, 40_000);
        let short = s.trader("short", 100_000);
        s.open(short, SHORT, dollars(20_000), wad(30_000));
        s.set_price(wad(85));
        let keeper = account("keeper");
        let call = s.start_takeover_call(long);
        s.must(keeper, call);
        s.warp(600);
        let most = s.market().shortSize * U256::from(9) / U256::from(10);
        let asked = s.position(long).size.into_raw();
        let call = s.deleverage_call(long, U256::MAX);
        s.refused(keeper, call, ExceedsPosition { asked, available: most });
        let call = s.deleverage_call(long, most);
        s.must(keeper, call);
        assert_eq!(s.position(long).size.into_raw(), asked - most);
        s.assert_backed(&[keeper]);
    }

    fn longs_are_deleveraged_for_a_short_too(s) {
        let short = leveraged(&mut s, "short", SHORT, 40_000);
        let long = s.trader("long", 100_000);
        s.open(long, LONG, dollars(20_000), wad(60_000));
        s.set_price(wad(117));
        let keeper = account("keeper");
        let call = s.start_takeover_call(short);
        s.must(keeper, call);
        s.warp(600);
        let (m, p, base) = (s.market(), s.position(long), s.position(short).size.unsigned_abs());
        let call = s.deleverage_call(short, U256::MAX);
        let done = s.must(keeper, call);
        assert_eq!(done.event::<SideDeleveraged>().side, LONG);
        assert_eq!(done.returned.exchangedBase, I256::from_raw(base));
        let expected = p.size.into_raw() * (m.longSize - base) / m.longSize;
        let now = s.position(long);
        assert!(now.size.into_raw().abs_diff(expected) <= U256::ONE);
        assert!(now.claim + now.margin > p.margin);
        s.close(long);
        s.assert_backed(&[keeper]);
    }

    /// Accounts come and go, some by takeover: the list is those who have anything, each once.
    fn the_list_stays_whole_when_positions_change_hands(s) {
        s.change(|params| params.trading.markBandPpm = 5_000);
        let longs: Vec<Address> =
            (0..4).map(|number| leveraged(&mut s, &format!("long {number}"), LONG, 10_000)).collect();
        let shorts: Vec<Address> = (0..2)
            .map(|number| {
                let short = s.trader(&format!("short {number}"), 100_000);
                s.open(short, SHORT, dollars(20_000), wad(30_000));
                short
            })
            .collect();
        s.set_price(wad(88));
        let (keeper, taker) = (account("keeper"), s.trader("taker", 100_000));
        for long in &longs {
            let call = s.start_takeover_call(*long);
            s.must(keeper, call);
        }
        s.warp(500);
        // The first has nothing left and leaves the list; the taker joins it at the same moment.
        let call = s.take_over_call(longs[0], U256::MAX, dollars(3_000));
        s.must(taker, call);
        assert_eq!(s.position(longs[0]).margin, U256::ZERO);
        assert_eq!(s.accounts(2), [taker, longs[1], longs[2], longs[3], shorts[0], shorts[1]]);
        let call = s.take_over_call(longs[3], U256::MAX, dollars(3_000));
        s.must(taker, call);
        assert_eq!(s.accounts(3), [taker, longs[1], longs[2], shorts[1], shorts[0]]);
        s.warp(100);
        let call = s.deleverage_call(longs[1], U256::MAX);
        s.must(keeper, call);
        assert_eq!(s.accounts(100), [taker, shorts[0], longs[2], shorts[1]]);
        let m = s.market();
        assert_eq!((m.accounts, m.openPositions), (U256::from(4), U256::from(4)));
        s.close(shorts[0]);
        s.assert_backed(&[keeper, taker]);
        assert_eq!(s.position(shorts[0]).size, int(0));
    }
}
