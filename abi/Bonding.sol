// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from contracts/bonding/bonding by `cargo run -p everfloor-abi`.
pragma solidity ^0.8.4;

/// @title Bonding
/// @notice Bonding of dpxETH: what is bonded, what backs it, what it is redeemed for.
interface IBonding {
    /// @notice What bonding is made with; none of it changes.
    struct BondingParams {
        // Seconds from bonding until a bond becomes dpxETH; up to 2,592,000 (30 days).
        uint256 maturity;
        // Least bond, wad of dpxETH.
        uint256 minBond;
    }

    /// @notice Whom bonding deals with.
    struct BondingPeers {
        // The put pool, whose buyer this contract is.
        address pool;
        // The collateral (WETH), 18 decimals; the pool's.
        address collateral;
        // The underlying (rDPX), 18 decimals; the pool's.
        address underlying;
        // The PriceHistory of the underlying's price in collateral; the pool's.
        address history;
        // dpxETH; zero until it is set.
        address synthetic;
    }

    /// @notice What the backing is worth at a price, in collateral, rounded down.
    struct BackingView {
        // Without puts.
        uint256 withoutPuts;
        // With what the puts of this epoch pay at that price.
        uint256 withPuts;
        // The first for each dpxETH, wad; the highest number where there are none.
        uint256 ratioWithoutPuts;
        // The second for each dpxETH, wad.
        uint256 ratioWithPuts;
    }

    /// @notice One bond.
    struct BondView {
        // Its number, from 1.
        uint256 id;
        // Who may redeem it.
        address owner;
        // How much dpxETH it becomes, wad.
        uint256 amount;
        // When, seconds since 1970.
        uint256 maturity;
        // Whether it has.
        bool redeemed;
    }

    /// @notice Bonding was made.
    event BondingCreated(
        address indexed pool,
        address collateral,
        address underlying,
        address history,
        uint256 maturity,
        uint256 minBond
    );

    /// @notice The token that bonds become was set, for good.
    event SyntheticSet(address synthetic);

    /// @notice Prices are from now on the pool's new history's.
    event HistoryChanged(address history);

    /// @notice Bonding was paused or resumed.
    event BondingPauseChanged(bool paused);

    /// @notice `payer` bonded `amount` dpxETH for `owner`: brought `underlyingPaid` and `collateralPaid` to the
    /// backing, and `premium` on top for puts on `units` with at least `strike`, the rDPX taken at `price`. The
    /// bond matures at `maturity`.
    event Bonded(
        uint256 indexed bondId,
        address indexed owner,
        address indexed payer,
        uint256 amount,
        uint256 units,
        uint256 underlyingPaid,
        uint256 collateralPaid,
        uint256 premium,
        uint256 price,
        uint256 strike,
        uint256 maturity,
        uint256 backingCollateral,
        uint256 backingUnderlying,
        uint256 supply
    );

    /// @notice A bond became `amount` dpxETH of `recipient`'s.
    event BondRedeemed(
        uint256 indexed bondId,
        address indexed owner,
        address indexed recipient,
        uint256 amount
    );

    /// @notice `amount` dpxETH of `account`'s were burned for `collateralPaid` and `underlyingPaid`, the latter
    /// counted at `price`.
    event BackingRedeemed(
        address indexed account,
        address indexed recipient,
        uint256 amount,
        uint256 collateralPaid,
        uint256 underlyingPaid,
        uint256 price,
        uint256 backingCollateral,
        uint256 backingUnderlying,
        uint256 supply
    );

    /// @notice `payer` paid `premium` for puts on `units` that were not covered any more.
    event Covered(address indexed payer, uint256 units, uint256 premium);

    /// @notice The puts paid `amount` into the backing.
    event PayoffCollected(uint256 amount, uint256 backingCollateral);

    /// @notice `owner` offers the ownership to `newOwner`, who has yet to accept it; zero withdraws an offer.
    event OwnershipTransferStarted(address indexed owner, address indexed newOwner);

    /// @notice The contract has a new owner.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice The contract has a new guardian; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);

    /// @notice The contract runs on `implementation` now.
    event Upgraded(address indexed implementation);

    /// @notice A value does not fit, or a product or sum of sane values overflowed.
    error Overflow();

    /// @notice An amount is zero where that means nothing.
    error ZeroAmount();

    /// @notice A bond of `amount` is below the least there may be.
    error BelowMinimum(uint256 amount, uint256 minimum);

