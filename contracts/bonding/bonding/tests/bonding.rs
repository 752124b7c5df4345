//! Bonding through its ABI, behind a proxy, over a pool and a price history that say what they are told to. How it gets on
//! with the real ones is tested with them.
#![allow(missing_docs)]

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use bonding::{
    Bonding,
    abi::{errors, events},
};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    lock::Reentrant,
    raw,
    roles::{NotGuardian, NotOwner, ZeroAddress},
    token::{TransferFailed, transfer_in, transfer_out},
};
use everfloor_host::{
    Revert, TestChain,
    token::{IToken, Token},
};
use stylus_sdk::{ArbResult, host::VM, prelude::*};

sol! {
    #[derive(Debug, PartialEq)]
    struct Params {
        uint256 maturity;
        uint256 minBond;
    }
    #[derive(Debug, PartialEq)]
    struct Peers {
        address pool;
        address collateral;
        address underlying;
        address history;
        address synthetic;
    }
    #[derive(Debug, PartialEq)]
    struct BondView {
        uint256 id;
        address owner;
        uint256 amount;
        uint256 maturity;
        bool redeemed;
    }
    #[derive(Debug, PartialEq)]
    struct BackingView {
        uint256 withoutPuts;
        uint256 withPuts;
        uint256 ratioWithoutPuts;
        uint256 ratioWithPuts;
    }
    function initialize(address owner, address pool, Params params) external;
    function setSynthetic(address synthetic) external;
    function bond(uint256 amount, uint256 maxUnderlying, uint256 maxCollateral, address receiver, uint256 deadline)
        external returns (uint256 bondId, uint256 underlyingPaid, uint256 collateralPaid, uint256 premium);
    function redeem(uint256 bondId, address recipient) external;
    function redeemBacking(uint256 amount, uint256 minCollateral, uint256 minUnderlying, address recipient, uint256 deadline)
        external returns (uint256 collateralPaid, uint256 underlyingPaid);
    function collect() external returns (uint256 amount);
    function syncHistory() external;
    function withdrawEscrow(uint256 amount, address recipient) external;
    function setBondingPaused(bool paused) external;
    function setGuardian(address guardian) external;
    function bondingPaused() external view returns (bool);
    function params() external view returns (Params);
    function peers() external view returns (Peers);
    function quoteBond(uint256 amount) external view
        returns (uint256 underlying, uint256 collateral, uint256 premium, uint256 strike, uint256 units);
    function previewRedeemBacking(uint256 amount) external view returns (uint256 collateral, uint256 underlying);
    function backing() external view
        returns (uint256 collateralWad, uint256 underlyingUnits, uint256 floorWad, uint256 ratioWad);
    function backingAt(uint256 price) external view returns (BackingView);
    function supply() external view returns (uint256);
    function maxSupply() external view returns (uint256);
    function runway() external view returns (uint256 needed, uint256 escrow, uint256 runwayEpochs);
    function bondOf(uint256 id) external view returns (BondView);
    function bondsOf(address owner, uint256 cursor, uint256 limit)
        external view returns (BondView[] list, uint256 next);
}

/// What is asked of the pool.
mod desk {
    alloy_sol_types::sol! {
        interface IDesk {
            function peers() external view;
            function poolState() external view;
            function maxSupply() external view;
            function payoffAt(uint256 price) external view;
            function quotePut(uint256 units) external view;
            function quoteFunding() external view;
            function purchase(uint256 units, uint256 supply, uint256 maxPremium, uint256 minStrike, uint256 deadline) external;
            function reportSupply(uint256 supply) external;
            function coverAtMost(uint256 units) external;
            function withdrawEscrow(uint256 amount, address recipient) external;
            function collectPayoff() external;
        }
    }
}
use desk::IDesk::IDeskCalls;

