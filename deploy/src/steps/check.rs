//! A question to the chain, and what the answer should be.

use alloy::{
    primitives::{Address, B256, Bytes, U256, b256},
    sol_types::SolCall,
};
use anyhow::Result;

use crate::{bindings::Owned, client::Client};

/// Where ERC-1967 has a proxy's implementation.
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// What is asked.
enum Question {
    Call(Bytes),
    Slot(U256),
}

/// What differs, if anything does.
type Judge = Box<dyn Fn(&[u8]) -> Option<String> + Send + Sync>;

/// A question and a judgement of the answer.
pub struct Check {
    contract: String,
    at: Address,
    what: String,
    question: Question,
    judge: Judge,
}

impl Check {
    /// A view answers exactly this.
    pub fn is<C>(call: C, wanted: C::Return) -> Self
    where
        C: SolCall,
        C::Return: PartialEq + std::fmt::Debug + Send + Sync + 'static,
    {
        let should = format!("{wanted:?}");
        Self::that(call, should, move |found| *found == wanted)
    }

    /// A view answers something that passes a test; `should` says what.
    pub fn that<C>(
        call: C,
        should: impl Into<String>,
        test: impl Fn(&C::Return) -> bool + Send + Sync + 'static,
    ) -> Self
    where
        C: SolCall,
        C::Return: std::fmt::Debug,
    {
        let should = should.into();
        Self::unless(call, move |found| {
            (!test(found)).then(|| format!("is {found:?}, and should be {should}"))
        })
    }

    /// A view answers something of which there is nothing to say.
    pub fn unless<C>(call: C, what: impl Fn(&C::Return) -> Option<String> + Send + Sync + 'static) -> Self
    where
        C: SolCall,
    {
        let judge = move |answer: &[u8]| match C::abi_decode_returns(answer) {
            Ok(found) => what(&found),
            Err(_) => Some("answers something else".to_owned()),
        };
        Self {
            contract: String::new(),
            at: Address::ZERO,
            what: format!(".{}", C::SIGNATURE),
            question: Question::Call(call.abi_encode().into()),
            judge: Box::new(judge),
        }
    }

    /// A proxy runs this implementation.
    pub fn implementation(wanted: Address) -> Self {
        let judge = move |answer: &[u8]| {
            let found = Address::from_word(B256::try_from(answer).unwrap_or_default());
            (found != wanted).then(|| format!("is {found}, and should be {wanted}"))
        };
        Self {
            contract: String::new(),
            at: Address::ZERO,
            what: "'s implementation".to_owned(),
            question: Question::Slot(IMPLEMENTATION_SLOT.into()),
            judge: Box::new(judge),
        }
    }

    /// A contract belongs to somebody.
    pub fn owner(contract: &str, at: Address, owner: Address) -> Self {
        Self::is(Owned::ownerCall {}, owner).of(contract, at)
    }

    /// Of which contract, if that is not said yet.
    pub fn of(self, contract: &str, at: Address) -> Self {
        if self.contract.is_empty() {
            return Self { contract: contract.to_owned(), at, ..self };
        }
        self
    }

    /// What the chain has that it should not have; none if all is well.
    pub async fn differs(&self, client: &Client) -> Result<Option<String>> {
        let answer = match &self.question {
            Question::Call(data) => client.ask(self.at, data.clone()).await?,
            Question::Slot(slot) => Ok(client.slot(self.at, *slot).await?.to_be_bytes_vec().into()),
        };
        let differs = match answer {
            Ok(answer) => (self.judge)(&answer),
            Err(refusal) => Some(format!("refuses: {refusal}")),
        };
        Ok(differs.map(|text| format!("{}{} {text}", self.contract, self.what)))
    }
}

/// The first of several that does not hold.
pub(crate) async fn first(client: &Client, checks: &[Check]) -> Result<Option<String>> {
    for check in checks {
        if let Some(differs) = check.differs(client).await? {
            return Ok(Some(differs));
        }
    }
    Ok(None)
}
