//! Texts with places replaced: a workspace that has them instead, and how they differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;

use super::disk::DiskWorld;
use crate::base::{ReadError, RootPath, SourceFile, SourceMap, Span, World};
use crate::syntax;
use crate::syntax::ast::{BlockLabel, Body, CallArg, Expr, ExprKind, Item, ItemKind, Key};

/// A workspace in which some files are otherwise.
#[derive(Debug)]
pub(super) struct Edited<'a> {
    disk: &'a DiskWorld,
    pub(super) files: BTreeMap<RootPath, String>,
}

impl<'a> Edited<'a> {
    pub(super) fn new(disk: &'a DiskWorld) -> Self {
        Self { disk, files: BTreeMap::new() }
    }
}

impl World for Edited<'_> {
    fn read(&self, path: &RootPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(text) if text.len() as u64 > limit => Err(ReadError::TooLarge(text.len() as u64)),
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.disk.read(path, limit),
        }
    }

    fn files(&self) -> Result<Arc<[RootPath]>, ReadError> {
        self.disk.files()
    }

    fn env(&self, name: &str) -> Option<EcoString> {
        self.disk.env(name)
    }

    fn variables(&self) -> Vec<EcoString> {
        self.disk.variables()
    }
}

/// The texts that replacements make, by the paths of their files; no two of them touch.
pub(super) fn replaced(mut edits: Vec<(Span, &str)>, sources: &SourceMap) -> Vec<(EcoString, String)> {
    // From the end of each file, so that the places before stay right.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.file, span.start, span.end)));
    let of_file = |edits: &[(Span, &str)]| {
        let file = sources.get(edits[0].0.file);
        let mut text = file.text.to_string();
        edits.iter().for_each(|(span, replacement)| text.replace_range(span.range(), replacement));
        (file.path.clone(), text)
    };
    edits.chunk_by(|(a, _), (b, _)| a.file == b.file).map(of_file).collect()
}

/// Another number for an attribute.
#[derive(Clone, Debug)]
pub(super) struct NumberEdit {
    pub(super) span: Span,
    pub(super) text: String,
    /// What stands there now, where that is no plain number.
    pub(super) computed: Option<String>,
}

impl NumberEdit {
    /// Another number instead of a value; of one that is computed, only where it comes out as that.
    fn of(value: &Expr, sources: &SourceMap, (from, to): (u32, u32)) -> Self {
        if matches!(value.kind, ExprKind::Int(_)) {
            return Self { span: value.span, text: to.to_string(), computed: None };
        }
        let now = sources.text(value.span);
        let text = format!("(if ({now}) == {from} then {to} else ({now}))");
        Self { span: value.span, text, computed: Some(now.to_owned()) }
    }
}

/// The edit that gives an attribute another number. `place` is its name in the source, where it is written; `block` the name of the block
/// that has it. The error says why there is none.
pub(super) fn number(
    disk: &DiskWorld,
    sources: &SourceMap,
    (attribute, from, number): (&str, u32, u32),
    place: Option<Span>,
    block: Span,
) -> Result<NumberEdit, String> {
    let at = place.unwrap_or(block);
    let file = sources.get(at.file);
    if !is_own(disk, file) {
        return Err(format!("`{}` is no file of the workspace", file.path));
    }
    let ast = syntax::parse(at.file, &file.text).ast;
    if place.is_some() {
        let Some(value) = setting(&ast.items, at) else { return Err(format!("`{attribute}` is not set by itself")) };
        return Ok(NumberEdit::of(value, sources, (from, number)));
    }
    let Some(body) = body(&ast.items, at) else { return Err("its block is not found".to_owned()) };
    let inside = &file.text[body.span.start as usize + 1..];
    // On a line of its own where the others are.
    let first = inside.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let indent = inside[..first].rfind('\n').map(|line| &inside[line..first]);
    let text = indent.map_or_else(|| format!(" {attribute} = {number} "), |indent| format!("{indent}{attribute} = {number}"));
    let span = Span::new(at.file, body.span.start as usize + 1, body.span.start as usize + 1);
    Ok(NumberEdit { span, text, computed: None })
}

/// The edits that give another number to what a template passes on to an attribute: one for each `use` of it in the workspace that says
/// or computes the number that is there. None where the attribute is set in no template, or not so.
pub(super) fn uses(disk: &DiskWorld, sources: &SourceMap, (from, to): (u32, u32), place: Span) -> Vec<NumberEdit> {
    let ast = syntax::parse(place.file, &sources.get(place.file).text).ast;
    let Some((template, args, value)) = ast.items.iter().find_map(|item| match &item.kind {
        ItemKind::Template { name, args, body } => Some((name, args, setting(&body.items, place)?)),
        _ => None,
    }) else {
        return Vec::new();
    };
    let ExprKind::Word(passed) = &value.kind else { return Vec::new() };
    let Some(position) = args.iter().position(|arg| arg.name.text == *passed) else { return Vec::new() };
    let mut found = Vec::new();
    for (id, file) in sources.iter().filter(|(_, file)| is_own(disk, file)) {
        walk(&syntax::parse(id, &file.text).ast.items, &mut |item| {
            let ItemKind::Use { path, args } = &item.kind else { return };
            if path.last().is_none_or(|name| name.text != template.text) {
                return;
            }
            let is_named = |arg: &&CallArg| arg.name.as_ref().is_some_and(|name| name.text == *passed);
            let given = args.iter().find(is_named).or(args.get(position).filter(|arg| arg.name.is_none()));
            let is_other = |value: &Expr| matches!(value.kind, ExprKind::Int(number) if number != i64::from(from));
            found.extend(given.filter(|arg| !is_other(&arg.value)).map(|arg| NumberEdit::of(&arg.value, sources, (from, to))));
        });
    }
    found
}

/// Whether it is a file of the workspace.
fn is_own(disk: &DiskWorld, file: &SourceFile) -> bool {
    let path = RootPath::resolve(None, &file.path);
    let bytes = path.and_then(|path| disk.read(&path, syntax::FILE_LIMIT as u64).ok());
    bytes.is_some_and(|bytes| bytes == file.text.as_bytes())
}

/// The bodies that an item has.
fn bodies(item: &Item) -> Vec<&Body> {
    match &item.kind {
        ItemKind::Block { body, .. } | ItemKind::Template { body, .. } => vec![body],
        ItemKind::For(each) => vec![&each.body],
        ItemKind::If(choice) => choice.branches.iter().map(|(_, body)| body).chain(&choice.otherwise).collect(),
        _ => Vec::new(),
    }
}

/// Shows all items, inside of others too.
fn walk(items: &[Item], see: &mut dyn FnMut(&Item)) {
    for item in items {
        see(item);
        bodies(item).into_iter().for_each(|body| walk(&body.items, see));
    }
}

/// The value of the setting whose name stands there.
fn setting(items: &[Item], at: Span) -> Option<&Expr> {
    items.iter().find_map(|item| match &item.kind {
        ItemKind::Setting { key: Key::Word(name), value } if name.span == at => Some(value),
        _ => bodies(item).into_iter().find_map(|body| setting(&body.items, at)),
    })
}

/// The body of the block whose name stands there.
fn body(items: &[Item], at: Span) -> Option<&Body> {
    items.iter().find_map(|item| match &item.kind {
        ItemKind::Block { label: Some(label), body, .. } if label_span(label) == at => Some(body),
        _ => bodies(item).into_iter().find_map(|inner| body(&inner.items, at)),
    })
}

fn label_span(label: &BlockLabel) -> Span {
    match label {
        BlockLabel::Word(name) => name.span,
        BlockLabel::String(string) => string.span,
    }
}
