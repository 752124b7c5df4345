//! ArbInfo (0x65), ArbGasInfo (0x6c) and ArbOwnerPublic (0x6b): what clients ask about accounts, prices and owners.

use super::{Answer, Call, NETWORK_FEE_ACCOUNT, Purity};
use crate::evm::{MAX_TX_GAS, sure};
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolInterface, sol};
use revm::context_interface::{ContextTr, JournalTr};

sol! {
    /// The interface of ArbInfo.
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes memory);
    }

    /// The interface of ArbGasInfo.
    interface ArbGasInfo {
        function getPricesInWeiWithAggregator(address aggregator)
            external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInArbGasWithAggregator(address aggregator)
            external view returns (uint256, uint256, uint256);
        function getPricesInArbGas() external view returns (uint256, uint256, uint256);
        function getGasAccountingParams() external view returns (uint256, uint256, uint256);
        function getMaxTxGasLimit() external view returns (uint256);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1BaseFeeEstimateInertia() external view returns (uint64);
        function getL1RewardRate() external view returns (uint64);
        function getL1RewardRecipient() external view returns (address);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
        function getPricingInertia() external view returns (uint64);
        function getGasBacklogTolerance() external view returns (uint64);
        function getL1PricingSurplus() external view returns (int256);
        function getPerBatchGasCharge() external view returns (int64);
        function getAmortizedCostCapBips() external view returns (uint64);
        function getL1FeesAvailable() external view returns (uint256);
    }

    /// The interface of ArbOwnerPublic.
    interface ArbOwnerPublic {
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function isNativeTokenOwner(address addr) external view returns (bool);
        function getAllNativeTokenOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function getInfraFeeAccount() external view returns (address);
        function getBrotliCompressionLevel() external view returns (uint64);
        function getScheduledUpgrade() external view returns (uint64 arbosVersion, uint64 scheduledForTimestamp);
        function isCalldataPriceIncreaseEnabled() external view returns (bool);
        function getParentGasFloorPerToken() external view returns (uint64);
        function getMaxStylusContractFragments() external view returns (uint8);
    }
}

use ArbGasInfo::ArbGasInfoCalls as GasCalls;
use ArbInfo::ArbInfoCalls as InfoCalls;
use ArbOwnerPublic::ArbOwnerPublicCalls as OwnerCalls;

pub(super) fn answer_info(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    let Ok(method) = InfoCalls::abi_decode(input) else { return Err(call.burn_out()) };
    call.open(Purity::View)?;
    match method {
        InfoCalls::getBalance(arguments) => {
            call.burn(700)?;
            let balance = sure(call.context.journal_mut().load_account(arguments.account)).info.balance;
            Ok(ArbInfo::getBalanceCall::abi_encode_returns(&balance).into())
        }
        InfoCalls::getCode(arguments) => {
            call.burn(2_100)?;
            let code = sure(call.context.journal_mut().code(arguments.account)).data;
            call.burn(super::WORD * super::words(code.len()))?;
            Ok(ArbInfo::getCodeCall::abi_encode_returns(&code).into())
        }
    }
}

macro_rules! gas {
    ($call:ident, $value:expr) => {
        Ok(ArbGasInfo::$call::abi_encode_returns(&$value).into())
    };
}

