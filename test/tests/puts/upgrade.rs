//! A put pool whose code is replaced.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Backend, Program, PutSystem, Wasm,
    abi::{Bonding, PoolPrograms, PriceHistory, PutPool::*, VolatilitySource},
    account,
    layouts::{self, Used},
    on_both,
    upgrades::{self, Subject},
    wad,
};

/// Behind the pool: each program, and a call that only it knows.
const OTHERS: [(Program, [u8; 4]); 5] = [
    (Program::PutDesk, coverAtMostCall::SELECTOR),
    (Program::PutRoll, beginRewardsCall::SELECTOR),
    (Program::PutLens, poolStateCall::SELECTOR),
    (Program::PutRecords, queuedOraclesCall::SELECTOR),
    (Program::PutAdmin, setPositionsCall::SELECTOR),
];

/// Every contract with an owner, and its program; a copy of that for each.
fn subjects<B: Backend>(s: &mut PutSystem<B>, next: impl Fn(&mut B) -> Address) -> Vec<Subject> {
    let contracts = [
        (s.pool, Program::PutPool),
        (s.buyer, Program::Bonding),
        (s.history, Program::History),
        (s.volatility, Program::Volatility),
    ];
    let subject = |(at, program)| Subject {
        at,
        code: s.backend.program(program),
        copy: s.backend.another(program),
        next: next(&mut s.backend),
        owner: s.owner,
    };
    contracts.map(subject).to_vec()
}

/// What says of itself that it can be a contract's code.
const FIRST: [Program; 7] = [
    Program::PutPool,
    Program::Bonding,
    Program::History,
    Program::Volatility,
    Program::House,
    Program::Fund,
    Program::Feed,
];

fn upgrade(new_implementation: Address, data: Vec<u8>) -> upgradeToAndCallCall {
    upgradeToAndCallCall { newImplementation: new_implementation, data: data.into() }
}

fn programs(at: [Address; 5]) -> PoolPrograms {
    let [desk, roll, lens, records, admin] = at;
    PoolPrograms { desk, roll, lens, records, admin }
}

on_both! {
    puts:
    fn all_code_is_replaced_at_once_and_nothing_else_changes(s) {
        let owner = s.owner;
        s.deposit("alice", wad(10));
        let seen = |s: &PutSystem<B>| (s.view(poolStateCall {}), s.view(peersCall {}), s.view(ownerCall {}));
        let before = seen(&s);
        let pool = s.backend.another(Program::PutPool);
        let fresh = programs(OTHERS.map(|(program, _)| s.backend.another(program)));
        let data = setProgramsCall { programs: fresh.clone() }.abi_encode();
        let done = s.must(owner, upgrade(pool, data));
        assert_eq!(done.event::<Upgraded>().implementation, pool);
        assert_eq!(s.view(programsCall {}), fresh);
        assert_eq!(seen(&s), before);
        s.deposit("bob", wad(1));
        assert_eq!(s.view(UPGRADE_INTERFACE_VERSIONCall {}), "5.0.0");
        s.must(owner, upgrade(s.backend.program(Program::PutPool), Vec::new()));
    }

    fn every_contract_of_a_pool_is_replaced_by_its_owner_and_by_its_own_kind_alone(s) {
        let _ = s;
        let mut s = PutSystem::<B>::bonded();
        s.deposit("alice", wad(10));
        let others = [account("nobody"), s.weth, s.backend.program(Program::PutDesk)];
        for subject in subjects(&mut s, |_| Address::ZERO) {
            let mut strangers = FIRST.map(|program| s.backend.program(program)).to_vec();
            strangers.retain(|stranger| *stranger != subject.code);
            upgrades::refuses_what_is_not_its_own(&mut s.backend, &subject, &others, &strangers);
            upgrades::is_replaced_by_a_copy(&mut s.backend, &subject);
        }
    }

    fn only_its_owner_upgrades_a_pool_and_only_to_a_pool(s) {
        let (owner, thief, pool) = (s.owner, account("thief"), s.pool);
        let fresh = s.backend.another(Program::PutPool);
        s.refused(thief, upgrade(fresh, Vec::new()), NotOwner { caller: thief });
        for other in [account("nobody"), s.weth, pool, s.backend.program(Program::PutDesk)] {
            let invalid = ERC1967InvalidImplementation { implementation: other };
            s.refused(owner, upgrade(other, Vec::new()), invalid);
        }
        let house = s.backend.program(Program::House);
        let selector = initializeCall::SELECTOR.into();
        s.refused(owner, upgrade(house, Vec::new()), ProgramMismatch { program: house, selector });
        let other = s.backend.stub(Ok(U256::from(7).to_be_bytes::<32>().to_vec()));
        let unsupported = UUPSUnsupportedProxiableUUID { slot: B256::with_last_byte(7) };
        s.refused(owner, upgrade(other, Vec::new()), unsupported);
        s.refused(thief, proxiableUUIDCall {}, UUPSUnauthorizedCallContext {});
    }

    fn no_program_of_a_pool_stands_where_another_belongs(s) {
        let owner = s.owner;
        let right = OTHERS.map(|(program, _)| s.backend.program(program));
        let strangers = [Program::PutPool, Program::House, Program::Admin, Program::Lens, Program::Bonding];
        let candidates: Vec<Address> =
            right.into_iter().chain(strangers.map(|program| s.backend.program(program))).collect();
        for (place, (_, selector)) in OTHERS.into_iter().enumerate() {
            for candidate in candidates.iter().filter(|candidate| **candidate != right[place]) {
                let mut at = right;
                at[place] = *candidate;
                let mismatch = ProgramMismatch { program: *candidate, selector: selector.into() };
                s.refused(owner, setProgramsCall { programs: programs(at) }, mismatch);
            }
        }
        s.must(owner, setProgramsCall { programs: programs(right) });
    }
}

