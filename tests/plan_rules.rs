//! What a plan holds: values, inheritance, parameters, gates, shards, fingerprints.

use o11n::base::{Duration, MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::diag::Diagnostic;
use o11n::plan::{self, Body, Built, Dispatch, EnvValue, Inputs, OnError, ParamsFile, Plan, Substage};
use o11n::sema::hir::{PipelineId, RetryOn};
use serde_json::{Value as Json, json};

fn build(source: &str, inputs: &Inputs, mut world: MemoryWorld) -> Built {
    world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
    let mut analysis = driver::analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap());
    let errors: Vec<&Diagnostic> = analysis.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    plan::build(&analysis.program, PipelineId(0), inputs, &world, &mut analysis.sources)
}

fn plan(source: &str) -> Plan {
    plan_with(source, &Inputs::default(), MemoryWorld::default())
}

fn plan_with(source: &str, inputs: &Inputs, world: MemoryWorld) -> Plan {
    let built = build(source, inputs, world);
    built.plan.unwrap_or_else(|| panic!("{:#?}", built.diagnostics))
}

fn warnings(source: &str) -> Vec<&'static str> {
    let built = build(source, &Inputs::default(), MemoryWorld::default());
    assert!(built.plan.is_some(), "{:#?}", built.diagnostics);
    built.diagnostics.iter().map(|found| found.code.id()).collect()
}

fn substage<'p>(plan: &'p Plan, name: &str) -> &'p Substage {
    plan.substages().map(|(_, substage)| substage).find(|substage| substage.name == name).expect("the substage is there")
}

fn run(substage: &Substage) -> String {
    match &substage.body {
        Body::Run(script) => script.text().to_string(),
        Body::Command(words) => words.join("|"),
    }
}

/// The value of an expression of a type, as the plan shows it; none where it has none.
fn value(ty: &str, expr: &str) -> Option<Json> {
    let source = format!(
        "let m: map<int> = {{ b: 1, a: 2 }}\npipeline p {{ param x: {ty} = {expr}\n stage s {{ substage a {{ run = \"true\" }} }} }}"
    );
    let mut world = MemoryWorld::default();
    for path in ["a/b.py", "a/c/test_1.py", "a/c/test_2.py", "notes.txt"] {
        world.files.insert(path.into(), b"text of it\n".to_vec());
    }
    build(&source, &Inputs::default(), world).plan.map(|plan| plan.params["x"].clone())
}

#[test]
fn functions_do_what_the_reference_says() {
    for (ty, expr, expected) in [
        ("int", "len(\"测试a\")", json!(3)),
        ("int", "len([1, 2])", json!(2)),
        ("int", "len(m)", json!(2)),
        ("string", "join([1, 2, 3], \", \")", json!("1, 2, 3")),
        ("string", "join([90s, 2h], \"+\")", json!("1m30s+2h")),
        ("list<string>", "split(\"a,b,,c\", \",\")", json!(["a", "b", "", "c"])),
        ("list<string>", "split(\"测a\", \"\")", json!(["测", "a"])),
        ("string", "lower(\"ÄB\") + upper(\"ß\") + trim(\" x \")", json!("äbSSx")),
        ("string", "replace(\"a.b.c\", \".\", \"--\")", json!("a--b--c")),
        ("string", "replace(\"abc\", \"\", \"-\")", json!("abc")),
        ("bool", "contains(\"abc\", \"b\")", json!(true)),
        ("bool", "starts_with(\"abc\", \"bc\")", json!(false)),
        ("bool", "ends_with(\"abc\", \"bc\")", json!(true)),
        ("bool", "matches(\"release/1.2\", \"release/*\")", json!(true)),
        ("bool", "matches(\"release/1/2\", \"release/*\")", json!(false)),
        ("bool", "matches(\"main\", [\"dev\", \"ma*\"])", json!(true)),
        ("list<int>", "range(3)", json!([0, 1, 2])),
        ("list<int>", "range(-3)", json!([])),
        ("list<string>", "keys(m)", json!(["b", "a"])),
        ("list<int>", "values(m)", json!([1, 2])),
        ("string", "basename(\"a/b.c\") + dirname(\"a/b.c\") + dirname(\"x\") + stem(\"a/b.tar.gz\")", json!("b.ca.b.tar")),
        ("list<int>", "flatten([[1], [], [2, 3]])", json!([1, 2, 3])),
        ("list<string>", "unique([\"b\", \"a\", \"b\"])", json!(["b", "a"])),
        ("list<string>", "sort([\"b\", \"B\", \"a\"])", json!(["B", "a", "b"])),
        ("list<duration>", "sort([2h, 90s])", json!(["1m30s", "2h"])),
        ("float", "max([1.5, 0.5])", json!(1.5)),
        ("int", "min([3, 1, 2])", json!(1)),
        ("bool", "any([false, true]) and not all([true, false]) and all([]) and not any([])", json!(true)),
        ("int", "int(-3.9) + int(\"12\") + int(\" 7.9 \")", json!(16)),
        ("int", "seconds(1h30m)", json!(5400)),
        ("int", "bytes(2KiB)", json!(2048)),
        ("string", "read(\"notes.txt\")", json!("text of it\n")),
        ("list<string>", "glob(\"a/**/*.py\")", json!(["a/b.py", "a/c/test_1.py", "a/c/test_2.py"])),
        ("list<string>", "glob(\"a/*.py\")", json!(["a/b.py"])),
        ("list<string>", "glob(\"nothing/*\")", json!([])),
    ] {
        assert_eq!(value(ty, expr), Some(expected), "{expr}");
    }
}

