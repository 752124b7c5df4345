//! A node, and accounts that sign for themselves: transactions one at a time for deployment, or many at once.
//!
//! Everything goes through alloy's provider as signed raw transactions; the node holds no keys of ours.

use std::time::Duration;

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::{BlockId, eip2718::Encodable2718},
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, TxKind, U256},
    providers::{Provider, RootProvider},
    rpc::{
        client::BatchRequest,
        types::{TransactionReceipt, TransactionRequest},
    },
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolCall,
};
use anyhow::{Context, Result, anyhow, bail};

use crate::errors::Refusal;

/// How long a transaction may take to be mined.
const MINED_WITHIN: Duration = Duration::from_secs(180);
/// How long what a mined transaction created may take to be seen: of several nodes behind one address not all have the
/// newest block yet.
const SEEN_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Room above an estimate, percent: state may change a little before the transaction runs.
const GAS_ROOM: u64 = 125;

/// A node.
#[derive(Clone, Debug)]
pub struct Client {
    provider: RootProvider,
    chain_id: u64,
    gas_price: u128,
}

/// An account with its key and the nonce of its next transaction.
#[derive(Clone, Debug)]
pub struct Account {
    signer: PrivateKeySigner,
    nonce: u64,
}

impl Account {
    /// The account of a key; it has sent nothing yet.
    pub fn new(signer: PrivateKeySigner) -> Self {
        Self { signer, nonce: 0 }
    }

    /// Its address.
    pub fn address(&self) -> Address {
        self.signer.address()
    }
}

/// A transaction to sign.
#[derive(Clone, Debug)]
pub struct Call {
    /// The contract; none creates one.
    pub to: Option<Address>,
    /// Call data or init code.
    pub data: Bytes,
    /// Wei sent along.
    pub value: U256,
}

impl Call {
    /// A call of a contract's function.
    pub fn new(to: Address, call: &impl SolCall) -> Self {
        Self { to: Some(to), data: call.abi_encode().into(), value: U256::ZERO }
    }

    /// Init code to run.
    pub fn create(init_code: Bytes) -> Self {
        Self { to: None, data: init_code, value: U256::ZERO }
    }

    /// The same with wei sent along.
    pub fn with_value(self, value: U256) -> Self {
        Self { value, ..self }
    }

    fn request(&self, from: Address) -> TransactionRequest {
        let request = TransactionRequest::default().with_from(from).with_value(self.value);
        let request = request.with_input(self.data.clone());
        match self.to {
            Some(to) => request.with_to(to),
            None => request.with_kind(TxKind::Create),
        }
    }
}

/// What became of a transaction of a batch.
#[derive(Clone, Debug)]
pub enum Mined {
    /// It succeeded.
    Done(Box<TransactionReceipt>),
    /// It was mined and reverted.
    Refused(Refusal),
}

impl Client {
    /// Connects and asks for the chain's identifier and price of gas.
    pub async fn connect(url: &str) -> Result<Self> {
        let parsed = url.parse().with_context(|| format!("{url:?} is not a URL"))?;
        let provider = RootProvider::new_http(parsed);
        let chain_id = provider.get_chain_id().await.with_context(|| format!("no answer from {url}"))?;
        let gas_price = provider.get_gas_price().await?;
        Ok(Self { provider, chain_id, gas_price })
    }

    /// The provider, for bindings.
    pub fn provider(&self) -> &RootProvider {
        &self.provider
    }

