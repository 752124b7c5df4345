//! Other programs in place of those that are there: they are deployed, and a proposal says what the owner has to call. What
//! has been decided is taken into the address book by the next run.
//!
//! Contracts that are made of the same programs are upgraded together, so that a network has one set of them.

use std::path::Path;

use alloy::{
    primitives::{Address, B256, keccak256},
    sol_types::SolCall,
};
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::{
    apply::{Outcome, Report, created, program_creation},
    bindings::{
        BidBook, ClearingHouse, EtherGateway, FloorBook, FloorIndex, FloorMarket, FloorShares, FloorToken,
        Owned, PartIndex, PutPool, Upgradeable,
    },
    book::{self, Book, Entry},
    client::{Account, Client},
    governance::Action,
    programs::{self, Program, bid_programs, market_programs, parts, pool_programs},
    steps::IMPLEMENTATION_SLOT,
};

/// Contracts whose programs can be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "PascalCase")]
pub enum Kind {
    /// The perpetuals.
    ClearingHouse,
    /// The perpetuals' insurance.
    InsuranceFund,
    /// Price feeds, all of them.
    PriceFeed,
    /// The put pool.
    PutPool,
    /// What is backed by its puts.
    Bonding,
    /// Its prices.
    PriceHistory,
    /// Its volatility.
    VolatilitySource,
    /// Floor markets, all of them.
    FloorMarket,
    /// Their order books.
    FloorBook,
    /// Their bids.
    BidBook,
    /// Their indexes.
    FloorIndex,
    /// Their tokens.
    FloorToken,
    /// Their gateways.
    EtherGateway,
    /// Shares of their NFTs.
    FloorShares,
    /// Parts of their NFTs.
    FloorParts,
    /// The indexes of parts.
    PartIndex,
}

impl Kind {
    /// Its name in the ABI.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClearingHouse => "ClearingHouse",
            Self::InsuranceFund => "InsuranceFund",
            Self::PriceFeed => "PriceFeed",
            Self::PutPool => "PutPool",
            Self::Bonding => "Bonding",
            Self::PriceHistory => "PriceHistory",
            Self::VolatilitySource => "VolatilitySource",
            Self::FloorMarket => "FloorMarket",
            Self::FloorBook => "FloorBook",
            Self::BidBook => "BidBook",
            Self::FloorIndex => "FloorIndex",
            Self::FloorToken => "FloorToken",
            Self::EtherGateway => "EtherGateway",
            Self::FloorShares => "FloorShares",
            Self::FloorParts => "FloorParts",
            Self::PartIndex => "PartIndex",
        }
    }

    /// Its programs; the first is the one that its proxies point to.
    pub fn programs(self) -> &'static [&'static str] {
        match self {
            Self::ClearingHouse => &programs::CLEARING_HOUSE,
            Self::InsuranceFund => &["insurance-fund"],
            Self::PriceFeed => &["price-feed"],
            Self::PutPool => &programs::PUT_POOL,
            Self::Bonding => &["bonding"],
            Self::PriceHistory => &["price-history"],
            Self::VolatilitySource => &["volatility-source"],
            Self::FloorMarket => &programs::FLOOR_MARKET,
            Self::FloorBook => &programs::FLOOR_BOOK,
            Self::BidBook => &programs::BID_BOOK,
            Self::FloorIndex => &programs::FLOOR_INDEX,
            Self::FloorToken => &["floor-token"],
            Self::EtherGateway => &["ether-gateway"],
            Self::FloorShares => &["floor-shares"],
            Self::FloorParts => &["floor-parts"],
            Self::PartIndex => &["part-index"],
        }
    }

    /// The program its proxies point to.
    fn first(self) -> &'static str {
        self.programs()[0]
    }

    /// The call that has a contract use the other programs of a book; nothing where there are none.
    fn set_programs(self, book: &Book) -> Result<Vec<u8>> {
        Ok(match self {
            Self::ClearingHouse => ClearingHouse::setProgramsCall { programs: parts(book)? }.abi_encode(),
            Self::PutPool => PutPool::setProgramsCall { programs: pool_programs(book)? }.abi_encode(),
            Self::FloorMarket => {
                FloorMarket::setProgramsCall { programs: market_programs(book)? }.abi_encode()
            }
            Self::BidBook => BidBook::setProgramsCall { programs: bid_programs(book)? }.abi_encode(),
            Self::FloorBook => FloorBook::setLensCall { lens: book.program("book-lens")? }.abi_encode(),
            Self::FloorIndex => {
                FloorIndex::setProgramCall { admin: book.program("index-admin")? }.abi_encode()
            }
            _ => Vec::new(),
        })
    }

    /// Whether a contract uses the programs of a book.
    async fn uses(self, client: &Client, at: Address, book: &Book) -> Result<bool> {
        let first = client.slot(at, IMPLEMENTATION_SLOT.into()).await?;
        if Address::from_word(B256::from(first)) != book.program(self.first())? {
            return Ok(false);
        }
        Ok(match self {
            Self::ClearingHouse => client.view(at, &ClearingHouse::programsCall {}).await? == parts(book)?,
            Self::PutPool => client.view(at, &PutPool::programsCall {}).await? == pool_programs(book)?,
            Self::FloorMarket => {
                client.view(at, &FloorMarket::programsCall {}).await? == market_programs(book)?
            }
            Self::BidBook => client.view(at, &BidBook::programsCall {}).await? == bid_programs(book)?,
            Self::FloorBook => {
                client.view(at, &FloorBook::lensCall {}).await? == book.program("book-lens")?
            }
            Self::FloorIndex => {
                client.view(at, &FloorIndex::programCall {}).await? == book.program("index-admin")?
            }
            _ => true,
        })
    }

    /// Who may upgrade a contract: its owner, or that of the contract which it serves.
    async fn upgrader(self, client: &Client, at: Address) -> Result<Address> {
        let owned = match self {
            Self::FloorToken => client.view(at, &FloorToken::marketCall {}).await?,
            Self::EtherGateway => client.view(at, &EtherGateway::marketCall {}).await?,
            Self::FloorShares => client.view(at, &FloorShares::marketCall {}).await?,
            Self::PartIndex => client.view(at, &PartIndex::partOfCall {}).await?.parts,
            _ => at,
        };
        client.view(owned, &Owned::ownerCall {}).await
    }

    /// Contracts of this kind.
    fn contracts(self, book: &Book) -> impl Iterator<Item = (&String, &Entry)> {
        book.contracts.iter().filter(move |(name, _)| book::kind(name) == self.name())
    }
}

