//! Calls and creations: the program waits while other frames run, and goes on with their results.

mod stylus_world;

use alloy_primitives::{Bytes, U256};
use devnet::stylus::{CallKind, Engine, Frame, FrameInput, Pages, Status, Step, SubCall, SubResult};
use stylus_world::*;

/// Memory: an address at 0, a word at 32, data at 64.
fn memory(to: u8, value: u8, data: &[u8]) -> Vec<u8> {
    [&addr(to)[..], &[0; 12], word(value).as_slice(), data].concat()
}

const CALL: &str = "(call $call_contract (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 32)
    (i64.const -1) (i32.const 128))";
const DELEGATE: &str = "(call $delegate_call_contract (i32.const 0) (i32.const 64) (i32.const 4)
    (i64.const -1) (i32.const 128))";
const STATIC: &str = "(call $static_call_contract (i32.const 0) (i32.const 64) (i32.const 4)
    (i64.const -1) (i32.const 128))";

/// A frame of `body`, run to its first sub-call, with what that asks.
fn asking(body: &str, data: &[u8], input: FrameInput) -> (Frame, State, SubCall, u64, Pages) {
    let engine = Engine::new();
    let module = module(&engine, &program(data, body));
    let mut state = State::default();
    let mut frame = Frame::new(&engine, &module, input).unwrap();
    match frame.run(&mut state) {
        Step::Sub { call, gas_available, pages } => (frame, state, call, gas_available, pages),
        Step::Done(finish) => panic!("{finish:?}"),
    }
}

fn answer(output: &[u8], gas_cost: u64) -> SubResult {
    SubResult { success: true, gas_cost, output: Bytes::copy_from_slice(output), ..Default::default() }
}

#[test]
fn a_call_asks_for_a_frame_and_goes_on_with_its_result() {
    let body = format!(
        "(i32.store (i32.const 132) {CALL}) (call $write_result (i32.const 128) (i32.const 8)) i32.const 0"
    );
    let (mut frame, mut state, call, gas, pages) = asking(&body, &memory(5, 9, b"data"), input());
    let data = Bytes::from_static(b"data");
    let expected =
        SubCall::Call { kind: CallKind::Call, to: addr(5), value: U256::from(9), input: data, gas };
    assert_eq!((call, pages), (expected, Pages { open: 1, ever: 1 }), "all gas at most, whatever is asked");
    let before = 2_450 + 7 + 3_800 + H + 3 * P + A + 2 * r(4);
    assert_eq!(gas, (1_000_000 * GAS - before) / GAS);
    let Step::Done(finish) = frame.resume(&mut state, answer(b"result", 1_234)) else { panic!("one call") };
    assert_eq!((finish.status, finish.output), (Status::Success, Bytes::from(vec![6, 0, 0, 0, 0, 0, 0, 0])));
    let after = 2_450 + 825 + 2 + 3_800 + H + 2 * r(8) + 2_450 + 2;
    assert_eq!(frame.ink_left(), 1_000_000 * GAS - before - after - 1_234 * GAS);
}

#[test]
fn delegate_and_static_calls_carry_no_value() {
    for (text, kind) in [(DELEGATE, CallKind::Delegate), (STATIC, CallKind::Static)] {
        let (_, _, call, gas, _) = asking(text, &memory(5, 9, b"data"), input());
        let data = Bytes::from_static(b"data");
        assert_eq!(call, SubCall::Call { kind, to: addr(5), value: U256::ZERO, input: data, gas });
        let before = 2_450 + 5 + 3_800 + H + 3 * P + A + 2 * r(4);
        assert_eq!(gas, (1_000_000 * GAS - before) / GAS, "{kind:?}");
    }
}

#[test]
fn a_call_passes_on_the_gas_it_names() {
    let body = "(call $static_call_contract (i32.const 0) (i32.const 64) (i32.const 0) (i64.const 4567) (i32.const 128))";
    let (_, _, call, _, _) = asking(body, &memory(5, 0, &[]), input());
    assert!(matches!(call, SubCall::Call { gas: 4_567, .. }), "{call:?}");
}

