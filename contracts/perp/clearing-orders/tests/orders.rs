//! Who may act for whom, through the ABI and behind a proxy. The house behind it here does one thing, the one that
//! matters: it asks the shared state on whose account it is called, and tells. What trades come of it is tested with the
//! real house, in the market's tests.
#![allow(missing_docs)]

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, B256, Bytes, FixedBytes, Signature, U256, address, hex, keccak256};
use alloy_sol_types::{Eip712Domain, SolCall, SolError, SolEvent, SolStruct, SolValue, eip712_domain, sol};
use clearing_orders::{ClearingOrders, signature::ECRECOVER};
use everfloor_common::roles::ZeroAddress;
use everfloor_host::{IMPLEMENTATION_SLOT, Revert, TestChain};
use everfloor_perp_storage::{
    abi::{errors::*, events},
    state::ClearingState,
};
use k256::ecdsa::SigningKey;
use rand::{Rng, SeedableRng, rngs::StdRng};
use stylus_sdk::{ArbResult, call::RawCall, host::VM, prelude::*, storage::StorageType};

sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct OpenOrder { address owner; address relayer; uint256 marketId; uint8 side; uint256 margin; uint256 notional; uint256 baseLimit; uint256 maxFee; uint256 deadline; uint256 nonce; }
    #[derive(Debug, PartialEq, Eq)]
    struct CloseOrder { address owner; address relayer; uint256 marketId; uint256 size; uint256 quoteLimit; uint256 maxFee; uint256 deadline; uint256 nonce; }
    #[derive(Debug, PartialEq, Eq)]
    struct OperatorOrder { address owner; address relayer; address operator; uint8 scopes; uint256 deadline; uint256 nonce; }

    function multicall(bytes[] calls) external returns (bytes[] results);
    function setOperator(address operator, uint8 scopes) external;
    function setOperatorFor(OperatorOrder order, bytes signature) external;
    function operatorScopes(address owner, address operator) external view returns (uint8);
    function executeFor(address owner, bytes call) external returns (bytes result);
    function openPositionFor(OpenOrder order, bytes signature) external returns (int256 exchangedBase, uint256 fee);
    function closePositionFor(CloseOrder order, bytes signature) external returns (int256 exchangedBase, uint256 exchangedNotional, int256 realizedPnl);
    function invalidateNonces(uint256 word, uint256 mask) external;
    function nonceBitmap(address owner, uint256 word) external view returns (uint256);
    function eip712Domain() external view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function selfPermit(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    function permitFor(address owner, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    function openPosition(uint256 marketId, uint8 side, uint256 margin, uint256 notional, uint256 baseLimit, uint256 maxFee, uint256 deadline) external returns (int256 exchangedBase, uint256 fee);
    function closePosition(uint256 marketId, uint256 size, uint256 quoteLimit, uint256 maxFee, uint256 deadline) external returns (int256 exchangedBase, uint256 exchangedNotional, int256 realizedPnl);
    function addMargin(uint256 marketId, uint256 amount) external;
    function removeMargin(uint256 marketId, uint256 amount, address recipient) external;
    function claimProfit(uint256 marketId, uint256 amount, uint256 minPayout) external returns (uint256 payout);
    function withdrawReward(address recipient) external returns (uint256 amount);
    function transferOwnership(address newOwner) external;

    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    function allowance(address owner, address spender) external view returns (uint256);

    /// The house was called on an account.
    #[derive(Debug, PartialEq, Eq)]
    event Acted(address indexed account, address indexed caller, bytes call);
    #[derive(Debug)]
    error HouseSaysNo(uint256 why);
}

const ORDERS: Address = address!("0x0000000000000000000000000000000000000201");
const HOUSE_PROGRAM: Address = address!("0x0000000000000000000000000000000000000202");
const HOUSE: Address = address!("0x0000000000000000000000000000000000000203");
const OTHER_HOUSE: Address = address!("0x0000000000000000000000000000000000000204");
const TOKEN: Address = address!("0x0000000000000000000000000000000000000205");
/// The slot of the collateral, with the lock and the mark of who acts: after owner, pending owner, guardian, initialised.
const TOKEN_SLOT: U256 = U256::from_limbs([4, 0, 0, 0]);
const NOBODY: Address = Address::ZERO;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// How the house answers.
#[derive(Clone, Default)]
enum Mood {
    /// Asks on whose account it is called, and does as it is told.
    #[default]
    Obeys,
    /// Does something without asking.
    NeverAsks,
    /// Refuses.
    Refuses,
    /// Calls a contract before it does anything else, as it asks the feed, and goes on whatever comes of it.
    CallsOut(Address),
}

struct World {
    chain: TestChain,
    mood: Rc<RefCell<Mood>>,
}

/// A key with its address.
struct Key {
    key: SigningKey,
    address: Address,
}

impl Key {
    fn new(name: &str) -> Self {
        let key = SigningKey::from_slice(&keccak256(name)[..]).unwrap();
        let address = Address::from_public_key(key.verifying_key());
        Self { key, address }
    }

    fn sign(&self, digest: B256) -> Bytes {
        let (signature, recovery) = self.key.sign_prehash_recoverable(&digest[..]).unwrap();
        let mut bytes = signature.to_bytes().to_vec();
        bytes.push(27 + recovery.to_byte());
        bytes.into()
    }
}

#[allow(unsafe_code, reason = "delegates as the house does; nothing is borrowed")]
fn little_house(mood: &Mood, input: Vec<u8>, vm: VM) -> ArbResult {
    let answer = match input.first_chunk::<4>().copied().unwrap_or_default() {
        openPositionCall::SELECTOR => (U256::from(7), U256::from(8)).abi_encode(),
        closePositionCall::SELECTOR => (U256::from(7), U256::from(8), U256::from(9)).abi_encode(),
        addMarginCall::SELECTOR | removeMarginCall::SELECTOR => Vec::new(),
        claimProfitCall::SELECTOR | withdrawRewardCall::SELECTOR => U256::from(7).abi_encode(),
        // SAFETY: this frame has read nothing.
        _ => return unsafe { RawCall::new_delegate(&vm).clear_storage_cache().call(ORDERS, &input) },
    };
    // SAFETY: the one accessor of these slots in this frame.
    let mut state = unsafe { ClearingState::new(U256::ZERO, 0, vm.clone()) };
    let account = match mood {
        Mood::Refuses => return Err(HouseSaysNo { why: n(1) }.abi_encode()),
        Mood::NeverAsks => vm.msg_sender(),
        Mood::Obeys => state.account(),
        Mood::CallsOut(to) => {
            let account = state.account();
            // SAFETY: what was read is not looked at again.
            let _ = unsafe { RawCall::new(&vm).clear_storage_cache().call(*to, &[]) };
            account
        }
    };
    vm.log(Acted { account, caller: vm.msg_sender(), call: input.into() });
    Ok(answer)
}

impl World {
    fn new() -> Self {
        let world = Self { chain: TestChain::new(), mood: Rc::default() };
        world.chain.deploy::<ClearingOrders>(ORDERS);
        let mood = world.mood.clone();
        world.chain.deploy_handler(HOUSE_PROGRAM, move |input, vm| {
            let mood = mood.borrow().clone();
            little_house(&mood, input, vm)
        });
        for house in [HOUSE, OTHER_HOUSE] {
            world.chain.deploy_proxy(house, HOUSE_PROGRAM);
            world.chain.set_slot(house, TOKEN_SLOT, TOKEN.into_word());
        }
        world
    }

    fn mood(&self, mood: Mood) {
        *self.mood.borrow_mut() = mood;
    }

    #[track_caller]
    fn must<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.chain.clear_logs();
        self.chain.send(from, HOUSE, call).unwrap_or_else(|error| panic!("{}: {error:?}", C::SIGNATURE))
    }

    /// The call is refused with this error, and nothing has changed.
    #[track_caller]
    fn refused<C: SolCall>(&self, from: Address, call: C, error: impl SolError) {
        let before = self.chain.state();
        let Err(revert) = self.chain.send(from, HOUSE, call) else { panic!("{} succeeded", C::SIGNATURE) };
        assert_eq!(revert, Revert(error.abi_encode()), "the revert of {}", C::SIGNATURE);
        assert_eq!(self.chain.state(), before, "a refused {} changed something", C::SIGNATURE);
    }

    /// What the house was called with since the last `must`: account, caller, call.
    fn acted(&self) -> Vec<(Address, Address, Bytes)> {
        let events = self.chain.events::<Acted>(HOUSE);
        events.into_iter().map(|event| (event.account, event.caller, event.call)).collect()
    }

    fn is_acting(&self) -> bool {
        // From the right: 20 bytes of token, the lock, the mark.
        self.chain.slot(HOUSE, TOKEN_SLOT)[10] != 0
    }

    fn domain(&self, house: Address, chain: u64) -> Eip712Domain {
        eip712_domain! {
            name: "Everfloor Clearing House",
            version: "1",
            chain_id: chain,
            verifying_contract: house,
        }
    }

    fn here(&self) -> Eip712Domain {
        self.domain(HOUSE, 412_346)
    }

    fn sign(&self, key: &Key, order: &impl SolStruct) -> Bytes {
        key.sign(order.eip712_signing_hash(&self.here()))
    }
}

