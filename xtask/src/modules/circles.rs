//! Circles in a graph of modules.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::graph::{Edge, Graph};

type Uses<'a> = BTreeMap<&'a str, Vec<&'a Edge>>;

impl Graph {
    /// Each set of modules that use each other in a circle, as a message with the lines that make
    /// its shortest one.
    #[must_use]
    pub fn circles(&self) -> Vec<String> {
        let mut uses: Uses<'_> = BTreeMap::new();
        for edge in &self.edges {
            uses.entry(&edge.from).or_default().push(edge);
        }
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.modules.iter().map(|it| (it.as_str(), reached(&uses, it))).collect();
        let mut reported = BTreeSet::new();
        let mut circles = Vec::new();
        for module in &self.modules {
            let circle: Vec<&str> = reached[module.as_str()]
                .iter()
                .copied()
                .filter(|it| reached.get(it).is_some_and(|back| back.contains(module.as_str())))
                .collect();
            if circle.is_empty() || !reported.insert(circle.clone()) {
                continue;
            }
            circles.push(message(&uses, &circle));
        }
        circles
    }
}

/// Everything that `from` uses, directly or indirectly; `from` itself only if it is in a circle.
fn reached<'a>(uses: &Uses<'a>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(module) = next.pop() {
        for edge in uses.get(module).into_iter().flatten() {
            if reached.insert(edge.to.as_str()) {
                next.push(&edge.to);
            }
        }
    }
    reached
}

fn message(uses: &Uses<'_>, circle: &[&str]) -> String {
    let shortest = circle.iter().filter_map(|it| shortest_circle(uses, it)).min_by_key(Vec::len);
    let lines: Vec<String> = shortest.into_iter().flatten().map(|it| format!("  {it}")).collect();
    format!(
        "{} modules use each other: {}; the shortest circle:\n{}",
        circle.len(),
        circle.join(", "),
        lines.join("\n")
    )
}

/// The shortest circle from a module to itself.
fn shortest_circle<'a>(uses: &Uses<'a>, module: &str) -> Option<Vec<&'a Edge>> {
    let mut reached_by: BTreeMap<&str, &Edge> = BTreeMap::new();
    let mut next = VecDeque::from([module]);
    while let Some(at) = next.pop_front() {
        for edge in uses.get(at).into_iter().flatten() {
            if reached_by.contains_key(edge.to.as_str()) {
                continue;
            }
            reached_by.insert(&edge.to, edge);
            if edge.to == module {
                let mut circle = vec![*edge];
                while circle[0].from != module {
                    circle.insert(0, reached_by[circle[0].from.as_str()]);
                }
                return Some(circle);
            }
            next.push_back(&edge.to);
        }
    }
    None
}
