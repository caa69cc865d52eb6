//! The lines of a block string, without the indentation that they share.

use super::cst::NodeRef;
use super::grammar::Rule;

/// What stands between `"""` and `"""`.
pub(super) struct BlockString<'t, 'n> {
    /// Without the line of the opening quotes and without a last line that is blank; a blank line has no pieces.
    pub lines: Vec<Vec<Piece<'t, 'n>>>,
    /// Whether a newline follows the opening quotes.
    pub opens_rightly: bool,
}

/// A piece of one line.
pub(super) enum Piece<'t, 'n> {
    /// Text as it stands, and where.
    Text(&'t str, usize),
    /// `$${{`
    Escaped(NodeRef<'n>),
    Value(NodeRef<'n>),
}

impl Piece<'_, '_> {
    pub(super) fn start(&self) -> usize {
        match self {
            Piece::Text(_, at) => *at,
            Piece::Escaped(node) | Piece::Value(node) => node.start(),
        }
    }
}

/// Takes a `string` node of `text` apart.
pub(super) fn read<'t, 'n>(text: &'t str, node: NodeRef<'n>) -> BlockString<'t, 'n> {
    let mut lines = raw_lines(text, node);
    let opening = lines.remove(0);
    let is_open = node.child(Rule::error_open_string).is_some();
    let opens_rightly = is_blank(&opening) && (!lines.is_empty() || is_open);
    if !opens_rightly {
        lines.insert(0, opening);
    }
    if lines.last().is_some_and(|line| is_blank(line)) {
        lines.pop();
    }
    let indent = common_indent(&lines);
    for line in &mut lines {
        if is_blank(line) {
            line.clear();
        } else if let Some(Piece::Text(text, at)) = line.first_mut() {
            *at += indent;
            *text = &text[indent..];
        }
        line.retain(|piece| !matches!(piece, Piece::Text("", _)));
    }
    BlockString { lines, opens_rightly }
}

fn raw_lines<'t, 'n>(text: &'t str, node: NodeRef<'n>) -> Vec<Vec<Piece<'t, 'n>>> {
    let mut lines: Vec<Vec<Piece<'t, 'n>>> = vec![Vec::new()];
    for child in node.children() {
        let piece = match child.kind() {
            Rule::block_text => {
                let mut at = child.start();
                for (index, line) in text[child.range()].split('\n').enumerate() {
                    if index > 0 {
                        lines.push(Vec::new());
                    }
                    let kept = line.strip_suffix('\r').unwrap_or(line);
                    if let (false, Some(current)) = (kept.is_empty(), lines.last_mut()) {
                        current.push(Piece::Text(kept, at));
                    }
                    at += line.len() + 1;
                }
                continue;
            }
            Rule::escaped_open => Piece::Escaped(child),
            Rule::interpolation => Piece::Value(child),
            _ => continue,
        };
        if let Some(current) = lines.last_mut() {
            current.push(piece);
        }
    }
    lines
}

fn is_blank(line: &[Piece<'_, '_>]) -> bool {
    line.iter()
        .all(|piece| matches!(piece, Piece::Text(text, _) if text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))))
}

/// How many bytes of white space all lines begin with that are not blank.
fn common_indent(lines: &[Vec<Piece<'_, '_>>]) -> usize {
    let mut common: Option<&str> = None;
    for line in lines.iter().filter(|line| !is_blank(line)) {
        let indent = match line.first() {
            Some(Piece::Text(text, _)) => &text[..text.len() - text.trim_start_matches([' ', '\t']).len()],
            _ => "",
        };
        let shared = common.map_or(indent.len(), |common| common.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count());
        common = Some(&indent[..shared]);
    }
    common.map_or(0, str::len)
}
