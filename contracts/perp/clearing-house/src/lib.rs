//! The clearing house's hot program: trading, margin and liquidation.
//!
//! Thin by intent: each method loads a market, a position and the oracle, applies one rule of
//! `everfloor-perp-rules`, writes what changed, logs it, and moves tokens last. What it does not know it hands to
//! its second program (views, previews, administration), which runs on the same storage.
//!
//! Units: `margin`, fees, profit and rewards are token units of the collateral; sizes, notionals and prices have
//! 18 decimals; times are seconds. A limit of 0 is no limit where the method says so.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256, aliases::U64};
use alloy_sol_types::SolError;
use everfloor_common::{
    delegate,
    interfaces::IInsuranceFund,
    roles::non_zero,
    token::{transfer_in, transfer_out},
};
use everfloor_perp_rules::{
    PerpError, Position, Side,
    liquidation::{self, Liquidation},
    margin,
    trade::{self, CloseOrder, Fill, OpenOrder},
};
use everfloor_perp_storage::{
    abi::{errors, events},
    revert::{Outcome, Revert, int},
    state::{ClearingState, Session, narrow, narrow_time, next_event},
    store::LoadedPosition,
};
use stylus_sdk::{ArbResult, prelude::*};

/// The clearing house.
#[storage]
#[entrypoint]
pub struct ClearingHouse {
    state: ClearingState,
}

#[public]
impl ClearingHouse {
    /// Sets the contract up; once, in the call that creates its proxy.
    ///
    /// `quote_token` is the collateral, an ERC-20 of at most 18 decimals; `extension` is the second program.
    pub fn initialize(
        &mut self,
        owner: Address,
        guardian: Address,
        quote_token: Address,
        insurance_fund: Address,
        extension: Address,
        quote_decimals: u8,
    ) -> Outcome<()> {
        self.state.initializer.begin()?;
        self.state.ownership.init(owner)?;
        self.state.guardian.set(guardian);
        let scale = everfloor_math::Scale::from_decimals(quote_decimals).map_err(|_| PerpError::Overflow)?;
        self.state.scale.set(U64::from(u64::try_from(scale.factor).map_err(|_| PerpError::Overflow)?));
        self.state.quote_token.set(non_zero(quote_token)?);
        self.state.insurance_fund.set(non_zero(insurance_fund)?);
        self.state.extension.set(non_zero(extension)?);
        self.vm().log(events::Initialized {
            quoteToken: quote_token,
            insuranceFund: insurance_fund,
            extension,
        });
        Ok(())
    }

    /// Replaces the second program. Owner only.
    pub fn set_extension(&mut self, extension: Address) -> Outcome<()> {
        self.state.ownership.only_owner()?;
        self.state.extension.set(non_zero(extension)?);
        self.vm().log(events::ExtensionChanged { extension });
        Ok(())
    }

    /// Trades `notional` of quote on `side` (0 long, 1 short): opens or increases on that side, reduces a position
    /// on the other. `margin` token units are taken from the caller's allowance into the margin first.
    ///
    /// `base_limit` is the least base a long buys and the most a short sells, 0 is none; `max_fee` bounds the fee,
    /// token units; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `fee`: fee taken from the margin, token units
    #[allow(clippy::too_many_arguments)]
    pub fn open_position(
        &mut self,
        market_id: U256,
        side: u8,
        margin: U256,
        notional: U256,
        base_limit: U256,
        max_fee: U256,
        deadline: U256,
    ) -> Outcome<(I256, U256)> {
        let order = OpenOrder {
            side: side_of(side)?,
            margin: narrow(margin)?,
            notional: narrow(notional)?,
            base_limit: narrow(base_limit)?,
            max_fee: max_fee.saturating_to(),
            deadline: narrow_time(deadline),
        };
        let fill = self
            .trade(market_id, |market, position, context| trade::open(market, position, &context, &order))?;
        self.pull(margin)?;
        Ok((int(fill.base), U256::from(fill.fee)))
    }

    /// Closes `size` of base, wad, or the whole position if `size` is larger. What it realises settles to the
    /// margin, which stays with the account until it is removed.
    ///
    /// `quote_limit` is the least quote a long receives and the most a short pays, wad, 0 is none; `max_fee` bounds
    /// the fee, token units; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `exchangedBase`: change of the position's size, wad
    /// - `exchangedNotional`: quote received or paid, wad
    /// - `realizedPnl`: profit or loss before funding and fee, token units
    #[allow(clippy::too_many_arguments)]
    pub fn close_position(
        &mut self,
        market_id: U256,
        size: U256,
        quote_limit: U256,
        max_fee: U256,
        deadline: U256,
    ) -> Outcome<(I256, U256, I256)> {
        let order = CloseOrder {
            base: size.saturating_to(),
            quote_limit: narrow(quote_limit)?,
            max_fee: max_fee.saturating_to(),
            deadline: narrow_time(deadline),
        };
        let fill = self
            .trade(market_id, |market, position, context| trade::close(market, position, &context, &order))?;
        self.state.leave();
        Ok((int(fill.base), U256::from(fill.notional), int(fill.realized_pnl)))
    }

