//! The command line: one file a subcommand, thin over the phases. The only room that touches files, environment and terminal.
//!
//! Exit status: 0 success (warnings too), 1 something is wrong with what was read, 2 with the command line, 3 a file could not
//! be read or written.

mod bridge;
mod cases;
mod check;
mod chosen;
mod compile;
mod completions;
mod defect;
mod diff;
mod disk;
pub mod driver;
mod dry_run;
mod explain;
mod external;
mod fixes;
mod fmt;
mod init;
mod junit;
mod list;
mod output;
mod parallel;
mod port;
mod reliability;
mod revision;
