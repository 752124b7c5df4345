//! Writer positions: who may do what, in which order tokens are listed, and what is answered.

use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::sol;
use devnet::Chain;
use everfloor_host::{Log, Revert};

use crate::{
    ground::{
        Ground, Receiver, account, call_constructor, construct, create, event, refused, unconstructible,
    },
    on_both_grounds,
};

sol!(
    #[allow(missing_docs, clippy::too_many_arguments)]
    #[sol(all_derives)]
    WriterPosition,
    "../abi/WriterPosition.json"
);
use WriterPosition::*;

on_both_grounds! {
    only_the_pool_mints_burns_and_notifies
    a_mint_is_refused_for_nobody_for_zero_and_twice
    a_burnt_position_is_gone_and_may_come_back
    lists_close_their_gaps_with_the_last
    an_owner_transfers_and_nobody_else
    a_transfer_names_the_owner_and_a_receiver
    a_transfer_to_oneself_changes_no_list
    approvals_are_the_owners_and_end_with_a_transfer
    who_may_dispose_of_a_position_is_told_in_one_call
    a_receiver_is_asked_by_safe_transfers_only
    metadata_tells_the_id_and_the_pool
    interfaces_are_those_of_the_standards
}

/// A token of positions with its pool, and what tests do with it.
struct Positions<G> {
    ground: G,
    token: Address,
    pool: Address,
}

impl<G: Ground> Positions<G> {
    fn new() -> Self {
        let (mut ground, pool) = (G::empty(), account("pool"));
        let token = ground.position_token(pool);
        Self { ground, token, pool }
    }

    /// With positions 1 to `count`, all of `owner`.
    fn owned_by(owner: Address, count: u64) -> Self {
        let mut positions = Self::new();
        for id in 1..=count {
            positions.mint(owner, id).unwrap();
        }
        positions
    }

    fn ask<C: alloy_sol_types::SolCall>(&self, call: C) -> Result<C::Return, Revert> {
        self.ground.ask(account("anybody"), self.token, call)
    }

    fn tell<C: alloy_sol_types::SolCall>(&mut self, from: Address, call: C) -> Result<Vec<Log>, Revert> {
        self.ground.tell(from, self.token, call)
    }

    fn mint(&mut self, to: Address, id: u64) -> Result<Vec<Log>, Revert> {
        self.tell(self.pool, mintCall { to, id: number(id) })
    }

    fn burn(&mut self, id: u64) -> Result<Vec<Log>, Revert> {
        self.tell(self.pool, burnCall { id: number(id) })
    }

    /// `by` moves position `id`.
    fn move_by(&mut self, by: Address, from: Address, to: Address, id: u64) -> Result<Vec<Log>, Revert> {
        self.tell(by, transferFromCall { from, to, tokenId: number(id) })
    }

    fn approve(&mut self, by: Address, to: Address, id: u64) -> Result<Vec<Log>, Revert> {
        self.tell(by, approveCall { to, tokenId: number(id) })
    }

    fn owner(&self, id: u64) -> Result<Address, Revert> {
        self.ask(ownerOfCall { tokenId: number(id) })
    }

    fn disposable(&self, spender: Address, id: u64) -> Result<Address, Revert> {
        self.ask(ownerIfAuthorizedCall { spender, id: number(id) })
    }

    /// An owner's positions as they are listed; the entry after the last must be out of bounds.
    fn of(&self, owner: Address) -> Vec<u64> {
        let at = |index| self.ask(tokenOfOwnerByIndexCall { owner, index });
        let count = self.ask(balanceOfCall { owner }).unwrap();
        refused(at(count), ERC721OutOfBoundsIndex { owner, index: count });
        (0..count.to::<u64>()).map(|index| at(number(index)).unwrap().to()).collect()
    }

    /// All positions as they are listed; the entry after the last must be out of bounds.
    fn all(&self) -> Vec<u64> {
        let at = |index| self.ask(tokenByIndexCall { index });
        let count = self.ask(totalSupplyCall {}).unwrap();
        refused(at(count), ERC721OutOfBoundsIndex { owner: Address::ZERO, index: count });
        (0..count.to::<u64>()).map(|index| at(number(index)).unwrap().to()).collect()
    }
}

fn number(value: u64) -> U256 {
    U256::from(value)
}

