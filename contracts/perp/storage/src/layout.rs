//! Which bits of which word hold what.
//!
//! A market is a run of words from `keccak256(marketId, MARKETS)`. The first nine change with trading, the next three
//! only when something goes wrong or ends, the rest are its parameters, those that trading reads first:
//!
//! | word | high to low |
//! |---|---|
//! | 0 | base reserve 128, quote reserve 128 |
//! | 1 | long size 112, short size 112, long epoch 16, short epoch 16 |
//! | 2 | long funding index 128 (signed), short funding index 128 (signed) |
//! | 3 | peg 128, time 32, sequence 40, accounts 24, open positions 24, flags 8 |
//! | 4 | older anchor: integral 128, unpaid mark integral (high half) 64, 32 unused, time 32 |
//! | 5 | newer anchor: integral 128, unpaid mark integral (low half) 64, 32 unused, time 32 |
//! | 6 | mark integral 128, oracle integral 128 |
//! | 7 | principal 96, pool 96, claims (high part) 64 |
//! | 8 | claims (low part) 32, fees 96, insurance due 96, drift 32 (signed) |
//! | 9 | bad debt 96, deficit 96, deficit since 32, resumed at 32 |
//! | 10 | settlement price 128, last repeg 32, last change of depth 32, last step of parameters 32, 32 unused |
//! | 11 | pool at settlement 128, claims at settlement 128 |
//! | 12 | feed 160, initial 24, maintenance 24, fee 24, insurance share 24 |
//! | 13 | impact 24, divergence 24, band 24, funding 24, window 24, window impact 24, impact window 24, least notional 88 |
//! | 14 | open interest cap 112, skew cap 112, skew spread 24, 8 unused |
//! | 15 | position cap 112, gap spread 24, funding share 24, penalty 24, keeper share 24, target 24, 24 unused |
//! | 16 | keeper floor 96, target depth 112, takeover discount 24, 24 unused |
//! | 17 | takeover time 24, repeg step 24, curve share 24, grace 24, 160 unused |
//!
//! The unpaid mark integral is what the mark's has gained since funding was last charged: nothing, but while the oracle
//! is unknown.
//!
//! A position is two words from `keccak256(account, market's first word)`:
//!
//! | word | high to low |
//! |---|---|
//! | 0 | size 112 (signed), open notional 112, start of its auction 32 |
//! | 1 | margin 96, funding index 112 (signed), epoch 16, place in the list 24 (from 1; 0 is none), flags 8 |
//!
//! The list of a market's accounts runs from `keccak256(market's first word)`: account 160, claim 96. Claims are
//! rare, so they lie with the list entry and are read only when the position says there is one.
//!
//! The index of a deleveraged side is two words from `keccak256(market's first word, side and epoch)`: left 128,
//! exchanged 128; funding 128 (signed), weighted 128 (signed).

use alloy_primitives::{Address, B256};
use everfloor_perp_rules::{
    Curve, Ledger, Market, Params, PerpError, Position,
    deleverage::Index,
    funding::Funding,
    losses::Losses,
    market::Status,
    settlement::Settlement,
    twap::{Anchor, Twap},
};

/// Words of a market that trading changes.
pub const STATE_WORDS: usize = 9;
/// Where a market's losses lie.
pub const LOSS_WORD: u64 = 9;
/// Where a market's end and its calendar lie.
pub const CALENDAR_WORD: u64 = 10;
/// First word of a market's parameters.
pub const PARAM_WORD: u64 = 12;
/// Words of the parameters that trading reads.
pub const TRADING_PARAM_WORDS: usize = 4;
/// Words of a market's parameters.
pub const PARAM_WORDS: usize = 6;

const FLAG_PAUSED: u8 = 1;
const FLAG_REDUCE_ONLY: u8 = 2;
const FLAG_HALTED: u8 = 4;
const FLAG_GATED: u8 = 8;
const FLAG_CLAIM: u8 = 1;

type Result<T> = everfloor_perp_rules::error::Result<T>;

/// A value that is stored in `N` words.
pub trait Record<const N: usize>: Sized {
    /// Reads it.
    fn decode(words: &[B256; N]) -> Self;
    /// Writes it; what does not fit its bits is refused.
    fn encode(&self) -> Result<[B256; N]>;
}

