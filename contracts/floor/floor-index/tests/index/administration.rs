//! Making an index, and its roles.

use alloy_primitives::{Address, U256};
use everfloor_common::{
    delegate::NoExtension,
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotOwner, NotPendingOwner, ZeroAddress},
};
use everfloor_host::TestChain;

use crate::rig::*;

#[test]
fn an_index_is_made_once_through_its_proxy() {
    let w = World::unmade();
    for program in [CODE, ADMIN] {
        let revert = w.chain.send(w.owner, program, w.init(w.params())).map(drop).unwrap_err();
        assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    }
    w.send(w.init(w.params()));
    w.refused(w.owner, w.init(w.params()), AlreadyInitialized {});
    assert_eq!((w.view(ownerCall {}), w.view(bookCall {}), w.view(marketCall {})), (w.owner, BOOK, MARKET));
    assert_eq!((w.view(paramsCall {}), w.view(programCall {})), (w.params(), ADMIN));
    assert_eq!(w.view(guardianCall {}), Address::ZERO);
    let made = w.last::<events::FloorIndexCreated>();
    assert_eq!((made.book, made.market, made.depth, made.chi), (BOOK, MARKET, n(DEPTH), wad(10)));
}

#[test]
fn an_index_is_made_of_sane_things() {
    let w = World::unmade();
    let zero = Address::ZERO;
    w.refused(w.owner, initializeCall { owner: zero, ..w.init(w.params()) }, ZeroAddress {});
    w.refused(w.owner, initializeCall { book: zero, ..w.init(w.params()) }, ZeroAddress {});
    let none = initializeCall { admin: zero, ..w.init(w.params()) };
    w.refused(w.owner, none, NoExtension { extension: zero });
    let p = || w.params();
    for (index, value, params) in [
        (0, U256::ZERO, Params { genesis: 0, ..p() }),
        (0, n(1 << 32), Params { genesis: 1 << 32, ..p() }),
        (1, n(3_599), Params { epochLength: 3_599, ..p() }),
        (2, n(599), Params { window: 599, ..p() }),
        (3, n(0), Params { depth: 0, ..p() }),
        (3, n(33), Params { depth: 33, ..p() }),
        (4, n(4), Params { minSources: 4, ..p() }),
        (5, wad(101), Params { chi: wad(101), ..p() }),
    ] {
        w.refused(w.owner, w.init(params), errors::ParameterOutOfBounds { index: n(index), value });
    }
}

#[test]
fn what_is_the_owners_is_nobody_elses() {
    let w = World::new();
    let other = TestChain::account("other");
    let refusal = || NotOwner { caller: other };
    w.refused(other, setProgramCall { admin: ADMIN }, refusal());
    w.refused(other, setGuardianCall { guardian: other }, refusal());
    w.refused(other, transferOwnershipCall { newOwner: other }, refusal());
    w.refused(other, acceptOwnershipCall {}, NotPendingOwner { caller: other });
    w.send(transferOwnershipCall { newOwner: other });
    assert_eq!(w.view(pendingOwnerCall {}), other);
    w.chain.send(other, INDEX, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.view(ownerCall {}), other);
    w.refused(w.owner, setGuardianCall { guardian: other }, NotOwner { caller: w.owner });
    w.refused(other, setProgramCall { admin: Address::ZERO }, ZeroAddress {});
    w.chain.send(other, INDEX, setProgramCall { admin: ADMIN }).unwrap();
    assert_eq!(w.last::<events::FloorIndexProgramChanged>().admin, ADMIN);
}

/// At its own address a program finds no index, and answers that there is none.
#[test]
fn programs_at_their_own_addresses_do_nothing() {
    let w = World::new();
    w.bid(wad(10));
    assert!(w.chain.send(w.owner, CODE, updateCall {}).is_err());
    assert_eq!(w.chain.view(CODE, getIndexCall {}).unwrap().status, 4);
    assert_eq!(w.chain.view(CODE, averageOfEpochCall { epoch: U256::ZERO }).unwrap().status, 3);
    assert_eq!(w.chain.view(CODE, openInterestCapForCall { open: U256::MAX }).unwrap().status, 2);
    assert!(w.chain.send(w.owner, ADMIN, setGuardianCall { guardian: w.owner }).is_err());
    assert!(w.chain.storage_of(CODE).is_empty() && w.chain.storage_of(ADMIN).is_empty());
}

#[test]
fn a_call_that_nobody_knows_is_refused() {
    let w = World::new();
    assert!(w.chain.send_raw(w.owner, INDEX, U256::ZERO, vec![1, 2, 3, 4]).is_err());
    assert!(w.chain.send_raw(w.owner, INDEX, U256::ZERO, vec![]).is_err());
}

#[test]
fn fields_lie_where_the_table_says() {
    let w = World::new();
    let (guardian, heir) = (TestChain::account("guardian"), TestChain::account("heir"));
    w.send(setGuardianCall { guardian });
    w.send(transferOwnershipCall { newOwner: heir });
    w.send(setPoolCall { pool: POOL, poolFee: n(3), mintFee: n(4) });
    let word = |slot: u64| w.chain.slot(INDEX, n(slot));
    let addresses = [w.owner, heir, guardian].map(|address| address.into_word());
    assert_eq!([0, 1, 2].map(word), addresses);
    assert_eq!((word(5), word(6), word(16)), (BOOK.into_word(), ADMIN.into_word(), MARKET));
    let mut sources = [0; 32];
    sources[..20].copy_from_slice(POOL.as_slice());
    (sources[21], sources[23]) = (3, 4);
    assert_eq!(word(18).0, sources);
    w.bid(wad(10));
    w.update();
    let price = U256::from_be_slice(&word(24)[..11]);
    assert_eq!((price, word(24)[30], U256::from_be_slice(&word(25)[8..19])), (wad(10), 1, wad(10)));
}
