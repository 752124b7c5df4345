//! ArbOS's precompiles, asked by accounts, contracts and programs.

mod common;

use alloy_primitives::{Address, B256, U256, address};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use common::*;

sol! {
    function arbBlockNumber() external view returns (uint256);
    function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
    function arbChainID() external view returns (uint256);
    function arbOSVersion() external view returns (uint256);
    function isTopLevelCall() external view returns (bool);
    function myCallersAddressWithoutAliasing() external view returns (address);
    function withdrawEth(address destination) external payable returns (uint256);
    function getBalance(address account) external view returns (uint256);
    function getCode(address account) external view returns (bytes memory);
    function getMinimumGasPrice() external view returns (uint256);
    function getCurrentTxL1GasFees() external view returns (uint256);
    function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
    function getMaxStylusContractFragments() external view returns (uint8);
    function getAllChainOwners() external view returns (address[] memory);
    function stylusVersion() external view returns (uint16);
    function inkPrice() external view returns (uint32);
    function maxStackDepth() external view returns (uint32);
    function freePages() external view returns (uint16);
    function pageGas() external view returns (uint16);
    function pageRamp() external view returns (uint64);
    function pageLimit() external view returns (uint16);
    function minInitGas() external view returns (uint64 gas, uint64 cached);
    function initCostScalar() external view returns (uint64);
    function expiryDays() external view returns (uint16);
    function keepaliveDays() external view returns (uint16);
    function blockCacheSize() external view returns (uint16);
    event L2ToL1Tx(
        address caller, address indexed destination, uint256 indexed hash, uint256 indexed position,
        uint256 arbBlockNum, uint256 ethBlockNum, uint256 timestamp, uint256 callvalue, bytes data
    );
    error InvalidBlockNumber(uint256 requested, uint256 current);
}

const ARB_SYS: Address = address!("0000000000000000000000000000000000000064");
const ARB_INFO: Address = address!("0000000000000000000000000000000000000065");
const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");
const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
const ARB_WASM: Address = devnet::ARB_WASM;

fn ask<C: SolCall>(world: &World, to: Address, call: C) -> C::Return {
    C::abi_decode_returns(&world.ask(to, call.abi_encode())).expect("an answer of the right type")
}

#[test]
fn arb_sys_knows_this_chains_blocks() {
    let mut world = World::new();
    world.chain.mine(3);
    assert_eq!(ask(&world, ARB_SYS, arbBlockNumberCall {}), U256::from(3));
    assert_eq!(ask(&world, ARB_SYS, arbChainIDCall {}), U256::from(412_346));
    assert_eq!(ask(&world, ARB_SYS, arbOSVersionCall {}), U256::from(115));
    let hash = world.chain.block_by_number(1).unwrap().hash;
    assert_eq!(ask(&world, ARB_SYS, arbBlockHashCall { arbBlockNum: U256::from(1) }), hash);
    for wrong in [U256::from(3), U256::from(4), U256::MAX] {
        let refused = world.call(ARB_SYS, arbBlockHashCall { arbBlockNum: wrong }.abi_encode());
        let error = InvalidBlockNumber::abi_decode(&refused.output).unwrap();
        assert_eq!((error.requested, error.current), (wrong, U256::from(3)));
    }
    world.chain.mine(300);
    let old = world.call(ARB_SYS, arbBlockHashCall { arbBlockNum: U256::from(1) }.abi_encode());
    InvalidBlockNumber::abi_decode(&old.output).unwrap();
}

#[test]
fn precompiles_answer_contracts_and_programs() {
    let mut world = World::new();
    let actor = world.actor();
    let forwarder = world.contract(&forwarder(Kind::Call));
    let data = arbBlockNumberCall {}.abi_encode();
    let height = world.chain.block_number();
    assert_eq!(number(&world.ask(forwarder, to(ARB_SYS, &data))), height);
    for kind in [Kind::Call, Kind::Static] {
        assert_eq!(number(&world.ask(actor, op::call(kind, ARB_SYS, 0, &data))), height);
    }
    // Not through a delegate call: the precompile would act as someone else.
    assert!(!world.call(actor, op::call(Kind::Delegate, ARB_SYS, 0, &data)).success);
    // The EVM's own precompiles: identity.
    let identity = Address::with_last_byte(4);
    assert_eq!(world.ask(actor, op::call(Kind::Static, identity, 0, b"same")).as_ref(), b"same");
    // Solidity checks that there is code before it calls.
    assert!(!world.chain.code(ARB_SYS).is_empty());
}

#[test]
fn arb_sys_sees_frames() {
    let mut world = World::new();
    let actor = world.actor();
    let forwarder = world.contract(&forwarder(Kind::Call));
    let data = isTopLevelCallCall {}.abi_encode();
    assert!(ask(&world, ARB_SYS, isTopLevelCallCall {}));
    assert_eq!(number(&world.ask(actor, op::call(Kind::Call, ARB_SYS, 0, &data))), 1);
    let deep = to(forwarder, &to(actor, &op::call(Kind::Call, ARB_SYS, 0, &data)));
    assert_eq!(number(&world.ask(forwarder, deep)), 0);
    let data = myCallersAddressWithoutAliasingCall {}.abi_encode();
    let through = to(actor, &op::call(Kind::Call, ARB_SYS, 0, &data));
    assert_eq!(address_of(&world.ask(forwarder, through)), world.alice);
}

