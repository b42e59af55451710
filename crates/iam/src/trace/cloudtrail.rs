//! CloudTrail events.

use super::history::{self, known_context};
use super::{Recorded, Trace, text};
use crate::calls::{Place, Slot, When, call};
use crate::catalog;
use crate::json::Value;
use crate::{AccountId, Decision, Resource};

/// Reads one event: by the record that the embedded cloud adds to it, else by the table of calls, else by its name.
pub(super) fn read(event: &Value<'_>, line: usize, trace: &mut Trace) {
    let own = event
        .get("additionalEventData")
        .and_then(|data| data.get("record"));
    if let Some(record) = own.filter(|record| record.get("decisions").is_some()) {
        return history::read(record, line, trace);
    }
    let (Some(source), Some(name)) = (text(event, &["eventSource"]), text(event, &["eventName"]))
    else {
        return trace.skip(line, "names no call".to_owned());
    };
    let service = match source.split('.').next().unwrap_or_default() {
        "monitoring" => "cloudwatch",
        other => other,
    };
    let read = Event {
        value: event,
        service,
        name: without_version(name),
        line,
    };
    match read.decisions() {
        Ok(recorded) => trace.recorded.extend(recorded),
        Err(reason) => trace.skip(line, format!("{service}:{name} {reason}")),
    }
}

/// Lambda's events carry the date of their API: `CreateFunction20150331`.
fn without_version(name: &str) -> &str {
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == 'v');
    let version = &name[stem.len()..];
    if version.len() >= 8 && version.starts_with("20") {
        stem
    } else {
        name
    }
}

struct Event<'v, 't> {
    value: &'v Value<'t>,
    service: &'v str,
    name: &'v str,
    line: usize,
}

impl Event<'_, '_> {
    fn decisions(&self) -> Result<Vec<Recorded>, String> {
        let Some(row) = call(self.service, self.name) else {
            return self.by_name().map(|recorded| vec![recorded]);
        };
        let Some(account) = self.account() else {
            return Err("names no account".to_owned());
        };
        let region = text(self.value, &["awsRegion"]).unwrap_or("us-east-1");
        let principal = text(self.value, &["userIdentity", "arn"]).unwrap_or_default();
        let place = Place {
            partition: principal
                .split(':')
                .nth(1)
                .filter(|part| part.starts_with("aws"))
                .unwrap_or("aws"),
            region,
            account,
        };
        let slots = self.slots(&place);
        let value = |slot| {
            slots
                .iter()
                .find(|(known, _)| *known == slot)
                .map(|(_, value)| value.as_str())
        };
        let circumstances = self.circumstances();
        let needs = row.needs_under(&circumstances);
        let decision = |need: &crate::calls::Need| {
            let resource = need
                .resource
                .fill(place, value)
                .map_err(|error| error.to_string())?;
            Ok(self.recorded(need.action, &resource))
        };
        needs.map(decision).collect()
    }

    /// For calls without a row: the action of the same name, on the resource that the event lists.
    fn by_name(&self) -> Result<Recorded, String> {
        let name = format!("{}:{}", self.service, self.name);
        let Some(action) = catalog::action(&name) else {
            return Err("is not in the table of calls".to_owned());
        };
        let listed = self
            .value
            .get("resources")
            .and_then(Value::as_array)
            .unwrap_or_default();
        let arns = listed
            .iter()
            .filter_map(|resource| text(resource, &["ARN"]));
        let resource = arns
            .filter_map(|arn| arn.parse::<Resource>().ok())
            .chain([Resource::UNNAMED])
            .find(|resource| action.applies_to(resource))
            .ok_or("lists no resource of the action")?;
        Ok(self.recorded(&action.to_string(), &resource))
    }

