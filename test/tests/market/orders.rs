//! Acting for others, with the real market behind it: operators, signed orders, several calls in one, permits.
//!
//! Whom a call may be made for, and with what signature, is tested in the program's own crate; here it is what comes of
//! it in the market, with real tokens, and that nobody else profits.

use alloy_primitives::{Address, B256, Bytes, I256, U256, hex, keccak256};
use alloy_sol_types::{Eip712Domain, SolCall, SolError, SolStruct, eip712_domain, sol};
use everfloor_test::{
    Backend, LONG, NO_LIMIT, Native, SHORT, System, TokenMode, Wasm,
    abi::{
        ClearingHouse::*,
        IClearingHouse::{CloseOrder, OpenOrder, OperatorOrder},
        MarketView, PositionView, TestDollar,
    },
    account, dollars, on_both, wad,
};
use k256::ecdsa::SigningKey;

const TRADE: u8 = 1;
const DEPOSIT: u8 = 2;
const WITHDRAW: u8 = 4;
const CLAIM: u8 = 8;

/// An account that signs.
struct Key {
    key: SigningKey,
    address: Address,
}

impl Key {
    fn new(name: &str) -> Self {
        let key = SigningKey::from_slice(&keccak256(name)[..]).expect("a hash is a key");
        let address = Address::from_public_key(key.verifying_key());
        Self { key, address }
    }

    /// With so many dollars that the clearing house may take.
    fn funded<B: Backend>(s: &mut System<B>, name: &str, amount: u64) -> Self {
        let key = Self::new(name);
        s.give(key.address, dollars(amount));
        key
    }

    fn sign_digest(&self, digest: B256) -> Bytes {
        let (signature, recovery) = self.key.sign_prehash_recoverable(&digest[..]).expect("a digest");
        [&signature.to_bytes()[..], &[27 + recovery.to_byte()]].concat().into()
    }

    fn sign<B: Backend>(&self, s: &System<B>, order: &impl SolStruct) -> Bytes {
        self.sign_digest(order.eip712_signing_hash(&domain(s)))
    }

    fn open<B: Backend>(&self, s: &System<B>, order: &OpenOrder) -> openPositionForCall {
        openPositionForCall { order: order.clone(), signature: self.sign(s, order) }
    }

    fn close<B: Backend>(&self, s: &System<B>, order: &CloseOrder) -> closePositionForCall {
        closePositionForCall { order: order.clone(), signature: self.sign(s, order) }
    }
}

/// The domain, as a wallet asks the contract for it.
fn domain<B: Backend>(s: &System<B>) -> Eip712Domain {
    let told = s.view(eip712DomainCall {});
    assert_eq!((told.verifyingContract, told.fields[0]), (s.house, 0x0f));
    let domain = eip712_domain! {
        name: told.name,
        version: told.version,
        chain_id: told.chainId.to::<u64>(),
        verifying_contract: told.verifyingContract,
    };
    assert_eq!(s.view(DOMAIN_SEPARATORCall {}), domain.separator());
    domain
}

fn open_order<B: Backend>(s: &System<B>, owner: Address, nonce: u64) -> OpenOrder {
    OpenOrder {
        owner,
        relayer: Address::ZERO,
        marketId: s.market,
        side: LONG,
        margin: dollars(500),
        notional: wad(1_000),
        baseLimit: U256::ZERO,
        maxFee: NO_LIMIT,
        deadline: NO_LIMIT,
        nonce: U256::from(nonce),
    }
}

fn close_order<B: Backend>(s: &System<B>, owner: Address, nonce: u64) -> CloseOrder {
    CloseOrder {
        owner,
        relayer: Address::ZERO,
        marketId: s.market,
        size: U256::MAX,
        quoteLimit: U256::ZERO,
        maxFee: NO_LIMIT,
        deadline: NO_LIMIT,
        nonce: U256::from(nonce),
    }
}

/// A call made by an operator.
fn execute(owner: Address, call: &impl SolCall) -> executeForCall {
    executeForCall { owner, call: call.abi_encode().into() }
}

/// What there is to compare of two systems.
fn picture<B: Backend>(s: &System<B>, owner: Address) -> (MarketView, PositionView, U256) {
    (s.market(), s.position(owner), s.balance(owner))
}

