//! A program's bytes: how accounts hold them, what activation checks, what it finds.
//!
//! An account's code is a program in one piece (`EFF000`, a dictionary byte, brotli), or the root of one in pieces
//! (`EFF002`, a dictionary byte, the length of the program, the addresses of the pieces); a piece is `EFF001` and a
//! part of the brotli stream.

use super::StylusParams;
use super::hostio::{self, Ty};
use super::instrument::{self, Arity, Context, Globals, INK, STACK, STATUS};
use super::price::{self, ProgramCost, Sizes};
use alloy_primitives::Address;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Read;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasmparser::{
    BinaryReader, ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody,
    Import, MemoryType, Operator, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures,
};

/// The function a call enters.
pub const ENTRY: &str = "user_entrypoint";
/// The memory's export.
pub const MEMORY: &str = "memory";

/// What every program in one piece begins with, the dictionary byte (none) included.
pub const PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];
const FRAGMENT: [u8; 3] = [0xef, 0xf0, 0x01];
const ROOT: [u8; 3] = [0xef, 0xf0, 0x02];

/// Whether an account's code runs as a program: in one piece or the root of several.
pub fn is_program(code: &[u8]) -> bool {
    code.len() > 3 && (code.starts_with(&PREFIX[..3]) || code.starts_with(&ROOT))
}

/// Whether code may be created although it begins with the byte 0xEF: programs and pieces of such.
pub fn is_component(code: &[u8]) -> bool {
    is_program(code) || (code.len() > 3 && code.starts_with(&FRAGMENT))
}

/// Compresses a program to the code an account holds.
pub fn encode(wasm: &[u8]) -> Vec<u8> {
    [&PREFIX[..], &compress(wasm)].concat()
}

/// Compresses a program into the code of `pieces` accounts; [`encode_root`] names them.
pub fn encode_fragments(wasm: &[u8], pieces: usize) -> Vec<Vec<u8>> {
    let packed = compress(wasm);
    let length = packed.len().div_ceil(pieces.max(1)).max(1);
    packed.chunks(length).map(|part| [&FRAGMENT[..], part].concat()).collect()
}

/// The code of the account that stands for a program in pieces.
pub fn encode_root(wasm: &[u8], pieces: &[Address]) -> Vec<u8> {
    let mut code = [&ROOT[..], &[0]].concat();
    code.extend((wasm.len() as u32).to_be_bytes());
    pieces.iter().for_each(|piece| code.extend(piece));
    code
}

fn compress(wasm: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    // Writing to memory cannot fail; were it to, what comes out would not pass activation.
    let _ = brotli::BrotliCompress(&mut &wasm[..], &mut packed, &params);
    packed
}

/// The program that an account's code holds, whole or in pieces; `code_of` answers the code of other accounts.
///
/// # Errors
/// If it holds none, or it is longer than allowed, or its pieces do not fit together.
pub fn decode(
    code: &[u8],
    params: &StylusParams,
    code_of: impl FnMut(Address) -> Vec<u8>,
) -> Result<Vec<u8>, ActivationError> {
    if code.starts_with(&ROOT) {
        return decode_root(code, params, code_of);
    }
    match code.strip_prefix(&PREFIX[..3]).and_then(<[u8]>::split_first) {
        Some((dictionary, packed)) => decompress(*dictionary, packed, params.max_wasm_size),
        None => Err(ActivationError::NotAProgram),
    }
}

/// The pieces of a program, if it comes in pieces.
pub fn fragments(code: &[u8]) -> Option<Vec<Address>> {
    let pieces = code.strip_prefix(&ROOT)?.get(5..)?;
    Some(pieces.chunks_exact(20).map(Address::from_slice).collect())
}

fn decode_root(
    code: &[u8],
    params: &StylusParams,
    mut code_of: impl FnMut(Address) -> Vec<u8>,
) -> Result<Vec<u8>, ActivationError> {
    let bad = |why: &str| ActivationError::Malformed(format!("program in pieces: {why}"));
    let header = code.get(3..8).ok_or_else(|| bad("too short"))?;
    let pieces = fragments(code).unwrap_or_default();
    let length = header.iter().skip(1).fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    if !(code.len() - 8).is_multiple_of(20) || pieces.is_empty() {
        return Err(bad("no list of pieces"));
    }
    limit("pieces", pieces.len(), params.max_fragments.into())?;
    limit("bytes", length as usize, params.max_wasm_size.into())?;
    let mut packed = Vec::new();
    for piece in pieces {
        let code = code_of(piece);
        let part = code.strip_prefix(&FRAGMENT).ok_or_else(|| bad("an account is no piece"))?;
        packed.extend_from_slice(part);
    }
    let dictionary = header.first().copied().unwrap_or_default();
    let wasm = decompress(dictionary, &packed, length)?;
    if wasm.len() == length as usize { Ok(wasm) } else { Err(bad("not of the length it says")) }
}

