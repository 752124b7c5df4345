//! The end of a market: who gets what, in which order, whoever comes first.

use everfloor_floor_rules::{
    FloorError, Holding, Shutdown,
    shutdown::{Claim, Redeemed},
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

    fn redeem(&mut self, id: u32, now: u64) -> Result<Redeemed, Box<FloorError>> {
        let mut end = self.end;
        let done =
            self.floor.on(id, |market, memory, account, _, _| end.redeem(market, memory, account, now))?;
        self.end = end;
        Ok(done)
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
    let redeemed = ended.redeem(a, 1_000).unwrap();
    assert_eq!((redeemed.pays, redeemed.nfts, redeemed.claim.amount), (10 * ONE, 1, 0));
    let refusal = ended.redeem(b, 1_001).unwrap_err();
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
    ended.redeem(a, 0).unwrap();
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
    let refusal = ended.floor.on(holder, |market, memory, account, _, _| {
        let mut end = ended.end;
        end.close(market, memory, account)
    });
    assert_eq!(*refusal.unwrap_err(), FloorError::NftsNotSold { nfts: 2 });
    let redeemed = ended.redeem(holder, 1_000_000).unwrap();
    assert_eq!((redeemed.pays, redeemed.nfts, redeemed.claim.amount), (0, 2, 2 * ONE));
    let mut claim = redeemed.claim;
    ended.distribute().unwrap();
    assert_eq!(ended.pay(&mut claim), 2 * ONE);
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
    let redeemed = ended.redeem(holder, 5_000).unwrap();
    assert_eq!((redeemed.pays, redeemed.nfts, redeemed.claim.amount), (0, 1, 3 * ONE), "and the other NFT");
    assert_eq!(i(ended.floor.market.vault.held), i(90 * ONE) + i(13 * ONE));
}
