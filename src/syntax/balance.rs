//! Which block was left open: braces that do not match are paired by the indentation of their lines.
//!
//! The text is mended in place, each missing `}` over a blank and each blank over a `}` too many, so that every place in the
//! mended text is the same place in the text itself, and the parser reads the blocks as they were meant.

use super::brackets::{Brackets, Event};

/// A text whose braces match, of the same length as the text it was made of.
pub(super) struct Mended {
    pub text: String,
    /// Braces that were never closed, each with the place before which it should have been.
    pub unclosed: Vec<(usize, usize)>,
    /// Places of `}` that closes nothing.
    pub stray: Vec<usize>,
}

/// An open brace.
struct Open {
    at: usize,
    /// How far its line is indented, in bytes.
    indent: usize,
}

/// Mends a text whose braces do not match. None where the indentation tells no better than the braces alone.
pub(super) fn mend(text: &str) -> Option<Mended> {
    let mut by_indent = Pairing::new(text, true);
    let mut plain = Pairing::new(text, false);
    by_indent.run();
    plain.run();
    // Where the indentation is careless, it finds more mistakes than there are.
    let found = by_indent.unclosed.len() + by_indent.stray.len();
    if found == 0 || found > plain.open.len() + plain.stray.len() {
        return None;
    }
    let Pairing { unclosed, stray, comment_ends, .. } = by_indent;
    let mut bytes = text.as_bytes().to_vec();
    for at in &stray {
        bytes[*at] = b' ';
    }
    for (_, before) in &unclosed {
        let free = bytes[..*before]
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, byte)| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'}'))
            .find(|(at, byte)| matches!(byte, b' ' | b'\t') || **byte == b'\n' && comment_ends.binary_search(at).is_err())
            .map(|(at, _)| at)?;
        bytes[free] = b'}';
    }
    Some(Mended { text: String::from_utf8(bytes).ok()?, unclosed, stray })
}

/// One way to pair the braces.
struct Pairing<'a> {
    text: &'a str,
    uses_indent: bool,
    open: Vec<Open>,
    unclosed: Vec<(usize, usize)>,
    stray: Vec<usize>,
    /// Line ends that end a comment; nothing can be written over them.
    comment_ends: Vec<usize>,
}

impl<'a> Pairing<'a> {
    fn new(text: &'a str, uses_indent: bool) -> Self {
        Self { text, uses_indent, open: Vec::new(), unclosed: Vec::new(), stray: Vec::new(), comment_ends: Vec::new() }
    }

    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut line_start = 0;
        let mut indent = 0;
        for (at, event) in Brackets::new(self.text) {
            match (event, bytes[at]) {
                (Event::Open, b'{') => self.open.push(Open { at, indent }),
                (Event::Close, b'}') => self.close(at, indent, line_start + indent == at),
                (Event::LineEnd { ends_comment }, _) => {
                    if ends_comment {
                        self.comment_ends.push(at);
                    }
                    line_start = at + 1;
                    indent = bytes[line_start..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                    self.begin_line(line_start + indent, indent);
                }
                _ => {}
            }
        }
    }

    /// An item at the indentation of a block's own line, or before it, is outside the block.
    fn begin_line(&mut self, at: usize, indent: usize) {
        let begins_item = self.text[at..].starts_with(|c: char| c == '_' || c == '"' || unicode_ident::is_xid_start(c));
        if self.uses_indent && begins_item {
            while let Some(open) = self.open.pop_if(|open| open.indent >= indent) {
                self.unclosed.push((open.at, at));
            }
        }
    }

    fn close(&mut self, at: usize, indent: usize, is_first: bool) {
        if self.uses_indent && is_first {
            while let Some(open) = self.open.pop_if(|open| open.indent > indent) {
                self.unclosed.push((open.at, at));
            }
            if self.open.last().is_some_and(|open| open.indent < indent) {
                self.stray.push(at);
                return;
            }
        }
        if self.open.pop().is_none() {
            self.stray.push(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mend;

    #[test]
    fn finds_the_block_that_was_left_open() {
        let text = "pipeline p {\n  stage a {\n    substage x { run = \"1\"\n  }\n  stage b {}\n}\n";
        let mended = mend(text).unwrap();
        assert_eq!(mended.unclosed, [(text.find("{ run").unwrap(), text.find("}\n  stage b").unwrap())]);
        assert_eq!(mended.text, "pipeline p {\n  stage a {\n    substage x { run = \"1\"\n }}\n  stage b {}\n}\n");
    }

    #[test]
    fn finds_the_brace_too_many() {
        let text = "pipeline p {\n  stage a {\n  }\n    }\n  stage b {}\n}\n";
        let mended = mend(text).unwrap();
        assert_eq!(mended.stray, [text.find("    }").unwrap() + 4]);
        assert_eq!(mended.text.len(), text.len());
    }

    #[test]
    fn an_item_further_left_ends_blocks() {
        let text = "pipeline p {\n  stage a {\n    timeout = 1h\n\npipeline q {}\n";
        let mended = mend(text).unwrap();
        assert_eq!(mended.unclosed.len(), 2);
    }

    #[test]
    fn says_nothing_where_indentation_tells_nothing() {
        assert!(mend("a {\nb {\nc = 1\n}\n").is_none());
        assert!(mend("a { b { }").is_none());
    }
}
