//! From nothing to a wired system, step by step.
//!
//! Each step of the list ([`crate::steps`]) looks whether it is done (by the address book and the chain), does it if not,
//! and reads back what it did. A step that fails names itself, and the next run goes on from there.
//!
//! Programs are created by StylusDeployer, as cargo-stylus does: created, activated and called for the first time in one
//! transaction, so that nobody comes between; contracts of the EVM by the factory that Foundry's scripts use. Both at an
//! address that follows from what is created (CREATE2). So a run that was killed between a transaction and the address book
//! finds again what it made, and a plan knows every address.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::Provider,
    rpc::types::TransactionReceipt,
    sol_types::SolEvent,
};
use anyhow::{Context, Result, bail, ensure};

use crate::{
    bindings::{ARB_WASM_CACHE, ArbWasmCache, CREATE2_FACTORY, STYLUS_DEPLOYER, StylusDeployer},
    book::{Book, Entry},
    client::{Account, Call, Client},
    config::Config,
    preflight,
    programs::Built,
    status,
    steps::{self, Check, Contract, Site, Step, Task, Wire},
    upgrade,
};

/// Wei sent with what activates a program; the chain takes its data fee and gives the rest back.
pub(crate) const ACTIVATION_VALUE: U256 = U256::from_limbs([10_000_000_000_000_000, 0, 0, 0]);
const DAY: u64 = 86_400;

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A transaction of it is mined; there is more to come.
    Sent(B256),
    /// Sent and read back; gas of its transactions.
    Done(u64),
    /// There already.
    Kept,
    /// Nothing had to be sent, and the address book did not have it yet.
    Noted,
    /// Left out, and why.
    Skipped(&'static str),
    /// Would be done, and what its transaction would use, where that can be asked already.
    Planned(Option<u64>),
}

/// What has become of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// Which one it is, from 1, and of how many.
    pub place: (usize, usize),
}

/// Deploys and wires what the book does not have yet; answers the book, with every wire read back.
pub async fn deploy(
    client: &Client,
    account: &mut Account,
    config: &Config,
    built: &Built,
    file: &Path,
    progress: &mut dyn FnMut(&Report),
) -> Result<Book> {
    let mut deployer = Deployer::open(client, account, config, built, file, progress).await?;
    deployer.run().await?;
    let drift = status::drift(client, config, &deployer.book).await?;
    ensure!(drift.is_empty(), "verification: {}", drift.join("\n"));
    Ok(deployer.book)
}

/// Tells what [`deploy`] would do, and what the gas would be where `estimates` are asked for; sends and writes nothing.
/// Answers the book as it would be.
pub async fn plan(
    client: &Client,
    deployer: Address,
    config: &Config,
    built: &Built,
    file: &Path,
    estimates: bool,
    progress: &mut dyn FnMut(&Report),
) -> Result<Book> {
    let (mut book, _) = open(client, config, deployer, file).await?;
    let (steps, mut all_there) = (steps::of(config), true);
    for (place, step) in (1..).zip(&steps) {
        let look = look(client, &book, built, step, deployer).await;
        let Look { standing, task, made } = look.with_context(|| format!("step: {}", step.name))?;
        let outcome = match standing {
            Standing::Done => Outcome::Kept,
            Standing::Nothing(why) => Outcome::Skipped(why),
            Standing::Found => Outcome::Noted,
            Standing::Open if estimates => Outcome::Planned(estimate(client, deployer, made.as_ref()).await?),
            Standing::Open => Outcome::Planned(None),
            // It cannot be read before it is there.
            Standing::Differs(_) if !all_there && matches!(task, Task::Read(_)) => Outcome::Planned(None),
            Standing::Differs(what) => bail!("step: {}: {what}", step.name),
        };
        all_there &= !matches!(outcome, Outcome::Planned(_));
        if let (Some(made), false) = (made, outcome == Outcome::Kept) {
            made.note(&mut book, client, Noting::Planned).await?;
        }
        progress(&Report { name: step.name.clone(), outcome, place: (place, steps.len()) });
    }
    Ok(book)
}

/// What a transaction that stands alone would use; none for one that needs others before it.
async fn estimate(client: &Client, from: Address, made: Option<&Making>) -> Result<Option<u64>> {
    match made.and_then(|made| made.call.as_ref()) {
        Some(call) => Ok(client.estimate(from, call).await?.ok()),
        None => Ok(None),
    }
}

