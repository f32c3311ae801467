//! Which parts of a crate may use which.

use super::graph::Graph;

/// The parts of a crate from the top to the bottom, each with those that it may use. A part is a
/// module with all that is below it, unless that is a part of its own; `crate` is the root file.
pub struct Layers<'a>(pub &'a [(&'a str, &'a [&'a str])]);

impl Layers<'_> {
    /// What in `graph` breaks the order, one message each.
    #[must_use]
    pub fn violations(&self, graph: &Graph) -> Vec<String> {
        let mut broken = self.upward();
        for module in &graph.modules {
            if self.part(module).is_none() {
                broken.push(format!("{module} is in no part of the table of layers"));
            }
        }
        for edge in &graph.edges {
            let Some(from) = self.part(&edge.from) else { continue };
            let Some(to) = self.part(&edge.to) else {
                broken.push(format!("{edge}, which is in no part of the table of layers"));
                continue;
            };
            if from != to && !self.0[from].1.contains(&self.0[to].0) {
                broken.push(format!("{edge}; {} may not use {}", self.0[from].0, self.0[to].0));
            }
        }
        broken
    }

    /// The rows of the table that use a part above them.
    fn upward(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (row, (part, uses)) in self.0.iter().enumerate() {
            for used in *uses {
                if !self.0[row + 1..].iter().any(|(below, _)| below == used) {
                    broken.push(format!("{used} does not stand below {part} in the table"));
                }
            }
        }
        broken
    }

    /// The row of the part that a module contains to.
    fn part(&self, module: &str) -> Option<usize> {
        let contains = |part: &str| {
            module.strip_prefix(part).is_some_and(|it| it.is_empty() || it.starts_with("::"))
        };
        let rows = self.0.iter().enumerate().filter(|(_, (part, _))| contains(part));
        rows.max_by_key(|(_, (part, _))| part.len()).map(|(row, _)| row)
    }
}
