//! Schedules: five fields, each judged by its range.

/// Fields with their least and greatest values and the names that stand for values.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    ("month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    // Some schedulers take 7 for Sunday, too; Argo's does not.
    ("day of the week", 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Why a text is no schedule.
pub(super) fn judge(text: &str) -> Result<(), String> {
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("it has {} field{}, not 5", fields.len(), if fields.len() == 1 { "" } else { "s" }));
    }
    for (field, (name, least, most, words)) in fields.iter().zip(FIELDS) {
        for part in field.split(',') {
            judge_part(part, least, most, words).map_err(|why| format!("`{part}` is no {name}: {why}"))?;
        }
    }
    Ok(())
}

/// `*`, `5`, `1-5`, each with a step `/2`.
fn judge_part(part: &str, least: u32, most: u32, words: &[&str]) -> Result<(), String> {
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    if let Some(step) = step {
        match number(step) {
            Some(step) if step >= 1 && step <= most => {}
            _ => return Err(format!("a step is a number from 1 to {most}")),
        }
    }
    if range == "*" {
        return Ok(());
    }
    let value = |text: &str| {
        let word = words.iter().position(|word| word.eq_ignore_ascii_case(text)).map(|at| at as u32 + least);
        number(text).or(word).filter(|value| (least..=most).contains(value))
    };
    let out = || format!("it is from {least} to {most}");
    match range.split_once('-') {
        Some((from, to)) => match (value(from), value(to)) {
            (Some(from), Some(to)) if from <= to => Ok(()),
            (Some(_), Some(_)) => Err("the range runs backward".into()),
            _ => Err(out()),
        },
        None => value(range).map(drop).ok_or_else(out),
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn schedules_are_five_fields_in_range() {
        for right in ["0 2 * * *", "*/15 0-6,22 1 jan-mar MON", "5/10 * * * 0", "0 0 1,15 * *"] {
            assert_eq!(judge(right), Ok(()), "{right}");
        }
        for wrong in [
            "0 25 * * *",
            "* * * *",
            "* * * * * *",
            "",
            "a * * * *",
            "5-1 * * * *",
            "*/0 * * * *",
            "0 2 * * 7",
            "+1 * * * *",
            "@daily",
            "1, * * * *",
        ] {
            assert!(judge(wrong).is_err(), "{wrong}");
        }
    }
}
