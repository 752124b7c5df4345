//! What a keeper tells Prometheus, and whether it is well: `/metrics` and `/healthz` over HTTP.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tracing::{debug, info, warn};

/// What Prometheus asks for.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Clients of the server at a time, and how long each may take: they must not take what the keeper needs.
const CLIENTS: usize = 32;
const PATIENCE: Duration = Duration::from_secs(10);
const AFTER_AN_ERROR: Duration = Duration::from_millis(100);

/// A counter of sums that are no whole numbers.
type Total = Counter<f64, AtomicU64>;
/// A gauge of such.
type Level = Gauge<f64, AtomicU64>;

/// What became of which work.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Work {
    /// The job that found it.
    pub job: &'static str,
    /// What is done.
    pub action: &'static str,
    /// What became of it.
    pub outcome: &'static str,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Of {
    /// Its name.
    pub job: &'static str,
}

/// A contract, market or program.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Named {
    /// Its address or number.
    pub of: String,
}

/// Everything that is measured. Clones are the same.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Rounds that went through.
    pub rounds: Counter,
    /// How long they took.
    pub round_seconds: Histogram,
    /// Looks that failed, by job; the node's failures are of the job `node`.
    pub failures: Family<Of, Counter>,
    /// Work, by what became of it.
    pub work: Family<Work, Counter>,
    /// Spent on gas and fees, ether.
    pub spent: Total,
    /// Brought by paid work as simulated, ether.
    pub earned: Total,
    /// Transactions sent again at a higher price.
    pub bumps: Counter,
    /// Transactions that were given up, or whose nonce another had.
    pub lost: Counter,
    /// Times the chain was another one than it was.
    pub reorganisations: Counter,
    /// The last block looked at.
    pub head: Gauge,
    /// Its time.
    pub head_time: Gauge,
    /// The account's ether.
    pub balance: Level,
    /// The price of gas, gwei.
    pub gas_price: Level,
    /// What is left of the day's budget, ether.
    pub budget_left: Level,
    /// Accounts that may be liquidated, by market, as last looked.
    pub liquidatable: Family<Named, Gauge>,
    /// Epochs that a pool's escrow pays for.
    pub put_runway: Family<Named, Level>,
    /// Days that a program lives.
    pub program_days: Family<Named, Level>,
    health: Arc<Health>,
}

/// When a round last went through.
#[derive(Debug)]
struct Health {
    started: Instant,
    last_round_millis: AtomicU64,
}

impl Metrics {
    /// All at nothing, and the registry that shows them.
    pub fn new() -> (Self, Registry) {
        let metrics = Self {
            rounds: Counter::default(),
            round_seconds: Histogram::new(exponential_buckets(0.01, 2.0, 14)),
            failures: Family::default(),
            work: Family::default(),
            spent: Total::default(),
            earned: Total::default(),
            bumps: Counter::default(),
            lost: Counter::default(),
            reorganisations: Counter::default(),
            head: Gauge::default(),
            head_time: Gauge::default(),
            balance: Level::default(),
            gas_price: Level::default(),
            budget_left: Level::default(),
            liquidatable: Family::default(),
            put_runway: Family::default(),
            program_days: Family::default(),
            health: Arc::new(Health { started: Instant::now(), last_round_millis: AtomicU64::new(0) }),
        };
        let mut registry = Registry::with_prefix("keeper");
        metrics.register(&mut registry);
        (metrics, registry)
    }

