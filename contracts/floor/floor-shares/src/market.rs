//! What is asked of a floor market.
//!
//! Which market is the caller's choice, so it is a stranger: what it says it took and paid is held against what the cash
//! token says moved, and nothing here is at stake but what the caller brought.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    raw::{address_word, call, calldata, static_call, word_at},
    token::{TokenError, TransferMismatch, approve_exact, balance_of},
};
use everfloor_floor_storage::{
    abi::errors as market_errors,
    outside::owner_of,
    revert::{Outcome, Revert},
};
use everfloor_math::{sub, to_u128};
use stylus_sdk::host::VM;

use crate::abi::errors;

sol! {
    function peers() external view;
    function isOperator(address account, address operator) external view returns (bool approved);
    function getAuction(uint256 id) external view;
    function getAccount(address owner) external view;
    function getCash() external view;
    function take(uint256 auction, uint256[] ids, uint256 maxPrice, uint256 fp, address receiver, bytes data, uint256 deadline) external returns (uint256 price, uint256 owe, uint256 bought);
    function withdrawCash(address account, uint256 amount, address to, uint256 deadline) external returns (uint256 paid, uint256 ticket);
}

/// Places among the words of the market's answers.
mod at {
    /// `peers`: the cash token and the collection.
    pub const CASH: usize = 0;
    pub const COLLECTION: usize = 1;
    /// `getAuction`: whose NFTs, the present price, whether it is their owner's own sale.
    pub const OWNER: usize = 1;
    pub const PRICE: usize = 5;
    pub const VOLUNTARY: usize = 7;
    /// `getAccount`: its cash, signed.
    pub const ACCOUNT_CASH: usize = 3;
    /// `getCash`: what there is, and what of it others wait for.
    pub const HELD: usize = 0;
    pub const WAITING: usize = 2;
}

/// What is kept of an answer: the longest that is read, and any error.
const KEPT: usize = 288;

/// A market of a collection.
pub struct Market<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
    /// Its cash token.
    pub cash: Address,
    /// Its collection.
    pub collection: Address,
}

/// An NFT's sale.
pub struct Sale {
    /// Its number.
    pub auction: U256,
    /// The NFT.
    pub id: U256,
    /// Whose it is.
    pub owner: Address,
    /// What it costs now, wei.
    pub price: u128,
}

/// An answer's words; one that is too short is as good as none.
struct Answer(Vec<u8>, Address);

impl Answer {
    fn word(&self, index: usize) -> Outcome<U256> {
        word_at(&self.0, index).ok_or_else(|| errors::NotThisMarket { market: self.1 }.into())
    }

    fn address(&self, index: usize) -> Outcome<Address> {
        Ok(Address::from_word(self.word(index)?.into()))
    }
}

