//! A module for each contract: `ClearingHouse::openPositionCall`, `ClearingHouse::PositionChanged`,
//! `ClearingHouse::NotOwner`; the structs that they share are in `IClearingHouse`.
#![allow(
    missing_docs,
    clippy::too_many_arguments,
    reason = "of what the macro generates; the Solidity interfaces have the docs"
)]

use crate::Contract;

/// `sol!` of an ABI file, with a client for nodes where the feature asks for one.
#[cfg(feature = "rpc")]
macro_rules! bind {
    ($name:ident, $file:tt) => {
        alloy_sol_types::sol!(
            #[sol(all_derives, rpc)]
            $name,
            $file
        );
    };
}

/// `sol!` of an ABI file.
#[cfg(not(feature = "rpc"))]
macro_rules! bind {
    ($name:ident, $file:tt) => {
        alloy_sol_types::sol!(
            #[sol(all_derives)]
            $name,
            $file
        );
    };
}

/// The function that reads a contract's events, of those that have any.
macro_rules! events {
    ($name:ident) => {
        |_, _| None
    };
    ($name:ident $events:ident) => {
        crate::event::<$name::$events>
    };
}

macro_rules! contracts {
    ($($name:ident $file:tt: $errors:ident $(, $events:ident)?;)+) => {
        $(bind!($name, $file);)+

        /// All of them, by name.
        pub const CONTRACTS: &[Contract] = &[$(
            Contract {
                name: stringify!($name),
                error: crate::error::<$name::$errors>,
                event: events!($name $($events)?),
            },
        )+];
    };
}

contracts! {
    BidBook "../BidBook.json": BidBookErrors, BidBookEvents;
    BlackScholes "../BlackScholes.json": BlackScholesErrors;
    Bonding "../Bonding.json": BondingErrors, BondingEvents;
    ClearingHouse "../ClearingHouse.json": ClearingHouseErrors, ClearingHouseEvents;
    DpxEth "../DpxEth.json": DpxEthErrors, DpxEthEvents;
    Erc1967Proxy "../Erc1967Proxy.json": Erc1967ProxyErrors, Erc1967ProxyEvents;
    EtherGateway "../EtherGateway.json": EtherGatewayErrors, EtherGatewayEvents;
    EverfloorGovernor "../governance/EverfloorGovernor.json": EverfloorGovernorErrors, EverfloorGovernorEvents;
    FloorBook "../FloorBook.json": FloorBookErrors, FloorBookEvents;
    FloorIndex "../FloorIndex.json": FloorIndexErrors, FloorIndexEvents;
    FloorMarket "../FloorMarket.json": FloorMarketErrors, FloorMarketEvents;
    FloorPart "../FloorPart.json": FloorPartErrors, FloorPartEvents;
    FloorParts "../FloorParts.json": FloorPartsErrors, FloorPartsEvents;
    FloorShares "../FloorShares.json": FloorSharesErrors, FloorSharesEvents;
    FloorToken "../FloorToken.json": FloorTokenErrors, FloorTokenEvents;
    InsuranceFund "../InsuranceFund.json": InsuranceFundErrors, InsuranceFundEvents;
    PartIndex "../PartIndex.json": PartIndexErrors, PartIndexEvents;
    PostedAggregator "../PostedAggregator.json": PostedAggregatorErrors, PostedAggregatorEvents;
    PriceFeed "../PriceFeed.json": PriceFeedErrors, PriceFeedEvents;
    PriceHistory "../PriceHistory.json": PriceHistoryErrors, PriceHistoryEvents;
    PutPool "../PutPool.json": PutPoolErrors, PutPoolEvents;
    TestDollar "../TestDollar.json": TestDollarErrors, TestDollarEvents;
    TestToken "../TestToken.json": TestTokenErrors, TestTokenEvents;
    TimelockController "../governance/TimelockController.json": TimelockControllerErrors, TimelockControllerEvents;
    VolatilitySource "../VolatilitySource.json": VolatilitySourceErrors, VolatilitySourceEvents;
    VoteToken "../governance/VoteToken.json": VoteTokenErrors, VoteTokenEvents;
    WriterPosition "../WriterPosition.json": WriterPositionErrors, WriterPositionEvents;
}
