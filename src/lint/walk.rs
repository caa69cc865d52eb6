//! Finds the scripts of a program.

use crate::schema::Builtin;
use crate::sema::hir::{Expr, ExprKind, Literal, Node, Program, ScriptPiece, Setting};
use crate::sema::shell::is_sh_like;

/// What a script is made of.
pub(super) enum Role<'a> {
    /// A literal; with the attribute whose value ends with it, where it stands in one.
    Literal { pieces: &'a [ScriptPiece], attribute: Option<&'static str> },
    /// `raw(argument)`
    Raw(&'a Expr),
}

type Visit<'v, 'a> = dyn FnMut(&'a Expr, Role<'a>) + 'v;

/// Calls `visit` for each script literal and each `raw(…)`. Scripts for a shell that is not sh-like are left out.
pub(super) fn scripts<'a>(program: &'a Program, visit: &mut Visit<'_, 'a>) {
    for item in &program.lets {
        expr(&item.value, None, visit);
    }
    for function in &program.functions {
        expr(&function.body, None, visit);
        function.args.iter().filter_map(|arg| arg.default.as_ref()).for_each(|default| expr(default, None, visit));
    }
    for template in &program.templates {
        template.args.iter().filter_map(|arg| arg.default.as_ref()).for_each(|default| expr(default, None, visit));
        nodes(&template.body, true, visit);
    }
    for pipeline in &program.pipelines {
        let reads_sh = settings(&pipeline.settings, true, visit);
        nodes(&pipeline.body, reads_sh, visit);
    }
}

fn nodes<'a>(body: &'a [Node], reads_sh: bool, visit: &mut Visit<'_, 'a>) {
    for node in body {
        match node {
            Node::Stage(stage) => {
                let reads_sh = settings(&stage.settings, reads_sh, visit);
                nodes(&stage.body, reads_sh, visit);
            }
            Node::Substage(substage) => {
                settings(&substage.settings, reads_sh, visit);
            }
            Node::Let(_, value) => expr(value, None, visit),
            Node::Use { args, .. } => args.iter().for_each(|arg| expr(arg, None, visit)),
            Node::For { body, .. } => nodes(body, reads_sh, visit),
            Node::If { branches, otherwise } => {
                branches.iter().for_each(|(_, body)| nodes(body, reads_sh, visit));
                nodes(otherwise, reads_sh, visit);
            }
            Node::Assert { .. } => {}
        }
    }
}

/// Visits the settings of a block; the answer is whether its shell is sh-like, as far as one can tell.
fn settings<'a>(settings: &'a [Setting], outer: bool, visit: &mut Visit<'_, 'a>) -> bool {
    let shell = settings.iter().find(|setting| setting.attribute.name == "shell").map(|setting| &setting.value.kind);
    let reads_sh = match shell {
        Some(ExprKind::Literal(Literal::String(shell))) => is_sh_like(shell),
        _ => outer,
    };
    for setting in settings.iter().filter(|_| reads_sh) {
        expr(&setting.value, Some(setting.attribute.name), visit);
    }
    reads_sh
}

fn expr<'a>(value: &'a Expr, attribute: Option<&'static str>, visit: &mut Visit<'_, 'a>) {
    match &value.kind {
        ExprKind::Script(pieces) => {
            visit(value, Role::Literal { pieces, attribute });
            for piece in pieces {
                match piece {
                    ScriptPiece::Value { expr: inner, .. } | ScriptPiece::Splice(inner) => expr(inner, None, visit),
                    ScriptPiece::Text(_) => {}
                }
            }
        }
        ExprKind::Builtin(builtin, args) => {
            if let (Builtin::Raw, [argument]) = (builtin, args.as_slice()) {
                visit(value, Role::Raw(argument));
            }
            args.iter().for_each(|arg| expr(arg, None, visit));
        }
        ExprKind::Binary(_, left, right) => {
            expr(left, None, visit);
            expr(right, attribute, visit);
        }
        ExprKind::If { cond, then, otherwise } => {
            expr(cond, None, visit);
            expr(then, attribute, visit);
            expr(otherwise, attribute, visit);
        }
        ExprKind::List(items) | ExprKind::Concat(items) | ExprKind::Call(_, items) => {
            items.iter().for_each(|item| expr(item, None, visit));
        }
        ExprKind::Record(fields) => fields.iter().for_each(|(_, field)| expr(field, None, visit)),
        ExprKind::Comprehension { elem, iter, cond, .. } => {
            expr(elem, None, visit);
            expr(iter, None, visit);
            cond.iter().for_each(|cond| expr(cond, None, visit));
        }
        ExprKind::Index(left, right) => {
            expr(left, None, visit);
            expr(right, None, visit);
        }
        ExprKind::Field(inner, _)
        | ExprKind::HardwareField(inner, _)
        | ExprKind::Unary(_, inner)
        | ExprKind::ToFloat(inner)
        | ExprKind::ToString(inner)
        | ExprKind::StageCondition { stage: inner, .. }
        | ExprKind::Load { path: inner, .. }
        | ExprKind::Read { path: inner, .. }
        | ExprKind::Glob { pattern: inner, .. } => expr(inner, None, visit),
        ExprKind::Literal(_) | ExprKind::Local(_) | ExprKind::Let(_) | ExprKind::Param(_) | ExprKind::Error => {}
    }
}
