//! A floor market with its bids, index and order book, and what else may stand around it: `[floor.NAME]`.

use alloy::primitives::{Address, B256, U256};
use anyhow::{Context, Result, bail, ensure};
use everfloor_floor_rules::{
    Curve, FloorError, Params, Terms, auction,
    params::{Leverage, NftTest},
};
use everfloor_index_rules::{BookParams as BidRules, IndexError, IndexParams, Panel};
use everfloor_venue_rules::{PRICE_LIMIT, Params as BookRules, VenueError};
use serde::Deserialize;

use super::{SOME_MIDNIGHT, WAD, amount, decimal, out_of_bounds, somebody, within};
use crate::bindings::{
    IBidBook::BidBookParams,
    IFloorBook::BookParams,
    IFloorIndex::FloorIndexParams,
    IFloorMarket::{AuctionParams, MarketParams},
};

/// Decimals of what a price is multiplied by at each step of an auction.
const RAY: u8 = 27;
/// Most of a trade that is its fee, wad; the market's own bound, which no rule knows.
const MOST_FEE: u128 = 50_000_000_000_000_000;
/// Most signers of reports.
const MOST_SIGNERS: usize = 15;
/// What the weights of parts sum to.
const WHOLE: u64 = 1_000_000_000_000_000_000;
/// How many parts there may be.
const PARTS: std::ops::RangeInclusive<usize> = 2..=8;

/// A floor market.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Floor {
    /// The collection, an ERC-721; a test collection is deployed if left out, whose NFTs the deployer makes.
    pub collection: Option<Address>,
    /// The root of the NFTs that count; all of the collection if left out.
    pub root: Option<B256>,
    /// Wrapped ether, or any ERC-20 of 18 decimals; a test token is deployed if left out.
    pub cash: Option<Address>,
    /// What makers of bids are rewarded with; the cash if left out.
    pub reward_token: Option<Address>,
    /// Who gets the fees of bids; the deployer if left out.
    pub treasury: Option<Address>,
    /// When epoch 0 begins, seconds since 1970; the next midnight if left out.
    pub genesis: Option<u64>,
    /// Seconds of an epoch: of market, index and order book alike.
    pub epoch_length: u32,
    /// Binding bids.
    pub bids: Bids,
    /// The index made of them.
    pub index: Index,
    /// The market itself.
    pub market: FloorTerms,
    /// Its sales of NFTs.
    pub auctions: Auctions,
    /// Its order book.
    pub book: OrderBook,
    /// FP as an ERC-20; none if left out.
    pub token: Option<Token>,
    /// Whether NFTs can be held in shares.
    #[serde(default)]
    pub shares: bool,
    /// Weights of the parts NFTs can be split into; none if left out.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Whether there is a way in and out with ether; the cash must be wrapped ether then.
    #[serde(default)]
    pub ether_gateway: bool,
}

/// The book of bids.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bids {
    /// Price of a tick, whole cash.
    pub tick_size: String,
    /// Seconds until a bid counts.
    pub min_age: u32,
    /// Seconds for which an offer is binding after its cancel was asked for.
    pub cancel_delay: u32,
    /// What the protocol keeps of a sale, basis points.
    pub fee_bps: u16,
    /// How far below the index a bid earns rewards, basis points.
    pub band_bps: u16,
}

/// The index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Index {
    /// The number its market has in reports; made of network and name if left out.
    pub report: Option<B256>,
    /// Seconds that the averages of the bounds cover at least.
    pub window: u32,
    /// How many units have to be bid for the price that the index believes.
    pub depth: u8,
    /// Sources it takes.
    pub min_sources: u8,
    /// Units that may be open for each unit bid near the best bid.
    pub chi: String,
    /// Who may report; nobody if left out.
    #[serde(default)]
    pub signers: Vec<Address>,
    /// Reports of a batch, an odd number.
    #[serde(default)]
    pub quorum: u8,
}

