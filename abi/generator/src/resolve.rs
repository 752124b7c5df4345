//! Finds what a path means, as rustc does: through modules, imports, globs and re-exports.

use crate::source::{ModuleId, Sources, TypeItem};
use std::collections::HashSet;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Definition {
    /// A module of a crate that was read.
    Module(ModuleId),
    /// A type, event or error declared there.
    Type(ModuleId, String),
    /// A free function.
    Function(ModuleId, String),
    /// A constant.
    Constant(ModuleId, String),
    /// Something associated with a type: `Type::name`.
    Member(ModuleId, String, String),
    /// Something in a crate that was not read.
    Outside(Vec<String>),
}

/// Rust keeps types and values apart: a function and a type may share a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space {
    /// Types and modules.
    Types,
    /// Functions and constants.
    Values,
}

type Seen = HashSet<(ModuleId, String, Space)>;

impl Sources {
    /// What `path` means in `module`; None where the source does not say (a prelude, a local name).
    pub fn resolve(&self, module: ModuleId, path: &[String], space: Space) -> Option<Definition> {
        self.walk(module, path, space, &mut Seen::new())
    }

    /// The declaration behind a type definition.
    pub fn type_item(&self, module: ModuleId, name: &str) -> Option<&TypeItem> {
        self.modules[module].types.get(name)
    }

    fn walk(&self, module: ModuleId, path: &[String], space: Space, seen: &mut Seen) -> Option<Definition> {
        let (first, rest) = path.split_first()?;
        let here = if rest.is_empty() { space } else { Space::Types };
        let mut found = match first.as_str() {
            "crate" => Definition::Module(*self.roots.get(&self.modules[module].krate)?),
            "self" => Definition::Module(self.written_in(module)?),
            "super" => Definition::Module(self.modules[self.written_in(module)?].parent?),
            name => match self.name(module, name, here, seen) {
                Some(found) => found,
                None => match self.roots.get(name) {
                    Some(&root) => Definition::Module(root),
                    None if !rest.is_empty() => return Some(Definition::Outside(path.to_vec())),
                    None => return None,
                },
            },
        };
        for (index, name) in rest.iter().enumerate() {
            let last = index + 1 == rest.len();
            found = match found {
                Definition::Module(inner) if name == "super" => {
                    Definition::Module(self.modules[inner].parent?)
                }
                Definition::Module(inner) => {
                    self.name(inner, name, if last { space } else { Space::Types }, seen)?
                }
                Definition::Type(inner, owner) => Definition::Member(inner, owner, name.clone()),
                Definition::Outside(mut path) => {
                    path.push(name.clone());
                    Definition::Outside(path)
                }
                _ => return None,
            };
        }
        Some(found)
    }

    /// The module of the source: what a macro's call declares is written where it is called.
    fn written_in(&self, module: ModuleId) -> Option<ModuleId> {
        match &self.modules[module] {
            inner if inner.opened.is_some() => self.written_in(inner.parent?),
            _ => Some(module),
        }
    }

    fn name(&self, module: ModuleId, name: &str, space: Space, seen: &mut Seen) -> Option<Definition> {
        if !seen.insert((module, name.into(), space)) {
            return None;
        }
        let found = self.name_unguarded(module, name, space, seen);
        seen.remove(&(module, name.into(), space));
        found
    }

    fn name_unguarded(
        &self,
        module: ModuleId,
        name: &str,
        space: Space,
        seen: &mut Seen,
    ) -> Option<Definition> {
        let here = &self.modules[module];
        match space {
            Space::Types if here.types.contains_key(name) => {
                return Some(Definition::Type(module, name.into()));
            }
            Space::Types => {
                if let Some(&child) = here.children.get(name) {
                    return Some(Definition::Module(child));
                }
            }
            Space::Values if here.functions.contains_key(name) => {
                return Some(Definition::Function(module, name.into()));
            }
            Space::Values if here.constants.contains_key(name) => {
                return Some(Definition::Constant(module, name.into()));
            }
            Space::Values => {}
        }
        for import in here.imports.iter().filter(|import| import.name == name) {
            let found = match import.path.as_slice() {
                // `use krate as name`, or a name of this very module's crate.
                [only] if only == name => self.roots.get(only).map(|&root| Definition::Module(root)),
                path => self.walk(module, path, space, seen),
            };
            match found {
                Some(Definition::Outside(_)) if space == Space::Values => {}
                Some(found) => return Some(found),
                None => {}
            }
        }
        for glob in &here.globs {
            if let Some(Definition::Module(inner)) = self.walk(module, glob, Space::Types, seen)
                && let Some(found) = self.name(inner, name, space, seen)
            {
                return Some(found);
            }
        }
        None
    }
}

/// A path's names, without its generic arguments.
pub fn names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}
