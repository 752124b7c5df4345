//! Transactions, blocks, questions about the past, snapshots, time and saving, with plain EVM contracts.

mod common;

use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy};
use alloy_eips::eip2718::Encodable2718;
use alloy_eips::eip7702::Authorization;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use alloy_rpc_types_eth::{BlockOverrides, Filter};
use common::*;
use devnet::chain::development_accounts;
use devnet::{At, CallRequest, Chain, ChainError, Clock, Config, TxRequest};
use k256::ecdsa::SigningKey;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

fn sign(key: B256, hash: B256) -> Signature {
    let key = SigningKey::from_slice(key.as_slice()).expect("a key");
    let (signature, id) = key.sign_prehash_recoverable(hash.as_slice()).expect("a signature");
    let (r, s) = signature.split_bytes();
    Signature::new(U256::from_be_slice(&r), U256::from_be_slice(&s), id.is_y_odd())
}

fn transfer(world: &World, nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: world.chain.chain_id(),
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 1_000_000_000,
        max_priority_fee_per_gas: 1_000_000,
        to: TxKind::Call(world.bob),
        value: U256::from(5),
        ..TxEip1559::default()
    }
}

fn signed<T>(transaction: T, key: B256) -> Vec<u8>
where
    T: SignableTransaction<Signature>,
    TxEnvelope: From<alloy_consensus::Signed<T>>,
{
    let signature = sign(key, transaction.signature_hash());
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718()
}

fn key(world: &World) -> B256 {
    world.chain.accounts()[0].1
}

#[test]
fn the_development_keys_belong_to_the_development_accounts() {
    for (address, key) in development_accounts() {
        let key = SigningKey::from_slice(key.as_slice()).expect("a key");
        let point = key.verifying_key().to_encoded_point(false);
        assert_eq!(Address::from_slice(&keccak256(&point.as_bytes()[1..])[12..]), address);
    }
}

#[test]
fn signed_transactions_of_every_type_are_mined_at_the_base_fee() {
    let mut world = World::new();
    let (key, chain_id) = (key(&world), world.chain.chain_id());
    let legacy = TxLegacy {
        chain_id: Some(chain_id),
        nonce: 0,
        gas_price: 300_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(world.bob),
        value: U256::from(5),
        input: Bytes::new(),
    };
    let listed = TxEip2930 {
        chain_id,
        nonce: 1,
        gas_price: 100_000_000,
        gas_limit: 40_000,
        to: TxKind::Call(world.bob),
        value: U256::from(5),
        ..TxEip2930::default()
    };
    let raws = [signed(legacy, key), signed(listed, key), signed(transfer(&world, 2), key)];
    let (mut before, bob) = (world.chain.balance(world.alice), world.chain.balance(world.bob));
    for (raw, tx_type) in raws.iter().zip(0u8..) {
        let hash = world.chain.send_raw(raw).expect("accepted");
        assert_eq!(hash, keccak256(raw));
        let receipt = world.chain.receipt(hash).expect("mined");
        assert!(receipt.success);
        assert_eq!(
            (receipt.tx_type, receipt.gas_used, receipt.effective_gas_price),
            (tx_type, 21_000, 100_000_000)
        );
        let after = world.chain.balance(world.alice);
        assert_eq!(before - after, U256::from(5 + 21_000 * 100_000_000u64), "tips are not taken");
        before = after;
        assert_eq!(world.chain.transaction(hash).unwrap().from, world.alice);
        assert!(matches!(world.chain.send_raw(raw), Err(ChainError::AlreadyKnown(_))));
    }
    assert_eq!(world.chain.balance(world.bob) - bob, U256::from(15));
    assert_eq!(world.chain.block_number(), 3);
}

#[test]
fn an_account_can_delegate_to_a_program() {
    let mut world = World::new();
    let actor = world.actor();
    let (alice_key, (carol, carol_key)) = (key(&world), world.chain.accounts()[2]);
    let chain_id = world.chain.chain_id();
    let authorization = Authorization { chain_id: U256::from(chain_id), address: actor, nonce: 0 };
    let signature = sign(carol_key, authorization.signature_hash());
    let transaction = TxEip7702 {
        chain_id,
        nonce: world.chain.nonce(world.alice),
        gas_limit: 500_000,
        max_fee_per_gas: 100_000_000,
        to: carol,
        input: op::write(1, 2).into(),
        authorization_list: vec![authorization.into_signed(signature)],
        ..TxEip7702::default()
    };
    let hash = world.chain.send_raw(&signed(transaction, alice_key)).expect("accepted");
    let receipt = world.chain.receipt(hash).unwrap();
    assert!(receipt.success, "{receipt:?}");
    assert_eq!(world.chain.storage_at(carol, U256::from(1)), word(2));
    assert_eq!(who(&world.ask(carol, op::who())).this, carol);
}

