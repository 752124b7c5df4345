//! Every method's answer, as clients read it.

mod rpc_world;

use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::sol_types::{SolCall, SolError, SolEvent};
use rpc_world::*;
use serde_json::{Value, json};

// ---- the node and its chain ----

#[test]
fn a_node_says_what_it_is() {
    let world = World::new();
    assert_eq!(world.ask("eth_chainId", json!([])), json!("0x64aba"));
    assert_eq!(world.ask("net_version", json!([])), json!("412346"));
    assert_eq!(world.ask("net_listening", json!([])), json!(true));
    assert_eq!(world.ask("eth_syncing", json!([])), json!(false));
    assert!(world.ask("web3_clientVersion", json!([])).as_str().unwrap().starts_with("everfloor-devnet/"));
    assert_eq!(world.ask("web3_sha3", json!(["0x68656c6c6f"])), json!(keccak256("hello")));
    assert_eq!(world.ask("eth_accounts", json!([])).as_array().unwrap().len(), 10);
    assert_eq!(world.ask("eth_gasPrice", Value::Null), json!("0x5f5e100"));
    assert_eq!(world.ask("eth_maxPriorityFeePerGas", json!([])), json!("0x0"));
}

#[test]
fn a_block_carries_what_arbitrum_nodes_tell() {
    let world = World::new();
    let receipt = world.set_number(5);
    let block = world.ask("eth_getBlockByNumber", json!(["latest", true]));
    assert_eq!(block["hash"], receipt["blockHash"]);
    assert_eq!(block["number"], world.ask("eth_blockNumber", json!([])));
    assert_eq!(number(&block["l1BlockNumber"]), 23_000_000);
    assert_eq!(block["sendCount"], json!("0x0"));
    assert_eq!(block["baseFeePerGas"], json!("0x5f5e100"));
    assert_eq!(block["uncles"], json!([]));
    assert_eq!(block["transactions"][0]["hash"], receipt["transactionHash"]);
    assert_eq!(block["transactions"][0]["from"], json!(world.alice()));
    let by_hash = world.ask("eth_getBlockByHash", json!([block["hash"], false]));
    assert_eq!(by_hash["transactions"], json!([receipt["transactionHash"]]));
    assert_eq!(world.ask("eth_getBlockByNumber", json!(["pending", false]))["hash"], block["hash"]);
    assert_eq!(world.ask("eth_getBlockByNumber", json!(["0x999", false])), Value::Null);
    assert_eq!(world.ask("eth_getBlockByHash", json!([B256::ZERO, false])), Value::Null);
    assert_eq!(world.ask("eth_getBlockTransactionCountByNumber", json!(["latest"])), json!("0x1"));
    assert_eq!(world.ask("eth_getBlockTransactionCountByHash", json!([block["hash"]])), json!("0x1"));
    assert_eq!(world.ask("eth_getHeaderByNumber", json!(["latest"]))["hash"], block["hash"]);
    assert_eq!(world.ask("eth_getUncleCountByBlockNumber", json!(["latest"])), json!("0x0"));
}

#[test]
fn a_receipt_carries_what_arbitrum_nodes_tell() {
    let world = World::new();
    let receipt = world.set_number(5);
    assert_eq!(receipt["status"], json!("0x1"));
    assert_eq!(receipt["type"], json!("0x2"));
    assert_eq!(receipt["gasUsedForL1"], json!("0x0"));
    assert_eq!(number(&receipt["l1BlockNumber"]), 23_000_000);
    assert_eq!(receipt["effectiveGasPrice"], json!("0x5f5e100"));
    assert_eq!(receipt["gasUsed"], receipt["cumulativeGasUsed"]);
    assert_eq!(receipt["contractAddress"], Value::Null);
    assert_eq!(receipt["logs"][0]["topics"][0], json!(Counter::NumberSet::SIGNATURE_HASH));
    assert_eq!(receipt["logs"][0]["transactionHash"], receipt["transactionHash"]);
    assert_eq!(receipt["logs"][0]["logIndex"], json!("0x0"));
    let of_block = world.ask("eth_getBlockReceipts", json!([receipt["blockNumber"]]));
    assert_eq!(of_block, json!([receipt]));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([B256::ZERO])), Value::Null);
}

