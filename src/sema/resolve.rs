//! Names to what they stand for, and type expressions to types.

use std::sync::Arc;

use ecow::EcoString;

use crate::base::Span;
use crate::diag::{Code, Diagnostic, nearest};
use crate::schema;
use crate::sema::checker::{BindingTarget, Checker, State};
use crate::sema::declare::{Entity, Space, not_exported};
use crate::sema::types::{Field, Record, Type};
use crate::syntax::ast::{FieldDecl, ItemKind, Name, TypeExpr, TypeKind};

/// What a name in an expression stands for.
pub(super) enum Found {
    Bound { target: BindingTarget, ty: Type },
    Entity(Entity),
}

impl<'a> Checker<'a> {
    /// What a name stands for among values; counts as a use.
    pub(super) fn find_value(&mut self, name: &EcoString) -> Option<Found> {
        if let Some(binding) = self.frame.bindings.iter_mut().rev().find(|binding| binding.name == *name) {
            binding.is_used = true;
            return Some(Found::Bound { target: binding.target, ty: binding.ty.clone() });
        }
        self.find_in_file(Space::Value, name).map(Found::Entity)
    }

    pub(super) fn find_in_file(&mut self, space: Space, name: &EcoString) -> Option<Entity> {
        let file = self.frame.file;
        let entity = self.declared.scopes[file].get(&(space, name.clone()))?.entity;
        self.used.insert((file, space, name.clone()));
        self.frame.references.insert(entity);
        Some(entity)
    }

    /// What `module.name` stands for; reports what does not exist.
    pub(super) fn find_in_module(&mut self, module: usize, space: Space, name: &Name) -> Option<Entity> {
        if let Some(entity) = self.declared.exported(module, space, &name.text) {
            self.frame.references.insert(entity);
            return Some(entity);
        }
        let declared = self.declared;
        let names = if self.has_many_mistakes() { Vec::new() } else { declared.exported_names(module, space) };
        let names: Vec<&str> = names.into_iter().map(EcoString::as_str).collect();
        self.report(not_exported(&self.units[module].path, &names, name));
        None
    }

    /// The names of values in sight, for suggestions.
    pub(super) fn values_in_sight(&self) -> Vec<EcoString> {
        if self.has_many_mistakes() {
            return Vec::new();
        }
        let mut names: Vec<EcoString> = self.frame.bindings.iter().rev().map(|binding| binding.name.clone()).collect();
        let mut file: Vec<EcoString> = self.declared.scopes[self.frame.file]
            .keys()
            .filter(|(space, _)| *space == Space::Value)
            .map(|(_, name)| name.clone())
            .collect();
        file.sort();
        names.append(&mut file);
        names
    }

