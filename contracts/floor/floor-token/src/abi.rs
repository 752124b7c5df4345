//! The events and errors of the contract.

#![allow(missing_docs, reason = "generated items; the declarations carry the documentation")]

/// Errors. Shares, FP and cash have 18 decimals, prices are wei for one FP.
pub mod errors {
    alloy_sol_types::sol! {
        /// A value does not fit, or a product or sum of sane values overflowed.
        #[derive(Debug, PartialEq, Eq)]
        error Overflow();
        /// An amount is zero where that means nothing, or so small that nothing would come of it.
        #[derive(Debug, PartialEq, Eq)]
        error ZeroAmount();
        /// Nothing is due.
        #[derive(Debug, PartialEq, Eq)]
        error NothingToPay();
        /// The first to wrap brings `fp`, which must be more than the `least` that is locked for good.
        #[derive(Debug, PartialEq, Eq)]
        error BelowMinimum(uint256 fp, uint256 least);
        /// There are `shares`, and no FP any more: nothing says what one is worth in FP.
        #[derive(Debug, PartialEq, Eq)]
        error NoBacking(uint256 shares);
        /// `shares` are more than the `supply` there is.
        #[derive(Debug, PartialEq, Eq)]
        error ExceedsSupply(uint256 shares, uint256 supply);
        /// The account behind the shares owes, it has `cash`: nobody wraps before that is cleared (`deleverage`).
        #[derive(Debug, PartialEq, Eq)]
        error InDebt(int256 cash);
        /// The account behind the shares owes nothing: it has `cash`.
        #[derive(Debug, PartialEq, Eq)]
        error NotInDebt(int256 cash);
        /// The call ran at `nowTime`, after its `deadline`.
        #[derive(Debug, PartialEq, Eq)]
        error Expired(uint256 deadline, uint256 nowTime);
        /// `caller` may not act for `account` in the market.
        #[derive(Debug, PartialEq, Eq)]
        error NotOperator(address account, address caller);
        /// There would be fewer `shares` than the caller's `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error SharesBelowLimit(uint256 shares, uint256 limit);
        /// There would be less `fp` than the caller's `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error FpBelowLimit(uint256 fp, uint256 limit);
        /// What the caller would bring is above his `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error CashAboveLimit(uint256 cash, uint256 limit);
        /// There would be less `cash` than the caller's `limit`; negative is what the account would pay.
        #[derive(Debug, PartialEq, Eq)]
        error CashBelowLimit(int256 cash, int256 limit);
        /// The price is above the caller's `limit`.
        #[derive(Debug, PartialEq, Eq)]
        error PriceAboveLimit(uint256 price, uint256 limit);
        /// The market does not make the trade of FP: `outcome` 1 this token's account cannot, 2 the caller's cannot; `reason`
        /// is the selector of its error, with the values `first` and `second`.
        #[derive(Debug, PartialEq, Eq)]
        error TradeRefused(uint8 outcome, bytes4 reason, uint256 first, uint256 second);
        /// The payment of an epoch is due, and longer than is made here: the market's `pokeFunding` makes it.
        #[derive(Debug, PartialEq, Eq)]
        error FundingNotPaid();
        /// The market has no mark: `status` as its `markPrice` has it.
        #[derive(Debug, PartialEq, Eq)]
        error NoMark(uint256 status);

        /// (ERC-6093.)
        #[derive(Debug, PartialEq, Eq)]
        error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
        /// (ERC-6093.)
        #[derive(Debug, PartialEq, Eq)]
        error ERC20InvalidReceiver(address receiver);
        /// (ERC-6093.)
        #[derive(Debug, PartialEq, Eq)]
        error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
        /// (ERC-6093.)
        #[derive(Debug, PartialEq, Eq)]
        error ERC20InvalidApprover(address approver);
        /// (ERC-6093.)
        #[derive(Debug, PartialEq, Eq)]
        error ERC20InvalidSpender(address spender);
        /// A permit came after its `deadline`.
        #[derive(Debug, PartialEq, Eq)]
        error ERC2612ExpiredSignature(uint256 deadline);
        /// A permit is signed by `signer` (zero: by nobody) and not by its `owner`.
        #[derive(Debug, PartialEq, Eq)]
        error ERC2612InvalidSigner(address signer, address owner);
    }
}

/// Events.
pub mod events {
    alloy_sol_types::sol! {
        /// (ERC-20.)
        #[derive(Debug, PartialEq, Eq)]
        event Transfer(address indexed from, address indexed to, uint256 value);
        /// (ERC-20.)
        #[derive(Debug, PartialEq, Eq)]
        event Approval(address indexed owner, address indexed spender, uint256 value);
        /// The token was made. Its name and symbol are the ASCII texts that the words begin with.
        #[derive(Debug, PartialEq, Eq)]
        event TokenCreated(address indexed market, address asset, bytes32 name, bytes32 symbol);
        /// `fp` of `account` became `shares` of `to`, and the caller brought `cash`.
        #[derive(Debug, PartialEq, Eq)]
        event Wrapped(address indexed caller, address indexed account, address indexed to, uint256 fp, uint256 shares, uint256 cash);
        /// `shares` of the caller became `fp` of `account` and `cash` for `to`, of which waits in the market what it could not
        /// pay (`ticket`, 0 if nothing); where `cash` is negative the account paid it.
        #[derive(Debug, PartialEq, Eq)]
        event Unwrapped(address indexed caller, address indexed account, address indexed to, uint256 shares, uint256 fp, int256 cash, uint256 ticket);
        /// `account` bought `fp` of the account behind the shares at `price`, to clear its debt.
        #[derive(Debug, PartialEq, Eq)]
        event Deleveraged(address indexed account, uint256 fp, uint256 price);
        /// After the end of the market, `shares` of `holder` were given back, and `paid` was paid to `to` for these and those
        /// before.
        #[derive(Debug, PartialEq, Eq)]
        event RedeemedAfterEnd(address indexed holder, address indexed to, uint256 shares, uint256 paid);
    }
}
