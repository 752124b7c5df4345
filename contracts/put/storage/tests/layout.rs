//! Every record survives storage, stays within its words, and what does not fit is refused.

use alloy_primitives::{B256, U256};
use everfloor_put_rules::{
    Book, Buyer, Cover, Fill, Node, Params, PerShare, Pool, Position, Queue, Rewards, Stream,
};
use everfloor_put_storage::{
    layout::{Closing, Lot, Opening, Record, is_partial},
    store::{decode_pool, encode_pool},
};
use proptest::prelude::*;

/// A number of at most so many bytes.
fn bytes(count: u32) -> impl Strategy<Value = u128> {
    let most = if count == 16 { u128::MAX } else { (1_u128 << (8 * count)) - 1 };
    prop_oneof![Just(0), Just(most), 0..=most]
}

fn seconds() -> impl Strategy<Value = u64> {
    bytes(4).prop_map(|value| value as u64)
}

fn wide(bits: usize) -> impl Strategy<Value = U256> {
    any::<[u8; 32]>().prop_map(move |raw| U256::from_be_bytes(raw) >> (256 - bits))
}

prop_compose! {
    fn per_shares()(collateral in bytes(16), reward in bytes(16)) -> PerShare {
        PerShare { collateral, reward }
    }
}

prop_compose! {
    fn books()(
        liquidity in bytes(12), shares in bytes(13), generation in any::<u16>(), epoch in any::<u16>(),
        positions in bytes(3),
    ) -> Book {
        Book { liquidity, shares, generation, epoch, positions: positions as u32 }
    }
}

prop_compose! {
    fn covers()(
        units in bytes(11), locked in bytes(12), base_units in bytes(11), base_strike in bytes(11),
        sold_sum in wide(256), lots in any::<u32>(), binades in bytes(10),
    ) -> Cover {
        Cover { units, locked, base_units, base_strike, sold_sum, lots, binades }
    }
}

prop_compose! {
    fn buyers()(
        escrow in bytes(12), due in bytes(12), supply in bytes(13), released in bytes(11), sigma in bytes(8),
    ) -> Buyer {
        Buyer { escrow, due, supply, released, sigma }
    }
}

prop_compose! {
    fn pools()(
        book in books(), per_share in per_shares(), cover in covers(), buyer in buyers(),
        unvested in bytes(12), last in seconds(), remainder in bytes(13),
        start in seconds(), rewarded in seconds(), carried in bytes(13), unallocated in bytes(11),
        queued in bytes(13), fills in any::<u16>(),
    ) -> Pool {
        Pool {
            book,
            per_share,
            stream: Stream { unvested, last, remainder },
            rewards: Rewards { start, last: rewarded, remainder: carried, unallocated },
            cover,
            buyer,
            queue: Queue { queued, fills },
        }
    }
}

prop_compose! {
    fn positions()(
        shares in bytes(13), requested in bytes(13), generation in any::<u16>(), fill in any::<u16>(),
        epoch in any::<u16>(), seen in per_shares(), owed in bytes(16), owed_reward in bytes(16),
    ) -> Position {
        Position { shares, requested, generation, fill, epoch, seen, owed, owed_reward }
    }
}

prop_compose! {
    fn params()(
        times in [seconds(), seconds(), seconds(), seconds(), seconds(), seconds()], leverage in bytes(1),
        sigma in [bytes(8), bytes(8)], min_deposit in bytes(12), amounts in [bytes(11), bytes(11)],
    ) -> Params {
        let [genesis, epoch_length, window, grace, sigma_max_age, reward_duration] = times;
        let ([sigma_min, sigma_max], [min_units, rewards_per_year]) = (sigma, amounts);
        Params {
            genesis, epoch_length, window, grace, leverage: leverage as u64, sigma_min, sigma_max, sigma_max_age,
            min_deposit, min_units, rewards_per_year, reward_duration,
        }
    }
}

/// Written and read again it is the same.
fn survives<T: Record<N> + PartialEq + std::fmt::Debug, const N: usize>(value: &T) {
    assert_eq!(T::decode(&value.encode().expect("it fits")), *value);
}

