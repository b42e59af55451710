//! UpdateFunctionCode and UpdateFunctionConfiguration.

use bytes::Bytes;
use http::StatusCode;
use iam::calls::{Slot, When};
use serde::Deserialize;

use super::Lambda;
use super::call::{Call, parse};
use super::code::{CodeMembers, CodeSource, check_total_size, layers};
use super::create_function::{passing_role, using_layers};
use super::fault::{invalid, no_such_function, role_not_assumable, stale_revision};
use super::function::Function;
use super::name::FunctionName;
use super::settings::Settings;
use super::view::{Moment, configuration, json_response};
use super::{table, vpc};
use crate::api_error::ApiError;
use crate::authz::{Authorized, Operation, Particulars, Permit};
use crate::response::Response;
use crate::state::ChangeError;

/// New code for a function.
#[derive(Debug)]
pub(super) struct UpdateFunctionCode {
    function: FunctionName,
    code: CodeSource,
    revision: Option<String>,
    architecture: Option<String>,
    dry_run: bool,
    publish: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeUpdate {
    #[serde(default)]
    revision_id: Option<String>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    publish: bool,
}

impl UpdateFunctionCode {
    /// Reads the call from its body.
    pub(super) fn read(function: FunctionName, body: &Bytes) -> Result<Self, ApiError> {
        let code: CodeMembers<'_> = parse(body)?;
        let rest: CodeUpdate = parse(body)?;
        Ok(Self {
            function,
            code: CodeSource::read(code)?,
            revision: rest.revision_id,
            architecture: rest.architectures.and_then(|mut names| names.pop()),
            dry_run: rest.dry_run,
            publish: rest.publish,
        })
    }
}

impl Operation for UpdateFunctionCode {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "UpdateFunctionCode";
    const READ_ONLY: bool = false;
}

impl Call for UpdateFunctionCode {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        let particulars = Particulars::new().name(Slot::Function, &self.function.name);
        self.code.particulars(lambda, particulars)
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        if call.publish {
            return Err(invalid(
                "this cloud keeps $LATEST alone: Publish cannot be true",
            ));
        }
        lambda.existing(&call.function)?;
        let package = call.code.unpack(lambda).await?;
        let architecture = call.architecture;
        let update = move |function: &mut Function| {
            function.code.clone_from(&package);
            if let Some(architecture) = &architecture {
                function.architecture.clone_from(architecture);
            }
            check_total_size(function)
        };
        if call.dry_run {
            let mut function = lambda.existing(&call.function)?;
            update(&mut function)?;
            return json_response(StatusCode::OK, &configuration(&function, Moment::Settled));
        }
        update_function(lambda, &permit, &call.function, call.revision, update).await
    }
}

/// New settings for a function.
#[derive(Debug)]
pub(super) struct UpdateFunctionConfiguration {
    function: FunctionName,
    settings: Settings,
    revision: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationUpdate {
    #[serde(default)]
    revision_id: Option<String>,
}

impl UpdateFunctionConfiguration {
    /// Reads the call from its body.
    pub(super) fn read(function: FunctionName, body: &Bytes) -> Result<Self, ApiError> {
        let settings: Settings = parse(body)?;
        settings.check()?;
        let rest: ConfigurationUpdate = parse(body)?;
        Ok(Self {
            function,
            settings,
            revision: rest.revision_id,
        })
    }
}

impl Operation for UpdateFunctionConfiguration {
    const SERVICE: &'static str = "lambda";
    const NAME: &'static str = "UpdateFunctionConfiguration";
    const READ_ONLY: bool = false;
}

impl Call for UpdateFunctionConfiguration {
    fn particulars(&self, lambda: &Lambda) -> Result<Particulars, ApiError> {
        let name = &self.function.name;
        let particulars = Particulars::new()
            .name(Slot::Function, name)
            .when(When::Vpc, self.settings.names_vpc());
        let particulars = match &self.settings.role {
            Some(role) => passing_role(lambda, name, role, particulars),
            None => particulars,
        };
        Ok(using_layers(self.settings.layers.as_deref(), particulars))
    }

    async fn run(lambda: &Lambda, call: Authorized<Self>) -> Result<Response, ApiError> {
        let (call, permit) = call.into_parts();
        call.settings.check_further()?;
        let function = lambda.existing(&call.function)?;
        if let Some(role) = &call.settings.role
            && !lambda.may_assume(role, &function.arn)
        {
            return Err(role_not_assumable());
        }
        if call.settings.names_vpc() {
            let role = call.settings.role.as_ref().unwrap_or(&function.role);
            return Err(vpc::refusal(lambda, permit.trail(), &function.name, role));
        }
        let used = match &call.settings.layers {
            Some(arns) => Some(layers(lambda, arns)?),
            None => None,
        };
        let settings = call.settings;
        let update = move |function: &mut Function| {
            settings.apply(function);
            if let Some(used) = &used {
                function.layers.clone_from(used);
            }
            check_total_size(function)
        };
        update_function(lambda, &permit, &call.function, call.revision, update).await
    }
}

/// Changes a function, unless it is not the revision that the caller means, and
/// ends the environments of the former one.
async fn update_function(
    lambda: &Lambda,
    permit: &Permit,
    named: &FunctionName,
    revision: Option<String>,
    mut update: impl FnMut(&mut Function) -> Result<(), ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let now = lambda.now();
    let name = named.name.clone();
    let absent = no_such_function(&lambda.home().qualified_arn(named));
    let change = lambda.state().change(permit, move |change| {
        let Some(mut function) = table::function_in(change, &name)? else {
            return Err(ChangeError::Refused(absent.clone()));
        };
        if revision
            .as_ref()
            .is_some_and(|revision| *revision != function.revision)
        {
            return Err(ChangeError::Refused(stale_revision()));
        }
        update(&mut function).map_err(ChangeError::Refused)?;
        function.changed_at(now);
        table::put_function(change, &function)?;
        Ok(function)
    });
    let function = change.await?;
    lambda.fleet().retire(&function.name);
    json_response(StatusCode::OK, &configuration(&function, Moment::Updated))
}
