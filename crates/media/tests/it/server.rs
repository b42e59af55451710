//! A loopback server of files, which answers ranges and can break off.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Serves one folder until dropped.
pub(crate) struct Server {
    address: std::net::SocketAddr,
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Shared {
    folder: PathBuf,
    /// Connections end after so many bytes of a body.
    cut: u64,
    sent: AtomicU64,
    requests: AtomicU64,
    over: std::sync::atomic::AtomicBool,
}

impl Server {
    pub(crate) fn of(folder: &tempfile::TempDir) -> Self {
        Self::cutting(folder, u64::MAX)
    }

    /// Breaks each connection off after `cut` bytes of a body.
    pub(crate) fn cutting(folder: &tempfile::TempDir, cut: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            folder: folder.path().to_owned(),
            cut,
            sent: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            over: false.into(),
        });
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.over.load(Ordering::SeqCst) {
                    return;
                }
                let served = Arc::clone(&served);
                // A client that leaves in the middle is no mistake.
                std::thread::spawn(move || answer(stream.unwrap(), &served).ok());
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self, name: &str) -> media::Location {
        media::Location::loopback_url(format!("http://{}/{name}", self.address)).unwrap()
    }

    /// Requests answered so far.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Bytes of bodies sent so far.
    pub(crate) fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or(Ok(String::new()))?;
    let mut begin = None;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            begin = range.split('-').next().unwrap().parse::<usize>().ok();
        }
    }
    shared.requests.fetch_add(1, Ordering::SeqCst);
    let name = request
        .split(' ')
        .nth(1)
        .unwrap_or("/")
        .trim_start_matches('/')
        .to_owned();
    let Ok(body) = std::fs::read(shared.folder.join(name)) else {
        return stream.write_all(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    };
    let (length, from) = (body.len(), begin.unwrap_or(0).min(body.len()));
    let status = match begin {
        Some(_) => format!(
            "206 Partial Content\r\nContent-Range: bytes {from}-{}/{length}",
            length - 1
        ),
        None => "200 OK\r\nAccept-Ranges: bytes".to_owned(),
    };
    let left = length - from;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {left}\r\nConnection: close\r\n\r\n"
    )?;
    let whole = left.min(usize::try_from(shared.cut).unwrap_or(usize::MAX));
    for part in body[from..from + whole].chunks(16 * 1024) {
        stream.write_all(part)?;
        shared.sent.fetch_add(part.len() as u64, Ordering::SeqCst);
    }
    stream.shutdown(Shutdown::Both)
}
