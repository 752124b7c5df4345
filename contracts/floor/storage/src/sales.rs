//! What the programs that begin sales and that carry them out have in common.

use alloy_primitives::U256;

use crate::{
    abi::errors,
    desk::{Seat, number},
    remote::Remote,
    revert::Outcome,
    state::{Counter, MarketState},
    store::{self, LoadedMarket, LoadedSale},
};

/// A sale that is not over.
pub fn running(state: &MarketState, auction: U256) -> Outcome<LoadedSale> {
    let sale = store::sale(state.vm(), number(auction)?);
    if sale.value.auction.nfts == 0 { Err(errors::UnknownAuction { id: auction }.into()) } else { Ok(sale) }
}

/// Counts fewer NFTs as offered by liquidations.
pub fn withdraw_offer(state: &mut MarketState, nfts: u32) {
    let offered = state.counter(Counter::Offered).saturating_sub(nfts);
    state.set_counter(Counter::Offered, offered);
}

/// Puts the starter's reward into his account.
pub fn pay_starter(state: &mut MarketState, starter: u32, reward: u128) -> Outcome<()> {
    if reward == 0 {
        return Ok(());
    }
    let owner = store::owner(state.vm(), starter).address;
    let mut seat = Seat::take(state, owner)?;
    let mut market = LoadedMarket::load(state.vm());
    market.value.deposit(&mut Remote::new(state), &mut seat.loaded.value, reward)?;
    market.save(state.vm())?;
    seat.save(state)
}