/// Checks the configuration, what it names and the node's chain, and opens the book; whether an upgrade that was decided has
/// been taken into it.
async fn open(client: &Client, config: &Config, deployer: Address, file: &Path) -> Result<(Book, bool)> {
    config.check()?;
    ensure!(
        client.chain_id() == config.chain_id,
        "the node is of chain {}, the configuration of chain {}",
        client.chain_id(),
        config.chain_id
    );
    let mut book = Book::open(file, &config.network, config.chain_id)?;
    let began = *book.deployer.get_or_insert(deployer);
    ensure!(
        began == deployer,
        "{} was begun by {began}: deploy with its key, not {deployer}'s",
        file.display()
    );
    preflight::check(client, config, &book).await?;
    let adopted = upgrade::adopt(client, &mut book).await?;
    Ok((book, !adopted.is_empty()))
}

// ---- how a step stands ----

/// How a step stands.
pub(crate) enum Standing {
    /// Done.
    Done,
    /// There is nothing to do, and why.
    Nothing(&'static str),
    /// There is a contract where it would be created, and the book does not have it.
    Found,
    /// To be done.
    Open,
    /// Not as it should be, and no transaction of ours changes that.
    Differs(String),
}

/// A step as it stands, with what it would make and what it does.
pub(crate) struct Look {
    pub(crate) standing: Standing,
    pub(crate) task: Task,
    made: Option<Making>,
}

/// Looks at a step.
async fn look(
    client: &Client,
    book: &Book,
    built: &Built,
    step: &Step<'_>,
    deployer: Address,
) -> Result<Look> {
    let task = step.task(&Site { book, deployer })?;
    let made = Making::of(&task, book, built)?;
    let standing = standing(client, book, &task, made.as_ref()).await?;
    Ok(Look { standing, task, made })
}

/// How a step stands, by the book, by the chain, and by what it would make, if that is known.
pub(crate) async fn standing(
    client: &Client,
    book: &Book,
    task: &Task,
    made: Option<&Making>,
) -> Result<Standing> {
    match task {
        Task::Nothing(why) => Ok(Standing::Nothing(why)),
        Task::Genesis { of, given } => Ok(match (book.genesis.get(of), given) {
            (None, _) => Standing::Open,
            (Some(noted), Some(given)) if noted != given => {
                Standing::Differs(format!("the epochs of {of} begin at {noted}, configured is {given}"))
            }
            _ => Standing::Done,
        }),
        Task::Program(name) => there(client, book.programs.get(*name), made).await,
        Task::Contract(Contract { name, checks, .. }) => {
            match there(client, book.contracts.get(name), made).await? {
                Standing::Done => judged(client, checks).await,
                other => Ok(other),
            }
        }
        Task::Wire(wire) => wired(client, wire).await,
        Task::Read(checks) => judged(client, checks).await,
        Task::Cancel(others) => {
            let waiting = others.waiting(client).await?;
            Ok(if waiting.is_empty() { Standing::Done } else { Standing::Open })
        }
    }
}

/// Whether all of what is done is as it should be.
async fn judged(client: &Client, checks: &[Check]) -> Result<Standing> {
    Ok(steps::first(client, checks).await?.map_or(Standing::Done, Standing::Differs))
}

/// Whether a transaction has been sent; if not, whether it may be.
async fn wired(client: &Client, wire: &Wire) -> Result<Standing> {
    if wire.undone(client).await?.is_none() {
        return judged(client, &wire.checks).await;
    }
    let Some(hinders) = steps::first(client, &wire.only).await? else { return Ok(Standing::Open) };
    // What is not there yet, in a plan, hinders nothing.
    let there = client.has_code(wire.call.to.unwrap_or_default()).await?;
    Ok(if there { Standing::Differs(hinders) } else { Standing::Open })
}

/// Whether what the book says is there, or else what would be made. Code of another hash is somebody's mistake, not ours
/// to overwrite.
async fn there(client: &Client, entry: Option<&Entry>, made: Option<&Making>) -> Result<Standing> {
    if let Some(Entry { address, code_hash }) = entry {
        let code = client.provider().get_code_at(*address).await?;
        let found = keccak256(&code);
        if !code.is_empty() && found != *code_hash {
            let text = format!("{address} has code {found}, the address book says {code_hash}");
            return Ok(Standing::Differs(text));
        }
        if !code.is_empty() {
            return Ok(Standing::Done);
        }
    }
    match made {
        Some(made) if client.has_code(made.address).await? => Ok(Standing::Found),
        _ => Ok(Standing::Open),
    }
}

// ---- what a step makes ----

/// What a step writes into the address book, and the creation it takes.
pub(crate) struct Making {
    what: What,
    address: Address,
    /// Hash of its code, where that is known before it is there.
    code_hash: Option<B256>,
    call: Option<Call>,
}

/// What is noted of what a step makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Noting {
    /// What it would be: there may be no code yet.
    Planned,
    /// What it is: its code must be there.
    Made,
}

