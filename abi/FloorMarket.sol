// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/floor-market, contracts/floor/floor-cash, contracts/floor/floor-trade,
// contracts/floor/floor-vault, contracts/floor/floor-funding, contracts/floor/floor-auction,
// contracts/floor/floor-sale, contracts/floor/floor-takeover, contracts/floor/floor-end,
// contracts/floor/floor-simulate, contracts/floor/floor-lens, contracts/floor/floor-records,
// contracts/floor/floor-admin by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorMarket
/// @notice The market.
interface IFloorMarket {
    /// @notice What a call would do.
    struct CallResult {
        bool success;
        // What it answers or is refused with.
        bytes returnData;
    }

    /// @notice The cash of a market and whose it is, wei: `held` is all the others together.
    struct CashView {
        uint256 held;
        // Nobody's: fees and insurance.
        uint256 reserve;
        // Withdrawn and not paid yet.
        uint256 waiting;
        // Of accounts that are neither long nor short.
        uint256 flat;
        // Of shorts without NFTs, those in debt deducted.
        int256 margined;
        // Of longs, those in debt deducted.
        int256 longs;
        // The rest: of shorts against NFTs, and what rounding left.
        int256 holders;
        // What longs owe.
        uint256 debts;
        // What ever waited, and what of it was paid.
        uint256 queueAsked;
        uint256 queuePaid;
    }

    /// @notice How well a market can pay, wei.
    struct CapitalView {
        // What shorts without NFTs may not withdraw.
        uint256 locked;
        uint256 reserve;
        uint256 debts;
        // What longs are worth at the mark, debts deducted.
        uint256 longEquity;
        // Cash of long and short accounts.
        uint256 working;
        // What new longs may owe.
        int256 headroom;
        // Cash for what longs are worth, wad; the highest number without longs.
        uint256 ratio;
    }

    /// @notice The present prices, wei for one FP.
    struct PricesView {
        // The venue's, or while it has none what one FP tracks. 0 while there is no index.
        uint256 mark;
        uint256 index;
        // 0 is that there are both; else why there is no index, as it has it; 255 if it does not answer.
        uint8 status;
    }

    /// @notice A payment of an epoch that is over and not paid; prices and payment are wei for one FP.
    struct FundingView {
        uint256 epoch;
        // Unless 0, there is no price (`source` 0 is the index, 1 the mark) and nothing is paid.
        uint8 status;
        uint256 source;
        uint256 mark;
        uint256 index;
        // Shorts to longs where negative.
        int256 payment;
    }

    /// @notice An account with what it paid and got up to the last payment; and as it is tested at the present
    /// prices.
    struct AccountView {
        // Whose; nobody's is the market's own.
        address owner;
        // 0 is that it was never used.
        uint256 number;
        // As it was last written down: 0 flat, 1 long, 2 short against NFTs with cash, 3 the same without, 4
        // short against cash, 5 long in debt.
        uint8 kind;
        // Wei.
        int256 cash;
        // Wei; negative is short.
        int256 fp;
        uint256 nfts;
        uint256 auctioned;
        // When its last liquidation began; 0 is never.
        uint256 kicked;
        // What the cash of a short against NFTs pays for one FP, wei, before it pays in kind.
        uint256 runway;
        // Of the prices: unless 0, the rest is not known.
        uint8 status;
        // What it is held to, wei, rounded up, and what it has, rounded down.
        uint256 owed;
        uint256 have;
        // What it has for what it is held to, wad; the highest number if that is nothing.
        uint256 health;
        bool liquidatable;
    }

    /// @notice A short against NFTs that has cash.
    struct FundedView {
        address account;
        // What its cash pays for one FP from now on, wei; beyond that it pays in kind.
        uint256 runway;
    }

    /// @notice Whom a market deals with. `bids` and `wrapper` may be zero: none.
    struct MarketPeers {
        // The cash token: wrapped ether, or any ERC-20 of 18 decimals.
        address cash;
        // The collection.
        address collection;
        // The root of the NFTs that count, 0 for all of the collection.
        bytes32 root;
        // Where the index comes from, and how much may be open.
        address index;
        // The venue whose mark counts; zero to name it later.
        address venue;
        // The bids for any NFT of the market; zero to name them later.
        address bids;
        // The contract that FP leaves the market through; zero to name it later.
        address wrapper;
    }

    /// @notice The programs behind a market.
    struct MarketPrograms {
        address ledger;
        address cash;
        address trade;
        address vault;
        address funding;
        address auction;
        address sale;
        address takeover;
        address end;
        address lens;
        address simulate;
        address records;
        address admin;
    }

    /// @notice A market's parameters; ratios are wad. They never change.
    struct MarketParams {
        uint64 genesis;
        uint32 epochLength;
        uint256 maxPayment;
        uint256 maxRatio;
        uint256 share;
        uint256 strike;
        uint256 opening;
        uint256 maintenance;
        uint256 cure;
        uint256 shortInitial;
        uint256 shortMaintenance;
        uint256 longInitial;
        uint256 longMaintenance;
        uint256 kappaHigh;
        uint256 kappaLow;
        uint256 band;
        uint256 minPosition;
        uint8 nftTest;
        uint8 leverage;
        // What of a position's value whoever takes it over keeps.
        uint256 bonus;
        // What a taker pays of a trade's value.
        uint256 fee;
    }

    /// @notice What a market's auctions are like; `cut` and `cusp` are ray, other ratios wad.
    struct AuctionParams {
        // Seconds of a step.
        uint32 step;
        // What a step leaves of the price.
        uint256 cut;
        // Seconds after which a sale is begun anew.
        uint32 tail;
        // The part of the first price below which it is begun anew.
        uint256 cusp;
        // The first price, of the index.
        uint256 top;
        // Fee on what a liquidation buys back.
        uint256 chop;
        // Fee on what a voluntary sale buys back.
        uint256 voluntaryFee;
        // The starter's reward, wei, and a part of what is to be bought back.
        uint256 tip;
        uint256 chip;
        // What an NFT is expected to bring, of the index.
        uint256 expected;
        // The first price is at least this part of the last one.
        uint256 fall;
        // NFTs that liquidations may offer at a time.
        uint32 capacity;
        // Seconds between two liquidations of an account.
        uint32 spacing;
    }

