//! The shares as a token.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue;
use k256::ecdsa::SigningKey;

use crate::{
    made::*,
    rig::{account, cents, n},
};

/// Somebody who signs.
struct Signer {
    key: SigningKey,
    address: Address,
}

impl Signer {
    fn new(name: &str) -> Self {
        let key = SigningKey::from_slice(&keccak256(name)[..]).unwrap();
        let point = key.verifying_key().to_encoded_point(false);
        let address = Address::from_slice(&keccak256(&point.as_bytes()[1..])[12..]);
        Self { key, address }
    }

    fn sign(&self, digest: B256) -> (u8, B256, B256) {
        let (signature, recovery) = self.key.sign_prehash_recoverable(digest.as_slice()).unwrap();
        let bytes = signature.to_bytes();
        (27 + recovery.to_byte(), B256::from_slice(&bytes[..32]), B256::from_slice(&bytes[32..]))
    }
}

/// What is signed, as ERC-2612 and EIP-712 have it.
fn digest(domain: B256, owner: Address, spender: Address, value: U256, nonce: u64, deadline: U256) -> B256 {
    let kind =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    let hashed = keccak256((kind, owner, spender, value, n(nonce), deadline).abi_encode());
    keccak256([&[0x19, 0x01], domain.as_slice(), hashed.as_slice()].concat())
}

#[test]
fn it_is_an_erc20() {
    let desk = Desk::new();
    let [_, long] = desk.pair();
    desk.wrap(long, 200);
    assert_eq!((desk.view(nameCall {}), desk.view(symbolCall {})), ("Floor Apes".into(), "fAPE".into()));
    assert_eq!(desk.view(decimalsCall {}), 18);
    let (pool, friend) = (account("pool"), account("friend"));
    assert!(desk.send(long, transferCall { to: friend, value: cents(30) }));
    let moved = desk.w.chain.events::<events::Transfer>(TOKEN).pop().unwrap();
    assert_eq!((moved.from, moved.to, moved.value), (long, friend, cents(30)));
    assert_eq!(desk.shares(friend), cents(30));
    let take = |value| transferFromCall { from: friend, to: pool, value };
    let short = |allowance, needed| errors::ERC20InsufficientAllowance { spender: pool, allowance, needed };
    desk.refused(pool, take(cents(1)), short(U256::ZERO, cents(1)));
    assert!(desk.send(friend, approveCall { spender: pool, value: cents(20) }));
    let approved = desk.w.chain.events::<events::Approval>(TOKEN).pop().unwrap();
    assert_eq!((approved.owner, approved.spender, approved.value), (friend, pool, cents(20)));
    assert!(desk.send(pool, take(cents(15))));
    assert_eq!(desk.view(allowanceCall { owner: friend, spender: pool }), cents(5));
    desk.refused(pool, take(cents(6)), short(cents(5), cents(6)));
    assert_eq!([friend, pool].map(|who| desk.shares(who)), [cents(15), cents(15)]);
    desk.send(friend, approveCall { spender: pool, value: U256::MAX });
    desk.send(pool, take(cents(15)));
    assert_eq!(desk.view(allowanceCall { owner: friend, spender: pool }), U256::MAX);
    let poor = errors::ERC20InsufficientBalance { sender: friend, balance: U256::ZERO, needed: n(1_u8) };
    desk.refused(friend, transferCall { to: pool, value: n(1_u8) }, poor);
    // To oneself, and nothing.
    desk.send(pool, transferCall { to: pool, value: cents(30) });
    desk.send(pool, transferCall { to: friend, value: U256::ZERO });
    assert_eq!(desk.shares(pool), cents(30));
    let nobody = Address::ZERO;
    desk.refused(
        pool,
        transferCall { to: nobody, value: n(1_u8) },
        errors::ERC20InvalidReceiver { receiver: nobody },
    );
    desk.refused(
        pool,
        approveCall { spender: nobody, value: n(1_u8) },
        errors::ERC20InvalidSpender { spender: nobody },
    );
    assert_eq!(desk.supply(), cents(200));
}

#[test]
fn an_owner_approves_by_a_signature_once() {
    let desk = Desk::new();
    let (owner, thief, spender) = (Signer::new("owner of shares"), Signer::new("thief"), account("pool"));
    let chain_id = {
        let kind =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        let domain = desk.view(DOMAIN_SEPARATORCall {});
        let of = |chain: u64| {
            let text = |text: &str| keccak256(text);
            keccak256((kind, text("Floor Apes"), text("1"), n(chain), TOKEN).abi_encode()) == domain
        };
        let known = [412_346, 42_161, 1, 31_337, 421_614];
        known.into_iter().find(|chain| of(*chain)).expect("the domain is of this chain and contract")
    };
    let deadline = desk.w.deadline();
    let call = |signer: &Signer, nonce, deadline: U256| {
        let domain = desk.view(DOMAIN_SEPARATORCall {});
        let (v, r, s) = signer.sign(digest(domain, owner.address, spender, cents(7), nonce, deadline));
        permitCall { owner: owner.address, spender, value: cents(7), deadline, v, r, s }
    };
    let wrong = |signer| errors::ERC2612InvalidSigner { signer, owner: owner.address };
    desk.refused(spender, call(&thief, 0, deadline), wrong(thief.address));
    let late = deadline - n(1_u8);
    desk.refused(spender, call(&owner, 0, late), errors::ERC2612ExpiredSignature { deadline: late });
    let nobody = permitCall { v: 5, ..call(&owner, 0, deadline) };
    desk.refused(spender, nobody, wrong(Address::ZERO));
    // Nobody signs for the address zero.
    let zero = permitCall { owner: Address::ZERO, v: 5, ..call(&owner, 0, deadline) };
    let refusal = errors::ERC2612InvalidSigner { signer: Address::ZERO, owner: Address::ZERO };
    desk.refused(spender, zero, refusal);
    let good = call(&owner, 0, deadline);
    // Another chain's permit is not taken.
    desk.w.chain.set_chain_id(chain_id + 1);
    let forked = desk.w.chain.send(spender, TOKEN, good.clone()).map(drop);
    assert!(forked.is_err());
    desk.w.chain.set_chain_id(chain_id);
    desk.send(spender, good.clone());
    assert_eq!(desk.view(allowanceCall { owner: owner.address, spender }), cents(7));
    assert_eq!(desk.view(noncesCall { owner: owner.address }), n(1_u8));
    let again = desk.w.chain.send(spender, TOKEN, good).map(drop);
    assert!(again.is_err(), "a permit is taken once");
    desk.send(spender, call(&owner, 1, deadline));
}
