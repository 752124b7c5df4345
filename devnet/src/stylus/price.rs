//! What things cost: parameters of the chain, ink of operators and host functions, memory, activation.
//!
//! All figures are the chain's own. Gas is the EVM's unit; a program counts in ink, [`StylusParams::ink_price`] to
//! the unit of gas. Sums saturate: a price nobody can pay stays a price nobody can pay.

use super::Pages;
use wasmparser::Operator;

/// Parameters of programs, as ArbOS keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// Version of Stylus that activation writes down. From version 3 multi-value WASM is refused.
    pub version: u16,
    /// Ink for a unit of gas; never zero.
    pub ink_price: u32,
    /// Stack limit, in words.
    pub max_stack_depth: u32,
    /// Pages a transaction has for free.
    pub free_pages: u16,
    /// Gas for each further page.
    pub page_gas: u16,
    /// Where the exponential part of the memory price reaches. Reported only: the curve is fixed.
    pub page_ramp: u64,
    /// The most pages a program, and a transaction, may have.
    pub page_limit: u16,
    /// Least init cost, in units of 128 gas.
    pub min_init_gas: u8,
    /// Least cached init cost, in units of 32 gas.
    pub min_cached_init_gas: u8,
    /// Per cent of the computed init cost to charge, in units of 2.
    pub init_cost_scalar: u8,
    /// Per cent of the computed cached init cost to charge, in units of 2.
    pub cached_cost_scalar: u8,
    /// Days until a program expires.
    pub expiry_days: u16,
    /// Days before a program can be kept alive.
    pub keepalive_days: u16,
    /// How many programs the block's cache holds.
    pub block_cache_size: u16,
    /// The most bytes a program may have, uncompressed.
    pub max_wasm_size: u32,
    /// The most pieces a program may come in.
    pub max_fragments: u8,
}

impl Default for StylusParams {
    fn default() -> Self {
        Self {
            version: 2,
            ink_price: 10_000,
            max_stack_depth: 262_144,
            free_pages: 2,
            page_gas: 1_000,
            page_ramp: 620_674_314,
            page_limit: 128,
            min_init_gas: 69,
            min_cached_init_gas: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: 128 * 1024,
            max_fragments: 2,
        }
    }
}

impl StylusParams {
    /// Ink for some gas.
    pub fn gas_to_ink(&self, gas: u64) -> u64 {
        gas.saturating_mul(u64::from(self.ink_price))
    }

    /// Whole units of gas that some ink is worth, rounded down.
    pub fn ink_to_gas(&self, ink: u64) -> u64 {
        ink / u64::from(self.ink_price.max(1))
    }

    /// Init gas of a program that is not cached; [`Self::cached_init_gas`] comes on top from version 2 on.
    pub fn init_gas(&self, program: &ProgramCost) -> u64 {
        scaled(u64::from(self.min_init_gas) * 128, program.init_cost, self.init_cost_scalar)
    }

    /// Init gas of a cached program.
    pub fn cached_init_gas(&self, program: &ProgramCost) -> u64 {
        scaled(u64::from(self.min_cached_init_gas) * 32, program.cached_init_cost, self.cached_cost_scalar)
    }

    /// Gas that a call of a program costs before its first operator: its memory and its init. `pages` is what the
    /// transaction holds without this frame. `u64::MAX` if the pages are beyond the limit.
    pub fn call_cost(&self, program: &ProgramCost, cached: bool, pages: Pages) -> u64 {
        let mut gas = self.pages_gas(program.footprint, pages);
        if cached || self.version > 1 {
            gas = gas.saturating_add(self.cached_init_gas(program));
        }
        if !cached {
            gas = gas.saturating_add(self.init_gas(program));
        }
        gas
    }

    /// Gas for `new` pages in a transaction that holds `pages`.
    pub fn pages_gas(&self, new: u16, pages: Pages) -> u64 {
        if pages.open.saturating_add(new) > self.page_limit {
            return u64::MAX;
        }
        self.memory().gas(new, pages)
    }

