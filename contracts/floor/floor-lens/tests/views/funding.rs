//! What is due, before it is paid.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};

use crate::{
    rig::{DAY, World, account, cents, events, n, pokeFundingCall},
    seen::*,
};

/// Holders whose cash ends in different epochs, a margined short, a long.
fn crowd(world: &World) -> Vec<Address> {
    let bob = world.trader("bob", 20_000);
    let cem = world.trader("cem", 2_000);
    world.trade(cem, bob, 100, 1_000);
    let mut all = vec![bob, cem];
    for (name, left) in [("a", 0), ("b", 50), ("c", 120), ("d", 120), ("e", 900), ("f", 0)] {
        let (holder, _) = world.someone(name, 2, 0);
        world.trade(holder, bob, 100, 1_000);
        world.withdraw(holder, 1_000 - left);
        all.push(holder);
    }
    all
}

fn due(world: &World, limit: u64) -> (Vec<FundingView>, bool) {
    ask::<(List<FundingView>, Yes)>(world, "dueFunding(uint256)", &[n(limit)])
}

#[test]
fn nothing_is_due_at_first() {
    let world = world();
    assert_eq!(due(&world, 10), (vec![], true));
}

#[test]
fn a_simulation_says_what_is_paid_however_many_steps_are_made() {
    let world = world();
    let all = crowd(&world);
    world.prices(930, 1_000);
    world.chain.warp(3 * DAY);
    let keeper = account("keeper");
    for begun in [0_u64, 1, 3, 6] {
        for steps in 0..24_u64 {
            undone(&world, || {
                world.send(keeper, pokeFundingCall { maxSteps: n(begun) });
                let poke = pokeFundingCall { maxSteps: n(steps) };
                let mut calls = vec![poke.abi_encode()];
                calls.extend(all.iter().copied().map(look_at));
                let told = simulated(&world, keeper, &[], &calls);
                let done = world.send(keeper, poke);
                assert_eq!(told[0], Ok((done.epochs, done.done).abi_encode()), "{begun} {steps}");
                if market(&world).paymentPending {
                    assert!(told[1..].iter().all(Result::is_err), "{begun} {steps}");
                    return;
                }
                let then: Vec<_> = told[1..].iter().map(seen_in).collect();
                let now: Vec<_> = all.iter().map(|who| seen(&world, *who)).collect();
                assert_eq!(then, now, "{begun} {steps}");
            });
        }
    }
}

#[test]
fn epochs_come_one_by_one_with_their_prices() {
    let world = world();
    crowd(&world);
    world.prices(930, 1_000);
    world.chain.warp(2 * DAY);
    let (list, done) = due(&world, 100);
    assert!(done && list.len() == 2);
    let first = &list[0];
    assert_eq!(
        (first.epoch, first.status, first.mark, first.index),
        (U256::ZERO, 0, cents(930), cents(1_000))
    );
    assert_eq!(first.payment, -I256::from_raw(cents(70)));
    assert_eq!(due(&world, 1), (vec![list[0].clone()], false));
    world.chain.clear_logs();
    undone(&world, || {
        world.poke();
        let paid = world.chain.events::<events::FundingSettled>(crate::rig::MARKET);
        let of = |list: &[FundingView]| list.iter().map(|due| (due.epoch, due.payment)).collect::<Vec<_>>();
        assert_eq!(paid.iter().map(|log| (log.epoch, log.payment)).collect::<Vec<_>>(), of(&list));
    });
    world.status(4);
    assert_eq!(due(&world, 100), (vec![], false), "which may have prices yet");
    world.status(1);
    let (list, done) = due(&world, 100);
    assert!(done && list.len() == 2);
    assert!(list.iter().all(|skipped| skipped.status == 1 && skipped.payment.is_zero()), "nothing is paid");
    world.poke();
    assert!(world.chain.events::<events::FundingSettled>(crate::rig::MARKET).is_empty());
}