/// Everything of an account stays as it is.
#[track_caller]
fn untouched<B: Backend>(s: &System<B>, who: Address, dollars_left: u64) {
    let p = s.position(who);
    assert_eq!((p.size, p.margin, p.claim), (I256::ZERO, U256::ZERO, U256::ZERO));
    assert_eq!(s.balance(who), dollars(dollars_left));
}

on_both! {
    /// The same trades, made by the owner here and by an operator there, leave the same market behind.
    fn an_operators_calls_are_the_owners_own(s) {
        let mut direct = s;
        let mut s = System::<B>::new();
        let (alice, bot) = (direct.trader("alice", 1_000), account("bot"));
        s.trader("alice", 1_000);
        s.must(alice, setOperatorCall { operator: bot, scopes: TRADE | DEPOSIT | WITHDRAW });
        let m = s.market;
        let calls = [
            s.open_call(LONG, dollars(300), wad(2_000)).abi_encode(),
            addMarginCall { marketId: m, amount: dollars(50) }.abi_encode(),
            s.open_call(SHORT, U256::ZERO, wad(3_000)).abi_encode(),
            s.close_call(wad(5)).abi_encode(),
            removeMarginCall { marketId: m, amount: dollars(20), recipient: alice }.abi_encode(),
            s.close_call(U256::MAX).abi_encode(),
        ];
        for call in calls {
            let house = direct.house;
            let by_owner = direct.backend.send(alice, house, U256::ZERO, call.clone()).expect("the owner may");
            let by_bot = s.must(bot, executeForCall { owner: alice, call: call.into() });
            assert_eq!(by_bot.returned[..], by_owner.output);
            assert_eq!(by_bot.logs.len(), by_owner.logs.len());
            assert_eq!(picture(&s, alice), picture(&direct, alice));
        }
        untouched(&s, bot, 0);
        s.assert_backed(&[]);
    }

    fn an_operator_takes_waiting_profit_into_the_owners_margin(s) {
        let (alice, bob, bot) = (s.trader("alice", 1_000), s.trader("bob", 1_000), account("bot"));
        s.open(alice, LONG, dollars(500), wad(1_000));
        s.open(bob, LONG, dollars(500), wad(2_000));
        s.close(alice);
        s.close(bob);
        let p = s.position(alice);
        assert!(!p.claim.is_zero());
        let claim = claimProfitCall { marketId: s.market, amount: p.claim, minPayout: p.claim };
        s.must(alice, setOperatorCall { operator: bot, scopes: TRADE | DEPOSIT | WITHDRAW });
        let granted = TRADE | DEPOSIT | WITHDRAW;
        let error = NotOperator { owner: alice, operator: bot, granted, needed: CLAIM };
        s.refused(bot, execute(alice, &claim), error);
        s.must(alice, setOperatorCall { operator: bot, scopes: CLAIM });
        let answer = s.must(bot, execute(alice, &claim)).returned;
        assert_eq!(U256::from_be_slice(&answer), p.claim);
        let after = s.position(alice);
        assert_eq!((after.margin, after.claim), (p.margin + p.claim, U256::ZERO));
        untouched(&s, bot, 0);
        s.assert_backed(&[]);
    }

    /// What the house refuses it refuses the operator too, and nothing of the attempt stays.
    fn what_the_owner_could_not_do_an_operator_cannot(s) {
        let (alice, bot) = (s.trader("alice", 1_000), s.trader("bot", 1_000));
        s.must(alice, setOperatorCall { operator: bot, scopes: 15 });
        s.open(alice, LONG, dollars(100), wad(900));
        let m = s.market;
        s.refused(bot, execute(alice, &s.close_call(U256::ZERO)), ZeroAmount {});
        s.fails(bot, execute(alice, &s.open_call(LONG, U256::ZERO, wad(500))));
        let over = removeMarginCall { marketId: m, amount: dollars(90), recipient: alice };
        s.fails(bot, execute(alice, &over));
        let claim = claimProfitCall { marketId: m, amount: U256::ONE, minPayout: U256::ZERO };
        s.refused(bot, execute(alice, &claim), ExceedsClaim { asked: U256::ONE, available: U256::ZERO });
        // More than the owner has, though the operator has it.
        s.fails(bot, execute(alice, &addMarginCall { marketId: m, amount: dollars(901) }));
        untouched(&s, bot, 1_000);
    }

    fn an_operator_acts_until_the_owner_takes_it_back(s) {
        let (alice, bot) = (s.trader("alice", 1_000), account("bot"));
        s.must(alice, setOperatorCall { operator: bot, scopes: TRADE | DEPOSIT });
        let open = s.open_call(LONG, dollars(100), wad(500));
        s.must(bot, execute(alice, &open));
        let revoke = setOperatorCall { operator: bot, scopes: 0 };
        assert_eq!(s.must(alice, revoke).event::<OperatorChanged>().scopes, 0);
        for (call, needed) in [(open, 3), (s.open_call(LONG, U256::ZERO, wad(500)), 1)] {
            s.refused(bot, execute(alice, &call), NotOperator { owner: alice, operator: bot, granted: 0, needed });
        }
        assert_eq!(s.view(operatorScopesCall { owner: alice, operator: bot }), 0);
    }

    /// Signed and never sent by the owner: the same as if the owner had sent it.
    fn signed_orders_open_and_close_the_owners_position(s) {
        let mut direct = s;
        let mut s = System::<B>::new();
        let (alice, relayer) = (Key::funded(&mut s, "alice", 1_000), account("relayer"));
        Key::funded(&mut direct, "alice", 1_000);
        let owner = alice.address;

        let order = OpenOrder { relayer, ..open_order(&s, owner, 1) };
        let call = alice.open(&s, &order);
        let caller = account("mallory");
        s.refused(caller, call.clone(), NotRelayer { caller, relayer });
        let done = s.must(relayer, call.clone());
        let same = direct.open(owner, LONG, dollars(500), wad(1_000));
        assert_eq!((done.returned.exchangedBase, done.returned.fee), (same.returned.exchangedBase, same.returned.fee));
        assert_eq!(done.event::<PositionChanged>().trader, owner);
        let spent = done.event::<NonceSpent>();
        assert_eq!((spent.signer, spent.nonce), (owner, U256::ONE));
        assert_eq!(picture(&s, owner), picture(&direct, owner));
        s.refused(relayer, call, NonceUsed { signer: owner, nonce: U256::ONE });

        let call = alice.close(&s, &close_order(&s, owner, 0));
        let done = s.must(account("anybody"), call.clone()).returned;
        let same = direct.close(owner).returned;
        assert_eq!(
            (done.exchangedBase, done.exchangedNotional, done.realizedPnl),
            (same.exchangedBase, same.exchangedNotional, same.realizedPnl)
        );
        assert_eq!(picture(&s, owner), picture(&direct, owner));
        s.refused(relayer, call, NonceUsed { signer: owner, nonce: U256::ZERO });
        untouched(&s, relayer, 0);
        s.assert_backed(&[]);
    }

    /// An order with a limit rests until the price allows it; until then nothing of it is used.
    fn an_order_rests_until_its_price_comes(s) {
        let alice = Key::funded(&mut s, "alice", 1_000);
        let anybody = account("anybody");
        // A thousand dollars for at least 10.3 base: below 97 dollars or so.
        let order = OpenOrder { baseLimit: wad(103) / U256::from(10), ..open_order(&s, alice.address, 7) };
        let call = alice.open(&s, &order);
        let revert = s.fails(anybody, call.clone());
        assert_eq!(revert.0[..4], SlippageExceeded::SELECTOR);
        s.set_price(wad(95));
        s.fails(anybody, call.clone());
        s.move_mark(wad(95));
        let base = s.must(anybody, call).returned.exchangedBase;
        assert!(base.into_raw() >= order.baseLimit);
        assert_eq!(s.position(alice.address).size, base);
    }

    /// Opening can be paused; orders that leave the market are carried out all the same.
    fn while_opening_is_paused_signed_orders_only_close(s) {
        let alice = Key::funded(&mut s, "alice", 1_000);
        let (owner, anybody, admin, market) = (alice.address, account("anybody"), s.owner, s.market);
        s.open(owner, LONG, dollars(200), wad(1_000));
        s.must(admin, setOpeningPausedCall { marketId: market, paused: true });
        let open = alice.open(&s, &open_order(&s, owner, 1));
        s.refused(anybody, open.clone(), OpeningPaused {});
        assert_eq!(s.view(nonceBitmapCall { owner, word: U256::ZERO }), U256::ZERO);
        s.must(anybody, alice.close(&s, &close_order(&s, owner, 2)));
        assert_eq!(s.position(owner).size, I256::ZERO);
        s.must(admin, setOpeningPausedCall { marketId: market, paused: false });
        s.must(anybody, open);
    }

    /// Orders cancelled in the block in which they are brought, and orders out of time.
    fn cancelled_and_late_orders_do_nothing(s) {
        let alice = Key::funded(&mut s, "alice", 1_000);
        let (owner, anybody) = (alice.address, account("anybody"));
        let call = alice.open(&s, &open_order(&s, owner, 300));
        let cancel = invalidateNoncesCall { word: U256::ONE, mask: U256::ONE << 44 };
        assert_eq!(s.must(owner, cancel).event::<NonceSpent>().nonce, U256::from(300));
        s.refused(anybody, call, NonceUsed { signer: owner, nonce: U256::from(300) });
        let deadline = U256::from(s.backend.now());
        let order = OpenOrder { deadline, ..open_order(&s, owner, 301) };
        let call = alice.open(&s, &order);
        s.warp(1);
        let now = deadline + U256::ONE;
        s.refused(anybody, call, Expired { deadline, nowTime: now });
        untouched(&s, owner, 1_000);
    }

    /// Signed for one market and house, good there alone.
    fn an_order_is_for_one_market_of_one_house(s) {
        let alice = Key::funded(&mut s, "alice", 1_000);
        let (owner, anybody, admin) = (alice.address, account("anybody"), s.owner);
        let order = open_order(&s, owner, 1);
        let signature = alice.sign(&s, &order);
        let call = s.market_call(System::<B>::params());
        let second = s.must(admin, call).returned;
        let elsewhere = OpenOrder { marketId: second, ..order.clone() };
        let wrong = openPositionForCall { order: elsewhere, signature: signature.clone() };
        s.refused(anybody, wrong, InvalidSignature { signer: owner });
        let twin = s.new_house();
        let call = openPositionForCall { order, signature };
        let revert = s.send_to(anybody, twin, call.clone()).expect_err("another contract");
        assert_eq!(revert.0, InvalidSignature { signer: owner }.abi_encode());
        s.must(anybody, call);
    }

    /// A wallet that is a contract signs by ERC-1271; one that says no, or nothing, does not.
    fn a_contract_wallet_signs(s) {
        let mut yes = vec![0; 32];
        yes[..4].copy_from_slice(&hex!("1626ba7e"));
        let wallet = s.backend.stub(Ok(yes.clone()));
        let anybody = account("anybody");
        // Tokens that the wallet has let the house take.
        let order = OpenOrder { margin: U256::ZERO, ..open_order(&s, wallet, 1) };
        let call = openPositionForCall { order, signature: vec![1, 2, 3].into() };
        for answer in [Ok(vec![0; 32]), Ok(Vec::new()), Ok(yes[..31].to_vec()), Err(yes.clone())] {
            s.backend.restub(wallet, answer);
            s.refused(anybody, call.clone(), InvalidSignature { signer: wallet });
        }
        s.backend.restub(wallet, Ok(yes));
        // It has no margin; that far the order comes.
        let revert = s.fails(anybody, call);
        assert_ne!(revert.0[..4], InvalidSignature::SELECTOR);
    }

    /// Everything at once or nothing: an operator, margin and a position in one call.
    fn several_calls_in_one_all_happen_or_none(s) {
        let (alice, bot, market) = (s.trader("alice", 1_000), account("bot"), s.market);
        let calls = |last: Vec<u8>| multicallCall {
            calls: vec![
                setOperatorCall { operator: bot, scopes: TRADE }.abi_encode().into(),
                addMarginCall { marketId: market, amount: dollars(200) }.abi_encode().into(),
                last.into(),
            ],
        };
        let bad = s.open_call(LONG, U256::ZERO, U256::ZERO).abi_encode();
        s.refused(alice, calls(bad), ZeroAmount {});
        untouched(&s, alice, 1_000);
        let done = s.must(alice, calls(s.open_call(LONG, U256::ZERO, wad(1_000)).abi_encode()));
        assert_eq!(done.returned.len(), 3);
        let opened = openPositionCall::abi_decode_returns(&done.returned[2]).expect("what opening returns");
        let p = s.position(alice);
        assert_eq!((p.size, p.margin), (opened.exchangedBase, dollars(200) - opened.fee));
        assert_eq!(s.view(operatorScopesCall { owner: alice, operator: bot }), TRADE);
        // In another: the same.
        let inner = multicallCall { calls: vec![s.close_call(U256::MAX).abi_encode().into()] }.abi_encode();
        s.must(alice, multicallCall { calls: vec![inner.into()] });
        assert_eq!(s.position(alice).size, I256::ZERO);
        s.assert_backed(&[]);
    }

    /// One transaction of a relayer's for two owners, and a session key that one of them has signed for.
    fn a_relayer_brings_orders_of_several_owners(s) {
        let (alice, bob) = (Key::funded(&mut s, "alice", 1_000), Key::funded(&mut s, "bob", 1_000));
        let (relayer, bot) = (account("relayer"), account("bot"));
        let operator = OperatorOrder {
            owner: bob.address,
            relayer,
            operator: bot,
            scopes: TRADE,
            deadline: NO_LIMIT,
            nonce: U256::from(2),
        };
        let signature = bob.sign(&s, &operator);
        let short = OpenOrder { side: SHORT, ..open_order(&s, bob.address, 1) };
        let calls = vec![
            alice.open(&s, &open_order(&s, alice.address, 1)).abi_encode().into(),
            bob.open(&s, &short).abi_encode().into(),
            setOperatorForCall { order: operator, signature }.abi_encode().into(),
        ];
        s.must(relayer, multicallCall { calls });
        assert!(s.position(alice.address).size > I256::ZERO && s.position(bob.address).size < I256::ZERO);
        s.must(bot, execute(bob.address, &s.close_call(U256::MAX)));
        assert_eq!(s.position(bob.address).size, I256::ZERO);
        untouched(&s, relayer, 0);
        s.assert_backed(&[]);
    }
}

