//! Epochs: numbered from 0, all of one length, from a beginning that never changes; and what is written down of
//! each.
//!
//! The average of an epoch is exact though nobody calls at the second it begins or ends. A price holds from one
//! update to the next, so at every beginning of an epoch in between the integral lies on a straight line, and the
//! update that ends the line writes it down for each. After a long silence these may be many: then they are
//! written in several calls, and the price cannot change before they are.

use crate::error::{IndexError, Result, refuse};

/// When epochs begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epochs {
    /// When epoch 0 begins, seconds since 1970.
    pub genesis: u64,
    /// Length of an epoch, seconds.
    pub length: u64,
}

/// What is known of the second in which an epoch begins. A word: cumulative 120, age 32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Boundary {
    /// The integral of the price until then, wei·seconds.
    pub cumulative: u128,
    /// How old the price was then, seconds.
    pub age: u64,
}

/// Where they are written down.
pub trait Boundaries {
    /// That of an epoch's beginning.
    fn boundary(&self, epoch: u32) -> Boundary;
    /// Writes it down, once.
    fn set_boundary(&mut self, epoch: u32, boundary: Boundary);
}

impl Epochs {
    /// When an epoch begins.
    pub fn start(&self, epoch: u32) -> u64 {
        self.genesis.saturating_add(self.length.saturating_mul(epoch.into()))
    }

    /// When an epoch ends, which is when the next begins.
    pub fn end(&self, epoch: u32) -> u64 {
        self.start(epoch).saturating_add(self.length)
    }

    /// The epoch that `now` is in; 0 before the first.
    pub fn at(&self, now: u64) -> Result<u32> {
        number(now.saturating_sub(self.genesis).checked_div(self.length))
    }

    /// The first epoch that begins at `time` or after.
    pub fn beginning_from(&self, time: u64) -> Result<u32> {
        let elapsed = time.saturating_sub(self.genesis);
        // Not `div_ceil`, which panics where the length is zero.
        number(elapsed.saturating_add(self.length.saturating_sub(1)).checked_div(self.length))
    }

    /// Refuses before the first epoch begins.
    pub fn require_started(&self, now: u64) -> Result<()> {
        if now >= self.genesis {
            return Ok(());
        }
        refuse(IndexError::NotStarted { start: self.genesis })
    }
}

fn number(epoch: Option<u64>) -> Result<u32> {
    let epoch = epoch.and_then(|epoch| u32::try_from(epoch).ok());
    epoch.ok_or_else(|| IndexError::Overflow.boxed())
}
