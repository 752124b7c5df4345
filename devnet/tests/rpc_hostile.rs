//! Input that no client should send: it is refused, and the node goes on.

mod rpc_world;

use alloy::primitives::{Address, B256};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rpc_world::*;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// The node still answers, and nobody has changed the chain.
fn assert_alive(world: &World) {
    assert_eq!(world.ask("eth_chainId", json!([])), json!("0x64aba"));
}

#[test]
fn malformed_json_has_its_code() {
    let world = World::new();
    for (body, code) in [
        (&b""[..], -32_700),
        (b"{", -32_700),
        (b"\xff\xfe\x00", -32_700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[", -32_700),
        (b"[]", -32_600),
        (b"{}", -32_700),
        (b"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"eth_chainId\"}", -32_600),
    ] {
        let (_, answer) = post(world.node.addr(), body);
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_else(|_| panic!("{body:?}: no JSON"));
        assert_eq!(answer["error"]["code"], json!(code), "{}", String::from_utf8_lossy(body));
    }
    assert_alive(&world);
}

#[test]
fn deep_nesting_and_huge_bodies_are_refused() {
    let world = World::new();
    let deep = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":{}}}",
        "[".repeat(1_000_000)
    );
    let (_, answer) = post(world.node.addr(), deep.as_bytes());
    assert!(String::from_utf8_lossy(&answer).contains("-32700"));
    let closed = format!("[{}1{}]", "[".repeat(50_000), "]".repeat(50_000));
    let request = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":{closed}}}");
    let (_, answer) = post(world.node.addr(), request.as_bytes());
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert!(answer["error"]["code"].as_i64().is_some_and(|code| code < 0), "{answer}");
    // More than a body may have is refused by its length, before it is sent.
    let head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 69999999\r\nconnection: close\r\n\r\n{";
    assert_eq!(exchange(world.node.addr(), head).0, 413);
    let many: Vec<Value> =
        (0..1_001).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId" })).collect();
    let (_, answer) = post(world.node.addr(), json!(many).to_string().as_bytes());
    assert!(String::from_utf8_lossy(&answer).contains("-32010"), "a batch of 1,001");
    assert_alive(&world);
}

#[test]
fn what_is_not_http_is_turned_away() {
    let world = World::new();
    let addr = world.node.addr();
    for bytes in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ] {
        let (status, _) = exchange_and_hang_up(addr, bytes);
        assert!(status == 0 || status >= 400, "{status}");
    }
    // A page of any origin may ask first whether it may ask.
    let preflight = b"OPTIONS / HTTP/1.1\r\nhost: x\r\norigin: http://localhost:3000\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n";
    assert_eq!(exchange(addr, preflight).0, 200);
    // Clients that connect and say nothing keep nobody waiting.
    let silent: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(addr).unwrap()).collect();
    assert_alive(&world);
    drop(silent);
}

#[test]
fn broken_websocket_clients_disturb_nobody() {
    let world = World::new();
    let mut stream = TcpStream::connect(world.node.addr()).unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n")
        .unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
    // An unmasked frame of an unknown kind that claims to be enormous.
    stream.write_all(&[0x87, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]).unwrap();
    assert_alive(&world);
}

