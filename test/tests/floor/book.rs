//! Orders: what becomes of them, what is logged of them, and what is refused.

use alloy_primitives::{Address, U256};
use everfloor_test::{
    abi::{BookParams, FloorBook::*, OrderView},
    account, explain,
};

use crate::ground::*;

fn people() -> [Address; 4] {
    ["alice", "bob", "carol", "stranger"].map(account)
}

#[test]
fn an_order_rests_and_is_served_by_price_and_then_by_age() {
    let mut b = Book::new();
    let [alice, bob, carol, _] = people();
    let late = b.rest(alice, ask(10, 1_020));
    let placed = b.place(alice, ask(10, 1_010));
    let event = OrderPlaced {
        id: n(2_u8),
        owner: alice,
        isBuy: false,
        tick: n(1_010_u64),
        lots: n(10_u8),
        expiry: U256::ZERO,
    };
    assert_eq!(placed.event::<OrderPlaced>(), event);
    let second = b.rest(bob, ask(10, 1_010));
    let taken = b.place(carol, bid(25, 1_020));
    let fills = taken.events::<OrderFilled>();
    let fills: Vec<_> = fills.iter().map(|fill| (fill.id.to(), fill.lots.to(), fill.tick.to())).collect();
    assert_eq!(fills, [(2_u64, 10_u64, 1_010_u64), (second, 10, 1_010), (late, 5, 1_020)]);
    let told = &taken.returned;
    assert_eq!((told.orderId, told.filledLots, told.stop), (U256::ZERO, n(25_u8), FILLED));
    assert_eq!(told.notional, n((20 * 1_010 + 5 * 1_020) * UNIT));
    // The market was told each in wei.
    let settled = taken.events::<VenueMarket::Settled>();
    let last = VenueMarket::Settled {
        maker: alice,
        taker: carol,
        fp: n(5 * LOT_SIZE),
        price: n(1_020 * TICK_SIZE),
        takerBuys: true,
        mark: U256::ZERO,
    };
    assert_eq!((settled.len(), settled.last()), (3, Some(&last)));
    assert_eq!((b.queue(1_020), b.queue(1_010)), (vec![(late, 5)], vec![]));
}

#[test]
fn what_does_not_trade_rests_as_its_kind_says() {
    let mut b = Book::new();
    let [alice, bob, ..] = people();
    b.rest(alice, ask(10, 1_010));
    let told = b.place(bob, bid(16, 1_010)).returned;
    assert_eq!((told.filledLots, told.stop, b.queue(1_010)), (n(10_u8), RESTED, vec![(2, 6)]));
    // Too little is left to rest.
    let told = b.place(alice, ask(10, 1_010)).returned;
    assert_eq!((told.orderId, told.filledLots, told.stop), (U256::ZERO, n(6_u8), TOO_SMALL));
    b.rest(alice, ask(10, 1_010));
    let told = b.place(bob, of_kind(IOC, bid(16, 1_010))).returned;
    assert_eq!((told.orderId, told.filledLots, told.stop), (U256::ZERO, n(10_u8), GIVEN_UP));
    b.rest(alice, ask(10, 1_010));
    let whole = of_kind(FOK, bid(16, 1_010));
    b.g.refused(bob, whole, NotFilled { filled: n(10_u8), lots: n(16_u8) });
    assert_eq!(b.place(bob, of_kind(FOK, bid(10, 1_010))).returned.stop, FILLED);
    b.rest(alice, ask(10, 1_010));
    b.g.refused(bob, of_kind(POST_ONLY, bid(10, 1_010)), WouldCross { best: n(1_010_u64) });
    assert_eq!(b.place(bob, of_kind(POST_ONLY, bid(10, 1_009))).returned.stop, RESTED);
}

#[test]
fn nobody_trades_with_himself() {
    let mut b = Book::new();
    let [alice, ..] = people();
    let own = b.rest(alice, ask(10, 1_010));
    let stops = placeOrderCall { stopOnSelf: true, ..bid(10, 1_010) };
    let told = b.place(alice, stops).returned;
    assert_eq!((told.orderId, told.filledLots, told.stop), (U256::ZERO, U256::ZERO, SELF_TRADE));
    let placed = b.place(alice, bid(10, 1_010));
    let removed = placed.event::<OrderRemoved>();
    assert_eq!((removed.id, removed.owner, removed.lots, removed.reason), (n(own), alice, n(10_u8), 1));
    assert_eq!((placed.returned.stop, b.side(false)), (RESTED, vec![]));
    assert!(placed.events::<VenueMarket::Settled>().is_empty());
}

