//! What a contract answers when it refuses, in words: the error's name and values.

use std::fmt;

use alloy::{
    primitives::Bytes,
    sol_types::{GenericContractError, SolError, SolInterface},
    transports::{RpcError, TransportErrorKind},
};
use everfloor_bindings::Decoded;

use crate::bindings::Erc1967Proxy;

/// What nodes answer when a call failed in another way than by reverting.
const CALL_FAILED: i64 = -32_000;

/// A refusal, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's name, as in the ABI.
    pub name: String,
    /// Name and values, to read.
    pub text: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Refusal {
    /// From revert data, by the errors of every contract we know.
    pub fn decode(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::named("EmptyRevert", "reverted without data (a panic, or out of gas)");
        }
        let known = wrapped(data).or_else(|| everfloor_bindings::decode_error(data).map(Self::from));
        match known {
            Some(refusal) => refusal,
            None => match GenericContractError::abi_decode(data) {
                Ok(error) => Self::named("Error", &error.to_string()),
                Err(_) => {
                    Self::named("UnknownError", &format!("unknown error {}", Bytes::copy_from_slice(data)))
                }
            },
        }
    }

    /// From what a node answers to a call or an estimate; none if it is no answer to that.
    pub fn of_call(error: &RpcError<TransportErrorKind>) -> Option<Self> {
        let response = error.as_error_resp()?;
        if let Some(data) = response.as_revert_data() {
            return Some(Self::decode(&data));
        }
        if response.message.contains("revert") {
            return Some(Self::decode(&[]));
        }
        // A program that is over, or not enough to pay with.
        (response.code == CALL_FAILED).then(|| Self::named("CallFailed", &response.message))
    }

    fn named(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }
}

impl From<Decoded> for Refusal {
    fn from(Decoded { name, text, .. }: Decoded) -> Self {
        Self { name, text }
    }
}

/// The proxy wraps what its implementation's initialiser answered.
fn wrapped(data: &[u8]) -> Option<Refusal> {
    Erc1967Proxy::FailedCallWithReason::abi_decode(data).ok().map(|outer| Refusal::decode(&outer.reason))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::U256;

    use super::*;
    use crate::bindings::ClearingHouse;

    #[test]
    fn a_refusal_is_told_by_name_and_values() {
        let data = ClearingHouse::UnknownMarket { marketId: U256::from(7) }.abi_encode();
        let refusal = Refusal::decode(&data);
        assert_eq!(refusal.name, "UnknownMarket");
        assert!(refusal.text.contains("marketId: 7"), "{refusal}");
    }

    #[test]
    fn an_initialiser_s_refusal_is_found_inside_the_proxy_s() {
        let reason = ClearingHouse::ZeroAddress {}.abi_encode().into();
        let data = Erc1967Proxy::FailedCallWithReason { reason }.abi_encode();
        assert_eq!(Refusal::decode(&data).name, "ZeroAddress");
    }

    #[test]
    fn data_that_means_nothing_is_shown_as_it_is() {
        assert_eq!(Refusal::decode(&[]).name, "EmptyRevert");
        assert!(Refusal::decode(&[1, 2, 3, 4]).text.contains("0x01020304"));
    }
}
