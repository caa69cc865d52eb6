//! Hostile pipelines: an error with a place, in bounded time and memory, on a small stack.

use std::sync::Arc;

use ecow::EcoString;
use o11n::base::{MemoryWorld, ReadError, RootPath, World};
use o11n::cli::driver;
use o11n::plan::{self, Built, Inputs};
use o11n::sema::hir::PipelineId;

/// With a small limit, so that it is met soon.
fn build_small(source: &str) -> Built {
    build_with(source, &Inputs { limit: Some(20_000), ..Inputs::default() }, MemoryWorld::default())
}

fn build(source: &str) -> Built {
    build_with(source, &Inputs::default(), MemoryWorld::default())
}

fn build_with(source: &str, inputs: &Inputs, mut world: MemoryWorld) -> Built {
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    build_in(&world, inputs)
}

fn build_in(world: &dyn World, inputs: &Inputs) -> Built {
    let mut analysis = driver::analyze(world, &RootPath::resolve(None, "main.o11n").unwrap());
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    plan::build(&analysis.program, PipelineId(0), inputs, world, &mut analysis.sources)
}

/// The codes of all errors.
fn errors(built: &Built) -> Vec<&'static str> {
    built.diagnostics.iter().filter(|found| found.is_error()).map(|found| found.code.id()).collect()
}

/// A pipeline of one substage beside these declarations.
fn with(declarations: &str, run: &str) -> String {
    format!("{declarations}\npipeline p {{ stage s {{ substage a {{ run = \"{run}\" }} }} }}\n")
}

/// A world with files that cannot be read: one is guarded, one is huge, one has gone since it was listed.
struct Unreadable(MemoryWorld);

impl World for Unreadable {
    fn read(&self, path: &RootPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        const HUGE: u64 = 257 << 20;
        match path.as_str() {
            "guarded.bin" => Err(ReadError::Other("permission denied".into())),
            "huge.bin" if limit < HUGE => Err(ReadError::TooLarge(HUGE)),
            "gone.bin" => Err(ReadError::NotFound),
            _ => self.0.read(path, limit),
        }
    }

    fn files(&self) -> Result<Arc<[RootPath]>, ReadError> {
        self.0.files()
    }

    fn env(&self, name: &str) -> Option<EcoString> {
        self.0.env(name)
    }

    fn variables(&self) -> Vec<EcoString> {
        self.0.variables()
    }
}

#[test]
fn an_input_of_a_cache_that_cannot_be_read_is_an_error() {
    for (pattern, expected) in [
        ("*.txt", None),
        ("gone.*", None),
        ("guarded.*", Some("`guarded.bin`, an input of this cache, cannot be read: permission denied")),
        (
            "h*.bin",
            Some("`huge.bin`, an input of this cache, cannot be read: it has 269484032 bytes, more than the limit of 256 MiB"),
        ),
    ] {
        let source =
            format!("pipeline p {{ stage s {{ substage a {{ cache {{ inputs = [\"{pattern}\"] }} run = \"true\" }} }} }}");
        let files = [("main.o11n", source.as_str()), ("a.txt", "a"), ("gone.bin", ""), ("guarded.bin", ""), ("huge.bin", "")];
        let files = files.map(|(path, text)| (path.into(), text.as_bytes().to_vec()));
        let world = Unreadable(MemoryWorld { files: files.into(), ..MemoryWorld::default() });
        let built = build_in(&world, &Inputs::default());
        let said: Vec<&str> = built.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(said, Vec::from_iter(expected), "{pattern}");
        assert!(built.diagnostics.iter().all(|found| found.span().is_some()));
    }
}

#[test]
fn functions_that_call_each_other_in_a_long_row_are_an_error() {
    let mut declarations = "let f0(n: int): int = n\n".to_owned();
    for index in 1..600 {
        declarations += &format!("let f{index}(n: int): int = f{}(n) + 1\n", index - 1);
    }
    let built = build(&with(&declarations, "echo ${{ f599(1) }}"));
    assert_eq!(errors(&built), ["E0212"]);
    assert!(build(&with(&declarations, "echo ${{ f50(1) }}")).plan.is_some());
}

#[test]
fn functions_that_call_each_other_twice_meet_the_step_limit() {
    let mut declarations = "let f0(n: int): int = n\n".to_owned();
    for index in 1..60 {
        declarations += &format!("let f{index}(n: int): int = f{0}(n) + f{0}(n)\n", index - 1);
    }
    assert_eq!(errors(&build_small(&with(&declarations, "echo ${{ f59(1) }}"))), ["E0212"]);
}

#[test]
fn templates_that_place_templates_in_a_long_row_are_an_error() {
    let mut declarations = "template t0() { substage x { run = \"true\" } }\n".to_owned();
    for index in 1..600 {
        declarations += &format!("template t{index}() {{ use t{}() }}\n", index - 1);
    }
    let source = format!("{declarations}\npipeline p {{ stage s {{ use t599() }} }}\n");
    assert_eq!(errors(&build(&source)), ["E0212"]);
}

