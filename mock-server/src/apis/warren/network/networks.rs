//! Private networks. The first of a location is its default one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::members::{self, MemberKind};
use crate::{
    apis::warren::platform::{located::Located, time::Time},
    engine::{Body, Context, Object, Operation, Params, Problem, Result, RowType, read, write},
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("listNetworks", list),
        write("createNetwork", create),
        read("getNetwork", get),
        read("getNetworkByPost", get),
        write("renameNetwork", rename),
        write("deleteNetwork", delete),
        write("setDefaultNetwork", set_default),
    ]
}

const NETWORKS: Located<Network> =
    Located::new("warren_network", |_| Problem::malformed("Network UUID is invalid."));
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[NETWORKS.row_type()];

/// The name of the network that is made because none was asked for.
const DEFAULT_NAME: &str = "Default network";

/// A network, without what is in it.
#[derive(Serialize, Deserialize)]
pub(super) struct Network {
    vlan_id: i64,
    pub(super) subnet: String,
    subnet_ipv6: String,
    name: String,
    created_at: Time,
    updated_at: Time,
    pub(super) uuid: Uuid,
    r#type: String,
    is_default: bool,
}

#[derive(Serialize)]
struct ShownNetwork {
    #[serde(flatten)]
    network: Network,
    vm_uuids: Vec<String>,
    resources_count: usize,
}

#[derive(Deserialize)]
struct NewNetwork {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Changes {
    name: Option<String>,
}

#[derive(Deserialize)]
struct ByUuid {
    network_uuid: String,
}

fn list(cx: &Context) -> Result<Vec<ShownNetwork>> {
    let networks = NETWORKS.rows_where(cx, "TRUE", &[])?.into_iter();
    networks.map(|network| shown(cx, network)).collect()
}

fn create(cx: &Context, Params(new): Params<NewNetwork>) -> Result<Object<ShownNetwork>> {
    let network = match new.name.filter(|name| !name.is_empty()) {
        Some(name) => add(cx, name)?,
        None => default(cx)?,
    };
    shown(cx, network).map(Object)
}

fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<ShownNetwork>> {
    shown(cx, find(cx, &by.network_uuid)?).map(Object)
}

fn rename(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<Changes>,
) -> Result<Object<ShownNetwork>> {
    let network = NETWORKS.change(cx, &by.network_uuid, |network| {
        network.name = new.name.unwrap_or_else(|| network.name.clone());
        network.updated_at = Time(cx.now);
        Ok(())
    });
    shown(cx, network?).map(Object)
}

fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<()> {
    let network = find(cx, &by.network_uuid)?;
    if network.is_default {
        return Err(Problem::malformed("Default network cannot be deleted."));
    }
    if !members::of_network(cx, &by.network_uuid)?.is_empty() {
        return Err(Problem::malformed("Network with resources cannot be deleted."));
    }
    NETWORKS.remove(cx, &by.network_uuid)
}

fn set_default(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<ShownNetwork>> {
    NETWORKS.require(cx, &by.network_uuid)?;
    for network in NETWORKS.rows_where(cx, "is_default = 1", &[])? {
        NETWORKS.change(cx, &network.uuid.to_string(), |network| {
            network.is_default = false;
            Ok(())
        })?;
    }
    let network = NETWORKS.change(cx, &by.network_uuid, |network| {
        network.is_default = true;
        network.updated_at = Time(cx.now);
        Ok(())
    });
    shown(cx, network?).map(Object)
}

/// The network of this UUID.
pub(super) fn find(cx: &Context, uuid: &str) -> Result<Network> {
    NETWORKS.find(cx, uuid)
}

/// The default network of the location, which is made where there is none.
pub(super) fn default(cx: &Context) -> Result<Network> {
    let default = NETWORKS.rows_where(cx, "is_default = 1", &[])?.pop();
    default.map_or_else(|| add(cx, DEFAULT_NAME.to_owned()), Ok)
}

fn add(cx: &Context, name: String) -> Result<Network> {
    let number = cx.next_id("warren_network")?;
    let network = Network {
        vlan_id: 100 + number % 3900,
        subnet: format!("10.{}.{}.0/24", number / 256 % 256, number % 256),
        subnet_ipv6: String::new(),
        name,
        created_at: Time(cx.now),
        updated_at: Time(cx.now),
        uuid: cx.new_uuid()?,
        r#type: "private".to_owned(),
        is_default: !NETWORKS.has_where(cx, "is_default = 1", &[])?,
    };
    NETWORKS.insert(cx, &network)?;
    Ok(network)
}

fn shown(cx: &Context, network: Network) -> Result<ShownNetwork> {
    let members = members::of_network(cx, &network.uuid.to_string())?;
    let resources_count = members.len();
    let machines = members.into_iter().filter(|member| member.kind == MemberKind::Machine);
    Ok(ShownNetwork {
        network,
        vm_uuids: machines.map(|machine| machine.uuid).collect(),
        resources_count,
    })
}
