//! How many transactions and calls a second the chain makes, in process.
//!
//! `cargo run --release -p devnet --example speed`

use alloy_primitives::{Address, U256};
use devnet::{Chain, Config, TxRequest};
use std::time::Instant;

/// Adds one to slot 0; with call data, first calls itself with one byte less of it.
const COUNTER: &str = r#"(module
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "contract_address" (func $this (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $load (i32.const 0) (i32.const 32))
    (i64.store (i32.const 32) (i64.add (i64.load (i32.const 32)) (i64.const 1)))
    (call $cache (i32.const 0) (i32.const 32))
    (call $flush (i32.const 0))
    (if (i32.eqz (local.get $len)) (then (return (i32.const 0))))
    (call $this (i32.const 64))
    (call $call (i32.const 64) (i32.const 256) (i32.sub (local.get $len) (i32.const 1)) (i32.const 128) (i64.const -1) (i32.const 192))))"#;

fn main() -> anyhow::Result<()> {
    let started = Instant::now();
    let mut chain = Chain::new(Config::default());
    let (alice, _) = chain.accounts()[0];
    println!("chain founded in {:?}", started.elapsed());

    let started = Instant::now();
    let program = chain.deploy_program(alice, &wat::parse_str(COUNTER)?)?;
    println!("program deployed and activated in {:?}", started.elapsed());

    report("transactions", 20_000, || send(&mut chain, alice, program, 0))?;
    report("transactions of 10 frames", 5_000, || send(&mut chain, alice, program, 9))?;
    report("calls", 20_000, || {
        chain.call(alice, program, Vec::new());
        Ok(())
    })?;
    println!("counter: {}", U256::from_be_bytes(chain.storage_at(program, U256::ZERO).0) >> 192);
    Ok(())
}

fn send(chain: &mut Chain, from: Address, to: Address, depth: usize) -> anyhow::Result<()> {
    let request = TxRequest { from, to: Some(to), data: vec![0; depth].into(), ..TxRequest::default() };
    anyhow::ensure!(chain.send(request)?.success);
    Ok(())
}

fn report(what: &str, count: u32, mut run: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<()> {
    let started = Instant::now();
    for _ in 0..count {
        run()?;
    }
    let elapsed = started.elapsed();
    println!("{count} {what} in {elapsed:?}: {:.0} a second", f64::from(count) / elapsed.as_secs_f64());
    Ok(())
}