/// Prices: the base fee is fixed, and nothing is paid for data on a parent chain.
pub(super) fn answer_gas_info(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    const STORAGE_GAS: u64 = 20_000;
    let Ok(method) = GasCalls::abi_decode(input) else { return Err(call.burn_out()) };
    call.open(Purity::View)?;
    call.burn(super::READ)?;
    let fee = U256::from(call.context.chain.block.base_fee);
    let zero = U256::ZERO;
    let storage = U256::from(STORAGE_GAS);
    let most = U256::from(MAX_TX_GAS);
    let storage_wei = fee.saturating_mul(storage);
    match method {
        GasCalls::getPricesInWei(_) => {
            gas!(getPricesInWeiCall, (zero, zero, storage_wei, fee, zero, fee).into())
        }
        GasCalls::getPricesInWeiWithAggregator(_) => {
            gas!(getPricesInWeiWithAggregatorCall, (zero, zero, storage_wei, fee, zero, fee).into())
        }
        GasCalls::getPricesInArbGas(_) => gas!(getPricesInArbGasCall, (zero, zero, storage).into()),
        GasCalls::getPricesInArbGasWithAggregator(_) => {
            gas!(getPricesInArbGasWithAggregatorCall, (zero, zero, storage).into())
        }
        GasCalls::getGasAccountingParams(_) => {
            gas!(getGasAccountingParamsCall, (U256::from(7_000_000), most, most).into())
        }
        GasCalls::getMaxTxGasLimit(_) => gas!(getMaxTxGasLimitCall, most),
        GasCalls::getMinimumGasPrice(_) => gas!(getMinimumGasPriceCall, fee),
        GasCalls::getL1BaseFeeEstimate(_) => gas!(getL1BaseFeeEstimateCall, zero),
        GasCalls::getL1BaseFeeEstimateInertia(_) => gas!(getL1BaseFeeEstimateInertiaCall, 10u64),
        GasCalls::getL1RewardRate(_) => gas!(getL1RewardRateCall, 0u64),
        GasCalls::getL1RewardRecipient(_) => gas!(getL1RewardRecipientCall, Address::ZERO),
        GasCalls::getL1GasPriceEstimate(_) => gas!(getL1GasPriceEstimateCall, zero),
        GasCalls::getCurrentTxL1GasFees(_) => gas!(getCurrentTxL1GasFeesCall, zero),
        GasCalls::getGasBacklog(_) => gas!(getGasBacklogCall, 0u64),
        GasCalls::getPricingInertia(_) => gas!(getPricingInertiaCall, 102u64),
        GasCalls::getGasBacklogTolerance(_) => gas!(getGasBacklogToleranceCall, 10u64),
        GasCalls::getL1PricingSurplus(_) => gas!(getL1PricingSurplusCall, I256::ZERO),
        GasCalls::getPerBatchGasCharge(_) => gas!(getPerBatchGasChargeCall, 0i64),
        GasCalls::getAmortizedCostCapBips(_) => gas!(getAmortizedCostCapBipsCall, 0u64),
        GasCalls::getL1FeesAvailable(_) => gas!(getL1FeesAvailableCall, zero),
    }
}

macro_rules! owner {
    ($call:ident, $value:expr) => {
        Ok(ArbOwnerPublic::$call::abi_encode_returns(&$value).into())
    };
}

/// The development accounts own the chain.
pub(super) fn answer_owner_public(call: &mut Call<'_, '_>, input: &[u8]) -> Answer<Bytes> {
    let Ok(method) = OwnerCalls::abi_decode(input) else { return Err(call.burn_out()) };
    call.open(Purity::View)?;
    call.burn(super::READ)?;
    let owners = call.context.chain.managers.clone();
    match method {
        OwnerCalls::isChainOwner(arguments) => owner!(isChainOwnerCall, owners.contains(&arguments.addr)),
        OwnerCalls::getAllChainOwners(_) => owner!(getAllChainOwnersCall, *owners),
        OwnerCalls::isNativeTokenOwner(_) => owner!(isNativeTokenOwnerCall, false),
        OwnerCalls::getAllNativeTokenOwners(_) => owner!(getAllNativeTokenOwnersCall, Vec::<Address>::new()),
        OwnerCalls::getNetworkFeeAccount(_) => owner!(getNetworkFeeAccountCall, NETWORK_FEE_ACCOUNT),
        OwnerCalls::getInfraFeeAccount(_) => owner!(getInfraFeeAccountCall, NETWORK_FEE_ACCOUNT),
        OwnerCalls::getBrotliCompressionLevel(_) => owner!(getBrotliCompressionLevelCall, 1u64),
        OwnerCalls::getScheduledUpgrade(_) => owner!(
            getScheduledUpgradeCall,
            ArbOwnerPublic::getScheduledUpgradeReturn { arbosVersion: 0, scheduledForTimestamp: 0 }
        ),
        OwnerCalls::isCalldataPriceIncreaseEnabled(_) => owner!(isCalldataPriceIncreaseEnabledCall, false),
        OwnerCalls::getParentGasFloorPerToken(_) => owner!(getParentGasFloorPerTokenCall, 0u64),
        OwnerCalls::getMaxStylusContractFragments(_) => {
            owner!(getMaxStylusContractFragmentsCall, call.context.chain.params.max_fragments)
        }
    }
}
