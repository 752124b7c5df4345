//! A proposal: what the timelock shall call, and why. The governor knows it by a hash of the whole, so each transaction
//! of its way carries all of it again.

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use anyhow::{Result, ensure};
use serde::Serialize;

use crate::{bindings::EverfloorGovernor, client::Call};

/// One call of the timelock's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The contract.
    pub target: Address,
    /// Wei sent along, of the timelock's own.
    pub value: U256,
    /// Call data.
    pub data: Bytes,
}

impl Action {
    /// A call of a contract's function.
    pub fn new(target: Address, call: &impl SolCall) -> Self {
        Self::raw(target, call.abi_encode().into())
    }

    /// Call data as it is.
    pub fn raw(target: Address, data: Bytes) -> Self {
        Self { target, value: U256::ZERO, data }
    }
}

/// Calls that are decided upon together, and executed in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    actions: Vec<Action>,
    description: String,
}

/// A transaction for somebody to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Prepared {
    /// Where to.
    pub to: Address,
    /// Call data.
    pub data: Bytes,
}

/// All about a proposal, to be written as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Printed {
    /// The governor's identifier of it, decimal.
    pub proposal_id: String,
    /// The timelock's identifier of it.
    pub operation_id: B256,
    /// Why.
    pub description: String,
    /// What.
    pub actions: Vec<Action>,
    /// For somebody with votes enough; voting begins after the voting delay.
    pub propose: Prepared,
    /// A vote for it.
    pub vote_for: Prepared,
    /// For anybody, once it has succeeded.
    pub queue: Prepared,
    /// For anybody, once the timelock's delay is over.
    pub execute: Prepared,
}

impl Proposal {
    /// Refuses one without calls or without a description.
    pub fn new(actions: Vec<Action>, description: &str) -> Result<Self> {
        ensure!(!actions.is_empty(), "a proposal without calls");
        ensure!(!description.is_empty(), "a proposal without a description");
        Ok(Self { actions, description: description.to_owned() })
    }

    /// The governor's identifier of it.
    pub fn id(&self) -> U256 {
        let (targets, values, calldatas) = self.lists();
        U256::from_be_bytes(keccak256((targets, values, calldatas, self.hash()).abi_encode_params()).0)
    }

    /// The timelock's identifier of it, once it is queued: what a guardian cancels.
    pub fn operation(&self, governor: Address) -> B256 {
        let (targets, values, calldatas) = self.lists();
        let salt = FixedBytes::<32>::right_padding_from(governor.as_slice()) ^ self.hash();
        keccak256((targets, values, calldatas, B256::ZERO, salt).abi_encode_params())
    }

    /// Puts it before the voters.
    pub fn propose(&self, governor: Address) -> Call {
        let (targets, values, calldatas) = self.lists();
        let description = self.description.clone();
        Call::new(governor, &EverfloorGovernor::proposeCall { targets, values, calldatas, description })
    }

    /// Hands it to the timelock once it has succeeded.
    pub fn queue(&self, governor: Address) -> Call {
        let (targets, values, calldatas) = self.lists();
        let call = EverfloorGovernor::queueCall { targets, values, calldatas, descriptionHash: self.hash() };
        Call::new(governor, &call)
    }

    /// Executes it once the delay is over.
    pub fn execute(&self, governor: Address) -> Call {
        let (targets, values, calldatas) = self.lists();
        let call =
            EverfloorGovernor::executeCall { targets, values, calldatas, descriptionHash: self.hash() };
        Call::new(governor, &call)
    }

    /// Withdraws it: its proposer may, until voting begins.
    pub fn cancel(&self, governor: Address) -> Call {
        let (targets, values, calldatas) = self.lists();
        let call = EverfloorGovernor::cancelCall { targets, values, calldatas, descriptionHash: self.hash() };
        Call::new(governor, &call)
    }

    /// A vote on it.
    pub fn vote(&self, governor: Address, vote: Vote) -> Call {
        let cast = EverfloorGovernor::castVoteCall { proposalId: self.id(), support: vote as u8 };
        Call::new(governor, &cast)
    }

    /// All of it, to be written down.
    pub fn printed(&self, governor: Address) -> Printed {
        let prepared = |call: Call| Prepared { to: governor, data: call.data };
        Printed {
            proposal_id: self.id().to_string(),
            operation_id: self.operation(governor),
            description: self.description.clone(),
            actions: self.actions.clone(),
            propose: prepared(self.propose(governor)),
            vote_for: prepared(self.vote(governor, Vote::For)),
            queue: prepared(self.queue(governor)),
            execute: prepared(self.execute(governor)),
        }
    }

    fn hash(&self) -> B256 {
        keccak256(&self.description)
    }

    fn lists(&self) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
        let actions = self.actions.iter();
        let targets = actions.clone().map(|action| action.target).collect();
        let values = actions.clone().map(|action| action.value).collect();
        (targets, values, actions.map(|action| action.data.clone()).collect())
    }
}

/// A vote, as the governor numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Vote {
    /// No.
    Against,
    /// Yes; counts for the quorum.
    For,
    /// Neither; counts for the quorum.
    Abstain,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_of_nothing_is_refused() {
        let action = Action::raw(Address::ZERO, Bytes::new());
        assert!(Proposal::new(Vec::new(), "why").unwrap_err().to_string().contains("without calls"));
        assert!(Proposal::new(vec![action], "").unwrap_err().to_string().contains("description"));
    }

    #[test]
    fn what_is_printed_is_what_would_be_sent() {
        let governor = Address::repeat_byte(7);
        let action = Action::raw(Address::repeat_byte(9), Bytes::from_static(&[1, 2, 3, 4]));
        let proposal = Proposal::new(vec![action], "because").unwrap();
        let printed = serde_json::to_value(proposal.printed(governor)).unwrap();
        assert_eq!(printed["proposalId"], proposal.id().to_string());
        assert_eq!(printed["actions"][0]["data"], "0x01020304");
        assert_eq!(printed["execute"]["data"], proposal.execute(governor).data.to_string());
        assert_eq!(
            printed["queue"]["to"].as_str().unwrap().to_lowercase(),
            governor.to_string().to_lowercase()
        );
    }
}
