//! What things cost: parameters of the chain, ink of operators and host functions, memory.

/// Parameters of programs, as ArbOS keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// Version of Stylus that activation writes down.
    pub version: u16,
    /// Ink for a unit of gas.
    pub ink_price: u32,
    /// Stack limit, in words.
    pub max_stack_depth: u32,
    /// Pages a transaction has for free.
    pub free_pages: u16,
    /// Gas for each further page.
    pub page_gas: u16,
    /// Where the exponential part of the memory price reaches: its value at 128 pages.
    pub page_ramp: u64,
    /// The most pages a program may have.
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
            page_ramp: 31_874_000,
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
    /// Gas that a call of a program costs before its first operator: memory and init.
    pub fn call_cost(&self, _program: &ProgramCost, _cached: bool, _pages: super::Pages) -> u64 {
        todo!()
    }
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
#[derive(Clone, Copy, Debug)]
pub struct MemoryModel {
    /// Pages for free.
    pub free_pages: u16,
    /// Gas for each further page.
    pub page_gas: u16,
}

/// The EVM's price of a memory as long as the output: the least that a frame with output costs.
pub fn evm_memory_gas(bytes: usize) -> u64 {
    let words = (bytes as u64).div_ceil(32);
    words.saturating_mul(3).saturating_add(words.saturating_mul(words) / 512)
}