/// The market's parameters, which never change; ratios are decimal text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FloorTerms {
    /// Most that an epoch pays, of the index.
    pub max_payment: String,
    /// Most that the mark is believed to be, of the index.
    pub max_ratio: String,
    /// Part of the difference that an epoch pays.
    pub share: String,
    /// What the market is on beyond: 0 is the floor itself.
    pub strike: String,
    /// FP that may be opened against one NFT.
    pub opening: String,
    /// FP against one NFT beyond which its holder may be liquidated.
    pub maintenance: String,
    /// FP against one NFT down to which a liquidation goes.
    pub cure: String,
    /// Initial margin of shorts against cash.
    pub short_initial: String,
    /// Maintenance margin of shorts against cash.
    pub short_maintenance: String,
    /// Initial margin of leveraged longs.
    pub long_initial: String,
    /// Maintenance margin of leveraged longs.
    pub long_maintenance: String,
    /// Capitalisation from which longs are asked for more.
    pub kappa_high: String,
    /// Capitalisation at which they are asked for all.
    pub kappa_low: String,
    /// A trade is within this of the mark.
    pub band: String,
    /// The least position, whole FP.
    pub min_position: String,
    /// Which price the short of an NFT holder is tested at.
    pub nft_test: Test,
    /// How much of a purchase a new long must pay itself.
    pub leverage: Rule,
    /// What who takes over an account gets, of its value.
    pub bonus: String,
    /// The fee of a trade.
    pub fee: String,
}

/// Which price the short of an NFT holder is tested at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// The index: a price alone never liquidates.
    Index,
    /// What exceeds the NFTs at the greater of mark and index.
    Excess,
    /// The mark.
    Mark,
}

/// How much of a purchase a new long must pay itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// All, unless what can be withdrawn can be paid all the same.
    Exact,
    /// The initial margin if the market is capitalised enough; else all.
    Threshold,
    /// Between the two, the more the less the market is capitalised.
    Ramp,
}

/// Sales of NFTs; ratios are decimal text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Auctions {
    /// Seconds of a step.
    pub step: u32,
    /// What the price is multiplied by at each step, up to 27 decimals.
    pub cut: String,
    /// Seconds after which an auction has to be begun anew.
    pub tail: u32,
    /// Part of the first price below which it has to be begun anew.
    pub cusp: String,
    /// The first price, of the index.
    pub top: String,
    /// Fee on what is bought back in a liquidation.
    pub chop: String,
    /// Fee on what is bought back in a voluntary sale.
    pub voluntary_fee: String,
    /// The starter's reward, whole cash.
    pub tip: String,
    /// The starter's reward, of what is to be bought back.
    pub chip: String,
    /// What an NFT is expected to bring, of the index.
    pub expected: String,
    /// The first price is at least this part of the last one of the market.
    pub fall: String,
    /// NFTs that may be offered at a time in all liquidations.
    pub capacity: u32,
    /// Seconds between two liquidations of an account.
    pub spacing: u32,
}

/// The order book.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OrderBook {
    /// Price of a tick, whole cash for 1 FP.
    pub tick_size: String,
    /// Quantity of a lot, whole FP.
    pub lot_size: String,
    /// The least lots of an order.
    pub min_lots: u64,
    /// Lots that the mark is taken over.
    pub mark_depth: u64,
    /// The most levels of a side that the mark looks at.
    pub mark_levels: u32,
    /// The least seconds between two snapshots of the mark.
    pub period: u64,
    /// How many snapshots are kept.
    pub snapshots: u32,
    /// What the mark is until there is a mid, whole cash for 1 FP.
    pub price: String,
}

/// FP as an ERC-20.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Token {
    /// Its name, at most 32 bytes of text.
    pub name: String,
    /// Its symbol, at most 32 bytes of text.
    pub symbol: String,
}

