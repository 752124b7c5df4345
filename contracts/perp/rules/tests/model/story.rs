//! What happens: the markets that open, and what the world does to them.

use everfloor_perp_rules::{Curve, OracleReading, OracleStatus, Params, WAD};

use crate::{house::House, random::Random};

/// The status of a feed that does not answer.
const SILENT: u8 = 5;
/// When markets begin.
pub const START: u64 = 1_444_004_400;

/// Whole units in wad.
pub fn wad(units: u128) -> u128 {
    units * WAD
}

/// A market at its beginning.
pub fn opening(random: &mut Random) -> House {
    let scale = random.pick(&[1, 10_u128.pow(12), 10_u128.pow(12), 10_u128.pow(12), 10_u128.pow(16)]);
    let base = random.between(1_000 * WAD, 20_000 * WAD);
    let quote = if random.one_in(2) { base } else { base * random.between(1, 300) + random.between(0, WAD) };
    let peg = if quote == base { random.between(WAD, 300 * WAD) } else { random.pick(&[WAD, WAD, WAD / 7]) };
    let params = random_params(random, scale, base);
    let mut house = open_at(Curve { base, quote, peg }, params, scale);
    house.fund = random.pick(&[0, 1_000, 1_000_000]) * (WAD / scale);
    house
}

/// One in which a side can be deleveraged as often as its index lets it.
pub fn deep(random: &mut Random) -> House {
    let (base, scale) = (10_000 * WAD, random.pick(&[1, 10_u128.pow(12)]));
    let mut params = live_params(random);
    as_at_first(&mut params, random);
    params.initial_margin_ppm = 20_000;
    params.maintenance_margin_ppm = 10_000;
    params.liquidation_penalty_ppm = 5_000;
    params.takeover_discount_ppm = 0;
    params.takeover_time = 60;
    params.liquidation_target_ppm = 0;
    params.fee_ppm = 100;
    params.repeg_step_ppm = 200;
    params.max_divergence_ppm = 16_000_000;
    params.mark_band_ppm = 50_000;
    params.max_open_interest = base * 100;
    params.max_skew = base * 100;
    params.max_position = base * 100;
    params.validate(scale).expect("parameters within their bounds");
    open_at(Curve { base, quote: base, peg: random.between(WAD, 300 * WAD) }, params, scale)
}

/// A market that begins with the oracle at its price.
fn open_at(curve: Curve, params: Params, scale: u128) -> House {
    let price = curve.spot().expect("a price");
    let oracle =
        OracleReading { price, cumulative: wad(7_000_000), updated_at: START, status: OracleStatus::Good };
    House::new(params, curve, scale, oracle, START)
}

/// As a market would be run; one that lets almost everything happen; one as the first vAMM was.
fn random_params(random: &mut Random, scale: u128, base: u128) -> Params {
    let mut params = live_params(random);
    match random.below(4) {
        0 => loosen(&mut params, random),
        1 => as_at_first(&mut params, random),
        2 => lever(&mut params, random),
        _ => {}
    }
    params.repeg_step_ppm = params.repeg_step_ppm.min(params.fee_ppm * 2);
    params.max_open_interest = random.pick(&[base / 4, base * 100]);
    params.max_skew = random.pick(&[base / 8, base / 2, base * 100]);
    params.max_position = random.pick(&[base / 20, base]);
    params.target_depth = random.pick(&[0, base, base * 2]);
    params.min_notional = random.pick(&[0, wad(100), wad(2_000)]);
    params.keeper_floor = random.pick(&[0, 1, 1_000]) * (WAD / scale).min(1_000) / 1_000;
    let kept = u128::from(params.fee_ppm) * u128::from(1_000_000 - params.insurance_share_ppm) / 1_000_000;
    params.keeper_floor = params.keeper_floor.min(params.min_notional * kept / 1_000_000 / scale);
    params.validate(scale).expect("parameters within their bounds");
    params
}

fn live_params(random: &mut Random) -> Params {
    let initial = random.pick(&[50_000, 100_000, 200_000]);
    let maintenance = initial * random.pick(&[5, 6, 9]) / 10;
    Params {
        initial_margin_ppm: initial,
        maintenance_margin_ppm: maintenance,
        fee_ppm: random.pick(&[0, 1, 1_000, 30_000]),
        insurance_share_ppm: random.pick(&[0, 333_333, 1_000_000]),
        max_price_impact_ppm: random.pick(&[20_000, 50_000]),
        max_divergence_ppm: random.pick(&[20_000, 100_000]),
        mark_band_ppm: random.pick(&[10_000, 50_000]),
        max_funding_ppm: random.pick(&[100_000, 500_000]),
        twap_window: random.pick(&[60, 300, 900]),
        window_impact_ppm: random.pick(&[30_000, 100_000]),
        impact_window: random.pick(&[60, 600]),
        skew_spread_ppm: random.pick(&[0, 10_000]),
        gap_spread_ppm: random.pick(&[0, 100_000, 1_000_000]),
        funding_share_ppm: random.pick(&[0, 100_000, 333_333]),
        liquidation_penalty_ppm: maintenance / random.pick(&[1_u32, 3, 6]),
        keeper_share_ppm: random.pick(&[50_000, 500_000, 1_000_000]),
        liquidation_target_ppm: random.pick(&[0, maintenance, initial]),
        takeover_discount_ppm: random.pick(&[0, 20_000, initial]),
        takeover_time: random.pick(&[60, 300]),
        repeg_step_ppm: random.pick(&[1_000, 20_000]),
        curve_share_ppm: random.pick(&[2_000, 23_000]),
        resume_grace: random.pick(&[0, 60, 3_600]),
        min_notional: 0,
        max_open_interest: 0,
        max_skew: 0,
        max_position: 0,
        keeper_floor: 0,
        target_depth: 0,
    }
}

