//! Every product, with people in it, is upgraded by a vote; nothing else is.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, U256, hex, keccak256},
    sol,
    sol_types::{SolCall, SolError},
};
use clap::ValueEnum;
use devnet::{Chain, TxRequest};
use everfloor_deploy::{
    bindings::{
        ARB_WASM, ArbWasm, BidBook, ClearingHouse, FloorIndex, FloorMarket, PutPool, TestDollar, TestToken,
        Upgradeable, WriterPosition,
    },
    book,
    client::Call,
    governance::{Action, Proposal, Vote},
    programs::{self, Program},
    steps::IMPLEMENTATION_SLOT,
    upgrade::Kind,
};
use serde_json::Value;

use crate::world::{DAY, DEPLOYER, FEW, MANY, STRANGER, World};

sol! {
    /// `test/programs/next-version`: a later version of any contract, which can count.
    interface NextVersion {
        error FollowsAlready(address before);

        function follow(address before) external;
        function count() external returns (uint256);
        function counted() external view returns (uint256);
    }
}

const WAD: u128 = 1_000_000_000_000_000_000;

fn wad(whole: u64) -> U256 {
    U256::from(whole) * U256::from(WAD)
}

fn somebody(number: u8) -> Address {
    Address::repeat_byte(0xa0 + number)
}

fn next_version() -> Program {
    Program::load(&programs::default_folder(), "next-version").unwrap()
}

/// A contract and the code that is to come.
struct Subject {
    name: String,
    at: Address,
    before: Address,
    next: Address,
}

impl Subject {
    fn upgrade(&self) -> Action {
        upgrade_to(self.at, self.next, NextVersion::followCall { before: self.before }.abi_encode())
    }

    /// The perpetuals', the put pool's, or a floor market's.
    fn product(&self) -> &str {
        self.name.split_once('.').map_or("perps", |(product, _)| product)
    }
}

fn upgrade_to(at: Address, code: Address, data: Vec<u8>) -> Action {
    Action::new(at, &Upgradeable::upgradeToAndCallCall { newImplementation: code, data: data.into() })
}

impl World {
    /// A long and a short.
    fn enter_perps(&self) -> [Address; 2] {
        let (house, dollar) = (self.contract("ClearingHouse"), self.contract("TestDollar"));
        let traders = [somebody(1), somebody(2)];
        for (trader, side) in traders.into_iter().zip(0..) {
            let margin = U256::from(1_000_000_000);
            self.act(trader, dollar, &TestDollar::mintCall { to: trader, value: margin });
            self.act(trader, dollar, &TestDollar::approveCall { spender: house, value: margin });
            let open = ClearingHouse::openPositionCall {
                marketId: U256::ONE,
                side,
                margin,
                notional: wad(4_000),
                baseLimit: U256::ZERO,
                maxFee: U256::MAX,
                deadline: U256::MAX,
            };
            self.act(trader, house, &open);
        }
        traders
    }

    /// A writer; her token and its shares.
    fn enter_puts(&self) -> (Address, U256, U256) {
        let (pool, token) = (self.contract("puts.PutPool"), self.contract("puts.collateral.TestToken"));
        let (writer, assets) = (somebody(3), wad(10));
        self.act(writer, token, &TestToken::mintCall { to: writer, value: assets });
        self.act(writer, token, &TestToken::approveCall { spender: pool, value: assets });
        let deposit =
            PutPool::depositCall { assets, minShares: U256::ZERO, receiver: writer, deadline: U256::MAX };
        let made = self.act(writer, pool, &deposit);
        (writer, made.id, made.shares)
    }

