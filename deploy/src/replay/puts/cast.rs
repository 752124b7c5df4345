//! Who takes part, and what each does on a day. All of it follows from prices, the pool and the seed.

use alloy::primitives::{Address, U256};
use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    bindings::{Bonding, PutPool, TestToken, WriterPosition},
    demo::money::units,
    replay::local::Acts as _,
};

use super::stage::{EPOCH_DAYS, Stage, WAD, account};

/// Writers.
const WRITERS: usize = 30;
/// Bonders.
const BONDERS: usize = 12;
/// Funding of so many epochs is what the treasury keeps in the escrow.
const RUNWAY: u128 = 2;
/// Of an epoch's funding, in hundredths, what it leaves there when it runs dry.
const LEFT_WHEN_DRY: u128 = 40;
/// Refusals that are a bonder's bad luck: others were first, or the liquidity is locked.
const FULL: [&str; 2] = ["InsufficientCollateral", "SupplyCapExceeded"];

/// How a writer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Stays to the end.
    Steady,
    /// Wants to leave when the price falls by three tenths in a week, and comes back two months later.
    Fearful,
    /// Leaves with half after some months, with the rest after more.
    Scheduled,
    /// Adds to its position every 45 days.
    Adder,
    /// Sells its position to another writer.
    Seller,
}

/// All kinds, in the order in which writers get them.
const KINDS: [Kind; 5] = [Kind::Steady, Kind::Fearful, Kind::Scheduled, Kind::Adder, Kind::Seller];

impl Kind {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Fearful => "fearful",
            Self::Scheduled => "scheduled",
            Self::Adder => "adder",
            Self::Seller => "seller",
        }
    }
}

/// A writer.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub name: String,
    pub kind: Kind,
    pub address: Address,
    pub minted: u128,
    stake: u128,
    enters: u64,
    /// Days after entering when it acts by its kind.
    holds: u64,
    claims_every: u64,
    /// Positions it holds.
    pub positions: Vec<u64>,
}

/// A bonder.
#[derive(Clone, Debug)]
pub(crate) struct Bonder {
    pub name: String,
    pub address: Address,
    pub minted: u128,
    pub minted_rdpx: u128,
    /// Bonds that are no dpxETH yet: number and the day from which they can be.
    bonds: Vec<(U256, u64)>,
    rng: StdRng,
}

/// Everybody.
pub(crate) struct Cast {
    pub writers: Vec<Writer>,
    pub bonders: Vec<Bonder>,
    pub treasury_minted: u128,
    pub rewards_minted: u128,
    /// Epochs in which the treasury does not pay.
    pub dry: std::ops::Range<u64>,
    prices: Vec<u128>,
    seed: u64,
}

impl Cast {
    /// A cast for so many days.
    pub fn new(seed: u64, days: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        // The first writers are there from the beginning, others come over three quarters of the time.
        let writers = (0..WRITERS).map(|number| {
            let name = format!("writer {:02}", number + 1);
            let late = rng.random_range(1..(days * 3 / 4).max(2));
            let stake = u128::from(rng.random_range(20_u64..120)) * WAD;
            let holds = rng.random_range(20_u64..240).min(days / 3);
            Writer {
                address: account(&name),
                name,
                kind: KINDS[number % KINDS.len()],
                minted: stake * 4,
                stake,
                enters: if number < WRITERS / 3 { 0 } else { late },
                holds,
                claims_every: rng.random_range(10..60),
                positions: Vec::new(),
            }
        });
        let writers = writers.collect();
        let bonders = (0..BONDERS).map(|number| {
            let name = format!("bonder {:02}", number + 1);
            Bonder {
                address: account(&name),
                name,
                minted: 100_000 * WAD,
                minted_rdpx: 10_000_000 * WAD,
                bonds: Vec::new(),
                rng: StdRng::seed_from_u64(rng.random()),
            }
        });
        // A short replay has its drought early, a long one in the middle.
        let epochs = days / EPOCH_DAYS;
        let dry = if epochs >= 12 { 10..13 } else { 2..4 };
        Self {
            writers,
            bonders: bonders.collect(),
            treasury_minted: 1_000_000 * WAD,
            rewards_minted: 9_000 * WAD,
            dry,
            prices: Vec::new(),
            seed,
        }
    }

