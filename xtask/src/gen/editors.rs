//! Highlighting of the editors: written by hand but for the words, which come from the schema.

use super::NOTICE;
use o11n::schema::{ATTRIBUTES, AttrType, BLOCKS, EXIT_CLASSES, FUNCTIONS, LabelRule, OUTCOMES, PLAIN_TYPES, STATEMENTS};
use std::collections::BTreeSet;

/// The grammar of VS Code.
pub fn textmate() -> String {
    fill(include_str!("editors/o11n.tmLanguage.json"), "|")
}

/// The syntax file of Vim.
pub fn vim() -> String {
    fill(include_str!("editors/o11n.vim"), "\\|")
}

/// Puts the notice and the words into a source, joined as the pattern language of the editor wants it.
fn fill(source: &str, or: &str) -> String {
    let join = |words: BTreeSet<&str>| words.into_iter().collect::<Vec<_>>().join(or);
    let labelled = BLOCKS.iter().filter(|row| row.label != LabelRule::None).map(|row| row.word);
    let unlabelled = BLOCKS.iter().filter(|row| row.label == LabelRule::None).map(|row| row.word);
    let scripts = ATTRIBUTES.iter().filter(|row| row.ty == AttrType::Script).map(|row| row.name);
    // The declarations have patterns of their own, and `for` and `if` are expressions too.
    let is_plain = |word: &&str| !["import", "let", "param", "type", "for", "if"].contains(word);
    let words = [
        ("@NOTICE@", NOTICE.to_owned()),
        ("@LABELLED@", join(labelled.collect())),
        ("@UNLABELLED@", join(unlabelled.collect())),
        ("@STATEMENTS@", join(STATEMENTS.iter().map(|row| row.word).filter(is_plain).collect())),
        ("@ATTRIBUTES@", join(ATTRIBUTES.iter().map(|row| row.name).collect())),
        ("@SCRIPTS@", join(scripts.collect())),
        ("@TYPES@", join(PLAIN_TYPES.iter().copied().chain(["enum", "list", "map"]).collect())),
        ("@FUNCTIONS@", join(FUNCTIONS.iter().map(|row| row.name).collect())),
        ("@CONSTANTS@", join(constants())),
    ];
    words.into_iter().fold(source.to_owned(), |text, (mark, words)| text.replace(mark, &words))
}

/// The words that are values: members of the attributes' enums, run conditions, outcomes.
fn constants() -> BTreeSet<&'static str> {
    let members = ATTRIBUTES.iter().filter_map(|row| match row.ty {
        AttrType::Enum(members) => Some(members),
        _ => None,
    });
    members.chain([EXIT_CLASSES, OUTCOMES, &["always"]]).flatten().copied().collect()
}
