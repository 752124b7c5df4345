//! Initialisation, administration, roles.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use everfloor_test::{
    Program, System,
    abi::{ClearingHouse::*, MarketParams},
    account, on_both, wad,
};

type Edit = fn(&mut MarketParams);
/// A parameter's place, edits to values that are allowed, and edits to values that are not, with those values.
type Bound = (u64, Vec<Edit>, Vec<(Edit, u64)>);

/// The lowest and highest value allowed of each parameter, and those just beyond.
fn bounds() -> Vec<Bound> {
    vec![
        (
            0,
            vec![
                |p| {
                    (p.initialMarginPpm, p.maintenanceMarginPpm, p.liquidationPenaltyPpm) =
                        (10_000, 10_000, 10_000)
                },
                |p| p.initialMarginPpm = 900_000,
            ],
            vec![(|p| p.initialMarginPpm = 9_999, 9_999), (|p| p.initialMarginPpm = 900_001, 900_001)],
        ),
        (
            1,
            vec![|p| (p.maintenanceMarginPpm, p.liquidationPenaltyPpm) = (5_000, 5_000), |p| {
                p.maintenanceMarginPpm = p.initialMarginPpm
            }],
            vec![
                (|p| p.maintenanceMarginPpm = 4_999, 4_999),
                (|p| p.maintenanceMarginPpm = 100_001, 100_001),
            ],
        ),
        (
            2,
            vec![|p| (p.feePpm, p.keeperFloor) = (0, U256::ZERO), |p| p.feePpm = 100_000],
            vec![(|p| p.feePpm = 100_001, 100_001), (|p| p.feePpm = u32::MAX, u64::from(u32::MAX))],
        ),
        (
            3,
            vec![|p| p.liquidationPenaltyPpm = 1_000, |p| p.liquidationPenaltyPpm = p.maintenanceMarginPpm],
            vec![(|p| p.liquidationPenaltyPpm = 999, 999), (|p| p.liquidationPenaltyPpm = 62_501, 62_501)],
        ),
        (
            4,
            vec![|p| p.insuranceSharePpm = 0, |p| {
                (p.insuranceSharePpm, p.keeperFloor) = (1_000_000, U256::ZERO)
            }],
            vec![(|p| p.insuranceSharePpm = 1_000_001, 1_000_001)],
        ),
        (
            5,
            vec![|p| p.keeperSharePpm = 50_000, |p| p.keeperSharePpm = 1_000_000],
            vec![(|p| p.keeperSharePpm = 49_999, 49_999), (|p| p.keeperSharePpm = 1_000_001, 1_000_001)],
        ),
        (
            6,
            vec![|p| p.maxPriceImpactPpm = 1_000, |p| p.maxPriceImpactPpm = 16_000_000],
            vec![(|p| p.maxPriceImpactPpm = 999, 999), (|p| p.maxPriceImpactPpm = 16_000_001, 16_000_001)],
        ),
        (
            7,
            vec![|p| p.maxDivergencePpm = 10_000, |p| p.maxDivergencePpm = 16_000_000],
            vec![(|p| p.maxDivergencePpm = 9_999, 9_999), (|p| p.maxDivergencePpm = 16_000_001, 16_000_001)],
        ),
        (
            8,
            vec![|p| p.markBandPpm = 5_000, |p| p.markBandPpm = 16_000_000],
            vec![(|p| p.markBandPpm = 4_999, 4_999), (|p| p.markBandPpm = 16_000_001, 16_000_001)],
        ),
        (
            9,
            vec![|p| p.maxFundingPpm = 0, |p| p.maxFundingPpm = 500_000],
            vec![(|p| p.maxFundingPpm = 500_001, 500_001)],
        ),
        (10, vec![|p| p.twapWindow = 86_400], vec![(|p| p.twapWindow = 86_401, 86_401)]),
    ]
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
        let risk = s.backend.program(Program::Risk);
        let revert = s.send_to(thief, risk, settleFundingCall { marketId: s.market }).unwrap_err();
        assert_eq!(revert.0, UnknownMarket { marketId: s.market }.abi_encode());
        let lens = s.backend.program(Program::Lens);
        let revert = s.send_to(thief, lens, acceptOwnershipCall {}).unwrap_err();
        assert_eq!(revert.0, NoExtension { extension: Address::ZERO }.abi_encode());
    }

    fn initialising_refuses_zero_addresses(s) {
        let full = s.initialize_call();
        let program = s.backend.program(Program::House);
        let zero = Address::ZERO;
        for init in [
            initializeCall { owner: zero, ..full.clone() },
            initializeCall { risk: zero, ..full.clone() },
            initializeCall { lens: zero, ..full.clone() },
            initializeCall { admin: zero, ..full.clone() },
            initializeCall { preview: zero, ..full.clone() },
        ] {
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
        for (index, allowed, refused) in bounds() {
            for edit in allowed {
                let mut params = System::<B>::params();
                edit(&mut params);
                s.must(owner, set_market(&s, params.clone()));
                let stored = s.view(getParamsCall { marketId: s.market }).params;
                assert_eq!(stored, params, "parameter {index}");
            }
            for (edit, value) in refused {
                let mut params = System::<B>::params();
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
        let too_wide: [fn(&mut MarketParams); 5] = [
            |p| p.minNotional = U256::from(1) << 88,
            |p| p.minNotional = U256::MAX,
            |p| p.maxOpenInterest = U256::MAX,
            |p| p.maxPosition = U256::from(1) << 128,
            |p| p.keeperFloor = U256::MAX,
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
        let event = s.must(guardian, pause(true)).event::<OpeningPauseChanged>();
        assert_eq!((event.sequence, event.paused), (before + U256::ONE, true));
        assert!(s.market().openingPaused);
        s.refused(guardian, pause(false), NotOwner { caller: guardian });
        let not_owner = || NotOwner { caller: guardian };
        s.refused(guardian, set_market(&s, System::<B>::params()), not_owner());
        s.refused(guardian, s.market_call(System::<B>::params()), not_owner());
        s.refused(guardian, transferOwnershipCall { newOwner: guardian }, not_owner());
        let programs = s.view(programsCall {});
        let (risk, lens, admin, preview) = (programs.risk, programs.lens, programs.admin, programs.preview);
        s.refused(guardian, setProgramsCall { risk, lens, admin, preview }, not_owner());
        s.must(owner, pause(false));
        assert!(!s.market().openingPaused);
        s.must(owner, pause(true));
    }

    fn programs_are_replaced_by_the_owner_alone_and_none_may_be_missing(s) {
        let (owner, thief) = (s.owner, account("thief"));
        let now = s.view(programsCall {});
        let same = setProgramsCall { risk: now.risk, lens: now.lens, admin: now.admin, preview: now.preview };
        assert_eq!(now.risk, s.backend.program(Program::Risk));
        s.refused(thief, same.clone(), NotOwner { caller: thief });
        let zero = Address::ZERO;
        s.refused(owner, setProgramsCall { risk: zero, ..same.clone() }, ZeroAddress {});
        s.refused(owner, setProgramsCall { lens: zero, ..same.clone() }, ZeroAddress {});
        s.refused(owner, setProgramsCall { admin: zero, ..same.clone() }, ZeroAddress {});
        s.refused(owner, setProgramsCall { preview: zero, ..same.clone() }, ZeroAddress {});
        s.must(owner, same.clone()).event::<ProgramsChanged>();
        // A program that is not there is a typed error, not silence taken for success.
        let nobody = account("nobody");
        s.must(owner, setProgramsCall { risk: nobody, ..same.clone() });
        s.refused(thief, settleFundingCall { marketId: s.market }, NoExtension { extension: nobody });
        s.must(owner, same);
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
