//! What is legal, yet known to bite: one rule, one file.
