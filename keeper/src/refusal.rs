//! Why a contract refuses, by the name of its error.

use std::fmt;

use alloy::{
    primitives::Bytes,
    transports::{RpcError, TransportErrorKind},
};

/// A refusal: the error's name, and the name with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As in the ABI.
    pub name: String,
    /// To read.
    pub text: String,
    /// What was answered.
    pub data: Bytes,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// From what a call reverted with.
    pub fn decode(data: &[u8]) -> Self {
        let (name, text) = match everfloor_bindings::decode_error(data) {
            Some(known) => (known.name, known.text),
            None => named(data),
        };
        Self { name, text, data: Bytes::copy_from_slice(data) }
    }

    /// From what a node answers to a call or an estimate; none if that is no revert.
    pub fn of_call(error: &RpcError<TransportErrorKind>) -> Option<Self> {
        let response = error.as_error_resp()?;
        match response.as_revert_data() {
            Some(data) => Some(Self::decode(&data)),
            None => response.message.contains("revert").then(|| Self::decode(&[])),
        }
    }
}

/// What is no contract's error.
fn named(data: &[u8]) -> (String, String) {
    if data.is_empty() {
        return ("EmptyRevert".into(), "reverted without data (a panic, or out of gas)".into());
    }
    ("UnknownError".into(), format!("unknown error {}", Bytes::copy_from_slice(data)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::{primitives::U256, sol_types::SolError};
    use everfloor_bindings::{ClearingHouse, chain::ArbWasm};

    #[test]
    fn a_refusal_is_told_by_name_and_values() {
        let refusal = Refusal::decode(&ClearingHouse::UnknownMarket { marketId: U256::from(7) }.abi_encode());
        assert_eq!(refusal.name, "UnknownMarket");
        assert!(refusal.text.contains("marketId: 7"), "{refusal}");
        let data = ArbWasm::ProgramExpired { ageInSeconds: 9 }.abi_encode();
        assert_eq!(Refusal::decode(&data).name, "ProgramExpired");
        assert_eq!(Refusal::decode(&[]).name, "EmptyRevert");
        assert!(Refusal::decode(&[1, 2, 3, 4]).text.contains("0x01020304"));
    }
}
