//! Items and blocks.

use super::doc::{Doc, concat, group, text};
use super::sequence::{Separator, only};
use super::{Formatter, parts};
use crate::schema::{self, AttrType, Kind};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;

/// Between items on one line.
const TWO_BLANKS: Separator = Separator { text: "", flat: "  " };

impl Formatter<'_> {
    pub(super) fn file(&self, root: NodeRef<'_>) -> Doc {
        self.row(root, 0, "", is_item, |item| self.item(item, Some(Kind::File))).lines()
    }

    /// `kind` is the block that the item stands in, where the schema knows it.
    fn item(&self, node: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        match node.kind() {
            Rule::setting => self.setting(node, kind),
            Rule::block => self.block(node, kind),
            Rule::for_item => self.for_item(node, kind),
            Rule::if_item => self.if_item(node, kind),
            Rule::import_item => self.import_item(node),
            Rule::type_item => self.keyword("type", self.declared(node)),
            Rule::let_item => self.keyword("let", self.declared(node)),
            Rule::param_item => self.keyword("param", self.declared(node)),
            Rule::template_item => {
                let body = node.child(Rule::body).map_or(Doc::Nil, |body| self.body(body, Some(Kind::Template)));
                concat([text("template "), self.declared(node), text(" "), group(body)])
            }
            Rule::use_item => {
                let path = node.child(Rule::use_path).map_or("", |path| self.text(path));
                let args = node.child(Rule::args).map_or(Doc::Nil, |args| self.args(args));
                concat([text(format!("use {path}")), args])
            }
            Rule::assert_item => {
                let mut values = parts(node).filter(|part| part.kind() == Rule::expr).map(|value| self.expr(value));
                let (cond, message) = (values.next().unwrap_or(Doc::Nil), values.next().unwrap_or(Doc::Nil));
                concat([text("assert "), cond, text(", "), message])
            }
            _ => self.words(node),
        }
    }

    fn keyword(&self, word: &str, rest: Doc) -> Doc {
        concat([text(format!("{word} ")), rest])
    }

    /// Words, strings, signs and values with a blank between.
    fn words(&self, node: NodeRef<'_>) -> Doc {
        let mut docs = Vec::new();
        for (index, part) in parts(node).enumerate() {
            if index > 0 {
                docs.push(text(" "));
            }
            docs.push(match part.kind() {
                Rule::expr => self.expr(part),
                Rule::string => self.string(part),
                _ => text(self.text(part)),
            });
        }
        concat(docs)
    }

    fn setting(&self, node: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        let Some(key) = parts(node).next() else { return Doc::Nil };
        let value = node.child(Rule::expr);
        let record = value.and_then(|value| only(value, Rule::postfix)).and_then(|value| only(value, Rule::record));
        if let Some((record, inner)) = record.zip(self.block_kind(key, kind)) {
            return concat([text(self.text(key)), text(" "), group(self.record_body(record, inner))]);
        }
        concat([self.key(key), text(" = "), value.map_or(Doc::Nil, |value| self.expr(value))])
    }

    /// If the attribute is written as a block: of which kind, where its fields are attributes themselves.
    fn block_kind(&self, key: NodeRef<'_>, kind: Option<Kind>) -> Option<Option<Kind>> {
        if key.kind() != Rule::word {
            return None;
        }
        match schema::attribute(kind?, self.text(key))?.ty {
            AttrType::Block(inner) => Some(Some(inner)),
            AttrType::Retry => Some(Some(Kind::Retry)),
            AttrType::Map(_) | AttrType::ExitCodes | AttrType::Free => Some(None),
            AttrType::Bool
            | AttrType::Int(..)
            | AttrType::Float(..)
            | AttrType::String
            | AttrType::Duration
            | AttrType::Delay
            | AttrType::Size
            | AttrType::Script
            | AttrType::Enum(_)
            | AttrType::List(_)
            | AttrType::Hardware
            | AttrType::Policy
            | AttrType::Condition
            | AttrType::RetryOn
            | AttrType::EnvValue
            | AttrType::Cases
            | AttrType::Path
            | AttrType::File
            | AttrType::Cron
            | AttrType::TimeZone => None,
        }
    }

    /// The entries of a record as the settings of a block.
    fn record_body(&self, record: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        let row = self.row(record, record.start() + 1, "", |kind| kind == Rule::entry, |entry| self.setting(entry, kind));
        self.braces(record, row)
    }

    fn block(&self, node: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        let mut docs = Vec::new();
        let mut inner = None;
        for part in parts(node) {
            if part.kind() == Rule::body {
                docs.push(group(self.body(part, inner)));
                break;
            }
            if docs.is_empty() {
                let word = self.text(part);
                let attribute = self.block_kind(part, kind);
                inner = attribute.unwrap_or_else(|| schema::block_by_word(word).map(|block| block.kind));
            }
            docs.push(if part.kind() == Rule::string { self.string(part) } else { text(self.text(part)) });
            docs.push(text(" "));
        }
        concat(docs)
    }

    /// To be put into a group.
    fn body(&self, body: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        let row = self.row(body, body.start() + 1, "", is_item, |item| self.item(item, kind));
        self.braces(body, row)
    }

    /// A body that was written on one line stays on one while it fits.
    fn braces(&self, body: NodeRef<'_>, row: super::sequence::Row) -> Doc {
        if row.is_empty() {
            text("{}")
        } else if row.has_comments() || self.text(body).contains('\n') {
            row.enclosed_lines("{", "}")
        } else {
            row.enclosed("{", " ", TWO_BLANKS, "}")
        }
    }

    fn for_item(&self, node: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        let variable = node.child(Rule::word).map_or("", |word| self.text(word));
        let mut heads = parts(node).filter(|part| part.kind() == Rule::head).map(|head| self.expr(head));
        let iter = heads.next().unwrap_or(Doc::Nil);
        let cond = heads.next().map_or(Doc::Nil, |cond| concat([text(" if "), cond]));
        let body = node.child(Rule::body).map_or(Doc::Nil, |body| group(self.body(body, kind)));
        concat([text(format!("for {variable} in ")), iter, cond, text(" "), body])
    }

    fn if_item(&self, node: NodeRef<'_>, kind: Option<Kind>) -> Doc {
        let branch = |node: NodeRef<'_>| {
            let cond = node.child(Rule::head).map_or(Doc::Nil, |head| concat([self.expr(head), text(" ")]));
            concat([cond, node.child(Rule::body).map_or(Doc::Nil, |body| self.body(body, kind))])
        };
        let mut docs = vec![text("if "), branch(node)];
        for part in parts(node) {
            match part.kind() {
                Rule::else_if => docs.extend([text(" else if "), branch(part)]),
                Rule::else_part => docs.extend([text(" else "), branch(part)]),
                _ => {}
            }
        }
        group(concat(docs))
    }

    fn import_item(&self, node: NodeRef<'_>) -> Doc {
        let path = node.child(Rule::string).map_or(Doc::Nil, |path| self.string(path));
        let names = match node.child(Rule::import_names) {
            Some(names) => self.bracketed(names, ("{", " ", "}"), |kind| kind == Rule::word, |name| text(self.text(name))),
            None => text(node.child(Rule::word).map_or(String::new(), |name| format!("as {}", self.text(name)))),
        };
        concat([text("import "), path, text(" "), names])
    }
}

fn is_item(kind: Rule) -> bool {
    kind != Rule::EOI
}
