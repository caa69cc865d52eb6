//! Backends: each turns a plan into the files of one engine, and declares what it keeps.
