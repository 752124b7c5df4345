//! The nonce of the next transaction, and what became of one that is under way. Nothing here talks to a node: these are
//! the decisions, which the sender carries out.
//!
//! One transaction is under way at a time. What the chain says an account has sent decides which nonce is next, so a
//! keeper that was killed takes up the account as it is: a transaction of an earlier life that still waits in a pool has
//! the nonce that is used now, and is replaced or has come first, and either is seen.

use std::time::Duration;

use alloy::primitives::B256;

/// What the chain's count of an account's transactions says beside our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It is what we expect.
    Known,
    /// We had no expectation.
    First,
    /// It is higher: a transaction that we gave up was mined after all, or somebody else has our key.
    Ahead {
        /// By so many.
        by: u64,
    },
    /// It is lower: blocks with our transactions are gone.
    Back {
        /// By so many.
        by: u64,
    },
}

/// The nonce that is next.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nonces {
    next: Option<u64>,
}

impl Nonces {
    /// Takes note of what the chain says, and goes by it.
    pub fn meet(&mut self, mined: u64) -> Meeting {
        let meeting = match self.next {
            None => Meeting::First,
            Some(next) if mined > next => Meeting::Ahead { by: mined.saturating_sub(next) },
            Some(next) if mined < next => Meeting::Back { by: next.saturating_sub(mined) },
            Some(_) => Meeting::Known,
        };
        self.next = Some(mined);
        meeting
    }

    /// The nonce that is next, if it is known.
    pub fn next(&self) -> Option<u64> {
        self.next
    }

    /// The nonce was used by a transaction that was mined.
    pub fn used(&mut self, nonce: u64) {
        self.next = Some(nonce.saturating_add(1));
    }

    /// It is not known any more: the chain is asked next time.
    pub fn forget(&mut self) {
        self.next = None;
    }
}

/// What a transaction offers for gas, wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Most, tip included.
    pub most: u128,
    /// The tip.
    pub tip: u128,
}

impl Fees {
    /// For a price of gas: twice the price, since it may rise meanwhile, but no more than the cap. None if the price
    /// alone is beyond it.
    pub fn at(price: u128, tip: u128, cap: u128) -> Option<Self> {
        let least = price.saturating_add(tip);
        (least <= cap).then(|| Self { most: price.saturating_mul(2).saturating_add(tip).min(cap), tip })
    }

    /// Higher by so many percent, both of them, as nodes want it of a replacement; none if that is beyond the cap.
    pub fn bumped(self, percent: u64, cap: u128) -> Option<Self> {
        let up = |wei: u128| {
            wei.saturating_add(wei.saturating_mul(percent.into()).div_ceil(100)).max(wei.saturating_add(1))
        };
        let most = up(self.most);
        let tip = if self.tip == 0 { 0 } else { up(self.tip) };
        (most <= cap).then_some(Self { most, tip })
    }
}

/// How long a transaction is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until it is sent again at a higher price.
    pub bump_after: Duration,
    /// Until it is given up.
    pub give_up_after: Duration,
}

/// A transaction under way: its nonce, and the hash of each form in which it was sent.
#[derive(Clone, Debug)]
pub struct Flight {
    /// Its nonce.
    pub nonce: u64,
    /// What it offers now.
    pub fees: Fees,
    /// Every form of it.
    pub hashes: Vec<B256>,
    last_sent: Duration,
}

/// What is seen of a transaction under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whether one of its forms has a receipt.
    pub has_receipt: bool,
    /// How many transactions of the account are in the chain. Asked for before the receipts: a count that includes this
    /// one without a receipt of it is then one of another transaction.
    pub mined: u64,
    /// Time since it was first sent.
    pub elapsed: Duration,
}

/// What to do about a transaction under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is in the chain.
    Landed,
    /// Another transaction has its nonce.
    Replaced,
    /// It is stuck: send it again, at a higher price.
    Bump,
    /// It is waited for no longer.
    GiveUp,
    /// It may come yet.
    Wait,
}

