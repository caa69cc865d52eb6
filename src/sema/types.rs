//! Types of the language.

use std::fmt;
use std::sync::Arc;

use ecow::EcoString;

use crate::base::Span;
use crate::sema::hir::Expr;

#[derive(Clone, Debug)]
pub enum Type {
    Bool,
    Int,
    Float,
    String,
    Duration,
    Size,
    Secret,
    Script,
    Hardware,
    Policy,
    /// Members, in source order. Equal by their members.
    Enum(Arc<[EcoString]>),
    List(Arc<Type>),
    /// Keys are strings.
    Map(Arc<Type>),
    Record(Arc<Record>),
    Optional(Arc<Type>),
    /// `null` alone.
    Null,
    /// A run condition of a stage.
    Condition,
    /// What `retry.on` lists.
    RetryOn,
    /// Reported already: fits everything.
    Error,
}

#[derive(Debug)]
pub struct Record {
    /// The declared name, where it has one.
    pub name: Option<EcoString>,
    /// In source order.
    pub fields: Vec<Field>,
}

#[derive(Debug)]
pub struct Field {
    pub name: EcoString,
    pub ty: Type,
    pub is_optional: bool,
    pub default: Option<Expr>,
    pub span: Span,
}

impl Record {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl PartialEq for Type {
    /// Structural; a record is equal by its fields' names, types and optionality. An enum is equal by its members in any order.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Enum(a), Self::Enum(b)) => a.len() == b.len() && a.iter().all(|member| b.contains(member)),
            (Self::List(a), Self::List(b)) | (Self::Map(a), Self::Map(b)) | (Self::Optional(a), Self::Optional(b)) => a == b,
            (Self::Record(a), Self::Record(b)) => {
                Arc::ptr_eq(a, b)
                    || a.fields.len() == b.fields.len()
                        && a.fields.iter().all(|field| {
                            b.field(&field.name)
                                .is_some_and(|other| other.ty == field.ty && other.is_optional == field.is_optional)
                        })
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::String => f.write_str("string"),
            Self::Duration => f.write_str("duration"),
            Self::Size => f.write_str("size"),
            Self::Secret => f.write_str("secret"),
            Self::Script => f.write_str("script"),
            Self::Hardware => f.write_str("hardware"),
            Self::Policy => f.write_str("policy"),
            Self::Enum(members) => {
                let members: Vec<String> = members.iter().map(|member| shown_word(member)).collect();
                write!(f, "enum({})", members.join(", "))
            }
            Self::List(element) => write!(f, "list<{element}>"),
            Self::Map(element) => write!(f, "map<{element}>"),
            Self::Record(record) => match &record.name {
                Some(name) => f.write_str(name),
                None => {
                    let field =
                        |field: &Field| format!("{}{}: {}", field.name, if field.is_optional { "?" } else { "" }, field.ty);
                    write!(f, "{{ {} }}", record.fields.iter().map(field).collect::<Vec<_>>().join(", "))
                }
            },
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::Null => f.write_str("null"),
            Self::Condition => f.write_str("run condition"),
            Self::RetryOn => f.write_str("outcome to retry"),
            Self::Error => f.write_str("unknown"),
        }
    }
}

/// A name as the source would write it: bare where it is a word.
pub fn shown_word(text: &str) -> String {
    let mut chars = text.chars();
    let is_word =
        chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c)) && chars.all(unicode_ident::is_xid_continue);
    if is_word && !crate::schema::RESERVED_WORDS.contains(&text) { text.to_owned() } else { format!("{text:?}") }
}