    /// @notice A market; FP and cash in wei.
    struct MarketView {
        // FP of all longs, and so of all shorts.
        uint256 openInterest;
        // Of it, FP of shorts without NFTs.
        uint256 marginedFp;
        // Units of the long side, which never change by themselves.
        uint256 longUnits;
        // How many times these were begun anew.
        uint256 generation;
        // Shorts against NFTs that have cash to pay from.
        uint256 fundedShorts;
        // Cohorts of those that have none, ever made, and the one on top; 0 is none.
        uint256 cohorts;
        uint256 topCohort;
        // What shorts have paid for one FP since the beginning.
        int256 paidPerFp;
        // Accounts, auctions and places in the queue that there ever were.
        uint256 accounts;
        uint256 auctions;
        uint256 tickets;
        // NFTs that are locked, and of these those that liquidations offer.
        uint256 nfts;
        uint256 offered;
        // The first price of the last liquidation.
        uint256 lastTop;
        // Epochs that are paid, one that is being paid among them, and that are over.
        uint256 epochsPaid;
        uint256 epochsOver;
        // Of the last epoch that there were prices for: the index, 0 if there was none yet, and epochs until
        // its end.
        uint256 lastIndex;
        uint256 lastPriced;
        // Whether a payment is half made.
        bool paymentPending;
        bool shut;
        bool entryPaused;
    }

    /// @notice A payment by shorts that is half made; prices and payments are wei for one FP.
    struct PaymentView {
        bool pending;
        uint256 epoch;
        uint256 payment;
        // What shorts have paid for one FP since the beginning, before and after it.
        int256 paidPerFp;
        int256 target;
        // The mark of what is paid in kind, and how much that is so far, wei of FP.
        uint256 mark;
        uint256 kind;
        // FP of all shorts before it.
        uint256 before;
        // The loss that it makes good, wei; 0 if it is an epoch's.
        uint256 loss;
    }

    /// @notice A locked NFT.
    struct NftView {
        uint256 id;
        // Whose account it covers; nobody's is that it is not locked.
        address account;
        // The auction that offers it; 0 is none.
        uint256 auction;
    }

    /// @notice An auction that is not over; prices are wei for one NFT.
    struct AuctionView {
        uint256 id;
        address account;
        // What is left of it.
        uint256 nfts;
        uint256 top;
        uint256 started;
        // Now; 0 if it must be begun anew.
        uint256 price;
        bool needsReset;
        bool voluntary;
        // What a voluntary one does not fall below.
        uint256 reserve;
        // Of what it buys back, wad.
        uint256 fee;
        // Who began it, and the reward that is not paid yet, wei.
        address starter;
        uint256 reward;
        uint256 step;
        uint256 cut;
        uint256 tail;
        uint256 cusp;
    }

    /// @notice A place in the queue, wei.
    struct WaitingView {
        address owner;
        uint256 amount;
        uint256 paid;
        // What `claimWaiting` would pay now.
        uint256 due;
        // What must still be paid to those before it.
        uint256 ahead;
    }

    /// @notice The end of a market, wei; of claims, those of the flat and short come before those of longs.
    struct ShutdownView {
        // Unless it was shut, the rest says nothing.
        bool shut;
        // Of one FP.
        uint256 price;
        uint256 redeemUntil;
        // Cash of accounts that are not closed, debts deducted.
        int256 unclosed;
        // What is claimed, what there is for it, what was paid, and what can be paid of a claim, wad.
        uint256 firstClaims;
        uint256 firstAvailable;
        uint256 firstPaid;
        uint256 firstRatio;
        uint256 longClaims;
        uint256 longAvailable;
        uint256 longPaid;
        uint256 longRatio;
    }

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract has a new guardian; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice `payer` brought `amount` of cash for `account`.
    event CashDeposited(address indexed account, address indexed payer, uint256 amount);

    /// @notice `amount` of cash left `account` for `to`: `paid` at once, the rest waits as `ticket` (0 if there
    /// is none).
    event CashWithdrawn(
        address indexed account,
        address indexed to,
        uint256 amount,
        uint256 paid,
        uint256 ticket
    );

    /// @notice `amount` of what waited as `ticket` was paid to its owner.
    event WaitingPaid(uint256 indexed ticket, address indexed owner, uint256 amount);

    /// @notice `operator` may act for `account`, or no longer.
    event OperatorSet(address indexed account, address indexed operator, bool approved);

    /// @notice The taker traded `fp` with the maker at `price`: the buyer paid `paid`, the seller got `got`,
    /// the taker paid `fee`.
    event Trade(
        address indexed maker,
        address indexed taker,
        address indexed venue,
        uint256 fp,
        uint256 price,
        bool takerBuys,
        uint256 paid,
        uint256 got,
        uint256 fee
    );

    /// @notice NFT `id` was locked and covers `account`.
    event NftDeposited(address indexed account, uint256 indexed id);

    /// @notice NFT `id` of `account` was given to `to`.
    event NftWithdrawn(address indexed account, uint256 indexed id, address to);

    /// @notice NFT `id` was lent to its owner for one call, and is back.
    event NftFlashed(address indexed account, uint256 indexed id, address borrower);

    /// @notice The payment of `epoch` began: `payment` for one FP, longs to shorts where positive.
    event FundingBegun(uint256 indexed epoch, uint256 mark, uint256 index, int256 payment);

