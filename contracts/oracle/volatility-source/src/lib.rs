//! The volatility options are sold at: posted, and never below what the price has shown.
//!
//! [`VolatilitySource`] sits behind an ERC-1967 proxy. A reporter posts what the market implies; anybody lets it look
//! at a price history, from which it estimates what was realised. What it answers is the higher of the posted
//! volatility and 5/4 of the realised one, within bounds that the owner sets within hard ones. So a reporter that
//! lies or falls silent can make options dearer, up to the highest volatility, and never cheaper than the price's
//! own moves and the lowest volatility allow.
//!
//! The prices are averages of windows that end at multiples of the interval: whoever updates cannot choose the moment,
//! only whether that of an interval counts. An update that is left out is made up for by the next one, whose return is
//! over the longer time.
#![allow(unexpected_cfgs, reason = "the SDK's macros ask for a feature of theirs that we do not offer")]
#![allow(missing_docs, reason = "the SDK's entrypoint function has none")]
#![allow(clippy::result_large_err, reason = "an error's values go into revert data at once")]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

mod settings;
mod state;
mod upstream;

use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{SolError, sol};
use everfloor_common::{
    initializer::{AlreadyInitialized, InitError, Initializer, NotThroughProxy},
    lift,
    roles::{NotOwner, NotPendingOwner, Ownership, ZeroAddress},
    upgrade,
};
use everfloor_oracle_rules::volatility::{ratio, realised_up, sigma_up, variance_up};
use everfloor_put_pricing::ln_wad;
pub use settings::{SettingOutOfBounds, VolatilitySettings};
use state::{Posted, Realised, SigmaBounds, Upstream};
use stylus_sdk::{abi::Bytes, function_selector, prelude::*, storage::StorageB256};

sol! {
    /// `caller` is not the reporter.
    #[derive(Debug, PartialEq, Eq)]
    error NotReporter(address caller);
    /// A volatility is not within the source's bounds.
    #[derive(Debug, PartialEq, Eq)]
    error SigmaOutOfBounds(uint256 sigma, uint256 min, uint256 max);
    /// The price of the present interval has been looked at; the next one's can be from `nextUpdate` on.
    #[derive(Debug, PartialEq, Eq)]
    error UpdateTooEarly(uint64 nextUpdate);
    /// The history has no average for the present interval: its status, or 255 if it does not answer.
    #[derive(Debug, PartialEq, Eq)]
    error HistoryUnavailable(address history, uint8 status);
    /// An account is no price history.
    #[derive(Debug, PartialEq, Eq)]
    error NotAHistory(address account);

    /// The reporter has posted a volatility, 18 decimals.
    #[derive(Debug, PartialEq, Eq)]
    event SigmaPosted(address indexed reporter, uint256 sigma);
    /// The average price at `time` was `price`, its logarithm moved by `logReturn` since the last one (0 for the first),
    /// and the volatility realised is now `realised`; all with 18 decimals.
    #[derive(Debug, PartialEq, Eq)]
    event RealisedUpdated(uint64 time, uint256 price, int256 logReturn, uint256 realised);
    /// Another account posts from now on; zero is nobody.
    #[derive(Debug, PartialEq, Eq)]
    event ReporterChanged(address indexed previousReporter, address indexed newReporter);
    /// The source has new settings.
    #[derive(Debug, PartialEq, Eq)]
    event SettingsChanged(
        address indexed history, uint32 interval, uint32 window, uint32 smoothing, uint256 minSigma, uint256 maxSigma
    );

    /// What the volatility is made of; all with 18 decimals.
    #[derive(Debug, PartialEq, Eq, AbiType)]
    struct SigmaParts {
        /// The volatility to sell at.
        uint256 sigma;
        /// What the reporter has posted; 0 before the first.
        uint256 posted;
        /// When, seconds since 1970.
        uint64 postedAt;
        /// What the price has shown; 0 before the second update.
        uint256 realised;
        /// The moment of the last price looked at, seconds since 1970; 0 before the first.
        uint64 realisedAt;
        /// The last price looked at.
        uint256 lastPrice;
        /// From when on the next price can be looked at, seconds since 1970.
        uint64 nextUpdate;
        /// The lowest volatility.
        uint256 minSigma;
        /// The highest.
        uint256 maxSigma;
    }
}

/// Why a call of the source fails.
#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum VolatilityError {
    /// It has been initialised before.
    AlreadyInitialized(AlreadyInitialized),
    /// The program was called at its own address.
    NotThroughProxy(NotThroughProxy),
    /// An address is zero.
    ZeroAddress(ZeroAddress),
    /// The caller does not own the source.
    NotOwner(NotOwner),
    /// The caller has not been offered the source.
    NotPendingOwner(NotPendingOwner),
    /// The caller may not post.
    NotReporter(NotReporter),
    /// A setting is out of bounds.
    SettingOutOfBounds(SettingOutOfBounds),
    /// A volatility is out of bounds.
    SigmaOutOfBounds(SigmaOutOfBounds),
    /// There is nothing to look at yet.
    UpdateTooEarly(UpdateTooEarly),
    /// There is no price to look at.
    HistoryUnavailable(HistoryUnavailable),
    /// The account is no history.
    NotAHistory(NotAHistory),
}
lift!(InitError { AlreadyInitialized, NotThroughProxy } => VolatilityError);

