//! How long a cold render takes to its first frame, and how much memory who holds the cloud needs meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::Value;

use super::measure::median;
use crate::{paths, sh};

/// How often.
#[derive(Args, Clone)]
pub(crate) struct Options {
    /// Cold renders.
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Which composition.
    #[arg(long, default_value = "Title", value_name = "ID")]
    composition: String,
    /// What `cargo xtask package --out DIR` made, to be measured beside this machine's Chrome, which need not be
    /// unpacked.
    #[arg(long, value_name = "DIR")]
    package: Option<PathBuf>,
}

/// Milliseconds after the client's `start` call.
struct Milestones {
    launch: f64,
    renderer: f64,
    first_frame: f64,
    /// From the call of the renderer, for which an environment is spawned, to its first frame.
    renderer_to_frame: f64,
    /// Of that, the longest of each: unpacking Chrome, where it is packed, its start, and the page.
    unpack: Option<f64>,
    chrome: f64,
    page: f64,
    /// Initialisation of the environments of `start`, `launch` and the first `renderer`; `None` where one was reused.
    spawns: [Option<f64>; 3],
    resident_mb: f64,
}

/// Renders with no function warm, and prints medians.
pub(crate) fn run(options: &Options, as_built: bool) -> Result<()> {
    let folder = super::prepare(as_built)?;
    let mut columns = Vec::new();
    if let Some(package) = &options.package {
        let package = package.canonicalize()?;
        let place = folder.join("packaged");
        deploy(&place, &package)?;
        columns.push(("the package", rows(&measured(options, &place)?)));
    }
    let place = folder.join("plain");
    columns.push(("this machine's Chrome", rows(&measured(options, &place)?)));
    print(options, &columns);
    Ok(())
}

/// Makes the function that renders in `place` use run the package.
fn deploy(place: &Path, package: &Path) -> Result<()> {
    fs::create_dir_all(place)?;
    let mut command = super::framewright();
    command
        .args(["functions", "deploy", "--package"])
        .arg(package)
        .arg("--state")
        .arg(place.join("state"));
    sh::run("deploy the package", &mut command)
}

fn measured(options: &Options, place: &Path) -> Result<Vec<Milestones>> {
    fs::create_dir_all(place)?;
    render(place, "Hold")?;
    let one = || {
        let resident_mb = render(place, &options.composition)?;
        milestones(place, resident_mb)
    };
    std::iter::repeat_with(one).take(options.runs).collect()
}

/// What is told of some renders, each with its name.
fn rows(all: &[Milestones]) -> Vec<(&'static str, String)> {
    let middle =
        |of: fn(&Milestones) -> f64| format!("{:.0} ms", median(all.iter().map(of).collect()));
    let spawn = |which: usize| {
        let fresh: Vec<_> = all.iter().filter_map(|one| one.spawns[which]).collect();
        let (count, of) = (fresh.len(), all.len());
        if fresh.is_empty() {
            return format!("reused in {of} of {of}");
        }
        format!("{:.0} ms, fresh in {count} of {of}", median(fresh))
    };
    let unpacked: Option<Vec<f64>> = all.iter().map(|one| one.unpack).collect();
    let unpacked = unpacked.filter(|all| !all.is_empty());
    let largest = all.iter().map(|one| one.resident_mb).fold(0.0, f64::max);
    vec![
        ("environment of `start`", spawn(0)),
        ("environment of `launch`", spawn(1)),
        ("environment of the first `renderer`", spawn(2)),
        ("`start` → `launch` called", middle(|one| one.launch)),
        (
            "`start` → first `renderer` called",
            middle(|one| one.renderer),
        ),
        (
            "`start` → first frame captured",
            middle(|one| one.first_frame),
        ),
        (
            "first `renderer` called → first frame captured",
            middle(|one| one.renderer_to_frame),
        ),
        (
            "of it: Chrome unpacked",
            unpacked.map_or_else(
                || "not packed".to_owned(),
                |all| format!("{:.0} ms", median(all)),
            ),
        ),
        ("of it: Chrome started", middle(|one| one.chrome)),
        (
            "of it: page opened until it is ready",
            middle(|one| one.page),
        ),
        (
            "resident memory of the process that holds the cloud, largest",
            format!("{largest:.1} MB"),
        ),
    ]
}

/// A table with a column for each way.
fn print(options: &Options, columns: &[(&str, Vec<(&str, String)>)]) {
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    println!(
        "\n{}, cold, medians of {} renders\n\n| | {} |\n| --- |{}",
        options.composition,
        options.runs,
        names.join(" | "),
        " --- |".repeat(names.len())
    );
    let Some((_, first)) = columns.first() else {
        return;
    };
    for (index, (what, _)) in first.iter().enumerate() {
        let values = columns.iter().map(|(_, rows)| rows[index].1.as_str());
        println!("| {what} | {} |", values.collect::<Vec<_>>().join(" | "));
    }
}

