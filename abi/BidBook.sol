// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/bid-book, contracts/floor/bid-asks, contracts/floor/bid-upkeep,
// contracts/floor/bid-lens, contracts/floor/bid-admin by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title BidBook
/// @notice Escrowed bids for any NFT of a floor market, and asks of single NFTs: what the floor index rests on.
/// @dev Prices are ticks, whole numbers of `tickSize` wei for one NFT. An offer counts for the index once it
/// has been there for `minAge` seconds, and is binding for `cancelDelay` seconds after its owner has asked for
/// it back.
interface IBidBook {
    /// @notice What a book is made for, and whom it deals with.
    struct BidBookPeers {
        // The ERC-721 whose NFTs are bid for.
        address collection;
        // What is bid, an ERC-20 with 18 decimals (WETH).
        address cash;
        // The ERC-20 that makers are rewarded with; may be the cash.
        address rewardToken;
        // Who gets the fees.
        address treasury;
    }

    /// @notice The programs behind a book.
    struct BidBookPrograms {
        // Asks, claims.
        address asks;
        // What counts, rewards.
        address upkeep;
        // Views.
        address lens;
        // Administration.
        address admin;
    }

    /// @notice What a book is made with; none of it changes.
    struct BidBookParams {
        // Wei between two prices.
        uint256 tickSize;
        // Seconds after which an offer counts; 1,800 for 30 minutes; 5 minutes to a day.
        uint32 minAge;
        // Seconds for which an offer is binding after its cancel was asked for; 900 for 15 minutes; 5 minutes
        // to a day.
        uint32 cancelDelay;
        // What the protocol keeps of a sale, basis points; 500 at most.
        uint16 fee;
        // How far below the index a bid earns rewards, basis points; 5,000 at most.
        uint16 band;
    }

    /// @notice A bid book as it is now.
    struct BidBookView {
        // Bids ever made.
        uint256 bidsMade;
        // Cancels of bids ever asked for.
        uint256 bidCancels;
        // Cash in escrow, wei.
        uint256 escrow;
        // Price of the best bid, whether it counts or not, wei; 0 if there is none.
        uint256 bestBid;
        // Asks ever made.
        uint256 asksMade;
        // Cancels of asks ever asked for.
        uint256 askCancels;
        // NFTs in escrow.
        uint256 nfts;
        // Price of the best ask, whether it counts or not, wei; 0 if there is none.
        uint256 bestAsk;
        // Fees not collected yet, wei.
        uint256 fees;
        // Whether anything is left for `catchUp`.
        bool countsPending;
        // Whether new bids and asks are paused.
        bool entryPaused;
    }

    /// @notice A bid, or an ask.
    struct OfferView {
        // Its number.
        uint256 id;
        // Who made it.
        address owner;
        // Its price in ticks.
        uint256 tick;
        // The same in wei.
        uint256 price;
        // NFTs that are still wanted or offered.
        uint256 units;
        // An ask's NFT.
        uint256 tokenId;
        // Whether it is among what counts, as of the last `catchUp`.
        bool counted;
        // When it was made, seconds since 1970.
        uint256 placedAt;
        // Until when it is binding, if its cancel was asked for; else 0.
        uint256 bindingUntil;
    }

    /// @notice All bids, or all asks, of one price.
    struct LevelView {
        // The price in ticks.
        uint256 tick;
        // The same in wei.
        uint256 price;
        // Units that count, as of the last `catchUp`.
        uint256 counted;
        // Units of bids whose cancel has not been asked for.
        uint256 earning;
        // The first in the queue.
        uint256 first;
    }

    /// @notice The rewards of makers.
    struct MakerRewardsView {
        // What nobody has earned yet, reward token units.
        uint256 pot;
        // Token units a second, shared by all units in the band.
        uint256 rate;
        // Units in the band that earn.
        uint256 units;
        // The lowest tick in the band; 16,777,216 while nothing is in it.
        uint256 band;
        // What a unit that was always in the band has earned, in 2^-32 token units.
        uint256 growth;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract has a new guardian; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice `owner` bids `price` each for `units` NFTs; `escrow` was taken.
    event BidPlaced(
        uint256 indexed id,
        address indexed owner,
        uint256 tick,
        uint256 price,
        uint256 units,
        uint256 escrow
    );

