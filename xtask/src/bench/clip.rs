//! Ten seconds out of an hour of 1080p in S3: `framewright clip` beside a download of the whole and ffmpeg.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use super::measure::{self, median};
use crate::{paths, sh};

/// Where the clip begins and ends, seconds: not at a key frame.
const FROM: &str = "1801.5";
const TO: &str = "1811.5";

/// The share of the object that a clip may read.
const MOST_READ: f64 = 0.05;

/// How often.
#[derive(Args, Clone)]
pub(crate) struct Options {
    /// Pairs of runs of each method.
    #[arg(long, default_value_t = 3)]
    pairs: usize,
    /// Length of the video, in minutes.
    #[arg(long, default_value_t = 60)]
    minutes: usize,
}

/// A cloud that is served, with the video in its bucket.
struct Served {
    cloud: Child,
    environment: BTreeMap<String, String>,
    folder: PathBuf,
    address: String,
    size: u64,
}

/// Builds, makes and uploads the video, cuts alternately, prints a table.
pub(crate) fn run(options: &Options, as_built: bool) -> Result<()> {
    let folder = super::prepare(as_built)?;
    let video = make_video(&folder, options.minutes)?;
    let served = Served::start(&folder, &video)?;
    println!(
        "\nmedians of {} alternating pairs; the video has {:.2} GB\n",
        options.pairs,
        served.size as f64 / 1e9
    );
    println!("| | wall s ours | download + ffmpeg | ratio | read, share of the object |");
    println!("| --- | --- | --- | --- | --- |");
    for exact in [false, true] {
        row(&served, options, exact)?;
    }
    Ok(())
}

fn row(served: &Served, options: &Options, exact: bool) -> Result<()> {
    let (mut ours, mut theirs, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.pairs {
        let before = served.bytes_read()?;
        ours.push(measure::run(&served.ours(exact))?.wall);
        read.push((served.bytes_read()? - before) as f64 / served.size as f64);
        theirs.push(measure::run(&served.theirs(exact))?.wall);
    }
    let (ours, theirs, read) = (median(ours), median(theirs), median(read));
    println!(
        "| {} | {ours:.1} | {theirs:.1} | {:.1} | {:.2} % |",
        if exact { "exact" } else { "copied" },
        theirs / ours,
        read * 100.0
    );
    ensure!(
        read <= MOST_READ,
        "the clip read {:.2} % of the object",
        read * 100.0
    );
    ensure!(
        ours < theirs,
        "the clip took longer than a download and ffmpeg"
    );
    Ok(())
}

/// A minute of moving noise at about 5 Mbit/s, a key frame every two seconds, over and over.
fn make_video(folder: &Path, minutes: usize) -> Result<PathBuf> {
    let (minute, video) = (folder.join("minute.mp4"), folder.join("hour.mp4"));
    let mut make = Command::new("ffmpeg");
    make.args(["-hide_banner", "-loglevel", "error", "-y"])
        .args([
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=1920x1080:rate=30:duration=60,noise=alls=12:allf=t",
        ])
        .args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000:duration=60",
        ])
        .args([
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "60", "-b:v",
            "5M",
        ])
        .args([
            "-maxrate", "5M", "-bufsize", "10M", "-c:a", "aac", "-b:a", "128k",
        ])
        .arg(&minute);
    sh::run("make a minute of video", &mut make)?;
    let mut repeat = Command::new("ffmpeg");
    repeat
        .args(["-hide_banner", "-loglevel", "error", "-y", "-stream_loop"])
        .arg((minutes.max(1) - 1).to_string())
        .arg("-i")
        .arg(&minute)
        .args(["-c", "copy", "-movflags", "+faststart"])
        .arg(&video);
    sh::run("repeat it", &mut repeat)?;
    Ok(video)
}

impl Served {
    fn start(folder: &Path, video: &Path) -> Result<Self> {
        let mut command = super::framewright();
        let mut cloud = command
            .args(["cloud", "serve", "--json", "--state"])
            .arg(folder.join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start the cloud")?;
        let stdout = cloud.stdout.take().context("the cloud says nothing")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let told: Value = serde_json::from_str(&line)?;
        let environment = serde_json::from_value(told["environment"].clone())?;
        let mut served = Self {
            cloud,
            environment,
            folder: folder.to_owned(),
            address: String::new(),
            size: fs::metadata(video)?.len(),
        };
        // The first clip makes what a clip needs, its bucket too; there is nothing to cut yet.
        let mut first = super::framewright();
        first.args([
            "clip",
            "s3://remotionlambda-none/a.mp4",
            "--from",
            "0",
            "--to",
            "1",
            "--state",
        ]);
        first
            .arg(folder.join("state"))
            .stderr(Stdio::null())
            .status()?;
        let mut list = served.aws(&[
            "s3api",
            "list-buckets",
            "--query",
            "Buckets[0].Name",
            "--output",
            "text",
        ]);
        let bucket = sh::output(&mut list)?;
        served.address = format!("s3://{}/renders/hour/out.mp4", bucket.trim());
        let mut upload = served.aws(&["s3", "cp", "--quiet"]);
        upload.arg(video).arg(&served.address);
        sh::run("upload it", &mut upload)?;
        Ok(served)
    }

    /// The AWS CLI as the cloud's administrator.
    fn aws(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(paths::venv().join("bin/aws"));
        command.args(arguments).envs(&self.environment);
        command
    }

    fn ours(&self, exact: bool) -> Command {
        let mut command = super::framewright();
        command
            .args(["clip", &self.address])
            .arg(self.folder.join("ours.mp4"))
            .args([
                "--from",
                FROM,
                "--to",
                TO,
                "--overwrite",
                "--json",
                "--state",
            ])
            .arg(self.folder.join("state"));
        if exact {
            command.arg("--exact");
        }
        command
    }

    /// All of the object to disk, and ffmpeg on it.
    fn theirs(&self, exact: bool) -> Command {
        let whole = self.folder.join("whole.mp4");
        let video = if exact {
            "libx264 -crf 18 -preset fast"
        } else {
            "copy"
        };
        let script = format!(
            "'{aws}' s3 cp --quiet '{address}' '{whole}' && ffmpeg -hide_banner -loglevel error -y -ss {FROM} -to {TO} \
             -i '{whole}' -c:v {video} -c:a copy -movflags +faststart '{clip}'",
            aws = paths::venv().join("bin/aws").display(),
            address = self.address,
            whole = whole.display(),
            clip = self.folder.join("theirs.mp4").display(),
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]).envs(&self.environment);
        command
    }

    /// Bytes that the cutter's role was answered with so far.
    fn bytes_read(&self) -> Result<u64> {
        let mut command = super::framewright();
        command
            .args(["cloud", "events", "--json", "--limit", "100000", "--state"])
            .arg(self.folder.join("state"));
        let mut bytes = 0;
        for line in sh::output(&mut command)?.lines() {
            let event: Value = serde_json::from_str(line)?;
            let role = event["principal"]["arn"].as_str().unwrap_or_default();
            if role.contains("framewright-clip-role") && event["eventName"] == "GetObject" {
                bytes += event["bytesOut"].as_u64().unwrap_or(0);
            }
        }
        Ok(bytes)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.cloud.id().cast_signed());
        if let Err(error) = kill(pid, Signal::SIGINT) {
            eprintln!("the cloud was gone: {error}");
        }
        if let Err(error) = self.cloud.wait() {
            eprintln!("the cloud cannot be waited for: {error}");
        }
    }
}