    /// @notice The call ran at `nowTime`, after its `deadline`.
    error Expired(uint256 deadline, uint256 nowTime);

    /// @notice Bonding is paused; maturing, redeeming and collecting never are.
    error BondingPaused();

    /// @notice The underlying is beyond the caller's `limit`: more to be paid in, or less to be paid out.
    error SlippageUnderlying(uint256 paid, uint256 limit);

    /// @notice The collateral is beyond the caller's `limit`: more to be paid in, or less to be paid out.
    error SlippageCollateral(uint256 paid, uint256 limit);

    /// @notice The bond becomes dpxETH at `maturity`.
    error NotMatured(uint256 maturity, uint256 nowTime);

    /// @notice `amount` is more than the `supply` that is backed.
    error ExceedsSupply(uint256 amount, uint256 supply);

    /// @notice There is no price this may rest on: `status` as the price history has it, 255 if it does not
    /// answer.
    error PriceUnavailable(uint256 status);

    /// @notice A parameter, by its place in BondingParams (maturity is 0), is outside its hard bounds.
    error ParameterOutOfBounds(uint256 index, uint256 value);

    /// @notice There is no bond `id`.
    error UnknownBond(uint256 id);

    /// @notice Bond `id` is not `caller`'s.
    error NotBondOwner(uint256 id, address caller);

    /// @notice Bond `id` has become dpxETH already.
    error AlreadyRedeemed(uint256 id);

    /// @notice The pool took `premium` and had quoted `quoted`.
    error PremiumChanged(uint256 premium, uint256 quoted);

    /// @notice `token` does not say its decimals, or does not have 18.
    error UnsupportedToken(address token, uint256 decimals);

    /// @notice dpxETH is not set yet: nothing could be made of a bond.
    error SyntheticNotSet();

    /// @notice dpxETH is set, for good.
    error SyntheticAlreadySet(address present);

    /// @notice `synthetic` is made by `minter`, not by this contract.
    error SyntheticMismatch(address synthetic, address minter);

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

    /// @notice Makes the contract: owner, the put pool, parameters; once, in the call that creates the proxy.
    /// Collateral, underlying and price history are the pool's. The owner of the pool then names this contract
    /// its buyer, and the owner of this one sets dpxETH (`setSynthetic`).
    /// @custom:error Overflow
    /// @custom:error ParameterOutOfBounds
    /// @custom:error UnsupportedToken the collateral or the underlying does not have 18 decimals
    /// @custom:error NoAnswer `pool` is none
    /// @custom:error AlreadyInitialized
    /// @custom:error NotThroughProxy
    /// @custom:error ZeroAddress
    function initialize(address owner, address pool, BondingParams memory params) external;

    /// @notice Sets dpxETH, whose minter must be this contract; once. Owner only.
    /// @custom:error Overflow
    /// @custom:error SyntheticAlreadySet
    /// @custom:error SyntheticMismatch
    /// @custom:error NoAnswer
    /// @custom:error NotOwner
    /// @custom:error ZeroAddress
    function setSynthetic(address synthetic) external;

    /// @notice Bonds `amount` dpxETH for `receiver`: takes the underlying, the collateral and the premium, all
    /// of which the caller has approved, buys the puts and makes a bond that becomes dpxETH at its maturity.
    /// Bounded by `maxUnderlying`, by `maxCollateral` (premium included) and by `deadline`. What the pool
    /// refuses it refuses in its own words.
    /// @return bondId the bond
    /// @return underlyingPaid underlying
    /// @return collateralPaid collateral, premium included
    /// @return premium what of that the puts cost
    /// @custom:error Overflow
    /// @custom:error BelowMinimum
    /// @custom:error Expired
    /// @custom:error BondingPaused
    /// @custom:error SlippageUnderlying
    /// @custom:error SlippageCollateral
    /// @custom:error PriceUnavailable
    /// @custom:error PremiumChanged
    /// @custom:error SyntheticNotSet
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    function bond(
        uint256 amount,
        uint256 maxUnderlying,
        uint256 maxCollateral,
        address receiver,
        uint256 deadline
    ) external returns (uint256 bondId, uint256 underlyingPaid, uint256 collateralPaid, uint256 premium);

