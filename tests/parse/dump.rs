//! The syntax tree as text: one item a line, expressions in full parentheses.

use std::fmt::Write as _;

use o11n::base::Span;
use o11n::syntax::ast::*;

/// Whether items show where they stand. Hidden, `x = { a: b }` is shown as `x { a = b }`, since they mean the same.
#[derive(Clone, Copy, PartialEq)]
#[expect(dead_code, reason = "each test that has this module uses one of the two")]
pub(crate) enum Spans {
    Shown,
    Hidden,
}

pub(crate) fn file(file: &File, spans: Spans) -> String {
    let mut dump = Dump { out: String::new(), spans };
    dump.docs(file.docs.as_deref(), "//!", 0);
    dump.items(&file.items, 0);
    dump.out
}

struct Dump {
    out: String,
    spans: Spans,
}

impl Dump {
    fn docs(&mut self, docs: Option<&str>, mark: &str, depth: usize) {
        for line in docs.into_iter().flat_map(|docs| docs.split('\n')) {
            let _ = writeln!(self.out, "{:1$}{mark} {line}", "", depth * 2);
        }
    }

    fn items(&mut self, items: &[Item], depth: usize) {
        for item in items {
            self.docs(item.docs.as_deref(), "///", depth);
            if let (Spans::Hidden, ItemKind::Setting { key: Key::Word(name), value }) = (self.spans, &item.kind)
                && let ExprKind::Record(entries) = &value.kind
            {
                self.record(name, entries, depth);
                continue;
            }
            let (head, bodies) = item_parts(&item.kind);
            self.line(&head, Some(item.span), depth);
            for (index, (head, body)) in bodies.into_iter().enumerate() {
                if index > 0 {
                    self.line(&head, None, depth);
                }
                self.items(&body.items, depth + 1);
            }
        }
    }

    fn record(&mut self, name: &Name, entries: &[(Key, Expr)], depth: usize) {
        self.line(&format!("block {}", name.text), None, depth);
        for (name, value) in entries {
            match (name, &value.kind) {
                (Key::Word(name), ExprKind::Record(entries)) => self.record(name, entries, depth + 1),
                _ => self.line(&format!("set {} = {}", key(name), expr(value)), None, depth + 1),
            }
        }
    }

    fn line(&mut self, head: &str, span: Option<Span>, depth: usize) {
        let _ = write!(self.out, "{:1$}{head}", "", depth * 2);
        if let (Some(span), Spans::Shown) = (span, self.spans) {
            let _ = write!(self.out, "  @{}..{}", span.start, span.end);
        }
        self.out.push('\n');
    }
}

/// The line of an item, and its bodies, each with the line before it (the first has the item's own).
fn item_parts(kind: &ItemKind) -> (String, Vec<(String, &Body)>) {
    let mut bodies = Vec::new();
    let head = match kind {
        ItemKind::Import { path, names } => {
            let names = match names {
                ImportNames::Module(name) => format!("as {}", name.text),
                ImportNames::Names(names) => names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" "),
                ImportNames::Error => "<error>".into(),
            };
            format!("import {} {names}", string(path))
        }
        ItemKind::Type { name, ty } => format!("type {} = {}", name.text, type_expr(ty)),
        ItemKind::Let { name, args: params, ty, value } => {
            let params = params.as_ref().map(|params| arguments(params)).unwrap_or_default();
            format!("let {}{params}{} = {}", name.text, annotation(ty.as_ref()), expr(value))
        }
        ItemKind::Param { name, ty, env, default } => {
            let env = env.as_ref().map(|env| format!(" env {}", string(env))).unwrap_or_default();
            format!("param {}{}{env}{}", name.text, annotation(ty.as_ref()), initial(default.as_ref()))
        }
        ItemKind::Template { name, args, body } => {
            bodies.push((String::new(), body));
            format!("template {}{}", name.text, arguments(args))
        }
        ItemKind::Use { path, args } => {
            let path = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            format!("use {path}{}", call_args(args))
        }
        ItemKind::Setting { key: name, value } => format!("set {} = {}", key(name), expr(value)),
        ItemKind::Block { word, label, extends, body } => {
            bodies.push((String::new(), body));
            let label = match label {
                Some(BlockLabel::Word(name)) => format!(" {}", name.text),
                Some(BlockLabel::String(text)) => format!(" {}", string(text)),
                None => String::new(),
            };
            let extends = extends.as_ref().map(|name| format!(" extends {}", name.text)).unwrap_or_default();
            format!("block {}{label}{extends}", word.text)
        }
        ItemKind::For(For { var, iter, cond, body }) => {
            bodies.push((String::new(), body));
            let cond = cond.as_ref().map(|cond| format!(" if {}", expr(cond))).unwrap_or_default();
            format!("for {} in {}{cond}", var.text, expr(iter))
        }
        ItemKind::If(If { branches, otherwise }) => {
            bodies.extend(branches.iter().map(|(cond, body)| (format!("else if {}", expr(cond)), body)));
            bodies.extend(otherwise.iter().map(|body| ("else".to_owned(), body)));
            format!("if {}", expr(&branches[0].0))
        }
        ItemKind::Assert { cond, message } => format!("assert {}, {}", expr(cond), expr(message)),
        ItemKind::With { name, value } => format!("with {} = {}", name.text, expr(value)),
        ItemKind::Fake { path, outcome } => format!("fake {} = {}", string(path), expr(outcome)),
        ItemKind::Takes { path, duration } => format!("takes {} = {}", string(path), expr(duration)),
        ItemKind::Expect(expect) => expectation(expect),
        ItemKind::Error => "<error>".into(),
    };
    (head, bodies)
}

