//! The steps from an owner who is a person to one who is a timelock.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolConstructor, SolValue},
};
use anyhow::{Context, Result};

use super::{
    Artifacts, CANCELLER_ROLE, Contracts, GOVERNOR, Governance, PROPOSER_ROLE, TIMELOCK, TOKEN, owned,
    verify::{History, check_contracts},
};
use crate::{
    apply::{Deployer, Outcome},
    bindings::{EverfloorGovernor, Owned, TimelockController, VoteToken},
    client::Call,
};

impl Deployer<'_> {
    /// Three contracts, read back before anything is given to them; then offers, and the batch that takes them up.
    pub(super) async fn govern(&mut self, settings: &Governance, artifacts: &Artifacts) -> Result<()> {
        let token = self.vote_token(settings, &artifacts.token).await?;
        let timelock = self.timelock(&artifacts.timelock).await?;
        let governor = EverfloorGovernor::constructorCall { token, timelock, settings: settings.settings()? };
        let governor = self.plain(GOVERNOR, &artifacts.governor, governor.abi_encode()).await?;
        let contracts = Contracts { token, timelock, governor };
        check_contracts(self.client, settings, &contracts).await?;
        for (name, contract) in owned(&self.book) {
            self.offer(&name, contract, timelock).await?;
        }
        self.hand_over(settings, &contracts).await
    }

    async fn vote_token(&mut self, settings: &Governance, init_code: &Bytes) -> Result<Address> {
        let construct = VoteToken::constructorCall {
            name: settings.token_name.clone(),
            symbol: settings.token_symbol.clone(),
            allocations: settings.allocations()?,
        };
        self.plain(TOKEN, init_code, construct.abi_encode()).await
    }

    /// Without delay, without admin, the deployer its only proposer: as it is until the handover. Anybody executes.
    async fn timelock(&mut self, init_code: &Bytes) -> Result<Address> {
        let construct = TimelockController::constructorCall {
            minDelay: U256::ZERO,
            proposers: vec![self.account.address()],
            executors: vec![Address::ZERO],
            admin: Address::ZERO,
        };
        self.plain(TIMELOCK, init_code, construct.abi_encode()).await
    }

    /// A contract of the EVM.
    async fn plain(
        &mut self,
        contract: &'static str,
        init_code: &Bytes,
        arguments: Vec<u8>,
    ) -> Result<Address> {
        let step = format!("contract {contract}");
        if let Some(address) = self.kept(contract, &step).await? {
            return Ok(address);
        }
        let create = Call::create([init_code.as_ref(), &arguments].concat().into());
        let receipt = self.send(&create).await.with_context(|| format!("step: {step}"))?;
        let address = receipt.contract_address.context("nothing was created")?;
        self.note(contract, address, step, receipt.gas_used).await
    }

    async fn offer(&mut self, name: &str, contract: Address, timelock: Address) -> Result<()> {
        let offered = self.client.view(contract, &Owned::pendingOwnerCall {}).await? == timelock
            || self.client.view(contract, &Owned::ownerCall {}).await? == timelock;
        let call = Call::new(contract, &Owned::transferOwnershipCall { newOwner: timelock });
        self.wire(&format!("{name} offered to the timelock"), offered, call).await
    }

    /// Schedules and executes the batch after which the deployer can do nothing more.
    async fn hand_over(&mut self, settings: &Governance, contracts: &Contracts) -> Result<()> {
        let Contracts { timelock, governor, .. } = *contracts;
        let governs = TimelockController::hasRoleCall { role: PROPOSER_ROLE, account: governor };
        if self.client.view(timelock, &governs).await? {
            self.tell("handover".into(), Outcome::Kept);
            return Ok(());
        }
        let batch = Batch::handover(settings, contracts, self.account.address(), &owned(&self.book));
        self.cancel_others(timelock, batch.id()).await?;
        let known = TimelockController::isOperationCall { id: batch.id() };
        let known = self.client.view(timelock, &known).await?;
        self.wire("handover scheduled", known, Call::new(timelock, &batch.schedule())).await?;
        self.wire("handover", false, Call::new(timelock, &batch.execute())).await
    }

    /// A batch of an earlier run, under another configuration, must not stay for somebody to execute.
    async fn cancel_others(&mut self, timelock: Address, ours: B256) -> Result<()> {
        for id in History::read(self.client, timelock).await?.scheduled() {
            let pending =
                self.client.view(timelock, &TimelockController::isOperationPendingCall { id }).await?;
            if id != ours && pending {
                let cancel = Call::new(timelock, &TimelockController::cancelCall { id });
                self.wire(&format!("operation {id} cancelled"), false, cancel).await?;
            }
        }
        Ok(())
    }
}

/// Calls that a timelock makes in one transaction.
struct Batch {
    targets: Vec<Address>,
    payloads: Vec<Bytes>,
}

impl Batch {
    /// Takes every ownership, moves the deployer's roles to the governor, and sets the delay that holds from then on.
    fn handover(
        settings: &Governance,
        contracts: &Contracts,
        deployer: Address,
        owned: &[(String, Address)],
    ) -> Self {
        let mut batch = Self { targets: Vec::new(), payloads: Vec::new() };
        for (_, contract) in owned {
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
