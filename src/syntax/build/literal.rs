//! Numbers, durations and sizes, judged after they have been read as one token.

use super::Builder;
use crate::base::{Duration, Size, parse_digits};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::ExprKind;
use crate::syntax::cst::NodeRef;

impl Builder<'_> {
    pub(super) fn number(&mut self, node: NodeRef<'_>) -> ExprKind {
        let text = self.text(node);
        match read_number(text) {
            Some(kind) => kind,
            None => {
                self.report_number(node, text);
                ExprKind::Error
            }
        }
    }

    /// A key that is a number must be a whole one.
    pub(super) fn int_key(&mut self, node: NodeRef<'_>) -> Option<i64> {
        let text = self.text(node);
        let value = parse_digits(text);
        if value.is_none() {
            let span = self.span(node);
            self.report(
                Diagnostic::at(
                    Code::BadLiteral,
                    span,
                    format!("`{text}` is no key"),
                    "a key is a word, a string or a whole number",
                )
                .fix("quote it", span, format!("\"{text}\"")),
            );
        }
        value
    }

    fn report_number(&mut self, node: NodeRef<'_>, text: &str) {
        let span = self.span(node);
        let flaw = judge(text);
        let mut diagnostic = Diagnostic::at(Code::BadLiteral, span, flaw.message, flaw.label).help(flaw.help);
        if let Some(instead) = flaw.instead {
            diagnostic = diagnostic.fix(format!("write `{instead}`"), span, instead);
        }
        self.report(diagnostic);
    }
}

/// What a token that begins with a digit means; none where it means nothing.
fn read_number(text: &str) -> Option<ExprKind> {
    if let Some((whole, fraction)) = text.split_once('.') {
        let is_float = [whole, fraction].iter().all(|part| is_digits(part));
        let value: f64 = text.replace('_', "").parse().ok()?;
        return (is_float && value.is_finite()).then_some(ExprKind::Float(value));
    }
    parse_digits(text)
        .map(ExprKind::Int)
        .or_else(|| Duration::parse(text).map(ExprKind::Duration))
        .or_else(|| Size::parse(text).map(ExprKind::Size))
}

/// Digits, with `_` between some.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'_') && !text.starts_with('_') && !text.ends_with('_')
}

/// What is wrong with a number.
struct Flaw {
    message: String,
    label: String,
    help: String,
    /// What was certainly meant.
    instead: Option<String>,
}

fn judge(text: &str) -> Flaw {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '_')).unwrap_or(text.len());
    let (amount, unit) = text.split_at(digits);
    if unit.is_empty() {
        let (label, help) = if amount.ends_with('_') {
            ("`_` stands between digits", "remove the last `_`")
        } else {
            ("larger than a whole number can be", "whole numbers reach to 9223372036854775807")
        };
        return Flaw { message: format!("`{text}` is no number"), label: label.into(), help: help.into(), instead: None };
    }
    if unit.starts_with('.') {
        return judge_fraction(text);
    }
    let known = |unit: &str| -> Option<&'static str> {
        Some(match unit.to_lowercase().as_str() {
            "kb" | "k" | "kib" | "ki" => "KiB",
            "mb" | "mib" | "mi" => "MiB",
            "gb" | "g" | "gib" | "gi" => "GiB",
            "tb" | "t" | "tib" | "ti" => "TiB",
            "sec" | "secs" | "second" | "seconds" | "s" | "秒" => "s",
            "min" | "mins" | "minute" | "minutes" | "分" | "分钟" => "m",
            "hr" | "hrs" | "hour" | "hours" | "h" | "小时" => "h",
            "day" | "days" | "d" | "天" => "d",
            "millis" | "msec" => "ms",
            _ => return None,
        })
    };
    let instead = known(unit).map(|unit| format!("{amount}{unit}")).filter(|instead| read_number(instead).is_some());
    let is_large = Duration::parse(&format!("1{unit}")).is_some() || Size::parse(&format!("1{unit}")).is_some();
    if is_large {
        let label = "larger than any duration or size can be".into();
        return Flaw { message: format!("`{text}` is too large"), label, help: "write a smaller one".into(), instead: None };
    }
    let help = match &instead {
        Some(instead) => format!("write `{instead}`"),
        None => "durations are written `90s`, `5m`, `1h30m`, `2d`; sizes `512MiB`, `64GiB`; a word begins with a letter".into(),
    };
    let label = match &instead {
        Some(_) => format!("`{unit}` is no unit"),
        None => "neither a number nor a duration nor a size".into(),
    };
    Flaw { message: format!("`{text}` is no number, duration or size"), label, help, instead }
}

/// `1.5h`, `0.5GiB`, `1.2x`: only plain numbers have a fraction.
fn judge_fraction(text: &str) -> Flaw {
    let unit_at = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == '_').map_or(0, |at| at + 1);
    let (amount, unit) = text.split_at(unit_at);
    let smaller = [("d", "h", 24.0), ("h", "m", 60.0), ("m", "s", 60.0), ("s", "ms", 1_000.0)]
        .into_iter()
        .chain([("TiB", "GiB", 1_024.0), ("GiB", "MiB", 1_024.0), ("MiB", "KiB", 1_024.0), ("KiB", "B", 1_024.0)])
        .find(|(name, ..)| *name == unit);
    let instead = smaller.zip(amount.parse::<f64>().ok()).and_then(|((_, unit, factor), amount)| {
        let value = amount * factor;
        (value.fract() == 0.0 && value < 1e15).then(|| format!("{value:.0}{unit}"))
    });
    let help = match &instead {
        Some(instead) => format!("write `{instead}`"),
        None => "write a whole number of a smaller unit".into(),
    };
    Flaw {
        message: format!("`{text}` is no number, duration or size"),
        label: "only a plain number has a fraction".into(),
        help,
        instead,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_meant() {
        for (text, instead) in
            [("64GB", "64GiB"), ("10min", "10m"), ("1.5h", "90m"), ("0.5GiB", "512MiB"), ("5sec", "5s"), ("2K", "2KiB")]
        {
            assert_eq!(judge(text).instead.as_deref(), Some(instead), "{text}");
        }
        for text in ["64GB5", "1x", "1_", "99999999999999999999", "99999999999999d", "1.2.3"] {
            assert_eq!(judge(text).instead, None, "{text}");
        }
    }

    #[test]
    fn reads_what_is_one() {
        assert!(matches!(read_number("1_000"), Some(ExprKind::Int(1000))));
        assert!(matches!(read_number("3.25"), Some(ExprKind::Float(value)) if value == 3.25));
        assert!(matches!(read_number("1h30m"), Some(ExprKind::Duration(Duration(5_400_000)))));
        assert!(matches!(read_number("1KiB"), Some(ExprKind::Size(Size(1024)))));
        for bad in ["64GB5", "1__", "1._5", "1.5h"] {
            assert!(read_number(bad).is_none(), "{bad}");
        }
    }
}
