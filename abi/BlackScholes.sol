// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/put/black-scholes by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title BlackScholes
/// @notice Prices of puts, and the functions they are made of. It keeps nothing and belongs to nobody.
interface IBlackScholes {
    /// @notice An input, named as in the call, is `value` and not from `min` to `max`.
    error OutOfRange(bytes32 what, uint256 value, uint256 min, uint256 max);

    /// @notice The value of a European put at an interest rate of zero, in the unit of spot and strike, rounded
    /// down: never below what exercising pays, which it is without time or volatility.
    /// @param spot the price of what the put is on, below 2^112
    /// @param strike the price it sells at, below 2^112
    /// @param sigma the volatility a year of 365 days, with 18 decimals: 0, or from 0.01 to 10
    /// @param secondsToExpiry at most five years
    /// @custom:error OutOfRange when an input is none of these
    function bsPut(
        uint256 spot,
        uint256 strike,
        uint256 sigma,
        uint256 secondsToExpiry
    ) external pure returns (uint256);

    /// @notice The part of a standard normal distribution below `x`, with 18 decimals, to the nearest unit.
    /// That of `-x` is the rest, exactly.
    /// @param x standard deviations from the mean, with 18 decimals
    function normalCdf(int256 x) external pure returns (uint256);

    /// @notice The natural logarithm, with 18 decimals, to the nearest unit.
    /// @param x with 18 decimals, from 1 unit to 2^128 - 1
    /// @custom:error OutOfRange when `x` is none of these
    function ln(uint256 x) external pure returns (int256);

    /// @notice The exponential, with 18 decimals, rounded down.
    /// @param x with 18 decimals, at most 47.272
    /// @custom:error OutOfRange when `x` is above that
    function exp(int256 x) external pure returns (uint256);

    /// @notice An everlasting put: one that never expires, and whose holder pays its value less what exercising
    /// pays, continuously, once in a mean time.
    /// @param spot the price of what the put is on, below 2^112
    /// @param strike the price it sells at, below 2^112
    /// @param sigma the volatility a year of 365 days, with 18 decimals, from 0.01 to 10
    /// @param fundingSeconds the mean time, from a second to five years
    /// @return u the square root of 1 + 8 / (sigma squared times the mean time in years), with 18 decimals, to
    /// the nearest unit
    /// @return timeValue what the put is worth beyond what exercising pays, in the unit of spot and strike,
    /// rounded down
    /// @return value the whole
    /// @custom:error OutOfRange when an input is none of these
    function everlastingPut(
        uint256 spot,
        uint256 strike,
        uint256 sigma,
        uint256 fundingSeconds
    ) external pure returns (uint256 u, uint256 timeValue, uint256 value);
}
