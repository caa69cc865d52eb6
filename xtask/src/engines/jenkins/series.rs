//! The moving averages of Jenkins' statistics, on the class that Jenkins has them from: ours have to be the same to the last bit.

use super::super::tally::Tally;
use super::super::{Engine, Site};
use crate::tools::Tool;
use crate::{process, project};
use anyhow::{Context, Result, ensure};
use o11n::simulate::jenkins::TimeSeries;
use std::fmt::Write;
use std::fs;
use std::process::Command;

pub const ENGINE: Engine = Engine {
    name: "jenkins-series",
    judges: "moving averages of load statistics, compared bit by bit with Hudson's own class",
    wants_examples: false,
    tools: &[&TOOL],
    judge,
};

const SOURCES: &str = "tests/engines/jenkins-series";

/// Of Jenkins itself no jar is on Maven Central; of Hudson there is one, and this class of it never changed.
const TOOL: Tool = Tool {
    name: "hudson-core",
    version: "2.2.1",
    inputs: &[SOURCES],
    install: |into| {
        let mut maven = Command::new("mvn");
        maven.args(["--batch-mode", "--quiet", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"]);
        maven.arg("-Dartifact=org.jvnet.hudson.main:hudson-core:2.2.1");
        process::stdout(maven.arg(format!("-DoutputDirectory={}", into.join("lib").display())))?;
        let mut javac = Command::new("javac");
        javac.args(["-nowarn", "-Xlint:none", "-proc:none", "-cp"]).arg(into.join("lib/*"));
        javac.arg("-d").arg(into.join("classes")).arg(project::root().join(SOURCES).join("Series.java"));
        process::stdout(&mut javac).map(drop)
    },
};

/// Series that are compared, and the most samples of one.
const SERIES: usize = 2_000;
const SAMPLES: usize = 60;
/// The most values that one keeps.
const KEPT: usize = 12;

/// A series and its samples.
struct Played {
    first: f32,
    decay: f32,
    kept: usize,
    samples: Vec<f32>,
}

/// All values that are kept, the latest first, after each sample.
type Kept = Vec<Vec<u32>>;

/// The next of a series from the latest, the decay and a sample.
type Next = fn(f32, f32, f32) -> f32;

/// Averages with something wrong.
const BROKEN: &[(&str, Next)] = &[
    ("in double precision", |latest, decay, sample| {
        (f64::from(latest) * f64::from(decay) + f64::from(sample) * (1.0 - f64::from(decay))) as f32
    }),
    ("with a rounding less", |latest, decay, sample| sample.mul_add(1.0 - decay, latest * decay)),
    ("in another order", |latest, decay, sample| latest + (sample - latest) * (1.0 - decay)),
    ("with weights exchanged", |latest, decay, sample| latest * (1.0 - decay) + sample * decay),
];

fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    let mut rng = fastrand::Rng::with_seed(site.arguments.seed);
    let all: Vec<Played> = (0..SERIES).map(|number| draw(&mut rng, number)).collect();
    let theirs = play(site, &all)?;
    for (number, (played, theirs)) in all.iter().zip(&theirs).enumerate() {
        tally.accepts(&format!("series {number}"), compare(&ours(played), theirs));
    }
    for (name, next) in BROKEN {
        let same = all.iter().zip(&theirs).all(|(played, theirs)| compare(&broken(played, *next), theirs).is_ok());
        tally.refuses(name, if same { Ok(()) } else { Err("differs".into()) });
    }
    let values: usize = theirs.iter().flatten().map(Vec::len).sum();
    println!("jenkins-series: {values} values of {SERIES} series compared");
    Ok(())
}

/// Counts as Jenkins has them, or anything that a number can be; its decay, or any.
fn draw(rng: &mut fastrand::Rng, number: usize) -> Played {
    let any = number % 2 == 1;
    let decay = if any { rng.f32() } else { 0.9 };
    let mut sample = || if any { (rng.f32() - 0.5) * 10_f32.powi(rng.i32(-30..30)) } else { rng.u32(0..2_000) as f32 };
    let first = sample();
    let samples = (0..SAMPLES).map(|_| sample()).collect();
    Played { first, decay, kept: 1 + number / 2 % KEPT, samples }
}

fn ours(played: &Played) -> Kept {
    let mut series = TimeSeries::new(played.first, played.decay, played.kept);
    let mut after = |sample: &f32| {
        series.update(*sample);
        series.history().map(f32::to_bits).collect()
    };
    played.samples.iter().map(&mut after).collect()
}

fn broken(played: &Played, next: Next) -> Kept {
    let mut history = vec![played.first];
    let mut after = |sample: &f32| {
        history.insert(0, next(history[0], played.decay, *sample));
        history.truncate(played.kept);
        history.iter().copied().map(f32::to_bits).collect()
    };
    played.samples.iter().map(&mut after).collect()
}

fn play(site: &Site, all: &[Played]) -> Result<Vec<Kept>> {
    let mut text = String::new();
    for Played { first, decay, kept, samples } in all {
        write!(text, "{:x} {:x} {kept}", first.to_bits(), decay.to_bits())?;
        for sample in samples {
            write!(text, " {:x}", sample.to_bits())?;
        }
        text.push('\n');
    }
    let file = site.scratch.join("series");
    fs::write(&file, text)?;
    let tool = TOOL.folder()?;
    let mut java = Command::new("java");
    java.args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"]);
    java.arg(format!("{}:{}", tool.join("classes").display(), tool.join("lib/*").display())).arg("Series").arg(file);
    let answers: Vec<Kept> = process::stdout(&mut java)?.lines().map(read).collect::<Result<_>>()?;
    ensure!(answers.len() == all.len(), "{} answers to {} series", answers.len(), all.len());
    Ok(answers)
}

fn read(line: &str) -> Result<Kept> {
    let bits = |word: &str| u32::from_str_radix(word, 16).with_context(|| format!("`{word}` is no number's bits"));
    let after = |part: &str| part.split_ascii_whitespace().map(bits).collect();
    line.trim_end_matches(',').split(',').map(after).collect()
}

fn compare(ours: &Kept, theirs: &Kept) -> Result<(), String> {
    match ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs) {
        Some(at) => Err(format!("after sample {}: {:x?}, not {:x?}", at + 1, ours[at], theirs[at])),
        None if ours.len() != theirs.len() => Err(format!("{} samples, not {}", ours.len(), theirs.len())),
        None => Ok(()),
    }
}
