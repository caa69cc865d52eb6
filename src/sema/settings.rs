//! Attributes of blocks, found in the one table of the schema; and what is said of those that are not in it.

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema::{self, AttrType, Attribute, Kind};
use crate::sema::checker::Checker;
use crate::sema::expr::{error, key_span, key_text};
use crate::sema::hir::{Setting, Settings};
use crate::sema::types::Type;
use crate::sema::values::Written;
use crate::syntax::ast::{Item, ItemKind, Key};

impl<'a> Checker<'a> {
    /// The settings of a block that holds nothing else.
    pub(super) fn block_settings(&mut self, kind: Kind, items: &'a [Item]) -> Settings {
        let mut settings = Settings::new();
        for item in items {
            if !self.setting(kind, item, items, &mut settings) {
                self.misplaced(kind, item);
            }
        }
        settings
    }

    /// Reads an item if it is a setting (`name = value`, or a block that is an attribute). False: it is something else.
    pub(super) fn setting(&mut self, kind: Kind, item: &'a Item, block: &'a [Item], settings: &mut Settings) -> bool {
        let (key, written) = match &item.kind {
            ItemKind::Setting { key, value } => (key_name(key), Written::Expr(value)),
            ItemKind::Block { word, label: None, extends: None, body }
                if schema::attribute(kind, &word.text).is_some() || schema::block_by_word(&word.text).is_none() =>
            {
                ((word.text.clone(), word.span), Written::Body(body))
            }
            ItemKind::Error => return true,
            _ => return false,
        };
        self.entry(kind, key, written, &|name| is_set(block, name), settings);
        true
    }

    /// Reads one entry of a block, or of the record that is one. `is_set` tells what the block sets anywhere.
    pub(super) fn entry(
        &mut self,
        kind: Kind,
        (name, span): (EcoString, Span),
        written: Written<'a>,
        is_set: &dyn Fn(&str) -> bool,
        settings: &mut Settings,
    ) {
        if let Some(attribute) = schema::attribute(kind, &name) {
            self.set(attribute, written, span, settings);
            return;
        }
        let is_elsewhere = schema::ATTRIBUTES.iter().any(|row| row.name == name);
        // What is meant may be meant once.
        let is_taken = |meant: &str| is_set(meant) || settings.iter().any(|setting| setting.attribute.name == meant);
        let meant = match written {
            Written::Body(_) if !is_elsewhere => self.unknown_block(kind, &name, span, &is_taken),
            _ => self.unknown_attribute(kind, &name, span, &is_taken),
        };
        // What a misplaced value means cannot be told before it has its place.
        if !is_elsewhere {
            self.read_anyway(written);
        }
        if let Some(attribute) = meant.filter(|meant| !is_taken(meant)).and_then(|meant| schema::attribute(kind, meant)) {
            settings.push(Setting { attribute, value: error(span), span });
        }
    }

    fn set(&mut self, attribute: &'static Attribute, written: Written<'a>, span: Span, settings: &mut Settings) {
        let value = self.value(&attribute.ty, written, span);
        match settings.iter().find(|setting| setting.attribute.name == attribute.name) {
            Some(first) => self.report(set_twice(attribute.name, span, first.span)),
            None => settings.push(Setting { attribute, value, span }),
        }
    }

    /// The settings of a `target` block, whose attributes the backend declares.
    pub(super) fn target_settings(&mut self, attributes: &'static [Attribute], items: &'a [Item]) -> Settings {
        let mut settings = Settings::new();
        for item in items {
            let (name, span, written) = match &item.kind {
                ItemKind::Setting { key, value } => {
                    let (name, span) = key_name(key);
                    (name, span, Written::Expr(value))
                }
                ItemKind::Block { word, label: None, body, .. } => (word.text.clone(), word.span, Written::Body(body)),
                ItemKind::Error => continue,
                _ => {
                    self.misplaced(Kind::Target, item);
                    continue;
                }
            };
            match attributes.iter().find(|row| row.name == name) {
                Some(attribute) => self.set(attribute, written, span, &mut settings),
                None => {
                    let diagnostic = Diagnostic::at(
                        Code::UnknownAttribute,
                        span,
                        format!("this target has no setting `{name}`"),
                        "no such setting",
                    );
                    self.report(diagnostic.meant(span, nearest(&name, attributes.iter().map(|row| row.name)), || {
                        let known: Vec<&str> = attributes.iter().map(|row| row.name).collect();
                        format!("it has {}", known.join(", "))
                    }));
                    self.read_anyway(written);
                }
            }
        }
        settings
    }