enum What {
    Program(&'static str),
    Contract(String),
    Genesis(String, Option<u64>),
    Market(String, u64),
}

impl Making {
    /// What a task makes; none if it makes nothing.
    fn of(task: &Task, book: &Book, built: &Built) -> Result<Option<Self>> {
        let (what, code_hash, (call, address)) = match task {
            Task::Genesis { of, given } => return Ok(Some(Self::noted(What::Genesis(of.clone(), *given)))),
            Task::Wire(Wire { market: Some((symbol, id)), .. }) => {
                return Ok(Some(Self::noted(What::Market(symbol.clone(), *id))));
            }
            // Where a program is follows from its code alone, on every network.
            Task::Program(name) => {
                let program = built.program(name)?;
                (What::Program(name), Some(program.code_hash), program_creation(&program.init_code))
            }
            Task::Contract(Contract { name, code, init, .. }) => {
                let salt = keccak256(format!("everfloor: {}: {name}", book.network));
                let (code_hash, creation) = match code {
                    steps::Code::Program(program) => {
                        let program = built.program(program)?;
                        let creation = creation(program.init_code.clone(), init.clone(), salt);
                        (Some(program.code_hash), creation)
                    }
                    // Its constructor writes into the code.
                    steps::Code::Compiled(name, arguments) => {
                        let code = [built.compiled(name)?.as_ref(), arguments].concat();
                        (None, compiled_creation(&code, salt))
                    }
                };
                (What::Contract(name.clone()), code_hash, creation)
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { what, address, code_hash, call: Some(call) }))
    }

    fn noted(what: What) -> Self {
        Self { what, address: Address::ZERO, code_hash: None, call: None }
    }

    /// Writes it down.
    async fn note(self, book: &mut Book, client: &Client, noting: Noting) -> Result<()> {
        match &self.what {
            What::Program(name) => {
                book.programs.insert((*name).to_owned(), self.entry(client, noting).await?);
            }
            What::Contract(name) => {
                book.contracts.insert(name.clone(), self.entry(client, noting).await?);
            }
            What::Genesis(of, given) => {
                let midnight = (client.time().await? / DAY).saturating_add(1).saturating_mul(DAY);
                book.genesis.entry(of.clone()).or_insert(given.unwrap_or(midnight));
            }
            What::Market(symbol, id) => {
                book.markets.insert(symbol.clone(), *id);
            }
        }
        Ok(())
    }

    async fn entry(&self, client: &Client, noting: Noting) -> Result<Entry> {
        let address = self.address;
        let code = match noting {
            Noting::Planned => client.provider().get_code_at(address).await?,
            Noting::Made => client.code(address).await?,
        };
        let code_hash = keccak256(&code);
        let built = self.code_hash.filter(|_| noting == Noting::Made).unwrap_or(code_hash);
        ensure!(code_hash == built, "{address} has code {code_hash}, built was {built}");
        Ok(Entry { address, code_hash })
    }
}

/// Where StylusDeployer creates something. The first call is part of the address, so that nobody can make it with another
/// one; with the same one anybody can, at any time. What that call reads of others is as it was then: so what is found there
/// is read back like what was made.
fn created_at(code: &[u8], init: &[u8], salt: B256) -> Address {
    let salt = keccak256([salt.as_slice(), init].concat());
    STYLUS_DEPLOYER.create2(salt, keccak256(code))
}

// ---- doing it ----

/// A deployment under way.
pub(crate) struct Deployer<'a> {
    client: &'a Client,
    account: &'a mut Account,
    config: &'a Config,
    built: &'a Built,
    book: Book,
    file: PathBuf,
    progress: &'a mut dyn FnMut(&Report),
    place: (usize, usize),
}

impl<'a> Deployer<'a> {
    async fn open(
        client: &'a Client,
        account: &'a mut Account,
        config: &'a Config,
        built: &'a Built,
        file: &Path,
        progress: &'a mut dyn FnMut(&Report),
    ) -> Result<Self> {
        let (book, adopted) = open(client, config, account.address(), file).await?;
        if adopted {
            book.save(file)?;
        }
        client.synchronise(account).await?;
        let file = file.to_path_buf();
        Ok(Self { client, account, config, built, book, file, progress, place: (0, 0) })
    }

    async fn run(&mut self) -> Result<()> {
        let config = self.config;
        let steps = steps::of(config);
        for (place, step) in (1..).zip(&steps) {
            self.place = (place, steps.len());
            let outcome = self.take(step).await.with_context(|| format!("step: {}", step.name))?;
            self.tell(&step.name, outcome);
        }
        Ok(())
    }

