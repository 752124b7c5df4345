//! Puts by strike: each pays its own, and a settlement reads few nodes however many there are.

use std::cell::Cell;

use everfloor_put_rules::{
    Cover, Ladder, Node, PRICE_LIMIT, WAD,
    ladder::{insert, leaf_of, payoff},
};
use num_bigint::BigUint;
use proptest::prelude::*;

use crate::{
    rig::{ETHER, Strikes, wad},
    seeds::cases,
};

/// The most nodes a settlement reads: one for each of 78 binades, then two nodes, and of their children half and one.
const MOST_READS: usize = 78 + 2 * 17;

/// A ladder that counts.
#[derive(Default)]
struct Counting {
    strikes: Strikes,
    reads: Cell<usize>,
    writes: usize,
}

impl Ladder for Counting {
    fn node(&self, level: u8, index: u32) -> Node {
        self.reads.set(self.reads.get() + 1);
        self.strikes.node(level, index)
    }

    fn set_node(&mut self, level: u8, index: u32, node: Node) {
        self.writes += 1;
        self.strikes.set_node(level, index, node);
    }
}

/// Puts on one unit at many strikes from a thousandth to a thousand; the ladder, its binades, the strikes.
fn lots(count: u32) -> (Counting, u128, Vec<u128>) {
    let (mut ladder, mut binades) = (Counting::default(), 0);
    // A walk that comes everywhere: steps of a third of a percent, a million times over.
    let strikes: Vec<u128> = (0..count)
        .scan(WAD / 1_000, |strike, _| {
            *strike += *strike / 300;
            if *strike > wad(1_000) {
                *strike = WAD / 1_000 + *strike % 10_007;
            }
            Some(*strike)
        })
        .collect();
    for strike in &strikes {
        binades = insert(&mut ladder, binades, WAD, *strike).unwrap();
    }
    (ladder, binades, strikes)
}

/// P4.
#[test]
fn a_settlement_reads_as_few_nodes_of_ten_thousand_puts_as_the_tree_has_branches() {
    for count in [1, 100, 10_000] {
        let (ladder, binades, strikes) = lots(count);
        let mut most = 0;
        for strike in strikes.iter().step_by(count as usize / 100 + 1) {
            for price in [0, 1, strike - 1, *strike, strike + 1, strike / 2, strike * 2, PRICE_LIMIT - 1] {
                ladder.reads.set(0);
                payoff(&ladder, binades, price).unwrap();
                most = most.max(ladder.reads.get());
            }
        }
        // And at every leaf of a binade that has all others above it.
        for leaf in 0..1_024_u128 {
            ladder.reads.set(0);
            payoff(&ladder, binades, (1 << 50) + (leaf << 40)).unwrap();
            most = most.max(ladder.reads.get());
        }
        assert!(most <= MOST_READS, "{most} reads of {count} puts");
        // Twenty binades is what a factor of a million spans.
        assert!(most <= 20 + 2 * 17 + 1, "{most} reads of {count} puts");
        if count == 1 {
            assert!(most <= 3, "{most} reads of one put");
        }
    }
}

#[test]
fn a_purchase_reads_and_writes_three_nodes() {
    let (mut ladder, binades, _) = lots(10_000);
    (ladder.writes, ladder.reads) = (0, Cell::new(0));
    insert(&mut ladder, binades, WAD, WAD / 7).unwrap();
    assert_eq!((ladder.reads.get(), ladder.writes), (3, 3));
}

/// All strikes there can be have a leaf, in order, and a leaf is at most a thousandth of its strikes wide.
#[test]
fn leaves_are_in_order_and_a_thousandth_wide() {
    let mut last = (0, 0);
    for bits in 0..88 {
        for near in [0_u128, 1, 2, 3, 1 << bits >> 1, (1 << bits) - 1] {
            let strike = (1 << bits) + near.min((1 << bits) - 1);
            let leaf = leaf_of(strike);
            assert!(strike < last.1 || leaf >= last.0, "{strike}");
            last = (leaf, strike);
            // The first strike beyond a thousandth is in another leaf.
            assert!(leaf_of(strike + strike / 1_000 + 1) > leaf, "{strike}");
        }
    }
    assert_eq!(leaf_of(0), 0);
    assert!(leaf_of(PRICE_LIMIT - 1) >> 10 < 80, "binades are stored in 80 bits");
}

