//! The invariants of ARCHITECTURE.md, read off the sources.
//!
//! An exception stands in the table of its rule with a reason, and fails when it is no longer needed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, each with those that it may import beside itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("diag", &["base"]),
    ("schema", &["base", "diag"]),
    ("syntax", &["base", "diag", "schema"]),
    ("sema", &["base", "diag", "schema", "syntax"]),
    ("lint", &["base", "diag", "schema", "syntax", "sema"]),
    ("plan", &["base", "diag", "schema", "syntax", "sema"]),
    ("machine", &["base", "diag", "schema", "sema", "plan"]),
    ("simulate", &["base", "diag", "plan", "machine"]),
    ("target", &["base", "diag", "schema", "plan"]),
    ("view", &["base", "plan", "machine", "simulate", "target"]),
    ("cli", &["base", "diag", "schema", "syntax", "sema", "lint", "plan", "machine", "simulate", "target", "view"]),
];

/// Imports against the order of the rooms: file, room, reason.
const IMPORT_EXCEPTIONS: &[Exception] = &[];

/// Words that only some places may say: the words, the places, and why.
const PLACES: &[(&[&str], &[&str], &str)] = &[
    (&["pest", "pest_derive", "Rule::"], &["src/syntax/"], "the parser generator can be replaced in one room"),
    (&["serde_yaml"], &["src/target/yaml.rs", "src/plan/"], "one writer and one reader of YAML"),
    (&["miette", "codespan_reporting"], &["src/diag/render/"], "a diagnostic is a plain value"),
    (&["clap", "clap_complete", "ignore::"], &["src/cli/"], "the library has no command line"),
    (&["ureq"], &["src/cli/bridge/"], "only the bridge speaks to anybody"),
    (
        &["std::fs", "std::env", "std::process", "std::net", "std::time", "std::thread", "SystemTime", "Instant"],
        &["src/cli/", "src/main.rs"],
        "the same input gives the same bytes",
    ),
    (&["println!", "eprintln!", "print!", "eprint!", "dbg!", "stdout()", "stderr()"], &["src/cli/output.rs"], "one door out"),
    (&["rand::", "RandomState"], &[], "nothing is random"),
    (&[".unwrap()", "todo!", "unimplemented!", "unsafe "], &[], "say why it cannot fail, with `expect`"),
];

/// Files that may be longer than [`FILE_LINES`], or hold a function longer than [`FUNCTION_LINES`]: path, function, reason.
const LENGTH_EXCEPTIONS: &[Exception] =
    &[("src/syntax/labels.rs", "expected", "a table: one row a rule of the grammar, exhaustive")];

const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 100;

/// File names that say nothing of what is inside.
const VAGUE_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc"];

/// A file, what in it, and the reason.
type Exception = (&'static str, &'static str, &'static str);

#[test]
fn rooms_import_only_what_is_before_them() {
    let mut problems = Problems::new(IMPORT_EXCEPTIONS);
    for file in sources(&["src"]) {
        let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| file.is_in_room(room)) else { continue };
        for (number, line) in file.code() {
            for (other, _) in ROOMS.iter().filter(|(other, _)| other != room && !allowed.contains(other)) {
                if has_word(line, &format!("crate::{other}")) {
                    problems.add(&file.path, other, format!("line {number}: `{room}` must not know `{other}`"));
                }
            }
        }
    }
    problems.report();
}

#[test]
fn every_room_is_known_to_this_test() {
    let rooms = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path());
    for path in rooms.filter(|path| !path.ends_with("lib.rs") && !path.ends_with("main.rs")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(ROOMS.iter().any(|(room, _)| *room == name), "add `{name}` to ROOMS");
    }
}

