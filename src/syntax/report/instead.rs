//! What people write because another language does: said precisely, with the mend.

use super::Reporter;
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::schema::{LabelRule, RESERVED_WORDS, block_by_word};
use crate::syntax::cst::{NodeRef, Visit};
use crate::syntax::grammar::Rule;

impl Reporter<'_> {
    pub(super) fn comment(&mut self, visit: &Visit<'_, '_>) {
        let node = visit.node;
        let text = self.text(node);
        let span = self.span(node);
        let may_document = visit.parent.is_some_and(|parent| {
            // Between items the builder knows what it documents; fields, arguments and members may have docs too.
            matches!(parent.kind(), Rule::file | Rule::body | Rule::record_type | Rule::params | Rule::enum_type)
        });
        if is_docs(text) && !may_document {
            self.push(stray_docs(span));
        }
        let Some(inner) = text.strip_prefix("/*") else { return };
        let diagnostic = Diagnostic::at(Code::ForeignSyntax, span, "there are no block comments", "begins with `/*`");
        let is_last = self.line_from(node.end()).trim().is_empty();
        let inner = inner.strip_suffix("*/").unwrap_or(inner).trim();
        self.push(if is_last && !inner.contains('\n') {
            diagnostic.fix("write `//`", span, format!("// {inner}"))
        } else {
            diagnostic.help("write `//` before each line")
        });
    }

    pub(super) fn operator(&mut self, node: NodeRef<'_>) {
        let text = self.text(node);
        let word = match text {
            "&&" => "and",
            "||" => "or",
            "!" => "not",
            _ => return,
        };
        let span = self.span(node);
        let blank = if text == "!" { " " } else { "" };
        self.push(
            Diagnostic::at(Code::ForeignSyntax, span, format!("`{text}` is written `{word}`"), "no operator of this language")
                .fix(format!("write `{word}`"), span, format!("{word}{blank}")),
        );
    }

    /// `expect "x" == failed`
    pub(super) fn compare(&mut self, visit: &Visit<'_, '_>) {
        let is_duration = visit.parent.is_some_and(|parent| parent.child(Rule::kw_duration).is_some());
        let text = self.text(visit.node);
        if is_duration || text != "==" {
            return;
        }
        let span = self.span(visit.node);
        self.push(
            Diagnostic::at(Code::ForeignSyntax, span, "an expectation is written with `=`", "`==` compares two values").fix(
                "write `=`",
                span,
                "=",
            ),
        );
    }

    pub(super) fn argument_colon(&mut self, node: NodeRef<'_>) {
        if self.text(node) == ":" {
            let span = self.span(node);
            self.push(
                Diagnostic::at(Code::ColonForEquals, span, "a named argument is written with `=`", "`:` where `=` belongs").fix(
                    "write `=`",
                    self.with_blanks(node),
                    " = ",
                ),
            );
        }
    }

    pub(super) fn reserved(&mut self, node: NodeRef<'_>) {
        let text = self.text(node);
        self.push(
            Diagnostic::at(Code::ReservedWord, self.span(node), format!("`{text}` is a reserved word"), "cannot be a name")
                .note(format!("the reserved words are {}", RESERVED_WORDS.map_join()))
                .help(format!("choose another name, such as `{text}_`")),
        );
    }

    pub(super) fn assign(&mut self, node: NodeRef<'_>) {
        let text = self.text(node);
        let span = self.span(node);
        let diagnostic = if text == "==" {
            Diagnostic::at(Code::ForeignSyntax, span, "a value is given with `=`", "`==` compares two values")
        } else {
            Diagnostic::at(Code::ColonForEquals, span, "a value is given with `=`", format!("`{text}` where `=` belongs"))
        };
        self.push(diagnostic.fix("write `=`", self.with_blanks(node), " = "));
    }

    /// `env = { A = 1 }`: a block was meant, or a record.
    pub(super) fn record(&mut self, visit: &Visit<'_, '_>) {
        let record = visit.node;
        let mut colons = Vec::new();
        let mut commas = Vec::new();
        for child in record.children() {
            match child.kind() {
                Rule::entry => colons.extend(child.child(Rule::colon).and_then(|colon| colon.child(Rule::error_colon))),
                Rule::error_entry_comma => commas.push(child),
                _ => {}
            }
        }
        let Some(first) = colons.first().copied() else { return };
        for node in colons.iter().chain(&commas) {
            self.settled.insert(node.start());
        }
        let has_commas = record.children().filter(|child| child.kind() == Rule::entry).count() > commas.len() + 1;
        let setting = visit.ancestor(2).filter(|node| node.kind() == Rule::setting && !has_commas);
        let block = setting.and_then(|setting| {
            let key = setting.child(Rule::word)?;
            let is_pure = colons.len() == record.children().filter(|child| child.kind() == Rule::entry).count();
            is_pure.then(|| (self.text(key), Span::new(self.file, key.end(), record.start())))
        });
        let label = "`=` where `:` belongs";
        let diagnostic = Diagnostic::at(Code::ColonForEquals, self.span(first), "a record is written with `:`", label);
        self.push(match block {
            Some((key, between)) => diagnostic
                .help(format!("write a block, `{key} {{ … }}`, or a record, `{{ a: 1, b: 2 }}`"))
                .fix(format!("make `{key}` a block"), between, " "),
            None => {
                let mut diagnostic = diagnostic;
                let mut edits: Vec<(Span, String)> =
                    colons.iter().map(|node| (self.with_blanks(*node), ": ".to_owned())).collect();
                edits.extend(commas.iter().map(|node| (self.gap_before(*node).before(), ",".to_owned())));
                edits.sort_by_key(|(span, _)| span.start);
                diagnostic.fix = Some(crate::diag::Fix { title: "write `:`".to_owned(), edits });
                diagnostic
            }
        });
    }

    pub(super) fn colon(&mut self, node: NodeRef<'_>) {
        if self.settled.contains(&node.start()) {
            return;
        }
        let span = self.span(node);
        self.push(Diagnostic::at(Code::ColonForEquals, span, "a record is written with `:`", "`=` where `:` belongs").fix(
            "write `:`",
            self.with_blanks(node),
            ": ",
        ));
    }

    /// A mark with the blanks on both sides of it.
    fn with_blanks(&self, node: NodeRef<'_>) -> Span {
        let is_blank = [' ', '\t'];
        let start = self.text[..node.start()].trim_end_matches(is_blank).len();
        let end = self.text.len() - self.text[node.end()..].trim_start_matches(is_blank).len();
        Span::new(self.file, start, end)
    }

    pub(super) fn not_first(&mut self, node: NodeRef<'_>) {
        let span = self.span(node);
        let subject = self.text(node).trim_start_matches("not").trim_start();
        self.push(Diagnostic::at(Code::UnexpectedText, span, "`not` stands right before `ran`", "the other way round").fix(
            format!("write `{subject} not ran`"),
            span,
            format!("{subject} not"),
        ));
    }

    pub(super) fn elif(&mut self, node: NodeRef<'_>) {
        let span = self.span(node);
        let text = self.text(node);
        self.push(
            Diagnostic::at(Code::ForeignSyntax, span, format!("`{text}` is written `else if`"), "no word of this language").fix(
                "write `else if`",
                span,
                "else if",
            ),
        );
    }

    /// `substage i.name {`, `stage build-all {`, `stage 1 {`
    pub(super) fn label(&mut self, visit: &Visit<'_, '_>) {
        let node = visit.node;
        let text = self.text(node);
        let span = self.span(node);
        let word = visit.parent.and_then(|parent| parent.children().next()).map_or("", |first| self.text(first));
        if is_named_by_a_word(word) {
            let instead = as_word(text);
            let message = format!("`{word}` is named by one word");
            let diagnostic = Diagnostic::at(Code::BareInterpolatedName, span, message, "letters, digits and `_` only");
            self.push(diagnostic.fix(format!("write `{instead}`"), span, instead));
            return;
        }
        let (message, instead) = if text.starts_with("${{") {
            ("a computed name is written as a string", format!("\"{text}\""))
        } else if text.contains(['.', '[', '(']) && !text.contains('-') {
            ("a computed name is written as a string", format!("\"${{{{ {text} }}}}\""))
        } else {
            ("a name that is not one word is written as a string", format!("\"{text}\""))
        };
        self.push(Diagnostic::at(Code::BareInterpolatedName, span, message, "needs quotes").fix(
            format!("write `{instead}`"),
            span,
            instead,
        ));
    }

    /// `1..4`, `x => y`, `"a" | "b"` as a type, `enum(1, 2)`
    pub(super) fn borrowed(&self, visit: &Visit<'_, '_>, at: usize) -> Option<Diagnostic> {
        // The second look may have taken the first dot for a field's.
        let at = if self.text[..at].ends_with('.') && self.text[at..].starts_with('.') { at - 1 } else { at };
        let rest = &self.text[at..];
        let line = rest.lines().next().unwrap_or_default();
        let sign = Span::new(self.file, at, at + 2);
        let parent = visit.parent.map(|parent| parent.kind());
        if rest.starts_with("..") {
            let diagnostic =
                Diagnostic::at(Code::ForeignSyntax, sign, "there are no ranges with `..`", "no operator of this language");
            return Some(diagnostic.help("write a list: `range(4)` is `[0, 1, 2, 3]`; `[i + 1 for i in range(4)]` begins at 1"));
        }
        if rest.starts_with("=>") || rest.starts_with("->") {
            let message = "there are no functions without a name";
            let diagnostic = Diagnostic::at(Code::ForeignSyntax, sign, message, "no sign of this language");
            return Some(diagnostic.help("declare one at the top of a file: `let name(argument: type): type = value`"));
        }
        let is_type = visit.node.kind() == Rule::error_type || parent == Some(Rule::type_item);
        if is_type && rest.starts_with('"') {
            let end = line.find(['=', ',', ')', '{', '}']).unwrap_or(line.len());
            let members = line[..end].trim_end();
            let span = Span::new(self.file, at, at + members.len());
            let diagnostic =
                Diagnostic::at(Code::ForeignSyntax, span, "one of several words is written `enum(…)`", "values, not a type");
            let instead = format!("enum({})", members.split('|').map(str::trim).collect::<Vec<_>>().join(", "));
            return Some(diagnostic.fix(format!("write `{instead}`"), span, instead));
        }
        if parent == Some(Rule::enum_type) && rest.starts_with(|c: char| c.is_ascii_digit()) {
            let digits = &line[..line.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(line.len())];
            let span = Span::new(self.file, at, at + digits.len());
            let diagnostic = Diagnostic::at(Code::ForeignSyntax, span, "the members of an enum are words", "not a word");
            return Some(diagnostic.help(format!("write them as strings, `\"{digits}\"`; for numbers there is `int`")));
        }
        None
    }

    pub(super) fn spaced_call(&mut self, node: NodeRef<'_>) {
        let Some(args) = node.child(Rule::args) else { return };
        let gap = Span::new(self.file, node.start(), args.start());
        self.push(
            Diagnostic::at(Code::BadSpacing, gap, "the `(` of a call touches what is called", "a blank too many")
                .note("if these are two values, a comma is missing between them")
                .fix("remove the blank", gap, ""),
        );
    }

    pub(super) fn separator(&mut self, node: NodeRef<'_>) {
        let span = self.span(node);
        let text = self.text(node);
        let is_followed = self.text[node.end()..].starts_with(|c: char| !c.is_whitespace());
        self.push(
            Diagnostic::at(Code::ForeignSyntax, span, "nothing stands between items but blanks and newlines", "not needed").fix(
                format!("remove `{text}`"),
                span,
                if is_followed { " " } else { "" },
            ),
        );
    }
}

