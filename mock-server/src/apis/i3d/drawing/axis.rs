//! The labels of a chart: an axis of rates in round steps, and amounts with prefixes.

/// How many steps the axis of rates has at most.
const STEPS_MAX: f64 = 6.0;

const PREFIXES: [(f64, &str); 5] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];

/// A mark at an axis, where `at` counts in the unit of the axis.
#[derive(Debug, PartialEq)]
pub(in crate::apis::i3d) struct Tick<T> {
    pub at: T,
    pub label: String,
}

/// An axis from zero to somewhat over the highest value.
#[derive(Debug)]
pub(super) struct RateAxis {
    pub top: f64,
    pub unit: String,
    pub ticks: Vec<Tick<f64>>,
}

impl RateAxis {
    /// For rates up to `peak` bits in a second.
    pub(super) fn up_to(peak: f64) -> RateAxis {
        // An uplink without traffic has an axis, too.
        let peak = peak.max(1.0);
        let least = peak / STEPS_MAX;
        let power = 10_f64.powf(least.log10().floor());
        let step =
            [1.0, 2.0, 2.5, 5.0, 10.0].map(|it| it * power).into_iter().find(|it| *it >= least);
        let step = step.expect("ten times its power is more than any number");
        let count = (peak / step).ceil();
        let top = step * count;
        let (factor, prefix) = prefix(top);
        let tick = |index: u32| {
            let at = step * f64::from(index);
            Tick { at, label: rounded(at / factor) }
        };
        RateAxis {
            top,
            unit: format!("{prefix}bit/s"),
            ticks: (0..=count as u32).map(tick).collect(),
        }
    }
}

/// `amount` of `unit` with three significant digits, as in `8.12 Gbit/s`.
pub(super) fn with_prefix(amount: f64, unit: &str) -> String {
    let (factor, prefix) = prefix(amount);
    let number = amount / factor;
    let digits = match number {
        _ if factor == 1.0 => 0,
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{number:.digits$} {prefix}{unit}")
}

/// A whole number with commas between the thousands.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn prefix(amount: f64) -> (f64, &'static str) {
    PREFIXES.into_iter().find(|(factor, _)| amount >= *factor).unwrap_or((1.0, ""))
}

/// A number with two decimals at most, without trailing zeros.
fn rounded(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_counts_in_round_steps_up_to_somewhat_over_the_peak() {
        let labels = |peak: f64| {
            let axis = RateAxis::up_to(peak);
            let labels: Vec<String> = axis.ticks.into_iter().map(|it| it.label).collect();
            format!("{} {}", labels.join(" "), axis.unit)
        };
        assert_eq!(labels(187_400_000.0), "0 50 100 150 200 Mbit/s");
        assert_eq!(labels(1_430_000_000.0), "0 0.25 0.5 0.75 1 1.25 1.5 Gbit/s");
        assert_eq!(labels(600_000.0), "0 100 200 300 400 500 600 kbit/s");
        assert_eq!(labels(0.0), "0 0.2 0.4 0.6 0.8 1 bit/s");
    }

    #[test]
    fn amounts_have_three_digits_that_count() {
        for (amount, text) in [
            (0.0, "0 bit/s"),
            (999.0, "999 bit/s"),
            (8_123.0, "8.12 kbit/s"),
            (81_230_000.0, "81.2 Mbit/s"),
            (812_300_000_000.0, "812 Gbit/s"),
            (8.1e15, "8100 Tbit/s"),
        ] {
            assert_eq!(with_prefix(amount, "bit/s"), text);
        }
        assert_eq!(
            [0, 999, 1_000, 1_234_567_890].map(grouped),
            ["0", "999", "1,000", "1,234,567,890"]
        );
    }
}
