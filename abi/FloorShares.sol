// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/floor-shares by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorShares
/// @notice Shares of the NFTs of a collection.
interface IFloorShares {
    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice Shares of a collection's NFTs can be made; the owner of `market` may replace the code.
    event SharesCreated(address indexed collection, address indexed cash, address indexed market);

    /// @notice Shares went from `sender` to `receiver`; nobody's are made or burned. (ERC-6909)
    event Transfer(
        address caller,
        address indexed sender,
        address indexed receiver,
        uint256 indexed id,
        uint256 amount
    );

    /// @notice `spender` may move all shares of `owner`, or no longer. (ERC-6909)
    event OperatorSet(address indexed owner, address indexed spender, bool approved);

    /// @notice `spender` may move so many shares of `owner`. (ERC-6909)
    event Approval(address indexed owner, address indexed spender, uint256 indexed id, uint256 amount);

    /// @notice NFT `id` came in.
    event Fractionalized(uint256 indexed id, address indexed from, address indexed to);

    /// @notice NFT `id` went out to whom had all its shares, or bought them.
    event Recombined(uint256 indexed id, address indexed from, address indexed to);

    /// @notice `initiator` stakes `shares`, has brought `cash` for the others, and buys them at `ends` unless
    /// somebody buys his.
    event BuyOutStarted(
        uint256 indexed id,
        address indexed initiator,
        uint256 shares,
        uint256 price,
        uint256 cash,
        uint256 ends
    );

    /// @notice A better offer took an offer's place: its maker has his shares back and may claim `cash`.
    event BuyOutOutbid(uint256 indexed id, address indexed initiator, uint256 shares, uint256 cash);

    /// @notice `buyer` bought the initiator's `shares` for `paid`; the initiator may claim that and his `cash`.
    event BuyOutCountered(
        uint256 indexed id,
        address indexed initiator,
        address indexed buyer,
        uint256 shares,
        uint256 paid,
        uint256 cash
    );

    /// @notice NFT `id` is the initiator's; `left` shares are worth `pot`.
    event BuyOutFinished(uint256 indexed id, address indexed initiator, uint256 left, uint256 pot);

    /// @notice Shares of a sold NFT were burned for `cash`, which was paid to `to`; nobody is that the holder
    /// may claim it.
    event Redeemed(
        uint256 indexed id,
        address indexed holder,
        address indexed to,
        uint256 shares,
        uint256 cash
    );

    /// @notice What was due to an account was paid to it.
    event Claimed(address indexed account, uint256 cash);

    /// @notice An auctioned NFT was taken for `price`, of which its owner's account gave `price - paid` back:
    /// `buyer` has `shares` of it, `owner` the rest.
    event TakenInPart(
        address indexed market,
        uint256 indexed auction,
        uint256 indexed id,
        address buyer,
        address owner,
        uint256 price,
        uint256 paid,
        uint256 shares
    );

    /// @notice A contract this one depends on did not answer as it should.
    error NoAnswer(address from);

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

    /// @notice An account that never owes cash would have this much.
    error NegativeCash(int256 cash);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice The price is above the caller's `limit`.
    error PriceAboveLimit(uint256 price, uint256 limit);

    /// @notice This may be done after `from`, and the call ran at `nowTime`.
    error TooEarly(uint256 from, uint256 nowTime);

    /// @notice What the caller would pay is above his `limit`.
    error CashAboveLimit(uint256 cash, uint256 limit);

    /// @notice `caller` may not act for `account`.
    error NotOperator(address account, address caller);

    /// @notice NFT `id` is not locked here, or not by who asks for it, or it is being auctioned.
    error UnknownNft(uint256 id);

    /// @notice NFT `id` is not held here, or is held and should not be yet.
    error NotHeld(uint256 id);

    /// @notice There are `shares` of NFT `id`: it is held, or they have not been redeemed.
    error SharesLeft(uint256 id, uint256 shares);

    /// @notice NFT `id` has not been sold to one of its owners.
    error NotSold(uint256 id);

    /// @notice Nobody offers to buy NFT `id` out.
    error NoBuyOut(uint256 id);

    /// @notice An offer must stake at least `least` shares, and no more than there are.
    error StakeOutOfBounds(uint256 shares, uint256 least);

    /// @notice Another offer runs: one that takes its place must be of `least`.
    error OfferTooLow(uint256 price, uint256 least);

    /// @notice The offer could be answered until `ended`.
    error BuyOutOver(uint256 ended, uint256 nowTime);

    /// @notice `market` is not one of this collection and cash, or does not answer as one.
    error NotThisMarket(address market);

