//! Asks those outside for what a margin could not pay: the insurance fund, then the deficit ledger.
//!
//! Both are called last and under the lock, and neither can stop a liquidation: what the fund does not pay goes to the
//! deficit ledger, what that does not take on is bad debt.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::{
    raw::{self, address_word, calldata, word_at},
    token::balance_of,
};
use everfloor_math::mul_div_up_u128;
use everfloor_perp_rules::{Position, liquidation::Liquidation, losses::Shortfall, trade::Fill};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    abi::events,
    log::emit,
    revert::Outcome,
    state::{ClearingState, Session, next_event},
    store::{LoadedLosses, LoadedMarket},
};

sol! {
    function draw(uint256 marketId, address owner, uint256 amount) external returns (uint256);
    /// What a deficit ledger answers: to take a deficit on it returns this function's selector.
    function onDeficit(uint256 marketId, address trader, uint256 amount) external returns (bytes4);
}

/// Gas that a deficit ledger may use to take a deficit on.
const DEFICIT_GAS: u64 = 1_000_000;

/// How a position was closed by somebody else; what `PositionLiquidated` calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On the curve.
    Curve = 0,
    /// By a taker.
    Taker = 1,
    /// Against the other side.
    OtherSide = 2,
    /// At the price of a halted market.
    Settlement = 3,
}

impl ClearingState {
    /// Finds the money for what a margin lacked, books the keeper's reward and logs the whole; the position has been
    /// written and logged. The caller saves the market after it.
    pub fn conclude(
        &mut self,
        session: &mut Session,
        trader: Address,
        report: &mut Liquidation,
        mode: Mode,
    ) -> Outcome<()> {
        let keeper = self.vm().msg_sender();
        self.add_reward(keeper, report.keeper_reward)?;
        if report.shortfall.amount != 0 {
            session.save(self.vm())?;
            // What is less than the smallest position is not worth an auction, nor worth keeping anybody waiting.
            let least = mul_div_up_u128(session.params.min_notional, 1, session.scale())?;
            self.recover(session.id, &mut session.market, trader, &mut report.shortfall, least)?;
        }
        let shortfall = &report.shortfall;
        let values = [
            session.next_event(),
            U256::from(mode as u8),
            U256::from(report.penalty),
            U256::from(report.keeper_reward),
            U256::from(shortfall.amount),
            U256::from(shortfall.covered_by_market),
            U256::from(shortfall.covered_by_fund),
            U256::from(shortfall.uncovered()),
        ];
        let indexed = [session.id, address_word(trader), address_word(keeper)];
        emit::<events::PositionLiquidated>(self.vm(), &indexed, &values);
        Ok(())
    }

    /// Finds the money for a shortfall, and books what nobody has paid. The market has been saved before, because it
    /// calls others; the caller saves it again.
    fn recover(
        &self,
        id: U256,
        market: &mut LoadedMarket,
        trader: Address,
        shortfall: &mut Shortfall,
        least: u128,
    ) -> Outcome<()> {
        let vm = self.vm();
        let asked = shortfall.covered_by_fund;
        let paid = if asked == 0 {
            0
        } else {
            draw_from(vm, self.insurance_fund(), self.quote_token(), id, trader, asked)
        };
        shortfall.fund_paid(&mut market.value.market.ledger, paid)?;
        let left = shortfall.uncovered();
        if left == 0 {
            return Ok(());
        }
        let asked = shortfall.askable();
        let taken_on = asked != 0 && asked >= least && self.is_taken_on(id, trader, asked);
        let mut losses = LoadedLosses::load(vm, market.slot());
        let ledger = &mut market.value.market.ledger;
        shortfall.conclude(ledger, &mut losses.value.losses, taken_on, vm.block_timestamp())?;
        losses.save(vm)?;
        log_losses(vm, id, market, &losses);
        Ok(())
    }

    /// Whether the deficit ledger takes a deficit on.
    fn is_taken_on(&self, id: U256, trader: Address, amount: u128) -> bool {
        let ledger = self.deficit_ledger();
        if ledger.is_zero() {
            return false;
        }
        let data = calldata(onDeficitCall::SELECTOR, [id, address_word(trader), U256::from(amount)]);
        let answer = raw::call_with_gas(self.vm(), ledger, &data, DEFICIT_GAS, 32).unwrap_or_default();
        answer.len() == 32 && answer.starts_with(&onDeficitCall::SELECTOR)
    }
}

/// Logs what nobody has paid in a market.
pub fn log_losses(vm: &VM, id: U256, market: &mut LoadedMarket, losses: &LoadedLosses) {
    let sequence = next_event(market);
    let lost = losses.value.losses;
    emit::<events::LossesChanged>(
        vm,
        &[id],
        &[sequence, U256::from(lost.bad_debt), U256::from(lost.deficit)],
    );
}

/// Draws on the insurance fund; returns what it paid: what it says, and no more than what arrived.
fn draw_from(vm: &VM, fund: Address, token: Address, id: U256, trader: Address, amount: u128) -> u128 {
    let here = vm.contract_address();
    let before = balance_of(vm, token, here).unwrap_or(U256::MAX);
    let data = calldata(drawCall::SELECTOR, [id, address_word(trader), U256::from(amount)]);
    let answer = raw::call(vm, fund, &data, 32);
    let said = answer.ok().and_then(|bytes| word_at(&bytes, 0)).unwrap_or_default();
    let arrived = balance_of(vm, token, here).unwrap_or_default().saturating_sub(before);
    said.min(arrived).saturating_to()
}

impl Session {
    /// Logs what somebody else's closing left of a position.
    pub fn log_closed(
        &mut self,
        vm: &VM,
        trader: Address,
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
        self.log_position(vm, trader, &fill, position)
    }
}
