//! Collateral that misbehaves: nothing is lost, and nothing is counted that did not arrive.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use everfloor_test::{
    Backend, LONG, SHORT, System, TokenMode, Wasm,
    abi::{ClearingHouse::*, InsuranceFund, TestDollar},
    account, dollars, on_both, wad,
};

sol! {
    function setMode(uint8 mode) external;
    function setBlocked(address account, bool to) external;
    function tried() external view returns (uint256);
    function allowed() external view returns (uint256);
    function answer() external view returns (bytes);
}

/// Modes that only the Solidity token has.
const MOVES_NOTHING: u8 = 7;
const CLAIMS_MORE: u8 = 8;
const BURNS_GAS: u8 = 9;
const RETURNS_TWO: u8 = 10;
const FLOODS_ANSWER: u8 = 11;

/// A system on a hostile token that still behaves, with a position on each side and a reward to take.
fn hostile<B: Backend>(s: System<B>) -> System<B> {
    let mut backend = s.backend;
    let token = backend.hostile_token();
    let mut s = System::with_token(backend, token);
    let (alice, bob) = (s.trader("alice", 10_000), s.trader("bob", 10_000));
    s.open(alice, LONG, dollars(500), wad(1_000));
    s.open(bob, SHORT, dollars(103), wad(1_000));
    s.set_price(wad(110));
    s.warp(2_000);
    let call = s.liquidate_call(bob);
    s.must(account("keeper"), call);
    s
}

fn mode<B: Backend>(s: &mut System<B>, mode: TokenMode) {
    let token = s.token;
    s.backend.set_token_mode(token, mode);
}

/// Every call that takes tokens in; each is refused and nothing changes.
fn nothing_comes_in<B: Backend>(s: &mut System<B>) {
    let alice = account("alice");
    s.fails(alice, addMarginCall { marketId: s.market, amount: dollars(100) });
    for (side, notional) in [(LONG, 100), (SHORT, 100)] {
        let order = s.open_call(side, dollars(100), wad(notional));
        s.fails(alice, order);
    }
    s.fails(alice, payInsuranceCall { marketId: s.market });
}

/// Every call that sends tokens out; each is refused and nothing changes.
fn nothing_goes_out<B: Backend>(s: &mut System<B>) {
    let (alice, keeper) = (account("alice"), account("keeper"));
    s.fails(alice, removeMarginCall { marketId: s.market, amount: dollars(10), recipient: alice });
    s.fails(keeper, withdrawRewardCall { recipient: keeper });
}

/// What moves no tokens goes on whatever the token does.
fn the_rest_goes_on<B: Backend>(s: &mut System<B>) {
    let alice = account("alice");
    s.must(alice, settleFundingCall { marketId: s.market });
    let order = s.open_call(LONG, U256::ZERO, wad(20));
    s.must(alice, order);
    let order = s.open_call(SHORT, U256::ZERO, wad(20));
    s.must(alice, order);
}

/// Every function that a token could try from inside a transfer.
fn reentries<B: Backend>(s: &System<B>) -> Vec<Vec<u8>> {
    let (market, victim) = (s.market, account("alice"));
    let thief = account("thief");
    vec![
        s.open_call(LONG, U256::ZERO, wad(100)).abi_encode(),
        s.close_call(U256::MAX).abi_encode(),
        addMarginCall { marketId: market, amount: U256::ONE }.abi_encode(),
        removeMarginCall { marketId: market, amount: U256::ONE, recipient: thief }.abi_encode(),
        s.liquidate_call(victim).abi_encode(),
        settleFundingCall { marketId: market }.abi_encode(),
        realizeLossCall { marketId: market, trader: victim }.abi_encode(),
        claimProfitCall { marketId: market, amount: U256::ONE, minPayout: U256::ZERO }.abi_encode(),
        payInsuranceCall { marketId: market }.abi_encode(),
        withdrawRewardCall { recipient: thief }.abi_encode(),
        s.initialize_call().abi_encode(),
        setCollateralCall { quoteToken: s.token, insuranceFund: s.fund }.abi_encode(),
        s.market_call(System::<B>::params()).abi_encode(),
        setMarketCall { marketId: market, feed: s.feed, params: System::<B>::params() }.abi_encode(),
        setOpeningPausedCall { marketId: market, paused: true }.abi_encode(),
        transferOwnershipCall { newOwner: thief }.abi_encode(),
        acceptOwnershipCall {}.abi_encode(),
        setGuardianCall { guardian: thief }.abi_encode(),
        getMarketCall { marketId: market }.abi_encode(),
        s.view_of_nothing(),
    ]
}

trait Nothing {
    fn view_of_nothing(&self) -> Vec<u8>;
}

