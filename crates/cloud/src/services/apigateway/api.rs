//! HTTP APIs as they are kept: with their routes, integrations and stages.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::route_key::RouteKey;

/// An HTTP API.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Api {
    pub(super) region: String,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) created_at: Timestamp,
    pub(super) integrations: Vec<Integration>,
    pub(super) routes: Vec<ApiRoute>,
    pub(super) stages: Vec<Stage>,
}

/// A function that routes go to, as answers show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Integration {
    pub(super) integration_id: String,
    pub(super) integration_type: String,
    pub(super) integration_method: String,
    /// The ARN of the function.
    pub(super) integration_uri: String,
    pub(super) connection_type: String,
    pub(super) payload_format_version: String,
    pub(super) timeout_in_millis: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

/// Which requests go where, as answers show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiRoute {
    pub(super) route_id: String,
    pub(super) route_key: RouteKey,
    /// `integrations/ID`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    pub(super) authorization_type: Authorization,
    pub(super) api_key_required: bool,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Authorization {
    /// Everybody.
    #[serde(rename = "NONE")]
    Open,
    /// Whom IAM lets.
    #[serde(rename = "AWS_IAM")]
    Iam,
}

/// A stage, as answers show it. It always serves the routes that there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stage {
    pub(super) stage_name: String,
    pub(super) auto_deploy: bool,
    #[serde(with = "date")]
    pub(super) created_date: Timestamp,
    #[serde(with = "date")]
    pub(super) last_updated_date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) stage_variables: BTreeMap<String, String>,
}

/// The stage that is served without its name in the path.
pub(super) const DEFAULT_STAGE: &str = "$default";

impl Api {
    /// The integration of a route, if it has one.
    pub(super) fn integration_of(&self, route: &ApiRoute) -> Option<&Integration> {
        let id = route.target.as_deref()?.strip_prefix("integrations/")?;
        let mut integrations = self.integrations.iter();
        integrations.find(|integration| integration.integration_id == id)
    }

    /// The stage of a path, and the path within it.
    ///
    /// A stage is named by the first segment of the path; what names none is for the default stage,
    /// if there is one.
    pub(super) fn stage_of<'p>(&self, path: &'p str) -> Option<(&Stage, &'p str)> {
        let (first, rest) = match path[1..].find('/') {
            Some(end) => (&path[1..=end], &path[end + 1..]),
            None => (&path[1..], "/"),
        };
        let named = |name: &str| self.stages.iter().find(|stage| stage.stage_name == name);
        match named(first) {
            Some(stage) if first != DEFAULT_STAGE => Some((stage, rest)),
            _ => named(DEFAULT_STAGE).map(|stage| (stage, path)),
        }
    }
}

/// Times as this protocol spells them: ISO 8601, whole seconds.
pub(super) mod date {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::clock::iso8601;

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&iso8601(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(stages: &[&str]) -> Api {
        let stage = |name: &&str| Stage {
            stage_name: (*name).to_owned(),
            auto_deploy: true,
            created_date: Timestamp::UNIX_EPOCH,
            last_updated_date: Timestamp::UNIX_EPOCH,
            description: None,
            stage_variables: BTreeMap::new(),
        };
        Api {
            region: "us-east-1".into(),
            id: "a1".into(),
            name: "api".into(),
            description: None,
            created_at: Timestamp::UNIX_EPOCH,
            integrations: Vec::new(),
            routes: Vec::new(),
            stages: stages.iter().map(stage).collect(),
        }
    }

    #[test]
    fn paths_name_stages() {
        let check = |stages: &[&str], path: &str| {
            let api = api(stages);
            let found = api.stage_of(path);
            found.map(|(stage, rest)| format!("{} {rest}", stage.stage_name))
        };
        let both = ["$default", "dev"];
        assert_eq!(check(&both, "/dev/x/y").unwrap(), "dev /x/y");
        assert_eq!(check(&both, "/dev").unwrap(), "dev /");
        assert_eq!(check(&both, "/devx/y").unwrap(), "$default /devx/y");
        assert_eq!(check(&both, "/").unwrap(), "$default /");
        assert_eq!(check(&both, "/$default/x").unwrap(), "$default /$default/x");
        assert_eq!(check(&["dev"], "/x"), None);
        assert_eq!(check(&[], "/"), None);
    }
}