    /// Gas, tokens and allowances for everybody; the rewards begin.
    pub fn enter(&mut self, stage: &mut Stage) -> Result<()> {
        let at = stage.at;
        for writer in &self.writers {
            stage.equip(writer.address);
            stage.give(at.weth, writer.address, writer.minted, &[at.pool])?;
        }
        for bonder in &self.bonders {
            stage.equip(bonder.address);
            stage.give(at.weth, bonder.address, bonder.minted, &[at.bonding])?;
            stage.give(at.rdpx, bonder.address, bonder.minted_rdpx, &[at.bonding])?;
            let approve = TestToken::approveCall { spender: at.bonding, value: U256::MAX };
            stage.must(bonder.address, at.dpx_eth, &approve)?;
        }
        let treasury = stage.treasury;
        stage.give(at.weth, treasury, self.treasury_minted, &[at.pool])?;
        stage.give(at.dpx, treasury, self.rewards_minted, &[at.pool])?;
        stage.must(treasury, at.pool, &PutPool::beginRewardsCall {}).map(|_| ())
    }

    /// A day of everybody's.
    pub fn act(&mut self, stage: &mut Stage, day: u64, price: u128) -> Result<()> {
        self.prices.push(price);
        for place in 0..self.writers.len() {
            self.writer_acts(stage, place, day)?;
        }
        for bonder in &mut self.bonders {
            bonder.act(stage, day)?;
        }
        self.treasury_acts(stage, day)
    }

    // ---- writers ----

    fn writer_acts(&mut self, stage: &mut Stage, place: usize, day: u64) -> Result<()> {
        let fell = self.fell();
        let others = self.writers.len();
        let Some(writer) = self.writers.get_mut(place) else { return Ok(()) };
        if day < writer.enters {
            return Ok(());
        }
        if day == writer.enters {
            writer.deposit(stage, writer.stake)?;
        }
        let since = day - writer.enters;
        match writer.kind {
            Kind::Steady => {}
            Kind::Fearful if fell => writer.flee(stage)?,
            Kind::Fearful => writer.come_back(stage, day)?,
            Kind::Scheduled if since == writer.holds => writer.leave_with_half(stage)?,
            Kind::Scheduled if since == 2 * writer.holds => writer.flee(stage)?,
            Kind::Scheduled => {}
            Kind::Adder if since > 0 && since.is_multiple_of(45) => writer.add(stage)?,
            Kind::Adder => {}
            Kind::Seller if since == writer.holds => {
                if let Some(id) = writer.sell(stage, account(&format!("writer {:02}", place % others)))? {
                    let buyer = place.checked_sub(1).and_then(|place| self.writers.get_mut(place));
                    buyer.into_iter().for_each(|buyer| buyer.positions.push(id));
                }
            }
            Kind::Seller => {}
        }
        match self.writers.get_mut(place) {
            Some(writer) if since > 0 && since.is_multiple_of(writer.claims_every) => writer.claim(stage),
            _ => Ok(()),
        }
    }

    /// Whether the price fell by three tenths in a week.
    fn fell(&self) -> bool {
        let (now, then) = (self.prices.last(), self.prices.iter().rev().nth(7));
        now.zip(then).is_some_and(|(now, then)| now / 7 < then / 10)
    }

    // ---- the treasury ----

