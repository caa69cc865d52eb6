//! Operators on values. What has no result is an error, never a wrong number.

use std::sync::Arc;

use super::model::{Condition, Script, ScriptPart};
use super::value::{Fields, Value};
use crate::base::{Duration, Size};
use crate::sema::hir::BinaryOp;

/// Why an operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoResult {
    Overflow,
    DivisionByZero,
    /// A size below zero, which there is none.
    Negative,
    /// Types that analysis keeps apart.
    Mismatch,
    /// A condition nested beyond [`MAX_CONDITION`].
    TooDeep,
}

/// The deepest nesting of a run condition.
const MAX_CONDITION: u16 = 200;

type Outcome = Result<Value, NoResult>;

/// Any operator but `or`, `and` on bools and `??`, which need not look at their right side.
pub(super) fn binary(op: BinaryOp, left: Value, right: Value) -> Outcome {
    use BinaryOp as Op;
    match op {
        Op::Eq => Ok(Value::Bool(left == right)),
        Op::Ne => Ok(Value::Bool(left != right)),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => compare(op, &left, &right),
        Op::In => contains(&left, &right).map(Value::Bool),
        Op::NotIn => contains(&left, &right).map(|found| Value::Bool(!found)),
        Op::Or | Op::And => join_conditions(op, left, right),
        Op::Coalesce => Ok(if left.is_null() { right } else { left }),
        Op::Add => add(left, right),
        Op::Sub | Op::Mul | Op::Div | Op::Rem => calculate(op, &left, &right),
    }
}

pub(super) fn negate(value: &Value) -> Outcome {
    match value {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or(NoResult::Overflow),
        Value::Float(value) => Ok(Value::Float(-value)),
        Value::Duration(value) => duration(value.0.checked_neg()),
        _ => Err(NoResult::Mismatch),
    }
}

pub(super) fn not(value: Value) -> Outcome {
    match value {
        Value::Bool(value) => Ok(Value::Bool(!value)),
        Value::Condition(condition, depth) => nest(Condition::Not(Box::new(Arc::unwrap_or_clone(condition))), depth),
        _ => Err(NoResult::Mismatch),
    }
}

fn join_conditions(op: BinaryOp, left: Value, right: Value) -> Outcome {
    match (left, right) {
        (Value::Condition(a, depth), Value::Condition(b, other)) => {
            let (a, b) = (Box::new(Arc::unwrap_or_clone(a)), Box::new(Arc::unwrap_or_clone(b)));
            nest(if op == BinaryOp::Or { Condition::Or(a, b) } else { Condition::And(a, b) }, depth.max(other))
        }
        (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(if op == BinaryOp::Or { a || b } else { a && b })),
        _ => Err(NoResult::Mismatch),
    }
}

fn nest(condition: Condition, depth: u16) -> Outcome {
    if depth >= MAX_CONDITION { Err(NoResult::TooDeep) } else { Ok(Value::Condition(Arc::new(condition), depth + 1)) }
}

/// The order of two values of one kind.
pub(super) fn order(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Size(a), Value::Size(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => left.as_float()?.partial_cmp(&right.as_float()?),
    }
}

