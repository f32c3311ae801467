//! The table of a comparison: every difference on one line.

use jiff::civil::Date;

use super::{Comparison, Difference, Waivers};

impl Comparison {
    /// Every difference once, and the waivers that waive nothing.
    pub fn table(&self, waivers: &Waivers, today: Date) -> String {
        let mut table: String =
            self.differences.iter().map(|(it, count)| line(it, *count, waivers, today)).collect();
        let seen: Vec<String> = self.differences.iter().map(|(it, _)| it.fingerprint()).collect();
        for (waiver, why) in waivers.unused(&seen, today) {
            table += &format!("the waiver of {} {why}\n", waiver.fingerprint);
        }
        table
    }
}

fn line(difference: &Difference, count: usize, waivers: &Waivers, today: Date) -> String {
    let fingerprint = difference.fingerprint();
    let waived = waivers.of(&fingerprint, today);
    let waived =
        waived.map(|it| format!(", waived until {} by {}: {}", it.expires, it.owner, it.reason));
    format!(
        "{fingerprint} {:<21} {:<14} {} {} {} ({count} times, first in {}, step {}{})\n",
        difference.verdict.name(),
        difference.kind.name(),
        difference.operation,
        difference.at,
        difference.message,
        difference.scenario,
        difference.step,
        waived.unwrap_or_default(),
    )
}
