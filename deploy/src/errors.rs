//! What a contract answers when it refuses, in words: the error's name and values.

use std::fmt;

use alloy::{
    primitives::Bytes,
    sol_types::{GenericContractError, SolError, SolInterface},
    transports::{RpcError, TransportErrorKind},
};
use everfloor_bindings::Decoded;

use crate::bindings::Erc1967Proxy;

/// What nodes answer when a call failed in another way than by reverting; and when they could not answer at all.
const CALL_FAILED: i64 = -32_000;
/// What the first is told by: the EVM's own failures and ArbOS's, in the words of go-ethereum and Nitro.
const FAILURES: &[&str] = &[
    // A program that is over, or has never begun.
    "ProgramNotActivated",
    "ProgramNeedsUpgrade",
    "ProgramExpired",
    "program not activated",
    "program needs upgrade",
    "program expired",
    // Not enough to pay with.
    "insufficient funds",
    "insufficient balance for transfer",
    "gas required exceeds allowance",
    "out of gas",
    "not enough gas for reentrancy sentry",
    "intrinsic gas too low",
    "gas uint64 overflow",
    // Code that does what it may not.
    "contract address collision",
    "invalid code: must not begin with 0xef",
    "invalid jump destination",
    "invalid opcode",
    "max call depth exceeded",
    "max code size exceeded",
    "max initcode size exceeded",
    "return data out of bounds",
    "stack limit reached",
    "stack overflow",
    "stack underflow",
    "write protection",
    // The same from the local chain, which names some by what its EVM calls them.
    "OutOfGas",
    "CreateCollision",
    "CreateContractSizeLimit",
    "InvalidFEOpcode",
    "InvalidJump",
    "OpcodeNotFound",
    "OutOfOffset",
    "StackOverflow",
    "StackUnderflow",
];

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

    /// From what a node answers to a call or an estimate; none if it is no answer to that. A node that is behind, or busy,
    /// says nothing about the call: what is taken for a refusal counts as not done, and is done once more.
    pub fn of_call(error: &RpcError<TransportErrorKind>) -> Option<Self> {
        let response = error.as_error_resp()?;
        if let Some(data) = response.as_revert_data() {
            return Some(Self::decode(&data));
        }
        if response.message.contains("revert") {
            return Some(Self::decode(&[]));
        }
        let known = || FAILURES.iter().any(|failure| response.message.contains(failure));
        (response.code == CALL_FAILED && known()).then(|| Self::named("CallFailed", &response.message))
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

    /// What becomes of an answer that is an error.
    fn of_answer(answer: &str) -> Option<Refusal> {
        Refusal::of_call(&RpcError::ErrorResp(serde_json::from_str(answer).unwrap()))
    }

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

    #[test]
    fn what_a_contract_or_the_evm_or_arbos_says_no_with_is_a_refusal() {
        let data = Bytes::from(ClearingHouse::ZeroAddress {}.abi_encode());
        for (answer, name) in [
            (format!(r#"{{"code":3,"message":"execution reverted","data":"{data}"}}"#), "ZeroAddress"),
            (r#"{"code":-32000,"message":"execution reverted"}"#.into(), "EmptyRevert"),
            (r#"{"code":-32000,"message":"error ProgramExpired(31622400)"}"#.into(), "CallFailed"),
            (r#"{"code":-32000,"message":"error ProgramNotActivated()"}"#.into(), "CallFailed"),
            (r#"{"code":-32000,"message":"gas required exceeds allowance (32000000)"}"#.into(), "CallFailed"),
            (
                r#"{"code":-32000,"message":"insufficient funds for gas * price + value: have 1 want 2"}"#
                    .into(),
                "CallFailed",
            ),
            (r#"{"code":-32000,"message":"stack underflow (0 <=> 2)"}"#.into(), "CallFailed"),
            (r#"{"code":-32000,"message":"contract address collision"}"#.into(), "CallFailed"),
            (r#"{"code":-32000,"message":"OutOfGas(Basic)"}"#.into(), "CallFailed"),
        ] {
            assert_eq!(of_answer(&answer).map(|refusal| refusal.name).as_deref(), Some(name), "{answer}");
        }
    }

    #[test]
    fn what_a_node_cannot_answer_is_no_refusal() {
        for answer in [
            r#"{"code":-32000,"message":"header not found"}"#,
            r#"{"code":-32000,"message":"missing trie node 00 (path )"}"#,
            r#"{"code":-32000,"message":"state of block 7 is not available"}"#,
            r#"{"code":-32000,"message":"execution aborted (timeout = 5s)"}"#,
            r#"{"code":-32000,"message":"context deadline exceeded"}"#,
            r#"{"code":-32000,"message":"nonce too low: next nonce 2, tx nonce 1"}"#,
            r#"{"code":-32005,"message":"rate limit exceeded: out of gas"}"#,
            r#"{"code":-32603,"message":"internal error"}"#,
        ] {
            assert_eq!(of_answer(answer), None, "{answer}");
        }
    }
}
