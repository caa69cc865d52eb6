//! Signs and colours of a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::machine::Outcome;

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    pub colour: bool,
    /// Otherwise ASCII, but for names.
    pub unicode: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Paint {
    #[default]
    Plain,
    Strong,
    Quiet,
    Good,
    Warning,
    Bad,
    Lost,
    Cached,
}

impl Paint {
    pub(super) fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Succeeded => Self::Good,
            Outcome::Unstable => Self::Warning,
            Outcome::Failed | Outcome::TimedOut => Self::Bad,
            Outcome::Lost => Self::Lost,
            Outcome::Cancelled | Outcome::Skipped => Self::Quiet,
            Outcome::Cached => Self::Cached,
        }
    }

    /// The parameter of the escape sequence that selects it.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Quiet => Some("2"),
            Self::Good => Some("32"),
            Self::Warning => Some("33"),
            Self::Bad => Some("31"),
            Self::Lost => Some("35"),
            Self::Cached => Some("36"),
        }
    }
}

/// The sign of an outcome.
pub(super) fn sign(outcome: Outcome, unicode: bool) -> char {
    let (sign, ascii) = match outcome {
        Outcome::Succeeded => ('✓', '+'),
        Outcome::Unstable => ('!', '!'),
        Outcome::Failed => ('✗', 'x'),
        Outcome::TimedOut => ('◷', 'T'),
        Outcome::Lost => ('?', '?'),
        Outcome::Cancelled => ('⊘', '/'),
        Outcome::Skipped => ('○', '-'),
        Outcome::Cached => ('↺', '='),
    };
    if unicode { sign } else { ascii }
}

impl Style {
    pub(super) fn paint(self, text: &str, paint: Paint) -> String {
        match paint.code() {
            Some(code) if self.colour && !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }

    pub(super) fn sign(self, outcome: Outcome) -> String {
        self.paint(&sign(outcome, self.unicode).to_string(), Paint::of(outcome))
    }

    /// The text in this many columns; of a longer one the middle is left out, since names differ at their ends.
    pub(super) fn fitted(self, text: &str, width: usize) -> String {
        if text.width() <= width {
            return text.to_owned();
        }
        let gap = if self.unicode { "…" } else { "~" };
        let room = width.saturating_sub(1);
        let head = taken(text.chars(), room.div_ceil(2));
        let tail: String = taken(text.chars().rev(), room - head.width()).chars().rev().collect();
        format!("{head}{gap}{tail}")
    }
}

/// The longest beginning of this width.
fn taken(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    chars.take_while(fits).collect()
}

/// Lines of at most this width, broken between words where there is a blank.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.width() + word.trim_end().width() <= width {
            line.push_str(word);
            continue;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let mut piece = taken(rest.chars(), width);
            if rest.trim_end().width() <= width {
                piece = rest.to_owned();
            }
            rest = &rest[piece.len()..];
            lines.push(piece);
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}
