//! A floor market's steps: tokens, bids, index, market, order book; and FP as a token, shares, parts, the way in with ether.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolValue,
};
use anyhow::Result;

use super::{Check, List, Made, Site, Task, Wire};
use crate::{
    bindings::{
        BidBook, EtherGateway, FloorBook, FloorIndex, FloorMarket, FloorPart, FloorParts, FloorShares,
        FloorToken, IBidBook::BidBookPeers, IFloorMarket::MarketPeers, PartIndex,
    },
    config::Floor,
    programs::{bid_programs, market_programs},
};

/// Names of a floor market's contracts in the address book.
#[derive(Clone)]
struct Place(String);

impl Place {
    fn name(&self, contract: &str) -> String {
        format!("{}.{contract}", self.0)
    }

    fn part(&self, contract: &str, number: usize) -> String {
        format!("{}.part{number}.{contract}", self.0)
    }

    fn at(&self, site: &Site<'_>, contract: &str) -> Result<Address> {
        site.contract(&self.name(contract))
    }

    fn cash(&self, floor: &Floor, site: &Site<'_>) -> Result<Address> {
        site.either(floor.cash, &self.name("cash.TestToken"))
    }

    fn collection(&self, floor: &Floor, site: &Site<'_>) -> Result<Address> {
        site.either(floor.collection, &self.name("collection.WriterPosition"))
    }

    fn genesis(&self, site: &Site<'_>) -> Result<u64> {
        site.genesis(&self.0)
    }
}

impl<'a> List<'a> {
    pub(super) fn floor(&mut self, name: &'a str, floor: &'a Floor) {
        let place = Place(format!("floor.{name}"));
        self.test_token(&place.name("cash.TestToken"), floor.cash);
        self.collection(&place.name("collection.WriterPosition"), floor.collection);
        self.genesis(&place.0, floor.genesis);
        self.bids(floor, &place);
        self.index(name, floor, &place);
        self.market(floor, &place);
        self.book(floor, &place);
        self.floor_guardians(&place);
        self.token_of_floor(floor, &place);
        self.shares(floor, &place);
        self.parts(floor, &place);
    }

    fn bids(&mut self, floor: &'a Floor, place: &Place) {
        let here = place.clone();
        self.proxy(&place.name("BidBook"), "bid-book", move |site| {
            let cash = here.cash(floor, site)?;
            let peers = BidBookPeers {
                collection: here.collection(floor, site)?,
                cash,
                rewardToken: floor.reward_token.unwrap_or(cash),
                treasury: floor.treasury.unwrap_or(site.deployer),
            };
            let (params, programs) = (floor.bids.params()?, bid_programs(site.book)?);
            let root = floor.root.unwrap_or_default();
            let checks = vec![
                Check::is(BidBook::peersCall {}, peers.clone()),
                Check::is(BidBook::rootCall {}, root),
                Check::is(BidBook::paramsCall {}, params.clone()),
                Check::is(BidBook::programsCall {}, programs.clone()),
            ];
            Ok((BidBook::initializeCall { owner: site.deployer, peers, root, params, programs }, checks))
        });
    }

    fn index(&mut self, name: &'a str, floor: &'a Floor, place: &Place) {
        let (here, network) = (place.clone(), self.config.network.as_str());
        self.proxy(&place.name("FloorIndex"), "floor-index", move |site| {
            let (book, admin) = (here.at(site, "BidBook")?, site.program("index-admin")?);
            let market = floor.index.report.unwrap_or_else(|| report(network, name));
            let params = floor.index.params(floor, here.genesis(site)?)?;
            let checks = vec![
                Check::is(FloorIndex::bookCall {}, book),
                Check::is(FloorIndex::marketCall {}, market),
                Check::is(FloorIndex::paramsCall {}, params.clone()),
                Check::is(FloorIndex::programCall {}, admin),
            ];
            Ok((FloorIndex::initializeCall { owner: site.deployer, book, market, params, admin }, checks))
        });
        let here = place.clone();
        self.step(format!("{}: bids -> index", place.0), move |site| {
            let (bids, index) = (here.at(site, "BidBook")?, here.at(site, "FloorIndex")?);
            let name = here.name("BidBook");
            let done = Check::is(BidBook::indexCall {}, index).of(&name, bids);
            // Bids with another index serve another market: that of an address book that was lost, with its genesis.
            let free = Check::that(BidBook::indexCall {}, format!("{index:?}"), move |found| {
                found.is_zero() || *found == index
            });
            let wire = Wire::all(bids, &BidBook::setIndexCall { index }, vec![done]);
            Ok(Task::Wire(Wire { only: vec![free.of(&name, bids)], ..wire }))
        });
        let here = place.clone();
        self.step(format!("{}: index's signers", place.0), move |site| signers(&here, floor, site));
    }

