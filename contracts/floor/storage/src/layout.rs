//! Which bytes of which word hold what.
//!
//! A market's own words, from [`crate::state::MARKET`] on; numbers are bytes, high to low, and signed where it says so:
//!
//! | word | holds |
//! |---|---|
//! | 0 | longs: FP 11, units 15, generation 2; funded shorts 4 |
//! | 1 | longs: earned for a unit 32 |
//! | 2 | FP of margined shorts 11, what shorts have paid for one FP 12 signed, top cohort 4, cohorts made 4, 1 unused |
//! | 3 | cash: held 12, reserve 12, 8 unused |
//! | 4 | queue: asked 16, paid 16 |
//! | 5 | sums: flat 12, units of leveraged longs 15, 5 unused |
//! | 6 to 8 | sums: margined 32, longs 32, debts 32 |
//! | 9 | a half-made payment: epoch 4, target 12 signed, payment 10, root cohort 4, whether there is one 1, 1 unused |
//! | 10 | the same: mark 10, FP before 11, FP in kind 11 |
//! | 11 | the same: loss 12, 20 unused |
//!
//! Its parameters, from [`crate::state::PARAMS`] on:
//!
//! | word | holds |
//! |---|---|
//! | 0 | genesis 5, epoch 4, greatest payment 8, greatest ratio 9, test of holders 1, leverage 1, 4 unused |
//! | 1 | share 8, strike 10, opening 8, 6 unused |
//! | 2 | maintenance 8, cure 8, shorts' initial margin 9, 7 unused |
//! | 3 | shorts' maintenance 8, longs' initial margin 8, longs' maintenance 8, band 8 |
//! | 4 | capitalisation high 9, low 9, least position 11, 3 unused |
//! | 5 | auctions: step 4, cut 12, tail 4, cusp 12 |
//! | 6 | auctions: top 9, chop 8, voluntary fee 8, capacity 4, 3 unused |
//! | 7 | auctions: tip 12, chip 8, expected 8, spacing 4 |
//! | 8 | auctions: fall 8; bonus of takeovers 8, fee of trades 8, 8 unused |
//!
//! Its end, from [`crate::state::END`] on:
//!
//! | word | holds |
//! |---|---|
//! | 0 | price 10, redeem until 5, unclosed 13 signed, 4 unused |
//! | 1 | first rank: claims 12, ratio 8, paid 12 |
//! | 2 | first rank: available 12, 20 unused |
//! | 3, 4 | second rank, the same |
//!
//! The last epoch that there were prices for, at [`crate::state::LAST_PAID`]: index 10, epochs until its end 4, 18 unused.
//!
//! Records, each at a place of its own ([`crate::store`]):
//!
//! | record | words |
//! |---|---|
//! | account | kind 1, number 4, cohort 4, NFTs 4, NFTs being auctioned 4, quantity 15; cash 13 signed, paid 12 signed, generation 2, 5 unused; earned 32 (only of longs) |
//! | account by number | owner 20, place in the heap 4, last liquidation begun 4, 4 unused |
//! | cohort | units 15, amount 15, 2 unused; level 12 signed, below 4, parent 4, members 4, 8 unused |
//! | two entries of the heap | level 12 signed, account 4; the same |
//! | end of a generation | earned 32; divisor 16, 16 unused |
//! | auction | account 4, NFTs 4, first price 10, started 5, voluntary 1, starter's account 4, 4 unused; least price 10, reward 12, fee 8, 2 unused; step 4, cut 12, tail 4, cusp 12 (only of voluntary ones: that of liquidations is the market's) |
//! | place in the queue | begin 16, amount 16; paid 12, owner 20 |
//! | NFT | account 4, place in its list 4, auction 4, 20 unused |
//! | claim of a closed account | amount 12, paid 12, second rank 1, closed 1, 6 unused |

