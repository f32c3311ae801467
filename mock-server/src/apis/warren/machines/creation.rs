//! New machines: from an image, from a replica of another machine, or from a disk.

use openapi::Rule;
use serde::Deserialize;
use serde_json::Value;

use super::{
    cloud_init,
    machine::{self, MACHINES, Machine, NewMachine},
    power::Took,
    shown::object,
};
use crate::{
    apis::warren::{
        billing::payer,
        catalogue::{
            images,
            limits::{DISKS, PASSWORD, PUBLIC_KEY, RAM, USERNAME, VCPU},
            pools::{self, Pool},
        },
        network::floating_ips,
        platform::refusals::{self, required},
        storage::{
            disk::{self, Disk, NewDisk, Source, SourceType},
            snapshots,
        },
    },
    engine::{Body, Context, IntoReply, Operation, Problem, Reply, Result, write},
};

pub(super) fn operations() -> [Operation; 1] {
    [write("createVm", create)]
}

/// The image that is none: the disk is empty.
const CUSTOM: (&str, &str) = ("_custom", "_");

#[derive(Deserialize)]
struct Wanted {
    name: String,
    vcpu: u32,
    ram: u32,
    disks: Option<u32>,
    os_name: Option<String>,
    os_version: Option<String>,
    username: Option<String>,
    password: Option<String>,
    public_key: Option<String>,
    #[serde(default)]
    public_keys: Vec<String>,
    billing_account_id: Option<i64>,
    #[serde(default)]
    backup: bool,
    #[serde(default)]
    description: String,
    designated_pool_uuid: Option<String>,
    source_uuid: Option<String>,
    source_replica: Option<String>,
    disk_uuid: Option<String>,
    #[serde(default = "yes")]
    reserve_public_ip: bool,
    network_uuid: Option<String>,
    cloud_init: Option<Value>,
}

fn yes() -> bool {
    true
}

/// What a machine boots from for the first time.
struct Boot {
    os_name: String,
    os_version: String,
    /// Who can log in, where the system knows it already.
    username: Option<String>,
    from: BootDisk,
}

enum BootDisk {
    Existing(Box<Disk>),
    New { size_gb: u32, source: Source },
}

fn create(cx: &Context, Body(new): Body<Wanted>) -> Result<Reply> {
    let payer = payer::payer(cx, new.billing_account_id)?;
    let boot = boot(cx, &new)?;
    VCPU.check(new.vcpu.into(), &boot.os_name)?;
    RAM.check(new.ram.into(), &boot.os_name)?;
    let username = username(&new, &boot)?;
    let pool = pool(cx, &new)?;
    let machine = machine::add(
        cx,
        NewMachine {
            backup: new.backup,
            billing_account: payer,
            description: new.description,
            pool: pool.clone(),
            memory: new.ram,
            name: new.name,
            os_name: boot.os_name,
            os_version: boot.os_version,
            username,
            vcpu: new.vcpu,
            network: new.network_uuid.filter(|uuid| !uuid.is_empty()),
        },
    )?;
    attach(cx, boot.from, &machine, &pool)?;
    if new.reserve_public_ip {
        floating_ips::reserve_for(cx, &machine.uuid.to_string(), payer)?;
    }
    Ok(object(cx, machine)?.into_reply()?.after(Took::CREATE.seconds(cx)?))
}

fn attach(cx: &Context, from: BootDisk, machine: &Machine, pool: &Pool) -> Result<Disk> {
    let disk = match from {
        BootDisk::Existing(disk) => *disk,
        BootDisk::New { size_gb, source } => disk::add(
            cx,
            NewDisk {
                billing_account_id: machine.billing_account,
                size_gb,
                source,
                display_name: None,
                storage_pool_uuid: pool.storage_pool_uuid,
            },
        )?,
    };
    disk::attach(cx, disk, &machine.uuid.to_string())
}

fn pool(cx: &Context, new: &Wanted) -> Result<Pool> {
    match given(new.designated_pool_uuid.as_ref()) {
        Some(uuid) => pools::find(cx, uuid),
        None => pools::default(cx),
    }
}

