//! Asks: the mirror of bids.

use everfloor_index_rules::{IndexError, Order, depth};
use everfloor_math::U256;

use crate::rig::{Rig, TICK, all, who};

impl Rig {
    fn list(&mut self, owner: u8, token: u64, tick: u32) -> u32 {
        let (now, params) = (self.now, self.params);
        self.asks.list(&mut self.ask_store, &who(owner), U256::from(token), tick, now, &params).unwrap()
    }

    fn request_ask(&mut self, id: u32, caller: u8) -> everfloor_index_rules::error::Result<u64> {
        let (now, params) = (self.now, self.params);
        self.asks.request_cancel(&mut self.ask_store, id, &who(caller), now, &params)
    }
}

/// So many, at whatever price.
fn dearest(units: u32) -> Order {
    Order { limit: u128::MAX, ..all(units) }
}

#[test]
fn the_cheapest_is_bought_first_and_each_seller_gets_his_price_less_a_fee() {
    let mut rig = Rig::new();
    rig.list(1, 11, 1_010);
    let (first, second) = (rig.list(2, 22, 1_000), rig.list(3, 33, 1_000));
    let purchase = rig.asks.buy(&mut rig.ask_store, &dearest(2), &rig.params).unwrap();
    let bought: Vec<_> = purchase.bought.iter().map(|one| (one.fill.id, one.token, one.fill.owner)).collect();
    assert_eq!(bought, [(first, U256::from(22), who(2)), (second, U256::from(33), who(3))]);
    assert_eq!(purchase.cost, 2_000 * TICK);
    let net: u128 = purchase.bought.iter().map(|one| one.net().unwrap()).sum();
    assert_eq!(net + rig.asks.fees, purchase.cost);
    assert_eq!(purchase.bought[0].fee, 5 * TICK);
    assert_eq!(rig.asks.book.escrow, 1);
    assert_eq!(rig.ask_store.tokens.len(), 1);
}

#[test]
fn a_purchase_stops_at_the_highest_price_the_buyer_accepts() {
    let mut rig = Rig::new();
    rig.list(1, 1, 1_000);
    let dear = rig.list(1, 2, 1_001);
    let order = Order { limit: 1_001 * TICK - 1, ..all(2) };
    assert_eq!(rig.asks.buy(&mut rig.ask_store, &order, &rig.params).unwrap().bought.len(), 1);
    let refusal = *rig.asks.buy_named(&mut rig.ask_store, &[dear], &order, &rig.params).unwrap_err();
    assert_eq!(refusal, IndexError::PriceBeyondLimit { price: 1_001 * TICK, limit: order.limit });
}

#[test]
fn a_buyer_may_name_asks() {
    let mut rig = Rig::new();
    let (cheap, dear) = (rig.list(1, 1, 1_000), rig.list(1, 2, 1_001));
    let order = dearest(2);
    let purchase = rig.asks.buy_named(&mut rig.ask_store, &[dear, dear], &order, &rig.params).unwrap();
    assert_eq!(purchase.bought.iter().map(|one| one.fill.id).collect::<Vec<_>>(), [dear]);
    assert_eq!(rig.ask_store.tokens.keys().copied().collect::<Vec<_>>(), [cheap]);
}

#[test]
fn an_nft_comes_back_to_its_owner_after_the_delay() {
    let mut rig = Rig::new();
    let id = rig.list(1, 42, 1_000);
    assert_eq!(*rig.clone().request_ask(id, 2).unwrap_err(), IndexError::NotOwner { id });
    let until = rig.request_ask(id, 1).unwrap();
    rig.wait(899);
    let (now, params) = (rig.now, rig.params);
    let refusal = *rig.asks.finish_cancel(&mut rig.ask_store, id, now, &params).unwrap_err();
    assert_eq!(refusal, IndexError::StillBinding { id, until });
    let unlisted = rig.asks.finish_cancel(&mut rig.ask_store, id, until, &params).unwrap();
    assert_eq!((unlisted.owner, unlisted.token), (who(1), U256::from(42)));
    assert_eq!((rig.asks.book.escrow, rig.ask_store.tokens.len()), (0, 0));
    let refusal = *rig.asks.finish_cancel(&mut rig.ask_store, id, until, &params).unwrap_err();
    assert_eq!(refusal, IndexError::NoSuchOffer { id });
}

#[test]
fn the_binding_ask_is_the_lowest_that_counts() {
    let mut rig = Rig::new();
    rig.list(1, 1, 1_000);
    rig.wait(1_800);
    rig.list(1, 2, 900);
    let (now, params) = (rig.now, rig.params);
    assert!(rig.asks.book.catch_up(&mut rig.ask_store, now, &params, 9).unwrap());
    assert_eq!(depth::binding(&rig.ask_store, &rig.asks.book, now, &params).unwrap(), 1_000 * TICK);
    let later = now + 1_800;
    assert!(rig.asks.book.catch_up(&mut rig.ask_store, later, &params, 9).unwrap());
    assert_eq!(depth::binding(&rig.ask_store, &rig.asks.book, later, &params).unwrap(), 900 * TICK);
}
