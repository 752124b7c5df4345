// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/floor-parts by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorParts
/// @notice NFTs that are split into parts.
interface IFloorParts {
    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice NFTs of a collection can be split, once the tokens of the parts are named.
    event PartsCreated(address indexed collection, uint256 parts);

    /// @notice Part `part` is `token`, and weighs `weight`.
    event PartNamed(uint256 indexed part, address indexed token, uint256 weight);

    /// @notice NFT `id` came in; its parts are `to`'s.
    event Split(uint256 indexed id, address indexed from, address indexed to);

    /// @notice The parts of NFT `id` are burned, and it is `to`'s.
    event Merged(uint256 indexed id, address indexed by, address indexed to);

    /// @notice The contract has no such function: `extension`, where it would be, is not a contract.
    error NoExtension(address extension);

    /// @notice The contract has been initialised before.
    error AlreadyInitialized();

    /// @notice The program was called at its own address and not through a proxy.
    error NotThroughProxy();

    /// @notice The contract is in the middle of another call.
    error Reentrant();

    /// @notice `caller` is not the contract's owner.
    error NotOwner(address caller);

    /// @notice `caller` has not been offered the ownership.
    error NotPendingOwner(address caller);

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

    /// @notice The payment of `epoch` is half made: `pokeFunding` finishes it.
    error FundingPending(uint256 epoch);

    /// @notice An account that never owes cash would have this much.
    error NegativeCash(int256 cash);

    /// @notice NFT `id` is not locked here, or not by who asks for it, or it is being auctioned.
    error UnknownNft(uint256 id);

    /// @notice There are between two and eight parts.
    error PartCountOutOfBounds(uint256 parts);

    /// @notice Part `part` weighs nothing.
    error ZeroWeight(uint256 part);

    /// @notice The weights sum to `sum` and not to `10^18`.
    error WeightsNotWhole(uint256 sum);

    /// @notice There is no part `part`.
    error UnknownPart(uint256 part);

    /// @notice The tokens of the parts are not named yet.
    error PartsNotNamed();

    /// @notice The tokens of the parts are named, for good.
    error PartsAlreadyNamed();

    /// @notice `token` is not made by this contract but by `minter`, or is named twice.
    error PartMismatch(address token, address minter);

    /// @notice Makes the contract, once, in the call that creates its proxy: who names the tokens of the parts,
    /// of which collection they are parts, and what each weighs; two to eight weights that sum to `10^18`.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error PartCountOutOfBounds
    /// @custom:error ZeroWeight
    /// @custom:error WeightsNotWhole
    function initialize(address owner, address collection, uint256[] memory weights) external;

    /// @notice Names the tokens of all parts, in the order of the weights; each must say that this contract is
    /// its minter. Once, by the owner.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NegativeCash
    /// @custom:error PartCountOutOfBounds
    /// @custom:error PartsAlreadyNamed
    /// @custom:error PartMismatch
    function nameParts(address[] memory tokens) external;

    /// @notice Takes NFTs of the caller's, who has approved this contract; all parts of each are `to`'s.
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownNft
    /// @custom:error PartsNotNamed
    function split(uint256[] memory ids, address to) external;

    /// @notice Burns all parts of NFTs, each of which is the caller's or may be disposed of by him, and gives
    /// the NFTs to `to`. What the token of a part refuses it refuses in its own words.
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownNft
    /// @custom:error PartsNotNamed
    function merge(uint256[] memory ids, address to) external;

    /// @notice Who names, or named, the tokens of the parts, and may replace the code.
    /// @custom:error Overflow
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    /// @custom:error Overflow
    function pendingOwner() external view returns (address);

    /// @notice The collection.
    /// @custom:error Overflow
    function collection() external view returns (address);

    /// @notice How many parts an NFT has.
    /// @custom:error Overflow
    function partCount() external view returns (uint256);

    /// @notice A part, from 0.
    /// @return token its token; zero until it is named
    /// @return from where it begins when all parts are laid end to end, wad
    /// @return end where it ends; its weight is the difference
    /// @custom:error Overflow
    /// @custom:error UnknownPart
    function part(uint256 number) external view returns (address token, uint256 from, uint256 end);

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`; zero withdraws an offer.
    /// Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error NotPendingOwner
    /// @custom:error Overflow
    function acceptOwnership() external;

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    /// @custom:error Overflow
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code by `newImplementation`, which then does `data` on what there is here, if that
    /// is not empty. Owner only; not in the middle of another call.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of the parts of a collection
    /// @custom:error NotUpgradeable the parts of a collection could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