impl<B> Nothing for System<B> {
    /// A function that does not exist.
    fn view_of_nothing(&self) -> Vec<u8> {
        vec![0xde, 0xad, 0xbe, 0xef]
    }
}

on_both! {
    fn a_token_that_returns_nothing_works(s) {
        let mut s = hostile(s);
        mode(&mut s, TokenMode::ReturnsNothing);
        let (alice, keeper) = (account("alice"), account("keeper"));
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(100) });
        s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(100), recipient: alice });
        s.must(keeper, withdrawRewardCall { recipient: keeper });
        s.must(alice, payInsuranceCall { marketId: s.market });
        the_rest_goes_on(&mut s);
        s.assert_backed(&[keeper]);
    }

    fn a_token_that_returns_false_or_reverts_moves_nothing(s) {
        let mut s = hostile(s);
        for kind in [TokenMode::ReturnsFalse, TokenMode::MovesAndReturnsFalse, TokenMode::Reverts] {
            mode(&mut s, kind);
            nothing_comes_in(&mut s);
            nothing_goes_out(&mut s);
            the_rest_goes_on(&mut s);
            mode(&mut s, TokenMode::Good);
            s.assert_backed(&[account("keeper")]);
        }
        let (token, alice) = (s.token, account("alice"));
        mode(&mut s, TokenMode::Reverts);
        s.refused(alice, addMarginCall { marketId: s.market, amount: U256::ONE }, TransferFailed { token });
    }

    fn a_token_that_takes_a_fee_is_refused_where_it_would_be_counted(s) {
        let mut s = hostile(s);
        mode(&mut s, TokenMode::TakesFee);
        nothing_comes_in(&mut s);
        let alice = account("alice");
        let error = TransferMismatch { expected: dollars(100), received: dollars(90) };
        s.refused(alice, addMarginCall { marketId: s.market, amount: dollars(100) }, error);
        // Going out, the fee is the recipient's, and what is sent is what was owed.
        let before = s.balance(s.house);
        s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(100), recipient: account("friend") });
        assert_eq!(s.balance(s.house), before - dollars(100));
        assert_eq!(s.balance(account("friend")), dollars(90));
        the_rest_goes_on(&mut s);
        s.assert_backed(&[account("keeper")]);
    }

    /// The token calls back into every function, from a transfer in and from a transfer out: no call gets in.
    fn a_reentrant_token_finds_every_function_locked(s) {
        let mut s = hostile(s);
        let (alice, keeper) = (account("alice"), account("keeper"));
        let house = s.house;
        for calldata in reentries(&s) {
            mode(&mut s, TokenMode::Reenters { target: house, calldata });
            let before = s.market();
            s.must(alice, addMarginCall { marketId: s.market, amount: dollars(10) });
            let order = s.open_call(LONG, dollars(10), wad(20));
            s.must(alice, order);
            let order = s.open_call(SHORT, dollars(10), wad(20));
            s.must(alice, order);
            s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(30), recipient: alice });
            let after = s.market();
            assert!(!after.paused);
            assert_eq!(after.sequence, before.sequence + U256::from(4), "something else happened");
            assert_eq!(s.view(ownerCall {}), s.owner);
            assert_eq!(s.view(pendingOwnerCall {}), Address::ZERO);
            s.assert_backed(&[keeper]);
        }
        let reward = s.view(rewardOfCall { keeper });
        let again = withdrawRewardCall { recipient: keeper }.abi_encode();
        mode(&mut s, TokenMode::Reenters { target: house, calldata: again });
        s.must(keeper, withdrawRewardCall { recipient: keeper });
        assert_eq!(s.balance(keeper), reward);
        s.must(alice, payInsuranceCall { marketId: s.market });
        s.assert_backed(&[keeper]);
    }

    /// The fund is another contract: a token may call it in the middle, and changes nothing of the market's money.
    fn a_reentrant_token_cannot_use_the_fund_against_the_market(s) {
        let mut s = hostile(s);
        let (alice, fund) = (account("alice"), s.fund);
        for calldata in [
            InsuranceFund::depositCall { marketId: s.market, amount: U256::ZERO }.abi_encode(),
            InsuranceFund::drawCall { marketId: s.market, owner: alice, amount: dollars(1) }.abi_encode(),
            InsuranceFund::setClearingHouseCall { clearingHouse: alice }.abi_encode(),
        ] {
            mode(&mut s, TokenMode::Reenters { target: fund, calldata });
            s.must(alice, addMarginCall { marketId: s.market, amount: dollars(10) });
            let paid = s.send(alice, payInsuranceCall { marketId: s.market });
            s.assert_backed(&[account("keeper")]);
            assert!(paid.is_ok() || s.market().money.insuranceDue.is_zero());
        }
        let total = s.ask(s.fund, InsuranceFund::totalBalanceCall {}).unwrap();
        assert_eq!(s.balance(s.fund), total);
    }

    fn donations_change_nothing(s) {
        let mut s = hostile(s);
        let (alice, rich) = (account("alice"), account("rich"));
        let keeper = account("keeper");
        let (market, position) = (s.market(), s.position(alice));
        let preview = |s: &System<B>| s.view(previewClosePositionCall {
            marketId: s.market, account: alice, size: U256::MAX, quoteLimit: U256::ZERO, maxFee: U256::MAX,
        });
        let close = preview(&s);
        let (token, house, fund) = (s.token, s.house, s.fund);
        s.give(rich, dollars(1_000_000));
        for to in [house, fund] {
            let raw = TestDollar::transferCall { to, value: dollars(100_000) }.abi_encode();
            s.backend.send(rich, token, U256::ZERO, raw).unwrap();
        }
        assert_eq!((s.market(), s.position(alice), preview(&s)), (market, position, close));
        let available = InsuranceFund::availableCall { marketId: s.market };
        assert_eq!(s.ask(fund, available).unwrap(), U256::ZERO);
        s.assert_backed_with(&[keeper], dollars(100_000));
        // Nobody takes a donation out as somebody's margin.
        s.close(alice);
        let margin = s.position(alice).margin;
        let over = InsufficientMargin { available: margin, needed: margin + U256::ONE };
        s.refused(alice, removeMarginCall { marketId: s.market, amount: margin + U256::ONE, recipient: alice }, over);
        s.must(alice, removeMarginCall { marketId: s.market, amount: margin, recipient: alice });
        s.assert_backed_with(&[keeper], dollars(100_000));
    }

    /// Sent to the contracts of the system itself, money is its sender's loss and nobody's gain.
    fn margin_sent_to_the_contracts_themselves_harms_only_its_sender(s) {
        let mut s = hostile(s);
        let (alice, house, fund) = (account("alice"), s.house, s.fund);
        s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(10), recipient: house });
        s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(10), recipient: fund });
        s.assert_backed_with(&[account("keeper")], dollars(10));
    }
}

