//! The members of requests about mappings.

use serde::Deserialize;
use serde_json::Value;

use super::mapping::Settings;
use crate::api_error::ApiError;
use crate::services::lambda::fault::{invalid, validation};

/// What a request says about a mapping; what it leaves out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(in crate::services::lambda) struct MappingMembers {
    pub(super) event_source_arn: Option<String>,
    pub(super) function_name: Option<String>,
    enabled: Option<bool>,
    batch_size: Option<u32>,
    maximum_batching_window_in_seconds: Option<u32>,
    function_response_types: Option<Vec<String>>,
    scaling_config: Option<ScalingConfig>,
    filter_criteria: Option<FilterCriteria>,
    starting_position: Option<String>,
    destination_config: Option<Value>,
    tags: Option<serde_json::Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ScalingConfig {
    maximum_concurrency: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct FilterCriteria {
    filters: Vec<Value>,
}

impl MappingMembers {
    /// Checks what can be told without knowing anything else.
    ///
    /// # Errors
    /// A member out of its bounds, or one that this cloud lacks.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let concurrency = self.concurrency();
        for (name, value, least, most) in [
            ("batchSize", self.batch_size, 1, 10_000),
            (
                "maximumBatchingWindowInSeconds",
                self.maximum_batching_window_in_seconds,
                0,
                300,
            ),
            ("scalingConfig.maximumConcurrency", concurrency, 2, 1000),
        ] {
            if let Some(value) = value
                && !(least..=most).contains(&value)
            {
                let constraint = format!("Member must have value between {least} and {most}");
                return Err(validation(&value.to_string(), name, &constraint));
            }
        }
        for kind in self.function_response_types.iter().flatten() {
            if kind != "ReportBatchItemFailures" {
                return Err(validation(
                    kind,
                    "functionResponseTypes",
                    "Member must satisfy enum value set: [ReportBatchItemFailures]",
                ));
            }
        }
        if self.starting_position.is_some() {
            return Err(invalid(
                "StartingPosition is not valid for SQS event sources.",
            ));
        }
        let lacking = [
            (
                self.filter_criteria
                    .as_ref()
                    .is_some_and(|criteria| !criteria.filters.is_empty()),
                "filters of event source mappings",
            ),
            (
                self.destination_config.is_some(),
                "destinations of event source mappings",
            ),
            (
                self.tags.as_ref().is_some_and(|tags| !tags.is_empty()),
                "tags of event source mappings",
            ),
        ];
        match lacking.iter().find(|(asked, _)| *asked) {
            Some((_, what)) => Err(invalid(format!("this cloud has no {what}"))),
            None => Ok(()),
        }
    }

    /// Changes settings.
    ///
    /// # Errors
    /// That a batch would be larger than it can become without waiting.
    pub(super) fn apply(&self, settings: &mut Settings) -> Result<(), ApiError> {
        if let Some(enabled) = self.enabled {
            settings.enabled = enabled;
        }
        if let Some(size) = self.batch_size {
            settings.batch_size = size;
        }
        if let Some(window) = self.maximum_batching_window_in_seconds {
            settings.window_seconds = window;
        }
        if let Some(types) = &self.function_response_types {
            settings.reports_failures = !types.is_empty();
        }
        if self.scaling_config.is_some() {
            settings.concurrency = self.concurrency();
        }
        if settings.batch_size > 10 && settings.window_seconds == 0 {
            return Err(invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is \
                 greater than 10",
            ));
        }
        Ok(())
    }

    fn concurrency(&self) -> Option<u32> {
        let scaling = self.scaling_config.as_ref();
        scaling.and_then(|scaling| scaling.maximum_concurrency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(members: Value) -> String {
        let members: MappingMembers = serde_json::from_value(members).unwrap();
        let checked = members
            .check()
            .and_then(|()| members.apply(&mut Settings::default()));
        checked.map_or_else(|error| error.message, |()| "fine".to_owned())
    }

    #[test]
    fn large_batches_take_time() {
        let check = |members| message(members);
        let sized = |size, window| serde_json::json!({"BatchSize": size, "MaximumBatchingWindowInSeconds": window});
        assert_eq!(check(sized(10, 0)), "fine");
        assert_eq!(check(sized(100, 1)), "fine");
        assert!(check(sized(100, 0)).starts_with("Maximum batch window"));
        assert!(check(sized(0, 0)).contains("'batchSize'"));
        assert!(check(sized(1, 301)).contains("'maximumBatchingWindowInSeconds'"));
    }

    #[test]
    fn what_is_lacking_is_said() {
        let filtered = serde_json::json!({"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}});
        assert_eq!(
            message(filtered),
            "this cloud has no filters of event source mappings"
        );
        assert_eq!(message(serde_json::json!({"FilterCriteria": {}})), "fine");
    }
}