#[test]
fn a_transaction_is_found_by_hash_and_by_place() {
    let world = World::new();
    let receipt = world.set_number(5);
    let found = world.ask("eth_getTransactionByHash", json!([receipt["transactionHash"]]));
    assert_eq!(found["to"], json!(world.counter));
    assert_eq!(found["chainId"], json!("0x64aba"));
    let place = json!([receipt["blockNumber"], "0x0"]);
    assert_eq!(world.ask("eth_getTransactionByBlockNumberAndIndex", place), found);
    let place = json!([receipt["blockHash"], "0x0"]);
    assert_eq!(world.ask("eth_getTransactionByBlockHashAndIndex", place), found);
    let beyond = json!([receipt["blockNumber"], "0x7"]);
    assert_eq!(world.ask("eth_getTransactionByBlockNumberAndIndex", beyond), Value::Null);
    let raw = world.ask("eth_getRawTransactionByHash", json!([receipt["transactionHash"]]));
    assert!(raw.as_str().unwrap().starts_with("0x02"));
    assert_eq!(world.ask("eth_getTransactionByHash", json!([B256::ZERO])), Value::Null);
}

#[test]
fn the_state_of_old_blocks_is_answered() {
    let world = World::new();
    let first = world.set_number(5);
    world.set_number(6);
    let storage = |block: &Value| world.ask("eth_getStorageAt", json!([world.counter, "0x0", block]));
    assert_eq!(storage(&first["blockNumber"]), json!(word(5)));
    assert_eq!(storage(&json!("latest")), json!(word(6)));
    assert_eq!(storage(&json!({ "blockHash": first["blockHash"] })), json!(word(5)));
    assert_eq!(world.number(first["blockNumber"].clone()).unwrap(), json!(word(5)));
    assert_eq!(world.number(json!("pending")).unwrap(), json!(word(6)));
    assert_eq!(world.ask("eth_getCode", json!([world.counter, "earliest"])), json!("0x"));
    assert!(
        world
            .ask("eth_getCode", json!([world.counter, "latest"]))
            .as_str()
            .unwrap()
            .starts_with("0xeff00000")
    );
    assert_eq!(world.refused("eth_getBalance", json!([world.alice(), "0x999"])).1, "header not found");
    assert_eq!(
        world.refused("eth_getBalance", json!([world.alice(), { "blockHash": B256::ZERO }])).1,
        "header for hash not found"
    );
}

#[test]
fn fee_history_has_a_fee_for_the_next_block_too() {
    let world = World::new();
    world.set_number(5);
    let history = world.ask("eth_feeHistory", json!(["0x2", "latest", [10.0, 50.0]]));
    assert_eq!(history["baseFeePerGas"], json!(["0x5f5e100", "0x5f5e100", "0x5f5e100"]));
    assert_eq!(history["gasUsedRatio"].as_array().unwrap().len(), 2);
    assert_eq!(history["reward"], json!([["0x0", "0x0"], ["0x0", "0x0"]]));
    let all = world.ask("eth_feeHistory", json!(["0xffffffffffffffff", "latest", []]));
    assert_eq!(all["oldestBlock"], json!("0x0"));
    world.refused("eth_feeHistory", json!(["0x2", "latest", [50.0, 10.0]]));
}

// ---- calls ----

