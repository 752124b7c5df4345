//! A real floor market whose collection is a part's token and whose index is the part's.

use std::{cell::RefCell, rc::Rc};

use everfloor_host::{nft::IPositionToken as Nft, token::IToken};

use crate::{
    bench::*,
    rig::{
        APES, CASH, INDEX, MARKET, ONE, VENUE, World, account, cents, depositCashCall, depositNftCall, n,
        setOperatorCall, withdrawNftCall,
    },
};

#[test]
fn three_tenths_of_an_nft_are_shorted_and_the_whole_comes_back() {
    // The market's collection is the first part's token, and its index the first part's.
    let world = World::new();
    let bench = Bench::on(world.chain.clone(), &[300, 450, 250], vec![APES, token(1), token(2)]);
    let said: Said = Rc::new(RefCell::new(Some((cents(1_000), cents(1_000), n(1_u8), n(0_u8)))));
    bench.index_says(&said);
    bench.deploy_index(INDEX, 0);
    world.prices(300, 0);

    let (ann, bob) = (account("ann"), world.trader("bob", 1_000));
    let id = bench.punk(ann, 7);
    bench.send(ann, splitCall { ids: vec![id], to: ann });
    world.chain.send(ann, APES, Nft::setApprovalForAllCall { operator: MARKET, approved: true }).unwrap();
    world.send(ann, depositNftCall { account: ann, ids: vec![id], proofs: Vec::new() });
    assert_eq!(bench.holder(APES, id), Some(MARKET));
    bench.check(&[id]);

    // What the whole is worth 10 for, its part is shorted at 3 for; the cash is hers to take.
    world.send(ann, setOperatorCall { operator: VENUE, approved: true });
    world.trade(ann, bob, 100, 300);
    assert_eq!(world.seen(ann), (300, -100, 1));
    world.withdraw(ann, 300);

    let short = everfloor_floor_storage::abi::errors::InsufficientMargin { required: n(0_u8), have: n(0_u8) };
    let deadline = world.deadline();
    let leave = withdrawNftCall { account: ann, ids: vec![id], to: ann, deadline };
    let refusal = world.chain.send(ann, MARKET, leave).map(drop).unwrap_err();
    assert_eq!(refusal.0[..4], alloy_sol_types::SolError::abi_encode(&short)[..4]);

    // The whole falls to 8: the part is bought back for 2.40, and it all comes together again.
    *said.borrow_mut() = Some((cents(800), cents(800), n(2_u8), n(0_u8)));
    world.prices(240, 0);
    world.chain.send(ann, CASH, IToken::mintCall { to: ann, amount: n(100 * ONE) }).unwrap();
    world.chain.send(ann, CASH, IToken::approveCall { spender: MARKET, amount: n(100 * ONE) }).unwrap();
    world.send(ann, depositCashCall { amount: cents(240), account: ann });
    world.trade(bob, ann, 100, 240);
    assert_eq!(world.seen(ann), (0, 0, 1));
    let deadline = world.deadline();
    world.send(ann, withdrawNftCall { account: ann, ids: vec![id], to: ann, deadline });
    bench.send(ann, mergeCall { ids: vec![id], to: ann });
    assert_eq!(bench.holder(PUNKS, id), Some(ann));
    bench.check(&[id]);
}
