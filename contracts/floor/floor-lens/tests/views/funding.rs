//! What is due, before it is paid.

use alloy_primitives::{Address, I256, U256};

use crate::{
    rig::{DAY, World, account, cents, errors, events, n, pokeFundingCall},
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

fn preview(world: &World, steps: u64) -> (Vec<FundingView>, bool) {
    ask::<(List<FundingView>, Yes)>(world, "previewFunding(uint256)", &[n(steps)])
}

#[test]
fn nothing_is_due_at_first() {
    let world = world();
    assert_eq!(preview(&world, 10), (vec![], true));
}

#[test]
fn a_preview_says_what_is_paid_however_many_steps_are_made() {
    let world = world();
    let all = crowd(&world);
    world.prices(930, 1_000);
    world.chain.warp(3 * DAY);
    for begun in [0_u64, 1, 3, 6] {
        for steps in 0..24 {
            undone(&world, || {
                let keeper = account("keeper");
                world.send(keeper, pokeFundingCall { maxSteps: n(begun) });
                let (list, done) = preview(&world, steps);
                let views = after_payment_if_whole(&world, &all, steps);
                world.chain.clear_logs();
                let told = world.send(keeper, pokeFundingCall { maxSteps: n(steps) });
                assert_eq!(told.done, done, "{begun} {steps}");
                let made: Vec<_> = list.iter().filter(|payment| payment.made).collect();
                let logged = world.chain.events::<events::FundingSettled>(crate::rig::MARKET);
                assert_eq!(made.len(), logged.len(), "{begun} {steps}");
                for (payment, log) in made.iter().zip(&logged) {
                    assert_eq!((payment.epoch, payment.payment), (log.epoch, log.payment));
                    assert_eq!((payment.cash, payment.kind), (log.cash, log.kind));
                }
                assert_eq!(market(&world).paymentPending, views.is_none(), "{begun} {steps}");
                if let Some(views) = views {
                    let now: Vec<_> = all.iter().map(|who| seen(&world, *who)).collect();
                    assert_eq!(views, now, "{begun} {steps}");
                }
            });
        }
    }
}

/// Accounts after a payment, unless it ends in the middle of one.
fn after_payment_if_whole(world: &World, all: &[Address], steps: u64) -> Option<Vec<AccountView>> {
    let list = preview(world, steps).0;
    list.last().is_none_or(|last| last.made).then(|| after_payment(world, all, steps).0)
}

#[test]
fn epochs_come_one_by_one_with_their_prices() {
    let world = world();
    crowd(&world);
    world.prices(930, 1_000);
    world.chain.warp(2 * DAY);
    let (list, done) = preview(&world, 100);
    assert!(done && list.len() == 2);
    let first = &list[0];
    assert_eq!(
        (first.epoch, first.status, first.mark, first.index),
        (U256::ZERO, 0, cents(930), cents(1_000))
    );
    assert_eq!(first.payment, -I256::from_raw(cents(70)));
    assert!(first.kind > U256::ZERO && list[1].kind > first.kind, "more have run out of cash");
    let later = errors::PriceUnavailable { source: U256::ZERO, status: n(4_u8) };
    world.status(4);
    refuses(&world, "previewFunding(uint256)", &[n(100_u8)], later);
    world.status(1);
    let (list, done) = preview(&world, 100);
    assert!(done && list.iter().all(|skipped| skipped.status == 1 && !skipped.made), "nothing is paid");
    world.poke();
    assert!(world.chain.events::<events::FundingSettled>(crate::rig::MARKET).is_empty());
}
