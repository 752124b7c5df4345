// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/floor-book, contracts/floor/book-lens by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorBook
/// @notice The limit order book of one floor market.
interface IFloorBook {
    /// @notice What a book is made with. `minLots`, `markDepth`, `markLevels` and `period` may be changed by
    /// its owner, within their bounds; nothing else ever changes.
    struct BookParams {
        // Price of a tick, wei of ETH for 1 FP; 1 to 10^18.
        uint128 tickSize;
        // Quantity of a lot, wei of FP; 1 to 10^18, so that a lot at tick 1 is worth whole wei.
        uint128 lotSize;
        // The least lots of an order; 1 to 2^32.
        uint64 minLots;
        // Lots that the mark sells into the bids and buys from the asks; at most the least lots of all its
        // levels but one.
        uint64 markDepth;
        // The most levels of a side that the mark looks at; 2 to 32.
        uint32 markLevels;
        // When epoch 0 begins, seconds since 1970.
        uint64 genesis;
        // Seconds of an epoch; 300 to 400 days.
        uint64 epoch;
        // The least seconds between two snapshots of the mark, and of the average that is `markPrice`; at most
        // a day.
        uint64 period;
        // How many snapshots are kept; 2 to 65,535.
        uint32 snapshots;
    }

    /// @notice A resting order.
    struct OrderView {
        // Its number.
        uint256 id;
        // Whose it is.
        address owner;
        // Whether it buys.
        bool isBuy;
        // Its tick.
        uint256 tick;
        // Lots that are left.
        uint256 lots;
        // Last second in which it is good; 0 for ever.
        uint256 expiry;
        // Whether that is over: it trades with nobody, and anybody may take it out (`pruneOrder`).
        bool expired;
    }

    /// @notice All orders of a tick.
    struct LevelView {
        // The tick.
        uint256 tick;
        // Lots of all its orders, expired ones among them.
        uint256 lots;
        // How many orders there are.
        uint256 orders;
    }

    /// @notice Order `id` rests with `lots` at `tick`, good until `expiry` (0: for ever), behind all others of
    /// that tick. What it traded before is in the `OrderFilled` before it.
    event OrderPlaced(
        uint256 indexed id,
        address indexed owner,
        bool isBuy,
        uint256 tick,
        uint256 lots,
        uint256 expiry
    );

    /// @notice `lots` of the resting order `id` traded with `taker` at its own `tick`; the market has settled
    /// it.
    event OrderFilled(
        uint256 indexed id,
        address indexed maker,
        address indexed taker,
        uint256 lots,
        uint256 tick
    );

    /// @notice The owner took the order out, with the `lots` it had left.
    event OrderCancelled(uint256 indexed id, address indexed owner, uint256 lots);

    /// @notice The owner made the order smaller: it has `lots` from now on, and its place.
    event OrderReduced(uint256 indexed id, address indexed owner, uint256 lots);

    /// @notice The order was taken out with the `lots` it had left. `reason`: 0 it had expired, 1 it would have
    /// traded with its owner, 2 the market said that its owner cannot fill it.
    event OrderRemoved(uint256 indexed id, address indexed owner, uint256 lots, uint8 reason);

    /// @notice The mark was counted up to `time`: from its last count on, `mid` held, wei for 1 FP.
    /// `cumulative` is the integral of the mid since the book opened, wei seconds; `blindSeconds` are those of
    /// it in which there was no mid and the last one was carried on.
    event MarkCounted(uint256 time, uint256 mid, uint256 cumulative, uint256 blindSeconds);

    /// @notice The book was made for `market`. Until there is a mid, the mark is `price`, wei for 1 FP.
    event BookOpened(
        address indexed market,
        uint256 tickSize,
        uint256 lotSize,
        uint256 genesis,
        uint256 epoch,
        uint256 snapshots,
        uint256 price
    );

    /// @notice `lens` is the program of the views from now on.
    event LensChanged(address indexed lens);

    /// @notice What may change of the parameters is this from now on.
    event ParamsChanged(uint256 minLots, uint256 markDepth, uint256 markLevels, uint256 period);

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice A value does not fit, or a product or sum of sane values overflowed.
    error Overflow();