    /// The memory price with these parameters.
    pub fn memory(&self) -> MemoryModel {
        MemoryModel { free_pages: self.free_pages, page_gas: self.page_gas }
    }
}

/// `least` plus the per cents of `cost`, rounded up; a scalar counts in units of 2 per cent.
fn scaled(least: u64, cost: u16, scalar: u8) -> u64 {
    least + (u64::from(cost) * u64::from(scalar) * 2).div_ceil(100)
}

/// What activation found a call of the program to cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProgramCost {
    /// Init cost, before minimum and scalar.
    pub init_cost: u16,
    /// Cached init cost, before minimum and scalar.
    pub cached_init_cost: u16,
    /// Memory pages at the start.
    pub footprint: u16,
}

/// The price of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryModel {
    /// Pages for free.
    pub free_pages: u16,
    /// Gas for each further page.
    pub page_gas: u16,
}

impl MemoryModel {
    /// Gas for `new` pages in a transaction that holds `pages`: a fixed price for each page beyond the free ones,
    /// plus the rise of an exponential curve where the transaction reaches a new height.
    pub fn gas(&self, new: u16, pages: Pages) -> u64 {
        let open = pages.open.saturating_add(new);
        let ever = pages.ever.max(open);
        if ever <= self.free_pages {
            return 0;
        }
        let paid = |pages: u16| pages.saturating_sub(self.free_pages);
        let adding = u64::from(paid(open).saturating_sub(paid(pages.open)));
        let rise = ramp(ever).saturating_sub(ramp(pages.ever));
        adding.saturating_mul(u64::from(self.page_gas)).saturating_add(rise)
    }
}

impl Pages {
    /// These pages after `new` more.
    pub fn grown(self, new: u16) -> Self {
        let open = self.open.saturating_add(new);
        Self { open, ever: self.ever.max(open) }
    }
}

/// The curve: 31,874,000 to the power of `pages` / 128, rounded down; beyond 128 pages out of reach.
fn ramp(pages: u16) -> u64 {
    RAMP.get(usize::from(pages)).map_or(u64::MAX, |gas| u64::from(*gas))
}

#[rustfmt::skip]
const RAMP: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7,
    8, 9, 11, 12, 14, 17, 19, 22, 25, 29, 33, 38, 43, 50, 57, 65,
    75, 85, 98, 112, 128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569,
    651, 745, 853, 976, 1_117, 1_279, 1_463, 1_675, 1_917, 2_194, 2_511, 2_874, 3_290, 3_765, 4_309, 4_932,
    5_645, 6_461, 7_395, 8_464, 9_687, 11_087, 12_689, 14_523,
    16_621, 19_024, 21_773, 24_919, 28_521, 32_642, 37_359, 42_758,
    48_938, 56_010, 64_104, 73_368, 83_971, 96_106, 109_994, 125_890,
    144_082, 164_904, 188_735, 216_010, 247_226, 282_953, 323_844, 370_643,
    424_206, 485_509, 555_672, 635_973, 727_880, 833_067, 953_456, 1_091_243,
    1_248_941, 1_429_429, 1_636_000, 1_872_423, 2_143_012, 2_452_704, 2_807_151, 3_212_820,
    3_677_113, 4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210, 8_264_766, 9_459_129,
    10_826_093, 12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984, 27_849_408,
    31_873_999,
];

/// The EVM's price of a memory as long as the output: the least that a frame with output costs.
pub fn evm_memory_gas(bytes: usize) -> u64 {
    let words = (bytes as u64).div_ceil(32);
    words.saturating_mul(3).saturating_add(words.saturating_mul(words) / 512)
}

/// What users pay for the room that activated programs take: the price rises with demand, which sinks with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPricer {
    /// Bytes in demand.
    pub demand: u32,
    /// Bytes by which demand sinks each second.
    pub bytes_per_second: u32,
    /// When demand was last computed; seconds since 1970.
    pub last_update: u64,
    /// Least price of a byte, in wei.
    pub min_price: u32,
    /// The demand that makes the price e times the least.
    pub inertia: u32,
}

