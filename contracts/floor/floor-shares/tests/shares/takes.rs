//! Liquidations of a real market, filled by fractions.

use std::{cell::Cell, rc::Rc};

use alloy_primitives::{Address, I256, U256, address};
use alloy_sol_types::{SolCall, SolType, sol};
use everfloor_common::delegate;
use everfloor_floor_storage::abi::{
    errors as market_errors,
    views::{AccountView, AuctionView, CashView},
};
use floor_lens::FloorLens;
use floor_records::FloorRecords;
use stylus_sdk::{ArbResult, host::VM};

use crate::{
    desk::{self, Desk, SHARES, WHOLE, errors, events},
    rig::{self, MARKET, ONE, World, account, cents, kickCall, n, setOperatorCall, startVoluntaryCall},
};

sol! {
    function getAccount(address owner) external view;
    function getAuction(uint256 id) external view;
    function getCash() external view;
}

/// Where the rig has its own views; this puts the real ones there.
const VIEWS: Address = address!("0x0000000000000000000000000000000000000f07");
const LENS: Address = address!("0x0000000000000000000000000000000000000fa7");
const RECORDS: Address = address!("0x0000000000000000000000000000000000000faa");

/// Shares over a market with its real views.
struct Takes {
    desk: Desk,
    /// What of the market's cash others wait for, as its view says; none is as it is.
    waiting: Rc<Cell<Option<u128>>>,
}

fn views(input: &[u8], vm: &VM, waiting: Option<u128>) -> ArbResult {
    match input.first_chunk() {
        Some(&getCashCall::SELECTOR) => {
            let mut answer = delegate::forward(vm, LENS, input)?;
            if let Some(waiting) = waiting {
                answer[64..96].copy_from_slice(&n(waiting).to_be_bytes::<32>());
            }
            Ok(answer)
        }
        Some(&getAccountCall::SELECTOR) => delegate::forward(vm, LENS, input),
        _ => delegate::forward(vm, RECORDS, input),
    }
}

impl Takes {
    fn new(opening: u128) -> Self {
        let world = World::with(|params, _| params.opening = cents(opening));
        let waiting = Rc::new(Cell::new(None));
        world.chain.deploy::<FloorLens>(LENS);
        world.chain.deploy::<FloorRecords>(RECORDS);
        let said = waiting.clone();
        world.chain.deploy_handler(VIEWS, move |input, vm| views(&input, &vm, said.get()));
        Self { desk: Desk::on(world), waiting }
    }

    fn world(&self) -> &World {
        &self.desk.world
    }

    fn ask<T: SolType>(&self, call: &impl SolCall) -> T::RustType {
        let answer = self.world().chain.send_raw(account("viewer"), MARKET, U256::ZERO, call.abi_encode());
        T::abi_decode(&answer.unwrap()).unwrap()
    }

    fn account(&self, owner: Address) -> AccountView {
        self.ask::<AccountView>(&getAccountCall { owner })
    }

    fn price(&self, auction: U256) -> u128 {
        self.ask::<AuctionView>(&getAuctionCall { id: auction }).price.to()
    }

    fn free(&self) -> u128 {
        let cash = self.ask::<CashView>(&getCashCall {});
        (cash.held - cash.waiting).to()
    }

    /// A holder whose short outgrew her NFTs in kind, with an operator; one of them is being auctioned.
    fn distressed(&self, nfts: u64, fp: u128) -> (Address, U256, U256) {
        let world = self.world();
        let (ann, ids) = world.someone("ann", nfts, 0);
        let bob = world.trader("bob", 9_000);
        world.trade(ann, bob, fp, 1_000);
        world.withdraw(ann, fp * 10);
        world.prices(900, 1_000);
        world.days(1);
        let ids = vec![ids[0]];
        let kick = kickCall { account: ann, ids: ids.clone(), deadline: world.deadline() };
        let auction = world.send(world.trader("keeper", 0), kick);
        world.send(ann, setOperatorCall { operator: SHARES, approved: true });
        world.chain.warp(600);
        (ann, ids[0], auction)
    }

    fn call(&self, auction: U256, id: U256) -> desk::takeCall {
        desk::takeCall {
            market: MARKET,
            auction,
            id,
            maxPrice: U256::MAX,
            maxCash: U256::MAX,
            deadline: self.desk.deadline(),
        }
    }