/// A call that only this program knows ([`upgrade::probe`]).
const KNOWN: [u8; 4] = function_selector!("sigmaParts");

/// The volatility of one price.
#[storage]
#[entrypoint]
pub struct VolatilitySource {
    initializer: Initializer,
    ownership: Ownership,
    upstream: StorageB256,
    posted: StorageB256,
    realised: StorageB256,
    bounds: StorageB256,
}

#[public]
impl VolatilitySource {
    /// Sets the source up, through its proxy and once. A reporter of zero is nobody.
    ///
    /// Errors: `AlreadyInitialized`, `NotThroughProxy`, `ZeroAddress` (owner), `SettingOutOfBounds`, `NotAHistory`.
    pub fn initialize(
        &mut self,
        owner: Address,
        reporter: Address,
        settings: VolatilitySettings,
    ) -> Result<(), VolatilityError> {
        self.initializer.begin()?;
        self.ownership.init(owner)?;
        self.apply(&settings)?;
        self.replace_reporter(reporter);
        Ok(())
    }

    /// The reporter, who alone may call, posts a volatility, 18 decimals, within the source's bounds.
    ///
    /// Errors: `NotReporter`, `SigmaOutOfBounds`.
    pub fn post(&mut self, sigma: U256) -> Result<(), VolatilityError> {
        let caller = self.vm().msg_sender();
        let posted = self.load_posted();
        // A caller is never the zero address, so without a reporter nobody may.
        if caller != posted.reporter {
            return Err(NotReporter { caller }.into());
        }
        let (min, max) = self.sigma_bounds();
        if sigma < min || sigma > max {
            return Err(SigmaOutOfBounds { sigma, min, max }.into());
        }
        let time = self.vm().block_timestamp();
        self.posted.set(Posted { sigma: sigma.saturating_to(), time, ..posted }.pack());
        self.vm().log(SigmaPosted { reporter: caller, sigma });
        Ok(())
    }

    /// Looks at the history's average price at the end of the last whole interval, once an interval. Anybody may call
    /// it. If there is no such price, nothing changes, and the next interval's return is over the longer time.
    ///
    /// Errors: `UpdateTooEarly`, `HistoryUnavailable`.
    pub fn update(&mut self) -> Result<(), VolatilityError> {
        let upstream = self.load_upstream();
        let last = self.load_realised();
        let end = interval_end(self.vm().block_timestamp(), upstream.interval);
        if end <= last.time {
            return Err(UpdateTooEarly { nextUpdate: last.time.saturating_add(upstream.interval) }.into());
        }
        let Upstream { history, window, smoothing, .. } = upstream;
        let price = upstream::average_until(self.vm(), history, end, window)
            .map_err(|status| HistoryUnavailable { history, status })?;
        let (next, log_return) = last.after(price, end, smoothing);
        self.realised.set(next.pack());
        self.vm().log(RealisedUpdated {
            time: end,
            price: U256::from(price),
            logReturn: I256::try_from(log_return).unwrap_or_default(),
            realised: U256::from(realised_up(next.variance)),
        });
        Ok(())
    }

    /// The volatility to sell options at.
    ///
    /// # Returns
    /// - `sigma`: annual, 18 decimals
    /// - `updatedAt`: when the reporter last posted, seconds since 1970; 0 for never
    pub fn volatility(&self) -> (U256, u64) {
        let posted = self.load_posted();
        (self.sigma(&posted, &self.load_realised()), posted.time)
    }

    /// What the volatility is made of.
    pub fn sigma_parts(&self) -> SigmaParts {
        let (posted, realised) = (self.load_posted(), self.load_realised());
        let (min, max) = self.sigma_bounds();
        let interval = self.load_upstream().interval;
        // Before the first price, that of the last whole interval can be looked at now.
        let now = self.vm().block_timestamp();
        let due = if realised.time == 0 { now } else { realised.time.saturating_add(interval) };
        SigmaParts {
            sigma: self.sigma(&posted, &realised),
            posted: U256::from(posted.sigma),
            postedAt: posted.time,
            realised: U256::from(realised_up(realised.variance)),
            realisedAt: realised.time,
            lastPrice: U256::from(realised.price),
            nextUpdate: due,
            minSigma: min,
            maxSigma: max,
        }
    }

    /// Who posts; zero is nobody.
    pub fn reporter(&self) -> Address {
        self.load_posted().reporter
    }

    /// Lets another account post; zero is nobody. What was posted stays.
    ///
    /// Errors: `NotOwner`.
    pub fn set_reporter(&mut self, reporter: Address) -> Result<(), VolatilityError> {
        self.ownership.only_owner()?;
        self.replace_reporter(reporter);
        Ok(())
    }

    /// The source's settings.
    pub fn settings(&self) -> VolatilitySettings {
        settings::from_stored(&self.load_upstream(), &SigmaBounds::unpack(self.bounds.get()))
    }

