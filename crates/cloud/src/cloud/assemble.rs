//! Putting the services of a cloud together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::authn::Authenticator;
use crate::authz::Authorizer;
use crate::clock::Clock;
use crate::cloud::open::OpenError;
use crate::cloud::regions::Regions;
use crate::config::{Config, Region};
use crate::events::History;
use crate::gateway::Gateway;
use crate::identity::{Identities, KeyUses, Sessions};
use crate::regions::EnabledRegions;
use crate::services::{
    Account, ApiGateway, Budgets, CloudTrail, ExecuteApi, Framewright, Iam, Lambda, LambdaParts,
    Lender, LogStore, Logs, QueueStore, Quotas, S3, Services, Sqs, Sts,
};
use crate::state::State;
use crate::storage::{Durability, ObjectStore};

/// How often what has expired is removed.
const SWEEPING: Duration = Duration::from_secs(3600);

/// What a gateway is made of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) config: Config,
    pub(super) state: State,
    pub(super) identities: Identities,
    /// The folder of the state's files.
    pub(super) files: PathBuf,
    pub(super) durability: Durability,
    /// Where the gateway will answer.
    pub(super) endpoint: String,
    pub(super) enabled: EnabledRegions,
    pub(super) tasks: TaskTracker,
    pub(super) closing: CancellationToken,
}

/// What the services of all regions share.
#[derive(Debug)]
pub(super) struct Shared {
    sessions: Sessions,
    key_uses: KeyUses,
    authorizer: Authorizer,
    objects: ObjectStore,
    history: History,
}

impl Gateway {
    /// Opens all services behind one gateway.
    pub(super) async fn assemble(parts: Parts) -> Result<Self, OpenError> {
        let shared = Shared::open(&parts).await?;
        let clock = Arc::clone(&parts.config.clock);
        let authenticator = Authenticator::new(
            parts.enabled.clone(),
            parts.identities.clone(),
            shared.key_uses.clone(),
            shared.sessions.clone(),
        );
        let history = shared.history.clone();
        Ok(Self {
            clock,
            authenticator,
            regions: Regions::open(parts, shared).await?,
            history,
        })
    }
}

impl Shared {
    async fn open(parts: &Parts) -> Result<Self, OpenError> {
        let (config, state) = (&parts.config, &parts.state);
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
        Ok(Self {
            sessions: Sessions::open(state).await?,
            key_uses: KeyUses::open(state, &parts.identities.directory()).await?,
            authorizer: Authorizer::new(config.account),
            objects,
            history: History::start(state.clone(), Arc::clone(&config.clock), &parts.tasks),
        })
    }
}

/// The services as a region has them: some of its own, and some that all regions share.
pub(super) async fn services(
    parts: &Parts,
    shared: &Shared,
    region: &Region,
) -> Result<Services, OpenError> {
    let (config, account) = (&parts.config, parts.config.account);
    let Shared {
        sessions,
        key_uses,
        authorizer,
        objects,
        history,
    } = shared;
    let founded_here = *region == parts.enabled.founded_in;
    let (state, files) = if founded_here {
        (parts.state.clone(), parts.files.clone())
    } else {
        let files = parts.files.join("regions").join(region.as_str());
        (parts.state.of_region(region), files)
    };
    let queues = QueueStore::open(
        state.clone(),
        Arc::clone(&config.clock),
        account,
        &parts.endpoint,
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
        folder: files.join("functions"),
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
    logs.sweep_regularly(&parts.tasks, parts.closing.clone());
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
            key_uses: key_uses.clone(),
            authorizer: authorizer.clone(),
        },
        sts: Sts {
            account,
            identities: parts.identities.clone(),
            sessions: sessions.clone(),
            authorizer: authorizer.clone(),
        },
        s3: S3::new(objects.clone(), authorizer.clone(), account),
        lambda: lambda.clone(),
        logs,
        quotas,
        api_gateway: ApiGateway::open(
            state.clone(),
            Arc::clone(&config.clock),
            account,
            authorizer.clone(),
            &parts.endpoint,
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
            state: parts.state.clone(),
            history: history.clone(),
        },
        account: Account {
            account,
            enabled: parts.enabled.clone(),
            authorizer: authorizer.clone(),
        },
        budgets: Budgets::open(parts.state.clone(), account, authorizer.clone()).await?,
        framewright: Framewright {
            authorizer: authorizer.clone(),
            store: objects.clone(),
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
        let sweeping = objects.sweep(clock.now(), None);
        if let Some(Err(error)) = closing.run_until_cancelled(sweeping).await {
            tracing::error!(%error, "expired objects could not be removed");
        }
    }
}