const IMPLEMENTATION: Address = address!("0x00000000000000000000000000000000000000b0");
const BONDING: Address = address!("0x00000000000000000000000000000000000000b1");
const POOL: Address = address!("0x00000000000000000000000000000000000000b2");
const HISTORY: Address = address!("0x00000000000000000000000000000000000000b3");
const WETH: Address = address!("0x00000000000000000000000000000000000000c1");
const RDPX: Address = address!("0x00000000000000000000000000000000000000c2");
const DPXETH: Address = address!("0x00000000000000000000000000000000000000c3");

const WAD: u128 = 1_000_000_000_000_000_000;
const MATURITY: u64 = 432_000;
const PREMIUM: u128 = 5_104_058_525_025_257;

fn wad(milli: u128) -> U256 {
    U256::from(WAD / 1_000 * milli)
}

fn account(name: &str) -> Address {
    TestChain::account(name)
}

/// What pool and history answer, and what the pool was asked to do.
#[derive(Default)]
struct Script {
    history: Address,
    /// Price, average, second source, status; none does not answer.
    mark: Option<[U256; 4]>,
    premium: U256,
    due: U256,
    /// What the pool reverts a purchase with.
    refusal: Option<Vec<u8>>,
    /// What the pool calls bonding with in the middle of a purchase, and what came of it.
    reenter: Option<Vec<u8>>,
    came_back: Option<ArbResult>,
    purchase: Option<[U256; 5]>,
    supply: U256,
    kept: U256,
    withdrawn: Option<(U256, Address)>,
}

impl Script {
    fn pool(script: &RefCell<Self>, input: &[u8], vm: &VM) -> ArbResult {
        let word = |value: U256| Ok(value.abi_encode());
        let Ok(call) = <IDeskCalls as alloy_sol_types::SolInterface>::abi_decode_validate(input) else {
            return Err(Vec::new());
        };
        let mut state = script.borrow_mut();
        match call {
            IDeskCalls::peers(_) => {
                let none = Address::ZERO;
                Ok((WETH, RDPX, none, none, state.history, none).abi_encode())
            }
            IDeskCalls::poolState(_) => {
                let mut words = [U256::ZERO; 24];
                words[9] = state.due;
                Ok(words.abi_encode())
            }
            IDeskCalls::maxSupply(_) => word(wad(4_000)),
            // A unit and a quarter at 0.15.
            IDeskCalls::payoffAt(c) => word(wad(1_250) * wad(150).saturating_sub(c.price) / U256::from(WAD)),
            IDeskCalls::quotePut(_) => Ok([wad(200), wad(150), state.premium, U256::ZERO].abi_encode()),
            IDeskCalls::quoteFunding(_) => Ok([wad(3), wad(7), U256::from(2)].abi_encode()),
            IDeskCalls::purchase(c) => {
                if let Some(refusal) = &state.refusal {
                    return Err(refusal.clone());
                }
                state.purchase = Some([c.units, c.supply, c.maxPremium, c.minStrike, c.deadline]);
                let (premium, again) = (state.premium, state.reenter.clone());
                drop(state);
                if let Some(data) = again {
                    let answer = raw::call(vm, BONDING, &data, 256);
                    script.borrow_mut().came_back = Some(answer);
                }
                transfer_in(vm, WETH, vm.msg_sender(), premium).map_err(Vec::<u8>::from)?;
                Ok([U256::ZERO, wad(150), premium].abi_encode())
            }
            IDeskCalls::reportSupply(c) => {
                state.supply = c.supply;
                Ok(Vec::new())
            }
            IDeskCalls::coverAtMost(c) => {
                state.kept = c.units;
                word(c.units)
            }
            IDeskCalls::withdrawEscrow(c) => {
                state.withdrawn = Some((c.amount, c.recipient));
                Ok(Vec::new())
            }
            IDeskCalls::collectPayoff(_) => {
                let due = core::mem::take(&mut state.due);
                drop(state);
                transfer_out(vm, WETH, vm.msg_sender(), due).map_err(|error| error.abi_encode())?;
                word(due)
            }
        }
    }
}

