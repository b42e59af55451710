//! `framewright permissions`: printed, made, checked, rotated and removed.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, venv};

/// Standard output of a command that must succeed.
fn told(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    String::from_utf8(done.stdout).unwrap()
}

fn refused(command: &mut Command) -> Output {
    let done = command.output().unwrap();
    assert!(!done.status.success(), "{}", said(&done));
    done
}

/// Arguments, and where nobody needs to be asked.
fn show(place: &Place, more: &[&str]) -> String {
    let mut command = place.command(["permissions", "show", "--account", "111122223333"]);
    told(command.args(more))
}

/// The variables of a `.env` file.
fn variables(text: &str) -> Vec<(String, String)> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The JSON lines of an answer, without the warning of keys that are not used.
fn results(answer: &str) -> Vec<Value> {
    let lines = answer
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["type"] != "warning").collect()
}

#[test]
fn permissions_are_printed_without_credentials() {
    let place = Place::new();
    let policy: Value = serde_json::from_str(&show(&place, &["trigger"])).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    assert!(!place.path("state").exists(), "nobody was to be asked");

    let template: Value =
        serde_json::from_str(&show(&place, &["--format", "cloudformation"])).unwrap();
    assert!(
        template["Description"]
            .as_str()
            .unwrap()
            .contains("CAPABILITY_NAMED_IAM")
    );
    let explained = show(&place, &["render-function", "--format", "explain"]);
    assert!(
        explained.contains("Chrome is served the private site"),
        "{explained}"
    );
    let china = show(
        &place,
        &["trigger", "--region", "cn-north-1", "--caller", "lambda"],
    );
    assert!(
        china.contains("arn:aws-cn:lambda:cn-north-1:111122223333"),
        "{china}"
    );
    assert!(!china.contains("arn:aws:"), "{china}");

    let names = [
        "--bucket",
        "remotionlambda-useast1-abc",
        "--render-function",
    ];
    let one = [&["trigger"][..], &names, &["remotion-render-one"]].concat();
    let one = show(&place, &one);
    assert!(
        one.contains("arn:aws:s3:::remotionlambda-useast1-abc/renders/*"),
        "{one}"
    );
    assert!(one.contains(":function:remotion-render-one\""), "{one}");

    let alias = told(&mut place.command(["policies", "role", "--account", "111122223333"]));
    assert_eq!(alias, show(&place, &["render-function"]));
    let user = told(&mut place.command(["policies", "user", "--account", "111122223333"]));
    assert!(user.contains("user/${aws:username}"), "{user}");
    refused(
        place
            .command(["permissions", "show", "owner"])
            .arg("--account=111122223333"),
    );
    refused(
        place
            .command(["permissions", "show", "--account", "12"])
            .arg("viewer"),
    );
}

