//! Input that grows when it is read: nesting, repetition, references.

use super::compile::{compile, compile_files, errors};

fn wrapped(expression: &str) -> String {
    format!("let x = {expression}\npipeline p {{ stage s {{ substage t {{ run = \"ls\" }} }} }}\n")
}

#[test]
fn nesting_beyond_the_limit_is_told() {
    for opener in ["(", "[", "{ a: ", "f(", "\"${{ ", "[x for x in ", "not (", "a[", "-(", "\"\"\"\n${{ "] {
        for depth in [60, 70, 1_000, 100_000] {
            let found = errors(&wrapped(&opener.repeat(depth)));
            assert!(!found.is_empty(), "{opener} × {depth}");
        }
    }
    for opener in [
        "stage s { ",
        "if true { ",
        "for x in [1] { ",
        "hardware h { k8s { ",
        "a { ",
        "a = { ",
        "type T = list<",
        "type T = { a: ",
    ] {
        for depth in [60, 70, 1_000, 100_000] {
            let found = errors(&opener.repeat(depth));
            assert!(!found.is_empty(), "{opener} × {depth}");
        }
    }
}

#[test]
fn long_chains_are_answered() {
    for link in [
        "1 + ",
        "not ",
        "- ",
        "a.",
        "a ?? ",
        "true or ",
        "if a then ",
        "if a then b else ",
        "a == ",
        "x[0]",
        "x()",
        "?",
        "else if ",
    ] {
        for length in [100, 20_000] {
            let chain = link.repeat(length);
            compile(&wrapped(&format!("{chain}1")));
            compile(&chain);
        }
    }
    for length in [100, 20_000] {
        compile(&format!("type T = int{}", "?".repeat(length)));
        compile(&format!("type T = {}int", "list<".repeat(length)));
        compile(&format!("pipeline p {{ if true {{}} {} }}", "else if true {} ".repeat(length)));
    }
}

#[test]
fn repetition_is_answered() {
    for piece in [
        "@",
        "}",
        ")",
        "\"",
        "\"\"\"",
        "$",
        "${{",
        "}}",
        "/",
        "///\n",
        "//\n",
        "\n",
        "a",
        "1",
        "1_",
        "é",
        "\\",
        "=",
        ",",
        "a = ",
        "stage s {}\n",
        "let a = b\n",
        "a b ",
        "\r",
        "\t",
        "0x",
        "1h",
        "import \"a\" as a\n",
    ] {
        for length in [1_000, 10_000] {
            compile(&piece.repeat(length));
            compile(&wrapped(&piece.repeat(length)));
        }
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_unread() {
    let found = compile(&"a".repeat(100 << 20));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.id(), "E0008");
}

#[test]
fn long_names_and_numbers_are_answered() {
    for length in [1_000, 100_000] {
        let name = "a".repeat(length);
        compile(&format!(
            "let {name} = 1\nlet b = {name}c\npipeline p {{ stage {name} {{ substage {name} {{ run = \"{name}\" }} }} }}"
        ));
        compile(&format!("pipeline p {{ stage s {{ {name} = 1  {name} {{ }} }} }}"));
        compile(&wrapped(&"9".repeat(length)));
        compile(&wrapped(&format!("0.{}", "9".repeat(length))));
        compile(&wrapped(&format!("{}h", "9".repeat(length))));
        compile(&wrapped(&format!("\"{}\"", "\\u{1F600}".repeat(length))));
    }
}

#[test]
fn many_mistakes_are_all_told_in_time() {
    let lines: String = (0..4_000).map(|line| format!("let a{line} = b{line}\n")).collect();
    assert!(errors(&lines).len() >= 4_000);
    let twice: String = (0..4_000).map(|_| "let a = 1\n").collect();
    assert!(!errors(&twice).is_empty());
    let stages: String =
        (0..1_000).map(|stage| format!("  stage s{stage} {{ substage t {{ neds = [\"s/t\"]  run = 5 }} }}\n")).collect();
    assert!(errors(&format!("pipeline p {{\n{stages}}}")).len() >= 2_000);
}

#[test]
fn types_that_hold_themselves_are_told() {
    for source in ["type A = A", "type A = list<A>", "type A = { a: B }\ntype B = { b: A? }", "type A = { a: { b: { c: A } } }"] {
        assert!(!errors(source).is_empty(), "{source}");
    }
    // Each type doubles the one before it.
    let doubling: String = (1..60).map(|n| format!("type T{n} = {{ a: T{0}, b: T{0} }}\n", n - 1)).collect();
    compile(&format!("type T0 = {{ a: int }}\n{doubling}let x: T59 = {{}}\nlet y: T59 = x\nlet z: list<T59> = [x, y]\n"));
    let unions: String = (0..2_000).map(|n| format!("m{n}, ")).collect();
    compile(&format!("type E = enum({unions})\nlet x: E = m1999\nlet y = x == m7\n"));
}

#[test]
fn declarations_that_need_each_other_are_told() {
    let ring: String = (0..2_000).map(|n| format!("let a{n} = a{}\n", (n + 1) % 2_000)).collect();
    assert!(!errors(&ring).is_empty());
    let functions: String = (0..2_000).map(|n| format!("let f{n}(x: int): int = f{}(x)\n", (n + 1) % 2_000)).collect();
    assert!(!errors(&functions).is_empty());
    let templates: String = (0..2_000).map(|n| format!("template t{n}() {{ use t{}() }}\n", (n + 1) % 2_000)).collect();
    assert!(!errors(&templates).is_empty());
    // A chain without a ring is long, not wrong.
    let chain: String = (0..4_000).map(|n| format!("let a{n} = a{}\n", n + 1)).collect();
    compile(&format!("{chain}let a4000 = 1\n"));
    let modes: String = (0..4_000).map(|n| format!("hardware h{n} extends h{} {{}}\n", n + 1)).collect();
    compile(&format!("{modes}hardware h4000 {{ cpu = 1 }}\nlet x = h0.cpu\n"));
}

#[test]
fn files_that_import_each_other_are_told() {
    let names: Vec<String> = (0..300).map(|n| format!("f{n}.o11n")).collect();
    let texts: Vec<String> = (0..300).map(|n| format!("import \"f{}.o11n\" as next\nlet a = next.a\n", (n + 1) % 300)).collect();
    let files: Vec<(&str, &[u8])> = names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let found = compile_files(&files);
    assert!(found.iter().any(|found| found.code.id() == "E0106"));
    let everything: String = names.iter().map(|name| format!("import \"{name}\" as {}\n", &name[..name.len() - 5])).collect();
    let all: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), everything.as_bytes())).collect();
    compile_files(&all[..60]);
}

