//! Every host function: what it answers, what it writes, and its ink.

mod stylus_world;

use alloy_primitives::{B256, Bytes, U256, keccak256};
use devnet::stylus::{FrameInput, Status};
use stylus_world::*;

fn cost(call: &str) -> u64 {
    ink_of(&mut State::default(), input(), &[], call)
}

fn with_args(bytes: usize) -> FrameInput {
    FrameInput { input: Bytes::from(vec![0x5a; bytes]), ..input() }
}

/// Two words in memory: at 0 and at 32.
fn words(a: u64, b: u64) -> Vec<u8> {
    [U256::from(a), U256::from(b)].iter().flat_map(|word| word.to_be_bytes::<32>()).collect()
}

#[test]
fn blocks_around_a_call_cost_what_the_operators_say() {
    let ran = run(&program(&[], "i32.const 0"));
    assert_eq!((ran.status, ran.ink), (Status::Success, 2_450 + 1 + 1));
    let ran = run(&program(&[], "(drop (call $msg_reentrant)) i32.const 0"));
    assert_eq!(ran.ink, 2_450 + 3_800 + 2_450 + 9 + 1 + 1 + H);
}

#[test]
fn read_args_copies_the_call_data() {
    let copied =
        memory_after(&mut State::default(), with_args(36), &[], "(call $read_args (i32.const 4))", 41);
    let expected = [&[0; 4][..], &[0x5a; 36], &[0]].concat();
    assert_eq!(copied, Bytes::from(expected));
    let ink = ink_of(&mut State::default(), with_args(36), &[], "(call $read_args (i32.const 0))");
    assert_eq!(ink, 8_400 + 5_040 + 120);
}

#[test]
fn the_entry_point_is_told_the_length_of_the_call_data() {
    let body = "(i32.store (i32.const 0) (local.get $len))";
    assert_eq!(memory_after(&mut State::default(), with_args(300), &[], body, 2), Bytes::from(vec![44, 1]));
}

#[test]
fn read_args_beyond_the_memory_reverts_without_data() {
    let wasm = program(&[], "(call $read_args (i32.const 65530)) i32.const 0");
    let ran = run_in(&mut State::default(), &wasm, with_args(36));
    assert_eq!((ran.status, ran.output.len()), (Status::Trap, 0));
    assert!(ran.finish.gas_left > 999_000, "gas left is given back");
}

#[test]
fn write_result_is_the_output() {
    assert_eq!(cost("(call $write_result (i32.const 0) (i32.const 32))"), 8_400 + 32_762);
    assert_eq!(cost("(call $write_result (i32.const 0) (i32.const 100))"), H + 2 * r(100));
    let twice =
        "(call $write_result (i32.const 0) (i32.const 3)) (call $write_result (i32.const 1) (i32.const 1))";
    let ran = run(&program(b"abc", &format!("{twice} i32.const 0")));
    assert_eq!(ran.output, Bytes::from_static(b"b"));
}

#[test]
fn a_status_other_than_zero_reverts_with_the_output() {
    let ran = run(&program(b"why", "(call $write_result (i32.const 0) (i32.const 3)) i32.const 5"));
    assert_eq!((ran.status, ran.output), (Status::Revert, Bytes::from_static(b"why")));
}

#[test]
fn exit_early_ends_the_program_with_its_status() {
    let text =
        "(call $write_result (i32.const 0) (i32.const 2)) (call $exit_early (i32.const 0)) unreachable";
    let ran = run(&program(b"ok", text));
    assert_eq!((ran.status, ran.output.clone()), (Status::Success, Bytes::from_static(b"ok")));
    assert_eq!(ran.ink, 2 * (2_450 + 3_800) + 3 + H + 2 * r(2), "the exit itself is free");
    let ran = run(&program(&[], "(call $exit_early (i32.const 3)) i32.const 0"));
    assert_eq!(ran.status, Status::Revert);
}

