//! What must hold: after every roll, and when everybody has left.

use alloy::primitives::{Address, U256};
use anyhow::Result;

use crate::{
    bindings::{Bonding, PutPool},
    demo::money::units,
};

use super::{
    cast::Cast,
    diary::Account,
    stage::{EPOCH_DAYS, Stage, WAD},
};

/// Wei that an event may leave over: each rounds for the pool, at most a few times.
const DUST: u128 = 4;

/// All money, read from the contracts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Books {
    pub liquidity: u128,
    pub unvested: u128,
    pub escrow: u128,
    pub due: u128,
    pub owed: u128,
    pub held: u128,
    pub rewards_owed: u128,
    pub rewards_emitted: u128,
    pub rewards_unallocated: u128,
    pub rewards_held: u128,
    pub supply: u128,
    /// Of the supply, bonds that nobody has turned into dpxETH.
    pub synthetic: u128,
    pub backing_collateral: u128,
    pub backing_underlying: u128,
    pub bonding_collateral: u128,
    pub bonding_underlying: u128,
    pub weth: u128,
    /// Collateral of everybody of the cast.
    pub wallets: u128,
    pub minted: u128,
}

impl Books {
    /// Reads them.
    pub fn read(stage: &Stage, cast: &Cast) -> Result<Self> {
        let at = stage.at;
        let state = stage.state()?;
        let (mut owed, mut rewards_owed) = (0, 0);
        for id in living(stage)? {
            let position = stage.position(id)?;
            owed += units(position.feesOwed);
            rewards_owed += units(position.rewardsOwed);
        }
        let rewards = stage.ask(at.pool, &PutPool::rewardStateCall {})?;
        let backing = stage.ask(at.bonding, &Bonding::backingCall {})?;
        let mut wallets = stage.balance(at.weth, stage.treasury)?;
        for who in addresses(cast) {
            wallets += stage.balance(at.weth, who)?;
        }
        Ok(Self {
            liquidity: units(state.liquidity),
            unvested: units(state.unvested),
            escrow: units(state.escrow),
            due: units(state.payoffDue),
            owed,
            held: stage.balance(at.weth, at.pool)?,
            rewards_owed,
            rewards_emitted: units(rewards.emitted),
            rewards_unallocated: units(rewards.unallocated),
            rewards_held: stage.balance(at.dpx, at.pool)?,
            supply: units(stage.ask(at.bonding, &Bonding::supplyCall {})?),
            synthetic: stage.supply_of(at.dpx_eth)?,
            backing_collateral: units(backing.collateralWad),
            backing_underlying: units(backing.underlyingUnits),
            bonding_collateral: stage.balance(at.weth, at.bonding)?,
            bonding_underlying: stage.balance(at.rdpx, at.bonding)?,
            weth: stage.supply_of(at.weth)?,
            wallets,
            minted: minted(cast),
        })
    }

    /// What the pool holds and does not owe, wei; negative if it owes more.
    pub fn dust(&self) -> i128 {
        let owed = self.liquidity + self.unvested + self.escrow + self.due + self.owed;
        whole(self.held) - whole(owed)
    }

    /// The same of rewards: emitted and neither paid, owed nor anybody's to collect.
    pub fn reward_dust(&self, stage: &Stage) -> i128 {
        let totals = &stage.diary.totals;
        let told = totals.rewards + totals.unallocated + self.rewards_owed + self.rewards_unallocated;
        whole(self.rewards_emitted) - whole(told)
    }
}

fn whole(amount: u128) -> i128 {
    i128::try_from(amount).unwrap_or(i128::MAX)
}

fn living(stage: &Stage) -> Result<Vec<u64>> {
    let made: u64 = stage.state()?.positionsMade.saturating_to();
    Ok((1..=made).filter(|id| !stage.diary.closed.contains(id)).collect())
}

fn addresses(cast: &Cast) -> impl Iterator<Item = Address> {
    let writers = cast.writers.iter().map(|writer| writer.address);
    writers.chain(cast.bonders.iter().map(|bonder| bonder.address))
}

fn minted(cast: &Cast) -> u128 {
    let writers: u128 = cast.writers.iter().map(|writer| writer.minted).sum();
    writers + cast.bonders.iter().map(|bonder| bonder.minted).sum::<u128>() + cast.treasury_minted
}

/// What somebody's events tell.
pub(crate) fn told(stage: &Stage, who: Address) -> Account {
    stage.diary.accounts.get(&who).copied().unwrap_or_default()
}

/// What the treasury has paid in and not got back, wei.
pub(crate) fn treasury_paid(stage: &Stage) -> i128 {
    let told = told(stage, stage.treasury);
    whole(told.paid) - whole(told.got)
}

