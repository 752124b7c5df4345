//! ArbOS as contracts and clients meet it: the precompiles from 0x64 to 0x72, and the records of programs.
//!
//! A precompile charges as Nitro's do: three gas for each word of arguments and results, 800 for opening ArbOS's
//! state and for each value read from it, 20,000 or 5,000 for a value written. A call it does not understand, or may
//! not make, reverts and takes all gas.

pub(crate) mod data_price;
mod info;
pub(crate) mod programs;
mod sys;
mod wasm;
mod wasm_cache;

use crate::evm::Ctx;
use crate::evm::sure;
use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256, address};
use alloy_sol_types::SolEvent;
use revm::context_interface::{Cfg, ContextTr, JournalTr};
use revm::handler::{EthPrecompiles, PrecompileProvider};
use revm::interpreter::{CallInputs, CallScheme, Gas, InstructionResult, InterpreterResult};
use revm::primitives::AddressSet;

/// The version of ArbOS this chain behaves as.
pub(crate) const ARBOS_VERSION: u64 = 60;

/// The account whose storage holds the records of ArbOS.
pub(crate) const STATE_ACCOUNT: Address = address!("a4b05fffffffffffffffffffffffffffffffffff");
/// Where fees go.
pub(crate) const NETWORK_FEE_ACCOUNT: Address = address!("a4b00000000000000000000000000000000000fe");

const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
/// The precompile that activates programs.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// The precompile that caches programs.
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");

/// Every precompile of ArbOS here.
pub(crate) const ADDRESSES: [Address; 6] =
    [ARB_SYS, ARB_INFO, ARB_OWNER_PUBLIC, ARB_GAS_INFO, ARB_WASM, ARB_WASM_CACHE];

/// The EVM's precompiles and ArbOS's.
#[derive(Clone, Debug)]
pub(crate) struct Precompiles {
    eth: EthPrecompiles,
    warm: AddressSet,
}

impl Precompiles {
    pub fn new() -> Self {
        let eth = EthPrecompiles::new(crate::evm::SPEC);
        let mut warm = eth.warm_addresses().clone();
        warm.extend(ADDRESSES);
        Self { eth, warm }
    }
}

impl<'a> PrecompileProvider<Ctx<'a>> for Precompiles {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: <<Ctx<'a> as ContextTr>::Cfg as Cfg>::Spec) -> bool {
        // The specification never changes; the addresses are warmed once for each transaction.
        let _ = spec;
        true
    }

    fn run(
        &mut self,
        context: &mut Ctx<'a>,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        if ADDRESSES.contains(&inputs.bytecode_address) {
            return Ok(Some(run(context, inputs)));
        }
        PrecompileProvider::<Ctx<'a>>::run(&mut self.eth, context, inputs)
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.warm
    }
}

/// What a method does, in Solidity's words; it decides who may call it how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purity {
    Pure,
    View,
    Write,
    Payable,
}

/// Why a precompile did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The gas is used up, or the call may not be made: a revert that takes all gas.
    AllGas,
    /// A typed error, with the gas left given back.
    Typed(Bytes),
    /// An error that has no Solidity form: an empty revert, with the gas left given back.
    Plain(String),
}

pub(crate) type Answer<T> = Result<T, Refusal>;

/// A call of a precompile, with its gas.
pub(crate) struct Call<'c, 'a> {
    pub context: &'c mut Ctx<'a>,
    pub this: Address,
    pub caller: Address,
    pub value: U256,
    acting: Address,
    is_static: bool,
    gas_left: u64,
}

const WORD: u64 = 3;
const READ: u64 = 800;
const WRITE: u64 = 20_000;
const WRITE_ZERO: u64 = 5_000;

fn words(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(32)
}

impl Call<'_, '_> {
    /// Takes gas.
    pub fn burn(&mut self, gas: u64) -> Answer<()> {
        match self.gas_left.checked_sub(gas) {
            Some(left) => {
                self.gas_left = left;
                Ok(())
            }
            None => Err(self.burn_out()),
        }
    }

    /// Takes all gas.
    pub fn burn_out(&mut self) -> Refusal {
        self.gas_left = 0;
        Refusal::AllGas
    }

    pub fn gas_left(&self) -> u64 {
        self.gas_left
    }

