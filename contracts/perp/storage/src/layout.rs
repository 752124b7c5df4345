//! Which bits of which word hold what.
//!
//! A market is a run of words from `keccak256(marketId, MARKETS)`; the first ten change with trading, the rest
//! are its parameters:
//!
//! | word | high to low |
//! |---|---|
//! | 0 | base reserve 128, quote reserve 128 |
//! | 1 | long size 128, short size 128 |
//! | 2 | long funding index 128 (signed), short funding index 128 (signed) |
//! | 3 | mark integral 128, its time 40, sequence 48, accounts 32, flags 8 |
//! | 4 | older anchor: integral 128, mark integral at funding (high half) 64, 24 unused, time 40 |
//! | 5 | newer anchor: integral 128, mark integral at funding (low half) 64, 24 unused, time 40 |
//! | 6 | oracle integral 128, peg 128 |
//! | 7 | principal 128, pool 128 |
//! | 8 | fees 128, insurance due 128 |
//! | 9 | claims 128, bad debt 128 |
//! | 10 | feed 160, initial 24, maintenance 24, fee 24, penalty 24 |
//! | 11 | insurance share 24, keeper share 24, impact 24, divergence 24, band 24, funding 24, window 24, least notional 88 |
//! | 12 | open interest cap 128, position cap 128 |
//! | 13 | unused 128, keeper floor 128 |
//!
//! A position is two words from `keccak256(account, market's first word)`:
//!
//! | word | high to low |
//! |---|---|
//! | 0 | size 128 (signed), open notional 128 |
//! | 1 | margin 96, funding index 128 (signed), place in the list 31 (from 1; 0 is none), has a claim 1 |
//!
//! The list of a market's accounts runs from `keccak256(market's first word)`: account 160, claim 96. Claims are
//! rare, so they lie with the list entry and are read only when the position says there is one.

use alloy_primitives::{Address, B256};
use everfloor_perp_rules::{
    Curve, Ledger, Market, Params, PerpError, Position,
    funding::Funding,
    twap::{Anchor, Twap},
};

/// Words of a market that trading changes.
pub const STATE_WORDS: usize = 10;
/// First word of a market's parameters.
pub const PARAM_WORD: u64 = 10;
/// Words of a market's parameters.
pub const PARAM_WORDS: usize = 4;

const FLAG_OPENING_PAUSED: u8 = 1;

type Result<T> = everfloor_perp_rules::error::Result<T>;

/// A market as stored: its state, and what only the list and the events need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketRecord {
    /// The state the rules work on.
    pub market: Market,
    /// Number of the last event.
    pub sequence: u64,
    /// Accounts in the list.
    pub accounts: u32,
}

/// A market's parameters as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamsRecord {
    /// The price feed.
    pub feed: Address,
    /// The rules' parameters.
    pub params: Params,
}

/// The two words of a position, less the claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PositionRecord {
    /// The position; its claim is filled in from the list.
    pub position: Position,
    /// Place in the list, from 1; 0 when not listed.
    pub place: u32,
    /// Whether the list entry holds a claim.
    pub has_claim: bool,
}

impl MarketRecord {
    /// Reads a market's state words.
    pub fn decode(words: &[B256; STATE_WORDS]) -> Self {
        let [w0, w1, w2, w3, w4, w5, w6, w7, w8, w9] = words;
        let market = Market {
            curve: Curve { base: high(w0), quote: low(w0), peg: low(w6) },
            long_size: high(w1),
            short_size: low(w1),
            funding: Funding {
                long_index: high(w2).cast_signed(),
                short_index: low(w2).cast_signed(),
                oracle_cumulative: high(w6),
                mark_cumulative: (u128::from(number::<8>(w4, 16)) << 64) | u128::from(number::<8>(w5, 16)),
            },
            mark: Twap {
                last: Anchor { time: number::<5>(w3, 16), cumulative: high(w3) },
                older: anchor(w4),
                newer: anchor(w5),
            },
            ledger: Ledger {
                principal: high(w7),
                pool: low(w7),
                fees: high(w8),
                insurance_due: low(w8),
                claims: high(w9),
                bad_debt: low(w9),
            },
            opening_paused: w3[31] & FLAG_OPENING_PAUSED != 0,
        };
        let accounts = u32::from_be_bytes([w3[27], w3[28], w3[29], w3[30]]);
        Self { market, sequence: number::<6>(w3, 21), accounts }
    }

