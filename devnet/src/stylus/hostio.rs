//! The host functions, `vm_hooks`, as a state machine.
//!
//! [`Host::enter`] charges and does what it can. What needs the chain becomes an [`Ask`]: the program stops, the frame
//! has it answered by the world ([`Host::answer`]), or by another frame ([`Host::returned`]), and the program goes on
//! with the function's result. The machine that runs the program hands in its memory and keeps [`Host::ink`] in step
//! with the program's own ink.
//!
//! The order of charging, reading and writing within a function decides what a program in trouble sees; it is the
//! chain's.

use super::price::host as cost;
use super::storage::StorageCache;
use super::{CallKind, FrameInput, Pages, StoreError, SubCall, SubResult, World};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

/// Lists the host functions and passes the list to the macro named: variant, name in WASM, arguments, result.
macro_rules! vm_hooks {
    ($with:ident) => {
        $with! {
            ReadArgs "read_args" (u32) -> ();
            WriteResult "write_result" (u32, u32) -> ();
            ExitEarly "exit_early" (u32) -> ();
            StorageLoad "storage_load_bytes32" (u32, u32) -> ();
            StorageCache "storage_cache_bytes32" (u32, u32) -> ();
            StorageFlush "storage_flush_cache" (u32) -> ();
            TransientLoad "transient_load_bytes32" (u32, u32) -> ();
            TransientStore "transient_store_bytes32" (u32, u32) -> ();
            CallContract "call_contract" (u32, u32, u32, u32, u64, u32) -> u32;
            DelegateCall "delegate_call_contract" (u32, u32, u32, u64, u32) -> u32;
            StaticCall "static_call_contract" (u32, u32, u32, u64, u32) -> u32;
            Create1 "create1" (u32, u32, u32, u32, u32) -> ();
            Create2 "create2" (u32, u32, u32, u32, u32, u32) -> ();
            ReadReturnData "read_return_data" (u32, u32, u32) -> u32;
            ReturnDataSize "return_data_size" () -> u32;
            EmitLog "emit_log" (u32, u32, u32) -> ();
            AccountBalance "account_balance" (u32, u32) -> ();
            AccountCode "account_code" (u32, u32, u32, u32) -> u32;
            AccountCodeSize "account_code_size" (u32) -> u32;
            AccountCodehash "account_codehash" (u32, u32) -> ();
            EvmGasLeft "evm_gas_left" () -> u64;
            EvmInkLeft "evm_ink_left" () -> u64;
            BlockBasefee "block_basefee" (u32) -> ();
            Chainid "chainid" () -> u64;
            BlockCoinbase "block_coinbase" (u32) -> ();
            BlockGasLimit "block_gas_limit" () -> u64;
            BlockNumber "block_number" () -> u64;
            BlockTimestamp "block_timestamp" () -> u64;
            ContractAddress "contract_address" (u32) -> ();
            MathDiv "math_div" (u32, u32) -> ();
            MathMod "math_mod" (u32, u32) -> ();
            MathPow "math_pow" (u32, u32) -> ();
            MathAddMod "math_add_mod" (u32, u32, u32) -> ();
            MathMulMod "math_mul_mod" (u32, u32, u32) -> ();
            MsgReentrant "msg_reentrant" () -> u32;
            MsgSender "msg_sender" (u32) -> ();
            MsgValue "msg_value" (u32) -> ();
            NativeKeccak256 "native_keccak256" (u32, u32, u32) -> ();
            TxGasPrice "tx_gas_price" (u32) -> ();
            TxInkPrice "tx_ink_price" () -> u32;
            TxOrigin "tx_origin" (u32) -> ();
            PayForMemoryGrow "pay_for_memory_grow" (u32) -> ();
        }
    };
}
pub(super) use vm_hooks;

/// A WASM type of the host functions' signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    I32,
    I64,
}

macro_rules! define_hooks {
    ($($hook:ident $name:literal ($($arg:ident),*) -> $result:tt;)*) => {
        /// A host function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Hook { $($hook),* }

        /// A host function's parameters and result, by its name.
        pub(super) fn signature(name: &str) -> Option<(&'static [Ty], Option<Ty>)> {
            Some(match name {
                $($name => (&[$(ty!($arg)),*], result!($result)),)*
                _ => return None,
            })
        }

        impl Hook {
            /// What the function's result is.
            pub(super) fn result(self) -> Option<Ty> {
                match self {
                    $(Self::$hook => result!($result),)*
                }
            }
        }
    };
}

