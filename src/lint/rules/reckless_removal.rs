//! `rm -rf` of a path that an empty or oddly filled variable turns into another one.

use super::{program, without_prefix};
use crate::diag::{Code, Diagnostic};
use crate::lint::script::Script;
use crate::sema::shell::Word;

pub(super) fn check(script: &Script<'_>, sink: &mut Vec<Diagnostic>) {
    for command in &script.scan.commands {
        let words = without_prefix(&command.words);
        if program(words) != "rm" || !words.iter().any(is_recursive) {
            continue;
        }
        for word in &words[1..] {
            let source = &script.scan.text[word.start..word.end];
            let place = || script.place(word.start..word.end);
            if let Some(variable) = root_if_empty(source) {
                let warning = Diagnostic::at(
                    Code::ShellHazard,
                    place(),
                    format!("`rm` removes the whole file system if `${variable}` is empty"),
                    "becomes `/`",
                );
                sink.push(warning.help(format!("write `\"${{{variable}:?}}\"`, which stops when it is empty")));
            } else if word.has_bare_expansion && !source.contains(":?") && source.starts_with('$') && !source.starts_with("$(") {
                let warning = Diagnostic::at(
                    Code::ShellHazard,
                    place(),
                    "`rm -r` of a variable without quotes",
                    "a blank or a `*` in it makes other paths of it",
                );
                sink.push(warning.help(format!("put it in quotes: `\"{source}\"`")));
            }
        }
    }
}

fn is_recursive(word: &Word) -> bool {
    let text = word.text.as_str();
    text == "--recursive" || text.starts_with('-') && !text.starts_with("--") && text.contains(['r', 'R'])
}

/// The variable at the head of `$NAME/`, `"${NAME}/"*` and the like.
fn root_if_empty(source: &str) -> Option<&str> {
    let rest = source.trim_start_matches('"').strip_prefix('$')?;
    let (name, rest) = match rest.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => rest.split_at(rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len())),
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let rest = rest.replace('"', "");
    (is_name && matches!(rest.as_str(), "/" | "/*" | "/.*")).then_some(name)
}
