//! Cases for proptest.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::features::Features;
use crate::{Case, case};

/// Any case of these features; a failing one shrinks.
pub fn any_case(features: Features) -> AnyCase {
    AnyCase { features }
}

#[derive(Clone, Debug)]
pub struct AnyCase {
    features: Features,
}

impl Strategy for AnyCase {
    type Tree = CaseTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = proptest::num::u64::ANY.new_tree(runner)?.current();
        let failing = case(seed, 0, &self.features);
        Ok(CaseTree { current: failing.clone(), failing, untried: Vec::new().into_iter() })
    }
}

/// The simplest case that is known to fail, and what may be simpler still.
#[derive(Debug)]
pub struct CaseTree {
    current: Case,
    failing: Case,
    untried: std::vec::IntoIter<Case>,
}

impl ValueTree for CaseTree {
    type Value = Case;

    fn current(&self) -> Case {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.failing = self.current.clone();
        self.untried = self.failing.simpler().into_iter();
        self.complicate()
    }

    fn complicate(&mut self) -> bool {
        let next = self.untried.next();
        let is_left = next.is_some();
        self.current = next.unwrap_or_else(|| self.failing.clone());
        is_left
    }
}
