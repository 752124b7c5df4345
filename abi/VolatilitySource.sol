// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/oracle/volatility-source by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title VolatilitySource
/// @notice The volatility of one price.
interface IVolatilitySource {
    /// @notice Where a volatility source gets prices and what it makes of them.
    struct VolatilitySettings {
        // The PriceHistory whose prices are looked at.
        address history;
        // Seconds from one price to the next; 3600 to 604800, a multiple of 900.
        uint32 interval;
        // Seconds that a price is the average of; 900 to 86400, a multiple of 900.
        uint32 window;
        // Seconds of the exponential average of squared returns; 86400 to 31536000.
        uint32 smoothing;
        // The lowest volatility, 18 decimals; 0.01 or more.
        uint256 minSigma;
        // The highest volatility, 18 decimals; not below the lowest, and 10 or less.
        uint256 maxSigma;
    }

    /// @notice What the volatility is made of; all with 18 decimals.
    struct SigmaParts {
        // The volatility to sell at.
        uint256 sigma;
        // What the reporter has posted; 0 before the first.
        uint256 posted;
        // When, seconds since 1970.
        uint64 postedAt;
        // What the price has shown; 0 before the second update.
        uint256 realised;
        // The moment of the last price looked at, seconds since 1970; 0 before the first.
        uint64 realisedAt;
        // The last price looked at.
        uint256 lastPrice;
        // From when on the next price can be looked at, seconds since 1970.
        uint64 nextUpdate;
        // The lowest volatility.
        uint256 minSigma;
        // The highest.
        uint256 maxSigma;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice The reporter has posted a volatility, 18 decimals.
    event SigmaPosted(address indexed reporter, uint256 sigma);

    /// @notice The average price at `time` was `price`, its logarithm moved by `logReturn` since the last one
    /// (0 for the first), and the volatility realised is now `realised`; all with 18 decimals.
    event RealisedUpdated(uint64 time, uint256 price, int256 logReturn, uint256 realised);

    /// @notice Another account posts from now on; zero is nobody.
    event ReporterChanged(address indexed previousReporter, address indexed newReporter);

    /// @notice The source has new settings.
    event SettingsChanged(
        address indexed history,
        uint32 interval,
        uint32 window,
        uint32 smoothing,
        uint256 minSigma,
        uint256 maxSigma
    );

    /// @notice The contract has no such function: `extension`, where it would be, is not a contract.
    error NoExtension(address extension);

    /// @notice The contract has been initialised before.
    error AlreadyInitialized();

    /// @notice The program was called at its own address and not through a proxy.
    error NotThroughProxy();

    /// @notice `caller` is not the contract's owner.
    error NotOwner(address caller);

    /// @notice `caller` has not been offered the ownership.
    error NotPendingOwner(address caller);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

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

    /// @notice `caller` is not the reporter.
    error NotReporter(address caller);

    /// @notice A volatility is not within the source's bounds.
    error SigmaOutOfBounds(uint256 sigma, uint256 min, uint256 max);

    /// @notice The price of the present interval has been looked at; the next one's can be from `nextUpdate`
    /// on.
    error UpdateTooEarly(uint64 nextUpdate);

    /// @notice The history has no average for the present interval: its status, or 255 if it does not answer.
    error HistoryUnavailable(address history, uint8 status);

    /// @notice An account is no price history.
    error NotAHistory(address account);

    /// @notice A setting is not within its bounds, or no multiple of what it must be one of.
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 min, uint256 max);

    /// @notice Sets the source up, through its proxy and once. A reporter of zero is nobody.
    /// @dev Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner), `SettingOutOfBounds`,
    /// `NotAHistory`.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error SettingOutOfBounds
    /// @custom:error NotAHistory
    function initialize(address owner, address reporter, VolatilitySettings memory settings) external;

    /// @notice The reporter, who alone may call, posts a volatility, 18 decimals, within the source's bounds.
    /// @dev Errors: `NotReporter`, `SigmaOutOfBounds`.
    /// @custom:error NotReporter
    /// @custom:error SigmaOutOfBounds
    function post(uint256 sigma) external;

    /// @notice Looks at the history's average price at the end of the last whole interval, once an interval.
    /// Anybody may call it. If there is no such price, nothing changes, and the next interval's return is over
    /// the longer time.
    /// @dev Errors: `UpdateTooEarly`, `HistoryUnavailable`.
    /// @custom:error UpdateTooEarly
    /// @custom:error HistoryUnavailable
    function update() external;

    /// @notice The volatility to sell options at.
    /// @return sigma annual, 18 decimals
    /// @return updatedAt when the reporter last posted, seconds since 1970; 0 for never
    function volatility() external view returns (uint256 sigma, uint64 updatedAt);

    /// @notice What the volatility is made of.
    function sigmaParts() external view returns (SigmaParts memory);

    /// @notice Who posts; zero is nobody.
    function reporter() external view returns (address);

    /// @notice Lets another account post; zero is nobody. What was posted stays.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function setReporter(address reporter) external;

    /// @notice The source's settings.
    function settings() external view returns (VolatilitySettings memory);

    /// @notice Replaces the settings. What was posted and realised stays; the first price of another history is
    /// compared to none.
    /// @dev Errors: `NotOwner`, `SettingOutOfBounds`, `NotAHistory`.
    /// @custom:error NotOwner
    /// @custom:error SettingOutOfBounds
    /// @custom:error NotAHistory
    function setSettings(VolatilitySettings memory settings) external;

    /// @notice The source's owner.
    function owner() external view returns (address);

    /// @notice Who has been offered the source and may accept it; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Offers the source to `newOwner`, who must accept; zero withdraws an offer.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes the source over from its owner, who has offered it to the caller.
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
    /// is not empty. Owner only.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a volatility source
    /// @custom:error NotUpgradeable a volatility source could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
