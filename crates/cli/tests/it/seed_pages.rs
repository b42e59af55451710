//! The pages that walk through the documents: each command in them does what it says, in the order of the pages.

use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, site, venv};

const PAGES: [(&str, &str); 5] = [
    (
        "000-aws-iam-setup.md",
        include_str!("../../../../docs/seeds/000-aws-iam-setup.md"),
    ),
    (
        "001-using-lambda-with-iam-roles.md",
        include_str!("../../../../docs/seeds/001-using-lambda-with-iam-roles.md"),
    ),
    (
        "002-trigger-lambda-from-aws.md",
        include_str!("../../../../docs/seeds/002-trigger-lambda-from-aws.md"),
    ),
    (
        "003-using-lambda-without-iam-user.md",
        include_str!("../../../../docs/seeds/003-using-lambda-without-iam-user.md"),
    ),
    (
        "004-fix-lambda-invoke-permission.md",
        include_str!("../../../../docs/seeds/004-fix-lambda-invoke-permission.md"),
    ),
];

/// The blocks of a page that are for a shell.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    let after = page.split("```sh\n").skip(1);
    after.map(|rest| rest.split_once("```").unwrap().0)
}

#[test]
fn every_command_of_the_pages_works() {
    let place = Place::new();
    std::os::unix::fs::symlink(site(), place.path("build")).unwrap();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("it tells where it listens");
    let told: Value = serde_json::from_str(&line).unwrap();
    let own = place.command(["help"]);
    let programs = Path::new(own.get_program()).parent().unwrap();
    let folders = [
        programs,
        &venv().join("bin"),
        "/usr/bin".as_ref(),
        "/bin".as_ref(),
    ];
    let path = std::env::join_paths(folders).unwrap();
    for (name, page) in PAGES {
        let mut run = 0;
        for block in blocks(page) {
            let mut shell = Command::new("sh");
            shell.args(["-e", "-c", block]).current_dir(place.path(""));
            for (name, value) in own.get_envs() {
                shell.env(name, value.unwrap_or_default());
            }
            for (name, value) in told["environment"].as_object().unwrap() {
                shell.env(name, value.as_str().unwrap());
            }
            let done = shell.env("PATH", &path).output().unwrap();
            assert!(done.status.success(), "{name}:\n{block}\n{}", said(&done));
            run += 1;
        }
        assert!(run > 0, "{name}");
    }
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}

#[test]
fn the_pages_are_found_and_leave_permissions_to_the_table() {
    let readme = include_str!("../../../../README.md");
    for (name, page) in PAGES {
        assert!(readme.contains(&format!("docs/seeds/{name}")), "{name}");
        assert!(page.contains("(../permissions.md)"), "{name}");
    }
}