#[test]
fn bad_transactions_are_refused_with_values_and_change_nothing() {
    let mut world = World::new();
    let key = key(&world);
    let height = world.chain.block_number();
    let refuse = |world: &mut World, transaction: TxEip1559| {
        world.chain.send_raw(&signed(transaction, key)).expect_err("refused")
    };
    let chain = TxEip1559 { chain_id: 1, ..transfer(&world, 0) };
    assert_eq!(refuse(&mut world, chain), ChainError::WrongChain { have: 1, want: 412_346 });
    let cheap = TxEip1559 { max_fee_per_gas: 99_999_999, max_priority_fee_per_gas: 0, ..transfer(&world, 0) };
    assert_eq!(refuse(&mut world, cheap), ChainError::FeeTooLow { have: 99_999_999, want: 100_000_000 });
    let rich = TxEip1559 { value: U256::MAX / U256::from(2), ..transfer(&world, 0) };
    assert!(matches!(refuse(&mut world, rich), ChainError::InsufficientFunds { .. }));
    let low = TxEip1559 { gas_limit: 20_999, ..transfer(&world, 0) };
    assert_eq!(refuse(&mut world, low), ChainError::IntrinsicGas { have: 20_999, want: 21_000 });
    world.send(world.bob, vec![]);
    let old = transfer(&world, 0);
    assert_eq!(refuse(&mut world, old), ChainError::NonceTooLow { have: 0, want: 1 });
    assert_eq!(world.chain.block_number(), height + 1);

    for junk in [&[][..], &[0x02], &[0xc0], &[0x03, 0x01, 0x02], &[0xff; 100]] {
        assert!(matches!(world.chain.send_raw(junk), Err(ChainError::Undecodable(_))), "{junk:?}");
    }
}

#[test]
fn random_bytes_never_stop_the_chain() {
    let seed = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = World::new();
    let actor = world.actor();
    let good = signed(transfer(&world, 7), key(&world));
    for _ in 0..300 {
        let mut raw = good.clone();
        let place = random.random_range(0..raw.len());
        raw[place] = random.random();
        raw.truncate(random.random_range(1..=raw.len()));
        let _ = world.chain.send_raw(&raw);

        // Code made of anything, called and created.
        let mut code = vec![0; random.random_range(1..200)];
        random.fill_bytes(&mut code);
        let _ = world.call_with(CallRequest {
            data: code.clone().into(),
            gas: Some(200_000),
            ..CallRequest::default()
        });
        world.chain.set_code(Address::repeat_byte(1), code.clone().into());
        let _ = world.call_with(CallRequest {
            to: Some(Address::repeat_byte(1)),
            data: code.clone().into(),
            gas: Some(200_000),
            ..CallRequest::default()
        });
        // And programs of anything.
        let mut wasm = actor_wasm();
        let place = random.random_range(0..wasm.len());
        wasm[place] = random.random();
        let snapshot = world.chain.snapshot();
        if let Ok(program) = world.chain.deploy_program(world.alice, &wasm) {
            let mut input = vec![0; random.random_range(1..100)];
            random.fill_bytes(&mut input);
            input[0] %= 20;
            let _ = world.call_with(CallRequest {
                to: Some(program),
                data: input.into(),
                gas: Some(1_000_000),
                ..CallRequest::default()
            });
        }
        world.chain.revert(snapshot);
    }
    world.must(actor, op::count());
}

