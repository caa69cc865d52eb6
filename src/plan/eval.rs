//! Expressions to values, within a budget of steps and memory. Each error is reported once, where it arises.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ecow::{EcoString, EcoVec};

use super::arithmetic::{self, NoResult};
use super::attrs::{Rows, rows};
use super::files::Files;
use super::functions;
use super::hardware::Mode;
use super::inputs::Bound;
use super::joined::Joint;
use super::model::{Condition, Script, ScriptPart};
use super::quote::{self, HoldsNul};
use super::value::{Fields, Value};
use crate::base::{SourceMap, Span, World};
use crate::diag::{Code, Diagnostic};
use crate::schema::Builtin;
use crate::sema::hir::{
    BinaryOp, Expr, ExprKind, FunctionId, HardwareId, LetId, Literal, Local, ParamId, Program, RunWhen, ScriptPiece, UnaryOp,
};

/// The value cannot be told; why has been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed;

pub(super) type Res<T> = Result<T, Failed>;

/// The slots of one frame.
pub(super) type Frame = Vec<Value>;

/// Steps and bytes of values that a pipeline has by default.
pub(super) const DEFAULT_STEPS: u64 = 1_000_000;
const DEFAULT_BYTES: u64 = 256 << 20;
/// After so many diagnostics no more names are looked for that could have been meant.
const SUGGESTION_LIMIT: usize = 500;
/// An element of a loop or a call is a step; so are this many values computed on the way.
const VALUES_A_STEP: u64 = 64;
/// The deepest nesting of evaluations: brackets, calls of functions, constants made of constants.
const MAX_DEPTH: u32 = 400;
/// What one value takes, roughly.
pub(super) const VALUE_BYTES: usize = 32;

/// What evaluation may still use.
#[derive(Debug)]
struct Budget {
    /// In values, [`VALUES_A_STEP`] a step.
    values: u64,
    bytes: u64,
    limit: u64,
    is_exhausted: bool,
}

/// All that evaluation of one pipeline reads and remembers.
pub(super) struct Eval<'a> {
    pub(super) program: &'a Program,
    pub(super) world: &'a dyn World,
    pub(super) sources: &'a mut SourceMap,
    pub(super) files: Files,
    pub(super) bound: HashMap<ParamId, Bound<'a>>,
    pub(super) rows: Rows,
    pub(super) modes: HashMap<HardwareId, Res<Arc<Mode>>>,
    /// The script that was seen last to leave nothing open.
    pub(super) closed: Option<Arc<Script>>,
    diagnostics: Vec<Diagnostic>,
    reported: HashSet<(Code, Option<Span>, String)>,
    budget: Budget,
    depth: u32,
    lets: Vec<Option<Res<Value>>>,
    param_values: HashMap<ParamId, Res<Value>>,
}

impl<'a> Eval<'a> {
    pub(super) fn new(program: &'a Program, world: &'a dyn World, sources: &'a mut SourceMap, limit: Option<u64>) -> Self {
        let limit = limit.unwrap_or(DEFAULT_STEPS);
        let bytes = bytes_of(limit);
        Self {
            program,
            world,
            sources,
            files: Files::default(),
            bound: HashMap::new(),
            rows: rows(),
            modes: HashMap::new(),
            closed: None,
            diagnostics: Vec::new(),
            reported: HashSet::new(),
            budget: Budget { values: limit.saturating_mul(VALUES_A_STEP), bytes, limit, is_exhausted: false },
            depth: 0,
            lets: vec![None; program.lets.len()],
            param_values: HashMap::new(),
        }
    }

    /// Whoever reads so many mistakes starts again at the first: further ones come without suggestions, which cost most.
    pub(super) fn has_many_mistakes(&self) -> bool {
        self.diagnostics.len() >= SUGGESTION_LIMIT
    }

