//! Examples as the code pages and the cases of `tests/ui` write them; `docs/errors/README.md` says the form.

use o11n::base::{MemoryWorld, RootPath};
use o11n::cli::driver::{self, Outcome};

/// A small workspace, and what to do with it.
#[derive(Default)]
pub(crate) struct Example {
    pub(crate) world: MemoryWorld,
    /// The file that is checked or compiled.
    pub(crate) main: String,
    /// `test`, arguments of `dry-run` after that word, or arguments of `compile`; without them it is checked.
    pub(crate) args: Option<String>,
}

impl Example {
    /// Reads one text that may hold several files.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut example = Self::default();
        let mut name = None;
        let mut head = true;
        let mut file: Vec<u8> = Vec::new();
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            let said = std::str::from_utf8(line).ok().and_then(|line| line.trim_end().strip_prefix("// ")).unwrap_or_default();
            if let Some(next) = said.strip_prefix("file: ") {
                let file = std::mem::take(&mut file);
                // Before the first name there may be options alone.
                let is_head = file.split(|&byte| byte == b'\n').all(|line| line.is_empty() || line.starts_with(b"// "));
                if name.is_some() || !is_head {
                    example.add(name, file);
                }
                name = Some(next.trim().to_owned());
                continue;
            }
            head &= said.starts_with("args: ") || said.starts_with("env: ");
            if head {
                example.option(said);
            }
            file.extend_from_slice(line);
        }
        example.add(name, file);
        example
    }

    fn option(&mut self, said: &str) {
        if let Some(args) = said.strip_prefix("args: ") {
            self.args = Some(args.to_owned());
        }
        if let Some((name, value)) = said.strip_prefix("env: ").and_then(|said| said.split_once('=')) {
            self.world.env.insert(name.trim().into(), value.into());
        }
    }

    fn add(&mut self, name: Option<String>, text: Vec<u8>) {
        let name = name.unwrap_or_else(|| "main.o11n".to_owned());
        if self.main.is_empty() {
            self.main.clone_from(&name);
        }
        self.world.files.insert(name.into(), text);
    }

    /// Checks, tests, verifies or compiles it, on a stack as large as the program's.
    pub(crate) fn run(&self) -> Outcome {
        std::thread::scope(|scope| {
            let work = std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, || self.work());
            work.expect("a thread can be started").join().expect("nothing panics, whatever the example")
        })
    }

    fn work(&self) -> Outcome {
        let main = RootPath::resolve(None, &self.main).expect("the name of the main file is a path");
        match &self.args {
            None => driver::check(&self.world, &main, Some("taskbook")),
            Some(args) if args == "test" => driver::test(&self.world, &main),
            Some(args) if args == "verify" => driver::verify(&self.world, &main, 100_000),
            Some(args) => {
                let words: Vec<&str> = args.split_whitespace().collect();
                if let ["dry-run", words @ ..] = words.as_slice() {
                    let (name, inputs, rules) = o11n::cli::rehearsal(words, &self.world).expect("the arguments are right");
                    return driver::dry_run(&self.world, &main, name.as_deref(), &inputs, &rules).0;
                }
                let request = o11n::cli::request(&words, &self.world).expect("the arguments are right");
                driver::compile(&self.world, &main, &request)
            }
        }
    }
}
