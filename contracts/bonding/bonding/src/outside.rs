//! What bonding asks of others: the price history, the put pool, dpxETH.
//!
//! The history is trusted with a price and no more. The pool and dpxETH are parts of the same system: what they refuse is
//! refused, and reaches the caller byte for byte.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_bonding_rules::{BondError, Mark};
use everfloor_common::raw::{address_word, call, call_with_gas, calldata, static_call, word_at};
use stylus_sdk::{ArbResult, host::VM};

use crate::{
    abi::errors,
    revert::{Outcome, Revert},
};

sol! {
    function mark() external view returns (uint256 price, uint256 twap, uint256 second, uint8 status);
    function recordAndMark() external returns (uint256 price, uint256 twap, uint256 second, uint8 status);

    function peers() external view returns (address collateral, address underlying, address rewardToken, address treasury, address history, address volatilitySource);
    function poolState() external view;
    function maxSupply() external view returns (uint256 supply);
    function payoffAt(uint256 price) external view returns (uint256 payoff);
    function quotePut(uint256 units) external view returns (uint256 price, uint256 strike, uint256 premium, uint256 lock);
    function quoteFunding() external view returns (uint256 needed, uint256 escrow, uint256 runwayEpochs);
    function purchase(uint256 units, uint256 supply, uint256 maxPremium, uint256 minStrike, uint256 deadline) external returns (uint256 lot, uint256 strike, uint256 premium);
    function reportSupply(uint256 supply) external;
    function coverAtMost(uint256 units) external returns (uint256 released);
    function withdrawEscrow(uint256 amount, address recipient) external;
    function collectPayoff() external returns (uint256 amount);

    function minter() external view returns (address minter);
    function mint(address to, uint256 value) external;
    function burnFrom(address account, uint256 value) external;
}

/// The status of a history that does not answer.
const SILENT: u8 = u8::MAX;
/// Gas a price history may burn: it asks a feed, and that its source.
const HISTORY_GAS: u64 = 3_000_000;
/// What is kept of an answer at least: room for an error with its values.
const LEAST_KEPT: usize = 128;

/// The place of the payoff that is due among the words of the pool's `poolState`.
const PAYOFF_DUE: usize = 9;
/// That of the units under cover.
const UNITS: usize = 3;
/// How many of those are read.
const POOL_STATE_READ: usize = PAYOFF_DUE + 1;

/// An answer of whole words.
struct Answer(Vec<u8>);

impl Answer {
    /// One of its words, which it was made sure to have.
    fn word(&self, index: usize) -> U256 {
        word_at(&self.0, index).unwrap_or_default()
    }

    fn address(&self, index: usize) -> Address {
        Address::from_word(self.word(index).into())
    }
}

/// At least so many words; the other's own refusal if it refused.
#[inline(never)]
fn expect(from: Address, answer: ArbResult, words: usize) -> Outcome<Answer> {
    let data = answer.map_err(Revert)?;
    if data.len() < words.saturating_mul(32) {
        return Err(Revert::new(errors::NoAnswer::SELECTOR, &[address_word(from)]));
    }
    Ok(Answer(data))
}

fn kept(words: usize) -> usize {
    words.saturating_mul(32).max(LEAST_KEPT)
}

/// Asks another without changing anything.
fn look(vm: &VM, at: Address, data: &[u8], words: usize) -> Outcome<Answer> {
    expect(at, static_call(vm, at, data, u64::MAX, kept(words)), words)
}

/// Calls another.
fn act(vm: &VM, at: Address, data: &[u8], words: usize) -> Outcome<Answer> {
    expect(at, call(vm, at, data, kept(words)), words)
}

// ---- The history ----

/// The present mark, without recording it.
pub fn mark(vm: &VM, history: Address) -> Outcome<Mark> {
    mark_of(static_call(vm, history, &markCall::SELECTOR, HISTORY_GAS, LEAST_KEPT))
}

/// Records, then answers the present mark.
pub fn record_and_mark(vm: &VM, history: Address) -> Outcome<Mark> {
    mark_of(call_with_gas(vm, history, &recordAndMarkCall::SELECTOR, HISTORY_GAS, LEAST_KEPT))
}

fn mark_of(answer: ArbResult) -> Outcome<Mark> {
    let data = answer.unwrap_or_default();
    let word = |index| word_at(&data, index).and_then(|word| u128::try_from(word).ok());
    let (Some(low), Some(twap), Some(second), Some(status)) = (word(0), word(1), word(2), word(3)) else {
        return Err(BondError::PriceUnavailable { status: SILENT }.into());
    };
    if status != 0 {
        let status = u8::try_from(status).unwrap_or(SILENT);
        return Err(BondError::PriceUnavailable { status }.into());
    }
    // No price is as good as none.
    if low == 0 {
        return Err(BondError::PriceUnavailable { status: SILENT }.into());
    }
    Ok(Mark { low, high: low.max(twap).max(second) })
}

// ---- dpxETH ----

