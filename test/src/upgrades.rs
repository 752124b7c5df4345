//! What every contract behind a proxy must do with new code, whichever it is: one set of checks for all of them.

use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use everfloor_host::Revert;

use crate::{Backend, Sent, account};

sol! {
    /// How a contract of ours is upgraded, and what refuses (ERC-1822, ERC-1967).
    interface Upgradeable {
        #[derive(Debug, PartialEq, Eq)]
        event Upgraded(address indexed implementation);

        #[derive(Debug, PartialEq, Eq)]
        error NotOwner(address caller);
        #[derive(Debug, PartialEq, Eq)]
        error ERC1967InvalidImplementation(address implementation);
        #[derive(Debug, PartialEq, Eq)]
        error UUPSUnsupportedProxiableUUID(bytes32 slot);
        #[derive(Debug, PartialEq, Eq)]
        error UUPSUnauthorizedCallContext();
        #[derive(Debug, PartialEq, Eq)]
        error ProgramMismatch(address program, bytes4 selector);
        #[derive(Debug, PartialEq, Eq)]
        error NotUpgradeable(address implementation);

        function upgradeToAndCall(address newImplementation, bytes data) external;
        function proxiableUUID() external view returns (bytes32);
        function UPGRADE_INTERFACE_VERSION() external view returns (string);
    }

    /// `test/programs/next-version`.
    interface NextVersion {
        #[derive(Debug, PartialEq, Eq)]
        error FollowsAlready(address before);

        function follow(address before) external;
        function count() external returns (uint256);
        function counted() external view returns (uint256);
    }
}

use Upgradeable::*;

/// keccak256("eip1967.proxy.implementation") - 1.
const SLOT: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// A contract behind a proxy.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The proxy.
    pub at: Address,
    /// Its code.
    pub code: Address,
    /// A copy of that, which lies elsewhere.
    pub copy: Address,
    /// A copy of `next-version` that follows nothing yet.
    pub next: Address,
    /// Who may replace the code.
    pub owner: Address,
}

fn upgrade(to: Address, data: Vec<u8>) -> Vec<u8> {
    upgradeToAndCallCall { newImplementation: to, data: data.into() }.abi_encode()
}

fn send<B: Backend>(backend: &mut B, from: Address, to: Address, data: Vec<u8>) -> Result<Sent, Revert> {
    backend.send(from, to, U256::ZERO, data)
}

fn refused<B: Backend, E: SolError + PartialEq + std::fmt::Debug>(
    backend: &mut B,
    from: Address,
    subject: &Subject,
    data: Vec<u8>,
    error: E,
) {
    let before = backend.storage(&[subject.at]);
    let refusal = send(backend, from, subject.at, data).expect_err("it is refused");
    assert_eq!(refusal.0, error.abi_encode(), "wanted {error:?}");
    assert_eq!(backend.storage(&[subject.at]), before, "a refused upgrade changes nothing");
}

/// Nobody but the owner, to nothing but the same kind of contract: not to what is no contract (`others`: an account, a token, a
/// proxy), nor to the code of other contracts (`strangers`); what says of itself that it is one must know the contract's calls
/// and be replaceable itself.
pub fn refuses_what_is_not_its_own<B: Backend>(
    backend: &mut B,
    subject: &Subject,
    others: &[Address],
    strangers: &[Address],
) {
    let Subject { at, copy, owner, .. } = *subject;
    let thief = account("thief");
    refused(backend, thief, subject, upgrade(copy, Vec::new()), NotOwner { caller: thief });
    for other in others.iter().chain([&at]) {
        let invalid = ERC1967InvalidImplementation { implementation: *other };
        refused(backend, owner, subject, upgrade(*other, Vec::new()), invalid);
    }
    for stranger in strangers {
        let before = backend.storage(&[at]);
        let refusal = send(backend, owner, at, upgrade(*stranger, Vec::new())).expect_err("no stranger");
        let mismatch = ProgramMismatch::abi_decode(&refusal.0).expect("a stranger does not know its calls");
        assert_eq!(mismatch.program, *stranger);
        assert_eq!(backend.storage(&[at]), before);
    }
    let word = B256::with_last_byte(7);
    let wrong = backend.stub(Ok(word.to_vec()));
    let unsupported = UUPSUnsupportedProxiableUUID { slot: word };
    refused(backend, owner, subject, upgrade(wrong, Vec::new()), unsupported);
    // It says what it should to everybody, and would be the last code there ever was.
    let liar = backend.stub(Ok(SLOT.to_vec()));
    let last = NotUpgradeable { implementation: liar };
    refused(backend, owner, subject, upgrade(liar, Vec::new()), last);
}

