//! Asks those outside for what a margin could not pay: the insurance fund, then the deficit ledger.
//!
//! Both are called last and under the lock, and neither can stop a liquidation: what the fund does not pay goes to the
//! deficit ledger, what that does not take on is bad debt.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{self, address_word, calldata, word_at};
use everfloor_perp_rules::losses::Shortfall;
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    abi::events,
    revert::Outcome,
    state::{ClearingState, next_event},
    store::{LoadedLosses, LoadedMarket},
};

sol! {
    function draw(uint256 marketId, address owner, uint256 amount) external returns (uint256);
    /// What a deficit ledger answers: to take a deficit on it returns this function's selector.
    function onDeficit(uint256 marketId, address trader, uint256 amount) external returns (bytes4);
}

impl ClearingState {
    /// Finds the money for a shortfall, and books what nobody has paid. The market has been saved before, because it
    /// calls others; the caller saves it again.
    pub fn recover(
        &self,
        id: U256,
        market: &mut LoadedMarket,
        trader: Address,
        shortfall: &mut Shortfall,
    ) -> Outcome<()> {
        let vm = self.vm();
        let asked = shortfall.covered_by_fund;
        let paid = if asked == 0 { 0 } else { draw_from(vm, self.insurance_fund.get(), id, trader, asked) };
        shortfall.fund_paid(&mut market.value.market.ledger, paid)?;
        let left = shortfall.uncovered();
        if left == 0 {
            return Ok(());
        }
        let taken_on = self.is_taken_on(id, trader, left);
        let mut losses = LoadedLosses::load(vm, market.slot());
        let ledger = &mut market.value.market.ledger;
        shortfall.conclude(ledger, &mut losses.value.losses, taken_on, vm.block_timestamp())?;
        losses.save(vm)?;
        log_losses(vm, id, market, &losses);
        Ok(())
    }

    /// Whether the deficit ledger takes a deficit on.
    fn is_taken_on(&self, id: U256, trader: Address, amount: u128) -> bool {
        let ledger = self.deficit_ledger.get();
        if ledger.is_zero() {
            return false;
        }
        let data = calldata(onDeficitCall::SELECTOR, [id, address_word(trader), U256::from(amount)]);
        let answer = raw::call(self.vm(), ledger, &data, 32).unwrap_or_default();
        answer.len() == 32 && answer.starts_with(&onDeficitCall::SELECTOR)
    }
}

/// Logs what nobody has paid in a market.
pub fn log_losses(vm: &VM, id: U256, market: &mut LoadedMarket, losses: &LoadedLosses) {
    let sequence = next_event(market);
    vm.log(events::LossesChanged {
        marketId: id,
        sequence,
        badDebt: U256::from(losses.value.losses.bad_debt),
        deficit: U256::from(losses.value.losses.deficit),
    });
}

/// Draws on the insurance fund; returns what it paid.
fn draw_from(vm: &VM, fund: Address, id: U256, trader: Address, amount: u128) -> u128 {
    let data = calldata(drawCall::SELECTOR, [id, address_word(trader), U256::from(amount)]);
    let answer = raw::call(vm, fund, &data, 32);
    answer.ok().and_then(|bytes| word_at(&bytes, 0)).map_or(0, |paid| paid.saturating_to())
}
