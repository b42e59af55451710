//! Debian's packages.

use std::process::Command;

use anyhow::{Result, bail};

use crate::sh;

/// Package, and how to see that it is there.
const PACKAGES: [(&str, Presence); 5] = [
    (
        "chromium-headless-shell",
        Presence::Program("chromium-headless-shell"),
    ),
    ("ffmpeg", Presence::Program("ffmpeg")),
    ("fonts-liberation", Presence::Installed),
    ("fonts-noto-color-emoji", Presence::Installed),
    ("python3-venv", Presence::PythonVenv),
];

enum Presence {
    Program(&'static str),
    Installed,
    /// Any Python that can make environments will do, Debian's or another.
    PythonVenv,
}

/// Installs the packages that are missing, as root or through sudo.
///
/// # Errors
/// Without either: names the one line to run.
pub(crate) fn install() -> Result<()> {
    let missing: Vec<_> = PACKAGES
        .iter()
        .filter(|(name, presence)| !presence.holds(name))
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(prefix) = privileged() else {
        bail!(
            "needs root to install Debian packages. Run this once, then repeat:\n  sudo sh -c 'apt-get update && apt-get install -y {}'",
            missing.join(" ")
        );
    };
    println!("Installing from Debian: {}", missing.join(" "));
    let apt = |arguments: &[&str]| {
        let mut words = prefix.to_vec();
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]);
        words.extend(arguments);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    };
    sh::run("apt-get update", &mut apt(&["update"]))?;
    let mut install = apt(&["install", "-y", "--no-install-recommends"]);
    sh::run("apt-get install", install.args(&missing))
}

impl Presence {
    fn holds(&self, package: &str) -> bool {
        match self {
            Self::Program(program) => sh::which(program).is_some(),
            Self::Installed => {
                let mut query = Command::new("dpkg-query");
                sh::output(query.args(["-W", "-f=${db:Status-Status}", package]))
                    .is_ok_and(|status| status == "installed")
            }
            Self::PythonVenv => {
                sh::output(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok()
            }
        }
    }
}

/// What to put before a command to run it as root; nothing where that is not possible without asking.
fn privileged() -> Option<&'static [&'static str]> {
    let id = sh::output(Command::new("id").arg("-u")).ok()?;
    if id.trim() == "0" {
        return Some(&[]);
    }
    sh::output(Command::new("sudo").args(["-n", "true"]))
        .ok()
        .map(|_| ["sudo", "-n"].as_slice())
}
