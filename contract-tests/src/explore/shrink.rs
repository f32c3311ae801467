//! Shrinks a failing sequence, with the protocol by which proptest shrinks values.

use proptest::strategy::ValueTree;

use super::step::Step;

/// The search for a shorter sequence that still fails: parts are left out, the largest first, then
/// the remaining steps are made simpler.
pub struct SequenceTree {
    steps: Vec<Step>,
    /// The sequence before the last try, to go back to.
    before: Vec<Step>,
    /// How many steps are left out at once; 0 once all sizes were tried.
    size: usize,
    /// Where the next part begins, and in the end which step is made simpler.
    at: usize,
}

impl SequenceTree {
    /// Starts from a sequence that fails with its last step.
    pub fn new(steps: Vec<Step>) -> SequenceTree {
        let size = steps.len().saturating_sub(1);
        SequenceTree { before: steps.clone(), steps, size, at: 0 }
    }

    /// Leaves out the next part; the last step shows the failure and stays.
    fn leave_out(&mut self) -> bool {
        while self.size > 0 {
            let end = self.steps.len().saturating_sub(1).min(self.at + self.size);
            if self.at < end {
                self.steps.drain(self.at..end);
                return true;
            }
            (self.at, self.size) = (0, self.size / 2);
        }
        false
    }

    /// Makes the next step that is not the simplest yet the simplest.
    fn make_simple(&mut self) -> bool {
        while self.at < self.steps.len() {
            let step = &mut self.steps[self.at];
            let simple = step.simplest();
            if *step != simple {
                *step = simple;
                return true;
            }
            self.at += 1;
        }
        false
    }
}

impl ValueTree for SequenceTree {
    type Value = Vec<Step>;

    fn current(&self) -> Vec<Step> {
        self.steps.clone()
    }

    fn simplify(&mut self) -> bool {
        self.before.clone_from(&self.steps);
        self.leave_out() || self.make_simple()
    }

    /// The last try does not fail: undoes it and moves on to the next.
    fn complicate(&mut self) -> bool {
        self.steps.clone_from(&self.before);
        self.at += self.size.max(1);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::step::{BodyChoice, CaseKind};

    #[test]
    fn only_the_steps_that_matter_remain() {
        let contract = openapi::i3d_v3();
        let step = |id, number| {
            let kind = CaseKind::Valid(BodyChoice::of(number));
            Step::new(kind, contract.route(id).unwrap(), 0)
        };
        let mut steps: Vec<Step> = (0..20).map(|number| step("getSshKeys", number)).collect();
        steps.insert(7, step("createSshKey", 9));
        steps.push(step("deleteSshKey", 3));
        let fails = |steps: &[Step]| {
            steps.iter().any(|it| it.route.id == "createSshKey")
                && steps.last().is_some_and(|it| it.route.id == "deleteSshKey")
        };
        let mut tree = SequenceTree::new(steps);
        while tree.simplify() {
            if !fails(&tree.current()) {
                tree.complicate();
            }
        }
        assert_eq!(tree.current(), [step("createSshKey", 0), step("deleteSshKey", 0)]);
    }
}
