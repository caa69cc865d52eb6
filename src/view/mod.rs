//! Plans and runs drawn for people: what happened in words, and a timeline for a terminal, as a page and as a Mermaid chart.

mod advice;
mod axis;
mod canvas;
mod chart;
mod diff;
mod explanation;
mod html;
mod human;
mod layout;
mod lines;
mod matrix;
mod mermaid;
mod port;
mod reliability;
mod remark;
mod simulate;
mod simulation_page;
mod story;
mod style;
pub mod table;

pub use advice::advice;
pub use diff::{diff, diff_markdown};
pub use explanation::explanation;
pub use html::html;
pub use human::human;
pub use lines::unified;
pub use matrix::{legend, matrix};
pub use mermaid::mermaid;
pub use port::{port, port_markdown};
pub use reliability::reliability;
pub use simulate::{simulation, simulation_csv, sweep, sweep_csv};
pub use simulation_page::simulation_html;
pub use story::{Focus, consequence, ended, story};
pub use style::Style;
