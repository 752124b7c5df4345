//! A token's metadata as a URI that holds it all: no server to ask, nothing that could change behind the owner's
//! back.

use alloc::{string::String, vec::Vec};

use alloy_primitives::{Address, U256};

// Percent-encoded, as a URI may hold neither braces nor quotes nor spaces:
// {"name":"Everfloor writer position <id>","pool":"0x<pool>"}
const BEFORE_ID: &str = "data:application/json,%7B%22name%22:%22Everfloor%20writer%20position%20";
const BEFORE_POOL: &str = "%22,%22pool%22:%220x";
const END: &str = "%22%7D";

/// The metadata of token `id` of `pool`.
pub(crate) fn of(id: U256, pool: Address) -> String {
    let mut uri = String::from(BEFORE_ID);
    push_decimal(&mut uri, id);
    uri.push_str(BEFORE_POOL);
    push_hex(&mut uri, pool.as_slice());
    uri.push_str(END);
    uri
}

/// Appends `value` in decimal, without leading zeros.
fn push_decimal(text: &mut String, value: U256) {
    let mut rest = value.to_be_bytes::<32>();
    let mut digits = Vec::new();
    loop {
        digits.push(divide_by_ten(&mut rest));
        if rest.iter().all(|byte| *byte == 0) {
            break;
        }
    }
    text.extend(digits.iter().rev().map(|digit| char::from(b'0' + digit)));
}

/// Divides a big-endian number by ten in place and answers the remainder. By hand, byte for byte: ruint's division
/// would more than double this module, and the version this workspace is bound to has a flaw there.
fn divide_by_ten(number: &mut [u8; 32]) -> u8 {
    let mut remainder = 0_u16;
    for byte in number {
        let dividend = remainder << 8 | u16::from(*byte);
        // Less than 256, as the remainder before it was less than ten.
        *byte = (dividend / 10) as u8;
        remainder = dividend % 10;
    }
    remainder as u8
}

/// Appends the bytes in lower-case hexadecimal.
fn push_hex(text: &mut String, bytes: &[u8]) {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    text.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloy_primitives::address;

    #[test]
    fn a_uri_holds_the_id_and_the_pool() {
        let pool = address!("00000000000000000000000000000000deadbeef");
        assert_eq!(
            of(U256::from(120), pool),
            "data:application/json,%7B%22name%22:%22Everfloor%20writer%20position%20120%22,\
             %22pool%22:%220x00000000000000000000000000000000deadbeef%22%7D"
        );
    }

    #[test]
    fn ids_are_written_as_ruint_writes_them() {
        let two_limbs = U256::from(u64::MAX) + U256::from(1);
        for id in [U256::ZERO, U256::from(9), U256::from(10), U256::from(1009), two_limbs, U256::MAX] {
            let mut text = String::new();
            push_decimal(&mut text, id);
            assert_eq!(text, id.to_string());
        }
    }
}
