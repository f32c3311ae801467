//! The coverage matrix: a row for each operation, a column for each status.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{exchange::class, failures::Failures};
use crate::{
    core::{
        coverage::{self, Covered, Figures, Groups, Mark, Share},
        profile::ApiProfile,
    },
    report::{document::Document, place::status as named},
};

/// What a run reached of a contract.
struct Matrix<'a> {
    profile: &'static ApiProfile,
    groups: Groups<'a>,
    statuses: BTreeSet<u16>,
    failures: &'a Failures<'a>,
}

impl<'a> Matrix<'a> {
    /// What this run reached of an API.
    fn of(
        document: &'a Document,
        profile: &'static ApiProfile,
        failures: &'a Failures<'a>,
    ) -> Option<Matrix<'a>> {
        let groups = coverage::groups(profile.contract, document.operations.of(profile)?);
        let statuses = groups.values().flatten().flat_map(|it| it.statuses().into_keys()).collect();
        Some(Matrix { profile, groups, statuses, failures })
    }

    fn markup(&self, title: Option<&str>) -> Markup {
        html! {
            @if let Some(title) = title { h3 { (title) } }
            div.scroll {
                table.matrix {
                    thead {
                        tr {
                            th { "Operation" }
                            @for status in &self.statuses { th title=(named(*status)) { (status) } }
                            th { "parameters" } th { "properties" }
                        }
                    }
                    @for (tag, operations) in &self.groups { (self.group(tag, operations)) }
                }
            }
        }
    }

    fn group(&self, tag: &str, operations: &[Covered]) -> Markup {
        let Figures { operations: succeeded, statuses, parameters, properties, .. } =
            coverage::figures(operations);
        let untouched = !operations.iter().any(Covered::is_touched);
        html! {
            tbody.folded[untouched] {
                tr.group {
                    th { button type="button" data-fold aria-expanded=(!untouched) { (tag) } }
                    td colspan=(self.statuses.len()) {
                        (succeeded.reached) " of " (succeeded.of) " operations, "
                        (statuses.reached) " of " (statuses.of) " statuses"
                    }
                    (share(parameters)) (share(properties))
                }
                @for operation in operations { (self.operation(tag, operation)) }
            }
        }
    }

    fn operation(&self, tag: &str, covered: &Covered) -> Markup {
        let route = covered.route;
        let statuses = covered.statuses();
        let Figures { parameters, properties, .. } = covered.figures();
        let find = format!("{} {} {} {tag} {}", route.id, route.method, route.path, route.summary)
            .to_lowercase();
        let whole =
            covered.missing_statuses().is_empty() && parameters.is_whole() && properties.is_whole();
        html! {
            tr.operation.untouched[!covered.is_touched()] data-find=(find) data-whole[whole] {
                th {
                    button type="button" data-more aria-expanded="false" title=(route.summary) {
                        (route.id)
                    }
                    @if let Some(anchor) = self.failures.anchor(self.profile, &route.id) {
                        a.failed href={ "#" (anchor) } title="to what failed" { "failed" }
                    }
                }
                @for status in &self.statuses { (cell(*status, statuses.get(status))) }
                (share(parameters)) (share(properties))
            }
            tr.more hidden { td colspan=(self.statuses.len() + 3) { (details(covered)) } }
        }
    }
}

/// The matrix of each API, with a legend for all.
pub fn matrices(document: &Document, failures: &Failures<'_>) -> Option<Markup> {
    let several = document.profiles.len() > 1;
    let matrices = document.profiles.iter().copied();
    let matrices = matrices.filter_map(|profile| Matrix::of(document, profile, failures));
    Some(html! {
        (legend())
        @for matrix in matrices { (matrix.markup(several.then_some(matrix.profile.name))) }
    })
}

fn legend() -> Markup {
    html! {
        p.legend {
            span { span.cell.good { "3" } " documented and reached, so often" }
            span { span.cell.gap {} " documented, never reached" }
            span { span.cell.odd { "2" } " not documented" }
            span { span.cell.bad { "1" } " server error" }
            span { span.cell.none { "1" } " not done (501)" }
            label { input #gaps type="checkbox"; " only with gaps" }
        }
    }
}

fn cell(status: u16, mark: Option<&Mark>) -> Markup {
    let told = |text: &str| format!("{}: {text}", named(status));
    match mark {
        None => html! { td {} },
        Some(Mark::Missing) => html! {
            td {
                span.cell.gap.wanted[status < 300].faint[status >= 500]
                    title=(told("documented, never came")) {}
            }
        },
        Some(Mark::Reached(times)) => html! {
            td { span class={ "cell " (if status >= 500 { class(status) } else { "good" }) }
                title=(told(&format!("came {times} times"))) { (short(*times)) } }
        },
        Some(Mark::Undocumented(times)) => html! {
            td { span class={ "cell " (if status >= 500 { class(status) } else { "odd" }) }
                title=(told(&format!("came {times} times and is not documented here"))) {
                    (short(*times))
                } }
        },
    }
}

/// A number that fits into a cell.
fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{}k", number / 1_000),
        _ => format!("{}M", number / 1_000_000),
    }
}

fn share(share: Share) -> Markup {
    let class = match share {
        Share { of: 0, .. } => "share none",
        share if share.is_whole() => "share whole",
        Share { reached: 0, .. } => "share dim",
        _ => "share",
    };
    html! { td class=(class) { @if share.of > 0 { (share) } } }
}

/// What an operation is, and what is missing of it.
fn details(covered: &Covered) -> Markup {
    let route = covered.route;
    let statuses: Vec<String> = covered.missing_statuses().into_iter().map(named).collect();
    let parameters = covered.missing_parameters();
    let properties: Vec<String> =
        covered.missing_properties().into_iter().map(str::to_owned).collect();
    html! {
        p {
            span.method { (route.method) } " " code { (route.path) } " "
            span.dim { (route.summary) }
        }
        dl.facts {
            (list("Statuses that never came", &statuses))
            (list("Parameters that no good answer was asked for with", &parameters))
            (list("Properties that no good answer had", &properties))
        }
    }
}

fn list(title: &str, items: &[String]) -> Markup {
    html! {
        @if !items.is_empty() {
            dt { (title) }
            dd { @for item in items { code { (item) } " " } }
        }
    }
}