/// A market as stored: its state, and what only the list and the events need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketRecord {
    /// The state the rules work on.
    pub market: Market,
    /// Number of the last event.
    pub sequence: u64,
    /// Accounts in the list.
    pub accounts: u32,
    /// Those of them with an open position.
    pub open_positions: u32,
}

/// What nobody has paid in a market, and when opening was last resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LossRecord {
    /// The losses.
    pub losses: Losses,
    /// When opening was last resumed, seconds; 0 is never.
    pub resumed_at: u64,
}

/// When what may not happen too often last happened, and what a halted market pays by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CalendarRecord {
    /// The end of the market.
    pub settlement: Settlement,
    /// Last repeg, seconds.
    pub last_repeg: u64,
    /// Last change of depth.
    pub last_depth: u64,
    /// Last step of the parameters by the risk council.
    pub last_step: u64,
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

impl Record<STATE_WORDS> for MarketRecord {
    fn decode(words: &[B256; STATE_WORDS]) -> Self {
        let [w0, w1, w2, w3, w4, w5, w6, w7, w8] = words;
        let flags = w3[31];
        let status = Status {
            paused: flags & FLAG_PAUSED != 0,
            reduce_only: flags & FLAG_REDUCE_ONLY != 0,
            halted: flags & FLAG_HALTED != 0,
        };
        let unpaid = (u128::from(number::<8>(w4, 16)) << 64) | u128::from(number::<8>(w5, 16));
        let integral = high(w6);
        let market = Market {
            curve: Curve { base: high(w0), quote: low(w0), peg: high(w3) },
            long_size: wide::<14>(w1, 0),
            short_size: wide::<14>(w1, 14),
            funding: Funding {
                long_index: high(w2).cast_signed(),
                short_index: low(w2).cast_signed(),
                oracle_cumulative: low(w6),
                mark_cumulative: integral.saturating_sub(unpaid),
            },
            mark: Twap {
                last: Anchor { time: number::<4>(w3, 16), cumulative: integral },
                older: anchor(w4),
                newer: anchor(w5),
            },
            ledger: Ledger {
                principal: wide::<12>(w7, 0),
                pool: wide::<12>(w7, 12),
                claims: (wide::<8>(w7, 24) << 32) | wide::<4>(w8, 0),
                fees: wide::<12>(w8, 4),
                insurance_due: wide::<12>(w8, 16),
                gated: flags & FLAG_GATED != 0,
            },
            status,
            drift_ppm: i32::from_be_bytes([w8[28], w8[29], w8[30], w8[31]]),
            epochs: [u16::from_be_bytes([w1[28], w1[29]]), u16::from_be_bytes([w1[30], w1[31]])],
        };
        Self { market, sequence: number::<5>(w3, 20), accounts: small(w3, 25), open_positions: small(w3, 28) }
    }

    fn encode(&self) -> Result<[B256; STATE_WORDS]> {
        let Self { market, sequence, accounts, open_positions } = self;
        let mut w1 = B256::ZERO;
        put_wide::<14>(&mut w1, 0, market.long_size)?;
        put_wide::<14>(&mut w1, 14, market.short_size)?;
        put::<2>(&mut w1, 28, market.epochs[0].into());
        put::<2>(&mut w1, 30, market.epochs[1].into());
        let mut w3 = pair(market.curve.peg, 0);
        put::<4>(&mut w3, 16, market.mark.last.time);
        put::<5>(&mut w3, 20, *sequence);
        put::<3>(&mut w3, 25, (*accounts).into());
        put::<3>(&mut w3, 28, (*open_positions).into());
        w3[31] = flags(market);
        let unpaid = market.mark.last.cumulative.saturating_sub(market.funding.mark_cumulative);
        let [w4, w5] = anchor_words(&market.mark, unpaid);
        let [w7, w8] = ledger_words(&market.ledger, market.drift_ppm)?;
        Ok([
            pair(market.curve.base, market.curve.quote),
            w1,
            pair(market.funding.long_index.cast_unsigned(), market.funding.short_index.cast_unsigned()),
            w3,
            w4,
            w5,
            pair(market.mark.last.cumulative, market.funding.oracle_cumulative),
            w7,
            w8,
        ])
    }
}

