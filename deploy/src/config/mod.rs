//! What a network should have: perpetuals, a put pool, floor markets, governance. Read from TOML, checked before
//! anything is sent.
//!
//! Amounts and prices are decimal text, so that no float comes near money; ratios are parts per million or decimal text,
//! durations seconds, as in the contracts. Text that is empty has to be filled in by whoever deploys: it is all named
//! at once.

pub mod floor;
pub mod perps;
pub mod puts;

use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::{Address, U256, utils::parse_units};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use toml::Value;

pub use self::{
    floor::Floor,
    perps::{DOLLAR, Insurance, Market, Oracle, Perps},
    puts::Puts,
};
use crate::governance::Governance;

/// Decimals of everything that is no token amount.
pub(crate) const WAD: u8 = 18;
/// Wad of a millionth.
const MILLIONTH: u64 = 1_000_000_000_000;
/// When epochs begin in checks, if that is decided when the contracts are made: any midnight.
const SOME_MIDNIGHT: u64 = 86_400 * 20_000;

/// A network's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Sections")]
pub struct Config {
    /// The network's name; the address book carries it.
    pub network: String,
    /// Its chain identifier; a node of another chain is refused.
    pub chain_id: u64,
    /// May pause entry, everywhere; nobody if left out.
    pub guardian: Option<Address>,
    /// May move the perpetuals' parameters in bounded steps and let the market only reduce; nobody if left out.
    pub council: Option<Address>,
    /// The perpetuals, if there are any.
    pub perps: Option<Perps>,
    /// The put pool, if there is one.
    pub puts: Option<Puts>,
    /// Floor markets by name.
    pub floor: BTreeMap<String, Floor>,
    /// Who owns the contracts; the deployer if left out.
    pub governance: Option<Governance>,
}

/// The sections as they stand in a file.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Sections {
    network: String,
    chain_id: u64,
    guardian: Option<Address>,
    council: Option<Address>,
    collateral: Option<Address>,
    oracle: Option<Oracle>,
    insurance: Option<Insurance>,
    market: Option<Market>,
    puts: Option<Puts>,
    #[serde(default)]
    floor: BTreeMap<String, Floor>,
    governance: Option<Governance>,
}

impl TryFrom<Sections> for Config {
    type Error = String;

    fn try_from(file: Sections) -> std::result::Result<Self, String> {
        let collateral = file.collateral;
        let perps = match (file.oracle, file.insurance, file.market) {
            (Some(oracle), Some(insurance), Some(market)) => {
                Some(Perps { collateral, oracle, insurance, market })
            }
            (None, None, None) if collateral.is_none() && file.council.is_none() => None,
            _ => return Err("perpetuals need all of oracle, insurance and market".into()),
        };
        Ok(Self {
            network: file.network,
            chain_id: file.chain_id,
            guardian: file.guardian,
            council: file.council,
            perps,
            puts: file.puts,
            floor: file.floor,
            governance: file.governance,
        })
    }
}

impl Config {
    /// Reads a configuration and checks it.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("configuration {}", file.display()))
    }

    /// From text, checked.
    pub fn parse(text: &str) -> Result<Self> {
        let missing = empty(&toml::from_str(text)?);
        ensure!(missing.is_empty(), "these have to be filled in: {}", missing.join(", "));
        let config: Self = toml::from_str(text)?;
        config.check()?;
        Ok(config)
    }

    /// Refuses what the contracts would refuse, and what makes no sense together.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.network.is_empty(), "the network has no name");
        let nothing = self.perps.is_none() && self.puts.is_none() && self.floor.is_empty();
        ensure!(!nothing, "there is nothing to deploy: no market, no puts, no floor");
        somebody(&[("guardian", self.guardian), ("council", self.council)])?;
        if let Some(perps) = &self.perps {
            perps.check()?;
        }
        if let Some(puts) = &self.puts {
            puts.check().context("puts")?;
        }
        for (name, floor) in &self.floor {
            floor.check(name).with_context(|| format!("floor.{name}"))?;
        }
        if let Some(governance) = &self.governance {
            governance.check().context("governance")?;
        }
        Ok(())
    }

    /// The perpetuals alone.
    pub fn only_perps(self) -> Self {
        Self { puts: None, floor: BTreeMap::new(), ..self }
    }

    /// The perpetuals.
    pub fn perps(&self) -> Result<&Perps> {
        self.perps.as_ref().context("the configuration has no perpetuals")
    }

    /// The perpetuals, to be changed.
    pub fn perps_mut(&mut self) -> Result<&mut Perps> {
        self.perps.as_mut().context("the configuration has no perpetuals")
    }
}

