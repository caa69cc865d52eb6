//! Fingerprints: SHA-256 over everything that can change what runs. Names take no part; secrets count by their names.

use sha2::{Digest, Sha256};

use super::model::{Body, EnvValue, Hardware, Script, Substage};

/// Begins every hash; a change of what is hashed, or how, changes it.
const VERSION: &str = "o11n fingerprint 1";

/// A hash of parts that cannot run into each other: each has its tag and its length.
struct Parts(Sha256);

impl Parts {
    fn new(what: &str) -> Self {
        let mut parts = Self(Sha256::new());
        parts.add(VERSION, what.as_bytes());
        parts
    }

    fn add(&mut self, tag: &str, bytes: &[u8]) {
        self.0.update(tag.as_bytes());
        self.0.update([0]);
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn script(&mut self, tag: &str, script: &Script) {
        self.0.update(tag.as_bytes());
        self.0.update([0]);
        let length: usize = script.parts.iter().map(|part| part.as_str().len()).sum();
        self.0.update((length as u64).to_le_bytes());
        for part in &script.parts {
            self.0.update(part.as_str().as_bytes());
        }
    }

    fn number(&mut self, tag: &str, number: u64) {
        self.add(tag, &number.to_le_bytes());
    }

    fn optional(&mut self, tag: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.add(tag, text.as_bytes());
        }
    }

    fn variable(&mut self, name: &str, value: &EnvValue) {
        self.add("variable", name.as_bytes());
        match value {
            EnvValue::Text(text) => self.add("text", text.as_bytes()),
            EnvValue::Secret(secret) => self.add("secret", secret.as_bytes()),
        }
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Of a hardware mode, without its name. Its environment and image count where they reach the substage.
pub(super) fn hardware(hardware: &Hardware) -> [u8; 32] {
    let mut parts = Parts::new("hardware");
    // Every field is named, so that a new one is not forgotten here.
    let Hardware {
        name: _,
        label,
        cpu,
        memory,
        gpu,
        gpu_type,
        disk,
        os,
        arch,
        image: _,
        env: _,
        lock: _,
        k8s,
        span: _,
        origins: _,
    } = hardware;
    parts.add("label", label.as_bytes());
    if let Some(cpu) = cpu {
        parts.number("cpu", cpu.to_bits());
    }
    for (tag, size) in [("memory", memory), ("disk", disk)] {
        if let Some(size) = size {
            parts.number(tag, size.0);
        }
    }
    if let Some(gpu) = gpu {
        parts.number("gpu", u64::from(*gpu));
    }
    parts.optional("gpu_type", gpu_type.as_deref());
    parts.add("os", os.as_bytes());
    parts.optional("arch", arch.as_deref());
    if let Some(k8s) = k8s {
        // Serialising plain data into memory does not fail.
        parts.add("k8s", &serde_json::to_vec(k8s).unwrap_or_default());
    }
    parts.finish()
}

/// Of a substage, in hex. `hardware` is the digest of its mode, `inputs` that of the files that its cache depends on.
pub(super) fn substage(substage: &Substage, hardware: Option<&[u8; 32]>, inputs: Option<&[u8; 32]>) -> ecow::EcoString {
    let mut parts = Parts::new("substage");
    for (tag, scripts) in [("before", &substage.before), ("after", &substage.after)] {
        for script in scripts {
            parts.script(tag, script);
        }
    }
    match &substage.body {
        Body::Run(script) => parts.script("run", script),
        Body::Command(words) => words.iter().for_each(|word| parts.add("word", word.as_bytes())),
    }
    parts.add("shell", substage.shell.as_bytes());
    parts.optional("image", substage.image.as_deref());
    if let Some(digest) = hardware {
        parts.add("hardware", digest);
    }
    // The order of declaration does not change what a process sees.
    let mut variables: Vec<_> = substage.env.iter().collect();
    variables.sort_unstable_by_key(|(name, _)| name.as_str());
    for (name, value) in variables {
        parts.variable(name, value);
    }
    if let Some(test) = &substage.test {
        let fields = [("level", &test.level), ("type", &test.kind), ("method", &test.method), ("encrypt", &test.encrypt)];
        for (tag, field) in fields {
            parts.optional(tag, field.as_deref());
        }
        for case in &test.cases {
            parts.add("case", case.name.as_bytes());
            if !case.info.is_empty() {
                parts.add("info", &serde_json::to_vec(&case.info).unwrap_or_default());
            }
        }
    }
    if let Some(shard) = &substage.shard {
        parts.number("shard", u64::from(shard.index));
        parts.number("shards", u64::from(shard.count));
    }
    if let Some(digest) = inputs {
        parts.add("inputs", digest);
    }
    hex(&parts.finish())
}

/// Of what stands in for a substage with this fingerprint.
pub(super) fn stub(of: &str) -> ecow::EcoString {
    let mut parts = Parts::new("stub");
    parts.add("of", of.as_bytes());
    hex(&parts.finish())
}

fn hex(bytes: &[u8; 32]) -> ecow::EcoString {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)]));
    digits.collect::<String>().into()
}
