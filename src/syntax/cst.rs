//! The lossless tree: every node of the grammar with its place, comments among them.
//!
//! It is one flat list in order of the text. What lies between the nodes is punctuation and white space, so the leaves,
//! concatenated, are the source byte for byte.

use std::ops::Range;

use pest::Token;
use pest::iterators::Pairs;

use super::grammar::Rule;

/// The tree of one file.
#[derive(Debug, Default)]
pub struct Cst {
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Rule,
    start: u32,
    end: u32,
    /// The index after the last node below this one.
    next: u32,
}

/// A piece of text that is no node's inner part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub kind: LeafKind,
    pub range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    Blank,
    Comment,
    Token,
    /// Text that the grammar does not expect.
    Error,
}

impl Cst {
    /// Flattens what the parser made of `text`. Pest ends a node after the blanks and comments that follow it wherever an
    /// optional part did not come; here a node ends with its last character, and comments move up.
    pub(super) fn new(text: &str, pairs: Pairs<'_, Rule>) -> Self {
        let bytes = text.as_bytes();
        let mut nodes: Vec<Node> = Vec::with_capacity(text.len() / 4);
        let mut open: Vec<usize> = Vec::new();
        let mut seen = 0;
        for token in pairs.tokens() {
            match token {
                Token::Start { rule, pos } => {
                    push_comments(&mut nodes, bytes, seen..pos.pos());
                    seen = pos.pos();
                    open.push(nodes.len());
                    nodes.push(Node { kind: rule, start: seen as u32, end: 0, next: 0 });
                }
                Token::End { rule, pos } => {
                    let index = open.pop().expect("every end has its start");
                    if index + 1 < nodes.len() || is_bracketed(rule) {
                        push_comments(&mut nodes, bytes, seen..pos.pos());
                    }
                    seen = pos.pos();
                    let (end, next) = trimmed_end(&nodes, bytes, index, pos.pos());
                    nodes[index].end = end as u32;
                    nodes[index].next = next as u32;
                }
            }
        }
        Self { nodes }
    }

    /// The file's node; none where the text was refused before it was read.
    pub(super) fn root(&self) -> Option<NodeRef<'_>> {
        (!self.nodes.is_empty()).then_some(NodeRef { cst: self, index: 0 })
    }

    /// Whether there is a node of such a kind.
    pub(super) fn has(&self, is_wanted: impl Fn(Rule) -> bool) -> bool {
        self.nodes.iter().any(|node| is_wanted(node.kind))
    }

    /// Shows every node, in order of the text, with those around it. Does not recurse, however deep the tree.
    pub(super) fn visit<'a>(&'a self, mut see: impl FnMut(&Visit<'_, 'a>)) {
        let mut open: Vec<(NodeRef<'a>, Option<NodeRef<'a>>)> = Vec::new();
        for index in 0..self.nodes.len() {
            while open.last().is_some_and(|(node, _)| self.nodes[node.index].next as usize <= index) {
                open.pop();
            }
            let node = NodeRef { cst: self, index };
            let previous = open.last().and_then(|(_, last)| *last);
            see(&Visit { node, parent: open.last().map(|(parent, _)| *parent), previous, open: &open });
            if let Some((_, last)) = open.last_mut().filter(|_| node.kind() != Rule::comment) {
                *last = Some(node);
            }
            open.push((node, None));
        }
    }

    /// Whether the text was read at all; one that is too large or too deep has no tree.
    pub fn is_complete(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The leaves of `text`, which must be the text that this tree was made of.
    pub fn leaves(&self, text: &str) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let mut at = 0;
        for (index, node) in self.nodes.iter().enumerate() {
            push_gap(&mut leaves, text, at..(node.start as usize).max(at));
            at = at.max(node.start as usize);
            let is_leaf = node.next as usize == index + 1;
            if is_leaf && node.end as usize > at {
                let kind = match node.kind {
                    Rule::comment => LeafKind::Comment,
                    kind if is_skipped(kind) => LeafKind::Error,
                    _ => LeafKind::Token,
                };
                leaves.push(Leaf { kind, range: at..node.end as usize });
                at = node.end as usize;
            }
        }
        push_gap(&mut leaves, text, at..text.len());
        leaves
    }
}

/// Whether a node may hold comments and nothing else. Any other without nodes below is one token.
fn is_bracketed(kind: Rule) -> bool {
    matches!(kind, Rule::body | Rule::list | Rule::record | Rule::args | Rule::params | Rule::import_names | Rule::record_type)
}

