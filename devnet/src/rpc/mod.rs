//! The chain over JSON-RPC: HTTP and WebSocket on one port, as wallets, libraries and tools expect it.
//!
//! ```no_run
//! use devnet::{Chain, Config, rpc};
//! # fn main() -> std::io::Result<()> {
//! let node = rpc::serve(Chain::new(Config::default()), "127.0.0.1:0")?;
//! println!("listening on {}", node.url());
//! let height = node.with_chain(|chain| chain.block_number());
//! let chain = node.stop();
//! # assert_eq!(chain.block_number(), height);
//! # Ok(()) }
//! ```
//!
//! - `methods`: the names a client may call, and how a call reaches the chain.
//! - `args`, `error`, `shape`: what comes in, what is refused, what goes out.
//! - `read`, `calls`, `send`, `filters`, `dev`: the methods by subject.
//! - `subscribe`: notifications over WebSocket.
//!
//! A call holds the chain's lock on a blocking thread, never on the server's own threads. One that panics is
//! answered as an internal error, and the chain goes on: transactions are applied only after they ran.

mod args;
mod calls;
mod dev;
mod error;
mod filters;
mod methods;
mod node;
mod read;
mod send;
mod shape;
mod sign;
mod subscribe;

use crate::Chain;
use jsonrpsee::server::{BatchRequestConfig, IdProvider, ServerBuilder, ServerConfig, ServerHandle};
use jsonrpsee::types::SubscriptionId;
use node::{Node, Shared};
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tower_http::cors::CorsLayer;

/// Largest request body in bytes: a saved chain fits, an attempt to fill the memory does not.
const MAX_REQUEST: u32 = 64 << 20;
/// Largest answer in bytes.
const MAX_RESPONSE: u32 = 256 << 20;
/// Most calls in one batch.
const MAX_BATCH: u32 = 1_000;
/// Most clients at a time.
const MAX_CONNECTIONS: u32 = 1_024;
/// Calls that run at a time; more wait. Each holds a thread.
const MAX_CALLS: usize = 16;
/// How long a server that stops waits for calls under way.
const STOP_WAIT: Duration = Duration::from_secs(3);

/// How a node behaves beyond what its chain is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Mine a block every so many seconds in place of one for every transaction.
    pub block_time: Option<u64>,
    /// Print a line for every transaction.
    pub verbose: bool,
}

/// A running node. Dropping it stops it.
#[derive(Debug)]
pub struct Handle {
    addr: SocketAddr,
    shared: Arc<Shared>,
    server: ServerHandle,
    /// Hears when the server has stopped. (The lock is what lets threads share a handle.)
    stopped: Mutex<mpsc::Receiver<()>>,
    runtime: Option<Runtime>,
}

/// Serves a chain; port 0 takes any free one. Needs no asynchronous runtime and brings its own.
pub fn serve(chain: Chain, addr: impl ToSocketAddrs) -> io::Result<Handle> {
    serve_with(chain, addr, Options::default())
}

/// Serves a chain as [`serve`] does, with options.
pub fn serve_with(mut chain: Chain, addr: impl ToSocketAddrs, options: Options) -> io::Result<Handle> {
    let listener = TcpListener::bind(addr)?;
    listener.set_nonblocking(true)?;
    let addr = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(MAX_CALLS)
        .thread_name("devnet")
        .enable_all()
        .build()?;

    let block_time = options.block_time.unwrap_or(0);
    if block_time > 0 {
        chain.set_automine(false);
    }
    let (interval, intervals) = watch::channel(block_time);
    let shared = Arc::new(Shared::new(Node::new(chain, interval, options.verbose)));

    let _inside = runtime.enter();
    let server = ServerBuilder::with_config(config())
        .set_http_middleware(tower::ServiceBuilder::new().layer(CorsLayer::permissive()))
        .build_from_tcp(listener)?;
    let server = server.start(methods::module(&shared));
    runtime.spawn(mine_at_intervals(shared.clone(), intervals));
    let (done, stopped) = mpsc::channel();
    let watched = server.clone();
    runtime.spawn(async move {
        watched.stopped().await;
        // Nobody waits if the handle is gone.
        let _ = done.send(());
    });
    Ok(Handle { addr, shared, server, stopped: Mutex::new(stopped), runtime: Some(runtime) })
}

fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST)
        .max_response_body_size(MAX_RESPONSE)
        .max_connections(MAX_CONNECTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_tcp_no_delay(true)
        .set_id_provider(SubscriptionIds::default())
        .build()
}

/// Names of subscriptions, as Ethereum's clients expect them: hexadecimal numbers.
#[derive(Debug, Default)]
struct SubscriptionIds(AtomicU64);

impl IdProvider for SubscriptionIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        let number = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        SubscriptionId::Str(format!("{number:#x}").into())
    }
}

/// Mines whenever the interval has passed; 0 is never.
async fn mine_at_intervals(shared: Arc<Shared>, mut intervals: watch::Receiver<u64>) {
    loop {
        let seconds = *intervals.borrow_and_update();
        tokio::select! {
            changed = intervals.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(Duration::from_secs(seconds)), if seconds > 0 => {
                let shared = shared.clone();
                // A panic ends this block's attempt only.
                let _ = tokio::task::spawn_blocking(move || shared.write(|node| node.chain.mine(1))).await;
            }
        }
    }
}

impl Handle {
    /// Where the node listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address for HTTP clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The address for WebSocket clients.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// Looks at the chain, or changes it, between two calls of clients.
    pub fn with_chain<T>(&self, act: impl FnOnce(&mut Chain) -> T) -> T {
        self.shared.write(|node| act(&mut node.chain))
    }

    /// Stops the node and answers its chain.
    pub fn stop(mut self) -> Chain {
        self.halt();
        self.shared.read(|node| node.chain.clone())
    }

    fn halt(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        // An error says that it has stopped already.
        if self.server.stop().is_ok() {
            // A client that keeps its connection open does not keep the node.
            let stopped = self.stopped.get_mut().unwrap_or_else(PoisonError::into_inner);
            let _ = stopped.recv_timeout(STOP_WAIT);
        }
        // Does not wait, so it may be called from a runtime of the caller's.
        runtime.shutdown_background();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.halt();
    }
}
