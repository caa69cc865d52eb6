//! What a pipeline reads of the workspace: data files, texts, lists of files, digests. Each is read once.

use std::collections::HashMap;
use std::sync::Arc;

use ecow::{EcoString, EcoVec};
use sha2::{Digest, Sha256};

use super::convert::Conversion;
use super::data::{Datum, Format};
use super::eval::{Eval, Res, VALUE_BYTES};
use super::functions::{bad_glob, glob_matcher};
use super::value::Value;
use crate::base::{FileId, ReadError, RootPath, Span};
use crate::diag::{Code, Diagnostic};
use crate::sema::types::Type;

/// Largest data file, in bytes.
const MAX_DATA: u64 = 64 << 20;
/// Largest file that a cache depends on, in bytes: it is read whole.
const MAX_INPUT: u64 = 256 << 20;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Files {
    texts: HashMap<RootPath, Res<EcoString>>,
    data: HashMap<RootPath, Res<(FileId, Arc<Datum>)>>,
    /// By the place of the `load`, which fixes the type.
    loaded: HashMap<(RootPath, Span), Res<Value>>,
    globs: HashMap<String, Value>,
    listing: Option<Res<Arc<[RootPath]>>>,
    digests: HashMap<RootPath, [u8; 32]>,
}

impl<'a> Eval<'a> {
    /// `load("…")`: the content of a data file as a value of the type.
    pub(super) fn load(&mut self, written: &str, at: Span, from: &RootPath, ty: &'a Type) -> Res<Value> {
        let path = self.resolve(written, at, from)?;
        let key = (path.clone(), at);
        if let Some(value) = self.files.loaded.get(&key) {
            return value.clone();
        }
        let value = self.load_new(&path, at, ty);
        self.files.loaded.insert(key, value.clone());
        value
    }

    fn load_new(&mut self, path: &RootPath, at: Span, ty: &'a Type) -> Res<Value> {
        let known = self.files.data.get(path).cloned();
        let (file, datum) = match known {
            Some(known) => known?,
            None => {
                let parsed = self.parse_data(path, at);
                self.files.data.insert(path.clone(), parsed.clone());
                parsed?
            }
        };
        let mut cx = Conversion::new(at);
        let value = self.convert(&datum, ty, &mut cx);
        for problem in cx.problems {
            let span = Span::new(file, problem.at.start, problem.at.end);
            let mut diagnostic = Diagnostic::at(Code::DataShape, span, problem.message, problem.label);
            diagnostic = diagnostic.label(at, format!("loaded as `{ty}` here"));
            diagnostic.help = problem.help;
            self.report(diagnostic);
        }
        value
    }

    fn parse_data(&mut self, path: &RootPath, at: Span) -> Res<(FileId, Arc<Datum>)> {
        let Some(format) = Format::of(path.as_str()) else {
            let message = format!("`{path}` is no data file that `load` knows");
            let help = "it reads `.yaml`, `.json`, `.toml` and `.csv`; any other text is read by `read`";
            return self.fail(Diagnostic::at(Code::DataNotFound, at, message, "unknown ending").help(help));
        };
        let text = self.file_text(path, at)?;
        let file = self.sources.add(path.as_str(), text.as_str());
        match format.parse(&text) {
            Ok(datum) => Ok((file, Arc::new(datum))),
            Err(error) => {
                let span = Span::new(file, error.at.start, error.at.end);
                let message = format!("this is not {}: {}", format.name(), error.message);
                self.fail(Diagnostic::at(Code::MalformedData, span, message, "here").label(at, "loaded here"))
            }
        }
    }

    /// `read("…")`: the text of a file.
    pub(super) fn read(&mut self, written: &str, at: Span, from: &RootPath) -> Res<Value> {
        let path = self.resolve(written, at, from)?;
        if let Some(text) = self.files.texts.get(&path) {
            return text.clone().map(Value::String);
        }
        let text = self.file_text(&path, at);
        self.files.texts.insert(path, text.clone());
        text.map(Value::String)
    }

    /// `glob("…")`: files of the workspace, sorted, relative to its root.
    pub(super) fn glob(&mut self, written: &str, at: Span, from: &RootPath) -> Res<Value> {
        let Some(pattern) = below(from, written) else { return self.outside(written, at) };
        if let Some(value) = self.files.globs.get(&pattern) {
            return Ok(value.clone());
        }
        let paths = self.matching(&pattern, at)?;
        self.spend_bytes(paths.len() * VALUE_BYTES, at)?;
        let list: EcoVec<Value> = paths.iter().map(|path| Value::String(path.as_str().into())).collect();
        self.files.globs.insert(pattern, Value::List(list.clone()));
        Ok(Value::List(list))
    }

