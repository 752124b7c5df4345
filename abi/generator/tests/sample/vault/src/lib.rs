//! A sample program with one of everything a method can be.

pub mod shapes;

use alloy_primitives::{Address, B256, FixedBytes, I256, U256};
use sample_common::owner::{IOwned, Owner};
use sample_common::records::{self, Account, Balance, Forbidden};
use sample_common::refusal::{Rule, at_most, some};
use sample_common::{Amount, SLOTS};
use shapes::Point;
use stylus_sdk::abi::Bytes;
use stylus_sdk::alloy_sol_types::{SolError, sol};
use stylus_sdk::prelude::*;

sol! {
    /// The vault took `amount`.
    event Deposited(address indexed from, uint256 amount);
    /// The vault is shut.
    error Shut(uint64 since);
}

/// What the owner's methods revert with.
#[derive(SolidityError)]
pub enum Refused {
    /// Not the owner.
    Caller(Forbidden),
    /// Shut.
    Shut(Shut),
}

// `Refusal` and `Outcome`.
sample_common::refusal_type!(Forbidden);

/// The bytes of a rule's error.
fn refused(rule: Rule) -> Vec<u8> {
    match rule {
        Rule::TooMuch(asked, available) => {
            let (asked, available) = (U256::from(asked), U256::from(available));
            records::TooMuch { asked, available }.abi_encode()
        }
        Rule::Nothing => records::Nothing {}.abi_encode(),
        Rule::Never => records::Unreachable {}.abi_encode(),
    }
}

/// Keeps what it is given.
///
/// It is a sample, [`see`](https://example.org) the README.
#[storage]
#[cfg_attr(not(feature = "library"), entrypoint)]
pub struct Vault {
    owner: Owner,
}

#[public]
#[implements(IOwned<Error = Refused>, shapes::IShapes)]
impl Vault {
    /// Sets the first owner.
    #[constructor]
    pub fn constructor(&mut self, owner: Address) {
        self.owner.replace(owner);
    }

    /// Takes `amount`.
    ///
    /// # Arguments
    /// * `amount` - Token units.
    /// * `_memo` - For the log.
    ///
    /// # Errors
    /// * [`Nothing`](sample_common::records::Nothing) - `amount` is zero.
    #[payable]
    pub fn deposit(&mut self, amount: u64, _memo: String) -> Outcome<()> {
        let amount = some(amount)?;
        self.vm().log(Deposited { from: self.vm().msg_sender(), amount: U256::from(amount) });
        Ok(())
    }

    /// Gives `amount` back.
    pub fn take_back(&mut self, amount: u64) -> Outcome<Amount> {
        Ok(U256::from(at_most(amount, 7)?))
    }

    /// What `who` has, as of `as_of`; see `take_back`.
    ///
    /// # Returns
    ///
    /// `account`: all of it.
    ///
    /// `as_of`: when that was.
    pub fn account_of(&self, who: Address, as_of: u64) -> Result<(Account, u64), Refused> {
        self.owner.check()?;
        let account = Account {
            owner: who,
            balances: Vec::new(),
            reserved: [const { Balance { token: Address::ZERO, amount: U256::ZERO } }; 2],
            profit: I256::ZERO,
        };
        Ok((account, as_of))
    }

    /// One of each type.
    pub fn types(
        &self,
        raw: Bytes,
        word: B256,
        tag: FixedBytes<4>,
        row: [U256; SLOTS],
        grid: Vec<[u16; 2]>,
        round: alloy_primitives::Uint<80, 2>,
        tick: alloy_primitives::Signed<24, 1>,
        texts: Vec<String>,
    ) -> (Bytes, i128, bool) {
        let _ = (word, tag, row, grid, round, tick, texts);
        (raw, 0, true)
    }

    /// Needs no state; its name has digits.
    pub fn to_q96_price(price: U256, reference: Point) -> U256 {
        let _ = reference;
        price
    }

    /// Named by hand.
    #[selector(name = "VERSION")]
    pub fn version(&self) -> u8 {
        1
    }

    /// Plain transfers.
    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// The rest is the other program's.
    #[fallback]
    #[payable]
    pub fn fallback(&mut self, _input: &[u8]) -> stylus_sdk::ArbResult {
        Ok(Vec::new())
    }
}

#[public]
impl IOwned for Vault {
    type Error = Refused;

    fn owner(&self) -> Address {
        self.owner.get()
    }

    fn set_owner(&mut self, new_owner: Address) -> Result<(), Self::Error> {
        self.owner.check()?;
        self.owner.replace(new_owner);
        Ok(())
    }
}
