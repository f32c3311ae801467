//! Packages. All of them are listed everywhere; each stands at the location that its properties
//! name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::package::{
    Allocation, Kept, PACKAGES, Package, Properties, Resource, Shown, Storage, find,
};
use crate::{
    apis::warren::{
        billing::payer,
        network::{members::MemberKind, membership},
        platform::{brand, located::location, metering, time::Time, token},
    },
    engine::{
        Body, Caller, Context, Object, Operation, Page, Params, Problem, Result, read, write,
    },
};

pub(super) fn operations() -> [Operation; 6] {
    [
        write("createPackage", create),
        read("listPackages", list),
        read("getPackage", get),
        write("updatePackage", update),
        read("getPackageSecrets", get_secrets),
        write("deletePackage", delete),
    ]
}

/// The services that there are.
static SERVICES: [Service; 1] =
    [Service { name: "postgresql", version: "14.0", sql_user: "wadmin", port: 5432 }];

struct Service {
    name: &'static str,
    version: &'static str,
    sql_user: &'static str,
    port: u16,
}

/// How many letters and digits a password has.
const PASSWORD_LENGTH: usize = 16;

#[derive(Deserialize)]
struct NewPackage {
    billing_account_id: i64,
    service: String,
    version: String,
    display_name: String,
    vm_cpu: u32,
    vm_ram: u32,
    vm_disk_gb: u32,
    /// An object, or a text that holds one as JSON.
    package_parameters: Option<Value>,
    #[serde(default)]
    is_multi_node: bool,
}

#[derive(Deserialize)]
struct Changes {
    billing_account_id: Option<i64>,
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct ByUuid {
    service_package_uuid: String,
}

#[derive(Serialize)]
struct Secrets {
    sql_pass: String,
}

fn list(cx: &Context) -> Result<Vec<Shown>> {
    let only = token::bound_to(cx)?;
    let condition = "? IS NULL OR body ->> '$.package.billing_account_id' = ?";
    let kept = PACKAGES.rows_where(cx, Page::ALL, condition, &[&only, &only])?.into_iter();
    Ok(kept.map(|kept| kept.package.shown()).collect())
}

fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<Shown>> {
    Ok(Object(find(cx, &by.service_package_uuid)?.package.shown()))
}

fn create(cx: &Context, Body(new): Body<NewPackage>) -> Result<Object<Shown>> {
    let billing_account_id = payer::payer(cx, Some(new.billing_account_id))?;
    let service = service(&new.service, &new.version)?;
    let cx = &at(cx, wanted_location(cx, new.package_parameters.as_ref())?);
    let uuid = cx.new_uuid()?;
    let member = membership::join(cx, None, &uuid.to_string(), MemberKind::Service)?;
    let package = Package {
        billing_account_id,
        created_at: Time(cx.now),
        deleted_at: None,
        is_deleted: false,
        is_multi_node: new.is_multi_node,
        resources: resources(cx, &new, &member.private_ip)?,
        properties: Properties {
            service_ip: member.private_ip,
            location: location(cx)?.to_owned(),
            sql_user: service.sql_user.to_owned(),
            port: service.port,
        },
        display_name: new.display_name,
        service: service.name.to_owned(),
        status: "active".to_owned(),
        updated_at: Time(cx.now),
        user_id: cx.account()?,
        uuid,
        version: service.version.to_owned(),
    };
    metering::begin(cx, &uuid.to_string(), billing_account_id, &package.charge())?;
    let sql_pass = cx.random_text(PASSWORD_LENGTH)?;
    let kept = Kept { package, sql_pass, whitelist: Vec::new() };
    PACKAGES.insert(cx, &kept)?;
    Ok(Object(kept.package.shown()))
}

fn update(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<Changes>,
) -> Result<Object<Shown>> {
    let uuid = &by.service_package_uuid;
    let mut kept = find(cx, uuid)?;
    let cx = &at(cx, of_brand(cx, &kept.package.properties.location)?);
    if let Some(id) = new.billing_account_id {
        kept.package.billing_account_id = payer::payer(cx, Some(id))?;
        metering::reassign(cx, uuid, kept.package.billing_account_id)?;
    }
    if let Some(name) = new.display_name {
        kept.package.display_name = name;
        metering::change(cx, uuid, &kept.package.charge())?;
    }
    kept.package.updated_at = Time(cx.now);
    PACKAGES.replace(cx, uuid, &kept)?;
    Ok(Object(kept.package.shown()))
}

fn get_secrets(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<Secrets>> {
    let Kept { sql_pass, .. } = find(cx, &by.service_package_uuid)?;
    Ok(Object(Secrets { sql_pass }))
}

/// The answer shows the package for the last time.
fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<Object<Shown>> {
    let uuid = &by.service_package_uuid;
    let Kept { mut package, .. } = find(cx, uuid)?;
    membership::leave(cx, uuid)?;
    metering::end(cx, uuid)?;
    PACKAGES.remove(cx, uuid)?;
    package.deleted_at = Some(Time(cx.now));
    package.is_deleted = true;
    "deleted".clone_into(&mut package.status);
    for resource in &mut package.resources {
        resource.resource_allocation = Allocation::Nothing {};
    }
    Ok(Object(package.shown()))
}

/// Gives each package that has none an address in the network of its owner, and charges for it from
/// when it was made.
pub(super) fn complete(cx: &Context) -> Result<()> {
    let mut statement = cx.db.prepare("SELECT account, uuid FROM warren_service_package")?;
    let owners = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (account, uuid) in owners.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
        let cx = &cx.on_behalf_of(account);
        let mut kept = find(cx, &uuid)?;
        let cx = &at(cx, of_brand(cx, &kept.package.properties.location)?);
        let member = membership::join_once(cx, None, &uuid, MemberKind::Service)?;
        kept.package.move_to(&member.private_ip);
        PACKAGES.replace(cx, &uuid, &kept)?;
        let (payer, made_at) = (kept.package.billing_account_id, kept.package.created_at.0);
        metering::begin_once(&cx.at(made_at), &uuid, payer, &kept.package.charge())?;
    }
    Ok(())
}

fn service(name: &str, version: &str) -> Result<&'static Service> {
    let found = SERVICES.iter().find(|service| service.name == name);
    let unknown = || Problem::malformed(format!("Service '{name}' not found"));
    let service = found.ok_or_else(unknown)?;
    if service.version == version {
        return Ok(service);
    }
    let text = format!("Version '{version}' of service '{name}' not found");
    Err(Problem::malformed(text))
}

