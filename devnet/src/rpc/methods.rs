//! The names a client may call, and how a call reaches the chain.

use super::args::Args;
use super::error::Error;
use super::node::{Node, Shared};
use super::{calls, dev, filters, read, send, sign, subscribe};
use jsonrpsee::RpcModule;
use jsonrpsee::types::{ErrorObjectOwned, Params};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What a method answers.
pub(super) type Answer = Result<Value, Error>;

/// A method that looks; several run at a time.
type Read = fn(&Node, &mut Args) -> Answer;
/// A method that changes something; it runs alone.
type Write = fn(&mut Node, &mut Args) -> Answer;

const READS: &[(&str, Read)] = &[
    ("web3_clientVersion", read::client_version),
    ("web3_sha3", read::sha3),
    ("net_version", read::net_version),
    ("net_listening", read::yes),
    ("net_peerCount", read::zero),
    ("eth_chainId", read::chain_id),
    ("eth_syncing", read::no),
    ("eth_mining", read::no),
    ("eth_accounts", read::accounts),
    ("eth_gasPrice", read::gas_price),
    ("eth_maxPriorityFeePerGas", read::zero),
    ("eth_feeHistory", read::fee_history),
    ("eth_blockNumber", read::block_number),
    ("eth_getBlockByNumber", read::block),
    ("eth_getBlockByHash", read::block),
    ("eth_getHeaderByNumber", read::header),
    ("eth_getHeaderByHash", read::header),
    ("eth_getBlockTransactionCountByNumber", read::transaction_count),
    ("eth_getBlockTransactionCountByHash", read::transaction_count),
    ("eth_getUncleCountByBlockNumber", read::uncle_count),
    ("eth_getUncleCountByBlockHash", read::uncle_count),
    ("eth_getBlockReceipts", read::block_receipts),
    ("eth_getTransactionByHash", read::transaction),
    ("eth_getTransactionByBlockNumberAndIndex", read::transaction_in_block),
    ("eth_getTransactionByBlockHashAndIndex", read::transaction_in_block),
    ("eth_getRawTransactionByHash", read::raw_transaction),
    ("eth_getTransactionReceipt", read::receipt),
    ("eth_getBalance", read::balance),
    ("eth_getCode", read::code),
    ("eth_getStorageAt", read::storage),
    ("eth_getTransactionCount", read::nonce),
    ("eth_getProof", read::proof),
    ("eth_getLogs", filters::logs),
    ("eth_call", calls::call),
    ("eth_estimateGas", calls::estimate_gas),
    ("eth_createAccessList", calls::access_list),
    ("eth_sign", sign::message),
    ("personal_sign", sign::personal),
    ("eth_signTypedData", sign::typed_data),
    ("eth_signTypedData_v4", sign::typed_data),
    ("debug_traceTransaction", calls::trace_transaction),
    ("debug_traceCall", calls::trace_call),
    ("txpool_status", read::pool_status),
    ("txpool_content", read::pool_content),
    ("anvil_getAutomine", dev::automine),
    ("hardhat_getAutomine", dev::automine),
    ("anvil_getIntervalMining", dev::interval),
    ("anvil_nodeInfo", dev::node_info),
    ("anvil_metadata", dev::metadata),
    ("hardhat_metadata", dev::metadata),
    ("anvil_dumpState", dev::dump),
    ("hardhat_dumpState", dev::dump),
];

const WRITES: &[(&str, Write)] = &[
    ("eth_sendRawTransaction", send::raw),
    ("eth_sendRawTransactionSync", send::raw_and_wait),
    ("eth_sendTransaction", send::request),
    ("eth_signTransaction", send::signed),
    ("eth_newFilter", filters::new_logs),
    ("eth_newBlockFilter", filters::new_blocks),
    ("eth_newPendingTransactionFilter", filters::new_transactions),
    ("eth_getFilterChanges", filters::changes),
    ("eth_getFilterLogs", filters::all_logs),
    ("eth_uninstallFilter", filters::uninstall),
    ("evm_snapshot", dev::snapshot),
    ("evm_revert", dev::revert),
    ("evm_increaseTime", dev::increase_time),
    ("evm_setNextBlockTimestamp", dev::set_next_time),
    ("evm_mine", dev::mine_one),
    ("evm_setAutomine", dev::set_automine),
    ("evm_setIntervalMining", dev::set_interval),
];

