//! The token of writer positions for tests: the native twin of the program `writer-position`, whose SDK this host
//! does not run. Same methods, events, errors and order of tokens; `test/tests/position_token` holds both to it.

use alloy_primitives::{Address, FixedBytes, U256, hex};
use alloy_sol_types::{SolCall, SolError, SolInterface, SolValue, sol};
use stylus_sdk::{
    ArbResult,
    call::RawCall,
    host::VM,
    stylus_core::host::{AccountAccess, LogAccess, MessageAccess},
};

use crate::token::{read, slot, write};

sol! {
    /// The functions, events and errors of the token.
    #[allow(missing_docs)]
    interface IPositionToken {
        event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
        event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
        event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
        event MetadataUpdate(uint256 id);

        error NotPool(address caller);
        error InvalidTokenId(uint256 id);
        error ERC721InvalidOwner(address owner);
        error ERC721NonexistentToken(uint256 tokenId);
        error ERC721IncorrectOwner(address sender, uint256 tokenId, address owner);
        error ERC721InvalidSender(address sender);
        error ERC721InvalidReceiver(address receiver);
        error ERC721InsufficientApproval(address operator, uint256 tokenId);
        error ERC721InvalidApprover(address approver);
        error ERC721InvalidOperator(address operator);
        error InvalidReceiverWithReason(string reason);
        error ERC721OutOfBoundsIndex(address owner, uint256 index);

        function pool() external view returns (address);
        function mint(address to, uint256 id) external;
        function burn(uint256 id) external;
        function notifyUpdate(uint256 id) external;
        function ownerIfAuthorized(address spender, uint256 id) external view returns (address);

        function balanceOf(address owner) external view returns (uint256);
        function ownerOf(uint256 tokenId) external view returns (address);
        function safeTransferFrom(address from, address to, uint256 tokenId) external;
        function safeTransferFrom(address from, address to, uint256 tokenId, bytes data) external;
        function transferFrom(address from, address to, uint256 tokenId) external;
        function approve(address to, uint256 tokenId) external;
        function setApprovalForAll(address operator, bool approved) external;
        function getApproved(uint256 tokenId) external view returns (address);
        function isApprovedForAll(address owner, address operator) external view returns (bool);

        function name() external view returns (string memory);
        function symbol() external view returns (string memory);
        function tokenURI(uint256 tokenId) external view returns (string memory);
        function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function tokenByIndex(uint256 index) external view returns (uint256);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }

    function onERC721Received(address operator, address from, uint256 tokenId, bytes data) external returns (bytes4);
}

use IPositionToken::*;

const NAME: &str = "Everfloor Writer Position";
const SYMBOL: &str = "EFWP";

/// ERC-165, ERC-721, its metadata and enumeration, and ERC-4906.
const INTERFACES: [u32; 5] = [0x01ff_c9a7, 0x80ac_58cd, 0x5b5e_139f, 0x780e_9d63, 0x4906_4906];

/// The list of all tokens; every other address is the list of what it owns.
const ALL: Address = Address::ZERO;

/// What a method that returns nothing answers, or why it refuses.
type Done = Result<(), Vec<u8>>;

/// Runs one call of the token of `pool`.
pub(crate) fn handle(pool: Address, input: &[u8], vm: &VM) -> ArbResult {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let Ok(call) = IPositionTokenCalls::abi_decode_validate(input) else { return Err(Vec::new()) };
    Position { pool, vm }.answer(call)
}

/// The token in one frame.
struct Position<'a> {
    pool: Address,
    vm: &'a VM,
}

