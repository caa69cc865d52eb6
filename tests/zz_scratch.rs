use o11n::base::*;
use o11n::diag::render::{Format, render};
fn collect(dir: &std::path::Path, base: &str, w: &mut MemoryWorld) {
    for e in std::fs::read_dir(dir).unwrap() {
        let e = e.unwrap();
        let name = format!("{base}{}", e.file_name().to_string_lossy());
        if e.file_type().unwrap().is_dir() {
            collect(&e.path(), &format!("{name}/"), w)
        } else {
            w.files.insert(name.into(), std::fs::read(e.path()).unwrap());
        }
    }
}
#[test]
fn scratch() {
    let mut w = MemoryWorld::default();
    collect("examples".as_ref(), "examples/", &mut w);
    collect("stdlib".as_ref(), "stdlib/", &mut w);
    let only = std::env::var("ONLY").unwrap_or_default();
    for f in w.files.keys().filter(|f| f.ends_with(".o11n") && f.contains(&only)) {
        let a = o11n::sema::analyze(&w, &RootPath::resolve(None, f).unwrap(), &o11n::target::settings());
        println!("=== {f}");
        print!("{}", render(Format::Short, &a.diagnostics, &a.sources));
    }
}
