//! Prints a contract as a Solidity interface with NatSpec.

use crate::docs::Docs;
use crate::model::{Contract, Function, Mutability, Named, NamedKind, Param, Record, Type};

const WIDTH: usize = 112;

/// The text of `abi/<Contract>.sol`.
pub fn print(contract: &Contract) -> String {
    let mut out = Printer { contract, text: String::new() };
    out.file();
    out.text
}

/// Whether Solidity keeps a name for itself.
pub fn is_reserved(name: &str) -> bool {
    const WORDS: &str = "abstract address after alias anonymous apply as assembly assert auto bool break byte \
        bytes calldata case catch constant constructor continue contract copyof days default define delete do \
        else emit ether enum event external fallback false final finney fixed for function gwei hours if \
        immutable implements import in indexed inline int interface internal is let library macro mapping match \
        memory minutes modifier mutable new null of override partial payable pragma private promise public pure \
        receive reference relocatable return returns seconds sealed sizeof static storage string struct super \
        supports switch szabo this throw true try type typedef typeof ufixed uint unchecked using var view \
        virtual weeks wei while years";
    let sized = ["uint", "int", "bytes"].iter().any(|head| {
        name.strip_prefix(head)
            .is_some_and(|tail| !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_digit()))
    });
    sized || WORDS.split_whitespace().any(|word| word == name)
}

struct Printer<'a> {
    contract: &'a Contract,
    text: String,
}

