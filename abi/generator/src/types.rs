//! Rust and `sol!` types as the SDK encodes them, with the structs they name collected.

use crate::model::{Named, NamedKind, Param, Type};
use crate::resolve::{Definition, Space, names};
use crate::source::{ModuleId, Sources, TypeItem};
use anyhow::{Result, anyhow, bail};
use quote::ToTokens;
use std::collections::BTreeMap;

/// A Rust type and the module whose names it is written in.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The type.
    pub ty: syn::Type,
    /// The module.
    pub module: ModuleId,
}

/// What type names mean at one place.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The module.
    pub module: ModuleId,
    /// `Self::Name` of the implementation.
    pub associated: BTreeMap<String, Placed>,
    /// Generic parameters with the types they stand for.
    pub generics: BTreeMap<String, Placed>,
}

/// What a Rust type turned out to be.
#[derive(Clone, Debug)]
pub enum Target {
    /// A declaration that was read.
    Declared(ModuleId, String),
    /// A name of the language or of a crate not read, with its generic arguments.
    Builtin(String, Vec<syn::GenericArgument>, Scope),
    /// Not a path: a tuple, an array, a reference.
    Shape(Box<syn::Type>, Scope),
}

/// The types a contract declares, and where each was found.
#[derive(Debug, Default)]
pub struct Collected {
    /// In order of first use.
    pub types: Vec<Named>,
    origins: BTreeMap<String, ModuleId>,
}

impl Sources {
    /// Follows aliases, generics and `Self::Name` to what `ty` is.
    pub fn target(&self, scope: &Scope, ty: &syn::Type) -> Result<Target> {
        let path = match ty {
            syn::Type::Paren(inner) => return self.target(scope, &inner.elem),
            syn::Type::Group(inner) => return self.target(scope, &inner.elem),
            syn::Type::Path(path) => &path.path,
            other => return Ok(Target::Shape(Box::new(other.clone()), scope.clone())),
        };
        let parts = names(path);
        let last = path.segments.last().ok_or_else(|| anyhow!("an empty path"))?;
        if parts.first().is_some_and(|name| name == "Self")
            && let Some(placed) = scope.associated.get(&last.ident.to_string())
        {
            return self.target(&Scope { module: placed.module, ..scope.clone() }, &placed.ty);
        }
        if let [only] = parts.as_slice()
            && let Some(placed) = scope.generics.get(only)
        {
            return self.target(&Scope { module: placed.module, ..Scope::default() }, &placed.ty);
        }
        let arguments = arguments(last);
        match self.resolve(scope.module, &parts, Space::Types) {
            Some(Definition::Type(module, name)) => self.declared(scope, module, name, &arguments),
            None | Some(Definition::Outside(_)) => {
                let name = match self.resolve(scope.module, &parts, Space::Types) {
                    Some(Definition::Outside(path)) => path.last().cloned().unwrap_or_default(),
                    _ => last.ident.to_string(),
                };
                Ok(Target::Builtin(name, arguments, scope.clone()))
            }
            Some(_) => bail!("`{}` is not a type", parts.join("::")),
        }
    }

    fn declared(
        &self,
        scope: &Scope,
        module: ModuleId,
        name: String,
        arguments: &[syn::GenericArgument],
    ) -> Result<Target> {
        let Some(TypeItem::Alias(alias)) = self.type_item(module, &name) else {
            return Ok(Target::Declared(module, name));
        };
        let given = arguments.iter().filter_map(|argument| match argument {
            syn::GenericArgument::Type(ty) => Some(self.grounded(scope, ty)),
            _ => None,
        });
        let names = alias.generics.type_params().map(|param| param.ident.to_string());
        let generics = names.zip(given).collect();
        self.target(&Scope { module, generics, ..Scope::default() }, &alias.ty)
    }

