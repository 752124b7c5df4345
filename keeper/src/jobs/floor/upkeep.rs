//! What a floor market's prices rest on: bids and asks that count, the index made of them, the order book's mark.

use alloy::primitives::{Address, U256};
use anyhow::Result;
use everfloor_bindings::{BidBook, FloorBook, FloorIndex, IFloorBook::OrderView};

use crate::{
    jobs::apart_ppm,
    work::{Task, Urgency},
};

use super::{Market, NAME, Offer, Scene};

/// Offers counted in a call, prices that the rewards' band is moved past, epochs written down.
const STEPS: U256 = U256::from_limbs([60, 0, 0, 0]);
/// The rewards' band follows when the index has moved so far.
const BAND_PPM: u64 = 10_000;
/// Most of a page of the books.
const PAGE: U256 = U256::from_limbs([100, 0, 0, 0]);

impl Market {
    // ---- bids ----

    /// Counts offers that came of age, takes out those whose cancel is due, pays fees, moves the rewards' band.
    pub(super) async fn bids(&mut self, scene: &Scene<'_>, tasks: &mut Vec<Task>) -> Result<()> {
        let Some(bids) = scene.made.bids else { return Ok(()) };
        let look = scene.look;
        let state = look.ask(bids, &BidBook::bookStateCall {}).await?;
        if state.countsPending {
            let task = Task::new((NAME, "catch-up"), "", bids, &BidBook::catchUpCall { steps: STEPS });
            tasks.push(task.because("offers have come of age or gone").urgent(Urgency::Now));
        }
        if !state.fees.is_zero() && state.fees >= scene.config.least_fees.0 {
            let task = Task::new((NAME, "collect-fees"), "", bids, &BidBook::collectFeesCall {});
            tasks.push(task.because(format!("{} wei of fees", state.fees)));
        }
        if scene.news.fresh {
            self.find_cancels(scene, bids).await?;
        }
        self.cancels(scene, bids, tasks).await?;
        self.follow(scene, bids, tasks).await
    }

    /// Every offer whose cancel was asked for, on all pages.
    async fn find_cancels(&mut self, scene: &Scene<'_>, bids: Address) -> Result<()> {
        self.cancels.clear();
        let call = |cursor| BidBook::bidsCall { cursor, limit: PAGE };
        let list = scene.look.pages(bids, U256::ZERO, call, |page| (page.list, page.next)).await?;
        let asked = list.into_iter().filter(|bid| !bid.bindingUntil.is_zero());
        self.cancels.extend(asked.map(|bid| (Offer::Bid(bid.id), bid.bindingUntil.saturating_to())));
        let call = |cursor| BidBook::asksCall { cursor, limit: PAGE };
        let list = scene.look.pages(bids, U256::ZERO, call, |page| (page.list, page.next)).await?;
        let asked = list.into_iter().filter(|ask| !ask.bindingUntil.is_zero());
        self.cancels.extend(asked.map(|ask| (Offer::Ask(ask.id), ask.bindingUntil.saturating_to())));
        Ok(())
    }

    async fn cancels(&mut self, scene: &Scene<'_>, bids: Address, tasks: &mut Vec<Task>) -> Result<()> {
        let now = scene.look.now;
        let due: Vec<Offer> =
            self.cancels.iter().filter(|(_, until)| **until <= now).map(|(offer, _)| *offer).collect();
        for offer in due {
            let task = match offer {
                Offer::Bid(id) => {
                    Task::new((NAME, "finish-cancel"), id, bids, &BidBook::finishCancelCall { id })
                }
                Offer::Ask(id) => {
                    Task::new((NAME, "finish-cancel-ask"), id, bids, &BidBook::finishCancelAskCall { id })
                }
            };
            // Somebody else's doing shows at the next sweep; until then it is only refused.
            tasks.push(task.because("its cancel is due").patient());
        }
        Ok(())
    }

    /// Moves the band in which bids earn rewards after the index.
    async fn follow(&mut self, scene: &Scene<'_>, bids: Address, tasks: &mut Vec<Task>) -> Result<()> {
        let rewards = scene.look.ask(bids, &BidBook::rewardsCall {}).await?;
        if rewards.pot.is_zero() || rewards.rate.is_zero() {
            return Ok(());
        }
        let index = scene.look.ask(bids, &BidBook::indexCall {}).await?;
        if index.is_zero() {
            return Ok(());
        }
        let told = scene.look.ask(index, &FloorIndex::getIndexCall {}).await?;
        if told.status == 0 && apart_ppm(told.spot, self.followed) >= BAND_PPM {
            self.followed = told.spot;
            let task =
                Task::new((NAME, "follow-index"), told.spot, bids, &BidBook::followIndexCall { most: STEPS });
            tasks.push(task.because("the index has moved").patient());
        }
        Ok(())
    }

