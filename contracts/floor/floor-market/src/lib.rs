//! A floor market's hot program: cash in and out, trades that venues match, and who may act for whom.
//!
//! Thin by intent: each method loads what a rule of `everfloor-floor-rules` needs, applies it, writes what changed, logs
//! it, and moves tokens last. What it does not know it hands to the programs of NFTs, funding, auctions, takeovers and
//! the end, or to the lens (views, which knows the administration); all run on the same storage.
//!
//! The market matches nobody. A *venue* is any contract that both accounts have made their operator: it says who trades
//! with whom at what, and the market settles it or says who cannot. FP leaves the market in the same way, as a trade
//! with the contract that wraps it, for nothing.
//!
//! Units: cash is wei of the cash token (wrapped ether), FP is wei (`10^18` to an NFT), prices are wei for one FP.
#![allow(unexpected_cfgs, missing_docs, reason = "of what the SDK's macros generate")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::{Address, FixedBytes, U256};
use everfloor_common::{
    delegate,
    log::emit,
    raw::address_word,
    roles::non_zero,
    state::first_program,
    token::{transfer_in, transfer_out},
};
use everfloor_floor_rules::{Account, FloorError, Holding, Ticket, Trade, trade};
use everfloor_floor_storage::{
    abi::{events, narrow},
    desk::{Seat, number, prices_unless, require_operator},
    layout::Waiting,
    revert::{Outcome, parts},
    state::{Counter, MarketState, Peer},
    store::{self, Chain, LoadedMarket},
};
use stylus_sdk::{ArbResult, function_selector, prelude::*};

/// How a trade ended, as venues are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Filled = 0,
    MakerCannot = 1,
    TakerCannot = 2,
}

/// What a venue is told: how the trade ended, and the taker's refusal as a selector and at most two words.
type Told = (u8, FixedBytes<4>, U256, U256);

/// The market.
#[storage]
#[entrypoint]
pub struct FloorMarket {
    state: MarketState,
}

#[public]
impl FloorMarket {
    // ---- Cash ----

