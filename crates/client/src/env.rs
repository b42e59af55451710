//! Every environment variable that this project reads, in one table.
//!
//! Nothing else in the project spells a variable's name. Programs read the process's environment
//! once, as an [`Environment`], and pass it on: what a variable decides is decided from a value,
//! which tests can make.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

/// An environment variable of this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    name: &'static str,
    meaning: &'static str,
    secret: bool,
}

impl Variable {
    /// Its name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What it decides.
    pub const fn meaning(self) -> &'static str {
        self.meaning
    }

    /// Whether its value must never be shown.
    pub const fn is_secret(self) -> bool {
        self.secret
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Declares the variables and the table of all of them.
macro_rules! variables {
    ($($(#[$secret:ident])? $constant:ident = $name:literal: $meaning:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $meaning)]
            pub const $constant: Variable = Variable {
                name: $name,
                meaning: $meaning,
                secret: variables!(@secret $($secret)?),
            };
        )*

        /// All variables, in the order of the documentation.
        pub const ALL: &[Variable] = &[$($constant),*];
    };
    (@secret) => { false };
    (@secret secret) => { true };
}

variables! {
    TARGET = "FRAMEWRIGHT_TARGET":
        "where renders run: `embedded` (the default) or `aws`";
    STATE = "FRAMEWRIGHT_STATE":
        "folder of the embedded cloud's state, or `memory`";
    FUNCTION_ZIP = "FRAMEWRIGHT_FUNCTION_ZIP":
        "the render function's zip";
    CLIP_ZIP = "FRAMEWRIGHT_CLIP_ZIP":
        "the clip cutter's zip";
    SANDBOX_INIT = "FRAMEWRIGHT_SANDBOX_INIT":
        "the helper program that isolates functions of the embedded cloud";
    RENDER_FUNCTION = "FRAMEWRIGHT_RENDER_FUNCTION":
        "triggers: name of the render function";
    RENDER_BUCKET = "FRAMEWRIGHT_RENDER_BUCKET":
        "triggers: bucket of sites and renders";
    FAULT_POINTS = "FRAMEWRIGHT_FAULT_POINTS":
        "tests: points at which a function kills itself";
    MERGE_ABOVE = "FRAMEWRIGHT_MERGE_ABOVE":
        "tests: bytes above which a function merges chunks before it joins them, and stores the output while it is made";
    PUBLIC_OUTPUTS = "FRAMEWRIGHT_PUBLIC_OUTPUTS":
        "in a function: everybody may read outputs, by a policy of their bucket";
    S3_OUTPUT_PROVIDER_ACCESS_KEY_ID = "REMOTION_S3_OUTPUT_PROVIDER_ACCESS_KEY_ID":
        "access key of another service that speaks S3, where `--out-endpoint` names one";
    #[secret]
    S3_OUTPUT_PROVIDER_SECRET_ACCESS_KEY = "REMOTION_S3_OUTPUT_PROVIDER_SECRET_ACCESS_KEY":
        "that key's secret";
    REMOTION_AWS_PROFILE = "REMOTION_AWS_PROFILE":
        "profile of the shared AWS files; before every other source of credentials";
    REMOTION_AWS_ACCESS_KEY_ID = "REMOTION_AWS_ACCESS_KEY_ID":
        "access key; before `AWS_PROFILE` and `AWS_ACCESS_KEY_ID`";
    #[secret]
    REMOTION_AWS_SECRET_ACCESS_KEY = "REMOTION_AWS_SECRET_ACCESS_KEY":
        "the key's secret";
    #[secret]
    REMOTION_AWS_SESSION_TOKEN = "REMOTION_AWS_SESSION_TOKEN":
        "the session of a temporary key";
    REMOTION_AWS_REGION = "REMOTION_AWS_REGION":
        "region; before `AWS_REGION`";
    AWS_PROFILE = "AWS_PROFILE":
        "profile of the shared AWS files; before `AWS_ACCESS_KEY_ID`";
    AWS_ACCESS_KEY_ID = "AWS_ACCESS_KEY_ID":
        "access key";
    #[secret]
    AWS_SECRET_ACCESS_KEY = "AWS_SECRET_ACCESS_KEY":
        "the key's secret";
    #[secret]
    AWS_SESSION_TOKEN = "AWS_SESSION_TOKEN":
        "the session of a temporary key";
    AWS_REGION = "AWS_REGION":
        "region; before `AWS_DEFAULT_REGION`";
    AWS_DEFAULT_REGION = "AWS_DEFAULT_REGION":
        "region, as other AWS tools name it";
    AWS_SHARED_CREDENTIALS_FILE = "AWS_SHARED_CREDENTIALS_FILE":
        "file of the profiles' keys, in place of `~/.aws/credentials`";
    AWS_CONFIG_FILE = "AWS_CONFIG_FILE":
        "file of the profiles' settings, in place of `~/.aws/config`";
    AWS_ENDPOINT_URL = "AWS_ENDPOINT_URL":
        "replaces AWS's endpoints; what the embedded cloud gives to its functions";
    AWS_ENDPOINT_URL_STS = "AWS_ENDPOINT_URL_STS":
        "replaces the endpoint of STS alone";
    AWS_ENDPOINT_URL_LAMBDA = "AWS_ENDPOINT_URL_LAMBDA":
        "replaces the endpoint of Lambda alone";
    AWS_ENDPOINT_URL_S3 = "AWS_ENDPOINT_URL_S3":
        "replaces the endpoint of S3 alone";
    AWS_ENDPOINT_URL_IAM = "AWS_ENDPOINT_URL_IAM":
        "replaces the endpoint of IAM alone";
    AWS_CA_BUNDLE = "AWS_CA_BUNDLE":
        "file of certificates that are trusted in place of the system's";
    HTTPS_PROXY = "HTTPS_PROXY":
        "proxy for what is asked over TLS; `https_proxy` too";
    HTTP_PROXY = "HTTP_PROXY":
        "proxy for what is asked without TLS; `http_proxy` too";
    ALL_PROXY = "ALL_PROXY":
        "proxy for both; `all_proxy` too";
    NO_PROXY = "NO_PROXY":
        "hosts that are asked directly; `no_proxy` too";
    AWS_EC2_METADATA_SERVICE_ENDPOINT = "AWS_EC2_METADATA_SERVICE_ENDPOINT":
        "where an instance asks for its role's credentials";
    AWS_CONTAINER_CREDENTIALS_FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI":
        "where a container asks for its role's credentials";
    #[secret]
    AWS_CONTAINER_AUTHORIZATION_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN":
        "what a container shows there";
    AWS_LAMBDA_FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME":
        "set by AWS Lambda in a function";
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE":
        "set by AWS Lambda in a function, MiB";
    AWS_LAMBDA_RUNTIME_API = "AWS_LAMBDA_RUNTIME_API":
        "set by AWS Lambda in a function: host and port of the Runtime API";
    NO_COLOR = "NO_COLOR":
        "no colours on the terminal";
}

/// The values of variables, taken at one moment.
///
/// Values that are not UTF-8 count as absent; empty ones too, as AWS's tools hold it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// The process's environment.
    pub fn of_process() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// An environment of these values alone.
    pub fn of(values: impl IntoIterator<Item = (Variable, &'static str)>) -> Self {
        let values = values.into_iter();
        Self(
            values
                .map(|(variable, value)| (variable.name, value.to_owned()))
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// What a file or a program says, as the process's environment would say it. Names that are nobody's are left out.
    pub fn of_values(values: &BTreeMap<String, String>) -> Self {
        Self::from_lookup(|name| values.get(name).map(OsString::from))
    }

    /// The value of a variable, if it has one.
    pub fn get(&self, variable: Variable) -> Option<&str> {
        self.0.get(variable.name).map(String::as_str)
    }

    /// The first of `variables` that has a value.
    pub fn first(&self, variables: &[Variable]) -> Option<(Variable, &str)> {
        variables
            .iter()
            .find_map(|variable| Some((*variable, self.get(*variable)?)))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |variable: &Variable| {
            let value = lookup(variable.name)?.into_string().ok()?;
            (!value.is_empty()).then_some((variable.name, value))
        };
        Self(ALL.iter().filter_map(value).collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn names_are_unique_and_secrets_are_marked() {
        let names: BTreeSet<_> = ALL.iter().map(|variable| variable.name).collect();
        assert_eq!(names.len(), ALL.len());
        for variable in ALL {
            let secret = ["SECRET", "TOKEN"]
                .iter()
                .any(|part| variable.name.contains(part));
            assert_eq!(variable.secret, secret, "{variable}");
        }
    }

    #[test]
    fn empty_and_foreign_values_count_as_absent() {
        let environment = Environment::from_lookup(|name| match name {
            "AWS_PROFILE" => Some("".into()),
            "AWS_REGION" => Some(OsString::from_vec(vec![0xff])),
            "AWS_DEFAULT_REGION" => Some("eu-west-1".into()),
            _ => None,
        });
        assert_eq!(environment.get(AWS_PROFILE), None);
        assert_eq!(
            environment.first(&[AWS_REGION, AWS_DEFAULT_REGION]),
            Some((AWS_DEFAULT_REGION, "eu-west-1"))
        );
    }

    #[test]
    fn debug_shows_no_values() {
        let environment = Environment::of([(AWS_SECRET_ACCESS_KEY, "hush")]);
        assert_eq!(format!("{environment:?}"), r#"{"AWS_SECRET_ACCESS_KEY"}"#);
    }
}