#[test]
fn a_revert_is_code_3_with_its_data() {
    let world = World::new();
    let data = Counter::setNumberCall { value: U256::from(70_000) }.abi_encode();
    let request = json!({ "from": world.alice(), "to": world.counter, "data": hex(&data) });
    let expected = hex(&Counter::TooBig { value: U256::from(70_000) }.abi_encode());
    for method in ["eth_call", "eth_estimateGas", "eth_sendTransaction"] {
        let error = world.call(method, json!([request])).unwrap_err();
        assert_eq!(error["code"], json!(3), "{method}");
        assert_eq!(error["message"], json!("execution reverted"), "{method}");
        assert_eq!(error["data"], json!(expected), "{method}");
    }
    // Mined, it is a receipt with status 0.
    let mut request = request;
    request["gas"] = json!("0x100000");
    assert_eq!(world.send(request)["status"], json!("0x0"));
}

#[test]
fn input_may_be_called_data_but_may_not_be_two_things() {
    let world = World::new();
    let data = hex(&Counter::numberCall {}.abi_encode());
    let both = json!({ "to": world.counter, "data": data, "input": data });
    assert_eq!(world.ask("eth_call", json!([both, "latest"])), json!(word(0)));
    let differ = json!({ "to": world.counter, "data": data, "input": "0x01" });
    assert_eq!(world.refused("eth_call", json!([differ, "latest"])).0, -32_602);
}

#[test]
fn a_call_may_see_accounts_and_the_block_differently() {
    let world = World::new();
    let read = json!({ "to": world.counter, "data": hex(&Counter::numberCall {}.abi_encode()) });
    for field in ["state", "stateDiff"] {
        let overrides = json!({ world.counter.to_string(): { field: { word(0): word(77) } } });
        assert_eq!(world.ask("eth_call", json!([read, "latest", overrides])), json!(word(77)));
    }
    let both = json!({ world.counter.to_string(): { "state": {}, "stateDiff": {} } });
    assert!(
        world.refused("eth_call", json!([read, "latest", both])).1.contains("both 'state' and 'stateDiff'")
    );

    // TIMESTAMP, PUSH0, MSTORE, MSIZE, PUSH0, RETURN at an account that has no code
    let nobody = Address::repeat_byte(0x77);
    let code = json!({ nobody.to_string(): { "code": "0x425f52595ff3" } });
    let answer = world.ask("eth_call", json!([{ "to": nobody }, "latest", code, { "time": "0x1234" }]));
    assert_eq!(answer, json!(word(0x1234)));

    let pay = json!({ "from": nobody, "to": world.bob(), "value": "0x5" });
    assert!(world.refused("eth_call", json!([pay, "latest"])).1.starts_with("insufficient funds"));
    let rich = json!({ nobody.to_string(): { "balance": "0x5" } });
    assert_eq!(world.ask("eth_call", json!([pay, "latest", rich])), json!("0x"));
    assert_eq!(world.ask("eth_estimateGas", json!([pay, "latest", rich])), json!("0x5208"));
}

#[test]
fn an_estimate_is_enough_and_not_much_more() {
    let world = World::new();
    let data = hex(&Counter::setNumberCall { value: U256::from(9) }.abi_encode());
    let mut request = json!({ "from": world.alice(), "to": world.counter, "data": data });
    let estimate = world.ask("eth_estimateGas", json!([request]));
    request["gas"] = estimate.clone();
    let receipt = world.send(request);
    assert_eq!(receipt["status"], json!("0x1"));
    assert!(number(&estimate) < number(&receipt["gasUsed"]) * 11 / 10, "{estimate} for {receipt}");
}

#[test]
fn a_call_that_runs_away_ends_with_out_of_gas() {
    let world = World::new();
    let nobody = Address::repeat_byte(0x77);
    // JUMPDEST, PUSH0, JUMP
    let code = json!({ nobody.to_string(): { "code": "0x5b5f56" } });
    let request = json!({ "to": nobody, "gas": "0xffffffffffffffff" });
    let refused = world.refused("eth_call", json!([request, "latest", code]));
    assert_eq!(refused, (-32_000, "out of gas".into()));
}

#[test]
fn an_access_list_names_the_slots_that_a_call_touches() {
    let world = World::new();
    let read = json!({ "to": world.counter, "data": hex(&Counter::numberCall {}.abi_encode()) });
    let answer = world.ask("eth_createAccessList", json!([read]));
    assert_eq!(answer["accessList"], json!([{ "address": world.counter, "storageKeys": [B256::ZERO] }]));
    assert!(number(&answer["gasUsed"]) > 21_000);
}

