//! Price feeds: a round of the source's counts from when somebody has the feed look at it, and its average moves on only
//! when it is looked at.

use alloy::primitives::Address;
use anyhow::Result;
use everfloor_bindings::PriceFeed;

use crate::{
    chain::Look,
    watch::News,
    work::{Task, Urgency},
};

/// A feed, and what of it was last noted.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    /// Where it is.
    pub at: Address,
    window: u64,
    /// The source's round that was noted last, by its time; and when that was.
    round: u64,
    noted: u64,
}

impl Feed {
    /// A feed of which nothing is known yet.
    pub fn new(at: Address) -> Self {
        Self { at, window: 0, round: 0, noted: 0 }
    }

    /// Has it looked at, if its source has a new round or half of its average's window is over.
    pub async fn look(&mut self, job: &'static str, look: &Look<'_>, news: &News) -> Result<Option<Task>> {
        if self.window == 0 || news.events::<PriceFeed::ConfigChanged>(self.at).next().is_some() {
            self.window = look.ask(self.at, &PriceFeed::settingsCall {}).await?.twapWindow.into();
        }
        if news.blind {
            (self.round, self.noted) = (0, 0);
        }
        for seen in news.events::<PriceFeed::Observed>(self.at) {
            (self.round, self.noted) = (seen.updatedAt, look.now);
        }
        let round = look.ask(self.at, &PriceFeed::readCall {}).await?.updatedAt;
        let why = if round != self.round {
            "the source has a new round"
        } else if look.now >= self.noted.saturating_add(self.window / 2) {
            "half of the average's window is over"
        } else {
            return Ok(None);
        };
        // The feed says nothing where there was nothing to note: it was looked at all the same.
        (self.round, self.noted) = (round, look.now);
        let task = Task::new((job, "poke"), round, self.at, &PriceFeed::pokeCall {});
        Ok(Some(task.because(why).urgent(Urgency::Now)))
    }
}
