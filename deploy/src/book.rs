//! The address book of a network: what was deployed where, written after every step so that nothing is done twice.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256};
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

/// A contract or program on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Where it is.
    pub address: Address,
    /// Hash of its code.
    pub code_hash: B256,
}

/// What a network has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Book {
    /// The network's name.
    pub network: String,
    /// Its chain identifier.
    pub chain_id: u64,
    /// Who deployed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployer: Option<Address>,
    /// When epochs begin, seconds since 1970: of the put pool, of each floor market.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub genesis: BTreeMap<String, u64>,
    /// Programs that contracts are made of, by package name.
    #[serde(default)]
    pub programs: BTreeMap<String, Entry>,
    /// Programs that are proposed to take the place of those, by package name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub proposed: BTreeMap<String, Entry>,
    /// Contracts that users call, by name in the ABI, after the product's where there is more than one of them.
    #[serde(default)]
    pub contracts: BTreeMap<String, Entry>,
    /// Markets' ids by symbol.
    #[serde(default)]
    pub markets: BTreeMap<String, u64>,
}

impl Book {
    /// The book of a network, from its file if there is one.
    pub fn open(file: &Path, network: &str, chain_id: u64) -> Result<Self> {
        let new = Self { network: network.to_owned(), chain_id, ..Self::default() };
        let text = match fs::read(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(new),
            other => other.with_context(|| format!("cannot read {}", file.display()))?,
        };
        let book = Self::parse(&text, file)?;
        ensure!(
            book.network == network && book.chain_id == chain_id,
            "{} is of network {} (chain {}), not of {network} (chain {chain_id})",
            file.display(),
            book.network,
            book.chain_id,
        );
        Ok(book)
    }

    /// A book that is there, of whatever network.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text, file)
    }

    fn parse(text: &[u8], file: &Path) -> Result<Self> {
        serde_json::from_slice(text).with_context(|| format!("{} is not an address book", file.display()))
    }

    /// Writes the book; what was there before stays whole if this is cut short.
    pub fn save(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let mut beside = file.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&beside, format!("{text}\n"))
            .with_context(|| format!("cannot write {}", beside.display()))?;
        fs::rename(&beside, file).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Refuses a node of another chain.
    pub fn check_chain(&self, chain_id: u64) -> Result<()> {
        ensure!(
            chain_id == self.chain_id,
            "the node is of chain {chain_id}, the address book of chain {}",
            self.chain_id
        );
        Ok(())
    }

    /// A contract's address.
    pub fn contract(&self, name: &str) -> Result<Address> {
        match self.contracts.get(name) {
            Some(entry) => Ok(entry.address),
            None => bail!("the address book has no {name}"),
        }
    }

    /// A program's address.
    pub fn program(&self, name: &str) -> Result<Address> {
        match self.programs.get(name) {
            Some(entry) => Ok(entry.address),
            None => bail!("the address book has no program {name}"),
        }
    }
}

/// What a contract of the book is in the ABI: its name without the product it belongs to.
pub fn kind(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_of_another_chain_is_refused() {
        let file = std::env::temp_dir().join(format!("everfloor-book-{}.json", std::process::id()));
        Book::open(&file, "devnet", 1).unwrap().save(&file).unwrap();
        assert_eq!(Book::open(&file, "devnet", 1).unwrap().chain_id, 1);
        let error = Book::open(&file, "devnet", 2).unwrap_err().to_string();
        assert!(error.contains("chain 1") && error.contains("chain 2"), "{error}");
        fs::remove_file(&file).unwrap();
    }
}