    fn market(&mut self, floor: &'a Floor, place: &Place) {
        let here = place.clone();
        self.proxy(&place.name("FloorMarket"), "floor-market", move |site| {
            let peers = MarketPeers {
                cash: here.cash(floor, site)?,
                collection: here.collection(floor, site)?,
                root: floor.root.unwrap_or_default(),
                index: here.at(site, "FloorIndex")?,
                venue: Address::ZERO,
                bids: here.at(site, "BidBook")?,
                wrapper: Address::ZERO,
            };
            let params = floor.market.params(floor, here.genesis(site)?)?;
            let (auctions, programs) = (floor.auctions.params()?, market_programs(site.book)?);
            let (wanted, should) = (peers.clone(), format!("{peers:?} but for venue and wrapper"));
            let checks = vec![
                Check::that(FloorMarket::peersCall {}, should, move |found| {
                    let (venue, wrapper) = (found.venue, found.wrapper);
                    *found == MarketPeers { venue, wrapper, ..wanted.clone() }
                }),
                Check::is(FloorMarket::paramsCall {}, params.clone()),
                Check::is(FloorMarket::auctionParamsCall {}, auctions.clone()),
                Check::is(FloorMarket::programsCall {}, programs.clone()),
            ];
            let owner = site.deployer;
            Ok((FloorMarket::initializeCall { owner, peers, params, auctions, programs }, checks))
        });
    }

    fn book(&mut self, floor: &'a Floor, place: &Place) {
        let here = place.clone();
        self.proxy(&place.name("FloorBook"), "floor-book", move |site| {
            let (market, lens) = (here.at(site, "FloorMarket")?, site.program("book-lens")?);
            let params = floor.book.params(floor, here.genesis(site)?)?;
            let checks = vec![
                Check::is(FloorBook::marketCall {}, market),
                Check::is(FloorBook::lensCall {}, lens),
                Check::is(FloorBook::paramsCall {}, params.clone()),
            ];
            let (owner, price) = (site.deployer, floor.book.first_price()?);
            Ok((FloorBook::initializeCall { owner, market, params, price, lens }, checks))
        });
        self.named(
            place,
            "venue",
            "FloorBook",
            |peers| peers.venue,
            |venue| FloorMarket::namePeersCall { venue, bids: Address::ZERO, wrapper: Address::ZERO },
        );
    }

    /// Tells the market of a contract that had to know it first.
    fn named(
        &mut self,
        place: &Place,
        what: &str,
        contract: &'static str,
        found: fn(&MarketPeers) -> Address,
        call: fn(Address) -> FloorMarket::namePeersCall,
    ) {
        let here = place.clone();
        self.step(format!("{}: market -> {what}", place.0), move |site| {
            let (market, peer) = (here.at(site, "FloorMarket")?, here.at(site, contract)?);
            let named = Check::that(FloorMarket::peersCall {}, format!("with {peer}"), move |peers| {
                found(peers) == peer
            });
            Ok(Wire::once(market, &call(peer), named.of(&here.name("FloorMarket"), market)))
        });
    }

    fn floor_guardians(&mut self, place: &Place) {
        for contract in ["BidBook", "FloorIndex", "FloorMarket"] {
            self.guardian(format!("{}: {contract}'s guardian", place.0), &place.name(contract));
        }
    }

    fn token_of_floor(&mut self, floor: &'a Floor, place: &Place) {
        if let Some(token) = &floor.token {
            let here = place.clone();
            self.proxy(&place.name("FloorToken"), "floor-token", move |site| {
                let (market, (name, symbol)) = (here.at(site, "FloorMarket")?, token.words());
                let checks = vec![
                    Check::is(FloorToken::marketCall {}, market),
                    Check::is(FloorToken::nameCall {}, token.name.clone()),
                    Check::is(FloorToken::symbolCall {}, token.symbol.clone()),
                ];
                Ok((FloorToken::initializeCall { market, name, symbol }, checks))
            });
            self.named(
                place,
                "wrapper",
                "FloorToken",
                |peers| peers.wrapper,
                |wrapper| FloorMarket::namePeersCall { venue: Address::ZERO, bids: Address::ZERO, wrapper },
            );
        }
        if floor.ether_gateway {
            let here = place.clone();
            self.proxy(&place.name("EtherGateway"), "ether-gateway", move |site| {
                let market = here.at(site, "FloorMarket")?;
                let checks = vec![
                    Check::is(EtherGateway::marketCall {}, market),
                    Check::is(EtherGateway::wethCall {}, here.cash(floor, site)?),
                ];
                Ok((EtherGateway::initializeCall { market }, checks))
            });
        }
    }