#[test]
fn a_withdrawal_takes_the_value_off_this_chain() {
    let mut world = World::new();
    let before = world.chain.balance(world.alice);
    let data = withdrawEthCall { destination: world.bob }.abi_encode();
    let receipt = world.send_value(ARB_SYS, 1_000, data.clone());
    assert!(receipt.success, "{receipt:?}");
    let event = L2ToL1Tx::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!(
        (event.caller, event.destination, event.callvalue),
        (world.alice, world.bob, U256::from(1_000))
    );
    assert_eq!(event.position, U256::ZERO);
    assert_eq!(world.chain.balance(ARB_SYS), U256::ZERO);
    let fee = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    assert_eq!(before - world.chain.balance(world.alice), U256::from(1_000) + fee);
    let next = world.send_value(ARB_SYS, 1, data);
    assert_eq!(number(&next.output), 1);
}

#[test]
fn arb_wasm_tells_the_parameters() {
    let world = World::new();
    assert_eq!(ask(&world, ARB_WASM, stylusVersionCall {}), 2);
    assert_eq!(ask(&world, ARB_WASM, inkPriceCall {}), 10_000);
    assert_eq!(ask(&world, ARB_WASM, maxStackDepthCall {}), 22_000);
    assert_eq!(ask(&world, ARB_WASM, freePagesCall {}), 2);
    assert_eq!(ask(&world, ARB_WASM, pageGasCall {}), 1_000);
    assert_eq!(ask(&world, ARB_WASM, pageRampCall {}), 620_674_314);
    assert_eq!(ask(&world, ARB_WASM, pageLimitCall {}), 128);
    let least = ask(&world, ARB_WASM, minInitGasCall {});
    assert_eq!((least.gas, least.cached), (69 * 128, 11 * 32));
    assert_eq!(ask(&world, ARB_WASM, initCostScalarCall {}), 100);
    assert_eq!(ask(&world, ARB_WASM, expiryDaysCall {}), 365);
    assert_eq!(ask(&world, ARB_WASM, keepaliveDaysCall {}), 31);
    assert_eq!(ask(&world, ARB_WASM, blockCacheSizeCall {}), 32);
}

#[test]
fn prices_and_owners_are_as_clients_expect_them() {
    let mut world = World::new();
    let fee = U256::from(100_000_000);
    assert_eq!(ask(&world, ARB_GAS_INFO, getMinimumGasPriceCall {}), fee);
    assert_eq!(ask(&world, ARB_GAS_INFO, getCurrentTxL1GasFeesCall {}), U256::ZERO);
    let prices = ask(&world, ARB_GAS_INFO, getPricesInWeiCall {});
    assert_eq!((prices._0, prices._5), (U256::ZERO, fee));
    assert_eq!(ask(&world, ARB_OWNER_PUBLIC, getMaxStylusContractFragmentsCall {}), 2);
    assert_eq!(ask(&world, ARB_OWNER_PUBLIC, getAllChainOwnersCall {}).len(), 10);
    let contract = world.contract(&evm_store());
    assert_eq!(ask(&world, ARB_INFO, getCodeCall { account: contract }).as_ref(), evm_store());
    let balance = world.chain.balance(world.bob);
    assert_eq!(ask(&world, ARB_INFO, getBalanceCall { account: world.bob }), balance);
}

#[test]
fn a_precompile_refuses_what_it_does_not_know_and_takes_the_gas() {
    let mut world = World::new();
    for data in [vec![], vec![1, 2, 3], vec![0xff; 4], arbBlockHashCall::SELECTOR.to_vec()] {
        let outcome = world.call(ARB_SYS, data);
        assert_eq!((outcome.success, outcome.gas_used), (false, 50_000_000));
        assert!(outcome.output.is_empty());
    }
    // Value to a method that takes none.
    assert!(!world.send_value(ARB_SYS, 1, arbBlockNumberCall {}.abi_encode()).success);
}

#[test]
fn a_precompile_charges_for_words_and_for_arb_os() {
    let world = World::new();
    let plain = 21_000 + 4 * 16;
    let gas = world.call(ARB_SYS, arbBlockNumberCall {}.abi_encode()).gas_used;
    assert_eq!(gas, plain + 800 + 3, "opening the state and one word of result");
    // The parameters are one more warm read.
    let gas = world.call(ARB_WASM, inkPriceCall {}.abi_encode()).gas_used;
    assert_eq!(gas, plain + 800 + 100 + 3);
}

#[test]
fn the_record_account_is_no_ones() {
    let world = World::new();
    let state = address!("a4b05fffffffffffffffffffffffffffffffffff");
    assert_eq!(world.chain.nonce(state), 1, "so that it is not empty");
    assert_eq!(world.chain.storage_at(state, U256::ZERO), B256::ZERO);
}
