//! Functions, sites, buckets and quotas, from argv to what stands in the cloud.

use std::path::{Path, PathBuf};
use std::process::Command;

use deploy::calls::{Call, Part, Scope, of};
use deploy::policy::of_calls;
use serde_json::Value;

use crate::harness::{Place, Running, copy_folder, decided, said, site};
use crate::served::{ACCOUNT, REGION, Served};

const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// Runs a command that succeeds, and returns the object that it printed as its result.
#[track_caller]
fn result(command: &mut Command) -> Value {
    let done = command.arg("--json").output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let objects = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let results: Vec<Value> = objects
        .filter(|one: &Value| one["type"] == "result")
        .collect();
    results.last().unwrap_or_else(|| panic!("{text}")).clone()
}

/// Runs a command that fails, and returns what it said in one line.
#[track_caller]
fn refused(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let text = said(&done);
    assert!(matches!(done.status.code(), Some(1 | 2)), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    let words = text.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

/// A copy of the example's bundle, in which files can be changed.
fn bundle(place: &Place) -> PathBuf {
    let copy = place.path("bundle");
    copy_folder(&site(), &copy);
    copy
}

/// A project that is bundled already, whose site is called `film`.
fn project(place: &Place) -> PathBuf {
    let project = place.path("project");
    copy_folder(&site(), &project);
    std::fs::write(project.join("framewright.toml"), "site = \"film\"\n").unwrap();
    project
}

#[test]
fn a_function_is_deployed_updated_listed_and_deleted() {
    let place = Place::new();
    let deploy = ["functions", "deploy", "--tag", "team=video"];
    let made = result(&mut place.command(deploy));
    assert_eq!(made["function"], FUNCTION);
    let changes = made["changes"].as_array().unwrap().len();
    assert!(changes >= 4, "{made}");
    assert_eq!(
        result(&mut place.command(deploy))["changes"],
        serde_json::json!([])
    );

    let update = ["functions", "deploy", "--retention-period", "30"];
    let updated = result(&mut place.command(update));
    let how = updated["changes"][0]["how"].as_str().unwrap();
    assert_eq!(how, "retries, runtime updates and log retention set");

    let small = [
        "functions",
        "deploy",
        "--memory",
        "1024",
        "--disk",
        "512",
        "--function-timeout",
        "60",
    ];
    let small = result(&mut place.command(small));
    let name = "remotion-render-4-0-527-mem1024mb-disk512mb-60sec";
    assert_eq!(small["function"], name);
    let listed = result(&mut place.command(["functions", "ls"]));
    let rows = listed["functions"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{listed}");
    assert_eq!(rows[0]["name"], name);
    assert_eq!(
        (&rows[0]["memoryMib"], &rows[0]["diskMib"]),
        (&1024.into(), &512.into())
    );
    assert_eq!(
        (&rows[0]["timeoutSeconds"], &rows[0]["version"]),
        (&60.into(), &"4.0.527".into())
    );

    result(&mut place.command(["functions", "rm", name]));
    let again = refused(&mut place.command(["functions", "rm", name]));
    assert!(again.contains("there is no function"), "{again}");
    let foreign = refused(&mut place.command(["functions", "rm", "payroll"]));
    assert!(foreign.contains("no render function"), "{foreign}");
}

#[test]
fn settings_outside_of_the_limits_are_refused_before_anything_is_made() {
    let place = Place::new();
    for (arguments, words) in [
        (
            ["--memory", "511"],
            "memory 511 is outside the limits: 512 to 10240 MiB",
        ),
        (
            ["--disk", "20000"],
            "disk 20000 is outside the limits: 512 to 10240 MiB",
        ),
        (
            ["--function-timeout", "5"],
            "timeout 5 is outside the limits: 15 to 900 seconds",
        ),
    ] {
        let text = refused(place.command(["functions", "deploy"]).args(arguments));
        assert!(text.contains(words), "{text}");
    }
    assert!(!place.path("state").exists(), "no cloud was opened");
    let days = refused(&mut place.command(["functions", "deploy", "--retention-period", "2"]));
    assert!(days.contains("cannot be kept for 2 days"), "{days}");
    let layer = refused(&mut place.command(["functions", "deploy", "--layer", "fonts"]));
    assert!(
        layer.contains("`fonts` is no ARN of a layer's version"),
        "{layer}"
    );
}

#[test]
fn a_site_sends_what_changed_and_keeps_what_is_rendered() {
    let place = Place::new();
    let bundle = bundle(&place);
    let create = [
        "sites",
        "create",
        bundle.to_str().unwrap(),
        "--site-name",
        "film",
    ];
    let first = result(&mut place.command(create));
    assert_eq!(first["serveUrl"], "film");
    let all = first["upload"]["sent"].as_u64().unwrap();
    assert!(all >= 3, "{first}");
    let same = result(&mut place.command(create));
    assert_eq!(same["upload"]["sent"], 0);

    std::fs::write(bundle.join("public/new.txt"), "new").unwrap();
    let changed = result(&mut place.command(create));
    assert_eq!(changed["upload"]["sent"], 1, "{changed}");
    assert_eq!(changed["upload"]["kept"], all, "{changed}");
    assert_eq!(
        changed["upload"]["removed"], 0,
        "a version of today stays: {changed}"
    );
    let puts: Vec<_> = place.events();
    let puts: Vec<_> = puts
        .iter()
        .filter(|event| event["eventName"] == "PutObject")
        .flat_map(|event| decided(event, "s3:PutObject"))
        .collect();
    assert!(
        puts.last().unwrap().ends_with("sites/film/site.json"),
        "{puts:?}"
    );

    let listed = result(&mut place.command(["sites", "ls"]));
    assert_eq!(listed["sites"][0]["name"], "film");
    assert_eq!(listed["sites"][0]["public"], false);
    result(&mut place.command(["sites", "rm", "film"]));
    let again = refused(&mut place.command(["sites", "rm", "film"]));
    assert!(again.contains("there is no site `film`"), "{again}");
}

#[test]
fn a_public_site_lies_where_browsers_look_for_it() {
    let place = Place::new();
    let bundle = bundle(&place);
    let create = [
        "sites",
        "create",
        bundle.to_str().unwrap(),
        "--site-name",
        "open",
        "--public",
    ];
    let first = result(&mut place.command(create));
    assert!(
        first["serveUrl"]
            .as_str()
            .unwrap()
            .ends_with("/sites/open/index.html"),
        "{first}"
    );
    std::fs::remove_file(bundle.join("favicon.ico")).unwrap();
    std::fs::write(bundle.join("bundle.js.map"), "{}").unwrap();
    let second = result(&mut place.command(create));
    assert_eq!(second["upload"]["sent"], 1, "{second}");
    assert_eq!(second["upload"]["removed"], 1, "{second}");
    let events = place.events();
    let puts: Vec<_> = events
        .iter()
        .filter(|event| event["eventName"] == "PutObject")
        .flat_map(|event| decided(event, "s3:PutObject"))
        .collect();
    let index = puts
        .iter()
        .position(|key| key.ends_with("sites/open/index.html"))
        .unwrap();
    let before = &puts[..index];
    assert!(
        before.iter().any(|key| key.ends_with("bundle.js")),
        "assets go first: {puts:?}"
    );
    let acls = events
        .iter()
        .filter(|event| decided(event, "s3:PutObjectAcl").next().is_some());
    assert_eq!(acls.count(), 0, "no ACL is ever sent");
}

#[test]
fn a_second_deployment_of_the_same_project_takes_ten_requests_and_sends_nothing() {
    let place = Place::new();
    let project = project(&place);
    let deploy = ["deploy", project.to_str().unwrap()];
    let first = result(&mut place.command(deploy));
    assert_eq!(first["site"], "film");
    assert!(first["still"]["bytes"].as_u64().unwrap() > 1000, "{first}");
    assert!(first["changes"].as_array().unwrap().len() >= 5, "{first}");

    let before = place.events().len();
    let second = result(&mut place.command(deploy));
    assert_eq!(second["changes"], serde_json::json!([]), "{second}");
    assert_eq!(second["upload"]["sent"], 0, "{second}");
    let all = place.events();
    let new = &all[before..];
    let by_us: Vec<_> = new
        .iter()
        .filter(|event| {
            let arn = event["principal"]["arn"].as_str().unwrap_or_default();
            !arn.contains("remotion-lambda-role")
        })
        .filter_map(|event| event["eventName"].as_str())
        .filter(|name| !name.contains("Events"))
        .collect();
    assert!(by_us.len() <= 10, "{by_us:?}");
    assert!(
        !by_us.iter().any(|name| name.starts_with("Put")),
        "{by_us:?}"
    );
}

#[test]
fn two_deployments_at_once_end_well() {
    let place = Place::new();
    let project = project(&place);
    let deploy = ["deploy", project.to_str().unwrap(), "--no-still", "--json"];
    let both = [0, 1].map(|_| Running::start(&mut place.command(deploy)));
    for done in both.map(Running::wait) {
        assert!(done.status.success(), "{}", said(&done));
    }
    for (list, rows) in [
        (["buckets", "ls"], "buckets"),
        (["functions", "ls"], "functions"),
        (["sites", "ls"], "sites"),
    ] {
        let listed = result(&mut place.command(list));
        assert_eq!(listed[rows].as_array().unwrap().len(), 1, "{listed}");
    }
    let again = result(&mut place.command(&deploy[..3]));
    assert_eq!(again["changes"], serde_json::json!([]), "{again}");
    assert_eq!(again["upload"]["sent"], 0, "{again}");
}

/// `deploy` by a user who may make those of the deployer's calls that `may` tells.
fn deployed_by(served: &Served, name: &str, project: &Path, may: impl Fn(&Call) -> bool) -> String {
    let mut scope = Scope::new("aws", ACCOUNT, REGION);
    scope.package_layers = false;
    let rows = of(Part::Deployer, &scope).filter(|call| may(call));
    let key = served.user(name);
    served.user_may(name, name, &of_calls(rows, &scope).to_json());
    let deploy = ["deploy", project.to_str().unwrap(), "--no-still"];
    said(&served.command(&key, deploy).output().unwrap())
}

#[test]
fn a_deployment_is_simulated_before_anything_is_made() {
    let served = Served::start(Place::new(), &[]);
    let setup = ["permissions", "setup", "--caller", "none", "--yes"];
    result(&mut served.command(&served.root(), setup));
    let project = project(&served.place);

    let without =
        |call: &Call| !["s3:CreateBucket", "lambda:CreateFunction"].contains(&call.action);
    let told = deployed_by(&served, "poor", &project, without);
    assert!(told.starts_with("exit status: 1"), "{told}");
    for words in [
        "nothing was made",
        "s3:CreateBucket on arn:aws:s3:::remotionlambda-useast1-*",
        "lambda:CreateFunction on",
        "no policy allows it",
    ] {
        assert!(told.contains(words), "`{words}` is missing in\n{told}");
    }
    let events = served.place.events();
    let by_poor = events.iter().filter(|event| {
        let arn = event["principal"]["arn"].as_str().unwrap_or_default();
        arn.ends_with("user/poor")
    });
    let names: Vec<_> = by_poor
        .filter_map(|event| event["eventName"].as_str())
        .collect();
    assert!(names.contains(&"SimulatePrincipalPolicy"), "{names:?}");
    let made = ["Create", "Put", "Publish"];
    assert!(
        !names
            .iter()
            .any(|name| made.iter().any(|verb| name.starts_with(verb))),
        "{names:?}"
    );

    // Whoever may not simulate deploys unchecked, and is told. Without a terminal no file has a line of its own.
    let told = deployed_by(&served, "rich", &project, |call| {
        call.action != "iam:SimulatePrincipalPolicy"
    });
    assert!(told.starts_with("exit status: 0"), "{told}");
    assert!(
        told.contains("permissions are not checked: you may not simulate"),
        "{told}"
    );
    assert_eq!(told.matches("uploading the site").count(), 1, "{told}");
    assert!(told.contains("files sent ("), "{told}");
    // With everything in place there is nothing to check.
    let told = deployed_by(&served, "late", &project, without);
    assert!(told.starts_with("exit status: 0"), "{told}");
    assert!(!told.contains("checking permissions"), "{told}");
}

#[test]
fn buckets_quotas_and_regions_are_shown() {
    let place = Place::new();
    let none = result(&mut place.command(["buckets", "ls"]));
    assert_eq!(none["buckets"], serde_json::json!([]));
    let bundle = bundle(&place);
    let made = result(&mut place.command(["sites", "create", bundle.to_str().unwrap()]));
    let bucket = made["bucket"].as_str().unwrap();
    let listed = result(&mut place.command(["buckets", "ls"]));
    assert_eq!(listed["buckets"][0]["name"], bucket);
    assert_eq!(listed["buckets"][0]["region"], "us-east-1");
    let full = refused(&mut place.command(["buckets", "rm", bucket]));
    assert!(full.contains("holds sites or renders"), "{full}");
    let removed = result(&mut place.command(["buckets", "rm", bucket, "--with-objects"]));
    assert!(removed["objects"].as_u64().unwrap() >= 5, "{removed}");
    let foreign = refused(&mut place.command(["buckets", "rm", "payroll"]));
    assert!(foreign.contains("no render bucket"), "{foreign}");

    let quota = result(&mut place.command(["quotas"]));
    assert!(quota["now"].as_f64().unwrap() > 0.0, "{quota}");
    let asked = result(&mut place.command(["quotas", "increase", "--to", "7000"]));
    assert_eq!(asked["desired"], 7000.0);
    let twice = refused(&mut place.command(["quotas", "increase"]));
    assert!(twice.contains("pending already"), "{twice}");
    let regions = result(&mut place.command(["regions", "--default-only"]));
    let names: Vec<_> = regions["regions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert!(names.iter().any(|name| *name == "us-east-1"), "{names:?}");
    assert!(!names.iter().any(|name| *name == "ap-east-1"), "{names:?}");
}

#[test]
fn a_still_is_an_image_and_a_render_tells_where_it_stands() {
    let place = Place::new();
    let out = place.path("title.jpg");
    let still = [
        "still",
        site().to_str().unwrap(),
        "Title",
        out.to_str().unwrap(),
    ]
    .map(str::to_owned);
    let made = result(
        place
            .command(still)
            .args(["--frame", "-1", "--scale", "0.5"]),
    );
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!(bytes.len() as u64, made["bytes"].as_u64().unwrap());
    assert_eq!(bytes[..3], [0xff, 0xd8, 0xff], "a JPEG");
    let unknown = refused(&mut place.command(["progress", "a1b2c3d4e5"]));
    assert!(
        unknown.contains("there is no render `a1b2c3d4e5`"),
        "{unknown}"
    );
}