    /// @notice There is no such tick: 0 is no price, and the last is 16,777,215.
    error TickOutOfRange(uint256 tick);

    /// @notice The order is, or would be left, below the `least` that is worth its storage.
    error OrderTooSmall(uint256 lots, uint256 least);

    /// @notice The order's last second, `expiry`, is over.
    error Expired(uint256 expiry, uint256 nowTime);

    /// @notice The order may only rest, and would trade with the other side's `best` tick.
    error WouldCross(uint256 best);

    /// @notice The order was to be filled at once and whole: `filled` of its `lots` would be.
    error NotFilled(uint256 filled, uint256 lots);

    /// @notice No order `id` rests here: it never did, or is gone.
    error NoSuchOrder(uint256 id);

    /// @notice The order is somebody else's.
    error NotOrderOwner(uint256 id);

    /// @notice The order is good until `expiry` (0: for ever), so only its owner may take it out.
    error NotExpired(uint256 expiry, uint256 nowTime);

    /// @notice The order has `current` lots, no more than the `lots` it is to be reduced to.
    error NotReduced(uint256 lots, uint256 current);

    /// @notice No snapshot is kept that is as old as `time`.
    error NoSnapshot(uint256 time);

    /// @notice There is no time between `from` and `to` to average over.
    error NothingToAverage(uint256 from, uint256 to);

    /// @notice A `price` of zero, or one that no tick could have, wei.
    error PriceOutOfRange(uint256 price);

    /// @notice A parameter, by its place in BookParams (tickSize is 0), is outside its hard bounds.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error DeadlinePassed(uint256 deadline, uint256 nowTime);

    /// @notice There is no such kind of order.
    error UnknownKind(uint8 kind);

    /// @notice The market says that the owner of order `id` can fill it, so nobody else may take it out.
    error CanFill(uint256 id);

    /// @notice The market answered what no market answers, or there is none.
    error BadAnswer(address market);

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

    /// @notice Buys or sells `lots` at `tick` or better: trades with the other side's orders, at their prices,
    /// the best first and of equals the oldest, and lets rest what its `kind` says. Good until `deadline`.
    /// @dev `kind`: 0 good till cancelled, what does not trade rests; 1 post only, all of it rests or it is
    /// refused; 2 immediate or cancel, what does not trade is given up; 3 fill or kill, it trades whole or is
    /// refused. `expiry` is the last second in which the order is good, resting too; 0 is for ever. Where it
    /// would trade with an order of the caller's own, that one is cancelled, or it goes no further if
    /// `stopOnSelf`. It touches at most `maxFills` resting orders: filled ones, the caller's own, and those it
    /// takes out because they have expired or their owners cannot fill them. If the market refuses the caller
    /// before anything was filled, the call reverts with the market's error.
    /// @return orderId the resting order; 0 if nothing rests
    /// @return filledLots lots that were traded
    /// @return notional what they were worth at the prices they traded at, wei of ETH; exact
    /// @return stop why it went no further: 0 filled, 1 the rest of it rests, 2 given up as it asked, 3 the
    /// rest is too small to rest, 4 it touched `maxFills` orders and crosses more, 5 it met an order of the
    /// caller's, 6 the market refused the caller
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error OrderTooSmall
    /// @custom:error Expired
    /// @custom:error WouldCross
    /// @custom:error NotFilled
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error DeadlinePassed
    /// @custom:error UnknownKind
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function placeOrder(
        bool isBuy,
        uint256 tick,
        uint256 lots,
        uint8 kind,
        uint64 expiry,
        uint256 maxFills,
        bool stopOnSelf,
        uint256 deadline
    ) external returns (uint256 orderId, uint256 filledLots, uint256 notional, uint8 stop);

