//! Withdrawals that could not be paid at once, in the order in which they came.
//!
//! What is withdrawn leaves the account, whether it is paid or not. What is not paid has a place in a line of wei, from
//! `begin` to `begin + amount`; whatever cash the market holds belongs to the line first, from its front on. So a place is
//! paid as far as the front has come, without anybody going through the others.

use everfloor_math::{add_u128, sub_u128};

use crate::error::{FloorError, Result, refuse};

/// The line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Its length since the first one, wei.
    pub asked: u128,
    /// What of it has been paid, wei.
    pub paid: u128,
}

/// A place in the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// What is before it, wei, since the first one.
    pub begin: u128,
    /// How much it is for, wei.
    pub amount: u128,
    /// What of it has been paid, wei.
    pub paid: u128,
}

impl Queue {
    /// What has been asked for and not paid, wei.
    pub fn waiting(&self) -> u128 {
        self.asked.saturating_sub(self.paid)
    }

    /// Adds to the end.
    pub fn join(&mut self, amount: u128) -> Result<Ticket> {
        let begin = self.asked;
        self.asked = add_u128(begin, amount)?;
        Ok(Ticket { begin, amount, paid: 0 })
    }

    /// What of a place can be paid now, wei, when the market holds so much.
    pub fn due(&self, ticket: &Ticket, held: u128) -> Result<u128> {
        let front = add_u128(self.paid, held.min(self.waiting()))?;
        Ok(front.saturating_sub(ticket.begin).min(ticket.amount).saturating_sub(ticket.paid))
    }

    /// Pays it; what the market holds then.
    pub fn pay(&mut self, ticket: &mut Ticket, held: u128) -> Result<(u128, u128)> {
        let due = self.due(ticket, held)?;
        if due == 0 {
            return refuse(FloorError::NothingToPay);
        }
        ticket.paid = add_u128(ticket.paid, due)?;
        self.paid = add_u128(self.paid, due)?;
        Ok((due, sub_u128(held, due)?))
    }
}
