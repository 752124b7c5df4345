// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/oracle/posted-aggregator by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title PostedAggregator
/// @notice The aggregator.
interface IPostedAggregator {
    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice A round was posted. (Chainlink's event.)
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice Another account posts from now on; zero is nobody.
    event ReporterChanged(address indexed previousReporter, address indexed newReporter);

    /// @notice Answers may differ from the last one by this much; 0 is any.
    event MaxDeviationChanged(uint32 maxDeviationPpm);

    /// @notice The contract has been initialised before.
    error AlreadyInitialized();

    /// @notice `caller` is not the contract's owner.
    error NotOwner(address caller);

    /// @notice `caller` has not been offered the ownership.
    error NotPendingOwner(address caller);

    /// @notice An address that must be given is zero.
    error ZeroAddress();

    /// @notice `caller` is not the reporter.
    error NotReporter(address caller);

    /// @notice An answer is not positive, or has more than 184 bits.
    error BadAnswer(int256 answer);

    /// @notice A round's time is not after the last one's, or in the future.
    error BadTime(uint64 observedAt, uint64 lastObservedAt, uint64 currentTime);

    /// @notice An answer is further from the last one than allowed, in parts per million of the last one.
    error DeviationTooLarge(int256 answer, int256 lastAnswer, uint32 allowedPpm);

    /// @notice There is no such round.
    error NoSuchRound(uint80 roundId, uint80 latestRoundId);

    /// @notice Aggregators have at most 36 decimals.
    error TooManyDecimals(uint8 decimals, uint8 max);

    /// @notice Sets the aggregator up, once. Send it together with the deployment: until then anybody may.
    /// @dev `description` says what the price is of as text ("ETH / USD"), `decimals` of its answers are at
    /// most 36, and `maxDeviationPpm` bounds the step from one answer to the next in millionths, 0 for no
    /// bound. Errors: `AlreadyInitialized`, `ZeroAddress` (owner), `TooManyDecimals`.
    /// @custom:error AlreadyInitialized
    /// @custom:error ZeroAddress
    /// @custom:error TooManyDecimals
    function initialize(
        address owner,
        address reporter,
        uint8 decimals,
        uint32 maxDeviationPpm,
        bytes32 description
    ) external;

    /// @notice Posts an answer observed now, as the next round: its number.
    /// @dev Errors: `NotReporter`, `BadAnswer`, `BadTime` (a second round in one second), `DeviationTooLarge`.
    /// @custom:error NotReporter
    /// @custom:error BadAnswer
    /// @custom:error BadTime
    /// @custom:error DeviationTooLarge
    function post(int256 answer) external returns (uint80);

    /// @notice Posts an answer observed at `observedAt`, after the last round's time and not in the future, as
    /// the next round: its number.
    /// @dev Errors: `NotReporter`, `BadAnswer`, `BadTime`, `DeviationTooLarge`.
    /// @custom:error NotReporter
    /// @custom:error BadAnswer
    /// @custom:error BadTime
    /// @custom:error DeviationTooLarge
    function postAt(int256 answer, uint64 observedAt) external returns (uint80);

    /// @notice The decimals of answers.
    function decimals() external view returns (uint8);

    /// @notice What the price is of: the ASCII text its description begins with.
    function description() external view returns (string memory);

    /// @notice The version of the aggregator.
    function version() external view returns (uint256);

    /// @notice The newest round.
    /// @dev Errors: `NoSuchRound` before the first.
    /// @return roundId the number of the round, from 1
    /// @return answer the price, with `decimals` decimals
    /// @return startedAt when it was observed, seconds since 1970
    /// @return updatedAt the same
    /// @return answeredInRound the number of the round
    /// @custom:error NoSuchRound
    function latestRoundData() external view returns (
        uint80 roundId,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint80 answeredInRound
    );

    /// @notice A round by its number.
    /// @dev Errors: `NoSuchRound`.
    /// @return roundId the number of the round, from 1
    /// @return answer the price, with `decimals` decimals
    /// @return startedAt when it was observed, seconds since 1970
    /// @return updatedAt the same
    /// @return answeredInRound the number of the round
    /// @custom:error NoSuchRound
    function getRoundData(uint80 _roundId) external view returns (
        uint80 roundId,
        int256 answer,
        uint256 startedAt,
        uint256 updatedAt,
        uint80 answeredInRound
    );

    /// @notice Who posts; zero is nobody.
    function reporter() external view returns (address);

    /// @notice How far an answer may be from the last one, in millionths of the last; 0 is any distance.
    function maxDeviationPpm() external view returns (uint32);

    /// @notice Appoints another reporter; zero for none.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function setReporter(address reporter) external;

    /// @notice Sets how far an answer may be from the last one, in millionths of the last; 0 is any distance.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function setMaxDeviationPpm(uint32 maxDeviationPpm) external;

    /// @notice The aggregator's owner.
    function owner() external view returns (address);

    /// @notice Who has been offered the aggregator and may accept it; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Offers the aggregator to `newOwner`, who must accept; zero withdraws an offer.
    /// @dev Errors: `NotOwner`.
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes the aggregator over from its owner, who has offered it to the caller.
    /// @dev Errors: `NotPendingOwner`.
    /// @custom:error NotPendingOwner
    function acceptOwnership() external;
}
