//! Collections and markets that do not do what they say: nothing of anybody's is lost by them.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use everfloor_common::{lock::Reentrant, raw, token};
use everfloor_floor_storage::abi::errors as market_errors;
use everfloor_host::token::IToken;
use stylus_sdk::{ArbResult, host::VM};

use crate::{
    desk::*,
    rig::{APES, CASH, MARKET, ONE, account, n},
};

sol! {
    function transferFrom(address from, address to, uint256 id) external;
    function ownerOf(uint256 id) external view returns (address owner);

    function peers() external view;
    function isOperator(address account, address operator) external view;
    function getAuction(uint256 id) external view;
    function getAccount(address owner) external view;
    function getCash() external view;
    function take(uint256 auction, uint256[] ids, uint256 maxPrice, uint256 fp, address receiver, bytes data, uint256 deadline) external;
    function withdrawCash(address account, uint256 amount, address to, uint256 deadline) external;
}

const CURSED: Address = address!("0x0000000000000000000000000000000000000bad");
const OF_CURSED: Address = address!("0x0000000000000000000000000000000000000502");
const STREET: Address = address!("0x0000000000000000000000000000000000000bae");

/// A collection of one NFT that does this with a transfer.
#[derive(Clone)]
enum Trick {
    None,
    Paused,
    /// Says that all is well.
    MovesNothing,
    /// Calls the shares first.
    Reenters(Vec<u8>),
}

struct Cursed {
    desk: Desk,
    trick: Rc<RefCell<Trick>>,
    owner: Rc<Cell<Address>>,
    came_back: Rc<RefCell<Option<ArbResult>>>,
}

impl Cursed {
    fn new(owner: Address) -> Self {
        let desk = Desk::new();
        let chain = &desk.world.chain;
        let (trick, owner) = (Rc::new(RefCell::new(Trick::None)), Rc::new(Cell::new(owner)));
        let came_back = Rc::new(RefCell::new(None));
        let (does, has, came) = (trick.clone(), owner.clone(), came_back.clone());
        chain.deploy_handler(CURSED, move |input, vm| {
            let Ok(call) = transferFromCall::abi_decode(&input) else { return Ok(has.get().abi_encode()) };
            match does.borrow().clone() {
                Trick::Paused => return Err(Vec::new()),
                Trick::MovesNothing => return Ok(Vec::new()),
                Trick::Reenters(data) => {
                    *came.borrow_mut() = Some(raw::call(&vm, OF_CURSED, &data, 128));
                }
                Trick::None => {}
            }
            has.set(call.to);
            Ok(Vec::new())
        });
        chain.deploy_proxy(OF_CURSED, CODE);
        let call = initializeCall { collection: CURSED, cash: CASH, market: MARKET };
        chain.send(account("deployer"), OF_CURSED, call).unwrap();
        Self { desk, trick, owner, came_back }
    }

    fn send<C: SolCall>(&self, from: Address, call: C) -> Result<C::Return, everfloor_host::Revert> {
        self.desk.world.chain.send(from, OF_CURSED, call)
    }

    fn supply(&self) -> U256 {
        self.desk.world.chain.view(OF_CURSED, totalSupplyCall { id: n(1_u8) }).unwrap()
    }
}

#[test]
fn a_collection_that_comes_back_finds_the_door_locked() {
    let ann = account("ann");
    let id = n(1_u8);
    let again: [Vec<u8>; 4] = [
        fractionalizeCall { ids: vec![id], to: ann }.abi_encode(),
        recombineCall { id, to: ann }.abi_encode(),
        redeemCall { id, shares: n(1_u8), to: ann }.abi_encode(),
        claimCall { account: ann }.abi_encode(),
    ];
    for data in again {
        let cursed = Cursed::new(ann);
        cursed.desk.world.chain.allow_reentry(OF_CURSED);
        cursed.desk.world.chain.allow_reentry(CODE);
        *cursed.trick.borrow_mut() = Trick::Reenters(data);
        cursed.send(ann, fractionalizeCall { ids: vec![id], to: ann }).unwrap();
        assert_eq!(cursed.came_back.take(), Some(Err(Reentrant {}.abi_encode())));
        assert_eq!((cursed.supply(), cursed.owner.get()), (n(WHOLE), OF_CURSED));
        cursed.send(ann, recombineCall { id, to: ann }).unwrap();
        assert_eq!(cursed.came_back.take(), Some(Err(Reentrant {}.abi_encode())));
        assert_eq!((cursed.supply(), cursed.owner.get()), (U256::ZERO, ann));
    }
}

#[test]
fn a_collection_that_moves_nothing_or_is_paused_changes_nothing() {
    let (ann, id) = (account("ann"), n(1_u8));
    let cursed = Cursed::new(ann);
    let chain = &cursed.desk.world.chain;
    let lies = market_errors::UnknownNft { id }.abi_encode();
    for (trick, words) in [(Trick::MovesNothing, lies), (Trick::Paused, Vec::new())] {
        let before = chain.state();
        *cursed.trick.borrow_mut() = trick.clone();
        let revert = cursed.send(ann, fractionalizeCall { ids: vec![id], to: ann }).unwrap_err();
        assert_eq!((revert.0, chain.state()), (words.clone(), before));
        *cursed.trick.borrow_mut() = Trick::None;
        cursed.send(ann, fractionalizeCall { ids: vec![id], to: ann }).unwrap();
        let before = chain.state();
        *cursed.trick.borrow_mut() = trick;
        let revert = cursed.send(ann, recombineCall { id, to: ann }).unwrap_err();
        assert_eq!((revert.0, chain.state()), (words, before));
        *cursed.trick.borrow_mut() = Trick::None;
        cursed.send(ann, recombineCall { id, to: ann }).unwrap();
        assert_eq!(cursed.owner.get(), ann);
    }
}