/// A book as it will be when what is proposed has been decided.
fn decided(book: &Book, kind: Kind) -> Book {
    let mut decided = book.clone();
    for name in kind.programs() {
        if let Some(entry) = decided.proposed.remove(*name) {
            decided.programs.insert((*name).to_owned(), entry);
        }
    }
    decided
}

/// Deploys and activates the programs that differ from those on chain, notes them in the book, and answers what the owner
/// has to call; nothing if none differs.
pub async fn prepare(
    client: &Client,
    account: &mut Account,
    file: &Path,
    programs: &[Program],
    kind: Kind,
    progress: &mut dyn FnMut(&Report),
) -> Result<Vec<Action>> {
    let mut book = Book::read(file)?;
    book.check_chain(client.chain_id())?;
    // What is on chain is what was decided, whether a run has noted it or not.
    if !adopt(client, &mut book).await?.is_empty() {
        book.save(file)?;
    }
    ensure!(kind.contracts(&book).next().is_some(), "the address book has no {}", kind.name());
    client.synchronise(account).await?;
    let names = kind.programs();
    for (place, name) in (1..).zip(names) {
        let program = programs.iter().find(|program| program.name == *name);
        let program = program.with_context(|| format!("program {name} was not loaded"))?;
        let outcome = replace(client, account, &mut book, file, program).await;
        let outcome = outcome.with_context(|| format!("step: program {name}"))?;
        progress(&Report { name: format!("program {name}"), outcome, place: (place, names.len()) });
    }
    actions(&book, kind)
}

/// Puts a program on chain, unless the one that is there is the same.
async fn replace(
    client: &Client,
    account: &mut Account,
    book: &mut Book,
    file: &Path,
    program: &Program,
) -> Result<Outcome> {
    let name = &program.name;
    let present =
        book.programs.get(name).with_context(|| format!("the address book has no program {name}"))?;
    if present.code_hash == program.code_hash {
        // What was proposed before and is not any more.
        if book.proposed.remove(name).is_some() {
            book.save(file)?;
        }
        return Ok(Outcome::Kept);
    }
    let (call, mut address) = program_creation(&program.init_code);
    let mut gas = None;
    if !client.has_code(address).await? {
        let receipt = client.send(account, &call).await?;
        address = created(&receipt, address)?;
        gas = Some(receipt.gas_used);
    }
    let found = keccak256(client.code(address).await?);
    ensure!(found == program.code_hash, "{address} has code {found}, built was {}", program.code_hash);
    let entry = Entry { address, code_hash: found };
    if book.proposed.insert(name.clone(), entry) != Some(entry) {
        book.save(file)?;
    }
    Ok(gas.map_or(Outcome::Kept, Outcome::Done))
}

