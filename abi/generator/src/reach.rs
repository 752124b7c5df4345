//! Which events and errors a program's code can come to, by following names through its bodies.
//!
//! Events are not part of any Rust signature, and a method may revert with bytes that no enum describes. So
//! bodies are read: every expression that names an event or an error counts, every function that is named is
//! followed, and a method call is followed to the methods of that name on types the program holds or names. An
//! arm of a `match` on an enum's variant counts only if that variant is made somewhere on the way: a conversion
//! from a large error enum does not give every method every error. What is found may be one too many, never one
//! too few, as long as errors and events are made in code that is written out, not in a macro's definition.

use crate::resolve::{Definition, Space, names};
use crate::source::{ModuleId, Sources, TypeItem};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};

/// A declaration: its module and its name.
pub type Key = (ModuleId, String);

/// What was come to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Events.
    pub events: BTreeSet<Key>,
    /// Custom errors.
    pub errors: BTreeSet<Key>,
}

/// A function or method to read.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    module: ModuleId,
    /// What `Self` is.
    owner: Option<(ModuleId, &'a str)>,
    /// Whether it may be called on any type: a trait's, a generic's, a foreign type's.
    on_any: bool,
    code: Code<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Code<'a> {
    Free(&'a syn::ItemFn),
    Method(&'a syn::ImplItemFn),
    Provided(&'a syn::TraitItemFn),
}

impl Body<'_> {
    /// Where it begins: one function, one place.
    fn place(&self) -> (ModuleId, usize, usize) {
        let ident = match self.code {
            Code::Free(item) => &item.sig.ident,
            Code::Method(item) => &item.sig.ident,
            Code::Provided(item) => &item.sig.ident,
        };
        let start = ident.span().start();
        (self.module, start.line, start.column)
    }

    fn names(&self) -> Names {
        let mut names = Names::default();
        match self.code {
            Code::Free(item) => names.visit_item_fn(item),
            Code::Method(item) => names.visit_impl_item_fn(item),
            Code::Provided(item) => names.visit_trait_item_fn(item),
        }
        names
    }
}

/// The methods of all crates read, by name.
#[derive(Debug)]
pub struct Reach<'a> {
    sources: &'a Sources,
    methods: BTreeMap<String, Vec<Body<'a>>>,
}

impl<'a> Reach<'a> {
    /// Indexes the methods of `sources`.
    pub fn new(sources: &'a Sources) -> Self {
        let mut methods: BTreeMap<String, Vec<Body<'a>>> = BTreeMap::new();
        for (module, content) in sources.modules.iter().enumerate() {
            for block in &content.impls {
                let owner = sources.owner_of(module, &block.self_ty);
                for item in &block.items {
                    if let syn::ImplItem::Fn(item) = item {
                        let body = Body { module, owner, on_any: owner.is_none(), code: Code::Method(item) };
                        methods.entry(item.sig.ident.to_string()).or_default().push(body);
                    }
                }
            }
            for (name, item) in &content.types {
                let TypeItem::Trait(item) = item else { continue };
                for item in &item.items {
                    if let syn::TraitItem::Fn(item) = item {
                        let owner = Some((module, name.as_str()));
                        let body = Body { module, owner, on_any: true, code: Code::Provided(item) };
                        methods.entry(item.sig.ident.to_string()).or_default().push(body);
                    }
                }
            }
        }
        Self { sources, methods }
    }

    /// Every function and method written in `krate`.
    pub fn bodies_of(&self, krate: &str) -> Vec<Body<'a>> {
        let mut bodies = Vec::new();
        for (module, content) in self.sources.modules.iter().enumerate() {
            if content.krate == krate {
                let free = content.functions.values().map(Code::Free);
                bodies.extend(free.map(|code| Body { module, owner: None, on_any: false, code }));
            }
        }
        let methods = self.methods.values().flatten();
        bodies.extend(methods.filter(|body| self.sources.modules[body.module].krate == krate));
        bodies
    }

    /// One method of an implementation.
    pub fn method(&self, module: ModuleId, item: &syn::ImplItemFn) -> Option<Body<'a>> {
        let mut named = self.methods.get(&item.sig.ident.to_string())?.iter();
        named
            .find(|body| body.module == module && matches!(body.code, Code::Method(other) if other == item))
            .copied()
    }

    /// What can be come to from `bodies` by a program that holds the types `held`.
    pub fn from(&self, bodies: Vec<Body<'a>>, held: &[Key]) -> Found {
        let mut walk = Walk::new(self);
        for key in held {
            walk.hold(key.clone());
        }
        walk.queue = bodies;
        walk.run();
        walk.found
    }
}