fn expectation(expect: &Expect) -> String {
    let subject = match &expect.subject {
        Subject::Path(path) => string(path),
        Subject::Pipeline(_) => "pipeline".into(),
        Subject::Duration(_) => "duration".into(),
    };
    let check = match &expect.check {
        Check::Outcome(value) => format!("= {}", expr(value)),
        Check::Ran(true) => "ran".into(),
        Check::Ran(false) => "not ran".into(),
        Check::Attempts(value) => format!("attempts = {}", expr(value)),
        Check::Compare(operator, value) => format!("{} {}", operator.symbol(), expr(value)),
        Check::Error => "<error>".into(),
    };
    let when = expect.when.as_ref().map(|when| format!(" when {}", expr(when))).unwrap_or_default();
    format!("expect {subject} {check}{when}")
}

fn arguments(args: &[Arg]) -> String {
    let args: Vec<_> = args
        .iter()
        .map(|arg| format!("{}{}{}", arg.name.text, annotation(arg.ty.as_ref()), initial(arg.default.as_ref())))
        .collect();
    format!("({})", args.join(", "))
}

fn annotation(ty: Option<&TypeExpr>) -> String {
    ty.map(|ty| format!(": {}", type_expr(ty))).unwrap_or_default()
}

fn initial(value: Option<&Expr>) -> String {
    value.map(|value| format!(" = {}", expr(value))).unwrap_or_default()
}

fn call_args(args: &[CallArg]) -> String {
    let args: Vec<_> = args
        .iter()
        .map(|arg| match &arg.name {
            Some(name) => format!("{} = {}", name.text, expr(&arg.value)),
            None => expr(&arg.value),
        })
        .collect();
    format!("({})", args.join(", "))
}

fn key(key: &Key) -> String {
    match key {
        Key::Word(name) => name.text.to_string(),
        Key::String(text) => string(text),
        Key::Int(value, _) => value.to_string(),
    }
}

fn string(text: &StringLit) -> String {
    let mut out = String::from(if text.is_block { "block\"" } else { "\"" });
    for part in &text.parts {
        match part {
            StringPart::Text(text, _) => {
                let _ = write!(out, "{}", text.escape_debug());
            }
            StringPart::Interpolation(value, _) => {
                let _ = write!(out, "${{{{ {} }}}}", expr(value));
            }
        }
    }
    out.push('"');
    out
}

fn type_expr(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeKind::Named(path) => path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("."),
        TypeKind::List(inner) => format!("list<{}>", type_expr(inner)),
        TypeKind::Map(inner) => format!("map<{}>", type_expr(inner)),
        TypeKind::Enum(members) => {
            format!("enum({})", members.iter().map(|name| format!("{:?}", name.text)).collect::<Vec<_>>().join(", "))
        }
        TypeKind::Record(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|field| {
                    let optional = if field.is_optional { "?" } else { "" };
                    format!("{}{optional}: {}{}", field.name.text, type_expr(&field.ty), initial(field.default.as_ref()))
                })
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        TypeKind::Optional(inner) => format!("{}?", type_expr(inner)),
        TypeKind::Error => "<error>".into(),
    }
}

fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Duration(value) => format!("duration({value})"),
        ExprKind::Size(value) => format!("size({value})"),
        ExprKind::String(text) => string(text),
        ExprKind::Word(word) => word.to_string(),
        ExprKind::List(elements) => format!("[{}]", elements.iter().map(expr).collect::<Vec<_>>().join(", ")),
        ExprKind::Comprehension { elem, var, iter, cond } => {
            let cond = cond.as_ref().map(|cond| format!(" if {}", expr(cond))).unwrap_or_default();
            format!("[{} for {} in {}{cond}]", expr(elem), var.text, expr(iter))
        }
        ExprKind::Record(entries) => {
            let entries: Vec<_> = entries.iter().map(|(name, value)| format!("{}: {}", key(name), expr(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        ExprKind::Field(of, name) => format!("{}.{}", expr(of), name.text),
        ExprKind::Index(of, index) => format!("{}[{}]", expr(of), expr(index)),
        ExprKind::Call(of, args) => format!("{}{}", expr(of), call_args(args)),
        ExprKind::Unary(UnaryOp::Not, of) => format!("(not {})", expr(of)),
        ExprKind::Unary(UnaryOp::Neg, of) => format!("(-{})", expr(of)),
        ExprKind::Binary(operator, left, right) => format!("({} {} {})", expr(left), operator.symbol(), expr(right)),
        ExprKind::If { cond, then, otherwise } => format!("(if {} then {} else {})", expr(cond), expr(then), expr(otherwise)),
        ExprKind::Error => "<error>".into(),
    }
}
