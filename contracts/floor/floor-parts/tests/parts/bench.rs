//! A collection, the contract that splits its NFTs, the tokens and indexes of the parts.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use everfloor_common::delegate;
use everfloor_host::{Revert, TestChain, nft::IPositionToken as Nft};
pub use floor_parts::abi::{errors, events};
use floor_parts::{FloorParts, rules::WHOLE};
use part_index::PartIndex;

use crate::rig::{account, n};

sol! {
    #[derive(Debug)]
    function initialize(address owner, address collection, uint256[] weights) external;
    #[derive(Debug)]
    function nameParts(address[] tokens) external;
    #[derive(Debug)]
    function split(uint256[] ids, address to) external;
    #[derive(Debug)]
    function merge(uint256[] ids, address to) external;
    #[derive(Debug)]
    function owner() external view returns (address at);
    #[derive(Debug)]
    function collection() external view returns (address at);
    #[derive(Debug)]
    function partCount() external view returns (uint256 parts);
    #[derive(Debug, PartialEq)]
    function part(uint256 number) external view returns (address token, uint256 from, uint256 end);

    #[derive(Debug)]
    function minter() external view returns (address at);

    #[derive(Debug)]
    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 status);
    #[derive(Debug)]
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);
    #[derive(Debug)]
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);
    #[derive(Debug, PartialEq)]
    function partOf() external view returns (address parts, uint256 number, address whole, uint256 from, uint256 end);
}

/// `initialize` of a part's index, whose name is taken.
pub mod index_abi {
    alloy_sol_types::sol! {
        #[derive(Debug)]
        function initialize(address parts, uint256 number, address whole) external;
    }
}

pub const PUNKS: Address = address!("0x0000000000000000000000000000000000000b00");
pub const PARTS: Address = address!("0x0000000000000000000000000000000000000b01");
const CODE: Address = address!("0x0000000000000000000000000000000000000b02");
pub const INDEX_CODE: Address = address!("0x0000000000000000000000000000000000000b03");
pub const WHOLE_INDEX: Address = address!("0x0000000000000000000000000000000000000b04");
const TOKEN_CODE: Address = address!("0x0000000000000000000000000000000000000b05");
/// The owner of the collection and of the contract.
pub fn owner() -> Address {
    account("owner")
}

/// The token of a part, unless it lies elsewhere.
pub fn token(part: u64) -> Address {
    Address::left_padding_from(&[0xb1, part as u8])
}

/// Puts the token of a part of `minter`'s somewhere: the twin of `floor-part`, which says who makes it.
pub fn deploy_token(chain: &TestChain, at: Address, minter: Address) {
    let code = TOKEN_CODE.create(u64::from_be_bytes(minter[12..].try_into().unwrap()));
    chain.deploy_nft(code, minter);
    chain.deploy_handler(at, move |input, vm| {
        if minterCall::abi_decode_validate(&input).is_ok() {
            return Ok(minter.abi_encode());
        }
        delegate::forward(&vm, code, &input)
    });
}

/// What the index of the whole says: value, average, time, status.
pub type Said = Rc<RefCell<Option<(U256, U256, U256, U256)>>>;

pub struct Bench {
    pub chain: TestChain,
    pub tokens: Vec<Address>,
}

impl Bench {
    /// Parts of these weights, in thousandths, that are named.
    pub fn new(weights: &[u128]) -> Self {
        let tokens = (0..weights.len() as u64).map(token).collect();
        Self::on(TestChain::new(), weights, tokens)
    }

    pub fn on(chain: TestChain, weights: &[u128], tokens: Vec<Address>) -> Self {
        let bench = Self::unnamed(chain, weights, tokens);
        for at in &bench.tokens {
            deploy_token(&bench.chain, *at, PARTS);
        }
        bench.send(owner(), namePartsCall { tokens: bench.tokens.clone() });
        bench
    }

    pub fn unnamed(chain: TestChain, weights: &[u128], tokens: Vec<Address>) -> Self {
        chain.deploy::<FloorParts>(CODE);
        chain.deploy_proxy(PARTS, CODE);
        chain.deploy::<PartIndex>(INDEX_CODE);
        chain.deploy_nft(PUNKS, owner());
        let weights = weights.iter().map(|weight| n(WHOLE / 1_000 * weight)).collect();
        let call = initializeCall { owner: owner(), collection: PUNKS, weights };
        chain.send(account("deployer"), PARTS, call).unwrap();
        Self { chain, tokens }
    }

    pub fn send<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.chain.send(from, PARTS, call).unwrap()
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(PARTS, call).unwrap()
    }

    /// Refused with this error, and nothing has changed.
    pub fn refused<C: SolCall>(&self, from: Address, call: C, error: impl SolError) {
        let before = self.chain.state();
        let revert = self.chain.send(from, PARTS, call).map(drop).unwrap_err();
        assert_eq!(revert, Revert(error.abi_encode()));
        assert_eq!(self.chain.state(), before);
    }

    /// A new NFT of somebody's, who has approved the contract for all of his.
    pub fn punk(&self, who: Address, id: u64) -> U256 {
        self.chain.send(owner(), PUNKS, Nft::mintCall { to: who, id: n(id) }).unwrap();
        let approve = Nft::setApprovalForAllCall { operator: PARTS, approved: true };
        self.chain.send(who, PUNKS, approve).unwrap();
        n(id)
    }

    pub fn holder(&self, collection: Address, id: U256) -> Option<Address> {
        self.chain.view(collection, Nft::ownerOfCall { tokenId: id }).ok()
    }

    pub fn give(&self, collection: Address, from: Address, to: Address, id: U256) {
        self.chain.send(from, collection, Nft::transferFromCall { from, to, tokenId: id }).unwrap();
    }

    /// An NFT is here exactly while all of its parts are there, and otherwise none.
    pub fn check(&self, ids: &[U256]) {
        for id in ids {
            let is_here = self.holder(PUNKS, *id) == Some(PARTS);
            for token in &self.tokens {
                assert_eq!(self.holder(*token, *id).is_some(), is_here, "part {token} of {id}");
            }
        }
    }

    /// An index of the whole that says this, and does not answer for nothing.
    pub fn index_says(&self, said: &Said) {
        let says = said.clone();
        self.chain.deploy_handler(WHOLE_INDEX, move |input, _| {
            let Some((spot, twap, time, status)) = *says.borrow() else { return Err(vec![1, 2, 3]) };
            Ok(match input.first_chunk() {
                Some(&averageOfEpochCall::SELECTOR) => (twap, status).abi_encode(),
                Some(&openInterestCapForCall::SELECTOR) => (spot, status).abi_encode(),
                _ => (spot, twap, time, status).abi_encode(),
            })
        });
    }

    /// Puts the index of a part somewhere.
    pub fn deploy_index(&self, at: Address, part: u64) {
        self.chain.deploy_proxy(at, INDEX_CODE);
        let call = index_abi::initializeCall { parts: PARTS, number: n(part), whole: WHOLE_INDEX };
        self.chain.send(account("deployer"), at, call).unwrap();
    }
}
