//! A floor market as everybody calls it: who may act for whom, and which program answers what.
//!
//! A program holds some 24 KB, a market is more; so this one hands every call to the program that knows it, and all run on
//! its storage: cash, trades, NFTs, funding, auctions, takeovers, the end, views. What an account has, and what changing it
//! does to all others, one of them alone knows, the ledger, which only the others ask
//! (`everfloor_floor_storage::remote`).
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

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::SolError;
use everfloor_common::{
    delegate, log::emit, raw::address_word, roles::non_zero, routes, state::first_program, upgrade,
};
use everfloor_floor_storage::{
    abi::{errors, events},
    revert::{Outcome, Revert},
    state::{MarketState, Peer},
    store,
};
use stylus_sdk::{ArbResult, function_selector, prelude::*};

/// The market.
#[storage]
#[entrypoint]
pub struct FloorMarket {
    state: MarketState,
}

#[cfg_attr(not(target_arch = "wasm32"), public)]
impl FloorMarket {
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
    pub fn is_operator(&self, account: Address, operator: Address) -> Outcome<bool> {
        Ok(store::is_operator(self.vm(), account, operator))
    }

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[cfg(not(target_arch = "wasm32"))]
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Outcome<B256> {
        self.uuid()
    }

    /// Hands every other call to the program that knows it.
    #[cfg(not(target_arch = "wasm32"))]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.hand_on(calldata)
    }
}

routes!(FloorMarket {
    "setOperator"(Address, bool) => set_operator;
    "isOperator"(Address, Address) => is_operator;
    "proxiableUUID"() => uuid;
    else hand_on
});

/// `initialize`, which the administration answers; its address comes last of all.
pub const INITIALIZE: [u8; 4] = everfloor_floor_storage::abi::INITIALIZE;

/// What the program of trades answers to venues: what it reverts with may be an answer.
pub const SETTLE_TRADE: [u8; 4] = function_selector!("settleTrade", Address, Address, U256, U256, bool, U256);

/// What the program of simulations reverts with the answer of.
pub const SIMULATE: [u8; 4] = function_selector!("simulate", Vec<Address>, Vec<stylus_sdk::abi::Bytes>);

/// What else the program of simulations answers.
pub const SIMULATE_SELECTORS: [[u8; 4]; 5] = [
    function_selector!("maxWithdraw", Address),
    function_selector!("maxMint", Address),
    function_selector!("maxUnlock", Address),
    function_selector!("suggestedLot", Address),
    function_selector!("suggestedTakeOver", Address),
];

/// What else the program of trades answers.
pub const TRADE_SELECTORS: [[u8; 4]; 1] = [function_selector!("canSettle", Address, U256, U256, bool, U256)];

/// What the program of cash answers.
pub const CASH_SELECTORS: [[u8; 4]; 5] = [
    function_selector!("depositCash", U256, Address),
    function_selector!("withdrawCash", Address, U256, Address, U256),
    function_selector!("claimWaiting", U256),
    function_selector!("claim", Address),
    function_selector!("touch", Vec<Address>),
];

/// What the program of NFTs answers.
pub const VAULT_SELECTORS: [[u8; 4]; 4] = [
    function_selector!("depositNft", Address, Vec<U256>, Vec<Vec<FixedBytes<32>>>),
    function_selector!("withdrawNft", Address, Vec<U256>, Address, U256),
    function_selector!("flashNft", Vec<U256>, Address, stylus_sdk::abi::Bytes),
    function_selector!("onERC721Received", Address, Address, U256, stylus_sdk::abi::Bytes),
];

/// What the program of funding answers.
pub const FUNDING_SELECTORS: [[u8; 4]; 1] = [function_selector!("pokeFunding", U256)];

/// What the program of auctions answers.
pub const AUCTION_SELECTORS: [[u8; 4]; 6] = [
    function_selector!("kick", Address, Vec<U256>, U256),
    function_selector!("redo", U256),
    function_selector!("cure", U256),
    function_selector!("startVoluntary", Address, Vec<U256>, U256, U256, U256, U256, U256),
    function_selector!("lowerReserve", U256, U256, U256),
    function_selector!("cancelVoluntary", U256),
];

/// What the program of sales answers.
pub const SALE_SELECTORS: [[u8; 4]; 2] = [
    function_selector!("take", U256, Vec<U256>, U256, U256, Address, stylus_sdk::abi::Bytes, U256),
    function_selector!("takeIntoBids", U256, Vec<U256>, Vec<Vec<FixedBytes<32>>>, U256, U256),
];

/// What the program of takeovers answers.
pub const TAKEOVER_SELECTORS: [[u8; 4]; 3] = [
    function_selector!("takeOver", Address, U256, U256, U256, U256),
    function_selector!("closeBankrupt", Address),
    function_selector!("buyFromHouse", U256, U256, U256),
];

/// What the program of the end answers.
pub const END_SELECTORS: [[u8; 4]; 6] = [
    function_selector!("shutDown"),
    function_selector!("redeem", Address, Vec<U256>, U256, Address, U256),
    function_selector!("unredeemedPrice"),
    function_selector!("buyUnredeemed", Address, Vec<U256>, U256, Address, stylus_sdk::abi::Bytes, U256),
    function_selector!("closeAccounts", Vec<Address>),
    function_selector!("distribute"),
];

impl FloorMarket {
    fn uuid(&self) -> Outcome<B256> {
        upgrade::proxiable_uuid(self.vm()).map_err(Revert)
    }

    /// Hands a call to the program that knows it.
    fn hand_on(&mut self, calldata: &[u8]) -> ArbResult {
        let tables: [(Peer, &[[u8; 4]]); 9] = [
            (Peer::TradeProgram, &TRADE_SELECTORS),
            (Peer::CashProgram, &CASH_SELECTORS),
            (Peer::VaultProgram, &VAULT_SELECTORS),
            (Peer::FundingProgram, &FUNDING_SELECTORS),
            (Peer::AuctionProgram, &AUCTION_SELECTORS),
            (Peer::SaleProgram, &SALE_SELECTORS),
            (Peer::TakeoverProgram, &TAKEOVER_SELECTORS),
            (Peer::EndProgram, &END_SELECTORS),
            (Peer::SimulateProgram, &SIMULATE_SELECTORS),
        ];
        match calldata.first_chunk() {
            Some(&SETTLE_TRADE) => {
                self.told_by_revert(Peer::TradeProgram, errors::Refused::SELECTOR, calldata)
            }
            Some(&SIMULATE) => {
                self.told_by_revert(Peer::SimulateProgram, errors::Simulated::SELECTOR, calldata)
            }
            Some(&INITIALIZE) => {
                let admin = self.state.peer(Peer::AdminProgram);
                delegate::forward(self.vm(), first_program(self.vm(), admin, calldata)?, calldata)
            }
            Some(selector) => {
                let known = tables.iter().find(|(_, selectors)| selectors.contains(selector));
                self.state.forward(known.map_or(Peer::LensProgram, |(program, _)| *program), calldata)
            }
            None => self.state.forward(Peer::LensProgram, calldata),
        }
    }

    /// What a program answers, or reverts with after `word`: then all that it did is undone, and who called goes on with the
    /// answer. So a venue hears who cannot trade, and whoever asks, what calls would do.
    fn told_by_revert(&self, program: Peer, word: [u8; 4], calldata: &[u8]) -> ArbResult {
        match self.state.forward(program, calldata) {
            Err(refusal) => match refusal.split_first_chunk() {
                Some((first, answer)) if *first == word => Ok(answer.to_vec()),
                _ => Err(refusal),
            },
            answered => answered,
        }
    }
}
