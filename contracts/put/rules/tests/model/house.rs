//! The rules of one pool, called as the contracts call them.

use everfloor_put_rules::{
    Fill, Params, Pool, Position, Purchase, PutError, Rolled,
    error::Result,
    purchase::Counter,
    roll::{self, Due, Prices},
    terms::Collateral,
    volatility,
};

use crate::{
    action::{Action, OWNERS, Outside},
    rig::{Strikes, Written},
};

/// A pool and all that is stored with it; what has been paid in and out.
#[derive(Clone, Debug)]
pub struct House {
    pub pool: Pool,
    pub params: Params,
    pub collateral: Collateral,
    pub strikes: Strikes,
    pub written: Written,
    /// All positions ever made; those that ended are nothing.
    pub positions: Vec<Option<Position>>,
    pub owners: Vec<usize>,
    /// Fees and rewards that owners have been paid.
    pub wallets: [(u128, u128); OWNERS],
    pub paid_in: u128,
    pub paid_out: u128,
    pub rewards_in: u128,
    pub rewards_out: u128,
    pub now: u64,
}

/// What an action did that its pool does not show.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub fees: u128,
    pub rewards: u128,
    pub ended: bool,
    pub bought: Option<Purchase>,
    pub roll: Option<(Due, Prices, Rolled)>,
}

fn refuse<T>(error: PutError) -> Result<T> {
    Err(Box::new(error))
}

