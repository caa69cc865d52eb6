//! Data files, parsed: one tree for YAML, JSON, TOML and CSV, in which each value keeps its place.

mod csv;
mod json;
mod toml;
mod yaml;

use ecow::EcoString;

/// Most values of one file.
const MAX_VALUES: usize = 4_000_000;
/// Deepest nesting of a file.
const MAX_NESTING: usize = 64;

/// A range of bytes in the text.
pub(super) type Place = std::ops::Range<usize>;

/// A value of a data file.
#[derive(Clone, Debug)]
pub(super) struct Datum {
    pub(super) kind: DatumKind,
    pub(super) at: Place,
}

#[derive(Clone, Debug)]
pub(super) enum DatumKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(EcoString),
    /// Text that stands for whatever is expected: CSV has no types.
    Cell(EcoString),
    List(Vec<Datum>),
    Map(Vec<Entry>),
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: EcoString,
    pub(super) key_at: Place,
    pub(super) value: Datum,
}

/// Why a text is not of its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) message: String,
    pub(super) at: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Yaml,
    Json,
    Toml,
    Csv,
}

impl Format {
    /// By the ending of the path.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Csv => "CSV",
        }
    }

    /// Reads a whole text.
    pub(super) fn parse(self, text: &str) -> Result<Datum, Malformed> {
        match self {
            Self::Yaml => yaml::parse(text),
            Self::Json => json::parse(text),
            Self::Toml => toml::parse(text),
            Self::Csv => csv::parse(text),
        }
    }
}

impl Datum {
    /// What it is, for people.
    pub(super) fn noun(&self) -> &'static str {
        match self.kind {
            DatumKind::Null => "nothing",
            DatumKind::Bool(_) => "a bool",
            DatumKind::Int(_) => "an int",
            DatumKind::Float(_) => "a float",
            DatumKind::Text(_) | DatumKind::Cell(_) => "a string",
            DatumKind::List(_) => "a list",
            DatumKind::Map(_) => "a map",
        }
    }
}

impl Malformed {
    fn new(message: impl Into<String>, at: Place) -> Self {
        Self { message: message.into(), at }
    }

    fn too_many(at: Place) -> Self {
        Self::new(format!("the file holds more than {MAX_VALUES} values"), at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree on one line, each scalar with its place in the text.
    fn shown(text: &str, format: Format) -> String {
        fn show(datum: &Datum, text: &str, out: &mut String) {
            match &datum.kind {
                DatumKind::List(list) => {
                    out.push('[');
                    list.iter().for_each(|datum| show(datum, text, out));
                    out.push(']');
                }
                DatumKind::Map(entries) => {
                    out.push('{');
                    for entry in entries {
                        out.push_str(&format!("{}<{}>:", entry.key, &text[entry.key_at.clone()]));
                        show(&entry.value, text, out);
                    }
                    out.push('}');
                }
                kind => out.push_str(&format!("{kind:?}<{}>", &text[datum.at.clone()])),
            }
        }
        let mut out = String::new();
        show(&format.parse(text).unwrap(), text, &mut out);
        out
    }

    #[test]
    fn every_value_keeps_its_place() {
        let json = "[{\"a\": 1, \"b\\n\": [true, null, -1.5e1]}, \"测\\u8bd5\"]";
        assert_eq!(
            shown(json, Format::Json),
            r#"[{a<"a">:Int(1)<1>b"#.to_owned()
                + "\n"
                + r#"<"b\n">:[Bool(true)<true>Null<null>Float(-15.0)<-1.5e1>]}Text("测试")<"测\u8bd5">]"#
        );
        let yaml = "- 名: api\n  yes: 'no'\n  80: 40\n- [1.5, ~, true, on]\n";
        assert_eq!(
            shown(yaml, Format::Yaml),
            "[{名<名>:Text(\"api\")<api>yes<yes>:Text(\"no\")<'no'>80<80>:Int(40)<40>}[Float(1.5)<1.5>Null<~>Bool(true)<true>Text(\"on\")<on>]]"
        );
        let toml = "a = 1\n[b]\nc = [\"x\", 0x10]\nd.e = 2024-01-01\n";
        assert_eq!(
            shown(toml, Format::Toml),
            "{a<a>:Int(1)<1>b<b>:{c<c>:[Text(\"x\")<\"x\">Int(16)<0x10>]d<d>:{e<e>:Text(\"2024-01-01\")<2024-01-01>}}}"
        );
        let csv = "name,cores\r\n\"a, \"\"b\"\"\",4\r\n测试,\r\n";
        assert_eq!(
            shown(csv, Format::Csv),
            "[{name<name>:Cell(\"a, \\\"b\\\"\")<\"a, \"\"b\"\"\">cores<cores>:Cell(\"4\")<4>}{name<name>:Cell(\"测试\")<测试>cores<cores>:Cell(\"\")<>}]"
        );
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        for (format, text, place) in [
            (Format::Json, "{\"a\": }", 6),
            (Format::Json, "[1, 2", 5),
            (Format::Json, "{\"a\": 1, \"a\": 2}", 9),
            (Format::Json, "[1] x", 4),
            (Format::Json, "99999999999999999999", 0),
            (Format::Json, "[01]", 2),
            (Format::Toml, "a = \n", 4),
            (Format::Csv, "a,a\n1,2\n", 2),
            (Format::Csv, "a,b\n1\n", 4),
        ] {
            let error = format.parse(text).unwrap_err();
            assert_eq!(error.at.start, place, "{text:?}: {}", error.message);
        }
        for text in ["a: [", "a: 1\na: 2\n", "a: b: c", "a: *x"] {
            let error = Format::Yaml.parse(text).unwrap_err();
            assert!(!error.message.contains("line"), "{}", error.message);
        }
    }

    #[test]
    fn a_second_document_is_told_in_our_words() {
        let error = Format::Yaml.parse("- a\n---\n- b\n").unwrap_err();
        assert!(error.message.starts_with("a second document begins here"), "{}", error.message);
        assert_eq!(error.at.start, 8);
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
        }
        assert!(Format::Yaml.parse(&bomb).is_err());
    }

    #[test]
    fn deep_json_is_refused() {
        for deep in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            assert!(Format::Json.parse(&deep).is_err());
        }
    }

    #[test]
    fn deep_yaml_is_refused() {
        for deep in ["- ".repeat(100_000), "[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            assert!(Format::Yaml.parse(&deep).is_err());
        }
    }

    #[test]
    fn deep_toml_is_refused() {
        assert!(Format::Toml.parse(&format!("a = {}", "[".repeat(100_000))).is_err());
        assert!(Format::Toml.parse(&format!("{}a = 1", "a.".repeat(100_000))).is_err());
        assert!(Format::Toml.parse(&format!("[{}a]", "a.".repeat(100_000))).is_err());
    }
}
