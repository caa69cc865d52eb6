//! Taskbooks that the compiler would not print: with classic fields only, with an error in a stage, or not right at all.

use super::engine::{self, Attempt, Job, Report};
use super::{PRINTS, build};
use crate::engines::conformance::case::plan_of;
use crate::engines::conformance::compiled::emit;
use crate::engines::tally::Tally;
use anyhow::Result;
use o11n::target::{Artifact, Options};
use std::path::Path;

/// One taskbook and what becomes of it.
struct Book {
    what: &'static str,
    /// Of the driver.
    settings: &'static str,
    printed: &'static str,
    /// How commands and builds end that do not end well.
    ends: &'static [(&'static str, u8)],
    result: &'static str,
    /// What is said, in the log or as the error.
    says: &'static [&'static str],
    /// What ran: `label on AGENT`, `label as JOB`.
    ran: &'static [&'static str],
    /// What something found in its environment, or as a parameter of its build: its label, a name and the value.
    finds: &'static [(&'static str, &'static str, &'static str)],
}

const BOOK: Book = Book { what: "", settings: "", printed: "", ends: &[], result: "FAILURE", says: &[], ran: &[], finds: &[] };

/// Two stages in an order that no map keeps, with names that are hard to read.
const CLASSIC: &str = r#"{
  "err_no": 0, "msg": "a \"brace\" {[ and a \\",
  "编\u8bd1 \"z\"": { "err_no": 0, "msg": "success", "substages": [
    { "substage_name": "lib", "label": "cpu", "project_name": "it's \"$x\" \\ {{y}}\n", "build_id": 4711, "use_k8s": false },
    { "substage_name": "app", "label": "", "project_name": "", "build_id": 4711, "use_k8s": false, "job": "ci/own",
      "case_list": [ { "case_name": "a.py", "case_info_path": "t/\"a\"" }, { "case_name": "b.py" } ] }
  ] },
  "msg2": { "substages": [] },
  "b": { "err_no": 0, "msg": "", "substages": [
    { "substage_name": "unit", "use_k8s": true, "cloud": "k8s", "container_name": "build", "yaml": "kind: Pod\n" }
  ] },
  "a": { "err_no": 0, "msg": "", "substages": [ { "substage_name": "last", "label": "cpu", "use_k8s": false } ] }
}"#;

const BY_JOB: &str = "job = \"ci/run\"  label = \"small\"";
const BY_SCRIPT: &str = "script = \"./run\"  label = \"small\"";

