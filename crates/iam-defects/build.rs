//! Copies the source of `crates/iam` and plants the defects in the copy, each behind its switch.

#[path = "defects/mod.rs"]
mod defects;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use defects::{Edit, all};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=defects");
    println!("cargo::rerun-if-changed=../iam/src");
    println!("cargo::rerun-if-changed=../iam/data");
    let engine = PathBuf::from(std::env::var("OUT_DIR")?).join("engine");
    if engine.exists() {
        fs::remove_dir_all(&engine)?;
    }
    // Modules include data by its place beside the source.
    for folder in ["src", "data"] {
        copy(&Path::new("../iam").join(folder), &engine.join(folder))?;
    }
    let out = engine.join("src");
    let mut lost = Vec::new();
    for (index, defect) in all().enumerate() {
        for edit in defect.edits {
            let file = out.join(edit.file);
            match plant(&fs::read_to_string(&file)?, edit, index) {
                Ok(planted) => fs::write(file, planted)?,
                Err(wrong) => lost.push(format!("`{}` in {}: {wrong}", defect.name, edit.file)),
            }
        }
    }
    if !lost.is_empty() {
        return Err(format!("defects that cannot be planted:\n{}", lost.join("\n")).into());
    }
    // Examples are run where they stand, and the documentation of a crate cannot stand in an included file.
    strip_documentation(&out)?;
    fs::rename(out.join("lib.rs"), out.join("root.rs"))?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn strip_documentation(folder: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            strip_documentation(&path)?;
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let is_code = |line: &&str| {
            let line = line.trim_start();
            !["///", "//!", "#[doc = "]
                .iter()
                .any(|mark| line.starts_with(mark))
        };
        let code: Vec<&str> = text.lines().filter(is_code).collect();
        fs::write(&path, code.join("\n"))?;
    }
    Ok(())
}

/// The text with the edit behind the switch of defect `index`.
fn plant(text: &str, edit: &Edit, index: usize) -> Result<String, &'static str> {
    let (start, end) = only_place(text, edit.code)?;
    let switch = format!("crate::planted({index})");
    let code = &text[start..end];
    let planted = if edit.defect.contains("PLANTED") {
        edit.defect.replace("PLANTED", &switch)
    } else {
        format!("(if {switch} {{ {} }} else {{ {code} }})", edit.defect)
    };
    Ok(format!("{}{planted}{}", &text[..start], &text[end..]))
}

/// Where `code` stands, white space aside; it must stand exactly once.
fn only_place(text: &str, code: &str) -> Result<(usize, usize), &'static str> {
    let solid = |text: &str| -> Vec<(usize, char)> {
        text.char_indices()
            .filter(|(_, character)| !character.is_whitespace())
            .collect()
    };
    let (text, code) = (solid(text), solid(code));
    let is_code = |window: &[(usize, char)]| {
        window
            .iter()
            .zip(&code)
            .all(|((_, left), (_, right))| left == right)
    };
    let mut places = text.windows(code.len()).filter(|window| is_code(window));
    match (places.next(), places.next()) {
        (Some(place), None) => Ok((
            place[0].0,
            place[place.len() - 1].0 + place[place.len() - 1].1.len_utf8(),
        )),
        (None, _) => Err("its code is not there any more"),
        (Some(_), Some(_)) => Err("its code stands there more than once"),
    }
}
