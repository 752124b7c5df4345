//! A floor market whose code is replaced.

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use everfloor_test::{
    FloorSystem, ONE,
    abi::{FloorMarket::*, MarketPrograms},
    account,
};

/// Behind the market, in the order of the struct: each program, and a call that only it knows; the ledger's has no name.
const OTHERS: [(&str, [u8; 4]); 13] = [
    ("floor-ledger", [0; 4]),
    ("floor-cash", claimWaitingCall::SELECTOR),
    ("floor-trade", canSettleCall::SELECTOR),
    ("floor-vault", flashNftCall::SELECTOR),
    ("floor-funding", pokeFundingCall::SELECTOR),
    ("floor-auction", redoCall::SELECTOR),
    ("floor-sale", takeCall::SELECTOR),
    ("floor-takeover", closeBankruptCall::SELECTOR),
    ("floor-end", unredeemedPriceCall::SELECTOR),
    ("floor-lens", getCashCall::SELECTOR),
    ("floor-simulate", maxMintCall::SELECTOR),
    ("floor-records", versionCall::SELECTOR),
    ("floor-admin", namePeersCall::SELECTOR),
];

fn upgrade(new_implementation: Address, data: Vec<u8>) -> upgradeToAndCallCall {
    upgradeToAndCallCall { newImplementation: new_implementation, data: data.into() }
}

fn programs(at: [Address; 13]) -> MarketPrograms {
    let [ledger, cash, trade, vault, funding, auction, sale, takeover, end, lens, simulate, records, admin] =
        at;
    MarketPrograms {
        ledger,
        cash,
        trade,
        vault,
        funding,
        auction,
        sale,
        takeover,
        end,
        lens,
        simulate,
        records,
        admin,
    }
}

#[test]
fn all_code_is_replaced_at_once_and_nothing_else_changes() {
    let mut s = FloorSystem::told();
    let (owner, holder) = (s.owner, s.trader("holder"));
    s.lock(holder, 2);
    s.deposit(holder, ONE);
    let seen = |s: &FloorSystem| {
        (s.view(getMarketCall {}), s.view(getCashCall {}), s.holding(holder), s.view(ownerCall {}))
    };
    let before = seen(&s);
    let market = s.backend.another_named("floor-market");
    let fresh = programs(OTHERS.map(|(name, _)| s.backend.another_named(name)));
    let data = setProgramsCall { programs: fresh.clone() }.abi_encode();
    let done = s.must(owner, upgrade(market, data));
    assert_eq!(done.event::<Upgraded>().implementation, market);
    assert_eq!(s.view(programsCall {}), fresh);
    assert_eq!(seen(&s), before);
    s.lock(holder, 1);
    assert_eq!(s.view(UPGRADE_INTERFACE_VERSIONCall {}), "5.0.0");
    let old = s.backend.named("floor-market");
    s.must(owner, upgrade(old, Vec::new()));
}

#[test]
fn only_its_owner_upgrades_a_market_and_only_to_a_market() {
    let mut s = FloorSystem::told();
    let (owner, thief, market) = (s.owner, account("thief"), s.market);
    let fresh = s.backend.another_named("floor-market");
    s.refused(thief, upgrade(fresh, Vec::new()), NotOwner { caller: thief });
    for other in [account("nobody"), s.cash, market, s.backend.named("floor-end")] {
        let invalid = ERC1967InvalidImplementation { implementation: other };
        s.refused(owner, upgrade(other, Vec::new()), invalid);
    }
    s.refused(thief, proxiableUUIDCall {}, UUPSUnauthorizedCallContext {});
    let slot: B256 = s.view_of(fresh, proxiableUUIDCall {});
    assert_eq!(slot, s.view_of(s.backend.named("floor-market"), proxiableUUIDCall {}));
}

#[test]
fn no_program_of_a_market_stands_where_another_belongs() {
    let mut s = FloorSystem::told();
    let owner = s.owner;
    let right = OTHERS.map(|(name, _)| s.backend.named(name));
    let market = s.backend.named("floor-market");
    for (place, (_, selector)) in OTHERS.into_iter().enumerate() {
        for candidate in right.iter().chain([&market]).filter(|candidate| **candidate != right[place]) {
            let mut at = right;
            at[place] = *candidate;
            let mismatch = ProgramMismatch { program: *candidate, selector: selector.into() };
            s.refused(owner, setProgramsCall { programs: programs(at) }, mismatch);
        }
    }
    s.must(owner, setProgramsCall { programs: programs(right) });
}
