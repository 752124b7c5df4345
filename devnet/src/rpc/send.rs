//! Methods that send transactions: signed ones, and those of accounts the node acts for.

use super::args::Args;
use super::calls::{check_funds, question};
use super::error::{Error, invalid_params};
use super::methods::Answer;
use super::node::Node;
use super::shape::{self, value};
use super::sign::sign;
use crate::{At, TxRequest};
use alloy_consensus::{
    SignableTransaction, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy, TypedTransaction,
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;

pub(super) fn raw(node: &mut Node, args: &mut Args) -> Answer {
    let bytes: Bytes = args.need()?;
    send_raw(node, &bytes).map(value)
}

/// As `raw`, and answers the receipt: a transaction is mined when it was sent.
pub(super) fn raw_and_wait(node: &mut Node, args: &mut Args) -> Answer {
    let bytes: Bytes = args.need()?;
    let hash = send_raw(node, &bytes)?;
    let receipt = node.chain.receipt(hash);
    let receipt = receipt.ok_or_else(|| {
        Error::server(format!("the transaction {hash} was added to the pool but is not yet mined"))
    })?;
    Ok(shape::receipt(&node.chain, &receipt))
}

fn send_raw(node: &mut Node, bytes: &[u8]) -> Result<B256, Error> {
    let hash = node.chain.send_raw(bytes)?;
    node.note_sent(hash);
    Ok(hash)
}

/// `eth_sendTransaction`, from a development account or one that is impersonated.
pub(super) fn request(node: &mut Node, args: &mut Args) -> Answer {
    let request = Filled::from_args(node, args)?;
    if let Some(key) = node.key_of(request.from) {
        let envelope = request.signed(key)?;
        return send_raw(node, &envelope.encoded_2718()).map(value);
    }
    if !node.impersonates(request.from) {
        return Err(Error::server("unknown account"));
    }
    let hash = node.chain.submit(request.unsigned())?;
    node.note_sent(hash);
    Ok(value(hash))
}

/// `eth_signTransaction`.
pub(super) fn signed(node: &mut Node, args: &mut Args) -> Answer {
    let request = Filled::from_args(node, args)?;
    let key = node.key_of(request.from).ok_or_else(|| Error::server("unknown account"))?;
    let raw = Bytes::from(request.signed(key)?.encoded_2718());
    Ok(serde_json::json!({ "raw": raw }))
}

/// A request with everything it left out.
struct Filled {
    request: TransactionRequest,
    from: Address,
    to: TxKind,
    data: Bytes,
    value: U256,
    nonce: u64,
    gas: u64,
    price: u128,
    chain_id: u64,
}

impl Filled {
    fn from_args(node: &Node, args: &mut Args) -> Result<Self, Error> {
        let request: TransactionRequest = args.need()?;
        let chain = &node.chain;
        let from = request.from.ok_or_else(|| invalid_params("'from' is missing"))?;
        let chain_id = chain.chain_id();
        if let Some(have) = request.chain_id
            && have != chain_id
        {
            return Err(invalid_params(format!(
                "chainId does not match node's (have={have}, want={chain_id})"
            )));
        }
        if request.gas_price.is_some() && request.max_fee_per_gas.is_some() {
            return Err(invalid_params("both gasPrice and maxFeePerGas specified"));
        }
        if request.blob_versioned_hashes.is_some() || request.sidecar.is_some() {
            return Err(Error::server("transaction type not supported"));
        }
        let asked = question(request.clone(), At::Pending)?;
        if asked.to.is_none() && asked.data.is_empty() {
            return Err(invalid_params("contract creation without any data provided"));
        }
        check_funds(chain, &asked)?;
        let gas = request.gas.map_or_else(|| chain.estimate_gas(&asked), Ok)?;
        Ok(Self {
            from,
            to: asked.to.map_or(TxKind::Create, TxKind::Call),
            nonce: request.nonce.unwrap_or_else(|| chain.pending_nonce(from)),
            price: asked.gas_price.unwrap_or_else(|| chain.gas_price().saturating_mul(2)),
            data: asked.data,
            value: asked.value,
            gas,
            chain_id,
            request,
        })
    }

    fn unsigned(self) -> TxRequest {
        TxRequest {
            from: self.from,
            to: self.to.to().copied(),
            value: self.value,
            data: self.data,
            gas: Some(self.gas),
            nonce: Some(self.nonce),
            max_fee_per_gas: Some(self.price),
            access_list: self.request.access_list.unwrap_or_default(),
        }
    }

    fn signed(self, key: B256) -> Result<TxEnvelope, Error> {
        let transaction = self.typed()?;
        let signature = sign(key, transaction.signature_hash())?;
        Ok(transaction.into_signed(signature).into())
    }

    /// The oldest type that says all that was asked for.
    fn typed(self) -> Result<TypedTransaction, Error> {
        let Self { request, to, data: input, value, nonce, gas: gas_limit, price, chain_id, .. } = self;
        let tip = request.max_priority_fee_per_gas.unwrap_or(0).min(price);
        if let Some(authorization_list) = request.authorization_list {
            let to = *to.to().ok_or_else(|| invalid_params("this type of transaction cannot create"))?;
            return Ok(TypedTransaction::Eip7702(TxEip7702 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: price,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: request.access_list.unwrap_or_default(),
                authorization_list,
                input,
            }));
        }
        Ok(match (request.gas_price, request.access_list) {
            (Some(gas_price), None) => TypedTransaction::Legacy(TxLegacy {
                chain_id: Some(chain_id),
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                input,
            }),
            (Some(gas_price), Some(access_list)) => TypedTransaction::Eip2930(TxEip2930 {
                chain_id,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                access_list,
                input,
            }),
            (None, access_list) => TypedTransaction::Eip1559(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: price,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: access_list.unwrap_or_default(),
                input,
            }),
        })
    }
}
