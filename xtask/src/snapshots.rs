//! The committed snapshots of program sizes and code hashes.
//!
//! `contracts/sizes.json` holds what the reference toolchain makes; another toolchain's sizes may differ by
//! [`TOLERANCE_PER_MILLE`]. `contracts/hashes.json` holds exact hashes for each toolchain that somebody recorded;
//! they are compared only with the same toolchain. When a program changes, what other toolchains made of the old
//! one says nothing any more and is dropped.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use alloy_primitives::B256;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{build::Built, programs, toolchain::Toolchain};

/// How far sizes may lie from the snapshot when another toolchain made it, in thousandths.
const TOLERANCE_PER_MILLE: usize = 20;

/// What to do with the snapshots after a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compare, and fail on a difference.
    Check,
    /// Leave them alone.
    Keep,
    /// Bring them up to date; a toolchain not yet listed only if `record`.
    Write {
        /// Take up a new toolchain.
        record: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Size {
    wasm: usize,
    compressed: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hashes {
    /// Keccak-256 of the account code.
    code: B256,
    /// SHA-256 of the optimised wasm.
    wasm: B256,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct HashFile {
    /// The toolchain whose sizes are in `sizes.json`.
    reference: String,
    /// Toolchain, program, hashes.
    toolchains: BTreeMap<String, BTreeMap<String, Hashes>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Snapshots {
    sizes: BTreeMap<String, Size>,
    hashes: HashFile,
}

/// Checks or updates the snapshots of the programs built.
pub fn settle(root: &Path, toolchain: &Toolchain, built: &[Built], mode: Mode) -> Result<()> {
    let old = Snapshots::load(root)?;
    match mode {
        Mode::Keep => Ok(()),
        Mode::Check => check(&old, toolchain.id(), built),
        Mode::Write { record } => {
            let new = old.updated(toolchain.id(), built, record);
            if new == old {
                println!("snapshots: unchanged");
                return Ok(());
            }
            println!("snapshots: updated; commit contracts/sizes.json and contracts/hashes.json");
            new.store(root)
        }
    }
}

fn check(snapshots: &Snapshots, toolchain: &str, built: &[Built]) -> Result<()> {
    let differences = snapshots.differences(toolchain, built);
    if differences.is_empty() {
        println!("snapshots: sizes {}, {}", snapshots.size_rule(toolchain), snapshots.hash_rule(toolchain));
        return Ok(());
    }
    bail!(
        "programs differ from the committed snapshots (if that is meant, run `./ev build` and commit):\n  {}",
        differences.join("\n  ")
    )
}

impl Snapshots {
    fn load(root: &Path) -> Result<Self> {
        Ok(Self { sizes: load(&sizes_path(root))?, hashes: load(&hashes_path(root))? })
    }

    fn store(&self, root: &Path) -> Result<()> {
        store(&sizes_path(root), &self.sizes)?;
        store(&hashes_path(root), &self.hashes)
    }

    fn is_reference(&self, toolchain: &str) -> bool {
        self.hashes.reference == toolchain
    }

    fn size_rule(&self, toolchain: &str) -> String {
        if self.is_reference(toolchain) {
            "equal".into()
        } else {
            format!("within {TOLERANCE_PER_MILLE}/1000 of {}'s", self.hashes.reference)
        }
    }

    fn hash_rule(&self, toolchain: &str) -> &'static str {
        if self.hashes.toolchains.contains_key(toolchain) {
            "code hashes equal where recorded for this toolchain"
        } else {
            "code hashes NOT compared: none are recorded for this toolchain"
        }
    }

    fn recorded(&self, toolchain: &str, program: &str) -> Option<&Hashes> {
        self.hashes.toolchains.get(toolchain)?.get(program)
    }

    fn differences(&self, toolchain: &str, built: &[Built]) -> Vec<String> {
        let mut found = Vec::new();
        for program in built {
            match self.sizes.get(&program.name) {
                None => found.push(format!("{}: no size is recorded", program.name)),
                Some(size) => found.extend(self.size_difference(toolchain, program, *size)),
            }
            let made = program.hashes();
            if let Some(known) = self.recorded(toolchain, &program.name).filter(|known| **known != made) {
                found.push(format!(
                    "{}: code hash {} recorded, {} built",
                    program.name, known.code, made.code
                ));
            }
        }
        found
    }

    fn size_difference(&self, toolchain: &str, built: &Built, recorded: Size) -> Option<String> {
        let made = built.size();
        let fits = if self.is_reference(toolchain) { made == recorded } else { close(made, recorded) };
        (!fits).then(|| format!("{}: recorded {recorded:?}, built {made:?}", built.name))
    }

    fn updated(&self, toolchain: &str, built: &[Built], record: bool) -> Self {
        let mut new = self.clone();
        if new.hashes.reference.is_empty() {
            new.hashes.reference = toolchain.to_owned();
        }
        let listed = record || new.is_reference(toolchain) || new.hashes.toolchains.contains_key(toolchain);
        for program in built {
            new.update_size(toolchain, program);
            new.update_hashes(toolchain, program, listed);
        }
        new.forget_unknown_programs();
        new
    }

    fn update_size(&mut self, toolchain: &str, built: &Built) {
        let made = built.size();
        let exact = self.is_reference(toolchain);
        let stands = self
            .sizes
            .get(&built.name)
            .is_some_and(|old| if exact { *old == made } else { close(made, *old) });
        if !stands {
            self.sizes.insert(built.name.clone(), made);
        }
    }

    fn update_hashes(&mut self, toolchain: &str, built: &Built, listed: bool) {
        let made = built.hashes();
        let known = self.recorded(toolchain, &built.name).copied();
        if known.is_some_and(|known| known != made) {
            for recorded in self.hashes.toolchains.values_mut() {
                recorded.remove(&built.name);
            }
        }
        if listed {
            self.hashes.toolchains.entry(toolchain.to_owned()).or_default().insert(built.name.clone(), made);
        }
    }

    fn forget_unknown_programs(&mut self) {
        let known = |name: &String| programs::ALL.iter().any(|program| program.name == name);
        self.sizes.retain(|name, _| known(name));
        self.hashes.toolchains.values_mut().for_each(|recorded| recorded.retain(|name, _| known(name)));
        self.hashes.toolchains.retain(|_, recorded| !recorded.is_empty());
    }
}

impl Built {
    fn size(&self) -> Size {
        Size { wasm: self.wasm, compressed: self.compressed }
    }

    fn hashes(&self) -> Hashes {
        Hashes { code: self.code_hash, wasm: self.wasm_hash }
    }
}

fn close(made: Size, recorded: Size) -> bool {
    let near =
        |made: usize, recorded: usize| made.abs_diff(recorded) * 1000 <= recorded * TOLERANCE_PER_MILLE;
    near(made.wasm, recorded.wasm) && near(made.compressed, recorded.compressed)
}

fn sizes_path(root: &Path) -> PathBuf {
    root.join("contracts/sizes.json")
}

fn hashes_path(root: &Path) -> PathBuf {
    root.join("contracts/hashes.json")
}

fn load<T: DeserializeOwned + Default>(path: &Path) -> Result<T> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("in {}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

fn store<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: &str = "rustup 1.0.0";
    const OTHER: &str = "debian 1.0.1";

    fn program(compressed: usize, hash: u8) -> Built {
        let hash = B256::repeat_byte(hash);
        Built {
            name: "price-feed".into(),
            wasm: compressed * 2,
            compressed,
            wasm_hash: hash,
            code_hash: hash,
        }
    }

    fn recorded(compressed: usize, hash: u8) -> Snapshots {
        Snapshots::default().updated(REFERENCE, &[program(compressed, hash)], false)
    }

    #[test]
    fn the_same_toolchain_must_give_the_same_bytes() {
        let snapshots = recorded(10_000, 1);
        assert_eq!(snapshots.differences(REFERENCE, &[program(10_000, 1)]), Vec::<String>::new());
        assert_eq!(snapshots.differences(REFERENCE, &[program(10_000, 2)]).len(), 1, "hash");
        assert_eq!(snapshots.differences(REFERENCE, &[program(10_001, 2)]).len(), 2, "size and hash");
    }

    #[test]
    fn another_toolchain_may_differ_by_the_tolerance_and_no_more() {
        let snapshots = recorded(10_000, 1);
        assert_eq!(snapshots.differences(OTHER, &[program(10_200, 2)]).len(), 0);
        assert_eq!(snapshots.differences(OTHER, &[program(9_800, 2)]).len(), 0);
        assert_eq!(snapshots.differences(OTHER, &[program(10_201, 2)]).len(), 1);
        assert_eq!(snapshots.differences(OTHER, &[program(9_799, 2)]).len(), 1);
    }

    #[test]
    fn a_program_without_a_snapshot_is_a_difference() {
        assert_eq!(Snapshots::default().differences(REFERENCE, &[program(1, 1)]).len(), 1);
    }

    #[test]
    fn a_new_toolchain_is_recorded_only_when_asked() {
        let snapshots = recorded(10_000, 1);
        assert_eq!(snapshots.updated(OTHER, &[program(10_001, 2)], false), snapshots);
        let both = snapshots.updated(OTHER, &[program(10_001, 2)], true);
        assert_eq!(both.hashes.toolchains.len(), 2);
        assert_eq!(both.sizes, snapshots.sizes, "sizes stay the reference's");
    }

    #[test]
    fn a_changed_program_drops_what_others_made_of_the_old_one() {
        let both = recorded(10_000, 1).updated(OTHER, &[program(10_001, 2)], true);
        let changed = both.updated(REFERENCE, &[program(11_000, 3)], false);
        assert!(changed.recorded(OTHER, "price-feed").is_none());
        assert_eq!(changed.recorded(REFERENCE, "price-feed"), Some(&program(11_000, 3).hashes()));
    }

    #[test]
    fn a_build_of_some_programs_leaves_the_others_snapshots() {
        let one = recorded(10_000, 1);
        let other = Built { name: "test-dollar".into(), ..program(5_000, 5) };
        let two = one.updated(REFERENCE, &[other], false);
        assert_eq!(two.sizes.len(), 2);
        assert_eq!(two.recorded(REFERENCE, "price-feed"), one.recorded(REFERENCE, "price-feed"));
    }
}