struct World {
    chain: TestChain,
    script: Rc<RefCell<Script>>,
}

impl World {
    /// Tokens, the pool and the history; bonding's proxy, not initialised.
    fn bare(collateral: Token, underlying: Token) -> Self {
        let chain = TestChain::new();
        let script = Rc::new(RefCell::new(Script { history: HISTORY, ..Script::default() }));
        chain.deploy::<Bonding>(IMPLEMENTATION);
        chain.deploy_proxy(BONDING, IMPLEMENTATION);
        chain.deploy_token(WETH, collateral);
        chain.deploy_token(RDPX, underlying);
        chain.deploy_token(DPXETH, Token::minted_by(BONDING));
        let pool = script.clone();
        chain.deploy_handler(POOL, move |input, vm| Script::pool(&pool, &input, &vm));
        let history = script.clone();
        chain.deploy_handler(HISTORY, move |_, _| {
            history.borrow().mark.map(|words| words.abi_encode()).ok_or_else(Vec::new)
        });
        Self { chain, script }
    }

    /// All of it wired, at a price of 0.2, with a rich alice.
    fn new() -> Self {
        let world = Self::bare(Token::well_behaved(18), Token::well_behaved(18));
        world.initialize(MATURITY, wad(1)).unwrap();
        world.send("owner", setSyntheticCall { synthetic: DPXETH }).unwrap();
        world.price(wad(200));
        world.script.borrow_mut().premium = U256::from(PREMIUM);
        for token in [WETH, RDPX] {
            world.give(token, "alice", wad(1_000_000));
            world.approve(token, "alice");
        }
        world.approve(DPXETH, "alice");
        world
    }

    fn initialize(&self, maturity: u64, min_bond: U256) -> Result<initializeReturn, Revert> {
        let params = Params { maturity: U256::from(maturity), minBond: min_bond };
        self.send("owner", initializeCall { owner: account("owner"), pool: POOL, params })
    }

    fn send<C: SolCall>(&self, who: &str, call: C) -> Result<C::Return, Revert> {
        self.chain.send(account(who), BONDING, call)
    }

    fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(BONDING, call).unwrap()
    }

    fn price(&self, price: U256) {
        self.mark(price, price);
    }

    fn mark(&self, low: U256, high: U256) {
        self.script.borrow_mut().mark = Some([low, low, high, U256::ZERO]);
    }

    fn give(&self, token: Address, to: &str, amount: U256) {
        self.chain.send(account("mint"), token, IToken::mintCall { to: account(to), amount }).unwrap();
    }

    fn approve(&self, token: Address, who: &str) {
        let call = IToken::approveCall { spender: BONDING, amount: U256::MAX };
        self.chain.send(account(who), token, call).unwrap();
    }

    fn balance(&self, token: Address, of: Address) -> U256 {
        self.chain.view(token, IToken::balanceOfCall { account: of }).unwrap()
    }

    fn order(amount: U256) -> bondCall {
        bondCall {
            amount,
            maxUnderlying: U256::MAX,
            maxCollateral: U256::MAX,
            receiver: account("alice"),
            deadline: U256::MAX,
        }
    }

    /// Alice bonds and takes the dpxETH.
    fn bonded(&self, amount: U256) {
        let id = self.send("alice", Self::order(amount)).unwrap().bondId;
        self.chain.warp(MATURITY);
        self.send("alice", redeemCall { bondId: id, recipient: account("alice") }).unwrap();
    }

    fn burn(&self, amount: U256) -> Result<redeemBackingReturn, Revert> {
        self.send("alice", Self::burning(amount))
    }

    fn burning(amount: U256) -> redeemBackingCall {
        redeemBackingCall {
            amount,
            minCollateral: U256::ZERO,
            minUnderlying: U256::ZERO,
            recipient: account("bob"),
            deadline: U256::MAX,
        }
    }
}