#[test]
fn from_setup_to_remove_a_key_is_seen_once() {
    let place = Place::new();
    let mut setup = place.command(["permissions", "setup", "--key-file", ".env"]);
    let nobody = refused(&mut setup);
    assert!(said(&nobody).contains("--yes"), "{}", said(&nobody));
    assert!(!place.path(".env").exists());

    let text = told(setup.arg("--yes"));
    assert!(
        text.contains("role remotion-lambda-role: will be made"),
        "{text}"
    );
    let env = std::fs::read_to_string(place.path(".env")).unwrap();
    let mode = std::fs::metadata(place.path(".env"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = variables(&env);
    let (id, secret) = (&key[0].1, &key[1].1);
    assert_eq!(key[0].0, "REMOTION_AWS_ACCESS_KEY_ID");
    assert!(!text.contains(secret));
    let again = told(&mut setup);
    assert!(again.contains("nothing to do"), "{again}");
    let absent = ["permissions", "setup", "--yes", "--role", "nobody"];
    let absent = said(&refused(&mut place.command(absent)));
    assert!(
        absent.contains("the role `nobody` does not exist"),
        "{absent}"
    );
    assert!(absent.contains("nothing was changed"), "{absent}");

    let arn = "arn:aws:iam::123456789012:user/remotion-deploy";
    let check = told(&mut place.command(["permissions", "check", "--principal", arn, "--json"]));
    let reports = results(&check);
    assert!(!reports.is_empty(), "{check}");
    for report in reports {
        assert_eq!(report["isGood"], true, "{report:#}");
        assert_eq!(report["isSimulated"], true);
    }

    let kept = told(&mut place.command([
        "permissions",
        "rotate",
        "remotion-deploy",
        "--older-than",
        "90d",
    ]));
    assert!(kept.contains("which is not 90"), "{kept}");
    told(&mut place.command(["permissions", "rotate", "remotion-deploy"]));
    let rotated = std::fs::read_to_string(place.path(".env")).unwrap();
    assert!(!rotated.contains(id.as_str()) && !rotated.contains(secret.as_str()));
    let two = refused(&mut place.command(["permissions", "rotate", "remotion-deploy"]));
    assert!(said(&two).contains("inactive"), "{}", said(&two));
    told(&mut place.command(["permissions", "rotate", "remotion-deploy", "--delete-old"]));

    let new = &variables(&rotated)[1].1;
    let events = told(&mut place.command(["cloud", "events", "--json", "--limit", "100000"]));
    assert!(!events.contains(secret.as_str()) && !events.contains(new.as_str()));

    let gone = told(&mut place.command(["permissions", "remove", "--yes"]));
    assert!(
        gone.contains("user remotion-deploy: will be removed"),
        "{gone}"
    );
    let nothing = told(&mut place.command(["permissions", "remove", "--dry-run"]));
    assert!(!nothing.contains("will be removed"), "{nothing}");
}

#[test]
fn a_file_that_git_tracks_gets_no_key() {
    let place = Place::new();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let done = git
            .arg("-C")
            .arg(place.path(""))
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
    };
    git(&["init", "--quiet"]);
    std::fs::write(place.path(".env"), "").unwrap();
    git(&["add", ".env"]);
    let mut setup = place.command(["permissions", "setup", "--yes", "--key-file", ".env"]);
    let done = refused(&mut setup);
    assert!(said(&done).contains("git tracks"), "{}", said(&done));
    assert_eq!(std::fs::read_to_string(place.path(".env")).unwrap(), "");
    git(&["rm", "--cached", "--quiet", ".env"]);
    let done = setup.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    assert!(
        said(&done).contains("add the line `.env` to .gitignore"),
        "{}",
        said(&done)
    );
}

#[test]
fn no_key_is_made_that_could_not_be_kept() {
    let place = Place::new();
    std::fs::create_dir(place.path("folder")).unwrap();
    let held = "REMOTION_AWS_ACCESS_KEY_ID=AKIASOMEBODY\nREMOTION_AWS_SECRET_ACCESS_KEY=s\n";
    std::fs::write(place.path("held.env"), held).unwrap();
    for (file, why) in [("folder", "folder"), ("held.env", "AKIASOMEBODY")] {
        let setup = ["permissions", "setup", "--yes", "--key-file", file];
        let done = said(&refused(&mut place.command(setup)));
        assert!(done.contains(why), "{done}");
    }
    assert_eq!(
        std::fs::read_to_string(place.path("held.env")).unwrap(),
        held
    );
    // Nothing was made yet, and a place that holds no key gets one, with its region.
    let setup = ["permissions", "setup", "--yes", "--key-file", "new.env"];
    let made = told(&mut place.command(setup));
    assert!(
        made.contains("user remotion-deploy: will be made"),
        "{made}"
    );
    let env = std::fs::read_to_string(place.path("new.env")).unwrap();
    assert!(env.contains("REMOTION_AWS_REGION=us-east-1"), "{env}");
    // A key whose secret is elsewhere is no key for another place.
    let again = place
        .command(["permissions", "setup", "--yes", "--key-file", "b.env"])
        .output();
    let again = said(&again.unwrap());
    assert!(
        again.contains("nobody can read its secret again"),
        "{again}"
    );
    let rotate = [
        "permissions",
        "rotate",
        "remotion-deploy",
        "--key-file",
        "held.env",
    ];
    let refused = said(&refused(&mut place.command(rotate)));
    assert!(refused.contains("AKIASOMEBODY"), "{refused}");
}

#[test]
fn one_key_of_two_is_deleted_by_its_id() {
    let place = Place::new();
    let setup = ["permissions", "setup", "--yes", "--key-file", ".env"];
    told(&mut place.command(setup));
    let id = variables(&std::fs::read_to_string(place.path(".env")).unwrap())[0]
        .1
        .clone();
    let delete = |id: &str| {
        let rotate = ["permissions", "rotate", "remotion-deploy", "--delete", id];
        place.command(rotate)
    };
    let last = said(&refused(&mut delete(&id)));
    assert!(last.contains("the only access key"), "{last}");
    let unknown = said(&refused(&mut delete("AKIANOBODY")));
    assert!(
        unknown.contains("has no access key AKIANOBODY"),
        "{unknown}"
    );
    told(&mut place.command(["permissions", "rotate", "remotion-deploy"]));
    let two = said(&refused(&mut place.command([
        "permissions",
        "rotate",
        "remotion-deploy",
    ])));
    assert!(
        two.contains("is in .env") && two.contains("--delete KEY_ID"),
        "{two}"
    );
    let deleted = told(&mut delete(&id));
    assert!(deleted.contains(&format!("{id}: deleted")), "{deleted}");
}

#[test]
fn the_commands_that_are_printed_do_what_setup_does() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("what to export");
    let exported: Value = serde_json::from_str(&line).unwrap();
    for caller in ["user", "ec2"] {
        let mut show = place.command(["permissions", "show", "--format", "cli", "--clip"]);
        let script = told(show.args(["--account", "123456789012", "--caller", caller]));
        let path = std::env::join_paths([venv().join("bin"), "/usr/bin".into(), "/bin".into()]);
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &script]).env("PATH", path.unwrap());
        shell.env("AWS_ENDPOINT_URL", exported["endpoint"].as_str().unwrap());
        for (name, value) in exported["environment"].as_object().unwrap() {
            shell.env(name, value.as_str().unwrap());
        }
        let done = shell.output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let mut setup = place.command(["permissions", "setup", "--dry-run", "--json", "--clip"]);
        let plan = told(setup.args(["--caller", caller]));
        let plan = results(&plan).pop().expect("a plan");
        for step in plan["plan"].as_array().unwrap() {
            assert_eq!(step["state"], "done", "{step}");
        }
        told(&mut place.command(["permissions", "remove", "--yes"]));
    }
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

