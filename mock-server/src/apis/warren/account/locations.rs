//! Locations, as the brand of the user has them.

use serde::Serialize;

use crate::{
    apis::warren::platform::brand::{self, Location},
    engine::{Context, Operation, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("listLocations", list)]
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    location: &'a Location,
    order_nr: usize,
    is_published: bool,
}

fn list(cx: &Context) -> Result<Vec<Shown<'static>>> {
    let locations = brand::of_caller(cx)?.locations.iter().enumerate();
    let shown = |(index, location)| Shown { location, order_nr: index + 1, is_published: true };
    Ok(locations.map(shown).collect())
}
