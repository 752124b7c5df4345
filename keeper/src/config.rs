//! What a keeper works on and how far it goes: read from TOML, checked when it is loaded.
//!
//! Amounts are decimal text, so that no float comes near money; ratios are parts per million, durations seconds. A place
//! is a contract's name in the address book, or its address.

use std::{
    collections::BTreeMap,
    env,
    fmt::{self, Display},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, U256, utils::parse_units},
    signers::local::PrivateKeySigner,
    transports::http::reqwest::Url,
};
use anyhow::{Context, Result};
use serde::{Deserialize, Deserializer, de};

use crate::book::Book;

/// Why a configuration is refused, with the values that are wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// The text is no configuration.
    Unreadable {
        /// Where and why.
        why: String,
    },
    /// A value is out of its bounds.
    OutOfBounds {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        bounds: &'static str,
    },
    /// Neither or both of two keys are there of which one is wanted.
    OneOf {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// An environment variable is not set.
    NoVariable {
        /// Its name.
        name: String,
    },
    /// A place is neither an address nor a name in the address book.
    UnknownPlace {
        /// The place.
        place: String,
    },
    /// Nothing is to be done.
    NoJobs,
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { why } => write!(f, "{why}"),
            Self::OutOfBounds { key, value, bounds } => write!(f, "{key} is {value}: it must be {bounds}"),
            Self::OneOf { first, second } => write!(f, "give one of {first} and {second}"),
            Self::NoVariable { name } => write!(f, "the environment variable {name} is not set"),
            Self::UnknownPlace { place } => {
                write!(f, "{place:?} is neither an address nor a contract of the address book")
            }
            Self::NoJobs => {
                f.write_str("there is nothing to do: name at least one of [perp], [put], [floor], [programs]")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// An amount in 18 decimals, from decimal text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wad(pub U256);

impl<'de> Deserialize<'de> for Wad {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decimal(deserializer, 18).map(Self)
    }
}

/// A price of gas in wei, from decimal text in thousand millionths of an ether.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gwei(pub u128);

impl<'de> Deserialize<'de> for Gwei {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wei = decimal(deserializer, 9)?;
        u128::try_from(wei).map(Self).map_err(|_| de::Error::custom("a price of gas of more than 128 bits"))
    }
}

fn decimal<'de, D: Deserializer<'de>>(deserializer: D, decimals: u8) -> Result<U256, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parsed = parse_units(&text, decimals)
        .map_err(|_| de::Error::custom(format!("{text:?} is no decimal number")))?;
    if parsed.is_negative() {
        return Err(de::Error::custom(format!("{text} is negative")));
    }
    Ok(parsed.get_absolute())
}

/// A contract: its name in the address book, or its address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Place(pub String);

impl Place {
    /// Where it is.
    pub fn find(&self, book: &Book) -> Result<Address, ConfigError> {
        match self.0.parse() {
            Ok(address) => Ok(address),
            Err(_) => {
                book.contract(&self.0).ok_or_else(|| ConfigError::UnknownPlace { place: self.0.clone() })
            }
        }
    }
}

/// Where several contracts are: the named ones, or all of a kind that the address book has, and there must be one.
pub fn find_all(places: &[Place], kind: &str, book: &Book) -> Result<Vec<Address>, ConfigError> {
    if places.is_empty() {
        let all = book.all(kind);
        return if all.is_empty() { Err(ConfigError::UnknownPlace { place: kind.into() }) } else { Ok(all) };
    }
    places.iter().map(|place| place.find(book)).collect()
}

