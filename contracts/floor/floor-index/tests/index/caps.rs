//! How much may be open on what is bid.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;

use crate::rig::*;

fn near(w: &World, units: u64, is_all: bool) {
    let mut said = w.said.borrow_mut();
    (said.units, said.is_all) = (units, is_all);
}

#[test]
fn the_cap_is_so_many_times_the_units_near_the_best_bid() {
    let w = World::new();
    near(&w, 7, true);
    let cap = w.view(openInterestCapCall {});
    assert_eq!((cap.cap, cap.status), (wad(70), 0));
    let asked = unitsNearCall { nearBps: n(1_000), most: n(64), enough: n(u64::MAX) };
    assert_eq!(w.said.borrow().asked, asked.abi_encode());
    near(&w, 7, false);
    let cap = w.view(openInterestCapCall {});
    assert_eq!((cap.cap, cap.status), (wad(70), 1));
}

#[test]
fn no_more_units_are_looked_for_than_it_takes() {
    let w = World::new();
    near(&w, 3, false);
    for (open, enough) in [(wad(20), 2), (wad(20) + U256::ONE, 3), (U256::ZERO, 0), (U256::MAX, u64::MAX)] {
        let cap = w.view(openInterestCapForCall { open });
        assert_eq!((cap.cap, cap.status), (wad(30), 1));
        let asked = unitsNearCall { nearBps: n(1_000), most: n(64), enough: n(enough) };
        assert_eq!(w.said.borrow().asked, asked.abi_encode(), "{open}");
    }
}

#[test]
fn a_cap_that_cannot_be_told_is_pending_and_never_an_error() {
    let w = World::new();
    let pending = |w: &World| {
        let cap = w.view(openInterestCapCall {});
        assert_eq!((cap.cap, cap.status), (U256::ZERO, 2));
    };
    w.said.borrow_mut().pending = true;
    pending(&w);
    w.chain.deploy_handler(BOOK, |_, _| Ok(vec![0; 63]));
    pending(&w);
    w.chain.deploy_handler(BOOK, |_, _| Ok(vec![0xff; 64]));
    pending(&w);
    // An index that was never made has no book.
    pending(&World::unmade());
}
