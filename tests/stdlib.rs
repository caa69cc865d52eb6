//! The standard library: documented, used in an example, and without a finding.

use std::path::Path;

use o11n::base::{FileId, MemoryWorld, RootPath};
use o11n::sema::{self, stdlib};
use o11n::syntax::{self, ast::ItemKind};

/// What only serves its own module.
const HELPERS: [&str; 5] = ["depth_flag", "for_people", "message", "target_flags", "tools"];

/// Module, name and doc comment of each declaration.
fn declarations() -> Vec<(&'static str, String, Option<String>)> {
    let mut found = Vec::new();
    for path in stdlib::paths() {
        let file = syntax::parse(FileId(0), stdlib::source(path).unwrap()).ast;
        assert!(file.docs.is_some(), "{path} does not say what it is for");
        for item in file.items {
            let (ItemKind::Let { name, .. } | ItemKind::Template { name, .. }) = item.kind else { continue };
            found.push((path, name.text.to_string(), item.docs.map(|docs| docs.to_string())));
        }
    }
    found
}

#[test]
fn every_declaration_is_documented() {
    let bare: Vec<_> = declarations().into_iter().filter(|(_, _, docs)| docs.is_none()).collect();
    assert!(bare.is_empty(), "{bare:?}");
}

#[test]
fn every_declaration_is_used_in_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut examples = String::new();
    for folder in [folder.clone(), folder.join("lib")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "o11n") {
                examples.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for (path, name, _) in declarations() {
        let is_used = examples.contains(&format!(".{name}("));
        assert!(is_used || HELPERS.contains(&name.as_str()), "no example uses `{name}` of {path}");
        assert!(!(is_used && HELPERS.contains(&name.as_str())), "`{name}` of {path} is no helper");
    }
}

#[test]
fn no_module_has_a_finding() {
    for path in stdlib::paths() {
        let mut world = MemoryWorld::default();
        world.files.insert(path.into(), stdlib::source(path).unwrap().as_bytes().to_vec());
        let analysis = sema::analyze(&world, &RootPath::resolve(None, path).unwrap(), &[]);
        assert!(analysis.diagnostics.is_empty(), "{path}: {:#?}", analysis.diagnostics);
    }
}
