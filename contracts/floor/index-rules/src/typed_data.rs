//! What the signers of reports sign: EIP-712 typed data. The hash is Keccak-256, which the caller brings along.

use crate::{Account, Word, reports::Report};

/// The type of a report.
pub const REPORT_TYPE: &str = "Report(bytes32 market,uint256 price,uint64 ts,uint64 round)";
/// The type of the domain.
pub const DOMAIN_TYPE: &str =
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
/// The domain's name.
pub const NAME: &str = "Everfloor Floor Index";
/// The domain's version.
pub const VERSION: &str = "1";

/// The hash of a report.
pub fn report_hash(report: &Report, keccak: impl Fn(&[u8]) -> Word) -> Word {
    let kind = keccak(REPORT_TYPE.as_bytes());
    let (price, time, round) = (number(report.price), number(report.time), number(report.round));
    keccak(&joined([kind, report.market, price, time, round]))
}

/// The hash of the domain: no report is good on another chain or for another oracle.
pub fn domain(chain_id: u64, oracle: &Account, keccak: impl Fn(&[u8]) -> Word) -> Word {
    let text = |text: &str| keccak(text.as_bytes());
    keccak(&joined([text(DOMAIN_TYPE), text(NAME), text(VERSION), number(chain_id), address(oracle)]))
}

/// What is signed.
pub fn digest(domain: &Word, report: &Report, keccak: impl Fn(&[u8]) -> Word) -> Word {
    let mut message = [0; 66];
    let parts = [0x19, 0x01].into_iter().chain(*domain).chain(report_hash(report, &keccak));
    message.iter_mut().zip(parts).for_each(|(to, byte)| *to = byte);
    keccak(&message)
}

/// A number as the ABI encodes it.
fn number(value: impl Into<u128>) -> Word {
    let mut word = [0; 32];
    let bytes = value.into().to_be_bytes();
    word.iter_mut().skip(16).zip(bytes).for_each(|(to, byte)| *to = byte);
    word
}

/// An address as the ABI encodes it.
fn address(account: &Account) -> Word {
    let mut word = [0; 32];
    word.iter_mut().skip(12).zip(account).for_each(|(to, byte)| *to = *byte);
    word
}

/// Words one after the other.
fn joined(words: [Word; 5]) -> [u8; 160] {
    let mut bytes = [0; 160];
    bytes.iter_mut().zip(words.iter().flatten()).for_each(|(to, byte)| *to = *byte);
    bytes
}
