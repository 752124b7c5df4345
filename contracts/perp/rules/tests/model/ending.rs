//! The end of a market: it is halted, settled, and everybody takes what he has, in any order.

use crate::{
    action::{Action, TRADERS},
    driver::World,
    int::{Int, ZERO, int},
    market::Cover,
    random::Random,
};

/// Halts the market, settles and pays everybody in a random order, and once more in another: I8.
pub fn run(world: &mut World) {
    if !world.house.market.status.halted {
        let price = world.model.curve.spot().narrow();
        let price = world.random.between(price / 10 * 7, price / 10 * 13 + 1);
        world.act(&Action::Halt { price });
    }
    world.act(&Action::Allocate { by_ledger: true });
    let redeemed = world.house.settlement.claims != 0;
    let start = (world.house.clone(), world.model.clone());
    let first = pay_everybody(world);
    let counts = core::mem::take(&mut world.counts);
    (world.house, world.model) = start;
    let second = pay_everybody(world);
    world.counts = counts;
    if !redeemed {
        assert_eq!(first, second, "I8: what each is paid depends on the order");
    }
}

/// What each account is paid, token units.
fn pay_everybody(world: &mut World) -> Vec<Int> {
    let cover = Cover { available: world.house.fund, pays: u128::MAX, taken_on: false };
    for who in shuffled(&mut world.random) {
        let available = world.house.fund;
        // What is left of a position may be less than a wei: then there is nothing to settle once it has caught up.
        world.act(&Action::CatchUp { who });
        let open = world.house.positions[who].size != 0;
        let settled = world.act(&Action::Settle { who, cover: Cover { available, ..cover } });
        assert!(settled || !open, "{who} cannot be settled: {:?}", world.house.positions[who]);
    }
    assert_eq!(world.model.open_positions(), 0, "everybody is settled");
    shuffled(&mut world.random).into_iter().for_each(|who| {
        world.act(&Action::Redeem { who });
    });
    let mut paid = vec![ZERO; TRADERS];
    for who in shuffled(&mut world.random) {
        let amount = world.house.positions[who].margin;
        paid[who] = int(amount);
        world.act(&Action::Remove { who, amount });
        assert!(world.house.positions[who].is_empty(), "something of {who} stays");
    }
    assert!(world.held() >= ZERO, "I8: more is paid than was held");
    assert_eq!(world.house.market.ledger.principal, 0, "I8: nobody's margin stays");
    paid
}

fn shuffled(random: &mut Random) -> Vec<usize> {
    let mut all: Vec<usize> = (0..TRADERS).collect();
    for last in (1..TRADERS).rev() {
        all.swap(last, random.below(last as u64 + 1) as usize);
    }
    all
}
