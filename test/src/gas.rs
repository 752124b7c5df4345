//! Snapshots of what operations cost, that tests compare with: `test/gas.json` and `test/gas-puts.json`.
//!
//! `tx` is what the receipt says; `exec` is that less the 21,000 of a transaction and its calldata. For views both are of
//! an `eth_call`. Where a target was set, the snapshot has it, and how far it is missed.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};

/// How far a figure may lie from the snapshot, in thousandths.
const TOLERANCE_PER_MILLE: u64 = 10;

/// What an operation costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Gas of the transaction.
    pub tx: u64,
    /// Gas of what it did.
    pub exec: u64,
    /// What `exec` is to be at most, where that was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u64>,
    /// How far it is above that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<u64>,
}

/// Costs by name.
pub type Costs = BTreeMap<String, Cost>;

/// The cost of a transaction with this calldata.
pub fn cost(tx: u64, calldata: &[u8]) -> Cost {
    let zeros = calldata.iter().filter(|byte| **byte == 0).count() as u64;
    let calldata = zeros * 4 + (calldata.len() as u64 - zeros) * 16;
    Cost { tx, exec: tx - 21_000 - calldata, ..Cost::default() }
}

impl Cost {
    /// The same beside what it is to be at most.
    pub fn with_target(self, target: Option<u64>) -> Self {
        let above = target.and_then(|most| self.exec.checked_sub(most)).filter(|above| *above > 0);
        Self { target, above, ..self }
    }
}

/// Compares with a snapshot in this package's folder, or writes it if `UPDATE_GAS` is set.
#[track_caller]
pub fn compare(file: &str, measured: &Costs) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_GAS").is_some() {
        let text = serde_json::to_string_pretty(measured).expect("costs are numbers") + "\n";
        fs::write(path, text).expect("the snapshot can be written");
        return;
    }
    let text = fs::read_to_string(path).unwrap_or_else(|_| "{}".into());
    let recorded: Costs = serde_json::from_str(&text).expect("a snapshot of gas");
    let near = |a: u64, b: u64| a.abs_diff(b) * 1_000 <= b * TOLERANCE_PER_MILLE;
    let mut differences = Vec::new();
    for (name, cost) in measured {
        match recorded.get(name) {
            Some(old) if near(cost.tx, old.tx) && near(cost.exec, old.exec) => {}
            old => differences.push(format!("{name}: recorded {old:?}, measured {cost:?}")),
        }
    }
    differences.extend(
        recorded.keys().filter(|name| !measured.contains_key(*name)).map(|name| format!("{name}: gone")),
    );
    assert!(
        differences.is_empty(),
        "gas differs from test/{file} (if that is meant, run with UPDATE_GAS=1 and commit):\n  {}",
        differences.join("\n  ")
    );
}
