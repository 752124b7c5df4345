//! Programs and contracts for the tests of the chain.

#![allow(dead_code, reason = "each test file uses its part")]

use alloy_primitives::{Address, B256, Bytes, U256};
use devnet::{CallOutcome, CallRequest, Chain, Config, Receipt, TxRequest};

/// A program that does what its input says: an operation byte, then the operation's arguments.
const ACTOR: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "transient_load_bytes32" (func $tload (param i32 i32)))
  (import "vm_hooks" "transient_store_bytes32" (func $tstore (param i32 i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
  (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
  (import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
  (import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
  (import "vm_hooks" "block_number" (func $block_number (result i64)))
  (import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
  (import "vm_hooks" "chainid" (func $chainid (result i64)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
  (memory (export "memory") 1)
  ;; arguments at 0, results at 32768, scratch at 61440
  (func $word (param $at i32) (param $value i64)
    (i64.store (local.get $at) (i64.const 0))
    (i64.store (i32.add (local.get $at) (i32.const 8)) (i64.const 0))
    (i64.store (i32.add (local.get $at) (i32.const 16)) (i64.const 0))
    (i64.store (i32.add (local.get $at) (i32.const 24)) (i64.const 0))
    (i32.store8 (i32.add (local.get $at) (i32.const 31)) (i32.wrap_i64 (local.get $value)))
    (i32.store8 (i32.add (local.get $at) (i32.const 30)) (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 8))))
    (i32.store8 (i32.add (local.get $at) (i32.const 29)) (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 16))))
    (i32.store8 (i32.add (local.get $at) (i32.const 28)) (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 24))))
    (i32.store8 (i32.add (local.get $at) (i32.const 27)) (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 32)))))
  (func $recurse (param $n i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get $n) (i32.const 1))) (i32.const 1)))
  ;; kind, address, value, data -> status; return data at 32769
  (func $sub (param $len i32) (result i32)
    (local $status i32)
    (local $data i32)
    (local $data_len i32)
    (local.set $data (i32.const 54))
    (local.set $data_len (i32.sub (local.get $len) (i32.const 54)))
    (if (i32.eqz (i32.load8_u (i32.const 1)))
      (then (local.set $status (call $call (i32.const 2) (local.get $data) (local.get $data_len) (i32.const 22) (i64.const -1) (i32.const 61440))))
      (else (if (i32.eq (i32.load8_u (i32.const 1)) (i32.const 1))
        (then (local.set $status (call $delegate (i32.const 2) (local.get $data) (local.get $data_len) (i64.const -1) (i32.const 61440))))
        (else (local.set $status (call $static (i32.const 2) (local.get $data) (local.get $data_len) (i64.const -1) (i32.const 61440)))))))
    (i32.store8 (i32.const 32768) (local.get $status))
    (drop (call $read_return_data (i32.const 32769) (i32.const 0) (i32.load (i32.const 61440))))
    (local.get $status))
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (local $op i32)
    (local $status i32)
    (call $read_args (i32.const 0))
    (local.set $op (i32.load8_u (i32.const 0)))
    ;; 0: add one to slot 0 and answer it
    (if (i32.eqz (local.get $op)) (then
      (call $load (i32.const 61440) (i32.const 32768))
      (i32.store8 (i32.const 32799) (i32.add (i32.load8_u (i32.const 32799)) (i32.const 1)))
      (call $cache (i32.const 61440) (i32.const 32768))
      (call $flush (i32.const 0))
      (call $write_result (i32.const 32768) (i32.const 32))
      (return (i32.const 0))))
    ;; 1: slot -> value
    (if (i32.eq (local.get $op) (i32.const 1)) (then
      (call $load (i32.const 1) (i32.const 32768))
      (call $write_result (i32.const 32768) (i32.const 32))
      (return (i32.const 0))))
    ;; 2: slot, value: write
    (if (i32.eq (local.get $op) (i32.const 2)) (then
      (call $cache (i32.const 1) (i32.const 33))
      (call $flush (i32.const 1))
      (return (i32.const 0))))
    ;; 3: call, and end as the callee did
    (if (i32.eq (local.get $op) (i32.const 3)) (then
      (local.set $status (call $sub (local.get $len)))
      (call $write_result (i32.const 32769) (i32.load (i32.const 61440)))
      (return (i32.ne (local.get $status) (i32.const 0)))))
    ;; 4: call, and answer status and data
    (if (i32.eq (local.get $op) (i32.const 4)) (then
      (drop (call $sub (local.get $len)))
      (call $write_result (i32.const 32768) (i32.add (i32.load (i32.const 61440)) (i32.const 1)))
      (return (i32.const 0))))
    ;; 5: topic count, topics, data: log
    (if (i32.eq (local.get $op) (i32.const 5)) (then
      (call $emit_log (i32.const 2) (i32.sub (local.get $len) (i32.const 2)) (i32.load8_u (i32.const 1)))
      (return (i32.const 0))))
    ;; 6: value, init code: create
    (if (i32.eq (local.get $op) (i32.const 6)) (then
      (call $create1 (i32.const 33) (i32.sub (local.get $len) (i32.const 33)) (i32.const 1) (i32.const 32780) (i32.const 61440))
      (call $write_result (i32.const 32768) (i32.const 32))
      (return (i32.const 0))))
    ;; 7: value, salt, init code: create2
    (if (i32.eq (local.get $op) (i32.const 7)) (then
      (call $create2 (i32.const 65) (i32.sub (local.get $len) (i32.const 65)) (i32.const 1) (i32.const 33) (i32.const 32780) (i32.const 61440))
      (call $write_result (i32.const 32768) (i32.const 32))
      (return (i32.const 0))))
    ;; 8: sender, self, origin, value, reentrant, block number, time, chain id
    (if (i32.eq (local.get $op) (i32.const 8)) (then
      (call $msg_sender (i32.const 32780))
      (call $contract_address (i32.const 32812))
      (call $tx_origin (i32.const 32844))
      (call $msg_value (i32.const 32864))
      (call $word (i32.const 32896) (i64.extend_i32_u (call $msg_reentrant)))
      (call $word (i32.const 32928) (call $block_number))
      (call $word (i32.const 32960) (call $block_timestamp))
      (call $word (i32.const 32992) (call $chainid))
      (call $write_result (i32.const 32768) (i32.const 256))
      (return (i32.const 0))))
    ;; 9: data: write slot 0, then revert with the data
    (if (i32.eq (local.get $op) (i32.const 9)) (then
      (call $word (i32.const 32768) (i64.const 99))
      (call $cache (i32.const 61440) (i32.const 32768))
      (call $flush (i32.const 0))
      (call $write_result (i32.const 1) (i32.sub (local.get $len) (i32.const 1)))
      (return (i32.const 1))))
    ;; 10: trap
    (if (i32.eq (local.get $op) (i32.const 10)) (then (unreachable)))
    ;; 11: loop for ever
    (if (i32.eq (local.get $op) (i32.const 11)) (then (loop $ever (br $ever))))
    ;; 12: recurse for ever
    (if (i32.eq (local.get $op) (i32.const 12)) (then (return (call $recurse (i32.const 0)))))
    ;; 13: slot, value: transient write; 14: slot -> transient value
    (if (i32.eq (local.get $op) (i32.const 13)) (then
      (call $tstore (i32.const 1) (i32.const 33))
      (return (i32.const 0))))
    (if (i32.eq (local.get $op) (i32.const 14)) (then
      (call $tload (i32.const 1) (i32.const 32768))
      (call $write_result (i32.const 32768) (i32.const 32))
      (return (i32.const 0))))
    ;; 15: pages: grow
    (if (i32.eq (local.get $op) (i32.const 15)) (then
      (drop (memory.grow (i32.load8_u (i32.const 1))))
      (return (i32.const 0))))
    ;; 16: account -> balance
    (if (i32.eq (local.get $op) (i32.const 16)) (then
      (call $account_balance (i32.const 1) (i32.const 32768))
      (call $write_result (i32.const 32768) (i32.const 32))
      (return (i32.const 0))))
    ;; 17: write past the end of memory
    (if (i32.eq (local.get $op) (i32.const 17)) (then (i32.store (i32.const 65535) (i32.const 1))))
    (i32.const 2)))"#;

