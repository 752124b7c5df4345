//! The insurance fund through its ABI, behind a proxy, on good and bad tokens.
#![allow(missing_docs)]

use std::collections::HashMap;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, SolError, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, NotThroughProxy},
    roles::{NotOwner, NotPendingOwner, ZeroAddress},
    token::{TransferFailed, TransferMismatch},
};
use everfloor_host::{
    TestChain,
    token::{IToken, Quirk, REENTRY_RESULT, Token},
};
use insurance_fund::*;
use proptest::prelude::*;

sol! {
    struct Insurance {
        uint256 balance;
        uint256 sharedUsed;
        uint256 sharedCap;
        uint256 available;
    }
    function initialize(address owner, address quoteToken) external;
    function deposit(uint256 marketId, uint256 amount) external;
    function draw(uint256 marketId, address owner, uint256 amount) external returns (uint256);
    function available(uint256 marketId) external view returns (uint256);
    function balanceOfMarket(uint256 marketId) external view returns (uint256);
    function sharedBalance() external view returns (uint256);
    function sharedUsed(uint256 marketId) external view returns (uint256);
    function sharedCap(uint256 marketId) external view returns (uint256);
    function marketInsurance(uint256 marketId) external view returns (Insurance);
    function totalBalance() external view returns (uint256);
    function drawnBy(uint256 marketId, address owner) external view returns (uint256);
    function quoteToken() external view returns (address);
    function clearingHouse() external view returns (address);
    function setClearingHouse(address clearingHouse) external;
    function setSharedCap(uint256 marketId, uint256 cap) external;
    function owner() external view returns (address);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
}

const IMPLEMENTATION: Address = address!("0x0000000000000000000000000000000000000101");
const FUND: Address = address!("0x0000000000000000000000000000000000000102");
const TOKEN: Address = address!("0x0000000000000000000000000000000000000103");
const MILLION: u64 = 1_000_000;

fn n(value: u64) -> U256 {
    U256::from(value)
}

struct World {
    chain: TestChain,
    owner: Address,
    house: Address,
    donor: Address,
    trader: Address,
}

/// A fund of `token` with its clearing house, and a donor with a million units, approved.
fn world_of(token: Token) -> World {
    let chain = TestChain::new();
    let [owner, house, donor, trader] = ["owner", "house", "donor", "trader"].map(TestChain::account);
    chain.deploy::<InsuranceFund>(IMPLEMENTATION);
    chain.deploy_proxy(FUND, IMPLEMENTATION);
    chain.deploy_token(TOKEN, token);
    chain.send(owner, FUND, initializeCall { owner, quoteToken: TOKEN }).unwrap();
    chain.send(owner, FUND, setClearingHouseCall { clearingHouse: house }).unwrap();
    chain.send(donor, TOKEN, IToken::mintCall { to: donor, amount: n(MILLION) }).unwrap();
    chain.send(donor, TOKEN, IToken::approveCall { spender: FUND, amount: U256::MAX }).unwrap();
    World { chain, owner, house, donor, trader }
}

fn world() -> World {
    world_of(Token::well_behaved(6))
}

impl World {
    fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(FUND, call).unwrap()
    }

    fn deposit(&self, market: u64, amount: u64) {
        self.chain.send(self.donor, FUND, deposit(market, amount)).unwrap();
    }

    fn cap(&self, market: u64, cap: u64) {
        self.chain.send(self.owner, FUND, setSharedCapCall { marketId: n(market), cap: n(cap) }).unwrap();
    }

    fn draw(&self, market: u64, amount: u64) -> U256 {
        self.chain.send(self.house, FUND, draw(market, self.trader, amount)).unwrap()
    }

    fn tokens(&self, account: Address) -> U256 {
        self.chain.view(TOKEN, IToken::balanceOfCall { account }).unwrap()
    }

    /// (market 1, market 2, shared, total), in token units.
    fn ledgers(&self) -> [U256; 4] {
        let market = |id| self.view(balanceOfMarketCall { marketId: n(id) });
        [market(1), market(2), self.view(sharedBalanceCall {}), self.view(totalBalanceCall {})]
    }

    fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, FUND, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }
}

