//! A market with its views and a token of its FP, and short ways to say what happens to it.

use alloy_primitives::{Address, B256, I256, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use everfloor_floor_storage::{
    abi::views::{AccountView, CashView},
    state::Peer,
};
use everfloor_host::{Revert, token::IToken};
use floor_lens::FloorLens;
use floor_records::FloorRecords;
use floor_token::FloorToken;

use crate::rig::{self, CASH, MARKET, World, cents, n};

pub use floor_token::abi::{errors, events};

sol! {
    /// The token.
    #[derive(Debug, PartialEq)]
    interface IFloorToken {
        function initialize(address market, bytes32 name, bytes32 symbol) external;
        function wrap(address account, uint256 fp, uint256 minShares, uint256 maxCash, address to, uint256 deadline) external returns (uint256 shares, uint256 cash);
        function unwrap(uint256 shares, address account, uint256 minFp, int256 minCash, address to, uint256 deadline) external returns (uint256 fp, int256 cash, uint256 ticket);
        function deleverage(address account, uint256 fp, uint256 maxPrice, uint256 deadline) external returns (uint256 sold, uint256 price);
        function redeemAfterEnd(uint256 shares, address to) external returns (uint256 paid);
        function market() external view returns (address);
        function asset() external view returns (address);
        function backing() external view returns (int256 cash, uint256 fp);
        function fpPerShare() external view returns (uint256);
        function cashPerShare() external view returns (int256);
        function previewWrap(uint256 fp) external view returns (uint256 shares, uint256 cash);
        function previewUnwrap(uint256 shares) external view returns (uint256 fp, int256 cash);
        function previewDeleverage() external view returns (uint256 fp, uint256 price);
        function givenAfterEnd(address holder) external view returns (uint256 shares, uint256 paid);
        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        function nonces(address owner) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
    }
    function getAccount(address owner) external view;
    function getCash() external view;
}

pub use IFloorToken::*;

pub const TOKEN: Address = address!("0x0000000000000000000000000000000000007000");
pub const CODE: Address = address!("0x0000000000000000000000000000000000007001");
const LENS: Address = address!("0x0000000000000000000000000000000000000fa7");
const RECORDS: Address = address!("0x0000000000000000000000000000000000000faa");
/// Where the market keeps the first of the addresses it knows.
const FIRST_PEER: u64 = 8;
/// Shares of the first that are nobody's.
pub const LOCKED: u128 = 1_000_000_000;

/// A market and the token of its FP.
pub struct Desk {
    pub w: World,
}

pub fn int(value: i128) -> I256 {
    I256::try_from(value).unwrap()
}

/// An amount with this many hundredths.
pub fn hundredths(value: i128) -> I256 {
    int(value * 10_000_000_000_000_000)
}

pub fn text(of: &str) -> B256 {
    B256::right_padding_from(of.as_bytes())
}

/// A market with its real views.
pub fn viewed(w: World) -> World {
    w.chain.deploy::<FloorLens>(LENS);
    w.chain.deploy::<FloorRecords>(RECORDS);
    for (peer, program) in [(Peer::LensProgram, LENS), (Peer::RecordsProgram, RECORDS)] {
        w.chain.set_slot(MARKET, n(FIRST_PEER + peer as u64), program.into_word());
    }
    w
}

impl Desk {
    pub fn new() -> Self {
        Self::of(World::new())
    }

    pub fn of(w: World) -> Self {
        let w = viewed(w);
        w.chain.deploy::<FloorToken>(CODE);
        w.chain.deploy_proxy(TOKEN, CODE);
        let desk = Self { w };
        desk.send(
            desk.w.owner,
            initializeCall { market: MARKET, name: text("Floor Apes"), symbol: text("fAPE") },
        );
        desk
    }

    /// Somebody with so many NFTs and hundredths of cash in his account, who lets the token act for it and take his money.
    pub fn someone(&self, name: &str, nfts: u64, cash: u128) -> Address {
        let who = self.w.someone(name, nfts, cash).0;
        self.w.send(who, rig::setOperatorCall { operator: TOKEN, approved: true });
        let approve = IToken::approveCall { spender: TOKEN, amount: U256::MAX };
        self.w.chain.send(who, CASH, approve).unwrap();
        who
    }

    /// A short against ten NFTs with its cash, and a long with a hundred, of four FP at ten.
    pub fn pair(&self) -> [Address; 2] {
        let (short, long) = (self.someone("short", 10, 0), self.someone("long", 0, 10_000));
        self.w.trade(short, long, 400, 1_000);
        [short, long]
    }

    pub fn send<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.w.chain.send(from, TOKEN, call).unwrap()
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.w.chain.view(TOKEN, call).unwrap()
    }

    /// Refused with this error, and nothing has changed.
    pub fn refused<C: SolCall>(&self, from: Address, call: C, error: impl SolError) {
        let before = self.w.chain.state();
        let revert = self.w.chain.send(from, TOKEN, call).map(drop).unwrap_err();
        assert_eq!(revert, Revert(error.abi_encode()));
        assert_eq!(self.w.chain.state(), before);
    }

    /// So many hundredths of an account's FP, for its owner.
    pub fn wrap_call(&self, who: Address, fp: u128) -> wrapCall {
        wrapCall {
            account: who,
            fp: cents(fp),
            minShares: U256::ZERO,
            maxCash: U256::MAX,
            to: who,
            deadline: self.w.deadline(),
        }
    }

    pub fn wrap(&self, who: Address, fp: u128) -> wrapReturn {
        self.send(who, self.wrap_call(who, fp))
    }

    pub fn unwrap_call(&self, who: Address, shares: U256) -> unwrapCall {
        unwrapCall {
            shares,
            account: who,
            minFp: U256::ZERO,
            minCash: I256::MIN,
            to: who,
            deadline: self.w.deadline(),
        }
    }

    pub fn unwrap(&self, who: Address, shares: U256) -> unwrapReturn {
        self.send(who, self.unwrap_call(who, shares))
    }

    pub fn shares(&self, who: Address) -> U256 {
        self.view(balanceOfCall { account: who })
    }

    pub fn supply(&self) -> U256 {
        self.view(totalSupplyCall {})
    }

    /// Cash and FP of an account of the market, wei.
    pub fn has(&self, who: Address) -> (i128, i128) {
        let answer = self.raw(getAccountCall { owner: who });
        let view = <(AccountView,)>::abi_decode_params(&answer).unwrap().0;
        (view.cash.try_into().unwrap(), view.fp.try_into().unwrap())
    }

    /// The cash of the market, which is all it has.
    pub fn cash(&self) -> CashView {
        let view = <(CashView,)>::abi_decode_params(&self.raw(getCashCall {})).unwrap().0;
        assert_eq!(view.held.to::<u128>(), self.w.coins(MARKET), "every coin is counted");
        view
    }

    fn raw(&self, call: impl SolCall) -> Vec<u8> {
        self.w.chain.send_raw(Address::ZERO, MARKET, U256::ZERO, call.abi_encode()).unwrap()
    }
}
