//! Opens calls of `macro_rules!` macros that stand as items, as far as an interface needs it.
//!
//! What a macro's arm writes without its arguments is what it declares at every call: those items are read, and stand in
//! a module of their own below the caller's, which takes everything from it and gives everything to it. Items that
//! contain an argument are left out.

use crate::cfg::Cfg;
use crate::source::{ModuleId, Sources};
use anyhow::{Context, Result, bail};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// A macro and the module it is defined in.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The module.
    pub module: ModuleId,
    /// Its arms.
    pub arms: TokenStream,
}

/// A call that stands as an item.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where.
    pub module: ModuleId,
    /// Of what, with what.
    pub mac: syn::Macro,
}

impl Sources {
    /// Opens every call met so far of a macro that was read.
    pub fn open_macros(&mut self, cfg: &Cfg) -> Result<()> {
        while let Some(call) = self.calls.pop() {
            let name = call.mac.path.segments.last().map(|part| part.ident.to_string()).unwrap_or_default();
            let Some(found) = self.definition_of(&call, &name) else { continue };
            let krate = self.modules[found.module].krate.clone();
            // A macro that calls itself goes through its arguments, which are not followed.
            if self.is_within(call.module, (&krate, &name)) {
                continue;
            }
            let place = self.place(call.module, &call.mac.path);
            let Some(written) = chosen(&found.arms, &call.mac.tokens) else { continue };
            let items = items(written, &krate).with_context(|| format!("{place}: `{name}!`"))?;
            self.opened(&call, (krate, name), found.module, items, cfg)?;
        }
        Ok(())
    }

    /// The macro a call means: of the crate its path names, of its own, or imported.
    fn definition_of(&self, call: &Call, name: &str) -> Option<Definition> {
        let module = &self.modules[call.module];
        let first = call.mac.path.segments.first()?.ident.to_string();
        let imported = || module.imports.iter().find(|import| import.name == name)?.path.first().cloned();
        let own = (module.krate.clone(), name.to_string());
        let krate = match first.as_str() {
            "crate" => own.0,
            _ if call.mac.path.segments.len() > 1 => first,
            _ if self.macros.contains_key(&own) => own.0,
            _ => imported()?,
        };
        self.macros.get(&(krate, name.into())).cloned()
    }

    fn is_within(&self, module: ModuleId, (krate, name): (&str, &str)) -> bool {
        let mut around = Some(module);
        while let Some(module) = around.map(|id| &self.modules[id]) {
            if module.opened.as_ref().is_some_and(|opened| opened.0 == krate && opened.1 == name) {
                return true;
            }
            around = module.parent;
        }
        false
    }

    fn opened(
        &mut self,
        call: &Call,
        of: (String, String),
        defined: ModuleId,
        items: Vec<syn::Item>,
        cfg: &Cfg,
    ) -> Result<()> {
        let caller = &self.modules[call.module];
        let (krate, file) = (caller.krate.clone(), self.modules[defined].file.clone());
        let id = self.module(&krate, Some(call.module), &file);
        // No Rust name has an exclamation mark.
        let name = format!("{}!{id}", of.1);
        let inner = &mut self.modules[id];
        inner.opened = Some(of);
        inner.globs.push(vec!["self".into()]);
        let caller = &mut self.modules[call.module];
        caller.globs.push(vec!["self".into(), name.clone()]);
        caller.children.insert(name, id);
        let folder = file.parent().unwrap_or(&file).to_path_buf();
        self.fill(id, items, &folder, cfg)
    }
}

/// What the arm writes whose matcher begins with the most words that the call begins with; of equals the first.
fn chosen(arms: &TokenStream, call: &TokenStream) -> Option<TokenStream> {
    let mut groups = arms.clone().into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let mut best: Option<(usize, TokenStream)> = None;
    while let (Some(matcher), Some(written)) = (groups.next(), groups.next()) {
        let words = matcher.into_iter().take_while(|token| !is_argument(token)).map(|word| word.to_string());
        let words: Vec<String> = words.collect();
        let given = call.clone().into_iter().map(|token| token.to_string());
        let fits = given.take(words.len()).eq(words.iter().cloned());
        if fits && best.as_ref().is_none_or(|(most, _)| words.len() > *most) {
            best = Some((words.len(), written));
        }
    }
    best.map(|(_, written)| written)
}

