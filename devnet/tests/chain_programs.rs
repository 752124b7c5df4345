//! The life of a program: deployment, activation, caching, expiry, and what each costs.

mod common;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rpc_types_eth::state::StateOverridesBuilder;
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use common::*;
use devnet::stylus::{StylusParams, program};
use devnet::{ARB_WASM, ARB_WASM_CACHE, CallRequest, ChainError, Config, Receipt, TxRequest};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function codehashKeepalive(bytes32 codehash) external payable;
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
    function programVersion(address program) external view returns (uint16 version);
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function programTimeLeft(address program) external view returns (uint64 secs);
    function cacheProgram(address addr) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);

    event ProgramActivated(
        bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version
    );
    event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);
    event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);

    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

const DAY: u64 = 86_400;

fn activate(world: &mut World, program: Address, value: u64) -> Receipt {
    world.send_value(ARB_WASM, value, activateProgramCall { program }.abi_encode())
}

fn deployed(world: &mut World, code: &[u8]) -> Address {
    world.chain.deploy_evm(world.alice, devnet::deploy::init_code(code)).expect("code deploys")
}

fn ask<C: SolCall>(world: &World, to: Address, call: C) -> C::Return {
    C::abi_decode_returns(&world.ask(to, call.abi_encode())).expect("an answer of the right type")
}

#[test]
fn activation_takes_the_fee_gives_the_rest_back_and_says_so() {
    let mut world = World::new();
    let code = program::encode(&actor_wasm());
    let actor = deployed(&mut world, &code);
    let before = world.chain.balance(world.alice);
    let sent = 1_000_000_000_000_000_000;
    let receipt = activate(&mut world, actor, sent);
    assert!(receipt.success, "{receipt:?}");
    let answer = activateProgramCall::abi_decode_returns(&receipt.output).unwrap();
    assert_eq!(answer.version, 2);
    assert!(answer.dataFee > U256::ZERO);
    let paid = before - world.chain.balance(world.alice);
    let gas = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    assert_eq!(paid, answer.dataFee + gas);
    assert_eq!(world.chain.balance(ARB_WASM), U256::ZERO);

    let event = ProgramActivated::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.program, event.codehash, event.dataFee), (actor, keccak256(&code), answer.dataFee));
    assert_eq!(receipt.logs[0].address, ARB_WASM);
    assert_eq!(world.chain.code_hash(actor), keccak256(&code));
    assert_eq!(ask(&world, ARB_WASM, programVersionCall { program: actor }), 2);
    assert_eq!(ask(&world, ARB_WASM, codehashVersionCall { codehash: keccak256(&code) }), 2);
    assert_eq!(ask(&world, ARB_WASM, programMemoryFootprintCall { program: actor }), 1);
    assert!(ask(&world, ARB_WASM, codehashAsmSizeCall { codehash: keccak256(&code) }) > 1_000);
    let left = ask(&world, ARB_WASM, programTimeLeftCall { program: actor });
    assert!((365 * DAY - 2 * 3_600..=365 * DAY).contains(&left));
    assert!(receipt.gas_used > 1_659_168 && receipt.gas_used < 10_000_000, "{}", receipt.gas_used);
}

#[test]
fn activation_is_refused_with_typed_errors() {
    let mut world = World::new();
    let code = program::encode(&actor_wasm());
    let actor = deployed(&mut world, &code);
    // too little value
    let poor = activate(&mut world, actor, 1);
    let error = ProgramInsufficientValue::abi_decode(&poor.output).unwrap();
    assert_eq!(error.have, U256::from(1));
    assert!(error.want > U256::from(1));
    assert!(!world.chain.is_active(actor), "a failed activation leaves nothing");
    // twice
    world.chain.activate_program(world.alice, actor).unwrap();
    let again = activate(&mut world, actor, u64::MAX / 100);
    ProgramUpToDate::abi_decode(&again.output).unwrap();
    // another account with the same code is active at once
    let twin = deployed(&mut world, &code);
    assert!(world.chain.is_active(twin));
    // a contract
    let contract = world.contract(&evm_store());
    ProgramNotWasm::abi_decode(&activate(&mut world, contract, 0).output).unwrap();
    // nothing
    ProgramNotWasm::abi_decode(&activate(&mut world, Address::repeat_byte(9), 0).output).unwrap();
    // not activated
    let unknown = codehashVersionCall { codehash: B256::repeat_byte(1) }.abi_encode();
    ProgramNotActivated::abi_decode(&world.call(ARB_WASM, unknown).output).unwrap();
}