    /// @notice The payment of `epoch` is made: longs got `cash` and `kind` FP (or paid); shorts have paid
    /// `paidPerFp` since the beginning, longs have `longFp` in `longUnits`, each of which has earned
    /// `earnedPerUnit` (10^-36 wei).
    event FundingSettled(
        uint256 indexed epoch,
        int256 payment,
        uint256 cash,
        uint256 kind,
        int256 paidPerFp,
        uint256 longFp,
        uint256 longUnits,
        int256 earnedPerUnit
    );

    /// @notice A cohort paid `kind` FP in kind.
    event CohortGrown(uint256 indexed epoch, uint256 indexed cohort, uint256 kind);

    /// @notice An account spent its cash, paid `kind` FP in kind, and is of `cohort` from now on.
    event AccountExhausted(uint256 indexed epoch, address indexed account, uint256 cohort, uint256 kind);

    /// @notice `nfts` NFTs of an account that may be liquidated are offered from `top` down; the starter's
    /// reward is `reward`.
    event Kicked(
        uint256 indexed auction,
        address indexed account,
        address indexed starter,
        uint256 top,
        uint256 nfts,
        uint256 reward
    );

    /// @notice NFT `id` is offered by an auction.
    event NftOffered(uint256 indexed auction, uint256 indexed id);

    /// @notice An auction was begun anew.
    event Redone(uint256 indexed auction, uint256 top);

    /// @notice NFT `id` was sold to `taker`.
    event NftSold(uint256 indexed auction, uint256 indexed id, address indexed taker, uint256 price);

    /// @notice NFTs of `account` were taken at `price` each for `owe` cash and `fp` FP; `bought` FP were bought
    /// back in all, for which longs got `paidToLongs`; `insured` came from the reserve, `shortfall` longs did
    /// not get.
    event Taken(
        uint256 indexed auction,
        address indexed account,
        uint256 price,
        uint256 owe,
        uint256 fp,
        uint256 bought,
        uint256 paidToLongs,
        uint256 fee,
        uint256 reward,
        uint256 insured,
        uint256 shortfall,
        uint256 ended
    );

    /// @notice The account of an auction is well covered again.
    event Cured(uint256 indexed auction, address indexed account, uint256 reward);

    /// @notice `nfts` NFTs are offered at their owner's wish, from `top` down to `reserve` in steps of `step`
    /// seconds that each leave `cut` (ray).
    event VoluntaryStarted(
        uint256 indexed auction,
        address indexed account,
        uint256 top,
        uint256 reserve,
        uint256 nfts,
        uint256 step,
        uint256 cut
    );

    /// @notice The price that a voluntary sale does not fall below is lower.
    event ReserveLowered(uint256 indexed auction, uint256 reserve);

    /// @notice A voluntary sale was taken back.
    event VoluntaryCancelled(uint256 indexed auction);

    /// @notice A market was made.
    event MarketCreated(address indexed collection, bytes32 root, address cash, address index, address venue);

    /// @notice The locking of NFTs was paused or resumed.
    event EntryPauseChanged(bool paused);

    /// @notice Whom the market deals with was named; zero for those who were not.
    event PeersNamed(address venue, address bids, address wrapper);

    /// @notice The programs behind the market were replaced.
    event MarketProgramsChanged(
        address ledger,
        address cash,
        address trade,
        address vault,
        address funding,
        address auction,
        address sale,
        address takeover,
        address end,
        address lens,
        address simulate,
        address records,
        address admin
    );

    /// @notice There was no price to pay `epoch` by: nothing was paid. `source` 0 is the index, 1 the mark.
    event FundingSkipped(uint256 indexed epoch, uint256 source, uint256 status);

    /// @notice `taker` took `fp` of an account's short over and got `cash` with it, or of its long and paid
    /// `cash`; `insured` came from the reserve, `loss` is left for all shorts to pay.
    event TakenOver(
        address indexed account,
        address indexed taker,
        bool isShort,
        uint256 fp,
        uint256 cash,
        uint256 insured,
        uint256 loss,
        uint256 mark
    );

    /// @notice An account that could not pay has nothing any more: `fp` was bought back from all longs for
    /// `cash`, `insured` came from the reserve, `loss` is left for all shorts to pay. Longs have `longFp` in
    /// `longUnits`, each of which has earned `earnedPerUnit` (10^-36 wei).
    event BankruptClosed(
        address indexed account,
        uint256 fp,
        uint256 cash,
        uint256 insured,
        uint256 loss,
        uint256 mark,
        uint256 longFp,
        uint256 longUnits,
        int256 earnedPerUnit
    );

    /// @notice The house sold `fp` for `cash`. If that was the last of it, `insured` came from the reserve,
    /// which has `reserve`, and `loss` is left for all shorts to pay.
    event HouseSold(
        address indexed buyer,
        uint256 fp,
        uint256 cash,
        uint256 insured,
        uint256 loss,
        uint256 mark,
        uint256 reserve
    );

    /// @notice All shorts began to make `loss` good, in the running `epoch`: `payment` for one FP.
    event LossBegun(uint256 indexed epoch, uint256 loss, uint256 payment, uint256 mark);

    /// @notice The loss is made good: the house got `cash` and `kind` FP, and paid the loss; the rest as
    /// FundingSettled.
    event LossSettled(
        uint256 indexed epoch,
        uint256 cash,
        uint256 kind,
        int256 paidPerFp,
        uint256 longFp,
        uint256 longUnits,
        int256 earnedPerUnit
    );

    /// @notice The market was shut: one FP is worth `price`, `unclosed` is the cash of all accounts, debts
    /// deducted.
    event MarketShutDown(
        address indexed by,
        uint256 index,
        uint256 price,
        uint256 redeemUntil,
        int256 unclosed
    );

    /// @notice `payer` paid `cash` for all that an account still owed for its short.
    event Redeemed(address indexed account, address indexed payer, uint256 cash);

