//! The metadata endpoints of instances and containers, from which programs without keys get their role's.
//!
//! They run beside a cloud, in the process that asked for them, and get each set of credentials from it.
//!
//! | | what a program is given | what it asks |
//! |---|---|---|
//! | instance | `AWS_EC2_METADATA_SERVICE_ENDPOINT` | the version of the service that needs a token (IMDSv2) |
//! | task | `AWS_CONTAINER_CREDENTIALS_FULL_URI`, `AWS_CONTAINER_AUTHORIZATION_TOKEN` | that address, with that token |

mod container;
mod credentials;
mod instance;
mod token;

use std::net::Ipv4Addr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::cloud::{Administrator, AskError};
use crate::services::Workload;
use credentials::Lending;

/// What AWS gives: six hours.
const USUAL_SECONDS: u32 = 6 * 3600;

/// What a metadata endpoint stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metadata {
    /// An instance of EC2 with this instance profile.
    Instance(String),
    /// A task of ECS with this role.
    Task(String),
}

/// A metadata endpoint that answers on loopback. It ends when this is dropped.
#[derive(Debug)]
pub struct MetadataEndpoint {
    variables: Vec<(&'static str, String)>,
    server: JoinHandle<()>,
    closing: DropGuard,
}

/// A metadata endpoint cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// There is no such role or instance profile, or no role in that.
    #[error("{0}")]
    Missing(String),
    /// The role cannot be lent: its trust policy does not name the service.
    #[error("the role's credentials cannot be had")]
    Role(#[source] AskError),
    /// No port of loopback is free.
    #[error("no port of loopback can be had")]
    Port(#[source] std::io::Error),
}

impl MetadataEndpoint {
    /// Serves the metadata of `of`, whose credentials live for `lifetime_seconds` each, six hours where that is
    /// `None`.
    ///
    /// # Errors
    /// [`MetadataError`]. The role is tried at once, so that a trust policy that does not allow this shows here.
    pub async fn start(
        administrator: Administrator,
        of: &Metadata,
        lifetime_seconds: Option<u32>,
    ) -> Result<Self, MetadataError> {
        let (workload, name) = match of {
            Metadata::Instance(profile) => (Workload::Instance, profile),
            Metadata::Task(role) => (Workload::Task, role),
        };
        let lending = Lending::new(
            administrator,
            workload,
            name.clone(),
            lifetime_seconds.unwrap_or(USUAL_SECONDS),
        );
        lending.lend().await.map_err(|error| {
            match error
                .told()
                .filter(|(code, _)| code == "ResourceNotFoundException")
            {
                Some((_, message)) => MetadataError::Missing(message),
                None => MetadataError::Role(error),
            }
        })?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(MetadataError::Port)?;
        let port = listener.local_addr().map_err(MetadataError::Port)?.port();
        let root = format!("http://127.0.0.1:{port}");
        let (router, variables) = match workload {
            Workload::Instance => (
                instance::router(lending),
                vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT", root)],
            ),
            Workload::Task => {
                let token = secret();
                let path = format!("/v2/credentials/{}", uuid::Uuid::new_v4());
                let router = container::router(lending, &path, token.clone());
                let variables = vec![
                    (
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                        format!("{root}{path}"),
                    ),
                    ("AWS_CONTAINER_AUTHORIZATION_TOKEN", token),
                ];
                (router, variables)
            }
        };
        let closing = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, closing.clone()));
        Ok(Self {
            variables,
            server,
            closing: closing.drop_guard(),
        })
    }

    /// What a program's environment needs to find it. The container's token is a secret.
    pub fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// Finishes what is under way.
    pub async fn shutdown(self) {
        drop(self.closing);
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the metadata endpoint failed");
        }
    }
}

async fn serve(listener: TcpListener, router: Router, closing: CancellationToken) {
    let serving = axum::serve(listener, router).with_graceful_shutdown(closing.cancelled_owned());
    if let Err(error) = serving.await {
        tracing::error!(%error, "the metadata endpoint failed");
    }
}

/// Something that nobody guesses.
fn secret() -> String {
    let bytes: [u8; 32] = rand::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
