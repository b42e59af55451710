//! Lifecycle rules: which objects and uploads are past their time.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::record::{Object, Tag, Upload};

/// One rule of a bucket's lifecycle configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) enabled: bool,
    pub(crate) filter: Filter,
    pub(crate) expiration: Option<Expiration>,
    /// Days after which an upload that was never completed is aborted.
    pub(crate) abort_uploads_after_days: Option<u32>,
}

/// Which objects a rule is about. All conditions must hold; an empty filter means every object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub(crate) prefix: String,
    pub(crate) tags: Vec<Tag>,
    /// In bytes, exclusive.
    pub(crate) larger_than: Option<u64>,
    /// In bytes, exclusive.
    pub(crate) smaller_than: Option<u64>,
    /// How the client wrote it, which is how it is given back.
    pub(crate) form: FilterForm,
}

/// The element that holds a filter on the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FilterForm {
    /// `<Prefix>` beside the rule's other elements, the old form.
    RulePrefix,
    /// `<Filter>` with at most one condition.
    #[default]
    Single,
    /// `<Filter><And>`.
    And,
}

/// When objects of a rule expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Expiration {
    /// Days after the object was made, rounded up to the next midnight UTC.
    Days(u32),
    /// At this moment, whenever the object was made.
    Date(Timestamp),
}

impl Filter {
    fn matches(&self, key: &str, object: &Object) -> bool {
        key.starts_with(&self.prefix)
            && self.larger_than.is_none_or(|size| object.size > size)
            && self.smaller_than.is_none_or(|size| object.size < size)
            && self
                .tags
                .iter()
                .all(|tag| object.attributes.tags.contains(tag))
    }
}

impl Expiration {
    fn of(self, modified_at: Timestamp) -> Timestamp {
        match self {
            Self::Days(days) => midnight_after(modified_at, days),
            Self::Date(date) => date,
        }
    }
}

/// When and by which rule an object expires, if any rule applies. The earliest wins.
pub(crate) fn expiry<'a>(
    rules: &'a [Rule],
    key: &str,
    object: &Object,
) -> Option<(Timestamp, &'a Rule)> {
    rules
        .iter()
        .filter(|rule| rule.enabled && rule.filter.matches(key, object))
        .filter_map(|rule| Some((rule.expiration?.of(object.modified_at), rule)))
        .min_by_key(|(at, _)| *at)
}

/// When an unfinished upload is aborted, if any rule applies. Sizes and tags do not select uploads.
pub(crate) fn abort_date(rules: &[Rule], key: &str, upload: &Upload) -> Option<Timestamp> {
    rules
        .iter()
        .filter(|rule| rule.enabled && key.starts_with(&rule.filter.prefix))
        .filter_map(|rule| rule.abort_uploads_after_days)
        .map(|days| midnight_after(upload.initiated_at, days))
        .min()
}

/// `days` after `from`, then the next midnight UTC. Beyond the calendar: never.
fn midnight_after(from: Timestamp, days: u32) -> Timestamp {
    let due = from
        .to_zoned(TimeZone::UTC)
        .checked_add(i64::from(days).days());
    let Ok(due) = due else { return Timestamp::MAX };
    if due.time() == Time::midnight() {
        return due.timestamp();
    }
    due.checked_add(1.day())
        .and_then(|next| next.start_of_day())
        .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::super::record::Attributes;
    use super::*;

    fn rule(id: &str, prefix: &str, days: u32) -> Rule {
        Rule {
            id: id.to_owned(),
            enabled: true,
            filter: Filter {
                prefix: prefix.to_owned(),
                ..Filter::default()
            },
            expiration: Some(Expiration::Days(days)),
            abort_uploads_after_days: Some(days),
        }
    }

    fn object(modified_at: &str) -> Object {
        Object {
            size: 10,
            etag: String::new(),
            modified_at: modified_at.parse().unwrap(),
            attributes: Attributes::default(),
            checksum: None,
            upload: None,
            segments: Vec::new(),
        }
    }

    #[test]
    fn days_round_up_to_the_next_midnight() {
        let rules = [
            rule("day", "renders/1_days/", 1),
            rule("week", "renders/", 7),
        ];
        let check = |key, modified, expected: Option<(&str, &str)>| {
            let found = expiry(&rules, key, &object(modified))
                .map(|(at, rule)| (at.to_string(), rule.id.as_str()));
            assert_eq!(found, expected.map(|(at, id)| (at.to_owned(), id)), "{key}");
        };
        check(
            "renders/1_days/a",
            "2026-11-21T04:30:00Z",
            Some(("2026-11-23T00:00:00Z", "day")),
        );
        check(
            "renders/1_days/a",
            "2026-11-21T00:00:00Z",
            Some(("2026-11-22T00:00:00Z", "day")),
        );
        check(
            "renders/a",
            "2026-11-21T04:30:00Z",
            Some(("2026-11-29T00:00:00Z", "week")),
        );
        check("sites/a", "2026-11-21T04:30:00Z", None);
    }

    #[test]
    fn every_condition_of_a_filter_must_hold() {
        let mut rule = rule("sized", "", 1);
        let now = "2026-11-21T04:30:00Z";
        rule.filter.larger_than = Some(9);
        rule.filter.smaller_than = Some(11);
        assert!(expiry(std::slice::from_ref(&rule), "k", &object(now)).is_some());
        rule.filter.larger_than = Some(10);
        assert!(expiry(std::slice::from_ref(&rule), "k", &object(now)).is_none());
        rule.filter.larger_than = None;
        rule.filter.tags = vec![Tag {
            key: "temporary".into(),
            value: "yes".into(),
        }];
        assert!(expiry(std::slice::from_ref(&rule), "k", &object(now)).is_none());
        rule.filter.tags.clear();
        rule.enabled = false;
        assert!(expiry(std::slice::from_ref(&rule), "k", &object(now)).is_none());
    }
}