impl Position<'_> {
    fn answer(&self, call: IPositionTokenCalls) -> ArbResult {
        use IPositionTokenCalls as Call;
        let done = match call {
            Call::mint(c) => self.mint(c.to, c.id),
            Call::burn(c) => self.burn(c.id),
            Call::notifyUpdate(c) => self.notify_update(c.id),
            Call::safeTransferFrom_0(c) => self.safe_transfer(c.from, c.to, c.tokenId, &[]),
            Call::safeTransferFrom_1(c) => self.safe_transfer(c.from, c.to, c.tokenId, &c.data),
            Call::transferFrom(c) => self.transfer(c.from, c.to, c.tokenId),
            Call::approve(c) => self.approve(c.to, c.tokenId),
            Call::setApprovalForAll(c) => self.set_operator(c.operator, c.approved),
            view => return self.view(view),
        };
        done.map(|()| Vec::new())
    }

    fn view(&self, call: IPositionTokenCalls) -> ArbResult {
        use IPositionTokenCalls as Call;
        Ok(match call {
            Call::pool(_) => self.pool.abi_encode(),
            Call::ownerIfAuthorized(c) => self.owner_if_authorized(c.spender, c.id)?.abi_encode(),
            Call::balanceOf(c) => self.balance(c.owner)?.abi_encode(),
            Call::ownerOf(c) => self.existing_owner(c.tokenId)?.abi_encode(),
            Call::getApproved(c) => {
                self.existing_owner(c.tokenId)?;
                self.address_at(approved_slot(c.tokenId)).abi_encode()
            }
            Call::isApprovedForAll(c) => self.is_operator(c.owner, c.operator).abi_encode(),
            Call::name(_) => NAME.abi_encode(),
            Call::symbol(_) => SYMBOL.abi_encode(),
            Call::tokenURI(c) => self.uri(c.tokenId)?.abi_encode(),
            Call::tokenOfOwnerByIndex(c) => self.token_of(c.owner, c.index)?.abi_encode(),
            Call::totalSupply(_) => read(self.vm, length_slot(ALL)).abi_encode(),
            Call::tokenByIndex(c) => self.token_at(ALL, c.index)?.abi_encode(),
            Call::supportsInterface(c) => {
                INTERFACES.map(FixedBytes::from).contains(&c.interfaceId).abi_encode()
            }
            _ => return Err(Vec::new()),
        })
    }

    // ---- the pool's methods ----

    fn check_pool(&self) -> Done {
        let caller = self.vm.msg_sender();
        if caller == self.pool { Ok(()) } else { refuse(NotPool { caller }) }
    }

    fn mint(&self, to: Address, id: U256) -> Done {
        self.check_pool()?;
        if id.is_zero() {
            return refuse(InvalidTokenId { id });
        }
        if to.is_zero() {
            return refuse(ERC721InvalidReceiver { receiver: to });
        }
        if !self.owner(id).is_zero() {
            return refuse(ERC721InvalidSender { sender: Address::ZERO });
        }
        self.hand_over(Address::ZERO, to, id);
        Ok(())
    }

    fn burn(&self, id: U256) -> Done {
        self.check_pool()?;
        let owner = self.existing_owner(id)?;
        self.hand_over(owner, Address::ZERO, id);
        Ok(())
    }

    fn notify_update(&self, id: U256) -> Done {
        self.check_pool()?;
        self.vm.log(MetadataUpdate { id });
        Ok(())
    }

    // ---- transfers ----

    fn transfer(&self, from: Address, to: Address, id: U256) -> Done {
        if to.is_zero() {
            return refuse(ERC721InvalidReceiver { receiver: to });
        }
        let owner = self.owner_if_authorized(self.vm.msg_sender(), id)?;
        if owner != from {
            return refuse(ERC721IncorrectOwner { sender: from, tokenId: id, owner });
        }
        self.hand_over(from, to, id);
        Ok(())
    }

    fn safe_transfer(&self, from: Address, to: Address, id: U256, data: &[u8]) -> Done {
        self.transfer(from, to, id)?;
        if self.vm.code_size(to) == 0 {
            return Ok(());
        }
        let operator = self.vm.msg_sender();
        let call = onERC721ReceivedCall { operator, from, tokenId: id, data: data.to_vec().into() };
        match ask(self.vm, to, &call.abi_encode()) {
            Ok(answer) if accepts(&answer) => Ok(()),
            Err(reason) if !reason.is_empty() => {
                refuse(InvalidReceiverWithReason { reason: String::from_utf8_lossy(&reason).into_owned() })
            }
            _ => refuse(ERC721InvalidReceiver { receiver: to }),
        }
    }

    /// Moves a token whose move is allowed; the zero address stands for before its creation and after its end.
    fn hand_over(&self, from: Address, to: Address, id: U256) {
        write(self.vm, owner_slot(id), to.into_word().into());
        write(self.vm, approved_slot(id), U256::ZERO);
        if from != to {
            self.relist(from, to, id);
        }
        self.vm.log(Transfer { from, to, tokenId: id });
    }

    /// Before its creation and after its end a token is in no list; otherwise in its owner's and in that of all.
    fn relist(&self, from: Address, to: Address, id: U256) {
        if from.is_zero() {
            self.append(ALL, id);
        } else {
            self.remove(from, id);
        }
        if to.is_zero() {
            self.remove(ALL, id);
        } else {
            self.append(to, id);
        }
    }

    // ---- approvals ----

    fn approve(&self, to: Address, id: U256) -> Done {
        let owner = self.existing_owner(id)?;
        let approver = self.vm.msg_sender();
        if approver != owner && !self.is_operator(owner, approver) {
            return refuse(ERC721InvalidApprover { approver });
        }
        write(self.vm, approved_slot(id), to.into_word().into());
        self.vm.log(Approval { owner, approved: to, tokenId: id });
        Ok(())
    }

    fn set_operator(&self, operator: Address, approved: bool) -> Done {
        if operator.is_zero() {
            return refuse(ERC721InvalidOperator { operator });
        }
        let owner = self.vm.msg_sender();
        write(self.vm, operator_slot(owner, operator), U256::from(approved));
        self.vm.log(ApprovalForAll { owner, operator, approved });
        Ok(())
    }

    fn is_operator(&self, owner: Address, operator: Address) -> bool {
        !read(self.vm, operator_slot(owner, operator)).is_zero()
    }

    fn owner_if_authorized(&self, spender: Address, id: U256) -> Result<Address, Vec<u8>> {
        let owner = self.existing_owner(id)?;
        let approved = self.address_at(approved_slot(id));
        let may = spender == owner || spender == approved || self.is_operator(owner, spender);
        // The zero address is approved wherever nobody is.
        if may && !spender.is_zero() {
            return Ok(owner);
        }
        refuse(ERC721InsufficientApproval { operator: spender, tokenId: id })
    }

    // ---- what there is ----

    fn address_at(&self, slot: U256) -> Address {
        Address::from_word(read(self.vm, slot).into())
    }

    fn owner(&self, id: U256) -> Address {
        self.address_at(owner_slot(id))
    }

    fn existing_owner(&self, id: U256) -> Result<Address, Vec<u8>> {
        let owner = self.owner(id);
        if owner.is_zero() { refuse(ERC721NonexistentToken { tokenId: id }) } else { Ok(owner) }
    }

    fn balance(&self, owner: Address) -> Result<U256, Vec<u8>> {
        if owner.is_zero() {
            return refuse(ERC721InvalidOwner { owner });
        }
        Ok(read(self.vm, length_slot(owner)))
    }

    fn uri(&self, id: U256) -> Result<String, Vec<u8>> {
        self.existing_owner(id)?;
        let pool = hex::encode(self.pool);
        Ok(format!(
            "data:application/json,%7B%22name%22:%22Everfloor%20writer%20position%20{id}%22,\
             %22pool%22:%220x{pool}%22%7D"
        ))
    }

    // ---- lists: the last takes the place of one that leaves ----

    fn token_of(&self, owner: Address, index: U256) -> Result<U256, Vec<u8>> {
        // The list under the zero address is not of what it owns.
        if owner.is_zero() {
            return refuse(ERC721OutOfBoundsIndex { owner, index });
        }
        self.token_at(owner, index)
    }

    fn token_at(&self, list: Address, index: U256) -> Result<U256, Vec<u8>> {
        if index >= read(self.vm, length_slot(list)) {
            return refuse(ERC721OutOfBoundsIndex { owner: list, index });
        }
        Ok(read(self.vm, item_slot(list, index)))
    }

    fn append(&self, list: Address, id: U256) {
        let length = read(self.vm, length_slot(list));
        self.place(list, id, length);
        write(self.vm, length_slot(list), length + U256::ONE);
    }

    fn remove(&self, list: Address, id: U256) {
        let last = read(self.vm, length_slot(list)) - U256::ONE;
        let index = read(self.vm, place_slot(list, id));
        self.place(list, read(self.vm, item_slot(list, last)), index);
        for emptied in [item_slot(list, last), place_slot(list, id)] {
            write(self.vm, emptied, U256::ZERO);
        }
        write(self.vm, length_slot(list), last);
    }

    fn place(&self, list: Address, id: U256, index: U256) {
        write(self.vm, item_slot(list, index), id);
        write(self.vm, place_slot(list, id), index);
    }
}

fn refuse<T>(error: impl SolError) -> Result<T, Vec<u8>> {
    Err(error.abi_encode())
}

/// Whether a receiver's answer is the one the standard demands.
fn accepts(answer: &[u8]) -> bool {
    onERC721ReceivedCall::abi_decode_returns_validate(answer)
        .is_ok_and(|selector| selector == onERC721ReceivedCall::SELECTOR)
}

#[allow(unsafe_code, reason = "a call after which nothing is read")]
fn ask(vm: &VM, receiver: Address, calldata: &[u8]) -> ArbResult {
    // SAFETY: what is cached is written before the call, and the token reads nothing after it.
    unsafe { RawCall::new(vm).clear_storage_cache().call(receiver, calldata) }
}

fn owner_slot(id: U256) -> U256 {
    slot(("owner", id))
}

fn approved_slot(id: U256) -> U256 {
    slot(("approved", id))
}

fn operator_slot(owner: Address, operator: Address) -> U256 {
    slot(("operator", owner, operator))
}

fn length_slot(list: Address) -> U256 {
    slot(("length", list))
}

fn item_slot(list: Address, index: U256) -> U256 {
    slot(("item", list, index))
}

fn place_slot(list: Address, id: U256) -> U256 {
    slot(("place", list, id))
}
