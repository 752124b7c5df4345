// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/floor-index, contracts/floor/index-admin by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorIndex
/// @notice What any NFT of a floor market is worth, whichever it is: of what is bid for one, of a pool and of
/// signed reports, as whoever updated it last found them.
/// @dev A value is fresh for 20 minutes, then late; after 6 hours it is silent, after 72 dead: its status says
/// which, and no view reverts for it.
interface IFloorIndex {
    /// @notice A report with its signature: EIP-712, Report(bytes32 market,uint256 price,uint64 ts,uint64
    /// round).
    struct SignedReport {
        // Number of the market.
        bytes32 market;
        // Wei for one NFT.
        uint256 price;
        // When, seconds since 1970.
        uint64 ts;
        // Which round of reports it belongs to.
        uint64 round;
        // The signature: 27 or 28.
        uint8 v;
        // The signature.
        bytes32 r;
        // The signature; the lower of the two possible.
        bytes32 s;
    }

    /// @notice What an index is made with; none of it changes.
    struct FloorIndexParams {
        // When epoch 0 begins, seconds since 1970.
        uint64 genesis;
        // Seconds of an epoch; an hour to a week.
        uint32 epochLength;
        // Seconds that the averages of the bounds cover at least; 10 minutes to a day.
        uint32 window;
        // How many units have to be bid for the price that the index believes; 1 to 32.
        uint8 depth;
        // Sources it takes; 1 to 3.
        uint8 minSources;
        // Units that may be open for each unit bid near the best bid, wad; a tenth to 100.
        uint256 chi;
    }

    /// @notice Where an index's price comes from, and what they say now; a price of 0 is no answer.
    struct SourcesView {
        // The book.
        address book;
        // The price of the unit of the index's depth; 0 too while its counts are pending.
        uint256 bookPrice;
        // The lowest ask that counts.
        uint256 askPrice;
        // Whether the book cannot be read before `catchUp`, or does not answer.
        bool countsPending;
        // The adapter of the pool; zero is none.
        address pool;
        // The pool's fee, basis points.
        uint256 poolFee;
        // The vault's, basis points.
        uint256 mintFee;
        // What the pool pays for one of as many NFTs as the depth.
        uint256 poolPrice;
        // Reports of a batch; 0 is no reports.
        uint256 quorum;
        // The median of the reports.
        uint256 reportsPrice;
        // Round of the reports accepted last.
        uint256 round;
        // Time of the oldest of them.
        uint256 reportedAt;
        // Which sources the present value is from: 1 the book, 2 the pool, 4 the reports.
        uint256 used;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract has a new guardian; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice The index was made.
    event FloorIndexCreated(
        address indexed book,
        bytes32 indexed market,
        uint256 genesis,
        uint256 epochLength,
        uint256 window,
        uint256 depth,
        uint256 minSources,
        uint256 chi
    );

    /// @notice The index is `price`: the median `raw` of the `sources` (1 the book, 2 the pool, 4 the reports),
    /// moved between `lower` and `upper` (0 is no bound), as far as the guard lets it. What was read: `book` (0
    /// is no answer, as below), `pool`, `reports`, and the lowest ask. `cumulative` is the integral up to now.
    event IndexUpdated(
        uint256 price,
        uint256 raw,
        uint256 lower,
        uint256 upper,
        uint256 sources,
        uint256 book,
        uint256 pool,
        uint256 reports,
        uint256 ask,
        uint256 cumulative
    );

    /// @notice The beginnings of epochs from `from` on, and before `next`, were written down.
    event EpochsClosed(uint256 from, uint256 next);

    /// @notice Reports were accepted: their median, and the times of the oldest and the newest.
    event ReportsAccepted(uint256 indexed round, uint256 price, uint256 oldest, uint256 newest);

    /// @notice The index asks this adapter of a pool from now on, zero is none; fees in basis points.
    event PoolChanged(address indexed pool, uint256 poolFee, uint256 mintFee);

    /// @notice `signer` may report.
    event SignerSeated(address indexed signer, uint256 seat);

    /// @notice Those seated in this transaction may report and nobody else, `quorum` at a time; what was
    /// accepted before is given up.
    event PanelChanged(uint256 seats, uint256 quorum);

    /// @notice The program behind the index was replaced.
    event FloorIndexProgramChanged(address admin);

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

    /// @notice `caller` is neither the guardian nor the owner.
    error NotGuardian(address caller);

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

    /// @notice A value does not fit, or a product or sum of sane values overflowed.
    error Overflow();