    /// Whether the import of this name went wrong, so that nothing more is to be said of it.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        self.declared.broken.contains(&(self.frame.file, name.into()))
    }

    pub(super) fn unknown_value(&mut self, name: &str, span: Span, want: Option<&Type>) {
        if self.is_broken(name) {
            return;
        }
        let names = self.values_in_sight();
        let names = names.iter().map(EcoString::as_str);
        let diagnostic =
            Diagnostic::at(Code::UnknownName, span, format!("unknown name `{name}`"), "not declared in sight of this");
        let functions = schema::FUNCTIONS.iter().map(|row| row.name);
        let diagnostic = match nearest(name, names) {
            Some(meant) => diagnostic.fix(format!("write `{meant}`"), span, meant).help(format!("did you mean `{meant}`?")),
            None if functions.clone().any(|function| function == name) => {
                diagnostic.help(format!("`{name}` is a function: call it as `{name}(…)`"))
            }
            None if matches!(name, "True" | "False" | "None" | "nil" | "undefined") => {
                let meant = match name {
                    "True" => "true",
                    "False" => "false",
                    _ => "null",
                };
                diagnostic.fix(format!("write `{meant}`"), span, meant).help(format!("write `{meant}`"))
            }
            None => diagnostic.help(match want.map(Type::without_null) {
                Some(Type::Hardware) => format!("declare it: `hardware {name} {{ … }}`, or import it"),
                Some(Type::Policy) => format!("declare it: `policy {name} {{ … }}`, or import it"),
                Some(Type::String) => format!("write the string `\"{name}\"`, or declare it with `let` or `param`"),
                _ if name.chars().all(|c| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit()) => {
                    format!("declare it with `let` or `param`; a variable of the shell is written `${name}`")
                }
                _ => format!("declare it with `let` or `param`, or write the string `\"{name}\"`"),
            }),
        };
        self.report(diagnostic);
    }

    /// The type that an expression names. What is wrong is reported.
    pub(super) fn resolve_type(&mut self, expr: &'a TypeExpr) -> Type {
        match &expr.kind {
            TypeKind::Named(path) => self.named_type(path, expr.span),
            TypeKind::List(element) => Type::List(Arc::new(self.element_type(element))),
            TypeKind::Map(element) => Type::Map(Arc::new(self.element_type(element))),
            TypeKind::Enum(members) => {
                for (index, member) in members.iter().enumerate() {
                    if let Some(first) = members[..index].iter().find(|other| other.text == member.text) {
                        self.report(
                            Diagnostic::at(
                                Code::DuplicateName,
                                member.span,
                                format!("`{}` is a member twice", member.text),
                                "again here",
                            )
                            .label(first.span, "first here")
                            .help("remove one of them"),
                        );
                    }
                }
                Type::Enum(members.iter().map(|member| member.text.clone()).collect())
            }
            TypeKind::Record(fields) => Type::Record(Arc::new(Record { name: None, fields: self.fields(fields) })),
            TypeKind::Optional(inner) => match self.resolve_type(inner) {
                inner @ (Type::Optional(_) | Type::Error) => inner,
                inner => Type::Optional(Arc::new(inner)),
            },
            TypeKind::Error => Type::Error,
        }
    }

    /// Secrets stand alone: no list, map or record may carry one to a place where it is printed.
    fn element_type(&mut self, expr: &'a TypeExpr) -> Type {
        let ty = self.resolve_type(expr);
        if matches!(ty, Type::Secret) {
            self.report(
                Diagnostic::at(
                    Code::SecretMisuse,
                    expr.span,
                    "a secret cannot be part of a list, map or record",
                    "a secret here",
                )
                .help("pass each secret as an argument or a `let` of its own"),
            );
            return Type::Error;
        }
        ty
    }

    fn fields(&mut self, fields: &'a [FieldDecl]) -> Vec<Field> {
        let mut known: Vec<Field> = Vec::new();
        for field in fields {
            let ty = self.element_type(&field.ty);
            let default = field.default.as_ref().map(|value| self.check(value, &ty));
            if let Some(first) = known.iter().find(|other| other.name == field.name.text) {
                let first = first.span;
                self.report(
                    Diagnostic::at(
                        Code::DuplicateName,
                        field.name.span,
                        format!("the field `{}` is declared twice", field.name.text),
                        "again here",
                    )
                    .label(first, "first here")
                    .help("remove one of them"),
                );
                continue;
            }
            known.push(Field {
                name: field.name.text.clone(),
                ty,
                is_optional: field.is_optional,
                default,
                span: field.name.span,
            });
        }
        known
    }

    fn named_type(&mut self, path: &'a [Name], span: Span) -> Type {
        let found = match path {
            [name] => {
                let plain = match name.text.as_str() {
                    "bool" => Type::Bool,
                    "int" => Type::Int,
                    "float" => Type::Float,
                    "string" => Type::String,
                    "duration" => Type::Duration,
                    "size" => Type::Size,
                    "secret" => Type::Secret,
                    "script" => Type::Script,
                    "hardware" => Type::Hardware,
                    "policy" => Type::Policy,
                    _ => Type::Error,
                };
                if !matches!(plain, Type::Error) {
                    return plain;
                }
                self.find_in_file(Space::Type, &name.text)
            }
            [module, name] => match self.find_in_file(Space::Value, &module.text) {
                Some(Entity::Module(file)) => match self.find_in_module(file, Space::Type, name) {
                    Some(entity) => Some(entity),
                    None => return Type::Error,
                },
                _ => None,
            },
            _ => None,
        };
        if let Some(Entity::Type(index)) = found {
            return self.declared_type(index, span);
        }
        if path.first().is_some_and(|name| self.is_broken(&name.text)) {
            return Type::Error;
        }
        let shown = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let mut names: Vec<&str> = self.declared.scopes[self.frame.file]
            .keys()
            .take(if self.has_many_mistakes() { 0 } else { usize::MAX })
            .filter(|(space, _)| *space == Space::Type)
            .map(|(_, name)| name.as_str())
            .collect();
        names.sort_unstable();
        names.extend(schema::PLAIN_TYPES);
        names.extend(["list", "map", "enum"]);
        let diagnostic = Diagnostic::at(Code::UnknownType, span, format!("unknown type `{shown}`"), "no such type");
        let meant = match shown.as_str() {
            "str" | "text" | "String" => Some("string"),
            "integer" | "number" | "i64" => Some("int"),
            "boolean" => Some("bool"),
            "double" => Some("float"),
            "array" => Some("list"),
            "dict" | "object" => Some("map"),
            "time" => Some("duration"),
            _ => nearest(&shown, names),
        };
        self.report(diagnostic.meant(span, meant, || {
            format!("declare it with `type {shown} = …`, or use one of {}", schema::PLAIN_TYPES.join(", "))
        }));
        Type::Error
    }

    fn declared_type(&mut self, index: usize, asked: Span) -> Type {
        let entity = Entity::Type(index);
        match &self.types[index] {
            State::Done(ty) => return ty.clone(),
            State::Visiting => {
                self.report_recursion(entity, asked);
                return Type::Error;
            }
            State::Waiting => {}
        }
        self.types[index] = State::Visiting;
        let declared = &self.declared.types[index];
        let ItemKind::Type { ty, name } = &declared.item.kind else { return Type::Error };
        let resolved = self.enter(entity, declared.file, asked, |this| match this.resolve_type(ty) {
            Type::Record(record) => match Arc::try_unwrap(record) {
                Ok(record) => Type::Record(Arc::new(Record { name: Some(name.text.clone()), ..record })),
                Err(shared) => Type::Record(shared),
            },
            other => other,
        });
        let ty = resolved.map_or(Type::Error, |(ty, _)| ty);
        self.types[index] = State::Done(ty.clone());
        ty
    }

    /// Reads every type that nothing asked for yet.
    pub(super) fn finish_types(&mut self) {
        for index in 0..self.types.len() {
            self.declared_type(index, self.declared.types[index].name.span);
        }
    }
}
