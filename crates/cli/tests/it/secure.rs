//! A render over TLS, through a proxy, to an endpoint whose certificate nobody but `AWS_CA_BUNDLE` vouches for.

use std::net::SocketAddr;
use std::process::Output;

use tokio::net::{TcpListener, TcpStream};

use crate::callers::{FUNCTION, Served, proxy, site_name};
use crate::harness::said;
use crate::movie;
use crate::vouched::vouched;

/// A name that nobody but the proxy knows.
const HOST: &str = "aws.framewright.invalid";

/// Ends TLS for [`HOST`] in front of `plain`: where, and the certificate of who vouches for it.
async fn terminator(plain: String) -> (SocketAddr, String) {
    let (acceptor, issuer) = vouched(HOST);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, plain) = (acceptor.clone(), plain.clone());
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the handshake.
                if let Ok(mut secure) = acceptor.accept(stream).await {
                    let mut plain = TcpStream::connect(plain).await.unwrap();
                    // Either side may end the connection, whole or cut.
                    let _copied = tokio::io::copy_bidirectional(&mut secure, &mut plain).await;
                }
            });
        }
    });
    (address, issuer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_render_goes_over_tls_through_a_proxy_to_who_is_vouched_for() {
    let served = tokio::task::spawn_blocking(Served::start).await.unwrap();
    let plain = served.value("AWS_ENDPOINT_URL");
    let plain = plain.trim_start_matches("http://").to_owned();
    let (secure, vouching) = terminator(plain).await;
    let bundle = served.place.path("bundle.pem");
    std::fs::write(&bundle, vouching).unwrap();
    let (port, asked) = proxy(&secure.to_string());
    let mut environment = [
        ("AWS_ENDPOINT_URL", format!("https://{HOST}")),
        ("HTTPS_PROXY", format!("http://127.0.0.1:{port}")),
        ("AWS_ACCESS_KEY_ID", served.value("AWS_ACCESS_KEY_ID")),
        (
            "AWS_SECRET_ACCESS_KEY",
            served.value("AWS_SECRET_ACCESS_KEY"),
        ),
        ("AWS_REGION", "us-east-1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let (served, rendered, distrusted) = tokio::task::spawn_blocking(move || {
        let run = |arguments: &[&str], environment: &[(String, String)]| -> Output {
            served.on_aws(arguments, environment).output().unwrap()
        };
        let distrusted = run(&["quotas"], &environment);
        environment.push(("AWS_CA_BUNDLE".to_owned(), bundle.display().to_string()));
        let out = served.place.path("secure.mp4");
        let (name, out) = (site_name(), out.display().to_string());
        let render = ["render", &name, "Hold", &out, "--frames", "0-9"];
        let which = ["--function", FUNCTION, "--bucket", &served.bucket];
        let rendered = run(&[&render[..], &which].concat(), &environment);
        (served, rendered, distrusted)
    })
    .await
    .unwrap();
    assert_eq!(distrusted.status.code(), Some(1), "{}", said(&distrusted));
    assert!(rendered.status.success(), "{}", said(&rendered));
    assert_eq!(movie::read(&served.place.path("secure.mp4")).frames, 10);
    let asked = asked.lock().unwrap().clone();
    let tunnel = format!("CONNECT {HOST}:443 ");
    assert!(
        asked.len() > 1 && asked.iter().all(|line| line.starts_with(&tunnel)),
        "nothing goes another way, or can be read on its way: {asked:?}"
    );
    tokio::task::spawn_blocking(move || served.end())
        .await
        .unwrap();
}
