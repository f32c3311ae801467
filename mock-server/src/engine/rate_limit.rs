//! How many requests are answered in a time.

use std::str::FromStr;

/// How many requests of one key are answered in a time, as in `10/s`, `100/m` and `1000/h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many.
    pub requests: u32,
    /// In how many seconds.
    pub seconds: u32,
}

impl FromStr for RateLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<RateLimit, &'static str> {
        let wanted = "give requests and a time, as in 10/s, 100/m or 1000/h";
        let (requests, unit) = text.split_once('/').ok_or(wanted)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(wanted),
        };
        let requests = requests.parse().map_err(|_| wanted)?;
        Ok(RateLimit { requests, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_and_a_time() {
        assert_eq!("10/s".parse(), Ok(RateLimit { requests: 10, seconds: 1 }));
        assert_eq!("0/h".parse(), Ok(RateLimit { requests: 0, seconds: 3600 }));
        for text in ["", "10", "10/d", "-1/s", "/s", "10/ s"] {
            assert!(text.parse::<RateLimit>().is_err(), "{text}");
        }
    }
}
