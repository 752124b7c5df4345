//! What is generated is what the source says, and stays so.

mod common;

use alloy_json_abi::{InternalType, JsonAbi, Param};
use common::{repository, sample};
use everfloor_abi::{check, contracts, generate, json, selectors, write};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use syn_solidity::{Item, ItemContract, Type};

type TestResult = anyhow::Result<()>;

/// A copy of the sample to change.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?
        } else {
            fs::copy(entry.path(), target).map(drop)?
        }
    }
    Ok(())
}

fn changed_sample(name: &str, file: &str, from: &str, to: &str) -> anyhow::Result<std::path::PathBuf> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    copy(&sample(), &root)?;
    let text = fs::read_to_string(root.join(file))?;
    assert!(text.contains(from), "the sample no longer has {from}");
    fs::write(root.join(file), text.replace(from, to))?;
    Ok(root)
}

fn refusal(name: &str, file: &str, from: &str, to: &str) -> anyhow::Result<String> {
    let root = changed_sample(name, file, from, to)?;
    Ok(format!("{:#}", generate(&root).err().map_or(anyhow::anyhow!("it was accepted"), |error| error)))
}

#[test]
fn the_samples_interface_is_byte_for_byte_the_checked_in_one() -> TestResult {
    let drift = check(&sample())?;
    let told: Vec<String> = drift.iter().map(ToString::to_string).collect();
    assert!(drift.is_empty(), "{}", told.join("\n"));
    Ok(())
}

#[test]
fn the_repositorys_interfaces_are_what_its_sources_say() -> TestResult {
    let drift = check(&repository())?;
    let told: Vec<String> = drift.iter().map(ToString::to_string).collect();
    assert!(drift.is_empty(), "run `cargo run -p everfloor-abi`:\n{}", told.join("\n"));
    Ok(())
}

#[test]
fn drift_is_told_with_a_diff_and_mended_by_writing() -> TestResult {
    let file = "vault-more/src/lib.rs";
    let root = changed_sample("drift", file, "fn total(&self) -> U256", "fn total(&self, at: u64) -> U256")?;
    fs::write(root.join("abi/Gone.json"), "[]")?;
    fs::write(root.join("abi/npm/src/Gone.js"), "")?;
    let drift = check(&root)?;
    let told: BTreeMap<String, String> =
        drift.into_iter().map(|drift| (drift.path.display().to_string(), drift.diff)).collect();
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    let package = ["abi/npm/src/Gone.js", "abi/npm/src/Vault.d.ts", "abi/npm/src/Vault.js"];
    assert_eq!(names, [&["abi/Gone.json", "abi/Vault.json", "abi/Vault.sol"], &package[..]].concat());
    let diff = &told["abi/Vault.sol"];
    assert!(diff.contains("-    function total() external view returns (uint256);"), "{diff}");
    assert!(diff.contains("+    function total(uint64 at) external view returns (uint256);"), "{diff}");
    assert_eq!(write(&root)?.len(), 6);
    assert!(check(&root)?.is_empty());
    assert!(!root.join("abi/Gone.json").exists() && !root.join("abi/npm/src/Gone.js").exists());
    Ok(())
}

#[test]
fn generating_twice_gives_the_same_bytes() -> TestResult {
    assert_eq!(generate(&sample())?, generate(&sample())?);
    Ok(())
}

#[test]
fn the_json_is_read_back_as_the_abi_it_was_written_from() -> TestResult {
    for root in [sample(), repository()] {
        for contract in contracts(&root)? {
            let read: JsonAbi = serde_json::from_str(&json::print(&contract)?)?;
            assert_eq!(read, json::abi(&contract)?, "{}", contract.name);
        }
    }
    Ok(())
}

/// The two files are printed apart; here the Solidity is read by other parsers than it was written with.
#[test]
fn the_solidity_and_the_json_say_the_same() -> TestResult {
    for root in [sample(), repository()] {
        let files = generate(&root)?;
        for contract in contracts(&root)? {
            let sol = &files[Path::new(&format!("abi/{}.sol", contract.name))];
            let mut written: JsonAbi =
                serde_json::from_str(&files[Path::new(&format!("abi/{}.json", contract.name))])?;
            let interface = interface_of(sol)?;
            assert_eq!(declared_fields(&interface), used_fields(&written), "{}", contract.name);
            let read = human(&interface)?;
            // An interface has no constructor, and the parser of single lines no fallback.
            written.constructor = None;
            written.fallback = None;
            written.receive = None;
            assert_eq!(read, without_internal_types(written), "{}", contract.name);
        }
    }
    Ok(())
}