fn refused<T>(result: Result<T, Revert>, error: impl SolError) {
    assert_eq!(result.err(), Some(Revert(error.abi_encode())));
}

#[test]
fn it_takes_tokens_and_history_from_the_pool() {
    let world = World::new();
    assert_eq!(
        world.view(peersCall {}),
        Peers { pool: POOL, collateral: WETH, underlying: RDPX, history: HISTORY, synthetic: DPXETH }
    );
    assert_eq!(world.view(paramsCall {}), Params { maturity: U256::from(MATURITY), minBond: wad(1) });
    let made = world.chain.events::<events::BondingCreated>(BONDING);
    assert_eq!(made[0].pool, POOL);
    assert_eq!((made[0].collateral, made[0].underlying, made[0].history), (WETH, RDPX, HISTORY));
    refused(world.initialize(MATURITY, wad(1)), AlreadyInitialized {});
    let direct = initializeCall {
        owner: account("owner"),
        pool: POOL,
        params: Params { maturity: U256::ZERO, minBond: wad(1) },
    };
    refused(world.chain.send(account("owner"), IMPLEMENTATION, direct), NotThroughProxy {});
}

#[test]
fn tokens_have_eighteen_decimals_and_parameters_bounds() {
    let odd = |collateral, underlying| {
        let world = World::bare(Token::well_behaved(collateral), Token::well_behaved(underlying));
        world.initialize(0, wad(1))
    };
    let decimals = U256::from(6);
    refused(odd(6, 18), errors::UnsupportedToken { token: WETH, decimals });
    refused(odd(18, 6), errors::UnsupportedToken { token: RDPX, decimals });
    refused(odd(18, 19), errors::UnsupportedToken { token: RDPX, decimals: U256::from(19) });
    odd(18, 18).unwrap();
    let world = World::bare(Token::well_behaved(18), Token::well_behaved(18));
    let long = U256::from(2_592_001);
    let out_of_bounds = |index: u64, value| errors::ParameterOutOfBounds { index: U256::from(index), value };
    refused(world.initialize(2_592_001, wad(1)), out_of_bounds(0, long));
    refused(world.initialize(0, U256::ZERO), out_of_bounds(1, U256::ZERO));
    // A pool that is none.
    let params = Params { maturity: U256::ZERO, minBond: wad(1) };
    let call = initializeCall { owner: account("owner"), pool: account("nobody"), params };
    refused(world.send("owner", call), errors::NoAnswer { from: account("nobody") });
}

#[test]
fn dpx_eth_is_set_once_and_is_made_here() {
    let world = World::bare(Token::well_behaved(18), Token::well_behaved(18));
    world.initialize(MATURITY, wad(1)).unwrap();
    let foreign = account("token of another");
    world.chain.deploy_token(foreign, Token::minted_by(account("another")));
    let set = |who, synthetic| world.send(who, setSyntheticCall { synthetic });
    refused(set("alice", DPXETH), NotOwner { caller: account("alice") });
    refused(set("owner", Address::ZERO), ZeroAddress {});
    let minter = account("another");
    refused(set("owner", foreign), errors::SyntheticMismatch { synthetic: foreign, minter });
    refused(world.send("alice", World::order(wad(1_000))), errors::SyntheticNotSet {});
    set("owner", DPXETH).unwrap();
    refused(set("owner", DPXETH), errors::SyntheticAlreadySet { present: DPXETH });
}