const BOOKS: &[Book] = &[
    Book {
        what: "classic fields, by a job",
        settings: BY_JOB,
        printed: CLASSIC,
        result: "SUCCESS",
        says: &["o11n: stage msg2 is skipped", "o11n: 编译 \"z\"/app is succeeded", "o11n: the pipeline is succeeded"],
        ran: &["编译 \"z\"/lib as ci/run", "编译 \"z\"/app as ci/own", "b/unit as ci/run", "a/last as ci/run"],
        finds: &[
            ("编译 \"z\"/lib", "project_name", "it's \"$x\" \\ {{y}}\n"),
            ("编译 \"z\"/lib", "build_id", "4711"),
            ("编译 \"z\"/app", "case_list", r#"[{"case_info_path":"t/\"a\"","case_name":"a.py"},{"case_name":"b.py"}]"#),
            ("b/unit", "O11N_ATTEMPT", "1"),
        ],
        ..BOOK
    },
    Book {
        what: "classic fields, by a script",
        settings: BY_SCRIPT,
        printed: CLASSIC,
        result: "SUCCESS",
        ran: &["编译 \"z\"/app as ci/own", "编译 \"z\"/lib on cpu", "b/unit on pod", "a/last on cpu"],
        finds: &[
            ("编译 \"z\"/lib", "project_name", "it's \"$x\" \\ {{y}}\n"),
            ("编译 \"z\"/lib", "O11N_STAGE", "编译 \"z\""),
            ("b/unit", "substage_name", "unit"),
        ],
        ..BOOK
    },
    Book {
        what: "classic fields, with builds that do not end well",
        settings: BY_JOB,
        printed: CLASSIC,
        ends: &[("编译 \"z\"/lib", 80), ("b/unit", 130)],
        says: &["o11n: 编译 \"z\"/lib is unstable (exit 80)", "o11n: b/unit is failed (exit 130)", "o11n: stage a is skipped"],
        ran: &["编译 \"z\"/lib as ci/run", "编译 \"z\"/app as ci/own", "b/unit as ci/run"],
        ..BOOK
    },
    Book {
        what: "classic fields, and nothing that says how to run them",
        printed: CLASSIC,
        says: &["the taskbook's stage 编译 \"z\" has a substage lib that nothing says how to run: set `job` or `script`"],
        ..BOOK
    },
    Book {
        what: "an error in a stage",
        settings: BY_JOB,
        printed: r#"{ "err_no": 0, "msg": "success",
          "a": { "err_no": 0, "msg": "success", "substages": [ { "substage_name": "x", "use_k8s": false } ] },
          "b": { "err_no": 17, "msg": "no such branch", "substages": [ { "substage_name": "y", "use_k8s": false } ] },
          "c": { "err_no": 0, "msg": "success", "substages": [ { "substage_name": "z", "use_k8s": false } ] },
          "d": { "err_no": 0, "msg": "success", "substages": [ { "substage_name": "v", "use_k8s": false }, { "substage_name": "w", "use_k8s": false,
            "o11n": { "needs": [ { "path": "b/y", "members": ["b/y"], "loads": false } ] } } ],
            "o11n": { "when": "always", "condition": "always" } } }"#,
        says: &[
            "o11n: b/err_no 17: no such branch is failed",
            "o11n: stage c is skipped",
            "o11n: d/w is skipped",
            "o11n: the pipeline is failed",
        ],
        ran: &["a/x as ci/run", "d/v as ci/run"],
        ..BOOK
    },
    Book {
        what: "a substage that need not run",
        settings: BY_JOB,
        printed: r#"{ "err_no": 0, "msg": "success",
          "a": { "substages": [], "o11n": { "cached": ["x"] } },
          "b": { "substages": [ { "substage_name": "y", "use_k8s": false,
            "o11n": { "needs": [ { "path": "a/x", "members": ["a/x"], "loads": false } ] } } ] } }"#,
        result: "SUCCESS",
        says: &["o11n: a/x is cached", "o11n: b/y is succeeded"],
        ran: &["b/y as ci/run"],
        ..BOOK
    },
    Book {
        what: "nothing",
        says: &["o11n: the taskbook is empty (the command that prints it has ended with exit status 0)"],
        ..BOOK
    },
    Book { what: "blanks", printed: " \n", says: &["o11n: the taskbook is empty"], ..BOOK },
    Book {
        what: "no JSON",
        printed: "docker: command not found",
        ends: &[(PRINTS, 127)],
        says: &["o11n: the taskbook is not JSON: ", "ended with exit status 127"],
        ..BOOK
    },
    Book {
        what: "JSON that ends too soon",
        printed: "{ \"err_no\": 0, \"a\": { ",
        says: &["o11n: the taskbook is not JSON: "],
        ..BOOK
    },
    Book {
        what: "JSON and more",
        printed: "{ \"err_no\": 0 } done",
        says: &["o11n: the taskbook is not one JSON object"],
        ..BOOK
    },
    Book { what: "a list", printed: "[]", says: &["o11n: the taskbook is not one JSON object"], ..BOOK },
    Book { what: "no `err_no`", printed: "{ \"a\": {} }", says: &["o11n: the taskbook has no `err_no`"], ..BOOK },
    Book {
        what: "an `err_no` that is no number",
        printed: r#"{ "err_no": "0" }"#,
        says: &["o11n: the taskbook has no `err_no`"],
        ..BOOK
    },
    Book {
        what: "an error",
        printed: r#"{ "err_no": 203, "msg": "no parameter `x`", "test": { "err_no": 203, "msg": "no parameter `x`", "substages": [] } }"#,
        ends: &[(PRINTS, 1)],
        says: &["o11n: there is no taskbook: no parameter `x` (err_no 203, in stage test)"],
        ..BOOK
    },
    Book {
        what: "a command that fails behind it",
        printed: r#"{ "err_no": 0, "msg": "success" }"#,
        ends: &[(PRINTS, 1)],
        says: &["o11n: the taskbook cannot be trusted (the command that prints it has ended with exit status 1)"],
        ..BOOK
    },
    Book {
        what: "a stage that is no object",
        printed: r#"{ "err_no": 0, "a": 1 }"#,
        says: &["the taskbook's stage a is no object"],
        ..BOOK
    },
    Book {
        what: "a stage without substages",
        printed: r#"{ "err_no": 0, "a": {} }"#,
        says: &["stage a has no list of `substages`"],
        ..BOOK
    },
    Book {
        what: "a substage that is no object",
        printed: r#"{ "err_no": 0, "a": { "substages": ["x"] } }"#,
        says: &["stage a has a substage without a `substage_name`"],
        ..BOOK
    },
    Book {
        what: "a substage without a name",
        printed: r#"{ "err_no": 0, "a": { "substages": [{ "label": "x" }] } }"#,
        says: &["stage a has a substage without a `substage_name`"],
        ..BOOK
    },
    Book {
        what: "two substages of one name",
        settings: BY_JOB,
        printed: r#"{ "err_no": 0, "a": { "substages": [{ "substage_name": "x" }, { "substage_name": "x" }] } }"#,
        says: &["stage a has two substages called x"],
        ..BOOK
    },
    Book {
        what: "fields of other types",
        settings: BY_JOB,
        printed: r#"{ "err_no": 0, "a": { "substages": [{ "substage_name": "x", "o11n": { "dispatch": "2" } }] } }"#,
        says: &["o11n: the taskbook is not as its schema has it: "],
        ..BOOK
    },
    Book {
        what: "an `o11n` that is no object",
        settings: BY_JOB,
        printed: r#"{ "err_no": 0, "a": { "substages": [{ "substage_name": "x", "o11n": "none" }] } }"#,
        says: &["stage a has a substage x with an `o11n` that is no object"],
        ..BOOK
    },
    Book {
        what: "another version",
        printed: r#"{ "err_no": 0, "a": { "substages": [], "o11n": { "schema": "o11n/taskbook/2" } } }"#,
        says: &["stage a is of o11n/taskbook/2, and this driver reads o11n/taskbook/1: compile the driver"],
        ..BOOK
    },
    Book {
        what: "a condition for people only",
        printed: r#"{ "err_no": 0, "a": { "substages": [], "o11n": { "when": "always" } } }"#,
        says: &["stage a has a `when` without a `condition`"],
        ..BOOK
    },
    Book {
        what: "a pod without a manifest",
        settings: BY_SCRIPT,
        printed: r#"{ "err_no": 0, "a": { "substages": [{ "substage_name": "x", "use_k8s": true }] } }"#,
        says: &["a substage x in a pod, without the pod's `yaml`"],
        ..BOOK
    },
    Book {
        what: "a path that Jenkins reads otherwise",
        settings: BY_SCRIPT,
        printed: r#"{ "err_no": 0, "a": { "substages": [{ "substage_name": "x", "o11n": { "artifacts": { "keep": ["a b"] } } }] } }"#,
        says: &["a substage x with the path \"a b\""],
        ..BOOK
    },
];