#[test]
fn blocks_receipts_and_logs_fit_together() {
    let mut world = World::new();
    let actor = world.actor();
    let first = world.must(actor, op::log(&[word(1), word(2)], b"a"));
    world.must(actor, op::log(&[word(1), word(3)], b"b"));
    let block = world.chain.block_by_hash(first.block_hash).expect("its block").clone();
    assert_eq!(block.transactions, [first.hash]);
    assert_eq!(block.header.hash_slow(), block.hash);
    assert_eq!(block.header.gas_used, first.gas_used);
    let parent = world.chain.block_by_number(block.header.number - 1).unwrap();
    assert_eq!(block.header.parent_hash, parent.hash);

    let all = world.chain.logs(&Filter::new().address(actor).from_block(0u64));
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].transaction_hash, all[0].log_index), (Some(first.hash), Some(0)));
    let one = world.chain.logs(&Filter::new().from_block(0u64).event_signature(word(1)).topic1(word(3)));
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].data().data, Bytes::from_static(b"b"));
    assert_eq!(world.chain.logs(&Filter::new().at_block_hash(first.block_hash)).len(), 1);
    assert_eq!(world.chain.logs(&Filter::new().at_block_hash(B256::ZERO)).len(), 0);
    assert_eq!(world.chain.logs(&Filter::new().from_block(0u64).address(world.bob)).len(), 0);
}

