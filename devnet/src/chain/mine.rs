//! Transactions into blocks, and the chain's time.

use super::{Block, Chain, ChainError, Clock, Mined, Receipt, Transaction, TxRequest};
use crate::chain::state::{Mark, View};
use crate::evm::{
    Arbos, BLOCK_GAS_LIMIT, BlockInfo, Executed, MAX_TX_GAS, Purpose, SEQUENCER, execute, trace,
};
use alloy_consensus::Transaction as _;
use alloy_consensus::transaction::SignerRecoverable;
use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Eip658Value, Header, ReceiptEnvelope, ReceiptWithBloom, SignableTransaction,
    TxEip1559, TxEnvelope, TxType, proofs,
};
use alloy_eips::Typed2718;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{
    Address, B64, B256, Bloom, Bytes, Log, Signature, TxKind, U256, keccak256, logs_bloom,
};
use revm::context::TxEnv;
use revm::context::result::{EVMError, ExecutionResult, InvalidTransaction, Output};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds between two blocks of the parent chain.
const PARENT_BLOCK_TIME: u64 = 12;

/// The machine's time in seconds.
pub(super) fn machine_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// A transaction that ran, before its block has a hash.
pub(super) struct Included {
    envelope: TxEnvelope,
    receipt: Receipt,
    before: Mark,
}

impl Chain {
    // ---- sending ----

    /// Sends a transaction in the name of any account, without a signature, and mines it.
    pub fn send(&mut self, request: TxRequest) -> Result<Receipt, ChainError> {
        let from = request.from;
        let envelope = self.unsigned(request);
        self.check(&envelope, from)?;
        let want = self.nonce(from);
        if envelope.nonce() != want {
            return Err(ChainError::NonceTooHigh { have: envelope.nonce(), want });
        }
        self.mine_one(envelope, from)
    }

    /// Sends a transaction in the name of any account as [`Chain::send_raw`] sends a signed one: it may wait.
    pub fn submit(&mut self, request: TxRequest) -> Result<B256, ChainError> {
        let from = request.from;
        let envelope = self.unsigned(request);
        self.accept(envelope, from)
    }

    /// Takes a signed transaction (legacy, 2930, 1559 or 7702). It is mined at once, unless its nonce is ahead or
    /// mining is switched off: then it waits.
    pub fn send_raw(&mut self, bytes: &[u8]) -> Result<B256, ChainError> {
        let mut rest = bytes;
        let envelope =
            TxEnvelope::decode_2718(&mut rest).map_err(|error| ChainError::Undecodable(error.to_string()))?;
        if !rest.is_empty() {
            return Err(ChainError::Undecodable("bytes after the transaction".into()));
        }
        if envelope.tx_type() == TxType::Eip4844 {
            return Err(ChainError::Undecodable("transaction type not supported".into()));
        }
        let from = envelope.recover_signer().map_err(|_| ChainError::BadSignature)?;
        self.accept(envelope, from)
    }

    fn accept(&mut self, envelope: TxEnvelope, from: Address) -> Result<B256, ChainError> {
        let hash = *envelope.tx_hash();
        if self.transactions.contains_key(&hash)
            || self.queue.values().any(|queued| *queued.tx_hash() == hash)
        {
            return Err(ChainError::AlreadyKnown(hash));
        }
        self.check(&envelope, from)?;
        if !self.automine || envelope.nonce() > self.nonce(from) {
            self.queue.insert((from, envelope.nonce()), envelope);
            return Ok(hash);
        }
        self.mine_one(envelope, from)?;
        // What waited for this nonce can go now.
        while let Some(next) = self.queue.remove(&(from, self.nonce(from))) {
            if self.mine_one(next, from).is_err() {
                break;
            }
        }
        Ok(hash)
    }