proptest! {
    #[test]
    fn a_pool_survives_storage(pool in pools()) {
        prop_assert_eq!(decode_pool(&encode_pool(&pool).unwrap()), pool);
    }

    #[test]
    fn a_position_survives_storage(position in positions()) {
        survives(&position);
    }

    #[test]
    fn parameters_survive_storage(params in params()) {
        survives(&params);
    }

    #[test]
    fn an_exit_survives_storage_and_says_whether_it_was_partial(
        per_share in per_shares(), queued in bytes(13), left in bytes(13), paid in bytes(12), epoch in any::<u16>(),
    ) {
        let fill = Fill { per_share, queued, burned: queued.saturating_sub(left), paid, epoch };
        survives(&fill);
        let [_, second, third] = fill.encode().unwrap();
        prop_assert_eq!(is_partial(&second), fill.burned != fill.queued);
        prop_assert!(is_partial(&second) || third == B256::ZERO, "a whole exit needs no third word");
    }

    #[test]
    fn records_of_epochs_and_purchases_survive_storage(
        strike in bytes(11), units in bytes(11), lapsed in bytes(11), funding in bytes(12), sigma in bytes(8),
        capped in any::<bool>(), before in any::<u16>(), payoff in bytes(12), time in seconds(),
        fill in proptest::option::of(0..u16::MAX), premium in bytes(10), children in any::<u32>(), sum in wide(136),
    ) {
        survives(&Opening { strike, funding, sigma, capped, units, lapsed, before });
        survives(&Closing { settlement: strike, payoff, time, fill });
        survives(&Lot { units, strike, premium });
        survives(&Node { units, sum, children });
    }
}

#[test]
fn what_does_not_fit_is_refused_and_never_cut() {
    let refused = |pool: Pool| assert!(encode_pool(&pool).is_err());
    let pool = Pool::default();
    refused(Pool { book: Book { liquidity: 1 << 96, ..pool.book }, ..pool });
    refused(Pool { book: Book { shares: 1 << 104, ..pool.book }, ..pool });
    refused(Pool { book: Book { positions: 1 << 24, ..pool.book }, ..pool });
    refused(Pool { stream: Stream { last: 1 << 32, ..pool.stream }, ..pool });
    refused(Pool { cover: Cover { units: 1 << 88, ..pool.cover }, ..pool });
    refused(Pool { buyer: Buyer { supply: 1 << 104, ..pool.buyer }, ..pool });
    refused(Pool { buyer: Buyer { sigma: 1 << 64, ..pool.buyer }, ..pool });
    refused(Pool { queue: Queue { queued: 1 << 104, ..pool.queue }, ..pool });
    assert!(Node { sum: U256::ONE << 136, ..Node::default() }.encode().is_err());
    // A premium is only shown, so it is cut rather than stop a purchase.
    let shown = Lot { units: 1, strike: 1, premium: u128::MAX }.encode().unwrap();
    assert_eq!(Lot::decode(&shown).premium, (1 << 80) - 1);
}

#[test]
fn numbers_lie_where_the_table_says() {
    let word = |at: usize, byte: u8| {
        let mut word = B256::ZERO;
        word[at] = byte;
        word
    };
    assert_eq!(Book { liquidity: 1, ..Book::default() }.encode().unwrap(), [word(11, 1)]);
    assert_eq!(Book { shares: 1, ..Book::default() }.encode().unwrap(), [word(24, 1)]);
    assert_eq!(Book { positions: 1, ..Book::default() }.encode().unwrap(), [word(31, 1)]);
    assert_eq!(Buyer { sigma: 1, ..Buyer::default() }.encode().unwrap(), [word(31, 1), B256::ZERO]);
    assert_eq!(Queue { fills: 1, ..Queue::default() }.encode().unwrap(), [word(14, 1)]);
    let position = Position { fill: 1, owed: 1, ..Position::default() };
    assert_eq!(position.encode().unwrap(), [word(29, 1), B256::ZERO, word(15, 1)]);
}
