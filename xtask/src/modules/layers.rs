//! Which parts of a crate may use which.

use super::Graph;

/// Rows from the top to the bottom: a part uses those of lower rows, and no other one. A part is a
/// module with all that is below it, unless that has a place of its own; `crate` is the root file.
pub struct Layers<'a>(pub &'a [&'a [&'a str]]);

impl Layers<'_> {
    /// What breaks the order, one message each.
    #[must_use]
    pub fn broken_by(&self, graph: &Graph) -> Vec<String> {
        let mut broken: Vec<String> = graph
            .modules
            .iter()
            .filter(|it| self.place(it).is_none())
            .map(|it| format!("{it} has no place in the table of layers"))
            .collect();
        for edge in &graph.edges {
            let Some((from_row, from)) = self.place(&edge.from) else { continue };
            let Some((to_row, to)) = self.place(&edge.to) else {
                broken.push(format!("{edge}, which has no place in the table of layers"));
                continue;
            };
            if from != to && from_row >= to_row {
                broken.push(format!("{edge}; {from} may not use {to}"));
            }
        }
        broken
    }

    /// The row and the part that a module belongs to.
    fn place(&self, module: &str) -> Option<(usize, &str)> {
        let belongs = |part: &str| {
            module.strip_prefix(part).is_some_and(|it| it.is_empty() || it.starts_with("::"))
        };
        self.0
            .iter()
            .enumerate()
            .flat_map(|(row, parts)| parts.iter().map(move |part| (row, *part)))
            .filter(|(_, part)| belongs(part))
            .max_by_key(|(_, part)| part.len())
    }
}
