//! Which bytes of which word hold what.
//!
//! A pool's own words, from [`crate::state::POOL`] on; numbers are bytes, high to low:
//!
//! | word | holds |
//! |---|---|
//! | 0 | liquidity 12, shares 13, generation 2, epoch 2, positions made 3 |
//! | 1 | earned per share: collateral 16, reward 16 |
//! | 2 | unvested 12, vested up to 4, remainder 13, 3 unused |
//! | 3 | reward remainder 13, rewarded up to 4, rewards began 4, unallocated 11 |
//! | 4 | units 11, locked 12, lots 4, 5 unused |
//! | 5 | base units 11, base strike 11, binades 10 |
//! | 6 | sum of the epoch's purchases 32 |
//! | 7 | escrow 12, due 12, volatility 8 |
//! | 8 | supply 13, released 11, 8 unused |
//! | 9 | queued 13, fills 2, 17 unused |
//!
//! Its parameters, from [`crate::state::PARAMS`] on:
//!
//! | word | holds |
//! |---|---|
//! | 0 | genesis 4, epoch 4, window 4, grace 4, leverage 1, reward time 4, rewards a year 11 |
//! | 1 | lowest volatility 8, highest 8, its greatest age 4, least deposit 12 |
//! | 2 | least purchase 11, 21 unused |
//!
//! Records, each at a place of its own ([`crate::store`]):
//!
//! | record | words |
//! |---|---|
//! | position | shares 13, requested 13, generation 2, next fill 2, epoch 2; seen: collateral 16, reward 16; owed 16, owed reward 16 |
//! | fill | earned per share: collateral 16, reward 16; queued 13, paid 12, epoch 2, partial 1, 4 unused; burned 13 (only if partial) |
//! | lost generation | earned per share: collateral 16, reward 16 |
//! | node | units 11, children 4, sum 17 |
//! | lot | units 11, strike 11, premium 10 |
//! | epoch | strike 11, funding 12, volatility 8, capped 1; units 11, lapsed 11, epoch before 2, 8 unused |
//! | end of an epoch | settlement 11, payoff 12, time 4, number of its fill and one 2, 3 unused |

use alloy_primitives::{B256, U256};
use everfloor_common::bits::{self, Field, unpack};
use everfloor_put_rules::{
    Book, Cover, Fill, Node, Params, PerShare, Position, PutError, Queue, Rewards, Stream, error::Result,
    purchase::Buyer,
};

/// A value that is stored in `N` words.
pub trait Record<const N: usize>: Sized {
    /// Reads it.
    fn decode(words: &[B256; N]) -> Self;
    /// Writes it; what does not fit its bytes is refused.
    fn encode(&self) -> Result<[B256; N]>;
}

/// Writes the numbers of a table into words; one that does not fit is refused.
fn pack<const N: usize, const F: usize>(values: &[u128; F], fields: &[Field; F]) -> Result<[B256; N]> {
    bits::pack(values, fields).ok_or_else(|| PutError::Overflow.boxed())
}

const BOOK: [Field; 5] = [(0, 0, 12), (0, 12, 13), (0, 25, 2), (0, 27, 2), (0, 29, 3)];

impl Record<1> for Book {
    fn decode(words: &[B256; 1]) -> Self {
        let [liquidity, shares, generation, epoch, positions] = unpack(words, &BOOK);
        Self {
            liquidity,
            shares,
            generation: generation as u16,
            epoch: epoch as u16,
            positions: positions as u32,
        }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        let Self { liquidity, shares, generation, epoch, positions } = *self;
        pack(&[liquidity, shares, generation.into(), epoch.into(), positions.into()], &BOOK)
    }
}

const PER_SHARE: [Field; 2] = [(0, 0, 16), (0, 16, 16)];

impl Record<1> for PerShare {
    fn decode(words: &[B256; 1]) -> Self {
        let [collateral, reward] = unpack(words, &PER_SHARE);
        Self { collateral, reward }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        pack(&[self.collateral, self.reward], &PER_SHARE)
    }
}

const STREAM: [Field; 3] = [(0, 0, 12), (0, 12, 4), (0, 16, 13)];

impl Record<1> for Stream {
    fn decode(words: &[B256; 1]) -> Self {
        let [unvested, last, remainder] = unpack(words, &STREAM);
        Self { unvested, last: last as u64, remainder }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        pack(&[self.unvested, self.last.into(), self.remainder], &STREAM)
    }
}

const REWARDS: [Field; 4] = [(0, 0, 13), (0, 13, 4), (0, 17, 4), (0, 21, 11)];

