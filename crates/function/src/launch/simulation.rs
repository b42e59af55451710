//! Launches in a simulated world: a store with conditional writes, renderers, and a fault for everything.
//!
//! Time and delivery are the simulation's, so that thousands of renders with kills, lost answers, refusals and late
//! writes run in a second. Whatever happens, a render ends with all of its frames, or with an error that the page
//! gave it.

mod dice;
mod world;

use proptest::prelude::*;

use super::event::End;
use world::{Faults, Scenario, World};

fn scenario(chunks: u32, frames_per_chunk: u32, concurrency: Option<u32>) -> Scenario {
    Scenario {
        chunks,
        frames_per_chunk,
        concurrency,
        ..Scenario::default()
    }
}

fn run(seed: u64, scenario: Scenario, faults: Faults) -> World {
    let mut world = World::new(seed, scenario, faults);
    world.run();
    world
}

#[test]
fn an_undisturbed_render_takes_one_launch_and_one_renderer_for_each_chunk() {
    let world = run(1, scenario(4, 20, Some(2)), Faults::default());
    assert_eq!(world.ends, [End::Complete]);
    assert_eq!(world.most_at_work, 2);
    assert_eq!(world.renderers_begun, 4);
    let progress = world.progress();
    let post = progress.post_render_data.as_ref().expect("a result");
    assert_eq!((progress.frames_rendered, progress.chunks.len()), (80, 4));
    assert_eq!(post.errors, []);
    assert_eq!(world.chunks_left(), 0);
}

#[test]
fn a_second_launch_leaves_a_living_one_alone() {
    let mut world = World::new(2, scenario(6, 20, Some(1)), Faults::default());
    world.launch_at(500);
    world.launch_at(900);
    world.run();
    assert_eq!(
        world.ends,
        [End::AnotherLeads, End::AnotherLeads, End::Complete]
    );
    assert_eq!(world.renderers_begun, 6);
}

#[test]
fn a_page_that_always_throws_ends_the_render_with_its_frame_and_stack() {
    let broken = Scenario {
        throws_at: Some(30),
        ..scenario(4, 20, Some(2))
    };
    let world = run(3, broken, Faults::default());
    assert_eq!(world.ends, [End::Failed]);
    let progress = world.progress();
    let error = progress.fatal_error().expect("a fatal error");
    assert_eq!(
        (error.frame, error.chunk.map(|c| c.0), error.attempt),
        (Some(30), Some(1), 2)
    );
    assert_eq!(
        error.message,
        "composition `Hold`, frame 30, chunk 1, attempt 2: it broke"
    );
    assert_eq!(
        error.stack,
        "Error: it broke\n    at Broken (src/Broken.tsx:3:9)"
    );
    let first = &progress.errors[0];
    assert_eq!(
        (first.will_retry, first.is_fatal, first.total_attempts),
        (true, false, 2)
    );
    assert!(progress.fatal_error_timestamp.is_some());
}

#[test]
fn a_cancelled_render_says_so_and_leaves_no_chunk_whenever_the_wish_comes() {
    for cancelled_at in [0, 400, 800, 1_500, 2_500, 4_000, 5_500] {
        let cancelled = Scenario {
            cancelled_at: Some(cancelled_at),
            frame_ms: 100,
            ..scenario(8, 20, Some(2))
        };
        for seed in 0..20 {
            let world = run(seed, cancelled.clone(), Faults::default());
            assert_eq!(world.ends, [End::Cancelled], "at {cancelled_at} ms");
            let progress = world.progress();
            assert!(progress.is_cancelled(), "{:?}", progress.errors);
            assert_eq!(progress.cancellation_enabled, Some(true));
            assert_eq!(progress.post_render_data, None);
            assert_eq!(world.chunks_left(), 0, "at {cancelled_at} ms");
        }
    }
}

#[test]
fn a_cancelled_render_ends_as_cancelled_however_often_launches_are_killed() {
    let cancelled = Scenario {
        cancelled_at: Some(1_500),
        frame_ms: 100,
        ..scenario(8, 20, Some(2))
    };
    let faults = Faults {
        kill_launch: 300,
        ..Faults::default()
    };
    for seed in 0..50 {
        let world = run(seed, cancelled.clone(), faults.clone());
        let progress = world.progress();
        assert!(
            progress.is_cancelled() || progress.fatal_error().is_some_and(|e| e.name == "Error"),
            "{seed}: {:?}",
            progress.errors
        );
    }
}

#[test]
fn a_renderer_that_runs_out_of_time_stores_what_it_has_and_the_rest_is_made_by_another() {
    let slow = Scenario {
        frames_per_renderer: 30,
        ..scenario(2, 70, Some(2))
    };
    let world = run(4, slow, Faults::default());
    assert_eq!(world.ends, [End::Complete]);
    assert_eq!(
        world.renderers_begun, 6,
        "70 frames are 30 and 30 and 10, twice"
    );
}

#[test]
fn a_launch_that_nears_its_deadline_hands_over_and_the_next_waits_for_its_renderers() {
    let long = Scenario {
        timeout_ms: 60_000,
        frame_ms: 500,
        ..scenario(6, 80, Some(2))
    };
    let world = run(5, long, Faults::default());
    assert_eq!(
        world.ends,
        [End::HandedOver, End::HandedOver, End::Complete]
    );
    assert_eq!(world.renderers_begun, 6, "nothing is rendered twice");
}

