//! A product of several programs on one storage: its contract-wide fields, read by hand, and the first of its programs.
//!
//! An SDK accessor for each field would cost every program their construction. A state holds the host alone, and makes an
//! accessor where it is asked for one.

use alloc::vec::Vec;

use alloy_primitives::Address;
use alloy_sol_types::SolError;
use stylus_sdk::{host::VM, prelude::*};

use crate::initializer::{IMPLEMENTATION_SLOT, NotThroughProxy};

/// Where the program is that answers `initialize`: `known`, or while that is zero the address that the call's data ends
/// with. Only in a proxy: at its own address a program runs nobody's code.
#[inline]
pub fn first_program(vm: &VM, known: Address, calldata: &[u8]) -> Result<Address, Vec<u8>> {
    if !known.is_zero() {
        return Ok(known);
    }
    if vm.storage_load_bytes32(IMPLEMENTATION_SLOT).is_zero() {
        return Err(NotThroughProxy {}.abi_encode());
    }
    Ok(calldata.last_chunk::<20>().map_or(Address::ZERO, Address::from))
}

/// The program that the proxy this runs in hands every call to; zero in none.
#[inline]
pub fn implementation(vm: &VM) -> Address {
    Address::from_word(vm.storage_load_bytes32(IMPLEMENTATION_SLOT))
}

/// Lets a type whose only field is `vm`, the host, be a program's storage, and gives it `at(slot)`: an accessor made on the
/// spot.
#[macro_export]
macro_rules! host_state {
    ($state:ident) => {
        #[allow(unsafe_code, reason = "the SDK's way to make accessors; each slot is made in one place only")]
        const _: () = {
            use stylus_sdk::{
                alloy_primitives::U256,
                host::VM,
                storage::{StorageGuard, StorageGuardMut, StorageType},
            };

            impl StorageType for $state {
                type Wraps<'a> = StorageGuard<'a, Self>;
                type WrapsMut<'a> = StorageGuardMut<'a, Self>;

                unsafe fn new(_slot: U256, _offset: u8, vm: VM) -> Self {
                    Self { vm }
                }

                fn load<'s>(self) -> Self::Wraps<'s> {
                    StorageGuard::new(self)
                }

                fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
                    StorageGuardMut::new(self)
                }
            }

            impl $state {
                fn at<T: StorageType>(&self, slot: u64) -> T {
                    // SAFETY: unsafe because two accessors of a slot may disagree; none of these keeps what it reads.
                    unsafe { T::new(U256::from(slot), 0, self.vm.clone()) }
                }
            }
        };
    };
}
