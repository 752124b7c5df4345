//! Ink of operators and blocks, the limits at run time, and how programs end that do not end by themselves.

mod stylus_world;

use alloy_primitives::Bytes;
use devnet::stylus::{FrameInput, Status, StylusParams};
use stylus_world::*;

const BLOCK: u64 = 2_450;

/// A program without host functions: `items` beside the entry point, whose body is `body`.
fn bare(items: &str, body: &str) -> Vec<u8> {
    wasm(&format!(
        r#"(module (memory (export "memory") 1 1) {items}
        (func (export "user_entrypoint") (param $len i32) (result i32) {body}))"#
    ))
}

/// Ink of straight-line code: what a program with `code` uses beyond its block and its `i32.const 0`.
fn straight(code: &str) -> u64 {
    let ran = run(&bare(
        "(global $g (mut i32) (i32.const 0))",
        &format!("(local $a i32) (local $b i64) {code} i32.const 0"),
    ));
    assert_eq!(ran.status, Status::Success, "{code}");
    ran.ink - BLOCK - 2
}

#[test]
fn every_operator_has_its_price() {
    // Drops (9) and constants (1) around the operator in question are part of the sums.
    let cases = [
        ("nop", 1),
        ("(drop (i32.const 1))", 10),
        ("(drop (i64.const 1))", 10),
        ("(drop (local.get $a))", 75 + 9),
        ("(local.set $a (i32.const 1))", 210 + 1),
        ("(drop (local.tee $a (i32.const 1)))", 75 + 1 + 9),
        ("(drop (global.get $g))", 225 + 9),
        ("(global.set $g (i32.const 1))", 575 + 1),
        ("(drop (select (i32.const 1) (i32.const 2) (i32.const 0)))", 1_250 + 3 + 9),
        ("(drop (i32.load (i32.const 0)))", 670 + 10),
        ("(drop (i32.load8_s (i32.const 0)))", 670 + 10),
        ("(drop (i32.load16_u (i32.const 0)))", 670 + 10),
        ("(drop (i64.load (i32.const 0)))", 680 + 10),
        ("(drop (i64.load8_u (i32.const 0)))", 680 + 10),
        ("(drop (i64.load32_s (i32.const 0)))", 680 + 10),
        ("(i32.store (i32.const 0) (i32.const 0))", 825 + 2),
        ("(i32.store8 (i32.const 0) (i32.const 0))", 825 + 2),
        ("(i64.store (i32.const 0) (i64.const 0))", 950 + 2),
        ("(i64.store32 (i32.const 0) (i64.const 0))", 950 + 2),
        ("(drop (memory.size))", 3_000 + 9),
        ("(drop (i32.eqz (i32.const 0)))", 170 + 10),
        ("(drop (i32.lt_s (i32.const 0) (i32.const 0)))", 170 + 11),
        ("(drop (i64.eqz (i64.const 0)))", 225 + 10),
        ("(drop (i64.ge_u (i64.const 0) (i64.const 0)))", 225 + 11),
        ("(drop (i32.clz (i32.const 0)))", 210 + 10),
        ("(drop (i64.ctz (i64.const 0)))", 210 + 10),
        ("(drop (i32.popcnt (i32.const 0)))", 2_650 + 10),
        ("(drop (i64.popcnt (i64.const 0)))", 6_000 + 10),
        ("(drop (i32.add (i32.const 0) (i32.const 0)))", 70 + 11),
        ("(drop (i32.rotr (i32.const 0) (i32.const 0)))", 70 + 11),
        ("(drop (i64.sub (i64.const 0) (i64.const 0)))", 100 + 11),
        ("(drop (i64.xor (i64.const 0) (i64.const 0)))", 100 + 11),
        ("(drop (i32.mul (i32.const 0) (i32.const 0)))", 160 + 11),
        ("(drop (i64.mul (i64.const 0) (i64.const 0)))", 160 + 11),
        ("(drop (i32.div_u (i32.const 0) (i32.const 1)))", 1_120 + 11),
        ("(drop (i32.rem_s (i32.const 0) (i32.const 1)))", 1_120 + 11),
        ("(drop (i64.div_s (i64.const 0) (i64.const 1)))", 1_270 + 11),
        ("(drop (i64.rem_u (i64.const 0) (i64.const 1)))", 1_270 + 11),
        ("(drop (i32.wrap_i64 (i64.const 0)))", 100 + 10),
        ("(drop (i64.extend_i32_u (i32.const 0)))", 100 + 10),
        ("(drop (i32.extend8_s (i32.const 0)))", 100 + 10),
        ("(drop (i64.extend32_s (i64.const 0)))", 100 + 10),
        ("(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))", 950 + 3),
        ("(memory.copy (i32.const 0) (i32.const 0) (i32.const 7))", 950 + 3 + 700),
        ("(memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))", 950 + 3 + 6_553_600),
    ];
    for (code, ink) in cases {
        assert_eq!(straight(code), ink, "{code}");
    }
}