macro_rules! ty {
    (u32) => {
        Ty::I32
    };
    (u64) => {
        Ty::I64
    };
}

macro_rules! result {
    (()) => {
        None
    };
    ($ty:ident) => {
        Some(ty!($ty))
    };
}

vm_hooks!(define_hooks);

/// Why a program stops in a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// It cannot pay.
    OutOfInk,
    /// A pointer beyond its memory.
    Memory,
    /// Something it may not do: write in a static frame, malformed arguments.
    Logic(&'static str),
    /// It asked to end with this status.
    Exit(u32),
}

/// How far a host function came.
#[derive(Debug)]
pub(super) enum Entered {
    /// All the way: its result, zero if it has none.
    Done(u64),
    /// It needs the chain.
    Ask(Ask),
}

/// What a host function needs of the chain, with what it needs to go on.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Load { key: B256, dest: u32 },
    Flush { changes: Vec<(B256, B256)> },
    TransientLoad { key: B256, dest: u32 },
    TransientStore { key: B256, value: B256 },
    Balance { address: Address, dest: u32 },
    Code { address: Address, offset: u32, size: u32, dest: u32 },
    CodeSize { address: Address },
    CodeHash { address: Address, dest: u32 },
    Log { topics: Vec<B256>, data: Bytes },
    Sub { call: SubCall, then: Then },
}

/// Where results of another frame go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Then {
    /// Where the length of the return data goes.
    length: u32,
    /// Where a new account's address goes.
    created: Option<u32>,
}

/// What `call_contract` and its kin answer for a failure.
const CALL_FAILED: u64 = 2;

type Entry = Result<Entered, Escape>;

/// A frame's state outside of its machine.
#[derive(Debug)]
pub(super) struct Host {
    input: FrameInput,
    /// Ink left. Right while the program stands still.
    pub(super) ink: u64,
    /// Whether it could not pay. Then `ink` is zero.
    pub(super) exhausted: bool,
    /// Its output so far.
    pub(super) output: Bytes,
    /// What it waits for.
    pub(super) asked: Option<Ask>,
    pub(super) pages: Pages,
    return_data: Bytes,
    cache: StorageCache,
    /// The code it looked at last, unless that was empty: looking again is free.
    last_code: Option<(Address, Bytes)>,
}

impl Host {
    pub(super) fn new(input: FrameInput) -> Self {
        let ink = input.env.params.gas_to_ink(input.gas);
        let pages = Pages { open: input.pages_open, ever: input.pages_ever };
        Self {
            ink,
            exhausted: false,
            output: Bytes::new(),
            asked: None,
            pages,
            return_data: Bytes::new(),
            cache: StorageCache::default(),
            last_code: None,
            input,
        }
    }

    /// Length of the call data: the entry point's argument.
    pub(super) fn args_len(&self) -> u32 {
        u32::try_from(self.input.input.len()).unwrap_or(u32::MAX)
    }

    /// Stack words the program may use.
    pub(super) fn max_stack(&self) -> u32 {
        self.input.env.params.max_stack_depth
    }

    /// Whole gas left.
    pub(super) fn gas_left(&self) -> u64 {
        self.input.env.params.ink_to_gas(self.ink)
    }

    fn buy(&mut self, ink: u64) -> Result<(), Escape> {
        match self.ink.checked_sub(ink) {
            Some(left) if !self.exhausted => self.ink = left,
            _ => return Err(self.run_out()),
        }
        Ok(())
    }

    fn buy_gas(&mut self, gas: u64) -> Result<(), Escape> {
        self.buy(self.input.env.params.gas_to_ink(gas))
    }

    /// Like paying, but nothing is taken.
    fn require_gas(&mut self, gas: u64) -> Result<(), Escape> {
        let ink = self.input.env.params.gas_to_ink(gas);
        if self.exhausted || self.ink < ink { Err(self.run_out()) } else { Ok(()) }
    }

    fn run_out(&mut self) -> Escape {
        self.ink = 0;
        self.exhausted = true;
        Escape::OutOfInk
    }