#[test]
fn selectors_of_all_contracts_are_distinct_also_behind_their_proxies() -> TestResult {
    for root in [sample(), repository()] {
        for contract in contracts(&root)? {
            assert!(selectors::collisions(&contract, None)?.is_empty(), "{}", contract.name);
            let programs = selectors::by_program(&contract)?;
            assert_eq!(programs.values().map(BTreeSet::len).sum::<usize>(), contract.functions.len());
            assert_eq!(selectors::of(&contract)?.len(), contract.functions.len(), "{}", contract.name);
        }
    }
    Ok(())
}

#[test]
fn two_programs_of_one_contract_may_not_answer_the_same_selector() -> TestResult {
    let told = refusal("shadow", "vault-more/src/lib.rs", "fn total(", "fn owner(")?;
    assert!(told.contains("owner() of `sample_vault` and owner() of `sample_vault_more`"), "{told}");
    Ok(())
}

#[test]
fn different_methods_that_hash_alike_are_refused() -> TestResult {
    // Known pair: collate_propagate_storage(bytes16) and burn(uint256) are both 0x42966c68.
    let to = "#[selector(name = \"collate_propagate_storage\")] pub fn a(&mut self, _x: FixedBytes<16>) {}
        pub fn burn(&mut self, _x: U256) {}
        /// Named by hand.";
    let told = refusal("hash", "vault/src/lib.rs", "/// Named by hand.", to)?;
    assert!(told.contains("0x42966c68"), "{told}");
    Ok(())
}

#[test]
fn a_method_the_proxy_would_answer_is_refused() -> TestResult {
    let told = refusal("proxy", "vault-more/src/lib.rs", "fn total(", "fn implementation(")?;
    assert!(told.contains("implementation()") && told.contains("(the proxy)"), "{told}");
    Ok(())
}

#[test]
fn what_the_sdk_would_not_route_is_refused() -> TestResult {
    let told = refusal("unlisted", "vault/src/lib.rs", ", shapes::IShapes)", ")")?;
    assert!(told.contains("vault/src/shapes.rs") && told.contains("#[implements(..)]"), "{told}");
    let provided = "fn reach(&self, points: Vec<Point>) -> U256;\n fn twice(&self) -> u8 { 2 }";
    let told =
        refusal("default", "vault/src/shapes.rs", "fn reach(&self, points: Vec<Point>) -> U256;", provided)?;
    assert!(told.contains("`IShapes::twice` is only a default body"), "{told}");
    Ok(())
}

#[test]
fn what_a_macro_declares_is_known_where_it_is_called() -> TestResult {
    let contracts = contracts(&sample())?;
    let vault = contracts.iter().find(|contract| contract.name == "Vault").expect("the sample has a vault");
    let deposit = vault.functions.iter().find(|function| function.name == "deposit").expect("a method");
    assert!(deposit.outputs.is_empty() && deposit.errors.iter().any(|(name, _)| name == "Nothing"));
    // Without the alias in the macro, or without the macro, nobody knows the name.
    for (name, file, from, to) in [
        ("macro", "common/src/refusal.rs", "pub type Outcome<T> =", "pub type Answer<T> ="),
        ("called", "vault/src/lib.rs", "sample_common::refusal_type!(Forbidden);", ""),
        ("arm", "vault/src/lib.rs", "refusal_type!(Forbidden);", "refusal_type!(@from Forbidden);"),
        ("elsewhere", "vault/src/lib.rs", "sample_common::refusal_type!", "std::refusal_type!"),
    ] {
        let told = refusal(name, file, from, to)?;
        assert!(told.contains("`Outcome` is no type of the ABI"), "{name}: {told}");
    }
    Ok(())
}

