//! Every view struct is answered as the SDK's encoder would: each field once, in the order of its declaration.

use alloy_sol_types::SolValue;
use everfloor_common::{results::CallResult, router::reply};
use everfloor_floor_storage::abi::views::*;

/// Words that no two fields could be mistaken for each other by.
fn words(count: usize) -> Vec<u8> {
    (0..count * 32).map(|place| (place / 32 * 37 + place % 32 * 5 + 3) as u8).collect()
}

macro_rules! as_the_sdk {
    ($($view:ident $words:literal),* $(,)?) => {$(
        let seen = $view::abi_decode(&words($words)).unwrap();
        let expected = seen.abi_encode();
        assert_eq!(expected.len(), $words * 32, stringify!($view));
        assert_eq!(reply(seen), expected, stringify!($view));
    )*};
}

#[test]
fn view_structs_are_answered_as_the_sdk_encodes_them() {
    as_the_sdk!(
        MarketPeers 7, MarketParams 21, AuctionParams 13, MarketPrograms 13, PricesView 3, MarketView 21,
        CashView 10, CapitalView 7, PaymentView 9, AccountView 14, AuctionView 16, NftView 3, WaitingView 5,
        FundedView 2, ShutdownView 12, FundingView 6,
    );
}

#[test]
fn a_list_comes_after_what_is_beside_it() {
    let view = |count| NftView::abi_decode(&words(count)[(count - 3) * 32..]).unwrap();
    let list = || vec![view(3), view(4), view(5)];
    let beside = || PricesView::abi_decode(&words(3)).unwrap();
    assert_eq!(reply((list(), true)), (list(), true).abi_encode_params());
    assert_eq!(reply((list(), beside())), (list(), beside()).abi_encode_params());
    assert_eq!(reply((Vec::<NftView>::new(), false)), (Vec::<NftView>::new(), false).abi_encode_params());
}

#[test]
fn results_of_calls_are_answered_as_the_sdk_encodes_them() {
    let lengths = [0_usize, 1, 31, 32, 33, 4, 100];
    let result =
        |bytes: usize| CallResult { success: bytes.is_multiple_of(2), returnData: vec![7; bytes].into() };
    for count in 0..=lengths.len() {
        let list = || lengths[..count].iter().copied().map(result).collect::<Vec<_>>();
        assert_eq!(reply(list()), list().abi_encode(), "{count}");
    }
}