#[test]
fn a_call_that_fails_answers_2_with_its_revert_data() {
    let body = format!(
        "(i32.store (i32.const 0) {CALL})
        (drop (call $read_return_data (i32.const 4) (i32.const 0) (i32.const 100)))
        (call $write_result (i32.const 0) (i32.const 9)) i32.const 0"
    );
    let (mut frame, mut state, ..) = asking(&body, &memory(5, 0, b"data"), input());
    let failed = SubResult { success: false, ..answer(b"sorry", 10) };
    let Step::Done(finish) = frame.resume(&mut state, failed) else { panic!("one call") };
    assert_eq!(finish.output, Bytes::from([&[2, 0, 0, 0][..], b"sorry"].concat()));
}

#[test]
fn a_call_that_costs_more_than_there_is_ends_the_frame() {
    let (mut frame, mut state, ..) = asking(CALL, &memory(5, 0, b"data"), input());
    let Step::Done(finish) = frame.resume(&mut state, answer(&[], 1_000_001)) else { panic!("one call") };
    assert_eq!((finish.status, finish.gas_left), (Status::OutOfInk, 0));
}

#[test]
fn a_call_whose_result_has_no_place_reverts() {
    let body = "(call $call_contract (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 32)
        (i64.const 0) (i32.const 65534))";
    let (mut frame, mut state, ..) = asking(body, &memory(5, 0, &[]), input());
    let Step::Done(finish) = frame.resume(&mut state, answer(&[], 0)) else { panic!("one call") };
    assert_eq!(finish.status, Status::Trap);
}

#[test]
fn a_call_with_data_beyond_the_memory_never_leaves() {
    let body = "(call $call_contract (i32.const 0) (i32.const 65535) (i32.const 2) (i32.const 32)
        (i64.const 0) (i32.const 128))";
    assert_eq!(run(&program(&[], body)).status, Status::Trap);
}

#[test]
fn value_in_a_static_frame_fails_without_a_frame_and_costs_no_gas() {
    let fixed = FrameInput { is_static: true, ..input() };
    let body = format!(
        "(i32.store (i32.const 132) {CALL}) (call $write_result (i32.const 128) (i32.const 8)) i32.const 0"
    );
    let mut data = memory(5, 9, b"data");
    data.resize(128, 0);
    data.extend([0xff; 8]);
    let ran = run_in(&mut State::default(), &program(&data, &body), fixed.clone());
    assert_eq!(ran.output, Bytes::from(vec![0, 0, 0, 0, 2, 0, 0, 0]));
    let (_, _, call, ..) = asking(CALL, &memory(5, 0, b"data"), fixed);
    assert!(matches!(call, SubCall::Call { kind: CallKind::Call, .. }), "without value it may");
}