#[test]
fn absurd_arguments_are_refused_or_answered_but_never_fatal() {
    let world = World::new();
    let (alice, counter) = (world.alice(), world.counter);
    let most = "0xffffffffffffffff";
    let word = "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    let calls = [
        (
            "eth_call",
            json!([{ "to": counter, "gas": most, "gasPrice": "0xffffffffffffffffffffffffffffffff" }, "latest"]),
        ),
        ("eth_call", json!([{ "to": counter, "value": word, "from": alice }, "latest"])),
        ("eth_call", json!([{ "to": counter }, most])),
        ("eth_call", json!([{ "data": format!("0x{}", "ff".repeat(100_000)) }])),
        (
            "eth_call",
            json!([{ "to": counter }, "latest", {}, { "time": most, "number": word, "gasLimit": "0x0", "baseFee": word }]),
        ),
        (
            "eth_call",
            json!([{ "to": counter }, "latest", { alice.to_string(): { "nonce": most, "balance": word } }]),
        ),
        ("eth_estimateGas", json!([{ "from": alice, "to": counter, "gas": most, "value": word }])),
        ("eth_estimateGas", json!([{ "from": alice, "to": alice, "gas": "0x0" }])),
        (
            "eth_sendTransaction",
            json!([{ "from": alice, "to": alice, "gas": most, "maxFeePerGas": "0xffffffffffffffffffffffffffffffff" }]),
        ),
        ("eth_sendTransaction", json!([{ "from": alice, "to": alice, "nonce": most, "gas": "0x5208" }])),
        ("eth_feeHistory", json!([most, most, [0.0, 1e308]])),
        ("eth_getLogs", json!([{ "fromBlock": most, "toBlock": most }])),
        ("eth_getLogs", json!([{ "topics": [null, null, null, null, null, null] }])),
        ("eth_getStorageAt", json!([counter, word, "latest"])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["latest", most])),
        ("eth_getFilterChanges", json!([word])),
        ("evm_revert", json!([most])),
        ("evm_setNextBlockTimestamp", json!([most])),
        ("evm_setIntervalMining", json!([most])),
        ("anvil_mine", json!([most, most])),
        ("anvil_setNonce", json!([Address::repeat_byte(1), most])),
        ("anvil_setBalance", json!([Address::repeat_byte(1), word])),
        ("anvil_setCode", json!([Address::repeat_byte(1), format!("0x{}", "ef".repeat(100_000))])),
        ("anvil_loadState", json!(["0x"])),
        (
            "debug_traceCall",
            json!([{ "to": Address::repeat_byte(1) }, "latest", { "tracer": "function(){}" }]),
        ),
        (
            "eth_signTypedData_v4",
            json!([alice, { "types": { "A": [{ "name": "a", "type": "A" }] }, "primaryType": "A", "domain": {}, "message": {} }]),
        ),
    ];
    for (method, params) in calls {
        // Refused or answered: `call` takes nothing else for an answer.
        if let Err(error) = world.call(method, params) {
            assert_ne!(error["code"], json!(-32_603), "{method} broke: {error}");
        }
    }
    assert_alive(&world);
    // The account whose nonce and balance cannot grow still cannot do harm.
    let full = Address::repeat_byte(1);
    world.ask("anvil_impersonateAccount", json!([full]));
    let _ = world.call("eth_sendTransaction", json!([{ "from": full, "to": full, "gas": "0x5208" }]));
    let _ = world.call(
        "eth_sendTransaction",
        json!([{ "from": alice, "to": full, "value": "0x1", "gas": "0x100000" }]),
    );
    assert_eq!(world.set_number(5)["status"], json!("0x1"));
}

#[test]
fn a_slow_call_does_not_keep_others_waiting() {
    let world = World::new();
    let nobody = Address::repeat_byte(0x77);
    let code = json!({ nobody.to_string(): { "code": "0x5b5f56" } });
    let addr = world.node.addr();
    std::thread::scope(|scope| {
        let slow: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| call(addr, "eth_call", json!([{ "to": nobody }, "latest", code]))))
            .collect();
        for _ in 0..20 {
            assert_alive(&world);
        }
        for call in slow {
            assert_eq!(call.join().unwrap().unwrap_err()["message"], json!("out of gas"));
        }
    });
}

#[test]
fn many_clients_at_once_lose_nothing() {
    let world = World::new();
    let start = number(&world.ask("eth_blockNumber", json!([])));
    std::thread::scope(|scope| {
        for (account, _) in world.accounts.clone() {
            let world = &world;
            scope.spawn(move || {
                for value in 0..10 {
                    let transaction =
                        json!({ "from": account, "to": world.bob(), "value": format!("{value:#x}") });
                    assert_eq!(world.send(transaction)["status"], json!("0x1"));
                }
            });
        }
    });
    assert_eq!(number(&world.ask("eth_blockNumber", json!([]))), start + 100);
}

#[test]
fn the_trace_of_a_deep_recursion_is_answered_whole() {
    let world = World::new();
    let nobody = Address::repeat_byte(0x77);
    // PUSH0 five times, ADDRESS, GAS, CALL: itself, for as long as there is gas
    let code = json!({ nobody.to_string(): { "code": "0x5f5f5f5f5f305af1" } });
    let options = json!({ "tracer": "callTracer", "stateOverrides": code });
    let request = json!({
        "jsonrpc": "2.0", "id": 1, "method": "debug_traceCall", "params": [{ "to": nobody }, "latest", options]
    });
    let (status, answer) = post(world.node.addr(), request.to_string().as_bytes());
    // Deeper than most parsers go, so the text has to do.
    let depth = String::from_utf8_lossy(&answer).matches("\"CALL\"").count();
    assert!(status == 200 && depth > 300, "{depth} calls");
    assert_alive(&world);
}

// ---- random input ----

