//! Reads a file and all that it imports, and finds rings of imports.

use std::collections::HashMap;

use crate::base::{ReadError, RootPath, SourceMap, Span, World};
use crate::diag::{Code, Diagnostic, nearest};
use crate::sema::stdlib;
use crate::syntax::ast::{self, ItemKind, StringLit};

/// The largest source file, in bytes.
const FILE_LIMIT: u64 = crate::syntax::FILE_LIMIT as u64;

/// A parsed file.
pub(super) struct Unit {
    pub path: RootPath,
    pub ast: ast::File,
    /// For every import item of the file, in order: the unit that it names; none where it could not be read.
    pub imports: Vec<Option<usize>>,
}

/// Reads `root` and, breadth first, what it imports. The first unit is the root's; none where it cannot be read at all.
pub(super) fn load(world: &dyn World, root: &RootPath, sources: &mut SourceMap, diagnostics: &mut Vec<Diagnostic>) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut known: HashMap<RootPath, Option<usize>> = HashMap::new();
    let text = match read(world, root) {
        Ok(text) => text,
        Err(failure) => {
            diagnostics.push(failure.diagnostic(root.as_str(), None));
            return units;
        }
    };
    units.push(parse(root.clone(), text, sources, diagnostics));
    known.insert(root.clone(), Some(0));

    let mut next = 0;
    while next < units.len() {
        let mut imports = Vec::new();
        let wanted: Vec<StringLit> = import_paths(&units[next].ast).cloned().collect();
        for literal in wanted {
            let Some(path) = resolve(&units[next].path, &literal, diagnostics) else {
                imports.push(None);
                continue;
            };
            if let Some(&unit) = known.get(&path) {
                imports.push(unit);
                continue;
            }
            let unit = match read(world, &path) {
                Ok(text) => {
                    units.push(parse(path.clone(), text, sources, diagnostics));
                    Some(units.len() - 1)
                }
                Err(failure) => {
                    diagnostics.push(failure.diagnostic(path.as_str(), Some((world, literal.span))));
                    None
                }
            };
            known.insert(path, unit);
            imports.push(unit);
        }
        units[next].imports = imports;
        next += 1;
    }
    report_rings(&units, diagnostics);
    units
}

fn import_paths(file: &ast::File) -> impl Iterator<Item = &StringLit> {
    file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Import { path, .. } => Some(path),
        _ => None,
    })
}

fn parse(path: RootPath, text: String, sources: &mut SourceMap, diagnostics: &mut Vec<Diagnostic>) -> Unit {
    let id = sources.add(path.as_str(), text);
    let parse = crate::syntax::parse(id, &sources.get(id).text);
    diagnostics.extend(parse.diagnostics);
    if let Some(Invalid { at, what }) = invalid_text(&sources.get(id).text) {
        diagnostics.push(
            Diagnostic::at(
                Code::NotText,
                Span::new(id, at, at + what.len_utf8()),
                "the file is not plain UTF-8 text",
                "this cannot stand in a source",
            )
            .help("save the file as UTF-8, without NUL bytes"),
        );
    }
    Unit { path, ast: parse.ast, imports: Vec::new() }
}

struct Invalid {
    at: usize,
    what: char,
}

/// The first character that stands for a byte that is no text.
fn invalid_text(text: &str) -> Option<Invalid> {
    ['\0', '\u{FFFD}'].into_iter().filter_map(|what| Some(Invalid { at: text.find(what)?, what })).min_by_key(|found| found.at)
}

enum Failure {
    Read(ReadError),
    NoStd,
}