#[test]
fn broken_programs_are_refused_and_burn_all_gas() {
    let mut world = World::new();
    let cases: [(&str, &str); 6] = [
        ("no entrypoint", r#"(module (memory (export "memory") 1 1))"#),
        ("no memory", r#"(module (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#),
        ("wrong entrypoint", r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint")))"#),
        (
            "start function",
            r#"(module (memory (export "memory") 1 1) (func $s) (start $s)
                (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#,
        ),
        (
            "unknown import",
            r#"(module (import "vm_hooks" "no_such_thing" (func)) (memory (export "memory") 1 1)
                (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#,
        ),
        (
            "floats",
            r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32)
                (i32.trunc_f32_s (f32.add (f32.const 1) (f32.const 2)))))"#,
        ),
    ];
    for (name, text) in cases {
        let address = deployed(&mut world, &program::encode(&wat::parse_str(text).unwrap()));
        let receipt = activate(&mut world, address, u64::MAX / 100);
        assert!(!receipt.success, "{name}");
        assert!(receipt.output.is_empty(), "{name}: {}", receipt.output);
        assert_eq!(receipt.gas_used, 32_000_000, "{name}");
        assert!(receipt.error.is_some_and(|error| error.contains("program activation failed")), "{name}");
    }
    // no WASM, and no brotli
    let junk = deployed(&mut world, &program::encode(b"junk"));
    assert!(!activate(&mut world, junk, 1).success);
    let junk = deployed(&mut world, &[0xef, 0xf0, 0x00, 0x00, 0xff, 0xff, 0xff, 0x01]);
    assert!(!activate(&mut world, junk, 1).success);
    let dictionary = deployed(&mut world, &[0xef, 0xf0, 0x00, 0x09, 0x00]);
    assert!(!activate(&mut world, dictionary, 1).success);
    // A call of what is not activated takes all gas and says why.
    let outcome = world.call(junk, vec![]);
    assert_eq!((outcome.success, outcome.gas_used), (false, 50_000_000));
    assert_eq!(outcome.error.as_deref(), Some("error ProgramNotActivated()"));
    // The chain goes on.
    let actor = world.actor();
    world.must(actor, op::count());
}

#[test]
fn code_beyond_the_limit_is_not_deployed() {
    let mut world = World::new();
    let most = [&[0xef, 0xf0, 0x00, 0x00][..], &vec![1; 24_576 - 4]].concat();
    deployed(&mut world, &most);
    let beyond = [most.as_slice(), &[1]].concat();
    let refused = world.chain.deploy_evm(world.alice, devnet::deploy::init_code(&beyond));
    let Err(ChainError::Failed(outcome)) = refused else { panic!("{refused:?}") };
    assert_eq!(outcome.error.as_deref(), Some("max code size exceeded"));
}

#[test]
fn programs_expire_after_a_year_and_can_be_kept_alive_from_day_31() {
    let mut world = World::new();
    let actor = world.actor();
    let codehash = world.chain.code_hash(actor);
    let keepalive = codehashKeepaliveCall { codehash }.abi_encode();
    let value = u64::MAX / 100;

    world.chain.warp(30 * DAY);
    let early = world.send_value(ARB_WASM, value, keepalive.clone());
    let error = ProgramKeepaliveTooSoon::abi_decode(&early.output).unwrap();
    assert!((30 * DAY..30 * DAY + 3_700).contains(&error.ageInSeconds));

    world.chain.warp(DAY);
    let snapshot = world.chain.snapshot();
    let kept = world.send_value(ARB_WASM, value, keepalive.clone());
    assert!(kept.success, "{kept:?}");
    assert_eq!(ProgramLifetimeExtended::decode_log(&kept.logs[0]).unwrap().codehash, codehash);
    world.chain.warp(364 * DAY);
    world.must(actor, op::count());

    // Without it the program would have expired.
    assert!(world.chain.revert(snapshot));
    world.chain.warp(333 * DAY);
    world.must(actor, op::count());
    world.chain.warp(2 * DAY);
    let expired = world.call(actor, op::count());
    assert!(!expired.success);
    assert!(
        expired.error.as_deref().is_some_and(|error| error.starts_with("error ProgramExpired")),
        "{expired:?}"
    );
    let version = world.call(ARB_WASM, codehashVersionCall { codehash }.abi_encode());
    ProgramExpired::abi_decode(&version.output).unwrap();
    let late = world.send_value(ARB_WASM, value, keepalive);
    ProgramExpired::abi_decode(&late.output).unwrap();
    // It can be activated again.
    world.chain.activate_program(world.alice, actor).unwrap();
    world.must(actor, op::count());
}

#[test]
fn a_cached_program_costs_cached_init_gas_until_it_is_evicted() {
    let mut world = World::new();
    let actor = world.actor();
    let codehash = world.chain.code_hash(actor);
    let init = ask(&world, ARB_WASM, programInitGasCall { program: actor });
    let gas = |world: &World| world.call(actor, op::who()).gas_used;
    let uncached = gas(&world);
    world.chain.cache_program(actor).unwrap();
    assert!(ask(&world, ARB_WASM_CACHE, codehashIsCachedCall { codehash }));
    assert_eq!(uncached - gas(&world), init.gas - init.gasWhenCached);

    let evicted = world.must(ARB_WASM_CACHE, evictCodehashCall { codehash }.abi_encode());
    let event = UpdateProgramCache::decode_log(&evicted.logs[0]).unwrap();
    assert_eq!((event.manager, event.codehash, event.cached), (world.alice, codehash, false));
    assert_eq!(gas(&world), uncached);
    // Not everyone may.
    let stranger = Address::repeat_byte(0x55);
    let data: Bytes = cacheProgramCall { addr: actor }.abi_encode().into();
    let refused = world.chain.call(stranger, ARB_WASM_CACHE, data);
    assert!(!refused.success);
    // What is not active cannot be cached.
    let contract = world.contract(&evm_store());
    let wrong = world.send(ARB_WASM_CACHE, cacheProgramCall { addr: contract }.abi_encode());
    ProgramNeedsUpgrade::abi_decode(&wrong.output).unwrap();
}

#[test]
fn init_gas_follows_the_parameters() {
    let figures = |params: StylusParams| {
        let mut world = World::with(Config { stylus: params, ..Config::default() });
        let actor = world.actor();
        let init = ask(&world, ARB_WASM, programInitGasCall { program: actor });
        (init.gas, init.gasWhenCached)
    };
    let base = figures(StylusParams::default());
    let more = figures(StylusParams { min_init_gas: 70, min_cached_init_gas: 12, ..StylusParams::default() });
    assert_eq!((more.0 - base.0, more.1 - base.1), (128 + 32, 32));
}

#[test]
fn a_program_in_two_pieces_is_activated_through_its_root() {
    let mut world = World::new();
    let wasm = actor_variant(77);
    let pieces: Vec<Address> =
        program::encode_fragments(&wasm, 2).iter().map(|piece| deployed(&mut world, piece)).collect();
    assert_eq!(pieces.len(), 2);
    let root = deployed(&mut world, &program::encode_root(&wasm, &pieces));
    assert!(!activate(&mut world, pieces[0], u64::MAX / 100).success, "a piece is no program");
    world.chain.activate_program(world.alice, root).unwrap();
    assert_eq!(who(&world.ask(root, op::who())).this, root);
    world.must(root, op::count());
    // A piece does not run by itself.
    assert!(!world.call(pieces[0], op::who()).success);

    let three: Vec<Address> = program::encode_fragments(&actor_variant(78), 3)
        .iter()
        .map(|piece| deployed(&mut world, piece))
        .collect();
    let root = deployed(&mut world, &program::encode_root(&actor_variant(78), &three));
    let refused = activate(&mut world, root, u64::MAX / 100);
    assert!(!refused.success, "no more than two pieces");
    let wrong = deployed(&mut world, &program::encode_root(&wasm, &[pieces[1], pieces[0]]));
    assert!(!activate(&mut world, wrong, u64::MAX / 100).success, "in the wrong order");
}

#[test]
fn an_activation_that_is_rolled_back_did_not_happen() {
    let mut world = World::new();
    let actor = deployed(&mut world, &program::encode(&actor_wasm()));
    // A contract that activates and then reverts.
    let script = Script::new()
        .then(ARB_WASM, &activateProgramCall { program: actor }.abi_encode())
        .then(Address::repeat_byte(3), &[])
        .code();
    let mut code = script;
    code.truncate(code.len() - 7);
    code.extend([0x5f, 0x5f, 0xfd]);
    let reverter = world.contract(&code);
    let receipt = world.send(reverter, vec![]);
    assert!(!receipt.success);
    assert!(!world.chain.is_active(actor));
    world.chain.activate_program(world.alice, actor).unwrap();
}

#[test]
fn tools_can_try_an_activation_with_overridden_code() {
    let world = World::new();
    let (random, target) = (Address::repeat_byte(0xab), Address::repeat_byte(0xcd));
    let overrides = StateOverridesBuilder::default()
        .with_balance(random, U256::MAX / U256::from(2))
        .with_code(target, program::encode(&actor_wasm()))
        .build();
    let outcome = world.call_with(CallRequest {
        from: random,
        to: Some(ARB_WASM),
        value: U256::from(1_000_000_000_000_000_000u64),
        data: activateProgramCall { program: target }.abi_encode().into(),
        state_overrides: overrides,
        ..CallRequest::default()
    });
    assert!(outcome.success, "{outcome:?}");
    let answer = activateProgramCall::abi_decode_returns(&outcome.output).unwrap();
    assert_eq!(answer.version, 2);
}

#[test]
fn the_stylus_deployer_deploys_and_activates_in_one_transaction() {
    sol! {
        event ContractDeployed(address deployedContract);
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    }
    let mut world = World::new();
    let init = devnet::deploy::init_code(&program::encode(&actor_wasm()));
    let call =
        deployCall { bytecode: init, initData: op::write(3, 4).into(), initValue: U256::ZERO, salt: word(1) };
    let receipt = world.send_value(devnet::deploy::STYLUS_DEPLOYER, u64::MAX / 100, call.abi_encode());
    assert!(receipt.success, "{receipt:?}");
    let event =
        receipt.logs.iter().find_map(|log| ContractDeployed::decode_log(log).ok()).expect("the event");
    assert!(world.chain.is_active(event.deployedContract));
    assert_eq!(world.chain.storage_at(event.deployedContract, U256::from(3)), word(4), "the constructor ran");
}

#[test]
fn a_program_whose_gas_runs_out_at_the_start_fails_like_a_contract() {
    let mut world = World::new();
    let actor = world.actor();
    let full = world.call(actor, op::who()).gas_used;
    for gas in [21_400, 25_000, full - 1] {
        let request = CallRequest {
            from: world.alice,
            to: Some(actor),
            data: op::who().into(),
            gas: Some(gas),
            ..CallRequest::default()
        };
        let outcome = world.call_with(request);
        assert_eq!((outcome.success, outcome.error.as_deref()), (false, Some("out of gas")), "{gas}");
    }
    let estimate = world.chain.estimate_gas(&CallRequest {
        from: world.alice,
        to: Some(actor),
        data: op::count().into(),
        ..CallRequest::default()
    });
    let estimate = estimate.unwrap();
    let request = TxRequest {
        from: world.alice,
        to: Some(actor),
        data: op::count().into(),
        gas: Some(estimate),
        ..TxRequest::default()
    };
    let receipt = world.chain.send(request).unwrap();
    assert!(receipt.success && estimate <= receipt.gas_used * 11 / 10);
}
