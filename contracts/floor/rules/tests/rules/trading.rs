//! Trades, cash in and out, and what a new long must bring: the worked examples of the source.

use everfloor_floor_rules::{
    FloorError, Holding, Params, Position, Prices, Terms, Vault,
    params::{Leverage, NftTest},
    trade::Side,
};

use crate::{
    rig::{Floor, LITERAL, at},
    support::{ONE, PLAIN},
};

fn i(amount: u128) -> i128 {
    i128::try_from(amount).unwrap()
}

/// Ten NFTs locked, ten FP sold at 20.
fn ocelots() -> (Floor, u32, u32) {
    let mut floor = Floor::new(LITERAL);
    floor.prices = at(20, 20);
    let holder = floor.account(10, 0);
    let maker = floor.account(0, 1_000 * ONE);
    floor.sell(holder, maker, 10 * ONE, 20 * ONE).unwrap();
    (floor, holder, maker)
}

#[test]
fn selling_what_the_nfts_cover_brings_its_price_in_cash() {
    let (floor, holder, _) = ocelots();
    assert_eq!(floor.view(holder), Holding { cash: i(200 * ONE), fp: -i(10 * ONE) });
}

#[test]
fn buying_back_lower_leaves_the_difference_and_the_nfts() {
    let (mut floor, holder, maker) = ocelots();
    floor.prices = at(10, 10);
    floor.sell(maker, holder, 10 * ONE, 10 * ONE).unwrap();
    assert_eq!(floor.view(holder), Holding { cash: i(100 * ONE), fp: 0 });
    floor.unlock(holder, 10).unwrap();
    assert_eq!(floor.withdraw(holder, 100 * ONE), Ok(100 * ONE));
}

#[test]
fn buying_back_higher_needs_the_difference_to_the_wei() {
    let (mut floor, holder, maker) = ocelots();
    floor.prices = at(30, 30);
    floor.deposit(holder, 100 * ONE - 1);
    let (side, error) = floor.sell(maker, holder, 10 * ONE, 30 * ONE).unwrap_err();
    assert_eq!((side, *error), (Side::Taker, FloorError::NegativeCash { cash: -1 }));
    floor.deposit(holder, 1);
    floor.sell(maker, holder, 10 * ONE, 30 * ONE).unwrap();
    assert_eq!(floor.view(holder), Holding::default());
    floor.unlock(holder, 10).unwrap();
}

#[test]
fn nfts_cover_one_fp_each_and_no_more() {
    let mut floor = Floor::new(LITERAL);
    let (holder, maker) = (floor.account(2, 0), floor.account(0, 100 * ONE));
    let (side, _) = floor.sell(holder, maker, 3 * ONE, 5 * ONE - 1).unwrap_err();
    assert_eq!(side, Side::Maker, "and what they do not cover needs one and a half of its value");
    floor.sell(holder, maker, 2 * ONE, 10 * ONE).unwrap();
    floor.unlock(holder, 1).unwrap();
    floor.on(holder, |market, memory, account, _, _| market.lock(memory, account, 1)).unwrap();
    floor.withdraw(holder, 5 * ONE + 1).unwrap();
    assert!(floor.unlock(holder, 1).is_err(), "one of them is needed, and half of it more, in cash");
    floor.sell(maker, holder, ONE, 10 * ONE).unwrap();
    floor.unlock(holder, 1).unwrap();
    let refusal = floor.unlock(holder, 2).unwrap_err();
    assert_eq!(*refusal, FloorError::NotEnoughNfts { asked: 2, free: 1 });
}

