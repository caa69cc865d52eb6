//! Plans and runs drawn for people.

mod story;
pub mod table;

pub use story::{Focus, consequence, ended, story};