fn deposit(market: u64, amount: u64) -> depositCall {
    depositCall { marketId: n(market), amount: n(amount) }
}

fn draw(market: u64, owner: Address, amount: u64) -> drawCall {
    drawCall { marketId: n(market), owner, amount: n(amount) }
}

#[test]
fn deposits_go_to_the_ledger_named_and_are_reported() {
    let w = world();
    w.deposit(1, 100);
    w.deposit(2, 20);
    w.deposit(0, 3);
    w.deposit(1, 1);
    assert_eq!(w.ledgers(), [n(101), n(20), n(3), n(124)]);
    assert_eq!((w.tokens(FUND), w.tokens(w.donor)), (n(124), n(MILLION - 124)));
    assert_eq!(w.view(balanceOfMarketCall { marketId: n(0) }), n(3));
    let last = Deposited { marketId: n(1), from: w.donor, amount: n(1), ledger: n(101), total: n(124) };
    assert_eq!(w.chain.events::<Deposited>(FUND).last(), Some(&last));
}

#[test]
fn a_draw_takes_the_markets_ledger_first_and_then_the_shared_one() {
    let w = world();
    w.deposit(1, 100);
    w.deposit(2, 50);
    w.deposit(0, 1000);
    w.cap(1, 300);
    assert_eq!(w.draw(1, 60), n(60));
    assert_eq!(w.draw(1, 60), n(60));
    assert_eq!(w.ledgers(), [n(0), n(50), n(980), n(1030)]);
    assert_eq!((w.tokens(w.house), w.tokens(FUND)), (n(120), n(1030)));
    assert_eq!(w.view(sharedUsedCall { marketId: n(1) }), n(20));
    assert_eq!(w.view(drawnByCall { marketId: n(1), owner: w.trader }), n(120));
    assert_eq!(w.view(drawnByCall { marketId: n(2), owner: w.trader }), n(0));
    let last = Drawn {
        marketId: n(1),
        owner: w.trader,
        fromMarket: n(40),
        fromShared: n(20),
        marketLedger: n(0),
        sharedLedger: n(980),
        sharedUsed: n(20),
        drawnByOwner: n(120),
    };
    assert_eq!(w.chain.events::<Drawn>(FUND).last(), Some(&last));
}

#[test]
fn one_market_cannot_use_more_of_the_shared_ledger_than_its_cap() {
    let w = world();
    w.deposit(0, 1000);
    w.cap(1, 300);
    assert_eq!(w.view(availableCall { marketId: n(1) }), n(300));
    assert_eq!(w.draw(1, 500), n(300));
    assert_eq!(w.draw(1, 500), n(0));
    // Filling the shared ledger up again does not give the market more.
    w.deposit(0, 300);
    assert_eq!(w.draw(1, 1), n(0));
    // A higher cap does, a lower one takes nothing back.
    w.cap(1, 310);
    assert_eq!(w.draw(1, 500), n(10));
    w.cap(1, 5);
    assert_eq!((w.draw(1, 1), w.view(sharedUsedCall { marketId: n(1) })), (n(0), n(310)));
    // Another market is not affected, and has no cap of its own yet.
    assert_eq!(w.draw(2, 1), n(0));
    w.cap(2, u64::MAX);
    assert_eq!(w.draw(2, 5000), n(990));
    let m = w.view(marketInsuranceCall { marketId: n(1) });
    assert_eq!([m.balance, m.sharedUsed, m.sharedCap, m.available], [n(0), n(310), n(5), n(0)]);
}

#[test]
fn an_empty_fund_covers_nothing_and_does_not_fail() {
    let w = world();
    let before = w.chain.state();
    assert_eq!(w.draw(1, 100), n(0));
    w.deposit(1, 5);
    assert_eq!(w.draw(1, 0), n(0));
    assert_eq!(
        w.chain.send(w.house, FUND, drawCall { marketId: n(1), owner: w.trader, amount: U256::MAX }).unwrap(),
        n(5)
    );
    assert!(w.chain.events::<Drawn>(FUND).len() == 1 && before != w.chain.state());
}

