//! Sources and positions in them.

use std::sync::Arc;

use ecow::EcoString;

/// A file of the current run; an index into [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of bytes in one file. `start <= end`, both on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        // A source has at most 64 MiB, so offsets fit.
        Self { file, start: start as u32, end: end as u32 }
    }

    /// The smallest span that covers both; `other` must lie in the same file.
    pub fn to(self, other: Span) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span before the first byte.
    pub fn before(self) -> Self {
        Self { end: self.start, ..self }
    }

    /// The empty span after the last byte.
    pub fn after(self) -> Self {
        Self { start: self.end, ..self }
    }

    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place for people: line and column from 1, the column counted in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One source: its path as the user would write it, and its text.
#[derive(Debug)]
pub struct SourceFile {
    pub path: EcoString,
    pub text: Arc<str>,
    /// Byte offset of the start of every line.
    line_starts: Vec<u32>,
    /// Byte offsets inside long lines, ascending, each with the column there: else a file of one line would make every
    /// look-up cost its length.
    milestones: Vec<(u32, u32)>,
}

/// Bytes from one milestone of a line to the next, about.
const MILESTONE: usize = 4096;

impl SourceFile {
    /// The place of a byte offset; past the end, the place of the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let line = self.line_of(offset);
        let mut start = self.line_starts[line - 1] as usize;
        let mut column = 1;
        let passed = self.milestones.partition_point(|&(at, _)| at as usize <= offset);
        if let Some(&(at, there)) = self.milestones[..passed].last().filter(|&&(at, _)| at as usize > start) {
            (start, column) = (at as usize, there as usize);
        }
        Position { line, column: column + self.text[start..offset].chars().count() }
    }

    /// The line (from 1) that a byte offset is in.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start as usize <= offset).max(1)
    }

    /// The byte range of a line (from 1) without its line end.
    pub fn line(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.line_starts[line - 1] as usize;
        let end = self.line_starts.get(line).map_or(self.text.len(), |&next| next as usize);
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + text.len()
    }

    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }
}

/// All sources that a run has read, also data files and the standard library. A clone shares the files.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    pub fn add(&mut self, path: impl Into<EcoString>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let line_starts: Vec<u32> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1)).collect();
        let milestones = milestones(&text, &line_starts);
        self.files.push(Arc::new(SourceFile { path: path.into(), text, line_starts, milestones }));
        FileId(self.files.len() as u32 - 1)
    }

    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file of this id, where there is one.
    pub fn find(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize).map(|file| &**file)
    }

    pub fn text(&self, span: Span) -> &str {
        &self.get(span.file).text[span.range()]
    }

    pub fn position(&self, span: Span) -> Position {
        self.get(span.file).position(span.start as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), &**file))
    }
}

/// See [`SourceFile::milestones`].
fn milestones(text: &str, line_starts: &[u32]) -> Vec<(u32, u32)> {
    let ends = line_starts.iter().skip(1).copied().chain([text.len() as u32]);
    let mut found = Vec::new();
    for (start, end) in line_starts.iter().map(|&start| start as usize).zip(ends.map(|end| end as usize)) {
        let (mut at, mut column) = (start, 1);
        while end - at > MILESTONE {
            let next = text.floor_char_boundary(at + MILESTONE);
            column += text[at..next].chars().count();
            at = next;
            found.push((at as u32, column as u32));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_also_far_into_a_long_line() {
        let text = format!("a\n{}\nend", "测".repeat(5000));
        let mut sources = SourceMap::default();
        let id = sources.add("a", text.as_str());
        let file = sources.get(id);
        for at in [0, 1, 1364, 1365, 1366, 2731, 4999, 5000] {
            assert_eq!(file.position(2 + at * 3), Position { line: 2, column: at + 1 });
        }
        assert_eq!(file.position(usize::MAX), Position { line: 3, column: 4 });
    }
}
