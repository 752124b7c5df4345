//! A market written from its formulas, in integers without a bound: no index, no packing, every account visited.
//!
//! Funding and what deleveraging takes are kept per account as fractions (to 24 decimals of a wei). What the rules
//! settle of them, rounded, is checked against those within a stated bound and then taken over; everything else has
//! to be the same to the last unit.

mod clock;
mod curve;
mod deleverage;
mod depth;
mod ledger;
mod liquidation;
mod losses;
mod margin;
mod settlement;
mod trade;

pub use curve::Curve;
pub use deleverage::Error;
pub use liquidation::{Cover, Taking};

use crate::int::{Int, ZERO, int};
use everfloor_perp_rules::{OracleReading, Params, Side, market::Status};

/// Fractions of a wei are kept in this part of it.
pub const FINE: u128 = 10_u128.pow(24);

/// The name of a refusal.
pub type Refusal = &'static str;
/// What an action of the model returns.
pub type Done<T = ()> = Result<T, Refusal>;

/// One account.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    /// Base, signed, as it was last settled.
    pub size: Int,
    /// Quote it was entered at.
    pub entry: Int,
    /// Token units of its own.
    pub margin: Int,
    /// Token units that wait.
    pub claim: Int,
    /// When its auction began.
    pub auction: u64,
    /// Funding owed since it was last settled, fine.
    pub owed: Int,
    /// How far rounding may have taken the rules above that, wei.
    pub slack: Int,
    /// The same in token units, as the rules round it; only of who acts.
    pub due: Int,
    /// What deleveraging has taken since it was last settled.
    pub given: Option<Given>,
}

/// What deleveraging has taken of an account.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// Base that is left, fine, without sign.
    pub left: Int,
    /// Quote exchanged for the rest, fine.
    pub value: Int,
    /// How often.
    pub times: u64,
    /// Sum of the prices.
    pub prices: Int,
    /// Funding owed when that was last done, and its slack; what came later is still to be settled.
    pub owed: Int,
    pub slack: Int,
    /// What was left of one base of its side when it was last settled, in 27 decimals.
    pub whole: Int,
}

impl Account {
    /// Which side it is on.
    pub fn side(&self) -> Option<Side> {
        match self.size {
            ZERO => None,
            size if size > ZERO => Some(Side::Long),
            _ => Some(Side::Short),
        }
    }

    /// Size without sign, as it was last settled.
    pub fn base(&self) -> Int {
        self.size.abs()
    }

    /// Size without sign, now, fine.
    pub fn left(&self) -> Int {
        self.given.map_or(self.base() * FINE, |given| given.left)
    }

    /// Entry value less what deleveraging has exchanged, fine; positive of longs.
    pub fn signed_entry(&self) -> Int {
        let entry = self.entry * FINE - self.given.map_or(ZERO, |given| given.value);
        if self.size < ZERO { -entry } else { entry }
    }

    fn pnl(&self, value: Int) -> Int {
        match self.side() {
            Some(Side::Long) => value - self.entry,
            Some(Side::Short) => self.entry - value,
            None => ZERO,
        }
    }

    fn set_base(&mut self, side: Side, base: Int) {
        self.size = match side {
            Side::Long => base,
            Side::Short => -base,
        };
    }
}

/// Where a side is kept.
pub fn place(side: Side) -> usize {
    match side {
        Side::Long => 0,
        Side::Short => 1,
    }
}

