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
use everfloor_common::bits::{self, Field, read, unpack};
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
/// Where a market's ledger, its status and its list lie; the peg too, which is never zero.
pub const BOOK_WORDS: [u64; 3] = [3, 7, 8];
/// Where a market's epochs lie.
pub const EPOCH_WORD: u64 = 1;
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

const FLAG_PAUSED: u128 = 1;
const FLAG_REDUCE_ONLY: u128 = 2;
const FLAG_HALTED: u128 = 4;
const FLAG_GATED: u128 = 8;
const FLAG_CLAIM: u128 = 1;

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

/// In the order of the table above.
const MARKET: [Field; 29] = [
    (0, 0, 16),
    (0, 16, 16),
    (1, 0, 14),
    (1, 14, 14),
    (1, 28, 2),
    (1, 30, 2),
    (2, 0, 16),
    (2, 16, 16),
    (3, 0, 16),
    (3, 16, 4),
    (3, 20, 5),
    (3, 25, 3),
    (3, 28, 3),
    (3, 31, 1),
    (4, 0, 16),
    (4, 16, 8),
    (4, 28, 4),
    (5, 0, 16),
    (5, 16, 8),
    (5, 28, 4),
    (6, 0, 16),
    (6, 16, 16),
    (7, 0, 12),
    (7, 12, 12),
    (7, 24, 8),
    (8, 0, 4),
    (8, 4, 12),
    (8, 16, 12),
    (8, 28, 4),
];

#[rustfmt::skip]
impl Record<STATE_WORDS> for MarketRecord {
    fn decode(words: &[B256; STATE_WORDS]) -> Self {
        let [
            base, quote, long_size, short_size, long_epoch, short_epoch, long_index, short_index,
            peg, time, sequence, accounts, open_positions, flags,
            older, unpaid_high, older_time, newer, unpaid_low, newer_time, integral, oracle,
            principal, pool, claims_high, claims_low, fees, insurance_due, drift,
        ] = unpack(words, &MARKET);
        let unpaid = (unpaid_high << 64) | unpaid_low;
        let is_set = |flag| flags & flag != 0;
        let market = Market {
            curve: Curve { base, quote, peg },
            long_size,
            short_size,
            funding: Funding {
                long_index: long_index.cast_signed(),
                short_index: short_index.cast_signed(),
                oracle_cumulative: oracle,
                mark_cumulative: integral.saturating_sub(unpaid),
            },
            mark: Twap {
                last: Anchor { time: time as u64, cumulative: integral },
                older: Anchor { time: older_time as u64, cumulative: older },
                newer: Anchor { time: newer_time as u64, cumulative: newer },
            },
            ledger: Ledger {
                principal,
                pool,
                claims: (claims_high << 32) | claims_low,
                fees,
                insurance_due,
                gated: is_set(FLAG_GATED),
            },
            status: Status {
                paused: is_set(FLAG_PAUSED),
                reduce_only: is_set(FLAG_REDUCE_ONLY),
                halted: is_set(FLAG_HALTED),
            },
            drift_ppm: (drift as u32).cast_signed(),
            epochs: [long_epoch as u16, short_epoch as u16],
        };
        Self {
            market,
            sequence: sequence as u64,
            accounts: accounts as u32,
            open_positions: open_positions as u32,
        }
    }

    fn encode(&self) -> Result<[B256; STATE_WORDS]> {
        let Self { market, sequence, accounts, open_positions } = self;
        let Market { curve, funding, mark, ledger, epochs: [long_epoch, short_epoch], .. } = market;
        let unpaid = mark.last.cumulative.saturating_sub(funding.mark_cumulative);
        let values = [
            curve.base, curve.quote, market.long_size, market.short_size,
            (*long_epoch).into(), (*short_epoch).into(),
            funding.long_index.cast_unsigned(), funding.short_index.cast_unsigned(),
            curve.peg, mark.last.time.into(), (*sequence).into(), (*accounts).into(), (*open_positions).into(),
            flags(market),
            mark.older.cumulative, unpaid >> 64, mark.older.time.into(),
            mark.newer.cumulative, unpaid & u128::from(u64::MAX), mark.newer.time.into(),
            mark.last.cumulative, funding.oracle_cumulative,
            ledger.principal, ledger.pool, ledger.claims >> 32, ledger.claims & u128::from(u32::MAX),
            ledger.fees, ledger.insurance_due, market.drift_ppm.cast_unsigned().into(),
        ];
        pack(&values, &MARKET)
    }
}

