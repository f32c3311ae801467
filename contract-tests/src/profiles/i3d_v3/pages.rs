//! How the i3D.net v3 API is asked for a part of a list.

use crate::core::profile::paging::Paging;

/// A list is asked for a part by `RANGED-DATA: start=0,results=25`.
pub(super) const PAGING: Paging = Paging {
    header: "RANGED-DATA",
    default_rows: ROWS,
    range: |start, results| format!("start={start},results={results}"),
    read,
    invalid: &[
        "x",
        "start=x",
        "start=-1",
        "results=1.5",
        "start=0,results=25,more=1",
        "start=1,start=2",
        "start=99999999999999999999",
        "start=0;results=25",
        "start=0,",
        "bytes=0-24",
    ],
};

/// How many rows are answered where no part is asked for.
const ROWS: u32 = 25;

fn read(text: &str) -> Option<(u32, u32)> {
    let (mut start, mut results) = (0, ROWS);
    for part in text.split(',') {
        let (name, number) = part.split_once('=')?;
        let number = number.trim().parse().ok()?;
        match name.trim() {
            "start" => start = number,
            "results" => results = number,
            _ => return None,
        }
    }
    Some((start, results))
}