    /// Checks that a method may be called this way and opens ArbOS's state for it.
    pub fn open(&mut self, purity: Purity) -> Answer<()> {
        let foreign = purity >= Purity::View && self.acting != self.this;
        let writes = purity >= Purity::Write && self.is_static;
        let pays = purity < Purity::Payable && !self.value.is_zero();
        if foreign || writes || pays {
            return Err(self.burn_out());
        }
        if purity > Purity::Pure { self.burn(READ) } else { Ok(()) }
    }

    /// Reads one of ArbOS's values.
    pub fn read(&mut self, key: B256) -> Answer<B256> {
        self.burn(READ)?;
        Ok(read(self.context, key))
    }

    /// Writes one of ArbOS's values.
    pub fn write(&mut self, key: B256, value: B256) -> Answer<()> {
        self.burn(if value.is_zero() { WRITE_ZERO } else { WRITE })?;
        let journal = self.context.journal_mut();
        sure(journal.load_account(STATE_ACCOUNT));
        sure(journal.sstore(STATE_ACCOUNT, key.into(), value.into()));
        Ok(())
    }

    /// The hash of an account's code, at the price of a cold account.
    pub fn code_hash(&mut self, address: Address) -> Answer<B256> {
        self.burn(2_600)?;
        Ok(sure(self.context.journal_mut().code_hash(address)).data)
    }

    /// Writes a log and charges for it.
    pub fn emit(&mut self, event: &impl SolEvent) -> Answer<()> {
        let data: LogData = event.encode_log_data();
        let topics = data.topics().len() as u64;
        self.burn(375 + 375 * topics + 8 * data.data.len() as u64)?;
        let log = Log { address: self.this, data };
        self.context.journal_mut().log(log);
        Ok(())
    }

    /// Moves wei from the precompile, as value sent to it is paid on or given back.
    pub fn pay(&mut self, to: Address, amount: U256) -> Answer<()> {
        let from = self.this;
        let journal = self.context.journal_mut();
        match sure(journal.transfer(from, to, amount)) {
            None => Ok(()),
            Some(_) => Err(Refusal::Plain("transfer failed".into())),
        }
    }
}

/// A value of ArbOS, without a price.
pub(crate) fn read(context: &mut Ctx<'_>, key: B256) -> B256 {
    let journal = context.journal_mut();
    sure(journal.load_account(STATE_ACCOUNT));
    sure(journal.sload(STATE_ACCOUNT, key.into())).data.into()
}

fn run(context: &mut Ctx<'_>, inputs: &CallInputs) -> InterpreterResult {
    let input = inputs.input.bytes(context);
    let this = inputs.bytecode_address;
    let delegated = matches!(inputs.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
    let mut call = Call {
        context,
        this,
        caller: inputs.caller,
        value: inputs.value.get(),
        acting: if delegated { inputs.target_address } else { this },
        is_static: inputs.is_static,
        gas_left: inputs.gas_limit,
    };
    let answer = answer(&mut call, &input);
    let (result, output) = match answer {
        Ok(output) => (InstructionResult::Return, output),
        Err(Refusal::Typed(data)) => (InstructionResult::Revert, data),
        Err(Refusal::AllGas) => {
            call.gas_left = 0;
            (InstructionResult::Revert, Bytes::new())
        }
        Err(Refusal::Plain(why)) => {
            call.context.chain.reason = Some(format!("execution reverted: {why}"));
            (InstructionResult::Revert, Bytes::new())
        }
    };
    let mut gas = Gas::new(inputs.gas_limit);
    gas.set_remaining(call.gas_left);
    InterpreterResult::new(result, output, gas)
}

fn answer(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    if input.len() < 4 {
        return Err(call.burn_out());
    }
    call.burn(WORD * words(input.len() - 4))?;
    let answer = match call.this {
        ARB_SYS => sys::answer(call, input),
        ARB_INFO => info::answer_info(call, input),
        ARB_GAS_INFO => info::answer_gas_info(call, input),
        ARB_OWNER_PUBLIC => info::answer_owner_public(call, input),
        ARB_WASM => wasm::answer(call, input),
        _ => wasm_cache::answer(call, input),
    };
    let size = match &answer {
        Ok(output) => output.len(),
        Err(Refusal::Typed(data)) => data.len(),
        Err(_) => 0,
    };
    call.burn(WORD * words(size))?;
    answer
}

/// Call data that asks for a program's version, which fails if the program cannot be called.
pub(crate) fn program_version_call(program: Address) -> Vec<u8> {
    use alloy_sol_types::SolCall;
    wasm::ArbWasm::programVersionCall { program }.abi_encode()
}