fn account(name: &str) -> Address {
    TestChain::account(name)
}

fn open(owner: Address) -> OpenOrder {
    OpenOrder {
        owner,
        relayer: NOBODY,
        marketId: n(1),
        side: 1,
        margin: n(100),
        notional: n(1_000),
        baseLimit: n(3),
        maxFee: n(4),
        deadline: n(2_000_000_000),
        nonce: n(5),
    }
}

fn open_call(order: &OpenOrder) -> openPositionCall {
    openPositionCall {
        marketId: order.marketId,
        side: order.side,
        margin: order.margin,
        notional: order.notional,
        baseLimit: order.baseLimit,
        maxFee: order.maxFee,
        deadline: order.deadline,
    }
}

fn close(owner: Address) -> CloseOrder {
    CloseOrder {
        owner,
        relayer: NOBODY,
        marketId: n(2),
        size: U256::MAX,
        quoteLimit: n(3),
        maxFee: n(4),
        deadline: n(2_000_000_000),
        nonce: n(700),
    }
}

fn signed(order: &OpenOrder, signature: Bytes) -> openPositionForCall {
    openPositionForCall { order: order.clone(), signature }
}

fn invalid(signer: Address) -> InvalidSignature {
    InvalidSignature { signer }
}

// ---- Signed orders ----

#[test]
fn the_domain_is_the_proxy_on_this_chain() {
    let w = World::new();
    for house in [HOUSE, OTHER_HOUSE] {
        let separator = w.chain.view(house, DOMAIN_SEPARATORCall {}).unwrap();
        assert_eq!(separator, w.domain(house, 412_346).separator());
        let told = w.chain.view(house, eip712DomainCall {}).unwrap();
        assert_eq!(
            (told.fields, &told.name[..], &told.version[..], told.chainId, told.verifyingContract),
            (FixedBytes([0x0f]), "Everfloor Clearing House", "1", n(412_346), house)
        );
        assert!(told.salt.is_zero() && told.extensions.is_empty());
    }
}

