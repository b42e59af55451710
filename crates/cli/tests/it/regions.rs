//! `--region` of the embedded cloud's own commands, and a site in another region than the function that renders it.

use std::process::Command;

use deploy::calls::{Part, Scope, Variant, of};
use deploy::policy::generate;
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, site, venv};
use crate::least_privilege::one_less;
use crate::movie;

#[track_caller]
fn done(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    String::from_utf8(done.stdout).unwrap()
}

fn served(place: &Place, more: &[&str]) -> (Running, Value) {
    let mut command = place.command(["cloud", "serve", "--json"]);
    let mut cloud = Running::start(command.args(more));
    let line = cloud.lines().next().expect("it tells where it listens");
    (cloud, serde_json::from_str(&line).unwrap())
}

/// The AWS CLI as the administrator of the cloud that told `told`.
fn aws(told: &Value, arguments: &[&str]) -> String {
    let mut aws = Command::new(venv().join("bin/aws"));
    aws.args(["--endpoint-url", told["endpoint"].as_str().unwrap()])
        .args(arguments);
    for (name, value) in told["environment"].as_object().unwrap() {
        aws.env(name, value.as_str().unwrap());
    }
    done(&mut aws)
}

#[test]
fn the_region_is_told_and_heeded() {
    let place = Place::new();
    let (cloud, told) = served(&place, &["--region", "eu-west-1"]);
    assert_eq!(told["environment"]["AWS_REGION"], "eu-west-1");
    assert_eq!(told["environment"]["AWS_DEFAULT_REGION"], "eu-west-1");
    let caller = ["sts", "get-caller-identity"];
    aws(&told, &caller);
    aws(&told, &[&caller[..], &["--region", "us-east-2"]].concat());
    let counted = |more: &[&str]| {
        let mut events = place.command(["cloud", "events", "--json", "--limit", "1000"]);
        let lines = done(events.args(more));
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let asked = lines.filter(|event: &Value| event["eventName"] == "GetCallerIdentity");
        let regions = asked.map(|event| event["region"].as_str().unwrap().to_owned());
        regions.collect::<Vec<_>>()
    };
    assert_eq!(counted(&[]), ["eu-west-1", "us-east-2"]);
    assert_eq!(counted(&["--region", "us-east-2"]), ["us-east-2"]);
    assert_eq!(counted(&["--region", "eu-west-1"]), ["eu-west-1"]);
    let pruned = done(&mut place.command(["cloud", "prune", "--region", "eu-west-1"]));
    assert!(pruned.contains("0 expired objects"), "{pruned}");
    let mut wrong = place.command(["cloud", "prune", "--region", "nowhere"]);
    assert_eq!(wrong.output().unwrap().status.code(), Some(2));
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

#[test]
fn a_site_in_another_region_is_rendered_by_the_right_that_the_table_names() {
    let place = Place::new();
    let bundle = site();
    let create = ["sites", "create", bundle.to_str().unwrap(), "--json"];
    let made = done(place.command(create).args(["--region", "eu-west-1"]));
    let made: Value = serde_json::from_str(made.lines().last().unwrap()).unwrap();
    let (bucket, name) = (
        made["bucket"].as_str().unwrap(),
        made["site"].as_str().unwrap(),
    );
    let address = format!("https://{bucket}.s3.eu-west-1.amazonaws.com/sites/{name}/index.html");
    done(&mut place.command(["functions", "deploy"]));

    let mut scope = Scope::new("aws", "123456789012", "us-east-1");
    scope.site_bucket = Some(bucket.to_owned());
    let (cloud, told) = served(&place, &[]);
    let role_may = |policy: &str| {
        let put = ["iam", "put-role-policy", "--role-name"];
        let role = ["remotion-lambda-role", "--policy-name", "elsewhere"];
        let document = ["--policy-document", policy];
        aws(&told, &[&put[..], &role, &document].concat());
    };
    role_may(&generate(Part::RenderFunction, &scope).to_json());

    let out = place.path("elsewhere.mp4");
    let mut render = place.command(["render", &address, "Card"]);
    done(render.arg(&out));
    assert_eq!(movie::read(&out).frames, 5);
    let read = place.events().into_iter().find(|event| {
        let is_site = |one: &Value| {
            let resource = one["resource"].as_str().unwrap_or_default();
            resource.starts_with(&format!("arn:aws:s3:::{bucket}/sites/"))
        };
        let reader = event["principal"]["arn"].as_str().unwrap_or_default();
        event["eventName"] == "GetObject"
            && reader.contains(":assumed-role/remotion-lambda-role/")
            && event["decisions"].as_array().unwrap().iter().any(is_site)
    });
    let read = read.expect("the function's role reads the site");
    assert_eq!(read["region"], "eu-west-1");

    // Without the right the address is that of a public site, which is not there.
    let row = of(Part::RenderFunction, &scope).find(|call| call.variant == Variant::OtherRegion);
    for policy in one_less(row.unwrap(), &scope) {
        role_may(&policy.to_string());
        let render = ["render", &address, "Card", "denied.mp4"];
        let denied = place.command(render).output().unwrap();
        assert_eq!(denied.status.code(), Some(1), "{}", said(&denied));
    }
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}
