//! Lambda: functions, layers, and their invocation.
//!
//! Functions are kept in the state, what they were zipped from in folders
//! ([`packages`]). An invocation goes to the fleet of execution environments
//! (`crate::sandbox`), directly or through the queue of asynchronous events
//! ([`queue`]).

mod as_role;
mod call;
mod code;
mod create_function;
mod delivery;
mod event_invoke_config;
mod event_source;
mod execution;
mod fault;
mod for_service;
mod function;
mod function_policy;
mod function_settings;
mod invoke;
mod invoke_with_response_stream;
mod layers;
mod list_layers;
mod name;
mod packages;
mod page;
mod queue;
mod read_functions;
mod route;
mod settings;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod unzip;
mod update_function;
mod view;
mod vpc;

use std::collections::HashSet;
use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use iam::AccountId;
use jiff::Timestamp;
use tokio_util::task::TaskTracker;

use self::call::{carry_out, read_body, read_json};
use self::code::MAX_CODE_REQUEST;
use self::create_function::CreateFunction;
use self::event_invoke_config::{
    DeleteFunctionEventInvokeConfig, GetFunctionEventInvokeConfig, PutFunctionEventInvokeConfig,
    UpdateFunctionEventInvokeConfig,
};
use self::event_source::{
    CreateEventSourceMapping, DeleteEventSourceMapping, GetEventSourceMapping,
    ListEventSourceMappings, Pollers, UpdateEventSourceMapping,
};
use self::execution::Executions;
use self::fault::no_such_function;
pub(crate) use self::for_service::{NotAnswered, ServiceInvocation};
use self::function::{Function, LayerVersion};
use self::function_policy::{AddPermission, GetPolicy, RemovePermission};
use self::function_settings::{PutRuntimeManagementConfig, TagResource};
use self::layers::{DeleteLayerVersion, GetLayerVersion, PublishLayerVersion};
use self::list_layers::{ListLayerVersions, ListLayers};
use self::name::{FunctionName, Home};
use self::packages::Packages;
use self::queue::Queue;
use self::read_functions::{DeleteFunction, GetFunction, GetFunctionConfiguration, ListFunctions};
use self::route::Route;
use self::tags::{ListTags, UntagResource};
use self::update_function::{UpdateFunctionCode, UpdateFunctionConfiguration};
use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::Authorizer;
use crate::body::VerifiedBody;
use crate::clock::Clock;
use crate::config::Region;
use crate::fault::FaultPlan;
use crate::identity::{Identities, Sessions};
use crate::response::Response;
use crate::sandbox::{Fleet, Workshop};
use crate::services::{QueueStore, Serve};
use crate::state::{ChangeError, State, StateError};
use crate::storage::ObjectStore;

/// How long the last lines of logs may take to be delivered when the cloud closes.
const LAST_LINES: Duration = Duration::from_secs(3);

/// What Lambda is made of.
#[derive(Debug)]
pub(crate) struct LambdaParts {
    pub(crate) state: State,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) authorizer: Authorizer,
    pub(crate) identities: Identities,
    pub(crate) sessions: Sessions,
    pub(crate) objects: ObjectStore,
    /// The queues that mappings poll.
    pub(crate) queues: QueueStore,
    /// The folder for unpacked code and for environments.
    pub(crate) folder: PathBuf,
    /// The helper that makes sandboxes.
    pub(crate) sandbox_init: PathBuf,
    /// Where functions find this cloud: `http://127.0.0.1:PORT`.
    pub(crate) endpoint: String,
    /// Environments that may be at work at once, of each origin.
    pub(crate) limit: usize,
    pub(crate) faults: FaultPlan,
}

/// Lambda cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenLambdaError {
    /// A folder cannot be used.
    #[error("the folder of functions `{folder}` cannot be used")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Lambda of this account and region. A cheap handle.
#[derive(Debug, Clone)]
pub(crate) struct Lambda(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: State,
    objects: ObjectStore,
    executions: Executions,
    queue: Queue,
    queues: QueueStore,
    pollers: Pollers,
}