    /// Reports; what stands in a loop is said once.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.reported.insert(key(&diagnostic)) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn is_reported(&self, diagnostic: &Diagnostic) -> bool {
        self.reported.contains(&key(diagnostic))
    }

    /// Reports, as the failure of a value.
    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Res<T> {
        self.report(diagnostic);
        Err(Failed)
    }

    pub(super) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Whether the budget is used up: nothing more can be evaluated.
    pub(super) fn is_exhausted(&self) -> bool {
        self.budget.is_exhausted
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// Uses steps: one for an element of a loop or a call.
    pub(super) fn spend_steps(&mut self, steps: usize, span: Span) -> Res<()> {
        self.spend_values((steps as u64).saturating_mul(VALUES_A_STEP), span)
    }

    /// Uses a part of a step for each value.
    pub(super) fn spend_values(&mut self, values: u64, span: Span) -> Res<()> {
        match self.budget.values.checked_sub(values) {
            Some(left) if !self.budget.is_exhausted => {
                self.budget.values = left;
                Ok(())
            }
            _ => {
                let limit = self.budget.limit;
                self.exhaust(span, format!("this takes more than {limit} evaluation steps"))
            }
        }
    }

    /// Uses memory, in bytes.
    pub(super) fn spend_bytes(&mut self, bytes: usize, span: Span) -> Res<()> {
        match self.budget.bytes.checked_sub(bytes as u64) {
            Some(left) if !self.budget.is_exhausted => {
                self.budget.bytes = left;
                Ok(())
            }
            _ => {
                let limit = bytes_of(self.budget.limit) >> 20;
                self.exhaust(span, format!("this takes more than {limit} MiB of values"))
            }
        }
    }

    fn exhaust<T>(&mut self, span: Span, message: String) -> Res<T> {
        if !self.budget.is_exhausted {
            self.budget.is_exhausted = true;
            let help = "make less of it, or raise the limit with `--limit`";
            self.report(Diagnostic::at(Code::EvaluationLimit, span, message, "the limit is reached here").help(help));
        }
        Err(Failed)
    }

    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: &'a Expr, frame: &mut Frame) -> Res<Value> {
        self.deeper(expr.span)?;
        let value = self.expression(expr, frame);
        self.shallower();
        value
    }

    /// Goes one level down, if there is one left: calls, templates and constants nest beyond what brackets do.
    pub(super) fn deeper(&mut self, span: Span) -> Res<()> {
        if self.depth >= MAX_DEPTH {
            let message = "this nests too deep to be evaluated";
            let help = "split it: fewer functions, templates and constants that are made of each other";
            return self.fail(Diagnostic::at(Code::EvaluationLimit, span, message, "the limit is reached here").help(help));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn shallower(&mut self) {
        self.depth -= 1;
    }

    fn expression(&mut self, expr: &'a Expr, frame: &mut Frame) -> Res<Value> {
        let mut expr = expr;
        loop {
            self.spend_values(1, expr.span)?;
            return match &expr.kind {
                ExprKind::Literal(literal) => Ok(literal_value(literal)),
                ExprKind::Local(local) => Ok(frame.get(local.0 as usize).cloned().unwrap_or(Value::Null)),
                ExprKind::Let(id) => self.constant(*id),
                ExprKind::Param(id) => self.param(*id),
                ExprKind::If { cond, then, otherwise } => {
                    expr = if self.is_true(cond, frame)? { then } else { otherwise };
                    continue;
                }
                ExprKind::List(elements) => self.list(elements, expr.span, frame),
                ExprKind::Record(entries) => self.record(entries, expr.span, frame),
                ExprKind::Comprehension { elem, var, iter, cond } => self.comprehension(elem, *var, iter, cond.as_deref(), frame),
                ExprKind::Field(base, name) => {
                    let base = self.eval(base, frame)?;
                    Ok(base.as_fields().and_then(|fields| fields.get(name)).cloned().unwrap_or(Value::Null))
                }
                ExprKind::HardwareField(base, name) => self.hardware_field(base, name, expr.span, frame),
                ExprKind::Index(base, index) => self.index(base, index, expr.span, frame),
                ExprKind::Builtin(builtin, args) => self.builtin(*builtin, args, expr.span, frame),
                ExprKind::Load { path, ty, from } => {
                    let written = self.text(path, frame)?;
                    self.load(&written, path.span, from, ty)
                }
                ExprKind::Read { path, from } => {
                    let written = self.text(path, frame)?;
                    self.read(&written, path.span, from)
                }
                ExprKind::Glob { pattern, from } => {
                    let written = self.text(pattern, frame)?;
                    self.glob(&written, pattern.span, from)
                }
                ExprKind::Call(id, args) => self.call(*id, args, expr.span, frame),
                ExprKind::StageCondition { is_failed, stage } => {
                    let stage = self.text(stage, frame)?;
                    let condition = if *is_failed { Condition::StageFailed(stage) } else { Condition::StageSucceeded(stage) };
                    Ok(Value::Condition(Arc::new(condition), 1))
                }
                ExprKind::Unary(op, operand) => {
                    let value = self.eval(operand, frame)?;
                    let result = match op {
                        UnaryOp::Not => arithmetic::not(value),
                        UnaryOp::Neg => arithmetic::negate(&value),
                    };
                    self.result(result, expr.span)
                }
                ExprKind::Binary(..) => self.operators(expr, frame),
                ExprKind::Concat(parts) => self.concat(parts, expr.span, frame),
                ExprKind::Script(pieces) => self.script(pieces, expr.span, frame),
                ExprKind::ToFloat(inner) => {
                    let value = self.eval(inner, frame)?;
                    Ok(if let Value::Int(int) = value { Value::Float(int as f64) } else { value })
                }
                ExprKind::ToString(inner) => {
                    let value = self.eval(inner, frame)?;
                    value.printed().map(Value::String).ok_or(Failed)
                }
                ExprKind::Error => Err(Failed),
            };
        }
    }

    /// A condition that is a `bool`.
    pub(super) fn is_true(&mut self, expr: &'a Expr, frame: &mut Frame) -> Res<bool> {
        Ok(matches!(self.eval(expr, frame)?, Value::Bool(true)))
    }

    /// A value that is text.
    pub(super) fn text(&mut self, expr: &'a Expr, frame: &mut Frame) -> Res<EcoString> {
        self.eval(expr, frame)?.printed().ok_or(Failed)
    }

    /// A constant of a file; computed once.
    fn constant(&mut self, id: LetId) -> Res<Value> {
        let index = id.0 as usize;
        if let Some(value) = &self.lets[index] {
            return value.clone();
        }
        // One that needs itself is refused by analysis; here it would fail, not hang.
        self.lets[index] = Some(Err(Failed));
        let declared = &self.program.lets[index];
        let value = self.eval(&declared.value, &mut vec![Value::Null; declared.frame as usize]);
        self.lets[index] = Some(value.clone());
        value
    }

    /// Reads the data files that a failed loop has left unread, so that the errors of all are told at once.
    pub(super) fn read_all_files(&mut self) {
        for (index, declared) in self.program.lets.iter().enumerate() {
            if matches!(declared.value.kind, ExprKind::Load { .. } | ExprKind::Read { .. } | ExprKind::Glob { .. }) {
                // What is wrong has been reported; the value is not asked for.
                drop(self.constant(LetId(index as u32)));
            }
        }
    }

    /// A parameter: what was given for it, or its default; computed once.
    pub(super) fn param(&mut self, id: ParamId) -> Res<Value> {
        if let Some(value) = self.param_values.get(&id) {
            return value.clone();
        }
        self.param_values.insert(id, Err(Failed));
        let value = self.bound_value(id);
        self.param_values.insert(id, value.clone());
        value
    }

    fn list(&mut self, elements: &'a [Expr], span: Span, frame: &mut Frame) -> Res<Value> {
        self.spend_bytes(elements.len() * VALUE_BYTES, span)?;
        let mut list = EcoVec::with_capacity(elements.len());
        for element in elements {
            list.push(self.eval(element, frame)?);
        }
        Ok(Value::List(list))
    }

    fn record(&mut self, entries: &'a [(EcoString, Expr)], span: Span, frame: &mut Frame) -> Res<Value> {
        self.spend_bytes(entries.len() * 3 * VALUE_BYTES, span)?;
        let mut fields = Fields::with_capacity(entries.len());
        for (name, value) in entries {
            let value = self.eval(value, frame)?;
            fields.insert(name.clone(), value);
        }
        Ok(Value::Map(Arc::new(fields)))
    }

    fn comprehension(
        &mut self,
        elem: &'a Expr,
        var: Local,
        iter: &'a Expr,
        cond: Option<&'a Expr>,
        frame: &mut Frame,
    ) -> Res<Value> {
        let Value::List(elements) = self.eval(iter, frame)? else { return Err(Failed) };
        let mut list = EcoVec::new();
        for element in elements {
            self.spend_steps(1, iter.span)?;
            set(frame, var, element);
            if let Some(cond) = cond
                && !self.is_true(cond, frame)?
            {
                continue;
            }
            self.spend_bytes(VALUE_BYTES, elem.span)?;
            list.push(self.eval(elem, frame)?);
        }
        Ok(Value::List(list))
    }

    fn index(&mut self, base: &'a Expr, index: &'a Expr, span: Span, frame: &mut Frame) -> Res<Value> {
        let base = self.eval(base, frame)?;
        match (base, self.eval(index, frame)?) {
            (Value::List(list), Value::Int(at)) => {
                if let Some(value) = usize::try_from(at).ok().and_then(|at| list.get(at)) {
                    return Ok(value.clone());
                }
                let count = list.len();
                let help = match count {
                    0 => "the list is empty".to_owned(),
                    _ => format!("the list has {count} element{}: 0 to {}", if count == 1 { "" } else { "s" }, count - 1),
                };
                let message = format!("there is no element {at} in this list");
                let diagnostic = Diagnostic::at(Code::BadArithmetic, index.span, message, format!("this is {at}")).help(help);
                let diagnostic = self.with_origins(diagnostic, index);
                self.fail(diagnostic)
            }
            (Value::Map(fields), Value::String(key)) => Ok(fields.get(&key).cloned().unwrap_or(Value::Null)),
            (Value::Null, _) => Ok(Value::Null),
            _ => self.result(Err(NoResult::Mismatch), span),
        }
    }

    fn builtin(&mut self, builtin: Builtin, args: &'a [Expr], span: Span, frame: &mut Frame) -> Res<Value> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.eval(arg, frame)?);
        }
        let spans: Vec<Span> = args.iter().map(|arg| arg.span).collect();
        functions::call(self, builtin, values, &spans, span)
    }

    fn call(&mut self, id: FunctionId, args: &'a [Expr], span: Span, frame: &mut Frame) -> Res<Value> {
        self.spend_steps(1, span)?;
        let function = &self.program.functions[id.0 as usize];
        let mut inner = Vec::with_capacity(function.frame.max(args.len() as u32) as usize);
        for arg in args {
            inner.push(self.eval(arg, frame)?);
        }
        inner.resize(inner.capacity(), Value::Null);
        self.eval(&function.body, &mut inner)
    }

    /// A chain of binary operators; a chain leans to the left, and may be long, so it is walked without recursion.
    fn operators(&mut self, expr: &'a Expr, frame: &mut Frame) -> Res<Value> {
        let mut pending = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary(op, left, right) = &first.kind {
            pending.push((*op, &**right, first.span));
            first = left;
        }
        let mut value = self.eval(first, frame)?;
        let mut joint = None;
        while let Some((op, right, span)) = pending.pop() {
            let is_decided = match (op, &value) {
                (BinaryOp::Or, Value::Bool(left)) => *left,
                (BinaryOp::And, Value::Bool(left)) => !*left,
                (BinaryOp::Coalesce, left) => !left.is_null(),
                _ => false,
            };
            if is_decided {
                continue;
            }
            let right_value = self.eval(right, frame)?;
            if op == BinaryOp::Add {
                self.spend_bytes(joined_bytes(&value, &right_value), span)?;
                joint.get_or_insert_with(|| Joint::of(&value, first.span)).add(&right_value, right.span, self)?;
            }
            if let (BinaryOp::In | BinaryOp::NotIn, Value::List(list)) = (op, &right_value) {
                self.spend_values(list.len() as u64, span)?;
            }
            value = match arithmetic::binary(op, value, right_value) {
                Ok(value) => value,
                Err(why) => {
                    let at = if why == NoResult::DivisionByZero { right.span } else { span };
                    let Some(diagnostic) = no_result(why, at) else { return Err(Failed) };
                    let diagnostic = self.with_origins(diagnostic, expr);
                    return self.fail(diagnostic);
                }
            };
        }
        Ok(value)
    }

    /// The value, or the report of why there is none.
    pub(super) fn result(&mut self, result: Result<Value, NoResult>, span: Span) -> Res<Value> {
        match result {
            Ok(value) => Ok(value),
            Err(why) => match no_result(why, span) {
                Some(diagnostic) => self.fail(diagnostic),
                None => Err(Failed),
            },
        }
    }

    fn concat(&mut self, parts: &'a [Expr], span: Span, frame: &mut Frame) -> Res<Value> {
        let mut out = EcoString::new();
        for part in parts {
            if let ExprKind::Literal(Literal::String(text)) = &part.kind {
                out.push_str(text);
            } else if !self.eval(part, frame)?.print(&mut out) {
                return Err(Failed);
            }
            if out.len() as u64 > self.budget.bytes {
                break;
            }
        }
        self.spend_bytes(out.len(), span)?;
        Ok(Value::String(out))
    }

    fn script(&mut self, pieces: &'a [ScriptPiece], span: Span, frame: &mut Frame) -> Res<Value> {
        let mut parts = Vec::with_capacity(pieces.len());
        let mut joint = Joint::default();
        for piece in pieces {
            match piece {
                ScriptPiece::Text(text) => parts.push(ScriptPart::Text(text.clone())),
                ScriptPiece::Splice(inner) => {
                    let value = self.eval(inner, frame)?;
                    joint.add(&value, inner.span, self)?;
                    if let Value::Script(script) = value {
                        self.spend_bytes(script.parts.len() * VALUE_BYTES, inner.span)?;
                        parts.extend(script.parts.iter().cloned());
                    }
                }
                ScriptPiece::Value { expr, quote } => {
                    joint.settle(self)?;
                    let value = self.eval(expr, frame)?;
                    let one = std::slice::from_ref(&value);
                    let words = if let Value::List(words) = &value { words.as_slice() } else { one };
                    let words: Option<Vec<EcoString>> = words.iter().map(Value::printed).collect();
                    let words = words.ok_or(Failed)?;
                    let mut out = String::new();
                    if quote::append(&mut out, words.iter().map(EcoString::as_str), *quote) == Err(HoldsNul) {
                        return self.fail(holds_nul(expr.span));
                    }
                    self.spend_bytes(out.len(), expr.span)?;
                    parts.push(ScriptPart::Value(out.into()));
                }
            }
        }
        self.spend_bytes(parts.len() * VALUE_BYTES, span)?;
        Ok(Value::Script(Arc::new(Script { parts })))
    }
}

