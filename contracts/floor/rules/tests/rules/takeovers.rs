//! Accounts without NFTs that are short of margin, and who pays what they cannot.

use everfloor_floor_rules::{FloorError, Holding, Shelves, ledger::HOUSE, takeover::TakenOver};

use crate::{
    rig::{Floor, LITERAL, at},
    support::ONE,
};

const BONUS: u128 = ONE / 50;

fn i(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

impl Floor {
    fn take_over(&mut self, id: u32, by: u32, fp: u128) -> Result<TakenOver, Box<FloorError>> {
        self.on(id, |market, memory, account, prices, params| {
            let mut taker = memory.account(by);
            let done = market.take_over(memory, account, &mut taker, fp, BONUS, 1, prices, params)?;
            memory.set_account(&taker);
            Ok(done)
        })
    }

    fn pay_event(&mut self) {
        let mut memory = self.memory.clone();
        self.market.ledger.continue_payment(&mut memory, 100, |_| {}).unwrap().unwrap();
        self.memory = memory;
    }

    fn cash(&self) -> i128 {
        self.memory.accounts.keys().map(|id| self.view(*id).cash).sum()
    }
}

/// A short of one FP at ten with five of margin, the long, and somebody with money.
fn short() -> (Floor, u32, u32, u32) {
    let mut floor = Floor::new(LITERAL);
    let [short, long, taker] = [5 * ONE, 100 * ONE, 100 * ONE].map(|cash| floor.account(0, cash));
    floor.sell(short, long, ONE, 10 * ONE).unwrap();
    (floor, short, long, taker)
}

/// A long of one FP at ten with five of its own, which shorts against NFTs and cash owe.
fn long(nft_backed: bool) -> (Floor, u32, u32, u32) {
    let mut floor = Floor::new(LITERAL);
    // The reserve lets him borrow.
    floor.market.vault.receive(50 * ONE).unwrap();
    floor.market.vault.reserve = 50 * ONE;
    let seller = if nft_backed { floor.account(1, 0) } else { floor.account(0, 40 * ONE) };
    let [long, taker] = [5 * ONE, 100 * ONE].map(|cash| floor.account(0, cash));
    floor.sell(seller, long, ONE, 10 * ONE).unwrap();
    assert_eq!(floor.view(long), Holding { cash: -i(5 * ONE), fp: i(ONE) });
    (floor, long, seller, taker)
}

#[test]
fn a_position_is_taken_over_only_as_far_as_its_margin_needs() {
    let (mut floor, short, _, taker) = short();
    let refusal = floor.take_over(short, taker, ONE).unwrap_err();
    assert!(matches!(*refusal, FloorError::NotLiquidatable { .. }));
    floor.prices = at(13, 13);
    let refusal = floor.take_over(short, taker, ONE).unwrap_err();
    let FloorError::NotEnoughFp { have, .. } = *refusal else { panic!("{refusal:?}") };
    // Equity 2, initial margin 6.5: (6.5 - 2) / (13 x 0.48).
    assert_eq!(have, 721_153_846_153_846_154);
    floor.take_over(short, taker, have).unwrap();
    let position = floor.position(short);
    assert!(!position.opening(floor.prices, &floor.params).unwrap().is_short(), "as after an opening");
    assert_eq!(floor.view(taker).fp, -i(have));
}

#[test]
fn whoever_takes_a_position_must_be_able_to_hold_it() {
    let (mut floor, short, _, _) = short();
    let poor = floor.account(0, ONE);
    floor.prices = at(13, 13);
    let refusal = floor.take_over(short, poor, ONE / 2).unwrap_err();
    assert!(matches!(*refusal, FloorError::InsufficientMargin { .. }));
}

#[test]
fn the_reserve_pays_what_a_short_cannot() {
    let (mut floor, short, _, taker) = short();
    floor.market.vault.receive(3 * ONE).unwrap();
    floor.market.vault.reserve = 3 * ONE;
    floor.prices = at(16, 16);
    let done = floor.take_over(short, taker, ONE).unwrap();
    assert_eq!((done.cash, done.insured), (1632 * ONE / 100, 132 * ONE / 100));
    assert_eq!(floor.view(short), Holding::default());
    assert_eq!(floor.market.vault.reserve, 168 * ONE / 100);
}

#[test]
fn a_short_that_nobody_takes_is_bought_back_from_all_longs_at_what_there_is() {
    let (mut floor, short, long, _) = short();
    floor.prices = at(20, 20);
    let done = floor
        .on(short, |market, memory, account, prices, _| market.close_bankrupt(memory, account, 1, prices));
    assert_eq!(done.unwrap(), TakenOver { fp: ONE, cash: 15 * ONE, insured: 0, loss: 0 });
    assert_eq!(floor.view(long), Holding { cash: i(90 * ONE) + i(15 * ONE), fp: 0 });
    assert_eq!(i(floor.market.vault.held), floor.cash());
}

#[test]
fn a_short_that_owes_cash_as_well_leaves_that_to_the_longs() {
    let (mut floor, short, long, _) = short();
    // Twenty epochs of a payment of one: its fifteen are gone, and five more.
    for epoch in 1..=20 {
        let prices = everfloor_floor_rules::Prices { mark: 10 * ONE, index: 11 * ONE };
        let mut ledger = floor.market.ledger;
        let mut memory = floor.memory.clone();
        ledger.begin_payment(epoch, prices, &crate::support::PLAIN).unwrap();
        ledger.continue_payment(&mut memory, 9, |_| {}).unwrap().unwrap();
        (floor.market.ledger, floor.memory) = (ledger, memory);
    }
    assert_eq!(floor.view(short).cash, -i(5 * ONE));
    assert_eq!(floor.view(long).cash, i(110 * ONE));
    floor
        .on(short, |market, memory, account, prices, _| market.close_bankrupt(memory, account, 1, prices))
        .unwrap();
    assert_eq!(floor.view(long), Holding { cash: i(105 * ONE), fp: 0 });
    assert_eq!(i(floor.market.vault.held), floor.cash());
}

#[test]
fn a_healthy_short_is_not_bought_back() {
    let (mut floor, short, _, _) = short();
    let done = floor
        .on(short, |market, memory, account, prices, _| market.close_bankrupt(memory, account, 1, prices));
    assert_eq!(*done.unwrap_err(), FloorError::NotLiquidatable { owed: 10 * ONE, have: 15 * ONE });
}

#[test]
fn a_long_in_debt_is_taken_over_below_the_mark() {
    let (mut floor, long, _, taker) = long(false);
    floor.prices = at(5, 5);
    let done = floor.take_over(long, taker, ONE).unwrap();
    assert_eq!(done.cash, 49 * ONE / 10);
    assert_eq!((done.insured, done.loss), (ONE / 10, 0));
    assert_eq!(floor.view(taker), Holding { cash: i(100 * ONE) - i(49 * ONE / 10), fp: i(ONE) });
}

#[test]
fn what_a_long_still_owes_is_paid_by_shorts_in_cash() {
    let (mut floor, long, short, taker) = long(false);
    floor.market.vault.reserve = 0;
    floor.market.vault.held -= 50 * ONE;
    floor.prices = at(3, 3);
    let done = floor.take_over(long, taker, ONE).unwrap();
    assert_eq!((done.cash, done.loss), (294 * ONE / 100, 206 * ONE / 100));
    let refusal = floor.withdraw(short, ONE).unwrap_err();
    assert_eq!(*refusal, FloorError::FundingPending { epoch: 1 });
    let before = floor.view(short).cash;
    floor.pay_event();
    assert_eq!(before - floor.view(short).cash, i(206 * ONE / 100));
    assert_eq!(i(floor.market.vault.held), floor.cash());
}

#[test]
fn what_a_long_still_owes_is_paid_in_kind_and_sold_by_the_house() {
    let (mut floor, long, short, taker) = long(true);
    floor.withdraw(short, 10 * ONE).unwrap();
    floor.market.vault.held -= floor.market.vault.reserve;
    floor.market.vault.reserve = 0;
    floor.prices = at(2, 2);
    let done = floor.take_over(long, taker, ONE).unwrap();
    assert_eq!(done.loss, 304 * ONE / 100);
    floor.pay_event();
    // 3.04 at 2 are 1.52 FP.
    assert_eq!(floor.view(short), Holding { cash: 0, fp: -i(252 * ONE / 100) });
    let house = floor.memory.account(HOUSE);
    let holding = floor.market.ledger.view(&floor.memory, &house).unwrap();
    assert_eq!(holding, Holding { cash: -i(304 * ONE / 100), fp: i(152 * ONE / 100) });
    let bought = floor.on(taker, |market, memory, account, prices, params| {
        market.buy_from_house(memory, account, ONE, 0, 2, prices, params)
    });
    assert_eq!(bought.unwrap().cash, 2 * ONE);
    let bought = floor.on(taker, |market, memory, account, prices, params| {
        market.buy_from_house(memory, account, 52 * ONE / 100, 0, 2, prices, params)
    });
    assert_eq!(bought.unwrap(), TakenOver { fp: 52 * ONE / 100, cash: 104 * ONE / 100, insured: 0, loss: 0 });
    assert_eq!(floor.view(taker).fp, i(252 * ONE / 100));
    assert_eq!(i(floor.market.vault.held), floor.cash());
}

#[test]
fn a_long_that_was_closed_out_below_its_debt_leaves_it_to_reserve_and_shorts() {
    let mut floor = Floor::new(LITERAL);
    floor.market.vault.receive(50 * ONE).unwrap();
    floor.market.vault.reserve = 50 * ONE;
    let [short, other] = [5 * ONE, 40 * ONE].map(|cash| floor.account(0, cash));
    let long = floor.account(0, 5 * ONE);
    floor.sell(short, long, ONE, 10 * ONE).unwrap();
    // All of it is bought back, at the one ether that is left of the short's cash.
    let mut memory = floor.memory.clone();
    floor.market.ledger.close_against_longs(&mut memory, ONE, ONE).unwrap();
    floor.memory = memory;
    assert_eq!(floor.view(long), Holding { cash: -i(4 * ONE), fp: 0 });
    floor.market.vault.reserve = ONE;
    let close = |floor: &mut Floor| {
        floor.on(long, |market, memory, account, prices, _| market.close_bankrupt(memory, account, 1, prices))
    };
    assert_eq!(*close(&mut floor).unwrap_err(), FloorError::NobodyToPay { loss: 3 * ONE });
    let rich = floor.account(0, 100 * ONE);
    floor.sell(other, rich, ONE, 10 * ONE).unwrap();
    let done = close(&mut floor).unwrap();
    assert_eq!((done.insured, done.loss), (ONE, 3 * ONE));
    assert_eq!(floor.view(long), Holding::default());
}
