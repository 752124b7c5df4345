//! Binding bids: what a sale pays, what stays in escrow, and when a bid may be taken back.

use everfloor_index_rules::{BidBook, IndexError, Order, offers::Fill};

use crate::rig::{Rig, TICK, all, who};

#[test]
fn a_bid_escrows_its_price_for_each_unit() {
    let mut rig = Rig::new();
    assert_eq!(rig.try_place(1, 1_000, 3).unwrap().escrow, 3_000 * TICK);
    assert_eq!(rig.bids.book.escrow, 3_000 * TICK);
}

#[test]
fn a_sale_pays_the_bids_prices_less_a_fee_that_is_rounded_up() {
    let mut rig = Rig::new();
    rig.params.tick_size = 1_000_000_001;
    let id = rig.place(1, 1, 1);
    let sale = rig.sell(all(1)).unwrap();
    // 0.5 % of 1,000,000,001 is 5,000,000.005.
    assert_eq!((sale.proceeds, sale.fee, sale.net().unwrap()), (1_000_000_001, 5_000_001, 995_000_000));
    assert_eq!(sale.fills, [Fill { id, owner: who(1), units: 1, price: 1_000_000_001 }]);
    assert_eq!((rig.bids.book.escrow, rig.bids.fees), (0, 5_000_001));
    assert_eq!(rig.bids.take_fees(), 5_000_001);
    assert_eq!(rig.bids.fees, 0);
}

/// One fee on the whole: a sale into many bids does not pay the rounding of each.
#[test]
fn a_sale_into_several_bids_is_rounded_once() {
    let mut rig = Rig::new();
    rig.params.tick_size = 1_000_000_001;
    (0..3).for_each(|_| _ = rig.place(1, 1, 1));
    let sale = rig.sell(all(3)).unwrap();
    assert_eq!((sale.proceeds, sale.fee), (3_000_000_003, 15_000_001));
}

#[test]
fn a_sale_stops_at_the_lowest_price_the_seller_accepts() {
    let mut rig = Rig::new();
    rig.place(1, 1_000, 1);
    rig.place(1, 999, 1);
    let order = Order { limit: 999 * TICK + 1, ..all(2) };
    assert_eq!(rig.clone().sell(order).unwrap().units, 1);
    assert_eq!(rig.sell(Order { limit: 999 * TICK, ..order }).unwrap().units, 2);
}

#[test]
fn a_sale_of_fewer_than_the_seller_wants_at_least_is_refused() {
    let mut rig = Rig::new();
    rig.place(1, 1_000, 2);
    let refusal = *rig.clone().sell(Order { least: 3, ..all(3) }).unwrap_err();
    assert_eq!(refusal, IndexError::TooFewUnits { units: 2, least: 3 });
    assert_eq!(rig.sell(Order { least: 2, ..all(3) }).unwrap().units, 2);
    // Nothing at all is always too little.
    let refusal = *rig.sell(Order { least: 0, ..all(1) }).unwrap_err();
    assert_eq!(refusal, IndexError::TooFewUnits { units: 0, least: 1 });
}

#[test]
fn a_sale_fills_at_most_so_many_bids() {
    let mut rig = Rig::new();
    (0..5).for_each(|_| _ = rig.place(1, 1_000, 1));
    rig.place(1, 999, 1);
    assert_eq!(rig.clone().sell(Order { most: 2, ..all(6) }).unwrap().units, 2);
    assert_eq!(rig.clone().sell(Order { most: 6, ..all(6) }).unwrap().units, 6);
    assert!(rig.sell(Order { most: 0, ..all(6) }).is_err());
}

#[test]
fn a_seller_may_name_bids_in_his_own_order() {
    let mut rig = Rig::new();
    let (low, high, other) = (rig.place(1, 900, 2), rig.place(2, 1_000, 1), rig.place(3, 950, 1));
    let fills: Vec<_> =
        rig.sell_into(&[low, high], all(9)).unwrap().fills.iter().map(|fill| (fill.id, fill.units)).collect();
    assert_eq!(fills, [(low, 2), (high, 1)]);
    assert_eq!(rig.bids.book.escrow, 950 * TICK);
    assert_eq!(rig.queue(950), [other]);
}

/// Somebody may have come first; that is no reason to sell nothing.
#[test]
fn named_bids_that_are_gone_are_passed_over_and_one_named_twice_is_filled_once() {
    let mut rig = Rig::new();
    let (gone, kept) = (rig.place(1, 1_000, 1), rig.place(1, 1_000, 1));
    rig.sell_into(&[gone], all(1)).unwrap();
    let sale = rig.sell_into(&[gone, kept, kept, 77], all(3)).unwrap();
    assert_eq!(sale.fills.iter().map(|fill| fill.id).collect::<Vec<_>>(), [kept]);
    assert!(rig.sell_into(&[gone, kept], all(1)).is_err());
}