/// The actor's operations.
pub mod op {
    use super::*;

    pub fn count() -> Vec<u8> {
        vec![0]
    }
    pub fn read(slot: u64) -> Vec<u8> {
        [&[1][..], word(slot).as_slice()].concat()
    }
    pub fn write(slot: u64, value: u64) -> Vec<u8> {
        [&[2][..], word(slot).as_slice(), word(value).as_slice()].concat()
    }
    pub fn call(kind: Kind, to: Address, value: u64, data: &[u8]) -> Vec<u8> {
        [&[3, kind as u8][..], to.as_slice(), word(value).as_slice(), data].concat()
    }
    pub fn try_call(kind: Kind, to: Address, value: u64, data: &[u8]) -> Vec<u8> {
        [&[4, kind as u8][..], to.as_slice(), word(value).as_slice(), data].concat()
    }
    pub fn log(topics: &[B256], data: &[u8]) -> Vec<u8> {
        let topics_flat: Vec<u8> = topics.iter().flat_map(|topic| topic.0).collect();
        [&[5, topics.len() as u8][..], &topics_flat, data].concat()
    }
    pub fn create(value: u64, init: &[u8]) -> Vec<u8> {
        [&[6][..], word(value).as_slice(), init].concat()
    }
    pub fn create2(value: u64, salt: u64, init: &[u8]) -> Vec<u8> {
        [&[7][..], word(value).as_slice(), word(salt).as_slice(), init].concat()
    }
    pub fn who() -> Vec<u8> {
        vec![8]
    }
    pub fn write_and_revert(data: &[u8]) -> Vec<u8> {
        [&[9][..], data].concat()
    }
    pub fn trap() -> Vec<u8> {
        vec![10]
    }
    pub fn spin() -> Vec<u8> {
        vec![11]
    }
    pub fn recurse() -> Vec<u8> {
        vec![12]
    }
    pub fn transient_write(slot: u64, value: u64) -> Vec<u8> {
        [&[13][..], word(slot).as_slice(), word(value).as_slice()].concat()
    }
    pub fn transient_read(slot: u64) -> Vec<u8> {
        [&[14][..], word(slot).as_slice()].concat()
    }
    pub fn grow(pages: u8) -> Vec<u8> {
        vec![15, pages]
    }
    pub fn balance(account: Address) -> Vec<u8> {
        [&[16][..], account.as_slice()].concat()
    }
    pub fn out_of_bounds() -> Vec<u8> {
        vec![17]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call = 0,
    Delegate = 1,
    Static = 2,
}

/// What [`op::who`] answers.
#[derive(Debug, PartialEq, Eq)]
pub struct Who {
    pub sender: Address,
    pub this: Address,
    pub origin: Address,
    pub value: U256,
    pub reentrant: bool,
    pub block_number: u64,
    pub timestamp: u64,
    pub chain_id: u64,
}

pub fn who(output: &[u8]) -> Who {
    assert_eq!(output.len(), 256, "not an answer to `who`: {}", Bytes::copy_from_slice(output));
    let part = |index: usize| &output[index * 32..index * 32 + 32];
    let number = |index: usize| U256::from_be_slice(part(index)).to::<u64>();
    Who {
        sender: Address::from_slice(&part(0)[12..]),
        this: Address::from_slice(&part(1)[12..]),
        origin: Address::from_slice(&part(2)[12..]),
        value: U256::from_be_slice(part(3)),
        reentrant: number(4) == 1,
        block_number: number(5),
        timestamp: number(6),
        chain_id: number(7),
    }
}

pub fn word(value: u64) -> B256 {
    U256::from(value).into()
}

pub fn address_of(output: &[u8]) -> Address {
    Address::from_slice(&output[12..32])
}

pub fn number(output: &[u8]) -> u64 {
    U256::from_be_slice(output).to()
}

pub fn actor_wasm() -> Vec<u8> {
    wat::parse_str(ACTOR).expect("the actor is WAT")
}

/// The actor with other bytes: a program with a code hash of its own.
pub fn actor_variant(number: u32) -> Vec<u8> {
    let data = format!("(data (i32.const 61000) \"{number}\")\n  (func $word");
    wat::parse_str(ACTOR.replacen("(func $word", &data, 1)).expect("the actor is WAT")
}

pub struct World {
    pub chain: Chain,
    pub alice: Address,
    pub bob: Address,
}

impl World {
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        let chain = Chain::new(config);
        let (alice, bob) = (chain.accounts()[0].0, chain.accounts()[1].0);
        Self { chain, alice, bob }
    }

