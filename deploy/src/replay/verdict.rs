//! What must hold at the end of every replay, to the unit.

use crate::demo::conservation::Books;

use super::{
    diary::Account,
    stage::{Role, Stage},
};

/// Everything that does not hold.
pub(crate) fn problems(stage: &Stage, books: &Books) -> Vec<String> {
    // A deleveraged side is divided among its accounts, each rounded down: the rest of a wei each is nobody's.
    let totals = &stage.diary.totals;
    let rounding = i128::from(totals.deleveragings) * i128::try_from(stage.people.len()).unwrap_or(0);
    let mut problems: Vec<String> = books
        .final_checks()
        .into_iter()
        .filter(|check| {
            let apart = check.left.saturating_sub(check.right).saturating_abs();
            apart > if check.money { 0 } else { rounding }
        })
        .map(|check| format!("at the end: {}: {} and {}", check.name, check.left, check.right))
        .collect();
    for (place, account) in stage.diary.accounts.iter().enumerate() {
        let Some(person) = stage.people.get(place) else { continue };
        problems.extend(explained(&person.name, account.explained()));
        problems.extend(principal_of(&person.name, account));
        if !matches!(person.role, Role::Owner) {
            problems.extend(wallet_of(stage, books, place));
        }
    }
    problems
}

/// An account's events must say where each unit of its money went.
fn explained(name: &str, left: i128) -> Option<String> {
    (left != 0).then(|| format!("{left} units of {name}'s money are not explained by its own events"))
}

/// Whoever was not liquidated has got back all it put in, less its own losses, funding and fees. Others have, too, but
/// for what they could not pay.
fn principal_of(name: &str, account: &Account) -> Option<String> {
    let (got, least) = (account.withdrawn, account.least());
    (account.missing() > 0).then(|| format!("{name} got {got} of its own money, of which {least} was left"))
}

/// The wallet holds what was given, less what went in, with what came out.
fn wallet_of(stage: &Stage, books: &Books, place: usize) -> Option<String> {
    let (person, account) = (stage.people.get(place)?, stage.diary.accounts.get(place)?);
    let wallet = *books.wallets.get(place)?;
    let expected = (person.minted + account.withdrawn).checked_sub(account.deposited)?;
    // Keepers and desks have their rewards on top.
    let rewarded = matches!(person.role, Role::Keeper | Role::Desk);
    let right = if rewarded { wallet >= expected } else { wallet == expected };
    (!right).then(|| format!("{}'s wallet has {wallet}, not {expected}", person.name))
}