    /// The files that a pattern from the root matches, sorted.
    pub(super) fn matching(&mut self, pattern: &str, at: Span) -> Res<Vec<RootPath>> {
        let matcher = match glob_matcher(pattern) {
            Ok(matcher) => matcher,
            Err(why) => return self.fail(bad_glob(pattern, &why, at)),
        };
        let listing = match self.files.listing.clone() {
            Some(listing) => listing?,
            None => {
                let listing = match self.world.files() {
                    Ok(files) => Ok(files),
                    Err(error) => {
                        let message = format!("the files of the workspace cannot be listed: {}", reason(&error, MAX_DATA));
                        self.fail(Diagnostic::at(Code::DataNotFound, at, message, "needed here"))
                    }
                };
                self.files.listing = Some(listing.clone());
                listing?
            }
        };
        // Paths are sorted, so those that share the pattern's literal beginning stand together.
        let literal = pattern.find(['*', '?', '[', '{', '\\']).map_or(pattern, |end| &pattern[..end]);
        let start = listing.partition_point(|path| path.as_str() < literal);
        let within = listing[start..].iter().take_while(|path| path.as_str().starts_with(literal));
        let mut looked = 0;
        let found: Vec<RootPath> =
            within.inspect(|_| looked += 1).filter(|path| matcher.is_match(path.as_str())).cloned().collect();
        self.spend_values(looked, at)?;
        Ok(found)
    }

    /// The digest of a file that a cache depends on; `None` where it has gone since.
    pub(super) fn digest(&mut self, path: &RootPath, at: Span) -> Res<Option<[u8; 32]>> {
        if let Some(digest) = self.files.digests.get(path) {
            return Ok(Some(*digest));
        }
        let bytes = match self.world.read(path, MAX_INPUT) {
            Ok(bytes) => bytes,
            Err(ReadError::NotFound) => return Ok(None),
            Err(error) => {
                let message = format!("`{path}`, an input of this cache, cannot be read: {}", reason(&error, MAX_INPUT));
                let help = match error {
                    ReadError::TooLarge(_) => "let `inputs` name something small that changes with it, such as its checksum",
                    _ => "make it readable, or let `inputs` leave it out",
                };
                let diagnostic = Diagnostic::at(Code::DataNotFound, at, message, "one of its `inputs`");
                return self.fail(diagnostic.note("the fingerprint would not change when the file does").help(help));
            }
        };
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        self.files.digests.insert(path.clone(), digest);
        Ok(Some(digest))
    }

    fn resolve(&mut self, written: &str, at: Span, from: &RootPath) -> Res<RootPath> {
        match RootPath::resolve(Some(from), written) {
            Some(path) => Ok(path),
            None => self.outside(written, at),
        }
    }

    fn outside<T>(&mut self, written: &str, at: Span) -> Res<T> {
        let shown: String = written.escape_debug().collect();
        let message = format!("`{shown}` is no path inside the workspace");
        let help = "write a path with `/`, relative to this file, that stays below the workspace's root";
        self.fail(Diagnostic::at(Code::ImportOutside, at, message, "leaves the workspace").help(help))
    }

    fn file_text(&mut self, path: &RootPath, at: Span) -> Res<EcoString> {
        match self.world.read(path, MAX_DATA) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => {
                    self.spend_bytes(text.len(), at)?;
                    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).into())
                }
                Err(error) => {
                    let message = format!("`{path}` is not UTF-8 text: byte {} is wrong", error.utf8_error().valid_up_to());
                    self.fail(Diagnostic::at(Code::MalformedData, at, message, "read here"))
                }
            },
            Err(ReadError::Outside) => self.outside(path.as_str(), at),
            Err(ReadError::NotFound) => {
                let message = format!("there is no file `{path}`");
                let mut diagnostic = Diagnostic::at(Code::DataNotFound, at, message, "not found");
                if let Ok(files) = self.world.files()
                    && let Some(meant) = crate::diag::nearest(path.as_str(), files.iter().map(RootPath::as_str))
                {
                    diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
                }
                self.fail(diagnostic)
            }
            Err(error) => {
                let message = format!("`{path}` cannot be read: {}", reason(&error, MAX_DATA));
                self.fail(Diagnostic::at(Code::DataNotFound, at, message, "read here"))
            }
        }
    }
}

fn reason(error: &ReadError, limit: u64) -> String {
    match error {
        ReadError::NotFound => "there is no such file".into(),
        ReadError::Outside => "it leads out of the workspace".into(),
        ReadError::NotAFile => "it is not a file".into(),
        ReadError::TooLarge(size) => format!("it has {size} bytes, more than the limit of {} MiB", limit >> 20),
        ReadError::Other(said) => said.to_string(),
    }
}

/// A pattern as written in a file, from the root; the folder's own name is no pattern.
fn below(from: &RootPath, written: &str) -> Option<String> {
    if written.is_empty() || written.starts_with('/') || written.contains(['\0', '\\']) {
        return None;
    }
    let folder = from.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<String> = folder.split('/').filter(|part| !part.is_empty()).map(globset::escape).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part.to_owned()),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_relative_to_the_file_that_writes_them() {
        let from = RootPath::resolve(None, "ci/[x]/a.o11n").unwrap();
        assert_eq!(below(&from, "*.py").as_deref(), Some("ci/[[]x[]]/*.py"));
        assert_eq!(below(&from, "../../src/**").as_deref(), Some("src/**"));
        assert_eq!(below(&from, "../../../x"), None);
        assert_eq!(below(&from, "/etc/*"), None);
    }
}