#[test]
fn no_administration_stands_that_would_be_the_last() {
    let mut s = PutSystem::<Wasm>::new();
    let (pool, owner, now) = (s.pool, s.owner, s.view(programsCall {}));
    let code = s.backend.program(Program::PutPool);
    let set = |admin| setProgramsCall { programs: PoolPrograms { admin, ..now } }.abi_encode();
    upgrades::stays_replaceable(&mut s.backend, pool, code, owner, set);
}

#[test]
fn a_later_version_of_each_contract_can_more_and_forgets_nothing() {
    let mut s = PutSystem::<Wasm>::bonded();
    let (_, id) = s.deposit("alice", wad(100));
    let bonder = s.bonder("bonder");
    s.bond(bonder, wad(1));
    let views = [
        vec![poolStateCall {}.abi_encode(), positionCall { id }.abi_encode(), ownerCall {}.abi_encode()],
        vec![Bonding::bondOfCall { id: U256::ONE }.abi_encode(), Bonding::backingCall {}.abi_encode()],
        vec![PriceHistory::markCall {}.abi_encode()],
        vec![VolatilitySource::volatilityCall {}.abi_encode()],
    ];
    for (subject, views) in
        subjects(&mut s, |backend| backend.another_named("next-version")).iter().zip(views)
    {
        upgrades::is_replaced_by_a_later_version(&mut s.backend, subject, &views);
    }
    s.bond(bonder, wad(1));
}

#[test]
fn no_slot_of_a_put_pool_has_moved() {
    let mut s = PutSystem::<Wasm>::bonded();
    let fresh = s.backend.clone();
    let (_, alice) = s.deposit("alice", wad(100));
    let (_, bob) = s.deposit("bob", wad(50));
    let bonder = s.bonder("bonder");
    s.bond(bonder, wad(2));
    s.roll_at(wad(1) / U256::from(10));
    let (_, carol) = s.deposit("carol", wad(5));
    let position = |id: U256| ("PutPool", positionCall { id }.abi_encode());
    layouts::check(Used {
        product: "put",
        fresh,
        used: &s.backend,
        contracts: &[
            ("PutPool", s.pool),
            ("Bonding", s.buyer),
            ("PriceHistory", s.history),
            ("VolatilitySource", s.volatility),
            ("WriterPosition", s.positions),
            ("PriceFeed", s.feeds[0]),
            ("PriceFeed#2", s.feeds[1]),
            ("PostedAggregator", s.sources[0]),
            ("PostedAggregator#2", s.sources[1]),
        ],
        others: &[("collateral", s.weth), ("underlying", s.rdpx), ("reward", s.dpx), ("dpxETH", s.dpx_eth)],
        views: vec![
            position(alice),
            position(bob),
            position(carol),
            ("Bonding", Bonding::bondOfCall { id: U256::ONE }.abi_encode()),
            ("Bonding", Bonding::backingAtCall { price: wad(1) / U256::from(20) }.abi_encode()),
        ],
    });
}
