//! Hostile input: whatever it is, the answer is a compilation or a diagnostic, in bounded time and memory, never a panic.

mod bombs;
mod compile;
mod mutations;