#[test]
fn a_bond_brings_its_quarters_and_buys_its_puts_exactly() {
    let world = World::new();
    world.mark(wad(200), wad(208));
    let quote = world.view(quoteBondCall { amount: wad(1_000) });
    assert_eq!((quote.underlying, quote.units), (wad(1_250), wad(1_250)));
    assert_eq!((quote.collateral, quote.premium, quote.strike), (wad(750), U256::from(PREMIUM), wad(150)));
    let deadline = U256::from(world.chain.now());
    let total = wad(750) + U256::from(PREMIUM);
    let exact =
        bondCall { maxUnderlying: wad(1_250), maxCollateral: total, deadline, ..World::order(wad(1_000)) };
    let done = world.send("alice", exact).unwrap();
    assert_eq!((done.bondId, done.underlyingPaid), (U256::ONE, wad(1_250)));
    assert_eq!((done.collateralPaid, done.premium), (total, U256::from(PREMIUM)));
    let bought = [wad(1_250), wad(1_000), U256::from(PREMIUM), wad(150), deadline];
    assert_eq!(world.script.borrow().purchase, Some(bought));
    assert_eq!(world.balance(WETH, BONDING), wad(750));
    assert_eq!(world.balance(WETH, POOL), U256::from(PREMIUM));
    assert_eq!(world.balance(RDPX, BONDING), wad(1_250));
    let left = IToken::allowanceCall { owner: BONDING, spender: POOL };
    assert_eq!(world.chain.view(WETH, left).unwrap(), U256::ZERO);
    let maturity = deadline + U256::from(MATURITY);
    let seen = world.chain.events::<events::Bonded>(BONDING).remove(0);
    let alice = account("alice");
    assert_eq!(
        seen,
        events::Bonded {
            bondId: U256::ONE,
            owner: alice,
            payer: alice,
            amount: wad(1_000),
            units: wad(1_250),
            underlyingPaid: wad(1_250),
            collateralPaid: wad(750),
            premium: U256::from(PREMIUM),
            price: wad(200),
            strike: wad(150),
            maturity,
            backingCollateral: wad(750),
            backingUnderlying: wad(1_250),
            supply: wad(1_000),
        }
    );
    let bond = BondView { id: U256::ONE, owner: alice, amount: wad(1_000), maturity, redeemed: false };
    assert_eq!(world.view(bondOfCall { id: U256::ONE }), bond);
}

#[test]
fn a_bond_is_refused_where_it_breaks_a_limit() {
    let world = World::new();
    let order = || World::order(wad(1_000));
    let refuse = |call, error: Revert| assert_eq!(world.send("alice", call).err(), Some(error));
    let now = U256::from(world.chain.now());
    let revert = |error: Vec<u8>| Revert(error);
    let before = now - U256::ONE;
    refuse(
        bondCall { deadline: before, ..order() },
        revert(errors::Expired { deadline: before, nowTime: now }.abi_encode()),
    );
    refuse(
        World::order(wad(1) - U256::ONE),
        revert(errors::BelowMinimum { amount: wad(1) - U256::ONE, minimum: wad(1) }.abi_encode()),
    );
    let limit = wad(1_250) - U256::ONE;
    refuse(
        bondCall { maxUnderlying: limit, ..order() },
        revert(errors::SlippageUnderlying { paid: wad(1_250), limit }.abi_encode()),
    );
    let paid = wad(750) + U256::from(PREMIUM);
    let limit = paid - U256::ONE;
    refuse(
        bondCall { maxCollateral: limit, ..order() },
        revert(errors::SlippageCollateral { paid, limit }.abi_encode()),
    );
    refuse(bondCall { receiver: Address::ZERO, ..order() }, revert(ZeroAddress {}.abi_encode()));
    refuse(World::order(U256::MAX), revert(errors::Overflow {}.abi_encode()));
    // Somebody who has approved nothing.
    refused(world.send("bob", order()), TransferFailed { token: RDPX });
    assert_eq!(world.view(supplyCall {}), U256::ZERO);
}

#[test]
fn what_the_pool_refuses_reaches_the_caller_as_it_put_it() {
    let world = World::new();
    let refusal = b"SupplyCapExceeded and what it says of itself, in two words and so many bytes".to_vec();
    world.script.borrow_mut().refusal = Some(refusal.clone());
    assert_eq!(world.send("alice", World::order(wad(1_000))).err(), Some(Revert(refusal)));
    assert_eq!(world.view(supplyCall {}), U256::ZERO);
}