    /// Adds `amount` token units of the caller's to its margin. Needs no oracle and is never paused.
    pub fn add_margin(&mut self, market_id: U256, amount: U256) -> Outcome<()> {
        self.state.enter()?;
        let account = self.vm().msg_sender();
        let mut market = self.state.load_market(market_id)?;
        let mut position = LoadedPosition::load(self.vm(), market.slot(), account);
        let added = narrow(amount)?;
        margin::add(&mut market.value.market, &mut position.value.position, added)?;
        position.save(self.vm(), &mut market, account)?;
        let sequence = next_event(&mut market);
        market.save(self.vm());
        self.vm().log(events::MarginChanged {
            marketId: market_id,
            trader: account,
            sequence,
            amount: I256::from_raw(amount),
            fundingPayment: I256::ZERO,
            margin: U256::from(position.value.position.margin),
        });
        self.pull(amount)
    }

    /// Removes `amount` token units from the caller's margin and sends them to `recipient`. A flat account can
    /// always take all of it; an open position must keep its initial margin at the worse price.
    pub fn remove_margin(&mut self, market_id: U256, amount: U256, recipient: Address) -> Outcome<()> {
        non_zero(recipient)?;
        self.state.enter()?;
        let account = self.vm().msg_sender();
        let mut session = self.state.open_market(market_id)?;
        let mut position = session.position(self.vm(), account);
        let removed = narrow(amount)?;
        let (market, context) = session.parts();
        let funding = margin::remove(market, &mut position.value.position, &context, removed)?;
        self.write(&mut session, &mut position, account)?;
        let sequence = session.next_event();
        self.vm().log(events::MarginChanged {
            marketId: market_id,
            trader: account,
            sequence,
            amount: I256::from_raw(amount).wrapping_neg(),
            fundingPayment: int(funding),
            margin: U256::from(position.value.position.margin),
        });
        session.save(self.vm());
        self.push(recipient, amount)
    }

    /// Closes a position that lost its maintenance margin. Anyone may; the reward waits for the caller
    /// (`withdrawReward`).
    ///
    /// `quote_limit` is the least quote closing a long must bring and the most closing a short may cost, wad, 0 is
    /// none; the call is good until `deadline`.
    ///
    /// # Returns
    /// - `reward`: the caller's reward, token units
    /// - `shortfall`: loss beyond the margin, token units
    pub fn liquidate(
        &mut self,
        market_id: U256,
        trader: Address,
        quote_limit: U256,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.enter()?;
        trade::require_in_time(narrow_time(deadline), self.vm().block_timestamp())?;
        let limit = narrow(quote_limit)?;
        let available = self.insurance_available(market_id);
        let mut session = self.state.open_market(market_id)?;
        let mut position = session.position(self.vm(), trader);
        let (market, context) = session.parts();
        let report =
            liquidation::liquidate(market, &mut position.value.position, &context, limit, available)?;
        let keeper = self.vm().msg_sender();
        self.state.add_reward(keeper, report.keeper_reward)?;
        self.write(&mut session, &mut position, trader)?;
        self.log_liquidation(&mut session, trader, keeper, &report, &position.value.position)?;
        session.save(self.vm());
        self.draw(market_id, trader, report.covered_by_fund)?;
        self.state.leave();
        Ok((U256::from(report.keeper_reward), U256::from(report.shortfall)))
    }

    /// Brings a market's funding to now. Every action does; this is for those who only want to see it done.
    pub fn settle_funding(&mut self, market_id: U256) -> Outcome<()> {
        self.state.enter()?;
        let mut session = self.state.open_market(market_id)?;
        session.accrue()?;
        session.log_funding(self.vm());
        session.save(self.vm());
        self.state.leave();
        Ok(())
    }

    /// Moves the loss of an open position, and the funding it owes, into the market's pool, as far as winners wait
    /// for it. Anyone may; the position's equity does not change.
    ///
    /// # Returns
    /// - `amount`: token units moved
    pub fn realize_loss(&mut self, market_id: U256, trader: Address) -> Outcome<U256> {
        self.state.enter()?;
        let mut session = self.state.open_market(market_id)?;
        let mut position = session.position(self.vm(), trader);
        let (market, context) = session.parts();
        let amount = margin::realize_loss(market, &mut position.value.position, &context)?;
        self.write(&mut session, &mut position, trader)?;
        let sequence = session.next_event();
        let Position { margin, open_notional, .. } = position.value.position;
        self.vm().log(events::LossRealized {
            marketId: market_id,
            trader,
            sequence,
            amount: U256::from(amount),
            margin: U256::from(margin),
            openNotional: U256::from(open_notional),
            pool: U256::from(session.market.value.market.ledger.pool),
        });
        session.save(self.vm());
        self.state.leave();
        Ok(U256::from(amount))
    }

