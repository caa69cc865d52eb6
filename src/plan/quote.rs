//! Values in shell text: each is written so that a shell reads back exactly its text, and nothing of it as syntax.

use crate::sema::hir::Quote;

/// What stands beside a value in the script; it decides what a word could be mistaken for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Neighbours<'a> {
    /// The shell text before the value, back to the last blank.
    pub(super) before: &'a str,
    /// The literal text after it.
    pub(super) after: &'a str,
}

/// Why a value cannot stand where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unquotable {
    /// No shell word can hold a NUL.
    Nul,
    /// A backslash right before the value would change its first quote.
    Backslash,
}

/// Words that a shell reads as syntax where a command may begin.
const KEYWORDS: &[&str] = &[
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then", "time",
    "until", "while",
];

/// Appends `words`, quoted for their place. A list is several words in a bare place.
pub(super) fn append<'w>(
    out: &mut String,
    words: impl IntoIterator<Item = &'w str>,
    quote: Quote,
    beside: Neighbours<'_>,
) -> Result<(), Unquotable> {
    let backslashes = beside.before.len() - beside.before.trim_end_matches('\\').len();
    if quote != Quote::Single && backslashes % 2 == 1 {
        return Err(Unquotable::Backslash);
    }
    for (index, word) in words.into_iter().enumerate() {
        if word.contains('\0') {
            return Err(Unquotable::Nul);
        }
        if index > 0 {
            out.push(' ');
        }
        match quote {
            Quote::Bare if is_plain(word) && !could_be_syntax(word, beside) => out.push_str(word),
            Quote::Bare | Quote::Word => {
                out.push('\'');
                append_single(out, word);
                out.push('\'');
            }
            Quote::Single => append_single(out, word),
            Quote::Double => append_double(out, word),
        }
    }
    Ok(())
}

/// Whether it is made only of characters that mean nothing to a shell.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=@%+,-".contains(&byte))
}

/// Whether a shell could read the plain word as something else than a word: an assignment, a keyword, the descriptor of a
/// redirection, a list or a range in braces.
fn could_be_syntax(word: &str, beside: Neighbours<'_>) -> bool {
    let before = beside.before.rsplit(char::is_whitespace).next().unwrap_or_default();
    if let Some((name, _)) = word.split_once('=') {
        let names = before.chars().chain(name.trim_end_matches('+').chars());
        let is_name = !before.contains('=') && names.clone().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_name && names.clone().next().is_some_and(|c| !c.is_ascii_digit()) {
            return true;
        }
    }
    let after = beside.after.find(|c: char| !c.is_ascii_alphanumeric()).map_or(beside.after, |end| &beside.after[..end]);
    let is_keyword = |keyword: &&str| {
        keyword.strip_prefix(before).and_then(|rest| rest.strip_prefix(word)).is_some_and(|rest| rest == after)
    };
    KEYWORDS.iter().any(is_keyword)
        || beside.after.starts_with(['<', '>']) && word.bytes().all(|byte| byte.is_ascii_digit())
        || before.contains('{') && (word.contains(',') || word.contains(".."))
}

fn append_single(out: &mut String, text: &str) {
    for (index, part) in text.split('\'').enumerate() {
        if index > 0 {
            out.push_str("'\\''");
        }
        out.push_str(part);
    }
}

fn append_double(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(word: &str, quote: Quote, before: &str, after: &str) -> String {
        let mut out = String::new();
        append(&mut out, [word], quote, Neighbours { before, after }).unwrap();
        out
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        for word in ["main", "a/b.c:d@e%f+g,h-i_j", "-x", "--opt=1", "1.5"] {
            assert_eq!(quoted(word, Quote::Bare, "echo ", ""), word);
        }
    }

    #[test]
    fn what_a_shell_could_take_for_syntax_is_quoted() {
        for (word, before, after) in [
            ("", "echo ", ""),
            ("a b", "echo ", ""),
            ("PATH=.", "", " ls"),
            ("A+=b", "", ""),
            ("if", "", ""),
            ("2", "echo ", ">file"),
            ("a,b", "echo {", "}"),
            ("~", "echo ", ""),
            ("*", "echo ", ""),
            ("#x", "echo ", ""),
        ] {
            assert_eq!(quoted(word, Quote::Bare, before, after), format!("'{word}'"));
        }
        assert_eq!(quoted("it's", Quote::Bare, "", ""), r"'it'\''s'");
        assert_eq!(quoted("x=1", Quote::Bare, "--define-", ""), "x=1");
    }

    #[test]
    fn inside_quotes_only_what_ends_them_is_escaped() {
        assert_eq!(quoted("a\"$`\\b!*", Quote::Double, "\"", "\""), "a\\\"\\$\\`\\\\b!*");
        assert_eq!(quoted("a'b$", Quote::Single, "'", "'"), r"a'\''b$");
    }

    #[test]
    fn a_nul_and_a_backslash_before_are_refused() {
        let mut out = String::new();
        assert_eq!(append(&mut out, ["a\0"], Quote::Bare, Neighbours::default()), Err(Unquotable::Nul));
        let after_backslash = Neighbours { before: "echo \\", after: "" };
        assert_eq!(append(&mut out, ["a"], Quote::Bare, after_backslash), Err(Unquotable::Backslash));
        let after_two = Neighbours { before: "echo \\\\", after: "" };
        assert_eq!(append(&mut out, ["a"], Quote::Bare, after_two), Ok(()));
    }
}
