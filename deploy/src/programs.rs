//! The programs to deploy: names, wasm files, and what the chain will say to them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    thread,
};

use alloy::primitives::{B256, Bytes, keccak256};
use anyhow::{Context, Result, ensure};
use devnet::{
    deploy::{Packed, init_code},
    stylus::{StylusParams, activate},
};

use crate::{
    bindings::{
        IBidBook::BidBookPrograms, IClearingHouse::Programs, IFloorMarket::MarketPrograms,
        IPutPool::PoolPrograms,
    },
    book::Book,
    config::Config,
    governance::Artifacts,
};

/// Most bytes of account code (EIP-170).
const CODE_LIMIT: usize = 24_576;

/// What a clearing house is made of; of each contract the program that its proxies point to comes first.
pub(crate) const CLEARING_HOUSE: [&str; 9] = [
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
/// A put pool.
pub(crate) const PUT_POOL: [&str; 6] =
    ["put-pool", "put-desk", "put-roll", "put-lens", "put-records", "put-admin"];
/// A floor market.
pub(crate) const FLOOR_MARKET: [&str; 14] = [
    "floor-market",
    "floor-ledger",
    "floor-cash",
    "floor-trade",
    "floor-vault",
    "floor-funding",
    "floor-auction",
    "floor-sale",
    "floor-takeover",
    "floor-end",
    "floor-simulate",
    "floor-lens",
    "floor-records",
    "floor-admin",
];
/// Its order book.
pub(crate) const FLOOR_BOOK: [&str; 2] = ["floor-book", "book-lens"];
/// Its bids.
pub(crate) const BID_BOOK: [&str; 5] = ["bid-book", "bid-asks", "bid-upkeep", "bid-lens", "bid-admin"];
/// Its index.
pub(crate) const FLOOR_INDEX: [&str; 2] = ["floor-index", "index-admin"];

/// Programs of the perpetuals that others point to: contracts behind proxies and the clearing house's parts.
fn for_perps() -> Vec<&'static str> {
    [&["price-feed", "insurance-fund"], &CLEARING_HOUSE[..]].concat()
}

/// The put pool's.
pub(crate) fn for_puts() -> Vec<&'static str> {
    [&["price-feed", "price-history", "volatility-source"], &PUT_POOL[..], &["bonding"]].concat()
}

/// A floor market's.
pub(crate) fn for_floor() -> Vec<&'static str> {
    [&FLOOR_MARKET[..], &FLOOR_BOOK, &BID_BOOK, &FLOOR_INDEX].concat()
}

/// The program of every proxy.
pub const PROXY: &str = "erc1967-proxy";
/// The perpetuals' collateral on development chains.
pub const TEST_DOLLAR: &str = "test-dollar";
/// All other tokens of development chains.
pub const TEST_TOKEN: &str = "test-token";
/// A collection of development chains: any ERC-721 does whose tokens somebody can make.
pub const TEST_COLLECTION: &str = "writer-position";
/// The price source of chains without Chainlink.
pub const AGGREGATOR: &str = "posted-aggregator";

/// Programs that a configuration's contracts point to, in the order in which they are deployed, each once.
pub fn implementations(config: &Config) -> Vec<&'static str> {
    let mut names = Vec::new();
    if config.perps.is_some() {
        names.extend(for_perps());
    }
    if config.puts.is_some() {
        names.extend(for_puts());
    }
    for floor in config.floor.values() {
        names.extend(for_floor());
        let parts = !floor.parts.is_empty();
        for (wanted, name) in [
            (floor.token.is_some(), "floor-token"),
            (floor.ether_gateway, "ether-gateway"),
            (floor.shares, "floor-shares"),
            (parts, "floor-parts"),
            (parts, "part-index"),
        ] {
            names.extend(wanted.then_some(name));
        }
    }
    once(names)
}

/// All programs that a configuration needs.
pub fn needed(config: &Config) -> Vec<&'static str> {
    let mut names = implementations(config);
    names.push(PROXY);
    let mut oracles = Vec::new();
    if let Some(perps) = &config.perps {
        names.extend(perps.collateral.is_none().then_some(TEST_DOLLAR));
        oracles.push(&perps.oracle);
    }
    if let Some(puts) = &config.puts {
        names.extend(["writer-position", "dpx-eth", "black-scholes"]);
        let tokens = [puts.collateral, puts.underlying, puts.reward_token];
        names.extend(tokens.contains(&None).then_some(TEST_TOKEN));
        oracles.push(&puts.first);
        oracles.extend(&puts.second);
    }
    for floor in config.floor.values() {
        names.extend(floor.cash.is_none().then_some(TEST_TOKEN));
        names.extend(floor.collection.is_none().then_some(TEST_COLLECTION));
        names.extend((!floor.parts.is_empty()).then_some("floor-part"));
    }
    names.extend(oracles.iter().any(|oracle| oracle.source.is_none()).then_some(AGGREGATOR));
    once(names)
}

