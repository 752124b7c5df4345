//! A token whose account owes: longs paid funding that it had no cash for.

use alloy_primitives::{Address, FixedBytes, I256, U256};
use alloy_sol_types::SolError;

use crate::{
    made::*,
    rig::{self, ONE, World, cents, errors as market, n},
};

/// Two wrapped FP that owe two each, at a mark of twelve; the market lends against the cash of a short without NFTs.
fn indebted(desk: &Desk) -> [Address; 2] {
    let (short, long) = (desk.someone("short", 0, 30_000), desk.someone("long", 0, 10_000));
    desk.w.trade(short, long, 400, 1_000);
    desk.wrap(long, 200);
    desk.w.prices(1_200, 1_000);
    desk.w.days(1);
    assert_eq!(desk.view(backingCall {}), backingReturn { cash: hundredths(-400), fp: cents(200) });
    [short, long]
}

fn deleverage(desk: &Desk, account: Address, fp: u128) -> deleverageCall {
    deleverageCall { account, fp: cents(fp), maxPrice: cents(1_200), deadline: desk.w.deadline() }
}

#[test]
fn who_goes_pays_for_his_part_of_the_debt_and_nobody_comes_to_it() {
    let desk = Desk::new();
    let [_, long] = indebted(&desk);
    assert_eq!(desk.view(cashPerShareCall {}), hundredths(-200));
    desk.refused(long, desk.wrap_call(long, 100), errors::InDebt { cash: hundredths(-400) });
    let (told, before) = (desk.view(previewUnwrapCall { shares: cents(100) }), desk.has(long).0);
    let back = desk.unwrap(long, cents(100));
    assert_eq!((back.fp, back.cash, back.ticket), (cents(100), hundredths(-200), U256::ZERO));
    assert_eq!((told.fp, told.cash), (back.fp, back.cash));
    assert_eq!(before - desk.has(long).0, 2 * ONE as i128);
    assert_eq!(desk.has(TOKEN), (-2 * ONE as i128, ONE as i128));
    let limit = hundredths(-99);
    let call = unwrapCall { minCash: limit, ..desk.unwrap_call(long, cents(50)) };
    desk.refused(long, call, errors::CashBelowLimit { cash: hundredths(-100), limit });
    let call = unwrapCall { minCash: hundredths(-100), ..desk.unwrap_call(long, cents(50)) };
    assert_eq!(desk.send(long, call).cash, hundredths(-100));
}

#[test]
fn the_account_and_not_the_token_pays_the_markets_fee() {
    let desk = Desk::of(World::with(|params, _| params.fee = cents(1)));
    let (short, long) = (desk.someone("short", 0, 30_000), desk.someone("long", 0, 10_000));
    desk.w.trade(short, long, 400, 1_000);
    desk.wrap(long, 200);
    let free = desk.cash().reserve;
    desk.w.prices(1_200, 1_000);
    desk.w.days(1);
    let before = desk.has(long).0;
    assert_eq!(desk.unwrap(long, cents(100)).cash, hundredths(-200));
    assert_eq!(before - desk.has(long).0, (2 * ONE + 2 * ONE / 100) as i128);
    assert_eq!(desk.has(TOKEN), (-2 * ONE as i128, ONE as i128));
    assert_eq!(desk.cash().reserve - free, n(2 * ONE / 100));
}

