//! What a contract answers when it refuses, in words: the error's name and values.

use std::fmt;

use alloy::{
    primitives::Bytes,
    sol_types::{GenericContractError, SolInterface},
    transports::{RpcError, TransportErrorKind},
};

use crate::bindings::{
    ArbWasm, BidBook, Bonding, ClearingHouse, Erc1967Proxy, EverfloorGovernor, FloorBook, FloorIndex,
    FloorMarket, InsuranceFund, PostedAggregator, PriceFeed, PriceHistory, PutPool, TestDollar,
    TimelockController, VolatilitySource, VoteToken, WriterPosition,
};

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
        let known = None
            .or_else(|| debug::<ClearingHouse::ClearingHouseErrors>(data))
            .or_else(|| debug::<InsuranceFund::InsuranceFundErrors>(data))
            .or_else(|| debug::<PriceFeed::PriceFeedErrors>(data))
            .or_else(|| debug::<PostedAggregator::PostedAggregatorErrors>(data))
            .or_else(|| debug::<TestDollar::TestDollarErrors>(data))
            .or_else(|| debug::<PutPool::PutPoolErrors>(data))
            .or_else(|| debug::<Bonding::BondingErrors>(data))
            .or_else(|| debug::<WriterPosition::WriterPositionErrors>(data))
            .or_else(|| debug::<PriceHistory::PriceHistoryErrors>(data))
            .or_else(|| debug::<VolatilitySource::VolatilitySourceErrors>(data))
            .or_else(|| debug::<FloorMarket::FloorMarketErrors>(data))
            .or_else(|| debug::<FloorBook::FloorBookErrors>(data))
            .or_else(|| debug::<BidBook::BidBookErrors>(data))
            .or_else(|| debug::<FloorIndex::FloorIndexErrors>(data))
            .or_else(|| debug::<EverfloorGovernor::EverfloorGovernorErrors>(data))
            .or_else(|| debug::<TimelockController::TimelockControllerErrors>(data))
            .or_else(|| debug::<VoteToken::VoteTokenErrors>(data))
            .or_else(|| debug::<ArbWasm::ArbWasmErrors>(data))
            .or_else(|| wrapped(data));
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

    /// From what a node answers to a call or an estimate; none if it is no revert.
    pub fn of_call(error: &RpcError<TransportErrorKind>) -> Option<Self> {
        let response = error.as_error_resp()?;
        if let Some(data) = response.as_revert_data() {
            return Some(Self::decode(&data));
        }
        response.message.contains("revert").then(|| Self::decode(&[]))
    }

    fn named(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }
}

/// The proxy wraps what its implementation's initialiser answered.
fn wrapped(data: &[u8]) -> Option<Refusal> {
    match Erc1967Proxy::Erc1967ProxyErrors::abi_decode(data).ok()? {
        Erc1967Proxy::Erc1967ProxyErrors::FailedCallWithReason(inner) => Some(Refusal::decode(&inner.reason)),
        other => Some(from_debug(&format!("{other:?}"))),
    }
}

fn debug<E: SolInterface + fmt::Debug>(data: &[u8]) -> Option<Refusal> {
    E::abi_decode(data).ok().map(|error| from_debug(&format!("{error:?}")))
}

/// `NotOwner(NotOwner { caller: .. })`, as derived, without the repetition.
fn from_debug(text: &str) -> Refusal {
    let (name, inner) = text.split_once('(').unwrap_or((text, text));
    Refusal { name: name.to_owned(), text: inner.strip_suffix(')').unwrap_or(inner).to_owned() }
}

#[cfg(test)]
mod tests {
    use alloy::{primitives::U256, sol_types::SolError};

    use super::*;

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
