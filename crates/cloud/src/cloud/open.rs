//! Opening a cloud.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use iam::AccountId;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::cloud::assemble::Parts;
use crate::cloud::folder::{Absence, EndpointFile, OwnedFolder, StateFolder};
use crate::cloud::founding::{AdministratorKey, administrator, facts};
use crate::cloud::regions::Regions;
use crate::config::{Config, StateLocation};
use crate::gateway::{Gateway, serve};
use crate::identity::Identities;
use crate::regions::EnabledRegions;
use crate::services::OpenLambdaError;
use crate::state::{State, StateError};
use crate::storage::Durability;

/// How long tasks of a closing cloud may take to end.
const ENDING: Duration = Duration::from_secs(10);

/// The embedded cloud.
#[derive(Debug)]
pub struct Cloud;

/// A cloud that answers.
///
/// It ends with [`Running::shutdown`]. When it is dropped instead, it stops to accept requests,
/// and whatever was acknowledged is kept all the same.
#[derive(Debug)]
pub struct Running {
    endpoint: String,
    administrator: AdministratorKey,
    state: State,
    regions: Regions,
    tasks: TaskTracker,
    closing: DropGuard,
    server: JoinHandle<()>,
    place: Place,
    // Keeps peers out until the folder is let go.
    absence: Option<Absence>,
}

/// Where the files of a cloud are.
#[derive(Debug)]
enum Place {
    Owned(OwnedFolder),
    // The folder is removed when this goes.
    Temporary { _folder: TemporaryFolder },
}

/// A folder that goes with the cloud.
#[derive(Debug)]
struct TemporaryFolder(PathBuf);

