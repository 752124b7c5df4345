//! Reads governance back: settings, owners, every role, and the timelock's past.
//!
//! A timelock cannot list who has a role or what was scheduled, so both are put together from its events, of which the
//! node must have all. What it can be asked, it is asked too.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use anyhow::{Context, Result, bail, ensure};

use super::{
    ADMIN_ROLE, CANCELLER_ROLE, Contracts, EXECUTOR_ROLE, GOVERNOR, Governance, PROPOSER_ROLE, TIMELOCK,
    TOKEN, owned,
};
use crate::{
    bindings::{
        EverfloorGovernor, Owned,
        TimelockController::{self, CallScheduled, RoleGranted, RoleRevoked},
        VoteToken,
    },
    book::Book,
    client::Client,
    steps::{self, Check},
};

/// What the token and the governor must count by.
const CLOCK: &str = "mode=timestamp";

/// Refuses the first setting, owner or role that is not as configured.
pub async fn verify(client: &Client, settings: &Governance, book: &Book) -> Result<()> {
    let contracts = Contracts::of(book)?;
    let mut checks = contract_checks(settings, &contracts)?;
    let delay = U256::from(settings.timelock_delay);
    checks.push(Check::is(TimelockController::getMinDelayCall {}, delay).of(TIMELOCK, contracts.timelock));
    refuse(client, &checks).await?;
    for (name, contract) in owned(book) {
        let owner = client.view(contract, &Owned::ownerCall {}).await?;
        ensure!(
            owner == contracts.timelock,
            "{name} belongs to {owner}; offer it to the timelock {} and propose acceptOwnership",
            contracts.timelock
        );
        let pending = Check::is(Owned::pendingOwnerCall {}, Address::ZERO).of(&name, contract);
        refuse(client, &[pending]).await?;
    }
    let history = History::read(client, contracts.timelock).await?;
    check_roles(client, settings, &contracts, &history).await?;
    check_operations(client, &contracts, &history).await
}

async fn refuse(client: &Client, checks: &[Check]) -> Result<()> {
    match steps::first(client, checks).await? {
        Some(differs) => bail!("{differs}"),
        None => Ok(()),
    }
}

/// The token, and the governor's token, timelock and settings.
pub(super) fn contract_checks(settings: &Governance, at: &Contracts) -> Result<Vec<Check>> {
    let clock = CLOCK.to_owned();
    let token = [
        Check::is(VoteToken::nameCall {}, settings.token_name.clone()),
        Check::is(VoteToken::symbolCall {}, settings.token_symbol.clone()),
        Check::is(VoteToken::totalSupplyCall {}, settings.supply()?),
        Check::is(VoteToken::CLOCK_MODECall {}, clock.clone()),
    ];
    let extension = settings.settings()?.voteExtension;
    let governor = [
        Check::is(EverfloorGovernor::CLOCK_MODECall {}, clock),
        Check::is(EverfloorGovernor::tokenCall {}, at.token),
        Check::is(EverfloorGovernor::timelockCall {}, at.timelock),
        Check::is(EverfloorGovernor::votingDelayCall {}, U256::from(settings.voting_delay)),
        Check::is(EverfloorGovernor::votingPeriodCall {}, U256::from(settings.voting_period)),
        Check::is(EverfloorGovernor::lateQuorumVoteExtensionCall {}, extension),
        Check::is(EverfloorGovernor::proposalThresholdCall {}, settings.threshold()?),
        Check::is(EverfloorGovernor::quorumNumerator_1Call {}, U256::from(settings.quorum_percent)),
        Check::is(EverfloorGovernor::quorumDenominatorCall {}, U256::from(100)),
    ];
    let token = token.into_iter().map(|check| check.of(TOKEN, at.token));
    Ok(token.chain(governor.into_iter().map(|check| check.of(GOVERNOR, at.governor))).collect())
}

