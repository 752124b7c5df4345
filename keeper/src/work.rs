//! Work: a transaction that somebody may send and somebody should, with why, and what it brings.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};

/// How soon work has to be done; the first is done first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Each moment costs somebody: liquidations, and prices that they go by.
    Now,
    /// A time has come: epochs, auctions.
    Due,
    /// Better sooner than later.
    Upkeep,
}

/// A sum in a token's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The token.
    pub token: Address,
    /// Its units.
    pub amount: U256,
}

/// What work brings.
#[derive(Clone, Copy, Debug)]
pub enum Pays {
    /// Nothing: somebody has to.
    Nothing,
    /// At least so much, to whoever does it.
    AtLeast(Sum),
    /// What its answer says, when it is simulated.
    Answered {
        /// In which token.
        token: Address,
        /// Reads the answer; none is that nothing would be done.
        read: fn(&[u8]) -> Option<U256>,
    },
}

/// Something to do.
#[derive(Clone, Debug)]
pub struct Task {
    /// The job that found it.
    pub job: &'static str,
    /// What is done, in a word.
    pub action: &'static str,
    /// What it is done to. With the action it identifies the work: it is not done twice on the same sight.
    pub subject: String,
    /// How soon.
    pub urgency: Urgency,
    /// The contract.
    pub to: Address,
    /// The call.
    pub data: Bytes,
    /// Wei sent along.
    pub value: U256,
    /// Wei of these that are expected to be spent.
    pub fee: U256,
    /// Why it should be done.
    pub why: String,
    /// What it brings.
    pub pays: Pays,
    /// Refused, it is not tried again for a while: what refuses it is not about to change.
    pub patient: bool,
    /// The same in parts, for when it is not worth its gas as a whole: what does not pay must not keep what does.
    pub parts: Vec<Task>,
}

impl Task {
    /// A call that somebody should make.
    pub fn new(
        (job, action): (&'static str, &'static str),
        subject: impl ToString,
        to: Address,
        call: &impl SolCall,
    ) -> Self {
        Self {
            job,
            action,
            subject: subject.to_string(),
            urgency: Urgency::Upkeep,
            to,
            data: call.abi_encode().into(),
            value: U256::ZERO,
            fee: U256::ZERO,
            why: String::new(),
            pays: Pays::Nothing,
            patient: false,
            parts: Vec::new(),
        }
    }

    /// Why.
    pub fn because(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    /// How soon.
    pub fn urgent(self, urgency: Urgency) -> Self {
        Self { urgency, ..self }
    }

    /// What it brings.
    pub fn pays(self, pays: Pays) -> Self {
        Self { pays, ..self }
    }

    /// Not again for a while, if it is refused.
    pub fn patient(self) -> Self {
        Self { patient: true, ..self }
    }

    /// What to try instead, where the whole is not worth its gas.
    pub fn or_in_parts(self, parts: Vec<Task>) -> Self {
        Self { parts, ..self }
    }

    /// Sends wei along, of which `fee` are expected to be spent.
    pub fn with_value(self, value: U256, fee: U256) -> Self {
        Self { value, fee, ..self }
    }

    /// What identifies the work.
    pub fn key(&self) -> String {
        format!("{}/{}/{}/{}", self.job, self.action, self.to, self.subject)
    }
}