use alloy_primitives::{Address, B256, U256};
use everfloor_common::{
    bits::{Field, pack, signed_from, signed_to, unpack},
    record::Record,
};
use everfloor_floor_rules::{
    Account, Auction, Cohort, Curve, Event, Kind, Ledger, Longs, Params, Queue, Shutdown, Sums, Terms,
    Ticket, Vault,
    auction::{self, Cause},
    heap::Entry,
    longs::{End, PerUnit},
    params::{Leverage, NftTest},
    shutdown::{Claim, Rank},
};

/// Marks records as laid out here.
pub struct Layout;

/// Bytes of a signed price of one FP.
const LEVEL: u8 = 12;
/// Bytes of an account's cash.
const CASH: u8 = 13;

fn word_of(value: U256) -> B256 {
    value.into()
}

fn value_of(word: &B256) -> U256 {
    (*word).into()
}

const LONGS: [Field; 4] = [(0, 0, 11), (0, 11, 15), (0, 26, 2), (0, 28, 4)];
const SHORTS: [Field; 4] = [(0, 0, 11), (0, 11, 12), (0, 23, 4), (0, 27, 4)];
const FLAT: [Field; 2] = [(0, 0, 12), (0, 12, 15)];

/// The ledger's words but those of a half-made payment.
impl Record<7, Layout> for Ledger {
    /// In the order: longs, earned, shorts, flat, and the three sums.
    fn decode(words: &[B256; 7]) -> Self {
        let [longs, earned, shorts, flat, margined, sum_longs, debts] = words;
        let [total, units, generation, funded] = unpack(&[*longs], &LONGS);
        let [margined_fp, paid, top, cohorts] = unpack(&[*shorts], &SHORTS);
        let [flat, debt_units] = unpack(&[*flat], &FLAT);
        Self {
            longs: Longs { total, units, earned: PerUnit(value_of(earned)), generation: generation as u16 },
            margined: margined_fp,
            paid: signed_from(paid, LEVEL),
            top: top as u32,
            cohorts: cohorts as u32,
            funded: funded as u32,
            sums: Sums {
                flat,
                margined: value_of(margined),
                longs: value_of(sum_longs),
                debts: value_of(debts),
                debt_units,
            },
            event: None,
        }
    }

    fn encode(&self) -> Option<[B256; 7]> {
        let Longs { total, units, earned, generation } = self.longs;
        let [longs] = pack(&[total, units, generation.into(), self.funded.into()], &LONGS)?;
        let paid = signed_to(self.paid, LEVEL)?;
        let [shorts] = pack(&[self.margined, paid, self.top.into(), self.cohorts.into()], &SHORTS)?;
        let [flat] = pack(&[self.sums.flat, self.sums.debt_units], &FLAT)?;
        let sums = [self.sums.margined, self.sums.longs, self.sums.debts].map(word_of);
        let [margined, sum_longs, debts] = sums;
        Some([longs, word_of(earned.0), shorts, flat, margined, sum_longs, debts])
    }
}

const VAULT: [Field; 4] = [(0, 0, 12), (0, 12, 12), (1, 0, 16), (1, 16, 16)];

impl Record<2, Layout> for Vault {
    fn decode(words: &[B256; 2]) -> Self {
        let [held, reserve, asked, paid] = unpack(words, &VAULT);
        Self { held, reserve, queue: Queue { asked, paid } }
    }

    fn encode(&self) -> Option<[B256; 2]> {
        pack(&[self.held, self.reserve, self.queue.asked, self.queue.paid], &VAULT)
    }
}

const EVENT: [Field; 9] = [
    (0, 0, 4),
    (0, 4, 12),
    (0, 16, 10),
    (0, 26, 4),
    (0, 30, 1),
    (1, 0, 10),
    (1, 10, 11),
    (1, 21, 11),
    (2, 0, 12),
];