    /// @notice NFT `id` of an account that did not redeem it was sold; `price` is cash of the account.
    event UnredeemedSold(address indexed account, uint256 indexed id, address indexed taker, uint256 price);

    /// @notice An account was closed: it may claim `amount`, as a long or before all longs.
    event AccountClosed(address indexed account, uint256 amount, bool isLong);

    /// @notice What can be paid of a claim, wad, and for all of its rank.
    event Distributed(uint256 firstRatio, uint256 firstAvailable, uint256 longRatio, uint256 longAvailable);

    /// @notice `amount` of its claim was paid to a closed account's owner.
    event Claimed(address indexed account, uint256 amount);

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

    /// @notice Nothing is due.
    error NothingToPay();

    /// @notice The payment of `epoch` is half made: `pokeFunding` finishes it.
    error FundingPending(uint256 epoch);

    /// @notice A `loss` cannot be paid while nobody is short.
    error NobodyToPay(uint256 loss);

    /// @notice An account with NFTs is closed when these are sold or redeemed.
    error NftsNotSold(uint256 nfts);

    /// @notice An account that never owes cash would have this much.
    error NegativeCash(int256 cash);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice A position would be smaller than the `least` that is worth its storage.
    error PositionTooSmall(uint256 fp, uint256 least);

    /// @notice An account would not be held to its margin, or its NFTs would not cover its short.
    error InsufficientMargin(uint256 required, uint256 have);

    /// @notice A purchase must bring `required` of its price, and brings `have`.
    error InsufficientCollateral(uint256 required, uint256 have);

    /// @notice A trade on margin is too far from the `mark`.
    error PriceOutOfBand(uint256 price, uint256 mark);

    /// @notice The price is above the caller's `limit`.
    error PriceAboveLimit(uint256 price, uint256 limit);

    /// @notice `asked` NFTs are asked for and `free` are to be had.
    error NotEnoughNfts(uint256 asked, uint256 free);

    /// @notice `asked` FP are asked for and `have` are to be had.
    error NotEnoughFp(uint256 asked, uint256 have);

    /// @notice The account has what it is held to.
    error NotLiquidatable(uint256 owed, uint256 have);

    /// @notice The auction has run its time: `redo` begins it anew.
    error NeedsReset(uint256 started, uint256 nowTime);

    /// @notice The auction has not run its time.
    error StillRunning(uint256 started, uint256 nowTime);

    /// @notice A voluntary sale must bring `required` at least.
    error ReserveTooLow(uint256 reserve, uint256 required);

    /// @notice FP of accounts that may owe and are not closed.
    error DebtorsNotClosed(uint256 shorts, uint256 longs);

    /// @notice A parameter, by its place in MarketParams (the epoch is 0), is outside its hard bounds.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice What opens positions is paused; what closes them never is.
    error EntryPaused();

    /// @notice The market was shut: accounts are closed and paid out.
    error MarketShut();

    /// @notice The market was not shut.
    error MarketOpen();

    /// @notice This may be done after `from`, and the call ran at `nowTime`.
    error TooEarly(uint256 from, uint256 nowTime);

    /// @notice What the caller would pay is above his `limit`.
    error CashAboveLimit(uint256 cash, uint256 limit);

    /// @notice What the caller would get is below his `limit`.
    error CashBelowLimit(uint256 cash, uint256 limit);

    /// @notice An account takes nothing over from itself.
    error OwnAccount(address account);

    /// @notice Nobody has used this account.
    error UnknownAccount(address account);

    /// @notice The call has `left` gas, and may need this much to ask for prices.
    error TooLittleGas(uint256 left, uint256 needed);

    /// @notice `caller` may not act for `account`.
    error NotOperator(address account, address caller);

    /// @notice NFT `id` is not of this market.
    error NotThisCollection(address collection, uint256 id);

    /// @notice There is no price this may rest on: `source` 0 is the index, 1 the mark; `status` as it has it,
    /// 255 if it does not answer.
    error PriceUnavailable(uint256 source, uint256 status);

    /// @notice More FP would be open, wei, than what is bid for NFTs carries.
    error OpenInterestCap(uint256 open, uint256 cap);

    /// @notice This peer of the market was named already.
    error AlreadyNamed(address peer);

    /// @notice One of two accounts cannot make a trade: what a venue is told of it. The market never reverts
    /// with it.
    error Refused(uint8 outcome, bytes4 reason, uint256 first, uint256 second);

    /// @notice What undoes a simulation; its results follow, as the answer has them. The market never reverts
    /// with it.
    error Simulated();

    /// @notice There is no auction of this number, or it is over.
    error UnknownAuction(uint256 id);

    /// @notice NFT `id` is not locked here, or not by who asks for it, or it is being auctioned.
    error UnknownNft(uint256 id);

    /// @notice The bids pay less than an auction's price.
    error BidsBelowPrice(uint256 paid, uint256 least);

    /// @notice `token` does not have 18 decimals.
    error UnsupportedToken(address token, uint256 decimals);

    /// @notice Lets `operator` act for the caller's account: trade for it at any price, take its cash and NFTs.
    /// For venues, wrappers, brokers; or no longer.
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    function setOperator(address operator, bool approved) external;

    /// @notice Whether `operator` may act for `account`.
    /// @custom:error Overflow
    function isOperator(address account, address operator) external view returns (bool);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Brings `amount` of cash, which the caller has approved, into `account`. For anybody, always open
    /// while the market is.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error MarketShut
    function depositCash(uint256 amount, address account) external;