    /// @notice A bid's owner wants it back, the `request`th of all to be asked for; it is binding until then.
    event BidCancelRequested(uint256 indexed id, uint256 request, uint256 bindingUntil);

    /// @notice A bid was taken back. Its escrow was `paid` to its owner at once, or waits for him
    /// (`claimCash`).
    event BidCancelled(uint256 indexed id, address indexed owner, uint256 units, uint256 amount, bool paid);

    /// @notice A unit of a bid was filled with an NFT.
    event BidFilled(uint256 indexed id, uint256 indexed tokenId, address indexed buyer, uint256 price);

    /// @notice NFTs were sold into bids: `recipient` got the proceeds less the fee.
    event Sold(address indexed seller, address indexed recipient, uint256 units, uint256 proceeds, uint256 fee);

    /// @notice Bids up to number `matured` were looked at for their age, and cancels up to the one of number
    /// `expired` when due.
    event BidsCounted(uint256 matured, uint256 expired);

    /// @notice The same of asks.
    event AsksCounted(uint256 matured, uint256 expired);

    /// @notice `owner` offers an NFT, now in escrow, for `price`.
    event AskListed(
        uint256 indexed id,
        address indexed owner,
        uint256 indexed tokenId,
        uint256 tick,
        uint256 price
    );

    /// @notice An ask's owner wants it back, the `request`th of all to be asked for; it is binding until then.
    event AskCancelRequested(uint256 indexed id, uint256 request, uint256 bindingUntil);

    /// @notice An NFT went back to its owner.
    event AskCancelled(uint256 indexed id, address indexed owner, uint256 indexed tokenId);

    /// @notice An NFT was bought: the price less the fee waits for its `seller` (`claimCash`).
    event AskFilled(
        uint256 indexed id,
        uint256 indexed tokenId,
        address indexed seller,
        uint256 price,
        uint256 fee
    );

    /// @notice NFTs were bought for `cost`.
    event Bought(address indexed buyer, address indexed recipient, uint256 units, uint256 cost);

    /// @notice Cash that an account was owed was paid.
    event CashClaimed(address indexed owner, address indexed recipient, uint256 amount);

    /// @notice Rewards were put into the pot, which now has `pot`.
    event RewardsFunded(address indexed payer, uint256 amount, uint256 pot);

    /// @notice `rate` reward token units a second from now on.
    event RewardRateChanged(uint256 rate);

    /// @notice A bid's owner was credited with what it has earned; he is owed `owed` now.
    event RewardsSettled(uint256 indexed id, address indexed owner, uint256 owed);

    /// @notice Rewards that an account was owed were paid.
    event RewardsClaimed(address indexed owner, address indexed recipient, uint256 amount);

    /// @notice Bids from `band` ticks on earn rewards; `arrived` if that is where the `index` wants it.
    event BandMoved(uint256 index, uint256 band, bool arrived);

    /// @notice Fees went to the treasury.
    event FeesCollected(address indexed treasury, uint256 amount);

    /// @notice The book was made.
    event BidBookCreated(
        address indexed collection,
        address indexed cash,
        address rewardToken,
        address treasury,
        bytes32 root,
        uint256 tickSize,
        uint256 minAge,
        uint256 cancelDelay,
        uint256 fee,
        uint256 band
    );

    /// @notice The band of rewards follows this index.
    event IndexChanged(address index);

    /// @notice Who gets fees was replaced.
    event TreasuryChanged(address treasury);

    /// @notice New bids and asks were paused or resumed.
    event EntryPauseChanged(bool paused);

    /// @notice The programs behind the book were replaced.
    event BidBookProgramsChanged(address asks, address upkeep, address lens, address admin);

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

    /// @notice `caller` is neither the guardian nor the owner.
    error NotGuardian(address caller);

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

    /// @notice A value does not fit, or a product or sum of sane values overflowed.
    error Overflow();

    /// @notice An amount is zero where that means nothing.
    error ZeroAmount();

    /// @notice An offer has room for fewer `units`.
    error TooManyUnits(uint256 units);

