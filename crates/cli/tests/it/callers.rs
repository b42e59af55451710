//! Callers of AWS's own kinds, against the embedded cloud in its place: a user's keys behind a proxy, a Fargate task
//! and an EC2 instance without keys.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use client::credentials::{AccessKey, with_key};
use deploy::calls::{Part, Scope};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, site};
use crate::movie;

pub(crate) const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// A cloud that serves, with a function, a bucket and a site.
pub(crate) struct Served {
    pub(crate) place: Place,
    cloud: Running,
    environment: Vec<(String, String)>,
    pub(crate) bucket: String,
}

impl Served {
    pub(crate) fn start() -> Self {
        let place = Place::new();
        let site = site();
        let listed = place
            .command(["compositions", "--verbose"])
            .arg(&site)
            .output()
            .unwrap();
        assert!(listed.status.success(), "{}", said(&listed));
        let (cloud, environment) = serve(&place, &[]);
        let events = place.events();
        let made = events
            .iter()
            .find(|event| event["eventName"] == "CreateBucket")
            .unwrap();
        let bucket = made["decisions"][0]["resource"].as_str().unwrap();
        let bucket = bucket.rsplit(':').next().unwrap().to_owned();
        Self {
            place,
            cloud,
            environment,
            bucket,
        }
    }

    /// `framewright` on AWS's side, with these variables and no others of AWS.
    pub(crate) fn on_aws(&self, arguments: &[&str], environment: &[(String, String)]) -> Command {
        let mut command = self.place.command(arguments);
        command
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .env("FRAMEWRIGHT_TARGET", "aws")
            .env("HOME", self.place.path("home"))
            .envs(environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn render(&self, out: &str, environment: &[(String, String)]) -> Output {
        let out = self.place.path(out);
        let name = site_name();
        let arguments = [
            "render",
            &name,
            "Hold",
            out.to_str().unwrap(),
            "--frames-per-function",
            "75",
            "--concurrency",
            "2",
            "--function",
            FUNCTION,
            "--bucket",
            &self.bucket,
            "--verbose",
        ];
        self.on_aws(&arguments, environment).output().unwrap()
    }

    pub(crate) fn value(&self, name: &str) -> String {
        let mut found = self.environment.iter().filter(|(its, _)| its == name);
        found.next().unwrap().1.clone()
    }

    /// IAM as the administrator sees it.
    fn iam(&self) -> aws_sdk_iam::Client {
        let key = AccessKey {
            id: self.value("AWS_ACCESS_KEY_ID"),
            secret: self.value("AWS_SECRET_ACCESS_KEY"),
            session_token: None,
        };
        let endpoint = self.value("AWS_ENDPOINT_URL");
        aws_sdk_iam::Client::new(&with_key("us-east-1", &endpoint, key))
    }

    /// A role that `service` may assume, and that may start renders.
    async fn caller(&self, name: &str, service: &str) {
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let iam = self.iam();
        let made = iam.create_role().role_name(name);
        made.assume_role_policy_document(trust)
            .send()
            .await
            .unwrap();
        let mut scope = Scope::new("aws", "123456789012", "us-east-1");
        scope.bucket.clone_from(&self.bucket);
        scope.function = FUNCTION.into();
        let policy = deploy::policy::generate(Part::Trigger, &scope).to_json();
        let put = iam.put_role_policy().role_name(name).policy_name("trigger");
        put.policy_document(policy).send().await.unwrap();
    }

    pub(crate) fn end(self) {
        self.cloud.signal(Signal::SIGINT);
        let done = self.cloud.wait();
        assert!(done.status.code() == Some(0), "{}", said(&done));
    }
}

/// What the example site is called in the cloud.
pub(crate) fn site_name() -> String {
    deploy::site::site_name(&site())
}

/// `framewright cloud serve`, and the variables that it tells.
fn serve(place: &Place, more: &[&str]) -> (Running, Vec<(String, String)>) {
    let mut command = place.command(["cloud", "serve", "--json"]);
    let mut cloud = Running::start(command.args(more));
    let line = cloud.lines().next().expect("it tells where it listens");
    let told: Value = serde_json::from_str(&line).unwrap();
    let variables = told["environment"].as_object().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let variables = variables
        .iter()
        .map(|(name, value)| (name.clone(), text(value)));
    (cloud, variables.collect())
}

/// Renders as a workload without keys, whose credentials live for seconds and are renewed on the way.
fn rendered_without_keys(served: &Served, more: &[&str], role: &str) {
    let (metadata, environment) = serve(&served.place, more);
    let names: Vec<_> = environment.iter().map(|(name, _)| name.as_str()).collect();
    assert!(!names.contains(&"AWS_ACCESS_KEY_ID"), "{names:?}");
    let out = format!("{role}.mp4");
    let done = served.render(&out, &environment);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(movie::read(&served.place.path(&out)).frames, 300);
    metadata.signal(Signal::SIGINT);
    assert!(metadata.wait().status.success());
    let events = served.place.events();
    let session = format!(":assumed-role/{role}/");
    let mut keys: Vec<_> = events
        .iter()
        .filter(|event| {
            event["principal"]["arn"]
                .as_str()
                .is_some_and(|arn| arn.contains(&session))
        })
        .filter_map(|event| event["principal"]["accessKeyId"].as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() > 1, "credentials are renewed: {keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_and_an_instance_render_without_keys() {
    let served = Served::start();
    served.caller("task", "ecs-tasks.amazonaws.com").await;
    served.caller("web", "ec2.amazonaws.com").await;
    let iam = served.iam();
    let profile = iam.create_instance_profile().instance_profile_name("Web");
    profile.send().await.unwrap();
    let add = iam
        .add_role_to_instance_profile()
        .instance_profile_name("Web");
    add.role_name("web").send().await.unwrap();
    let lifetime = ["--credentials-lifetime", "5"];
    rendered_without_keys(
        &served,
        &[&["--task-role", "task"], &lifetime[..]].concat(),
        "task",
    );
    rendered_without_keys(
        &served,
        &[&["--instance-profile", "Web"], &lifetime[..]].concat(),
        "web",
    );
    served.end();
}

/// A forward proxy that knows one host by its name, and the first line of each connection.
pub(crate) fn proxy(to: &str) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (seen, to) = (Arc::clone(&asked), to.to_owned());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, seen, to) = (client.unwrap(), Arc::clone(&seen), to.clone());
            std::thread::spawn(move || {
                let mut first = vec![0; 64 * 1024];
                // A connection that is closed unused asks nothing.
                let length = client.read(&mut first).unwrap_or(0);
                if length == 0 {
                    return;
                }
                let head = String::from_utf8_lossy(&first[..length]).into_owned();
                seen.lock()
                    .unwrap()
                    .push(head.lines().next().unwrap_or_default().to_owned());
                let mut server = TcpStream::connect(to).unwrap();
                if head.starts_with("CONNECT ") {
                    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                } else {
                    server.write_all(&first[..length]).unwrap();
                }
                let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let upwards = std::thread::spawn(move || std::io::copy(&mut up, &mut server));
                // Either side may end the connection, whole or cut.
                let _copied = std::io::copy(&mut down, &mut client);
                drop(client.shutdown(std::net::Shutdown::Both));
                drop(upwards.join());
            });
        }
    });
    (port, asked)
}

