//! The node with alloy, the library that Rust clients use: signing wallet, contract bindings, subscriptions.

mod rpc_world;

use alloy::consensus::Transaction as _;
use alloy::eips::BlockNumberOrTag;
use alloy::network::{EthereumWallet, TransactionBuilder};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::ext::{AnvilApi, DebugApi};
use alloy::providers::{Provider, ProviderBuilder};
use alloy::rpc::client::ClientBuilder;
use alloy::rpc::types::trace::geth::{CallConfig, GethDebugTracingOptions};
use alloy::rpc::types::{Filter, TransactionRequest};
use alloy::signers::local::PrivateKeySigner;
use alloy::sol_types::SolEvent;
use alloy::transports::ws::WsConnect;
use devnet::deploy::init_code;
use devnet::stylus::program;
use futures_util::{FutureExt, Stream, StreamExt};
use rpc_world::*;
use std::time::Duration;

fn wallet(key: B256) -> EthereumWallet {
    EthereumWallet::from(PrivateKeySigner::from_bytes(&key).expect("a key"))
}

/// A client over HTTP that signs for the first account.
fn http(world: &World) -> impl Provider + Clone + use<> {
    let url = world.node.url().parse().expect("an address");
    ProviderBuilder::new().wallet(wallet(world.accounts[0].1)).connect_http(url)
}

/// A client over WebSocket that signs for the first account.
async fn ws(world: &World) -> impl Provider + Clone + use<> {
    let client =
        ClientBuilder::default().pubsub(WsConnect::new(world.node.ws_url())).await.expect("a connection");
    ProviderBuilder::new().wallet(wallet(world.accounts[0].1)).connect_client(client)
}

/// The next that a subscriber is told; silence fails the test instead of holding it up for ever.
async fn told<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> T {
    let next = tokio::time::timeout(Duration::from_secs(60), stream.next());
    next.await.expect("the subscriber is told something").expect("the subscription goes on")
}

#[tokio::test]
async fn a_program_is_deployed_activated_called_and_changed() {
    let world = World::new();
    let provider = http(&world);
    // Deployed by hand as any client would: init code, then ArbWasm's activation.
    let wasm = wat::parse_str("(module (memory (export \"memory\") 1 1) (func (export \"user_entrypoint\") (param i32) (result i32) i32.const 0))").unwrap();
    let create = TransactionRequest::default().with_deploy_code(init_code(&program::encode(&wasm)));
    let receipt = provider.send_transaction(create).await.unwrap().get_receipt().await.unwrap();
    let program = receipt.contract_address.expect("an account");
    alloy::sol! {
        #[sol(rpc)]
        interface ArbWasm {
            function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
            function programVersion(address program) external view returns (uint16 version);
        }
    }
    let arb_wasm = ArbWasm::new(devnet::ARB_WASM, &provider);
    assert!(arb_wasm.programVersion(program).call().await.is_err(), "not active yet");
    let fee = U256::from(10).pow(U256::from(17));
    let receipt =
        arb_wasm.activateProgram(program).value(fee).send().await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status());
    assert_eq!(arb_wasm.programVersion(program).call().await.unwrap(), 2);
    let called = provider.call(TransactionRequest::default().with_to(program)).await.unwrap();
    assert_eq!(called, Bytes::new());

    let counter = Counter::new(world.counter, &provider);
    let receipt = counter.setNumber(U256::from(41)).send().await.unwrap().get_receipt().await.unwrap();
    let set = receipt.decoded_log::<Counter::NumberSet>().expect("the event");
    assert_eq!((set.by, set.value), (world.alice(), U256::from(41)));
    counter.increment().send().await.unwrap().watch().await.unwrap();
    assert_eq!(counter.number().call().await.unwrap(), U256::from(42));

    let transaction = provider.get_transaction_by_hash(receipt.transaction_hash).await.unwrap().unwrap();
    assert_eq!((transaction.to(), transaction.inner.signer()), (Some(world.counter), world.alice()));
    let events = counter.NumberSet_filter().from_block(0).query().await.unwrap();
    assert_eq!(events.len(), 2);
    let block = provider.get_block_by_number(BlockNumberOrTag::Latest).full().await.unwrap().unwrap();
    assert_eq!(block.transactions.len(), 1);
}

#[tokio::test]
async fn a_typed_error_arrives_as_such() {
    let world = World::new();
    let provider = http(&world);
    let counter = Counter::new(world.counter, &provider);
    let refused = counter.setNumber(U256::from(70_000)).call().await.unwrap_err();
    let error = refused.as_decoded_error::<Counter::TooBig>().expect("a typed error");
    assert_eq!(error.value, U256::from(70_000));
    // Sending estimates first, and meets the same error.
    let refused = counter.setNumber(U256::from(70_000)).send().await.unwrap_err();
    assert!(refused.as_decoded_error::<Counter::TooBig>().is_some(), "{refused}");
}

