//! EVM contracts and programs calling each other: context, rollback, gas, depth.

mod common;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use common::*;
use devnet::stylus::StylusParams;
use devnet::{CallRequest, Config};

sol! {
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
}

/// What a failed call answers in a program.
const FAILED: u8 = 2;

#[test]
fn a_program_counts_and_keeps_the_count() {
    let mut world = World::new();
    let actor = world.actor();
    for expected in 1..=3 {
        let receipt = world.must(actor, op::count());
        assert_eq!(number(&receipt.output), expected);
    }
    assert_eq!(world.chain.storage_at(actor, U256::ZERO), word(3));
}

#[test]
fn a_contract_calls_a_program_and_a_program_calls_a_contract() {
    let mut world = World::new();
    let actor = world.actor();
    let forwarder = world.contract(&forwarder(Kind::Call));
    let seen = who(&world.ask(forwarder, to(actor, &op::who())));
    assert_eq!((seen.sender, seen.this, seen.origin), (forwarder, actor, world.alice));

    // program -> contract -> the same program, which is reentered
    let through = op::call(Kind::Call, forwarder, 0, &to(actor, &op::who()));
    let seen = who(&world.ask(actor, through));
    assert_eq!((seen.sender, seen.this, seen.reentrant), (forwarder, actor, true));
}

#[test]
fn a_delegate_call_keeps_sender_value_and_account() {
    let mut world = World::new();
    let actor = world.actor();
    let proxy = world.contract(&proxy(actor));
    let request = CallRequest {
        from: world.alice,
        to: Some(proxy),
        value: U256::from(7),
        data: op::who().into(),
        ..CallRequest::default()
    };
    let seen = who(&world.call_with(request).output);
    let expected = (world.alice, proxy, U256::from(7), false);
    assert_eq!((seen.sender, seen.this, seen.value, seen.reentrant), expected);

    world.must(proxy, op::write(5, 6));
    assert_eq!(world.chain.storage_at(proxy, U256::from(5)), word(6));
    assert_eq!(world.chain.storage_at(actor, U256::from(5)), B256::ZERO);

    // and from a program into a program
    let other = world.chain.deploy_program(world.alice, &actor_variant(1)).unwrap();
    let seen = who(&world.ask(other, op::call(Kind::Delegate, actor, 0, &op::who())));
    assert_eq!((seen.sender, seen.this), (world.alice, other));
}

#[test]
fn two_programs_may_delegate_to_each_others_code_by_turns() {
    let mut world = World::new();
    let actor = world.actor();
    let router = world.chain.deploy_program(world.alice, &actor_variant(2)).unwrap();
    // router delegates to actor, which delegates to router's code again: all in router's account.
    let inner = op::call(Kind::Delegate, router, 0, &op::write(1, 2));
    world.must(router, op::call(Kind::Delegate, actor, 0, &inner));
    assert_eq!(world.chain.storage_at(router, U256::from(1)), word(2));
}

#[test]
fn a_static_call_forbids_writes_logs_value_and_creation() {
    let mut world = World::new();
    let actor = world.actor();
    let other = world.chain.deploy_program(world.alice, &actor_variant(3)).unwrap();
    let store = world.contract(&evm_store());
    let statically = |data: &[u8]| op::try_call(Kind::Static, actor, 0, data);
    let refused = |world: &World, from: Address, data: Vec<u8>| {
        let answer = world.ask(from, data);
        assert_eq!(answer.first(), Some(&FAILED), "not refused: {answer}");
    };
    for data in [
        op::write(1, 2),
        op::log(&[], b"x"),
        op::create(0, &[0]),
        op::transient_write(1, 2),
        op::call(Kind::Call, world.bob, 1, &[]),
        // two frames down, through a contract that may not write either
        op::call(Kind::Call, store, 0, &[word(1).as_slice(), word(2).as_slice()].concat()),
    ] {
        refused(&world, other, statically(&data));
    }
    let from_evm = world.contract(&catcher(Kind::Static));
    refused_by_evm(&world, from_evm, to(actor, &op::write(1, 2)));
    // Reading is allowed.
    assert_eq!(world.ask(other, statically(&op::read(1)))[0], 0);
}

fn refused_by_evm(world: &World, catcher: Address, data: Vec<u8>) {
    assert_eq!(world.ask(catcher, data).first(), Some(&0), "the inner call went through");
}

