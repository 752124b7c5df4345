//! A floor market whose code is replaced.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, FloorSystem, Nft, ONE,
    abi::{
        BidBook, BidBookPrograms, EtherGateway, FloorBook, FloorIndex, FloorMarket::*, FloorParts,
        FloorShares, FloorToken, MarketPrograms, PartIndex, TestToken,
    },
    account,
    layouts::{self, Used},
    upgrades::{self, Subject},
    wad,
};

/// Behind the market, in the order of the struct: each program, and a call that only it knows; the ledger's has no name.
const OTHERS: [(&str, [u8; 4]); 13] = [
    ("floor-ledger", [0; 4]),
    ("floor-cash", withdrawCashCall::SELECTOR),
    ("floor-trade", canSettleCall::SELECTOR),
    ("floor-vault", withdrawNftCall::SELECTOR),
    ("floor-funding", pokeFundingCall::SELECTOR),
    ("floor-auction", redoCall::SELECTOR),
    ("floor-sale", takeCall::SELECTOR),
    ("floor-takeover", closeBankruptCall::SELECTOR),
    ("floor-end", unredeemedPriceCall::SELECTOR),
    ("floor-lens", getCashCall::SELECTOR),
    ("floor-simulate", maxMintCall::SELECTOR),
    ("floor-records", versionCall::SELECTOR),
    ("floor-admin", namePeersCall::SELECTOR),
];

fn upgrade(new_implementation: Address, data: Vec<u8>) -> upgradeToAndCallCall {
    upgradeToAndCallCall { newImplementation: new_implementation, data: data.into() }
}

fn programs(at: [Address; 13]) -> MarketPrograms {
    let [ledger, cash, trade, vault, funding, auction, sale, takeover, end, lens, simulate, records, admin] =
        at;
    MarketPrograms {
        ledger,
        cash,
        trade,
        vault,
        funding,
        auction,
        sale,
        takeover,
        end,
        lens,
        simulate,
        records,
        admin,
    }
}

/// A market with everything that serves it: shares, token, gateway, parts and the index of one.
struct Everything {
    s: FloorSystem,
    shares: Address,
    token: Address,
    gateway: Address,
    parts: Address,
    part_index: Address,
}

impl Everything {
    fn new() -> Self {
        let mut s = FloorSystem::whole();
        let mut made = |name: &str, call: Vec<u8>| {
            s.backend.proxy(s.backend.named(name), call).unwrap_or_else(|revert| panic!("{name}: {revert:?}"))
        };
        let (market, nft, cash, owner) = (s.market, s.nft, s.cash, s.owner);
        let shares = FloorShares::initializeCall { collection: nft, cash, market };
        let shares = made("floor-shares", shares.abi_encode());
        let [name, symbol] = ["FP", "FP"].map(|text| B256::right_padding_from(text.as_bytes()));
        let token = FloorToken::initializeCall { market, name, symbol };
        let token = made("floor-token", token.abi_encode());
        let weights = vec![wad(1) / U256::from(4), wad(3) / U256::from(4)];
        let parts =
            made("floor-parts", FloorParts::initializeCall { owner, collection: nft, weights }.abi_encode());
        let index = PartIndex::initializeCall { parts, number: U256::ONE, whole: s.index };
        let part_index = made("part-index", index.abi_encode());
        // Of a market whose cash is wrapped ether; its code does not care.
        let gateway = made("ether-gateway", EtherGateway::initializeCall { market }.abi_encode());
        Self { s, shares, token, gateway, parts, part_index }
    }

