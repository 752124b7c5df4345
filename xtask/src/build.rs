//! From crate to program: compile, optimise, lint, compress, measure.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use alloy_primitives::{B256, keccak256};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    chain,
    programs::Program,
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
    programs
        .iter()
        .map(|program| {
            one(root, toolchain, &optimiser, *program, &output)
                .with_context(|| format!("program {}", program.name))
        })
        .collect()
}

fn one(
    root: &Path,
    toolchain: &Toolchain,
    optimiser: &Optimiser,
    program: Program,
    output: &Path,
) -> Result<Built> {
    let raw = compile(root, toolchain, program)?;
    let wasm = output.join(format!("{}.wasm", program.name));
    let verb = if optimised_already(&raw, &wasm, optimiser)? { "unchanged" } else { "built" };
    measure(program, &fs::read(&wasm)?, verb)
}

fn compile(root: &Path, toolchain: &Toolchain, program: Program) -> Result<PathBuf> {
    let target = root.join("target/wasm-build");
    let status = toolchain
        .cargo(root, &program.workspace.folder(root))?
        .args(["build", "--quiet", "--locked", "--lib", "--package", program.name, "--profile", PROFILE])
        .args(["--target", TARGET, BUILD_STD, "--target-dir"])
        .arg(&target)
        .status()?;
    if !status.success() {
        bail!("compilation failed");
    }
    Ok(target.join(TARGET).join(PROFILE).join(format!("{}.wasm", program.name.replace('-', "_"))))
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

fn measure(program: Program, wasm: &[u8], verb: &str) -> Result<Built> {
    let chain::Accepted { code, uncached_gas, cached_gas } = chain::accept(wasm)?;
    println!(
        "  {:<18} wasm {:>6} B, code {:>6} B, entry gas {cached_gas:>5} cached {uncached_gas:>6} not  {verb}",
        program.name,
        wasm.len(),
        code.len(),
    );
    if code.len() > chain::CODE_WARNING {
        println!("  {:<18} WARNING: above {} B, where fixes still fit", program.name, chain::CODE_WARNING);
    }
    Ok(Built {
        name: program.name.to_owned(),
        wasm: wasm.len(),
        compressed: code.len(),
        wasm_hash: sha256(wasm),
        code_hash: keccak256(&code),
    })
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
