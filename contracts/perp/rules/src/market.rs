//! A market's state, and what it reads of the oracle.

use crate::{
    Curve, Ledger, PPM, Side,
    error::{PerpError, Result, refuse},
    funding::Funding,
    params::Params,
    twap::Twap,
};
use everfloor_math::{add_u128, mul_div_down_u128, signed, sub_u128, to_i128};

/// The feed's code for a price that is late.
const STALE: u8 = 2;
/// The feed's code for a sequencer that is down, or up only for a short time.
const SEQUENCER: u8 = 4;

/// How far the oracle can be relied on; the feed contract decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OracleStatus {
    /// Fresh and near its own average.
    Good,
    /// Fresh, but far from its own average: good enough to leave by and to liquidate by, not to enter by.
    Deviating,
    /// Stale, invalid, unreachable, or the sequencer was down; carries the feed's code.
    Unusable(u8),
}

impl OracleStatus {
    /// The feed's status code.
    pub fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Deviating => 1,
            Self::Unusable(code) => code,
        }
    }

    /// The status that a feed's code means.
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Good,
            1 => Self::Deviating,
            _ => Self::Unusable(code),
        }
    }
}

/// One read of the price feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OracleReading {
    /// Index price, wad; the last good one when unusable.
    pub price: u128,
    /// Integral of the price over time, wad·seconds.
    pub cumulative: u128,
    /// When the price was made.
    pub updated_at: u64,
    /// Whether to believe it.
    pub status: OracleStatus,
}

impl OracleReading {
    /// For what adds risk: nothing less than a good price.
    pub fn require_good(&self) -> Result<()> {
        match self.status {
            OracleStatus::Good if self.price > 0 => Ok(()),
            _ => refuse(self.refusal()),
        }
    }

    /// For liquidation and withdrawal: a price that is true, even if it has just jumped.
    pub fn require_usable(&self) -> Result<()> {
        match self.status {
            OracleStatus::Good | OracleStatus::Deviating if self.price > 0 => Ok(()),
            _ => refuse(self.refusal()),
        }
    }

    /// Whether liquidation and withdrawal may rely on it.
    pub fn is_usable(&self) -> bool {
        self.require_usable().is_ok()
    }

    /// Whether it answers with a price that is late.
    pub fn is_stale(&self) -> bool {
        self.status == OracleStatus::Unusable(STALE)
    }

    /// Whether [`Self::cumulative`] is the integral of prices that were true when they were made: also of one that is
    /// late, or seen in the grace period after an outage of the sequencer.
    pub fn integral_is_known(&self) -> bool {
        self.price > 0
            && !matches!(self.status, OracleStatus::Unusable(code) if code != STALE && code != SEQUENCER)
    }

    fn refusal(&self) -> PerpError {
        PerpError::OracleUnusable { status: self.status.code(), updated_at: self.updated_at }
    }
}

/// What every rule reads besides the state it changes.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The market's parameters.
    pub params: &'a Params,
    /// The oracle, read in this call.
    pub oracle: OracleReading,
    /// Wad per token unit: 10^(18 − decimals).
    pub scale: u128,
    /// Time of the block, seconds.
    pub now: u64,
    /// When opening was last resumed, seconds; 0 is never. Read by what liquidates.
    pub resumed_at: u64,
}

/// A market: the curve, what is open on it, its clocks and its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// The pricing curve.
    pub curve: Curve,
    /// Base wad of all longs.
    pub long_size: u128,
    /// Base wad of all shorts.
    pub short_size: u128,
    /// Funding indices.
    pub funding: Funding,
    /// Time-average of the mark.
    pub mark: Twap,
    /// Whose the tokens are.
    pub ledger: Ledger,
    /// What may be done in it.
    pub status: Status,
    /// How far trades have moved the mark of late, parts per million: up is positive. It fades with
    /// [`Params::impact_window`].
    pub drift_ppm: i32,
    /// How often each side was deleveraged: longs, shorts ([`crate::deleverage`]).
    pub epochs: [u16; 2],
}