fn read(world: &dyn World, path: &RootPath) -> Result<String, Failure> {
    if path.as_str().starts_with("std/") {
        return stdlib::source(path.as_str()).map(str::to_owned).ok_or(Failure::NoStd);
    }
    let bytes = world.read(path, FILE_LIMIT).map_err(Failure::Read)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").map(<[u8]>::to_vec).unwrap_or(bytes);
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

impl Failure {
    /// `importer` is the place of the import, if it was one, and the world to look for what was meant.
    fn diagnostic(self, path: &str, importer: Option<(&dyn World, Span)>) -> Diagnostic {
        let (code, message, label) = match &self {
            Self::NoStd => {
                let path = path.trim_end_matches(".o11n");
                (Code::ImportNotFound, format!("`{path}` is not in the standard library"), "no such module".to_owned())
            }
            Self::Read(ReadError::NotFound) => {
                (Code::ImportNotFound, format!("there is no file `{path}`"), "not found".to_owned())
            }
            Self::Read(ReadError::Outside) => {
                (Code::ImportOutside, format!("`{path}` leads out of the workspace"), "a link to somewhere else".to_owned())
            }
            Self::Read(ReadError::NotAFile) => (Code::ImportNotFound, format!("`{path}` is not a file"), "not a file".to_owned()),
            Self::Read(ReadError::TooLarge(size)) => (
                Code::FileTooLarge,
                format!("`{path}` has {size} bytes; a source has at most {FILE_LIMIT}"),
                "too large".to_owned(),
            ),
            Self::Read(ReadError::Other(reason)) => {
                (Code::Unreadable, format!("cannot read `{path}`: {reason}"), "unreadable".to_owned())
            }
        };
        let Some((world, span)) = importer else {
            let code = if code == Code::ImportNotFound { Code::Unreadable } else { code };
            return Diagnostic::new(code, message);
        };
        let diagnostic = Diagnostic::at(code, span, message, label);
        let suggestion = match self {
            Self::NoStd => nearest(path, stdlib::paths()).map(|path| path.trim_end_matches(".o11n").to_owned()),
            Self::Read(ReadError::NotFound) => {
                let files = world.files().unwrap_or_default();
                nearest(path, files.iter().map(RootPath::as_str).filter(|path| path.ends_with(".o11n"))).map(str::to_owned)
            }
            Self::Read(_) => None,
        };
        match suggestion {
            Some(path) => diagnostic.help(format!("did you mean `{path}`?")),
            None if path.starts_with("std/") => {
                let known: Vec<&str> = stdlib::paths().map(|path| path.trim_end_matches(".o11n")).collect();
                diagnostic.help(format!("the standard library has {}", known.join(", ")))
            }
            None => diagnostic,
        }
    }
}

/// The path that an import means: of the standard library, or relative to the file that writes it.
fn resolve(from: &RootPath, literal: &StringLit, diagnostics: &mut Vec<Diagnostic>) -> Option<RootPath> {
    let Some(path) = literal.as_plain() else {
        diagnostics.push(
            Diagnostic::at(Code::ImportNotFound, literal.span, "an import's path is fixed", "interpolated here")
                .help("write the path as a plain string"),
        );
        return None;
    };
    if let Some(module) = path.strip_prefix("std/") {
        return RootPath::resolve(None, &format!("std/{}.o11n", module.trim_end_matches(".o11n")));
    }
    let resolved = RootPath::resolve(Some(from), &path);
    if resolved.is_none() {
        diagnostics.push(
            Diagnostic::at(
                Code::ImportOutside,
                literal.span,
                format!("`{path}` leaves the workspace"),
                "not below the workspace root",
            )
            .help("import a file of this workspace, by a path relative to this file"),
        );
    }
    resolved
}

/// One report for each ring, at its first import in source order.
fn report_rings(units: &[Unit], diagnostics: &mut Vec<Diagnostic>) {
    let mut color = vec![0u8; units.len()];
    for start in 0..units.len() {
        if color[start] != 0 {
            continue;
        }
        // The path from `start`: a unit, and which of its imports comes next.
        let mut path = vec![(start, 0usize)];
        color[start] = 1;
        while let Some((unit, import)) = path.last_mut() {
            let Some(target) = units[*unit].imports.get(*import) else {
                color[*unit] = 2;
                path.pop();
                continue;
            };
            *import += 1;
            match target {
                Some(target) if color[*target] == 0 => {
                    color[*target] = 1;
                    path.push((*target, 0));
                }
                Some(target) if color[*target] == 1 => {
                    let first = path.iter().position(|(unit, _)| unit == target).expect("a unit in progress is on the path");
                    diagnostics.push(ring(units, &path[first..]));
                }
                _ => {}
            }
        }
    }
}

fn ring(units: &[Unit], edges: &[(usize, usize)]) -> Diagnostic {
    let span = |&(unit, import): &(usize, usize)| -> Span {
        import_paths(&units[unit].ast).nth(import - 1).expect("imports and units are in step").span
    };
    let names: Vec<&str> = edges.iter().chain(&edges[..1]).map(|(unit, _)| units[*unit].path.as_str()).collect();
    let mut diagnostic =
        Diagnostic::at(Code::ImportRing, span(&edges[0]), "files import each other in a ring", "the ring begins here")
            .note(names.join(" → "))
            .help("move what they share into a file that imports neither");
    for edge in &edges[1..] {
        diagnostic = diagnostic.label(span(edge), "and goes on here");
    }
    diagnostic
}
