//! What NFTs of a floor market can be had for now: previews of auctions.
//!
//! Runs on the market's storage by delegatecall and writes nothing, as `floor-preview`: each preview runs the rule of the
//! call that it is of on a copy of the market, and is refused with the error that the call would be refused with. Calls it
//! does not know go on to `floor-forecast`.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::boxed::Box;

use alloy_primitives::{Address, U256};
use everfloor_common::routes;
use everfloor_floor_rules::{
    Account, Auction, FloorError, Prices,
    auction::{Bid, Cause},
};
use everfloor_floor_storage::{
    abi::{errors, narrow, views::TakePreview},
    desk::{number, require_room, room},
    layout::Sale,
    revert::Outcome,
    state::{MarketState, Peer},
    store,
    trial::Trial,
};
use stylus_sdk::{ArbResult, prelude::*};

/// The market, seen by its quotes.
#[storage]
#[entrypoint]
pub struct FloorQuote {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorQuote {
    // ---- Auctions ----

    /// What `kick` of `count` NFTs of an account would begin.
    ///
    /// # Returns
    /// - `top`: the first price of one, wei
    /// - `reward`: the starter's, wei, out of the first one taken
    pub fn preview_kick(&self, owner: Address, count: U256) -> Outcome<(U256, U256)> {
        let (mut trial, count) = (self.trial()?, number(count)?);
        let account = trial.account(owner, 1)?;
        let prices = trial.prices()?;
        require_room(&self.state, account.id, count, &trial.settings)?;
        let auction = self.kick(&mut trial, account, count, prices)?;
        Ok((U256::from(auction.top), U256::from(auction.reward)))
    }

    /// How many NFTs of an account `kick` would offer at most now; 0 if none.
    pub fn suggested_lot(&self, owner: Address) -> Outcome<U256> {
        let mut trial = self.trial()?;
        let account = trial.account(owner, 1)?;
        let prices = trial.prices()?;
        let Ok(room) = room(&self.state, account.id, &trial.settings) else { return Ok(U256::ZERO) };
        // Asked for more than there can be, the rule says how many it would take.
        let most = match self.kick(&mut trial, account, u32::MAX, prices) {
            Err(error) => match *error {
                FloorError::NotEnoughNfts { free, .. } => free,
                FloorError::NotLiquidatable { .. } => 0,
                other => return Err(other.into()),
            },
            Ok(auction) => auction.nfts,
        };
        Ok(U256::from(most.min(room)))
    }

    /// What `take` of `count` NFTs by `taker` would do now, who pays with `fp` of his FP first.
    pub fn preview_take(&self, auction: U256, count: U256, fp: U256, taker: Address) -> Outcome<TakePreview> {
        let (mut trial, mut sale) = (self.trial()?, self.running(auction)?);
        let prices = trial.prices()?;
        let owner = store::owner(self.vm(), sale.auction.account).address;
        let mut account = trial.account(owner, 1)?;
        let bid = Bid { nfts: number(count)?, max_price: u128::MAX, fp: narrow(fp)? };
        let pays_fp = bid.fp != 0 && taker != owner;
        let mut payer = if pays_fp { Some(trial.account(taker, 1)?) } else { None };
        let Trial { market, chain, settings, .. } = &mut trial;
        let taken = market.take(
            chain,
            &mut sale.auction,
            &mut account,
            payer.as_mut(),
            &bid,
            prices,
            &settings.params,
            self.state.now(),
        )?;
        Ok(TakePreview {
            price: U256::from(taken.price),
            owe: U256::from(taken.owe),
            fp: U256::from(taken.fp),
            bought: U256::from(taken.bought),
            paidToLongs: U256::from(taken.paid_to_longs),
            fee: U256::from(taken.fee),
            reward: U256::from(taken.reward),
            insured: U256::from(taken.insured),
            shortfall: U256::from(taken.shortfall),
            ended: taken.ended,
        })
    }

    /// The first price that `redo` would begin an auction anew at, wei.
    pub fn preview_redo(&self, auction: U256) -> Outcome<U256> {
        let (trial, mut sale) = (self.trial()?, self.running(auction)?);
        let prices = trial.prices()?;
        trial.market.redo(&mut sale.auction, prices, &trial.settings.auctions, self.state.now())?;
        Ok(U256::from(sale.auction.top))
    }

    /// The starter's reward that `cure` of an auction would take out of the account, wei.
    pub fn preview_cure(&self, auction: U256) -> Outcome<U256> {
        let (mut trial, mut sale) = (self.trial()?, self.running(auction)?);
        if sale.auction.cause != Cause::Liquidation {
            return Err(errors::UnknownAuction { id: auction }.into());
        }
        let prices = trial.prices()?;
        let mut account = trial.account(store::owner(self.vm(), sale.auction.account).address, 1)?;
        let Trial { market, chain, settings, .. } = &mut trial;
        let reward = market.cure(chain, &mut sale.auction, &mut account, prices, &settings.params)?;
        Ok(U256::from(reward))
    }

    /// Hands every other call to the forecast.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorQuote {
    "previewKick"(Address, U256) => preview_kick;
    "suggestedLot"(Address) => suggested_lot;
    "previewTake"(U256, U256, U256, Address) => preview_take;
    "previewRedo"(U256) => preview_redo;
    "previewCure"(U256) => preview_cure;
    else hand_on
});

impl FloorQuote {
    /// Hands a call on.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        self.state.forward(Peer::ForecastProgram, calldata)
    }

    fn trial(&self) -> Outcome<Trial<'_>> {
        Trial::open(&self.state)
    }

    /// A sale that is not over.
    fn running(&self, id: U256) -> Outcome<Sale> {
        let sale = store::sale(self.vm(), number(id)?).value;
        if sale.auction.nfts == 0 { Err(errors::UnknownAuction { id }.into()) } else { Ok(sale) }
    }

    fn kick(
        &self,
        trial: &mut Trial<'_>,
        mut account: Account,
        count: u32,
        prices: Prices,
    ) -> Result<Auction, Box<FloorError>> {
        let Trial { market, chain, settings, .. } = trial;
        let (last_top, now) = (store::last_top(self.vm()), self.state.now());
        let (params, terms) = (&settings.params, &settings.auctions);
        market.kick(chain, &mut account, count, prices, params, terms, last_top, now)
    }
}