/// The items that are written without an argument.
fn items(written: TokenStream, krate: &str) -> Result<Vec<syn::Item>> {
    let mut found = Vec::new();
    let mut item = Vec::new();
    let mut tokens = spelled(written, krate).into_iter().peekable();
    while let Some(token) = tokens.next() {
        let repeats = item.is_empty() && is_argument(&token);
        if repeats && matches!(tokens.peek(), Some(TokenTree::Group(_))) {
            // `$( .. ),*`: to the sign that says how often.
            tokens.by_ref().find(|token| is_sign(token, "*+?"));
            continue;
        }
        let ends = is_sign(&token, ";")
            || matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        item.push(token);
        if !ends {
            continue;
        }
        if item.iter().any(has_argument) {
            item.clear();
            // Of `const _: () = { .. };`.
            tokens.next_if(|token| is_sign(token, ";"));
        } else if let Ok(parsed) = syn::parse2(item.iter().cloned().collect()) {
            // An item with braces in its middle parses once its end is there.
            found.push(parsed);
            item.clear();
        }
    }
    if !item.is_empty() && !item.iter().any(has_argument) {
        bail!("`{}` is not an item", item.into_iter().collect::<TokenStream>());
    }
    Ok(found)
}

/// `$crate` by its name.
fn spelled(written: TokenStream, krate: &str) -> TokenStream {
    let mut out = Vec::new();
    for token in written {
        match token {
            TokenTree::Ident(ident) if ident == "crate" && out.last().is_some_and(is_argument) => {
                out.pop();
                out.push(TokenTree::Ident(Ident::new(krate, ident.span())));
            }
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), spelled(group.stream(), krate));
                inner.set_span(group.span());
                out.push(TokenTree::Group(inner));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn has_argument(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.stream().into_iter().any(|token| has_argument(&token)),
        _ => is_argument(token),
    }
}

fn is_argument(token: &TokenTree) -> bool {
    is_sign(token, "$")
}

fn is_sign(token: &TokenTree, signs: &str) -> bool {
    matches!(token, TokenTree::Punct(punct) if signs.contains(punct.as_char()))
}

#[cfg(test)]
mod tests {
    use super::{chosen, items};
    use quote::ToTokens;

    fn declared(written: &str) -> Vec<String> {
        let written = written.parse().expect("tokens");
        let items = items(written, "ours").expect("items");
        items.iter().map(|item| item.to_token_stream().to_string()).collect()
    }

    #[test]
    fn items_without_arguments_are_kept_whole() {
        let kept = declared(
            "$(#[$meta])* pub struct $name; pub struct Bytes(pub Vec<u8>); $(impl From<$error> for Bytes {})*
             const N: usize = { 1 } + 2; impl From<$crate::Error> for Bytes { fn from(_: $crate::Error) -> Self { x } }
             impl Other { fn f() -> $ty { y } } const _: () = { impl $ty {} }; type Last<T> = Result<T, Bytes>;",
        );
        let wanted = [
            "pub struct Bytes (pub Vec < u8 >) ;",
            "const N : usize = { 1 } + 2 ;",
            "impl From < ours :: Error > for Bytes { fn from (_ : ours :: Error) -> Self { x } }",
            "type Last < T > = Result < T , Bytes > ;",
        ];
        assert_eq!(kept, wanted);
    }

    #[test]
    fn what_is_no_item_is_refused() {
        assert!(items("struct A; 1 + 1".parse().expect("tokens"), "ours").is_err());
    }

    #[test]
    fn the_arm_is_the_one_that_begins_as_the_call() {
        let arms = "($x:ty) => { struct C; }; (@inner $($x:ty),*) => { struct A; }; (plain) => { struct B; }";
        let arms = arms.parse().expect("tokens");
        let of =
            |call: &str| chosen(&arms, &call.parse().expect("tokens")).map(|written| written.to_string());
        assert_eq!(of("@inner u8").as_deref(), Some("struct A ;"));
        assert_eq!(of("plain").as_deref(), Some("struct B ;"));
        assert_eq!(of("u8").as_deref(), Some("struct C ;"));
    }
}
