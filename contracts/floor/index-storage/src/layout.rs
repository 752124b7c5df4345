//! Which bytes of which word hold what; numbers are bytes, high to low.
//!
//! A bid book's own words, from [`crate::state::BOOK`] on, and its parameters, at [`crate::state::PARAMS`]:
//!
//! | word | holds |
//! |---|---|
//! | 0 | bids: made 4, looked at for their age 4, cancels asked for 4, looked at when due 4, cash in escrow 16 |
//! | 1 | rewards: growth 16, pot 16 |
//! | 2 | rewards: rate 8, shared out up to 4, units in the band 8, band 4, remainder 8 |
//! | 3 | fees of sales 16, 16 unused |
//! | 4 | asks, as word 0; the escrow is a number of NFTs |
//! | 5 | fees of asks 16, 16 unused |
//! | parameters | wei between two prices 8, age 4, delay of a cancel 4, fee 2, band 2, 12 unused |
//!
//! Its records, each at a place of its own ([`crate::book`]):
//!
//! | record | words |
//! |---|---|
//! | offer | owner 20, tick 3, units 2, counted 1, fraction 4, 2 unused; seen 16, before it 4, after it 4, placed 4, cancel asked for 4 |
//! | price | first 4, last 4, units that earn 4, units that count 4, outside 16 |
//! | eight cancels asked for | offer 4, eight times |
//! | node of a set of prices | a bit for each child |
//! | NFT of an ask | its number 32 |
//! | account | rewards owed 16, cash owed 16 |
//!
//! An index's own words, from [`crate::state::INDEX`] on, and those beside it:
//!
//! | word | holds |
//! |---|---|
//! | 0 | price 11, time 4, integral 15, sources 1, 1 unused |
//! | 1 | begun 4, next epoch 4, bid 11, ask 11, 2 unused |
//! | 2 | the bid's spans: older 16, newer 16; each seconds in 20 bits, area in 108 |
//! | 3 | the ask's spans |
//! | parameters | genesis 4, epoch 4, window 4, depth 1, sources 1, chi 9, 9 unused |
//! | sources | pool 20, its fee 2, its vault's 2, seats 2, quorum 1, 5 unused |
//! | accepted | price 11, oldest 4, newest 4, round 8, 5 unused |
//!
//! Its records ([`crate::past`]):
//!
//! | record | words |
//! |---|---|
//! | beginning of an epoch | integral 15, age 4, 13 unused |
//! | signer | seat and one 1 (low) |
//! | seat | signer 20 (low) |

use alloy_primitives::{Address, B256};
use everfloor_common::{
    bits::{Field, pack, unpack},
    record::Record,
};
use everfloor_index_rules::{
    Accepted, Account, AskBook, BidBook, Book, BookParams, Index, IndexParams, Level, Offer, Panel, Rewards,
    epochs::Boundary,
    offers::Links,
    pool::Fees,
    series::{Series, Span},
};

/// A rule's value as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored<T>(pub T);

/// The account that a word begins with.
fn account_of(word: &B256) -> Account {
    word.first_chunk().copied().unwrap_or_default()
}

/// A word that begins with an account instead.
fn with_account(mut word: B256, account: &Account) -> B256 {
    word.iter_mut().zip(account).for_each(|(to, byte)| *to = *byte);
    word
}

const BOOK: [Field; 5] = [(0, 0, 4), (0, 4, 4), (0, 8, 4), (0, 12, 4), (0, 16, 16)];

impl Record<1> for Stored<Book> {
    fn decode(words: &[B256; 1]) -> Self {
        let [offers, matured, requested, expired, escrow] = unpack(words, &BOOK);
        Self(Book {
            offers: offers as u32,
            matured: matured as u32,
            requested: requested as u32,
            expired: expired as u32,
            escrow,
        })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Book { offers, matured, requested, expired, escrow } = self.0;
        pack(&[offers.into(), matured.into(), requested.into(), expired.into(), escrow], &BOOK)
    }
}

const REWARDS: [Field; 7] =
    [(0, 0, 16), (0, 16, 16), (1, 0, 8), (1, 8, 4), (1, 12, 8), (1, 20, 4), (1, 24, 8)];

impl Record<2> for Stored<Rewards> {
    fn decode(words: &[B256; 2]) -> Self {
        let [growth, pot, rate, last, units, band, remainder] = unpack(words, &REWARDS);
        Self(Rewards {
            growth,
            pot,
            rate: rate as u64,
            last: last as u64,
            units: units as u64,
            band: band as u32,
            remainder: remainder as u64,
        })
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let Rewards { growth, pot, rate, last, units, band, remainder } = self.0;
        let values = [growth, pot, rate.into(), last.into(), units.into(), band.into(), remainder.into()];
        pack(&values, &REWARDS)
    }
}

const FEES: [Field; 1] = [(0, 0, 16)];

impl Record<4> for Stored<BidBook> {
    fn decode(words: &[B256; 4]) -> Self {
        let [book, growth, rate, fees] = *words;
        let (Stored(book), Stored(rewards)) = (Stored::decode(&[book]), Stored::decode(&[growth, rate]));
        let [fees] = unpack(&[fees], &FEES);
        Self(BidBook { book, rewards, fees })
    }

