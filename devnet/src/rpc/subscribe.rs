//! Notifications over WebSocket: `eth_subscribe` and `eth_unsubscribe`.

use super::args::Args;
use super::error::{Error, invalid_params};
use super::node::{Event, Shared};
use super::shape::value;
use alloy_rpc_types_eth::Filter;
use jsonrpsee::core::SubscriptionError;
use jsonrpsee::types::Params;
use jsonrpsee::{PendingSubscriptionSink, RpcModule, SubscriptionMessage, SubscriptionSink};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// What a subscriber wants.
#[derive(Debug)]
enum Wanted {
    Heads,
    Logs(Box<Filter>),
    /// Hashes, or whole transactions.
    Transactions {
        full: bool,
    },
    /// This chain is never behind: nothing will ever be told.
    Syncing,
}

pub(super) fn add(module: &mut RpcModule<Shared>) {
    let added = module.register_subscription(
        "eth_subscribe",
        "eth_subscription",
        "eth_unsubscribe",
        |params, pending, shared, _| async move { serve(params, pending, shared).await },
    );
    debug_assert!(added.is_ok(), "eth_subscribe is there twice");
}

async fn serve(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    shared: Arc<Shared>,
) -> Result<(), SubscriptionError> {
    // From here on nothing is missed.
    let mut events = shared.subscribe();
    drop(shared);
    let wanted = match parse(&params) {
        Ok(wanted) => wanted,
        Err(error) => {
            pending.reject(error).await;
            return Ok(());
        }
    };
    // The client has gone if its subscription cannot be accepted.
    let Ok(sink) = pending.accept().await else { return Ok(()) };
    loop {
        let event = tokio::select! {
            () = sink.closed() => return Ok(()),
            event = events.recv() => event,
        };
        let event = match event {
            Ok(event) => event,
            Err(RecvError::Closed) => return Ok(()),
            Err(RecvError::Lagged(missed)) => {
                return Err(format!("subscription ended: {missed} notifications were not taken").into());
            }
        };
        for notification in select(&wanted, event) {
            if send(&sink, &notification).await.is_err() {
                return Ok(());
            }
        }
    }
}

async fn send(sink: &SubscriptionSink, notification: &Value) -> Result<(), SubscriptionError> {
    let message = SubscriptionMessage::new(sink.method_name(), sink.subscription_id(), notification)?;
    sink.send(message).await.map_err(SubscriptionError::from)
}

fn parse(params: &Params<'_>) -> Result<Wanted, Error> {
    let mut args = Args::parse(params)?;
    let kind: String = args.need()?;
    match kind.as_str() {
        "newHeads" => Ok(Wanted::Heads),
        "logs" => Ok(Wanted::Logs(Box::new(args.maybe::<Filter>()?.unwrap_or_default()))),
        "newPendingTransactions" => Ok(Wanted::Transactions { full: args.maybe::<bool>()?.unwrap_or(false) }),
        "syncing" => Ok(Wanted::Syncing),
        other => Err(invalid_params(format!("no \"{other}\" subscription in eth namespace"))),
    }
}

/// What of an event a subscriber is told.
fn select(wanted: &Wanted, event: Event) -> Vec<Value> {
    match (wanted, event) {
        (Wanted::Heads, Event::Block(block)) => vec![block.header.clone()],
        (Wanted::Logs(filter), Event::Block(block)) => {
            let matching = block
                .logs
                .iter()
                .filter(|log| filter.matches_address(log.address()) && filter.matches_topics(log.topics()));
            matching.map(value).collect()
        }
        (Wanted::Transactions { full: false }, Event::Pending(hash, _)) => vec![value(hash)],
        (Wanted::Transactions { full: true }, Event::Pending(_, whole)) => vec![Value::clone(&whole)],
        _ => Vec::new(),
    }
}
