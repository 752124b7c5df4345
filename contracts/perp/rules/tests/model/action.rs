//! What can be done to a market.

use everfloor_perp_rules::{
    Params,
    trade::{CloseOrder, OpenOrder},
};

use crate::market::Taking;
use crate::market::{Cover, Done, Model};

/// Accounts of a market.
pub const TRADERS: usize = 8;

#[derive(Clone, Copy, Debug)]
pub enum Action {
    Open {
        who: usize,
        order: OpenOrder,
    },
    Close {
        who: usize,
        order: CloseOrder,
    },
    Add {
        who: usize,
        amount: u128,
    },
    Remove {
        who: usize,
        amount: u128,
    },
    Claim {
        who: usize,
        amount: u128,
        least: u128,
    },
    RealizeLoss {
        who: usize,
    },
    Liquidate {
        who: usize,
        limit: u128,
        cover: Cover,
    },
    StartTakeover {
        who: usize,
    },
    TakeOver {
        who: usize,
        taker: usize,
        base: u128,
        margin: u128,
        limit: u128,
        cover: Cover,
    },
    Deleverage {
        who: usize,
        base: u128,
        cover: Cover,
    },
    /// Loads an account and does nothing else.
    CatchUp {
        who: usize,
    },
    SettleFunding,
    Repeg,
    AdjustDepth,
    SetStatus {
        paused: bool,
        reduce_only: bool,
    },
    SendInsurance,
    Recapitalize {
        amount: u128,
    },
    Allocate {
        by_ledger: bool,
    },
    ChangeParams {
        params: Params,
    },
    ChangeFeed {
        cumulative: u128,
    },
    Halt {
        price: u128,
    },
    Settle {
        who: usize,
        cover: Cover,
    },
    Redeem {
        who: usize,
    },
}

impl Action {
    /// The account it is of.
    pub fn who(&self) -> Option<usize> {
        match self {
            Self::Open { who, .. }
            | Self::Close { who, .. }
            | Self::Add { who, .. }
            | Self::Remove { who, .. }
            | Self::Claim { who, .. }
            | Self::RealizeLoss { who }
            | Self::Liquidate { who, .. }
            | Self::StartTakeover { who }
            | Self::TakeOver { who, .. }
            | Self::Deleverage { who, .. }
            | Self::CatchUp { who }
            | Self::Settle { who, .. }
            | Self::Redeem { who } => Some(*who),
            _ => None,
        }
    }

    /// Every account it changes.
    pub fn accounts(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.who().into_iter().collect();
        if let Self::TakeOver { taker, .. } = self {
            all.push(*taker);
        }
        all
    }

    /// Whether it brings the clocks to now.
    pub fn accrues(&self) -> bool {
        !matches!(
            self,
            Self::Add { .. }
                | Self::Claim { .. }
                | Self::CatchUp { .. }
                | Self::SetStatus { .. }
                | Self::SendInsurance
                | Self::Recapitalize { .. }
                | Self::Allocate { .. }
                | Self::ChangeParams { .. }
                | Self::Redeem { .. }
        )
    }

    /// More than there is in the world: the rules may run out of bits.
    pub fn is_absurd(&self) -> bool {
        const MUCH: u128 = 1 << 90;
        match self {
            Self::Open { order, .. } => order.notional > MUCH || order.margin > MUCH,
            Self::Add { amount, .. } | Self::Remove { amount, .. } => *amount > MUCH,
            Self::TakeOver { margin, .. } => *margin > MUCH,
            _ => false,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Close { .. } => "close",
            Self::Add { .. } => "add margin",
            Self::Remove { .. } => "remove margin",
            Self::Claim { .. } => "claim",
            Self::RealizeLoss { .. } => "realize loss",
            Self::Liquidate { .. } => "liquidate",
            Self::StartTakeover { .. } => "start takeover",
            Self::TakeOver { .. } => "take over",
            Self::Deleverage { .. } => "deleverage",
            Self::CatchUp { .. } => "catch up",
            Self::SettleFunding => "settle funding",
            Self::Repeg => "repeg",
            Self::AdjustDepth => "adjust depth",
            Self::SetStatus { .. } => "set status",
            Self::SendInsurance => "send insurance",
            Self::Recapitalize { .. } => "recapitalize",
            Self::Allocate { .. } => "allocate",
            Self::ChangeParams { .. } => "change parameters",
            Self::ChangeFeed { .. } => "change feed",
            Self::Halt { .. } => "halt",
            Self::Settle { .. } => "settle",
            Self::Redeem { .. } => "redeem",
        }
    }

    /// The same on the model.
    pub fn run_on(&self, model: &mut Model) -> Done {
        match self {
            Self::Open { who, order } => model.open(*who, order),
            Self::Close { who, order } => model.close(*who, order),
            Self::Add { who, amount } => model.add(*who, *amount),
            Self::Remove { who, amount } => model.remove(*who, *amount),
            Self::Claim { who, amount, least } => model.claim(*who, *amount, *least),
            Self::RealizeLoss { who } => model.realize_loss(*who),
            Self::Liquidate { who, limit, cover } => model.liquidate(*who, *limit, cover),
            Self::StartTakeover { who } => model.start_takeover(*who),
            Self::TakeOver { who, taker, base, margin, limit, cover } => {
                let taking = Taking { taker: *taker, base: *base, margin: *margin, limit: *limit };
                model.take_over(*who, &taking, cover)
            }
            Self::Deleverage { who, base, cover } => model.deleverage(*who, *base, cover),
            Self::CatchUp { .. } | Self::SettleFunding => Ok(()),
            Self::Repeg => model.repeg(),
            Self::AdjustDepth => model.adjust_depth(),
            Self::Halt { price } => model.halt(*price),
            Self::Settle { who, cover } => model.settle(*who, cover),
            Self::Redeem { who } => model.redeem(*who),
            _ => self.run_office(model),
        }
    }

    fn run_office(&self, model: &mut Model) -> Done {
        match self {
            Self::SetStatus { paused, reduce_only } => {
                if model.status.paused && !paused {
                    model.resumed_at = model.now;
                }
                model.status.paused = *paused;
                model.status.reduce_only = *reduce_only;
            }
            Self::SendInsurance => model.send_insurance(),
            Self::Recapitalize { amount } => return model.recapitalize(*amount),
            Self::Allocate { by_ledger } => return model.allocate(*by_ledger),
            Self::ChangeParams { params } => model.set_params(*params),
            Self::ChangeFeed { cumulative } => {
                model.oracle.cumulative = *cumulative;
                model.rebase(*cumulative);
            }
            _ => unreachable!("{self:?} is run above"),
        }
        Ok(())
    }
}
