//! ListLayerVersions and ListLayers.

use http::StatusCode;
use iam::calls::Slot;
use serde_json::{Value, json};

use super::Lambda;
use super::call::Call;
use super::function::LayerVersion;
use super::layers::bare_name;
use super::page::Page;
use super::table;
use super::view::{json_response, layer_version};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::incoming::Head;
use crate::response::Response;

/// Which layer versions a list shows.
#[derive(Debug, Default)]
struct Filter {
    runtime: Option<String>,
    architecture: Option<String>,
}

impl Filter {
    fn read(head: &Head) -> Self {
        Self {
            runtime: head.query_parameter("CompatibleRuntime"),
            architecture: head.query_parameter("CompatibleArchitecture"),
        }
    }

    fn shows(&self, layer: &LayerVersion) -> bool {
        let fits = |asked: &Option<String>, offered: &[String]| {
            asked.as_ref().is_none_or(|asked| offered.contains(asked))
        };
        fits(&self.runtime, &layer.runtimes) && fits(&self.architecture, &layer.architectures)
    }
}

/// The versions of a layer, the newest first.
#[derive(Debug)]
pub(super) struct ListLayerVersions {
    layer: String,
    filter: Filter,
    page: Page,
}

impl ListLayerVersions {
    /// Reads the call from its path and query.
    pub(super) fn read(layer: &str, head: &Head) -> Result<Self, ApiError> {
        Ok(Self {
            layer: bare_name(layer).to_owned(),
            filter: Filter::read(head),
            page: Page::read(head, 50)?,
        })
    }
}

impl Operation for ListLayerVersions {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "ListLayerVersions";
    const READ_ONLY: bool = true;
}

impl Call for ListLayerVersions {
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(Particulars::new().name(Slot::Layer, &self.layer))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let arn = lambda.home().layer_arn(&call.layer);
        let mut versions = table::layers(lambda.state())?;
        versions.retain(|layer| layer.layer_arn == arn && call.filter.shows(layer));
        versions.reverse();
        let (versions, next) = call.page.of(versions, |layer| layer.version.to_string())?;
        let shown: Vec<Value> = versions.iter().map(listed).collect();
        json_response(StatusCode::OK, &Page::answer("LayerVersions", &shown, next))
    }
}

/// The layers of the account, each with its newest version.
#[derive(Debug)]
pub(super) struct ListLayers {
    filter: Filter,
    page: Page,
}

impl ListLayers {
    /// Reads the call from its query.
    pub(super) fn read(head: &Head) -> Result<Self, ApiError> {
        Ok(Self {
            filter: Filter::read(head),
            page: Page::read(head, 50)?,
        })
    }
}

impl Operation for ListLayers {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "ListLayers";
    const READ_ONLY: bool = true;
}

impl Call for ListLayers {
    fn particulars(&self, _lambda: &Lambda) -> Result<Particulars, ApiError> {
        Ok(Particulars::new())
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let mut layers: Vec<LayerVersion> = Vec::new();
        for version in table::layers(lambda.state())? {
            if !call.filter.shows(&version) {
                continue;
            }
            // Versions of one layer stand together, the newest last.
            match layers.last_mut() {
                Some(last) if last.layer_arn == version.layer_arn => *last = version,
                _ => layers.push(version),
            }
        }
        let (layers, next) = call.page.of(layers, |layer| layer.layer_arn.clone())?;
        let shown: Vec<Value> = layers
            .iter()
            .map(|layer| {
                json!({
                    "LayerName": bare_name(&layer.layer_arn),
                    "LayerArn": layer.layer_arn,
                    "LatestMatchingVersion": listed(layer),
                })
            })
            .collect();
        json_response(StatusCode::OK, &Page::answer("Layers", &shown, next))
    }
}

/// A version as lists show it: without what is in it.
fn listed(layer: &LayerVersion) -> Value {
    let mut shown = layer_version(layer);
    if let Some(members) = shown.as_object_mut() {
        members.shift_remove("Content");
        members.shift_remove("LayerArn");
    }
    shown
}