#[test]
fn nothing_rests_on_a_price_that_is_none() {
    let world = World::new();
    world.bonded(wad(1_000));
    let price = wad(200);
    for (mark, status) in [
        (Some([price, price, price, U256::from(7)]), 7_u64),
        (Some([U256::ZERO, price, price, U256::ZERO]), 255),
        (Some([price, price, price, U256::from(1_000)]), 255),
        (Some([U256::MAX, price, price, U256::ZERO]), 255),
        (None, 255),
    ] {
        world.script.borrow_mut().mark = mark;
        let error = || errors::PriceUnavailable { status: U256::from(status) };
        refused(world.send("alice", World::order(wad(1_000))), error());
        refused(world.burn(wad(1_000)), error());
        refused(world.chain.view(BONDING, backingCall {}), error());
        // What it is worth at a price needs no oracle.
        assert_eq!(
            world.view(backingAtCall { price: U256::ZERO }).ratioWithPuts,
            wad(937) + wad(1) / U256::from(2)
        );
    }
}

#[test]
fn a_bond_becomes_dpx_eth_once_for_its_owner_when_it_is_due() {
    let world = World::new();
    let (alice, bob) = (account("alice"), account("bob"));
    let id = world.send("alice", World::order(wad(1_000))).unwrap().bondId;
    let due = world.chain.now() + MATURITY;
    let redeem = |who, bond_id, recipient| world.send(who, redeemCall { bondId: bond_id, recipient });
    let early = errors::NotMatured { maturity: U256::from(due), nowTime: U256::from(due - 1) };
    world.chain.warp(MATURITY - 1);
    refused(redeem("alice", id, bob), early);
    world.chain.warp(1);
    refused(redeem("bob", id, bob), errors::NotBondOwner { id, caller: bob });
    for id in [U256::ZERO, U256::from(2), U256::MAX] {
        refused(redeem("alice", id, bob), errors::UnknownBond { id });
    }
    refused(redeem("alice", id, Address::ZERO), ZeroAddress {});
    redeem("alice", id, bob).unwrap();
    assert_eq!(world.balance(DPXETH, bob), wad(1_000));
    refused(redeem("alice", id, bob), errors::AlreadyRedeemed { id });
    assert!(world.view(bondOfCall { id }).redeemed);
    let seen = world.chain.events::<events::BondRedeemed>(BONDING);
    assert_eq!(seen, [events::BondRedeemed { bondId: id, owner: alice, recipient: bob, amount: wad(1_000) }]);
}

#[test]
fn bonds_are_listed_from_the_newest_to_the_oldest() {
    let world = World::new();
    for receiver in ["alice", "bob", "alice", "alice"] {
        let call = bondCall { receiver: account(receiver), ..World::order(wad(1_000)) };
        world.send("alice", call).unwrap();
    }
    let page = |who: &str, cursor: u64, limit: u64| {
        let call = bondsOfCall { owner: account(who), cursor: U256::from(cursor), limit: U256::from(limit) };
        let page = world.view(call);
        (page.list.iter().map(|bond| bond.id.to()).collect::<Vec<u64>>(), page.next.to::<u64>())
    };
    assert_eq!(page("alice", 0, 100), (vec![4, 3, 1], 0));
    assert_eq!(page("alice", 0, 2), (vec![4, 3], 1));
    assert_eq!(page("alice", 1, 2), (vec![1], 0));
    assert_eq!(page("bob", 0, u64::MAX), (vec![2], 0));
    // Another's bond begins nobody's list.
    assert_eq!(page("bob", 4, 100), (vec![], 0));
    assert_eq!(page("carol", 0, 100), (vec![], 0));
}