#[test]
fn return_data_is_read_by_window_and_paid_by_what_is_there() {
    let read = |offset: u32, size: u32| {
        let body = format!("(drop {CALL})
            (i32.store (i32.const 0) (call $read_return_data (i32.const 4) (i32.const {offset}) (i32.const {size})))
            (call $write_result (i32.const 0) (i32.const 14)) i32.const 0");
        let mut data = memory(5, 0, b"data");
        data[4..20].fill(0xee);
        let (mut frame, mut state, ..) = asking(&body, &data, input());
        let Step::Done(finish) = frame.resume(&mut state, answer(b"0123456789", 0)) else {
            panic!("one call")
        };
        assert_eq!(finish.status, Status::Success);
        (finish.output[0] as usize, finish.output[4..].to_vec(), frame.ink_left())
    };
    let part = |window: (u32, u32)| {
        let (length, bytes, _) = read(window.0, window.1);
        assert!(bytes[length..].iter().all(|byte| *byte == 0xee), "nothing beyond is touched");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    assert_eq!(part((0, 10)), "0123456789");
    assert_eq!(part((7, 100)), "789");
    assert_eq!(part((3, 2)), "34");
    assert_eq!(part((10, 5)), "");
    assert_eq!(part((u32::MAX, u32::MAX)), "");
    assert_eq!(read(0, 10).2, read(0, 0).2, "up to 32 bytes cost the same");
}

#[test]
fn long_return_data_costs_by_the_byte() {
    let ink = |size: u32| {
        let body = format!(
            "(drop {CALL})
            (drop (call $read_return_data (i32.const 0) (i32.const 100) (i32.const {size}))) i32.const 0"
        );
        let (mut frame, mut state, ..) = asking(&body, &memory(5, 0, b"data"), input());
        let Step::Done(_) = frame.resume(&mut state, answer(&[1; 300], 0)) else { panic!("one call") };
        frame.ink_left()
    };
    assert_eq!(ink(0) - ink(132), 30 * 100);
    assert_eq!(ink(0) - ink(5_000), 30 * (200 - 32), "only what is there");
}

#[test]
fn return_data_is_empty_before_any_call() {
    let body = "(i32.store (i32.const 0) (call $return_data_size))
        (i32.store (i32.const 4) (call $read_return_data (i32.const 70000) (i32.const 0) (i32.const 10)))";
    let memory = memory_after(&mut State::default(), input(), &[0xff; 8], body, 8);
    assert_eq!(memory, Bytes::from(vec![0; 8]), "not even the pointer is looked at");
    let state = &mut State::default();
    assert_eq!(ink_of(state, input(), &[], "(drop (call $return_data_size))"), H);
    let read = "(drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 10)))";
    assert_eq!(ink_of(state, input(), &[], read), H + A + w(0));
}

#[test]
fn return_data_is_that_of_the_last_call() {
    let body = format!("(drop {CALL}) (drop {CALL})
        (i32.store (i32.const 0) (call $return_data_size)) (call $write_result (i32.const 0) (i32.const 4)) i32.const 0");
    let (mut frame, mut state, ..) = asking(&body, &memory(5, 0, b"data"), input());
    let Step::Sub { .. } = frame.resume(&mut state, answer(b"first", 0)) else { panic!("two calls") };
    let Step::Done(finish) = frame.resume(&mut state, answer(b"2nd", 0)) else { panic!("two calls") };
    assert_eq!(finish.output, Bytes::from(vec![3, 0, 0, 0]));
}

const CREATE1: &str =
    "(call $create1 (i32.const 64) (i32.const 4) (i32.const 32) (i32.const 200) (i32.const 240))";
const CREATE2: &str = "(call $create2 (i32.const 64) (i32.const 4) (i32.const 32) (i32.const 96) (i32.const 200) (i32.const 240))";

#[test]
fn creations_ask_with_code_value_and_salt() {
    let mut data = memory(0, 9, b"init");
    data.resize(96, 0);
    data.extend(word(0x77));
    let code = Bytes::from_static(b"init");
    let (_, _, call, gas, _) = asking(CREATE1_THEN, &data, input());
    assert_eq!(call, SubCall::Create { code: code.clone(), value: U256::from(9), salt: None });
    assert_eq!(gas, (1_000_000 * GAS - (2_450 + 5 + 3_800 + H + 3 * P + A + 2 * r(4))) / GAS);
    let (_, _, call, gas, _) = asking(&format!("{CREATE2} i32.const 0"), &data, input());
    assert_eq!(call, SubCall::Create { code, value: U256::from(9), salt: Some(word(0x77)) });
    assert_eq!(gas, (1_000_000 * GAS - (2_450 + 6 + 3_800 + H + 4 * P + A + 2 * r(4))) / GAS);
}

const CREATE1_THEN: &str =
    "(call $create1 (i32.const 64) (i32.const 4) (i32.const 32) (i32.const 200) (i32.const 240))
    (call $write_result (i32.const 200) (i32.const 44)) i32.const 0";

#[test]
fn a_creation_writes_the_address_and_leaves_no_return_data() {
    let (mut frame, mut state, ..) = asking(CREATE1_THEN, &memory(0, 9, b"init"), input());
    let created = SubResult { created: Some(addr(0x42)), ..answer(b"runtime code", 40_000) };
    let Step::Done(finish) = frame.resume(&mut state, created) else { panic!("one creation") };
    assert_eq!(&finish.output[..20], addr(0x42).as_slice());
    assert_eq!(&finish.output[40..], [0; 4]);
}

#[test]
fn a_creation_that_reverts_writes_zero_and_keeps_the_revert_data() {
    let body = "(call $create1 (i32.const 64) (i32.const 4) (i32.const 32) (i32.const 200) (i32.const 240))
        (drop (call $read_return_data (i32.const 244) (i32.const 0) (i32.const 3)))
        (call $write_result (i32.const 200) (i32.const 47)) i32.const 0";
    let mut data = memory(0, 9, b"init");
    data.resize(200, 0);
    data.extend([0xff; 44]);
    let (mut frame, mut state, ..) = asking(body, &data, input());
    let failed = SubResult { success: false, ..answer(b"bad", 40_000) };
    let Step::Done(finish) = frame.resume(&mut state, failed) else { panic!("one creation") };
    assert_eq!(&finish.output[..20], [0; 20]);
    assert_eq!(&finish.output[40..], [&[3, 0, 0, 0][..], b"bad"].concat());
}

#[test]
fn a_creation_without_gas_for_its_base_price_reverts() {
    let poor = FrameInput { gas: 32_000, ..input() };
    let wasm = program(&memory(0, 0, b"init"), &format!("{CREATE1} i32.const 0"));
    let ran = run_in(&mut State::default(), &wasm, poor);
    assert_eq!(ran.status, Status::Trap);
    assert!(ran.finish.gas_left > 31_000, "the gas left is given back");
    let wasm = program(&memory(0, 0, b"init"), &format!("{CREATE2} i32.const 0"));
    let salted = FrameInput { gas: 32_000 + 5 + 13, ..input() };
    assert_eq!(
        run_in(&mut State::default(), &wasm, salted).status,
        Status::Trap,
        "hashing costs 6 a word more"
    );
}

#[test]
fn pages_of_inner_frames_count_for_later_memory() {
    let body = format!("(drop {CALL}) (call $pay_for_memory_grow (i32.const 9)) i32.const 0");
    let ink = |ever: u16| {
        let (mut frame, mut state, ..) = asking(&body, &memory(5, 0, b"data"), input());
        let result = SubResult { pages_open: 1, pages_ever: ever, ..answer(&[], 0) };
        let Step::Done(finish) = frame.resume(&mut state, result) else { panic!("one call") };
        assert_eq!(finish.pages_ever, ever.max(10));
        frame.ink_left()
    };
    // Page 10 lies on the ramp: 3 gas over one page, nothing if the transaction was there before.
    assert_eq!(ink(20) - ink(1), 2 * GAS);
}

#[test]
fn inner_frames_are_told_the_pages_held() {
    let body = format!("(call $pay_for_memory_grow (i32.const 3)) {CALL}");
    let (.., pages) = asking(&body, &memory(5, 0, b"data"), FrameInput { pages_ever: 9, ..input() });
    assert_eq!(pages, Pages { open: 4, ever: 9 });
}

/// Calls the contract at 0x05 with all gas, stores its status at 128.
fn caller(then: &str) -> Vec<u8> {
    let data = memory(5, 0, b"data");
    program(&data, &format!("(i32.store (i32.const 132) {CALL}) {then}"))
}

#[test]
fn programs_call_programs_and_read_their_output() {
    let mut programs = Programs::new();
    let then = "(drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 99)))
        (call $write_result (i32.const 0) (i32.const 4)) i32.const 0";
    programs.put(addr(0xaa), &caller(then));
    let echo =
        "(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $len)) i32.const 0";
    programs.put(addr(5), &program(&[], echo));
    let finish = programs.run(input());
    assert_eq!((finish.status, finish.output), (Status::Success, Bytes::from_static(b"data")));
    assert_eq!(programs.deepest, 2);
    assert_eq!(finish.pages_ever, 2, "both frames' pages were held at once");
}

#[test]
fn callers_and_contexts_follow_the_kind_of_call() {
    let who = "(call $msg_sender (i32.const 12)) (call $contract_address (i32.const 44)) (call $msg_value (i32.const 64))
        (call $write_result (i32.const 0) (i32.const 96)) i32.const 0";
    for (text, sender, this, value) in [(CALL, 0xaa, 5, 9), (STATIC, 0xaa, 5, 0), (DELEGATE, 0xbb, 0xaa, 7)] {
        let mut programs = Programs::new();
        let then = "(drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 96)))
            (call $write_result (i32.const 0) (i32.const 96)) i32.const 0";
        programs.put(addr(0xaa), &program(&memory(5, 9, b"data"), &format!("(drop {text}) {then}")));
        programs.put(addr(5), &program(&[], who));
        let expected = [word(sender), word(this), word(value)].concat();
        assert_eq!(programs.run(input()).output, Bytes::from(expected), "{text}");
    }
}

#[test]
fn a_static_call_makes_all_frames_below_it_static() {
    let mut programs = Programs::new();
    let status = "(call $write_result (i32.const 132) (i32.const 4)) i32.const 0";
    let outer = format!("(i32.store (i32.const 132) {STATIC}) {status}");
    programs.put(addr(0xaa), &program(&memory(5, 0, b"data"), &outer));
    let middle = program(&memory(6, 0, b"data"), CALL);
    programs.put(addr(5), &middle);
    let writes =
        "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32)) (call $storage_flush_cache (i32.const 0))
        i32.const 0";
    programs.put(addr(6), &program(&word(1)[..], writes));
    assert_eq!(
        programs.run(input()).output,
        Bytes::from(vec![2, 0, 0, 0]),
        "the middle reverts because the inner does"
    );
    assert!(programs.state.writes.is_empty());
}

#[test]
fn a_revert_rolls_back_the_inner_frame_only() {
    let store = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32)) (call $storage_flush_cache (i32.const 0))";
    let mut programs = Programs::new();
    let then = format!("(i32.store8 (i32.const 31) (i32.const 1)) {store} i32.const 0");
    programs.put(addr(0xaa), &program(&memory(5, 3, b"data"), &format!("(drop {STATUS_CALL}) {then}")));
    programs.put(addr(5), &program(&[word(2), word(4)].concat(), &format!("{store} i32.const 1")));
    assert_eq!(programs.run(input()).status, Status::Success);
    assert_eq!(programs.state.slot(addr(5), word(2)), word(0));
    assert_eq!(programs.state.storage.len(), 1);
}

/// A call without value, so that the word at 32 can be something else.
const STATUS_CALL: &str = "(call $delegate_call_contract (i32.const 0) (i32.const 64) (i32.const 4)
    (i64.const -1) (i32.const 128))";