#[test]
fn each_block_is_paid_when_it_is_entered() {
    assert_eq!(straight("(block)"), 1 + 1 + BLOCK, "an end closes a block");
    assert_eq!(straight("(loop)"), 1 + 1 + 2 * BLOCK, "a loop's head and its end do");
    let branch =
        |condition: u32| straight(&format!("(if (i32.const {condition}) (then nop nop) (else nop))"));
    // if, then the taken arm up to its else or end, then what follows.
    assert_eq!(branch(1), 1 + 765 + BLOCK + (2 + 1) + BLOCK);
    assert_eq!(branch(0), 1 + 765 + BLOCK + (1 + 1) + BLOCK);
    let skipped = straight("(block (br 0) nop nop nop)");
    assert_eq!(skipped, 1 + 765 + BLOCK, "what a branch skips is not paid");
    assert_eq!(straight("(block (br_if 0 (i32.const 1)) nop)"), 1 + 1 + 765 + BLOCK);
    assert_eq!(straight("(block (br_if 0 (i32.const 0)) nop)"), 1 + 1 + 765 + BLOCK + 2 + BLOCK);
}

#[test]
fn a_counted_loop_costs_what_the_table_says() {
    let body =
        "(local $i i32) (loop local.get $i i32.const 1 i32.add local.tee $i i32.const 100 i32.lt_u br_if 0)
        i32.const 0";
    let iteration = 2_450 + 75 + 1 + 70 + 75 + 1 + 170 + 765;
    assert_eq!(run(&bare("", body)).ink, (BLOCK + 1) + 100 * iteration + (BLOCK + 1) + (BLOCK + 2));
}

#[test]
fn a_branch_table_costs_by_its_targets() {
    let table =
        |targets: usize| straight(&format!("(block (br_table {} 0 (i32.const 0)))", "0 ".repeat(targets)));
    assert_eq!(table(0), 1 + 1 + 2_400 + BLOCK);
    assert_eq!(table(3), 1 + 1 + 2_400 + 3 * 325 + BLOCK);
}

#[test]
fn calls_cost_the_call_and_indirect_ones_by_their_parameters() {
    let items = "(func $f) (func $two (param i32 i64))
        (table 2 2 funcref) (elem (i32.const 0) $f $two)
        (type $none (func)) (type $both (func (param i32 i64)))";
    let ran = |body: &str| run(&bare(items, &format!("{body} i32.const 0"))).ink - BLOCK - 2;
    let callee = BLOCK + 1;
    assert_eq!(ran("(call $f)"), 3_800 + BLOCK + callee);
    assert_eq!(ran("(call_indirect (type $none) (i32.const 0))"), 13_610 + 1 + BLOCK + callee);
    let both = "(call_indirect (type $both) (i32.const 1) (i64.const 1) (i32.const 1))";
    assert_eq!(ran(both), 13_610 + 2 * 650 + 3 + BLOCK + callee);
}