fn only_the_pool_mints_burns_and_notifies<G: Ground>() {
    let alice = account("alice");
    let mut positions = Positions::<G>::owned_by(alice, 1);
    assert_eq!(positions.ask(poolCall {}).unwrap(), positions.pool);

    let id = U256::ONE;
    refused(positions.tell(alice, mintCall { to: alice, id: number(2) }), NotPool { caller: alice });
    refused(positions.tell(alice, burnCall { id }), NotPool { caller: alice });
    refused(positions.tell(alice, notifyUpdateCall { id }), NotPool { caller: alice });
    assert_eq!(positions.of(alice), [1]);

    let logs = positions.tell(positions.pool, notifyUpdateCall { id }).unwrap();
    assert_eq!(event::<MetadataUpdate>(&logs), MetadataUpdate { id });
}

fn a_mint_is_refused_for_nobody_for_zero_and_twice<G: Ground>() {
    let alice = account("alice");
    let mut positions = Positions::<G>::new();
    let logs = positions.mint(alice, 7).unwrap();
    assert_eq!(event::<Transfer>(&logs), Transfer { from: Address::ZERO, to: alice, token_id: number(7) });

    refused(positions.mint(Address::ZERO, 8), ERC721InvalidReceiver { receiver: Address::ZERO });
    refused(positions.mint(alice, 0), InvalidTokenId { id: U256::ZERO });
    refused(positions.mint(account("bob"), 7), ERC721InvalidSender { sender: Address::ZERO });
    assert_eq!((positions.of(alice), positions.all()), (vec![7], vec![7]));
}

fn a_burnt_position_is_gone_and_may_come_back<G: Ground>() {
    let (alice, bob) = (account("alice"), account("bob"));
    let mut positions = Positions::<G>::owned_by(alice, 1);
    positions.approve(alice, bob, 1).unwrap();
    let logs = positions.burn(1).unwrap();
    assert_eq!(event::<Transfer>(&logs), Transfer { from: alice, to: Address::ZERO, token_id: U256::ONE });

    let gone = ERC721NonexistentToken { token_id: U256::ONE };
    refused(positions.owner(1), gone.clone());
    refused(positions.disposable(alice, 1), gone.clone());
    refused(positions.ask(getApprovedCall { tokenId: U256::ONE }), gone.clone());
    refused(positions.ask(tokenURICall { tokenId: U256::ONE }), gone.clone());
    refused(positions.approve(alice, bob, 1), gone.clone());
    refused(positions.move_by(alice, alice, bob, 1), gone.clone());
    refused(positions.burn(1), gone);
    assert_eq!((positions.of(alice), positions.all()), (vec![], vec![]));

    positions.mint(bob, 1).unwrap();
    assert_eq!(positions.ask(getApprovedCall { tokenId: U256::ONE }).unwrap(), Address::ZERO);
    assert_eq!((positions.of(bob), positions.all()), (vec![1], vec![1]));
}

fn lists_close_their_gaps_with_the_last<G: Ground>() {
    let (alice, bob) = (account("alice"), account("bob"));
    let mut positions = Positions::<G>::owned_by(alice, 5);
    positions.move_by(alice, alice, bob, 2).unwrap();
    assert_eq!((positions.of(alice), positions.of(bob)), (vec![1, 5, 3, 4], vec![2]));
    assert_eq!(positions.all(), [1, 2, 3, 4, 5]);

    positions.burn(1).unwrap();
    assert_eq!((positions.of(alice), positions.all()), (vec![4, 5, 3], vec![5, 2, 3, 4]));
    // The last of its lists, which leaves no gap.
    positions.burn(4).unwrap();
    assert_eq!((positions.of(alice), positions.all()), (vec![3, 5], vec![5, 2, 3]));
    positions.burn(3).unwrap();
    positions.mint(bob, 9).unwrap();
    assert_eq!((positions.of(alice), positions.of(bob)), (vec![5], vec![2, 9]));
    assert_eq!(positions.all(), [5, 2, 9]);
}

fn an_owner_transfers_and_nobody_else<G: Ground>() {
    let (alice, bob) = (account("alice"), account("bob"));
    let mut positions = Positions::<G>::owned_by(alice, 1);
    let may_not = |operator| ERC721InsufficientApproval { operator, token_id: U256::ONE };
    refused(positions.move_by(bob, alice, bob, 1), may_not(bob));
    // The pool burns without leave, but does not move.
    refused(positions.move_by(positions.pool, alice, bob, 1), may_not(positions.pool));

    let logs = positions.move_by(alice, alice, bob, 1).unwrap();
    assert_eq!(event::<Transfer>(&logs), Transfer { from: alice, to: bob, token_id: U256::ONE });
    assert_eq!(positions.owner(1).unwrap(), bob);
    refused(positions.move_by(alice, bob, alice, 1), may_not(alice));
}