impl House {
    pub fn run(&mut self, action: &Action) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        match *action {
            Action::Deposit { owner, amount, least } => self.deposit(owner, amount, least)?,
            Action::Purchase { order } => {
                let (now, params, collateral) = (self.now, self.params, self.collateral);
                let mut counter = Counter::of(&mut self.pool, &mut self.strikes);
                let bought = counter.sell(&order, now, &params, collateral)?;
                self.paid_in += bought.premium;
                outcome.bought = Some(bought);
            }
            Action::ReportSupply { supply } => {
                self.pool.buyer.back(supply, self.pool.book.liquidity, self.params.leverage)?;
            }
            Action::Release { units } => {
                self.pool.buyer.keep_at_most(units, &self.pool.cover);
            }
            Action::FundEscrow { amount } => {
                require_amount(amount)?;
                self.pool.buyer.fund(amount)?;
                self.paid_in += amount;
            }
            Action::WithdrawEscrow { amount } => {
                require_amount(amount)?;
                self.pool.buyer.unfund(amount)?;
                self.paid_out += amount;
            }
            Action::CollectPayoff => {
                let due = self.pool.buyer.take_due();
                require_payable(due)?;
                self.paid_out += due;
            }
            Action::RequestExit { who, shares } => {
                let mut position = self.caught_up(who)?;
                position.request_exit(&mut self.pool.queue, shares)?;
                self.positions[who] = Some(position);
            }
            Action::CancelExit { who, shares } => {
                let mut position = self.caught_up(who)?;
                position.cancel_exit(&mut self.pool.queue, shares)?;
                self.positions[who] = Some(position);
            }
            Action::Claim { who, fees, rewards } => self.claim(who, fees, rewards, &mut outcome)?,
            Action::Settle { who } => {
                let position = self.accounted(who, true, true)?;
                self.positions[who] = Some(position);
            }
            Action::Split { who, shares } => {
                let mut position = self.settled(who)?;
                let part = position.split(shares)?;
                self.positions[who] = Some(position);
                self.add_position(part, self.owners[who])?;
            }
            Action::Merge { into, from } => {
                let mut kept = self.settled(into)?;
                kept.absorb(&self.settled(from)?)?;
                (self.positions[into], self.positions[from]) = (Some(kept), None);
            }
            Action::Transfer { who, to } => self.owners[who] = to,
            Action::BeginRewards => self.begin_rewards()?,
            Action::CollectUnallocated => {
                let Pool { book, per_share, rewards, .. } = &mut self.pool;
                rewards.accrue(&self.params.rewards(), book, per_share, self.now)?;
                let amount = std::mem::take(&mut rewards.unallocated);
                require_payable(amount)?;
                self.rewards_out += amount;
            }
            Action::Roll { outside } => outcome.roll = Some(self.roll(&outside)?),
        }
        Ok(outcome)
    }

    fn deposit(&mut self, owner: usize, amount: u128, least: u128) -> Result<()> {
        let shares = self.pool.deposit(amount, self.now, &self.params, self.collateral)?;
        if shares < least {
            return refuse(PutError::SharesBelowLimit { shares, limit: least });
        }
        let position = Position::new(shares, &self.pool.book, self.pool.per_share);
        self.add_position(position, owner)?;
        self.paid_in += amount;
        Ok(())
    }

    fn add_position(&mut self, position: Position, owner: usize) -> Result<()> {
        self.pool.book.next_position()?;
        self.positions.push(Some(position));
        self.owners.push(owner);
        Ok(())
    }

    /// A position with what it took part in accounted for.
    fn caught_up(&self, who: usize) -> Result<Position> {
        let mut position = self.positions[who].expect("a position");
        position.catch_up(&self.pool.book, &self.pool.queue, &self.written)?;
        self.require_settled(&position)?;
        Ok(position)
    }

    fn require_settled(&self, position: &Position) -> Result<()> {
        match position.exits_left(&self.pool.queue) {
            0 => Ok(()),
            exits => refuse(PutError::PositionUnsettled { exits }),
        }
    }

    fn settled(&mut self, who: usize) -> Result<Position> {
        let position = self.accounted(who, true, true)?;
        self.require_settled(&position)?;
        Ok(position)
    }

    /// A position brought to now, of fees or rewards or both.
    pub fn accounted(&mut self, who: usize, fees: bool, rewards: bool) -> Result<Position> {
        let mut position = self.positions[who].expect("a position");
        let (end, plan) = (self.end(), self.params.rewards());
        let Pool { book, per_share, stream, rewards: reward, queue, .. } = &mut self.pool;
        if fees {
            stream.accrue(book, per_share, self.now, end)?;
        }
        if rewards {
            reward.accrue(&plan, book, per_share, self.now)?;
        }
        position.catch_up(book, queue, &self.written)?;
        if position.exits_left(queue) == 0 {
            if fees {
                position.earn_collateral(*per_share)?;
            }
            if rewards {
                position.earn_reward(*per_share)?;
            }
        }
        Ok(position)
    }

    fn claim(&mut self, who: usize, fees: bool, rewards: bool, outcome: &mut Outcome) -> Result<()> {
        let mut position = self.accounted(who, fees, rewards)?;
        outcome.fees = if fees { position.take_owed() } else { 0 };
        outcome.rewards = if rewards { position.take_reward() } else { 0 };
        outcome.ended = position.is_empty();
        self.positions[who] = (!outcome.ended).then_some(position);
        self.paid_out += outcome.fees;
        self.rewards_out += outcome.rewards;
        let wallet = &mut self.wallets[self.owners[who]];
        wallet.0 += outcome.fees;
        wallet.1 += outcome.rewards;
        Ok(())
    }

    fn begin_rewards(&mut self) -> Result<()> {
        let total = self.params.rewards().total()?;
        let rewards = &mut self.pool.rewards;
        if rewards.start != 0 || total == 0 {
            return refuse(PutError::RewardsStarted { start: rewards.start });
        }
        (rewards.start, rewards.last) = (self.now, self.now);
        self.rewards_in += total;
        Ok(())
    }

    /// What is due and at which prices.
    fn due(&self, outside: &Outside) -> Result<(Due, Prices)> {
        let Params { window, grace, .. } = self.params;
        let due = roll::due(self.params.schedule(), self.pool.book.epoch, self.now, window, grace)?;
        let unavailable = || refuse(PutError::PriceUnavailable { status: 1 });
        let settlement = match outside.average {
            Some(price) => price,
            None if due.past_grace => outside.last_average,
            None => return unavailable(),
        };
        let mark = match outside.mark {
            _ if due.prompt && outside.average.is_some() => Some(settlement),
            None if !due.without_mark => return unavailable(),
            mark => mark,
        };
        Ok((due, Prices { settlement, mark }))
    }

    fn roll(&mut self, outside: &Outside) -> Result<(Due, Prices, Rolled)> {
        let (due, prices) = self.due(outside)?;
        let (generation, params) = (self.pool.book.generation, self.params);
        let sigma = volatility::next(self.pool.buyer.sigma, outside.reading, self.now, &params)?;
        let pool = &mut self.pool;
        let rolled = pool.roll(&self.strikes, &due, prices, sigma, self.now, &params, self.collateral)?;
        self.written.fills.extend(rolled.fill);
        if let Some(end) = rolled.lost {
            self.written.ended.insert(generation, end);
        }
        self.strikes = Strikes::default();
        Ok((due, prices, rolled))
    }

    /// Brings everything to now: as everybody would see it who asked.
    pub fn settle_all(&mut self) {
        self.pool.accrue(&self.params, self.now).expect("clocks that run");
        for position in self.positions.iter_mut().flatten() {
            while {
                let Pool { book, queue, per_share, .. } = &self.pool;
                position.settle(book, queue, *per_share, &self.written).expect("a position that settles");
                position.exits_left(queue) != 0
            } {}
        }
    }

    pub fn end(&self) -> u64 {
        self.params.schedule().end(self.pool.book.epoch)
    }

    /// The last exit.
    pub fn last_fill(&self) -> Option<&Fill> {
        self.written.fills.last()
    }
}

fn require_amount(amount: u128) -> Result<()> {
    if amount == 0 { refuse(PutError::ZeroAmount) } else { Ok(()) }
}

fn require_payable(amount: u128) -> Result<()> {
    if amount == 0 { refuse(PutError::NothingToPay) } else { Ok(()) }
}
