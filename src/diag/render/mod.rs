//! How diagnostics are shown. Each format is one file; nothing else knows the libraries that draw them.