    /// @notice `tick` is no price of the book: zero, or beyond the last.
    error TickOutOfRange(uint256 tick);

    /// @notice There is no offer `id`, or no longer.
    error NoSuchOffer(uint256 id);

    /// @notice Offer `id` is another's.
    error NotOwnerOfOffer(uint256 id);

    /// @notice The cancel of offer `id` was asked for already, at `requestedAt`.
    error CancelRequested(uint256 id, uint256 requestedAt);

    /// @notice The cancel of offer `id` has not been asked for.
    error CancelNotRequested(uint256 id);

    /// @notice Offer `id` is binding until then.
    error StillBinding(uint256 id, uint256 bindingUntil);

    /// @notice The price of an offer that was named is on the wrong side of the caller's `limit`.
    error PriceBeyondLimit(uint256 price, uint256 limit);

    /// @notice Only `units` can be filled, and the caller wants `least`.
    error TooFewUnits(uint256 units, uint256 least);

    /// @notice Offers have come of age or gone since anybody last counted: `catchUp` counts them.
    error CountsPending();

    /// @notice The NFT is not of the market.
    error NotInMarket();

    /// @notice A proof is longer than any tree is high.
    error ProofTooLong(uint256 length);

    /// @notice A parameter, by its place in BidBookParams or FloorIndexParams (the first is 0), is outside its
    /// hard bounds. Of `setPool` 0 and 1 are the fees, of `setSigners` the seats and the quorum.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice New bids and asks are paused; sales, purchases, cancels and claims never are.
    error EntryPaused();

    /// @notice There are not as many proofs as NFTs.
    error ProofsMismatch(uint256 nfts, uint256 proofs);

    /// @notice The sale brings `proceeds`, less than the caller's `limit`.
    error ProceedsBelowLimit(uint256 proceeds, uint256 limit);

    /// @notice The purchase costs `cost`, more than the caller's `limit`.
    error CostAboveLimit(uint256 cost, uint256 limit);

    /// @notice NFT `tokenId` is `owner`'s, and not where it should be; zero if the collection does not say.
    error NftNotHeld(uint256 tokenId, address owner);

    /// @notice `token` does not say that it has 18 decimals.
    error UnsupportedToken(address token, uint256 decimals);

    /// @notice The index is not fresh: its `status`, 255 if it does not answer.
    error IndexNotFresh(uint256 status);

    /// @notice Bids `tick` ticks each for `quantity` NFTs of the market, whichever they are; takes the cash
    /// from the caller, who has approved it; until `deadline`. The bid counts once it is of age.
    /// @return id the bid
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error Expired
    /// @custom:error EntryPaused
    function placeBid(uint256 tick, uint256 quantity, uint256 deadline) external returns (uint256 id);

    /// @notice Asks for a bid of the caller's back. It earns no more rewards, and is binding until the time
    /// returned. Never paused.
    /// @return bindingUntil when `finishCancel` may be called
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function requestCancel(uint256 id) external returns (uint256 bindingUntil);

    /// @notice Takes a bid back whose cancel is due, whoever calls. Its escrow is paid to its owner if that is
    /// the caller, and waits for him otherwise (`claimCash`): so nothing on his side can keep the bid in the
    /// book. Never paused.
    /// @return amount the escrow, wei
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function finishCancel(uint256 id) external returns (uint256 amount);

    /// @notice Sells NFTs of the caller's into the best bids, all or none, and into `maxBids` of them at most;
    /// pays `to`, if it is at least `minTotal`; until `deadline`. The caller owns the NFTs and has approved the
    /// book for them. The proofs say that they are of the market, one for each; a market of the whole
    /// collection reads none. Never paused.
    /// @return paid what `to` gets, wei
    /// @return fee what the protocol keeps, wei
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error PriceBeyondLimit
    /// @custom:error TooFewUnits
    /// @custom:error NotInMarket
    /// @custom:error ProofTooLong
    /// @custom:error Expired
    /// @custom:error ProofsMismatch
    /// @custom:error ProceedsBelowLimit
    /// @custom:error NftNotHeld
    function sell(
        uint256[] memory tokenIds,
        bytes32[][] memory proofs,
        uint256 minTotal,
        uint256 maxBids,
        address to,
        uint256 deadline
    ) external returns (uint256 paid, uint256 fee);