#[test]
fn some_words_have_their_places() {
    let mut problems = Problems::new(&[]);
    for file in sources(&["src"]) {
        for (words, places, reason) in PLACES.iter().filter(|(_, places, _)| !places.iter().any(|at| file.path.starts_with(at))) {
            for (number, line) in file.code() {
                for word in words.iter().filter(|word| has_word(line, word)) {
                    problems.add(&file.path, word, format!("line {number}: `{word}` is for {places:?} only: {reason}"));
                }
            }
        }
    }
    problems.report();
}

#[test]
fn every_module_says_what_it_is_for() {
    for file in sources(&["src", "tests", "played-jenkins/src", "sketch/src", "xtask/src", "benches"]) {
        assert!(file.text.starts_with("//! "), "{} does not begin with `//!`", file.path);
    }
}

#[test]
fn names_of_files_say_something() {
    for file in sources(&["src", "tests", "played-jenkins/src", "sketch/src", "xtask/src"]) {
        let stem = Path::new(&file.path).file_stem().unwrap().to_str().unwrap();
        assert!(!VAGUE_NAMES.contains(&stem), "{}: name the thing", file.path);
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut problems = Problems::new(LENGTH_EXCEPTIONS);
    for file in sources(&["src", "tests", "played-jenkins/src", "sketch/src", "xtask/src", "benches"]) {
        let lines = file.text.lines().count();
        if lines > FILE_LINES {
            problems.add(&file.path, "", format!("{lines} lines: split it"));
        }
        for (name, lines) in file.functions().into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES) {
            problems.add(&file.path, &name, format!("`{name}` has {lines} lines: split it"));
        }
    }
    problems.report();
}

#[test]
fn open_work_is_not_left_in_comments() {
    let words: Vec<String> = ["TO DO", "FIX ME", "X X X", "HA CK"].iter().map(|word| word.replace(' ', "")).collect();
    for file in sources(&["src", "tests", "played-jenkins/src", "sketch/src", "xtask/src", "benches"]) {
        for (number, line) in file.text.lines().enumerate() {
            assert!(!words.iter().any(|word| has_word(line, word)), "{}:{}: {line}", file.path, number + 1);
        }
    }
}

/// What is wrong, less what is excepted.
struct Problems {
    exceptions: &'static [Exception],
    used: BTreeSet<usize>,
    found: Vec<String>,
}

impl Problems {
    fn new(exceptions: &'static [Exception]) -> Self {
        Self { exceptions, used: BTreeSet::new(), found: Vec::new() }
    }

    fn add(&mut self, path: &str, name: &str, message: String) {
        match self.exceptions.iter().position(|(file, what, _)| *file == path && *what == name) {
            Some(index) => drop(self.used.insert(index)),
            None => self.found.push(format!("{path}: {message}")),
        }
    }

    fn report(mut self) {
        let unused = (0..self.exceptions.len()).filter(|index| !self.used.contains(index));
        self.found.extend(unused.map(|index| format!("{:?} is no exception any more", self.exceptions[index])));
        assert!(self.found.is_empty(), "\n{}", self.found.join("\n"));
    }
}

struct Source {
    /// From the repository's root, with `/`.
    path: String,
    text: String,
    /// The text with comments and strings blanked.
    bare: String,
}

impl Source {
    fn is_in_room(&self, room: &str) -> bool {
        self.path == format!("src/{room}.rs") || self.path.starts_with(&format!("src/{room}/"))
    }