/// What may be done in a market. Leaving is always possible: by trading, or once it is halted by settlement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The guardian has paused opening.
    pub paused: bool,
    /// The market only reduces, until governance says otherwise.
    pub reduce_only: bool,
    /// Trading has ended; positions are settled at one frozen price.
    pub halted: bool,
}

impl Market {
    /// A market that opens now on `curve`, with the feed's integral as its starting point.
    pub fn new(curve: Curve, oracle_cumulative: u128, now: u64) -> Self {
        Self {
            curve,
            long_size: 0,
            short_size: 0,
            funding: Funding::starting_at(oracle_cumulative),
            mark: Twap::starting_at(now),
            ledger: Ledger::default(),
            status: Status::default(),
            drift_ppm: 0,
            epochs: [0; 2],
        }
    }

    /// Refuses anything but settlement once the market is halted.
    pub fn require_live(&self) -> Result<()> {
        if self.status.halted { refuse(PerpError::MarketHalted) } else { Ok(()) }
    }

    /// How often a side was deleveraged.
    pub fn epoch(&self, side: Side) -> u16 {
        match side {
            Side::Long => self.epochs[0],
            Side::Short => self.epochs[1],
        }
    }

    pub(crate) fn epoch_mut(&mut self, side: Side) -> &mut u16 {
        match side {
            Side::Long => &mut self.epochs[0],
            Side::Short => &mut self.epochs[1],
        }
    }

    /// Base wad by which one side exceeds the other: what the curve stands against.
    pub fn skew(&self) -> u128 {
        self.long_size.abs_diff(self.short_size)
    }

    /// What all traders together would get by closing on `curve`, wad; negative if they would owe it.
    pub(crate) fn net_exit_value(&self, curve: &Curve) -> Result<i128> {
        if self.long_size >= self.short_size {
            Ok(to_i128(curve.exit_value(Side::Long, self.skew())?)?)
        } else {
            Ok(signed::neg(to_i128(curve.exit_value(Side::Short, self.skew())?)?)?)
        }
    }

    /// Forgets of the drift what `elapsed` seconds let fade; rounded so that a market touched every second forgets, too.
    pub(crate) fn fade_drift(&mut self, elapsed: u64, window: u32) -> Result<()> {
        let window = u64::from(window);
        let left = window.saturating_sub(elapsed);
        if self.drift_ppm != 0 && left < window {
            let kept = mul_div_down_u128(self.drift_ppm.unsigned_abs().into(), left.into(), window.into())?;
            self.set_drift(to_i128(kept)?, self.drift_ppm < 0);
        }
        Ok(())
    }

    /// Adds a move of the mark to the drift; without a window there is none.
    pub(crate) fn record_move(&mut self, before: u128, after: u128, params: &Params) -> Result<()> {
        if params.impact_window == 0 {
            return Ok(());
        }
        let size = to_i128(mul_div_down_u128(after.abs_diff(before), PPM, before)?)?;
        let moved = if after < before { signed::neg(size)? } else { size };
        let drift = signed::add_i128(i128::from(self.drift_ppm), moved)?;
        self.set_drift(to_i128(drift.unsigned_abs())?, drift < 0);
        Ok(())
    }

    fn set_drift(&mut self, size: i128, falls: bool) {
        let size = i32::try_from(size).unwrap_or(i32::MAX);
        self.drift_ppm = if falls { size.saturating_neg() } else { size };
    }

    /// Base wad open on a side.
    pub fn size(&self, side: Side) -> u128 {
        match side {
            Side::Long => self.long_size,
            Side::Short => self.short_size,
        }
    }

    pub(crate) fn grow(&mut self, side: Side, base: u128) -> Result<()> {
        let size = self.size_mut(side);
        *size = add_u128(*size, base)?;
        Ok(())
    }

    pub(crate) fn shrink(&mut self, side: Side, base: u128) -> Result<()> {
        let size = self.size_mut(side);
        *size = sub_u128(*size, base)?;
        Ok(())
    }

    fn size_mut(&mut self, side: Side) -> &mut u128 {
        match side {
            Side::Long => &mut self.long_size,
            Side::Short => &mut self.short_size,
        }
    }
}