/// What a wallet signs (alloy's own EIP-712) is what the contract checks, whatever the order says.
#[test]
fn any_order_signed_by_a_wallet_is_carried_out_to_the_letter() {
    let seed = std::env::var("ORDERS_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    println!("ORDERS_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let w = World::new();
    let word = |rng: &mut StdRng| U256::from_be_bytes(rng.random::<[u8; 32]>()) >> rng.random_range(0..256);
    for round in 0..200 {
        let (key, relayer) = (Key::new(&format!("{seed} {round}")), account("relayer"));
        let deadline = n(u64::MAX) + word(&mut rng) / n(2);
        let order = OpenOrder {
            owner: key.address,
            relayer: if rng.random() { relayer } else { NOBODY },
            marketId: word(&mut rng),
            side: rng.random(),
            margin: word(&mut rng),
            notional: word(&mut rng),
            baseLimit: word(&mut rng),
            maxFee: word(&mut rng),
            deadline,
            nonce: word(&mut rng),
        };
        let signature = w.sign(&key, &order);
        let returned = w.must(relayer, signed(&order, signature));
        assert_eq!((returned.exchangedBase.into_raw(), returned.fee), (n(7), n(8)));
        assert_eq!(w.acted(), [(key.address, relayer, open_call(&order).abi_encode().into())]);

        let order = CloseOrder {
            owner: key.address,
            relayer: if rng.random() { relayer } else { NOBODY },
            marketId: word(&mut rng),
            size: word(&mut rng),
            quoteLimit: word(&mut rng),
            maxFee: word(&mut rng),
            deadline,
            nonce: order.nonce ^ U256::ONE,
        };
        let signature = w.sign(&key, &order);
        let CloseOrder { marketId, size, quoteLimit, maxFee, nonce, .. } = order;
        let returned = w.must(relayer, closePositionForCall { order, signature });
        let numbers = [returned.exchangedBase.into_raw(), returned.exchangedNotional];
        assert_eq!((numbers, returned.realizedPnl.into_raw()), ([n(7), n(8)], n(9)));
        let call = closePositionCall { marketId, size, quoteLimit, maxFee, deadline };
        assert_eq!(w.acted(), [(key.address, relayer, call.abi_encode().into())]);

        let operator = Address::from_word(rng.random::<[u8; 32]>().into());
        let scopes = rng.random_range(0..16);
        let (owner, nonce) = (key.address, nonce ^ n(2));
        let order = OperatorOrder { owner, relayer: NOBODY, operator, scopes, deadline, nonce };
        let signature = w.sign(&key, &order);
        w.must(relayer, setOperatorForCall { order, signature });
        assert_eq!(w.must(relayer, operatorScopesCall { owner, operator }), scopes);
    }
    assert!(!w.is_acting());
}

#[test]
fn every_field_of_an_order_is_signed() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    let signature = w.sign(&key, &order);
    let with = |change: fn(&mut OpenOrder)| {
        let mut other = order.clone();
        change(&mut other);
        other
    };
    let others = [
        with(|o| o.relayer = account("relayer")),
        with(|o| o.marketId = n(2)),
        with(|o| o.side = 0),
        with(|o| o.margin = n(101)),
        with(|o| o.notional = n(1_001)),
        with(|o| o.baseLimit = n(0)),
        with(|o| o.maxFee = n(5)),
        with(|o| o.deadline += n(1)),
        with(|o| o.nonce = n(6)),
    ];
    for other in others {
        w.refused(account("relayer"), signed(&other, signature.clone()), invalid(key.address));
    }
    let other = with(|o| o.owner = account("bob"));
    w.refused(account("relayer"), signed(&other, signature.clone()), invalid(account("bob")));
    w.must(account("relayer"), signed(&order, signature));
}

#[test]
fn an_order_for_another_house_or_chain_is_refused() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    for domain in [w.domain(OTHER_HOUSE, 412_346), w.domain(HOUSE, 42_161), w.domain(ORDERS, 412_346)] {
        let signature = key.sign(order.eip712_signing_hash(&domain));
        w.refused(account("relayer"), signed(&order, signature), invalid(key.address));
    }
    // The other house takes its own, with the number that is used here.
    w.must(account("relayer"), signed(&order, w.sign(&key, &order)));
    let signature = key.sign(order.eip712_signing_hash(&w.domain(OTHER_HOUSE, 412_346)));
    w.chain.send(account("relayer"), OTHER_HOUSE, signed(&order, signature)).unwrap();
}

/// After a fork the chains share storage, programs and addresses; only their number differs.
#[test]
fn a_fork_does_not_take_the_orders_of_the_other_branch() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    let signature = w.sign(&key, &order);
    w.chain.set_chain_id(412_347);
    w.refused(account("relayer"), signed(&order, signature), invalid(key.address));
    let signature = key.sign(order.eip712_signing_hash(&w.domain(HOUSE, 412_347)));
    w.must(account("relayer"), signed(&order, signature));
    assert_eq!(w.chain.view(HOUSE, eip712DomainCall {}).unwrap().chainId, n(412_347));
}

