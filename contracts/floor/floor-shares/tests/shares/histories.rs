//! Anything in any order: shares, NFTs and money agree after every call.

use alloy_primitives::{Address, U256};

use crate::{
    desk::*,
    rig::{ONE, account, n},
};

/// A generator of numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}

const KINDS: usize = 10;

/// One call of anybody's; its kind, and whether it was done.
fn step(desk: &Desk, dice: &mut Dice, people: &[Address], ids: &[U256]) -> (usize, bool) {
    let (who, other, id) = (dice.one_of(people), dice.one_of(people), dice.one_of(ids));
    let chain = &desk.world.chain;
    let has = desk.balance(who, id);
    let part = has / u128::from(1 + dice.below(3)) + u128::from(dice.below(2));
    let price = ONE / 3 * u128::from(1 + dice.below(40)) + u128::from(dice.below(100));
    let kind = dice.below(KINDS as u64 + 2) as usize;
    let done = match kind {
        0 => chain.send(who, SHARES, fractionalizeCall { ids: vec![id], to: other }).is_ok(),
        1 => chain.send(who, SHARES, recombineCall { id, to: other }).is_ok(),
        2 => chain.send(who, SHARES, desk.start_call(id, part, price)).is_ok(),
        3 => chain.send(who, SHARES, desk.counter_call(id, price)).is_ok(),
        4 => chain.send(who, SHARES, finishBuyOutCall { id }).is_ok(),
        5 => chain.send(who, SHARES, redeemCall { id, shares: n(part), to: other }).is_ok(),
        6 => chain.send(who, SHARES, redeemForCall { holder: other, id }).is_ok(),
        7 => chain.send(who, SHARES, claimCall { account: other }).is_ok(),
        8 => chain.send(who, SHARES, transferCall { receiver: other, id, amount: n(part) }).is_ok(),
        9 => {
            chain.warp(dice.one_of(&[3_600, TWO_DAYS, WEEK, MONTH]));
            true
        }
        // Gathers the shares of an NFT, so that some are recombined.
        _ => {
            let amount = n(desk.balance(other, id));
            return (8, chain.send(other, SHARES, transferCall { receiver: who, id, amount }).is_ok());
        }
    };
    (kind, done)
}

#[test]
fn whatever_happens_every_share_and_every_coin_is_somebodys() {
    let mut done = [0_u32; KINDS];
    for seed in 1..=8_u64 {
        println!("seed {seed}");
        let desk = Desk::new();
        let people = ["ann", "bob", "cat", "dan"].map(|name| desk.person(name));
        let ids: Vec<U256> = (0..2).map(|at| desk.ape(people[at], at as u64 + 1)).collect();
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let all: u128 = people.iter().map(|who| desk.world.coins(*who)).sum();
        for _ in 0..400 {
            let before = desk.world.chain.state();
            let (kind, is_done) = step(&desk, &mut dice, &people, &ids);
            if is_done {
                done[kind] += 1;
            } else {
                assert_eq!(desk.world.chain.state(), before, "what is refused changes nothing");
            }
            desk.check(&people, &ids);
        }
        let now: u128 = people.iter().map(|who| desk.world.coins(*who)).sum();
        assert_eq!(now + desk.world.coins(SHARES), all, "no coin comes or goes");
        assert_eq!(desk.world.coins(account("nobody")), 0);
    }
    assert!(done.iter().all(|count| *count > 0), "all of it happens: {done:?}");
}
