//! The project's build commands (`cargo xtask`, which `./ev` calls once the tools are there).
//!
//! `cargo xtask build` makes every on-chain program: compile, optimise, lint by the chain's activation rules,
//! compress, hold to the size budget, compare with or write the committed snapshots. Users, tests and CI all
//! come through here, so there is one recipe; `contracts/BUILD.md` tells it in words.

mod build;
mod chain;
mod programs;
mod snapshots;
mod toolchain;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::{snapshots::Mode, toolchain::Toolchain};

#[derive(Parser)]
#[command(about = "Everfloor's build commands", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the on-chain programs into target/wasm and update or check the snapshots.
    Build(BuildArgs),
    /// Print which wasm toolchain would be used, or fail saying what is missing.
    Toolchain,
    /// Print the names of all programs.
    Programs,
    /// Print the environment that makes `cargo` and `cargo stylus` build as we do, for the shell to evaluate.
    StylusEnv {
        /// The folder of the workspace to build in.
        #[arg(default_value = ".")]
        workspace: PathBuf,
    },
}

#[derive(clap::Args)]
struct BuildArgs {
    /// Programs to build; all when none is named.
    names: Vec<String>,
    /// Fail if sizes or code hashes differ from the committed snapshots; write nothing but programs.
    #[arg(long, conflicts_with = "keep_snapshots")]
    check: bool,
    /// Neither write nor compare snapshots.
    #[arg(long)]
    keep_snapshots: bool,
    /// Record this toolchain's hashes even if it is not listed yet.
    #[arg(long, conflicts_with_all = ["check", "keep_snapshots"])]
    record: bool,
}

impl BuildArgs {
    fn mode(&self) -> Mode {
        match (self.check, self.keep_snapshots, self.record) {
            (true, _, _) => Mode::Check,
            (_, true, _) => Mode::Keep,
            (_, _, record) => Mode::Write { record },
        }
    }
}

fn main() -> Result<()> {
    let root = repository_root()?;
    match Cli::parse().command {
        Command::Build(args) => {
            let toolchain = Toolchain::find(&root)?;
            let chosen = programs::select(&args.names)?;
            let built = build::all(&root, &toolchain, &chosen)?;
            snapshots::settle(&root, &toolchain, &built, args.mode())
        }
        Command::Toolchain => {
            println!("{}", Toolchain::find(&root)?.id());
            Ok(())
        }
        Command::Programs => {
            programs::ALL.iter().for_each(|program| println!("{}", program.name));
            Ok(())
        }
        Command::StylusEnv { workspace } => {
            let workspace = workspace.canonicalize().with_context(|| format!("{}", workspace.display()))?;
            print!("{}", Toolchain::find(&root)?.shell_exports(&root, &workspace)?);
            Ok(())
        }
    }
}

/// The checkout the working folder lies in.
fn repository_root() -> Result<PathBuf> {
    let here = std::env::current_dir()?;
    let root = here.ancestors().find(|folder| folder.join("xtask/Cargo.toml").is_file());
    root.map(Path::to_path_buf)
        .with_context(|| format!("{} is not in a checkout of Everfloor", here.display()))
}
