//! How a run is drawn. What `night.o11n` looks like stands beside it; `BLESS=1` writes it anew.

use std::fs;
use std::path::Path;

use o11n::view::{Style, html, human, mermaid};
use unicode_width::UnicodeWidthStr;

use super::run;

const PLAIN: Style = Style { width: 100, colour: false, unicode: true };

/// The run of `night.o11n` as its first line says.
fn night() -> (o11n::plan::Plan, o11n::machine::Trace) {
    let source = fs::read_to_string(folder().join("night.o11n")).unwrap();
    let args = source.lines().next().unwrap().strip_prefix("// args: dry-run ").unwrap().to_owned();
    run(&source, &args.split_whitespace().collect::<Vec<_>>())
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dry_run/views"))
}

#[track_caller]
fn stands(name: &str, drawn: &str) {
    let golden = folder().join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, drawn).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let difference = || o11n::view::unified("expected, then drawn", &expected, drawn);
    assert!(expected == drawn, "{name}:\n{}", difference());
}

#[test]
fn a_timeline_fits_its_terminal() {
    let (plan, trace) = night();
    for width in [160, 100, 60, 40] {
        let drawn = human(&plan, &trace, Style { width, ..PLAIN });
        stands(&format!("{width}.txt"), &drawn);
        for line in drawn.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn a_timeline_needs_no_more_than_ascii() {
    let (plan, trace) = night();
    let drawn = human(&plan, &trace, Style { unicode: false, ..PLAIN });
    stands("ascii.txt", &drawn);
    let names: &[char] = &['测', '试', '回', '归', '仿', '真'];
    assert_eq!(drawn.replace(names, ""), drawn.chars().filter(char::is_ascii).collect::<String>());
}

#[test]
fn colours_change_nothing_but_colours() {
    let (plan, trace) = night();
    let coloured = human(&plan, &trace, Style { colour: true, ..PLAIN });
    stands("colour.txt", &coloured.replace('\x1b', "^"));
    let mut bare = String::new();
    for (index, part) in coloured.split("\x1b[").enumerate() {
        bare += if index == 0 { part } else { part.split_once('m').unwrap().1 };
    }
    let plain = human(&plan, &trace, PLAIN);
    let timeline = |text: &str| {
        text.lines().take_while(|line| !line.starts_with("╌╌")).map(|line| format!("{}\n", line.trim_end())).collect::<String>()
    };
    assert_eq!(timeline(&bare), timeline(&plain));
}

#[test]
fn a_page_and_a_chart_are_drawn_of_the_same_run() {
    let (plan, trace) = night();
    stands("night.html", &html(&plan, &trace));
    stands("night.mmd", &mermaid(&plan, &trace));
}

/// A thousand substages in two stages; a few fail, one is tried again.
const LARGE: &str = r#"pipeline large {
  on_error = continue
  stage build {
    parallel = 40
    for n in range(600) { substage "part-${{ n }}" { retry = 1  run = "make ${{ n }}" } }
  }
  stage test {
    for n in range(399) { substage "case-${{ n }}" { run = "./test ${{ n }}" } }
    substage last { needs = ["build/part-7"]  run = "true" }
  }
}"#;

#[test]
fn a_large_run_stays_readable_and_hides_no_failure() {
    let fakes =
        ["--fake", "build/part-7=1", "--fake", "build/part-*9=0", "--fake", "build/part-123=1,0", "--fake", "test/case-4*=3"];
    let (plan, trace) = run(LARGE, &fakes);
    let drawn = human(&plan, &trace, PLAIN);
    stands("large.txt", &drawn);
    let failed = plan.stages[1].substages.iter().filter(|substage| substage.name.starts_with("case-4"));
    for substage in failed {
        assert!(drawn.contains(&format!("✗ {} ", substage.name)), "{}", substage.name);
    }
    let page = html(&plan, &trace);
    assert!(page.contains("<bdi>case-398</bdi>"), "a page has room for all");
    assert!(mermaid(&plan, &trace).len() < 50_000);
}

#[test]
fn a_chart_never_grows_beyond_what_mermaid_reads() {
    let (plan, trace) = run(LARGE, &["--fake", "*/*=1"]);
    let chart = mermaid(&plan, &trace);
    assert!(chart.len() < 50_000 && chart.contains("more rows :milestone"), "{}", chart.len());
    // A page shows all, but does not repeat them.
    let page = html(&plan, &trace);
    assert!(page.contains("<li>and 979 more</li>") && page.contains("<bdi>case-398</bdi>"));
}

#[test]
fn a_large_dispatch_folds_its_replicas() {
    let source = "pipeline p { stage s { substage fuzz { dispatch { copies = 50  need = 40 }  run = \"./fuzz\" } } }";
    let (plan, trace) = run(source, &["--fake", "s/fuzz#17=9", "--fake", "s/fuzz#44=lost"]);
    let drawn = human(&plan, &trace, PLAIN);
    for expected in ["✗ #17", "? #44", "✓ 48 succeeded", "up to 48 at once, 1m each", "48 of 50 passed after 1m"] {
        assert!(drawn.contains(expected), "{expected}:\n{drawn}");
    }
}

#[test]
fn runs_in_which_nothing_happens_are_drawn_too() {
    for source in [
        "pipeline p { stage s { when = failed  substage a { run = \"true\" } } }",
        "pipeline p { param n: int = 0\n stage s { for i in range(n) { substage \"${{ i }}\" { run = \"true\" } } } }",
        "pipeline p { stage s { substage a { run = \"true\" } } }",
    ] {
        for args in [&[][..], &["--takes", "*/*=0s"]] {
            // The second has no substage that a rule could mean.
            if source.contains("range") && !args.is_empty() {
                continue;
            }
            let (plan, trace) = run(source, args);
            for width in [0, 1, 10, 80, 1_000] {
                human(&plan, &trace, Style { width, ..PLAIN });
            }
            assert!(html(&plan, &trace).ends_with("</html>\n") && mermaid(&plan, &trace).starts_with("gantt\n"));
        }
    }
    let (plan, trace) = run("pipeline p { stage s { when = failed  substage a { run = \"true\" } } }", &[]);
    assert_eq!(
        human(&plan, &trace, PLAIN),
        "p\n\n○ s  skipped: `when = failed` does not hold\n\n✓ succeeded after 0s: 1 skipped\n\nGPU-hours      0\n"
    );
}

#[test]
fn why_a_stage_was_skipped_is_told() {
    let stages = |deadline: &str| {
        format!(
            r#"pipeline p {{ {deadline}
  stage a {{ substage x {{ run = "true" }} }}
  stage b {{ when = always  substage x {{ run = "true" }} }}
  stage c {{ substage x {{ run = "true" }} }}
  stage d {{ when = succeeded  substage x {{ run = "true" }} }}
  stage e {{ when = succeeded("a") and not failed("b")  substage x {{ run = "true" }} }}
}}"#
        )
    };
    for (deadline, fakes, expected) in [
        ("", &["a/x=1"][..], &["c skipped: `a` stopped the pipeline", "d skipped: `when = succeeded` does not hold"][..]),
        ("", &["b/x=1"], &["c skipped: `b` stopped the pipeline"]),
        ("deadline = 2m", &[], &["c skipped: the pipeline's deadline passed"]),
        ("", &["a/x=1"], &["e skipped: `when = succeeded(\"a\") and not failed(\"b\")` does not hold"]),
    ] {
        let args: Vec<&str> = fakes.iter().flat_map(|fake| ["--fake", fake]).collect();
        let (plan, trace) = run(&stages(deadline), &args);
        let drawn = human(&plan, &trace, PLAIN).split_whitespace().collect::<Vec<_>>().join(" ");
        for expected in expected {
            assert!(drawn.contains(expected), "{expected}\n{drawn}");
        }
    }
}

