//! Hard bounds: the last value inside is accepted, the first outside is refused.

use everfloor_index_rules::{BookParams, IndexError, IndexParams, Panel, WAD};

use crate::rig::{book_params, index_params};

type Edge<P> = (fn(&mut P, u128), u128, u128);

fn check<P: Copy>(
    edges: &[Edge<P>],
    params: P,
    validate: fn(&P) -> everfloor_index_rules::error::Result<()>,
) {
    validate(&params).unwrap();
    for (index, (set, low, high)) in (0..).zip(edges) {
        let with = |value| {
            let mut changed = params;
            set(&mut changed, value);
            validate(&changed)
        };
        with(*low).unwrap();
        with(*high).unwrap();
        let outside = [low.checked_sub(1), Some(high + 1)];
        for value in outside.into_iter().flatten() {
            assert_eq!(*with(value).unwrap_err(), IndexError::ParameterOutOfBounds { index, value });
        }
    }
}

#[test]
fn every_parameter_of_a_book_has_bounds() {
    let edges: [Edge<BookParams>; 5] = [
        (|params, value| params.tick_size = value, 1_000_000_000, u64::MAX.into()),
        (|params, value| params.min_age = value as u64, 300, 86_400),
        (|params, value| params.cancel_delay = value as u64, 300, 86_400),
        (|params, value| params.fee_bps = value as u32, 0, 500),
        (|params, value| params.band_bps = value as u32, 0, 5_000),
    ];
    check(&edges, book_params(), BookParams::validate);
}

#[test]
fn every_parameter_of_an_index_has_bounds() {
    let edges: [Edge<IndexParams>; 6] = [
        (|params, value| params.genesis = value as u64, 1, u32::MAX.into()),
        (|params, value| params.epoch_length = value as u64, 3_600, 604_800),
        (|params, value| params.window = value as u64, 600, 86_400),
        (|params, value| params.depth = value as u32, 1, 32),
        (|params, value| params.min_sources = value as u32, 1, 3),
        (|params, value| params.chi = value, WAD / 10, 100 * WAD),
    ];
    check(&edges, index_params(), IndexParams::validate);
}

#[test]
fn a_quorum_is_odd_and_no_more_than_fifteen_seats_have() {
    let validate = |seats, quorum| Panel { seats, quorum }.validate();
    for (seats, quorum) in [(0b1, 1), (0b111, 3), (0x7fff, 15), (0b1_0101, 3), (0x8000, 1)] {
        validate(seats, quorum).unwrap();
    }
    for (seats, quorum) in [(0b1, 0), (0b111, 2), (0b11, 3), (0, 1), (0x7fff, 17)] {
        let refusal = *validate(seats, quorum).unwrap_err();
        assert_eq!(refusal, IndexError::ParameterOutOfBounds { index: 1, value: quorum.into() });
    }
    let refusal = *validate(u16::MAX, 15).unwrap_err();
    assert_eq!(refusal, IndexError::ParameterOutOfBounds { index: 0, value: u16::MAX.into() });
}
