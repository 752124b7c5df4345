//! Making a book, its roles, pausing.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use everfloor_common::{
    delegate::NoExtension,
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotGuardian, NotOwner, NotPendingOwner, ZeroAddress},
};
use everfloor_host::token::Token;

use crate::rig::*;

fn init(w: &World) -> initializeCall {
    initializeCall {
        owner: w.owner,
        peers: peers(),
        root: B256::ZERO,
        params: params(),
        programs: programs(),
    }
}

#[test]
fn a_book_is_made_once_through_its_proxy() {
    let w = World::unmade();
    let revert = w.chain.send(w.owner, CODE, init(&w)).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    let revert = w.chain.send(w.owner, ADMIN, init(&w)).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    w.send(w.owner, init(&w));
    w.refused(w.owner, init(&w), AlreadyInitialized {});
    assert_eq!(w.view(ownerCall {}), w.owner);
    assert_eq!(w.view(peersCall {}), peers());
    assert_eq!(w.view(paramsCall {}), params());
    assert_eq!(w.view(programsCall {}), programs());
    assert_eq!(w.view(indexCall {}), Address::ZERO);
    let made = w.last::<events::BidBookCreated>();
    assert_eq!((made.collection, made.cash, made.tickSize, made.band), (APES, CASH, n(TICK), n(500)));
}

#[test]
fn a_book_is_made_of_sane_things() {
    let w = World::unmade();
    w.refused(w.owner, initializeCall { owner: Address::ZERO, ..init(&w) }, ZeroAddress {});
    let zero = Address::ZERO;
    for peers in [
        Peers { collection: zero, ..peers() },
        Peers { cash: zero, ..peers() },
        Peers { rewardToken: zero, ..peers() },
        Peers { treasury: zero, ..peers() },
    ] {
        w.refused(w.owner, initializeCall { peers, ..init(&w) }, ZeroAddress {});
    }
    for programs in [
        Programs { asks: zero, ..programs() },
        Programs { upkeep: zero, ..programs() },
        Programs { lens: zero, ..programs() },
    ] {
        w.refused(w.owner, initializeCall { programs, ..init(&w) }, ZeroAddress {});
    }
    let no_admin = initializeCall { programs: Programs { admin: zero, ..programs() }, ..init(&w) };
    w.refused(w.owner, no_admin, NoExtension { extension: zero });
    let out = |index, value| errors::ParameterOutOfBounds { index: n(index), value };
    for (params, refusal) in [
        (Params { tickSize: n(1), ..params() }, out(0, n(1))),
        (Params { tickSize: U256::ONE << 64, ..params() }, out(0, U256::ONE << 64)),
        (Params { minAge: 299, ..params() }, out(1, n(299))),
        (Params { cancelDelay: 86_401, ..params() }, out(2, n(86_401))),
        (Params { fee: 501, ..params() }, out(3, n(501))),
        (Params { band: 5_001, ..params() }, out(4, n(5_001))),
    ] {
        w.refused(w.owner, initializeCall { params, ..init(&w) }, refusal);
    }
    w.chain.deploy_token(CASH, Token::well_behaved(6));
    w.refused(w.owner, init(&w), errors::UnsupportedToken { token: CASH, decimals: n(6) });
    w.chain.deploy_handler(CASH, |_, _| Err(Vec::new()));
    w.refused(w.owner, init(&w), errors::UnsupportedToken { token: CASH, decimals: U256::MAX });
}

#[test]
fn a_pause_stops_what_enters_and_nothing_else() {
    let w = World::new();
    let guardian = account("guardian");
    let [bid, other] = [w.place(w.alice, 100, 2), w.place(w.alice, 90, 1)];
    let nfts = w.mint(w.bob, 4);
    let asks: Vec<U256> = nfts[..2].iter().map(|nft| w.list(w.bob, *nft, 130)).collect();
    w.refused(guardian, setEntryPausedCall { paused: true }, NotGuardian { caller: guardian });
    w.send(w.owner, setGuardianCall { guardian });
    w.send(guardian, setEntryPausedCall { paused: true });
    assert_eq!(w.last::<events::EntryPauseChanged>(), events::EntryPauseChanged { paused: true });
    assert!(w.view(bookStateCall {}).entryPaused);
    w.refused(w.alice, w.place_call(1, 1), errors::EntryPaused {});
    w.refused(w.bob, w.list_call(nfts[2], 1), errors::EntryPaused {});
    // Out and across, everything goes on.
    w.sell(w.bob, &nfts[2..3]);
    w.send(w.alice, requestCancelCall { id: bid });
    w.send(w.alice, requestCancelCall { id: other });
    w.send(w.bob, requestCancelAskCall { id: asks[0] });
    w.send(w.carol, buyAskCall { id: asks[1], maxPrice: U256::MAX, to: w.carol, deadline: w.deadline() });
    w.chain.warp(DELAY);
    w.send(w.alice, finishCancelCall { id: bid });
    w.send(w.carol, finishCancelCall { id: other });
    w.send(w.carol, finishCancelAskCall { id: asks[0] });
    w.send(w.alice, claimCashCall { to: w.alice });
    w.send(w.bob, claimCashCall { to: w.bob });
    w.send(w.carol, collectFeesCall {});
    w.chain.warp(AGE);
    w.catch_up();
    assert_eq!(w.cash(BOOK), U256::ZERO);
    w.refused(guardian, setEntryPausedCall { paused: false }, NotOwner { caller: guardian });
    w.send(w.owner, setEntryPausedCall { paused: false });
    w.place(w.alice, 1, 1);
}