    /// Lines of code outside tests, numbered from 1. Tests stand at the end of a file or in a file `tests.rs`.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test = self.path.ends_with("/tests.rs");
        let lines = self.bare.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        lines.enumerate().map(|(index, line)| (index + 1, line)).filter(move |_| !is_test)
    }

    /// Names of functions and their lines, from head to closing brace.
    fn functions(&self) -> Vec<(String, usize)> {
        let lines: Vec<&str> = self.bare.lines().map(str::trim_end).collect();
        let heads = lines.iter().enumerate().filter_map(|(start, line)| Some((start, *line, word_at(line, "fn ")?)));
        let measured = heads.filter_map(|(start, line, at)| {
            let name: String = line[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // The formatter closes a function with a brace in the column of its head.
            let close = format!("{}}}", " ".repeat(line.len() - line.trim_start().len()));
            let is_whole = line.ends_with(['}', ';']);
            let length = if is_whole { 0 } else { lines[start..].iter().position(|line| *line == close)? };
            Some((name, length + 1))
        });
        measured.filter(|(name, _)| !name.is_empty()).collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below these folders, sorted.
fn sources(folders: &[&str]) -> Vec<Source> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).filter(|path| path.exists()).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            found.push(Source { bare: without_comments_and_strings(&text), path, text });
        }
    }
    assert!(!found.is_empty(), "no sources in {folders:?}");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The same lines and columns, with blanks where comments, strings and characters were.
fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut bare = String::new();
    let mut at = 0;
    while at < chars.len() {
        let end = end_of_text(&chars, at).min(chars.len());
        if end == at {
            bare.push(chars[at]);
            at += 1;
        } else {
            bare.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    bare
}

/// Where the comment, string or character that begins at `at` ends; `at` itself if none begins there.
fn end_of_text(chars: &[char], at: usize) -> usize {
    let is = |at: usize, what: &str| what.chars().enumerate().all(|(offset, c)| chars.get(at + offset) == Some(&c));
    let find = |from: usize, what: &str| {
        (from..chars.len()).find(|&at| is(at, what)).map_or(chars.len(), |at| at + what.chars().count())
    };
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    let begins_word = at == 0 || !chars[at - 1].is_alphanumeric() && chars[at - 1] != '_';
    if is(at, "//") {
        find(at, "\n") - 1
    } else if is(at, "r") && begins_word && is(at + 1 + hashes, "\"") {
        find(at + 2 + hashes, &format!("\"{}", "#".repeat(hashes)))
    } else if is(at, "\"") {
        let mut end = at + 1;
        while end < chars.len() && chars[end] != '"' {
            end += if chars[end] == '\\' { 2 } else { 1 };
        }
        end + 1
    } else if is(at, "'\\") {
        find(at + 3, "'")
    } else if is(at, "'") && is(at + 2, "'") {
        at + 3
    } else {
        at
    }
}

fn has_word(line: &str, word: &str) -> bool {
    word_at(line, word).is_some()
}

/// Where a word stands that is no part of a longer one.
fn word_at(line: &str, word: &str) -> Option<usize> {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).map(|(at, _)| at).find(|&at| {
        let before = line[..at].chars().next_back().is_some_and(|c| joins(c) && word.starts_with(joins));
        let after = line[at + word.len()..].chars().next().is_some_and(|c| joins(c) && word.ends_with(joins));
        !before && !after
    })
}

#[test]
fn the_scan_sees_code_and_nothing_else() {
    let text = "a // std::fs\n\"std::fs \\\" std::fs\" b\nr#\"x \" std::fs\"# '\"' c\n'\\'' d std::fs\n&'a str\n";
    let bare = without_comments_and_strings(text);
    assert_eq!(bare.matches("std::fs").count(), 1, "{bare}");
    assert_eq!(bare.lines().count(), text.lines().count());
    assert!(["a", "b", "c", "d", "&'a str"].iter().all(|kept| bare.contains(kept)), "{bare}");
    assert!(has_word("use pest::x", "pest") && !has_word("tempest", "pest") && !has_word("pest_derive", "pest"));
    assert!(has_word("x.unwrap()", ".unwrap()") && !has_word("eprintln!()", "println!"));

    let text = "fn short() -> u8 { 1 }\n    pub fn long(\n        a: u8,\n    ) {\n        let b = a;\n    }\n".to_owned();
    let source = Source { path: String::new(), bare: text.clone(), text };
    assert_eq!(source.functions(), [("short".to_owned(), 1), ("long".to_owned(), 5)]);
}