fn flags(market: &Market) -> u8 {
    let set = [
        (market.status.paused, FLAG_PAUSED),
        (market.status.reduce_only, FLAG_REDUCE_ONLY),
        (market.status.halted, FLAG_HALTED),
        (market.ledger.gated, FLAG_GATED),
    ];
    set.into_iter().filter(|(on, _)| *on).fold(0, |flags, (_, flag)| flags | flag)
}

fn ledger_words(ledger: &Ledger, drift_ppm: i32) -> Result<[B256; 2]> {
    let (mut w7, mut w8) = (B256::ZERO, B256::ZERO);
    put_wide::<12>(&mut w7, 0, ledger.principal)?;
    put_wide::<12>(&mut w7, 12, ledger.pool)?;
    put_wide::<8>(&mut w7, 24, ledger.claims >> 32)?;
    put_wide::<4>(&mut w8, 0, ledger.claims & u128::from(u32::MAX))?;
    put_wide::<12>(&mut w8, 4, ledger.fees)?;
    put_wide::<12>(&mut w8, 16, ledger.insurance_due)?;
    w8[28..].copy_from_slice(&drift_ppm.to_be_bytes());
    Ok([w7, w8])
}

impl Record<1> for LossRecord {
    fn decode([word]: &[B256; 1]) -> Self {
        let losses = Losses {
            bad_debt: wide::<12>(word, 0),
            deficit: wide::<12>(word, 12),
            deficit_since: number::<4>(word, 24),
        };
        Self { losses, resumed_at: number::<4>(word, 28) }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        let mut word = B256::ZERO;
        put_wide::<12>(&mut word, 0, self.losses.bad_debt)?;
        put_wide::<12>(&mut word, 12, self.losses.deficit)?;
        put::<4>(&mut word, 24, self.losses.deficit_since);
        put::<4>(&mut word, 28, self.resumed_at);
        Ok([word])
    }
}

impl Record<2> for CalendarRecord {
    fn decode([w0, w1]: &[B256; 2]) -> Self {
        Self {
            settlement: Settlement { price: high(w0), pool: high(w1), claims: low(w1) },
            last_repeg: number::<4>(w0, 16),
            last_depth: number::<4>(w0, 20),
            last_step: number::<4>(w0, 24),
        }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let mut w0 = pair(self.settlement.price, 0);
        put::<4>(&mut w0, 16, self.last_repeg);
        put::<4>(&mut w0, 20, self.last_depth);
        put::<4>(&mut w0, 24, self.last_step);
        Ok([w0, pair(self.settlement.pool, self.settlement.claims)])
    }
}

impl Record<2> for Index {
    fn decode([w0, w1]: &[B256; 2]) -> Self {
        Self {
            left: high(w0),
            exchanged: low(w0),
            funding: high(w1).cast_signed(),
            weighted: low(w1).cast_signed(),
        }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let w1 = pair(self.funding.cast_unsigned(), self.weighted.cast_unsigned());
        Ok([pair(self.left, self.exchanged), w1])
    }
}

impl ParamsRecord {
    /// Reads what trading needs; the rest is zero, and only programs that trade may use it.
    pub fn decode_for_trading(words: &[B256; TRADING_PARAM_WORDS]) -> Self {
        let [w0, w1, w2, w3] = words;
        Self::decode(&[*w0, *w1, *w2, *w3, B256::ZERO, B256::ZERO])
    }
}

