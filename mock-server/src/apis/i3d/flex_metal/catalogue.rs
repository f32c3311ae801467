//! The locations of FlexMetal servers, and the instance types that each offers.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Operation, Params, Result, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [
        read("getFlexMetalLocations", list_locations),
        read("getFlexMetalLocationInstanceTypes", list_instance_types),
    ]
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub id: i64,
    pub name: String,
    short_name: String,
    display_name: String,
    country_id: i64,
    country_name: String,
    country_short_name: String,
}

/// What a location offers; the same hardware elsewhere is another instance type of the same name.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InstanceType {
    #[serde(default)]
    pub id: i64,
    #[serde(default)]
    pub location_id: i64,
    pub name: String,
    sockets: i64,
    cores: i64,
    memory: i64,
    memory_type: String,
    /// In GB.
    pub storage: i64,
    storage_type: String,
    generation_name: String,
}

/// How other resources name a location or an instance type.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::apis::i3d) struct Partial {
    pub id: i64,
    pub name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByLocation {
    location_id: i64,
}

fn list_locations(_: &Context) -> Result<Vec<&'static Location>> {
    Ok(CATALOGUE.iter().map(|place| &place.location).collect())
}

/// The contract lists no refusal for an unknown location, so its list is empty.
fn list_instance_types(
    _: &Context,
    Params(by): Params<ByLocation>,
) -> Result<Vec<&'static InstanceType>> {
    let place = CATALOGUE.iter().find(|place| place.location.id == by.location_id);
    Ok(place.into_iter().flat_map(|place| &place.instance_types).collect())
}

/// A location and what it offers.
pub(super) struct Place {
    pub location: Location,
    pub instance_types: Vec<InstanceType>,
}

impl Place {
    /// The instance type of this name.
    pub(super) fn instance_type(&self, name: &str) -> Option<&InstanceType> {
        self.instance_types.iter().find(|it| same_name(&it.name, name))
    }
}

impl Location {
    pub(super) fn partial(&self) -> Partial {
        Partial { id: self.id, name: self.name.clone() }
    }
}

impl InstanceType {
    pub(super) fn partial(&self) -> Partial {
        Partial { id: self.id, name: self.name.clone() }
    }
}

/// All locations.
pub(super) fn places() -> &'static [Place] {
    &CATALOGUE
}

/// The location of this name.
pub(super) fn place(name: &str) -> Option<&'static Place> {
    CATALOGUE.iter().find(|place| same_name(&place.location.name, name))
}

/// Clients compare these names without their case and the spaces around them, and so does an order.
fn same_name(known: &str, given: &str) -> bool {
    known.eq_ignore_ascii_case(given.trim())
}

static CATALOGUE: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let file: File =
        serde_json::from_str(data!("flex_metal/catalogue")).expect("the catalogue is well-formed");
    file.locations.into_iter().map(|offer| offer.place(&file.instance_types)).collect()
});

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    instance_types: Vec<InstanceType>,
    locations: Vec<Offer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    #[serde(flatten)]
    location: Location,
    /// The ids that the location gives to the types, by name.
    instance_types: BTreeMap<String, i64>,
}

impl Offer {
    fn place(self, all: &[InstanceType]) -> Place {
        let location_id = self.location.id;
        let instance_type = |(name, id): (&String, &i64)| {
            let it = all
                .iter()
                .find(|it| it.name == *name)
                .expect("an offer names a known instance type");
            InstanceType { id: *id, location_id, ..it.clone() }
        };
        Place {
            instance_types: self.instance_types.iter().map(instance_type).collect(),
            location: self.location,
        }
    }
}
