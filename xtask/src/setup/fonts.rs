//! Chrome without fonts draws no text, and says nothing about it.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{paths, sh};

/// Draws a page with one word and checks that the picture is not blank.
pub(crate) fn check() -> Result<()> {
    let folder = paths::target().join("tools");
    std::fs::create_dir_all(&folder)?;
    let stamp = folder.join("fonts-checked");
    if stamp.exists() {
        return Ok(());
    }
    println!("Checking that Chrome draws text");
    let with = bytes_drawn(&folder, "Framewright draws text")?;
    let without = bytes_drawn(&folder, "")?;
    if with <= without + without / 4 {
        bail!(
            "Chrome draws no text ({with} bytes against {without} for a blank page): are fonts-liberation and fontconfig intact?"
        );
    }
    std::fs::write(stamp, "")?;
    Ok(())
}

/// The size of the PNG of a page that shows `text`: a picture with letters compresses worse than a blank one.
fn bytes_drawn(folder: &std::path::Path, text: &str) -> Result<u64> {
    let picture = folder.join("fonts.png");
    let page =
        format!("data:text/html,<body style='margin:0;font:40px Liberation Sans'>{text}</body>");
    let mut chrome = Command::new("chromium-headless-shell");
    chrome
        .args([
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--window-size=640,120",
        ])
        .arg(format!("--screenshot={}", picture.display()))
        .arg(page);
    sh::output(&mut chrome).context("Chrome could not take a picture")?;
    Ok(std::fs::metadata(&picture)
        .context("Chrome wrote no picture")?
        .len())
}
