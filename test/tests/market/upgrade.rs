//! A clearing house whose code is replaced.

use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, LONG, Program, System, Wasm,
    abi::{ClearingHouse::*, InsuranceFund, PriceFeed, Programs},
    account, dollars,
    layouts::{self, Used},
    on_both,
    upgrades::{self, Subject},
    wad,
};

/// keccak256("eip1967.proxy.implementation") - 1.
const SLOT: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

fn upgrade(new_implementation: Address, data: Vec<u8>) -> upgradeToAndCallCall {
    upgradeToAndCallCall { newImplementation: new_implementation, data: data.into() }
}

/// Every contract with an owner, and its program; a copy of that for each.
fn subjects<B: Backend>(s: &mut System<B>, next: impl Fn(&mut B) -> Address) -> Vec<Subject> {
    [(s.house, Program::House), (s.fund, Program::Fund), (s.feed, Program::Feed)]
        .map(|(at, program)| Subject {
            at,
            code: s.backend.program(program),
            copy: s.backend.another(program),
            next: next(&mut s.backend),
            owner: s.owner,
        })
        .to_vec()
}

/// What says of itself that it can be a contract's code.
const FIRST: [Program; 7] = [
    Program::House,
    Program::Fund,
    Program::Feed,
    Program::History,
    Program::Volatility,
    Program::PutPool,
    Program::Bonding,
];

/// Behind the house: each program, and a call that only it knows.
const OTHERS: [(Program, [u8; 4]); 8] = [
    (Program::Risk, liquidateCall::SELECTOR),
    (Program::Takeover, startTakeoverCall::SELECTOR),
    (Program::Upkeep, settleFundingCall::SELECTOR),
    (Program::Settlement, haltMarketCall::SELECTOR),
    (Program::Orders, operatorScopesCall::SELECTOR),
    (Program::Lens, councilCall::SELECTOR),
    (Program::Preview, maxOpenCall::SELECTOR),
    (Program::Admin, setCouncilCall::SELECTOR),
];

fn programs(at: [Address; 8]) -> Programs {
    let [risk, takeover, upkeep, settlement, orders, lens, preview, admin] = at;
    Programs { risk, takeover, upkeep, settlement, orders, lens, preview, admin }
}

on_both! {
    fn all_code_is_replaced_at_once_and_nothing_else_changes(s) {
        let (owner, trader) = (s.owner, s.trader("trader", 1_000));
        s.open(trader, LONG, dollars(100), wad(500));
        let seen = |s: &System<B>| {
            let [token, fund, feed, source] = [s.token, s.fund, s.feed, s.source];
            let others = s.backend.storage(&[token, fund, feed, source]);
            (s.position(trader), s.market(), s.view(ownerCall {}), others)
        };
        let before = seen(&s);
        let house = s.backend.another(Program::House);
        let fresh = programs(OTHERS.map(|(program, _)| s.backend.another(program)));
        let data = setProgramsCall { programs: fresh.clone() }.abi_encode();
        let done = s.must(owner, upgrade(house, data));
        assert_eq!(done.event::<Upgraded>().implementation, house);
        assert_eq!(s.view(programsCall {}), fresh);
        assert_eq!(seen(&s), before);
        s.open(trader, LONG, U256::ZERO, wad(100));
        assert_eq!(s.view(UPGRADE_INTERFACE_VERSIONCall {}), "5.0.0");
        // And once more, with the new code, to the old.
        let old = s.backend.program(Program::House);
        s.must(owner, upgrade(old, Vec::new()));
    }

    fn every_contract_is_replaced_by_its_owner_and_by_its_own_kind_alone(s) {
        let trader = s.trader("trader", 1_000);
        s.open(trader, LONG, dollars(100), wad(500));
        let others = [account("nobody"), s.token, s.backend.program(Program::Risk)];
        for subject in subjects(&mut s, |_| Address::ZERO) {
            let mut strangers = FIRST.map(|program| s.backend.program(program)).to_vec();
            strangers.retain(|stranger| *stranger != subject.code);
            upgrades::refuses_what_is_not_its_own(&mut s.backend, &subject, &others, &strangers);
            upgrades::is_replaced_by_a_copy(&mut s.backend, &subject);
        }
    }

    fn whoever_does_not_own_it_upgrades_nothing(s) {
        let (thief, house) = (account("thief"), s.backend.another(Program::House));
        s.refused(thief, upgrade(house, Vec::new()), NotOwner { caller: thief });
        let admin = s.backend.program(Program::Admin);
        s.refused_by(thief, admin, upgrade(house, Vec::new()), NotOwner { caller: thief });
        // Who owned it once is anybody.
        let (owner, next) = (s.owner, account("timelock"));
        s.must(owner, transferOwnershipCall { newOwner: next });
        s.must(next, acceptOwnershipCall {});
        s.refused(owner, upgrade(house, Vec::new()), NotOwner { caller: owner });
        s.must(next, upgrade(house, Vec::new()));
    }

    fn what_is_no_clearing_house_is_refused(s) {
        let (owner, house) = (s.owner, s.house);
        let invalid = |implementation| ERC1967InvalidImplementation { implementation };
        // Nobody, a token, a program that is not the first, a proxy: not even its own.
        for other in [account("nobody"), s.token, s.backend.program(Program::Risk), house, s.fund] {
            s.refused(owner, upgrade(other, Vec::new()), invalid(other));
        }
        let pool = s.backend.program(Program::PutPool);
        let selector = closePositionCall::SELECTOR.into();
        s.refused(owner, upgrade(pool, Vec::new()), ProgramMismatch { program: pool, selector });
        let other = s.backend.stub(Ok(U256::from(7).to_be_bytes::<32>().to_vec()));
        let unsupported = UUPSUnsupportedProxiableUUID { slot: B256::with_last_byte(7) };
        s.refused(owner, upgrade(other, Vec::new()), unsupported);
        // It says what it should to everybody, and would be the last code there ever was.
        let liar = s.backend.stub(Ok(SLOT.to_vec()));
        s.refused(owner, upgrade(liar, Vec::new()), NotUpgradeable { implementation: liar });
    }

    fn an_implementation_says_so_at_its_own_address_alone(s) {
        let program = s.backend.program(Program::House);
        assert_eq!(s.view_of(program, proxiableUUIDCall {}), SLOT);
        s.refused(account("anybody"), proxiableUUIDCall {}, UUPSUnauthorizedCallContext {});
    }

    fn an_upgrade_whose_call_fails_changes_nothing(s) {
        let (owner, house) = (s.owner, s.backend.another(Program::House));
        let now = s.view(programsCall {});
        let none = setProgramsCall { programs: Programs { lens: Address::ZERO, ..now } }.abi_encode();
        s.refused(owner, upgrade(house, none), ZeroAddress {});
        let thieves = initializeCall { owner: account("thief"), programs: s.programs() }.abi_encode();
        s.refused(owner, upgrade(house, thieves), AlreadyInitialized {});
        s.must(owner, upgrade(house, Vec::new()));
    }

    fn no_program_stands_where_another_belongs(s) {
        let owner = s.owner;
        let right = OTHERS.map(|(program, _)| s.backend.program(program));
        let strangers = [Program::House, Program::PutPool, Program::PutAdmin, Program::PutLens, Program::Fund];
        let candidates: Vec<Address> =
            right.into_iter().chain(strangers.map(|program| s.backend.program(program))).collect();
        for (place, (_, selector)) in OTHERS.into_iter().enumerate() {
            for candidate in &candidates {
                if *candidate == right[place] {
                    continue;
                }
                let mut at = right;
                at[place] = *candidate;
                let mismatch = ProgramMismatch { program: *candidate, selector: selector.into() };
                s.refused(owner, setProgramsCall { programs: programs(at) }, mismatch);
            }
        }
        s.must(owner, setProgramsCall { programs: programs(right) });
        assert!(!s.market().paused);
    }
}

