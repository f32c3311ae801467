//! `RANGED-DATA: start=0,results=25`: how this API pages its lists.

use crate::engine::{Page, Problem, Result};

/// The header, in the spelling of the contract.
pub(super) const HEADER: &str = "RANGED-DATA";

/// How many rows a request without a number gets.
const RESULTS_DEFAULT: u32 = 25;

/// How many rows a request may ask for.
const RESULTS_MAX: u32 = 1000;

/// The page that the header asks for: either half may be missing, spaces do not matter.
pub(super) fn page(header: Option<&str>) -> Result<Page> {
    let (mut start, mut results) = (None, None);
    for half in header.into_iter().flat_map(|it| it.split(',')) {
        let (name, value) = half.split_once('=').ok_or_else(malformed)?;
        let slot = match name.trim() {
            "start" => &mut start,
            "results" => &mut results,
            _ => return Err(malformed()),
        };
        let value = value.trim();
        let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse::<u32>().ok().filter(|_| digits && slot.is_none());
        *slot = Some(number.ok_or_else(malformed)?);
    }
    let page = Page { start: start.unwrap_or(0), results: results.unwrap_or(RESULTS_DEFAULT) };
    if page.results > RESULTS_MAX {
        return Err(Problem::malformed(format!(
            "{HEADER} may ask for {RESULTS_MAX} results at most"
        )));
    }
    Ok(page)
}

fn malformed() -> Problem {
    Problem::malformed(format!("{HEADER} must look like start=0,results=25"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_half_may_be_missing_and_spaces_do_not_matter() {
        let read = |header| page(header).unwrap();
        assert_eq!(read(None), Page { start: 0, results: 25 });
        assert_eq!(read(Some("results=100")), Page { start: 0, results: 100 });
        assert_eq!(read(Some("start=50")), Page { start: 50, results: 25 });
        assert_eq!(read(Some(" results = 10 , start=5 ")), Page { start: 5, results: 10 });
        assert_eq!(read(Some("start=0,results=0")), Page { start: 0, results: 0 });
    }

    #[test]
    fn anything_else_is_refused() {
        for header in [
            "",
            "start",
            "start=",
            "start=-1",
            "start=+1",
            "start=1,start=2",
            "end=5",
            "results=1001",
            "start=0,results=25,",
            "start=99999999999",
            "start=0x1",
            "bytes=0-10",
        ] {
            assert!(page(Some(header)).is_err(), "{header:?}");
        }
    }
}