// ---- A hostile token comes back in while somebody acts for another ----

/// What a token could try from inside a transfer that was made for alice.
fn reentries<B: Backend>(s: &System<B>, victim: &Key, operator: Address) -> Vec<Vec<u8>> {
    let (market, thief, owner) = (s.market, account("thief"), victim.address);
    let take = removeMarginCall { marketId: market, amount: dollars(10), recipient: thief }.abi_encode();
    let own = removeMarginCall { marketId: market, amount: dollars(10), recipient: owner };
    vec![
        take.clone(),
        s.close_call(U256::MAX).abi_encode(),
        s.open_call(SHORT, U256::ZERO, wad(100)).abi_encode(),
        addMarginCall { marketId: market, amount: dollars(10) }.abi_encode(),
        claimProfitCall { marketId: market, amount: U256::ONE, minPayout: U256::ZERO }.abi_encode(),
        multicallCall { calls: vec![take.into()] }.abi_encode(),
        execute(owner, &own).abi_encode(),
        multicallCall { calls: vec![execute(owner, &own).abi_encode().into()] }.abi_encode(),
        victim.close(s, &close_order(s, owner, 99)).abi_encode(),
        withdrawRewardCall { recipient: operator }.abi_encode(),
    ]
}

/// A hostile token, alice with a position and margin, and a bot that may do everything for her.
fn hostile<B: Backend>() -> (System<B>, Key, Address) {
    let mut backend = System::<B>::new().backend;
    let token = backend.hostile_token();
    let mut s = System::with_token(backend, token);
    let (alice, bot) = (Key::funded(&mut s, "alice", 10_000), account("bot"));
    s.open(alice.address, LONG, dollars(500), wad(1_000));
    s.must(alice.address, setOperatorCall { operator: bot, scopes: 15 });
    (s, alice, bot)
}

