//! What shares are given back for after the end of the market.

use alloy_primitives::{Address, U256};
use everfloor_common::roles::ZeroAddress;

use crate::{
    made::*,
    rig::{self, ONE, cents, errors as market, n},
};

#[test]
fn each_share_gets_the_same_whoever_asks_when() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    let friend = desk.someone("friend", 0, 0);
    desk.w.withdraw(short, 4_000);
    desk.wrap(long, 200);
    desk.send(long, transferCall { to: friend, value: cents(100) });
    let mine = desk.shares(long);
    let redeem = |shares: U256, to: Address| redeemAfterEndCall { shares, to };
    desk.refused(long, redeem(mine, long), market::MarketOpen {});
    desk.w.send(desk.w.owner, rig::shutDownCall {});
    // Nobody comes or goes any more.
    desk.refused(long, desk.wrap_call(long, 1), market::MarketShut {});
    desk.refused(long, desk.unwrap_call(long, cents(1)), market::MarketShut {});
    // Closed, but nothing is there yet.
    desk.w.send(long, rig::closeAccountsCall { accounts: vec![TOKEN, long, Address::ZERO] });
    desk.refused(long, redeem(cents(10), long), errors::NothingToPay {});
    // The short pays half of what it owes by a sale, as it were: what there is for longs comes bit by bit.
    desk.w.send(desk.w.owner, rig::distributeCall {});
    let received = |desk: &Desk| desk.w.coins(TOKEN);
    let first = desk.send(long, redeem(cents(40), long));
    // Ninety of the long's and nothing yet of the short's, over the four FP at ten.
    assert!(first > U256::ZERO);
    let now = received(&desk) + first.to::<u128>();
    assert_eq!(first, n(now * 40 / 200));
    let ids: Vec<U256> = (1..11_u64).map(n).collect();
    let deadline = desk.w.deadline();
    let pay = rig::redeemCall { account: short, ids, mostPaid: U256::MAX, to: short, deadline };
    desk.w.send(short, pay);
    desk.w.send(desk.w.owner, rig::distributeCall {});
    // Somebody else takes it for the token, which nobody tells.
    desk.w.send(short, rig::claimCall { account: TOKEN });
    let all = received(&desk) + first.to::<u128>();
    assert!(all > now, "more has come");
    let theirs = desk.send(friend, redeem(cents(100), friend));
    assert_eq!(theirs, n(all / 2));
    // What was given back first gets its part of what came later, for nothing more.
    let later = desk.send(long, redeem(U256::ZERO, long));
    assert_eq!(later + first, n(all * 40 / 200));
    desk.refused(long, redeem(U256::ZERO, long), errors::NothingToPay {});
    let told = desk.view(givenAfterEndCall { holder: long });
    assert_eq!((told.shares, told.paid), (cents(40), later + first));
    let rest = desk.send(long, redeem(mine - cents(40), short));
    assert_eq!(desk.supply(), n(LOCKED));
    let event = desk.w.chain.events::<events::RedeemedAfterEnd>(TOKEN).pop().unwrap();
    assert_eq!((event.holder, event.to, event.shares, event.paid), (long, short, mine - cents(40), rest));
    // What is left is the part of the shares that are locked.
    let left = received(&desk);
    assert_eq!(all - left, (first + later + theirs + rest).to::<u128>());
    assert!(left <= all / LOCKED + 3, "{left}");
    assert!(left < ONE);
}

#[test]
fn the_account_is_closed_and_claimed_by_the_call() {
    let desk = Desk::new();
    let [short, long] = desk.pair();
    desk.wrap(long, 200);
    desk.w.send(desk.w.owner, rig::shutDownCall {});
    desk.refused(long, redeemAfterEndCall { shares: cents(1), to: Address::ZERO }, ZeroAddress {});
    let none = errors::ERC20InsufficientBalance { sender: short, balance: U256::ZERO, needed: cents(1) };
    desk.refused(short, redeemAfterEndCall { shares: cents(1), to: short }, none);
    desk.w.send(desk.w.owner, rig::distributeCall {});
    // The short left forty, its NFTs are not sold, and longs come last: what is there for them is theirs.
    let paid = desk.send(long, redeemAfterEndCall { shares: cents(100), to: long });
    assert!(paid > U256::ZERO);
    let all = paid.to::<u128>() + desk.w.coins(TOKEN);
    assert_eq!(paid, n(all / 2));
    let thief = redeemAfterEndCall { shares: U256::ZERO, to: short };
    desk.refused(short, thief, errors::NothingToPay {});
}
