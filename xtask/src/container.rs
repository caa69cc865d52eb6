//! `cargo xtask container`: the image, built by a real tool from a binary compiled here.
//!
//! No base image is pulled. The Dockerfile's stage `source` tells what the binary is compiled from, its `RUN` line how; the
//! machine's own Rust stands in for the one image that a build with the network would pull, and the stage `prebuilt`
//! makes the image.

use crate::{process, project};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
pub struct Arguments {
    /// The name of the image
    #[arg(long, default_value = "localhost/o11n")]
    tag: String,
}

/// Without musl, the GNU target links statically too, given this flag.
const TARGET: &str = "x86_64-unknown-linux-gnu";
const STATIC: &str = "-C target-feature=+crt-static";

pub fn run(arguments: &Arguments) -> Result<()> {
    let scratch = project::target_dir("container");
    let binary = static_binary(Command::new("buildah"), &scratch)?;
    process::run(build(&mut Command::new("buildah"), &project::root().join("Dockerfile"), &binary, &arguments.tag))
}

/// Compiles the binary as the Dockerfile does, from the files that its stage `source` holds; they come to lie in `scratch`.
pub fn static_binary(mut buildah: Command, scratch: &Path) -> Result<PathBuf> {
    let source = scratch.join("source");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    fs::create_dir_all(&source)?;
    let output = format!("type=local,dest={}", source.display());
    buildah.args(["build", "--isolation", "chroot", "--quiet", "--target", "source", "--output", &output]);
    process::stdout(buildah.arg("--file").arg(project::root().join("Dockerfile")).arg(project::root()))?;
    let line = compile_line()?;
    let mut words = line.split_whitespace();
    let mut compile = Command::new(words.next().context("the RUN line is empty")?);
    compile.args(words).current_dir(&source);
    compile.env("RUSTFLAGS", STATIC).env("CARGO_BUILD_TARGET", TARGET).env("CARGO_TARGET_DIR", build_folder());
    process::stdout(&mut compile)?;
    Ok(build_folder().join(TARGET).join("release/o11n"))
}

fn build_folder() -> PathBuf {
    project::target_dir("static")
}

/// The one command by which the Dockerfile compiles.
fn compile_line() -> Result<String> {
    let dockerfile = fs::read_to_string(project::root().join("Dockerfile")).context("cannot read the Dockerfile")?;
    let mut lines = dockerfile.lines().filter_map(|line| line.strip_prefix("RUN "));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line.to_owned()),
        _ => anyhow::bail!("the Dockerfile has not one RUN line"),
    }
}

/// Completes a call of buildah to one that builds the image of a binary; the binary's folder is the context.
pub fn build<'a>(buildah: &'a mut Command, dockerfile: &Path, binary: &Path, tag: &str) -> &'a mut Command {
    let name = binary.file_name().expect("a binary has a name").to_string_lossy();
    let context = binary.parent().expect("a binary lies in a folder");
    buildah.args(["build", "--isolation", "chroot", "--quiet", "--target", "prebuilt", "--build-arg"]);
    buildah.arg(format!("BINARY={name}")).args(["--tag", tag, "--file"]).arg(dockerfile).arg(context)
}
