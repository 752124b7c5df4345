//! Programs' lives: the chain forgets a program that nobody has prolonged or activated for a year. Anybody may prolong one
//! that is a month old, or activate one that was forgotten.

use anyhow::Result;

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
pub async fn keep_alive(
    client: &Client,
    account: &mut Account,
    book: &Book,
    within: u64,
    progress: &mut dyn FnMut(&Alive, &Care),
) -> Result<()> {
    client.synchronise(account).await?;
    for alive in lives(client, book).await? {
        let care = match alive.life {
            Life::Left(seconds) if seconds > within => Care::Enough(seconds),
            Life::Left(seconds) => prolong(client, account, &alive, seconds).await?,
            Life::Over(_) => {
                let activate = ArbWasm::activateProgramCall { program: alive.address };
                let call = Call::new(ARB_WASM, &activate).with_value(ACTIVATION_VALUE);
                client.send(account, &call).await?;
                Care::Activated
            }
        };
        progress(&alive, &care);
    }
    Ok(())
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
