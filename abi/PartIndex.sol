// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/part-index by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title PartIndex
/// @notice What a part of an NFT is worth.
interface IPartIndex {
    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice The index of part `number` of `parts` was made, of the index of the whole; the part lies between
    /// `from` and `end` when all are laid end to end, wad.
    event PartIndexCreated(
        address indexed parts,
        uint256 indexed number,
        address indexed whole,
        uint256 from,
        uint256 end
    );

    /// @notice A contract this one depends on did not answer as it should.
    error NoAnswer(address from);

    /// @notice The contract has no such function: `extension`, where it would be, is not a contract.
    error NoExtension(address extension);

    /// @notice The contract has been initialised before.
    error AlreadyInitialized();

    /// @notice The program was called at its own address and not through a proxy.
    error NotThroughProxy();

    /// @notice `caller` is not the contract's owner.
    error NotOwner(address caller);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice `implementation` is no contract that can be one's implementation.
    error ERC1967InvalidImplementation(address implementation);

    /// @notice The implementation's `proxiableUUID` is not the slot of ERC-1967.
    error UUPSUnsupportedProxiableUUID(bytes32 slot);

    /// @notice Asked through a proxy what only an implementation answers at its own address.
    error UUPSUnauthorizedCallContext();

    /// @notice `program` does not know `selector`, so it is not the program that belongs there.
    error ProgramMismatch(address program, bytes4 selector);

    /// @notice With `implementation` the contract could never be upgraded again.
    error NotUpgradeable(address implementation);

    /// @notice A value does not fit, or a product or sum of sane values overflowed.
    error Overflow();

    /// @notice Makes the contract, once, in the call that creates its proxy: of which part of `parts`, from 0,
    /// and from which index of the whole. Weights never change.
    /// @custom:error NoAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    function initialize(address parts, uint256 number, address whole) external;

    /// @notice The index: its value now, and what it was on average of late.
    /// @return spot its value, wei
    /// @return twap its moving average, wei
    /// @return updatedAt when the whole's was updated last, seconds since 1970
    /// @return status as the whole's has it: 0 fresh, 1 late, 2 silent, 3 dead, 4 none
    /// @custom:error NoAnswer
    /// @custom:error Overflow
    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 status);

    /// @notice The average value of an epoch that has ended.
    /// @return price wei; 0 if there is none
    /// @return status as the whole's has it: 0 ok, 1 silent, 2 not ended, 3 unknown
    /// @custom:error NoAnswer
    /// @custom:error Overflow
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);

    /// @notice The most that may be open, as far as it takes to know whether `open` may be.
    /// @return cap wad of the part's floor: as many as of the whole's
    /// @return status as the whole's has it: 0 ok, 1 at least, 2 pending
    /// @custom:error NoAnswer
    /// @custom:error Overflow
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);

    /// @notice Of what this is the index.
    /// @return parts the contract that splits NFTs into parts
    /// @return number the part, from 0
    /// @return whole the index of the whole
    /// @return from where the part begins when all are laid end to end, wad
    /// @return end where it ends; its weight is the difference
    /// @custom:error Overflow
    function partOf() external view returns (
        address parts,
        uint256 number,
        address whole,
        uint256 from,
        uint256 end
    );

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    /// @custom:error Overflow
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code by `newImplementation`, which then does `data` on what there is here, if that
    /// is not empty. For the owner of the parts only.
    /// @custom:error NoAnswer
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a part's index
    /// @custom:error NotUpgradeable a part's index could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
