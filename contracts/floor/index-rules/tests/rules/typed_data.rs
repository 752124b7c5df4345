//! What signers sign, against hashes that another implementation of EIP-712 (Python's eth-account) has made.

use everfloor_index_rules::{
    Report, WAD, Word,
    typed_data::{REPORT_TYPE, digest, domain, report_hash},
};

use crate::merkle::{keccak, word};

fn report() -> Report {
    Report { market: [0x22; 32], price: 10 * WAD, time: 1_700_000_000, round: 7 }
}

fn arbitrum() -> Word {
    domain(42_161, &[0x11; 20], keccak)
}

#[test]
fn the_type_of_a_report_has_a_known_hash() {
    let expected = word("1520815a8c84c8b83a47b8afd60a9a64ddbe096981a746e1bf83d6bce9f278ee");
    assert_eq!(keccak(REPORT_TYPE.as_bytes()), expected);
}

#[test]
fn domain_report_and_digest_are_those_of_another_implementation() {
    assert_eq!(arbitrum(), word("98c99aeacf5a5e971bcdde4f204db0de8d2d85c25adcb18118f5844a8fa74111"));
    let hash = report_hash(&report(), keccak);
    assert_eq!(hash, word("de511fe4ce7b13833e42c8b3b467a007505004a913585c6c3a6c9cb751d44ddb"));
    let signed = digest(&arbitrum(), &report(), keccak);
    assert_eq!(signed, word("c1bffece5c8c229f81e90bd2ab961adfbef48495da7ed4701bd2b0829fc75b72"));
}

#[test]
fn nothing_of_a_report_or_its_domain_can_change_unnoticed() {
    let signed = digest(&arbitrum(), &report(), keccak);
    let others = [
        Report { market: [0x23; 32], ..report() },
        Report { price: 10 * WAD + 1, ..report() },
        Report { time: 1_700_000_001, ..report() },
        Report { round: 8, ..report() },
    ];
    for other in others {
        assert_ne!(digest(&arbitrum(), &other, keccak), signed);
    }
    for foreign in [domain(1, &[0x11; 20], keccak), domain(42_161, &[0x12; 20], keccak)] {
        assert_ne!(digest(&foreign, &report(), keccak), signed);
    }
}