    /// The chain's identifier.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Brings an account's nonce up to date with the chain, once nothing of it waits to be mined: what an earlier run sent
    /// must not be sent again.
    pub async fn synchronise(&self, account: &mut Account) -> Result<()> {
        let (address, mut waited) = (account.address(), Duration::ZERO);
        loop {
            let mined = self.provider.get_transaction_count(address).await?;
            account.nonce = self.provider.get_transaction_count(address).pending().await?;
            if account.nonce <= mined {
                return Ok(());
            }
            if waited >= MINED_WITHIN {
                bail!("transactions of {address} wait to be mined: its nonce {mined} is not");
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited = waited.saturating_add(LOOK_EVERY);
        }
    }

    /// Whether an address has code.
    pub async fn has_code(&self, address: Address) -> Result<bool> {
        Ok(!self.provider.get_code_at(address).await?.is_empty())
    }

    /// The code of an address that must have some, which is waited for.
    pub async fn code(&self, address: Address) -> Result<Bytes> {
        let mut waited = Duration::ZERO;
        loop {
            let code = self.provider.get_code_at(address).await?;
            if !code.is_empty() {
                return Ok(code);
            }
            if waited >= SEEN_WITHIN {
                bail!("{address} has no code after {} s, and must have some", SEEN_WITHIN.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited = waited.saturating_add(LOOK_EVERY);
        }
    }

    /// The time of the newest block.
    pub async fn time(&self) -> Result<u64> {
        let block = self.provider.get_block(BlockId::latest()).await?;
        Ok(block.context("the node has no block")?.header.timestamp)
    }

    /// The price of a unit of gas, wei.
    pub fn gas_price(&self) -> u128 {
        self.gas_price
    }

    /// A word of an account's storage.
    pub async fn slot(&self, at: Address, slot: U256) -> Result<U256> {
        Ok(self.provider.get_storage_at(at, slot).await?)
    }

    /// Calls a contract as it is; a refusal is an answer.
    pub async fn ask(&self, to: Address, data: Bytes) -> Result<std::result::Result<Bytes, Refusal>> {
        self.ask_as(Address::ZERO, to, data).await
    }

    /// The same as somebody.
    pub async fn ask_as(
        &self,
        from: Address,
        to: Address,
        data: Bytes,
    ) -> Result<std::result::Result<Bytes, Refusal>> {
        let call = Call { to: Some(to), data, value: U256::ZERO };
        match self.provider.call(call.request(from)).await {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) => Refusal::of_call(&error).map(Err).ok_or_else(|| anyhow!(error)),
        }
    }

    /// Gas that a transaction would need; a refusal is an answer.
    pub async fn estimate(&self, from: Address, call: &Call) -> Result<std::result::Result<u64, Refusal>> {
        match self.provider.estimate_gas(call.request(from)).await {
            Ok(gas) => Ok(Ok(gas)),
            Err(error) => Refusal::of_call(&error).map(Err).ok_or_else(|| anyhow!(error)),
        }
    }

    /// Calls a view and decodes its answer; a refusal is told by name.
    pub async fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return> {
        let request = Call::new(to, call).request(Address::ZERO);
        let answer = self.provider.call(request).await;
        let bytes = answer.map_err(|error| match Refusal::of_call(&error) {
            Some(refusal) => anyhow!("{}: {refusal}", C::SIGNATURE),
            None => anyhow!(error).context(C::SIGNATURE),
        })?;
        C::abi_decode_returns(&bytes)
            .with_context(|| format!("{} of {to} answers something else", C::SIGNATURE))
    }

    /// Calls many views of one block in one request.
    pub async fn views<C: SolCall>(&self, to: Address, calls: &[C]) -> Result<Vec<C::Return>> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let mut batch = BatchRequest::new(self.provider.client());
        let mut waiting = Vec::with_capacity(calls.len());
        for call in calls {
            let request = Call::new(to, call).request(Address::ZERO);
            waiting.push(batch.add_call::<_, Bytes>("eth_call", &(request, BlockId::latest()))?);
        }
        batch.send().await?;
        let mut answers = Vec::with_capacity(waiting.len());
        for answer in waiting {
            answers.push(C::abi_decode_returns(&answer.await.context(C::SIGNATURE)?)?);
        }
        Ok(answers)
    }

    /// Estimates, signs, sends and waits; a refusal, before or after, is an error with its name.
    pub async fn send(&self, account: &mut Account, call: &Call) -> Result<TransactionReceipt> {
        let estimate = self.estimate(account.address(), call).await?;
        let gas = estimate.map_err(|refusal| anyhow!("refused: {refusal}"))?;
        let gas = gas.saturating_mul(GAS_ROOM) / 100;
        // A long run outlives the price it began with.
        let price = self.provider.get_gas_price().await?;
        let raw = self.sign(account, call, gas, price)?;
        let pending = self.provider.send_raw_transaction(&raw).await?;
        let receipt = self.receipt(*pending.tx_hash()).await?;
        if receipt.status() {
            return Ok(receipt);
        }
        bail!(
            "transaction {} failed: {}",
            receipt.transaction_hash,
            self.why(account.address(), call, &receipt).await
        )
    }

    /// Signs all, in order, sends them in one request without waiting, and then looks at every receipt.
    pub async fn send_all(
        &self,
        accounts: &mut [Account],
        calls: &[(usize, Call)],
        gas: u64,
    ) -> Result<Vec<Mined>> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        let mut batch = BatchRequest::new(self.provider.client());
        let mut sent = Vec::with_capacity(calls.len());
        for (who, call) in calls {
            let account = accounts.get_mut(*who).with_context(|| format!("there is no account {who}"))?;
            let raw = Bytes::from(self.sign(account, call, gas, self.gas_price)?);
            sent.push(batch.add_call::<_, B256>("eth_sendRawTransaction", &(raw,))?);
        }
        batch.send().await?;
        let mut hashes = Vec::with_capacity(sent.len());
        for hash in sent {
            hashes.push(hash.await.context("the node did not take a transaction")?);
        }
        let receipts = self.receipts(&hashes).await?;
        let mut mined = Vec::with_capacity(receipts.len());
        for (receipt, (who, call)) in receipts.into_iter().zip(calls) {
            mined.push(if receipt.status() {
                Mined::Done(Box::new(receipt))
            } else {
                let from = accounts.get(*who).map_or(Address::ZERO, Account::address);
                Mined::Refused(self.why(from, call, &receipt).await)
            });
        }
        Ok(mined)
    }

