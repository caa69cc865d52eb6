//! Declarations of files, each read once, when first asked for.

use std::rc::Rc;

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::schema::{self, Kind};
use crate::sema::checker::{BindingTarget, Checker, Signature, State};
use crate::sema::declare::{Entity, Space};
use crate::sema::expr::error;
use crate::sema::hir::{self, HardwareId};
use crate::sema::types::Type;
use crate::syntax::ast::{self, ItemKind, Name, StringLit, TypeExpr};

impl<'a> Checker<'a> {
    pub(super) fn let_type(&mut self, index: usize, asked: Span) -> Type {
        let entity = Entity::Let(index);
        match &self.lets[index] {
            State::Done((ty, _)) => return ty.clone(),
            State::Visiting => {
                self.report_recursion(entity, asked);
                return Type::Error;
            }
            State::Waiting => {}
        }
        self.lets[index] = State::Visiting;
        let declared = &self.declared.lets[index];
        let ItemKind::Let { name, ty, value, .. } = &declared.item.kind else { return Type::Error };
        let read = self.enter(entity, declared.file, asked, |this| this.let_value(ty.as_ref(), value));
        let ((ty, value), frame) = read.unwrap_or(((Type::Error, error(name.span)), 0));
        let done = hir::Let { name: name.text.clone(), value, frame, span: name.span };
        self.lets[index] = State::Done((ty.clone(), done));
        ty
    }

    /// The value of a `let`, with its written or found type.
    pub(super) fn let_value(&mut self, ty: Option<&'a TypeExpr>, value: &'a ast::Expr) -> (Type, hir::Expr) {
        if let Some(ty) = ty {
            let want = self.resolve_type(ty);
            let value = self.check(value, &want);
            return (want, value);
        }
        let (checked, ty) = self.infer(value, None);
        if matches!(ty, Type::Null) {
            self.report(
                Diagnostic::at(Code::UnknownValueType, checked.span, "the type of `null` cannot be told here", "null of what?")
                    .help("write the type: `let name: string? = null`"),
            );
            return (Type::Error, checked);
        }
        (ty, checked)
    }

    pub(super) fn function_signature(&mut self, index: usize, asked: Span) -> Option<Signature> {
        let entity = Entity::Function(index);
        match &self.functions[index] {
            State::Done((signature, _)) => return Some(signature.clone()),
            State::Visiting => {
                self.report_recursion(entity, asked);
                return None;
            }
            State::Waiting => {}
        }
        self.functions[index] = State::Visiting;
        let declared = &self.declared.functions[index];
        let ItemKind::Let { name, args: Some(args), ty, value } = &declared.item.kind else { return None };
        let read = self.enter(entity, declared.file, asked, |this| {
            let args = this.read_args(args);
            let (result, body) = this.let_value(ty.as_ref(), value);
            (args, result, body)
        });
        let ((args, result, body), frame) = read.unwrap_or(((Vec::new(), Type::Error, error(name.span)), 0));
        let signature = Signature { args: Rc::new(args), result };
        let done = hir::Function { name: name.text.clone(), args: Vec::new(), body, frame, span: name.span };
        self.functions[index] = State::Done((signature.clone(), done));
        Some(signature)
    }

    /// Arguments of a function or template: the first slots of its frame.
    fn read_args(&mut self, args: &'a [ast::Arg]) -> Vec<hir::Arg> {
        args.iter()
            .map(|arg| {
                // Defaults see the file only, and are read before the argument is bound.
                let (ty, default) = match (&arg.ty, &arg.default) {
                    (Some(ty), default) => {
                        let ty = self.resolve_type(ty);
                        let default = default.as_ref().map(|value| self.check(value, &ty));
                        (ty, default)
                    }
                    (None, Some(default)) => {
                        let (default, ty) = self.infer(default, None);
                        (ty, Some(default))
                    }
                    (None, None) => {
                        self.report(
                            Diagnostic::at(
                                Code::UnknownValueType,
                                arg.name.span,
                                format!("the argument `{}` has no type", arg.name.text),
                                "of which type?",
                            )
                            .help(format!("write it: `{}: string`", arg.name.text)),
                        );
                        (Type::Error, None)
                    }
                };
                let local = self.slot();
                self.bind(&arg.name, BindingTarget::Local(local), ty.clone(), Some("argument"));
                hir::Arg { name: arg.name.text.clone(), ty, default, span: arg.name.span }
            })
            .collect()
    }