impl Record<3, Layout> for Option<Event> {
    fn decode(words: &[B256; 3]) -> Self {
        let [epoch, target, payment, root, there, mark, before, kind, loss] = unpack(words, &EVENT);
        if there == 0 {
            return None;
        }
        Some(Event {
            epoch: epoch as u32,
            target: signed_from(target, LEVEL),
            payment,
            mark,
            before,
            kind,
            root: root as u32,
            loss,
        })
    }

    fn encode(&self) -> Option<[B256; 3]> {
        let Some(event) = self else { return Some([B256::ZERO; 3]) };
        let Event { epoch, target, payment, mark, before, kind, root, loss } = *event;
        let target = signed_to(target, LEVEL)?;
        pack(&[epoch.into(), target, payment, root.into(), 1, mark, before, kind, loss], &EVENT)
    }
}

const ACCOUNT: [Field; 9] = [
    (0, 0, 1),
    (0, 1, 4),
    (0, 5, 4),
    (0, 9, 4),
    (0, 13, 4),
    (0, 17, 15),
    (1, 0, CASH),
    (1, CASH, LEVEL),
    (1, CASH + LEVEL, 2),
];

fn kind_of(number: u128) -> Kind {
    match number {
        1 => Kind::Long,
        2 => Kind::Funded,
        3 => Kind::Member,
        4 => Kind::Margined,
        5 => Kind::Leveraged,
        _ => Kind::Flat,
    }
}

impl Record<3, Layout> for Account {
    fn decode(words: &[B256; 3]) -> Self {
        let [first, second, earned] = words;
        let [kind, id, cohort, nfts, auctioned, quantity, cash, paid, generation] =
            unpack(&[*first, *second], &ACCOUNT);
        Self {
            id: id as u32,
            kind: kind_of(kind),
            cohort: cohort as u32,
            nfts: nfts as u32,
            auctioned: auctioned as u32,
            quantity,
            cash: signed_from(cash, CASH),
            paid: signed_from(paid, LEVEL),
            earned: PerUnit(value_of(earned)),
            generation: generation as u16,
        }
    }

    fn encode(&self) -> Option<[B256; 3]> {
        let values = [
            self.kind as u128,
            self.id.into(),
            self.cohort.into(),
            self.nfts.into(),
            self.auctioned.into(),
            self.quantity,
            signed_to(self.cash, CASH)?,
            signed_to(self.paid, LEVEL)?,
            self.generation.into(),
        ];
        let [first, second] = pack(&values, &ACCOUNT)?;
        Some([first, second, word_of(self.earned.0)])
    }
}

/// An account by its number: whose it is, and where it is in the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Whose.
    pub address: Address,
    /// Its place in the heap, if it is funded.
    pub place: u32,
    /// When its last liquidation began, seconds.
    pub kicked: u32,
}

const OWNER: [Field; 4] = [(0, 0, 4), (0, 4, 16), (0, 20, 4), (0, 24, 4)];

/// The two parts of an address.
fn parts(address: Address) -> (u128, u128) {
    let word = U256::from_be_bytes(address.into_word().0);
    let [low, high, top, _] = *word.as_limbs();
    (u128::from(top), u128::from(high) << 64 | u128::from(low))
}

fn joined(high: u128, low: u128) -> Address {
    let word = U256::from_limbs([low as u64, (low >> 64) as u64, high as u64, 0]);
    Address::from_word(word.into())
}

impl Record<1, Layout> for Owner {
    fn decode(words: &[B256; 1]) -> Self {
        let [high, low, place, kicked] = unpack(words, &OWNER);
        Self { address: joined(high, low), place: place as u32, kicked: kicked as u32 }
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let (high, low) = parts(self.address);
        pack(&[high, low, self.place.into(), self.kicked.into()], &OWNER)
    }
}

const COHORT: [Field; 6] = [(0, 0, 15), (0, 15, 15), (1, 0, 12), (1, 12, 4), (1, 16, 4), (1, 20, 4)];

