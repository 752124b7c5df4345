//! Positions without NFTs that are short of margin, what they cannot pay, and what the market sells of it.

use alloy_primitives::{Address, I256, U256};

use crate::rig::*;

fn take_over(w: &World, account: Address, fp: u128) -> takeOverCall {
    let (fp, deadline) = (cents(fp), w.deadline());
    takeOverCall { account, fp, leastGot: U256::ZERO, mostPaid: U256::MAX, deadline }
}

/// A short of one FP at ten with five of margin, the long, and somebody with money.
fn short(w: &World) -> [Address; 3] {
    let made = [("short", 500), ("long", 10_000), ("taker", 10_000)];
    let [short, long, taker] = made.map(|(name, cash)| w.trader(name, cash));
    w.trade(short, long, 100, 1_000);
    [short, long, taker]
}

/// A long of one FP at ten with five of its own, lent against the margin of the short; and somebody with money.
fn long(w: &World) -> [Address; 3] {
    let made = [("short", 4_000), ("long", 500), ("taker", 10_000)];
    let [short, long, taker] = made.map(|(name, cash)| w.trader(name, cash));
    w.trade(short, long, 100, 1_000);
    assert_eq!(w.seen(long), (-500, 100, 0));
    [short, long, taker]
}

#[test]
fn a_short_of_margin_is_taken_over_with_its_cash() {
    let w = World::new();
    let [short, _, taker] = short(&w);
    w.prices(2_000, 2_000);
    let done = w.send(taker, take_over(&w, short, 100));
    assert_eq!(done, cents(1_500), "all there is of 20.40");
    assert_eq!([short, taker].map(|who| w.seen(who)), [(0, 0, 0), (11_500, -100, 0)]);
    let told: events::TakenOver = w.last();
    assert_eq!((told.account, told.taker, told.isShort), (short, taker, true));
    assert_eq!((told.fp, told.cash, told.mark), (cents(100), cents(1_500), cents(2_000)));
    assert_eq!((told.insured, told.loss), (U256::ZERO, U256::ZERO));
    assert_eq!(w.held(), 205 * ONE);
}

#[test]
fn a_takeover_is_refused_with_what_is_wrong() {
    let w = World::new();
    let [short, _, taker] = short(&w);
    let healthy = errors::NotLiquidatable { owed: cents(1_250), have: cents(1_500) };
    w.refused(taker, take_over(&w, short, 1), healthy);
    w.prices(2_000, 2_000);
    w.refused(taker, take_over(&w, short, 101), errors::NotEnoughFp { asked: cents(101), have: cents(100) });
    w.refused(short, take_over(&w, short, 100), errors::OwnAccount { account: short });
    let least = takeOverCall { leastGot: cents(1_501), ..take_over(&w, short, 100) };
    w.refused(taker, least, errors::CashBelowLimit { cash: cents(1_500), limit: cents(1_501) });
    let late = takeOverCall { deadline: w.deadline() - n(1_u8), ..take_over(&w, short, 100) };
    w.refused(taker, late, errors::Expired { deadline: w.deadline() - n(1_u8), nowTime: w.deadline() });
    let poor = w.trader("poor", 1_499);
    let margin = errors::InsufficientMargin { required: cents(3_000), have: cents(2_999) };
    w.refused(poor, take_over(&w, short, 100), margin);
    w.status(2);
    let silent = errors::PriceUnavailable { source: U256::ZERO, status: n(2_u8) };
    w.refused(taker, take_over(&w, short, 100), silent);
}

#[test]
fn a_long_in_debt_is_paid_for_below_the_mark() {
    let w = World::new();
    let [_, long, taker] = long(&w);
    w.prices(550, 550);
    let whole =
        *w.chain.send(taker, MARKET, take_over(&w, long, 100)).unwrap_err().0.last_chunk::<32>().unwrap();
    let most = U256::from_be_bytes(whole);
    assert!(most > cents(80) && most < cents(90), "what brings the rest back to its initial margin: {most}");
    let paid = n(ONE * 4_312 / 1_000);
    let limit = paid - n(1_u8);
    let dear = takeOverCall { mostPaid: limit, ..take_over(&w, long, 80) };
    w.refused(taker, dear, errors::CashAboveLimit { cash: paid, limit });
    assert_eq!(w.send(taker, take_over(&w, long, 80)), paid, "98 of a hundred of 0.8 at 5.5");
    let [long, taker] = [long, taker].map(|who| w.view(seenCall { account: who }));
    assert_eq!((long.cash, taker.cash), (signed(paid) - signed(cents(500)), signed(cents(10_000) - paid)));
    assert_eq!((long.fp, taker.fp), (signed(cents(20)), signed(cents(80))));
    assert!(!w.last::<events::TakenOver>().isShort);
}

fn signed(value: U256) -> I256 {
    I256::try_from(value).unwrap()
}

#[test]
fn what_a_long_still_owes_all_shorts_pay_like_an_epoch() {
    let w = World::new();
    let [short, long, taker] = long(&w);
    w.prices(300, 300);
    w.send(taker, take_over(&w, long, 100));
    let epoch = n(0_u8);
    let told: events::LossBegun = w.last();
    assert_eq!((told.epoch, told.loss, told.payment, told.mark), (epoch, cents(206), cents(206), cents(300)));
    w.refused(taker, take_over(&w, short, 1), errors::FundingPending { epoch });
    let deposit = depositCashCall { amount: cents(1), account: short };
    w.refused(taker, deposit, errors::FundingPending { epoch });
    w.poke();
    assert_eq!(w.seen(short), (4_794, -100, 0));
    let told: events::LossSettled = w.last();
    assert_eq!((told.epoch, told.cash, told.kind), (epoch, cents(206), U256::ZERO));
    assert_eq!(told.paidPerFp, signed(cents(206)));
    assert!(w.chain.events::<events::FundingSettled>(MARKET).is_empty(), "it is no payment to longs");
    assert_eq!([HOUSE, long].map(|who| w.seen(who)), [(0, 0, 0); 2]);
}

