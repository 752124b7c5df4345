// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/oracle/price-history by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title PriceHistory
/// @notice The history of one price.
interface IPriceHistory {
    /// @notice What a history observes and how its prices are made.
    struct HistorySettings {
        // The PriceFeed that is observed, for good.
        address primaryFeed;
        // Another PriceFeed that a mark is held against; zero for none, then the primary feed's own live price
        // is.
        address secondFeed;
        // How far the two sources of a mark may be apart, as a part of the average, 18 decimals; 0.001 to 0.5
        // in steps of a billionth.
        uint256 maxDeviation;
        // Seconds of the average that a mark is made of; 300 to 86400.
        uint32 shortWindow;
        // Seconds from a window's end to the observations before and after it, at most; 600 to 14400.
        uint32 maxGap;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice The primary feed's integral at `time` was observed: `cumulative` wad seconds; its price then was
    /// `price`.
    event Recorded(uint64 indexed bucket, uint64 time, uint256 cumulative, uint256 price);

    /// @notice Nothing was kept at `time`: the primary feed was not good, its status is `feedStatus`.
    event NotRecorded(uint64 time, uint8 feedStatus);

    /// @notice The history has new settings.
    event SettingsChanged(
        address indexed primaryFeed,
        address indexed secondFeed,
        uint256 maxDeviation,
        uint32 shortWindow,
        uint32 maxGap
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

    /// @notice A feed has no good price to begin with: its status, as feeds number them.
    error FeedNotGood(address feed, uint8 status);

    /// @notice A setting is not within its bounds (or, for maxDeviation, no multiple of a billionth).
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 min, uint256 max);

    /// @notice A history observes one feed for good: another's integral has nothing to do with what was
    /// observed. The feed can be given another source.
    error PrimaryFeedIsFixed(address primaryFeed);

    /// @notice Sets the history up, through its proxy and once, and makes the first observation. The feeds must
    /// be good.
    /// @dev Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner or primary feed),
    /// `SettingOutOfBounds`, `FeedNotGood`.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error SettingOutOfBounds
    /// @custom:error FeedNotGood
    function initialize(address owner, HistorySettings memory settings) external;

    /// @notice Observes the primary feed now: pokes it, so that its integral is exact, and keeps the integral.
    /// Anybody may call it, at any time. Never reverts.
    /// @return feedStatus the primary feed's status; unless it is 0 or 1 (ok or deviating), nothing was kept
    function record() external returns (uint8 feedStatus);

    /// @notice Records, then answers the average price of a window. Never reverts.
    /// @return price as `average`
    /// @return status as `average`
    function recordAndAverage(uint64 from, uint64 to) external returns (uint256 price, uint8 status);

    /// @notice Records, then answers the price to act on now. Never reverts.
    /// @return price as `mark`
    /// @return twap as `mark`
    /// @return second as `mark`
    /// @return status as `mark`
    function recordAndMark() external returns (uint256 price, uint256 twap, uint256 second, uint8 status);

    /// @notice The average price from `from` to `to` (seconds since 1970), as `recordAndAverage` would answer
    /// it now. Once there is one, it stays, if both are multiples of `bucketSeconds`. Never reverts.
    /// @return price the time-weighted average, 18 decimals, rounded down; 0 if there is none
    /// @return status 0 ok, 1 start missing, 2 end missing, 3 future, 4 bad data
    function average(uint64 from, uint64 to) external view returns (uint256 price, uint8 status);

    /// @notice The average that ends at the newest observation made at or before `before`, for when that of a
    /// window is missing for ever. It begins at the newest observation at least `window` seconds before its
    /// end, and is exact. The lookback for either is two days, but none where nothing was observed since. Never
    /// reverts.
    /// @return price the time-weighted average, 18 decimals, rounded down; 0 if there is none
    /// @return end when it ends, seconds since 1970; 0 if nothing was observed
    /// @return status 0 ok, 1 start missing, 2 end missing, 4 bad data
    function lastAverage(
        uint64 window,
        uint64 before
    ) external view returns (uint256 price, uint64 end, uint8 status);

    /// @notice The price to act on now, as `recordAndMark` would answer it: the lower of the average over the
    /// short window and the second source's price. Never reverts.
    /// @return price the lower of the two, 18 decimals; 0 unless the status is 0
    /// @return twap the average over the short window, 18 decimals, rounded down; 0 if there is none
    /// @return second the second feed's price, or the primary's live price if there is no second; 0 if it is
    /// not good
    /// @return status 0 ok, 1 start missing, 2 end missing, 4 bad data, 5 primary not good, 6 second not good,
    /// 7 deviating
    function mark() external view returns (uint256 price, uint256 twap, uint256 second, uint8 status);

    /// @notice The newest observation.
    /// @return time seconds since 1970; 0 for none
    /// @return cumulative the integral there, in wad seconds
    function newestObservation() external view returns (uint64 time, uint256 cumulative);

    /// @notice What is kept of a bucket: its first and its last observation, all zero if there is none.
    /// @return firstTime seconds since 1970
    /// @return firstCumulative the integral there, in wad seconds
    /// @return lastTime seconds since 1970
    /// @return lastCumulative the integral there, in wad seconds
    function observations(uint64 bucket) external view returns (
        uint64 firstTime,
        uint256 firstCumulative,
        uint64 lastTime,
        uint256 lastCumulative
    );

    /// @notice Seconds of a bucket; buckets are counted from 1970.
    function bucketSeconds() external view returns (uint64);

    /// @notice The history's settings.
    function settings() external view returns (HistorySettings memory);

    /// @notice Replaces the settings, but for the primary feed. A second feed that is new must be good.
    /// @dev Errors: `NotOwner`, `PrimaryFeedIsFixed`, `SettingOutOfBounds`, `FeedNotGood`.
    /// @custom:error NotOwner
    /// @custom:error SettingOutOfBounds
    /// @custom:error PrimaryFeedIsFixed
    /// @custom:error FeedNotGood
    function setSettings(HistorySettings memory settings) external;

    /// @notice The history's owner.
    function owner() external view returns (address);

    /// @notice Who has been offered the history and may accept it; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Offers the history to `newOwner`, who must accept; zero withdraws an offer.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes the history over from its owner, who has offered it to the caller.
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
    /// @custom:error ProgramMismatch not one of a price history
    /// @custom:error NotUpgradeable a price history could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
