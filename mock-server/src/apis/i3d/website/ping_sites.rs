//! Ping sites: hosts that players measure their latency to, and the latency between them.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Operation, Page, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("getPingSiteAction", list),
        read("getPingSiteDetailAction", list_details),
        read("getPingSiteLatencyAction", latency),
    ]
}

/// How far a signal and its echo get in a millisecond of round trip, in kilometres.
const KILOMETRES_PER_MS: f64 = 100.0;
/// How much longer a cable is than the line between its ends.
const DETOUR: f64 = 1.3;
const EARTH_RADIUS_KM: f64 = 6371.0;

#[derive(Deserialize)]
struct Map {
    sites: Vec<Site>,
    links: Vec<Link>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Site {
    code: String,
    region_name: String,
    dc_location_id: i64,
    dc_location_name: String,
    continent_id: i64,
    continent_name: String,
    country_id: i64,
    country: String,
    ipv4: String,
    lat: f64,
    lng: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    from: String,
    to: String,
    loss_percent: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Latency {
    auth_status: bool,
    authservice: bool,
    authuser: bool,
    response_time: f64,
    status: &'static str,
    response: &'static RawValue,
    server_time: String,
}

static MAP: LazyLock<Map> = LazyLock::new(|| {
    serde_json::from_str(data!("website/ping_sites")).expect("the map of the ping sites")
});
static RESPONSE: LazyLock<Box<RawValue>> =
    LazyLock::new(|| to_raw_value(&MAP.latency()).expect("a value is JSON"));

fn list(_: &Context, page: Page) -> Result<Vec<Value>> {
    Ok(page.of(&MAP.sites).map(Site::summary).collect())
}

fn list_details(_: &Context, page: Page) -> Result<Vec<Value>> {
    Ok(page.of(&MAP.sites).map(Site::detail).collect())
}

fn latency(cx: &Context) -> Result<[Latency; 1]> {
    let time = Timestamp::from_second(cx.now).map_err(Problem::internal)?;
    Ok([Latency {
        auth_status: true,
        authservice: true,
        authuser: false,
        response_time: 0.012,
        status: "OK",
        response: &RESPONSE,
        server_time: time.to_string(),
    }])
}

/// The region of each site, with how much each of its links loses, in percent.
pub(in crate::apis::i3d) fn losses() -> impl Iterator<Item = (&'static str, Vec<f64>)> {
    MAP.sites.iter().map(|site| {
        let links = MAP.links.iter().filter(|link| [&link.from, &link.to].contains(&&site.code));
        (site.region_name.as_str(), links.map(|link| link.loss_percent).collect())
    })
}

impl Site {
    fn summary(&self) -> Value {
        json!({
            "continentId": self.continent_id,
            "continentName": self.continent_name,
            "countryId": self.country_id,
            "country": self.country,
            "dcLocationId": self.dc_location_id,
            "dcLocationName": self.dc_location_name,
            "hostname": self.host_name(),
            "ipv4": [self.ipv4],
            "ipv6": [],
        })
    }

    fn detail(&self) -> Value {
        json!({
            "continentId": self.continent_id,
            "continentName": self.continent_name,
            "countryId": self.country_id,
            "countryName": self.country,
            "dcLocationId": self.dc_location_id,
            "dcLocationName": self.dc_location_name,
            "regionName": self.region_name,
            "beacons": [{ "hostName": self.host_name(), "state": "online", "ip": self.ipv4 }],
        })
    }

    fn host_name(&self) -> String {
        format!("{}-pingbeacon1.sys.i3d.network", self.code)
    }

    fn coordinates(&self) -> Value {
        json!({ "lat": self.lat.to_string(), "lng": self.lng.to_string() })
    }

    fn router_point(&self) -> Value {
        json!({
            "type": "Feature",
            "properties": { "link": self.code, "description": self.region_name },
            "geometry": { "type": "Point", "coordinates": [self.lng, self.lat] },
        })
    }

    /// The great-circle distance.
    fn kilometres_to(&self, other: &Site) -> f64 {
        let (lat, other_lat) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lng = (other.lng - self.lng).to_radians() / 2.0;
        let half_lat = (other_lat - lat) / 2.0;
        let chord = half_lat.sin().powi(2) + lat.cos() * other_lat.cos() * half_lng.sin().powi(2);
        2.0 * EARTH_RADIUS_KM * chord.sqrt().asin()
    }
}

impl Map {
    fn latency(&self) -> Value {
        let links = |wanted: fn(f64) -> bool| -> Value {
            self.links
                .iter()
                .filter(|link| wanted(link.loss_percent))
                .map(|link| self.line(link))
                .collect()
        };
        json!({
            "rpmRaw": self.links.iter().map(|link| self.measurement(link)).collect::<Vec<_>>(),
            "features": {
                "ok": links(|loss| loss == 0.0),
                "down": links(|loss| loss == 100.0),
                "loss": links(|loss| loss > 0.0 && loss < 100.0),
            },
            "routerPoints": self.sites.iter().map(Site::router_point).collect::<Vec<_>>(),
        })
    }

    fn measurement(&self, link: &Link) -> Value {
        let (from, to) = self.ends(link);
        let milliseconds = 1.0 + from.kilometres_to(to) * DETOUR / KILOMETRES_PER_MS;
        let figure = |number: f64| format!("{number:.2}");
        json!({
            "link": link.name(),
            "latency5m": figure(milliseconds),
            "latency1d": figure(milliseconds * 1.01),
            "latency1w": figure(milliseconds * 1.02),
            "latency30d": figure(milliseconds * 1.03),
            "jitter": figure(milliseconds * 0.02),
            "packetloss5m": figure(link.loss_percent),
            "packetloss1d": figure(link.loss_percent / 2.0),
            "packetloss1w": figure(link.loss_percent / 10.0),
            "packetloss30d": figure(link.loss_percent / 40.0),
            "sourceRegion": true,
            "source": from.coordinates(),
            "destinationRegion": true,
            "destination": to.coordinates(),
        })
    }

    fn line(&self, link: &Link) -> Value {
        let (from, to) = self.ends(link);
        json!({
            "type": "Feature",
            "properties": {
                "link": link.name(),
                "description": format!("{} - {}", from.region_name, to.region_name),
            },
            "geometry": {
                "type": "LineString",
                "coordinates": [[from.lng, from.lat], [to.lng, to.lat]],
            },
        })
    }

    fn ends(&self, link: &Link) -> (&Site, &Site) {
        let site = |code: &str| {
            self.sites.iter().find(|it| it.code == code).expect("a link joins two sites")
        };
        (site(&link.from), site(&link.to))
    }
}

impl Link {
    fn name(&self) -> String {
        format!("{}-{}", self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_needs_as_long_as_the_globe_says() {
        let (rotterdam, ashburn) = MAP.ends(&MAP.links[1]);
        let kilometres = rotterdam.kilometres_to(ashburn);
        assert!((6100.0..6300.0).contains(&kilometres), "{kilometres}");
        assert!(rotterdam.kilometres_to(rotterdam).abs() < 0.001);
    }
}
