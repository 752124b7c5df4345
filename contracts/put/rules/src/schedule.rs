//! Epochs: numbered from 0, all of one length, from a beginning that never changes.
//!
//! There is no way to change either, so no epoch that has been sold or lived through can move.

use crate::error::{PutError, Result, refuse};

/// When epochs begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// When epoch 0 begins, seconds since 1970.
    pub genesis: u64,
    /// Length of an epoch, seconds.
    pub length: u64,
}

impl Schedule {
    /// When an epoch begins.
    pub fn start(&self, epoch: u16) -> u64 {
        self.genesis.saturating_add(self.length.saturating_mul(epoch.into()))
    }

    /// When an epoch ends, which is when the next begins.
    pub fn end(&self, epoch: u16) -> u64 {
        self.start(epoch).saturating_add(self.length)
    }

    /// The epoch that `now` is in; 0 before the first.
    pub fn at(&self, now: u64) -> Result<u16> {
        let elapsed = now.saturating_sub(self.genesis);
        let epoch = elapsed.checked_div(self.length).ok_or_else(|| PutError::Overflow.boxed())?;
        u16::try_from(epoch).map_err(|_| PutError::Overflow.boxed())
    }

    /// Refuses after the end of the pool's epoch: nobody enters while a settlement is open.
    pub fn require_open(&self, epoch: u16, now: u64) -> Result<()> {
        let end = self.end(epoch);
        if now < end { Ok(()) } else { refuse(PutError::RollDue { end, now }) }
    }

    /// Refuses before the first epoch begins.
    pub fn require_started(&self, now: u64) -> Result<()> {
        if now >= self.genesis {
            return Ok(());
        }
        refuse(PutError::EpochNotStarted { start: self.genesis, now })
    }
}
