//! P15: whatever is asked, a rule answers or refuses; nothing panics.

use everfloor_put_rules::{
    Fill, Order, PRICE_LIMIT, Params, PerShare, Pool, Position, PutError, Queue, Rewards, Stream, UNIT_LIMIT,
    WAD,
    exits::required,
    ladder,
    purchase::{Counter, max_supply, quote},
    roll::{self, Prices},
    terms::{Collateral, strike_of, unit_price},
    volatility::{self, Reading},
    yields::{RewardPlan, earned},
};
use proptest::prelude::*;

use crate::{
    rig::{GENESIS, Rig, Strikes, Written, params},
    seeds::cases,
};

/// Numbers of every length, and the ends.
fn any_number() -> impl Strategy<Value = u128> {
    prop_oneof![
        (any::<u128>(), 0_u32..128).prop_map(|(number, bits)| number >> bits),
        prop::sample::select(vec![
            0,
            1,
            u128::MAX,
            PRICE_LIMIT - 1,
            PRICE_LIMIT,
            UNIT_LIMIT - 1,
            1 << 96,
            1 << 104
        ]),
    ]
}

fn any_time() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), GENESIS - 100_000_000..GENESIS + 1_000_000_000]
}

fn any_scale() -> impl Strategy<Value = Collateral> {
    (0_u32..=18).prop_map(|decimals| Collateral { scale: 10_u128.pow(decimals) })
}

/// A pool with whatever in it, consistent or not.
fn any_pool() -> impl Strategy<Value = Pool> {
    (prop::array::uniform20(any_number()), any::<(u16, u16, u16, u32, u64)>()).prop_map(|(n, small)| {
        let mut pool = Pool::default();
        [pool.book.liquidity, pool.book.shares, pool.per_share.collateral, pool.per_share.reward] =
            [n[0], n[1], n[2], n[3]];
        [pool.stream.unvested, pool.stream.remainder, pool.rewards.remainder, pool.rewards.unallocated] =
            [n[4], n[5], n[6], n[7]];
        [pool.cover.units, pool.cover.locked, pool.cover.base_units, pool.cover.base_strike] =
            [n[8], n[9], n[10], n[11]];
        [pool.buyer.escrow, pool.buyer.due, pool.buyer.supply, pool.buyer.released] =
            [n[12], n[13], n[14], n[15]];
        (pool.queue.queued, pool.cover.binades, pool.buyer.sigma) = (n[16], n[17], n[18]);
        (pool.book.epoch, pool.book.generation, pool.queue.fills, pool.book.positions) =
            (small.0, small.1, small.2, small.3);
        (pool.stream.last, pool.rewards.start, pool.rewards.last) = (small.4, small.4 / 2, n[19] as u64);
        pool
    })
}

