//! What can be done to a book, and asked of it.

use everfloor_venue_rules::{NewOrder, Owner, Side};

use crate::rig::Market;

#[derive(Clone, Debug)]
pub enum Action {
    Place {
        order: NewOrder,
        market: Market,
    },
    Cancel {
        owner: Owner,
        id: u64,
    },
    Reduce {
        owner: Owner,
        id: u64,
        lots: u64,
    },
    Replace {
        id: u64,
        order: NewOrder,
        market: Market,
    },
    Prune {
        id: u64,
    },
    Drop {
        id: u64,
    },
    Touch,
    /// Other parameters of those that may change.
    Retune {
        min_lots: u64,
        depth: u64,
        levels: u32,
        period: u64,
    },
}

#[derive(Clone, Copy, Debug)]
pub enum Question {
    Impact { side: Side, lots: u64, most: u32 },
    Levels { side: Side, from: u32, limit: u32 },
    Orders { tick: u32, from: u64, limit: u32 },
    Epoch { epoch: u32 },
    Since { time: u64 },
}

impl Action {
    pub fn name(&self) -> &'static str {
        match self {
            Action::Place { .. } => "place",
            Action::Cancel { .. } => "cancel",
            Action::Reduce { .. } => "reduce",
            Action::Replace { .. } => "replace",
            Action::Prune { .. } => "prune",
            Action::Drop { .. } => "drop",
            Action::Touch => "touch",
            Action::Retune { .. } => "retune",
        }
    }
}

impl Question {
    pub fn name(&self) -> &'static str {
        match self {
            Question::Impact { .. } => "impact",
            Question::Levels { .. } => "levels",
            Question::Orders { .. } => "orders",
            Question::Epoch { .. } => "epoch",
            Question::Since { .. } => "since",
        }
    }
}
