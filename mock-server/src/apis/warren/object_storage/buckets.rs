//! Buckets. What is in them is out of reach here: this emulates no endpoint of S3.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::users;
use crate::{
    apis::warren::{
        billing::payer,
        platform::{
            brand, located,
            metering::{self, Charge},
            time::Millis,
            token,
        },
    },
    engine::{
        Body, Context, Object, Operation, Page, Params, Problem, Result, RowType, Rows, Table,
        read, write,
    },
};

pub(super) fn operations() -> [Operation; 6] {
    [
        read("getS3Info", info),
        read("listBuckets", list),
        write("createBucket", create),
        read("getBucket", get),
        write("modifyBucket", modify),
        write("deleteBucket", delete),
    ]
}

const BUCKETS: Table<Bucket> = Table::new("warren_bucket", "name");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[BUCKETS.row_type()];

#[derive(Serialize, Deserialize)]
struct Bucket {
    name: String,
    size_bytes: u64,
    billing_account_id: i64,
    num_objects: u64,
    created_at: Millis,
    modified_at: Millis,
    is_suspended: bool,
    user_id: i64,
    /// The S3 user whose bucket it is.
    owner: String,
}

/// Where the object storage is.
#[derive(Serialize)]
struct Info {
    url: &'static str,
}

#[derive(Deserialize)]
struct Wanted {
    billing_account_id: Option<i64>,
}

#[derive(Deserialize)]
struct NewBucket {
    name: String,
    billing_account_id: Option<i64>,
}

#[derive(Deserialize)]
struct ByName {
    name: String,
}

fn info(cx: &Context) -> Result<Object<Info>> {
    Ok(Object(Info { url: &brand::of_caller(cx)?.s3_url }))
}

fn list(cx: &Context, Params(wanted): Params<Wanted>) -> Result<Rows> {
    match token::listed(cx, wanted.billing_account_id)? {
        Some(id) => BUCKETS.page_where(cx, Page::ALL, "billing_account = ?", &[&id]),
        None => BUCKETS.page(cx, Page::ALL),
    }
}

fn create(cx: &Context, Body(new): Body<NewBucket>) -> Result<Object<Bucket>> {
    let billing_account_id = payer::named_payer(cx, new.billing_account_id)?;
    if new.name.parse::<Ipv4Addr>().is_ok() {
        return Err(Problem::invalid("name", "value must not be an IP address"));
    }
    refuse_taken(cx, &new.name)?;
    let bucket = Bucket {
        name: new.name,
        size_bytes: 0,
        billing_account_id,
        num_objects: 0,
        created_at: Millis(cx.now),
        modified_at: Millis(cx.now),
        is_suspended: false,
        user_id: cx.account()?,
        owner: users::owner(cx)?,
    };
    BUCKETS.insert(cx, &bucket)?;
    begin(cx, &bucket)?;
    Ok(Object(bucket))
}

/// Charges for buckets for which nobody was charged yet: where their owners usually are.
pub(super) fn complete(cx: &Context) -> Result<()> {
    let sql = "SELECT account, body FROM warren_bucket ORDER BY rowid";
    let mut statement = cx.db.prepare(sql)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (account, body): (i64, String) = (row.get(0)?, row.get(1)?);
        let bucket: Bucket = serde_json::from_str(&body)?;
        let cx = located::at_default(cx, account)?;
        begin(&cx.at(bucket.created_at.0), &bucket)?;
    }
    Ok(())
}

fn begin(cx: &Context, bucket: &Bucket) -> Result<()> {
    let charge = Charge::Bucket { name: bucket.name.clone(), size_bytes: bucket.size_bytes };
    metering::begin_once(cx, &bucket.name, bucket.billing_account_id, &charge)
}

fn get(cx: &Context, Params(by): Params<ByName>) -> Result<Object<Bucket>> {
    find(cx, &by.name).map(Object)
}

fn modify(cx: &Context, Body(new): Body<NewBucket>) -> Result<Object<Bucket>> {
    let mut bucket = find(cx, &new.name)?;
    bucket.billing_account_id = payer::named_payer(cx, new.billing_account_id)?;
    bucket.modified_at = Millis(cx.now);
    BUCKETS.replace(cx, &bucket.name, &bucket)?;
    metering::reassign(cx, &bucket.name, bucket.billing_account_id)?;
    Ok(Object(bucket))
}

fn delete(cx: &Context, Params(by): Params<ByName>) -> Result<()> {
    let bucket = find(cx, &by.name)?;
    if bucket.num_objects > 0 {
        return Err(Problem::conflict(format!("Bucket '{}' is not empty.", bucket.name)));
    }
    BUCKETS.remove(cx, &bucket.name)?;
    metering::end(cx, &bucket.name)
}

fn find(cx: &Context, name: &str) -> Result<Bucket> {
    let found = BUCKETS.rows_where(cx, Page::ALL, "name = ?", &[&name])?.pop();
    let bucket = found.ok_or_else(|| Problem::not_found().because("Bucket not found"))?;
    token::permit(cx, bucket.billing_account_id)?;
    Ok(bucket)
}

/// Refuses the name of a bucket of any user.
fn refuse_taken(cx: &Context, name: &str) -> Result<()> {
    match cx.db.prepare_cached("SELECT 1 FROM warren_bucket WHERE name = ?1")?.exists([name])? {
        true => Err(Problem::conflict(format!("Bucket '{name}' already exists."))),
        false => Ok(()),
    }
}