#[test]
fn signatures_in_any_other_form_are_refused() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    let digest = order.eip712_signing_hash(&w.here());
    let good = key.sign(digest);

    // The twin of a signature recovers to the same signer, and is not taken.
    let order_of_curve =
        U256::from_be_bytes(hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));
    let mut twin = good.to_vec();
    let s = order_of_curve - U256::from_be_slice(&good[32..64]);
    twin[32..64].copy_from_slice(&s.to_be_bytes::<32>());
    twin[64] = 55 - good[64];
    let recovers = |bytes: &[u8]| {
        let (r, s) = (U256::from_be_slice(&bytes[..32]), U256::from_be_slice(&bytes[32..64]));
        Signature::new(r, s, bytes[64] == 28).recover_address_from_prehash(&digest).unwrap()
    };
    assert_eq!((recovers(&good), recovers(&twin)), (key.address, key.address));

    let with_v = |v| [&good[..64], &[v]].concat();
    let bad: Vec<Vec<u8>> = vec![
        twin,
        Vec::new(),
        good[..64].to_vec(),
        [&good[..], &[0]].concat(),
        with_v(good[64] - 27),
        with_v(55 - good[64]),
        with_v(29),
        with_v(0),
        vec![0; 65],
        vec![0xff; 65],
        [&[0; 64][..], &[27]].concat(),
        // r and s of nothing, and beyond the curve's order.
        [&good[..32], &[0; 32], &[27]].concat(),
        [&[0; 32][..], &good[32..]].concat(),
        [&[0xff; 32][..], &good[32..]].concat(),
        Key::new("bob").sign(digest).to_vec(),
        key.sign(B256::repeat_byte(1)).to_vec(),
        // A text with that digest, as an old wallet signs it.
        key.sign(keccak256([&b"\x19Ethereum Signed Message:\n32"[..], &digest[..]].concat())).to_vec(),
    ];
    for bytes in bad {
        w.refused(account("relayer"), signed(&order, bytes.into()), invalid(key.address));
    }
    w.must(account("relayer"), signed(&order, good));
}

/// A failed recovery is no signature of the account that nobody has the key of.
#[test]
fn nobody_signs_for_the_zero_address() {
    let w = World::new();
    let order = open(NOBODY);
    for bytes in [vec![0; 65], [&[0; 64][..], &[27]].concat(), [&[1; 64][..], &[28]].concat(), Vec::new()] {
        w.refused(account("relayer"), signed(&order, bytes.into()), invalid(NOBODY));
    }
    // Not even where the precompile would name it.
    w.chain.deploy_handler(ECRECOVER, |_, _| Ok(vec![0; 32]));
    let signature = [&[1; 64][..], &[28]].concat();
    w.refused(account("relayer"), signed(&order, signature.into()), invalid(NOBODY));
}

#[test]
fn an_order_is_good_once() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    let signature = w.sign(&key, &order);
    w.must(account("relayer"), signed(&order, signature.clone()));
    let spent = w.chain.events::<events::NonceSpent>(HOUSE);
    assert_eq!(spent.iter().map(|e| (e.signer, e.nonce)).collect::<Vec<_>>(), [(key.address, n(5))]);
    let error = NonceUsed { signer: key.address, nonce: n(5) };
    w.refused(account("relayer"), signed(&order, signature.clone()), error);
    // Another order of any kind with the number is refused too; the next number is good, and so is one long past it.
    let error = NonceUsed { signer: key.address, nonce: n(5) };
    let other = CloseOrder { nonce: n(5), ..close(key.address) };
    let call = closePositionForCall { signature: w.sign(&key, &other), order: other };
    w.refused(account("relayer"), call, error);
    for nonce in [n(6), U256::MAX, n(4), n(0), n(255), n(256)] {
        let order = OpenOrder { nonce, ..order.clone() };
        w.must(account("relayer"), signed(&order, w.sign(&key, &order)));
    }
    let bitmap = |word| w.chain.view(HOUSE, nonceBitmapCall { owner: key.address, word }).unwrap();
    assert_eq!(bitmap(n(0)), n(0b111_0001) | (U256::ONE << 255));
    assert_eq!((bitmap(n(1)), bitmap(U256::MAX >> 8)), (n(1), U256::ONE << 255));
    // Somebody else's numbers are his own.
    let bob = Key::new("bob");
    let order = open(bob.address);
    w.must(account("relayer"), signed(&order, w.sign(&bob, &order)));
}

#[test]
fn cancelled_numbers_are_used_and_told() {
    let w = World::new();
    let key = Key::new("alice");
    let order = OpenOrder { nonce: n(3 * 256 + 7), ..open(key.address) };
    let signature = w.sign(&key, &order);
    let told = || w.chain.events::<events::NonceSpent>(HOUSE).iter().map(|e| e.nonce).collect::<Vec<_>>();
    // Somebody else cancels nothing of hers.
    w.must(account("mallory"), invalidateNoncesCall { word: n(3), mask: U256::MAX });
    assert_eq!(told().len(), 256);
    w.must(key.address, invalidateNoncesCall { word: n(3), mask: n(0b1000_0001) });
    assert_eq!(told(), [n(768), n(775)]);
    w.refused(
        account("relayer"),
        signed(&order, signature),
        NonceUsed { signer: key.address, nonce: order.nonce },
    );
    // Again, with one more: only that one is news.
    w.must(key.address, invalidateNoncesCall { word: n(3), mask: n(0b1000_0011) });
    assert_eq!(told(), [n(769)]);
    // There is no number beyond 256 bits.
    let (last, beyond) = (U256::MAX >> 8, (U256::MAX >> 8) + U256::ONE);
    w.must(key.address, invalidateNoncesCall { word: last, mask: U256::ONE << 255 });
    assert_eq!(told(), [U256::MAX]);
    w.refused(key.address, invalidateNoncesCall { word: beyond, mask: U256::MAX }, Overflow {});
}

