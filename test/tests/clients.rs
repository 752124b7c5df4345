//! The npm package as its users have it: what it says is what TypeScript and viem understand, and viem scripts that import
//! nothing else drive whole systems at a node.
#![allow(missing_docs, reason = "tests")]
#![cfg(unix)]

use std::{
    fs,
    io::Write,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alloy_primitives::{Address, U256};
use devnet::{Chain, rpc};
use everfloor_test::{FloorSystem, Nft, PutSystem, System, Wasm, account};
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// A folder as a user's project is, with the package and viem installed and these files in it; none, with a word past the
/// test harness, where the tools are missing.
fn project(name: &str, files: &[&str]) -> Option<PathBuf> {
    let (root, tools) = (root(), root().join("tools/node_modules"));
    for tool in ["viem", "typescript"] {
        if !tools.join(tool).exists() {
            let _ = writeln!(std::io::stderr(), "SKIPPED: {tool} is missing (get it by: ./ev setup test)");
            return None;
        }
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("node_modules/@everfloor")).expect("a folder");
    symlink(root.join("abi/npm"), folder.join("node_modules/@everfloor/abi")).expect("the package");
    symlink(tools.join("viem"), folder.join("node_modules/viem")).expect("viem");
    fs::write(folder.join("package.json"), "{ \"type\": \"module\" }\n").expect("a file");
    for file in files {
        let from = root.join(file);
        fs::copy(&from, folder.join(from.file_name().expect("a name"))).expect("a script");
    }
    Some(folder)
}

/// Runs a program in a project to its end; it must be content. A failed run leaves the project for a look.
fn run(project: &Path, script: &str, arguments: &[String]) -> String {
    let mut command = Command::new("node");
    let output = command.current_dir(project).arg(script).args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("node starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    let _ = fs::remove_dir_all(project);
    out.into_owned()
}

/// Serves a chain and lets a script drive what is on it.
fn drive(name: &str, chain: Chain, system: Value) {
    let script = format!("{name}.mjs");
    let files = ["test/clients/stage.mjs", &format!("test/clients/{script}")];
    let Some(project) = project(name, &files) else { return };
    let keys: Vec<String> = chain.accounts().iter().map(|(_, key)| key.to_string()).collect();
    let node = rpc::serve(chain, "127.0.0.1:0").expect("the node starts");
    let world = json!({ "url": node.url(), "keys": keys, "system": system });
    let out = run(&project, &script, &[world.to_string()]);
    assert!(out.contains(": ok"), "{out}");
}

/// The account a script signs for that is the `n`-th of its keys.
fn signer(chain: &Chain, n: usize) -> Address {
    chain.accounts()[n].0
}

#[test]
fn every_error_and_event_is_decoded_by_name() {
    let Some(project) = project("names", &["abi/npm/test/names.mjs"]) else { return };
    let out = run(&project, "names.mjs", &[root().join("abi").display().to_string()]);
    assert!(out.contains(": ok"), "{out}");
}

#[test]
fn types_are_inferred_and_mistakes_are_found() {
    let files = ["abi/npm/test/types.ts", "abi/npm/test/tsconfig.json"];
    let Some(project) = project("types", &files) else { return };
    let tsc = root().join("tools/node_modules/typescript/bin/tsc");
    run(&project, &tsc.display().to_string(), &["--project".into(), "tsconfig.json".into()]);
}

#[test]
fn a_position_is_opened_and_liquidated() {
    let mut s = System::<Wasm>::new();
    let system = json!({
        "house": s.house, "feed": s.feed, "source": s.source, "token": s.token, "owner": s.owner,
        "market": s.market.to::<u64>(),
    });
    drive("perp", s.backend.chain().clone(), system);
}

#[test]
fn a_put_pool_is_written_bought_and_rolled() {
    let mut s = PutSystem::<Wasm>::new();
    let system = json!({
        "pool": s.pool, "positions": s.positions, "collateral": s.weth, "history": s.history,
        "volatility": s.volatility, "sources": s.sources, "owner": s.owner, "buyer": s.buyer,
    });
    drive("put", s.backend.chain().clone(), system);
}

#[test]
fn an_nft_is_locked_sold_against_kicked_and_taken() {
    let mut s = FloorSystem::whole();
    let (holder, id) = (signer(s.backend.chain(), 3), U256::from(1));
    let nft = s.nft;
    s.must_to(account("anybody"), nft, Nft::mintCall { to: holder, id });
    let system = json!({
        "market": s.market, "book": s.venue, "bids": s.bids, "index": s.index, "cash": s.cash, "collection": nft,
        "holder": holder, "nft": id.to::<u64>(),
    });
    drive("floor", s.backend.chain().clone(), system);
}
