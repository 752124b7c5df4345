//! Every error and event of every contract is told by its name and values, from bytes that the ABI files made.
#![allow(missing_docs, reason = "tests")]

use std::{collections::BTreeSet, fs, path::Path};

use alloy_dyn_abi::{DynSolType, DynSolValue, Specifier};
use alloy_json_abi::{Event, JsonAbi};
use alloy_primitives::{Address, B256, Bytes, I256, LogData, U256, keccak256};
use everfloor_bindings::{CONTRACTS, Decoded, contract, decode_error, decode_event};

/// The ABI files by the contracts' names.
fn files() -> Vec<(String, JsonAbi)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // Ours, and those in Solidity.
    let folders = [folder.clone(), folder.join("governance")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("abi/"));
    let paths = entries.map(|entry| entry.expect("a file").path());
    let read = |path: &Path| {
        let text = fs::read_to_string(path).expect("a readable file");
        serde_json::from_str(&text).expect("an ABI")
    };
    let named = |path: &Path| path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
    let ours = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    ours.map(|path| (named(&path), read(&path))).collect()
}

/// Values that differ from each other, whatever their types.
struct Values(u8);

impl Values {
    fn next(&mut self, ty: &DynSolType) -> DynSolValue {
        self.0 += 1;
        let number = self.0;
        match ty {
            DynSolType::Bool => DynSolValue::Bool(true),
            DynSolType::Int(bits) => DynSolValue::Int(-I256::from_raw(U256::from(number)), *bits),
            DynSolType::Uint(bits) => DynSolValue::Uint(U256::from(number), *bits),
            DynSolType::FixedBytes(size) => {
                let mut word = B256::ZERO;
                word[..*size].fill(number);
                DynSolValue::FixedBytes(word, *size)
            }
            DynSolType::Address => DynSolValue::Address(Address::repeat_byte(number)),
            DynSolType::Bytes => DynSolValue::Bytes(vec![number; 40]),
            DynSolType::String => DynSolValue::String(format!("text {number}")),
            DynSolType::Array(inner) => DynSolValue::Array(vec![self.next(inner), self.next(inner)]),
            DynSolType::Tuple(inner) => DynSolValue::Tuple(inner.iter().map(|ty| self.next(ty)).collect()),
            DynSolType::FixedArray(inner, length) => {
                DynSolValue::FixedArray((0..*length).map(|_| self.next(inner)).collect())
            }
            other => panic!("no contract of ours has a {other}"),
        }
    }

    fn of(&mut self, parameter: &impl Specifier<DynSolType>) -> DynSolValue {
        self.next(&parameter.resolve().expect("a type"))
    }
}

/// How a value is told, where it is told in one word.
fn word(value: &DynSolValue) -> Option<String> {
    match value {
        DynSolValue::Int(value, _) => Some(value.to_string()),
        DynSolValue::Uint(value, _) => Some(value.to_string()),
        DynSolValue::Address(value) => Some(format!("{value:?}")),
        DynSolValue::FixedBytes(value, size) => Some(Bytes::copy_from_slice(&value[..*size]).to_string()),
        _ => None,
    }
}

#[track_caller]
fn assert_told(decoded: Decoded, name: &str, values: &[(String, DynSolValue)]) {
    assert_eq!(decoded.name, name);
    assert!(decoded.text.starts_with(name), "{decoded}");
    for (parameter, value) in values {
        if let Some(word) = word(value) {
            let told = format!("{parameter}: {word}");
            assert!(decoded.text.contains(&told), "no {told} in {decoded}");
        }
    }
}

fn log(event: &Event, values: &[(String, DynSolValue)]) -> LogData {
    let mut topics = vec![event.selector()];
    let mut data = Vec::new();
    for (input, (_, value)) in event.inputs.iter().zip(values) {
        if !input.indexed {
            data.push(value.clone());
        } else {
            topics.push(value.as_word().unwrap_or_else(|| keccak256(value.abi_encode_packed())));
        }
    }
    LogData::new_unchecked(topics, DynSolValue::Tuple(data).abi_encode_params().into())
}

#[test]
fn every_contract_of_the_folder_is_here() {
    let files: BTreeSet<String> = files().into_iter().map(|(name, _)| name).collect();
    let ours: BTreeSet<String> = CONTRACTS.iter().map(|contract| contract.name.to_owned()).collect();
    assert_eq!(ours, files);
    assert!(files.len() >= 24, "{files:?}");
    assert!(contract("ClearingHouse").is_some() && contract("Clearing").is_none());
}

#[test]
fn every_error_is_told_by_name_and_values() {
    for (name, abi) in files() {
        let contract = contract(&name).expect("a contract of the folder");
        for error in abi.errors() {
            let mut values = Values(0);
            let values: Vec<_> =
                error.inputs.iter().map(|input| (input.name.clone(), values.of(input))).collect();
            let words = DynSolValue::Tuple(values.iter().map(|(_, value)| value.clone()).collect());
            let data = [error.selector().as_slice(), &words.abi_encode_params()].concat();
            let decoded = contract.decode_error(&data).unwrap_or_else(|| panic!("{name}.{}", error.name));
            assert_eq!(decoded.contract, name);
            assert_told(decoded, &error.name, &values);
            // Whoever else knows it calls it the same.
            assert_eq!(decode_error(&data).expect("known").name, error.name);
            let mut other = data.clone();
            other[3] ^= 1;
            assert_eq!(contract.decode_error(&other), None, "{name}.{} by another selector", error.name);
        }
    }
}

#[test]
fn every_event_is_told_by_name_and_values() {
    for (name, abi) in files() {
        let contract = contract(&name).expect("a contract of the folder");
        for event in abi.events() {
            let mut values = Values(0);
            let values: Vec<_> =
                event.inputs.iter().map(|input| (input.name.clone(), values.of(input))).collect();
            let mut log = log(event, &values);
            let decoded = contract.decode_event(&log).unwrap_or_else(|| panic!("{name}.{}", event.name));
            assert_eq!(decoded.contract, name);
            assert_told(decoded, &event.name, &values);
            assert_eq!(decode_event(&log).expect("known").name, event.name);
            log.topics_mut_unchecked()[0].0[31] ^= 1;
            assert_eq!(contract.decode_event(&log), None, "{name}.{} by another topic", event.name);
        }
    }
}

#[test]
fn what_no_contract_says_is_nothing() {
    assert_eq!(decode_error(&[]), None);
    assert_eq!(decode_error(&[1, 2, 3, 4]), None);
    assert_eq!(decode_event(&LogData::default()), None);
}