    async fn take(&mut self, step: &Step<'_>) -> Result<Outcome> {
        let deployer = self.account.address();
        let Look { standing, task, made } = look(self.client, &self.book, self.built, step, deployer).await?;
        match standing {
            Standing::Nothing(why) => Ok(Outcome::Skipped(why)),
            Standing::Differs(what) => bail!(what),
            Standing::Done => {
                // A market that was made by a run that could not write it down.
                if let Some(made) = made.filter(|made| made.call.is_none()) {
                    self.note(made).await?;
                }
                Ok(Outcome::Kept)
            }
            Standing::Found => {
                let made = made.context("nothing is made")?;
                self.cache(&step.name, made.address).await?;
                made.note(&mut self.book, self.client, Noting::Made).await?;
                // Not written down before it is known to be what we would have made.
                self.read_back(step).await?;
                self.book.save(&self.file)?;
                Ok(Outcome::Noted)
            }
            Standing::Open => {
                let gas = self.act(&step.name, task, made).await?;
                self.read_back(step).await?;
                Ok(gas.map_or(Outcome::Noted, Outcome::Done))
            }
        }
    }

    /// What a step that is to be done does; gas, if anything was sent.
    async fn act(&mut self, step: &str, task: Task, made: Option<Making>) -> Result<Option<u64>> {
        match task {
            Task::Program(_) => Ok(Some(self.create(step, made).await?)),
            Task::Contract(Contract { before, .. }) => {
                let gas = self.prepare(step, &before).await?;
                Ok(Some(self.create(step, made).await?.saturating_add(gas)))
            }
            Task::Genesis { .. } => {
                self.note(made.context("nothing is decided")?).await?;
                Ok(None)
            }
            Task::Wire(wire) => {
                let gas = self.prepare(step, &wire.before).await?;
                let sent = self.wire(step, &wire).await?;
                if let Some(made) = made {
                    self.note(made).await?;
                }
                Ok(Some(sent.saturating_add(gas)))
            }
            Task::Cancel(others) => {
                for id in others.waiting(self.client).await? {
                    let receipt = self.send(step, &others.cancel(id)).await?;
                    self.tell(&format!("operation {id} cancelled"), Outcome::Done(receipt.gas_used));
                }
                Ok(None)
            }
            Task::Read(_) | Task::Nothing(_) => Ok(None),
        }
    }

    /// Creates a program or a contract and writes it down; gas.
    async fn create(&mut self, step: &str, made: Option<Making>) -> Result<u64> {
        let mut made = made.context("nothing is made")?;
        let call = made.call.clone().context("nothing is created")?;
        let receipt = self.send(step, &call).await?;
        made.address = created(&receipt, made.address)?;
        self.cache(step, made.address).await?;
        self.note(made).await?;
        Ok(receipt.gas_used)
    }

    /// Sends what a step needs, unless it is done, and reads it back; gas.
    async fn prepare(&mut self, step: &str, before: &[Wire]) -> Result<u64> {
        let mut gas: u64 = 0;
        for wire in before {
            if wire.undone(self.client).await?.is_some() {
                gas = gas.saturating_add(self.wire(step, wire).await?);
                if let Some(differs) = wire.undone(self.client).await? {
                    bail!(differs);
                }
            }
        }
        Ok(gas)
    }

    /// Sends a transaction that changes something; gas. Where we may not, what should be changed is told as well.
    async fn wire(&mut self, step: &str, wire: &Wire) -> Result<u64> {
        match self.send(step, &wire.call).await {
            Ok(receipt) => Ok(receipt.gas_used),
            Err(error) => Err(match wire.undone(self.client).await? {
                Some(differs) => error.context(differs),
                None => error,
            }),
        }
    }

    /// What was just done must be seen.
    async fn read_back(&self, step: &Step<'_>) -> Result<()> {
        let task = step.task(&Site { book: &self.book, deployer: self.account.address() })?;
        let checks: Vec<Check> = match task {
            Task::Contract(Contract { checks, .. }) => checks,
            Task::Wire(Wire { checks, .. }) => checks,
            _ => return Ok(()),
        };
        match steps::first(self.client, &checks).await? {
            Some(differs) => bail!("{differs}"),
            None => Ok(()),
        }
    }

