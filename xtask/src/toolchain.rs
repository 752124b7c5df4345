//! Which compiler makes the programs, and the environment it needs.
//!
//! Programs want a standard library built from source without panic messages (`immediate-abort`), which needs
//! the library's source beside a compiler with a wasm linker. rustup gives both where its servers answer;
//! Debian's packages give both where they do not.

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};

/// The target triple of programs.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Chooses a toolchain: `rustup` or `debian`. Unset: rustup's if complete, else Debian's.
pub const CHOICE: &str = "EVERFLOOR_WASM_TOOLCHAIN";

/// The linker's stack of 32 KiB keeps a program within its first, free, page of memory. The places of panics, which none
/// of ours can tell, would be data that every entry of a program pays for.
const FLAGS: &[&str] = &[
    "-Zunstable-options",
    "-Zlocation-detail=none",
    "-Cpanic=immediate-abort",
    "-Clink-arg=-zstack-size=32768",
];
/// The standard library's crates, built from source.
pub const BUILD_STD: &str = "-Zbuild-std=core,alloc,std,panic_abort";
const BUILD_STD_VARIABLE: (&str, &str) = ("CARGO_UNSTABLE_BUILD_STD", "core,alloc,std,panic_abort");
/// The profile `contract` of the manifests, for a cargo that builds `release`.
const PROFILE: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "true"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "true"),
    ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rustup,
    Debian,
}

/// A compiler able to make programs.
pub struct Toolchain {
    kind: Kind,
    rustc: PathBuf,
    cargo: PathBuf,
    sysroot: PathBuf,
    id: String,
}

impl Toolchain {
    /// The toolchain asked for by `EVERFLOOR_WASM_TOOLCHAIN`, or the first complete one.
    pub fn find(root: &Path) -> Result<Self> {
        match env::var(CHOICE).ok().as_deref() {
            None | Some("") => Self::rustup(root).or_else(|rustup| {
                Self::debian().map_err(|debian| {
                    anyhow!("no wasm toolchain (`./ev setup` gets one)\n  rustup: {rustup:#}\n  Debian: {debian:#}")
                })
            }),
            Some("rustup") => Self::rustup(root),
            Some("debian") => Self::debian(),
            Some(other) => bail!("{CHOICE}={other:?}: say rustup or debian"),
        }
    }

