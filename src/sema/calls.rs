//! Calls: built-in functions, functions of the user, arguments of templates.

use std::rc::Rc;
use std::sync::Arc;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema::{self, Builtin};
use crate::sema::checker::Checker;
use crate::sema::declare::{Entity, Space};
use crate::sema::expr::{Typed, error};
use crate::sema::hir::{self, Expr, ExprKind, FunctionId, Literal, RetryOn};
use crate::sema::resolve::Found;
use crate::sema::types::Type;
use crate::syntax::ast::{self, CallArg, Name};

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, callee: &'a ast::Expr, args: &'a [CallArg], span: Span, hint: Option<&Type>) -> Typed {
        match &callee.kind {
            ast::ExprKind::Word(word) => {
                let stage_condition = matches!(hint, Some(Type::Condition)) && matches!(word.as_str(), "failed" | "succeeded");
                if stage_condition && let [CallArg { name: None, value }] = args {
                    let stage = self.check(value, &Type::String);
                    let kind = ExprKind::StageCondition { is_failed: word == "failed", stage: Box::new(stage) };
                    return (Expr { kind, span }, Type::Condition);
                }
                if matches!(hint, Some(Type::RetryOn)) && word == "exit" {
                    return self.exit_code(args, span);
                }
                match self.find_value(word) {
                    Some(Found::Entity(Entity::Function(index))) => return self.user_call(index, args, span),
                    Some(_) => {
                        self.report(
                            Diagnostic::at(Code::WrongKind, callee.span, format!("`{word}` is not a function"), "called here")
                                .help(format!("write `{word}` without arguments")),
                        );
                        return (error(span), Type::Error);
                    }
                    None => {}
                }
                match schema::function_by_name(word) {
                    Some(row) => self.builtin(row, args, span, hint),
                    None => self.unknown_function(word, callee.span, args, span),
                }
            }
            ast::ExprKind::Field(base, name) => {
                if let ast::ExprKind::Word(module) = &base.kind
                    && let Some(Found::Entity(Entity::Module(file))) = self.find_value(module)
                {
                    return match self.find_in_module(file, Space::Value, name) {
                        Some(Entity::Function(index)) => self.user_call(index, args, span),
                        Some(other) => {
                            let noun = other.noun();
                            self.report(
                                Diagnostic::at(
                                    Code::WrongKind,
                                    name.span,
                                    format!("`{}` is a {noun}, not a function", name.text),
                                    "called here",
                                )
                                .help(format!("write `{module}.{}` without arguments", name.text)),
                            );
                            (error(span), Type::Error)
                        }
                        None => (error(span), Type::Error),
                    };
                }
                self.report(method_call(name, callee.span));
                (error(span), Type::Error)
            }
            _ => {
                self.report(
                    Diagnostic::at(Code::WrongKind, callee.span, "only a function can be called", "called here")
                        .help("call a function by its name"),
                );
                (error(span), Type::Error)
            }
        }
    }

    fn exit_code(&mut self, args: &'a [CallArg], span: Span) -> Typed {
        if let [CallArg { name: None, value: ast::Expr { kind: ast::ExprKind::Int(code), .. } }] = args
            && let Ok(code) = u8::try_from(*code)
        {
            return (Expr { kind: ExprKind::Literal(Literal::RetryOn(RetryOn::Exit(code))), span }, Type::RetryOn);
        }
        self.report(
            Diagnostic::at(Code::OutOfRange, span, "`exit` takes one exit code", "not an exit code")
                .help("write a number from 0 to 255: `exit(137)`"),
        );
        (error(span), Type::Error)
    }

    fn unknown_function(&mut self, word: &str, at: Span, args: &'a [CallArg], span: Span) -> Typed {
        for arg in args {
            self.infer(&arg.value, Some(&Type::Error));
        }
        if self.is_broken(word) {
            return (error(span), Type::Error);
        }
        if self.find_in_file(Space::Template, &word.into()).is_some() {
            self.report(
                Diagnostic::at(Code::WrongKind, at, format!("`{word}` is a template, not a function"), "called here")
                    .help(format!("place it in a stage or pipeline: `use {word}(…)`")),
            );
            return (error(span), Type::Error);
        }
        let mut names: Vec<String> = schema::FUNCTIONS.iter().map(|row| row.name.to_owned()).collect();
        names.extend(self.values_in_sight().iter().map(|name| name.to_string()));
        let diagnostic = Diagnostic::at(Code::UnknownFunction, at, format!("unknown function `{word}`"), "no such function");
        let meant = match word {
            "length" | "count" | "size" => Some("len"),
            "format" | "str" | "string" | "toString" => None,
            "strip" => Some("trim"),
            "tolower" | "lowercase" => Some("lower"),
            "toupper" | "uppercase" => Some("upper"),
            "sorted" => Some("sort"),
            "uniq" | "set" => Some("unique"),
            _ => nearest(word, names.iter().map(String::as_str)),
        };
        self.report(match meant {
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), at, meant).help(format!("did you mean `{meant}`?")),
            None if matches!(word, "format" | "str" | "string" | "toString") => {
                diagnostic.help("print a value into a string by interpolation: `\"${{ value }}\"`")
            }
            None => diagnostic.help("`o11n explain E0110` lists the functions"),
        });
        (error(span), Type::Error)
    }

    fn user_call(&mut self, index: usize, args: &'a [CallArg], span: Span) -> Typed {
        let Some(signature) = self.function_signature(index, span) else {
            for arg in args {
                self.infer(&arg.value, Some(&Type::Error));
            }
            return (error(span), Type::Error);
        };
        let declared = &self.declared.functions[index];
        let ast::ItemKind::Let { args: Some(declared_args), .. } = &declared.item.kind else { return (error(span), Type::Error) };
        let args = self.arguments(declared.name, declared.file, declared_args, &signature.args, args, span);
        (Expr { kind: ExprKind::Call(FunctionId(index as u32), args), span }, signature.result)
    }

    /// Fits the arguments of a call to what a function or template takes: one expression for each argument, in its order.
    pub(super) fn arguments(
        &mut self,
        callee: &Name,
        callee_file: usize,
        declared: &'a [ast::Arg],
        takes: &Rc<Vec<hir::Arg>>,
        given: &'a [CallArg],
        span: Span,
    ) -> Vec<Expr> {
        let mut filled: Vec<Option<Expr>> = takes.iter().map(|_| None).collect();
        let mut named = false;
        for (position, arg) in given.iter().enumerate() {
            let place = match &arg.name {
                Some(name) => {
                    named = true;
                    takes.iter().position(|take| take.name == name.text).ok_or_else(|| {
                        let diagnostic = Diagnostic::at(
                            Code::BadArguments,
                            name.span,
                            format!("`{}` takes no argument `{}`", callee.text, name.text),
                            "no such argument",
                        );
                        match nearest(&name.text, takes.iter().map(|take| take.name.as_str())) {
                            Some(meant) => diagnostic
                                .fix(format!("write `{meant}`"), name.span, meant)
                                .help(format!("did you mean `{meant}`?")),
                            None => diagnostic.help(format!("it is `{}`", signature_text(callee, takes))),
                        }
                    })
                }
                None if named => Err(Diagnostic::at(
                    Code::BadArguments,
                    arg.value.span,
                    "a positional argument stands after a named one",
                    "its place is not clear",
                )
                .help("write positional arguments first, or name this one too")),
                None if position >= takes.len() => Err(Diagnostic::at(
                    Code::BadArguments,
                    arg.value.span,
                    format!(
                        "`{}` takes at most {} argument{}",
                        callee.text,
                        takes.len(),
                        if takes.len() == 1 { "" } else { "s" }
                    ),
                    "one too many",
                )
                .help(format!("it is `{}`", signature_text(callee, takes)))),
                None => Ok(position),
            };
            match place {
                Ok(place) if filled[place].is_some() => {
                    self.report(
                        Diagnostic::at(
                            Code::BadArguments,
                            arg.value.span,
                            format!("`{}` is given twice", takes[place].name),
                            "given again here",
                        )
                        .help("remove one of them"),
                    );
                }
                Ok(place) => filled[place] = Some(self.check(&arg.value, &takes[place].ty)),
                Err(diagnostic) => {
                    self.report(diagnostic);
                    self.infer(&arg.value, Some(&Type::Error));
                }
            }
        }
        let missing: Vec<&str> = (0..takes.len())
            .filter(|&place| {
                filled[place].is_none() && takes[place].default.is_none() && !matches!(takes[place].ty, Type::Optional(_))
            })
            .map(|place| takes[place].name.as_str())
            .collect();
        if !missing.is_empty() {
            let list = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            self.report(
                Diagnostic::at(Code::BadArguments, span, format!("`{}` needs {list} as well", callee.text), "not given here")
                    .help(format!("it is `{}`", signature_text(callee, takes))),
            );
        }
        let filled: Vec<Expr> = filled
            .into_iter()
            .enumerate()
            .map(|(place, expr)| match (expr, declared.get(place).and_then(|arg| arg.default.as_ref())) {
                (Some(expr), _) => expr,
                (None, Some(default)) => self.default_of(callee_file, default, &takes[place].ty),
                (None, None) => Expr { kind: ExprKind::Literal(Literal::Null), span },
            })
            .collect();
        filled
    }

    /// The default of an argument, read with the eyes of the file that declares it, in slots of the caller.
    fn default_of(&mut self, file: usize, default: &'a ast::Expr, ty: &Type) -> Expr {
        let outer_file = std::mem::replace(&mut self.frame.file, file);
        let bindings = std::mem::take(&mut self.frame.bindings);
        let expr = self.check(default, ty);
        self.frame.bindings = bindings;
        self.frame.file = outer_file;
        expr
    }

    fn builtin(&mut self, row: &'static schema::Function, args: &'a [CallArg], span: Span, hint: Option<&Type>) -> Typed {
        if let Some(arg) = args.iter().find(|arg| arg.name.is_some()) {
            self.report(
                Diagnostic::at(
                    Code::BadArguments,
                    arg.value.span,
                    format!("`{}` takes no named arguments", row.name),
                    "named here",
                )
                .help(format!("it is `{}{}`", row.name, row.signature)),
            );
        }
        let count = arity(row.builtin);
        if args.len() != count {
            for arg in args {
                self.infer(&arg.value, Some(&Type::Error));
            }
            self.report(
                Diagnostic::at(
                    Code::BadArguments,
                    span,
                    format!("`{}` takes {count} argument{}, not {}", row.name, if count == 1 { "" } else { "s" }, args.len()),
                    "wrong number of arguments",
                )
                .help(format!("it is `{}{}`", row.name, row.signature)),
            );
            return (error(span), Type::Error);
        }
        let args: Vec<&'a ast::Expr> = args.iter().map(|arg| &arg.value).collect();
        self.builtin_call(row, &args, span, hint)
    }

    fn builtin_call(&mut self, row: &'static schema::Function, args: &[&'a ast::Expr], span: Span, hint: Option<&Type>) -> Typed {
        use Builtin as B;
        let strings = |this: &mut Self| args.iter().map(|arg| this.check(arg, &Type::String)).collect::<Vec<_>>();
        let list = |element: Type| Type::List(Arc::new(element));
        let (exprs, ty) = match row.builtin {
            B::Lower | B::Upper | B::Trim | B::Basename | B::Dirname | B::Stem => (strings(self), Type::String),
            B::Replace => (strings(self), Type::String),
            B::Contains | B::StartsWith | B::EndsWith => (strings(self), Type::Bool),
            B::Split => (strings(self), list(Type::String)),
            B::Matches => {
                let text = self.check(args[0], &Type::String);
                let (globs, ty) = self.infer(args[1], Some(&Type::String));
                let globs = if matches!(ty, Type::List(_)) {
                    self.coerce(globs, &ty, &list(Type::String))
                } else {
                    self.coerce(globs, &ty, &Type::String)
                };
                (vec![text, globs], Type::Bool)
            }
            B::Range => (vec![self.check(args[0], &Type::Int)], list(Type::Int)),
            B::Seconds => (vec![self.check(args[0], &Type::Duration)], Type::Int),
            B::Bytes => (vec![self.check(args[0], &Type::Size)], Type::Int),
            B::Any | B::All => (vec![self.check(args[0], &list(Type::Bool))], Type::Bool),
            B::Len => (
                vec![self.one_of(row, args[0], |ty| matches!(ty, Type::String | Type::Enum(_) | Type::List(_) | Type::Map(_))).0],
                Type::Int,
            ),
            B::Int => (vec![self.one_of(row, args[0], |ty| matches!(ty, Type::Float | Type::Int | Type::String)).0], Type::Int),
            B::Join => {
                let (list, _) = self.one_of(row, args[0], |ty| matches!(ty, Type::List(element) if element.is_printable()));
                (vec![list, self.check(args[1], &Type::String)], Type::String)
            }
            B::Keys => (vec![self.one_of(row, args[0], |ty| matches!(ty, Type::Map(_))).0], list(Type::String)),
            B::Values => {
                let (map, ty) = self.one_of(row, args[0], |ty| matches!(ty, Type::Map(_)));
                (vec![map], Type::List(inner(&ty)))
            }
            B::Flatten => {
                let (lists, ty) = self.one_of(
                    row,
                    args[0],
                    |ty| matches!(ty, Type::List(element) if matches!(**element, Type::List(_) | Type::Error)),
                );
                (vec![lists], (*inner(&ty)).clone())
            }
            B::Unique => {
                let (list, ty) = self.one_of(row, args[0], |ty| matches!(ty, Type::List(_)));
                (vec![list], ty)
            }
            B::Sort => {
                let (list, ty) = self.one_of(row, args[0], is_sortable);
                (vec![list], ty)
            }
            B::Min | B::Max => {
                let (list, ty) = self.one_of(row, args[0], is_sortable);
                (vec![list], (*inner(&ty)).clone())
            }
            B::Load => return self.load_call(args[0], span, hint),
            B::Read => {
                let path = Box::new(self.check(args[0], &Type::String));
                return (Expr { kind: ExprKind::Read { path, from: self.path().clone() }, span }, Type::String);
            }
            B::Glob => {
                let pattern = Box::new(self.check(args[0], &Type::String));
                return (Expr { kind: ExprKind::Glob { pattern, from: self.path().clone() }, span }, list(Type::String));
            }
            B::Secret => (vec![self.check(args[0], &Type::String)], Type::Secret),
            B::Raw => (vec![self.check(args[0], &Type::String)], Type::Script),
        };
        (Expr { kind: ExprKind::Builtin(row.builtin, exprs), span }, ty)
    }

    fn load_call(&mut self, path: &'a ast::Expr, span: Span, hint: Option<&Type>) -> Typed {
        let path = Box::new(self.check(path, &Type::String));
        match hint {
            Some(ty) if !matches!(ty, Type::Error) => {
                let kind = ExprKind::Load { path, ty: ty.clone(), from: self.path().clone() };
                (Expr { kind, span }, ty.clone())
            }
            Some(_) => (error(span), Type::Error),
            None => {
                self.report(
                    Diagnostic::at(Code::UnknownValueType, span, "`load` needs a type to load into", "what does the file hold?")
                        .help("write the type: `let suites: list<Suite> = load(\"suites.yaml\")`"),
                );
                (error(span), Type::Error)
            }
        }
    }

    /// An argument that may be of several types.
    fn one_of(&mut self, row: &schema::Function, arg: &'a ast::Expr, fits: impl Fn(&Type) -> bool) -> Typed {
        let (expr, ty) = self.infer(arg, None);
        if fits(&ty) || matches!(ty, Type::Error) {
            return (expr, ty);
        }
        let span = expr.span;
        self.report(match &ty {
            Type::Optional(inner) if fits(inner) => crate::sema::expr::maybe_null(span),
            _ => Diagnostic::at(
                Code::TypeMismatch,
                span,
                format!("`{}` does not take a value of type `{ty}`", row.name),
                format!("this is `{ty}`"),
            )
            .help(format!("it is `{}{}`", row.name, row.signature)),
        });
        (error(span), Type::Error)
    }
}