#[test]
fn a_named_bid_below_the_sellers_limit_is_refused() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    let limit = 1_000 * TICK + 1;
    let refusal = *rig.sell_into(&[id], Order { limit, ..all(1) }).unwrap_err();
    assert_eq!(refusal, IndexError::PriceBeyondLimit { price: 1_000 * TICK, limit });
}

#[test]
fn the_named_bids_of_one_call_are_bounded() {
    let mut rig = Rig::new();
    let ids: Vec<_> = (0..5).map(|_| rig.place(1, 1_000, 1)).collect();
    assert_eq!(rig.sell_into(&ids, Order { most: 3, ..all(5) }).unwrap().units, 3);
}

#[test]
fn a_cancelled_bid_is_binding_until_the_delay_is_over() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 2);
    assert_eq!(*rig.finish(id).unwrap_err(), IndexError::CancelNotRequested { id });
    let until = rig.request(id, 1).unwrap();
    assert_eq!(until, rig.now + 900);
    rig.wait(899);
    assert_eq!(*rig.finish(id).unwrap_err(), IndexError::StillBinding { id, until });
    // Somebody sells into it meanwhile; the rest comes back.
    rig.sell(all(1)).unwrap();
    rig.wait(1);
    let refund = rig.finish(id).unwrap();
    assert_eq!((refund.owner, refund.units, refund.amount), (who(1), 1, 1_000 * TICK));
    assert_eq!((rig.bids.book.escrow, rig.escrowed()), (0, 0));
}

#[test]
fn a_bid_can_be_sold_into_until_its_cancel_is_finished() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    rig.request(id, 1).unwrap();
    rig.wait(100_000);
    assert_eq!(rig.sell(all(1)).unwrap().fills[0].id, id);
    assert_eq!(*rig.finish(id).unwrap_err(), IndexError::NoSuchOffer { id });
}

#[test]
fn a_bid_is_taken_back_once() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    rig.request(id, 1).unwrap();
    rig.wait(900);
    rig.finish(id).unwrap();
    assert_eq!(*rig.finish(id).unwrap_err(), IndexError::NoSuchOffer { id });
    assert_eq!(*rig.request(id, 1).unwrap_err(), IndexError::NoSuchOffer { id });
    assert_eq!(*rig.finish(0).unwrap_err(), IndexError::NoSuchOffer { id: 0 });
}

#[test]
fn only_its_owner_asks_for_a_bid_back_and_only_once() {
    let mut rig = Rig::new();
    let id = rig.place(1, 1_000, 1);
    assert_eq!(*rig.clone().request(id, 2).unwrap_err(), IndexError::NotOwner { id });
    rig.request(id, 1).unwrap();
    let at = rig.now;
    rig.wait(10);
    // A second request must not make it binding for longer, nor shorter.
    assert_eq!(*rig.clone().request(id, 1).unwrap_err(), IndexError::CancelRequested { id, at });
    rig.wait(890);
    rig.finish(id).unwrap();
}

/// Whoever sells to himself pays himself out of his own escrow and loses the fee.
#[test]
fn a_self_hit_moves_no_more_than_the_fee() {
    let mut rig = Rig::new();
    let other = rig.place(2, 990, 5);
    let placed = rig.try_place(1, 1_000, 1).unwrap();
    let held = rig.bids.book.escrow;
    let sale = rig.sell_into(&[placed.id], all(1)).unwrap();
    assert_eq!(sale.net().unwrap() + sale.fee, placed.escrow);
    assert_eq!(held - rig.bids.book.escrow, placed.escrow);
    assert_eq!((rig.bids.book.escrow, rig.queue(990)), (rig.escrowed(), vec![other]));
    assert_eq!(rig.bids.fees, sale.fee);
}

#[test]
fn a_quote_is_what_a_sale_would_bring_and_changes_nothing() {
    let mut rig = Rig::new();
    for (tick, units) in [(1_000, 2), (999, 1), (1_000, 3), (900, 9)] {
        rig.place(1, tick, units);
    }
    for order in
        [all(1), all(4), all(6), all(99), Order { most: 2, ..all(9) }, Order { limit: 999 * TICK, ..all(9) }]
    {
        let before = rig.bid_store.clone();
        let quote = BidBook::quote(&rig.bid_store, &order, &rig.params).unwrap();
        assert_eq!(rig.bid_store, before);
        assert_eq!(rig.clone().sell(order).unwrap(), quote);
    }
    for order in [all(0), Order { most: 0, ..all(1) }, Order { limit: 1_001 * TICK, ..all(1) }] {
        let refusal = BidBook::quote(&rig.bid_store, &order, &rig.params).unwrap_err();
        assert_eq!(refusal, rig.clone().sell(order).unwrap_err());
    }
}

#[test]
fn nothing_is_claimed_that_is_not_owed() {
    let mut rig = Rig::new();
    assert_eq!(*BidBook::claim(&mut rig.bid_store, &who(1)).unwrap_err(), IndexError::ZeroAmount);
}