    /// What decides the code's bytes besides sources and lock files: names an entry in the hashes' snapshot.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn rustup(root: &Path) -> Result<Self> {
        // Through rustup's proxy, so that rust-toolchain.toml (or RUSTUP_TOOLCHAIN) chooses; the real
        // compiler's path then spares every build the proxy.
        let sysroot =
            PathBuf::from(output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?);
        let rustc = sysroot.join("bin/rustc");
        let version = release(&rustc)?;
        require_source(&sysroot, "rustup component add rust-src")?;
        if !sysroot.join("lib/rustlib").join(TARGET).is_dir() {
            bail!("the target is missing: rustup target add {TARGET}");
        }
        let cargo = sysroot.join("bin/cargo");
        Ok(Self { kind: Kind::Rustup, id: format!("rustup {version}"), rustc, cargo, sysroot })
    }

    fn debian() -> Result<Self> {
        let rustc = PathBuf::from("/usr/bin/rustc");
        let install = "apt-get install --no-install-recommends rustc-web cargo-web rust-web-src lld-19";
        release(&rustc).with_context(|| format!("missing: {install}"))?;
        let sysroot = PathBuf::from(output(Command::new(&rustc).args(["--print", "sysroot"]))?);
        require_source(&sysroot, install)?;
        let versions: Result<Vec<String>> = ["rustc-web", "lld-19"].into_iter().map(debian_version).collect();
        let id = format!("debian {}", versions.with_context(|| format!("missing: {install}"))?.join(" "));
        Ok(Self { kind: Kind::Debian, rustc, cargo: "/usr/bin/cargo".into(), sysroot, id })
    }

    /// Cargo for the programs of `workspace`, with what a program build needs and nothing of the caller's settings.
    pub fn cargo(&self, root: &Path, workspace: &Path) -> Result<Command> {
        let mut command = Command::new(&self.cargo);
        for (name, _) in env::vars_os().filter(|(name, _)| is_build_setting(name)) {
            command.env_remove(name);
        }
        command.envs(self.environment(root, workspace)?).current_dir(workspace);
        Ok(command)
    }

    /// `export` lines that make another cargo (cargo-stylus's, which builds the release profile and names no
    /// folders) build as [`Self::cargo`] does.
    pub fn shell_exports(&self, root: &Path, workspace: &Path) -> Result<String> {
        let mut lines = String::new();
        for (name, value) in self.environment(root, workspace)? {
            writeln!(lines, "export {name}={}", quoted(Path::new(&value)))?;
        }
        for (name, value) in PROFILE.iter().chain([&BUILD_STD_VARIABLE]) {
            writeln!(lines, "export {name}={value}")?;
        }
        writeln!(lines, "export CARGO_TARGET_DIR={}", quoted(&root.join("target/wasm-stylus")))?;
        let cargo = self.cargo.parent().context("cargo is in no folder")?;
        let optimiser = root.join("tools/node_modules/.bin");
        writeln!(lines, "export PATH={}:{}:\"$PATH\"", quoted(cargo), quoted(&optimiser))?;
        Ok(lines)
    }

    fn environment(&self, root: &Path, workspace: &Path) -> Result<Vec<(&'static str, OsString)>> {
        let sysroot = self.link_sysroot(workspace)?;
        let mut vars = vec![
            ("RUSTC", self.write_compiler(root, workspace, &sysroot)?.into_os_string()),
            // Building the standard library and immediate-abort are unstable flags of a stable compiler.
            ("RUSTC_BOOTSTRAP", "1".into()),
            ("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}").into()),
        ];
        if self.kind == Kind::Debian {
            vars.push(("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19".into()));
        }
        Ok(vars)
    }

    /// A link to the toolchain inside the workspace. Cargo hashes the path of the standard library's source into
    /// every symbol, relative to the workspace if it lies there and whole if not; symbols decide the order of
    /// functions, so a toolchain seen where it is installed would make other bytes on another machine.
    fn link_sysroot(&self, workspace: &Path) -> Result<PathBuf> {
        let link = workspace.join("target/wasm-sysroot");
        if fs::read_link(&link).is_ok_and(|to| to == self.sysroot) {
            return Ok(link);
        }
        fs::create_dir_all(workspace.join("target"))?;
        // Made aside and moved into place: another build at the same time always finds a whole link.
        let fresh = workspace.join(format!("target/wasm-sysroot.{}", std::process::id()));
        std::os::unix::fs::symlink(&self.sysroot, &fresh)?;
        fs::rename(&fresh, &link)?;
        Ok(link)
    }

    /// A compiler that says it lives at `sysroot` (cargo asks the compiler, and has no setting for it) and gives
    /// folders fixed names. Flags in cargo's settings would reach programs but not the macros that run at build
    /// time, whose hashes a program depends on.
    fn write_compiler(&self, root: &Path, workspace: &Path, sysroot: &Path) -> Result<PathBuf> {
        let script = workspace.join("target/wasm-rustc");
        let mut text = format!("#!/bin/sh\nexec {} --sysroot {}", quoted(&self.rustc), quoted(sysroot));
        let folders =
            [(root, "/everfloor"), (&cargo_home()?, "/cargo"), (&self.sysroot, "/rust"), (sysroot, "/rust")];
        // The compiler takes the last that fits, and the link to the toolchain lies inside the checkout.
        for (folder, name) in folders {
            write!(text, " --remap-path-prefix={}={name}", quoted(folder))?;
        }
        text.push_str(" \"$@\"\n");
        if fs::read_to_string(&script).is_ok_and(|old| old == text) {
            return Ok(script);
        }
        let fresh = workspace.join(format!("target/wasm-rustc.{}", std::process::id()));
        fs::write(&fresh, text)?;
        fs::set_permissions(&fresh, Permissions::from_mode(0o755))?;
        fs::rename(&fresh, &script)?;
        Ok(script)
    }
}

/// A path as the shell takes it literally.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// Whether a variable would change what cargo builds or where.
fn is_build_setting(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let exact =
        ["RUSTC", "RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_BOOTSTRAP", "CARGO"];
    let prefixes =
        ["CARGO_ENCODED_", "CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "CARGO_PKG_", "CARGO_MANIFEST"];
    exact.contains(&name.as_ref()) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    env::home_dir().map(|home| home.join(".cargo")).context("there is no home folder")
}

fn require_source(sysroot: &Path, remedy: &str) -> Result<()> {
    if sysroot.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    bail!("the standard library's source is missing: {remedy}")
}

fn release(rustc: &Path) -> Result<String> {
    let text = output(Command::new(rustc).arg("-vV"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("release: "));
    line.map(str::to_owned).with_context(|| format!("{} tells no version", rustc.display()))
}

fn debian_version(package: &str) -> Result<String> {
    let version = output(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]))?;
    if version.is_empty() {
        bail!("{package} is not installed");
    }
    Ok(format!("{package}={version}"))
}

/// What a command prints, or an error with what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let done = command.output().with_context(|| format!("could not run {:?}", command.get_program()))?;
    if !done.status.success() {
        bail!("{:?} failed: {}", command.get_program(), String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_flags_do_not_reach_a_program_build() {
        for name in
            ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_CONTRACT_LTO", "CARGO_BUILD_TARGET_DIR"]
        {
            assert!(is_build_setting(&name.into()), "{name}");
        }
        for name in ["PATH", "CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_REGISTRIES_CRATES_IO_PROTOCOL"] {
            assert!(!is_build_setting(&name.into()), "{name}");
        }
    }
}