/// How often longs and shorts were deleveraged, from [`EPOCH_WORD`].
pub fn epochs(word: &B256) -> [u16; 2] {
    [u16::from_be_bytes([word[28], word[29]]), u16::from_be_bytes([word[30], word[31]])]
}

fn flags(market: &Market) -> u128 {
    let flag = |is_set, flag| if is_set { flag } else { 0 };
    flag(market.status.paused, FLAG_PAUSED)
        | flag(market.status.reduce_only, FLAG_REDUCE_ONLY)
        | flag(market.status.halted, FLAG_HALTED)
        | flag(market.ledger.gated, FLAG_GATED)
}

const LOSSES: [Field; 4] = [(0, 0, 12), (0, 12, 12), (0, 24, 4), (0, 28, 4)];

impl Record<1> for LossRecord {
    fn decode(words: &[B256; 1]) -> Self {
        let [bad_debt, deficit, since, resumed_at] = unpack(words, &LOSSES);
        let losses = Losses { bad_debt, deficit, deficit_since: since as u64 };
        Self { losses, resumed_at: resumed_at as u64 }
    }

    fn encode(&self) -> Result<[B256; 1]> {
        let Losses { bad_debt, deficit, deficit_since } = self.losses;
        pack(&[bad_debt, deficit, deficit_since.into(), self.resumed_at.into()], &LOSSES)
    }
}

const CALENDAR: [Field; 6] = [(0, 0, 16), (0, 16, 4), (0, 20, 4), (0, 24, 4), (1, 0, 16), (1, 16, 16)];

impl Record<2> for CalendarRecord {
    fn decode(words: &[B256; 2]) -> Self {
        let [price, repeg, depth, step, pool, claims] = unpack(words, &CALENDAR);
        Self {
            settlement: Settlement { price, pool, claims },
            last_repeg: repeg as u64,
            last_depth: depth as u64,
            last_step: step as u64,
        }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let Settlement { price, pool, claims } = self.settlement;
        let (repeg, depth, step) = (self.last_repeg.into(), self.last_depth.into(), self.last_step.into());
        pack(&[price, repeg, depth, step, pool, claims], &CALENDAR)
    }
}

const INDEX: [Field; 4] = [(0, 0, 16), (0, 16, 16), (1, 0, 16), (1, 16, 16)];

impl Record<2> for Index {
    fn decode(words: &[B256; 2]) -> Self {
        let [left, exchanged, funding, weighted] = unpack(words, &INDEX);
        Self { left, exchanged, funding: funding.cast_signed(), weighted: weighted.cast_signed() }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let (funding, weighted) = (self.funding.cast_unsigned(), self.weighted.cast_unsigned());
        pack(&[self.left, self.exchanged, funding, weighted], &INDEX)
    }
}

const PARAMS: [Field; 28] = [
    (0, 20, 3),
    (0, 23, 3),
    (0, 26, 3),
    (0, 29, 3),
    (1, 0, 3),
    (1, 3, 3),
    (1, 6, 3),
    (1, 9, 3),
    (1, 12, 3),
    (1, 15, 3),
    (1, 18, 3),
    (1, 21, 11),
    (2, 0, 14),
    (2, 14, 14),
    (2, 28, 3),
    (3, 0, 14),
    (3, 14, 3),
    (3, 17, 3),
    (3, 20, 3),
    (3, 23, 3),
    (3, 26, 3),
    (4, 0, 12),
    (4, 12, 14),
    (4, 26, 3),
    (5, 0, 3),
    (5, 3, 3),
    (5, 6, 3),
    (5, 9, 3),
];

impl ParamsRecord {
    /// Reads what trading needs; the rest is zero, and only programs that trade may use it.
    pub fn decode_for_trading(words: &[B256; TRADING_PARAM_WORDS]) -> Self {
        let mut all = [B256::ZERO; PARAM_WORDS];
        all[..TRADING_PARAM_WORDS].copy_from_slice(words);
        Self::decode(&all)
    }
}

impl Record<PARAM_WORDS> for ParamsRecord {
    fn decode(words: &[B256; PARAM_WORDS]) -> Self {
        let v = unpack(words, &PARAMS);
        let small = |index: usize| v[index] as u32;
        let params = Params {
            initial_margin_ppm: small(0),
            maintenance_margin_ppm: small(1),
            fee_ppm: small(2),
            insurance_share_ppm: small(3),
            max_price_impact_ppm: small(4),
            max_divergence_ppm: small(5),
            mark_band_ppm: small(6),
            max_funding_ppm: small(7),
            twap_window: small(8),
            window_impact_ppm: small(9),
            impact_window: small(10),
            min_notional: v[11],
            max_open_interest: v[12],
            max_skew: v[13],
            skew_spread_ppm: small(14),
            max_position: v[15],
            gap_spread_ppm: small(16),
            funding_share_ppm: small(17),
            liquidation_penalty_ppm: small(18),
            keeper_share_ppm: small(19),
            liquidation_target_ppm: small(20),
            keeper_floor: v[21],
            target_depth: v[22],
            takeover_discount_ppm: small(23),
            takeover_time: small(24),
            repeg_step_ppm: small(25),
            curve_share_ppm: small(26),
            resume_grace: small(27),
        };
        Self { feed: Address::from_slice(&words[0][..20]), params }
    }

