//! Typed data as wallets show and sign it (EIP-712), for this contract's domain.

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, B256, FixedBytes, U256};
use everfloor_common::raw::address_word;
use stylus_sdk::{host::VM, keccak_const::Keccak256, prelude::*};

use crate::words;

/// The domain's name.
pub const NAME: &str = "Everfloor Clearing House";
/// The domain's version: it changes with the meaning of an order.
pub const VERSION: &str = "1";

/// Type of an order to open.
pub const OPEN_ORDER: [u8; 32] = hash(
    b"OpenOrder(address owner,address relayer,uint256 marketId,uint8 side,uint256 margin,uint256 notional,\
      uint256 baseLimit,uint256 maxFee,uint256 deadline,uint256 nonce)",
);
/// Type of an order to close.
pub const CLOSE_ORDER: [u8; 32] = hash(
    b"CloseOrder(address owner,address relayer,uint256 marketId,uint256 size,uint256 quoteLimit,\
      uint256 maxFee,uint256 deadline,uint256 nonce)",
);
/// Type of an order to make somebody an operator.
pub const OPERATOR_ORDER: [u8; 32] = hash(
    b"OperatorOrder(address owner,address relayer,address operator,uint8 scopes,uint256 deadline,\
      uint256 nonce)",
);

const DOMAIN: [u8; 32] =
    hash(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const NAME_HASH: [u8; 32] = hash(NAME.as_bytes());
const VERSION_HASH: [u8; 32] = hash(VERSION.as_bytes());

const fn hash(text: &[u8]) -> [u8; 32] {
    Keccak256::new().update(text).finalize()
}

/// The domain as EIP-5267 tells it: which of the following are there, name, version, chain, contract, salt, extensions.
pub type Domain = (FixedBytes<1>, String, String, U256, Address, B256, Vec<U256>);

/// The domain, with all fields but a salt.
pub fn domain(vm: &VM) -> Domain {
    const FIELDS: FixedBytes<1> = FixedBytes([0b0_1111]);
    let (chain, contract) = (U256::from(vm.chain_id()), vm.contract_address());
    (FIELDS, NAME.into(), VERSION.into(), chain, contract, B256::ZERO, Vec::new())
}

/// The hash of the domain. Computed anew every time: after a fork, the chains do not take each other's orders.
pub fn separator(vm: &VM) -> B256 {
    let words = [
        U256::from_be_bytes(NAME_HASH),
        U256::from_be_bytes(VERSION_HASH),
        U256::from(vm.chain_id()),
        address_word(vm.contract_address()),
    ];
    vm.native_keccak256(&words::after(&DOMAIN, &[&words]))
}

/// What is signed: a struct in this domain, given as its type's hash and its fields, a word each.
pub fn digest(vm: &VM, message: &[u8]) -> B256 {
    let mut signed = [0; 66];
    signed[..2].copy_from_slice(b"\x19\x01");
    signed[2..34].copy_from_slice(&separator(vm).0);
    signed[34..].copy_from_slice(&vm.native_keccak256(message).0);
    vm.native_keccak256(&signed)
}
