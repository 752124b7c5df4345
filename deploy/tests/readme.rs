//! What README shows for the hand is done as it stands: every line of it, with Foundry's cast, on a chain that the deploy tool
//! made. It needs the built programs, Foundry's tools and Node, and says so if there are none.
#![allow(missing_docs, reason = "a test")]
#![cfg(unix)]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use alloy::{primitives::B256, providers::Provider, rpc::types::Filter, sol_types::SolEvent};
use devnet::{Chain, Config, rpc};
use everfloor_deploy::{
    bindings::{ClearingHouse, FloorBook, FloorMarket, PutPool},
    book::Book,
    client::Client,
    programs,
};
use tokio::task::spawn_blocking;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The lines of a section's blocks for a shell.
fn shown(section: &str) -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("\n## {section}\n")).expect("README has the section");
    let section = rest.split("\n## ").next().unwrap();
    let blocks = section.split("\n```sh\n").skip(1);
    blocks.map(|block| block.split_once("\n```").expect("a block ends").0.to_owned() + "\n").collect()
}

/// Foundry's cast, none, with a word past the test harness, if something is missing.
fn cast() -> Option<PathBuf> {
    let cast = root().join("tools/node_modules/.bin/cast");
    let program = programs::default_folder().join("clearing-house.wasm");
    for (what, how) in [(&cast, "./ev setup test"), (&program, "./ev build")] {
        if !what.exists() {
            let _ = writeln!(std::io::stderr(), "SKIPPED: no {} ({how})", what.display());
            return None;
        }
    }
    cast.parent().map(Path::to_owned)
}

async fn run(mut command: Command) -> Output {
    spawn_blocking(move || command.stdin(Stdio::null()).output()).await.unwrap().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_readme_shows_for_the_hand_works_line_by_line() {
    let Some(tools) = cast() else { return };
    let folder = std::env::temp_dir().join(format!("everfloor-readme-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (chain, file) = (Chain::new(Config::default()), folder.join("book.json"));
    let (_, key) = chain.accounts()[0];
    let node = rpc::serve(chain, "127.0.0.1:0").unwrap();

    let mut apply = Command::new(env!("CARGO_BIN_EXE_deploy"));
    apply.current_dir(root()).args(["apply", "--rpc", &node.url(), "--book"]).arg(&file);
    let output = run({
        apply.env("DEPLOYER_KEY", key.to_string());
        apply
    })
    .await;
    assert!(output.status.success(), "{}", said(&output));

    let path = std::env::join_paths(
        std::iter::once(tools).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("bash");
    shell.current_dir(root()).args(["-euo", "pipefail", "-c", &shown("By hand")]);
    shell.env("PATH", path.unwrap()).env("ETH_RPC_URL", node.url()).env("BOOK", &file);
    let output = run(shell).await;
    assert!(output.status.success(), "{}", said(&output));

    let (book, client) = (Book::read(&file).unwrap(), Client::connect(&node.url()).await.unwrap());
    let happened: [(&str, &[B256]); 4] = [
        (
            "ClearingHouse",
            &[
                ClearingHouse::PositionChanged::SIGNATURE_HASH,
                ClearingHouse::PositionLiquidated::SIGNATURE_HASH,
                ClearingHouse::RewardWithdrawn::SIGNATURE_HASH,
            ],
        ),
        ("puts.PutPool", &[PutPool::Deposited::SIGNATURE_HASH, PutPool::Rolled::SIGNATURE_HASH]),
        ("floor.degods.FloorBook", &[FloorBook::OrderFilled::SIGNATURE_HASH]),
        (
            "floor.degods.FloorMarket",
            &[FloorMarket::NftDeposited::SIGNATURE_HASH, FloorMarket::Taken::SIGNATURE_HASH],
        ),
    ];
    for (contract, events) in happened {
        for event in events {
            let at = book.contract(contract).unwrap();
            let filter = Filter::new().address(at).event_signature(*event).from_block(0);
            let logs = client.provider().get_logs(&filter).await.unwrap();
            assert!(!logs.is_empty(), "{contract} has no event {event}: {}", said(&output));
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
