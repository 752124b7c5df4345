//! What can be done to a book, and how it is told to a contract.

use everfloor_index_rules::{
    AskBook, AskStore, BidBook, BidStore, BookParams, Order,
    error::{IndexError, Result},
};
use everfloor_index_storage::book::{EARNING, PURCHASE, REWARDS, SALE, part};
use everfloor_math::U256;

use crate::{PEOPLE, TICKS, random::Random, rig::who};

/// A kind of deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Kind {
    Place,
    Request,
    Finish,
    Sell,
    SellInto,
    CatchUp,
    Earn,
    Fund,
    SetRate,
    Follow,
    Claim,
    TakeFees,
    List,
    RequestAsk,
    FinishAsk,
    Buy,
    BuyNamed,
    CatchUpAsks,
    TakeAskFees,
}

use Kind::*;

pub const KINDS: [Kind; 19] = [
    Place,
    Request,
    Finish,
    Sell,
    SellInto,
    CatchUp,
    Earn,
    Fund,
    SetRate,
    Follow,
    Claim,
    TakeFees,
    List,
    RequestAsk,
    FinishAsk,
    Buy,
    BuyNamed,
    CatchUpAsks,
    TakeAskFees,
];

impl Kind {
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

/// A deed: its kind, its time and three numbers.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    pub kind: Kind,
    now: u64,
    person: u64,
    number: u64,
    other: u64,
}

/// Which half of a book a deed is done to, and which words of it.
pub enum Parts {
    Bids(&'static [u64]),
    Asks(&'static [u64]),
}

impl Deed {
    pub fn choose(random: &mut Random, now: u64, bids: &BidBook, asks: &AskBook) -> Self {
        // What is placed and counted is worth more than the rest.
        let kind = match random.below(4) {
            0 => random.pick(&[Place, List, Place, CatchUp, CatchUpAsks]),
            _ => random.pick(&KINDS),
        };
        let made = match kind {
            RequestAsk | FinishAsk | BuyNamed => asks.book.offers,
            _ => bids.book.offers,
        };
        let number = match kind {
            Place | List | Follow => random.below(TICKS + 2),
            // The latest are likely to be there still.
            Request | Finish | Earn | RequestAsk | FinishAsk | BuyNamed | SellInto => {
                u64::from(made).saturating_sub(random.below(12))
            }
            CatchUp | CatchUpAsks => random.below(8),
            _ => random.below(1_000_000),
        };
        Self { kind, now, person: random.below(PEOPLE), number, other: random.below(9) }
    }

    pub fn to_bytes(self) -> Vec<u8> {
        let words = [self.kind as u64, self.now, self.person, self.number, self.other];
        words.into_iter().flat_map(u64::to_be_bytes).collect()
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u64::from_be_bytes(*bytes.get(8 * at..)?.first_chunk()?));
        let kind = *KINDS.get(word(0)? as usize)?;
        Some(Self { kind, now: word(1)?, person: word(2)?, number: word(3)?, other: word(4)? })
    }

    pub fn parts(&self) -> Parts {
        match self.kind {
            Place | Request => Parts::Bids(&EARNING),
            Finish | CatchUp => Parts::Bids(&[part::BIDS]),
            Sell | SellInto => Parts::Bids(&SALE),
            Earn | Fund | SetRate | Follow => Parts::Bids(&REWARDS),
            Claim => Parts::Bids(&[]),
            TakeFees => Parts::Bids(&[part::BID_FEES]),
            List | RequestAsk | FinishAsk | CatchUpAsks => Parts::Asks(&[part::ASKS]),
            Buy | BuyNamed => Parts::Asks(&PURCHASE),
            TakeAskFees => Parts::Asks(&[part::ASK_FEES]),
        }
    }
}

fn said<T: std::fmt::Debug>(answer: T) -> Result<String> {
    Ok(format!("{answer:?}"))
}

/// An order for few units, whatever they cost, of few offers.
fn order(deed: &Deed, limit: u128) -> Order {
    let units = deed.other as u32;
    Order { units, least: (deed.number % 3) as u32, limit, most: 1 + (deed.number % 5) as u32 }
}

/// Does one of the deeds done to bids.
pub fn do_bids<S: BidStore>(
    book: &mut BidBook,
    store: &mut S,
    deed: &Deed,
    params: &BookParams,
) -> Result<String> {
    let Deed { kind, now, person, number, other } = *deed;
    let (person, id) = (who(person as u8), number as u32);
    match kind {
        Place => said(book.place(store, &person, id, 1 + other as u32, now, params)?),
        Request => said(book.request_cancel(store, id, &person, now, params)?),
        Finish => said(book.finish_cancel(store, id, now, params)?),
        Sell => said(book.sell(store, &order(deed, 0), now, params)?),
        SellInto => {
            let ids = [id, id.saturating_add(1), id.saturating_sub(2)];
            said(book.sell_into(store, &ids, &order(deed, 0), now, params)?)
        }
        CatchUp => said(book.book.catch_up(store, now, params, id)?),
        Earn => said(book.earn(store, id, now)?),
        Fund => said(book.rewards.fund(number.into(), now)?),
        SetRate => said(book.rewards.set_rate(number % 50, now)?),
        Follow => {
            said(book.follow(store, u128::from(number) * params.tick_size, other as u32, now, params)?)
        }
        Claim => said(BidBook::claim(store, &person)?),
        TakeFees => said(book.take_fees()),
        _ => Err(IndexError::Overflow.boxed()),
    }
}

/// Does one of the deeds done to asks.
pub fn do_asks<S: AskStore>(
    book: &mut AskBook,
    store: &mut S,
    deed: &Deed,
    params: &BookParams,
) -> Result<String> {
    let Deed { kind, now, person, number, other } = *deed;
    let (person, id) = (who(person as u8), number as u32);
    match kind {
        List => {
            let token = U256::from(number).wrapping_mul(U256::MAX).wrapping_add(U256::from(other));
            said(book.list(store, &person, token, id, now, params)?)
        }
        RequestAsk => said(book.request_cancel(store, id, &person, now, params)?),
        FinishAsk => said(book.finish_cancel(store, id, now, params)?),
        Buy => said(book.buy(store, &order(deed, u128::MAX), params)?),
        BuyNamed => {
            said(book.buy_named(store, &[id, id.saturating_sub(1)], &order(deed, u128::MAX), params)?)
        }
        CatchUpAsks => said(book.book.catch_up(store, now, params, id)?),
        TakeAskFees => said(book.take_fees()),
        _ => Err(IndexError::Overflow.boxed()),
    }
}
