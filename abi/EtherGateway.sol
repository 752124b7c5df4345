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

    /// @notice The contract has been initialised before.
    error AlreadyInitialized();

    /// @notice The program was called at its own address and not through a proxy.
    error NotThroughProxy();

    /// @notice The contract is in the middle of another call.
    error Reentrant();

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice `token` refused a transfer, did not answer as an ERC-20 does, or is not a contract.
    error TransferFailed(address token);

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
}
