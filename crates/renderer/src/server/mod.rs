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
use tokio::net::{TcpListener, TcpSocket, TcpStream};
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

/// Bytes that wait for a client. The kernel would let megabytes of a video wait that a decoder never asks for, each of
/// them read from S3.
const SEND_BUFFER: u32 = 128 * 1024;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 128;

impl Server {
    /// Opens a port.
    pub(crate) async fn start() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let listener = socket.listen(BACKLOG)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::NoRemoteMedia;
    use crate::site::FolderSite;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Asks as a browser does, and returns the answer's head, in lower case, and its body.
    async fn ask(server: &Server, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port()))
            .await
            .unwrap();
        let request = format!("{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    #[tokio::test]
    async fn a_site_is_served_while_it_is_mounted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("public")).unwrap();
        std::fs::write(folder.path().join("index.html"), "<p>index").unwrap();
        std::fs::write(folder.path().join("public/a.txt"), "0123456789").unwrap();
        let server = Server::start().await.unwrap();
        let (head, _) = ask(&server, "GET / HTTP/1.1").await;
        assert!(head.starts_with("http/1.1 404"), "{head}");

        let ffmpeg = Ffmpeg::locate().await.unwrap();
        let files: Arc<dyn SiteFiles> = Arc::new(FolderSite::new(folder.path()));
        let mounted = server.mount(
            Some(("s".to_owned(), files)),
            Arc::new(NoRemoteMedia),
            ffmpeg,
        );
        assert_eq!(
            server.page_url("s"),
            format!("http://localhost:{}/sites/s/index.html", server.port())
        );
        for path in ["/", "/index.html", "/sites/s/index.html"] {
            let (head, body) = ask(&server, &format!("GET {path} HTTP/1.1")).await;
            assert!(
                head.starts_with("http/1.1 200") && head.contains("text/html"),
                "{path}: {head}"
            );
            assert_eq!(body, "<p>index");
        }
        let (head, body) = ask(
            &server,
            "GET /sites/s/public/a.txt HTTP/1.1\r\nrange: bytes=3-5",
        )
        .await;
        assert!(
            head.starts_with("http/1.1 206") && head.contains("content-range: bytes 3-5/10"),
            "{head}"
        );
        assert_eq!(body, "345");
        let (head, _) = ask(&server, "GET /public/a.txt HTTP/1.1\r\nrange: bytes=10-").await;
        assert!(
            head.starts_with("http/1.1 416") && head.contains("content-range: bytes */10"),
            "{head}"
        );
        let (head, body) = ask(&server, "HEAD /public/a.txt HTTP/1.1").await;
        assert!(
            head.contains("content-length: 10") && body.is_empty(),
            "{head}"
        );
        let (head, _) = ask(&server, "GET /public/../../etc/passwd HTTP/1.1").await;
        assert!(head.starts_with("http/1.1 404"), "{head}");
        let (head, _) = ask(&server, "POST / HTTP/1.1\r\ncontent-length: 0").await;
        assert!(head.starts_with("http/1.1 405"), "{head}");

        drop(mounted);
        let (head, _) = ask(&server, "GET / HTTP/1.1").await;
        assert!(head.starts_with("http/1.1 404"), "{head}");
    }

    #[tokio::test]
    async fn pages_of_other_origins_may_ask_and_failures_are_told_as_components_expect() {
        let server = Server::start().await.unwrap();
        let ffmpeg = Ffmpeg::locate().await.unwrap();
        let _mounted = server.mount(None, Arc::new(NoRemoteMedia), ffmpeg);
        let (head, _) = ask(
            &server,
            "OPTIONS /proxy HTTP/1.1\r\naccess-control-request-private-network: true",
        )
        .await;
        assert!(
            head.starts_with("http/1.1 200")
                && head.contains("access-control-allow-private-network: true"),
            "{head}"
        );
        let question = "GET /proxy?src=https%3A%2F%2Fexample.com%2Fa.mp4&time=0&transparent=false&toneMapped=true HTTP/1.1";
        let (head, body) = ask(&server, question).await;
        assert!(
            head.starts_with("http/1.1 500") && head.contains("access-control-allow-origin: *"),
            "{head}"
        );
        assert_eq!(
            body,
            r#"{"error":"Error: media at `https://example.com/a.mp4` cannot be read: only media of the site are read here"}"#
        );
    }
}