    pub(super) fn template_signature(&mut self, index: usize, asked: Span) -> Option<Signature> {
        let entity = Entity::Template(index);
        match &self.templates[index] {
            State::Done((signature, _)) => return Some(signature.clone()),
            State::Visiting => {
                self.report_recursion(entity, asked);
                return None;
            }
            State::Waiting => {}
        }
        self.templates[index] = State::Visiting;
        let declared = &self.declared.templates[index];
        let ItemKind::Template { name, args, body } = &declared.item.kind else { return None };
        let read = self.enter(entity, declared.file, asked, |this| {
            let args = this.read_args(args);
            let body = this.template_body(body);
            (args, body)
        });
        let ((args, body), frame) = read.unwrap_or_default();
        let signature = Signature { args: Rc::new(args), result: Type::Null };
        let docs = declared.item.docs.clone();
        let done = hir::Template { name: name.text.clone(), docs, args: Vec::new(), body, frame, span: name.span };
        self.templates[index] = State::Done((signature.clone(), done));
        Some(signature)
    }

    pub(super) fn param_type(&mut self, index: usize, asked: Span) -> Type {
        let entity = Entity::Param(index);
        match &self.params[index] {
            State::Done(param) => return param.ty.clone(),
            State::Visiting => {
                self.report_recursion(entity, asked);
                return Type::Error;
            }
            State::Waiting => {}
        }
        self.params[index] = State::Visiting;
        let declared = &self.declared.params[index];
        let ItemKind::Param { name, ty, env, default } = &declared.item.kind else { return Type::Error };
        let read =
            self.enter(entity, declared.file, asked, |this| this.read_param(name, ty.as_ref(), env.as_ref(), default.as_ref()));
        let (mut param, frame) = read.unwrap_or_else(|| (missing_param(name), 0));
        param.frame = frame;
        param.docs = declared.item.docs.clone();
        let ty = param.ty.clone();
        self.params[index] = State::Done(param);
        ty
    }

    pub(super) fn read_param(
        &mut self,
        name: &'a Name,
        ty: Option<&'a TypeExpr>,
        env: Option<&'a StringLit>,
        default: Option<&'a ast::Expr>,
    ) -> hir::Param {
        let (ty, default) = match (ty, default) {
            (Some(expr), default) => {
                let ty = self.resolve_type(expr);
                if matches!(ty.without_null(), Type::Secret) {
                    self.report(
                        Diagnostic::at(Code::SecretMisuse, expr.span, "no parameter is a secret", "a secret here")
                            .help("name the credential where it is used: `secret(\"NAME\")`"),
                    );
                } else if matches!(ty.without_null(), Type::Script) {
                    self.report(
                        Diagnostic::at(Code::TypeMismatch, expr.span, "no parameter is a script", "a script here")
                            .help("take a string, and interpolate it into a script where it is quoted"),
                    );
                }
                let default = default.map(|value| self.check(value, &ty));
                (ty, default)
            }
            (None, Some(value)) => {
                let (value, ty) = self.infer(value, None);
                (ty, Some(value))
            }
            (None, None) => {
                self.report(
                    Diagnostic::at(
                        Code::UnknownValueType,
                        name.span,
                        format!("the parameter `{}` has no type", name.text),
                        "of which type?",
                    )
                    .help(format!("write it: `param {}: string`", name.text)),
                );
                (Type::Error, None)
            }
        };
        let variable = self.variable_of(name, env);
        hir::Param { name: name.text.clone(), docs: None, ty, env: variable, default, frame: 0, span: name.span }
    }