impl Default for DataPricer {
    fn default() -> Self {
        const FOUR_TERABYTES_A_YEAR: u64 = 4 * (1 << 40) / (365 * 24) / 3_600;
        Self {
            demand: 0,
            bytes_per_second: FOUR_TERABYTES_A_YEAR as u32,
            last_update: 1_421_388_000,
            min_price: 82_928_201,
            inertia: 70_177_364,
        }
    }
}

impl DataPricer {
    /// The fee in wei for `bytes` of native code at `time`; adds them to the demand.
    pub fn charge(&mut self, bytes: u32, time: u64) -> u64 {
        let seconds = u32::try_from(time.saturating_sub(self.last_update)).unwrap_or(u32::MAX);
        let sunk = self.demand.saturating_sub(self.bytes_per_second.saturating_mul(seconds));
        self.demand = sunk.saturating_add(bytes);
        let exponent = BIPS * u64::from(self.demand) / u64::from(self.inertia.max(1));
        let price = u64::from(self.min_price).saturating_mul(exp_bips(exponent));
        price.saturating_mul(u64::from(bytes)) / BIPS
    }
}

const BIPS: u64 = 10_000;

/// e to the power of `x`, both in units of 1/10,000: the first twelve terms of its series.
fn exp_bips(x: u64) -> u64 {
    (1..12u64).rev().fold(BIPS + x / 12, |sum, term| BIPS + sum.saturating_mul(x) / (term * BIPS))
}

/// Host functions: the parts their prices are made of, in ink.
pub mod host {
    /// Entering a host function.
    pub const ENTER: u64 = 8_400;
    /// Each pointer handed over.
    pub const POINTER: u64 = 5_040;
    /// Reaching the EVM.
    pub const EVM: u64 = 59_673;
    /// A 256-bit division.
    pub const DIVIDE: u64 = 20_000;
    /// A 256-bit addition and division.
    pub const ADD_MOD: u64 = 21_000;
    /// A 256-bit multiplication and division.
    pub const MUL_MOD: u64 = 24_100;

    /// EVM gas a program must have before it may load a slot, beyond [`EVM`].
    pub const LOAD_RESERVE_GAS: u64 = 2_100 + 10;
    /// EVM gas a program must have before it may change the storage cache.
    pub const STORE_RESERVE_GAS: u64 = FLUSH_RESERVE_GAS + 10;
    /// EVM gas a program must have before it may flush the storage cache.
    pub const FLUSH_RESERVE_GAS: u64 = 2_300;
    /// EVM gas a program must have before it may look at an account.
    pub const ACCOUNT_RESERVE_GAS: u64 = 2_600;
    /// EVM gas of a transient load or store.
    pub const TRANSIENT_GAS: u64 = 100;

    /// Writing bytes into the program.
    pub fn write(bytes: usize) -> u64 {
        linear(5_040, 30, bytes)
    }

    /// Reading bytes of the program.
    pub fn read(bytes: u32) -> u64 {
        linear(16_381, 55, bytes as usize)
    }

    /// Hashing bytes.
    pub fn keccak(bytes: u32) -> u64 {
        let words = u64::from(bytes).div_ceil(32);
        121_800 + 21_000 * words.saturating_sub(2)
    }

    /// Raising to a power, by the significant bytes of the exponent.
    pub fn power(significant_bytes: usize) -> u64 {
        3_000 + 17_500 * (significant_bytes as u64 + 1)
    }

    /// EVM gas of a log.
    pub fn log_gas(topics: u32, bytes: u32) -> u64 {
        375 * (1 + u64::from(topics)) + 8 * u64::from(bytes)
    }

    /// EVM gas of a creation before its code runs.
    pub fn create_gas(bytes: usize, salted: bool) -> u64 {
        let hashing = if salted { 6 * (bytes as u64).div_ceil(32) } else { 0 };
        32_000 + hashing
    }

    /// A price that covers the first 32 bytes.
    fn linear(base: u64, per_byte: u64, bytes: usize) -> u64 {
        base + per_byte * (bytes as u64).saturating_sub(32)
    }
}