/// Wide guards, long bands.
fn loosen(params: &mut Params, random: &mut Random) {
    params.max_price_impact_ppm = random.pick(&[300_000, 2_000_000]);
    params.max_divergence_ppm = random.pick(&[100_000, 900_000]);
    params.mark_band_ppm = random.pick(&[100_000, 800_000]);
    params.window_impact_ppm = 1_000_000;
    params.max_funding_ppm = 500_000;
}

/// Little margin for much: everybody is soon bankrupt.
fn lever(params: &mut Params, random: &mut Random) {
    loosen(params, random);
    params.initial_margin_ppm = random.pick(&[10_000, 30_000]);
    params.maintenance_margin_ppm = params.initial_margin_ppm / 2;
    params.liquidation_penalty_ppm = params.maintenance_margin_ppm / random.pick(&[1_u32, 4]);
    params.liquidation_target_ppm = random.pick(&[0, params.initial_margin_ppm]);
    params.takeover_discount_ppm = params.initial_margin_ppm;
    params.takeover_time = 60;
    params.fee_ppm = random.pick(&[0, 100]);
}

/// No windows, no spread, no grace: the price of the moment decides.
fn as_at_first(params: &mut Params, random: &mut Random) {
    params.max_price_impact_ppm = 16_000_000;
    params.max_divergence_ppm = random.pick(&[100_000, 16_000_000]);
    params.mark_band_ppm = 16_000_000;
    params.twap_window = random.pick(&[0, 1]);
    params.impact_window = 0;
    params.skew_spread_ppm = 0;
    params.gap_spread_ppm = 0;
    params.funding_share_ppm = 0;
    params.resume_grace = 0;
}

/// What the world does on its own.
#[derive(Clone)]
pub struct Weather {
    /// What the feed would say, while it does not answer.
    silent: Option<OracleReading>,
    /// When a run of one-way moves ends, and whether it falls.
    trend: (u64, bool),
    /// Prices jump by a third, and keepers are busy.
    pub wild: bool,
}

impl Weather {
    pub fn of(random: &mut Random) -> Self {
        Self { silent: None, trend: (0, false), wild: random.one_in(3) }
    }

    /// Time, oracle: nothing of the market is touched.
    pub fn pass(&mut self, house: &mut House, random: &mut Random) {
        if let Some(reading) = self.silent.take() {
            house.oracle = reading;
        }
        if random.one_in(3) {
            self.forward(house, random);
        }
        if random.one_in(4) {
            self.move_price(house, random);
        }
        // Trouble is rare and passes soon.
        let quiet = house.oracle.status == OracleStatus::Good;
        if random.one_in(if quiet { 80 } else { 4 }) {
            let code = if quiet { random.pick(&[1, 1, 2, 3, 4, SILENT]) } else { 0 };
            house.oracle.status = OracleStatus::from_code(code);
        }
        if house.oracle.status.code() == SILENT {
            let nothing =
                OracleReading { price: 0, cumulative: 0, updated_at: 0, status: house.oracle.status };
            self.silent = Some(core::mem::replace(&mut house.oracle, nothing));
        }
    }

    fn forward(&self, house: &mut House, random: &mut Random) {
        let mut seconds = random.below(60);
        if random.one_in(25) {
            seconds = random.pick(&[0, 1, 3_600, 7_200, 86_400, 400_000]);
        }
        house.now += seconds;
        house.oracle.cumulative += house.oracle.price * u128::from(seconds);
        house.oracle.updated_at = house.now;
    }

    fn move_price(&mut self, house: &mut House, random: &mut Random) {
        if random.one_in(40) {
            self.trend = (house.now + random.below(1_200), random.one_in(2));
        }
        let price = house.oracle.price;
        let most = match random.below(20) {
            0..=3 if self.wild => price / 3,
            0 => price / 6,
            _ => price / 200,
        };
        let moved = random.between(0, most);
        let falls = if house.now < self.trend.0 { self.trend.1 } else { random.one_in(2) };
        let after = if falls { price - moved } else { price + moved };
        // Within what the beginning was times a thousand, so that values stay those of a market.
        house.oracle.price = after.clamp(WAD / 100, wad(100_000));
    }
}
