//! Hardware modes: what one says itself and what it extends, evaluated once.

use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use super::attrs::Attrs;
use super::eval::{Eval, Failed, Frame, Res};
use super::fingerprint;
use super::model::{EnvValue, Hardware, K8s};
use super::value::{Quantities, Value};
use crate::base::Span;
use crate::diag::{Code, Diagnostic};
use crate::sema::hir::{Expr, HardwareId};

/// A hardware mode with all its values.
#[derive(Debug)]
pub(super) struct Mode {
    pub(super) id: HardwareId,
    /// What it and what it extends set.
    pub(super) attrs: Attrs,
    pub(super) hardware: Arc<Hardware>,
    /// Of all but its name.
    pub(super) digest: [u8; 32],
}

impl<'a> Eval<'a> {
    pub(super) fn mode(&mut self, id: HardwareId) -> Res<Arc<Mode>> {
        // A chain may be long, so it is walked, not recursed into. One that extends itself is refused by analysis.
        let mut chain = vec![id];
        let mut attrs = Attrs::default();
        while let Some(last) = chain.last().copied() {
            if let Some(known) = self.modes.get(&last) {
                let known = known.clone()?;
                chain.pop();
                if chain.is_empty() {
                    return Ok(known);
                }
                attrs = known.attrs.clone();
                break;
            }
            match self.program.hardware[last.0 as usize].extends {
                Some(base) if !chain.contains(&base) => chain.push(base),
                _ => break,
            }
        }
        while let Some(next) = chain.pop() {
            // Its own fields may be read by what it is made of; that ends in an error, not in a loop.
            self.modes.insert(next, Err(Failed));
            let declared = &self.program.hardware[next.0 as usize];
            attrs = self.layer(attrs, &declared.settings, &mut vec![Value::Null; declared.frame as usize]);
            let hardware = Arc::new(self.hardware(declared.name.clone(), declared.span, &attrs));
            let digest = fingerprint::hardware(&hardware);
            self.modes.insert(next, Ok(Arc::new(Mode { id: next, attrs: attrs.clone(), hardware, digest })));
        }
        self.modes.get(&id).cloned().unwrap_or(Err(Failed))
    }

    fn hardware(&mut self, name: EcoString, span: Span, attrs: &Attrs) -> Hardware {
        let text = |name: &str| attrs.value(name).and_then(Value::as_string).cloned();
        Hardware {
            name,
            label: text("label").unwrap_or_default(),
            cpu: attrs.value("cpu").and_then(Value::as_float),
            memory: attrs.value("memory").and_then(Value::as_size),
            gpu: attrs.value("gpu").and_then(Value::as_int).and_then(|gpu| gpu.try_into().ok()),
            gpu_type: text("gpu_type"),
            disk: attrs.value("disk").and_then(Value::as_size),
            os: text("os").unwrap_or_else(|| "linux".into()),
            arch: text("arch"),
            image: text("image"),
            env: attrs.value("env").map(env_values).unwrap_or_default(),
            lock: attrs.value("lock").map(Value::strings).unwrap_or_default(),
            k8s: attrs.value("k8s").map(|k8s| self.k8s(k8s)),
            span,
            origins: attrs.origins(),
        }
    }

    fn k8s(&mut self, block: &Value) -> K8s {
        let text = |name: &str| block.field(name).and_then(Value::as_string).cloned().unwrap_or_default();
        let texts = |name: &str| -> IndexMap<EcoString, EcoString> {
            let fields = block.field(name).and_then(Value::as_fields);
            fields
                .into_iter()
                .flat_map(|fields| fields.iter())
                .filter_map(|(key, value)| Some((key.clone(), value.as_string()?.clone())))
                .collect()
        };
        let container = text("container");
        let template = block.field("resource_template").and_then(Value::as_fields);
        K8s {
            cloud: text("cloud"),
            container: if container.is_empty() { "main".into() } else { container },
            node_selector: texts("node_selector"),
            tolerations: block.field("tolerations").map(Value::strings).unwrap_or_default(),
            volumes: texts("volumes"),
            resource_template_name: text("resource_template_name"),
            resource_template: template
                .into_iter()
                .flat_map(|fields| fields.iter())
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), value.to_json(self.program, Quantities::Literals)))
                .collect(),
            yaml: text("yaml"),
        }
    }

    /// A field of a hardware mode; reading one that is not set is an error.
    pub(super) fn hardware_field(&mut self, base: &'a Expr, name: &str, span: Span, frame: &mut Frame) -> Res<Value> {
        let Value::Hardware(id) = self.eval(base, frame)? else { return Ok(Value::Null) };
        let mode = self.mode(id)?;
        if let Some(value) = mode.attrs.value(name) {
            return Ok(value.clone());
        }
        let declared = &self.program.hardware[id.0 as usize];
        let (message, place) = (format!("`{}` does not set `{name}`", declared.name), declared.span);
        let extends = if declared.extends.is_some() { ", nor does what it extends" } else { "" };
        self.fail(
            Diagnostic::at(Code::UnsetField, span, message, format!("`{name}` is read here"))
                .label(place, format!("declared here without `{name}`{extends}"))
                .help(format!("set `{name}` in the hardware mode `{}`", declared.name)),
        )
    }
}

/// The variables of an `env`, printed; secrets by name.
pub(super) fn env_values(block: &Value) -> IndexMap<EcoString, EnvValue> {
    let Some(fields) = block.as_fields() else { return IndexMap::new() };
    fields.iter().filter_map(|(name, value)| Some((name.clone(), env_value(value)?))).collect()
}

fn env_value(value: &Value) -> Option<EnvValue> {
    match value {
        Value::Secret(name) => Some(EnvValue::Secret(name.clone())),
        value => value.printed().map(EnvValue::Text),
    }
}