#[test]
fn an_order_is_good_until_its_deadline_and_for_its_relayer() {
    let w = World::new();
    let key = Key::new("alice");
    let (now, relayer) = (w.chain.now(), account("relayer"));
    let order = OpenOrder { deadline: n(now), relayer, ..open(key.address) };
    let signature = w.sign(&key, &order);
    for caller in [account("mallory"), key.address] {
        w.refused(caller, signed(&order, signature.clone()), NotRelayer { caller, relayer });
    }
    w.chain.set_time(now + 1);
    let error = Expired { deadline: n(now), nowTime: n(now + 1) };
    w.refused(relayer, signed(&order, signature.clone()), error);
    w.chain.set_time(now);
    w.must(relayer, signed(&order, signature));
    // The same for an order that the house is not asked about.
    let terms = |relayer| OperatorOrder {
        owner: key.address,
        relayer,
        operator: account("bot"),
        scopes: 1,
        deadline: n(now - 1),
        nonce: n(77),
    };
    let order = terms(NOBODY);
    let call = setOperatorForCall { signature: w.sign(&key, &order), order };
    w.refused(relayer, call, Expired { deadline: n(now - 1), nowTime: n(now) });
    let order = terms(relayer);
    let call = setOperatorForCall { signature: w.sign(&key, &order), order };
    let caller = account("mallory");
    w.refused(caller, call, NotRelayer { caller, relayer });
}

/// The house refuses (opening is paused, say): the number stays good for another try.
#[test]
fn what_the_house_refuses_was_not_used() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    let signature = w.sign(&key, &order);
    w.mood(Mood::Refuses);
    w.refused(account("relayer"), signed(&order, signature.clone()), HouseSaysNo { why: n(1) });
    w.mood(Mood::Obeys);
    w.must(account("relayer"), signed(&order, signature));
}

// ---- Contracts that sign (ERC-1271) ----

#[test]
fn a_contract_signs_by_saying_so() {
    let w = World::new();
    let wallet = account("wallet");
    // Bytes of any length, also those that are no whole words.
    for (nonce, length) in (0..).zip([0, 1, 31, 32, 33, 65, 200]) {
        let order = OpenOrder { nonce: n(nonce), ..open(wallet) };
        let digest = order.eip712_signing_hash(&w.here());
        let signature = Bytes::from(vec![0xab; length]);
        let asked = isValidSignatureCall { hash: digest, signature: signature.clone() }.abi_encode();
        w.chain.deploy_handler(wallet, move |input, vm| {
            assert_eq!((vm.msg_sender(), &input), (HOUSE, &asked));
            Ok(FixedBytes(isValidSignatureCall::SELECTOR).abi_encode())
        });
        w.must(account("relayer"), signed(&order, signature));
        assert_eq!(w.acted(), [(wallet, account("relayer"), open_call(&order).abi_encode().into())]);
    }
}

#[test]
fn only_a_contracts_plain_yes_is_a_yes() {
    let w = World::new();
    // The key of the account before it had code has no say any more.
    let key = Key::new("alice");
    let order = open(key.address);
    let signature = w.sign(&key, &order);
    let yes = isValidSignatureCall::SELECTOR;
    let word = move |last: u8| {
        let mut word = B256::right_padding_from(&yes);
        word[31] = last;
        word.to_vec()
    };
    let answers: Vec<ArbResult> = vec![
        Ok(Vec::new()),
        Ok(yes.to_vec()),
        Ok(word(0)[..31].to_vec()),
        Ok(word(1)),
        Ok(vec![0; 32]),
        Ok(vec![0xff; 32]),
        Ok(U256::ONE.abi_encode()),
        Ok(B256::left_padding_from(&yes).to_vec()),
        Err(word(0)),
        Err(Vec::new()),
    ];
    for answer in answers {
        w.chain.deploy_handler(key.address, move |_, _| answer.clone());
        w.refused(account("relayer"), signed(&order, signature.clone()), invalid(key.address));
    }
    // One that tries to change something while it is asked fails.
    w.chain.deploy_handler(key.address, move |_, vm| {
        vm.log(Acted { account: NOBODY, caller: NOBODY, call: Bytes::new() });
        Ok(word(0))
    });
    w.refused(account("relayer"), signed(&order, signature.clone()), invalid(key.address));
    // What comes after the word is nobody's business.
    let mut long = B256::right_padding_from(&yes).to_vec();
    long.resize(1_000, 0xee);
    w.chain.deploy_handler(key.address, move |_, _| Ok(long.clone()));
    w.must(account("relayer"), signed(&order, signature));
}

// ---- Operators ----

/// One of each call that can be made for somebody, with the scopes it needs.
fn delegable(owner: Address) -> Vec<(u8, Vec<u8>)> {
    let order = open(owner);
    let trade = openPositionCall { margin: U256::ZERO, ..open_call(&order) };
    let CloseOrder { marketId, size, quoteLimit, maxFee, deadline, .. } = close(owner);
    vec![
        (1, trade.abi_encode()),
        (3, open_call(&order).abi_encode()),
        (1, closePositionCall { marketId, size, quoteLimit, maxFee, deadline }.abi_encode()),
        (2, addMarginCall { marketId, amount: n(5) }.abi_encode()),
        (4, removeMarginCall { marketId, amount: n(5), recipient: owner }.abi_encode()),
        (8, claimProfitCall { marketId, amount: n(5), minPayout: n(4) }.abi_encode()),
    ]
}

#[test]
fn an_operator_does_what_its_scopes_allow_and_nothing_else() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    for granted in 0..16 {
        w.must(owner, setOperatorCall { operator, scopes: granted });
        let told = w.chain.events::<events::OperatorChanged>(HOUSE);
        assert_eq!((told[0].owner, told[0].operator, told[0].scopes), (owner, operator, granted));
        assert_eq!(w.must(owner, operatorScopesCall { owner, operator }), granted);
        for (needed, call) in delegable(owner) {
            let request = executeForCall { owner, call: call.clone().into() };
            // Its right is to this owner's account, and nobody else's.
            let error = NotOperator { owner: account("bob"), operator, granted: 0, needed };
            if needed != 4 {
                let call = call.clone().into();
                w.refused(operator, executeForCall { owner: account("bob"), call }, error);
            }
            if granted & needed != needed {
                w.refused(operator, request, NotOperator { owner, operator, granted, needed });
                continue;
            }
            let answer = w.must(operator, request);
            assert_eq!(w.acted(), [(owner, operator, call.clone().into())]);
            let length = [0, 32, 64, 96].iter().filter(|length| answer.len() == **length).count();
            assert_eq!(length, 1, "the house's answer comes back");
        }
    }
    assert!(!w.is_acting());
}

