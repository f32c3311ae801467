//! The report on a terminal: short, in plain words, the verdict last.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{
    document::{Breach, Document, Entry, Totals},
    grouping::{self, Group},
};
use crate::core::run::{Outcome, Verdict};

/// How many different failures are told in full.
const FAILURES_MAX: usize = 20;
/// How many reasons are told why cases were not played.
const REASONS_MAX: usize = 5;
/// How many further cases of a failure, of a warning or of a reason are named.
const NAMES_MAX: usize = 3;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Writes what a person must know, with the codes of colours; the summary is the last line.
pub fn write(out: &mut dyn Write, document: &Document) -> io::Result<()> {
    let failures = grouping::failures(document);
    for failure in failures.iter().take(FAILURES_MAX) {
        write_failure(out, failure)?;
    }
    if let Some(needs) = document.curl_needs() {
        writeln!(out, "{DIM}{needs}{DIM:#}\n")?;
    }
    if failures.len() > FAILURES_MAX {
        let more = failures.len() - FAILURES_MAX;
        writeln!(
            out,
            "{more} more kinds of failure are in the reports that --html and --json write\n"
        )?;
    }
    let warnings = grouping::warnings(document);
    for Group { what, entries } in &warnings {
        writeln!(out, "{YELLOW}warning{YELLOW:#} {}  {}", headline(what), names("in", entries))?;
    }
    write_reasons(out, document, Outcome::Unchecked, "not checked")?;
    write_reasons(out, document, Outcome::Skipped, "skipped")?;
    summary(out, document)
}

fn write_reasons(
    out: &mut dyn Write,
    document: &Document,
    outcome: Outcome,
    word: &str,
) -> io::Result<()> {
    let reasons = grouping::reasons(document, outcome);
    for Group { what, entries } in reasons.iter().take(REASONS_MAX) {
        writeln!(out, "{YELLOW}{word}{YELLOW:#} {}: {what}", names("", entries))?;
    }
    match reasons.len().saturating_sub(REASONS_MAX) {
        0 => Ok(()),
        more => writeln!(out, "{YELLOW}{word}{YELLOW:#} for {more} more reasons"),
    }
}

fn write_failure(out: &mut dyn Write, failure: &Group<Option<&Breach>>) -> io::Result<()> {
    let entry = failure.entries[0];
    writeln!(
        out,
        "{RED}FAILED{RED:#} {BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}",
        entry.name,
        entry.place()
    )?;
    if let Some(breach) = failure.what {
        writeln!(out, "  {}", headline(breach))?;
        line(out, "expected", breach.law)?;
        line(out, "came", &breach.came)?;
        line(out, "request", entry.step(breach).map_or("", |step| &step.curl))?;
    }
    for (other, times) in grouping::others(entry) {
        line(out, "and", &(headline(other) + &times_found(times)))?;
    }
    line(out, "again", &entry.replay)?;
    let hint =
        failure.what.map(|breach| format!("contract-tests explain {}", breach.finding.check.code));
    line(out, "why", &hint.unwrap_or_default())?;
    let others = &failure.entries[1..];
    line(out, "also", &if others.is_empty() { String::new() } else { names("in", others) })?;
    writeln!(out)
}

/// In how many more places something was found.
pub fn times_found(times: usize) -> String {
    if times > 1 { format!(" (in {times} places)") } else { String::new() }
}

/// A labelled line; none where there is nothing to say.
fn line(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    if text.is_empty() { Ok(()) } else { writeln!(out, "    {DIM}{label:<8}{DIM:#}  {text}") }
}

/// A finding in one line.
pub fn headline(breach: &Breach) -> String {
    breach.finding.to_string()
}

/// So many cases by name, and how many more there are.
fn names(before: &str, entries: &[&Entry]) -> String {
    let named = entries.iter().take(NAMES_MAX).map(|entry| entry.name.as_str());
    let named = named.collect::<Vec<_>>().join(", ");
    let space = if before.is_empty() { "" } else { " " };
    match entries.len().saturating_sub(NAMES_MAX) {
        0 => format!("{before}{space}{named}"),
        more => format!("{before}{space}{named} and {more} more"),
    }
}

/// What a run came to, in one line.
fn summary(out: &mut dyn Write, document: &Document) -> io::Result<()> {
    let (style, verdict) = match document.verdict {
        Verdict::Holds => (GREEN, "The contract holds"),
        Verdict::Broken => (RED, "The contract is broken"),
        Verdict::Usage | Verdict::Unchecked => (YELLOW, "Not checked"),
    };
    let Totals { failed, skipped, unchecked, warnings, .. } = document.totals;
    let mut facts =
        vec![format!("{failed} of {} failed", counted(document.totals.cases(), "case"))];
    facts.extend((skipped > 0).then(|| format!("{skipped} skipped")));
    facts.extend((unchecked > 0).then(|| format!("{unchecked} not checked")));
    facts.extend((warnings > 0).then(|| counted(warnings, "warning")));
    let operations = document.coverage.operations;
    facts.push(format!("{} of {} operations reached", operations.reached, operations.of));
    let rate = document.rate().map(|rate| format!(", {rate}/s")).unwrap_or_default();
    let seconds = document.took_ms / 1000.0;
    facts.push(format!(
        "{} in {seconds:.1} s{rate}",
        counted(document.requests as usize, "request")
    ));
    writeln!(out, "{style}{verdict}{style:#}: {}", facts.join(" · "))
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{profiles::i3d_v3::PROFILE, report::sample};

    /// What a terminal without colours shows.
    fn shown(document: &Document) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out, document).expect("memory can be written");
        String::from_utf8(out.into_inner()).expect("it is text")
    }

    #[test]
    fn failures_are_told_in_plain_words_and_the_verdict_last() {
        // How many operations the contract has is no matter of the report.
        let all = format!(" of {} operations", PROFILE.contract.routes.len());
        insta::assert_snapshot!(shown(&sample::document()).replace(&all, " of all operations"));
    }

    #[test]
    fn the_same_failure_in_many_cases_is_told_once_and_many_failures_are_cut() {
        let mut document = sample::document();
        for index in 0..100 {
            let mut entries = sample::document().cases;
            entries.truncate(1);
            entries[0].name = format!("case {index}");
            document.cases.extend(entries);
        }
        let text = shown(&document);
        assert_eq!(text.matches("FAILED").count(), 4);
        assert!(text.contains("in a tag once more, case 0, case 1 and 98 more"), "{text}");
        for (index, entry) in document.cases.iter_mut().enumerate() {
            entry
                .findings
                .iter_mut()
                .for_each(|it| it.finding.message = format!("differs {index}"));
        }
        let text = shown(&document);
        assert_eq!(text.matches("FAILED").count(), FAILURES_MAX);
        assert!(text.contains("85 more kinds of failure"), "{text}");
    }
}
