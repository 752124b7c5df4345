// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/standards/floor-part by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorPart
/// @notice The program.
/// @custom:constructor constructor(address minter)
interface IFloorPart {
    /// @dev Declared by `openzeppelin_stylus`.
    event Transfer(address indexed from, address indexed to, uint256 indexed token_id);

    /// @dev Declared by `openzeppelin_stylus`.
    event Approval(address indexed owner, address indexed approved, uint256 indexed token_id);

    /// @dev Declared by `openzeppelin_stylus`.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice `minter` cannot be the minter.
    error InvalidMinter(address minter);

    /// @notice `caller` is not the minter.
    error NotMinter(address caller);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721InvalidOwner(address owner);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721NonexistentToken(uint256 token_id);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721IncorrectOwner(address sender, uint256 token_id, address owner);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721InvalidSender(address sender);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721InvalidReceiver(address receiver);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721InsufficientApproval(address operator, uint256 token_id);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721InvalidApprover(address approver);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721InvalidOperator(address operator);

    /// @dev Declared by `openzeppelin_stylus`.
    error InvalidReceiverWithReason(string reason);

    /// @notice Who makes and burns the tokens.
    function minter() external view returns (address);

    /// @notice The name of all parts.
    function name() external view returns (string memory);

    /// @notice The symbol of all parts.
    function symbol() external view returns (string memory);

    /// @notice Creates token `id` for `to` without asking `to`; the minter's alone. An id that was burnt is
    /// free again.
    /// @custom:error NotMinter another asks
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721InvalidSender the token exists
    /// @custom:error ERC721InvalidReceiver `to` is the zero address
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function mint(address to, uint256 id) external;

    /// @notice Destroys token `id`; the minter's alone, which asks for the owner's leave itself.
    /// @custom:error NotMinter another asks
    /// @custom:error ERC721NonexistentToken there is no such token
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function burn(uint256 id) external;

    /// @notice The owner of token `id`, if `spender` may dispose of it: as its owner, as approved for it, or as
    /// the owner's operator. The minter's check of who asks, in one call.
    /// @custom:error ERC721NonexistentToken there is no such token
    /// @custom:error ERC721InsufficientApproval `spender` may not
    function ownerIfAuthorized(address spender, uint256 id) external view returns (address);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721InvalidOwner
    function balanceOf(address owner) external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    function ownerOf(uint256 tokenId) external view returns (address);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721IncorrectOwner
    /// @custom:error ERC721InvalidReceiver
    /// @custom:error InvalidReceiverWithReason
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function safeTransferFrom(address from, address to, uint256 tokenId) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721IncorrectOwner
    /// @custom:error ERC721InvalidReceiver
    /// @custom:error InvalidReceiverWithReason
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721IncorrectOwner
    /// @custom:error ERC721InvalidReceiver
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function transferFrom(address from, address to, uint256 tokenId) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721InvalidApprover
    function approve(address to, uint256 tokenId) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721InvalidOperator
    function setApprovalForAll(address operator, bool approved) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    function getApproved(uint256 tokenId) external view returns (address);

    /// @dev Declared by `openzeppelin_stylus`.
    function isApprovedForAll(address owner, address operator) external view returns (bool);

    /// @dev Declared by `openzeppelin_stylus`.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
