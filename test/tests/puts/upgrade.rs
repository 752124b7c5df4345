//! A put pool whose code is replaced.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Program, PutSystem,
    abi::{PoolPrograms, PutPool::*},
    account, on_both, wad,
};

/// Behind the pool: each program, and a call that only it knows.
const OTHERS: [(Program, [u8; 4]); 5] = [
    (Program::PutDesk, coverAtMostCall::SELECTOR),
    (Program::PutRoll, rollCall::SELECTOR),
    (Program::PutLens, maxSupplyCall::SELECTOR),
    (Program::PutRecords, queuedOraclesCall::SELECTOR),
    (Program::PutAdmin, setTreasuryCall::SELECTOR),
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

    fn only_its_owner_upgrades_a_pool_and_only_to_a_pool(s) {
        let (owner, thief, pool) = (s.owner, account("thief"), s.pool);
        let fresh = s.backend.another(Program::PutPool);
        s.refused(thief, upgrade(fresh, Vec::new()), NotOwner { caller: thief });
        for other in [account("nobody"), s.weth, pool, s.backend.program(Program::PutDesk)] {
            let invalid = ERC1967InvalidImplementation { implementation: other };
            s.refused(owner, upgrade(other, Vec::new()), invalid);
        }
        let house = s.backend.program(Program::House);
        let selector = settleCall::SELECTOR.into();
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
