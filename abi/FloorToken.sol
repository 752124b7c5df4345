// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/floor/floor-token by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title FloorToken
/// @notice The token.
interface IFloorToken {
    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice (ERC-20.)
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @notice (ERC-20.)
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice The token was made. Its name and symbol are the ASCII texts that the words begin with.
    event TokenCreated(address indexed market, address asset, bytes32 name, bytes32 symbol);

    /// @notice `fp` of `account` became `shares` of `to`, and the caller brought `cash`.
    event Wrapped(
        address indexed caller,
        address indexed account,
        address indexed to,
        uint256 fp,
        uint256 shares,
        uint256 cash
    );

    /// @notice `shares` of the caller became `fp` of `account` and `cash` for `to`, of which waits in the
    /// market what it could not pay (`ticket`, 0 if nothing); where `cash` is negative the account paid it.
    event Unwrapped(
        address indexed caller,
        address indexed account,
        address indexed to,
        uint256 shares,
        uint256 fp,
        int256 cash,
        uint256 ticket
    );

    /// @notice `account` bought `fp` of the account behind the shares at `price`, to clear its debt.
    event Deleveraged(address indexed account, uint256 fp, uint256 price);

    /// @notice After the end of the market, `shares` of `holder` were given back, and `paid` was paid to `to`
    /// for these and those before.
    event RedeemedAfterEnd(address indexed holder, address indexed to, uint256 shares, uint256 paid);

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

    /// @notice An amount is zero where that means nothing, or so small that nothing would come of it.
    error ZeroAmount();

    /// @notice Nothing is due.
    error NothingToPay();

    /// @notice The first to wrap brings `fp`, which must be more than the `least` that is locked for good.
    error BelowMinimum(uint256 fp, uint256 least);

    /// @notice There are `shares`, and no FP any more: nothing says what one is worth in FP.
    error NoBacking(uint256 shares);

    /// @notice `shares` are more than the `supply` there is.
    error ExceedsSupply(uint256 shares, uint256 supply);

    /// @notice The account behind the shares owes, it has `cash`: nobody wraps before that is cleared
    /// (`deleverage`).
    error InDebt(int256 cash);

    /// @notice The account behind the shares owes nothing: it has `cash`.
    error NotInDebt(int256 cash);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice `caller` may not act for `account` in the market.
    error NotOperator(address account, address caller);

    /// @notice There would be fewer `shares` than the caller's `limit`.
    error SharesBelowLimit(uint256 shares, uint256 limit);

    /// @notice There would be less `fp` than the caller's `limit`.
    error FpBelowLimit(uint256 fp, uint256 limit);

    /// @notice What the caller would bring is above his `limit`.
    error CashAboveLimit(uint256 cash, uint256 limit);

    /// @notice There would be less `cash` than the caller's `limit`; negative is what the account would pay.
    error CashBelowLimit(int256 cash, int256 limit);

    /// @notice The price is above the caller's `limit`.
    error PriceAboveLimit(uint256 price, uint256 limit);

    /// @notice The market does not make the trade of FP: `outcome` 1 this token's account cannot, 2 the
    /// caller's cannot; `reason` is the selector of its error, with the values `first` and `second`.
    error TradeRefused(uint8 outcome, bytes4 reason, uint256 first, uint256 second);

    /// @notice The payment of an epoch is due, and longer than is made here: the market's `pokeFunding` makes
    /// it.
    error FundingNotPaid();

    /// @notice The market has no mark: `status` as its `markPrice` has it.
    error NoMark(uint256 status);

