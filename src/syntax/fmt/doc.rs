//! A small document printer: text, places where a line may break, groups that break as one.

/// What is to be printed. Build it with the functions below.
#[derive(Debug)]
pub(super) enum Doc {
    Nil,
    /// Has no line end.
    Text(String),
    /// A comment behind something. It breaks nothing, however long it is.
    Remark(String),
    /// A line end where the group breaks, else this text.
    Line(&'static str),
    /// Always a line end, and so is every `Line` of the groups around it.
    Hard,
    /// A line end and an empty line.
    Blank,
    /// This text where the group breaks, else nothing.
    IfBroken(&'static str),
    Concat(Vec<Doc>),
    /// One level deeper.
    Indent(Box<Doc>),
    /// On one line if it fits.
    Group(Box<Doc>),
}

pub(super) fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

pub(super) fn concat(docs: impl Into<Vec<Doc>>) -> Doc {
    Doc::Concat(docs.into())
}

pub(super) fn indent(doc: Doc) -> Doc {
    Doc::Indent(Box::new(doc))
}

pub(super) fn group(doc: Doc) -> Doc {
    Doc::Group(Box::new(doc))
}

const INDENT: usize = 2;

/// How what is printed now treats `Line`.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Flat,
    Broken,
}

impl Doc {
    /// Prints it in lines of at most `width` columns where that is possible. No line ends in blanks, save in `Text`.
    pub(super) fn print(&self, width: usize) -> String {
        let mut printer = Printer { out: String::new(), column: 0, pending: 0, width };
        let mut stack = vec![(0, Mode::Broken, self)];
        while let Some((depth, mode, doc)) = stack.pop() {
            match doc {
                Doc::Nil => {}
                Doc::Text(text) => printer.text(text),
                Doc::Remark(text) => {
                    printer.text(" ");
                    printer.text(text);
                }
                Doc::Line(flat) if mode == Mode::Flat => printer.text(flat),
                Doc::Line(_) | Doc::Hard => printer.line_end(depth),
                Doc::Blank => {
                    printer.line_end(0);
                    printer.line_end(depth);
                }
                Doc::IfBroken(broken) => {
                    if mode == Mode::Broken {
                        printer.text(broken);
                    }
                }
                Doc::Concat(docs) => stack.extend(docs.iter().rev().map(|doc| (depth, mode, doc))),
                Doc::Indent(inner) => stack.push((depth + INDENT, mode, inner)),
                Doc::Group(inner) => {
                    let fits = mode == Mode::Flat || printer.fits(inner, &stack);
                    stack.push((depth, if fits { Mode::Flat } else { Mode::Broken }, inner));
                }
            }
        }
        printer.out
    }
}

struct Printer {
    out: String,
    column: usize,
    /// Indentation that is written before the next text, so that empty lines stay empty.
    pending: usize,
    width: usize,
}

impl Printer {
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.out.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.pending)));
        self.out.push_str(text);
        self.column += columns(text);
    }

    fn line_end(&mut self, depth: usize) {
        self.out.push('\n');
        self.pending = depth;
        self.column = depth;
    }

    /// Whether `doc`, flat, and what follows it up to the next possible line end, have room on this line.
    fn fits(&self, doc: &Doc, rest: &[(usize, Mode, &Doc)]) -> bool {
        let mut room = self.width.saturating_sub(self.column);
        let mut stack = vec![(Mode::Flat, doc)];
        let mut rest = rest.iter().rev();
        loop {
            let Some((mode, doc)) = stack.pop().or_else(|| rest.next().map(|(_, mode, doc)| (*mode, *doc))) else { return true };
            match doc {
                Doc::Nil | Doc::Remark(_) => {}
                Doc::Text(text) => match room.checked_sub(columns(text)) {
                    Some(left) => room = left,
                    None => return false,
                },
                Doc::Line(flat) if mode == Mode::Flat => match room.checked_sub(flat.len()) {
                    Some(left) => room = left,
                    None => return false,
                },
                Doc::Line(_) => return true,
                // Inside the group it forces the break; after it, the line ends there.
                Doc::Hard | Doc::Blank => return mode == Mode::Broken,
                Doc::IfBroken(broken) => {
                    if mode == Mode::Broken {
                        room = room.saturating_sub(broken.len());
                    }
                }
                Doc::Concat(docs) => stack.extend(docs.iter().rev().map(|doc| (mode, doc))),
                Doc::Indent(inner) => stack.push((mode, inner)),
                // What follows may break by itself.
                Doc::Group(inner) => stack.push((mode, inner)),
            }
        }
    }
}

/// A wide character, as of Chinese, takes two columns.
fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Doc {
        let mut inner = vec![Doc::Line("")];
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                inner.extend([text(","), Doc::Line(" ")]);
            }
            inner.push(text(*item));
        }
        inner.push(Doc::IfBroken(","));
        group(concat([text("["), indent(concat(inner)), Doc::Line(""), text("]")]))
    }

    #[test]
    fn a_group_breaks_as_one_when_it_does_not_fit() {
        assert_eq!(list(&["aa", "bb"]).print(8), "[aa, bb]");
        assert_eq!(list(&["aa", "bb"]).print(7), "[\n  aa,\n  bb,\n]");
    }

    #[test]
    fn what_follows_on_the_line_counts() {
        assert_eq!(concat([list(&["aa", "bb"]), text(" + x")]).print(11), "[\n  aa,\n  bb,\n] + x");
        assert_eq!(concat([list(&["aa", "bb"]), Doc::Remark("// x".into())]).print(11), "[aa, bb] // x");
    }

    #[test]
    fn empty_lines_stay_empty() {
        assert_eq!(indent(concat([text("a"), Doc::Blank, text("b")])).print(80), "a\n\n  b");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(list(&["测试"]).print(6), "[测试]");
        assert_eq!(list(&["测试"]).print(5), "[\n  测试,\n]");
    }
}