/// Where text is empty, by path.
fn empty(file: &toml::Table) -> Vec<String> {
    fn look(path: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) if text.is_empty() => found.push(path.to_owned()),
            Value::Table(table) if table.contains_key("") => found.push(path.to_owned()),
            Value::Table(table) => {
                table.iter().for_each(|(key, value)| look(&format!("{path}.{key}"), value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| look(path, value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    file.iter().for_each(|(key, value)| look(key, value, &mut found));
    found
}

/// Durations that bounds are made of.
pub(crate) struct Seconds;

impl Seconds {
    /// A day.
    pub(crate) const DAY: u32 = 86_400;
    /// A week.
    pub(crate) const WEEK: u32 = 604_800;
}

/// Refuses the zero address, by name: who is nobody is left out.
pub(crate) fn somebody(named: &[(&str, Option<Address>)]) -> Result<()> {
    match named.iter().find(|(_, address)| *address == Some(Address::ZERO)) {
        Some((name, _)) => bail!("{name} is nobody: leave it out"),
        None => Ok(()),
    }
}

/// Refuses what is out of bounds, by name.
pub(crate) fn within<T: PartialOrd + std::fmt::Display>(name: &str, value: T, low: T, high: T) -> Result<()> {
    ensure!(value >= low && value <= high, "{name} is {value}, not within {low} and {high}");
    Ok(())
}

/// What a rule says of a parameter that is out of its hard bounds, in words.
pub(crate) fn out_of_bounds<T>(names: &[&str], index: u8, value: u128) -> Result<T> {
    let name = names.get(usize::from(index)).unwrap_or(&"a parameter");
    bail!("{name} is {value}, outside the contract's hard bounds")
}

/// Decimal text as the rules keep amounts.
pub(crate) fn amount(name: &str, text: &str, decimals: u8) -> Result<u128> {
    let value = decimal(name, text, decimals)?;
    u128::try_from(value).with_context(|| format!("{name} has more than 128 bits"))
}

/// Decimal text as a whole number of the last decimal's units.
pub(crate) fn decimal(name: &str, text: &str, decimals: u8) -> Result<U256> {
    let parsed =
        parse_units(text, decimals).with_context(|| format!("{name}: {text:?} is no decimal number"))?;
    ensure!(!parsed.is_negative(), "{name} is negative");
    Ok(parsed.get_absolute())
}

/// Millionths as a wad.
pub(crate) fn ppm(parts: u32) -> U256 {
    U256::from(parts) * U256::from(MILLIONTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVNET: &str = include_str!("../../devnet.toml");

    fn refusal(from: &str, to: &str) -> String {
        let text = DEVNET.replacen(from, to, 1);
        assert_ne!(text, DEVNET, "{from}");
        format!("{:#}", Config::parse(&text).unwrap_err())
    }

    #[test]
    fn the_committed_configuration_is_within_every_bound() {
        let config = Config::parse(DEVNET).unwrap();
        let perps = config.perps().unwrap();
        assert_eq!(perps.market.peg().unwrap(), decimal("price", &perps.oracle.first_price, WAD).unwrap());
        assert!(config.puts.is_some() && !config.floor.is_empty());
    }

    #[test]
    fn a_parameter_out_of_bounds_is_named_before_anything_is_sent() {
        for (from, to, named) in [
            (
                "maintenance-margin-ppm = 50000",
                "maintenance-margin-ppm = 500000",
                "maintenance-margin-ppm is 500000",
            ),
            ("leverage = 4", "leverage = 17", "puts: pool: leverage is 17"),
            ("short-window = 1800", "short-window = 299", "puts: history: short-window is 299"),
            ("smoothing = 2592000", "smoothing = 1", "puts: volatility: smoothing is 1"),
            ("min-bond = \"0.001\"", "min-bond = \"0\"", "puts: bonding: min-bond is 0"),
            ("min-age = 1800", "min-age = 1", "bids: min-age is 1"),
            ("depth = 3", "depth = 33", "index: depth is 33"),
            ("opening = \"0.9\"", "opening = \"1.1\"", "market: opening is 1100000000000000000"),
            ("chop = \"0.05\"", "chop = \"0.3\"", "auctions: chop is 300000000000000000"),
            ("bonus = \"0.02\"", "bonus = \"0.3\"", "market: bonus is 300000000000000000"),
            ("snapshots = 64", "snapshots = 1", "book: snapshots is 1"),
            ("[\"0.5\", \"0.5\"]", "[\"0.5\", \"0.4\"]", "parts: the weights sum to 900000000000000000"),
        ] {
            let error = refusal(from, to);
            assert!(error.contains(named), "{to}: {error}");
        }
    }

    #[test]
    fn an_address_of_nobody_is_named() {
        let nobody = Address::ZERO;
        for (before, key, named) in [
            ("chain-id = 412346", "guardian", "guardian is nobody"),
            ("chain-id = 412346", "collateral", "collateral is nobody"),
            ("[oracle]", "source", "oracle: source is nobody"),
            ("[puts]", "treasury", "puts: treasury is nobody"),
            ("[puts.first]", "sequencer-feed", "puts: first: sequencer-feed is nobody"),
            ("[floor.degods]", "cash", "floor.degods: cash is nobody"),
        ] {
            let error = refusal(before, &format!("{before}\n{key} = \"{nobody}\""));
            assert!(error.contains(named), "{key}: {error}");
        }
    }

    #[test]
    fn a_market_that_opens_beside_its_oracle_is_refused() {
        let error = refusal("first-price = \"193.44\"", "first-price = \"200\"");
        assert!(error.contains("193.44") && error.contains("200"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = format!("{:#}", Config::parse(&format!("{DEVNET}\nspeed = 1\n")).unwrap_err());
        assert!(error.contains("speed"), "{error}");
    }

    #[test]
    fn half_of_the_perpetuals_is_refused() {
        let error = refusal("[insurance]\nshared-cap = \"0\"", "");
        assert!(error.contains("oracle, insurance and market"), "{error}");
    }

    #[test]
    fn a_network_with_open_fields_names_them_all() {
        for text in [include_str!("../../arbitrum-one.toml"), include_str!("../../arbitrum-sepolia.toml")] {
            let error = Config::parse(text).unwrap_err().to_string();
            for path in [
                "collateral",
                "oracle.source",
                "puts.first.source",
                "governance.guardian",
                "governance.holders",
            ] {
                assert!(error.contains(path), "{path}: {error}");
            }
        }
    }

    /// What is left to fill in is all there is to do.
    #[test]
    fn a_network_that_is_filled_in_is_within_every_bound() {
        for text in [
            include_str!("../../arbitrum-one.toml"),
            include_str!("../../arbitrum-sepolia.toml"),
            include_str!("../../nitro-devnode.toml"),
        ] {
            let somebody = format!("\"{}\"", Address::repeat_byte(7));
            let text = text.replace("min-price = \"\"", "min-price = \"0.0001\"");
            let text = text.replace("max-price = \"\"", "max-price = \"100\"");
            let text = text.replace("price = \"\"", "price = \"8\"");
            let config = Config::parse(&text.replace("\"\"", &somebody)).unwrap();
            assert!(config.perps.is_some() && config.puts.is_some());
        }
    }
}
