// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/standards/dpx-eth by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title DpxEth
/// @notice The program.
/// @custom:constructor constructor(address minter)
interface IDpxEth {
    /// @dev Declared by `openzeppelin_stylus`.
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @dev Declared by `openzeppelin_stylus`.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice `minter` cannot be the minter.
    error InvalidMinter(address minter);

    /// @notice `caller` is not the minter.
    error NotMinter(address caller);

    /// @notice Minting `value` on top of `supply` would not fit 256 bits.
    error SupplyOverflow(uint256 supply, uint256 value);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC2612ExpiredSignature(uint256 deadline);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC2612InvalidSigner(address signer, address owner);

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

    /// @dev Declared by `openzeppelin_stylus`.
    error ECDSAInvalidSignature();

    /// @dev Declared by `openzeppelin_stylus`.
    error ECDSAInvalidSignatureS(bytes32 s);

    /// @notice The only account that mints and burns.
    function minter() external view returns (address);

    /// @notice Creates `value` (18 decimals) for `to`; the minter's alone.
    /// @custom:error NotMinter another asks
    /// @custom:error SupplyOverflow the supply would not fit 256 bits
    /// @custom:error ERC20InsufficientBalance
    /// @custom:error ERC20InvalidReceiver `to` is the zero address
    function mint(address to, uint256 value) external;

    /// @notice Destroys `value` (18 decimals) of `account`'s; the minter's alone, out of `account`'s allowance
    /// to it.
    /// @custom:error NotMinter another asks
    /// @custom:error ERC20InsufficientBalance `account` holds less
    /// @custom:error ERC20InvalidSender
    /// @custom:error ERC20InsufficientAllowance `account` has approved less
    /// @custom:error ERC20InvalidSpender
    /// @custom:error ERC20InvalidApprover
    function burnFrom(address account, uint256 value) external;

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
    function nonces(address owner) external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC2612ExpiredSignature
    /// @custom:error ERC2612InvalidSigner
    /// @custom:error ERC20InvalidSpender
    /// @custom:error ERC20InvalidApprover
    /// @custom:error ECDSAInvalidSignature
    /// @custom:error ECDSAInvalidSignatureS
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @dev Declared by `openzeppelin_stylus`.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
