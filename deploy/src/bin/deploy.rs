//! `deploy`: plans, deploys, watches over, upgrades and keeps alive what a network has.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use alloy::primitives::{Address, Bytes, utils::format_ether};
use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use everfloor_deploy::{
    apply::{self, Outcome, Report},
    book::Book,
    client::{Account, Client},
    config::Config,
    governance::{self, Action, Contracts, Printed, Proposal},
    keepalive::{self, Care},
    keys::Keys,
    programs::{self, Built, Program},
    status::{self, Life},
    upgrade::{self, Kind},
};

const DAY: u64 = 86_400;
/// A program that lives no longer than this is told of.
const SOON: u64 = 60 * DAY;

/// Deploys Everfloor on a Stylus chain and looks after it.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Tells every step that `apply` would take; sends nothing
    Plan {
        #[command(flatten)]
        network: Network,
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        built: Folders,
        /// Who would deploy, instead of a key
        #[arg(long, value_name = "ADDRESS")]
        from: Option<Address>,
    },
    /// Deploys and wires what is not there, reads every wire back, writes the address book
    Apply {
        #[command(flatten)]
        network: Network,
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        built: Folders,
    },
    /// Tells what differs between configuration, address book and chain; fails if anything does
    Status {
        #[command(flatten)]
        network: Network,
    },
    /// Deploys programs that differ from those on chain, and prints the proposal that puts them in their place
    Upgrade {
        #[command(flatten)]
        network: Network,
        #[command(flatten)]
        keys: Keys,
        #[command(flatten)]
        built: Folders,
        /// The contract
        #[arg(value_name = "CONTRACT")]
        kind: Kind,
        /// Why: part of the proposal's identity, so that it must never change
        #[arg(long, value_name = "TEXT")]
        description: String,
    },
    /// Prolongs the lives of programs that end soon, and activates those that have ended; anybody may
    Keepalive {
        #[command(flatten)]
        network: Network,
        #[command(flatten)]
        keys: Keys,
        /// How soon is soon
        #[arg(long, value_name = "DAYS", default_value_t = SOON / DAY)]
        within: u64,
    },
    /// Prints what to send to propose, vote for, queue and execute calls of the owner's; needs no node and no key
    Proposal {
        /// The address book of a network that is governed
        #[arg(long, value_name = "FILE")]
        book: PathBuf,
        /// Why: part of the proposal's identity, so that it must never change
        #[arg(long, value_name = "TEXT")]
        description: String,
        /// A contract of the book, or an address, and what to call it with; repeated, calls are made in this order
        #[arg(long = "call", value_name = "CONTRACT=CALLDATA", required = true)]
        calls: Vec<String>,
    },
}

/// Where the network is, and what is known of it.
#[derive(Debug, Args)]
struct Network {
    /// The node [default: ETH_RPC_URL of the environment, or http://127.0.0.1:8547]
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// The network's configuration
    #[arg(long, value_name = "FILE", default_value = "deploy/devnet.toml")]
    config: PathBuf,
    /// The address book [default: deploy/NETWORK.json]
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
}

/// Where what was built is.
#[derive(Debug, Args)]
struct Folders {
    /// Where the built programs are
    #[arg(long, value_name = "FOLDER")]
    programs: Option<PathBuf>,
    /// Where the compiled contracts of governance are, if the configuration has any
    #[arg(long, value_name = "FOLDER")]
    governance: Option<PathBuf>,
    /// Have `cargo stylus check` look at every program besides, at the node itself (`./ev setup cargo-stylus`)
    #[arg(long)]
    cargo_stylus: bool,
}

impl Network {
    fn rpc(&self) -> String {
        let named = self.rpc.clone().or_else(|| env::var("ETH_RPC_URL").ok());
        named.unwrap_or_else(|| "http://127.0.0.1:8547".into())
    }

    fn book(&self, config: &Config) -> PathBuf {
        self.book.clone().unwrap_or_else(|| format!("deploy/{}.json", config.network).into())
    }

