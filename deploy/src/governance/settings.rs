//! What a network wants of its governance: `[governance]` in the configuration.

use std::{collections::BTreeMap, ops::RangeInclusive};

use alloy::primitives::{Address, U256, aliases::U48};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{
    bindings::{EverfloorGovernor::Settings, VoteToken::Allocation},
    config::{WAD, decimal},
};

/// Most bits of the token's supply: more, and votes would not fit their checkpoints.
const SUPPLY_BITS: usize = 208;
const MINUTE: u32 = 60;
const MONTH: u32 = 30 * 86_400;
/// Seconds of a delay, or of voting. Longer, and a mistake could not be mended in time; a proposal could not either.
const SECONDS: RangeInclusive<u32> = MINUTE..=MONTH;

/// The voting token, the governor and the timelock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Governance {
    /// The token's name.
    pub token_name: String,
    /// Its symbol.
    pub token_symbol: String,
    /// All of it, whole tokens; the holders' parts must come to this.
    pub supply: String,
    /// Who has how much of it at the beginning, whole tokens.
    pub holders: BTreeMap<Address, String>,
    /// Seconds from a proposal to the moment at which votes are counted: time to buy, borrow or delegate.
    pub voting_delay: u32,
    /// Seconds of voting.
    pub voting_period: u32,
    /// Seconds of voting there are at least after the quorum is reached; 0 is none.
    #[serde(default)]
    pub vote_extension: u32,
    /// Per cent of the supply that must vote for or abstain.
    pub quorum_percent: u32,
    /// Votes one needs to propose, whole tokens.
    pub proposal_threshold: String,
    /// Seconds between a decision and its execution: time to leave.
    pub timelock_delay: u32,
    /// May cancel what is queued, and nothing else; nobody but the governor if left out.
    pub guardian: Option<Address>,
}

impl Governance {
    /// Refuses what the contracts would refuse, what nobody could undo, and what makes no sense together.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.token_name.is_empty() && !self.token_symbol.is_empty(), "the token has no name");
        for (name, value, range) in [
            ("voting-delay", self.voting_delay, SECONDS),
            ("voting-period", self.voting_period, SECONDS),
            ("vote-extension", self.vote_extension, 0..=self.voting_period),
            ("timelock-delay", self.timelock_delay, SECONDS),
            ("quorum-percent", self.quorum_percent, 1..=100),
        ] {
            let (low, high) = (range.start(), range.end());
            ensure!(range.contains(&value), "{name} is {value}, not within {low} and {high}");
        }
        let (supply, threshold) = (self.supply()?, self.threshold()?);
        ensure!(supply.bit_len() <= SUPPLY_BITS, "supply has more than {SUPPLY_BITS} bits");
        ensure!(
            !threshold.is_zero() && threshold <= supply,
            "proposal-threshold is {}: anybody or nobody could propose",
            self.proposal_threshold
        );
        ensure!(self.guardian != Some(Address::ZERO), "guardian is nobody: leave it out");
        self.check_holders(supply)
    }

    fn check_holders(&self, supply: U256) -> Result<()> {
        let mut sum = U256::ZERO;
        for Allocation { holder, amount } in self.allocations()? {
            ensure!(!holder.is_zero() && !amount.is_zero(), "holders: {holder} has {amount}");
            sum = sum.checked_add(amount).context("holders have more than 256 bits")?;
        }
        ensure!(sum == supply, "holders have {sum} units, the supply is {supply}");
        Ok(())
    }

    /// All of the token, smallest units.
    pub fn supply(&self) -> Result<U256> {
        decimal("supply", &self.supply, WAD)
    }

    /// Votes one needs to propose.
    pub fn threshold(&self) -> Result<U256> {
        decimal("proposal-threshold", &self.proposal_threshold, WAD)
    }

    /// The holders as the token's constructor takes them.
    pub fn allocations(&self) -> Result<Vec<Allocation>> {
        let parts = self.holders.iter();
        parts
            .map(|(holder, text)| Ok(Allocation { holder: *holder, amount: decimal("holders", text, WAD)? }))
            .collect()
    }

    /// The governor's settings as its constructor takes them.
    pub fn settings(&self) -> Result<Settings> {
        Ok(Settings {
            votingDelay: U48::from(self.voting_delay),
            votingPeriod: self.voting_period,
            proposalThreshold: self.threshold()?,
            quorumPercent: U256::from(self.quorum_percent),
            voteExtension: U48::from(self.vote_extension),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        token-name = "Everfloor Vote"
        token-symbol = "EVOTE"
        supply = "1000"
        voting-delay = 86400
        voting-period = 259200
        vote-extension = 86400
        quorum-percent = 4
        proposal-threshold = "10"
        timelock-delay = 172800
        [holders]
        "0x0000000000000000000000000000000000000001" = "600"
        "0x0000000000000000000000000000000000000002" = "400"
    "#;

    fn refusal(from: &str, to: &str) -> String {
        let text = TEXT.replace(from, to);
        assert_ne!(text, TEXT);
        toml::from_str::<Governance>(&text).unwrap().check().unwrap_err().to_string()
    }

    #[test]
    fn a_sound_configuration_is_taken_as_it_is() {
        let governance: Governance = toml::from_str(TEXT).unwrap();
        governance.check().unwrap();
        assert_eq!(governance.allocations().unwrap().len(), 2);
        assert_eq!(governance.settings().unwrap().votingPeriod, 259_200);
    }

    #[test]
    fn each_bound_is_named_before_anything_is_sent() {
        for (from, to, named) in [
            ("voting-delay = 86400", "voting-delay = 0", "voting-delay is 0"),
            ("voting-period = 259200", "voting-period = 59", "voting-period is 59"),
            ("vote-extension = 86400", "vote-extension = 259201", "vote-extension is 259201"),
            ("timelock-delay = 172800", "timelock-delay = 2592001", "timelock-delay is 2592001"),
            ("quorum-percent = 4", "quorum-percent = 101", "quorum-percent is 101"),
            ("proposal-threshold = \"10\"", "proposal-threshold = \"0\"", "proposal-threshold is 0"),
            ("proposal-threshold = \"10\"", "proposal-threshold = \"1001\"", "proposal-threshold is 1001"),
            ("\"400\"", "\"399.5\"", "the supply is 1000000000000000000000"),
            ("\"400\"", "\"0\"", "has 0"),
            ("token-symbol = \"EVOTE\"", "token-symbol = \"\"", "no name"),
        ] {
            let error = refusal(from, to);
            assert!(error.contains(named), "{to}: {error}");
        }
    }

    #[test]
    fn a_guardian_who_is_nobody_is_refused() {
        let zero = format!("guardian = \"{}\"\n[holders]", Address::ZERO);
        assert!(refusal("[holders]", &zero).contains("guardian"));
    }
}
