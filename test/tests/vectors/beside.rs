//! Random histories played on the first vAMM's model and through our ABI: the curve, every size and entry value and
//! everybody's wealth stay the same, to the wei that roundings come to. The scenarios are a few such histories; this is all
//! of their shape. `EVERFLOOR_SEED` replays a run.

use alloy_primitives::{I256, U256};
use everfloor_test::{Native, Wasm, account, int, wad};
use everfloor_v1_model::{AmmParams, Dec, Holder, MarketId, Ratios, Reserves, Side, Trader, WAD, World};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    adapter::{self, ALICE, BOB, CAROL, Fact, KEEPER, RIG, Rig, Story},
    stage::Stage,
};

const WHO: [&str; 4] = [ALICE, BOB, CAROL, KEEPER];
/// What everybody has there, and in the margin here, so that only prices decide.
const PURSE: Dec = 1_000_000 * WAD;
/// Wei that either side may round off in one step, at prices and parts of positions that magnify it.
const GRAIN: i128 = 500;

/// The same market there.
fn model(fee_ppm: Dec) -> (World, MarketId) {
    let ratios = Ratios {
        initial: WAD / 20,
        maintenance: WAD / 20,
        liquidation_fee: WAD / 20,
        partial_liquidation: 0,
    };
    let mut world = World::new(ratios, 18);
    world.now = 1_444_004_400;
    world.block = 10_001;
    for who in 0..WHO.len() {
        world.mint(trader(who), PURSE);
    }
    world.token.mint(Holder::InsuranceFund, 1_000 * PURSE);
    let params = AmmParams {
        reserves: Reserves { quote: 1_000 * WAD, base: 100 * WAD },
        trade_limit_ratio: WAD * 9 / 10,
        fluctuation_limit_ratio: 0,
        toll_ratio: fee_ppm * (WAD / 1_000_000),
        spread_ratio: 0,
        max_holding_base: 0,
        open_interest_cap: 0,
        twap_interval: 3_600,
        funding_period: 86_400,
    };
    let market = world.add_market(params, 10 * WAD);
    (world, market)
}

fn trader(who: usize) -> Trader {
    Trader(1 + who as u64)
}

/// Both of them, side by side.
struct Beside<B> {
    rng: StdRng,
    world: World,
    market: MarketId,
    story: Story<B>,
    /// Steps that both took, and that the first vAMM refused.
    taken: u64,
    refused: u64,
}

impl<B: Stage> Beside<B> {
    fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let fee_ppm = [0, 10_000][rng.random_range(0..2)];
        let (world, market) = model(fee_ppm);
        let fee = if fee_ppm == 0 { "0" } else { "0.01" };
        let mut story = Story::new(Rig { fee, ..RIG }, 18);
        for who in WHO {
            story.s.give(account(who), U256::from(PURSE as u128));
            story = story.add_margin(who, "1000000");
        }
        Self { rng, world, market, story, taken: 0, refused: 0 }
    }

    fn step(&mut self) {
        let who = self.rng.random_range(0..WHO.len());
        let closes = self.rng.random_range(0..5) == 0;
        let done = if closes { self.close(who) } else { self.open(who) };
        if done {
            self.taken += 1;
            self.compare();
        } else {
            self.refused += 1;
        }
        // Nobody is held by what happened in a block there.
        self.world.advance(15, 1);
        self.story.s.warp(15);
    }

    fn open(&mut self, who: usize) -> bool {
        let (side, ours) =
            [(Side::Buy, adapter::Buy), (Side::Sell, adapter::Sell)][self.rng.random_range(0..2)];
        let quote = self.rng.random_range(WAD / 1_000..60 * WAD);
        let leverage = self.rng.random_range(1..=5);
        if self.world.open(trader(who), self.market, side, quote, leverage * WAD, 0).is_err() {
            return false;
        }
        let mut call = self.story.against_call(ours, "0", "0", "0");
        call.notional = U256::from((quote * leverage) as u128);
        call.maxFee = U256::MAX;
        self.story.s.must(account(WHO[who]), call);
        true
    }

    fn close(&mut self, who: usize) -> bool {
        let flat = self.world.position(self.market, trader(who)).is_ok_and(|position| position.size == 0);
        if flat || self.world.close(trader(who), self.market, 0).is_err() {
            return false;
        }
        let call = self.story.close_call(U256::MAX, "0");
        self.story.s.must(account(WHO[who]), call);
        true
    }

    fn compare(&self) {
        let reserves = self.world.amm(self.market).expect("a market").reserves;
        self.same(Fact::QuoteReserve, reserves.quote);
        self.same(Fact::BaseReserve, reserves.base);
        for (index, who) in WHO.into_iter().enumerate() {
            let there = self.world.position(self.market, trader(index)).expect("a market");
            self.same(Fact::Size(who), there.size);
            self.same(Fact::OpenNotional(who), there.open_notional);
            self.wealth(index, who, there.margin);
        }
    }

    /// Wallet, margin and what waits; there all that was won is paid at once.
    fn wealth(&self, index: usize, who: &'static str, margin: Dec) {
        let there = int(self.world.wallet(trader(index)) + margin - PURSE);
        let start = if who == KEEPER { PURSE } else { PURSE + 5_000 * WAD };
        let here = self.story.look(Fact::Wallet(who)) + self.story.look(Fact::Margin(who)) - int(start);
        self.near(&format!("wealth of {who}"), here, there);
    }

    fn same(&self, fact: Fact, there: Dec) {
        self.near(&format!("{fact:?}"), self.story.look(fact), int(there));
    }

    fn near(&self, what: &str, here: I256, there: I256) {
        let allowed = int(GRAIN * i128::from(self.taken));
        assert!((here - there).abs() <= allowed, "step {}: {what} is {here}, there {there}", self.taken);
    }
}

fn histories<B: Stage>(how_many: u64, steps: usize) {
    let given = std::env::var("EVERFLOOR_SEED").ok().and_then(|text| text.parse().ok());
    let first: u64 = given.unwrap_or_else(rand::random);
    let mut taken = 0;
    for seed in (0..how_many).map(|index| first.wrapping_add(index)) {
        println!("seed: EVERFLOOR_SEED={seed}");
        let mut both = Beside::<B>::new(seed);
        (0..steps).for_each(|_| both.step());
        taken += both.taken;
        // What has no wei to lose is still whole.
        assert!(both.story.s.market().curve.quoteReserve > wad(1) / U256::from(1_000));
        println!("{} steps, {} refused there", both.taken, both.refused);
    }
    assert!(taken > how_many * steps as u64 / 4, "{taken} steps are too few");
}

#[test]
fn random_histories_are_the_same_natively() {
    histories::<Native>(60, 40);
}

#[test]
fn random_histories_are_the_same_on_wasm() {
    histories::<Wasm>(6, 40);
}