impl Record<PARAM_WORDS> for ParamsRecord {
    fn decode(words: &[B256; PARAM_WORDS]) -> Self {
        let [w0, w1, w2, w3, w4, w5] = words;
        let params = Params {
            initial_margin_ppm: small(w0, 20),
            maintenance_margin_ppm: small(w0, 23),
            fee_ppm: small(w0, 26),
            insurance_share_ppm: small(w0, 29),
            max_price_impact_ppm: small(w1, 0),
            max_divergence_ppm: small(w1, 3),
            mark_band_ppm: small(w1, 6),
            max_funding_ppm: small(w1, 9),
            twap_window: small(w1, 12),
            window_impact_ppm: small(w1, 15),
            impact_window: small(w1, 18),
            min_notional: wide::<11>(w1, 21),
            max_open_interest: wide::<14>(w2, 0),
            max_skew: wide::<14>(w2, 14),
            skew_spread_ppm: small(w2, 28),
            max_position: wide::<14>(w3, 0),
            gap_spread_ppm: small(w3, 14),
            funding_share_ppm: small(w3, 17),
            liquidation_penalty_ppm: small(w3, 20),
            keeper_share_ppm: small(w3, 23),
            liquidation_target_ppm: small(w3, 26),
            keeper_floor: wide::<12>(w4, 0),
            target_depth: wide::<14>(w4, 12),
            takeover_discount_ppm: small(w4, 26),
            takeover_time: small(w5, 0),
            repeg_step_ppm: small(w5, 3),
            curve_share_ppm: small(w5, 6),
            resume_grace: small(w5, 9),
        };
        Self { feed: Address::from_slice(&w0[..20]), params }
    }

    fn encode(&self) -> Result<[B256; PARAM_WORDS]> {
        let Self { feed, params } = self;
        let mut words = [B256::ZERO; PARAM_WORDS];
        let [w0, w1, w2, w3, w4, w5] = &mut words;
        w0[..20].copy_from_slice(feed.as_slice());
        put_wide::<11>(w1, 21, params.min_notional)?;
        put_wide::<14>(w2, 0, params.max_open_interest)?;
        put_wide::<14>(w2, 14, params.max_skew)?;
        put_wide::<14>(w3, 0, params.max_position)?;
        put_wide::<12>(w4, 0, params.keeper_floor)?;
        put_wide::<14>(w4, 12, params.target_depth)?;
        let margins = [
            params.initial_margin_ppm,
            params.maintenance_margin_ppm,
            params.fee_ppm,
            params.insurance_share_ppm,
        ];
        let guards = [
            params.max_price_impact_ppm,
            params.max_divergence_ppm,
            params.mark_band_ppm,
            params.max_funding_ppm,
            params.twap_window,
            params.window_impact_ppm,
            params.impact_window,
        ];
        let shares = [
            params.gap_spread_ppm,
            params.funding_share_ppm,
            params.liquidation_penalty_ppm,
            params.keeper_share_ppm,
            params.liquidation_target_ppm,
        ];
        let rare = [params.takeover_time, params.repeg_step_ppm, params.curve_share_ppm, params.resume_grace];
        put_small(w0, 20, &margins)?;
        put_small(w1, 0, &guards)?;
        put_small(w2, 28, &[params.skew_spread_ppm])?;
        put_small(w3, 14, &shares)?;
        put_small(w4, 26, &[params.takeover_discount_ppm])?;
        put_small(w5, 0, &rare)?;
        Ok(words)
    }
}

impl Record<2> for PositionRecord {
    fn decode([w0, w1]: &[B256; 2]) -> Self {
        let position = Position {
            size: narrow_signed(w0, 0),
            open_notional: wide::<14>(w0, 14),
            margin: wide::<12>(w1, 0),
            claim: 0,
            funding_index: narrow_signed(w1, 12),
            epoch: u16::from_be_bytes([w1[26], w1[27]]),
            takeover_start: number::<4>(w0, 28),
        };
        Self { position, place: small(w1, 28), has_claim: w1[31] & FLAG_CLAIM != 0 }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let Self { position, place, has_claim } = self;
        let (mut w0, mut w1) = (B256::ZERO, B256::ZERO);
        put_signed(&mut w0, 0, position.size)?;
        put_wide::<14>(&mut w0, 14, position.open_notional)?;
        put::<4>(&mut w0, 28, position.takeover_start);
        put_wide::<12>(&mut w1, 0, position.margin)?;
        put_signed(&mut w1, 12, position.funding_index)?;
        put::<2>(&mut w1, 26, position.epoch.into());
        put::<3>(&mut w1, 28, (*place).into());
        w1[31] = if *has_claim { FLAG_CLAIM } else { 0 };
        Ok([w0, w1])
    }
}

