//! How deep brackets lie in each other, told before anything recurses over them.

/// What the scan is in: the closing bracket that it waits for, or a string.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Bracket,
    Interpolation,
    Line,
    Block,
}

/// The place of the first bracket that lies deeper than `limit`. One pass, in constant space for a given limit.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open: Vec<Inside> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let inside = open.last().copied();
        let step = match (inside, bytes[at]) {
            (Some(Inside::Line | Inside::Block), _) => string_step(rest, &mut open, &mut depth),
            (_, b'/') if rest.starts_with(b"//") => rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
            (_, b'"') => {
                let is_block = rest.starts_with(b"\"\"\"");
                open.push(if is_block { Inside::Block } else { Inside::Line });
                if is_block { 3 } else { 1 }
            }
            (_, b'{' | b'[' | b'(') => {
                open.push(Inside::Bracket);
                depth += 1;
                1
            }
            (Some(Inside::Interpolation), b'}') if rest.starts_with(b"}}") => {
                open.pop();
                depth -= 1;
                2
            }
            (Some(Inside::Bracket), b'}' | b']' | b')') => {
                open.pop();
                depth -= 1;
                1
            }
            _ => 1,
        };
        if depth > limit {
            return Some(at);
        }
        at += step;
    }
    None
}

/// One step in a string, which may end it or open an interpolation.
fn string_step(rest: &[u8], open: &mut Vec<Inside>, depth: &mut usize) -> usize {
    let is_block = open.last() == Some(&Inside::Block);
    if rest.starts_with(b"$${{") {
        return 4;
    }
    if rest.starts_with(b"${{") {
        open.push(Inside::Interpolation);
        *depth += 1;
        return 3;
    }
    if is_block {
        let quotes = rest.iter().take_while(|&&byte| byte == b'"').count();
        if quotes >= 3 {
            open.pop();
        }
        return quotes.max(1);
    }
    match rest[0] {
        b'\\' => 2,
        b'"' | b'\n' => {
            open.pop();
            1
        }
        _ => 1,
    }
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