/// Each attempt, out of a deposit made by an operator and out of one that was signed, leaves what it would have been
/// without it.
fn nothing_gets_in<B: Backend>(s: &mut System<B>, alice: &Key, bot: Address) {
    let (owner, house, token) = (alice.address, s.house, s.token);
    let add = execute(owner, &addMarginCall { marketId: s.market, amount: dollars(10) });
    for (nonce, calldata) in (1..).zip(reentries(s, alice, bot)) {
        let selector = hex::encode(&calldata[..4]);
        s.backend.set_token_mode(token, TokenMode::Reenters { target: house, calldata });
        let before = picture(s, owner);
        s.must(bot, add.clone());
        let after = picture(s, owner);
        assert_eq!(after.0.sequence, before.0.sequence + U256::ONE, "0x{selector} got in");
        assert_eq!((after.1.size, after.1.margin), (before.1.size, before.1.margin + dollars(10)));
        let order = OpenOrder { margin: dollars(10), notional: wad(10), ..open_order(s, owner, nonce) };
        s.must(account("anybody"), alice.open(s, &order));
        let traded = picture(s, owner);
        assert_eq!(traded.0.sequence, after.0.sequence + U256::ONE, "0x{selector} got in");
        assert_eq!(traded.2, before.2 - dollars(20));
        s.backend.set_token_mode(token, TokenMode::Good);
        assert_eq!((s.balance(account("thief")), s.balance(bot)), (U256::ZERO, U256::ZERO));
        s.assert_backed(&[]);
    }
}

