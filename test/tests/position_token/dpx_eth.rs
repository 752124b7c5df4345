//! dpxETH: only its minter creates and destroys it, the latter out of allowances.

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::{eip712_domain, sol};
use devnet::Chain;

use crate::{
    ground::{Ground, account, call_constructor, construct, event, refused, unconstructible},
    on_both_grounds,
};

sol!(
    #[allow(missing_docs, clippy::too_many_arguments)]
    #[sol(all_derives)]
    DpxEth,
    "../abi/DpxEth.json"
);
use DpxEth::*;

on_both_grounds! {
    only_the_minter_mints
    the_minter_burns_what_was_approved_and_no_more
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

fn only_the_minter_mints<G: Ground>() {
    let (mut ground, minter, alice) = (G::empty(), account("minter"), account("alice"));
    let token = ground.dpx_eth(minter);
    assert_eq!(ground.ask(alice, token, minterCall {}).unwrap(), minter);
    assert_eq!(ground.ask(alice, token, decimalsCall {}).unwrap(), 18);

    let mint = mintCall { to: alice, value: number(5) };
    refused(ground.tell(alice, token, mint.clone()), NotMinter { caller: alice });
    ground.tell(minter, token, mint).unwrap();
    assert_eq!(ground.ask(alice, token, balanceOfCall { account: alice }).unwrap(), number(5));
    assert_eq!(ground.ask(alice, token, totalSupplyCall {}).unwrap(), number(5));
}

fn the_minter_burns_what_was_approved_and_no_more<G: Ground>() {
    let (mut ground, minter, alice) = (G::empty(), account("minter"), account("alice"));
    let token = ground.dpx_eth(minter);
    ground.tell(minter, token, mintCall { to: alice, value: number(5) }).unwrap();
    let burn = |value| burnFromCall { account: alice, value: number(value) };
    refused(ground.tell(alice, token, burn(1)), NotMinter { caller: alice });
    refused(
        ground.tell(minter, token, burn(1)),
        ERC20InsufficientAllowance { spender: minter, allowance: U256::ZERO, needed: U256::ONE },
    );

    ground.tell(alice, token, approveCall { spender: minter, value: number(9) }).unwrap();
    ground.tell(minter, token, burn(3)).unwrap();
    refused(
        ground.tell(minter, token, burn(3)),
        ERC20InsufficientBalance { sender: alice, balance: number(2), needed: number(3) },
    );
    let allowance = allowanceCall { owner: alice, spender: minter };
    assert_eq!(ground.ask(alice, token, allowance).unwrap(), number(6));
    assert_eq!(ground.ask(alice, token, totalSupplyCall {}).unwrap(), number(2));
}

#[test]
fn the_program_is_constructed_once_and_answers_for_its_standards() {
    let mut chain = Chain::empty();
    let nobody = Address::ZERO;
    unconstructible(construct(&mut chain, "dpx-eth", nobody), InvalidMinter { minter: nobody });
    let (minter, thief) = (account("minter"), account("thief"));
    let token = construct(&mut chain, "dpx-eth", minter).unwrap();
    assert!(call_constructor(&mut chain, token, thief).unwrap_err().is_empty());
    assert_eq!(chain.ask(thief, token, minterCall {}).unwrap(), minter);

    assert_eq!(chain.ask(thief, token, nameCall {}).unwrap(), "Everfloor dpxETH");
    assert_eq!(chain.ask(thief, token, symbolCall {}).unwrap(), "dpxETH");
    for id in [0x01ff_c9a7_u32, 0x3637_2b07, 0xa219_a025, 0x9d8f_f7da] {
        let call = supportsInterfaceCall { interfaceId: FixedBytes::from(id) };
        assert!(chain.ask(thief, token, call).unwrap(), "{id:08x}");
    }
}

#[test]
fn permits_are_signed_for_this_token_on_this_chain() {
    let mut chain = Chain::empty();
    let token = chain.dpx_eth(account("minter"));
    let domain = eip712_domain! {
        name: "Everfloor dpxETH",
        version: "1",
        chain_id: chain.chain_id(),
        verifying_contract: token,
    };
    let separator = chain.ask(account("anybody"), token, DOMAIN_SEPARATORCall {}).unwrap();
    assert_eq!(separator, domain.separator());
}

#[test]
fn the_program_says_why_it_does_not_mint() {
    let mut chain = Chain::empty();
    let (minter, alice) = (account("minter"), account("alice"));
    let token = chain.dpx_eth(minter);
    let logs = chain.tell(minter, token, mintCall { to: alice, value: U256::MAX }).unwrap();
    assert_eq!(event::<Transfer>(&logs), Transfer { from: Address::ZERO, to: alice, value: U256::MAX });
    refused(
        chain.tell(minter, token, mintCall { to: alice, value: U256::ONE }),
        SupplyOverflow { supply: U256::MAX, value: U256::ONE },
    );
    refused(
        chain.tell(minter, token, mintCall { to: Address::ZERO, value: U256::ONE }),
        ERC20InvalidReceiver { receiver: Address::ZERO },
    );
}
