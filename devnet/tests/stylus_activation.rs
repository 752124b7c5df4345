//! What activation refuses, and the figures it finds.

mod stylus_world;

use alloy_primitives::Address;
use devnet::stylus::program::{
    PREFIX, activate, decode, encode, encode_fragments, encode_root, fragments, is_component, is_program,
};
use devnet::stylus::{ActivationError, StylusParams};
use std::collections::BTreeMap;
use stylus_world::*;

const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;
const GROW: &str = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#;

fn module(items: &str) -> Vec<u8> {
    wasm(&format!("(module {items})"))
}

/// A program that is right but for `items`.
fn with(items: &str) -> Vec<u8> {
    module(&format!("{items} {MEMORY} {ENTRY}"))
}

fn refusal(wasm: &[u8]) -> ActivationError {
    check(wasm).map(|_| ()).expect_err("must not activate")
}

fn too_many(wasm: &[u8]) -> (&'static str, u64, u64) {
    match refusal(wasm) {
        ActivationError::TooMany { what, count, limit } => (what, count, limit),
        other => panic!("{other}"),
    }
}

fn malformed(wasm: &[u8]) -> String {
    match refusal(wasm) {
        ActivationError::Malformed(why) => why,
        other => panic!("{other}"),
    }
}

#[test]
fn the_smallest_program_activates() {
    assert_eq!(check(&with("")).map(|activation| activation.cost.footprint), Ok(1));
}

#[test]
fn bytes_that_are_no_wasm_are_refused() {
    for bytes in [&[][..], b"\0asm", b"\0asm\x02\0\0\0", b"hello there, this is not wasm"] {
        malformed(bytes);
    }
    let good = with("");
    for cut in 1..good.len() {
        assert!(check(&good[..cut]).is_err(), "cut after {cut} bytes");
    }
}

#[test]
fn programs_with_flipped_bits_never_panic() {
    let good = program(b"data", "(call $read_args (i32.const 0)) i32.const 0");
    let mut activated = 0;
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        if let Ok(activation) = check(&bad) {
            activated += 1;
            devnet::stylus::Engine::new()
                .insert(Default::default(), &activation.instrumented)
                .expect("what activates compiles");
        }
    }
    assert!(activated > 0, "data and names may be anything");
}

#[test]
fn the_entry_point_must_be_exported_with_its_type() {
    let missing = ActivationError::MissingExport("user_entrypoint");
    assert_eq!(refusal(&module(MEMORY)), missing);
    let wrong = r#"(func (export "user_entrypoint") (param i64) (result i32) i32.const 0)"#;
    assert_eq!(refusal(&module(&format!("{MEMORY} {wrong}"))), missing);
    let global = r#"(global (export "user_entrypoint") i32 (i32.const 0))"#;
    assert_eq!(refusal(&module(&format!("{MEMORY} {global}"))), missing);
}

#[test]
fn the_memory_must_be_there_and_exported() {
    let missing = ActivationError::MissingExport("memory");
    assert_eq!(refusal(&module(ENTRY)), missing);
    assert_eq!(refusal(&module(&format!("(memory 1 1) {ENTRY}"))), missing);
    let other = r#"(memory (export "ram") 1 1)"#;
    assert_eq!(refusal(&module(&format!("{other} {ENTRY}"))), missing);
}

#[test]
fn start_functions_are_refused() {
    assert_eq!(refusal(&with("(func $s) (start $s)")), ActivationError::StartFunction);
}

#[test]
fn a_memory_that_can_grow_needs_the_import_that_pays() {
    let growing = r#"(memory (export "memory") 1 2)"#;
    assert_eq!(refusal(&module(&format!("{growing} {ENTRY}"))), ActivationError::MissingPayForGrow);
    let open = r#"(memory (export "memory") 1)"#;
    assert_eq!(refusal(&module(&format!("{open} {ENTRY}"))), ActivationError::MissingPayForGrow);
    assert!(check(&module(&format!("{GROW} {growing} {ENTRY}"))).is_ok());
    let wrong = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i64)))"#;
    assert!(matches!(
        refusal(&module(&format!("{wrong} {growing} {ENTRY}"))),
        ActivationError::UnknownImport { .. }
    ));
}