impl Record<2, Layout> for Cohort {
    fn decode(words: &[B256; 2]) -> Self {
        let [units, amount, level, below, parent, members] = unpack(words, &COHORT);
        Self {
            units,
            amount,
            level: signed_from(level, LEVEL),
            below: below as u32,
            parent: parent as u32,
            members: members as u32,
        }
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let Self { units, amount, level, below, parent, members } = *self;
        let level = signed_to(level, LEVEL)?;
        pack(&[units, amount, level, below.into(), parent.into(), members.into()], &COHORT)
    }
}

/// Two entries of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pair(pub [Entry; 2]);

const PAIR: [Field; 4] = [(0, 0, 12), (0, 12, 4), (0, 16, 12), (0, 28, 4)];

impl Record<1, Layout> for Pair {
    fn decode(words: &[B256; 1]) -> Self {
        let [first, first_account, second, second_account] = unpack(words, &PAIR);
        let entry = |level, account| Entry { level: signed_from(level, LEVEL), account: account as u32 };
        Self([entry(first, first_account), entry(second, second_account)])
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let [first, second] = self.0;
        let levels = [signed_to(first.level, LEVEL)?, signed_to(second.level, LEVEL)?];
        pack(&[levels[0], first.account.into(), levels[1], second.account.into()], &PAIR)
    }
}

const DIVISOR: [Field; 1] = [(0, 0, 16)];

impl Record<2, Layout> for End {
    fn decode(words: &[B256; 2]) -> Self {
        let [earned, rest] = words;
        let [divisor] = unpack(&[*rest], &DIVISOR);
        Self { earned: PerUnit(value_of(earned)), divisor }
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let [rest] = pack(&[self.divisor], &DIVISOR)?;
        Some([word_of(self.earned.0), rest])
    }
}

/// A sale, and whose account gets the starter's reward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sale {
    /// The sale.
    pub auction: Auction,
    /// The account of who began it.
    pub starter: u32,
}

const SALE: [Field; 13] = [
    (0, 0, 4),
    (0, 4, 4),
    (0, 8, 10),
    (0, 18, 5),
    (0, 23, 1),
    (0, 24, 4),
    (1, 0, 10),
    (1, 10, 12),
    (1, 22, 8),
    (2, 0, 4),
    (2, 4, 12),
    (2, 16, 4),
    (2, 20, 12),
];

impl Record<3, Layout> for Sale {
    fn decode(words: &[B256; 3]) -> Self {
        let [account, nfts, top, started, voluntary, starter, reserve, reward, fee, step, cut, tail, cusp] =
            unpack(words, &SALE);
        let auction = Auction {
            account: account as u32,
            nfts: nfts as u32,
            top,
            started: started as u64,
            curve: Curve { step: step as u64, cut, tail: tail as u64, cusp },
            fee,
            reward,
            cause: if voluntary == 0 { Cause::Liquidation } else { Cause::Voluntary { reserve } },
        };
        Self { auction, starter: starter as u32 }
    }

    fn encode(&self) -> Option<[B256; 3]> {
        let Auction { account, nfts, top, started, curve, fee, reward, cause } = self.auction;
        let (voluntary, reserve, curve) = match cause {
            Cause::Liquidation => (0, 0, Curve::default()),
            Cause::Voluntary { reserve } => (1, reserve, curve),
        };
        let values = [
            account.into(),
            nfts.into(),
            top,
            started.into(),
            voluntary,
            self.starter.into(),
            reserve,
            reward,
            fee,
            curve.step.into(),
            curve.cut,
            curve.tail.into(),
            curve.cusp,
        ];
        pack(&values, &SALE)
    }
}

/// A place in the queue, and whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The place.
    pub ticket: Ticket,
    /// Whose.
    pub owner: Address,
}

const WAITING: [Field; 5] = [(0, 0, 16), (0, 16, 16), (1, 0, 12), (1, 12, 4), (1, 16, 16)];

