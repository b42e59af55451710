//! A lifecycle rule on the wire.

use s3s::dto::{
    self, AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleAndOperator, LifecycleRuleFilter,
};

use super::{convert, fault};
use crate::api_error::ApiError;
use crate::storage::{Expiration, Filter, FilterForm, Rule, Tag};

/// Reads a rule.
///
/// # Errors
/// What S3 refuses, and what this cloud does not apply: transitions and noncurrent versions.
pub(super) fn read(rule: LifecycleRule) -> Result<Rule, ApiError> {
    let unsupported = [
        ("Transition", rule.transitions.is_some()),
        (
            "NoncurrentVersionTransition",
            rule.noncurrent_version_transitions.is_some(),
        ),
        (
            "NoncurrentVersionExpiration",
            rule.noncurrent_version_expiration.is_some(),
        ),
    ];
    if let Some((element, _)) = unsupported.iter().find(|(_, present)| *present) {
        return Err(fault::unsupported_element(element));
    }
    let filter = read_filter(rule.prefix, rule.filter)?;
    let expiration = rule.expiration.map(read_expiration).transpose()?;
    let abort = rule
        .abort_incomplete_multipart_upload
        .map(|abort| days(abort.days_after_initiation))
        .transpose()?;
    if expiration.is_none() && abort.is_none() {
        let message = "At least one action needs to be specified in a rule";
        return Err(fault::invalid_request(message));
    }
    if abort.is_some() && !filter.tags.is_empty() {
        let message = "AbortIncompleteMultipartUpload cannot be specified with Tags";
        return Err(fault::invalid_request(message));
    }
    let enabled = match rule.status.as_str() {
        ExpirationStatus::ENABLED => true,
        ExpirationStatus::DISABLED => false,
        _ => return Err(fault::malformed_xml()),
    };
    let id = rule
        .id
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
    if id.chars().count() > 255 {
        return Err(fault::invalid_argument(
            "ID length should not exceed allowed limit of 255",
            "ID",
            id,
        ));
    }
    Ok(Rule {
        id,
        enabled,
        filter,
        expiration,
        abort_uploads_after_days: abort,
    })
}

fn read_filter(
    prefix: Option<String>,
    filter: Option<LifecycleRuleFilter>,
) -> Result<Filter, ApiError> {
    match (prefix, filter) {
        (Some(prefix), None) => Ok(Filter {
            prefix,
            form: FilterForm::RulePrefix,
            ..Filter::default()
        }),
        (None, Some(LifecycleRuleFilter { and: Some(and), .. })) => Ok(Filter {
            prefix: and.prefix.unwrap_or_default(),
            tags: and
                .tags
                .unwrap_or_default()
                .into_iter()
                .map(read_tag)
                .collect(),
            larger_than: size(and.object_size_greater_than)?,
            smaller_than: size(and.object_size_less_than)?,
            form: FilterForm::And,
        }),
        (None, Some(filter)) => Ok(Filter {
            prefix: filter.prefix.unwrap_or_default(),
            tags: filter.tag.into_iter().map(read_tag).collect(),
            larger_than: size(filter.object_size_greater_than)?,
            smaller_than: size(filter.object_size_less_than)?,
            form: FilterForm::Single,
        }),
        (None, None) | (Some(_), Some(_)) => Err(fault::malformed_xml()),
    }
}

fn read_tag(tag: dto::Tag) -> Tag {
    Tag {
        key: tag.key.unwrap_or_default(),
        value: tag.value.unwrap_or_default(),
    }
}

fn read_expiration(expiration: LifecycleExpiration) -> Result<Expiration, ApiError> {
    match (
        expiration.days,
        expiration.date,
        expiration.expired_object_delete_marker,
    ) {
        (Some(asked), None, None) => days(Some(asked)).map(Expiration::Days),
        (None, Some(date), None) => match convert::moment(&date) {
            Some(date) if date.as_second() % 86_400 == 0 => Ok(Expiration::Date(date)),
            _ => Err(fault::invalid_argument(
                "'Date' must be at midnight GMT",
                "Date",
                "",
            )),
        },
        (None, None, Some(_)) => Err(fault::unsupported_element("ExpiredObjectDeleteMarker")),
        _ => Err(fault::malformed_xml()),
    }
}

fn days(asked: Option<i32>) -> Result<u32, ApiError> {
    let asked = asked.ok_or_else(fault::malformed_xml)?;
    u32::try_from(asked)
        .ok()
        .filter(|days| *days > 0)
        .ok_or_else(|| {
            let message = "'Days' for Expiration action must be a positive integer";
            fault::invalid_argument(message, "Days", asked.to_string())
        })
}

fn size(asked: Option<i64>) -> Result<Option<u64>, ApiError> {
    asked
        .map(|size| u64::try_from(size).map_err(|_| fault::malformed_xml()))
        .transpose()
}

/// Writes a rule as it was read.
pub(super) fn write(rule: Rule) -> LifecycleRule {
    let (prefix, filter) = write_filter(rule.filter);
    LifecycleRule {
        abort_incomplete_multipart_upload: rule.abort_uploads_after_days.map(|days| {
            AbortIncompleteMultipartUpload {
                days_after_initiation: i32::try_from(days).ok(),
            }
        }),
        expiration: rule.expiration.map(write_expiration),
        filter,
        id: Some(rule.id),
        noncurrent_version_expiration: None,
        noncurrent_version_transitions: None,
        prefix,
        status: ExpirationStatus::from_static(if rule.enabled {
            ExpirationStatus::ENABLED
        } else {
            ExpirationStatus::DISABLED
        }),
        transitions: None,
    }
}

fn write_filter(filter: Filter) -> (Option<String>, Option<LifecycleRuleFilter>) {
    let greater = filter.larger_than.and_then(|size| i64::try_from(size).ok());
    let less = filter
        .smaller_than
        .and_then(|size| i64::try_from(size).ok());
    let mut tags = filter.tags.into_iter().map(|tag| dto::Tag {
        key: Some(tag.key),
        value: Some(tag.value),
    });
    match filter.form {
        FilterForm::RulePrefix => (Some(filter.prefix), None),
        FilterForm::Single => {
            let tag = tags.next();
            let other = tag.is_some() || greater.is_some() || less.is_some();
            let single = LifecycleRuleFilter {
                and: None,
                object_size_greater_than: greater,
                object_size_less_than: less,
                prefix: (!other).then_some(filter.prefix),
                tag,
            };
            (None, Some(single))
        }
        FilterForm::And => {
            let and = LifecycleRuleAndOperator {
                object_size_greater_than: greater,
                object_size_less_than: less,
                prefix: (!filter.prefix.is_empty()).then_some(filter.prefix),
                tags: Some(tags.collect::<Vec<_>>()).filter(|tags| !tags.is_empty()),
            };
            (
                None,
                Some(LifecycleRuleFilter {
                    and: Some(and),
                    ..LifecycleRuleFilter::default()
                }),
            )
        }
    }
}

fn write_expiration(expiration: Expiration) -> LifecycleExpiration {
    let (days, date) = match expiration {
        Expiration::Days(days) => (i32::try_from(days).ok(), None),
        Expiration::Date(date) => (None, Some(convert::timestamp(date))),
    };
    LifecycleExpiration {
        date,
        days,
        expired_object_delete_marker: None,
    }
}