#[test]
fn the_backing_is_redeemed_in_parts_and_the_pool_told() {
    let world = World::new();
    world.bonded(wad(1_000));
    let preview = world.view(previewRedeemBackingCall { amount: wad(400) });
    let taken = world.burn(wad(400)).unwrap();
    assert_eq!((taken.collateralPaid, taken.underlyingPaid), (wad(300), wad(500)));
    assert_eq!((preview.collateral, preview.underlying), (wad(300), wad(500)));
    let bob = account("bob");
    assert_eq!((world.balance(WETH, bob), world.balance(RDPX, bob)), (wad(300), wad(500)));
    assert_eq!(world.balance(DPXETH, account("alice")), wad(600));
    let script = world.script.borrow();
    assert_eq!((script.supply, script.kept), (wad(600), wad(750)));
    let seen = world.chain.events::<events::BackingRedeemed>(BONDING).remove(0);
    assert_eq!((seen.backingCollateral, seen.backingUnderlying, seen.supply), (wad(450), wad(750), wad(600)));
}

#[test]
fn a_redemption_is_worth_its_face_at_the_higher_price_at_most() {
    let world = World::new();
    world.bonded(wad(1_000));
    world.mark(wad(200), wad(400));
    let taken = world.burn(wad(400)).unwrap();
    assert_eq!((taken.collateralPaid, taken.underlyingPaid), (wad(300), wad(250)));
    // What stays stays covered.
    assert_eq!(world.script.borrow().kept, wad(1_000));
}

#[test]
fn a_redemption_is_refused_where_it_breaks_a_limit() {
    let world = World::new();
    world.bonded(wad(1_000));
    let burning = || World::burning(wad(400));
    let now = U256::from(world.chain.now());
    let late = redeemBackingCall { deadline: now - U256::ONE, ..burning() };
    refused(world.send("alice", late), errors::Expired { deadline: now - U256::ONE, nowTime: now });
    let limit = wad(300) + U256::ONE;
    let more = redeemBackingCall { minCollateral: limit, ..burning() };
    refused(world.send("alice", more), errors::SlippageCollateral { paid: wad(300), limit });
    let limit = wad(500) + U256::ONE;
    let more = redeemBackingCall { minUnderlying: limit, ..burning() };
    refused(world.send("alice", more), errors::SlippageUnderlying { paid: wad(500), limit });
    refused(world.burn(U256::ZERO), errors::ZeroAmount {});
    let amount = wad(1_001);
    refused(world.burn(amount), errors::ExceedsSupply { amount, supply: wad(1_000) });
    // Only what the caller holds can be burned.
    let needed = wad(400);
    let poor = IToken::ERC20InsufficientAllowance { spender: BONDING, allowance: U256::ZERO, needed };
    refused(world.send("bob", burning()), poor);
    assert_eq!(world.view(supplyCall {}), wad(1_000));
}

#[test]
fn payoffs_go_into_the_backing_and_gifts_do_not() {
    let world = World::new();
    world.bonded(wad(1_000));
    world.give(WETH, "pool", wad(1));
    world.chain.send(account("mint"), WETH, IToken::mintCall { to: POOL, amount: wad(100) }).unwrap();
    world.script.borrow_mut().due = wad(100);
    let views = || {
        let seen = world.view(backingCall {});
        (seen.collateralWad, seen.underlyingUnits, seen.floorWad, seen.ratioWad)
    };
    // 0.85 and at worst 0.1875 from the puts; at 0.2 the puts pay nothing.
    let expected = (wad(850), wad(1_250), wad(1_037) + wad(1) / U256::from(2), wad(1_100));
    assert_eq!(views(), expected);
    assert_eq!(world.send("bob", collectCall {}).unwrap(), wad(100));
    assert_eq!(views(), expected);
    let seen = world.chain.events::<events::PayoffCollected>(BONDING);
    assert_eq!(seen, [events::PayoffCollected { amount: wad(100), backingCollateral: wad(850) }]);
    for token in [WETH, RDPX] {
        world.chain.send(account("mint"), token, IToken::mintCall { to: BONDING, amount: wad(7) }).unwrap();
    }
    assert_eq!(views(), expected);
    let half = world.view(backingAtCall { price: wad(100) });
    assert_eq!((half.withoutPuts, half.withPuts), (wad(975), wad(1_037) + wad(1) / U256::from(2)));
    assert_eq!((half.ratioWithoutPuts, half.ratioWithPuts), (half.withoutPuts, half.withPuts));
}

