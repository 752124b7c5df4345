//! A node, and looks at one of its blocks: everything that a round reads, it reads of the same block.

use std::{pin::Pin, time::Duration};

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256},
    providers::{Provider, RootProvider},
    rpc::{
        client::{BatchRequest, RpcClient},
        types::{BlockOverrides, TransactionRequest},
    },
    sol_types::SolCall,
    transports::{
        RpcError, TransportErrorKind,
        http::{Http, reqwest::Client},
    },
};
use anyhow::{Context, Result, anyhow, ensure};

use crate::{
    config::{Network, Time},
    refusal::Refusal,
};

/// Calls in one request to the node.
const BATCH: usize = 100;
/// How long a connection, and an answer, may take: a node that is silent must not look like one that is slow.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);

/// A future whose code is compiled once, here, and not again wherever it is waited for.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// What a contract answers, or why it refuses.
type Answer = Result<Bytes, Refusal>;

/// A node.
#[derive(Clone, Debug)]
pub struct Node {
    provider: RootProvider,
    network: Network,
    chain_id: u64,
}

/// A block, by what it takes to ask of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Its time, seconds since 1970.
    pub time: u64,
}

impl Node {
    /// Connects; a node of another chain is refused.
    pub async fn connect(network: &Network) -> Result<Self> {
        let url = network.url()?;
        let client = Client::builder().connect_timeout(CONNECTED_WITHIN).timeout(ANSWERED_WITHIN).build()?;
        let provider = RootProvider::new(RpcClient::new(Http::with_client(client, url), false));
        let asked = provider.get_chain_id().await;
        let chain_id = asked.context("no answer from the node")?;
        ensure!(chain_id == network.chain_id, "the node is of chain {chain_id}, not of {}", network.chain_id);
        Ok(Self { provider, network: network.clone(), chain_id })
    }

    /// An error to read, without the node's address, of which a part is often secret.
    pub fn hidden(&self, error: &anyhow::Error) -> String {
        self.network.hidden(error)
    }

    /// The provider.
    pub fn provider(&self) -> &RootProvider {
        &self.provider
    }

    /// The chain's identifier.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The last block.
    pub async fn head(&self) -> Result<Head> {
        self.block(BlockNumberOrTag::Latest).await?.context("the chain has no block")
    }

    /// A block, if there is one of this number.
    pub async fn block(&self, number: BlockNumberOrTag) -> Result<Option<Head>> {
        let block = self.provider.get_block(number.into()).await?;
        Ok(block.map(|block| Head {
            number: block.header.number,
            hash: block.header.hash,
            time: block.header.timestamp,
        }))
    }

    /// A look at a block, as an account would see it.
    pub fn look(&self, head: Head, me: Address) -> Look<'_> {
        Look { node: self, head, now: self.now(head), me }
    }

    /// The time that views are read at.
    fn now(&self, head: Head) -> u64 {
        let clock = match self.network.time {
            Time::Block => 0,
            Time::Clock => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |elapsed| elapsed.as_secs()),
        };
        head.time.max(clock)
    }

    /// What a transaction would answer now, in the block to come.
    pub async fn simulate(&self, request: TransactionRequest) -> Result<Answer> {
        let call = self.provider.call(request).block(BlockId::pending());
        told(call.with_block_overrides_opt(self.overrides().await?).await)
    }

    /// Gas that a transaction takes now.
    pub async fn estimate(&self, request: TransactionRequest) -> Result<Result<u64, Refusal>> {
        match self.provider.estimate_gas(request).await {
            Ok(gas) => Ok(Ok(gas)),
            Err(error) => Refusal::of_call(&error).map(Err).ok_or_else(|| anyhow!(error)),
        }
    }

    /// The clock's time where that is to be gone by; else the node knows best what the next block's is.
    async fn overrides(&self) -> Result<Option<BlockOverrides>> {
        match self.network.time {
            Time::Block => Ok(None),
            Time::Clock => Ok(Some(overrides(self.now(self.head().await?)))),
        }
    }
}

fn overrides(time: u64) -> BlockOverrides {
    BlockOverrides { time: Some(time), ..BlockOverrides::default() }
}

/// A call that changes nothing.
pub fn request(from: Address, to: Address, data: Bytes, value: U256) -> TransactionRequest {
    TransactionRequest::default().with_from(from).with_to(to).with_input(data).with_value(value)
}

/// A look at one block.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    node: &'a Node,
    /// The block.
    pub head: Head,
    /// The time that views are read at: the block's, or later.
    pub now: u64,
    /// Whose eyes it is seen with.
    pub me: Address,
}

