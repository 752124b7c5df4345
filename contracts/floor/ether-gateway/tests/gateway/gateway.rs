//! Ether that goes in and comes out, at once and later.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, SolError, sol};
use ether_gateway::{EtherGateway, abi::errors, abi::events};
use everfloor_common::{asked::NoAnswer, initializer, roles::ZeroAddress, token::TransferFailed};
use everfloor_floor_storage::state::Peer;
use everfloor_host::{Revert, token::IToken, weth::Weth};
use floor_lens::FloorLens;
use floor_records::FloorRecords;
use stylus_sdk::call::RawCall;

use crate::rig::{self, CASH, MARKET, ONE, World, account, cents, errors as market, n};

sol! {
    /// The gateway.
    #[derive(Debug, PartialEq)]
    interface IEtherGateway {
        function initialize(address market) external;
        function depositEther(address account) external payable;
        function withdrawEther(uint256 amount, address to, uint256 deadline) external returns (uint256 paid, uint256 ticket);
        function claimEther(uint256 ticket) external returns (uint256 paid);
        function claimWrapped(uint256 ticket, address to) external returns (uint256 paid);
        function market() external view returns (address);
        function weth() external view returns (address);
        function ticket(uint256 ticket) external view returns (address account, address to, uint256 given, uint256 due);
    }
}

use IEtherGateway::*;

const GATEWAY: Address = address!("0x0000000000000000000000000000000000008000");
const CODE: Address = address!("0x0000000000000000000000000000000000008001");
const LENS: Address = address!("0x0000000000000000000000000000000000000fa7");
const RECORDS: Address = address!("0x0000000000000000000000000000000000000faa");
/// Where the market keeps the first of the addresses it knows.
const FIRST_PEER: u64 = 8;

/// A market, its gateway, and two of four FP whose short took its cash and is owed more than there is.
struct Gate {
    w: World,
}

impl Gate {
    fn new() -> Self {
        let w = World::new();
        w.chain.deploy::<FloorLens>(LENS);
        w.chain.deploy::<FloorRecords>(RECORDS);
        for (peer, program) in [(Peer::LensProgram, LENS), (Peer::RecordsProgram, RECORDS)] {
            w.chain.set_slot(MARKET, n(FIRST_PEER + peer as u64), program.into_word());
        }
        w.chain.deploy_weth(CASH, Weth::Paying);
        w.chain.set_balance(CASH, n(1_000_000 * ONE));
        w.chain.deploy::<EtherGateway>(CODE);
        w.chain.deploy_proxy(GATEWAY, CODE);
        w.chain.send(w.owner, GATEWAY, initializeCall { market: MARKET }).unwrap();
        Self { w }
    }

    fn send<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.w.chain.send(from, GATEWAY, call).unwrap()
    }

    fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.w.chain.view(GATEWAY, call).unwrap()
    }

    /// Refused with this error, and nothing has changed.
    fn refused<C: SolCall>(&self, from: Address, call: C, error: impl SolError) {
        let before = self.w.chain.state();
        let revert = self.w.chain.send(from, GATEWAY, call).map(drop).unwrap_err();
        assert_eq!(revert, Revert(error.abi_encode()));
        assert_eq!(self.w.chain.state(), before);
    }

    /// Somebody with so many NFTs and cash, who lets the gateway act for him.
    fn someone(&self, name: &str, nfts: u64, cash: u128) -> Address {
        let who = self.w.someone(name, nfts, cash).0;
        self.w.send(who, rig::setOperatorCall { operator: GATEWAY, approved: true });
        who
    }

    fn withdraw(&self, amount: u128, to: Address) -> withdrawEtherCall {
        withdrawEtherCall { amount: cents(amount), to, deadline: self.w.deadline() }
    }

    fn deposit(&self, from: Address, account: Address, value: U256) -> Result<(), Revert> {
        let input = depositEtherCall { account }.abi_encode();
        self.w.chain.send_raw(from, GATEWAY, value, input).map(drop).map_err(Revert)
    }

    fn ether(&self, who: Address) -> u128 {
        self.w.chain.balance(who).to()
    }

    fn allowed(&self) -> U256 {
        self.w.chain.view(CASH, IToken::allowanceCall { owner: GATEWAY, spender: MARKET }).unwrap()
    }

    /// A short that is owed two by a long who has nothing: what it withdraws waits, as the first ticket.
    fn waiting(&self, to: Address) -> [Address; 2] {
        let (short, long) = (self.someone("short", 1, 0), self.someone("long", 0, 1_000));
        self.w.trade(short, long, 100, 1_000);
        self.w.withdraw(short, 1_000);
        self.w.prices(1_200, 1_000);
        self.w.days(1);
        let done = self.send(short, self.withdraw(200, to));
        assert_eq!((done.paid, done.ticket), (U256::ZERO, n(1_u8)));
        [short, long]
    }

    /// The long pays some of it.
    fn comes(&self, long: Address, cash: u128) {
        self.w.send(long, rig::depositCashCall { amount: cents(cash), account: long });
    }

    fn told(&self) -> (u128, u128) {
        let told = self.view(ticketCall { ticket: n(1_u8) });
        (told.given.to(), told.due.to())
    }
}