#[test]
fn a_revert_takes_back_storage_logs_and_value_and_returns_its_data() {
    let mut world = World::new();
    let actor = world.actor();
    let other = world.chain.deploy_program(world.alice, &actor_variant(4)).unwrap();
    let receipt = world.must(other, op::try_call(Kind::Call, actor, 0, &op::write_and_revert(b"why")));
    assert_eq!(receipt.output, Bytes::from([&[FAILED][..], b"why"].concat()));
    assert_eq!(world.chain.storage_at(actor, U256::ZERO), B256::ZERO);

    let direct = world.send(actor, op::write_and_revert(b"why"));
    assert!(!direct.success && direct.logs.is_empty());
    assert_eq!(direct.output, Bytes::from_static(b"why"));
    assert_eq!(direct.error.as_deref(), Some("execution reverted"));
    assert!(direct.gas_used < 100_000, "a revert gives gas back");

    // Value sent along comes back too.
    let catcher = world.contract(&catcher(Kind::Call));
    let before = world.chain.balance(actor);
    let receipt = world.send_value(catcher, 5, to(actor, &op::write_and_revert(b"no")));
    assert_eq!(receipt.output, Bytes::from([&[0][..], b"no"].concat()));
    assert_eq!((world.chain.balance(actor), world.chain.balance(catcher)), (before, U256::from(5)));
}

#[test]
fn traps_run_aways_and_deep_recursion_end_the_frame_not_the_process() {
    let mut world = World::new();
    let actor = world.actor();
    let trap = world.send(actor, op::trap());
    assert!(!trap.success && trap.output.is_empty());
    assert!(trap.gas_used < 100_000, "a trap is a revert, which gives gas back: {trap:?}");
    assert!(!world.send(actor, op::out_of_bounds()).success);

    let spin = world.send(actor, op::spin());
    assert_eq!((spin.success, spin.error.as_deref()), (false, Some("out of gas")));
    assert_eq!(spin.gas_used, 32_000_000);
    let deep = world.send(actor, op::recurse());
    assert!(!deep.success);
    assert_eq!(deep.gas_used, 32_000_000, "the stack limit takes all gas: {deep:?}");
    // An inner frame that burns up leaves its caller the 64th.
    let other = world.chain.deploy_program(world.alice, &actor_variant(5)).unwrap();
    let receipt = world.must(other, op::try_call(Kind::Call, actor, 0, &op::spin()));
    assert_eq!(receipt.output[0], FAILED);
    assert!(receipt.gas_used > 31_000_000);
}

#[test]
fn a_program_creates_contracts_at_the_evms_addresses() {
    let mut world = World::new();
    let actor = world.actor();
    let init = devnet::deploy::init_code(&evm_store());
    let nonce = world.chain.nonce(actor);
    let receipt = world.must(actor, op::create(3, &init));
    let created = address_of(&receipt.output);
    assert_eq!(created, Address::ZERO, "no balance to endow it with");
    assert_eq!(world.chain.nonce(actor), nonce, "a creation that cannot be endowed takes no nonce");

    world.chain.set_balance(actor, U256::from(10));
    let receipt = world.must(actor, op::create(3, &init));
    let created = address_of(&receipt.output);
    assert_eq!(created, actor.create(nonce));
    assert_eq!(world.chain.code(created), Bytes::from(evm_store()));
    assert_eq!((world.chain.balance(created), world.chain.balance(actor)), (U256::from(3), U256::from(7)));

    let receipt = world.must(actor, op::create2(0, 9, &init));
    let created = address_of(&receipt.output);
    assert_eq!(created, actor.create2(word(9), keccak256(&init)));
    // The same again collides.
    let again = world.must(actor, op::create2(0, 9, &init));
    assert_eq!(address_of(&again.output), Address::ZERO);
}

#[test]
fn creation_refuses_foreign_ef_code_and_takes_programs() {
    let mut world = World::new();
    let actor = world.actor();
    let refused = world.must(actor, op::create(0, &devnet::deploy::init_code(&[0xef, 0x00, 0x01, 0x02])));
    assert_eq!(address_of(&refused.output), Address::ZERO);
    let program = devnet::stylus::program::encode(&actor_variant(6));
    let taken = world.must(actor, op::create(0, &devnet::deploy::init_code(&program)));
    let created = address_of(&taken.output);
    world.chain.activate_program(world.alice, created).unwrap();
    assert_eq!(who(&world.ask(created, op::who())).this, created);
    // From a transaction, too.
    let failed = world.chain.deploy_evm(world.alice, devnet::deploy::init_code(&[0xef]));
    assert!(failed.is_err());
}

