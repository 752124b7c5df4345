//! ArbSys (0x64): this chain's own block numbers, and messages to the parent chain.

use super::{ARBOS_VERSION, Answer, Call, Purity, Refusal};
use crate::evm::sure;
use alloy_primitives::{Address, B256, Bytes, U160, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError, SolInterface, SolValue};
use revm::context_interface::JournalTr;
use revm::context_interface::journaled_state::account::JournaledAccountTr;

#[expect(clippy::too_many_arguments, reason = "an event has as many fields as it has")]
mod abi {
    use alloy_sol_types::sol;

    sol! {
        /// The interface of ArbSys.
        interface ArbSys {
            function arbBlockNumber() external view returns (uint256);
            function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
            function arbChainID() external view returns (uint256);
            function arbOSVersion() external view returns (uint256);
            function getStorageGasAvailable() external view returns (uint256);
            function isTopLevelCall() external view returns (bool);
            function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
            function wasMyCallersAddressAliased() external view returns (bool);
            function myCallersAddressWithoutAliasing() external view returns (address);
            function withdrawEth(address destination) external payable returns (uint256);
            function sendTxToL1(address destination, bytes calldata data) external payable returns (uint256);

            event L2ToL1Tx(
                address caller,
                address indexed destination,
                uint256 indexed hash,
                uint256 indexed position,
                uint256 arbBlockNum,
                uint256 ethBlockNum,
                uint256 timestamp,
                uint256 callvalue,
                bytes data
            );
            error InvalidBlockNumber(uint256 requested, uint256 current);
        }
    }
}

use abi::ArbSys;
use abi::ArbSys::ArbSysCalls as Calls;

/// ArbOS counts on from the versions of the chain before it.
const FIRST_VERSION: u64 = 55;
/// What is added to the address of a parent chain's contract that sends to this chain.
const ALIAS_OFFSET: Address = address!("1111000000000000000000000000000000001111");

macro_rules! encode {
    ($call:ident, $value:expr) => {
        Ok(ArbSys::$call::abi_encode_returns(&$value).into())
    };
}

pub(super) fn answer(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    let Ok(method) = Calls::abi_decode(input) else { return Err(call.burn_out()) };
    call.open(match method {
        Calls::mapL1SenderContractAddressToL2Alias(_) => Purity::Pure,
        Calls::withdrawEth(_) | Calls::sendTxToL1(_) => Purity::Payable,
        _ => Purity::View,
    })?;
    let block = &call.context.chain.block;
    match method {
        Calls::arbBlockNumber(_) => encode!(arbBlockNumberCall, U256::from(block.number)),
        Calls::arbBlockHash(arguments) => {
            let hash = block_hash(call, arguments.arbBlockNum)?;
            encode!(arbBlockHashCall, hash)
        }
        Calls::arbChainID(_) => encode!(arbChainIDCall, U256::from(block.chain_id)),
        Calls::arbOSVersion(_) => encode!(arbOSVersionCall, U256::from(FIRST_VERSION + ARBOS_VERSION)),
        Calls::getStorageGasAvailable(_) => encode!(getStorageGasAvailableCall, U256::ZERO),
        Calls::isTopLevelCall(_) => encode!(isTopLevelCallCall, call.context.chain.callers.len() <= 2),
        // Only messages of a parent chain are aliased, and none come here.
        Calls::wasMyCallersAddressAliased(_) => encode!(wasMyCallersAddressAliasedCall, false),
        Calls::myCallersAddressWithoutAliasing(_) => {
            let callers = &call.context.chain.callers;
            let above = callers.len().checked_sub(2).and_then(|place| callers.get(place));
            encode!(myCallersAddressWithoutAliasingCall, above.copied().unwrap_or_default())
        }
        Calls::mapL1SenderContractAddressToL2Alias(arguments) => {
            encode!(mapL1SenderContractAddressToL2AliasCall, alias(arguments.sender))
        }
        Calls::withdrawEth(arguments) => {
            encode!(withdrawEthCall, send(call, arguments.destination, Bytes::new())?)
        }
        Calls::sendTxToL1(arguments) => {
            encode!(sendTxToL1Call, send(call, arguments.destination, arguments.data)?)
        }
    }
}

fn alias(sender: Address) -> Address {
    let sum = U160::from_be_bytes(sender.0.0).wrapping_add(U160::from_be_bytes(ALIAS_OFFSET.0.0));
    Address::from(sum)
}

/// The hash of one of this chain's last 256 blocks.
fn block_hash(call: &Call<'_, '_>, wanted: U256) -> Answer<B256> {
    let current = call.context.chain.block.number;
    let known = u64::try_from(wanted)
        .ok()
        .filter(|number| *number < current && current.saturating_sub(*number) <= 256)
        .and_then(|number| usize::try_from(number).ok())
        .and_then(|number| call.context.chain.hashes.get(number).copied());
    known.ok_or_else(|| {
        let error = ArbSys::InvalidBlockNumber { requested: wanted, current: U256::from(current) };
        Refusal::Typed(error.abi_encode().into())
    })
}

/// Books a message to the parent chain: the value leaves this one. No Merkle tree is kept, as no one will prove
/// against it.
fn send(call: &mut Call<'_, '_>, destination: Address, data: Bytes) -> Answer<U256> {
    let counter = keccak256(b"messages to the parent chain");
    let position = U256::from_be_bytes(call.read(counter)?.0);
    let (block, caller, value) = (call.context.chain.block.clone(), call.caller, call.value);
    let hash = keccak256(
        (caller, destination, block.number, block.parent_number, block.timestamp, value, data.as_ref())
            .abi_encode_packed(),
    );
    let this = call.this;
    sure(call.context.journaled_state.load_account_mut(this)).decr_balance(value);
    call.write(counter, position.saturating_add(U256::from(1)).into())?;
    call.emit(&ArbSys::L2ToL1Tx {
        caller,
        destination,
        hash: hash.into(),
        position,
        arbBlockNum: U256::from(block.number),
        ethBlockNum: block.parent_number,
        timestamp: U256::from(block.timestamp),
        callvalue: value,
        data,
    })?;
    Ok(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_wraps_around() {
        assert_eq!(alias(Address::ZERO), ALIAS_OFFSET);
        assert_eq!(alias(Address::repeat_byte(0xff)), address!("1111000000000000000000000000000000001110"));
    }
}
