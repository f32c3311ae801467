//! Times as answers write them: in UTC, to the second or to the millisecond.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

/// A time to the second, as most resources have it: `2018-02-22 14:24:03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::apis::warren) struct Time(pub(in crate::apis::warren) i64);

/// A time to the millisecond, as disks and buckets have it: `2022-09-01T12:03:14.000+0000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::apis::warren) struct Millis(pub(in crate::apis::warren) i64);

const SECONDS: &str = "%Y-%m-%d %H:%M:%S";
const MILLIS: &str = "%Y-%m-%dT%H:%M:%S.000+0000";

fn write<S: Serializer>(at: i64, form: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let at = Timestamp::from_second(at).map_err(S::Error::custom)?;
    serializer.collect_str(&at.strftime(form))
}

fn read<'de, D: Deserializer<'de>>(form: &str, deserializer: D) -> Result<i64, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    let at = DateTime::strptime(form, &*text).map_err(D::Error::custom)?;
    Ok(at.to_zoned(TimeZone::UTC).map_err(D::Error::custom)?.timestamp().as_second())
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, SECONDS, serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        read(SECONDS, deserializer).map(Time)
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, MILLIS, serializer)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
        read(MILLIS, deserializer).map(Millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_and_read_back() {
        let (time, millis) = (Time(1_519_309_443), Millis(1_662_033_794));
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"2018-02-22 14:24:03\"");
        let text = serde_json::to_string(&millis).unwrap();
        assert_eq!(text, "\"2022-09-01T12:03:14.000+0000\"");
        assert_eq!(serde_json::from_str::<Time>("\"2018-02-22 14:24:03\"").unwrap(), time);
        assert_eq!(serde_json::from_str::<Millis>(&text).unwrap(), millis);
        assert!(serde_json::from_str::<Time>("\"yesterday\"").is_err());
    }
}
