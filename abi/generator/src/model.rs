//! A contract's interface, free of how it was written and of how it is printed.

use crate::docs::Docs;
use std::collections::BTreeMap;

/// A Solidity type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A type of the language: `uint256`, `bytes`.
    Plain(String),
    /// `T[]` or `T[N]`.
    Array(Box<Type>, Option<usize>),
    /// Several values: only what a function returns.
    Tuple(Vec<Type>),
    /// A [`Named`] of the contract.
    Named(String),
}

/// A type the interface declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub docs: Docs,
    /// What it is.
    pub kind: NamedKind,
}

/// What a declared type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedKind {
    /// A struct and its fields.
    Struct(Vec<Param>),
    /// An enum and its variants.
    Enum(Vec<String>),
    /// `type Name is T`.
    Value(String),
}

/// A parameter, a returned value or a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// What it says of itself.
    pub text: String,
    /// Whether it is a topic of its event.
    pub indexed: bool,
}

/// What a function may do to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Reads nothing.
    Pure,
    /// Reads.
    View,
    /// Writes.
    Write,
    /// Writes and takes value.
    Payable,
}

impl Mutability {
    /// Solidity's word, empty for a writing function.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::View => "view",
            Self::Write => "",
            Self::Payable => "payable",
        }
    }
}

/// An exported method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The exported name.
    pub name: String,
    /// The program that answers it.
    pub program: String,
    /// What it takes.
    pub inputs: Vec<Param>,
    /// What it returns.
    pub outputs: Vec<Param>,
    /// What it may do.
    pub mutability: Mutability,
    /// What it says of itself.
    pub docs: Docs,
    /// The names of the errors it may revert with, and when.
    pub errors: Vec<(String, String)>,
}

impl Function {
    /// All it says, to be reworded.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let params = self.inputs.iter_mut().chain(&mut self.outputs).map(|param| &mut param.text);
        let errors = self.errors.iter_mut().map(|(_, text)| text);
        self.docs.texts().chain(params).chain(errors)
    }

    /// Replaces Rust names between backticks by those of the interface.
    pub fn respell(&mut self, names: &BTreeMap<String, String>) {
        self.texts().for_each(|text| respell(text, names));
    }
}

fn respell(text: &mut String, names: &BTreeMap<String, String>) {
    for (rust, name) in names {
        let quoted = format!("`{rust}`");
        if text.contains(&quoted) {
            *text = text.replace(&quoted, &format!("`{name}`"));
        }
    }
}

/// An event or a custom error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Whether it is an event without its signature as a topic.
    pub anonymous: bool,
    /// What it says of itself.
    pub docs: Docs,
}

/// A contract's whole interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Where it was read from, relative to the repository.
    pub sources: Vec<String>,
    /// What it says of itself.
    pub docs: Docs,
    /// The types it declares, in order of first use.
    pub types: Vec<Named>,
    /// Its events.
    pub events: Vec<Record>,
    /// Its errors.
    pub errors: Vec<Record>,
    /// Its methods, in the order of the source.
    pub functions: Vec<Function>,
    /// Its constructor.
    pub constructor: Option<Function>,
    /// Its answer to unknown selectors.
    pub fallback: Option<Mutability>,
    /// Whether it takes plain transfers.
    pub receive: bool,
}

impl Contract {
    /// The name of its Solidity interface.
    pub fn interface(&self) -> String {
        format!("I{}", self.name)
    }

    /// Replaces the Rust names of methods between backticks by those of the interface.
    pub fn respell(&mut self, names: &BTreeMap<String, String>) {
        for function in self.functions.iter_mut().chain(&mut self.constructor) {
            function.respell(names);
        }
        let records = self.events.iter_mut().chain(&mut self.errors);
        let docs = records.map(|record| &mut record.docs).chain([&mut self.docs]);
        docs.flat_map(Docs::texts).for_each(|text| respell(text, names));
    }

    /// A declared type.
    pub fn named(&self, name: &str) -> Option<&Named> {
        self.types.iter().find(|named| named.name == name)
    }
}