#[test]
fn the_past_can_be_asked() {
    let mut world = World::new();
    let store = world.contract(&evm_store());
    let reader = world.contract(&[0x5f, 0x54, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);
    let mut heights = Vec::new();
    for value in 1..=3 {
        world.must(store, [word(0).as_slice(), word(value).as_slice()].concat());
        heights.push(world.chain.block_number());
    }
    for (height, value) in heights.iter().zip(1..) {
        let at = At::Block(*height);
        assert_eq!(world.chain.storage_at_block(store, U256::ZERO, at).unwrap(), word(value));
    }
    let before = At::Block(heights[0] - 1);
    assert_eq!(world.chain.storage_at_block(store, U256::ZERO, before).unwrap(), B256::ZERO);
    assert_eq!(world.chain.code_at(store, At::Block(0)).unwrap(), Bytes::new());
    assert_eq!(world.chain.balance_at(world.alice, At::Block(0)).unwrap(), world.chain.config().balance);
    assert_eq!(world.chain.nonce_at(world.alice, At::Block(1)).unwrap(), 1);
    assert_eq!(world.chain.balance_at(world.alice, At::Block(99)), Err(ChainError::UnknownBlock(99)));
    // A call in the past sees that block's time.
    let clock = world.contract(&[0x42, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);
    let born = world.chain.block_number();
    world.chain.warp(1_000);
    let at = |at| CallRequest { to: Some(clock), at, ..CallRequest::default() };
    let then = number(&world.call_with(at(At::Block(born))).output);
    assert_eq!(number(&world.call_with(at(At::Latest)).output) - then, 1_000);
    assert_eq!(number(&world.call_with(at(At::Pending)).output) - then, 1_001);
    // Overrides of a slot and of the block.
    let overrides = alloy_rpc_types_eth::state::StateOverridesBuilder::default()
        .append(
            reader,
            alloy_rpc_types_eth::state::AccountOverride {
                state_diff: Some([(B256::ZERO, word(42))].into_iter().collect()),
                ..Default::default()
            },
        )
        .build();
    let request = CallRequest { to: Some(reader), state_overrides: overrides, ..CallRequest::default() };
    assert_eq!(number(&world.call_with(request).output), 42);
    let block_overrides = BlockOverrides { time: Some(5), ..BlockOverrides::default() };
    let request = CallRequest { to: Some(clock), block_overrides, ..CallRequest::default() };
    assert_eq!(number(&world.call_with(request).output), 5);
}

#[test]
fn snapshots_nest_and_take_everything_back() {
    let mut world = World::new();
    let actor = world.actor();
    world.must(actor, op::count());
    let (height, time) = (world.chain.block_number(), world.chain.timestamp());
    let outer = world.chain.snapshot();
    let receipt = world.must(actor, op::count());
    let inner = world.chain.snapshot();
    world.chain.warp(5_000);
    world.chain.set_balance(world.bob, U256::from(1));
    world.must(actor, op::count());
    assert!(world.chain.revert(inner));
    assert_eq!(world.chain.storage_at(actor, U256::ZERO), word(2));
    assert!(world.chain.receipt(receipt.hash).is_some());
    assert!(world.chain.revert(outer));
    assert_eq!(world.chain.storage_at(actor, U256::ZERO), word(1));
    assert_eq!((world.chain.block_number(), world.chain.timestamp()), (height, time));
    assert_eq!(world.chain.balance(world.bob), world.chain.config().balance);
    assert!(world.chain.receipt(receipt.hash).is_none());
    assert!(!world.chain.revert(inner), "used up");
    assert!(!world.chain.revert(99));
    // The same steps give the same chain again.
    assert_eq!(world.must(actor, op::count()).hash, receipt.hash);
}

#[test]
fn time_goes_where_it_is_told() {
    let mut world = World::new();
    let start = world.chain.timestamp();
    world.chain.mine(2);
    assert_eq!(world.chain.timestamp(), start + 2);
    world.chain.increase_time(100);
    assert_eq!(world.chain.timestamp(), start + 2, "no block yet");
    world.must(world.bob, vec![]);
    assert_eq!(world.chain.timestamp(), start + 102);
    world.chain.set_next_timestamp(start + 1_000).unwrap();
    world.must(world.bob, vec![]);
    assert_eq!(world.chain.timestamp(), start + 1_000);
    assert!(world.chain.set_timestamp(start).is_err(), "time does not go back");
    world.chain.set_timestamp(start + 2_000).unwrap();
    assert_eq!(world.chain.timestamp(), start + 2_000);

    let mut world = World::with(Config { clock: Clock::Wall, ..Config::default() });
    let start = world.chain.timestamp();
    assert!(start > 1_700_000_000);
    world.chain.warp(1_000_000);
    let warped = world.chain.timestamp();
    assert!(warped >= start + 1_000_000);
    world.must(world.bob, vec![]);
    assert!(world.chain.timestamp() >= warped);
}

#[test]
fn transactions_wait_for_a_nonce_and_for_mining() {
    let mut world = World::new();
    let key = key(&world);
    let late = world.chain.send_raw(&signed(transfer(&world, 1), key)).unwrap();
    assert!(world.chain.receipt(late).is_none());
    assert_eq!(world.chain.pending(), [late]);
    assert_eq!(world.chain.nonce_at(world.alice, At::Pending).unwrap(), 0);
    let first = world.chain.send_raw(&signed(transfer(&world, 0), key)).unwrap();
    assert!(world.chain.receipt(first).is_some() && world.chain.receipt(late).is_some());

    world.chain.set_automine(false);
    let hashes: Vec<B256> =
        (2..5).map(|nonce| world.chain.send_raw(&signed(transfer(&world, nonce), key)).unwrap()).collect();
    assert_eq!(world.chain.pending_nonce(world.alice), 5);
    world.chain.mine(1);
    let receipts: Vec<_> = hashes.iter().map(|hash| world.chain.receipt(*hash).expect("mined")).collect();
    assert_eq!(world.chain.latest_block().transactions, hashes);
    let places: Vec<_> =
        receipts.iter().map(|receipt| (receipt.index, receipt.cumulative_gas_used)).collect();
    assert_eq!(places, [(0, 21_000), (1, 42_000), (2, 63_000)]);
    assert!(world.chain.trace_transaction(hashes[2]).is_some());
}

#[test]
fn a_saved_chain_goes_on_where_it_was() {
    let mut world = World::new();
    let actor = world.actor();
    world.chain.cache_program(actor).unwrap();
    let receipt = world.must(actor, op::count());
    world.must(actor, op::log(&[word(1)], b"x"));
    let saved = world.chain.dump().unwrap();
    let mut loaded = Chain::load(Config::default(), &saved).unwrap();
    assert_eq!(loaded.dump().unwrap(), saved);
    assert_eq!(loaded.block_number(), world.chain.block_number());
    assert_eq!(loaded.receipt(receipt.hash).unwrap().gas_used, receipt.gas_used);
    assert_eq!(loaded.logs(&Filter::new().from_block(0u64).address(actor)).len(), 1);
    // Both chains do the same from here.
    let again =
        TxRequest { from: world.alice, to: Some(actor), data: op::count().into(), ..TxRequest::default() };
    let (one, two) = (world.chain.send(again.clone()).unwrap(), loaded.send(again).unwrap());
    assert_eq!((one.output, one.gas_used), (two.output, two.gas_used));
    assert_eq!(loaded.balance_at(world.alice, At::Block(1)), Err(ChainError::UnknownBlock(1)));
    assert!(loaded.trace_transaction(receipt.hash).is_none());
    assert!(loaded.trace_transaction(two.hash).is_some());

    for bad in [&b"{}"[..], b"", b"[]", &saved[..saved.len() / 2]] {
        assert!(matches!(Chain::load(Config::default(), bad), Err(ChainError::BadDump(_))));
    }
}

#[test]
fn anyone_can_be_impersonated() {
    let mut world = World::new();
    let store = world.contract(&evm_store());
    world.chain.set_balance(store, U256::from(1_000_000_000_000_000_000u64));
    let request =
        TxRequest { from: store, to: Some(world.bob), value: U256::from(1), ..TxRequest::default() };
    let receipt = world.chain.send(request).unwrap();
    assert!(receipt.success);
    assert_eq!(receipt.from, store);
    let poor = TxRequest { from: Address::repeat_byte(0x11), to: Some(world.bob), ..TxRequest::default() };
    assert!(matches!(world.chain.send(poor), Err(ChainError::InsufficientFunds { .. })));
}

#[test]
fn fees_are_collected_and_nothing_is_lost() {
    let mut world = World::new();
    let collector = alloy_primitives::address!("a4b00000000000000000000000000000000000fe");
    let total = |world: &World| {
        let accounts = world.chain.accounts().into_iter().map(|(address, _)| address).chain([collector]);
        accounts.map(|address| world.chain.balance(address)).fold(U256::ZERO, |sum, balance| sum + balance)
    };
    let before = total(&world);
    let actor = world.actor();
    world.must(actor, op::count());
    world.send(actor, op::trap());
    assert_eq!(total(&world), before);
    assert!(world.chain.balance(collector) > U256::ZERO);
}

#[test]
fn an_estimate_suffices_and_a_failing_call_tells_why() {
    let mut world = World::new();
    let actor = world.actor();
    let request = |data: Vec<u8>| CallRequest {
        from: world.alice,
        to: Some(actor),
        data: data.into(),
        ..CallRequest::default()
    };
    assert_eq!(
        world.chain.estimate_gas(&CallRequest {
            from: world.alice,
            to: Some(world.bob),
            ..CallRequest::default()
        }),
        Ok(21_000)
    );
    let failed = world.chain.estimate_gas(&request(op::write_and_revert(b"no"))).unwrap_err();
    let ChainError::Failed(outcome) = failed else { panic!("{failed:?}") };
    assert_eq!(outcome.output, Bytes::from_static(b"no"));
    // A call through a contract needs the 64th kept back at each step.
    let forwarder_address = {
        let code = forwarder(Kind::Call);
        world.contract(&code)
    };
    let through = CallRequest {
        from: world.alice,
        to: Some(forwarder_address),
        data: to(actor, &op::write(1, 1)).into(),
        ..CallRequest::default()
    };
    let gas = world.chain.estimate_gas(&through).unwrap();
    let sent = world.chain.send(TxRequest {
        from: world.alice,
        to: through.to,
        data: through.data,
        gas: Some(gas),
        ..TxRequest::default()
    });
    assert!(sent.unwrap().success);
}

#[test]
fn a_chain_can_move_to_another_thread_and_a_clone_goes_its_own_way() {
    let mut world = World::new();
    let actor = world.actor();
    world.must(actor, op::count());
    let (mut clone, alice) = (world.chain.clone(), world.alice);
    let counted = std::thread::spawn(move || {
        let request =
            TxRequest { from: alice, to: Some(actor), data: op::count().into(), ..TxRequest::default() };
        clone.send(request).map(|receipt| number(&receipt.output))
    });
    assert_eq!(counted.join().expect("no panic"), Ok(2));
    assert_eq!(world.chain.storage_at(actor, U256::ZERO), word(1));
}

#[test]
fn a_contract_that_destroys_itself_within_its_transaction_is_gone() {
    let mut world = World::new();
    // Init code: SELFDESTRUCT(CALLER)
    let request = TxRequest {
        from: world.alice,
        value: U256::from(9),
        data: vec![0x33, 0xff].into(),
        ..TxRequest::default()
    };
    let before = world.chain.balance(world.alice);
    let receipt = world.chain.send(request).unwrap();
    assert!(receipt.success, "{receipt:?}");
    let fee = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    assert_eq!(world.chain.balance(world.alice), before - fee);
    let address = receipt.contract_address.expect("it was created");
    assert_eq!((world.chain.balance(address), world.chain.nonce(address)), (U256::ZERO, 0));
}