#[test]
fn nobody_is_an_operator_until_told_and_after_it_was_taken_back() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    let (needed, call) = delegable(owner).swap_remove(0);
    let request = executeForCall { owner, call: call.into() };
    let error = || NotOperator { owner, operator, granted: 0, needed };
    w.refused(operator, request.clone(), error());
    w.must(owner, setOperatorCall { operator, scopes: 15 });
    w.must(operator, request.clone());
    // An operator gives its right to nobody: what it sets is for its own account.
    w.must(operator, setOperatorCall { operator: account("mallory"), scopes: 15 });
    let caller = account("mallory");
    w.refused(caller, request.clone(), NotOperator { owner, operator: caller, granted: 0, needed });
    w.must(owner, setOperatorCall { operator, scopes: 0 });
    w.refused(operator, request, error());
    // Nobody owns the zero address.
    let call = Bytes::from(delegable(NOBODY).swap_remove(0).1);
    let error = NotOperator { owner: NOBODY, operator, granted: 0, needed };
    w.refused(operator, executeForCall { owner: NOBODY, call }, error);
}

#[test]
fn an_operator_must_be_somebody_and_a_scope_must_mean_something() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    w.refused(owner, setOperatorCall { operator: NOBODY, scopes: 1 }, ZeroAddress {});
    for scopes in [16, 32, 64, 128, 255, 17] {
        w.refused(owner, setOperatorCall { operator, scopes }, UnknownScopes { scopes });
    }
    let key = Key::new("alice");
    let deadline = U256::MAX;
    for (operator, scopes) in [(operator, 16), (NOBODY, 1)] {
        let order =
            OperatorOrder { owner: key.address, relayer: NOBODY, operator, scopes, deadline, nonce: n(1) };
        let call = setOperatorForCall { signature: w.sign(&key, &order), order };
        if scopes == 16 {
            w.refused(owner, call, UnknownScopes { scopes });
        } else {
            w.refused(owner, call, ZeroAddress {});
        }
    }
}

#[test]
fn margin_taken_out_by_an_operator_goes_to_the_owner() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    w.must(owner, setOperatorCall { operator, scopes: 15 });
    let take = |recipient| removeMarginCall { marketId: n(1), amount: n(5), recipient };
    for recipient in [operator, NOBODY, HOUSE] {
        let call = take(recipient).abi_encode().into();
        w.refused(operator, executeForCall { owner, call }, ForeignRecipient { owner, recipient });
    }
    // Nor by bits above an address, or an argument that is not there.
    let mut call = take(owner).abi_encode();
    call[4 + 64] = 1;
    let request = executeForCall { owner, call: call.clone().into() };
    w.refused(operator, request, ForeignRecipient { owner, recipient: owner });
    let request = executeForCall { owner, call: call[..4 + 64].to_vec().into() };
    w.refused(operator, request, ForeignRecipient { owner, recipient: NOBODY });
}

#[test]
fn nothing_else_is_done_for_anybody() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    w.must(owner, setOperatorCall { operator, scopes: 15 });
    let inner = delegable(owner).swap_remove(0).1;
    let calls: Vec<Vec<u8>> = vec![
        executeForCall { owner, call: inner.clone().into() }.abi_encode(),
        multicallCall { calls: vec![inner.into()] }.abi_encode(),
        setOperatorCall { operator: account("mallory"), scopes: 15 }.abi_encode(),
        invalidateNoncesCall { word: n(0), mask: U256::MAX }.abi_encode(),
        withdrawRewardCall { recipient: operator }.abi_encode(),
        transferOwnershipCall { newOwner: operator }.abi_encode(),
        selfPermitCall { value: n(1), deadline: n(1), v: 27, r: B256::ZERO, s: B256::ZERO }.abi_encode(),
        DOMAIN_SEPARATORCall {}.abi_encode(),
        vec![0xde, 0xad, 0xbe, 0xef],
    ];
    for call in calls {
        let selector = FixedBytes::<4>::from_slice(&call[..4]);
        w.refused(operator, executeForCall { owner, call: call.into() }, NotDelegable { selector });
    }
    for call in [Vec::new(), vec![0xde], openPositionCall::SELECTOR[..3].to_vec()] {
        let selector = FixedBytes::ZERO;
        w.refused(operator, executeForCall { owner, call: call.into() }, NotDelegable { selector });
    }
}

/// An opening whose margin cannot be read needs the scope for margin.
#[test]
fn a_cut_off_opening_is_taken_for_one_with_margin() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    w.must(owner, setOperatorCall { operator, scopes: 1 });
    let call = openPositionCall { margin: U256::ZERO, ..open_call(&open(owner)) }.abi_encode();
    for length in [4, 4 + 64, 4 + 95] {
        let error = NotOperator { owner, operator, granted: 1, needed: 3 };
        w.refused(operator, executeForCall { owner, call: call[..length].to_vec().into() }, error);
    }
}

// ---- On whose account ----