#[test]
fn what_is_available_is_what_a_draw_pays() {
    let w = world();
    w.deposit(1, 70);
    w.deposit(0, 40);
    for (cap, expected) in [(0, 70), (15, 85), (1000, 110)] {
        w.cap(1, cap);
        let available = w.view(availableCall { marketId: n(1) });
        let all = drawCall { marketId: n(1), owner: w.trader, amount: U256::MAX };
        assert_eq!((available, w.chain.simulate(w.house, FUND, all).unwrap()), (n(expected), n(expected)));
    }
    assert_eq!(w.view(availableCall { marketId: n(0) }), n(0));
}

#[test]
fn only_the_clearing_house_draws_and_only_for_markets() {
    let w = world();
    w.deposit(1, 100);
    for caller in [w.owner, w.donor, w.trader, Address::ZERO] {
        w.refused(caller, draw(1, w.trader, 1), NotClearingHouse { caller });
    }
    w.refused(w.house, draw(0, w.trader, 1), NotAMarket { marketId: n(0) });
}

#[test]
fn without_a_clearing_house_nobody_draws() {
    let w = world();
    let fund = address!("0x0000000000000000000000000000000000000202");
    w.chain.deploy_proxy(fund, IMPLEMENTATION);
    w.chain.send(w.owner, fund, initializeCall { owner: w.owner, quoteToken: TOKEN }).unwrap();
    let revert = w.chain.send(w.house, fund, draw(1, w.trader, 1)).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotClearingHouse { caller: w.house }));
}

#[test]
fn the_clearing_house_is_set_once_by_the_owner() {
    let w = world();
    let call = |clearing_house| setClearingHouseCall { clearingHouse: clearing_house };
    w.refused(w.donor, call(w.donor), NotOwner { caller: w.donor });
    w.refused(w.owner, call(w.owner), ClearingHouseAlreadySet { clearingHouse: w.house });
    assert_eq!(w.view(clearingHouseCall {}), w.house);
    assert_eq!(w.chain.events::<ClearingHouseSet>(FUND), [ClearingHouseSet { clearingHouse: w.house }]);
}

#[test]
fn tokens_sent_directly_are_never_counted() {
    let w = world();
    w.deposit(1, 100);
    w.chain.send(w.donor, TOKEN, IToken::transferCall { to: FUND, amount: n(500) }).unwrap();
    assert_eq!(w.ledgers(), [n(100), n(0), n(0), n(100)]);
    w.cap(1, 1000);
    assert_eq!(w.draw(1, 1000), n(100));
    assert_eq!(w.tokens(FUND), n(500));
}

#[test]
fn deposits_of_nothing_too_much_or_without_tokens_are_refused() {
    let w = world();
    w.refused(w.donor, deposit(1, 0), ZeroAmount {});
    w.refused(w.donor, deposit(1, MILLION + 1), TransferFailed { token: TOKEN });
    w.refused(w.trader, deposit(1, 1), TransferFailed { token: TOKEN });
    let call = |amount| depositCall { marketId: n(1), amount };
    w.refused(w.donor, call(U256::MAX), AmountTooLarge { amount: U256::MAX });
    let limit = U256::from(u128::MAX);
    w.refused(w.donor, call(limit + n(1)), AmountTooLarge { amount: limit + n(1) });
    // A ledger that is full takes nothing more.
    w.chain.send(w.donor, TOKEN, IToken::mintCall { to: w.donor, amount: limit }).unwrap();
    w.chain.send(w.donor, FUND, depositCall { marketId: n(2), amount: limit }).unwrap();
    w.refused(w.donor, call(n(1)), AmountTooLarge { amount: n(1) });
    assert_eq!(w.draw(2, u64::MAX), n(u64::MAX));
}