    /// @notice Takes `amount` of cash out of `account` for `to`; until `deadline`. What the market cannot pay
    /// at once waits, and is paid in the order in which it came (`claimWaiting`). Against the value of FP only
    /// as far as all other withdrawals can be paid.
    /// @return paid what was paid, wei
    /// @return ticket the place in the queue of what was not, 0 if all was
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error InsufficientCollateral
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error MarketShut
    /// @custom:error NotOperator
    /// @custom:error PriceUnavailable
    function withdrawCash(
        address account,
        uint256 amount,
        address to,
        uint256 deadline
    ) external returns (uint256 paid, uint256 ticket);

    /// @notice Pays what of a place in the queue is due to whom it is for. For anybody, always.
    /// @return paid what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    /// @custom:error FundingPending
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    function claimWaiting(uint256 ticket) external returns (uint256 paid);

    /// @notice Pays what is due of a closed account's claim to its owner. For anybody, always.
    /// @return paid what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    /// @custom:error FundingPending
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error MarketOpen
    function claim(address account) external returns (uint256 paid);

    /// @notice Brings accounts to now: what they paid and got since they were last written down. Nothing they
    /// have changes; those that came into debt by payments are counted as debtors from then on. For anybody.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error MarketShut
    function touch(address[] memory accounts) external;

    /// @notice Settles a trade of `fp` at `price` between two accounts whose operator the caller is. The buyer
    /// pays the value rounded up, the seller gets it rounded down, the taker pays the fee. What is open
    /// afterwards is no more than the index's cap, unless it shrinks. `mark` is what the market's own venue
    /// says its mark is, which cannot be asked while it is at work; 0 to see whether it is needed, and the
    /// highest number if it has none. From others it counts for nothing.
    /// @return outcome 0 done; 1 the maker cannot, 2 the taker cannot, 3 not without the mark: then nothing has
    /// changed
    /// @return reason the selector of the error that says why
    /// @return first the first word of that error; 0 if it has none
    /// @return second the second
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error InsufficientCollateral
    /// @custom:error PriceOutOfBand
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error MarketShut
    /// @custom:error NotOperator
    /// @custom:error PriceUnavailable
    /// @custom:error OpenInterestCap
    /// @custom:error Refused
    function settleTrade(
        address maker,
        address taker,
        uint256 fp,
        uint256 price,
        bool takerBuys,
        uint256 mark
    ) external returns (uint8 outcome, bytes4 reason, uint256 first, uint256 second);

    /// @notice Whether `maker` could trade `fp` at `price` now, with somebody who can. `mark` is what the
    /// market's own venue says its mark is; from others it counts for nothing.
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error PositionTooSmall
    /// @custom:error InsufficientMargin
    /// @custom:error InsufficientCollateral
    /// @custom:error PriceOutOfBand
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error PriceUnavailable
    function canSettle(
        address maker,
        uint256 fp,
        uint256 price,
        bool makerBuys,
        uint256 mark
    ) external view returns (bool);

    /// @notice Locks NFTs of the caller's, who has approved the market, for `account`. Each with the proof that
    /// it is of this market, which is empty if all of the collection are.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error EntryPaused
    /// @custom:error MarketShut
    /// @custom:error NotThisCollection
    /// @custom:error UnknownNft
    function depositNft(address account, uint256[] memory ids, bytes32[][] memory proofs) external;

    /// @notice Locks an NFT that was sent here by its owner, for whom it was; `data` is the proof that it is of
    /// this market.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error EntryPaused
    /// @custom:error MarketShut
    /// @custom:error NotThisCollection
    /// @custom:error UnknownNft
    function onErc721Received(
        address operator,
        address from,
        uint256 id,
        bytes memory data
    ) external returns (bytes4);

    /// @notice Gives NFTs of `account` to `to`, if what is left covers its short; until `deadline`. Never
    /// paused.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error InsufficientMargin
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error NotOperator
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownNft
    function withdrawNft(address account, uint256[] memory ids, address to, uint256 deadline) external;

    /// @notice Lends NFTs of the caller's own account to `borrower` for this call: it gets them, is called with
    /// `data`, and must have given them back when it answers. For claims and votes of those who hold an NFT;
    /// nobody else can borrow it.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error NotOperator
    /// @custom:error UnknownNft
    function flashNft(uint256[] memory ids, address borrower, bytes memory data) external;

    /// @notice Makes the payment of the next epoch that is over, or goes on with one, for at most `maxSteps`
    /// accounts and cohorts; then the next, and so on. For anybody; nobody gains by when it is called.
    /// @return epochs how many are paid, one that is being paid among them
    /// @return done whether nothing is left to pay
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    function pokeFunding(uint256 maxSteps) external returns (uint256 epochs, bool done);

    /// @notice Offers NFTs of an account that may be liquidated, at most as many as should cure it; until
    /// `deadline`. For anybody, who gets a reward in his account out of the first NFT that is taken.
    /// @return auction its number
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NotLiquidatable
    /// @custom:error NeedsReset
    /// @custom:error StillRunning
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownNft
    function kick(address account, uint256[] memory ids, uint256 deadline) external returns (uint256 auction);

    /// @notice Begins an auction anew that has run its time, at the present index. For anybody.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NegativeCash
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error StillRunning
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    function redo(uint256 auction) external;

    /// @notice Ends the liquidation of an account whose owner has brought cash or FP, so that it is well
    /// covered again; the starter's reward is paid out of its cash. For anybody.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error InsufficientMargin
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    function cure(uint256 auction) external;

    /// @notice Offers NFTs of an account at its owner's wish, from `top` down to `reserve` in steps of `step`
    /// seconds that each leave `cut` (ray) of the price; until `deadline`. What they bring at least must leave
    /// the account well covered. No price is asked for if the account is short of nothing.
    /// @return auction its number
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error ReserveTooLow
    /// @custom:error ParameterOutOfBounds
    /// @custom:error MarketShut
    /// @custom:error NotOperator
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownNft
    function startVoluntary(
        address account,
        uint256[] memory ids,
        uint256 top,
        uint256 reserve,
        uint256 step,
        uint256 cut,
        uint256 deadline
    ) external returns (uint256 auction);

