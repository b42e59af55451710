//! Several commands on one state folder.

use nix::sys::signal::Signal;

use crate::harness::{Place, Running, said};
use crate::movie;

#[test]
fn two_renders_at_once_both_finish() {
    let place = Place::new();
    place.rendered("Card", "first.mp4", &[]);
    let one = Running::start(&mut place.render("Card", "one.mp4", &[]));
    let two =
        Running::start(&mut place.render("Props", "two.mp4", &["--frames-per-function", "20"]));
    for (done, out) in [(one.wait(), "one.mp4"), (two.wait(), "two.mp4")] {
        assert!(done.status.success(), "{}", said(&done));
        movie::read(&place.path(out));
    }
}

#[test]
fn an_owner_that_is_interrupted_does_not_take_its_peer_along() {
    let place = Place::new();
    place.rendered("Card", "first.mp4", &[]);
    let mut owner = Running::start(&mut place.render("Hold", "owner.mp4", &["--json"]));
    // The owner renders as soon as it reports frames.
    let started = owner
        .lines()
        .find(|line| line.contains(r#""type":"progress""#));
    assert!(started.is_some());
    let mut peer = Running::start(&mut place.render(
        "Props",
        "peer.mp4",
        &["--json", "--frames-per-function", "15"],
    ));
    let started = peer
        .lines()
        .find(|line| line.contains(r#""type":"progress""#));
    owner.signal(Signal::SIGINT);
    let done = owner.wait();
    assert_eq!(done.status.code(), Some(130), "{}", said(&done));
    assert!(started.is_some());
    let done = peer.wait();
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(movie::read(&place.path("peer.mp4")).frames, 60);
}
