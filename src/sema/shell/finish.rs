//! What a finished word means: the name of a command, a reserved word, an argument.

use super::known::{Code, Treatment, interpreter_of, is_prefix, takes_next_word, treatment};
use super::scan::Scanner;
use super::word::{Expect, ListKind, Test};
use super::{Hazard, Terminator};

impl Scanner {
    /// Ends the open word, if there is one, and lets it act.
    pub(super) fn finish_word(&mut self) {
        let at = self.at;
        let Some(list) = self.list() else { return };
        if !list.word.started {
            return;
        }
        if list.redirects {
            list.redirects = false;
            let word = list.word.finish(at);
            if std::mem::take(&mut list.redirects_text) {
                list.here_string = Some(word);
            }
            return;
        }
        if list.test.is_some() {
            return self.finish_test_word();
        }
        match (list.kind, list.expect) {
            (ListKind::CasePattern, _) => {
                let ends = list.word.is_plain(b"esac");
                list.word.finish(at);
                if ends {
                    self.pop();
                    self.end_bracket();
                }
            }
            (ListKind::Array, _) => {
                list.word.finish(at);
            }
            (_, Expect::Command) => self.finish_command_word(),
            (_, Expect::Argument) => self.finish_argument(),
            (_, Expect::CaseSubject) => self.finish_head_word(Expect::CaseIn),
            (_, Expect::CaseIn) => {
                let is_in = list.word.is_plain(b"in");
                self.finish_head_word(Expect::Argument);
                if is_in {
                    self.push_list(ListKind::CasePattern);
                    // The list around it goes on where `esac` ends.
                    let below = self.list_below();
                    if let Some(list) = below {
                        list.reset();
                    }
                }
            }
            (_, Expect::LoopName) => self.finish_head_word(Expect::LoopIn),
            (_, Expect::LoopIn) => {
                let expect = if list.word.is_plain(b"in") { Expect::Argument } else { Expect::Command };
                self.finish_head_word(expect);
            }
            (_, Expect::FunctionName) => self.finish_head_word(Expect::Command),
        }
    }

    fn finish_head_word(&mut self, expect: Expect) {
        let at = self.at;
        if let Some(list) = self.list() {
            list.word.finish(at);
            list.expect = expect;
        }
    }

    fn finish_command_word(&mut self) {
        let at = self.at;
        let first_hole = self.holes.len();
        let Some(list) = self.list() else { return };
        let word = &list.word;
        let is_bare = !word.quoted && !word.has_hole && !list.prefixed;
        let expect = match word.text.as_slice() {
            _ if word.assigned_name().is_some() => Some(Expect::Command),
            b"if" | b"then" | b"elif" | b"else" | b"while" | b"until" | b"do" | b"{" | b"!" if is_bare => Some(Expect::Command),
            b"fi" | b"done" | b"}" if is_bare => Some(Expect::Command),
            b"case" if is_bare => Some(Expect::CaseSubject),
            b"for" | b"select" if is_bare => Some(Expect::LoopName),
            b"function" if is_bare => Some(Expect::FunctionName),
            b"[[" if is_bare => {
                list.test = Some(Test { first_hole, hazard: None });
                Some(Expect::Argument)
            }
            b"esac" if is_bare && list.kind == ListKind::CaseBody => {
                list.word.finish(at);
                self.end_command(Terminator::Other);
                self.pop();
                return self.end_bracket();
            }
            _ => None,
        };
        if let Some(expect) = expect {
            return self.finish_head_word(expect);
        }
        let text = &list.word.text;
        if list.prefixed && text.starts_with(b"-") {
            let word = list.word.finish(at);
            return list.words.push(word);
        }
        let treatment = treatment(text);
        let is_prefix = is_prefix(text);
        let interpreter = interpreter_of(text, None);
        list.treatment = treatment;
        list.interpreter = interpreter;
        list.prefixed |= is_prefix;
        list.expect = if is_prefix { Expect::Command } else { Expect::Argument };
        let word = list.word.finish(at);
        list.words.push(word);
    }

    fn finish_argument(&mut self) {
        let at = self.at;
        let Some(list) = self.list() else { return };
        let text = list.word.text.as_slice();
        let is_option = text.len() > 1 && matches!(text[0], b'-' | b'+');
        let mut integer = None;
        match list.treatment {
            Treatment::Declares if is_option => list.declares_integer |= text[1..].iter().any(|byte| b"in".contains(byte)),
            Treatment::Declares if list.declares_integer => {
                let name = list.word.assigned_name().unwrap_or(text);
                integer = Some(name.to_vec());
            }
            Treatment::NamesAfterV => list.names_next = text == b"-v" || text == b"-R",
            _ => {}
        }
        match list.interpreter.map(|interpreter| interpreter.code) {
            Some(Code::AfterOption(letter)) => {
                list.code_next = is_option && !text.starts_with(b"--") && text[1..].contains(&letter);
            }
            Some(Code::AfterHost) => {
                let follows_option = list.words.last().is_some_and(|word| takes_next_word(word.text.as_bytes()));
                list.operands += usize::from(!is_option && !follows_option);
            }
            Some(Code::Quoted) => {}
            None => {
                let command = list.words.first().map(|word| word.text.clone());
                list.interpreter = interpreter_of(list.word.text.as_slice(), command.as_deref().map(str::as_bytes));
            }
        }
        let word = list.word.finish(at);
        list.words.push(word);
        if let Some(name) = integer {
            self.integers.insert(name);
        }
    }

    fn finish_test_word(&mut self) {
        let at = self.at;
        let Some(list) = self.list() else { return };
        let word = list.word.finish(at);
        let Some(mut test) = list.test else { return };
        let is_plain = !word.is_quoted && !word.has_hole;
        list.names_next = is_plain && matches!(word.text.as_str(), "-v" | "-R");
        match word.text.as_str() {
            "]]" if is_plain => {
                list.reset();
                return;
            }
            "=~" if is_plain => test.hazard = Some(Hazard::Regex),
            "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" if is_plain => {
                // Both sides are evaluated, so what stood on the left was no safe place either.
                test.hazard = Some(Hazard::Arithmetic);
                for hole in &mut self.holes[test.first_hole..] {
                    *hole = Err(Hazard::Arithmetic);
                }
                test.first_hole = self.holes.len();
            }
            _ => {}
        }
        if let Some(list) = self.list() {
            list.test = Some(test);
        }
    }
}