#[test]
fn no_administration_stands_that_would_be_the_last() {
    let mut s = System::<Wasm>::new();
    let (house, owner, now) = (s.house, s.owner, s.programs());
    let code = s.backend.program(Program::House);
    let set = |admin| setProgramsCall { programs: Programs { admin, ..now } }.abi_encode();
    upgrades::stays_replaceable(&mut s.backend, house, code, owner, set);
}

#[test]
fn a_later_version_of_each_contract_can_more_and_forgets_nothing() {
    let mut s = System::<Wasm>::new();
    let trader = s.trader("trader", 1_000);
    s.open(trader, LONG, dollars(100), wad(500));
    let market_id = U256::from(1);
    let views = [
        vec![
            getPositionCall { marketId: market_id, account: trader }.abi_encode(),
            getMarketCall { marketId: market_id }.abi_encode(),
            ownerCall {}.abi_encode(),
        ],
        vec![InsuranceFund::marketInsuranceCall { marketId: market_id }.abi_encode()],
        vec![PriceFeed::readCall {}.abi_encode(), PriceFeed::settingsCall {}.abi_encode()],
    ];
    for (subject, views) in
        subjects(&mut s, |backend| backend.another_named("next-version")).iter().zip(views)
    {
        upgrades::is_replaced_by_a_later_version(&mut s.backend, subject, &views);
    }
    s.open(trader, LONG, U256::ZERO, wad(100));
}

#[test]
fn no_slot_of_a_market_has_moved() {
    let mut s = System::<Wasm>::new();
    let fresh = s.backend.clone();
    let (market_id, trader, other) = (U256::from(1), s.trader("trader", 1_000), s.trader("other", 1_000));
    s.insure(market_id, dollars(500));
    s.open(trader, LONG, dollars(100), wad(500));
    s.warp(3_600);
    s.open(other, everfloor_test::SHORT, dollars(50), wad(200));
    s.must(trader, setOperatorCall { operator: other, scopes: 3 });
    s.warp(7_200);
    s.set_price(wad(11));
    s.must(other, settleFundingCall { marketId: market_id });
    s.must(s.owner, setGuardianCall { guardian: account("guardian") });
    let position = |account| getPositionCall { marketId: market_id, account }.abi_encode();
    layouts::check(Used {
        product: "perp",
        fresh,
        used: &s.backend,
        contracts: &[
            ("ClearingHouse", s.house),
            ("InsuranceFund", s.fund),
            ("PriceFeed", s.feed),
            ("PostedAggregator", s.source),
        ],
        others: &[("collateral", s.token)],
        views: vec![
            ("ClearingHouse", position(trader)),
            ("ClearingHouse", position(other)),
            ("ClearingHouse", getMarketCall { marketId: market_id }.abi_encode()),
            ("ClearingHouse", getParamsCall { marketId: market_id }.abi_encode()),
            ("ClearingHouse", operatorScopesCall { owner: trader, operator: other }.abi_encode()),
            ("InsuranceFund", InsuranceFund::marketInsuranceCall { marketId: market_id }.abi_encode()),
        ],
    });
}
