//! Deployment: programs and contracts onto a chain, and the deployer that tools expect there.

use crate::arb::{ARB_WASM, ARB_WASM_CACHE};
use crate::chain::{Chain, ChainError, Receipt, TxRequest};
use crate::stylus::{StylusParams, program};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use alloy_sol_types::{SolCall, sol};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function cacheProgram(address addr) external;
}

/// Where cargo-stylus looks for StylusDeployer, which deploys, activates and constructs in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// Its code, as compiled by Offchain Labs from nitro-contracts; from the crate stylus-tools 0.10.10, MIT or
/// Apache-2.0.
const STYLUS_DEPLOYER_CODE: &str = include_str!("stylus_deployer.hex");

/// The factory for addresses that are the same on every chain, which Foundry's scripts count on.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// Its code, by Nick Johnson and Micah Zoltu (github.com/Arachnid/deterministic-deployment-proxy, MIT).
const CREATE2_FACTORY_CODE: &str = concat!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0",
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// What is sent with an activation: more than any data fee; the rest comes back.
const ACTIVATION_VALUE: u64 = 100_000_000_000_000_000;

/// Init code that returns `code`, as cargo-stylus writes it.
pub fn init_code(code: &[u8]) -> Bytes {
    // PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN, then the code: 43 bytes before it.
    let mut init = vec![0x7f];
    init.extend_from_slice(&U256::from(code.len()).to_be_bytes::<32>());
    init.extend_from_slice(&[0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3]);
    init.push(0x00);
    init.extend_from_slice(code);
    init.into()
}

/// A program, and the code an account holds for it.
///
/// Compressing is by far the slowest part of a deployment, so a build leaves the code beside the program, `NAME.code` beside
/// `NAME.wasm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The program.
    pub wasm: Vec<u8>,
    /// The code.
    pub code: Vec<u8>,
}

impl Packed {
    /// Compresses a program.
    pub fn new(wasm: Vec<u8>) -> Self {
        let code = program::encode(&wasm);
        Self { wasm, code }
    }

    /// Reads a program, and the code beside it if that is of this very program; else compresses it.
    pub fn read(file: &Path) -> io::Result<Self> {
        let wasm = fs::read(file)?;
        let holds = |code: &Vec<u8>| {
            let held = program::decode(code, &StylusParams::default(), |_| Vec::new());
            held.is_ok_and(|held| held == wasm)
        };
        match fs::read(beside(file)).ok().filter(holds) {
            Some(code) => Ok(Self { wasm, code }),
            None => Ok(Self::new(wasm)),
        }
    }

    /// Leaves the code beside the program's file.
    pub fn keep_code(&self, file: &Path) -> io::Result<()> {
        fs::write(beside(file), &self.code)
    }
}

fn beside(file: &Path) -> PathBuf {
    file.with_extension("code")
}

impl Chain {
    /// Deploys a program, compressed, and activates it.
    pub fn deploy_program(&mut self, from: Address, wasm: &[u8]) -> Result<Address, ChainError> {
        self.deploy_code(from, &program::encode(wasm))
    }

    /// Deploys a program that is compressed already, and activates it.
    pub fn deploy_code(&mut self, from: Address, code: &[u8]) -> Result<Address, ChainError> {
        let address = self.deploy_evm(from, init_code(code))?;
        self.activate_program(from, address)?;
        Ok(address)
    }

    /// Runs init code and answers the new account.
    pub fn deploy_evm(&mut self, from: Address, init_code: impl Into<Bytes>) -> Result<Address, ChainError> {
        let data = init_code.into();
        let receipt = self.succeed(TxRequest { from, data, ..TxRequest::default() })?;
        receipt.contract_address.ok_or_else(|| ChainError::Program("nothing was created".into()))
    }

    /// Activates the program at an address, unless the same program is active already.
    pub fn activate_program(&mut self, from: Address, program: Address) -> Result<(), ChainError> {
        if self.is_active(program) {
            return Ok(());
        }
        let data = activateProgramCall { program }.abi_encode().into();
        let value = U256::from(ACTIVATION_VALUE);
        self.succeed(TxRequest { from, to: Some(ARB_WASM), value, data, ..TxRequest::default() })?;
        Ok(())
    }

    /// Has the nodes keep a program ready: its calls then cost cached init gas.
    pub fn cache_program(&mut self, program: Address) -> Result<(), ChainError> {
        let Some((manager, _)) = self.accounts().first().copied() else {
            return Err(ChainError::Program("no account may cache programs".into()));
        };
        let data = cacheProgramCall { addr: program }.abi_encode().into();
        self.succeed(TxRequest { from: manager, to: Some(ARB_WASM_CACHE), data, ..TxRequest::default() })?;
        Ok(())
    }

    /// Whether the account holds a program that can be called.
    pub fn is_active(&self, program: Address) -> bool {
        let data = crate::arb::program_version_call(program);
        self.call(Address::ZERO, ARB_WASM, data).success
    }

    /// Sends, and takes a failed transaction for an error.
    fn succeed(&mut self, request: TxRequest) -> Result<Receipt, ChainError> {
        let receipt = self.send(request)?;
        if receipt.success {
            return Ok(receipt);
        }
        Err(ChainError::Failed(Box::new(crate::chain::CallOutcome {
            success: false,
            output: receipt.output,
            gas_used: receipt.gas_used,
            logs: Vec::new(),
            created: None,
            error: receipt.error,
        })))
    }
}

/// Puts the contracts that tools count on where they look for them.
pub(crate) fn place_deployers(chain: &mut Chain) {
    for (address, code) in [(STYLUS_DEPLOYER, STYLUS_DEPLOYER_CODE), (CREATE2_FACTORY, CREATE2_FACTORY_CODE)]
    {
        if let Ok(code) = hex::decode(code.trim()) {
            chain.set_nonce(address, 1);
            chain.set_code(address, code.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_beside_a_program_is_taken_only_if_it_is_of_that_program() {
        let folder = std::env::temp_dir().join(format!("devnet-packed-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("some.wasm");
        fs::write(&file, b"one program").unwrap();
        let one = Packed::new(b"one program".to_vec());
        assert_eq!(Packed::read(&file).unwrap(), one, "there is no code beside it");

        // Of the same program and written otherwise: it is taken as it is.
        let prefix = program::PREFIX;
        let mut plain = Vec::new();
        let params = brotli::enc::BrotliEncoderParams { quality: 0, ..Default::default() };
        brotli::BrotliCompress(&mut &one.wasm[..], &mut plain, &params).unwrap();
        let other = Packed { code: [&prefix[..], &plain].concat(), ..one.clone() };
        assert_ne!(other, one);
        other.keep_code(&file).unwrap();
        assert_eq!(Packed::read(&file).unwrap(), other);

        // Of another program, and no code at all.
        Packed::new(b"another program".to_vec()).keep_code(&file).unwrap();
        assert_eq!(Packed::read(&file).unwrap(), one);
        fs::write(folder.join("some.code"), b"nothing").unwrap();
        assert_eq!(Packed::read(&file).unwrap(), one);
        fs::remove_dir_all(folder).unwrap();
    }
}
