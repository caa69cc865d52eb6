//! Bare text: words, operators, reserved words, redirections, here-documents.

use super::scan::{FrameKind, HereDocument, NAME_LOOK_AHEAD, SPLICE, Scanner, VALUE};
use super::word::{Expect, HOLE_TEXT, List, ListKind, Shape, Test, is_name_byte};
use super::{Hazard, Place, SimpleCommand, Terminator};
use crate::sema::hir::Quote;

impl Scanner {
    pub(super) fn in_list(&mut self) {
        let byte = self.byte();
        let in_test = self.list().is_some_and(|list| list.test.is_some());
        match byte {
            VALUE => self.bare_hole(),
            SPLICE => self.splice(),
            b' ' | b'\t' => self.separate(1),
            b'\n' => self.line_break(),
            b'\\' => self.escape(),
            b'\'' => self.open(1, FrameKind::Single, None),
            b'"' => self.open(1, FrameKind::Double, None),
            b'`' => self.open(1, FrameKind::Backticks, Some(Hazard::Backticks)),
            b'$' => self.dollar(false),
            b'#' if !self.word_is_open() => self.comment(),
            b'&' | b'|' if in_test => self.in_test_operator(),
            b'(' | b')' | b'<' | b'>' | b';' if in_test => self.take(),
            b';' => self.semicolon(),
            b'&' => self.ampersand(),
            b'|' => self.pipe(),
            b'(' => self.open_bracket(),
            b')' => self.close_bracket(),
            b'<' | b'>' => self.redirection(),
            _ => self.take(),
        }
    }

    pub(super) fn word_is_open(&mut self) -> bool {
        self.list().is_some_and(|list| list.word.started)
    }

    /// Takes one byte into the word.
    pub(super) fn take(&mut self) {
        let (at, byte) = (self.at, self.byte());
        if let Some(list) = self.list() {
            list.word.begin(at);
            list.word.push(byte, false);
        }
        self.at += 1;
    }

    /// A blank. Finishing a word may close or open a list, so the blank itself is read in a second round.
    pub(super) fn separate(&mut self, length: usize) {
        if self.word_is_open() {
            self.finish_word();
        } else {
            self.at += length;
        }
    }

    pub(super) fn comment(&mut self) {
        while self.at < self.bytes.len() && self.byte() != b'\n' {
            if Self::is_hole(self.byte()) {
                self.refuse(Hazard::Comment);
            } else {
                self.at += 1;
            }
        }
    }

    pub(super) fn in_test_operator(&mut self) {
        let byte = self.byte();
        if self.get(self.joined(self.at + 1)) != Some(byte) {
            return self.take();
        }
        if self.word_is_open() {
            return self.finish_word();
        }
        self.at = self.joined(self.at + 1) + 1;
        let first_hole = self.holes.len();
        if let Some(list) = self.list() {
            list.names_next = false;
            list.test = Some(Test { first_hole, hazard: None });
        }
    }

    // ---- Ends of commands

    pub(super) fn end_command(&mut self, terminator: Terminator) {
        let (depth, end) = (self.stack.len() - 1, self.at);
        let Some(list) = self.list() else { return };
        let List { words, here_string, .. } = list.reset();
        if !words.is_empty() {
            self.commands.push(SimpleCommand { words, here_string, end, terminator, depth });
        }
    }

    pub(super) fn end_at_operator(&mut self, length: usize, terminator: Terminator) {
        if self.word_is_open() {
            return self.finish_word();
        }
        self.end_command(terminator);
        self.at += length;
    }

    /// How long an operator of two equal bytes is here; 0 if it is none.
    pub(super) fn doubled(&self) -> usize {
        let second = self.joined(self.at + 1);
        if self.get(second) == Some(self.byte()) { second + 1 - self.at } else { 0 }
    }

    pub(super) fn line_break(&mut self) {
        if self.word_is_open() {
            return self.finish_word();
        }
        // In a pattern, an array or a `[[`, and before `in`, a line break is a blank.
        let ends = self.list().is_some_and(|list| {
            list.test.is_none()
                && !matches!(list.kind, ListKind::Array | ListKind::CasePattern)
                && !matches!(list.expect, Expect::CaseIn | Expect::LoopIn)
        });
        if ends {
            self.end_command(Terminator::Other);
        }
        self.at += 1;
        self.here_documents();
    }

    pub(super) fn semicolon(&mut self) {
        if self.word_is_open() {
            return self.finish_word();
        }
        let next = self.get(self.joined(self.at + 1));
        let ends_case = next == Some(b';') || next == Some(b'&');
        self.end_command(Terminator::Other);
        self.at += 1;
        let Some(list) = self.list() else { return };
        if ends_case && list.kind == ListKind::CaseBody {
            list.kind = ListKind::CasePattern;
            self.at = self.joined(self.at) + 1;
            if next == Some(b';') && self.get(self.at) == Some(b'&') {
                self.at += 1;
            }
        }
    }

