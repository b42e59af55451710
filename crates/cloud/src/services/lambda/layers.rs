//! PublishLayerVersion, GetLayerVersion, DeleteLayerVersion.

use bytes::Bytes;
use http::StatusCode;
use iam::calls::Slot;
use serde::Deserialize;

use super::Lambda;
use super::call::{Call, parse};
use super::code::{CodeMembers, CodeSource};
use super::fault::{no_such_layer, validation};
use super::function::LayerVersion;
use super::table;
use super::view::{json_response, layer_version, no_content};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::response::Response;
use crate::state::ChangeError;

/// A new version of a layer.
#[derive(Debug)]
pub(super) struct PublishLayerVersion {
    layer: String,
    content: CodeSource,
    members: Members,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Members {
    #[serde(default)]
    description: String,
    #[serde(default)]
    compatible_runtimes: Vec<String>,
    #[serde(default)]
    compatible_architectures: Vec<String>,
    license_info: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content<'a> {
    #[serde(borrow)]
    content: CodeMembers<'a>,
}

impl PublishLayerVersion {
    /// Reads the call from its body.
    pub(super) fn read(layer: &str, body: &Bytes) -> Result<Self, ApiError> {
        let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let name = bare_name(layer).to_owned();
        if name.is_empty() || name.len() > 64 || !name.bytes().all(holds) {
            return Err(validation(
                &name,
                "layerName",
                "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+",
            ));
        }
        let content: Content<'_> = parse(body)?;
        Ok(Self {
            layer: name,
            content: CodeSource::read(content.content)?,
            members: parse(body)?,
        })
    }
}

impl Operation for PublishLayerVersion {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "PublishLayerVersion";
    const READ_ONLY: bool = false;
}

impl Call for PublishLayerVersion {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        let particulars = Particulars::new().name(Slot::Layer, &self.layer);
        self.content.particulars(lambda, particulars)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        let package = call.content.unpack(lambda).await?;
        let layer = LayerVersion {
            layer_arn: lambda.home().layer_arn(&call.layer),
            version: 0,
            description: call.members.description,
            created_at: lambda.now(),
            package,
            runtimes: call.members.compatible_runtimes,
            architectures: call.members.compatible_architectures,
            license: call.members.license_info,
            deleted: false,
        };
        let name = call.layer;
        let published = lambda.state().change(&permit, move |change| {
            let mut layer = layer.clone();
            table::add_layer(change, &name, &mut layer)?;
            Ok::<_, ChangeError<ApiError>>(layer)
        });
        json_response(StatusCode::CREATED, &layer_version(&published.await?))
    }
}

/// A version of a layer.
#[derive(Debug)]
pub(super) struct GetLayerVersion {
    layer: String,
    version: u64,
}

impl GetLayerVersion {
    /// Reads the call from the ARN of a version.
    pub(super) fn of_arn(arn: &str) -> Result<Self, ApiError> {
        let (layer, version) = arn.rsplit_once(':').unwrap_or((arn, ""));
        Self::read(layer, version)
    }

    /// Reads the call from its path.
    pub(super) fn read(layer: &str, version: &str) -> Result<Self, ApiError> {
        let version = version
            .parse()
            .map_err(|_| validation(version, "versionNumber", "Member must be a number"))?;
        Ok(Self {
            layer: bare_name(layer).to_owned(),
            version,
        })
    }

    fn arn(&self, lambda: &Lambda) -> String {
        format!("{}:{}", lambda.home().layer_arn(&self.layer), self.version)
    }
}

impl Operation for GetLayerVersion {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "GetLayerVersion";
    const READ_ONLY: bool = true;
}

impl Call for GetLayerVersion {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(Particulars::new().name(Slot::LayerVersionArn, self.arn(lambda)))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let layer = lambda
            .layer(&call.layer, call.version)?
            .ok_or_else(|| no_such_layer(&call.arn(lambda)))?;
        json_response(StatusCode::OK, &layer_version(&layer))
    }
}

/// A version of a layer that is to go. Functions that use it keep it.
#[derive(Debug)]
pub(super) struct DeleteLayerVersion(GetLayerVersion);

impl DeleteLayerVersion {
    /// Reads the call from its path.
    pub(super) fn read(layer: &str, version: &str) -> Result<Self, ApiError> {
        GetLayerVersion::read(layer, version).map(Self)
    }
}

impl Operation for DeleteLayerVersion {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "DeleteLayerVersion";
    const READ_ONLY: bool = false;
}

impl Call for DeleteLayerVersion {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        self.0.particulars(lambda)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteLayerVersion(GetLayerVersion { layer, version }), permit) = call.into_parts();
        let change = lambda.state().change(&permit, move |change| {
            Ok::<_, ChangeError<ApiError>>(table::remove_layer(change, &layer, version)?)
        });
        change.await?;
        Ok(no_content())
    }
}

/// The name of a layer that is given by name or by ARN.
pub(super) fn bare_name(layer: &str) -> &str {
    layer.rsplit_once(":layer:").map_or(layer, |(_, name)| name)
}