#[test]
fn a_cold_load_then_one_from_the_cache() {
    let mut state = State::default();
    state.storage.insert((addr(0xaa), word(1)), word(9));
    let call = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))";
    let ink = ink_of(&mut state.clone(), input(), word(1).as_slice(), call);
    assert_eq!(ink, 18_480 + (5 + 2_100) * GAS);
    let both =
        run_in(&mut state, &program(word(1).as_slice(), &format!("{call} {call} i32.const 0")), input());
    assert_eq!(both.ink, around(2, 4, 0) + 2 * 18_480 + (5 + 2_100) * GAS);
    assert_eq!(state.reads, vec![word(1)], "the second load does not reach the chain");
    let memory = memory_after(&mut state, input(), word(1).as_slice(), call, 64);
    assert_eq!(memory[32..], word(9)[..]);
}

#[test]
fn a_slot_that_is_warm_but_new_to_the_frame_costs_the_warm_price() {
    let mut state = State::default();
    let call = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))";
    ink_of(&mut state, input(), &[], call);
    assert_eq!(ink_of(&mut state, input(), &[], call), 18_480 + (5 + 100) * GAS);
}

#[test]
fn a_load_needs_gas_in_reserve() {
    let wasm = program(&[], "(call $storage_load_bytes32 (i32.const 0) (i32.const 32)) i32.const 0");
    // Blocks and host function take 4.94 gas; 2,115 more have to be there.
    let short = run_in(&mut State::default(), &wasm, FrameInput { gas: 2_117, ..input() });
    assert_eq!((short.status, short.finish.gas_left), (Status::OutOfInk, 0));
    let enough = run_in(&mut State::default(), &wasm, FrameInput { gas: 2_118, ..input() });
    assert_eq!(enough.status, Status::Success);
}

#[test]
fn loads_cost_more_from_the_33rd_and_from_the_129th() {
    let call = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))";
    let ink = |count: u64| {
        let wasm = program(&[], &format!("{} i32.const 0", call.repeat(count as usize)));
        run(&wasm).ink - around(count, 2 * count, 0) - count * 18_480 - 2_105 * GAS
    };
    assert_eq!((ink(32), ink(33), ink(128), ink(129)), (0, 2 * GAS, 96 * 2 * GAS, (96 * 2 + 10) * GAS));
}

#[test]
fn a_cached_write_reaches_the_chain_with_the_flush() {
    let data = [word(1), word(2)].concat();
    let mut state = State::default();
    let cache = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))";
    assert_eq!(ink_of(&mut state, input(), &data, cache), 18_480);
    assert!(state.writes.is_empty(), "without a flush nothing is written");
    let wasm = program(&data, &format!("{cache} (call $storage_flush_cache (i32.const 0)) i32.const 0"));
    let ran = run_in(&mut state, &wasm, input());
    assert_eq!(ran.ink, around(2, 3, 0) + 18_480 + 68_073 + 22_100 * GAS);
    assert_eq!(state.slot(addr(0xaa), word(1)), word(2));
}

#[test]
fn a_cached_write_is_read_back_without_the_chain() {
    let data = [word(1), word(2)].concat();
    let body = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_load_bytes32 (i32.const 0) (i32.const 64))";
    let mut state = State::default();
    let memory = memory_after(&mut state, input(), &data, body, 96);
    assert_eq!((&memory[64..], state.reads.len()), (&word(2)[..], 0));
}

#[test]
fn cached_writes_cost_more_from_the_9th_and_from_the_65th() {
    let call = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))";
    let ink = |count: u64| {
        let wasm = program(&[], &format!("{} i32.const 0", call.repeat(count as usize)));
        run(&wasm).ink - around(count, 2 * count, 0) - count * 18_480
    };
    assert_eq!((ink(8), ink(9), ink(64), ink(65)), (0, 7 * GAS, 56 * 7 * GAS, (56 * 7 + 10) * GAS));
}

#[test]
fn a_cached_write_and_a_flush_need_the_sentry_in_reserve() {
    let wasm = program(&[], "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32)) i32.const 0");
    let status = |wasm: &[u8], gas| run_in(&mut State::default(), wasm, FrameInput { gas, ..input() }).status;
    assert_eq!((status(&wasm, 2_312), status(&wasm, 2_313)), (Status::OutOfInk, Status::Success));
    let wasm = program(&[], "(call $storage_flush_cache (i32.const 0)) i32.const 0");
    assert_eq!((status(&wasm, 2_307), status(&wasm, 2_308)), (Status::OutOfInk, Status::Success));
}

