//! `deploy`: from nothing, or from where the last run stopped, to a wired market.

use std::{env, path::PathBuf};

use alloy::signers::local::PrivateKeySigner;
use anyhow::{Context, Result};
use clap::Parser;
use everfloor_deploy::{
    apply::{self, Outcome, Step},
    client::{Account, Client},
    config::Config,
    governance::{self, Artifacts},
    programs::{self, Program},
};

/// Deploys Everfloor on a Stylus chain, wires it, reads every wire back, and writes the address book.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// The node
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8547")]
    rpc: String,
    /// Environment variable that holds the deployer's private key
    #[arg(long, value_name = "VARIABLE", default_value = "DEPLOYER_KEY")]
    key_env: String,
    /// The network's configuration
    #[arg(long, value_name = "FILE", default_value = "deploy/devnet.toml")]
    config: PathBuf,
    /// The address book [default: deploy/NETWORK.json]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where the built programs are
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// Where the compiled contracts of governance are, if the configuration has any
    #[arg(long, value_name = "FOLDER")]
    governance: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let config = Config::read(&flags.config)?;
    let folder = flags.programs.unwrap_or_else(programs::default_folder);
    let programs = Program::load_all(&folder, apply::needed(&config))?;
    let compiled = flags.governance.unwrap_or_else(governance::default_folder);
    let artifacts = config.governance.as_ref().map(|_| Artifacts::load(&compiled)).transpose()?;
    let key = env::var(&flags.key_env)
        .with_context(|| format!("the environment has no {}: the deployer's private key", flags.key_env))?;
    let signer: PrivateKeySigner =
        key.trim().parse().with_context(|| format!("{} is not a private key", flags.key_env))?;
    let out = flags.out.unwrap_or_else(|| format!("deploy/{}.json", config.network).into());
    let client = Client::connect(&flags.rpc).await?;
    let mut account = Account::new(signer);
    println!("{}: chain {}, deployer {}", config.network, client.chain_id(), account.address());
    apply::deploy(&client, &mut account, &config, &programs, &out, &mut print).await?;
    if let Some(artifacts) = &artifacts {
        governance::deploy(&client, &mut account, &config, artifacts, &out, &mut print).await?;
    }
    println!("every wire read back; addresses in {}", out.display());
    Ok(())
}

fn print(step: &Step) {
    let Step { name, outcome } = step;
    match outcome {
        Outcome::Done(gas) => println!("  done  {name}  ({gas} gas)"),
        Outcome::Kept => println!("  kept  {name}"),
        Outcome::Skipped(why) => println!("  skip  {name}: {why}"),
    }
}
