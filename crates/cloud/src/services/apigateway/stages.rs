//! CreateStage, GetStage, GetStages, DeleteStage.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;

use super::ApiGateway;
use super::api::{DEFAULT_STAGE, Stage};
use super::call::{Call, answer, change_api, existing, list, no_content};
use super::fault::{bad_request, conflict, no_such};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation};
use crate::response::Response;

/// A stage to be.
#[derive(Debug)]
pub(super) struct CreateStage {
    pub(super) api: String,
    pub(super) members: StageMembers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StageMembers {
    stage_name: String,
    #[serde(default)]
    auto_deploy: bool,
    description: Option<String>,
    #[serde(default)]
    stage_variables: BTreeMap<String, String>,
}

impl StageMembers {
    fn check(&self) -> Result<(), ApiError> {
        let holds = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let name = &self.stage_name;
        let is_name = !name.is_empty() && name.len() <= 128 && name.bytes().all(holds);
        if name != DEFAULT_STAGE && !is_name {
            return Err(bad_request(
                "Stage name only allows a-zA-Z0-9-_ as characters",
            ));
        }
        if !self.auto_deploy {
            return Err(bad_request(
                "this cloud has no deployments: a stage serves the routes that there are, and \
                 AutoDeploy must be true",
            ));
        }
        Ok(())
    }
}

impl Operation for CreateStage {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "CreateStage";
    const READ_ONLY: bool = false;
}

impl Call for CreateStage {
    fn path(&self) -> String {
        format!("/apis/{}/stages", self.api)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        call.members.check()?;
        let now = gateway.clock.now();
        let stage = Stage {
            stage_name: call.members.stage_name,
            auto_deploy: true,
            created_date: now,
            last_updated_date: now,
            description: call.members.description,
            stage_variables: call.members.stage_variables,
        };
        let shown = stage.clone();
        change_api(gateway, &permit, &call.api, move |api| {
            let mut stages = api.stages.iter();
            if stages.any(|there| there.stage_name == stage.stage_name) {
                return Err(conflict("Stage already exists"));
            }
            api.stages.push(stage.clone());
            Ok(())
        })
        .await?;
        answer(StatusCode::CREATED, &shown)
    }
}

/// A stage.
#[derive(Debug)]
pub(super) struct GetStage {
    pub(super) api: String,
    pub(super) name: String,
}

impl Operation for GetStage {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetStage";
    const READ_ONLY: bool = true;
}

impl Call for GetStage {
    fn path(&self) -> String {
        format!("/apis/{}/stages/{}", self.api, self.name)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let api = existing(gateway, call.permit(), &call.api)?;
        let mut stages = api.stages.iter();
        let found = stages.find(|stage| stage.stage_name == call.name);
        answer(
            StatusCode::OK,
            found.ok_or_else(|| no_such("Stage", &call.name))?,
        )
    }
}

/// The stages of an API.
#[derive(Debug)]
pub(super) struct GetStages(pub(super) String);

impl Operation for GetStages {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "GetStages";
    const READ_ONLY: bool = true;
}

impl Call for GetStages {
    fn path(&self) -> String {
        format!("/apis/{}/stages", self.0)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        list(&existing(gateway, call.permit(), &call.0)?.stages)
    }
}

/// A stage that goes.
#[derive(Debug)]
pub(super) struct DeleteStage {
    pub(super) api: String,
    pub(super) name: String,
}

impl Operation for DeleteStage {
    const SERVICE: &'static str = "apigateway";
    const NAME: &'static str = "DeleteStage";
    const READ_ONLY: bool = false;
}

impl Call for DeleteStage {
    fn path(&self) -> String {
        format!("/apis/{}/stages/{}", self.api, self.name)
    }

    async fn run(gateway: &ApiGateway, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (DeleteStage { api, name }, permit) = call.into_parts();
        change_api(gateway, &permit, &api, move |api| {
            let before = api.stages.len();
            api.stages.retain(|stage| stage.stage_name != name);
            if api.stages.len() == before {
                return Err(no_such("Stage", &name));
            }
            Ok(())
        })
        .await?;
        Ok(no_content())
    }
}
