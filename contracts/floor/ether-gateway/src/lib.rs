//! Ether at the edges of a floor market whose cash is wrapped ether: in as cash of an account, out to whoever has it.
//!
//! A gateway serves one market, which it trusts with what it holds: one that were told the market by its callers would pay
//! whatever any of them made up. It takes cash only out of the caller's own account, which has made it its operator.
//!
//! What the market cannot pay at once waits there, for this contract, which remembers for whom. The market pays a place in
//! its queue to its owner whoever asks, without a word; so what a place has brought is read from the market's own record of
//! it, and this contract only counts what it has given on. Nothing is lost by who asked, and nothing is paid twice.
//!
//! Ether goes from the wrapped ether to its owner straight, by `withdrawTo(address,uint256)`, which the chain's own wrapped
//! ether has: a program is not called while it runs, so none could be paid here in between. Where the wrapped ether lacks it,
//! the withdrawal is refused and cash is withdrawn as what it is, in the market. Somebody who takes no ether is refused, too,
//! and nothing has changed: whoever withdrew takes it wrapped, or for somebody else (`claimWrapped`).
//!
//! Bids and order books are not served: their cash is wrapped ether, which can be had from its own contract.
//!
//! Nobody governs this contract and nothing of it changes. Amounts are wei.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod abi;
mod outside;
mod revert;

use alloc::string::String;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    initializer::Initializer,
    lock,
    log::emit,
    raw::address_word,
    roles::non_zero,
    token::{approve_exact, transfer_out},
    upgrade,
};
use stylus_sdk::{
    abi::Bytes,
    function_selector,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU256},
};

pub use crate::revert::{Outcome, Revert};
use crate::{
    abi::{errors, events},
    outside::{Market, unwrap, wrap},
};

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("weth");

/// The gateway.
#[storage]
#[entrypoint]
pub struct EtherGateway {
    initializer: Initializer,
    market: StorageAddress,
    lock: StorageBool,
    weth: StorageAddress,
    tickets: StorageMap<U256, Ticket>,
}

/// A place in the market's queue that this contract has for somebody.
#[storage]
pub struct Ticket {
    account: StorageAddress,
    to: StorageAddress,
    given: StorageU256,
}

#[public]
impl EtherGateway {
    /// Makes the gateway of a market, whose cash is wrapped ether; once, in the call that creates the proxy.
    pub fn initialize(&mut self, market: Address) -> Outcome<()> {
        self.initializer.begin()?;
        self.market.set(non_zero(market)?);
        let weth = non_zero(self.floor().cash()?)?;
        self.weth.set(weth);
        emit::<events::GatewayCreated>(self.vm(), &[market, weth].map(address_word), &[]);
        Ok(())
    }

    /// Brings the ether that comes with the call into `account`, as cash. For anybody.
    #[payable]
    pub fn deposit_ether(&mut self, account: Address) -> Outcome<()> {
        lock::acquire(&mut self.lock)?;
        let (vm, weth) = (self.vm(), self.weth.get());
        let (payer, amount) = (vm.msg_sender(), vm.msg_value());
        if amount.is_zero() {
            return Err(errors::ZeroAmount {}.into());
        }
        emit::<events::EtherDeposited>(vm, &[account, payer].map(address_word), &[amount]);
        wrap(vm, weth, amount)?;
        approve_exact(vm, weth, self.market.get(), amount)?;
        self.floor().deposit(amount, account)?;
        lock::release(&mut self.lock);
        Ok(())
    }

    /// Takes `amount` of cash out of the caller's account, which has made this contract its operator, as ether for `to`;
    /// until `deadline`. What the market cannot pay at once waits, and is paid by `claimEther`.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    /// - `ticket`: the place in the market's queue of what was not, 0 if all was
    pub fn withdraw_ether(&mut self, amount: U256, to: Address, deadline: U256) -> Outcome<(U256, U256)> {
        lock::acquire(&mut self.lock)?;
        non_zero(to)?;
        let account = self.vm().msg_sender();
        let (paid, ticket) = self.floor().withdraw(account, amount, deadline)?;
        if !ticket.is_zero() {
            let mut place = self.tickets.setter(ticket);
            place.account.set(account);
            place.to.set(to);
        }
        let indexed = [account, to].map(address_word);
        emit::<events::EtherWithdrawn>(self.vm(), &indexed, &[amount, paid, ticket]);
        if !paid.is_zero() {
            unwrap(self.vm(), self.weth.get(), to, paid)?;
        }
        lock::release(&mut self.lock);
        Ok((paid, ticket))
    }