fn once(mut names: Vec<&'static str>) -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

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

/// The put pool's.
pub fn pool_programs(book: &Book) -> Result<PoolPrograms> {
    Ok(PoolPrograms {
        desk: book.program("put-desk")?,
        roll: book.program("put-roll")?,
        lens: book.program("put-lens")?,
        records: book.program("put-records")?,
        admin: book.program("put-admin")?,
    })
}

/// A floor market's.
pub fn market_programs(book: &Book) -> Result<MarketPrograms> {
    Ok(MarketPrograms {
        ledger: book.program("floor-ledger")?,
        cash: book.program("floor-cash")?,
        trade: book.program("floor-trade")?,
        vault: book.program("floor-vault")?,
        funding: book.program("floor-funding")?,
        auction: book.program("floor-auction")?,
        sale: book.program("floor-sale")?,
        takeover: book.program("floor-takeover")?,
        end: book.program("floor-end")?,
        lens: book.program("floor-lens")?,
        simulate: book.program("floor-simulate")?,
        records: book.program("floor-records")?,
        admin: book.program("floor-admin")?,
    })
}

/// The book of bids'.
pub fn bid_programs(book: &Book) -> Result<BidBookPrograms> {
    Ok(BidBookPrograms {
        asks: book.program("bid-asks")?,
        upkeep: book.program("bid-upkeep")?,
        lens: book.program("bid-lens")?,
        admin: book.program("bid-admin")?,
    })
}

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

/// A program that was built.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Packed> {
    let file = folder.join(format!("{name}.wasm"));
    Packed::read(&file).with_context(|| {
        format!("program {name} is not built: no {} (`./ev build` or `cargo xtask build`)", file.display())
    })
}

/// All that a configuration is made of.
#[derive(Clone, Debug)]
pub struct Built {
    /// Programs.
    pub programs: Vec<Program>,
    /// The compiled contracts of governance, where there is any.
    pub artifacts: Option<Artifacts>,
}

impl Built {
    /// Reads and checks what a configuration needs: its programs, and governance from another folder.
    pub fn load(programs: &Path, governance: &Path, config: &Config) -> Result<Self> {
        let artifacts = config.governance.as_ref().map(|_| Artifacts::load(governance)).transpose()?;
        Ok(Self { programs: Program::load_all(programs, &needed(config))?, artifacts })
    }

    /// A program by name.
    pub fn program(&self, name: &str) -> Result<&Program> {
        let built = self.programs.iter().find(|program| program.name == name);
        built.with_context(|| format!("program {name} was not loaded"))
    }

    /// Init code of a compiled contract.
    pub fn compiled(&self, name: &str) -> Result<&Bytes> {
        let code = self.artifacts.as_ref().and_then(|artifacts| artifacts.init_code(name));
        code.with_context(|| format!("contract {name} was not loaded"))
    }
}

impl Program {
    /// Reads a program and checks it by the chain's activation rules and size limit, before anything is sent.
    pub fn load(folder: &Path, name: &str) -> Result<Self> {
        Self::checked(name, &read(folder, name)?)
    }

    /// A program of these bytes, checked.
    pub fn of(name: &str, wasm: Vec<u8>) -> Result<Self> {
        Self::checked(name, &Packed::new(wasm))
    }

    fn checked(name: &str, Packed { wasm, code }: &Packed) -> Result<Self> {
        let params = StylusParams::default();
        activate(wasm, params.page_limit, &params)
            .with_context(|| format!("the chain would not activate {name}"))?;
        ensure!(
            code.len() <= CODE_LIMIT,
            "{name}: {} bytes of code; the chain takes {CODE_LIMIT}",
            code.len()
        );
        Ok(Self { name: name.to_owned(), code_hash: keccak256(code), init_code: init_code(code) })
    }

    /// All of these names; compressing and checking are spread over the processors.
    pub fn load_all(folder: &Path, names: &[&'static str]) -> Result<Vec<Self>> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let share = names.len().div_ceil(processors).max(1);
        thread::scope(|scope| {
            let load = |names: &[&'static str]| -> Result<Vec<Self>> {
                names.iter().map(|name| Self::load(folder, name)).collect()
            };
            let shares: Vec<_> = names.chunks(share).map(|names| scope.spawn(move || load(names))).collect();
            let mut all = Vec::with_capacity(names.len());
            for share in shares {
                let loaded = share.join().map_err(|_| anyhow::anyhow!("a program could not be checked"))?;
                all.extend(loaded?);
            }
            Ok(all)
        })
    }
}