#[test]
fn traces_show_the_tree_of_calls() {
    let world = World::new();
    let receipt = world.set_number(5);
    let trace = world.ask(
        "debug_traceTransaction",
        json!([receipt["transactionHash"], { "tracer": "callTracer", "tracerConfig": { "withLog": true } }]),
    );
    assert_eq!(trace["type"], json!("CALL"));
    assert_eq!(trace["to"], json!(world.counter));
    assert_eq!(trace["gasUsed"], receipt["gasUsed"]);
    assert_eq!(trace["logs"][0]["topics"], receipt["logs"][0]["topics"]);
    let plain = json!([receipt["transactionHash"], { "tracer": "callTracer" }]);
    assert_eq!(world.ask("debug_traceTransaction", plain)["logs"], Value::Null);

    let data = Counter::setNumberCall { value: U256::from(70_000) }.abi_encode();
    let request = json!({ "to": world.counter, "data": hex(&data) });
    let trace = world.ask("debug_traceCall", json!([request, "latest", { "tracer": "callTracer" }]));
    assert_eq!(trace["error"], json!("execution reverted"));
    let read = json!({ "to": world.counter, "data": hex(&Counter::numberCall {}.abi_encode()) });
    let options = json!({
        "tracer": "callTracer",
        "stateOverrides": { world.counter.to_string(): { "stateDiff": { word(0): word(8) } } }
    });
    assert_eq!(world.ask("debug_traceCall", json!([read, "latest", options]))["output"], json!(word(8)));

    let unknown = json!([B256::ZERO, { "tracer": "callTracer" }]);
    assert_eq!(world.refused("debug_traceTransaction", unknown).1, "transaction not found");
    world.refused("debug_traceTransaction", json!([receipt["transactionHash"]]));
}

// ---- sending ----

#[test]
fn refused_transactions_say_why_in_the_words_clients_look_for() {
    let world = World::new();
    let (alice, bob) = (world.alice(), world.bob());
    let transfer = |more: Value| {
        let mut transaction = json!({ "from": alice, "to": bob, "value": "0x1", "gas": "0x5208" });
        for (key, value) in more.as_object().unwrap() {
            transaction[key] = value.clone();
        }
        json!([transaction])
    };
    let refused = |more: Value| world.refused("eth_sendTransaction", transfer(more));
    assert!(refused(json!({ "nonce": "0x0" })).1.starts_with("nonce too low"));
    assert!(refused(json!({ "gas": "0x5000" })).1.starts_with("intrinsic gas too low"));
    let everything = "0xffffffffffffffffffffffff";
    assert!(
        refused(json!({ "value": everything })).1.starts_with("insufficient funds for gas * price + value")
    );
    assert!(
        refused(json!({ "maxFeePerGas": "0x1" })).1.starts_with("max fee per gas less than block base fee")
    );
    assert_eq!(refused(json!({ "chainId": "0x1" })).0, -32_602);
    assert_eq!(refused(json!({ "gasPrice": "0x1", "maxFeePerGas": "0x1" })).0, -32_602);
    assert_eq!(
        refused(json!({ "from": Address::repeat_byte(7) })).1.split(':').next().unwrap(),
        "insufficient funds for gas * price + value"
    );
    assert_eq!(refused(json!({ "from": Address::repeat_byte(7), "value": "0x0" })).1, "unknown account");
    assert_eq!(refused(json!({ "to": Value::Null, "value": "0x0" })).0, -32_602);
    assert_eq!(world.refused("eth_sendTransaction", json!([{ "to": bob }])).0, -32_602);
    // Nothing of this happened.
    assert_eq!(world.ask("eth_getBalance", json!([bob, "latest"])), json!("0x21e19e0c9bab2400000"));
}