/// The lines from the verdict to the empty line after it.
fn verdict(source: &str, args: &[&str]) -> String {
    let (plan, trace) = run(source, args);
    let drawn = human(&plan, &trace, PLAIN);
    drawn.split("\n\n").nth(1).unwrap().to_owned()
}

#[test]
fn a_failed_run_says_why_also_where_no_substage_failed() {
    let stage = "pipeline p { stage a { deadline = 4m  parallel = 1  substage x { run = \"x\" }  substage y { run = \"y\" } } }";
    assert_eq!(
        verdict(stage, &["--takes", "a/x=4m"]),
        "✗ failed after 4m: 1 succeeded, 1 cancelled\n  ⊘ a/y: cancelled: the stage ran into its deadline of 4m"
    );
    let whole = "pipeline p { deadline = 2m  stage a { substage x { run = \"x\" } }  stage b { when = always  substage y { run = \"y\" } } }";
    assert_eq!(
        verdict(whole, &["--takes", "a/x=2m"]),
        "✗ failed after 3m: 2 succeeded\n  ◷ a: as it ended, the pipeline ran into its deadline of 2m"
    );
    assert_eq!(verdict(whole, &[]), "✓ succeeded after 2m: 2 succeeded");
}

#[test]
fn what_was_ignored_is_counted_so() {
    let source = "pipeline p { stage a { substage x { on_error = ignore  run = \"x\" }  substage y { run = \"y\" } } }";
    assert_eq!(verdict(source, &["--fake", "a/x=1"]), "✓ succeeded after 1m: 1 succeeded, 1 failed (ignored)");
    let both = "✗ failed after 1m: 2 failed (1 ignored)\n  ✗ a/y: exit 1 after 1m (on_error = finish)";
    assert_eq!(verdict(source, &["--fake", "a/*=1"]), both);
}

