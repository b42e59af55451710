//! What a function sees of the machine, and of other environments: nothing.

use serde_json::{Value, json};

use super::setup::{FunctionCloud, Gate, Settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_sees_its_own_root() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let list = |path: &str| {
        let event = json!({ "op": "list", "path": path });
        let address = cloud.address.clone();
        async move { address.ask(event).await }
    };
    let root = list("/").await;
    for hidden in ["root", "mnt", "srv", "boot"] {
        assert!(!root.as_array().unwrap().contains(&json!(hidden)), "{root}");
    }
    assert_eq!(list("/home").await, json!([]));
    assert_eq!(list("/var/task").await, json!(["bootstrap"]));
    assert_eq!(list("/tmp").await, json!([]));
    assert_eq!(list("/opt").await, json!([]));
    let home = std::env::var("HOME").unwrap();
    assert_eq!(list(&home).await, Value::Null, "{home}");
    let here = env!("CARGO_MANIFEST_DIR");
    assert_eq!(list(here).await, Value::Null, "{here}");
    // The first process of its own PID namespace, the function, nobody else.
    let processes = list("/proc").await;
    let processes: Vec<_> = processes
        .as_array()
        .unwrap()
        .iter()
        .filter(|name| name.as_str().unwrap().parse::<u32>().is_ok())
        .collect();
    assert_eq!(processes, [&json!("1"), &json!("2")]);
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_can_write_in_tmp_alone() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    for path in [
        "/x",
        "/etc/x",
        "/usr/x",
        "/var/task/x",
        "/opt/x",
        "/run/x",
        "/dev/x",
    ] {
        let refused = cloud
            .address
            .ask(json!({ "op": "write", "path": path }))
            .await;
        assert!(refused.is_string(), "{path} was written");
    }
    for path in ["/tmp/x", "/dev/shm/x", "/dev/null"] {
        let written = cloud
            .address
            .ask(json!({ "op": "write", "path": path }))
            .await;
        assert_eq!(written, Value::Null, "{path}");
    }
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_is_looked_up_and_cannot_be_made() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let variables = cloud.address.ask(json!({ "op": "environment" })).await;
    assert_eq!(variables["HOME"], Value::Null, "{variables}");
    let run = |command: &[&str]| {
        let event = json!({ "op": "run", "command": command });
        let address = cloud.address.clone();
        async move { address.ask(event).await }
    };
    let user = run(&["sh", "-c", "getent passwd $(id -u)"]).await;
    let expected = "sbx_user1051:x:61051:61051::/home/sbx_user1051:/sbin/nologin\n";
    assert_eq!(user["stdout"], expected, "{user}");
    let made = run(&["mkdir", "/home/sbx_user1051"]).await;
    let refused = made["stderr"].as_str().unwrap_or_default();
    assert!(refused.contains("Read-only file system"), "{made}");
    let users = json!({ "op": "read", "path": "/etc/passwd" });
    let users = cloud.address.ask(users).await;
    assert_eq!(users.as_str().unwrap().lines().count(), 2, "{users}");
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_do_not_see_each_other() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    cloud
        .address
        .ask(json!({ "op": "write", "path": "/tmp/mine" }))
        .await;
    let gate = Gate::open().await;
    let (address, event) = (
        cloud.address.clone(),
        json!({ "op": "meet", "gate": gate.address }),
    );
    // This one takes the environment that has the file.
    let first = tokio::spawn(async move { address.ask(event).await });
    let visitor = gate.visitor().await;
    let seen = cloud
        .address
        .ask(json!({ "op": "list", "path": "/tmp" }))
        .await;
    assert_eq!(seen, json!([]));
    visitor.answer("done").await;
    first.await.unwrap();
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_has_no_rights() {
    let cloud = FunctionCloud::start().await;
    cloud.address.function(Settings::default()).await;
    let status = json!({ "op": "read", "path": "/proc/self/status" });
    let status = cloud.address.ask(status).await;
    let field = |name: &str| {
        let line = status
            .as_str()
            .unwrap()
            .lines()
            .find(|line| line.starts_with(name));
        line.unwrap()
            .split_ascii_whitespace()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!(field("NoNewPrivs:"), "1");
    assert_ne!(field("Uid:"), "0");
    let more = json!({ "op": "run", "command": ["unshare", "--user", "true"] });
    assert_ne!(cloud.address.ask(more).await["status"], 0);
    cloud.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chrome_and_ffmpeg_run_inside() {
    let cloud = FunctionCloud::start().await;
    let settings = Settings {
        memory: 2048,
        ..Settings::default()
    };
    cloud.address.function(settings).await;
    let page = "data:text/html,<p id=x></p><script>x.textContent=6*7</script>";
    let chrome = json!({ "op": "run", "command": [
        "chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--user-data-dir=/tmp/profile", "--dump-dom", page,
    ]});
    let drawn = cloud.address.ask(chrome).await;
    let document = drawn["stdout"].as_str().unwrap_or_default();
    assert!(document.contains("<p id=\"x\">42</p>"), "{drawn}");
    let ffmpeg = json!({ "op": "run", "command": [
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=1", "/tmp/out.mp4",
    ]});
    let encoded = cloud.address.ask(ffmpeg).await;
    assert_eq!(encoded["status"], 0, "{encoded}");
    cloud.end().await;
}