    /// Reports an attribute that does not exist; gives the one that was meant, where that can be told.
    fn unknown_attribute(&mut self, kind: Kind, name: &str, span: Span, is_taken: &dyn Fn(&str) -> bool) -> Option<&'static str> {
        if is_reserved(kind, name) {
            self.report(reserved(name, span));
            return None;
        }
        let usual = familiar_part(name).filter(|meant| schema::attribute(kind, meant).is_some());
        if let (Some(row), None) = (schema::ATTRIBUTES.iter().find(|row| row.name == name), usual) {
            let places: Vec<&str> = row.on.iter().map(|kind| kind.noun()).collect();
            self.report(
                Diagnostic::at(
                    Code::MisplacedAttribute,
                    span,
                    format!("`{name}` does not belong in {}", kind.noun()),
                    "not here",
                )
                .help(format!("it belongs in {}", either(&places))),
            );
            return None;
        }
        let diagnostic = Diagnostic::at(
            Code::UnknownAttribute,
            span,
            format!("{} has no attribute `{name}`", kind.noun()),
            "no such attribute",
        );
        let known = schema::attributes(kind).map(|row| row.name);
        let meant = usual
            .or(familiar(name).filter(|meant| schema::attribute(kind, meant).is_some()))
            .or_else(|| nearest(name, known.clone()));
        self.report(match meant {
            Some(meant) if is_taken(meant) => diagnostic.help(taken(meant)),
            meant => diagnostic.meant(span, meant, || format!("it has {}", known.collect::<Vec<_>>().join(", "))),
        });
        meant
    }

    /// Reports a block that does not exist; gives the one that was meant, where that can be told.
    pub(super) fn unknown_block(
        &mut self,
        kind: Kind,
        name: &str,
        span: Span,
        is_taken: &dyn Fn(&str) -> bool,
    ) -> Option<&'static str> {
        if schema::RESERVED_FOR_LATER.contains(&name) {
            self.report(reserved(name, span));
            return None;
        }
        let blocks = schema::BLOCKS.iter().filter(|row| row.inside.contains(&kind)).map(|row| row.word);
        let attributes = schema::attributes(kind)
            .filter(|row| matches!(row.ty, AttrType::Block(_) | AttrType::Map(_) | AttrType::Retry | AttrType::ExitCodes))
            .map(|row| row.name);
        let statements = schema::STATEMENTS.iter().filter(|row| row.inside.contains(&kind)).map(|row| row.word);
        let known: Vec<&str> = blocks.chain(attributes).collect();
        let diagnostic =
            Diagnostic::at(Code::UnknownBlock, span, format!("{} has no block `{name}`", kind.noun()), "no such block");
        let meant = familiar(name)
            .map(|meant| if kind == Kind::Pipeline && meant == "substage" { "stage" } else { meant })
            .filter(|meant| known.contains(meant))
            .or_else(|| nearest(name, known.iter().copied().chain(statements)));
        self.report(match meant {
            Some(meant) if is_taken(meant) => diagnostic.help(taken(meant)),
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), span, meant).help(format!("did you mean `{meant}`?")),
            None if matches!(name, "fn" | "def" | "func" | "function") => {
                diagnostic.help("a function is declared at the top of a file: `let name(argument: type): type = value`")
            }
            None if schema::attribute(kind, name).is_some() => diagnostic.help(format!("set it: `{name} = …`")),
            None => diagnostic.help(format!("it has {}", known.join(", "))),
        });
        meant
    }

    /// Reports an item that stands where it cannot.
    pub(super) fn misplaced(&mut self, kind: Kind, item: &'a Item) {
        let (word, span) = match &item.kind {
            ItemKind::Error => return,
            ItemKind::Block { word, .. } => match schema::block_by_word(&word.text) {
                Some(_) => (word.text.as_str(), word.span),
                None => {
                    self.unknown_block(kind, &word.text, word.span, &|_| false);
                    return;
                }
            },
            ItemKind::Setting { key, .. } => {
                let (name, span) = key_name(key);
                if schema::attributes(kind).next().is_some() {
                    self.unknown_attribute(kind, &name, span, &|_| false);
                    return;
                }
                let rows = schema::STATEMENTS.iter().filter(|row| row.inside.contains(&kind));
                let words: Vec<String> = rows.map(|row| format!("`{}`", row.word)).collect();
                let message = format!("{} has no attributes", kind.noun());
                self.report(
                    Diagnostic::at(Code::MisplacedItem, span, message, format!("`{name}` is set here"))
                        .help(format!("it holds {}", words.join(", "))),
                );
                return;
            }
            other => {
                let word = statement_word(other);
                (word, Span { end: item.span.start + word.len() as u32, ..item.span })
            }
        };
        let places: Vec<&str> = schema::BLOCKS
            .iter()
            .filter(|row| row.word == word)
            .flat_map(|row| row.inside)
            .chain(schema::STATEMENTS.iter().filter(|row| row.word == word).flat_map(|row| row.inside))
            .map(|kind| kind.noun())
            .collect();
        let diagnostic =
            Diagnostic::at(Code::MisplacedItem, span, format!("`{word}` does not belong in {}", kind.noun()), "not here");
        self.report(if places.is_empty() {
            diagnostic.help("move it out of this block")
        } else {
            diagnostic.help(format!("it belongs in {}", either(&places)))
        });
    }

    /// Reads what has no place, so that its own errors are reported too.
    pub(super) fn read_anyway(&mut self, written: Written<'a>) {
        match written {
            Written::Expr(expr) => {
                self.infer(expr, Some(&Type::Error));
            }
            Written::Body(_) => {}
        }
    }
}