    /// A bidder who is the index, a holder who locked three NFTs and is short of one FP, and a long of it.
    fn enter_floor(&self) -> [Address; 2] {
        let at = |name: &str| self.contract(&format!("floor.degods.{name}"));
        let (market, bids, index) = (at("FloorMarket"), at("BidBook"), at("FloorIndex"));
        let (cash, nft) = (at("cash.TestToken"), at("collection.WriterPosition"));
        let (holder, long, bidder) = (somebody(4), somebody(5), somebody(6));
        for who in [holder, long, bidder] {
            self.act(who, cash, &TestToken::mintCall { to: who, value: wad(1_000) });
            for spender in [market, bids] {
                self.act(who, cash, &TestToken::approveCall { spender, value: U256::MAX });
            }
            let operator = FloorMarket::setOperatorCall { operator: bidder, approved: true };
            self.act(who, market, &operator);
        }
        let bid =
            BidBook::placeBidCall { tick: U256::from(40_000), quantity: U256::from(10), deadline: U256::MAX };
        self.act(bidder, bids, &bid);
        for _ in 0..3 {
            self.pass(2_100);
            self.act(bidder, bids, &BidBook::catchUpCall { steps: U256::from(60) });
            self.act(bidder, index, &FloorIndex::updateCall {});
        }
        let ids: Vec<U256> = (1..=3).map(U256::from).collect();
        for id in &ids {
            let mint = WriterPosition::mintCall { to: holder, id: *id };
            self.act(self.address(DEPLOYER), nft, &mint);
        }
        let operator = WriterPosition::setApprovalForAllCall { operator: market, approved: true };
        self.act(holder, nft, &operator);
        self.act(holder, market, &FloorMarket::depositNftCall { account: holder, ids, proofs: Vec::new() });
        for account in [holder, long] {
            self.act(account, market, &FloorMarket::depositCashCall { amount: wad(100), account });
        }
        let trade = FloorMarket::settleTradeCall {
            maker: holder,
            taker: long,
            fp: wad(1),
            price: wad(4),
            takerBuys: true,
            mark: U256::ZERO,
        };
        assert_eq!(self.act(bidder, market, &trade).outcome, 0, "the trade was not made");
        [holder, long]
    }

    /// Positions are closed and what they left is taken out.
    async fn leave_perps(&self, traders: [Address; 2]) {
        let (house, dollar) = (self.contract("ClearingHouse"), self.contract("TestDollar"));
        let market_id = U256::ONE;
        for trader in traders {
            let close = ClearingHouse::closePositionCall {
                marketId: market_id,
                size: U256::MAX,
                quoteLimit: U256::ZERO,
                maxFee: U256::MAX,
                deadline: U256::MAX,
            };
            self.act(trader, house, &close);
            let amount = self
                .view(house, ClearingHouse::maxWithdrawCall { marketId: market_id, account: trader })
                .await;
            self.act(
                trader,
                house,
                &ClearingHouse::removeMarginCall { marketId: market_id, amount, recipient: trader },
            );
            let got = self.view(dollar, TestDollar::balanceOfCall { account: trader }).await;
            assert!(got > U256::from(900_000_000), "{got} of 1,000 dollars");
        }
    }

    /// The trade is undone, the NFTs and the cash go back.
    async fn leave_floor(&self, [holder, long]: [Address; 2]) {
        let at = |name: &str| self.contract(&format!("floor.degods.{name}"));
        let (market, index) = (at("FloorMarket"), at("FloorIndex"));
        self.act(somebody(0), index, &FloorIndex::closeEpochsCall { most: U256::from(60) });
        self.act(somebody(0), index, &FloorIndex::updateCall {});
        self.act(somebody(0), market, &FloorMarket::pokeFundingCall { maxSteps: U256::from(60) });
        let short = self.view(market, FloorMarket::getAccountCall { owner: holder }).await.fp;
        let back = FloorMarket::settleTradeCall {
            maker: long,
            taker: holder,
            fp: short.unsigned_abs(),
            price: wad(4),
            takerBuys: true,
            mark: U256::ZERO,
        };
        assert_eq!(self.act(somebody(6), market, &back).outcome, 0, "the trade was not undone");
        let ids = (1..=3).map(U256::from).collect();
        let withdraw = FloorMarket::withdrawNftCall { account: holder, ids, to: holder, deadline: U256::MAX };
        self.act(holder, market, &withdraw);
        let amount = self.view(market, FloorMarket::maxWithdrawCall { account: long }).await.amount;
        let withdraw = FloorMarket::withdrawCashCall { account: long, amount, to: long, deadline: U256::MAX };
        assert!(self.act(long, market, &withdraw).paid > wad(99));
    }