/// What must hold after a roll.
pub(crate) fn after_roll(stage: &Stage) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let Some(epoch) = stage.diary.epochs.last() else { return Ok(vec!["a roll logged nothing".into()]) };
    let mut wrong = |text: String| problems.push(format!("epoch {}: {text}", epoch.number));
    let state = stage.state()?;
    let (held, mut owed) = (
        stage.balance(stage.at.weth, stage.at.pool)?,
        units(state.liquidity) + units(state.unvested) + units(state.escrow) + units(state.payoffDue),
    );
    for id in living(stage)? {
        owed += units(stage.position(id)?.feesOwed);
    }
    if !within(held, owed, stage) {
        wrong(format!("the pool holds {held} and owes {owed}"));
    }
    if epoch.payoff.abs_diff(epoch.payoff_by_lots) > epoch.lots + 2 {
        wrong(format!("its puts paid {}, by their strikes {}", epoch.payoff, epoch.payoff_by_lots));
    }
    if let Some(bond) = epoch.below_floor.first() {
        let count = epoch.below_floor.len();
        wrong(format!("{count} bonds are worth less than 0.9375 at its settlement, the first: {bond:?}"));
    }
    if state.locked > state.liquidity {
        wrong(format!("{} is locked and {} there", state.locked, state.liquidity));
    }
    let settled = stage.ask(stage.at.pool, &PutPool::epochInfoCall { epoch: U256::from(epoch.number) })?;
    if units(settled.settlementPrice) != epoch.settlement || units(settled.payoff) != epoch.payoff {
        wrong("the pool's record is not what it logged".into());
    }
    Ok(problems)
}

/// Whether what is held is what is owed and dust.
fn within(held: u128, owed: u128, stage: &Stage) -> bool {
    held >= owed && held - owed <= DUST * stage.diary.totals.events
}

/// What must hold in the end.
pub(crate) fn problems(stage: &Stage, cast: &Cast, books: &Books) -> Vec<String> {
    let mut problems = Vec::new();
    let mut check = |holds: bool, text: String| {
        if !holds {
            problems.push(text);
        }
    };
    let totals = &stage.diary.totals;
    let dust = DUST * totals.events;
    check(
        within(books.held, books.held.saturating_sub(books.dust().unsigned_abs()), stage)
            && books.dust() >= 0,
        format!("the pool's holdings and its ledgers differ by {}", books.dust()),
    );
    let income = totals.deposited + totals.premiums + totals.funding;
    let went = totals.payoffs + totals.claimed + books.liquidity + books.unvested + books.owed;
    check(
        income >= went && income - went <= dust,
        format!("writers brought and earned {income}; {went} is explained"),
    );
    let escrow = totals.escrow_in + totals.prefunded;
    let spent = totals.escrow_out + totals.funding + books.escrow;
    check(escrow == spent, format!("{escrow} came into the escrow; {spent} is explained"));
    check(
        totals.payoffs == totals.collected + books.due,
        "payoffs were neither collected nor are due".into(),
    );
    let reward_dust = books.reward_dust(stage);
    check((0..=whole(dust)).contains(&reward_dust), format!("rewards are off by {reward_dust}"));
    let paid = totals.rewards + totals.unallocated;
    check(
        books.rewards_held + paid == cast.rewards_minted,
        format!("{} rewards are held and {paid} paid", books.rewards_held),
    );
    check(
        books.backing_collateral == books.bonding_collateral + books.due
            && books.backing_underlying == books.bonding_underlying,
        "the bonding contract's ledgers are not its balances".into(),
    );
    check(books.supply == totals.bonded - totals.burned, "bonded less burned is not the supply".into());
    check(books.supply == books.synthetic, "bonds are not all dpxETH in the end".into());
    let everywhere = books.wallets + books.held + books.bonding_collateral;
    check(everywhere == books.weth && books.weth == books.minted, "collateral was made or lost".into());
    check(
        totals.fallbacks == 0,
        format!("{} epochs settled at another than their own average", totals.fallbacks),
    );
    let rolled = stage.diary.epochs.iter().zip(0..).all(|(epoch, number)| epoch.number == number);
    check(rolled, format!("epochs were passed over; an epoch has {EPOCH_DAYS} days"));
    problems.extend(wallets(stage, cast));
    problems
}

/// Each account's money, explained by its own events.
fn wallets(stage: &Stage, cast: &Cast) -> Vec<String> {
    let at = stage.at;
    let mut problems = Vec::new();
    let mut check = |name: &str, token: Address, who: Address, expected: Option<u128>| {
        let has = stage.balance(token, who).ok();
        if has.is_none() || has != expected {
            problems.push(format!("{name} has {has:?} of {token}, by its events {expected:?}"));
        }
    };
    let left = |minted: u128, paid: u128, got: u128| (minted + got).checked_sub(paid);
    for writer in &cast.writers {
        let told = told(stage, writer.address);
        check(&writer.name, at.weth, writer.address, left(writer.minted, told.paid, told.got));
        check(&writer.name, at.dpx, writer.address, Some(told.dpx_got));
    }
    for bonder in &cast.bonders {
        let told = told(stage, bonder.address);
        check(&bonder.name, at.weth, bonder.address, left(bonder.minted, told.paid, told.got));
        check(&bonder.name, at.rdpx, bonder.address, left(bonder.minted_rdpx, told.rdpx_paid, told.rdpx_got));
    }
    let told = told(stage, stage.treasury);
    check("the treasury", at.weth, stage.treasury, left(cast.treasury_minted, told.paid, told.got));
    problems
}

/// Wad to ether.
pub(crate) fn ether(amount: i128) -> f64 {
    amount as f64 / WAD as f64
}