    /// Writes a market's state words.
    pub fn encode(&self) -> [B256; STATE_WORDS] {
        let Self { market, sequence, accounts } = self;
        let mut w3 = pair(market.mark.last.cumulative, 0);
        put::<5>(&mut w3, 16, market.mark.last.time);
        put::<6>(&mut w3, 21, *sequence);
        put::<4>(&mut w3, 27, u64::from(*accounts));
        w3[31] = if market.opening_paused { FLAG_OPENING_PAUSED } else { 0 };
        let ledger = &market.ledger;
        let [older, newer] = anchor_words(&market.mark, market.funding.mark_cumulative);
        [
            pair(market.curve.base, market.curve.quote),
            pair(market.long_size, market.short_size),
            pair(market.funding.long_index.cast_unsigned(), market.funding.short_index.cast_unsigned()),
            w3,
            older,
            newer,
            pair(market.funding.oracle_cumulative, market.curve.peg),
            pair(ledger.principal, ledger.pool),
            pair(ledger.fees, ledger.insurance_due),
            pair(ledger.claims, ledger.bad_debt),
        ]
    }
}

impl ParamsRecord {
    /// Reads a market's parameter words.
    pub fn decode(words: &[B256; PARAM_WORDS]) -> Self {
        let [w0, w1, w2, w3] = words;
        let params = Params {
            initial_margin_ppm: ratio(w0, 20),
            maintenance_margin_ppm: ratio(w0, 23),
            fee_ppm: ratio(w0, 26),
            liquidation_penalty_ppm: ratio(w0, 29),
            insurance_share_ppm: ratio(w1, 0),
            keeper_share_ppm: ratio(w1, 3),
            max_price_impact_ppm: ratio(w1, 6),
            max_divergence_ppm: ratio(w1, 9),
            mark_band_ppm: ratio(w1, 12),
            max_funding_ppm: ratio(w1, 15),
            twap_window: ratio(w1, 18),
            min_notional: low(w1) & LEAST_MASK,
            max_open_interest: high(w2),
            max_position: low(w2),
            keeper_floor: low(w3),
        };
        Self { feed: Address::from_slice(&w0[..20]), params }
    }

    /// Writes a market's parameter words; the values have passed [`Params::validate`].
    pub fn encode(&self) -> Result<[B256; PARAM_WORDS]> {
        let Self { feed, params } = self;
        if params.min_notional > LEAST_MASK {
            return Err(PerpError::Overflow.boxed());
        }
        let mut w0 = B256::ZERO;
        w0[..20].copy_from_slice(feed.as_slice());
        let mut w1 = pair(0, params.min_notional);
        let first = [
            params.initial_margin_ppm,
            params.maintenance_margin_ppm,
            params.fee_ppm,
            params.liquidation_penalty_ppm,
        ];
        let second = [
            params.insurance_share_ppm,
            params.keeper_share_ppm,
            params.max_price_impact_ppm,
            params.max_divergence_ppm,
            params.mark_band_ppm,
            params.max_funding_ppm,
            params.twap_window,
        ];
        put_ratios(&mut w0[20..], &first)?;
        put_ratios(&mut w1[..21], &second)?;
        let caps = pair(params.max_open_interest, params.max_position);
        Ok([w0, w1, caps, pair(0, params.keeper_floor)])
    }
}