    /// Reaching the EVM, in whole gas, as a load's first touch of a slot is charged.
    fn evm_gas(&self) -> u64 {
        self.input.env.params.ink_to_gas(cost::EVM)
    }

    /// Enters a host function.
    pub(super) fn enter(&mut self, memory: &mut [u8], hook: Hook, args: &[u64]) -> Entry {
        let arg = |index: usize| args.get(index).copied().unwrap_or_default();
        let ptr = |index: usize| arg(index) as u32;
        match hook {
            Hook::ReadArgs => self.read_args(memory, ptr(0)),
            Hook::WriteResult => self.write_result(memory, ptr(0), ptr(1)),
            Hook::ExitEarly => Err(Escape::Exit(ptr(0))),
            Hook::StorageLoad => self.storage_load(memory, ptr(0), ptr(1)),
            Hook::StorageCache => self.storage_cache(memory, ptr(0), ptr(1)),
            Hook::StorageFlush => self.storage_flush(ptr(0) != 0),
            Hook::TransientLoad => self.transient_load(memory, ptr(0), ptr(1)),
            Hook::TransientStore => self.transient_store(memory, ptr(0), ptr(1)),
            Hook::CallContract => {
                let value = Some(ptr(3));
                self.call(memory, CallKind::Call, [ptr(0), ptr(1), ptr(2)], value, arg(4), ptr(5))
            }
            Hook::DelegateCall => {
                self.call(memory, CallKind::Delegate, [ptr(0), ptr(1), ptr(2)], None, arg(3), ptr(4))
            }
            Hook::StaticCall => {
                self.call(memory, CallKind::Static, [ptr(0), ptr(1), ptr(2)], None, arg(3), ptr(4))
            }
            Hook::Create1 => self.create(memory, [ptr(0), ptr(1), ptr(2)], None, ptr(3), ptr(4)),
            Hook::Create2 => self.create(memory, [ptr(0), ptr(1), ptr(2)], Some(ptr(3)), ptr(4), ptr(5)),
            Hook::ReadReturnData => self.read_return_data(memory, ptr(0), ptr(1), ptr(2)),
            Hook::ReturnDataSize => self.tell(self.return_data.len() as u64),
            Hook::EmitLog => self.emit_log(memory, ptr(0), ptr(1), ptr(2)),
            Hook::AccountBalance => {
                let address = self.account(memory, ptr(0), 2)?;
                Ok(Entered::Ask(Ask::Balance { address, dest: ptr(1) }))
            }
            Hook::AccountCodehash => {
                let address = self.account(memory, ptr(0), 2)?;
                Ok(Entered::Ask(Ask::CodeHash { address, dest: ptr(1) }))
            }
            Hook::AccountCode => self.account_code(memory, ptr(0), ptr(1), ptr(2), ptr(3)),
            Hook::AccountCodeSize => self.account_code_size(memory, ptr(0)),
            Hook::EvmGasLeft => {
                self.buy(cost::ENTER)?;
                Ok(Entered::Done(self.gas_left()))
            }
            Hook::EvmInkLeft => {
                self.buy(cost::ENTER)?;
                Ok(Entered::Done(self.ink))
            }
            Hook::BlockBasefee => self.give(memory, ptr(0), &self.input.env.basefee.to_be_bytes::<32>()),
            Hook::BlockCoinbase => self.give(memory, ptr(0), &self.input.env.coinbase.into_array()),
            Hook::ContractAddress => self.give(memory, ptr(0), &self.input.address.into_array()),
            Hook::MsgSender => self.give(memory, ptr(0), &self.input.caller.into_array()),
            Hook::MsgValue => self.give(memory, ptr(0), &self.input.value.to_be_bytes::<32>()),
            Hook::TxGasPrice => self.give(memory, ptr(0), &self.input.env.gas_price.to_be_bytes::<32>()),
            Hook::TxOrigin => self.give(memory, ptr(0), &self.input.env.origin.into_array()),
            Hook::Chainid => self.tell(self.input.env.chain_id),
            Hook::BlockGasLimit => self.tell(self.input.env.gas_limit),
            Hook::BlockNumber => self.tell(self.input.env.block_number),
            Hook::BlockTimestamp => self.tell(self.input.env.timestamp),
            Hook::MsgReentrant => self.tell(u64::from(self.input.reentrant)),
            Hook::TxInkPrice => self.tell(u64::from(self.input.env.params.ink_price)),
            Hook::MathDiv => self.divide(memory, ptr(0), ptr(1), |a, b| a.checked_div(b)),
            Hook::MathMod => self.divide(memory, ptr(0), ptr(1), |a, b| a.checked_rem(b)),
            Hook::MathPow => self.power(memory, ptr(0), ptr(1)),
            Hook::MathAddMod => {
                self.reduce(memory, [ptr(0), ptr(1), ptr(2)], cost::ADD_MOD, |a, b, m| a.add_mod(b, m))
            }
            Hook::MathMulMod => {
                self.reduce(memory, [ptr(0), ptr(1), ptr(2)], cost::MUL_MOD, |a, b, m| a.mul_mod(b, m))
            }
            Hook::NativeKeccak256 => self.keccak(memory, ptr(0), ptr(1), ptr(2)),
            Hook::PayForMemoryGrow => self.grow(ptr(0) as u16),
        }
    }