impl Printer<'_> {
    fn file(&mut self) {
        let contract = self.contract;
        self.line("// SPDX-License-Identifier: MIT OR Apache-2.0");
        let sources = contract.sources.join(", ");
        self.wrapped("//", &format!("Generated from {sources} by `cargo run -p everfloor-abi`."));
        self.line("pragma solidity ^0.8.4;");
        self.line("");
        self.doc("", "title", &contract.name);
        self.description("", &contract.docs);
        if let Some(constructor) = &contract.constructor {
            let call = format!("constructor({})", self.params(&constructor.inputs, false));
            self.doc("", "custom:constructor", &call);
        }
        self.line(&format!("interface {} {{", contract.interface()));
        for named in &contract.types {
            self.named(named);
        }
        for event in &contract.events {
            self.record("event", event);
        }
        for error in &contract.errors {
            self.record("error", error);
        }
        for function in &contract.functions {
            self.function(function);
        }
        if let Some(mutability) = contract.fallback {
            let payable = if mutability == Mutability::Payable { " payable" } else { "" };
            self.line(&format!("    fallback() external{payable};\n"));
        }
        if contract.receive {
            self.line("    receive() external payable;\n");
        }
        while self.text.ends_with("\n\n") {
            self.text.pop();
        }
        self.line("}");
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// One NatSpec tag, wrapped.
    fn doc(&mut self, indent: &str, tag: &str, text: &str) {
        let mut line = format!("{indent}/// @{tag}");
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() + 1 > WIDTH {
                self.line(&line);
                line = format!("{indent}///");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn description(&mut self, indent: &str, docs: &Docs) {
        if !docs.notice.is_empty() {
            self.doc(indent, "notice", &docs.notice);
        }
        if !docs.dev.is_empty() {
            self.doc(indent, "dev", &docs.dev.join(" "));
        }
    }

    fn described_params(&mut self, params: &[Param]) {
        for param in params.iter().filter(|param| !param.text.is_empty() && !param.name.is_empty()) {
            self.doc("    ", "param", &format!("{} {}", param.name, param.text));
        }
    }

    fn named(&mut self, named: &Named) {
        match &named.kind {
            NamedKind::Value(inner) => {
                self.comment("    ", &named.docs);
                self.line(&format!("    type {} is {inner};", named.name));
            }
            NamedKind::Enum(variants) => {
                self.description("    ", &named.docs);
                self.line(&format!("    enum {} {{ {} }}", named.name, variants.join(", ")));
            }
            NamedKind::Struct(fields) => {
                self.description("    ", &named.docs);
                self.line(&format!("    struct {} {{", named.name));
                for field in fields {
                    if !field.text.is_empty() {
                        self.wrapped("        //", &field.text);
                    }
                    self.line(&format!("        {} {};", type_name(&field.ty), field.name));
                }
                self.line("    }");
            }
        }
        self.line("");
    }

    /// NatSpec knows no value types: a plain comment.
    fn comment(&mut self, indent: &str, docs: &Docs) {
        if !docs.notice.is_empty() {
            self.wrapped(&format!("{indent}//"), &docs.notice);
        }
    }

    fn wrapped(&mut self, prefix: &str, text: &str) {
        let mut line = String::from(prefix);
        for word in text.split_whitespace() {
            if line.chars().count() + word.chars().count() + 1 > WIDTH {
                self.line(&line);
                line = String::from(prefix);
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    fn record(&mut self, word: &str, record: &Record) {
        self.description("    ", &record.docs);
        self.described_params(&record.params);
        let anonymous = if record.anonymous { " anonymous" } else { "" };
        let params = self.params(&record.params, false);
        self.signature(&format!("{word} {}", record.name), &params, &format!("{anonymous};"));
    }

    fn function(&mut self, function: &Function) {
        self.description("    ", &function.docs);
        self.described_params(&function.inputs);
        // `@return` tags are matched to the values by position.
        if function.outputs.iter().all(|output| !output.text.is_empty()) {
            for output in &function.outputs {
                self.doc("    ", "return", &format!("{} {}", output.name, output.text));
            }
        }
        for (name, when) in &function.errors {
            self.doc("    ", "custom:error", &format!("{name} {when}"));
        }
        let mut middle = String::from(" external");
        if !function.mutability.word().is_empty() {
            middle.push(' ');
            middle.push_str(function.mutability.word());
        }
        let params = self.params(&function.inputs, true);
        let head = format!("function {}", function.name);
        let outputs = self.params(&function.outputs, true);
        if outputs.is_empty() {
            return self.signature(&head, &params, &format!("{middle};"));
        }
        let tail = format!("{middle} returns ({outputs});");
        // With one closing bracket before it, or the whole head when there is nothing to break there.
        let before = if params.is_empty() { 4 + head.len() + 2 } else { 5 };
        if before + tail.len() <= WIDTH {
            self.signature(&head, &params, &tail);
        } else {
            self.signature(&head, &params, &format!("{middle} returns (\n{}\n    );", broken(&outputs)));
        }
    }

    /// A declaration, its parameters on lines of their own where it is too long for one.
    fn signature(&mut self, head: &str, params: &str, tail: &str) {
        let whole = format!("    {head}({params}){tail}");
        let first = whole.lines().next().map_or(0, str::len);
        if first <= WIDTH || params.is_empty() {
            self.line(&whole);
        } else {
            self.line(&format!("    {head}("));
            self.line(&broken(params));
            self.line(&format!("    ){tail}"));
        }
        self.line("");
    }

    fn params(&self, params: &[Param], located: bool) -> String {
        let one = |param: &Param| {
            let mut text = type_name(&param.ty);
            if located && self.in_memory(&param.ty) {
                text.push_str(" memory");
            }
            if param.indexed {
                text.push_str(" indexed");
            }
            if !param.name.is_empty() {
                text.push(' ');
                text.push_str(&param.name);
            }
            text
        };
        params.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn in_memory(&self, ty: &Type) -> bool {
        match ty {
            Type::Plain(name) => name == "bytes" || name == "string",
            Type::Array(..) | Type::Tuple(_) => true,
            Type::Named(name) => {
                let kind = self.contract.named(name).map(|named| &named.kind);
                matches!(kind, Some(NamedKind::Struct(_)))
            }
        }
    }
}

/// Parameters one a line.
fn broken(params: &str) -> String {
    format!("        {}", params.replace(", ", ",\n        "))
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Plain(name) | Type::Named(name) => name.clone(),
        Type::Array(inner, None) => format!("{}[]", type_name(inner)),
        Type::Array(inner, Some(length)) => format!("{}[{length}]", type_name(inner)),
        Type::Tuple(types) => format!("({})", types.iter().map(type_name).collect::<Vec<_>>().join(", ")),
    }
}
