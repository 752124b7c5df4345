//! What goes into a chain and what comes out.

use crate::stylus::StylusParams;
use alloy_consensus::{Header, TxEnvelope};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_rpc_types_eth::BlockOverrides;
use alloy_rpc_types_eth::state::StateOverride;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a chain tells the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// Blocks carry the machine's time, plus what was warped.
    Wall,
    /// Every block is so many seconds after the one before: the same run gives the same blocks.
    Steps(u64),
}

/// What a new chain is like.
#[derive(Clone, Debug)]
pub struct Config {
    /// The chain's identifier.
    pub chain_id: u64,
    /// How many funded development accounts there are (at most 10).
    pub accounts: usize,
    /// What each of them owns, in wei.
    pub balance: U256,
    /// The base fee of every block, in wei.
    pub base_fee: u64,
    /// The time of the first block; [`Clock::Wall`] takes the machine's instead.
    pub genesis_time: u64,
    /// How time goes on.
    pub clock: Clock,
    /// The parent chain's block number at the first block: what `block.number` starts from.
    pub parent_block: u64,
    /// Prices and limits of programs.
    pub stylus: StylusParams,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            accounts: 10,
            balance: U256::from(10_000u64).saturating_mul(U256::from(1_000_000_000_000_000_000u64)),
            base_fee: 100_000_000,
            genesis_time: 1_760_000_000,
            clock: Clock::Steps(1),
            parent_block: 23_000_000,
            // ArbOS 50 lowered the stack limit.
            stylus: StylusParams { max_stack_depth: 22_000, ..StylusParams::default() },
        }
    }
}

/// Which state a question is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The last block's, with that block's number and time.
    #[default]
    Latest,
    /// The last block's state, with the number and time that the next block will have.
    Pending,
    /// The state after a block.
    Block(u64),
}

/// A call that leaves no trace.
#[derive(Clone, Debug, Default)]
pub struct CallRequest {
    /// Who calls; needs no key.
    pub from: Address,
    /// Whom; `None` runs `data` as init code.
    pub to: Option<Address>,
    /// Call data.
    pub data: Bytes,
    /// Wei to send.
    pub value: U256,
    /// Gas limit; the chain's limit if not given.
    pub gas: Option<u64>,
    /// What `tx.gasprice` answers; zero if not given. Never charged.
    pub gas_price: Option<u128>,
    /// Addresses and slots to warm.
    pub access_list: AccessList,
    /// Which state.
    pub at: At,
    /// Accounts to see differently.
    pub state_overrides: StateOverride,
    /// Block fields to see differently. `number` is what `block.number` answers.
    pub block_overrides: BlockOverrides,
}

/// How an execution came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOutcome {
    /// Whether it returned normally.
    pub success: bool,
    /// Return or revert data.
    pub output: Bytes,
    /// Gas used, refunds taken off.
    pub gas_used: u64,
    /// Logs it wrote.
    pub logs: Vec<Log>,
    /// The account it created.
    pub created: Option<Address>,
    /// Why it failed, in a client's words: `execution reverted`, `out of gas`, ...
    pub error: Option<String>,
}

/// A transaction that needs no signature.
#[derive(Clone, Debug, Default)]
pub struct TxRequest {
    /// The sender; any account.
    pub from: Address,
    /// The recipient; `None` creates.
    pub to: Option<Address>,
    /// Wei to send.
    pub value: U256,
    /// Call data or init code.
    pub data: Bytes,
    /// Gas limit; the chain's limit if not given.
    pub gas: Option<u64>,
    /// Nonce; the account's if not given.
    pub nonce: Option<u64>,
    /// Most the sender pays for a unit of gas; twice the base fee if not given.
    pub max_fee_per_gas: Option<u128>,
    /// Addresses and slots to warm.
    pub access_list: AccessList,
}

/// A block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    /// Its header; the number is this chain's.
    pub header: Header,
    /// Its hash.
    pub hash: B256,
    /// Its transactions, in order.
    pub transactions: Vec<B256>,
    /// The parent chain's block number as of this block: what `block.number` answers in contracts.
    pub parent_block: u64,
}