/// A keeper's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The node.
    pub network: Network,
    /// Whose transactions they are.
    pub account: Account,
    /// What gas may cost.
    #[serde(default)]
    pub gas: Gas,
    /// What work must bring.
    #[serde(default)]
    pub profit: Profit,
    /// What tokens are worth, by place.
    #[serde(default)]
    pub tokens: BTreeMap<Place, Token>,
    /// Perpetuals on a curve; left out, they are left alone.
    pub perp: Option<Perp>,
    /// Put pools.
    pub put: Option<Put>,
    /// Floor markets.
    pub floor: Option<Floor>,
    /// The lives of programs.
    pub programs: Option<Programs>,
    /// Where metrics are served; left out, they are not.
    pub metrics: Option<Metrics>,
    /// What is logged.
    #[serde(default)]
    pub log: Log,
}

/// The node, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Network {
    /// The node's address.
    #[serde(default)]
    pub rpc: String,
    /// The variable that holds it, where it is a secret; counts more.
    pub rpc_env: Option<String>,
    /// The chain's identifier; a node of another chain is refused.
    pub chain_id: u64,
    /// The address book that `deploy` wrote, as seen from the configuration; left out, places are addresses.
    pub book: Option<PathBuf>,
    /// Milliseconds between two looks at the head.
    #[serde(default = "Network::poll_millis")]
    pub poll_millis: u64,
    /// Which time views are read at.
    #[serde(default)]
    pub time: Time,
    /// Seconds after which everything is looked at again, whatever events say.
    #[serde(default = "Network::sweep_every")]
    pub sweep_every: u64,
    /// Most blocks that logs are asked of at a time.
    #[serde(default = "Network::log_blocks")]
    pub log_blocks: u64,
}

impl Network {
    /// The node's address: the variable's, if one is named.
    pub fn url(&self) -> Result<Url> {
        match &self.rpc_env {
            Some(name) => {
                let text = env::var(name).with_context(|| format!("the node's address is in {name}"))?;
                text.parse().with_context(|| format!("{name} holds no URL"))
            }
            None => self.rpc.parse().with_context(|| format!("rpc: {:?} is not a URL", self.rpc)),
        }
    }

    /// An error to read, without the node's address, of which a part is often secret.
    pub fn hidden(&self, error: &anyhow::Error) -> String {
        let text = format!("{error:#}");
        let Ok(url) = self.url() else { return text };
        let mut bare = url.clone();
        // What has no place for a name has none to take out.
        let _ = (bare.set_username(""), bare.set_password(None));
        text.replace(url.as_str(), "the node").replace(bare.as_str(), "the node")
    }

    fn poll_millis() -> u64 {
        1_000
    }

    fn sweep_every() -> u64 {
        300
    }

    fn log_blocks() -> u64 {
        2_000
    }
}

/// The time that views are read at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Time {
    /// The last block's.
    #[default]
    Block,
    /// This machine's, where that is later: for chains that make no blocks while nobody sends anything.
    Clock,
}

/// Whose transactions they are: a key in an environment variable, or a keystore with its password in one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// The variable that holds the key.
    pub key_env: Option<String>,
    /// A keystore, as seen from the configuration.
    pub keystore: Option<PathBuf>,
    /// The variable that holds its password.
    #[serde(default = "Account::password_env")]
    pub password_env: String,
}

impl Account {
    fn password_env() -> String {
        "KEEPER_PASSWORD".into()
    }

    /// The key. It is never printed, nor any part of it.
    pub fn signer(&self) -> Result<PrivateKeySigner> {
        match (&self.key_env, &self.keystore) {
            (Some(name), None) => {
                // The parser's error could show what it was given.
                variable(name)?.trim().parse().map_err(|_| {
                    ConfigError::OutOfBounds {
                        key: "account.key-env",
                        value: name.clone(),
                        bounds: "a variable with a key",
                    }
                    .into()
                })
            }
            (None, Some(file)) => PrivateKeySigner::decrypt_keystore(file, variable(&self.password_env)?)
                .with_context(|| format!("cannot open the keystore {}", file.display())),
            _ => Err(ConfigError::OneOf { first: "account.key-env", second: "account.keystore" }.into()),
        }
    }
}

