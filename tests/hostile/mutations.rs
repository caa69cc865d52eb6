//! Sources that somebody, or a broken disk, has changed a little; and no sources at all.

use std::path::{Path, PathBuf};

use super::compile::{compile, compile_files};

/// How many inputs each test tries; `HOSTILE_ROUNDS` sets another number.
fn rounds(default: u64) -> u64 {
    std::env::var("HOSTILE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(default)
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 >> 33) ^ (self.0 >> 17);
        mixed as usize % limit.max(1)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

fn sources() -> Vec<String> {
    let mut paths = Vec::new();
    for folder in ["examples", "stdlib", "tests/ui"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
    }
    paths.sort();
    let sources: Vec<String> = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    assert!(sources.len() > 50, "only {} sources to change", sources.len());
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "o11n") {
            paths.push(path);
        }
    }
}

/// Words, numbers, strings' ends, brackets and blanks, one by one.
fn tokens(source: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in source.char_indices() {
        let kind = if c.is_alphanumeric() || c == '_' {
            0
        } else if c == ' ' {
            1
        } else {
            2
        };
        if previous.is_some_and(|previous| previous != kind || kind == 2) {
            tokens.push(&source[start..at]);
            start = at;
        }
        previous = Some(kind);
    }
    tokens.push(&source[start..]);
    tokens
}

#[test]
fn changed_bytes_are_answered() {
    let sources = sources();
    let mut numbers = Numbers(1);
    for _ in 0..rounds(400) {
        let mut bytes = numbers.pick(&sources).clone().into_bytes();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(bytes.len());
            match numbers.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, *numbers.pick(b"{}[]()\"'\\$/\n =,:-@#\0\xff")),
                2 if !bytes.is_empty() => bytes[at] ^= 1 << numbers.below(8),
                _ if !bytes.is_empty() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        compile_files(&[("main.o11n", &bytes)]);
    }
}

#[test]
fn words_that_are_moved_about_are_answered() {
    let sources = sources();
    let mut numbers = Numbers(2);
    for _ in 0..rounds(400) {
        let mut changed: Vec<&str> = tokens(numbers.pick(&sources).as_str());
        for _ in 0..=numbers.below(6) {
            let donor = tokens(numbers.pick(&sources).as_str());
            let from = numbers.below(donor.len());
            let length = 1 + numbers.below(12.min(donor.len() - from));
            let at = numbers.below(changed.len());
            let end = (at + numbers.below(6)).min(changed.len());
            changed.splice(at..end, donor[from..from + length].iter().copied());
        }
        compile(&changed.concat());
    }
}

#[test]
fn noise_is_answered() {
    let mut numbers = Numbers(3);
    for _ in 0..rounds(200) {
        let length = numbers.below(200);
        let bytes: Vec<u8> = (0..length).map(|_| numbers.below(256) as u8).collect();
        compile_files(&[("main.o11n", &bytes)]);
        let text: String = (0..length)
            .map(|_| {
                *numbers.pick(&[' ', '{', '}', '"', '$', 'a', '0', '=', '测', '\n', '(', ']', '/', '-', '.', '\u{202e}', 'é'])
            })
            .collect();
        compile(&text);
    }
}
