//! Signatures with the development accounts' keys.

use super::args::Args;
use super::error::Error;
use super::methods::Answer;
use super::node::Node;
use super::shape::value;
use alloy_dyn_abi::TypedData;
use alloy_primitives::{Address, B256, Bytes, Signature, eip191_hash_message};
use k256::ecdsa::SigningKey;
use serde_json::Value;

/// Signs a hash with a key.
pub(super) fn sign(key: B256, hash: B256) -> Result<Signature, Error> {
    let key = SigningKey::from_slice(key.as_slice()).map_err(|_| Error::internal())?;
    let signed = key.sign_prehash_recoverable(hash.as_slice()).map_err(|_| Error::internal())?;
    Ok(Signature::from(signed))
}

fn sign_for(node: &Node, address: Address, hash: B256) -> Answer {
    let key = node.key_of(address).ok_or_else(|| Error::server("unknown account"))?;
    Ok(value(Bytes::from(sign(key, hash)?.as_bytes().to_vec())))
}

/// `eth_sign`: address, message.
pub(super) fn message(node: &Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    let message: Bytes = args.need()?;
    sign_for(node, address, eip191_hash_message(message))
}

/// `personal_sign`: message, address.
pub(super) fn personal(node: &Node, args: &mut Args) -> Answer {
    let message: Bytes = args.need()?;
    let address: Address = args.need()?;
    sign_for(node, address, eip191_hash_message(message))
}

/// `eth_signTypedData_v4`: address, typed data (EIP-712) as an object or as text.
pub(super) fn typed_data(node: &Node, args: &mut Args) -> Answer {
    let address: Address = args.need()?;
    let data: TypedData = match args.need::<Value>()? {
        Value::String(text) => serde_json::from_str(&text),
        other => serde_json::from_value(other),
    }
    .map_err(super::error::invalid_params)?;
    let hash = data.eip712_signing_hash().map_err(super::error::invalid_params)?;
    sign_for(node, address, hash)
}