/// The memory that goes with a number of steps.
fn bytes_of(steps: u64) -> u64 {
    u64::try_from(u128::from(steps) * u128::from(DEFAULT_BYTES) / u128::from(DEFAULT_STEPS)).unwrap_or(u64::MAX)
}

/// What makes a diagnostic the same as another.
fn key(diagnostic: &Diagnostic) -> (Code, Option<Span>, String) {
    let span = diagnostic.span();
    (diagnostic.code, span, if span.is_some() { String::new() } else { diagnostic.message.clone() })
}

/// Fills a slot; frames grow where a slot was not counted.
pub(super) fn set(frame: &mut Frame, local: Local, value: Value) {
    let index = local.0 as usize;
    if index >= frame.len() {
        frame.resize(index + 1, Value::Null);
    }
    frame[index] = value;
}

/// What `+` allocates.
fn joined_bytes(left: &Value, right: &Value) -> usize {
    match (left, right) {
        (Value::String(a), Value::String(b)) => a.len() + b.len(),
        // A list that nobody else holds grows in place.
        (Value::List(_), Value::List(b)) => b.len() * VALUE_BYTES,
        (Value::Map(a), Value::Map(b)) => (a.len() + b.len()) * 3 * VALUE_BYTES,
        (Value::Script(a), Value::Script(b)) => (a.parts.len() + b.parts.len() + 1) * VALUE_BYTES,
        _ => 0,
    }
}