#[test]
fn a_back_off_that_was_cut_lasted_until_then() {
    let source = "pipeline p { stage a { deadline = 4m  substage x { retry { limit = 1  delay = 1h }  run = \"x\" } } }";
    let said = "a/x: timed out after 4m: the stage ran into its deadline of 4m";
    assert!(verdict(source, &["--fake", "a/x=1"]).ends_with(said));
}

#[test]
fn a_pipeline_without_substages_has_a_verdict() {
    let (plan, trace) = run("pipeline p { }", &[]);
    assert!(human(&plan, &trace, PLAIN).contains("✓ succeeded after 0s: no substages\n"));
    assert!(html(&plan, &trace).contains("<span>no substages</span>"));
}

/// Names that mean something to a browser, to Mermaid, or to a reader's eye.
const HOSTILE: &str = r##"pipeline p {
  stage "gantt" {
    on_error = continue
    substage "title x" { run = "true" }
    substage "a:b;c#d%e" { run = "true" }
    substage "</title><script>alert(1)</script>" { run = "true" }
    substage "'\" onmouseover='alert(1)" { run = "true" }
    substage "%%{init: {'theme':'dark'}}%%" { run = "true" }
    substage "click z href \"javascript:alert(1)\"" { run = "true" }
    substage ":crit, 2001-01-01, 1d" { run = "true" }
    substage "#quot;&lt;" { run = "true" }
    substage "a\u{202e}b" { run = "true" }
  }
  stage "<b>%" { when = failed("gantt")  substage "<i>" { dispatch { copies = 2  need = 1 }  run = "true" } }
}"##;

#[test]
fn hostile_names_stay_names() {
    let (plan, trace) = run(HOSTILE, &["--fake", "gantt/*=1"]);
    let page = html(&plan, &trace);
    for sign in ["<script", "<b>", "<i>", "' onmouseover", "\u{202e}"] {
        assert!(!page.contains(sign), "{sign}");
    }
    assert!(page.contains("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("#quot;&amp;lt;"));
    assert_eq!(page.matches("<style>").count(), 1);
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("), "nothing is loaded");

    let chart = mermaid(&plan, &trace);
    stands("hostile.mmd", &chart);
    for line in chart.lines().skip(4) {
        let (text, data) = line.split_once(" :").unwrap_or((line, ""));
        let bare = text.trim_start();
        assert!(bare.starts_with("section ") || bare.starts_with(['✓', '✗', '○']), "{line}");
        assert!(!text.contains([':', '%', '<', '"', '`', '{', '\u{202e}']), "{line}");
        // Each `#` begins an entity, each `;` ends one.
        for entity in text.split('#').skip(1) {
            let (number, _) = entity.split_once(';').expect(line);
            assert!(number.parse::<u32>().is_ok(), "{line}");
        }
        assert!(data.is_empty() || data.split(", ").count() == 3, "{line}");
    }

    let drawn = human(&plan, &trace, PLAIN);
    assert!(!drawn.contains('\u{202e}') && drawn.contains("a\u{fffd}b"));
}

#[test]
fn the_longest_times_are_drawn() {
    let (plan, trace) = run(
        "pipeline p { stage s { substage a { retry = 3  run = \"true\" } } }",
        &["--fake", "s/a=1", "--takes", "s/a=106751991167d"],
    );
    for width in [40, 80] {
        human(&plan, &trace, Style { width, ..PLAIN });
    }
    html(&plan, &trace);
    mermaid(&plan, &trace);
}

/// The page's blocks of one fence, each without it.
fn blocks<'a>(page: &'a str, fence: &str) -> Vec<&'a str> {
    page.split(&format!("```{fence}\n")).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_pages_show_what_is_drawn() {
    for (page, count) in [("docs/guide/dry-run.md", 2), ("README.md", 1)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let mut page = fs::read_to_string(&path).unwrap();
        let source = blocks(&page, "o11n")[0].to_owned();
        for shown in blocks(&page.clone(), "text").into_iter().take(count) {
            let command = shown.lines().next().unwrap();
            let args: Vec<&str> = command.strip_prefix("$ o11n dry-run nightly.o11n").unwrap().split_whitespace().collect();
            let (plan, trace) = run(&source, &args);
            let drawn = format!("{command}\n{}", human(&plan, &trace, Style { width: 90, ..PLAIN }));
            if std::env::var_os("BLESS").is_some() {
                page = page.replace(shown, &drawn);
                fs::write(&path, &page).unwrap();
            } else {
                assert_eq!(shown, drawn);
            }
        }
    }
}
