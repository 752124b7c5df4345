//! The steps from an owner who is a person to one who is a timelock.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolConstructor, SolValue},
};
use anyhow::Result;

use super::{
    CANCELLER_ROLE, Contracts, GOVERNOR, Governance, PROPOSER_ROLE, TIMELOCK, TOKEN,
    verify::{History, contract_checks},
};
use crate::{
    bindings::{EverfloorGovernor, Owned, TimelockController, VoteToken},
    client::{Call, Client},
    steps::{Check, List, Made, Site, Task, Wire},
};

impl<'a> List<'a> {
    /// Three contracts, read back before anything is given to them; then offers, and the batch that takes them up.
    pub(crate) fn govern(&mut self, settings: &'a Governance) {
        let owned = self.owned();
        self.contract(TOKEN, move |_| {
            let construct = VoteToken::constructorCall {
                name: settings.token_name.clone(),
                symbol: settings.token_symbol.clone(),
                allocations: settings.allocations()?,
            };
            Ok(Made::compiled(TOKEN, construct.abi_encode()))
        });
        self.contract(TIMELOCK, move |site| Ok(Made::compiled(TIMELOCK, timelock(site).abi_encode())));
        self.contract(GOVERNOR, move |site| {
            let (token, timelock) = (site.contract(TOKEN)?, site.contract(TIMELOCK)?);
            let construct =
                EverfloorGovernor::constructorCall { token, timelock, settings: settings.settings()? };
            Ok(Made::compiled(GOVERNOR, construct.abi_encode()))
        });
        self.step("governance read back", move |site| {
            Ok(Task::Read(contract_checks(settings, &Contracts::of(site.book)?)?))
        });
        for name in &owned {
            let contract = name.clone();
            self.step(format!("{name} offered to the timelock"), move |site| offer(&contract, site));
        }
        self.hand_over(settings, owned);
    }

    /// Schedules and executes the batch after which the deployer can do nothing more.
    fn hand_over(&mut self, settings: &'a Governance, owned: Vec<String>) {
        let batch = move |site: &Site<'_>| -> Result<(Contracts, Batch)> {
            let contracts = Contracts::of(site.book)?;
            let owned = owned.iter().map(|name| site.contract(name)).collect::<Result<Vec<_>>>()?;
            Ok((contracts, Batch::handover(settings, &contracts, site.deployer, &owned)))
        };
        let made = batch.clone();
        self.step("nothing scheduled beside the handover", move |site| {
            let (Contracts { timelock, governor, .. }, batch) = made(site)?;
            Ok(Task::Cancel(Others { timelock, governor, ours: batch.id() }))
        });
        let made = batch.clone();
        self.step("handover scheduled", move |site| {
            let (contracts, batch) = made(site)?;
            let known = TimelockController::isOperationCall { id: batch.id() };
            let known = Check::is(known, true).of(TIMELOCK, contracts.timelock);
            Ok(Wire::any(contracts.timelock, &batch.schedule(), vec![known, governs(&contracts)]))
        });
        self.step("handover", move |site| {
            let (contracts, batch) = batch(site)?;
            Ok(Wire::once(contracts.timelock, &batch.execute(), governs(&contracts)))
        });
    }
}

/// Without delay, without admin, the deployer its only proposer: as it is until the handover. Anybody executes.
fn timelock(site: &Site<'_>) -> TimelockController::constructorCall {
    TimelockController::constructorCall {
        minDelay: U256::ZERO,
        proposers: vec![site.deployer],
        executors: vec![Address::ZERO],
        admin: Address::ZERO,
    }
}

fn offer(name: &str, site: &Site<'_>) -> Result<Task> {
    let (contract, timelock) = (site.contract(name)?, site.contract(TIMELOCK)?);
    let done = vec![
        Check::is(Owned::pendingOwnerCall {}, timelock).of(name, contract),
        Check::owner(name, contract, timelock),
    ];
    Ok(Wire::any(contract, &Owned::transferOwnershipCall { newOwner: timelock }, done))
}

/// The handover is over when the governor proposes.
fn governs(contracts: &Contracts) -> Check {
    let call = TimelockController::hasRoleCall { role: PROPOSER_ROLE, account: contracts.governor };
    Check::is(call, true).of(TIMELOCK, contracts.timelock)
}

/// What waits in a timelock that has no governor yet, but one operation: of an earlier run, under another configuration, it
/// must not stay for somebody to execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Others {
    timelock: Address,
    governor: Address,
    ours: B256,
}

impl Others {
    /// Operations that wait. None once there is a governor.
    pub(crate) async fn waiting(&self, client: &Client) -> Result<Vec<B256>> {
        let contracts = Contracts { token: Address::ZERO, timelock: self.timelock, governor: self.governor };
        if governs(&contracts).differs(client).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut waiting = Vec::new();
        for id in History::read(client, self.timelock).await?.scheduled() {
            let pending = TimelockController::isOperationPendingCall { id };
            if id != self.ours && client.view(self.timelock, &pending).await? {
                waiting.push(id);
            }
        }
        Ok(waiting)
    }

    /// What cancels one.
    pub(crate) fn cancel(&self, id: B256) -> Call {
        Call::new(self.timelock, &TimelockController::cancelCall { id })
    }
}

/// Calls that a timelock makes in one transaction.
struct Batch {
    targets: Vec<Address>,
    payloads: Vec<Bytes>,
}

impl Batch {
    /// Takes every ownership, moves the deployer's roles to the governor, and sets the delay that holds from then on.
    fn handover(settings: &Governance, contracts: &Contracts, deployer: Address, owned: &[Address]) -> Self {
        let mut batch = Self { targets: Vec::new(), payloads: Vec::new() };
        for contract in owned {
            batch.push(*contract, &Owned::acceptOwnershipCall {});
        }
        let timelock = contracts.timelock;
        for role in [PROPOSER_ROLE, CANCELLER_ROLE] {
            batch.push(timelock, &TimelockController::revokeRoleCall { role, account: deployer });
            batch.push(timelock, &TimelockController::grantRoleCall { role, account: contracts.governor });
        }
        if let Some(account) = settings.guardian {
            batch.push(timelock, &TimelockController::grantRoleCall { role: CANCELLER_ROLE, account });
        }
        let delay = TimelockController::updateDelayCall { newDelay: U256::from(settings.timelock_delay) };
        batch.push(timelock, &delay);
        batch
    }

    fn push(&mut self, target: Address, call: &impl SolCall) {
        self.targets.push(target);
        self.payloads.push(call.abi_encode().into());
    }

    fn values(&self) -> Vec<U256> {
        vec![U256::ZERO; self.targets.len()]
    }

    /// The timelock's identifier of it, without predecessor and salt.
    fn id(&self) -> B256 {
        let whole = (self.targets.clone(), self.values(), self.payloads.clone(), B256::ZERO, B256::ZERO);
        keccak256(whole.abi_encode_params())
    }

    fn schedule(&self) -> TimelockController::scheduleBatchCall {
        TimelockController::scheduleBatchCall {
            targets: self.targets.clone(),
            values: self.values(),
            payloads: self.payloads.clone(),
            predecessor: B256::ZERO,
            salt: B256::ZERO,
            delay: U256::ZERO,
        }
    }

    fn execute(&self) -> TimelockController::executeBatchCall {
        TimelockController::executeBatchCall {
            targets: self.targets.clone(),
            values: self.values(),
            payloads: self.payloads.clone(),
            predecessor: B256::ZERO,
            salt: B256::ZERO,
        }
    }
}
