//! What a configuration comes to: one list of steps, which planning, applying and looking for drift share.
//!
//! A step knows its name from the configuration alone. What it does ([`Task`]) is made when its turn comes, of the
//! address book as it is then: so a plan goes through the same list with the addresses that things will have.

mod check;
mod floor;
mod perps;
mod puts;
mod sources;

use alloy::{
    primitives::{Address, Bytes, KECCAK256_EMPTY},
    sol_types::{SolCall, SolValue},
};
use anyhow::{Context, Result};

pub use self::check::{Check, IMPLEMENTATION_SLOT};
pub(crate) use self::{check::first, puts::HISTORY};
use crate::{
    bindings::{Guarded, stylus_constructorCall},
    book::Book,
    client::{Call, Client},
    config::Config,
    governance,
    programs::{self, PROXY},
};

/// What a step is made of: the book so far, and who deploys.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The address book.
    pub book: &'a Book,
    /// Who deploys, and owns everything until it is handed over.
    pub deployer: Address,
}

impl Site<'_> {
    /// A contract's address.
    pub(crate) fn contract(&self, name: &str) -> Result<Address> {
        self.book.contract(name)
    }

    /// A program's address.
    pub(crate) fn program(&self, name: &str) -> Result<Address> {
        self.book.program(name)
    }

    /// The configured address, or that of a contract made instead.
    pub(crate) fn either(&self, configured: Option<Address>, name: &str) -> Result<Address> {
        configured.map_or_else(|| self.contract(name), Ok)
    }

    /// Whether a contract is in the book and not on the chain: that is so in plans.
    fn is_planned(&self, name: &str) -> bool {
        self.book.contracts.get(name).is_some_and(|entry| entry.code_hash == KECCAK256_EMPTY)
    }

    /// When epochs begin.
    pub(crate) fn genesis(&self, of: &str) -> Result<u64> {
        let genesis = self.book.genesis.get(of).copied();
        genesis.with_context(|| format!("the address book does not say when the epochs of {of} begin"))
    }
}

/// Makes a task when its turn comes.
type Make<'a> = Box<dyn Fn(&Site<'_>) -> Result<Task> + Send + Sync + 'a>;

/// A step.
pub struct Step<'a> {
    /// Its name.
    pub name: String,
    make: Make<'a>,
}

impl Step<'_> {
    /// What there is to do, and how one sees whether it is done.
    pub fn task(&self, site: &Site<'_>) -> Result<Task> {
        (self.make)(site)
    }
}