    /// A type with the generic parameter it may be replaced by what that stands for.
    fn grounded(&self, scope: &Scope, ty: &syn::Type) -> Placed {
        let name = match ty {
            syn::Type::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        name.and_then(|name| scope.generics.get(&name).cloned())
            .unwrap_or_else(|| Placed { ty: ty.clone(), module: scope.module })
    }

    /// The Solidity type the SDK gives a Rust type.
    pub fn abi_type(&self, scope: &Scope, ty: &syn::Type, out: &mut Collected) -> Result<Type> {
        match self.target(scope, ty)? {
            Target::Declared(module, name) => self.named_type(module, &name, out),
            Target::Builtin(name, arguments, scope) => self.builtin(&scope, &name, &arguments, out),
            Target::Shape(shape, scope) => match *shape {
                syn::Type::Tuple(tuple) => {
                    let types = tuple.elems.iter().map(|elem| self.abi_type(&scope, elem, out));
                    Ok(Type::Tuple(types.collect::<Result<_>>()?))
                }
                syn::Type::Array(array) => {
                    let elem = self.abi_type(&scope, &array.elem, out)?;
                    Ok(Type::Array(Box::new(elem), Some(self.length(scope.module, &array.len)?)))
                }
                other => bail!("`{}` has no ABI type", other.to_token_stream()),
            },
        }
    }

    fn builtin(
        &self,
        scope: &Scope,
        name: &str,
        arguments: &[syn::GenericArgument],
        out: &mut Collected,
    ) -> Result<Type> {
        let number = |index: usize| match arguments.get(index) {
            Some(syn::GenericArgument::Const(expr)) => self.length(scope.module, expr),
            // A constant's name parses as a type.
            Some(syn::GenericArgument::Type(syn::Type::Path(path))) => {
                self.constant(scope.module, &names(&path.path))
            }
            _ => Err(anyhow!("`{name}` needs a size")),
        };
        let plain = |text: String| Ok(Type::Plain(text));
        match name {
            "bool" => plain("bool".into()),
            "Address" => plain("address".into()),
            "String" => plain("string".into()),
            "Bytes" => plain("bytes".into()),
            "Uint" => plain(format!("uint{}", number(0)?)),
            "Signed" => plain(format!("int{}", number(0)?)),
            "FixedBytes" => plain(format!("bytes{}", number(0)?)),
            "Vec" => match arguments.first() {
                Some(syn::GenericArgument::Type(inner)) => {
                    Ok(Type::Array(Box::new(self.abi_type(scope, inner, out)?), None))
                }
                _ => bail!("`Vec` needs its element"),
            },
            _ => sized(name).map(Type::Plain).ok_or_else(|| {
                anyhow!(
                    "`{name}` is no type of the ABI and no declaration of it was found in the sources read"
                )
            }),
        }
    }

    fn length(&self, module: ModuleId, expr: &syn::Expr) -> Result<usize> {
        match expr {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) => Ok(number.base10_parse()?),
            syn::Expr::Path(path) => self.constant(module, &names(&path.path)),
            syn::Expr::Cast(cast) => self.length(module, &cast.expr),
            syn::Expr::Block(block) => match block.block.stmts.as_slice() {
                [syn::Stmt::Expr(inner, None)] => self.length(module, inner),
                _ => bail!("a length must be a number or a constant"),
            },
            _ => bail!("a length must be a number or a constant"),
        }
    }

    fn constant(&self, module: ModuleId, path: &[String]) -> Result<usize> {
        match self.resolve(module, path, Space::Values) {
            Some(Definition::Constant(module, name)) => {
                let expr = self.modules[module].constants.get(&name).cloned();
                self.length(module, &expr.ok_or_else(|| anyhow!("`{name}` has no value"))?)
            }
            _ => bail!("`{}` is not a constant that was read", path.join("::")),
        }
    }

    /// A type written in a `sol!` block of `module`.
    pub fn sol_type(&self, module: ModuleId, ty: &syn_solidity::Type, out: &mut Collected) -> Result<Type> {
        use syn_solidity::Type as Sol;
        let plain = |text: String| Ok(Type::Plain(text));
        match ty {
            Sol::Address(..) => plain("address".into()),
            Sol::Bool(_) => plain("bool".into()),
            Sol::String(_) => plain("string".into()),
            Sol::Bytes(_) => plain("bytes".into()),
            Sol::FixedBytes(_, size) => plain(format!("bytes{size}")),
            Sol::Int(_, size) => plain(format!("int{}", size.map_or(256, |size| size.get()))),
            Sol::Uint(_, size) => plain(format!("uint{}", size.map_or(256, |size| size.get()))),
            Sol::Array(array) => {
                let elem = self.sol_type(module, &array.ty, out)?;
                if array.size.is_some() && array.size().is_none() {
                    bail!("the length of `{array}` must be a number");
                }
                Ok(Type::Array(Box::new(elem), array.size()))
            }
            Sol::Custom(path) => {
                let path: Vec<String> = path.iter().map(syn_solidity::SolIdent::as_string).collect();
                match self.resolve(module, &path, Space::Types) {
                    Some(Definition::Type(module, name)) => self.named_type(module, &name, out),
                    _ => bail!("`{}` is not declared in the sources read", path.join(".")),
                }
            }
            Sol::Tuple(_) | Sol::Function(_) | Sol::Mapping(_) => {
                bail!("`{ty}` has no place in an interface: declare a struct")
            }
        }
    }