#[test]
fn reentrancy_counts_acting_frames_and_not_delegate_calls() {
    let mut world = World::new();
    let actor = world.actor();
    let other = world.chain.deploy_program(world.alice, &actor_variant(7)).unwrap();
    let forwarder = world.contract(&forwarder(Kind::Call));
    // actor -> other -> actor: reentrant
    let back = op::call(Kind::Call, other, 0, &op::call(Kind::Call, actor, 0, &op::who()));
    assert!(who(&world.ask(actor, back)).reentrant);
    // actor -> other: not
    assert!(!who(&world.ask(actor, op::call(Kind::Call, other, 0, &op::who()))).reentrant);
    // forwarder -> actor -(delegate)-> other: acts as actor, once
    let delegated = to(actor, &op::call(Kind::Delegate, other, 0, &op::who()));
    let seen = who(&world.ask(forwarder, delegated));
    assert_eq!((seen.this, seen.reentrant), (actor, false));
    // a proxy whose implementation is called back through the proxy: reentrant
    let proxy = world.contract(&proxy(actor));
    let callback = op::call(Kind::Call, other, 0, &op::call(Kind::Call, proxy, 0, &op::who()));
    assert!(who(&world.ask(proxy, callback)).reentrant);
    // the flag is down again in the next call of the same transaction
    let twice = world.must(actor, op::try_call(Kind::Call, other, 0, &op::who()));
    assert!(!who(&twice.output[1..]).reentrant);
}

#[test]
fn value_moves_with_calls_and_an_empty_purse_fails_the_call() {
    let mut world = World::new();
    let actor = world.actor();
    let receipt = world.send_value(actor, 100, op::count());
    assert!(receipt.success);
    let stranger = Address::repeat_byte(0x77);
    world.must(actor, op::call(Kind::Call, stranger, 40, &[]));
    assert_eq!((world.chain.balance(stranger), world.chain.balance(actor)), (U256::from(40), U256::from(60)));
    assert_eq!(U256::from_be_slice(&world.ask(actor, op::balance(stranger))), U256::from(40));
    let refused = world.must(actor, op::try_call(Kind::Call, stranger, 61, &[]));
    assert_eq!(refused.output.as_ref(), [FAILED]);
    assert_eq!(world.chain.balance(actor), U256::from(60));
}

#[test]
fn transient_storage_lasts_for_the_transaction_and_rolls_back() {
    let mut world = World::new();
    let actor = world.actor();
    let other = world.chain.deploy_program(world.alice, &actor_variant(8)).unwrap();
    world.must(actor, op::transient_write(1, 2));
    assert_eq!(number(&world.ask(actor, op::transient_read(1))), 0);
    // One transaction: the program is called back and finds nothing of a frame that failed.
    let script = Script::new()
        .then(actor, &op::transient_write(1, 2))
        .then(other, &op::call(Kind::Delegate, actor, 0, &op::transient_write(1, 9)))
        .then(actor, &op::transient_read(1));
    let runner = world.contract(&script.code());
    assert_eq!(number(&world.ask(runner, vec![])), 2, "each account has its own");
}

#[test]
fn a_program_called_again_in_a_block_costs_cached_gas() {
    let twice_with = |block_cache_size| {
        let config = Config {
            stylus: StylusParams { block_cache_size, ..StylusParams::default() },
            ..Config::default()
        };
        let mut world = World::with(config);
        let actor = world.actor();
        let runner = Script::new().then(actor, &op::count()).then(actor, &op::count()).code();
        let runner = world.contract(&runner);
        let init = world.ask(devnet::ARB_WASM, programInitGasCall { program: actor }.abi_encode());
        let init = programInitGasCall::abi_decode_returns(&init).unwrap();
        (world.call(runner, vec![]).gas_used, init.gas - init.gasWhenCached)
    };
    let (with, saving) = twice_with(32);
    let (without, _) = twice_with(0);
    assert_eq!(without - with, saving);
}