fn decompress(dictionary: u8, packed: &[u8], max: u32) -> Result<Vec<u8>, ActivationError> {
    if dictionary != 0 {
        return Err(ActivationError::Dictionary(dictionary));
    }
    let mut wasm = Vec::new();
    let mut reader = brotli::Decompressor::new(packed, 4_096).take(u64::from(max) + 1);
    reader.read_to_end(&mut wasm).map_err(|_| ActivationError::Compression)?;
    limit("bytes", wasm.len(), max.into())?;
    Ok(wasm)
}

/// What activation found.
#[derive(Clone, Debug)]
pub struct Activation {
    /// Init costs and memory.
    pub cost: ProgramCost,
    /// Predicted size of the native code in bytes: what the data fee is for.
    pub asm_estimate: u32,
    /// Gas that activation burns for the program's parts.
    pub gas: u64,
    /// The instrumented program.
    pub instrumented: Vec<u8>,
}

/// Why a program cannot be activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivationError {
    /// The account's code is no program.
    NotAProgram,
    /// The program is compressed with a dictionary this chain does not have.
    Dictionary(u8),
    /// The bytes are no brotli stream.
    Compression,
    /// The bytes are no WASM, or WASM of a kind the chain does not take: why.
    Malformed(String),
    /// A data count section, which the chain's parser does not know.
    DataCount,
    /// An operator no program may contain.
    Unsupported(String),
    /// More of something than allowed.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A start function.
    StartFunction,
    /// An export that must be there is missing, or is something else.
    MissingExport(&'static str),
    /// The memory can grow, but the import that pays for growing is missing.
    MissingPayForGrow,
    /// An import the chain does not have, or has with another type.
    UnknownImport {
        /// Module.
        module: String,
        /// Name.
        name: String,
    },
    /// An import and an export of the same name.
    NameClash(String),
    /// An import or export with a name the chain keeps for itself.
    ReservedName(String),
    /// A data or element segment beyond the memory or table.
    OutOfBounds(&'static str),
}

impl fmt::Display for ActivationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAProgram => f.write_str("the code is not a Stylus program"),
            Self::Dictionary(id) => write!(f, "unsupported dictionary type: {id}"),
            Self::Compression => f.write_str("the code is not a brotli stream"),
            Self::Malformed(why) => write!(f, "failed to parse wasm: {why}"),
            Self::DataCount => {
                f.write_str("failed to parse wasm: unsupported section type DataCountSection (drop it)")
            }
            Self::Unsupported(op) => write!(f, "unsupported operator {op}"),
            Self::TooMany { what, count, limit } => write!(f, "too many wasm {what}: {count} > {limit}"),
            Self::StartFunction => f.write_str("wasm start functions not allowed"),
            Self::MissingExport(name) => write!(f, "missing or wrong export {name}"),
            Self::MissingPayForGrow => f.write_str("missing import pay_for_memory_grow"),
            Self::UnknownImport { module, name } => write!(f, "no such import {module}.{name}"),
            Self::NameClash(name) => write!(f, "binary exports an import with the same name {name}"),
            Self::ReservedName(name) => write!(f, "binary uses the reserved symbol {name}"),
            Self::OutOfBounds(what) => write!(f, "{what} segment out of bounds"),
        }
    }
}

impl std::error::Error for ActivationError {}

impl From<wasmparser::Error> for ActivationError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl<E: fmt::Display> From<wasm_encoder::reencode::Error<E>> for ActivationError {
    fn from(error: wasm_encoder::reencode::Error<E>) -> Self {
        Self::Malformed(error.to_string())
    }
}

fn limit(what: &'static str, count: usize, limit: u64) -> Result<(), ActivationError> {
    let count = count as u64;
    if count > limit { Err(ActivationError::TooMany { what, count, limit }) } else { Ok(()) }
}