fn variable(name: &str) -> Result<String, ConfigError> {
    env::var(name).map_err(|_| ConfigError::NoVariable { name: name.to_owned() })
}

/// What gas may cost, and how a transaction that is not mined is helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Gas {
    /// The highest price, tip included; above it nothing is sent.
    pub max_price_gwei: Gwei,
    /// What whoever makes blocks gets beside the base fee.
    pub tip_gwei: Gwei,
    /// Gas beyond an estimate, percent.
    pub room_percent: u64,
    /// Seconds after which a transaction that is not mined is sent again at a higher price.
    pub bump_after: u64,
    /// How much higher, percent; nodes want ten at least.
    pub bump_percent: u64,
    /// Seconds after which it is waited for no longer.
    pub give_up_after: u64,
}

impl Default for Gas {
    fn default() -> Self {
        Self {
            max_price_gwei: Gwei(1_000_000_000),
            tip_gwei: Gwei(0),
            room_percent: 25,
            bump_after: 30,
            bump_percent: 20,
            give_up_after: 300,
        }
    }
}

/// What work must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Profit {
    /// Least that paid work brings beyond its gas, ether.
    pub min_ether: Wad,
    /// Most that unpaid work may cost in a day, ether.
    pub upkeep_ether_a_day: Wad,
    /// Whether paid work that brings less is done as unpaid work is.
    pub subsidise: bool,
}

impl Default for Profit {
    fn default() -> Self {
        Self {
            min_ether: Wad(U256::ZERO),
            upkeep_ether_a_day: Wad(hundredth_of_an_ether()),
            subsidise: false,
        }
    }
}

fn hundredth_of_an_ether() -> U256 {
    U256::from(10_000_000_000_000_000_u64)
}

/// What a token is worth: one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Token {
    /// Ether for a whole token.
    pub ether: Option<Wad>,
    /// A PriceFeed that says how many tokens an ether costs.
    pub ether_price_feed: Option<Place>,
}

/// Perpetuals on a curve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Perp {
    /// The clearing house.
    pub clearing_house: Place,
    /// Markets by number; none named is all there are.
    pub markets: Vec<u64>,
    /// Accounts of a page.
    pub page: u64,
    /// Accounts in a batch of liquidations.
    pub batch: usize,
    /// Accounts are looked through again when the mark has moved so far.
    pub look_after_ppm: u64,
    /// Seconds after which funding that nothing else settled is settled.
    pub funding_every: u64,
    /// The mark is this far from the oracle before the curve is moved.
    pub repeg_gap_ppm: u64,
    /// Losses realised at a time.
    pub losses: usize,
    /// Least insurance share sent to the fund, whole tokens.
    pub least_insurance: Wad,
    /// Least reward withdrawn, whole tokens.
    pub least_reward: Wad,
    /// What may be taken over.
    pub takeover: PerpTakeover,
}

impl Default for Perp {
    fn default() -> Self {
        Self {
            clearing_house: Place("ClearingHouse".into()),
            markets: Vec::new(),
            page: 64,
            batch: 8,
            look_after_ppm: 1_000,
            funding_every: 900,
            repeg_gap_ppm: 3_000,
            losses: 8,
            least_insurance: Wad(whole(100)),
            least_reward: Wad(whole(10)),
            takeover: PerpTakeover::default(),
        }
    }
}

/// What may be taken over of positions that the curve does not take. It is a position with its risk: none by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PerpTakeover {
    /// Most notional held in a market, whole tokens; 0 takes nothing over.
    pub max_notional: Wad,
    /// Notional over margin, in hundredths.
    pub leverage_percent: u64,
    /// Least discount.
    pub least_discount_ppm: u64,
    /// How far from the oracle's price what was taken over is sold again.
    pub unwind_slippage_ppm: u64,
}