impl Record<1> for Rewards {
    fn decode(words: &[B256; 1]) -> Self {
        let [remainder, last, start, unallocated] = unpack(words, &REWARDS);
        Self { start: start as u64, last: last as u64, remainder, unallocated }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        let Self { start, last, remainder, unallocated } = *self;
        pack(&[remainder, last.into(), start.into(), unallocated], &REWARDS)
    }
}

const COVER: [Field; 8] =
    [(0, 0, 11), (0, 11, 12), (0, 23, 4), (1, 0, 11), (1, 11, 11), (1, 22, 10), (2, 0, 16), (2, 16, 16)];

impl Record<3> for Cover {
    fn decode(words: &[B256; 3]) -> Self {
        let [units, locked, lots, base_units, base_strike, binades, high, low] = unpack(words, &COVER);
        Self { units, locked, lots: lots as u32, base_units, base_strike, binades, sold_sum: join(high, low) }
    }

    fn encode(&self) -> Result<[B256; 3]> {
        let Self { units, locked, lots, base_units, base_strike, binades, sold_sum } = *self;
        let (high, low) = halves(sold_sum);
        pack(&[units, locked, lots.into(), base_units, base_strike, binades, high, low], &COVER)
    }
}

const BUYER: [Field; 5] = [(0, 0, 12), (0, 12, 12), (0, 24, 8), (1, 0, 13), (1, 13, 11)];

impl Record<2> for Buyer {
    fn decode(words: &[B256; 2]) -> Self {
        let [escrow, due, sigma, supply, released] = unpack(words, &BUYER);
        Self { escrow, due, supply, released, sigma }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        pack(&[self.escrow, self.due, self.sigma, self.supply, self.released], &BUYER)
    }
}

const QUEUE: [Field; 2] = [(0, 0, 13), (0, 13, 2)];

impl Record<1> for Queue {
    fn decode(words: &[B256; 1]) -> Self {
        let [queued, fills] = unpack(words, &QUEUE);
        Self { queued, fills: fills as u16 }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        pack(&[self.queued, self.fills.into()], &QUEUE)
    }
}

const PARAMS: [Field; 12] = [
    (0, 0, 4),
    (0, 4, 4),
    (0, 8, 4),
    (0, 12, 4),
    (0, 16, 1),
    (0, 17, 4),
    (0, 21, 11),
    (1, 0, 8),
    (1, 8, 8),
    (1, 16, 4),
    (1, 20, 12),
    (2, 0, 11),
];

impl Record<3> for Params {
    fn decode(words: &[B256; 3]) -> Self {
        let [
            genesis,
            epoch_length,
            window,
            grace,
            leverage,
            reward_duration,
            rewards_per_year,
            sigma_min,
            sigma_max,
            sigma_max_age,
            min_deposit,
            min_units,
        ] = unpack(words, &PARAMS);
        Self {
            genesis: genesis as u64,
            epoch_length: epoch_length as u64,
            window: window as u64,
            grace: grace as u64,
            leverage: leverage as u64,
            sigma_min,
            sigma_max,
            sigma_max_age: sigma_max_age as u64,
            min_deposit,
            min_units,
            rewards_per_year,
            reward_duration: reward_duration as u64,
        }
    }

    fn encode(&self) -> Result<[B256; 3]> {
        let values = [
            self.genesis.into(),
            self.epoch_length.into(),
            self.window.into(),
            self.grace.into(),
            self.leverage.into(),
            self.reward_duration.into(),
            self.rewards_per_year,
            self.sigma_min,
            self.sigma_max,
            self.sigma_max_age.into(),
            self.min_deposit,
            self.min_units,
        ];
        pack(&values, &PARAMS)
    }
}

const POSITION: [Field; 9] = [
    (0, 0, 13),
    (0, 13, 13),
    (0, 26, 2),
    (0, 28, 2),
    (0, 30, 2),
    (1, 0, 16),
    (1, 16, 16),
    (2, 0, 16),
    (2, 16, 16),
];

impl Record<3> for Position {
    fn decode(words: &[B256; 3]) -> Self {
        let [shares, requested, generation, fill, epoch, collateral, reward, owed, owed_reward] =
            unpack(words, &POSITION);
        Self {
            shares,
            requested,
            generation: generation as u16,
            fill: fill as u16,
            epoch: epoch as u16,
            seen: PerShare { collateral, reward },
            owed,
            owed_reward,
        }
    }

    fn encode(&self) -> Result<[B256; 3]> {
        let values = [
            self.shares,
            self.requested,
            self.generation.into(),
            self.fill.into(),
            self.epoch.into(),
            self.seen.collateral,
            self.seen.reward,
            self.owed,
            self.owed_reward,
        ];
        pack(&values, &POSITION)
    }
}