/// Checks a program and computes what activation writes down. `page_limit`: memory pages left to the transaction.
///
/// # Errors
/// The first rule the program breaks.
pub fn activate(wasm: &[u8], page_limit: u16, params: &StylusParams) -> Result<Activation, ActivationError> {
    limit("bytes", wasm.len(), params.max_wasm_size.into())?;
    Validator::new_with_features(features(params)).validate_all(wasm)?;
    let parts = Parts::read(wasm)?;
    parts.check_names()?;
    let context = parts.context()?;
    parts.check_segments()?;
    let code = parts.instrument(&context)?;
    parts.check_limits(page_limit)?;
    let operators = code.iter().map(|function| function.len() as u64).sum();
    let instrumented = parts.write(code, context.globals)?;
    parts.figures(wasm.len() as u64, operators, params, instrumented)
}

/// What WASM may contain: the chain's validator knows no more.
fn features(params: &StylusParams) -> WasmFeatures {
    let mut features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS;
    features.set(WasmFeatures::MULTI_VALUE, params.version < 3);
    features
}

/// A program, taken apart.
#[derive(Default)]
struct Parts<'a> {
    types: Vec<FuncType>,
    imports: Vec<Import<'a>>,
    /// Type by function of its own.
    functions: Vec<u32>,
    /// Initial entries by table.
    tables: Vec<u64>,
    memory: Option<MemoryType>,
    globals: u32,
    exports: HashMap<&'a str, (ExternalKind, u32)>,
    bodies: Vec<FunctionBody<'a>>,
    data: Vec<wasmparser::Data<'a>>,
    elements: Vec<wasmparser::Element<'a>>,
    sections: Sections<'a>,
}

/// What goes into the instrumented program as it is.
#[derive(Default)]
struct Sections<'a> {
    types: Option<wasmparser::TypeSectionReader<'a>>,
    imports: Option<wasmparser::ImportSectionReader<'a>>,
    functions: Option<wasmparser::FunctionSectionReader<'a>>,
    tables: Option<wasmparser::TableSectionReader<'a>>,
    globals: Option<wasmparser::GlobalSectionReader<'a>>,
    elements: Option<wasmparser::ElementSectionReader<'a>>,
    data: Option<wasmparser::DataSectionReader<'a>>,
}

