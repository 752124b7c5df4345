//! Markets, balances and a clock, with every action a transaction.

use std::collections::{BTreeMap, BTreeSet};

use crate::amm::{Amm, AmmParams};
use crate::decimal::{self, Dec, WAD};
use crate::history::{Clock, History, Mark};
use crate::insurance::InsuranceFlows;
use crate::position::Position;
use crate::token::{Holder, Token, Trader};
use crate::{Result, V1Error};

/// The clearing house's ratios, the same for all markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratios {
    /// Least margin of an increment.
    pub initial: Dec,
    /// Below this a position can be liquidated.
    pub maintenance: Dec,
    /// Penalty of a liquidation, half of it the liquidator's.
    pub liquidation_fee: Dec,
    /// Share closed by a partial liquidation; zero and one mean all.
    pub partial_liquidation: Dec,
}

impl Ratios {
    /// As the live clearing house was set up: 10 %, 6.25 %, 1.25 %, a quarter.
    pub const PRODUCTION: Ratios = Ratios {
        initial: WAD / 10,
        maintenance: WAD / 10_000 * 625,
        liquidation_fee: WAD / 10_000 * 125,
        partial_liquidation: WAD / 4,
    };
}

/// Names a market of a [`World`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarketId(usize);

/// A market and what the clearing house keeps for it.
#[derive(Clone, Debug)]
pub struct Market {
    /// The curve.
    pub amm: Amm,
    /// Whether the insurance fund knows it.
    pub registered: bool,
    /// Open interest, counted only while there is a cap.
    pub open_interest: Dec,
    /// Cumulative premium after each settled period.
    pub premium_fractions: Vec<Dec>,
    /// The last block with a liquidation.
    pub restricted_block: Option<u64>,
    pub(crate) positions: BTreeMap<Trader, Position>,
}

impl Market {
    /// The cumulative premium.
    pub fn premium_fraction(&self) -> Dec {
        self.premium_fractions.last().copied().unwrap_or(0)
    }

    /// Who has, or had, a position, in order.
    pub fn traders(&self) -> impl Iterator<Item = Trader> + '_ {
        self.positions.keys().copied()
    }
}

/// The whole of V1.
#[derive(Clone, Debug)]
pub struct World {
    /// Unix time.
    pub now: u64,
    /// Block number.
    pub block: u64,
    /// Margin ratios and fees.
    pub ratios: Ratios,
    /// Balances of the collateral.
    pub token: Token,
    /// Losses the fund has paid ahead.
    pub prepaid_bad_debt: Dec,
    /// Who may liquidate where a loss is left.
    pub backstop: BTreeSet<Trader>,
    /// The one account without caps.
    pub whitelist: Option<Trader>,
    /// Stops traders, but neither liquidation nor funding.
    pub paused: bool,
    /// What the fund received and paid.
    pub flows: InsuranceFlows,
    pub(crate) markets: Vec<Market>,
}

impl World {
    /// A world without markets, at time and block zero, with collateral of so many decimals.
    pub fn new(ratios: Ratios, decimals: u32) -> Self {
        World {
            now: 0,
            block: 0,
            ratios,
            token: Token::new(decimals),
            prepaid_bad_debt: 0,
            backstop: BTreeSet::new(),
            whitelist: None,
            paused: false,
            flows: InsuranceFlows::default(),
            markets: Vec::new(),
        }
    }

    /// Adds a market and opens it.
    pub fn add_market(&mut self, params: AmmParams, oracle_price: Dec) -> MarketId {
        let mut amm = Amm::new(params, oracle_price, self.clock());
        amm.set_open(true, self.now);
        self.markets.push(Market {
            amm,
            registered: true,
            open_interest: 0,
            premium_fractions: Vec::new(),
            restricted_block: None,
            positions: BTreeMap::new(),
        });
        MarketId(self.markets.len() - 1)
    }

    /// Gives a trader token units.
    pub fn mint(&mut self, trader: Trader, units: i128) {
        self.token.mint(Holder::Wallet(trader), units);
    }

    /// Moves the clock.
    pub fn advance(&mut self, seconds: u64, blocks: u64) {
        self.now += seconds;
        self.block += blocks;
    }

    /// Sets what the oracle says.
    pub fn set_oracle(&mut self, id: MarketId, price: Dec, twap: Dec) -> Result<()> {
        let oracle = &mut self.market_mut(id)?.amm.oracle;
        oracle.price = price;
        oracle.twap = twap;
        Ok(())
    }

    /// Opens a market or closes it without settling it.
    pub fn set_open(&mut self, id: MarketId, open: bool) -> Result<()> {
        let now = self.now;
        self.market_mut(id)?.amm.set_open(open, now);
        Ok(())
    }