/// Why an operation has no result. None for what analysis has refused.
fn no_result(why: NoResult, span: Span) -> Option<Diagnostic> {
    let (code, message, label) = match why {
        NoResult::Mismatch => return None,
        NoResult::TooDeep => (Code::EvaluationLimit, "this run condition nests too deep", "the limit is reached here"),
        NoResult::DivisionByZero => (Code::BadArithmetic, "division by zero", "this is 0"),
        NoResult::Overflow => (Code::BadArithmetic, "the result is too large for its type", "out of range"),
        NoResult::Negative => (Code::BadArithmetic, "a size cannot be less than zero", "less than zero"),
    };
    Some(Diagnostic::at(code, span, message, label))
}

pub(super) fn holds_nul(span: Span) -> Diagnostic {
    Diagnostic::at(Code::OutOfRange, span, "no shell text can hold a NUL character", "this value holds one")
}

fn literal_value(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Float(value) => Value::Float(*value),
        Literal::String(value) => Value::String(value.clone()),
        Literal::Duration(value) => Value::Duration(*value),
        Literal::Size(value) => Value::Size(*value),
        Literal::Hardware(id) => Value::Hardware(*id),
        Literal::Policy(id) => Value::Policy(*id),
        Literal::RetryOn(on) => Value::RetryOn(*on),
        Literal::RunWhen(when) => {
            let condition = match when {
                RunWhen::Always => Condition::Always,
                RunWhen::Succeeded => Condition::Succeeded,
                RunWhen::Failed => Condition::Failed,
            };
            Value::Condition(Arc::new(condition), 1)
        }
    }
}
