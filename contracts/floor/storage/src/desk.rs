//! What calls of an account have in common: finding it, judging who may act, saving both sides.

use alloy_primitives::{Address, U256};
use everfloor_floor_rules::{FloorError, Params, Position, Prices};
use stylus_sdk::prelude::*;

use crate::{
    abi::{errors, narrow},
    layout::Settings,
    outside,
    revert::Outcome,
    state::{Counter, MarketState, Peer},
    store::{self, LoadedAccount, LoadedMarket},
};

/// An account, and whose it is.
pub struct Seat {
    /// Whose.
    pub owner: Address,
    /// It.
    pub loaded: LoadedAccount,
}

impl Seat {
    /// Loads an account, which gets a number if it has none.
    pub fn take(state: &mut MarketState, owner: Address) -> Outcome<Self> {
        let mut loaded = store::account(state.vm(), owner);
        if loaded.value.id == 0 {
            let number = state.count(Counter::Accounts)?;
            store::register(state.vm(), &mut loaded.value, number, owner)?;
        }
        Ok(Self { owner, loaded })
    }

    /// Loads an account for which the caller may act.
    pub fn authorized(state: &mut MarketState, owner: Address) -> Outcome<Self> {
        require_operator(state, owner)?;
        Self::take(state, owner)
    }

    /// Writes the account, which may be new; its number.
    pub fn save_new(mut self, state: &MarketState) -> Outcome<u32> {
        self.save(state)?;
        Ok(self.loaded.value.id)
    }

    /// Writes what changed.
    pub fn save(&mut self, state: &MarketState) -> Outcome<()> {
        Ok(self.loaded.save(state.vm())?)
    }
}

/// Refuses whoever may not act for an account.
pub fn require_operator(state: &MarketState, account: Address) -> Outcome<()> {
    let caller = state.vm().msg_sender();
    if store::is_operator(state.vm(), account, caller) {
        Ok(())
    } else {
        Err(errors::NotOperator { account, caller }.into())
    }
}

/// The present prices; none are asked for where none can matter, so that nothing an oracle does stops what is paid for or
/// covered.
pub fn prices_unless(
    state: &MarketState,
    plain: bool,
    settings: &Settings,
    told: Option<u128>,
) -> Outcome<Prices> {
    if plain {
        Ok(Prices::default())
    } else {
        outside::prices(state.vm(), state, &settings.params.terms, told)
    }
}

/// The mark that a venue at work tells, if the caller is the venue whose mark counts.
pub fn told_mark(state: &MarketState, mark: U256) -> Outcome<Option<u128>> {
    if state.vm().msg_sender() == state.peer(Peer::Venue) { Ok(Some(narrow(mark)?)) } else { Ok(None) }
}

/// An account as it is tested, with all that has been paid up to now.
pub fn position(state: &MarketState, market: &LoadedMarket, owner: Address) -> Outcome<Position> {
    let account = store::account(state.vm(), owner).value;
    let chain = store::Chain::new(state.vm());
    let holding = market.value.ledger.view(&chain, &account)?;
    Ok(Position { holding, nfts: account.nfts })
}

/// A number of NFTs, accounts or the like.
pub fn number(value: U256) -> Outcome<u32> {
    u32::try_from(value).map_err(|_| FloorError::Overflow.into())
}

/// How many epochs are over.
pub fn epochs_over(params: &Params, now: u64) -> u32 {
    let passed = now.saturating_sub(params.genesis).checked_div(params.epoch).unwrap_or(0);
    u32::try_from(passed).unwrap_or(u32::MAX)
}

/// Refuses a liquidation of more, or too soon.
pub fn require_room(state: &MarketState, account: u32, count: u32, settings: &Settings) -> Outcome<()> {
    let free = settings.auctions.capacity.saturating_sub(state.counter(Counter::Offered));
    if count > free {
        return Err(FloorError::NotEnoughNfts { asked: count, free }.into());
    }
    require_spaced(state, account, settings)
}

/// Refuses a liquidation too soon after the account's last one.
fn require_spaced(state: &MarketState, account: u32, settings: &Settings) -> Outcome<()> {
    let kicked = u64::from(store::owner(state.vm(), account).kicked);
    let (next, now) = (kicked.saturating_add(settings.auctions.spacing), state.now());
    if kicked != 0 && now < next {
        return Err(FloorError::StillRunning { started: kicked, now }.into());
    }
    Ok(())
}
