//! The compiled contracts of governance, as `contracts/governance/compile.js` writes them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::primitives::Bytes;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::{GOVERNOR, TIMELOCK, TOKEN};

/// Init code of the three contracts; constructors' arguments follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifacts {
    /// The token that votes.
    pub token: Bytes,
    /// OpenZeppelin's timelock.
    pub timelock: Bytes,
    /// The governor.
    pub governor: Bytes,
}

/// What is read of a file.
#[derive(Deserialize)]
struct Artifact {
    bytecode: Bytes,
}

/// Where they are compiled to, of the checkout this tool was built in.
pub fn default_folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).join("target/governance")
}

impl Artifacts {
    /// Reads all three.
    pub fn load(folder: &Path) -> Result<Self> {
        Ok(Self {
            token: init_code(folder, TOKEN)?,
            timelock: init_code(folder, TIMELOCK)?,
            governor: init_code(folder, GOVERNOR)?,
        })
    }

    /// One of them by name.
    pub(crate) fn init_code(&self, name: &str) -> Option<&Bytes> {
        match name {
            TOKEN => Some(&self.token),
            TIMELOCK => Some(&self.timelock),
            GOVERNOR => Some(&self.governor),
            _ => None,
        }
    }
}

fn init_code(folder: &Path, name: &str) -> Result<Bytes> {
    let file = folder.join(format!("{name}.json"));
    let text = fs::read(&file).with_context(|| {
        format!("{name} is not compiled: no {} (`./ev governance`, which installs solc)", file.display())
    })?;
    let Artifact { bytecode } = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not what the compiler writes", file.display()))?;
    ensure!(!bytecode.is_empty(), "{} has no code", file.display());
    Ok(bytecode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_way_to_get_it() {
        let error = Artifacts::load(Path::new("nowhere")).unwrap_err().to_string();
        assert!(error.contains("VoteToken") && error.contains("./ev governance"), "{error}");
    }
}
