//! A market of a few accounts, as contracts call it: a rule runs on a copy, which is kept if the rule agrees.

use everfloor_floor_rules::{
    Account, FloorError, Holding, Ledger, Market, Params, Position, Prices, Shelves, Trade, Vault,
    params::{Leverage, NftTest},
    trade::Side,
};

use crate::support::{Memory, ONE, PLAIN};

/// The source's limits: one FP for each NFT, no more and no less.
pub const LITERAL: Params = Params {
    genesis: 0,
    epoch: 86_400,
    terms: PLAIN,
    opening: ONE,
    maintenance: ONE,
    cure: ONE,
    short_initial: ONE / 2,
    short_maintenance: ONE / 4,
    long_initial: ONE / 2,
    long_maintenance: ONE / 10,
    kappa_high: ONE,
    kappa_low: ONE / 2,
    band: ONE,
    min_position: ONE / 1000,
    nft_test: NftTest::Index,
    leverage: Leverage::Exact,
};

pub struct Floor {
    pub market: Market,
    pub memory: Memory,
    pub params: Params,
    pub prices: Prices,
}

type Refused = Box<FloorError>;

impl Floor {
    pub fn new(params: Params) -> Self {
        let market = Market { ledger: Ledger::default(), vault: Vault::default() };
        Self { market, memory: Memory::default(), params, prices: at(10, 10) }
    }

    pub fn account(&mut self, nfts: u32, cash: u128) -> u32 {
        let id = u32::try_from(self.memory.accounts.len()).unwrap() + 1;
        let mut account = Account { id, ..Account::default() };
        self.market.lock(&mut self.memory, &mut account, nfts).unwrap();
        self.market.deposit(&mut self.memory, &mut account, cash).unwrap();
        self.memory.set_account(&account);
        id
    }

    pub fn view(&self, id: u32) -> Holding {
        self.market.ledger.view(&self.memory, &self.memory.account(id)).unwrap()
    }

    pub fn position(&self, id: u32) -> Position {
        Position { holding: self.view(id), nfts: self.memory.account(id).nfts }
    }

    /// Runs a rule on a copy, and keeps it if the rule agrees.
    pub fn on<T, E>(
        &mut self,
        id: u32,
        rule: impl FnOnce(&mut Market, &mut Memory, &mut Account, Prices, &Params) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut market, mut memory) = (self.market, self.memory.clone());
        let mut account = memory.account(id);
        let done = rule(&mut market, &mut memory, &mut account, self.prices, &self.params)?;
        memory.set_account(&account);
        (self.market, self.memory) = (market, memory);
        Ok(done)
    }

    pub fn deposit(&mut self, id: u32, cash: u128) {
        self.on(id, |market, memory, account, _, _| market.deposit(memory, account, cash)).unwrap();
    }

    /// What is paid at once.
    pub fn withdraw(&mut self, id: u32, cash: u128) -> Result<u128, Refused> {
        self.on(id, |market, memory, account, prices, params| {
            market.withdraw(memory, account, cash, prices, params).map(|(paid, _)| paid)
        })
    }

    pub fn unlock(&mut self, id: u32, nfts: u32) -> Result<(), Refused> {
        self.on(id, |market, memory, account, prices, params| {
            market.unlock(memory, account, nfts, prices, params)
        })
    }

    /// `buyer` takes what `seller` offers.
    pub fn sell(&mut self, seller: u32, buyer: u32, fp: u128, price: u128) -> Result<(), (Side, Refused)> {
        let trade = Trade { fp, price, taker_buys: true, fee: 0 };
        let mut maker = self.memory.account(seller);
        let (mut market, mut memory) = (self.market, self.memory.clone());
        let mut taker = memory.account(buyer);
        market.settle_trade(&mut memory, &mut maker, &mut taker, &trade, self.prices, &self.params)?;
        memory.set_account(&maker);
        memory.set_account(&taker);
        (self.market, self.memory) = (market, memory);
        Ok(())
    }
}

pub fn at(mark: u128, index: u128) -> Prices {
    Prices { mark: mark * ONE, index: index * ONE }
}