/// Example 16.
#[test]
fn cash_is_what_was_sold_and_received_less_what_was_withdrawn() {
    let mut floor = Floor::new(LITERAL);
    let (alice, maker) = (floor.account(1, 0), floor.account(0, 100 * ONE));
    floor.sell(alice, maker, ONE / 2, 10 * ONE).unwrap();
    assert_eq!(floor.withdraw(alice, 3 * ONE), Ok(3 * ONE));
    let mut ledger = floor.market.ledger;
    let prices = Prices { mark: 10 * ONE + ONE / 50, index: 10 * ONE };
    ledger.begin_payment(1, prices, &PLAIN).unwrap().unwrap();
    floor.market.ledger = ledger;
    assert_eq!(floor.view(alice).cash, i(201 * ONE / 100));
    let position = floor.position(alice);
    assert_eq!(position.liability(10 * ONE).unwrap().to::<u128>(), 5 * ONE);
    for test in [NftTest::Mark, NftTest::Index] {
        assert!(!position.is_underwater(Prices { mark: 10 * ONE, index: 5 * ONE }, test, &PLAIN).unwrap());
    }
}

/// Example 17: whatever the prices.
#[test]
fn a_price_alone_never_liquidates_what_nfts_cover() {
    let position = Position { holding: Holding { cash: 0, fp: -i(ONE) }, nfts: 1 };
    for index in [1, ONE / 1000, ONE, 1_000 * ONE, 1_000_000 * ONE] {
        for mark in [0, 1, ONE, 1_000_000 * ONE] {
            let prices = Prices { mark, index };
            assert!(!position.is_underwater(prices, NftTest::Index, &PLAIN).unwrap());
            assert!(!position.is_liquidatable(prices, &LITERAL).unwrap());
        }
    }
}

/// Example 18.
#[test]
fn the_usual_test_is_at_the_mark_and_is_a_setting() {
    let position = Position { holding: Holding { cash: 0, fp: -i(ONE) }, nfts: 1 };
    assert!(position.is_underwater(at(1000, 10), NftTest::Mark, &PLAIN).unwrap());
    assert!(!position.is_underwater(at(1000, 10), NftTest::Index, &PLAIN).unwrap());
    assert!(!position.is_underwater(at(1000, 10), NftTest::Excess, &PLAIN).unwrap());
}

/// Example 20.
#[test]
fn a_deficit_is_more_than_nfts_and_cash_and_equal_is_none() {
    let test = |cash: u128| {
        let position = Position { holding: Holding { cash: i(cash), fp: -i(12 * ONE / 10) }, nfts: 1 };
        position.is_underwater(Prices { mark: ONE, index: 102 * ONE / 10 }, NftTest::Index, &PLAIN).unwrap()
    };
    assert!(!test(2_040_000_000_000_000_000));
    assert!(test(2_039_999_999_999_999_999));
}

/// Example 7b's limit: liquidatable by parameter, not before the payment and then.
#[test]
fn the_maintenance_limit_is_a_parameter() {
    let params = Params { maintenance: 99 * ONE / 100, opening: 9 * ONE / 10, cure: 9 * ONE / 10, ..LITERAL };
    let test = |fp: u128| {
        let position = Position { holding: Holding { cash: 0, fp: -i(fp) }, nfts: 1 };
        position.is_liquidatable(Prices { mark: 985 * ONE / 100, index: 995 * ONE / 100 }, &params).unwrap()
    };
    assert!(!test(985 * ONE / 1000));
    assert!(test(995 * ONE / 1000));
}

