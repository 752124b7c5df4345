//! Signed reports.

use alloy_primitives::{Address, B256, U256, uint};
use everfloor_common::roles::{NotGuardian, NotOwner};
use everfloor_host::TestChain;

use crate::rig::*;

/// The order of the curve.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// An index of five signers, of whom three report.
fn reported() -> (World, Vec<Key>) {
    let (w, keys) = (World::new(), Key::several(5));
    w.send(setSignersCall { signers: addresses(&keys), quorum: n(3) });
    w.bid(wad(10));
    w.chain.warp(60);
    (w, keys)
}

fn addresses(keys: &[Key]) -> Vec<Address> {
    keys.iter().map(|key| key.address).collect()
}

fn report(w: &World, price: U256, round: u64) -> Report {
    Report { market: MARKET, price, ts: w.now() - 1, round }
}

/// A round of reports of the first signers.
fn batch(w: &World, keys: &[Key], prices: &[U256], round: u64) -> Vec<SignedReport> {
    let signed = |(key, price): (&Key, &U256)| key.sign(&w.domain(), &report(w, *price, round));
    keys.iter().zip(prices).map(signed).collect()
}

fn bring(w: &World, reports: Vec<SignedReport>) -> U256 {
    w.chain.send(TestChain::account("anybody"), INDEX, updateWithReportsCall { reports }).unwrap()
}

fn refused<E: alloy_sol_types::SolError + PartialEq + core::fmt::Debug>(
    w: &World,
    reports: Vec<SignedReport>,
    error: E,
) {
    w.refused(TestChain::account("anybody"), updateWithReportsCall { reports }, error);
}

#[test]
fn what_a_wallet_signs_is_what_is_checked() {
    let (w, keys) = reported();
    assert_eq!(w.view(DOMAIN_SEPARATORCall {}), w.domain().separator());
    let prices = [wad(12), wad(11), wad(13)];
    // The median of the reports, and of it and the book the mean.
    assert_eq!(bring(&w, batch(&w, &keys[1..], &prices, 7)), wad(11));
    let event = events::ReportsAccepted {
        round: n(7),
        price: wad(12),
        oldest: n(w.now() - 1),
        newest: n(w.now() - 1),
    };
    assert_eq!(w.last::<events::ReportsAccepted>(), event);
    let update = w.last::<events::IndexUpdated>();
    assert_eq!((update.reports, update.raw, update.sources), (wad(12), wad(11), n(5)));
    let now = w.view(sourcesCall {});
    assert_eq!((now.reportsPrice, now.round, now.quorum), (wad(12), n(7), n(3)));
    assert_eq!(now.reportedAt, n(w.now() - 1));
}

#[test]
fn what_was_accepted_is_a_source_for_twenty_minutes() {
    let (w, keys) = reported();
    bring(&w, batch(&w, &keys, &[wad(12); 3], 1));
    w.chain.warp(1_199);
    w.update();
    assert_eq!(w.last::<events::IndexUpdated>().reports, wad(12));
    w.chain.warp(1);
    w.update();
    assert_eq!(w.last::<events::IndexUpdated>().reports, U256::ZERO);
    assert_eq!(w.view(sourcesCall {}).reportsPrice, U256::ZERO);
}

#[test]
fn it_takes_the_quorum_of_different_signers_in_order() {
    let (w, keys) = reported();
    let prices = [wad(12); 5];
    for count in [0, 1, 2, 4, 5] {
        let refusal = errors::WrongQuorum { reports: n(count), quorum: n(3) };
        refused(&w, batch(&w, &keys[..count as usize], &prices, 1), refusal);
    }
    let mut twice = batch(&w, &keys, &prices[..3], 1);
    twice[2] = twice[1].clone();
    refused(&w, twice, errors::UnsortedSigners { place: n(2) });
    let mut unsorted = batch(&w, &keys, &prices[..3], 1);
    unsorted.swap(0, 1);
    refused(&w, unsorted, errors::UnsortedSigners { place: n(1) });
    let stranger = Key::several(6).into_iter().find(|key| !addresses(&keys).contains(&key.address)).unwrap();
    let mut others = [keys[0].clone(), keys[1].clone(), stranger.clone()];
    others.sort_by_key(|key| key.address);
    let place = others.iter().position(|key| key.address == stranger.address).unwrap();
    let refusal = errors::NotASigner { place: n(place as u64) };
    refused(&w, batch(&w, &others, &prices[..3], 1), refusal);
}