    /// What a whole sale would leave the owner more; nothing of it stays.
    fn surplus(&self, owner: Address, auction: U256, id: U256) -> u128 {
        let before = self.world().chain.snapshot();
        let cash = self.account(owner).cash;
        let buyer = self.world().trader("somebody", 0);
        self.world().send(
            buyer,
            rig::takeCall {
                auction,
                ids: vec![id],
                maxPrice: n(u128::MAX),
                fp: U256::ZERO,
                receiver: buyer,
                data: Default::default(),
                deadline: self.world().deadline(),
            },
        );
        let more = self.account(owner).cash - cash;
        self.world().chain.restore(&before);
        if more.is_negative() { 0 } else { more.into_raw().to() }
    }

    /// Takes, and sees that `paid` bought its part of the NFT, the owner has the rest, and nothing else moved.
    fn taken(&self, buyer: Address, owner: Address, auction: U256, id: U256, paid: u128) {
        let (desk, world) = (&self.desk, self.world());
        let (price, coins) = (self.price(auction), world.coins(buyer));
        let done = desk.send(buyer, self.call(auction, id));
        let shares: u128 = (n(paid) * n(WHOLE)).div_ceil(n(price)).to();
        assert_eq!((done.paid, done.shares), (n(paid), n(shares)));
        assert_eq!(world.coins(buyer), coins - paid);
        assert_eq!((desk.balance(buyer, id), desk.balance(owner, id)), (shares, WHOLE - shares));
        assert_eq!(world.holder(id), SHARES);
        desk.check(&[buyer, owner], &[id]);
        let told = desk.last::<events::TakenInPart>();
        assert_eq!((told.price, told.paid, told.shares), (n(price), n(paid), n(shares)));
        assert_eq!((told.market, told.auction, told.buyer, told.owner), (MARKET, auction, buyer, owner));
    }
}

fn wei(value: u128) -> I256 {
    I256::try_from(value).unwrap()
}

#[test]
fn a_liquidation_takes_as_much_of_the_nft_as_the_short_costs() {
    let takes = Takes::new(100);
    let (ann, id, auction) = takes.distressed(1, 100);
    let buyer = takes.desk.person("buyer");
    let (price, surplus) = (takes.price(auction), takes.surplus(ann, auction, id));
    assert!(surplus > price / 3 && surplus < price / 2, "{surplus} of {price}");
    takes.taken(buyer, ann, auction, id, price - surplus);
    let account = takes.account(ann);
    assert_eq!((account.cash, account.fp, account.nfts), (I256::ZERO, I256::ZERO, U256::ZERO));
    // Whoever has the other part recombines it.
    let rest = n(takes.desk.balance(ann, id));
    takes.desk.send(ann, desk::transferCall { receiver: buyer, id, amount: rest });
    takes.desk.send(buyer, desk::recombineCall { id, to: buyer });
    assert_eq!(takes.world().holder(id), buyer);
}

#[test]
fn what_the_owner_had_before_stays() {
    let takes = Takes::new(100);
    let (ann, id, auction) = takes.distressed(1, 100);
    // Too little to be out of danger.
    let world = takes.world();
    world.send(ann, rig::depositCashCall { amount: cents(100), account: ann });
    let buyer = takes.desk.person("buyer");
    let (price, surplus) = (takes.price(auction), takes.surplus(ann, auction, id));
    assert!(surplus != 0);
    takes.taken(buyer, ann, auction, id, price - surplus);
    assert_eq!(takes.account(ann).cash, wei(ONE), "to the wei");
    world.withdraw(ann, 100);
}

#[test]
fn whoever_cannot_be_paid_back_pays_the_whole_and_has_all_of_it() {
    // What is left of the account must be covered by four fifths, and by cash for the rest: it can do without nothing.
    let takes = Takes::new(80);
    let world = takes.world();
    let (ann, ids) = world.someone("ann", 4, 0);
    let bob = world.trader("bob", 9_000);
    world.trade(ann, bob, 320, 1_000);
    world.withdraw(ann, 3_200);
    world.prices(700, 1_000);
    world.days(1);
    let kick = kickCall { account: ann, ids: vec![ids[0]], deadline: world.deadline() };
    let auction = world.send(world.trader("keeper", 0), kick);
    world.send(ann, setOperatorCall { operator: SHARES, approved: true });
    let surplus = takes.surplus(ann, auction, ids[0]);
    assert!(surplus != 0, "there is something that stays in the account");
    let (buyer, price) = (takes.desk.person("buyer"), takes.price(auction));
    takes.taken(buyer, ann, auction, ids[0], price);
    assert_eq!(takes.account(ann).cash, wei(surplus));
}

