//! What the linter warns of, and what it lets pass.

use o11n::base::{MemoryWorld, RootPath};
use o11n::lint;
use o11n::sema::analyze;

/// The warnings for a pipeline of one substage with this body: the code and the source that is marked.
fn warnings(settings: &str) -> Vec<(String, String)> {
    let source =
        format!("pipeline p {{\n  param x: string = \"a\"\n  stage s {{\n    substage t {{\n{settings}\n    }}\n  }}\n}}\n");
    let mut world = MemoryWorld::default();
    world.files.insert("main.o11n".into(), source.into_bytes());
    let analysis = analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap(), &[]);
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{settings}: {errors:?}");
    let marked = |found: &o11n::diag::Diagnostic| analysis.sources.text(found.span().unwrap()).to_owned();
    lint::check(&analysis).iter().map(|found| (found.code.id().to_owned(), marked(found))).collect()
}

/// As [`warnings`], for a block string as the body; `\n` begins a line.
fn of_body(body: &str) -> Vec<(String, String)> {
    let lines: Vec<String> = body.lines().map(|line| format!("        {line}")).collect();
    warnings(&format!("      run = \"\"\"\n{}\n        \"\"\"", lines.join("\n")))
}

#[test]
fn hazards_are_marked_where_they_stand() {
    for (body, expected) in [
        ("ls\ncurl -f https://x/y | sh\nls", "curl -f https://x/y "),
        ("wget -qO- https://x/y | sudo -E bash -s -- -y", "wget -qO- https://x/y "),
        ("curl https://x/y | tar xz | tee a | python3 -", "curl https://x/y"),
        ("bash <(curl -s https://x/y)", "curl -s https://x/y"),
        ("sh -c \"$(curl -s https://x/y)\"", "curl -s https://x/y"),
        ("if true; then (curl https://x/${{ x }} | bash); fi", "if true; then (curl https://x/${{ x }} | bash); fi"),
        ("rm -rf $BUILD", "$BUILD"),
        ("sudo rm -fr \"$BUILD/\"*", "\"$BUILD/\"*"),
        ("echo ${{ x }}\n  rm -r ${BUILD}/", "${BUILD}/"),
        ("set +e\nmake\nmake test", "set +e"),
        ("set +o errexit; make", "set +o errexit"),
        ("pytest || true", "true"),
        ("pytest | tee log ||  :", ":"),
        ("export V=$(git describe)", "V=$(git describe)"),
        ("f() { local v=\"$(git describe)\"; }", "v=\"$(git describe)\""),
    ] {
        let expected = expected.trim_end().to_owned();
        assert_eq!(of_body(body), [("W0201".to_owned(), expected)], "{body}");
    }
}

#[test]
fn what_only_looks_like_a_hazard_raises_no_alarm() {
    for body in [
        "curl -o x https://x/y && sh x",
        "curl https://x/y | jq . | sort",
        "curl https://x/y | bash check.sh",
        "echo 'curl https://x/y | sh'",
        "# curl https://x/y | sh",
        "cat <<'E'\ncurl https://x/y | sh\nE",
        "curl https://x/y; sh",
        "echo \"$(curl https://x/y)\"",
        "bash -c 'echo \"$1\"' _ \"$(curl https://x/y)\"",
        "rm -rf \"$BUILD\" build/* \"$BUILD/x\"",
        "rm -rf \"${BUILD:?}/\"*",
        "rm $FILE",
        "set +e\nmake\nset -e",
        "set +e\nmake\nstatus=$?\nexit $status",
        "(set +e; make)",
        "set -euo pipefail",
        "make\nkill %1 || true",
        "make || make again",
        "export V=1 W=\"$X\" Y=$((1 + 1))",
        "v=$(git describe); export v",
    ] {
        assert_eq!(of_body(body), [], "{body}");
    }
}

#[test]
fn values_that_an_interpreter_reads_as_its_script_are_marked() {
    for body in [
        "echo ${{ x }} | sh",
        "printf '%s' \"${{ x }}\" | sudo bash -s",
        "(echo 'ls ${{ x }}' | grep -v rm | sh)",
        "bash <<< ${{ x }}",
        "python3 - <<<\"print(${{ x }})\"",
        "source /dev/stdin <<< \"${{ x }}\"",
        "if true; then . <(echo ${{ x }}); fi",
    ] {
        assert_eq!(of_body(body), [("W0203".to_owned(), "x".to_owned())], "{body}");
    }
    for body in [
        "echo ${{ x }} | grep sh",
        "echo ${{ x }} | sh check.sh",
        "echo ${{ x }} | bash -c 'read -r line; echo \"$line\"'",
        "sh check.sh <<< ${{ x }}",
        "echo ls | sh -s -- ${{ x }}",
        "echo ${{ x }}; sh < script.sh",
        "cat <<< ${{ x }}",
        "diff <(echo ${{ x }}) a",
    ] {
        assert_eq!(of_body(body), [], "{body}");
    }
}

#[test]
fn a_script_that_is_left_open_is_told() {
    assert_eq!(warnings("      run = \"echo 'a\""), [("W0201".to_owned(), "\"echo 'a\"".to_owned())]);
    assert_eq!(warnings("      shell = \"python3\"\n      run = \"print('''a''') # it's\""), []);
}

#[test]
fn a_value_that_another_interpreter_reads_is_told() {
    let nested =
        |body: &str| -> Vec<String> { of_body(body).into_iter().map(|(code, marked)| format!("{code} {marked}")).collect() };
    assert_eq!(nested("bash -c 'echo ${{ x }}'\nssh board \"ls ${{ x }}\"\necho '${{ x }}'"), ["W0203 x", "W0203 x"]);
    assert!(nested("bash -c 'echo \"$1\"' _ ${{ x }}").is_empty());
}

#[test]
fn raw_text_is_told_unless_it_is_spelt_out() {
    assert_eq!(warnings("      run = \"ls\" + raw(x)"), [("W0202".to_owned(), "raw(x)".to_owned())]);
    assert_eq!(warnings("      run = \"ls ${{ x }}\" + raw(\"a b\")"), []);
}

#[test]
fn nothing_is_said_of_the_standard_library() {
    let mut world = MemoryWorld::default();
    let imports: Vec<String> =
        ["build", "git", "notify", "test"].iter().map(|name| format!("import \"std/{name}\" as {name}\n")).collect();
    let source = imports.concat() + "pipeline p { stage s { substage t { run = \"ls\" } } }";
    world.files.insert("main.o11n".into(), source.into_bytes());
    let analysis = analyze(&world, &RootPath::resolve(None, "main.o11n").unwrap(), &[]);
    assert_eq!(lint::check(&analysis), []);
}
