//! o11n compiles one small language for CI pipelines to a taskbook, or to the file of an engine.
//!
//! The modules are the phases, in order; each knows only those before it.

pub mod base;
pub mod diag;
pub mod schema;
pub mod syntax;

pub mod sema;

pub mod lint;
pub mod plan;

pub mod machine;
pub mod simulate;
pub mod target;
pub mod view;

pub mod cli;
