//! The EVM (revm) with programs as a second kind of code.
//!
//! Every call is a frame on one explicit stack, whatever code it runs: [`frame`] decides by the account's code which
//! machine drives it, and carries results between the two. [`world`] answers a program's questions from revm's
//! journal, so that both kinds share warm slots, refunds and rollbacks.

mod frame;
pub(crate) mod trace;
mod world;

pub(crate) use world::sure;

use crate::arb::{self, Precompiles};
use crate::chain::state::View;
use crate::stylus::{Engine, Env, Pages, StylusParams};
use alloy_primitives::{Address, B256, U256, address, map::HashMap};
use frame::Evm;
use revm::Journal;
use revm::context::result::{EVMError, ExecutionResult, InvalidTransaction};
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::context_interface::{ContextTr, JournalTr};
use revm::handler::Handler;
use revm::primitives::hardfork::SpecId;
use revm::state::EvmState;
use std::convert::Infallible;
use std::sync::Arc;
use trace::Tracer;

/// The rules of the EVM, as of ArbOS 60.
pub(crate) const SPEC: SpecId = SpecId::OSAKA;

/// Gas one transaction may use at most; what is offered beyond is not taken.
pub(crate) const MAX_TX_GAS: u64 = 32_000_000;

/// The gas limit blocks state: for practical purposes none.
pub(crate) const BLOCK_GAS_LIMIT: u64 = 1 << 50;

/// The beneficiary that blocks of a sequencer state.
pub(crate) const SEQUENCER: Address = address!("a4b000000000000000000073657175656e636572");

/// Most bytes of code an account may hold (EIP-170).
pub(crate) const MAX_CODE_SIZE: u64 = 24_576;

/// revm's context, with what ArbOS adds.
pub(crate) type Ctx<'a> = Context<BlockEnv, TxEnv, CfgEnv, View<'a>, Journal<View<'a>>, Arbos>;

/// What cannot happen: the state is in memory, so only a refused transaction is ever seen.
pub(crate) type Fault = EVMError<Infallible, InvalidTransaction>;

/// The block a transaction runs in.
#[derive(Clone, Debug)]
pub(crate) struct BlockInfo {
    pub chain_id: u64,
    /// This chain's number.
    pub number: u64,
    /// The parent chain's, which NUMBER answers.
    pub parent_number: U256,
    pub timestamp: u64,
    pub gas_limit: u64,
    pub base_fee: u64,
    pub coinbase: Address,
    pub prevrandao: B256,
}

/// Hashes of this chain's blocks by number, for ArbSys.
pub(crate) type BlockHashes = Arc<Vec<B256>>;

/// What ArbOS keeps next to the EVM while a block or a call runs.
#[derive(Debug)]
pub(crate) struct Arbos {
    pub engine: Arc<Engine>,
    pub params: StylusParams,
    pub block: BlockInfo,
    pub hashes: BlockHashes,
    /// Who owns the chain and may cache programs.
    pub managers: Arc<Vec<Address>>,
    /// Memory pages of the transaction.
    pub pages: Pages,
    /// How many frames act for an account, delegate calls not counted: two make a reentrant call.
    pub acting: HashMap<Address, u32>,
    /// The caller of each frame on the stack.
    pub callers: Vec<Address>,
    /// Programs called in this block, last used last: they cost cached init gas.
    pub recent: Vec<B256>,
    pub tracer: Option<Tracer>,
    /// Why the last program or precompile ended in an error that the EVM has no name for.
    pub reason: Option<String>,
}

impl Arbos {
    pub fn new(
        engine: Arc<Engine>,
        params: StylusParams,
        block: BlockInfo,
        hashes: BlockHashes,
        managers: Arc<Vec<Address>>,
    ) -> Self {
        Self {
            engine,
            params,
            block,
            hashes,
            managers,
            pages: Pages::default(),
            acting: HashMap::default(),
            callers: Vec::new(),
            recent: Vec::new(),
            tracer: None,
            reason: None,
        }
    }

