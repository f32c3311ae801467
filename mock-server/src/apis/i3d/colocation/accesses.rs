//! Access of visitors to the data center, requested by customers.

use jiff::civil::Date;
use openapi::Violation;
use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer, value::Error as NoStatus},
};

use super::{
    access_documents::{self, AccessDocument},
    access_lifecycle::{ACCESSES, Access, ColocatedAccessServer, Status, Visitor},
    services::{self, COLOCATIONS},
};
use crate::{
    apis::i3d::{
        account::{self, blank_texts::blank_errors},
        money::contract_term::day,
        reference::countries,
    },
    engine::{Body, Context, Operation, Page, Params, Problem, Result, read, write},
};

pub(super) fn operations() -> [Operation; 7] {
    [
        read("getColocationAccesses", list),
        write("createColocationAccess", create),
        read("getColocationAccess", get),
        write("updateColocationAccess", update),
        write("deleteColocationAccess", delete),
        write("updateColocationAccessRevoke", revoke),
        write("reactivateColocationAccess", reactivate),
    ]
}

/// How many colocation services a request may name.
const SERVERS_MAX: usize = 100;

#[derive(Deserialize)]
struct Filter {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    access_id: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ColocatedAccess {
    visitor_id: Option<i64>,
    email: String,
    mobile: String,
    first_name: String,
    last_name: String,
    birth_date: String,
    company_name: String,
    colocated_access_server: Option<Vec<ColocatedAccessServer>>,
    temporary_access: Option<i64>,
    visit_requester: Option<i64>,
    permanent_requester: Option<i64>,
}

/// A visitor as the API shows them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ColocatedAccessDetails {
    id: i64,
    #[serde(rename = "dateverified")]
    date_verified: Option<String>,
    #[serde(rename = "dateonlist")]
    date_on_list: Option<String>,
    #[serde(rename = "dateofflist")]
    date_off_list: Option<String>,
    #[serde(flatten)]
    visitor: Visitor,
    city: Option<String>,
    country_en: String,
    admin_notes_read_only: Option<String>,
    account_document: Vec<AccessDocument>,
    checked: &'static str,
    created_by: i64,
    new_entry: u8,
    finger_print_id: Option<i64>,
    print_made: &'static str,
    syntegro_employee_code: Option<String>,
    status: Status,
}

fn list(
    cx: &Context,
    Params(by): Params<Filter>,
    page: Page,
) -> Result<Vec<ColocatedAccessDetails>> {
    let accesses = match by.status {
        None => ACCESSES.rows(cx, page)?,
        Some(name) => {
            let status =
                Status::deserialize(name.as_str().into_deserializer()).map_err(|_: NoStatus| {
                    Problem::invalid(
                        "status",
                        "must be granted, pending, denied, revoked or suspended",
                    )
                })?;
            ACCESSES.rows_where(cx, page, status.condition(), &[&cx.now])?
        }
    };
    accesses.into_iter().map(|access| shown(cx, access)).collect()
}

fn create(cx: &Context, Body(new): Body<ColocatedAccess>) -> Result<[ColocatedAccessDetails; 1]> {
    let id = ACCESSES.next_id(cx)?;
    // The id of a visitor is that of the first access requested for them.
    let visitor = visitor(cx, new, id)?;
    let mut access = Access {
        id,
        city: None,
        country_en: country(cx)?,
        // The id of a user is that of their account.
        created_by: cx.account()?,
        finger_print_id: None,
        syntegro_employee_code: None,
        visitor,
        refusal: None,
        checked_at: cx.now,
        listed_at: cx.now,
        revoked_at: None,
    };
    access.check_again(cx.now);
    ACCESSES.insert(cx, &access)?;
    Ok([shown(cx, access)?])
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<[ColocatedAccessDetails; 1]> {
    Ok([shown(cx, ACCESSES.find(cx, by.access_id)?)?])
}

fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<ColocatedAccess>,
) -> Result<[ColocatedAccessDetails; 1]> {
    let access = ACCESSES.change(cx, by.access_id, |access| {
        let visitor = visitor(cx, new, access.visitor.visitor_id)?;
        access.replace_visitor(visitor, cx.now);
        Ok(())
    })?;
    Ok([shown(cx, access)?])
}

fn delete(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    ACCESSES.remove(cx, by.access_id)
}