    /// @notice Lowers the price that a voluntary sale does not fall below; until `deadline`. By whoever may act
    /// for the account. What the NFTs bring at least must still leave it well covered.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error ReserveTooLow
    /// @custom:error MarketShut
    /// @custom:error NotOperator
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    function lowerReserve(uint256 auction, uint256 reserve, uint256 deadline) external;

    /// @notice Takes a voluntary sale back. By whoever may act for the account, at any time.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NegativeCash
    /// @custom:error NotOperator
    /// @custom:error UnknownAuction
    function cancelVoluntary(uint256 auction) external;

    /// @notice Takes NFTs of an auction for `receiver`, each at no more than `maxPrice`; until `deadline`. `fp`
    /// of the caller's own FP pays first, at the mark, as far as the holder's short goes; then `receiver` is
    /// called (`floorCall`), if there is `data`, with the NFTs already its own; then the rest is taken in cash
    /// from the caller, who has approved the market.
    /// @return price what one cost, wei
    /// @return owe what was taken in cash, wei
    /// @return bought FP bought back, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function take(
        uint256 auction,
        uint256[] memory ids,
        uint256 maxPrice,
        uint256 fp,
        address receiver,
        bytes memory data,
        uint256 deadline
    ) external returns (uint256 price, uint256 owe, uint256 bought);

    /// @notice Sells NFTs of an auction into the best bids for any NFT of the market, `maxBids` of them at
    /// most, if they pay at least the auction's price for each; until `deadline`. For anybody. The proofs say
    /// that the NFTs are of the market, one for each; a market of the whole collection needs none.
    /// @return price what one brought, wei, rounded down; the rest goes to the reserve
    /// @return bought FP bought back, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    /// @custom:error BidsBelowPrice
    function takeIntoBids(
        uint256 auction,
        uint256[] memory ids,
        bytes32[][] memory proofs,
        uint256 maxBids,
        uint256 deadline
    ) external returns (uint256 price, uint256 bought);

    /// @notice Takes `fp` of a position without NFTs that is short of margin over into the caller's account, no
    /// more than brings the rest back to its initial margin; until `deadline`. With a short the caller gets its
    /// value at the mark and the bonus on it, as far as there is cash, and at least `leastGot`; for a long he
    /// pays its value at the mark less the bonus, at most `mostPaid`. For anybody who has the margin for it.
    /// @return cash what the caller got with a short, or paid for a long, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error InsufficientMargin
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NotLiquidatable
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error CashAboveLimit
    /// @custom:error CashBelowLimit
    /// @custom:error OwnAccount
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function takeOver(
        address account,
        uint256 fp,
        uint256 leastGot,
        uint256 mostPaid,
        uint256 deadline
    ) external returns (uint256 cash);

    /// @notice Closes an account without NFTs that cannot pay what it owes: a short that has less cash than it
    /// is worth at the mark is bought back from all longs for what there is, and what of a closed long is a
    /// debt ends as one. The reserve pays first. For anybody; of address zero it is the market's own account.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NotLiquidatable
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function closeBankrupt(address account) external;

    /// @notice Buys `fp` of what shorts paid in kind for a loss, at the mark less the bonus, for at most
    /// `mostCash` of the caller's account, which must have the margin for it; until `deadline`. For anybody.
    /// @return cash what the caller paid, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error InsufficientMargin
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error CashAboveLimit
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function buyFromHouse(uint256 fp, uint256 mostCash, uint256 deadline) external returns (uint256 cash);

    /// @notice Shuts the market for good, when all payments that can be made are made. Owner only; but anybody
    /// when no epoch has had prices for 30 days. One FP is worth what it tracks at the index's recent average;
    /// or if that is not fresh, at the last average there was a payment by.
    /// @return price what one FP is worth, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error TooLittleGas
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function shutDown() external returns (uint256 price);

    /// @notice Gives NFTs of `account` to `to`; until `deadline`. What the account still owes for all of its
    /// short is taken from the caller first, at most `mostPaid`, in the time in which holders redeem; after
    /// that only what is paid for, or was never owed for, leaves. Many NFTs are taken in parts: the first pays,
    /// and may take none.
    /// @return paid what was taken from the caller, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error MarketOpen
    /// @custom:error TooEarly
    /// @custom:error CashAboveLimit
    /// @custom:error NotOperator
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function redeem(
        address account,
        uint256[] memory ids,
        uint256 mostPaid,
        address to,
        uint256 deadline
    ) external returns (uint256 paid);

    /// @notice What any NFT costs that nobody redeemed in time, wei: at first more than the index was, then
    /// less and less.
    /// @custom:error Overflow
    /// @custom:error MarketOpen
    /// @custom:error TooEarly
    function unredeemedPrice() external view returns (uint256);

    /// @notice Buys NFTs of an account that still owes for its short after the time to redeem, no more than pay
    /// it; each at no more than `maxPrice`, until `deadline`. As in auctions, `receiver` gets them first, is
    /// called (`floorCall`) if there is `data`, and the caller pays last. The money is the account's cash.
    /// @return price what one cost, wei
    /// @return owe what was taken in cash, wei
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error MarketOpen
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function buyUnredeemed(
        address account,
        uint256[] memory ids,
        uint256 maxPrice,
        address receiver,
        bytes memory data,
        uint256 deadline
    ) external returns (uint256 price, uint256 owe);

    /// @notice Closes accounts that owe nothing more, or have no NFTs to owe it out of: each becomes a claim.
    /// For anybody; of address zero it is the market's own account. One that was closed before is passed over,
    /// so that nobody is stopped by who was quicker; refused if one of them cannot be closed.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error MarketOpen
    /// @custom:error TooEarly
    /// @custom:error UnknownAccount
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function closeAccounts(address[] memory accounts) external;

    /// @notice Works out what can be paid of claims, from what there is by now. For anybody, as soon as nobody
    /// is left who may owe, and again when more has come in.
    /// @return first what can be paid of claims of those who were flat or short, wad
    /// @return longs what can be paid of claims of longs, wad
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error DebtorsNotClosed
    /// @custom:error MarketShut
    /// @custom:error MarketOpen
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function distribute() external returns (uint256 first, uint256 longs);

    /// @notice What `calls` of the market by the caller would do, made one after the other, if each of
    /// `accounts` had made him its operator: answers of views among them are those in between. A call that is
    /// refused changes nothing, and the next is made. All of it is undone.
    /// @return results of each call, whether it succeeds, and its answer or error
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error Simulated
    function simulate(
        address[] memory accounts,
        bytes[] memory calls
    ) external returns (CallResult[] memory results);

    /// @notice The most cash that `withdrawCash` would take out of an account now.
    /// @return amount wei
    /// @return paid what of it would be paid at once, wei; the rest would wait
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error NegativeCash
    /// @custom:error InsufficientMargin
    /// @custom:error InsufficientCollateral
    /// @custom:error NotEnoughNfts
    /// @custom:error NotLiquidatable
    /// @custom:error StillRunning
    function maxWithdraw(address account) external view returns (uint256 amount, uint256 paid);

    /// @notice The most FP that an account could sell now for nothing, to the wrapper say: what it has, and
    /// what its NFTs and cash cover beyond that. What FP brings covers more.
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error PositionTooSmall
    function maxMint(address account) external view returns (uint256);

    /// @notice The most NFTs that `withdrawNft` would give back now, of those that are first in the account's
    /// list; at most 100.
    /// @custom:error NoExtension
    /// @custom:error Overflow
    function maxUnlock(address account) external view returns (uint256);

    /// @notice The NFTs of an account that `kick` would offer at most now, those first in its list; at most
    /// 100. None if there is nothing to liquidate.
    /// @custom:error NoExtension
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error NegativeCash
    /// @custom:error InsufficientMargin
    /// @custom:error InsufficientCollateral
    /// @custom:error NotEnoughNfts
    /// @custom:error NotLiquidatable
    /// @custom:error StillRunning
    function suggestedLot(address account) external view returns (uint256[] memory);

    /// @notice How much of an account's position, wei of FP, `takeOver` would move at most now; 0 if none.
    /// @custom:error NoExtension
    /// @custom:error Overflow
    function suggestedTakeOver(address account) external view returns (uint256);

    /// @notice The cash of the market and whose it is, by the sums that are kept of each kind of account: the
    /// market is sound while `holders` is not negative.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getCash() external view returns (CashView memory);

    /// @notice How well the market can pay at the present mark, which is what new longs may owe.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getCapital() external view returns (CapitalView memory);

    /// @notice The prices that a call would go by now.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function prices() external view returns (PricesView memory);

    /// @notice The mark that a call would go by now.
    /// @return price wei for one FP; while the venue has none, what one FP tracks at the index
    /// @return status 0 is that there is one; else as the index has it, 255 if it does not answer
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function markPrice() external view returns (uint256 price, uint8 status);

    /// @notice The index that a call would go by now.
    /// @return price wei for one NFT
    /// @return status 0 is that there is one; else as the index has it, 255 if it does not answer
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function indexPrice() external view returns (uint256 price, uint8 status);

    /// @notice What `pokeFunding` would pay now, epoch by epoch, at most `limit` and 100 of them: a payment
    /// that is half made is not among them, nor what a loss adds.
    /// @return list the payments; it ends before an epoch that has no prices yet but may have
    /// @return done whether that is all that is due
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function dueFunding(uint256 limit) external view returns (FundingView[] memory list, bool done);

    /// @notice An account: what it has, and how it stands at the present prices. The market's own is that of
    /// the zero address.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getAccount(address owner) external view returns (AccountView memory);

    /// @notice The same of many.
    /// @return list the accounts
    /// @return prices those that they are tested at
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getAccounts(
        address[] memory owners
    ) external view returns (AccountView[] memory list, PricesView memory prices);

    /// @notice Accounts in the order of their numbers, from the number `from` on (the first is 1), at most
    /// `limit` and 100.
    /// @return list whose they are
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    function accounts(uint256 from, uint256 limit) external view returns (address[] memory list, uint256 next);

    /// @notice Accounts that may be liquidated now (by `kick` if NFTs cover a short, else by `takeOver`), among
    /// those of the numbers from `from` on, of which `limit` and 100 are looked at.
    /// @return list whose they are
    /// @return next from where the next page is; 0 at the end
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function liquidatable(
        uint256 from,
        uint256 limit
    ) external view returns (address[] memory list, uint256 next);

    /// @notice Accounts that may owe and must be closed before anybody is paid at the end (shorts against cash,
    /// longs in debt), among those of the numbers from `from` on, of which `limit` and 100 are looked at.
    /// @return list whose they are
    /// @return next from where the next page is; 0 at the end
    /// @custom:error Overflow
    function debtors(uint256 from, uint256 limit) external view returns (address[] memory list, uint256 next);

    /// @notice Whether an account may be liquidated now.
    /// @return liquidatable whether it may
    /// @return owed what it is held to, wei, rounded up
    /// @return have what it has, wei, rounded down
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function isLiquidatable(
        address account
    ) external view returns (bool liquidatable, uint256 owed, uint256 have);

    /// @notice The short against NFTs that runs out of cash next.
    /// @return account whose; zero if none has cash
    /// @return payment what its cash pays for one FP from now on, wei; beyond that it pays in kind
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function nextExhaustion() external view returns (address account, uint256 payment);

    /// @notice Shorts against NFTs that have cash, in the order of the heap (the cash of one at place `p` lasts
    /// at least as long as that at `(p - 1) / 4`), from the place `from` on (the first is 0), at most `limit`
    /// and 100.
    /// @return list whose, and how long their cash lasts
    /// @return next from where the next page is; 0 at the end
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function fundedShorts(
        uint256 from,
        uint256 limit
    ) external view returns (FundedView[] memory list, uint256 next);

    /// @notice Of this interface.
    /// @custom:error Overflow
    function version() external view returns (uint256);

    /// @notice Who governs.
    /// @custom:error Overflow
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    /// @custom:error Overflow
    function pendingOwner() external view returns (address);

    /// @notice Who may pause the locking of NFTs; zero is nobody.
    /// @custom:error Overflow
    function guardian() external view returns (address);

    /// @notice Whether the locking of NFTs is paused.
    /// @custom:error Overflow
    function entryPaused() external view returns (bool);

    /// @notice Whether the market was shut.
    /// @custom:error Overflow
    function isShut() external view returns (bool);

    /// @notice Whom the market deals with.
    /// @custom:error Overflow
    function peers() external view returns (MarketPeers memory);

    /// @notice The cash token.
    /// @custom:error Overflow
    function cash() external view returns (address);

    /// @notice The collection.
    /// @custom:error Overflow
    function collection() external view returns (address);

    /// @notice The root of the NFTs that count; zero is the whole collection.
    /// @custom:error Overflow
    function root() external view returns (bytes32);

    /// @notice The programs behind the market.
    /// @custom:error Overflow
    function programs() external view returns (MarketPrograms memory);

    /// @notice What the market was made with.
    /// @custom:error Overflow
    function params() external view returns (MarketParams memory);

    /// @notice What its auctions are like.
    /// @custom:error Overflow
    function auctionParams() external view returns (AuctionParams memory);

    /// @notice The market: both sides, how many there are of everything, what is due.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getMarket() external view returns (MarketView memory);

    /// @notice The payment by shorts that is half made, if one is.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getPayment() external view returns (PaymentView memory);

    /// @notice An NFT.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function nft(uint256 id) external view returns (NftView memory);

    /// @notice NFTs of an account, from the place `from` on (the first is 0), at most `limit` and 100.
    /// @return list the NFTs
    /// @return next from where the next page is; 0 at the end
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function nftsOf(
        address account,
        uint256 from,
        uint256 limit
    ) external view returns (NftView[] memory list, uint256 next);

    /// @notice An auction that is not over.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function getAuction(uint256 id) external view returns (AuctionView memory);

    /// @notice Auctions that are not over among those of the numbers from `from` on (the first is 1), of which
    /// `limit` and 100 are looked at.
    /// @return list the auctions
    /// @return next from where the next page is; 0 at the end
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function auctions(
        uint256 from,
        uint256 limit
    ) external view returns (AuctionView[] memory list, uint256 next);

    /// @notice What one NFT of an auction costs at a time (0 is now), if nothing is done to it before, wei.
    /// Refused when it must be begun anew by then.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function auctionPrice(uint256 id, uint256 time) external view returns (uint256);

    /// @notice A place in the queue of withdrawals.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function waiting(uint256 ticket) external view returns (WaitingView memory);

    /// @notice The end of the market, as it was last worked out.
    /// @custom:error Overflow
    function shutdownState() external view returns (ShutdownView memory);

    /// @notice What an account may claim at the end, as it was last worked out.
    /// @return due what could be paid now, wei
    /// @return amount the whole claim, wei
    /// @return paid what of it has been paid, wei
    /// @return isLong whether it comes after those of the flat and short
    /// @return closed whether the account was closed; before, it has no claim
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    function claimable(
        address account
    ) external view returns (uint256 due, uint256 amount, uint256 paid, bool isLong, bool closed);

    /// @notice Makes the market: owner, whom it deals with, parameters, programs; once, in the call that
    /// creates the proxy.
    /// @custom:error NoExtension
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error FundingPending
    /// @custom:error NobodyToPay
    /// @custom:error NftsNotSold
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NotEnoughNfts
    /// @custom:error NotEnoughFp
    /// @custom:error NeedsReset
    /// @custom:error ParameterOutOfBounds
    /// @custom:error MarketShut
    /// @custom:error TooEarly
    /// @custom:error PriceUnavailable
    /// @custom:error UnknownAuction
    /// @custom:error UnknownNft
    /// @custom:error UnsupportedToken
    function initialize(
        address owner,
        MarketPeers memory peers,
        MarketParams memory params,
        AuctionParams memory auctions,
        MarketPrograms memory programs
    ) external;

    /// @notice Names whom the market deals with and did not know when it was made, because they had to know the
    /// market: its venue, the bids for its NFTs, the contract that wraps its FP; zero leaves one as it is. Each
    /// once. Owner only.
    /// @custom:error NotOwner
    /// @custom:error Overflow
    /// @custom:error AlreadyNamed
    function namePeers(address venue, address bids, address wrapper) external;

    /// @notice Pauses or resumes the locking of NFTs; everything else goes on. Guardian and owner may pause,
    /// the owner resumes.
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error NotGuardian
    /// @custom:error Overflow
    function setEntryPaused(bool paused) external;

    /// @notice Replaces the programs behind the market. Owner only; not in the middle of another call.
    /// @custom:error NoExtension
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    /// @custom:error ProgramMismatch one is not the program that belongs there
    /// @custom:error NotUpgradeable a floor market could never be upgraded again
    /// @custom:error Overflow
    function setPrograms(MarketPrograms memory programs) external;

    /// @notice Replaces the code: `newImplementation` is the new `floor-market`, and does `data` on what there
    /// is here, if that is not empty: `setPrograms(..)` for the others. Owner only.
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a floor market
    /// @custom:error NotUpgradeable a floor market could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

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
}