/// A cloud cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process owns the folder.
    #[error("the state folder `{0}` is in use by another process")]
    InUse(PathBuf),
    /// The state cannot be used; the error names the file.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state belongs to another account.
    #[error("the state folder `{path}` is of account {kept}, not of {asked}")]
    OtherAccount {
        /// The folder.
        path: PathBuf,
        /// Whose the state is.
        kept: String,
        /// Which account was asked for.
        asked: AccountId,
    },
    /// The objects cannot be used.
    #[error("the objects of the state cannot be used")]
    Objects(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The functions cannot be used.
    #[error("the functions of the state cannot be used")]
    Functions(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The port cannot be had.
    #[error("port {port} of loopback cannot be had")]
    Port {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

impl From<OpenLambdaError> for OpenError {
    fn from(error: OpenLambdaError) -> Self {
        match error {
            OpenLambdaError::State(error) => error.into(),
            error @ OpenLambdaError::Folder { .. } => Self::Functions(error.into()),
        }
    }
}

impl Cloud {
    /// Opens a cloud, which answers when this returns.
    ///
    /// On a folder the port of the last owner is taken again if it can be had, so that those who
    /// used that owner find this one. A state that is new is made with an administrator.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(config: Config) -> Result<Running, OpenError> {
        match &config.state {
            StateLocation::Memory => {
                let folder = TemporaryFolder::make()?;
                let files = folder.0.clone();
                let state = State::in_memory(config.faults.clone())?;
                let opening = Opening {
                    state,
                    files,
                    durability: Durability::Volatile,
                    kept_key: None,
                    last_port: None,
                };
                opening
                    .finish(&config, Place::Temporary { _folder: folder })
                    .await
            }
            StateLocation::Folder(path) => {
                let folder = StateFolder::at(path)?;
                match folder.try_own()? {
                    Some(owned) => Self::open_owned(&config, owned).await,
                    None => Err(OpenError::InUse(path.clone())),
                }
            }
        }
    }

    /// Opens a cloud on a folder that this process owns.
    pub(super) async fn open_owned(
        config: &Config,
        owned: OwnedFolder,
    ) -> Result<Running, OpenError> {
        let folder = owned.folder().clone();
        let opening = Opening {
            state: State::open(&folder.path("state.redb"), config.faults.clone())?,
            files: folder.path(""),
            durability: Durability::Synced,
            kept_key: folder.read("administrator.json")?,
            last_port: folder.endpoint()?.map(|file| file.port),
        };
        opening.finish(config, Place::Owned(owned)).await
    }
}

/// A state that is open, before anything runs on it.
struct Opening {
    state: State,
    files: PathBuf,
    durability: Durability,
    kept_key: Option<AdministratorKey>,
    last_port: Option<u16>,
}

impl Opening {
    async fn finish(self, config: &Config, place: Place) -> Result<Running, OpenError> {
        let state = self.state;
        let facts = facts(&state, config.account, &config.region).await?;
        let mut config = config.clone();
        if config.any_account {
            config.account = facts.account.parse().unwrap_or(config.account);
        }
        if facts.account != config.account.as_str() {
            // The file is free for the next opener when this returns.
            state.close().await;
            return Err(OpenError::OtherAccount {
                path: self.files,
                kept: facts.account,
                asked: config.account,
            });
        }
        let regions = EnabledRegions {
            founded_in: facts
                .region
                .parse()
                .unwrap_or_else(|_| config.region.clone()),
            opened_in: config.region.clone(),
        };
        let tasks = TaskTracker::new();
        let identities = Identities::start(
            state.clone(),
            Arc::clone(&config.clock),
            config.iam_propagation,
            &tasks,
        )?;
        let now = config.clock.now();
        let administrator = administrator(&identities, config.account, self.kept_key, now).await?;
        let listener = bind(config.port, self.last_port).await?;
        let port = listener
            .local_addr()
            .map_err(|source| OpenError::Port {
                port: config.port,
                source,
            })?
            .port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let closing = CancellationToken::new();
        let gateway = Gateway::assemble(Parts {
            config,
            state: state.clone(),
            identities,
            files: self.files,
            durability: self.durability,
            endpoint: endpoint.clone(),
            enabled: regions,
            tasks: tasks.clone(),
            closing: closing.clone(),
        })
        .await?;
        if let Place::Owned(folder) = &place {
            folder.write("administrator.json", &administrator)?;
            folder.publish(&EndpointFile {
                endpoint: endpoint.clone(),
                port,
                process: std::process::id(),
            })?;
        }
        let regions = gateway.regions.clone();
        let server = tokio::spawn(serve(Arc::new(gateway), listener, closing.clone()));
        tracing::info!(endpoint, "the cloud answers");
        Ok(Running {
            endpoint,
            administrator,
            state,
            regions,
            tasks,
            closing: closing.drop_guard(),
            server,
            place,
            absence: None,
        })
    }
}

/// The port asked for; or else the last owner's, or else any.
async fn bind(asked: u16, last: Option<u16>) -> Result<TcpListener, OpenError> {
    let listen = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    if asked == 0
        && let Some(last) = last
        && let Ok(listener) = listen(last).await
    {
        return Ok(listener);
    }
    listen(asked).await.map_err(|source| OpenError::Port {
        port: asked,
        source,
    })
}

impl Running {
    /// Where it answers: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The key of the user who may do anything.
    pub fn administrator(&self) -> &AdministratorKey {
        &self.administrator
    }

    /// Finishes the requests that are under way, ends what runs, and lets go of the state.
    pub async fn shutdown(self) {
        // Functions deliver their last logs through the gateway.
        self.regions.close().await;
        // Owner tasks end when nobody can ask them any more.
        drop(self.regions);
        drop(self.closing);
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the gateway failed");
        }
        self.tasks.close();
        if tokio::time::timeout(ENDING, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("tasks of the cloud did not end in time");
        }
        self.state.close().await;
        drop(self.place);
        drop(self.absence);
    }

    /// Keeps peers out from now on.
    pub(super) fn close_to_peers(&mut self, absence: Absence) {
        self.absence = Some(absence);
    }

    pub(super) fn folder(&self) -> Option<&OwnedFolder> {
        match &self.place {
            Place::Owned(folder) => Some(folder),
            Place::Temporary { .. } => None,
        }
    }
}

impl TemporaryFolder {
    fn make() -> Result<Self, StateError> {
        let path = std::env::temp_dir().join(format!("framewright-{}", Uuid::new_v4().simple()));
        let made = StateFolder::at(&path);
        made.map(|_| Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        tracing::warn!(folder = %folder.display(), %error, "a temporary folder stays");
    }
}