    /// A transaction with a signature that belongs to no one, but makes its hash its own.
    fn unsigned(&self, request: TxRequest) -> TxEnvelope {
        let price = self.gas_price();
        let transaction = TxEip1559 {
            chain_id: self.config.chain_id,
            nonce: request.nonce.unwrap_or_else(|| self.nonce(request.from)),
            gas_limit: request.gas.unwrap_or(MAX_TX_GAS),
            max_fee_per_gas: request.max_fee_per_gas.unwrap_or(price.saturating_mul(2)),
            max_priority_fee_per_gas: 0,
            to: request.to.map_or(TxKind::Create, TxKind::Call),
            value: request.value,
            access_list: request.access_list,
            input: request.data,
        };
        let name = U256::from_be_slice(request.from.as_slice());
        TxEnvelope::Eip1559(transaction.into_signed(Signature::new(name, U256::from(1), false)))
    }

    /// What can be said of a transaction without running it.
    fn check(&self, envelope: &TxEnvelope, from: Address) -> Result<(), ChainError> {
        if let Some(have) = envelope.chain_id()
            && have != self.config.chain_id
        {
            return Err(ChainError::WrongChain { have, want: self.config.chain_id });
        }
        let want = self.nonce(from);
        if envelope.nonce() < want {
            return Err(ChainError::NonceTooLow { have: envelope.nonce(), want });
        }
        let most = envelope.max_fee_per_gas();
        if most < self.gas_price() {
            return Err(ChainError::FeeTooLow { have: most, want: self.config.base_fee });
        }
        let gas = U256::from(envelope.gas_limit()).saturating_mul(U256::from(most));
        let want = gas.saturating_add(envelope.value());
        let have = self.balance(from);
        if have < want && !self.pays_with_base_fee(envelope, have) {
            return Err(ChainError::InsufficientFunds { address: from, have, want });
        }
        Ok(())
    }

    /// A transaction without a key offers more than it will pay; what counts is whether it can pay.
    fn pays_with_base_fee(&self, envelope: &TxEnvelope, have: U256) -> bool {
        let keyless = envelope.signature().s() == U256::from(1);
        let gas = U256::from(envelope.gas_limit()).saturating_mul(U256::from(self.gas_price()));
        keyless && have >= gas.saturating_add(envelope.value())
    }

    // ---- mining ----

    /// Whether transactions are mined as they come (the default).
    pub fn automine(&self) -> bool {
        self.automine
    }

    /// Switches mining at once on or off; off, transactions wait for [`Chain::mine`].
    pub fn set_automine(&mut self, on: bool) {
        self.automine = on;
    }

    /// Mines `count` blocks; the first takes the transactions that wait.
    pub fn mine(&mut self, count: u64) {
        for _ in 0..count {
            let included = self.run_queue();
            let time = self.next_timestamp();
            self.seal(time, included);
        }
    }

    /// Hashes of the transactions that wait.
    pub fn pending(&self) -> Vec<B256> {
        self.queue.values().map(|envelope| *envelope.tx_hash()).collect()
    }

    /// The nonce of an account's next transaction, those that wait included.
    pub fn pending_nonce(&self, address: Address) -> u64 {
        let mut nonce = self.nonce(address);
        while self.queue.contains_key(&(address, nonce)) {
            nonce = nonce.saturating_add(1);
        }
        nonce
    }

    /// Forgets a transaction that waits; whether there was one.
    pub fn drop_pending(&mut self, hash: B256) -> bool {
        let before = self.queue.len();
        self.queue.retain(|_, envelope| *envelope.tx_hash() != hash);
        self.queue.len() < before
    }

    fn run_queue(&mut self) -> Vec<Included> {
        let mut block = self.begin();
        let mut included = Vec::new();
        while let Some(key) = self.queue.keys().find(|(from, nonce)| self.nonce(*from) == *nonce).copied() {
            let Some(envelope) = self.queue.remove(&key) else { break };
            // One that can no longer run (its sender spent the money) is dropped.
            match self.include(envelope, key.0, block, &included) {
                Ok((done, arbos)) => {
                    included.push(done);
                    block = arbos;
                }
                Err(_) => block = self.begin(),
            }
        }
        included
    }