/// A transaction in a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    /// As it was signed. A transaction sent without a key carries a signature that belongs to no one.
    pub envelope: TxEnvelope,
    /// The sender.
    pub from: Address,
    /// The block.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// Its place in the block.
    pub index: u64,
}

/// What became of a transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// The transaction.
    pub hash: B256,
    /// The block.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// Its place in the block.
    pub index: u64,
    /// The sender.
    pub from: Address,
    /// The recipient.
    pub to: Option<Address>,
    /// The account it created.
    pub contract_address: Option<Address>,
    /// Whether it succeeded.
    pub success: bool,
    /// Gas used, refunds taken off.
    pub gas_used: u64,
    /// Gas used in the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    /// What it paid for a unit of gas, in wei.
    pub effective_gas_price: u128,
    /// Logs it wrote.
    pub logs: Vec<Log>,
    /// The place of its first log among the block's.
    pub first_log: u64,
    /// Return or revert data.
    pub output: Bytes,
    /// Why it failed, in a client's words.
    pub error: Option<String>,
    /// The transaction's type (0 legacy, 1, 2, 4).
    pub tx_type: u8,
}

/// Why the chain refused a request; nothing happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainError {
    /// The bytes are no transaction of a kind this chain takes.
    Undecodable(String),
    /// The signature belongs to no key.
    BadSignature,
    /// The transaction is for another chain.
    WrongChain {
        /// The chain it was signed for.
        have: u64,
        /// This chain.
        want: u64,
    },
    /// The nonce was used.
    NonceTooLow {
        /// The transaction's.
        have: u64,
        /// The account's.
        want: u64,
    },
    /// The nonce is ahead of the account's.
    NonceTooHigh {
        /// The transaction's.
        have: u64,
        /// The account's.
        want: u64,
    },
    /// The sender cannot pay.
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// What it owns.
        have: U256,
        /// What it may have to pay: gas at the most, plus value.
        want: U256,
    },
    /// The transaction offers less than the base fee.
    FeeTooLow {
        /// Its most.
        have: u128,
        /// The base fee.
        want: u64,
    },
    /// The gas limit does not cover the transaction's data.
    IntrinsicGas {
        /// The transaction's limit.
        have: u64,
        /// What it takes before anything runs.
        want: u64,
    },
    /// The same transaction is known already.
    AlreadyKnown(B256),
    /// The EVM refused the transaction for another reason.
    Invalid(String),
    /// There is no such block.
    UnknownBlock(u64),
    /// The execution failed and the request was for one that succeeds: gas estimation, deployment.
    Failed(Box<CallOutcome>),
    /// A program could not be deployed: why.
    Program(String),
    /// A saved state could not be read: why.
    BadDump(String),
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecodable(why) => write!(f, "cannot decode transaction: {why}"),
            Self::BadSignature => f.write_str("invalid sender"),
            Self::WrongChain { have, want } => write!(f, "invalid chain id: have {have}, want {want}"),
            Self::NonceTooLow { have, want } => {
                write!(f, "nonce too low: next nonce {want}, tx nonce {have}")
            }
            Self::NonceTooHigh { have, want } => {
                write!(f, "nonce too high: next nonce {want}, tx nonce {have}")
            }
            Self::InsufficientFunds { address, have, want } => {
                write!(
                    f,
                    "insufficient funds for gas * price + value: address {address} have {have} want {want}"
                )
            }
            Self::FeeTooLow { have, want } => {
                write!(f, "max fee per gas less than block base fee: maxFeePerGas: {have}, baseFee: {want}")
            }
            Self::IntrinsicGas { have, want } => write!(f, "intrinsic gas too low: have {have}, want {want}"),
            Self::AlreadyKnown(hash) => write!(f, "already known: {hash}"),
            Self::Invalid(why) => f.write_str(why),
            Self::UnknownBlock(number) => write!(f, "header not found: block {number}"),
            Self::Failed(outcome) => {
                write!(f, "{}", outcome.error.as_deref().unwrap_or("execution failed"))?;
                if outcome.output.is_empty() { Ok(()) } else { write!(f, ": {}", outcome.output) }
            }
            Self::Program(why) => write!(f, "cannot deploy program: {why}"),
            Self::BadDump(why) => write!(f, "cannot load state: {why}"),
        }
    }
}

impl std::error::Error for ChainError {}
