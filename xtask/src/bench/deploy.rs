//! What a second deployment costs, and what an upload of a site with few changes sends.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::paths;

/// Files of the large site, and bytes of each.
const FILES: usize = 300;
const FILE_BYTES: usize = 100_000;

/// Files that change between two uploads.
const CHANGED: usize = 5;

/// What a second deployment of an unchanged project may ask.
const MOST_REQUESTS: usize = 10;

/// Deploys the example twice, and a site of 30 MB twice with few changes between; prints requests, files and bytes.
pub(crate) fn run(as_built: bool) -> Result<()> {
    let folder = super::prepare(as_built)?;
    let project = paths::example_bundle();
    framewright(&folder, &["deploy", &text(&project)])?;
    let before = requests(&folder)?.len();
    let second = framewright(&folder, &["deploy", &text(&project)])?;
    let made = requests(&folder)?.split_off(before);
    ensure!(made.len() <= MOST_REQUESTS, "{} requests", made.len());
    println!("second deployment of an unchanged project");
    println!("  requests          {:>10}  (at most 10)", made.len());
    println!("    {}", made.join(" "));
    println!(
        "  files sent        {:>10}  (none)",
        second["upload"]["sent"]
    );

    let site = folder.join("site");
    large_site(&site)?;
    let create = ["sites", "create", &text(&site), "--site-name", "large"].map(str::to_owned);
    let create: Vec<&str> = create.iter().map(String::as_str).collect();
    let first = framewright(&folder, &create)?;
    for index in 0..CHANGED {
        fs::write(
            site.join(format!("public/{index}.bin")),
            noise(FILES + index),
        )?;
    }
    let second = framewright(&folder, &create)?;
    // The manifest and the pointer are no files of the site.
    ensure!(
        second["upload"]["sent"] == CHANGED,
        "{} files were sent",
        second["upload"]["sent"]
    );
    println!("site of {FILES} files, {CHANGED} of them changed");
    for (name, upload) in [("first", &first["upload"]), ("second", &second["upload"])] {
        let megabytes = upload["sentBytes"].as_f64().unwrap_or_default() / 1e6;
        println!(
            "  {name:<6} upload     {:>10} files, {megabytes:.1} MB",
            upload["sent"]
        );
    }
    Ok(())
}

/// Runs a command in the benchmark's own cloud, and returns its result.
fn framewright(folder: &Path, arguments: &[&str]) -> Result<Value> {
    let out = super::framewright()
        .args(arguments)
        .arg("--json")
        .env("FRAMEWRIGHT_STATE", folder.join("state"))
        .output()?;
    let text = String::from_utf8(out.stdout)?;
    if !out.status.success() {
        bail!("`framewright {}`: {text}", arguments.join(" "));
    }
    let lines = text.lines().map(serde_json::from_str::<Value>);
    let mut results = lines
        .filter_map(Result::ok)
        .filter(|one| one["type"] == "result");
    results.next_back().context("no result was printed")
}

/// The calls of everybody but the function's role, oldest first, without those that ask for them.
fn requests(folder: &Path) -> Result<Vec<String>> {
    let out = super::framewright()
        .args(["cloud", "events", "--json", "--limit", "1000000"])
        .env("FRAMEWRIGHT_STATE", folder.join("state"))
        .output()?;
    let text = String::from_utf8(out.stdout)?;
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let by_us = events.filter(|event| {
        let arn = event["principal"]["arn"].as_str().unwrap_or_default();
        !arn.contains("/remotion-lambda-role/")
    });
    Ok(by_us
        .filter_map(|event| event["eventName"].as_str().map(str::to_owned))
        .filter(|name| name != "LookupEvents")
        .collect())
}

fn large_site(site: &Path) -> Result<()> {
    fs::create_dir_all(site.join("public"))?;
    let index = "<script>window.siteVersion = '11'; window.remotion_version = '4.0.527';</script>";
    fs::write(site.join("index.html"), index)?;
    for index in 0..FILES {
        fs::write(site.join(format!("public/{index}.bin")), noise(index))?;
    }
    Ok(())
}

/// Bytes that differ from those of every other seed.
fn noise(seed: usize) -> Vec<u8> {
    let mut state = seed as u64 + 1;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(FILE_BYTES).collect()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