#[test]
fn a_gateway_is_made_once_and_only_in_a_proxy() {
    let gate = Gate::new();
    assert_eq!((gate.view(marketCall {}), gate.view(wethCall {})), (MARKET, CASH));
    let made = gate.w.chain.events::<events::GatewayCreated>(GATEWAY);
    assert_eq!((made.len(), made[0].market, made[0].weth), (1, MARKET, CASH));
    gate.refused(gate.w.owner, initializeCall { market: MARKET }, initializer::AlreadyInitialized {});
    let direct = gate.w.chain.send(gate.w.owner, CODE, initializeCall { market: MARKET }).map(drop);
    assert_eq!(direct.unwrap_err(), Revert(initializer::NotThroughProxy {}.abi_encode()));
    let other = account("another proxy");
    gate.w.chain.deploy_proxy(other, CODE);
    let told =
        |market| gate.w.chain.send(gate.w.owner, other, initializeCall { market }).map(drop).unwrap_err();
    assert_eq!(told(Address::ZERO), Revert(ZeroAddress {}.abi_encode()));
    let from = account("no market");
    assert_eq!(told(from), Revert(NoAnswer { from }.abi_encode()));
}

#[test]
fn ether_becomes_cash_of_any_account() {
    let gate = Gate::new();
    let (payer, friend) = (account("payer"), account("friend"));
    gate.w.chain.set_balance(payer, n(5 * ONE));
    gate.deposit(payer, friend, n(2 * ONE)).unwrap();
    assert_eq!((gate.ether(payer), gate.w.coins(MARKET)), (3 * ONE, 2 * ONE));
    assert_eq!((gate.ether(GATEWAY), gate.w.coins(GATEWAY), gate.allowed()), (0, 0, U256::ZERO));
    let told = gate.w.last::<rig::events::CashDeposited>();
    assert_eq!((told.account, told.payer, told.amount), (friend, GATEWAY, n(2 * ONE)));
    let told = gate.w.chain.events::<events::EtherDeposited>(GATEWAY).pop().unwrap();
    assert_eq!((told.account, told.payer, told.amount), (friend, payer, n(2 * ONE)));
    let refused = gate.deposit(payer, friend, U256::ZERO).unwrap_err();
    assert_eq!(refused, Revert(errors::ZeroAmount {}.abi_encode()));
    let refused = gate.deposit(payer, Address::ZERO, n(1_u8)).unwrap_err();
    assert_eq!(refused, Revert(ZeroAddress {}.abi_encode()), "the market's own words");
    // Ether comes with nothing else.
    let plain = gate.w.chain.send_raw(payer, GATEWAY, n(1_u8), Vec::new());
    assert_eq!(plain, Err(Vec::new()));
    let claim = claimEtherCall { ticket: n(1_u8) }.abi_encode();
    assert_eq!(gate.w.chain.send_raw(payer, GATEWAY, n(1_u8), claim), Err(Vec::new()));
    assert_eq!(gate.ether(payer), 3 * ONE);
}

#[test]
fn cash_becomes_ether_of_whom_the_owner_likes() {
    let gate = Gate::new();
    let (owner, friend) = (gate.someone("saver", 0, 500), account("friend"));
    let done = gate.send(owner, gate.withdraw(300, friend));
    assert_eq!((done.paid, done.ticket), (cents(300), U256::ZERO));
    assert_eq!((gate.ether(friend), gate.ether(GATEWAY), gate.w.coins(GATEWAY)), (3 * ONE, 0, 0));
    let told = gate.w.chain.events::<events::EtherWithdrawn>(GATEWAY).pop().unwrap();
    assert_eq!((told.account, told.to, told.amount), (owner, friend, cents(300)));
    assert_eq!((told.paid, told.ticket), (cents(300), U256::ZERO));
    let thief = account("thief");
    let refusal = market::NotOperator { account: thief, caller: GATEWAY };
    gate.refused(thief, gate.withdraw(200, thief), refusal);
    let deadline = gate.w.deadline() - n(1_u8);
    let late = withdrawEtherCall { deadline, ..gate.withdraw(200, friend) };
    gate.refused(owner, late, market::Expired { deadline, nowTime: gate.w.deadline() });
    gate.refused(owner, gate.withdraw(200, Address::ZERO), ZeroAddress {});
    let cash = alloy_primitives::I256::try_from(-(ONE as i128) / 100).unwrap();
    gate.refused(owner, gate.withdraw(201, friend), market::NegativeCash { cash });
}