impl Sources {
    /// The declared type an implementation is for; None for a generic or a foreign one.
    pub fn owner(&self, module: ModuleId, ty: &syn::Type) -> Option<Key> {
        self.owner_of(module, ty).map(|(module, name)| (module, name.into()))
    }

    fn owner_of(&self, module: ModuleId, ty: &syn::Type) -> Option<(ModuleId, &str)> {
        let syn::Type::Path(path) = ty else { return None };
        match self.resolve(module, &names(&path.path), Space::Types) {
            Some(Definition::Type(module, name)) => {
                self.modules[module].types.get_key_value(&name).map(|(name, _)| (module, name.as_str()))
            }
            _ => None,
        }
    }
}

/// A variant of an enum: the enum and the variant's name.
type Variant = (Key, String);

struct Walk<'r, 'a> {
    reach: &'r Reach<'a>,
    found: Found,
    held: BTreeSet<Key>,
    wanted: BTreeSet<String>,
    seen: BTreeSet<(ModuleId, usize, usize)>,
    queue: Vec<Body<'a>>,
    /// Variants made so far, and the arms that wait for one.
    made: BTreeSet<Variant>,
    waiting: Vec<(Vec<Variant>, Place<'a>, Names)>,
}

/// Where names are read: the module, and what `Self` is.
#[derive(Clone, Copy)]
struct Place<'a> {
    module: ModuleId,
    owner: Option<(ModuleId, &'a str)>,
}

impl<'r, 'a> Walk<'r, 'a> {
    fn new(reach: &'r Reach<'a>) -> Self {
        Self {
            reach,
            found: Found::default(),
            held: BTreeSet::new(),
            // `?` calls `from` without naming it.
            wanted: BTreeSet::from(["from".to_string()]),
            seen: BTreeSet::new(),
            queue: Vec::new(),
            made: BTreeSet::new(),
            waiting: Vec::new(),
        }
    }

    fn run(&mut self) {
        loop {
            while let Some(body) = self.queue.pop() {
                if self.seen.insert(body.place()) {
                    self.read(Place { module: body.module, owner: body.owner }, body.names());
                }
            }
            let waiting = std::mem::take(&mut self.waiting);
            for (variants, place, names) in waiting {
                self.arm(variants, place, names);
            }
            let reach = self.reach;
            let called = self.wanted.iter().filter_map(|name| reach.methods.get(name)).flatten();
            let fresh =
                called.filter(|body| body.on_any || body.owner.is_some_and(|owner| self.holds(owner)));
            let fresh: Vec<Body<'a>> =
                fresh.filter(|body| !self.seen.contains(&body.place())).copied().collect();
            self.queue.extend(fresh);
            let nothing_new = !self.waiting.iter().any(|(variants, ..)| self.any_made(variants));
            if self.queue.is_empty() && nothing_new {
                return;
            }
        }
    }

    fn holds(&self, (module, name): (ModuleId, &str)) -> bool {
        self.held.contains(&(module, name.to_string()))
    }

    fn any_made(&self, variants: &[Variant]) -> bool {
        variants.iter().any(|variant| self.made.contains(variant))
    }

    fn read(&mut self, place: Place<'a>, names: Names) {
        self.wanted.extend(names.methods);
        for path in &names.paths {
            self.path(place, path);
        }
        for (patterns, names) in names.arms {
            // A pattern that is no variant of an enum that was read may match at any time.
            let variants: Option<Vec<Variant>> =
                patterns.iter().map(|pattern| self.variant(place, pattern)).collect();
            match variants {
                Some(variants) if !variants.is_empty() => self.arm(variants, place, names),
                _ => self.read(place, names),
            }
        }
    }

    fn arm(&mut self, variants: Vec<Variant>, place: Place<'a>, names: Names) {
        if self.any_made(&variants) {
            self.read(place, names);
        } else {
            self.waiting.push((variants, place, names));
        }
    }

    /// The enum's variant a path names.
    fn variant(&self, place: Place<'a>, path: &[String]) -> Option<Variant> {
        let sources = self.reach.sources;
        let (key, name) = match (path, place.owner) {
            ([own, name], Some((module, owner))) if own == "Self" => {
                ((module, owner.to_string()), name.clone())
            }
            _ => match sources.resolve(place.module, path, Space::Types)? {
                Definition::Member(module, owner, name) => ((module, owner), name),
                _ => return None,
            },
        };
        match sources.type_item(key.0, &key.1) {
            Some(TypeItem::Enum(item)) if item.variants.iter().any(|variant| variant.ident == name) => {
                Some((key, name))
            }
            _ => None,
        }
    }

