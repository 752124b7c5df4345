//! Methods that run code and change nothing: calls, estimates, traces.

use super::args::{Args, at};
use super::error::{Error, invalid_params};
use super::methods::Answer;
use super::node::Node;
use super::shape::{quantity, value};
use crate::{At, CallRequest, Chain, ChainError};
use alloy_eips::BlockId;
use alloy_primitives::{B256, TxKind};
use alloy_rpc_types_eth::state::StateOverride;
use alloy_rpc_types_eth::{BlockOverrides, TransactionRequest};
use alloy_rpc_types_trace::geth::{
    CallConfig, CallFrame, GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingOptions,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Most gas a call gets, whatever it asks for: what nodes allow.
const CALL_GAS: u64 = 50_000_000;

pub(super) fn call(node: &Node, args: &mut Args) -> Answer {
    let request: TransactionRequest = args.need()?;
    let at = args.at(&node.chain)?;
    let request = CallRequest {
        state_overrides: state_overrides(args)?,
        block_overrides: args.maybe::<BlockOverrides>()?.unwrap_or_default(),
        ..question(request, at)?
    };
    check_funds(&node.chain, &request)?;
    let outcome = node.chain.call_with(&request)?;
    if !outcome.success {
        return Err(Error::failed(&outcome));
    }
    Ok(value(outcome.output))
}

pub(super) fn estimate_gas(node: &Node, args: &mut Args) -> Answer {
    let request: TransactionRequest = args.need()?;
    // A transaction runs in the next block.
    let at = args.maybe::<BlockId>()?.map_or(Ok(At::Pending), |id| at(&node.chain, id))?;
    let request = CallRequest {
        state_overrides: state_overrides(args)?,
        block_overrides: args.maybe::<BlockOverrides>()?.unwrap_or_default(),
        ..question(request, at)?
    };
    check_funds(&node.chain, &request)?;
    Ok(quantity(node.chain.estimate_gas(&request)?))
}

pub(super) fn access_list(node: &Node, args: &mut Args) -> Answer {
    let request: TransactionRequest = args.need()?;
    let at = args.maybe::<BlockId>()?.map_or(Ok(At::Pending), |id| at(&node.chain, id))?;
    let (access_list, outcome) = node.chain.access_list(&question(request, at)?)?;
    let mut answer = json!({ "accessList": access_list, "gasUsed": quantity(outcome.gas_used) });
    if let (Some(error), Value::Object(fields)) = (outcome.error, &mut answer) {
        fields.insert("error".into(), value(error));
    }
    Ok(answer)
}

pub(super) fn trace_transaction(node: &Node, args: &mut Args) -> Answer {
    let hash: B256 = args.need()?;
    let wanted = call_tracer(args.maybe()?.unwrap_or_default())?;
    if node.chain.transaction(hash).is_none() {
        return Err(Error::server("transaction not found"));
    }
    let frame = node
        .chain
        .trace_transaction(hash)
        .ok_or_else(|| Error::server("the state this transaction ran on is not available"))?;
    Ok(value(cut(frame, &wanted)))
}

pub(super) fn trace_call(node: &Node, args: &mut Args) -> Answer {
    let request: TransactionRequest = args.need()?;
    let at = args.at(&node.chain)?;
    let options: Value = args.maybe()?.unwrap_or_else(|| json!({}));
    let overrides = Overrides::deserialize(&options).map_err(invalid_params)?;
    let wanted = call_tracer(GethDebugTracingOptions::deserialize(&options).map_err(invalid_params)?)?;
    let request = CallRequest {
        state_overrides: checked(overrides.state_overrides)?,
        block_overrides: overrides.block_overrides,
        ..question(request, at)?
    };
    Ok(value(cut(node.chain.trace_call(&request)?, &wanted)))
}

#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct Overrides {
    state_overrides: StateOverride,
    block_overrides: BlockOverrides,
}

/// A request as the chain takes it.
pub(super) fn question(request: TransactionRequest, at: At) -> Result<CallRequest, Error> {
    let fee = request.gas_price.or(request.max_fee_per_gas);
    Ok(CallRequest {
        from: request.from.unwrap_or_default(),
        to: request.to.and_then(|kind| match kind {
            TxKind::Call(to) => Some(to),
            TxKind::Create => None,
        }),
        data: request.input.try_into_unique_input().map_err(invalid_params)?.unwrap_or_default(),
        value: request.value.unwrap_or_default(),
        gas: request.gas.map(|gas| gas.min(CALL_GAS)),
        gas_price: fee,
        access_list: request.access_list.unwrap_or_default(),
        at,
        ..CallRequest::default()
    })
}

/// The sender must own what it sends: clients look for these words, not for the EVM's.
pub(super) fn check_funds(chain: &Chain, request: &CallRequest) -> Result<(), Error> {
    let (address, want) = (request.from, request.value);
    let overridden = request.state_overrides.get(&address).and_then(|account| account.balance);
    let have = overridden.map_or_else(|| chain.balance_at(address, request.at), Ok)?;
    if have < want {
        return Err(ChainError::InsufficientFunds { address, have, want }.into());
    }
    Ok(())
}

fn state_overrides(args: &mut Args) -> Result<StateOverride, Error> {
    checked(args.maybe::<StateOverride>()?.unwrap_or_default())
}

fn checked(overrides: StateOverride) -> Result<StateOverride, Error> {
    for (address, account) in &overrides {
        if account.state.is_some() && account.state_diff.is_some() {
            return Err(Error::server(format!("account {address} has both 'state' and 'stateDiff'")));
        }
        if account.move_precompile_to.is_some() {
            return Err(Error::server("'movePrecompileToAddress' is not available"));
        }
    }
    Ok(overrides)
}

/// What to show of a trace. There is one tracer.
fn call_tracer(options: GethDebugTracingOptions) -> Result<CallConfig, Error> {
    match options.tracer {
        Some(GethDebugTracerType::BuiltInTracer(GethDebugBuiltInTracerType::CallTracer)) => {}
        _ => return Err(Error::server("only {\"tracer\": \"callTracer\"} is available")),
    }
    if options.tracer_config.is_null() {
        return Ok(CallConfig::default());
    }
    serde_json::from_value(options.tracer_config.into_json()).map_err(invalid_params)
}

fn cut(mut frame: CallFrame, wanted: &CallConfig) -> CallFrame {
    if wanted.only_top_call == Some(true) {
        frame.calls.clear();
    }
    if wanted.with_log != Some(true) {
        without_logs(&mut frame);
    }
    frame
}

/// Trees are as deep as calls nest, which the chain limits.
fn without_logs(frame: &mut CallFrame) {
    frame.logs.clear();
    frame.calls.iter_mut().for_each(without_logs);
}
