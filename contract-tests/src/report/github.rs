//! Annotations for GitHub Actions: commands on standard output that show beside the run.

use std::io::{self, Write};

use super::{
    document::{Breach, Document},
    grouping::{self, Group},
};
use crate::core::run::Outcome;

/// Writes one annotation for each kind of failure, of warning and of what could not be checked.
pub fn write(out: &mut dyn Write, document: &Document) -> io::Result<()> {
    for Group { what, entries } in grouping::failures(document) {
        let entry = entries[0];
        let Some(breach) = what else {
            annotate(out, "error", &entry.name, &entry.reason)?;
            continue;
        };
        let curl = entry.step(breach).map(|step| step.curl.as_str());
        let lines = [
            Some(breach.finding.to_string().as_str()),
            Some(&breach.came),
            curl,
            Some(&entry.replay),
        ]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
        annotate(out, "error", &title(breach, entries.len()), &lines)?;
    }
    for Group { what, entries } in grouping::warnings(document) {
        annotate(out, "warning", &title(what, entries.len()), &what.finding.to_string())?;
    }
    for Group { what, entries } in grouping::reasons(document, Outcome::Unchecked) {
        annotate(out, "error", &format!("{} could not be checked", entries[0].name), what)?;
    }
    Ok(())
}

fn title(breach: &Breach, cases: usize) -> String {
    let times = if cases > 1 { format!(" ({cases} cases)") } else { String::new() };
    format!("{} {}{times}", breach.finding.check.code, breach.finding.operation)
}

fn annotate(out: &mut dyn Write, level: &str, title: &str, message: &str) -> io::Result<()> {
    let message = escaped(message);
    let title = escaped(title).replace(':', "%3A").replace(',', "%2C");
    writeln!(out, "::{level} title={title}::{message}")
}

/// Text that cannot end its line.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn each_annotation_is_one_escaped_line() {
        let mut out = Vec::new();
        write(&mut out, &sample::document()).expect("memory can be written");
        insta::assert_snapshot!(String::from_utf8(out).expect("it is text"));
    }
}
