// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/oracle/price-feed by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title PriceFeed
/// @notice The feed of one price.
interface IPriceFeed {
    /// @notice What a feed reads and how far it trusts it.
    struct FeedSettings {
        // The source: a Chainlink aggregator, version 3.
        address source;
        // The sequencer's uptime feed, zero for none.
        address sequencerFeed;
        // Seconds after which a round is stale; 1 to 604800.
        uint32 heartbeat;
        // Seconds after the sequencer has come back for which prices are not good; up to 86400.
        uint32 sequencerGrace;
        // The lowest price believed, 18 decimals; at least 1.
        uint256 minPrice;
        // The highest price believed, 18 decimals; above the lowest and below 2^96.
        uint256 maxPrice;
        // How far the price may be from its average and still be good, as a part of the average, 18 decimals;
        // 0.001 to 1 in steps of a billionth.
        uint256 maxDeviation;
        // Seconds of the average; 60 to 604800.
        uint32 twapWindow;
        // What the price is of, as text: "ETH / USD".
        bytes32 description;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice A round, or the passing of time, was recorded: since `time` the price is `price`, and the
    /// integral there is `cumulative` wad seconds. The source's round is of `updatedAt`.
    event Observed(uint256 price, uint256 cumulative, uint64 time, uint64 updatedAt);

    /// @notice The feed has new settings.
    event ConfigChanged(
        address indexed source,
        address sequencerFeed,
        uint32 heartbeat,
        uint32 sequencerGrace,
        uint256 minPrice,
        uint256 maxPrice,
        uint256 maxDeviation,
        uint32 twapWindow,
        bytes32 description
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

    /// @notice The source has no price to begin with: its status (3 invalid, 5 unreachable).
    error SourceUnusable(address source, uint8 status);

    /// @notice There is no good price: the feed's status and the time of the last one.
    error OracleUnavailable(uint8 status, uint64 updatedAt);

    /// @notice The feed knows the latest round only.
    error RoundNotFound(uint80 roundId, uint80 latestRoundId);

    /// @notice A setting is not within its bounds (or, for maxDeviation, no multiple of the lowest step).
    error SettingOutOfBounds(bytes32 setting, uint256 value, uint256 min, uint256 max);

    /// @notice Sets the feed up, through its proxy and once. The source must have a usable price.
    /// @dev Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner or source),
    /// `SettingOutOfBounds`, `SourceUnusable`.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error SettingOutOfBounds
    /// @custom:error SourceUnusable
    function initialize(address owner, FeedSettings memory settings) external;

    /// @notice The price now, and its integral. Never reverts.
    /// @return price the price, 18 decimals; see `status` for what it is good for
    /// @return cumulative the integral of the price up to now, in wad seconds; only differences mean anything
    /// @return updatedAt the time of the round the price is of, seconds since 1970
    /// @return status 0 ok, 1 deviating, 2 stale, 3 invalid, 4 sequencer down, 5 unreachable
    function read() external view returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);

    /// @notice Records the source's newest round, and moves the average's anchors when it is time; does nothing
    /// when there is nothing to do. Anybody may call it. Never reverts.
    /// @return price as `read`
    /// @return cumulative as `read`
    /// @return updatedAt as `read`
    /// @return status as `read`
    function poke() external returns (uint256 price, uint256 cumulative, uint64 updatedAt, uint8 status);

    /// @notice The average price up to now.
    /// @return price the time-weighted average, 18 decimals, rounded down
    /// @return window the seconds it spans: at least the configured window once the feed is that old, and less
    /// than two when it is poked regularly; 0 in the feed's first second, when the average is the price itself
    function twap() external view returns (uint256 price, uint64 window);

    /// @notice The price now, 18 decimals, if it is good.
    /// @dev Errors: `OracleUnavailable` unless the status is 0.
    /// @custom:error OracleUnavailable
    function price() external view returns (uint256);

    /// @notice The decimals of the feed's prices: 18, whatever the source's are.
    function decimals() external view returns (uint8);

    /// @notice What the price is of: the ASCII text its description begins with.
    function description() external view returns (string memory);

    /// @notice The version of the feed.
    function version() external view returns (uint256);

    /// @notice The latest round, for readers of Chainlink's interface: the source's round with the price at 18
    /// decimals.
    /// @dev A stale or deviating price is returned as it is; such readers look at `updatedAt` themselves.
    /// Errors: `OracleUnavailable` for the statuses 3, 4 and 5.
    /// @return roundId the source's number of the round
    /// @return answer the price, 18 decimals
    /// @return startedAt the time of the round
    /// @return updatedAt the time of the round
    /// @return answeredInRound the source's number of the round
    /// @custom:error OracleUnavailable
    function latestRoundData() external view returns (
        uint80 roundId,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint80 answeredInRound
    );

    /// @notice The latest round, if `_roundId` is its number; the feed keeps no others.
    /// @dev Errors: `RoundNotFound`, and those of `latestRoundData`.
    /// @return roundId the source's number of the round
    /// @return answer the price, 18 decimals
    /// @return startedAt the time of the round
    /// @return updatedAt the time of the round
    /// @return answeredInRound the source's number of the round
    /// @custom:error OracleUnavailable
    /// @custom:error RoundNotFound
    function getRoundData(uint80 _roundId) external view returns (
        uint80 roundId,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint80 answeredInRound
    );

    /// @notice The feed's settings.
    function settings() external view returns (FeedSettings memory);

    /// @notice Replaces the feed's settings. What the old source says now is recorded first; a new source takes
    /// over from this moment and must have a usable price.
    /// @dev Errors: `NotOwner`, `ZeroAddress` (source), `SettingOutOfBounds`, `SourceUnusable`.
    /// @custom:error ZeroAddress
    /// @custom:error NotOwner
    /// @custom:error SettingOutOfBounds
    /// @custom:error SourceUnusable
    function configure(FeedSettings memory settings) external;

    /// @notice The feed's owner.
    function owner() external view returns (address);

    /// @notice Who has been offered the feed and may accept it; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Offers the feed to `newOwner`, who must accept; zero withdraws an offer.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes the feed over from its owner, who has offered it to the caller.
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
    /// @custom:error ProgramMismatch not one of a price feed
    /// @custom:error NotUpgradeable a price feed could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
