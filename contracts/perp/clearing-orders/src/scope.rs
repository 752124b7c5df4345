//! What an operator may do.

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::SolError;
use everfloor_common::raw::{address_word, word_at};
use everfloor_perp_storage::{
    abi::errors,
    revert::{Outcome, Revert},
};
use stylus_sdk::function_selector;

/// Open and close positions, with the margin that is there.
pub const TRADE: u8 = 1;
/// Take margin from the owner's allowance.
pub const DEPOSIT: u8 = 2;
/// Take margin out, to the owner.
pub const WITHDRAW: u8 = 4;
/// Take waiting profit into the margin, at the market's present share of it.
pub const CLAIM: u8 = 8;

const ALL: u8 = TRADE | DEPOSIT | WITHDRAW | CLAIM;

/// `openPosition`.
pub const OPEN_POSITION: [u8; 4] = function_selector!("openPosition", U256, u8, U256, U256, U256, U256, U256);
/// `closePosition`.
pub const CLOSE_POSITION: [u8; 4] = function_selector!("closePosition", U256, U256, U256, U256, U256);
/// `addMargin`.
pub const ADD_MARGIN: [u8; 4] = function_selector!("addMargin", U256, U256);
/// `removeMargin`.
pub const REMOVE_MARGIN: [u8; 4] = function_selector!("removeMargin", U256, U256, Address);
/// `claimProfit`.
pub const CLAIM_PROFIT: [u8; 4] = function_selector!("claimProfit", U256, U256, U256);

/// Refuses bits without a meaning, which a later version might give one.
pub fn require_known(scopes: u8) -> Outcome<()> {
    if scopes & !ALL == 0 { Ok(()) } else { Err(Revert(errors::UnknownScopes { scopes }.abi_encode())) }
}

/// The scopes that an operator needs to make a call for `owner`; only these calls can be made for somebody.
pub fn needed(owner: Address, call: &[u8]) -> Outcome<u8> {
    let Some((selector, arguments)) = call.split_first_chunk::<4>() else { return not_delegable([0; 4]) };
    match *selector {
        // Its third argument is the margin; a call that is cut off before it is refused by the house.
        OPEN_POSITION if word_at(arguments, 2) == Some(U256::ZERO) => Ok(TRADE),
        OPEN_POSITION => Ok(TRADE | DEPOSIT),
        CLOSE_POSITION => Ok(TRADE),
        ADD_MARGIN => Ok(DEPOSIT),
        REMOVE_MARGIN => {
            require_recipient(owner, word_at(arguments, 2).unwrap_or_default())?;
            Ok(WITHDRAW)
        }
        CLAIM_PROFIT => Ok(CLAIM),
        other => not_delegable(other),
    }
}

/// Refuses a call that cannot be made for somebody.
pub fn not_delegable<T>(selector: [u8; 4]) -> Outcome<T> {
    Err(Revert(errors::NotDelegable { selector: FixedBytes(selector) }.abi_encode()))
}

fn require_recipient(owner: Address, recipient: U256) -> Outcome<()> {
    if recipient == address_word(owner) {
        return Ok(());
    }
    let recipient = Address::from_word(recipient.into());
    Err(Revert(errors::ForeignRecipient { owner, recipient }.abi_encode()))
}
