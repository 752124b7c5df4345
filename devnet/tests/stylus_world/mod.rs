//! What the tests of programs share: a chain's state in memory, programs as text, and a driver for nested frames.
#![allow(dead_code, missing_docs)] // Each test file uses its part.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use devnet::stylus::program::activate;
use devnet::stylus::{
    CallKind, Engine, Env, Finish, Frame, FrameInput, Module, Status, Step, StoreError, StylusParams,
    SubCall, SubResult, World,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Ink of entering a host function, of a pointer, of reaching the EVM.
pub const H: u64 = 8_400;
pub const P: u64 = 5_040;
pub const A: u64 = 59_673;
/// Ink of a unit of gas.
pub const GAS: u64 = 10_000;

/// Ink of reading and writing bytes.
pub fn r(bytes: u64) -> u64 {
    16_381 + 55 * bytes.saturating_sub(32)
}

pub fn w(bytes: u64) -> u64 {
    5_040 + 30 * bytes.saturating_sub(32)
}

/// Every host function, under its own name.
pub const IMPORTS: &str = r#"
(import "vm_hooks" "read_args" (func $read_args (param i32)))
(import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
(import "vm_hooks" "exit_early" (func $exit_early (param i32)))
(import "vm_hooks" "storage_load_bytes32" (func $storage_load_bytes32 (param i32 i32)))
(import "vm_hooks" "storage_cache_bytes32" (func $storage_cache_bytes32 (param i32 i32)))
(import "vm_hooks" "storage_flush_cache" (func $storage_flush_cache (param i32)))
(import "vm_hooks" "transient_load_bytes32" (func $transient_load_bytes32 (param i32 i32)))
(import "vm_hooks" "transient_store_bytes32" (func $transient_store_bytes32 (param i32 i32)))
(import "vm_hooks" "call_contract" (func $call_contract (param i32 i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "delegate_call_contract" (func $delegate_call_contract (param i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "static_call_contract" (func $static_call_contract (param i32 i32 i32 i64 i32) (result i32)))
(import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
(import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
(import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
(import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
(import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
(import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
(import "vm_hooks" "account_code" (func $account_code (param i32 i32 i32 i32) (result i32)))
(import "vm_hooks" "account_code_size" (func $account_code_size (param i32) (result i32)))
(import "vm_hooks" "account_codehash" (func $account_codehash (param i32 i32)))
(import "vm_hooks" "evm_gas_left" (func $evm_gas_left (result i64)))
(import "vm_hooks" "evm_ink_left" (func $evm_ink_left (result i64)))
(import "vm_hooks" "block_basefee" (func $block_basefee (param i32)))
(import "vm_hooks" "chainid" (func $chainid (result i64)))
(import "vm_hooks" "block_coinbase" (func $block_coinbase (param i32)))
(import "vm_hooks" "block_gas_limit" (func $block_gas_limit (result i64)))
(import "vm_hooks" "block_number" (func $block_number (result i64)))
(import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
(import "vm_hooks" "contract_address" (func $contract_address (param i32)))
(import "vm_hooks" "math_div" (func $math_div (param i32 i32)))
(import "vm_hooks" "math_mod" (func $math_mod (param i32 i32)))
(import "vm_hooks" "math_pow" (func $math_pow (param i32 i32)))
(import "vm_hooks" "math_add_mod" (func $math_add_mod (param i32 i32 i32)))
(import "vm_hooks" "math_mul_mod" (func $math_mul_mod (param i32 i32 i32)))
(import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
(import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
(import "vm_hooks" "msg_value" (func $msg_value (param i32)))
(import "vm_hooks" "native_keccak256" (func $native_keccak256 (param i32 i32 i32)))
(import "vm_hooks" "tx_gas_price" (func $tx_gas_price (param i32)))
(import "vm_hooks" "tx_ink_price" (func $tx_ink_price (result i32)))
(import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
(import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
"#;

/// A program with all host functions and one page of memory: `body` is the entry point's, `data` its memory from 0.
pub fn program(data: &[u8], body: &str) -> Vec<u8> {
    let data: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    wasm(&format!(
        r#"(module {IMPORTS} (memory (export "memory") 1 1) (data (i32.const 0) "{data}")
        (func (export "user_entrypoint") (param $len i32) (result i32) {body}))"#
    ))
}

pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A 32-byte word and an address that end in a byte.
pub fn word(byte: u8) -> B256 {
    B256::with_last_byte(byte)
}

pub fn addr(byte: u8) -> Address {
    Address::with_last_byte(byte)
}

/// State of a chain, with the EVM's warm and cold prices.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub storage: BTreeMap<(Address, B256), B256>,
    original: BTreeMap<(Address, B256), B256>,
    pub transient: BTreeMap<(Address, B256), B256>,
    pub balances: BTreeMap<Address, U256>,
    pub codes: BTreeMap<Address, Bytes>,
    pub logs: Vec<(Address, Vec<B256>, Bytes)>,
    warm: BTreeSet<(Address, Option<B256>)>,
    /// Slots written, in order.
    pub writes: Vec<(B256, B256)>,
    /// Slots read, in order.
    pub reads: Vec<B256>,
}

impl State {
    fn touch(&mut self, address: Address, slot: Option<B256>, cold: u64) -> u64 {
        if self.warm.insert((address, slot)) { cold } else { 100 }
    }

    pub fn slot(&self, address: Address, key: B256) -> B256 {
        self.storage.get(&(address, key)).copied().unwrap_or_default()
    }
}

impl World for State {
    fn storage_load(&mut self, address: Address, key: B256) -> (B256, u64) {
        self.reads.push(key);
        let gas = self.touch(address, Some(key), 2_100);
        (self.slot(address, key), gas)
    }

    fn storage_store(
        &mut self,
        address: Address,
        key: B256,
        value: B256,
        left: u64,
    ) -> Result<u64, StoreError> {
        let cold = self.touch(address, Some(key), 2_200) - 100;
        let now = self.slot(address, key);
        let original = *self.original.entry((address, key)).or_insert(now);
        let gas = match (now == value, original == now, original.is_zero()) {
            (true, _, _) | (false, false, _) => 100,
            (false, true, true) => 20_000,
            (false, true, false) => 2_900,
        };
        if cold + gas > left {
            return Err(StoreError::OutOfGas);
        }
        self.writes.push((key, value));
        self.storage.insert((address, key), value);
        Ok(cold + gas)
    }

    fn transient_load(&mut self, address: Address, key: B256) -> B256 {
        self.transient.get(&(address, key)).copied().unwrap_or_default()
    }

    fn transient_store(&mut self, address: Address, key: B256, value: B256) {
        self.transient.insert((address, key), value);
    }

    fn balance(&mut self, address: Address) -> (U256, u64) {
        let gas = self.touch(address, None, 2_600);
        (self.balances.get(&address).copied().unwrap_or_default(), gas)
    }

    fn code(&mut self, address: Address) -> (Bytes, u64) {
        let gas = self.touch(address, None, 2_600) + 700;
        (self.codes.get(&address).cloned().unwrap_or_default(), gas)
    }

    fn code_hash(&mut self, address: Address) -> (B256, u64) {
        let gas = self.touch(address, None, 2_600);
        (self.codes.get(&address).map(keccak256).unwrap_or_default(), gas)
    }

    fn log(&mut self, address: Address, topics: Vec<B256>, data: Bytes) {
        self.logs.push((address, topics, data));
    }
}

/// The frame most tests start from.
pub fn input() -> FrameInput {
    FrameInput {
        address: addr(0xaa),
        caller: addr(0xbb),
        value: U256::from(7),
        input: Bytes::new(),
        is_static: false,
        reentrant: false,
        gas: 1_000_000,
        pages_open: 1,
        pages_ever: 1,
        env: Env {
            chain_id: 412_346,
            block_number: 11,
            timestamp: 1_700_000_000,
            gas_limit: 1 << 50,
            basefee: U256::from(100_000_000),
            coinbase: addr(0xcc),
            origin: addr(0xdd),
            gas_price: U256::from(123),
            params: StylusParams::default(),
        },
    }
}

pub fn module(engine: &Engine, wasm: &[u8]) -> Arc<Module> {
    let params = StylusParams::default();
    engine.module(keccak256(wasm), &params, || Ok(wasm.to_vec())).unwrap_or_else(|error| panic!("{error}"))
}

/// A finished program.
pub struct Ran {
    pub status: Status,
    pub output: Bytes,
    /// Ink it used.
    pub ink: u64,
    pub finish: Finish,
}

/// Runs a program that needs no other frame.
pub fn run_in(state: &mut State, wasm: &[u8], input: FrameInput) -> Ran {
    let engine = Engine::new();
    let module = module(&engine, wasm);
    let start = input.env.params.gas_to_ink(input.gas);
    let mut frame = Frame::new(&engine, &module, input).unwrap();
    match frame.run(state) {
        Step::Done(finish) => Ran {
            status: finish.status,
            output: finish.output.clone(),
            ink: start - frame.ink_left(),
            finish,
        },
        Step::Sub { call, .. } => panic!("unexpected {call:?}"),
    }
}

pub fn run(wasm: &[u8]) -> Ran {
    run_in(&mut State::default(), wasm, input())
}

/// Ink of the blocks around `calls` calls with `args` constant arguments in a program that then answers 0:
/// every call ends a block, `drops` of their results are dropped.
pub fn around(calls: u64, args: u64, drops: u64) -> u64 {
    calls * (2_450 + 3_800) + args + drops * 9 + 2_450 + 2
}

/// Ink that a single host call takes itself: `call` is its text with constant arguments.
pub fn ink_of(state: &mut State, input: FrameInput, data: &[u8], call: &str) -> u64 {
    let ran = run_in(state, &program(data, &format!("{call} i32.const 0")), input);
    assert_eq!(ran.status, Status::Success, "{call}");
    let args = call.matches("const").count() as u64;
    ran.ink - around(1, args, call.matches("drop").count() as u64)
}

/// Bytes that a program left in its memory from 0, after `body`.
pub fn memory_after(state: &mut State, input: FrameInput, data: &[u8], body: &str, bytes: u32) -> Bytes {
    let body = format!("{body} (call $write_result (i32.const 0) (i32.const {bytes})) i32.const 0");
    let ran = run_in(state, &program(data, &body), input);
    assert_eq!(ran.status, Status::Success, "{body}");
    ran.output
}

/// Programs at addresses, calling each other: a chain's part of nested frames, much simplified. A call costs 700 gas,
/// a creation 32,000; the code of a "creation" is a program's name for [`Programs::factory`].
pub struct Programs {
    pub engine: Engine,
    pub at: BTreeMap<Address, Arc<Module>>,
    pub state: State,
    /// Deepest nesting seen.
    pub deepest: usize,
    /// Gas that calls asked for and had available, in order.
    pub asked: Vec<(u64, u64)>,
}

impl Programs {
    pub fn new() -> Self {
        let (engine, at) = (Engine::new(), BTreeMap::new());
        Self { engine, at, state: State::default(), deepest: 0, asked: Vec::new() }
    }

    pub fn put(&mut self, address: Address, wasm: &[u8]) {
        let module = module(&self.engine, wasm);
        self.at.insert(address, module);
    }

    pub fn run(&mut self, input: FrameInput) -> Finish {
        let module = Arc::clone(&self.at[&input.address]);
        let frame = Frame::new(&self.engine, &module, input.clone()).unwrap();
        let mut stack = vec![(frame, input, self.state.clone())];
        let mut answer = None;
        loop {
            self.deepest = self.deepest.max(stack.len());
            let (frame, input, _) = stack.last_mut().unwrap();
            let step = match answer.take() {
                None => frame.run(&mut self.state),
                Some(result) => frame.resume(&mut self.state, result),
            };
            match step {
                Step::Done(finish) => {
                    let (_, input, before) = stack.pop().unwrap();
                    let success = finish.status == Status::Success;
                    if !success {
                        self.state = before;
                    }
                    if stack.is_empty() {
                        return finish;
                    }
                    answer = Some(SubResult {
                        success,
                        gas_cost: 700 + input.gas - finish.gas_left,
                        output: finish.output,
                        created: None,
                        pages_open: input.pages_open - 1,
                        pages_ever: finish.pages_ever,
                    });
                }
                Step::Sub {
                    call: SubCall::Call { kind, to, value, input: data, gas },
                    gas_available,
                    pages,
                } => {
                    self.asked.push((gas, gas_available));
                    let Some(module) = self.at.get(&to).cloned() else {
                        answer = Some(SubResult {
                            success: true,
                            gas_cost: 700,
                            pages_ever: pages.ever,
                            ..Default::default()
                        });
                        continue;
                    };
                    let after = pages.grown(1);
                    let inner = FrameInput {
                        address: if kind == CallKind::Delegate { input.address } else { to },
                        caller: if kind == CallKind::Delegate { input.caller } else { input.address },
                        value: if kind == CallKind::Delegate { input.value } else { value },
                        input: data,
                        is_static: input.is_static || kind == CallKind::Static,
                        reentrant: false,
                        gas: gas.min(gas_available.saturating_sub(700) * 63 / 64),
                        pages_open: after.open,
                        pages_ever: after.ever,
                        env: input.env.clone(),
                    };
                    let frame = Frame::new(&self.engine, &module, inner.clone()).unwrap();
                    stack.push((frame, inner, self.state.clone()));
                }
                Step::Sub { call: SubCall::Create { code, value, salt }, pages, .. } => {
                    // Code that begins with a zero byte is created at an address made of it; other code reverts.
                    let success = code.first() == Some(&0);
                    let created = success.then(|| addr(code.len() as u8 + salt.map_or(0, |salt| salt[31])));
                    if let Some(created) = created {
                        self.state.balances.insert(created, value);
                        self.state.codes.insert(created, code.clone());
                    }
                    answer = Some(SubResult {
                        success,
                        gas_cost: 32_000,
                        output: if success { Bytes::new() } else { code },
                        created,
                        pages_open: pages.open,
                        pages_ever: pages.ever,
                    });
                }
            }
        }
    }
}

/// Activation with the usual parameters.
pub fn check(wasm: &[u8]) -> Result<devnet::stylus::Activation, devnet::stylus::ActivationError> {
    activate(wasm, 128, &StylusParams::default())
}