fn boot(cx: &Context, new: &Wanted) -> Result<Boot> {
    if let Some(uuid) = given(new.disk_uuid.as_ref()) {
        return from_disk(cx, uuid);
    }
    match given(new.source_uuid.as_ref()) {
        Some(uuid) => from_replica(cx, new, uuid),
        None if given(new.source_replica.as_ref()).is_some() => Err(required("source_uuid")),
        None => from_image(cx, new),
    }
}

/// Who made the system of a disk is not known, and neither who can log in.
fn from_disk(cx: &Context, uuid: &str) -> Result<Boot> {
    let disk = disk::find(cx, uuid)?;
    if disk.machine.is_some() {
        return Err(Problem::invalid("disk_uuid", "Disk is attached to a virtual machine"));
    }
    let image = disk.source.image.as_deref().filter(|_| disk.source.kind == SourceType::OsBase);
    let (os_name, os_version) = image.and_then(|image| image.split_once('_')).unwrap_or(CUSTOM);
    Ok(Boot {
        os_name: os_name.to_owned(),
        os_version: os_version.to_owned(),
        username: None,
        from: BootDisk::Existing(Box::new(disk)),
    })
}

fn from_replica(cx: &Context, new: &Wanted, uuid: &str) -> Result<Boot> {
    let machine = MACHINES.find(cx, uuid)?;
    let replica = given(new.source_replica.as_ref()).ok_or_else(|| required("source_replica"))?;
    let snapshot = snapshots::find(cx, replica)?;
    disk::find_of(cx, uuid, &snapshot.disk_uuid.to_string())?;
    let size_gb = new.disks.unwrap_or(snapshot.size_gb);
    if size_gb < snapshot.size_gb {
        return Err(refusals::broken("disks", Rule::Minimum(snapshot.size_gb.into())));
    }
    let image = Some(snapshot.uuid.to_string());
    Ok(Boot {
        os_name: machine.os_name,
        os_version: machine.os_version,
        username: machine.username,
        from: BootDisk::New { size_gb, source: Source { kind: SourceType::Snapshot, image } },
    })
}

fn from_image(cx: &Context, new: &Wanted) -> Result<Boot> {
    let (os_name, os_version) = match (given(new.os_name.as_ref()), given(new.os_version.as_ref()))
    {
        (None, None) => CUSTOM,
        (None, Some(_)) => return Err(required("os_name")),
        (Some(_), None) => return Err(required("os_version")),
        (Some(os_name), Some(os_version)) => (os_name, os_version),
    };
    if (os_name, os_version) != CUSTOM {
        images::find(cx, os_name, os_version)?;
    }
    let size_gb = new.disks.ok_or_else(|| required("disks"))?;
    DISKS.check(size_gb.into(), os_name)?;
    let source = Source::of_image(os_name, os_version);
    Ok(Boot {
        os_name: os_name.to_owned(),
        os_version: os_version.to_owned(),
        username: None,
        from: BootDisk::New { size_gb, source },
    })
}

/// Who can log in. A system from an image needs a way in: a password, a key, or what cloud-init
/// does.
fn username(new: &Wanted, boot: &Boot) -> Result<Option<String>> {
    let cloud_init = cloud_init::parse(new.cloud_init.clone())?;
    let key = given(new.public_key.as_ref());
    key.map_or(Ok(()), |key| PUBLIC_KEY.check(key))?;
    new.public_keys.iter().try_for_each(|key| PUBLIC_KEY.check_in("public_keys", key))?;
    let has_key = key.is_some() || !new.public_keys.is_empty();
    let (username, password) = (given(new.username.as_ref()), given(new.password.as_ref()));
    if let Some(username) = username {
        USERNAME.check(username)?;
        if username == "root" {
            return Err(Problem::invalid("username", "value cannot be 'root'"));
        }
    }
    password.map_or(Ok(()), |password| PASSWORD.check(password))?;
    let is_new =
        matches!(&boot.from, BootDisk::New { source, .. } if source.kind == SourceType::OsBase);
    if is_new && cloud_init.is_empty() {
        if username.is_none() && boot.os_name != "windows" {
            return Err(required("username"));
        }
        if password.is_none() && !has_key {
            return Err(required("password"));
        }
    }
    if cloud_init.contains_key("users") {
        return Ok(None);
    }
    Ok(username.map(str::to_owned).or_else(|| boot.username.clone()))
}

/// A text that says something.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
