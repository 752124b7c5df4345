//! Every record survives storage, stays within its words, and what does not fit is refused.
//!
//! `FLOOR_SEED` repeats a run.

use std::hash::{BuildHasher, RandomState};

use alloy_primitives::{Address, B256, U256};
use everfloor_common::record::Record;
use everfloor_floor_rules::{
    Account, Auction, Cohort, Curve, Event, Kind, Ledger, Longs, Params, Queue, Shutdown, Sums, Terms,
    Ticket, Vault,
    auction::{self, Cause},
    heap::Entry,
    longs::{End, PerUnit},
    params::{Leverage, NftTest},
    shutdown::{Claim, Rank},
};
use everfloor_floor_storage::layout::{Closed, LastPaid, Layout, Nft, Owner, Pair, Sale, Settings, Waiting};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};

fn cases() -> Config {
    let given = std::env::var("FLOOR_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("FLOOR_SEED={seed}");
    Config { cases: 512, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() }
}

/// A number of at most so many bytes, often an edge.
fn bytes(count: u32) -> impl Strategy<Value = u128> {
    let most = if count == 16 { u128::MAX } else { (1_u128 << (8 * count)) - 1 };
    prop_oneof![Just(0), Just(most), 0..=most]
}

/// A signed number of at most so many bytes, often an edge.
fn signed(count: u32) -> impl Strategy<Value = i128> {
    let most = (1_i128 << (8 * count - 1)) - 1;
    prop_oneof![Just(0), Just(-1), Just(most), Just(-most - 1), -most..=most]
}

fn word() -> impl Strategy<Value = U256> {
    any::<[u8; 32]>().prop_map(U256::from_be_bytes)
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Flat),
        Just(Kind::Long),
        Just(Kind::Funded),
        Just(Kind::Member),
        Just(Kind::Margined),
        Just(Kind::Leveraged),
    ]
}

prop_compose! {
    fn ledgers()(
        total in bytes(11), units in bytes(15), earned in word(), generation in any::<u16>(),
        margined in bytes(11), paid in signed(12), top in any::<u32>(), cohorts in any::<u32>(),
        funded in any::<u32>(), flat in bytes(12), sums in [word(), word(), word()], debt_units in bytes(15),
    ) -> Ledger {
        let [margined_sum, longs, debts] = sums;
        Ledger {
            longs: Longs { total, units, earned: PerUnit(earned), generation },
            margined, paid, top, cohorts, funded,
            sums: Sums { flat, margined: margined_sum, longs, debts, debt_units },
            event: None,
        }
    }
}

prop_compose! {
    fn events()(
        epoch in any::<u32>(), target in signed(12), payment in bytes(10), mark in bytes(10),
        before in bytes(11), in_kind in bytes(11), root in any::<u32>(), loss in bytes(12),
    ) -> Option<Event> {
        Some(Event { epoch, target, payment, mark, before, kind: in_kind, root, loss })
    }
}

prop_compose! {
    fn accounts()(
        id in any::<u32>(), kind in kind(), cohort in any::<u32>(), nfts in any::<u32>(),
        auctioned in any::<u32>(), quantity in bytes(15), cash in signed(13), paid in signed(12),
        earned in word(), generation in any::<u16>(),
    ) -> Account {
        Account { id, kind, cohort, nfts, auctioned, quantity, cash, paid, earned: PerUnit(earned), generation }
    }
}

prop_compose! {
    fn cohorts()(
        units in bytes(15), amount in bytes(15), level in signed(12), below in any::<u32>(),
        parent in any::<u32>(), members in any::<u32>(),
    ) -> Cohort {
        Cohort { units, amount, level, below, parent, members }
    }
}

prop_compose! {
    fn auctions()(
        account in any::<u32>(), nfts in any::<u32>(), top in bytes(10), started in bytes(5),
        step in any::<u32>(), cut in bytes(12), tail in any::<u32>(), cusp in bytes(12), fee in bytes(8),
        reward in bytes(12), least in bytes(10), voluntary in any::<bool>(),
    ) -> Auction {
        let cause = if voluntary { Cause::Voluntary { reserve: least } } else { Cause::Liquidation };
        let curve = Curve { step: step.into(), cut, tail: tail.into(), cusp };
        Auction { account, nfts, top, started: started as u64, curve, fee, reward, cause }
    }
}

prop_compose! {
    fn settings()(
        [genesis] in [bytes(5)], [epoch, step, tail, capacity, spacing] in [bytes(4), bytes(4), bytes(4), bytes(4), bytes(4)],
        eight in prop::array::uniform16(bytes(8)), [a, b, c, d, e] in [bytes(9), bytes(9), bytes(9), bytes(9), bytes(9)],
        strike in bytes(10), min_position in bytes(11), [cut, cusp, tip] in [bytes(12), bytes(12), bytes(12)],
        nft_test in prop_oneof![Just(NftTest::Index), Just(NftTest::Excess), Just(NftTest::Mark)],
        leverage in prop_oneof![Just(Leverage::Exact), Just(Leverage::Threshold), Just(Leverage::Ramp)],
    ) -> Settings {
        Settings {
            params: Params {
                genesis: genesis as u64,
                epoch: epoch as u64,
                terms: Terms { max_payment: eight[0], max_ratio: a, share: eight[1], strike },
                opening: eight[2],
                maintenance: eight[3],
                cure: eight[4],
                short_initial: b,
                short_maintenance: eight[5],
                long_initial: eight[6],
                long_maintenance: eight[7],
                kappa_high: c,
                kappa_low: d,
                band: eight[8],
                min_position,
                nft_test,
                leverage,
            },
            auctions: auction::Terms {
                curve: Curve { step: step as u64, cut, tail: tail as u64, cusp },
                top: e,
                chop: eight[9],
                voluntary_fee: eight[10],
                tip,
                chip: eight[11],
                expected: eight[12],
                fall: eight[13],
                capacity: capacity as u32,
                spacing: spacing as u64,
            },
            bonus: eight[14],
            fee: eight[15],
        }
    }
}