/// A function of the house that never asks whose account it acts on would act on the caller's; it is taken back.
#[test]
fn a_call_that_never_asked_whose_account_it_is_on_is_taken_back() {
    let w = World::new();
    let (owner, operator) = (account("alice"), account("bot"));
    w.must(owner, setOperatorCall { operator, scopes: 15 });
    w.mood(Mood::NeverAsks);
    for (_, call) in delegable(owner) {
        let selector = FixedBytes::<4>::from_slice(&call[..4]);
        w.refused(operator, executeForCall { owner, call: call.into() }, NotDelegable { selector });
    }
}

/// Whoever is called from inside a call for somebody, and comes back, is nobody but itself.
#[test]
fn what_comes_back_in_while_a_call_is_made_for_somebody_acts_for_itself() {
    let w = World::new();
    let (owner, operator, hostile) = (account("alice"), account("bot"), account("hostile"));
    w.must(owner, setOperatorCall { operator, scopes: 15 });
    w.chain.allow_reentry(HOUSE);
    let order = delegable(owner).swap_remove(0).1;
    let (_, theft) = delegable(hostile).swap_remove(4);
    let attempts: Vec<Vec<u8>> = vec![
        theft.clone(),
        multicallCall { calls: vec![theft.clone().into()] }.abi_encode(),
        multicallCall { calls: vec![multicallCall { calls: vec![theft.into()] }.abi_encode().into()] }
            .abi_encode(),
    ];
    for attempt in attempts {
        let tried = Rc::new(RefCell::new(0));
        let count = tried.clone();
        #[allow(unsafe_code, reason = "a call that comes back, which is its purpose")]
        w.chain.deploy_handler(hostile, move |_, vm| {
            // Once: what it calls calls it again.
            if count.replace_with(|count| *count + 1) > 0 {
                return Ok(Vec::new());
            }
            // SAFETY: it has no storage.
            unsafe { RawCall::new(&vm).clear_storage_cache().call(HOUSE, &attempt) }
        });
        w.mood(Mood::CallsOut(hostile));
        w.must(operator, executeForCall { owner, call: order.clone().into() });
        let acted = w.acted();
        assert_eq!(acted.len(), 2, "the attempt is let in by this house, without a lock");
        assert_eq!((acted[0].0, acted[0].1), (hostile, hostile), "on its own account");
        assert_eq!((acted[1].0, acted[1].1), (owner, operator));
        assert!(!w.is_acting());
    }
}

/// The program's own account has no house behind it, and no collateral.
#[test]
fn at_its_own_address_it_does_nothing() {
    let w = World::new();
    let key = Key::new("alice");
    let order = open(key.address);
    let signature = key.sign(order.eip712_signing_hash(&w.domain(ORDERS, 412_346)));
    assert_eq!(w.chain.slot(ORDERS, IMPLEMENTATION_SLOT), B256::ZERO);
    let before = w.chain.state();
    let nothing = Revert(everfloor_common::delegate::NoExtension { extension: NOBODY }.abi_encode());
    assert_eq!(
        w.chain.send(account("relayer"), ORDERS, signed(&order, signature)).err(),
        Some(nothing.clone())
    );
    let calls = vec![vec![1, 2, 3, 4].into()];
    assert_eq!(w.chain.send(account("relayer"), ORDERS, multicallCall { calls }).err(), Some(nothing));
    assert_eq!(w.chain.state(), before);
}

// ---- Several calls in one ----

#[test]
fn several_calls_run_as_the_callers_own_or_not_at_all() {
    let w = World::new();
    let (alice, bot) = (account("alice"), account("bot"));
    let [_, open, close, add, ..] = &delegable(alice)[..] else { unreachable!() };
    let grant = setOperatorCall { operator: bot, scopes: 1 }.abi_encode();
    let ask = operatorScopesCall { owner: alice, operator: bot }.abi_encode();
    let calls = [&grant, &open.1, &close.1, &add.1, &ask].map(|call| Bytes::from(call.clone()));
    let results = w.must(alice, multicallCall { calls: calls.to_vec() });
    let words =
        |values: &[u64]| Bytes::from(values.iter().flat_map(|v| n(*v).abi_encode()).collect::<Vec<_>>());
    assert_eq!(results, [words(&[]), words(&[7, 8]), words(&[7, 8, 9]), words(&[]), words(&[1])]);
    let accounts: Vec<_> = w.acted().into_iter().map(|(account, caller, _)| (account, caller)).collect();
    assert_eq!(accounts, [(alice, alice); 3]);
    assert_eq!(w.must(alice, multicallCall { calls: vec![] }), Vec::<Bytes>::new());

    // One in another is the same, and one that fails fails all, with its own error.
    let inner = multicallCall { calls: calls.to_vec() }.abi_encode();
    let outer = w.must(alice, multicallCall { calls: vec![inner.into(), calls[4].clone()] });
    assert_eq!(Vec::<Bytes>::abi_decode(&outer[0]).unwrap(), results);
    let bad = executeForCall { owner: account("bob"), call: open.1.clone().into() }.abi_encode();
    let grant = setOperatorCall { operator: bot, scopes: 15 }.abi_encode();
    let error = || NotOperator { owner: account("bob"), operator: alice, granted: 0, needed: 3 };
    let failing = vec![grant.into(), calls[1].clone(), bad.into()];
    w.refused(alice, multicallCall { calls: failing.clone() }, error());
    let nested = multicallCall { calls: failing }.abi_encode();
    w.refused(alice, multicallCall { calls: vec![nested.into()] }, error());
}

