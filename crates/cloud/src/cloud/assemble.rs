//! Putting the services of a cloud together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::authn::Authenticator;
use crate::authz::Authorizer;
use crate::clock::Clock;
use crate::cloud::open::OpenError;
use crate::config::Config;
use crate::events::History;
use crate::gateway::Gateway;
use crate::identity::{Identities, KeyUses, Sessions};
use crate::services::{
    ApiGateway, CloudTrail, ExecuteApi, Framewright, Iam, Lambda, LambdaParts, Lender, LogStore,
    Logs, QueueStore, Quotas, S3, Services, Sqs, Sts,
};
use crate::state::State;
use crate::storage::{Durability, ObjectStore};

/// How often what has expired is removed.
const SWEEPING: Duration = Duration::from_secs(3600);

/// What a gateway is made of.
pub(super) struct Parts<'a> {
    pub(super) config: &'a Config,
    pub(super) state: &'a State,
    pub(super) identities: Identities,
    /// The folder of the state's files.
    pub(super) files: &'a Path,
    pub(super) durability: Durability,
    /// Where the gateway will answer.
    pub(super) endpoint: &'a str,
    pub(super) tasks: &'a TaskTracker,
    pub(super) closing: &'a CancellationToken,
}

impl Gateway {
    /// Opens all services behind one gateway.
    pub(super) async fn assemble(parts: Parts<'_>) -> Result<Self, OpenError> {
        let (config, state) = (parts.config, parts.state);
        let (account, region) = (config.account, config.region.clone());
        let sessions = Sessions::open(state).await?;
        let authorizer = Authorizer::new(account, region.clone());
        let key_uses = KeyUses::open(state, &parts.identities.directory()).await?;
        let authenticator = Authenticator::new(
            region,
            parts.identities.clone(),
            key_uses.clone(),
            sessions.clone(),
        );
        Ok(Self {
            clock: Arc::clone(&config.clock),
            authenticator,
            services: services(&parts, &sessions, key_uses, &authorizer).await?,
            history: History::start(state.clone(), Arc::clone(&config.clock), parts.tasks),
        })
    }
}

async fn services(
    parts: &Parts<'_>,
    sessions: &Sessions,
    key_uses: KeyUses,
    authorizer: &Authorizer,
) -> Result<Services, OpenError> {
    let (config, state) = (parts.config, parts.state);
    let (account, region) = (config.account, &config.region);
    let objects = ObjectStore::open(
        state.clone(),
        parts.files.join("objects"),
        parts.durability,
        config.faults.clone(),
    )
    .await
    .map_err(|error| OpenError::Objects(error.into()))?;
    parts.tasks.spawn(sweep_regularly(
        objects.clone(),
        Arc::clone(&config.clock),
        parts.closing.clone(),
    ));
    let queues = QueueStore::open(
        state.clone(),
        Arc::clone(&config.clock),
        account,
        parts.endpoint,
        parts.closing.clone(),
    )
    .await?;
    let lambda = Lambda::open(LambdaParts {
        state: state.clone(),
        clock: Arc::clone(&config.clock),
        account,
        region: region.clone(),
        authorizer: authorizer.clone(),
        identities: parts.identities.clone(),
        sessions: sessions.clone(),
        objects: objects.clone(),
        queues: queues.clone(),
        folder: parts.files.join("functions"),
        sandbox_init: config.sandbox_init.clone(),
        endpoint: parts.endpoint.to_owned(),
        limit: config.limits.execution_environments,
        faults: config.faults.clone(),
    })
    .await?;
    let log_store = LogStore::open(
        state.clone(),
        Arc::clone(&config.clock),
        account,
        region.clone(),
    )
    .await?;
    let logs = Logs::new(log_store, authorizer.clone());
    logs.sweep_regularly(parts.tasks, parts.closing.clone());
    let quotas = Quotas::open(
        state.clone(),
        Arc::clone(&config.clock),
        account,
        region.clone(),
        authorizer.clone(),
        config.limits.execution_environments,
    )
    .await?;
    Ok(Services {
        iam: Iam {
            account,
            identities: parts.identities.clone(),
            key_uses,
            authorizer: authorizer.clone(),
        },
        sts: Sts {
            account,
            identities: parts.identities.clone(),
            sessions: sessions.clone(),
            authorizer: authorizer.clone(),
        },
        s3: S3::new(objects.clone(), authorizer.clone(), account, region.clone()),
        lambda: lambda.clone(),
        logs,
        quotas,
        api_gateway: ApiGateway::open(
            state.clone(),
            Arc::clone(&config.clock),
            account,
            authorizer.clone(),
            parts.endpoint,
        )
        .await?,
        execute_api: ExecuteApi {
            state: state.clone(),
            account,
            authorizer: authorizer.clone(),
            lambda,
        },
        sqs: Sqs {
            store: queues,
            authorizer: authorizer.clone(),
            identities: parts.identities.clone(),
        },
        cloudtrail: CloudTrail {
            account,
            region: region.clone(),
            authorizer: authorizer.clone(),
            state: state.clone(),
        },
        framewright: Framewright {
            authorizer: authorizer.clone(),
            store: objects,
            lender: Lender {
                account,
                region: region.clone(),
                identities: parts.identities.clone(),
                sessions: sessions.clone(),
            },
        },
    })
}

/// Applies the lifecycle rules of buckets, now and then every hour, until `closing`.
async fn sweep_regularly(objects: ObjectStore, clock: Arc<dyn Clock>, closing: CancellationToken) {
    let mut ticks = interval(SWEEPING);
    while closing.run_until_cancelled(ticks.tick()).await.is_some() {
        let sweeping = objects.sweep(clock.now());
        if let Some(Err(error)) = closing.run_until_cancelled(sweeping).await {
            tracing::error!(%error, "expired objects could not be removed");
        }
    }
}