    /// Sets the share of a partial liquidation, V1's only bounded ratio.
    pub fn set_partial_liquidation(&mut self, ratio: Dec) -> Result<()> {
        if ratio > WAD {
            return Err(V1Error::InvalidPartialLiquidationRatio);
        }
        self.ratios.partial_liquidation = decimal::unsigned(ratio)?;
        Ok(())
    }

    /// A trader's token units.
    pub fn wallet(&self, trader: Trader) -> i128 {
        self.token.balance(Holder::Wallet(trader))
    }

    /// A market.
    pub fn market(&self, id: MarketId) -> Result<&Market> {
        self.markets.get(id.0).ok_or(V1Error::AmmNotFound)
    }

    /// All markets, in the order they were added.
    pub fn market_ids(&self) -> impl Iterator<Item = MarketId> + use<> {
        (0..self.markets.len()).map(MarketId)
    }

    /// A market, to change it as its owner could.
    pub fn market_mut(&mut self, id: MarketId) -> Result<&mut Market> {
        self.markets.get_mut(id.0).ok_or(V1Error::AmmNotFound)
    }

    /// A market's curve.
    pub fn amm(&self, id: MarketId) -> Result<&Amm> {
        Ok(&self.market(id)?.amm)
    }

    /// A trader's position, adjusted to the market's liquidity; all zeros where there is none.
    pub fn position(&self, id: MarketId, trader: Trader) -> Result<Position> {
        let market = self.market(id)?;
        let none = Position { liquidity_index: market.amm.liquidity.len() - 1, ..Position::default() };
        market.amm.adjusted(market.positions.get(&trader).copied().unwrap_or(none))
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock { now: self.now, block: self.block }
    }

    pub(crate) fn set_position(&mut self, id: MarketId, trader: Trader, position: Position) -> Result<()> {
        self.market_mut(id)?.positions.insert(trader, position);
        Ok(())
    }

    pub(crate) fn clear_position(&mut self, id: MarketId, trader: Trader) -> Result<()> {
        let liquidity_index = self.position(id, trader)?.liquidity_index;
        let block = self.block;
        self.set_position(id, trader, Position { liquidity_index, block, ..Position::default() })
    }

    pub(crate) fn require_unpaused(&self) -> Result<()> {
        if self.paused { Err(V1Error::Paused) } else { Ok(()) }
    }

    /// The market must be registered and open, or registered and closed.
    pub(crate) fn require_market(&self, id: MarketId, open: bool) -> Result<()> {
        let market = self.market(id)?;
        match (market.registered, market.amm.open) {
            (false, _) => Err(V1Error::AmmNotFound),
            (_, is_open) if is_open == open => Ok(()),
            (_, true) => Err(V1Error::AmmIsOpen),
            (_, false) => Err(V1Error::AmmWasClosed),
        }
    }

    /// The amount must be something in token units.
    pub(crate) fn require_token_amount(&self, amount: Dec) -> Result<()> {
        match self.token.units(decimal::unsigned(amount)?) {
            0 => Err(V1Error::InvalidTokenAmount),
            _ => Ok(()),
        }
    }

    /// In a block with a liquidation nobody may trade twice.
    pub(crate) fn require_unrestricted(&self, id: MarketId, trader: Trader) -> Result<()> {
        let market = self.market(id)?;
        let touched = market.positions.get(&trader).map_or(0, |position| position.block);
        if market.restricted_block == Some(self.block) && touched == self.block {
            return Err(V1Error::OnlyOneAction);
        }
        Ok(())
    }

    /// Runs an action; what it changed before it failed is undone.
    pub(crate) fn transact<T>(&mut self, action: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let (saved, marks) = self.checkpoint();
        let result = action(self);
        if result.is_err() {
            self.restore(saved, marks);
        }
        result
    }

    /// A copy of everything but the snapshots, of which only the last can change: a copied history would make
    /// every action cost as much as the market is old.
    fn checkpoint(&mut self) -> (World, Vec<Mark>) {
        let marks = self.markets.iter().map(|market| market.amm.history.mark()).collect();
        let histories = self.take_histories();
        let saved = self.clone();
        self.put_histories(histories);
        (saved, marks)
    }

    fn restore(&mut self, saved: World, marks: Vec<Mark>) {
        let mut histories = self.take_histories();
        histories.iter_mut().zip(marks).for_each(|(history, mark)| history.rewind(mark));
        *self = saved;
        self.put_histories(histories);
    }

    fn take_histories(&mut self) -> Vec<History> {
        self.markets.iter_mut().map(|market| std::mem::take(&mut market.amm.history)).collect()
    }

    fn put_histories(&mut self, histories: Vec<History>) {
        for (market, history) in self.markets.iter_mut().zip(histories) {
            market.amm.history = history;
        }
    }
}