impl Default for PerpTakeover {
    fn default() -> Self {
        Self {
            max_notional: Wad(U256::ZERO),
            leverage_percent: 300,
            least_discount_ppm: 10_000,
            unwind_slippage_ppm: 5_000,
        }
    }
}

/// Put pools.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Put {
    /// The pools; none named is all there are. Their oracles and the contract that buys their puts are asked for.
    pub pools: Vec<Place>,
    /// Least rewards that nobody earned sent to the treasury, whole tokens.
    pub least_unallocated: Wad,
}

impl Default for Put {
    fn default() -> Self {
        Self { pools: Vec::new(), least_unallocated: Wad(whole(100)) }
    }
}

/// Floor markets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Floor {
    /// The markets; none named is all there are. Their index, order book and bids are asked for.
    pub markets: Vec<Place>,
    /// Accounts and auctions of a page, 100 at most.
    pub page: u64,
    /// Accounts and cohorts that one payment of funding goes through.
    pub funding_steps: u64,
    /// Seconds after which the index is updated.
    pub index_every: u64,
    /// Seconds after which the order book's mark is counted, if nothing has done it.
    pub mark_every: u64,
    /// Bids that a sale goes through at most.
    pub bids: u64,
    /// Resting orders that a sweep tests; 0 tests none.
    pub orders: usize,
    /// Least fees of the bid book sent to its treasury, whole tokens.
    pub least_fees: Wad,
    /// What is bought and taken over with money of one's own.
    pub inventory: FloorInventory,
}

impl Default for Floor {
    fn default() -> Self {
        Self {
            markets: Vec::new(),
            page: 100,
            funding_steps: 100,
            index_every: 1_800,
            mark_every: 3_600,
            bids: 4,
            orders: 200,
            least_fees: Wad(hundredth_of_an_ether()),
            inventory: FloorInventory::default(),
        }
    }
}

/// What a keeper buys and takes over with money of its own. NFTs and FP with their risk: none by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FloorInventory {
    /// Most NFTs held of a collection; 0 buys none.
    pub max_nfts: u64,
    /// Most paid for one, of the index.
    pub max_price_ppm: u64,
    /// Most paid in a day, whole tokens.
    pub cash_a_day: Wad,
    /// Most FP held, long or short; 0 takes nothing over.
    pub max_fp: Wad,
    /// How far from the mark FP that were taken over are traded away.
    pub unload_slippage_ppm: u64,
}

impl Default for FloorInventory {
    fn default() -> Self {
        Self {
            max_nfts: 0,
            max_price_ppm: 900_000,
            cash_a_day: Wad(U256::ZERO),
            max_fp: Wad(U256::ZERO),
            unload_slippage_ppm: 50_000,
        }
    }
}

/// The lives of programs: the chain forgets one that nobody has prolonged for a year.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Programs {
    /// Those beside what the address book has.
    pub also: Vec<Address>,
    /// Days of life left below which it is prolonged.
    pub renew_below_days: u64,
    /// Most that prolonging one may cost, ether.
    pub max_fee: Wad,
    /// Seconds between two looks.
    pub look_every: u64,
}

impl Default for Programs {
    fn default() -> Self {
        Self {
            also: Vec::new(),
            renew_below_days: 60,
            max_fee: Wad(hundredth_of_an_ether()),
            look_every: 21_600,
        }
    }
}

/// Where metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Metrics {
    /// Address and port; port 0 takes any, which the log tells.
    pub listen: SocketAddr,
    /// Seconds without a whole round after which `/healthz` says that something is wrong.
    #[serde(default = "Metrics::healthy_for")]
    pub healthy_for: u64,
}

impl Metrics {
    fn healthy_for() -> u64 {
        120
    }
}

/// What is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// How much.
    pub level: LogLevel,
}

/// The shape of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Words.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// The least important line that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Only what needs somebody.
    Error,
    /// And what may come to that.
    Warn,
    /// And what is done.
    #[default]
    Info,
    /// And what is not done, and why.
    Debug,
}