    /// Pays what is due of a withdrawal that waits, as ether, to whom it is for. For anybody, always.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    pub fn claim_ether(&mut self, ticket: U256) -> Outcome<U256> {
        lock::acquire(&mut self.lock)?;
        let to = self.tickets.getter(ticket).to.get();
        let paid = self.collect(ticket)?;
        self.log_paid(ticket, to, paid, false);
        unwrap(self.vm(), self.weth.get(), to, paid)?;
        lock::release(&mut self.lock);
        Ok(paid)
    }

    /// Pays what is due of a withdrawal that waits, as wrapped ether, to `to`. For the account that it is of, always: where
    /// whom it is for takes no ether.
    ///
    /// # Returns
    /// - `paid`: what was paid, wei
    pub fn claim_wrapped(&mut self, ticket: U256, to: Address) -> Outcome<U256> {
        lock::acquire(&mut self.lock)?;
        non_zero(to)?;
        let (owner, caller) = (self.tickets.getter(ticket).account.get(), self.vm().msg_sender());
        if !owner.is_zero() && owner != caller {
            return Err(Revert::new(errors::NotTicketOwner::SELECTOR, &[ticket, address_word(caller)]));
        }
        let paid = self.collect(ticket)?;
        self.log_paid(ticket, to, paid, true);
        transfer_out(self.vm(), self.weth.get(), to, paid)?;
        lock::release(&mut self.lock);
        Ok(paid)
    }

    /// The market.
    pub fn market(&self) -> Address {
        self.market.get()
    }

    /// The wrapped ether that is its cash.
    pub fn weth(&self) -> Address {
        self.weth.get()
    }

    /// A withdrawal that waits or waited.
    ///
    /// # Returns
    /// - `account`: whose cash it was; zero if there is none of this ticket
    /// - `to`: whom `claimEther` pays
    /// - `given`: what was paid of it, wei
    /// - `due`: what would be paid now, wei
    pub fn ticket(&self, ticket: U256) -> Outcome<(Address, Address, U256, U256)> {
        let place = self.tickets.getter(ticket);
        let (account, to, given) = (place.account.get(), place.to.get(), place.given.get());
        if account.is_zero() {
            return Ok((account, to, given, U256::ZERO));
        }
        let waiting = self.floor().waiting(ticket)?;
        Ok((account, to, given, waiting.paid.saturating_add(waiting.due).saturating_sub(given)))
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. For the owner of the market only; not in the middle of another call.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a gateway
    /// - `NotUpgradeable`: a gateway could never be upgraded again
    /// - `Reentrant`: in the middle of another call
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Outcome<()> {
        lock::check(&self.lock)?;
        upgrade::require_owner_of(self.vm(), self.market.get()).map_err(Revert)?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
            .map_err(Revert)
    }
}

impl EtherGateway {
    fn floor(&self) -> Market<'_> {
        Market { vm: self.vm(), at: self.market.get() }
    }

    /// Has the market pay what is due of a place; what is here of it and was not given on yet, which counts as given.
    fn collect(&mut self, ticket: U256) -> Outcome<U256> {
        if self.tickets.getter(ticket).account.get().is_zero() {
            return Err(Revert::new(errors::UnknownTicket::SELECTOR, &[ticket]));
        }
        let place = self.floor().waiting(ticket)?;
        let more = if place.due.is_zero() { U256::ZERO } else { self.floor().claim_waiting(ticket)? };
        let brought = place.paid.saturating_add(more);
        let mut place = self.tickets.setter(ticket);
        let here = brought.saturating_sub(place.given.get());
        if here.is_zero() {
            return Err(errors::NothingToPay {}.into());
        }
        place.given.set(brought);
        Ok(here)
    }

    fn log_paid(&self, ticket: U256, to: Address, paid: U256, wrapped: bool) {
        let indexed = [ticket, address_word(to)];
        emit::<events::TicketPaid>(self.vm(), &indexed, &[paid, U256::from(wrapped)]);
    }
}