    fn encode(&self) -> Option<[B256; 4]> {
        let BidBook { book, rewards, fees } = self.0;
        let ([book], [growth, rate]) = (Stored(book).encode()?, Stored(rewards).encode()?);
        let [fees] = pack(&[fees], &FEES)?;
        Some([book, growth, rate, fees])
    }
}

impl Record<2> for Stored<AskBook> {
    fn decode(words: &[B256; 2]) -> Self {
        let [book, fees] = *words;
        let Stored(book) = Stored::decode(&[book]);
        let [fees] = unpack(&[fees], &FEES);
        Self(AskBook { book, fees })
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let AskBook { book, fees } = self.0;
        let ([book], [fees]) = (Stored(book).encode()?, pack(&[fees], &FEES)?);
        Some([book, fees])
    }
}

const BOOK_PARAMS: [Field; 5] = [(0, 0, 8), (0, 8, 4), (0, 12, 4), (0, 16, 2), (0, 18, 2)];

impl Record<1> for Stored<BookParams> {
    fn decode(words: &[B256; 1]) -> Self {
        let [tick_size, min_age, cancel_delay, fee_bps, band_bps] = unpack(words, &BOOK_PARAMS);
        Self(BookParams {
            tick_size,
            min_age: min_age as u64,
            cancel_delay: cancel_delay as u64,
            fee_bps: fee_bps as u32,
            band_bps: band_bps as u32,
        })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let BookParams { tick_size, min_age, cancel_delay, fee_bps, band_bps } = self.0;
        let values = [tick_size, min_age.into(), cancel_delay.into(), fee_bps.into(), band_bps.into()];
        pack(&values, &BOOK_PARAMS)
    }
}

const OFFER: [Field; 9] = [
    (0, 20, 3),
    (0, 23, 2),
    (0, 25, 1),
    (0, 26, 4),
    (1, 0, 16),
    (1, 16, 4),
    (1, 20, 4),
    (1, 24, 4),
    (1, 28, 4),
];
/// Where an offer's second word has its neighbours.
const LINKS: [Field; 2] = [(0, 16, 4), (0, 20, 4)];

impl Record<2> for Stored<Offer> {
    fn decode(words: &[B256; 2]) -> Self {
        let [tick, units, counted, fraction, seen, prev, next, placed, cancelled] = unpack(words, &OFFER);
        Self(Offer {
            owner: account_of(&words[0]),
            tick: tick as u32,
            units: units as u32,
            counted: counted != 0,
            fraction: fraction as u32,
            seen,
            links: Links { prev: prev as u32, next: next as u32 },
            placed: placed as u64,
            cancelled: cancelled as u64,
        })
    }

    fn encode(&self) -> Option<[B256; 2]> {
        let Offer { owner, tick, units, counted, fraction, seen, links, placed, cancelled } = self.0;
        let values = [
            tick.into(),
            units.into(),
            counted.into(),
            fraction.into(),
            seen,
            links.prev.into(),
            links.next.into(),
            placed.into(),
            cancelled.into(),
        ];
        let [first, second] = pack(&values, &OFFER)?;
        Some([with_account(first, &owner), second])
    }
}

/// An offer's neighbours, from its second word.
pub fn links_of(second: &B256) -> Links {
    let [prev, next] = unpack(&[*second], &LINKS);
    Links { prev: prev as u32, next: next as u32 }
}

/// The second word of an offer with other neighbours.
pub fn with_links(mut second: B256, links: Links) -> B256 {
    let bytes = links.prev.to_be_bytes().into_iter().chain(links.next.to_be_bytes());
    second.iter_mut().skip(16).zip(bytes).for_each(|(to, byte)| *to = byte);
    second
}

const LEVEL: [Field; 5] = [(0, 0, 4), (0, 4, 4), (0, 8, 4), (0, 12, 4), (0, 16, 16)];

impl Record<1> for Stored<Level> {
    fn decode(words: &[B256; 1]) -> Self {
        let [head, tail, earning, counted, outside] = unpack(words, &LEVEL);
        Self(Level {
            head: head as u32,
            tail: tail as u32,
            earning: earning as u32,
            counted: counted as u32,
            outside,
        })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Level { head, tail, earning, counted, outside } = self.0;
        pack(&[head.into(), tail.into(), earning.into(), counted.into(), outside], &LEVEL)
    }
}

/// What an account may claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// Rewards, token units.
    pub rewards: u128,
    /// Cash, wei.
    pub cash: u128,
}

const OWED: [Field; 2] = [(0, 0, 16), (0, 16, 16)];

impl Record<1> for Owed {
    fn decode(words: &[B256; 1]) -> Self {
        let [rewards, cash] = unpack(words, &OWED);
        Self { rewards, cash }
    }

    fn encode(&self) -> Option<[B256; 1]> {
        pack(&[self.rewards, self.cash], &OWED)
    }
}