#[test]
fn a_flush_writes_what_changed_in_ascending_order() {
    let data = [word(9), word(3), word(7), word(0)].concat();
    let body = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_cache_bytes32 (i32.const 32) (i32.const 64))
        (call $storage_cache_bytes32 (i32.const 64) (i32.const 0))
        (call $storage_flush_cache (i32.const 0)) (call $storage_flush_cache (i32.const 0)) i32.const 0";
    let mut state = State::default();
    assert_eq!(run_in(&mut state, &program(&data, body), input()).status, Status::Success);
    assert_eq!(state.writes, vec![(word(3), word(7)), (word(7), word(9)), (word(9), word(3))]);
}

#[test]
fn a_value_that_is_what_was_read_is_not_written() {
    let body = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_flush_cache (i32.const 1)) i32.const 0";
    let mut state = State::default();
    run_in(&mut state, &program(&[], body), input());
    assert_eq!((state.reads.len(), state.writes.len()), (1, 0));
}

#[test]
fn a_flush_that_clears_makes_the_next_load_reach_the_chain() {
    let load = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))";
    let reads = |clear: u32| {
        let body = format!("{load} (call $storage_flush_cache (i32.const {clear})) {load} i32.const 0");
        let mut state = State::default();
        run_in(&mut state, &program(&[], &body), input());
        state.reads.len()
    };
    assert_eq!((reads(0), reads(1), reads(2)), (1, 2, 2));
}

#[test]
fn a_flush_that_cannot_be_paid_takes_all_gas() {
    let data = [word(1), word(2)].concat();
    let body = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_flush_cache (i32.const 0)) i32.const 0";
    let ran = run_in(&mut State::default(), &program(&data, body), FrameInput { gas: 22_000, ..input() });
    assert_eq!((ran.status, ran.finish.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn static_frames_read_but_do_not_write() {
    let fixed = FrameInput { is_static: true, ..input() };
    let data = [word(1), word(2)].concat();
    let status = |body: &str| {
        let mut state = State::default();
        let ran = run_in(&mut state, &program(&data, &format!("{body} i32.const 0")), fixed.clone());
        assert!(state.writes.is_empty() && state.logs.is_empty() && state.transient.is_empty());
        (ran.status, ran.finish.gas_left > 900_000)
    };
    let cache = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))";
    let refused = (Status::Trap, true);
    assert_eq!(status("(call $storage_load_bytes32 (i32.const 0) (i32.const 32))"), (Status::Success, true));
    assert_eq!(status(cache), (Status::Success, true));
    assert_eq!(
        status("(call $storage_flush_cache (i32.const 0))"),
        (Status::Success, true),
        "nothing to write"
    );
    assert_eq!(status(&format!("{cache} (call $storage_flush_cache (i32.const 0))")), refused);
    assert_eq!(status("(call $transient_store_bytes32 (i32.const 0) (i32.const 32))"), refused);
    assert_eq!(status("(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))"), refused);
    let create = "(call $create1 (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))";
    assert_eq!(status(create), refused);
}

#[test]
fn transient_storage_is_stored_and_loaded() {
    let data = [word(1), word(2)].concat();
    let mut state = State::default();
    let store = "(call $transient_store_bytes32 (i32.const 0) (i32.const 32))";
    assert_eq!(ink_of(&mut state, input(), &data, store), H + 2 * P + A + 100 * GAS);
    let load = "(call $transient_load_bytes32 (i32.const 0) (i32.const 64))";
    assert_eq!(ink_of(&mut state, input(), &data, load), H + 2 * P + A + 100 * GAS);
    assert_eq!(memory_after(&mut state, input(), &data, load, 96)[64..], word(2)[..]);
    assert!(state.storage.is_empty());
}

#[test]
fn logs_carry_topics_and_data() {
    let data = [word(1), word(2), word(3)].concat();
    let mut state = State::default();
    let call = "(call $emit_log (i32.const 0) (i32.const 96) (i32.const 2))";
    assert_eq!(ink_of(&mut state, input(), &data, call), 8_400 + 59_673 + r(96) + (375 * 3 + 256) * GAS);
    assert_eq!(state.logs, vec![(addr(0xaa), vec![word(1), word(2)], Bytes::from(word(3).to_vec()))]);
}