#[test]
fn caps_are_set_by_the_owner_for_markets() {
    let w = world();
    let call = |market, cap| setSharedCapCall { marketId: n(market), cap };
    w.refused(w.house, call(1, n(1)), NotOwner { caller: w.house });
    w.refused(w.owner, call(0, n(1)), NotAMarket { marketId: n(0) });
    w.refused(w.owner, call(1, U256::MAX), AmountTooLarge { amount: U256::MAX });
    w.cap(1, 7);
    assert_eq!(w.view(sharedCapCall { marketId: n(1) }), n(7));
    assert_eq!(w.chain.events::<SharedCapChanged>(FUND), [SharedCapChanged { marketId: n(1), cap: n(7) }]);
}

#[test]
fn bad_tokens_change_nothing() {
    let cases = [Quirk::ReturnsFalse, Quirk::MovesAndReturnsFalse, Quirk::Reverts];
    for quirk in cases {
        let w = world_of(Token::with_quirk(quirk));
        w.refused(w.donor, deposit(1, 100), TransferFailed { token: TOKEN });
    }
    let w = world_of(Token::with_quirk(Quirk::TakesFee));
    w.refused(w.donor, deposit(1, 100), TransferMismatch { expected: n(100), received: n(90) });
    let w = world_of(Token::with_quirk(Quirk::ReturnsNothing));
    w.deposit(1, 100);
    assert_eq!(w.draw(1, 100), n(100));
}

#[test]
fn a_token_that_turns_bad_cannot_be_drawn_and_keeps_its_ledger() {
    let w = world();
    w.deposit(1, 100);
    w.chain.deploy_token(TOKEN, Token::with_quirk(Quirk::Reverts));
    w.refused(w.house, draw(1, w.trader, 10), TransferFailed { token: TOKEN });
    assert_eq!(w.ledgers()[0], n(100));
}

#[test]
fn a_token_that_calls_back_finds_the_fund_locked() {
    // The token is its own clearing house, so nothing but the lock stands in the way of its call back.
    let w = world();
    let fund = address!("0x0000000000000000000000000000000000000202");
    w.chain.deploy_proxy(fund, IMPLEMENTATION);
    for contract in [fund, IMPLEMENTATION] {
        w.chain.allow_reentry(contract);
    }
    w.chain.deploy_token(
        TOKEN,
        Token::with_quirk(Quirk::Reenters { target: fund, calldata: draw(1, TOKEN, 5).abi_encode() }),
    );
    w.chain.send(w.owner, fund, initializeCall { owner: w.owner, quoteToken: TOKEN }).unwrap();
    w.chain.send(w.owner, fund, setClearingHouseCall { clearingHouse: TOKEN }).unwrap();
    w.chain.send(w.donor, TOKEN, IToken::approveCall { spender: fund, amount: U256::MAX }).unwrap();
    for expected in [100, 200] {
        w.chain.send(w.donor, fund, deposit(1, 100)).unwrap();
        assert_eq!(w.chain.slot(TOKEN, REENTRY_RESULT), B256::with_last_byte(2));
        assert_eq!(w.chain.view(fund, balanceOfMarketCall { marketId: n(1) }).unwrap(), n(expected));
    }
    assert_eq!(w.chain.send(TOKEN, fund, draw(1, w.trader, 50)).unwrap(), n(50));
    assert_eq!(w.chain.slot(TOKEN, REENTRY_RESULT), B256::with_last_byte(2));
    assert_eq!(w.chain.view(fund, totalBalanceCall {}).unwrap(), n(150));
}

