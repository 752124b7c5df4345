//! What can be done to the books and the index.

use everfloor_index_rules::{
    Order,
    pool::{Fees, Reserves},
};

/// Accounts that bid, ask, sell and buy.
pub const ACCOUNTS: u8 = 5;

/// Who signed what.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    pub signer: u8,
    pub price: u128,
    pub time: u64,
    pub round: u64,
}

#[derive(Clone, Debug)]
pub enum Action {
    Place {
        owner: u8,
        tick: u32,
        units: u32,
    },
    Request {
        id: u32,
        caller: u8,
    },
    Finish {
        id: u32,
    },
    Sell {
        seller: u8,
        order: Order,
    },
    SellInto {
        seller: u8,
        ids: Vec<u32>,
        order: Order,
    },
    CatchUp {
        steps: u32,
    },
    Earn {
        id: u32,
    },
    Claim {
        owner: u8,
    },
    Fund {
        amount: u128,
    },
    SetRate {
        rate: u64,
    },
    Follow {
        index: u128,
        most: u32,
    },
    TakeFees,
    List {
        owner: u8,
        tick: u32,
    },
    RequestAsk {
        id: u32,
        caller: u8,
    },
    FinishAsk {
        id: u32,
    },
    Buy {
        buyer: u8,
        order: Order,
    },
    BuyNamed {
        buyer: u8,
        ids: Vec<u32>,
        order: Order,
    },
    Report {
        voices: Vec<Voice>,
    },
    /// Counts as far as so many steps go, reads all sources and updates the index.
    Update {
        steps: u32,
        pool: Reserves,
        fees: Fees,
    },
    Close {
        most: u32,
    },
}

impl Action {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Place { .. } => "place",
            Self::Request { .. } => "request",
            Self::Finish { .. } => "finish",
            Self::Sell { .. } => "sell",
            Self::SellInto { .. } => "sell into",
            Self::CatchUp { .. } => "catch up",
            Self::Earn { .. } => "earn",
            Self::Claim { .. } => "claim",
            Self::Fund { .. } => "fund",
            Self::SetRate { .. } => "set rate",
            Self::Follow { .. } => "follow",
            Self::TakeFees => "take fees",
            Self::List { .. } => "list",
            Self::RequestAsk { .. } => "request ask",
            Self::FinishAsk { .. } => "finish ask",
            Self::Buy { .. } => "buy",
            Self::BuyNamed { .. } => "buy named",
            Self::Report { .. } => "report",
            Self::Update { .. } => "update",
            Self::Close { .. } => "close",
        }
    }
}