#[test]
fn what_has_no_abi_is_refused_with_its_place() -> TestResult {
    let cases = [
        ("reference", "amount: u64, _memo: String", "amount: &u64", "has no ABI type"),
        ("unknown", "amount: u64, _memo: String", "amount: Mystery", "`Mystery` is no type of the ABI"),
        ("usize", "amount: u64, _memo: String", "amount: usize", "`usize` is no type of the ABI"),
        ("tuple", "amount: u64, _memo: String", "amount: (u64, u64)", "Solidity has no tuple types"),
        ("enum", "amount: u64, _memo: String", "amount: Refused", "is a Rust type"),
        ("returns", "/// `as_of`: when that was.", "///", "`# Returns` names 1 values, the method returns 2"),
    ];
    for (name, from, to, why) in cases {
        let told = refusal(name, "vault/src/lib.rs", from, to)?;
        assert!(told.contains(why) && told.contains("vault/src/lib.rs:"), "{name}: {told}");
    }
    Ok(())
}

#[test]
fn two_types_or_errors_of_one_name_are_refused() -> TestResult {
    let told = refusal(
        "structs",
        "vault/src/shapes.rs",
        "struct Point {",
        "struct Balance { uint8 a; }\n struct Point { Balance b;",
    )?;
    assert!(told.contains("two different types are called `Balance`"), "{told}");
    let told = refusal(
        "errors",
        "vault/src/lib.rs",
        "error Shut(uint64 since);",
        "error Shut(uint64 since);\n error Nothing(uint8 a);",
    )?;
    assert!(told.contains("accepted"), "an error nobody returns is no part of the interface: {told}");
    Ok(())
}

#[test]
fn events_are_those_a_program_can_come_to() -> TestResult {
    let contracts = contracts(&sample())?;
    let vault = contracts.iter().find(|contract| contract.name == "Vault").expect("the sample has a vault");
    let events: BTreeSet<&str> = vault.events.iter().map(|event| event.name.as_str()).collect();
    // Its own, a component's it calls, and one the manifest names; not the one of the library nobody emits.
    assert_eq!(events, BTreeSet::from(["Deposited", "Moved", "Seen"]));
    Ok(())
}

#[test]
fn a_method_that_reverts_with_bytes_has_the_errors_its_rules_make() -> TestResult {
    let contracts = contracts(&sample())?;
    let vault = contracts.iter().find(|contract| contract.name == "Vault").expect("the sample has a vault");
    let errors = |name: &str| -> Vec<&str> {
        let function =
            vault.functions.iter().find(|function| function.name == name).expect("a method of the sample");
        function.errors.iter().map(|(name, _)| name.as_str()).collect()
    };
    assert_eq!(errors("deposit"), ["Nothing"]);
    assert_eq!(errors("takeBack"), ["TooMuch", "Nothing"]);
    assert_eq!(errors("setOwner"), ["Forbidden"]);
    assert!(vault.errors.iter().all(|error| error.name != "Unreachable"));
    Ok(())
}

/// The fields of every struct a parameter has, as `Struct.field`.
fn field_names(params: &[Param], out: &mut BTreeSet<String>) {
    for param in params {
        if let Some((_, ty)) = param.internal_type.as_ref().and_then(InternalType::as_struct) {
            let name = ty.split('[').next().unwrap_or(ty);
            out.extend(param.components.iter().map(|field| format!("{name}.{}", field.name)));
        }
        field_names(&param.components, out);
    }
}

fn interface_of(sol: &str) -> anyhow::Result<ItemContract> {
    let file = syn_solidity::parse2(sol.parse().map_err(|error| anyhow::anyhow!("{error}"))?)?;
    let found = file.items.into_iter().find_map(|item| match item {
        Item::Contract(contract) => Some(contract),
        _ => None,
    });
    found.ok_or_else(|| anyhow::anyhow!("no interface"))
}

/// The fields of every struct an interface declares, as `Struct.field`.
fn declared_fields(interface: &ItemContract) -> BTreeSet<String> {
    let structs = interface.body.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    });
    let fields = structs.flat_map(|item| {
        item.fields.iter().map(move |field| (item, field.name.as_ref().map(ToString::to_string)))
    });
    fields.map(|(item, field)| format!("{}.{}", item.name, field.unwrap_or_default())).collect()
}