impl Floor {
    /// Refuses what the contracts would refuse.
    pub(super) fn check(&self, name: &str) -> Result<()> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        ensure!(!name.is_empty() && name.chars().all(plain), "{name:?} is no name: letters, digits, dashes");
        somebody(&[
            ("collection", self.collection),
            ("cash", self.cash),
            ("reward-token", self.reward_token),
            ("treasury", self.treasury),
        ])?;
        self.bids.check().context("bids")?;
        self.index.check(self).context("index")?;
        self.market.check(self).context("market")?;
        self.auctions.check().context("auctions")?;
        self.book.check(self).context("book")?;
        if let Some(token) = &self.token {
            token.check().context("token")?;
        }
        self.weights().context("parts").map(|_| ())
    }

    /// When epoch 0 begins, as far as it is decided.
    fn some_genesis(&self) -> u64 {
        self.genesis.unwrap_or(SOME_MIDNIGHT)
    }

    /// Weights of the parts; none if there are none.
    pub fn weights(&self) -> Result<Vec<U256>> {
        let weights = self.parts.iter().map(|text| decimal("weight", text, WAD));
        let weights = weights.collect::<Result<Vec<_>>>()?;
        if weights.is_empty() {
            return Ok(weights);
        }
        let (least, most) = PARTS.into_inner();
        within("the number of parts", weights.len(), least, most)?;
        ensure!(!weights.contains(&U256::ZERO), "a weight is zero");
        let sum = weights.iter().fold(U256::ZERO, |sum, weight| sum.saturating_add(*weight));
        ensure!(sum == U256::from(WHOLE), "the weights sum to {sum}, not to {WHOLE}");
        Ok(weights)
    }
}

impl Bids {
    fn rules(&self) -> Result<BidRules> {
        Ok(BidRules {
            tick_size: amount("tick-size", &self.tick_size, WAD)?,
            min_age: self.min_age.into(),
            cancel_delay: self.cancel_delay.into(),
            fee_bps: self.fee_bps.into(),
            band_bps: self.band_bps.into(),
        })
    }

    /// As the contract takes them.
    pub fn params(&self) -> Result<BidBookParams> {
        Ok(BidBookParams {
            tickSize: decimal("tick-size", &self.tick_size, WAD)?,
            minAge: self.min_age,
            cancelDelay: self.cancel_delay,
            fee: self.fee_bps,
            band: self.band_bps,
        })
    }

    fn check(&self) -> Result<()> {
        let names = ["tick-size", "min-age", "cancel-delay", "fee-bps", "band-bps"];
        of_index(self.rules()?.validate().map_err(|error| *error), &names)
    }
}

impl Index {
    /// As the contract takes them.
    pub fn params(&self, floor: &Floor, genesis: u64) -> Result<FloorIndexParams> {
        Ok(FloorIndexParams {
            genesis,
            epochLength: floor.epoch_length,
            window: self.window,
            depth: self.depth,
            minSources: self.min_sources,
            chi: decimal("chi", &self.chi, WAD)?,
        })
    }

    fn check(&self, floor: &Floor) -> Result<()> {
        let rules = IndexParams {
            genesis: floor.some_genesis(),
            epoch_length: floor.epoch_length.into(),
            window: self.window.into(),
            depth: self.depth.into(),
            min_sources: self.min_sources.into(),
            chi: amount("chi", &self.chi, WAD)?,
        };
        let names = ["genesis", "epoch-length", "window", "depth", "min-sources", "chi"];
        of_index(rules.validate().map_err(|error| *error), &names)?;
        self.check_signers()
    }

    fn check_signers(&self) -> Result<()> {
        let count = self.signers.len();
        ensure!(count <= MOST_SIGNERS, "there are {count} signers, {MOST_SIGNERS} at most");
        let sorted = self.signers.iter().zip(self.signers.iter().skip(1)).all(|(one, next)| one < next);
        ensure!(sorted && !self.signers.contains(&Address::ZERO), "signers are not in ascending order");
        if count == 0 && self.quorum == 0 {
            return Ok(());
        }
        let seats = u16::MAX.checked_shr(16_u32.saturating_sub(count as u32)).unwrap_or_default();
        let panel = Panel { seats, quorum: self.quorum };
        of_index(panel.validate().map_err(|error| *error), &["signers", "quorum"])
    }
}

/// A refusal of the index's rules, in words.
fn of_index(verdict: std::result::Result<(), IndexError>, names: &[&str]) -> Result<()> {
    match verdict {
        Ok(()) => Ok(()),
        Err(IndexError::ParameterOutOfBounds { index, value }) => out_of_bounds(names, index, value),
        Err(other) => bail!("{other:?}"),
    }
}