    /// @notice (ERC-6093.)
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);

    /// @notice (ERC-6093.)
    error ERC20InvalidReceiver(address receiver);

    /// @notice (ERC-6093.)
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);

    /// @notice (ERC-6093.)
    error ERC20InvalidApprover(address approver);

    /// @notice (ERC-6093.)
    error ERC20InvalidSpender(address spender);

    /// @notice A permit came after its `deadline`.
    error ERC2612ExpiredSignature(uint256 deadline);

    /// @notice A permit is signed by `signer` (zero: by nobody) and not by its `owner`.
    error ERC2612InvalidSigner(address signer, address owner);

    error PriceUnavailable(uint256 source, uint256 status);

    /// @notice Makes the token of a market; once, in the call that creates the proxy. Name and symbol are the
    /// ASCII texts that the words begin with.
    /// @custom:error NoAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error Expired
    /// @custom:error NotOperator
    function initialize(address market, bytes32 name, bytes32 symbol) external;

    /// @notice Makes shares for `to` of `fp` of `account`, for which the caller may act in the market and which
    /// has made this contract its operator. What the account does not have, it sells short. The caller brings
    /// the shares' part of the cash, which he has approved. The market pays what funding is due before. Refused
    /// while there is debt. At least `minShares`, for at most `maxCash`, until `deadline`.
    /// @return shares for `to`; of the first ever made, a thousand-millionth of one FP is kept back for good
    /// @return cash what the caller brought, wei
    /// @custom:error NoAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error BelowMinimum
    /// @custom:error NoBacking
    /// @custom:error InDebt
    /// @custom:error Expired
    /// @custom:error NotOperator
    /// @custom:error SharesBelowLimit
    /// @custom:error CashAboveLimit
    /// @custom:error TradeRefused
    /// @custom:error FundingNotPaid
    /// @custom:error ERC20InvalidReceiver
    function wrap(
        address account,
        uint256 fp,
        uint256 minShares,
        uint256 maxCash,
        address to,
        uint256 deadline
    ) external returns (uint256 shares, uint256 cash);

    /// @notice Takes `shares` of the caller's back: `account`, for which he may act in the market and which has
    /// made this contract its operator, gets their part of the FP, `to` that of the cash; while there is debt,
    /// the account pays for leaving its part of it behind instead, and the market's fee on that. The market
    /// pays what funding is due before, if it has prices. At least `minFp` and `minCash` (negative: paying at
    /// most that), until `deadline`.
    /// @return fp for the account
    /// @return cash for `to`, wei; negative is what the account paid
    /// @return ticket the place in the market's queue of what of it could not be paid at once, which is `to`'s;
    /// 0 if all was
    /// @custom:error NoAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error ExceedsSupply
    /// @custom:error Expired
    /// @custom:error NotOperator
    /// @custom:error FpBelowLimit
    /// @custom:error CashBelowLimit
    /// @custom:error TradeRefused
    /// @custom:error FundingNotPaid
    /// @custom:error ERC20InsufficientBalance
    /// @custom:error PriceUnavailable
    function unwrap(
        uint256 shares,
        address account,
        uint256 minFp,
        int256 minCash,
        address to,
        uint256 deadline
    ) external returns (uint256 fp, int256 cash, uint256 ticket);

    /// @notice Sells FP of the account behind the shares to `account`, for which the caller may act in the
    /// market and which has made this contract its operator, at the market's mark: at most `fp`, and no more
    /// than clears the debt. For anybody, while there is debt; at most at `maxPrice`, until `deadline`. The
    /// account pays the market's fee.
    /// @return sold FP, wei
    /// @return price of one, wei
    /// @custom:error NoAnswer
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error NotInDebt
    /// @custom:error Expired
    /// @custom:error NotOperator
    /// @custom:error PriceAboveLimit
    /// @custom:error TradeRefused
    /// @custom:error FundingNotPaid
    /// @custom:error NoMark
    function deleverage(
        address account,
        uint256 fp,
        uint256 maxPrice,
        uint256 deadline
    ) external returns (uint256 sold, uint256 price);

    /// @notice Takes `shares` of the caller's back after the end of the market, and pays `to` what they and
    /// those he gave back before are due by now: their part of all that the market has paid for the account.
    /// More may come; zero shares ask for that. Closes the account in the market and takes what is due of it.
    /// Never paused.
    /// @return paid what was paid, wei
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error Overflow
    /// @custom:error NothingToPay
    /// @custom:error ERC20InsufficientBalance
    function redeemAfterEnd(uint256 shares, address to) external returns (uint256 paid);

    /// @notice The market.
    function market() external view returns (address);

    /// @notice Its cash token, in which wrappers bring their part of the cash.
    function asset() external view returns (address);

    /// @notice What the account behind the shares has, up to the last payment of funding.
    /// @return cash wei; negative is debt
    /// @return fp wei
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error Overflow
    function backing() external view returns (int256 cash, uint256 fp);

    /// @notice FP of one share (10^18), wei, rounded down.
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error Overflow
    function fpPerShare() external view returns (uint256);

    /// @notice Cash of one share (10^18), wei, rounded down; negative is debt.
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error Overflow
    function cashPerShare() external view returns (int256);

    /// @notice What wrapping would do at the last payment of funding.
    /// @return shares for whoever is named
    /// @return cash what the caller would bring, wei
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error BelowMinimum
    /// @custom:error NoBacking
    /// @custom:error InDebt
    function previewWrap(uint256 fp) external view returns (uint256 shares, uint256 cash);

    /// @notice What unwrapping would do at the last payment of funding.
    /// @return fp for the account
    /// @return cash for whoever is named, wei; negative is what the account would pay, before the market's fee
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error ExceedsSupply
    function previewUnwrap(uint256 shares) external view returns (uint256 fp, int256 cash);

    /// @notice What `deleverage` would sell now at most.
    /// @return fp wei
    /// @return price of one, wei
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error NotInDebt
    /// @custom:error NoMark
    function previewDeleverage() external view returns (uint256 fp, uint256 price);

    /// @notice What somebody gave back after the end of the market.
    /// @return shares how many
    /// @return paid what he was paid for them so far, wei
    function givenAfterEnd(address holder) external view returns (uint256 shares, uint256 paid);

    /// @notice The token's name.
    function name() external view returns (string memory);

    /// @notice Its symbol.
    function symbol() external view returns (string memory);

    /// @notice Of shares: 18.
    function decimals() external view returns (uint8);

    /// @notice All shares.
    function totalSupply() external view returns (uint256);

    /// @notice Those of an account.
    function balanceOf(address account) external view returns (uint256);

    /// @notice How many of an owner's shares somebody may move; the highest number is any.
    function allowance(address owner, address spender) external view returns (uint256);

    /// @notice Lets somebody move so many of the caller's shares.
    /// @custom:error Overflow
    /// @custom:error ERC20InvalidApprover
    /// @custom:error ERC20InvalidSpender
    function approve(address spender, uint256 value) external returns (bool);

    /// @notice Moves shares of the caller's.
    /// @custom:error Overflow
    /// @custom:error ERC20InsufficientBalance
    /// @custom:error ERC20InvalidReceiver
    function transfer(address to, uint256 value) external returns (bool);

    /// @notice Moves shares of somebody's who has let the caller.
    /// @custom:error Overflow
    /// @custom:error ERC20InsufficientBalance
    /// @custom:error ERC20InvalidReceiver
    /// @custom:error ERC20InsufficientAllowance
    function transferFrom(address from, address to, uint256 value) external returns (bool);

    /// @notice Lets somebody move so many of an owner's shares, who has signed it; until `deadline`. For
    /// anybody to bring.
    /// @custom:error Overflow
    /// @custom:error ERC20InvalidApprover
    /// @custom:error ERC20InvalidSpender
    /// @custom:error ERC2612ExpiredSignature
    /// @custom:error ERC2612InvalidSigner
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice How many permits of an owner were taken: what the next one is signed with.
    function nonces(address owner) external view returns (uint256);

    /// @notice The hash of the domain that permits are signed for.
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    /// @custom:error Overflow
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
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
    /// @custom:error ProgramMismatch not one of a market's token
    /// @custom:error NotUpgradeable a market's token could never be upgraded again
    /// @custom:error Overflow
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