    /// @notice Auction `id` is its owner's own sale and not a liquidation.
    error NotLiquidation(uint256 id);

    /// @notice A market said that it paid, and made it wait as `ticket`.
    error NotPaid(uint256 ticket);

    /// @notice `owner` has fewer shares than he would move.
    error ERC6909InsufficientBalance(address owner, uint256 balance, uint256 needed, uint256 id);

    /// @notice `spender` may move fewer shares than he would.
    error ERC6909InsufficientAllowance(address spender, uint256 allowance, uint256 needed, uint256 id);

    /// @notice `receiver` cannot have shares: nobody, or this contract.
    error ERC6909InvalidReceiver(address receiver);

    /// @notice `spender` cannot be allowed anything: nobody.
    error ERC6909InvalidSpender(address spender);

    /// @notice Makes the contract, once, in the call that creates its proxy: of which collection there are
    /// shares, what they are bought out with, and the market whose owner may replace the code.
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    function initialize(address collection, address cash, address market) external;

    /// @notice Takes NFTs of the caller's, who has approved this contract; all shares of each are `to`'s.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error UnknownNft
    /// @custom:error SharesLeft
    /// @custom:error ERC6909InvalidReceiver
    function fractionalize(uint256[] memory ids, address to) external;

    /// @notice Burns all shares of an NFT, which are the caller's, and gives it to `to`.
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error UnknownNft
    /// @custom:error ERC6909InsufficientBalance
    function recombine(uint256 id, address to) external;

    /// @notice Offers to buy all other shares of an NFT at `price` for all of it: stakes `shares` of the
    /// caller's, at least a tenth, and takes the money for the others from the caller, who has approved it;
    /// until `deadline`. Takes the place of a running offer that it betters by a twentieth.
    /// @return cash what was taken, wei, rounded up
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error Expired
    /// @custom:error TooEarly
    /// @custom:error NotHeld
    /// @custom:error StakeOutOfBounds
    /// @custom:error OfferTooLow
    /// @custom:error BuyOutOver
    /// @custom:error ERC6909InsufficientBalance
    function startBuyOut(
        uint256 id,
        uint256 shares,
        uint256 price,
        uint256 deadline
    ) external returns (uint256 cash);

    /// @notice Buys the shares of an offer's maker at the offer's own price, which must be no more than
    /// `maxPrice` for all of the NFT; until `deadline`. The caller has approved the money. The offer is over,
    /// and its maker claims this and what he brought.
    /// @return shares what was bought
    /// @return paid for how much, wei, rounded up
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error NoBuyOut
    /// @custom:error BuyOutOver
    /// @custom:error ERC6909InsufficientBalance
    function counter(
        uint256 id,
        uint256 maxPrice,
        uint256 deadline
    ) external returns (uint256 shares, uint256 paid);

    /// @notice Gives an NFT to whose offer for it was not answered in time; what he brought is from now on for
    /// the others. For anybody.
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error TooEarly
    /// @custom:error UnknownNft
    /// @custom:error NoBuyOut
    /// @custom:error ERC6909InsufficientBalance
    function finishBuyOut(uint256 id) external;

    /// @notice Burns shares of the caller's of an NFT that was sold, for their part of the money, to `to`.
    /// @return cash what was paid, wei, rounded down
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error NotSold
    /// @custom:error ERC6909InsufficientBalance
    function redeem(uint256 id, uint256 shares, address to) external returns (uint256 cash);

    /// @notice Burns all shares that `holder` has of an NFT that was sold 30 days ago or longer, for their part
    /// of the money, which he may claim. For anybody.
    /// @return cash what he may claim more, wei, rounded down
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error TooEarly
    /// @custom:error NotSold
    /// @custom:error ERC6909InsufficientBalance
    function redeemFor(address holder, uint256 id) external returns (uint256 cash);

    /// @notice Pays an account what is due to it. For anybody, always.
    /// @return cash what was paid, wei
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    function claim(address account) external returns (uint256 cash);

