//! The scanner: one pass over the text with an explicit stack of quotes and brackets.

use std::collections::{BTreeSet, VecDeque};

use super::word::{Expect, HOLE_TEXT, List, ListKind, Shape, is_name_byte};
use super::{Hazard, Piece, Place, Scan, SimpleCommand, Terminator, Unclosed};
use crate::sema::hir::Quote;

/// Bytes that never occur in UTF-8 stand for the interpolations.
pub(super) const VALUE: u8 = 0xFF;
pub(super) const SPLICE: u8 = 0xFE;

/// Stands for an interpolation in [`Scan::text`].
const HOLE_BYTE: u8 = 0x1A;

/// How far to look for the `=` after a value that may be part of a variable's name.
pub(super) const NAME_LOOK_AHEAD: usize = 256;

/// A quote or bracket that is open.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Holds for all that is nested in it, too.
    pub(super) hazard: Option<Hazard>,
    pub(super) interpreter: Option<&'static str>,
}

#[derive(Debug)]
pub(super) enum FrameKind {
    List(Box<List>),
    Single,
    Double,
    /// `$'…'`
    Dollar,
    /// `${…}`; in double quotes `'` means itself, but for some operators.
    Expansion {
        in_double: bool,
        has_quotes: bool,
    },
    Arithmetic(Arithmetic),
    Backticks,
    /// `@(…)`
    Pattern,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Arithmetic {
    pub(super) depth: usize,
    /// `$[…]`
    pub(super) is_bracket: bool,
    /// `((…))`, without `$`
    pub(super) is_command: bool,
    /// What holds around it, should it turn out to be `( (…) …)`.
    pub(super) outer: Option<Hazard>,
}

#[derive(Debug)]
pub(super) struct HereDocument {
    pub(super) delimiter: Vec<u8>,
    pub(super) strips_tabs: bool,
    pub(super) is_quoted: bool,
}

#[derive(Debug)]
pub(super) struct Scanner {
    pub(super) bytes: Vec<u8>,
    pub(super) at: usize,
    /// The lowest is the list of the script itself.
    pub(super) stack: Vec<Frame>,
    /// Here-documents whose text begins after the next line break.
    pub(super) pending: VecDeque<HereDocument>,
    /// Variables declared as integers: what is assigned to them is evaluated.
    pub(super) integers: BTreeSet<Vec<u8>>,
    /// Where a `$NAME` ended.
    pub(super) name_end: Option<usize>,
    pub(super) here_is_open: bool,
    pub(super) ends_with_backslash: bool,
    /// Shells differ about where the quotes end from here on.
    pub(super) is_ambiguous: bool,
    pub(super) holes: Vec<Result<Place, Hazard>>,
    pub(super) commands: Vec<SimpleCommand>,
}

impl Scanner {
    pub(super) fn new<'a>(pieces: impl IntoIterator<Item = Piece<'a>>) -> Self {
        let mut bytes = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Piece::Value => bytes.push(VALUE),
                Piece::Splice => bytes.push(SPLICE),
            }
        }
        let top = Frame { kind: FrameKind::List(Box::new(List::new(ListKind::Top))), hazard: None, interpreter: None };
        Self {
            bytes,
            at: 0,
            stack: vec![top],
            pending: VecDeque::new(),
            integers: BTreeSet::new(),
            name_end: None,
            here_is_open: false,
            ends_with_backslash: false,
            is_ambiguous: false,
            holes: Vec::new(),
            commands: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Scan {
        while self.at < self.bytes.len() {
            match &self.top().kind {
                FrameKind::List(_) => self.in_list(),
                FrameKind::Single => self.in_single(),
                FrameKind::Double => self.in_double(),
                FrameKind::Dollar => self.in_dollar_quote(),
                FrameKind::Expansion { in_double, has_quotes } => self.in_expansion(*in_double, *has_quotes),
                FrameKind::Arithmetic(state) => self.in_arithmetic(*state),
                FrameKind::Backticks => self.in_backticks(),
                FrameKind::Pattern => self.in_pattern(),
            }
        }
        if let FrameKind::List(_) = self.top().kind {
            self.finish_word();
            self.end_command(Terminator::End);
        }
        let unclosed = self.unclosed();
        let mut text = self.bytes;
        text.iter_mut().filter(|byte| Self::is_hole(**byte)).for_each(|byte| *byte = HOLE_BYTE);
        let text = String::from_utf8(text).expect("what was UTF-8 stays so: only the holes were not");
        Scan { text, holes: self.holes, unclosed, commands: self.commands }
    }

    pub(super) fn unclosed(&self) -> Option<Unclosed> {
        if self.here_is_open || !self.pending.is_empty() {
            return Some(Unclosed::HereDocument);
        }
        match &self.top().kind {
            FrameKind::Single | FrameKind::Double | FrameKind::Dollar | FrameKind::Backticks => Some(Unclosed::Quote),
            _ if self.stack.len() > 1 => Some(Unclosed::Bracket),
            _ => self.ends_with_backslash.then_some(Unclosed::Backslash),
        }
    }

    // ---- Reading

    pub(super) fn byte(&self) -> u8 {
        self.bytes[self.at]
    }

    pub(super) fn get(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Skips pairs of a backslash and a line break, which join two lines anywhere but in quotes that keep them.
    pub(super) fn joined(&self, mut at: usize) -> usize {
        while self.get(at) == Some(b'\\') && self.get(at + 1) == Some(b'\n') {
            at += 2;
        }
        at
    }

    pub(super) fn is_hole(byte: u8) -> bool {
        byte >= SPLICE
    }

    // ---- The stack

    pub(super) fn top(&self) -> &Frame {
        self.stack.last().expect("the lowest frame is never removed")
    }

    pub(super) fn list(&mut self) -> Option<&mut List> {
        match &mut self.stack.last_mut()?.kind {
            FrameKind::List(list) => Some(list),
            _ => None,
        }
    }

    /// The list whose word the open quote is part of.
    pub(super) fn list_below(&mut self) -> Option<&mut List> {
        let below = self.stack.len().checked_sub(2)?;
        match &mut self.stack[below].kind {
            FrameKind::List(list) => Some(list),
            _ => None,
        }
    }

    /// What keeps a value from being quoted in the innermost list or quote.
    pub(super) fn hazard(&self) -> Option<Hazard> {
        let top = self.top();
        let ambiguous = self.is_ambiguous.then_some(Hazard::Ambiguous);
        top.hazard.or(ambiguous).or_else(|| match &top.kind {
            FrameKind::List(list) => list.hazard().or_else(|| {
                let name = list.word.assigned_name().filter(|_| list.expect == Expect::Command)?;
                self.integers.contains(name).then_some(Hazard::Arithmetic)
            }),
            _ => None,
        })
    }

    /// Opens a quote or bracket inside the current word.
    pub(super) fn push(&mut self, kind: FrameKind, own: Option<Hazard>) {
        let hazard = own.or_else(|| self.hazard());
        let at = self.at;
        let is_quote = matches!(kind, FrameKind::Single | FrameKind::Double | FrameKind::Dollar);
        let mut interpreter = None;
        if let Some(list) = self.list() {
            list.word.begin(at);
            if is_quote {
                interpreter = list.reads_as_code(true);
                list.word.quoted = true;
                // A quote in a name makes it none.
                if list.word.shape == Shape::Name {
                    list.word.shape = Shape::Other;
                }
            }
        }
        self.stack.push(Frame { kind, hazard, interpreter });
    }

    pub(super) fn push_list(&mut self, kind: ListKind) {
        self.push(FrameKind::List(Box::new(List::new(kind))), None);
    }

    /// Closes the innermost quote or bracket; never the lowest list.
    pub(super) fn pop(&mut self) {
        if self.stack.len() > 1 {
            self.stack.pop();
        }
    }

    // ---- Quotes

    pub(super) fn in_single(&mut self) {
        let byte = self.byte();
        self.at += 1;
        if Self::is_hole(byte) {
            self.at -= 1;
            self.quoted_hole(Quote::Single);
        } else if byte == b'\'' {
            self.pop();
        } else if let Some(list) = self.list_below() {
            list.word.push(byte, true);
        }
    }

    pub(super) fn in_double(&mut self) {
        match self.byte() {
            VALUE | SPLICE => {
                let after_variable = self.name_end == Some(self.at);
                if after_variable {
                    self.refuse(Hazard::AfterVariable);
                } else {
                    self.quoted_hole(Quote::Double);
                }
            }
            b'"' => {
                self.at += 1;
                self.pop();
            }
            b'\\' => self.escape(),
            b'`' => self.open(1, FrameKind::Backticks, Some(Hazard::Backticks)),
            b'$' => self.dollar(true),
            byte => {
                self.at += 1;
                if let Some(list) = self.list_below() {
                    list.word.push(byte, true);
                }
            }
        }
    }

    pub(super) fn in_dollar_quote(&mut self) {
        match self.byte() {
            VALUE | SPLICE => self.refuse(Hazard::DollarQuote),
            b'\\' => self.escape(),
            byte => {
                self.at += 1;
                if byte == b'\'' {
                    self.pop();
                }
            }
        }
    }

    pub(super) fn in_backticks(&mut self) {
        match self.byte() {
            VALUE | SPLICE => self.refuse(Hazard::Backticks),
            b'\\' => self.escape(),
            byte => {
                self.at += 1;
                if byte == b'`' {
                    self.pop();
                }
            }
        }
    }

    pub(super) fn in_expansion(&mut self, in_double: bool, has_quotes: bool) {
        match self.byte() {
            VALUE | SPLICE => self.refuse(Hazard::Expansion),
            b'}' => {
                self.at += 1;
                self.pop();
            }
            b'\'' if has_quotes => self.open(1, FrameKind::Single, None),
            b'\'' => self.literal_quote(),
            b'"' => self.open(1, FrameKind::Double, None),
            b'`' => self.open(1, FrameKind::Backticks, None),
            b'\\' => self.escape(),
            b'$' => self.dollar(in_double),
            _ => self.at += 1,
        }
    }

    /// A `'` in a `${…}` in double quotes: bash pairs it, other shells take it as it is. That is the same only where nothing
    /// between the two has a meaning.
    fn literal_quote(&mut self) {
        let rest = &self.bytes[self.at + 1..];
        let length = rest.iter().take_while(|byte| !b"'}\"$`\\".contains(byte) && !Self::is_hole(**byte)).count();
        if rest.get(length) == Some(&b'\'') {
            self.at += length + 2;
        } else {
            self.is_ambiguous = true;
            self.at += 1;
        }
    }

    /// `@(a|b)`: a value in it is quoted like a word.
    pub(super) fn in_pattern(&mut self) {
        match self.byte() {
            VALUE => {
                let hole = self.hazard().map_or(Ok(Place { quote: Quote::Word, is_whole_word: false, interpreter: None }), Err);
                self.holes.push(hole);
                self.at += 1;
            }
            SPLICE => self.refuse(Hazard::SplicePlace),
            b')' => {
                self.at += 1;
                self.pop();
            }
            b'(' => self.open(1, FrameKind::Pattern, None),
            b'\'' => self.open(1, FrameKind::Single, None),
            b'"' => self.open(1, FrameKind::Double, None),
            b'`' => self.open(1, FrameKind::Backticks, Some(Hazard::Backticks)),
            b'\\' => self.escape(),
            b'$' => self.dollar(false),
            _ => self.at += 1,
        }
    }

    pub(super) fn in_arithmetic(&mut self, state: Arithmetic) {
        let byte = self.byte();
        let (opening, closing) = if state.is_bracket { (b'[', b']') } else { (b'(', b')') };
        match byte {
            VALUE | SPLICE => return self.refuse(Hazard::Arithmetic),
            b'\'' => return self.open(1, FrameKind::Single, None),
            b'"' => return self.open(1, FrameKind::Double, None),
            b'`' => return self.open(1, FrameKind::Backticks, None),
            b'\\' => return self.escape(),
            b'$' => return self.dollar(true),
            _ => self.at += 1,
        }
        if byte == opening {
            self.set_arithmetic(Arithmetic { depth: state.depth + 1, ..state });
        } else if byte == closing && state.depth > 0 {
            self.set_arithmetic(Arithmetic { depth: state.depth - 1, ..state });
        } else if byte == closing && (state.is_bracket || self.get(self.joined(self.at)) == Some(closing)) {
            if !state.is_bracket {
                self.at = self.joined(self.at) + 1;
            }
            self.pop();
            if state.is_command {
                self.end_bracket();
            }
        } else if byte == closing {
            // It was `( (…) …)` after all, and the inner bracket has ended.
            let kind = if state.is_command { ListKind::Subshell } else { ListKind::Substitution };
            let frame = Frame { kind: FrameKind::List(Box::new(List::new(kind))), hazard: state.outer, interpreter: None };
            *self.stack.last_mut().expect("the arithmetic is open") = frame;
        }
    }

    pub(super) fn set_arithmetic(&mut self, state: Arithmetic) {
        if let Some(frame) = self.stack.last_mut() {
            frame.kind = FrameKind::Arithmetic(state);
        }
    }

    // ---- Beginnings

    pub(super) fn open(&mut self, length: usize, kind: FrameKind, own: Option<Hazard>) {
        self.push(kind, own);
        self.at += length;
    }

    /// A backslash, with what it takes the meaning of.
    pub(super) fn escape(&mut self) {
        let next = self.get(self.at + 1);
        if next.is_none() {
            self.ends_with_backslash = true;
        }
        if next == Some(b'\n') {
            if self.name_end == Some(self.at) {
                self.name_end = Some(self.at + 2);
            }
            self.at += 2;
            return;
        }
        let at = self.at;
        let is_list = matches!(self.top().kind, FrameKind::List(_));
        let word = if is_list { self.list() } else { self.list_below() };
        if let Some(list) = word {
            list.word.begin(at);
            list.word.quoted = true;
            if let Some(byte) = next.filter(|byte| !Self::is_hole(*byte)) {
                list.word.push(byte, true);
            }
        }
        self.at += 1;
        if next.is_some_and(Self::is_hole) {
            self.refuse(Hazard::AfterBackslash);
        } else if next.is_some() {
            self.at += 1;
        }
    }

    /// A `$` outside of single quotes.
    pub(super) fn dollar(&mut self, in_double: bool) {
        let start = self.at;
        let next_at = self.joined(start + 1);
        let Some(next) = self.get(next_at) else {
            self.expanded(start, start + 1);
            return;
        };
        match next {
            VALUE | SPLICE => {
                self.at = next_at;
                self.refuse(Hazard::AfterDollar);
            }
            b'(' => {
                let inner = self.joined(next_at + 1);
                if self.get(inner) == Some(b'(') {
                    self.open_arithmetic(inner + 1, false, false);
                } else {
                    self.mark_expansion(start, b"$()");
                    self.push_list(ListKind::Substitution);
                    self.at = next_at + 1;
                }
            }
            b'[' => self.open_arithmetic(next_at + 1, true, false),
            b'{' => self.open_expansion(next_at + 1, in_double),
            b'\'' if !in_double => self.open(next_at + 1 - start, FrameKind::Dollar, Some(Hazard::DollarQuote)),
            b'"' if !in_double => self.at = next_at,
            byte if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) => self.expanded(start, next_at + 1),
            byte if is_name_byte(byte) => {
                let mut end = next_at;
                while self.get(end).is_some_and(is_name_byte) {
                    end = self.joined(end + 1);
                }
                self.expanded(start, end);
                self.name_end = Some(end);
            }
            _ => self.expanded(start, start + 1),
        }
    }

    /// Takes over an expansion up to `end` as part of the word.
    pub(super) fn expanded(&mut self, start: usize, end: usize) {
        let text = self.bytes[start..end].to_vec();
        self.mark_expansion(start, &text);
        self.at = end;
    }

    pub(super) fn mark_expansion(&mut self, start: usize, text: &[u8]) {
        let is_bare = matches!(self.top().kind, FrameKind::List(_));
        let is_quote = matches!(self.top().kind, FrameKind::Double);
        let list = if is_bare { self.list() } else { self.list_below().filter(|_| is_quote) };
        if let Some(list) = list {
            list.word.begin(start);
            if is_bare && text.len() > 1 {
                list.word.has_bare_expansion = true;
            }
            for byte in text {
                list.word.push(*byte, true);
            }
        }
    }

    pub(super) fn open_expansion(&mut self, after_brace: usize, in_double: bool) {
        let start = self.at;
        let mut at = after_brace;
        if self.get(at).is_some_and(|byte| byte == b'!' || byte == b'#') {
            at += 1;
        }
        while self.get(at).is_some_and(is_name_byte) {
            at += 1;
        }
        let operator = self.get(at);
        let has_quotes = !in_double || operator.is_some_and(|byte| b"#%/^,".contains(&byte));
        let text = self.bytes[start..at].to_vec();
        self.mark_expansion(start, &text);
        self.push(FrameKind::Expansion { in_double, has_quotes }, Some(Hazard::Expansion));
        self.at = at;
    }

    pub(super) fn open_arithmetic(&mut self, inside: usize, is_bracket: bool, is_command: bool) {
        let outer = self.hazard();
        let start = self.at;
        if !is_command {
            self.mark_expansion(start, b"$(())");
        }
        let state = Arithmetic { depth: 0, is_bracket, is_command, outer };
        self.push(FrameKind::Arithmetic(state), Some(Hazard::Arithmetic));
        self.at = inside;
    }

    // ---- Interpolations

    pub(super) fn refuse(&mut self, own: Hazard) {
        let hazard = self.top().hazard.unwrap_or(own);
        self.holes.push(Err(hazard));
        self.at += 1;
    }

    pub(super) fn quoted_hole(&mut self, quote: Quote) {
        if self.byte() == SPLICE {
            return self.refuse(Hazard::SplicePlace);
        }
        let place = Place { quote, is_whole_word: false, interpreter: self.top().interpreter };
        self.holes.push(self.hazard().map_or(Ok(place), Err));
        self.at += 1;
        if let Some(list) = self.list_below() {
            list.word.has_hole = true;
            for byte in HOLE_TEXT.to_string().bytes() {
                list.word.push(byte, true);
            }
        }
    }
}