impl Look<'_> {
    /// The block, by its hash: one that a reorganisation has taken away answers nothing.
    fn id(&self) -> BlockId {
        BlockId::from(self.head.hash)
    }

    fn overrides(&self) -> Option<BlockOverrides> {
        (self.now > self.head.time).then(|| overrides(self.now))
    }

    /// What a contract answers, or why it refuses.
    pub async fn try_ask<C: SolCall>(&self, to: Address, call: &C) -> Result<Result<C::Return, Refusal>> {
        match self.call(to, call.abi_encode().into()).await.context(C::SIGNATURE)? {
            Ok(bytes) => Ok(Ok(decode::<C>(to, &bytes)?)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// A call by its bytes.
    fn call(&self, to: Address, data: Bytes) -> Boxed<'_, Result<Answer>> {
        Box::pin(async move {
            let call = self.node.provider.call(request(self.me, to, data, U256::ZERO)).block(self.id());
            told(call.with_block_overrides_opt(self.overrides()).await)
        })
    }

    /// Many calls by their bytes, many in a request.
    fn calls(&self, to: Address, all: Vec<Bytes>) -> Boxed<'_, Result<Vec<Answer>>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(all.len());
            for some in all.chunks(BATCH) {
                let mut batch = BatchRequest::new(self.node.provider.client());
                let mut waiting = Vec::with_capacity(some.len());
                for data in some {
                    let request = request(self.me, to, data.clone(), U256::ZERO);
                    // Not every node takes arguments that say nothing.
                    waiting.push(match self.overrides() {
                        None => batch.add_call::<_, Bytes>("eth_call", &(request, self.id()))?,
                        Some(block) => {
                            let params = (request, self.id(), serde_json::Map::new(), block);
                            batch.add_call::<_, Bytes>("eth_call", &params)?
                        }
                    });
                }
                batch.send().await?;
                for answer in waiting {
                    answers.push(told(answer.await)?);
                }
            }
            Ok(answers)
        })
    }

    /// What a contract answers.
    pub async fn ask<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return> {
        self.try_ask(to, call).await?.with_context(|| format!("{} of {to}", C::SIGNATURE))
    }

    /// What a contract answers to many calls, or why it refuses each.
    pub async fn try_ask_all<C: SolCall>(
        &self,
        to: Address,
        calls: &[C],
    ) -> Result<Vec<Result<C::Return, Refusal>>> {
        let all = calls.iter().map(|call| call.abi_encode().into()).collect();
        let answers = self.calls(to, all).await.context(C::SIGNATURE)?;
        let read = |answer: Answer| match answer {
            Ok(bytes) => Ok(Ok(decode::<C>(to, &bytes)?)),
            Err(refusal) => Ok(Err(refusal)),
        };
        answers.into_iter().map(read).collect()
    }

    /// What a contract answers to many calls.
    pub async fn ask_all<C: SolCall>(&self, to: Address, calls: &[C]) -> Result<Vec<C::Return>> {
        let answers = self.try_ask_all(to, calls).await?;
        let told = |answer: Result<_, Refusal>| answer.with_context(|| format!("{} of {to}", C::SIGNATURE));
        answers.into_iter().map(told).collect()
    }

    /// Every page of a list. `call` asks for the page from a place on; 0 ends it.
    pub async fn pages<C: SolCall, T>(
        &self,
        to: Address,
        first: U256,
        call: impl Fn(U256) -> C,
        take: impl Fn(C::Return) -> (Vec<T>, U256),
    ) -> Result<Vec<T>> {
        let (mut all, mut from) = (Vec::new(), first);
        loop {
            let (list, next) = take(self.ask(to, &call(from)).await?);
            all.extend(list);
            if next.is_zero() {
                return Ok(all);
            }
            from = next;
        }
    }

    /// The code at an address.
    pub async fn code(&self, at: Address) -> Result<Bytes> {
        Ok(self.node.provider.get_code_at(at).block_id(self.id()).await?)
    }
}

/// What a node says of a call: an answer, or a refusal; anything else is its own failure.
fn told(answer: Result<Bytes, RpcError<TransportErrorKind>>) -> Result<Answer> {
    match answer {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(error) => Refusal::of_call(&error).map(Err).ok_or_else(|| anyhow!(error)),
    }
}

fn decode<C: SolCall>(to: Address, bytes: &Bytes) -> Result<C::Return> {
    C::abi_decode_returns(bytes).with_context(|| format!("{} of {to} answers something else", C::SIGNATURE))
}
