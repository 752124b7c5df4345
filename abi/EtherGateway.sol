// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/ether-gateway by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title EtherGateway
/// @notice The gateway.
interface IEtherGateway {
    /// @notice The gateway was made.
    event GatewayCreated(address indexed market, address indexed weth);

    /// @notice `payer` brought `amount` of ether as cash of `account`.
    event EtherDeposited(address indexed account, address indexed payer, uint256 amount);

    /// @notice `amount` of cash left `account` for `to`: `paid` at once in ether, the rest waits as `ticket` (0
    /// if there is none).
    event EtherWithdrawn(
        address indexed account,
        address indexed to,
        uint256 amount,
        uint256 paid,
        uint256 ticket
    );

    /// @notice `amount` of what waited as `ticket` was paid to `to`, in ether or wrapped.
    event TicketPaid(uint256 indexed ticket, address indexed to, uint256 amount, bool wrapped);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice An amount is zero where that means nothing.
    error ZeroAmount();

    /// @notice Nothing is due.
    error NothingToPay();

    /// @notice The wrapped ether did not become `amount` of ether for `to`, who may have refused it. Nothing
    /// has changed.
    error EtherRefused(address to, uint256 amount);

    /// @notice `amount` of ether did not become wrapped ether.
    error NotWrapped(uint256 amount);

    /// @notice No withdrawal of this contract waits, or ever did, as `ticket`.
    error UnknownTicket(uint256 ticket);

    /// @notice What waits as `ticket` is not `caller`'s.
    error NotTicketOwner(uint256 ticket, address caller);

    /// @notice A contract this one depends on did not answer as it should.
    error NoAnswer(address from);

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

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice `token` refused a transfer, did not answer as an ERC-20 does, or is not a contract.
    error TransferFailed(address token);

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

    /// @notice Makes the gateway of a market, whose cash is wrapped ether; once, in the call that creates the
    /// proxy.
    /// @custom:error NoAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    function initialize(address market) external;

    /// @notice Brings the ether that comes with the call into `account`, as cash. For anybody.
    /// @custom:error ZeroAmount
    /// @custom:error NotWrapped
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    function depositEther(address account) external payable;

    /// @notice Takes `amount` of cash out of the caller's account, which has made this contract its operator,
    /// as ether for `to`; until `deadline`. What the market cannot pay at once waits, and is paid by
    /// `claimEther`.
    /// @return paid what was paid, wei
    /// @return ticket the place in the market's queue of what was not, 0 if all was
    /// @custom:error EtherRefused
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    function withdrawEther(
        uint256 amount,
        address to,
        uint256 deadline
    ) external returns (uint256 paid, uint256 ticket);

    /// @notice Pays what is due of a withdrawal that waits, as ether, to whom it is for. For anybody, always.
    /// @return paid what was paid, wei
    /// @custom:error NothingToPay
    /// @custom:error EtherRefused
    /// @custom:error UnknownTicket
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    function claimEther(uint256 ticket) external returns (uint256 paid);

    /// @notice Pays what is due of a withdrawal that waits, as wrapped ether, to `to`. For the account that it
    /// is of, always: where whom it is for takes no ether.
    /// @return paid what was paid, wei
    /// @custom:error NothingToPay
    /// @custom:error UnknownTicket
    /// @custom:error NotTicketOwner
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    function claimWrapped(uint256 ticket, address to) external returns (uint256 paid);

    /// @notice The market.
    function market() external view returns (address);

    /// @notice The wrapped ether that is its cash.
    function weth() external view returns (address);

    /// @notice A withdrawal that waits or waited.
    /// @return account whose cash it was; zero if there is none of this ticket
    /// @return to whom `claimEther` pays
    /// @return given what was paid of it, wei
    /// @return due what would be paid now, wei
    /// @custom:error NoAnswer
    function ticket(
        uint256 ticket
    ) external view returns (address account, address to, uint256 given, uint256 due);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code by `newImplementation`, which then does `data` on what there is here, if that
    /// is not empty. For the owner of the market only; not in the middle of another call.
    /// @custom:error NoAnswer
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a gateway
    /// @custom:error NotUpgradeable a gateway could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
