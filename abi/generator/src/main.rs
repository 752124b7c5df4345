//! Writes `abi/`, or with `--check` says how it differs from the sources.

use anyhow::{Context, Result};
use clap::Parser;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Generates every contract's Solidity interface and JSON ABI in abi/ from its Rust source, and the sources of abi/npm.
#[derive(Parser)]
struct Arguments {
    /// Changes nothing; fails with a diff if a file is not what the sources say.
    #[arg(long)]
    check: bool,
    /// The repository; by default the one around the current folder.
    #[arg(long)]
    root: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let root = match arguments.root {
        Some(root) => root,
        None => around(&std::env::current_dir()?)?,
    };
    if !arguments.check {
        for path in everfloor_abi::write(&root)? {
            println!("{}", path.display());
        }
        return Ok(ExitCode::SUCCESS);
    }
    let drift = everfloor_abi::check(&root)?;
    for one in &drift {
        println!("{one}");
    }
    if drift.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("abi/ is not what the sources say: run `cargo run -p everfloor-abi`");
    Ok(ExitCode::FAILURE)
}

fn around(folder: &Path) -> Result<PathBuf> {
    let mut above = folder.ancestors();
    let found = above.find(|folder| folder.join("abi/contracts.toml").is_file());
    found.map(Path::to_path_buf).context("no abi/contracts.toml here or above")
}