    fn sign(&self, account: &mut Account, call: &Call, gas_limit: u64, gas_price: u128) -> Result<Vec<u8>> {
        let transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce: account.nonce,
            gas_limit,
            max_fee_per_gas: gas_price.saturating_mul(2),
            max_priority_fee_per_gas: 0,
            to: call.to.map_or(TxKind::Create, TxKind::Call),
            value: call.value,
            access_list: Default::default(),
            input: call.data.clone(),
        };
        let signature = account.signer.sign_hash_sync(&transaction.signature_hash())?;
        account.nonce = account.nonce.saturating_add(1);
        Ok(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718())
    }

    /// Receipts of transactions that are mined as they come, in one request; the rest are waited for.
    async fn receipts(&self, hashes: &[B256]) -> Result<Vec<TransactionReceipt>> {
        let mut batch = BatchRequest::new(self.provider.client());
        let mut waiting = Vec::with_capacity(hashes.len());
        for hash in hashes {
            let answer =
                batch.add_call::<_, Option<TransactionReceipt>>("eth_getTransactionReceipt", &(hash,))?;
            waiting.push((*hash, answer));
        }
        batch.send().await?;
        let mut receipts = Vec::with_capacity(hashes.len());
        for (hash, answer) in waiting {
            receipts.push(match answer.await? {
                Some(receipt) => receipt,
                None => self.receipt(hash).await?,
            });
        }
        Ok(receipts)
    }

    async fn receipt(&self, hash: B256) -> Result<TransactionReceipt> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(receipt) = self.provider.get_transaction_receipt(hash).await? {
                return Ok(receipt);
            }
            if waited >= MINED_WITHIN {
                bail!("transaction {hash} was not mined within {} s", MINED_WITHIN.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited = waited.saturating_add(LOOK_EVERY);
        }
    }

    /// Why a mined transaction failed: it is asked again on the state it ran on.
    async fn why(&self, from: Address, call: &Call, receipt: &TransactionReceipt) -> Refusal {
        let before = receipt.block_number.map_or(BlockId::latest(), |block| block.saturating_sub(1).into());
        let unexplained = |text| Refusal { name: "Unexplained".into(), text };
        match self.provider.call(call.request(from)).block(before).await {
            Err(error) => Refusal::of_call(&error)
                .unwrap_or_else(|| unexplained(format!("failed, and the node cannot say why: {error}"))),
            Ok(_) => {
                unexplained(format!("failed, and succeeds when asked again (gas used {})", receipt.gas_used))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use devnet::{Chain, Config, rpc};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn code_that_is_not_seen_yet_is_waited_for() {
        let node = rpc::serve(Chain::new(Config::default()), "127.0.0.1:0").unwrap();
        let client = Client::connect(&node.url()).await.unwrap();
        let (at, code) = (Address::repeat_byte(7), Bytes::from_static(&[0xfe]));
        let created = async {
            // The first look comes long before this.
            for _ in 0..20 {
                client.time().await.unwrap();
            }
            node.with_chain(|chain| chain.set_code(at, code.clone()));
        };
        let (seen, ()) = tokio::join!(client.code(at), created);
        assert_eq!(seen.unwrap(), code);
    }
}
