//! `o11n explain`: the page of a code.

use super::output::{Exit, print, usage};
use crate::diag::{CATALOGUE, Code, nearest};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code, such as `E0203`; without one, all codes are listed
    code: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let Some(wanted) = &args.code else {
        return print(&CATALOGUE.iter().map(|entry| format!("{}  {}\n", entry.id, entry.title)).collect::<String>());
    };
    match Code::parse(wanted) {
        // The words after the fence's language are for the tests of the pages.
        Some(code) => {
            let page = code.entry().page.replace("```o11n fails", "```o11n").replace("```o11n works", "```o11n");
            print(&format!("{}\n", page.trim_end()))
        }
        None => {
            let near = nearest(&wanted.to_uppercase(), CATALOGUE.iter().map(|entry| entry.id));
            let help = near.map_or("`o11n explain` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
            usage(&format!("there is no code `{wanted}`\n  help: {help}"))
        }
    }
}