/// The error that a pipeline with these declarations before it and this substage name gives.
fn evaluated(declarations: &str, name: &str) -> Vec<&'static str> {
    errors(&format!("{declarations}\npipeline p {{ stage s {{ substage \"${{{{ {name} }}}}\" {{ run = \"ls\" }} }} }}\n"))
}

#[test]
fn evaluation_beyond_the_limits_is_told() {
    let doubling: String = (1..64).map(|n| format!("let s{n} = \"${{{{ s{0} }}}}${{{{ s{0} }}}}\"\n", n - 1)).collect();
    assert_eq!(evaluated(&format!("let s0 = \"ab\"\n{doubling}"), "len(s63)"), ["E0212"]);
    let lists: String = (1..64).map(|n| format!("let l{n} = l{0} + l{0}\n", n - 1)).collect();
    assert_eq!(evaluated(&format!("let l0 = [1]\n{lists}"), "len(l63)"), ["E0212"]);
    let nested: String = (1..64).map(|n| format!("let r{n} = [r{0}, r{0}]\n", n - 1)).collect();
    evaluated(&format!("let r0 = [1]\n{nested}"), "len(r63)");
    let calls: String = (1..64).map(|n| format!("let f{n}(x: int): int = f{0}(x) + f{0}(x)\n", n - 1)).collect();
    assert_eq!(evaluated(&format!("let f0(x: int): int = x\n{calls}"), "f63(1)"), ["E0212"]);
    for expression in [
        "len(range(1000000000))",
        "len(range(9223372036854775807))",
        "len([x + y for x in range(900000)  for y in range(900000)])",
        "len([[y for y in range(2000)] for x in range(2000)])",
        "replace(join([\"aaaaaaaaaa\" for x in range(100000)], \"a\"), \"a\", join([\"b\" for x in range(100000)], \"b\"))",
        "len(split(replace(join([\"aaaaaaaaaa\" for x in range(100000)], \"a\"), \"a\", \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"), \"\"))",
        "join([join([\"a\" for x in range(900)], \"b\") for y in range(900)], join([\"c\" for x in range(100000)], \"d\"))",
    ] {
        assert!(!evaluated("", expression).is_empty(), "{expression}");
    }
}

