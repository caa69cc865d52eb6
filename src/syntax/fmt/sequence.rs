//! What stands in a row, with the comments between: items of a block, elements between brackets.

use super::doc::{Doc, concat, group, indent, text};
use super::{Formatter, parts};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;

/// Something on lines of its own.
struct Entry {
    doc: Doc,
    has_blank_before: bool,
}

/// A row of items or elements, and the comment behind what opens it.
pub(super) struct Row {
    opening: Option<String>,
    entries: Vec<Entry>,
    has_comments: bool,
}

impl Row {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.opening.is_none()
    }

    pub(super) fn has_comments(&self) -> bool {
        self.has_comments
    }

    /// Each entry on lines of its own.
    pub(super) fn lines(self) -> Doc {
        let mut docs = Vec::new();
        for (index, entry) in self.entries.into_iter().enumerate() {
            if index > 0 {
                docs.push(if entry.has_blank_before { Doc::Blank } else { Doc::Hard });
            }
            docs.push(entry.doc);
        }
        concat(docs)
    }

    /// As [`Row::lines`], one level deeper and between brackets.
    pub(super) fn enclosed_lines(mut self, open: &str, close: &str) -> Doc {
        let opening = self.opening.take().map_or(Doc::Nil, Doc::Remark);
        if self.entries.is_empty() {
            return concat([text(open), opening, Doc::Hard, text(close)]);
        }
        concat([text(open), opening, indent(concat([Doc::Hard, self.lines()])), Doc::Hard, text(close)])
    }

    /// On one line if it fits; else one entry a line. To be put into a group.
    pub(super) fn enclosed(self, open: &str, padding: &'static str, separator: Separator, close: &str) -> Doc {
        let mut docs = vec![Doc::Line(padding)];
        for (index, entry) in self.entries.into_iter().enumerate() {
            if index > 0 {
                docs.extend([text(separator.text), Doc::Line(separator.flat)]);
            }
            docs.push(entry.doc);
        }
        docs.push(Doc::IfBroken(separator.text));
        concat([text(open), indent(concat(docs)), Doc::Line(padding), text(close)])
    }
}

/// What stands between entries: some text, then a line end or, on one line, some blanks.
#[derive(Clone, Copy)]
pub(super) struct Separator {
    pub text: &'static str,
    pub flat: &'static str,
}

/// Between the elements of brackets.
const COMMA: Separator = Separator { text: ",", flat: " " };

impl Formatter<'_> {
    /// Lays out what lies below `node` as far as it is one of `is_member`, and all comments. `start` is where the first line
    /// begins: what stands on it right after belongs to what opens the row.
    pub(super) fn row(
        &self,
        node: NodeRef<'_>,
        start: usize,
        separator: &str,
        is_member: impl Fn(Rule) -> bool,
        mut member: impl FnMut(NodeRef<'_>) -> Doc,
    ) -> Row {
        let mut row = Row { opening: None, entries: Vec::new(), has_comments: false };
        let mut last_end = start;
        for child in node.children().filter(|child| child.kind() == Rule::comment || is_member(child.kind())) {
            let gap = &self.text[last_end..child.start()];
            let has_blank_before = gap.matches('\n').count() > 1 && !row.entries.is_empty();
            if child.kind() == Rule::comment {
                row.has_comments = true;
                let comment = self.comment(child);
                let is_behind = !gap.contains('\n') && last_end > 0;
                match row.entries.last_mut() {
                    Some(entry) if is_behind => {
                        let before = std::mem::replace(&mut entry.doc, Doc::Nil);
                        entry.doc = concat([before, Doc::Remark(comment.to_owned())]);
                    }
                    None if is_behind && row.opening.is_none() => row.opening = Some(comment.to_owned()),
                    _ => row.entries.push(Entry { doc: text(comment), has_blank_before }),
                }
            } else {
                let mut has_blank_before = has_blank_before;
                for comment in inner_comments(child) {
                    row.has_comments = true;
                    row.entries.push(Entry { doc: text(self.comment(comment)), has_blank_before });
                    has_blank_before = false;
                }
                let doc = concat([member(child), text(separator)]);
                row.entries.push(Entry { doc, has_blank_before });
            }
            last_end = child.end();
        }
        row
    }

    /// Elements between brackets, separated by commas: on one line if they fit, else one a line with a comma behind each.
    pub(super) fn bracketed(
        &self,
        node: NodeRef<'_>,
        (open, padding, close): (&str, &'static str, &str),
        is_member: impl Fn(Rule) -> bool,
        mut member: impl FnMut(NodeRef<'_>) -> Doc,
    ) -> Doc {
        let start = node.start() + self.text(node).find(open).map_or(0, |at| at + open.len());
        let has_comments = node.children().any(|child| child.kind() == Rule::comment || inner_comments(child).next().is_some());
        let separator = if has_comments { "," } else { "" };
        let row = self.row(node, start, separator, is_member, &mut member);
        if row.is_empty() {
            return text(format!("{open}{close}"));
        }
        if row.has_comments() {
            return row.enclosed_lines(open, close);
        }
        group(row.enclosed(open, padding, COMMA, close))
    }
}

/// Comments at places where no line can end in the layout: they are put before what they stand in.
pub(super) fn inner_comments<'n>(node: NodeRef<'n>) -> Box<dyn Iterator<Item = NodeRef<'n>> + 'n> {
    let is_simple_list = node.kind() == Rule::list && node.child(Rule::comprehension).is_none();
    let keeps_its_own = is_simple_list
        || matches!(
            node.kind(),
            Rule::body
                | Rule::record
                | Rule::args
                | Rule::params
                | Rule::import_names
                | Rule::enum_type
                | Rule::record_type
                | Rule::string
        );
    if keeps_its_own {
        return Box::new(std::iter::empty());
    }
    Box::new(node.children().flat_map(|child| -> Box<dyn Iterator<Item = NodeRef<'n>>> {
        if child.kind() == Rule::comment { Box::new(std::iter::once(child)) } else { inner_comments(child) }
    }))
}

/// Whether there is exactly one node below, apart from comments, and of this kind.
pub(super) fn only(node: NodeRef<'_>, kind: Rule) -> Option<NodeRef<'_>> {
    let mut parts = parts(node);
    let first = parts.next().filter(|first| first.kind() == kind)?;
    parts.next().is_none().then_some(first)
}