    fn treasury_acts(&self, stage: &mut Stage, day: u64) -> Result<()> {
        let (epoch, of_epoch) = (day / EPOCH_DAYS, day % EPOCH_DAYS);
        let pool = stage.at.pool;
        let quote = stage.ask(pool, &PutPool::quoteFundingCall {})?;
        let (needed, escrow) = (units(quote.needed), units(quote.escrow));
        if self.dry.contains(&epoch) {
            let left = needed * LEFT_WHEN_DRY / 100;
            if epoch == self.dry.start && of_epoch == EPOCH_DAYS - 1 && escrow > left {
                let (amount, recipient) = (U256::from(escrow - left), stage.treasury);
                stage.must(
                    stage.owner,
                    stage.at.bonding,
                    &Bonding::withdrawEscrowCall { amount, recipient },
                )?;
            }
            return Ok(());
        }
        // Weekly, and on the last day before a roll.
        if (of_epoch.is_multiple_of(7) || of_epoch == EPOCH_DAYS - 1) && escrow < needed * RUNWAY {
            let amount = U256::from(needed * RUNWAY - escrow);
            stage.must(stage.treasury, pool, &PutPool::fundEscrowCall { amount })?;
        }
        Ok(())
    }

    // ---- the end ----

    /// Everybody wants out: bonds become dpxETH, dpxETH its backing, writers wait for the roll, the escrow goes home.
    pub fn leave(&mut self, stage: &mut Stage, day: u64) -> Result<()> {
        for bonder in &mut self.bonders {
            bonder.mature(stage, day)?;
            bonder.redeem(stage, 1)?;
        }
        for writer in &mut self.writers {
            writer.flee(stage)?;
        }
        let escrow = stage.state()?.escrow;
        if !escrow.is_zero() {
            let call = Bonding::withdrawEscrowCall { amount: escrow, recipient: stage.treasury };
            stage.must(stage.owner, stage.at.bonding, &call)?;
        }
        Ok(())
    }

