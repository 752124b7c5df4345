//! Initialisation, administration, roles.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use everfloor_test::{
    Program, System,
    abi::{ClearingHouse::*, MarketParams, Programs},
    account, on_both, wad,
};

type Edit = fn(&mut MarketParams);
/// A parameter's place, edits to values that are allowed, and edits to values that are not, with those values.
type Bound = (u64, Vec<Edit>, Vec<(Edit, u64)>);

/// The lowest and highest value allowed of each ratio and time, and those just beyond. They are counted as the rules
/// keep them: what is small of both structs, then what is large.
fn bounds() -> Vec<Bound> {
    vec![
        (
            0,
            vec![
                |p| {
                    (p.trading.initialMarginPpm, p.trading.maintenanceMarginPpm) = (10_000, 10_000);
                    (p.risk.liquidationPenaltyPpm, p.risk.takeoverDiscountPpm) = (10_000, 10_000);
                },
                |p| p.trading.initialMarginPpm = 900_000,
            ],
            vec![
                (|p| p.trading.initialMarginPpm = 9_999, 9_999),
                (|p| p.trading.initialMarginPpm = 900_001, 900_001),
            ],
        ),
        (
            1,
            vec![|p| (p.trading.maintenanceMarginPpm, p.risk.liquidationPenaltyPpm) = (5_000, 5_000), |p| {
                p.trading.maintenanceMarginPpm = p.trading.initialMarginPpm
            }],
            vec![
                (|p| p.trading.maintenanceMarginPpm = 4_999, 4_999),
                (|p| p.trading.maintenanceMarginPpm = 100_001, 100_001),
            ],
        ),
        (
            2,
            vec![|p| (p.trading.feePpm, p.risk.keeperFloor) = (0, U256::ZERO), |p| {
                p.trading.feePpm = 100_000
            }],
            vec![
                (|p| p.trading.feePpm = 100_001, 100_001),
                (|p| p.trading.feePpm = u32::MAX, u64::from(u32::MAX)),
            ],
        ),
        (
            3,
            vec![|p| p.trading.insuranceSharePpm = 0, |p| {
                (p.trading.insuranceSharePpm, p.risk.keeperFloor) = (1_000_000, U256::ZERO)
            }],
            vec![(|p| p.trading.insuranceSharePpm = 1_000_001, 1_000_001)],
        ),
        (
            4,
            vec![|p| p.trading.maxPriceImpactPpm = 1_000, |p| p.trading.maxPriceImpactPpm = 16_000_000],
            vec![
                (|p| p.trading.maxPriceImpactPpm = 999, 999),
                (|p| p.trading.maxPriceImpactPpm = 16_000_001, 16_000_001),
            ],
        ),
        (
            5,
            vec![|p| p.trading.maxDivergencePpm = 10_000, |p| p.trading.maxDivergencePpm = 16_000_000],
            vec![
                (|p| p.trading.maxDivergencePpm = 9_999, 9_999),
                (|p| p.trading.maxDivergencePpm = 16_000_001, 16_000_001),
            ],
        ),
        (
            6,
            vec![|p| p.trading.markBandPpm = 5_000, |p| p.trading.markBandPpm = 16_000_000],
            vec![
                (|p| p.trading.markBandPpm = 4_999, 4_999),
                (|p| p.trading.markBandPpm = 16_000_001, 16_000_001),
            ],
        ),
        (
            7,
            vec![|p| p.trading.maxFundingPpm = 0, |p| p.trading.maxFundingPpm = 500_000],
            vec![(|p| p.trading.maxFundingPpm = 500_001, 500_001)],
        ),
        (
            8,
            vec![|p| p.trading.twapWindow = 0, |p| p.trading.twapWindow = 86_400],
            vec![(|p| p.trading.twapWindow = 86_401, 86_401)],
        ),
        (
            9,
            vec![|p| p.trading.windowImpactPpm = 1_000, |p| p.trading.windowImpactPpm = 16_000_000],
            vec![
                (|p| p.trading.windowImpactPpm = 999, 999),
                (|p| p.trading.windowImpactPpm = 16_000_001, 16_000_001),
            ],
        ),
        (
            10,
            vec![|p| p.trading.impactWindow = 0, |p| p.trading.impactWindow = 86_400],
            vec![(|p| p.trading.impactWindow = 86_401, 86_401)],
        ),
        (
            11,
            vec![|p| p.trading.skewSpreadPpm = 0, |p| p.trading.skewSpreadPpm = 50_000],
            vec![(|p| p.trading.skewSpreadPpm = 50_001, 50_001)],
        ),
        (
            12,
            vec![|p| p.trading.gapSpreadPpm = 0, |p| p.trading.gapSpreadPpm = 1_000_000],
            vec![(|p| p.trading.gapSpreadPpm = 1_000_001, 1_000_001)],
        ),
        (
            13,
            vec![|p| p.trading.fundingSharePpm = 0, |p| p.trading.fundingSharePpm = 333_333],
            vec![(|p| p.trading.fundingSharePpm = 333_334, 333_334)],
        ),
        (
            14,
            vec![|p| p.risk.liquidationPenaltyPpm = 1_000, |p| p.risk.liquidationPenaltyPpm = 62_500],
            vec![
                (|p| p.risk.liquidationPenaltyPpm = 999, 999),
                (|p| p.risk.liquidationPenaltyPpm = 62_501, 62_501),
            ],
        ),
        (
            15,
            vec![|p| p.risk.keeperSharePpm = 50_000, |p| p.risk.keeperSharePpm = 1_000_000],
            vec![
                (|p| p.risk.keeperSharePpm = 49_999, 49_999),
                (|p| p.risk.keeperSharePpm = 1_000_001, 1_000_001),
            ],
        ),
        (
            16,
            vec![
                |p| p.risk.liquidationTargetPpm = 0,
                |p| p.risk.liquidationTargetPpm = p.trading.maintenanceMarginPpm,
                |p| p.risk.liquidationTargetPpm = 900_000,
            ],
            vec![
                (|p| p.risk.liquidationTargetPpm = 1, 1),
                (|p| p.risk.liquidationTargetPpm = 62_499, 62_499),
                (|p| p.risk.liquidationTargetPpm = 900_001, 900_001),
            ],
        ),
        (
            17,
            vec![|p| p.risk.takeoverDiscountPpm = 0, |p| p.risk.takeoverDiscountPpm = 100_000],
            vec![(|p| p.risk.takeoverDiscountPpm = 100_001, 100_001)],
        ),
        (
            18,
            vec![|p| p.risk.takeoverTime = 60, |p| p.risk.takeoverTime = 86_400],
            vec![(|p| p.risk.takeoverTime = 59, 59), (|p| p.risk.takeoverTime = 86_401, 86_401)],
        ),
        (
            19,
            vec![|p| p.risk.repegStepPpm = 0, |p| p.risk.repegStepPpm = 2_000],
            vec![(|p| p.risk.repegStepPpm = 2_001, 2_001)],
        ),
        (
            20,
            vec![|p| p.risk.curveSharePpm = 0, |p| p.risk.curveSharePpm = 23_000],
            vec![(|p| p.risk.curveSharePpm = 23_001, 23_001)],
        ),
        (
            21,
            vec![|p| p.risk.resumeGrace = 0, |p| p.risk.resumeGrace = 3_600],
            vec![(|p| p.risk.resumeGrace = 3_601, 3_601)],
        ),
        (
            26,
            vec![|p| p.risk.keeperFloor = U256::ZERO, |p| p.risk.keeperFloor = U256::from(5_000)],
            vec![(|p| p.risk.keeperFloor = U256::from(5_001), 5_001)],
        ),
    ]
}

