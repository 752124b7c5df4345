// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/standards/writer-position by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title WriterPosition
/// @notice The program.
/// @custom:constructor constructor(address pool)
interface IWriterPosition {
    /// @dev Declared by `openzeppelin_stylus`.
    event Transfer(address indexed from, address indexed to, uint256 indexed token_id);

    /// @dev Declared by `openzeppelin_stylus`.
    event Approval(address indexed owner, address indexed approved, uint256 indexed token_id);

    /// @dev Declared by `openzeppelin_stylus`.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice What the pool knows of token `id` has changed (ERC-4906).
    event MetadataUpdate(uint256 id);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721OutOfBoundsIndex(address owner, uint256 index);

    /// @dev Declared by `openzeppelin_stylus`.
    error ERC721EnumerableForbiddenBatchMint();

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

    /// @notice `pool` cannot be the pool.
    error InvalidPool(address pool);

    /// @notice `caller` is not the pool.
    error NotPool(address caller);

    /// @notice No token can have this `id`.
    error InvalidTokenId(uint256 id);

    /// @notice The pool whose positions these are.
    function pool() external view returns (address);

    /// @notice Creates token `id` for `to` without asking `to`; the pool's alone. An id that was burnt is free
    /// again.
    /// @custom:error ERC721InvalidOwner
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721InvalidSender the token exists
    /// @custom:error ERC721InvalidReceiver `to` is the zero address
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    /// @custom:error NotPool another asks
    /// @custom:error InvalidTokenId `id` is zero
    function mint(address to, uint256 id) external;

    /// @notice Destroys token `id`; the pool's alone, which asks for the owner's leave itself.
    /// @custom:error ERC721InvalidOwner
    /// @custom:error ERC721NonexistentToken there is no such token
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    /// @custom:error NotPool another asks
    function burn(uint256 id) external;

    /// @notice Tells indexers that the position behind token `id` has changed (ERC-4906); the pool's alone,
    /// which answers for the token's existence.
    /// @custom:error NotPool another asks
    function notifyUpdate(uint256 id) external;

    /// @notice The owner of token `id`, if `spender` may dispose of it: as its owner, as approved for it, or as
    /// the owner's operator. The pool's check of who asks, in one call.
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
    /// @custom:error ERC721InvalidOwner
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721IncorrectOwner
    /// @custom:error ERC721InvalidReceiver
    /// @custom:error InvalidReceiverWithReason
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function safeTransferFrom(address from, address to, uint256 tokenId) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721InvalidOwner
    /// @custom:error ERC721NonexistentToken
    /// @custom:error ERC721IncorrectOwner
    /// @custom:error ERC721InvalidReceiver
    /// @custom:error InvalidReceiverWithReason
    /// @custom:error ERC721InsufficientApproval
    /// @custom:error ERC721InvalidApprover
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) external;

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721InvalidOwner
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
    function name() external view returns (string memory);

    /// @dev Declared by `openzeppelin_stylus`.
    function symbol() external view returns (string memory);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721NonexistentToken
    function tokenURI(uint256 tokenId) external view returns (string memory);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721OutOfBoundsIndex
    function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    function totalSupply() external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    /// @custom:error ERC721OutOfBoundsIndex
    function tokenByIndex(uint256 index) external view returns (uint256);

    /// @dev Declared by `openzeppelin_stylus`.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
