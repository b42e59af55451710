//! `framewright render` beside the incumbent's `remotion render`: whole commands from the same bundle.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use super::measure::{self, Took, geometric_mean, median};
use crate::{incumbent, paths};

const COMPOSITIONS: [(&str, u32); 5] = [
    ("Title", 300),
    ("Photo", 300),
    ("Chart", 300),
    ("Clip", 150),
    ("Hold", 300),
];

/// Which renders, and how often.
#[derive(Args, Clone)]
pub(crate) struct Options {
    /// Pairs of runs of each composition and concurrency.
    #[arg(long, default_value_t = 3)]
    pairs: usize,
    /// Only this composition; may be repeated.
    #[arg(long = "composition", value_name = "ID")]
    compositions: Vec<String>,
    /// Only this concurrency; may be repeated.
    #[arg(long, value_name = "N", default_values_t = [1, 2])]
    concurrency: Vec<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            pairs: 3,
            compositions: Vec::new(),
            concurrency: vec![1, 2],
        }
    }
}

/// Medians of both sides for one composition at one concurrency.
struct Row {
    composition: &'static str,
    frames: u32,
    ours: Took,
    theirs: Took,
}

/// Builds, renders alternately, prints a table for each concurrency.
pub(crate) fn run(options: &Options, as_built: bool) -> Result<()> {
    let folder = super::prepare(as_built)?;
    println!("Both sides: {}.", incumbent::SETTINGS);
    println!(
        "Ours: cloud state present, site uploaded, no function warm; at concurrency 1 one renderer at a time and two chunks."
    );
    let first = measure::run(&ours(&folder, "Hold", 300, 2))?;
    println!(
        "The first render ever (Hold, with provisioning and upload): {:.1} s",
        first.wall
    );
    let chosen = |name: &str| {
        options.compositions.is_empty() || options.compositions.iter().any(|one| one == name)
    };
    for &concurrency in &options.concurrency {
        let mut rows = Vec::new();
        for (composition, frames) in COMPOSITIONS.into_iter().filter(|(name, _)| chosen(name)) {
            rows.push(row(
                &folder,
                composition,
                frames,
                concurrency,
                options.pairs,
            )?);
        }
        print(concurrency, options.pairs, &rows);
    }
    Ok(())
}

fn row(
    folder: &Path,
    composition: &'static str,
    frames: u32,
    concurrency: u32,
    pairs: usize,
) -> Result<Row> {
    let (mut ours_took, mut theirs_took) = (Vec::new(), Vec::new());
    for _ in 0..pairs {
        ours_took.push(measure::run(&ours(
            folder,
            composition,
            frames,
            concurrency,
        ))?);
        let out = folder.join("theirs.mp4");
        theirs_took.push(measure::run(&incumbent::render(
            composition,
            &out,
            concurrency,
            incumbent::CRF,
        ))?);
    }
    Ok(Row {
        composition,
        frames,
        ours: medians(&ours_took),
        theirs: medians(&theirs_took),
    })
}

fn ours(folder: &Path, composition: &str, frames: u32, concurrency: u32) -> Command {
    let mut command = super::framewright();
    command
        .arg("render")
        .arg(paths::example_bundle())
        .arg(composition)
        .arg(folder.join("ours.mp4"))
        .arg("--state")
        .arg(folder.join("state"))
        .args([
            "--overwrite",
            "--json",
            "--concurrency",
            &concurrency.to_string(),
        ]);
    if concurrency == 1 {
        command.args(["--frames-per-function", &frames.div_ceil(2).to_string()]);
    }
    command
}

fn medians(took: &[Took]) -> Took {
    Took {
        wall: median(took.iter().map(|one| one.wall).collect()),
        cpu: median(took.iter().map(|one| one.cpu).collect()),
    }
}

fn print(concurrency: u32, pairs: usize, rows: &[Row]) {
    println!(
        "\nconcurrency {concurrency}, medians of {pairs} alternating pairs; ratio: the incumbent's over ours\n"
    );
    println!(
        "| | wall s ours | incumbent | ratio | frames/s ours | incumbent | CPU s ours | incumbent | ours/incumbent |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for Row {
        composition,
        frames,
        ours,
        theirs,
    } in rows
    {
        let per_second = |took: &Took| f64::from(*frames) / took.wall;
        println!(
            "| {composition} | {:.1} | {:.1} | {:.2} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} |",
            ours.wall,
            theirs.wall,
            theirs.wall / ours.wall,
            per_second(ours),
            per_second(theirs),
            ours.cpu,
            theirs.cpu,
            ours.cpu / theirs.cpu
        );
    }
    let wall: Vec<_> = rows
        .iter()
        .map(|row| row.theirs.wall / row.ours.wall)
        .collect();
    let cpu: Vec<_> = rows
        .iter()
        .map(|row| row.ours.cpu / row.theirs.cpu)
        .collect();
    println!(
        "| geometric mean | | | {:.2} | | | | | {:.2} |",
        geometric_mean(&wall),
        geometric_mean(&cpu)
    );
}