    /// @notice Takes one NFT of a liquidation for as much of its shares as its owner needs the money: brings
    /// its price, no more than `maxPrice`, from the caller, who has approved it, and gives back what the
    /// owner's account does not need; until `deadline`. The caller ends up having paid no more than `maxCash`.
    /// The owner has made this contract his operator in `market`, and has the rest of the shares. Nothing here
    /// is lent for it: all is done at once, or nothing.
    /// @return paid what the caller paid in the end, wei
    /// @return shares what he got for it
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error FundingPending
    /// @custom:error NegativeCash
    /// @custom:error Expired
    /// @custom:error PriceAboveLimit
    /// @custom:error CashAboveLimit
    /// @custom:error NotOperator the owner has not
    /// @custom:error UnknownNft
    /// @custom:error SharesLeft
    /// @custom:error NotThisMarket
    /// @custom:error NotLiquidation it is the owner's own sale
    /// @custom:error NotPaid
    /// @custom:error ERC6909InvalidReceiver
    function take(
        address market,
        uint256 auction,
        uint256 id,
        uint256 maxPrice,
        uint256 maxCash,
        uint256 deadline
    ) external returns (uint256 paid, uint256 shares);

    /// @notice Moves shares of the caller's.
    /// @custom:error Overflow
    /// @custom:error ERC6909InsufficientBalance
    /// @custom:error ERC6909InvalidReceiver
    function transfer(address receiver, uint256 id, uint256 amount) external returns (bool);

    /// @notice Moves shares of another's, as his operator or out of what he has approved.
    /// @custom:error Overflow
    /// @custom:error ERC6909InsufficientBalance
    /// @custom:error ERC6909InsufficientAllowance
    /// @custom:error ERC6909InvalidReceiver
    function transferFrom(address sender, address receiver, uint256 id, uint256 amount) external returns (bool);

    /// @notice Lets `spender` move so many shares of the caller's; the highest number is any.
    /// @custom:error Overflow
    /// @custom:error ERC6909InvalidSpender
    function approve(address spender, uint256 id, uint256 amount) external returns (bool);

    /// @notice Lets `spender` move all shares of the caller's, or no longer.
    /// @custom:error Overflow
    /// @custom:error ERC6909InvalidSpender
    function setOperator(address spender, bool approved) external returns (bool);

    /// @notice The shares that somebody has of an NFT.
    /// @custom:error Overflow
    function balanceOf(address owner, uint256 id) external view returns (uint256);

    /// @notice The shares that `spender` may move of an NFT's of `owner`.
    /// @custom:error Overflow
    function allowance(address owner, address spender, uint256 id) external view returns (uint256);

    /// @notice Whether `spender` may move all shares of `owner`.
    /// @custom:error Overflow
    function isOperator(address owner, address spender) external view returns (bool);

    /// @notice The shares there are of an NFT: `10^18` while it is held, less while a sale is being redeemed,
    /// or none.
    /// @custom:error Overflow
    function totalSupply(uint256 id) external view returns (uint256);

    /// @notice Whether this is of an interface (ERC-165).
    /// @custom:error Overflow
    function supportsInterface(bytes4 interface_) external view returns (bool);

    /// @notice The collection.
    /// @custom:error Overflow
    function collection() external view returns (address);

    /// @notice The market whose owner may replace the code.
    /// @custom:error Overflow
    function market() external view returns (address);

    /// @notice The cash token.
    /// @custom:error Overflow
    function cash() external view returns (address);

    /// @notice The offer for an NFT.
    /// @return initiator whose; zero is that there is none
    /// @return shares what he staked
    /// @return price for all of the NFT, wei
    /// @return cash what he brought, wei
    /// @return ends until when it can be answered
    /// @custom:error Overflow
    function buyOut(
        uint256 id
    ) external view returns (address initiator, uint256 shares, uint256 price, uint256 cash, uint256 ends);

    /// @notice What `counter` would cost now, wei.
    /// @custom:error Overflow
    /// @custom:error NoBuyOut
    /// @custom:error BuyOutOver
    function counterCost(uint256 id) external view returns (uint256);

    /// @notice From when an account may offer for an NFT; 0 is always.
    /// @custom:error Overflow
    function mayOfferFrom(uint256 id, address account) external view returns (uint256);

    /// @notice What is left of an NFT's sale to one of its owners.
    /// @return shares those that are not redeemed; 0 if there was none, or it is over
    /// @return pot what there is for them, wei
    /// @return keptUntil from when on anybody may redeem for others
    /// @custom:error Overflow
    /// @custom:error NotSold
    function saleOf(uint256 id) external view returns (uint256 shares, uint256 pot, uint256 keptUntil);

    /// @notice What an account may claim, wei.
    /// @custom:error Overflow
    function claimable(address account) external view returns (uint256);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    /// @custom:error Overflow
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code by `newImplementation`, which then does `data` on what there is here, if that
    /// is not empty. For the owner of the market only; not in the middle of another call.
    /// @custom:error NoAnswer
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of shares of a collection
    /// @custom:error NotUpgradeable shares of a collection could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
