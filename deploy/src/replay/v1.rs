//! The same month under Perpetual Protocol V1's rules: the same prices, the same decisions of the same traders, the same
//! money of arbitrageurs and insurance. Arbitrageurs and keepers look at this market, as ours look at ours.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use everfloor_v1_model::{
    AmmParams, Dec, Holder, InsuranceFlows, MarketId, PnlOption, Ratios, Side as Way, Trader, V1Error, WAD,
    World,
};

use crate::demo::{
    money::{DOLLAR, to_units},
    prices::Point,
};

use super::{
    cast::{LEAST, Side, Wish},
    months::Ending,
    setup::DEPTH,
    stage::{Person, Role},
};

/// Decimals of the collateral.
const DECIMALS: u32 = 6;
/// Dec of a token unit.
const UNIT: Dec = 1_000_000_000_000;
/// Dec of a unit of a posted price.
const PRICE_UNIT: Dec = 10_000_000_000;
/// Who liquidates; on the list of those who may leave a loss behind, as V1's own keepers were.
const KEEPER: Trader = Trader(1_000_000);
/// Seconds between two blocks of the side chain that V1 ran on.
const BLOCK: u64 = 5;
/// Arbitrageurs act when the mark is this far off.
const ARBITRAGE_GAP: f64 = 0.003;
/// What one of their trades may move the price; V1 allows 1.2 % a block.
const ARBITRAGE_IMPACT: f64 = 0.011;
/// Arbitrage trades after each posted price: the limit is by block, and there are hundreds of blocks.
const ARBITRAGE_ROUNDS: usize = 24;
const PATIENT_LEVERAGE: f64 = 3.0;
/// Looks in a round of liquidations: each takes a quarter of a position.
const LOOKS: usize = 8;
/// Rounds in which everybody must have left; then the market is shut down.
const ROUNDS: usize = 24;
const AT_A_TIME: usize = 8;
const PARTS: usize = 6;

/// V1 at a moment; money in token units.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Seconds since 1970.
    pub time: u64,
    /// The curve's price.
    pub spot: f64,
    /// The vault's and the fund's tokens.
    pub vault: i128,
    pub fund: i128,
    /// What all accounts together would have, by V1's own valuation, and what others owe.
    pub claims: i128,
    pub debts: i128,
}

impl Row {
    /// What the accounts show and neither vault nor fund has.
    pub fn hole(&self) -> i128 {
        (self.claims - self.vault - self.fund).max(0)
    }
}

/// Somebody who was not paid.
#[derive(Clone, Debug)]
pub(crate) struct Unpaid {
    /// The account's place.
    pub place: usize,
    /// What V1 owed it, token units.
    pub owed: i128,
}

/// How V1 ended, token units.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    /// Positions still open when the market was shut down.
    pub shut_down_with: usize,
    /// V1's settlement price, and the oracle's price then.
    pub settlement_price: f64,
    pub oracle: f64,
    /// Who was not paid.
    pub unpaid: Vec<Unpaid>,
    /// Left in the vault and in the fund.
    pub vault: i128,
    pub fund: i128,
    /// Paid ahead for losses that never turned up.
    pub prepaid: i128,
    /// Each account's wallet.
    pub wallets: Vec<i128>,
}

/// V1 under way.
pub(crate) struct V1<'a> {
    world: World,
    id: MarketId,
    people: &'a [Person],
    pub rows: Vec<Row>,
    /// Liquidations.
    pub liquidations: u64,
    /// Refusals, by V1's own message.
    pub refusals: BTreeMap<String, u64>,
    /// Liquidations that failed because the fund was empty, funding periods that stood still, and withdrawals that the
    /// vault could not pay.
    pub stuck_liquidations: u64,
    pub frozen_funding: u64,
    pub refused_exits: u64,
    /// When the fund could first not pay.
    pub broke_at: Option<u64>,
    /// Most that was paid ahead for losses, token units.
    pub most_prepaid: i128,
    pub end: End,
    /// Posted prices of the last hour, for the oracle's average.
    recent: Vec<Dec>,
    an_hour: usize,
    price: f64,
    steps: usize,
}

