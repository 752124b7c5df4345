//! That an upgrade never moves a slot: states as they were left by the code that was released, which the code of today has to
//! find where they are.
//!
//! `test/layouts/<product>.json` has every word of a product's contracts after some use, and what their views answered then.
//! [`check`] demands two things of today's code: the same use fills the same slots, and, put into the words of old, it answers
//! as the old code did. A field that was appended changes neither; one that moved, grew or changed its place in a word changes
//! one or the other. `EVERFLOOR_RECORD=1` writes the files anew: for a release, or before the first one.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};

use crate::{Backend, Wasm};

/// What was recorded.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Image {
    /// The clock, seconds.
    time: u64,
    /// Where everything was that words and answers may name.
    addresses: BTreeMap<String, Address>,
    /// Words by slot, by contract.
    contracts: BTreeMap<String, BTreeMap<U256, B256>>,
    answers: Vec<Answered>,
}

/// A view that was asked.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    contract: String,
    call: Bytes,
    answer: Bytes,
}

/// A product in use.
pub struct Used<'a> {
    /// The file's name.
    pub product: &'a str,
    /// The chain before any use, everything deployed.
    pub fresh: Wasm,
    /// The chain after some use.
    pub used: &'a Wasm,
    /// Contracts by the names of their ABI files, `#` and a number after that of a second one: those whose words are compared.
    pub contracts: &'a [(&'a str, Address)],
    /// What else words and answers may name.
    pub others: &'a [(&'a str, Address)],
    /// Calls of views that take arguments, by contract.
    pub views: Vec<(&'a str, Vec<u8>)>,
}

/// Compares a product with what was recorded of it.
pub fn check(product: Used<'_>) {
    let path = folder().join(format!("{}.json", product.product));
    let now = product.image();
    if env::var_os("EVERFLOOR_RECORD").is_some() {
        let text = serde_json::to_string_pretty(&now).expect("plain data") + "\n";
        return fs::write(&path, text).expect("test/layouts can be written");
    }
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let recorded: Image = serde_json::from_slice(&text).expect("an image as it was recorded");
    for (contract, words) in &recorded.contracts {
        let slots = |words: &BTreeMap<U256, B256>| words.keys().copied().collect::<BTreeSet<_>>();
        let (before, today) = (slots(words), slots(&now.contracts[contract]));
        assert_eq!(before, today, "{contract} keeps its state in other slots than before");
    }
    product.answers_as_recorded(&recorded);
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("layouts")
}

impl Used<'_> {
    fn address(&self, contract: &str) -> Address {
        let found = self.contracts.iter().find(|(name, _)| *name == contract);
        found.unwrap_or_else(|| panic!("{contract} is not among the contracts")).1
    }

    fn addresses(&self) -> BTreeMap<String, Address> {
        let programs = self.used.programs().map(|(name, at)| (name.to_owned(), at));
        let named = self.contracts.iter().chain(self.others).map(|(name, at)| ((*name).to_owned(), *at));
        programs.chain(named).collect()
    }

    fn image(&self) -> Image {
        let words = |(name, at): &(&str, Address)| {
            ((*name).to_owned(), self.used.storage(&[*at]).remove(at).unwrap_or_default())
        };
        let answers = self.calls().map(|(contract, call)| Answered {
            answer: answer(self.used, self.address(&contract), &call),
            contract,
            call: call.into(),
        });
        Image {
            time: self.used.now(),
            addresses: self.addresses(),
            contracts: self.contracts.iter().map(words).collect(),
            answers: answers.collect(),
        }
    }

    /// Every view that takes nothing, and those that were asked for.
    fn calls(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let plain = self
            .contracts
            .iter()
            .flat_map(|(name, _)| plain_views(name).into_iter().map(|call| ((*name).to_owned(), call)));
        plain.chain(self.views.iter().map(|(contract, call)| ((*contract).to_owned(), call.clone())))
    }

    /// Puts the words of old where the contracts are, and asks again.
    fn answers_as_recorded(mut self, recorded: &Image) {
        let moved = Moved::new(&recorded.addresses, &self.addresses());
        for (contract, words) in &recorded.contracts {
            let at = self.address(contract);
            let there = self.fresh.storage(&[at]).remove(&at).unwrap_or_default();
            let gone = there.into_keys().map(|slot| (slot, B256::ZERO)).collect::<Vec<_>>();
            let kept =
                words.iter().map(|(slot, word)| (*slot, B256::from_slice(&moved.apply(word.as_slice()))));
            for (slot, word) in gone.into_iter().chain(kept) {
                self.fresh.chain().set_storage(at, slot, word);
            }
        }
        self.fresh.warp(recorded.time.checked_sub(self.fresh.now()).expect("use takes time"));
        for Answered { contract, call, answer: told } in &recorded.answers {
            let now = answer(&self.fresh, self.address(contract), &moved.apply(call));
            assert_eq!(now, moved.apply(told), "{contract}, asked {call}, reads the words of old otherwise");
        }
    }
}

/// An answer, or a refusal with a mark before it.
fn answer(chain: &Wasm, at: Address, call: &[u8]) -> Bytes {
    match chain.call(Address::ZERO, at, call.to_vec()) {
        Ok(answer) => answer.into(),
        Err(refusal) => [&b"refused"[..], &refusal.0].concat().into(),
    }
}

/// The calls of a contract's views that take no arguments, by its ABI file.
fn plain_views(contract: &str) -> Vec<Vec<u8>> {
    let name = contract.split('#').next().unwrap_or(contract);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../abi/{name}.json"));
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let abi: Vec<serde_json::Value> = serde_json::from_slice(&text).expect("an ABI is a list");
    let is_plain = |entry: &&serde_json::Value| {
        entry["type"] == "function"
            && entry["stateMutability"] != "nonpayable"
            && entry["stateMutability"] != "payable"
            && entry["inputs"].as_array().is_some_and(Vec::is_empty)
    };
    let selector = |entry: &serde_json::Value| {
        let name = entry["name"].as_str().expect("a function has a name");
        keccak256(format!("{name}()"))[..4].to_vec()
    };
    abi.iter().filter(is_plain).map(selector).collect()
}

/// Addresses that are elsewhere today.
struct Moved(Vec<(Address, Address)>);

impl Moved {
    fn new(before: &BTreeMap<String, Address>, today: &BTreeMap<String, Address>) -> Self {
        let pairs = before.iter().map(|(name, at)| {
            (*at, *today.get(name).unwrap_or_else(|| panic!("{name} is no more, or has another name")))
        });
        Self(pairs.filter(|(before, today)| before != today).collect())
    }

    /// The same bytes with today's addresses.
    fn apply(&self, bytes: &[u8]) -> Bytes {
        let mut moved = bytes.to_vec();
        let last = bytes.len().saturating_sub(Address::len_bytes());
        for at in 0..=last {
            let window = bytes.get(at..at + Address::len_bytes());
            if let Some((_, today)) = self.0.iter().find(|(before, _)| window == Some(before.as_slice())) {
                moved[at..at + Address::len_bytes()].copy_from_slice(today.as_slice());
            }
        }
        moved.into()
    }
}