/// The same code again changes the slot of ERC-1967 and nothing else, is told, and may be replaced again.
pub fn is_replaced_by_a_copy<B: Backend>(backend: &mut B, subject: &Subject) {
    let Subject { at, code, copy, owner, .. } = *subject;
    let before = backend.storage(&[at]);
    let sent = send(backend, owner, at, upgrade(copy, Vec::new())).expect("a copy is its own kind");
    let told = sent.logs.iter().any(|log| {
        log.address == at
            && Upgraded::decode_raw_log(log.topics.iter().copied(), &log.data)
                == Ok(Upgraded { implementation: copy })
    });
    assert!(told, "an upgrade is told");
    send(backend, owner, at, upgrade(code, Vec::new())).expect("the old code again");
    assert_eq!(backend.storage(&[at]), before, "nothing else changed");
    let uuid = proxiableUUIDCall {}.abi_encode();
    assert_eq!(backend.call(Address::ZERO, code, uuid.clone()).expect("at its own address"), SLOT.to_vec());
    let refusal = backend.call(Address::ZERO, at, uuid).expect_err("through the proxy it is refused");
    assert_eq!(refusal.0, UUPSUnauthorizedCallContext {}.abi_encode());
}

/// Where the program is that replaces code, none can be put with which that would end, although it knows every call: `set` is the
/// owner's call that would have the contract use it.
pub fn stays_replaceable<B: Backend>(
    backend: &mut B,
    at: Address,
    code: Address,
    owner: Address,
    set: impl FnOnce(Address) -> Vec<u8>,
) {
    let last = backend.stub(Ok(vec![1; 32]));
    let before = backend.storage(&[at]);
    let refusal = send(backend, owner, at, set(last)).expect_err("it could never be replaced again");
    assert_eq!(refusal.0, NotUpgradeable { implementation: code }.abi_encode());
    assert_eq!(backend.storage(&[at]), before, "a refused program changes nothing");
}

/// A later version that can count: it counts, all there was answers as before (`views`, of the contract), and what the old owner
/// could not do he cannot now. Returns to the old code.
pub fn is_replaced_by_a_later_version<B: Backend>(backend: &mut B, subject: &Subject, views: &[Vec<u8>]) {
    let Subject { at, code, next, owner, .. } = *subject;
    let follow = NextVersion::followCall { before: code }.abi_encode();
    let count = NextVersion::countCall {}.abi_encode();
    let seen = |backend: &mut B| {
        views.iter().map(|view| backend.call(Address::ZERO, at, view.clone())).collect::<Vec<_>>()
    };
    let (answers, words) = (seen(backend), backend.storage(&[at]));
    assert!(send(backend, owner, at, count.clone()).is_err(), "the old code cannot count");
    // It follows nothing yet: it knows no call of the contract's.
    let blank = ERC1967InvalidImplementation { implementation: next };
    refused(backend, owner, subject, upgrade(next, follow.clone()), blank);
    send(backend, account("anybody"), next, follow.clone()).expect("for its own address, once");
    // Without the call that tells it what was before, the contract would be dead; with it, it lives.
    let dead = NotUpgradeable { implementation: next };
    refused(backend, owner, subject, upgrade(next, Vec::new()), dead);
    send(backend, owner, at, upgrade(next, follow.clone())).expect("a later version");
    for counted in 1..=2 {
        send(backend, account("anybody"), at, count.clone()).expect("it counts");
        let answer =
            backend.call(Address::ZERO, at, NextVersion::countedCall {}.abi_encode()).expect("it tells");
        assert_eq!(answer, U256::from(counted).to_be_bytes::<32>());
    }
    assert_eq!(seen(backend), answers, "all there was is as it was");
    let again = NextVersion::FollowsAlready { before: code };
    refused(backend, account("anybody"), subject, follow, again);
    let thief = account("thief");
    refused(backend, thief, subject, upgrade(code, Vec::new()), NotOwner { caller: thief });
    send(backend, owner, at, upgrade(code, Vec::new())).expect("the code before again");
    // All words that there were are what they were; the later version's are its own.
    let after = backend.storage(&[at]);
    for (contract, slots) in &words {
        for (slot, word) in slots {
            assert_eq!(after[contract].get(slot), Some(word), "slot {slot} of {contract}");
        }
        assert_eq!(after[contract].len(), slots.len() + 2);
    }
}
