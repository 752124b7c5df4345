//! Records of activated programs.
//!
//! Each code hash has one word in the storage of ArbOS's account, packed as Nitro packs it, so a failed transaction
//! takes an activation back like any other write.

use super::{Answer, Call, Refusal};
use crate::evm::{Ctx, sure};
use crate::stylus::price::ProgramCost;
use crate::stylus::{ActivationError, StylusParams, program};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_sol_types::{SolError, sol};
use revm::context_interface::{ContextTr, JournalTr};
use std::collections::HashMap;
use std::fmt;

sol! {
    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

/// When Arbitrum began: times of activation are hours since then.
const ARBITRUM_START: u64 = 1_421_388_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What is written down of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Program {
    /// Stylus version of its activation; 0 if never activated.
    pub version: u16,
    pub cost: ProgramCost,
    /// Hours since Arbitrum began, in 24 bits.
    activated_at: u32,
    /// Predicted size of the native code in KiB, in 24 bits.
    pub asm_kb: u32,
    pub cached: bool,
}

const MAX_U24: u32 = (1 << 24) - 1;

impl Program {
    pub fn new(cost: ProgramCost, asm_bytes: u32, params: &StylusParams, now: u64, cached: bool) -> Self {
        let asm_kb = asm_bytes.div_ceil(1024).min(MAX_U24);
        Self { version: params.version, cost, activated_at: hours(now), asm_kb, cached }
    }

    /// Starts its life anew.
    pub fn renew(&mut self, now: u64) {
        self.activated_at = hours(now);
    }

    pub fn age(&self, now: u64) -> u64 {
        now.saturating_sub(ARBITRUM_START.saturating_add(u64::from(self.activated_at) * HOUR))
    }

    fn expired(&self, now: u64, params: &StylusParams) -> bool {
        self.age(now) > u64::from(params.expiry_days) * DAY
    }

    /// Whether it is of the current version and has not expired: there is nothing to activate.
    pub fn up_to_date(&self, now: u64, params: &StylusParams) -> bool {
        self.version == params.version && self.activated_at != 0 && !self.expired(now, params)
    }

    /// Refuses a program that cannot be called.
    pub fn check_active(&self, now: u64, params: &StylusParams) -> Result<(), Fault> {
        if self.version == 0 {
            return Err(Fault::NotActivated);
        }
        self.check_current(now, params)
    }

    /// Refuses one of another version, or too old.
    pub fn check_current(&self, now: u64, params: &StylusParams) -> Result<(), Fault> {
        if self.version != params.version {
            return Err(Fault::NeedsUpgrade { version: self.version, wanted: params.version });
        }
        if self.expired(now, params) {
            return Err(Fault::Expired { age: self.age(now) });
        }
        Ok(())
    }

    /// Refuses one too young to be kept alive.
    pub fn check_keepalive(&self, now: u64, params: &StylusParams) -> Result<(), Fault> {
        let age = self.age(now);
        if age < u64::from(params.keepalive_days) * DAY {
            Err(Fault::KeepaliveTooSoon { age })
        } else {
            Ok(())
        }
    }

    pub fn seconds_left(&self, now: u64, params: &StylusParams) -> u64 {
        (u64::from(params.expiry_days) * DAY).saturating_sub(self.age(now))
    }

    pub fn asm_bytes(&self) -> u32 {
        self.asm_kb.saturating_mul(1024)
    }

    fn pack(&self) -> B256 {
        let mut word = B256::ZERO;
        word[0..2].copy_from_slice(&self.version.to_be_bytes());
        word[2..4].copy_from_slice(&self.cost.init_cost.to_be_bytes());
        word[4..6].copy_from_slice(&self.cost.cached_init_cost.to_be_bytes());
        word[6..8].copy_from_slice(&self.cost.footprint.to_be_bytes());
        word[8..11].copy_from_slice(&self.activated_at.to_be_bytes()[1..]);
        word[11..14].copy_from_slice(&self.asm_kb.to_be_bytes()[1..]);
        word[14] = u8::from(self.cached);
        word
    }

    fn unpack(word: B256) -> Self {
        let short = |at: usize| u16::from_be_bytes([word[at], word[at + 1]]);
        let medium = |at: usize| u32::from_be_bytes([0, word[at], word[at + 1], word[at + 2]]);
        Self {
            version: short(0),
            cost: ProgramCost { init_cost: short(2), cached_init_cost: short(4), footprint: short(6) },
            activated_at: medium(8),
            asm_kb: medium(11),
            cached: word[14] != 0,
        }
    }
}

fn hours(now: u64) -> u32 {
    u32::try_from(now.saturating_sub(ARBITRUM_START) / HOUR).unwrap_or(MAX_U24).min(MAX_U24)
}

/// Why a program cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NotActivated,
    NeedsUpgrade { version: u16, wanted: u16 },
    Expired { age: u64 },
    KeepaliveTooSoon { age: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotActivated => f.write_str("error ProgramNotActivated()"),
            Self::NeedsUpgrade { version, wanted } => {
                write!(f, "error ProgramNeedsUpgrade({version}, {wanted})")
            }
            Self::Expired { age } => write!(f, "error ProgramExpired({age})"),
            Self::KeepaliveTooSoon { age } => write!(f, "error ProgramKeepaliveTooSoon({age})"),
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Typed(Bytes::from(match fault {
            Fault::NotActivated => ProgramNotActivated {}.abi_encode(),
            Fault::NeedsUpgrade { version, wanted } => {
                ProgramNeedsUpgrade { version, stylusVersion: wanted }.abi_encode()
            }
            Fault::Expired { age } => ProgramExpired { ageInSeconds: age }.abi_encode(),
            Fault::KeepaliveTooSoon { age } => ProgramKeepaliveTooSoon { ageInSeconds: age }.abi_encode(),
        }))
    }
}

