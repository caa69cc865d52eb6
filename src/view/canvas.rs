//! Bars in the cells of a terminal, two instants to a cell.

use super::axis::ticks;
use super::layout::{Bar, Drawing, What};
use super::style::{Paint, Style, sign};
use crate::base::Duration;
use crate::machine::Outcome;

/// Eighths of a cell, and the four steps that ASCII has for them.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS: [char; 4] = ['.', ':', '+', '#'];

/// A line of cells over the whole run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) duration: Duration,
    pub(super) style: Style,
}

type Cells = Vec<(char, Paint)>;

impl Canvas {
    /// A row, without blanks at its end.
    pub(super) fn draw(self, drawing: &Drawing, outcome: Outcome) -> (String, usize) {
        let cells = match drawing {
            _ if self.duration <= Duration(0) || self.width == 0 => Vec::new(),
            Drawing::Bars(bars) => self.bars(bars),
            Drawing::Load(load) => self.load(load, Paint::of(outcome)),
        };
        self.written(&cells)
    }

    /// Times, and the line that they stand on.
    pub(super) fn axis(self) -> [String; 2] {
        if self.duration <= Duration(0) || self.width == 0 {
            return [String::new(), String::new()];
        }
        let (mut above, mut line) = (String::new(), vec![if self.style.unicode { '─' } else { '-' }; self.width]);
        for (at, label) in ticks(self.duration, self.width) {
            let cell = (self.half(at) / 2).min(self.width - 1);
            line[cell] = if self.style.unicode { '┬' } else { '+' };
            if above.len() <= cell && cell + label.len() <= self.width {
                above += &" ".repeat(cell - above.len());
                above += &label;
                above.push(' ');
            }
        }
        if self.style.unicode {
            line[0] = '┌';
        }
        [above.trim_end().to_owned(), line.into_iter().collect()]
    }

    /// The half cell that an instant is nearest to.
    fn half(self, at: Duration) -> usize {
        let halves = 2 * self.width as i128;
        let total = i128::from(self.duration.0.max(1));
        usize::try_from((2 * i128::from(at.0) * halves + total) / (2 * total)).unwrap_or(0).min(2 * self.width)
    }

    /// The half cells of a bar, at least one.
    fn halves(self, bar: &Bar) -> std::ops::Range<usize> {
        let start = self.half(bar.start).min(2 * self.width - 1);
        start..self.half(bar.end).max(start + 1)
    }

    fn bars(self, bars: &[Bar]) -> Cells {
        let mut halves: Vec<Option<What>> = vec![None; 2 * self.width];
        let is_quiet = |bar: &&Bar| matches!(bar.what, What::Waits | What::BackOff);
        // However short, an attempt is seen.
        for bar in bars.iter().filter(is_quiet).chain(bars.iter().filter(|bar| !is_quiet(bar))) {
            halves[self.halves(bar)].fill(Some(bar.what));
        }
        let mut cells: Cells = halves.chunks(2).map(|pair| self.cell(pair[0], pair[1])).collect();
        for bar in bars {
            if let What::Attempt(outcome) = bar.what
                && outcome != Outcome::Succeeded
            {
                cells[(self.halves(bar).end - 1) / 2] = (sign(outcome, self.style.unicode), Paint::of(outcome));
            }
        }
        cells
    }

    fn cell(self, left: Option<What>, right: Option<What>) -> (char, Paint) {
        let runs = |what: Option<What>| matches!(what, Some(What::Attempt(_) | What::Whole(_)));
        let unicode = self.style.unicode;
        match right.filter(|_| runs(right)).or(left.filter(|_| runs(left))).or(right).or(left) {
            None => (' ', Paint::Plain),
            Some(What::Waits) => (if unicode { '·' } else { '.' }, Paint::Quiet),
            Some(What::BackOff) => (if unicode { '╌' } else { '~' }, Paint::Quiet),
            Some(What::Attempt(outcome)) if !unicode => ('=', Paint::of(outcome)),
            Some(What::Whole(outcome)) if !unicode => ('-', Paint::of(outcome)),
            Some(What::Attempt(outcome)) => (part(runs(left), runs(right), ['╸', '╺', '━']), Paint::of(outcome)),
            Some(What::Whole(outcome)) => (part(runs(left), runs(right), ['╴', '╶', '─']), Paint::of(outcome)),
        }
    }

    fn load(self, load: &[(Duration, u32)], paint: Paint) -> Cells {
        let most = load.iter().map(|(_, running)| *running).max().unwrap_or(0).max(1);
        let levels: &[char] = if self.style.unicode { &LEVELS } else { &ASCII_LEVELS };
        let mut cells = vec![(' ', Paint::Plain); self.width];
        let mut peaks = vec![0; self.width];
        for (index, (from, running)) in load.iter().enumerate() {
            let to = load.get(index + 1).map_or(self.duration, |(to, _)| *to);
            let from = (self.half(*from) / 2).min(self.width - 1);
            let to = self.half(to).div_ceil(2).max(from + 1);
            for peak in &mut peaks[from..to] {
                *peak = (*peak).max(*running);
            }
        }
        for (cell, peak) in cells.iter_mut().zip(peaks).filter(|(_, peak)| *peak > 0) {
            let level = (u64::from(peak) * levels.len() as u64).div_ceil(u64::from(most)) - 1;
            *cell = (levels[level as usize], paint);
        }
        cells
    }

    /// The text of cells, and its width.
    fn written(self, cells: &[(char, Paint)]) -> (String, usize) {
        let width = cells.iter().rposition(|(c, _)| *c != ' ').map_or(0, |last| last + 1);
        let runs = cells[..width].chunk_by(|a, b| a.1 == b.1);
        let text = runs.map(|run| self.style.paint(&run.iter().map(|(c, _)| *c).collect::<String>(), run[0].1)).collect();
        (text, width)
    }
}

/// Of a left half, a right half and a whole, which one it is.
fn part(left: bool, right: bool, parts: [char; 3]) -> char {
    parts[match (left, right) {
        (true, true) => 2,
        (true, false) => 0,
        (false, _) => 1,
    }]
}