#[test]
fn a_signature_is_the_low_one_and_of_this_report_in_this_domain() {
    let (w, keys) = reported();
    let good = batch(&w, &keys, &[wad(12); 3], 1);
    let with = |change: &dyn Fn(&mut SignedReport)| {
        let mut changed = good.clone();
        change(&mut changed[0]);
        changed
    };
    let bad = || errors::BadSignature { place: U256::ZERO };
    // The other signature of the same message.
    let twin = with(&|report| {
        report.s = (ORDER - U256::from_be_bytes(report.s.0)).into();
        report.v = 55 - report.v;
    });
    refused(&w, twin, bad());
    refused(&w, with(&|report| report.s = B256::ZERO), bad());
    refused(&w, with(&|report| report.r = B256::ZERO), bad());
    for v in [0, 1, 26, 29, 255] {
        refused(&w, with(&|report| report.v = v), bad());
    }
    // What was signed is something else: somebody signed it, but nobody knows whom; or nobody did.
    for change in [
        (&|report: &mut SignedReport| report.price += U256::ONE) as &dyn Fn(&mut SignedReport),
        &|report: &mut SignedReport| report.ts -= 1,
        &|report: &mut SignedReport| report.v = 55 - report.v,
    ] {
        let call = updateWithReportsCall { reports: with(change) };
        let revert = w.chain.send(w.owner, INDEX, call).unwrap_err();
        let selector = revert.0.first_chunk::<4>().copied();
        let expected = [
            <errors::NotASigner as alloy_sol_types::SolError>::SELECTOR,
            <errors::UnsortedSigners as alloy_sol_types::SolError>::SELECTOR,
            <errors::BadSignature as alloy_sol_types::SolError>::SELECTOR,
        ];
        assert!(expected.map(Some).contains(&selector), "{revert:?}");
    }
    // Neither another chain takes it, nor another index.
    w.chain.set_chain_id(1);
    assert!(w.chain.simulate(w.owner, INDEX, updateWithReportsCall { reports: good.clone() }).is_err());
    w.chain.set_chain_id(412_346);
    bring(&w, good);
}

#[test]
fn reports_are_of_one_market_one_round_and_a_sane_price() {
    let (w, keys) = reported();
    let sign = |key: &Key, report: &Report| key.sign(&w.domain(), report);
    let good = report(&w, wad(12), 1);
    let with = |other: Report| vec![sign(&keys[0], &good), sign(&keys[1], &other), sign(&keys[2], &good)];
    let place = n(1);
    let other = Report { market: B256::repeat_byte(7), ..good.clone() };
    refused(&w, with(other), errors::WrongMarket { place });
    refused(&w, with(Report { round: 2, ..good.clone() }), errors::MixedRounds { place });
    for price in [U256::ZERO, U256::ONE << 88, U256::MAX] {
        refused(&w, with(Report { price, ..good.clone() }), errors::BadPrice { place });
    }
    let (low, high) = (wad(12), wad(24) + U256::ONE);
    refused(&w, with(Report { price: high, ..good.clone() }), errors::SpreadTooWide { low, high });
    bring(&w, with(Report { price: wad(24), ..good.clone() }));
}

#[test]
fn reports_are_new_and_never_of_the_future() {
    let (w, keys) = reported();
    w.chain.warp(2_000);
    let at = |ts: u64, round: u64| {
        let one = Report { market: MARKET, price: wad(12), ts, round };
        keys[..3].iter().map(|key| key.sign(&w.domain(), &one)).collect::<Vec<_>>()
    };
    let now = w.now();
    refused(&w, at(now + 1, 5), errors::FutureReport { time: n(now + 1), nowTime: n(now) });
    refused(&w, at(now - 1_201, 5), errors::StaleReport { age: n(1_201) });
    refused(&w, at(now, 0), errors::RepeatedRound { round: n(0), last: n(0) });
    bring(&w, at(now - 1_200, 5));
    bring(&w, at(now - 10, 6));
    refused(&w, at(now, 6), errors::RepeatedRound { round: n(6), last: n(6) });
    refused(&w, at(now, 5), errors::RepeatedRound { round: n(5), last: n(6) });
    refused(&w, at(now - 10, 7), errors::RepeatedTime { time: n(now - 10), last: n(now - 10) });
    bring(&w, at(now, 7));
}

