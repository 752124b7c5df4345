//! Every record survives storage, stays within its words, and what does not fit is refused.

use alloy_primitives::{B256, U256};
use everfloor_book_storage::layout::{Head, Kept};
use everfloor_common::record::Record;
use everfloor_venue_rules::{Book, Boundary, Level, Links, Mark, Order, Params, Point};
use proptest::prelude::*;

/// A number of at most so many bytes.
fn bytes(count: u32) -> impl Strategy<Value = u128> {
    let most = (1_u128 << (8 * count)) - 1;
    prop_oneof![Just(0), Just(most), 0..=most]
}

/// The same, at most 8.
fn short(count: u32) -> impl Strategy<Value = u64> {
    bytes(count).prop_map(|value| value as u64)
}

/// The same, at most 4.
fn tiny(count: u32) -> impl Strategy<Value = u32> {
    bytes(count).prop_map(|value| value as u32)
}

prop_compose! {
    fn points()(time in short(4), cumulative in bytes(15), blind in short(4)) -> Point {
        Point { time, cumulative, blind }
    }
}

prop_compose! {
    fn heads()(
        orders in short(8), bid in tiny(3), ask in tiny(3), point in points(), mid in bytes(11),
        snapshots in tiny(4), newest in short(4), locked in any::<bool>(),
    ) -> Head {
        Head { book: Book { orders, bid, ask }, mark: Mark { point, mid, snapshots, newest }, locked }
    }
}

prop_compose! {
    fn params()(
        tick_size in bytes(8), lot_size in bytes(8), min_lots in short(5), mark_depth in short(5),
        mark_levels in tiny(1), genesis in short(4), epoch in short(4), period in short(4), snapshots in tiny(2),
    ) -> Params {
        Params { tick_size, lot_size, min_lots, mark_depth, mark_levels, genesis, epoch, period, snapshots }
    }
}

prop_compose! {
    fn orders()(owner in any::<[u8; 20]>(), lots in short(5), tick in tiny(3), expiry in tiny(4)) -> Order {
        Order { owner, lots, tick, expiry }
    }
}

/// Written and read again it is the same.
fn survives<T: Record<N> + PartialEq + std::fmt::Debug, const N: usize>(value: &T) {
    assert_eq!(T::decode(&value.encode().expect("it fits")), *value);
}

proptest! {
    #[test]
    fn the_books_own_words_survive_storage(head in heads()) {
        survives(&head);
    }

    #[test]
    fn parameters_survive_storage(params in params()) {
        survives(&Kept(params));
    }

    #[test]
    fn orders_and_levels_survive_storage(
        order in orders(), prev in short(8), next in short(8), head in short(8), tail in short(8),
        lots in short(8), count in tiny(4), node in any::<[u8; 32]>(),
    ) {
        survives(&Kept(order));
        survives(&Kept(Links { prev, next }));
        survives(&Kept(Level { head, tail, lots, count }));
        survives(&Kept(U256::from_be_bytes(node)));
    }

    #[test]
    fn records_of_the_mark_survive_storage(point in points(), mid in bytes(11), carried in any::<bool>()) {
        survives(&Kept(point));
        survives(&Kept(Boundary { cumulative: point.cumulative, blind: point.blind, mid, carried }));
    }

    #[test]
    fn whatever_the_rules_allow_fits(
        tick_exponent in 0_u32..=18, min_lots in 1_u64..=1 << 32, mark_levels in 2_u32..=32, genesis in 1_u32..,
        epoch in 300_u64..=400 * 86_400, period in 1_u64..=86_400, snapshots in 2_u32..=65_535,
    ) {
        let params = Params {
            tick_size: 10_u128.pow(tick_exponent),
            lot_size: 10_u128.pow(18 - tick_exponent),
            min_lots,
            mark_depth: min_lots * u64::from(mark_levels - 1),
            mark_levels,
            genesis: genesis.into(),
            epoch,
            period,
            snapshots,
        };
        prop_assert!(params.validate().is_ok());
        survives(&Kept(params));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_never_cut() {
    fn refused<T, const N: usize>(value: T)
    where
        Kept<T>: Record<N>,
    {
        assert!(Kept(value).encode().is_none());
    }
    refused(Order { lots: 1 << 40, ..Order::default() });
    refused(Order { tick: 1 << 24, ..Order::default() });
    refused(Point { time: 1 << 32, ..Point::default() });
    refused(Point { cumulative: 1 << 120, ..Point::default() });
    refused(Point { blind: 1 << 32, ..Point::default() });
    refused(Boundary { mid: 1 << 88, ..Boundary::default() });
    refused(Params { mark_levels: 256, ..Params::default() });
    refused(Params { snapshots: 1 << 16, ..Params::default() });
    refused(Params { min_lots: 1 << 40, ..Params::default() });
    let head = Head::default();
    assert!(Head { book: Book { bid: 1 << 24, ..head.book }, ..head }.encode().is_none());
    assert!(Head { mark: Mark { mid: 1 << 88, ..head.mark }, ..head }.encode().is_none());
    assert!(Head { mark: Mark { newest: 1 << 32, ..head.mark }, ..head }.encode().is_none());
}

#[test]
fn numbers_lie_where_the_table_says() {
    let word = |at: usize, byte: u8| {
        let mut word = B256::ZERO;
        word[at] = byte;
        word
    };
    let none = B256::ZERO;
    let head = Head::default();
    let mark = |mark: Mark| Head { mark, ..head }.encode().unwrap();
    let point = |point: Point| mark(Mark { point, ..head.mark });
    assert_eq!(point(Point { time: 1, ..Point::default() }), [word(3, 1), none]);
    assert_eq!(point(Point { cumulative: 1, ..Point::default() }), [word(18, 1), none]);
    assert_eq!(point(Point { blind: 1, ..Point::default() }), [none, word(17, 1)]);
    assert_eq!(mark(Mark { mid: 1, ..head.mark }), [word(29, 1), none]);
    assert_eq!(mark(Mark { newest: 1, ..head.mark }), [none, word(25, 1)]);
    assert_eq!(Head { book: Book { orders: 1, ..head.book }, ..head }.encode(), Some([none, word(7, 1)]));
    assert_eq!(Head { locked: true, ..head }.encode(), Some([none, word(26, 1)]));
    let params = Params { mark_levels: 1, ..Params::default() };
    assert_eq!(Kept(params).encode(), Some([word(26, 1), none]));
    let params = Params { snapshots: 1, ..Params::default() };
    assert_eq!(Kept(params).encode(), Some([none, word(13, 1)]));
    let mut owner = [0; 20];
    (owner[0], owner[19]) = (1, 2);
    let mut first = word(0, 1);
    (first[19], first[24], first[27], first[31]) = (2, 3, 4, 5);
    assert_eq!(Kept(Order { owner, lots: 3, tick: 4, expiry: 5 }).encode(), Some([first]));
    assert_eq!(Kept(Links { prev: 0, next: 1 }).encode(), Some([word(15, 1)]));
    assert_eq!(Kept(Level { count: 1, ..Level::default() }).encode(), Some([word(27, 1)]));
    assert_eq!(Kept(Boundary { carried: true, ..Boundary::default() }).encode(), Some([word(30, 1)]));
    assert_eq!(Kept(U256::ONE).encode(), Some([word(31, 1)]));
}