    /// The environment variable that a parameter is read from.
    fn variable_of(&mut self, name: &Name, env: Option<&StringLit>) -> EcoString {
        let (variable, span) = match env {
            Some(literal) => (literal.as_plain().unwrap_or_default(), literal.span),
            None => (upper_snake(&name.text), name.span),
        };
        let is_variable = variable.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic())
            && variable.chars().all(|c| c == '_' || c.is_alphanumeric());
        if !is_variable {
            self.report(
                Diagnostic::at(
                    Code::BadParameterValue,
                    span,
                    format!("`{variable}` is no name of an environment variable"),
                    "not a variable's name",
                )
                .help("use letters, digits and `_`, and no digit first"),
            );
        } else if variable.starts_with("O11N_") {
            self.report(
                Diagnostic::at(Code::OwnVariable, span, format!("`{variable}` belongs to o11n itself"), "read from here")
                    .help("read the parameter from another variable: `env \"…\"`"),
            );
        } else if env.is_none() && schema::COMMON_VARIABLES.contains(&variable.as_str()) {
            self.report(
                Diagnostic::at(
                    Code::CommonVariable,
                    span,
                    format!("the parameter `{}` would be read from `{variable}`, which every process has", name.text),
                    format!("read from `{variable}`"),
                )
                .help(format!("rename it, or say that it is meant, after the type: `env \"{variable}\"`")),
            );
        }
        variable
    }

    pub(super) fn read_hardware(&mut self, index: usize) {
        let declared = &self.declared.hardware[index];
        let ItemKind::Block { extends, body, .. } = &declared.item.kind else { return };
        let name = declared.name;
        let read = self.enter(Entity::Hardware(index), declared.file, name.span, |this| {
            let base = extends.as_ref().and_then(|extends| match this.find_in_file(Space::Value, &extends.text) {
                Some(Entity::Hardware(base)) => Some((HardwareId(base as u32), extends.span)),
                Some(other) => {
                    let noun = other.noun();
                    this.report(
                        Diagnostic::at(
                            Code::WrongKind,
                            extends.span,
                            format!("`{}` is a {noun}, not a hardware mode", extends.text),
                            "extended here",
                        )
                        .help("extend a `hardware` declaration"),
                    );
                    None
                }
                None => {
                    this.unknown_value(&extends.text, extends.span, Some(&Type::Hardware));
                    None
                }
            });
            (base, this.block_settings(Kind::Hardware, &body.items))
        });
        let ((extends, settings), frame) = read.unwrap_or_default();
        self.hardware[index] = State::Done(hir::Hardware {
            name: name.text.clone(),
            docs: declared.item.docs.clone(),
            extends: extends.map(|(id, _)| id),
            settings,
            frame,
            span: name.span,
        });
    }

    /// Reports modes that extend themselves, and cuts the ring.
    pub(super) fn cut_hardware_rings(&mut self) {
        for start in 0..self.hardware.len() {
            let mut at = start;
            for _ in 0..=self.hardware.len() {
                let State::Done(mode) = &self.hardware[at] else { break };
                let Some(HardwareId(next)) = mode.extends else { break };
                if next as usize == start {
                    let name = mode.name.clone();
                    let span = match &self.declared.hardware[at].item.kind {
                        ItemKind::Block { extends: Some(extends), .. } => extends.span,
                        _ => mode.span,
                    };
                    self.report(
                        Diagnostic::at(
                            Code::Recursion,
                            span,
                            format!("the hardware mode `{name}` extends itself in the end"),
                            "the ring closes here",
                        )
                        .help("let one of them extend nothing"),
                    );
                    if let State::Done(mode) = &mut self.hardware[at] {
                        mode.extends = None;
                    }
                    break;
                }
                at = next as usize;
            }
        }
    }

    pub(super) fn read_policy(&mut self, index: usize) {
        let declared = &self.declared.policies[index];
        let ItemKind::Block { body, extends, .. } = &declared.item.kind else { return };
        if let Some(extends) = extends {
            self.report(
                Diagnostic::at(Code::MisplacedItem, extends.span, "only a hardware mode extends another", "extends here")
                    .help("write the policy out"),
            );
        }
        let name = declared.name;
        let read =
            self.enter(Entity::Policy(index), declared.file, name.span, |this| this.block_settings(Kind::Policy, &body.items));
        let (settings, frame) = read.unwrap_or_default();
        self.policies[index] = State::Done(hir::Policy { name: name.text.clone(), settings, frame, span: name.span });
    }
}

fn missing_param(name: &Name) -> hir::Param {
    hir::Param {
        name: name.text.clone(),
        docs: None,
        ty: Type::Error,
        env: upper_snake(&name.text),
        default: None,
        frame: 0,
        span: name.span,
    }
}

/// `testLevel` and `test_level` are both read from `TEST_LEVEL`.
fn upper_snake(name: &str) -> EcoString {
    let mut text = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            text.push('_');
        }
        after_lower = c.is_lowercase() || c.is_ascii_digit();
        text.extend(c.to_uppercase());
    }
    text.into()
}