#[test]
fn a_return_closes_its_block() {
    assert_eq!(run(&bare("", "(return (i32.const 0))")).ink, BLOCK + 2);
}

#[test]
fn growing_memory_is_paid_before_it_happens() {
    let text = |max: u32, pages: i32| {
        wasm(&format!(
            r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
            (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
            (memory (export "memory") 1 {max})
            (func (export "user_entrypoint") (param $len i32) (result i32)
                (i32.store (i32.const 0) (memory.grow (i32.const {pages})))
                (i32.store (i32.const 4) (memory.size))
                (call $write_result (i32.const 0) (i32.const 8)) i32.const 0))"#
        ))
    };
    let around = BLOCK + 2 + 8_050 + 825 + 1 + 3_000 + 825 + 2 + 3_800 + BLOCK + 2 + H + 2 * r(8);
    let ran = run(&text(200, 3));
    assert_eq!(ran.output, Bytes::from(vec![1, 0, 0, 0, 4, 0, 0, 0]));
    assert_eq!(ran.ink, around + 2_000 * GAS);
    let ran = run(&text(200, 0));
    assert_eq!((ran.output[4], ran.ink), (1, around + H));
    let ran = run(&text(2, 3));
    assert_eq!(
        ran.output,
        Bytes::from(vec![255, 255, 255, 255, 1, 0, 0, 0]),
        "beyond the program's own maximum"
    );
    assert_eq!(ran.ink, around + 2_000 * GAS, "is paid all the same");
    assert_eq!(run(&text(200, 128)).status, Status::OutOfInk, "beyond the chain's limit");
    // The host function takes 16 bits, as on the chain: 65,536 pages count as none, and are not had.
    assert_eq!(run(&text(200, 65_536)).output[..4], [255; 4]);
}

#[test]
fn an_infinite_loop_runs_out_of_ink() {
    let ran = run(&bare("", "(loop (br 0)) i32.const 0"));
    assert_eq!((ran.status, ran.finish.gas_left, ran.output.len()), (Status::OutOfInk, 0, 0));
}

#[test]
fn a_bulk_operation_that_cannot_be_paid_runs_out_of_ink() {
    let body = "(memory.fill (i32.const 0) (i32.const 7) (i32.const 65536)) i32.const 0";
    let ran = run_in(&mut State::default(), &bare("", body), FrameInput { gas: 600, ..input() });
    assert_eq!(ran.status, Status::OutOfInk);
    let huge = "(memory.copy (i32.const 0) (i32.const 0) (i32.const -1)) i32.const 0";
    assert_eq!(run(&bare("", huge)).status, Status::OutOfInk, "the length is unsigned");
}

#[test]
fn a_bulk_operation_beyond_the_memory_reverts() {
    let ran = run(&bare("", "(memory.fill (i32.const 65000) (i32.const 7) (i32.const 600)) i32.const 0"));
    assert_eq!(ran.status, Status::Trap);
}

#[test]
fn endless_recursion_runs_out_of_stack_and_takes_all_gas() {
    let items = "(func $f (call $f))";
    let rich = FrameInput { gas: 1 << 40, ..input() };
    let ran = run_in(&mut State::default(), &bare(items, "(call $f) i32.const 0"), rich);
    assert_eq!((ran.status, ran.finish.gas_left), (Status::OutOfStack, 0));
}

/// Recurses `depth` calls deep; the function has `locals` locals beside its parameter.
fn recursion(depth: u32, locals: u32) -> Vec<u8> {
    let items = format!(
        "(func $f (param $n i32) (local {})
            (if (local.get $n) (then (call $f (i32.sub (local.get $n) (i32.const 1))))))",
        "i64 ".repeat(locals as usize)
    );
    bare(&items, &format!("(call $f (i32.const {depth})) i32.const 0"))
}

