//! Short texts kept in one word.

use alloc::string::String;

use alloy_primitives::B256;

/// The ASCII text a word begins with, up to its first byte that is zero or no ASCII.
///
/// Not UTF-8: the table of its sequences' lengths would be 180 gas of every call of a program, whatever it is asked.
pub fn short_text(word: B256) -> String {
    word.iter().take_while(|byte| **byte != 0 && byte.is_ascii()).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_at_its_first_byte_that_is_no_letter() {
        let text = |bytes: &[u8]| short_text(B256::right_padding_from(bytes));
        assert_eq!(text(b"ETH / USD"), "ETH / USD");
        assert_eq!(text(b""), "");
        assert_eq!(text(b"ETH\0USD"), "ETH");
        assert_eq!(text("3 \u{20ac}".as_bytes()), "3 ");
        assert_eq!(text(&[b'x'; 32]).len(), 32);
    }
}
