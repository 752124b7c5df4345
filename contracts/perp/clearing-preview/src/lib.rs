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
    Market, Position,
    liquidation::{self, Liquidation, LiquidationOrder, TakeoverOrder},
    margin,
    market::Context,
    trade::{self, CloseOrder, Fill, OpenOrder},
};
use everfloor_perp_storage::{
    abi::views::Preview,
    revert::{Outcome, Revert, int},
    routes,
    state::{ClearingState, Session, narrow, side_of},
};
use stylus_sdk::prelude::*;

/// The clearing house, seen by its previews.
#[storage]
#[entrypoint]
pub struct ClearingPreview {
    state: ClearingState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
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
    ) -> Outcome<Preview> {
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
    ) -> Outcome<Preview> {
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
    pub fn preview_remove_margin(&self, market_id: U256, account: Address, amount: U256) -> Outcome<Preview> {
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
    ) -> Outcome<Preview> {
        answer(self.preview(market_id, account, |market, position, context| {
            let order = LiquidationOrder {
                quote_limit: narrow(quote_limit)?,
                insurance_available: insurance.saturating_to(),
            };
            Ok(liquidation_preview(&liquidation::liquidate(market, position, context, &order)?))
        }))
    }

    /// What `takeOver` of `base` of `trader`'s position, if its auction were of the age it is, would cost a taker that has
    /// nothing in this market: `margin` is what is left of the trader's, `fee` the penalty beside the discount.
    pub fn preview_take_over(
        &self,
        market_id: U256,
        trader: Address,
        base: U256,
        margin: U256,
        price_limit: U256,
    ) -> Outcome<Preview> {
        answer(self.preview(market_id, trader, |market, position, context| {
            let order = TakeoverOrder {
                base: base.saturating_to(),
                margin: narrow(margin)?,
                price_limit: narrow(price_limit)?,
                insurance_available: u128::MAX,
            };
            let mut taker = Position::default();
            let report = liquidation::take_over(market, position, &mut taker, context, &order)?;
            Ok(liquidation_preview(&report))
        }))
    }

    /// The largest notional, wad, that `account` could trade on `side` now after adding `margin` token units, without a
    /// limit of its own; 0 if none. Found by halving with the rule itself, to a thousandth.
    pub fn max_open(&self, market_id: U256, account: Address, side: u8, margin: U256) -> Outcome<U256> {
        let (side, margin) = (side_of(side)?, narrow(margin)?);
        let mut session = self.state.open_market(market_id)?;
        let position = session.position_now(self.vm(), account)?;
        let (market, context) = session.parts();
        let fits = |notional: u128| {
            let order = OpenOrder {
                side,
                margin,
                notional,
                base_limit: 0,
                max_fee: u128::MAX,
                deadline: context.now,
            };
            trade::open(&mut market.clone(), &mut position.clone(), &context, &order).is_ok()
        };
        Ok(U256::from(largest(fits)))
    }
}

routes!(ClearingPreview {
    "previewOpenPosition"(U256, Address, u8, U256, U256, U256, U256) => preview_open_position;
    "previewClosePosition"(U256, Address, U256, U256, U256) => preview_close_position;
    "previewRemoveMargin"(U256, Address, U256) => preview_remove_margin;
    "previewLiquidate"(U256, Address, U256, U256) => preview_liquidate;
    "previewTakeOver"(U256, Address, U256, U256, U256) => preview_take_over;
    "maxOpen"(U256, Address, u8, U256) => max_open;
});

/// The most that fits, to a thousandth, where what is larger than a value that does not fit does not fit either, but
/// what is very small need not.
fn largest(fits: impl Fn(u128) -> bool) -> u128 {
    // From above, because the least that fits is not known.
    let Some(found) = (1..112).rev().map(|bits| 1_u128 << bits).find(|&notional| fits(notional)) else {
        return 0;
    };
    let (mut low, mut step) = (found, found >> 1);
    for _ in 0..10 {
        let next = low.saturating_add(step);
        if fits(next) {
            low = next;
        }
        step >>= 1;
    }
    low
}

impl ClearingPreview {
    /// Applies a rule in memory, and fills in what it leaves.
    fn preview(
        &self,
        market_id: U256,
        account: Address,
        rule: impl FnOnce(&mut Market, &mut Position, &Context<'_>) -> Outcome<Preview>,
    ) -> Outcome<Preview> {
        let mut session: Session = self.state.open_market(market_id)?;
        let mut position = session.position_now(self.vm(), account)?;
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

fn liquidation_preview(report: &Liquidation) -> Preview {
    let fill = Fill {
        base: report.base,
        notional: report.notional,
        fee: report.penalty,
        realized_pnl: report.realized_pnl,
        funding: report.funding,
    };
    Preview {
        keeperReward: U256::from(report.keeper_reward),
        shortfall: U256::from(report.shortfall.amount),
        ..fill_preview(&fill)
    }
}

/// A preview's error instead of a revert.
fn answer(preview: Outcome<Preview>) -> Outcome<Preview> {
    Ok(preview.unwrap_or_else(|error: Revert| Preview {
        errorSelector: error.selector().into(),
        errorData: error.0.into(),
        ..Preview::default()
    }))
}