/// The most accounts that a market's list takes.
pub const MOST_ACCOUNTS: u32 = (1 << 24) - 1;

/// Reads a list entry: account and claim.
pub fn decode_entry(word: &B256) -> (Address, u128) {
    (Address::from_slice(&word[..20]), wide::<12>(word, 20))
}

/// Writes a list entry.
pub fn encode_entry(account: Address, claim: u128) -> Result<B256> {
    let mut word = B256::ZERO;
    word[..20].copy_from_slice(account.as_slice());
    put_wide::<12>(&mut word, 20, claim)?;
    Ok(word)
}

fn high(word: &B256) -> u128 {
    wide::<16>(word, 0)
}

fn low(word: &B256) -> u128 {
    wide::<16>(word, 16)
}

fn pair(high: u128, low: u128) -> B256 {
    let mut word = B256::ZERO;
    word[..16].copy_from_slice(&high.to_be_bytes());
    word[16..].copy_from_slice(&low.to_be_bytes());
    word
}

fn anchor(word: &B256) -> Anchor {
    Anchor { time: number::<4>(word, 28), cumulative: high(word) }
}

/// The two anchors, each with half of a third integral in its free bits.
fn anchor_words(mark: &Twap, unpaid: u128) -> [B256; 2] {
    let halves = [unpaid >> 64, unpaid & u128::from(u64::MAX)];
    [(mark.older, halves[0]), (mark.newer, halves[1])].map(|(anchor, half)| {
        let mut word = pair(anchor.cumulative, half << 64);
        put::<4>(&mut word, 28, anchor.time);
        word
    })
}

/// An unsigned number of `N` bytes at byte `at`.
fn wide<const N: usize>(word: &B256, at: usize) -> u128 {
    word[at..].iter().take(N).fold(0, |value, byte| (value << 8) | u128::from(*byte))
}

/// Writes a number of `N` bytes at byte `at`, if it fits.
fn put_wide<const N: usize>(word: &mut B256, at: usize, value: u128) -> Result<()> {
    if N < 16 && value >> N.saturating_mul(8).min(127) != 0 {
        return Err(PerpError::Overflow.boxed());
    }
    copy_low::<N>(&mut word[at..], &value.to_be_bytes());
    Ok(())
}

/// A signed number of 14 bytes at byte `at`.
fn narrow_signed(word: &B256, at: usize) -> i128 {
    (wide::<14>(word, at) << 16).cast_signed() >> 16
}

/// Writes a signed number of 14 bytes at byte `at`, if it fits.
fn put_signed(word: &mut B256, at: usize, value: i128) -> Result<()> {
    if (value << 16) >> 16 != value {
        return Err(PerpError::Overflow.boxed());
    }
    copy_low::<14>(&mut word[at..], &value.to_be_bytes());
    Ok(())
}

/// An unsigned number of `N` bytes at byte `at`.
fn number<const N: usize>(word: &B256, at: usize) -> u64 {
    word[at..].iter().take(N).fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// Writes the low `N` bytes of `value` at byte `at`: counters that are bounded elsewhere, and times.
fn put<const N: usize>(word: &mut B256, at: usize, value: u64) {
    copy_low::<N>(&mut word[at..], &value.to_be_bytes());
}

fn copy_low<const N: usize>(to: &mut [u8], bytes: &[u8]) {
    let skipped = bytes.len().saturating_sub(N);
    for (to, from) in to.iter_mut().zip(bytes.iter().skip(skipped)) {
        *to = *from;
    }
}

/// An unsigned number of three bytes.
fn small(word: &B256, at: usize) -> u32 {
    u32::from_be_bytes([0, word[at], word[at.saturating_add(1)], word[at.saturating_add(2)]])
}

/// Writes numbers of three bytes each from byte `at`, if they fit.
fn put_small(word: &mut B256, at: usize, values: &[u32]) -> Result<()> {
    for (to, value) in word[at..].chunks_exact_mut(3).zip(values) {
        let [first, rest @ ..] = value.to_be_bytes();
        if first != 0 {
            return Err(PerpError::Overflow.boxed());
        }
        to.copy_from_slice(&rest);
    }
    Ok(())
}