#[test]
fn only_bonding_is_paused_and_only_the_owner_resumes() {
    let world = World::new();
    world.bonded(wad(1_000));
    let pause = |who, paused| world.send(who, setBondingPausedCall { paused });
    refused(pause("guard", true), NotGuardian { caller: account("guard") });
    world.send("owner", setGuardianCall { guardian: account("guard") }).unwrap();
    let id = world.send("alice", World::order(wad(1_000))).unwrap().bondId;
    pause("guard", true).unwrap();
    assert!(world.view(bondingPausedCall {}));
    refused(world.send("alice", World::order(wad(1_000))), errors::BondingPaused {});
    world.chain.warp(MATURITY);
    world.send("alice", redeemCall { bondId: id, recipient: account("alice") }).unwrap();
    world.burn(wad(2_000)).unwrap();
    world.send("bob", collectCall {}).unwrap();
    refused(pause("guard", false), NotOwner { caller: account("guard") });
    pause("owner", false).unwrap();
    world.send("alice", World::order(wad(1_000))).unwrap();
    let seen = world.chain.events::<events::BondingPauseChanged>(BONDING);
    assert_eq!(seen.iter().map(|event| event.paused).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn nobody_comes_back_in_the_middle() {
    let world = World::new();
    world.bonded(wad(1_000));
    // As if the SDK's guard were not there.
    world.chain.allow_reentry(BONDING);
    world.chain.allow_reentry(IMPLEMENTATION);
    for data in [
        World::order(wad(1_000)).abi_encode(),
        World::burning(wad(1)).abi_encode(),
        redeemCall { bondId: U256::ONE, recipient: POOL }.abi_encode(),
        collectCall {}.abi_encode(),
        syncHistoryCall {}.abi_encode(),
    ] {
        world.script.borrow_mut().reenter = Some(data);
        world.send("alice", World::order(wad(1_000))).unwrap();
        let came_back = world.script.borrow_mut().came_back.take();
        assert_eq!(came_back, Some(Err(Reentrant {}.abi_encode())));
    }
}

#[test]
fn the_history_follows_the_pools() {
    let world = World::new();
    world.send("bob", syncHistoryCall {}).unwrap();
    assert!(world.chain.events::<events::HistoryChanged>(BONDING).is_empty());
    let history = account("new history");
    world.script.borrow_mut().history = history;
    world.send("bob", syncHistoryCall {}).unwrap();
    assert_eq!(world.view(peersCall {}).history, history);
    assert_eq!(world.chain.events::<events::HistoryChanged>(BONDING), [events::HistoryChanged { history }]);
}

#[test]
fn the_owner_takes_escrow_back_and_all_see_how_long_it_lasts() {
    let world = World::new();
    let call = |who| world.send(who, withdrawEscrowCall { amount: wad(5), recipient: account("treasury") });
    refused(call("alice"), NotOwner { caller: account("alice") });
    call("owner").unwrap();
    assert_eq!(world.script.borrow().withdrawn, Some((wad(5), account("treasury"))));
    let runway = world.view(runwayCall {});
    assert_eq!((runway.needed, runway.escrow, runway.runwayEpochs), (wad(3), wad(7), U256::from(2)));
    assert_eq!(world.view(maxSupplyCall {}), wad(4_000));
}