impl<'a> V1<'a> {
    /// V1 before its first price, with the same curve and the same money as our market.
    pub fn new(people: &'a [Person], first: Point, an_hour: usize) -> Self {
        let mut world = World::new(Ratios::PRODUCTION, DECIMALS);
        world.now = first.time;
        world.block = first.time / BLOCK;
        let price = Dec::from(first.price) * PRICE_UNIT;
        let (quote, base) = reserves(price);
        let id = world.add_market(AmmParams::production(quote, base), price);
        for (number, person) in (0..).zip(people) {
            let units = i128::try_from(person.minted).unwrap_or(0);
            match person.role {
                Role::Owner => world.token.mint(Holder::InsuranceFund, units),
                _ => world.mint(Trader(number), units),
            }
        }
        world.backstop.insert(KEEPER);
        Self {
            world,
            id,
            people,
            rows: Vec::new(),
            liquidations: 0,
            refusals: BTreeMap::new(),
            stuck_liquidations: 0,
            frozen_funding: 0,
            refused_exits: 0,
            broke_at: None,
            most_prepaid: 0,
            end: End::default(),
            recent: Vec::new(),
            an_hour,
            price: first.price as f64 / 1e8,
            steps: 0,
        }
    }

    /// What moved through the fund, by reason.
    pub fn flows(&self) -> InsuranceFlows {
        self.world.flows
    }

    /// One posted price and what follows from it.
    pub fn step(&mut self, point: Point, wishes: &[(usize, Wish)]) -> Result<()> {
        self.post(point)?;
        self.arbitrage(1)?;
        self.liquidate()?;
        for (place, wish) in wishes {
            self.carry_out(*place, *wish);
        }
        self.arbitrage(ARBITRAGE_ROUNDS)?;
        self.liquidate()?;
        self.steps += 1;
        Ok(())
    }

    fn post(&mut self, point: Point) -> Result<()> {
        self.tick();
        self.world.now = self.world.now.max(point.time);
        self.world.block = self.world.block.max(point.time / BLOCK);
        self.price = point.price as f64 / 1e8;
        let price = Dec::from(point.price) * PRICE_UNIT;
        self.recent.push(price);
        if self.recent.len() > self.an_hour {
            self.recent.remove(0);
        }
        let average = self.recent.iter().sum::<Dec>() / Dec::try_from(self.recent.len().max(1))?;
        self.world.set_oracle(self.id, price, average).map_err(wrong)?;
        // Any other refusal is that the period has not ended.
        if self.world.pay_funding(self.id) == Err(V1Error::FundNotEnough) {
            self.frozen_funding += 1;
            self.broke();
        }
        Ok(())
    }

    fn tick(&mut self) {
        self.world.advance(BLOCK, 1);
    }

    fn broke(&mut self) {
        self.broke_at.get_or_insert(self.world.now);
    }

    // ---- traders ----

    fn carry_out(&mut self, place: usize, wish: Wish) {
        let trader = trader(place);
        match wish {
            Wish::Close => {
                self.close(trader);
            }
            Wish::Open { side, margin, notional } => {
                let has = self.world.wallet(trader) as f64 / DOLLAR as f64;
                // Fees are pulled from the wallet beside the margin.
                let part = (has / (margin + notional * 0.005)).min(1.0);
                if notional * part >= LEAST {
                    self.open(trader, side, notional * part, notional / margin);
                }
            }
            Wish::AddMargin(amount) => self.add_margin(trader, amount),
        }
    }

    fn open(&mut self, trader: Trader, side: Side, notional: f64, leverage: f64) -> bool {
        self.tick();
        let (leverage, notional) = (dec(leverage.min(9.99)), dec(notional));
        let quote = mul_div(notional, WAD, leverage);
        let done = self.world.open(trader, self.id, way(side), quote, leverage, 0);
        self.note(done.map(|_| ()))
    }

    fn close(&mut self, trader: Trader) -> bool {
        if !self.is_open(trader) {
            return false;
        }
        self.tick();
        let done = self.world.close(trader, self.id, 0).map(|_| ());
        if matches!(done, Err(V1Error::FundNotEnough | V1Error::TransferFailed)) {
            self.refused_exits += 1;
            self.broke();
        }
        self.note(done)
    }

    fn add_margin(&mut self, trader: Trader, amount: f64) {
        let units = to_units(amount).min(self.world.wallet(trader).unsigned_abs());
        if units > 0 && self.is_open(trader) {
            self.tick();
            let done = self.world.add_margin(trader, self.id, Dec::try_from(units).unwrap_or(0) * UNIT);
            self.note(done);
        }
    }

