//! Hostile values through real shells: each arrives as it is, and none of them runs a command.
//!
//! Scripts come from a grammar of the places where a value may stand. They are compiled with the values as parameters, and run
//! by bash and, where it is there, by dash.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use o11n::base::{MemoryWorld, RootPath};
use o11n::plan::{self, Body, Inputs};
use o11n::sema::analyze;
use o11n::sema::hir::{PipelineId, Quote};
use o11n::sema::shell::{Piece, scan};
use proptest::prelude::*;

/// The file that a value makes if it ever runs as a command.
const CANARY: &str = "canary";

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    /// The value of this number.
    Hole(usize),
}

/// A piece of a script, with what it expands to or prints.
#[derive(Clone, Debug)]
struct Piecework {
    script: Vec<Part>,
    output: Vec<Part>,
    needs_bash: bool,
}

fn text(text: &str) -> Vec<Part> {
    vec![Part::Text(text.to_owned())]
}

/// Puts `inner` at each `@` of a template.
fn fill(template: &str, inner: &[Part]) -> Vec<Part> {
    let texts = template.split('@').map(text);
    texts.reduce(|filled, next| [filled, inner.to_vec(), next].concat()).unwrap_or_default()
}

fn hole(script: &str, output: &str, hole: usize) -> Piecework {
    Piecework { script: fill(script, &[Part::Hole(hole)]), output: fill(output, &[Part::Hole(hole)]), needs_bash: false }
}

fn fixed(script: &str, output: &str, needs_bash: bool) -> Piecework {
    Piecework { script: text(script), output: text(output), needs_bash }
}

/// A word or a piece of one.
fn word(holes: usize) -> impl Strategy<Value = Piecework> {
    let leaf = prop_oneof![
        4 => (0..holes).prop_map(|at| hole("@", "@", at)),
        2 => (0..holes).prop_map(|at| hole("'a \"@$b'", "a \"@$b", at)),
        2 => (0..holes).prop_map(|at| hole("\"a '@\\\\\"", "a '@\\", at)),
        2 => (0..holes).prop_map(|at| hole("$none@", "@", at)),
        2 => (0..holes).prop_map(|at| hole("{@}", "{@}", at)),
        1 => Just(fixed("'it'\\''s'", "it's", false)),
        1 => Just(fixed("\\\"\\'", "\"'", false)),
        1 => Just(fixed("a\\\nb", "ab", false)),
        1 => Just(fixed("$((1 + (2) * 3))", "7", false)),
        1 => Just(fixed("${none:-'}'x}", "}x", false)),
        1 => Just(fixed("\"${none:-a\\}'b'}\"", "a}'b'", false)),
        1 => Just(fixed("\"$none\"", "", false)),
        1 => Just(fixed("x#y", "x#y", false)),
        1 => Just(fixed("$'\\'\"'", "'\"", true)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let joined = prop::collection::vec(inner.clone(), 1..4).prop_map(|words| Piecework {
            needs_bash: words.iter().any(|word| word.needs_bash),
            script: words.iter().flat_map(|word| word.script.clone()).collect(),
            output: words.iter().flat_map(|word| word.output.clone()).collect(),
        });
        // The full stop keeps line breaks at the end of the substitution.
        let substituted = inner.prop_map(|word| Piecework {
            script: fill("\"$(# it's\n printf '%s.' w@; )\"", &word.script),
            output: fill("w@.", &word.output),
            needs_bash: word.needs_bash,
        });
        prop_oneof![joined, substituted]
    })
}

/// Statements that show `x@` once, and whether they need bash.
const STATEMENTS: &[(&str, bool)] = &[
    ("show x@", false),
    ("if true; then show x@; fi # it's", false),
    ("case x@ in 'a)') ;; (x*|\"y\") show x@;; esac", false),
    ("# \"it's\"\nshow x@", false),
    ("cat >/dev/null <<'E F' <<-G\n\"'`$(\nE F\n'$((1))\n\tG\nshow x@", false),
    ("cat <<A >/dev/null\n$none \\\nA\n'\nA\nshow x@", false),
    ("v=x@; show \"$v\"", false),
    ("export v=x@\nshow \"$v\"", true),
    ("( show x@ )", false),
    ("{ show x@; }", false),
    ("f() { show \"$1\"; }; f x@", false),
    ("for v in x@; do show \"$v\"; done", false),
    ("[ x@ = x@ ] && show x@ || show bad", false),
    ("show $none\\\n x@", false),
    ("printf %s x@ >/dev/null; show x@", false),
    ("A=x@ sh -c 'printf \"%s\\\\0\" \"$A\"'", false),
    ("a=(x@ '#)'); show \"${a[0]}\"", true),
    ("[[ 'a' == \"a\" && x@ == x@ ]] && show x@", true),
    ("(( 1 + 1 )); show x@", true),
    ("show $((echo '5'); (echo '7')) >/dev/null; show x@", true),
    ("cat <<< x@ >/dev/null; show x@", true),
    ("show x@ > >(cat); wait", true),
    ("function g { show x@; }; g", true),
];