/// Refused or not, it came back.
fn came_back<T>(_: Result<T, Box<PutError>>) {}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn terms_of_any_put(n in prop::array::uniform4(any_number()), seconds in any::<u64>(), collateral in any_scale()) {
        let [a, b, c, d] = n;
        came_back(strike_of(a));
        came_back(unit_price(a, b, c, seconds));
        came_back(collateral.cost_up(a, b));
        came_back(collateral.units_down(a, b));
        came_back(collateral.price_down(a, b));
        came_back(required(a, b, c, Some(d), collateral));
        came_back(max_supply(a, seconds));
        came_back(earned(a, b, c));
        came_back(RewardPlan { per_year: a, duration: seconds }.emitted(seconds / 2));
        came_back(Fill { queued: a, burned: b, paid: c, ..Fill::default() }.part_of(d));
    }

    #[test]
    fn a_put_that_can_be_sold_is_priced_to_the_ends_of_its_domain(
        price in 0..PRICE_LIMIT, bits in 0_u32..88, sigma in WAD / 100..=10 * WAD, seconds in 0_u64..400 * 86_400,
    ) {
        let price = price >> bits;
        let strike = strike_of(price).unwrap();
        let unit = unit_price(price, strike, sigma, seconds).unwrap();
        // H-01, and 3.4, 2: never below what it pays, never above its strike, but for the wei.
        prop_assert!(4 * strike <= 3 * price && 4 * strike + 4 > 3 * price);
        prop_assert!(unit >= 1 && unit <= strike + 1);
    }

    #[test]
    fn purchases_of_anything_at_any_time(
        pool in any_pool(), n in prop::array::uniform5(any_number()), now in any_time(), collateral in any_scale(),
    ) {
        let [units, supply, price, max_premium, min_strike] = n;
        came_back(quote(units, price, pool.buyer.sigma, now, &params(), pool.book.epoch, collateral));
        let order = Order { units, supply, price, max_premium, min_strike };
        let (mut pool, mut strikes) = (pool, Strikes::default());
        came_back(Counter::of(&mut pool, &mut strikes).sell(&order, now, &params(), collateral));
    }

    #[test]
    fn deposits_of_anything_into_any_pool(pool in any_pool(), amount in any_number(), now in any_time(), collateral in any_scale()) {
        let mut pool = pool;
        came_back(pool.deposit(amount, now, &params(), collateral));
        came_back(pool.book.worth(amount));
        pool.book.is_wiped_out(collateral);
        pool.book.is_dust(collateral);
    }

    #[test]
    fn rolls_of_any_pool_at_any_price(
        pool in any_pool(), n in prop::array::uniform3(any_number()), late in any::<u64>(), marked in any::<bool>(),
        collateral in any_scale(),
    ) {
        let [settlement, mark, sigma] = n;
        let mut pool = pool;
        let schedule = params().schedule();
        let now = schedule.end(pool.book.epoch).saturating_add(late);
        came_back(roll::due(schedule, pool.book.epoch, late, 3_600, 86_400));
        if let Ok(due) = roll::due(schedule, pool.book.epoch, now, 3_600, 86_400) {
            let prices = Prices { settlement, mark: marked.then_some(mark) };
            came_back(pool.roll(&Strikes::default(), &due, prices, sigma, now, &params(), collateral));
        }
    }

    #[test]
    fn any_position_of_any_pool(pool in any_pool(), n in prop::array::uniform7(any_number()), fill in any::<u16>()) {
        let mut pool = pool;
        // What is written down about the past, only that of this pool.
        pool.queue.fills = fill % 30;
        let fills = (0..30).map(|_| Fill { queued: n[0], burned: n[1], paid: n[2], ..Fill::default() }).collect();
        let written = Written { fills, ..Written::default() };
        let mut position = Position {
            shares: n[3], requested: n[4], generation: pool.book.generation, fill: fill % 7, epoch: 0,
            seen: PerShare { collateral: n[5], reward: n[6] }, owed: n[0], owed_reward: n[1],
        };
        came_back(position.clone().settle(&pool.book, &pool.queue, pool.per_share, &written));
        came_back(position.clone().request_exit(&mut pool.queue, n[2]));
        came_back(position.clone().cancel_exit(&mut pool.queue, n[2]));
        came_back(position.clone().split(n[2]));
        let other = position;
        came_back(position.absorb(&other));
        let mut queue = Queue { queued: n[3], fills: fill };
        came_back(queue.fill(&mut pool.book, pool.per_share, n[5]));
        came_back(queue.drop_all(&pool.book, pool.per_share));
    }

    #[test]
    fn any_clock(pool in any_pool(), now in any::<u64>(), end in any::<u64>(), per_year in any_number(), duration in any::<u64>()) {
        let mut pool = pool;
        came_back(pool.stream.vesting(now, end));
        // Amounts are stored in 96 bits, and remainders are less than shares.
        pool.stream = Stream { unvested: pool.stream.unvested >> 32, remainder: pool.stream.remainder >> 24, ..pool.stream };
        came_back(pool.stream.accrue(&pool.book, &mut pool.per_share, now, end));
        pool.rewards = Rewards { remainder: pool.rewards.remainder >> 24, ..pool.rewards };
        let plan = RewardPlan { per_year: per_year >> 40, duration };
        came_back(pool.rewards.accrue(&plan, &pool.book, &mut pool.per_share, now));
    }

    #[test]
    fn any_volatility(present in any_number(), sigma in prop::option::of(any_number()), updated_at in any::<u64>(), now in any::<u64>()) {
        let reading = Reading { sigma, updated_at };
        if let Ok(next) = volatility::next(present, reading, now, &params()) {
            prop_assert!((WAD / 100..=10 * WAD).contains(&next));
        }
    }

    #[test]
    fn any_price_of_any_puts(lots in prop::collection::vec((any_number(), any_number()), 0..8), price in any_number()) {
        let (mut strikes, mut binades) = (Strikes::default(), 0);
        for (units, strike) in lots {
            if let Ok(all) = ladder::insert(&mut strikes, binades, units, strike) {
                binades = all;
            }
        }
        came_back(ladder::payoff(&strikes, binades, price));
    }

    #[test]
    fn any_parameters(n in prop::array::uniform12(any_number())) {
        let [genesis, epoch_length, window, grace, leverage, sigma_max_age, reward_duration] =
            [n[0], n[1], n[2], n[3], n[4], n[5], n[6]].map(|number| number as u64);
        let params = Params {
            genesis, epoch_length, window, grace, leverage, sigma_max_age, reward_duration,
            sigma_min: n[7], sigma_max: n[8], min_deposit: n[9], min_units: n[10], rewards_per_year: n[11],
        };
        came_back(params.validate());
        came_back(params.schedule().at(genesis));
    }
}

/// As much of everything as fits.
#[test]
fn a_pool_at_all_its_limits_works() {
    let mut rig = Rig::new();
    let most = (1 << 96) - 1;
    rig.deposit(most).unwrap();
    assert_eq!(*rig.deposit(1).unwrap_err(), PutError::Overflow);
    rig.pool.buyer.sigma = 10 * WAD;
    let units = UNIT_LIMIT - 1;
    let bought = rig.buy(units, WAD, most * 4).unwrap();
    assert_eq!(*rig.buy(1_000_000, WAD, 0).unwrap_err(), PutError::Overflow);
    assert!(bought.premium > 0);
    rig.buyer().fund(most - bought.prefunded).unwrap();
    assert_eq!(*rig.buyer().fund(1).unwrap_err(), PutError::Overflow);
    rig.request(0, most).unwrap();
    let rolled = rig.next_epoch(0);
    assert_eq!(rolled.payoff, units / 4 * 3 / WAD * WAD + units / 4 * 3 % WAD + (units % 4) * 3 / 4);
    rig.next_epoch(u128::MAX);
    rig.settle(0).unwrap();
}
