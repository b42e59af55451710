//! CreateFunction.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::StatusCode;
use iam::calls::{Slot, When};
use serde::Deserialize;

use super::Lambda;
use super::call::{Call, parse};
use super::code::{CodeMembers, CodeSource, check_total_size, layers};
use super::fault::{invalid, role_not_assumable, validation};
use super::function::{Function, Package, RuntimeManagement};
use super::name::FunctionName;
use super::settings::Settings;
use super::view::{Moment, configuration, json_response};
use super::{table, vpc};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars};
use crate::response::Response;
use crate::state::ChangeError;

/// A function to be.
#[derive(Debug)]
pub(super) struct CreateFunction {
    name: String,
    /// Given always: the first check sees to it.
    role: String,
    code: CodeSource,
    settings: Settings,
    architecture: String,
    tags: BTreeMap<String, String>,
    publish: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Members<'a> {
    function_name: String,
    #[serde(borrow)]
    code: CodeMembers<'a>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    publish: bool,
}

impl CreateFunction {
    /// Reads the call from its body.
    pub(super) fn read(body: &Bytes) -> Result<Self, ApiError> {
        // Twice, since nested borrowing and flattening would copy the zip.
        let members: Members<'_> = parse(body)?;
        let settings: Settings = parse(body)?;
        settings.check()?;
        let role = settings
            .role
            .clone()
            .ok_or_else(|| validation("null", "role", "Member must not be null"))?;
        let name = FunctionName::parse(&members.function_name, None)?.name;
        let mut architectures = members.architectures.unwrap_or_default();
        let architecture = architectures.pop().unwrap_or_else(|| "x86_64".to_owned());
        if !architectures.is_empty() || !["x86_64", "arm64"].contains(&architecture.as_str()) {
            return Err(validation(
                &architecture,
                "architectures",
                "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, \
                 arm64]]",
            ));
        }
        Ok(Self {
            name,
            role,
            code: CodeSource::read(members.code)?,
            settings,
            architecture,
            tags: members.tags.unwrap_or_default(),
            publish: members.publish,
        })
    }

    fn function(&self, lambda: &Lambda, code: Package) -> Result<Function, ApiError> {
        let arns = self.settings.layers.as_deref().unwrap_or_default();
        let mut function = Function {
            name: self.name.clone(),
            arn: lambda.home().function_arn(&self.name),
            role: self.role.clone(),
            handler: None,
            runtime: String::new(),
            description: String::new(),
            timeout_seconds: 3,
            memory_mib: 128,
            scratch_mib: 512,
            variables: None,
            layers: layers(lambda, arns)?,
            architecture: self.architecture.clone(),
            tracing_mode: "PassThrough".to_owned(),
            log_format: "Text".to_owned(),
            log_group: format!("/aws/lambda/{}", self.name),
            code,
            modified_at: lambda.now(),
            revision: String::new(),
            tags: self.tags.clone(),
            asynchronous: None,
            runtime_management: RuntimeManagement::default(),
        };
        self.settings.apply(&mut function);
        function.changed_at(lambda.now());
        check_total_size(&function)?;
        Ok(function)
    }
}

impl Operation for CreateFunction {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "CreateFunction";
    const READ_ONLY: bool = false;
}

impl Call for CreateFunction {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        let mut particulars = Particulars::new()
            .name(Slot::Function, &self.name)
            .when(When::Tags, !self.tags.is_empty())
            .when(When::Vpc, self.settings.names_vpc())
            .keys("aws:TagKeys", self.tags.keys());
        for (key, value) in &self.tags {
            particulars = particulars.key(&format!("aws:RequestTag/{key}"), value);
        }
        let particulars = passing_role(lambda, &self.name, &self.role, particulars);
        let particulars = using_layers(self.settings.layers.as_deref(), particulars);
        self.code.particulars(lambda, particulars)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        if !call.settings.is_complete() {
            return Err(invalid(
                "Runtime and Handler are mandatory parameters for functions created with \
                 deployment packages.",
            ));
        }
        if call.publish {
            return Err(invalid(
                "this cloud keeps $LATEST alone: Publish cannot be true",
            ));
        }
        call.settings.check_further()?;
        if lambda.function(&call.name)?.is_some() {
            return Err(exists(&call.name));
        }
        let arn = lambda.home().function_arn(&call.name);
        if !lambda.may_assume(&call.role, &arn) {
            return Err(role_not_assumable());
        }
        if call.settings.names_vpc() {
            return Err(vpc::refusal(lambda, permit.trail(), &call.name, &call.role));
        }
        let code = call.code.clone().unpack(lambda).await?;
        let function = call.function(lambda, code)?;
        let created = function.clone();
        let change = lambda.state().change(&permit, move |change| {
            if table::function_in(change, &function.name)?.is_some() {
                return Err(ChangeError::Refused(exists(&function.name)));
            }
            Ok(table::put_function(change, &function)?)
        });
        change.await?;
        json_response(
            StatusCode::CREATED,
            &configuration(&created, Moment::Created),
        )
    }
}

/// What the decision about passing a role depends on.
pub(super) fn passing_role(
    lambda: &Lambda,
    function: &str,
    role: &str,
    particulars: Particulars,
) -> Particulars {
    particulars
        .when(When::Role, true)
        .name(Slot::RoleArn, role)
        .key("iam:PassedToService", "lambda.amazonaws.com")
        .key(
            "iam:AssociatedResourceArn",
            lambda.home().function_arn(function),
        )
}

/// What the decisions about reading layers depend on.
pub(super) fn using_layers(layers: Option<&[String]>, particulars: Particulars) -> Particulars {
    let layers = layers.unwrap_or_default();
    let particulars = particulars
        .when(When::Layers, !layers.is_empty())
        .keys("lambda:Layer", layers);
    layers.iter().fold(particulars, |particulars, arn| {
        particulars.name(Slot::LayerVersionArn, arn)
    })
}

fn exists(name: &str) -> ApiError {
    ApiError::conflict(
        "ResourceConflictException",
        format!("Function already exist: {name}"),
    )
}