fn statement(holes: usize) -> impl Strategy<Value = Piecework> {
    (prop::sample::select(STATEMENTS), word(holes)).prop_map(|((template, needs_bash), word)| Piecework {
        script: fill(&format!("{template}\n"), &word.script),
        output: fill("x@\0", &word.output),
        needs_bash: needs_bash || word.needs_bash,
    })
}

/// Shell text without loops and without commands that could do harm.
const JUMBLE: &[&str] = &[
    "@",
    "@",
    "@",
    "@",
    "'",
    "'",
    "\"",
    "\"",
    "\\",
    "\n",
    "\n",
    " ",
    " ",
    "$",
    "$(",
    "$((",
    "${none:-",
    "${none#",
    "${",
    "}",
    "(",
    ")",
    ")",
    "))",
    "`",
    "#",
    "<<A",
    "\nA\n",
    "<<-'A'",
    "<<<",
    "<",
    ">",
    "|",
    "||",
    "&&",
    ";",
    ";;",
    "case a in ",
    " in ",
    "a)",
    "esac",
    "[[ ",
    " ]]",
    " =~ ",
    " -eq ",
    "[ ",
    "-v ",
    "=",
    "x=",
    "x=(",
    "x[",
    "]",
    "eval ",
    "trap ",
    "export ",
    "declare -i ",
    "local ",
    "printf ",
    "show ",
    "show ",
    "{ ",
    "{",
    "if ",
    "then ",
    "fi",
    "$'",
    "$none",
    "!",
    "+(",
    "a",
    "2",
    "sh -x ",
    "\\\n",
    "function f ",
    "f()",
    "command ",
    "\t",
    "é",
];

/// Text that tries to get out of its quotes.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "'",
        "\"",
        "\\",
        "`",
        "$",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "|",
        "&",
        ";",
        "\n",
        " ",
        "\t",
        "\r",
        "*",
        "?",
        "~",
        "#",
        "!",
        "=",
        "%",
        "-",
        ",",
        "..",
        "2",
        "a",
        "测",
        "é",
        "EOF",
        "A",
        "G",
        "E F",
        "if",
        "esac",
        "done",
        "case",
        "A=b",
        "touch canary",
        "$(touch canary)",
        "`touch canary`",
        "\ntouch canary\n",
        "'; touch canary; '",
        "\"; touch canary; \"",
        "$((a[$(touch canary)]))",
        "a[$(touch canary)]",
        "${x:-$(touch canary)}",
        ");touch canary;(",
        "\\\ntouch canary",
    ]);
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// Writes the value for its place, plainly.
fn quoted(value: &str, quote: Quote) -> String {
    let is_plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=@%+,-".contains(&byte));
    match quote {
        Quote::Bare if is_plain => value.to_owned(),
        Quote::Bare | Quote::Word => format!("'{}'", value.replace('\'', "'\\''")),
        Quote::Single => value.replace('\'', "'\\''"),
        Quote::Double => value.chars().flat_map(|c| "\"\\$`".contains(c).then_some('\\').into_iter().chain([c])).collect(),
    }
}

/// The script as the compiler makes it of a body whose holes are parameters.
fn compiled(script: &[Part], values: &[String]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"),
        Part::Hole(value) => format!("${{{{ v{value} }}}}"),
    };
    let body: String = script.iter().map(part).collect();
    let params: String = (0..values.len()).map(|value| format!("  param v{value}: string\n")).collect();
    let source = format!("pipeline p {{\n{params}  stage s {{ substage t {{ run = \"{body}\" }} }}\n}}\n");
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.clone().into_bytes());
    let mut analysis = analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap(), &[]);
    let refused = analysis.diagnostics.iter().find(|found| found.is_error());
    assert!(refused.is_none(), "{refused:?}:\n{source}");
    let flags = values.iter().enumerate().map(|(index, value)| (format!("v{index}").into(), value.as_str().into())).collect();
    let inputs = Inputs { flags, ..Inputs::default() };
    let built = plan::build(&analysis.program, PipelineId(0), &inputs, &world, &mut analysis.sources);
    let plan = built.plan.unwrap_or_else(|| panic!("{:?}:\n{source}", built.diagnostics));
    match &plan.stages[0].substages[0].body {
        Body::Run(script) => script.text().into(),
        Body::Command(_) => unreachable!("the source has a script"),
    }
}

fn shells() -> Vec<&'static str> {
    ["bash", "dash"].into_iter().filter(|shell| Command::new(shell).args(["-c", ":"]).status().is_ok()).collect()
}