impl Lambda {
    /// Opens Lambda: tidies up what a former cloud left, and delivers what it did not.
    pub(crate) async fn open(parts: LambdaParts) -> Result<Self, OpenLambdaError> {
        let (state, folder) = (parts.state.clone(), parts.folder.clone());
        let made = state.maintain(|change| Ok(table::make(change)?)).await;
        made.map_err(|error: ChangeError<Infallible>| match error {
            ChangeError::Refused(never) => match never {},
            ChangeError::State(error) => error,
        })?;
        let unusable = |source| OpenLambdaError::Folder {
            folder: folder.clone(),
            source,
        };
        let packages = Packages::open(&folder.join("packages")).map_err(unusable)?;
        let workshop = Workshop::open(parts.sandbox_init, folder.join("environments"));
        let workshop = workshop.map_err(unusable)?;
        let (functions, layers) = (table::functions(&state)?, table::layers(&state)?);
        let named = packages_in_use(&functions, &layers);
        packages.collect_garbage(&named).map_err(unusable)?;
        let executions = Executions::new(execution::Inner {
            fleet: Fleet::start(Arc::new(workshop), parts.limit),
            packages,
            home: Home {
                account: parts.account,
                region: parts.region,
            },
            authorizer: parts.authorizer,
            identities: parts.identities,
            sessions: parts.sessions,
            clock: parts.clock,
            endpoint: parts.endpoint,
            deliveries: TaskTracker::new(),
        });
        let queue = Queue::start(state.clone(), executions.clone(), parts.faults)?;
        let pollers = Pollers::start(&state, &executions, &parts.queues)?;
        Ok(Self(Arc::new(Inner {
            state,
            objects: parts.objects,
            executions,
            queue,
            queues: parts.queues,
            pollers,
        })))
    }

    /// Ends all environments and waits until their logs are delivered, for which
    /// the gateway must still be open. Asynchronous events that were at work stay
    /// in the queue.
    pub(crate) async fn close(&self) {
        self.0.pollers.close();
        self.0.queue.close().await;
        let parts = self.0.executions.parts();
        parts.fleet.close().await;
        parts.deliveries.close();
        if tokio::time::timeout(LAST_LINES, parts.deliveries.wait())
            .await
            .is_err()
        {
            tracing::warn!("not every line of the functions' logs was delivered");
        }
    }

    fn state(&self) -> &State {
        &self.0.state
    }

    fn objects(&self) -> &ObjectStore {
        &self.0.objects
    }

    fn executions(&self) -> &Executions {
        &self.0.executions
    }

    fn queue(&self) -> &Queue {
        &self.0.queue
    }

    fn fleet(&self) -> &Fleet {
        &self.0.executions.parts().fleet
    }

    fn packages(&self) -> &Packages {
        &self.0.executions.parts().packages
    }

    fn home(&self) -> &Home {
        &self.0.executions.parts().home
    }

    fn identities(&self) -> &Identities {
        &self.0.executions.parts().identities
    }

    fn pollers(&self) -> &Pollers {
        &self.0.pollers
    }

    fn queues(&self) -> &QueueStore {
        &self.0.queues
    }

    fn authorizer(&self) -> &Authorizer {
        &self.0.executions.parts().authorizer
    }

    fn now(&self) -> Timestamp {
        self.0.executions.parts().clock.now()
    }

    fn may_assume(&self, role: &str, function_arn: &str) -> bool {
        self.0.executions.may_assume(role, function_arn)
    }

    fn function(&self, name: &str) -> Result<Option<Function>, ApiError> {
        Ok(table::function(self.state(), name)?)
    }

    /// A function that must be there, in the version that is named.
    fn existing(&self, named: &FunctionName) -> Result<Function, ApiError> {
        let function = self.function(&named.name)?;
        function
            .filter(|_| named.is_latest())
            .ok_or_else(|| no_such_function(&self.home().qualified_arn(named)))
    }

    fn layer(&self, name: &str, version: u64) -> Result<Option<LayerVersion>, ApiError> {
        Ok(table::layer(self.state(), name, version)?)
    }
}

fn packages_in_use<'a>(functions: &'a [Function], layers: &'a [LayerVersion]) -> HashSet<&'a str> {
    let code = functions.iter().map(|function| &function.code);
    let used = functions
        .iter()
        .flat_map(|function| &function.layers)
        .map(|layer| &layer.package);
    let published = layers.iter().map(|layer| &layer.package);
    code.chain(used)
        .chain(published)
        .map(|package| package.sha256.as_str())
        .collect()
}

