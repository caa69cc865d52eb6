//! The reference of the standard library, from its doc comments.

use super::NOTICE;
use o11n::base::FileId;
use o11n::sema::stdlib;
use o11n::syntax;
use o11n::syntax::ast::{Item, ItemKind};
use std::fmt::Write;

pub fn render() -> String {
    let mut text = format!("<!-- {NOTICE} -->\n# Standard library\n");
    for path in stdlib::paths() {
        let source = stdlib::source(path).expect("a listed module has a text");
        let module = path.trim_end_matches(".o11n");
        let file = syntax::parse(FileId(0), source).ast;
        write!(text, "\n## `{module}`\n\n{}\n", file.docs.unwrap_or_default()).expect("a string takes all");
        for item in &file.items {
            if let Some((name, signature)) = declared(item, source) {
                let docs = item.docs.as_deref().unwrap_or_default();
                write!(text, "\n### `{name}`\n\n```text\n{signature}\n```\n\n{docs}\n").expect("a string takes all");
            }
        }
    }
    text
}

/// The name of a declaration and its text up to the value or the body.
fn declared<'a>(item: &'a Item, source: &'a str) -> Option<(&'a str, &'a str)> {
    let (name, end) = match &item.kind {
        ItemKind::Template { name, body, .. } => (name, body.span.start),
        ItemKind::Let { name, value, .. } => (name, value.span.start),
        _ => return None,
    };
    let signature = &source[item.span.start as usize..end as usize];
    Some((&name.text, signature.trim_end().trim_end_matches('=').trim_end()))
}