/// What the shell prints, and whether the canary sang.
fn run(shell: &str, script: &str, folder: &Path) -> (String, bool) {
    std::fs::create_dir_all(folder).unwrap();
    let output = Command::new(shell).arg("-c").arg(script).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let canary = folder.join(CANARY);
    let sang = canary.exists();
    if sang {
        std::fs::remove_file(canary).unwrap();
    }
    (String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr), sang)
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_values_arrive_as_they_are(
        statements in prop::collection::vec(statement(3), 1..4),
        values in prop::collection::vec(hostile(), 3),
    ) {
        let folder = folder("hostile");
        let script: Vec<Part> = statements.iter().flat_map(|statement| statement.script.clone()).collect();
        let preamble = "none=\nshow() { printf '%s\\0' \"$@\"; }\n";
        let script = preamble.to_owned() + &compiled(&script, &values);
        let expected: String = statements.iter().flat_map(|statement| &statement.output).map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Hole(value) => &values[*value],
        }).collect();
        let needs_bash = statements.iter().any(|statement| statement.needs_bash);
        for shell in shells().into_iter().filter(|shell| *shell == "bash" || !needs_bash) {
            let (printed, sang) = run(shell, &script, &folder);
            prop_assert!(!sang, "{shell} ran a value as a command:\n{script}");
            prop_assert_eq!(&printed, &expected, "{} read:\n{}", shell, &script);
        }
    }

    /// Where a script is no script at all, a value must not make one of it.
    #[test]
    fn no_value_runs_in_a_jumble_of_shell_text(
        jumble in prop::collection::vec(prop::sample::select(JUMBLE), 1..16),
        values in prop::collection::vec(hostile(), 3),
    ) {
        let pieces = jumble.concat();
        let pieces: Vec<Piece> = pieces.split('@').map(Piece::Text).collect();
        let mut script = String::from("none=\nshow() { printf '%s\\0' \"$@\"; }\n");
        let mut with_holes = vec![pieces[0]];
        pieces[1..].iter().for_each(|piece| with_holes.extend([Piece::Value, *piece]));
        let places = scan(with_holes.iter().copied()).holes;
        for (index, piece) in pieces.iter().enumerate() {
            if let Piece::Text(text) = piece {
                script.push_str(text);
            }
            // For a refused value, where the compiler would have stopped, stands a harmless one: without any, a backslash before it
            // would have another meaning for what follows.
            match places.get(index) {
                Some(Ok(place)) => script.push_str(&quoted(&values[index % values.len()], place.quote)),
                Some(Err(_)) => script.push('x'),
                None => {}
            }
        }
        let folder = folder("jumble");
        for shell in shells() {
            let (_, sang) = run(shell, &script, &folder);
            prop_assert!(!sang, "{shell} ran a value as a command:\n{script}");
        }
    }
}

/// A shell that reads quotes in its own way gets no values, wherever it is set.
#[test]
fn no_value_reaches_a_foreign_shell() {
    let codes = |source: &str| -> Vec<&'static str> {
        let mut world = MemoryWorld::default();
        world.files.insert("main.o11n".into(), source.as_bytes().to_vec());
        let mut analysis = analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap(), &[]);
        let mut found: Vec<_> =
            analysis.diagnostics.iter().filter(|found| found.is_error()).map(|found| found.code.id()).collect();
        if found.is_empty() {
            let built = plan::build(&analysis.program, PipelineId(0), &Inputs::default(), &world, &mut analysis.sources);
            found.extend(built.diagnostics.iter().map(|found| found.code.id()));
        }
        found
    };
    let source = |pipeline: &str, stage: &str, substage: &str| {
        format!(
            "let script(x: string): script = \"print('${{{{ x }}}}')\"
            pipeline p {{ param x: string = \"a\"  {pipeline}  stage s {{ {stage}  substage t {{ {substage} }} }} }}"
        )
    };
    let run = "run = \"print('${{ x }}')\"";
    for [pipeline, stage, substage] in [
        ["", "", "shell = \"python3\"  run = \"print('${{ x }}')\""],
        ["shell = \"python3\"", "", run],
        ["", "shell = if x == \"a\" then \"fish\" else \"bash\"", run],
        ["shell = \"fish\"  before = \"echo ${{ x }}\"", "", "run = \"ls\""],
        ["", "shell = \"fish\"", "run = \"ls\"  after = \"echo ${{ x }}\""],
        ["shell = \"perl\"", "", "run = script(x)"],
    ] {
        assert_eq!(codes(&source(pipeline, stage, substage)), ["E0215"], "{pipeline} {stage} {substage}");
    }
    assert!(codes(&source("shell = \"python3\"", "shell = \"/bin/dash\"", run)).is_empty());
    assert!(codes(&source("shell = \"python3\"", "", "env { X = x }  run = \"print(1)\"")).is_empty());
}