/// Who has which role: these, and nobody else.
async fn check_roles(
    client: &Client,
    settings: &Governance,
    at: &Contracts,
    history: &History,
) -> Result<()> {
    let mut wanted = BTreeSet::from([
        (ADMIN_ROLE, at.timelock),
        (PROPOSER_ROLE, at.governor),
        (CANCELLER_ROLE, at.governor),
        (EXECUTOR_ROLE, Address::ZERO),
    ]);
    wanted.extend(settings.guardian.map(|guardian| (CANCELLER_ROLE, guardian)));
    let found = history.roles()?;
    if let Some((role, account)) = found.symmetric_difference(&wanted).next() {
        let has = if found.contains(&(*role, *account)) { "has" } else { "should have" };
        bail!("{account} {has} the timelock's role {}", role_name(*role));
    }
    for (role, account) in wanted {
        let has = TimelockController::hasRoleCall { role, account };
        ensure!(client.view(at.timelock, &has).await?, "{account} has no role {}", role_name(role));
    }
    Ok(())
}

fn role_name(role: B256) -> String {
    match role {
        ADMIN_ROLE => "admin".into(),
        PROPOSER_ROLE => "proposer".into(),
        EXECUTOR_ROLE => "executor".into(),
        CANCELLER_ROLE => "canceller".into(),
        other => other.to_string(),
    }
}

/// Until the handover operations needed no delay and no votes. None but the handover may be left of that time: one that
/// waits could be executed by anybody, for ever.
async fn check_operations(client: &Client, at: &Contracts, history: &History) -> Result<()> {
    for id in history.scheduled_before_handover(at.governor)? {
        let known = TimelockController::isOperationCall { id };
        ensure!(
            !client.view(at.timelock, &known).await?,
            "the timelock has operation {id}, scheduled by the deployer before the handover"
        );
    }
    Ok(())
}

/// What a timelock has logged, in order.
pub(super) struct History(Vec<Log>);

impl History {
    /// All of it, from the node.
    pub(super) async fn read(client: &Client, timelock: Address) -> Result<Self> {
        let filter = Filter::new().address(timelock).from_block(0);
        let logs = client.provider().get_logs(&filter).await;
        Ok(Self(logs.context("the node does not give the timelock's events from its creation on")?))
    }

    /// Every operation that was ever scheduled, once.
    pub(super) fn scheduled(&self) -> BTreeSet<B256> {
        self.0.iter().filter_map(scheduled).collect()
    }

    /// Who has which role, by grants and revocations.
    fn roles(&self) -> Result<BTreeSet<(B256, Address)>> {
        let mut roles = BTreeSet::new();
        for log in &self.0 {
            if let Ok(granted) = RoleGranted::decode_log(&log.inner) {
                roles.insert((granted.role, granted.account));
            } else if let Ok(revoked) = RoleRevoked::decode_log(&log.inner) {
                roles.remove(&(revoked.role, revoked.account));
            }
        }
        ensure!(!roles.is_empty(), "the node has no events of the timelock's creation");
        Ok(roles)
    }

    /// What was scheduled before the governor became proposer, but the operation that made it so.
    fn scheduled_before_handover(&self, governor: Address) -> Result<BTreeSet<B256>> {
        let granted = |log: &Log| {
            RoleGranted::decode_log(&log.inner)
                .is_ok_and(|granted| granted.role == PROPOSER_ROLE && granted.account == governor)
        };
        let place = self.0.iter().position(granted).context("the governor was never made proposer")?;
        let (before, after) = self.0.split_at(place);
        let handover =
            after.iter().find_map(|log| TimelockController::CallExecuted::decode_log(&log.inner).ok());
        let handover = handover.context("the governor was made proposer by no operation")?.id;
        Ok(before.iter().filter_map(scheduled).filter(|id| *id != handover).collect())
    }
}

fn scheduled(log: &Log) -> Option<B256> {
    CallScheduled::decode_log(&log.inner).ok().map(|scheduled| scheduled.id)
}
