//! The indexes of parts, asked as a market asks them.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use everfloor_common::initializer::{AlreadyInitialized, NotThroughProxy};
use everfloor_host::Revert;
use floor_parts::rules::WHOLE;

use crate::{
    bench::*,
    rig::{account, n},
};

fn at(part: u64) -> Address {
    Address::left_padding_from(&[0xb4, part as u8])
}

#[test]
fn the_indexes_of_all_parts_are_the_index_of_the_whole() {
    let bench = Bench::new(&[333, 1, 666]);
    let said: Said = Rc::new(RefCell::new(None));
    bench.index_says(&said);
    (0..3).for_each(|part| bench.deploy_index(at(part), part));
    let mut price = 1_u128;
    for step in 0..60_u64 {
        price = price.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u128::from(step)) % (1 << 90);
        let (spot, twap) = (n(price), n(price / 7 * 5 + 3));
        *said.borrow_mut() = Some((spot, twap, n(step + 9), n(step % 5)));
        let mut sums = [U256::ZERO; 3];
        for part in 0..3 {
            let index = bench.chain.view(at(part), getIndexCall {}).unwrap();
            assert_eq!((index.updatedAt, u64::from(index.status)), (n(step + 9), step % 5));
            let epoch = bench.chain.view(at(part), averageOfEpochCall { epoch: n(step) }).unwrap();
            assert_eq!((epoch.price, u64::from(epoch.status)), (index.twap, step % 5));
            for (sum, more) in sums.iter_mut().zip([index.spot, index.twap, epoch.price]) {
                *sum += more;
            }
            let cap = bench.chain.view(at(part), openInterestCapForCall { open: n(1_u8) }).unwrap();
            assert_eq!((cap.cap, u64::from(cap.status)), (spot, step % 5), "as many as of the whole");
        }
        assert_eq!(sums, [spot, twap, twap]);
    }
    let first = bench.chain.view(at(0), getIndexCall {}).unwrap().spot;
    assert_eq!(first, n(price) * n(333_u16) / n(1_000_u16));
}

#[test]
fn an_index_that_does_not_answer_is_passed_on_and_so_is_one_that_says_too_little() {
    let bench = Bench::new(&[500, 500]);
    let said: Said = Rc::new(RefCell::new(None));
    bench.index_says(&said);
    bench.deploy_index(at(1), 1);
    let silent = bench.chain.view(at(1), getIndexCall {}).map(drop).unwrap_err();
    assert_eq!(silent, Revert(vec![1, 2, 3]));
    let silent = bench.chain.view(at(1), averageOfEpochCall { epoch: n(1_u8) }).map(drop).unwrap_err();
    assert_eq!(silent, Revert(vec![1, 2, 3]));
    bench.chain.deploy_handler(WHOLE_INDEX, |_, _| Ok(vec![0; 63]));
    let short = bench.chain.view(at(1), openInterestCapForCall { open: n(1_u8) }).map(drop).unwrap_err();
    let error = everfloor_common::asked::NoAnswer { from: WHOLE_INDEX };
    assert_eq!(short, Revert(error.abi_encode()));
    // A status beyond all sense is not a good one.
    bench.chain.deploy_handler(WHOLE_INDEX, |_, _| Ok([0xff; 128].to_vec()));
    assert_eq!(bench.chain.view(at(1), getIndexCall {}).unwrap().status, 255);
}

#[test]
fn an_index_is_of_a_part_that_there_is_and_made_once() {
    let bench = Bench::new(&[400, 600]);
    bench.deploy_index(at(1), 1);
    let of = bench.chain.view(at(1), partOfCall {}).unwrap();
    let expected = partOfReturn {
        parts: PARTS,
        number: n(1_u8),
        whole: WHOLE_INDEX,
        from: n(WHOLE / 5 * 2),
        end: n(WHOLE),
    };
    assert_eq!(of, expected);
    let call =
        |number: u64| index_abi::initializeCall { parts: PARTS, number: n(number), whole: WHOLE_INDEX };
    let ann = account("ann");
    let again = bench.chain.send(ann, at(1), call(0)).map(drop).unwrap_err();
    assert_eq!(again, Revert(AlreadyInitialized {}.abi_encode()));
    let raw = bench.chain.send(ann, INDEX_CODE, call(0)).map(drop).unwrap_err();
    assert_eq!(raw, Revert(NotThroughProxy {}.abi_encode()));
    bench.chain.deploy_proxy(at(2), INDEX_CODE);
    let none = bench.chain.send(ann, at(2), call(2)).map(drop).unwrap_err();
    assert_eq!(none, Revert(errors::UnknownPart { part: n(2_u8) }.abi_encode()));
}
