//! What holds for any text: parsing ends soon, loses no byte, and has places that can be shown.

use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use o11n::base::FileId;
use o11n::diag::Code;
use o11n::syntax::{self, Parse};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const WHOLE_FILE: &str = include_str!("whole-file.o11n");
const MISTAKES: &str = include_str!("many-mistakes.o11n");

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("laws::any_text_is_kept_byte_for_byte", any_text),
        Trial::test("laws::any_mutation_is_kept_byte_for_byte", any_mutation),
        Trial::test("laws::any_beginning_is_kept_byte_for_byte", any_beginning),
        Trial::test("laws::unclosed_openers_cost_no_more_than_their_length", unclosed_openers),
        Trial::test("laws::nesting_beyond_the_limit_is_refused", deep_nesting),
        Trial::test("laws::nesting_without_brackets_is_refused", deep_without_brackets),
        Trial::test("laws::a_huge_file_is_refused_by_its_size", huge_file),
    ]
}

fn parse(text: &str) -> Parse {
    syntax::parse(FileId(0), text)
}

/// The leaves are the source, and every place lies on character boundaries inside it.
fn check(text: &str) -> Result<(), String> {
    let parse = parse(text);
    let leaves: String = parse.cst.leaves(text).into_iter().map(|leaf| &text[leaf.range]).collect();
    if leaves != text && parse.cst.is_complete() {
        return Err(format!("the leaves of {text:?} are {leaves:?}"));
    }
    for diagnostic in &parse.diagnostics {
        let spans = diagnostic.labels.iter().map(|label| label.span);
        for span in spans.chain(diagnostic.fix.iter().flat_map(|fix| fix.edits.iter().map(|(span, _)| *span))) {
            if text.get(span.range()).is_none() {
                return Err(format!("{:?} of {text:?} points at {:?}", diagnostic.message, span.range()));
            }
        }
        if diagnostic.message.contains("error_") || diagnostic.message.contains('_') && diagnostic.message.contains("Rule") {
            return Err(format!("an internal word in {:?}", diagnostic.message));
        }
    }
    Ok(())
}

fn property<S: Strategy>(cases: u32, strategy: S, text: impl Fn(S::Value) -> String) -> Result<(), Failed> {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&strategy, |value| check(&text(value)).map_err(TestCaseError::fail))
        .map_err(|error| error.to_string().into())
}

fn any_text() -> Result<(), Failed> {
    property(400, "\\PC{0,80}", |text| text)?;
    let pieces = prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60);
    property(600, pieces, |pieces| pieces.concat())
}

/// Whatever the language is made of, and what it is not.
const PIECES: &[&str] = &[
    "stage ",
    "substage ",
    "pipeline p ",
    "import ",
    "let ",
    "param ",
    "template ",
    "use ",
    "assert ",
    "with ",
    "fake ",
    "expect ",
    "for ",
    "in ",
    "if ",
    "else ",
    "then ",
    "not ",
    "and ",
    "or ",
    "type ",
    "list<",
    "enum(",
    "map<",
    "null ",
    "x",
    "y ",
    ".",
    ",",
    ":",
    "=",
    "==",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "${{",
    "}}",
    "$${{",
    "\\",
    "\n",
    " ",
    "//",
    "///",
    "/*",
    "*/",
    "1",
    "2h ",
    "64GB ",
    "-",
    "+",
    "??",
    "?",
    "!",
    "&&",
    "'",
    ";",
    "#",
    "\0",
    "\r\n",
    "测试",
    "：",
    "\u{FEFF}",
    "😀",
    "\u{3000}",
    "elif ",
    "ran ",
    "when ",
];

fn any_mutation() -> Result<(), Failed> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..8usize, prop::sample::select(PIECES.to_vec())), 1..4);
    property(200, (edits, any::<bool>()), |(edits, is_good)| {
        let mut text: Vec<char> = if is_good { WHOLE_FILE } else { MISTAKES }.chars().collect();
        for (at, removed, inserted) in edits {
            let at = at.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, inserted.chars());
        }
        text.into_iter().collect()
    })
}

fn any_beginning() -> Result<(), Failed> {
    for text in [WHOLE_FILE, MISTAKES] {
        for (at, _) in text.char_indices().step_by(7) {
            check(&text[..at])?;
        }
    }
    Ok(())
}

/// Reading these was exponential wherever an error rule could fail: 60 deep would never end.
fn unclosed_openers() -> Result<(), Failed> {
    let openers = [
        "[",
        "{",
        "(",
        "f(",
        "a[",
        "x = [",
        "x = {",
        "{ a: ",
        "stage s { ",
        "\"${{ ",
        "for a in b { ",
        "for a in { ",
        "if a { ",
        "if a {} else { ",
        "[x for x in ",
        "if a then ",
        "let f(a = ",
        "type T = { a: ",
        "enum(",
        "stage \"a${{ ",
        "{ \"${{ ",
        "not ",
        "- ",
        "a ",
        "foo bar ",
        "import \"a\" { ",
        "use a(",
        "expect \"x\" = f(",
        "x = a(b = [",
        "x = \"\"\"\n${{ ",
        "template t(a: list<",
        "assert [",
        "foo bar ( {",
    ];
    for opener in openers {
        for depth in [20, 60] {
            for text in [
                opener.repeat(depth),
                format!("pipeline p {{ x = {}", opener.repeat(depth)),
                format!("{}\n}}", opener.repeat(depth)),
            ] {
                let start = Instant::now();
                check(&text)?;
                if start.elapsed() > Duration::from_secs(3) {
                    return Err(format!("{opener:?} × {depth} took {:?}", start.elapsed()).into());
                }
            }
        }
    }
    Ok(())
}

fn has(parse: &Parse, code: Code) -> bool {
    parse.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
}

fn deep_nesting() -> Result<(), Failed> {
    for opener in ["[", "{", "(", "stage s { ", "x = [", "\"${{ "] {
        let parse = parse(&opener.repeat(100_000));
        if !has(&parse, Code::TooDeep) {
            return Err(format!("{opener:?}: {:?}", parse.diagnostics).into());
        }
    }
    Ok(())
}

/// On a thread as small as those of tests.
fn deep_without_brackets() -> Result<(), Failed> {
    let texts = [
        format!("x = {}a", "not ".repeat(100_000)),
        format!("x = {}a", "- ".repeat(100_000)),
        format!("x = a{}", " + a".repeat(100_000)),
        format!("x = a{}", ".b".repeat(100_000)),
        format!("x = a{}", "()".repeat(100_000)),
        format!("x = {}a", "if a then ".repeat(20_000)),
        format!("x = {}a", "if a then b else ".repeat(20_000)),
        format!("x = {}a", "if ".repeat(20_000)),
        format!("type T = {}int", "list<".repeat(20_000)),
    ];
    for text in texts {
        let small = std::thread::Builder::new().stack_size(2 << 20);
        let parse = small.spawn({
            let text = text.clone();
            move || parse(&text)
        })?;
        let parse = parse.join().map_err(|_| "the thread panicked")?;
        if !has(&parse, Code::TooDeep) && !has(&parse, Code::TooComplex) {
            return Err(format!("{}…: {:?}", &text[..20], parse.diagnostics).into());
        }
    }
    Ok(())
}

fn huge_file() -> Result<(), Failed> {
    let parse = parse(&"a".repeat(100 << 20));
    if has(&parse, Code::FileTooLarge) { Ok(()) } else { Err("it was read".into()) }
}
