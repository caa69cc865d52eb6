//! One substage as written to one or several of the plan, all attributes in place.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::attrs::Attrs;
use super::eval::{Failed, Frame, Res, VALUE_BYTES};
use super::expand::{Expander, LastEnv, MAX_SUBSTAGES, Scope, Unit, bad_name, misnamed};
use super::fingerprint;
use super::hardware::{Mode, env_values};
use super::joined::{self, has_value};
use super::model::{
    Artifacts, Body, Cache, Case, Dispatch, EnvValue, ExitClass, Need, OnError, Priority, Retry, Script, Shard, Substage, Test,
};
use super::value::{Fields, Quantities, Value};
use crate::base::{Duration, Span};
use crate::diag::{Code, Diagnostic};
use crate::schema::Kind;
use crate::sema::hir::{self, Expr, ExprKind, RetryOn, Setting};
use crate::sema::shell::is_sh_like;

/// Most bytes of text of all substages of a plan together.
const MAX_TEXT: usize = 1 << 30;

impl<'a> Expander<'_, 'a> {
    pub(super) fn substage(&mut self, declared: &'a hir::Substage, frame: &mut Frame, scope: &Scope) -> Res<()> {
        let name = self.eval.text(&declared.name, frame);
        let attrs = self.eval.layer(scope.attrs.clone(), &declared.settings, frame);
        let name = name?;
        if let Some(why) = bad_name(&name, false) {
            return self.eval.fail(misnamed("substage", &name, declared.span, why));
        }
        let body = self.body(&attrs, &name, declared.span);
        let mode = self.mode(&attrs);
        let dispatch = self.dispatch(&attrs);
        let (body, mode, dispatch) = (body?, mode?, dispatch?);
        self.charge(&attrs, declared.span)?;
        let cases = self.cases(&attrs);
        let count = self.shard_count(&attrs, &name, &cases, dispatch)?;
        let base = self.base(&attrs, scope, body, mode.as_deref(), dispatch, declared);
        self.check_shell(&base, &attrs)?;
        self.count_text(&base, count, declared.span)?;
        let inputs = self.inputs_digest(&attrs)?;
        self.place_shards(name, count, cases, base, mode.as_deref(), inputs.as_ref(), declared.span)
    }

    /// Adds the substage, or its shards, to the current stage.
    #[expect(clippy::too_many_arguments, reason = "the parts of one substage, known only here")]
    fn place_shards(
        &mut self,
        name: EcoString,
        count: u32,
        cases: Vec<Case>,
        base: Substage,
        mode: Option<&Mode>,
        inputs: Option<&[u8; 32]>,
        span: Span,
    ) -> Res<()> {
        // An engine has each copy of a dispatch for itself.
        self.total += base.dispatch.map_or(count, |dispatch| dispatch.copies) as usize;
        if self.total > MAX_SUBSTAGES {
            let message = format!("the pipeline has more than {MAX_SUBSTAGES} substages, copies counted");
            let diagnostic = Diagnostic::at(Code::TooManySubstages, self.place(span), message, "the limit is reached here");
            return self.eval.fail(diagnostic.help("let each substage do more, or split the pipeline"));
        }
        let draft = self.current();
        let (unit, first) = (draft.units.len() as u32, draft.stage.substages.len() as u32);
        self.take_name(name.clone(), unit, first, count, span)?;
        self.current().units.push(Unit { name: name.clone(), first, count });
        let digest = mode.map(|mode| &mode.digest);
        if count == 1 {
            let mut substage = Substage { name, ..base };
            if let Some(test) = &mut substage.test {
                test.cases = cases;
            }
            substage.fingerprint = fingerprint::substage(&substage, digest, inputs);
            self.add(substage);
            return Ok(());
        }
        let mut parts: Vec<Vec<Case>> = (0..count).map(|_| Vec::with_capacity(cases.len() / count as usize + 1)).collect();
        for (index, case) in cases.into_iter().enumerate() {
            parts[index % count as usize].push(case);
        }
        for (index, cases) in parts.into_iter().enumerate() {
            let index = index as u32 + 1;
            let mut substage = base.clone();
            substage.name = ecow::eco_format!("{name}-{index}of{count}");
            substage.shard = Some(Shard { family: name.clone(), index, count });
            if let Some(test) = &mut substage.test {
                test.cases = cases;
            }
            self.take_name(substage.name.clone(), unit, first + index - 1, 1, span)?;
            substage.fingerprint = fingerprint::substage(&substage, digest, inputs);
            self.add(substage);
        }
        Ok(())
    }

    /// All of a substage but its name, its shard, its cases and its fingerprint.
    fn base(
        &mut self,
        attrs: &Attrs,
        scope: &Scope,
        body: Body,
        mode: Option<&Mode>,
        dispatch: Option<Dispatch>,
        declared: &'a hir::Substage,
    ) -> Substage {
        let text = |name: &str| attrs.value(name).and_then(Value::as_string).cloned();
        let (before, after) = scope.scripts(attrs);
        let artifacts = attrs.value("artifacts").map(artifacts).unwrap_or_default();
        let of_mode = mode.map_or(&[][..], |mode| &mode.hardware.lock);
        let mut lock: Vec<EcoString> = Vec::new();
        for held in attrs.value("lock").map(Value::strings).unwrap_or_default().iter().chain(of_mode) {
            if !lock.contains(held) {
                lock.push(held.clone());
            }
        }
        let env = self.env(attrs, mode);
        Substage {
            name: EcoString::new(),
            shard: None,
            on_error: attrs.value("on_error").map(on_error).unwrap_or_default(),
            exit_codes: attrs.value("exit_codes").map(exit_codes).unwrap_or_default(),
            retry: attrs.value("retry").map(retry).unwrap_or_default(),
            timeout: attrs.value("timeout").and_then(Value::as_duration),
            needs: needs(attrs, &artifacts, &declared.settings, declared.span),
            hardware: mode.map(|mode| mode.hardware.clone()),
            image: text("image").or_else(|| mode.and_then(|mode| mode.hardware.image.clone())),
            priority: attrs.value("priority").map(priority).unwrap_or_default(),
            lock,
            dispatch,
            cache: attrs.value("cache").map(cache),
            env,
            before,
            body,
            after,
            shell: text("shell").unwrap_or_else(|| "bash".into()),
            project: text("project").unwrap_or_default(),
            test: attrs.value("test").map(test),
            artifacts,
            fingerprint: EcoString::new(),
            span: declared.span,
            origins: attrs
                .iter()
                .filter(|entry| entry.attribute.on.contains(&Kind::Substage))
                .map(|entry| (entry.attribute.name, entry.span))
                .collect(),
        }
    }

    /// Values are quoted as POSIX says: where the shell reads quotes in another way, a script may hold none.
    fn check_shell(&mut self, base: &Substage, attrs: &Attrs) -> Res<()> {
        if is_sh_like(&base.shell) {
            return self.check_before(base, attrs);
        }
        let run = match &base.body {
            Body::Run(script) if has_value(script) => Some("run"),
            Body::Run(_) | Body::Command(_) => None,
        };
        let before = base.before.iter().any(has_value).then_some("before");
        let after = base.after.iter().any(has_value).then_some("after");
        let Some(attribute) = run.or(before).or(after) else { return Ok(()) };
        let message = format!("no quoting is known for `{}`, but `{attribute}` interpolates a value", base.shell);
        let place = self.place(attrs.span(attribute).unwrap_or(base.span));
        let mut diagnostic = Diagnostic::at(Code::ForeignShell, place, message, "its values could be read as code");
        if let Some(span) = attrs.span("shell") {
            diagnostic = diagnostic.label(span, "the shell is set here");
        }
        self.eval.fail(diagnostic.help("pass the value by `env { NAME = … }`, and let the program read the variable"))
    }

    /// Each `before` is joined with what comes after it.
    fn check_before(&mut self, base: &Substage, attrs: &Attrs) -> Res<()> {
        if base.before.is_empty() || base.before == self.closed {
            return Ok(());
        }
        let in_body = matches!(&base.body, Body::Run(script) if has_value(script));
        let last = if in_body { base.before.len() } else { base.before.iter().rposition(has_value).unwrap_or(0) };
        if let Some(unclosed) = base.before[..last].iter().find_map(joined::open_end) {
            let place = self.place(attrs.span("before").unwrap_or(base.span));
            return self.eval.fail(joined::diagnostic(place, "a `before` of this substage", unclosed));
        }
        if last == base.before.len() {
            self.closed.clone_from(&base.before);
        }
        Ok(())
    }

    /// Exactly one of `run` and `command`.
    fn body(&mut self, attrs: &Attrs, name: &str, span: Span) -> Res<Body> {
        match (attrs.get("run"), attrs.get("command")) {
            (Some(run), None) => {
                let script = run.value.as_script().ok_or(Failed)?;
                if script.parts.iter().all(|part| part.as_str().trim().is_empty()) {
                    let message = format!("the `run` of `{name}` is empty");
                    let help = "write what it runs; `true` is a command that does nothing";
                    return self.eval.fail(Diagnostic::at(Code::NoBody, run.span, message, "nothing to run").help(help));
                }
                Ok(Body::Run(Script::clone(script)))
            }
            (None, Some(command)) => {
                let words = command.value.strings();
                if words.first().is_none_or(|program| program.trim().is_empty()) {
                    let message = format!("the `command` of `{name}` names no program");
                    let help = "write the program and its arguments: `command = [\"make\", \"test\"]`";
                    return self.eval.fail(Diagnostic::at(Code::NoBody, command.span, message, "nothing to run").help(help));
                }
                Ok(Body::Command(words))
            }
            (None, None) if attrs.has_failed => Err(Failed),
            (None, None) => {
                let message = format!("the substage `{name}` has nothing to run");
                let help = "write `run = \"…\"`, or `command = [\"…\"]` for a program without a shell";
                self.eval.fail(Diagnostic::at(Code::NoBody, span, message, "neither `run` nor `command`").help(help))
            }
            (Some(run), Some(command)) => {
                let message = format!("the substage `{name}` has both `run` and `command`");
                let diagnostic = Diagnostic::at(Code::NoBody, command.span, message, "one too many");
                self.eval.fail(diagnostic.label(run.span, "`run` is set here").help("remove one of them"))
            }
        }
    }

    fn mode(&mut self, attrs: &Attrs) -> Res<Option<Arc<Mode>>> {
        let Some(entry) = attrs.get("hardware") else { return Ok(None) };
        let Value::Hardware(id) = entry.value else { return Err(Failed) };
        let mode = self.eval.mode(id)?;
        self.modes.entry(id).or_insert_with(|| (mode.clone(), entry.span));
        Ok(Some(mode))
    }

    fn dispatch(&mut self, attrs: &Attrs) -> Res<Option<Dispatch>> {
        let Some(entry) = attrs.get("dispatch") else { return Ok(None) };
        let count = |name: &str| entry.value.field(name).and_then(Value::as_int).and_then(|count| u32::try_from(count).ok());
        let Some(copies) = count("copies") else {
            if attrs.has_failed {
                return Err(Failed);
            }
            let diagnostic =
                Diagnostic::at(Code::MissingAttribute, entry.span, "`dispatch` needs `copies`", "how many run at once?");
            return self.eval.fail(diagnostic.help("write `dispatch { copies = 3  need = 2 }`"));
        };
        let need = count("need").unwrap_or(1);
        if need > copies {
            let message = format!("this dispatch can never pass: {need} must pass, but only {copies} run");
            let diagnostic =
                Diagnostic::at(Code::HopelessDispatch, entry.span, message, format!("`need` is {need}, `copies` is {copies}"));
            return self.eval.fail(diagnostic.help(format!("write a `need` of at most {copies}")));
        }
        Ok(Some(Dispatch { copies, need }))
    }

    /// Into how many substages it is split.
    fn shard_count(&mut self, attrs: &Attrs, name: &str, cases: &[Case], dispatch: Option<Dispatch>) -> Res<u32> {
        let Some(entry) = attrs.get("shards") else { return Ok(1) };
        let wanted = entry.value.as_int().and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1);
        if let Some(dispatch) = attrs.get("dispatch").filter(|_| wanted > 1 && dispatch.is_some()) {
            let message = format!("the substage `{name}` has both `shards` and `dispatch`");
            return self.eval.fail(
                Diagnostic::at(Code::ShardedDispatch, entry.span, message, "splits it into parts")
                    .label(dispatch.span, "runs copies of the whole")
                    .help("remove one of them; `dispatch = null` switches an inherited one off"),
            );
        }
        let has_cases = attrs.value("test").is_some_and(|test| test.field("cases").is_some());
        let count = if has_cases { wanted.min(u32::try_from(cases.len()).unwrap_or(u32::MAX)).max(1) } else { wanted };
        if count < wanted {
            let (number, plural) = (cases.len(), if cases.len() == 1 { "" } else { "s" });
            let message = format!("`{name}` has {wanted} shards, but only {number} case{plural}");
            let label = format!("{count} would do");
            self.eval.report(Diagnostic::at(Code::IdleShards, entry.span, message, label).note("each shard gets one case"));
        }
        Ok(count)
    }

    fn cases(&mut self, attrs: &Attrs) -> Vec<Case> {
        let Some(cases) = attrs.value("test").and_then(|test| test.field("cases")) else { return Vec::new() };
        let case = |value: &Value| match value {
            Value::String(name) => Some(Case { name: name.clone(), info: IndexMap::new() }),
            Value::Map(fields) => {
                let name = fields.get("name")?.printed()?;
                let info = fields.iter().filter(|(key, value)| *key != "name" && !value.is_null());
                let info = info.map(|(key, value)| (key.clone(), value.to_json(self.eval.program, Quantities::Literals)));
                Some(Case { name, info: info.collect() })
            }
            _ => None,
        };
        let cases: Vec<Case> = cases.elements().iter().filter_map(case).collect();
        let place = attrs.span("test");
        if let (Some(bad), Some(span)) =
            (cases.iter().find(|case| case.name.is_empty() || case.name.contains(char::is_control)), place)
        {
            let message = format!("no case can be named `{}`", bad.name.escape_debug());
            let help = "a body finds its cases in a file, one a line: write names of one line";
            self.eval.report(Diagnostic::at(Code::OutOfRange, span, message, "one of its cases").help(help));
        }
        cases
    }

    /// The environment: the mode's below, the level's above.
    fn env(&mut self, attrs: &Attrs, mode: Option<&Mode>) -> Arc<IndexMap<EcoString, EnvValue>> {
        let own = attrs.value("env").and_then(Value::as_fields);
        let of_mode = mode.filter(|mode| !mode.hardware.env.is_empty());
        if let Some(last) = &self.last_env
            && same(last.own.as_ref(), own)
            && last.mode.as_ref().map(|mode| mode.id) == of_mode.map(|mode| mode.id)
        {
            return last.env.clone();
        }
        let mut env = of_mode.map(|mode| mode.hardware.env.clone()).unwrap_or_default();
        if let Some(own) = attrs.value("env") {
            env.extend(env_values(own));
        }
        let bytes = env.iter().map(|(name, value)| name.len() + variable_bytes(value)).sum();
        let env = Arc::new(env);
        let mode = of_mode.and_then(|mode| self.modes.get(&mode.id)).map(|(mode, _)| mode.clone());
        self.last_env = Some(LastEnv { own: own.cloned(), mode, env: env.clone(), bytes });
        env
    }

    /// Charges what a substage copies out of its values, so that a long list in a long loop meets the limit.
    fn charge(&mut self, attrs: &Attrs, span: Span) -> Res<()> {
        let own = attrs.iter().filter(|entry| !entry.attribute.inherited);
        let elements: usize = own.map(|entry| elements(&entry.value)).sum();
        // An element of the plan is larger than a value: a case has fields of its own.
        self.eval.spend_bytes(elements * 3 * VALUE_BYTES, span)
    }

    fn count_text(&mut self, base: &Substage, count: u32, span: Span) -> Res<()> {
        let length = |script: &Script| script.parts.iter().map(|part| part.as_str().len()).sum::<usize>();
        let body = match &base.body {
            Body::Run(script) => length(script),
            Body::Command(words) => words.iter().map(|word| word.len()).sum(),
        };
        let around: usize = base.before.iter().chain(&base.after).map(length).sum();
        let env = self.last_env.as_ref().map_or(0, |last| last.bytes);
        self.text = self.text.saturating_add((body + around + env).saturating_mul(count as usize));
        if self.text > MAX_TEXT {
            let message = format!("the scripts of all substages together are larger than {} GiB", MAX_TEXT >> 30);
            return self.eval.fail(Diagnostic::at(Code::EvaluationLimit, span, message, "the limit is reached here"));
        }
        Ok(())
    }

    /// A digest over the names and contents of the files that the cache depends on.
    fn inputs_digest(&mut self, attrs: &Attrs) -> Res<Option<[u8; 32]>> {
        let Some(entry) = attrs.get("cache") else { return Ok(None) };
        let patterns = entry.value.field("inputs").map(Value::strings).unwrap_or_default();
        if let Some(digest) = self.inputs.get(&patterns) {
            return Ok(Some(*digest));
        }
        let mut paths = Vec::new();
        for pattern in &patterns {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            paths.extend(self.eval.matching(pattern, entry.span)?);
        }
        paths.sort();
        paths.dedup();
        let mut hash = Sha256::new();
        for path in &paths {
            // One that has gone since is as good as one that was never there.
            if let Some(digest) = self.eval.digest(path, entry.span)? {
                hash.update((path.as_str().len() as u64).to_le_bytes());
                hash.update(path.as_str().as_bytes());
                hash.update(digest);
            }
        }
        let digest: [u8; 32] = hash.finalize().into();
        self.inputs.insert(patterns, digest);
        Ok(Some(digest))
    }
}