/// Example 24: Alice, Bob and Charlie, to the wei.
#[test]
fn a_buyer_pays_in_full_when_the_seller_could_not_be_paid_otherwise() {
    let mut floor = Floor::new(LITERAL);
    floor.prices = at(1, 1);
    let [alice, bob, charlie] =
        [(1, 0), (0, ONE), (0, 3 * ONE)].map(|(nfts, cash)| floor.account(nfts, cash));
    floor.sell(alice, bob, ONE, ONE).unwrap();
    assert_eq!(floor.withdraw(charlie, 3 * ONE), Ok(3 * ONE));
    floor.prices = at(6, 1);
    let capital = floor.market.vault.capital(&floor.market.ledger, 6 * ONE, &floor.params).unwrap();
    assert_eq!((capital.headroom().unwrap(), capital.ratio().unwrap()), (0, 166_666_666_666_666_666));
    assert_eq!(capital.required(6 * ONE, &floor.params).unwrap(), 6 * ONE);

    floor.deposit(charlie, 3 * ONE);
    let (side, error) = floor.sell(bob, charlie, ONE, 6 * ONE).unwrap_err();
    let refusal = FloorError::InsufficientCollateral { required: 6 * ONE, have: 3 * ONE };
    assert_eq!((side, *error), (Side::Taker, refusal));
    floor.deposit(charlie, 3 * ONE);
    floor.sell(bob, charlie, ONE, 6 * ONE).unwrap();
    assert_eq!(floor.market.vault.held, 7 * ONE);
    assert_eq!(floor.view(bob), Holding { cash: i(6 * ONE), fp: 0 });
    assert_eq!(floor.withdraw(bob, 6 * ONE), Ok(6 * ONE), "five of profit");
    assert_eq!(floor.withdraw(alice, ONE), Ok(ONE));
    assert_eq!(floor.market.vault.held, 0);
}

/// The three settings ask the same where nothing is there, and less where something is.
#[test]
fn settings_of_leverage_ask_between_the_initial_margin_and_everything() {
    let required = |leverage, reserve: u128, held: u128| {
        let params = Params { leverage, ..LITERAL };
        let mut floor = Floor::new(params);
        let (alice, bob) = (floor.account(1, 0), floor.account(0, 10 * ONE));
        floor.sell(alice, bob, ONE, 10 * ONE).unwrap();
        floor.withdraw(alice, 10 * ONE - held).unwrap();
        floor.market.vault.receive(reserve).unwrap();
        floor.market.vault.reserve = reserve;
        let capital = floor.market.vault.capital(&floor.market.ledger, 10 * ONE, &params).unwrap();
        capital.required(10 * ONE, &params).unwrap()
    };
    for leverage in [Leverage::Exact, Leverage::Threshold, Leverage::Ramp] {
        assert_eq!(required(leverage, 0, 0), 10 * ONE, "nothing there: {leverage:?}");
        assert_eq!(required(leverage, 100 * ONE, 0), 5 * ONE, "enough: {leverage:?}");
    }
    assert_eq!(required(Leverage::Exact, 2 * ONE, 0), 8 * ONE);
    assert_eq!(required(Leverage::Threshold, 2 * ONE, 0), 10 * ONE);
    assert_eq!(required(Leverage::Ramp, 6 * ONE, 0), 9 * ONE, "six of ten: a fifth of the ramp");
    assert_eq!(required(Leverage::Ramp, 6 * ONE, 2 * ONE), 7 * ONE, "eight of ten: three fifths of the ramp");
}

#[test]
fn what_cannot_be_paid_at_once_is_paid_in_the_order_it_was_asked_for() {
    let mut vault = Vault { held: 5, ..Vault::default() };
    let (now, first) = vault.pay(7).unwrap();
    let mut first = first.unwrap();
    assert_eq!((now, first.begin, first.amount), (5, 0, 2));
    vault.receive(1).unwrap();
    let (now, second) = vault.pay(3).unwrap();
    let mut second = second.unwrap();
    assert_eq!((now, second.begin), (0, 2), "what is there is waited for");
    assert_eq!(*vault.pay_ticket(&mut second).unwrap_err(), FloorError::NothingToPay);
    vault.receive(3).unwrap();
    assert_eq!(vault.pay_ticket(&mut second), Ok(2), "not what is before it");
    assert_eq!(vault.pay_ticket(&mut first), Ok(2), "whoever comes first");
    assert_eq!((vault.held, vault.queue.waiting()), (0, 1));
    vault.receive(9).unwrap();
    assert_eq!(vault.pay_ticket(&mut second), Ok(1));
    assert_eq!(*vault.pay_ticket(&mut second).unwrap_err(), FloorError::NothingToPay);
    assert_eq!(vault.pay(8).unwrap(), (8, None));
}

