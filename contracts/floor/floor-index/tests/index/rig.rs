//! An index and what it rests on.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, B256, U256, address, b256, keccak256};
use alloy_sol_types::{Eip712Domain, SolCall, SolError, SolStruct, SolValue, sol};
use everfloor_host::TestChain;
pub use everfloor_index_storage::abi::{errors, events};
use floor_index::FloorIndex;
use index_admin::IndexAdmin;
use k256::ecdsa::SigningKey;

sol! {
    #[derive(Debug, PartialEq)]
    struct Params {
        uint64 genesis;
        uint32 epochLength;
        uint32 window;
        uint8 depth;
        uint8 minSources;
        uint256 chi;
    }
    #[derive(Debug, PartialEq)]
    struct Sources {
        address book;
        uint256 bookPrice;
        uint256 askPrice;
        bool countsPending;
        address pool;
        uint256 poolFee;
        uint256 mintFee;
        uint256 poolPrice;
        uint256 quorum;
        uint256 reportsPrice;
        uint256 round;
        uint256 reportedAt;
        uint256 used;
    }
    #[derive(Debug, PartialEq)]
    struct SignedReport {
        bytes32 market;
        uint256 price;
        uint64 ts;
        uint64 round;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }
    #[derive(Debug, PartialEq)]
    struct Report {
        bytes32 market;
        uint256 price;
        uint64 ts;
        uint64 round;
    }

    function initialize(address owner, address book, bytes32 market, Params params, address admin) external;
    function setPool(address pool, uint256 poolFee, uint256 mintFee) external;
    function dropPool() external;
    function setSigners(address[] signers, uint256 quorum) external;
    function dropReports() external;
    function setProgram(address admin) external;
    function setGuardian(address guardian) external;
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;

    function update() external returns (uint256 price);
    function updateWithReports(SignedReport[] reports) external returns (uint256 price);
    function closeEpochs(uint256 most) external returns (bool done);
    function getIndex() external view returns (uint256 spot, uint256 twap, uint64 updatedAt, uint8 status);
    function averageOfEpoch(uint256 epoch) external view returns (uint256 price, uint8 status);
    function conservative() external view returns (uint256 lower, uint256 upper, uint8 status);
    function openInterestCap() external view returns (uint256 cap, uint8 status);
    function openInterestCapFor(uint256 open) external view returns (uint256 cap, uint8 status);

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function guardian() external view returns (address);
    function book() external view returns (address);
    function market() external view returns (bytes32);
    function program() external view returns (address);
    function params() external view returns (Params);
    function sources() external view returns (Sources);
    function bounds() external view returns (uint256 lower, uint256 upper);
    function signers() external view returns (address[]);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function cumulative() external view returns (uint256);
    function epochAt(uint256 time) external view returns (uint256 epoch, uint256 start, uint256 end);
    function nextEpoch() external view returns (uint256);

    function catchUpAndRead(uint256 steps, uint256 depth) external returns (uint256 bid, uint256 ask, bool pending);
    function reading(uint256 depth) external view returns (uint256 bid, uint256 ask, bool pending);
    function unitsNear(uint256 nearBps, uint256 most, uint256 enough) external view returns (uint256 units, bool isAll);
    function poolState() external view returns (uint256 tokens, uint256 cash, uint256 averagePrice);
}

pub const INDEX: Address = address!("0x0000000000000000000000000000000000000d00");
pub const CODE: Address = address!("0x0000000000000000000000000000000000000d01");
pub const ADMIN: Address = address!("0x0000000000000000000000000000000000000d02");
pub const BOOK: Address = address!("0x0000000000000000000000000000000000000b00");
pub const POOL: Address = address!("0x0000000000000000000000000000000000000e00");
pub const MARKET: B256 = b256!("0x00000000000000000000000000000000000000000000000000000000000000aa");

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 86_400;
pub const WINDOW: u64 = 1_800;
pub const DEPTH: u64 = 3;

pub fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Milli-coins in wei.
pub fn milli(amount: u64) -> U256 {
    n(amount) * n(1_000_000_000_000_000)
}

pub fn wad(amount: u64) -> U256 {
    milli(amount * 1_000)
}

/// What the book says.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub bid: U256,
    pub ask: U256,
    pub pending: bool,
    pub units: u64,
    pub is_all: bool,
    /// What was asked last.
    pub asked: Vec<u8>,
}

pub struct World {
    pub chain: TestChain,
    pub owner: Address,
    pub said: Rc<RefCell<Said>>,
    pub genesis: u64,
}

impl World {
    /// Everything but the index's initialisation, at the beginning of epoch 0.
    pub fn unmade() -> Self {
        let chain = TestChain::new();
        chain.deploy::<FloorIndex>(CODE);
        chain.deploy::<IndexAdmin>(ADMIN);
        chain.deploy_proxy(INDEX, CODE);
        let (owner, genesis) = (TestChain::account("owner"), chain.now());
        let w = Self { chain, owner, said: Rc::default(), genesis };
        w.open_book();
        w
    }

