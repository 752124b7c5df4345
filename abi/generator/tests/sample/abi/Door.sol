// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from door by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title Door
/// @notice Delegates.
interface IDoor {
    /// @notice To whom.
    function implementation() external view returns (address);

    fallback() external payable;
}
