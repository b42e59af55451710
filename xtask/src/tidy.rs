//! The house's rules that no compiler checks: which crate may import which, and that citations point at something.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{paths, sh};

/// Crate, and the workspace crates that it may import. There are no others.
const ARROWS: &[(&str, &[&str])] = &[
    ("framewright-iam", &[]),
    ("iam-bench", &["framewright-iam"]),
    ("iam-defects", &[]),
    ("protocol", &[]),
    ("process", &[]),
    ("chrome", &["process"]),
    ("media", &["process"]),
    ("renderer", &["protocol", "chrome", "media"]),
    ("store", &[]),
    ("lambda", &[]),
    (
        "function",
        &["protocol", "renderer", "media", "lambda", "store"],
    ),
    ("clip", &["protocol", "media", "lambda", "store"]),
    ("cloud", &["framewright-iam", "process"]),
    ("client", &["protocol", "store"]),
    (
        "deploy",
        &["client", "protocol", "framewright-iam", "store"],
    ),
    (
        "framewright",
        &["client", "deploy", "cloud", "framewright-iam"],
    ),
    ("trigger-lambda", &["client", "lambda"]),
    ("xtask", &[]),
];

/// Crates that know no clock, file, environment, network or async runtime, and what they may not name.
const PURE: [&str; 2] = ["iam", "protocol"];
const IMPURE: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::net::Tcp",
    "std::net::Udp",
    "std::time::SystemTime",
    "std::time::Instant",
    "std::process",
    "tokio",
    "jiff::",
    "rand::",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Checks every rule and reports all findings at once.
///
/// # Errors
/// The findings, a line each.
pub(crate) fn run() -> Result<()> {
    let mut findings = arrows()?;
    findings.extend(rule_cases()?);
    let files = rust_files(&paths::root().join("crates"))?;
    for file in &files {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("could not read {}", file.display()))?;
        let name = file
            .strip_prefix(paths::root())
            .unwrap_or(file)
            .display()
            .to_string();
        findings.extend(purity(&name, &text));
        findings.extend(citations(&name, &text)?);
        findings.extend(leftovers(&name, &text));
    }
    if findings.is_empty() {
        return Ok(());
    }
    bail!("the house's rules are broken:\n  {}", findings.join("\n  "));
}

fn arrows() -> Result<Vec<String>> {
    let json = sh::output(paths::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Metadata =
        serde_json::from_str(&json).context("could not read cargo's metadata")?;
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    Ok(metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none())
        .flat_map(|package| forbidden(package, &allowed))
        .collect())
}

/// Who tests with whose measurements: the videos that the command makes are compared by what compares videos.
const FOR_TESTS: [(&str, &str); 2] = [("framewright", "media"), ("trigger-lambda", "deploy")];

/// Normal and build dependencies follow the arrows; tests may import the embedded cloud too.
fn forbidden(package: &Package, allowed: &BTreeMap<&str, &[&str]>) -> Vec<String> {
    let Some(may) = allowed.get(package.name.as_str()) else {
        return vec![format!(
            "crate `{}` is not in the design's map: add it to the map and to xtask/src/tidy.rs",
            package.name
        )];
    };
    let house = |dependency: &&Dependency| {
        allowed.contains_key(dependency.name.as_str()) && dependency.name != package.name
    };
    let fine = |dependency: &Dependency| {
        let for_tests = dependency.kind.as_deref() == Some("dev");
        let name = dependency.name.as_str();
        may.contains(&name)
            || (for_tests && FOR_TESTS.contains(&(package.name.as_str(), name)))
            || (for_tests && name == "cloud")
    };
    let wrong = package
        .dependencies
        .iter()
        .filter(house)
        .filter(|dependency| !fine(dependency));
    wrong
        .map(|dependency| {
            format!(
                "crate `{}` must not import `{}`",
                package.name, dependency.name
            )
        })
        .collect()
}

