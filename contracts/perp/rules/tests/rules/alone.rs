//! One person behind every account, against the market's fees and insurance, while the oracle stands still: whatever he
//! does, there is nothing to gain, not even where trading is free, but for what the fees may add to funding.
//! An honest keeper comes by: an account left to go bankrupt loses what others pay.

use everfloor_perp_rules::{Params, Position, Side, margin};

use crate::support::{ANY, DOLLAR, Rig, SCALE, live_params, random::Random, wad};

fn params() -> Params {
    Params {
        maintenance_margin_ppm: 95_000,
        max_open_interest: ANY,
        max_position: wad(2_000),
        liquidation_target_ppm: 100_000,
        impact_window: 300,
        window_impact_ppm: 50_000,
        fee_ppm: 0,
        max_skew: wad(3_000),
        ..live_params()
    }
}

/// What is in the market's fees at first.
const FEES: u128 = 20_000 * DOLLAR;

/// Somebody's accounts, what came out of them and what went in.
struct Alone {
    rig: Rig,
    accounts: Vec<Position>,
    put_in: i128,
    out: i128,
    /// How often a liquidation, an auction's start, a takeover, a deleveraging and a repeg went on.
    done: [u32; 5],
}

impl Alone {
    fn new(funding_share_ppm: u32) -> Self {
        let params = Params { funding_share_ppm, repeg_step_ppm: 2_000, curve_share_ppm: 23_000, ..params() };
        let mut rig = Rig::new(params, wad(10_000), wad(1_000_000));
        rig.market.ledger.fees = FEES;
        Self { rig, accounts: vec![Position::default(); 5], put_in: 0, out: 0, done: [0; 5] }
    }

    fn step(&mut self, random: &mut Random) {
        let mut who = random.below(5) as usize;
        let action = random.below(14);
        if action >= 8 {
            // What only hits the weak looks for them.
            who = (0..5).find(|who| self.rig.is_liquidatable(&self.accounts[*who])).unwrap_or(who);
        }
        let mut one = self.accounts[who];
        self.rig.catch_up(&mut one);
        self.accounts[who] = one;
        let side = random.pick(&[Side::Long, Side::Short]);
        match action {
            0..=3 => {
                let notional = random.between(wad(100), wad(25_000));
                let margin = notional / SCALE * random.between(0, 12) / 100;
                if self.rig.open(&mut one, side, margin, notional).is_ok() {
                    self.put_in += margin as i128;
                }
            }
            4 => {
                let _ = self.rig.close(&mut one, ANY);
            }
            5 => self.cash(&mut one),
            6 => {
                let done = self.rig.repeg();
                self.keep(4, done.map(|_| 0).ok());
            }
            7 => self.wait(random.pick(&[1, 60, 3_600, 40_000, 100_000])),
            8 => {
                let done = self.rig.liquidate(&mut one, ANY);
                self.keep(0, done.map(|done| done.keeper_reward).ok());
            }
            9 | 10 => {
                let done = self.rig.start_takeover(&mut one);
                self.keep(1, done.map(|_| 0).ok());
            }
            11 => self.take(random, &mut one, who),
            12 => {
                let base = random.between(one.base() / 4, one.base());
                let done = self.rig.deleverage(&mut one, base, ANY);
                self.keep(3, done.map(|done| done.keeper_reward).ok());
            }
            _ => self.wait(random.pick(&[100, 600])),
        }
        if action != 7 && action != 13 {
            self.accounts[who] = one;
        }
    }

    /// Lets time pass; an honest keeper looks at everybody every ten minutes.
    fn wait(&mut self, seconds: u64) {
        let mut left = seconds;
        while left > 0 {
            let step = left.min(600);
            self.rig.forward(step);
            left -= step;
            for account in &mut self.accounts {
                if self.rig.is_liquidatable(account) {
                    self.rig.catch_up(account);
                    let _ = self.rig.liquidate(account, ANY);
                }
            }
        }
    }

    fn keep(&mut self, what: usize, reward: Option<u128>) {
        if let Some(reward) = reward {
            self.done[what] += 1;
            self.out += reward as i128;
        }
    }

    /// Takes out all that may be taken.
    fn cash(&mut self, one: &mut Position) {
        let fresh = self.rig.fresh();
        let most = margin::removable(&fresh.market, one, &fresh.context()).unwrap();
        if self.rig.remove(one, most).is_ok() {
            self.out += most as i128;
        }
    }

    fn take(&mut self, random: &mut Random, one: &mut Position, who: usize) {
        let other = (who + 1 + random.below(4) as usize) % 5;
        let mut taker = self.accounts[other];
        self.rig.catch_up(&mut taker);
        let margin = random.between(0, 10_000 * DOLLAR);
        let done = self.rig.take_over(one, &mut taker, ANY, margin).map(|done| done.keeper_reward);
        self.put_in += if done.is_ok() { margin as i128 } else { 0 };
        self.keep(2, done.ok());
        self.accounts[other] = taker;
    }

    /// Everything is closed at last, as far as it goes.
    fn wealth(&mut self) -> i128 {
        for _ in 0..4 {
            for who in 0..5 {
                let mut one = self.accounts[who];
                self.rig.catch_up(&mut one);
                let _ = self.rig.close(&mut one, ANY);
                self.accounts[who] = one;
            }
        }
        let rest: i128 =
            self.accounts
                .iter()
                .map(|one| {
                    if one.size == 0 {
                        self.rig.wealth(one) as i128
                    } else {
                        self.rig.exit(one).equity.max(0)
                    }
                })
                .sum();
        self.out + rest - self.put_in
    }
}

/// So many lives of one person, none of which gains more than is `allowed` for what was spent of the fees.
fn lives(count: u32, funding_share_ppm: u32, allowed: impl Fn(u128) -> i128) {
    let mut random = Random::from_env("PERP_SEED");
    let mut done = [0; 5];
    for _ in 0..count {
        let mut alone = Alone::new(funding_share_ppm);
        for _ in 0..random.between(10, 120) {
            alone.step(&mut random);
        }
        let gain = alone.wealth();
        let spent = FEES - alone.rig.market.ledger.fees;
        assert!(gain <= allowed(spent), "gained {gain}; {spent} of the fees were spent");
        done.iter_mut().zip(alone.done).for_each(|(all, one)| *all += one);
    }
    println!("liquidations, auctions, takeovers, deleveragings, repegs: {done:?}");
    assert!(done[4] > 0, "{done:?}");
}

#[test]
fn one_person_behind_every_account_gains_nothing_while_the_oracle_stands_still() {
    lives(500, 0, |_| 0);
}

#[test]
fn one_person_on_both_sides_of_funding_gains_no_more_than_the_fees_give() {
    lives(500, 50_000, |spent| spent as i128);
}