    /// Functions that answer a number.
    fn tell(&mut self, value: u64) -> Entry {
        self.buy(cost::ENTER)?;
        Ok(Entered::Done(value))
    }

    /// Functions that write a word or an address.
    fn give(&mut self, memory: &mut [u8], dest: u32, value: &[u8]) -> Entry {
        self.buy(cost::ENTER + cost::POINTER)?;
        write(memory, dest, value)?;
        Ok(Entered::Done(0))
    }

    fn read_args(&mut self, memory: &mut [u8], dest: u32) -> Entry {
        self.buy(cost::ENTER)?;
        self.buy(cost::write(self.input.input.len()))?;
        write(memory, dest, &self.input.input)?;
        Ok(Entered::Done(0))
    }

    fn write_result(&mut self, memory: &[u8], from: u32, length: u32) -> Entry {
        self.buy(cost::ENTER)?;
        self.buy_read_twice(length)?;
        self.output = Bytes::copy_from_slice(read(memory, from, length)?);
        Ok(Entered::Done(0))
    }

    /// What leaves for the EVM is read once from the program, and once more on the other side.
    fn buy_read_twice(&mut self, length: u32) -> Result<(), Escape> {
        self.buy(cost::read(length))?;
        self.buy(cost::read(length))
    }

    fn storage_load(&mut self, memory: &mut [u8], key: u32, dest: u32) -> Entry {
        self.buy(cost::ENTER + 2 * cost::POINTER)?;
        self.require_gas(cost::LOAD_RESERVE_GAS + self.evm_gas())?;
        let key = read_word(memory, key)?;
        let Some(value) = self.cache.get(&key) else {
            return Ok(Entered::Ask(Ask::Load { key, dest }));
        };
        let gas = self.cache.count_read();
        self.buy_gas(gas)?;
        write(memory, dest, value.as_slice())?;
        Ok(Entered::Done(0))
    }

    fn storage_cache(&mut self, memory: &[u8], key: u32, value: u32) -> Entry {
        self.buy(cost::ENTER + 2 * cost::POINTER)?;
        self.require_gas(cost::STORE_RESERVE_GAS)?;
        let key = read_word(memory, key)?;
        let value = read_word(memory, value)?;
        let gas = self.cache.count_write();
        self.cache.set(key, value);
        self.buy_gas(gas)?;
        Ok(Entered::Done(0))
    }

    fn storage_flush(&mut self, clear: bool) -> Entry {
        self.buy(cost::ENTER + cost::EVM)?;
        self.require_gas(cost::FLUSH_RESERVE_GAS)?;
        let changes = self.cache.flush(clear);
        if changes.is_empty() {
            return Ok(Entered::Done(0));
        }
        self.require_writable()?;
        Ok(Entered::Ask(Ask::Flush { changes }))
    }

    fn require_writable(&self) -> Result<(), Escape> {
        if self.input.is_static { Err(Escape::Logic("write in a static call")) } else { Ok(()) }
    }

    fn buy_transient(&mut self) -> Result<(), Escape> {
        self.buy(cost::ENTER + 2 * cost::POINTER + cost::EVM)?;
        self.buy_gas(cost::TRANSIENT_GAS)
    }

