// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from vault, vault-more by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title Vault
/// @notice Keeps what it is given.
/// @dev It is a sample, `see` the README.
/// @custom:constructor constructor(address owner)
interface IVault {
    /// @notice What an account has; its parts are structs of their own.
    struct Account {
        address owner;
        Balance[] balances;
        Balance[2] reserved;
        int256 profit;
    }

    /// @notice Where money stands.
    struct Balance {
        // Which token.
        address token;
        uint256 amount;
    }

    /// @notice A point.
    struct Point {
        int64 x;
        int64 y;
    }

    /// @notice The side of a bet.
    enum Side { Long, Short }

    /// @notice Somebody was here.
    event Seen(address indexed who, Side side);

    /// @notice Money moved.
    /// @param amount Token units.
    event Moved(address indexed from, address indexed to, uint256 amount, Balance balance);

    /// @notice The vault took `amount`.
    event Deposited(address indexed from, uint256 amount);

    /// @notice `caller` may not.
    error Forbidden(address caller);

    /// @notice More was asked for than there is.
    error TooMuch(uint256 asked, uint256 available);

    /// @notice Nothing was asked for.
    error Nothing();

    /// @notice The vault is shut.
    error Shut(uint64 since);

    /// @notice Takes `amount`.
    /// @param amount Token units.
    /// @param memo For the log.
    /// @custom:error Nothing `amount` is zero.
    function deposit(uint64 amount, string memory memo) external payable;

    /// @notice Gives `amount` back.
    /// @custom:error TooMuch
    /// @custom:error Nothing
    function takeBack(uint64 amount) external returns (uint256);

    /// @notice What `who` has, as of `_asOf`; see `takeBack`.
    /// @return account all of it.
    /// @return asOf when that was.
    /// @custom:error Forbidden
    function accountOf(address who, uint64 _asOf) external view returns (Account memory account, uint64 asOf);

    /// @notice One of each type.
    function types(
        bytes memory raw,
        bytes32 word,
        bytes4 tag,
        uint256[3] memory row,
        uint16[2][] memory grid,
        uint80 round,
        int24 tick,
        string[] memory texts
    ) external view returns (bytes memory, int128, bool);

    /// @notice Needs no state; its name has digits.
    function toQ96Price(uint256 price, Point memory reference_) external pure returns (uint256);

    /// @notice Named by hand.
    function VERSION() external view returns (uint8);

    /// @notice Who owns the contract.
    function owner() external view returns (address);

    /// @notice Gives the contract away.
    /// @param newOwner Who gets it.
    /// @custom:error Forbidden The caller is not the owner.
    function setOwner(address newOwner) external;

    /// @notice How far `points` reach.
    function reach(Point[] memory points) external view returns (uint256);

    /// @notice How much there is.
    function total() external view returns (uint256);

    receive() external payable;
}
