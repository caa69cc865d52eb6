//! `cargo xtask test`: the tests that need only Rust.

use crate::{process, project};
use anyhow::Result;
use std::ffi::OsString;
use std::process::Command;

#[derive(clap::Args)]
pub struct Arguments {
    /// Passed on to `cargo test`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    process::run(Command::new("cargo").arg("test").args(&arguments.rest).current_dir(project::root()))
}