#[test]
fn a_denial_is_explained_where_it_is_shown() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("what to export");
    let exported: Value = serde_json::from_str(&line).unwrap();
    told(&mut place.command(["permissions", "setup", "--yes", "--key-file", "user.env"]));
    let key = variables(&std::fs::read_to_string(place.path("user.env")).unwrap());
    let mut command = place.command([
        "permissions",
        "rotate",
        "remotion-deploy",
        "--target",
        "aws",
    ]);
    command
        .args(["--region", "us-east-1"])
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env_remove("AWS_ACCESS_KEY_ID")
        .env("AWS_ENDPOINT_URL", exported["endpoint"].as_str().unwrap())
        .envs(key);
    let done = refused(&mut command);
    let text = said(&done);
    assert!(
        text.contains("not authorized to perform: iam:CreateAccessKey"),
        "{text}"
    );
    assert!(
        text.contains("\"Action\":\"iam:CreateAccessKey\""),
        "{text}"
    );
    assert!(text.contains("framewright policies fix --apply"), "{text}");

    // Where the user's key lies, setup is easily called with it.
    let mut again = place.command(["permissions", "setup", "--yes", "--target", "aws"]);
    again
        .args(["--region", "us-east-1", "--env-file", "user.env"])
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env_remove("AWS_ACCESS_KEY_ID")
        .env("AWS_ENDPOINT_URL", exported["endpoint"].as_str().unwrap());
    let text = said(&refused(&mut again));
    assert!(text.contains("you call as `remotion-deploy`"), "{text}");
    assert!(text.contains("REMOTION_AWS_PROFILE"), "{text}");
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}