    // ---- the order book ----

    /// Counts the mark where nothing else has; takes out, at a sweep, orders that cannot be filled.
    pub(super) async fn orders(&mut self, scene: &Scene<'_>, tasks: &mut Vec<Task>) -> Result<()> {
        if scene.made.book.is_none() {
            return Ok(());
        }
        let (book, now) = (scene.made.peers.venue, scene.look.now);
        if now >= self.marked.saturating_add(scene.config.mark_every) {
            self.marked = now;
            let task = Task::new((NAME, "poke-mark"), now, book, &FloorBook::pokeCall {});
            tasks.push(task.because("nothing has counted the mark for a while").urgent(Urgency::Due));
        }
        if scene.news.fresh && scene.config.orders > 0 {
            scene.test_orders(book, tasks).await?;
        }
        Ok(())
    }
}

impl Scene<'_> {
    /// Updates the index when it is late, or when what is bid and asked leaves its value behind.
    pub(super) async fn index(&self) -> Result<Option<Task>> {
        let Some(index) = self.made.index else { return Ok(None) };
        let told = self.look.ask(index, &FloorIndex::getIndexCall {}).await?;
        let bounds = self.look.ask(index, &FloorIndex::boundsCall {}).await?;
        let above = !bounds.upper.is_zero() && told.spot > bounds.upper;
        let why = if self.look.now >= told.updatedAt.saturating_add(self.config.index_every) {
            "the index was updated long ago"
        } else if told.spot < bounds.lower || above {
            "what is bid and asked has left the index behind"
        } else {
            return Ok(None);
        };
        let update = FloorIndex::updateCall {};
        if let Err(refusal) = self.look.try_ask(index, &update).await?
            && refusal.name == "EpochsPending"
        {
            let call = FloorIndex::closeEpochsCall { most: STEPS };
            let task = Task::new((NAME, "close-epochs"), "", index, &call);
            return Ok(Some(
                task.because("more epochs have begun than an update writes down").urgent(Urgency::Now),
            ));
        }
        let task = Task::new((NAME, "update-index"), told.updatedAt, index, &update);
        Ok(Some(task.because(why).urgent(Urgency::Now).patient()))
    }

    /// Orders that have expired, or whose owners cannot fill them.
    async fn test_orders(&self, book: Address, tasks: &mut Vec<Task>) -> Result<()> {
        let mut alive = Vec::new();
        for order in self.resting(book).await? {
            if order.expired {
                let call = FloorBook::pruneOrderCall { id: order.id };
                tasks.push(
                    Task::new((NAME, "prune-order"), order.id, book, &call)
                        .because("it has expired")
                        .patient(),
                );
            } else {
                alive.push(order.id);
            }
        }
        let calls: Vec<_> = alive.iter().map(|id| FloorBook::dropOrderCall { id: *id }).collect();
        let answers = self.look.try_ask_all(book, &calls).await?;
        for ((id, call), answer) in alive.iter().zip(&calls).zip(answers) {
            if answer.is_ok() {
                let task = Task::new((NAME, "drop-order"), id, book, call);
                tasks.push(task.because("its owner cannot fill it").patient());
            }
        }
        Ok(())
    }

    /// Resting orders, the best first, as many as are tested: half of them of each side.
    async fn resting(&self, book: Address) -> Result<Vec<OrderView>> {
        let most = self.config.orders.div_ceil(2);
        let mut all = self.side(book, true, most).await?;
        all.extend(self.side(book, false, most).await?);
        Ok(all)
    }

    async fn side(&self, book: Address, buys: bool, most: usize) -> Result<Vec<OrderView>> {
        let mut all: Vec<OrderView> = Vec::new();
        let call = |tick| FloorBook::levelsCall { isBuy: buys, fromTick: tick, limit: PAGE };
        let levels = self.look.pages(book, U256::ZERO, call, |page| (page.list, page.next)).await?;
        for tick in levels.into_iter().map(|level| level.tick) {
            let call = |id| FloorBook::ordersAtCall { tick, fromId: id, limit: PAGE };
            all.extend(self.look.pages(book, U256::ZERO, call, |page| (page.list, page.next)).await?);
            if all.len() >= most {
                break;
            }
        }
        all.truncate(most);
        Ok(all)
    }
}