    /// Counts a refusal; says whether it went through.
    fn note(&mut self, done: std::result::Result<(), V1Error>) -> bool {
        self.most_prepaid = self.most_prepaid.max(self.world.prepaid_bad_debt / UNIT);
        match done {
            Ok(()) => true,
            Err(error) => {
                *self.refusals.entry(error.to_string()).or_default() += 1;
                false
            }
        }
    }

    fn is_open(&self, trader: Trader) -> bool {
        self.size(trader) != 0
    }

    fn size(&self, trader: Trader) -> Dec {
        self.world.position(self.id, trader).map_or(0, |position| position.size)
    }

    // ---- machines ----

    fn spot(&self) -> Result<f64> {
        Ok(self.world.amm(self.id).and_then(|amm| amm.spot()).map_err(wrong)? as f64 / 1e18)
    }

    fn arbitrage(&mut self, rounds: usize) -> Result<()> {
        for round in 0..rounds {
            let spot = self.spot()?;
            if (spot / self.price - 1.0).abs() < ARBITRAGE_GAP {
                return Ok(());
            }
            let depth = self.world.amm(self.id).map_err(wrong)?.reserves.quote as f64 / 1e18;
            let wanted = depth * ((self.price / spot).sqrt() - 1.0);
            let side = if wanted > 0.0 { Side::Long } else { Side::Short };
            let notional = wanted.abs().min(depth * (1.0 - (1.0 - ARBITRAGE_IMPACT).sqrt()));
            if notional < 300.0 || !self.arbitrage_once(side, notional, round) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The first who can: those who leave a position first.
    fn arbitrage_once(&mut self, side: Side, notional: f64, round: usize) -> bool {
        let mut queue: Vec<Trader> = self.all(Role::Arbitrageur);
        let turn = (self.steps + round) % queue.len().max(1);
        queue.rotate_left(turn);
        queue.sort_by_key(|trader| !self.is_against(*trader, side));
        for trader in queue {
            let value = self.world.value(self.id, trader, PnlOption::Spot).map_or(0, |value| value.notional);
            let close = self.is_against(trader, side) && (value as f64 / 1e18) < notional * 1.02;
            let done =
                if close { self.close(trader) } else { self.open(trader, side, notional, PATIENT_LEVERAGE) };
            if done {
                return true;
            }
        }
        false
    }

    fn is_against(&self, trader: Trader, side: Side) -> bool {
        match side {
            Side::Long => self.size(trader) < 0,
            Side::Short => self.size(trader) > 0,
        }
    }

    fn all(&self, role: Role) -> Vec<Trader> {
        (0..)
            .zip(self.people)
            .filter(|(_, person)| person.role == role)
            .map(|(place, _)| Trader(place))
            .collect()
    }

    fn liquidate(&mut self) -> Result<()> {
        for _ in 0..LOOKS {
            let everybody: Vec<Trader> = self.world.market(self.id).map_err(wrong)?.traders().collect();
            let mut done = false;
            for trader in everybody {
                if self.is_open(trader) && self.world.is_liquidatable(self.id, trader).unwrap_or(false) {
                    done |= self.liquidate_one(trader);
                }
            }
            if !done {
                return Ok(());
            }
        }
        Ok(())
    }

    fn liquidate_one(&mut self, trader: Trader) -> bool {
        self.tick();
        let result = self.world.liquidate(KEEPER, trader, self.id, 0).map(|_| ());
        if result == Err(V1Error::FundNotEnough) {
            self.stuck_liquidations += 1;
            self.broke();
        }
        let done = self.note(result);
        self.liquidations += u64::from(done);
        done
    }

    // ---- books ----

    /// Writes a row.
    pub fn row(&mut self, time: u64) -> Result<()> {
        let (claims, debts) = self.world.claims_and_debts(PnlOption::Spot).map_err(wrong)?;
        self.rows.push(Row {
            time,
            spot: self.spot()?,
            vault: self.world.token.balance(Holder::Vault),
            fund: self.world.token.balance(Holder::InsuranceFund),
            claims: claims / UNIT,
            debts: debts / UNIT,
        });
        Ok(())
    }

    // ---- the end ----

    /// Empties the market as far as V1 lets it.
    pub fn finish(&mut self, last: Point, step: u64, ending: Ending) -> Result<()> {
        let mut now = last;
        if ending == Ending::Leaving {
            self.traders_leave(&mut now, step)?;
            self.arbitrageurs_leave(&mut now, step)?;
        }
        self.row(now.time)?;
        self.shut_down()?;
        self.end.oracle = self.price;
        self.end.vault = self.world.token.balance(Holder::Vault);
        self.end.fund = self.world.token.balance(Holder::InsuranceFund);
        self.end.prepaid = self.world.prepaid_bad_debt / UNIT;
        self.end.wallets = (0..self.people.len()).map(|place| self.world.wallet(trader(place))).collect();
        Ok(())
    }

    fn traders_leave(&mut self, now: &mut Point, step: u64) -> Result<()> {
        for _ in 0..ROUNDS {
            now.time += step;
            self.step(*now, &[])?;
            let open: Vec<Trader> = (0..)
                .zip(self.people)
                .filter(|(_, person)| matches!(person.role, Role::Trader(_)))
                .map(|(place, _)| Trader(place))
                .filter(|trader| self.is_open(*trader))
                .collect();
            if open.is_empty() {
                return Ok(());
            }
            for some in open.chunks(AT_A_TIME) {
                for trader in some {
                    self.close(*trader);
                }
                self.arbitrage(ARBITRAGE_ROUNDS)?;
            }
        }
        Ok(())
    }

    fn arbitrageurs_leave(&mut self, now: &mut Point, step: u64) -> Result<()> {
        let everybody = self.all(Role::Arbitrageur);
        for trader in everybody.clone() {
            let wallet = self.world.wallet(trader) as f64 / DOLLAR as f64;
            // A little is kept for the fees of leaving, which come out of the wallet.
            self.add_margin(trader, wallet * 0.9);
        }
        for round in 0..ROUNDS {
            now.time += step;
            self.post(*now)?;
            let open: Vec<Trader> =
                everybody.iter().copied().filter(|trader| self.is_open(*trader)).collect();
            if open.is_empty() {
                return Ok(());
            }
            let parts = PARTS.saturating_sub(round);
            for trader in open {
                self.leave_part(trader, parts);
            }
            if parts == 0 {
                self.liquidate()?;
            }
        }
        Ok(())
    }

    /// A part of a position, or all of it: V1 itself closes a quarter where all would move the price too far.
    fn leave_part(&mut self, trader: Trader, parts: usize) {
        let value = self.world.value(self.id, trader, PnlOption::Spot).map_or(0, |value| value.notional);
        if parts <= 1 {
            self.close(trader);
            return;
        }
        let side = if self.size(trader) > 0 { Side::Short } else { Side::Long };
        self.open(trader, side, value as f64 / 1e18 / parts as f64, PATIENT_LEVERAGE);
    }

    /// Whatever is still open is settled at V1's settlement price, first come, first served.
    fn shut_down(&mut self) -> Result<()> {
        let left: Vec<usize> = (0..self.people.len()).filter(|place| self.is_open(trader(*place))).collect();
        self.end.shut_down_with = left.len();
        if left.is_empty() {
            return Ok(());
        }
        let price = self.world.shutdown(self.id).map_err(wrong)?;
        self.end.settlement_price = price as f64 / 1e18;
        for place in left {
            let owed = self.world.settlement_value(self.id, trader(place)).map_err(wrong)? / UNIT;
            let paid = self.world.settle_position(trader(place), self.id).map(|_| ());
            if !self.note(paid) {
                self.end.unpaid.push(Unpaid { place, owed });
            }
        }
        Ok(())
    }
}

fn trader(place: usize) -> Trader {
    Trader(place as u64)
}

fn way(side: Side) -> Way {
    match side {
        Side::Long => Way::Buy,
        Side::Short => Way::Sell,
    }
}

/// Dollars or other quantities of opinion, to the cent.
fn dec(value: f64) -> Dec {
    (value.max(0.0) * 100.0) as Dec * (WAD / 100)
}

fn mul_div(a: Dec, b: Dec, c: Dec) -> Dec {
    everfloor_v1_model::decimal::mul_div(a, b, c).map_or(0, |(value, _)| value)
}

/// The curve's reserves at a price: the same depth as our market's.
fn reserves(price: Dec) -> (Dec, Dec) {
    let quote = DEPTH * WAD;
    (quote, mul_div(quote, WAD, price))
}

fn wrong(error: V1Error) -> anyhow::Error {
    anyhow!("V1's model: {error}")
}
