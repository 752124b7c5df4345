//! The address book that `deploy` writes, as far as a keeper reads it.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::Address;
use anyhow::{Context, Result};
use serde::Deserialize;

/// What a network has; the file has more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Book {
    /// The chain it is of.
    pub chain_id: u64,
    /// Programs that contracts are made of, by package.
    #[serde(default)]
    pub programs: BTreeMap<String, Entry>,
    /// Contracts that users call, by name in the ABI.
    #[serde(default)]
    pub contracts: BTreeMap<String, Entry>,
}

/// Where something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Its address.
    pub address: Address,
}

impl Book {
    /// From its file.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is not an address book", file.display()))
    }

    /// A contract's address.
    pub fn contract(&self, name: &str) -> Option<Address> {
        self.contracts.get(name).map(|entry| entry.address)
    }

    /// All contracts of a kind: a name in the ABI, after the product's where there is more than one of them.
    pub fn all(&self, kind: &str) -> Vec<Address> {
        let of_kind = |name: &str| name.rsplit('.').next() == Some(kind);
        let all = self.contracts.iter().filter(|(name, _)| of_kind(name));
        all.map(|(_, entry)| entry.address).collect()
    }

    /// Everything there is code of.
    pub fn everything(&self) -> impl Iterator<Item = (&str, Address)> {
        let all = self.programs.iter().chain(&self.contracts);
        all.map(|(name, entry)| (name.as_str(), entry.address))
    }
}