#[test]
fn a_relayer_brings_several_orders_at_once() {
    let w = World::new();
    let (alice, bob, relayer) = (Key::new("alice"), Key::new("bob"), account("relayer"));
    let calls = [&alice, &bob].map(|key| {
        let order = OpenOrder { relayer, ..open(key.address) };
        Bytes::from(signed(&order, w.sign(key, &order)).abi_encode())
    });
    w.must(relayer, multicallCall { calls: calls.to_vec() });
    let accounts: Vec<_> = w.acted().into_iter().map(|(account, caller, _)| (account, caller)).collect();
    assert_eq!(accounts, [(alice.address, relayer), (bob.address, relayer)]);
    // The same order twice in one is as little good as in two.
    let order = OpenOrder { nonce: n(9), ..open(alice.address) };
    let call = Bytes::from(signed(&order, w.sign(&alice, &order)).abi_encode());
    let error = NonceUsed { signer: alice.address, nonce: n(9) };
    w.refused(relayer, multicallCall { calls: vec![call.clone(), call] }, error);
}

/// Calls that lie about their lengths are refused by the decoder, whatever they say.
#[test]
fn malformed_calls_are_refused() {
    let w = World::new();
    let good = multicallCall { calls: vec![vec![1; 40].into(), vec![2; 3].into()] }.abi_encode();
    let before = w.chain.state();
    for word in 0..good.len() / 32 {
        for value in [U256::MAX, n(u64::MAX), n(1 << 32), n(1 << 20)] {
            let mut bad = good.clone();
            bad[4 + 32 * word..36 + 32 * word].copy_from_slice(&value.to_be_bytes::<32>());
            let result = w.chain.send_raw(account("mallory"), HOUSE, U256::ZERO, bad);
            assert!(result.is_err() && w.chain.state() == before);
        }
    }
    for length in 0..good.len() {
        let result = w.chain.send_raw(account("mallory"), HOUSE, U256::ZERO, good[..length].to_vec());
        assert!(result.is_err() && w.chain.state() == before);
    }
}

#[test]
fn no_call_takes_native_value() {
    let w = World::new();
    let mallory = account("mallory");
    w.chain.set_balance(mallory, n(10));
    let calls: Vec<Vec<u8>> = vec![
        multicallCall { calls: vec![] }.abi_encode(),
        setOperatorCall { operator: mallory, scopes: 1 }.abi_encode(),
        invalidateNoncesCall { word: n(0), mask: n(1) }.abi_encode(),
    ];
    for call in calls {
        assert!(w.chain.send_raw(mallory, HOUSE, n(1), call).is_err());
        assert_eq!(w.chain.balance(HOUSE), n(0));
    }
}

// ---- Permits ----

/// A token that answers permits with `permit`, and has an allowance.
fn token(w: &World, permit: ArbResult, allowed: U256, owner: Address) {
    w.chain.deploy_handler(TOKEN, move |input, _| {
        if let Ok(call) = allowanceCall::abi_decode(&input) {
            assert_eq!((call.owner, call.spender), (owner, HOUSE));
            return Ok(allowed.abi_encode());
        }
        let call = permitCall::abi_decode(&input).expect("a permit");
        let (r, s) = (B256::repeat_byte(1), B256::repeat_byte(2));
        let expected = permitCall { owner, spender: HOUSE, value: n(100), deadline: n(9), v: 28, r, s };
        assert_eq!(call.abi_encode(), expected.abi_encode());
        permit.clone()
    });
}

#[test]
fn a_permit_reaches_the_token_and_one_brought_before_is_no_failure() {
    let w = World::new();
    let alice = account("alice");
    let (r, s) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let own = selfPermitCall { value: n(100), deadline: n(9), v: 28, r, s };
    let others = permitForCall { owner: alice, value: n(100), deadline: n(9), v: 28, r, s };
    let both = |expected: Result<(), Vec<u8>>| {
        let before = w.chain.state();
        for result in [
            w.chain.send_raw(alice, HOUSE, U256::ZERO, own.abi_encode()),
            w.chain.send_raw(account("relayer"), HOUSE, U256::ZERO, others.abi_encode()),
        ] {
            assert_eq!(result, expected.clone().map(|()| Vec::new()));
        }
        assert_eq!(w.chain.state(), before);
    };
    token(&w, Ok(Vec::new()), U256::ZERO, alice);
    both(Ok(()));
    token(&w, Err(vec![1, 2, 3]), n(100), alice);
    both(Ok(()));
    token(&w, Err(vec![1, 2, 3]), U256::MAX, alice);
    both(Ok(()));
    // Too little is allowed: the token's own reason, or that it gave none.
    token(&w, Err(vec![1, 2, 3]), n(99), alice);
    both(Err(vec![1, 2, 3]));
    token(&w, Err(Vec::new()), n(99), alice);
    both(Err(PermitFailed { token: TOKEN }.abi_encode()));
    // A reason without end is cut.
    token(&w, Err(vec![7; 5_000]), n(0), alice);
    both(Err(vec![7; 256]));
    // A token that does not tell its allowance has none.
    w.chain.deploy_handler(TOKEN, |_, _| Err(Vec::new()));
    both(Err(PermitFailed { token: TOKEN }.abi_encode()));
    w.chain.deploy_handler(TOKEN, |input, _| {
        if input[..4] == permitCall::SELECTOR { Err(Vec::new()) } else { Ok(vec![0xff; 31]) }
    });
    both(Err(PermitFailed { token: TOKEN }.abi_encode()));
}

// ---- The tables ----

#[test]
fn the_delegable_calls_are_the_houses() {
    use clearing_orders::scope::*;
    assert_eq!(OPEN_POSITION, openPositionCall::SELECTOR);
    assert_eq!(CLOSE_POSITION, closePositionCall::SELECTOR);
    assert_eq!(ADD_MARGIN, addMarginCall::SELECTOR);
    assert_eq!(REMOVE_MARGIN, removeMarginCall::SELECTOR);
    assert_eq!(CLAIM_PROFIT, claimProfitCall::SELECTOR);
    assert_eq!(events::NonceSpent::SIGNATURE, "NonceSpent(address,uint256)");
}