    /// @notice Turns a bond that is due into dpxETH for `recipient`; its owner's alone, once. Never paused.
    /// @custom:error Overflow
    /// @custom:error NotMatured
    /// @custom:error UnknownBond
    /// @custom:error NotBondOwner
    /// @custom:error AlreadyRedeemed
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    function redeem(uint256 bondId, address recipient) external;

    /// @notice Burns `amount` dpxETH of the caller's, who has approved this contract for it, for its part of
    /// the backing, if that is at least `minCollateral` and `minUnderlying`; until `deadline`. It takes no more
    /// than is worth `amount`, the underlying counted at the higher of the oracle's two prices; what it does
    /// not take stays with the others. Payoffs are collected first. Underlying that leaves is not covered from
    /// the pool's next roll on. Never paused; needs a price.
    /// @return collateralPaid collateral
    /// @return underlyingPaid underlying
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error Expired
    /// @custom:error SlippageUnderlying
    /// @custom:error SlippageCollateral
    /// @custom:error ExceedsSupply
    /// @custom:error PriceUnavailable
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error ZeroAddress
    /// @custom:error TransferFailed
    function redeemBacking(
        uint256 amount,
        uint256 minCollateral,
        uint256 minUnderlying,
        address recipient,
        uint256 deadline
    ) external returns (uint256 collateralPaid, uint256 underlyingPaid);

    /// @notice Takes the payoffs that the pool owes into the backing. Anybody may; never paused.
    /// @return amount how much, collateral
    /// @custom:error Overflow
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    function collect() external returns (uint256 amount);

    /// @notice Buys puts for underlying that is not covered, up to `units` of it: what the escrow did not pay
    /// for, or no price could be had for, is covered again at a new strike. The caller pays the premium, at
    /// most `maxPremium`, until `deadline`. Anybody may; what it costs is what keeps the floor.
    /// @return covered units
    /// @return premium what they cost, collateral
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error Expired
    /// @custom:error SlippageCollateral
    /// @custom:error PremiumChanged
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error TransferFailed
    /// @custom:error TransferMismatch
    function cover(
        uint256 units,
        uint256 maxPremium,
        uint256 deadline
    ) external returns (uint256 covered, uint256 premium);

    /// @notice Takes up the pool's price history, where that was replaced. Anybody may.
    /// @custom:error Overflow
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    function syncHistory() external;

    /// @notice Takes `amount` of the money for funding out of the pool's escrow, to `recipient`. What is
    /// missing there when the pool rolls ends cover. Anybody adds to it with the pool's `fundEscrow`. Owner
    /// only.
    /// @custom:error Overflow
    /// @custom:error NoAnswer
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    function withdrawEscrow(uint256 amount, address recipient) external;

    /// @notice Pauses or resumes bonding, and nothing else. Guardian and owner may pause, the owner resumes.
    /// @custom:error Overflow
    /// @custom:error Reentrant
    /// @custom:error NotOwner
    /// @custom:error NotGuardian
    function setBondingPaused(bool paused) external;

    /// @notice Replaces the guardian; zero is nobody. Owner only.
    /// @custom:error Overflow
    /// @custom:error NotOwner
    function setGuardian(address guardian) external;

    /// @notice Offers the ownership, which the new owner takes with `acceptOwnership`. Owner only.
    /// @custom:error Overflow
    /// @custom:error NotOwner
    function transferOwnership(address newOwner) external;

    /// @notice Takes an offered ownership.
    /// @custom:error Overflow
    /// @custom:error NotPendingOwner
    function acceptOwnership() external;

    /// @notice Who governs.
    /// @custom:error Overflow
    function owner() external view returns (address);

    /// @notice Who may take the ownership; zero is nobody.
    /// @custom:error Overflow
    function pendingOwner() external view returns (address);

    /// @notice Who may pause bonding; zero is nobody.
    /// @custom:error Overflow
    function guardian() external view returns (address);

    /// @notice Whether bonding is paused.
    /// @custom:error Overflow
    function bondingPaused() external view returns (bool);

    /// @notice What the contract was made with.
    /// @custom:error Overflow
    function params() external view returns (BondingParams memory);

    /// @notice Whom the contract deals with.
    /// @custom:error Overflow
    function peers() external view returns (BondingPeers memory);