#[test]
fn operators_do_what_the_reference_says() {
    for (ty, expr, expected) in [
        ("int", "7 / 2 * 2 + 7 % 2", json!(7)),
        ("int", "-7 / 2", json!(-3)),
        ("float", "1 / 2.0", json!(0.5)),
        ("int", "2h / 30m", json!(4)),
        ("duration", "1h * 1.5 - 10m", json!("1h20m")),
        ("size", "3 * 512MiB", json!("1536MiB")),
        ("string", "\"a\" + \"b\"", json!("ab")),
        ("list<int>", "[1] + [2] + [n * n for n in range(4) if n > 1]", json!([1, 2, 4, 9])),
        ("map<int>", "m + { b: 3, c: 4 }", json!({ "b": 3, "a": 2, "c": 4 })),
        ("bool", "2 in [1, 2] and \"x\" not in m", json!(true)),
        ("int", "m[\"c\"] ?? m[\"d\"] ?? 5", json!(5)),
        ("string", "if 1 < 2 then \"yes\" else \"no\"", json!("yes")),
        ("string", "\"${{ 2.0 }} ${{ 90s }} ${{ 1024KiB }} ${{ true }}\"", json!("2 1m30s 1MiB true")),
        ("bool", "false and 1 / 0 == 1 or true", json!(true)),
    ] {
        assert_eq!(value(ty, expr), Some(expected), "{expr}");
    }
    for (ty, expr) in [
        ("int", "9223372036854775807 + 1"),
        ("int", "1 % 0"),
        ("float", "1.0 / 0"),
        ("size", "1KiB - 1MiB"),
        ("int", "[1][1]"),
        ("int", "[1][-1]"),
        ("int", "int(\"x\")"),
        ("int", "int(\"1e300\")"),
        ("bool", "matches(\"a\", \"[\")"),
    ] {
        assert_eq!(value(ty, expr), None, "{expr}");
    }
}

