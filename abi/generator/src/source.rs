//! Reads crates into modules: what each declares, imports and implements, with `sol!` blocks opened.

use crate::cfg::Cfg;
use crate::docs::Docs;
use crate::macros::{Call, Definition};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::spanned::Spanned;

/// A module's number in a [`Sources`].
pub type ModuleId = usize;

/// A type-like declaration, from Rust or from a `sol!` block.
#[derive(Clone, Debug)]
pub enum TypeItem {
    /// A Rust struct.
    Struct(syn::ItemStruct),
    /// A Rust enum.
    Enum(syn::ItemEnum),
    /// A Rust trait.
    Trait(syn::ItemTrait),
    /// A Rust type alias.
    Alias(syn::ItemType),
    /// A struct of a `sol!` block.
    SolStruct(syn_solidity::ItemStruct),
    /// An enum of a `sol!` block.
    SolEnum(syn_solidity::ItemEnum),
    /// A value type of a `sol!` block (`type Price is uint256`).
    SolValue(syn_solidity::ItemUdt),
    /// An event of a `sol!` block.
    Event(syn_solidity::ItemEvent),
    /// A custom error of a `sol!` block.
    Error(syn_solidity::ItemError),
}

/// `use path as name`.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name it has here.
    pub name: String,
    /// What it names.
    pub path: Vec<String>,
}

/// One module of one crate.
#[derive(Debug, Default)]
pub struct Module {
    /// The crate's name as Rust code writes it.
    pub krate: String,
    /// The file it was read from.
    pub file: PathBuf,
    /// The module around it.
    pub parent: Option<ModuleId>,
    /// Modules inside it.
    pub children: BTreeMap<String, ModuleId>,
    /// Its types, events and errors.
    pub types: BTreeMap<String, TypeItem>,
    /// The names in `types` in the order of the source.
    pub order: Vec<String>,
    /// Its free functions.
    pub functions: BTreeMap<String, syn::ItemFn>,
    /// Its constants.
    pub constants: BTreeMap<String, syn::Expr>,
    /// Its implementations.
    pub impls: Vec<syn::ItemImpl>,
    /// Its imports by name.
    pub imports: Vec<Import>,
    /// Its imports of everything in a module.
    pub globs: Vec<Vec<String>>,
    /// Crate and name of the macro whose call this module stands for.
    pub opened: Option<(String, String)>,
}

/// The crates a contract is generated from.
#[derive(Debug, Default)]
pub struct Sources {
    /// Every module of every crate read so far.
    pub modules: Vec<Module>,
    /// Each crate's first module.
    pub roots: BTreeMap<String, ModuleId>,
    /// Crates that are not ours: their declarations are used, their words are not copied.
    pub foreign: BTreeSet<String>,
    /// Macros by crate and name.
    pub macros: BTreeMap<(String, String), Definition>,
    /// Calls of macros that stand as items and are not opened yet.
    pub calls: Vec<Call>,
}

impl Sources {
    /// Reads the crate whose library file is `file`; once only.
    pub fn load(&mut self, krate: &str, file: &Path, cfg: &Cfg) -> Result<ModuleId> {
        if let Some(&root) = self.roots.get(krate) {
            return Ok(root);
        }
        let parsed = parse(file)?;
        let root = self.module(krate, None, file);
        self.roots.insert(krate.into(), root);
        let folder = file.parent().unwrap_or(Path::new(".")).to_path_buf();
        self.fill(root, parsed.items, &folder, cfg)?;
        Ok(root)
    }

    /// The documentation of something in `module`; of another's crate only where it is from.
    pub fn docs(&self, module: ModuleId, attrs: &[syn::Attribute]) -> Docs {
        let krate = &self.modules[module].krate;
        if self.foreign.contains(krate) { Docs::declared_by(krate) } else { Docs::of(attrs) }
    }