#[test]
fn more_substages_than_the_limit_are_told() {
    for body in [
        "for x in range(100001) { substage \"a${{ x }}\" { run = \"ls\" } }",
        "for x in range(1000) { for y in range(1000) { substage \"a${{ x }}-${{ y }}\" { run = \"ls\" } } }",
        "for x in range(1000) { substage \"a${{ x }}\" { shards = 100000  run = \"ls\" } }",
    ] {
        assert!(!errors(&format!("pipeline p {{ stage s {{ {body} }} }}")).is_empty(), "{body}");
    }
    let stages = "pipeline p { for x in range(1000000) { stage \"s${{ x }}\" { substage a { run = \"ls\" } } } }";
    assert!(!errors(stages).is_empty());
    let templates: String = (1..40).map(|n| format!("template t{n}() {{ use t{0}()  use t{0}() }}\n", n - 1)).collect();
    let source = format!(
        "template t0() {{ if false {{ substage a {{ run = \"ls\" }} }} }}\n{templates}pipeline p {{ stage s {{ use t39() }} }}"
    );
    assert_eq!(errors(&source), ["E0212"]);
}

#[test]
fn data_that_grows_or_has_another_shape_is_told() {
    let load = |name: &str, text: &str, ty: &str| {
        let source = format!(
            "let x: {ty} = load(\"{name}\")\npipeline p {{ stage s {{ substage \"a${{{{ len(x) }}}}\" {{ run = \"ls\" }} }} }}"
        );
        compile_files(&[("main.o11n", source.as_bytes()), (name, text.as_bytes())])
    };
    let aliases: String = (1..60).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect();
    let billion = format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{aliases}");
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let bombs = [
        ("a.yaml", billion),
        ("a.yaml", "a: &a [*a]\n".to_owned()),
        ("a.yaml", "a: &a\n  b: *a\n<<: *a\n".to_owned()),
        ("a.yaml", deep("[", "]")),
        ("a.yaml", deep("{a: ", "}")),
        ("a.yaml", "- ".repeat(100_000)),
        ("a.yaml", "? ".repeat(100_000)),
        ("a.yaml", "!!binary x".to_owned()),
        ("a.yaml", "a: 1\na: 2\n".to_owned()),
        ("a.yaml", "---\n".repeat(10_000)),
        ("a.json", deep("[", "]")),
        ("a.json", deep("{\"a\":", "}")),
        ("a.json", "9".repeat(1_000_000)),
        ("a.json", "\"\\ud800\"".to_owned()),
        ("a.toml", format!("a = {}", deep("[", "]"))),
        ("a.toml", format!("a = {}1{}", "{a = ".repeat(100_000), "}".repeat(100_000))),
        ("a.toml", format!("a{} = 1", ".a".repeat(100_000))),
        ("a.toml", format!("[{}]", vec!["a"; 100_000].join("."))),
        ("a.csv", ",".repeat(1_000_000)),
        ("a.csv", format!("a\n\"{}", "x\n".repeat(100_000))),
        ("a.csv", "a,b\n1\n".to_owned()),
    ];
    for (name, text) in &bombs {
        for ty in ["list<string>", "map<list<string>>", "list<{ a: int }>", "string"] {
            let found = load(name, text, ty);
            assert!(found.iter().any(|found| found.is_error()), "{name}: {ty}: {}", &text[..text.len().min(60)]);
        }
    }
}

#[test]
fn a_block_left_open_before_a_line_of_wide_letters_is_told() {
    let found = errors("pipeline p {\n  stage s {\n    substage t {\n      run = \"ls\"\n测 = 1\n");
    assert!(found.contains(&"E0002"), "{found:?}");
}

#[test]
fn a_statement_cut_off_at_the_end_of_the_file_is_told() {
    for source in [
        "takes \"build/*\"   = ",
        "scenario \"a\" {\n  fake \"测\" = ",
        "fake \"a\" = [timeout, exit( planner",
        "import \"a\" as",
    ] {
        assert!(!errors(source).is_empty(), "{source}");
    }
}
