//! Where the scenarios are played: the whole system with collateral of 6 or of 18 decimals, on either backend.

use std::sync::{Mutex, OnceLock};

use alloy_primitives::{Address, Bytes};
use everfloor_host::token::Token;
use everfloor_test::{Backend, Native, System, Wasm, account};

/// A backend that can be set up with collateral of either kind.
pub trait Stage: Backend {
    /// A system whose collateral has 18 decimals, so that the wei of the first vAMM's numbers can be seen.
    fn fine() -> System<Self>;

    /// A system with collateral of so many decimals, 6 or 18.
    fn with_decimals(decimals: u8) -> System<Self> {
        if decimals == 18 { Self::fine() } else { System::new() }
    }
}

impl Stage for Native {
    fn fine() -> System<Self> {
        let backend = System::<Self>::new().backend;
        let token = account("dollar of 18 decimals");
        backend.chain().deploy_token(token, Token::well_behaved(18));
        System::with_token(backend, token)
    }
}

impl Stage for Wasm {
    fn fine() -> System<Self> {
        // Deployed once; every test gets a copy of the chain.
        static DEPLOYED: OnceLock<Mutex<System<Wasm>>> = OnceLock::new();
        let deployed = DEPLOYED.get_or_init(|| {
            let mut backend = System::<Self>::new().backend;
            let token = account("dollar of 18 decimals");
            let code = with_18_decimals(backend.dollar());
            backend.chain().set_code(token, code);
            Mutex::new(System::with_token(backend, token))
        });
        deployed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

/// Code of a token that says it has 18 decimals, and is the token of `program` in everything else, on storage of its own.
fn with_18_decimals(program: Address) -> Bytes {
    const RETURN: u8 = 63;
    const DECIMALS: u8 = 68;
    // PUSH1 0, CALLDATALOAD, PUSH1 224, SHR, PUSH4 decimals(), EQ, PUSH1 DECIMALS, JUMPI
    let mut code =
        vec![0x60, 0, 0x35, 0x60, 224, 0x1c, 0x63, 0x31, 0x3c, 0xe5, 0x67, 0x14, 0x60, DECIMALS, 0x57];
    // CALLDATASIZE, PUSH1 0, PUSH1 0, CALLDATACOPY, PUSH1 0, PUSH1 0, CALLDATASIZE, PUSH1 0, PUSH20 program
    code.extend([0x36, 0x60, 0, 0x60, 0, 0x37, 0x60, 0, 0x60, 0, 0x36, 0x60, 0, 0x73]);
    code.extend(program.as_slice());
    // GAS, DELEGATECALL, RETURNDATASIZE, PUSH1 0, DUP1, RETURNDATACOPY, PUSH1 RETURN, JUMPI
    code.extend([0x5a, 0xf4, 0x3d, 0x60, 0, 0x80, 0x3e, 0x60, RETURN, 0x57]);
    // RETURNDATASIZE, PUSH1 0, REVERT
    code.extend([0x3d, 0x60, 0, 0xfd]);
    assert_eq!(code.len(), usize::from(RETURN));
    // JUMPDEST, RETURNDATASIZE, PUSH1 0, RETURN
    code.extend([0x5b, 0x3d, 0x60, 0, 0xf3]);
    assert_eq!(code.len(), usize::from(DECIMALS));
    // JUMPDEST, PUSH1 18, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    code.extend([0x5b, 0x60, 18, 0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3]);
    code.into()
}