#[test]
fn logs_with_malformed_topics_revert() {
    for (length, topics) in [(160, 5), (63, 2), (31, 1)] {
        let body =
            format!("(call $emit_log (i32.const 0) (i32.const {length}) (i32.const {topics})) i32.const 0");
        assert_eq!(run(&program(&[], &body)).status, Status::Trap, "{topics} topics in {length} bytes");
    }
    let empty = "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))";
    assert_eq!(cost(empty), H + A + r(0) + 375 * GAS);
}

#[test]
fn account_balance_is_written() {
    let mut state = State::default();
    state.balances.insert(addr(5), U256::from(77));
    let call = "(call $account_balance (i32.const 0) (i32.const 32))";
    assert_eq!(ink_of(&mut state, input(), addr(5).as_slice(), call), H + 2 * P + A + 2_600 * GAS);
    assert_eq!(ink_of(&mut state, input(), addr(5).as_slice(), call), H + 2 * P + A + 100 * GAS);
    assert_eq!(memory_after(&mut state, input(), addr(5).as_slice(), call, 64)[32..], word(77)[..]);
}

#[test]
fn account_codehash_is_written() {
    let mut state = State::default();
    state.codes.insert(addr(5), Bytes::from_static(b"code"));
    let call = "(call $account_codehash (i32.const 0) (i32.const 32))";
    assert_eq!(ink_of(&mut state, input(), addr(5).as_slice(), call), H + 2 * P + A + 2_600 * GAS);
    assert_eq!(memory_after(&mut state, input(), addr(5).as_slice(), call, 64)[32..], keccak256(b"code")[..]);
    assert_eq!(memory_after(&mut state, input(), addr(6).as_slice(), call, 64)[32..], B256::ZERO[..]);
}

#[test]
fn account_code_gives_the_part_that_is_there_and_charges_for_all() {
    let mut state = State::default();
    let code: Vec<u8> = (0..100).collect();
    state.codes.insert(addr(5), code.into());
    let call = "(drop (call $account_code (i32.const 0) (i32.const 98) (i32.const 10) (i32.const 32)))";
    assert_eq!(ink_of(&mut state, input(), addr(5).as_slice(), call), H + A + w(100) + 3_300 * GAS);
    let memory = memory_after(&mut state, input(), addr(5).as_slice(), call, 36);
    assert_eq!(memory[32..], [98, 99, 0, 0]);
    let length = "(i32.store (i32.const 0)
        (call $account_code (i32.const 0) (i32.const 98) (i32.const 10) (i32.const 32)))";
    assert_eq!(
        memory_after(&mut state, input(), addr(5).as_slice(), length, 4),
        Bytes::from(vec![2, 0, 0, 0])
    );
}

#[test]
fn account_code_size_is_answered_and_the_last_code_looked_at_is_free() {
    let mut state = State::default();
    state.codes.insert(addr(5), Bytes::from(vec![1; 77]));
    let size = "(call $account_code_size (i32.const 0))";
    assert_eq!(
        ink_of(&mut state, input(), addr(5).as_slice(), &format!("(drop {size})")),
        H + A + 3_300 * GAS
    );
    let wasm = program(addr(5).as_slice(), &format!("(drop {size}) (drop {size}) i32.const 0"));
    let ran = run_in(&mut state, &wasm, input());
    assert_eq!(ran.ink, around(2, 2, 2) + 2 * (H + A) + 800 * GAS, "warm, and the second time for nothing");
    let empty = program(addr(6).as_slice(), &format!("(drop {size}) (drop {size}) i32.const 0"));
    let ran = run_in(&mut state, &empty, input());
    assert_eq!(
        ran.ink,
        around(2, 2, 2) + 2 * (H + A) + (3_300 + 800) * GAS,
        "an empty code is not remembered"
    );
    let store = format!("(i32.store (i32.const 0) {size})");
    assert_eq!(memory_after(&mut state, input(), addr(5).as_slice(), &store, 1), Bytes::from(vec![77]));
}

#[test]
fn accounts_need_gas_in_reserve() {
    let wasm = program(&[], "(call $account_balance (i32.const 0) (i32.const 32)) i32.const 0");
    let ran = run_in(&mut State::default(), &wasm, FrameInput { gas: 2_605, ..input() });
    assert_eq!(ran.status, Status::OutOfInk);
}

