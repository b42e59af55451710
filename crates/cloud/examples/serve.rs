//! A cloud in a process of its own, for tests that kill it.
//!
//! `serve STATE SANDBOX_INIT` prints one line of JSON when it answers, and serves until its
//! standard input ends.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use cloud::{Cloud, Config, StateLocation};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(state), Some(sandbox_init)) = (arguments.next(), arguments.next()) else {
        return Err("usage: serve STATE SANDBOX_INIT".into());
    };
    let account = "123456789012".parse()?;
    let config = Config::new(account, StateLocation::Folder(state), sandbox_init);
    let running = Cloud::open(config).await?;
    let key = running.administrator();
    let line = serde_json::json!({
        "endpoint": running.endpoint(),
        "accessKeyId": key.access_key_id,
        "secretAccessKey": key.secret_access_key,
    });
    writeln!(io::stdout(), "{line}")?;
    tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
    running.shutdown().await;
    Ok(())
}
