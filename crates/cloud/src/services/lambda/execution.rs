//! Running functions: what an environment of a function is made of.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::delivery::{Delivery as LogDelivery, LogTarget};
use super::function::Function;
use super::name::{Home, LATEST};
use super::packages::Packages;
use crate::authz::{Authorizer, OfRole};
use crate::clock::Clock;
use crate::identity::{Identities, NewSession, Sessions, TemporaryCredentials};
use crate::sandbox::{
    Delivery, Event, Fleet, Invocation, Log, Origin, Provide, Provided, Provision, Reading,
    Rejected, RoleCredentials, Unprovided,
};

/// How long an environment's credentials last: its own life of two hours and the
/// longest invocation, with room to spare.
const CREDENTIALS_LAST: SignedDuration = SignedDuration::from_hours(3);

const SERVICE: &str = "lambda.amazonaws.com";

/// Runs functions. A cheap handle.
#[derive(Debug, Clone)]
pub(super) struct Executions(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) fleet: Fleet,
    pub(super) packages: Packages,
    pub(super) home: Home,
    pub(super) authorizer: Authorizer,
    pub(super) identities: Identities,
    pub(super) sessions: Sessions,
    pub(super) clock: Arc<dyn Clock>,
    /// Where functions and the delivery of their logs find this cloud.
    pub(super) endpoint: String,
    /// Deliveries of logs that are under way.
    pub(super) deliveries: TaskTracker,
}

impl Executions {
    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Gives an event to an environment of the function.
    pub(super) async fn invoke(
        &self,
        function: Function,
        event: Event,
        delivery: Delivery,
        origin: Origin,
    ) -> Result<Reading, Rejected> {
        let (invocation, reading) = Invocation::new(event, delivery);
        let version = Version {
            function,
            executions: self.clone(),
        };
        self.0
            .fleet
            .invoke(Arc::new(version), invocation, origin)
            .await?;
        Ok(reading)
    }

    /// Whether Lambda may assume a role for a function.
    pub(super) fn may_assume(&self, role_arn: &str, function_arn: &str) -> bool {
        self.assumable(role_arn, function_arn).is_some()
    }

    /// The time as the queue measures it.
    pub(super) fn now_unix_ms(&self) -> i64 {
        self.0.clock.now().as_millisecond()
    }

    pub(super) fn parts(&self) -> &Inner {
        &self.0
    }

    fn assumable(&self, role_arn: &str, function_arn: &str) -> Option<Arc<crate::identity::Role>> {
        let directory = self.0.identities.in_force();
        let role = Arc::clone(directory.role_by_arn(role_arn)?);
        let arn = iam::Arn::parse(role_arn).ok()?;
        let trusted =
            self.0
                .authorizer
                .service_may_assume(SERVICE, &arn, role.trust.policy(), function_arn);
        trusted.then_some(role)
    }

    /// Temporary credentials of a function's role.
    pub(super) fn assume(&self, function: &Function) -> Result<TemporaryCredentials, Unprovided> {
        let role = self
            .assumable(&function.role, &function.arn)
            .ok_or(Unprovided::Role)?;
        Ok(self.0.sessions.issue(NewSession {
            role: &role,
            session_name: &function.name,
            issued_at: self.0.clock.now(),
            lasting: CREDENTIALS_LAST,
            policy: None,
            policy_arns: Vec::new(),
        }))
    }

    /// Whether the role of the function `name` may do something with a resource that has this policy.
    pub(super) fn role_may(
        &self,
        name: &str,
        role: &str,
        asked: &OfRole<'_>,
        policy: Option<Arc<iam::Policy>>,
    ) -> bool {
        let directory = self.0.identities.directory();
        let Some(role) = directory.role_by_arn(role) else {
            return false;
        };
        let layers = directory.layers(&role.principal);
        layers.is_some_and(|layers| {
            let layers = iam::Layers {
                resource: policy,
                ..layers
            };
            self.0
                .authorizer
                .role_may(&role.principal, name, &layers, asked)
        })
    }

    async fn provide(&self, function: &Function) -> Result<Provided, Unprovided> {
        let Inner {
            packages,
            home,
            endpoint,
            clock,
            deliveries,
            ..
        } = &*self.0;
        let credentials = self.assume(function)?;
        let layers = function.layers.iter().map(|layer| layer.package.clone());
        let layers = packages
            .merge(layers.collect())
            .await
            .map_err(|error| Unprovided::Cloud(error.to_string()))?;
        let today = clock.now().strftime("%Y/%m/%d").to_string();
        let log_stream = format!("{today}/[{LATEST}]{}", Uuid::new_v4().simple());
        let (log, lines) = Log::open(Arc::clone(clock));
        let delivery = LogDelivery::new(
            endpoint,
            LogTarget {
                group: function.log_group.clone(),
                stream: log_stream.clone(),
                region: home.region.clone(),
            },
            credentials.clone(),
            Arc::clone(clock),
        );
        deliveries.spawn(delivery.run(lines));
        let variables = function.variables.clone().unwrap_or_default();
        let provision = Provision {
            function_name: function.name.clone(),
            version: LATEST.to_owned(),
            handler: function.handler.clone().unwrap_or_default(),
            runtime: function.runtime.clone(),
            region: home.region.to_string(),
            endpoint: endpoint.clone(),
            memory_mib: function.memory_mib.into(),
            scratch_mib: function.scratch_mib.into(),
            timeout: std::time::Duration::from_secs(function.timeout_seconds.into()),
            variables: variables.into_iter().collect(),
            credentials: RoleCredentials {
                access_key_id: credentials.access_key_id,
                secret_access_key: credentials.secret_access_key,
                session_token: credentials.session_token,
            },
            log_group: function.log_group.clone(),
            log_stream,
            code: packages.path(&function.code),
            layers,
        };
        Ok(Provided { provision, log })
    }
}

/// A function as it is at the moment of an invocation.
struct Version {
    function: Function,
    executions: Executions,
}

impl Provide for Version {
    fn function(&self) -> &str {
        &self.function.name
    }

    fn revision(&self) -> &str {
        &self.function.revision
    }

    fn provide(&self) -> BoxFuture<'_, Result<Provided, Unprovided>> {
        self.executions.provide(&self.function).boxed()
    }
}