/// Between nodes there is punctuation, white space and comments, so a slash begins a comment.
fn push_comments(nodes: &mut Vec<Node>, bytes: &[u8], gap: Range<usize>) {
    let mut at = gap.start;
    while let Some(found) = bytes[at..gap.end].iter().position(|&byte| byte == b'/') {
        let start = at + found;
        let rest = &bytes[start..gap.end];
        let length = if rest.starts_with(b"/*") {
            rest.windows(2).skip(2).position(|pair| pair == b"*/").map(|end| end + 4)
        } else {
            rest.iter().position(|&byte| byte == b'\n')
        };
        at = start + length.unwrap_or(rest.len());
        nodes.push(Node { kind: Rule::comment, start: start as u32, end: at as u32, next: nodes.len() as u32 + 1 });
    }
}

/// Where a node ends, and which node comes after it: without trailing blanks, and without the comments among those.
fn trimmed_end(nodes: &[Node], bytes: &[u8], index: usize, mut end: usize) -> (usize, usize) {
    let start = nodes[index].start as usize;
    let mut next = nodes.len();
    if index + 1 == next {
        // A leaf is atomic: its blanks are its own.
        return (end, next);
    }
    if matches!(nodes[index].kind, Rule::file) {
        return (end, next);
    }
    loop {
        while end > start && matches!(bytes[end - 1], b' ' | b'\t' | b'\r' | b'\n') {
            end -= 1;
        }
        let last = nodes[next - 1];
        if next - 1 > index && last.kind == Rule::comment && last.end as usize >= end && end > start {
            end = last.start as usize;
            next -= 1;
        } else {
            return (end, next);
        }
    }
}

/// Whether a node of this kind is text that was skipped.
fn is_skipped(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::error_item
            | Rule::error_rest
            | Rule::error_value
            | Rule::error_head
            | Rule::error_entry
            | Rule::error_type
            | Rule::error_tail
            | Rule::error_interpolation
            | Rule::error_label
            | Rule::error_block_head
            | Rule::error_separator
            | Rule::stray_close
    )
}

fn push_gap(leaves: &mut Vec<Leaf>, text: &str, range: Range<usize>) {
    let mut at = range.start;
    let bytes = text.as_bytes();
    while at < range.end {
        let is_blank = |at: usize| bytes[at].is_ascii_whitespace();
        let kind = if is_blank(at) { LeafKind::Blank } else { LeafKind::Token };
        let start = at;
        while at < range.end && is_blank(at) == (kind == LeafKind::Blank) {
            at += 1;
        }
        leaves.push(Leaf { kind, range: start..at });
    }
}

/// One node, with the tree it belongs to.
#[derive(Clone, Copy)]
pub(super) struct NodeRef<'a> {
    cst: &'a Cst,
    index: usize,
}

impl<'a> NodeRef<'a> {
    pub(super) fn kind(self) -> Rule {
        self.cst.nodes[self.index].kind
    }

    pub(super) fn start(self) -> usize {
        self.cst.nodes[self.index].start as usize
    }

    pub(super) fn end(self) -> usize {
        self.cst.nodes[self.index].end as usize
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The nodes right below, comments included.
    pub(super) fn children(self) -> Children<'a> {
        Children { cst: self.cst, at: self.index + 1, end: self.cst.nodes[self.index].next as usize }
    }

    /// The first node below that is of this kind.
    pub(super) fn child(self, kind: Rule) -> Option<NodeRef<'a>> {
        self.children().find(|child| child.kind() == kind)
    }
}

/// A node and those around it.
pub(super) struct Visit<'o, 'a> {
    pub node: NodeRef<'a>,
    pub parent: Option<NodeRef<'a>>,
    /// The node before it below the same parent, comments apart.
    pub previous: Option<NodeRef<'a>>,
    /// The nodes that it lies in, outermost first, each with the last node seen below it.
    open: &'o [(NodeRef<'a>, Option<NodeRef<'a>>)],
}

impl<'a> Visit<'_, 'a> {
    /// The node that it lies in, `levels` above the parent.
    pub(super) fn ancestor(&self, levels: usize) -> Option<NodeRef<'a>> {
        self.open.iter().rev().nth(levels).map(|(node, _)| *node)
    }
}

/// The nodes right below another.
#[derive(Clone)]
pub(super) struct Children<'a> {
    cst: &'a Cst,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Children<'a> {
    type Item = NodeRef<'a>;

    fn next(&mut self) -> Option<NodeRef<'a>> {
        if self.at >= self.end {
            return None;
        }
        let node = NodeRef { cst: self.cst, index: self.at };
        self.at = self.cst.nodes[self.at].next as usize;
        Some(node)
    }
}