#[test]
fn a_reentrant_token_does_not_become_the_principal() {
    let (mut s, alice, bot) = hostile::<Wasm>();
    nothing_gets_in(&mut s, &alice, bot);
}

#[test]
fn the_lock_alone_keeps_a_token_from_becoming_the_principal() {
    let (mut s, alice, bot) = hostile::<Native>();
    s.backend.chain().allow_reentry(s.house);
    nothing_gets_in(&mut s, &alice, bot);
}

// ---- Only on the real chain ----

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
}

/// A permit of the test dollar for the clearing house, with the token's own domain.
fn permit(s: &System<Wasm>, key: &Key, value: U256, deadline: U256) -> (u8, B256, B256) {
    let owner = key.address;
    let nonce = s.ask(s.token, TestDollar::noncesCall { owner }).expect("a number");
    let separator = s.ask(s.token, TestDollar::DOMAIN_SEPARATORCall {}).expect("a domain");
    let message = Permit { owner, spender: s.house, value, nonce, deadline }.eip712_hash_struct();
    let signature = key.sign_digest(keccak256([&b"\x19\x01"[..], &separator[..], &message[..]].concat()));
    (signature[64], B256::from_slice(&signature[..32]), B256::from_slice(&signature[32..64]))
}

/// Dollars without any allowance.
fn unapproved(s: &mut System<Wasm>, name: &str) -> Key {
    let key = Key::new(name);
    let (to, token) = (key.address, s.token);
    s.send_to(to, token, TestDollar::mintCall { to, value: dollars(1_000) }).expect("anybody mints");
    key
}