/// Who makes it.
pub fn minter(vm: &VM, token: Address) -> Outcome<Address> {
    Ok(look(vm, token, &minterCall::SELECTOR, 1)?.address(0))
}

/// Makes it.
pub fn mint(vm: &VM, token: Address, to: Address, value: U256) -> Outcome<()> {
    act(vm, token, &calldata(mintCall::SELECTOR, [address_word(to), value]), 0)?;
    Ok(())
}

/// Destroys an account's, out of its allowance.
pub fn burn_from(vm: &VM, token: Address, account: Address, value: U256) -> Outcome<()> {
    act(vm, token, &calldata(burnFromCall::SELECTOR, [address_word(account), value]), 0)?;
    Ok(())
}

// ---- The pool ----

/// Whom the pool deals with.
pub struct PoolPeers {
    /// Its collateral.
    pub collateral: Address,
    /// The underlying of its puts.
    pub underlying: Address,
    /// Where it has its prices from.
    pub history: Address,
}

/// The put pool.
pub struct Pool<'a> {
    /// The host.
    pub vm: &'a VM,
    /// Where it is.
    pub at: Address,
}

impl Pool<'_> {
    fn look(&self, data: &[u8], words: usize) -> Outcome<Answer> {
        look(self.vm, self.at, data, words)
    }

    fn act(&self, data: &[u8], words: usize) -> Outcome<Answer> {
        act(self.vm, self.at, data, words)
    }

    /// Whom it deals with.
    pub fn peers(&self) -> Outcome<PoolPeers> {
        let peers = self.look(&peersCall::SELECTOR, 6)?;
        Ok(PoolPeers {
            collateral: peers.address(0),
            underlying: peers.address(1),
            history: peers.address(4),
        })
    }

    /// The most dpxETH its liquidity supports.
    pub fn max_supply(&self) -> Outcome<U256> {
        Ok(self.look(&maxSupplyCall::SELECTOR, 1)?.word(0))
    }

    /// What it owes and has not paid: as if it had rolled where it could.
    pub fn payoff_due(&self) -> Outcome<U256> {
        Ok(self.look(&poolStateCall::SELECTOR, POOL_STATE_READ)?.word(PAYOFF_DUE))
    }

    /// What the puts of this epoch would pay at a price.
    pub fn payoff_at(&self, price: U256) -> Outcome<U256> {
        Ok(self.look(&calldata(payoffAtCall::SELECTOR, [price]), 1)?.word(0))
    }

    /// What puts on some units would be struck at, and their premium.
    pub fn quote(&self, units: U256) -> Outcome<(U256, U256)> {
        let quote = self.look(&calldata(quotePutCall::SELECTOR, [units]), 4)?;
        Ok((quote.word(0), quote.word(2)))
    }

    /// What the next roll costs, what the escrow has, and for how many rolls.
    pub fn funding(&self) -> Outcome<(U256, U256, U256)> {
        let quote = self.look(&quoteFundingCall::SELECTOR, 3)?;
        Ok((quote.word(0), quote.word(1), quote.word(2)))
    }

    /// Buys puts on `units`, for exactly the quoted premium.
    pub fn purchase(&self, order: &Order) -> Outcome<()> {
        let Order { units, supply, premium, strike, deadline } = *order;
        let data = calldata(purchaseCall::SELECTOR, [units, supply, premium, strike, deadline]);
        let paid = self.act(&data, 3)?.word(2);
        if paid != premium {
            return Err(Revert::new(errors::PremiumChanged::SELECTOR, &[paid, premium]));
        }
        Ok(())
    }

    /// Tells it what it backs.
    pub fn report_supply(&self, supply: U256) -> Outcome<()> {
        self.act(&calldata(reportSupplyCall::SELECTOR, [supply]), 0)?;
        Ok(())
    }

    /// Lets cover beyond `units` go at the next roll.
    pub fn cover_at_most(&self, units: U256) -> Outcome<()> {
        self.act(&calldata(coverAtMostCall::SELECTOR, [units]), 1)?;
        Ok(())
    }

    /// Units that are covered now.
    pub fn covered(&self) -> Outcome<U256> {
        Ok(self.look(&poolStateCall::SELECTOR, POOL_STATE_READ)?.word(UNITS))
    }

    /// Takes money for funding back.
    pub fn withdraw_escrow(&self, amount: U256, recipient: Address) -> Outcome<()> {
        self.act(&calldata(withdrawEscrowCall::SELECTOR, [amount, address_word(recipient)]), 0)?;
        Ok(())
    }

    /// Has it pay what it owes; how much.
    pub fn collect_payoff(&self) -> Outcome<U256> {
        Ok(self.act(&collectPayoffCall::SELECTOR, 1)?.word(0))
    }
}

/// An order for puts.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Units to cover.
    pub units: U256,
    /// What all puts back afterwards.
    pub supply: U256,
    /// The premium that was quoted.
    pub premium: U256,
    /// The lowest strike that keeps the floor.
    pub strike: U256,
    /// Until when.
    pub deadline: U256,
}