    fn mine_one(&mut self, envelope: TxEnvelope, from: Address) -> Result<Receipt, ChainError> {
        let hash = *envelope.tx_hash();
        let time = self.next_timestamp();
        let (included, _) = self.include(envelope, from, self.begin(), &[])?;
        self.seal(time, vec![included]);
        self.receipt(hash).ok_or_else(|| ChainError::Invalid("the transaction was lost".into()))
    }

    fn begin(&self) -> Arbos {
        let number = self.block_number().saturating_add(1);
        self.arbos(self.info(number, self.next_timestamp()))
    }

    pub(super) fn arbos(&self, block: BlockInfo) -> Arbos {
        let params = self.config.stylus.clone();
        Arbos::new(self.engine.clone(), params, block, self.hashes.clone(), self.managers.clone())
    }

    /// Runs a transaction and writes its changes to the state.
    fn include(
        &mut self,
        envelope: TxEnvelope,
        from: Address,
        arbos: Arbos,
        earlier: &[Included],
    ) -> Result<(Included, Arbos), ChainError> {
        let before = self.state.mark();
        let environment = self.environment(&envelope, from)?;
        let Executed { result, changes, arbos } =
            execute(View::latest(&self.state), arbos, environment, Purpose::Transaction).map_err(refusal)?;
        self.state.commit(changes);
        let receipt = self.make_receipt(&envelope, from, &result, arbos.reason.clone(), earlier);
        Ok((Included { envelope, receipt, before }, arbos))
    }

    /// revm's view of a transaction. It pays the base fee, whatever it offers.
    pub(super) fn environment(&self, envelope: &TxEnvelope, from: Address) -> Result<TxEnv, ChainError> {
        let authorizations = envelope.authorization_list().map(<[_]>::to_vec).unwrap_or_default();
        let mut builder = TxEnv::builder()
            .caller(from)
            .gas_limit(envelope.gas_limit().min(MAX_TX_GAS))
            .gas_price(self.gas_price())
            .kind(envelope.kind())
            .value(envelope.value())
            .data(envelope.input().clone())
            .nonce(envelope.nonce())
            .chain_id(envelope.chain_id())
            .access_list(envelope.access_list().cloned().unwrap_or_default());
        if !authorizations.is_empty() {
            builder = builder.authorization_list_signed(authorizations).gas_priority_fee(Some(0));
        }
        builder.build().map_err(|error| ChainError::Invalid(format!("{error:?}")))
    }

    fn make_receipt(
        &self,
        envelope: &TxEnvelope,
        from: Address,
        result: &ExecutionResult,
        reason: Option<String>,
        earlier: &[Included],
    ) -> Receipt {
        let last = earlier.last().map(|included| &included.receipt);
        let gas_used = result.tx_gas_used();
        Receipt {
            hash: *envelope.tx_hash(),
            block_number: self.block_number().saturating_add(1),
            block_hash: B256::ZERO,
            index: earlier.len() as u64,
            from,
            to: envelope.to(),
            contract_address: created(result),
            success: result.is_success(),
            gas_used,
            cumulative_gas_used: last.map_or(0, |last| last.cumulative_gas_used).saturating_add(gas_used),
            effective_gas_price: self.gas_price(),
            logs: logs(result),
            first_log: last.map_or(0, |last| last.first_log.saturating_add(last.logs.len() as u64)),
            output: result.output().cloned().unwrap_or_default(),
            error: error(result, reason),
            tx_type: envelope.ty(),
        }
    }

    /// Ends a block and appends it.
    pub(super) fn seal(&mut self, time: u64, included: Vec<Included>) {
        let header = self.header(time, &included);
        let hash = header.hash_slow();
        let number = header.number;
        let parent_block = self.parent_number(time);
        let mut hashes = Vec::with_capacity(included.len());
        for Included { envelope, mut receipt, before } in included {
            let transaction_hash = receipt.hash;
            receipt.block_hash = hash;
            let (from, index) = (receipt.from, receipt.index);
            let transaction = Transaction { envelope, from, block_number: number, block_hash: hash, index };
            self.transactions.insert(transaction_hash, transaction);
            self.receipts.insert(transaction_hash, receipt);
            self.traceable.insert(transaction_hash, before);
            hashes.push(transaction_hash);
        }
        let block = Block { header, hash, transactions: hashes, parent_block };
        self.numbers.insert(hash, number);
        Arc::make_mut(&mut self.hashes).push(hash);
        self.blocks.push(Mined { block, end: Some(self.state.mark()) });
        self.next_time = None;
    }

