//! Which features a plan uses, and where: by the attributes that were written and count, by the rules that they call for.

use std::collections::{HashMap, HashSet};

use super::capability::{Feature, origin};
use crate::base::Span;
use crate::plan::{Hardware, K8s, Origins, Plan, Stage, Substage};
use crate::schema::{self, Kind};

/// The places of all features of a plan.
#[derive(Debug, Default)]
pub(super) struct Uses {
    places: HashMap<Feature, Vec<Span>>,
    seen: HashSet<(Feature, Span)>,
}

impl Uses {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut uses = Self::default();
        let rows: HashMap<&str, Kind> = schema::ATTRIBUTES.iter().filter_map(|row| Some((row.name, counts_on(row)?))).collect();
        uses.written(&plan.origins, Kind::Pipeline, &rows);
        uses.add(Feature::Rule(10), plan.span);
        uses.all(Feature::Rule(8), plan.deadline.map(|_| origin(&plan.origins, "deadline", plan.span)));
        uses.all(Feature::Trigger, plan.triggers.iter().map(|trigger| trigger.span));
        for (at, stage) in plan.stages.iter().enumerate() {
            uses.written(&stage.origins, Kind::Stage, &rows);
            uses.stage(at, stage);
            for substage in &stage.substages {
                uses.written(&substage.origins, Kind::Substage, &rows);
                uses.substage(substage);
            }
        }
        let mut known: HashSet<*const Hardware> = HashSet::new();
        for mode in plan.substages().filter_map(|(_, substage)| substage.hardware.as_deref()) {
            if known.insert(std::ptr::from_ref(mode)) {
                uses.mode(mode);
            }
        }
        uses
    }

    /// Where the plan uses a feature, each place once, in the plan's order.
    pub(super) fn places(&self, feature: Feature) -> &[Span] {
        self.places.get(&feature).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, feature: Feature, at: Span) {
        if self.seen.insert((feature, at)) {
            self.places.entry(feature).or_default().push(at);
        }
    }

    fn all(&mut self, feature: Feature, places: impl IntoIterator<Item = Span>) {
        places.into_iter().for_each(|at| self.add(feature, at));
    }

    /// The attributes of a level; of one that is inherited only those that reached where it counts.
    fn written(&mut self, origins: &Origins, level: Kind, rows: &HashMap<&str, Kind>) {
        for (name, span) in origins {
            if rows.get(name).is_none_or(|counts| *counts == level) {
                self.add(Feature::Attribute(name), *span);
            }
        }
    }

    fn stage(&mut self, at: usize, stage: &Stage) {
        if at > 0 {
            self.add(Feature::Rule(1), stage.span);
        }
        if stage.when.is_some() {
            self.add(Feature::Rule(2), origin(&stage.origins, "when", stage.span));
        }
        if stage.substages.len() > 1 {
            self.add(Feature::Rule(3), stage.span);
        }
        self.all(Feature::Rule(8), stage.deadline.map(|_| origin(&stage.origins, "deadline", stage.span)));
    }

    fn substage(&mut self, substage: &Substage) {
        let at = |name| origin(&substage.origins, name, substage.span);
        self.add(Feature::Rule(4), substage.span);
        self.add(Feature::Rule(7), at("on_error"));
        self.all(Feature::Rule(3), substage.needs.iter().map(|need| need.span));
        self.all(Feature::Rule(5), (substage.retry.limit > 0).then(|| at("retry")));
        self.all(Feature::Rule(6), substage.dispatch.map(|_| at("dispatch")));
        // It may come from the substage's mode.
        self.all(Feature::Attribute("lock"), (!substage.lock.is_empty()).then(|| at("lock")));
        self.all(Feature::Rule(9), substage.cache.as_ref().map(|_| at("cache")));
    }

    fn mode(&mut self, mode: &Hardware) {
        for (name, span) in &mode.origins {
            self.add(Feature::Hardware(name), *span);
        }
        let Some(k8s) = &mode.k8s else { return };
        let at = origin(&mode.origins, "k8s", mode.span);
        self.all(Feature::Hardware("k8s"), [at]);
        for name in set_fields(k8s) {
            self.add(Feature::Hardware(name), at);
        }
    }
}

/// The kind of block that an inherited attribute ends up at; none for one that counts where it is written.
fn counts_on(row: &schema::Attribute) -> Option<Kind> {
    let levels = [Kind::Substage, Kind::Stage, Kind::Pipeline];
    levels.into_iter().find(|kind| row.inherited && row.on.contains(kind))
}

/// The fields that say something else than their defaults.
fn set_fields(k8s: &K8s) -> impl Iterator<Item = &'static str> {
    let K8s { cloud, container, node_selector, tolerations, volumes, resource_template_name, resource_template, yaml } = k8s;
    let fields = [
        ("cloud", !cloud.is_empty()),
        ("container", container != "main"),
        ("node_selector", !node_selector.is_empty()),
        ("tolerations", !tolerations.is_empty()),
        ("volumes", !volumes.is_empty()),
        ("resource_template_name", !resource_template_name.is_empty()),
        ("resource_template", !resource_template.is_empty()),
        ("yaml", !yaml.is_empty()),
    ];
    fields.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name)
}
