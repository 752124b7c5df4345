//! `abi/contracts.toml`: which programs make a contract, and where their crates are.

use crate::cfg::Cfg;
use crate::source::Sources;
use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The whole manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Workspace manifests whose members are programs or their libraries.
    pub workspaces: Vec<PathBuf>,
    /// Registry crates that declare part of an interface, by package name.
    #[serde(default)]
    pub registry: BTreeSet<String>,
    /// The contracts by name.
    pub contract: BTreeMap<String, Entry>,
}

/// One contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The folders of the programs behind its address; the first takes the calls.
    pub programs: Vec<PathBuf>,
    /// The contract that stands before it and answers its own selectors first.
    #[serde(default)]
    pub proxy: Option<String>,
    /// Events and errors the reading cannot see, as paths from the first program's crate.
    #[serde(default)]
    pub also: Vec<String>,
    /// Cargo features the programs are built with.
    #[serde(default)]
    pub features: BTreeSet<String>,
}

/// A crate of one of the workspaces.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name in Rust code.
    pub krate: String,
    /// Its library's first file.
    pub file: PathBuf,
    /// The packages it depends on.
    pub dependencies: Vec<String>,
    /// The workspace manifest it belongs to.
    pub workspace: PathBuf,
}

/// The crates of the workspaces, by package name.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    by_name: BTreeMap<String, Package>,
}

impl Manifest {
    /// Reads `abi/contracts.toml` below `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let file = root.join("abi/contracts.toml");
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", file.display()))
    }
}

impl Entry {
    /// What its programs are compiled with.
    pub fn cfg(&self) -> Cfg {
        Cfg { features: self.features.clone(), native: false }
    }
}

impl Packages {
    /// Reads the members of the workspaces from their manifests: no cargo, no network.
    pub fn read(root: &Path, workspaces: &[PathBuf]) -> Result<Self> {
        let mut out = Self::default();
        for workspace in workspaces {
            let manifest = root.join(workspace);
            let folder = manifest.parent().unwrap_or(root).to_path_buf();
            let value = table(&manifest)?;
            let members = value.get("workspace").and_then(|workspace| workspace.get("members"));
            let members = members.and_then(toml::Value::as_array).cloned().unwrap_or_default();
            for member in members.iter().filter_map(toml::Value::as_str) {
                out.member(&folder.join(member), &manifest)?;
            }
        }
        Ok(out)
    }

    fn member(&mut self, folder: &Path, workspace: &Path) -> Result<()> {
        let value = table(&folder.join("Cargo.toml"))?;
        let name = value.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        let name = name.ok_or_else(|| anyhow!("{} has no package name", folder.display()))?;
        let lib = |key: &str| value.get("lib").and_then(|lib| lib.get(key)).and_then(toml::Value::as_str);
        let dependencies = value.get("dependencies").and_then(toml::Value::as_table);
        let dependencies = dependencies.into_iter().flatten().map(|(key, value)| {
            value.get("package").and_then(toml::Value::as_str).unwrap_or(key).to_string()
        });
        let package = Package {
            krate: lib("name").map_or_else(|| name.replace('-', "_"), Into::into),
            file: folder.join(lib("path").unwrap_or("src/lib.rs")),
            dependencies: dependencies.collect(),
            workspace: workspace.into(),
        };
        self.by_name.insert(name.into(), package);
        Ok(())
    }

    /// The package in a folder.
    pub fn at(&self, folder: &Path) -> Result<&str> {
        let found = self.by_name.iter().find(|(_, package)| package.file.starts_with(folder));
        found
            .map(|(name, _)| name.as_str())
            .ok_or_else(|| anyhow!("{} is not a member of a workspace listed", folder.display()))
    }

    /// Reads a package and all it depends on into `sources`; returns its crate's name.
    pub fn load(
        &self,
        name: &str,
        registry: &BTreeSet<String>,
        cfg: &Cfg,
        sources: &mut Sources,
    ) -> Result<String> {
        let package = self.by_name.get(name).ok_or_else(|| anyhow!("`{name}` is not in the workspaces"))?;
        if sources.roots.contains_key(&package.krate) {
            return Ok(package.krate.clone());
        }
        sources.load(&package.krate, &package.file, cfg)?;
        for dependency in &package.dependencies {
            if self.by_name.contains_key(dependency) {
                self.load(dependency, registry, cfg, sources)?;
            } else if registry.contains(dependency) {
                let (krate, file) = registry_crate(&package.workspace, dependency)?;
                sources.load(&krate, &file, cfg)?;
                sources.foreign.insert(krate);
            }
        }
        Ok(package.krate.clone())
    }
}

fn table(file: &Path) -> Result<toml::Table> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("in {}", file.display()))
}

/// Where cargo keeps a locked dependency's source; asked without the network first.
fn registry_crate(workspace: &Path, name: &str) -> Result<(String, PathBuf)> {
    let metadata = metadata(workspace, true).or_else(|_| metadata(workspace, false))?;
    let packages = metadata.get("packages").and_then(serde_json::Value::as_array);
    let package = packages.into_iter().flatten().find(|package| package["name"] == name);
    let targets = package.and_then(|package| package["targets"].as_array());
    let target = targets.into_iter().flatten().find(|target| {
        target["kind"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib" || kind == "rlib"))
    });
    match target.map(|target| (target["name"].as_str(), target["src_path"].as_str())) {
        Some((Some(krate), Some(file))) => Ok((krate.replace('-', "_"), file.into())),
        _ => bail!("{} does not depend on `{name}`", workspace.display()),
    }
}

fn metadata(workspace: &Path, offline: bool) -> Result<serde_json::Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked", "--manifest-path"]).arg(workspace);
    if offline {
        command.arg("--offline");
    }
    let output = command.output().context("running cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