fn same(a: Option<&Arc<Fields>>, b: Option<&Arc<Fields>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

fn variable_bytes(value: &EnvValue) -> usize {
    match value {
        EnvValue::Text(text) | EnvValue::Secret(text) => text.len(),
    }
}

/// Elements of a list, and of the lists of a block.
fn elements(value: &Value) -> usize {
    match value {
        Value::List(list) => list.len(),
        Value::Map(fields) => fields.values().map(|value| value.elements().len()).sum(),
        _ => 0,
    }
}

fn on_error(value: &Value) -> OnError {
    match value.as_string().map(EcoString::as_str) {
        Some("abort") => OnError::Abort,
        Some("continue") => OnError::Continue,
        Some("ignore") => OnError::Ignore,
        _ => OnError::Finish,
    }
}

fn priority(value: &Value) -> Priority {
    match value.as_string().map(EcoString::as_str) {
        Some("low") => Priority::Low,
        Some("high") => Priority::High,
        Some("urgent") => Priority::Urgent,
        _ => Priority::Normal,
    }
}

fn exit_codes(value: &Value) -> Vec<(u8, ExitClass)> {
    let class = |value: &Value| match value.as_string()?.as_str() {
        "unstable" => Some(ExitClass::Unstable),
        "failed" => Some(ExitClass::Failed),
        "lost" => Some(ExitClass::Lost),
        _ => None,
    };
    let fields = value.as_fields().into_iter().flat_map(|fields| fields.iter());
    let mut codes: Vec<_> = fields.filter_map(|(code, value)| Some((code.parse().ok()?, class(value)?))).collect();
    codes.sort_unstable_by_key(|(code, _)| *code);
    codes
}

fn retry(value: &Value) -> Retry {
    let default = Retry::default();
    let on = value.field("on").map(|on| {
        let outcome = |value: &Value| if let Value::RetryOn(on) = value { Some(*on) } else { None };
        on.elements().iter().filter_map(outcome).collect::<Vec<RetryOn>>()
    });
    let duration = |name: &str| value.field(name).and_then(Value::as_duration);
    Retry {
        limit: value.field("limit").and_then(Value::as_int).and_then(|limit| limit.try_into().ok()).unwrap_or(default.limit),
        on: on.unwrap_or(default.on),
        delay: duration("delay").unwrap_or(Duration(0)),
        factor: value.field("factor").and_then(Value::as_float).unwrap_or(default.factor),
        max_delay: duration("max_delay"),
    }
}

fn cache(value: &Value) -> Cache {
    Cache {
        inputs: value.field("inputs").map(Value::strings).unwrap_or_default(),
        ttl: value.field("ttl").and_then(Value::as_duration),
    }
}

fn test(value: &Value) -> Test {
    let text = |name: &str| value.field(name).and_then(Value::printed);
    Test { level: text("level"), kind: text("type"), method: text("method"), encrypt: text("encrypt"), cases: Vec::new() }
}

fn artifacts(value: &Value) -> Artifacts {
    let list = |name: &str| value.field(name).map(Value::strings).unwrap_or_default();
    Artifacts { save: list("save"), keep: list("keep"), junit: list("junit"), load: list("load") }
}

/// The gates as written; what they mean is found when all stages are known. Those of `artifacts.load` come last.
fn needs(attrs: &Attrs, artifacts: &Artifacts, settings: &[Setting], span: Span) -> Vec<Need> {
    let mut needs: IndexMap<EcoString, Need> = IndexMap::new();
    let written = |name: &str| settings.iter().find(|setting| setting.attribute.name == name);
    if let Some(paths) = attrs.value("needs") {
        let places = Places::of(written("needs").map(|setting| &setting.value), span);
        for (index, path) in paths.strings().into_iter().enumerate() {
            let need = |path: EcoString| Need { path, members: Arc::default(), loads: false, span: places.at(index) };
            needs.entry(path.clone()).or_insert_with(|| need(path));
        }
    }
    if !artifacts.load.is_empty() {
        let block = written("artifacts").map(|setting| &setting.value);
        let list = match block.map(|block| &block.kind) {
            Some(ExprKind::Record(entries)) => entries.iter().find(|(name, _)| name == "load").map(|(_, value)| value),
            _ => block,
        };
        let places = Places::of(list, span);
        for (index, path) in artifacts.load.iter().enumerate() {
            let need = || Need { path: path.clone(), members: Arc::default(), loads: true, span: places.at(index) };
            needs.entry(path.clone()).or_insert_with(need).loads = true;
        }
    }
    needs.into_values().collect()
}

/// The places of the elements of a list, as far as the source spells them out.
struct Places<'e> {
    elements: &'e [Expr],
    whole: Span,
}

impl<'e> Places<'e> {
    fn of(list: Option<&'e Expr>, otherwise: Span) -> Self {
        let elements = match list.map(|list| &list.kind) {
            Some(ExprKind::List(elements)) => elements.as_slice(),
            _ => &[],
        };
        Self { elements, whole: list.map_or(otherwise, |list| list.span) }
    }

    fn at(&self, index: usize) -> Span {
        self.elements.get(index).map_or(self.whole, |element| element.span)
    }
}