impl Serve for Lambda {
    async fn serve(
        &self,
        request: Authenticated,
        body: VerifiedBody,
    ) -> Result<Response, ApiError> {
        let request = &request;
        self.home().expect_own_region(request.head())?;
        match Route::of(request.head())? {
            Route::CreateFunction => {
                let body = read_body::<CreateFunction>(request, body, MAX_CODE_REQUEST).await?;
                carry_out(self, request, CreateFunction::read(&body)?).await
            }
            Route::ListFunctions => {
                carry_out(self, request, ListFunctions::read(request.head())?).await
            }
            Route::GetFunction(name) => carry_out(self, request, GetFunction(name)).await,
            Route::DeleteFunction(name) => carry_out(self, request, DeleteFunction(name)).await,
            Route::GetFunctionConfiguration(name) => {
                carry_out(self, request, GetFunctionConfiguration(name)).await
            }
            Route::UpdateFunctionConfiguration(name) => {
                let body =
                    read_body::<UpdateFunctionConfiguration>(request, body, MAX_CODE_REQUEST);
                let call = UpdateFunctionConfiguration::read(name, &body.await?)?;
                carry_out(self, request, call).await
            }
            Route::UpdateFunctionCode(name) => {
                let body = read_body::<UpdateFunctionCode>(request, body, MAX_CODE_REQUEST).await?;
                carry_out(self, request, UpdateFunctionCode::read(name, &body)?).await
            }
            Route::Invoke(name) => invoke::invoke(self, request, name, body).await,
            Route::InvokeWithResponseStream(name) => {
                let answer = invoke_with_response_stream::invoke_with_response_stream(
                    self, request, name, body,
                );
                answer.await
            }
            Route::PutFunctionEventInvokeConfig(function) => {
                let members = read_json::<PutFunctionEventInvokeConfig, _>(request, body).await?;
                let call = PutFunctionEventInvokeConfig { function, members };
                carry_out(self, request, call).await
            }
            Route::GetFunctionEventInvokeConfig(name) => {
                carry_out(self, request, GetFunctionEventInvokeConfig(name)).await
            }
            Route::UpdateFunctionEventInvokeConfig(function) => {
                let members =
                    read_json::<UpdateFunctionEventInvokeConfig, _>(request, body).await?;
                let call = UpdateFunctionEventInvokeConfig { function, members };
                carry_out(self, request, call).await
            }
            Route::DeleteFunctionEventInvokeConfig(name) => {
                carry_out(self, request, DeleteFunctionEventInvokeConfig(name)).await
            }
            Route::AddPermission(function) => {
                let members = read_json::<AddPermission, _>(request, body).await?;
                carry_out(self, request, AddPermission { function, members }).await
            }
            Route::RemovePermission {
                function,
                statement_id,
            } => {
                let call = RemovePermission::read(function, statement_id, request.head());
                carry_out(self, request, call).await
            }
            Route::GetPolicy(name) => carry_out(self, request, GetPolicy(name)).await,
            Route::PutRuntimeManagementConfig(function) => {
                let members = read_json::<PutRuntimeManagementConfig, _>(request, body).await?;
                let call = PutRuntimeManagementConfig { function, members };
                carry_out(self, request, call).await
            }
            Route::PublishLayerVersion(layer) => {
                let body =
                    read_body::<PublishLayerVersion>(request, body, MAX_CODE_REQUEST).await?;
                carry_out(self, request, PublishLayerVersion::read(&layer, &body)?).await
            }
            Route::GetLayerVersion { layer, version } => {
                carry_out(self, request, GetLayerVersion::read(&layer, &version)?).await
            }
            Route::GetLayerVersionByArn => {
                let arn = request.head().query_parameter("Arn").unwrap_or_default();
                carry_out(self, request, GetLayerVersion::of_arn(&arn)?).await
            }
            Route::DeleteLayerVersion { layer, version } => {
                carry_out(self, request, DeleteLayerVersion::read(&layer, &version)?).await
            }
            Route::ListLayerVersions(layer) => {
                let call = ListLayerVersions::read(&layer, request.head())?;
                carry_out(self, request, call).await
            }
            Route::ListLayers => carry_out(self, request, ListLayers::read(request.head())?).await,
            Route::TagResource(arn) => {
                let members = read_json::<TagResource, _>(request, body).await?;
                carry_out(self, request, TagResource::read(&arn, members)?).await
            }
            Route::UntagResource(name) => {
                carry_out(self, request, UntagResource::read(name, request.head())).await
            }
            Route::ListTags(name) => carry_out(self, request, ListTags(name)).await,
            Route::CreateEventSourceMapping => {
                let members = read_json::<CreateEventSourceMapping, _>(request, body).await?;
                carry_out(self, request, CreateEventSourceMapping::read(members)?).await
            }
            Route::ListEventSourceMappings => {
                let call = ListEventSourceMappings::read(request.head())?;
                carry_out(self, request, call).await
            }
            Route::GetEventSourceMapping(id) => {
                carry_out(self, request, GetEventSourceMapping(id)).await
            }
            Route::UpdateEventSourceMapping(id) => {
                let members = read_json::<UpdateEventSourceMapping, _>(request, body).await?;
                carry_out(self, request, UpdateEventSourceMapping::read(id, members)?).await
            }
            Route::DeleteEventSourceMapping(id) => {
                carry_out(self, request, DeleteEventSourceMapping(id)).await
            }
        }
    }
}