/// Ink for beginning a basic block: the check whether there is enough.
pub const BLOCK: u64 = 2_450;
/// Ink for each byte that `memory.copy` or `memory.fill` touches.
pub const BULK_BYTE: u64 = 100;

/// Ink of an operator. `params` answers how many parameters a type has. Moving floating point numbers about is
/// possible, but at a price nobody can pay.
///
/// # Errors
/// For an operator no program may contain.
pub fn operator(op: &Operator<'_>, params: impl Fn(u32) -> u64) -> Result<u64, Unsupported> {
    use Operator::*;
    Ok(match op {
        Unreachable | Return | Nop | Block { .. } | Loop { .. } | Else | End => 1,
        I32Const { .. } | I64Const { .. } => 1,
        Drop => 9,
        Br { .. } | BrIf { .. } | If { .. } => 765,
        BrTable { targets } => 2_400 + 325 * u64::from(targets.len()),
        Select => 1_250,
        Call { .. } => 3_800,
        CallIndirect { type_index, .. } => 13_610 + 650 * params(*type_index),
        LocalGet { .. } | LocalTee { .. } => 75,
        LocalSet { .. } => 210,
        GlobalGet { .. } => 225,
        GlobalSet { .. } => 575,
        I32Load { .. } | I32Load8S { .. } | I32Load8U { .. } | I32Load16S { .. } | I32Load16U { .. } => 670,
        I64Load { .. } | I64Load8S { .. } | I64Load8U { .. } | I64Load16S { .. } | I64Load16U { .. } => 680,
        I64Load32S { .. } | I64Load32U { .. } => 680,
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => 825,
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => 950,
        MemorySize { .. } => 3_000,
        MemoryGrow { .. } => 8_050,
        MemoryCopy { .. } | MemoryFill { .. } => 950,
        I32Eqz | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU => 170,
        I64Eqz | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU => 225,
        I32Clz | I32Ctz | I64Clz | I64Ctz => 210,
        I32Popcnt => 2_650,
        I64Popcnt => 6_000,
        I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => 70,
        I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => 100,
        I32Mul | I64Mul => 160,
        I32DivS | I32DivU | I32RemS | I32RemU => 1_120,
        I64DivS | I64DivU | I64RemS | I64RemU => 1_270,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U => 100,
        I32Extend8S | I32Extend16S | I64Extend8S | I64Extend16S | I64Extend32S => 100,
        F32Load { .. } | F64Load { .. } | F32Store { .. } | F64Store { .. } => u64::MAX,
        F32Const { .. } | F64Const { .. } => u64::MAX,
        I32ReinterpretF32 | I64ReinterpretF64 | F32ReinterpretI32 | F64ReinterpretI64 => u64::MAX,
        other => return Err(Unsupported(name(other))),
    })
}

/// An operator no program may contain: its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

