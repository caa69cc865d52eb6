//! `@` stands for a value, `%` for a spliced script.

use super::*;

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['@', '%']) {
        pieces.push(Piece::Text(&rest[..at]));
        pieces.push(if rest.as_bytes()[at] == b'@' { Piece::Value } else { Piece::Splice });
        rest = &rest[at + 1..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn read(text: &str) -> Scan {
    scan(pieces(text))
}

fn quotes(text: &str) -> Vec<Quote> {
    read(text).holes.into_iter().map(|hole| hole.unwrap_or_else(|hazard| panic!("{text:?}: {hazard:?}")).quote).collect()
}

fn hazards(text: &str) -> Vec<Hazard> {
    read(text).holes.into_iter().filter_map(Result::err).collect()
}

#[test]
fn values_are_quoted_for_their_place() {
    use Quote::{Bare, Double, Single, Word};
    for (text, expected) in [
        ("echo @ '@' \"@\"", &[Bare, Single, Double][..]),
        ("echo a@b --x=@ @/y", &[Bare, Bare, Bare]),
        ("echo \"a $(ls @ \"@\" '@') @\" @", &[Bare, Double, Single, Double, Bare]),
        ("echo $(cat <(sort @)) @", &[Bare, Bare]),
        ("echo 'it'\\''s @' @", &[Single, Bare]),
        ("echo \"\\\"@\" \\\\@ \\'@", &[Double, Bare, Bare]),
        ("echo a#@ # none\necho @", &[Bare, Bare]),
        ("echo ${#x} $# @", &[Bare]),
        ("cat <<< @ <<<\"@\"\necho @", &[Bare, Double, Bare]),
        ("cat <<EOF\n\"\nEOF\necho @", &[Bare]),
        ("cat <<-'E F' <<\\B\n'\n\tE F\n'\nB\necho @", &[Bare]),
        ("cat <<A\nx \\\nA\n'\nA\necho @", &[Bare]),
        ("case @ in a) echo @;; (b|c) echo @ ;; esac; echo @", &[Word, Bare, Bare, Bare]),
        ("x=$(case $y in a) echo @;; esac) z=@ cmd @", &[Bare, Bare, Bare]),
        ("f() { echo @; }; f @", &[Bare, Bare]),
        ("for x in @ 'b' @; do echo @; done", &[Bare, Bare, Bare]),
        ("if [ @ = b ]; then echo @; fi", &[Bare, Bare]),
        ("( cd @ && ls ) > @ 2>&1 | tee @", &[Bare, Bare, Bare]),
        ("x=(@ @)\necho @", &[Bare, Bare, Bare]),
        ("echo \\\n  @ \\\n  '@'", &[Bare, Single]),
        ("echo ${x:-a'}'} @", &[Bare]),
        ("echo \"${x:-'a b'}\" @", &[Bare]),
        ("echo \"${x#'}'}\" @", &[Bare]),
        ("echo $(( (1 + 2) * 3 )) @; (( x = (2) )); echo @", &[Bare, Bare]),
        ("echo $((echo a); echo @) @", &[Bare, Bare]),
        ("echo `date` @", &[Bare]),
        ("echo $'it\\'s' @", &[Bare]),
        ("ls !(a|'b') @", &[Bare]),
        ("export A=@ B=\"@\"", &[Bare, Double]),
        ("[[ -n $x ]] && echo @", &[Bare]),
    ] {
        assert_eq!(quotes(text), expected, "{text}");
    }
}

/// There even harmless text could be a keyword, an assignment, a descriptor or more of a variable's name.
#[test]
fn values_are_always_in_quotes_where_the_shell_could_take_them_for_syntax() {
    for text in
        ["@ x", "a && @", "if @; then", "A=1 @", "FOO_@ x", "[[ @ == x ]]", "echo @>f", "echo $HOME@", "echo {@,b}", "! @"]
    {
        assert_eq!(quotes(text), [Quote::Word], "{text}");
    }
    for text in ["./@", "echo {1..@}", "A=@ b", "echo x@>f"] {
        assert_eq!(quotes(text), [Quote::Bare], "{text}");
    }
}

#[test]
fn places_where_no_quoting_is_safe_are_named() {
    use Hazard::*;
    for (text, expected) in [
        ("echo x # @ '", Comment),
        ("echo a;# @", Comment),
        ("cat <<EOF\n@\nEOF", HereDocument),
        ("cat <<'EOF'\na\n@\nEOF\n", HereDocument),
        ("cat <<@\n", HereDocument),
        ("cat <<A <<B\na\nA\n@\nB", HereDocument),
        ("echo $(( @ + 1 ))", Arithmetic),
        ("echo \"$((@))\"", Arithmetic),
        ("(( x = @ ))", Arithmetic),
        ("for ((i = 0; i < @; i++)); do :; done", Arithmetic),
        ("echo $[ @ ]", Arithmetic),
        ("echo $(( $(echo @) ))", Arithmetic),
        ("[[ @ -eq 3 ]]", Arithmetic),
        ("[[ 3 -lt \"@\" ]]", Arithmetic),
        ("a[@]=1", Arithmetic),
        ("x=([@]=1)", Arithmetic),
        ("declare -i x=@", Arithmetic),
        ("local -i x; x=@", Arithmetic),
        ("echo ${x:-@}", Expansion),
        ("echo \"${x#@}\"", Expansion),
        ("echo $'@'", DollarQuote),
        ("[[ $x =~ @ ]]", Regex),
        ("case $x in @) ;; esac", CasePattern),
        ("case $x in a|\"@\") ;; esac", CasePattern),
        ("echo `ls @`", Backticks),
        ("echo \"`ls '@'`\"", Backticks),
        ("eval \"ls @\"", Evaluated("eval")),
        ("command eval @", Evaluated("eval")),
        ("\\eval @", Evaluated("eval")),
        ("A=1 e'v'al @", Evaluated("eval")),
        ("if eval \"$(ls @)\"; then :; fi", Evaluated("eval")),
        ("trap 'rm @' EXIT", Evaluated("trap")),
        ("PS4=@ bash -x y", Evaluated("the shell")),
        ("export @", VariableName),
        ("export @=1", VariableName),
        ("@=1", VariableName),
        ("A_@b=1", VariableName),
        ("printf -v @ x", VariableName),
        ("[ -v @ ]", VariableName),
        ("[[ -v @ ]]", VariableName),
        ("echo \"$HOME@\"", AfterVariable),
        ("echo \"$HO\\\nME\\\n@\"", AfterVariable),
        ("echo \\@", AfterBackslash),
        ("echo \"\\@\"", AfterBackslash),
        ("echo $@", AfterDollar),
        ("echo \"$@\"", AfterDollar),
        ("echo $\\\n@", AfterDollar),
        ("echo \"${x:-'}\" @", Ambiguous),
        ("echo \"${x:-'}'}\" '@'", Ambiguous),
    ] {
        assert_eq!(hazards(text), [expected], "{text}");
    }
}

#[test]
fn only_a_whole_word_may_be_a_list() {
    for (text, expected) in
        [("x @", true), ("x @; y", true), ("x (@)", true), ("x --a=@", false), ("x @b", false), ("x \"@\"", false)]
    {
        assert_eq!(read(text).holes[0].unwrap().is_whole_word, expected, "{text}");
    }
}

#[test]
fn a_script_is_spliced_where_a_command_begins_and_ends_its_line() {
    for text in ["%", "a\n%\nb", "if x; then\n  %  \nfi", "x && %", "(\n%\n)"] {
        assert!(hazards(text).is_empty(), "{text}");
    }
    for text in ["echo %", "\"%\"", "'%'", "$(%)", "% x", "% # x", "a=%", "% && x", "sudo %"] {
        assert_eq!(hazards(text), [Hazard::SplicePlace], "{text}");
    }
    assert_eq!(hazards("# %"), [Hazard::Comment]);
    assert_eq!(hazards("eval %"), [Hazard::Evaluated("eval")]);
}

#[test]
fn text_that_is_left_open_is_told() {
    use Unclosed::*;
    for (text, expected) in [
        ("echo 'a", Some(Quote)),
        ("echo \"a", Some(Quote)),
        ("echo $(a", Some(Bracket)),
        ("cat <<A", Some(HereDocument)),
        ("cat <<A\nx", Some(HereDocument)),
        ("cat <<A\nA", None),
        ("a \\", Some(Backslash)),
        ("a \\\\", None),
        ("case x in a) b", Some(Bracket)),
        ("case x in a) b;; esac", None),
        ("# it's", None),
        ("", None),
    ] {
        assert_eq!(read(text).unclosed, expected, "{text}");
    }
}

#[test]
fn other_interpreters_are_recognised() {
    for (text, expected) in [
        ("bash -c 'echo @'", Some("bash")),
        ("sudo -E /bin/sh -euc \"echo @\"", Some("sh")),
        ("docker exec x bash -lc \"@\"", Some("bash")),
        ("bash -c @", Some("bash")),
        ("bash -c 'echo \"$1\"' _ '@'", None),
        ("bash script.sh '@'", None),
        ("ssh -p 22 host \"cd @\"", Some("ssh")),
        ("ssh @ make", None),
        ("python3 -c \"print('@')\"", Some("python3")),
        ("awk '{ print \"@\" }' f", Some("awk")),
        ("sed -i \"s/a/@/\" f", Some("sed")),
        ("xargs sed \"s/a/@/\"", Some("sed")),
        ("sed -f x @", None),
        ("apt-get install jq \"@\"", None),
        ("echo '@'", None),
        ("echo bash; echo -c '@'", None),
    ] {
        assert_eq!(read(text).holes[0].unwrap().interpreter, expected, "{text}");
    }
}

#[test]
fn simple_commands_are_listed() {
    let commands = |text| -> Vec<(String, Terminator)> {
        let words = |command: &SimpleCommand| command.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(" ");
        read(text).commands.iter().map(|command| (words(command), command.terminator)).collect()
    };
    let expected = [("curl -f $X", Terminator::Pipe), ("sh", Terminator::Or), ("true", Terminator::End)];
    assert_eq!(commands("A=b curl -f \"$X\" 2>/dev/null | sh || true"), expected.map(|(text, end)| (text.to_owned(), end)));
    assert_eq!(commands("if a; then b c; fi").len(), 2);
}

#[test]
fn reading_is_total_and_remembers_every_hole() {
    let alphabet = [
        "'",
        "\"",
        "\\",
        "\n",
        "$",
        "(",
        ")",
        "{",
        "}",
        "`",
        "@",
        "%",
        " ",
        "<<A",
        "A",
        "#",
        "case x in",
        "esac",
        ";;",
        "[[",
        "]]",
        "=~",
        "=",
        "[",
        "|",
        "&",
        ">",
        "eval",
        "-i",
        "declare",
    ];
    let mut state = 1u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..24 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(alphabet[(state >> 33) as usize % alphabet.len()]);
        }
        let holes = text.matches(['@', '%']).count();
        assert_eq!(read(&text).holes.len(), holes, "{text:?}");
    }
}
