//! An empty chain of either kind, and how the tokens come onto it.

use alloy_primitives::{Address, B256, U256, hex};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue, sol};
use devnet::{
    Chain, Config, TxRequest,
    deploy::{STYLUS_DEPLOYER, init_code},
};
use everfloor_host::{Log, Revert, TestChain, token::Token};
use everfloor_test::code;

sol! {
    event ContractDeployed(address deployedContract);
    error ContractInitializationError(address newContract, bytes data);
    function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    function stylus_constructor() external;
    function onERC721Received(address, address, uint256, bytes) external returns (bytes4);
}

/// Wei sent along for activation and gas; more than enough, the deployer returns what it does not need.
const PLENTY: u64 = 1_000_000_000_000_000_000;

/// How a contract answers that is sent a position.
#[derive(Clone, Copy, Debug)]
pub enum Receiver {
    /// With what the standard demands.
    Accepts,
    /// It reverts without a reason.
    Refuses,
    /// It reverts with the reason `?`.
    Complains,
    /// With something else.
    Babbles,
}

/// A chain with nothing on it but what a test puts there.
pub trait Ground: Sized {
    fn empty() -> Self;

    /// The positions of `pool`.
    fn position_token(&mut self, pool: Address) -> Address;

    /// dpxETH that `minter` mints.
    fn dpx_eth(&mut self, minter: Address) -> Address;

    /// A token that anybody mints.
    fn test_token(&mut self) -> Address;

    /// A contract that is sent positions; the same one each time, from now on of this kind.
    fn receiver(&mut self, kind: Receiver) -> Address;

    /// Calls and changes nothing.
    fn ask<C: SolCall>(&self, from: Address, to: Address, call: C) -> Result<C::Return, Revert>;

    /// Sends a transaction, and answers what it logged.
    fn tell<C: SolCall>(&mut self, from: Address, to: Address, call: C) -> Result<Vec<Log>, Revert>;
}

/// The address of a named account.
pub fn account(name: &str) -> Address {
    TestChain::account(name)
}

/// Whether a call was refused with exactly this error.
pub fn refused<T: std::fmt::Debug>(result: Result<T, Revert>, error: impl SolError) {
    assert_eq!(result.unwrap_err(), Revert(error.abi_encode()));
}

/// The one event of type `E` among the logs.
pub fn event<E: SolEvent>(logs: &[Log]) -> E {
    let decode = |log: &Log| E::decode_raw_log(log.topics.iter().copied(), &log.data).ok();
    let mut events: Vec<E> = logs.iter().filter_map(decode).collect();
    assert_eq!(events.len(), 1, "events {} in {logs:?}", E::SIGNATURE);
    events.remove(0)
}

impl Ground for TestChain {
    fn empty() -> Self {
        Self::new()
    }

    fn position_token(&mut self, pool: Address) -> Address {
        let at = account("position token");
        self.deploy_nft(at, pool);
        at
    }

    fn dpx_eth(&mut self, minter: Address) -> Address {
        let at = account("dpxETH");
        self.deploy_token(at, Token::minted_by(minter));
        at
    }

    fn test_token(&mut self) -> Address {
        let at = account("test token");
        self.deploy_token(at, Token::well_behaved(18));
        at
    }

    fn receiver(&mut self, kind: Receiver) -> Address {
        let at = account("receiver");
        self.deploy_handler(at, move |_, _| {
            let mut word = [0; 32];
            match kind {
                Receiver::Accepts => word[..4].copy_from_slice(&onERC721ReceivedCall::SELECTOR),
                Receiver::Refuses => return Err(Vec::new()),
                Receiver::Complains => return Err(b"?".to_vec()),
                Receiver::Babbles => {}
            }
            Ok(word.to_vec())
        });
        at
    }

    fn ask<C: SolCall>(&self, from: Address, to: Address, call: C) -> Result<C::Return, Revert> {
        self.simulate(from, to, call)
    }

    fn tell<C: SolCall>(&mut self, from: Address, to: Address, call: C) -> Result<Vec<Log>, Revert> {
        self.clear_logs();
        self.send(from, to, call)?;
        Ok(self.logs())
    }
}

impl Ground for Chain {
    fn empty() -> Self {
        Self::new(Config::default())
    }

    fn position_token(&mut self, pool: Address) -> Address {
        construct(self, "writer-position", pool).unwrap()
    }