impl Market<'_> {
    fn ask(&self, data: &[u8]) -> Outcome<Answer> {
        Ok(Answer(static_call(self.vm, self.at, data, u64::MAX, KEPT).map_err(Revert)?, self.at))
    }

    /// Refuses another collection's market, or one with other cash.
    pub fn require_same(&self) -> Outcome<()> {
        let peers = self.ask(&peersCall::SELECTOR)?;
        if peers.address(at::CASH)? == self.cash && peers.address(at::COLLECTION)? == self.collection {
            return Ok(());
        }
        Err(errors::NotThisMarket { market: self.at }.into())
    }

    /// The sale of one of a liquidation's NFTs, which the market has; refused if its owner has not made this contract, which
    /// is `here`, his operator.
    pub fn sale(&self, auction: U256, id: U256, here: Address) -> Outcome<Sale> {
        let view = self.ask(&calldata(getAuctionCall::SELECTOR, [auction]))?;
        if !view.word(at::VOLUNTARY)?.is_zero() {
            return Err(errors::NotLiquidation { id: auction }.into());
        }
        let owner = view.address(at::OWNER)?;
        let may = calldata(isOperatorCall::SELECTOR, [address_word(owner), address_word(here)]);
        if self.ask(&may)?.word(0)? != U256::ONE {
            return Err(market_errors::NotOperator { account: owner, caller: here }.into());
        }
        // An NFT that lies here already would be somebody's payment for nothing.
        if owner_of(self.vm, self.collection, id) != self.at {
            return Err(market_errors::UnknownNft { id }.into());
        }
        Ok(Sale { auction, id, owner, price: to_u128(view.word(at::PRICE)?)? })
    }

    /// The cash of an account, with all that it has paid and got, wei; negative is a debt.
    fn cash_of(&self, account: Address) -> Outcome<i128> {
        let view = self.ask(&calldata(getAccountCall::SELECTOR, [address_word(account)]))?;
        // In two's complement, and a market's cash has 128 bits.
        let word: [u8; 32] = view.word(at::ACCOUNT_CASH)?.to_be_bytes();
        Ok(word.last_chunk().map_or(0, |bytes| i128::from_be_bytes(*bytes)))
    }

    /// Takes the NFT for its price, which this contract has, and sees that it came and what it cost; what of the price came
    /// back to its owner's account, wei: exactly what this made his cash more.
    pub fn take(&self, sale: &Sale, here: Address, deadline: U256) -> Outcome<u128> {
        let price = U256::from(sale.price);
        let (cash, coins) = (self.cash_of(sale.owner)?, balance_of(self.vm, self.cash, here)?);
        approve_exact(self.vm, self.cash, self.at, price)?;
        let words = [
            sale.auction,
            U256::from(224), // the list of NFTs, after the head
            price,
            U256::ZERO,
            address_word(here),
            U256::from(288), // no data, after the list
            deadline,
            U256::ONE,
            sale.id,
            U256::ZERO,
        ];
        call(self.vm, self.at, &calldata(takeCall::SELECTOR, words), KEPT).map_err(Revert)?;
        if owner_of(self.vm, self.collection, sale.id) != here {
            return Err(market_errors::UnknownNft { id: sale.id }.into());
        }
        let spent = coins.saturating_sub(balance_of(self.vm, self.cash, here)?);
        require_moved(price, spent)?;
        let more = self.cash_of(sale.owner)?.saturating_sub(cash);
        Ok(u128::try_from(more).unwrap_or(0).min(sale.price))
    }

    /// Takes cash out of an account, no more than the market can pay at once and the account can do without; how much, wei.
    pub fn withdraw(&self, account: Address, most: u128, here: Address, deadline: U256) -> Outcome<u128> {
        let view = self.ask(&getCashCall::SELECTOR)?;
        let free = view.word(at::HELD)?.saturating_sub(view.word(at::WAITING)?);
        let amount = most.min(free.saturating_to());
        let coins = balance_of(self.vm, self.cash, here)?;
        let said = match self.try_withdraw(account, amount, here, deadline)? {
            Ok(paid) => paid,
            // What it lacks for the whole it lacks for a part less.
            Err(lacks) => {
                let amount = amount.saturating_sub(lacks.saturating_to());
                self.try_withdraw(account, amount, here, deadline)?.unwrap_or(U256::ZERO)
            }
        };
        require_moved(said, sub(balance_of(self.vm, self.cash, here)?, coins)?)?;
        Ok(to_u128(said)?)
    }

    /// What was withdrawn; or by how much the account would be short, the highest number if the market refuses otherwise.
    fn try_withdraw(
        &self,
        account: Address,
        amount: u128,
        here: Address,
        deadline: U256,
    ) -> Outcome<Result<U256, U256>> {
        if amount == 0 {
            return Ok(Ok(U256::ZERO));
        }
        let words = [address_word(account), U256::from(amount), address_word(here), deadline];
        let answer = match call(self.vm, self.at, &calldata(withdrawCashCall::SELECTOR, words), KEPT) {
            Ok(answer) => Answer(answer, self.at),
            Err(refusal) => return Ok(Err(lack(&refusal))),
        };
        // Nothing may wait: the place in the queue would be this contract's.
        let ticket = answer.word(1)?;
        if !ticket.is_zero() {
            return Err(errors::NotPaid { ticket }.into());
        }
        Ok(Ok(answer.word(0)?))
    }
}

/// What an account lacks by a market's refusal, wei.
fn lack(refusal: &[u8]) -> U256 {
    match refusal.split_first_chunk() {
        Some((&market_errors::InsufficientMargin::SELECTOR, words)) => {
            let word = |index| word_at(words, index).unwrap_or(U256::MAX);
            word(0).saturating_sub(word_at(words, 1).unwrap_or_default())
        }
        _ => U256::MAX,
    }
}

/// Refuses when the cash token says that another amount moved.
fn require_moved(expected: U256, received: U256) -> Outcome<()> {
    if expected == received {
        return Ok(());
    }
    Err(TokenError::from(TransferMismatch { expected, received }).into())
}
