//! Hostile parameters through a whole compilation and real shells: every word arrives intact, and no command runs.

use std::io::Write;
use std::process::{Command, Stdio};

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver;
use o11n::plan::{self, Body, Inputs};
use o11n::sema::Analysis;
use o11n::sema::hir::PipelineId;
use proptest::prelude::*;

/// Prints the words that it gets, each ended by a NUL; `canary` is what an injected command would be.
const PRELUDE: &str = "canary() { printf INJECTED; }\nshow() { printf '%s\\0' \"$@\"; }\n";

/// Each line prints one `value`, in some place of shell text; the last prints the list.
const SOURCE: &str = r#"
let shown(text: string): script = "show ${{ text }}"

template place(text: string) { substage placed { run = "show ${{ text }}" } }

pipeline words {
  param value: string
  param list: list<string>
  stage all {
    substage each {
      run = """
        show ${{ value }}
        show "${{ value }}"
        show '${{ value }}'
        show "a b $HOME$(printf %s ${{ value }})${{ value }}" | tail -c +1 >/dev/null
        show a"${{ value }}"'${{ value }}'${{ value }}
        show "$(printf '%s.' "${{ value }}")"
        show --value=${{ value }}
        V=${{ value }}
        show "$V"
        if true; then show ${{ value }}; fi # a comment with ' and "
        W="x${{ value }}" sh -c 'printf "%s\\0" "$W"'
        case ${{ value }} in "") show "";; *) show ${{ value }};; esac
        ${{ shown(value) }}
        """
    }
    substage list { run = "show first ${{ list }} last" }
    use place(value)
  }
}
"#;

fn analysed(world: &mut MemoryWorld) -> Analysis {
    world.files.insert("words.o11n".into(), SOURCE.replace(r"\\0", r"\0").into_bytes());
    let analysis = driver::analyze(world, &RootPath::resolve(None, "words.o11n").unwrap());
    assert!(analysis.diagnostics.iter().all(|found| !found.is_error()), "{:#?}", analysis.diagnostics);
    analysis
}

/// The scripts of all substages, with these parameters.
fn scripts(analysis: &mut Analysis, world: &MemoryWorld, value: &str, list: &[String]) -> Vec<String> {
    let list = serde_json::to_string(list).unwrap();
    let flags = vec![("value".into(), value.into()), ("list".into(), list.into())];
    let inputs = Inputs { flags, ..Inputs::default() };
    let built = plan::build(&analysis.program, PipelineId(0), &inputs, world, &mut analysis.sources);
    let plan = built.plan.unwrap_or_else(|| panic!("{:#?}", built.diagnostics));
    let run = |body: &Body| match body {
        Body::Run(script) => script.text().to_string(),
        Body::Command(_) => panic!("all substages are scripts"),
    };
    plan.substages().map(|(_, substage)| run(&substage.body)).collect()
}

fn output(shell: &str, script: &str) -> String {
    let mut child = Command::new(shell)
        .args(["-eu", "-s"])
        .env_clear()
        .env("HOME", "/nowhere")
        .env("PATH", "/usr/bin:/bin")
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{shell} cannot be run: {error}"));
    child.stdin.take().unwrap().write_all(format!("{PRELUDE}{script}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{shell} failed: {said}\n{script}");
    String::from_utf8(output.stdout).unwrap()
}

fn check(value: &str, list: &[String]) {
    let mut world = MemoryWorld::default();
    let mut analysis = analysed(&mut world);
    let [each, listed, placed] = &scripts(&mut analysis, &world, value, list)[..] else { panic!("three substages") };
    let twice = format!("a{value}{value}{value}");
    let expected: String = [
        value.to_owned(),
        value.to_owned(),
        value.to_owned(),
        twice,
        format!("{value}."),
        format!("--value={value}"),
        value.to_owned(),
        value.to_owned(),
        format!("x{value}"),
        value.to_owned(),
        value.to_owned(),
    ]
    .iter()
    .map(|word| format!("{word}\0"))
    .collect();
    let of_list: String =
        ["first"].into_iter().chain(list.iter().map(String::as_str)).chain(["last"]).map(|word| format!("{word}\0")).collect();
    for shell in ["bash", "sh"] {
        assert_eq!(output(shell, each), expected, "{shell}\n{each}");
        assert_eq!(output(shell, listed), of_list, "{shell}\n{listed}");
        assert_eq!(output(shell, placed), format!("{value}\0"), "{shell}\n{placed}");
    }
}

/// Text made of what shells read as syntax.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "'",
        "\"",
        "\\",
        "$",
        "`",
        "$(canary)",
        "`canary`",
        ";canary;",
        "\ncanary\n",
        "|canary",
        "&",
        "(",
        ")",
        "{",
        "}",
        "<",
        ">",
        "*",
        "?",
        "[a]",
        "~",
        "#",
        "!",
        "!!",
        "=",
        "-",
        "--",
        " ",
        "\t",
        "\n",
        "\r",
        "a",
        "1",
        "$HOME",
        "${HOME}",
        "$((1))",
        "测试",
        "\u{1F600}",
        "\u{1}",
        "\u{7f}",
        "%s",
        "\\0",
        "if",
        "esac",
        "A=1",
        ",",
        "..",
        "/",
        "EOF\n",
    ]);
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_word_arrives_intact(value in hostile(), list in prop::collection::vec(hostile(), 0..4)) {
        check(&value, &list);
    }
}

#[test]
fn the_usual_attacks_arrive_as_text() {
    for value in [
        "'; canary; '",
        "\"; canary; \"",
        "$(canary)",
        "`canary`",
        "\\",
        "-n",
        "",
        "a\nb",
        "*",
        "~root",
        "!x",
        "{a,b}",
        "A=1",
        "if",
        "2",
    ] {
        check(value, &[value.to_owned()]);
    }
}
