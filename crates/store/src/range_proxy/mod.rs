//! A server on loopback through which ffmpeg and Chrome read ranges of objects and remote files.
//!
//! Those programs hold no credentials and resolve no names. They are given URLs of this proxy,
//! each good for one source and impossible to guess; what the proxy reads for them is decided
//! here: objects with the identity of their [`Bucket`], remote files under [`RemoteRules`].

mod address;
mod connect;
mod remote;
mod respond;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{AbortHandle, JoinSet};

pub use address::RemoteRules;
pub use remote::RemoteError;

use crate::{Bucket, ByteRange, Kept};
use remote::Remote;

/// A range proxy, which serves until it is dropped.
///
/// What was made readable stays so as long; start one for each render.
#[derive(Debug)]
pub struct RangeProxy {
    address: SocketAddr,
    sources: Arc<Sources>,
    remote: Remote,
    server: AbortHandle,
}

/// Bytes that wait for a client. The kernel would let megabytes wait that a decoder never asks for.
const SEND_BUFFER: u32 = 128 * 1024;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 128;

impl RangeProxy {
    /// Starts to serve on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start(rules: RemoteRules) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let remote = Remote::new(rules);
        let sources = Arc::new(Sources::default());
        let server = tokio::spawn(serve(listener, Arc::clone(&sources), remote.clone()));
        Ok(Self {
            address,
            sources,
            remote,
            server: server.abort_handle(),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A loopback URL of an object that does not change, for readers that read parts of it and may come back. The same
    /// object gets the same URL.
    pub fn object_url(&self, bucket: &Bucket, key: &str) -> String {
        self.url(Source::Object {
            bucket: bucket.clone(),
            key: key.to_owned(),
            whole: false,
        })
    }

    /// As [`Self::object_url`], for readers that go from the beginning to the end: what they ask for is one request.
    pub fn whole_object_url(&self, bucket: &Bucket, key: &str) -> String {
        self.url(Source::Object {
            bucket: bucket.clone(),
            key: key.to_owned(),
            whole: true,
        })
    }

    /// A loopback URL of a remote file. The same file gets the same URL.
    ///
    /// Names are resolved, and their addresses judged, when the file is read.
    ///
    /// # Errors
    /// [`RemoteError`] when `url` is none that the rules could ever let pass.
    pub fn remote_url(&self, url: &str) -> Result<String, RemoteError> {
        let url = self.remote.accept(url)?;
        Ok(self.url(Source::Remote(url)))
    }

    /// Asks a remote file for its first byte: whether it is there and may be read, and how many bytes it has, where its
    /// host tells.
    ///
    /// # Errors
    /// [`RemoteError`], as for every later reader.
    pub async fn look(&self, url: &str) -> Result<Option<u64>, RemoteError> {
        let url = self.remote.accept(url)?;
        let first = Some(ByteRange::Between(0, 0));
        let file = self.remote.open(&http::Method::GET, &url, first).await?;
        Ok(file.range.map_or(file.length, |range| Some(range.size)))
    }

    /// Why the last request was refused that could not be answered, if one was.
    pub fn last_refusal(&self) -> Option<String> {
        let refused = &self.sources.refused;
        let refused = refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clone()
    }

    fn url(&self, source: Source) -> String {
        let token = self.sources.token(source);
        format!("http://{}/{token}", self.address)
    }
}

impl Drop for RangeProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What a token stands for.
#[derive(Debug, Clone)]
enum Source {
    Object {
        bucket: Bucket,
        key: String,
        /// Whether it is read from its beginning to its end.
        whole: bool,
    },
    Remote(url::Url),
}

impl Source {
    /// Equal for sources of equal bytes and rights.
    fn identity(&self) -> String {
        match self {
            Self::Object { bucket, key, whole } => {
                format!("s3://{}/{key} {whole}", bucket.name())
            }
            Self::Remote(url) => url.to_string(),
        }
    }
}

/// The sources by their tokens, and the tokens by their sources.
#[derive(Debug, Default)]
struct Sources {
    tables: RwLock<Tables>,
    /// What the last refusal said.
    refused: Mutex<Option<String>>,
    /// What was read of objects.
    kept: Arc<Kept>,
}

#[derive(Debug, Default)]
struct Tables {
    sources: HashMap<String, Source>,
    tokens: HashMap<String, String>,
}

impl Sources {
    fn token(&self, source: Source) -> String {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        let identity = source.identity();
        if let Some(token) = tables.tokens.get(&identity) {
            return token.clone();
        }
        let token = format!("{:032x}", rand::random::<u128>());
        tables.tokens.insert(identity, token.clone());
        tables.sources.insert(token.clone(), source);
        token
    }

    fn refused(&self, why: String) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    fn find(&self, token: &str) -> Option<Source> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.sources.get(token).cloned()
    }
}

/// Serves connections until aborted; the connections end with it.
async fn serve(listener: TcpListener, sources: Arc<Sources>, remote: Remote) {
    let mut connections = JoinSet::new();
    loop {
        let connection = match listener.accept().await {
            Ok((connection, _)) => connection,
            // Out of descriptors, mostly: the next to close lets the next one in.
            Err(error) => {
                tracing::warn!(%error, "a connection to the range proxy cannot be accepted");
                let _finished = connections.join_next().await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        let (sources, remote) = (Arc::clone(&sources), remote.clone());
        connections.spawn(async move {
            let service = service_fn(|request| respond::respond(&sources, &remote, request));
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(connection), service)
                .await;
            if let Err(error) = served {
                // A reader that has what it wants closes in the middle.
                tracing::debug!(%error, "a connection to the range proxy ended");
            }
        });
    }
}
