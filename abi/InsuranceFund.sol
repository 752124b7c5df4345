// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/perp/insurance-fund by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title InsuranceFund
/// @notice The fund.
interface IInsuranceFund {
    /// @notice The insurance of one market.
    struct MarketInsurance {
        // Token units in the market's own ledger.
        uint256 balance;
        // Token units of the shared ledger it has used so far.
        uint256 sharedUsed;
        // Token units of the shared ledger it may use, all told.
        uint256 sharedCap;
        // Token units a draw could pay now.
        uint256 available;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice `amount` was added to a market's ledger, or to the shared one (market 0), which now holds
    /// `ledger`.
    event Deposited(
        uint256 indexed marketId,
        address indexed from,
        uint256 amount,
        uint256 ledger,
        uint256 total
    );

    /// @notice The clearing house was paid for a loss of `owner`, from the market's ledger and the shared one;
    /// and what they hold now, what the market has used of the shared ledger, and what was paid for the owner's
    /// losses there.
    event Drawn(
        uint256 indexed marketId,
        address indexed owner,
        uint256 fromMarket,
        uint256 fromShared,
        uint256 marketLedger,
        uint256 sharedLedger,
        uint256 sharedUsed,
        uint256 drawnByOwner
    );

    /// @notice The fund serves this clearing house, for good.
    event ClearingHouseSet(address indexed clearingHouse);

    /// @notice A market may use up to `cap` of the shared ledger, all told.
    event SharedCapChanged(uint256 indexed marketId, uint256 cap);

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

    /// @notice `caller` has not been offered the ownership.
    error NotPendingOwner(address caller);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice `token` refused a transfer, did not answer as an ERC-20 does, or is not a contract.
    error TransferFailed(address token);

    /// @notice A transfer of `expected` token units brought `received`.
    error TransferMismatch(uint256 expected, uint256 received);

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

    /// @notice `caller` is not the fund's clearing house.
    error NotClearingHouse(address caller);

    /// @notice The fund has a clearing house, for good.
    error ClearingHouseAlreadySet(address clearingHouse);

    /// @notice Nothing is deposited.
    error ZeroAmount();

    /// @notice An amount, or what it would add up to, has more than 128 bits.
    error AmountTooLarge(uint256 amount);

    /// @notice Market 0 is the shared ledger, which neither draws nor is capped.
    error NotAMarket(uint256 marketId);

    /// @notice Sets the fund up for one token, through its proxy and once.
    /// @dev Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner or token), `TransferFailed`
    /// (the token is not an ERC-20).
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    function initialize(address owner, address quoteToken) external;

    /// @notice Adds `amount` token units to a market's ledger, or to the shared one (`marketId` 0), from the
    /// caller, who has approved the fund. Anybody may deposit for any market; nobody gets it back.
    /// @dev Errors: `ZeroAmount`, `AmountTooLarge`, `Reentrant`, `TransferFailed`, `TransferMismatch`.
    /// @custom:error ZeroAmount
    /// @custom:error AmountTooLarge
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    function deposit(uint256 marketId, uint256 amount) external;

    /// @notice Pays the clearing house, who alone may call, up to `amount` token units for a loss of `owner` in
    /// a market: from the market's ledger, then from the shared one up to the market's cap. What was paid;
    /// possibly nothing.
    /// @dev Errors: `NotClearingHouse`, `NotAMarket`, `Reentrant`, `TransferFailed`.
    /// @custom:error NotClearingHouse
    /// @custom:error AmountTooLarge
    /// @custom:error NotAMarket
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    function draw(uint256 marketId, address owner, uint256 amount) external returns (uint256);

    /// @notice Token units a draw for a market could pay now; nothing for market 0.
    function available(uint256 marketId) external view returns (uint256);

    /// @notice Token units in a market's own ledger; of market 0, those in the shared ledger.
    function balanceOfMarket(uint256 marketId) external view returns (uint256);

    /// @notice Token units in the shared ledger.
    function sharedBalance() external view returns (uint256);

    /// @notice Token units of the shared ledger a market has used so far.
    function sharedUsed(uint256 marketId) external view returns (uint256);

    /// @notice Token units of the shared ledger a market may use, all told.
    function sharedCap(uint256 marketId) external view returns (uint256);

    /// @notice Everything about the insurance of one market.
    function marketInsurance(uint256 marketId) external view returns (MarketInsurance memory);

    /// @notice Token units in all ledgers together. The fund holds at least as much.
    function totalBalance() external view returns (uint256);

    /// @notice Token units paid so far for the losses of `owner` in a market.
    function drawnBy(uint256 marketId, address owner) external view returns (uint256);

    /// @notice The token the fund holds.
    function quoteToken() external view returns (address);

    /// @notice The clearing house the fund serves; zero until it is set.
    function clearingHouse() external view returns (address);

    /// @notice Names the clearing house, once and for good: it is the way out for the fund's tokens.
    /// @dev Errors: `NotOwner`, `ZeroAddress`, `ClearingHouseAlreadySet`.
    /// @custom:error ZeroAddress
    /// @custom:error NotOwner
    /// @custom:error ClearingHouseAlreadySet
    function setClearingHouse(address clearingHouse) external;

    /// @notice Sets how many token units of the shared ledger a market may use, all told. Below what it has
    /// used already, it may use no more.
    /// @dev Errors: `NotOwner`, `NotAMarket`, `AmountTooLarge`.
    /// @custom:error NotOwner
    /// @custom:error AmountTooLarge
    /// @custom:error NotAMarket
    function setSharedCap(uint256 marketId, uint256 cap) external;

    /// @notice The fund's owner.
    function owner() external view returns (address);

    /// @notice Who has been offered the fund and may accept it; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Offers the fund to `newOwner`, who must accept; zero withdraws an offer.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes the fund over from its owner, who has offered it to the caller.
    /// @dev Errors: `NotPendingOwner`.
    /// @custom:error NotPendingOwner
    function acceptOwnership() external;

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code by `newImplementation`, which then does `data` on what there is here, if that
    /// is not empty. Owner only; not in the middle of another call.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of an insurance fund
    /// @custom:error NotUpgradeable an insurance fund could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