#[test]
fn raw_transactions_of_each_type_are_taken_once() {
    let world = World::new();
    let (alice, bob) = (world.alice(), world.bob());
    let slots = json!([{ "address": world.counter, "storageKeys": [B256::ZERO] }]);
    let kinds = [
        (json!({ "gasPrice": "0x5f5e100" }), "0x0"),
        (json!({ "gasPrice": "0x5f5e100", "accessList": slots }), "0x1"),
        (json!({ "maxFeePerGas": "0x5f5e100", "maxPriorityFeePerGas": "0x0" }), "0x2"),
    ];
    for (fields, kind) in kinds {
        let mut transaction = json!({ "from": alice, "to": bob, "value": "0x1" });
        for (key, value) in fields.as_object().unwrap() {
            transaction[key] = value.clone();
        }
        let signed = world.ask("eth_signTransaction", json!([transaction]));
        let receipt = world.ask("eth_sendRawTransactionSync", json!([signed["raw"]]));
        assert_eq!((&receipt["type"], &receipt["from"]), (&json!(kind), &json!(alice)));
        let again = world.refused("eth_sendRawTransaction", json!([signed["raw"]]));
        assert!(again.1.starts_with("already known"), "{again:?}");
    }
    for raw in ["0x", "0x01", "0x02c0", "0xf800", "0x03c0", "0xff", "0x02f87f"] {
        assert_eq!(world.refused("eth_sendRawTransaction", json!([raw])).0, -32_000, "{raw}");
    }
}

#[test]
fn a_transaction_ahead_of_its_turn_waits() {
    let world = World::new();
    let (alice, bob) = (world.alice(), world.bob());
    let nonce = |block: &str| number(&world.ask("eth_getTransactionCount", json!([alice, block])));
    let next = nonce("latest");
    let ahead = json!({ "from": alice, "to": bob, "nonce": format!("{:#x}", next + 1), "gas": "0x5208" });
    let hash = world.ask("eth_sendTransaction", json!([ahead]));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([hash])), Value::Null);
    assert_eq!(world.ask("eth_getTransactionByHash", json!([hash]))["blockHash"], Value::Null);
    assert_eq!(world.ask("txpool_status", json!([]))["pending"], json!("0x1"));
    let waiting = &world.ask("txpool_content", json!([]))["pending"][alice.to_string()];
    assert_eq!(waiting[(next + 1).to_string()]["hash"], hash);
    world.send(json!({ "from": alice, "to": bob, "nonce": format!("{next:#x}") }));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([hash]))["status"], json!("0x1"));
    assert_eq!((nonce("latest"), nonce("pending")), (next + 2, next + 2));
}

#[test]
fn signatures_belong_to_the_account() {
    use alloy::primitives::{Signature, eip191_hash_message};
    let world = World::new();
    let recover = |signed: Value, hash: B256| {
        let bytes = alloy::hex::decode(signed.as_str().unwrap()).unwrap();
        Signature::from_raw(&bytes).unwrap().recover_address_from_prehash(&hash).unwrap()
    };
    let hash = eip191_hash_message("hello");
    assert_eq!(recover(world.ask("eth_sign", json!([world.bob(), "0x68656c6c6f"])), hash), world.bob());
    assert_eq!(recover(world.ask("personal_sign", json!(["0x68656c6c6f", world.bob()])), hash), world.bob());
    let typed = json!({
        "types": { "EIP712Domain": [{ "name": "name", "type": "string" }], "Mail": [{ "name": "text", "type": "string" }] },
        "primaryType": "Mail", "domain": { "name": "test" }, "message": { "text": "hello" }
    });
    let data: alloy::dyn_abi::TypedData = serde_json::from_value(typed.clone()).unwrap();
    let hash = data.eip712_signing_hash().unwrap();
    for typed in [json!(typed.to_string()), typed] {
        assert_eq!(
            recover(world.ask("eth_signTypedData_v4", json!([world.bob(), typed])), hash),
            world.bob()
        );
    }
    assert_eq!(world.refused("eth_sign", json!([world.counter, "0x00"])).1, "unknown account");
}

