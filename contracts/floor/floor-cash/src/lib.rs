//! The cash of a floor market: in, out, and what waits to go out.
//!
//! Runs on the market's storage by delegatecall. Thin by intent: each method loads what a rule of `everfloor-floor-rules`
//! needs, applies it, writes what changed, logs it, and moves tokens last.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use everfloor_common::{
    log::emit,
    raw::address_word,
    roles::non_zero,
    routes,
    token::{transfer_in, transfer_out},
};
use everfloor_floor_rules::{Account, Books as _, FloorError, Holding, Ticket, trade};
use everfloor_floor_storage::{
    abi::{events, narrow},
    desk::{Seat, number, prices_unless},
    layout::Waiting,
    remote::Remote,
    revert::Outcome,
    state::{Counter, MarketState},
    store::{self, LoadedMarket},
};
use stylus_sdk::prelude::*;

/// The market, seen by its cash.
#[storage]
#[entrypoint]
pub struct FloorCash {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorCash {
    /// Brings `amount` of cash, which the caller has approved, into `account`. For anybody, always open while the market is.
    pub fn deposit_cash(&mut self, amount: U256, account: Address) -> Outcome<()> {
        self.state.require_open()?;
        self.state.enter()?;
        let mut seat = Seat::take(&mut self.state, non_zero(account)?)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        market.value.deposit(&mut books, &mut seat.loaded.value, narrow(amount)?)?;
        seat.save(&self.state)?;
        market.save(vm)?;
        let payer = vm.msg_sender();
        emit::<events::CashDeposited>(vm, &[address_word(account), address_word(payer)], &[amount]);
        transfer_in(vm, self.state.token(), payer, amount)?;
        self.state.leave();
        Ok(())
    }

    /// Takes `amount` of cash out of `account` for `to`; until `deadline`. What the market cannot pay at once waits, and is
    /// paid in the order in which it came (`claimWaiting`). Against the value of FP only as far as all other
    /// withdrawals can be paid.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    /// - `ticket`: the place in the queue of what was not, 0 if all was
    pub fn withdraw_cash(
        &mut self,
        account: Address,
        amount: U256,
        to: Address,
        deadline: U256,
    ) -> Outcome<(U256, U256)> {
        self.state.require_open()?;
        self.state.require_time(deadline)?;
        non_zero(to)?;
        let mut seat = Seat::authorized(&mut self.state, account)?;
        self.state.enter()?;
        let vm = self.vm();
        let settings = store::trading_settings(vm);
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        let asked = narrow(amount)?;
        let value = &mut seat.loaded.value;
        let holding = books.view(&market.value.ledger, value)?;
        let after = Holding { cash: holding.cash.saturating_sub_unsigned(asked), ..holding };
        let plain = trade::is_plain(value, after, &settings.params)?;
        let prices = prices_unless(&self.state, plain, &settings, None)?;
        let (paid, rest) = market.value.withdraw(&mut books, value, asked, prices, &settings.params)?;
        seat.save(&self.state)?;
        market.save(vm)?;
        let ticket = self.write_ticket(rest, to)?;
        let vm = self.vm();
        let (paid, indexed) = (U256::from(paid), [address_word(account), address_word(to)]);
        emit::<events::CashWithdrawn>(vm, &indexed, &[amount, paid, ticket]);
        if !paid.is_zero() {
            transfer_out(vm, self.state.token(), to, paid)?;
        }
        self.state.leave();
        Ok((paid, ticket))
    }

    /// Pays what of a place in the queue is due to whom it is for. For anybody, always.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    pub fn claim_waiting(&mut self, ticket: U256) -> Outcome<U256> {
        self.state.enter()?;
        let vm = self.vm();
        let mut place = store::waiting(vm, number(ticket)?);
        let mut market = LoadedMarket::load(vm);
        let paid = U256::from(market.value.vault.pay_ticket(&mut place.value.ticket)?);
        place.save(vm)?;
        market.save(vm)?;
        let owner = place.value.owner;
        emit::<events::WaitingPaid>(vm, &[ticket, address_word(owner)], &[paid]);
        transfer_out(vm, self.state.token(), owner, paid)?;
        self.state.leave();
        Ok(paid)
    }

    /// Pays what is due of a closed account's claim to its owner. For anybody, always.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    pub fn claim(&mut self, account: Address) -> Outcome<U256> {
        self.state.require_shut()?;
        self.state.enter()?;
        let vm = self.vm();
        let (mut market, mut end) = (LoadedMarket::load(vm), store::end(vm));
        let mut closed = store::closed(vm, account);
        let paid = end.value.pay(&mut market.value, &mut closed.value.claim)?;
        if paid == 0 {
            return Err(FloorError::NothingToPay.into());
        }
        closed.save(vm)?;
        end.save(vm)?;
        market.save(vm)?;
        let paid = U256::from(paid);
        emit::<events::Claimed>(vm, &[address_word(account)], &[paid]);
        transfer_out(vm, self.state.token(), account, paid)?;
        self.state.leave();
        Ok(paid)
    }

    /// Brings accounts to now: what they paid and got since they were last written down. Nothing they have changes; those
    /// that came into debt by payments are counted as debtors from then on. For anybody.
    pub fn touch(&mut self, accounts: Vec<Address>) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut books = Remote::new(&self.state);
        for owner in accounts {
            let mut loaded = store::account(vm, owner);
            if loaded.value.id == 0 {
                continue;
            }
            let account: &mut Account = &mut loaded.value;
            let holding = books.take(&mut market.value.ledger, account)?;
            books.give(&mut market.value.ledger, account, holding)?;
            loaded.save(vm)?;
        }
        Ok(market.save(vm)?)
    }
}

routes!(FloorCash {
    "depositCash"(U256, Address) => deposit_cash;
    "withdrawCash"(Address, U256, Address, U256) => withdraw_cash;
    "claimWaiting"(U256) => claim_waiting;
    "claim"(Address) => claim;
    "touch"(Vec<Address>) => touch;
});

impl FloorCash {
    /// Writes a place in the queue down; its number, 0 if there is none.
    fn write_ticket(&mut self, ticket: Option<Ticket>, owner: Address) -> Outcome<U256> {
        let Some(ticket) = ticket else { return Ok(U256::ZERO) };
        let number = self.state.count(Counter::Waiting)?;
        let mut place = store::waiting(self.vm(), number);
        place.value = Waiting { ticket, owner };
        place.save(self.vm())?;
        Ok(U256::from(number))
    }
}