/// What the owner calls: one call for each contract, in which everything is replaced or nothing.
fn actions(book: &Book, kind: Kind) -> Result<Vec<Action>> {
    let (first, next) = (kind.first(), decided(book, kind));
    let new_first = book.proposed.get(first);
    let others = kind.programs().iter().skip(1).any(|name| book.proposed.contains_key(*name));
    let set = if others { kind.set_programs(&next)? } else { Vec::new() };
    let call = |at: Address| match new_first {
        Some(entry) => {
            let upgrade = Upgradeable::upgradeToAndCallCall {
                newImplementation: entry.address,
                data: set.clone().into(),
            };
            Action::new(at, &upgrade)
        }
        None => Action::raw(at, set.clone().into()),
    };
    if new_first.is_none() && !others {
        return Ok(Vec::new());
    }
    Ok(kind.contracts(book).map(|(_, entry)| call(entry.address)).collect())
}

/// Has the chain try what the owners would call, without doing it.
pub async fn rehearse(client: &Client, kind: Kind, actions: &[Action]) -> Result<()> {
    for Action { target, data, .. } in actions {
        let owner = kind.upgrader(client, *target).await?;
        if let Err(refusal) = client.ask_as(owner, *target, data.clone()).await? {
            bail!("{target} would refuse to be upgraded by its owner {owner}: {refusal}");
        }
    }
    Ok(())
}

/// Takes into a book what was proposed and is on chain by now. Answers the kinds of which that is so; the book is not
/// written.
pub async fn adopt(client: &Client, book: &mut Book) -> Result<Vec<&'static str>> {
    let mut adopted = Vec::new();
    for kind in Kind::value_variants().iter().copied() {
        let next = decided(book, kind);
        if next == *book {
            continue;
        }
        let mut all = true;
        for (_, entry) in kind.contracts(book) {
            all &= kind.uses(client, entry.address, &next).await?;
        }
        if all {
            adopted.push(kind.name());
            *book = next;
        }
    }
    Ok(adopted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u8) -> Entry {
        Entry { address: Address::repeat_byte(number), code_hash: B256::repeat_byte(number) }
    }

    fn book(kind: Kind) -> Book {
        let mut book = Book::default();
        for (number, name) in (1..).zip(kind.programs()) {
            book.programs.insert((*name).to_owned(), entry(number));
        }
        for (number, name) in [(100, "floor.a"), (101, "floor.b")] {
            book.contracts.insert(format!("{name}.{}", kind.name()), entry(number));
        }
        book
    }

    #[test]
    fn a_new_first_program_and_new_others_are_one_call_of_each_contract() {
        let mut book = book(Kind::FloorMarket);
        book.proposed.insert("floor-market".into(), entry(200));
        book.proposed.insert("floor-end".into(), entry(201));
        let actions = actions(&book, Kind::FloorMarket).unwrap();
        assert_eq!(
            actions.iter().map(|action| action.target).collect::<Vec<_>>(),
            [Address::repeat_byte(100), Address::repeat_byte(101)]
        );
        let call = Upgradeable::upgradeToAndCallCall::abi_decode(&actions[0].data).unwrap();
        assert_eq!(call.newImplementation, Address::repeat_byte(200));
        let set = FloorMarket::setProgramsCall::abi_decode(&call.data).unwrap();
        assert_eq!(set.programs.end, Address::repeat_byte(201));
        assert_eq!(set.programs.ledger, book.program("floor-ledger").unwrap());
    }

    #[test]
    fn a_first_program_alone_is_replaced_without_a_call_and_others_alone_without_an_upgrade() {
        let mut first = book(Kind::PutPool);
        first.proposed.insert("put-pool".into(), entry(200));
        let call = &actions(&first, Kind::PutPool).unwrap()[0];
        let call = Upgradeable::upgradeToAndCallCall::abi_decode(&call.data).unwrap();
        assert_eq!((call.newImplementation, call.data.len()), (Address::repeat_byte(200), 0));

        let mut others = book(Kind::ClearingHouse);
        others.proposed.insert("clearing-lens".into(), entry(200));
        let call = &actions(&others, Kind::ClearingHouse).unwrap()[0];
        let call = ClearingHouse::setProgramsCall::abi_decode(&call.data).unwrap();
        assert_eq!(call.programs.lens, Address::repeat_byte(200));
        assert_eq!(call.programs.risk, others.program("clearing-risk").unwrap());
    }

    #[test]
    fn nothing_new_is_nothing_to_decide() {
        assert!(actions(&book(Kind::PutPool), Kind::PutPool).unwrap().is_empty());
    }
}