// ---- logs and filters ----

#[test]
fn logs_are_found_by_range_address_and_topic() {
    let world = World::new();
    let first = world.set_number(5);
    let second = world.set_number(6);
    let all = world.ask("eth_getLogs", json!([{ "fromBlock": "earliest", "address": world.counter }]));
    assert_eq!(all, json!([first["logs"][0], second["logs"][0]]));
    let by = format!("{:0>64}", &world.alice().to_string()[2..]);
    let topics = json!([Counter::NumberSet::SIGNATURE_HASH, format!("0x{by}")]);
    let found = world.ask("eth_getLogs", json!([{ "fromBlock": "earliest", "topics": topics }]));
    assert_eq!(found.as_array().unwrap().len(), 2);
    let of_block = world.ask("eth_getLogs", json!([{ "blockHash": second["blockHash"] }]));
    assert_eq!(of_block, second["logs"]);
    assert_eq!(world.ask("eth_getLogs", json!([{}])), second["logs"], "the last block if nothing is said");
    let other = json!([{ "fromBlock": "earliest", "address": world.bob() }]);
    assert_eq!(world.ask("eth_getLogs", other), json!([]));
    assert_eq!(world.refused("eth_getLogs", json!([{ "blockHash": B256::ZERO }])).1, "unknown block");
    let backwards = json!([{ "fromBlock": "0x5", "toBlock": "0x1" }]);
    assert_eq!(world.refused("eth_getLogs", backwards), (-32_602, "invalid block range params".into()));
    let endless = json!([{ "fromBlock": "0x0", "toBlock": "0xffffffffffffffff" }]);
    assert!(world.ask("eth_getLogs", endless).as_array().unwrap().len() >= 2);
}

#[test]
fn filters_tell_what_is_new_since_the_last_question() {
    let world = World::new();
    let logs = world.ask("eth_newFilter", json!([{ "address": world.counter }]));
    let blocks = world.ask("eth_newBlockFilter", json!([]));
    let sent = world.ask("eth_newPendingTransactionFilter", json!([]));
    let changes = |filter: &Value| world.ask("eth_getFilterChanges", json!([filter]));
    assert_eq!((changes(&logs), changes(&blocks), changes(&sent)), (json!([]), json!([]), json!([])));

    let receipt = world.set_number(5);
    assert_eq!(changes(&logs), receipt["logs"]);
    assert_eq!(changes(&blocks), json!([receipt["blockHash"]]));
    assert_eq!(changes(&sent), json!([receipt["transactionHash"]]));
    assert_eq!(changes(&logs), json!([]));
    assert_eq!(world.ask("eth_getFilterLogs", json!([logs])), receipt["logs"]);

    // After a step back in time, the new blocks of the same numbers are new.
    let snapshot = world.ask("evm_snapshot", json!([]));
    world.set_number(6);
    assert_eq!(changes(&logs).as_array().unwrap().len(), 1);
    assert_eq!(world.ask("evm_revert", json!([snapshot])), json!(true));
    let receipt = world.set_number(7);
    assert_eq!(changes(&logs), receipt["logs"]);

    assert_eq!(world.ask("eth_uninstallFilter", json!([logs])), json!(true));
    assert_eq!(world.ask("eth_uninstallFilter", json!([logs])), json!(false));
    assert_eq!(world.refused("eth_getFilterChanges", json!([logs])).1, "filter not found");
    assert_eq!(world.refused("eth_getFilterLogs", json!([blocks])).1, "filter not found");
}

// ---- development ----

#[test]
fn a_snapshot_brings_everything_back_once() {
    let world = World::new();
    world.set_number(5);
    let snapshot = world.ask("evm_snapshot", json!([]));
    let before = world.ask("eth_blockNumber", json!([]));
    let receipt = world.set_number(6);
    assert_eq!(world.ask("evm_revert", json!([snapshot])), json!(true));
    assert_eq!(world.ask("eth_blockNumber", json!([])), before);
    assert_eq!(world.number(json!("latest")).unwrap(), json!(word(5)));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([receipt["transactionHash"]])), Value::Null);
    assert_eq!(world.ask("evm_revert", json!([snapshot])), json!(false));
}