#[test]
fn shorts_against_cash_and_leveraged_longs_are_margined_at_the_mark() {
    let mut floor = Floor::new(LITERAL);
    let [short, long] = [5 * ONE - 1, 100 * ONE].map(|cash| floor.account(0, cash));
    let (side, error) = floor.sell(short, long, ONE, 10 * ONE).unwrap_err();
    let refusal = FloorError::InsufficientMargin { required: 15 * ONE, have: 15 * ONE - 1 };
    assert_eq!((side, *error), (Side::Maker, refusal));
    floor.deposit(short, 1);
    floor.sell(short, long, ONE, 10 * ONE).unwrap();
    assert!(
        !floor.position(short).is_liquidatable(at(12, 10), &floor.params).unwrap(),
        "15 of 12 and a quarter"
    );
    let above = Prices { mark: 12 * ONE + 1, index: ONE };
    assert!(floor.position(short).is_liquidatable(above, &floor.params).unwrap());
}

#[test]
fn an_account_short_of_margin_may_lower_its_risk_but_not_its_margin() {
    let mut floor = Floor::new(LITERAL);
    let [short, long] = [5 * ONE, 100 * ONE].map(|cash| floor.account(0, cash));
    floor.sell(short, long, ONE, 10 * ONE).unwrap();
    floor.prices = at(14, 14);
    assert!(floor.position(short).is_liquidatable(floor.prices, &floor.params).unwrap());
    assert!(floor.sell(long, short, ONE / 2, 20 * ONE).is_err(), "at a price that takes its margin away");
    floor.sell(long, short, ONE / 2, 14 * ONE).unwrap();
}

#[test]
fn trades_on_margin_are_near_the_mark_and_paid_ones_anywhere() {
    let mut floor = Floor::new(Params { band: ONE / 10, ..LITERAL });
    let [holder, short, long] =
        [(3, 0), (0, 100 * ONE), (0, 100 * ONE)].map(|(n, cash)| floor.account(n, cash));
    let far = 12 * ONE;
    let (_, error) = floor.sell(short, long, ONE, far).unwrap_err();
    assert_eq!(*error, FloorError::PriceOutOfBand { price: far, mark: 10 * ONE });
    floor.sell(holder, long, ONE, far).unwrap();
    floor.sell(short, long, ONE, 11 * ONE).unwrap();
}

/// A covered call: what it pays never exceeds the NFT, and trades and funding are at what it pays.
#[test]
fn a_call_on_the_floor_is_covered_by_an_nft_at_any_price() {
    let terms = Terms { strike: 12 * ONE, ..PLAIN };
    assert_eq!([terms.payoff(10 * ONE), terms.payoff(15 * ONE)], [0, 3 * ONE]);
    let position = Position { holding: Holding { cash: 0, fp: -i(ONE) }, nfts: 1 };
    for index in [1, ONE, 12 * ONE, 13 * ONE, 1_000_000 * ONE] {
        let prices = Prices { mark: 1_000_000 * ONE, index };
        assert!(!position.is_underwater(prices, NftTest::Index, &terms).unwrap());
    }
    // More calls than NFTs: only once they pay more than the NFT is worth.
    let position = Position { holding: Holding { cash: 0, fp: -i(3 * ONE) }, nfts: 1 };
    assert!(
        !position.is_underwater(at(6, 18), NftTest::Index, &terms).unwrap(),
        "three times six against eighteen"
    );
    assert!(position.is_underwater(at(6, 19), NftTest::Index, &terms).unwrap());
    let payment = |mark, index| everfloor_floor_rules::funding::payment(at(mark, index), &terms).unwrap();
    assert_eq!(payment(2, 13), i(ONE), "a call that pays 1 and trades at 2: longs pay");
    assert_eq!(payment(2, 15), -i(ONE));
    assert_eq!(payment(2, 10), i(2 * ONE), "and the whole of its time value while it pays nothing");
}
