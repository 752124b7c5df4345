//! Sales of NFTs: the price, where the money goes, and how a sale ends.

use everfloor_floor_rules::{
    Auction, Curve, FloorError, Holding, Params, Prices, Shelves,
    auction::{Bid, Cause, Taken, Terms, lot},
    curve::RAY,
};

use crate::{
    rig::{Floor, LITERAL, at},
    support::ONE,
};

/// Half in eight hours, by steps of ten minutes.
pub const HALVES: Curve =
    Curve { step: 600, cut: 985_663_198_640_187_574_667_594_155, tail: 50_400, cusp: 3 * RAY / 10 };
/// No fees at all.
pub const FREE: Terms = Terms {
    curve: HALVES,
    top: 2 * ONE,
    chop: 0,
    voluntary_fee: 0,
    tip: 0,
    chip: 0,
    expected: 95 * ONE / 100,
    fall: ONE / 2,
    capacity: 5,
    spacing: 3_600,
};
const ANY: u128 = u128::MAX;

fn i(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

impl Floor {
    fn kick(&mut self, id: u32, nfts: u32, terms: &Terms) -> Result<Auction, Box<FloorError>> {
        self.on(id, |market, memory, account, prices, params| {
            market.kick(memory, account, nfts, prices, params, terms, 0, 0)
        })
    }

    fn take(&mut self, auction: &mut Auction, bid: Bid, now: u64) -> Result<Taken, Box<FloorError>> {
        self.take_by(auction, None, bid, now)
    }

    fn take_by(
        &mut self,
        auction: &mut Auction,
        taker: Option<u32>,
        bid: Bid,
        now: u64,
    ) -> Result<Taken, Box<FloorError>> {
        let mut sale = *auction;
        let taken = self.on(auction.account, |market, memory, account, prices, params| {
            let mut payer = taker.map(|id| memory.account(id));
            let taken = market.take(memory, &mut sale, account, payer.as_mut(), &bid, prices, params, now)?;
            if let Some(payer) = payer {
                memory.set_account(&payer);
            }
            Ok::<_, Box<FloorError>>(taken)
        })?;
        *auction = sale;
        Ok(taken)
    }
}

/// Of a short of `fp` against so many NFTs and nothing else; the longs hold it.
fn short_of(params: Params, nfts: u32, fp: u128) -> (Floor, u32, u32) {
    let mut floor = Floor::new(Params { opening: ONE, maintenance: ONE, ..params });
    let (holder, long) = (floor.account(nfts, 0), floor.account(0, 10_000 * ONE));
    let covered = u128::from(nfts) * ONE;
    floor.sell(holder, long, fp.min(covered), 10 * ONE).unwrap();
    let cash = floor.view(holder).cash.unsigned_abs();
    floor.withdraw(holder, cash).unwrap();
    if fp > covered {
        // In kind: how a short comes to exceed its NFTs.
        let excess = fp - covered;
        let mark = 10 * ONE;
        let prices = Prices { mark, index: mark + excess * mark / covered };
        let mut ledger = floor.market.ledger;
        let mut memory = floor.memory.clone();
        assert!(ledger.begin_payment(1, prices, &crate::support::PLAIN).unwrap().is_none());
        ledger.continue_payment(&mut memory, 9, |_| {}).unwrap().unwrap();
        (floor.market.ledger, floor.memory) = (ledger, memory);
    }
    floor.params = params;
    assert_eq!(floor.view(holder), Holding { cash: 0, fp: -i(fp) });
    (floor, holder, long)
}

/// Example 29.
#[test]
fn a_price_falls_by_steps_to_its_half_in_eight_hours() {
    let price = |elapsed| HALVES.price(20 * ONE, elapsed).unwrap();
    let expected = [
        (0, 20_000_000_000_000_000_000),
        (599, 20_000_000_000_000_000_000),
        (600, 19_713_263_972_803_751_493),
        (3_600, 18_340_080_864_093_424_634),
        (28_800, 9_999_999_999_999_999_999),
        (57_600, 4_999_999_999_999_999_999),
        (86_400, 2_499_999_999_999_999_999),
    ];
    for (elapsed, value) in expected {
        assert_eq!(price(elapsed), value, "after {elapsed} s");
    }
    assert!(!HALVES.is_over(50_399).unwrap() && HALVES.is_over(50_400).unwrap(), "less than 0.3 of it");
}

#[test]
fn a_price_never_rises_while_a_sale_runs() {
    let mut last = ANY;
    for elapsed in (0..100_000).step_by(37) {
        let price = HALVES.price(123_456_789_012_345_678_901, elapsed).unwrap();
        assert!(price <= last);
        last = price;
    }
}

/// Example 31: 10.5 for the NFT, 10.047 buys the short back at 10, 0.453 is the owner's.
#[test]
fn proceeds_buy_the_short_back_and_the_rest_is_the_owners() {
    let fp = 1_004_700_000_000_000_000;
    let (mut floor, holder, long) = short_of(LITERAL, 1, fp);
    let mut sale = floor.kick(holder, 1, &Terms { top: ONE, ..FREE }).unwrap();
    sale.top = 105 * ONE / 10;
    let taken = floor.take(&mut sale, Bid { nfts: 1, max_price: ANY, fp: 0 }, 0).unwrap();
    assert_eq!(
        (taken.owe, taken.bought, taken.paid_to_longs),
        (105 * ONE / 10, fp, 10_047_000_000_000_000_000)
    );
    assert_eq!((taken.fee, taken.shortfall, taken.ended), (0, 0, true));
    assert_eq!(floor.view(holder), Holding { cash: i(453 * ONE / 1000), fp: 0 });
    assert_eq!(floor.withdraw(holder, 453 * ONE / 1000), Ok(453 * ONE / 1000));
    assert_eq!(floor.view(long).fp, 0);
}

#[test]
fn nobody_is_kicked_who_is_covered_and_nobody_at_opening() {
    let params =
        Params { maintenance: 88 * ONE / 100, opening: 75 * ONE / 100, cure: 80 * ONE / 100, ..LITERAL };
    let mut floor = Floor::new(params);
    let (holder, long) = (floor.account(4, 0), floor.account(0, 1_000 * ONE));
    floor.sell(holder, long, 3 * ONE, 10 * ONE).unwrap();
    let cash = floor.view(holder).cash.unsigned_abs();
    floor.withdraw(holder, cash).unwrap();
    for prices in [at(1, 1), at(10, 1000), at(1000, 1), Prices { mark: 1, index: 1 }] {
        floor.prices = prices;
        let refusal = floor.kick(holder, 1, &FREE).unwrap_err();
        assert!(matches!(*refusal, FloorError::NotLiquidatable { .. }));
    }
}

/// Study 3.4: how many to sell.
#[test]
fn no_more_is_offered_than_what_cures_the_account() {
    let count = |fp: u128, cure: u128, maintenance: u128| {
        let params = Params { cure, maintenance, opening: cure, ..LITERAL };
        let holding = Holding { cash: 0, fp: -i(fp) };
        lot(&everfloor_floor_rules::Position { holding, nfts: 10 }, at(10, 10), &params, &FREE).unwrap()
    };
    let tenths = |n: u128| n * ONE / 10;
    assert_eq!(count(tenths(91), tenths(9), ONE), 2);
    assert_eq!(count(tenths(91), tenths(8), ONE), 8);
    assert_eq!(count(tenths(85), tenths(8), ONE), 4);
    assert_eq!(count(tenths(102), ONE, ONE), 10, "each brings less than it covers: all");
}

#[test]
fn a_sale_ends_when_the_account_is_cured_and_the_rest_stays_with_its_owner() {
    let params = Params { cure: 8 * ONE / 10, opening: 7 * ONE / 10, maintenance: 9 * ONE / 10, ..LITERAL };
    let (mut floor, holder, _) = short_of(params, 10, 91 * ONE / 10);
    let mut sale = floor.kick(holder, 8, &FREE).unwrap();
    assert_eq!(floor.memory.account(holder).auctioned, 8);
    assert_eq!(sale.top, 20 * ONE);
    // At twice the index, one NFT buys two FP back; 9.1 against 9 become 7.2 against 9 NFTs.
    let taken = floor.take(&mut sale, Bid { nfts: 1, max_price: ANY, fp: 0 }, 0).unwrap();
    assert_eq!((taken.bought, taken.ended), (19 * ONE / 10, true));
    let account = floor.memory.account(holder);
    assert_eq!((account.nfts, account.auctioned), (9, 0));
    assert_eq!(floor.view(holder), Holding { cash: i(ONE), fp: -i(72 * ONE / 10) });
}

#[test]
fn part_of_a_lot_buys_back_what_it_can_and_the_sale_goes_on() {
    let params = Params { cure: 8 * ONE / 10, opening: 7 * ONE / 10, maintenance: 9 * ONE / 10, ..LITERAL };
    let (mut floor, holder, _) = short_of(params, 10, 91 * ONE / 10);
    let mut sale = floor.kick(holder, 8, &FREE).unwrap();
    let taken = floor.take(&mut sale, Bid { nfts: 1, max_price: ANY, fp: 0 }, 28_800).unwrap();
    assert_eq!(taken.price, 9_999_999_999_999_999_999, "the tenth of ten ether");
    assert!(!taken.ended);
    assert_eq!((sale.nfts, floor.memory.account(holder).auctioned), (7, 7));
    assert_eq!(floor.view(holder).fp, -(i(91 * ONE / 10) - i(taken.bought)));
}

#[test]
fn a_sale_takes_no_more_than_the_takers_price_and_begins_anew_when_it_is_over() {
    let (mut floor, holder, _) = short_of(LITERAL, 1, 101 * ONE / 100);
    let mut sale = floor.kick(holder, 1, &FREE).unwrap();
    let bid = Bid { nfts: 1, max_price: 20 * ONE - 1, fp: 0 };
    let refusal = floor.take(&mut sale, bid, 0).unwrap_err();
    assert_eq!(*refusal, FloorError::PriceAboveLimit { price: 20 * ONE, limit: 20 * ONE - 1 });
    let refusal = floor.take(&mut sale, bid, 50_401).unwrap_err();
    assert_eq!(*refusal, FloorError::NeedsReset { started: 0, now: 50_401 });
    let market = floor.market;
    assert!(market.redo(&mut sale, at(10, 10), &FREE, 50_000).is_err(), "not yet");
    market.redo(&mut sale, at(10, 2), &FREE, 50_401).unwrap();
    assert_eq!((sale.top, sale.started), (10 * ONE, 50_401), "not less than half of the last first price");
}

#[test]
fn a_deficit_waives_the_fee_then_takes_the_reserve_then_falls_on_longs() {
    let with = |top: u128, reserve: u128| {
        let terms = Terms { chop: ONE / 20, ..FREE };
        let (mut floor, holder, long) = short_of(LITERAL, 1, 102 * ONE / 100);
        floor.market.vault.receive(reserve).unwrap();
        floor.market.vault.reserve = reserve;
        let mut sale = floor.kick(holder, 1, &terms).unwrap();
        sale.top = top;
        let taken = floor.take(&mut sale, Bid { nfts: 1, max_price: ANY, fp: 0 }, 0).unwrap();
        assert_eq!(floor.view(holder).fp, 0, "the debt is ended");
        let before = i(10_000 * ONE) - i(10 * ONE);
        (taken, floor.view(long).cash - before, floor.view(holder).cash, floor.market.vault)
    };
    let (taken, longs, owner, vault) = with(11 * ONE, 0);
    assert_eq!((taken.fee, taken.shortfall, longs), (51 * ONE / 100, 0, i(102 * ONE / 10)));
    assert_eq!((owner, vault.reserve), (i(29 * ONE / 100), 51 * ONE / 100));
    let (taken, _, owner, _) = with(103 * ONE / 10, 0);
    assert_eq!((taken.fee, owner), (ONE / 10, 0), "what is there of the fee");
    let (taken, longs, _, vault) = with(9 * ONE, ONE);
    assert_eq!((taken.fee, taken.insured, taken.shortfall), (0, ONE, ONE / 5));
    assert_eq!((longs, vault.reserve), (i(10 * ONE), 0));
}

#[test]
fn somebody_long_pays_with_his_fp_at_the_mark() {
    let (mut floor, holder, long) = short_of(LITERAL, 1, 101 * ONE / 100);
    let held = floor.market.vault.held;
    let mut sale = floor.kick(holder, 1, &FREE).unwrap();
    sale.top = 11 * ONE;
    let bid = Bid { nfts: 1, max_price: ANY, fp: ONE / 2 };
    let taken = floor.take_by(&mut sale, Some(long), bid, 0).unwrap();
    assert_eq!((taken.fp, taken.owe), (ONE / 2, 6 * ONE));
    assert_eq!(taken.paid_to_longs, 51 * ONE / 10);
    assert_eq!(floor.market.vault.held, held + 6 * ONE);
    assert_eq!(floor.view(holder), Holding { cash: i(9 * ONE / 10), fp: 0 });
    let too_much = Bid { nfts: 1, max_price: ANY, fp: 5 * ONE };
    let (mut floor, holder, _) = short_of(LITERAL, 1, 101 * ONE / 100);
    let other = floor.account(0, 0);
    let mut sale = floor.kick(holder, 1, &FREE).unwrap();
    let refusal = floor.take_by(&mut sale, Some(other), too_much, 0).unwrap_err();
    assert_eq!(*refusal, FloorError::NotEnoughFp { asked: 101 * ONE / 100, have: 0 });
}

#[test]
fn starting_a_liquidation_of_oneself_earns_no_more_than_its_fee() {
    let terms = Terms { chop: ONE / 20, tip: 5 * ONE, chip: ONE / 100, ..FREE };
    let (mut floor, holder, _) = short_of(LITERAL, 1, 101 * ONE / 100);
    let sale = floor.kick(holder, 1, &terms).unwrap();
    assert_eq!(sale.reward, 101 * ONE / 200, "a twentieth of 10.1");
    let mut sale = Auction { top: 12 * ONE, ..sale };
    let taken = floor.take(&mut sale, Bid { nfts: 1, max_price: ANY, fp: 0 }, 0).unwrap();
    assert!(taken.reward <= taken.fee, "{taken:?}");
}

#[test]
fn an_owner_who_brings_cash_ends_his_liquidation() {
    let params = Params { cure: 9 * ONE / 10, maintenance: ONE, opening: ONE / 2, ..LITERAL };
    let terms = Terms { chop: ONE / 20, tip: ONE / 100, chip: ONE / 100, ..FREE };
    let (mut floor, holder, _) = short_of(params, 1, 101 * ONE / 100);
    let sale = floor.kick(holder, 1, &terms).unwrap();
    let cure = |floor: &mut Floor, sale: &mut Auction| {
        floor.on(holder, |market, memory, account, prices, params| {
            market.cure(memory, sale, account, prices, params)
        })
    };
    let mut copy = sale;
    floor.deposit(holder, ONE);
    assert!(cure(&mut floor, &mut copy).is_err(), "1.01 against 0.9 needs 1.1 and the reward");
    floor.deposit(holder, ONE / 10 + sale.reward);
    let mut copy = sale;
    assert_eq!(cure(&mut floor, &mut copy).unwrap(), sale.reward);
    let account = floor.memory.account(holder);
    assert_eq!((account.nfts, account.auctioned, copy.nfts), (1, 0, 0));
}

/// The source's wish of a holder who cannot buy back: sold at 65, bought back at 30, 35 left.
#[test]
fn a_voluntary_sale_leaves_what_the_short_does_not_take() {
    let (mut floor, holder, _) = short_of(LITERAL, 1, ONE);
    floor.prices = at(30, 30);
    let start = |floor: &mut Floor, reserve: u128| {
        floor.on(holder, |market, memory, account, prices, params| {
            market.start_voluntary(memory, account, 1, (65 * ONE, reserve), HALVES, prices, params, &FREE, 0)
        })
    };
    let refusal = start(&mut floor, 315 * ONE / 10 - 1).unwrap_err();
    let required = 315 * ONE / 10;
    assert_eq!(*refusal, FloorError::ReserveTooLow { reserve: required - 1, required });
    let mut sale = start(&mut floor, 40 * ONE).unwrap();
    assert_eq!(sale.price(1_000_000).unwrap(), 40 * ONE, "never below the least price");
    let taken = floor.take(&mut sale, Bid { nfts: 1, max_price: ANY, fp: 0 }, 0).unwrap();
    assert_eq!((taken.owe, taken.fee, taken.ended), (65 * ONE, 0, true));
    assert_eq!(floor.view(holder), Holding { cash: i(35 * ONE), fp: 0 });
}

#[test]
fn a_seller_lowers_the_least_price_as_far_as_his_short_allows() {
    let (mut floor, holder, _) = short_of(LITERAL, 1, ONE);
    floor.prices = at(30, 30);
    let mut sale = floor
        .on(holder, |market, memory, account, prices, params| {
            market.start_voluntary(memory, account, 1, (65 * ONE, 60 * ONE), HALVES, prices, params, &FREE, 0)
        })
        .unwrap();
    let lower = |floor: &mut Floor, sale: &mut Auction, reserve: u128| {
        floor.on(holder, |market, memory, account, prices, params| {
            market.lower_reserve(memory, sale, account, reserve, prices, params)
        })
    };
    let required = 315 * ONE / 10;
    let refused = |floor: &mut Floor, sale: &mut Auction, reserve| *lower(floor, sale, reserve).unwrap_err();
    let low = FloorError::ReserveTooLow { reserve: required - 1, required };
    assert_eq!(refused(&mut floor, &mut sale, required - 1), low);
    let not_lower = FloorError::PriceAboveLimit { price: 60 * ONE, limit: 60 * ONE };
    assert_eq!(refused(&mut floor, &mut sale, 60 * ONE), not_lower);
    lower(&mut floor, &mut sale, required).unwrap();
    assert_eq!(sale.price(1_000_000).unwrap(), required);
    // A liquidation has no least price of its owner's.
    let (mut floor, holder, _) = short_of(LITERAL, 1, ONE);
    floor.prices = at(30, 30);
    sale.cause = Cause::Liquidation;
    let none = FloorError::PriceAboveLimit { price: 0, limit: 0 };
    let lowered = floor.on(holder, |market, memory, account, prices, params| {
        market.lower_reserve(memory, &mut sale, account, 0, prices, params)
    });
    assert_eq!(*lowered.unwrap_err(), none);
}

#[test]
fn what_is_being_auctioned_cannot_be_withdrawn() {
    let params = Params { cure: 8 * ONE / 10, opening: 7 * ONE / 10, maintenance: 9 * ONE / 10, ..LITERAL };
    let (mut floor, holder, _) = short_of(params, 10, 91 * ONE / 10);
    floor.kick(holder, 8, &FREE).unwrap();
    floor.deposit(holder, 1_000 * ONE);
    let refusal = floor.unlock(holder, 3).unwrap_err();
    assert_eq!(*refusal, FloorError::NotEnoughNfts { asked: 3, free: 2 });
}