#[test]
fn sixty_four_programs_deep_and_a_thousand_frames_deep() {
    let mut world = World::new();
    let actor = world.actor();
    let mut data = op::who();
    for _ in 0..64 {
        data = op::call(Kind::Call, actor, 0, &data);
    }
    let seen = who(&world.ask(actor, data));
    assert_eq!((seen.sender, seen.reentrant), (actor, true));

    // A contract that calls itself until the depth limit or the gas ends it.
    let mut endless = vec![0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5a, 0xf1, 0x00];
    endless.extend([0x5b; 3]);
    let endless = world.contract(&endless);
    let deep = world.call_with(CallRequest {
        from: world.alice,
        to: Some(endless),
        gas: Some(1_000_000_000_000),
        ..CallRequest::default()
    });
    assert!(deep.success, "{deep:?}");

    // And a program that calls itself through a contract.
    let loops = world.chain.deploy_program(world.alice, &self_caller()).unwrap();
    let deep = world.call_with(CallRequest {
        from: world.alice,
        to: Some(loops),
        gas: Some(1_000_000_000_000),
        ..CallRequest::default()
    });
    assert!(deep.success, "{deep:?}");
    assert!(number(&deep.output) <= 1_024);
    assert!(number(&deep.output) > 100, "{}", number(&deep.output));
}