#[test]
fn anybody_buys_what_clears_the_debt_at_the_mark() {
    let desk = Desk::new();
    let [_, long] = indebted(&desk);
    let buyer = desk.someone("buyer", 0, 2_000);
    let told = desk.view(previewDeleverageCall {});
    assert_eq!((told.fp, told.price), (n(333_333_333_333_333_334_u128), cents(1_200)));
    let dear = errors::PriceAboveLimit { price: cents(1_200), limit: cents(1_199) };
    desk.refused(buyer, deleverageCall { maxPrice: cents(1_199), ..deleverage(&desk, buyer, 10) }, dear);
    let part = desk.send(buyer, deleverage(&desk, buyer, 10));
    assert_eq!((part.sold, part.price), (cents(10), cents(1_200)));
    assert_eq!(desk.has(TOKEN), (-(28 * ONE as i128) / 10, 19 * ONE as i128 / 10));
    let rest = desk.send(buyer, deleverage(&desk, buyer, 10_000));
    assert_eq!(rest.sold, told.fp - cents(10));
    let told = desk.w.chain.events::<events::Deleveraged>(TOKEN).pop().unwrap();
    assert_eq!((told.account, told.fp, told.price), (buyer, rest.sold, rest.price));
    let (cash, fp) = desk.has(TOKEN);
    assert!((0..12).contains(&cash), "{cash}");
    assert_eq!(fp, 2 * ONE as i128 - 333_333_333_333_333_334);
    desk.refused(buyer, deleverage(&desk, buyer, 1), errors::NotInDebt { cash: int(cash) });
    // Nobody lost by it: at the mark, shares are worth what they were.
    let back = desk.unwrap(long, cents(100));
    let worth = back.fp.to::<u128>() * 12 + u128::try_from(back.cash).unwrap();
    assert!((10 * ONE - 24..=10 * ONE + 24).contains(&worth), "{worth}");
}

#[test]
fn a_narrow_band_lets_nobody_go_before_the_debt_is_cleared() {
    let desk = Desk::of(World::with(|params, _| params.band = cents(20)));
    let [_, long] = indebted(&desk);
    let refusal = errors::TradeRefused {
        outcome: 1,
        reason: FixedBytes(market::PriceOutOfBand::SELECTOR),
        first: cents(200),
        second: cents(1_200),
    };
    desk.refused(long, desk.unwrap_call(long, cents(100)), refusal);
    // He may clear it himself.
    desk.send(long, deleverage(&desk, long, 10_000));
    let back = desk.unwrap(long, cents(100));
    assert!(back.cash >= I256::ZERO && back.fp > cents(83), "{back:?}");
}

#[test]
fn without_a_price_nothing_is_sold_for_debt() {
    let desk = Desk::new();
    let [_, long] = indebted(&desk);
    desk.w.status(2);
    desk.refused(long, deleverage(&desk, long, 1), errors::NoMark { status: n(2_u8) });
}

#[test]
fn a_gift_clears_debt_too() {
    let desk = Desk::new();
    let [_, long] = indebted(&desk);
    desk.w.send(long, rig::depositCashCall { amount: cents(400), account: TOKEN });
    let back = desk.unwrap(long, cents(100));
    assert_eq!((back.fp, back.cash), (cents(100), I256::ZERO));
}

#[test]
fn of_shares_without_fp_only_gifts_are_left() {
    let desk = Desk::new();
    let [_, long] = indebted(&desk);
    let taker = desk.someone("taker", 0, 10_000);
    // The price falls, and nobody bought in time: the account is taken over with all its FP.
    desk.w.prices(202, 202);
    let call = rig::takeOverCall {
        account: TOKEN,
        fp: cents(200),
        leastGot: U256::ZERO,
        mostPaid: U256::MAX,
        deadline: desk.w.deadline(),
    };
    desk.w.send(taker, call);
    // What it could not pay, all shorts make good.
    desk.w.poke();
    assert_eq!(desk.has(TOKEN), (0, 0));
    desk.refused(long, desk.wrap_call(long, 100), errors::NoBacking { shares: cents(200) });
    desk.refused(long, desk.unwrap_call(long, cents(100)), errors::ZeroAmount {});
    desk.w.send(long, rig::depositCashCall { amount: cents(100), account: TOKEN });
    let back = desk.unwrap(long, cents(100));
    assert_eq!((back.fp, back.cash), (U256::ZERO, hundredths(50)));
}