    /// A declared type: its struct, enum or value type goes to `out` the first time.
    fn named_type(&self, module: ModuleId, name: &str, out: &mut Collected) -> Result<Type> {
        let item = self.type_item(module, name).ok_or_else(|| anyhow!("`{name}` is gone"))?.clone();
        if let Some(&origin) = out.origins.get(name) {
            let same = origin == module || self.same(origin, module, name);
            if !same {
                bail!(
                    "two different types are called `{name}`: in {} and in {}",
                    self.modules[origin].file.display(),
                    self.modules[module].file.display()
                );
            }
            return Ok(Type::Named(name.into()));
        }
        let (kind, attrs) = match &item {
            TypeItem::SolStruct(item) => (None, &item.attrs),
            TypeItem::SolEnum(item) => {
                let variants = item.variants.iter().map(|variant| variant.ident.as_string());
                (Some(NamedKind::Enum(variants.collect())), &item.attrs)
            }
            TypeItem::SolValue(item) => (Some(NamedKind::Value(item.ty.to_string())), &item.attrs),
            TypeItem::Struct(_) | TypeItem::Enum(_) => {
                bail!("`{name}` is a Rust type: declare it in a `sol!` block and derive `AbiType`")
            }
            _ => bail!("`{name}` is not a type of values"),
        };
        out.origins.insert(name.into(), module);
        let index = out.types.len();
        let docs = self.docs(module, attrs);
        let placeholder = NamedKind::Struct(Vec::new());
        out.types.push(Named { name: name.into(), docs, kind: kind.unwrap_or(placeholder) });
        if let TypeItem::SolStruct(item) = &item {
            let fields = item.fields.iter().map(|field| self.field(module, field, out));
            let fields = fields.collect::<Result<Vec<_>>>()?;
            out.types[index].kind = NamedKind::Struct(fields);
        }
        Ok(Type::Named(name.into()))
    }

    fn same(&self, one: ModuleId, other: ModuleId, name: &str) -> bool {
        match (self.type_item(one, name), self.type_item(other, name)) {
            (Some(TypeItem::SolStruct(one)), Some(TypeItem::SolStruct(other))) => one == other,
            _ => false,
        }
    }

    /// A declaration `type name` of a `sol!` block.
    pub fn field(
        &self,
        module: ModuleId,
        field: &syn_solidity::VariableDeclaration,
        out: &mut Collected,
    ) -> Result<Param> {
        Ok(Param {
            name: field.name.as_ref().map(syn_solidity::SolIdent::as_string).unwrap_or_default(),
            ty: self.sol_type(module, &field.ty, out)?,
            text: self.docs(module, &field.attrs).notice,
            indexed: false,
        })
    }
}

/// The generic arguments of a path's part.
pub fn arguments(segment: &syn::PathSegment) -> Vec<syn::GenericArgument> {
    match &segment.arguments {
        syn::PathArguments::AngleBracketed(list) => list.args.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// `u64`, `U256`, `I256`, `B256` and their kin.
fn sized(name: &str) -> Option<String> {
    let (head, size) = name.split_at_checked(1)?;
    let bits: usize = size.parse().ok()?;
    if !(8..=256).contains(&bits) || !bits.is_multiple_of(8) || size.starts_with('0') {
        return None;
    }
    let native = matches!(bits, 8 | 16 | 32 | 64 | 128);
    match head {
        "u" if native => Some(format!("uint{bits}")),
        "i" if native => Some(format!("int{bits}")),
        "U" => Some(format!("uint{bits}")),
        "I" => Some(format!("int{bits}")),
        "B" => Some(format!("bytes{}", bits / 8)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::sized;

    #[test]
    fn integer_and_byte_names_have_their_size() {
        let cases = [
            ("u8", "uint8"),
            ("i128", "int128"),
            ("U256", "uint256"),
            ("I256", "int256"),
            ("B256", "bytes32"),
        ];
        for (rust, sol) in cases {
            assert_eq!(sized(rust).as_deref(), Some(sol));
        }
        for none in ["u24", "U7", "usize", "B1", "U264", "U08", "é8", ""] {
            assert_eq!(sized(none), None, "{none}");
        }
    }
}
