//! What is legal, yet known to bite. One rule, one file; none is an error.
//!
//! Scripts are read as the shell reads them (`sema::shell`), so that words in strings and comments raise no alarm.

mod rules;
mod script;
mod walk;

use std::collections::HashSet;

use crate::diag::Diagnostic;
use crate::sema::Analysis;
use script::Script;

/// The warnings for all that the analysed files hold; those for the standard library are left out.
pub fn check(analysis: &Analysis) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk::scripts(&analysis.program, &mut |expr, role| match role {
        walk::Role::Raw(argument) => rules::raw_script::check(expr, argument, &mut found),
        walk::Role::Literal { pieces, attribute } => {
            let script = Script::read(&analysis.sources, expr.span, pieces, attribute);
            for rule in rules::OF_SCRIPTS {
                rule(&script, &mut found);
            }
        }
    });
    found.retain(|warning| warning.span().is_none_or(|span| !analysis.sources.get(span.file).path.starts_with("std/")));
    found.sort_by_key(Diagnostic::span);
    // What a default or a template holds is met at each of its uses.
    let mut seen = HashSet::new();
    found.retain(|warning| seen.insert((warning.code, warning.span(), warning.message.clone())));
    found
}
