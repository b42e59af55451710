//! The settings of a function: what CreateFunction and UpdateFunctionConfiguration share.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fault::{invalid, validation};
use super::function::Function;
use crate::api_error::ApiError;
use crate::sandbox::RESERVED;

/// Functions that bring their own `bootstrap`. There are no others here.
const RUNTIMES: [&str; 3] = ["provided.al2023", "provided.al2", "provided"];

const MAX_VARIABLES_BYTES: usize = 4096;
const MAX_LAYERS: usize = 5;

/// The settings that a request gives; what it leaves out stays.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Settings {
    pub(super) role: Option<String>,
    handler: Option<String>,
    runtime: Option<String>,
    description: Option<String>,
    timeout: Option<u32>,
    memory_size: Option<u32>,
    ephemeral_storage: Option<EphemeralStorage>,
    environment: Option<Environment>,
    /// ARNs of layer versions.
    pub(super) layers: Option<Vec<String>>,
    tracing_config: Option<TracingConfig>,
    logging_config: Option<LoggingConfig>,
    vpc_config: Option<VpcConfig>,
    dead_letter_config: Option<DeadLetterConfig>,
    #[serde(rename = "KMSKeyArn")]
    kms_key_arn: Option<String>,
    file_system_configs: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EphemeralStorage {
    size: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Environment {
    variables: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TracingConfig {
    mode: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct LoggingConfig {
    log_format: Option<String>,
    log_group: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct VpcConfig {
    subnet_ids: Vec<String>,
    security_group_ids: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DeadLetterConfig {
    target_arn: Option<String>,
}

impl Settings {
    /// Checks what the model of the API constrains, which is before any decision.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if let Some(role) = &self.role
            && !is_role_arn(role)
        {
            return Err(validation(
                role,
                "role",
                "Member must satisfy regular expression pattern: \
                 arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
            ));
        }
        between(self.timeout, "timeout", 1, 900)?;
        between(self.memory_size, "memorySize", 128, 10_240)?;
        let scratch = self.ephemeral_storage.map(|storage| storage.size);
        between(scratch, "ephemeralStorage.size", 512, 10_240)?;
        if let Some(runtime) = &self.runtime
            && !RUNTIMES.contains(&runtime.as_str())
        {
            return Err(invalid(format!(
                "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy \
                 enum value set: [{}]",
                RUNTIMES.join(", ")
            )));
        }
        if let Some(description) = &self.description
            && description.chars().count() > 256
        {
            return Err(validation(
                description,
                "description",
                "Member must have length less than or equal to 256",
            ));
        }
        Ok(())
    }

    /// Checks what the service constrains, and that nothing is asked for that this cloud lacks.
    pub(super) fn check_further(&self) -> Result<(), ApiError> {
        if self
            .layers
            .as_ref()
            .is_some_and(|layers| layers.len() > MAX_LAYERS)
        {
            return Err(invalid("Cannot reference more than 5 layers."));
        }
        if let Some(environment) = &self.environment {
            check_variables(&environment.variables)?;
        }
        let lacking = [
            (
                self.dead_letter_config.as_ref().is_some_and(|config| {
                    config
                        .target_arn
                        .as_ref()
                        .is_some_and(|arn| !arn.is_empty())
                }),
                "dead-letter queues",
            ),
            (
                self.kms_key_arn.as_ref().is_some_and(|arn| !arn.is_empty()),
                "KMS keys",
            ),
            (
                self.file_system_configs
                    .as_ref()
                    .is_some_and(|configs| !configs.is_empty()),
                "shared file systems",
            ),
        ];
        match lacking.iter().find(|(asked, _)| *asked) {
            Some((_, what)) => Err(invalid(format!("this cloud has no {what}"))),
            None => Ok(()),
        }
    }

    /// Whether the function is to be in a VPC.
    pub(super) fn names_vpc(&self) -> bool {
        self.vpc_config
            .as_ref()
            .is_some_and(|vpc| !vpc.subnet_ids.is_empty() || !vpc.security_group_ids.is_empty())
    }

    /// Changes a function. Role and layers are looked up by the caller.
    pub(super) fn apply(&self, function: &mut Function) {
        fn set<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        set(&mut function.role, self.role.as_ref());
        set(&mut function.runtime, self.runtime.as_ref());
        set(&mut function.description, self.description.as_ref());
        set(&mut function.timeout_seconds, self.timeout.as_ref());
        set(&mut function.memory_mib, self.memory_size.as_ref());
        if let Some(handler) = &self.handler {
            function.handler = Some(handler.clone());
        }
        if let Some(storage) = self.ephemeral_storage {
            function.scratch_mib = storage.size;
        }
        if let Some(environment) = &self.environment {
            function.variables = Some(environment.variables.clone());
        }
        if let Some(tracing) = &self.tracing_config {
            function.tracing_mode.clone_from(&tracing.mode);
        }
        if let Some(logging) = &self.logging_config {
            set(&mut function.log_format, logging.log_format.as_ref());
            set(&mut function.log_group, logging.log_group.as_ref());
        }
    }

    /// Whether the members are there without which no function can be created.
    pub(super) fn is_complete(&self) -> bool {
        self.runtime.is_some() && self.handler.is_some()
    }
}

fn between(value: Option<u32>, member: &str, least: u32, most: u32) -> Result<(), ApiError> {
    let Some(value) = value else { return Ok(()) };
    let constraint = if value < least {
        format!("Member must have value greater than or equal to {least}")
    } else if value > most {
        format!("Member must have value less than or equal to {most}")
    } else {
        return Ok(());
    };
    Err(validation(&value.to_string(), member, &constraint))
}

fn is_role_arn(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("arn:aws").and_then(|rest| {
        let (partition, rest) = rest.split_once(":iam::")?;
        let holds = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        partition.bytes().all(holds).then_some(rest)
    }) else {
        return false;
    };
    let Some((account, name)) = rest.split_once(":role/") else {
        return false;
    };
    let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
    account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(holds)
}

fn check_variables(variables: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let reserved: Vec<&str> = variables
        .keys()
        .map(String::as_str)
        .filter(|name| RESERVED.contains(name))
        .collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided contains reserved keys that are currently not supported \
             for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let is_name = |name: &str| {
        name.len() > 1
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if let Some(wrong) = variables.keys().find(|name| !is_name(name)) {
        return Err(validation(
            wrong,
            "environment.variables",
            "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: \
             [a-zA-Z]([a-zA-Z0-9_])+]",
        ));
    }
    let measured = serde_json::to_string(variables).unwrap_or_default();
    if measured.len() > MAX_VARIABLES_BYTES {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(settings: serde_json::Value) -> String {
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let checked = settings.check().and_then(|()| settings.check_further());
        checked.map_or_else(|error| error.message, |()| "fine".to_owned())
    }

    #[test]
    fn numbers_have_bounds() {
        let check = |settings| message(settings);
        assert_eq!(
            check(serde_json::json!({"Timeout": 900, "MemorySize": 128})),
            "fine"
        );
        assert_eq!(
            check(serde_json::json!({"Timeout": 901})),
            "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: \
             Member must have value less than or equal to 900"
        );
        assert!(
            check(serde_json::json!({"MemorySize": 127})).contains("greater than or equal to 128")
        );
        assert!(check(serde_json::json!({"EphemeralStorage": {"Size": 1}})).contains("512"));
    }

    #[test]
    fn roles_are_arns() {
        for right in [
            "arn:aws:iam::123456789012:role/r",
            "arn:aws-cn:iam::123456789012:role/path/r",
        ] {
            assert!(is_role_arn(right), "{right}");
        }
        for wrong in [
            "r",
            "arn:aws:iam::1:role/r",
            "arn:aws:iam::123456789012:user/r",
        ] {
            assert!(!is_role_arn(wrong), "{wrong}");
        }
    }

    #[test]
    fn reserved_variables_are_named() {
        let text = message(serde_json::json!({"Environment": {"Variables": {"AWS_REGION": "x"}}}));
        assert!(
            text.ends_with("Reserved keys used in this request: AWS_REGION"),
            "{text}"
        );
    }

    #[test]
    fn what_is_lacking_is_said() {
        let text = message(serde_json::json!({"KMSKeyArn": "arn:aws:kms:us-east-1:1:key/k"}));
        assert_eq!(text, "this cloud has no KMS keys");
        assert_eq!(message(serde_json::json!({"VpcConfig": {}})), "fine");
    }
}
