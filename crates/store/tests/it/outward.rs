//! Certificates that a bundle adds, as networks that look into TLS need it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use aws_credential_types::Credentials;
use aws_sdk_s3::config::SharedCredentialsProvider;
use store::{Bucket, CaBundle, outward_http_client};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::vouched::vouched;

/// A server that answers whoever trusts its certificate; its port.
async fn intercepting(acceptor: TlsAcceptor) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // Whoever does not trust the certificate ends the handshake.
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut asked = [0; 4096];
                let _length = stream.read(&mut asked).await.unwrap();
                let answer = "HTTP/1.1 200 OK\r\netag: \"v\"\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx";
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    port
}

#[tokio::test]
async fn a_bundle_decides_who_is_trusted() {
    let (acceptor, issuer) = vouched("localhost");
    let port = intercepting(acceptor).await;
    let endpoint = format!("https://localhost:{port}");
    let key = Credentials::new("id", "secret", None, None, "test");
    let read = async |bundle: Option<&CaBundle>| {
        let provider = SharedCredentialsProvider::new(key.clone());
        let config = store::sdk_config("us-east-1", Some(&endpoint), provider).to_builder();
        let config = config.http_client(outward_http_client(bundle)).build();
        let bucket = Bucket::new(store::s3_client(&config), "b");
        bucket.read("k", 10).await.map(|document| document.bytes)
    };
    assert!(read(None).await.is_err(), "nobody trusts this issuer");
    let bundle = CaBundle::from_pem(issuer).unwrap();
    assert_eq!(read(Some(&bundle)).await.unwrap(), "x");
}
