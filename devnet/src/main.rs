//! `devnet`: a Stylus chain that listens on a port.

use anyhow::Context as _;
use clap::Parser;
use devnet::rpc::{self, Handle, Options};
use devnet::{Chain, Clock, Config};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the state is saved while the node runs.
const SAVE_EVERY: Duration = Duration::from_secs(60);

/// A Stylus chain for development: Arbitrum's rules and prices, ten funded accounts, JSON-RPC.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// Port for HTTP and WebSocket; 0 takes any free one
    #[arg(long, default_value_t = 8547)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Chain identifier of a new chain
    #[arg(long, default_value_t = 412_346)]
    chain_id: u64,
    /// Load the chain from this file if it is there, and save it there every minute and at the end
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Mine a block every so many seconds, in place of one for every transaction
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    block_time: Option<u64>,
    /// Print nothing but errors
    #[arg(long)]
    silent: bool,
}

fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    let chain = open(&flags)?;
    let options = Options { block_time: flags.block_time, verbose: !flags.silent };
    let node = rpc::serve_with(chain, (flags.host, flags.port), options)
        .with_context(|| format!("cannot listen on {}:{}", flags.host, flags.port))?;
    if !flags.silent {
        // A closed output is no reason to stop.
        let _ = greet(&node);
    }
    run(&node, flags.state.as_deref())?;
    let chain = node.stop();
    flags.state.as_deref().map_or(Ok(()), |file| save(&chain, file))
}

/// The saved chain, or a new one.
fn open(flags: &Flags) -> anyhow::Result<Chain> {
    let config = Config { chain_id: flags.chain_id, clock: Clock::Wall, ..Config::default() };
    let Some(file) = &flags.state else { return Ok(Chain::new(config)) };
    match fs::read(file) {
        Ok(saved) => {
            Chain::load(config, &saved).with_context(|| format!("{} holds no chain", file.display()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Chain::new(config)),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

fn greet(node: &Handle) -> std::io::Result<()> {
    let (accounts, id, balance, head) = node.with_chain(|chain| {
        (chain.accounts(), chain.chain_id(), chain.config().balance, chain.block_number())
    });
    let ether = balance / alloy_primitives::U256::from(10u64).pow(alloy_primitives::U256::from(18u64));
    let mut out = std::io::stdout().lock();
    writeln!(out, "Development accounts, {ether} ETH each at the start. Anyone knows their keys.\n")?;
    for (number, (address, key)) in accounts.iter().enumerate() {
        writeln!(out, "({number}) {address}  {key}")?;
    }
    writeln!(out, "\nChain {id} at block {head}")?;
    writeln!(out, "Listening on {} and {}\n", node.url(), node.ws_url())?;
    out.flush()
}

/// Waits for the end, and saves from time to time.
#[tokio::main(flavor = "current_thread")]
async fn run(node: &Handle, state: Option<&Path>) -> anyhow::Result<()> {
    let mut end = std::pin::pin!(asked_to_end());
    let mut saved_at = None;
    loop {
        tokio::select! {
            done = &mut end => return done,
            () = tokio::time::sleep(SAVE_EVERY), if state.is_some() => {
                let chain = node.with_chain(|chain| chain.clone());
                let now = chain.latest_block().hash;
                if let Some(file) = state && saved_at != Some(now) {
                    if let Err(error) = save(&chain, file) {
                        eprintln!("{error:#}");
                    }
                    saved_at = Some(now);
                }
            }
        }
    }
}

/// Ctrl-C or, where there is such a thing, a request to terminate.
async fn asked_to_end() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done?,
            _ = terminate.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c().await?)
}

/// Writes next to the file first: what was saved before stays whole if this is cut short.
fn save(chain: &Chain, file: &Path) -> anyhow::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let write = || -> anyhow::Result<()> {
        let mut out = fs::File::create(&beside)?;
        out.write_all(&chain.dump()?)?;
        out.sync_all()?;
        Ok(fs::rename(&beside, file)?)
    };
    write().with_context(|| format!("cannot save the chain to {}", file.display()))
}
