//! String literals: text, members of enums, shell scripts; and what stands in their interpolations.

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::sema::checker::Checker;
use crate::sema::expr::{Typed, error, maybe_null, word_list};
use crate::sema::hir::{Expr, ExprKind, Literal, ScriptPiece};
use crate::sema::shell;
use crate::sema::types::Type;
use crate::syntax::ast::{self, StringLit, StringPart};

impl<'a> Checker<'a> {
    pub(super) fn string(&mut self, string: &'a StringLit, hint: Option<&Type>) -> Typed {
        let span = string.span;
        match hint {
            Some(Type::Script) => return (self.script(string), Type::Script),
            Some(Type::Enum(members)) if string.as_plain().is_some() => {
                let text = string.as_plain().unwrap_or_default();
                if members.contains(&text) {
                    let members = members.clone();
                    return (Expr { kind: ExprKind::Literal(Literal::String(text)), span }, Type::Enum(members));
                }
                let diagnostic = Diagnostic::at(
                    Code::UnknownMember,
                    span,
                    format!("`\"{text}\"` is none of {}", word_list(members)),
                    "not one of these",
                );
                self.report(match nearest(&text, members.iter().map(EcoString::as_str)) {
                    Some(meant) => {
                        let shown = crate::sema::types::shown_word(meant);
                        diagnostic.fix(format!("write `{shown}`"), span, shown).help(format!("did you mean `{meant}`?"))
                    }
                    None => diagnostic.help(format!("write one of {}", word_list(members))),
                });
                return (error(span), Type::Error);
            }
            _ => {}
        }
        if let Some(text) = string.as_plain() {
            return (Expr { kind: ExprKind::Literal(Literal::String(text)), span }, Type::String);
        }
        let parts = string
            .parts
            .iter()
            .map(|part| match part {
                StringPart::Text(text, span) => Expr { kind: ExprKind::Literal(Literal::String(text.clone())), span: *span },
                StringPart::Interpolation(expr, _) => self.printed(expr),
            })
            .collect();
        (Expr { kind: ExprKind::Concat(parts), span }, Type::String)
    }

    /// An interpolated value of a plain string.
    fn printed(&mut self, expr: &'a ast::Expr) -> Expr {
        let (checked, ty) = self.infer(expr, None);
        if ty.is_printable() {
            return checked;
        }
        self.report(not_printable(&ty, checked.span));
        error(checked.span)
    }

    /// A script literal: every interpolated value is quoted for the place where it stands.
    fn script(&mut self, string: &'a StringLit) -> Expr {
        let parts: Vec<Part> = string
            .parts
            .iter()
            .map(|part| match part {
                StringPart::Text(text, _) => Part::Text(text.clone()),
                StringPart::Interpolation(expr, span) => {
                    let (checked, ty) = self.infer(expr, None);
                    Part::Hole { expr: checked, ty, span: *span }
                }
            })
            .collect();
        let pieces = parts.iter().map(|part| match part {
            Part::Text(text) => shell::Piece::Text(text),
            Part::Hole { ty: Type::Script, .. } => shell::Piece::Splice,
            Part::Hole { .. } => shell::Piece::Value,
        });
        let has_holes = parts.iter().any(|part| matches!(part, Part::Hole { .. }));
        let scan = if has_holes { shell::scan(pieces) } else { shell::Scan::default() };
        if let Some(unclosed) = scan.unclosed {
            self.report(
                Diagnostic::at(
                    Code::UnsafeInterpolation,
                    string.span,
                    format!("the script ends {}", unclosed.what()),
                    "what the shell reads next belongs in there",
                )
                .note("`before` and `run` are joined to one script, so values after this one would be read in the wrong place")
                .help("close it in the same string"),
            );
        }
        let mut places = scan.holes.into_iter();
        let pieces = parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(ScriptPiece::Text(text)),
                Part::Hole { expr, ty, span } => {
                    let place = places.next().expect("one place for each interpolation");
                    self.script_hole(expr, &ty, span, place)
                }
            })
            .collect();
        Expr { kind: ExprKind::Script(pieces), span: string.span }
    }

    fn script_hole(
        &mut self,
        expr: Expr,
        ty: &Type,
        span: Span,
        place: Result<shell::Place, shell::Hazard>,
    ) -> Option<ScriptPiece> {
        let problem = match (ty, place) {
            (Type::Secret, _) => {
                Diagnostic::at(Code::SecretMisuse, span, "a secret cannot be interpolated", "it would be written into the plan")
                    .help("give it to `env { NAME = … }`, and write `$NAME` here")
            }
            (_, Err(hazard)) => Diagnostic::at(
                Code::UnsafeInterpolation,
                span,
                format!("nothing can be interpolated safely {hazard}"),
                hazard.reason(),
            )
            .help(hazard.help()),
            (Type::Script, Ok(_)) => return Some(ScriptPiece::Splice(expr)),
            (Type::List(element), Ok(place)) if element.is_printable() && !place.is_whole_word => {
                Diagnostic::at(Code::NotPrintable, span, "a list is part of a word", "several words here")
                    .help("let it stand by itself, so that each element becomes a word; or use `join(list, \" \")`")
            }
            (Type::List(element), Ok(place)) if element.is_printable() => {
                return Some(ScriptPiece::Value { expr, quote: place.quote });
            }
            (ty, Ok(place)) if ty.is_printable() => return Some(ScriptPiece::Value { expr, quote: place.quote }),
            (ty, Ok(_)) => not_printable(ty, span),
        };
        self.report(problem);
        None
    }
}

/// A part of a script literal, its interpolations read.
enum Part {
    Text(EcoString),
    Hole { expr: Expr, ty: Type, span: Span },
}

fn not_printable(ty: &Type, span: Span) -> Diagnostic {
    match ty {
        Type::Optional(inner) if inner.is_printable() => maybe_null(span),
        Type::Secret => Diagnostic::at(Code::SecretMisuse, span, "a secret cannot be interpolated", "it would be printed")
            .help("give it to `env`, and let the script read the variable"),
        _ => {
            let diagnostic = Diagnostic::at(
                Code::NotPrintable,
                span,
                format!("a value of type `{ty}` cannot be interpolated"),
                format!("this is `{ty}`"),
            );
            match ty {
                Type::List(_) => diagnostic.help("join the elements: `join(list, \", \")`"),
                Type::Record(_) => diagnostic.help("name one of its fields"),
                Type::Hardware => diagnostic.help("name a field of it, such as `hw.label`"),
                _ => diagnostic.help("an interpolation takes a string, int, float, bool, duration, size or enum"),
            }
        }
    }
}