#[tokio::test]
async fn a_subscriber_over_websocket_is_told_of_blocks_logs_and_transactions() {
    let world = World::new();
    let provider = ws(&world).await;
    let counter = Counter::new(world.counter, &provider);
    // With its first transaction alloy subscribes to heads on its own account. It keeps one subscription of a kind
    // and drops what the node tells under the number of the one before, so that has to be over before we begin.
    counter.setNumber(U256::ZERO).send().await.unwrap().watch().await.unwrap();
    let mut heads = provider.subscribe_blocks().await.unwrap().into_stream();
    let mut sent = provider.subscribe_pending_transactions().await.unwrap().into_stream();
    let wanted = Filter::new().address(world.counter).event_signature(Counter::NumberSet::SIGNATURE_HASH);
    let mut logs = provider.subscribe_logs(&wanted).await.unwrap().into_stream();
    let others = Filter::new().address(world.bob());
    let mut other_logs = provider.subscribe_logs(&others).await.unwrap().into_stream();

    for value in 1..=3u64 {
        let pending = counter.setNumber(U256::from(value)).send().await.unwrap();
        let hash = *pending.tx_hash();
        assert_eq!(told(&mut sent).await, hash);
        let head = told(&mut heads).await;
        let log = told(&mut logs).await;
        assert_eq!((log.transaction_hash, log.block_hash), (Some(hash), Some(head.hash)));
        assert_eq!(log.log_decode::<Counter::NumberSet>().unwrap().inner.value, U256::from(value));
    }
    // Blocks that the node's owner mines are told as well.
    world.node.with_chain(|chain| chain.mine(2));
    let first = told(&mut heads).await.number;
    assert_eq!(told(&mut heads).await.number, first + 1);
    assert!(other_logs.next().now_or_never().is_none(), "told of logs nobody asked for");
}

#[tokio::test]
async fn a_subscription_ends_when_asked_to_and_wrong_ones_are_refused() {
    let world = World::new();
    let provider = ws(&world).await;
    let refused = provider.client().request::<_, String>("eth_subscribe", ("newNothing",)).await;
    assert_eq!(refused.unwrap_err().as_error_resp().expect("an answer").code, -32_602);
    let heads = provider.subscribe_blocks().await.unwrap();
    provider.unsubscribe(*heads.local_id()).await.unwrap();
    world.node.with_chain(|chain| chain.mine(1));
    // Calls and subscriptions share a connection.
    assert_eq!(
        provider.get_block_number().await.unwrap(),
        world.node.with_chain(|chain| chain.block_number())
    );
}

#[tokio::test]
async fn a_client_over_http_watches_by_polling() {
    let world = World::new();
    let provider = http(&world);
    let counter = Counter::new(world.counter, &provider);
    provider.client().set_poll_interval(Duration::from_millis(5));
    let mut events = counter.NumberSet_filter().watch().await.unwrap().into_stream();
    counter.setNumber(U256::from(9)).send().await.unwrap().watch().await.unwrap();
    let (event, _) = events.next().await.expect("an event").unwrap();
    assert_eq!(event.value, U256::from(9));
}

#[tokio::test]
async fn traces_and_development_methods_have_the_shapes_alloy_knows() {
    let world = World::new();
    let provider = http(&world);
    let counter = Counter::new(world.counter, &provider);
    let hash = counter.setNumber(U256::from(9)).send().await.unwrap().watch().await.unwrap();
    let options = GethDebugTracingOptions::call_tracer(CallConfig::default().with_log());
    let trace = provider.debug_trace_transaction(hash, options).await.unwrap();
    let frame = trace.try_into_call_frame().unwrap();
    assert_eq!((frame.typ.as_str(), frame.to, frame.logs.len()), ("CALL", Some(world.counter), 1));

    let someone = Address::repeat_byte(0x99);
    provider.anvil_set_balance(someone, U256::from(1_000_000_000_000_000_000u64)).await.unwrap();
    provider.anvil_impersonate_account(someone).await.unwrap();
    let transfer =
        TransactionRequest::default().with_from(someone).with_to(world.bob()).with_value(U256::ONE);
    // A client without a wallet leaves signing to the node.
    let plain = ProviderBuilder::new().connect_http(world.node.url().parse().unwrap());
    let receipt = plain.send_transaction(transfer).await.unwrap().get_receipt().await.unwrap();
    assert_eq!(receipt.from, someone);
    let snapshot = provider.anvil_snapshot().await.unwrap();
    provider.anvil_mine(Some(3), None).await.unwrap();
    provider.anvil_increase_time(60).await.unwrap();
    provider.anvil_set_nonce(someone, 5).await.unwrap();
    assert!(provider.anvil_revert(snapshot).await.unwrap());
    assert_eq!(provider.get_transaction_count(someone).await.unwrap(), 1);
    provider.anvil_set_storage_at(world.counter, U256::ZERO, U256::from(7).into()).await.unwrap();
    assert_eq!(counter.number().call().await.unwrap(), U256::from(7));
    assert_eq!(provider.anvil_node_info().await.unwrap().environment.chain_id, 412_346);
}

#[tokio::test]
async fn a_wallet_sends_many_transactions_at_once() {
    let world = World::new();
    let provider = http(&world);
    let before = provider.get_transaction_count(world.alice()).await.unwrap();
    let mut sent = Vec::new();
    for _ in 0..50 {
        let transfer = TransactionRequest::default().with_to(world.bob()).with_value(U256::ONE);
        sent.push(provider.send_transaction(transfer).await.unwrap());
    }
    for pending in sent {
        assert!(pending.get_receipt().await.unwrap().status());
    }
    assert_eq!(provider.get_transaction_count(world.alice()).await.unwrap(), before + 50);
}
