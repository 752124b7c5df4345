//! One account of the market, as it was last written down.
//!
//! What it has at this moment follows from what has been paid since, which is the same for all accounts of a kind. So
//! a payment writes to no account; an account is brought to now when it is next touched.

/// How an account is kept. A leveraged long is a long whose cash was negative when it was written down; it is told apart
/// so that all debts can be added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Neither long nor short.
    #[default]
    Flat = 0,
    /// Long: units of the long side.
    Long = 1,
    /// Short against NFTs, with cash to pay from: a place in the heap.
    Funded = 2,
    /// Short against NFTs, all cash once paid out: units of a cohort.
    Member = 3,
    /// Short against cash alone: pays in cash, always.
    Margined = 4,
    /// Long in debt: units of the long side.
    Leveraged = 5,
}

impl Kind {
    /// Whether its quantity is units of the long side.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Long | Self::Leveraged)
    }
}

/// An account as it was last written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its number; the first is 1.
    pub id: u32,
    /// How it is kept.
    pub kind: Kind,
    /// The cohort it is in, if it is a member.
    pub cohort: u32,
    /// NFTs that cover its short, those being auctioned among them.
    pub nfts: u32,
    /// NFTs of these that are being auctioned.
    pub auctioned: u32,
    /// FP short of a funded or a margined account; units of a long one and of a member.
    pub quantity: u128,
    /// Cash when it was written down, wei; a member's is not looked at.
    pub cash: i128,
    /// What shorts had paid for one FP by then; of a funded or a margined account.
    pub paid: i128,
    /// What longs had earned for one unit by then; of a long account.
    pub earned: crate::longs::PerUnit,
    /// The generation of its units; of a long account.
    pub generation: u16,
}

impl Account {
    /// NFTs of its that are not being auctioned.
    pub fn free_nfts(&self) -> u32 {
        self.nfts.saturating_sub(self.auctioned)
    }
}

/// What an account has at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Cash, wei; negative is the debt of a leveraged long, or of a margined short that should have been liquidated.
    pub cash: i128,
    /// FP, wei; negative is short.
    pub fp: i128,
}
