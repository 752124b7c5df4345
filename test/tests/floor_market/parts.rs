//! An NFT split into weighted parts, each of which has a market of its own, and merged back.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, FloorSystem, Nft, ONE,
    abi::{FloorMarket::*, FloorPart, FloorParts, MarketPeers, PartIndex, TestToken},
};

const TENTH: u128 = ONE / 10;

/// The splitter of a market's collection into three tenths and seven, and its two tokens.
fn splitter(s: &mut FloorSystem) -> (Address, Vec<Address>) {
    let weights = vec![U256::from(3 * TENTH), U256::from(7 * TENTH)];
    let call = FloorParts::initializeCall { owner: s.owner, collection: s.nft, weights };
    let at = s.backend.proxy(s.backend.named("floor-parts"), call.abi_encode()).expect("a splitter");
    let tokens =
        vec![s.backend.constructed_for("floor-part", at), s.backend.constructed_for("floor-part", at)];
    let owner = s.owner;
    s.must_to(owner, at, FloorParts::namePartsCall { tokens: tokens.clone() });
    (at, tokens)
}

/// A market of a part.
fn market_of(s: &mut FloorSystem, parts: Address, number: u64, token: Address) -> FloorSystem {
    let call = PartIndex::initializeCall { parts, number: U256::from(number), whole: s.index };
    let index = s.backend.proxy(s.backend.named("part-index"), call.abi_encode()).expect("an index");
    let peers = MarketPeers { collection: token, index, ..s.view(peersCall {}) };
    let genesis = s.view(paramsCall {}).genesis;
    let market =
        s.new_market(peers, FloorSystem::params(genesis), FloorSystem::auctions()).expect("a market");
    let mut of_part = s.clone();
    (of_part.market, of_part.index) = (market, index);
    of_part
}

#[test]
fn what_is_split_is_merged_again() {
    let mut s = FloorSystem::told();
    let (at, tokens) = splitter(&mut s);
    let (ann, bob) = (s.trader("ann"), s.trader("bob"));
    let nft = s.nft;
    s.must_to(ann, nft, Nft::setApprovalForAllCall { operator: at, approved: true });
    let id = s.mint(ann, 1)[0];
    let (ids, to) = (vec![id], ann);
    s.must_to(ann, at, FloorParts::splitCall { ids: ids.clone(), to });
    let owner_of = |s: &FloorSystem, token| s.view_of(token, FloorPart::ownerOfCall { tokenId: id });
    assert!(tokens.iter().all(|token| owner_of(&s, *token) == ann));
    assert_eq!(s.owner_of(id), at);
    // One part is another's: nobody has the whole.
    let give = FloorPart::transferFromCall { from: ann, to: bob, tokenId: id };
    s.must_to(ann, tokens[1], give);
    let merge = FloorParts::mergeCall { ids, to: ann };
    assert!(s.send_to(ann, at, merge.clone()).is_err());
    let back = FloorPart::transferFromCall { from: bob, to: ann, tokenId: id };
    s.must_to(bob, tokens[1], back);
    s.must_to(ann, at, merge);
    assert_eq!(s.owner_of(id), ann);
}

#[test]
fn a_part_of_an_nft_is_hedged_and_the_other_stays_free() {
    let mut s = FloorSystem::told();
    let (at, tokens) = splitter(&mut s);
    let (ann, long) = (s.trader("ann"), s.trader("long"));
    let (nft, cash) = (s.nft, s.cash);
    s.must_to(ann, nft, Nft::setApprovalForAllCall { operator: at, approved: true });
    let id = s.mint(ann, 1)[0];
    s.must_to(ann, at, FloorParts::splitCall { ids: vec![id], to: ann });
    let mut m = market_of(&mut s, at, 0, tokens[0]);
    let market = m.market;
    // Three tenths of an index of ten, and the other part the rest.
    assert_eq!(m.view(indexPriceCall {}).price, U256::from(3 * ONE));
    let desk = m.desk;
    for who in [ann, long] {
        m.must(who, setOperatorCall { operator: desk, approved: true });
        m.must_to(who, cash, TestToken::approveCall { spender: market, value: U256::MAX });
    }
    m.must_to(ann, tokens[0], FloorPart::setApprovalForAllCall { operator: market, approved: true });
    m.must(ann, depositNftCall { account: ann, ids: vec![id], proofs: Vec::new() });
    m.deposit(long, 10 * ONE);
    m.trade(long, ann, ONE, 3 * ONE);
    assert_eq!(m.holding(ann).0, alloy_primitives::I256::try_from(3 * ONE).unwrap());
    assert_eq!(m.view_of(tokens[1], FloorPart::ownerOfCall { tokenId: id }), ann);
    // Whatever the price, the part covers its short; bought back, the whole is hers again.
    let venue = m.venue;
    let owner = m.owner;
    m.must_to(owner, venue, everfloor_test::Told::setPriceCall { to: U256::from(2 * ONE) });
    m.trade(ann, long, ONE, 2 * ONE);
    m.must(ann, withdrawNftCall { account: ann, ids: vec![id], to: ann, deadline: U256::MAX });
    m.must_to(ann, at, FloorParts::mergeCall { ids: vec![id], to: ann });
    assert_eq!(m.owner_of(id), ann);
    assert_eq!(m.holding(ann).0, alloy_primitives::I256::try_from(ONE).unwrap());
}
