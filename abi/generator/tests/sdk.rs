//! The SDK routes exactly the selectors we write down: the sample is compiled and its router asked.
#![allow(
    unsafe_code,
    missing_docs,
    dead_code,
    unexpected_cfgs,
    reason = "of the SDK's macros and of the sample"
)]
#![allow(
    clippy::too_many_arguments,
    clippy::new_without_default,
    reason = "the sample has one of everything"
)]

extern crate alloc;
// The sample's program names its library crate: this test stands in for it.
extern crate self as sample_common;

mod common;
#[path = "sample/common/src/lib.rs"]
mod library;
#[path = "sample/vault/src/lib.rs"]
mod vault;

pub use library::*;

use alloy_json_abi::JsonAbi;
use stylus_sdk::abi::{AbiType, Router};
use stylus_sdk::testing::TestVM;
use vault::Vault;

fn abi() -> anyhow::Result<JsonAbi> {
    let contracts = everfloor_abi::contracts(&common::sample())?;
    let mut vault =
        contracts.into_iter().find(|contract| contract.name == "Vault").expect("the sample has a vault");
    // The other program's methods are not this router's.
    vault.functions.retain(|function| function.program == "sample_vault");
    everfloor_abi::json::abi(&vault)
}

#[test]
fn the_sdks_router_answers_each_generated_selector_and_no_other() -> anyhow::Result<()> {
    let vm = TestVM::default();
    let mut vault = Vault::from(&vm);
    let abi = abi()?;
    let mut answers = |selector: [u8; 4]| {
        <Vault as Router<Vault, Vault>>::route(&mut vault, u32::from_be_bytes(selector), &[]).is_some()
    };
    for function in abi.functions() {
        assert!(answers(function.selector().0), "{} is not routed", function.signature());
        let mut other = function.selector().0;
        other[3] ^= 1;
        assert!(!answers(other), "the router answers anything");
    }
    assert_eq!(abi.functions().count(), 9);
    Ok(())
}

#[test]
fn types_are_spelled_as_the_sdk_spells_them_in_selectors() -> anyhow::Result<()> {
    let abi = abi()?;
    let spelled =
        |name: &str| abi.functions[name].iter().map(|function| function.signature()).collect::<Vec<_>>();
    let account = <records::Account as AbiType>::SELECTOR_ABI.as_str();
    let output = &abi.functions["accountOf"][0].outputs[0];
    assert_eq!(output.selector_type(), account);
    let selector = stylus_sdk::function_selector!("reach", Vec<vault::shapes::Point>);
    assert_eq!(abi.functions["reach"][0].selector(), selector);
    assert_eq!(spelled("reach"), ["reach((int64,int64)[])"]);
    assert_eq!(
        spelled("types"),
        ["types(bytes,bytes32,bytes4,uint256[3],uint16[2][],uint80,int24,string[])"]
    );
    Ok(())
}

#[test]
fn events_and_errors_hash_as_the_sol_macro_hashes_them() -> anyhow::Result<()> {
    use alloy_sol_types::{SolError, SolEvent};
    let abi = abi()?;
    assert_eq!(abi.events["Moved"][0].selector(), records::Moved::SIGNATURE_HASH);
    assert_eq!(abi.events["Seen"][0].selector(), records::Seen::SIGNATURE_HASH);
    assert_eq!(abi.events["Deposited"][0].selector(), vault::Deposited::SIGNATURE_HASH);
    assert_eq!(abi.errors["TooMuch"][0].selector(), records::TooMuch::SELECTOR);
    assert_eq!(abi.errors["Shut"][0].selector(), vault::Shut::SELECTOR);
    Ok(())
}