#[test]
fn a_frame_sees_writes_of_inner_frames_only_after_forgetting_its_cache() {
    // The inner frame runs on the same account by delegation, and changes the slot the outer one has read.
    let outer = |clear: u32| {
        format!(
            "(call $storage_load_bytes32 (i32.const 96) (i32.const 160))
            (call $storage_flush_cache (i32.const {clear})) (drop {DELEGATE})
            (call $storage_load_bytes32 (i32.const 96) (i32.const 160))
            (call $write_result (i32.const 160) (i32.const 32)) i32.const 0"
        )
    };
    let inner =
        "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32)) (call $storage_flush_cache (i32.const 0))
        i32.const 0";
    for (clear, seen) in [(0, 0), (1, 8)] {
        let mut programs = Programs::new();
        let mut data = memory(5, 0, b"data");
        data.resize(96, 0);
        data.extend(word(1));
        programs.put(addr(0xaa), &program(&data, &outer(clear)));
        programs.put(addr(5), &program(&[word(1), word(8)].concat(), inner));
        assert_eq!(programs.run(input()).output, Bytes::from(word(seen).to_vec()), "clear {clear}");
    }
}

#[test]
fn an_unflushed_write_is_not_seen_by_inner_frames() {
    let outer = |flush: &str| {
        format!(
            "(call $storage_cache_bytes32 (i32.const 96) (i32.const 96)) {flush} (drop {DELEGATE})
            (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 32)))
            (call $write_result (i32.const 0) (i32.const 32)) i32.const 0"
        )
    };
    let inner = "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))
        (call $write_result (i32.const 32) (i32.const 32)) i32.const 0";
    for (flush, seen) in [("", 0), ("(call $storage_flush_cache (i32.const 0))", 1)] {
        let mut programs = Programs::new();
        let mut data = memory(5, 0, b"data");
        data.resize(96, 0);
        data.extend(word(1));
        programs.put(addr(0xaa), &program(&data, &outer(flush)));
        programs.put(addr(5), &program(word(1).as_slice(), inner));
        assert_eq!(programs.run(input()).output, Bytes::from(word(seen).to_vec()), "{flush}");
    }
}