/// Where a new package stands: where its parameters say, or where the request is about.
fn wanted_location(cx: &Context, parameters: Option<&Value>) -> Result<&'static str> {
    let parsed = match parameters {
        Some(Value::String(text)) => serde_json::from_str(text).ok().filter(Value::is_object),
        other => other.cloned(),
    };
    if parameters.is_some() && parsed.is_none() {
        return Err(Problem::invalid("package_parameters", "Invalid JSON provided"));
    }
    match parsed.as_ref().and_then(|it| it.get("location")) {
        None | Some(Value::Null) => location(cx),
        Some(Value::String(slug)) => of_brand(cx, slug),
        Some(other) => of_brand(cx, &other.to_string()),
    }
}

/// The location of this slug that the brand of the caller has.
fn of_brand(cx: &Context, slug: &str) -> Result<&'static str> {
    let location = brand::of_caller(cx)?.location(slug);
    let unknown = || {
        let text = format!("Location '{slug}' not found");
        Problem::invalid("package_parameters", text)
    };
    location.map(|location| location.slug.as_str()).ok_or_else(unknown)
}

/// The same context, about this location.
fn at<'a>(cx: &Context<'a>, slug: &'static str) -> Context<'a> {
    cx.with_caller(Caller { server_variable: Some(slug), ..cx.caller })
}

/// An address, and one machine, or two where a package has several.
fn resources(cx: &Context, new: &NewPackage, address: &str) -> Result<Vec<Resource>> {
    let resource = |resource_type: &str, resource_allocation| -> Result<Resource> {
        Ok(Resource {
            resource_allocation,
            resource_id: cx.new_uuid()?,
            resource_location: location(cx)?.to_owned(),
            resource_type: resource_type.to_owned(),
        })
    };
    let mut all =
        vec![resource("virtual_ip", Allocation::Address { address: address.to_owned() })?];
    let nodes = if new.is_multi_node { 2 } else { 1 };
    for _ in 0..nodes {
        let disk =
            Storage { primary: true, size: new.vm_disk_gb, uuid: cx.new_uuid()?, replica: [] };
        let machine = Allocation::Machine {
            memory: new.vm_ram,
            vcpu: new.vm_cpu,
            status: "running".to_owned(),
            storage: [disk],
        };
        all.push(resource("vm", machine)?);
    }
    Ok(all)
}
