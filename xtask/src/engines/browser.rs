//! A real browser, with the pages that `--format html` writes.

use super::tally::Tally;
use super::{Engine, Site};
use crate::{process, project};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "browser",
    judges: "the pages of `dry-run` and `simulate`, as Chromium lays them out: wide and narrow, light and dark",
    wants_examples: false,
    tools: &[],
    judge,
};

const MEASURE: &str = include_str!("../../../tests/engines/browser/measure.js");

/// Each page, and how it is made.
const PAGES: &[(&str, &[&str])] = &[
    (
        "dry run",
        &["dry-run", "tests/engines/browser/queues.o11n", "--fake", "test/accuracy#1=lost", "--fake", "test/unit-3of6=1"],
    ),
    (
        "simulation",
        &[
            "simulate",
            "tests/engines/browser/queues.o11n",
            "--load",
            "tests/engines/browser/week.toml",
            "--policy",
            "jenkins,fifo,fifo+priority",
        ],
    ),
    ("example", &["dry-run", "examples/tvm.o11n"]),
];

/// Pixels, and whether it is dark.
const WINDOWS: &[(u32, bool)] = &[(1_400, false), (1_400, true), (600, false)];

/// What is wrong, and what of a page makes it so: the first that it is put behind, and the text.
const BROKEN: &[(&str, &str, &str)] = &[
    ("something loaded", "<main>", "<img src=\"missing.png\" alt=\"\">"),
    ("a script", "<main>", "<script>0</script>"),
    ("a line that is too long", "<main>", "<p style=\"white-space: nowrap\">WORD</p>"),
    ("a curve that is no number", "<svg", " data-broken=\"\"><path d=\"M0 0L1 NaN\"/></svg><svg"),
    ("a curve outside of its chart", "<main>", "<svg viewBox=\"0 0 10 10\"><path d=\"M0 0L5 30\"/></svg>"),
    ("a bar outside of its lane", "<main>", "<div class=\"bars\"><i style=\"left: 90%; width: 30%\"></i></div>"),
    (
        "labels on each other",
        "<main>",
        "<div class=\"axis\"><span style=\"left: 0\">10:00</span><span style=\"left: 1%\">10:05</span></div>",
    ),
    ("text that nobody can read", "<main>", "<p style=\"color: #bbb; background: #fff\">pale</p>"),
];

/// What `measure.js` found.
#[derive(Deserialize)]
struct Report {
    dark: bool,
    room: u32,
    measured: usize,
    faults: Vec<String>,
}

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    process::run(Command::new("cargo").args(["build", "--quiet"]).current_dir(project::root()))?;
    let mut pages = Vec::new();
    for (name, arguments) in PAGES {
        let mut o11n = Command::new(project::target_dir("debug").join("o11n"));
        let said = process::output(o11n.args(*arguments).args(["--format", "html"]).current_dir(project::root()))?;
        let page = String::from_utf8(said.stdout.clone()).context("a page is text")?;
        ensure!(page.starts_with("<!doctype html>"), "there is no page of the {name}: {}", process::said(&said));
        pages.push((name, page));
    }
    for (name, page) in &pages {
        for (width, dark) in WINDOWS {
            let case = format!("{name}, {width} wide{}", if *dark { ", dark" } else { "" });
            tally.accepts(&case, report(site, page, *width, *dark)?);
        }
    }
    for (name, page) in &pages[..2] {
        for (wrong, place, text) in BROKEN.iter().filter(|(_, place, _)| page.contains(place)) {
            let broken = page.replacen(place, &format!("{place}{}", text.replace("WORD", &"long ".repeat(400))), 1);
            tally.refuses(&format!("{name}: {wrong}"), report(site, &broken, 1_400, false)?);
        }
    }
    Ok(())
}

/// What is wrong with a page in a window.
fn report(site: &Site, page: &str, width: u32, dark: bool) -> Result<Result<(), String>> {
    let file = site.scratch.join("page.html");
    // The page forbids all scripts, this one too.
    let policy = "content=\"default-src 'none'; ";
    ensure!(page.contains(policy), "the page allows scripts");
    let script = format!("<script id=\"measure\">{MEASURE}</script></body>");
    let measured = page.replace(policy, &format!("{policy}script-src 'unsafe-inline'; ")).replace("</body>", &script);
    fs::write(&file, measured).with_context(|| format!("cannot write {}", file.display()))?;
    let dom = dom(&site.scratch, &file, width, dark)?;
    let told = dom.rsplit_once("<pre id=\"report\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let told = told.with_context(|| format!("the browser measured nothing:\n{dom}"))?.0;
    let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let Report { dark: is_dark, room, measured, faults } = serde_json::from_str(&told).context("the browser's report")?;
    ensure!(is_dark == dark && room <= width && measured > 50, "measured {measured} things, {room} wide, dark: {is_dark}");
    Ok(if faults.is_empty() { Ok(()) } else { Err(faults.into_iter().take(10).collect::<Vec<_>>().join("\n    ")) })
}

/// The page as it stands when all of it is laid out.
fn dom(scratch: &Path, file: &Path, width: u32, dark: bool) -> Result<String> {
    let profile: PathBuf = scratch.join("profile");
    let mut chromium = Command::new("chromium");
    chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--dump-dom"]);
    chromium.args(["--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]);
    chromium.arg(format!("--user-data-dir={}", profile.display())).arg(format!("--window-size={width},2000"));
    chromium.arg(format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 }));
    process::stdout(chromium.arg(format!("file://{}", file.display())))
}
