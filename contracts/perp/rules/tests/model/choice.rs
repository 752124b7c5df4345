//! What traders, keepers and governance try next.

use everfloor_perp_rules::{
    Position, Side, WAD, liquidation, margin,
    trade::{CloseOrder, OpenOrder},
};

use crate::{
    action::{Action, TRADERS},
    house::House,
    market::Cover,
    random::Random,
    story::wad,
};

/// The trader who keeps the mark near the oracle.
const ARBITRAGEUR: usize = 0;

/// Chooses what is tried next.
pub struct Choice<'a> {
    pub house: &'a House,
    pub random: &'a mut Random,
    /// Whether prices jump.
    pub wild: bool,
}

impl Choice<'_> {
    pub fn next(&mut self) -> Action {
        if self.house.market.status.halted {
            return self.after_the_end();
        }
        let status = self.house.market.status;
        if (status.paused || status.reduce_only) && self.random.one_in(12) {
            return Action::SetStatus { paused: false, reduce_only: false };
        }
        if self.random.one_in(8) {
            return self.rare();
        }
        if self.random.one_in(if self.wild { 2 } else { 6 }) {
            return self.keeper();
        }
        let who = self.random.below(TRADERS as u64) as usize;
        if who == ARBITRAGEUR && !self.random.one_in(4) {
            return self.arbitrage();
        }
        self.trader(who)
    }

    fn trader(&mut self, who: usize) -> Action {
        let position = self.house.positions[who];
        let unit = WAD / self.house.scale;
        match self.random.below(12) {
            0..=5 => Action::Open { who, order: self.order(who) },
            6 | 7 => Action::Close { who, order: self.close(&position) },
            8 => {
                let amount = self.random.between(0, 20 * unit);
                // More than this many tokens there are nowhere.
                let edge = self.random.edge() >> 70;
                Action::Add { who, amount: if self.random.one_in(9) { edge } else { amount } }
            }
            9 if position.size != 0 => {
                Action::Remove { who, amount: self.random.between(0, position.margin / 8) }
            }
            9 => Action::Remove { who, amount: self.random.between(0, position.margin.saturating_add(2)) },
            10 => self.claim(),
            _ => Action::RealizeLoss { who: self.with(|position| position.size != 0).unwrap_or(who) },
        }
    }

    fn order(&mut self, who: usize) -> OpenOrder {
        let position = self.house.positions[who];
        let curve = &self.house.market.curve;
        // Those who hold something mostly take more of it, or turn.
        let same = position.side().filter(|_| !self.random.one_in(3));
        let side = same.unwrap_or_else(|| self.side());
        let exit = position.side().and_then(|side| curve.exit_value(side, position.base()).ok()).unwrap_or(0);
        let deep = curve.quote / 40 * (curve.peg / 1_000_000_000) / 1_000_000_000;
        let notional = match self.random.below(16) {
            0 => self.random.between(0, 3),
            1 => exit,
            2 => self.random.edge(),
            3 | 4 if side != position.side().unwrap_or(side) => exit + self.random.between(0, deep),
            5 => self.random.between(0, deep * 8),
            _ => self.random.between(0, deep),
        };
        OpenOrder {
            side,
            margin: self.margin_for(notional),
            notional,
            base_limit: self.base_limit(side, notional),
            max_fee: if self.random.one_in(30) { self.random.edge() } else { u128::MAX },
            deadline: self.deadline(),
        }
    }

    /// From less than is asked for to a multiple of it.
    fn margin_for(&mut self, notional: u128) -> u128 {
        let params = &self.house.params;
        let ratio = u128::from(params.initial_margin_ppm) * self.random.between(80, 250) / 100;
        notional.min(wad(1_000_000_000)) / self.house.scale * ratio / 1_000_000
    }

    /// Mostly none, else near what the curve gives.
    fn base_limit(&mut self, side: Side, notional: u128) -> u128 {
        if !self.random.one_in(20) {
            return 0;
        }
        let base = self.house.market.curve.clone().swap_quote(side, notional).unwrap_or(1);
        let off = self.random.below(3) as u128;
        base.saturating_add(off).saturating_sub(1)
    }

    fn deadline(&mut self) -> u64 {
        self.house.now.saturating_add(self.random.pick(&[0, 0, 60, u64::MAX]))
            - u64::from(self.random.one_in(60))
    }

    fn close(&mut self, position: &Position) -> CloseOrder {
        let base = match self.random.below(6) {
            0 | 1 => u128::MAX,
            2 => self.random.between(0, 2),
            _ => self.random.between(0, position.base()),
        };
        let exit = position
            .side()
            .and_then(|side| self.house.market.curve.exit_value(side, base.min(position.base())).ok());
        let limit = if self.random.one_in(10) { exit.unwrap_or(0) } else { 0 };
        let off = self.random.below(3) as u128;
        CloseOrder {
            base,
            quote_limit: (limit + off).saturating_sub(1),
            max_fee: if self.random.one_in(30) { self.random.edge() } else { u128::MAX },
            deadline: self.deadline(),
        }
    }

    fn claim(&mut self) -> Action {
        let who = self.with(|position| position.claim != 0);
        let who = who.unwrap_or_else(|| self.random.below(TRADERS as u64) as usize);
        let claim = self.house.positions[who].claim;
        let all = self.random.one_in(3);
        let amount = if all { claim } else { self.random.between(0, claim + 1) };
        let least = if self.random.one_in(4) { amount } else { 0 };
        Action::Claim { who, amount, least }
    }

    /// A trade that would bring the mark towards the oracle, more often than not.
    fn side(&mut self) -> Side {
        let below = self.house.market.curve.spot().expect("a price") < self.house.oracle.price;
        if below ^ self.random.one_in(3) { Side::Long } else { Side::Short }
    }

    /// Brings the mark to the oracle, with money enough.
    fn arbitrage(&mut self) -> Action {
        let curve = &self.house.market.curve;
        let (spot, index) = (curve.spot().expect("a price"), self.house.oracle.price);
        let quote = curve.quote / 1_000_000_000 * (curve.peg / 1_000_000_000);
        // Half of a small change in price.
        let notional = quote / 1_000 * (spot.abs_diff(index) / 1_000 * 500_000 / index.max(spot)).min(500);
        let side = if spot < index { Side::Long } else { Side::Short };
        let margin = notional.min(wad(1_000_000_000)) / self.house.scale;
        let deadline = self.house.now;
        let order = OpenOrder { side, margin, notional, base_limit: 0, max_fee: u128::MAX, deadline };
        Action::Open { who: ARBITRAGEUR, order }
    }

    /// What a keeper tries, mostly on who is worst off.
    fn keeper(&mut self) -> Action {
        let who =
            if self.random.one_in(4) { self.random.below(TRADERS as u64) as usize } else { self.worst() };
        let cover = self.cover();
        let position = &self.house.positions[who];
        let context = House::context(
            &self.house.params,
            self.house.oracle,
            self.house.scale,
            self.house.now,
            self.house.resumed_at,
        );
        let over = position.takeover_start != 0
            && self.house.now >= liquidation::auction_end(position.takeover_start, &context);
        let base = if self.random.one_in(3) { u128::MAX } else { self.random.between(0, position.base()) };
        let base = self.within_the_other_side(position, base);
        let offered = position.takeover_start != 0;
        match self.random.below(8) {
            0 | 1 => Action::Liquidate { who, limit: self.quote_limit(position), cover },
            2 | 3 if !offered => Action::StartTakeover { who },
            2..=4 if over => Action::Deleverage { who, base, cover },
            2..=5 if offered => self.take_over(who, base, cover),
            4 => Action::Deleverage { who, base, cover },
            5 => self.take_over(who, base, cover),
            6 => Action::StartTakeover { who },
            _ => Action::CatchUp { who },
        }
    }

    /// Mostly no more than deleveraging may take of the other side, at times a little more.
    fn within_the_other_side(&mut self, position: &Position, base: u128) -> u128 {
        let Some(side) = position.side() else { return base };
        let other = self.house.market.size(side.opposite());
        let most = match self.random.below(8) {
            0..=3 => other / 10 * 9,
            4 => other * 9 / 10 + 1,
            5 => other,
            _ => u128::MAX,
        };
        position.base().min(base).min(most)
    }

    fn quote_limit(&mut self, position: &Position) -> u128 {
        if !self.random.one_in(8) {
            return 0;
        }
        let exit = |side| self.house.market.curve.exit_value(side, position.base()).unwrap_or(1);
        position.side().map_or(0, exit)
    }

    /// Somebody else, with some margin or a lot.
    fn take_over(&mut self, who: usize, base: u128, cover: Cover) -> Action {
        let taker = (who + 1 + self.random.below(TRADERS as u64 - 1) as usize) % TRADERS;
        let position = &self.house.positions[who];
        let value = position.base().min(base) / 1_000_000_000 * (self.house.oracle.price / 1_000_000_000);
        let margin = value / self.house.scale * self.random.between(0, 30) / 20;
        let limit = if self.random.one_in(8) { self.house.oracle.price } else { 0 };
        Action::TakeOver { who, taker, base, margin, limit, cover }
    }

    /// The fund has something or nothing, pays it or less, and the deficit ledger answers or does not.
    fn cover(&mut self) -> Cover {
        let cap = self.random.pick(&[0, self.house.fund / 4, self.house.fund]);
        let available = cap.min(self.house.fund);
        let pays = if self.random.one_in(10) { available / 2 } else { available };
        Cover { available, pays, taken_on: self.random.one_in(3) }
    }

    fn worst(&self) -> usize {
        let house = self.house;
        let context = House::context(&house.params, house.oracle, house.scale, house.now, house.resumed_at);
        let ratio = |who: &usize| {
            let value = margin::at_neutral(&house.market, &house.positions[*who], &context);
            value.and_then(|value| value.margin_ratio_wad(house.scale)).unwrap_or(i128::MAX)
        };
        (0..TRADERS).min_by_key(ratio).unwrap_or(0)
    }

    /// A random one of those.
    fn with(&mut self, of: impl Fn(&Position) -> bool) -> Option<usize> {
        let first = self.random.below(TRADERS as u64) as usize;
        (first..TRADERS).chain(0..first).find(|who| of(&self.house.positions[*who]))
    }

    fn rare(&mut self) -> Action {
        let unit = WAD / self.house.scale;
        match self.random.below(100) {
            0..=29 => Action::Repeg,
            30..=44 => Action::AdjustDepth,
            45..=54 => Action::SettleFunding,
            55..=58 => self.set_status(),
            59..=70 => Action::SendInsurance,
            71..=78 => {
                let most = self.house.losses.deficit + self.house.losses.bad_debt;
                let amount = self.random.pick(&[0, unit, most / 2, most, most.saturating_mul(2)]);
                Action::Recapitalize { amount }
            }
            79..=84 => Action::Allocate { by_ledger: self.random.one_in(2) },
            85..=93 => self.change_params(),
            94..=96 => self.change_feed(),
            97 if self.random.one_in(2) => Action::Halt { price: self.halt_price() },
            98 => self.too_early(),
            _ => Action::CatchUp { who: self.random.below(TRADERS as u64) as usize },
        }
    }

    /// What has to wait for the end.
    fn too_early(&mut self) -> Action {
        let who = self.random.below(TRADERS as u64) as usize;
        if self.random.one_in(2) {
            Action::Redeem { who }
        } else {
            Action::Settle { who, cover: self.cover() }
        }
    }

    fn set_status(&mut self) -> Action {
        let status = self.house.market.status;
        let paused = !status.paused && self.random.one_in(2);
        Action::SetStatus { paused, reduce_only: !status.reduce_only && self.random.one_in(4) }
    }

    fn change_feed(&mut self) -> Action {
        if self.house.oracle.price == 0 {
            return Action::SettleFunding;
        }
        Action::ChangeFeed { cumulative: self.random.between(0, wad(10_000_000)) }
    }

    /// Near the oracle, now and then far from it, or nothing.
    fn halt_price(&mut self) -> u128 {
        let price = self.house.oracle.price;
        if self.random.one_in(20) {
            return 0;
        }
        self.random.between(price / 10 * 8, price / 10 * 12)
    }

    /// A bounded step of one of them, else what governance may do to the window of the average.
    fn change_params(&mut self) -> Action {
        let mut params = self.house.params;
        if self.random.one_in(4) {
            params.twap_window = self.random.pick(&[0, 1, 60, 900]);
            params.impact_window = self.random.pick(&[0, 60, 600]);
            return Action::ChangeParams { params };
        }
        let step = |value: u32, random: &mut Random| {
            let by = value / 10;
            value - by + random.below(u64::from(2 * by) + 1) as u32
        };
        let next = match self.random.below(9) {
            0 => &mut params.maintenance_margin_ppm,
            1 => &mut params.fee_ppm,
            2 => &mut params.max_divergence_ppm,
            3 => &mut params.mark_band_ppm,
            4 => &mut params.max_funding_ppm,
            5 => &mut params.window_impact_ppm,
            6 => &mut params.skew_spread_ppm,
            7 => &mut params.liquidation_penalty_ppm,
            _ => &mut params.takeover_time,
        };
        *next = step(*next, self.random);
        let good =
            params.validate(self.house.scale).is_ok() && self.house.params.validate_step(&params).is_ok();
        if good { Action::ChangeParams { params } } else { Action::SettleFunding }
    }

    /// Settling and redeeming, and what is not allowed any more.
    fn after_the_end(&mut self) -> Action {
        let who = self.random.below(TRADERS as u64) as usize;
        let margin = self.house.positions[who].margin;
        match self.random.below(12) {
            0..=4 => Action::Settle { who, cover: self.cover() },
            5 | 6 => Action::Redeem { who },
            7 => Action::Remove { who, amount: self.random.between(0, margin.saturating_add(1)) },
            8 => self.trader(who),
            9 => self.keeper(),
            10 => Action::Allocate { by_ledger: self.random.one_in(2) },
            _ => self.rare(),
        }
    }
}