    fn dpx_eth(&mut self, minter: Address) -> Address {
        construct(self, "dpx-eth", minter).unwrap()
    }

    fn test_token(&mut self) -> Address {
        create(self, "test-token")
    }

    fn receiver(&mut self, kind: Receiver) -> Address {
        let code = match kind {
            // PUSH4 selector, PUSH1 224, SHL, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
            Receiver::Accepts => hex!("63150b7a0260e01b60005260206000f3").to_vec(),
            // PUSH1 0, PUSH1 0, REVERT
            Receiver::Refuses => hex!("60006000fd").to_vec(),
            // PUSH1 "?", PUSH1 0, MSTORE8, PUSH1 1, PUSH1 0, REVERT
            Receiver::Complains => hex!("603f60005360016000fd").to_vec(),
            // PUSH1 32, PUSH1 0, RETURN
            Receiver::Babbles => hex!("60206000f3").to_vec(),
        };
        let at = account("receiver");
        self.set_code(at, code.into());
        at
    }

    fn ask<C: SolCall>(&self, from: Address, to: Address, call: C) -> Result<C::Return, Revert> {
        let outcome = self.call(from, to, call.abi_encode());
        if outcome.success { Ok(decode::<C>(&outcome.output)) } else { Err(Revert(outcome.output.to_vec())) }
    }

    fn tell<C: SolCall>(&mut self, from: Address, to: Address, call: C) -> Result<Vec<Log>, Revert> {
        transact(self, from, to, U256::ZERO, call.abi_encode())
    }
}

/// Creates, activates and constructs a program in one transaction, which names `named` to its constructor.
pub fn construct(chain: &mut Chain, program: &str, named: Address) -> Result<Address, Revert> {
    let call = deployCall {
        bytecode: init_code(&code(program)),
        initData: constructor_call(named).into(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    let deployer = chain.accounts()[0].0;
    let logs = transact(chain, deployer, STYLUS_DEPLOYER, U256::from(PLENTY), call.abi_encode())?;
    Ok(event::<ContractDeployed>(&logs).deployedContract)
}

/// Whether a program's constructor refused what it was named with exactly this error.
pub fn unconstructible(result: Result<Address, Revert>, error: impl SolError) {
    let revert = result.unwrap_err().decode::<ContractInitializationError>();
    assert_eq!(revert.expect("the constructor refuses, not the deployer").data, error.abi_encode());
}

/// Calls a program's constructor in a transaction of its own.
pub fn call_constructor(chain: &mut Chain, program: Address, named: Address) -> Result<Vec<Log>, Revert> {
    transact(chain, named, program, U256::ZERO, constructor_call(named))
}

/// The SDK's constructor has one selector, whatever its arguments.
fn constructor_call(named: Address) -> Vec<u8> {
    [&stylus_constructorCall::SELECTOR[..], &named.abi_encode()].concat()
}

/// A program that is created without a constructor's call.
pub fn create(chain: &mut Chain, program: &str) -> Address {
    let deployer = chain.accounts()[0].0;
    chain.deploy_code(deployer, &code(program)).unwrap()
}

fn decode<C: SolCall>(output: &[u8]) -> C::Return {
    C::abi_decode_returns_validate(output).unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE))
}

fn transact(
    chain: &mut Chain,
    from: Address,
    to: Address,
    value: U256,
    data: Vec<u8>,
) -> Result<Vec<Log>, Revert> {
    chain.set_balance(from, value + U256::from(PLENTY));
    let request = TxRequest { from, to: Some(to), value, data: data.into(), ..TxRequest::default() };
    let receipt = chain.send(request).unwrap();
    if !receipt.success {
        return Err(Revert(receipt.output.to_vec()));
    }
    let log = |log: &alloy_primitives::Log| Log {
        address: log.address,
        topics: log.topics().to_vec(),
        data: log.data.data.to_vec(),
    };
    Ok(receipt.logs.iter().map(log).collect())
}

/// Makes of each behaviour, a function over any ground, a test of the twin and one of the program.
#[macro_export]
macro_rules! on_both_grounds {
    ($($behaviour:ident)+) => {
        mod twin {
            $(#[test] fn $behaviour() { super::$behaviour::<everfloor_host::TestChain>(); })+
        }
        mod program {
            $(#[test] fn $behaviour() { super::$behaviour::<devnet::Chain>(); })+
        }
    };
}