    /// @notice The same into bids that the caller names, in that order; those that are gone are passed over.
    /// For who sells what is his: a sale for somebody else goes through `sell`, or who makes it could name a
    /// low bid of his own.
    /// @return paid what `to` gets, wei
    /// @return fee what the protocol keeps, wei
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error PriceBeyondLimit
    /// @custom:error TooFewUnits
    /// @custom:error NotInMarket
    /// @custom:error ProofTooLong
    /// @custom:error Expired
    /// @custom:error ProofsMismatch
    /// @custom:error ProceedsBelowLimit
    /// @custom:error NftNotHeld
    function sellInto(
        uint256[] memory bidIds,
        uint256[] memory tokenIds,
        bytes32[][] memory proofs,
        uint256 minTotal,
        address to,
        uint256 deadline
    ) external returns (uint256 paid, uint256 fee);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Offers an NFT of the caller's, who has approved the book for it, at `tick` ticks; until
    /// `deadline`. The proof says that it is of the market; a market of the whole collection reads none. The
    /// ask counts once it is of age.
    /// @return id the ask
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error NotInMarket
    /// @custom:error ProofTooLong
    /// @custom:error Expired
    /// @custom:error EntryPaused
    /// @custom:error NftNotHeld
    function listAsk(
        uint256 tokenId,
        bytes32[] memory proof,
        uint256 tick,
        uint256 deadline
    ) external returns (uint256 id);

    /// @notice Asks for the NFT of an ask of the caller's back; the ask is binding until the time returned.
    /// Never paused.
    /// @return bindingUntil when `finishCancelAsk` may be called
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function requestCancelAsk(uint256 id) external returns (uint256 bindingUntil);

    /// @notice Sends the NFT of an ask whose cancel is due back to its owner, whoever calls. Never paused.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error NftNotHeld
    function finishCancelAsk(uint256 id) external;

    /// @notice Buys the NFT of an ask for `to`, if it costs no more than `maxPrice`; takes the cash from the
    /// caller, who has approved it; until `deadline`. Never paused.
    /// @return cost what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error PriceBeyondLimit
    /// @custom:error TooFewUnits
    /// @custom:error Expired
    /// @custom:error CostAboveLimit
    /// @custom:error NftNotHeld
    function buyAsk(uint256 id, uint256 maxPrice, address to, uint256 deadline) external returns (uint256 cost);

    /// @notice Buys the cheapest NFTs that are offered, `quantity` or none, for `to`, if all of them cost no
    /// more than `maxCost`; takes the cash from the caller, who has approved it; until `deadline`. Never
    /// paused.
    /// @return cost what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error PriceBeyondLimit
    /// @custom:error TooFewUnits
    /// @custom:error Expired
    /// @custom:error CostAboveLimit
    /// @custom:error NftNotHeld
    function buyCheapest(
        uint256 quantity,
        uint256 maxCost,
        address to,
        uint256 deadline
    ) external returns (uint256 cost);

    /// @notice Pays the caller what he is owed for NFTs that were bought from him, and of bids that others took
    /// back for him, to `to`. Never paused.
    /// @return amount what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    function claimCash(address to) external returns (uint256 amount);

    /// @notice Pays the fees that the protocol has kept to the treasury. For anybody.
    /// @return amount what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    function collectFees() external returns (uint256 amount);

    /// @notice Counts bids and asks that came of age and counts out those whose cancel is due, at most `steps`
    /// of each; for anybody.
    /// @return pending whether some are left
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function catchUp(uint256 steps) external returns (bool pending);

    /// @notice The same, and then what `reading` answers: for the index.
    /// @return bid as `reading`
    /// @return ask as `reading`
    /// @return pending as `reading`
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error CountsPending
    function catchUpAndRead(
        uint256 steps,
        uint256 depth
    ) external returns (uint256 bid, uint256 ask, bool pending);