    /// Marks a program as used in this block; whether it had been.
    pub fn touch_recent(&mut self, code_hash: B256) -> bool {
        let limit = usize::from(self.params.block_cache_size);
        let known = self.recent.iter().position(|hash| *hash == code_hash);
        if let Some(place) = known {
            self.recent.remove(place);
        } else if self.recent.len() >= limit && !self.recent.is_empty() {
            self.recent.remove(0);
        }
        if limit > 0 {
            self.recent.push(code_hash);
        }
        known.is_some()
    }
}

/// How to run a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// For a block: nonce and fees count.
    Transaction,
    /// For an answer: neither nonce nor base fee is looked at.
    Question,
}

/// What an execution left.
pub(crate) struct Executed {
    pub result: ExecutionResult,
    pub changes: EvmState,
    pub arbos: Arbos,
}

/// Runs one transaction over a state and answers what it would change.
pub(crate) fn execute(view: View<'_>, arbos: Arbos, tx: TxEnv, purpose: Purpose) -> Result<Executed, Fault> {
    let context = context(view, arbos, tx, purpose);
    let mut evm = Evm::new(context, Precompiles::new());
    let result = frame::ArbHandler::default().run(&mut evm)?;
    let mut context = evm.into_context();
    let changes = context.journal_mut().finalize();
    Ok(Executed { result, changes, arbos: context.chain })
}

fn context(view: View<'_>, mut arbos: Arbos, tx: TxEnv, purpose: Purpose) -> Ctx<'_> {
    arbos.pages = Pages::default();
    arbos.acting.clear();
    arbos.callers.clear();
    arbos.reason = None;

    let mut cfg = CfgEnv::new_with_spec(SPEC);
    cfg.chain_id = arbos.block.chain_id;
    cfg.tx_chain_id_check = purpose == Purpose::Transaction;
    // Nitro sets its own limit, in the chain.
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    cfg.limit_contract_code_size = Some(MAX_CODE_SIZE as usize);
    // Code that begins with 0xEF is looked at in `frame`, where programs are told from the rest.
    cfg.disable_eip3541 = true;
    // A transaction of an account with code: sent without a key, or delegated.
    cfg.disable_eip3607 = true;
    // The data floor price is not in force on Arbitrum chains.
    cfg.disable_eip7623 = true;
    cfg.disable_block_gas_limit = true;
    cfg.disable_nonce_check = purpose == Purpose::Question;
    cfg.disable_base_fee = purpose == Purpose::Question;
    cfg.disable_fee_charge = purpose == Purpose::Question;

    let block = &arbos.block;
    let block = BlockEnv {
        number: block.parent_number,
        beneficiary: block.coinbase,
        timestamp: U256::from(block.timestamp),
        gas_limit: block.gas_limit,
        basefee: block.base_fee,
        difficulty: U256::from(1),
        prevrandao: Some(block.prevrandao),
        ..BlockEnv::default()
    };
    let mut context: Ctx<'_> =
        Context::<BlockEnv, TxEnv, CfgEnv, View<'_>, Journal<View<'_>>, ()>::new(view, SPEC)
            .with_cfg(cfg)
            .with_block(block)
            .with_tx(tx)
            .with_chain(arbos);
    context.journaled_state.set_spec_id(SPEC);
    context
}

/// What programs may ask about the chain.
fn environment(context: &Ctx<'_>) -> Env {
    let block = &context.chain.block;
    Env {
        chain_id: block.chain_id,
        block_number: u64::try_from(block.parent_number).unwrap_or(u64::MAX),
        timestamp: block.timestamp,
        gas_limit: block.gas_limit,
        basefee: U256::from(block.base_fee),
        coinbase: block.coinbase,
        origin: context.tx.caller,
        gas_price: U256::from(context.tx.gas_price),
        params: context.chain.params.clone(),
    }
}

/// The account ArbOS keeps its records in.
pub(crate) use arb::STATE_ACCOUNT;