    fn recorded(&self, action: &str, resource: &Resource) -> Recorded {
        let call = format!("{}:{}", self.service, self.name);
        let code = text(self.value, &["errorCode"]);
        let is_denied =
            code.is_some_and(|code| code.contains("AccessDenied") || code.contains("Unauthorized"));
        let message = text(self.value, &["errorMessage"]).map(str::to_owned);
        let is_explicit = message
            .as_deref()
            .is_some_and(|message| message.contains("explicit deny"));
        Recorded {
            principal: text(self.value, &["userIdentity", "arn"]).map(str::to_owned),
            action: action.to_owned(),
            resource: resource.to_string(),
            context: known_context(action, Some(&call)),
            outcome: Some(match (is_denied, is_explicit) {
                (false, _) => Decision::Allowed,
                (true, false) => Decision::ImplicitDeny,
                (true, true) => Decision::ExplicitDeny,
            }),
            layer: None,
            message,
            line: self.line,
            call: Some(call),
        }
    }

    fn account(&self) -> Option<AccountId> {
        let named = text(self.value, &["recipientAccountId"])
            .or_else(|| text(self.value, &["userIdentity", "accountId"]));
        named?.parse().ok()
    }

    fn parameter(&self, names: &[&str]) -> Option<&str> {
        let parameters = self.value.get("requestParameters")?;
        names
            .iter()
            .find_map(|name| text(parameters, &name.split('.').collect::<Vec<_>>()))
    }

    fn circumstances(&self) -> Vec<When> {
        let parameters = self.value.get("requestParameters");
        let has = |name: &str| parameters.is_some_and(|parameters| parameters.get(name).is_some());
        let shown = [
            (has("x-amz-acl") || has("AccessControlPolicy"), When::Acl),
            (has("tags") || has("x-amz-tagging"), When::Tags),
            (has("versionId"), When::Version),
            (has("role"), When::Role),
            (has("vpcConfig"), When::Vpc),
            (has("layers"), When::Layers),
            (
                self.parameter(&["code.s3Bucket", "s3Bucket"]).is_some(),
                When::CodeInS3,
            ),
            (has("sourceIdentity"), When::SourceIdentity),
        ];
        shown
            .into_iter()
            .filter(|(shown, _)| *shown)
            .map(|(_, when)| when)
            .collect()
    }

    /// The names that the parameters give, as the templates of resources ask for them.
    fn slots(&self, place: &Place<'_>) -> Vec<(Slot, String)> {
        let mut slots = Vec::new();
        let plain: [(Slot, &[&str]); 12] = [
            (Slot::Bucket, &["bucketName"]),
            (Slot::Key, &["key"]),
            (Slot::CodeBucket, &["code.s3Bucket", "s3Bucket"]),
            (Slot::CodeKey, &["code.s3Key", "s3Key"]),
            (Slot::Qualifier, &["qualifier"]),
            (Slot::Layer, &["layerName"]),
            (Slot::LogGroup, &["logGroupName"]),
            (Slot::LogStream, &["logStreamName"]),
            (Slot::QuotaService, &["serviceCode"]),
            (Slot::QuotaCode, &["quotaCode"]),
            (Slot::LinkedService, &["aWSServiceName"]),
            (Slot::RoleArn, &["roleArn", "role"]),
        ];
        for (slot, names) in plain {
            slots.extend(self.parameter(names).map(|value| (slot, value.to_owned())));
        }
        if let Some(function) = self.parameter(&["functionName"]) {
            let name = function.split(":function:").last().unwrap_or(function);
            let (name, qualifier) = name.split_once(':').unwrap_or((name, ""));
            slots.push((Slot::Function, name.to_owned()));
            if !qualifier.is_empty() {
                slots.push((Slot::Qualifier, qualifier.to_owned()));
            }
        }
        let identity = |kind: &str, name: &str| {
            format!(
                "arn:{}:iam::{}:{kind}/{name}",
                place.partition, place.account
            )
        };
        let named: [(Slot, &str, &str); 4] = [
            (Slot::RoleArn, "role", "roleName"),
            (Slot::UserArn, "user", "userName"),
            (Slot::GroupArn, "group", "groupName"),
            (Slot::PolicyArn, "policy", "policyName"),
        ];
        slots.extend(
            self.parameter(&["policyArn"])
                .map(|arn| (Slot::PolicyArn, arn.to_owned())),
        );
        for (slot, kind, name) in named {
            slots.extend(
                self.parameter(&[name])
                    .map(|name| (slot, identity(kind, name))),
            );
        }
        slots
    }
}
