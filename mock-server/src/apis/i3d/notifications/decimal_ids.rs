//! Ids that the API shows as texts, and that are stored as numbers.

use crate::engine::{Problem, Result};

/// The number of an id; any other text is the id of nothing.
pub(super) fn number(id: &str) -> Result<i64> {
    let number = id.parse::<i64>().ok().filter(|number| number.to_string() == id);
    number.ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_in_one_way() {
        assert_eq!(number("2101").unwrap(), 2101);
        for id in ["", "02101", "+2101", " 2101", "2101.0", "x", "99999999999999999999"] {
            assert!(number(id).is_err(), "{id:?}");
        }
    }
}
