//! A story that chance seldom tells: somebody waits to leave through more exits than one call accounts for.

use everfloor_put_rules::{WAD, volatility::Reading};

use crate::{
    action::{Action, Outside},
    driver::World,
    histories::Counts,
    random::Random,
};

pub fn run(seed: u64) -> Counts {
    let mut world = World::new(Random::new(seed));
    let most = 1_000_000_000_000;
    for amount in [most, world.random.between(1_000_000_000, most)] {
        assert!(world.act(&Action::Deposit { owner: 0, amount, least: 0 }));
    }
    let shares = world.house.positions[0].expect("a position").shares;
    assert!(world.act(&Action::RequestExit { who: 0, shares }));
    for exit in 0..30 {
        // All is backed but a thousandth, and that may leave.
        let liquidity = world.house.pool.book.liquidity;
        let supply = (liquidity - liquidity / 1_000) * u128::from(world.house.params.leverage);
        assert!(world.act(&Action::ReportSupply { supply }));
        world.house.now = world.house.end();
        let outside = Outside {
            average: Some(WAD),
            last_average: WAD,
            mark: Some(WAD),
            reading: Reading { sigma: None, updated_at: 0 },
        };
        assert!(world.act(&Action::Roll { outside }));
        assert_eq!(u64::from(world.house.pool.queue.fills), exit + 1);
    }
    for refused in [
        Action::RequestExit { who: 0, shares: 1 },
        Action::CancelExit { who: 0, shares: 1 },
        Action::Split { who: 0, shares: 1 },
        Action::Merge { into: 0, from: 1 },
        Action::Merge { into: 1, from: 0 },
    ] {
        assert!(!world.act(&refused));
    }
    assert!(world.act(&Action::Settle { who: 0 }));
    assert!(world.act(&Action::Claim { who: 0, fees: true, rewards: true }));
    assert!(world.act(&Action::CancelExit { who: 0, shares: 1 }));
    assert!(world.act(&Action::Merge { into: 1, from: 0 }));
    world.counts
}
