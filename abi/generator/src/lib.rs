//! Generates the interface of every contract from its programs' Rust source: `abi/<Contract>.sol`, a Solidity
//! interface with NatSpec, `abi/<Contract>.json`, the JSON ABI that `cast`, viem and alloy read, and of the same the typed
//! sources of the npm package in `abi/npm`.
//!
//! The SDK's own export leaves out events, error parameters and the errors of methods that return bytes, and it
//! knows nothing of a contract made of several programs behind one address. This reads what the author wrote:
//! `#[public]` implementations with `syn`, `sol!` blocks with the macro's own parser, names through modules,
//! imports and crates as rustc resolves them. `abi/contracts.toml` lists the contracts; `abi/README.md` has the
//! conventions their authors follow.

mod cfg;
mod contract;
mod docs;
pub mod json;
mod macros;
mod manifest;
pub mod model;
pub mod npm;
mod reach;
mod resolve;
pub mod selectors;
pub mod solidity;
mod source;
mod types;

use anyhow::{Context, Result, bail, ensure};
use manifest::{Entry, Manifest, Packages};
use model::Contract;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file of `abi/` that is not what the sources say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The file, relative to the repository.
    pub path: PathBuf,
    /// Its lines that differ, as a diff; what to do when the file should not be there.
    pub diff: String,
}

impl std::fmt::Display for Drift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:\n{}", self.path.display(), self.diff)
    }
}

/// Reads every contract of the repository at `root`, and refuses selectors that collide.
pub fn contracts(root: &Path) -> Result<Vec<Contract>> {
    let manifest = Manifest::read(root)?;
    let packages = Packages::read(root, &manifest.workspaces)?;
    let read = |(name, entry): (&String, &Entry)| {
        contract_of(root, &manifest, &packages, name, entry).with_context(|| format!("contract `{name}`"))
    };
    let contracts = manifest.contract.iter().map(read).collect::<Result<Vec<_>>>()?;
    for contract in &contracts {
        let proxy = match &manifest.contract[&contract.name].proxy {
            Some(name) => Some(find(&contracts, name)?),
            None => None,
        };
        let collisions = selectors::collisions(contract, proxy)?;
        if let Some(first) = collisions.first() {
            bail!("{first}");
        }
    }
    Ok(contracts)
}

fn find<'a>(contracts: &'a [Contract], name: &str) -> Result<&'a Contract> {
    contracts
        .iter()
        .find(|contract| contract.name == name)
        .with_context(|| format!("the proxy `{name}` is not a contract of the manifest"))
}

fn contract_of(
    root: &Path,
    manifest: &Manifest,
    packages: &Packages,
    name: &str,
    entry: &Entry,
) -> Result<Contract> {
    ensure!(!entry.programs.is_empty(), "no programs");
    let cfg = entry.cfg();
    let mut sources = source::Sources::default();
    let mut programs = Vec::new();
    for folder in &entry.programs {
        let package = packages.at(&root.join(folder))?;
        programs.push(packages.load(package, &manifest.registry, &cfg, &mut sources)?);
    }
    sources.open_macros(&cfg)?;
    let request = contract::Request { name, programs: &programs, also: &entry.also, cfg: &cfg };
    let mut contract = contract::read(&sources, &request)?;
    contract.sources = entry.programs.iter().map(|folder| folder.display().to_string()).collect();
    Ok(contract)
}

/// The files of `abi/` as the sources say they should be, by path relative to `root`.
pub fn generate(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let contracts = contracts(root)?;
    let mut files = npm::files(root, &contracts)?;
    for contract in &contracts {
        let path = |end: &str| PathBuf::from(format!("abi/{}.{end}", contract.name));
        files.insert(path("sol"), solidity::print(contract));
        files.insert(path("json"), json::print(contract)?);
    }
    Ok(files)
}

/// Compares `abi/` with the sources.
pub fn check(root: &Path) -> Result<Vec<Drift>> {
    let files = generate(root)?;
    let mut drift = Vec::new();
    for (path, wanted) in &files {
        let found = match std::fs::read_to_string(root.join(path)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        if found != *wanted {
            drift.push(Drift { path: path.clone(), diff: diff(&found, wanted) });
        }
    }
    for path in present(root)? {
        if !files.contains_key(&path) {
            drift.push(Drift { path, diff: "no contract of the manifest has this name: remove it\n".into() });
        }
    }
    Ok(drift)
}

/// Writes what drifted, removes what no contract has; returns what was changed.
pub fn write(root: &Path) -> Result<Vec<PathBuf>> {
    let files = generate(root)?;
    let mut changed = Vec::new();
    for Drift { path, .. } in check(root)? {
        let full = root.join(&path);
        match files.get(&path) {
            Some(text) => write_file(&full, text),
            None => std::fs::remove_file(&full),
        }
        .with_context(|| format!("writing {}", path.display()))?;
        changed.push(path);
    }
    Ok(changed)
}

fn write_file(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, text)
}

/// The generated files that are there: interfaces, and the package's sources.
fn present(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = files_in(root, "abi", &["sol", "json"])?;
    if root.join(npm::FOLDER).is_dir() {
        found.extend(files_in(root, npm::FOLDER, &["js", "ts"])?);
    }
    found.sort();
    Ok(found)
}

/// The files of a folder that end so, by path relative to `root`.
fn files_in(root: &Path, folder: &str, ends: &[&str]) -> Result<Vec<PathBuf>> {
    let full = root.join(folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&full).with_context(|| format!("reading {}", full.display()))? {
        let path = entry?.path();
        let end = path.extension().and_then(|end| end.to_str());
        if end.is_some_and(|end| ends.contains(&end))
            && let Some(name) = path.file_name()
        {
            found.push(Path::new(folder).join(name));
        }
    }
    Ok(found)
}

fn diff(found: &str, wanted: &str) -> String {
    similar::TextDiff::from_lines(found, wanted)
        .unified_diff()
        .context_radius(2)
        .header("found", "generated")
        .to_string()
}
