//! The loopback server that pages are opened from.
//!
//! Files of the site are served under `/sites/<name>/` and mirrored at `/`, since a bundle may refer to either;
//! `/proxy` serves the pictures of videos that a page draws.

mod files;
mod proxy;
mod respond;

use crate::remote::RemoteMedia;
use crate::site::SiteFiles;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use media::Ffmpeg;
use proxy::Videos;
pub(crate) use proxy::own_file;
use respond::{Body, empty};
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What the server serves while a page is open.
pub(crate) struct Mount {
    /// The site; `None` where the page is served by somebody else.
    site: Option<(String, Arc<dyn SiteFiles>)>,
    remote: Arc<dyn RemoteMedia>,
    videos: Videos,
}

/// What the connections share: the mount of the moment. The lock is held to clone or replace it, never across an await.
#[derive(Default)]
struct Shared {
    mount: RwLock<Option<Arc<Mount>>>,
    port: u16,
}

/// A site that is served as long as this lives.
pub(crate) struct Mounted(Arc<Shared>);

/// A server on a loopback port of its own. Dropping it closes the port.
pub(crate) struct Server {
    shared: Arc<Shared>,
    _accepting: AbortOnDropHandle<()>,
}

impl Server {
    /// Opens a port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let shared = Arc::new(Shared {
            mount: RwLock::default(),
            port: listener.local_addr()?.port(),
        });
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self {
            shared,
            _accepting: AbortOnDropHandle::new(accepting),
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.shared.port
    }

    /// The address of the page of the site called `name`.
    pub(crate) fn page_url(&self, name: &str) -> String {
        format!("{}/sites/{name}/index.html", origin(self.port()))
    }

    /// Serves a site, or none, until the result is dropped. Then videos are closed.
    pub(crate) fn mount(
        &self,
        site: Option<(String, Arc<dyn SiteFiles>)>,
        remote: Arc<dyn RemoteMedia>,
        ffmpeg: Ffmpeg,
    ) -> Mounted {
        let mount = Mount {
            site,
            remote,
            videos: Videos::new(ffmpeg),
        };
        self.shared.serve(Some(Arc::new(mount)));
        Mounted(self.shared.clone())
    }
}

impl Shared {
    fn serve(&self, mount: Option<Arc<Mount>>) {
        *self.mount.write().unwrap_or_else(PoisonError::into_inner) = mount;
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.0.serve(None);
    }
}

/// The origin by which pages name this server.
pub(crate) fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, shared.clone()));
            }
            Err(error) => {
                // Out of descriptors, most likely: others may be closed meanwhile.
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(answer(&shared, request).await) }
    });
    // A page that goes away in the middle of an answer is no error.
    if let Err(error) = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await
    {
        tracing::trace!(%error, "a connection ended early");
    }
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Body> {
    let mount = shared
        .mount
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let Some(mount) = mount else {
        return empty(StatusCode::NOT_FOUND);
    };
    let path = request.uri().path();
    match *request.method() {
        Method::OPTIONS => respond::preflight(&request),
        Method::GET | Method::HEAD if path == "/proxy" => {
            proxy::answer(
                &mount,
                shared.port,
                request.uri().query().unwrap_or_default(),
            )
            .await
        }
        Method::GET | Method::HEAD => files::answer(&mount, &request).await,
        _ => empty(StatusCode::METHOD_NOT_ALLOWED),
    }
}