#[test]
fn a_render_that_kills_every_renderer_is_given_up() {
    let deadly = Scenario {
        kills_renderers: true,
        ..scenario(2, 20, Some(2))
    };
    let world = run(6, deadly, Faults::default());
    assert_eq!(world.ends, [End::Failed]);
    let error = world
        .progress()
        .fatal_error()
        .expect("a fatal error")
        .clone();
    assert_eq!(error.attempt, super::work::MAX_DEATHS + 1);
}

#[test]
fn a_launch_that_may_not_look_for_its_renderers_ends_the_render_at_once() {
    let denied = Scenario {
        denies_checks: true,
        ..scenario(2, 200, Some(2))
    };
    let broken = Faults {
        break_stream: 1_000,
        ..Faults::default()
    };
    let world = run(11, denied, broken);
    assert_eq!(world.ends, [End::Failed]);
    let error = world.progress().fatal_error().expect("a fatal error");
    assert!(error.message.ends_with("s3:GetObject"), "{}", error.message);
    assert_eq!(world.renderers_begun, 2, "nothing is tried again");
}

#[test]
fn a_render_that_kills_every_launch_is_given_up() {
    let deadly = Scenario {
        kills_launches: true,
        ..scenario(2, 20, Some(2))
    };
    let world = run(7, deadly, Faults::default());
    assert_eq!(world.ends, [End::Failed]);
    assert!(world.launches_begun < 12, "{}", world.launches_begun);
}

#[test]
fn refused_invocations_are_sent_again_and_the_launch_stays_alive_meanwhile() {
    let full = Scenario {
        accounts_limit: Some(1),
        ..scenario(5, 20, Some(4))
    };
    let world = run(8, full, Faults::default());
    assert_eq!(world.ends, [End::Complete]);
    assert_eq!(world.most_at_work, 1);
    assert!(
        world.longest_silence_ms() <= 5_000,
        "{} ms",
        world.longest_silence_ms()
    );
}

#[test]
fn chunks_above_the_bound_are_merged_once_and_clients_see_nothing_of_it() {
    let large = Scenario {
        merge_above: Some(450),
        ..scenario(6, 20, Some(2))
    };
    let world = run(9, large, Faults::default());
    assert_eq!(world.ends, [End::Complete]);
    assert_eq!((world.renderers_begun, world.merges_begun), (6, 3));
    assert_eq!(world.joined_bytes, [400, 400, 400]);
    assert_eq!(world.joined_frames(), world.expected_frames());
    let progress = world.progress();
    assert_eq!((progress.frames_rendered, progress.chunks.len()), (120, 6));
    assert_eq!(progress.lambdas_invoked, 9);
    let post = progress.post_render_data.as_ref().expect("a result");
    let ranges = &post.most_expensive_frame_ranges;
    assert!(ranges.iter().all(|range| range.chunk.0 < 6), "{ranges:?}");
    assert_eq!(world.chunks_left(), 0);
}

#[test]
fn merges_wait_their_turn_and_are_taken_over_like_chunks() {
    let slow = Scenario {
        merge_above: Some(450),
        timeout_ms: 30_000,
        frame_ms: 500,
        ..scenario(6, 20, Some(1))
    };
    let world = run(10, slow, Faults::default());
    assert!(world.ends.contains(&End::HandedOver), "{:?}", world.ends);
    assert_eq!(world.ends.last(), Some(&End::Complete));
    assert_eq!(world.most_at_work, 1);
    assert_eq!((world.renderers_begun, world.merges_begun), (6, 3));
    assert_eq!(world.joined_frames(), world.expected_frames());
}

fn faults() -> impl Strategy<Value = Faults> {
    let permille = prop_oneof![3 => Just(0_u32), 1 => 0..150_u32];
    (
        permille.clone(),
        permille.clone(),
        permille.clone(),
        permille.clone(),
        permille,
    )
        .prop_map(
            |(kill_launch, kill_renderer, lose_answer, break_stream, throttle)| Faults {
                kill_launch,
                kill_renderer,
                lose_answer,
                break_stream,
                throttle,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_happens_all_frames_are_joined_once(
        seed in any::<u64>(),
        chunks in 1..8_u32,
        frames_per_chunk in 1..60_u32,
        concurrency in prop::option::of(1..4_u32),
        frames_per_renderer in prop_oneof![Just(u32::MAX), 5..60_u32],
        step in 1..4_u32,
        merge_above in prop::option::of(1..600_u64),
        faults in faults(),
    ) {
        let scenario = Scenario { frames_per_renderer, step, merge_above, ..scenario(chunks, frames_per_chunk, concurrency) };
        let world = run(seed, scenario, faults);
        // Deaths are bounded: a render may be given up, but never silently and never with a partial output. The launch
        // that said so may have died before its own end.
        let progress = world.progress();
        if world.ends.contains(&End::Failed) || progress.fatal_error().is_some() {
            prop_assert!(progress.fatal_error().is_some(), "{:?}", world.ends);
            prop_assert!(progress.post_render_data.is_none(), "{:?}", world.ends);
        } else {
            prop_assert!(progress.post_render_data.is_some(), "{:?}", world.ends);
            prop_assert_eq!(world.joined_frames(), world.expected_frames());
        }
    }
}
