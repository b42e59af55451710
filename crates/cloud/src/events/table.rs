//! Where records are kept, and how they are found again.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};
use redb::{ReadableTable, TableDefinition, TableError};

use crate::events::record::Record;
use crate::identity::keep_key_use;
use crate::state::{Change, ChangeError, Snapshot, StateError, decode, encode};

/// Records by time (microseconds since 1970) and request id.
const EVENTS: TableDefinition<'_, (i64, &str), &[u8]> = TableDefinition::new("events");

/// How long records are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How many expired records one transaction removes.
const EXPIRED_AT_ONCE: usize = 2000;

/// What to look for. Everything that is given must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    /// Not before.
    pub(crate) from: Option<Timestamp>,
    /// Not after.
    pub(crate) until: Option<Timestamp>,
    pub(crate) event_name: Option<String>,
    pub(crate) event_source: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) access_key_id: Option<String>,
    /// The last part of the principal: a user's or a session's name.
    pub(crate) username: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) read_only: Option<bool>,
    /// As CloudFormation names kinds of resources, such as `AWS::S3::Bucket`.
    pub(crate) resource_type: Option<String>,
    pub(crate) region: Option<String>,
    /// Continue after this record, as [`Page::next`] said.
    pub(crate) after: Option<(i64, String)>,
    /// How many records at most.
    pub(crate) limit: usize,
}

/// Records found, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) records: Vec<Record>,
    /// Where to continue, if there may be more.
    pub(crate) next: Option<(i64, String)>,
}

/// Writes a record, in place of an earlier version of itself, and with it the use of the key that
/// signed the request.
pub(crate) fn put(change: &mut Change<'_>, record: &Record) -> Result<(), StateError> {
    if let Some((id, used)) = record.key_use() {
        keep_key_use(change, id, &used)?;
    }
    let bytes = encode(&EVENTS, record)?;
    change.write(EVENTS)?.insert(
        (record.time.as_microsecond(), record.request_id.as_str()),
        bytes.as_slice(),
    )?;
    Ok(())
}

/// Finds records, the newest first.
pub(crate) fn query(snapshot: &Snapshot, query: &Query) -> Result<Page, StateError> {
    let table = match snapshot.open_table(EVENTS) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(Page::default()),
        Err(error) => return Err(error.into()),
    };
    let from = query.from.map_or(i64::MIN, Timestamp::as_microsecond);
    let until = match (&query.after, query.until) {
        (Some((time, id)), _) => Bound::Excluded((*time, id.as_str())),
        (None, Some(until)) => Bound::Excluded((until.as_microsecond().saturating_add(1), "")),
        (None, None) => Bound::Unbounded,
    };
    let mut page = Page::default();
    let range = table.range::<(i64, &str)>((Bound::Included((from, "")), until))?;
    for entry in range.rev() {
        let (key, value) = entry?;
        let record: Record = decode(&EVENTS, value.value())?;
        if !query.matches(&record) {
            continue;
        }
        page.records.push(record);
        if page.records.len() == query.limit {
            let (time, id) = key.value();
            page.next = Some((time, id.to_owned()));
            break;
        }
    }
    Ok(page)
}

/// Removes some of the records that are older than they are kept; the number removed.
pub(super) fn expire<E>(change: &mut Change<'_>, now: Timestamp) -> Result<usize, ChangeError<E>> {
    let oldest = (now - KEPT).as_microsecond();
    let due = change
        .read(EVENTS)?
        .first()?
        .is_some_and(|(key, _)| key.value().0 < oldest);
    if !due {
        return Ok(0);
    }
    let mut removed = 0;
    let mut table = change.write(EVENTS)?;
    let expired = table.extract_from_if(..(oldest, ""), |_, _| true)?;
    for entry in expired.take(EXPIRED_AT_ONCE) {
        entry?;
        removed += 1;
    }
    Ok(removed)
}

/// The kind of a resource as CloudFormation names it, if it has such a name.
pub(crate) fn resource_type(arn: &str) -> Option<&'static str> {
    let arn = iam::Arn::parse(arn).ok()?;
    let resource = arn.resource();
    let kind = resource.split(['/', ':']).next().unwrap_or_default();
    Some(match (arn.service(), kind) {
        ("s3", _) if resource.contains('/') => "AWS::S3::Object",
        ("s3", _) => "AWS::S3::Bucket",
        ("iam", "user") => "AWS::IAM::User",
        ("iam", "group") => "AWS::IAM::Group",
        ("iam", "role") => "AWS::IAM::Role",
        ("iam", "policy") => "AWS::IAM::Policy",
        ("iam", "instance-profile") => "AWS::IAM::InstanceProfile",
        ("lambda", "function") => "AWS::Lambda::Function",
        ("lambda", "layer") => "AWS::Lambda::LayerVersion",
        ("logs", "log-group") => "AWS::Logs::LogGroup",
        ("sqs", _) => "AWS::SQS::Queue",
        ("budgets", "budget") => "AWS::Budgets::Budget",
        _ => return None,
    })
}

impl Query {
    fn matches(&self, record: &Record) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        same(&self.event_name, record.event_name.as_deref())
            && same(&self.event_source, Some(&record.event_source))
            && same(&self.request_id, Some(&record.request_id))
            && same(
                &self.access_key_id,
                record.principal.access_key_id.as_deref(),
            )
            && same(
                &self.username,
                record
                    .principal
                    .arn
                    .as_deref()
                    .and_then(|arn| arn.rsplit('/').next()),
            )
            && same(&self.region, Some(&record.region))
            && self.resource_type.as_deref().is_none_or(|wanted| {
                record
                    .decisions
                    .iter()
                    .any(|decision| resource_type(&decision.resource) == Some(wanted))
            })
            && self
                .read_only
                .is_none_or(|wanted| record.read_only == wanted)
            && self.resource.as_deref().is_none_or(|wanted| {
                record
                    .decisions
                    .iter()
                    .any(|decision| decision.resource == wanted)
            })
    }
}