    pub(super) fn ampersand(&mut self) {
        let next_at = self.joined(self.at + 1);
        if self.get(next_at) == Some(b'>') {
            if self.word_is_open() {
                return self.finish_word();
            }
            self.at = next_at + 1;
            if self.get(self.at) == Some(b'>') {
                self.at += 1;
            }
            if let Some(list) = self.list() {
                list.redirects = true;
            }
            return;
        }
        match self.doubled() {
            0 => self.end_at_operator(1, Terminator::Other),
            length => self.end_at_operator(length, Terminator::And),
        }
    }

    pub(super) fn pipe(&mut self) {
        if self.list().is_some_and(|list| list.kind == ListKind::CasePattern) {
            return self.separate(1);
        }
        let next_at = self.joined(self.at + 1);
        match self.doubled() {
            0 if self.get(next_at) == Some(b'&') => self.end_at_operator(next_at + 1 - self.at, Terminator::Pipe),
            0 => self.end_at_operator(1, Terminator::Pipe),
            length => self.end_at_operator(length, Terminator::Or),
        }
    }

    // ---- Brackets

    pub(super) fn open_bracket(&mut self) {
        let at = self.at;
        let next_at = self.joined(at + 1);
        let is_double = self.get(next_at) == Some(b'(');
        let Some(list) = self.list() else { return };
        let word = &list.word;
        if list.kind == ListKind::CasePattern && !word.started {
            self.at += 1;
        } else if word.started && matches!(word.shape, Shape::Assigned(_)) && word.text.ends_with(b"=") {
            self.push_list(ListKind::Array);
            self.at += 1;
        } else if word.started
            && word.text.last().is_some_and(|last| b"?*+@!".contains(last))
            && !(word.is_plain(b"!") && list.expect == Expect::Command)
        {
            self.open(1, FrameKind::Pattern, None);
        } else if word.started {
            // `name()`, or `!(…)`.
            self.finish_word();
        } else if is_double && matches!(list.expect, Expect::Command | Expect::LoopName) {
            self.open_arithmetic(next_at + 1, false, true);
        } else {
            self.push_list(ListKind::Subshell);
            self.at += 1;
        }
    }

    pub(super) fn close_bracket(&mut self) {
        if self.word_is_open() {
            return self.finish_word();
        }
        let Some(list) = self.list() else { return };
        match list.kind {
            ListKind::CasePattern => {
                list.kind = ListKind::CaseBody;
                list.reset();
                self.at += 1;
            }
            // A `case` without `esac`: the bracket belongs to what is around it.
            ListKind::CaseBody => {
                self.end_command(Terminator::Other);
                self.pop();
                self.end_bracket();
            }
            ListKind::Top => self.end_at_operator(1, Terminator::Other),
            ListKind::Substitution | ListKind::Array => {
                self.end_command(Terminator::Other);
                self.pop();
                self.at += 1;
            }
            ListKind::Subshell => {
                self.end_command(Terminator::Other);
                self.pop();
                self.at += 1;
                self.end_bracket();
            }
        }
    }

    /// After `(…)`, `((…))` and `esac`: what follows is an operator, a redirection, or a function's body.
    pub(super) fn end_bracket(&mut self) {
        if let Some(list) = self.list() {
            list.reset();
        }
    }

    // ---- Redirections

    pub(super) fn redirection(&mut self) {
        let byte = self.byte();
        let Some(list) = self.list() else { return };
        let word = &mut list.word;
        if word.started {
            let is_descriptor = !word.quoted && !word.has_hole && word.text.iter().all(u8::is_ascii_digit)
                || word.text.starts_with(b"{") && word.text.ends_with(b"}");
            if !is_descriptor {
                return self.finish_word();
            }
            *word = Default::default();
        }
        let second_at = self.joined(self.at + 1);
        let second = self.get(second_at);
        let third_at = self.joined(second_at + 1);
        match (byte, second) {
            (_, Some(b'(')) => {
                self.push_list(ListKind::Substitution);
                self.at = second_at + 1;
            }
            (b'<', Some(b'<')) if self.get(third_at) != Some(b'<') => self.here_delimiter(third_at),
            (b'<', Some(b'<')) => {
                self.redirect(third_at + 1);
                self.list().into_iter().for_each(|list| list.redirects_text = true);
            }
            (_, Some(b'>' | b'&' | b'|')) => self.redirect(second_at + 1),
            _ => self.redirect(self.at + 1),
        }
    }

    pub(super) fn redirect(&mut self, at: usize) {
        self.at = at;
        if let Some(list) = self.list() {
            list.redirects = true;
        }
    }

    // ---- Here-documents