/// Arguments that methods take, and things like them.
fn random_value(random: &mut StdRng, depth: u32) -> Value {
    let kinds = if depth == 0 { 9 } else { 11 };
    match random.random_range(0..kinds) {
        0 => Value::Null,
        1 => json!(random.random::<bool>()),
        2 => json!(random.random::<i64>()),
        3 => json!(random.random::<f64>() * 1e300),
        4 => json!(format!("{:#x}", random.random::<u64>() >> random.random_range(0..64))),
        5 => json!(Address::from(random.random::<[u8; 20]>())),
        6 => json!(B256::from(random.random::<[u8; 32]>())),
        7 => {
            let bytes: Vec<u8> = (0..random.random_range(0..200)).map(|_| random.random()).collect();
            json!(hex(&bytes))
        }
        8 => {
            let words =
                ["latest", "pending", "earliest", "0x", "", "0xzz", "callTracer", "\u{0}\u{fffd}", "-1"];
            json!(words[random.random_range(0..words.len())])
        }
        9 => (0..random.random_range(0..4)).map(|_| random_value(random, depth - 1)).collect(),
        _ => {
            let keys = [
                "from",
                "to",
                "data",
                "input",
                "value",
                "gas",
                "nonce",
                "gasPrice",
                "maxFeePerGas",
                "accessList",
                "type",
                "address",
                "topics",
                "fromBlock",
                "toBlock",
                "blockHash",
                "tracer",
                "state",
                "balance",
                "authorizationList",
                "blobVersionedHashes",
                "timestamp",
                "blocks",
            ];
            let fields = (0..random.random_range(0..5)).map(|_| {
                (keys[random.random_range(0..keys.len())].to_owned(), random_value(random, depth - 1))
            });
            Value::Object(fields.collect())
        }
    }
}

#[test]
fn random_calls_of_every_method_are_answered() {
    let world = World::new();
    let seed = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let methods = [
        "eth_getBalance",
        "eth_getCode",
        "eth_getStorageAt",
        "eth_getTransactionCount",
        "eth_getProof",
        "eth_getBlockByNumber",
        "eth_getBlockByHash",
        "eth_getBlockReceipts",
        "eth_feeHistory",
        "eth_call",
        "eth_estimateGas",
        "eth_createAccessList",
        "eth_getLogs",
        "eth_newFilter",
        "eth_getFilterChanges",
        "eth_getFilterLogs",
        "eth_uninstallFilter",
        "eth_newBlockFilter",
        "eth_sendTransaction",
        "eth_sendRawTransaction",
        "eth_sendRawTransactionSync",
        "eth_signTransaction",
        "eth_sign",
        "personal_sign",
        "eth_signTypedData_v4",
        "eth_getTransactionByHash",
        "eth_getTransactionReceipt",
        "eth_getTransactionByBlockNumberAndIndex",
        "debug_traceTransaction",
        "debug_traceCall",
        "web3_sha3",
        "txpool_content",
        "evm_snapshot",
        "evm_revert",
        "evm_increaseTime",
        "evm_setNextBlockTimestamp",
        "evm_mine",
        "anvil_setBalance",
        "anvil_setCode",
        "anvil_setNonce",
        "anvil_setStorageAt",
        "anvil_impersonateAccount",
        "anvil_dropTransaction",
        "anvil_loadState",
        "anvil_autoImpersonateAccount",
        "eth_subscribe",
        "eth_unsubscribe",
    ];
    for round in 0..2_000 {
        let method = methods[random.random_range(0..methods.len())];
        let params: Value = (0..random.random_range(0..5)).map(|_| random_value(&mut random, 3)).collect();
        if let Err(error) = world.call(method, params.clone()) {
            let broke = error["code"] == json!(-32_603) && !method.ends_with("subscribe");
            assert!(!broke, "seed {seed}, round {round}: {method} {params}: {error}");
        }
    }
    assert_alive(&world);
}

#[test]
fn random_bytes_are_no_transaction() {
    let world = World::new();
    let seed = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let transaction = json!({ "from": world.alice(), "to": world.bob(), "value": "0x1" });
    let signed = world.ask("eth_signTransaction", json!([transaction]));
    let good = alloy::hex::decode(signed["raw"].as_str().unwrap()).unwrap();
    let balance = world.ask("eth_getBalance", json!([world.alice(), "latest"]));
    for round in 0..1_000 {
        let mut bytes = good.clone();
        match random.random_range(0..4) {
            0 => bytes.truncate(random.random_range(0..good.len())),
            1 => bytes.extend((0..random.random_range(1..40)).map(|_| random.random::<u8>())),
            2 => bytes = (0..random.random_range(0..300)).map(|_| random.random()).collect(),
            _ => {
                let place = random.random_range(0..good.len());
                bytes[place] ^= 1 << random.random_range(0..8);
            }
        }
        // A flipped bit changes the signer, who owns nothing.
        let refused = world.call("eth_sendRawTransaction", json!([hex(&bytes)]));
        let error = refused.expect_err(&format!("seed {seed}, round {round}: taken: {}", hex(&bytes)));
        assert_eq!(error["code"], json!(-32_000), "seed {seed}, round {round}: {error}");
    }
    assert_eq!(world.ask("eth_getBalance", json!([world.alice(), "latest"])), balance);
}
