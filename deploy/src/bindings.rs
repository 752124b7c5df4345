//! The contracts as clients see them, and the chain's own that deployment talks to.
#![allow(missing_docs, reason = "of what the macro generates; the ABIs have the docs")]

use alloy::{
    primitives::{Address, address},
    sol,
};
pub use devnet::deploy::{CREATE2_FACTORY, STYLUS_DEPLOYER};
pub use everfloor_bindings::{
    chain::{ARB_WASM, ArbWasm},
    contracts::*,
};

sol! {
    /// What every contract of ours with an owner has.
    #[sol(all_derives)]
    interface Owned {
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
    }

    /// What every contract of ours with a guardian has.
    #[sol(all_derives)]
    interface Guarded {
        function guardian() external view returns (address);
        function setGuardian(address guardian) external;
    }

    /// Keeps programs ready, for those who may ask for it.
    interface ArbWasmCache {
        function cacheProgram(address program) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);
        function isCacheManager(address manager) external view returns (bool);
    }

    /// Deploys, activates and constructs in one transaction, so that nobody comes between.
    interface StylusDeployer {
        event ContractDeployed(address deployedContract);
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt)
            external payable returns (address);
    }

    /// What a contract behind a proxy has that can be upgraded (UUPS).
    #[sol(all_derives)]
    interface Upgradeable {
        function upgradeToAndCall(address newImplementation, bytes data) external;
        function proxiableUUID() external view returns (bytes32);
    }

    /// The selector under which the SDK routes a program's constructor; its arguments follow.
    function stylus_constructor();
}

/// Where [`ArbWasmCache`] is on every chain.
pub const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