/// A set of signers that went wrong may have used up all rounds; but what it signed before does not come back.
#[test]
fn new_signers_begin_new_rounds_and_old_reports_stay_old() {
    let (w, keys) = reported();
    let last = batch(&w, &keys, &[wad(12); 3], u64::MAX);
    bring(&w, last.clone());
    w.chain.warp(10);
    refused(
        &w,
        batch(&w, &keys, &[wad(12); 3], u64::MAX),
        errors::RepeatedRound { round: n(u64::MAX), last: n(u64::MAX) },
    );
    w.send(setSignersCall { signers: addresses(&keys[1..4]), quorum: n(3) });
    assert_eq!(w.view(signersCall {}), addresses(&keys[1..4]));
    assert_eq!(w.view(sourcesCall {}).reportsPrice, U256::ZERO);
    let event = events::PanelChanged { seats: n(3), quorum: n(3) };
    assert_eq!(w.last::<events::PanelChanged>(), event);
    let seated = events::SignerSeated { signer: keys[3].address, seat: n(2) };
    assert_eq!(w.last::<events::SignerSeated>(), seated);
    let earlier = n(w.now() - 11);
    refused(&w, last, errors::RepeatedTime { time: earlier, last: earlier });
    let one_is_out = batch(&w, &keys, &[wad(12); 3], 1);
    refused(&w, one_is_out, errors::NotASigner { place: U256::ZERO });
    bring(&w, batch(&w, &keys[1..4], &[wad(12); 3], 1));
}

#[test]
fn signers_are_set_sane_by_the_owner() {
    let w = World::new();
    let keys = Key::several(16);
    let set = |signers: &[Key], quorum| setSignersCall { signers: addresses(signers), quorum: n(quorum) };
    let other = TestChain::account("other");
    w.refused(other, set(&keys[..3], 3), NotOwner { caller: other });
    let out = |index, value| errors::ParameterOutOfBounds { index: n(index), value: n(value) };
    w.refused(w.owner, set(&keys, 3), out(0, 16));
    w.refused(w.owner, set(&keys[..3], 2), out(1, 2));
    w.refused(w.owner, set(&keys[..3], 5), out(1, 5));
    w.refused(w.owner, set(&keys[..3], 0), out(1, 0));
    w.refused(w.owner, set(&[], 1), out(1, 1));
    w.refused(w.owner, set(&keys[..3], 1 << 40), out(1, 255));
    let double = [keys[0].clone(), keys[0].clone(), keys[1].clone()];
    w.refused(w.owner, set(&double, 3), errors::UnsortedSigners { place: n(1) });
    let nobody = setSignersCall { signers: vec![Address::ZERO], quorum: n(1) };
    w.refused(w.owner, nobody, errors::UnsortedSigners { place: n(0) });
    w.send(set(&keys[..15], 15));
    assert_eq!(w.view(signersCall {}), addresses(&keys[..15]));
    w.send(set(&[], 0));
    assert!(w.view(signersCall {}).is_empty());
    refused(&w, vec![], errors::WrongQuorum { reports: n(0), quorum: n(0) });
}

#[test]
fn the_guardian_may_drop_the_reports() {
    let (w, keys) = reported();
    bring(&w, batch(&w, &keys, &[wad(12); 3], 1));
    let [guardian, other] = ["guardian", "other"].map(TestChain::account);
    w.send(setGuardianCall { guardian });
    w.refused(other, dropReportsCall {}, NotGuardian { caller: other });
    w.chain.send(guardian, INDEX, dropReportsCall {}).unwrap();
    w.chain.warp(10);
    w.update();
    assert_eq!(w.last::<events::IndexUpdated>().reports, U256::ZERO);
    assert!(w.view(signersCall {}).is_empty());
    let reports = batch(&w, &keys, &[wad(12); 3], 2);
    refused(&w, reports, errors::WrongQuorum { reports: n(3), quorum: n(0) });
    // Back in their seats they begin anew.
    w.send(setSignersCall { signers: addresses(&keys), quorum: n(3) });
    bring(&w, batch(&w, &keys, &[wad(12); 3], 1));
}