impl<'a> Parts<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self, ActivationError> {
        let mut parts = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            parts.take(payload?)?;
        }
        Ok(parts)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), ActivationError> {
        match payload {
            Payload::TypeSection(section) => {
                self.sections.types = Some(section.clone());
                self.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(section) => {
                self.sections.imports = Some(section.clone());
                self.imports = section.into_imports().collect::<Result<_, _>>()?;
            }
            Payload::FunctionSection(section) => {
                self.sections.functions = Some(section.clone());
                self.functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(section) => {
                self.sections.tables = Some(section.clone());
                for table in section {
                    self.tables.push(table?.ty.initial);
                }
            }
            Payload::MemorySection(section) => {
                limit("memories", section.count() as usize, 1)?;
                self.memory = section.into_iter().next().transpose()?;
            }
            Payload::GlobalSection(section) => {
                self.globals = section.count();
                for global in section.clone() {
                    require_constant(&global?.init_expr)?;
                }
                self.sections.globals = Some(section);
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.insert(export.name, (export.kind, export.index));
                }
            }
            Payload::StartSection { .. } => return Err(ActivationError::StartFunction),
            Payload::ElementSection(section) => {
                self.sections.elements = Some(section.clone());
                self.elements = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::DataSection(section) => {
                self.sections.data = Some(section.clone());
                self.data = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => check_names_section(section.name(), section.data())?,
            Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => {}
            // Nothing a program may contain needs it; wasm-opt writes it all the same with bulk memory enabled.
            Payload::DataCountSection { .. } => return Err(ActivationError::DataCount),
            other => {
                let text = format!("{other:?}");
                let kind = text.split(['(', ' ', '{']).next().unwrap_or_default();
                return Err(ActivationError::Malformed(format!("unsupported section {kind}")));
            }
        }
        Ok(())
    }

    /// Names of imports and exports: only what the chain has, and nothing that looks like what it adds.
    fn check_names(&self) -> Result<(), ActivationError> {
        // A linked symbol's own name stands after the last double underscore.
        let own = |name: &&'a str| name.rsplit("__").next().unwrap_or_default();
        let exports: HashSet<&str> = self.exports.keys().map(own).collect();
        for import in &self.imports {
            self.check_import(import)?;
            if exports.contains(import.name) {
                return Err(ActivationError::NameClash(import.name.to_owned()));
            }
        }
        let mut names = exports.into_iter().chain(self.imports.iter().map(|import| import.name));
        match names.find(|name| name.starts_with("stylus")) {
            Some(name) => Err(ActivationError::ReservedName(name.to_owned())),
            None => Ok(()),
        }
    }

    fn check_import(&self, import: &Import<'_>) -> Result<(), ActivationError> {
        let unknown = || ActivationError::UnknownImport {
            module: import.module.to_owned(),
            name: import.name.to_owned(),
        };
        let TypeRef::Func(ty) = import.ty else { return Err(unknown()) };
        let known = (import.module == "vm_hooks").then(|| hostio::signature(import.name)).flatten();
        let (params, result) = known.ok_or_else(unknown)?;
        let ty = self.types.get(ty as usize).ok_or_else(unknown)?;
        let fits = same(ty.params(), params) && same(ty.results(), result.as_slice());
        if fits { Ok(()) } else { Err(unknown()) }
    }

    /// What instrumenting needs, with the checks of entry point and memory that belong to it.
    fn context(&self) -> Result<Context, ActivationError> {
        let imported = self.imports.iter().filter_map(|import| match import.ty {
            TypeRef::Func(ty) => Some(ty),
            _ => None,
        });
        let funcs: Vec<u32> = imported.chain(self.functions.iter().copied()).collect();
        let arity =
            |ty: &FuncType| Arity { params: ty.params().len() as u32, results: ty.results().len() as u32 };
        self.check_entry(&funcs)?;
        Ok(Context {
            types: self.types.iter().map(arity).collect(),
            funcs,
            globals: Globals::after(self.globals),
            pay_for_grow: self.pay_for_grow()?,
        })
    }

    fn check_entry(&self, funcs: &[u32]) -> Result<(), ActivationError> {
        let ty = match self.exports.get(ENTRY) {
            Some((ExternalKind::Func, index)) => funcs.get(*index as usize),
            _ => None,
        };
        let ty = ty.and_then(|ty| self.types.get(*ty as usize));
        let fits = |ty: &FuncType| ty.params() == [ValType::I32] && ty.results() == [ValType::I32];
        if ty.is_some_and(fits) { Ok(()) } else { Err(ActivationError::MissingExport(ENTRY)) }
    }

    fn memory(&self) -> Result<MemoryType, ActivationError> {
        let exported = self.exports.get(MEMORY) == Some(&(ExternalKind::Memory, 0));
        self.memory.filter(|_| exported).ok_or(ActivationError::MissingExport(MEMORY))
    }

    /// The import that pays for growing: a program whose memory can grow must have it.
    fn pay_for_grow(&self) -> Result<Option<u32>, ActivationError> {
        let memory = self.memory()?;
        limit("memory pages", memory.initial as usize, MAX_PAGES)?;
        if memory.maximum == Some(memory.initial) {
            return Ok(None);
        }
        let index = self.imports.iter().position(|import| import.name == "pay_for_memory_grow");
        index.map(|index| Some(index as u32)).ok_or(ActivationError::MissingPayForGrow)
    }

    /// Segments must lie within the memory and table as they are at the start.
    fn check_segments(&self) -> Result<(), ActivationError> {
        let bytes = self.memory()?.initial * 65_536;
        for data in &self.data {
            if let DataKind::Active { offset_expr, .. } = &data.kind {
                let end = require_constant(offset_expr)? + data.data.len() as u64;
                if end > bytes {
                    return Err(ActivationError::OutOfBounds("data"));
                }
            }
        }
        for element in &self.elements {
            if let ElementKind::Active { table_index, offset_expr } = &element.kind {
                let count = match &element.items {
                    ElementItems::Functions(items) => items.count(),
                    ElementItems::Expressions(_, items) => items.count(),
                };
                let end = require_constant(offset_expr)? + u64::from(count);
                let table = self.tables.get(table_index.unwrap_or_default() as usize);
                if end > table.copied().unwrap_or_default() {
                    return Err(ActivationError::OutOfBounds("element"));
                }
            }
        }
        Ok(())
    }

    /// All functions with their metering.
    fn instrument(&self, context: &Context) -> Result<Vec<Vec<Operator<'a>>>, ActivationError> {
        limit("functions", self.bodies.len(), 4_096)?;
        let mut code = Vec::with_capacity(self.bodies.len());
        for body in &self.bodies {
            let mut locals = 0u64;
            for group in body.get_locals_reader()? {
                locals += u64::from(group?.0);
            }
            limit("locals", locals as usize, 348)?;
            let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
            let function = instrument::function(operators, locals as u32, context)?;
            limit("opcodes in func body", function.len(), 65_536)?;
            code.push(function);
        }
        Ok(code)
    }

    fn check_limits(&self, page_limit: u16) -> Result<(), ActivationError> {
        limit("memory pages", self.memory()?.initial as usize, page_limit.into())?;
        limit("imports", self.imports.len(), 513)?;
        limit("exports", self.exports.len(), 1_024)?;
        limit("data segments", self.data.len(), 128)?;
        limit("element segments", self.elements.len(), 128)?;
        limit("globals", (self.globals + Globals::COUNT) as usize, 32_768)?;
        let entries: u64 = self.tables.iter().fold(0, |sum, entries| sum.saturating_add(*entries));
        limit("table entries", usize::try_from(entries).unwrap_or(usize::MAX), 4_096)?;
        limit("element entries", self.element_bytes() as usize, 4_096)?;
        let longest = self.exports.keys().map(|name| name.len()).max().unwrap_or_default();
        limit("bytes in an export's name", longest, MAX_NAME)
    }

    /// Bytes of the element section's entries: what the chain counts for them.
    fn element_bytes(&self) -> u64 {
        self.elements.iter().map(|element| element.range.end - element.range.start).sum()
    }

    fn figures(
        &self,
        wasm: u64,
        operators: u64,
        params: &StylusParams,
        instrumented: Vec<u8>,
    ) -> Result<Activation, ActivationError> {
        let funcs = self.functions.len() as u64;
        let ends =
            |ty: &u32| self.types.get(*ty as usize).map_or(0, |ty| ty.params().len() + ty.results().len());
        let entries: u64 = self.data.iter().map(|data| data.range.end - data.range.start).sum();
        let pages = self.memory()?.initial;
        let sizes = Sizes {
            wasm,
            funcs,
            types: self.functions.iter().map(ends).sum::<usize>() as u64,
            globals: u64::from(self.globals + Globals::COUNT),
            data: entries + self.element_bytes(),
            footprint: pages as u16,
        };
        let small = |what, cost: u64| {
            let too_many = ActivationError::TooMany { what, count: cost, limit: u16::MAX.into() };
            u16::try_from(cost).map_err(|_| too_many)
        };
        let data: u64 = self.data.iter().map(|data| data.data.len() as u64).sum();
        Ok(Activation {
            cost: ProgramCost {
                init_cost: small("units of init cost", sizes.init(params.version))?,
                cached_init_cost: small("units of cached init cost", sizes.cached_init())?,
                footprint: sizes.footprint,
            },
            asm_estimate: u32::try_from(sizes.asm()).unwrap_or(u32::MAX),
            gas: price::activation_gas(wasm, funcs, data, self.element_bytes(), pages, operators),
            instrumented,
        })
    }

    /// The instrumented program. Only the entry point, the memory and our globals are exported.
    fn write(&self, code: Vec<Vec<Operator<'a>>>, added: Globals) -> Result<Vec<u8>, ActivationError> {
        let mut module = wasm_encoder::Module::new();
        let same = &mut RoundtripReencoder;
        if let Some(section) = self.sections.types.clone() {
            let mut types = wasm_encoder::TypeSection::new();
            same.parse_type_section(&mut types, section)?;
            module.section(&types);
        }
        if let Some(section) = self.sections.imports.clone() {
            let mut imports = wasm_encoder::ImportSection::new();
            same.parse_import_section(&mut imports, section)?;
            module.section(&imports);
        }
        if let Some(section) = self.sections.functions.clone() {
            let mut functions = wasm_encoder::FunctionSection::new();
            same.parse_function_section(&mut functions, section)?;
            module.section(&functions);
        }
        if let Some(section) = self.sections.tables.clone() {
            let mut tables = wasm_encoder::TableSection::new();
            same.parse_table_section(&mut tables, section)?;
            module.section(&tables);
        }
        module.section(&self.memory_section()?);
        let mut globals = wasm_encoder::GlobalSection::new();
        if let Some(section) = self.sections.globals.clone() {
            same.parse_global_section(&mut globals, section)?;
        }
        add_globals(&mut globals);
        module.section(&globals);
        module.section(&self.export_section(added));
        if let Some(section) = self.sections.elements.clone() {
            let mut elements = wasm_encoder::ElementSection::new();
            same.parse_element_section(&mut elements, section)?;
            module.section(&elements);
        }
        module.section(&self.code_section(code)?);
        if let Some(section) = self.sections.data.clone() {
            let mut data = wasm_encoder::DataSection::new();
            same.parse_data_section(&mut data, section)?;
            module.section(&data);
        }
        Ok(module.finish())
    }

    /// The memory, bounded by the chain's limit whatever the program says.
    fn memory_section(&self) -> Result<wasm_encoder::MemorySection, ActivationError> {
        let memory = self.memory()?;
        let maximum = Some(memory.maximum.unwrap_or(MAX_PAGES).min(MAX_PAGES));
        let mut section = wasm_encoder::MemorySection::new();
        section.memory(wasm_encoder::MemoryType {
            minimum: memory.initial,
            maximum,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        Ok(section)
    }

    fn export_section(&self, added: Globals) -> wasm_encoder::ExportSection {
        use wasm_encoder::ExportKind;
        let mut exports = wasm_encoder::ExportSection::new();
        let entry = self.exports.get(ENTRY).map_or(0, |(_, index)| *index);
        exports.export(ENTRY, ExportKind::Func, entry);
        exports.export(MEMORY, ExportKind::Memory, 0);
        exports.export(INK, ExportKind::Global, added.ink);
        exports.export(STATUS, ExportKind::Global, added.status);
        exports.export(STACK, ExportKind::Global, added.stack);
        exports
    }

    fn code_section(
        &self,
        code: Vec<Vec<Operator<'a>>>,
    ) -> Result<wasm_encoder::CodeSection, ActivationError> {
        let mut section = wasm_encoder::CodeSection::new();
        for (body, operators) in self.bodies.iter().zip(code) {
            let mut function = RoundtripReencoder.new_function_with_parsed_locals(body)?;
            for operator in operators {
                function.instruction(&RoundtripReencoder.instruction(operator)?);
            }
            section.function(&function);
        }
        Ok(section)
    }
}

/// Pages a memory may start with or grow to, whatever the chain's parameters say.
const MAX_PAGES: u64 = 128;
/// Bytes a name may have.
const MAX_NAME: u64 = 512;

fn same(types: &[ValType], expected: &[Ty]) -> bool {
    let fits = |(ty, expected): (&ValType, &Ty)| match expected {
        Ty::I32 => *ty == ValType::I32,
        Ty::I64 => *ty == ValType::I64,
    };
    types.len() == expected.len() && types.iter().zip(expected).all(fits)
}

/// The value of an expression that must be one constant; zero for floating point ones, which are never offsets.
fn require_constant(expr: &ConstExpr<'_>) -> Result<u64, ActivationError> {
    let mut operators = expr.get_operators_reader();
    let value = match operators.read()? {
        Operator::I32Const { value } => u64::from(value as u32),
        Operator::I64Const { .. } | Operator::F32Const { .. } | Operator::F64Const { .. } => 0,
        _ => return Err(ActivationError::Malformed("initializer is not constant".to_owned())),
    };
    match operators.read()? {
        Operator::End => Ok(value),
        _ => Err(ActivationError::Malformed("initializer is not one constant".to_owned())),
    }
}

/// The `name` section must be readable, and the module's name short.
fn check_names_section(section: &str, data: &[u8]) -> Result<(), ActivationError> {
    if section != "name" {
        return Ok(());
    }
    for name in wasmparser::NameSectionReader::new(BinaryReader::new(data, 0)) {
        match name? {
            wasmparser::Name::Module { name, .. } => {
                limit("bytes in the module's name", name.len(), MAX_NAME)?
            }
            wasmparser::Name::Function(names) => {
                names.into_iter().try_for_each(|name| name.map(drop))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Our globals, in the order of [`Globals`].
fn add_globals(section: &mut wasm_encoder::GlobalSection) {
    use wasm_encoder::{ConstExpr, GlobalType, ValType};
    let ty = |val_type| GlobalType { val_type, mutable: true, shared: false };
    section.global(ty(ValType::I64), &ConstExpr::i64_const(0));
    for _ in 1..Globals::COUNT {
        section.global(ty(ValType::I32), &ConstExpr::i32_const(0));
    }
}
