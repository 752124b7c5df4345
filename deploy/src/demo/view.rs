//! What a participant sees of the market before it decides: opinions, in floating point. What the decision does is
//! computed by the contracts, in integers.

use crate::bindings::IClearingHouse::MarketView;

use super::money::wad;

/// Oracle statuses: good, and good for leaving only.
const GOOD: u8 = 0;
const DEVIATING: u8 = 1;

/// The market, approximately.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Oracle price.
    pub oracle: f64,
    /// The curve's marginal price.
    pub spot: f64,
    /// What liquidation looks at.
    pub mark: f64,
    /// Value of the curve's quote reserve.
    pub depth: f64,
    /// The contract's answer.
    pub raw: MarketView,
}

impl View {
    /// From the contract's answer.
    pub fn new(raw: MarketView) -> Self {
        Self {
            oracle: wad(raw.indexPrice),
            spot: wad(raw.spotPrice),
            mark: wad(raw.markPrice),
            depth: wad(raw.curve.quoteReserve) * wad(raw.curve.peg),
            raw,
        }
    }

    /// Whether the oracle is good enough to open.
    pub fn may_open(&self) -> bool {
        self.raw.oracleStatus == GOOD && !self.raw.paused && !self.raw.reduceOnly
    }

    /// Whether the oracle is good enough to liquidate.
    pub fn may_liquidate(&self) -> bool {
        matches!(self.raw.oracleStatus, GOOD | DEVIATING)
    }

    /// The oracle's status in a word.
    pub fn status(&self) -> &'static str {
        match self.raw.oracleStatus {
            GOOD => "good",
            DEVIATING => "deviating",
            2 => "stale",
            3 => "invalid",
            4 => "sequencer down",
            _ => "unreachable",
        }
    }

    /// How far the spot is from the oracle, as a part of the oracle.
    pub fn gap(&self) -> f64 {
        self.spot / self.oracle - 1.0
    }

    /// Notional that takes the spot to a price: bought if positive, sold if negative.
    pub fn notional_to(&self, price: f64) -> f64 {
        self.depth * ((price / self.spot).sqrt() - 1.0)
    }

    /// Most notional one trade may have for a price impact, as a part of the price.
    pub fn notional_within(&self, impact: f64) -> f64 {
        self.depth * (1.0 - (1.0 - impact).sqrt())
    }

    /// Base that a notional exchanges for: bought if positive, sold if negative.
    pub fn base_for(&self, notional: f64) -> f64 {
        let base_reserve = wad(self.raw.curve.baseReserve);
        base_reserve * notional.abs() / (self.depth + notional)
    }

    /// Waiting profit the pool does not cover, token units.
    pub fn uncovered_claims(&self) -> u128 {
        self.raw.money.claims.saturating_sub(self.raw.money.pool).saturating_to()
    }

    /// The share of waiting profit that can be taken now.
    pub fn haircut(&self) -> f64 {
        wad(self.raw.money.haircut)
    }
}
