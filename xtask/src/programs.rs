//! The one table of on-chain programs.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// A Cargo workspace that holds programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workspace {
    /// Our own contracts, on the current SDK.
    Main,
    /// openzeppelin-stylus's programs, which need an earlier SDK.
    Standards,
}

impl Workspace {
    /// The folder of its `Cargo.toml`.
    pub fn folder(self, root: &Path) -> PathBuf {
        match self {
            Self::Main => root.to_path_buf(),
            Self::Standards => root.join("contracts/standards"),
        }
    }
}

/// A crate that compiles to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Package, file and snapshot name.
    pub name: &'static str,
    /// Where it lives.
    pub workspace: Workspace,
}

/// Every program, in the order they are built.
pub const ALL: &[Program] = &[
    Program { name: "test-dollar", workspace: Workspace::Standards },
    Program { name: "erc1967-proxy", workspace: Workspace::Standards },
    Program { name: "writer-position", workspace: Workspace::Standards },
    Program { name: "dpx-eth", workspace: Workspace::Standards },
    Program { name: "test-token", workspace: Workspace::Standards },
    Program { name: "posted-aggregator", workspace: Workspace::Main },
    Program { name: "price-feed", workspace: Workspace::Main },
    Program { name: "price-history", workspace: Workspace::Main },
    Program { name: "volatility-source", workspace: Workspace::Main },
    Program { name: "black-scholes", workspace: Workspace::Main },
    Program { name: "insurance-fund", workspace: Workspace::Main },
    Program { name: "clearing-admin", workspace: Workspace::Main },
    Program { name: "clearing-house", workspace: Workspace::Main },
    Program { name: "clearing-lens", workspace: Workspace::Main },
    Program { name: "clearing-orders", workspace: Workspace::Main },
    Program { name: "clearing-preview", workspace: Workspace::Main },
    Program { name: "clearing-risk", workspace: Workspace::Main },
    Program { name: "clearing-takeover", workspace: Workspace::Main },
    Program { name: "clearing-upkeep", workspace: Workspace::Main },
    Program { name: "clearing-settlement", workspace: Workspace::Main },
    Program { name: "put-pool", workspace: Workspace::Main },
    Program { name: "put-desk", workspace: Workspace::Main },
    Program { name: "put-roll", workspace: Workspace::Main },
    Program { name: "put-lens", workspace: Workspace::Main },
    Program { name: "put-records", workspace: Workspace::Main },
    Program { name: "put-admin", workspace: Workspace::Main },
    Program { name: "bonding", workspace: Workspace::Main },
    Program { name: "floor-market", workspace: Workspace::Main },
    Program { name: "floor-ledger", workspace: Workspace::Main },
    Program { name: "floor-trade", workspace: Workspace::Main },
    Program { name: "floor-cash", workspace: Workspace::Main },
    Program { name: "floor-vault", workspace: Workspace::Main },
    Program { name: "floor-funding", workspace: Workspace::Main },
    Program { name: "floor-auction", workspace: Workspace::Main },
    Program { name: "floor-sale", workspace: Workspace::Main },
    Program { name: "floor-takeover", workspace: Workspace::Main },
    Program { name: "floor-end", workspace: Workspace::Main },
    Program { name: "floor-lens", workspace: Workspace::Main },
    Program { name: "floor-simulate", workspace: Workspace::Main },
    Program { name: "floor-records", workspace: Workspace::Main },
    Program { name: "floor-admin", workspace: Workspace::Main },
    Program { name: "floor-token", workspace: Workspace::Main },
    Program { name: "ether-gateway", workspace: Workspace::Main },
    Program { name: "floor-book", workspace: Workspace::Main },
    Program { name: "book-lens", workspace: Workspace::Main },
    Program { name: "bid-book", workspace: Workspace::Main },
    Program { name: "bid-asks", workspace: Workspace::Main },
    Program { name: "bid-upkeep", workspace: Workspace::Main },
    Program { name: "bid-lens", workspace: Workspace::Main },
    Program { name: "bid-admin", workspace: Workspace::Main },
    Program { name: "floor-index", workspace: Workspace::Main },
    Program { name: "index-admin", workspace: Workspace::Main },
    Program { name: "floor-part", workspace: Workspace::Standards },
    Program { name: "floor-parts", workspace: Workspace::Main },
    Program { name: "part-index", workspace: Workspace::Main },
    Program { name: "floor-shares", workspace: Workspace::Main },
    Program { name: "next-version", workspace: Workspace::Main },
];

/// The programs of these names; all for none.
pub fn select(names: &[String]) -> Result<Vec<Program>> {
    if names.is_empty() {
        return Ok(ALL.to_vec());
    }
    names.iter().map(|name| find(name)).collect()
}

fn find(name: &str) -> Result<Program> {
    match ALL.iter().find(|program| program.name == name) {
        Some(program) => Ok(*program),
        None => {
            let known: Vec<&str> = ALL.iter().map(|program| program.name).collect();
            bail!("no program is named {name:?}; there are: {}", known.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_refused_and_the_known_ones_are_told() {
        let error = select(&["nonesuch".into()]).unwrap_err().to_string();
        assert!(error.contains("nonesuch") && error.contains("clearing-house"), "{error}");
    }

    #[test]
    fn no_name_means_all() {
        assert_eq!(select(&[]).unwrap(), ALL);
    }
}
