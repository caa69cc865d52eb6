//! The ten rules, sentence by sentence: cases of `tests/machine`, a file for each rule.
//!
//! A case is `=== the sentence`, the inside of a pipeline, `--- how its substages end` where not all end well after a minute, and
//! `--- trace`. So that a case shows only what it is about, every substage gets a body. `BLESS=1` writes what comes of it now.

mod play;

use std::fs;
use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};

const TITLE: &str = "=== ";
const FAKES: &str = "--- fakes";
const TRACE: &str = "--- trace";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine");
    let mut files: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (head, cases) = text.split_once(TITLE).expect("a file has cases");
        if std::env::var_os("BLESS").is_some() {
            let cases: Vec<String> = cases.split(&format!("\n{TITLE}")).map(|case| Case::read(case).blessed()).collect();
            fs::write(&file, head.to_owned() + &cases.join("\n")).unwrap();
            continue;
        }
        let rule = file.file_stem().unwrap().to_string_lossy().into_owned();
        for case in cases.split(&format!("\n{TITLE}")) {
            let case = Case::read(case);
            trials.push(Trial::test(format!("{rule}: {}", case.title), move || case.check()));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

struct Case {
    title: String,
    source: String,
    fakes: String,
    trace: String,
}

impl Case {
    fn read(text: &str) -> Self {
        let (title, rest) = text.split_once('\n').expect("a case has a source");
        let (rest, trace) = rest.split_once(TRACE).unwrap_or((rest, ""));
        let (source, fakes) = rest.split_once(FAKES).unwrap_or((rest, ""));
        Self {
            title: title.to_owned(),
            source: source.to_owned(),
            fakes: fakes.trim().to_owned(),
            trace: trace.trim().to_owned(),
        }
    }

    fn actual(&self) -> String {
        let with_bodies =
            |line: &str| match line.split_once("substage ").and_then(|(before, after)| Some((before, after.split_once('{')?))) {
                Some((before, (name, after))) => format!("{before}substage {name}{{ run = \"true\" {after}"),
                None => line.to_owned(),
            };
        let source: Vec<String> = self.source.lines().map(with_bodies).collect();
        let plan = play::plan(&format!("pipeline p {{\n{}\n}}", source.join("\n")));
        play::show(&plan, &play::run(&plan, &self.fakes))
    }

    fn check(&self) -> Result<(), Failed> {
        let actual = self.actual();
        let is_same = actual.trim() == self.trace;
        if is_same { Ok(()) } else { Err(format!("it is\n{actual}\nand not\n{}", self.trace).into()) }
    }

    fn blessed(&self) -> String {
        let fakes = if self.fakes.is_empty() { String::new() } else { format!("{FAKES}\n{}\n", self.fakes) };
        format!("{TITLE}{}\n{}\n{fakes}{TRACE}\n{}", self.title, self.source.trim_end(), self.actual())
    }
}