#[test]
fn what_the_account_needs_stays_and_the_rest_is_paid_back() {
    let takes = Takes::new(95);
    let (ann, id, auction) = takes.distressed(4, 380);
    let (price, surplus) = (takes.price(auction), takes.surplus(ann, auction, id));
    // Three FP on three NFTs, of which 2.85 need no margin; the rest half as much again as ten.
    let kept = ONE * 15 / 100 * 15;
    assert!(surplus > kept);
    let buyer = takes.desk.person("buyer");
    takes.taken(buyer, ann, auction, id, price - (surplus - kept));
    assert_eq!(takes.account(ann).cash, wei(kept));
}

#[test]
fn what_others_wait_for_is_not_paid_back() {
    for free in [0, ONE, 3 * ONE] {
        let takes = Takes::new(100);
        let (ann, id, auction) = takes.distressed(1, 100);
        let (price, surplus) = (takes.price(auction), takes.surplus(ann, auction, id));
        assert!(surplus > 3 * ONE);
        // By then the market has the price too.
        takes.waiting.set(Some(takes.free() + price - free));
        let buyer = takes.desk.person("buyer");
        takes.taken(buyer, ann, auction, id, price - free);
        assert_eq!(
            takes.account(ann).cash,
            wei(surplus - free),
            "the rest is her cash, and not in the queue"
        );
    }
}

#[test]
fn an_owner_may_take_of_his_own() {
    let takes = Takes::new(100);
    let (ann, id, auction) = takes.distressed(1, 100);
    takes.desk.person("ann");
    let (price, surplus) = (takes.price(auction), takes.surplus(ann, auction, id));
    let done = takes.desk.send(ann, takes.call(auction, id));
    assert_eq!(done.paid, n(price - surplus));
    assert_eq!(takes.desk.balance(ann, id), WHOLE);
    takes.desk.check(&[ann], &[id]);
}

#[test]
fn nothing_is_taken_without_the_owners_leave_or_beyond_the_takers_limits() {
    let takes = Takes::new(100);
    let (ann, id, auction) = takes.distressed(1, 100);
    let (desk, world) = (&takes.desk, takes.world());
    let buyer = desk.person("buyer");
    let price = takes.price(auction);
    let paid = price - takes.surplus(ann, auction, id);
    let call = || takes.call(auction, id);
    let dear = market_errors::PriceAboveLimit { price: n(price), limit: n(price - 1) };
    desk.refused(buyer, desk::takeCall { maxPrice: n(price - 1), ..call() }, dear);
    let much = market_errors::CashAboveLimit { cash: n(paid), limit: n(paid - 1) };
    desk.refused(buyer, desk::takeCall { maxCash: n(paid - 1), ..call() }, much);
    let now = world.chain.now();
    let late = market_errors::Expired { deadline: n(now - 1), nowTime: n(now) };
    desk.refused(buyer, desk::takeCall { deadline: n(now - 1), ..call() }, late);
    let other = desk.ape(buyer, 77);
    desk.refused(buyer, takes.call(auction, other), market_errors::UnknownNft { id: other });
    let none = n(9_u8);
    desk.refused(buyer, takes.call(none, id), market_errors::UnknownAuction { id: none });

    world.send(ann, setOperatorCall { operator: SHARES, approved: false });
    desk.refused(buyer, call(), market_errors::NotOperator { account: ann, caller: SHARES });
    world.send(ann, setOperatorCall { operator: SHARES, approved: true });
    let exact = desk::takeCall { maxPrice: n(price), maxCash: n(paid), ..call() };
    assert_eq!(desk.send(buyer, exact).paid, n(paid));
    // The NFT is here now; there is no more of it to take.
    desk.refused(buyer, call(), errors::SharesLeft { id, shares: n(WHOLE) });
    desk.check(&[ann, buyer], &[id, other]);
}

#[test]
fn an_owners_own_sale_is_not_a_liquidation() {
    let takes = Takes::new(100);
    let (desk, world) = (&takes.desk, takes.world());
    let (ann, ids) = world.someone("ann", 1, 0);
    world.send(ann, setOperatorCall { operator: SHARES, approved: true });
    let auction = world.send(
        ann,
        startVoluntaryCall {
            account: ann,
            ids: ids.clone(),
            top: cents(2_000),
            reserve: cents(1_000),
            step: n(600_u16),
            cut: n(ONE * 1_000_000_000 / 100 * 99),
            deadline: world.deadline(),
        },
    );
    let buyer = desk.person("buyer");
    desk.refused(buyer, takes.call(auction, ids[0]), errors::NotLiquidation { id: auction });
    assert_eq!(world.holder(ids[0]), MARKET);
    assert_eq!(desk.supply(ids[0]), 0);
}