fn revoke(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    ACCESSES.change(cx, by.access_id, |access| access.revoke(cx.now)).map(drop)
}

fn reactivate(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    ACCESSES.change(cx, by.access_id, |access| access.reactivate(cx.now)).map(drop)
}

fn shown(cx: &Context, access: Access) -> Result<ColocatedAccessDetails> {
    let date = |at: i64| day(at).to_string();
    let yes = |it: bool| if it { "yes" } else { "no" };
    let status = access.status(cx.now);
    let (on_list, off_list) = access.listed(cx.now);
    Ok(ColocatedAccessDetails {
        id: access.id,
        date_verified: access.verified_at(cx.now).map(date),
        date_on_list: on_list.map(date),
        date_off_list: off_list.map(date),
        city: access.city.clone(),
        country_en: access.country_en.clone(),
        account_document: access_documents::of(cx, access.id)?,
        checked: yes(access.is_checked(cx.now)),
        created_by: access.created_by,
        new_entry: (status == Status::Pending).into(),
        finger_print_id: access.finger_print_id,
        print_made: yes(access.finger_print_id.is_some()),
        syntegro_employee_code: access.syntegro_employee_code,
        visitor: access.visitor,
        admin_notes_read_only: access.refusal.filter(|_| status == Status::Denied),
        status,
    })
}

/// The visitor of a valid request; `id` is theirs unless the request names a known visitor.
fn visitor(cx: &Context, new: ColocatedAccess, id: i64) -> Result<Visitor> {
    let mut visitor = Visitor {
        visitor_id: new.visitor_id.unwrap_or(id),
        datacenter_id: None,
        email: new.email,
        mobile: new.mobile,
        first_name: new.first_name,
        last_name: new.last_name,
        birth_date: new.birth_date,
        company_name: new.company_name,
        colocated_access_servers: new.colocated_access_server.unwrap_or_default(),
        temporary_access: new.temporary_access,
        visit_requester: new.visit_requester,
        permanent_requester: new.permanent_requester,
    };
    let mut errors = person_errors(cx, &visitor);
    if visitor.visitor_id != id
        && !ACCESSES.has_where(cx, "visitor_id = ?", &[&visitor.visitor_id])?
    {
        errors.push(Violation::new("visitorId", "is not a visitor of this account"));
    }
    errors.extend(server_errors(cx, &visitor.colocated_access_servers)?);
    Problem::refuse(errors)?;
    for server in &mut visitor.colocated_access_servers {
        let location = services::rack_location(cx, server.coloserver_id)?;
        visitor.datacenter_id.get_or_insert(location.dc_location_id);
        server.rackname = location.rack;
    }
    Ok(visitor)
}

/// The name of the country of the account, because the form does not ask for that of the visitor.
fn country(cx: &Context) -> Result<String> {
    let details = account::customer::DETAILS.get(cx)?;
    let code = details.addressee.country_code.as_str();
    Ok(countries::name(code).unwrap_or(code).to_owned())
}

fn person_errors(cx: &Context, visitor: &Visitor) -> Vec<Violation> {
    let texts = [
        ("mobile", &visitor.mobile),
        ("firstName", &visitor.first_name),
        ("lastName", &visitor.last_name),
    ];
    let mut errors = blank_errors(texts);
    let is_past = |date: Date| date < day(cx.now);
    if !visitor.birth_date.parse().is_ok_and(is_past) {
        errors.push(Violation::new("birthDate", "is not a day in the past"));
    }
    errors
}

fn server_errors(cx: &Context, servers: &[ColocatedAccessServer]) -> Result<Vec<Violation>> {
    if servers.len() > SERVERS_MAX {
        let message = format!("must have at most {SERVERS_MAX} items");
        return Ok(vec![Violation::new("colocatedAccessServer", message)]);
    }
    let mut errors = Vec::new();
    for (index, server) in servers.iter().enumerate() {
        let id = server.coloserver_id;
        let message = if !COLOCATIONS.has(cx, id)? {
            "is not a colocation service of this account"
        } else if servers[..index].iter().any(|before| before.coloserver_id == id) {
            "is named twice"
        } else {
            continue;
        };
        errors
            .push(Violation::new(format!("colocatedAccessServer[{index}].coloserverId"), message));
    }
    Ok(errors)
}
