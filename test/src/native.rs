//! The contracts' own routers on the native host.

use alloy_primitives::{Address, U256};
use everfloor_host::{
    Revert, TestChain,
    token::{Quirk, Token},
};

use crate::{
    Backend, PutSystem, System,
    backend::{LedgerMode, Owned, Program, Sent, Storage, TokenMode},
};

/// The native host with all programs on it.
pub struct Native {
    chain: TestChain,
    created: u64,
}

impl Native {
    fn with_programs() -> Self {
        let native = Self { chain: TestChain::new(), created: 0 };
        for program in Program::ALL {
            native.install(program, native.program(program));
        }
        native
    }

    fn install(&self, program: Program, at: Address) {
        match program {
            Program::House => self.chain.deploy::<clearing_house::ClearingHouse>(at),
            Program::Risk => self.chain.deploy::<clearing_risk::ClearingRisk>(at),
            Program::Takeover => self.chain.deploy::<clearing_takeover::ClearingTakeover>(at),
            Program::Upkeep => self.chain.deploy::<clearing_upkeep::ClearingUpkeep>(at),
            Program::Settlement => self.chain.deploy::<clearing_settlement::ClearingSettlement>(at),
            Program::Orders => self.chain.deploy::<clearing_orders::ClearingOrders>(at),
            Program::Lens => self.chain.deploy::<clearing_lens::ClearingLens>(at),
            Program::Admin => self.chain.deploy::<clearing_admin::ClearingAdmin>(at),
            Program::Preview => self.chain.deploy::<clearing_preview::ClearingPreview>(at),
            Program::Fund => self.chain.deploy::<insurance_fund::InsuranceFund>(at),
            Program::Feed => self.chain.deploy::<price_feed::PriceFeed>(at),
            Program::Aggregator => self.chain.deploy::<posted_aggregator::PostedAggregator>(at),
            Program::History => self.chain.deploy::<price_history::PriceHistory>(at),
            Program::Volatility => self.chain.deploy::<volatility_source::VolatilitySource>(at),
            Program::BlackScholes => self.chain.deploy::<black_scholes::BlackScholes>(at),
            Program::PutPool => self.chain.deploy::<put_pool::PutPool>(at),
            Program::PutDesk => self.chain.deploy::<put_desk::PutDesk>(at),
            Program::PutRoll => self.chain.deploy::<put_roll::PutRoll>(at),
            Program::PutLens => self.chain.deploy::<put_lens::PutLens>(at),
            Program::PutRecords => self.chain.deploy::<put_records::PutRecords>(at),
            Program::PutAdmin => self.chain.deploy::<put_admin::PutAdmin>(at),
            Program::Bonding => self.chain.deploy::<bonding::Bonding>(at),
        }
    }

    fn new_address(&mut self) -> Address {
        self.created += 1;
        TestChain::account(&format!("contract {}", self.created))
    }

    /// The host, for what only it can do.
    pub fn chain(&self) -> &TestChain {
        &self.chain
    }
}

impl Backend for Native {
    fn system() -> System<Self> {
        System::deploy(Self::with_programs())
    }

    fn puts() -> PutSystem<Self> {
        PutSystem::deploy(Self::with_programs())
    }

    fn program(&self, program: Program) -> Address {
        TestChain::account(program.name())
    }

    fn another(&mut self, program: Program) -> Address {
        let at = self.new_address();
        self.install(program, at);
        at
    }

    fn proxy(&mut self, implementation: Address, init: Vec<u8>) -> Result<Address, Revert> {
        let at = self.new_address();
        self.chain.deploy_proxy(at, implementation);
        self.chain.send_raw(Address::ZERO, at, U256::ZERO, init).map_err(Revert)?;
        Ok(at)
    }

    fn aggregator(&mut self) -> Address {
        let at = self.new_address();
        self.install(Program::Aggregator, at);
        at
    }

    fn dollar(&mut self) -> Address {
        self.hostile_token()
    }

    fn token(&mut self) -> Address {
        let at = self.new_address();
        self.chain.deploy_token(at, Token::well_behaved(18));
        at
    }

    fn owned(&mut self, kind: Owned, owner: Address) -> Address {
        let at = self.new_address();
        match kind {
            Owned::Positions => self.chain.deploy_nft(at, owner),
            Owned::Synthetic => self.chain.deploy_token(at, Token::minted_by(owner)),
        }
        at
    }

    fn hostile_token(&mut self) -> Address {
        let at = self.new_address();
        self.set_token_mode(at, TokenMode::Good);
        at
    }

    fn set_token_mode(&mut self, token: Address, mode: TokenMode) {
        let quirk = match mode {
            TokenMode::Good => Quirk::None,
            TokenMode::ReturnsNothing => Quirk::ReturnsNothing,
            TokenMode::ReturnsFalse => Quirk::ReturnsFalse,
            TokenMode::MovesAndReturnsFalse => Quirk::MovesAndReturnsFalse,
            TokenMode::Reverts => Quirk::Reverts,
            TokenMode::TakesFee => Quirk::TakesFee,
            TokenMode::Reenters { target, calldata } => Quirk::Reenters { target, calldata },
        };
        // The token's storage stays where it is; only its code is another.
        self.chain.deploy_token(token, Token::with_quirk(quirk));
    }

    fn deficit_ledger(&mut self) -> Address {
        let at = self.new_address();
        self.set_ledger_mode(at, LedgerMode::TakesOn);
        at
    }

    fn set_ledger_mode(&mut self, ledger: Address, mode: LedgerMode) {
        self.chain.deploy_ledger(ledger, mode);
    }

    fn stub(&mut self, answer: Result<Vec<u8>, Vec<u8>>) -> Address {
        let at = self.new_address();
        self.restub(at, answer);
        at
    }

    fn restub(&mut self, stub: Address, answer: Result<Vec<u8>, Vec<u8>>) {
        self.chain.deploy_handler(stub, move |_, _| answer.clone());
    }

    fn call(&self, from: Address, to: Address, data: Vec<u8>) -> Result<Vec<u8>, Revert> {
        // As a transaction whose changes are taken back, like `eth_call`.
        let before = self.chain.snapshot();
        let answer = self.chain.send_raw(from, to, U256::ZERO, data);
        self.chain.restore(&before);
        answer.map_err(Revert)
    }

    fn send(&mut self, from: Address, to: Address, value: U256, data: Vec<u8>) -> Result<Sent, Revert> {
        self.chain.clear_logs();
        let output = self.chain.send_raw(from, to, value, data).map_err(Revert)?;
        Ok(Sent { output, logs: self.chain.logs(), gas: 0 })
    }

    fn now(&self) -> u64 {
        self.chain.now()
    }

    fn warp(&mut self, seconds: u64) {
        self.chain.warp(seconds);
    }

    fn storage(&self, contracts: &[Address]) -> Storage {
        contracts.iter().map(|contract| (*contract, self.chain.storage_of(*contract))).collect()
    }

    fn value_of(&self, account: Address) -> U256 {
        self.chain.balance(account)
    }

    fn give_value(&mut self, account: Address, wei: U256) {
        self.chain.set_balance(account, wei);
    }
}