    /// Brings `amount` of cash, which the caller has approved, into `account`. For anybody, always open while the market is.
    pub fn deposit_cash(&mut self, amount: U256, account: Address) -> Outcome<()> {
        self.state.require_open()?;
        self.state.enter()?;
        let mut seat = Seat::take(&mut self.state, non_zero(account)?)?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::new(vm);
        market.value.deposit(&mut chain, &mut seat.loaded.value, narrow(amount)?)?;
        chain.finish()?;
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
        let mut chain = Chain::new(vm);
        let asked = narrow(amount)?;
        let value = &mut seat.loaded.value;
        let holding = market.value.ledger.view(&chain, value)?;
        let after = Holding { cash: holding.cash.saturating_sub_unsigned(asked), ..holding };
        let plain = trade::is_plain(value, after, &settings.params)?;
        let prices = prices_unless(&self.state, plain, &settings)?;
        let (paid, rest) = market.value.withdraw(&mut chain, value, asked, prices, &settings.params)?;
        chain.finish()?;
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

    // ---- Who may act ----

    /// Lets `operator` act for the caller's account: trade for it at any price, take its cash and NFTs. For venues,
    /// wrappers, brokers; or no longer.
    pub fn set_operator(&mut self, operator: Address, approved: bool) -> Outcome<()> {
        let vm = self.vm();
        let account = vm.msg_sender();
        store::set_operator(vm, account, non_zero(operator)?, approved);
        let indexed = [address_word(account), address_word(operator)];
        emit::<events::OperatorSet>(vm, &indexed, &[U256::from(approved)]);
        Ok(())
    }

    /// Whether `operator` may act for `account`.
    pub fn is_operator(&self, account: Address, operator: Address) -> bool {
        store::is_operator(self.vm(), account, operator)
    }

    // ---- Trades ----

    /// Settles a trade of `fp` at `price` between two accounts whose operator the caller is. The buyer pays the value rounded
    /// up, the seller gets it rounded down, the taker pays the fee.
    ///
    /// # Returns
    /// - `outcome`: 0 done; 1 the maker cannot, 2 the taker cannot: then nothing has changed
    /// - `reason`: the selector of the error that says why, with its words `first` and `second`
    pub fn settle_trade(
        &mut self,
        maker: Address,
        taker: Address,
        fp: U256,
        price: U256,
        taker_buys: bool,
    ) -> Outcome<Told> {
        self.state.require_open()?;
        self.state.require_free()?;
        for account in [maker, taker] {
            require_operator(&self.state, account)?;
        }
        if maker == taker {
            return Ok(told(Ending::MakerCannot, FloorError::ZeroAmount));
        }
        let (mut one, mut other) = (Seat::take(&mut self.state, maker)?, Seat::take(&mut self.state, taker)?);
        let vm = self.vm();
        let settings = store::trading_settings(vm);
        let trade = Trade { fp: narrow(fp)?, price: narrow(price)?, taker_buys, fee: settings.fee };
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::keeping(vm);
        let (first, second) = (&mut one.loaded.value, &mut other.loaded.value);
        let plain = market.value.is_plain(&chain, first, second, &trade, &settings.params)?;
        let prices = prices_unless(&self.state, plain, &settings)?;
        let settled = market.value.settle_trade(&mut chain, first, second, &trade, prices, &settings.params);
        let moved = match settled {
            Ok(moved) => moved,
            Err((side, error)) => return Ok(told(of_side(side), *error)),
        };
        chain.finish()?;
        one.save(&self.state)?;
        other.save(&self.state)?;
        market.save(vm)?;
        let indexed = [maker, taker, vm.msg_sender()].map(address_word);
        let [paid, got, fee] = [moved.paid, moved.got, moved.fee].map(U256::from);
        emit::<events::Trade>(vm, &indexed, &[fp, price, U256::from(taker_buys), paid, got, fee]);
        Ok((Ending::Filled as u8, FixedBytes::ZERO, U256::ZERO, U256::ZERO))
    }

    /// Whether `maker` could trade `fp` at `price` now, with somebody who can.
    pub fn can_settle(&self, maker: Address, fp: U256, price: U256, maker_buys: bool) -> Outcome<bool> {
        let vm = self.vm();
        if self.state.is_shut() {
            return Ok(false);
        }
        let settings = store::trading_settings(vm);
        let trade =
            Trade { fp: narrow(fp)?, price: narrow(price)?, taker_buys: !maker_buys, fee: settings.fee };
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::keeping(vm);
        let mut account = store::account(vm, maker).value;
        let plain = market.value.is_side_plain(&chain, &account, &trade, &settings.params)?;
        let prices = prices_unless(&self.state, plain, &settings)?;
        let done = market.value.settle_side(&mut chain, &mut account, &trade, prices, &settings.params);
        Ok(done.is_ok())
    }

    /// Brings accounts to now: what they paid and got since they were last written down. Nothing they have changes; those
    /// that came into debt by payments are counted as debtors from then on. For anybody.
    pub fn touch(&mut self, accounts: Vec<Address>) -> Outcome<()> {
        self.state.require_open()?;
        self.state.require_free()?;
        let vm = self.vm();
        let mut market = LoadedMarket::load(vm);
        let mut chain = Chain::new(vm);
        for owner in accounts {
            let mut loaded = store::account(vm, owner);
            if loaded.value.id == 0 {
                continue;
            }
            let account: &mut Account = &mut loaded.value;
            let holding = market.value.ledger.take(&mut chain, account)?;
            market.value.ledger.give(&mut chain, account, holding)?;
            loaded.save(vm)?;
        }
        chain.finish()?;
        Ok(market.save(vm)?)
    }

    /// Hands every other call to the program that knows it.
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

/// `initialize`, which the administration answers; its address comes last of all.
pub const INITIALIZE: [u8; 4] = everfloor_floor_storage::abi::INITIALIZE;

/// What the program of NFTs answers.
pub const VAULT_SELECTORS: [[u8; 4]; 4] = [
    function_selector!("depositNft", Address, Vec<U256>, Vec<Vec<FixedBytes<32>>>),
    function_selector!("withdrawNft", Address, Vec<U256>, Address, U256),
    function_selector!("flashNft", Vec<U256>, Address, stylus_sdk::abi::Bytes),
    function_selector!("onERC721Received", Address, Address, U256, stylus_sdk::abi::Bytes),
];

/// What the program of funding answers.
pub const FUNDING_SELECTORS: [[u8; 4]; 1] = [function_selector!("pokeFunding", U256)];

impl FloorMarket {
    /// Hands a call to the program that knows it.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        match calldata.first_chunk() {
            Some(&INITIALIZE) => {
                let admin = self.state.peer(Peer::AdminProgram);
                delegate::forward(self.vm(), first_program(self.vm(), admin, calldata)?, calldata)
            }
            Some(selector) if VAULT_SELECTORS.contains(selector) => {
                self.state.forward(Peer::VaultProgram, calldata)
            }
            Some(selector) if FUNDING_SELECTORS.contains(selector) => {
                self.state.forward(Peer::FundingProgram, calldata)
            }
            _ => self.state.forward(Peer::LensProgram, calldata),
        }
    }

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

/// What a venue is told of a refusal.
fn told(ending: Ending, error: FloorError) -> Told {
    let (selector, _, first, second) = parts(error);
    (ending as u8, selector.into(), first, second)
}

fn of_side(side: trade::Side) -> Ending {
    match side {
        trade::Side::Maker => Ending::MakerCannot,
        trade::Side::Taker => Ending::TakerCannot,
    }
}
