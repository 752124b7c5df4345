//! The accounting of a floor market: what an account has, taking it out of the totals, putting it back.
//!
//! Runs on the market's storage by delegatecall, and for the market's other programs alone
//! (`everfloor_floor_storage::remote` says how they ask): the market hands no call of anybody's to it. So it judges nobody and
//! moves nothing; whoever asks has.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use everfloor_common::routes;
use everfloor_floor_rules::error;
use everfloor_floor_storage::{
    remote::{Message, Op},
    revert::{Outcome, Revert},
    state::MarketState,
    store::Chain,
};
use stylus_sdk::{ArbResult, prelude::*};

/// The market, seen by its ledger.
#[storage]
#[entrypoint]
pub struct FloorLedger {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorLedger {
    /// Answers a question.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, question: &[u8]) -> ArbResult {
        self.answer(question)
    }
}

routes!(FloorLedger { else answer });

impl FloorLedger {
    fn answer(&mut self, question: &[u8]) -> ArbResult {
        let mut message = Message::from_bytes(question).ok_or_else(Vec::new)?;
        self.carry_out(&mut message)?;
        message.to_bytes().ok_or_else(Vec::new)
    }

    fn carry_out(&mut self, message: &mut Message) -> Outcome<()> {
        let mut chain = Chain::new(self.state.vm());
        change(message, &mut chain).map_err(Revert::from)?;
        Ok(chain.finish()?)
    }
}

/// Does what is asked.
fn change(message: &mut Message, chain: &mut Chain<'_>) -> error::Result<()> {
    let Message { op, ledger, account, holding } = message;
    match op {
        Op::View => *holding = ledger.view(chain, account)?,
        Op::Take => *holding = ledger.take(chain, account)?,
        Op::Give => ledger.give(chain, account, *holding)?,
        Op::Close => {
            ledger.close_against_longs(chain, holding.fp.unsigned_abs(), holding.cash.unsigned_abs())?;
        }
    }
    Ok(())
}
