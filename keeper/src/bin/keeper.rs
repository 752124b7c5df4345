//! `keeper`: does everything in Everfloor that anybody may do and somebody has to, until it is told to stop.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use everfloor_keeper::{
    config::{Config, Log, LogFormat, LogLevel},
    keeper::{Keeper, Stop},
    metrics::{self, Server},
};
use prometheus_client::registry::Registry;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::{Level, info};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Liquidates, pays funding, rolls epochs, begins and ends auctions, and keeps oracles, curves and programs alive.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// The configuration; keeper/keeper.toml documents every key
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Simulate and judge everything, send nothing
    #[arg(long)]
    dry_run: bool,
    /// Do what there is to do now, and end
    #[arg(long)]
    once: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match keep(&Flags::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("keeper: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn keep(flags: &Flags) -> Result<ExitCode> {
    let config = Config::load(&flags.config)?;
    write_logs(&config.log);
    let ended = run(flags, &config).await;
    ended.map_err(|error| anyhow!(config.network.hidden(&error)))
}

async fn run(flags: &Flags, config: &Config) -> Result<ExitCode> {
    let stop = listen_for_signals()?;
    let (signer, node) = (config.account.signer()?, config.network.url()?);
    let node = node.host_str().unwrap_or_default();
    info!(account = %signer.address(), node, dry_run = flags.dry_run, "starting");
    let (mut keeper, registry) = Keeper::open(config, signer, flags.dry_run).await?;
    let _server = serve(config, &keeper, registry).await?;
    if flags.once {
        let round = keeper.settle(&stop).await?;
        info!(found = round.found, done = round.done, failed = round.failed, errors = round.errors, "once");
        return Ok(if round.errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    keeper.run(stop).await;
    Ok(ExitCode::SUCCESS)
}

/// To standard output, a line each. What libraries say below a warning is left out: it may have the node's address.
fn write_logs(log: &Log) {
    let level = match log.level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
    };
    let ours = ["everfloor_keeper", "keeper"].map(|target| (target, level));
    let targets = Targets::new().with_default(level.min(Level::WARN)).with_targets(ours);
    let (lines, kept) = (fmt::layer().with_ansi(false), tracing_subscriber::registry().with(targets));
    match log.format {
        LogFormat::Text => kept.with(lines).init(),
        LogFormat::Json => kept.with(lines.json().flatten_event(true)).init(),
    }
}

/// Hears of SIGINT and SIGTERM. What is under way is finished; a second signal is not waited for.
fn listen_for_signals() -> Result<Stop> {
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM")?;
    let (say, stop): (watch::Sender<bool>, Stop) = Stop::new();
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if say.send_replace(true) {
                std::process::exit(1);
            }
            info!("stopping: what is under way is finished");
        }
    });
    Ok(stop)
}

async fn serve(config: &Config, keeper: &Keeper, registry: Registry) -> Result<Option<Server>> {
    let Some(metrics) = &config.metrics else { return Ok(None) };
    let healthy_for = Duration::from_secs(metrics.healthy_for);
    let server = metrics::serve(metrics.listen, keeper.metrics().clone(), registry, healthy_for).await?;
    Ok(Some(server))
}