    /// @notice Offers have come of age or gone since anybody last counted: `catchUp` counts them.
    error CountsPending();

    /// @notice Only `answered` sources have an answer, and it takes `needed`.
    error TooFewSources(uint256 answered, uint256 needed);

    /// @notice The index has no value yet.
    error NoIndex();

    /// @notice The first epoch begins at `start`.
    error NotStarted(uint256 start);

    /// @notice More epochs have begun than one update writes down, from `epoch` on: `closeEpochs` writes the
    /// others.
    error EpochsPending(uint256 epoch);

    /// @notice It takes as many reports as the `quorum`.
    error WrongQuorum(uint256 reports, uint256 quorum);

    /// @notice The report at `place`, from 0, is of another market.
    error WrongMarket(uint256 place);

    /// @notice The report at `place` is of another round than the first.
    error MixedRounds(uint256 place);

    /// @notice The signer at `place` is not after the one before: addresses ascend, and nobody counts twice.
    error UnsortedSigners(uint256 place);

    /// @notice The signature at `place` is none, or the one of the two possible that does not count.
    error BadSignature(uint256 place);

    /// @notice Nobody who may report signed the report at `place`.
    error NotASigner(uint256 place);

    /// @notice The price of the report at `place` is zero or beyond all bounds.
    error BadPrice(uint256 place);

    /// @notice A report is of `time`, after the block's.
    error FutureReport(uint256 time, uint256 nowTime);

    /// @notice A report is `age` seconds old, which is too old.
    error StaleReport(uint256 age);

    /// @notice A report's `time` is not after the `last` that was accepted.
    error RepeatedTime(uint256 time, uint256 last);

    /// @notice The `round` is not after the `last` that was accepted.
    error RepeatedRound(uint256 round, uint256 last);

    /// @notice The reports contradict each other.
    error SpreadTooWide(uint256 low, uint256 high);

    /// @notice A parameter, by its place in BidBookParams or FloorIndexParams (the first is 0), is outside its
    /// hard bounds. Of `setPool` 0 and 1 are the fees, of `setSigners` the seats and the quorum.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice `book` does not answer as a bid book does.
    error BookUnreachable(address book);

    /// @notice There is too little gas for a pool to answer, or to fail of its own accord.
    error GasTooLow(uint256 gasLeft);

    /// @notice Reads the sources and makes a value of what they say; for anybody. Counts a few offers of the
    /// book first.
    /// @return price the new value, wei
    /// @custom:error Overflow
    /// @custom:error CountsPending
    /// @custom:error TooFewSources
    /// @custom:error NoIndex
    /// @custom:error NotStarted
    /// @custom:error EpochsPending
    /// @custom:error BookUnreachable
    /// @custom:error GasTooLow
    function update() external returns (uint256 price);

    /// @notice Accepts reports, as many as the quorum, each of another signer in ascending order and all of one
    /// round after the last; then updates. For anybody.
    /// @return price the new value, wei
    /// @custom:error Overflow
    /// @custom:error CountsPending
    /// @custom:error TooFewSources
    /// @custom:error NoIndex
    /// @custom:error NotStarted
    /// @custom:error EpochsPending
    /// @custom:error WrongQuorum
    /// @custom:error WrongMarket
    /// @custom:error MixedRounds
    /// @custom:error UnsortedSigners
    /// @custom:error BadSignature
    /// @custom:error NotASigner
    /// @custom:error BadPrice
    /// @custom:error FutureReport
    /// @custom:error StaleReport
    /// @custom:error RepeatedTime
    /// @custom:error RepeatedRound
    /// @custom:error SpreadTooWide
    /// @custom:error BookUnreachable
    /// @custom:error GasTooLow
    function updateWithReports(SignedReport[] memory reports) external returns (uint256 price);

    /// @notice Writes down the beginnings of at most `most` epochs that have begun; for when there are more
    /// than an update writes. For anybody.
    /// @return done whether none is left
    /// @custom:error Overflow
    function closeEpochs(uint256 most) external returns (bool done);

    /// @notice The index: its value now, and what it was on average of late.
    /// @return spot its value, wei
    /// @return twap its moving average up to now, over more than an epoch and less than two, rounded down, wei
    /// @return updatedAt when it was updated last, seconds since 1970
    /// @return status 0 fresh, 1 late, 2 silent, 3 dead, 4 none
    function getIndex() external view returns (uint256 spot, uint256 twap, uint64 updatedAt, uint8 status);