/// The names of the market's parameters, in the order of the rules', for their refusals.
const MARKET: [&str; 16] = [
    "epoch-length",
    "max-payment",
    "max-ratio",
    "share",
    "strike",
    "opening",
    "maintenance",
    "cure",
    "short-initial",
    "short-maintenance",
    "long-initial",
    "long-maintenance",
    "kappa-high",
    "kappa-low",
    "band",
    "min-position",
];

impl FloorTerms {
    fn rules(&self, floor: &Floor) -> Result<Params> {
        let wad = |name, text| amount(name, text, WAD);
        Ok(Params {
            genesis: floor.some_genesis(),
            epoch: floor.epoch_length.into(),
            terms: Terms {
                max_payment: wad("max-payment", &self.max_payment)?,
                max_ratio: wad("max-ratio", &self.max_ratio)?,
                share: wad("share", &self.share)?,
                strike: wad("strike", &self.strike)?,
            },
            opening: wad("opening", &self.opening)?,
            maintenance: wad("maintenance", &self.maintenance)?,
            cure: wad("cure", &self.cure)?,
            short_initial: wad("short-initial", &self.short_initial)?,
            short_maintenance: wad("short-maintenance", &self.short_maintenance)?,
            long_initial: wad("long-initial", &self.long_initial)?,
            long_maintenance: wad("long-maintenance", &self.long_maintenance)?,
            kappa_high: wad("kappa-high", &self.kappa_high)?,
            kappa_low: wad("kappa-low", &self.kappa_low)?,
            band: wad("band", &self.band)?,
            min_position: wad("min-position", &self.min_position)?,
            nft_test: match self.nft_test {
                Test::Index => NftTest::Index,
                Test::Excess => NftTest::Excess,
                Test::Mark => NftTest::Mark,
            },
            leverage: match self.leverage {
                Rule::Exact => Leverage::Exact,
                Rule::Threshold => Leverage::Threshold,
                Rule::Ramp => Leverage::Ramp,
            },
        })
    }

    /// As the contract takes them.
    pub fn params(&self, floor: &Floor, genesis: u64) -> Result<MarketParams> {
        let (rules, word) = (self.rules(floor)?, U256::from::<u128>);
        Ok(MarketParams {
            genesis,
            epochLength: floor.epoch_length,
            maxPayment: word(rules.terms.max_payment),
            maxRatio: word(rules.terms.max_ratio),
            share: word(rules.terms.share),
            strike: word(rules.terms.strike),
            opening: word(rules.opening),
            maintenance: word(rules.maintenance),
            cure: word(rules.cure),
            shortInitial: word(rules.short_initial),
            shortMaintenance: word(rules.short_maintenance),
            longInitial: word(rules.long_initial),
            longMaintenance: word(rules.long_maintenance),
            kappaHigh: word(rules.kappa_high),
            kappaLow: word(rules.kappa_low),
            band: word(rules.band),
            minPosition: word(rules.min_position),
            nftTest: rules.nft_test as u8,
            leverage: rules.leverage as u8,
            bonus: decimal("bonus", &self.bonus, WAD)?,
            fee: decimal("fee", &self.fee, WAD)?,
        })
    }

    fn check(&self, floor: &Floor) -> Result<()> {
        let rules = self.rules(floor)?;
        of_floor(rules.check().map_err(|error| *error), &MARKET, 0)?;
        // A bonus is paid out of what a position has left of its margin.
        let most_bonus = rules.short_maintenance.min(rules.long_maintenance);
        within("bonus", amount("bonus", &self.bonus, WAD)?, 0, most_bonus)?;
        within("fee", amount("fee", &self.fee, WAD)?, 0, MOST_FEE)
    }
}

/// A refusal of the market's rules, in words; the names begin with an index.
fn of_floor(verdict: std::result::Result<(), FloorError>, names: &[&str], from: u8) -> Result<()> {
    match verdict {
        Ok(()) => Ok(()),
        Err(FloorError::ParameterOutOfBounds { index, value }) => {
            out_of_bounds(names, index.saturating_sub(from), value)
        }
        Err(other) => bail!("{other:?}"),
    }
}

/// The names of auctions' parameters, in the order of the rules', for their refusals.
const AUCTIONS: [&str; 13] = [
    "step",
    "cut",
    "tail",
    "cusp",
    "top",
    "chop",
    "voluntary-fee",
    "tip",
    "chip",
    "expected",
    "fall",
    "capacity",
    "spacing",
];