#[test]
fn gas_and_ink_left_are_answered_after_paying_for_the_question() {
    let ink = 1_000_000 * GAS - (2_450 + 1 + 3_800) - H;
    let body = "(i64.store (i32.const 0) (call $evm_ink_left))";
    assert_eq!(
        memory_after(&mut State::default(), input(), &[], body, 8),
        Bytes::from(ink.to_le_bytes().to_vec())
    );
    let body = "(i64.store (i32.const 0) (call $evm_gas_left))";
    let gas = ink / GAS;
    assert_eq!(
        memory_after(&mut State::default(), input(), &[], body, 8),
        Bytes::from(gas.to_le_bytes().to_vec())
    );
    assert_eq!((cost("(drop (call $evm_ink_left))"), cost("(drop (call $evm_gas_left))")), (H, H));
}

#[test]
fn numbers_of_the_block_and_chain_are_answered() {
    let cases = [
        ("chainid", 412_346u64),
        ("block_gas_limit", 1 << 50),
        ("block_number", 11),
        ("block_timestamp", 1_700_000_000),
    ];
    for (name, value) in cases {
        let body = format!("(i64.store (i32.const 0) (call ${name}))");
        let memory = memory_after(&mut State::default(), input(), &[], &body, 8);
        assert_eq!(memory, Bytes::from(value.to_le_bytes().to_vec()), "{name}");
        assert_eq!(cost(&format!("(drop (call ${name}))")), H, "{name}");
    }
}

#[test]
fn words_and_addresses_of_the_call_are_written() {
    let number = |value: u64| U256::from(value).to_be_bytes::<32>().to_vec();
    let cases = [
        ("block_basefee", number(100_000_000)),
        ("block_coinbase", addr(0xcc).to_vec()),
        ("contract_address", addr(0xaa).to_vec()),
        ("msg_sender", addr(0xbb).to_vec()),
        ("msg_value", number(7)),
        ("tx_gas_price", number(123)),
        ("tx_origin", addr(0xdd).to_vec()),
    ];
    for (name, expected) in cases {
        let call = format!("(call ${name} (i32.const 0))");
        let memory =
            memory_after(&mut State::default(), input(), &[0xff; 33], &call, expected.len() as u32 + 1);
        assert_eq!((&memory[..expected.len()], memory[expected.len()]), (&expected[..], 0xff), "{name}");
        assert_eq!(cost(&call), 13_440, "{name}");
    }
}

#[test]
fn msg_reentrant_and_tx_ink_price_are_answered() {
    let reentrant = FrameInput { reentrant: true, ..input() };
    let body = "(i32.store (i32.const 0) (call $msg_reentrant))
        (i32.store (i32.const 4) (call $tx_ink_price))";
    let memory = memory_after(&mut State::default(), reentrant, &[], body, 8);
    assert_eq!(memory, Bytes::from(vec![1, 0, 0, 0, 0x10, 0x27, 0, 0]));
    assert_eq!((cost("(drop (call $msg_reentrant))"), cost("(drop (call $tx_ink_price))")), (H, H));
}

fn math(name: &str, args: &str, data: &[u8]) -> U256 {
    let call = format!("(call ${name} {args})");
    U256::from_be_slice(&memory_after(&mut State::default(), input(), data, &call, 32))
}

const TWO: &str = "(i32.const 0) (i32.const 32)";
const THREE: &str = "(i32.const 0) (i32.const 32) (i32.const 64)";

#[test]
fn math_div_and_mod_are_the_evms() {
    assert_eq!(math("math_div", TWO, &words(17, 5)), U256::from(3));
    assert_eq!(math("math_mod", TWO, &words(17, 5)), U256::from(2));
    assert_eq!(math("math_div", TWO, &words(17, 0)), U256::ZERO);
    assert_eq!(math("math_mod", TWO, &words(17, 0)), U256::ZERO);
    assert_eq!(cost(&format!("(call $math_div {TWO})")), 43_520);
    assert_eq!(cost(&format!("(call $math_mod {TWO})")), 43_520);
}

