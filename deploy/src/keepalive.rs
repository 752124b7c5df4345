//! Programs' lives: the chain forgets a program that nobody has prolonged or activated for a year. Anybody may prolong one
//! that is a month old, or activate one that was forgotten.

use anyhow::{Result, bail, ensure};

use crate::{
    apply::ACTIVATION_VALUE,
    bindings::{ARB_WASM, ArbWasm},
    book::Book,
    client::{Account, Call, Client},
    status::{Alive, Life, lives},
};

/// What was done for a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Care {
    /// It lives long enough: so many seconds.
    Enough(u64),
    /// It would be prolonged, and the chain does not do that yet.
    TooSoon(u64),
    /// Prolonged.
    Prolonged,
    /// Activated again.
    Activated,
}

/// Prolongs every program of a network that lives no longer than `within` seconds, and activates every one that is over.
/// What cannot be done for one of them is told, and fails the whole when all the others have been looked after.
pub async fn keep_alive(
    client: &Client,
    account: &mut Account,
    book: &Book,
    within: u64,
    progress: &mut dyn FnMut(&Alive, &Care),
) -> Result<()> {
    book.check_chain(client.chain_id())?;
    client.synchronise(account).await?;
    let mut failed = Vec::new();
    for alive in lives(client, book).await? {
        match care(client, account, &alive, within).await {
            Ok(care) => progress(&alive, &care),
            Err(error) => {
                failed.push(format!("{}: {error:#}", alive.name));
                // What was signed and not sent has left a gap.
                client.synchronise(account).await?;
            }
        }
    }
    ensure!(failed.is_empty(), "not kept alive: {}", failed.join("\n"));
    Ok(())
}

async fn care(client: &Client, account: &mut Account, alive: &Alive, within: u64) -> Result<Care> {
    match &alive.life {
        Life::Unknown(why) => bail!("{why}"),
        Life::Left(seconds) if *seconds > within => Ok(Care::Enough(*seconds)),
        Life::Left(seconds) => prolong(client, account, alive, *seconds).await,
        Life::Over(_) => {
            let activate = ArbWasm::activateProgramCall { program: alive.address };
            let call = Call::new(ARB_WASM, &activate).with_value(ACTIVATION_VALUE);
            client.send(account, &call).await?;
            Ok(Care::Activated)
        }
    }
}

async fn prolong(client: &Client, account: &mut Account, alive: &Alive, seconds: u64) -> Result<Care> {
    let keep = ArbWasm::codehashKeepaliveCall { codehash: alive.code_hash };
    let call = Call::new(ARB_WASM, &keep).with_value(ACTIVATION_VALUE);
    match client.estimate(account.address(), &call).await? {
        Err(refusal) if refusal.name == "ProgramKeepaliveTooSoon" => Ok(Care::TooSoon(seconds)),
        // Sent all the same, so that whatever it is is told.
        _ => {
            client.send(account, &call).await?;
            Ok(Care::Prolonged)
        }
    }
}
