//! What every room stands on: positions in sources, the sources themselves, literal quantities, and the one door to the outside.

mod glob;
mod quantity;
mod source;
mod world;

pub use glob::glob;
pub(crate) use quantity::parse_digits;
pub use quantity::{Duration, Size};
pub use source::{FileId, Position, SourceFile, SourceMap, Span};
pub use world::{MemoryWorld, ReadError, RootPath, World};
