//! What the chain demands of a program, and the form it stores one in.

use anyhow::{Result, bail, ensure};
use wasmparser::{ExternalKind, Parser, Payload, Validator, WasmFeatures};

/// Account code may not be longer (EIP-170).
pub const CODE_LIMIT: usize = 24_576;
/// Warn from here: what is left is for fixes.
pub const CODE_WARNING: usize = 22_000;
/// A program in one piece: two magic bytes, the version, and no dictionary.
const PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;

/// The account code that holds `wasm`.
pub fn account_code(wasm: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: QUALITY as i32,
        lgwin: WINDOW as i32,
        size_hint: wasm.len(),
        ..Default::default()
    };
    let mut code = PREFIX.to_vec();
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params)?;
    Ok(code)
}

/// Fails if activation on chain would: the chain's limits, features and names.
pub fn lint(wasm: &[u8]) -> Result<()> {
    ensure!(wasm.len() <= 128 * 1024, "{} bytes of wasm; the chain takes 131072", wasm.len());
    let features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::SATURATING_FLOAT_TO_INT;
    Validator::new_with_features(features).validate_all(wasm)?;
    let (mut entrypoint, mut memory) = (false, false);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::StartSection { .. } => bail!("a program may not have a start function"),
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    entrypoint |= export.name == "user_entrypoint" && export.kind == ExternalKind::Func;
                    memory |= export.name == "memory" && export.kind == ExternalKind::Memory;
                }
            }
            _ => {}
        }
    }
    ensure!(entrypoint, "no function `user_entrypoint` is exported: is there an #[entrypoint]?");
    ensure!(memory, "no `memory` is exported");
    Ok(())
}
