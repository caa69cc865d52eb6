//! Type expressions.

use super::{Builder, DEPTH_LIMIT, is_name};
use crate::syntax::ast::{FieldDecl, Name, TypeExpr, TypeKind};
use crate::syntax::cst::NodeRef;
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    /// The type below a node; an error where one was announced and could not be read.
    pub(super) fn child_type(&mut self, node: NodeRef<'_>) -> Option<TypeExpr> {
        let ty = node.children().find(|child| matches!(child.kind(), Rule::ty | Rule::error_type))?;
        Some(self.ty(ty))
    }

    pub(super) fn missing_type(&self, node: NodeRef<'_>) -> TypeExpr {
        TypeExpr { kind: TypeKind::Error, span: self.span(node).after() }
    }

    fn ty(&mut self, node: NodeRef<'_>) -> TypeExpr {
        let span = self.span(node);
        let Some(inner) = node.children().find(|child| child.kind() != Rule::comment) else {
            return TypeExpr { kind: TypeKind::Error, span };
        };
        if self.depth >= DEPTH_LIMIT {
            self.report_too_deep(node);
            return TypeExpr { kind: TypeKind::Error, span };
        }
        self.depth += 1;
        let kind = match inner.kind() {
            Rule::list_type => TypeKind::List(Box::new(self.inner_type(inner))),
            Rule::map_type => TypeKind::Map(Box::new(self.inner_type(inner))),
            Rule::enum_type => TypeKind::Enum(inner.children().filter_map(|member| self.member(member)).collect()),
            Rule::record_type => TypeKind::Record(self.field_decls(inner)),
            Rule::type_name => TypeKind::Named(inner.children().map(|word| self.name(word)).collect()),
            _ => TypeKind::Error,
        };
        self.depth -= 1;
        match node.child(Rule::optional) {
            Some(_) => {
                let inner = TypeExpr { kind, span: self.span(inner) };
                TypeExpr { kind: TypeKind::Optional(Box::new(inner)), span }
            }
            None => TypeExpr { kind, span },
        }
    }

    fn inner_type(&mut self, node: NodeRef<'_>) -> TypeExpr {
        self.child_type(node).unwrap_or_else(|| self.missing_type(node))
    }

    fn member(&mut self, node: NodeRef<'_>) -> Option<Name> {
        match node.kind() {
            Rule::string => {
                let string = self.string(node);
                string.as_plain().map(|text| Name { text, span: string.span })
            }
            kind if is_name(kind) => Some(self.name(node)),
            _ => None,
        }
    }

    fn field_decls(&mut self, node: NodeRef<'_>) -> Vec<FieldDecl> {
        let fields = node.children().filter(|child| child.kind() == Rule::field_decl);
        fields
            .filter_map(|field| {
                let name = self.child_name(field)?;
                let ty = self.child_type(field).unwrap_or_else(|| self.missing_type(field));
                Some(FieldDecl { name, is_optional: field.child(Rule::optional).is_some(), ty, default: self.default(field) })
            })
            .collect()
    }
}
