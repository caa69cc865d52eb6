//! Files that reach pods byte by byte: ConfigMaps, as few as hold them.

use std::collections::HashMap;

use ecow::EcoString;
use serde_json::{Map, Value, json};

use crate::target::names::hex_digest;

/// Bytes that a ConfigMap may hold; Kubernetes takes 1 MiB, names included.
const LIMIT: usize = 900 << 10;

/// Files, each in one of some ConfigMaps whose names follow from what they hold. So a run changes none that another uses.
#[derive(Debug)]
pub(super) struct Store {
    prefix: String,
    maps: Vec<Map<String, Value>>,
    /// Bytes in the last one.
    size: usize,
    /// By content.
    known: HashMap<EcoString, Place>,
}

/// Where a file is: the number of its ConfigMap, and its key there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    map: usize,
    key: String,
}

impl Store {
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix, maps: Vec::new(), size: 0, known: HashMap::new() }
    }

    /// Keeps a file under a key that no other has; a text that is there already keeps its place. `None` if it is too large.
    pub(super) fn keep(&mut self, key: String, text: EcoString) -> Option<Place> {
        if let Some(place) = self.known.get(&text) {
            return Some(place.clone());
        }
        let place = self.add(key, text.clone())?;
        self.known.insert(text, place.clone());
        Some(place)
    }

    /// The same, also where the text is there already under another key.
    pub(super) fn add(&mut self, key: String, text: EcoString) -> Option<Place> {
        let size = key.len() + text.len();
        if size > LIMIT {
            return None;
        }
        if self.maps.is_empty() || self.size + size > LIMIT {
            self.maps.push(Map::new());
            self.size = 0;
        }
        self.size += size;
        let map = self.maps.len() - 1;
        self.maps[map].insert(key.clone(), text.as_str().into());
        Some(Place { map, key })
    }

    /// The names of the ConfigMaps.
    pub(super) fn names(&self) -> Vec<String> {
        let all = serde_json::to_vec(&self.maps).expect("texts always have a JSON form");
        let digest = &hex_digest(&all)[..8];
        (1..=self.maps.len()).map(|number| format!("{}-{digest}-{number}", self.prefix)).collect()
    }

    /// The ConfigMaps, with these labels.
    pub(super) fn objects(self, namespace: Option<&str>, labels: &Value) -> Vec<Value> {
        let names = self.names();
        let object = |(name, data): (String, Map<String, Value>)| {
            let mut metadata = json!({ "name": name });
            if let Some(namespace) = namespace {
                metadata["namespace"] = namespace.into();
            }
            metadata["labels"] = labels.clone();
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "immutable": true, "data": data })
        };
        names.into_iter().zip(self.maps).map(object).collect()
    }
}

/// The sources of a projected volume that has these files under these names.
pub(super) fn sources(files: &[(String, Place)], names: &[String]) -> Value {
    let mut sources: Vec<(usize, Vec<Value>)> = Vec::new();
    for (path, place) in files {
        let item = json!({ "key": place.key, "path": path });
        match sources.iter_mut().find(|(map, _)| *map == place.map) {
            Some((_, items)) => items.push(item),
            None => sources.push((place.map, vec![item])),
        }
    }
    let source = |(map, items): &(usize, Vec<Value>)| json!({ "configMap": { "name": names[*map], "items": items } });
    sources.iter().map(source).collect()
}