/// These programs with one of them missing, for each of them.
fn each_missing(programs: &Programs) -> Vec<Programs> {
    let words = programs.abi_encode();
    let without = |place: usize| {
        let mut words = words.clone();
        words[32 * place..32 * (place + 1)].fill(0);
        Programs::abi_decode(&words).expect("addresses")
    };
    (0..words.len() / 32).map(without).collect()
}

fn set_market<B: everfloor_test::Backend>(s: &System<B>, params: MarketParams) -> setMarketCall {
    setMarketCall { marketId: s.market, feed: s.feed, params }
}

on_both! {
    /// The owner and programs are named by the call that creates the proxy: nobody gets in between.
    fn initialising_belongs_to_the_creation_of_the_proxy_and_happens_once(s) {
        let (house, init) = (s.new_house(), s.initialize_call());
        assert_eq!(s.ask(house, ownerCall {}).unwrap(), s.owner);
        for caller in [account("thief"), s.owner] {
            let mine = initializeCall { owner: caller, ..init.clone() };
            let revert = s.send_to(caller, house, mine).unwrap_err();
            assert_eq!(revert.0, AlreadyInitialized {}.abi_encode());
        }
        assert_eq!(s.ask(house, ownerCall {}).unwrap(), s.owner);
    }

    fn a_program_cannot_be_initialised_or_used_at_its_own_address(s) {
        let thief = account("thief");
        let init = initializeCall { owner: thief, ..s.initialize_call() };
        let program = s.backend.program(Program::House);
        let revert = s.send_to(thief, program, init).unwrap_err();
        assert_eq!(revert.0, NotThroughProxy {}.abi_encode());
        assert_eq!(s.backend.storage(&[program]).get(&program).map_or(0, |words| words.len()), 0);

        // The others run on the clearing house's storage; on their own there is none.
        let admin = s.backend.program(Program::Admin);
        let call = setCollateralCall { quoteToken: s.token, insuranceFund: s.fund };
        let revert = s.send_to(thief, admin, call).unwrap_err();
        assert_eq!(revert.0, NotOwner { caller: thief }.abi_encode());
        let upkeep = s.backend.program(Program::Upkeep);
        let revert = s.send_to(thief, upkeep, settleFundingCall { marketId: s.market }).unwrap_err();
        assert_eq!(revert.0, UnknownMarket { marketId: s.market }.abi_encode());
        let lens = s.backend.program(Program::Lens);
        let revert = s.send_to(thief, lens, acceptOwnershipCall {}).unwrap_err();
        assert_eq!(revert.0, NoExtension { extension: Address::ZERO }.abi_encode());
    }

    fn initialising_refuses_zero_addresses(s) {
        let full = s.initialize_call();
        let program = s.backend.program(Program::House);
        let zero = Address::ZERO;
        let nobody = initializeCall { owner: zero, ..full.clone() };
        s.backend.proxy(program, nobody.abi_encode()).unwrap_err();
        for programs in each_missing(&full.programs) {
            let init = initializeCall { programs, ..full.clone() };
            s.backend.proxy(program, init.abi_encode()).unwrap_err();
        }
    }

    fn the_collateral_is_set_once_by_the_owner_and_before_any_market(s) {
        let owner = s.owner;
        s.house = s.new_house();
        let market = s.market_call(System::<B>::params());
        s.refused(owner, market.clone(), CollateralNotSet {});
        let call = setCollateralCall { quoteToken: s.token, insuranceFund: s.fund };
        let thief = account("thief");
        s.refused(thief, call.clone(), NotOwner { caller: thief });
        s.refused(owner, setCollateralCall { quoteToken: Address::ZERO, ..call.clone() }, ZeroAddress {});
        s.refused(owner, setCollateralCall { insuranceFund: Address::ZERO, ..call.clone() }, ZeroAddress {});
        // A fund of another token, or none; no token, and one with too many decimals.
        let stranger = account("no fund");
        let mismatch = InsuranceFundMismatch { insuranceFund: stranger, quoteToken: s.token };
        s.refused(owner, setCollateralCall { insuranceFund: stranger, ..call.clone() }, mismatch);
        let nobody = account("nobody");
        let unsupported = UnsupportedToken { token: nobody, decimals: U256::MAX };
        s.refused(owner, setCollateralCall { quoteToken: nobody, ..call.clone() }, unsupported);
        let fine = s.backend.stub(Ok(U256::from(19).to_be_bytes::<32>().to_vec()));
        let unsupported = UnsupportedToken { token: fine, decimals: U256::from(19) };
        s.refused(owner, setCollateralCall { quoteToken: fine, ..call.clone() }, unsupported);

        let done = s.must(owner, call.clone());
        let event = done.event::<CollateralSet>();
        assert_eq!((event.quoteToken, event.insuranceFund), (s.token, s.fund));
        let again = CollateralAlreadySet { quoteToken: s.token };
        s.refused(owner, call, again);
        assert_eq!(s.must(owner, market).returned, U256::ONE);
    }

    fn markets_are_created_by_the_owner_with_ids_from_one(s) {
        let (owner, thief) = (s.owner, account("thief"));
        let call = s.market_call(System::<B>::params());
        s.refused(thief, call.clone(), NotOwner { caller: thief });
        let done = s.must(owner, call.clone());
        assert_eq!(done.returned, U256::from(2));
        assert_eq!(s.view(marketCountCall {}), U256::from(2));
        let event = done.event::<MarketCreated>();
        assert_eq!((event.marketId, event.sequence, event.feed), (U256::from(2), U256::ONE, s.feed));
        assert_eq!((event.baseReserve, event.quoteReserve, event.peg), (wad(100_000), wad(10_000_000), wad(1)));
        let params = s.view(getParamsCall { marketId: U256::from(2) });
        assert_eq!((params.feed, params.params), (s.feed, System::<B>::params()));
    }

    fn a_market_needs_reserves_a_price_and_a_feed_that_answers(s) {
        let owner = s.owner;
        let call = s.market_call(System::<B>::params());
        let zero = U256::ZERO;
        s.refused(owner, createMarketCall { baseReserve: zero, ..call.clone() }, ZeroAmount {});
        s.refused(owner, createMarketCall { quoteReserve: zero, ..call.clone() }, ZeroAmount {});
        s.refused(owner, createMarketCall { peg: zero, ..call.clone() }, ZeroAmount {});
        for huge in [U256::MAX, U256::from(1) << 128] {
            s.refused(owner, createMarketCall { baseReserve: huge, ..call.clone() }, Overflow {});
            s.refused(owner, createMarketCall { quoteReserve: huge, ..call.clone() }, Overflow {});
            s.refused(owner, createMarketCall { peg: huge, ..call.clone() }, Overflow {});
        }
        s.refused(owner, createMarketCall { feed: Address::ZERO, ..call.clone() }, ZeroAddress {});
        let silent = createMarketCall { feed: account("nobody"), ..call };
        s.refused(owner, silent, OracleUnusable { status: 5, updatedAt: zero });
        assert_eq!(s.view(marketCountCall {}), U256::ONE);
    }

    fn every_parameter_has_hard_bounds_on_creation_and_on_change(s) {
        let owner = s.owner;
        // The repeg's step is bound by the fee, which is tried from nothing on.
        let usual = || {
            let mut params = System::<B>::params();
            params.risk.repegStepPpm = 0;
            params
        };
        for (index, allowed, refused) in bounds() {
            for edit in allowed {
                let mut params = usual();
                edit(&mut params);
                s.must(owner, set_market(&s, params.clone()));
                let stored = s.view(getParamsCall { marketId: s.market }).params;
                assert_eq!(stored, params, "parameter {index}");
            }
            for (edit, value) in refused {
                let mut params = usual();
                edit(&mut params);
                let error = ParameterOutOfBounds { index: U256::from(index), value: U256::from(value) };
                s.refused(owner, set_market(&s, params.clone()), error.clone());
                s.refused(owner, s.market_call(params), error);
            }
        }
        let wide = |edit: fn(&mut MarketParams)| {
            let mut params = System::<B>::params();
            edit(&mut params);
            params
        };
        let too_wide: [fn(&mut MarketParams); 7] = [
            |p| p.trading.minNotional = U256::from(1) << 88,
            |p| p.trading.minNotional = U256::MAX,
            |p| p.trading.maxOpenInterest = U256::MAX,
            |p| p.trading.maxSkew = U256::MAX,
            |p| p.trading.maxPosition = U256::from(1) << 128,
            |p| p.risk.keeperFloor = U256::MAX,
            |p| p.risk.targetDepth = U256::MAX,
        ];
        for edit in too_wide {
            s.refused(owner, set_market(&s, wide(edit)), Overflow {});
        }
    }

    fn changing_a_market_is_the_owners_and_says_so(s) {
        let (owner, thief) = (s.owner, account("thief"));
        let call = set_market(&s, System::<B>::params());
        s.refused(thief, call.clone(), NotOwner { caller: thief });
        s.refused(owner, setMarketCall { feed: Address::ZERO, ..call.clone() }, ZeroAddress {});
        let unknown = setMarketCall { marketId: U256::from(9), ..call.clone() };
        s.refused(owner, unknown, UnknownMarket { marketId: U256::from(9) });
        let before = s.market().sequence;
        let event = s.must(owner, call).event::<MarketParamsChanged>();
        assert_eq!((event.marketId, event.sequence, event.feed), (s.market, before + U256::ONE, s.feed));
    }

    fn ownership_passes_in_two_steps_and_to_nobody_else(s) {
        let (owner, next, thief) = (s.owner, account("next"), account("thief"));
        s.refused(thief, transferOwnershipCall { newOwner: thief }, NotOwner { caller: thief });
        let offered = s.must(owner, transferOwnershipCall { newOwner: next });
        assert_eq!(offered.event::<OwnershipTransferStarted>().newOwner, next);
        assert_eq!((s.view(ownerCall {}), s.view(pendingOwnerCall {})), (owner, next));
        s.refused(thief, acceptOwnershipCall {}, NotPendingOwner { caller: thief });
        s.refused(owner, acceptOwnershipCall {}, NotPendingOwner { caller: owner });
        // Until then the old owner governs, and can think again.
        s.must(owner, setGuardianCall { guardian: thief });
        s.must(owner, transferOwnershipCall { newOwner: Address::ZERO });
        s.refused(next, acceptOwnershipCall {}, NotPendingOwner { caller: next });
        s.must(owner, transferOwnershipCall { newOwner: next });
        let accepted = s.must(next, acceptOwnershipCall {}).event::<OwnershipTransferred>();
        assert_eq!((accepted.previousOwner, accepted.newOwner), (owner, next));
        assert_eq!((s.view(ownerCall {}), s.view(pendingOwnerCall {})), (next, Address::ZERO));
        s.refused(owner, setGuardianCall { guardian: owner }, NotOwner { caller: owner });
        s.refused(next, acceptOwnershipCall {}, NotPendingOwner { caller: next });
    }

    fn the_guardian_pauses_and_does_nothing_else(s) {
        let (owner, guardian, thief) = (s.owner, account("guardian"), account("thief"));
        let pause = |paused| setOpeningPausedCall { marketId: U256::ONE, paused };
        s.refused(guardian, setGuardianCall { guardian }, NotOwner { caller: guardian });
        s.refused(guardian, pause(true), NotGuardian { caller: guardian });
        let event = s.must(owner, setGuardianCall { guardian }).event::<GuardianChanged>();
        assert_eq!((event.previousGuardian, event.newGuardian), (Address::ZERO, guardian));
        assert_eq!(s.view(guardianCall {}), guardian);

        s.refused(thief, pause(true), NotGuardian { caller: thief });
        let before = s.market().sequence;
        let event = s.must(guardian, pause(true)).event::<MarketStatusChanged>();
        assert_eq!((event.sequence, event.paused), (before + U256::ONE, true));
        assert!(!event.reduceOnly && !event.halted);
        assert!(s.market().paused);
        s.refused(guardian, pause(false), NotCouncil { caller: guardian });
        let not_owner = || NotOwner { caller: guardian };
        s.refused(guardian, set_market(&s, System::<B>::params()), not_owner());
        s.refused(guardian, s.market_call(System::<B>::params()), not_owner());
        s.refused(guardian, transferOwnershipCall { newOwner: guardian }, not_owner());
        let programs = s.view(programsCall {});
        s.refused(guardian, setProgramsCall { programs }, not_owner());
        s.must(owner, pause(false));
        assert!(!s.market().paused);
        s.must(owner, pause(true));
    }

    fn programs_are_replaced_by_the_owner_alone_and_none_may_be_missing(s) {
        let (owner, thief) = (s.owner, account("thief"));
        let now = s.view(programsCall {});
        let same = setProgramsCall { programs: now.clone() };
        assert_eq!(now, s.programs());
        s.refused(thief, same.clone(), NotOwner { caller: thief });
        for programs in each_missing(&now) {
            s.refused(owner, setProgramsCall { programs }, ZeroAddress {});
        }
        s.must(owner, same.clone()).event::<ProgramsChanged>();
        // Nor one that is not there.
        let nobody = account("nobody");
        let mismatch = ProgramMismatch { program: nobody, selector: settleFundingCall::SELECTOR.into() };
        s.refused(owner, setProgramsCall { programs: Programs { upkeep: nobody, ..now } }, mismatch);
        s.must(thief, settleFundingCall { marketId: s.market });
    }

    fn an_unknown_market_is_a_typed_error_on_every_entry_point(s) {
        let (owner, user) = (s.owner, s.trader("user", 100));
        for id in [U256::ZERO, U256::from(2), U256::from(u64::MAX), U256::MAX] {
            let unknown = || UnknownMarket { marketId: id };
            let one = U256::ONE;
            s.refused(user, openPositionCall { marketId: id, ..s.open_call(0, one, wad(10)) }, unknown());
            s.refused(user, closePositionCall { marketId: id, ..s.close_call(one) }, unknown());
            s.refused(user, addMarginCall { marketId: id, amount: one }, unknown());
            s.refused(user, removeMarginCall { marketId: id, amount: one, recipient: user }, unknown());
            s.refused(user, liquidateCall { marketId: id, ..s.liquidate_call(user) }, unknown());
            s.refused(user, settleFundingCall { marketId: id }, unknown());
            s.refused(user, realizeLossCall { marketId: id, trader: user }, unknown());
            s.refused(user, claimProfitCall { marketId: id, amount: one, minPayout: one }, unknown());
            s.refused(user, payInsuranceCall { marketId: id }, unknown());
            s.refused(owner, setOpeningPausedCall { marketId: id, paused: true }, unknown());
            s.refused(owner, setMarketCall { marketId: id, ..set_market(&s, System::<B>::params()) }, unknown());
            s.refused(user, getMarketCall { marketId: id }, unknown());
            s.refused(user, getParamsCall { marketId: id }, unknown());
            s.refused(user, getPositionCall { marketId: id, account: user }, unknown());
            s.refused(user, marginRatioCall { marketId: id, account: user }, unknown());
            s.refused(user, markPriceCall { marketId: id }, unknown());
            s.refused(user, indexPriceCall { marketId: id }, unknown());
            s.refused(user, spotPriceCall { marketId: id }, unknown());
            s.refused(user, haircutCall { marketId: id }, unknown());
            s.refused(user, accountsOfMarketCall { marketId: id, from: one, count: one }, unknown());
            s.refused(user, liquidatableCall { marketId: id, from: one, count: one }, unknown());
            let expected = unknown().abi_encode();
            let zero = U256::ZERO;
            let previews = [
                s.view(previewOpenPositionCall {
                    marketId: id, account: user, side: 0, margin: one, notional: one, baseLimit: zero, maxFee: one,
                }),
                s.view(previewClosePositionCall { marketId: id, account: user, size: one, quoteLimit: zero, maxFee: one }),
                s.view(previewRemoveMarginCall { marketId: id, account: user, amount: one }),
                s.view(previewLiquidateCall { marketId: id, account: user, quoteLimit: zero, insurance: zero }),
            ];
            for preview in previews {
                assert_eq!(preview.errorData, expected);
                assert_eq!(preview.errorSelector.0, UnknownMarket::SELECTOR);
            }
        }
    }

    fn native_value_and_unknown_functions_are_refused(s) {
        let user = account("user");
        s.backend.give_value(user, wad(10));
        let value = U256::from(5);
        let calls: [Vec<u8>; 6] = [
            Vec::new(),
            vec![1, 2, 3],
            vec![0xde, 0xad, 0xbe, 0xef],
            addMarginCall { marketId: s.market, amount: U256::ONE }.abi_encode(),
            getMarketCall { marketId: s.market }.abi_encode(),
            settleFundingCall { marketId: s.market }.abi_encode(),
        ];
        for data in calls {
            s.backend.send(user, s.house, value, data).unwrap_err();
        }
        assert_eq!(s.backend.value_of(s.house), U256::ZERO);
        for data in [vec![], vec![1], vec![0xde, 0xad, 0xbe, 0xef]] {
            s.backend.send(user, s.house, U256::ZERO, data).unwrap_err();
        }
        // Arguments cut short, or an address with dirt above it.
        let full = s.open_call(0, U256::ONE, wad(10)).abi_encode();
        for length in [4, 5, 36, full.len() - 1] {
            s.backend.send(user, s.house, U256::ZERO, full[..length].to_vec()).unwrap_err();
        }
        let mut dirty = s.liquidate_call(user).abi_encode();
        dirty[36] = 1;
        s.backend.send(user, s.house, U256::ZERO, dirty).unwrap_err();
    }
}