/// Bits of a span's area; the seconds above it have 20.
const AREA_BITS: u32 = 108;
const AREA_LIMIT: u128 = 1 << AREA_BITS;
const SECONDS_LIMIT: u64 = 1 << 20;

fn span_of(value: u128) -> Span {
    Span { seconds: (value >> AREA_BITS) as u64, area: value % AREA_LIMIT }
}

fn span_to(span: Span) -> Option<u128> {
    let fits = span.seconds < SECONDS_LIMIT && span.area < AREA_LIMIT;
    fits.then_some(u128::from(span.seconds) << AREA_BITS | span.area)
}

const INDEX: [Field; 12] = [
    (0, 0, 11),
    (0, 11, 4),
    (0, 15, 15),
    (0, 30, 1),
    (1, 0, 4),
    (1, 4, 4),
    (1, 8, 11),
    (1, 19, 11),
    (2, 0, 16),
    (2, 16, 16),
    (3, 0, 16),
    (3, 16, 16),
];

impl Record<4> for Stored<Index> {
    fn decode(words: &[B256; 4]) -> Self {
        let [
            price,
            time,
            cumulative,
            sources,
            begun,
            next,
            bid,
            ask,
            bid_older,
            bid_newer,
            ask_older,
            ask_newer,
        ] = unpack(words, &INDEX);
        let series = |price, older, newer| Series { price, older: span_of(older), newer: span_of(newer) };
        Self(Index {
            price,
            time: time as u64,
            cumulative,
            sources: sources as u8,
            begun: begun as u64,
            next: next as u32,
            bid: series(bid, bid_older, bid_newer),
            ask: series(ask, ask_older, ask_newer),
        })
    }

    fn encode(&self) -> Option<[B256; 4]> {
        let Index { price, time, cumulative, sources, begun, next, bid, ask } = self.0;
        let values = [
            price,
            time.into(),
            cumulative,
            sources.into(),
            begun.into(),
            next.into(),
            bid.price,
            ask.price,
            span_to(bid.older)?,
            span_to(bid.newer)?,
            span_to(ask.older)?,
            span_to(ask.newer)?,
        ];
        pack(&values, &INDEX)
    }
}

const INDEX_PARAMS: [Field; 6] = [(0, 0, 4), (0, 4, 4), (0, 8, 4), (0, 12, 1), (0, 13, 1), (0, 14, 9)];

impl Record<1> for Stored<IndexParams> {
    fn decode(words: &[B256; 1]) -> Self {
        let [genesis, epoch_length, window, depth, min_sources, chi] = unpack(words, &INDEX_PARAMS);
        Self(IndexParams {
            genesis: genesis as u64,
            epoch_length: epoch_length as u64,
            window: window as u64,
            depth: depth as u32,
            min_sources: min_sources as u32,
            chi,
        })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let IndexParams { genesis, epoch_length, window, depth, min_sources, chi } = self.0;
        let values =
            [genesis.into(), epoch_length.into(), window.into(), depth.into(), min_sources.into(), chi];
        pack(&values, &INDEX_PARAMS)
    }
}

/// Where an index's price comes from, beside its book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The adapter of a pool; zero is none.
    pub pool: Address,
    /// What pool and vault take.
    pub fees: Fees,
    /// Who may report.
    pub panel: Panel,
}

const SOURCES: [Field; 4] = [(0, 20, 2), (0, 22, 2), (0, 24, 2), (0, 26, 1)];

impl Record<1> for Sources {
    fn decode(words: &[B256; 1]) -> Self {
        let [pool_bps, mint_bps, seats, quorum] = unpack(words, &SOURCES);
        Self {
            pool: account_of(&words[0]).into(),
            fees: Fees { pool_bps: pool_bps as u32, mint_bps: mint_bps as u32 },
            panel: Panel { seats: seats as u16, quorum: quorum as u8 },
        }
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Self { pool, fees, panel } = *self;
        let values = [fees.pool_bps.into(), fees.mint_bps.into(), panel.seats.into(), panel.quorum.into()];
        let [word] = pack(&values, &SOURCES)?;
        Some([with_account(word, &pool.0.0)])
    }
}

const ACCEPTED: [Field; 4] = [(0, 0, 11), (0, 11, 4), (0, 15, 4), (0, 19, 8)];

impl Record<1> for Stored<Accepted> {
    fn decode(words: &[B256; 1]) -> Self {
        let [price, oldest, newest, round] = unpack(words, &ACCEPTED);
        Self(Accepted { price, oldest: oldest as u64, newest: newest as u64, round: round as u64 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        let Accepted { price, oldest, newest, round } = self.0;
        pack(&[price, oldest.into(), newest.into(), round.into()], &ACCEPTED)
    }
}

const BOUNDARY: [Field; 2] = [(0, 0, 15), (0, 15, 4)];

impl Record<1> for Stored<Boundary> {
    fn decode(words: &[B256; 1]) -> Self {
        let [cumulative, age] = unpack(words, &BOUNDARY);
        Self(Boundary { cumulative, age: age as u64 })
    }

    fn encode(&self) -> Option<[B256; 1]> {
        pack(&[self.0.cumulative, self.0.age.into()], &BOUNDARY)
    }
}
