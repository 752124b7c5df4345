//! How a pool is made, and what its owner may and may not do.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    Owned, Program, PutSystem,
    abi::{PoolParams, PutPool::*},
    account, on_both, wad,
};

type Edit = fn(&mut PoolParams);

/// What each parameter must not be, with its place and the value.
fn beyond() -> Vec<(u64, Edit, U256)> {
    vec![
        (0, |p| p.genesis = 0, U256::ZERO),
        (0, |p| p.genesis += 1, U256::from(1_800_000_001)),
        (1, |p| p.epochLength += 1, U256::from(2_592_001)),
        (2, |p| p.settlementWindow += 1, U256::from(21_601)),
        (1, |p| p.epochLength = 86_399, U256::from(86_399)),
        (1, |p| p.epochLength = 34_560_001, U256::from(34_560_001)),
        (2, |p| p.settlementWindow = 3_599, U256::from(3_599)),
        (2, |p| p.settlementWindow = 86_401, U256::from(86_401)),
        (3, |p| p.grace = 21_599, U256::from(21_599)),
        (3, |p| p.grace = 604_801, U256::from(604_801)),
        (4, |p| p.leverage = 0, U256::ZERO),
        (4, |p| p.leverage = 17, U256::from(17)),
        (5, |p| p.sigmaMin = U256::from(9_999_999_999_999_999_u64), U256::from(9_999_999_999_999_999_u64)),
        (6, |p| p.sigmaMax = wad(10) + U256::ONE, wad(10) + U256::ONE),
        (6, |p| (p.sigmaMin, p.sigmaMax) = (wad(2), wad(1)), wad(1)),
        (7, |p| p.sigmaMaxAge = 3_599, U256::from(3_599)),
        (8, |p| p.minDeposit = U256::ZERO, U256::ZERO),
        (9, |p| p.minUnits = U256::from(999_999), U256::from(999_999)),
        (10, |p| p.rewardsPerYear = wad(300_001), wad(300_001)),
        (10, |p| p.rewardsPerYear = wad(100_001), wad(100_001) * U256::from(3)),
        (11, |p| p.rewardDuration = 316_224_001, U256::from(316_224_001)),
    ]
}

on_both! {
    puts:
    fn a_pool_is_made_once_and_never_at_its_programs_own_address(s) {
        let call = s.initialize_call(PutSystem::<B>::params(1_800_000_000));
        let thief = account("thief");
        s.refused(thief, call.clone(), AlreadyInitialized {});
        for program in [Program::PutPool, Program::PutAdmin] {
            let at = s.backend.program(program);
            s.refused_by(thief, at, call.clone(), NotThroughProxy {});
        }
        for program in [Program::PutDesk, Program::PutRoll, Program::PutLens, Program::PutRecords] {
            let at = s.backend.program(program);
            assert!(s.send_to(thief, at, call.clone()).is_err());
        }
    }

    fn parameters_are_within_their_bounds(s) {
        for (index, edit, value) in beyond() {
            let mut params = PutSystem::<B>::params(1_800_000_000);
            edit(&mut params);
            let call = s.initialize_call(params);
            let error = ParameterOutOfBounds { index: U256::from(index), value };
            s.not_created(Program::PutPool, call.abi_encode(), error);
        }
    }

    fn tokens_and_addresses_are_checked_when_a_pool_is_made(s) {
        let good = s.initialize_call(PutSystem::<B>::params(1_800_000_000));
        let edits: [fn(&mut initializeCall); 8] = [
            |c| c.owner = Address::ZERO,
            |c| c.peers.collateral = Address::ZERO,
            |c| c.peers.underlying = Address::ZERO,
            |c| c.peers.treasury = Address::ZERO,
            |c| c.peers.history = Address::ZERO,
            |c| c.peers.volatilitySource = Address::ZERO,
            |c| c.peers.rewardToken = Address::ZERO,
            |c| c.programs.lens = Address::ZERO,
        ];
        for edit in edits {
            let mut call = good.clone();
            edit(&mut call);
            s.not_created(Program::PutPool, call.abi_encode(), ZeroAddress {});
        }
        let mut call = good;
        call.peers.collateral = account("no token");
        let error = UnsupportedToken { token: account("no token"), decimals: U256::MAX };
        s.not_created(Program::PutPool, call.abi_encode(), error);
    }

    fn what_is_set_once_stays(s) {
        let (owner, stranger) = (s.owner, account("stranger"));
        let (positions, buyer) = (s.positions, s.buyer);
        s.refused(owner, setPositionsCall { positions }, PeerAlreadySet { present: positions });
        s.refused(owner, setBuyerCall { buyer: stranger }, PeerAlreadySet { present: buyer });
        s.refused(stranger, setPositionsCall { positions }, NotOwner { caller: stranger });
        s.refused(stranger, setBuyerCall { buyer }, NotOwner { caller: stranger });
    }

    fn the_token_of_positions_has_to_be_this_pools(s) {
        let other = s.backend.owned(Owned::Positions, account("another pool"));
        let genesis = (s.backend.now() / 900 + 1) * 900;
        let pool = s.new_pool(PutSystem::<B>::params(genesis)).unwrap();
        let owner = s.owner;
        let call = setPositionsCall { positions: other };
        s.refused_by(owner, pool, call, PositionsMismatch { positions: other, pool });
    }

    fn before_the_first_epoch_writers_come_and_nothing_is_sold(s) {
        let genesis = (s.backend.now() / 900 + 10) * 900;
        let pool = s.new_pool(PutSystem::<B>::params(genesis)).unwrap();
        let owner = s.owner;
        // Before there is a token to hold, nobody can make what would be held by nobody.
        let alice = s.writer("early", wad(1));
        let weth = s.weth;
        s.approve(weth, alice, pool);
        let call = s.deposit_call(alice, wad(1));
        s.refused_by(alice, pool, call, PositionsNotSet {});
        let positions = s.backend.owned(Owned::Positions, pool);
        s.must_to(owner, pool, setPositionsCall { positions });
        s.must_to(owner, pool, setBuyerCall { buyer: owner });
        (s.pool, s.positions, s.buyer) = (pool, positions, owner);
        s.deposit("alice", wad(10));
        let call = s.purchase_call(wad(1), wad(1));
        let now = U256::from(s.backend.now());
        s.refused(owner, call, EpochNotStarted { start: U256::from(genesis), nowTime: now });
    }

    fn ownership_is_handed_over_in_two_steps(s) {
        let (owner, next) = (s.owner, account("timelock"));
        s.refused(next, transferOwnershipCall { newOwner: next }, NotOwner { caller: next });
        s.must(owner, transferOwnershipCall { newOwner: next });
        s.refused(owner, acceptOwnershipCall {}, NotPendingOwner { caller: owner });
        s.must(next, acceptOwnershipCall {});
        s.refused(owner, setTreasuryCall { treasury: owner }, NotOwner { caller: owner });
        s.must(next, setTreasuryCall { treasury: next });
        assert_eq!((s.view(ownerCall {}), s.view(peersCall {}).treasury), (next, next));
        s.refused(next, setTreasuryCall { treasury: Address::ZERO }, ZeroAddress {});
        let programs = s.programs();
        s.refused(owner, setProgramsCall { programs: programs.clone() }, NotOwner { caller: owner });
        s.must(next, setProgramsCall { programs });
    }
}