    fn header(&self, time: u64, included: &[Included]) -> Header {
        let parent = self.blocks.last().map(|mined| &mined.block);
        let parent_hash = parent.map_or(B256::ZERO, |block| block.hash);
        let receipts: Vec<&Receipt> = included.iter().map(|included| &included.receipt).collect();
        let envelopes: Vec<&TxEnvelope> = included.iter().map(|included| &included.envelope).collect();
        let bloom =
            receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | logs_bloom(receipt.logs.iter()));
        let receipt_envelopes: Vec<ReceiptEnvelope> =
            receipts.iter().map(|receipt| receipt_envelope(receipt)).collect();
        Header {
            parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: SEQUENCER,
            state_root: self.state_root(parent, &envelopes),
            transactions_root: proofs::calculate_transaction_root(&envelopes),
            receipts_root: proofs::calculate_receipt_root(&receipt_envelopes),
            logs_bloom: bloom,
            difficulty: U256::from(1),
            number: self.blocks.len() as u64,
            gas_limit: BLOCK_GAS_LIMIT,
            gas_used: receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used),
            timestamp: time,
            extra_data: Bytes::from(B256::ZERO.to_vec()),
            mix_hash: self.mix_hash(time),
            nonce: B64::ZERO,
            base_fee_per_gas: Some(self.config.base_fee),
            ..Header::default()
        }
    }

    /// No trie of the state is kept: this is a name for the history, different for different ones.
    fn state_root(&self, parent: Option<&Block>, envelopes: &[&TxEnvelope]) -> B256 {
        let mut bytes = parent.map_or(B256::ZERO, |block| block.header.state_root).to_vec();
        bytes.extend_from_slice(&(self.state.mark() as u64).to_be_bytes());
        for envelope in envelopes {
            bytes.extend_from_slice(envelope.tx_hash().as_slice());
        }
        keccak256(bytes)
    }

    /// As on Arbitrum chains: messages sent to the parent chain, its block number, ArbOS's version.
    fn mix_hash(&self, time: u64) -> B256 {
        let mut word = B256::ZERO;
        word[8..16].copy_from_slice(&self.parent_number(time).to_be_bytes());
        word[16..24].copy_from_slice(&crate::arb::ARBOS_VERSION.to_be_bytes());
        word
    }

    // ---- time ----

    /// The parent chain's block number at a time.
    fn parent_number(&self, time: u64) -> u64 {
        let passed = time.saturating_sub(self.config.genesis_time) / PARENT_BLOCK_TIME;
        self.config.parent_block.saturating_add(passed)
    }

    pub(super) fn info(&self, number: u64, timestamp: u64) -> BlockInfo {
        BlockInfo {
            chain_id: self.config.chain_id,
            number,
            parent_number: U256::from(self.parent_number(timestamp)),
            timestamp,
            gas_limit: BLOCK_GAS_LIMIT,
            base_fee: self.config.base_fee,
            coinbase: SEQUENCER,
            prevrandao: B256::with_last_byte(1),
        }
    }

    pub(super) fn info_of(&self, block: &Block) -> BlockInfo {
        self.info(block.header.number, block.header.timestamp)
    }

    /// The time of the last block.
    pub fn timestamp(&self) -> u64 {
        self.last().block.header.timestamp
    }

    /// The time the next block will have.
    pub fn next_timestamp(&self) -> u64 {
        if let Some(time) = self.next_time {
            return time;
        }
        let last = self.blocks.last().map_or(0, |mined| mined.block.header.timestamp);
        match self.config.clock {
            Clock::Steps(step) => last.saturating_add(step),
            Clock::Wall => machine_time().saturating_add_signed(self.ahead).max(last),
        }
    }

    /// Lets time pass and mines a block, so that calls see the new time.
    pub fn warp(&mut self, seconds: u64) {
        self.increase_time(seconds);
        self.mine(1);
    }

    /// Lets time pass: the next block will be that much later.
    pub fn increase_time(&mut self, seconds: u64) {
        let time = match self.config.clock {
            Clock::Wall => self.next_timestamp().saturating_add(seconds),
            // One step for the block itself is not added to what was asked for.
            Clock::Steps(_) => self.next_time.unwrap_or_else(|| self.timestamp()).saturating_add(seconds),
        };
        self.set_clock(time);
    }

    /// Gives the next block a time; time goes on from there.
    pub fn set_next_timestamp(&mut self, time: u64) -> Result<(), ChainError> {
        if time < self.timestamp() {
            let last = self.timestamp();
            return Err(ChainError::Invalid(format!("timestamp {time} is before the last block's {last}")));
        }
        self.set_clock(time);
        Ok(())
    }

    /// Mines a block at a time; time goes on from there.
    pub fn set_timestamp(&mut self, time: u64) -> Result<(), ChainError> {
        self.set_next_timestamp(time)?;
        self.mine(1);
        Ok(())
    }

    fn set_clock(&mut self, time: u64) {
        self.next_time = Some(time);
        self.ahead = i64::try_from(i128::from(time) - i128::from(machine_time())).unwrap_or(i64::MAX);
    }
}