/// Renders one composition, and answers the peak resident memory of the command in megabytes.
fn render(folder: &Path, composition: &str) -> Result<f64> {
    let mut command = super::framewright();
    command
        .arg("render")
        .arg(paths::example_bundle())
        .arg(composition)
        .arg(folder.join("start.mp4"))
        .arg("--state")
        .arg(folder.join("state"))
        .args(["--overwrite", "--json", "--keep-logs"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit());
    let mut child = command.spawn().context("could not start framewright")?;
    let resident_mb = watch(&mut child)?;
    let status = child.wait()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(resident_mb)
}

/// The kernel keeps the peak, but only as long as the process lives.
fn watch(child: &mut Child) -> Result<f64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    while child.try_wait()?.is_none() {
        let read = fs::read_to_string(&status).unwrap_or_default();
        let kilobytes = read.lines().find_map(|line| {
            let value = line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?;
            value.trim().parse::<f64>().ok()
        });
        peak = kilobytes.map_or(peak, |kilobytes| kilobytes * 1024.0 / 1e6);
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(peak)
}

/// When what happened in the last render, by the event history and the logs.
fn milestones(folder: &Path, resident_mb: f64) -> Result<Milestones> {
    let logs = fs::read_to_string(folder.join("start.mp4.log"))?;
    let logged = Logged::read(&logs)?;
    let calls = invocations(folder)?;
    let called = |method: &str| {
        let at = calls.get(&logged.first(method)?.request);
        at.copied()
            .with_context(|| format!("the history holds no invocation of `{method}`"))
    };
    let start = called("start")?;
    let since = |at: f64| at - start;
    let spawn = |method: &str| logged.first(method).map(|one| one.initialised);
    let timed = |what: &str| {
        let longest = logged.longest(what);
        longest.with_context(|| format!("the logs do not tell when {what}"))
    };
    Ok(Milestones {
        renderer_to_frame: logged.first_frame - called("renderer")?,
        unpack: logged.longest("Chrome is unpacked"),
        chrome: timed("Chrome runs")?,
        page: timed("the page is ready")?,
        launch: since(called("launch")?),
        renderer: since(called("renderer")?),
        first_frame: since(logged.first_frame),
        spawns: [spawn("start")?, spawn("launch")?, spawn("renderer")?],
        resident_mb,
    })
}

/// When each invocation was asked for, in milliseconds of Unix time, by the id of the request.
fn invocations(folder: &Path) -> Result<BTreeMap<String, f64>> {
    let mut command = super::framewright();
    command
        .args(["cloud", "events", "--json", "--limit", "2000", "--state"])
        .arg(folder.join("state"));
    let out = command.stderr(Stdio::inherit()).output()?;
    ensure!(
        out.status.success(),
        "{command:?} ended with {}",
        out.status
    );
    let mut calls = BTreeMap::new();
    for line in String::from_utf8(out.stdout)?.lines() {
        let record: Value = serde_json::from_str(line)?;
        let invoked = record["eventName"].as_str().unwrap_or_default();
        if !invoked.starts_with("Invoke") {
            continue;
        }
        let (Some(id), Some(time)) = (record["requestId"].as_str(), record["time"].as_str()) else {
            bail!("a record of the history lacks its id or time: {line}");
        };
        calls.insert(id.to_owned(), unix_ms(time)?);
    }
    Ok(calls)
}

/// Milliseconds of Unix time of an RFC 3339 time.
fn unix_ms(time: &str) -> Result<f64> {
    let time: jiff::Timestamp = time
        .parse()
        .with_context(|| format!("`{time}` is no time"))?;
    Ok(time.as_microsecond() as f64 / 1000.0)
}

/// What the log lines of one invocation tell.
struct Invocation {
    method: String,
    request: String,
    /// How long its environment took to start, in milliseconds, if it was the first in it.
    initialised: Option<f64>,
}

/// What the log lines of a render tell.
struct Logged {
    invocations: Vec<Invocation>,
    first_frame: f64,
    lines: Vec<String>,
}

impl Logged {
    fn read(logs: &str) -> Result<Self> {
        let invocations = logs.split("START RequestId: ").filter_map(invocation);
        let frames = logs.lines().filter(|line| line.contains("first frame"));
        let first_frame = frames
            .filter_map(|line| after(line, "at_unix_ms=")?.parse::<f64>().ok())
            .reduce(f64::min)
            .context("the logs name no first frame")?;
        Ok(Self {
            invocations: invocations.collect(),
            first_frame,
            lines: logs.lines().map(str::to_owned).collect(),
        })
    }

    /// The longest that the lines about `what` tell, in milliseconds.
    fn longest(&self, what: &str) -> Option<f64> {
        let lines = self.lines.iter().filter(|line| line.contains(what));
        lines
            .filter_map(|line| after(line, "after_ms=")?.parse::<f64>().ok())
            .reduce(f64::max)
    }

    fn first(&self, method: &str) -> Result<&Invocation> {
        let mut all = self.invocations.iter().filter(|one| one.method == method);
        all.next()
            .with_context(|| format!("the logs hold no invocation of `{method}`"))
    }
}

fn invocation(lines: &str) -> Option<Invocation> {
    let line = lines.lines().find(|line| line.contains("method="))?;
    Some(Invocation {
        method: after(line, "method=")?.to_owned(),
        request: after(line, "requestId=")?.to_owned(),
        initialised: after(lines, "Init Duration: ").and_then(|ms| ms.parse().ok()),
    })
}

/// The word after `label`, up to a comma or a space.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    rest.split([' ', ',', '\t', '\n']).next()
}