    /// @notice Takes an order of the caller's out and places another, as `placeOrder` does; both or neither.
    /// @return orderId the resting order; 0 if nothing rests
    /// @return filledLots lots that were traded
    /// @return notional what they were worth at the prices they traded at, wei of ETH; exact
    /// @return stop why it went no further, as of `placeOrder`
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error OrderTooSmall
    /// @custom:error Expired
    /// @custom:error WouldCross
    /// @custom:error NotFilled
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error DeadlinePassed
    /// @custom:error UnknownKind
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function replaceOrder(
        uint256 id,
        bool isBuy,
        uint256 tick,
        uint256 lots,
        uint8 kind,
        uint64 expiry,
        uint256 maxFills,
        bool stopOnSelf,
        uint256 deadline
    ) external returns (uint256 orderId, uint256 filledLots, uint256 notional, uint8 stop);

    /// @notice Takes an order of the caller's out.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function cancelOrder(uint256 id) external;

    /// @notice Takes orders of the caller's out. Those that are gone already are passed over, so that nobody
    /// can keep the others by filling one of them first.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function cancelOrders(uint256[] memory ids) external;

    /// @notice Makes an order of the caller's smaller: it has `lots` afterwards, and keeps its place.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error OrderTooSmall
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NotReduced
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function reduceOrder(uint256 id, uint256 lots) external;

    /// @notice Takes an order out that has expired. Anybody may.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOrder
    /// @custom:error NotExpired
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function pruneOrder(uint256 id) external;

    /// @notice Takes an order out whose owner cannot fill it, all that is left of it at its price: the market
    /// says so. Anybody may.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOrder
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function dropOrder(uint256 id) external;

    /// @notice Counts the mark up to now. Nothing depends on it: whatever changes the book counts first.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function poke() external;

    /// @notice Makes the book: owner, market, parameters, the price in wei for 1 FP that the mark carries on
    /// until there is a mid, and the program of its views; once, in the call that creates the proxy.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error OrderTooSmall
    /// @custom:error Expired
    /// @custom:error WouldCross
    /// @custom:error NotFilled
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error DeadlinePassed
    /// @custom:error UnknownKind
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    function initialize(
        address owner,
        address market,
        BookParams memory params,
        uint256 price,
        address lens
    ) external;

