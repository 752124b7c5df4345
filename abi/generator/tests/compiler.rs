//! Solidity's own compiler accepts every interface and reads from it the ABI we wrote.
//!
//! Needs Node and `npm ci` in tools/; says so loudly and passes where they are missing.

mod common;

use alloy_json_abi::JsonAbi;
use anyhow::{Context, Result, ensure};
use common::{repository, sample};
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads the compiler's standard input and answers with its standard output.
const RUN: &str = "const solc = require('solc'); const fs = require('fs'); \
    process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8')));";

fn compile(input: &serde_json::Value) -> Result<serde_json::Value> {
    let mut child = Command::new("node")
        .args(["-e", RUN])
        .current_dir(repository().join("tools"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting node")?;
    child.stdin.take().context("node takes no input")?.write_all(input.to_string().as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the compiler failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn the_compiler_reads_the_same_abi_from_every_interface() -> Result<()> {
    let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !node || !repository().join("tools/node_modules/solc").is_dir() {
        // Written past the harness, which hides what a passing test prints.
        writeln!(
            std::io::stderr(),
            "SKIPPED: the compiler's check of abi/*.sol needs Node and `npm ci` in tools/"
        )?;
        return Ok(());
    }
    for root in [sample(), repository()] {
        let contracts = everfloor_abi::contracts(&root)?;
        let mut sources = serde_json::Map::new();
        for contract in &contracts {
            let content = everfloor_abi::solidity::print(contract);
            sources.insert(format!("{}.sol", contract.name), serde_json::json!({ "content": content }));
        }
        let output = compile(&serde_json::json!({
            "language": "Solidity",
            "sources": sources,
            "settings": { "outputSelection": { "*": { "*": ["abi", "userdoc", "devdoc"] } } },
        }))?;
        let told: Vec<&str> = output["errors"]
            .as_array()
            .into_iter()
            .flatten()
            // A fallback that takes value too is what a proxy wants.
            .filter(|error| error["errorCode"] != "3628")
            .filter_map(|error| error["formattedMessage"].as_str())
            .collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        for contract in &contracts {
            let compiled =
                &output["contracts"][format!("{}.sol", contract.name)][contract.interface()]["abi"];
            let compiled: JsonAbi = serde_json::from_value(compiled.clone())?;
            let mut ours = everfloor_abi::json::abi(contract)?;
            ours.constructor = None; // an interface has none
            assert_eq!(sorted(compiled), sorted(ours), "{}", contract.name);
        }
    }
    Ok(())
}

/// The order of overloads is the compiler's own.
fn sorted(mut abi: JsonAbi) -> JsonAbi {
    abi.functions.values_mut().for_each(|overloads| overloads.sort_by_key(|one| one.selector()));
    abi.events.values_mut().for_each(|overloads| overloads.sort_by_key(|one| one.selector()));
    abi
}