/// Whether blocks of this word are named by a word, and by nothing else.
pub(in crate::syntax) fn is_named_by_a_word(word: &str) -> bool {
    block_by_word(word).is_some_and(|row| row.label == LabelRule::Word)
}

/// A name that was not one word, as one: `a-b` is `a_b`.
pub(in crate::syntax) fn as_word(text: &str) -> String {
    let letters = text.chars().map(|c| if unicode_ident::is_xid_continue(c) { c } else { '_' });
    let digit = text.starts_with(|c: char| !unicode_ident::is_xid_start(c)).then_some('_');
    digit.into_iter().chain(letters).collect()
}

/// Whether a comment is `/// …`.
pub(in crate::syntax) fn is_docs(text: &str) -> bool {
    text.starts_with("///") && !text.starts_with("////")
}

/// For a `///` that no declaration follows.
pub(in crate::syntax) fn stray_docs(span: Span) -> Diagnostic {
    let marks = Span { end: span.start + 3, ..span };
    Diagnostic::at(Code::StrayDocs, marks, "this documents nothing", "`///` stands on a line of its own before a declaration")
        .fix("make it a plain comment", marks, "//")
}

/// Words in backticks, joined by blanks.
trait MapJoin {
    fn map_join(&self) -> String;
}

impl MapJoin for [&str] {
    fn map_join(&self) -> String {
        self.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ")
    }
}
