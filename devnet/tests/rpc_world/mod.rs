//! A node in the test's process, a client that can say anything, and a program to talk to.

#![allow(dead_code, reason = "each test file uses its part")]

use alloy::primitives::{Address, B256, U256};
use alloy::sol;
use alloy::sol_types::SolCall;
use devnet::rpc::{self, Handle, Options};
use devnet::{Chain, Clock, Config};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

sol! {
    #[sol(rpc)]
    #[derive(Debug)]
    contract Counter {
        function number() external view returns (uint256);
        function setNumber(uint256 value) external;
        function increment() external;
        event NumberSet(address indexed by, uint256 value);
        error TooBig(uint256 value);
    }
}

/// The program that understands [`Counter`].
pub fn counter_wasm() -> Vec<u8> {
    wat::parse_str(include_str!("../../../test/clients/counter.wat")).expect("the counter is WAT")
}

/// An answer: a result or an error object.
pub type Answer = Result<Value, Value>;

/// A node with a counter on it.
pub struct World {
    pub node: Handle,
    pub counter: Address,
    pub accounts: Vec<(Address, B256)>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Config::default(), Options::default())
    }

    /// A node whose blocks carry the machine's time, as the server's do.
    pub fn on_the_clock() -> Self {
        Self::with(Config { clock: Clock::Wall, ..Config::default() }, Options::default())
    }

    pub fn with(config: Config, options: Options) -> Self {
        let mut chain = Chain::new(config);
        let accounts = chain.accounts();
        let counter = chain.deploy_program(accounts[0].0, &counter_wasm()).expect("the counter deploys");
        let node = rpc::serve_with(chain, "127.0.0.1:0", options).expect("the node starts");
        Self { node, counter, accounts }
    }

    pub fn alice(&self) -> Address {
        self.accounts[0].0
    }

    pub fn bob(&self) -> Address {
        self.accounts[1].0
    }

    pub fn call(&self, method: &str, params: Value) -> Answer {
        call(self.node.addr(), method, params)
    }

    /// A call that must succeed.
    pub fn ask(&self, method: &str, params: Value) -> Value {
        self.call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// A call that must be refused: the error's code and message.
    pub fn refused(&self, method: &str, params: Value) -> (i64, String) {
        let error = self.call(method, params).expect_err("the call is not refused");
        (error["code"].as_i64().expect("a code"), error["message"].as_str().expect("a message").into())
    }

    /// Sends from a development account; the receipt.
    pub fn send(&self, transaction: Value) -> Value {
        let hash = self.ask("eth_sendTransaction", json!([transaction]));
        self.ask("eth_getTransactionReceipt", json!([hash]))
    }

    pub fn set_number(&self, value: u64) -> Value {
        let data = Counter::setNumberCall { value: U256::from(value) }.abi_encode();
        self.send(json!({ "from": self.alice(), "to": self.counter, "data": hex(&data) }))
    }

    pub fn number(&self, block: Value) -> Answer {
        let data = hex(&Counter::numberCall {}.abi_encode());
        self.call("eth_call", json!([{ "to": self.counter, "data": data }, block]))
    }
}

pub fn call(addr: SocketAddr, method: &str, params: Value) -> Answer {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let (status, body) = post(addr, request.to_string().as_bytes());
    assert_eq!(status, 200, "{method}: {}", String::from_utf8_lossy(&body));
    let mut answer: Value = serde_json::from_slice(&body).expect("an answer in JSON");
    assert_eq!(answer["id"], json!(1), "{method}: {answer}");
    match answer.get_mut("error") {
        Some(error) => Err(error.take()),
        None => Ok(answer["result"].take()),
    }
}

/// Posts a body, whatever it is; the status and the answer's body.
pub fn post(addr: SocketAddr, body: &[u8]) -> (u16, Vec<u8>) {
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {addr}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    exchange(addr, &[head.as_bytes(), body].concat())
}

/// Sends bytes on a fresh connection and reads one answer: as long as it says, or until the node closes.
pub fn exchange(addr: SocketAddr, bytes: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(addr).expect("the node accepts");
    // The node may answer and close before it has read everything.
    let _ = stream.write_all(bytes);
    read_answer(&mut stream)
}

/// Sends bytes and no more, so that the node does not wait for the rest; reads what it answers.
pub fn exchange_and_hang_up(addr: SocketAddr, bytes: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(addr).expect("the node accepts");
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    read_answer(&mut stream)
}

fn read_answer(stream: &mut TcpStream) -> (u16, Vec<u8>) {
    let mut answer = Vec::new();
    let mut chunk = [0; 65_536];
    loop {
        if let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4) {
            let length = content_length(&answer[..end]);
            if length.is_some_and(|length| answer.len() >= end + length) {
                return (status(&answer), answer.split_off(end));
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return (status(&answer), Vec::new()),
            Ok(read) => answer.extend_from_slice(&chunk[..read]),
        }
    }
}

fn status(answer: &[u8]) -> u16 {
    let digits = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn content_length(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head).to_lowercase();
    head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
}

pub fn hex(bytes: &[u8]) -> String {
    alloy::hex::encode_prefixed(bytes)
}

/// A `0x` quantity.
pub fn number(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no quantity"));
    u64::from_str_radix(text.trim_start_matches("0x"), 16).expect("a quantity")
}

pub fn word(value: u64) -> String {
    format!("{value:#066x}")
}
