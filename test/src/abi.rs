//! Clients of every contract, from the ABI files that are published; structs by shorter names.

pub use everfloor_bindings::contracts::*;

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
