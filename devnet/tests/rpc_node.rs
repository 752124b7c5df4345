//! The binary: how it starts, what it prints, how it ends, and what it keeps.
#![cfg(unix)]

mod rpc_world;

use rpc_world::{call, number};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

/// A node as its own process, on a free port.
struct Node {
    process: Child,
    addr: SocketAddr,
    greeting: Vec<String>,
    /// Kept, so that the node can go on printing.
    output: Lines<BufReader<ChildStdout>>,
}

impl Node {
    fn start(flags: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_devnet"))
            .args(["--port", "0"])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the node starts");
        let mut output = BufReader::new(process.stdout.take().expect("its output")).lines();
        let (addr, greeting) = read_greeting(&mut output);
        Self { process, addr, greeting, output }
    }

    fn ask(&self, method: &str, params: Value) -> Value {
        call(self.addr, method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Asks the process to end; whether it ended well.
    fn end(mut self, signal: &str) -> bool {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
        self.process.wait().expect("it ends").success()
    }
}

/// Everything up to where the node listens.
fn read_greeting(output: &mut Lines<BufReader<ChildStdout>>) -> (SocketAddr, Vec<String>) {
    let mut greeting = Vec::new();
    loop {
        let line = output.next().expect("it says where it listens").expect("text");
        let addr = line.strip_prefix("Listening on http://").and_then(|rest| rest.split(' ').next());
        let addr = addr.map(|addr| addr.parse().expect("an address"));
        greeting.push(line);
        if let Some(addr) = addr {
            return (addr, greeting);
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A file that does not outlive its test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let file = folder.join(format!("{name}-{}.json", std::process::id()));
        let _ = std::fs::remove_file(&file);
        Self(file)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a readable name")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn send_one(node: &Node) -> Value {
    let accounts = node.ask("eth_accounts", json!([]));
    let transaction = json!({ "from": accounts[0], "to": accounts[1], "value": "0x1" });
    node.ask("eth_sendTransaction", json!([transaction]))
}

#[test]
fn a_node_prints_its_accounts_with_their_keys_and_answers_at_once() {
    let start = Instant::now();
    let mut node = Node::start(&[]);
    assert_eq!(node.ask("eth_chainId", json!([])), json!("0x64aba"));
    println!("first answer after {:?}", start.elapsed());
    let text = node.greeting.join("\n");
    assert_eq!(text.matches("(").count(), 10);
    assert!(text.contains("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
    assert!(text.contains("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    let hash = send_one(&node);
    let line = node.output.by_ref().map_while(Result::ok).find(|line| !line.is_empty()).expect("a line");
    assert!(line.contains(hash.as_str().expect("a hash")), "{line}");
    assert!(node.end("-INT"), "Ctrl-C ends it well");
}

#[test]
fn a_node_keeps_its_state_in_a_file() {
    let file = Scratch::new("state");
    let node = Node::start(&["--state", file.path()]);
    let hash = send_one(&node);
    assert!(node.end("-TERM"));
    let node = Node::start(&["--state", file.path()]);
    let receipt = node.ask("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], json!("0x1"));
    assert_eq!(node.ask("eth_blockNumber", json!([])), receipt["blockNumber"]);
    send_one(&node);
    assert!(node.end("-TERM"));

    // What is not a chain is neither loaded nor overwritten.
    std::fs::write(&file.0, "no chain").expect("a file");
    let ended = Command::new(env!("CARGO_BIN_EXE_devnet"))
        .args(["--port", "0", "--state", file.path()])
        .output()
        .expect("it ends by itself");
    assert!(!ended.status.success());
    assert!(String::from_utf8_lossy(&ended.stderr).contains("holds no chain"));
    assert_eq!(std::fs::read_to_string(&file.0).expect("the file"), "no chain");
}

#[test]
fn a_node_on_the_clock_mines_without_being_asked() {
    let node = Node::start(&["--block-time", "1"]);
    let hash = send_one(&node);
    assert_eq!(node.ask("eth_getTransactionByHash", json!([hash]))["blockHash"], Value::Null);
    // Waits for the block, however long the machine takes.
    let receipt = loop {
        let receipt = node.ask("eth_getTransactionReceipt", json!([hash]));
        if receipt != Value::Null {
            break receipt;
        }
        std::thread::yield_now();
    };
    assert!(number(&receipt["blockNumber"]) > 0);
    assert_eq!(node.ask("anvil_getIntervalMining", json!([])), json!(1));
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let node = Node::start(&[]);
    let port = node.addr.port().to_string();
    let second =
        Command::new(env!("CARGO_BIN_EXE_devnet")).args(["--port", &port]).output().expect("it ends");
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("cannot listen on 127.0.0.1"));
}
