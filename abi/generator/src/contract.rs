//! Reads a contract's interface out of the programs behind its address.

use crate::cfg::Cfg;
use crate::docs::{Docs, meaning};
use crate::model::{Contract, Function, Mutability, Param, Record, Type};
use crate::reach::{Found, Key, Reach};
use crate::resolve::{Definition, Space, names};
use crate::source::{ModuleId, Sources, TypeItem};
use crate::types::{Collected, Placed, Scope, Target};
use anyhow::{Context, Result, anyhow, bail, ensure};
use convert_case::{Case, Casing};
use std::collections::{BTreeMap, BTreeSet};

/// What to read a contract from.
#[derive(Debug)]
pub struct Request<'a> {
    /// The contract's name.
    pub name: &'a str,
    /// The crates of its programs, the one that takes the calls first.
    pub programs: &'a [String],
    /// Paths of events and errors the reading cannot see.
    pub also: &'a [String],
    /// How the programs are compiled.
    pub cfg: &'a Cfg,
}

/// Reads the interface of one contract.
pub fn read(sources: &Sources, request: &Request<'_>) -> Result<Contract> {
    let reach = Reach::new(sources);
    let mut reader = Reader {
        sources,
        cfg: request.cfg,
        reach: &reach,
        held: Vec::new(),
        collected: Collected::default(),
        errors: BTreeSet::new(),
        spelling: BTreeMap::new(),
        contract: Contract { name: request.name.into(), ..Contract::default() },
    };
    for (index, krate) in request.programs.iter().enumerate() {
        // Behind another program, a fallback is only reached through that one's.
        reader.program(krate, index == 0).with_context(|| format!("program `{krate}`"))?;
    }
    reader.records(request)?;
    let mut contract = reader.contract;
    contract.types = reader.collected.types;
    contract.respell(&reader.spelling);
    if request.programs.len() > 1 {
        // The first program's fallback is how the others are reached, not part of the interface.
        contract.fallback = None;
    }
    Ok(contract)
}

struct Reader<'a> {
    sources: &'a Sources,
    cfg: &'a Cfg,
    reach: &'a Reach<'a>,
    held: Vec<Key>,
    collected: Collected,
    errors: BTreeSet<Key>,
    /// How the methods' Rust names are spelled in the interface.
    spelling: BTreeMap<String, String>,
    contract: Contract,
}

/// The implementation a method is in.
struct Block<'a> {
    krate: &'a str,
    module: ModuleId,
    scope: Scope,
    of_trait: Option<(ModuleId, &'a syn::ItemTrait)>,
}

/// What a method's return type says.
#[derive(Default)]
struct Output {
    value: Option<Type>,
    error: Option<(Scope, syn::Type)>,
}

/// A custom error with the variant that carries it.
struct Returned {
    key: Key,
    variant: Option<String>,
}

impl<'a> Reader<'a> {
    fn program(&mut self, krate: &'a str, front: bool) -> Result<()> {
        let sources = self.sources;
        let (module, entry) = self.entrypoint(krate)?;
        let owner = (module, entry.ident.to_string());
        self.held.push(owner.clone());
        if front {
            self.contract.docs = self.sources.docs(module, &entry.attrs);
        }
        let public = |block: &&syn::ItemImpl| self.cfg.declares(&block.attrs, "public");
        let blocks: Vec<(ModuleId, &syn::ItemImpl)> = sources
            .modules_of(krate)
            .flat_map(|(module, content)| content.impls.iter().map(move |block| (module, block)))
            .filter(|(_, block)| public(block))
            .filter(|(module, block)| sources.owner(*module, &block.self_ty).as_ref() == Some(&owner))
            .collect();
        let (own, of_traits): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|(_, block)| block.trait_.is_none());
        let [(module, block)] = own.as_slice() else {
            bail!("`{}` needs exactly one `#[public] impl`, has {}", owner.1, own.len());
        };
        self.block(krate, *module, block, None, front)?;

