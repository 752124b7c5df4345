// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/standards/erc1967-proxy by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title Erc1967Proxy
/// @notice The program: OpenZeppelin's proxy, which keeps its state in the ERC-1967 slots only.
/// @custom:constructor constructor(address implementation, bytes data)
interface IErc1967Proxy {
    /// @dev Declared by `openzeppelin_stylus`.
    event Upgraded(address indexed implementation);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC1967InvalidImplementation(address implementation);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC1967InvalidAdmin(address admin);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC1967InvalidBeacon(address beacon);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC1967NonPayable();

    /// @dev Declared by `openzeppelin_stylus`.
    error AddressEmptyCode(address target);

    /// @dev Declared by `openzeppelin_stylus`.
    error FailedCall();

    /// @dev Declared by `openzeppelin_stylus`.
    error FailedCallWithReason(bytes reason);

    /// @notice The implementation that calls are delegated to.
    function implementation() external view returns (address);

    fallback() external payable;
}