    fn encode(&self) -> Result<[B256; PARAM_WORDS]> {
        let Self { feed, params } = self;
        let values = [
            params.initial_margin_ppm.into(),
            params.maintenance_margin_ppm.into(),
            params.fee_ppm.into(),
            params.insurance_share_ppm.into(),
            params.max_price_impact_ppm.into(),
            params.max_divergence_ppm.into(),
            params.mark_band_ppm.into(),
            params.max_funding_ppm.into(),
            params.twap_window.into(),
            params.window_impact_ppm.into(),
            params.impact_window.into(),
            params.min_notional,
            params.max_open_interest,
            params.max_skew,
            params.skew_spread_ppm.into(),
            params.max_position,
            params.gap_spread_ppm.into(),
            params.funding_share_ppm.into(),
            params.liquidation_penalty_ppm.into(),
            params.keeper_share_ppm.into(),
            params.liquidation_target_ppm.into(),
            params.keeper_floor,
            params.target_depth,
            params.takeover_discount_ppm.into(),
            params.takeover_time.into(),
            params.repeg_step_ppm.into(),
            params.curve_share_ppm.into(),
            params.resume_grace.into(),
        ];
        let mut words: [B256; PARAM_WORDS] = pack(&values, &PARAMS)?;
        words[0][..20].copy_from_slice(feed.as_slice());
        Ok(words)
    }
}

const POSITION: [Field; 8] =
    [(0, 0, 14), (0, 14, 14), (0, 28, 4), (1, 0, 12), (1, 12, 14), (1, 26, 2), (1, 28, 3), (1, 31, 1)];

impl Record<2> for PositionRecord {
    fn decode(words: &[B256; 2]) -> Self {
        let [size, open_notional, start, margin, funding_index, epoch, place, flags] =
            unpack(words, &POSITION);
        let position = Position {
            size: from_14_bytes(size),
            open_notional,
            margin,
            claim: 0,
            funding_index: from_14_bytes(funding_index),
            epoch: epoch as u16,
            takeover_start: start as u64,
        };
        Self { position, place: place as u32, has_claim: flags & FLAG_CLAIM != 0 }
    }

    fn encode(&self) -> Result<[B256; 2]> {
        let Self { position, place, has_claim } = self;
        let values = [
            to_14_bytes(position.size)?,
            position.open_notional,
            position.takeover_start.into(),
            position.margin,
            to_14_bytes(position.funding_index)?,
            position.epoch.into(),
            (*place).into(),
            if *has_claim { FLAG_CLAIM } else { 0 },
        ];
        pack(&values, &POSITION)
    }
}

/// The most accounts that a market's list takes.
pub const MOST_ACCOUNTS: u32 = (1 << 24) - 1;

const CLAIM: Field = (0, 20, 12);

/// Reads a list entry: account and claim.
pub fn decode_entry(word: &B256) -> (Address, u128) {
    (Address::from_slice(&word[..20]), read(word, CLAIM))
}

/// Writes a list entry.
pub fn encode_entry(account: Address, claim: u128) -> Result<B256> {
    let [mut word] = pack(&[claim], &[CLAIM])?;
    word[..20].copy_from_slice(account.as_slice());
    Ok(word)
}

/// Writes the numbers of a table into words; one that does not fit is refused.
fn pack<const N: usize, const F: usize>(values: &[u128; F], fields: &[Field; F]) -> Result<[B256; N]> {
    bits::pack(values, fields).ok_or_else(|| PerpError::Overflow.boxed())
}

/// A signed number that was written in 14 bytes.
fn from_14_bytes(value: u128) -> i128 {
    (value << 16).cast_signed() >> 16
}

/// A signed number to write in 14 bytes, if it fits.
fn to_14_bytes(value: i128) -> Result<u128> {
    if (value << 16) >> 16 != value {
        return Err(PerpError::Overflow.boxed());
    }
    Ok((value << 16).cast_unsigned() >> 16)
}