/// Methods under the prefixes of both development nodes.
const HELPERS: &[(&str, &str, Write)] = &[
    ("anvil_snapshot", "hardhat_snapshot", dev::snapshot),
    ("anvil_revert", "hardhat_revert", dev::revert),
    ("anvil_increaseTime", "hardhat_increaseTime", dev::increase_time),
    ("anvil_setNextBlockTimestamp", "hardhat_setNextBlockTimestamp", dev::set_next_time),
    ("anvil_mine", "hardhat_mine", dev::mine),
    ("anvil_setAutomine", "hardhat_setAutomine", dev::set_automine),
    ("anvil_setIntervalMining", "hardhat_setIntervalMining", dev::set_interval),
    ("anvil_dropTransaction", "hardhat_dropTransaction", dev::drop_transaction),
    ("anvil_setBalance", "hardhat_setBalance", dev::set_balance),
    ("anvil_setCode", "hardhat_setCode", dev::set_code),
    ("anvil_setNonce", "hardhat_setNonce", dev::set_nonce),
    ("anvil_setStorageAt", "hardhat_setStorageAt", dev::set_storage),
    ("anvil_impersonateAccount", "hardhat_impersonateAccount", dev::impersonate),
    ("anvil_stopImpersonatingAccount", "hardhat_stopImpersonatingAccount", dev::stop_impersonating),
    ("anvil_autoImpersonateAccount", "hardhat_autoImpersonateAccount", dev::impersonate_all),
    ("anvil_reset", "hardhat_reset", dev::reset),
    ("anvil_loadState", "hardhat_loadState", dev::load),
];

/// All methods over a node.
pub(super) fn module(shared: &Arc<Shared>) -> RpcModule<Shared> {
    let mut module = RpcModule::from_arc(shared.clone());
    for (name, method) in READS.iter().copied() {
        add(&mut module, name, move |shared, args| shared.read(|node| method(node, args)));
    }
    let helpers =
        HELPERS.iter().flat_map(|(anvil, hardhat, method)| [(*anvil, *method), (*hardhat, *method)]);
    for (name, method) in WRITES.iter().copied().chain(helpers) {
        add(&mut module, name, move |shared, args| shared.write(|node| method(node, args)));
    }
    subscribe::add(&mut module);
    module
}

fn add(
    module: &mut RpcModule<Shared>,
    name: &'static str,
    method: impl Fn(&Shared, &mut Args) -> Answer + Clone + Send + Sync + 'static,
) {
    let added = module.register_blocking_method(name, move |params, shared, _| {
        answer(&params, |args| method(&shared, args))
    });
    // The tables above are fixed, and a test looks at every name.
    debug_assert!(added.is_ok(), "{name} is there twice");
}

/// Runs a method. If it panics, the node is not at fault of ending.
fn answer(params: &Params<'_>, method: impl FnOnce(&mut Args) -> Answer) -> Result<Value, ErrorObjectOwned> {
    let attempt = || method(&mut Args::parse(params)?);
    catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|_| Err(Error::internal())).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chain, Config};
    use tokio::sync::watch;

    fn shared() -> Arc<Shared> {
        let node = Node::new(Chain::new(Config::default()), watch::channel(0).0, false);
        Arc::new(Shared::new(node))
    }

    #[test]
    fn every_method_has_its_own_name() {
        let names = module(&shared()).method_names().count();
        assert_eq!(names, READS.len() + WRITES.len() + 2 * HELPERS.len() + 2);
    }

    #[test]
    fn a_panic_is_answered_as_internal_error_and_the_node_goes_on() {
        let shared = shared();
        let refused = answer(&Params::new(None), |_| shared.write(|_| panic!("a bug")));
        assert_eq!(refused.unwrap_err().code(), -32_603);
        assert_eq!(shared.write(|node| node.chain.block_number()), 0);
    }
}