fn whole(tokens: u64) -> U256 {
    U256::from(tokens) * U256::from(1_000_000_000_000_000_000_u64)
}

impl Config {
    /// From a file; paths in it are seen from where it is.
    pub fn load(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut config = Self::parse(&text).with_context(|| file.display().to_string())?;
        let folder = file.parent().unwrap_or(Path::new("."));
        for path in config.network.book.iter_mut().chain(config.account.keystore.iter_mut()) {
            *path = folder.join(&*path);
        }
        Ok(config)
    }

    /// From text, checked.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self =
            toml::from_str(text).map_err(|error| ConfigError::Unreadable { why: error.to_string() })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.perp.is_none() && self.put.is_none() && self.floor.is_none() && self.programs.is_none() {
            return Err(ConfigError::NoJobs);
        }
        if self.account.key_env.is_some() == self.account.keystore.is_some() {
            return Err(ConfigError::OneOf { first: "account.key-env", second: "account.keystore" });
        }
        for token in self.tokens.values() {
            if token.ether.is_some() == token.ether_price_feed.is_some() {
                return Err(ConfigError::OneOf { first: "ether", second: "ether-price-feed" });
            }
        }
        self.network.check()?;
        self.gas.check()?;
        self.perp.as_ref().map_or(Ok(()), Perp::check)?;
        self.floor.as_ref().map_or(Ok(()), Floor::check)
    }
}

/// Refuses a number that is not between two others.
fn within(
    key: &'static str,
    value: u64,
    least: u64,
    most: u64,
    bounds: &'static str,
) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::OutOfBounds { key, value: value.to_string(), bounds })
}

impl Network {
    fn check(&self) -> Result<(), ConfigError> {
        within("network.poll-millis", self.poll_millis, 1, 600_000, "1 to 600000")?;
        within("network.sweep-every", self.sweep_every, 1, 86_400, "1 to 86400")?;
        within("network.log-blocks", self.log_blocks, 1, 1_000_000, "1 to 1000000")
    }
}

impl Gas {
    fn check(&self) -> Result<(), ConfigError> {
        within("gas.room-percent", self.room_percent, 0, 400, "0 to 400")?;
        within("gas.bump-percent", self.bump_percent, 10, 200, "10 to 200: nodes refuse less")?;
        within("gas.give-up-after", self.give_up_after, self.bump_after, 86_400, "gas.bump-after to 86400")?;
        if self.tip_gwei > self.max_price_gwei {
            let value = format!("{} wei", self.tip_gwei.0);
            return Err(ConfigError::OutOfBounds {
                key: "gas.tip-gwei",
                value,
                bounds: "gas.max-price-gwei at most",
            });
        }
        Ok(())
    }
}

impl Perp {
    fn check(&self) -> Result<(), ConfigError> {
        within("perp.page", self.page, 1, 1_000, "1 to 1000")?;
        within("perp.batch", self.batch as u64, 1, 64, "1 to 64")?;
        within(
            "perp.takeover.leverage-percent",
            self.takeover.leverage_percent,
            100,
            10_000,
            "100 to 10000",
        )?;
        within(
            "perp.takeover.unwind-slippage-ppm",
            self.takeover.unwind_slippage_ppm,
            0,
            1_000_000,
            "0 to 1000000",
        )
    }
}

