use std::path::Path;
use o11n::{base::SourceMap, diag::render::{render, Format}, syntax};
fn walk(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
    for e in std::fs::read_dir(dir).unwrap() { let p = e.unwrap().path(); if p.is_dir() { walk(&p, out) } else { out.push(p) } }
}
fn show(name: &str, text: &str) -> String {
    let text = text.split("\n// file:").next().unwrap();
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let parse = syntax::parse(file, text);
    render(Format::Human { colour: false }, &parse.diagnostics, &sources)
}
#[test]
fn works_blocks() {
    let mut files = Vec::new();
    for d in ["docs"] { walk(Path::new(d), &mut files) }
    files.sort();
    for f in files.iter().filter(|f| f.extension().is_some_and(|e| e == "md")).chain([&"README.md".into()]) {
        let text = std::fs::read_to_string(f).unwrap();
        let mut block: Option<(String, String)> = None;
        for line in text.lines() {
            match &mut block {
                None if line.starts_with("```o11n") => block = Some((line.to_string(), String::new())),
                Some((head, body)) if line == "```" => {
                    let out = show(&f.display().to_string(), body);
                    let fails = head.contains("fails");
                    let syn = f.display().to_string().contains("errors/E00");
                    if (!fails || !syn) && !out.is_empty() || fails && syn { println!("#### {} {head}\n{out}", f.display()) }
                    block = None;
                }
                Some((_, body)) => { body.push_str(line); body.push('\n') }
                None => {}
            }
        }
    }
}
#[test]
fn ui() {
    let mut files = Vec::new();
    walk(Path::new("tests/ui"), &mut files);
    files.sort();
    for f in files.iter().filter(|f| f.extension().is_some_and(|e| e == "o11n")) {
        let out = show(&f.display().to_string(), &std::fs::read_to_string(f).unwrap());
        if f.display().to_string().contains("ui/syntax") || !out.is_empty() { println!("#### {}\n{out}", f.display()) }
    }
}
