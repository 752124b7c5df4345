//! Shares over the collection and the cash of a market, and short ways to say what happens.

use alloy_primitives::{Address, FixedBytes, U256, address};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use everfloor_host::{Revert, nft::IPositionToken as Nft, token::IToken};
use floor_shares::FloorShares;
pub use floor_shares::{
    abi::{errors, events},
    rules::WHOLE,
};

use crate::rig::{APES, CASH, MARKET, ONE, World, account, n};

sol! {
    #[derive(Debug)]
    function initialize(address collection, address cash, address market) external;
    #[derive(Debug)]
    function fractionalize(uint256[] ids, address to) external;
    #[derive(Debug)]
    function recombine(uint256 id, address to) external;
    #[derive(Debug)]
    function startBuyOut(uint256 id, uint256 shares, uint256 price, uint256 deadline) external returns (uint256 cash);
    #[derive(Debug, PartialEq)]
    function counter(uint256 id, uint256 maxPrice, uint256 deadline) external returns (uint256 shares, uint256 paid);
    #[derive(Debug)]
    function finishBuyOut(uint256 id) external;
    #[derive(Debug)]
    function redeem(uint256 id, uint256 shares, address to) external returns (uint256 cash);
    #[derive(Debug)]
    function redeemFor(address holder, uint256 id) external returns (uint256 cash);
    #[derive(Debug)]
    function claim(address account) external returns (uint256 cash);
    #[derive(Debug, PartialEq)]
    function take(address market, uint256 auction, uint256 id, uint256 maxPrice, uint256 maxCash, uint256 deadline) external returns (uint256 paid, uint256 shares);
    #[derive(Debug)]
    function transfer(address receiver, uint256 id, uint256 amount) external returns (bool done);
    #[derive(Debug)]
    function transferFrom(address sender, address receiver, uint256 id, uint256 amount) external returns (bool done);
    #[derive(Debug)]
    function approve(address spender, uint256 id, uint256 amount) external returns (bool done);
    #[derive(Debug)]
    function setOperator(address spender, bool approved) external returns (bool done);
    #[derive(Debug)]
    function balanceOf(address owner, uint256 id) external view returns (uint256 amount);
    #[derive(Debug)]
    function allowance(address owner, address spender, uint256 id) external view returns (uint256 amount);
    #[derive(Debug)]
    function isOperator(address owner, address spender) external view returns (bool approved);
    #[derive(Debug)]
    function totalSupply(uint256 id) external view returns (uint256 supply);
    #[derive(Debug)]
    function supportsInterface(bytes4 id) external view returns (bool known);
    #[derive(Debug)]
    function collection() external view returns (address at);
    #[derive(Debug)]
    function cash() external view returns (address at);
    #[derive(Debug, PartialEq)]
    function buyOut(uint256 id) external view returns (address initiator, uint256 shares, uint256 price, uint256 cash, uint256 ends);
    #[derive(Debug)]
    function counterCost(uint256 id) external view returns (uint256 cash);
    #[derive(Debug)]
    function mayOfferFrom(uint256 id, address account) external view returns (uint256 time);
    #[derive(Debug, PartialEq)]
    function saleOf(uint256 id) external view returns (uint256 shares, uint256 pot, uint256 keptUntil);
    #[derive(Debug)]
    function claimable(address account) external view returns (uint256 cash);
}

pub const SHARES: Address = address!("0x0000000000000000000000000000000000000500");
pub const CODE: Address = address!("0x0000000000000000000000000000000000000501");

pub const TWO_DAYS: u64 = 172_800;
pub const WEEK: u64 = 604_800;
pub const MONTH: u64 = 2_592_000;

pub struct Desk {
    pub world: World,
}

impl Desk {
    pub fn new() -> Self {
        Self::on(World::new())
    }

    pub fn on(world: World) -> Self {
        world.chain.deploy::<FloorShares>(CODE);
        world.chain.deploy_proxy(SHARES, CODE);
        let call = initializeCall { collection: APES, cash: CASH, market: MARKET };
        world.chain.send(account("deployer"), SHARES, call).unwrap();
        Self { world }
    }

