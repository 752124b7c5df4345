//! Clients of every contract, from the ABI files that are published.

#![allow(
    missing_docs,
    clippy::too_many_arguments,
    reason = "generated; the ABI files carry no documentation"
)]

alloy_sol_types::sol!(
    #[sol(all_derives)]
    ClearingHouse,
    "../abi/ClearingHouse.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    InsuranceFund,
    "../abi/InsuranceFund.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    PriceFeed,
    "../abi/PriceFeed.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    PostedAggregator,
    "../abi/PostedAggregator.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    TestDollar,
    "../abi/TestDollar.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    Erc1967Proxy,
    "../abi/Erc1967Proxy.json"
);

pub use IClearingHouse::{
    CurveView, MarketParams, MarketView, MoneyView, PositionView, Preview, Programs, RiskParams,
    TradingParams,
};
pub use IPriceFeed::FeedSettings;