impl Record<2, Layout> for Waiting {
    fn decode(words: &[B256; 2]) -> Self {
        let [begin, amount, paid, high, low] = unpack(words, &WAITING);
        Self { ticket: Ticket { begin, amount, paid }, owner: joined(high, low) }
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let Ticket { begin, amount, paid } = self.ticket;
        let (high, low) = parts(self.owner);
        pack(&[begin, amount, paid, high, low], &WAITING)
    }
}

/// Everything that is set when a market is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Of accounts.
    pub params: Params,
    /// Of auctions.
    pub auctions: auction::Terms,
    /// What of a position's value whoever takes it over keeps, wad.
    pub bonus: u128,
    /// What a taker pays of a trade's value, wad.
    pub fee: u128,
}

const SETTINGS: [Field; 34] = [
    (0, 0, 5),
    (0, 5, 4),
    (0, 9, 8),
    (0, 17, 9),
    (0, 26, 1),
    (0, 27, 1),
    (1, 0, 8),
    (1, 8, 10),
    (1, 18, 8),
    (2, 0, 8),
    (2, 8, 8),
    (2, 16, 9),
    (3, 0, 8),
    (3, 8, 8),
    (3, 16, 8),
    (3, 24, 8),
    (4, 0, 9),
    (4, 9, 9),
    (4, 18, 11),
    (5, 0, 4),
    (5, 4, 12),
    (5, 16, 4),
    (5, 20, 12),
    (6, 0, 9),
    (6, 9, 8),
    (6, 17, 8),
    (6, 25, 4),
    (7, 0, 12),
    (7, 12, 8),
    (7, 20, 8),
    (7, 28, 4),
    (8, 0, 8),
    (8, 8, 8),
    (8, 16, 8),
];

fn test_of(number: u128) -> NftTest {
    match number {
        1 => NftTest::Excess,
        2 => NftTest::Mark,
        _ => NftTest::Index,
    }
}

fn leverage_of(number: u128) -> Leverage {
    match number {
        1 => Leverage::Threshold,
        2 => Leverage::Ramp,
        _ => Leverage::Exact,
    }
}

impl Record<9, Layout> for Settings {
    fn decode(words: &[B256; 9]) -> Self {
        let v = unpack(words, &SETTINGS);
        Self {
            params: Params {
                genesis: v[0] as u64,
                epoch: v[1] as u64,
                terms: Terms { max_payment: v[2], max_ratio: v[3], share: v[6], strike: v[7] },
                nft_test: test_of(v[4]),
                leverage: leverage_of(v[5]),
                opening: v[8],
                maintenance: v[9],
                cure: v[10],
                short_initial: v[11],
                short_maintenance: v[12],
                long_initial: v[13],
                long_maintenance: v[14],
                band: v[15],
                kappa_high: v[16],
                kappa_low: v[17],
                min_position: v[18],
            },
            auctions: auction::Terms {
                curve: Curve { step: v[19] as u64, cut: v[20], tail: v[21] as u64, cusp: v[22] },
                top: v[23],
                chop: v[24],
                voluntary_fee: v[25],
                capacity: v[26] as u32,
                tip: v[27],
                chip: v[28],
                expected: v[29],
                spacing: v[30] as u64,
                fall: v[31],
            },
            bonus: v[32],
            fee: v[33],
        }
    }

    fn encode(&self) -> Option<[B256; 9]> {
        let (p, a) = (&self.params, &self.auctions);
        let values = [
            p.genesis.into(),
            p.epoch.into(),
            p.terms.max_payment,
            p.terms.max_ratio,
            p.nft_test as u128,
            p.leverage as u128,
            p.terms.share,
            p.terms.strike,
            p.opening,
            p.maintenance,
            p.cure,
            p.short_initial,
            p.short_maintenance,
            p.long_initial,
            p.long_maintenance,
            p.band,
            p.kappa_high,
            p.kappa_low,
            p.min_position,
            a.curve.step.into(),
            a.curve.cut,
            a.curve.tail.into(),
            a.curve.cusp,
            a.top,
            a.chop,
            a.voluntary_fee,
            a.capacity.into(),
            a.tip,
            a.chip,
            a.expected,
            a.spacing.into(),
            a.fall,
            self.bonus,
            self.fee,
        ];
        pack(&values, &SETTINGS)
    }
}

