//! `cargo xtask ci`: what continuous integration runs, here.

use crate::{process, project};
use anyhow::Result;
use std::process::Command;

pub fn run() -> Result<()> {
    process::run(Command::new("bash").arg(".ci/run").current_dir(project::root()))
}
