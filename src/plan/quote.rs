//! Values in shell text: each is written so that a shell reads back exactly its text, and nothing of it as syntax.
//!
//! Where a value stands, and whether plain text could be mistaken there, has been found by `sema::shell`.

use crate::sema::hir::Quote;

/// No shell word can hold a NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HoldsNul;

/// Appends `words`, quoted for their place. A list is several words; an empty one is nothing.
pub(super) fn append<'w>(out: &mut String, words: impl IntoIterator<Item = &'w str>, quote: Quote) -> Result<(), HoldsNul> {
    for (index, word) in words.into_iter().enumerate() {
        if word.contains('\0') {
            return Err(HoldsNul);
        }
        if index > 0 {
            out.push(' ');
        }
        match quote {
            Quote::Bare if is_plain(word) => out.push_str(word),
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

/// Whether it is made only of characters that mean nothing to a shell. To zsh `=` means something where a word begins.
fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with('=')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:=@%+,-".contains(&byte))
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

    fn quoted(word: &str, quote: Quote) -> String {
        let mut out = String::new();
        append(&mut out, [word], quote).unwrap();
        out
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        for word in ["main", "a/b.c:d@e%f+g,h-i_j", "-x", "--opt=1", "1.5"] {
            assert_eq!(quoted(word, Quote::Bare), word);
            assert_eq!(quoted(word, Quote::Word), format!("'{word}'"));
        }
    }

    #[test]
    fn what_means_something_to_a_shell_is_quoted() {
        for word in ["", "a b", "=ls", "~", "*", "#x", "a\nb", "!", "测试", "$x", "a;b"] {
            assert_eq!(quoted(word, Quote::Bare), format!("'{word}'"));
        }
        assert_eq!(quoted("it's", Quote::Bare), r"'it'\''s'");
    }

    #[test]
    fn inside_quotes_only_what_ends_them_is_escaped() {
        assert_eq!(quoted("a\"$`\\b!*", Quote::Double), "a\\\"\\$\\`\\\\b!*");
        assert_eq!(quoted("a'b$", Quote::Single), r"a'\''b$");
    }

    #[test]
    fn a_list_is_several_words_and_a_nul_is_none() {
        let mut out = String::new();
        append(&mut out, ["a", "b c", ""], Quote::Bare).unwrap();
        assert_eq!(out, "a 'b c' ''");
        assert_eq!(append(&mut out, ["a\0"], Quote::Bare), Err(HoldsNul));
    }
}
