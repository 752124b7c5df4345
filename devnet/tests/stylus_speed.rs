//! How long the engine takes: prints, and asserts only what is computed. Run with `--nocapture` to see.

mod stylus_world;

use alloy_primitives::{Bytes, U256};
use devnet::stylus::{Engine, Frame, FrameInput, Status, Step};
use std::time::Instant;
use stylus_world::*;

/// Reads its call data, adds one to a slot, flushes, returns the number.
fn counter() -> Vec<u8> {
    let body =
        "(call $read_args (i32.const 64)) (drop (call $msg_reentrant)) (call $msg_value (i32.const 128))
        (call $storage_load_bytes32 (i32.const 0) (i32.const 32))
        (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
        (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_flush_cache (i32.const 0))
        (call $write_result (i32.const 32) (i32.const 32)) i32.const 0";
    program(&[], body)
}

fn call(
    engine: &Engine,
    module: &std::sync::Arc<devnet::stylus::Module>,
    state: &mut State,
    input: FrameInput,
) -> Bytes {
    let mut frame = Frame::new(engine, module, input).unwrap();
    match frame.run(state) {
        Step::Done(finish) if finish.status == Status::Success => finish.output,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_counter_counts_thousands_of_calls() {
    let engine = Engine::new();
    let wasm = counter();
    let begun = Instant::now();
    let module = module(&engine, &wasm);
    println!("check, instrument and compile: {:?}", begun.elapsed());
    let mut state = State::default();
    let input = FrameInput { input: Bytes::from(vec![7; 36]), ..input() };
    let begun = Instant::now();
    let calls = 10_000;
    for number in 1..=calls {
        let output = call(&engine, &module, &mut state, input.clone());
        assert_eq!(U256::from_be_slice(&output), U256::from(number % 256));
    }
    println!("a call: {:?}", begun.elapsed() / calls);
}

#[test]
fn pure_compute_is_charged_as_it_runs() {
    let body = "(local $i i32) (local $x i64) (loop
            (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 31)) (i64.extend_i32_u (local.get $i))))
            (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000000))))
        i32.const 0";
    let rich = FrameInput { gas: 1 << 40, ..input() };
    let begun = Instant::now();
    let ran = run_in(&mut State::default(), &program(&[], body), rich);
    let time = begun.elapsed();
    assert_eq!(ran.status, Status::Success);
    let gas = ran.ink / GAS;
    println!("{gas} gas of compute in {time:?}: {} Mgas/s", gas as f64 / time.as_secs_f64() / 1e6);
}
