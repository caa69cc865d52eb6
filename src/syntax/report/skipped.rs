//! Text that was skipped: read again strictly, to tell where it goes wrong and what belongs there.

use std::ops::Range;

use super::Reporter;
use crate::base::{Duration, Span};
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema;
use crate::syntax::cst::{NodeRef, Visit};
use crate::syntax::grammar::Rule;
use crate::syntax::{labels, second};

/// The longest text that is read again at once, in bytes.
const SECOND_LOOK_LIMIT: usize = 4_096;

const RECORD_IN_HEAD: &str = "a record at this place needs parentheses";

/// What a merge leaves behind.
const CONFLICT_MARKS: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

/// Signs of a Chinese keyboard, and what they are meant for.
const FULL_WIDTH: [(char, &str); 16] = [
    ('＝', "="),
    ('：', ":"),
    ('，', ","),
    ('、', ","),
    ('；', ";"),
    ('（', "("),
    ('）', ")"),
    ('｛', "{"),
    ('｝', "}"),
    ('【', "["),
    ('】', "]"),
    ('“', "\""),
    ('”', "\""),
    ('‘', "\""),
    ('’', "\""),
    ('\u{3000}', " "),
];

impl Reporter<'_> {
    pub(super) fn skipped(&mut self, visit: &Visit<'_, '_>) {
        let node = visit.node;
        if node.kind() == Rule::error_item && self.by_first_word(node) {
            return;
        }
        let (rule, range) = self.piece(visit);
        let is_short = range.len() <= 2 * SECOND_LOOK_LIMIT;
        let stop = is_short.then(|| second::look(rule, self.text, range.clone())).flatten();
        let at = stop.as_ref().map_or(node.start(), |stop| stop.at).max(range.start);
        if node.kind() == Rule::error_block_head && self.several_words(node) {
            return;
        }
        match self.foreign(visit, node.start()).or_else(|| self.foreign(visit, at)) {
            Some(diagnostic) if diagnostic.code == Code::StrayClose => self.push_guess(diagnostic),
            Some(diagnostic) if diagnostic.message == RECORD_IN_HEAD => self.push_derailing(diagnostic),
            Some(diagnostic) => self.push(diagnostic),
            None => self.push_guess(self.unexpected(visit, &range, at, stop.map(|stop| stop.expected).unwrap_or_default())),
        }
    }

    /// `timeout 40m` and `parm level: int`: the first word tells what the item was meant to be.
    fn by_first_word(&mut self, item: NodeRef<'_>) -> bool {
        let text = self.text(item);
        let word = self.word_at(item.start());
        let rest = &text[word.len().min(text.len())..];
        let value = rest.trim_start_matches([' ', '\t']);
        if word.is_empty() || value.len() == rest.len() {
            return false;
        }
        let start = item.start() + text.len() - value.len();
        let span = Span::new(self.file, item.start(), item.start() + word.len());
        if schema::ATTRIBUTES.iter().any(|row| row.name == word) {
            if !value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '[')) {
                return false;
            }
            let place = Span::new(self.file, start, start);
            self.push(
                Diagnostic::at(Code::UnexpectedText, span, format!("`{word}` has no `=`"), "set without `=`")
                    .fix("add `=`", place, "= ")
                    .help(format!("write `{word} = …`")),
            );
            return true;
        }
        let statements = schema::STATEMENTS.iter().map(|row| row.word);
        let is_known = schema::block_by_word(word).is_some() || statements.clone().any(|statement| statement == word);
        let Some(meant) = nearest(word, statements).filter(|_| !is_known) else { return false };
        self.push(Diagnostic::at(Code::UnexpectedText, span, format!("`{word}` begins nothing"), "no such word").meant(
            span,
            Some(meant),
            String::new,
        ));
        true
    }

    /// `stage build all {`
    fn several_words(&mut self, head: NodeRef<'_>) -> bool {
        let text = self.text(head).trim_end();
        let Some((word, label)) = text.split_once(' ') else { return false };
        let label = label.trim_start();
        let is_plain = label.chars().all(|c| matches!(c, ' ' | '-' | '_' | '.' | '/') || unicode_ident::is_xid_continue(c));
        let is_block = crate::schema::block_by_word(word).is_some();
        if !is_plain || !is_block || label.split(' ').any(|word| word == "extends") {
            return false;
        }
        let start = head.start() + text.len() - label.len();
        let span = Span::new(self.file, start, start + label.len());
        self.push(
            Diagnostic::at(
                Code::BareInterpolatedName,
                span,
                "a name that is not one word is written as a string",
                "needs quotes",
            )
            .fix(format!("write `\"{label}\"`"), span, format!("\"{label}\"")),
        );
        true
    }

    /// What to read again, and as what.
    fn piece(&self, visit: &Visit<'_, '_>) -> (Rule, Range<usize>) {
        let node = visit.node;
        let end = node.end().min(node.start() + SECOND_LOOK_LIMIT);
        let end = self.text.floor_char_boundary(end);
        match (node.kind(), visit.parent) {
            (Rule::error_item, _) => match visit.previous.filter(|previous| self.is_short_and_on_the_line(*previous, node)) {
                Some(previous) => (Rule::second_items, previous.start()..end),
                None => (Rule::second_items, node.start()..end),
            },
            // The brace after the head belongs to what is read again, or the head would seem to lack it.
            (Rule::error_block_head | Rule::error_head, parent) => {
                let start = parent.map_or(node.start(), |parent| parent.start()).min(node.start());
                let start = if node.kind() == Rule::error_block_head { node.start() } else { self.keyword_before(start, node) };
                let brace = usize::from(self.text[end..].starts_with('{'));
                (Rule::second_head, start..end + brace)
            }
            // `else` without a body: read from the `if` on.
            (Rule::error_rest, Some(parent)) if parent.kind() == Rule::else_part => {
                (Rule::second_head, visit.ancestor(1).map_or(parent.start(), |choice| choice.start())..end)
            }
            (Rule::error_type, _) => (Rule::second_type, node.start()..end),
            (Rule::error_value | Rule::error_entry, _) => (Rule::second_value, node.start()..end),
            (Rule::error_interpolation, Some(parent)) => (Rule::second_interpolation, parent.start()..parent.end()),
            (Rule::error_tail, Some(parent)) => {
                let rule = match parent.kind() {
                    Rule::list => Rule::second_list,
                    Rule::record => Rule::second_record,
                    Rule::args => Rule::second_args,
                    Rule::params => Rule::second_params,
                    Rule::paren => Rule::second_paren,
                    Rule::enum_type | Rule::record_type => Rule::second_type,
                    Rule::index => Rule::second_index,
                    _ => Rule::second_names,
                };
                (rule, parent.start()..parent.end().max(end))
            }
            (_, Some(parent)) => (Rule::second_items, parent.start()..end.max(parent.start())),
            (_, None) => (Rule::second_items, node.start()..end),
        }
    }

    /// The `for` or the last `if` before a head.
    fn keyword_before(&self, start: usize, head: NodeRef<'_>) -> usize {
        let before = &self.text[start..head.start()];
        before.rfind("if").or_else(|| before.rfind("for")).map_or(head.start(), |at| start + at)
    }

    fn is_short_and_on_the_line(&self, previous: NodeRef<'_>, node: NodeRef<'_>) -> bool {
        let is_item = !matches!(previous.kind(), Rule::error_item | Rule::block | Rule::error_block);
        is_item && node.start() - previous.start() < SECOND_LOOK_LIMIT && !self.text[previous.end()..node.start()].contains('\n')
    }

    fn unexpected(&self, visit: &Visit<'_, '_>, range: &Range<usize>, at: usize, expected: Vec<&'static str>) -> Diagnostic {
        let start = visit.parent.filter(|parent| is_statement(parent.kind())).map_or(range.start, |parent| parent.start());
        let word = self.word_at(start);
        let form = labels::form(word);
        let needs_path = matches!(word, "import" | "fake" | "takes").then(|| start + word.len());
        let needs_path = needs_path.filter(|after| !self.text[*after..].trim_start().starts_with('"'));
        let at = needs_path.map_or(at, |after| after + self.text[after..].len() - self.text[after..].trim_start().len());
        let found = self.token_at(at);
        let is_at_end = found.is_empty() || self.begins_line(found.start) && found.start > range.start;
        let shown = match &self.text[found.clone()] {
            _ if is_at_end && self.text[at..].trim().is_empty() => "the end of the file".to_owned(),
            _ if is_at_end => "the end of the line".to_owned(),
            token => format!("`{token}`"),
        };
        let span = if is_at_end { self.before_break(at) } else { Span::new(self.file, found.start, found.end) };
        // A statement with mistakes is tried as a block, too, since any word may begin one.
        let has_no_body = form.is_some() && !matches!(word, "import" | "template" | "for" | "if");
        let expected: Vec<&str> = if needs_path.is_some() {
            vec!["a string"]
        } else {
            expected.into_iter().filter(|word| *word != shown && !(has_no_body && *word == "`{`")).take(4).collect()
        };
        let is_behind = expected == [second::ITEM] && visit.previous.is_some() && !self.begins_line(at);
        let diagnostic = match expected.as_slice() {
            _ if is_behind => Diagnostic::at(
                Code::UnexpectedText,
                span,
                format!("{shown} does not belong here"),
                "what stands before it is whole",
            ),
            [] => Diagnostic::at(Code::UnexpectedText, span, format!("{shown} does not belong here"), "not expected here"),
            [only] => Diagnostic::at(
                Code::UnexpectedText,
                span,
                format!("expected {only}, found {shown}"),
                format!("{only} belongs here"),
            ),
            several => Diagnostic::at(
                Code::UnexpectedText,
                span,
                format!("expected {}, found {shown}", second::join(several)),
                "not expected here",
            ),
        };
        match form {
            Some(form) => diagnostic.help(format!("this is written {form}")),
            None => diagnostic,
        }
    }

    /// Whether nothing but blanks stands before it on its line.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    /// The last character before a line's end, so that the place can be seen.
    fn before_break(&self, at: usize) -> Span {
        let end = self.text[..at].trim_end().len();
        Span::new(self.file, end, end)
    }

    /// The word, string or sign at a place; empty at the end of a line.
    fn token_at(&self, at: usize) -> Range<usize> {
        let blanks = self.text[at..].len() - self.text[at..].trim_start_matches([' ', '\t', '\r']).len();
        let start = at + blanks;
        let word = self.word_at(start);
        if !word.is_empty() {
            return start..start + word.len();
        }
        let rest = self.line_from(start);
        let length = match rest.strip_prefix('"').and_then(|inner| inner.find('"')) {
            Some(end) => end + 2,
            None => rest.chars().next().map_or(0, char::len_utf8),
        };
        start..start + length
    }

    fn word_at(&self, at: usize) -> &str {
        let rest = &self.text[at..];
        &rest[..rest.find(|c: char| !(c == '_' || unicode_ident::is_xid_continue(c))).unwrap_or(rest.len())]
    }

    /// What other languages write at this place.
    fn foreign(&self, visit: &Visit<'_, '_>, at: usize) -> Option<Diagnostic> {
        let rest = self.text.get(at..)?;
        let first = rest.chars().next()?;
        let span = Span::new(self.file, at, at + first.len_utf8());
        if let Some(diagnostic) = self.borrowed(visit, at) {
            return Some(diagnostic);
        }
        match first {
            '\'' => Some(self.single_quotes(at, rest)),
            '#' => Some(Diagnostic::at(Code::ForeignSyntax, span, "a comment begins with `//`", "`#` begins none").fix(
                "write `//`",
                span,
                "//",
            )),
            '=' if visit.node.kind() == Rule::error_head => {
                Some(Diagnostic::at(Code::ForeignSyntax, span, "two values are compared with `==`", "`=` gives a value").fix(
                    "write `==`",
                    span,
                    "==",
                ))
            }
            ')' | ']' if visit.node.kind() == Rule::error_item && at == visit.node.start() => Some(
                Diagnostic::at(Code::StrayClose, span, format!("this `{first}` closes nothing"), "nothing is open here")
                    .help("remove it"),
            ),
            '[' if self.follows_on_the_line(visit, at) => {
                let gap = self.gap_before(visit.node);
                Some(Diagnostic::at(Code::BadSpacing, gap, "the `[` of an index touches the list", "a blank too many").fix(
                    "remove the blank",
                    gap,
                    "",
                ))
            }
            '0'..='9' => self.split_duration(visit, at),
            'e' if self.word_at(at) == "else" && visit.node.kind() == Rule::error_item => {
                let span = Span::new(self.file, at, at + "else".len());
                Some(
                    Diagnostic::at(Code::UnexpectedText, span, "this `else` belongs to no `if`", "no `if { … }` right before it")
                        .help("`else` follows the `}` of an `if`"),
                )
            }
            '{' if visit.node.kind() == Rule::error_head && self.begins_record(at) => {
                Some(Diagnostic::at(Code::UnexpectedText, span, RECORD_IN_HEAD, "would begin the body").help("write `({ … })`"))
            }
            '?' => Some(
                Diagnostic::at(
                    Code::ForeignSyntax,
                    span,
                    "a choice is written `if … then … else …`",
                    "no operator of this language",
                )
                .help("write `if condition then value else other`"),
            ),
            '$' if rest.starts_with("${{") => Some(self.bare_interpolation(at, rest)),
            '<' | '=' | '>' if CONFLICT_MARKS.iter().any(|mark| rest.starts_with(mark)) => {
                let span = Span::new(self.file, at, at + CONFLICT_MARKS[0].len());
                Some(
                    Diagnostic::at(Code::UnexpectedText, span, "two versions of the file meet here", "left behind by a merge")
                        .help("keep what belongs, and remove the marks"),
                )
            }
            _ => self.full_width(first, span),
        }
    }

    fn follows_on_the_line(&self, visit: &Visit<'_, '_>, at: usize) -> bool {
        let is_first = at == visit.node.start() && visit.node.kind() == Rule::error_item;
        is_first && visit.previous.is_some_and(|previous| self.is_short_and_on_the_line(previous, visit.node))
    }

    /// `{ a: …` or `{}`, not a body.
    fn begins_record(&self, at: usize) -> bool {
        let inner = self.text[at + 1..].trim_start();
        let key = inner.trim_start_matches(|c: char| c == '"' || c == '_' || unicode_ident::is_xid_continue(c));
        key.len() < inner.len() && key.trim_start().starts_with(':')
    }

    fn bare_interpolation(&self, at: usize, rest: &str) -> Diagnostic {
        let length = rest.lines().next().and_then(|line| line.find("}}")).map_or(3, |end| end + 2);
        let span = Span::new(self.file, at, at + length);
        let diagnostic =
            Diagnostic::at(Code::ForeignSyntax, span, "`${{ … }}` stands inside a string", "here a value is written bare");
        match rest[..length].strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) {
            Some(inner) if !inner.trim().is_empty() => diagnostic.fix(format!("write `{}`", inner.trim()), span, inner.trim()),
            _ => diagnostic,
        }
    }

    fn single_quotes(&self, at: usize, rest: &str) -> Diagnostic {
        let line = rest.lines().next().unwrap_or_default();
        let inner = line[1..].find('\'').map(|end| &line[1..=end]);
        let length = inner.map_or(1, |inner| inner.len() + 2);
        let span = Span::new(self.file, at, at + length);
        let diagnostic = Diagnostic::at(Code::ForeignSyntax, span, "a string stands between `\"` and `\"`", "`'` begins none");
        match inner {
            Some(inner) if !inner.contains(['"', '\\']) => {
                diagnostic.fix(format!("write `\"{inner}\"`"), span, format!("\"{inner}\""))
            }
            _ => diagnostic.help("write `\"…\"`; inside it a quote is `\\\"`"),
        }
    }

    /// `1h 30m`
    fn split_duration(&self, visit: &Visit<'_, '_>, at: usize) -> Option<Diagnostic> {
        let second = self.word_at(at);
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        let start = before
            .rfind(|c: char| !(c == '_' || c.is_alphanumeric()))
            .map_or(0, |start| start + before[start..].chars().next().map_or(1, char::len_utf8));
        let first = &before[start..];
        let joined = format!("{first}{second}");
        if visit.node.kind() != Rule::error_item || Duration::parse(first).is_none() || Duration::parse(&joined).is_none() {
            return None;
        }
        let span = Span::new(self.file, start, at + second.len());
        Some(Diagnostic::at(Code::BadLiteral, span, "a duration is one word", "a blank inside").fix(
            format!("write `{joined}`"),
            span,
            joined,
        ))
    }

    fn full_width(&self, first: char, span: Span) -> Option<Diagnostic> {
        let (_, meant) = FULL_WIDTH.iter().find(|(sign, _)| *sign == first)?;
        let (name, message) = if first == '\u{3000}' {
            ("a full-width blank", "a blank is one byte wide".to_owned())
        } else {
            ("full-width sign", format!("`{first}` is not `{meant}`"))
        };
        Some(Diagnostic::at(Code::ForeignSyntax, span, message, format!("a {}", name.trim_start_matches("a "))).fix(
            format!("write `{meant}`"),
            span,
            *meant,
        ))
    }
}

/// Whether a node begins with the word of a statement.
fn is_statement(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::import_item
            | Rule::type_item
            | Rule::let_item
            | Rule::param_item
            | Rule::template_item
            | Rule::use_item
            | Rule::assert_item
            | Rule::with_item
            | Rule::fake_item
            | Rule::takes_item
            | Rule::expect_item
            | Rule::for_item
            | Rule::if_item
            | Rule::else_if
    )
}