    fn transient_load(&mut self, memory: &[u8], key: u32, dest: u32) -> Entry {
        self.buy_transient()?;
        let key = read_word(memory, key)?;
        Ok(Entered::Ask(Ask::TransientLoad { key, dest }))
    }

    fn transient_store(&mut self, memory: &[u8], key: u32, value: u32) -> Entry {
        self.buy_transient()?;
        let key = read_word(memory, key)?;
        let value = read_word(memory, value)?;
        self.require_writable()?;
        Ok(Entered::Ask(Ask::TransientStore { key, value }))
    }

    /// `to`, `data` and its length in `args`.
    fn call(
        &mut self,
        memory: &mut [u8],
        kind: CallKind,
        args: [u32; 3],
        value: Option<u32>,
        gas: u64,
        length: u32,
    ) -> Entry {
        let [to, data, data_length] = args;
        self.buy(cost::ENTER + 3 * cost::POINTER + cost::EVM)?;
        self.buy_read_twice(data_length)?;
        let gas = gas.min(self.gas_left());
        let to = read_address(memory, to)?;
        let input = Bytes::copy_from_slice(read(memory, data, data_length)?);
        let value = value.map_or(Ok(U256::ZERO), |value| read_number(memory, value))?;
        let then = Then { length, created: None };
        if self.input.is_static && !value.is_zero() {
            // The chain refuses before it prices anything: the call fails and costs nothing more.
            let refused = SubResult { pages_ever: self.pages.ever, ..Default::default() };
            return self.returned(memory, then, refused).map(Entered::Done);
        }
        let call = SubCall::Call { kind, to, value, input, gas };
        Ok(Entered::Ask(Ask::Sub { call, then }))
    }

    /// `code`, its length and the endowment in `args`.
    fn create(
        &mut self,
        memory: &[u8],
        args: [u32; 3],
        salt: Option<u32>,
        created: u32,
        length: u32,
    ) -> Entry {
        let [code, code_length, value] = args;
        let pointers = if salt.is_some() { 4 } else { 3 };
        self.buy(cost::ENTER + pointers * cost::POINTER + cost::EVM)?;
        self.buy_read_twice(code_length)?;
        let code = Bytes::copy_from_slice(read(memory, code, code_length)?);
        let value = read_number(memory, value)?;
        let salt = salt.map(|salt| read_word(memory, salt)).transpose()?;
        self.require_writable()?;
        if self.gas_left() < cost::create_gas(code.len(), salt.is_some()) {
            return Err(Escape::Logic("not enough gas to create"));
        }
        let then = Then { length, created: Some(created) };
        Ok(Entered::Ask(Ask::Sub { call: SubCall::Create { code, value, salt }, then }))
    }

    fn read_return_data(&mut self, memory: &mut [u8], dest: u32, offset: u32, size: u32) -> Entry {
        self.buy(cost::ENTER + cost::EVM)?;
        let data = self.return_data.clone();
        let part = overlap(&data, offset, size);
        self.buy(cost::write(part.len()))?;
        if !part.is_empty() {
            write(memory, dest, part)?;
        }
        Ok(Entered::Done(part.len() as u64))
    }

    fn emit_log(&mut self, memory: &[u8], from: u32, length: u32, topics: u32) -> Entry {
        self.buy(cost::ENTER + cost::EVM)?;
        if topics > 4 || length < topics * 32 {
            return Err(Escape::Logic("bad topics"));
        }
        self.buy(cost::read(length))?;
        self.buy_gas(cost::log_gas(topics, length - topics * 32))?;
        let (words, data) = read(memory, from, length)?.split_at(topics as usize * 32);
        let topics = words.chunks_exact(32).map(B256::from_slice).collect();
        let data = Bytes::copy_from_slice(data);
        self.require_writable()?;
        Ok(Entered::Ask(Ask::Log { topics, data }))
    }

    /// What all functions that look at an account begin with.
    fn account(&mut self, memory: &[u8], address: u32, pointers: u64) -> Result<Address, Escape> {
        self.buy(cost::ENTER + pointers * cost::POINTER + cost::EVM)?;
        self.require_gas(cost::ACCOUNT_RESERVE_GAS)?;
        read_address(memory, address)
    }