    /// Replaces the settings. What was posted and realised stays; the first price of another history is compared to
    /// none.
    ///
    /// Errors: `NotOwner`, `SettingOutOfBounds`, `NotAHistory`.
    pub fn set_settings(&mut self, settings: VolatilitySettings) -> Result<(), VolatilityError> {
        self.ownership.only_owner()?;
        if settings.history != self.load_upstream().history {
            let last = self.load_realised();
            self.realised.set(Realised { price: 0, ..last }.pack());
        }
        self.apply(&settings)
    }

    /// The source's owner.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Who has been offered the source and may accept it; zero is nobody.
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending()
    }

    /// Offers the source to `new_owner`, who must accept; zero withdraws an offer.
    ///
    /// Errors: `NotOwner`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), VolatilityError> {
        Ok(self.ownership.offer(new_owner)?)
    }

    /// Takes the source over from its owner, who has offered it to the caller.
    ///
    /// Errors: `NotPendingOwner`.
    pub fn accept_ownership(&mut self) -> Result<(), VolatilityError> {
        Ok(self.ownership.accept()?)
    }

    // ---- Upgrades ----

    /// Where a proxy keeps this program's address (ERC-1822): what may be the implementation of a contract answers it, at its
    /// own address only.
    ///
    /// # Errors
    /// - `UUPSUnauthorizedCallContext`: asked through a proxy
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid(&self) -> Result<B256, Vec<u8>> {
        upgrade::proxiable_uuid(self.vm())
    }

    /// Which version of OpenZeppelin's upgrades this is: the owner calls `upgradeToAndCall`.
    #[selector(name = "UPGRADE_INTERFACE_VERSION")]
    pub fn upgrade_interface_version(&self) -> String {
        String::from(upgrade::UPGRADE_INTERFACE_VERSION)
    }

    /// Replaces the code by `new_implementation`, which then does `data` on what there is here, if that is not
    /// empty. Owner only.
    ///
    /// # Errors
    /// - `ERC1967InvalidImplementation`: it is no implementation
    /// - `UUPSUnsupportedProxiableUUID`: it is one for another kind of proxy
    /// - `ProgramMismatch`: not one of a volatility source
    /// - `NotUpgradeable`: a volatility source could never be upgraded again
    pub fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes) -> Result<(), Vec<u8>> {
        self.ownership.only_owner().map_err(|refusal| refusal.abi_encode())?;
        upgrade::upgrade_to_and_call(self.vm(), new_implementation, &data, &upgrade::probe(KNOWN))
    }
}

impl VolatilitySource {
    fn load_upstream(&self) -> Upstream {
        Upstream::unpack(self.upstream.get())
    }

    fn load_posted(&self) -> Posted {
        Posted::unpack(self.posted.get())
    }

    fn load_realised(&self) -> Realised {
        Realised::unpack(self.realised.get())
    }

    /// The lowest and the highest volatility, in wad.
    fn sigma_bounds(&self) -> (U256, U256) {
        let SigmaBounds { lowest, highest } = SigmaBounds::unpack(self.bounds.get());
        (U256::from(lowest), U256::from(highest))
    }

    fn sigma(&self, posted: &Posted, realised: &Realised) -> U256 {
        let SigmaBounds { lowest, highest } = SigmaBounds::unpack(self.bounds.get());
        U256::from(sigma_up(posted.sigma, realised_up(realised.variance), lowest, highest))
    }

    fn replace_reporter(&mut self, reporter: Address) {
        let posted = self.load_posted();
        self.posted.set(Posted { reporter, ..posted }.pack());
        self.vm().log(ReporterChanged { previousReporter: posted.reporter, newReporter: reporter });
    }

    fn apply(&mut self, settings: &VolatilitySettings) -> Result<(), VolatilityError> {
        let (upstream, bounds) = settings::to_stored(settings)?;
        if !upstream::is_history(self.vm(), upstream.history) {
            return Err(NotAHistory { account: upstream.history }.into());
        }
        self.upstream.set(upstream.pack());
        self.bounds.set(bounds.pack());
        self.vm().log(SettingsChanged {
            history: settings.history,
            interval: settings.interval,
            window: settings.window,
            smoothing: settings.smoothing,
            minSigma: settings.minSigma,
            maxSigma: settings.maxSigma,
        });
        Ok(())
    }
}

impl Realised {
    /// With one more price, and the logarithm of what the price grew to: 0 for the first price.
    fn after(&self, price: u128, time: u64, smoothing: u64) -> (Self, i128) {
        if self.price == 0 {
            return (Self { price, time, ..*self }, 0);
        }
        // A ratio is never zero, so it has a logarithm.
        let log_return = ln_wad(ratio(price, self.price)).unwrap_or_default();
        let variance = variance_up(self.variance, log_return, time.saturating_sub(self.time), smoothing);
        (Self { price, time, variance }, log_return)
    }
}

/// The end of the last whole interval.
fn interval_end(now: u64, interval: u64) -> u64 {
    // A source that is not set up has no interval, and nothing to look at.
    now.saturating_sub(now.checked_rem(interval).unwrap_or(now))
}
