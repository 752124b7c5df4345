//! Other people's tools against the node: each script of `test/clients` on a node of its own, or a loud skip.

mod rpc_world;

use alloy::primitives::B256;
use devnet::deploy::init_code;
use devnet::rpc::{self, Handle};
use devnet::stylus::program;
use devnet::{Chain, Clock, Config};
use rpc_world::{counter_wasm, hex};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn script(name: &str) -> PathBuf {
    root().join("test/clients").join(name)
}

fn node() -> (Handle, B256) {
    let chain = Chain::new(Config { clock: Clock::Wall, ..Config::default() });
    let key = chain.accounts()[0].1;
    (rpc::serve(chain, "127.0.0.1:0").expect("the node starts"), key)
}

fn counter_init() -> String {
    hex(&init_code(&program::encode(&counter_wasm())))
}

/// The tool, or a word past the test harness, which would keep it to itself.
fn tool(path: PathBuf, install: &str) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    let _ = writeln!(std::io::stderr(), "SKIPPED: {} is missing (get it by: {install})", path.display());
    None
}

fn npm_tool(name: &str) -> Option<PathBuf> {
    tool(root().join("tools/node_modules").join(name), "./ev setup test")
}

/// Runs a script to its end; it must be content.
fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the script starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    assert!(out.contains(": ok"), "{out}\n{err}");
}

#[test]
fn cast_deploys_reads_writes_and_meets_errors() {
    let Some(cast) = npm_tool(".bin/cast") else { return };
    let (node, key) = node();
    run(Command::new(script("cast.sh")).arg(cast).args([
        node.url(),
        node.ws_url(),
        key.to_string(),
        counter_init(),
    ]));
}

#[test]
fn viem_deploys_reads_writes_watches_and_decodes_errors() {
    if npm_tool("viem").is_none() {
        return;
    }
    let (node, key) = node();
    run(Command::new("node").arg(script("viem.mjs")).arg(root().join("tools")).args([
        node.url(),
        node.ws_url(),
        key.to_string(),
        counter_init(),
    ]));
}

#[test]
fn cargo_stylus_deploys_programs_and_accepts_every_one_that_ships() {
    let Some(stylus) = tool(cargo_stylus(), "./ev setup cargo-stylus") else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cargo-stylus-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let counter = folder.join("counter.wasm");
    std::fs::write(&counter, counter_wasm()).expect("a file");
    let (node, key) = node();
    run(Command::new(script("cargo-stylus.sh"))
        .arg(stylus)
        .arg(&folder)
        .args([node.url(), key.to_string()])
        .arg(counter)
        .args(programs().into_iter().find(|program| program.ends_with("price-feed.wasm")))
        .arg("--")
        .args(programs()));
    // Only what this test made; a failed run leaves it for a look.
    let _ = std::fs::remove_dir_all(folder);
}

/// Where `./ev setup cargo-stylus` puts it.
fn cargo_stylus() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from);
    cache.join("everfloor/tools/cargo-stylus-0.10.10/bin/cargo-stylus")
}

/// All programs as they ship, if they were built.
fn programs() -> Vec<PathBuf> {
    let Some(folder) = tool(root().join("target/wasm"), "./ev build") else { return Vec::new() };
    let files =
        std::fs::read_dir(folder).expect("a folder").filter_map(|file| file.ok()?.path().canonicalize().ok());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "wasm")).collect()
}