#[test]
fn a_render_goes_through_the_proxy_and_tells_no_secret() {
    let served = Served::start();
    let endpoint = served.value("AWS_ENDPOINT_URL");
    let (proxy, asked) = proxy(endpoint.trim_start_matches("http://"));
    let secret = served.value("AWS_SECRET_ACCESS_KEY");
    // The name is the proxy's to know.
    let environment = [
        (
            "AWS_ENDPOINT_URL",
            "http://aws.framewright.invalid".to_owned(),
        ),
        ("HTTP_PROXY", format!("http://127.0.0.1:{proxy}")),
        (
            "REMOTION_AWS_ACCESS_KEY_ID",
            served.value("AWS_ACCESS_KEY_ID"),
        ),
        ("REMOTION_AWS_SECRET_ACCESS_KEY", secret.clone()),
        ("AWS_ACCESS_KEY_ID", "AKIASHADOWED".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "shadowed-secret".to_owned()),
        ("REMOTION_AWS_REGION", "us-east-1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let name = site_name();
    let listed = served
        .on_aws(&["compositions", &name, "--verbose"], &environment)
        .output()
        .unwrap();
    let text = said(&listed);
    assert!(listed.status.success() && text.contains("Hold"), "{text}");
    assert!(
        text.contains("AWS_ACCESS_KEY_ID is set too and not used"),
        "{text}"
    );
    let rendered = served.render("proxied.mp4", &environment);
    let of_render = said(&rendered);
    assert!(rendered.status.success(), "{of_render}");
    assert_eq!(movie::read(&served.place.path("proxied.mp4")).frames, 300);
    let asked = asked.lock().unwrap().clone();
    assert!(!asked.is_empty());
    let through = |what: &str| asked.iter().filter(|line| line.contains(what)).count();
    assert!(through(" http://aws.framewright.invalid/") > 0, "{asked:?}");
    // The output, which is fetched without credentials.
    assert_eq!(
        through("CONNECT aws.framewright.invalid:80"),
        1,
        "{asked:?}"
    );
    let examined = served
        .on_aws(&["doctor", "--json", "--verbose"], &environment)
        .output()
        .unwrap();
    let report = said(&examined);
    assert!(report.contains("reached through"), "{report}");
    let events = serde_json::to_string(&served.place.events()).unwrap();
    for shown in [&text, &of_render, &report, &events] {
        for hidden in [secret.as_str(), "shadowed-secret"] {
            assert!(!shown.contains(hidden), "a secret is shown in\n{shown}");
        }
    }
    served.end();
}
