//! `verify` against brute force: on small random pipelines, every combination of outcomes on the machine.

mod brute;