    /// Every module of `krate`, in the order of the source.
    pub fn modules_of<'a>(&'a self, krate: &'a str) -> impl Iterator<Item = (ModuleId, &'a Module)> {
        self.modules.iter().enumerate().filter(move |(_, module)| module.krate == krate)
    }

    /// `file:line` of a piece of a module.
    pub fn place(&self, module: ModuleId, piece: &impl Spanned) -> String {
        self.place_of(module, piece.span())
    }

    /// `file:line` of a span of a module.
    pub fn place_of(&self, module: ModuleId, span: proc_macro2::Span) -> String {
        format!("{}:{}", self.modules[module].file.display(), span.start().line)
    }

    /// Begins a module.
    pub fn module(&mut self, krate: &str, parent: Option<ModuleId>, file: &Path) -> ModuleId {
        self.modules.push(Module { krate: krate.into(), file: file.into(), parent, ..Module::default() });
        self.modules.len() - 1
    }

    /// Puts `items` into module `id`; its own modules' files are in `folder`.
    pub fn fill(&mut self, id: ModuleId, items: Vec<syn::Item>, folder: &Path, cfg: &Cfg) -> Result<()> {
        for item in items {
            if !cfg.keeps(attributes(&item)) {
                continue;
            }
            match item {
                syn::Item::Mod(item) => self.child(id, item, folder, cfg)?,
                syn::Item::Macro(item) => self.macro_item(id, item)?,
                syn::Item::Use(item) => {
                    let module = &mut self.modules[id];
                    flatten(&item.tree, &mut Vec::new(), &mut module.imports, &mut module.globs);
                }
                syn::Item::ExternCrate(item) => {
                    let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name).to_string();
                    let path = vec![item.ident.to_string()];
                    self.modules[id].imports.push(Import { name, path });
                }
                syn::Item::Struct(item) => {
                    self.declare(id, item.ident.to_string(), TypeItem::Struct(item))?
                }
                syn::Item::Enum(item) => self.declare(id, item.ident.to_string(), TypeItem::Enum(item))?,
                syn::Item::Trait(item) => self.declare(id, item.ident.to_string(), TypeItem::Trait(item))?,
                syn::Item::Type(item) => self.declare(id, item.ident.to_string(), TypeItem::Alias(item))?,
                syn::Item::Fn(item) => {
                    self.modules[id].functions.insert(item.sig.ident.to_string(), item);
                }
                syn::Item::Const(item) => {
                    self.modules[id].constants.insert(item.ident.to_string(), *item.expr);
                }
                syn::Item::Impl(mut item) => {
                    item.items.retain(|inner| cfg.keeps_method(impl_item_attributes(inner)));
                    self.modules[id].impls.push(item);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn declare(&mut self, id: ModuleId, name: String, item: TypeItem) -> Result<()> {
        let module = &mut self.modules[id];
        if module.types.insert(name.clone(), item).is_some() {
            bail!("{}: `{name}` is declared twice", module.file.display());
        }
        module.order.push(name);
        Ok(())
    }

    fn child(&mut self, parent: ModuleId, item: syn::ItemMod, folder: &Path, cfg: &Cfg) -> Result<()> {
        let name = item.ident.to_string();
        let krate = self.modules[parent].krate.clone();
        let inner = folder.join(&name);
        let (file, items) = match item.content {
            Some((_, items)) => (self.modules[parent].file.clone(), items),
            None => {
                let file = module_file(&item.attrs, folder, &name)
                    .with_context(|| self.place_of(parent, item.ident.span()))?;
                let items = parse(&file)?.items;
                (file, items)
            }
        };
        let id = self.module(&krate, Some(parent), &file);
        self.modules[parent].children.insert(name, id);
        self.fill(id, items, &inner, cfg)
    }

    /// Opens a `sol!` block; keeps other macros, and calls of them, for when all are known.
    fn macro_item(&mut self, id: ModuleId, item: syn::ItemMacro) -> Result<()> {
        if let Some(name) = item.ident {
            let key = (self.modules[id].krate.clone(), name.to_string());
            self.macros.insert(key, Definition { module: id, arms: item.mac.tokens });
            return Ok(());
        }
        let is_sol = item.mac.path.segments.last().is_some_and(|segment| segment.ident == "sol");
        if !is_sol {
            self.calls.push(Call { module: id, mac: item.mac });
            return Ok(());
        }
        let place = self.place(id, &item.mac.path);
        let block = syn_solidity::parse2(item.mac.tokens).with_context(|| format!("{place}: sol! block"))?;
        self.sol_items(id, block.items)
    }

    fn sol_items(&mut self, id: ModuleId, items: Vec<syn_solidity::Item>) -> Result<()> {
        use syn_solidity::Item;
        for item in items {
            match item {
                Item::Struct(item) => self.declare(id, item.name.as_string(), TypeItem::SolStruct(item))?,
                Item::Enum(item) => self.declare(id, item.name.as_string(), TypeItem::SolEnum(item))?,
                Item::Udt(item) => self.declare(id, item.name.as_string(), TypeItem::SolValue(item))?,
                Item::Error(item) => self.declare(id, item.name.as_string(), TypeItem::Error(item))?,
                Item::Event(item) => self.declare(id, item.name.as_string(), TypeItem::Event(item))?,
                // The macro makes a Rust module of an interface.
                Item::Contract(item) => {
                    let (krate, file) = (self.modules[id].krate.clone(), self.modules[id].file.clone());
                    let child = self.module(&krate, Some(id), &file);
                    self.modules[id].children.insert(item.name.as_string(), child);
                    self.sol_items(child, item.body)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn parse(file: &Path) -> Result<syn::File> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    syn::parse_file(&text)
        .map_err(|error| anyhow!("{}:{}: {error}", file.display(), error.span().start().line))
}

fn module_file(attrs: &[syn::Attribute], folder: &Path, name: &str) -> Result<PathBuf> {
    let named = attrs.iter().filter(|attr| attr.path().is_ident("path")).find_map(|attr| {
        let syn::Meta::NameValue(pair) = &attr.meta else { return None };
        string_of(&pair.value)
    });
    let candidates = match named {
        Some(path) => vec![folder.join(path)],
        None => vec![folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")],
    };
    candidates
        .iter()
        .find(|file| file.is_file())
        .cloned()
        .ok_or_else(|| anyhow!("no file for module `{name}`"))
}

/// The text of a string literal.
pub fn string_of(expr: &syn::Expr) -> Option<String> {
    match expr {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn flatten(
    tree: &syn::UseTree,
    path: &mut Vec<String>,
    names: &mut Vec<Import>,
    globs: &mut Vec<Vec<String>>,
) {
    match tree {
        syn::UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            flatten(&inner.tree, path, names, globs);
            path.pop();
        }
        syn::UseTree::Group(group) => {
            for inner in &group.items {
                flatten(inner, path, names, globs);
            }
        }
        syn::UseTree::Glob(_) => globs.push(path.clone()),
        syn::UseTree::Name(name) => names.push(import(path, &name.ident, &name.ident)),
        syn::UseTree::Rename(name) => names.push(import(path, &name.ident, &name.rename)),
    }
}

/// `use a::{self}` names `a` itself.
fn import(path: &[String], ident: &syn::Ident, name: &syn::Ident) -> Import {
    let mut path = path.to_vec();
    if ident != "self" {
        path.push(ident.to_string());
    }
    let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.to_string() };
    Import { name, path }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn impl_item_attributes(item: &syn::ImplItem) -> &[syn::Attribute] {
    match item {
        syn::ImplItem::Const(item) => &item.attrs,
        syn::ImplItem::Fn(item) => &item.attrs,
        syn::ImplItem::Type(item) => &item.attrs,
        syn::ImplItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}