pub(super) fn key_name(key: &Key) -> (EcoString, Span) {
    (key_text(key), key_span(key))
}

/// Whether a block sets this attribute.
fn is_set(block: &[Item], name: &str) -> bool {
    block.iter().any(|item| match &item.kind {
        ItemKind::Setting { key, .. } => key_text(key) == name,
        ItemKind::Block { word, label: None, .. } => word.text == name,
        _ => false,
    })
}

/// What is said of the second of two.
pub(super) fn set_twice(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::at(Code::DuplicateAttribute, span, format!("`{name}` is set twice"), "again here")
        .label(first, "first here")
        .help("keep one of them")
}

fn taken(meant: &str) -> String {
    format!("if you mean `{meant}`, this block has it already: keep one of them")
}

fn reserved(name: &str, span: Span) -> Diagnostic {
    let shown = if name == "hardware" { "retry.hardware" } else { name };
    Diagnostic::at(
        Code::ReservedForLater,
        span,
        format!("`{shown}` is reserved for a later version of the language"),
        "not available yet",
    )
    .help(if name == "concurrency" {
        "leave it out; a `lock` on a substage keeps two runs apart"
    } else {
        "leave it out for the time being"
    })
}

fn is_reserved(kind: Kind, name: &str) -> bool {
    schema::RESERVED_FOR_LATER.contains(&name) || (kind == Kind::Retry && name == "hardware")
}

/// Such as "a stage, a pipeline or a policy".
fn either(places: &[&str]) -> String {
    match places {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What people call a part of an attribute's block, even if something else has this name.
fn familiar_part(name: &str) -> Option<&'static str> {
    Some(match name {
        "count" | "times" | "max_retries" | "max_attempts" => "limit",
        "backoff" | "multiplier" => "factor",
        "interval" => "delay",
        "replicas" => "copies",
        _ => return None,
    })
}

/// What people of other systems call an attribute or a block.
fn familiar(name: &str) -> Option<&'static str> {
    Some(match name {
        "retries" | "attempts" => "retry",
        "script" | "cmd" | "steps" | "sh" => "run",
        "environment" | "variables" | "envs" => "env",
        "depends" | "depends_on" | "dependencies" | "requires" => "needs",
        "label" | "runs_on" | "agent" | "node" => "hardware",
        "if" | "condition" | "only" => "when",
        "max_parallel" | "parallelism" | "concurrency" => "parallel",
        "container" | "docker" => "image",
        "locks" | "mutex" => "lock",
        "allow_failure" | "continue_on_error" => "on_error",
        "mem" | "ram" => "memory",
        "cpus" | "cores" => "cpu",
        "gpus" | "gpu_count" => "gpu",
        "job" | "task" | "step" => "substage",
        "jobs" | "phase" => "stage",
        "workflow" => "pipeline",
        _ => return None,
    })
}

fn statement_word(kind: &ItemKind) -> &'static str {
    match kind {
        ItemKind::Import { .. } => "import",
        ItemKind::Type { .. } => "type",
        ItemKind::Let { .. } => "let",
        ItemKind::Param { .. } => "param",
        ItemKind::Template { .. } => "template",
        ItemKind::Use { .. } => "use",
        ItemKind::For(_) => "for",
        ItemKind::If(_) => "if",
        ItemKind::Assert { .. } => "assert",
        ItemKind::With { .. } => "with",
        ItemKind::Fake { .. } => "fake",
        ItemKind::Takes { .. } => "takes",
        ItemKind::Expect(_) => "expect",
        ItemKind::Setting { .. } => "setting",
        ItemKind::Block { .. } => "block",
        ItemKind::Error => "error",
    }
}