/// What only the Solidity token does.
mod solidity {
    use super::*;

    fn set_mode(s: &mut System<Wasm>, mode: u8) {
        let (token, anybody) = (s.token, account("anybody"));
        s.send_to(anybody, token, setModeCall { mode }).unwrap();
    }

    fn set_blocked(s: &mut System<Wasm>, account: Address, to: bool) {
        let (token, anybody) = (s.token, everfloor_test::account("anybody"));
        s.send_to(anybody, token, setBlockedCall { account, to }).unwrap();
    }

    #[test]
    fn a_token_that_moves_nothing_or_lies_about_success_is_refused() {
        let mut s = hostile(System::<Wasm>::new());
        for mode in [MOVES_NOTHING, RETURNS_TWO] {
            set_mode(&mut s, mode);
            nothing_comes_in(&mut s);
            set_mode(&mut s, 0);
            s.assert_backed(&[account("keeper")]);
        }
        set_mode(&mut s, MOVES_NOTHING);
        let alice = account("alice");
        let error = TransferMismatch { expected: dollars(100), received: U256::ZERO };
        s.refused(alice, addMarginCall { marketId: s.market, amount: dollars(100) }, error);
    }

    #[test]
    fn a_token_that_overstates_balances_changes_no_ledger() {
        let mut s = hostile(System::<Wasm>::new());
        let (alice, before) = (account("alice"), s.market());
        set_mode(&mut s, CLAIMS_MORE);
        assert_eq!(s.market(), before);
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(100) });
        s.must(alice, removeMarginCall { marketId: s.market, amount: dollars(100), recipient: alice });
        let after = s.market();
        assert_eq!(after.money.principal + after.money.pool, before.money.principal + before.money.pool);
        set_mode(&mut s, 0);
        s.assert_backed(&[account("keeper")]);
    }

    #[test]
    fn a_token_that_burns_gas_or_floods_its_answer_costs_its_callers_gas_and_nothing_else() {
        let mut s = hostile(System::<Wasm>::new());
        let alice = account("alice");
        set_mode(&mut s, FLOODS_ANSWER);
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(100) });
        set_mode(&mut s, BURNS_GAS);
        let storage = s.storage();
        let call = addMarginCall { marketId: s.market, amount: dollars(100) };
        let request = devnet::TxRequest {
            from: alice,
            to: Some(s.house),
            data: call.abi_encode().into(),
            gas: Some(3_000_000),
            ..devnet::TxRequest::default()
        };
        let receipt = s.backend.chain().send(request).unwrap();
        assert!(!receipt.success);
        assert_eq!(s.storage(), storage);
        the_rest_goes_on(&mut s);
        set_mode(&mut s, 0);
        s.assert_backed(&[account("keeper")]);
    }

    #[test]
    fn a_blocked_account_withdraws_elsewhere_and_stops_nobody() {
        let mut s = hostile(System::<Wasm>::new());
        let (alice, keeper, friend) = (account("alice"), account("keeper"), account("friend"));
        set_blocked(&mut s, alice, true);
        set_blocked(&mut s, keeper, true);
        let token = s.token;
        let to = |recipient| removeMarginCall { marketId: U256::ONE, amount: dollars(10), recipient };
        s.refused(alice, to(alice), TransferFailed { token });
        s.must(alice, to(friend));
        s.refused(keeper, withdrawRewardCall { recipient: keeper }, TransferFailed { token });
        s.must(keeper, withdrawRewardCall { recipient: friend });
        // It can still trade down, be liquidated, and its counterparties are paid.
        let order = s.open_call(SHORT, U256::ZERO, wad(100));
        s.must(alice, order);
        let amount = s.position(alice).freeCollateral.into_raw();
        s.must(alice, removeMarginCall { marketId: s.market, amount, recipient: friend });
        s.set_price(wad(85));
        s.move_mark(wad(85));
        s.warp(2_000);
        let call = s.liquidate_call(alice);
        let done = s.must(friend, call);
        assert!(
            done.event::<PositionLiquidated>().shortfall.is_zero() || done.returned.shortfall > U256::ZERO
        );
        s.assert_backed(&[keeper, friend]);
    }

    #[test]
    fn reentrant_calls_are_tried_and_none_is_let_in() {
        let mut s = hostile(System::<Wasm>::new());
        let (alice, token, house) = (account("alice"), s.token, s.house);
        let tries = reentries(&s);
        for (count, calldata) in (1u64..).zip(tries) {
            mode(&mut s, TokenMode::Reenters { target: house, calldata });
            s.must(alice, addMarginCall { marketId: s.market, amount: dollars(1) });
            assert_eq!(s.ask(token, triedCall {}).unwrap(), U256::from(count));
            assert_eq!(s.ask(token, allowedCall {}).unwrap(), U256::ZERO, "attempt {count}");
        }
    }

    /// The committed bytecode is what the committed source compiles to, where the compiler is installed.
    #[test]
    fn the_committed_bytecode_is_that_of_its_source() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        if !folder.join("../tools/node_modules/solc").is_dir() {
            println!("SKIPPED: no Solidity compiler (`./ev setup` installs it)");
            return;
        }
        use everfloor_test::solidity::{
            DEFICIT_LEDGER, FLOOR_PRICES, FLOOR_TAKER, HOSTILE_NFT, HOSTILE_TOKEN, VENUE_MARKET, WETH,
        };
        for (name, committed) in [
            ("HostileToken", HOSTILE_TOKEN),
            ("DeficitLedger", DEFICIT_LEDGER),
            ("VenueMarket", VENUE_MARKET),
            ("HostileNft", HOSTILE_NFT),
            ("FloorPrices", FLOOR_PRICES),
            ("FloorTaker", FLOOR_TAKER),
            ("Weth", WETH),
        ] {
            let output = std::process::Command::new("node")
                .arg(folder.join("solidity/compile.js"))
                .arg(name)
                .output()
                .expect("node runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let compiled = String::from_utf8(output.stdout).expect("hex");
            assert_eq!(compiled.trim(), committed.trim());
        }
    }
}

/// With the programs' own guard against reentrant calls lifted, the lock alone refuses, with its typed error.
#[test]
fn the_lock_alone_keeps_a_reentrant_token_out() {
    let mut s = hostile(System::<everfloor_test::Native>::new());
    let (alice, house) = (account("alice"), s.house);
    s.backend.chain().allow_reentry(house);
    let money = reentries(&s).into_iter().take(10);
    for calldata in money {
        mode(&mut s, TokenMode::Reenters { target: house, calldata: calldata.clone() });
        let before = s.market();
        s.must(alice, addMarginCall { marketId: s.market, amount: dollars(10) });
        let after = s.market();
        assert_eq!(
            after.sequence,
            before.sequence + U256::ONE,
            "0x{} got in",
            alloy_primitives::hex::encode(&calldata[..4])
        );
        assert_eq!(after.money.principal, before.money.principal + dollars(10));
        s.assert_backed(&[account("keeper")]);
    }
}