const END: [Field; 11] = [
    (0, 0, 10),
    (0, 10, 5),
    (0, 15, CASH),
    (1, 0, 12),
    (1, 12, 8),
    (1, 20, 12),
    (2, 0, 12),
    (3, 0, 12),
    (3, 12, 8),
    (3, 20, 12),
    (4, 0, 12),
];

impl Record<5, Layout> for Shutdown {
    fn decode(words: &[B256; 5]) -> Self {
        let [price, redeem_until, unclosed, rest @ ..] = unpack(words, &END);
        let [claims, ratio, paid, available, second @ ..] = rest;
        let first = Rank { claims, ratio, paid, available };
        let [claims, ratio, paid, available] = second;
        Self {
            price,
            redeem_until: redeem_until as u64,
            unclosed: signed_from(unclosed, CASH),
            first,
            second: Rank { claims, ratio, paid, available },
        }
    }

    fn encode(&self) -> Option<[B256; 5]> {
        let Rank { claims, ratio, paid, available } = self.first;
        let second = self.second;
        let values = [
            self.price,
            self.redeem_until.into(),
            signed_to(self.unclosed, CASH)?,
            claims,
            ratio,
            paid,
            available,
            second.claims,
            second.ratio,
            second.paid,
            second.available,
        ];
        pack(&values, &END)
    }
}

/// The last epoch that there were prices for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastPaid {
    /// The average of the index, wei; 0 is that there was none yet.
    pub index: u128,
    /// Epochs until its end; until then nothing was to be paid if there was none yet.
    pub epochs: u32,
}

const LAST_PAID: [Field; 2] = [(0, 0, 10), (0, 10, 4)];

impl Record<1, Layout> for LastPaid {
    fn decode(words: &[B256; 1]) -> Self {
        let [index, epochs] = unpack(words, &LAST_PAID);
        Self { index, epochs: epochs as u32 }
    }

    fn encode(&self) -> Option<[B256; 1]> {
        pack(&[self.index, self.epochs.into()], &LAST_PAID)
    }
}

/// A locked NFT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nft {
    /// The account it covers; 0 is that it is not locked.
    pub account: u32,
    /// Its place in that account's list.
    pub place: u32,
    /// The auction that offers it; 0 is none.
    pub auction: u32,
}

const NFT: [Field; 3] = [(0, 0, 4), (0, 4, 4), (0, 8, 4)];

impl Record<1, Layout> for Nft {
    fn decode(words: &[B256; 1]) -> Self {
        let [account, place, auction] = unpack(words, &NFT);
        Self { account: account as u32, place: place as u32, auction: auction as u32 }
    }

    fn encode(&self) -> Option<[B256; 1]> {
        pack(&[self.account.into(), self.place.into(), self.auction.into()], &NFT)
    }
}

/// What a closed account may claim; `closed` tells nothing from never closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The claim.
    pub claim: Claim,
    /// Whether the account was closed.
    pub closed: bool,
}

const CLOSED: [Field; 4] = [(0, 0, 12), (0, 12, 12), (0, 24, 1), (0, 25, 1)];

impl Record<1, Layout> for Closed {
    fn decode(words: &[B256; 1]) -> Self {
        let [amount, paid, is_long, closed] = unpack(words, &CLOSED);
        Self { claim: Claim { amount, paid, is_long: is_long != 0 }, closed: closed != 0 }
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Claim { amount, paid, is_long } = self.claim;
        pack(&[amount, paid, is_long.into(), self.closed.into()], &CLOSED)
    }
}