    fn contracts(&self) -> [(&'static str, Address); 9] {
        [
            ("floor-market", self.s.market),
            ("floor-book", self.s.venue),
            ("bid-book", self.s.bids),
            ("floor-index", self.s.index),
            ("floor-shares", self.shares),
            ("floor-token", self.token),
            ("ether-gateway", self.gateway),
            ("floor-parts", self.parts),
            ("part-index", self.part_index),
        ]
    }

    /// The market owns what serves it alone.
    fn subjects(&mut self) -> Vec<(&'static str, Subject)> {
        let (contracts, owner, backend) = (self.contracts(), self.s.owner, &mut self.s.backend);
        let subject = |(name, at)| {
            let (copy, next) = (backend.another_named(name), backend.another_named("next-version"));
            (name, Subject { at, code: backend.named(name), copy, next, owner })
        };
        contracts.map(subject).to_vec()
    }

    /// Cash and NFTs in it, a bid and an order, an index with a value.
    fn use_it(&mut self) -> Vec<U256> {
        let s = &mut self.s;
        let (holder, maker) = (s.trader("holder"), s.trader("maker"));
        let (cash, bids, venue, index) = (s.cash, s.bids, s.venue, s.index);
        s.must_to(maker, cash, TestToken::approveCall { spender: bids, value: U256::MAX });
        let bid =
            BidBook::placeBidCall { tick: U256::from(10), quantity: U256::from(20), deadline: U256::MAX };
        s.must_to(maker, bids, bid);
        s.backend.warp(86_400);
        s.must_to(account("anybody"), index, FloorIndex::updateCall {});
        let ids = s.lock(holder, 2);
        s.deposit(holder, ONE);
        s.deposit(maker, 20 * ONE);
        s.must(maker, setOperatorCall { operator: holder, approved: true });
        let order = FloorBook::placeOrderCall {
            isBuy: true,
            tick: U256::from(9_000),
            lots: U256::from(100),
            kind: 0,
            expiry: 0,
            maxFills: U256::from(8),
            stopOnSelf: false,
            deadline: U256::MAX,
        };
        s.must_to(maker, venue, order);
        s.must_to(holder, s.nft, Nft::setApprovalForAllCall { operator: self.shares, approved: true });
        let shared = s.mint(holder, 1);
        s.must_to(holder, self.shares, FloorShares::fractionalizeCall { ids: shared.clone(), to: holder });
        ids
    }
}

#[test]
fn every_contract_of_a_market_is_replaced_by_its_owner_and_by_its_own_kind_alone() {
    let mut all = Everything::new();
    all.use_it();
    let subjects = all.subjects();
    let others = [account("nobody"), all.s.cash, all.s.backend.named("floor-end")];
    for (name, subject) in &subjects {
        let strangers = subjects.iter().filter(|(other, _)| other != name);
        let strangers: Vec<Address> = strangers.map(|(_, stranger)| stranger.code).collect();
        upgrades::refuses_what_is_not_its_own(&mut all.s.backend, subject, &others, &strangers);
        upgrades::is_replaced_by_a_copy(&mut all.s.backend, subject);
    }
}

#[test]
fn a_later_version_of_each_contract_can_more_and_forgets_nothing() {
    let mut all = Everything::new();
    all.use_it();
    let holder = account("holder");
    for (name, subject) in all.subjects() {
        let views = match name {
            "floor-market" => {
                vec![getMarketCall {}.abi_encode(), getAccountCall { owner: holder }.abi_encode()]
            }
            "floor-book" => {
                vec![FloorBook::bestBidCall {}.abi_encode(), FloorBook::paramsCall {}.abi_encode()]
            }
            "bid-book" => vec![BidBook::bidCall { id: U256::ONE }.abi_encode()],
            "floor-index" => {
                vec![FloorIndex::getIndexCall {}.abi_encode(), FloorIndex::ownerCall {}.abi_encode()]
            }
            "floor-shares" => vec![FloorShares::collectionCall {}.abi_encode()],
            "floor-token" => vec![FloorToken::totalSupplyCall {}.abi_encode()],
            "ether-gateway" => vec![EtherGateway::wethCall {}.abi_encode()],
            "floor-parts" => vec![FloorParts::partCall { number: U256::ONE }.abi_encode()],
            _ => vec![PartIndex::partOfCall {}.abi_encode(), PartIndex::getIndexCall {}.abi_encode()],
        };
        upgrades::is_replaced_by_a_later_version(&mut all.s.backend, &subject, &views);
    }
    all.s.lock(holder, 1);
}

#[test]
fn the_programs_behind_book_and_index_are_replaced_by_their_own_kind_alone() {
    let mut s = FloorSystem::whole();
    let (owner, thief, venue, bids, index) = (s.owner, account("thief"), s.venue, s.bids, s.index);
    let [lens, asks, upkeep, views, admin, index_admin] =
        ["book-lens", "bid-asks", "bid-upkeep", "bid-lens", "bid-admin", "index-admin"]
            .map(|name| s.backend.another_named(name));
    let mismatch = |program, selector: [u8; 4]| ProgramMismatch { program, selector: selector.into() };
    let set = FloorBook::setLensCall { lens };
    s.refused_by(thief, venue, set.clone(), NotOwner { caller: thief });
    let wrong = mismatch(views, FloorBook::tickToPriceCall::SELECTOR);
    s.refused_by(owner, venue, FloorBook::setLensCall { lens: views }, wrong);
    s.must_to(owner, venue, set);
    assert_eq!(s.view_of(venue, FloorBook::lensCall {}), lens);

    let set = FloorIndex::setProgramCall { admin: index_admin };
    s.refused_by(thief, index, set.clone(), NotOwner { caller: thief });
    let wrong = mismatch(admin, FloorIndex::boundsCall::SELECTOR);
    s.refused_by(owner, index, FloorIndex::setProgramCall { admin }, wrong);
    s.must_to(owner, index, set);
    assert_eq!(s.view_of(index, FloorIndex::programCall {}), index_admin);

    let right = BidBookPrograms { asks, upkeep, lens: views, admin };
    let set = |programs: &BidBookPrograms| BidBook::setProgramsCall { programs: programs.clone() };
    s.refused_by(thief, bids, set(&right), NotOwner { caller: thief });
    for (place, selector) in [
        (0, BidBook::requestCancelAskCall::SELECTOR),
        (1, BidBook::bindingAskCall::SELECTOR),
        (2, BidBook::bookStateCall::SELECTOR),
        (3, BidBook::setRewardRateCall::SELECTOR),
    ] {
        for stranger in [asks, upkeep, views, admin, lens, index_admin] {
            let mut programs = right.clone();
            let at = match place {
                0 => &mut programs.asks,
                1 => &mut programs.upkeep,
                2 => &mut programs.lens,
                _ => &mut programs.admin,
            };
            if std::mem::replace(at, stranger) != stranger {
                s.refused_by(owner, bids, set(&programs), mismatch(stranger, selector));
            }
        }
    }
    s.must_to(owner, bids, set(&right));
    assert_eq!(s.view_of(bids, BidBook::programsCall {}), right);
}

#[test]
fn no_slot_of_a_floor_market_has_moved() {
    let mut all = Everything::new();
    let fresh = all.s.backend.clone();
    let ids = all.use_it();
    let holder = account("holder");
    let account_of = |name| ("FloorMarket", getAccountCall { owner: account(name) }.abi_encode());
    let (s, cash) = (&all.s, all.s.cash);
    layouts::check(Used {
        product: "floor",
        fresh,
        used: &s.backend,
        contracts: &[
            ("FloorMarket", s.market),
            ("FloorBook", s.venue),
            ("BidBook", s.bids),
            ("FloorIndex", s.index),
            ("FloorShares", all.shares),
            ("FloorToken", all.token),
            ("EtherGateway", all.gateway),
            ("FloorParts", all.parts),
            ("PartIndex", all.part_index),
        ],
        others: &[("cash", cash), ("collection", s.nft)],
        views: vec![
            account_of("holder"),
            account_of("maker"),
            ("FloorMarket", isOperatorCall { account: account("maker"), operator: holder }.abi_encode()),
            ("FloorBook", FloorBook::getOrderCall { id: U256::ONE }.abi_encode()),
            ("BidBook", BidBook::bidCall { id: U256::ONE }.abi_encode()),
            ("FloorParts", FloorParts::partCall { number: U256::ONE }.abi_encode()),
            (
                "FloorShares",
                FloorShares::balanceOfCall { owner: holder, id: ids[1] + U256::ONE }.abi_encode(),
            ),
        ],
    });
}

#[test]
fn all_code_is_replaced_at_once_and_nothing_else_changes() {
    let mut s = FloorSystem::told();
    let (owner, holder) = (s.owner, s.trader("holder"));
    s.lock(holder, 2);
    s.deposit(holder, ONE);
    let seen = |s: &FloorSystem| {
        (s.view(getMarketCall {}), s.view(getCashCall {}), s.holding(holder), s.view(ownerCall {}))
    };
    let before = seen(&s);
    let market = s.backend.another_named("floor-market");
    let fresh = programs(OTHERS.map(|(name, _)| s.backend.another_named(name)));
    let data = setProgramsCall { programs: fresh.clone() }.abi_encode();
    let done = s.must(owner, upgrade(market, data));
    assert_eq!(done.event::<Upgraded>().implementation, market);
    assert_eq!(s.view(programsCall {}), fresh);
    assert_eq!(seen(&s), before);
    s.lock(holder, 1);
    assert_eq!(s.view(UPGRADE_INTERFACE_VERSIONCall {}), "5.0.0");
    let old = s.backend.named("floor-market");
    s.must(owner, upgrade(old, Vec::new()));
}

#[test]
fn only_its_owner_upgrades_a_market_and_only_to_a_market() {
    let mut s = FloorSystem::told();
    let (owner, thief, market) = (s.owner, account("thief"), s.market);
    let fresh = s.backend.another_named("floor-market");
    s.refused(thief, upgrade(fresh, Vec::new()), NotOwner { caller: thief });
    for other in [account("nobody"), s.cash, market, s.backend.named("floor-end")] {
        let invalid = ERC1967InvalidImplementation { implementation: other };
        s.refused(owner, upgrade(other, Vec::new()), invalid);
    }
    s.refused(thief, proxiableUUIDCall {}, UUPSUnauthorizedCallContext {});
    let slot: B256 = s.view_of(fresh, proxiableUUIDCall {});
    assert_eq!(slot, s.view_of(s.backend.named("floor-market"), proxiableUUIDCall {}));
}

#[test]
fn no_program_of_a_market_stands_where_another_belongs() {
    let mut s = FloorSystem::told();
    let owner = s.owner;
    let right = OTHERS.map(|(name, _)| s.backend.named(name));
    let market = s.backend.named("floor-market");
    for (place, (_, selector)) in OTHERS.into_iter().enumerate() {
        for candidate in right.iter().chain([&market]).filter(|candidate| **candidate != right[place]) {
            let mut at = right;
            at[place] = *candidate;
            let mismatch = ProgramMismatch { program: *candidate, selector: selector.into() };
            s.refused(owner, setProgramsCall { programs: programs(at) }, mismatch);
        }
    }
    s.must(owner, setProgramsCall { programs: programs(right) });
}

#[test]
fn no_administration_stands_that_would_be_the_last() {
    let mut s = FloorSystem::whole();
    let (owner, of_market) = (s.owner, s.view(programsCall {}));
    let set_market =
        move |admin| setProgramsCall { programs: MarketPrograms { admin, ..of_market } }.abi_encode();
    let of_bids = s.view_of(s.bids, BidBook::programsCall {});
    let set_bids =
        move |admin| BidBook::setProgramsCall { programs: BidBookPrograms { admin, ..of_bids } }.abi_encode();
    let set_book = |lens| FloorBook::setLensCall { lens }.abi_encode();
    let set_index = |admin| FloorIndex::setProgramCall { admin }.abi_encode();
    type Set = Box<dyn FnOnce(Address) -> Vec<u8>>;
    let contracts: [(&str, Address, Set); 4] = [
        ("floor-market", s.market, Box::new(set_market)),
        ("bid-book", s.bids, Box::new(set_bids)),
        ("floor-book", s.venue, Box::new(set_book)),
        ("floor-index", s.index, Box::new(set_index)),
    ];
    for (name, at, set) in contracts {
        let code = s.backend.named(name);
        upgrades::stays_replaceable(&mut s.backend, at, code, owner, set);
    }
}