#[test]
fn what_is_the_owners_is_nobody_elses() {
    let w = World::new();
    let refusal = || NotOwner { caller: w.bob };
    w.refused(w.bob, setIndexCall { index: INDEX }, refusal());
    w.refused(w.bob, setRewardRateCall { rate: n(1) }, refusal());
    w.refused(w.bob, setTreasuryCall { treasury: w.bob }, refusal());
    w.refused(w.bob, setProgramsCall { programs: programs() }, refusal());
    w.refused(w.bob, setGuardianCall { guardian: w.bob }, refusal());
    w.refused(w.bob, transferOwnershipCall { newOwner: w.bob }, refusal());
    w.refused(w.bob, acceptOwnershipCall {}, NotPendingOwner { caller: w.bob });
    w.send(w.owner, transferOwnershipCall { newOwner: w.bob });
    assert_eq!(w.view(pendingOwnerCall {}), w.bob);
    w.send(w.bob, acceptOwnershipCall {});
    assert_eq!(w.view(ownerCall {}), w.bob);
    w.refused(w.owner, setIndexCall { index: INDEX }, NotOwner { caller: w.owner });
    w.send(w.bob, setTreasuryCall { treasury: w.carol });
    let treasury = w.carol;
    assert_eq!(w.last::<events::TreasuryChanged>(), events::TreasuryChanged { treasury });
    assert_eq!(w.view(peersCall {}).treasury, treasury);
    w.refused(w.bob, setTreasuryCall { treasury: Address::ZERO }, ZeroAddress {});
    let selector = requestCancelAskCall::SELECTOR.into();
    let mismatch = everfloor_common::upgrade::ProgramMismatch { program: LENS, selector };
    w.refused(w.bob, setProgramsCall { programs: Programs { asks: LENS, ..programs() } }, mismatch);
    w.send(w.bob, setProgramsCall { programs: programs() });
    assert_eq!(w.view(programsCall {}).asks, ASKS);
}

/// At its own address a program finds no book.
#[test]
fn programs_at_their_own_addresses_do_nothing() {
    let w = World::new();
    for program in [CODE, ASKS, UPKEEP, LENS, ADMIN] {
        let before = w.chain.storage_of(program);
        assert!(before.is_empty());
        assert!(w.chain.send(w.alice, program, w.place_call(1, 1)).is_err());
        assert!(w.chain.send(w.alice, program, setIndexCall { index: INDEX }).is_err());
        assert!(w.chain.storage_of(program).is_empty());
    }
}

#[test]
fn a_call_that_nobody_knows_is_refused() {
    let w = World::new();
    let revert = w.chain.send_raw(w.alice, BOOK, U256::ZERO, vec![1, 2, 3, 4]).unwrap_err();
    assert!(revert.is_empty());
    assert!(w.chain.send_raw(w.alice, BOOK, U256::ZERO, vec![]).is_err());
}

#[test]
fn fields_lie_where_the_table_says() {
    let w = World::new();
    w.send(w.owner, setGuardianCall { guardian: w.bob });
    w.send(w.owner, setIndexCall { index: INDEX });
    w.send(w.owner, transferOwnershipCall { newOwner: w.carol });
    w.send(w.owner, setEntryPausedCall { paused: true });
    let word = |slot: u64| w.chain.slot(BOOK, n(slot));
    let addresses = [w.owner, w.carol, w.bob].map(|address| address.into_word());
    assert_eq!([0, 1, 2].map(word), addresses);
    assert_eq!(word(3), B256::with_last_byte(1));
    let mut cash = CASH.into_word();
    cash[10] = 1;
    assert_eq!(word(4), cash);
    let peers = [APES, REWARD, account("treasury"), INDEX, ASKS, UPKEEP, LENS, ADMIN];
    assert_eq!([5, 6, 7, 8, 9, 10, 11, 12].map(word), peers.map(|address| address.into_word()));
    w.send(w.owner, setEntryPausedCall { paused: false });
    w.place(w.alice, 7, 2);
    // One bid was made, of a word of counts; and nothing is in the band of rewards.
    let mut counts = B256::from(price(14));
    counts[3] = 1;
    assert_eq!(word(24), counts);
    let band = U256::from_be_slice(&word(26)[20..24]);
    assert_eq!((word(25), band, word(27), word(28)), (B256::ZERO, n(1 << 24), B256::ZERO, B256::ZERO));
    let root = B256::repeat_byte(5);
    assert_eq!(World::of_root(root).chain.slot(BOOK, n(16)), root);
}
