//! Four bytes route a call: no two methods behind one address may share them.

use crate::json;
use crate::model::Contract;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// The methods of a contract by selector, each with the program that answers it.
pub type Selectors = BTreeMap<[u8; 4], Vec<String>>;

/// Two methods behind one address with the same selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The contract.
    pub contract: String,
    /// What they share.
    pub selector: [u8; 4],
    /// Them.
    pub methods: Vec<String>,
}

impl std::fmt::Display for Collision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let selector: String = self.selector.iter().map(|byte| format!("{byte:02x}")).collect();
        write!(f, "{}: 0x{selector} is shared by {}", self.contract, self.methods.join(" and "))
    }
}

/// The selectors of a contract's methods.
pub fn of(contract: &Contract) -> Result<Selectors> {
    let abi = json::abi(contract)?;
    let mut out = Selectors::new();
    for (name, overloads) in &abi.functions {
        let written = contract.functions.iter().filter(|function| function.name == *name);
        for (function, written) in overloads.iter().zip(written) {
            let method = format!("{} of `{}`", function.signature(), written.program);
            out.entry(function.selector().0).or_default().push(method);
        }
    }
    Ok(out)
}

/// The selectors each program of a contract answers, by the program's crate: for tests of what forwards to what.
pub fn by_program(contract: &Contract) -> Result<BTreeMap<String, BTreeSet<[u8; 4]>>> {
    let mut out = BTreeMap::new();
    for function in &contract.functions {
        out.entry(function.program.clone()).or_insert_with(BTreeSet::new);
    }
    for (program, selectors) in &mut out {
        let mut part = contract.clone();
        part.functions.retain(|function| function.program == *program);
        selectors.extend(of(&part)?.into_keys());
    }
    Ok(out)
}

/// The collisions within a contract, and with the proxy before it.
pub fn collisions(contract: &Contract, proxy: Option<&Contract>) -> Result<Vec<Collision>> {
    let mut all = of(contract)?;
    if let Some(proxy) = proxy {
        for (selector, methods) in of(proxy)? {
            let methods = methods.into_iter().map(|method| format!("{method} (the proxy)"));
            all.entry(selector).or_default().extend(methods);
        }
    }
    let shared = all.into_iter().filter(|(_, methods)| methods.len() > 1);
    Ok(shared
        .map(|(selector, methods)| Collision { contract: contract.name.clone(), selector, methods })
        .collect())
}