    pub fn actor(&mut self) -> Address {
        self.chain.deploy_program(self.alice, &actor_wasm()).expect("the actor deploys")
    }

    pub fn contract(&mut self, runtime: &[u8]) -> Address {
        self.chain.deploy_evm(self.alice, devnet::deploy::init_code(runtime)).expect("the contract deploys")
    }

    pub fn call(&self, to: Address, data: impl Into<Bytes>) -> CallOutcome {
        self.chain.call(self.alice, to, data)
    }

    /// A call that must succeed.
    pub fn ask(&self, to: Address, data: impl Into<Bytes>) -> Bytes {
        let outcome = self.call(to, data);
        assert!(outcome.success, "{outcome:?}");
        outcome.output
    }

    pub fn call_with(&self, request: CallRequest) -> CallOutcome {
        self.chain.call_with(&request).expect("the call is accepted")
    }

    pub fn send(&mut self, to: Address, data: impl Into<Bytes>) -> Receipt {
        self.send_value(to, 0, data)
    }

    pub fn send_value(&mut self, to: Address, value: u64, data: impl Into<Bytes>) -> Receipt {
        let request = TxRequest {
            from: self.alice,
            to: Some(to),
            value: U256::from(value),
            data: data.into(),
            ..TxRequest::default()
        };
        self.chain.send(request).expect("the transaction is accepted")
    }