    /// Every contract that can be upgraded, with a copy of the later version that waits for it and knows whom it follows.
    async fn subjects(&mut self) -> Vec<Subject> {
        let (book, next) = (self.book(), next_version());
        let mut subjects = Vec::new();
        for kind in Kind::value_variants() {
            let of_kind = book.contracts.iter().filter(|(name, _)| book::kind(name) == kind.name());
            for (name, entry) in of_kind {
                let slot = self.client.slot(entry.address, IMPLEMENTATION_SLOT.into()).await.unwrap();
                let before = Address::from_word(slot.into());
                let next = self.create(&next);
                if subjects.is_empty() {
                    self.activate(next);
                }
                self.act(somebody(0), next, &NextVersion::followCall { before });
                subjects.push(Subject { name: name.clone(), at: entry.address, before, next });
            }
        }
        subjects
    }

    fn create(&self, program: &Program) -> Address {
        let data = program.init_code.clone();
        self.carry(TxRequest { from: somebody(0), data, ..TxRequest::default() }).contract_address.unwrap()
    }

    /// For all copies of its code.
    fn activate(&self, program: Address) {
        let data = ArbWasm::activateProgramCall { program }.abi_encode().into();
        let (to, value) = (Some(ARB_WASM), U256::from(WAD));
        self.carry(TxRequest { from: somebody(0), to, data, value, ..TxRequest::default() });
    }

    /// All there is on chain: of every account its balance, code, words.
    fn everything(&self) -> BTreeMap<Address, Value> {
        let dump = self.node.with_chain(|chain: &mut Chain| chain.dump()).unwrap();
        let dump: Value = serde_json::from_slice(&dump).unwrap();
        let accounts = dump["accounts"].as_object().unwrap().iter();
        accounts.map(|(address, account)| (address.parse().unwrap(), account.clone())).collect()
    }
}

/// What a call left of accounts: those whose words, code or balance are not what they were, and which words.
fn changes(
    before: &BTreeMap<Address, Value>,
    after: &BTreeMap<Address, Value>,
) -> BTreeMap<Address, Vec<U256>> {
    let words = |account: Option<&Value>| -> BTreeMap<U256, Value> {
        let words = account.and_then(|account| account["storage"].as_object());
        words.into_iter().flatten().map(|(key, value)| (key.parse().unwrap(), value.clone())).collect()
    };
    let differ = after.iter().filter(|(address, account)| before.get(*address) != Some(account));
    let differ = differ.map(|(address, account)| {
        let (before, after) = (words(before.get(address)), words(Some(account)));
        let keys = before.keys().chain(after.keys());
        let mut keys: Vec<U256> = keys.filter(|key| before.get(key) != after.get(key)).copied().collect();
        keys.sort();
        keys.dedup();
        (*address, keys)
    });
    differ.collect()
}

