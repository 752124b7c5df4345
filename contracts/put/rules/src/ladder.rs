//! The puts sold in an epoch, by strike.
//!
//! At the roll every put whose strike is above the settlement price pays the difference, and there may be any number of
//! strikes. So units and units times strike are summed in a tree over strikes, and what is above a price is added up
//! from whole branches.
//!
//! A strike's place is its binade (the number of its bits) and the ten bits after the leading one: a thousandth of a
//! strike wide. A binade has 32 branches, each 32 leaves. A purchase changes three nodes; a settlement reads at most the
//! binades above, and half the children of two nodes, since a node knows its own sum. Nodes know which children there
//! are, so empty ones cost nothing. The nodes of each epoch are its own and never cleared.
//!
//! Whole leaves above the price pay exactly what each put pays (less than a millionth of a wei a purchase is lost to the
//! width of a stored sum). In the one leaf that holds the price the sum of its puts pays `max(0, sum(N K) - P sum(N))`: exact
//! if they have one strike, and otherwise short of each put's own payoff by less than a thousandth of the strike on that
//! leaf's units, to the pool. It can never pay more than all puts together can.

use everfloor_math::{U256, add, add_u128, mul, mul_div_down, sub, sub_u128};

use crate::{PRICE_LIMIT, below, error::Result};

/// Sums of units times strikes are kept in multiples of this, wad of wad: a millionth of a wei. A power of ten, so that
/// round units at round strikes lose nothing at all.
const GRAIN: U256 = U256::from_limbs([1_000_000_000_000, 0, 0, 0]);
/// Bits of a place within a node.
const RADIX_BITS: u32 = 5;
/// Mask of a place within a node.
const PLACE: u32 = 31;
/// Bits of a strike after its leading one that tell leaves apart.
const LEAF_BITS: u32 = 10;

/// A sum over strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Units, wad.
    pub units: u128,
    /// Units times strike in multiples of `10^12` wad of wad.
    pub sum: U256,
    /// Which children hold anything, a bit each.
    pub children: u32,
}

/// Where the nodes of an epoch are kept; all empty at first.
pub trait Ladder {
    /// The node of a level (0 binades, 1 branches, 2 leaves).
    fn node(&self, level: u8, index: u32) -> Node;
    /// Replaces it.
    fn set_node(&mut self, level: u8, index: u32, node: Node);
}

/// The leaf of a strike: binade, then ten bits.
pub fn leaf_of(strike: u128) -> u32 {
    let bits = u128::BITS.wrapping_sub(strike.leading_zeros());
    let shift = bits.saturating_sub(LEAF_BITS.wrapping_add(1));
    // Below 2^11, and from there on with the leading one: each binade begins where the one before ends.
    let mantissa = strike.wrapping_shr(shift) as u32;
    (shift << LEAF_BITS).wrapping_add(mantissa)
}

/// The binade of a leaf, a bit of a [`crate::Cover`]'s set of them.
fn binade(leaf: u32) -> u32 {
    leaf >> LEAF_BITS
}

/// Whether a set has a member.
fn has(set: u32, place: u32) -> bool {
    set.wrapping_shr(place) & 1 != 0
}

/// Adds a purchase; the set of binades with it.
pub fn insert(ladder: &mut impl Ladder, binades: u128, units: u128, strike: u128) -> Result<u128> {
    let leaf = leaf_of(below(strike, PRICE_LIMIT)?);
    let sum = mul_div_down(U256::from(units), U256::from(strike), GRAIN)?;
    let branch = leaf >> RADIX_BITS;
    for (level, index, child) in [(0, binade(leaf), Some(branch)), (1, branch, Some(leaf)), (2, leaf, None)] {
        let mut node = ladder.node(level, index);
        node.units = add_u128(node.units, units)?;
        node.sum = add(node.sum, sum)?;
        node.children |= child.map_or(0, |child| 1_u32.wrapping_shl(child & PLACE));
        ladder.set_node(level, index, node);
    }
    Ok(binades | 1_u128.wrapping_shl(binade(leaf)))
}

/// Units and units times strike of all puts that pay at `price`, the latter in wad of wad; and what the leaf that holds
/// the price pays besides.
pub fn payoff(ladder: &impl Ladder, binades: u128, price: u128) -> Result<U256> {
    let leaf = leaf_of(price);
    let mut above = Node::default();
    let own = binade(leaf);
    for higher in own.wrapping_add(1)..u128::BITS {
        if binades.wrapping_shr(higher) & 1 != 0 {
            take(&mut above, &ladder.node(0, higher))?;
        }
    }
    if own < u128::BITS && binades.wrapping_shr(own) & 1 != 0 {
        let node = ladder.node(0, own);
        if let Some(branch) = descend(ladder, &mut above, &node, 1, leaf >> RADIX_BITS)?
            && let Some(last) = descend(ladder, &mut above, &branch, 2, leaf)?
        {
            let inside = excess(&last, price)?;
            return Ok(add(excess(&above, price)?, inside)?);
        }
    }
    excess(&above, price)
}

/// Adds the children of `node` beyond `index` to `above`; the child at `index`, if there is one.
fn descend(
    ladder: &impl Ladder,
    above: &mut Node,
    node: &Node,
    level: u8,
    index: u32,
) -> Result<Option<Node>> {
    let place = index & PLACE;
    let first = index & !PLACE;
    let from_here = u32::MAX.wrapping_shl(place);
    let beyond = node.children & from_here & !1_u32.wrapping_shl(place);
    let before = node.children & !from_here;
    let child = has(node.children, place).then(|| ladder.node(level, index));
    let fewer_before = before.count_ones() < beyond.count_ones();
    let mut sum = Node::default();
    let listed = if fewer_before { before } else { beyond };
    for place in (0..=PLACE).filter(|place| has(listed, *place)) {
        take(&mut sum, &ladder.node(level, first | place))?;
    }
    if fewer_before {
        // What the node holds, less what is not beyond.
        take(&mut sum, &child.unwrap_or_default())?;
        sum = Node { units: sub_u128(node.units, sum.units)?, sum: sub(node.sum, sum.sum)?, children: 0 };
    }
    take(above, &sum)?;
    Ok(child)
}

fn take(total: &mut Node, node: &Node) -> Result<()> {
    total.units = add_u128(total.units, node.units)?;
    total.sum = add(total.sum, node.sum)?;
    Ok(())
}

/// By how much units times strike exceed units times price, if they do.
fn excess(node: &Node, price: u128) -> Result<U256> {
    let held = mul(U256::from(node.units), U256::from(price))?;
    Ok(mul(node.sum, GRAIN)?.saturating_sub(held))
}
