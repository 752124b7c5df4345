//! What comes in: a call's arguments, by position.

use super::error::{Error, invalid_params};
use crate::{At, Chain};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::U256;
use jsonrpsee::types::Params;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A call's arguments, taken one after the other.
#[derive(Debug)]
pub(super) struct Args {
    values: std::vec::IntoIter<Value>,
    taken: usize,
}

impl Args {
    pub fn parse(params: &Params<'_>) -> Result<Self, Error> {
        let value = match params.as_str() {
            None => Value::Null,
            Some(text) => serde_json::from_str(text).map_err(invalid_params)?,
        };
        match value {
            Value::Null => Ok(Self { values: Vec::new().into_iter(), taken: 0 }),
            Value::Array(values) => Ok(Self { values: values.into_iter(), taken: 0 }),
            _ => Err(invalid_params("non-array args")),
        }
    }

    /// The next argument, which must be there.
    pub fn need<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        let place = self.taken;
        self.maybe()?.ok_or_else(|| invalid_params(format!("missing value for required argument {place}")))
    }

    /// The next argument, unless it is left out or null.
    pub fn maybe<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        let place = self.taken;
        self.taken = place.saturating_add(1);
        match self.values.next() {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|error| invalid_params(format!("invalid argument {place}: {error}"))),
        }
    }

    /// The next argument as a block; the last one if left out.
    pub fn at(&mut self, chain: &Chain) -> Result<At, Error> {
        self.maybe::<BlockId>()?.map_or(Ok(At::Latest), |id| at(chain, id))
    }
}

/// Which state a block stands for.
pub(super) fn at(chain: &Chain, id: BlockId) -> Result<At, Error> {
    match id {
        BlockId::Number(BlockNumberOrTag::Pending) => Ok(At::Pending),
        BlockId::Number(BlockNumberOrTag::Latest | BlockNumberOrTag::Safe | BlockNumberOrTag::Finalized) => {
            Ok(At::Latest)
        }
        id => match number(chain, id) {
            Some(number) => Ok(At::Block(number)),
            None if id.is_hash() => Err(Error::server("header for hash not found")),
            None => Err(Error::server("header not found")),
        },
    }
}

/// The number of a block, if there is one. Blocks are final at once, and none is pending.
pub(super) fn number(chain: &Chain, id: BlockId) -> Option<u64> {
    let head = chain.block_number();
    match id {
        BlockId::Hash(hash) => chain.block_by_hash(hash.block_hash).map(|block| block.header.number),
        BlockId::Number(BlockNumberOrTag::Number(number)) => (number <= head).then_some(number),
        BlockId::Number(BlockNumberOrTag::Earliest) => Some(0),
        BlockId::Number(_) => Some(head),
    }
}

/// A number as clients of development methods write it: a JSON number, decimal or `0x` text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number(pub u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = match &value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse::<U256>().ok().and_then(|number| u64::try_from(number).ok()),
            _ => None,
        };
        number.map(Self).ok_or_else(|| D::Error::custom(format!("{value} is not a number of 64 bits")))
    }
}