/// keccak256(keccak256("everfloor.next-version") - 1), its last byte zero: the later version's own first word.
fn next_version_s_word() -> U256 {
    let label = U256::from_be_bytes(keccak256("everfloor.next-version").0) - U256::ONE;
    U256::from_be_bytes(keccak256(label.to_be_bytes::<32>()).0) & !U256::from(0xff)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_product_is_upgraded_by_a_vote_and_what_people_have_there_stays() {
    let Some(mut world) = World::whole("products").await else { return };
    let (governor, timelock) = (world.contracts().governor, world.contracts().timelock);
    let house = world.contract("ClearingHouse");
    let traders = world.enter_perps();
    let (writer, id, shares) = world.enter_puts();
    let midnight = world.node.with_chain(|chain| chain.next_timestamp()).next_multiple_of(u64::from(DAY));
    world.node.with_chain(|chain| chain.set_next_timestamp(midnight).unwrap());
    let [holder, long] = world.enter_floor();
    let subjects = world.subjects().await;

    // A proposal for each product, all on their way together.
    let products = ["perps", "puts", "floor"].map(|product| {
        let own: Vec<&Subject> = subjects.iter().filter(|subject| subject.product() == product).collect();
        assert!(own.len() > 2, "{product}");
        let actions = own.iter().map(|subject| subject.upgrade()).collect();
        (own, Proposal::new(actions, &format!("The next version of {product}")).unwrap())
    });
    // And some that the contracts have to refuse, whatever was voted.
    let perps = |name: &str| subjects.iter().find(|subject| subject.name == name).unwrap();
    let (own, pool) = (perps("ClearingHouse"), perps("puts.PutPool"));
    let initialize = ClearingHouse::initializeCall {
        owner: somebody(0),
        programs: programs::parts(&world.book()).unwrap(),
    };
    let wrong = [
        ("nothing but an account", upgrade_to(house, somebody(0), vec![]), "ERC1967InvalidImplementation"),
        ("a proxy", upgrade_to(house, pool.at, vec![]), "ERC1967InvalidImplementation"),
        ("another product's code", upgrade_to(house, pool.before, vec![]), "ProgramMismatch"),
        ("code that would be dead", upgrade_to(house, own.next, vec![]), "NotUpgradeable"),
        ("the initialiser once more", Action::new(house, &initialize), "AlreadyInitialized"),
    ];
    let wrong = wrong.map(|(why, action, error)| (Proposal::new(vec![action], why).unwrap(), error));
    let proposals: Vec<&Proposal> =
        products.iter().map(|(_, proposal)| proposal).chain(wrong.iter().map(|(wrong, _)| wrong)).collect();
    for proposal in &proposals {
        world.refused(STRANGER, &proposal.propose(governor), "GovernorInsufficientProposerVotes").await;
        world.done(FEW, &proposal.propose(governor)).await;
    }
    world.pass(DAY + 60);
    for proposal in &proposals {
        world.done(MANY, &proposal.vote(governor, Vote::For)).await;
    }
    world.pass(3 * DAY);
    for proposal in &proposals {
        world.done(STRANGER, &proposal.queue(governor)).await;
    }
    world.pass(2 * DAY);
    for (proposal, error) in &wrong {
        world.refused(STRANGER, &proposal.execute(governor), error).await;
    }

    for (own, proposal) in &products {
        let before = world.everything();
        world.done(STRANGER, &proposal.execute(governor)).await;
        let mut changed = changes(&before, &world.everything());
        let mut slots = [IMPLEMENTATION_SLOT.into(), next_version_s_word()];
        slots.sort();
        for subject in own {
            assert_eq!(changed.remove(&subject.at), Some(slots.to_vec()), "{}", subject.name);
        }
        // Beside the two that decided only whoever paid for the gas, and who gets what was paid.
        for decided in [governor, timelock] {
            assert!(changed.remove(&decided).is_some_and(|words| !words.is_empty()));
        }
        assert!(changed.values().all(Vec::is_empty), "{changed:?}");
        assert!(changed.len() <= 2 && changed.contains_key(&world.address(STRANGER)), "{changed:?}");
    }

    // What is new works, for anybody; the old owner can do nothing, nor can anybody begin anew.
    for subject in &subjects {
        assert_eq!(world.act(somebody(0), subject.at, &NextVersion::countCall {}), U256::ONE);
        let counted = world.view(subject.at, NextVersion::countedCall {}).await;
        assert_eq!(counted, U256::ONE, "{}", subject.name);
        let back = Upgradeable::upgradeToAndCallCall { newImplementation: subject.before, data: [].into() };
        for who in [DEPLOYER, STRANGER] {
            world.refused(who, &Call::new(subject.at, &back), "NotOwner").await;
        }
        let follow = Call::new(subject.at, &NextVersion::followCall { before: subject.before });
        let told = world.client.send(&mut world.accounts[STRANGER], &follow).await.unwrap_err().to_string();
        assert!(told.contains(&hex::encode(NextVersion::FollowsAlready::SELECTOR)), "{told}");
    }
    world.refused(STRANGER, &Call::new(house, &initialize), "AlreadyInitialized").await;
    world.leave_perps(traders).await;
    world.act(writer, pool.at, &PutPool::requestExitCall { id, shares });
    world.leave_floor([holder, long]).await;
}