impl PositionRecord {
    /// Reads a position's two words.
    pub fn decode(words: &[B256; 2]) -> Self {
        let [w0, w1] = words;
        let tail = u32::from_be_bytes([w1[28], w1[29], w1[30], w1[31]]);
        let mut index = [0; 16];
        index.copy_from_slice(&w1[12..28]);
        let position = Position {
            size: high(w0).cast_signed(),
            open_notional: low(w0),
            margin: high(w1) >> 32,
            claim: 0,
            funding_index: i128::from_be_bytes(index),
        };
        Self { position, place: tail >> 1, has_claim: tail & 1 != 0 }
    }

    /// Writes a position's two words. A margin or place that does not fit is refused.
    pub fn encode(&self) -> Result<[B256; 2]> {
        let Self { position, place, has_claim } = self;
        let w0 = pair(position.size.cast_unsigned(), position.open_notional);
        let mut w1 = pair(u96(position.margin)? << 32, 0);
        w1[12..28].copy_from_slice(&position.funding_index.to_be_bytes());
        if *place > u32::MAX >> 1 {
            return Err(PerpError::Overflow.boxed());
        }
        let tail = (*place << 1) | u32::from(*has_claim);
        w1[28..].copy_from_slice(&tail.to_be_bytes());
        Ok([w0, w1])
    }
}

/// Reads a list entry: account and claim.
pub fn decode_entry(word: &B256) -> (Address, u128) {
    (Address::from_slice(&word[..20]), low(word) & U96_MASK)
}

/// Writes a list entry.
pub fn encode_entry(account: Address, claim: u128) -> Result<B256> {
    let mut word = pair(0, u96(claim)?);
    word[..20].copy_from_slice(account.as_slice());
    Ok(word)
}

const U96_MASK: u128 = (1 << 96) - 1;
const LEAST_MASK: u128 = (1 << 88) - 1;

fn u96(value: u128) -> Result<u128> {
    if value > U96_MASK { Err(PerpError::Overflow.boxed()) } else { Ok(value) }
}

fn high(word: &B256) -> u128 {
    half(&word[..16])
}

fn low(word: &B256) -> u128 {
    half(&word[16..])
}

fn half(bytes: &[u8]) -> u128 {
    let mut value = [0; 16];
    value.copy_from_slice(bytes);
    u128::from_be_bytes(value)
}

fn pair(high: u128, low: u128) -> B256 {
    let mut word = B256::ZERO;
    word[..16].copy_from_slice(&high.to_be_bytes());
    word[16..].copy_from_slice(&low.to_be_bytes());
    word
}

fn anchor(word: &B256) -> Anchor {
    Anchor { time: number::<5>(word, 27), cumulative: high(word) }
}

/// The two anchors, each with half of a third integral in its free bits.
fn anchor_words(mark: &Twap, at_funding: u128) -> [B256; 2] {
    let halves = [at_funding >> 64, at_funding & u128::from(u64::MAX)];
    [(mark.older, halves[0]), (mark.newer, halves[1])].map(|(anchor, half)| {
        let mut word = pair(anchor.cumulative, half << 64);
        put::<5>(&mut word, 27, anchor.time);
        word
    })
}

/// An unsigned number of `N` bytes at byte `at`.
fn number<const N: usize>(word: &B256, at: usize) -> u64 {
    word[at..].iter().take(N).fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// Writes the low `N` bytes of `value` at byte `at`. Times and counters stay below 2^40 for ages.
fn put<const N: usize>(word: &mut B256, at: usize, value: u64) {
    let bytes = value.to_be_bytes();
    for (to, from) in word[at..].iter_mut().zip(bytes.iter().skip(8usize.saturating_sub(N))) {
        *to = *from;
    }
}

fn ratio(word: &B256, at: usize) -> u32 {
    u32::from_be_bytes([0, word[at], word[at.saturating_add(1)], word[at.saturating_add(2)]])
}

fn put_ratios(bytes: &mut [u8], values: &[u32]) -> Result<()> {
    for (to, value) in bytes.chunks_exact_mut(3).zip(values) {
        let [first, rest @ ..] = value.to_be_bytes();
        if first != 0 {
            return Err(PerpError::Overflow.boxed());
        }
        to.copy_from_slice(&rest);
    }
    Ok(())
}
