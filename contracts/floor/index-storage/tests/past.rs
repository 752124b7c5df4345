//! Beginnings of epochs and signers on a chain's storage.

use alloy_primitives::{Address, U256, address};
use everfloor_host::TestChain;
use everfloor_index_rules::{
    epochs::{Boundaries, Boundary},
    reports::Seats,
};
use everfloor_index_storage::past::Past;
use stylus_sdk::host::VM;

const HERE: Address = address!("0x0000000000000000000000000000000000000b0b");

fn on_a_chain(run: impl Fn(VM) + 'static) -> TestChain {
    let chain = TestChain::new();
    chain.deploy_handler(HERE, move |_, vm| {
        run(vm);
        Ok(Vec::new())
    });
    chain.send_raw(HERE, HERE, U256::ZERO, Vec::new()).unwrap();
    chain
}

#[test]
fn beginnings_of_epochs_are_a_word_each() {
    let chain = on_a_chain(|vm| {
        let mut past = Past::new(&vm);
        let boundary = |epoch: u32| Boundary { cumulative: u128::from(epoch) << 80 | 1, age: epoch.into() };
        let epochs = [0, 1, 255, 256, u32::MAX];
        epochs.into_iter().for_each(|epoch| past.set_boundary(epoch, boundary(epoch)));
        assert!(epochs.into_iter().all(|epoch| past.boundary(epoch) == boundary(epoch)));
        assert_eq!(past.boundary(2), Boundary::default());
        past.finish().unwrap();
    });
    assert_eq!(chain.storage_of(HERE).len(), 5);
}

#[test]
fn what_does_not_fit_is_told_in_the_end() {
    on_a_chain(|vm| {
        let mut past = Past::new(&vm);
        past.set_boundary(1, Boundary { cumulative: 1 << 120, age: 0 });
        assert!(past.finish().is_err());
    });
}

#[test]
fn a_signer_is_known_by_its_seat_until_it_is_cleared() {
    let chain = on_a_chain(|vm| {
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let mut past = Past::new(&vm);
        assert_eq!(past.seat(&one.0.0), None);
        past.seat_signer(0, one);
        past.seat_signer(14, other);
        assert_eq!((past.seat(&one.0.0), past.seat(&other.0.0)), (Some(0), Some(14)));
        assert_eq!((past.signer(0), past.signer(14), past.signer(1)), (one, other, Address::ZERO));
        for seat in 0..15 {
            past.clear_seat(seat);
        }
        assert_eq!((past.seat(&one.0.0), past.seat(&other.0.0)), (None, None));
        assert_eq!((past.signer(0), past.signer(14)), (Address::ZERO, Address::ZERO));
    });
    assert!(chain.storage_of(HERE).is_empty());
}
