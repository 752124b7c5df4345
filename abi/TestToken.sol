// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/standards/test-token by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title TestToken
/// @notice The program.
interface ITestToken {
    /// @dev Declared by `openzeppelin_stylus`.
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @dev Declared by `openzeppelin_stylus`.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice Minting `value` on top of `supply` would not fit 256 bits.
    error SupplyOverflow(uint256 supply, uint256 value);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC20InvalidSender(address sender);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC20InvalidReceiver(address receiver);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC20InvalidSpender(address spender);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC20InvalidApprover(address approver);

    /// @notice Creates `value` for `to`; open to everybody.
    /// @custom:error SupplyOverflow
    /// @custom:error ERC20InvalidReceiver
    function mint(address to, uint256 value) external;

    /// @dev Declared by `openzeppelin_stylus`.
    function totalSupply() external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    function balanceOf(address account) external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC20InsufficientBalance
    /// @custom:error ERC20InvalidSender
    /// @custom:error ERC20InvalidReceiver
    function transfer(address to, uint256 value) external returns (bool);

    /// @dev Declared by `openzeppelin_stylus`.
    function allowance(address owner, address spender) external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC20InvalidSpender
    /// @custom:error ERC20InvalidApprover
    function approve(address spender, uint256 value) external returns (bool);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC20InsufficientBalance
    /// @custom:error ERC20InvalidSender
    /// @custom:error ERC20InvalidReceiver
    /// @custom:error ERC20InsufficientAllowance
    /// @custom:error ERC20InvalidSpender
    /// @custom:error ERC20InvalidApprover
    function transferFrom(address from, address to, uint256 value) external returns (bool);

    /// @dev Declared by `openzeppelin_stylus`.
    function name() external view returns (string memory);

    /// @dev Declared by `openzeppelin_stylus`.
    function symbol() external view returns (string memory);

    /// @dev Declared by `openzeppelin_stylus`.
    function decimals() external view returns (uint8);

    /// @dev Declared by `openzeppelin_stylus`.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