#[test]
fn memories_beyond_the_limit_are_refused() {
    let pages = |pages: u32| module(&format!(r#"(memory (export "memory") {pages} {pages}) {ENTRY}"#));
    assert!(check(&pages(128)).is_ok());
    assert_eq!(too_many(&pages(129)), ("memory pages", 129, 128));
    let left = activate(&pages(10), 9, &StylusParams::default()).map(|_| ());
    assert_eq!(left, Err(ActivationError::TooMany { what: "memory pages", count: 10, limit: 9 }));
}

#[test]
fn only_the_chains_host_functions_can_be_imported() {
    let unknown = |import: &str| match refusal(&with(import)) {
        ActivationError::UnknownImport { module, name } => format!("{module}.{name}"),
        other => panic!("{other}"),
    };
    assert_eq!(unknown(r#"(import "vm_hooks" "selfdestruct" (func))"#), "vm_hooks.selfdestruct");
    assert_eq!(unknown(r#"(import "env" "read_args" (func (param i32)))"#), "env.read_args");
    assert_eq!(unknown(r#"(import "vm_hooks" "read_args" (func (param i64)))"#), "vm_hooks.read_args");
    assert_eq!(unknown(r#"(import "vm_hooks" "chainid" (func (result i32)))"#), "vm_hooks.chainid");
    assert_eq!(unknown(r#"(import "vm_hooks" "read_args" (global i32))"#), "vm_hooks.read_args");
    assert_eq!(unknown(r#"(import "console" "log_txt" (func (param i32 i32)))"#), "console.log_txt");
    assert_eq!(unknown(r#"(import "debug" "null_host" (func))"#), "debug.null_host");
}

#[test]
fn every_host_function_can_be_imported() {
    assert!(check(&with(IMPORTS)).is_ok());
}

#[test]
fn exports_must_not_look_like_imports_or_the_chains_own_names() {
    let read_args = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    let clash = |name: &str| refusal(&with(&format!(r#"{read_args} (func (export "{name}"))"#)));
    assert_eq!(clash("read_args"), ActivationError::NameClash("read_args".to_owned()));
    assert_eq!(clash("vm_hooks__read_args"), ActivationError::NameClash("read_args".to_owned()));
    let reserved = |name: &str| refusal(&with(&format!(r#"(func (export "{name}"))"#)));
    assert_eq!(reserved("stylus_ink_left"), ActivationError::ReservedName("stylus_ink_left".to_owned()));
    assert_eq!(reserved("a__stylusx"), ActivationError::ReservedName("stylusx".to_owned()));
    assert!(check(&with(r#"(func (export "mark_used"))"#)).is_ok());
}

#[test]
fn features_beyond_the_chains_are_refused() {
    let cases = [
        ("reference types", "(table 1 1 externref)"),
        ("two tables", "(table 1 1 funcref) (table 1 1 funcref)"),
        ("simd", "(func (result v128) (v128.const i64x2 0 0))"),
        ("threads", "(func (i32.atomic.store (i32.const 0) (i32.const 0)))"),
        ("tail calls", "(func $f (return_call $f))"),
        ("exceptions", "(tag (param i32))"),
        ("extended constants", "(global i32 (i32.add (i32.const 1) (i32.const 1)))"),
        ("two memories", "(memory 1 1)"),
        ("typed select", "(func (drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))))"),
        ("imported memory", r#"(import "vm_hooks" "memory" (memory 1 1))"#),
        ("passive data", r#"(data $d "x") (func (data.drop $d))"#),
    ];
    for (what, items) in cases {
        assert!(check(&with(items)).is_err(), "{what}");
    }
    let wide = module(&format!(r#"(memory (export "memory") i64 1 1) {ENTRY}"#));
    malformed(&wide);
}

#[test]
fn bulk_operations_other_than_copy_and_fill_are_refused() {
    let items = "(table $t 1 1 funcref) (elem $e func) (func (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 0)))";
    assert_eq!(refusal(&with(items)), ActivationError::Unsupported("TableInit".to_owned()));
    let items = "(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))
        (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))";
    assert!(check(&with(items)).is_ok());
}

#[test]
fn a_data_count_section_is_refused() {
    // wasm-opt writes one with bulk memory enabled; the chain's parser stops at it.
    let good = with(r#"(data (i32.const 0) "x")"#);
    let code = good.windows(1).position(|byte| byte[0] == 0x0a).expect("a code section");
    let mut counted = good.clone();
    counted.splice(code..code, [12, 1, 1]);
    assert!(check(&good).is_ok());
    assert_eq!(refusal(&counted), ActivationError::DataCount);
}

#[test]
fn the_long_form_of_an_indirect_call_is_refused() {
    // LLVM writes the table's index in five bytes; the chain's validator wants a single zero.
    let short = with("(table 1 1 funcref) (type $t (func)) (func (call_indirect (type $t) (i32.const 0)))");
    assert!(check(&short).is_ok());
    let at = short.windows(2).position(|pair| pair[0] == 0x11).expect("a call_indirect");
    let mut long = short.clone();
    long.splice(at + 2..at + 3, [0x80, 0x80, 0x80, 0x80, 0x00]);
    let grown = |bytes: &mut Vec<u8>, index: usize| bytes[index] += 4;
    let code = long.windows(1).rposition(|byte| byte[0] == 0x0a).expect("a code section");
    grown(&mut long, code + 1);
    let body =
        (code + 3..at).rev().find(|index| usize::from(long[*index]) + index + 5 == at + 8).expect("its body");
    grown(&mut long, body);
    assert!(malformed(&long).contains("zero byte expected"), "{}", malformed(&long));
}

#[test]
fn multi_value_is_refused_from_version_3() {
    let pair = with("(func (result i32 i32) i32.const 0 i32.const 0)");
    assert!(check(&pair).is_ok());
    let params = StylusParams { version: 3, ..Default::default() };
    assert!(activate(&pair, 128, &params).is_err());
    assert!(activate(&with(""), 128, &params).is_ok());
}

#[test]
fn floating_point_arithmetic_is_refused() {
    let cases = [
        ("(f64.add (f64.const 1) (f64.const 1))", "F64Add"),
        ("(f64.convert_i64_s (i64.const 1))", "F64ConvertI64S"),
        ("(f32.sqrt (f32.const 1))", "F32Sqrt"),
        ("(i32.trunc_sat_f32_u (f32.const 1))", "I32TruncSatF32U"),
        ("(f32.lt (f32.const 1) (f32.const 1))", "F32Lt"),
    ];
    for (code, operator) in cases {
        let refused = refusal(&with(&format!("(func (drop {code}))")));
        assert_eq!(refused, ActivationError::Unsupported(operator.to_owned()));
    }
}

#[test]
fn counts_beyond_the_limits_are_refused() {
    let many = |count: usize, item: &str| with(&item.repeat(count));
    assert!(check(&many(4_095, "(func)")).is_ok());
    assert_eq!(too_many(&many(4_096, "(func)")), ("functions", 4_097, 4_096));
    assert!(check(&many(128, r#"(data (i32.const 0) "x")"#)).is_ok());
    assert_eq!(too_many(&many(129, r#"(data (i32.const 0) "x")"#)), ("data segments", 129, 128));
    let table = "(table 4096 4096 funcref)";
    let elements = |count: usize| with(&format!("{table} {}", "(elem (i32.const 0))".repeat(count)));
    assert!(check(&elements(128)).is_ok());
    assert_eq!(too_many(&elements(129)), ("element segments", 129, 128));
    assert_eq!(too_many(&with("(table 4097 funcref)")), ("table entries", 4_097, 4_096));
    let import = r#"(import "vm_hooks" "msg_reentrant" (func (result i32)))"#;
    assert!(check(&many(513, import)).is_ok());
    assert_eq!(too_many(&many(514, import)), ("imports", 514, 513));
    let exports = |count: usize| {
        let list: String = (0..count).map(|index| format!(r#"(export "e{index}" (func $f))"#)).collect();
        with(&format!("(func $f) {list}"))
    };
    assert!(check(&exports(1_022)).is_ok());
    assert_eq!(too_many(&exports(1_023)), ("exports", 1_025, 1_024));
    assert_eq!(too_many(&many(32_765, "(global i32 (i32.const 0))")).0, "bytes");
    let name = "n".repeat(513);
    assert_eq!(
        too_many(&with(&format!(r#"(func (export "{name}"))"#))),
        ("bytes in an export's name", 513, 512)
    );
}

#[test]
fn functions_beyond_the_limits_are_refused() {
    let locals = |count: usize| with(&format!("(func (local {}))", "i32 ".repeat(count)));
    assert!(check(&locals(348)).is_ok());
    assert_eq!(too_many(&locals(349)), ("locals", 349, 348));
    // The program's 8 instructions of metering and 17 of the stack check count as well.
    let body = |count: usize| with(&format!("(func {})", "nop ".repeat(count)));
    let added = 12 + 12 + 1 + 4 + 1;
    assert!(check(&body(65_536 - added)).is_ok());
    assert_eq!(too_many(&body(65_536 - added + 1)), ("opcodes in func body", 65_537, 65_536));
    let deep =
        |count: usize| with(&format!("(func {} {})", "i32.const 0 ".repeat(count), "drop ".repeat(count)));
    assert!(check(&deep(4_096)).is_ok());
    assert_eq!(too_many(&deep(4_097)).0, "values on a function's stack");
}

#[test]
fn segments_beyond_memory_or_table_are_refused() {
    let data = |offset: u32| with(&format!(r#"(data (i32.const {offset}) "xy")"#));
    assert!(check(&data(65_534)).is_ok());
    assert_eq!(refusal(&data(65_535)), ActivationError::OutOfBounds("data"));
    assert_eq!(refusal(&data(u32::MAX)), ActivationError::OutOfBounds("data"));
    let element =
        |offset: u32| with(&format!("(table 3 3 funcref) (func $f) (elem (i32.const {offset}) $f $f)"));
    assert!(check(&element(1)).is_ok());
    assert_eq!(refusal(&element(2)), ActivationError::OutOfBounds("element"));
}

#[test]
fn a_program_longer_than_allowed_is_refused() {
    let params = StylusParams::default();
    let long = with(&format!(r#"(data (i32.const 0) "{}")"#, "x".repeat(65_000)));
    let small = StylusParams { max_wasm_size: 65_000, ..params };
    let refused = ActivationError::TooMany { what: "bytes", count: long.len() as u64, limit: 65_000 };
    assert_eq!(activate(&long, 128, &small).map(|_| ()), Err(refused));
    // Decompressing stops at the limit, so that a small code cannot make a huge program.
    let bomb = encode(&vec![0; 10_000_000]);
    assert!(bomb.len() < 1_000);
    let refused = ActivationError::TooMany { what: "bytes", count: 131_073, limit: 131_072 };
    assert_eq!(decode(&bomb, &StylusParams::default(), |_| vec![]), Err(refused));
}

#[test]
#[allow(clippy::identity_op)] // One term for each part, whatever it comes to.
fn figures_follow_from_the_sizes_of_the_parts() {
    let items = r#"(data (i32.const 0) "0123456789") (global i32 (i32.const 0))
        (table 2 2 funcref) (func $f (param i32 i64) (result i32) i32.const 0) (elem (i32.const 0) $f $f)"#;
    let wasm = with(items);
    let found = check(&wasm).unwrap();
    let length = wasm.len() as u64;
    // 2 functions, 3 + 2 types, 1 + 4 globals; entries of 15 (data) and 7 (elements) bytes; one page.
    let cached = 2 * 13_420 / 100_000
        + 5 * 89 / 100_000
        + length * 122 / 100_000
        + 5 * 1_628 / 1_000
        + (15 + 7) * 75_244 / 100_000
        + 5;
    let init = 2 * 8_252 / 1_000 + 5 * 1_059 / 1_000 + length * 1_286 / 10_000;
    assert_eq!((u64::from(found.cost.cached_init_cost), u64::from(found.cost.init_cost)), (cached, init));
    let asm = 512_000 + 2 * 996_829 / 1_000 + 5 * 11_416 / 1_000 + length * 62_628 / 10_000;
    assert_eq!(u64::from(found.asm_estimate), asm);
    // Each function: constant and end, one block's metering of 12, the stack check's 12 + 5.
    let operators = 2 * (2 + 12 + 12 + 4 + 1);
    let micros = length * 31_733 / 100_000
        + 2 * 17_263 / 100_000
        + 10 * 17_376 / 100_000
        + 7 * 17_376 / 100_000
        + 2_217
        + operators * 535 / 1_000;
    assert_eq!(found.gas, micros * 28);
    let first = activate(&wasm, 128, &StylusParams { version: 1, ..Default::default() }).unwrap();
    assert_eq!(u64::from(first.cost.init_cost), init + cached, "version 1 counted the cached cost twice");
}

#[test]
fn code_round_trips() {
    let wasm = program(&[], "i32.const 0");
    let code = encode(&wasm);
    assert!(code.starts_with(&PREFIX) && is_program(&code) && is_component(&code));
    assert_eq!(decode(&code, &StylusParams::default(), |_| vec![]), Ok(wasm));
}

#[test]
fn code_that_is_no_program_is_refused() {
    let params = StylusParams::default();
    let no = |code: &[u8]| decode(code, &params, |_| vec![]).expect_err("no program");
    assert_eq!(no(&[]), ActivationError::NotAProgram);
    assert_eq!(no(&[0x60, 0x80]), ActivationError::NotAProgram);
    assert_eq!(no(&[0xef, 0xf0, 0x00]), ActivationError::NotAProgram);
    assert_eq!(no(&[0xef, 0xf0, 0x01, 1, 2, 3]), ActivationError::NotAProgram, "a piece by itself");
    assert_eq!(no(&[0xef, 0xf0, 0x00, 0x01, 1]), ActivationError::Dictionary(1));
    assert_eq!(no(&[0xef, 0xf0, 0x00, 0x00, 1, 2, 3, 0xff]), ActivationError::Compression);
    let mut cut = encode(&program(&[], "i32.const 0"));
    cut.truncate(cut.len() / 2);
    assert_eq!(no(&cut), ActivationError::Compression);
    assert!(!is_program(&[0xef, 0xf0, 0x00]) && !is_program(&[0xef, 0x00]) && !is_component(&[0xef]));
}

#[test]
fn a_program_in_pieces_is_put_together() {
    let params = StylusParams::default();
    let wasm = program(&[], "i32.const 0");
    let pieces = encode_fragments(&wasm, 2);
    let accounts: BTreeMap<Address, Vec<u8>> =
        pieces.iter().enumerate().map(|(index, code)| (addr(index as u8 + 1), code.clone())).collect();
    let code_of = |address| accounts.get(&address).cloned().unwrap_or_default();
    assert!(pieces.iter().all(|code| is_component(code) && !is_program(code)));
    let root = encode_root(&wasm, &[addr(1), addr(2)]);
    assert!(is_program(&root));
    assert_eq!(fragments(&root), Some(vec![addr(1), addr(2)]));
    assert_eq!(decode(&root, &params, code_of), Ok(wasm.clone()));

    assert!(
        decode(&encode_root(&wasm, &[addr(2), addr(1)]), &params, code_of).is_err(),
        "in the wrong order"
    );
    assert!(decode(&encode_root(&wasm, &[addr(1), addr(9)]), &params, code_of).is_err(), "one is no piece");
    assert!(decode(&encode_root(&wasm, &[]), &params, code_of).is_err(), "none");
    assert!(decode(&root[..root.len() - 1], &params, code_of).is_err(), "half an address");
    assert!(decode(&root[..5], &params, code_of).is_err(), "half a header");
    let three = [addr(1), addr(2), addr(3)];
    let refused = ActivationError::TooMany { what: "pieces", count: 3, limit: 2 };
    assert_eq!(decode(&encode_root(&wasm, &three), &params, code_of), Err(refused));
    let lying = encode_root(&wasm[..wasm.len() - 1], &[addr(1), addr(2)]);
    assert!(decode(&lying, &params, code_of).is_err(), "a length that is not the program's");
}
