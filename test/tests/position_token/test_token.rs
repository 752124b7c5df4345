//! The test token: 18 decimals, anybody mints, no constructor.

use alloy_primitives::U256;
use alloy_sol_types::sol;

use crate::{
    ground::{Ground, account, refused},
    on_both_grounds,
};

sol!(
    #[allow(missing_docs)]
    #[sol(all_derives)]
    TestToken,
    "../abi/TestToken.json"
);
use TestToken::*;

on_both_grounds! {
    anybody_mints_and_holders_spend
}

fn anybody_mints_and_holders_spend<G: Ground>() {
    let (mut ground, alice, bob) = (G::empty(), account("alice"), account("bob"));
    let token = ground.test_token();
    assert_eq!(ground.ask(alice, token, decimalsCall {}).unwrap(), 18);
    let [two, three, five] = [2, 3, 5].map(U256::from);
    ground.tell(alice, token, mintCall { to: alice, value: five }).unwrap();
    ground.tell(alice, token, transferCall { to: bob, value: three }).unwrap();
    ground.tell(bob, token, approveCall { spender: alice, value: two }).unwrap();
    refused(
        ground.tell(alice, token, transferFromCall { from: bob, to: alice, value: three }),
        ERC20InsufficientAllowance { spender: alice, allowance: two, needed: three },
    );
    ground.tell(alice, token, transferFromCall { from: bob, to: alice, value: two }).unwrap();
    refused(
        ground.tell(bob, token, transferCall { to: alice, value: two }),
        ERC20InsufficientBalance { sender: bob, balance: U256::ONE, needed: two },
    );
    assert_eq!(ground.ask(alice, token, totalSupplyCall {}).unwrap(), five);
}
