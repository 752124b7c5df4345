//! Lists in calldata: what the ABI says is what is read, and what is not there is not.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use bid_book::words::Words;
use proptest::prelude::*;

alloy_sol_types::sol! {
    #[derive(Debug, PartialEq)]
    function sell(uint256[] tokenIds, bytes32[][] proofs, uint256 minTotal, uint256 maxBids, address to, uint256 deadline) external;
    #[derive(Debug, PartialEq)]
    function sellInto(uint256[] bidIds, uint256[] tokenIds, bytes32[][] proofs, uint256 minTotal, address to, uint256 deadline) external;
}

fn words() -> impl Strategy<Value = U256> {
    any::<[u8; 32]>().prop_map(U256::from_be_bytes)
}

fn nodes() -> impl Strategy<Value = B256> {
    any::<[u8; 32]>().prop_map(B256::from)
}

prop_compose! {
    fn calls()(
        ids in prop::collection::vec(words(), 0..6),
        proofs in prop::collection::vec(prop::collection::vec(nodes(), 0..5), 0..6),
        numbers in [words(), words(), words()], to in any::<[u8; 20]>(),
    ) -> sellCall {
        let [min_total, max_bids, deadline] = numbers;
        let to = Address::from(to);
        sellCall { tokenIds: ids, proofs, minTotal: min_total, maxBids: max_bids, to, deadline }
    }
}

fn read(data: &[u8]) -> Option<sellCall> {
    let (ids, proofs, min_total, max_bids, to, deadline) = Words(data).sell()?;
    Some(sellCall { tokenIds: ids, proofs, minTotal: min_total, maxBids: max_bids, to, deadline })
}

fn read_into(data: &[u8]) -> Option<sellIntoCall> {
    let (bids, ids, proofs, min_total, to, deadline) = Words(data).sell_into()?;
    Some(sellIntoCall { bidIds: bids, tokenIds: ids, proofs, minTotal: min_total, to, deadline })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_call_is_read_as_it_was_encoded(call in calls(), bids in prop::collection::vec(words(), 0..6)) {
        prop_assert_eq!(read(&call.abi_encode()[4..]), Some(call.clone()));
        let sellCall { tokenIds, proofs, minTotal, to, deadline, .. } = call;
        let into = sellIntoCall { bidIds: bids, tokenIds, proofs, minTotal, to, deadline };
        prop_assert_eq!(read_into(&into.abi_encode()[4..]), Some(into));
    }

    #[test]
    fn a_call_that_is_cut_is_not_read(call in calls(), cut in any::<prop::sample::Index>()) {
        let data = &call.abi_encode()[4..];
        prop_assert_eq!(read(&data[..cut.index(data.len())]), None);
    }

    /// Whatever the bytes are, what is read is what the ABI's own decoder reads, where that reads anything.
    #[test]
    fn bytes_that_were_changed_are_read_as_the_abi_reads_them(
        call in calls(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut data = call.abi_encode();
        let at = 4 + at.index(data.len() - 4);
        data[at] = byte;
        if let Ok(decoded) = sellCall::abi_decode_validate(&data) {
            prop_assert_eq!(read(&data[4..]), Some(decoded));
        }
    }
}

#[test]
fn an_address_with_anything_above_it_is_none() {
    let mut data = [0; 32];
    data[12] = 1;
    assert!(Words(&data).address(0).is_some());
    data[11] = 1;
    assert!(Words(&data).address(0).is_none());
}

#[test]
fn a_list_as_long_as_it_pleases_takes_no_memory() {
    let data = [U256::from(32), U256::MAX / U256::from(64)].map(|word| word.to_be_bytes::<32>()).concat();
    assert!(Words(&data).list(0).is_none() && Words(&data).proofs(0).is_none());
    let data = [U256::MAX, U256::from(1)].map(|word| word.to_be_bytes::<32>()).concat();
    assert!(Words(&data).list(0).is_none());
}
