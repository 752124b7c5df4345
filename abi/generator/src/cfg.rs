//! Conditional compilation as a deployed program sees it: wasm32, no tests, the named features.

use std::collections::BTreeSet;

/// The configuration a contract is built with.
#[derive(Clone, Debug, Default)]
pub struct Cfg {
    /// Cargo features that are on.
    pub features: BTreeSet<String>,
    /// Whether it is built natively, for tests, and not as a program.
    pub native: bool,
}

impl Cfg {
    /// Whether an item with these attributes is compiled.
    pub fn keeps(&self, attrs: &[syn::Attribute]) -> bool {
        attrs.iter().filter(|attr| attr.path().is_ident("cfg")).all(|attr| match &attr.meta {
            syn::Meta::List(list) => list.parse_args::<syn::Meta>().map_or(true, |meta| self.holds(&meta)),
            _ => true,
        })
    }

    /// Whether a method is part of the interface: compiled, or natively only and under a name of its own, which the SDK's
    /// router knows it by there and a router of our own in the program.
    pub fn keeps_method(&self, attrs: &[syn::Attribute]) -> bool {
        let natively = Self { native: true, ..self.clone() };
        self.keeps(attrs) || natively.has(attrs, "selector") && natively.keeps(attrs)
    }

    /// Whether an attribute that declares the ABI is there, in the program or natively: a program with a router of its
    /// own has the SDK's only natively, and both route the same functions.
    pub fn declares(&self, attrs: &[syn::Attribute], name: &str) -> bool {
        let natively = Self { native: true, ..self.clone() };
        self.has(attrs, name) || natively.has(attrs, name)
    }

    /// Whether an attribute is there, plainly or by a `cfg_attr` whose condition holds.
    pub fn has(&self, attrs: &[syn::Attribute], name: &str) -> bool {
        self.find(attrs, name).is_some()
    }

    /// The attribute of this name (by its path's last part).
    pub fn find(&self, attrs: &[syn::Attribute], name: &str) -> Option<syn::Meta> {
        attrs.iter().find_map(|attr| self.find_in(&attr.meta, name))
    }

    fn find_in(&self, meta: &syn::Meta, name: &str) -> Option<syn::Meta> {
        if !meta.path().is_ident("cfg_attr") {
            let found = meta.path().segments.last().is_some_and(|segment| segment.ident == name);
            return found.then(|| meta.clone());
        }
        let parts = parts(meta);
        let (condition, given) = parts.split_first()?;
        if !self.holds(condition) {
            return None;
        }
        given.iter().find_map(|inner| self.find_in(inner, name))
    }

    fn holds(&self, meta: &syn::Meta) -> bool {
        let Some(name) = meta.path().get_ident().map(ToString::to_string) else { return false };
        match (name.as_str(), meta) {
            ("not", _) => !parts(meta).iter().all(|inner| self.holds(inner)),
            ("all", _) => parts(meta).iter().all(|inner| self.holds(inner)),
            ("any", _) => parts(meta).iter().any(|inner| self.holds(inner)),
            ("feature", syn::Meta::NameValue(pair)) => {
                crate::source::string_of(&pair.value).is_some_and(|name| self.features.contains(&name))
            }
            ("target_arch", syn::Meta::NameValue(pair)) => {
                !self.native && crate::source::string_of(&pair.value).as_deref() == Some("wasm32")
            }
            _ => false,
        }
    }
}

fn parts(meta: &syn::Meta) -> Vec<syn::Meta> {
    let syn::Meta::List(list) = meta else { return Vec::new() };
    let parser = syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
    list.parse_args_with(parser).map(|metas| metas.into_iter().collect()).unwrap_or_default()
}