    async fn open(&self) -> Result<(Config, PathBuf, Client)> {
        let config = Config::read(&self.config)?;
        let book = self.book(&config);
        Ok((config, book, Client::connect(&self.rpc()).await?))
    }
}

impl Folders {
    fn folder(&self) -> PathBuf {
        self.programs.clone().unwrap_or_else(programs::default_folder)
    }

    fn load(&self, config: &Config, rpc: &str) -> Result<Built> {
        let compiled = self.governance.clone().unwrap_or_else(governance::default_folder);
        let built = Built::load(&self.folder(), &compiled, config)?;
        if self.cargo_stylus {
            check_with_cargo_stylus(&self.folder(), &programs::needed(config), rpc)?;
        }
        Ok(built)
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    match Flags::parse().what {
        What::Plan { network, keys, built, from } => {
            let (config, book, client) = network.open().await?;
            let deployer = from.map_or_else(|| keys.signer().map(|key| key.address()), Ok)?;
            let built = built.load(&config, &network.rpc())?;
            plan(&client, deployer, &config, &built, &book, true).await?;
        }
        What::Apply { network, keys, built } => {
            let (config, book, client) = network.open().await?;
            let built = built.load(&config, &network.rpc())?;
            let mut account = Account::new(keys.signer()?);
            plan(&client, account.address(), &config, &built, &book, false).await?;
            println!("applying");
            apply::deploy(&client, &mut account, &config, &built, &book, &mut print).await?;
            println!("every wire read back; addresses in {}", book.display());
        }
        What::Status { network } => return status(&network).await,
        What::Upgrade { network, keys, built, kind, description } => {
            let (_, book, client) = network.open().await?;
            let programs = Program::load_all(&built.folder(), kind.programs())?;
            if built.cargo_stylus {
                check_with_cargo_stylus(&built.folder(), kind.programs(), &network.rpc())?;
            }
            let mut account = Account::new(keys.signer()?);
            let actions = upgrade::prepare(&client, &mut account, &book, &programs, kind, &mut tell).await?;
            ensure!(!actions.is_empty(), "{}'s programs are what was built: nothing to decide", kind.name());
            upgrade::rehearse(&client, kind, &actions).await?;
            print_proposal(&Book::read(&book)?, actions, &description)?;
        }
        What::Keepalive { network, keys, within } => {
            let (_, book, client) = network.open().await?;
            let mut account = Account::new(keys.signer()?);
            let (book, within) = (Book::read(&book)?, within.saturating_mul(DAY));
            keepalive::keep_alive(&client, &mut account, &book, within, &mut |alive, care| {
                let name = &alive.name;
                match care {
                    Care::Enough(left) => println!("  kept  {name}: {} days left", left / DAY),
                    Care::TooSoon(left) => println!("  skip  {name}: {} days left, too young", left / DAY),
                    Care::Prolonged => println!("  done  {name}: prolonged"),
                    Care::Activated => println!("  done  {name}: activated again"),
                }
            })
            .await?;
        }
        What::Proposal { book, description, calls } => {
            let book = Book::read(&book)?;
            let actions = calls.iter().map(|call| action(&book, call)).collect::<Result<Vec<_>>>()?;
            print_proposal(&book, actions, &description)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn plan(
    client: &Client,
    deployer: Address,
    config: &Config,
    built: &Built,
    book: &Path,
    estimates: bool,
) -> Result<()> {
    println!("{}: chain {}, deployer {deployer}; the plan", config.network, client.chain_id());
    let (mut steps, mut gas) = (0_u64, 0_u64);
    let mut count = |report: &Report| {
        print(report);
        if let Outcome::Planned(estimate) = report.outcome {
            steps += 1;
            gas = gas.saturating_add(estimate.unwrap_or_default());
        }
    };
    apply::plan(client, deployer, config, built, book, estimates, &mut count).await?;
    println!("{steps} steps to take");
    if estimates {
        let wei = u128::from(gas).saturating_mul(client.gas_price());
        println!(
            "those that can be asked already: {gas} gas, {} ether at {} wei, and the data fees of programs",
            format_ether(wei),
            client.gas_price()
        );
    }
    Ok(())
}

async fn status(network: &Network) -> Result<ExitCode> {
    let (config, file, client) = network.open().await?;
    let mut book = Book::read(&file)?;
    book.check_chain(client.chain_id())?;
    for kind in upgrade::adopt(&client, &mut book).await? {
        println!("  note  {kind} has been upgraded; `apply` notes it in {}", file.display());
    }
    let mut drift = status::drift(&client, &config, &book).await?;
    for alive in status::lives(&client, &book).await? {
        match alive.life {
            Life::Over(why) => drift.push(format!("program {}: {why}: `keepalive`", alive.name)),
            Life::Unknown(why) => drift.push(format!("how long {} lives: {why}", alive.name)),
            Life::Left(left) if left <= SOON => {
                println!("  note  {} lives {} more days: `keepalive`", alive.name, left / DAY);
            }
            Life::Left(_) => {}
        }
    }
    for what in &drift {
        println!("  drift {what}");
    }
    println!("{}: {} differ", config.network, drift.len());
    Ok(if drift.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The chain's own check, by Offchain Labs' tool: it asks the node whether it would activate a program.
fn check_with_cargo_stylus(folder: &Path, names: &[&str], rpc: &str) -> Result<()> {
    for name in names {
        let wasm = folder.join(format!("{name}.wasm"));
        ensure!(wasm.is_file(), "program {name} is not built: no {}", wasm.display());
        let mut check = Command::new("cargo-stylus");
        // It wants to be in a workspace, whatever it looks at.
        check.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        check.args(["stylus", "check", "--endpoint", rpc, "--wasm-file"]).arg(&wasm);
        // Beside what is printed for machines.
        check.stdout(io::stderr());
        let status = check.status().context("cargo-stylus is not on the path: `./ev setup cargo-stylus`")?;
        ensure!(status.success(), "cargo stylus check refuses {name}");
    }
    Ok(())
}

fn print_proposal(book: &Book, actions: Vec<Action>, description: &str) -> Result<()> {
    let governor = Contracts::of(book)
        .context("nobody votes here: have the owner send the calls")
        .map(|contracts| contracts.governor);
    let printed: Printed = match governor {
        Ok(governor) => Proposal::new(actions, description)?.printed(governor),
        Err(error) => {
            println!("{}", serde_json::to_string_pretty(&actions)?);
            return Err(error);
        }
    };
    println!("{}", serde_json::to_string_pretty(&printed)?);
    Ok(())
}

fn action(book: &Book, text: &str) -> Result<Action> {
    let (contract, data) = text.split_once('=').with_context(|| format!("{text}: no CONTRACT=CALLDATA"))?;
    let target = contract.parse::<Address>().or_else(|_| book.contract(contract))?;
    let data = data.parse::<Bytes>().with_context(|| format!("{data} is no call data"))?;
    Ok(Action::raw(target, data))
}

fn print(report: &Report) {
    println!("{}", line(report));
}

/// Beside what is printed for machines.
fn tell(report: &Report) {
    eprintln!("{}", line(report));
}

fn line(Report { name, outcome, place: (place, of) }: &Report) -> String {
    let (word, more) = match outcome {
        Outcome::Sent(hash) => ("sent", format!("  ({hash})")),
        Outcome::Done(gas) => ("done", format!("  ({gas} gas)")),
        Outcome::Kept => ("kept", String::new()),
        Outcome::Noted => ("note", String::new()),
        Outcome::Skipped(why) => ("skip", format!(": {why}")),
        Outcome::Planned(None) => ("plan", String::new()),
        Outcome::Planned(Some(gas)) => ("plan", format!("  (about {gas} gas)")),
    };
    format!("  {word}  [{place}/{of}] {name}{more}")
}
