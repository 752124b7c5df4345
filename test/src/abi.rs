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
alloy_sol_types::sol!(
    #[sol(all_derives)]
    BlackScholes,
    "../abi/BlackScholes.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    Bonding,
    "../abi/Bonding.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    DpxEth,
    "../abi/DpxEth.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    PriceHistory,
    "../abi/PriceHistory.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    PutPool,
    "../abi/PutPool.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    TestToken,
    "../abi/TestToken.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    VolatilitySource,
    "../abi/VolatilitySource.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    WriterPosition,
    "../abi/WriterPosition.json"
);

alloy_sol_types::sol!(
    #[sol(all_derives)]
    BidBook,
    "../abi/BidBook.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorBook,
    "../abi/FloorBook.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorIndex,
    "../abi/FloorIndex.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorMarket,
    "../abi/FloorMarket.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorPart,
    "../abi/FloorPart.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorParts,
    "../abi/FloorParts.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorShares,
    "../abi/FloorShares.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    PartIndex,
    "../abi/PartIndex.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    EtherGateway,
    "../abi/EtherGateway.json"
);
alloy_sol_types::sol!(
    #[sol(all_derives)]
    FloorToken,
    "../abi/FloorToken.json"
);

pub use IBidBook::{BidBookParams, BidBookPeers, BidBookPrograms, BidBookView, OfferView};
pub use IBonding::{BackingView, BondView, BondingParams};
pub use IClearingHouse::{
    CurveView, MarketParams, MarketView, MoneyView, PositionView, Preview, Programs, RiskParams,
    TradingParams,
};
pub use IFloorBook::{BookParams, OrderView};
pub use IFloorIndex::{FloorIndexParams, SignedReport};
pub use IFloorMarket::MarketParams as FloorMarketParams;
pub use IFloorMarket::{AccountView, AuctionParams, CallResult, MarketPeers, MarketPrograms};
pub use IPriceFeed::FeedSettings;
pub use IPriceHistory::HistorySettings;
pub use IPutPool::PositionView as WriterView;
pub use IPutPool::{EpochView, LotView, PoolParams, PoolPeers, PoolPrograms, PoolView};
pub use IVolatilitySource::VolatilitySettings;
