//! From crate to program: compile, optimise, lint, compress, measure.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use alloy_primitives::{B256, keccak256};
use anyhow::{Context, Result, ensure};
use devnet::deploy::Packed;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    chain,
    programs::{Program, Workspace},
    toolchain::{self, BUILD_STD, TARGET, Toolchain},
};

/// The profile of programs in both workspaces.
const PROFILE: &str = "contract";
/// The optimiser's npm package, below `tools/`.
const OPTIMISER: &str = "node_modules/binaryen";
/// Size first, and the features the chain allows; without this round trip activation refuses LLVM's long call
/// encodings.
const OPTIMISER_FLAGS: &[&str] = &[
    "-Oz",
    "--converge",
    // memory.copy and memory.fill, all the chain has: full bulk memory writes a count of data segments, which
    // activation refuses.
    "--enable-bulk-memory-opt",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
];

/// A finished program's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The program's name.
    pub name: String,
    /// Bytes of optimised wasm.
    pub wasm: usize,
    /// Bytes of account code: prefix and compressed wasm.
    pub compressed: usize,
    /// SHA-256 of the optimised wasm.
    pub wasm_hash: B256,
    /// Keccak-256 of the account code: the chain's code hash.
    pub code_hash: B256,
}

impl Built {
    fn new(name: &str, Packed { wasm, code }: &Packed) -> Self {
        Self {
            name: name.to_owned(),
            wasm: wasm.len(),
            compressed: code.len(),
            wasm_hash: sha256(wasm),
            code_hash: keccak256(code),
        }
    }
}

/// What an optimised file was made from: equal means the optimiser need not run again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    raw: B256,
    optimiser: String,
    optimised: B256,
}

/// Builds the programs, in order, into `target/wasm/<name>.wasm`.
pub fn all(root: &Path, toolchain: &Toolchain, programs: &[Program]) -> Result<Vec<Built>> {
    println!("programs by {}", toolchain.id());
    let optimiser = Optimiser::find(root)?;
    let output = root.join("target/wasm");
    fs::create_dir_all(&output)?;
    // Two builds at once would read each other's half-written files; the lock goes when the file is dropped.
    let lock = fs::File::create(output.join(".lock"))?;
    lock.lock()?;
    for workspace in [Workspace::Standards, Workspace::Main] {
        let of_it = programs.iter().filter(|program| program.workspace == workspace);
        compile(root, toolchain, workspace, &of_it.map(|program| program.name).collect::<Vec<_>>())?;
    }
    let finished = in_parallel(programs.len(), |index| {
        let program = programs[index];
        finish(root, &optimiser, program, &output).with_context(|| format!("program {}", program.name))
    })?;
    for program in &finished {
        program.report();
    }
    Ok(finished.into_iter().map(|program| program.built).collect())
}

/// The results of `work` for each number below `count`, in order, made by as many threads as there are cores.
fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mine =
            std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < count));
        mine.map(|index| (index, work(index))).collect::<Vec<_>>()
    };
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, Result<T>)> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().expect("a lane panicked")).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A program that is done, and what there is to say of it.
struct Finished {
    built: Built,
    cached_gas: u64,
    uncached_gas: u64,
    unchanged: bool,
}

impl Finished {
    fn report(&self) {
        let Built { name, wasm, compressed, .. } = &self.built;
        let Self { cached_gas, uncached_gas, .. } = self;
        let verb = if self.unchanged { "unchanged" } else { "built" };
        println!(
            "  {name:<18} wasm {wasm:>6} B, code {compressed:>6} B, entry gas {cached_gas:>5} cached \
             {uncached_gas:>6} not  {verb}"
        );
        if *compressed > chain::CODE_WARNING {
            println!("  {name:<18} WARNING: above {} B, where fixes still fit", chain::CODE_WARNING);
        }
    }
}

/// Compiles programs of one workspace. All at once, or one core would wait for the other's link time optimisation; each
/// comes out as if it were alone, since none asks for features that another's dependencies lack.
fn compile(root: &Path, toolchain: &Toolchain, workspace: Workspace, names: &[&str]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let status = toolchain
        .cargo(root, &workspace.folder(root))?
        .args(["build", "--locked", "--lib", "--profile", PROFILE])
        .args(names.iter().flat_map(|name| ["--package", name]))
        .args(["--target", TARGET, BUILD_STD, "--target-dir"])
        .arg(target(root))
        .status()?;
    ensure!(status.success(), "compilation failed: {}", names.join(", "));
    Ok(())
}

fn target(root: &Path) -> PathBuf {
    root.join("target/wasm-build")
}

fn finish(root: &Path, optimiser: &Optimiser, program: Program, output: &Path) -> Result<Finished> {
    let raw =
        target(root).join(TARGET).join(PROFILE).join(format!("{}.wasm", program.name.replace('-', "_")));
    let wasm = output.join(format!("{}.wasm", program.name));
    let unchanged = optimised_already(&raw, &wasm, optimiser)?;
    let chain::Accepted { packed, uncached_gas, cached_gas } = chain::accept(fs::read(&wasm)?)?;
    // For whoever deploys it: compressing takes long.
    packed.keep_code(&wasm)?;
    Ok(Finished { built: Built::new(program.name, &packed), cached_gas, uncached_gas, unchanged })
}

/// Brings `wasm` up to date with `raw`; true if it was.
fn optimised_already(raw: &Path, wasm: &Path, optimiser: &Optimiser) -> Result<bool> {
    let stamp = wasm.with_extension("stamp.json");
    let raw_hash = sha256(&fs::read(raw).with_context(|| format!("reading {}", raw.display()))?);
    let now = |optimised| Stamp { raw: raw_hash, optimiser: optimiser.recipe(), optimised };
    let before: Option<Stamp> = fs::read(&stamp).ok().and_then(|text| serde_json::from_slice(&text).ok());
    if before.is_some() && before == fs::read(wasm).ok().map(|file| now(sha256(&file))) {
        return Ok(true);
    }
    optimiser.run(raw, wasm)?;
    fs::write(&stamp, serde_json::to_vec_pretty(&now(sha256(&fs::read(wasm)?)))?)?;
    Ok(false)
}

fn sha256(bytes: &[u8]) -> B256 {
    B256::from_slice(&Sha256::digest(bytes))
}

/// Binaryen's `wasm-opt`, from npm.
struct Optimiser {
    script: PathBuf,
    version: String,
}

impl Optimiser {
    fn find(root: &Path) -> Result<Self> {
        let package = root.join("tools").join(OPTIMISER);
        let text =
            fs::read(package.join("package.json")).context("wasm-opt is not installed: `./ev setup`")?;
        let manifest: serde_json::Value = serde_json::from_slice(&text)?;
        let version = manifest["version"].as_str().context("binaryen's package tells no version")?.to_owned();
        Ok(Self { script: package.join("bin/wasm-opt"), version })
    }

    fn recipe(&self) -> String {
        format!("{} {}", self.version, OPTIMISER_FLAGS.join(" "))
    }

    fn run(&self, from: &Path, to: &Path) -> Result<()> {
        let mut command = Command::new("node");
        // A reader, a test say, sees the old program or the new one, never half of one.
        let whole = to.with_extension("part");
        command.arg(&self.script).args(OPTIMISER_FLAGS).arg(from).arg("-o").arg(&whole);
        toolchain::output(&mut command)?;
        Ok(fs::rename(&whole, to)?)
    }
}