    fn known_code(&self, address: Address) -> Option<Bytes> {
        self.last_code.as_ref().filter(|(known, _)| *known == address).map(|(_, code)| code.clone())
    }

    fn account_code(&mut self, memory: &mut [u8], address: u32, offset: u32, size: u32, dest: u32) -> Entry {
        let address = self.account(memory, address, 0)?;
        match self.known_code(address) {
            Some(code) => self.give_code(memory, &code, offset, size, dest).map(Entered::Done),
            None => Ok(Entered::Ask(Ask::Code { address, offset, size, dest })),
        }
    }

    fn account_code_size(&mut self, memory: &[u8], address: u32) -> Entry {
        let address = self.account(memory, address, 0)?;
        match self.known_code(address) {
            Some(code) => Ok(Entered::Done(code.len() as u64)),
            None => Ok(Entered::Ask(Ask::CodeSize { address })),
        }
    }

    /// The whole code is paid for, whatever part is asked.
    fn give_code(
        &mut self,
        memory: &mut [u8],
        code: &[u8],
        offset: u32,
        size: u32,
        dest: u32,
    ) -> Result<u64, Escape> {
        self.buy(cost::write(code.len()))?;
        let part = overlap(code, offset, size);
        write(memory, dest, part)?;
        Ok(part.len() as u64)
    }

    fn divide(
        &mut self,
        memory: &mut [u8],
        value: u32,
        by: u32,
        compute: impl Fn(U256, U256) -> Option<U256>,
    ) -> Entry {
        self.buy(cost::ENTER + 3 * cost::POINTER + cost::DIVIDE)?;
        let result = compute(read_number(memory, value)?, read_number(memory, by)?);
        write(memory, value, &result.unwrap_or_default().to_be_bytes::<32>())?;
        Ok(Entered::Done(0))
    }

    fn power(&mut self, memory: &mut [u8], value: u32, exponent: u32) -> Entry {
        self.buy(cost::ENTER + 3 * cost::POINTER)?;
        let base = read_number(memory, value)?;
        let exponent = read_number(memory, exponent)?;
        self.buy(cost::power(exponent.byte_len()))?;
        write(memory, value, &base.wrapping_pow(exponent).to_be_bytes::<32>())?;
        Ok(Entered::Done(0))
    }

    fn reduce(
        &mut self,
        memory: &mut [u8],
        args: [u32; 3],
        ink: u64,
        compute: impl Fn(U256, U256, U256) -> U256,
    ) -> Entry {
        self.buy(cost::ENTER + 4 * cost::POINTER + ink)?;
        let [value, with, modulus] = args;
        let (a, b) = (read_number(memory, value)?, read_number(memory, with)?);
        let result = compute(a, b, read_number(memory, modulus)?);
        write(memory, value, &result.to_be_bytes::<32>())?;
        Ok(Entered::Done(0))
    }

    fn keccak(&mut self, memory: &mut [u8], from: u32, length: u32, dest: u32) -> Entry {
        self.buy(cost::keccak(length))?;
        let hash = keccak256(read(memory, from, length)?);
        write(memory, dest, hash.as_slice())?;
        Ok(Entered::Done(0))
    }

    fn grow(&mut self, pages: u16) -> Entry {
        if pages == 0 {
            return self.tell(0);
        }
        let gas = self.input.env.params.pages_gas(pages, self.pages);
        self.pages = self.pages.grown(pages);
        self.buy_gas(gas)?;
        Ok(Entered::Done(0))
    }

