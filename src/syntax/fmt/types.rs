//! Type expressions and declared parameters.

use super::doc::{Doc, concat, text};
use super::{Formatter, parts};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;

impl Formatter<'_> {
    pub(super) fn ty(&self, node: NodeRef<'_>) -> Doc {
        let mut docs = Vec::new();
        for part in parts(node) {
            docs.push(match part.kind() {
                Rule::list_type => concat([text("list<"), self.inner_type(part), text(">")]),
                Rule::map_type => concat([text("map<"), self.inner_type(part), text(">")]),
                Rule::enum_type => concat([
                    text("enum"),
                    self.bracketed(
                        part,
                        ("(", "", ")"),
                        |kind| matches!(kind, Rule::word | Rule::string),
                        |member| text(self.text(member)),
                    ),
                ]),
                Rule::record_type => {
                    self.bracketed(part, ("{", " ", "}"), |kind| kind == Rule::field_decl, |field| self.declared(field))
                }
                _ => text(self.text(part)),
            });
        }
        concat(docs)
    }

    fn inner_type(&self, node: NodeRef<'_>) -> Doc {
        node.child(Rule::ty).map_or(Doc::Nil, |ty| self.ty(ty))
    }

    /// `(a: T, b: T = v)`
    pub(super) fn params(&self, node: NodeRef<'_>) -> Doc {
        self.bracketed(node, ("(", "", ")"), |kind| kind == Rule::param, |param| self.declared(param))
    }

    /// A name with what may follow it, in this order: `name?(params): T env "X" = value`.
    pub(super) fn declared(&self, node: NodeRef<'_>) -> Doc {
        let mut docs = Vec::new();
        for part in parts(node) {
            docs.push(match part.kind() {
                Rule::word | Rule::optional => text(self.text(part)),
                Rule::params => self.params(part),
                Rule::ty if node.kind() == Rule::type_item => self.ty(part),
                Rule::ty => concat([text(": "), self.ty(part)]),
                Rule::string => concat([text(" env "), self.string(part)]),
                Rule::assign => text(" = "),
                Rule::expr => self.expr(part),
                _ => Doc::Nil,
            });
        }
        concat(docs)
    }
}