#[test]
fn the_stack_limit_counts_words_of_frames() {
    // Both functions hold at most 2 values at once, metering included; 4 words come on top.
    let status = |depth: u32, locals: u32, words: u32| {
        let mut rich = FrameInput { gas: 1 << 40, ..input() };
        rich.env.params = StylusParams { max_stack_depth: words, ..Default::default() };
        run_in(&mut State::default(), &recursion(depth, locals), rich).status
    };
    let entry = 2 + 4;
    for (depth, locals) in [(0, 0), (5, 0), (5, 100)] {
        let frames = (depth + 1) * (2 + 4 + locals);
        assert_eq!(
            status(depth, locals, entry + frames + 1),
            Status::Success,
            "{depth} deep, {locals} locals"
        );
        assert_eq!(
            status(depth, locals, entry + frames),
            Status::OutOfStack,
            "{depth} deep, {locals} locals"
        );
    }
    assert_eq!(status(43_000, 0, 262_144), Status::Success);
    assert_eq!(status(44_000, 0, 262_144), Status::OutOfStack);
}

#[test]
fn stack_words_are_given_back_on_return() {
    let items =
        "(func $f (param $n i32) (result i32) (if (local.get $n) (then (return (i32.const 1)))) i32.const 0)";
    let body = "(local $i i32) (loop
            (drop (call $f (i32.and (local.get $i) (i32.const 1))))
            (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000))))
        i32.const 0";
    let rich = FrameInput { gas: 1 << 40, ..input() };
    assert_eq!(run_in(&mut State::default(), &bare(items, body), rich).status, Status::Success);
}

#[test]
fn traps_revert_without_data_and_keep_the_gas_left() {
    let traps = [
        "unreachable",
        "(i32.div_u (i32.const 1) (i32.const 0))",
        "(i32.load (i32.const 65533))",
        "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
    ];
    for body in traps {
        let ran = run(&bare("", body));
        assert_eq!((ran.status, ran.output.len()), (Status::Trap, 0), "{body}");
        assert!(ran.finish.gas_left > 999_990, "{body}");
    }
    let items = "(table 1 1 funcref) (type $t (func))";
    let ran = run(&bare(items, "(call_indirect (type $t) (i32.const 0)) i32.const 0"));
    assert_eq!(ran.status, Status::Trap, "an empty entry of the table");
}

#[test]
fn output_written_before_a_trap_is_lost() {
    let ran = run(&program(b"out", "(call $write_result (i32.const 0) (i32.const 3)) unreachable"));
    assert_eq!((ran.status, ran.output.len()), (Status::Trap, 0));
}

#[test]
fn floating_point_values_cannot_be_paid_for() {
    let ran = run(&bare("", "(drop (f64.const 1)) i32.const 0"));
    assert_eq!(ran.status, Status::OutOfInk);
    let unused = bare("(func $never (result f32) (f32.load (i32.const 0)))", "i32.const 0");
    assert_eq!(run(&unused).status, Status::Success, "unused they do no harm");
}

#[test]
fn gas_left_is_whole_gas_rounded_down() {
    let ran = run(&bare("", "i32.const 0"));
    assert_eq!((ran.ink, ran.finish.gas_left), (2_452, 999_999));
}

#[test]
fn the_ink_price_is_a_parameter() {
    let mut dear = input();
    dear.env.params.ink_price = 1_000;
    let ran = run_in(&mut State::default(), &bare("", "i32.const 0"), dear);
    assert_eq!(ran.finish.gas_left, 1_000_000 - 3);
}

#[test]
fn frames_start_with_fresh_memory_and_globals() {
    let items = "(global $g (mut i32) (i32.const 0))";
    let body = "(global.set $g (i32.add (global.get $g) (i32.const 1)))
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (i32.ne (i32.add (global.get $g) (i32.load (i32.const 0))) (i32.const 2))";
    let mut programs = Programs::new();
    programs.put(addr(0xaa), &bare(items, body));
    for _ in 0..3 {
        assert_eq!(programs.run(input()).status, Status::Success);
    }
}