    /// @notice What the index rests on, as it is now.
    /// @return bid the price of the `depth`th unit that is bid and counts, wei; 0 if fewer do
    /// @return ask the lowest price of an ask that counts, wei; 0 if none does
    /// @return pending whether there is no saying before somebody has counted (`catchUp`); both are 0 then
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CountsPending
    function reading(uint256 depth) external view returns (uint256 bid, uint256 ask, bool pending);

    /// @notice The price of the `depth`th unit that is bid and counts: what that many NFTs can be sold for at
    /// least, each, before the fee. 0 if fewer do.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CountsPending
    function indexPrice(uint256 depth) external view returns (uint256);

    /// @notice The highest bid that counts: what somebody is bound to pay for an NFT. 0 if nobody is.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CountsPending
    function binding() external view returns (uint256);

    /// @notice The lowest ask that counts: what somebody is bound to sell an NFT for. 0 if nobody is.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CountsPending
    function bindingAsk() external view returns (uint256);

    /// @notice Units that count at no less than the best bid minus `nearBps` basis points, walking past at most
    /// `most` prices and no further than it takes to find `enough`.
    /// @return units the units found
    /// @return isAll whether there are no more
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    /// @custom:error CountsPending
    function unitsNear(
        uint256 nearBps,
        uint256 most,
        uint256 enough
    ) external view returns (uint256 units, bool isAll);

    /// @notice Puts `amount` reward tokens, which the caller has approved, into the pot that makers are paid
    /// from.
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    function fundRewards(uint256 amount) external;

    /// @notice Moves the band in which bids earn to where the index wants it, past at most `most` prices; for
    /// anybody. Refused unless the index is fresh.
    /// @return arrived whether it is there
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    /// @custom:error IndexNotFresh
    function followIndex(uint256 most) external returns (bool arrived);

    /// @notice Credits the owners of bids with what these have earned up to now; those that are gone are passed
    /// over. For anybody.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function settleRewards(uint256[] memory bidIds) external;

    /// @notice Credits the owners of these bids, then pays the caller all the rewards he is owed, to `to`.
    /// Never paused.
    /// @return amount what was paid, reward token units
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function claimRewards(uint256[] memory bidIds, address to) external returns (uint256 amount);

    /// @notice Who governs.
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    function pendingOwner() external view returns (address);

    /// @notice Who may pause new bids and asks; zero is nobody.
    function guardian() external view returns (address);

    /// @notice What the book is for, and whom it deals with.
    function peers() external view returns (BidBookPeers memory);

    /// @notice The index that the band of rewards follows; zero is none.
    function index() external view returns (address);

    /// @notice The root of the market's NFTs; zero is the whole collection.
    function root() external view returns (bytes32);

    /// @notice The programs behind the book.
    function programs() external view returns (BidBookPrograms memory);

    /// @notice What the book was made with.
    function params() external view returns (BidBookParams memory);

    /// @notice The book as it is now.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NotOwnerOfOffer
    /// @custom:error CancelRequested
    function bookState() external view returns (BidBookView memory);

    /// @notice A bid.
    /// @custom:error Overflow
    /// @custom:error NoSuchOffer
    function bid(uint256 id) external view returns (OfferView memory);

    /// @notice An ask.
    /// @custom:error Overflow
    /// @custom:error NoSuchOffer
    function ask(uint256 id) external view returns (OfferView memory);

    /// @notice Bids in the order in which they are sold into, from the bid `cursor` on (0 for the first), at
    /// most `limit` and 100.
    /// @return list the bids
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    /// @custom:error NoSuchOffer
    function bids(uint256 cursor, uint256 limit) external view returns (OfferView[] memory list, uint256 next);

    /// @notice Asks, the cheapest first, from the ask `cursor` on (0 for the first), at most `limit` and 100.
    /// @return list the asks
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    /// @custom:error NoSuchOffer
    function asks(uint256 cursor, uint256 limit) external view returns (OfferView[] memory list, uint256 next);

    /// @notice Bids of an owner among those of the numbers from `from` on, of which `limit` and 100 are looked
    /// at.
    /// @return list the bids
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    function bidsOf(
        address owner,
        uint256 from,
        uint256 limit
    ) external view returns (OfferView[] memory list, uint256 next);