/// What a market of the street says and does.
#[derive(Clone, Copy)]
struct Lies {
    collection: Address,
    price: u128,
    takes: u128,
    delivers: bool,
    /// What taking adds to the owner's cash, as it says.
    surplus: u128,
    says: u128,
    pays: u128,
    ticket: u128,
}

const HONEST: Lies = Lies {
    collection: APES,
    price: 10 * ONE,
    takes: 10 * ONE,
    delivers: true,
    surplus: 4 * ONE,
    says: 4 * ONE,
    pays: 4 * ONE,
    ticket: 0,
};

fn street(input: &[u8], vm: &VM, lies: Lies, owner: Address, taken: &Cell<bool>) -> ArbResult {
    let zero = U256::ZERO;
    let selector = *input.first_chunk().unwrap();
    Ok(match selector {
        peersCall::SELECTOR => (CASH, lies.collection).abi_encode(),
        isOperatorCall::SELECTOR => true.abi_encode(),
        getAuctionCall::SELECTOR => {
            (n(1_u8), owner, n(1_u8), zero, zero, n(lies.price), false, false).abi_encode()
        }
        getAccountCall::SELECTOR => {
            let cash = if taken.get() { lies.surplus } else { 0 };
            (owner, zero, zero, n(cash)).abi_encode()
        }
        getCashCall::SELECTOR => (n(1_000 * ONE), zero, zero).abi_encode(),
        takeCall::SELECTOR => {
            let call = takeCall::abi_decode_validate(input).unwrap();
            taken.set(true);
            if lies.delivers {
                let (from, id) = (STREET, call.ids[0]);
                raw::call(vm, APES, &transferFromCall { from, to: SHARES, id }.abi_encode(), 128)?;
            }
            let pull = IToken::transferFromCall { from: SHARES, to: STREET, amount: n(lies.takes) };
            raw::call(vm, CASH, &pull.abi_encode(), 128)?;
            (call.maxPrice, call.maxPrice, zero).abi_encode()
        }
        withdrawCashCall::SELECTOR => {
            token::transfer_out(vm, CASH, SHARES, n(lies.pays)).map_err(|_| Vec::new())?;
            (n(lies.says), n(lies.ticket)).abi_encode()
        }
        _ => return Err(Vec::new()),
    })
}

#[test]
fn a_market_is_believed_nothing_that_the_token_does_not_say() {
    let mismatch = |expected: u128, received: u128| {
        token::TransferMismatch { expected: n(expected), received: n(received) }.abi_encode()
    };
    let id = n(7_u8);
    let cases = [
        (HONEST, None),
        (Lies { collection: CURSED, ..HONEST }, Some(errors::NotThisMarket { market: STREET }.abi_encode())),
        (Lies { takes: 9 * ONE, ..HONEST }, Some(mismatch(10 * ONE, 9 * ONE))),
        (Lies { delivers: false, ..HONEST }, Some(market_errors::UnknownNft { id }.abi_encode())),
        (Lies { pays: ONE, ..HONEST }, Some(mismatch(4 * ONE, ONE))),
        (Lies { pays: 0, says: 500 * ONE, ..HONEST }, Some(mismatch(500 * ONE, 0))),
        (Lies { ticket: 3, ..HONEST }, Some(errors::NotPaid { ticket: n(3_u8) }.abi_encode())),
        (Lies { price: 0, takes: 0, ..HONEST }, Some(market_errors::ZeroAmount {}.abi_encode())),
        (
            Lies { surplus: 10 * ONE, says: 10 * ONE, pays: 10 * ONE, ..HONEST },
            Some(market_errors::ZeroAmount {}.abi_encode()),
        ),
    ];
    for (lies, refusal) in cases {
        let desk = Desk::new();
        let chain = &desk.world.chain;
        let [ann, bob, cat] = ["ann", "bob", "cat"].map(|name| desk.person(name));
        // Money of others is here.
        let other = desk.shared(1, &[(ann, 500), (bob, 500)]);
        desk.start(ann, other, WHOLE / 2, 900 * ONE);
        desk.ape(STREET, 7);
        chain.send(ann, CASH, IToken::mintCall { to: STREET, amount: n(100 * ONE) }).unwrap();
        let taken = Cell::new(false);
        chain.deploy_handler(STREET, move |input, vm| street(&input, &vm, lies, cat, &taken));
        let call = crate::desk::takeCall {
            market: STREET,
            auction: n(1_u8),
            id,
            maxPrice: U256::MAX,
            maxCash: U256::MAX,
            deadline: desk.deadline(),
        };
        let before = chain.state();
        match (chain.send(bob, SHARES, call), refusal) {
            (Ok(done), None) => {
                assert_eq!((done.paid, done.shares), (n(6 * ONE), n(WHOLE / 10 * 6)));
                assert_eq!((desk.balance(bob, id), desk.balance(cat, id)), (WHOLE / 10 * 6, WHOLE / 10 * 4));
            }
            (Err(revert), Some(words)) => {
                assert_eq!(revert.0, words);
                assert_eq!(chain.state(), before);
            }
            (answer, refusal) => panic!("{answer:?} and not {refusal:?}"),
        }
        desk.check(&[ann, bob, cat], &[other, id]);
    }
}