/// The whole market.
#[derive(Clone, Debug)]
pub struct Model {
    pub params: Params,
    pub scale: Int,
    pub now: u64,
    pub oracle: OracleReading,
    pub status: Status,
    pub resumed_at: u64,
    pub curve: Curve,
    pub accounts: Vec<Account>,
    /// Base open on each side: what was opened less what was closed.
    pub open: [Int; 2],
    /// Of it, what deleveraging has rounded away and nobody owns, fine.
    pub dust: [Int; 2],
    /// What deleveraging has left of one base of each side, in 27 decimals, and a fine part of that.
    pub whole: [Int; 2],
    /// How often each side was deleveraged.
    pub epochs: [u64; 2],
    pub pool: Int,
    pub fees: Int,
    pub due: Int,
    pub bad_debt: Int,
    pub deficit: Int,
    pub deficit_since: u64,
    /// The frozen price, and the pool and the claims that fix the share.
    pub frozen: (Int, Int, Int),
    /// How far trades have moved the mark, parts per million.
    pub drift: Int,
    /// The mark since each of these times.
    history: Vec<(u64, u128)>,
    pub touched: u64,
    /// The longest window there has been: how much history is kept.
    longest: u64,
    /// Where the rules' average starts.
    pub average_from: u64,
    /// The oracle's area when funding was last paid.
    area: Int,
    /// The mark's area since then.
    mark_area: Int,
    /// When the peg and the depth were last changed.
    pub changed: [u64; 2],
    /// Tokens that came in less those that went out.
    pub tokens: Int,
    /// Realised profit of all closes, fine.
    pub realized: Int,
    /// Notional of what was settled at the frozen price, fine: nobody was on the other side of it.
    pub settled: Int,
    /// What rounding of deleveraging has added to the sum of entries, fine.
    pub rounded: Int,
    /// Funding that nobody receives, fine: payers were more than receivers.
    pub unreceived: Int,
    /// Funding settled, token units, and what fees have added to it.
    pub funding: Int,
    pub added: Int,
    /// Funding that dust would have paid, fine, and cut fractions.
    pub unowned: Int,
}

impl Model {
    /// A market that opens now.
    pub fn new(
        params: Params,
        scale: u128,
        curve: Curve,
        accounts: usize,
        oracle: OracleReading,
        now: u64,
    ) -> Self {
        let whole = int(10_u128.pow(27)) * FINE;
        Self {
            params,
            scale: int(scale),
            now,
            status: Status::default(),
            resumed_at: 0,
            curve,
            accounts: vec![Account::default(); accounts],
            open: [ZERO; 2],
            dust: [ZERO; 2],
            whole: [whole; 2],
            epochs: [0; 2],
            pool: ZERO,
            fees: ZERO,
            due: ZERO,
            bad_debt: ZERO,
            deficit: ZERO,
            deficit_since: 0,
            frozen: (ZERO, ZERO, ZERO),
            drift: ZERO,
            history: Vec::new(),
            touched: now,
            longest: u64::from(params.twap_window),
            average_from: now,
            area: int(oracle.cumulative),
            mark_area: ZERO,
            changed: [0; 2],
            oracle,
            tokens: ZERO,
            realized: ZERO,
            rounded: ZERO,
            settled: ZERO,
            unreceived: ZERO,
            funding: ZERO,
            added: ZERO,
            unowned: ZERO,
        }
    }

    /// Sum of all claims.
    pub fn claims(&self) -> Int {
        self.accounts.iter().map(|account| account.claim).sum()
    }

    /// Sum of all margins.
    pub fn principal(&self) -> Int {
        self.accounts.iter().map(|account| account.margin).sum()
    }

    /// Profit and open margins stay while a deficit waits.
    pub fn gated(&self) -> bool {
        self.deficit > ZERO
    }

    /// Positions that are not flat.
    pub fn open_positions(&self) -> u32 {
        self.accounts.iter().map(|account| u32::from(account.size != ZERO)).sum()
    }

    /// Base by which one side exceeds the other.
    pub fn skew(&self) -> Int {
        (self.open[0] - self.open[1]).abs()
    }

    fn require_live(&self) -> Done {
        if self.status.halted { Err("MarketHalted") } else { Ok(()) }
    }

    fn require_side(&self, who: usize) -> Done<Side> {
        self.accounts[who].side().ok_or("NoPosition")
    }

    fn usable(&self) -> bool {
        self.oracle.status.code() < 2 && self.oracle.price > 0
    }

    fn require_usable(&self) -> Done {
        if self.usable() { Ok(()) } else { Err("OracleUnusable") }
    }

    pub fn require_good(&self) -> Done {
        let good = self.oracle.status.code() == 0 && self.oracle.price > 0;
        if good { Ok(()) } else { Err("OracleUnusable") }
    }

    /// A part of a notional in token units, rounded up.
    fn part_up(&self, notional: Int, share: u32) -> Int {
        (notional * share).up(int(1_000_000_u128) * self.scale)
    }

    fn index(&self) -> Int {
        int(self.oracle.price)
    }
}