    fn shares(&mut self, floor: &'a Floor, place: &Place) {
        if !floor.shares {
            return;
        }
        let here = place.clone();
        self.proxy(&place.name("FloorShares"), "floor-shares", move |site| {
            let (collection, cash) = (here.collection(floor, site)?, here.cash(floor, site)?);
            let market = here.at(site, "FloorMarket")?;
            let checks = vec![
                Check::is(FloorShares::collectionCall {}, collection),
                Check::is(FloorShares::cashCall {}, cash),
                Check::is(FloorShares::marketCall {}, market),
            ];
            Ok((FloorShares::initializeCall { collection, cash, market }, checks))
        });
    }

    /// What splits NFTs, a token and an index for each part.
    fn parts(&mut self, floor: &'a Floor, place: &Place) {
        let count = floor.parts.len();
        if count == 0 {
            return;
        }
        let here = place.clone();
        self.proxy(&place.name("FloorParts"), "floor-parts", move |site| {
            let (owner, collection) = (site.deployer, here.collection(floor, site)?);
            let checks = vec![
                Check::is(FloorParts::collectionCall {}, collection),
                Check::is(FloorParts::partCountCall {}, U256::from(count)),
            ];
            Ok((FloorParts::initializeCall { owner, collection, weights: floor.weights()? }, checks))
        });
        for number in 0..count {
            let here = place.clone();
            self.contract(&place.part("FloorPart", number), move |site| {
                let minter = here.at(site, "FloorParts")?;
                let checks = vec![Check::is(FloorPart::minterCall {}, minter)];
                Ok(Made { checks, ..Made::constructed("floor-part", &minter.abi_encode()) })
            });
        }
        let here = place.clone();
        self.step(format!("{}: parts -> their tokens", place.0), move |site| name_parts(&here, floor, site));
        for number in 0..count {
            let here = place.clone();
            self.proxy(&place.part("PartIndex", number), "part-index", move |site| {
                let (parts, whole) = (here.at(site, "FloorParts")?, here.at(site, "FloorIndex")?);
                let number = U256::from(number);
                let of = Check::that(
                    PartIndex::partOfCall {},
                    format!("part {number} of {parts}"),
                    move |found| (found.parts, found.number, found.whole) == (parts, number, whole),
                );
                Ok((PartIndex::initializeCall { parts, number, whole }, vec![of]))
            });
        }
    }
}

/// Who reports to an index. Nobody, if nobody is configured, which is what it begins with.
fn signers(place: &Place, floor: &Floor, site: &Site<'_>) -> Result<Task> {
    let name = place.name("FloorIndex");
    if floor.index.signers.is_empty() && site.is_planned(&name) {
        return Ok(Task::Nothing("none are configured"));
    }
    let index = place.at(site, "FloorIndex")?;
    let (signers, quorum) = (floor.index.signers.clone(), U256::from(floor.index.quorum));
    // Index and configuration have them in ascending order.
    let seated = Check::is(FloorIndex::signersCall {}, signers.clone());
    let reports = Check::unless(FloorIndex::sourcesCall {}, move |found| {
        let found = found.quorum;
        (found != quorum).then(|| format!("has quorum {found}, and should have {quorum}"))
    });
    let done = vec![seated.of(&name, index), reports.of(&name, index)];
    Ok(Task::Wire(Wire::all(index, &FloorIndex::setSignersCall { signers, quorum }, done)))
}

fn name_parts(place: &Place, floor: &Floor, site: &Site<'_>) -> Result<Task> {
    let (name, at) = (place.name("FloorParts"), place.at(site, "FloorParts")?);
    let tokens = (0..floor.parts.len()).map(|number| site.contract(&place.part("FloorPart", number)));
    let tokens = tokens.collect::<Result<Vec<_>>>()?;
    let (mut checks, mut from) = (Vec::new(), U256::ZERO);
    for (number, (token, weight)) in tokens.iter().copied().zip(floor.weights()?).enumerate() {
        let (begin, end) = (from, from.saturating_add(weight));
        let call = FloorParts::partCall { number: U256::from(number) };
        let part = Check::that(call, format!("{token} from {begin} to {end}"), move |found| {
            (found.token, found.from, found.end) == (token, begin, end)
        });
        checks.push(part.of(&name, at));
        from = end;
    }
    // All are named at once: the last says it of all.
    let done = checks.pop().into_iter().collect();
    let wire = Wire::all(at, &FloorParts::namePartsCall { tokens }, done);
    Ok(Task::Wire(Wire { checks, ..wire }))
}

/// The number that a market has in reports, if none is configured.
fn report(network: &str, name: &str) -> B256 {
    keccak256(format!("everfloor: {network}: floor.{name}"))
}