fn record_key(code_hash: B256) -> B256 {
    keccak256([b"program ".as_slice(), code_hash.as_slice()].concat())
}

/// A program's record, without a price.
pub(crate) fn record(context: &mut Ctx<'_>, code_hash: B256) -> Program {
    Program::unpack(super::read(context, record_key(code_hash)))
}

/// The record of a program that can be called now.
pub(crate) fn active(context: &mut Ctx<'_>, code_hash: B256) -> Result<Program, Fault> {
    let program = record(context, code_hash);
    program.check_active(context.chain.block.timestamp, &context.chain.params)?;
    Ok(program)
}

/// A program's record, at the price of a read.
pub(super) fn load(call: &mut Call<'_, '_>, code_hash: B256) -> Answer<Program> {
    call.read(record_key(code_hash)).map(Program::unpack)
}

pub(super) fn save(call: &mut Call<'_, '_>, code_hash: B256, program: &Program) -> Answer<()> {
    call.write(record_key(code_hash), program.pack())
}

/// The uncompressed program behind an account's code, without a price: it was activated before.
pub(crate) fn wasm(context: &mut Ctx<'_>, code: &[u8]) -> Result<Vec<u8>, ActivationError> {
    let params = context.chain.params.clone();
    program::decode(code, &params, |piece| sure(context.journal_mut().code(piece)).data.to_vec())
}

/// The uncompressed program to activate; pieces are charged for as they are read.
pub(super) fn wasm_to_activate(call: &mut Call<'_, '_>, address: Address) -> Answer<Vec<u8>> {
    let code = sure(call.context.journal_mut().code(address)).data;
    if !program::is_program(&code) {
        return Err(if program::is_component(&code) {
            Refusal::Plain("a piece of a program cannot be activated; activate its root".into())
        } else {
            Refusal::Typed(ProgramNotWasm {}.abi_encode().into())
        });
    }
    let params = call.context.chain.params.clone();
    let named = program::fragments(&code).unwrap_or_default();
    if named.len() > usize::from(params.max_fragments) {
        return Err(Refusal::Plain(format!("invalid wasm: more than {} pieces", params.max_fragments)));
    }
    let mut pieces = HashMap::new();
    for piece in named {
        pieces.insert(piece, read_piece(call, piece)?);
    }
    program::decode(&code, &params, |piece| pieces.get(&piece).cloned().unwrap_or_default())
        .map_err(|error| Refusal::Plain(error.to_string()))
}

/// Reads a piece: an account's touch and three gas a word, with the price of the largest in hand beforehand.
fn read_piece(call: &mut Call<'_, '_>, address: Address) -> Answer<Vec<u8>> {
    let is_cold = sure(call.context.journal_mut().load_account(address)).is_cold;
    let touch: u64 = if is_cold { 2_600 } else { 100 };
    if call.gas_left() < touch + super::WORD * crate::evm::MAX_CODE_SIZE.div_ceil(32) {
        return Err(call.burn_out());
    }
    let code = sure(call.context.journal_mut().code(address)).data;
    call.burn(touch + super::WORD * super::words(code.len()))?;
    Ok(code.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_packing() {
        let cost = ProgramCost { init_cost: 1, cached_init_cost: 2, footprint: 3 };
        let now = ARBITRUM_START + 5 * HOUR + 7;
        let program = Program::new(cost, 5_000, &StylusParams::default(), now, true);
        assert_eq!(Program::unpack(program.pack()), program);
        assert_eq!((program.age(now), program.asm_kb), (7, 5));
    }
}
