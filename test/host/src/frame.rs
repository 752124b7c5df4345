//! One frame's view of the chain: the SDK's `Host` for a contract that runs.

#![allow(unsafe_code, reason = "the SDK's host functions take raw pointers, as those of the chain do")]

use std::{cell::RefCell, rc::Rc, slice};

use alloy_primitives::{Address, B256, U256, keccak256};
use stylus_sdk::{ArbResult, host::VM, stylus_core::host::*};

use crate::{
    Log,
    world::{FrameState, World},
};

/// How one contract calls another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Call,
    Static,
    Delegate,
}

/// The host of one frame. Clones are the same frame.
#[derive(Clone)]
pub(crate) struct Frame {
    world: Rc<RefCell<World>>,
    depth: usize,
}

/// A call to be run.
pub(crate) struct Message {
    pub sender: Address,
    /// Whose storage and balance it works on.
    pub acting: Address,
    /// Whose code runs.
    pub code: Address,
    pub value: U256,
    pub is_static: bool,
    pub is_delegate: bool,
    pub input: Vec<u8>,
}

/// How deep calls may nest, as in the EVM.
const MAX_DEPTH: usize = 1024;

/// Runs a call in a frame of its own; everything it did is taken back if it fails.
pub(crate) fn run(world: &Rc<RefCell<World>>, message: Message) -> ArbResult {
    let checkpoint = world.borrow().checkpoint();
    let result = run_unguarded(world, message);
    if result.is_err() {
        world.borrow_mut().roll_back(checkpoint);
    }
    result
}

fn run_unguarded(world: &Rc<RefCell<World>>, message: Message) -> ArbResult {
    let Message { sender, acting, code, value, is_static, is_delegate, input } = message;
    if world.borrow().frames.len() >= MAX_DEPTH {
        return Err(Vec::new());
    }
    if !is_delegate && !world.borrow_mut().pay(sender, acting, value) {
        return Err(Vec::new());
    }
    let code = world.borrow().accounts.get(&code).and_then(|a| a.code.clone());
    // A call of an account without code succeeds and returns nothing.
    let Some(code) = code else { return Ok(Vec::new()) };

    // As on the chain, a program is reentered if frames of its own (not delegated to it) are open besides this one.
    let reentrant = world.borrow().is_running(acting) && !is_delegate;
    if reentrant && code.refuses_reentry {
        return Err(Vec::new());
    }
    let frame = FrameState {
        acting,
        sender,
        value,
        is_static,
        is_delegate,
        reentrant,
        input: input.clone(),
        returned: Vec::new(),
        cache: Default::default(),
        fault: None,
    };
    let depth = world.borrow().frames.len();
    world.borrow_mut().frames.push(frame);
    let host = Frame { world: world.clone(), depth };
    let result = (code.run)(input, VM { host: Box::new(host.clone()) });
    // The entrypoint writes back what is cached, also before a revert.
    host.flush_cache(false);
    let fault = world.borrow_mut().frames.pop().and_then(|f| f.fault);
    if fault.is_some() { Err(Vec::new()) } else { result }
}

impl Frame {
    fn with<T>(&self, f: impl FnOnce(&mut FrameState) -> T) -> T {
        let mut world = self.world.borrow_mut();
        f(world.frames.get_mut(self.depth).expect("a contract used its host after its frame ended"))
    }

    /// Runs a nested call; 0 is success, as from the chain's host functions.
    fn nested(&self, kind: Kind, to: Address, input: &[u8], value: U256, outs_len: &mut usize) -> u8 {
        let (acting, sender, own_value, is_static) =
            self.with(|f| (f.acting, f.sender, f.value, f.is_static || kind == Kind::Static));
        if is_static && kind == Kind::Call && !value.is_zero() {
            self.with(|f| f.fault = Some("value sent in a static call"));
            return 1;
        }
        let delegated = kind == Kind::Delegate;
        let message = Message {
            sender: if delegated { sender } else { acting },
            acting: if delegated { acting } else { to },
            code: to,
            value: if delegated { own_value } else { value },
            is_static,
            is_delegate: delegated,
            input: input.to_vec(),
        };
        let (status, data) = match run(&self.world, message) {
            Ok(data) => (0, data),
            Err(data) => (1, data),
        };
        *outs_len = data.len();
        self.with(|f| f.returned = data);
        status
    }
}

impl Host for Frame {}

impl CryptographyAccess for Frame {
    fn native_keccak256(&self, input: &[u8]) -> B256 {
        keccak256(input)
    }
}

impl CalldataAccess for Frame {
    fn read_args(&self, _len: usize) -> Vec<u8> {
        self.with(|f| f.input.clone())
    }

    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        self.with(|f| {
            let start = offset.min(f.returned.len());
            let end = start.saturating_add(size.unwrap_or(usize::MAX)).min(f.returned.len());
            f.returned[start..end].to_vec()
        })
    }

    fn return_data_size(&self) -> usize {
        self.with(|f| f.returned.len())
    }

    // The router's result is taken from its return value.
    fn write_result(&self, _data: &[u8]) {}
}

// Contracts of ours do not create contracts; a creation fails as one without gas does.
unsafe impl UnsafeDeploymentAccess for Frame {
    unsafe fn create1(
        &self,
        _: *const u8,
        _: usize,
        _: *const u8,
        contract: *mut u8,
        revert_data_len: *mut usize,
    ) {
        unsafe { no_contract(contract, revert_data_len) }
    }

    unsafe fn create2(
        &self,
        _: *const u8,
        _: usize,
        _: *const u8,
        _: *const u8,
        contract: *mut u8,
        revert_data_len: *mut usize,
    ) {
        unsafe { no_contract(contract, revert_data_len) }
    }
}

