//! Using the cloud of a folder, whoever owns it.
//!
//! | the folder is | this process |
//! |---|---|
//! | free | owns it and serves |
//! | owned by a process that answers | is its peer |
//! | owned, and the owner goes while this process is its peer | takes it over, on the same port |
//! | owned by this process, which is done while others use it | serves until they are done |

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::cloud::administrator::Administrator;
use crate::cloud::folder::{Presence, StateFolder};
use crate::cloud::founding::AdministratorKey;
use crate::cloud::open::{Cloud, OpenError, Running};
use crate::config::{Config, Region, StateLocation};
use crate::state::StateError;

/// How often those who wait for one another look. Locks of files tell nobody when they are let go.
const LOOKING: Duration = Duration::from_millis(50);

/// How long an owner may take to begin to answer, or to leave.
const SETTLING: Duration = Duration::from_secs(30);

/// A cloud that this process can use: its own, or that of the folder's owner.
#[derive(Debug)]
pub struct Access {
    endpoint: String,
    administrator: AdministratorKey,
    part: Part,
}

#[derive(Debug)]
enum Part {
    Owner(Box<Running>),
    Peer(Peer),
}

/// One of several processes on a folder that another owns.
#[derive(Debug)]
struct Peer {
    presence: Presence,
    leaving: CancellationToken,
    // Ends with the cloud if the folder was taken over.
    watching: JoinHandle<Option<Running>>,
}

/// A cloud can neither be opened nor used.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another process owns the folder and does not answer.
    #[error("the process that owns the state folder `{0}` does not answer")]
    OwnerSilent(PathBuf),
    /// The process that owns the folder answers in other regions.
    #[error("the embedded cloud of the state folder `{}` does not serve the region {region}", path.display())]
    OtherRegion {
        /// The folder.
        path: PathBuf,
        /// The region that was asked for.
        region: Region,
    },
}

impl From<StateError> for AccessError {
    fn from(error: StateError) -> Self {
        Self::Open(error.into())
    }
}

/// Opens the cloud of a folder, or uses that of the process that owns it.
///
/// # Errors
/// [`AccessError`]
pub async fn connect_or_open(config: Config) -> Result<Access, AccessError> {
    let StateLocation::Folder(path) = &config.state else {
        return Ok(Access::owning(Cloud::open(config).await?));
    };
    let folder = StateFolder::at(path)?;
    let until = Instant::now() + SETTLING;
    loop {
        if let Some(owned) = folder.try_own()? {
            return Ok(Access::owning(Cloud::open_owned(&config, owned).await?));
        }
        // Attending first: an owner that sees a peer stays.
        if let Some(presence) = folder.try_attend()?
            && let Some((endpoint, administrator)) = answering(&folder, path, &config).await?
        {
            return Ok(Access::attending(
                config,
                folder,
                presence,
                endpoint,
                administrator,
            ));
        }
        if Instant::now() > until {
            return Err(AccessError::OwnerSilent(path.clone()));
        }
        sleep(LOOKING).await;
    }
}

/// Where the owner of a folder answers, if it does.
async fn answering(
    folder: &StateFolder,
    path: &Path,
    config: &Config,
) -> Result<Option<(String, AdministratorKey)>, AccessError> {
    let (Some(file), Some(key)) = (
        folder.endpoint()?,
        folder.read::<AdministratorKey>("administrator.json")?,
    ) else {
        return Ok(None);
    };
    let in_region = |region| Administrator::new(&file.endpoint, key.clone(), region);
    let wanted = in_region(config.region.clone());
    if wanted.is_heard().await {
        return Ok(Some((file.endpoint, key)));
    }
    // An owner that has just begun to answer is asked twice.
    let is_up = in_region(Region::default()).is_heard().await;
    if is_up && !wanted.is_heard().await {
        return Err(AccessError::OtherRegion {
            path: path.to_owned(),
            region: config.region.clone(),
        });
    }
    Ok(None)
}

impl Access {
    fn owning(running: Running) -> Self {
        Self {
            endpoint: running.endpoint().to_owned(),
            administrator: running.administrator().clone(),
            part: Part::Owner(Box::new(running)),
        }
    }

    fn attending(
        config: Config,
        folder: StateFolder,
        presence: Presence,
        endpoint: String,
        administrator: AdministratorKey,
    ) -> Self {
        let leaving = CancellationToken::new();
        let watching = tokio::spawn(watch(config, folder, leaving.clone()));
        Self {
            endpoint,
            administrator,
            part: Part::Peer(Peer {
                presence,
                leaving,
                watching,
            }),
        }
    }

    /// Where the cloud answers. It stays the same when this process takes the folder over.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The key of the user who may do anything.
    pub fn administrator(&self) -> &AdministratorKey {
        &self.administrator
    }

    /// Whether this process owned the folder from the start.
    pub fn is_owner(&self) -> bool {
        matches!(self.part, Part::Owner(_))
    }

    /// This process is done. If it owns the folder, it serves until the others are done too.
    pub async fn finish(self) {
        if let Some(mut running) = self.leave().await {
            serve_peers(&mut running).await;
            running.shutdown().await;
        }
    }

    /// This process must go now. If it owns the folder and others use it, one of them takes it over.
    pub async fn abandon(self) {
        if let Some(running) = self.leave().await {
            running.shutdown().await;
        }
    }

    async fn leave(self) -> Option<Running> {
        match self.part {
            Part::Owner(running) => Some(*running),
            Part::Peer(peer) => {
                peer.leaving.cancel();
                let taken = peer.watching.await.ok().flatten();
                drop(peer.presence);
                taken
            }
        }
    }
}

/// Waits until nobody else uses the cloud.
async fn serve_peers(running: &mut Running) {
    let Some(folder) = running.folder() else {
        return;
    };
    loop {
        match folder.try_close() {
            // Held until the folder itself is let go, so that nobody attends a cloud that is leaving.
            Ok(Some(absence)) => {
                running.close_to_peers(absence);
                return;
            }
            Ok(None) => sleep(LOOKING).await,
            Err(error) => {
                tracing::warn!(%error, "peers cannot be seen");
                return;
            }
        }
    }
}

/// Waits for the owner of a folder to go, and takes its place.
async fn watch(config: Config, folder: StateFolder, leaving: CancellationToken) -> Option<Running> {
    loop {
        tokio::select! {
            () = leaving.cancelled() => return None,
            () = sleep(LOOKING) => {}
        }
        match folder.try_own() {
            Ok(Some(owned)) => {
                tracing::info!("the owner of the state folder is gone, taking it over");
                return match Cloud::open_owned(&config, owned).await {
                    Ok(running) => Some(running),
                    Err(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the state folder cannot be taken over"
                        );
                        None
                    }
                };
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the owner of the state folder cannot be seen"),
        }
    }
}
