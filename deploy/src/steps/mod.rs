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
    primitives::{Address, Bytes},
    sol_types::{SolCall, SolValue},
};
use anyhow::{Context, Result};

pub(crate) use self::check::first;
pub use self::check::{Check, IMPLEMENTATION_SLOT};
use crate::{
    bindings::stylus_constructorCall,
    book::Book,
    client::Call,
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
    /// Whether it has been sent shows by any of these.
    pub done: Vec<Check>,
    /// What must be so besides.
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
        Task::Wire(Self { call: Call::new(to, call), done, checks: Vec::new(), market: None })
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
            let Made { code, init, checks } = make(site)?;
            let name = contract.clone();
            let at = site.contract(&name).unwrap_or_default();
            let checks = checks.into_iter().map(|check| check.of(&name, at)).collect();
            Ok(Task::Contract(Contract { name, code, init, checks }))
        });
    }

    /// A contract behind a proxy, initialised by the proxy's constructor.
    fn proxy<C: SolCall>(
        &mut self,
        name: &str,
        program: &'static str,
        make: impl Fn(&Site<'_>) -> Result<(C, Vec<Check>)> + Send + Sync + 'a,
    ) {
        self.contract(name, move |site| {
            let (initialise, mut checks) = make(site)?;
            let implementation = site.program(program)?;
            let arguments = (implementation, Bytes::from(initialise.abi_encode())).abi_encode_params();
            checks.push(Check::implementation(implementation));
            Ok(Made { checks, ..Made::constructed(PROXY, &arguments) })
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
    /// Of the contract itself: name and address are filled in.
    pub(crate) checks: Vec<Check>,
}

impl Made {
    /// A program alone.
    fn bare(program: &'static str) -> Self {
        Self { code: Code::Program(program), init: Bytes::new(), checks: Vec::new() }
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
        Self { code: Code::Compiled(name, arguments), init: Bytes::new(), checks: Vec::new() }
    }
}