/// Judges those whose name holds one of some texts, or all.
pub fn judge(wanted: &[String], scratch: &Path, tally: &mut Tally) -> Result<()> {
    let name = |book: &Book| format!("a taskbook: {}", book.what);
    let is_wanted = |book: &&Book| wanted.is_empty() || wanted.iter().any(|text| name(book).contains(text));
    let books: Vec<&Book> = BOOKS.iter().filter(is_wanted).collect();
    let jobs = books.iter().map(|book| job(book)).collect::<Result<Vec<Job>>>()?;
    let reports = engine::play(&jobs, &scratch.join("foreign"))?;
    for (book, report) in books.iter().zip(&reports) {
        tally.accepts(&name(book), book.judge(report));
    }
    Ok(())
}

fn job(book: &Book) -> Result<Job> {
    let settings =
        if book.settings.is_empty() { String::new() } else { format!("target jenkins_taskbook {{ {} }}", book.settings) };
    let plan = plan_of(&format!("pipeline foreign {{ {settings} stage s {{ substage s {{ run = \"s\" }} }} }}"))?;
    let mut files = emit("jenkins-taskbook", &plan, &Options::default())?.artifacts;
    files.push(Artifact { path: "foreign.taskbook.json".into(), text: book.printed.into() });
    let ends = book.ends.iter().map(|(label, code)| ((*label).into(), vec![Attempt { end: "exit", code: *code, takes: 10 }]));
    Ok(Job { attempts: ends.collect(), ..build(book.what, &files) })
}

impl Book {
    fn judge(&self, report: &Report) -> Result<(), String> {
        let said: Vec<&str> = report.log.iter().map(String::as_str).chain(report.error.as_deref()).collect();
        let ran: Vec<String> = report.attempts.iter().filter(|one| one.label.as_deref() != Some(PRINTS)).map(place).collect();
        if report.result != self.result || ran != self.ran || !report.problems.is_empty() {
            return Err(format!("{} after {ran:?}: {said:?} {:?}", report.result, report.problems));
        }
        if let Some(missing) = self.says.iter().find(|wanted| !said.iter().any(|line| line.contains(*wanted))) {
            return Err(format!("does not say {missing:?}: {said:?}"));
        }
        for (label, name, value) in self.finds {
            let found = report.attempts.iter().find(|one| one.label.as_deref() == Some(label));
            let found = found.and_then(|one| one.environment.get(*name));
            if found.is_none_or(|found| found != value) {
                return Err(format!("{label} finds {found:?} as {name}"));
            }
        }
        Ok(())
    }
}

/// Where something ran.
fn place(one: &engine::Played) -> String {
    let label = one.label.as_deref().unwrap_or_default();
    match (&one.job, one.agent.as_deref()) {
        (Some(job), _) => format!("{label} as {job}"),
        (None, Some(agent)) if agent.starts_with("pod-") => format!("{label} on pod"),
        (None, agent) => format!("{label} on {}", agent.unwrap_or_default()),
    }
}
