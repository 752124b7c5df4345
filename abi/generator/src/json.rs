//! Prints a contract as a JSON ABI.

use crate::model::{Contract, Function, Mutability, NamedKind, Param, Record, Type};
use alloy_json_abi as abi;
use anyhow::{Context, Result};

/// The JSON ABI of a contract; its order is the type's own, by name.
pub fn abi(contract: &Contract) -> Result<abi::JsonAbi> {
    let printer = Printer { contract };
    let mut out = abi::JsonAbi::new();
    if let Some(constructor) = &contract.constructor {
        let inputs = printer.params(&constructor.inputs)?;
        let state_mutability = state(constructor.mutability);
        out.constructor = Some(abi::Constructor { inputs, state_mutability });
    }
    out.fallback = contract.fallback.map(|mutability| abi::Fallback { state_mutability: state(mutability) });
    out.receive =
        contract.receive.then_some(abi::Receive { state_mutability: abi::StateMutability::Payable });
    for function in &contract.functions {
        out.functions.entry(function.name.clone()).or_default().push(printer.function(function)?);
    }
    for event in &contract.events {
        out.events.entry(event.name.clone()).or_default().push(printer.event(event)?);
    }
    for error in &contract.errors {
        let inputs = printer.params(&error.params)?;
        out.errors
            .entry(error.name.clone())
            .or_default()
            .push(abi::Error { name: error.name.clone(), inputs });
    }
    Ok(out)
}

/// The text of `abi/<Contract>.json`.
pub fn print(contract: &Contract) -> Result<String> {
    let mut text = serde_json::to_string_pretty(&abi(contract)?)?;
    text.push('\n');
    Ok(text)
}

struct Printer<'a> {
    contract: &'a Contract,
}

impl Printer<'_> {
    fn function(&self, function: &Function) -> Result<abi::Function> {
        Ok(abi::Function {
            name: function.name.clone(),
            inputs: self.params(&function.inputs).with_context(|| format!("`{}`", function.name))?,
            outputs: self.params(&function.outputs).with_context(|| format!("`{}`", function.name))?,
            state_mutability: state(function.mutability),
        })
    }

    fn event(&self, event: &Record) -> Result<abi::Event> {
        let inputs = event.params.iter().map(|param| {
            let abi::Param { ty, name, components, internal_type } = self.param(param)?;
            Ok(abi::EventParam { ty, name, indexed: param.indexed, components, internal_type })
        });
        Ok(abi::Event {
            name: event.name.clone(),
            inputs: inputs.collect::<Result<_>>()?,
            anonymous: event.anonymous,
        })
    }

    fn params(&self, params: &[Param]) -> Result<Vec<abi::Param>> {
        params.iter().map(|param| self.param(param)).collect()
    }

    fn param(&self, param: &Param) -> Result<abi::Param> {
        let (ty, internal, components) = self.parts(&param.ty)?;
        Ok(abi::Param {
            ty,
            name: param.name.clone(),
            components,
            internal_type: abi::InternalType::parse(&internal),
        })
    }

    /// The ABI's name of a type, the compiler's name of it, and what it is made of.
    fn parts(&self, ty: &Type) -> Result<(String, String, Vec<abi::Param>)> {
        match ty {
            Type::Plain(name) => Ok((name.clone(), name.clone(), Vec::new())),
            Type::Array(inner, length) => {
                let (ty, internal, components) = self.parts(inner)?;
                let suffix = length.map_or("[]".into(), |length| format!("[{length}]"));
                Ok((ty + &suffix, internal + &suffix, components))
            }
            Type::Named(name) => {
                let named =
                    self.contract.named(name).with_context(|| format!("`{name}` was not collected"))?;
                let full = format!("{}.{name}", self.contract.interface());
                match &named.kind {
                    NamedKind::Struct(fields) => {
                        Ok(("tuple".into(), format!("struct {full}"), self.params(fields)?))
                    }
                    NamedKind::Enum(_) => Ok(("uint8".into(), format!("enum {full}"), Vec::new())),
                    NamedKind::Value(inner) => Ok((inner.clone(), full, Vec::new())),
                }
            }
            Type::Tuple(_) => anyhow::bail!("a tuple inside a type"),
        }
    }
}

fn state(mutability: Mutability) -> abi::StateMutability {
    match mutability {
        Mutability::Pure => abi::StateMutability::Pure,
        Mutability::View => abi::StateMutability::View,
        Mutability::Write => abi::StateMutability::NonPayable,
        Mutability::Payable => abi::StateMutability::Payable,
    }
}
