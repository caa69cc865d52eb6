//! The standard library: sources in o11n, part of the binary.

/// Path and text of each module.
const MODULES: &[(&str, &str)] = &[
    ("std/build.o11n", include_str!("../../stdlib/build.o11n")),
    ("std/git.o11n", include_str!("../../stdlib/git.o11n")),
    ("std/notify.o11n", include_str!("../../stdlib/notify.o11n")),
    ("std/test.o11n", include_str!("../../stdlib/test.o11n")),
];

/// The text of `std/NAME.o11n`.
pub fn source(path: &str) -> Option<&'static str> {
    MODULES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

/// The paths of all modules, sorted.
pub fn paths() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(name, _)| *name)
}