fn a_transfer_names_the_owner_and_a_receiver<G: Ground>() {
    let (alice, bob) = (account("alice"), account("bob"));
    let mut positions = Positions::<G>::owned_by(alice, 1);
    refused(
        positions.move_by(alice, bob, alice, 1),
        ERC721IncorrectOwner { sender: bob, token_id: U256::ONE, owner: alice },
    );
    refused(
        positions.move_by(alice, alice, Address::ZERO, 1),
        ERC721InvalidReceiver { receiver: Address::ZERO },
    );
    // The zero address owns nothing that could be listed.
    let owner = Address::ZERO;
    refused(positions.ask(balanceOfCall { owner }), ERC721InvalidOwner { owner });
    let none = ERC721OutOfBoundsIndex { owner, index: U256::ZERO };
    refused(positions.ask(tokenOfOwnerByIndexCall { owner, index: U256::ZERO }), none);
}

fn a_transfer_to_oneself_changes_no_list<G: Ground>() {
    let alice = account("alice");
    let mut positions = Positions::<G>::owned_by(alice, 3);
    positions.approve(alice, account("bob"), 1).unwrap();
    positions.move_by(alice, alice, alice, 1).unwrap();
    assert_eq!((positions.of(alice), positions.all()), (vec![1, 2, 3], vec![1, 2, 3]));
    assert_eq!(positions.ask(getApprovedCall { tokenId: U256::ONE }).unwrap(), Address::ZERO);
}

fn approvals_are_the_owners_and_end_with_a_transfer<G: Ground>() {
    let (alice, bob, carol) = (account("alice"), account("bob"), account("carol"));
    let mut positions = Positions::<G>::owned_by(alice, 1);
    refused(positions.approve(bob, bob, 1), ERC721InvalidApprover { approver: bob });
    let logs = positions.approve(alice, bob, 1).unwrap();
    assert_eq!(event::<Approval>(&logs), Approval { owner: alice, approved: bob, token_id: U256::ONE });
    // Who is approved for one token cannot pass that on.
    refused(positions.approve(bob, carol, 1), ERC721InvalidApprover { approver: bob });

    positions.move_by(bob, alice, carol, 1).unwrap();
    assert_eq!(positions.ask(getApprovedCall { tokenId: U256::ONE }).unwrap(), Address::ZERO);
    refused(
        positions.move_by(bob, carol, bob, 1),
        ERC721InsufficientApproval { operator: bob, token_id: U256::ONE },
    );

    let logs = positions.tell(carol, setApprovalForAllCall { operator: bob, approved: true }).unwrap();
    assert_eq!(
        event::<ApprovalForAll>(&logs),
        ApprovalForAll { owner: carol, operator: bob, approved: true }
    );
    assert!(positions.ask(isApprovedForAllCall { owner: carol, operator: bob }).unwrap());
    positions.approve(bob, alice, 1).unwrap();
    positions.move_by(bob, carol, bob, 1).unwrap();
    refused(
        positions.tell(carol, setApprovalForAllCall { operator: Address::ZERO, approved: true }),
        ERC721InvalidOperator { operator: Address::ZERO },
    );
}

fn who_may_dispose_of_a_position_is_told_in_one_call<G: Ground>() {
    let (alice, approved, operator) = (account("alice"), account("approved"), account("operator"));
    let mut positions = Positions::<G>::owned_by(alice, 2);
    let may_not = |operator, id| ERC721InsufficientApproval { operator, token_id: number(id) };
    refused(positions.disposable(approved, 1), may_not(approved, 1));
    refused(positions.disposable(operator, 1), may_not(operator, 1));
    refused(positions.disposable(Address::ZERO, 1), may_not(Address::ZERO, 1));

    positions.approve(alice, approved, 1).unwrap();
    positions.tell(alice, setApprovalForAllCall { operator, approved: true }).unwrap();
    for spender in [alice, approved, operator] {
        assert_eq!(positions.disposable(spender, 1).unwrap(), alice);
    }
    refused(positions.disposable(approved, 2), may_not(approved, 2));
    refused(positions.disposable(alice, 3), ERC721NonexistentToken { token_id: number(3) });

    positions.tell(alice, setApprovalForAllCall { operator, approved: false }).unwrap();
    refused(positions.disposable(operator, 2), may_not(operator, 2));
}