#[test]
fn an_order_touches_no_more_than_its_caller_said_and_costs_no_more_in_a_deeper_book() {
    let [alice, bob, ..] = people();
    let mut costs = Vec::new();
    for levels in [4, 60] {
        let mut b = Book::new();
        for tick in 0..levels {
            b.rest(alice, ask(10, 1_010 + tick));
        }
        let done = b.place(bob, placeOrderCall { maxFills: n(3_u8), ..bid(10 * levels, 2_000) });
        let told = &done.returned;
        assert_eq!((told.orderId, told.filledLots, told.stop), (U256::ZERO, n(30_u8), MOST_FILLS));
        assert_eq!(b.side(false).len() as u64, levels - 3);
        costs.push(done.gas);
    }
    // The same three fills; the deeper book has a mid, which is taken from as many levels as there are parameters for.
    assert!(costs[1] < costs[0] + 200_000, "{costs:?}");
}

#[test]
fn to_cancel_costs_the_same_however_long_the_queue_is() {
    let [alice, ..] = people();
    let mut costs = Vec::new();
    for others in [2, 80] {
        let mut b = Book::new();
        let ids: Vec<u64> = (0..others + 1).map(|_| b.rest(alice, bid(10, 990))).collect();
        costs.push(b.g.must(alice, cancel(ids[1])).gas);
    }
    assert!(costs[0].abs_diff(costs[1]) < 1_000, "{costs:?}");
}

#[test]
fn orders_are_cancelled_reduced_and_replaced_by_their_owners_alone() {
    let mut b = Book::new();
    let [alice, bob, carol, _] = people();
    let ids: Vec<u64> = (0..4).map(|_| b.rest(alice, bid(10, 990))).collect();
    let others = b.rest(bob, bid(10, 990));
    b.g.refused(bob, cancel(ids[0]), NotOrderOwner { id: n(ids[0]) });
    b.g.refused(alice, cancel(99), NoSuchOrder { id: n(99_u8) });
    b.g.refused(alice, cancel_all(&[ids[1], others]), NotOrderOwner { id: n(others) });
    b.g.refused(alice, cancel_all(&[ids[1], others + 1]), NoSuchOrder { id: n(others + 1) });
    // One is filled first: that keeps nobody from cancelling the others.
    assert_eq!(b.place(carol, ask(10, 990)).returned.stop, FILLED);
    let gone = b.g.must(alice, cancel_all(&[ids[0], ids[3], ids[3]])).events::<OrderCancelled>();
    assert_eq!(gone, [OrderCancelled { id: n(ids[3]), owner: alice, lots: n(10_u8) }]);

    b.g.refused(bob, reduce(ids[1], 6), NotOrderOwner { id: n(ids[1]) });
    b.g.refused(alice, reduce(ids[1], 10), NotReduced { lots: n(10_u8), current: n(10_u8) });
    b.g.refused(alice, reduce(ids[1], 4), OrderTooSmall { lots: n(4_u8), least: n(5_u8) });
    let reduced = b.g.must(alice, reduce(ids[1], 6)).event::<OrderReduced>();
    assert_eq!(reduced, OrderReduced { id: n(ids[1]), owner: alice, lots: n(6_u8) });
    assert_eq!(b.queue(990), [(ids[1], 6), (ids[2], 10), (others, 10)]);

    let asked = b.rest(carol, ask(10, 1_010));
    b.g.refused(bob, instead_of(ids[1], bid(10, 980)), NotOrderOwner { id: n(ids[1]) });
    let crosses = instead_of(ids[1], of_kind(POST_ONLY, bid(10, 1_010)));
    b.g.refused(alice, crosses, WouldCross { best: n(1_010_u64) });
    let done = b.g.must(alice, instead_of(ids[1], bid(16, 1_010)));
    assert_eq!(done.event::<OrderCancelled>().id, n(ids[1]));
    assert_eq!(done.event::<OrderFilled>().id, n(asked));
    assert_eq!(done.event::<OrderPlaced>().lots, n(6_u8));
    assert_eq!((done.returned.filledLots, done.returned.stop), (n(10_u8), RESTED));
    assert_eq!(b.side(true), [(1_010, 6), (990, 20)]);
}

