//! Stylus programs: checking, pricing, instrumenting and running them.
//!
//! This module knows WASM and Nitro's rules for it, and nothing of any EVM. A program runs in a [`Frame`]; what it
//! can have answered at once it asks of a [`World`]; a call to another contract or a creation ends the step with
//! [`Step::Sub`], and the frame waits, holding its own machine state, until [`Frame::resume`] brings the result. So
//! calls between programs and EVM contracts nest without recursion on the native stack.
//!
//! ```text
//! account code --program--> wasm --check, price--> Activation --instrument, compile--> Module --Frame--> Finish
//! ```

mod engine;
mod frame;
mod hostio;
mod instrument;
pub mod price;
pub mod program;
mod storage;

pub use engine::{Engine, Module};
pub use frame::{Frame, FrameError};
pub use price::{MemoryModel, StylusParams};
pub use program::{Activation, ActivationError, activate};

use alloy_primitives::{Address, B256, Bytes, U256};

/// What a program may ask about the chain it runs on; the same for all frames of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    /// The chain's identifier.
    pub chain_id: u64,
    /// The block number programs see: an estimate of the parent chain's.
    pub block_number: u64,
    /// The block's time in seconds.
    pub timestamp: u64,
    /// The block's gas limit.
    pub gas_limit: u64,
    /// The block's base fee in wei.
    pub basefee: U256,
    /// The block's beneficiary.
    pub coinbase: Address,
    /// The account that signed the transaction.
    pub origin: Address,
    /// What the transaction pays for a unit of gas, in wei.
    pub gas_price: U256,
    /// Prices and limits of programs.
    pub params: StylusParams,
}

/// Memory pages in the current transaction, over all frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Pages held by the frames now on the stack.
    pub open: u16,
    /// The most that were ever held at once.
    pub ever: u16,
}

/// Everything one frame of a program starts with.
#[derive(Clone, Debug, Default)]
pub struct FrameInput {
    /// The account whose storage and balance the program acts on.
    pub address: Address,
    /// Who called.
    pub caller: Address,
    /// Wei sent with the call.
    pub value: U256,
    /// Call data.
    pub input: Bytes,
    /// Whether the frame, or one below it, is a static call.
    pub is_static: bool,
    /// What `msg_reentrant` answers: the program's address already has an acting (not delegated) frame.
    pub reentrant: bool,
    /// Gas for the program to spend: what is left after [`StylusParams::call_cost`].
    pub gas: u64,
    /// Pages held before this frame plus its own footprint; the caller has paid for them.
    pub pages_open: u16,
    /// The most pages ever held, this frame's footprint included.
    pub pages_ever: u16,
    /// The chain.
    pub env: Env,
}

/// Why a slot could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The gas left does not cover the write: the frame ends out of gas.
    OutOfGas,
    /// The frame is static: it ends in an empty revert.
    Static,
}

/// The state a program can read and write without another frame. Every method that prices itself answers the EVM's
/// gas, which the frame then charges; none may charge by itself.
pub trait World {
    /// Reads a slot of the acting account: its value, and the EVM's warm or cold price of the read.
    fn storage_load(&mut self, address: Address, key: B256) -> (B256, u64);
    /// Writes a slot: the EVM's price (cold access included, refunds booked by the world). `gas_left` is what the
    /// price may not exceed.
    fn storage_store(
        &mut self,
        address: Address,
        key: B256,
        value: B256,
        gas_left: u64,
    ) -> Result<u64, StoreError>;
    /// Reads a slot of transient storage; the frame charges the fixed price.
    fn transient_load(&mut self, address: Address, key: B256) -> B256;
    /// Writes a slot of transient storage; never called in a static frame.
    fn transient_store(&mut self, address: Address, key: B256, value: B256);
    /// An account's balance, and the EVM's warm or cold price of touching it.
    fn balance(&mut self, address: Address) -> (U256, u64);
    /// An account's code. The price is the warm or cold touch plus 700 gas for each 24,576 bytes that code may have
    /// at most, whatever its real size; the size is asked for through this method too.
    fn code(&mut self, address: Address) -> (Bytes, u64);
    /// An account's code hash (zero where there is no account), and the EVM's warm or cold price of touching it.
    fn code_hash(&mut self, address: Address) -> (B256, u64);
    /// Records a log; the frame has charged for it. Never called in a static frame.
    fn log(&mut self, address: Address, topics: Vec<B256>, data: Bytes);
}

/// The three kinds of call a program can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// An ordinary call, which may send value.
    Call,
    /// Runs the other's code on this account.
    Delegate,
    /// A call that may not write.
    Static,
}

/// What a program asks of the chain and cannot have without another frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubCall {
    /// A message call.
    Call {
        /// Which kind.
        kind: CallKind,
        /// Whom, or whose code.
        to: Address,
        /// Wei to send; zero but for [`CallKind::Call`].
        value: U256,
        /// Call data.
        input: Bytes,
        /// The gas the program wants to pass on, at most what it has.
        gas: u64,
    },
    /// A creation. Never asked for in a static frame.
    Create {
        /// Init code.
        code: Bytes,
        /// Wei to endow.
        value: U256,
        /// Given for CREATE2.
        salt: Option<B256>,
    },
}

/// The chain's answer to a [`SubCall`].
#[derive(Clone, Debug, Default)]
pub struct SubResult {
    /// Whether the call or creation succeeded.
    pub success: bool,
    /// All gas it cost the caller: base price, plus what the other frame used; for a creation, the 64th part kept
    /// back is not in it.
    pub gas_cost: u64,
    /// Return or revert data. For a creation only revert data.
    pub output: Bytes,
    /// The new account, if a creation succeeded.
    pub created: Option<Address>,
    /// Pages held now (as before the call: the inner frames gave theirs back).
    pub pages_open: u16,
    /// The most pages ever held.
    pub pages_ever: u16,
}

/// How far a frame came.
#[derive(Clone, Debug)]
pub enum Step {
    /// The program ended.
    Done(Finish),
    /// The program waits for another frame.
    Sub {
        /// What to run.
        call: SubCall,
        /// The gas the program has: base price and the 63/64 rule apply to it.
        gas_available: u64,
        /// Memory pages as the inner frame finds them.
        pages: Pages,
    },
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It returned 0.
    Success,
    /// It returned something else: a revert with its output.
    Revert,
    /// The ink was used up: the EVM's out of gas, all gas gone.
    OutOfInk,
    /// The stack limit was reached: the EVM's call depth error, all gas gone.
    OutOfStack,
    /// It trapped or misused a host function: a revert without data, with the gas left given back.
    Trap,
}

/// The end of a program.
#[derive(Clone, Debug)]
pub struct Finish {
    /// How it ended.
    pub status: Status,
    /// Return or revert data.
    pub output: Bytes,
    /// Gas to give back. The chain caps it by [`price::evm_memory_gas`] of the output, as Nitro does.
    pub gas_left: u64,
    /// The most pages ever held.
    pub pages_ever: u16,
}