/// # Safety
/// `contract` has 20 bytes, `revert_data_len` is valid.
unsafe fn no_contract(contract: *mut u8, revert_data_len: *mut usize) {
    unsafe {
        slice::from_raw_parts_mut(contract, 20).fill(0);
        *revert_data_len = 0;
    }
}

impl StorageAccess for Frame {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        let (acting, cached) = self.with(|f| (f.acting, f.cache.get(&key).map(|c| c.0)));
        cached.unwrap_or_else(|| {
            let value = self.world.borrow().slot(acting, key);
            self.with(|f| f.cache.insert(key, (value, false)));
            value
        })
    }

    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        self.with(|f| f.cache.insert(key, (value, true)));
    }

    fn flush_cache(&self, clear: bool) {
        let (acting, is_static) = self.with(|f| (f.acting, f.is_static));
        let dirty: Vec<(U256, B256)> = self.with(|f| {
            let dirty = f.cache.iter_mut().filter(|(_, c)| c.1).map(|(key, c)| {
                c.1 = false;
                (*key, c.0)
            });
            dirty.collect()
        });
        for (key, value) in dirty {
            if self.world.borrow().slot(acting, key) == value {
                continue;
            }
            if is_static {
                self.with(|f| f.fault = Some("storage written in a static call"));
                break;
            }
            self.world.borrow_mut().set_slot(acting, key, value);
        }
        if clear {
            self.with(|f| f.cache.clear());
        }
    }
}

/// # Safety
/// `at` has 20 bytes.
unsafe fn address_at(at: *const u8) -> Address {
    Address::from_slice(unsafe { slice::from_raw_parts(at, 20) })
}

unsafe impl UnsafeCallAccess for Frame {
    unsafe fn call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: *const u8,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the caller promises 20 bytes of address, 32 of value and `data_len` of data.
        let (to, data, value) = unsafe {
            (address_at(to), slice::from_raw_parts(data, data_len), slice::from_raw_parts(value, 32))
        };
        self.nested(Kind::Call, to, data, U256::from_be_slice(value), outs_len)
    }

    unsafe fn delegate_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: as above.
        let (to, data) = unsafe { (address_at(to), slice::from_raw_parts(data, data_len)) };
        self.nested(Kind::Delegate, to, data, U256::ZERO, outs_len)
    }

    unsafe fn static_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        _gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: as above.
        let (to, data) = unsafe { (address_at(to), slice::from_raw_parts(data, data_len)) };
        self.nested(Kind::Static, to, data, U256::ZERO, outs_len)
    }
}

impl BlockAccess for Frame {
    fn block_basefee(&self) -> U256 {
        U256::from(100_000_000)
    }
    fn block_coinbase(&self) -> Address {
        Address::ZERO
    }
    fn block_number(&self) -> u64 {
        self.world.borrow().l1_block
    }
    fn block_timestamp(&self) -> u64 {
        self.world.borrow().timestamp
    }
    fn block_gas_limit(&self) -> u64 {
        32_000_000
    }
}

impl ChainAccess for Frame {
    fn chain_id(&self) -> u64 {
        self.world.borrow().chain_id
    }
}

impl AccountAccess for Frame {
    fn balance(&self, account: Address) -> U256 {
        self.world.borrow().balance(account)
    }
    fn contract_address(&self) -> Address {
        self.with(|f| f.acting)
    }
    fn code(&self, account: Address) -> Vec<u8> {
        // The prefix of a Stylus program; what follows is nobody's business here.
        let has_code = self.world.borrow().accounts.get(&account).is_some_and(|a| a.code.is_some());
        if has_code { vec![0xef, 0xf0, 0x00, 0x00] } else { Vec::new() }
    }
    fn code_size(&self, account: Address) -> usize {
        self.code(account).len()
    }
    fn code_hash(&self, account: Address) -> B256 {
        keccak256(self.code(account))
    }
}

impl MemoryAccess for Frame {
    fn pay_for_memory_grow(&self, _pages: u16) {}
}

impl MessageAccess for Frame {
    fn msg_sender(&self) -> Address {
        self.with(|f| f.sender)
    }
    fn msg_reentrant(&self) -> bool {
        self.with(|f| f.reentrant)
    }
    fn msg_value(&self) -> U256 {
        self.with(|f| f.value)
    }
    fn tx_origin(&self) -> Address {
        self.world.borrow().origin
    }
}

impl MeteringAccess for Frame {
    fn evm_gas_left(&self) -> u64 {
        30_000_000
    }
    fn evm_ink_left(&self) -> u64 {
        300_000_000_000
    }
    fn tx_gas_price(&self) -> U256 {
        self.block_basefee()
    }
    fn tx_ink_price(&self) -> u32 {
        10_000
    }
}

impl RawLogAccess for Frame {
    fn emit_log(&self, input: &[u8], num_topics: usize) {
        let (acting, is_static) = self.with(|f| (f.acting, f.is_static));
        let head = num_topics.saturating_mul(32);
        if is_static || num_topics > 4 || head > input.len() {
            self.with(|f| f.fault = Some("a log that cannot be written"));
            return;
        }
        let (topics, data) = input.split_at(head);
        let topics = topics.chunks_exact(32).map(B256::from_slice).collect();
        self.world.borrow_mut().logs.push(Log { address: acting, topics, data: data.to_vec() });
    }

    fn raw_log(&self, topics: &[B256], data: &[u8]) -> Result<(), &'static str> {
        if topics.len() > 4 {
            return Err("too many topics");
        }
        let mut input: Vec<u8> = topics.iter().flat_map(|t| t.0).collect();
        input.extend_from_slice(data);
        self.emit_log(&input, topics.len());
        Ok(())
    }
}
