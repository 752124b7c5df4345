//! Random histories, on the contract and on the rules in memory: every value, average and bound is the same.
//!
//! `FLOOR_SEED` repeats a run, `FLOOR_OPERATIONS` sets how many actions there are (3,000 unless told otherwise).

#[path = "../../../index-rules/tests/rules/rig.rs"]
#[allow(dead_code)]
mod clock;

use alloy_primitives::U256;
use clock::Clock;
use everfloor_index_rules::{IndexParams, Readings};

use crate::{
    random::{Random, number_from_env},
    rig::*,
};

/// Actions of one history.
const LENGTH: u64 = 150;

/// The price of the lowest or the highest offer: wanders, and is at times not there.
fn wander(random: &mut Random, price: u128) -> u128 {
    match random.below(12) {
        0 => 0,
        1 => random.between(1, 1 << 87),
        _ => (price + price / 50 - random.between(0, price / 25)).max(1),
    }
}

fn check(w: &World, clock: &Clock) {
    let (index, epochs) = (&clock.index, clock.params.epochs());
    let now = w.view(getIndexCall {});
    let status = index.freshness(clock.now).map_or(4, |freshness| freshness as u8);
    let average = index.average(&clock.written, clock.now, epochs).unwrap_or_default();
    let expected = (U256::from(index.price), U256::from(average), index.time, status);
    assert_eq!((now.spot, now.twap, now.updatedAt, now.status), expected);
    let range = w.view(conservativeCall {});
    let expected = index.range(&clock.written, clock.now, epochs).map_or([0; 2], |r| [r.lower, r.upper]);
    assert_eq!([range.lower, range.upper], expected.map(U256::from));
    assert_eq!(w.view(cumulativeCall {}), U256::from(index.cumulative_at(clock.now).unwrap()));
    assert_eq!(w.view(nextEpochCall {}), n(index.next.into()));
    let latest = epochs.at(clock.now).unwrap();
    for epoch in latest.saturating_sub(4)..=latest {
        let answer = w.view(averageOfEpochCall { epoch: n(epoch.into()) });
        match clock.epoch(epoch) {
            Ok(known) => {
                let expected = (U256::from(known.average), u8::from(known.is_silent()));
                assert_eq!((answer.price, answer.status), expected);
            }
            Err(_) => assert!(answer.status >= 2 && answer.price.is_zero()),
        }
    }
}

#[test]
fn the_contract_and_the_rules_in_memory_agree_on_everything() {
    let operations = number_from_env("FLOOR_OPERATIONS").unwrap_or(3_000);
    let mut random = Random::from_env("FLOOR_SEED");
    let (mut updates, mut refusals, mut closings) = (0, 0, 0);
    for _ in 0..operations.div_ceil(LENGTH) {
        let w = World::new();
        let params = IndexParams {
            genesis: w.genesis,
            epoch_length: DAY,
            window: WINDOW,
            depth: DEPTH as u32,
            min_sources: 1,
            chi: 10 * everfloor_index_rules::WAD,
        };
        let mut clock = Clock { params, now: w.now(), ..Clock::new() };
        let mut price = 10 * everfloor_index_rules::WAD;
        for _ in 0..LENGTH {
            let seconds = random.pick(&[0, 1, 60, 900, 1_800, 7_200, 30_000, 90_000, 900_000]);
            w.chain.warp(seconds);
            clock.now = w.now();
            if random.one_in(5) {
                let most = random.below(12);
                let done = w.send(closeEpochsCall { most: n(most) });
                assert_eq!(done, clock.close(most as u32));
                closings += 1;
            } else {
                let (bid, ask) = (wander(&mut random, price), wander(&mut random, price));
                price = if bid == 0 || bid > 1 << 80 { price } else { bid };
                w.bid(U256::from(bid));
                w.ask(U256::from(ask));
                let readings = Readings { book: bid, bid, ask, ..Readings::default() };
                let (before, answer) = (clock.clone(), w.chain.send(w.owner, INDEX, updateCall {}));
                match clock.update(&readings) {
                    Ok(update) => {
                        assert_eq!(answer.unwrap(), U256::from(update.price));
                        updates += 1;
                    }
                    Err(_) => {
                        assert!(answer.is_err());
                        clock = before;
                        refusals += 1;
                    }
                }
            }
            check(&w, &clock);
        }
    }
    assert!(updates > 0 && refusals > 0 && closings > 0);
}