    /// @notice Replaces what may change of the parameters, from now on: the least lots of an order, the mark's
    /// depth, its levels, and the seconds between two snapshots. What rests stays. Owner only.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    function setParams(uint64 minLots, uint64 markDepth, uint32 markLevels, uint64 period) external;

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`; zero withdraws an offer.
    /// Owner only.
    /// @custom:error Overflow
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error Overflow
    /// @custom:error NotPendingOwner
    function acceptOwnership() external;

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error Overflow
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    function proxiableUUID() external view returns (bytes32);

    /// @notice Refuses everybody but the owner, and him in the middle of another call.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    function requireOwner() external view;

    /// @notice Who may set parameters.
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice The market that settles trades.
    function market() external view returns (address);

    /// @notice The program of the views.
    function lens() external view returns (address);

    /// @notice The parameters.
    function params() external view returns (BookParams memory);

    /// @notice The price of a tick, wei of ETH for 1 FP.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    function tickToPrice(uint256 tick) external view returns (uint256);

    /// @notice The quantity of lots, wei of FP.
    /// @custom:error Overflow
    function lotToFp(uint256 lots) external view returns (uint256);

    /// @notice The highest bid.
    /// @return tick its tick; 0 if there is none
    /// @return lots lots that rest there
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function bestBid() external view returns (uint256 tick, uint256 lots);

    /// @notice The lowest ask.
    /// @return tick its tick; 0 if there is none
    /// @return lots lots that rest there
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function bestAsk() external view returns (uint256 tick, uint256 lots);

    /// @notice A resting order; refuses if there is none of this number.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOrder
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function getOrder(uint256 id) external view returns (OrderView memory);

    /// @notice Levels of a side from `fromTick` on, itself included, away from the middle; from the best if it
    /// is 0. At most `limit` and 100.
    /// @return list the levels
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function levels(
        bool isBuy,
        uint256 fromTick,
        uint256 limit
    ) external view returns (LevelView[] memory list, uint256 next);

    /// @notice Orders of a tick in the order they are served, from `fromId` on, itself included; from the first
    /// if it is 0. At most `limit` and 100.
    /// @return list the orders
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOrder
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function ordersAt(
        uint256 tick,
        uint256 fromId,
        uint256 limit
    ) external view returns (OrderView[] memory list, uint256 next);

    /// @notice What an order of `lots` would meet now, within 256 levels. It asks nobody, and counts orders
    /// that have expired or whose owners cannot fill them; `previewOrder` does not.
    /// @return average its average price, wei of ETH for 1 FP, against who trades: rounded up for who buys and
    /// down for who sells; 0 if there is nothing
    /// @return notional what it is worth, wei of ETH; exact
    /// @return levelsReached levels it reaches
    /// @return filledLots lots that there are, of those asked for
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function impact(
        bool isBuy,
        uint256 lots
    ) external view returns (uint256 average, uint256 notional, uint256 levelsReached, uint256 filledLots);

    /// @notice What `placeOrder` would answer if `owner` called it now, by the same rules. The market is asked
    /// whether it could settle (`canSettle`): for each maker each trade by itself, for the owner all of the
    /// order so far at its average price. Where the market would refuse the owner's first trade, `placeOrder`
    /// reverts with its error, and this answers 6.
    /// @return orderId the number the resting order would have; 0 if nothing would rest
    /// @return filledLots lots that would be traded
    /// @return notional what they would be worth, wei of ETH
    /// @return stop why it would go no further, as of `placeOrder`
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error OrderTooSmall
    /// @custom:error Expired
    /// @custom:error WouldCross
    /// @custom:error NotFilled
    /// @custom:error NoSuchOrder
    /// @custom:error NotOrderOwner
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error DeadlinePassed
    /// @custom:error UnknownKind
    /// @custom:error CanFill
    /// @custom:error BadAnswer
    /// @custom:error Reentrant
    function previewOrder(
        address owner,
        bool isBuy,
        uint256 tick,
        uint256 lots,
        uint8 kind,
        uint64 expiry,
        uint256 maxFills,
        bool stopOnSelf
    ) external view returns (uint256 orderId, uint256 filledLots, uint256 notional, uint8 stop);

    /// @notice The mid of the book as it is: the middle between what the mark's depth could be sold and bought
    /// for, wei of ETH for 1 FP; 0 if there is not that depth. One block can move it: nothing may be paid by
    /// it.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function mid() external view returns (uint256);

    /// @notice The average of the mid over the last `period` seconds or more: since the newest snapshot that is
    /// that old, or over just these seconds if nothing was counted in them; while none is that old, since the
    /// oldest there is. What happens in one second has no part in it.
    /// @return price the average, wei of ETH for 1 FP, rounded down
    /// @return blindSeconds seconds of it without a mid, in which the last one was carried on
    /// @return span seconds it is taken over; 0 in the second in which the book opened
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSnapshot
    /// @custom:error NothingToAverage
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error Reentrant
    function markPrice() external view returns (uint256 price, uint256 blindSeconds, uint256 span);

    /// @notice The average of the mid over an epoch, exactly from its beginning to its end: once it is over one
    /// number for ever. Never reverts.
    /// @return price the average, wei of ETH for 1 FP, rounded down
    /// @return blindSeconds seconds of it without a mid, in which the last one was carried on
    /// @return status 0 ok; 1 the epoch is not over, price 0; 2 there was no mid in it and never will be: it
    /// began before the book did, price 0, or all of it was blind, and the price is the one carried on
    function averageOfEpoch(
        uint256 epoch
    ) external view returns (uint256 price, uint256 blindSeconds, uint8 status);

    /// @notice Replaces the program of the views, by which the book is upgraded, too. Owner only; not in the
    /// middle of another call.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch it is not the lens of an order book
    /// @custom:error NotUpgradeable an order book could never be upgraded again
    function setLens(address lens) external;

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code: `newImplementation` is the new `floor-book`, and does `data` on what there is
    /// here, if that is not empty. `setLens(..)` for the program of the views. Owner only; not in the middle of
    /// another call.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error PriceOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of an order book
    /// @custom:error NotUpgradeable an order book could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