#[test]
fn anybody_takes_out_what_has_expired_and_nothing_else() {
    let mut b = Book::new();
    let [alice, bob, _, stranger] = people();
    let end = b.g.now() + 10;
    let ends = b.rest(alice, placeOrderCall { expiry: end, ..bid(10, 990) });
    let stays = b.rest(alice, bid(10, 990));
    let met = b.rest(alice, placeOrderCall { expiry: end, ..ask(10, 1_010) });
    b.g.warp(10);
    b.g.refused(stranger, prune(ends), NotExpired { expiry: n(end), nowTime: n(end) });
    b.g.refused(stranger, prune(stays), NotExpired { expiry: U256::ZERO, nowTime: n(end) });
    b.g.warp(1);
    let removed = b.g.must(stranger, prune(ends)).event::<OrderRemoved>();
    assert_eq!(removed, OrderRemoved { id: n(ends), owner: alice, lots: n(10_u8), reason: 0 });
    // And whoever meets it on the way.
    let removed = b.place(bob, bid(10, 1_010)).event::<OrderRemoved>();
    assert_eq!((removed.id, removed.reason), (n(met), 0));
    let past = placeOrderCall { expiry: end, ..bid(10, 990) };
    b.g.refused(alice, past, Expired { expiry: n(end), nowTime: n(end + 1) });
}

#[test]
fn what_is_no_order_is_refused() {
    let mut b = Book::new();
    let [alice, ..] = people();
    b.g.warp(1);
    for tick in [U256::ZERO, n(1_u64 << 24), U256::MAX] {
        b.g.refused(alice, placeOrderCall { tick, ..bid(10, 1) }, TickOutOfRange { tick });
    }
    b.g.refused(alice, bid(4, 990), OrderTooSmall { lots: n(4_u8), least: n(5_u8) });
    b.g.refused(alice, placeOrderCall { lots: U256::MAX, ..bid(10, 990) }, Overflow {});
    b.g.refused(alice, placeOrderCall { expiry: 1 << 32, ..bid(10, 990) }, Overflow {});
    b.g.refused(alice, of_kind(4, bid(10, 990)), UnknownKind { kind: 4 });
    let deadline = n(b.g.now() - 1);
    let late = placeOrderCall { deadline, ..bid(10, 990) };
    b.g.refused(alice, late, DeadlinePassed { deadline, nowTime: n(b.g.now()) });
}

#[test]
fn a_book_is_made_once_behind_a_proxy_and_within_its_bounds() {
    let mut b = Book::new();
    let (owner, market) = (b.g.owner, b.market);
    let call = Book::init(&b.g, market);
    b.g.refused(owner, call.clone(), AlreadyInitialized {});
    let program = b.g.chain.named("floor-book");
    let direct = b.g.send_to(owner, program, call.clone()).map(|_| ()).unwrap_err();
    assert_eq!(direct.decode(), Some(NotThroughProxy {}), "{}", explain(&direct));
    let params = BookParams { tickSize: 0, ..call.params.clone() };
    let refusal = ParameterOutOfBounds { index: U256::ZERO, value: U256::ZERO };
    b.g.unmade("floor-book", initializeCall { params, ..call.clone() }, refusal);
    b.g.unmade("floor-book", initializeCall { market: Address::ZERO, ..call }, ZeroAddress {});
}

#[test]
fn its_owner_changes_some_parameters_and_hands_it_over() {
    let mut b = Book::new();
    let (owner, heir) = (b.g.owner, account("heir"));
    let call = setParamsCall { minLots: 10, markDepth: 50, markLevels: 11, period: 120 };
    b.g.refused(heir, call.clone(), NotOwner { caller: heir });
    let wide = setParamsCall { markDepth: 101, ..call.clone() };
    b.g.refused(owner, wide, ParameterOutOfBounds { index: n(3_u8), value: n(101_u8) });
    let changed = b.g.must(owner, call).event::<ParamsChanged>();
    assert_eq!((changed.minLots, changed.markDepth), (n(10_u8), n(50_u8)));
    let params = b.g.view(paramsCall {});
    assert_eq!((params.minLots, params.markLevels, params.period, params.tickSize), (10, 11, 120, TICK_SIZE));
    b.g.must(owner, transferOwnershipCall { newOwner: heir });
    b.g.refused(owner, acceptOwnershipCall {}, NotPendingOwner { caller: owner });
    b.g.must(heir, acceptOwnershipCall {});
    assert_eq!(b.g.view(ownerCall {}), heir);
}

#[test]
fn an_order_that_rests_is_shown_as_it_is() {
    let mut b = Book::new();
    let [alice, ..] = people();
    let expiry = b.g.now() + 60;
    let id = b.rest(alice, placeOrderCall { expiry, ..bid(10, 990) });
    let view = OrderView {
        id: n(id),
        owner: alice,
        isBuy: true,
        tick: n(990_u64),
        lots: n(10_u8),
        expiry: n(expiry),
        expired: false,
    };
    assert_eq!(b.g.view(getOrderCall { id: n(id) }), view);
    b.g.warp(61);
    assert!(b.g.view(getOrderCall { id: n(id) }).expired);
    b.g.blind(getOrderCall { id: n(id + 1) }, NoSuchOrder { id: n(id + 1) });
}