fn compare(op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    let order = order(left, right).ok_or(NoResult::Mismatch)?;
    Ok(Value::Bool(match op {
        BinaryOp::Lt => order.is_lt(),
        BinaryOp::Le => order.is_le(),
        BinaryOp::Gt => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn contains(needle: &Value, within: &Value) -> Result<bool, NoResult> {
    match (needle, within) {
        (_, Value::List(list)) => Ok(list.contains(needle)),
        (Value::String(key), Value::Map(fields)) => Ok(fields.contains_key(key)),
        (Value::String(part), Value::String(text)) => Ok(text.contains(part.as_str())),
        _ => Err(NoResult::Mismatch),
    }
}

fn add(left: Value, right: Value) -> Outcome {
    match (left, right) {
        (Value::String(mut a), Value::String(b)) => {
            a.push_str(&b);
            Ok(Value::String(a))
        }
        (Value::List(mut a), Value::List(b)) => {
            a.extend(b);
            Ok(Value::List(a))
        }
        (Value::Map(mut a), Value::Map(b)) => {
            let fields: &mut Fields = Arc::make_mut(&mut a);
            fields.extend(b.iter().map(|(key, value)| (key.clone(), value.clone())));
            Ok(Value::Map(a))
        }
        (Value::Script(mut a), Value::Script(b)) => {
            let script: &mut Script = Arc::make_mut(&mut a);
            script.parts.push(ScriptPart::Text("\n".into()));
            script.parts.extend(b.parts.iter().cloned());
            Ok(Value::Script(a))
        }
        (left, right) => calculate(BinaryOp::Add, &left, &right),
    }
}

fn calculate(op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => integer(op, *a, *b).map(Value::Int),
        (Value::Duration(a), Value::Duration(b)) => match op {
            BinaryOp::Add => duration(a.0.checked_add(b.0)),
            BinaryOp::Sub => duration(a.0.checked_sub(b.0)),
            BinaryOp::Div => integer(op, a.0, b.0).map(Value::Int),
            BinaryOp::Rem => integer(op, a.0, b.0).map(|rest| Value::Duration(Duration(rest))),
            _ => Err(NoResult::Mismatch),
        },
        (Value::Size(a), Value::Size(b)) => sizes(op, *a, *b),
        (Value::Duration(a), Value::Int(b)) => integer(op, a.0, *b).map(|ms| Value::Duration(Duration(ms))),
        (Value::Int(a), Value::Duration(b)) if op == BinaryOp::Mul => duration(a.checked_mul(b.0)),
        (Value::Duration(a), Value::Float(b)) => scaled(op, a.0 as f64, *b).map(|ms| Value::Duration(Duration(ms))),
        (Value::Float(a), Value::Duration(b)) if op == BinaryOp::Mul => {
            scaled(op, b.0 as f64, *a).map(|ms| Value::Duration(Duration(ms)))
        }
        (Value::Size(a), Value::Int(b)) => size(integer(op, bytes(*a)?, *b)?),
        (Value::Int(a), Value::Size(b)) if op == BinaryOp::Mul => size(integer(op, *a, bytes(*b)?)?),
        (Value::Size(a), Value::Float(b)) => size(scaled(op, a.0 as f64, *b)?),
        (Value::Float(a), Value::Size(b)) if op == BinaryOp::Mul => size(scaled(op, b.0 as f64, *a)?),
        _ => match (left.as_float(), right.as_float()) {
            (Some(a), Some(b)) => float(op, a, b).map(Value::Float),
            _ => Err(NoResult::Mismatch),
        },
    }
}

fn integer(op: BinaryOp, a: i64, b: i64) -> Result<i64, NoResult> {
    if matches!(op, BinaryOp::Div | BinaryOp::Rem) && b == 0 {
        return Err(NoResult::DivisionByZero);
    }
    match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div(b),
        BinaryOp::Rem => a.checked_rem(b),
        _ => return Err(NoResult::Mismatch),
    }
    .ok_or(NoResult::Overflow)
}

fn float(op: BinaryOp, a: f64, b: f64) -> Result<f64, NoResult> {
    if matches!(op, BinaryOp::Div | BinaryOp::Rem) && b == 0.0 {
        return Err(NoResult::DivisionByZero);
    }
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        _ => return Err(NoResult::Mismatch),
    };
    if result.is_finite() { Ok(result) } else { Err(NoResult::Overflow) }
}

/// A quantity multiplied or divided by a float, rounded to a whole number of its unit.
fn scaled(op: BinaryOp, quantity: f64, by: f64) -> Result<i64, NoResult> {
    if !matches!(op, BinaryOp::Mul | BinaryOp::Div) {
        return Err(NoResult::Mismatch);
    }
    let result = float(op, quantity, by)?.round();
    // 2^63 is exact as a float; everything below it in amount fits.
    if result.abs() < 9_223_372_036_854_775_808.0 { Ok(result as i64) } else { Err(NoResult::Overflow) }
}

fn sizes(op: BinaryOp, a: Size, b: Size) -> Outcome {
    match op {
        BinaryOp::Add => a.0.checked_add(b.0).map(|sum| Value::Size(Size(sum))).ok_or(NoResult::Overflow),
        BinaryOp::Sub => a.0.checked_sub(b.0).map(|rest| Value::Size(Size(rest))).ok_or(NoResult::Negative),
        BinaryOp::Div => integer(op, bytes(a)?, bytes(b)?).map(Value::Int),
        BinaryOp::Rem => size(integer(op, bytes(a)?, bytes(b)?)?),
        _ => Err(NoResult::Mismatch),
    }
}

fn bytes(size: Size) -> Result<i64, NoResult> {
    size.0.try_into().map_err(|_| NoResult::Overflow)
}

fn size(bytes: i64) -> Outcome {
    bytes.try_into().map(|bytes| Value::Size(Size(bytes))).map_err(|_| NoResult::Negative)
}

fn duration(milliseconds: Option<i64>) -> Outcome {
    milliseconds.map(|ms| Value::Duration(Duration(ms))).ok_or(NoResult::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_result_is_an_error() {
        use BinaryOp as Op;
        let int = Value::Int;
        assert_eq!(binary(Op::Add, int(i64::MAX), int(1)), Err(NoResult::Overflow));
        assert_eq!(binary(Op::Div, int(i64::MIN), int(-1)), Err(NoResult::Overflow));
        assert_eq!(binary(Op::Rem, int(1), int(0)), Err(NoResult::DivisionByZero));
        assert_eq!(binary(Op::Div, Value::Float(1.0), Value::Float(0.0)), Err(NoResult::DivisionByZero));
        assert_eq!(binary(Op::Mul, Value::Float(1e300), Value::Float(1e300)), Err(NoResult::Overflow));
        assert_eq!(binary(Op::Sub, Value::Size(Size(1)), Value::Size(Size(2))), Err(NoResult::Negative));
        assert_eq!(binary(Op::Mul, Value::Duration(Duration(i64::MAX)), Value::Float(2.0)), Err(NoResult::Overflow));
        assert_eq!(negate(&int(i64::MIN)), Err(NoResult::Overflow));
    }

    #[test]
    fn quantities_keep_their_unit() {
        use BinaryOp as Op;
        let hours = |n: i64| Value::Duration(Duration(n * 3_600_000));
        assert_eq!(binary(Op::Div, hours(2), hours(1)), Ok(Value::Int(2)));
        assert_eq!(binary(Op::Mul, hours(1), Value::Float(1.5)), Ok(Value::Duration(Duration(5_400_000))));
        assert_eq!(binary(Op::Mul, Value::Int(2), hours(1)), Ok(hours(2)));
        assert_eq!(binary(Op::Div, Value::Int(-7), Value::Int(2)), Ok(Value::Int(-3)));
        assert_eq!(binary(Op::Mul, Value::Size(Size(1 << 20)), Value::Int(2)), Ok(Value::Size(Size(2 << 20))));
    }
}
