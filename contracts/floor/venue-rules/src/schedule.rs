//! Epochs: numbered from 0, all of one length, from a beginning that never changes.

use crate::error::{Result, VenueError};

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
    pub fn start(&self, epoch: u32) -> u64 {
        self.genesis.saturating_add(self.length.saturating_mul(epoch.into()))
    }

    /// When an epoch ends, which is when the next begins.
    pub fn end(&self, epoch: u32) -> u64 {
        self.start(epoch).saturating_add(self.length)
    }

    /// The first epoch that begins after `time`, not at it.
    pub fn first_after(&self, time: u64) -> Result<u32> {
        let Some(elapsed) = time.checked_sub(self.genesis) else { return Ok(0) };
        let epoch = elapsed.checked_div(self.length).ok_or_else(|| VenueError::Overflow.boxed())?;
        u32::try_from(epoch.saturating_add(1)).map_err(|_| VenueError::Overflow.boxed())
    }
}