    /// Asks for caching where we may: it makes every call of the program cheaper.
    async fn cache(&mut self, step: &str, at: Address) -> Result<()> {
        let manager = ArbWasmCache::isCacheManagerCall { manager: self.account.address() };
        let code = self.client.code(at).await?;
        let is_program = devnet::stylus::program::is_program(&code);
        if !is_program || !self.client.view(ARB_WASM_CACHE, &manager).await.unwrap_or(false) {
            return Ok(());
        }
        let cached = ArbWasmCache::codehashIsCachedCall { codehash: keccak256(&code) };
        if !self.client.view(ARB_WASM_CACHE, &cached).await? {
            let call = ArbWasmCache::cacheProgramCall { program: at };
            self.send(step, &Call::new(ARB_WASM_CACHE, &call)).await?;
        }
        Ok(())
    }

    async fn send(&mut self, step: &str, call: &Call) -> Result<TransactionReceipt> {
        let receipt = self.client.send(self.account, call).await?;
        self.tell(step, Outcome::Sent(receipt.transaction_hash));
        Ok(receipt)
    }

    async fn note(&mut self, made: Making) -> Result<()> {
        let before = self.book.clone();
        made.note(&mut self.book, self.client, Noting::Made).await?;
        if self.book != before {
            self.book.save(&self.file)?;
        }
        Ok(())
    }

    fn tell(&mut self, name: &str, outcome: Outcome) {
        (self.progress)(&Report { name: name.to_owned(), outcome, place: self.place });
    }
}

/// What has been created, by what StylusDeployer says if it was asked; else where it was to be.
pub(crate) fn created(receipt: &TransactionReceipt, expected: Address) -> Result<Address> {
    if receipt.to != Some(STYLUS_DEPLOYER) {
        return Ok(expected);
    }
    let created = receipt
        .logs()
        .iter()
        .filter(|log| log.address() == STYLUS_DEPLOYER)
        .find_map(|log| StylusDeployer::ContractDeployed::decode_log(&log.inner).ok())
        .context("StylusDeployer tells of no contract")?;
    Ok(created.data.deployedContract)
}

/// The transaction that creates, activates and first calls a program, and where it will be.
fn creation(code: Bytes, init: Bytes, salt: B256) -> (Call, Address) {
    let address = created_at(&code, &init, salt);
    let deploy = StylusDeployer::deployCall { bytecode: code, initData: init, initValue: U256::ZERO, salt };
    (Call::new(STYLUS_DEPLOYER, &deploy).with_value(ACTIVATION_VALUE), address)
}

/// The same of a program that others point to: it is the same for everybody.
pub(crate) fn program_creation(code: &Bytes) -> (Call, Address) {
    creation(code.clone(), Bytes::new(), keccak256("everfloor"))
}

/// The transaction that creates a contract of the EVM, and where it will be.
fn compiled_creation(code: &[u8], salt: B256) -> (Call, Address) {
    let data = [salt.as_slice(), code].concat().into();
    let call = Call { to: Some(CREATE2_FACTORY), data, value: U256::ZERO };
    (call, CREATE2_FACTORY.create2(salt, keccak256(code)))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::KECCAK256_EMPTY;
    use devnet::{Chain, rpc};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_plan_notes_what_is_not_there_and_a_run_nothing_but_what_was_built() {
        let node = rpc::serve(Chain::new(devnet::Config::default()), "127.0.0.1:0").unwrap();
        let client = Client::connect(&node.url()).await.unwrap();
        let (address, code) = (Address::repeat_byte(7), Bytes::from_static(&[0xfe]));
        let made = |code_hash| Making {
            what: What::Program("program"),
            address,
            code_hash: Some(code_hash),
            call: None,
        };
        let (mut book, built) = (Book::default(), keccak256(&code));
        made(built).note(&mut book, &client, Noting::Planned).await.unwrap();
        assert_eq!(book.programs["program"].code_hash, KECCAK256_EMPTY);

        node.with_chain(|chain| chain.set_code(address, code.clone()));
        let mut book = Book::default();
        let error = made(B256::ZERO).note(&mut book, &client, Noting::Made).await.unwrap_err().to_string();
        assert!(error.contains("built was") && book.programs.is_empty(), "{error}");
        made(built).note(&mut book, &client, Noting::Made).await.unwrap();
        assert_eq!(book.programs["program"], Entry { address, code_hash: built });
    }

    #[test]
    fn an_address_follows_from_code_first_call_and_salt() {
        let salt = keccak256("salt");
        let at = created_at(&[1, 2], &[3], salt);
        assert_eq!(at, created_at(&[1, 2], &[3], salt));
        for other in [
            created_at(&[1], &[3], salt),
            created_at(&[1, 2], &[], salt),
            created_at(&[1, 2], &[3], keccak256("")),
        ] {
            assert_ne!(at, other);
        }
    }
}
