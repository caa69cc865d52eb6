//! What reading and laying out costs: a file of 10,000 lines, and text that goes wrong everywhere.
//!
//! The bad inputs come in two sizes, so that a cost that is not linear can be seen.

use std::fmt::Write as _;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use o11n::base::FileId;
use o11n::syntax;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// A pipeline of `substages` substages of ten lines each, written out, twenty to a stage.
fn written_out(substages: usize) -> String {
    let mut text = String::from("//! Written out.\n\npipeline regression {\n  param level: enum(smoke, full) = smoke\n");
    for index in 0..substages {
        if index % 20 == 0 {
            let _ = writeln!(text, "  stage stage_{} {{\n    on_error = continue // go on\n    parallel = 8", index / 20);
        }
        let _ = write!(
            text,
            r#"    substage "test-{index}" {{
      needs = ["compile/build-{index}", "compile/libs"]
      hardware = gpu_large
      timeout = 1h30m
      retry {{ limit = 2  on = [lost, exit(137)]  delay = 30s }}
      env {{ LEVEL = level  SUITE = "suite-${{{{ level }}}}" }}
      run = """
        pytest --suite {index} --level ${{{{ level }}}} "$WORKSPACE/tests"
        """
    }}
"#
        );
        if index % 20 == 19 || index + 1 == substages {
            text.push_str("  }\n");
        }
    }
    text.push_str("}\n");
    text
}

#[divan::bench(args = [100, 1_000])]
fn parse(bencher: Bencher<'_, '_>, substages: usize) {
    let text = written_out(substages);
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::parse(FileId(0), black_box(&text)));
}

#[divan::bench(args = [100, 1_000])]
fn format(bencher: Bencher<'_, '_>, substages: usize) {
    let text = written_out(substages);
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::fmt::format(black_box(&text)));
}

#[divan::bench(args = ["stage s { ", "x = [ ", "} ", "foo bar baz\n", "x = \"\n", "x = 1 2 3\n", "'x' ", "for a b {}\n"], consts = [1_000, 4_000])]
fn bad<const TIMES: usize>(bencher: Bencher<'_, '_>, piece: &str) {
    let text = piece.repeat(TIMES);
    bencher.counter(BytesCount::of_str(&text)).bench(|| syntax::parse(FileId(0), black_box(&text)));
}
