//! A user who has exactly the policy that the first document tells people to paste.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use client::credentials::AccessKey;
use serde_json::Value;

use super::FUNCTION;
use super::life::{large_package, succeeds};
use crate::harness::{Place, said, site};
use crate::served::Served;

const DOCUMENT: &str = include_str!("../../../../iam/tests/data/seeds/000-aws-iam-setup.txt");
const USER: &str = "remotion-deploy";

/// The policy in the document.
fn policy() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```json").unwrap();
    rest.split_once("```").unwrap().0
}

/// What a command says that must fail.
#[track_caller]
fn refused(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    said(&done)
}

/// What nobody in particular is answered at `url`.
fn read_by_anybody(url: &str) -> String {
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    // Names below localhost are loopback for browsers, and need not be for the C library.
    let (_, port) = host.rsplit_once(':').unwrap();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

struct User {
    served: Served,
    key: AccessKey,
}

impl User {
    fn command(&self, arguments: &[&str]) -> Command {
        self.served.command(&self.key, arguments.iter().copied())
    }

    #[track_caller]
    fn done(&self, arguments: &[&str]) -> Value {
        succeeds(&mut self.command(arguments))
    }
}

#[test]
fn the_documents_user_deploys_renders_and_removes() {
    let served = Served::start(Place::new(), &[]);
    // The render role is an administrator's to make.
    let setup = ["permissions", "setup", "--caller", "none", "--yes"];
    succeeds(&mut served.command(&served.root(), setup));
    let key = served.user(USER);
    served.user_may("RemotionLambdaDeployPolicy", USER, policy());
    let user = User { served, key };

    let folder = user.served.place.path("package");
    let package = large_package(&folder, 1);
    let deploy = ["functions", "deploy", "--package", package.as_str()];
    let deployed = user.done(&deploy);
    let bucket = deployed["bucket"].as_str().unwrap().to_owned();
    // To replace a function is to delete and to create it.
    large_package(&folder, 2);
    let replaced = user.done(&deploy)["changes"].to_string();
    assert!(
        replaced.contains("deleted, since you may not update it"),
        "{replaced}"
    );
    assert!(replaced.contains("created"), "{replaced}");
    let again = user.done(&deploy)["changes"].to_string();
    assert!(!again.contains("function "), "{again}");

    let folder = site().display().to_string();
    let create = [
        "sites",
        "create",
        folder.as_str(),
        "--public",
        "--site-name",
        "open",
    ];
    let site = user.done(&create);
    let url = site["serveUrl"].as_str().unwrap();
    let answer = read_by_anybody(url);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let path = |name: &str| user.served.place.path(name).display().to_string();
    let (video, image) = (path("out.mp4"), path("out.png"));
    let frames = ["--frames", "0-11"];
    let render = ["render", url, "Hold", video.as_str()];
    let rendered = user.done(&[&render[..], &frames].concat());
    let id = rendered["renderId"].as_str().unwrap();
    assert_eq!(rendered["frames"], 12);
    user.done(&["still", url, "Hold", image.as_str()]);
    assert_eq!(user.done(&["progress", id])["done"], true);

    // What the policy does not give is denied by name.
    let elsewhere = ["--out-bucket", "somewhere-else", "--out-key", "film.mp4"];
    let told = refused(
        user.command(&["render", url, "Hold"])
            .args(frames)
            .args(elsewhere),
    );
    assert!(told.contains("somewhere-else"), "{told}");
    let clip = ["clip", id, "--from", "0", "--to", "0.2"];
    let told = refused(&mut user.command(&clip));
    assert!(told.contains("lambda:InvokeFunction"), "{told}");
    assert!(told.contains("ffmpeg-clip-cutter"), "{told}");
    // What it does not let the user read is not checked, and is no failure.
    let examined = user.done(&["doctor"]);
    let findings = examined["findings"].as_array().unwrap();
    let verdict = |subject: &str| {
        let mut found = findings.iter().filter(|one| one["subject"] == subject);
        found.next().unwrap()["verdict"].clone()
    };
    assert_eq!(verdict("key"), "notChecked");
    assert_eq!(verdict(&format!("bucket {bucket}")), "notChecked");

    user.done(&["sites", "rm", "open"]);
    user.done(&["functions", "rm", FUNCTION]);
    user.done(&["buckets", "rm", &bucket, "--with-objects"]);
}