prop_compose! {
    fn ends()(
        price in bytes(10), redeem_until in bytes(5), unclosed in signed(13),
        first in [bytes(12), bytes(8), bytes(12), bytes(12)],
        second in [bytes(12), bytes(8), bytes(12), bytes(12)],
    ) -> Shutdown {
        let [first, second] =
            [first, second].map(|[claims, ratio, paid, available]| Rank { claims, ratio, paid, available });
        Shutdown { price, redeem_until: redeem_until as u64, unclosed, first, second }
    }
}

fn survives<T: Record<N, Layout> + PartialEq + core::fmt::Debug, const N: usize>(value: &T) {
    let words = value.encode().expect("it fits");
    assert_eq!(&T::decode(&words), value);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_market_survives_its_words(
        ledger in ledgers(), event in events(),
        (held, reserve, asked, paid) in (bytes(12), bytes(12), bytes(16), bytes(16)),
    ) {
        survives(&ledger);
        survives(&event);
        survives(&Vault { held, reserve, queue: Queue { asked, paid } });
    }

    #[test]
    fn accounts_survive_their_words(
        account in accounts(), owner in address(), place in any::<u32>(), kicked in any::<u32>(),
        (begin, amount, paid) in (bytes(16), bytes(16), bytes(12)),
        (claimed, had, flags) in (bytes(12), bytes(12), any::<[bool; 2]>()),
    ) {
        survives(&account);
        survives(&Owner { address: owner, place, kicked });
        survives(&Waiting { ticket: Ticket { begin, amount, paid }, owner });
        let [is_long, closed] = flags;
        survives(&Closed { claim: Claim { amount: claimed, paid: had, is_long }, closed });
    }

    #[test]
    fn the_ladder_survives_its_words(
        cohort in cohorts(), entries in [(signed(12), any::<u32>()), (signed(12), any::<u32>())],
        (earned, divisor) in (word(), bytes(16)),
    ) {
        survives(&cohort);
        survives(&Pair(entries.map(|(level, account)| Entry { level, account })));
        survives(&End { earned: PerUnit(earned), divisor });
    }

    #[test]
    fn sales_and_nfts_survive_their_words(
        auction in auctions(), starter in any::<u32>(), [account, place, offered_by] in [any::<u32>(), any::<u32>(), any::<u32>()],
    ) {
        // How a liquidation falls is the market's setting, and is not written with each.
        let curve = if auction.cause == Cause::Liquidation { Curve::default() } else { auction.curve };
        let written = Sale { auction, starter }.encode();
        let auction = Auction { curve, ..auction };
        survives(&Sale { auction, starter });
        prop_assert_eq!(written, Sale { auction, starter }.encode());
        survives(&Nft { account, place, auction: offered_by });
    }

    #[test]
    fn settings_survive_their_words(settings in settings()) {
        survives(&settings);
    }

    #[test]
    fn the_end_survives_its_words(end in ends(), index in bytes(10), epochs in any::<u32>()) {
        survives(&end);
        survives(&LastPaid { index, epochs });
    }
}

#[test]
fn nothing_written_is_nothing() {
    assert_eq!(Ledger::decode(&[B256::ZERO; 7]), Ledger::default());
    assert_eq!(<Option<Event>>::decode(&[B256::ZERO; 3]), None);
    assert_eq!(<Option<Event> as Record<3, Layout>>::encode(&None), Some([B256::ZERO; 3]));
    assert_eq!(Account::decode(&[B256::ZERO; 3]), Account::default());
    assert_eq!(Cohort::decode(&[B256::ZERO; 2]), Cohort::default());
    assert_eq!(Vault::decode(&[B256::ZERO; 2]), Vault::default());
    assert_eq!(LastPaid::decode(&[B256::ZERO]), LastPaid::default());
}

#[test]
fn what_does_not_fit_its_bytes_is_refused() {
    let wide = |bytes: u32| 1_u128 << (8 * bytes);
    let ledger = |change: fn(&mut Ledger)| {
        let mut ledger = Ledger::default();
        change(&mut ledger);
        ledger.encode()
    };
    assert_eq!(ledger(|ledger| ledger.longs.total = 1 << 88), None);
    assert_eq!(ledger(|ledger| ledger.longs.units = 1 << 120), None);
    assert_eq!(ledger(|ledger| ledger.paid = 1 << 95), None);
    assert_eq!(ledger(|ledger| ledger.paid = -(1 << 95) - 1), None);
    assert!(ledger(|ledger| ledger.paid = -(1 << 95)).is_some());
    assert_eq!(Account { cash: 1 << 103, ..Account::default() }.encode(), None);
    assert_eq!(Account { quantity: wide(15), ..Account::default() }.encode(), None);
    assert_eq!(Cohort { level: -(1 << 95) - 1, ..Cohort::default() }.encode(), None);
    assert_eq!(Vault { held: wide(12), ..Vault::default() }.encode(), None);
    let auction = Auction { top: wide(10), ..Auction::default() };
    assert_eq!(Sale { auction, starter: 0 }.encode(), None);
    assert_eq!(LastPaid { index: wide(10), epochs: 0 }.encode(), None);
}