fn name(op: &Operator<'_>) -> String {
    let text = format!("{op:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

/// Ink of one basic block: its operators and the check before it.
pub(super) fn block(operators: u64) -> u64 {
    operators.saturating_add(BLOCK)
}

/// What an activated program costs, from the sizes of its parts. `funcs`: functions of its own; `types`: parameters
/// and results of these, together; `globals`: with the four that instrumenting adds; `data`: bytes of data and element
/// sections' entries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    pub(super) wasm: u64,
    pub(super) funcs: u64,
    pub(super) types: u64,
    pub(super) globals: u64,
    pub(super) data: u64,
    pub(super) footprint: u16,
}

impl Sizes {
    /// Predicted bytes of native code.
    pub(super) fn asm(&self) -> u64 {
        512_000 + self.funcs * 996_829 / 1_000 + self.types * 11_416 / 1_000 + self.wasm * 62_628 / 10_000
    }

    /// Cost of setting up a program from the cache.
    pub(super) fn cached_init(&self) -> u64 {
        self.funcs * 13_420 / 100_000
            + self.types * 89 / 100_000
            + self.wasm * 122 / 100_000
            + self.globals * 1_628 / 1_000
            + self.data * 75_244 / 100_000
            + u64::from(self.footprint) * 5
    }

    /// Cost of fetching a program that is not in the cache; in version 1 it contained the other.
    pub(super) fn init(&self, version: u16) -> u64 {
        let cached = if version == 1 { self.cached_init() } else { 0 };
        cached + self.funcs * 8_252 / 1_000 + self.types * 1_059 / 1_000 + self.wasm * 1_286 / 10_000
    }
}

/// Gas that activation burns for a program's parts. `elements` in bytes of the section's entries, `code` in
/// instrumented operators.
pub(super) fn activation_gas(wasm: u64, funcs: u64, data: u64, elements: u64, pages: u64, code: u64) -> u64 {
    let micros = [
        wasm * 31_733 / 100_000,
        funcs * 17_263 / 100_000,
        data * 17_376 / 100_000,
        elements * 17_376 / 100_000,
        pages * 2_217,
        code * 535 / 1_000,
    ];
    micros.iter().sum::<u64>() * GAS_A_MICROSECOND
}

/// What a microsecond of a validator's time costs at activation.
const GAS_A_MICROSECOND: u64 = 28;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_to_the_limit_costs_the_same_however_it_is_taken() {
        let model = MemoryModel { free_pages: 2, page_gas: 1_000 };
        for jump in 1..=128u16 {
            let (mut total, mut pages) = (0, Pages::default());
            while pages.open < 128 {
                let new = jump.min(128 - pages.open);
                total += model.gas(new, pages);
                pages = pages.grown(new);
            }
            assert_eq!(total, 31_999_998, "in jumps of {jump}");
        }
    }

    #[test]
    fn memory_given_back_is_paid_again_without_the_curve() {
        let model = MemoryModel { free_pages: 2, page_gas: 1_000 };
        assert_eq!(model.gas(2, Pages { open: 0, ever: 10 }), 0);
        assert_eq!(model.gas(5, Pages { open: 0, ever: 10 }), 3_000);
        assert_eq!(model.gas(17, Pages::default()), 15_008);
        assert_eq!(model.gas(129, Pages::default()), u64::MAX);
    }

    #[test]
    fn the_ramp_follows_its_formula() {
        let base = 31_874_000f64.powf(1.0 / 128.0);
        for (pages, gas) in RAMP.iter().enumerate() {
            let exact = base.powi(pages as i32);
            assert!((f64::from(*gas) - exact).abs() <= 1.0, "{pages} pages: {gas} is not {exact}");
        }
    }

    #[test]
    fn calls_cost_init_by_version_and_cache() {
        let params = StylusParams::default();
        let program = ProgramCost { init_cost: 1_234, cached_init_cost: 99, footprint: 1 };
        let none = Pages::default();
        assert_eq!(params.call_cost(&program, true, none), 11 * 32 + 99);
        assert_eq!(params.call_cost(&program, false, none), 69 * 128 + 1_234 + 11 * 32 + 99);
        let first = StylusParams { version: 1, ..params };
        assert_eq!(first.call_cost(&program, false, none), 69 * 128 + 1_234);
    }

    #[test]
    fn calls_beyond_the_page_limit_cannot_be_paid() {
        let params = StylusParams::default();
        let program = ProgramCost { footprint: 2, ..Default::default() };
        assert_eq!(params.call_cost(&program, true, Pages { open: 127, ever: 127 }), u64::MAX);
    }

    #[test]
    fn the_data_fee_rises_with_demand() {
        let mut pricer = DataPricer { last_update: 1_700_000_000, ..Default::default() };
        let first = pricer.charge(600_000, 1_700_000_000);
        assert_eq!(first, 82_928_201 * exp_bips(85) * 600_000 / 10_000);
        let second = pricer.charge(600_000, 1_700_000_000);
        assert!(second > first);
        assert_eq!(exp_bips(0), 10_000);
        assert_eq!(exp_bips(10_000), 27_182);
    }

    #[test]
    fn output_costs_at_least_the_evms_memory() {
        assert_eq!(evm_memory_gas(0), 0);
        assert_eq!(evm_memory_gas(32), 3);
        assert_eq!(evm_memory_gas(1_024), 32 * 3 + 2);
    }
}