fn purity(name: &str, text: &str) -> Vec<String> {
    let pure = PURE
        .iter()
        .any(|krate| name.starts_with(&format!("crates/{krate}/src/")));
    if !pure {
        return Vec::new();
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    let named = IMPURE.iter().filter(|word| {
        code.lines()
            .any(|line| !line.trim_start().starts_with("//") && names(line, word))
    });
    named
        .map(|word| format!("{name}: a pure crate names `{word}`"))
        .collect()
}

/// Whether `word` stands in `line`, not as the end of a longer name.
fn names(line: &str, word: &str) -> bool {
    let inside = |at: usize| line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| !inside(at))
}

/// The rule cases are what their script writes.
fn rule_cases() -> Result<Option<String>> {
    let tests = paths::root().join("crates/iam/tests");
    let committed = std::fs::read_to_string(tests.join("data/iam-rule-cases.jsonl"))
        .context("could not read the rule cases")?;
    let mut script = Command::new("python3");
    script.arg("-B").arg(tests.join("rules"));
    let is_current = sh::output(&mut script)? == committed;
    Ok((!is_current).then(|| {
        "crates/iam/tests/data/iam-rule-cases.jsonl is not what `python3 crates/iam/tests/rules` writes"
            .to_owned()
    }))
}

/// `// spec: iam/<page>#<anchor>` must name a heading of `specs/iam/<page>.md`.
fn citations(name: &str, text: &str) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for citation in text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("// spec: "))
    {
        for one in citation.split(", ") {
            let Some((page, anchor)) = one.trim().split_once('#') else {
                findings.push(format!("{name}: `{one}` names no heading"));
                continue;
            };
            let file = paths::root().join("specs").join(page).with_extension("md");
            let page = std::fs::read_to_string(&file).unwrap_or_default();
            if !page.lines().filter_map(heading).any(|slug| slug == anchor) {
                findings.push(format!("{name}: `{one}` points at nothing"));
            }
        }
    }
    Ok(findings)
}

/// The anchor that a Markdown heading gets: lower case, spaces as dashes, punctuation dropped.
fn heading(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = title
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}

fn leftovers(name: &str, text: &str) -> Vec<String> {
    let words = ["todo!(", "unimplemented!(", "FIXME", "#[ignore]"];
    words
        .iter()
        .filter(|word| text.contains(*word))
        .map(|word| format!("{name}: `{word}` is left over"))
        .collect()
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)
            .with_context(|| format!("could not read {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Dependency, Package, citations, forbidden, heading, purity};

    #[test]
    fn an_arrow_that_is_not_drawn_is_found() {
        let allowed = BTreeMap::from([
            ("a", ["b"].as_slice()),
            ("b", [].as_slice()),
            ("cloud", [].as_slice()),
        ]);
        let package = |kind: Option<&str>, to: &str| Package {
            name: "b".into(),
            source: None,
            dependencies: vec![Dependency {
                name: to.into(),
                kind: kind.map(str::to_owned),
            }],
        };
        assert_eq!(
            forbidden(&package(None, "a"), &allowed),
            ["crate `b` must not import `a`"]
        );
        assert_eq!(
            forbidden(&package(Some("dev"), "a"), &allowed),
            ["crate `b` must not import `a`"]
        );
        assert_eq!(forbidden(&package(Some("dev"), "cloud"), &allowed), [""; 0]);
        assert_eq!(
            forbidden(&package(Some("build"), "cloud"), &allowed),
            ["crate `b` must not import `cloud`"]
        );
    }

    #[test]
    fn a_pure_crate_may_not_name_the_clock() {
        assert_eq!(
            purity("crates/iam/src/a.rs", "use std::time::Instant;").len(),
            1
        );
        assert_eq!(
            purity("crates/iam/src/a.rs", "/// Not std::fs.\nfn f() {}").len(),
            0
        );
        assert_eq!(purity("crates/iam/src/a.rs", "Operand::Text").len(), 0);
        assert_eq!(
            purity("crates/cloud/src/a.rs", "use std::time::Instant;").len(),
            0
        );
    }

    #[test]
    fn a_citation_of_nothing_is_found() {
        assert_eq!(
            citations("x.rs", "// spec: iam/nowhere#at-all")
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            heading("## Explicit deny (all layers)").as_deref(),
            Some("explicit-deny-all-layers")
        );
    }
}
