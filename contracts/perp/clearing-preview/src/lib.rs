//! The clearing house's previews: what a transaction would do, by the rule that would do it.
//!
//! Runs on the clearing house's storage by delegatecall and writes nothing. A refusal is an answer, not a revert:
//! frontends show it, keepers skip by it.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_perp_rules::{
    Market, Position, liquidation, margin,
    market::Context,
    trade::{self, CloseOrder, Fill, OpenOrder},
};
use everfloor_perp_storage::{
    abi::views::Preview,
    revert::{Outcome, Revert, int},
    state::{ClearingState, narrow, side_of},
};
use stylus_sdk::prelude::*;

/// The clearing house, seen by its previews.
#[storage]
#[entrypoint]
pub struct ClearingPreview {
    state: ClearingState,
}

#[public]
impl ClearingPreview {
    /// What `openPosition` would do for `account`.
    #[allow(clippy::too_many_arguments, reason = "an order with its limits")]
    pub fn preview_open_position(
        &self,
        market_id: U256,
        account: Address,
        side: u8,
        margin: U256,
        notional: U256,
        base_limit: U256,
        max_fee: U256,
    ) -> Preview {
        answer(self.preview(market_id, account, |market, position, context| {
            let order = OpenOrder {
                side: side_of(side)?,
                margin: narrow(margin)?,
                notional: narrow(notional)?,
                base_limit: narrow(base_limit)?,
                max_fee: max_fee.saturating_to(),
                deadline: context.now,
            };
            let fill = trade::open(market, position, context, &order)?;
            Ok(fill_preview(&fill))
        }))
    }

    /// What `closePosition` would do for `account`.
    pub fn preview_close_position(
        &self,
        market_id: U256,
        account: Address,
        size: U256,
        quote_limit: U256,
        max_fee: U256,
    ) -> Preview {
        answer(self.preview(market_id, account, |market, position, context| {
            let order = CloseOrder {
                base: size.saturating_to(),
                quote_limit: narrow(quote_limit)?,
                max_fee: max_fee.saturating_to(),
                deadline: context.now,
            };
            let fill = trade::close(market, position, context, &order)?;
            Ok(fill_preview(&fill))
        }))
    }

    /// What `removeMargin` of `amount` would leave of `account`.
    pub fn preview_remove_margin(&self, market_id: U256, account: Address, amount: U256) -> Preview {
        answer(self.preview(market_id, account, |market, position, context| {
            let funding = margin::remove(market, position, context, narrow(amount)?)?;
            Ok(Preview { fundingPayment: int(funding), ..Preview::default() })
        }))
    }

    /// What `liquidate` of `account` would do, if the insurance fund pays `insurance` of a loss.
    pub fn preview_liquidate(
        &self,
        market_id: U256,
        account: Address,
        quote_limit: U256,
        insurance: U256,
    ) -> Preview {
        answer(self.preview(market_id, account, |market, position, context| {
            let limit = narrow(quote_limit)?;
            let report = liquidation::liquidate(market, position, context, limit, insurance.saturating_to())?;
            let fill = Fill {
                base: report.base,
                notional: report.notional,
                fee: report.penalty,
                realized_pnl: report.realized_pnl,
                funding: report.funding,
            };
            Ok(Preview {
                keeperReward: U256::from(report.keeper_reward),
                shortfall: U256::from(report.shortfall),
                ..fill_preview(&fill)
            })
        }))
    }
}

impl ClearingPreview {
    /// Applies a rule in memory, and fills in what it leaves.
    fn preview(
        &self,
        market_id: U256,
        account: Address,
        rule: impl FnOnce(&mut Market, &mut Position, &Context<'_>) -> Outcome<Preview>,
    ) -> Outcome<Preview> {
        let mut session = self.state.open_market(market_id)?;
        let mut position = session.position(self.vm(), account).value.position;
        let (market, context) = session.parts();
        let preview = rule(market, &mut position, &context)?;
        Ok(Preview {
            size: int(position.size),
            openNotional: U256::from(position.open_notional),
            margin: U256::from(position.margin),
            claim: U256::from(position.claim),
            spotPrice: U256::from(market.curve.spot()?),
            ..preview
        })
    }
}

fn fill_preview(fill: &Fill) -> Preview {
    Preview {
        exchangedBase: int(fill.base),
        exchangedNotional: U256::from(fill.notional),
        fee: U256::from(fill.fee),
        realizedPnl: int(fill.realized_pnl),
        fundingPayment: int(fill.funding),
        ..Preview::default()
    }
}

/// A preview's error instead of a revert.
fn answer(preview: Outcome<Preview>) -> Preview {
    preview.unwrap_or_else(|error: Revert| Preview {
        errorSelector: error.selector().into(),
        errorData: error.0.into(),
        ..Preview::default()
    })
}
