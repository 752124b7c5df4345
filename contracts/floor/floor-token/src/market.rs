//! What is asked of the market whose FP this is.
//!
//! The market is a part of the same system: it is trusted to do what it says, and what it refuses is refused and reaches the
//! caller byte for byte.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    asked::{Answer, Other},
    raw::{address_word, calldata},
};
use everfloor_math::to_u128;
use everfloor_token_rules::{Pool, ShareError};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    abi::errors,
    revert::{Outcome, Revert},
};

sol! {
    function isOperator(address account, address operator) external view returns (bool yes);
    function cash() external view returns (address token);
    function getAccount(address owner) external view;
    function markPrice() external view returns (uint256 price, uint8 status);
    function claimable(address account) external view returns (uint256 due, uint256 amount, uint256 paid, bool isLong, bool closed);
    function pokeFunding(uint256 maxSteps) external returns (uint256 epochs, bool done);
    function settleTrade(address maker, address taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark) external returns (uint8 outcome, bytes4 reason, uint256 first, uint256 second);
    function depositCash(uint256 amount, address account) external;
    function withdrawCash(address account, uint256 amount, address to, uint256 deadline) external returns (uint256 paid, uint256 ticket);
    function closeAccounts(address[] accounts) external;
    function claim(address account) external returns (uint256 paid);
    error PriceUnavailable(uint256 source, uint256 status);
}

/// Places of an account's cash and FP among the words of `getAccount`.
const CASH: usize = 3;
const FP: usize = 4;
/// Steps of funding that are made here at most.
const STEPS: u64 = 20;

/// The market.
pub struct Market<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
}

/// A trade of the token's own account, the maker, with another.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The other, who pays the market's fee.
    pub account: Address,
    /// FP, wei.
    pub fp: u128,
    /// The price of one, wei.
    pub price: u128,
    /// Whether the other buys.
    pub buys: bool,
}

/// What the market has paid of an account at its end.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    /// What it would pay now, wei.
    pub due: U256,
    /// What it has paid, to whoever asked, wei.
    pub paid: U256,
    /// Whether the account was closed.
    pub closed: bool,
}

impl Market<'_> {
    fn look(&self, data: &[u8], words: usize) -> Outcome<Answer> {
        self.other().look(data, words).map_err(Revert)
    }

    fn act(&self, data: &[u8], words: usize) -> Outcome<Answer> {
        self.other().act(data, words).map_err(Revert)
    }

    fn other(&self) -> Other<'_> {
        Other { vm: self.vm, at: self.at }
    }

    /// This contract, as a word.
    fn here(&self) -> U256 {
        address_word(self.vm.contract_address())
    }

    /// Its cash token.
    pub fn cash(&self) -> Outcome<Address> {
        Ok(self.look(&cashCall::SELECTOR, 1)?.address(0))
    }

    /// Refuses who may not act for an account.
    pub fn require_operator(&self, account: Address, caller: Address) -> Outcome<()> {
        let words = [account, caller].map(address_word);
        if self.look(&calldata(isOperatorCall::SELECTOR, words), 1)?.is(0) {
            return Ok(());
        }
        Err(Revert::new(errors::NotOperator::SELECTOR, &words))
    }

    /// The account of this contract, which backs so many shares.
    pub fn pool(&self, shares: U256) -> Outcome<Pool> {
        let account = self.look(&calldata(getAccountCall::SELECTOR, [self.here()]), FP.saturating_add(1))?;
        let cash = I256::from_raw(account.word(CASH));
        let cash = i128::try_from(cash).map_err(|_| ShareError::Overflow)?;
        Ok(Pool { shares: to_u128(shares)?, fp: to_u128(account.word(FP))?, cash })
    }

    /// The present mark, and 0 or why there is none.
    pub fn mark(&self) -> Outcome<(U256, U256)> {
        let answer = self.look(&markPriceCall::SELECTOR, 2)?;
        Ok((answer.word(0), answer.word(1)))
    }

    /// Has the market pay the epochs that are over, so that nobody comes or goes between an epoch and its payment.
    pub fn catch_up(&self) -> Outcome<()> {
        if self.act(&calldata(pokeFundingCall::SELECTOR, [U256::from(STEPS)]), 2)?.is(1) {
            return Ok(());
        }
        Err(errors::FundingNotPaid {}.into())
    }

    /// The same, unless the market cannot pay for want of a price: whoever goes takes his part of what is to come along, so
    /// no oracle keeps him.
    pub fn catch_up_if_priced(&self) -> Outcome<()> {
        match self.catch_up() {
            Err(refusal) if refusal.0.starts_with(&PriceUnavailable::SELECTOR) => Ok(()),
            outcome => outcome,
        }
    }

    /// Has the market settle a trade.
    pub fn trade(&self, order: &Order) -> Outcome<()> {
        let (fp, price, buys) = (U256::from(order.fp), U256::from(order.price), U256::from(order.buys));
        let words = [self.here(), address_word(order.account), fp, price, buys, U256::ZERO];
        let told = self.act(&calldata(settleTradeCall::SELECTOR, words), 4)?;
        if !told.is(0) {
            return Ok(());
        }
        let words = [0, 1, 2, 3].map(|index| told.word(index));
        Err(Revert::new(errors::TradeRefused::SELECTOR, &words))
    }

    /// Brings cash, which it was allowed to take, into the account of this contract.
    pub fn deposit(&self, cash: U256) -> Outcome<()> {
        self.act(&calldata(depositCashCall::SELECTOR, [cash, self.here()]), 0).map(|_| ())
    }

    /// Takes cash out of the account of this contract; the place in the queue of what could not be paid, 0 if all was.
    pub fn withdraw(&self, cash: U256, to: Address, deadline: U256) -> Outcome<U256> {
        let words = [self.here(), cash, address_word(to), deadline];
        Ok(self.act(&calldata(withdrawCashCall::SELECTOR, words), 2)?.word(1))
    }

    /// What it has paid of the account of this contract at its end. Closes it first, if it was not.
    pub fn claimed(&self) -> Outcome<Claimed> {
        let claimed = self.claimable()?;
        if claimed.closed {
            return Ok(claimed);
        }
        let list = [U256::from(32), U256::ONE, self.here()];
        self.act(&calldata(closeAccountsCall::SELECTOR, list), 0)?;
        self.claimable()
    }

    fn claimable(&self) -> Outcome<Claimed> {
        let answer = self.look(&calldata(claimableCall::SELECTOR, [self.here()]), 5)?;
        Ok(Claimed { due: answer.word(0), paid: answer.word(2), closed: answer.is(4) })
    }

    /// Takes what is due of it now, wei.
    pub fn claim(&self) -> Outcome<U256> {
        Ok(self.act(&calldata(claimCall::SELECTOR, [self.here()]), 1)?.word(0))
    }
}
