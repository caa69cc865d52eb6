//! The brackets of a text, found without the grammar: how deep they lie, and which one was likely left open.

/// What the scan is in.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Bracket,
    Interpolation,
    /// `"…"`
    Line,
    /// `"""…"""`
    Block,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Event {
    Open,
    Close,
    /// Where an interpolation begins or ends.
    Interpolation,
    /// The end of a line outside strings.
    LineEnd {
        ends_comment: bool,
    },
}

/// Goes through a text once and stops at what [`Event`] names, with its place.
pub(super) struct Brackets<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Inside>,
    /// How many brackets and interpolations are open.
    depth: usize,
    in_comment: bool,
}

impl<'a> Brackets<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, open: Vec::new(), depth: 0, in_comment: false }
    }

    /// Takes one step in a string, which may end it or open an interpolation.
    fn step_in_string(&mut self) -> Option<Event> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"$${{") {
            self.at += 4;
        } else if rest.starts_with(b"${{") {
            self.open.push(Inside::Interpolation);
            self.depth += 1;
            self.at += 3;
            return Some(Event::Interpolation);
        } else if self.open.last() == Some(&Inside::Block) {
            let quotes = rest.iter().take_while(|&&byte| byte == b'"').count();
            if quotes >= 3 {
                self.open.pop();
            }
            self.at += if quotes > 0 { quotes } else { past_plain(rest, |byte| matches!(byte, b'$' | b'"')) };
        } else {
            match rest[0] {
                b'\\' if rest.get(1) != Some(&b'\n') => self.at += 2,
                b'"' => {
                    self.open.pop();
                    self.at += 1;
                }
                // An unclosed string ends with its line.
                b'\n' => {
                    self.open.pop();
                }
                _ => self.at += past_plain(rest, |byte| matches!(byte, b'$' | b'"' | b'\\' | b'\n')),
            }
        }
        None
    }

    fn step(&mut self) -> Option<Event> {
        let rest = &self.bytes[self.at..];
        let inside = self.open.last().copied();
        match rest[0] {
            b'\n' => {
                self.at += 1;
                return Some(Event::LineEnd { ends_comment: std::mem::take(&mut self.in_comment) });
            }
            b'/' if rest.starts_with(b"//") => {
                self.in_comment = true;
                self.at += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            }
            b'"' => {
                let is_block = rest.starts_with(b"\"\"\"");
                self.open.push(if is_block { Inside::Block } else { Inside::Line });
                self.at += if is_block { 3 } else { 1 };
            }
            b'{' | b'[' | b'(' => {
                self.open.push(Inside::Bracket);
                self.depth += 1;
                self.at += 1;
                return Some(Event::Open);
            }
            b'}' if inside == Some(Inside::Interpolation) && rest.starts_with(b"}}") => {
                self.close(2);
                return Some(Event::Interpolation);
            }
            b'}' | b']' | b')' => {
                if inside == Some(Inside::Bracket) {
                    self.close(1);
                } else {
                    self.at += 1;
                }
                return Some(Event::Close);
            }
            _ => {
                self.at += past_plain(rest, |byte| matches!(byte, b'\n' | b'/' | b'"' | b'{' | b'[' | b'(' | b'}' | b']' | b')'))
            }
        }
        None
    }

    fn close(&mut self, length: usize) {
        self.open.pop();
        self.depth -= 1;
        self.at += length;
    }
}

/// How far the next byte lies, after the first, that one must look at.
fn past_plain(rest: &[u8], tells: impl Fn(u8) -> bool) -> usize {
    1 + rest[1..].iter().take_while(|byte| !tells(**byte)).count()
}

impl Iterator for Brackets<'_> {
    type Item = (usize, Event);

    fn next(&mut self) -> Option<(usize, Event)> {
        while self.at < self.bytes.len() {
            let at = self.at;
            let event = match self.open.last() {
                Some(Inside::Line | Inside::Block) => self.step_in_string(),
                Some(Inside::Bracket | Inside::Interpolation) | None => self.step(),
            };
            if let Some(event) = event {
                return Some((at, event));
            }
        }
        None
    }
}

/// The place of the first bracket that lies deeper than `limit`.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut brackets = Brackets::new(text);
    while let Some((at, _)) = brackets.next() {
        if brackets.depth > limit {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn points_at_the_bracket_that_is_too_deep() {
        assert_eq!(too_deep("a { b = [ ( ) ] }", 2), Some(10));
        assert_eq!(too_deep("a { b = [ ( ) ] }", 3), None);
        assert_eq!(too_deep("{}{}{}", 1), None);
    }

    #[test]
    fn text_is_no_bracket() {
        for text in ["// {{{", "a = \"{{{\"", "a = \"\"\"\n{{{\n\"\"\"", "a = \"\\\"{{\"", "a = \"$${{{{\""] {
            assert_eq!(too_deep(text, 0), None, "{text}");
        }
        assert_eq!(too_deep("a = \"${{ [1] }}\"", 1), Some(9));
    }
}