    /// @notice Asks of an owner among those of the numbers from `from` on, of which `limit` and 100 are looked
    /// at.
    /// @return list the asks
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    function asksOf(
        address owner,
        uint256 from,
        uint256 limit
    ) external view returns (OfferView[] memory list, uint256 next);

    /// @notice Prices with bids, the highest first, below the tick `cursor` (0 for all), at most `limit` and
    /// 100.
    /// @return list the prices
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    function bidLevels(
        uint256 cursor,
        uint256 limit
    ) external view returns (LevelView[] memory list, uint256 next);

    /// @notice Prices with asks, the lowest first, above the tick `cursor` (0 for all), at most `limit` and
    /// 100.
    /// @return list the prices
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    function askLevels(
        uint256 cursor,
        uint256 limit
    ) external view returns (LevelView[] memory list, uint256 next);

    /// @notice What selling up to `quantity` NFTs for at least `minPrice` each, before the fee, into at most
    /// `maxBids` bids would bring now.
    /// @return units how many could be sold
    /// @return paid what the seller would get, wei
    /// @return fee what the protocol would keep, wei
    /// @custom:error Overflow
    /// @custom:error TooFewUnits
    function quoteSell(
        uint256 quantity,
        uint256 minPrice,
        uint256 maxBids
    ) external view returns (uint256 units, uint256 paid, uint256 fee);

    /// @notice What buying the cheapest `quantity` NFTs would cost now.
    /// @return cost wei
    /// @custom:error Overflow
    /// @custom:error TooFewUnits
    function quoteBuy(uint256 quantity) external view returns (uint256 cost);

    /// @notice The rewards of makers now.
    /// @custom:error Overflow
    function rewards() external view returns (MakerRewardsView memory);

    /// @notice What bids, each named once, have earned up to now and not been credited with, together, reward
    /// token units.
    /// @custom:error Overflow
    /// @custom:error TickOutOfRange
    /// @custom:error NoSuchOffer
    /// @custom:error CancelNotRequested
    /// @custom:error StillBinding
    function earned(uint256[] memory bidIds) external view returns (uint256);

    /// @notice What an account may claim.
    /// @return cash by `claimCash`, wei
    /// @return rewards by `claimRewards`, reward token units, beside what its bids have earned and not been
    /// credited with
    function claimable(address account) external view returns (uint256 cash, uint256 rewards);

    /// @notice Makes the book: owner, whom it deals with, the root of the market's NFTs (zero for the whole
    /// collection), parameters, programs; once, in the call that creates the proxy. The owner then names the
    /// index it follows (`setIndex`).
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooManyUnits
    /// @custom:error TickOutOfRange
    /// @custom:error ParameterOutOfBounds
    /// @custom:error UnsupportedToken the cash does not have 18 decimals
    function initialize(
        address owner,
        BidBookPeers memory peers,
        bytes32 root,
        BidBookParams memory params,
        BidBookPrograms memory programs
    ) external;

    /// @notice Has the band of rewards follow this index; zero is none, and the band stays where it is. Owner
    /// only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setIndex(address index) external;

    /// @notice Pays makers `rate` reward token units a second from now on, while there are any. Owner only.
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error Overflow
    function setRewardRate(uint256 rate) external;

    /// @notice Replaces who gets the fees. Owner only.
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    function setTreasury(address treasury) external;

    /// @notice Pauses or resumes new bids and asks; sales, purchases, cancels and claims go on. Guardian and
    /// owner may pause, the owner resumes.
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    function setEntryPaused(bool paused) external;

    /// @notice Replaces the programs behind the book. Owner only; not in the middle of another call.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch one is not the program that belongs there
    /// @custom:error NotUpgradeable a book of bids could never be upgraded again
    /// @custom:error Overflow
    function setPrograms(BidBookPrograms memory programs) external;

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

    /// @notice Replaces the code: `newImplementation` is the new `bid-book`, and does `data` on what there is
    /// here, if that is not empty. `setPrograms(..)` for the others. Owner only; not in the middle of another
    /// call.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a bid book
    /// @custom:error NotUpgradeable a bid book could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
