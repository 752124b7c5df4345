//! How many words each operation reads and writes, beside the two of the book and its parameters.

use everfloor_venue_rules::{NewOrder, Side};

use crate::rig::{ALICE, BOB, Book, CAROL, Memory, OPENED, ask, bid, book, place, place_at, rest};

/// Runs something on a book that has been counted in this second, and counts its words: read, written.
fn cost<T>(book: &mut Book, what: impl FnOnce(&mut Book) -> T) -> (String, String) {
    book.touch(OPENED).unwrap();
    book.store.count();
    book.history.count();
    what(book);
    assert_eq!(book.history.counted(), (vec![], vec![]), "the mark was counted before");
    words(&book.store)
}

/// Kinds of words and how many of each.
fn words(store: &Memory) -> (String, String) {
    let (read, written) = store.counted();
    let told = |kinds: Vec<&'static str>| {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for kind in kinds {
            match counts.last_mut().filter(|(last, _)| *last == kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((kind, 1)),
            }
        }
        counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
    };
    (told(read), told(written))
}

fn told(read: &str, written: &str) -> (String, String) {
    (read.to_owned(), written.to_owned())
}

/// A deep book: 40 bids at each of 100 ticks, from 1,000 down.
fn deep() -> Book {
    let mut book = book();
    for tick in (901..=1_000).rev() {
        for _ in 0..40 {
            rest(&mut book, bid(ALICE, 10, tick));
        }
    }
    book
}

#[test]
fn to_rest_takes_few_words_however_deep_the_book() {
    let mut book = deep();
    let behind = cost(&mut book, |book| rest(book, bid(BOB, 10, 950)));
    assert_eq!(behind, told("1 level, 1 links", "1 level, 2 links, 1 order"));
    let alone = cost(&mut book, |book| rest(book, bid(BOB, 10, 900)));
    assert_eq!(alone, told("1 level, 1 set", "1 level, 1 order, 1 set"));
    let far = cost(&mut book, |book| rest(book, ask(BOB, 10, 1_000_000)));
    assert_eq!(far, told("1 level, 3 set", "1 level, 1 order, 3 set"));
    let second = cost(&mut book, |book| rest(book, ask(BOB, 10, 1_000_000)));
    assert_eq!(second, told("1 level, 1 links", "1 level, 2 links, 1 order"));
}

#[test]
fn to_cancel_takes_the_same_words_however_deep_the_book() {
    let mut book = deep();
    // Of the 40 at 950: ids 2,001 to 2,040.
    let first = cost(&mut book, |book| book.cancel(&ALICE, 2_001, OPENED));
    assert_eq!(first, told("1 level, 1 links, 1 order", "1 level, 1 links, 1 order"));
    let last = cost(&mut book, |book| book.cancel(&ALICE, 2_040, OPENED));
    assert_eq!(last, told("1 level, 1 links, 1 order", "1 level, 1 links, 1 order"));
    let middle = cost(&mut book, |book| book.cancel(&ALICE, 2_020, OPENED));
    assert_eq!(middle, told("1 level, 3 links, 1 order", "1 level, 3 links, 1 order"));
    let reduce = cost(&mut book, |book| book.reduce(&ALICE, 2_019, 5, OPENED));
    assert_eq!(reduce, told("1 level, 1 order", "1 level, 1 order"));
    let id = rest(&mut book, bid(ALICE, 10, 1_001));
    let alone = cost(&mut book, |book| book.cancel(&ALICE, id, OPENED));
    assert_eq!(alone, told("1 level, 1 order, 1 set", "1 level, 1 order, 1 set"));
}

#[test]
fn to_fill_takes_two_words_an_order_and_one_a_level() {
    let mut book = deep();
    let part = cost(&mut book, |book| place(book, ask(BOB, 5, 1_000)));
    assert_eq!(part, told("1 level, 1 order", "1 level, 1 order"));
    let rest_of_it = cost(&mut book, |book| place(book, ask(BOB, 5, 1_000)));
    assert_eq!(rest_of_it, told("1 level, 1 links, 1 order", "1 level, 1 links, 1 order"));
    let ten = cost(&mut book, |book| place(book, ask(BOB, 100, 1_000)));
    assert_eq!(ten, told("1 level, 10 links, 10 order", "1 level, 10 links, 10 order"));
    // 29 are left; the last has no neighbours, and takes the tick along.
    let all = cost(&mut book, |book| place(book, ask(BOB, 290, 1_000)));
    assert_eq!(all, told("1 level, 28 links, 29 order, 1 set", "1 level, 28 links, 29 order, 1 set"));
    assert_eq!(book.book.best(Side::Bid), Some(999));
}

#[test]
fn what_does_not_cross_reads_no_level() {
    let mut book = deep();
    let given_up = cost(&mut book, |book| {
        let order = NewOrder { kind: everfloor_venue_rules::Kind::ImmediateOrCancel, ..ask(BOB, 10, 1_001) };
        place(book, order);
    });
    assert_eq!(given_up, told("", ""));
}

/// The first change in a second: as many levels are looked at as the depth of 100 takes, one of bids and ten of
/// asks.
#[test]
fn the_mark_is_counted_in_a_bounded_number_of_words_once_a_second() {
    let mut book = deep();
    for tick in 1_001..1_100 {
        rest(&mut book, ask(CAROL, 10, tick));
    }
    let now = OPENED + 1;
    book.store.count();
    book.history.count();
    book.touch(now).unwrap();
    assert_eq!(words(&book.store), told("11 level, 1 set", ""));
    assert_eq!(words(&book.history), told("", ""));
    book.store.count();
    book.touch(now).unwrap();
    assert_eq!(words(&book.store), told("", ""));
    // Over a boundary, an hour later: a boundary, a snapshot, and what the first member of the set takes.
    place_at(&mut book, ask(BOB, 10, 1_000), OPENED + 3_600);
    assert_eq!(words(&book.history), told("3 set", "1 boundary, 3 set, 1 snapshot"));
    // However many boundaries were passed.
    book.history.count();
    book.touch(OPENED + 1_000 * 3_600).unwrap();
    assert_eq!(words(&book.history), told("1 set", "1 boundary, 1 set, 1 snapshot"));
}
