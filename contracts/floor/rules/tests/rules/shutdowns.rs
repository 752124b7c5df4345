//! The end of a market: who gets what, in which order, whoever comes first.

use everfloor_floor_rules::{
    Books as _, Curve, FloorError, Holding, Shelves, Shutdown, auction,
    curve::RAY,
    ledger::HOUSE,
    shutdown::{Claim, SLOWER},
};

use crate::{
    rig::{Floor, LITERAL, at},
    support::ONE,
};

fn i(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

struct Ended {
    floor: Floor,
    end: Shutdown,
}

impl Ended {
    fn begin(floor: Floor, price: u128) -> Self {
        let end = Shutdown::begin(&floor.market, price, 1_000).unwrap();
        Self { floor, end }
    }

    fn close(&mut self, id: u32) -> Claim {
        let mut end = self.end;
        let claim =
            self.floor.on(id, |market, memory, account, _, _| end.close(market, memory, account)).unwrap();
        self.end = end;
        claim
    }

    fn redeem(&mut self, id: u32, nfts: u32, now: u64) -> Result<u128, Box<FloorError>> {
        let mut end = self.end;
        let pays = self
            .floor
            .on(id, |market, memory, account, _, _| end.redeem(market, memory, account, nfts, now))?;
        self.end = end;
        Ok(pays)
    }

    fn sell(&mut self, id: u32, nfts: u32, price: u128) -> Result<u128, Box<FloorError>> {
        let mut end = self.end;
        let brought = self
            .floor
            .on(id, |market, memory, account, _, _| end.sell(market, memory, account, nfts, price))?;
        self.end = end;
        Ok(brought)
    }

    fn sold(&mut self, id: u32, nfts: u32, proceeds: u128) {
        let mut end = self.end;
        let done = self
            .floor
            .on(id, |market, memory, account, _, _| end.sold(market, memory, account, nfts, proceeds));
        done.unwrap();
        self.end = end;
    }

    fn distribute(&mut self) -> Result<(), Box<FloorError>> {
        self.end.distribute(&self.floor.market)
    }

    fn pay(&mut self, claim: &mut Claim) -> u128 {
        self.end.pay(&mut self.floor.market, claim).unwrap()
    }
}

/// Example 39: A short of one FP and B of 0.9, both against an NFT and without cash; three longs.
fn example() -> (Ended, [u32; 2], [u32; 2]) {
    let mut floor = Floor::new(LITERAL);
    let [a, b] = [1, 1].map(|nfts| floor.account(nfts, 0));
    let [x, y] = [0, 0].map(|_| floor.account(0, 10 * ONE));
    floor.sell(a, x, ONE, 10 * ONE).unwrap();
    floor.sell(b, y, 9 * ONE / 10, 10 * ONE).unwrap();
    for id in [a, b, x, y] {
        let cash = floor.view(id).cash.unsigned_abs();
        floor.withdraw(id, cash).unwrap();
    }
    (Ended::begin(floor, 10 * ONE), [a, b], [x, y])
}

#[test]
fn longs_share_what_redemptions_and_sales_brought() {
    let (mut ended, [a, b], [x, y]) = example();
    assert_eq!(ended.redeem(a, 1, 1_000).unwrap(), 10 * ONE);
    assert_eq!(ended.close(a).amount, 0);
    let refusal = ended.redeem(b, 1, 1_001).unwrap_err();
    assert_eq!(*refusal, FloorError::Expired { deadline: 1_000, now: 1_001 });
    ended.sold(b, 1, 8 * ONE);
    assert_eq!(ended.close(b).amount, 0);
    ended.distribute().unwrap();
    assert_eq!(ended.end.second.ratio, 947_368_421_052_631_578);
    let [mut first, mut second] = [x, y].map(|id| ended.close(id));
    assert_eq!(ended.pay(&mut first), 9_473_684_210_526_315_780);
    ended.distribute().unwrap();
    ended.pay(&mut second);
    assert!(ended.floor.market.vault.held < 20, "only dust is left");
}

#[test]
fn what_comes_in_later_is_paid_later_and_nobody_twice() {
    let (mut ended, [a, b], [x, y]) = example();
    let mut claims = [x, y].map(|id| ended.close(id));
    ended.distribute().unwrap();
    assert_eq!(ended.pay(&mut claims[0]), 0, "nothing is there yet");
    ended.redeem(a, 1, 0).unwrap();
    ended.close(a);
    ended.distribute().unwrap();
    let early = ended.pay(&mut claims[0]);
    assert_eq!(early, 5_263_157_894_736_842_100, "10 of 19");
    assert_eq!(ended.pay(&mut claims[0]), 0);
    ended.sold(b, 1, 8 * ONE);
    ended.close(b);
    ended.distribute().unwrap();
    assert_eq!(early + ended.pay(&mut claims[0]), 9_473_684_210_526_315_780);
    assert!(ended.pay(&mut claims[1]) > 8 * ONE);
}

#[test]
fn cash_of_those_who_are_flat_or_short_comes_before_what_longs_have() {
    let mut floor = Floor::new(LITERAL);
    let [holder, long, flat] =
        [(1, 0), (0, 10 * ONE), (0, 4 * ONE)].map(|(nfts, cash)| floor.account(nfts, cash));
    floor.sell(holder, long, ONE, 10 * ONE).unwrap();
    floor.withdraw(holder, 7 * ONE).unwrap();
    let mut ended = Ended::begin(floor, 20 * ONE);
    let mut claims = [flat, long].map(|id| ended.close(id));
    assert_eq!(claims.map(|claim| claim.amount), [4 * ONE, 20 * ONE]);
    ended.distribute().unwrap();
    assert_eq!(ended.pay(&mut claims[0]), 4 * ONE, "all of it");
    assert_eq!(ended.pay(&mut claims[1]), 0, "the holder's three may still be his");
    ended.sold(holder, 1, 12 * ONE);
    ended.close(holder);
    ended.distribute().unwrap();
    assert_eq!(ended.pay(&mut claims[1]), 15 * ONE);
}

#[test]
fn nothing_is_paid_before_those_who_may_owe_are_closed() {
    let mut floor = Floor::new(LITERAL);
    let [short, long] = [6 * ONE, 100 * ONE].map(|cash| floor.account(0, cash));
    floor.sell(short, long, ONE, 10 * ONE).unwrap();
    let mut ended = Ended::begin(floor, 20 * ONE);
    let refusal = ended.distribute().unwrap_err();
    assert_eq!(*refusal, FloorError::DebtorsNotClosed { shorts: ONE, longs: 0 });
    assert_eq!(ended.close(short).amount, 0, "16 of 20: a debt is no claim");
    ended.distribute().unwrap();
    let mut claim = ended.close(long);
    assert_eq!(claim.amount, 110 * ONE);
    let paid = ended.pay(&mut claim);
    assert!((106 * ONE - 110..=106 * ONE).contains(&paid), "all there is: {paid}");
}

#[test]
fn a_holder_whose_cash_covers_his_short_takes_his_nfts_at_any_time() {
    let mut floor = Floor::new(LITERAL);
    let [holder, long] = [(2, 0), (0, 100 * ONE)].map(|(nfts, cash)| floor.account(nfts, cash));
    floor.sell(holder, long, ONE, 10 * ONE).unwrap();
    let mut ended = Ended::begin(floor, 8 * ONE);
    assert_eq!(ended.redeem(holder, 1, 1_000_000).unwrap(), 0);
    let mut claim = ended.close(holder);
    assert_eq!(claim.amount, 2 * ONE);
    ended.distribute().unwrap();
    assert_eq!(ended.pay(&mut claim), 2 * ONE);
    assert_eq!(ended.redeem(holder, 1, 1_000_000).unwrap(), 0, "the other, of an account that is closed");
    let refusal = ended.redeem(holder, 1, 1_000_000).unwrap_err();
    assert_eq!(*refusal, FloorError::NotEnoughNfts { asked: 1, free: 0 });
    assert_eq!(ended.floor.view(holder), Holding::default());
}

#[test]
fn what_a_sale_brings_beyond_the_short_is_the_holders() {
    let mut floor = Floor::new(LITERAL);
    let [holder, long] = [(2, 0), (0, 100 * ONE)].map(|(nfts, cash)| floor.account(nfts, cash));
    floor.sell(holder, long, ONE, 10 * ONE).unwrap();
    floor.withdraw(holder, 10 * ONE).unwrap();
    floor.prices = at(10, 10);
    let mut ended = Ended::begin(floor, 10 * ONE);
    ended.sold(holder, 1, 13 * ONE);
    assert_eq!(ended.redeem(holder, 1, 5_000).unwrap(), 0, "and the other NFT");
    assert_eq!(ended.close(holder).amount, 3 * ONE);
    assert_eq!(i(ended.floor.market.vault.held), i(90 * ONE) + i(13 * ONE));
}

/// Three NFTs against a short of two, without cash; what the longs paid is gone.
fn short_of_two() -> (Ended, u32) {
    let mut floor = Floor::new(LITERAL);
    let [holder, long] = [(3, 0), (0, 100 * ONE)].map(|(nfts, cash)| floor.account(nfts, cash));
    floor.sell(holder, long, 2 * ONE, 10 * ONE).unwrap();
    floor.withdraw(holder, 20 * ONE).unwrap();
    (Ended::begin(floor, 10 * ONE), holder)
}

#[test]
fn a_redemption_is_paid_for_at_once_and_taken_in_parts() {
    let (mut ended, holder) = short_of_two();
    assert_eq!(
        ended.redeem(holder, 1, 1_000).unwrap(),
        20 * ONE,
        "not a third of it: the others may be worth less"
    );
    assert_eq!(*ended.redeem(holder, 0, 1_000).unwrap_err(), FloorError::ZeroAmount);
    assert_eq!(ended.redeem(holder, 2, 2_000).unwrap(), 0, "nor is the time over for what is paid");
    assert_eq!(ended.close(holder).amount, 0);
}

#[test]
fn what_is_owed_can_be_paid_before_any_nft_is_taken() {
    let (mut ended, holder) = short_of_two();
    assert_eq!(ended.redeem(holder, 0, 1_000).unwrap(), 20 * ONE);
    assert_eq!(ended.redeem(holder, 3, 9_000).unwrap(), 0);
}

#[test]
fn no_more_nfts_are_sold_than_it_takes() {
    let (mut ended, holder) = short_of_two();
    let refused = |ended: &mut Ended, nfts, price| *ended.sell(holder, nfts, price).unwrap_err();
    assert_eq!(refused(&mut ended, 2, 20 * ONE), FloorError::NotEnoughNfts { asked: 2, free: 1 });
    assert_eq!(refused(&mut ended, 3, 20 * ONE - 1), FloorError::NotEnoughNfts { asked: 3, free: 2 });
    assert_eq!(refused(&mut ended, 0, ONE), FloorError::NotEnoughNfts { asked: 0, free: 3 });
    assert_eq!(refused(&mut ended, 4, 0), FloorError::NotEnoughNfts { asked: 4, free: 3 });
    assert_eq!(ended.sell(holder, 2, 11 * ONE).unwrap(), 22 * ONE);
    assert_eq!(refused(&mut ended, 1, 11 * ONE), FloorError::NotEnoughNfts { asked: 1, free: 0 });
    assert_eq!(refused(&mut ended, 1, 0), FloorError::NotEnoughNfts { asked: 1, free: 0 });
    assert_eq!(ended.close(holder).amount, 2 * ONE);
    assert_eq!(ended.redeem(holder, 1, 9_000).unwrap(), 0);
}

#[test]
fn an_account_that_owes_for_its_nfts_is_not_closed() {
    let (mut ended, holder) = short_of_two();
    let mut end = ended.end;
    let refusal = ended.floor.on(holder, |market, memory, account, _, _| end.close(market, memory, account));
    assert_eq!(*refusal.unwrap_err(), FloorError::NftsNotSold { nfts: 3 });
    ended.sold(holder, 3, ONE);
    assert_eq!(ended.close(holder).amount, 0, "nor has it NFTs to owe the rest out of");
    ended.distribute().unwrap();
}

#[test]
fn a_long_in_debt_cannot_hide_behind_an_nft() {
    let mut floor = Floor::new(LITERAL);
    floor.market.vault.receive(50 * ONE).unwrap();
    floor.market.vault.reserve = 50 * ONE;
    let [seller, long] = [(1, 0), (1, 5 * ONE)].map(|(nfts, cash)| floor.account(nfts, cash));
    floor.sell(seller, long, ONE, 10 * ONE).unwrap();
    let mut ended = Ended::begin(floor, 12 * ONE);
    let refusal = *ended.distribute().unwrap_err();
    assert_eq!(refusal, FloorError::DebtorsNotClosed { shorts: 0, longs: ONE });
    assert_eq!(ended.close(long).amount, 7 * ONE);
    ended.distribute().unwrap();
    assert_eq!(ended.redeem(long, 1, 9_000).unwrap(), 0);
}

#[test]
fn units_that_closed_debtors_left_behind_hold_nobody_up() {
    let mut floor = Floor::new(LITERAL);
    floor.market.vault.receive(500 * ONE).unwrap();
    floor.market.vault.reserve = 500 * ONE;
    let seller = floor.account(9, 0);
    let debtors = [5; 7].map(|cash| {
        let long = floor.account(0, cash * ONE);
        floor.sell(seller, long, ONE, 10 * ONE).unwrap();
        floor.market.ledger.longs.grow(ONE / 7).unwrap();
        long
    });
    let (mut memory, all) = (floor.memory.clone(), floor.market.ledger.longs.total);
    floor.market.ledger.close_against_longs(&mut memory, all - 100_000_000, 0).unwrap();
    floor.memory = memory;
    let mut ended = Ended::begin(floor, 10 * ONE);
    assert!(matches!(*ended.distribute().unwrap_err(), FloorError::DebtorsNotClosed { shorts: 0, .. }));
    for debtor in debtors {
        ended.close(debtor);
    }
    assert_ne!(ended.floor.market.ledger.sums.debt_units, 0, "what was cut off of each");
    ended.distribute().unwrap();
}

#[test]
fn nfts_get_cheaper_from_above_the_index_once_nobody_can_redeem() {
    let (ended, _) = short_of_two();
    let curve = Curve { step: 600, cut: RAY / 2, tail: 1, cusp: RAY };
    let terms = auction::Terms { curve, top: 2 * ONE, ..auction::Terms::default() };
    let price = |now| ended.end.nft_price(3 * ONE, &terms, now);
    assert_eq!(*price(1_000).unwrap_err(), FloorError::TooEarly { from: 1_000, now: 1_000 });
    let step = 600 * SLOWER;
    let seen = [1_001, 999 + step, 1_000 + step, 1_000 + 4 * step].map(|now| price(now).unwrap());
    assert_eq!(
        seen,
        [26 * ONE, 26 * ONE, 13 * ONE, 26 * ONE / 16],
        "of a call, the index is its value and the strike"
    );
    assert_eq!(price(1_000_000_000_000).unwrap(), 0);
}

#[test]
fn what_the_house_has_is_for_all_claims() {
    let mut floor = Floor::new(LITERAL);
    let [short, long] = [40 * ONE, 10 * ONE].map(|cash| floor.account(0, cash));
    floor.sell(short, long, ONE, 10 * ONE).unwrap();
    let (mut house, mut seller) = (floor.memory.account(HOUSE), floor.memory.account(short));
    let ledger = &mut floor.market.ledger;
    let mut sold = ledger.take(&mut floor.memory, &mut seller).unwrap();
    (sold.fp, sold.cash) = (sold.fp - i(ONE), sold.cash + i(4 * ONE));
    let bought = Holding { fp: i(ONE), cash: -i(4 * ONE) };
    floor.memory.give_both(ledger, (&mut seller, sold), (&mut house, bought)).unwrap();
    floor.memory.set_account(&house);
    floor.memory.set_account(&seller);
    let mut ended = Ended::begin(floor, 10 * ONE);
    let claims = [short, long, HOUSE].map(|id| ended.close(id));
    assert_eq!(claims.map(|claim| claim.amount), [34 * ONE, 10 * ONE, 0], "the house would have six");
    ended.distribute().unwrap();
    let [mut first, mut second, mut none] = claims;
    assert_eq!([&mut first, &mut second, &mut none].map(|claim| ended.pay(claim)), [34 * ONE, 10 * ONE, 0]);
    assert_eq!(ended.floor.market.vault.held, 6 * ONE);
}