#[test]
fn the_nearest_level_wins_and_blocks_merge() {
    let plan = plan(
        "policy flaky { on_error = continue  retry { limit = 3  delay = 10s }  dispatch { copies = 3  need = 2 } }
        pipeline p {
          timeout = 1h
          retry { limit = 1  on = [lost]  max_delay = 1m }
          exit_codes { 80 = unstable  81 = lost }
          stage s {
            policy = flaky
            retry { delay = 30s }
            exit_codes { 81 = failed }
            substage inherits { run = \"true\" }
            substage own { on_error = ignore  timeout = null  dispatch = null  retry = 0  run = \"true\" }
            substage merged { retry { limit = 7 }  dispatch { need = 3 }  timeout = 5m  run = \"true\" }
          }
        }",
    );
    let inherits = substage(&plan, "inherits");
    assert_eq!(inherits.on_error, OnError::Continue);
    assert_eq!(inherits.timeout, Some(Duration(3_600_000)));
    assert_eq!(inherits.dispatch, Some(Dispatch { copies: 3, need: 2 }));
    assert_eq!(
        (inherits.retry.limit, inherits.retry.delay, inherits.retry.max_delay),
        (3, Duration(30_000), Some(Duration(60_000)))
    );
    assert_eq!(inherits.retry.on, [RetryOn::Lost]);
    assert_eq!(serde_json::to_value(&inherits.exit_codes).unwrap(), json!([[80, "unstable"], [81, "failed"]]));
    let own = substage(&plan, "own");
    assert_eq!((own.on_error, own.timeout, own.dispatch), (OnError::Ignore, Some(Duration(3_600_000)), None));
    assert_eq!(own.retry, plan::Retry::default());
    let merged = substage(&plan, "merged");
    assert_eq!((merged.retry.limit, merged.retry.delay), (7, Duration(30_000)));
    assert_eq!(merged.dispatch, Some(Dispatch { copies: 3, need: 3 }));
}

#[test]
fn environments_merge_from_the_mode_up() {
    let plan = plan(
        "hardware base { env { A = \"mode\"  B = \"mode\"  C = 4 }  image = \"mode:1\"  lock = [\"board\"] }
        hardware more extends base { env { B = \"more\" } }
        pipeline p {
          hardware = more
          env { B = \"pipeline\"  D = secret(\"TOKEN\") }
          stage s {
            env { E = 5m }
            substage a { env { A = \"own\" }  lock = [\"licence\", \"board\"]  run = \"true\" }
            substage b { image = \"own:2\"  run = \"true\" }
          }
        }",
    );
    let a = substage(&plan, "a");
    let text = |text: &str| EnvValue::Text(text.into());
    let expected = [
        ("A", text("own")),
        ("B", text("pipeline")),
        ("C", text("4")),
        ("D", EnvValue::Secret("TOKEN".into())),
        ("E", text("5m")),
    ];
    assert_eq!(a.env.iter().map(|(name, value)| (name.as_str(), value.clone())).collect::<Vec<_>>(), expected);
    assert_eq!(a.lock, ["licence", "board"]);
    assert_eq!(substage(&plan, "b").env["A"], text("mode"));
    assert_eq!((a.image.as_deref(), substage(&plan, "b").image.as_deref()), (Some("mode:1"), Some("own:2")));
}

#[test]
fn scripts_around_run_from_outside_in_and_out() {
    let plan = plan(
        "pipeline p {
          before = \"p\"  after = \"q\"
          stage s { before = \"s\"  after = \"t\"  substage a { before = \"a\"  after = \"b\"  run = \"true\" } }
        }",
    );
    let a = substage(&plan, "a");
    let texts = |scripts: &[plan::Script]| scripts.iter().map(|script| script.text().to_string()).collect::<Vec<_>>();
    assert_eq!(
        (texts(&a.before), texts(&a.after)),
        (vec!["p".into(), "s".into(), "a".into()], vec!["b".into(), "t".into(), "q".into()])
    );
}

const WITH_PARAMS: &str = "pipeline p {
  param level: enum(smoke, full) = smoke
  param boards: list<string> = []
  param wait: duration? = null
  param limits: { cpu: int, memory: size = 1GiB } = { cpu: 1 }
  param version: string
  sample { version = \"sampled\" }
  stage s { substage a { run = \"echo ${{ version }}\" } }
}";

#[test]
fn parameters_come_from_flags_then_the_file_then_the_environment() {
    let mut world = MemoryWorld::default();
    for (name, value) in [("LEVEL", "full"), ("BOARDS", "a, b"), ("WAIT", "5m"), ("VERSION", "variable")] {
        world.env.insert(name.into(), value.into());
    }
    let file = ParamsFile { path: "params.yaml".into(), text: "version: file\nboards: [x]\n".into() };
    let flags = vec![("version".into(), "first".into()), ("version".into(), "flag".into())];
    let inputs = Inputs { flags, file: Some(file), sample: true, ..Inputs::default() };
    let params = plan_with(WITH_PARAMS, &inputs, world.clone()).params;
    assert_eq!(
        serde_json::to_value(&params).unwrap(),
        json!({ "level": "full", "boards": ["x"], "wait": "5m", "limits": { "cpu": 1, "memory": "1GiB" }, "version": "flag" })
    );
    let sampled = Inputs { sample: true, environment: false, ..Inputs::default() };
    assert_eq!(plan_with(WITH_PARAMS, &sampled, world).params["version"], json!("sampled"));
}

#[test]
fn parameters_are_read_by_their_types() {
    let given = |name: &str, text: &str| {
        let flags = vec![("version".into(), "1".into()), (name.into(), text.into())];
        let inputs = Inputs { flags, environment: false, ..Inputs::default() };
        build(WITH_PARAMS, &inputs, MemoryWorld::default()).plan.map(|plan| plan.params[name].clone())
    };
    for (name, text, expected) in [
        ("boards", "", json!([])),
        ("boards", "a,b c", json!(["a", "b c"])),
        ("boards", "[\"a,b\"]", json!(["a,b"])),
        ("wait", "null", json!(null)),
        ("limits", "{\"cpu\": 4, \"memory\": \"2GiB\"}", json!({ "cpu": 4, "memory": "2GiB" })),
        ("version", " [1] ", json!(" [1] ")),
    ] {
        assert_eq!(given(name, text), Some(expected), "{name} {text}");
    }
    for (name, text) in [
        ("level", "ful"),
        ("wait", "5"),
        ("limits", "{\"cpu\": \"4\"}"),
        ("limits", "{}"),
        ("limits", "{\"cpu\": 1, \"gpu\": 1}"),
    ] {
        assert_eq!(given(name, text), None, "{name} {text}");
    }
}

#[test]
fn data_means_the_same_in_every_format() {
    let source = |path: &str| {
        format!(
            "hardware cpu {{ cpu = 4 }}
            type Suite = {{ name: string, cores: int, share: float = 0.5, wait: duration?, on: hardware, level: enum(smoke, full) }}
            let suites: list<Suite> = load(\"{path}\")
            pipeline p {{ param x: list<string> = [\"${{{{ s.name }}}}|${{{{ s.cores }}}}|${{{{ s.share }}}}|${{{{ s.wait ?? 0s }}}}|${{{{ s.on.cpu }}}}|${{{{ s.level }}}}\" for s in suites]
              stage s {{ substage a {{ run = \"true\" }} }} }}"
        )
    };
    for (path, text) in [
        (
            "d.yaml",
            "- { name: 地图, cores: 4, wait: 5m, on: cpu, level: full }\n- name: 'b'\n  cores: 1\n  share: 1\n  on: cpu\n  level: smoke\n",
        ),
        (
            "d.json",
            "[{\"name\": \"地图\", \"cores\": 4, \"wait\": \"5m\", \"on\": \"cpu\", \"level\": \"full\"}, {\"name\": \"b\", \"cores\": 1, \"share\": 1, \"on\": \"cpu\", \"level\": \"smoke\"}]",
        ),
        ("d.csv", "name,cores,share,wait,on,level\n地图,4,,5m,cpu,full\n\"b\",1,1,,cpu,smoke\n"),
    ] {
        let mut world = MemoryWorld::default();
        world.files.insert(path.into(), text.as_bytes().to_vec());
        let params = plan_with(&source(path), &Inputs::default(), world).params;
        assert_eq!(params["x"], json!(["地图|4|0.5|5m|4|full", "b|1|1|0s|4|smoke"]), "{path}");
    }
    let mut world = MemoryWorld::default();
    world.files.insert("d.toml".into(), b"[planner]\nshards = 3\n[map]\nshards = 0x10\n".to_vec());
    let source = "let d: map<{ shards: int }> = load(\"d.toml\")
      pipeline p { param x: list<int> = [v.shards for v in values(d)] stage s { substage a { run = \"true\" } } }";
    assert_eq!(plan_with(source, &Inputs::default(), world).params["x"], json!([3, 16]));
}

#[test]
fn shards_share_the_cases_and_a_need_of_the_family_means_all() {
    let plan = plan(
        "pipeline p {
          stage a {
            substage unit { shards = 2  test { cases = [{ name: \"x\", path: \"p/x\" }, { name: \"y\", path: \"p/y\" }, { name: \"z\", path: \"p/z\" }] }  run = \"true\" }
            substage one { shards = 1  run = \"true\" }
          }
          stage b { substage all { needs = [\"a/unit\", \"a/unit-2of2\", \"a/one\"]  run = \"true\" } }
        }",
    );
    let names: Vec<&str> = plan.substages().map(|(_, substage)| substage.name.as_str()).collect();
    assert_eq!(names, ["unit-1of2", "unit-2of2", "one", "all"]);
    let cases = |name: &str| {
        substage(&plan, name).test.as_ref().unwrap().cases.iter().map(|case| case.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((cases("unit-1of2"), cases("unit-2of2")), (vec!["x".into(), "z".into()], vec!["y".into()]));
    let needs: Vec<usize> = substage(&plan, "all").needs.iter().map(|need| need.members.len()).collect();
    assert_eq!(needs, [2, 1, 1]);
}

#[test]
fn what_is_declared_but_left_out_opens_gates_and_conditions() {
    let source = "pipeline p {
      param full: bool = false
      stage a { substage x { run = \"true\" }  if full { substage y { shards = 3  run = \"true\" } } }
      if full { stage b { for n in [1] { substage \"z-${{ n }}\" { run = \"true\" } } } }
      stage c { when = failed(\"b\") or always  substage w { needs = [\"a/y\", \"b/z-7\", \"a/y-1of3\"]  run = \"true\" } }
    }";
    assert_eq!(warnings(source), ["W0302", "W0302", "W0302"]);
    assert!(substage(&plan(source), "w").needs.iter().all(|need| need.members.is_empty()));
}

#[test]
fn loops_templates_and_functions_place_what_they_say() {
    let plan = plan(
        "let label(project: string, n: int = 2): string = \"${{ project }}-${{ n }}\"
        template checks(project: string, deep = false) {
          let name = label(project)
          substage \"${{ name }}-fast\" { run = \"check ${{ project }}\" }
          if deep { substage \"${{ name }}-deep\" { run = \"check --deep ${{ project }}\" } }
        }
        pipeline p {
          let projects = [\"map\", \"plan it\"]
          stage s {
            for project in projects if project != \"none\" { use checks(project, deep = project == \"map\") }
          }
        }",
    );
    let shown: Vec<(String, String)> = plan.substages().map(|(_, substage)| (substage.name.to_string(), run(substage))).collect();
    let expected = [("map-2-fast", "check map"), ("map-2-deep", "check --deep map"), ("plan it-2-fast", "check 'plan it'")];
    assert_eq!(shown, expected.map(|(name, run)| (name.to_owned(), run.to_owned())));
}

#[test]
fn a_fingerprint_is_of_what_runs_and_not_of_names() {
    let fingerprint = |stage: &str, mode: &str, name: &str, settings: &str, file: &str| {
        let source = format!(
            "hardware {mode} {{ cpu = 4 }}
            pipeline p {{ stage {stage} {{ hardware = {mode}  substage {name} {{ cache {{ inputs = [\"src/**\"] }}  {settings} }} }} }}"
        );
        let mut world = MemoryWorld::default();
        world.files.insert("src/a.c".into(), file.as_bytes().to_vec());
        plan_with(&source, &Inputs::default(), world).stages[0].substages[0].fingerprint.clone()
    };
    let base = fingerprint("s", "m", "a", "run = \"make\"", "int a;");
    assert_eq!(base.len(), 64);
    assert_eq!(base, fingerprint("t", "n", "b", "run = \"make\" // again\n", "int a;"));
    assert_eq!(base, fingerprint("s", "m", "a", "timeout = 5m  retry = 2  run = \"make\"", "int a;"));
    for settings in [
        "run = \"make all\"",
        "run = \"make\"  shell = \"sh\"",
        "run = \"make\"  env { A = 1 }",
        "run = \"make\"  before = \"x\"",
        "run = \"make\"  after = \"x\"",
        "run = \"make\"  image = \"x\"",
        "run = \"make\"  test { level = \"x\" }",
        "command = [\"make\"]",
    ] {
        assert_ne!(base, fingerprint("s", "m", "a", settings, "int a;"), "{settings}");
    }
    assert_ne!(base, fingerprint("s", "m", "a", "run = \"make\"", "int b;"));
    let env = |env: &str| fingerprint("s", "m", "a", &format!("env {{ {env} }}  run = \"make\""), "");
    assert_eq!(env("A = 1  B = 2"), env("B = 2  A = \"1\""));
    assert_ne!(env("A = \"TOKEN\""), env("A = secret(\"TOKEN\")"));
}

#[test]
fn deadlines_are_held_against_timeouts_that_are_tried_again() {
    let stage = |deadline: &str, rest: &str, substages: &str| {
        warnings(&format!("pipeline p {{ stage s {{ deadline = {deadline}  timeout = 10m  {rest}  {substages} }} }}"))
    };
    let one = "substage a { run = \"true\" }";
    assert_eq!(stage("30m", "retry = 2", one), Vec::<&str>::new());
    assert_eq!(stage("29m", "retry = 2", one), ["W0501"]);
    assert_eq!(stage("30m", "retry { limit = 2  delay = 1s }", one), ["W0501"]);
    assert_eq!(stage("10m", "retry { limit = 2  on = [lost] }", one), Vec::<&str>::new());
    let four = "for n in range(4) { substage \"a-${{ n }}\" { run = \"true\" } }";
    assert_eq!(stage("10m", "", four), Vec::<&str>::new());
    assert_eq!(stage("19m", "parallel = 2", four), ["W0501"]);
    let chain = "substage a { run = \"true\" }  substage b { needs = [\"s/a\"]  run = \"true\" }";
    assert_eq!(stage("19m", "", chain), ["W0501"]);
    let pipeline = |deadline: &str| {
        warnings(&format!(
            "pipeline p {{ deadline = {deadline}  timeout = 10m  stage a {{ {one} }}  stage b {{ {one} }}  stage c {{ when = failed  {one} }} }}"
        ))
    };
    assert_eq!((pipeline("20m"), pipeline("19m")), (vec![], vec!["W0501"]));
}