/// What a step does.
pub enum Task {
    /// Decides when epochs begin: as configured, or at the next midnight.
    Genesis {
        /// Whose.
        of: String,
        /// As configured.
        given: Option<u64>,
    },
    /// Puts a program there, for others to point to.
    Program(&'static str),
    /// Creates a contract.
    Contract(Contract),
    /// Sends a transaction.
    Wire(Wire),
    /// Refuses to go on unless all of this is so.
    Read(Vec<Check>),
    /// Cancels all that waits in a timelock without a governor, but one operation.
    Cancel(governance::Others),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// A contract to create.
pub struct Contract {
    /// Its name in the address book.
    pub name: String,
    /// What it is made of.
    pub code: Code,
    /// Its first call, in the same transaction; none if empty.
    pub init: Bytes,
    /// What its creation needs, and nothing later: sent before it, unless it is done.
    pub before: Vec<Wire>,
    /// What must be so once it is there.
    pub checks: Vec<Check>,
}

/// What a contract is made of.
pub enum Code {
    /// A program of ours.
    Program(&'static str),
    /// A compiled contract of the EVM, with its constructor's arguments.
    Compiled(&'static str, Vec<u8>),
}

/// A transaction that changes something that is there.
pub struct Wire {
    /// The transaction.
    pub call: Call,
    /// Whether it has been sent shows by any of these, each of which is so as a whole.
    pub done: Vec<Vec<Check>>,
    /// What must be so to send it; else it would undo something.
    pub only: Vec<Check>,
    /// What it needs, and nothing later: sent before it, unless it is done.
    pub before: Vec<Wire>,
    /// What must be so besides, once it has been sent.
    pub checks: Vec<Check>,
    /// A market that it makes, by symbol and number, for the address book.
    pub market: Option<(String, u64)>,
}

impl Wire {
    /// A call that is done when a check holds.
    pub(crate) fn once(to: Address, call: &impl SolCall, done: Check) -> Task {
        Self::any(to, call, vec![done])
    }

    /// A call that is done when one of the checks holds.
    pub(crate) fn any(to: Address, call: &impl SolCall, done: Vec<Check>) -> Task {
        let done = done.into_iter().map(|check| vec![check]).collect();
        Task::Wire(Self { done, ..Self::of(to, call) })
    }

    /// A call that is done when all of the checks hold.
    pub(crate) fn all(to: Address, call: &impl SolCall, done: Vec<Check>) -> Self {
        Self { done: vec![done], ..Self::of(to, call) }
    }

    /// Why it counts as not done; none if it is.
    pub(crate) async fn undone(&self, client: &Client) -> Result<Option<String>> {
        let mut why = None;
        for done in &self.done {
            match first(client, done).await? {
                Some(differs) => why = why.or(Some(differs)),
                None => return Ok(None),
            }
        }
        Ok(why)
    }

    /// A call that nothing is known of.
    fn of(to: Address, call: &impl SolCall) -> Self {
        let call = Call::new(to, call);
        Self { call, done: vec![], only: vec![], before: vec![], checks: vec![], market: None }
    }
}

/// All steps of a configuration, in order.
pub fn of(config: &Config) -> Vec<Step<'_>> {
    let mut list = List { config, steps: Vec::new(), contracts: Vec::new() };
    programs::implementations(config).into_iter().for_each(|name| list.program(name));
    if let Some(perps) = &config.perps {
        list.perps(perps);
    }
    if let Some(puts) = &config.puts {
        list.puts(puts);
    }
    for (name, floor) in &config.floor {
        list.floor(name, floor);
    }
    match &config.governance {
        Some(settings) => list.govern(settings),
        None => list.owned_by_deployer(),
    }
    list.steps
}

/// The list as it is written.
pub(crate) struct List<'a> {
    pub(crate) config: &'a Config,
    steps: Vec<Step<'a>>,
    /// Names of the contracts so far.
    contracts: Vec<String>,
}

impl<'a> List<'a> {
    /// A step.
    pub(crate) fn step(
        &mut self,
        name: impl Into<String>,
        make: impl Fn(&Site<'_>) -> Result<Task> + Send + Sync + 'a,
    ) {
        self.steps.push(Step { name: name.into(), make: Box::new(make) });
    }

    fn program(&mut self, name: &'static str) {
        self.step(format!("program {name}"), move |_| Ok(Task::Program(name)));
    }

    fn genesis(&mut self, of: &str, given: Option<u64>) {
        let of = of.to_owned();
        self.step(format!("when the epochs of {of} begin"), move |_| {
            Ok(Task::Genesis { of: of.clone(), given })
        });
    }

    /// A contract created together with its first call.
    pub(crate) fn contract(
        &mut self,
        name: &str,
        make: impl Fn(&Site<'_>) -> Result<Made> + Send + Sync + 'a,
    ) {
        self.contracts.push(name.to_owned());
        let contract = name.to_owned();
        self.step(format!("contract {name}"), move |site| {
            let Made { code, init, before, checks } = make(site)?;
            let name = contract.clone();
            let at = site.contract(&name).unwrap_or_default();
            let checks = checks.into_iter().map(|check| check.of(&name, at)).collect();
            Ok(Task::Contract(Contract { name, code, init, before, checks }))
        });
    }

    /// A contract behind a proxy, initialised by the proxy's constructor.
    fn proxy<C: SolCall>(
        &mut self,
        name: &str,
        program: &'static str,
        make: impl Fn(&Site<'_>) -> Result<(C, Vec<Check>)> + Send + Sync + 'a,
    ) {
        self.proxy_after(name, program, move |site| {
            let (initialise, checks) = make(site)?;
            Ok((initialise, Vec::new(), checks))
        });
    }

    /// The same of one whose creation needs something to be sent before it.
    fn proxy_after<C: SolCall>(
        &mut self,
        name: &str,
        program: &'static str,
        make: impl Fn(&Site<'_>) -> Result<(C, Vec<Wire>, Vec<Check>)> + Send + Sync + 'a,
    ) {
        self.contract(name, move |site| {
            let (initialise, before, mut checks) = make(site)?;
            let implementation = site.program(program)?;
            let arguments = (implementation, Bytes::from(initialise.abi_encode())).abi_encode_params();
            checks.push(Check::implementation(implementation));
            Ok(Made { before, checks, ..Made::constructed(PROXY, &arguments) })
        });
    }

    /// Who may pause a contract. Nobody, if nobody is configured, which is what it begins with.
    fn guardian(&mut self, step: impl Into<String>, contract: &str) {
        let (guardian, contract) = (self.config.guardian, contract.to_owned());
        self.step(step, move |site| {
            if guardian.is_none() && site.is_planned(&contract) {
                return Ok(Task::Nothing("none is configured"));
            }
            let (at, guardian) = (site.contract(&contract)?, guardian.unwrap_or_default());
            let done = Check::is(Guarded::guardianCall {}, guardian).of(&contract, at);
            Ok(Wire::once(at, &Guarded::setGuardianCall { guardian }, done))
        });
    }

    /// Names of the contracts so far that have an owner.
    pub(crate) fn owned(&self) -> Vec<String> {
        let names = self.contracts.iter();
        names.filter(|name| governance::is_owned(name)).cloned().collect()
    }

    fn owned_by_deployer(&mut self) {
        let names = self.owned();
        self.step("owners", move |site| {
            let mut checks = Vec::new();
            for name in &names {
                checks.push(Check::owner(name, site.contract(name)?, site.deployer));
            }
            Ok(Task::Read(checks))
        });
    }
}

/// A contract but for its name.
pub(crate) struct Made {
    pub(crate) code: Code,
    pub(crate) init: Bytes,
    /// What its creation needs.
    pub(crate) before: Vec<Wire>,
    /// Of the contract itself: name and address are filled in.
    pub(crate) checks: Vec<Check>,
}

impl Made {
    /// A program alone.
    fn bare(program: &'static str) -> Self {
        Self::of(Code::Program(program))
    }

    /// A program with a first call.
    fn called(program: &'static str, call: &impl SolCall) -> Self {
        Self { init: call.abi_encode().into(), ..Self::bare(program) }
    }

    /// A program with a constructor.
    fn constructed(program: &'static str, arguments: &[u8]) -> Self {
        let init = [stylus_constructorCall::SELECTOR.as_slice(), arguments].concat();
        Self { init: init.into(), ..Self::bare(program) }
    }

    /// A contract of the EVM.
    pub(crate) fn compiled(name: &'static str, arguments: Vec<u8>) -> Self {
        Self::of(Code::Compiled(name, arguments))
    }

    fn of(code: Code) -> Self {
        Self { code, init: Bytes::new(), before: Vec::new(), checks: Vec::new() }
    }
}