impl Flight {
    /// One that was just sent.
    pub fn new(nonce: u64, fees: Fees, hash: B256) -> Self {
        Self { nonce, fees, hashes: vec![hash], last_sent: Duration::ZERO }
    }

    /// What to do.
    pub fn step(&self, sight: Sight, patience: Patience) -> Step {
        if sight.has_receipt {
            Step::Landed
        } else if sight.mined > self.nonce {
            Step::Replaced
        } else if sight.elapsed >= patience.give_up_after {
            Step::GiveUp
        } else if sight.elapsed.saturating_sub(self.last_sent) >= patience.bump_after {
            Step::Bump
        } else {
            Step::Wait
        }
    }

    /// It was sent again.
    pub fn again(&mut self, fees: Fees, hash: B256, elapsed: Duration) {
        self.fees = fees;
        self.hashes.push(hash);
        self.last_sent = elapsed;
    }

    /// It could not be sent again: not before it is stuck for as long again.
    pub fn not_again(&mut self, elapsed: Duration) {
        self.last_sent = elapsed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience =
        Patience { bump_after: Duration::from_secs(30), give_up_after: Duration::from_secs(100) };

    fn sight(has_receipt: bool, mined: u64, seconds: u64) -> Sight {
        Sight { has_receipt, mined, elapsed: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_count_that_goes_back_is_a_reorganisation_and_one_that_runs_ahead_is_somebody_s() {
        let mut nonces = Nonces::default();
        assert_eq!(nonces.meet(7), Meeting::First);
        assert_eq!(nonces.meet(7), Meeting::Known);
        nonces.used(7);
        assert_eq!(nonces.meet(8), Meeting::Known);
        nonces.used(8);
        nonces.used(9);
        assert_eq!(nonces.meet(8), Meeting::Back { by: 2 });
        assert_eq!(nonces.meet(8), Meeting::Known, "it goes by what the chain says");
        assert_eq!(nonces.meet(11), Meeting::Ahead { by: 3 });
        nonces.forget();
        assert_eq!(nonces.meet(3), Meeting::First);
    }

    #[test]
    fn a_transaction_lands_is_replaced_bumped_and_given_up() {
        let fees = Fees { most: 100, tip: 0 };
        let mut flight = Flight::new(5, fees, B256::repeat_byte(1));
        assert_eq!(flight.step(sight(false, 5, 0), PATIENCE), Step::Wait);
        assert_eq!(flight.step(sight(true, 6, 0), PATIENCE), Step::Landed);
        assert_eq!(flight.step(sight(false, 6, 0), PATIENCE), Step::Replaced);
        assert_eq!(flight.step(sight(false, 5, 30), PATIENCE), Step::Bump);
        flight.again(Fees { most: 120, tip: 0 }, B256::repeat_byte(2), Duration::from_secs(30));
        assert_eq!(flight.hashes.len(), 2);
        assert_eq!(flight.step(sight(false, 5, 59), PATIENCE), Step::Wait);
        assert_eq!(flight.step(sight(false, 5, 60), PATIENCE), Step::Bump);
        flight.not_again(Duration::from_secs(60));
        assert_eq!(flight.step(sight(false, 5, 61), PATIENCE), Step::Wait);
        assert_eq!(flight.step(sight(false, 5, 100), PATIENCE), Step::GiveUp);
        assert_eq!(flight.step(sight(true, 6, 100), PATIENCE), Step::Landed, "late is not too late");
    }

    #[test]
    fn fees_leave_room_and_never_pass_the_cap() {
        assert_eq!(Fees::at(10, 1, 100), Some(Fees { most: 21, tip: 1 }));
        assert_eq!(Fees::at(60, 1, 100), Some(Fees { most: 100, tip: 1 }));
        assert_eq!(Fees::at(100, 1, 100), None);
        let fees = Fees { most: 80, tip: 1 };
        assert_eq!(fees.bumped(20, 100), Some(Fees { most: 96, tip: 2 }));
        assert_eq!(fees.bumped(20, 95), None);
        assert_eq!(Fees { most: 1, tip: 0 }.bumped(10, 100), Some(Fees { most: 2, tip: 0 }));
    }
}