const FILL: [Field; 7] =
    [(0, 0, 16), (0, 16, 16), (1, 0, 13), (1, 13, 12), (1, 25, 2), (1, 27, 1), (2, 0, 13)];
/// Where a fill says whether its third word counts.
const PARTIAL: Field = (1, 27, 1);

/// Whether a fill left something waiting, from its second word; if not, it has no third.
pub fn is_partial(word: &B256) -> bool {
    bits::read(word, PARTIAL) != 0
}

impl Record<3> for Fill {
    fn decode(words: &[B256; 3]) -> Self {
        let [collateral, reward, queued, paid, epoch, partial, burned] = unpack(words, &FILL);
        let burned = if partial == 0 { queued } else { burned };
        Self { per_share: PerShare { collateral, reward }, queued, burned, paid, epoch: epoch as u16 }
    }

    fn encode(&self) -> Result<[B256; 3]> {
        let partial = self.burned != self.queued;
        let PerShare { collateral, reward } = self.per_share;
        let burned = if partial { self.burned } else { 0 };
        let values =
            [collateral, reward, self.queued, self.paid, self.epoch.into(), u128::from(partial), burned];
        pack(&values, &FILL)
    }
}

const NODE: [Field; 4] = [(0, 0, 11), (0, 11, 4), (0, 15, 1), (0, 16, 16)];

impl Record<1> for Node {
    fn decode(words: &[B256; 1]) -> Self {
        let [units, children, high, low] = unpack(words, &NODE);
        Self { units, children: children as u32, sum: join(high, low) }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        let (high, low) = halves(self.sum);
        pack(&[self.units, self.children.into(), high, low], &NODE)
    }
}

/// A purchase, for lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    /// Units, wad.
    pub units: u128,
    /// Strike, wad.
    pub strike: u128,
    /// What was paid, token units; a premium beyond 80 bits is shown as that many.
    pub premium: u128,
}

const LOT: [Field; 3] = [(0, 0, 11), (0, 11, 11), (0, 22, 10)];

impl Record<1> for Lot {
    fn decode(words: &[B256; 1]) -> Self {
        let [units, strike, premium] = unpack(words, &LOT);
        Self { units, strike, premium }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        // For show: the ledger has the whole of it.
        let premium = self.premium.min((1 << 80) - 1);
        pack(&[self.units, self.strike, premium], &LOT)
    }
}

/// What an epoch began with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The strike of what continued, wad.
    pub strike: u128,
    /// What was paid for it, token units.
    pub funding: u128,
    /// The epoch's volatility, wad; 0 is an epoch that was skipped.
    pub sigma: u128,
    /// Whether the strike was capped by the liquidity.
    pub capped: bool,
    /// Units that continued, wad.
    pub units: u128,
    /// Units that did not, wad.
    pub lapsed: u128,
    /// The epoch that was settled before it.
    pub before: u16,
}

const OPENING: [Field; 7] =
    [(0, 0, 11), (0, 11, 12), (0, 23, 8), (0, 31, 1), (1, 0, 11), (1, 11, 11), (1, 22, 2)];

impl Record<2> for Opening {
    fn decode(words: &[B256; 2]) -> Self {
        let [strike, funding, sigma, capped, units, lapsed, before] = unpack(words, &OPENING);
        Self { strike, funding, sigma, capped: capped != 0, units, lapsed, before: before as u16 }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let Self { strike, funding, sigma, capped, units, lapsed, before } = *self;
        pack(&[strike, funding, sigma, u128::from(capped), units, lapsed, before.into()], &OPENING)
    }
}

/// How an epoch ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// What it settled at, wad.
    pub settlement: u128,
    /// What its puts paid, token units.
    pub payoff: u128,
    /// When it was rolled; 0 is not yet.
    pub time: u64,
    /// The exit that its roll filled, if any.
    pub fill: Option<u16>,
}

const CLOSING: [Field; 4] = [(0, 0, 11), (0, 11, 12), (0, 23, 4), (0, 27, 2)];

impl Record<1> for Closing {
    fn decode(words: &[B256; 1]) -> Self {
        let [settlement, payoff, time, fill] = unpack(words, &CLOSING);
        Self { settlement, payoff, time: time as u64, fill: fill.checked_sub(1).map(|fill| fill as u16) }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        let fill = self.fill.map_or(0, |fill| u128::from(fill).saturating_add(1));
        pack(&[self.settlement, self.payoff, self.time.into(), fill], &CLOSING)
    }
}

fn halves(value: U256) -> (u128, u128) {
    let [a, b, c, d] = *value.as_limbs();
    (u128::from(d) << 64 | u128::from(c), u128::from(b) << 64 | u128::from(a))
}

fn join(high: u128, low: u128) -> U256 {
    U256::from_limbs([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64])
}