        let mut left = of_traits;
        for path in self.implements(block).with_context(|| sources.place(*module, &block.self_ty))? {
            let wanted = self.definition(*module, &path);
            let position = left.iter().position(|(module, block)| {
                block.trait_.as_ref().is_some_and(|(_, path, _)| self.definition(*module, path) == wanted)
            });
            let found = match position {
                Some(index) => Some(left.remove(index)),
                None => self.blanket(&wanted),
            };
            let place = sources.place(*module, &path);
            let name = names(&path).join("::");
            let (module, block) =
                found.ok_or_else(|| anyhow!("{place}: no `#[public] impl {name}` for `{}`", owner.1))?;
            let of_trait = match &wanted {
                Definition::Type(module, name) => match sources.type_item(*module, name) {
                    Some(TypeItem::Trait(item)) => Some((*module, item)),
                    _ => None,
                },
                _ => None,
            };
            self.block(krate, module, block, of_trait, front)?;
        }
        if let Some((module, block)) = left.first() {
            let place = sources.place(*module, &block.self_ty);
            bail!("{place}: this `#[public]` trait is not in `#[implements(..)]`, so nothing routes to it");
        }
        Ok(())
    }

    fn entrypoint(&self, krate: &'a str) -> Result<(ModuleId, &'a syn::ItemStruct)> {
        let found: Vec<_> = self
            .sources
            .modules_of(krate)
            .flat_map(|(module, content)| content.types.values().map(move |item| (module, item)))
            .filter_map(|(module, item)| match item {
                TypeItem::Struct(item) if self.cfg.has(&item.attrs, "entrypoint") => Some((module, item)),
                _ => None,
            })
            .collect();
        match found.as_slice() {
            [one] => Ok(*one),
            _ => bail!("needs exactly one `#[storage] #[entrypoint] struct`, has {}", found.len()),
        }
    }

    /// The traits of `#[implements(..)]`.
    fn implements(&self, block: &syn::ItemImpl) -> Result<Vec<syn::Path>> {
        let Some(syn::Meta::List(list)) = self.cfg.find(&block.attrs, "implements") else {
            return Ok(Vec::new());
        };
        let parser = syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
        Ok(list.parse_args_with(parser)?.into_iter().collect())
    }

    fn definition(&self, module: ModuleId, path: &syn::Path) -> Definition {
        let names = names(path);
        self.sources.resolve(module, &names, Space::Types).unwrap_or(Definition::Outside(names))
    }

    /// A `#[public] impl<T: ..> Trait for T` in any crate read.
    fn blanket(&self, wanted: &Definition) -> Option<(ModuleId, &'a syn::ItemImpl)> {
        let all = self.sources.modules.iter().enumerate();
        let mut blocks =
            all.flat_map(|(module, content)| content.impls.iter().map(move |block| (module, block)));
        blocks.find(|(module, block)| {
            let generic = block.generics.type_params().any(|param| match &*block.self_ty {
                syn::Type::Path(path) => path.path.is_ident(&param.ident),
                _ => false,
            });
            let same = |path| self.definition(*module, path) == *wanted;
            generic
                && self.cfg.declares(&block.attrs, "public")
                && block.trait_.as_ref().is_some_and(|(_, path, _)| same(path))
        })
    }

    fn block(
        &mut self,
        krate: &'a str,
        module: ModuleId,
        block: &'a syn::ItemImpl,
        of_trait: Option<(ModuleId, &'a syn::ItemTrait)>,
        front: bool,
    ) -> Result<()> {
        let mut scope = Scope { module, ..Scope::default() };
        for item in &block.items {
            if let syn::ImplItem::Type(item) = item {
                scope.associated.insert(item.ident.to_string(), Placed { ty: item.ty.clone(), module });
            }
        }
        let context = Block { krate, module, scope, of_trait };
        let mut written = BTreeSet::new();
        for item in &block.items {
            let syn::ImplItem::Fn(item) = item else { continue };
            written.insert(item.sig.ident.to_string());
            let place = self.sources.place_of(module, item.sig.ident.span());
            self.method(&context, item, front).with_context(|| format!("{place}: `{}`", item.sig.ident))?;
        }
        self.all_written(of_trait.map(|(_, item)| item), &written)
            .with_context(|| self.sources.place(module, &block.self_ty))
    }

    /// The SDK routes to what the implementation writes: a default body alone is not reachable.
    fn all_written(&self, of_trait: Option<&syn::ItemTrait>, written: &BTreeSet<String>) -> Result<()> {
        let Some(of_trait) = of_trait.filter(|item| self.cfg.declares(&item.attrs, "public")) else {
            return Ok(());
        };
        for item in &of_trait.items {
            if let syn::TraitItem::Fn(item) = item
                && item.default.is_some()
                && !written.contains(&item.sig.ident.to_string())
            {
                bail!(
                    "`{}::{}` is only a default body, which the SDK does not route to: write it in the \
                     implementation, or move it out of the `#[public]` trait",
                    of_trait.ident,
                    item.sig.ident
                );
            }
        }
        Ok(())
    }

    fn method(&mut self, block: &Block<'_>, item: &syn::ImplItemFn, front: bool) -> Result<()> {
        let flag = |name| self.cfg.has(&item.attrs, name);
        let payable = flag("payable");
        if flag("fallback") {
            if front {
                let reached = self.reached(block.module, item);
                self.errors.extend(reached);
                self.contract.fallback = Some(if payable { Mutability::Payable } else { Mutability::Write });
            }
            return Ok(());
        }
        if flag("receive") {
            self.contract.receive |= front;
            return Ok(());
        }
        let constructor = flag("constructor");
        let function = self.function(block, item, payable)?;
        if !constructor {
            self.contract.functions.push(function);
        } else if front {
            self.contract.constructor = Some(function);
        }
        Ok(())
    }

    fn function(&mut self, block: &Block<'_>, item: &syn::ImplItemFn, payable: bool) -> Result<Function> {
        let docs = self.docs(block, item);
        let (inferred, skip) = mutability(&item.sig);
        let inputs = item.sig.inputs.iter().skip(skip);
        let inputs = inputs.map(|input| self.input(block, input, &docs)).collect::<Result<Vec<_>>>()?;
        let Output { value, error } = self.output(block, &item.sig.output)?;
        let outputs = self.outputs(value, &docs)?;
        let (spelling, inputs) = distinct(inputs, &outputs);
        let errors = match error {
            Some(error) => self.returned(block, item, &error)?,
            None => Vec::new(),
        };
        let name = self.exported_name(item)?;
        self.spelling.insert(item.sig.ident.to_string(), name.clone());
        let mut function = Function {
            name,
            program: block.krate.into(),
            inputs,
            outputs,
            mutability: if payable { Mutability::Payable } else { inferred },
            errors: self.described(errors, &docs),
            docs,
        };
        function.respell(&spelling);
        Ok(function)
    }

    fn docs(&self, block: &Block<'_>, item: &syn::ImplItemFn) -> Docs {
        let own = self.sources.docs(block.module, &item.attrs);
        let declared = block.of_trait.and_then(|(module, of_trait)| {
            of_trait.items.iter().find_map(|inner| match inner {
                syn::TraitItem::Fn(inner) if inner.sig.ident == item.sig.ident => {
                    Some(self.sources.docs(module, &inner.attrs))
                }
                _ => None,
            })
        });
        declared.map_or(own.clone(), |declared| own.or(&declared))
    }

    fn exported_name(&self, item: &syn::ImplItemFn) -> Result<String> {
        let Some(meta) = self.cfg.find(&item.attrs, "selector") else {
            return Ok(item.sig.ident.to_string().to_case(Case::Camel));
        };
        let syn::Meta::List(list) = &meta else { bail!("`#[selector]` needs a name") };
        let pair: syn::MetaNameValue = list.parse_args()?;
        ensure!(pair.path.is_ident("name"), "`#[selector]` knows only `name`");
        crate::source::string_of(&pair.value)
            .ok_or_else(|| anyhow!("`#[selector(name = ..)]` needs a string"))
    }

    /// A parameter and its Rust name.
    fn input(&mut self, block: &Block<'_>, input: &syn::FnArg, docs: &Docs) -> Result<(String, Param)> {
        let syn::FnArg::Typed(input) = input else { bail!("`self` must come first") };
        let syn::Pat::Ident(pattern) = &*input.pat else { bail!("a parameter needs a plain name") };
        let rust = pattern.ident.to_string();
        let ty = self.sources.abi_type(&block.scope, &input.ty, &mut self.collected);
        let ty = ty.with_context(|| format!("parameter `{rust}`"))?;
        ensure!(
            !has_tuple(&ty),
            "parameter `{rust}`: Solidity has no tuple types, declare a struct in `sol!`"
        );
        let text = meaning(&docs.arguments, &rust)
            .or_else(|| meaning(&docs.arguments, rust.trim_start_matches('_')));
        let text = text.unwrap_or_default().into();
        let param = Param { name: camel(&rust), ty, text, indexed: false };
        Ok((rust, param))
    }

    /// The value and the error type of a return type.
    fn output(&mut self, block: &Block<'_>, output: &syn::ReturnType) -> Result<Output> {
        let syn::ReturnType::Type(_, ty) = output else { return Ok(Output::default()) };
        let target = self.sources.target(&block.scope, ty)?;
        let (scope, value, error) = match &target {
            Target::Builtin(name, arguments, scope) if name == "Result" => match arguments.as_slice() {
                [syn::GenericArgument::Type(value), syn::GenericArgument::Type(error)] => {
                    (scope.clone(), value.clone(), Some((scope.clone(), error.clone())))
                }
                _ => bail!("`Result` needs its value and its error"),
            },
            Target::Builtin(name, ..) if name == "ArbResult" => {
                let bytes: syn::Type = syn::parse_quote!(Vec<u8>);
                (block.scope.clone(), bytes.clone(), Some((block.scope.clone(), bytes)))
            }
            _ => (block.scope.clone(), (**ty).clone(), None),
        };
        // An alias of `Result` gives its own scope: keep `Self::Name` known there.
        let scope = Scope { associated: block.scope.associated.clone(), ..scope };
        let error = error.map(|(_, ty)| (scope.clone(), ty));
        let value = self.sources.abi_type(&scope, &value, &mut self.collected).context("returned value")?;
        Ok(Output { value: Some(value), error })
    }

    fn outputs(&self, value: Option<Type>, docs: &Docs) -> Result<Vec<Param>> {
        let types = match value {
            None => Vec::new(),
            Some(Type::Tuple(types)) => types,
            Some(one) => vec![one],
        };
        let named = docs.returns.iter().any(|(name, _)| !name.is_empty());
        ensure!(
            !named || docs.returns.len() == types.len(),
            "`# Returns` names {} values, the method returns {}",
            docs.returns.len(),
            types.len()
        );
        let mut said = docs.returns.iter();
        types
            .into_iter()
            .map(|ty| {
                ensure!(!has_tuple(&ty), "Solidity has no nested tuples: return a struct of `sol!`");
                let (name, text) = said.next().cloned().unwrap_or_default();
                Ok(Param { name: camel(&name), ty, text, indexed: false })
            })
            .collect()
    }

    /// The errors of a method: those its error type carries that its body comes to; all it comes to when the type
    /// is bytes, and all the type carries when the body shows none.
    fn returned(
        &mut self,
        block: &Block<'_>,
        item: &syn::ImplItemFn,
        (scope, ty): &(Scope, syn::Type),
    ) -> Result<Vec<Returned>> {
        let mut carried = Vec::new();
        self.variants(scope, ty, None, &mut carried)?;
        let reached = self.reached(block.module, item);
        self.errors.extend(carried.iter().map(|returned| returned.key.clone()));
        if carried.is_empty() {
            self.errors.extend(reached.iter().cloned());
            return Ok(reached.into_iter().map(|key| Returned { key, variant: None }).collect());
        }
        if carried.iter().any(|returned| reached.contains(&returned.key)) {
            carried.retain(|returned| reached.contains(&returned.key));
        }
        Ok(carried)
    }

    /// The errors a method's body comes to.
    fn reached(&self, module: ModuleId, item: &syn::ImplItemFn) -> Vec<Key> {
        let body = self.reach.method(module, item);
        self.in_order(self.reach.from(body.into_iter().collect(), &self.held).errors)
    }

    /// Collects the custom errors an error type carries; none if it is bytes.
    fn variants(
        &self,
        scope: &Scope,
        ty: &syn::Type,
        variant: Option<&str>,
        out: &mut Vec<Returned>,
    ) -> Result<()> {
        let Target::Declared(module, name) = self.sources.target(scope, ty)? else { return Ok(()) };
        match self.sources.type_item(module, &name) {
            Some(TypeItem::Error(_)) => {
                out.push(Returned { key: (module, name), variant: variant.map(Into::into) });
            }
            Some(TypeItem::Enum(item)) => {
                let scope = Scope { module, ..Scope::default() };
                for variant in &item.variants {
                    for field in &variant.fields {
                        self.variants(&scope, &field.ty, Some(&variant.ident.to_string()), out)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The names of `returned`, each with what the method's docs say of it.
    fn described(&self, returned: Vec<Returned>, docs: &Docs) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for Returned { key: (_, name), variant } in returned {
            if out.iter().any(|(listed, _)| *listed == name) {
                continue;
            }
            let text = docs.errors.iter().find(|(path, _)| {
                let last = path.rsplit("::").next().unwrap_or(path);
                last == name || Some(last) == variant.as_deref()
            });
            out.push((name, text.map(|(_, text)| text.clone()).unwrap_or_default()));
        }
        out
    }

    /// The events and errors of the whole contract.
    fn records(&mut self, request: &Request<'_>) -> Result<()> {
        let bodies = request.programs.iter().flat_map(|krate| self.reach.bodies_of(krate)).collect();
        let mut events = self.reach.from(bodies, &self.held).events;
        for krate in request.programs {
            for (module, content) in self.sources.modules_of(krate) {
                let declared = content.types.iter().filter(|(_, item)| matches!(item, TypeItem::Event(_)));
                events.extend(declared.map(|(name, _)| (module, name.clone())));
            }
        }
        let also = self.also(request)?;
        events.extend(also.events);
        let mut errors = std::mem::take(&mut self.errors);
        errors.extend(also.errors);
        for key in self.in_order(events) {
            let record = self.event(&key)?;
            if !self.contract.events.contains(&record) {
                self.contract.events.push(record);
            }
        }
        for key in self.in_order(errors) {
            let record = self.error(&key)?;
            match self.contract.errors.iter().find(|other| other.name == record.name) {
                Some(other) if types(other) == types(&record) => {}
                Some(_) => bail!("two different errors are called `{}`", record.name),
                None => self.contract.errors.push(record),
            }
        }
        Ok(())
    }

    fn also(&self, request: &Request<'_>) -> Result<Found> {
        let mut found = Found::default();
        let root = request.programs.first().and_then(|krate| self.sources.roots.get(krate));
        for path in request.also {
            let parts: Vec<String> = path.split("::").map(ToString::to_string).collect();
            let definition = root.and_then(|&root| self.sources.resolve(root, &parts, Space::Types));
            match definition {
                Some(Definition::Type(module, name)) => match self.sources.type_item(module, &name) {
                    Some(TypeItem::Event(_)) => found.events.insert((module, name)),
                    Some(TypeItem::Error(_)) => found.errors.insert((module, name)),
                    _ => bail!("`{path}` is neither an event nor an error"),
                },
                _ => bail!("`{path}` is not declared in the sources read"),
            };
        }
        Ok(found)
    }

    /// In the order of the source, crate by crate: a reader finds them as the author grouped them.
    fn in_order(&self, keys: BTreeSet<Key>) -> Vec<Key> {
        let mut keys: Vec<Key> = keys.into_iter().collect();
        keys.sort_by_key(|(module, name)| {
            let content = &self.sources.modules[*module];
            let place = content.order.iter().position(|listed| listed == name);
            (content.krate.clone(), *module, place)
        });
        keys
    }

    fn event(&mut self, (module, name): &Key) -> Result<Record> {
        let Some(TypeItem::Event(item)) = self.sources.type_item(*module, name) else {
            bail!("`{name}` is not an event");
        };
        let docs = self.sources.docs(*module, &item.attrs);
        let params = item.parameters.iter().map(|parameter| {
            let mut param = self.sources.field(*module, &parameter.as_param(), &mut self.collected)?;
            param.indexed = parameter.is_indexed();
            Ok(said(param, &docs))
        });
        let params = params.collect::<Result<_>>().with_context(|| format!("event `{name}`"))?;
        Ok(Record { name: name.clone(), params, anonymous: item.is_anonymous(), docs })
    }

    fn error(&mut self, (module, name): &Key) -> Result<Record> {
        let Some(TypeItem::Error(item)) = self.sources.type_item(*module, name) else {
            bail!("`{name}` is not an error");
        };
        let docs = self.sources.docs(*module, &item.attrs);
        let params = item.parameters.iter().map(|field| {
            let param = self.sources.field(*module, field, &mut self.collected)?;
            Ok(said(param, &docs))
        });
        let params = params.collect::<Result<_>>().with_context(|| format!("error `{name}`"))?;
        Ok(Record { name: name.clone(), params, anonymous: false, docs })
    }
}

/// Solidity has parameters and returned values in one scope: a parameter that shares its name gets an underscore,
/// as in Chainlink's `getRoundData(uint80 _roundId)`. With them, how each Rust name is spelled.
fn distinct(inputs: Vec<(String, Param)>, outputs: &[Param]) -> (BTreeMap<String, String>, Vec<Param>) {
    let mut spelling = BTreeMap::new();
    let mut params = Vec::new();
    for (rust, mut param) in inputs {
        if outputs.iter().any(|output| output.name == param.name) {
            param.name.insert(0, '_');
        }
        spelling.insert(rust, param.name.clone());
        params.push(param);
    }
    (spelling, params)
}

/// A parameter with what its own comment or the list in its record's docs says.
fn said(mut param: Param, docs: &Docs) -> Param {
    if param.text.is_empty() {
        param.text = meaning(&docs.arguments, &param.name).unwrap_or_default().into();
    }
    param
}

fn types(record: &Record) -> Vec<&Type> {
    record.params.iter().map(|param| &param.ty).collect()
}

fn has_tuple(ty: &Type) -> bool {
    match ty {
        Type::Tuple(_) => true,
        Type::Array(inner, _) => has_tuple(inner),
        _ => false,
    }
}

/// A Rust name as Solidity writes it; one that Solidity keeps for itself gets an underscore.
fn camel(name: &str) -> String {
    let name = name.trim_start_matches('_').to_case(Case::Camel);
    if crate::solidity::is_reserved(&name) { name + "_" } else { name }
}

/// What the first parameter lets a method do, and how many parameters are the SDK's.
fn mutability(sig: &syn::Signature) -> (Mutability, usize) {
    let by = |writes: bool| if writes { Mutability::Write } else { Mutability::View };
    match sig.inputs.first() {
        Some(syn::FnArg::Receiver(receiver)) => (by(receiver.mutability.is_some()), 1),
        Some(syn::FnArg::Typed(first)) => match &*first.ty {
            syn::Type::Reference(reference) => (by(reference.mutability.is_some()), 1),
            _ => (Mutability::Pure, 0),
        },
        None => (Mutability::Pure, 0),
    }
}
