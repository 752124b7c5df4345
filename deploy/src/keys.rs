//! Whose key transactions are signed with: from the environment, or from a keystore as geth and cast keep them.

use std::{
    env,
    path::{Path, PathBuf},
};

use alloy::signers::local::{LocalSigner, PrivateKeySigner};
use anyhow::{Context, Result};
use clap::Args;

/// The flags that name a key.
#[derive(Clone, Debug, Args)]
pub struct Keys {
    /// Environment variable that holds the private key
    #[arg(long, value_name = "VARIABLE", default_value = "DEPLOYER_KEY")]
    pub key_env: String,
    /// A keystore instead; the password is asked for, unless KEYSTORE_PASSWORD has it
    #[arg(long, value_name = "FILE")]
    pub keystore: Option<PathBuf>,
}

/// Environment variable that may hold a keystore's password.
const PASSWORD: &str = "KEYSTORE_PASSWORD";

impl Keys {
    /// The key; without one, an error that says where it is looked for.
    pub fn signer(&self) -> Result<PrivateKeySigner> {
        let Some(file) = &self.keystore else {
            let key = env::var(&self.key_env).with_context(|| {
                format!("no key: neither --keystore nor {} in the environment", self.key_env)
            })?;
            return key.trim().parse().with_context(|| format!("{} is not a private key", self.key_env));
        };
        let password = match env::var(PASSWORD) {
            Ok(password) => password,
            Err(_) => rpassword::prompt_password(format!("password of {}: ", file.display()))?,
        };
        unlock(file, &password)
    }
}

fn unlock(file: &Path, password: &str) -> Result<PrivateKeySigner> {
    LocalSigner::decrypt_keystore(file, password)
        .with_context(|| format!("cannot open the keystore {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use alloy::primitives::address;

    use super::*;

    /// The example of the format's definition (Web3 Secret Storage, version 3); its password is `testpassword`.
    const STORED: &str = r#"{
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
                "c": 262144,
                "dklen": 32,
                "prf": "hmac-sha256",
                "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
        },
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "version": 3
    }"#;

    #[test]
    fn a_missing_key_says_where_it_is_looked_for() {
        let keys = Keys { key_env: "EVERFLOOR_NO_SUCH_KEY".into(), keystore: None };
        let error = keys.signer().unwrap_err().to_string();
        assert!(error.contains("--keystore") && error.contains("EVERFLOOR_NO_SUCH_KEY"), "{error}");
        let error = format!("{:#}", unlock(Path::new("nowhere"), "").unwrap_err());
        assert!(error.contains("nowhere"), "{error}");
    }

    #[test]
    fn a_keystore_opens_with_its_password_only() {
        let file = env::temp_dir().join(format!("everfloor-keystore-{}", std::process::id()));
        fs::write(&file, STORED).unwrap();
        let key = unlock(&file, "testpassword");
        let other = unlock(&file, "testpasswords");
        fs::remove_file(&file).unwrap();
        assert_eq!(key.unwrap().address(), address!("008aeeda4d805471df9b2a5b0f38a0c3bcba786b"));
        assert!(other.is_err());
    }
}
