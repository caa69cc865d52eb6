//! One SARIF 2.1.0 document, for code scanning services. The rules come from the catalogue.

use serde_json::{Value, json};

use super::place::Place;
use crate::base::{SourceMap, Span};
use crate::diag::{Code, Diagnostic, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn render(diagnostics: &[&Diagnostic], sources: &SourceMap) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results: Vec<Value> = diagnostics.iter().map(|diagnostic| result(diagnostic, &codes, sources)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "o11n",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|&code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code) -> Value {
    let entry = code.entry();
    json!({
        "id": entry.id,
        "shortDescription": { "text": entry.title },
        "help": { "text": format!("o11n explain {}", entry.id), "markdown": entry.page },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(diagnostic: &Diagnostic, codes: &[Code], sources: &SourceMap) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or(0),
        "level": level(diagnostic.severity()),
        "message": { "text": text(diagnostic) },
    });
    let mut locations = diagnostic.labels.iter().filter_map(|label| {
        let mut location = json!({ "physicalLocation": physical(label.span, sources)? });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": label.text });
        }
        Some(location)
    });
    if let Some(primary) = locations.next() {
        result["locations"] = json!([primary]);
        let related: Vec<Value> = locations.collect();
        if !related.is_empty() {
            result["relatedLocations"] = json!(related);
        }
    }
    if let Some(fix) = &diagnostic.fix {
        let changes: Vec<Value> = fix.edits.iter().filter_map(|(span, text)| change(*span, text, sources)).collect();
        if changes.len() == fix.edits.len() {
            result["fixes"] = json!([{ "description": { "text": fix.title }, "artifactChanges": changes }]);
        }
    }
    result
}

/// The message with its notes and help, for which SARIF has no fields.
fn text(diagnostic: &Diagnostic) -> String {
    let mut parts = vec![diagnostic.message.clone()];
    parts.extend(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    parts.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    parts.join("\n")
}

fn physical(span: Span, sources: &SourceMap) -> Option<Value> {
    let place = Place::of(span, sources)?;
    Some(json!({ "artifactLocation": artifact(&place), "region": region(&place) }))
}

fn change(span: Span, text: &str, sources: &SourceMap) -> Option<Value> {
    let place = Place::of(span, sources)?;
    let replacement = json!({ "deletedRegion": region(&place), "insertedContent": { "text": text } });
    Some(json!({ "artifactLocation": artifact(&place), "replacements": [replacement] }))
}

fn artifact(place: &Place<'_>) -> Value {
    json!({ "uri": uri(&place.file.path), "uriBaseId": "%SRCROOT%" })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "byteOffset": place.range.start,
        "byteLength": place.range.len(),
    })
}

/// A relative path as a URI reference: what is not plainly allowed is escaped, byte by byte.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_names_its_rule_its_region_and_its_mend() {
        let mut sources = SourceMap::default();
        let file = sources.add("流水线/a b.o11n", "测试 = x\n");
        let at = Span::new(file, 9, 10);
        let unused = Diagnostic::at(Code::UnusedName, at, "unused", "");
        let unknown = Diagnostic::at(Code::UnknownName, at, "unknown name `x`", "here").fix("write `y`", at, "y");
        let document: Value = serde_json::from_str(&render(&[&unknown, &unused], &sources)).unwrap();
        let run = &document["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][1]["id"], "W0101");
        let [first, second] = [&run["results"][0], &run["results"][1]];
        assert_eq!((&first["ruleIndex"], &second["ruleIndex"]), (&json!(0), &json!(1)));
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "%E6%B5%81%E6%B0%B4%E7%BA%BF/a%20b.o11n");
        let region = json!({ "startLine": 1, "startColumn": 6, "endLine": 1, "endColumn": 7, "byteOffset": 9, "byteLength": 1 });
        assert_eq!(place["region"], region);
        let replacement = &first["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(*replacement, json!({ "deletedRegion": region, "insertedContent": { "text": "y" } }));
    }
}
