//! What a cell of a log says: numbers and times.

use std::borrow::Cow;

/// Later times are none.
const LATEST: f64 = 1e11;
const DAY: i64 = 86_400;

/// Seconds since 1970, or since anything: a number, or a date with a time of day.
pub(super) fn time(name: &str, text: &str) -> Result<f64, String> {
    let seconds = match number(text) {
        Some(number) => Some(number),
        None => date(text),
    };
    match seconds {
        Some(seconds) if (0.0..=LATEST).contains(&seconds) => Ok(seconds),
        _ => Err(format!("`{name}` is {}: write seconds, or a time such as 2026-03-01 14:05:00", shown(text))),
    }
}

/// Seconds, not negative.
pub(super) fn length(name: &str, text: &str) -> Result<f64, String> {
    let seconds = number(text).or_else(|| crate::base::Duration::parse(text).map(crate::base::Duration::as_seconds));
    match seconds {
        Some(seconds) if (0.0..=LATEST).contains(&seconds) => Ok(seconds),
        _ => Err(format!("`{name}` is {}: write seconds from 0 on", shown(text))),
    }
}

/// A count; 0 where nothing is said.
pub(super) fn count(text: &str) -> f64 {
    number(text).filter(|count| (0.0..=1e9).contains(count)).unwrap_or(0.0)
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    // Words such as `infinity` are numbers to the standard library.
    let is_plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

/// Text that stands for nothing in most logs.
pub(super) fn is_unknown(text: &str) -> bool {
    ["", "-1", "None", "null", "nan", "NaN", "N/A"].contains(&text)
}

/// Text of a log, short and harmless.
pub(super) fn shown(text: &str) -> Cow<'static, str> {
    if text.is_empty() {
        return "empty".into();
    }
    let start: String = text.chars().take(40).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", start.escape_debug()).into()
}

/// What is wrong with a row, where that repeats much of it.
pub(super) fn brief(why: String) -> String {
    const MOST: usize = 200;
    if why.chars().count() <= MOST { why } else { why.chars().take(MOST - 1).chain(['…']).collect() }
}

/// `2026-03-01 14:05:00`, with a `T` between, a fraction, and a zone at the end if there is one.
fn date(text: &str) -> Option<f64> {
    let (day, clock) = text.split_once(['T', ' '])?;
    let mut parts = day.split('-').map(|part| part.parse::<i64>().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit())));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1970..=5000).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
    if !(1..=next - days(year, month, 1)).contains(&day) {
        return None;
    }
    let zone = clock.find(['Z', 'z', '+', '-', ' ']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone);
    let mut parts = clock.splitn(3, ':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0.0))?);
    if hour.fract() + minute.fract() != 0.0
        || !(0.0..24.0).contains(&hour)
        || !(0.0..60.0).contains(&minute)
        || !(0.0..61.0).contains(&second)
    {
        return None;
    }
    let days = days(year, month, day);
    Some((days * DAY) as f64 + hour * 3_600.0 + minute * 60.0 + second - offset(zone)?)
}

/// Days since 1970 of a day in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the day that some lack is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469
}

/// Seconds by which a zone is ahead.
fn offset(zone: &str) -> Option<f64> {
    let zone = zone.trim();
    if ["", "Z", "z", "UTC"].contains(&zone) {
        return Some(0.0);
    }
    let (sign, zone) = if let Some(zone) = zone.strip_prefix('+') { (1.0, zone) } else { (-1.0, zone.strip_prefix('-')?) };
    let digits: String = zone.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(2);
    let (hours, minutes) = (number(hours)?, if minutes.is_empty() { 0.0 } else { number(minutes)? });
    // No zone was ever further ahead or behind.
    (hours < 16.0 && minutes < 60.0).then_some(sign * (hours * 3_600.0 + minutes * 60.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_dates() {
        for (text, seconds) in [
            ("0", 0.0),
            ("1.5e3", 1_500.0),
            ("1970-01-01 00:00:00", 0.0),
            ("2000-02-29 00:00", 951_782_400.0),
            ("2000-03-01T00:00:00Z", 951_868_800.0),
            ("2017-10-07 01:12:28", 1_507_338_748.0),
            ("2017-10-07 01:12:28 UTC", 1_507_338_748.0),
            ("2026-11-22T17:32:51.5+08:00", 1_795_339_971.5),
            ("2026-11-22T17:32:51-0130", 1_795_374_171.0),
        ] {
            assert_eq!(time("submit", text), Ok(seconds), "{text}");
        }
        for text in ["", "-1", "nan", "inf", "infinity", "1e300", "2017-13-01 00:00:00", "2017-10-07", "2017-10-07 25:00:00", "x"]
        {
            assert!(time("submit", text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_days_and_zones_that_there_are_count() {
        let at = |text: &str| time("submit", text).is_ok();
        for text in ["2026-02-28", "2024-02-29", "2000-02-29", "2026-04-30", "2026-12-31"] {
            assert!(at(&format!("{text} 00:00:00")), "{text}");
        }
        for text in ["2026-02-29", "2026-02-30", "2100-02-29", "2026-04-31", "2026-12-32", "2026-01-00"] {
            assert!(!at(&format!("{text} 00:00:00")), "{text}");
        }
        for (zone, is_one) in
            [("+14:00", true), ("-12", true), ("+0545", true), ("+99:99", false), ("-16:00", false), ("+08:60", false)]
        {
            assert_eq!(at(&format!("2026-03-02 12:00:00{zone}")), is_one, "{zone}");
        }
    }
}