fn is_sortable(ty: &Type) -> bool {
    matches!(ty, Type::List(element) if matches!(**element, Type::Int | Type::Float | Type::String | Type::Enum(_) | Type::Duration | Type::Size | Type::Error))
}

fn inner(ty: &Type) -> Arc<Type> {
    match ty {
        Type::List(element) | Type::Map(element) => element.clone(),
        _ => Arc::new(Type::Error),
    }
}

fn arity(builtin: Builtin) -> usize {
    use Builtin as B;
    match builtin {
        B::Replace => 3,
        B::Join | B::Split | B::Contains | B::StartsWith | B::EndsWith | B::Matches => 2,
        B::Len | B::Lower | B::Upper | B::Trim | B::Range | B::Keys | B::Values | B::Basename | B::Dirname | B::Stem => 1,
        B::Flatten | B::Unique | B::Sort | B::Min | B::Max | B::Any | B::All | B::Int | B::Seconds | B::Bytes => 1,
        B::Load | B::Read | B::Glob | B::Secret | B::Raw => 1,
    }
}

fn signature_text(callee: &Name, takes: &[hir::Arg]) -> String {
    let arg = |arg: &hir::Arg| format!("{}: {}{}", arg.name, arg.ty, if arg.default.is_some() { " = …" } else { "" });
    format!("{}({})", callee.text, takes.iter().map(arg).collect::<Vec<_>>().join(", "))
}

fn method_call(name: &Name, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::at(Code::UnknownFunction, span, "values have no methods", "called like a method");
    match schema::function_by_name(&name.text) {
        Some(row) => diagnostic.help(format!("call the function: `{}{}`", row.name, row.signature)),
        None => diagnostic.help("call a function with the value as its argument"),
    }
}
