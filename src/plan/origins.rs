//! Where the values behind an error came from: the parameters that an expression reads.

use ecow::EcoString;

use super::eval::Eval;
use super::inputs::Bound;
use super::value::Quantities;
use crate::base::Span;
use crate::diag::Diagnostic;
use crate::sema::hir::{Expr, ExprKind, ParamId};

/// A parameter with its value and where that came from, for people.
pub(super) struct Origin {
    pub(super) name: EcoString,
    value: String,
    came: String,
    /// The place in a text, if it has one.
    pub(super) place: Option<Span>,
}

impl Origin {
    pub(super) fn note(&self) -> String {
        format!("`{}` is {}, {}", self.name, self.value, self.came)
    }
}

impl Eval<'_> {
    /// The parameters that an expression reads itself.
    pub(super) fn origins(&mut self, expr: &Expr) -> Vec<Origin> {
        let mut origins = Vec::new();
        for id in params(expr) {
            let Ok(value) = self.param(id) else { continue };
            let param = &self.program.params[id.0 as usize];
            let value = shortened(&value.to_json(self.program, Quantities::Literals).to_string());
            let (came, place) = self.origin(id);
            origins.push(Origin { name: param.name.clone(), value, came, place });
        }
        origins
    }

    /// The diagnostic, with a note on each parameter that the expression reads.
    pub(super) fn with_origins(&mut self, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        // In a loop it is said once; the notes would be made in vain.
        if self.is_reported(&diagnostic) {
            return diagnostic;
        }
        self.origins(expr).iter().fold(diagnostic, |diagnostic, origin| diagnostic.note(origin.note()))
    }

    fn origin(&self, id: ParamId) -> (String, Option<Span>) {
        let param = &self.program.params[id.0 as usize];
        match self.bound.get(&id) {
            Some(Bound::Flag(_)) => (format!("from `--param {}`", param.name), None),
            Some(Bound::Variable(name, _)) => (format!("from the environment variable `{name}`"), None),
            Some(Bound::File(datum, file)) => {
                let span = Span::new(*file, datum.at.start, datum.at.end);
                let place = self.sources.position(span);
                (format!("from {}:{}:{}", self.sources.get(*file).path, place.line, place.column), Some(span))
            }
            Some(Bound::Source(value)) => ("set in the pipeline".into(), Some(value.span)),
            Some(Bound::Missing) | None => ("its default".into(), param.default.as_ref().map(|default| default.span)),
        }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(60).chain(['…']).collect() }
}

/// The parameters in an expression, each once, in order; without recursion, for a chain of operators may be long.
fn params(expr: &Expr) -> Vec<ParamId> {
    let mut found = Vec::new();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match &expr.kind {
            ExprKind::Param(id) if !found.contains(id) => found.push(*id),
            ExprKind::Binary(_, left, right) | ExprKind::Index(left, right) => stack.extend([&**right, &**left]),
            ExprKind::Field(inner, _) | ExprKind::HardwareField(inner, _) | ExprKind::Unary(_, inner) => stack.push(inner),
            ExprKind::ToFloat(inner) | ExprKind::ToString(inner) => stack.push(inner),
            ExprKind::List(parts) | ExprKind::Concat(parts) => stack.extend(parts.iter().rev()),
            ExprKind::Builtin(_, args) | ExprKind::Call(_, args) => stack.extend(args.iter().rev()),
            ExprKind::If { cond, then, otherwise } => stack.extend([&**otherwise, &**then, &**cond]),
            ExprKind::Comprehension { elem, iter, cond, .. } => {
                stack.push(elem);
                stack.extend(cond.as_deref());
                stack.push(iter);
            }
            _ => {}
        }
    }
    found
}