#[test]
fn time_goes_where_it_is_told_and_not_back() {
    let world = World::new();
    let time = || number(&world.ask("eth_getBlockByNumber", json!(["latest", false]))["timestamp"]);
    let start = time();
    world.ask("evm_increaseTime", json!([1_000]));
    world.ask("evm_mine", json!([]));
    assert_eq!(time(), start + 1_000);
    world.ask("evm_setNextBlockTimestamp", json!([start + 5_000]));
    world.ask("evm_mine", json!([]));
    assert_eq!(time(), start + 5_000);
    world.ask("evm_mine", json!([{ "timestamp": start + 6_000 }]));
    assert_eq!(time(), start + 6_000);
    world.ask("anvil_mine", json!(["0x3", "0xa"]));
    assert!((start + 6_020..=start + 6_021).contains(&time()));
    world.refused("evm_setNextBlockTimestamp", json!([start]));
    world.refused("evm_increaseTime", json!(["0xffffffffffffffff"]));
    world.refused("hardhat_mine", json!(["0xffffffffffffffff"]));
    world.refused("hardhat_mine", json!(["0x2", "0xffffffffffffffff"]));
}

#[test]
fn blocks_can_wait_to_be_mined() {
    let world = World::new();
    world.ask("evm_setAutomine", json!([false]));
    assert_eq!(world.ask("anvil_getAutomine", json!([])), json!(false));
    let data = hex(&Counter::setNumberCall { value: U256::from(3) }.abi_encode());
    let request = json!([{ "from": world.alice(), "to": world.counter, "data": data }]);
    let (first, second) =
        (world.ask("eth_sendTransaction", request.clone()), world.ask("eth_sendTransaction", request));
    assert_eq!(world.number(json!("latest")).unwrap(), json!(word(0)));
    assert_eq!(world.ask("anvil_dropTransaction", json!([second])), second);
    world.ask("evm_setAutomine", json!([true]));
    assert_eq!(world.number(json!("latest")).unwrap(), json!(word(3)));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([first]))["status"], json!("0x1"));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([second])), Value::Null);
}

#[test]
fn accounts_are_changed_at_will() {
    let world = World::new();
    let nobody = Address::repeat_byte(0x77);
    for prefix in ["anvil", "hardhat"] {
        let ask = |method: &str, params: Value| world.ask(&format!("{prefix}_{method}"), params);
        ask("setBalance", json!([nobody, "0xde0b6b3a7640000"]));
        ask("setNonce", json!([nobody, "0x7"]));
        ask("setCode", json!([nobody, "0x60016002"]));
        ask("setStorageAt", json!([nobody, "0x1", word(9)]));
        assert_eq!(world.ask("eth_getBalance", json!([nobody, "latest"])), json!("0xde0b6b3a7640000"));
        assert_eq!(world.ask("eth_getTransactionCount", json!([nobody, "pending"])), json!("0x7"));
        assert_eq!(world.ask("eth_getCode", json!([nobody, "latest"])), json!("0x60016002"));
        assert_eq!(world.ask("eth_getStorageAt", json!([nobody, "0x1", "latest"])), json!(word(9)));
        ask("setCode", json!([nobody, "0x"]));
    }
}

