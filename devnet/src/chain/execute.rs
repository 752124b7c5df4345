//! Questions that run code and change nothing: calls, gas estimates, traces.

use super::mine::{created, error, logs, refusal};
use super::state::{State, View};
use super::{At, CallOutcome, CallRequest, Chain, ChainError};
use crate::evm::trace::Tracer;
use crate::evm::{BlockInfo, Executed, MAX_TX_GAS, Purpose, execute};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_rpc_types_eth::BlockOverrides;
use alloy_rpc_types_trace::geth::CallFrame;
use revm::context::TxEnv;
use revm::context::result::ExecutionResult;

/// Gas a call has if it names none, as nodes cap it.
pub(super) const CALL_GAS: u64 = 50_000_000;

impl Chain {
    /// Calls a contract on the last block and changes nothing.
    pub fn call(&self, from: Address, to: Address, data: impl Into<Bytes>) -> CallOutcome {
        let request = CallRequest { from, to: Some(to), data: data.into(), ..CallRequest::default() };
        // Without fees, value or overrides there is nothing to refuse.
        self.call_with(&request).unwrap_or_else(|refused| CallOutcome {
            error: Some(refused.to_string()),
            ..CallOutcome::default()
        })
    }

    /// Calls as asked for and changes nothing.
    pub fn call_with(&self, request: &CallRequest) -> Result<CallOutcome, ChainError> {
        self.ask(request, request.gas.unwrap_or(CALL_GAS), None).map(|done| outcome(&done))
    }

    /// Calls as asked for, and shows the tree of calls this makes.
    pub fn trace_call(&self, request: &CallRequest) -> Result<CallFrame, ChainError> {
        let gas = request.gas.unwrap_or(CALL_GAS);
        let done = self.ask(request, gas, Some(Tracer::default()))?;
        finish_trace(done, gas).ok_or_else(|| ChainError::Invalid("nothing to trace".into()))
    }

    /// The least gas with which a transaction succeeds, within a hundredth.
    pub fn estimate_gas(&self, request: &CallRequest) -> Result<u64, ChainError> {
        let most = request.gas.unwrap_or(MAX_TX_GAS).min(MAX_TX_GAS);
        let try_with = |gas: u64| self.ask(request, gas, None);
        let first = outcome(&try_with(most)?);
        if !first.success {
            return Err(ChainError::Failed(Box::new(first)));
        }
        // A limit below what was used cannot do; just that, or a bit more, usually does.
        let (mut fails, mut works) = (first.gas_used.saturating_sub(1), most);
        let mut guesses =
            [first.gas_used, first.gas_used.saturating_add(2_300).saturating_mul(64) / 63].into_iter();
        while works.saturating_sub(fails) > 1 && works.saturating_sub(fails) > works / 100 {
            let guess = guesses.next().filter(|guess| *guess > fails && *guess < works);
            let gas = guess.unwrap_or(fails + (works - fails) / 2);
            let does = match try_with(gas) {
                Ok(done) => done.result.is_success(),
                Err(ChainError::IntrinsicGas { .. }) => false,
                Err(other) => return Err(other),
            };
            if does {
                works = gas;
            } else {
                fails = gas;
            }
        }
        Ok(works)
    }

    /// The tree of calls of a mined transaction; `None` if there is none of that hash, or it was loaded from a file.
    pub fn trace_transaction(&self, hash: B256) -> Option<CallFrame> {
        let transaction = self.transactions.get(&hash)?;
        let block = self.block_by_number(transaction.block_number)?;
        let mut recent = Vec::new();
        // Programs that earlier transactions of the block had called are cheaper.
        for earlier in block.transactions.iter().take_while(|earlier| **earlier != hash) {
            recent = self.replay(*earlier, recent, None)?.arbos.recent;
        }
        let done = self.replay(hash, recent, Some(Tracer::default()))?;
        let gas = alloy_consensus::Transaction::gas_limit(&transaction.envelope);
        finish_trace(done, gas)
    }

    /// Runs a mined transaction again on the state it found.
    fn replay(&self, hash: B256, recent: Vec<B256>, tracer: Option<Tracer>) -> Option<Executed> {
        let transaction = self.transactions.get(&hash)?;
        let mark = *self.traceable.get(&hash)?;
        let block = self.block_by_number(transaction.block_number)?;
        let mut arbos = self.arbos(self.info_of(block));
        arbos.recent = recent;
        arbos.tracer = tracer;
        let environment = self.environment(&transaction.envelope, transaction.from).ok()?;
        execute(View::at(&self.state, mark), arbos, environment, Purpose::Transaction).ok()
    }