#[test]
fn a_program_that_calls_itself_nests_hundreds_of_frames_deep() {
    // Each frame passes on 63/64 of its gas, so depth is bounded by gas, here beyond 300.
    let mut programs = Programs::new();
    let data = memory(0xaa, 0, b"data");
    programs.put(addr(0xaa), &program(&data, &format!("(drop {CALL}) i32.const 0")));
    let finish = programs.run(FrameInput { gas: 1 << 30, ..input() });
    assert_eq!(finish.status, Status::Success);
    assert!(programs.deepest > 120, "{}", programs.deepest);
}

#[test]
fn an_inner_frame_out_of_ink_costs_what_it_was_given() {
    let mut programs = Programs::new();
    programs.put(addr(0xaa), &caller("(call $write_result (i32.const 132) (i32.const 4)) i32.const 0"));
    programs.put(addr(5), &program(&[], "(loop (br 0)) i32.const 0"));
    let finish = programs.run(input());
    assert_eq!((finish.status, finish.output), (Status::Success, Bytes::from(vec![2, 0, 0, 0])));
    let (_, available) = programs.asked[0];
    let kept = available - 700 - (available - 700) * 63 / 64;
    assert!(finish.gas_left < kept && finish.gas_left > kept - 20, "a 64th is left: {}", finish.gas_left);
}

#[test]
fn creations_through_the_driver_write_addresses() {
    let mut programs = Programs::new();
    let mut data = memory(0, 9, &[0, 1, 2, 3]);
    data.resize(96, 0);
    data.extend(word(0x10));
    let body = format!("{CREATE2} (call $write_result (i32.const 200) (i32.const 20)) i32.const 0");
    programs.put(addr(0xaa), &program(&data, &body));
    assert_eq!(programs.run(input()).output, Bytes::from(addr(0x14).to_vec()));
    assert_eq!(programs.state.balances[&addr(0x14)], U256::from(9));
}

#[test]
fn resuming_a_frame_that_waits_for_nothing_ends_it() {
    let engine = Engine::new();
    let module = module(&engine, &program(&[], "i32.const 0"));
    let mut frame = Frame::new(&engine, &module, input()).unwrap();
    let Step::Done(finish) = frame.resume(&mut State::default(), SubResult::default()) else {
        panic!("no call")
    };
    assert_eq!(finish.status, Status::Trap);
}