    /// A transaction that must succeed.
    pub fn must(&mut self, to: Address, data: impl Into<Bytes>) -> Receipt {
        let receipt = self.send(to, data);
        assert!(receipt.success, "{receipt:?}");
        receipt
    }
}

/// EVM code: calls the address in the first 20 bytes of its call data with the rest, and ends as the callee did.
/// A call passes on the value it got.
pub fn forwarder(kind: Kind) -> Vec<u8> {
    let mut code = forward(kind, &[0x5f, 0x35, 0x60, 0x60, 0x1c], 20);
    finish_like_callee(&mut code);
    code
}

/// EVM code: as [`forwarder`], but answers a byte for success and the callee's data.
pub fn catcher(kind: Kind) -> Vec<u8> {
    let mut code = forward(kind, &[0x5f, 0x35, 0x60, 0x60, 0x1c], 20);
    // MSTORE8(0, success), RETURNDATACOPY(1, 0, size), RETURN(0, size + 1)
    code.extend([0x5f, 0x53, 0x3d, 0x5f, 0x60, 0x01, 0x3e, 0x60, 0x01, 0x3d, 0x01, 0x5f, 0xf3]);
    code
}

/// EVM code: a proxy that delegates everything to one implementation.
pub fn proxy(implementation: Address) -> Vec<u8> {
    let push = [&[0x73][..], implementation.as_slice()].concat();
    let mut code = forward(Kind::Delegate, &push, 0);
    finish_like_callee(&mut code);
    code
}

fn forward(kind: Kind, push_target: &[u8], skip: u8) -> Vec<u8> {
    // n = CALLDATASIZE - skip; CALLDATACOPY(0, skip, n)
    let mut code = vec![0x60, skip, 0x36, 0x03, 0x80, 0x60, skip, 0x5f, 0x37];
    // out size 0, out offset 0, in size n, in offset 0
    code.extend([0x5f, 0x5f, 0x82, 0x5f]);
    if kind == Kind::Call {
        code.push(0x34);
    }
    code.extend(push_target);
    code.push(0x5a);
    code.push(match kind {
        Kind::Call => 0xf1,
        Kind::Delegate => 0xf4,
        Kind::Static => 0xfa,
    });
    code
}

fn finish_like_callee(code: &mut Vec<u8>) {
    code.extend([0x3d, 0x5f, 0x5f, 0x3e]);
    let target = code.len() as u8 + 6;
    code.extend([0x60, target, 0x57, 0x3d, 0x5f, 0xfd, 0x5b, 0x3d, 0x5f, 0xf3]);
}

/// EVM code: SSTORE(first word, second word) of the call data.
pub fn evm_store() -> Vec<u8> {
    vec![0x60, 0x20, 0x35, 0x5f, 0x35, 0x55, 0x00]
}

/// Call data for a forwarder: a target, then what it is to get.
pub fn to(target: Address, data: &[u8]) -> Vec<u8> {
    [target.as_slice(), data].concat()
}

/// EVM code that makes calls one after the other and answers with the last one's data; it reverts if one fails.
#[derive(Default)]
pub struct Script {
    calls: Vec<(Address, Vec<u8>)>,
}

impl Script {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn then(mut self, to: Address, data: &[u8]) -> Self {
        self.calls.push((to, data.to_vec()));
        self
    }

    pub fn code(&self) -> Vec<u8> {
        let mut code = Vec::new();
        for (to, data) in &self.calls {
            for (index, chunk) in data.chunks(32).enumerate() {
                let mut padded = [0u8; 32];
                padded[..chunk.len()].copy_from_slice(chunk);
                let at = (index * 32) as u16;
                code.push(0x7f);
                code.extend(padded);
                code.push(0x61);
                code.extend(at.to_be_bytes());
                code.push(0x52);
            }
            code.extend([0x5f, 0x5f, 0x61]);
            code.extend((data.len() as u16).to_be_bytes());
            code.extend([0x5f, 0x5f, 0x73]);
            code.extend(to.as_slice());
            code.extend([0x5a, 0xf1]);
            // JUMPI over the revert
            let target = (code.len() + 7) as u16;
            code.push(0x61);
            code.extend(target.to_be_bytes());
            code.extend([0x57, 0x5f, 0x5f, 0xfd, 0x5b]);
        }
        code.extend([0x3d, 0x5f, 0x5f, 0x3e, 0x3d, 0x5f, 0xf3]);
        code
    }
}