    /// Reads the delimiter after `<<`.
    pub(super) fn here_delimiter(&mut self, after_operator: usize) {
        let strips_tabs = self.get(after_operator) == Some(b'-');
        self.at = after_operator + usize::from(strips_tabs);
        loop {
            let joined = self.joined(self.at);
            if !matches!(self.get(joined), Some(b' ' | b'\t')) {
                self.at = joined;
                break;
            }
            self.at = joined + 1;
        }
        let mut delimiter = Vec::new();
        let mut quote = None;
        let mut is_quoted = false;
        while let Some(byte) = self.get(self.at) {
            match (quote, byte) {
                (_, VALUE | SPLICE) => {
                    self.refuse(Hazard::HereDocument);
                    continue;
                }
                (None, b'\'' | b'"') => (quote, is_quoted) = (Some(byte), true),
                (Some(open), byte) if open == byte => quote = None,
                (None | Some(b'"'), b'\\') => {
                    is_quoted = true;
                    self.at += 1;
                    match self.get(self.at) {
                        Some(next) if Self::is_hole(next) => continue,
                        next => delimiter.extend(next),
                    }
                }
                (None, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')') => break,
                (_, byte) => delimiter.push(byte),
            }
            self.at += 1;
        }
        self.pending.push_back(HereDocument { delimiter, strips_tabs, is_quoted });
    }

    /// Reads the text of all here-documents that were announced on the line that has just ended.
    pub(super) fn here_documents(&mut self) {
        while let Some(document) = self.pending.pop_front() {
            if !self.here_document(&document) {
                self.here_is_open = true;
                return;
            }
        }
    }

    /// Reads one here-document; false if the text ends before it does.
    pub(super) fn here_document(&mut self, document: &HereDocument) -> bool {
        let mut is_continued = false;
        while self.at < self.bytes.len() {
            let start = self.at;
            while self.at < self.bytes.len() && self.byte() != b'\n' {
                if Self::is_hole(self.byte()) {
                    self.refuse(Hazard::HereDocument);
                } else {
                    self.at += 1;
                }
            }
            let line = &self.bytes[start..self.at];
            let skipped = if document.strips_tabs { line.iter().take_while(|byte| **byte == b'\t').count() } else { 0 };
            let ends = !is_continued && line[skipped..] == document.delimiter[..];
            let backslashes = line.iter().rev().take_while(|byte| **byte == b'\\').count();
            is_continued = !document.is_quoted && backslashes % 2 == 1;
            self.at = (self.at + 1).min(self.bytes.len());
            if ends {
                return true;
            }
        }
        false
    }

    // ---- Interpolations

    pub(super) fn bare_hole(&mut self) {
        let (at, hazard) = (self.at, self.hazard());
        let next = self.get(self.joined(at + 1));
        let after_variable = self.name_end == Some(at);
        let names_variable = self.names_variable();
        let Some(list) = self.list() else { return };
        let interpreter = list.reads_as_code(false);
        let ends_word = next.is_none_or(|byte| b" \t\n;&|()<>".contains(&byte));
        let word = &list.word;
        let at_command = list.expect == Expect::Command && !list.redirects;
        let could_be_read_otherwise = after_variable
            || at_command && word.shape == Shape::Name
            || list.expect == Expect::CaseSubject
            || list.test.is_some()
            || word.in_braces && !word.text.ends_with(b"..")
            || matches!(next, Some(b'<' | b'>')) && word.text.iter().all(u8::is_ascii_digit);
        let is_whole_word = !word.started && ends_word;
        let hazard = hazard.or((at_command && word.shape == Shape::Name && names_variable).then_some(Hazard::VariableName));
        let quote = if could_be_read_otherwise { Quote::Word } else { Quote::Bare };
        list.word.begin(at);
        list.word.has_hole = true;
        let shape = list.word.shape;
        for byte in HOLE_TEXT.to_string().bytes() {
            list.word.push(byte, true);
        }
        // A value in a name does not keep it from being one: `A_${{x}}=…`.
        list.word.shape = shape;
        self.holes.push(hazard.map_or(Ok(Place { quote, is_whole_word, interpreter }), Err));
        self.at += 1;
    }

    /// The value is followed by `=`, `+=` or `[`, maybe after more of a name.
    pub(super) fn names_variable(&self) -> bool {
        let rest = &self.bytes[self.at + 1..];
        let length = rest.iter().take(NAME_LOOK_AHEAD).take_while(|byte| is_name_byte(**byte) || **byte == VALUE).count();
        let rest = &rest[length..];
        rest.starts_with(b"=") || rest.starts_with(b"+=") || rest.starts_with(b"[")
    }

    pub(super) fn splice(&mut self) {
        let hazard = self.hazard();
        let rest = &self.bytes[self.at + 1..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let ends_line = rest.get(blanks).is_none_or(|byte| *byte == b'\n');
        let Some(list) = self.list() else { return };
        let begins_command = list.expect == Expect::Command
            && list.words.is_empty()
            && !list.word.started
            && !list.redirects
            && !list.prefixed
            && !matches!(list.kind, ListKind::Array | ListKind::CasePattern);
        let place = Place { quote: Quote::Bare, is_whole_word: true, interpreter: None };
        let hole =
            if begins_command && ends_line { hazard.map_or(Ok(place), Err) } else { Err(hazard.unwrap_or(Hazard::SplicePlace)) };
        self.holes.push(hole);
        self.at += 1 + if ends_line { blanks } else { 0 };
    }
}