/// The same with a holder who is short as well and has no cash: half of the loss comes in kind.
fn in_kind(w: &World) -> [Address; 4] {
    let [short, long, taker] = long(w);
    let ((holder, _), rich) = (w.someone("holder", 1, 0), w.trader("rich", 1_000));
    w.trade(holder, rich, 100, 1_000);
    w.withdraw(holder, 1_000);
    w.prices(200, 200);
    w.send(taker, take_over(w, long, 100));
    assert_eq!(w.last::<events::LossBegun>().loss, cents(304));
    w.poke();
    [short, holder, taker, rich]
}

#[test]
fn what_shorts_pay_in_kind_the_house_sells() {
    let w = World::new();
    let [short, holder, taker, _] = in_kind(&w);
    assert_eq!([short, holder].map(|who| w.seen(who)), [(4_848, -100, 0), (0, -176, 1)]);
    assert_eq!(w.seen(HOUSE), (-152, 76, 0));
    let buy = |fp, most| buyFromHouseCall { fp: cents(fp), mostCash: cents(most), deadline: w.deadline() };
    w.refused(taker, buy(77, 1_000), errors::NotEnoughFp { asked: cents(77), have: cents(76) });
    w.refused(taker, buy(50, 97), errors::CashAboveLimit { cash: cents(98), limit: cents(97) });
    assert_eq!(w.send(taker, buy(50, 98)), cents(98));
    assert_eq!([HOUSE, taker].map(|who| w.seen(who)), [(-54, 26, 0), (9_706, 150, 0)]);
    // At a higher price the last of it brings more than it owes; that is the reserve's.
    w.prices(300, 300);
    let sold = w.send(taker, buy(26, 1_000));
    let told: events::HouseSold = w.last();
    assert_eq!((told.buyer, told.fp, told.cash, told.mark), (taker, cents(26), sold, cents(300)));
    assert_eq!((told.insured, told.loss, told.reserve), (U256::ZERO, U256::ZERO, sold - cents(54)));
    assert_eq!((w.seen(HOUSE), w.view(heldCall {}).reserve), ((0, 0, 0), sold - cents(54)));
}

#[test]
fn what_the_house_is_paid_too_little_is_a_loss_again() {
    let w = World::new();
    let [_, _, taker, _] = in_kind(&w);
    w.prices(100, 100);
    let buy = buyFromHouseCall { fp: cents(76), mostCash: U256::MAX, deadline: w.deadline() };
    let sold = w.send(taker, buy);
    assert_eq!(w.last::<events::LossBegun>().loss, cents(152) - sold);
    w.poke();
    let house = w.view(seenCall { account: HOUSE });
    assert!(house.fp > I256::ZERO, "and in kind for a part of it: {house:?}");
}

#[test]
fn the_house_is_taken_over_by_nobody_and_closed_when_it_has_nothing_to_sell() {
    let w = World::new();
    let [_, _, taker, _] = in_kind(&w);
    let refusal = everfloor_common::roles::ZeroAddress {};
    w.refused(taker, take_over(&w, HOUSE, 1), refusal);
    let refusal = errors::NotLiquidatable { owed: U256::ZERO, have: U256::ZERO };
    w.refused(taker, closeBankruptCall { account: HOUSE }, refusal);
}

#[test]
fn a_short_that_nobody_takes_is_bought_back_from_all_longs_for_what_there_is() {
    let w = World::new();
    let [short, long, taker] = short(&w);
    let close = || closeBankruptCall { account: short };
    w.refused(taker, close(), errors::NotLiquidatable { owed: cents(1_000), have: cents(1_500) });
    w.prices(2_000, 2_000);
    w.send(taker, close());
    assert_eq!([short, long].map(|who| w.seen(who)), [(0, 0, 0), (10_500, 0, 0)]);
    let told: events::BankruptClosed = w.last();
    assert_eq!(
        (told.account, told.fp, told.cash, told.mark),
        (short, cents(100), cents(1_500), cents(2_000))
    );
    assert_eq!((told.insured, told.loss, told.longFp), (U256::ZERO, U256::ZERO, U256::ZERO));
    w.refused(taker, close(), errors::NotLiquidatable { owed: U256::ZERO, have: U256::ZERO });
    let never = account("never");
    let refusal = errors::NotLiquidatable { owed: U256::ZERO, have: U256::ZERO };
    w.refused(taker, closeBankruptCall { account: never }, refusal);
    assert_eq!(w.held(), 205 * ONE);
}

#[test]
fn the_reserve_pays_before_anybody_else() {
    let w = World::with(|params, _| params.fee = cents(5));
    let [short, long, taker] = short(&w);
    assert_eq!(w.view(heldCall {}).reserve, cents(50), "a twentieth of ten, of the taker's");
    w.prices(2_000, 2_000);
    let done = w.send(taker, take_over(&w, short, 100));
    assert_eq!(done, cents(1_550));
    assert_eq!(w.last::<events::TakenOver>().insured, cents(50));
    assert_eq!((w.view(heldCall {}).reserve, w.seen(long).0), (U256::ZERO, 8_950));
}
