//! The index: what it makes of its sources, how fast it moves, when it is stale, and reports that signers have signed, whom
//! the chain's own precompile recovers.

use std::sync::{Mutex, OnceLock};

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, SolValue, sol};
use everfloor_test::{
    Backend,
    abi::{FloorIndex::*, FloorIndexParams, SignedReport},
    account,
};
use k256::ecdsa::SigningKey;

use crate::ground::*;

sol! {
    #[derive(Debug, PartialEq)]
    struct Report {
        bytes32 market;
        uint256 price;
        uint64 ts;
        uint64 round;
    }
}

const MARKET: B256 = B256::repeat_byte(0xaa);
const WINDOW: u64 = 30 * MINUTE;

fn milli(amount: u64) -> U256 {
    n(amount) * n(ETHER / 1_000)
}

fn wad(amount: u64) -> U256 {
    milli(1_000 * amount)
}

/// An index on a book that says what it is told, at the beginning of its epoch 0.
#[derive(Clone)]
struct Index {
    g: Ground,
    book: Address,
    genesis: u64,
}

impl Index {
    fn new() -> Self {
        static MADE: OnceLock<Mutex<Index>> = OnceLock::new();
        let made = MADE.get_or_init(|| {
            let mut g = Ground::new();
            let (book, genesis) = (g.chain.stub(Ok(said(U256::ZERO, U256::ZERO))), g.now());
            let call = Self::init(&g, book, genesis);
            g.at = g.proxy("floor-index", call).expect("sane parameters");
            Mutex::new(Self { g, book, genesis })
        });
        made.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn init(g: &Ground, book: Address, genesis: u64) -> initializeCall {
        let params = FloorIndexParams {
            genesis,
            epochLength: DAY as u32,
            window: WINDOW as u32,
            depth: 3,
            minSources: 1,
            chi: wad(10),
        };
        initializeCall { owner: g.owner, book, market: MARKET, params, admin: g.chain.named("index-admin") }
    }

    /// What is bid and asked from now on.
    fn bid(&mut self, bid: U256, ask: U256) {
        self.g.chain.restub(self.book, Ok(said(bid, ask)));
    }

    /// An update by anybody.
    fn update(&mut self) -> U256 {
        self.g.must(account("anybody"), updateCall {}).returned
    }

    /// One after some time, at which this is bid.
    fn after(&mut self, seconds: u64, bid: U256) -> U256 {
        self.g.warp(seconds);
        self.bid(bid, U256::ZERO);
        self.update()
    }

    fn now(&self) -> (U256, U256, u8) {
        let now = self.g.view(getIndexCall {});
        (now.spot, now.twap, now.status)
    }

    /// The domain as wallets make it.
    fn domain(&mut self) -> Eip712Domain {
        let chain_id = n(self.g.chain.chain().chain_id());
        let name = Some("Everfloor Floor Index".into());
        Eip712Domain::new(name, Some("1".into()), Some(chain_id), Some(self.g.at), None)
    }
}

fn said(bid: U256, ask: U256) -> Vec<u8> {
    (bid, ask, false).abi_encode()
}

/// A signer.
#[derive(Clone)]
struct Key {
    key: SigningKey,
    address: Address,
}

impl Key {
    /// So many, in ascending order of their addresses.
    fn several(count: usize) -> Vec<Self> {
        let one = |at: usize| {
            let key = SigningKey::from_slice(&keccak256(format!("signer {at}"))[..]).expect("a key");
            Self { address: Address::from_public_key(key.verifying_key()), key }
        };
        let mut keys: Vec<Self> = (0..count).map(one).collect();
        keys.sort_by_key(|key| key.address);
        keys
    }