#[test]
fn an_impersonated_account_sends_until_it_is_let_go() {
    let world = World::new();
    let nobody = Address::repeat_byte(0x77);
    world.ask("anvil_setBalance", json!([nobody, "0xde0b6b3a7640000"]));
    let request = json!({ "from": nobody, "to": world.bob(), "value": "0x1" });
    assert_eq!(world.refused("eth_sendTransaction", json!([request])).1, "unknown account");
    world.ask("anvil_impersonateAccount", json!([nobody]));
    let receipt = world.send(request.clone());
    assert_eq!((&receipt["from"], &receipt["status"]), (&json!(nobody), &json!("0x1")));
    world.ask("anvil_stopImpersonatingAccount", json!([nobody]));
    assert_eq!(world.refused("eth_sendTransaction", json!([request])).1, "unknown account");
    world.ask("anvil_autoImpersonateAccount", json!([true]));
    assert_eq!(world.send(request)["status"], json!("0x1"));
}

#[test]
fn a_chain_is_saved_restored_and_begun_anew() {
    let world = World::new();
    let receipt = world.set_number(5);
    let saved = world.ask("anvil_dumpState", json!([]));
    world.set_number(6);
    let blocks = world.ask("eth_newBlockFilter", json!([]));
    assert_eq!(world.ask("anvil_loadState", json!([saved])), json!(true));
    assert_eq!(world.number(json!("latest")).unwrap(), json!(word(5)));
    assert_eq!(world.ask("eth_getTransactionReceipt", json!([receipt["transactionHash"]])), receipt);
    let next = world.set_number(8);
    assert_eq!(world.ask("eth_getFilterChanges", json!([blocks])), json!([next["blockHash"]]));
    let early = world.refused("eth_getBalance", json!([world.bob(), "0x0"]));
    assert_eq!(early.1, "state of block 0 is not available");

    assert_eq!(world.refused("anvil_loadState", json!(["0x7b7d"])).0, -32_602);
    assert_eq!(world.number(json!("latest")).unwrap(), json!(word(8)));
    world.refused("anvil_reset", json!([{ "forking": { "jsonRpcUrl": "http://localhost" } }]));
    world.ask("hardhat_reset", json!([]));
    assert_eq!(world.ask("eth_blockNumber", json!([])), json!("0x0"));
    assert_eq!(world.ask("eth_getCode", json!([world.counter, "latest"])), json!("0x"));
    assert_eq!(world.ask("anvil_nodeInfo", json!([]))["environment"]["chainId"], json!(412_346));
    assert_eq!(world.ask("hardhat_metadata", json!([]))["chainId"], json!(412_346));
}

// ---- the protocol ----

#[test]
fn unknown_methods_and_wrong_arguments_have_their_codes() {
    let world = World::new();
    assert_eq!(world.refused("eth_nothing", json!([])).0, -32_601);
    assert_eq!(
        world.refused("eth_getBalance", json!([])),
        (-32_602, "missing value for required argument 0".into())
    );
    assert_eq!(world.refused("eth_getBalance", json!(["0x12"])).0, -32_602);
    assert_eq!(world.refused("eth_getBalance", json!([world.bob(), "soon"])).0, -32_602);
    assert_eq!(world.refused("eth_getBalance", json!({ "address": world.bob() })).0, -32_602);
    assert_eq!(world.refused("eth_call", json!([{ "to": 5 }])).0, -32_602);
    let proof = world.refused("eth_getProof", json!([world.bob(), [], "latest"]));
    assert!(proof.1.contains("keeps no trie"), "{proof:?}");
}

#[test]
fn a_batch_is_answered_in_order_whatever_is_in_it() {
    let world = World::new();
    let batch = json!([
        { "jsonrpc": "2.0", "id": 7, "method": "eth_chainId" },
        { "jsonrpc": "2.0", "id": "x", "method": "eth_nothing" },
        { "nonsense": true },
        { "jsonrpc": "2.0", "id": 8, "method": "eth_blockNumber", "params": [] },
    ]);
    let (status, body) = post(world.node.addr(), batch.to_string().as_bytes());
    let answers: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(status, 200);
    assert_eq!((&answers[0]["id"], &answers[0]["result"]), (&json!(7), &json!("0x64aba")));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&json!("x"), &json!(-32_601)));
    assert_eq!(answers[2]["error"]["code"], json!(-32_600));
    assert_eq!(answers[3]["id"], json!(8));
}