    fn register(&self, to: &mut Registry) {
        to.register("rounds", "Rounds that went through", self.rounds.clone());
        to.register_with_unit("round", "How long rounds took", Unit::Seconds, self.round_seconds.clone());
        to.register("failures", "Looks that failed", self.failures.clone());
        to.register("work", "Work by what became of it", self.work.clone());
        to.register("spent_ether", "Spent on gas and fees", self.spent.clone());
        to.register("earned_ether", "Brought by paid work as simulated", self.earned.clone());
        to.register("bumps", "Transactions sent again at a higher price", self.bumps.clone());
        to.register("lost", "Transactions given up or replaced", self.lost.clone());
        to.register(
            "reorganisations",
            "Times the chain was another one than it was",
            self.reorganisations.clone(),
        );
        to.register("head", "The last block looked at", self.head.clone());
        to.register("head_time", "Its time, seconds since 1970", self.head_time.clone());
        to.register("balance_ether", "The account's ether", self.balance.clone());
        to.register("gas_price_gwei", "The price of gas", self.gas_price.clone());
        to.register("budget_left_ether", "Left for unpaid work today", self.budget_left.clone());
        to.register(
            "liquidatable",
            "Accounts that may be liquidated, as last looked",
            self.liquidatable.clone(),
        );
        to.register(
            "put_runway_epochs",
            "Epochs that a pool's escrow pays for: alert below 1",
            self.put_runway.clone(),
        );
        to.register("program_days_left", "Days that a program lives", self.program_days.clone());
    }

    /// Counts what became of work.
    pub fn count(&self, job: &'static str, action: &'static str, outcome: &'static str) {
        self.work.get_or_create(&Work { job, action, outcome }).inc();
    }

    /// Counts a failure.
    pub fn fail(&self, job: &'static str) {
        self.failures.get_or_create(&Of { job }).inc();
    }

    /// A round went through.
    pub fn round(&self, took: Duration) {
        self.rounds.inc();
        self.round_seconds.observe(took.as_secs_f64());
        let millis = u64::try_from(self.health.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.health.last_round_millis.store(millis.max(1), Ordering::Relaxed);
    }

    /// How long ago a round went through, or the start if none has.
    pub fn silent_for(&self) -> Duration {
        let last = Duration::from_millis(self.health.last_round_millis.load(Ordering::Relaxed));
        self.health.started.elapsed().saturating_sub(last)
    }
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the server answers from.
struct Answers {
    metrics: Metrics,
    registry: Registry,
    healthy_for: Duration,
}

/// Serves metrics and health.
pub async fn serve(
    listen: SocketAddr,
    metrics: Metrics,
    registry: Registry,
    healthy_for: Duration,
) -> Result<Server> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    info!(%address, "serving metrics");
    let answers = Arc::new(Answers { metrics, registry, healthy_for });
    let places = Arc::new(Semaphore::new(CLIENTS));
    let task = tokio::spawn(async move {
        // Nobody is accepted before there is a place; it is never closed.
        while let Ok(place) = places.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let answers = answers.clone();
                    tokio::spawn(async move {
                        // Whoever takes longer goes without.
                        let _ = timeout(PATIENCE, talk(TokioIo::new(stream), answers)).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    warn!(%error, "a connection for metrics was not accepted");
                    sleep(AFTER_AN_ERROR).await;
                }
            }
        }
    });
    Ok(Server { address, task })
}

async fn talk(stream: TokioIo<tokio::net::TcpStream>, answers: Arc<Answers>) {
    let service = service_fn(|request| {
        let answers = answers.clone();
        async move { Ok::<_, Infallible>(answers.answer(&request)) }
    });
    if let Err(error) = http1::Builder::new().keep_alive(false).serve_connection(stream, service).await {
        debug!(%error, "a client of metrics went away");
    }
}

impl Answers {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if request.method() != Method::GET {
            return reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET\n".into());
        }
        match request.uri().path() {
            "/metrics" => {
                let mut text = String::new();
                match encode(&mut text, &self.registry) {
                    Ok(()) => reply(StatusCode::OK, OPEN_METRICS, text),
                    Err(error) => reply(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("{error}\n")),
                }
            }
            "/healthz" => {
                let silent = self.metrics.silent_for();
                let status = match silent <= self.healthy_for {
                    true => StatusCode::OK,
                    false => StatusCode::SERVICE_UNAVAILABLE,
                };
                reply(status, TEXT, format!("the last whole round was {} s ago\n", silent.as_secs()))
            }
            _ => reply(StatusCode::NOT_FOUND, TEXT, "ask for /metrics or /healthz\n".into()),
        }
    }
}

fn reply(status: StatusCode, kind: HeaderValue, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