    /// Somebody with a thousand coins, who has approved the shares for all he has.
    pub fn person(&self, name: &str) -> Address {
        let (who, chain) = (account(name), &self.world.chain);
        chain.send(who, CASH, IToken::mintCall { to: who, amount: n(1_000 * ONE) }).unwrap();
        chain.send(who, CASH, IToken::approveCall { spender: SHARES, amount: U256::MAX }).unwrap();
        chain.send(who, APES, Nft::setApprovalForAllCall { operator: SHARES, approved: true }).unwrap();
        who
    }

    /// A new NFT of somebody's.
    pub fn ape(&self, who: Address, id: u64) -> U256 {
        self.world.chain.send(self.world.owner, APES, Nft::mintCall { to: who, id: n(id) }).unwrap();
        n(id)
    }

    /// A new NFT in shares, these many thousandths of which are each one's.
    pub fn shared(&self, id: u64, among: &[(Address, u128)]) -> U256 {
        let first = among[0].0;
        let id = self.ape(first, id);
        self.send(first, fractionalizeCall { ids: vec![id], to: first });
        for (who, thousandths) in &among[1..] {
            let amount = n(WHOLE / 1_000 * thousandths);
            assert!(self.send(first, transferCall { receiver: *who, id, amount }));
        }
        for (who, thousandths) in among {
            assert_eq!(self.balance(*who, id), WHOLE / 1_000 * thousandths);
        }
        id
    }

    pub fn send<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.world.chain.send(from, SHARES, call).unwrap()
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.world.chain.view(SHARES, call).unwrap()
    }

    /// Refused with this error, and nothing has changed.
    pub fn refused<C: SolCall>(&self, from: Address, call: C, error: impl SolError) {
        let before = self.world.chain.state();
        let revert = self.world.chain.send(from, SHARES, call).map(drop).unwrap_err();
        assert_eq!(revert, Revert(error.abi_encode()));
        assert_eq!(self.world.chain.state(), before);
    }

    pub fn last<E: SolEvent>(&self) -> E {
        self.world.chain.events::<E>(SHARES).pop().expect("it was logged")
    }

    pub fn deadline(&self) -> U256 {
        self.world.deadline()
    }

    pub fn balance(&self, owner: Address, id: U256) -> u128 {
        self.view(balanceOfCall { owner, id }).to()
    }

    pub fn supply(&self, id: U256) -> u128 {
        self.view(totalSupplyCall { id }).to()
    }

    pub fn claimable(&self, account: Address) -> u128 {
        self.view(claimableCall { account }).to()
    }

    pub fn knows(&self, interface: u32) -> bool {
        self.view(supportsInterfaceCall { id: FixedBytes(interface.to_be_bytes()) })
    }

    pub fn start(&self, who: Address, id: U256, shares: u128, price: u128) -> u128 {
        self.send(who, self.start_call(id, shares, price)).to()
    }

    pub fn start_call(&self, id: U256, shares: u128, price: u128) -> startBuyOutCall {
        startBuyOutCall { id, shares: n(shares), price: n(price), deadline: self.deadline() }
    }

    pub fn counter_call(&self, id: U256, price: u128) -> counterCall {
        counterCall { id, maxPrice: n(price), deadline: self.deadline() }
    }

    /// Shares and NFTs agree, and every coin that is here is somebody's.
    pub fn check(&self, people: &[Address], ids: &[U256]) {
        let mut owed: u128 = people.iter().map(|who| self.claimable(*who)).sum();
        for id in ids {
            let offer = self.view(buyOutCall { id: *id });
            let here = self.balance(SHARES, *id);
            assert_eq!(here, offer.shares.to::<u128>(), "only stakes are here");
            let all: u128 = people.iter().map(|who| self.balance(*who, *id)).sum();
            assert_eq!(all + here, self.supply(*id), "every share is somebody's");
            let is_held = self.world.chain.view(APES, Nft::ownerOfCall { tokenId: *id }) == Ok(SHARES);
            assert_eq!(self.supply(*id) == WHOLE, is_held, "all shares of {id} are there while it is here");
            let sale = self.view(saleOfCall { id: *id });
            owed += offer.cash.to::<u128>() + sale.pot.to::<u128>();
        }
        assert_eq!(owed, self.world.coins(SHARES), "every coin is somebody's");
    }
}