    /// Takes `amount` of the caller's waiting profit into its margin, at the market's present share of it (see
    /// `haircut`); `min_payout` bounds what arrives. What the share leaves out is given up: waiting costs nothing.
    ///
    /// # Returns
    /// - `payout`: token units added to the margin
    pub fn claim_profit(&mut self, market_id: U256, amount: U256, min_payout: U256) -> Outcome<U256> {
        self.state.enter()?;
        let account = self.vm().msg_sender();
        let mut market = self.state.load_market(market_id)?;
        let mut position = LoadedPosition::load(self.vm(), market.slot(), account);
        let claimed = narrow(amount)?;
        let least = min_payout.saturating_to();
        let payout =
            margin::claim_profit(&mut market.value.market, &mut position.value.position, claimed, least)?;
        position.save(self.vm(), &mut market, account)?;
        let sequence = next_event(&mut market);
        market.save(self.vm());
        self.vm().log(events::ProfitClaimed {
            marketId: market_id,
            trader: account,
            sequence,
            amount,
            payout: U256::from(payout),
            margin: U256::from(position.value.position.margin),
        });
        self.state.leave();
        Ok(U256::from(payout))
    }

    /// Hands every other call to the second program.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        delegate::forward(self.vm(), self.state.extension.get(), calldata)
    }
}

impl ClearingHouse {
    /// Runs a trade of the caller's: load, apply, write, log. The lock stays taken.
    fn trade(
        &mut self,
        market_id: U256,
        rule: impl FnOnce(
            &mut everfloor_perp_rules::Market,
            &mut Position,
            everfloor_perp_rules::market::Context<'_>,
        ) -> Result<Fill, PerpError>,
    ) -> Outcome<Fill> {
        self.state.enter()?;
        let account = self.vm().msg_sender();
        let mut session = self.state.open_market(market_id)?;
        let mut position = session.position(self.vm(), account);
        let (market, context) = session.parts();
        let fill = rule(market, &mut position.value.position, context)?;
        self.write(&mut session, &mut position, account)?;
        session.log_position(self.vm(), account, &fill, &position.value.position)?;
        session.save(self.vm());
        Ok(fill)
    }

    /// Writes a position and tells of the funding that came with it; the market is saved by the caller.
    fn write(&self, session: &mut Session, position: &mut LoadedPosition, account: Address) -> Outcome<()> {
        session.save_position(self.vm(), account, position)?;
        session.log_funding(self.vm());
        Ok(())
    }

    fn log_liquidation(
        &self,
        session: &mut Session,
        trader: Address,
        keeper: Address,
        report: &Liquidation,
        position: &Position,
    ) -> Outcome<()> {
        let fill = Fill {
            base: report.base,
            notional: report.notional,
            fee: report.penalty,
            realized_pnl: report.realized_pnl,
            funding: report.funding,
        };
        session.log_position(self.vm(), trader, &fill, position)?;
        let sequence = session.next_event();
        self.vm().log(events::PositionLiquidated {
            marketId: session.id,
            trader,
            keeper,
            sequence,
            penalty: U256::from(report.penalty),
            keeperReward: U256::from(report.keeper_reward),
            shortfall: U256::from(report.shortfall),
            coveredByMarket: U256::from(report.covered_by_market),
            coveredByFund: U256::from(report.covered_by_fund),
            badDebt: U256::from(report.uncovered()),
        });
        Ok(())
    }

    /// What the insurance fund would pay now; nothing if it does not answer, so that it cannot stop a liquidation.
    fn insurance_available(&self, market_id: U256) -> u128 {
        let fund = IInsuranceFund::new(self.state.insurance_fund.get());
        fund.available(self.vm(), Call::new(), market_id).map_or(0, |amount| amount.saturating_to())
    }

    /// Draws what the insurance fund has promised.
    fn draw(&mut self, market_id: U256, trader: Address, amount: u128) -> Outcome<()> {
        if amount == 0 {
            return Ok(());
        }
        let promised = U256::from(amount);
        let fund = IInsuranceFund::new(self.state.insurance_fund.get());
        let vm = self.vm().clone();
        let paid = fund
            .draw(&vm, Call::new_mutating(self), market_id, trader, promised)
            .map_err(|error| Revert(error.into()))?;
        if paid == promised {
            Ok(())
        } else {
            Err(Revert(errors::InsuranceMismatch { promised, paid }.abi_encode()))
        }
    }

    /// Takes tokens from the caller and gives the lock back.
    fn pull(&mut self, amount: U256) -> Outcome<()> {
        if !amount.is_zero() {
            transfer_in(self.vm(), self.state.quote_token.get(), self.vm().msg_sender(), amount)?;
        }
        self.state.leave();
        Ok(())
    }

    /// Sends tokens and gives the lock back.
    fn push(&mut self, to: Address, amount: U256) -> Outcome<()> {
        transfer_out(self.vm(), self.state.quote_token.get(), to, amount)?;
        self.state.leave();
        Ok(())
    }
}

fn side_of(side: u8) -> Outcome<Side> {
    match side {
        0 => Ok(Side::Long),
        1 => Ok(Side::Short),
        _ => Err(Revert(errors::InvalidSide { side }.abi_encode())),
    }
}
