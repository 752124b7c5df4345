//! Governance, whole, on a node in this process: deployed from nothing, proposed, voted, queued, executed. It needs the
//! built programs and the compiled contracts, and says so if there are none.
#![allow(missing_docs, reason = "a test")]

mod upgrades;
mod world;

use alloy::primitives::{Address, B256, U256};
use devnet::Chain;
use everfloor_deploy::{
    apply::Outcome,
    bindings::{
        ClearingHouse, EverfloorGovernor, InsuranceFund, Owned, PostedAggregator, PriceFeed,
        TimelockController,
    },
    client::Call,
    governance::{self, Action, Contracts, Proposal, Vote},
};
use world::{DAY, DEPLOYER, FEW, GUARDIAN, MANY, SOME, STRANGER, World};

/// What the address book has with an owner.
const OWNED: [&str; 4] = ["ClearingHouse", "InsuranceFund", "PostedAggregator", "PriceFeed"];

fn appoint(house: Address, guardian: Address) -> Action {
    Action::new(house, &ClearingHouse::setGuardianCall { guardian })
}

/// An operation of one call, past the governor.
fn schedule(action: &Action, delay: u32) -> TimelockController::scheduleCall {
    TimelockController::scheduleCall {
        target: action.target,
        value: action.value,
        data: action.data.clone(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
        delay: U256::from(delay),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proposed_voted_queued_and_executed_is_done_as_the_owner() {
    let Some(mut world) = World::governed("way").await else { return };
    let (house, governor) = (world.contract("ClearingHouse"), world.contracts().governor);
    let market = U256::from(1);
    let before = world.view(house, ClearingHouse::getParamsCall { marketId: market }).await;
    let mut params = before.params.clone();
    params.trading.feePpm += 500;
    let set = ClearingHouse::setMarketCall { marketId: market, feed: before.feed, params: params.clone() };
    let guardian = world.address(GUARDIAN);
    let actions = vec![appoint(house, guardian), Action::new(house, &set)];

    let proposal = Proposal::new(actions, "A guardian, and half a per mille more of fees").unwrap();
    world.done(FEW, &proposal.propose(governor)).await;
    let vote = proposal.vote(governor, Vote::For);
    world.refused(MANY, &vote, "GovernorUnexpectedProposalState").await;
    world.pass(DAY + 1);
    world.done(MANY, &vote).await;
    world.refused(MANY, &vote, "GovernorAlreadyCastVote").await;
    world.done(SOME, &proposal.vote(governor, Vote::Against)).await;
    world.refused(STRANGER, &proposal.queue(governor), "GovernorUnexpectedProposalState").await;
    world.pass(3 * DAY);
    world.refused(STRANGER, &proposal.execute(governor), "GovernorUnexpectedProposalState").await;
    world.done(STRANGER, &proposal.queue(governor)).await;
    world.refused(STRANGER, &proposal.execute(governor), "TimelockUnexpectedOperationState").await;
    world.pass(2 * DAY);
    // A market is set by a good price only, and the last one is days old: the whole proposal waits for one.
    world.refused(STRANGER, &proposal.execute(governor), "OracleUnusable").await;
    assert_eq!(world.view(house, ClearingHouse::guardianCall {}).await, Address::ZERO);
    let post =
        PostedAggregator::postCall { answer: world.config.perps().unwrap().oracle.first_answer().unwrap() };
    world.done(DEPLOYER, &Call::new(world.contract("PostedAggregator"), &post)).await;
    world.done(STRANGER, &proposal.execute(governor)).await;
    world.refused(STRANGER, &proposal.execute(governor), "GovernorUnexpectedProposalState").await;

    assert_eq!(world.view(house, ClearingHouse::guardianCall {}).await, guardian);
    let after = world.view(house, ClearingHouse::getParamsCall { marketId: market }).await;
    assert_eq!((after.feed, after.params), (before.feed, params));
    // Our identifiers are the chain's.
    let operation = TimelockController::isOperationDoneCall { id: proposal.operation(governor) };
    assert!(world.view(world.contracts().timelock, operation).await);
    let id = proposal.id();
    let proposer = world.view(governor, EverfloorGovernor::proposalProposerCall { proposalId: id }).await;
    assert_eq!(proposer, world.address(FEW));
    let votes = world.view(governor, EverfloorGovernor::proposalVotesCall { proposalId: id }).await;
    let wad = U256::from(10).pow(U256::from(18));
    assert_eq!((votes.forVotes, votes.againstVotes), (U256::from(600_000) * wad, U256::from(390_000) * wad));
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_former_owner_nor_a_stranger_can_do_anything() {
    let Some(mut world) = World::governed("nobody").await else { return };
    let Contracts { timelock, governor, .. } = world.contracts();
    let (house, feed) = (world.contract("ClearingHouse"), world.contract("PriceFeed"));
    for who in [DEPLOYER, STRANGER, GUARDIAN, MANY] {
        let heir = world.address(who);
        for name in OWNED {
            let contract = world.contract(name);
            world
                .refused(
                    who,
                    &Call::new(contract, &Owned::transferOwnershipCall { newOwner: heir }),
                    "NotOwner",
                )
                .await;
            world.refused(who, &Call::new(contract, &Owned::acceptOwnershipCall {}), "NotPendingOwner").await;
        }
        let guardian = ClearingHouse::setGuardianCall { guardian: heir };
        world.refused(who, &Call::new(house, &guardian), "NotOwner").await;
        let denied = "AccessControlUnauthorizedAccount";
        let past = schedule(&appoint(house, heir), 3 * DAY);
        world.refused(who, &Call::new(timelock, &past), denied).await;
        let role = world.view(timelock, TimelockController::PROPOSER_ROLECall {}).await;
        let grant = TimelockController::grantRoleCall { role, account: heir };
        world.refused(who, &Call::new(timelock, &grant), denied).await;
        let hasty = TimelockController::updateDelayCall { newDelay: U256::ZERO };
        world.refused(who, &Call::new(timelock, &hasty), "TimelockUnauthorizedCaller").await;
        let faster = EverfloorGovernor::setVotingPeriodCall { newVotingPeriod: 1 };
        world.refused(who, &Call::new(governor, &faster), "GovernorOnlyExecutor").await;
    }
    let settings = world.view(feed, PriceFeed::settingsCall {}).await;
    world.refused(DEPLOYER, &Call::new(feed, &PriceFeed::configureCall { settings }), "NotOwner").await;
    let fund = world.contract("InsuranceFund");
    let cap = InsuranceFund::setSharedCapCall { marketId: U256::from(1), cap: U256::from(1) };
    world.refused(DEPLOYER, &Call::new(fund, &cap), "NotOwner").await;

    // Who has too few votes cannot propose: a stranger has none, and whose votes are not delegated has none either.
    let proposal = Proposal::new(vec![appoint(house, world.address(STRANGER))], "Me").unwrap();
    let told =
        world.refused(STRANGER, &proposal.propose(governor), "GovernorInsufficientProposerVotes").await;
    assert!(told.contains("votes: 0") && told.contains("threshold: 10000000000000000000000"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_defeated_is_not_queued_and_a_guardian_only_cancels() {
    let Some(mut world) = World::governed("guardian").await else { return };
    let (house, Contracts { timelock, governor, .. }) = (world.contract("ClearingHouse"), world.contracts());
    let me = world.address(STRANGER);
    // Against.
    let proposal = world.proposed(vec![appoint(house, me)], "A stranger").await;
    world.done(FEW, &proposal.vote(governor, Vote::For)).await;
    world.done(SOME, &proposal.vote(governor, Vote::Against)).await;
    world.pass(3 * DAY + 1);
    world.refused(FEW, &proposal.queue(governor), "GovernorUnexpectedProposalState").await;
    // For, and below the quorum of four per cent.
    let proposal = world.proposed(vec![appoint(house, me)], "A stranger, once more").await;
    world.done(FEW, &proposal.vote(governor, Vote::For)).await;
    world.pass(3 * DAY + 1);
    world.refused(FEW, &proposal.queue(governor), "GovernorUnexpectedProposalState").await;
    // For, queued, and cancelled by the guardian; nobody else may.
    let proposal = world.queued(vec![appoint(house, me)], "A stranger, by a majority").await;
    let id = proposal.operation(governor);
    let cancel = Call::new(timelock, &TimelockController::cancelCall { id });
    world.refused(STRANGER, &cancel, "AccessControlUnauthorizedAccount").await;
    world.refused(FEW, &proposal.cancel(governor), "GovernorUnableToCancel").await;
    world.done(GUARDIAN, &cancel).await;
    world.pass(2 * DAY);
    world.refused(MANY, &proposal.execute(governor), "GovernorUnexpectedProposalState").await;
    assert_eq!(world.view(house, ClearingHouse::guardianCall {}).await, Address::ZERO);
    // The guardian has no votes to propose with.
    let own = Proposal::new(vec![appoint(house, world.address(GUARDIAN))], "The guardian").unwrap();
    world.refused(GUARDIAN, &own.propose(governor), "GovernorInsufficientProposerVotes").await;

    // A quorum that is reached in the last hour leaves a day to answer.
    let proposal = world.proposed(vec![appoint(house, me)], "A stranger, at the last moment").await;
    world.pass(3 * DAY - 3_600);
    world.done(MANY, &proposal.vote(governor, Vote::For)).await;
    world.pass(4_000);
    world.refused(STRANGER, &proposal.queue(governor), "GovernorUnexpectedProposalState").await;
    world.done(SOME, &proposal.vote(governor, Vote::Against)).await;
    world.pass(DAY);
    world.done(STRANGER, &proposal.queue(governor)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_sends_nothing_and_ownership_goes_on_by_proposal_only() {
    let Some(mut world) = World::governed("again").await else { return };
    let block = world.node.with_chain(|chain| chain.block_number());
    let mut kept = 0;
    world.deploy(&mut |step| kept += usize::from(step.outcome == Outcome::Kept)).await.unwrap();
    assert!(kept > 20, "{kept} steps");
    assert_eq!(world.node.with_chain(|chain| chain.block_number()), block);

    // An owner after the timelock: offered by a proposal, accepted by the new one.
    let (feed, heir) = (world.contract("PriceFeed"), world.address(SOME));
    let offer = Owned::transferOwnershipCall { newOwner: heir };
    world.carried(vec![Action::new(feed, &offer)], "The feed to an heir").await;
    world.done(SOME, &Call::new(feed, &Owned::acceptOwnershipCall {})).await;
    let settings = world.config.governance.clone().unwrap();
    let error = governance::verify(&world.client, &settings, &world.book()).await.unwrap_err().to_string();
    assert!(error.contains(&format!("PriceFeed belongs to {heir}")), "{error}");
    // A role that a proposal gave is seen as well.
    let Contracts { timelock, .. } = world.contracts();
    world.done(SOME, &Call::new(feed, &Owned::transferOwnershipCall { newOwner: timelock })).await;
    let role = world.view(timelock, TimelockController::PROPOSER_ROLECall {}).await;
    let grant = TimelockController::grantRoleCall { role, account: heir };
    let accept = Action::new(feed, &Owned::acceptOwnershipCall {});
    world.carried(vec![accept, Action::new(timelock, &grant)], "The feed back, and a proposer").await;
    let error = governance::verify(&world.client, &settings, &world.book()).await.unwrap_err().to_string();
    assert!(error.contains(&format!("{heir} has the timelock's role proposer")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_middle_of_the_handover_a_stranger_can_at_most_finish_it() {
    let Some(mut world) = World::interrupted("middle").await else { return };
    let (deployer, timelock) = (world.address(DEPLOYER), world.contracts().timelock);
    for name in OWNED {
        let contract = world.contract(name);
        assert_eq!(world.view(contract, Owned::ownerCall {}).await, deployer);
        assert_eq!(world.view(contract, Owned::pendingOwnerCall {}).await, timelock);
        world
            .refused(STRANGER, &Call::new(contract, &Owned::acceptOwnershipCall {}), "NotPendingOwner")
            .await;
    }
    let (house, me) = (world.contract("ClearingHouse"), world.address(STRANGER));
    let denied = "AccessControlUnauthorizedAccount";
    world.refused(STRANGER, &Call::new(timelock, &schedule(&appoint(house, me), 0)), denied).await;
    let role = world.view(timelock, TimelockController::PROPOSER_ROLECall {}).await;
    let grant = TimelockController::grantRoleCall { role, account: me };
    world.refused(STRANGER, &Call::new(timelock, &grant), denied).await;

    let handover = world.handover().await;
    world.done(STRANGER, &handover).await;
    let mut sent = 0;
    world.deploy(&mut |step| sent += usize::from(matches!(step.outcome, Outcome::Done(_)))).await.unwrap();
    assert_eq!(sent, 0);
    world.refused(DEPLOYER, &Call::new(timelock, &schedule(&appoint(house, deployer), 0)), denied).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_scheduled_beside_the_handover_is_cancelled_or_found() {
    let Some(mut world) = World::interrupted("beside").await else { return };
    let (deployer, timelock) = (world.address(DEPLOYER), world.contracts().timelock);
    let beside = appoint(world.contract("ClearingHouse"), deployer);
    let id = TimelockController::hashOperationCall {
        target: beside.target,
        value: beside.value,
        data: beside.data.clone(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
    };
    let id = world.view(timelock, id).await;
    let handover = world.handover().await;
    world.done(DEPLOYER, &Call::new(timelock, &schedule(&beside, 0))).await;
    let here = world.node.with_chain(Chain::snapshot);

    // The run that goes on cancels it.
    let (mut cancelled, name) = (false, format!("operation {id} cancelled"));
    world.deploy(&mut |step| cancelled |= step.name == name).await.unwrap();
    assert!(cancelled);

    // Where somebody else finished the handover it is found, and the guardian can cancel it.
    assert!(world.node.with_chain(|chain| chain.revert(here)));
    world.done(STRANGER, &handover).await;
    let error = format!("{:#}", world.deploy(&mut |_| ()).await.unwrap_err());
    assert!(error.contains(&format!("operation {id}, scheduled by the deployer")), "{error}");
    world.done(GUARDIAN, &Call::new(timelock, &TimelockController::cancelCall { id })).await;
    world.deploy(&mut |_| ()).await.unwrap();
}