    /// Signs a report in a domain, as a wallet does.
    fn sign(&self, domain: &Eip712Domain, report: &Report) -> SignedReport {
        let digest = report.eip712_signing_hash(domain);
        let (signature, recovery) = self.key.sign_prehash_recoverable(&digest[..]).expect("a signature");
        let bytes = signature.to_bytes();
        let Report { market, price, ts, round } = report.clone();
        let (r, s) = (B256::from_slice(&bytes[..32]), B256::from_slice(&bytes[32..]));
        SignedReport { market, price, ts, round, v: 27 + recovery.to_byte(), r, s }
    }
}

/// An index of five signers, of whom three report.
fn reported() -> (Index, Vec<Key>) {
    let (mut w, keys) = (Index::new(), Key::several(5));
    let signers = keys.iter().map(|key| key.address).collect();
    w.g.must(w.g.owner, setSignersCall { signers, quorum: n(3_u8) });
    w.bid(wad(10), U256::ZERO);
    w.g.warp(MINUTE);
    (w, keys)
}

/// A round of reports of a second ago, of the first signers.
fn batch(w: &mut Index, keys: &[Key], prices: &[U256], round: u64) -> Vec<SignedReport> {
    let (domain, ts) = (w.domain(), w.g.now() - 1);
    let sign =
        |(key, price): (&Key, &U256)| key.sign(&domain, &Report { market: MARKET, price: *price, ts, round });
    keys.iter().zip(prices).map(sign).collect()
}

#[test]
fn the_first_value_is_what_is_bid_and_none_is_before() {
    let mut w = Index::new();
    assert_eq!(w.now(), (U256::ZERO, U256::ZERO, 4));
    w.g.refused(account("anybody"), updateCall {}, TooFewSources { answered: U256::ZERO, needed: U256::ONE });
    w.bid(wad(10), U256::ZERO);
    let updated = w.g.must(account("anybody"), updateCall {});
    assert_eq!(updated.returned, wad(10));
    let event = updated.event::<IndexUpdated>();
    assert_eq!((event.price, event.raw, event.lower, event.sources), (wad(10), wad(10), wad(10), U256::ONE));
    assert_eq!(w.now(), (wad(10), wad(10), 0));
}

#[test]
fn a_value_moves_no_faster_than_half_in_a_day() {
    let mut w = Index::new();
    w.bid(wad(10), U256::ZERO);
    w.update();
    let part = n(5_787_037_037_037_u64) * n(HOUR);
    assert_eq!(w.after(HOUR, wad(20)), wad(10) + wad(10) * part / wad(1));
    // Again in the same second, not at all.
    let now = w.now().0;
    assert_eq!(w.after(0, wad(20)), now);
}

#[test]
fn its_average_is_that_of_the_seconds_a_value_held() {
    let mut w = Index::new();
    w.bid(wad(10), U256::ZERO);
    w.update();
    w.after(600, milli(10_010));
    w.g.warp(600);
    assert_eq!(w.now(), (milli(10_010), milli(10_005), 0));
    let range = w.g.view(conservativeCall {});
    assert_eq!((range.lower, range.upper), (milli(10_005), milli(10_010)));
    assert_eq!(w.g.view(cumulativeCall {}), n(600_u64) * milli(20_010));
}

#[test]
fn an_ask_bounds_it_once_it_has_been_there_for_a_window() {
    let mut w = Index::new();
    w.bid(wad(10), wad(11));
    w.update();
    w.g.warp(WINDOW - 1);
    w.update();
    assert_eq!(w.g.view(boundsCall {}).upper, U256::ZERO);
    w.g.warp(1);
    w.update();
    let bounds = w.g.view(boundsCall {});
    assert_eq!((bounds.lower, bounds.upper), (wad(10), wad(11)));
}

#[test]
fn a_value_grows_stale_step_by_step_and_no_view_reverts() {
    let mut w = Index::new();
    w.bid(wad(10), U256::ZERO);
    w.update();
    let begin = w.g.now();
    for (age, before, after) in [(20 * MINUTE, 0, 1), (6 * HOUR, 1, 2), (72 * HOUR, 2, 3)] {
        w.g.warp(begin + age - w.g.now());
        assert_eq!((w.now().2, w.g.view(conservativeCall {}).status), (before, before), "{age}");
        w.g.warp(1);
        assert_eq!((w.now().2, w.g.view(conservativeCall {}).status), (after, after), "{age}");
    }
    assert_eq!(w.now().0, wad(10));
}

#[test]
fn a_pool_is_a_source_at_its_average_price_less_its_fees_and_may_fall_silent() {
    let mut w = Index::new();
    let state = |tokens, cash, average| Ok((wad(tokens), wad(cash), wad(average)).abi_encode());
    let pool = w.g.chain.stub(state(100, 1_000, 10));
    let set = |pool_fee: u64, mint_fee: u64| setPoolCall { pool, poolFee: n(pool_fee), mintFee: n(mint_fee) };
    let thief = account("thief");
    w.g.refused(thief, set(0, 0), NotOwner { caller: thief });
    w.g.must(w.g.owner, set(0, 0));
    // What three NFTs bring, each, of 100 tokens and 1,000 in cash.
    let each = wad(1_000) * wad(3) / wad(103) / n(3_u8);
    assert_eq!(w.g.view(sourcesCall {}).poolPrice, each);
    w.bid(wad(9), U256::ZERO);
    let updated = w.g.must(account("anybody"), updateCall {}).event::<IndexUpdated>();
    assert_eq!((updated.pool, updated.sources), (each, n(3_u8)));
    assert_eq!(updated.raw, (each + wad(9)) / n(2_u8));
    // Of the same product at another price, as somebody left it in this block: no different.
    w.g.chain.restub(pool, state(50, 2_000, 10));
    assert_eq!(w.g.view(sourcesCall {}).poolPrice, each);
    w.g.must(w.g.owner, set(100, 1_000));
    let sold = wad(3) * n(99_u8) / n(100_u8);
    let proceeds = wad(1_000) * sold / (wad(100) + sold) * n(9_u8) / n(10_u8);
    assert_eq!(w.g.view(sourcesCall {}).poolPrice, proceeds / n(3_u8));
    for answer in [Err(vec![1]), Ok(vec![1; 95])] {
        w.g.chain.restub(pool, answer);
        w.g.warp(MINUTE);
        let updated = w.g.must(account("anybody"), updateCall {}).event::<IndexUpdated>();
        assert_eq!((updated.pool, updated.sources), (U256::ZERO, U256::ONE));
    }
}

#[test]
fn a_book_that_does_not_answer_stops_updates_and_no_view() {
    let mut w = Index::new();
    w.bid(wad(10), U256::ZERO);
    w.update();
    w.g.chain.restub(w.book, Ok(vec![0; 31]));
    w.g.warp(MINUTE);
    w.g.refused(account("anybody"), updateCall {}, BookUnreachable { book: w.book });
    // What it refuses with is passed on.
    let words = alloy_sol_types::SolError::abi_encode(&CountsPending {});
    w.g.chain.restub(w.book, Err(words));
    w.g.refused(account("anybody"), updateCall {}, CountsPending {});
    assert!(w.g.view(sourcesCall {}).countsPending);
    assert_eq!((w.now().0, w.g.view(openInterestCapCall {}).status), (wad(10), 2));
}

#[test]
fn an_epochs_average_is_exact_whenever_it_is_asked_for() {
    let mut w = Index::new();
    w.bid(wad(10), U256::ZERO);
    w.update();
    w.after(DAY / 2, milli(10_100));
    let average = |w: &Index, epoch: u64| {
        let told = w.g.view(averageOfEpochCall { epoch: n(epoch) });
        (told.price, told.status)
    };
    assert_eq!(average(&w, 0), (U256::ZERO, 2));
    w.g.warp(DAY / 2 - HOUR);
    w.update();
    w.g.warp(HOUR);
    assert_eq!(average(&w, 0), (milli(10_050), 0));
    w.g.warp(20 * DAY);
    let anybody = account("anybody");
    w.g.refused(anybody, updateCall {}, EpochsPending { epoch: n(9_u8) });
    assert!(!w.g.must(anybody, closeEpochsCall { most: n(15_u8) }).returned);
    assert!(w.g.must(anybody, closeEpochsCall { most: n(15_u8) }).returned);
    w.update();
    // The next nobody saw the end of: their averages are known, and say so.
    assert_eq!((average(&w, 0), average(&w, 3)), ((milli(10_050), 0), (milli(10_100), 1)));
    assert_eq!(w.g.view(epochAtCall { time: n(w.genesis + DAY) }).epoch, U256::ONE);
}

#[test]
fn what_wallets_sign_is_what_is_checked() {
    let (mut w, keys) = reported();
    assert_eq!(w.g.view(DOMAIN_SEPARATORCall {}), w.domain().separator());
    let reports = batch(&mut w, &keys[1..], &[wad(12), wad(11), wad(13)], 7);
    let done = w.g.must(account("anybody"), updateWithReportsCall { reports });
    // The median of the reports, and of it and the book the mean.
    assert_eq!(done.returned, wad(11));
    let accepted = done.event::<ReportsAccepted>();
    assert_eq!((accepted.round, accepted.price), (n(7_u8), wad(12)));
    assert_eq!(done.event::<IndexUpdated>().sources, n(5_u8));
}

#[test]
fn reports_that_are_not_a_quorums_are_refused() {
    let (mut w, keys) = reported();
    let anybody = account("anybody");
    let prices = [wad(12); 5];
    for count in [0, 2, 4] {
        let reports = batch(&mut w, &keys[..count], &prices, 1);
        let refusal = WrongQuorum { reports: n(count as u64), quorum: n(3_u8) };
        w.g.refused(anybody, updateWithReportsCall { reports }, refusal);
    }
    let good = batch(&mut w, &keys, &prices[..3], 1);
    let mut twice = good.clone();
    twice[2] = twice[1].clone();
    let place = n(2_u8);
    w.g.refused(anybody, updateWithReportsCall { reports: twice }, UnsortedSigners { place });
    let mut unsigned = good.clone();
    unsigned[0].s = B256::ZERO;
    let bad = || BadSignature { place: U256::ZERO };
    w.g.refused(anybody, updateWithReportsCall { reports: unsigned }, bad());
    // The other signature of the same message.
    let mut twin = good.clone();
    let order: U256 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse().unwrap();
    twin[0].s = (order - U256::from_be_bytes(twin[0].s.0)).into();
    twin[0].v = 55 - twin[0].v;
    w.g.refused(anybody, updateWithReportsCall { reports: twin }, bad());
    let apart = batch(&mut w, &keys, &[wad(12), wad(12), wad(24) + U256::ONE], 1);
    let refusal = SpreadTooWide { low: wad(12), high: wad(24) + U256::ONE };
    w.g.refused(anybody, updateWithReportsCall { reports: apart }, refusal);
    let (last, now) = (w.g.now() - 1, w.g.now());
    w.g.must(anybody, updateWithReportsCall { reports: good.clone() });
    let again = RepeatedRound { round: U256::ONE, last: U256::ONE };
    w.g.refused(anybody, updateWithReportsCall { reports: good }, again);
    let same = batch(&mut w, &keys, &prices[..3], 2);
    assert_eq!(w.g.now(), now);
    w.g.refused(
        anybody,
        updateWithReportsCall { reports: same },
        RepeatedTime { time: n(last), last: n(last) },
    );
    // What was accepted is a source for twenty minutes.
    w.g.warp(20 * MINUTE - 1);
    w.update();
    assert_eq!(w.g.view(sourcesCall {}).reportsPrice, wad(12));
    w.g.warp(1);
    w.update();
    assert_eq!(w.g.view(sourcesCall {}).reportsPrice, U256::ZERO);
}

#[test]
fn an_index_is_made_once_behind_a_proxy_and_is_its_owners() {
    let mut w = Index::new();
    let (owner, guardian) = (w.g.owner, account("guardian"));
    let call = Index::init(&w.g, w.book, w.genesis);
    w.g.refused(owner, call.clone(), AlreadyInitialized {});
    let params = FloorIndexParams { depth: 33, ..call.params.clone() };
    let refusal = ParameterOutOfBounds { index: n(3_u8), value: n(33_u8) };
    w.g.unmade("floor-index", initializeCall { params, ..call }, refusal);
    w.g.refused(guardian, setGuardianCall { guardian }, NotOwner { caller: guardian });
    w.g.refused(guardian, dropReportsCall {}, NotGuardian { caller: guardian });
    w.g.must(owner, setGuardianCall { guardian });
    w.g.must(guardian, dropReportsCall {});
}