/// The account an execution created.
pub(super) fn created(result: &ExecutionResult) -> Option<Address> {
    match result {
        ExecutionResult::Success { output: Output::Create(_, address), .. } => *address,
        _ => None,
    }
}

/// The logs that stand: none of a failed execution.
pub(super) fn logs(result: &ExecutionResult) -> Vec<Log> {
    match result {
        ExecutionResult::Success { logs, .. } => logs.clone(),
        _ => Vec::new(),
    }
}

/// Why an execution failed, in a client's words.
pub(super) fn error(result: &ExecutionResult, reason: Option<String>) -> Option<String> {
    match result {
        ExecutionResult::Success { .. } => None,
        ExecutionResult::Revert { output, .. } => {
            let text = trace::revert_reason(output).map(|text| format!("execution reverted: {text}"));
            Some(text.or(reason).unwrap_or_else(|| "execution reverted".into()))
        }
        ExecutionResult::Halt { reason: halt, .. } => Some(reason.unwrap_or_else(|| format!("{halt:?}"))),
    }
}

/// The EVM's refusal of a transaction in the chain's terms.
pub(super) fn refusal<E>(fault: EVMError<E, InvalidTransaction>) -> ChainError
where
    E: std::fmt::Debug,
{
    match fault {
        EVMError::Transaction(InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit }) => {
            ChainError::IntrinsicGas { have: gas_limit, want: initial_gas }
        }
        EVMError::Transaction(InvalidTransaction::NonceTooLow { tx, state }) => {
            ChainError::NonceTooLow { have: tx, want: state }
        }
        EVMError::Transaction(InvalidTransaction::NonceTooHigh { tx, state }) => {
            ChainError::NonceTooHigh { have: tx, want: state }
        }
        EVMError::Transaction(other) => ChainError::Invalid(other.to_string()),
        other => ChainError::Invalid(format!("{other:?}")),
    }
}

fn receipt_envelope(receipt: &Receipt) -> ReceiptEnvelope {
    let inner = ReceiptWithBloom {
        receipt: alloy_consensus::Receipt {
            status: Eip658Value::Eip658(receipt.success),
            cumulative_gas_used: receipt.cumulative_gas_used,
            logs: receipt.logs.clone(),
        },
        logs_bloom: logs_bloom(receipt.logs.iter()),
    };
    match receipt.tx_type {
        0 => ReceiptEnvelope::Legacy(inner),
        1 => ReceiptEnvelope::Eip2930(inner),
        4 => ReceiptEnvelope::Eip7702(inner),
        _ => ReceiptEnvelope::Eip1559(inner),
    }
}