fn a_receiver_is_asked_by_safe_transfers_only<G: Ground>() {
    let alice = account("alice");
    let mut positions = Positions::<G>::owned_by(alice, 3);
    let to = positions.ground.receiver(Receiver::Refuses);
    let first = safeTransferFrom_0Call { from: alice, to, tokenId: U256::ONE };
    let second = safeTransferFrom_1Call { from: alice, to, tokenId: number(2), data: vec![1, 2].into() };
    positions.mint(to, 4).unwrap();
    positions.move_by(alice, alice, to, 3).unwrap();
    refused(positions.tell(alice, first.clone()), ERC721InvalidReceiver { receiver: to });
    positions.ground.receiver(Receiver::Babbles);
    refused(positions.tell(alice, first.clone()), ERC721InvalidReceiver { receiver: to });
    positions.ground.receiver(Receiver::Complains);
    refused(positions.tell(alice, second.clone()), InvalidReceiverWithReason { reason: "?".into() });
    assert_eq!((positions.of(alice), positions.of(to)), (vec![1, 2], vec![4, 3]));

    positions.ground.receiver(Receiver::Accepts);
    positions.tell(alice, first).unwrap();
    positions.tell(alice, second).unwrap();
    assert_eq!(positions.of(to), [4, 3, 1, 2]);
    // An account without code is not asked.
    let bob = account("bob");
    positions.mint(alice, 5).unwrap();
    positions.tell(alice, safeTransferFrom_0Call { from: alice, to: bob, tokenId: number(5) }).unwrap();
    assert_eq!(positions.of(bob), [5]);
}

fn metadata_tells_the_id_and_the_pool<G: Ground>() {
    let mut positions = Positions::<G>::new();
    positions.mint(account("alice"), 1203).unwrap();
    assert_eq!(positions.ask(nameCall {}).unwrap(), "Everfloor Writer Position");
    assert_eq!(positions.ask(symbolCall {}).unwrap(), "EFWP");
    let uri = positions.ask(tokenURICall { tokenId: number(1203) }).unwrap();
    let json = uri.strip_prefix("data:application/json,").unwrap();
    let json = json.replace("%7B", "{").replace("%7D", "}").replace("%22", "\"").replace("%20", " ");
    let metadata: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(metadata["name"], "Everfloor writer position 1203");
    assert_eq!(metadata["pool"], positions.pool.to_string().to_lowercase());
}

fn interfaces_are_those_of_the_standards<G: Ground>() {
    let positions = Positions::<G>::new();
    let answer =
        |id: u32| positions.ask(supportsInterfaceCall { interfaceId: FixedBytes::from(id) }).unwrap();
    for id in [0x01ff_c9a7, 0x80ac_58cd, 0x5b5e_139f, 0x780e_9d63, 0x4906_4906] {
        assert!(answer(id), "{id:08x}");
    }
    for id in [0xffff_ffff, 0, 0x3637_2b07] {
        assert!(!answer(id), "{id:08x}");
    }
}

#[test]
fn the_constructor_names_a_pool_once() {
    let mut chain = Chain::empty();
    let pool = Address::ZERO;
    unconstructible(construct(&mut chain, "writer-position", pool), InvalidPool { pool });

    let (pool, thief) = (account("pool"), account("thief"));
    let token = construct(&mut chain, "writer-position", pool).unwrap();
    assert!(call_constructor(&mut chain, token, thief).unwrap_err().is_empty());
    assert_eq!(chain.ask(thief, token, poolCall {}).unwrap(), pool);
}

#[test]
fn a_token_created_without_its_constructor_has_no_pool_until_somebody_comes() {
    let mut chain = Chain::empty();
    let token = create(&mut chain, "writer-position");
    // What a pool sees that asks before it trusts.
    assert_eq!(chain.ask(account("pool"), token, poolCall {}).unwrap(), Address::ZERO);
    let (thief, id) = (account("thief"), U256::ONE);
    refused(chain.tell(thief, token, mintCall { to: thief, id }), NotPool { caller: thief });

    // Whoever comes first is obeyed, which is why creation and construction are one transaction.
    call_constructor(&mut chain, token, thief).unwrap();
    assert_eq!(chain.ask(thief, token, poolCall {}).unwrap(), thief);
}
