//! Needs: who waits for whose outcome.

use std::collections::HashMap;

use crate::plan::{Plan, SubstageRef};

/// The gates of a plan. Needs that are the same list of substages are one gate, however many need it.
#[derive(Debug)]
pub(super) struct Gates<'p> {
    gates: Vec<Gate<'p>>,
    /// By substage: the gates that it waits for, in the order of its needs.
    needed: Vec<Vec<u32>>,
    /// By substage: the gates that wait for it.
    awaiting: Vec<Vec<u32>>,
    /// By gate: members without an outcome.
    members_left: Vec<u32>,
    /// By gate: the first member that did not pass, once all have an outcome.
    blocked: Vec<Option<SubstageRef>>,
    /// By substage: gates with such members.
    gates_left: Vec<u32>,
}

#[derive(Debug)]
struct Gate<'p> {
    members: &'p [SubstageRef],
    /// An ignored failure does not pass.
    loads: bool,
    /// Substages.
    waiting: Vec<u32>,
}

impl<'p> Gates<'p> {
    /// `first`: the number of each stage's first substage.
    pub(super) fn new(plan: &'p Plan, first: &[u32]) -> Self {
        let count = plan.substages().count();
        let mut this = Self {
            gates: Vec::new(),
            needed: vec![Vec::new(); count],
            awaiting: vec![Vec::new(); count],
            members_left: Vec::new(),
            blocked: Vec::new(),
            gates_left: Vec::new(),
        };
        let mut numbers = HashMap::new();
        for (at, (_, substage)) in plan.substages().enumerate() {
            for need in substage.needs.iter().filter(|need| !need.members.is_empty()) {
                let gate = *numbers.entry((need.members.as_ptr(), need.members.len(), need.loads)).or_insert_with(|| {
                    let gate = this.gates.len() as u32;
                    this.gates.push(Gate { members: &need.members, loads: need.loads, waiting: Vec::new() });
                    for member in need.members.iter() {
                        this.awaiting[(first[member.stage as usize] + member.substage) as usize].push(gate);
                    }
                    gate
                });
                this.gates[gate as usize].waiting.push(at as u32);
                this.needed[at].push(gate);
            }
        }
        this
    }

    /// Before a run: nothing has an outcome.
    pub(super) fn reset(&mut self) {
        self.members_left.clear();
        self.members_left.extend(self.gates.iter().map(|gate| gate.members.len() as u32));
        self.blocked.clear();
        self.blocked.resize(self.gates.len(), None);
        self.gates_left.clear();
        self.gates_left.extend(self.needed.iter().map(|gates| gates.len() as u32));
    }

    /// A substage is in an outcome. `passes` is asked of members that are too, and whether ignored failures are none; all those
    /// that now wait for nothing more are added to `considered`.
    pub(super) fn settle(&mut self, substage: u32, passes: impl Fn(SubstageRef, bool) -> bool, considered: &mut Vec<u32>) {
        for gate in &self.awaiting[substage as usize] {
            let gate = *gate as usize;
            self.members_left[gate] -= 1;
            if self.members_left[gate] > 0 {
                continue;
            }
            let Gate { members, loads, waiting } = &self.gates[gate];
            self.blocked[gate] = members.iter().copied().find(|member| !passes(*member, *loads));
            for substage in waiting {
                self.gates_left[*substage as usize] -= 1;
                if self.gates_left[*substage as usize] == 0 {
                    considered.push(*substage);
                }
            }
        }
    }

    /// Whether all that it needs is in an outcome.
    pub(super) fn is_settled(&self, substage: u32) -> bool {
        self.gates_left[substage as usize] == 0
    }

    /// What did not pass of that which a settled substage needs: the first.
    pub(super) fn blocking(&self, substage: u32) -> Option<SubstageRef> {
        self.needed[substage as usize].iter().find_map(|gate| self.blocked[*gate as usize])
    }
}
