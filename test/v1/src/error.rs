//! Why V1 would revert: one variant for each of its messages.

use core::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A revert of V1, named after its message, which is what it displays as.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum V1Error {
            $($(#[$doc])* $name,)+
        }

        impl fmt::Display for V1Error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(V1Error::$name => $text,)+
                })
            }
        }
    };
}

errors! {
    /// The market is not registered with the insurance fund.
    AmmNotFound = "amm not found",
    /// The action needs an open market.
    AmmWasClosed = "amm was closed",
    /// Settlement needs a market that was shut down.
    AmmIsOpen = "amm is open",
    /// An argument that must not be zero is.
    InputIsZero = "input is 0",
    /// The amount is nothing in token units.
    InvalidTokenAmount = "invalid token amount",
    /// The trader has no position.
    PositionSizeIsZero = "positionSize is 0",
    /// The margin ratio is too low to trade, or too high to be liquidated.
    MarginRatio = "Margin ratio not meet criteria",
    /// A second action in a block with a liquidation.
    OnlyOneAction = "only one action allowed",
    /// The position would leave a debt behind.
    BadDebt = "bad debt",
    /// Reversing a position that is worth less than nothing.
    ReduceUnderwater = "reduce an underwater position",
    /// Reducing would leave no open notional.
    OpenNotionalNotPositive = "value of openNotional <= 0",
    /// The position would exceed the market's largest size.
    PositionUpperBound = "hit position size upper bound",
    /// The market's open interest would exceed its cap.
    OverOpenInterestCap = "over limit",
    /// More is asked for than there is margin.
    MarginNotEnough = "margin is not enough",
    /// The margin that is left would not carry the position.
    FreeCollateralNotEnough = "free collateral is not enough",
    /// A loss is left, and the caller is not on the list of those who may cause it.
    NotBackstop = "not backstop LP",
    /// The swap gives less quote than demanded.
    LessThanMinimalQuote = "Less than minimal quote token",
    /// The swap costs more quote than allowed.
    MoreThanMaximalQuote = "More than maximal quote token",
    /// The swap gives less base than demanded.
    LessThanMinimalBase = "Less than minimal base token",
    /// The swap costs more base than allowed.
    MoreThanMaximalBase = "More than maximal base token",
    /// One swap takes too much of the reserve.
    OverTradingLimit = "over trading limit",
    /// The swap would empty the quote reserve.
    QuoteAssetAfterIsZero = "quote asset after is 0",
    /// The swap would empty the base reserve.
    BaseAssetAfterIsZero = "base asset after is 0",
    /// An earlier swap of this block left the price outside its bounds.
    AlreadyOverFluctuation = "price is already over fluctuation limit",
    /// This swap would put the price outside its bounds.
    OverFluctuation = "price is over fluctuation limit",
    /// The oracle says zero.
    UnderlyingPriceIsZero = "underlying price is 0",
    /// The funding period has not ended.
    SettleFundingTooEarly = "settle funding too early",
    /// Migration by one changes nothing.
    MultiplierIsOne = "multiplier can't be 1",
    /// The migrated curve could not hold the traders' positions.
    IllegalLiquidityMultiplier = "illegal liquidity multiplier",
    /// The partial liquidation ratio exceeds one.
    InvalidPartialLiquidationRatio = "invalid partial liquidation ratio",
    /// The clearing house is paused.
    Paused = "Pausable: paused",
    /// The insurance fund holds less than it is asked for.
    FundNotEnough = "Fund not enough",
    /// The payer holds less than it should pay.
    TransferFailed = "DecimalERC20: transfer failed",
    /// The trader's wallet holds less than is pulled from it.
    TransferFromFailed = "DecimalERC20: transferFrom failed",
    /// An unsigned number would become negative.
    SubtractionOverflow = "SafeMath: subtraction overflow",
    /// A number does not fit (here: 127 bits, where V1 had 255).
    Overflow = "SafeMath: multiplication overflow",
    /// A division by zero.
    DivisionByZero = "SafeMath: division by zero",
    /// An argument below zero, which V1's unsigned types could not even express.
    NegativeInput = "negative input",
}

impl core::error::Error for V1Error {}
