//! What every room stands on: positions in sources, the sources, literal quantities, printable text, and the one door to the outside.

mod glob;
mod printable;
mod quantity;
mod source;
mod world;

pub use glob::glob;
pub(crate) use printable::{one_line, printable, visible};
pub(crate) use quantity::parse_digits;
pub use quantity::{Duration, Size};
pub use source::{FileId, Position, SourceFile, SourceMap, Span};
pub use world::{MemoryWorld, ReadError, RootPath, World};