impl Floor {
    fn check(&self) -> Result<(), ConfigError> {
        within("floor.page", self.page, 1, 100, "1 to 100")?;
        within("floor.funding-steps", self.funding_steps, 1, 10_000, "1 to 10000")?;
        within("floor.bids", self.bids, 1, 100, "1 to 100")?;
        let slippage = self.inventory.unload_slippage_ppm;
        within("floor.inventory.unload-slippage-ppm", slippage, 0, 1_000_000, "0 to 1000000")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../keeper.toml");

    fn refused(from: &str, to: &str) -> ConfigError {
        let text = EXAMPLE.replace(from, to);
        assert_ne!(text, EXAMPLE, "{from:?} is not in the example");
        Config::parse(&text).unwrap_err()
    }

    #[test]
    fn an_error_does_not_tell_what_is_secret_of_the_node_s_address() {
        let text = EXAMPLE.replace("http://127.0.0.1:8547", "https://me:word@node.example/v2/secret");
        let network = Config::parse(&text).unwrap().network;
        for told in ["https://me:word@node.example/v2/secret", "https://node.example/v2/secret"] {
            let hidden = network.hidden(&anyhow::anyhow!("error for url ({told}): timed out"));
            assert_eq!(hidden, "error for url (the node): timed out");
        }
    }

    #[test]
    fn the_example_is_a_configuration_and_shows_every_default() {
        let config = Config::parse(EXAMPLE).unwrap();
        assert_eq!(config.gas, Gas::default());
        assert_eq!(config.profit, Profit::default());
        assert_eq!(config.perp, Some(Perp::default()));
        assert_eq!(config.put, Some(Put::default()));
        assert_eq!(config.floor, Some(Floor::default()));
        assert_eq!(config.programs, Some(Programs::default()));
        assert_eq!(config.log, Log::default());
    }

    #[test]
    fn what_is_out_of_bounds_is_named_with_its_value() {
        let error = refused("bump-percent = 20", "bump-percent = 5");
        assert!(
            matches!(&error, ConfigError::OutOfBounds { key: "gas.bump-percent", value, .. } if value == "5")
        );
        assert!(error.to_string().contains("gas.bump-percent is 5"), "{error}");
        let error = refused("tip-gwei = \"0\"", "tip-gwei = \"2\"");
        assert!(matches!(error, ConfigError::OutOfBounds { key: "gas.tip-gwei", .. }));
    }

    #[test]
    fn an_unknown_key_and_a_number_that_is_none_are_refused_where_they_are() {
        for (from, to, told) in [
            ("poll-millis", "pol-millis", "pol-millis"),
            ("min-ether = \"0\"", "min-ether = \"a bit\"", "a bit"),
            ("min-ether = \"0\"", "min-ether = \"-1\"", "negative"),
        ] {
            let error = refused(from, to).to_string();
            assert!(error.contains(told) && error.contains("line"), "{error}");
        }
    }

    #[test]
    fn one_key_is_wanted_and_one_value_of_a_token() {
        let both =
            refused("key-env = \"KEEPER_KEY\"", "key-env = \"KEEPER_KEY\"\nkeystore = \"keeper.json\"");
        assert!(matches!(both, ConfigError::OneOf { first: "account.key-env", .. }));
        let none = refused("ether-price-feed = \"PriceFeed\"", "");
        assert!(matches!(none, ConfigError::OneOf { first: "ether", .. }));
    }

    #[test]
    fn a_key_is_read_from_where_the_configuration_says_and_never_shown() {
        let account = |name: &str| Account {
            key_env: Some(name.to_owned()),
            keystore: None,
            password_env: Account::password_env(),
        };
        let error = account("EVERFLOOR_NO_SUCH_VARIABLE").signer().unwrap_err().to_string();
        assert!(error.contains("EVERFLOOR_NO_SUCH_VARIABLE"), "{error}");
        // PATH is set everywhere, and no key.
        let error = format!("{:#}", account("PATH").signer().unwrap_err());
        assert!(!error.contains(&env::var("PATH").unwrap()), "{error}");
    }

    #[test]
    fn a_place_is_an_address_or_a_name() {
        let address = Address::repeat_byte(7);
        assert_eq!(Place(address.to_string()).find(&Book::default()), Ok(address));
        let error = Place("Somewhere".into()).find(&Book::default()).unwrap_err();
        assert_eq!(error, ConfigError::UnknownPlace { place: "Somewhere".into() });
    }
}
