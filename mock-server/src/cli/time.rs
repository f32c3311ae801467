//! Times as flags take them.

use std::time::Duration;

use jiff::SignedDuration;

/// A number of seconds, or a duration with its units.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let with_units = || Duration::try_from(text.parse::<SignedDuration>().ok()?).ok();
    let duration = text.parse().map(Duration::from_secs).ok().or_else(with_units);
    duration.ok_or_else(|| "give a time, as in 10s, 500ms or 2m".to_owned())
}

/// The same in whole seconds.
pub(super) fn seconds(text: &str) -> Result<u32, String> {
    let whole = duration(text).ok().filter(|time| time.subsec_nanos() == 0);
    let seconds = whole.and_then(|time| u32::try_from(time.as_secs()).ok());
    seconds.ok_or_else(|| "give seconds, as in 0, 10s, 2m or 1h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_seconds_or_has_units() {
        for (text, expected) in [
            ("0", 0),
            ("30", 30),
            ("0s", 0),
            ("10s", 10),
            ("2m", 120),
            ("1h", 3600),
            ("1h30m", 5400),
            ("4294967295s", u32::MAX),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "soon", "s", "-1", "-5s", "5s ago", "500ms", "9999999h", "4294967296"] {
            assert_eq!(seconds(text), Err("give seconds, as in 0, 10s, 2m or 1h".to_owned()));
        }
    }

    #[test]
    fn a_patience_may_be_a_fraction_of_a_second() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("30"), Ok(Duration::from_secs(30)));
        assert!(duration("-1s").is_err() && duration("soon").is_err());
    }
}