impl Auctions {
    fn rules(&self) -> Result<auction::Terms> {
        let wad = |name, text| amount(name, text, WAD);
        Ok(auction::Terms {
            curve: Curve {
                step: self.step.into(),
                cut: amount("cut", &self.cut, RAY)?,
                tail: self.tail.into(),
                cusp: amount("cusp", &self.cusp, RAY)?,
            },
            top: wad("top", &self.top)?,
            chop: wad("chop", &self.chop)?,
            voluntary_fee: wad("voluntary-fee", &self.voluntary_fee)?,
            tip: wad("tip", &self.tip)?,
            chip: wad("chip", &self.chip)?,
            expected: wad("expected", &self.expected)?,
            fall: wad("fall", &self.fall)?,
            capacity: self.capacity,
            spacing: self.spacing.into(),
        })
    }

    /// As the contract takes them.
    pub fn params(&self) -> Result<AuctionParams> {
        let (rules, word) = (self.rules()?, U256::from::<u128>);
        Ok(AuctionParams {
            step: self.step,
            cut: word(rules.curve.cut),
            tail: self.tail,
            cusp: word(rules.curve.cusp),
            top: word(rules.top),
            chop: word(rules.chop),
            voluntaryFee: word(rules.voluntary_fee),
            tip: word(rules.tip),
            chip: word(rules.chip),
            expected: word(rules.expected),
            fall: word(rules.fall),
            capacity: self.capacity,
            spacing: self.spacing,
        })
    }

    fn check(&self) -> Result<()> {
        of_floor(self.rules()?.check(0).map_err(|error| *error), &AUCTIONS, 0)
    }
}

impl OrderBook {
    fn rules(&self, floor: &Floor, genesis: u64) -> Result<BookRules> {
        Ok(BookRules {
            tick_size: amount("tick-size", &self.tick_size, WAD)?,
            lot_size: amount("lot-size", &self.lot_size, WAD)?,
            min_lots: self.min_lots,
            mark_depth: self.mark_depth,
            mark_levels: self.mark_levels,
            genesis,
            epoch: floor.epoch_length.into(),
            period: self.period,
            snapshots: self.snapshots,
        })
    }

    /// As the contract takes them.
    pub fn params(&self, floor: &Floor, genesis: u64) -> Result<BookParams> {
        let rules = self.rules(floor, genesis)?;
        Ok(BookParams {
            tickSize: rules.tick_size,
            lotSize: rules.lot_size,
            minLots: rules.min_lots,
            markDepth: rules.mark_depth,
            markLevels: rules.mark_levels,
            genesis,
            epoch: rules.epoch,
            period: rules.period,
            snapshots: rules.snapshots,
        })
    }

    /// What the mark is until there is a mid, wei.
    pub fn first_price(&self) -> Result<U256> {
        decimal("price", &self.price, WAD)
    }

    fn check(&self, floor: &Floor) -> Result<()> {
        let names = [
            "tick-size",
            "lot-size",
            "min-lots",
            "mark-depth",
            "mark-levels",
            "genesis",
            "epoch-length",
            "period",
            "snapshots",
        ];
        match self.rules(floor, floor.some_genesis())?.validate().map_err(|error| *error) {
            Ok(()) => within("price", amount("price", &self.price, WAD)?, 1, PRICE_LIMIT - 1),
            Err(VenueError::ParameterOutOfBounds { index, value }) => out_of_bounds(&names, index, value),
            Err(other) => bail!("{other:?}"),
        }
    }
}

impl Token {
    /// Name and symbol as the contract keeps them.
    pub fn words(&self) -> (B256, B256) {
        let word = |text: &str| B256::right_padding_from(text.as_bytes());
        (word(&self.name), word(&self.symbol))
    }

    fn check(&self) -> Result<()> {
        for (name, text) in [("name", &self.name), ("symbol", &self.symbol)] {
            ensure!(text.is_ascii(), "{name} is {text:?}, which is not ASCII");
            within(&format!("the length of {name}"), text.len(), 1, 32)?;
        }
        Ok(())
    }
}
