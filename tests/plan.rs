//! Cases of `tests/plan`: a source and, beside it, the plan that comes of it (`.json`), or all that is said of it
//! (`.txt`). `BLESS=1` writes what comes of it now.

#[expect(dead_code, reason = "the cases of other tests are run as the command line runs them")]
mod examples;
mod golden;

use std::fs;
use std::path::{Path, PathBuf};

use examples::Example;
use golden::golden;
use libtest_mimic::{Arguments, Failed, Trial};
use o11n::base::RootPath;
use o11n::cli::driver;
use o11n::diag::Diagnostic;
use o11n::diag::render::{Format, render};
use o11n::plan::{self, Inputs, ParamsFile};
use o11n::sema::hir::PipelineId;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "o11n"));
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", root.display());
    let trials = cases.into_iter().map(|case| {
        let name = case.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        Trial::test(name, move || run(&case))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(case: &Path) -> Result<(), Failed> {
    let example = Example::parse(&fs::read(case)?);
    let (plan, said) = build(&example);
    golden(&case.with_extension("json"), plan.as_deref())?;
    golden(&case.with_extension("txt"), Some(said.as_str()).filter(|said| !said.is_empty()))
}

/// The plan of the first pipeline, and what is said.
fn build(example: &Example) -> (Option<String>, String) {
    let main = RootPath::resolve(None, &example.main).expect("the name of the main file is a path");
    let mut analysis = driver::analyze(&example.world, &main);
    let mut found = std::mem::take(&mut analysis.diagnostics);
    let mut plan = None;
    if !found.iter().any(Diagnostic::is_error) {
        let built = plan::build(&analysis.program, PipelineId(0), &inputs(example), &example.world, &mut analysis.sources);
        found.extend(built.diagnostics);
        plan = built.plan.map(|plan| serde_json::to_string_pretty(&plan).expect("a plan is plain data") + "\n");
    }
    (plan, render(Format::Human { colour: false }, &found, &analysis.sources))
}

/// `--param name=value`, `--params file`, `--sample`, `--limit n`, parted by blanks.
fn inputs(example: &Example) -> Inputs {
    let mut inputs = Inputs::default();
    let mut args = example.args.as_deref().unwrap_or_default().split_ascii_whitespace();
    while let Some(arg) = args.next() {
        let mut value = || args.next().expect("the argument has a value");
        match arg {
            "--param" => {
                let (name, text) = value().split_once('=').expect("a parameter is `name=value`");
                inputs.flags.push((name.into(), text.into()));
            }
            "--params" => {
                let path = value();
                let text = String::from_utf8(example.world.files[path].clone()).expect("the file of parameters is text");
                inputs.file = Some(ParamsFile { path: path.into(), text });
            }
            "--sample" => inputs.sample = true,
            "--limit" => inputs.limit = Some(value().parse().expect("the limit is a number")),
            other => panic!("unknown argument {other}"),
        }
    }
    inputs
}