    fn path(&mut self, place: Place<'a>, path: &[String]) {
        if let Some(variant) = self.variant(place, path) {
            self.hold(variant.0.clone());
            self.made.insert(variant);
            return;
        }
        let sources = self.reach.sources;
        if path.first().is_some_and(|name| name == "Self") {
            self.wanted.extend(path.get(1).cloned());
            if let Some((module, owner)) = place.owner {
                self.hold((module, owner.to_string()));
            }
            return;
        }
        match sources.resolve(place.module, path, Space::Types) {
            Some(Definition::Type(module, name)) => self.hold((module, name)),
            Some(Definition::Member(module, owner, name)) => {
                self.wanted.insert(name);
                self.hold((module, owner));
            }
            _ => {}
        }
        if let Some(Definition::Function(module, name)) = sources.resolve(place.module, path, Space::Values)
            && let Some(item) = sources.modules[module].functions.get(&name)
        {
            self.queue.push(Body { module, owner: None, on_any: false, code: Code::Free(item) });
        }
    }

    fn hold(&mut self, key: Key) {
        let sources = self.reach.sources;
        let mut parts = Names::default();
        match sources.type_item(key.0, &key.1) {
            None => return,
            Some(TypeItem::Event(_)) => {
                self.found.events.insert(key);
                return;
            }
            Some(TypeItem::Error(_)) => {
                self.found.errors.insert(key);
                return;
            }
            // What a type is made of is held with it; an error is only returned by who makes it.
            Some(TypeItem::Struct(item)) => parts.visit_fields(&item.fields),
            Some(TypeItem::Alias(item)) => parts.visit_type(&item.ty),
            Some(_) => {}
        }
        let module = key.0;
        if !self.held.insert(key) {
            return;
        }
        for path in parts.paths {
            if let Some(Definition::Type(module, name)) = sources.resolve(module, &path, Space::Types)
                && !matches!(sources.type_item(module, &name), Some(TypeItem::Event(_) | TypeItem::Error(_)))
            {
                self.hold((module, name));
            }
        }
    }
}

/// The paths and method names in a piece of code.
#[derive(Default)]
struct Names {
    paths: Vec<Vec<String>>,
    methods: Vec<String>,
    /// Arms of matches: their patterns and what they name.
    arms: Vec<(Vec<Vec<String>>, Names)>,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(names(path));
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        // `<T as Trait>::name`
        if path.qself.is_some() {
            self.methods.extend(path.path.segments.last().map(|segment| segment.ident.to_string()));
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.push(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let mut inner = Names::default();
        if let Some((_, guard)) = &arm.guard {
            inner.visit_expr(guard);
        }
        inner.visit_expr(&arm.body);
        self.arms.push((patterns(&arm.pat), inner));
    }

    /// A pattern makes nothing; only the type it may state is read.
    fn visit_pat(&mut self, pat: &'ast syn::Pat) {
        if let syn::Pat::Type(pat) = pat {
            self.visit_type(&pat.ty);
        }
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
    }
}

impl Names {
    /// A macro's arguments: any path and any name after a dot.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) if at > 0 && is_sign(&tokens[at - 1], '.') => {
                    self.methods.push(ident.to_string());
                }
                TokenTree::Ident(ident) => {
                    let mut path = vec![ident.to_string()];
                    while let Some(TokenTree::Ident(part)) = tokens.get(at + 3)
                        && is_sign(&tokens[at + 1], ':')
                        && is_sign(&tokens[at + 2], ':')
                    {
                        path.push(part.to_string());
                        at += 3;
                    }
                    self.paths.push(path);
                }
                _ => {}
            }
            at += 1;
        }
    }
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// The paths of an arm's alternatives; empty if one of them is not a path.
fn patterns(pat: &syn::Pat) -> Vec<Vec<String>> {
    match pat {
        syn::Pat::Or(or) => {
            let cases: Vec<_> = or.cases.iter().map(patterns).collect();
            if cases.iter().any(Vec::is_empty) { Vec::new() } else { cases.concat() }
        }
        syn::Pat::Paren(inner) => patterns(&inner.pat),
        syn::Pat::Reference(inner) => patterns(&inner.pat),
        syn::Pat::Path(path) => vec![names(&path.path)],
        syn::Pat::Struct(inner) => vec![names(&inner.path)],
        syn::Pat::TupleStruct(inner) => vec![names(&inner.path)],
        _ => Vec::new(),
    }
}