    /// After the last roll everybody takes what is theirs.
    pub fn collect(&mut self, stage: &mut Stage) -> Result<()> {
        for writer in &mut self.writers {
            writer.claim(stage)?;
        }
        let (keeper, pool) = (stage.keeper, stage.at.pool);
        stage.may(keeper, pool, &PutPool::collectUnallocatedCall {}, &["NothingToPay"]).map(|_| ())
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl Writer {
    fn deposit(&mut self, stage: &mut Stage, assets: u128) -> Result<()> {
        let call = PutPool::depositCall {
            assets: U256::from(assets),
            minShares: U256::ZERO,
            receiver: self.address,
            deadline: U256::MAX,
        };
        let made = stage.must(self.address, stage.at.pool, &call)?;
        self.positions.push(made.id.saturating_to());
        Ok(())
    }

    /// Requests to leave with all that does not wait yet.
    fn flee(&self, stage: &mut Stage) -> Result<()> {
        for id in &self.positions {
            let position = stage.position(*id)?;
            let shares = position.shares - position.exitShares;
            if !shares.is_zero() {
                let call = PutPool::requestExitCall { id: U256::from(*id), shares };
                stage.must(self.address, stage.at.pool, &call)?;
            }
        }
        Ok(())
    }

    /// Two months after it has left, and not in the last days, it deposits again.
    fn come_back(&mut self, stage: &mut Stage, day: u64) -> Result<()> {
        if day > self.enters && self.positions.is_empty() && (day - self.enters).is_multiple_of(60) {
            let all = stage.balance(stage.at.weth, self.address)?;
            self.deposit(stage, self.stake.min(all))?;
        }
        Ok(())
    }

    fn leave_with_half(&mut self, stage: &mut Stage) -> Result<()> {
        let Some(id) = self.positions.first().map(|id| U256::from(*id)) else { return Ok(()) };
        let shares = stage.position(id.saturating_to())?.shares / U256::from(2);
        let new = stage.must(self.address, stage.at.pool, &PutPool::splitCall { id, shares })?;
        self.positions.push(new.saturating_to());
        stage.must(self.address, stage.at.pool, &PutPool::requestExitCall { id: new, shares }).map(|_| ())
    }

    /// Deposits a quarter more, which becomes part of its first position.
    fn add(&mut self, stage: &mut Stage) -> Result<()> {
        let more = self.stake / 4;
        if stage.balance(stage.at.weth, self.address)? < more {
            return Ok(());
        }
        self.deposit(stage, more)?;
        let [into, .., from] = self.positions.as_slice() else { return Ok(()) };
        let call = PutPool::mergeCall { into: U256::from(*into), from: U256::from(*from) };
        stage.must(self.address, stage.at.pool, &call)?;
        self.forget_closed(stage);
        Ok(())
    }

    /// Gives its first position away; what it was paid for it is no matter of the pool's.
    fn sell(&mut self, stage: &mut Stage, buyer: Address) -> Result<Option<u64>> {
        let Some(id) = self.positions.first().copied() else { return Ok(None) };
        let call =
            WriterPosition::transferFromCall { from: self.address, to: buyer, tokenId: U256::from(id) };
        stage.must(self.address, stage.at.positions, &call)?;
        self.positions.remove(0);
        Ok(Some(id))
    }

    fn claim(&mut self, stage: &mut Stage) -> Result<()> {
        for id in &self.positions {
            let call = PutPool::claimCall { id: U256::from(*id), recipient: self.address };
            stage.must(self.address, stage.at.pool, &call)?;
        }
        self.forget_closed(stage);
        Ok(())
    }

    fn forget_closed(&mut self, stage: &Stage) {
        self.positions.retain(|id| !stage.diary.closed.contains(id));
    }
}

impl Bonder {
    fn act(&mut self, stage: &mut Stage, day: u64) -> Result<()> {
        self.mature(stage, day)?;
        if self.rng.random_bool(0.1) {
            let wish = u128::from(self.rng.random_range(500_u64..6_000)) * WAD / 100;
            self.bond(stage, day, wish)?;
        }
        if self.rng.random_bool(0.012) {
            self.redeem(stage, 2)?;
        }
        Ok(())
    }

    /// Bonds what it wishes, or what the cap leaves.
    fn bond(&mut self, stage: &mut Stage, day: u64, wish: u128) -> Result<()> {
        let at = stage.at;
        let most = units(stage.ask(at.bonding, &Bonding::maxSupplyCall {})?);
        let supply = units(stage.ask(at.bonding, &Bonding::supplyCall {})?);
        let amount = wish.min(most.saturating_sub(supply));
        if amount < WAD {
            *stage.refusals.entry("no room under the cap".into()).or_default() += 1;
            return Ok(());
        }
        let call = Bonding::bondCall {
            amount: U256::from(amount),
            maxUnderlying: U256::MAX,
            maxCollateral: U256::MAX,
            receiver: self.address,
            deadline: U256::MAX,
        };
        if let Some(made) = stage.may(self.address, at.bonding, &call, &FULL)? {
            self.bonds.push((made.bondId, day + 5));
        }
        Ok(())
    }

    /// Bonds that are due become dpxETH.
    fn mature(&mut self, stage: &mut Stage, day: u64) -> Result<()> {
        let (due, wait): (Vec<_>, Vec<_>) = self.bonds.iter().partition(|(_, from)| *from <= day);
        self.bonds = wait;
        for (bond, _) in due {
            let call = Bonding::redeemCall { bondId: bond, recipient: self.address };
            stage.must(self.address, stage.at.bonding, &call)?;
        }
        Ok(())
    }

    /// Burns a part of its dpxETH for backing.
    fn redeem(&self, stage: &mut Stage, part: u128) -> Result<()> {
        let amount = stage.balance(stage.at.dpx_eth, self.address)? / part;
        if amount == 0 {
            return Ok(());
        }
        let call = Bonding::redeemBackingCall {
            amount: U256::from(amount),
            minCollateral: U256::ZERO,
            minUnderlying: U256::ZERO,
            recipient: self.address,
            deadline: U256::MAX,
        };
        stage.must(self.address, stage.at.bonding, &call).map(|_| ())
    }
}
