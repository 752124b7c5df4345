//! Whose signature it is: a key's (ECDSA), or a contract's (ERC-1271).

use alloy_primitives::{Address, B256, U256, address, hex};
use alloy_sol_types::{SolCall, sol};
use everfloor_common::raw::{address_word, has_code, static_call, word_at};
use stylus_sdk::host::VM;

use crate::words;

sol! {
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
}

/// The precompile that recovers a signer.
pub const ECRECOVER: Address = address!("0x0000000000000000000000000000000000000001");
/// The most gas that a contract may use to look at a signature: several signers, or a curve the chain does not know.
pub const CONTRACT_GAS: u64 = 1_000_000;

/// Half of the order of the curve. Every signature has a twin with the other `s`; the one above this is refused.
const HALF_ORDER: [u8; 32] = hex!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// Whether `signature` of `digest` is `signer`'s. Nobody signs for the zero address.
pub fn is_valid(vm: &VM, signer: Address, digest: B256, signature: &[u8]) -> bool {
    if has_code(vm, signer) {
        return agrees(vm, signer, digest, signature);
    }
    !signer.is_zero() && recover(vm, digest, signature) == Some(address_word(signer))
}

/// The signer by a signature of 65 bytes, `r`, `s` and `v` (27 or 28), as a word.
fn recover(vm: &VM, digest: B256, signature: &[u8]) -> Option<U256> {
    let (r, rest) = signature.split_first_chunk::<32>()?;
    let (s, v) = rest.split_first_chunk::<32>()?;
    let &[v @ (27 | 28)] = v else { return None };
    if *s > HALF_ORDER {
        return None;
    }
    let mut input = [0; 128];
    input[..32].copy_from_slice(&digest.0);
    input[63] = v;
    input[64..96].copy_from_slice(r);
    input[96..].copy_from_slice(s);
    word_at(&static_call(vm, ECRECOVER, &input, u64::MAX, 32).ok()?, 0)
}

/// Asks a contract whether the signature is its own. It cannot change anything, uses no more than [`CONTRACT_GAS`], and
/// only a first word that is exactly the function's selector is a yes.
fn agrees(vm: &VM, signer: Address, digest: B256, signature: &[u8]) -> bool {
    let head = [digest.into(), U256::from(64), U256::from(signature.len())];
    let mut data = words::after(&isValidSignatureCall::SELECTOR, &[&head]);
    data.extend_from_slice(signature);
    let padding = signature.len().wrapping_neg() & 31;
    data.resize(data.len().saturating_add(padding), 0);
    let yes = B256::right_padding_from(&isValidSignatureCall::SELECTOR);
    let answer = static_call(vm, signer, &data, CONTRACT_GAS, 32).unwrap_or_default();
    word_at(&answer, 0) == Some(yes.into())
}