#[test]
fn math_pow_wraps_and_is_priced_by_the_exponents_bytes() {
    assert_eq!(math("math_pow", TWO, &words(3, 5)), U256::from(243));
    assert_eq!(math("math_pow", TWO, &words(2, 256)), U256::ZERO);
    assert_eq!(math("math_pow", TWO, &words(0, 0)), U256::from(1));
    let ink = |exponent| {
        ink_of(&mut State::default(), input(), &words(2, exponent), &format!("(call $math_pow {TWO})"))
    };
    assert_eq!(ink(0), H + 3 * P + 3_000 + 17_500);
    assert_eq!(ink(255), H + 3 * P + 3_000 + 2 * 17_500);
    assert_eq!(ink(256), H + 3 * P + 3_000 + 3 * 17_500);
}

#[test]
fn math_add_mod_and_mul_mod_do_not_overflow() {
    let max = U256::MAX.to_be_bytes::<32>();
    let data = [&max[..], &max, word(100).as_slice()].concat();
    let modulus = U256::from(100);
    assert_eq!(math("math_add_mod", THREE, &data), U256::MAX.add_mod(U256::MAX, modulus));
    assert_eq!(math("math_mul_mod", THREE, &data), U256::MAX.mul_mod(U256::MAX, modulus));
    let zero = [&max[..], &max, word(0).as_slice()].concat();
    assert_eq!(math("math_add_mod", THREE, &zero), U256::ZERO);
    assert_eq!(math("math_mul_mod", THREE, &zero), U256::ZERO);
    assert_eq!(cost(&format!("(call $math_add_mod {THREE})")), H + 4 * P + 21_000);
    assert_eq!(cost(&format!("(call $math_mul_mod {THREE})")), H + 4 * P + 24_100);
}

#[test]
fn native_keccak256_hashes_and_is_priced_by_words() {
    let call =
        |bytes: u32| format!("(call $native_keccak256 (i32.const 0) (i32.const {bytes}) (i32.const 100))");
    for (bytes, ink) in
        [(0, 121_800), (1, 121_800), (64, 121_800), (65, 142_800), (96, 142_800), (97, 163_800)]
    {
        assert_eq!(cost(&call(bytes)), ink, "{bytes} bytes");
    }
    let memory = memory_after(&mut State::default(), input(), b"hello", &call(5), 132);
    assert_eq!(memory[100..], keccak256(b"hello")[..]);
}

#[test]
fn hashing_more_than_the_memory_holds_reverts() {
    let body = "(call $native_keccak256 (i32.const 65535) (i32.const 2) (i32.const 0)) i32.const 0";
    assert_eq!(run(&program(&[], body)).status, Status::Trap);
    let body = "(call $native_keccak256 (i32.const -1) (i32.const -1) (i32.const 0)) i32.const 0";
    let ran = run_in(&mut State::default(), &program(&[], body), FrameInput { gas: u64::MAX, ..input() });
    assert_eq!(ran.status, Status::Trap, "a pointer and a length that overflow together");
}

#[test]
fn pay_for_memory_grow_charges_the_memory_model() {
    assert_eq!(cost("(call $pay_for_memory_grow (i32.const 0))"), H);
    assert_eq!(cost("(call $pay_for_memory_grow (i32.const 1))"), 0, "the second page is free");
    assert_eq!(cost("(call $pay_for_memory_grow (i32.const 2))"), 1_000 * GAS);
    assert_eq!(cost("(call $pay_for_memory_grow (i32.const 16))"), 15_008 * GAS);
    let all = program(&[], "(call $pay_for_memory_grow (i32.const 128)) i32.const 0");
    assert_eq!(run(&all).status, Status::OutOfInk, "129 pages cannot be had");
}

#[test]
fn pages_held_ever_are_reported() {
    let ran = run(&program(&[], "(call $pay_for_memory_grow (i32.const 4)) i32.const 0"));
    assert_eq!(ran.finish.pages_ever, 5);
}

#[test]
fn a_program_without_ink_for_a_host_function_is_out_of_ink() {
    let wasm = program(&[], "(drop (call $chainid)) i32.const 0");
    // The call's block takes 6,250 of 10,000 ink; the function wants 8,400.
    let ran = run_in(&mut State::default(), &wasm, FrameInput { gas: 1, ..input() });
    assert_eq!((ran.status, ran.finish.gas_left, ran.ink), (Status::OutOfInk, 0, GAS));
}
