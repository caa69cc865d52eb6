//! The whole compilation of a text, with what must hold of every answer.

use o11n::base::{MemoryWorld, RootPath, SourceMap};
use o11n::diag::Diagnostic;
use o11n::plan::{self, Inputs};
use o11n::sema::hir::PipelineId;
use o11n::{lint, sema, target};

/// As much stack as the program gives itself.
const STACK: usize = 16 << 20;

/// What the compiler says of a source. Panics where an answer is no good.
pub(crate) fn compile(source: &str) -> Vec<Diagnostic> {
    compile_files(&[("main.o11n", source.as_bytes())])
}

/// As [`compile`]; the first file is the root.
pub(crate) fn compile_files(files: &[(&str, &[u8])]) -> Vec<Diagnostic> {
    let mut world = MemoryWorld::default();
    for (path, bytes) in files {
        world.files.insert((*path).into(), bytes.to_vec());
    }
    compile_world(world, files[0].0)
}

fn compile_world(world: MemoryWorld, root: &str) -> Vec<Diagnostic> {
    let root = RootPath::resolve(None, root).expect("a path of the test");
    let run = move || {
        let mut analysis = sema::analyze(&world, &root, &target::settings());
        let mut diagnostics = analysis.diagnostics.clone();
        diagnostics.extend(lint::check(&analysis));
        if !analysis.diagnostics.iter().any(Diagnostic::is_error) {
            let inputs = Inputs { sample: true, ..Inputs::default() };
            for id in (0..analysis.program.pipelines.len()).map(|index| PipelineId(index as u32)) {
                let built = plan::build(&analysis.program, id, &inputs, &world, &mut analysis.sources);
                diagnostics.extend(built.diagnostics);
                for target in built.plan.iter().flat_map(|plan| target::ALL.iter().map(move |target| (*target, plan))) {
                    diagnostics.extend(target::emit(target.0, target.1, &target::Options::default()).diagnostics);
                }
            }
        }
        diagnostics.iter().for_each(|found| assert_sound(found, &analysis.sources));
        diagnostics
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread");
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Every place lies in its file, on character boundaries; there is something to read.
fn assert_sound(found: &Diagnostic, sources: &SourceMap) {
    let edits = found.fix.iter().flat_map(|fix| fix.edits.iter().map(|(span, _)| *span));
    for span in found.labels.iter().map(|label| label.span).chain(edits) {
        let text = &sources.get(span.file).text;
        assert!(text.get(span.range()).is_some(), "{}: a place outside of the text: {span:?} of {text:?}", found.code.id());
    }
    assert!(!found.message.is_empty(), "{} says nothing", found.code.id());
}

/// The codes of the errors, in order.
pub(crate) fn errors(source: &str) -> Vec<&'static str> {
    compile(source).iter().filter(|found| found.is_error()).map(|found| found.code.id()).collect()
}