#[test]
fn what_waits_is_paid_by_anybody_to_whom_it_is_for() {
    let gate = Gate::new();
    let friend = account("friend");
    let [short, long] = gate.waiting(friend);
    let told = gate.view(ticketCall { ticket: n(1_u8) });
    assert_eq!((told.account, told.to, told.given, told.due), (short, friend, U256::ZERO, U256::ZERO));
    let claim = claimEtherCall { ticket: n(1_u8) };
    gate.refused(long, claim.clone(), errors::NothingToPay {});
    gate.comes(long, 50);
    assert_eq!(gate.told(), (0, ONE / 2));
    assert_eq!(gate.send(long, claim.clone()), cents(50));
    assert_eq!((gate.ether(friend), gate.told()), (ONE / 2, (ONE / 2, 0)));
    gate.refused(long, claim.clone(), errors::NothingToPay {});
    let told = gate.w.chain.events::<events::TicketPaid>(GATEWAY).pop().unwrap();
    assert_eq!((told.ticket, told.to, told.amount, told.wrapped), (n(1_u8), friend, cents(50), false));
    // Somebody has the market pay the gateway, which nobody tells; and then more comes.
    gate.comes(long, 30);
    gate.w.send(long, rig::claimWaitingCall { ticket: n(1_u8) });
    assert_eq!((gate.w.coins(GATEWAY), gate.told()), (3 * ONE / 10, (ONE / 2, 3 * ONE / 10)));
    gate.comes(long, 20);
    assert_eq!(gate.told(), (ONE / 2, ONE / 2));
    assert_eq!(gate.send(long, claim.clone()), cents(50));
    gate.comes(long, 500);
    gate.w.send(long, rig::claimWaitingCall { ticket: n(1_u8) });
    assert_eq!(gate.send(long, claim.clone()), cents(100));
    assert_eq!((gate.ether(friend), gate.w.coins(GATEWAY), gate.ether(GATEWAY)), (2 * ONE, 0, 0));
    gate.refused(long, claim, errors::NothingToPay {});
}

#[test]
fn one_ticket_is_not_paid_with_anothers_money() {
    let gate = Gate::new();
    let [short, long] = gate.waiting(account("friend"));
    // A place in the queue that somebody's own withdrawal made for the gateway is nobody's.
    let deadline = gate.w.deadline();
    let saver = gate.someone("saver", 0, 0);
    gate.w.send(saver, rig::depositCashCall { amount: cents(300), account: saver });
    let asked = rig::withdrawCashCall { account: saver, amount: cents(300), to: GATEWAY, deadline };
    assert_eq!(gate.w.send(saver, asked).ticket, n(2_u8));
    // Some of that and all of the first is here now; whoever has another ticket, or none, gets nothing of it.
    gate.w.send(long, rig::claimWaitingCall { ticket: n(1_u8) });
    assert_eq!(gate.w.coins(GATEWAY), 3 * ONE);
    for ticket in [0_u8, 2, 3] {
        let ticket = n(ticket);
        gate.refused(long, claimEtherCall { ticket }, errors::UnknownTicket { ticket });
        gate.refused(long, claimWrappedCall { ticket, to: long }, errors::UnknownTicket { ticket });
        let told = gate.view(ticketCall { ticket });
        assert_eq!((told.account, told.due), (Address::ZERO, U256::ZERO));
    }
    let refusal = errors::NotTicketOwner { ticket: n(1_u8), caller: long };
    gate.refused(long, claimWrappedCall { ticket: n(1_u8), to: long }, refusal);
    assert_eq!(gate.send(short, claimWrappedCall { ticket: n(1_u8), to: short }), cents(200));
    assert_eq!(gate.w.coins(GATEWAY), ONE);
}

/// A contract that takes no ether.
fn refuser(gate: &Gate, name: &str) -> Address {
    let address = account(name);
    gate.w.chain.deploy_handler(address, |_, _| Err(Vec::new()));
    address
}