/// Reads an interface with syn-solidity and the human-readable parser of alloy.
fn human(interface: &ItemContract) -> anyhow::Result<JsonAbi> {
    let mut lines = Vec::new();
    for item in &interface.body {
        match item {
            Item::Function(item) if item.name.is_some() => {
                let inputs = item
                    .parameters
                    .iter()
                    .map(|param| line(interface, &param.ty, false, param.name.as_ref()));
                let inputs: Vec<String> = inputs.collect();
                let returns = item.returns.iter().flat_map(|returns| returns.returns.iter());
                let outputs = returns.map(|param| line(interface, &param.ty, false, param.name.as_ref()));
                let outputs: Vec<String> = outputs.collect();
                let state = item.attributes.mutability().map(|word| word.to_string()).unwrap_or_default();
                let name = item.name.as_ref().map(ToString::to_string).unwrap_or_default();
                let returns = if outputs.is_empty() {
                    String::new()
                } else {
                    format!(" returns ({})", outputs.join(", "))
                };
                lines.push(format!("function {name}({}) external {state}{returns}", inputs.join(", ")));
            }
            Item::Event(item) => {
                let params = item.parameters.iter();
                let params =
                    params.map(|param| line(interface, &param.ty, param.is_indexed(), param.name.as_ref()));
                let anonymous = if item.is_anonymous() { " anonymous" } else { "" };
                lines.push(format!(
                    "event {}({}){anonymous}",
                    item.name,
                    params.collect::<Vec<_>>().join(", ")
                ));
            }
            Item::Error(item) => {
                let params = item
                    .parameters
                    .iter()
                    .map(|param| line(interface, &param.ty, false, param.name.as_ref()));
                lines.push(format!("error {}({})", item.name, params.collect::<Vec<_>>().join(", ")));
            }
            _ => {}
        }
    }
    JsonAbi::parse(lines.iter().map(String::as_str)).map_err(|error| anyhow::anyhow!("{error}"))
}

fn line(interface: &ItemContract, ty: &Type, indexed: bool, name: Option<&syn_solidity::SolIdent>) -> String {
    let indexed = if indexed { " indexed" } else { "" };
    let name = name.map(|name| format!(" {name}")).unwrap_or_default();
    format!("{}{indexed}{name}", spelled(interface, ty))
}

/// A type with its structs written out as tuples.
fn spelled(interface: &ItemContract, ty: &Type) -> String {
    match ty {
        Type::Array(array) => {
            let size = array.size().map(|size| size.to_string()).unwrap_or_default();
            format!("{}[{size}]", spelled(interface, &array.ty))
        }
        Type::Custom(path) => {
            let name = path.last();
            let found = interface.body.iter().find_map(|item| match item {
                // The parser of single lines knows no names inside a tuple; `field_names` compares them.
                Item::Struct(item) if item.name == *name => {
                    let fields = item.fields.iter().map(|field| spelled(interface, &field.ty));
                    Some(format!("({})", fields.collect::<Vec<_>>().join(", ")))
                }
                Item::Enum(item) if item.name == *name => Some("uint8".into()),
                Item::Udt(item) if item.name == *name => Some(item.ty.to_string()),
                _ => None,
            });
            found.unwrap_or_else(|| format!("{name} is not declared"))
        }
        other => other.to_string(),
    }
}

fn used_fields(abi: &JsonAbi) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for function in abi.functions() {
        field_names(&function.inputs, &mut out);
        field_names(&function.outputs, &mut out);
    }
    for error in abi.errors() {
        field_names(&error.inputs, &mut out);
    }
    for input in abi.events().flat_map(|event| &event.inputs) {
        let (name, ty, components) = (input.name.clone(), input.ty.clone(), input.components.clone());
        field_names(&[Param { name, ty, components, internal_type: input.internal_type.clone() }], &mut out);
    }
    out
}

fn without_internal_types(mut abi: JsonAbi) -> JsonAbi {
    fn strip(params: &mut [Param]) {
        for param in params {
            param.internal_type = None;
            strip(&mut param.components);
            for component in &mut param.components {
                component.name.clear();
            }
        }
    }
    for function in abi.functions.values_mut().flatten() {
        strip(&mut function.inputs);
        strip(&mut function.outputs);
    }
    for error in abi.errors.values_mut().flatten() {
        strip(&mut error.inputs);
    }
    for event in abi.events.values_mut().flatten() {
        for input in &mut event.inputs {
            input.internal_type = None;
            strip(&mut input.components);
            for component in &mut input.components {
                component.name.clear();
            }
        }
    }
    abi
}
