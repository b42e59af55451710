//! What goes wrong says what to do, and nothing is lost.

use crate::harness::{Place, said, site};

/// Runs `framewright` and checks that it fails with an exit code of its own and says all of `words`.
#[track_caller]
fn refused(place: &Place, arguments: &[&str], words: &[&str]) {
    let done = place.command(arguments).output().unwrap();
    let text = said(&done);
    let code = done.status.code().unwrap_or_else(|| panic!("{text}"));
    assert!(code == 1 || code == 2, "{text}");
    assert!(!text.contains("panicked"), "{text}");
    // Long lines are wrapped for the terminal.
    let flat = text
        .split_whitespace()
        .filter(|word| *word != "│")
        .collect::<Vec<_>>()
        .join(" ");
    for word in words {
        assert!(flat.contains(word), "`{word}` is missing in\n{text}");
    }
}

#[track_caller]
fn render_refused(place: &Place, composition: &str, more: &[&str], words: &[&str]) {
    let site = site();
    let out = place.path("out.mp4");
    let mut arguments = vec![
        "render",
        site.to_str().unwrap(),
        composition,
        out.to_str().unwrap(),
    ];
    arguments.extend(more);
    refused(place, &arguments, words);
    assert!(!out.exists(), "a failed render leaves no file");
}

#[test]
fn sites_and_props() {
    let place = Place::new();
    let empty = place.path("empty");
    std::fs::create_dir(&empty).unwrap();
    refused(
        &place,
        &["render", empty.to_str().unwrap(), "Hold"],
        &["is no Remotion bundle", "npx remotion bundle"],
    );
    refused(&place, &["render", "./nowhere", "Hold"], &["nowhere"]);
    render_refused(&place, "Props", &["--props", "{title:1}"], &["no JSON"]);
    render_refused(
        &place,
        "Props",
        &["--timeout", "30"],
        &["needs a unit", "30s"],
    );
    render_refused(
        &place,
        "Props",
        &["--frames", "9-3"],
        &["ends before it starts"],
    );
}

#[test]
fn what_the_page_refuses() {
    let place = Place::new();
    render_refused(&place, "Nope", &[], &["Nope", "Title", "Hold", "Chart"]);
    refused(
        &place,
        &["render", "nosuchsite", "Hold"],
        &["there is no site `nosuchsite`", "framewright sites ls"],
    );
    render_refused(
        &place,
        "Props",
        &[
            "--props",
            r##"{"title":"","seconds":1,"colour":"#2b2b52"}"##,
        ],
        &["title"],
    );
    render_refused(&place, "Hold", &["--frames", "290-310"], &["310", "299"]);
    render_refused(
        &place,
        "Broken",
        &[],
        &["Broken", "frame 30", "the fuse blew on frame 30", "Fuse"],
    );
    render_refused(
        &place,
        "Never",
        &["--timeout", "7s"],
        &["waiting for data that never comes"],
    );
}

#[test]
fn an_output_that_exists_is_kept() {
    let place = Place::new();
    let out = place.path("out.mp4");
    std::fs::write(&out, "precious").unwrap();
    let site = site();
    let arguments = [
        "render",
        site.to_str().unwrap(),
        "Card",
        out.to_str().unwrap(),
    ];
    refused(&place, &arguments, &["exists", "--overwrite"]);
    assert_eq!(std::fs::read_to_string(out).unwrap(), "precious");
}

#[test]
fn missing_parts_name_what_makes_them() {
    let place = Place::new();
    let mut command = place.render("Card", "out.mp4", &[]);
    let done = command
        .env("FRAMEWRIGHT_FUNCTION_ZIP", place.path("no.zip"))
        .output()
        .unwrap();
    assert!(!done.status.success());
    assert!(
        said(&done).contains("cargo xtask package"),
        "{}",
        said(&done)
    );
}

#[test]
fn a_corrupted_state_names_the_file() {
    let place = Place::new();
    place.rendered("Card", "one.mp4", &[]);
    let state = place.path("state");
    let mut broken = 0;
    for entry in std::fs::read_dir(&state).unwrap().flatten() {
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "redb")
        {
            std::fs::write(entry.path(), b"this is no database").unwrap();
            broken += 1;
        }
    }
    assert!(broken > 0, "no database in {}", state.display());
    let done = place.render("Card", "two.mp4", &[]).output().unwrap();
    let text = said(&done);
    assert!(
        !done.status.success() && text.contains(".redb") && !text.contains("panicked"),
        "{text}"
    );
}
