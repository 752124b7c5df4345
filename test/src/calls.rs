//! How tests call what is deployed: one contract above all, the others by their address.

/// Gives a system its calls: `calls!(impl[<B: Backend>] System<B>: chain in `backend`, about `house`, all of it in `storage`)`,
/// where the first two are fields and the last is the method that answers the storage of every contract of the system.
#[macro_export]
macro_rules! calls {
    (impl[$($generics:tt)*] $system:ty: $chain:ident, $about:ident, $storage:ident) => {
        #[allow(dead_code, reason = "not every system's tests need every way to call")]
        impl $($generics)* $system {
            /// Sends a transaction to a contract.
            pub fn send_to<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                to: alloy_primitives::Address,
                call: C,
            ) -> Result<$crate::Done<C::Return>, $crate::Revert> {
                $crate::transact(&mut self.$chain, from, to, call)
            }

            /// Sends a transaction to the contract that this is about.
            pub fn send<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                call: C,
            ) -> Result<$crate::Done<C::Return>, $crate::Revert> {
                self.send_to(from, self.$about, call)
            }

            /// Sends it a transaction that must succeed.
            #[track_caller]
            pub fn must<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                call: C,
            ) -> $crate::Done<C::Return> {
                self.must_to(from, self.$about, call)
            }

            /// Sends a transaction to a contract that must succeed.
            #[track_caller]
            pub fn must_to<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                to: alloy_primitives::Address,
                call: C,
            ) -> $crate::Done<C::Return> {
                match self.send_to(from, to, call) {
                    Ok(done) => done,
                    Err(revert) => panic!("{} reverted: {}", C::SIGNATURE, $crate::explain(&revert)),
                }
            }

            /// Sends it a transaction that must revert with `error` and change nothing.
            #[track_caller]
            pub fn refused<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                call: C,
                error: impl alloy_sol_types::SolError,
            ) {
                self.refused_by(from, self.$about, call, error);
            }

            /// Sends a transaction to a contract that must revert with `error` and change nothing.
            #[track_caller]
            pub fn refused_by<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                to: alloy_primitives::Address,
                call: C,
                error: impl alloy_sol_types::SolError,
            ) {
                let revert = $crate::explain(&self.fails_at(from, to, call));
                let expected = $crate::explain(&$crate::Revert(error.abi_encode()));
                assert_eq!(revert, expected, "the revert of {}", C::SIGNATURE);
            }

            /// Sends it a transaction that must revert and change nothing: the revert.
            #[track_caller]
            pub fn fails<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                call: C,
            ) -> $crate::Revert {
                self.fails_at(from, self.$about, call)
            }

            /// Sends a transaction to a contract that must revert and change nothing: the revert.
            #[track_caller]
            fn fails_at<C: alloy_sol_types::SolCall>(
                &mut self,
                from: alloy_primitives::Address,
                to: alloy_primitives::Address,
                call: C,
            ) -> $crate::Revert {
                let before = self.$storage();
                let Err(revert) = self.send_to(from, to, call) else { panic!("{} succeeded", C::SIGNATURE) };
                assert_eq!(self.$storage(), before, "a refused {} changed something", C::SIGNATURE);
                revert
            }

            /// Calls a contract and changes nothing.
            pub fn ask<C: alloy_sol_types::SolCall>(
                &self,
                to: alloy_primitives::Address,
                call: C,
            ) -> Result<C::Return, $crate::Revert> {
                $crate::query(&self.$chain, to, call)
            }

            /// Calls the contract that this is about and changes nothing; must succeed.
            #[track_caller]
            pub fn view<C: alloy_sol_types::SolCall>(&self, call: C) -> C::Return {
                self.view_of(self.$about, call)
            }

            /// Calls a contract and changes nothing; must succeed.
            #[track_caller]
            pub fn view_of<C: alloy_sol_types::SolCall>(
                &self,
                to: alloy_primitives::Address,
                call: C,
            ) -> C::Return {
                match self.ask(to, call) {
                    Ok(answer) => answer,
                    Err(revert) => panic!("{} reverted: {}", C::SIGNATURE, $crate::explain(&revert)),
                }
            }
        }
    };
}