#[test]
fn who_takes_no_ether_is_refused_and_loses_nothing() {
    let gate = Gate::new();
    let none = refuser(&gate, "takes none");
    let owner = gate.someone("saver", 0, 500);
    let refusal = errors::EtherRefused { to: none, amount: cents(300) };
    gate.refused(owner, gate.withdraw(300, none), refusal);
    let [short, long] = gate.waiting_with(none, owner);
    gate.comes(long, 150);
    let refusal = errors::EtherRefused { to: none, amount: cents(150) };
    gate.refused(long, claimEtherCall { ticket: n(1_u8) }, refusal);
    gate.w.send(long, rig::claimWaitingCall { ticket: n(1_u8) });
    let purse = account("purse");
    gate.refused(short, claimWrappedCall { ticket: n(1_u8), to: Address::ZERO }, ZeroAddress {});
    assert_eq!(gate.send(short, claimWrappedCall { ticket: n(1_u8), to: purse }), cents(150));
    assert_eq!((gate.w.coins(purse), gate.told()), (3 * ONE / 2, (3 * ONE / 2, 0)));
    let told = gate.w.chain.events::<events::TicketPaid>(GATEWAY).pop().unwrap();
    assert_eq!((told.ticket, told.to, told.amount, told.wrapped), (n(1_u8), purse, cents(150), true));
}

impl Gate {
    /// As `waiting`, when somebody has saved what he takes first.
    fn waiting_with(&self, to: Address, saver: Address) -> [Address; 2] {
        self.send(saver, self.withdraw(500, account("away")));
        self.waiting(to)
    }
}

#[test]
fn whoever_gets_ether_cannot_come_back_in() {
    let gate = Gate::new();
    let thief = account("comes back");
    let tried = Rc::new(RefCell::new(Vec::new()));
    let results = tried.clone();
    gate.w.chain.deploy_handler(thief, move |_, vm| {
        let calls = [
            claimEtherCall { ticket: n(1_u8) }.abi_encode(),
            claimWrappedCall { ticket: n(1_u8), to: CASH }.abi_encode(),
            depositEtherCall { account: CASH }.abi_encode(),
            withdrawEtherCall { amount: n(1_u8), to: CASH, deadline: U256::MAX }.abi_encode(),
        ];
        for calldata in calls {
            #[allow(unsafe_code, reason = "a call that comes back, which is its purpose")]
            // SAFETY: nothing that was read before the call is used after it.
            let answer = unsafe { RawCall::new(&vm).clear_storage_cache().call(GATEWAY, &calldata) };
            results.borrow_mut().push(answer);
        }
        Ok(Vec::new())
    });
    for contract in [GATEWAY, CODE] {
        gate.w.chain.allow_reentry(contract);
    }
    let [_, long] = gate.waiting(thief);
    gate.comes(long, 150);
    assert_eq!(gate.send(long, claimEtherCall { ticket: n(1_u8) }), cents(150));
    let locked = rig::Reentrant {}.abi_encode();
    assert_eq!(*tried.borrow(), vec![Err(locked); 4]);
    assert_eq!(gate.ether(thief), 3 * ONE / 2);
}

#[test]
fn wrapped_ether_that_does_not_know_the_call_is_found_out() {
    let gate = Gate::new();
    let owner = gate.someone("saver", 0, 500);
    gate.w.chain.deploy_weth(CASH, Weth::Classic);
    let refusal = errors::EtherRefused { to: owner, amount: cents(300) };
    gate.refused(owner, gate.withdraw(300, owner), refusal);
    // What is no wrapped ether at all makes none of ether.
    gate.w.chain.deploy_token(CASH, everfloor_host::token::Token::well_behaved(18));
    gate.w.chain.set_balance(owner, n(ONE));
    let refused = gate.deposit(owner, owner, n(ONE)).unwrap_err();
    assert_eq!(refused, Revert(errors::NotWrapped { amount: n(ONE) }.abi_encode()));
    // And what says that it did and did not.
    gate.w.chain.deploy_handler(CASH, |_, _| Ok(B256::ZERO.to_vec()));
    let refused = gate.deposit(owner, owner, n(ONE)).unwrap_err();
    assert_eq!(refused, Revert(errors::NotWrapped { amount: n(ONE) }.abi_encode()));
    gate.w.chain.deploy_handler(CASH, |_, _| Err(Vec::new()));
    let refused = gate.deposit(owner, owner, n(ONE)).unwrap_err();
    assert_eq!(refused, Revert(TransferFailed { token: CASH }.abi_encode()));
    assert_eq!(gate.ether(owner), ONE);
}
