//! The programs to deploy: names, wasm files, and what the chain will say to them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::primitives::{B256, Bytes, keccak256};
use anyhow::{Context, Result, ensure};
use devnet::{
    deploy::init_code,
    stylus::{StylusParams, activate, program},
};

use crate::{bindings::IClearingHouse::Programs, book::Book};

/// Most bytes of account code (EIP-170).
const CODE_LIMIT: usize = 24_576;

/// Programs that others point to: contracts behind proxies and the clearing house's parts.
pub const IMPLEMENTATIONS: [&str; 11] = [
    "price-feed",
    "insurance-fund",
    "clearing-house",
    "clearing-risk",
    "clearing-takeover",
    "clearing-upkeep",
    "clearing-settlement",
    "clearing-orders",
    "clearing-lens",
    "clearing-preview",
    "clearing-admin",
];

/// The clearing house's parts, as it is told where they are.
pub fn parts(book: &Book) -> Result<Programs> {
    Ok(Programs {
        risk: book.program("clearing-risk")?,
        takeover: book.program("clearing-takeover")?,
        upkeep: book.program("clearing-upkeep")?,
        settlement: book.program("clearing-settlement")?,
        orders: book.program("clearing-orders")?,
        lens: book.program("clearing-lens")?,
        preview: book.program("clearing-preview")?,
        admin: book.program("clearing-admin")?,
    })
}

/// The program of every proxy.
pub const PROXY: &str = "erc1967-proxy";
/// The collateral of development chains.
pub const TEST_DOLLAR: &str = "test-dollar";
/// The price source of chains without Chainlink.
pub const AGGREGATOR: &str = "posted-aggregator";

/// A built program, ready to be sent.
#[derive(Clone, Debug)]
pub struct Program {
    /// Package and file name.
    pub name: String,
    /// Init code that leaves the program as the account's code.
    pub init_code: Bytes,
    /// Hash of that code: what the chain activates.
    pub code_hash: B256,
}

/// Where the build puts programs, of the checkout this tool was built in.
pub fn default_folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).join("target/wasm")
}

impl Program {
    /// Reads a program and checks it by the chain's activation rules and size limit, before anything is sent.
    pub fn load(folder: &Path, name: &str) -> Result<Self> {
        let file = folder.join(format!("{name}.wasm"));
        let wasm = fs::read(&file).with_context(|| {
            format!(
                "program {name} is not built: no {} (`./ev build` or `cargo xtask build`)",
                file.display()
            )
        })?;
        let params = StylusParams::default();
        activate(&wasm, params.page_limit, &params)
            .with_context(|| format!("the chain would not activate {name}"))?;
        let code = program::encode(&wasm);
        ensure!(
            code.len() <= CODE_LIMIT,
            "{name}: {} bytes of code; the chain takes {CODE_LIMIT}",
            code.len()
        );
        Ok(Self { name: name.to_owned(), code_hash: keccak256(&code), init_code: init_code(&code) })
    }

    /// All of these names.
    pub fn load_all(folder: &Path, names: impl IntoIterator<Item = &'static str>) -> Result<Vec<Self>> {
        names.into_iter().map(|name| Self::load(folder, name)).collect()
    }
}