    /// @notice The average value of an epoch that has ended, whenever it is asked for.
    /// @return price wei, rounded down; 0 if there is none
    /// @return status 0 ok, 1 silent, 2 not ended, 3 unknown
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);

    /// @notice The lower and the upper of the value and its moving average: whichever is against who asks.
    /// @return lower wei
    /// @return upper wei
    /// @return status 0 fresh, 1 late, 2 silent, 3 dead, 4 none
    function conservative() external view returns (uint256 lower, uint256 upper, uint8 status);

    /// @notice The most that may be open on what is bid now: so many times the units that count near the best
    /// bid.
    /// @return cap wad of floor
    /// @return status 0 ok, 1 at least, 2 pending
    function openInterestCap() external view returns (uint256 cap, uint8 status);

    /// @notice The same, as far as it takes to know whether `open` may be open: it is not more than that which
    /// costs gas.
    /// @return cap wad of floor
    /// @return status 0 ok, 1 at least, 2 pending
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Makes the index: owner, the bid book it rests on, the number its market has in reports,
    /// parameters, and this program; once, in the call that creates the proxy. The first value is the first
    /// update's.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error ParameterOutOfBounds
    function initialize(
        address owner,
        address book,
        bytes32 market,
        FloorIndexParams memory params,
        address admin
    ) external;

    /// @notice Asks this adapter of a pool from now on, zero for none; fees of the pool and of the vault in
    /// basis points, 10,000 at most. The adapter answers `poolState()`: reserves as the pool keeps them, never
    /// balances, and an average price. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error ParameterOutOfBounds
    function setPool(address pool, uint256 poolFee, uint256 mintFee) external;

    /// @notice Asks no pool from now on. Guardian or owner.
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    function dropPool() external;

    /// @notice Lets these report, in ascending order, 15 at most, and nobody else; a batch has `quorum`
    /// reports, an odd number. Nobody and 0 for no reports. What was accepted before is given up and rounds
    /// begin anew; but what comes is newer than that. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error UnsortedSigners
    /// @custom:error ParameterOutOfBounds
    function setSigners(address[] memory signers, uint256 quorum) external;

    /// @notice Takes no reports from now on. Guardian or owner.
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    function dropReports() external;

    /// @notice Replaces the program behind the index. Owner only.
    /// @custom:error NoExtension
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch it is not the administration of an index
    /// @custom:error NotUpgradeable an index could never be upgraded again
    /// @custom:error Overflow
    function setProgram(address admin) external;

    /// @notice Replaces the guardian; zero is nobody. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setGuardian(address guardian) external;

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error NotPendingOwner
    /// @custom:error Overflow
    function acceptOwnership() external;

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code: `newImplementation` is the new `floor-index`, and does `data` on what there
    /// is here, if that is not empty. `setProgram(..)` for the administration. Owner only.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a floor index
    /// @custom:error NotUpgradeable a floor index could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;

    /// @notice Who governs.
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Who may turn sources off; zero is nobody.
    function guardian() external view returns (address);

    /// @notice The bid book.
    function book() external view returns (address);

    /// @notice The number that the market has in reports.
    function market() external view returns (bytes32);

    /// @notice The program behind the index.
    function program() external view returns (address);

    /// @notice What the index was made with.
    function params() external view returns (FloorIndexParams memory);

    /// @notice Where the price comes from, and what the sources say now.
    function sources() external view returns (SourcesView memory);

    /// @notice What an update now would move its value between, if what is bid and asked is still there.
    /// @return lower the average bid, wei; 0 if there was none
    /// @return upper the average ask, wei; 0 unless there has been one for a whole window
    function bounds() external view returns (uint256 lower, uint256 upper);

    /// @notice Who may report, by seat.
    function signers() external view returns (address[] memory);

    /// @notice The hash of the domain that reports are signed in (EIP-712).
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice The integral of the value up to now, wei seconds: between two moments it grows by the average
    /// times the seconds.
    function cumulative() external view returns (uint256);

    /// @notice When epochs are; 0 before the first.
    /// @return epoch the one that `time` is in
    /// @return start when it begins, seconds since 1970
    /// @return end when it ends, which is when the next begins
    /// @custom:error Overflow
    function epochAt(uint256 time) external view returns (uint256 epoch, uint256 start, uint256 end);

    /// @notice The first epoch whose beginning is not written down: `closeEpochs` writes those that have begun.
    function nextEpoch() external view returns (uint256);
}