/// A program that calls itself and answers how deep that went.
fn self_caller() -> Vec<u8> {
    wat::parse_str(
        r#"(module
          (import "vm_hooks" "contract_address" (func $this (param i32)))
          (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
          (import "vm_hooks" "read_return_data" (func $read (param i32 i32 i32) (result i32)))
          (import "vm_hooks" "write_result" (func $write (param i32 i32)))
          (memory (export "memory") 1 1)
          (func (export "user_entrypoint") (param i32) (result i32)
            (local $depth i32)
            (call $this (i32.const 0))
            (if (i32.eqz (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))
              (then (drop (call $read (i32.const 128) (i32.const 0) (i32.const 32)))
                (local.set $depth (i32.or (i32.load8_u (i32.const 159)) (i32.shl (i32.load8_u (i32.const 158)) (i32.const 8))))))
            (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
            (i32.store8 (i32.const 159) (local.get $depth))
            (i32.store8 (i32.const 158) (i32.shr_u (local.get $depth) (i32.const 8)))
            (call $write (i32.const 128) (i32.const 32))
            (i32.const 0)))"#,
    )
    .expect("WAT")
}

#[test]
fn memory_is_paid_for_and_limited() {
    let mut world = World::new();
    let actor = world.actor();
    let gas = |world: &World, pages| world.call(actor, op::grow(pages)).gas_used;
    let base = gas(&world, 0);
    // One page of two free ones is in use.
    let one = gas(&world, 1);
    assert!(one - base < 100, "{base} {one}");
    let ten = gas(&world, 10);
    assert!((9_000..9_500).contains(&(ten - base)), "nine pages beyond the free ones: {}", ten - base);
    // Pages of frames that ended are given back, but were had once.
    let other = world.chain.deploy_program(world.alice, &actor_variant(9)).unwrap();
    let runner = Script::new().then(actor, &op::grow(20)).then(other, &op::grow(1)).code();
    let runner = world.contract(&runner);
    assert!(world.call(runner, vec![]).success);
    let too_many = world.call(actor, op::grow(200));
    assert!(!too_many.success);
}

#[test]
fn a_program_that_clears_storage_gets_the_evms_refund() {
    let mut world = World::new();
    let actor = world.actor();
    world.must(actor, op::write(1, 5));
    let change = world.must(actor, op::write(1, 6));
    let clear = world.must(actor, op::write(1, 0));
    // The same work but for the zero word of call data (4 gas less) and the refund of 4,800.
    assert_eq!(change.gas_used - clear.gas_used, 4_800 + 12);
    // A refund of a frame that failed does not count.
    world.must(actor, op::write(1, 5));
    let stays = world.must(actor, op::write(1, 5));
    assert!(stays.gas_used > 30_000);
}

#[test]
fn the_call_tree_shows_both_kinds_of_frames() {
    let mut world = World::new();
    let actor = world.actor();
    let other = world.chain.deploy_program(world.alice, &actor_variant(10)).unwrap();
    let forwarder = world.contract(&forwarder(Kind::Call));
    let inner = op::try_call(Kind::Static, other, 0, &op::write(1, 2));
    let logging = op::call(Kind::Delegate, other, 0, &op::log(&[word(7)], b"hi"));
    let receipt = world.must(forwarder, to(actor, &inner));
    let trace = world.chain.trace_transaction(receipt.hash).expect("a trace");
    assert_eq!((trace.typ.as_str(), trace.from, trace.to), ("CALL", world.alice, Some(forwarder)));
    assert_eq!(trace.gas_used, U256::from(receipt.gas_used));
    let [program] = trace.calls.as_slice() else { panic!("{trace:?}") };
    assert_eq!((program.typ.as_str(), program.from, program.to), ("CALL", forwarder, Some(actor)));
    assert_eq!(program.input, Bytes::from(inner));
    let [failed] = program.calls.as_slice() else { panic!("{program:?}") };
    assert_eq!((failed.typ.as_str(), failed.from, failed.to), ("STATICCALL", actor, Some(other)));
    assert_eq!(failed.error.as_deref(), Some("execution reverted"));
    assert!(failed.gas_used < failed.gas && program.gas_used > failed.gas_used);

    let receipt = world.must(actor, logging);
    let trace = world.chain.trace_transaction(receipt.hash).expect("a trace");
    let [delegated] = trace.calls.as_slice() else { panic!("{trace:?}") };
    assert_eq!((delegated.typ.as_str(), delegated.from, delegated.to), ("DELEGATECALL", actor, Some(other)));
    assert_eq!(delegated.logs.len(), 1);
    assert_eq!(delegated.logs[0].address, Some(actor));
}

#[test]
fn logs_of_programs_are_logs() {
    let mut world = World::new();
    let actor = world.actor();
    let topics = [word(1), word(2)];
    let receipt = world.must(actor, op::log(&topics, b"data"));
    assert_eq!(receipt.logs.len(), 1);
    assert_eq!(receipt.logs[0].address, actor);
    assert_eq!(receipt.logs[0].topics(), topics);
    assert_eq!(receipt.logs[0].data.data, Bytes::from_static(b"data"));
}

#[test]
fn programs_see_the_parent_chains_block_number_and_the_blocks_time() {
    let mut world = World::new();
    let actor = world.actor();
    let first = who(&world.ask(actor, op::who()));
    world.chain.warp(120);
    let later = who(&world.ask(actor, op::who()));
    assert_eq!(later.timestamp, world.chain.timestamp());
    assert_eq!(later.timestamp - first.timestamp, 120);
    assert_eq!(later.block_number - first.block_number, 10, "a block of the parent chain each 12 seconds");
    assert_eq!(later.block_number, world.chain.latest_block().parent_block);
    assert_eq!(later.chain_id, 412_346);
    // An EVM contract sees the same: NUMBER, TIMESTAMP.
    let clock = world.contract(&[0x43, 0x5f, 0x52, 0x42, 0x60, 0x20, 0x52, 0x60, 0x40, 0x5f, 0xf3]);
    let seen = world.ask(clock, vec![]);
    assert_eq!(number(&seen[..32]), world.chain.latest_block().parent_block);
    assert_eq!(number(&seen[32..]), world.chain.timestamp());
}

#[test]
fn a_programs_calls_are_priced_as_the_evm_prices_them() {
    let mut world = World::new();
    let actor = world.actor();
    world.chain.set_balance(actor, U256::from(10));
    let gas = |world: &World, to: Address, value: u64| {
        let outcome = world.call(actor, op::call(Kind::Call, to, value, &[]));
        assert!(outcome.success, "{outcome:?}");
        outcome.gas_used
    };
    // No byte of these addresses is zero, so the call data cost the same.
    let stranger = Address::repeat_byte(0x77);
    let cold = gas(&world, stranger, 0);
    assert_eq!(cold - gas(&world, world.alice, 0), 2_500, "the sender is warm");
    // A byte of call data that is not zero costs 12 gas more.
    assert_eq!(gas(&world, stranger, 1) - cold, 12 + 9_000 + 25_000, "value, and a new account");
    assert_eq!(gas(&world, world.bob, 1) - gas(&world, world.bob, 0), 12 + 9_000, "value");
}

#[test]
fn a_callee_gets_all_but_a_64th_and_the_stipend_is_the_callers() {
    let mut world = World::new();
    let actor = world.actor();
    world.chain.set_balance(actor, U256::from(10));
    // GAS as the callee sees it.
    let meter = world.contract(&[0x5a, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);
    let seen = |limit: u64, value: u64| {
        let request = CallRequest {
            from: world.alice,
            to: Some(actor),
            data: op::call(Kind::Call, meter, value, &[]).into(),
            gas: Some(limit),
            ..CallRequest::default()
        };
        let outcome = world.call_with(request);
        assert!(outcome.success, "{outcome:?}");
        number(&outcome.output)
    };
    let (less, more) = (seen(1_000_000, 0), seen(1_064_000, 0));
    assert_eq!(more - less, 63_000);
    // 9,000 for the value and 12 for the byte of call data, a 64th of it kept; and 2,300 on top.
    let paid = seen(1_000_000, 1);
    assert!((less + 2_300 - paid).abs_diff((9_000 + 12) * 63 / 64) <= 1, "{less} {paid}");
}