    pub(super) fn ask(
        &self,
        request: &CallRequest,
        gas: u64,
        tracer: Option<Tracer>,
    ) -> Result<Executed, ChainError> {
        let (block, mark) = self.place(request.at)?;
        let mut view = view(&self.state, mark);
        if !request.state_overrides.is_empty() {
            view = view.overridden(&request.state_overrides);
        }
        let mut arbos = self.arbos(overridden(block, &request.block_overrides));
        arbos.tracer = tracer;
        execute(view, arbos, self.question(request, gas)?, Purpose::Question).map_err(refusal)
    }

    fn question(&self, request: &CallRequest, gas: u64) -> Result<TxEnv, ChainError> {
        TxEnv::builder()
            .caller(request.from)
            .gas_limit(gas)
            .gas_price(request.gas_price.unwrap_or_default())
            .kind(request.to.map_or(TxKind::Create, TxKind::Call))
            .value(request.value)
            .data(request.data.clone())
            .nonce(self.nonce(request.from))
            .chain_id(Some(self.config.chain_id))
            .access_list(request.access_list.clone())
            .build()
            .map_err(|error| ChainError::Invalid(format!("{error:?}")))
    }

    // ---- the past ----

    /// An account's balance at a block.
    pub fn balance_at(&self, address: Address, at: At) -> Result<U256, ChainError> {
        Ok(self.view(at)?.account(address).unwrap_or_default().balance)
    }

    /// An account's nonce at a block; for [`At::Pending`] the one its next transaction has to have.
    pub fn nonce_at(&self, address: Address, at: At) -> Result<u64, ChainError> {
        match at {
            At::Pending => Ok(self.pending_nonce(address)),
            at => Ok(self.view(at)?.account(address).unwrap_or_default().nonce),
        }
    }

    /// An account's code at a block.
    pub fn code_at(&self, address: Address, at: At) -> Result<Bytes, ChainError> {
        let view = self.view(at)?;
        Ok(view.code(view.account(address).unwrap_or_default().code_hash).original_bytes())
    }

    /// A word of storage at a block.
    pub fn storage_at_block(&self, address: Address, slot: U256, at: At) -> Result<B256, ChainError> {
        Ok(self.view(at)?.slot(address, slot).into())
    }

    fn view(&self, at: At) -> Result<View<'_>, ChainError> {
        let (_, mark) = self.place(at)?;
        Ok(view(&self.state, mark))
    }
}

fn view(state: &State, mark: Option<usize>) -> View<'_> {
    mark.map_or_else(|| View::latest(state), |mark| View::at(state, mark))
}

fn overridden(mut block: BlockInfo, overrides: &BlockOverrides) -> BlockInfo {
    if let Some(number) = overrides.number {
        block.parent_number = number;
    }
    if let Some(time) = overrides.time {
        block.timestamp = time;
    }
    if let Some(limit) = overrides.gas_limit {
        block.gas_limit = limit;
    }
    if let Some(coinbase) = overrides.coinbase {
        block.coinbase = coinbase;
    }
    if let Some(random) = overrides.random {
        block.prevrandao = random;
    }
    if let Some(fee) = overrides.base_fee {
        block.base_fee = u64::try_from(fee).unwrap_or(u64::MAX);
    }
    block
}

pub(super) fn outcome(done: &Executed) -> CallOutcome {
    let result = &done.result;
    CallOutcome {
        success: result.is_success(),
        output: result.output().cloned().unwrap_or_default(),
        gas_used: result.tx_gas_used(),
        logs: logs(result),
        created: created(result),
        error: error(result, done.arbos.reason.clone()),
    }
}

/// The root of the tree tells of the whole transaction.
fn finish_trace(done: Executed, gas: u64) -> Option<CallFrame> {
    let Executed { result, arbos, .. } = done;
    let mut root = arbos.tracer?.finish()?;
    root.gas = U256::from(gas);
    root.gas_used = U256::from(result.tx_gas_used());
    if !matches!(result, ExecutionResult::Success { .. }) {
        root.error = root.error.or_else(|| Some("execution failed".into()));
    }
    Some(root)
}