/// Permit and position in one transaction; a permit that somebody else has brought first does no harm.
#[test]
fn a_permit_and_a_position_are_one_transaction() {
    for front_run in [false, true] {
        let mut s = System::<Wasm>::new();
        let alice = unapproved(&mut s, "alice");
        let (owner, spender, token) = (alice.address, s.house, s.token);
        let open = s.open_call(LONG, dollars(200), wad(1_000));
        s.fails(owner, open.clone());
        let (value, deadline) = (dollars(200), NO_LIMIT);
        let (v, r, s_) = permit(&s, &alice, value, deadline);
        if front_run {
            let call = TestDollar::permitCall { owner, spender, value, deadline, v, r, s: s_ };
            s.send_to(account("mallory"), token, call).expect("anybody brings a permit");
        }
        let calls = vec![
            selfPermitCall { value, deadline, v, r, s: s_ }.abi_encode().into(),
            open.abi_encode().into(),
        ];
        s.must(owner, multicallCall { calls });
        assert_eq!(s.balance(owner), dollars(800));
        // Used up; again, it is the token's own refusal.
        let revert = s.fails(owner, selfPermitCall { value, deadline, v, r, s: s_ });
        assert_eq!(revert.0[..4], keccak256("ERC2612InvalidSigner(address,address)")[..4]);
        s.assert_backed(&[]);
    }
}

