//! "Did you mean": the nearest of the names that would be right; and lists of names, as long as people read them.

/// The longest name, in bytes, that is worth a suggestion.
const NAME_LIMIT: usize = 128;
/// Most names that a list shows.
const LIST_LIMIT: usize = 30;

/// The candidate nearest to `name`, or `None` where nothing is close. Ties go to the first.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > NAME_LIMIT {
        return None;
    }
    // Every letter is one edit away from every other: for a single one that says nothing.
    let limit = match name.chars().count() {
        0 | 1 => 0,
        length => (length / 3).clamp(1, 4),
    };
    let name_folded = folded(name);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len() <= NAME_LIMIT)
        .filter_map(|candidate| distance(&name_folded, candidate, limit).map(|distance| (distance, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The names with commas between them; of very many, the first.
pub fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut list = String::new();
    for (index, name) in names.into_iter().enumerate() {
        if index == LIST_LIMIT {
            list.push_str(", …");
            break;
        }
        if index > 0 {
            list.push_str(", ");
        }
        list.push_str(name.as_ref());
    }
    list
}

/// Without case, `-` like `_`.
fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == '-' { '_' } else { c }).collect()
}

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`, `a` folded already;
/// `None` above `limit`.
fn distance(a: &[char], b: &str, limit: usize) -> Option<usize> {
    let b = folded(b);
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let mut cost = (row[j] + usize::from(a[i] != b[j])).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let names = ["build", "test", "report", "build-planner"];
        assert_eq!(nearest("biuld", names), Some("build"));
        assert_eq!(nearest("build_planer", names), Some("build-planner"));
        assert_eq!(nearest("deploy", names), None);
        assert_eq!(nearest("tests", names), Some("test"));
        assert_eq!(nearest("f", ["s", "n"]), None);
    }
}