    /// @notice What bonding `amount` dpxETH would cost now. The pool may still refuse: see `maxSupply` and the
    /// pool's views.
    /// @return underlying underlying to be paid
    /// @return collateral collateral to be paid, without the premium
    /// @return premium what is to be paid on top of it
    /// @return strike of the puts, wad
    /// @return units underlying they cover
    /// @custom:error Overflow
    /// @custom:error PriceUnavailable
    /// @custom:error NoAnswer
    function quoteBond(uint256 amount) external view returns (
        uint256 underlying,
        uint256 collateral,
        uint256 premium,
        uint256 strike,
        uint256 units
    );

    /// @notice What burning `amount` dpxETH would take of the backing now; a part of payoffs that are due comes
    /// on top.
    /// @return collateral collateral
    /// @return underlying underlying
    /// @custom:error Overflow
    /// @custom:error ZeroAmount
    /// @custom:error ExceedsSupply
    /// @custom:error PriceUnavailable
    function previewRedeemBacking(
        uint256 amount
    ) external view returns (uint256 collateral, uint256 underlying);

    /// @notice How the backing stands now, as if the pool had rolled where it could.
    /// @return collateralWad collateral, with payoffs that are due and not collected
    /// @return underlyingUnits underlying
    /// @return floorWad what it all is worth at the least, in collateral: with underlying that is worth nothing
    /// and the puts of this epoch, which pay for that
    /// @return ratioWad what it is worth at the lower of the oracle's prices, with what the puts pay there, for
    /// each dpxETH; the highest number where there are none
    /// @custom:error Overflow
    /// @custom:error PriceUnavailable
    /// @custom:error NoAnswer
    function backing() external view returns (
        uint256 collateralWad,
        uint256 underlyingUnits,
        uint256 floorWad,
        uint256 ratioWad
    );

    /// @notice What the backing would be worth at a price, wad, with the puts of this epoch and without; needs
    /// no oracle.
    /// @custom:error Overflow
    /// @custom:error NoAnswer
    function backingAt(uint256 price) external view returns (BackingView memory);

    /// @notice All dpxETH ever bonded and not burned, matured or not.
    /// @custom:error Overflow
    function supply() external view returns (uint256);

    /// @notice The most of it that the pool's liquidity supports now.
    /// @custom:error Overflow
    /// @custom:error NoAnswer
    function maxSupply() external view returns (uint256);

    /// @notice How long the treasury's escrow in the pool lasts: the pool's `quoteFunding`.
    /// @return needed what the next roll would take at the present mark and volatility, collateral
    /// @return escrow what there is
    /// @return runwayEpochs how many such rolls it pays for; the highest number if they cost nothing
    /// @custom:error Overflow
    /// @custom:error NoAnswer
    function runway() external view returns (uint256 needed, uint256 escrow, uint256 runwayEpochs);

    /// @notice One bond.
    /// @custom:error Overflow
    /// @custom:error UnknownBond
    function bondOf(uint256 id) external view returns (BondView memory);

    /// @notice Bonds of an owner, redeemed ones among them, from the newest to the oldest, at most `limit` and
    /// 100.
    /// @param owner whose
    /// @param cursor number of the first, one of his; 0 for the newest
    /// @param limit how many
    /// @return list the bonds
    /// @return next the cursor of the next page; 0 at the end
    /// @custom:error Overflow
    /// @custom:error UnknownBond
    function bondsOf(
        address owner,
        uint256 cursor,
        uint256 limit
    ) external view returns (BondView[] memory list, uint256 next);

    /// @notice Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a
    /// contract answers it, at its own address only.
    /// @custom:error Overflow
    /// @custom:error UUPSUnauthorizedCallContext asked through a proxy
    function proxiableUUID() external view returns (bytes32);

    /// @notice Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    /// @custom:error Overflow
    function UPGRADE_INTERFACE_VERSION() external view returns (string memory);

    /// @notice Replaces the code by `newImplementation`, which then does `data` on what there is here, if that
    /// is not empty. Owner only; not in the middle of another call.
    /// @custom:error Overflow
    /// @custom:error NoExtension
    /// @custom:error NotThroughProxy
    /// @custom:error Reentrant in the middle of another call
    /// @custom:error NotOwner
    /// @custom:error ERC1967InvalidImplementation it is no implementation
    /// @custom:error UUPSUnsupportedProxiableUUID it is one for another kind of proxy
    /// @custom:error ProgramMismatch not one of a bonding contract
    /// @custom:error NotUpgradeable a bonding contract could never be upgraded again
    function upgradeToAndCall(address newImplementation, bytes memory data) external;
}