/// The owner sends no transaction at all: permit and order are signed, a relayer brings both.
#[test]
fn a_relayer_brings_a_permit_with_an_order() {
    let mut s = System::<Wasm>::new();
    let alice = unapproved(&mut s, "alice");
    let (owner, value, deadline) = (alice.address, dollars(500), NO_LIMIT);
    let (v, r, s_) = permit(&s, &alice, value, deadline);
    let order = alice.open(&s, &open_order(&s, owner, 1));
    let permit = permitForCall { owner, value, deadline, v, r, s: s_ };
    let calls = vec![permit.abi_encode().into(), order.abi_encode().into()];
    s.must(account("relayer"), multicallCall { calls });
    assert_eq!((s.balance(owner), s.position(owner).margin), (dollars(500), dollars(499)));
    s.assert_backed(&[]);
}

/// A wallet that never stops thinking is refused, and costs no more than it may use.
#[test]
fn a_wallet_that_burns_gas_costs_a_bounded_amount() {
    let mut s = System::<Wasm>::new();
    let wallet = account("burner");
    // JUMPDEST, PUSH1 0, JUMP.
    s.backend.chain().set_code(wallet, vec![0x5b, 0x60, 0x00, 0x56].into());
    let order = open_order(&s, wallet, 1);
    let call = openPositionForCall { order, signature: Bytes::new() };
    s.refused(account("anybody"), call.clone(), InvalidSignature { signer: wallet });
    let request = devnet::TxRequest {
        from: account("anybody"),
        to: Some(s.house),
        data: call.abi_encode().into(),
        gas: Some(10_000_000),
        ..devnet::TxRequest::default()
    };
    let receipt = s.backend.chain().send(request).expect("a block");
    assert!(!receipt.success && receipt.gas_used < 1_300_000, "{}", receipt.gas_used);
}

/// Whatever gas a relayer gives it, an order does what it does with plenty, or nothing: no call in it can be starved
/// alone.
#[test]
fn a_relayer_cannot_starve_a_part_of_an_order() {
    let mut s = System::<Wasm>::new();
    let alice = Key::funded(&mut s, "alice", 1_000);
    let (owner, relayer) = (alice.address, account("relayer"));
    s.backend.give_value(relayer, wad(1));
    let mut plenty = System { backend: s.backend.clone(), ..s };
    let call = alice.open(&s, &open_order(&s, owner, 1));
    plenty.must(relayer, call.clone());
    let (before, data) = (s.storage(), call.abi_encode());
    for gas in (40_000..1_000_000).step_by(3_000) {
        let request = devnet::TxRequest {
            from: relayer,
            to: Some(s.house),
            data: data.clone().into(),
            gas: Some(gas),
            ..devnet::TxRequest::default()
        };
        if s.backend.chain().send(request).expect("a block").success {
            assert_eq!(s.position(owner), plenty.position(owner));
            assert_eq!(s.market(), plenty.market());
            return;
        }
        assert_eq!(s.storage(), before, "at {gas}");
    }
    panic!("a million was not enough");
}

/// What the house sends on is what the program has; anything else would be lost in the lens.
#[test]
fn the_house_sends_on_every_function_of_the_orders_program() {
    let mut table = clearing_house::ORDER_SELECTORS.to_vec();
    let mut program = vec![
        multicallCall::SELECTOR,
        setOperatorCall::SELECTOR,
        setOperatorForCall::SELECTOR,
        operatorScopesCall::SELECTOR,
        executeForCall::SELECTOR,
        openPositionForCall::SELECTOR,
        closePositionForCall::SELECTOR,
        invalidateNoncesCall::SELECTOR,
        nonceBitmapCall::SELECTOR,
        eip712DomainCall::SELECTOR,
        DOMAIN_SEPARATORCall::SELECTOR,
        selfPermitCall::SELECTOR,
        permitForCall::SELECTOR,
    ];
    table.sort_unstable();
    program.sort_unstable();
    assert_eq!(table, program);
}