    /// Has the world answer what the program waits for: the function's result.
    pub(super) fn answer(
        &mut self,
        memory: &mut [u8],
        ask: Ask,
        world: &mut dyn World,
    ) -> Result<u64, Escape> {
        let acting = self.input.address;
        match ask {
            Ask::Load { key, dest } => {
                let (value, gas) = world.storage_load(acting, key);
                self.cache.learn(key, value);
                let gas = gas.saturating_add(self.cache.count_read()).saturating_add(self.evm_gas());
                self.buy_gas(gas)?;
                write(memory, dest, value.as_slice())?;
            }
            Ask::Flush { changes } => self.flush(changes, world)?,
            Ask::TransientLoad { key, dest } => {
                let value = world.transient_load(acting, key);
                write(memory, dest, value.as_slice())?;
            }
            Ask::TransientStore { key, value } => world.transient_store(acting, key, value),
            Ask::Balance { address, dest } => {
                let (balance, gas) = world.balance(address);
                self.buy_gas(gas)?;
                write(memory, dest, &balance.to_be_bytes::<32>())?;
            }
            Ask::CodeHash { address, dest } => {
                let (hash, gas) = world.code_hash(address);
                self.buy_gas(gas)?;
                write(memory, dest, hash.as_slice())?;
            }
            Ask::Code { address, offset, size, dest } => {
                let code = self.buy_code(address, world)?;
                return self.give_code(memory, &code, offset, size, dest);
            }
            Ask::CodeSize { address } => return Ok(self.buy_code(address, world)?.len() as u64),
            Ask::Log { topics, data } => world.log(acting, topics, data),
            Ask::Sub { .. } => return Err(Escape::Logic("the world cannot run frames")),
        }
        Ok(0)
    }

    fn flush(&mut self, changes: Vec<(B256, B256)>, world: &mut dyn World) -> Result<(), Escape> {
        let mut left = self.gas_left();
        for (key, value) in changes {
            let stored = world.storage_store(self.input.address, key, value, left);
            let rest = match stored {
                Ok(gas) => left.checked_sub(gas),
                Err(StoreError::OutOfGas) => None,
                Err(StoreError::Static) => return Err(Escape::Logic("write in a static call")),
            };
            left = rest.ok_or_else(|| self.run_out())?;
        }
        let gas = self.gas_left().saturating_sub(left);
        self.buy_gas(gas)
    }

    fn buy_code(&mut self, address: Address, world: &mut dyn World) -> Result<Bytes, Escape> {
        let (code, gas) = world.code(address);
        self.buy_gas(gas)?;
        if !code.is_empty() {
            self.last_code = Some((address, code.clone()));
        }
        Ok(code)
    }

    /// Takes in another frame's result: the function's result.
    pub(super) fn returned(
        &mut self,
        memory: &mut [u8],
        then: Then,
        result: SubResult,
    ) -> Result<u64, Escape> {
        self.pages.ever = self.pages.ever.max(result.pages_ever);
        self.buy_gas(result.gas_cost)?;
        let created = then.created.map(|dest| (dest, result.created.unwrap_or_default()));
        // A creation that succeeded leaves no return data, as in the EVM.
        let empty = created.is_some_and(|(_, address)| !address.is_zero());
        self.return_data = if empty { Bytes::new() } else { result.output };
        write(memory, then.length, &(self.return_data.len() as u32).to_le_bytes())?;
        if let Some((dest, address)) = created {
            write(memory, dest, address.as_slice())?;
            return Ok(0);
        }
        Ok(if result.success { 0 } else { CALL_FAILED })
    }
}

/// A part of the program's memory.
fn read(memory: &[u8], from: u32, length: u32) -> Result<&[u8], Escape> {
    let from = from as usize;
    let to = from.checked_add(length as usize).ok_or(Escape::Memory)?;
    memory.get(from..to).ok_or(Escape::Memory)
}

fn read_word(memory: &[u8], from: u32) -> Result<B256, Escape> {
    read(memory, from, 32).map(B256::from_slice)
}

fn read_number(memory: &[u8], from: u32) -> Result<U256, Escape> {
    read(memory, from, 32).map(U256::from_be_slice)
}

fn read_address(memory: &[u8], from: u32) -> Result<Address, Escape> {
    read(memory, from, 20).map(Address::from_slice)
}

fn write(memory: &mut [u8], to: u32, bytes: &[u8]) -> Result<(), Escape> {
    let to = to as usize;
    let end = to.checked_add(bytes.len()).ok_or(Escape::Memory)?;
    memory.get_mut(to..end).ok_or(Escape::Memory)?.copy_from_slice(bytes);
    Ok(())
}

/// The part of `data` that a window from `offset` of `size` bytes covers.
fn overlap(data: &[u8], offset: u32, size: u32) -> &[u8] {
    let from = (offset as usize).min(data.len());
    let to = from.saturating_add(size as usize).min(data.len());
    data.get(from..to).unwrap_or_default()
}