/// Any puts: units and strikes of any size, some of them close to another.
fn any_lots() -> impl Strategy<Value = Vec<(u128, u128)>> {
    let lot = (any::<u128>(), 20_u32..80, any::<u128>(), 1_u32..88, any::<bool>()).prop_map(
        |(units, unit_bits, strike, bits, close)| {
            let units = (units >> (128 - unit_bits)).max(1_000_000);
            let strike = (strike >> (128 - bits)).max(1);
            (units, if close { WAD + strike % (WAD / 2_000) } else { strike })
        },
    );
    prop::collection::vec(lot, 1..40)
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn puts_pay_what_each_pays_but_for_the_leaf_of_the_price(lots in any_lots(), any in 0..PRICE_LIMIT, at in 0_usize..40) {
        let (mut cover, mut strikes) = (Cover::default(), Strikes::default());
        for (units, strike) in &lots {
            let lock = ETHER.cost_up(*units, *strike).unwrap();
            cover.add(&mut strikes, *units, *strike, lock, u128::MAX).unwrap();
        }
        let one = lots[at % lots.len()].1;
        for price in [0, one, one - 1, one + 1, any, WAD + any % (WAD / 2_000)] {
            let paid = cover.payoff(&strikes, price, ETHER).unwrap();
            let (mut fair, mut leaf) = (BigUint::ZERO, BigUint::ZERO);
            for (units, strike) in &lots {
                fair += BigUint::from(*units) * strike.saturating_sub(price);
                if leaf_of(*strike) == leaf_of(price) {
                    leaf += BigUint::from(*units) * *strike / 1_000_u32;
                }
            }
            let fair_units: BigUint = &fair / WAD;
            prop_assert!(BigUint::from(paid) <= fair_units, "{paid} is more than {fair_units}");
            let short = leaf / WAD + 2_u32;
            prop_assert!(BigUint::from(paid) + short >= fair_units, "{paid} is less than {fair_units}");
            prop_assert!(paid <= cover.locked);
        }
    }
}

#[test]
fn round_units_at_round_strikes_pay_to_the_wei() {
    let (mut cover, mut strikes) = (Cover::default(), Strikes::default());
    for (units, strike) in [(3, 75), (5, 76), (7, 90)] {
        let (units, strike) = (wad(units) / 10, strike * WAD / 100);
        let lock = ETHER.cost_up(units, strike).unwrap();
        cover.add(&mut strikes, units, strike, lock, wad(10)).unwrap();
    }
    for (hundredths, thousandths) in [(70, 15 + 30 + 140), (75, 5 + 105), (76, 98), (89, 7), (90, 0), (91, 0)]
    {
        let paid = cover.payoff(&strikes, hundredths * WAD / 100, ETHER).unwrap();
        assert_eq!(paid, thousandths * WAD / 1_000, "at {hundredths}");
    }
}

/// What the documentation says of the one leaf: the average strike of its puts pays.
#[test]
fn within_a_leaf_the_average_strike_pays() {
    let (mut cover, mut strikes) = (Cover::default(), Strikes::default());
    let milli = WAD / 10_000;
    for strike in [WAD + milli, WAD + 3 * milli] {
        assert_eq!(leaf_of(strike), leaf_of(WAD));
        cover.add(&mut strikes, WAD, strike, strike, wad(10)).unwrap();
    }
    let pays = |price| cover.payoff(&strikes, price, ETHER).unwrap();
    // Below both exact; between them the one that is above would pay `milli`, and the average pays nothing.
    assert_eq!(pays(WAD), 4 * milli);
    assert_eq!(pays(WAD + 2 * milli), 0);
    assert_eq!(pays(WAD + 3 * milli), 0);
}