#[test]
fn a_fund_is_initialised_once_through_its_proxy_on_a_token() {
    let w = world();
    let call = |owner, token| initializeCall { owner, quoteToken: token };
    w.refused(w.donor, call(w.donor, TOKEN), AlreadyInitialized {});
    let revert = w.chain.send(w.donor, IMPLEMENTATION, call(w.donor, TOKEN)).map(drop).unwrap_err();
    assert_eq!(revert.decode(), Some(NotThroughProxy {}));
    let fresh = address!("0x0000000000000000000000000000000000000202");
    w.chain.deploy_proxy(fresh, IMPLEMENTATION);
    let refused = |owner, token| w.chain.send(w.donor, fresh, call(owner, token)).map(drop).unwrap_err();
    assert_eq!(refused(Address::ZERO, TOKEN).decode(), Some(ZeroAddress {}));
    assert_eq!(refused(w.owner, Address::ZERO).decode(), Some(ZeroAddress {}));
    assert_eq!(refused(w.owner, w.donor).decode(), Some(TransferFailed { token: w.donor }));
    assert_eq!(w.view(quoteTokenCall {}), TOKEN);
}

#[test]
fn the_fund_changes_hands_in_two_steps() {
    let w = world();
    w.refused(w.donor, transferOwnershipCall { newOwner: w.donor }, NotOwner { caller: w.donor });
    w.chain.send(w.owner, FUND, transferOwnershipCall { newOwner: w.donor }).unwrap();
    w.refused(w.house, acceptOwnershipCall {}, NotPendingOwner { caller: w.house });
    w.chain.send(w.donor, FUND, acceptOwnershipCall {}).unwrap();
    assert_eq!(w.view(ownerCall {}), w.donor);
}

#[derive(Clone, Debug)]
enum Step {
    Deposit(u64, u64),
    Draw(u64, u64, u8),
    Cap(u64, u64),
    Donate(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = 1u64..1000;
    let step = prop_oneof![
        3 => (0u64..4, amount.clone()).prop_map(|(m, a)| Step::Deposit(m, a)),
        4 => (1u64..4, 0u64..2000, 0u8..3).prop_map(|(m, a, o)| Step::Draw(m, a, o)),
        1 => (1u64..4, 0u64..2000).prop_map(|(m, c)| Step::Cap(m, c)),
        1 => amount.prop_map(Step::Donate),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Against a model: every unit is in one ledger, with the house, or a donation; no market beyond its cap.
    #[test]
    fn every_token_is_accounted_for(steps in steps()) {
        let w = world();
        let (mut ledgers, mut used, mut caps) = ([0u64; 4], [0u64; 4], [0u64; 4]);
        let (mut donated, mut drawn) = (0, HashMap::new());
        for step in steps {
            match step {
                Step::Deposit(market, amount) => {
                    w.deposit(market, amount);
                    ledgers[market as usize] += amount;
                }
                Step::Cap(market, cap) => {
                    w.cap(market, cap);
                    caps[market as usize] = cap;
                }
                Step::Donate(amount) => {
                    w.chain.send(w.donor, TOKEN, IToken::transferCall { to: FUND, amount: n(amount) }).unwrap();
                    donated += amount;
                }
                Step::Draw(market, amount, owner) => {
                    let m = market as usize;
                    let own = amount.min(ledgers[m]);
                    let shared = (amount - own).min(caps[m].saturating_sub(used[m])).min(ledgers[0]);
                    let owner = TestChain::account(&format!("owner{owner}"));
                    prop_assert_eq!(w.chain.send(w.house, FUND, draw(market, owner, amount)).unwrap(), n(own + shared));
                    ledgers[m] -= own;
                    ledgers[0] -= shared;
                    used[m] += shared;
                    *drawn.entry((market, owner)).or_insert(0) += own + shared;
                }
            }
            for market in 0..4 {
                prop_assert_eq!(w.view(balanceOfMarketCall { marketId: n(market) }), n(ledgers[market as usize]));
                prop_assert_eq!(w.view(sharedUsedCall { marketId: n(market) }), n(used[market as usize]));
            }
            let total: u64 = ledgers.iter().sum();
            prop_assert_eq!(w.view(totalBalanceCall {}), n(total));
            prop_assert_eq!(w.tokens(FUND), n(total + donated));
            prop_assert_eq!(w.tokens(w.house), n(drawn.values().sum()));
        }
        for ((market, owner), amount) in drawn {
            prop_assert_eq!(w.view(drawnByCall { marketId: n(market), owner }), n(amount));
        }
    }
}