    pub fn new() -> Self {
        Self::with(|params| params)
    }

    pub fn with(change: impl FnOnce(Params) -> Params) -> Self {
        let w = Self::unmade();
        let params = change(w.params());
        w.send(w.init(params));
        w
    }

    pub fn params(&self) -> Params {
        Params {
            genesis: self.genesis,
            epochLength: DAY as u32,
            window: WINDOW as u32,
            depth: DEPTH as u8,
            minSources: 1,
            chi: wad(10),
        }
    }

    pub fn init(&self, params: Params) -> initializeCall {
        initializeCall { owner: self.owner, book: BOOK, market: MARKET, params, admin: ADMIN }
    }

    /// Puts a book there that says what it is told.
    pub fn open_book(&self) {
        let said = self.said.clone();
        self.chain.deploy_handler(BOOK, move |input, _| {
            let mut said = said.borrow_mut();
            said.asked = input.clone();
            if input.starts_with(&unitsNearCall::SELECTOR) {
                return if said.pending {
                    Err(Vec::new())
                } else {
                    Ok((n(said.units), said.is_all).abi_encode())
                };
            }
            if said.pending {
                return Ok((U256::ZERO, U256::ZERO, true).abi_encode());
            }
            Ok((said.bid, said.ask, false).abi_encode())
        });
    }

    pub fn bid(&self, bid: U256) {
        self.said.borrow_mut().bid = bid;
    }

    pub fn ask(&self, ask: U256) {
        self.said.borrow_mut().ask = ask;
    }

    pub fn now(&self) -> u64 {
        self.chain.now()
    }

    pub fn view<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.view(INDEX, call).unwrap()
    }

    pub fn send<C: SolCall>(&self, call: C) -> C::Return {
        self.chain.send(self.owner, INDEX, call).unwrap()
    }

    pub fn refused<C: SolCall, E: SolError + PartialEq + core::fmt::Debug>(
        &self,
        from: Address,
        call: C,
        error: E,
    ) {
        let before = self.chain.state();
        let revert = self.chain.send(from, INDEX, call).map(drop).unwrap_err();
        assert_eq!(revert.decode::<E>(), Some(error), "{revert:?}");
        assert_eq!(self.chain.state(), before);
    }

    /// An update by anybody.
    pub fn update(&self) -> U256 {
        self.chain.send(TestChain::account("anybody"), INDEX, updateCall {}).unwrap()
    }

    /// One after some time, at which this is bid.
    pub fn after(&self, seconds: u64, bid: U256) -> U256 {
        self.chain.warp(seconds);
        self.bid(bid);
        self.update()
    }

    /// An update that is refused.
    pub fn no_update<E: SolError + PartialEq + core::fmt::Debug>(&self, error: E) {
        self.refused(TestChain::account("anybody"), updateCall {}, error);
    }

    pub fn spot(&self) -> U256 {
        self.view(getIndexCall {}).spot
    }

    pub fn status(&self) -> u8 {
        self.view(getIndexCall {}).status
    }

    pub fn last<E: alloy_sol_types::SolEvent>(&self) -> E {
        self.chain.events::<E>(INDEX).pop().expect("it was logged")
    }

    /// The domain as wallets make it.
    pub fn domain(&self) -> Eip712Domain {
        Eip712Domain::new(
            Some("Everfloor Floor Index".into()),
            Some("1".into()),
            Some(n(412_346)),
            Some(INDEX),
            None,
        )
    }
}

/// A signer.
#[derive(Clone)]
pub struct Key {
    key: SigningKey,
    pub address: Address,
}

impl Key {
    fn new(name: &str) -> Self {
        let key = SigningKey::from_slice(&keccak256(name)[..]).unwrap();
        let address = Address::from_public_key(key.verifying_key());
        Self { key, address }
    }

    /// So many, in ascending order of their addresses.
    pub fn several(count: usize) -> Vec<Self> {
        let mut keys: Vec<Self> = (0..count).map(|at| Self::new(&format!("signer {at}"))).collect();
        keys.sort_by_key(|key| key.address);
        keys
    }

    /// Signs a report in a domain, as a wallet does.
    pub fn sign(&self, domain: &Eip712Domain, report: &Report) -> SignedReport {
        let digest = report.eip712_signing_hash(domain);
        let (signature, recovery) = self.key.sign_prehash_recoverable(&digest[..]).unwrap();
        let bytes = signature.to_bytes();
        let Report { market, price, ts, round } = report.clone();
        let (r, s) = (B256::from_slice(&bytes[..32]), B256::from_slice(&bytes[32..]));
        SignedReport { market, price, ts, round, v: 27 + recovery.to_byte(), r, s }
    }
}