#[test]
fn hardware_that_extends_in_a_long_row_is_evaluated() {
    let mut declarations = "hardware h0 { cpu = 4 }\n".to_owned();
    for index in 1..2_000 {
        declarations += &format!("hardware h{index} extends h{} {{ label = \"l{index}\" }}\n", index - 1);
    }
    let source = format!("{declarations}\npipeline p {{ hardware = h1999 stage s {{ substage a {{ run = \"true\" }} }} }}\n");
    let plan = build(&source).plan.unwrap();
    let hardware = plan.stages[0].substages[0].hardware.as_ref().unwrap();
    assert_eq!((hardware.cpu, hardware.label.as_str()), (Some(4.0), "l1999"));
}

#[test]
fn a_long_chain_of_operators_is_evaluated() {
    let sum = vec!["1"; 150].join(" + ");
    let plan = build(&with(&format!("let n = {sum}"), "echo ${{ n }}")).plan.unwrap();
    let o11n::plan::Body::Run(script) = &plan.stages[0].substages[0].body else { panic!("a script") };
    assert_eq!(script.text(), "echo 150");
}

#[test]
fn doubling_lists_texts_and_scripts_meet_the_memory_limit() {
    for (first, next) in [
        ("\"xxxxxxxx\"", "N + N"),
        ("\"xxxxxxxx\"", "\"${{ N }}${{ N }}\""),
        ("[1, 2, 3, 4]", "N + N"),
        ("range(1000)", "flatten([N, N])"),
        ("\"aaaaaaaa\"", "replace(N, \"a\", \"aaaaaaaa\")"),
        ("\"aaaaaaaa\"", "join(split(N, \"\"), N)"),
    ] {
        let mut declarations = format!("let v0 = {first}\n");
        for index in 1..40 {
            declarations += &format!("let v{index} = {}\n", next.replace('N', &format!("v{}", index - 1)));
        }
        assert_eq!(errors(&build_small(&with(&declarations, "echo ${{ len(v39) }}"))), ["E0212"], "{next}");
    }
    let mut declarations = "let v0: script = \"true\"\n".to_owned();
    for index in 1..40 {
        declarations += &format!("let v{index}: script = v{0} + v{0}\n", index - 1);
    }
    let source = format!("{declarations}\npipeline p {{ stage s {{ substage a {{ run = v39 }} }} }}\n");
    assert_eq!(errors(&build_small(&source)), ["E0212"]);
}

#[test]
fn families_that_need_families_meet_the_limit() {
    let source = "pipeline p {
      stage a { substage x { shards = 2000 run = \"true\" } }
      stage b { substage y { shards = 2000 needs = [\"a/x\"] run = \"true\" } }
    }";
    assert_eq!(errors(&build_small(source)), ["E0212"]);
}

#[test]
fn a_long_list_in_a_long_loop_meets_the_limit() {
    let source = "let names = [\"case-${{ n }}\" for n in range(2000)]
    pipeline p { stage a { for n in range(50000) { substage \"x-${{ n }}\" { test { cases = names } run = \"true\" } } } }";
    assert_eq!(errors(&build_small(source)), ["E0212"]);
}

#[test]
fn the_limit_can_be_raised() {
    let source = with("let n = len([x for x in range(30000)])", "echo ${{ n }}");
    assert_eq!(errors(&build_small(&source)), ["E0212"]);
    let inputs = Inputs { limit: Some(100_000), ..Inputs::default() };
    assert!(build_with(&source, &inputs, MemoryWorld::default()).plan.is_some());
}

#[test]
fn a_parameter_of_any_text_is_an_error_or_a_value() {
    let source = "pipeline p {
      param a: list<{ x: int }> = []
      param b: map<int> = {}
      param c: list<list<int>> = []
      param d: duration? = null
      stage s { substage x { run = \"true\" } }
    }";
    let deep = "[".repeat(100_000);
    for text in
        ["", "[", "{", "nul", "[{\"x\": 1e999}]", "{\"a\": \"b\"}", "\u{0}", "1h1h", "99999999999999999999d", deep.as_str()]
    {
        for name in ["a", "b", "c", "d"] {
            let inputs = Inputs { flags: vec![(name.into(), text.into())], ..Inputs::default() };
            let built = build_with(source, &inputs, MemoryWorld::default());
            assert!(errors(&built).iter().all(|code| *code == "E0702"), "{name} {text:?}: {:?}", built.diagnostics);
        }
    }
}

#[test]
fn twenty_thousand_substages_are_made() {
    let source = "pipeline p { stage a { for n in range(20000) { substage \"x-${{ n }}\" { run = \"echo ${{ n }}\" } } } }";
    assert_eq!(build(source).plan.unwrap().substages().count(), 20_000);
}
