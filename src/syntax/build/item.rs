//! Items and blocks.

use ecow::EcoString;

use super::{Builder, is_name};
use crate::base::Span;
use crate::syntax::ast::{
    Arg, BinaryOp, BlockLabel, Body, Check, Expect, Expr, ExprKind, File, For, If, ImportNames, Item, ItemKind, Key, Name,
    StringLit, Subject,
};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;
use crate::syntax::report::{as_word, is_docs, is_named_by_a_word, stray_docs};

impl Builder<'_> {
    pub(super) fn file(&mut self, root: NodeRef<'_>) -> File {
        let mut docs = None;
        for comment in root.children().take_while(|child| child.kind() == Rule::comment) {
            if let Some(line) = self.text(comment).strip_prefix("//!") {
                push_doc_line(docs.get_or_insert_default(), line);
            }
        }
        File { docs, items: self.items(root) }
    }

    /// The items of a file or body, each with the `///` lines before it.
    fn items(&mut self, parent: NodeRef<'_>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut docs = Vec::new();
        for node in parent.children() {
            if node.kind() == Rule::comment {
                if is_docs(self.text(node)) {
                    docs.push(node);
                }
                continue;
            }
            let docs = std::mem::take(&mut docs);
            if let Some(kind) = self.item(node) {
                items.push(Item { docs: self.docs(docs), kind, span: self.span(node) });
            }
        }
        for node in docs {
            self.report(stray_docs(self.span(node)));
        }
        items
    }

    /// Joins the lines; one that shares its line with something else belongs to nothing.
    fn docs(&mut self, lines: Vec<NodeRef<'_>>) -> Option<EcoString> {
        let mut docs = None;
        for node in lines {
            let before = self.text[..node.start()].trim_end_matches([' ', '\t']);
            if before.is_empty() || before.ends_with('\n') {
                push_doc_line(docs.get_or_insert_default(), &self.text(node)["///".len()..]);
            } else {
                self.report(stray_docs(self.span(node)));
            }
        }
        docs
    }

    /// None for what is no item at all, such as a stray comma.
    fn item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let kind = match node.kind() {
            Rule::setting => self.setting(node),
            Rule::block => Some(self.block(node)),
            Rule::error_block => Some(self.error_block(node)),
            Rule::for_item => Some(self.for_item(node)),
            Rule::if_item => Some(self.if_item(node)),
            Rule::import_item => self.import_item(node),
            Rule::type_item => self.type_item(node),
            Rule::let_item => self.let_item(node),
            Rule::param_item => self.param_item(node),
            Rule::template_item => self.template_item(node),
            Rule::use_item => self.use_item(node),
            Rule::assert_item => self.assert_item(node),
            Rule::with_item => self.with_item(node),
            Rule::fake_item => self.path_value(node).map(|(path, outcome)| ItemKind::Fake { path, outcome }),
            Rule::takes_item => self.path_value(node).map(|(path, duration)| ItemKind::Takes { path, duration }),
            Rule::expect_item => self.expect_item(node),
            Rule::error_item => None,
            _ => return None,
        };
        Some(kind.unwrap_or(ItemKind::Error))
    }

    fn setting(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let key = self.key(node.children().next()?)?;
        Some(ItemKind::Setting { key, value: self.value(node) })
    }

    /// The key of a setting or entry.
    pub(super) fn key(&mut self, node: NodeRef<'_>) -> Option<Key> {
        match node.kind() {
            Rule::string => Some(Key::String(self.string(node))),
            Rule::number => self.int_key(node).map(|value| Key::Int(value, self.span(node))),
            kind if is_name(kind) => Some(Key::Word(self.name(node))),
            _ => None,
        }
    }

    /// The value of a node that has at most one; an error where it is missing.
    pub(super) fn value(&mut self, node: NodeRef<'_>) -> Expr {
        self.expr_or_missing(node.child(Rule::expr), node)
    }

    pub(super) fn missing(&self, node: NodeRef<'_>) -> Expr {
        Expr { kind: ExprKind::Error, span: self.span(node).after() }
    }

    /// The body below a node; where it is missing, an empty one.
    fn body(&mut self, node: NodeRef<'_>) -> Body {
        match node.child(Rule::body) {
            Some(body) => self.body_itself(body),
            None => Body { items: Vec::new(), span: self.span(node).after() },
        }
    }

    fn body_itself(&mut self, body: NodeRef<'_>) -> Body {
        Body { items: self.items(body), span: self.span(body) }
    }

    fn block(&mut self, node: NodeRef<'_>) -> ItemKind {
        let mut word = None;
        let mut label = None;
        let mut extends = None;
        let mut is_extended = false;
        for child in node.children() {
            match child.kind() {
                Rule::kw_extends => is_extended = true,
                Rule::string => label = Some(BlockLabel::String(self.string(child))),
                Rule::error_label if word.as_ref().is_some_and(|word: &Name| is_named_by_a_word(&word.text)) => {
                    label = Some(BlockLabel::Word(Name { text: as_word(self.text(child)).into(), span: self.span(child) }));
                }
                Rule::error_label => label = Some(BlockLabel::String(self.error_label(child))),
                kind if is_name(kind) => {
                    let name = self.name(child);
                    match (&word, is_extended) {
                        (None, _) => word = Some(name),
                        (Some(_), true) => extends = Some(name),
                        (Some(_), false) => label = Some(BlockLabel::Word(name)),
                    }
                }
                _ => {}
            }
        }
        match word {
            Some(word) => ItemKind::Block { word, label, extends, body: self.body(node) },
            None => ItemKind::Error,
        }
    }

    /// A label that has been reported: a string with no text that a check could judge.
    fn error_label(&self, node: NodeRef<'_>) -> StringLit {
        let span = self.span(node);
        let unknown = Expr { kind: ExprKind::Error, span };
        StringLit { parts: vec![crate::syntax::ast::StringPart::Interpolation(unknown, span)], is_block: false, span }
    }

    /// A block whose head could not be read: its word and its content are kept.
    fn error_block(&mut self, node: NodeRef<'_>) -> ItemKind {
        let Some(head) = node.child(Rule::error_block_head) else { return ItemKind::Error };
        let word = self.first_word(head);
        let label = (self.text(head).trim_end().len() > word.text.len()).then(|| BlockLabel::String(self.error_label(head)));
        ItemKind::Block { word, label, extends: None, body: self.body(node) }
    }

    fn for_item(&mut self, node: NodeRef<'_>) -> ItemKind {
        let mut heads = node.children().filter(|child| child.kind() == Rule::head);
        let var = self.child_name(node).unwrap_or_else(|| self.first_word(node.child(Rule::error_head).unwrap_or(node)));
        let iter = self.expr_or_missing(heads.next(), node);
        let cond = heads.next().map(|head| self.expr(head));
        ItemKind::For(For { var, iter, cond, body: self.body(node) })
    }

    /// The variable of a loop whose head could not be read, so that its body can use it.
    fn first_word(&self, node: NodeRef<'_>) -> Name {
        let text = self.text(node);
        let length = text.find(|c: char| !(c == '_' || unicode_ident::is_xid_continue(c))).unwrap_or(text.len());
        Name { text: text[..length].into(), span: Span::new(self.file, node.start(), node.start() + length) }
    }

    fn if_item(&mut self, node: NodeRef<'_>) -> ItemKind {
        let mut branches = vec![(self.condition(node), self.body(node))];
        let mut otherwise = None;
        for child in node.children() {
            match child.kind() {
                Rule::else_if => branches.push((self.condition(child), self.body(child))),
                Rule::else_part => otherwise = Some(self.body(child)),
                _ => {}
            }
        }
        ItemKind::If(If { branches, otherwise })
    }

    fn condition(&mut self, node: NodeRef<'_>) -> Expr {
        self.expr_or_missing(node.child(Rule::head), node)
    }

    fn import_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let path = self.string(node.child(Rule::string)?);
        let names = if let Some(list) = node.child(Rule::import_names) {
            ImportNames::Names(list.children().filter(|child| is_name(child.kind())).map(|child| self.name(child)).collect())
        } else {
            self.child_name(node).map_or(ImportNames::Error, ImportNames::Module)
        };
        Some(ItemKind::Import { path, names })
    }

    fn type_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let name = self.child_name(node)?;
        Some(ItemKind::Type { name, ty: self.child_type(node).unwrap_or_else(|| self.missing_type(node)) })
    }

    fn let_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let name = self.child_name(node)?;
        let args = node.child(Rule::params).map(|params| self.params(params));
        Some(ItemKind::Let { name, args, ty: self.child_type(node), value: self.value(node) })
    }

    fn param_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let name = self.child_name(node)?;
        let ty = self.child_type(node);
        let env = node.child(Rule::string).map(|string| self.string(string));
        Some(ItemKind::Param { name, ty, env, default: self.default(node) })
    }

    /// The value after `=`, where there is a `=`.
    pub(super) fn default(&mut self, node: NodeRef<'_>) -> Option<Expr> {
        node.child(Rule::assign)?;
        Some(self.value(node))
    }

    fn template_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let name = self.child_name(node)?;
        let args = node.child(Rule::params).map(|params| self.params(params)).unwrap_or_default();
        Some(ItemKind::Template { name, args, body: self.body(node) })
    }

    fn params(&mut self, node: NodeRef<'_>) -> Vec<Arg> {
        let params = node.children().filter(|child| child.kind() == Rule::param);
        params
            .filter_map(|param| {
                let name = self.child_name(param)?;
                Some(Arg { name, ty: self.child_type(param), default: self.default(param) })
            })
            .collect()
    }

    fn use_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let path = node.child(Rule::use_path)?.children().map(|word| self.name(word)).collect();
        let args = node.child(Rule::args).map(|args| self.args(args)).unwrap_or_default();
        Some(ItemKind::Use { path, args })
    }

    fn assert_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let mut values = node.children().filter(|child| child.kind() == Rule::expr);
        let cond = self.expr(values.next()?);
        Some(ItemKind::Assert { cond, message: self.expr(values.next()?) })
    }

    fn with_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let name = self.child_name(node)?;
        Some(ItemKind::With { name, value: self.value(node) })
    }

    fn path_value(&mut self, node: NodeRef<'_>) -> Option<(StringLit, Expr)> {
        let path = self.string(node.child(Rule::string)?);
        Some((path, self.value(node)))
    }

    fn expect_item(&mut self, node: NodeRef<'_>) -> Option<ItemKind> {
        let inner = node.child(Rule::error_not_first);
        let subject = inner.unwrap_or(node).children().find_map(|child| match child.kind() {
            Rule::string => Some(Subject::Path(self.string(child))),
            Rule::kw_pipeline => Some(Subject::Pipeline(self.span(child))),
            Rule::kw_duration => Some(Subject::Duration(self.span(child))),
            _ => None,
        })?;
        let mut values = node.children().filter(|child| child.kind() == Rule::expr);
        let check = if node.child(Rule::kw_ran).is_some() {
            Check::Ran(node.child(Rule::kw_not).or(inner).is_none())
        } else if let Some(compare) = node.child(Rule::compare) {
            let operator = self.binary_operator(self.text(compare));
            let value = self.expr_or_missing(values.next(), node);
            match operator {
                // `==` has been reported, and `=` was meant.
                Some(BinaryOp::Eq) if !matches!(subject, Subject::Duration(_)) => Check::Outcome(value),
                Some(operator) => Check::Compare(operator, value),
                None => Check::Error,
            }
        } else if node.child(Rule::assign).is_some() {
            let is_attempts = node.child(Rule::kw_attempts).is_some();
            let value = self.expr_or_missing(values.next(), node);
            if is_attempts { Check::Attempts(value) } else { Check::Outcome(value) }
        } else {
            Check::Error
        };
        let when = node.child(Rule::kw_when).map(|_| self.expr_or_missing(values.next(), node));
        Some(ItemKind::Expect(Expect { subject, check, when }))
    }
}

fn push_doc_line(docs: &mut EcoString, line: &str) {
    if !docs.is_empty() {
        docs.push('\n');
    }
    let line = line.strip_prefix(' ').unwrap_or(line);
    docs.push_str(line.trim_end());
}
