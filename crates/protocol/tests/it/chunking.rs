//! Chunk planning against the recorded vectors, and what holds for every plan.

use std::num::NonZeroU32;

use proptest::prelude::*;
use protocol::FrameRange;
use protocol::chunking::{MAX_FUNCTIONS, PlanError, Rule, plan, split};

use crate::golden::GOLDEN;

fn positive(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap()
}

fn size(rule: Rule, frames: u32) -> u32 {
    rule.frames_per_function(positive(frames)).unwrap().get()
}

#[test]
fn the_documented_size() {
    for (frames, [expected, again]) in &GOLDEN.best_frames_per_function {
        assert_eq!(expected, again);
        assert_eq!(
            size(Rule::Documented, *frames),
            *expected,
            "{frames} frames"
        );
    }
}

#[test]
fn a_number_of_chunks() {
    for case in &GOLDEN.concurrency {
        let expected = case.frames_per_function;
        assert_eq!(
            size(Rule::Count(case.c), case.n),
            expected,
            "{} of {}",
            case.c,
            case.n
        );
    }
}

#[test]
fn ranges() {
    for case in &GOLDEN.plan {
        let frames = FrameRange::try_from(case.frame_range).unwrap();
        let chunks = split(
            frames,
            positive(case.every_nth_frame),
            positive(case.frames_per_function),
        );
        let chunks: Vec<(u32, u32)> = chunks.into_iter().map(Into::into).collect();
        assert_eq!(chunks, case.chunks, "{:?}", case.frame_range);
    }
}

#[test]
fn even_chunks_are_a_multiple_of_the_renderers_and_not_too_long() {
    let chunks = |frames: u32, renderers: u32| {
        let rule = Rule::Even {
            renderer_concurrency: positive(renderers),
        };
        plan(FrameRange::new(0, frames - 1).unwrap(), positive(1), rule)
            .unwrap()
            .chunks
            .len()
    };
    assert_eq!(chunks(300, 1), 1);
    assert_eq!(chunks(300, 2), 2);
    assert_eq!(chunks(600, 1), 1);
    assert_eq!(chunks(601, 1), 2);
    assert_eq!(chunks(1_200, 2), 2);
    assert_eq!(chunks(1_201, 2), 4);
    assert_eq!(chunks(3, 8), 1, "a chunk has five frames at least");
}

#[test]
fn what_cannot_be_planned_is_named() {
    let frames = FrameRange::new(0, 99).unwrap();
    let error = |rule| plan(frames, positive(1), rule).unwrap_err();
    assert_eq!(error(Rule::Count(0)), PlanError::Concurrency(0));
    assert_eq!(error(Rule::Count(201)), PlanError::Concurrency(201));
    assert_eq!(
        error(Rule::FramesPerFunction(4)),
        PlanError::TooFewFrames {
            asked: 4,
            minimum: 5
        }
    );
    let long = FrameRange::new(0, 1_005).unwrap();
    assert_eq!(
        plan(long, positive(1), Rule::FramesPerFunction(5)),
        Err(PlanError::TooManyFunctions(202))
    );
    assert_eq!(
        Rule::choose(Some(1), Some(20), Rule::Documented),
        Err(PlanError::Both)
    );
}

fn rules() -> impl Strategy<Value = Rule> {
    prop_oneof![
        Just(Rule::Documented),
        (1..=MAX_FUNCTIONS).prop_map(Rule::Count),
        (5..2_000_u32).prop_map(Rule::FramesPerFunction),
        (1..64_u32).prop_map(|n| Rule::Even {
            renderer_concurrency: positive(n)
        }),
    ]
}

proptest! {
    #[test]
    fn every_rendered_frame_is_in_exactly_one_chunk(
        first in 0..1_000_u32,
        length in 1..30_000_u32,
        step in 1..7_u32,
        rule in rules(),
    ) {
        let frames = FrameRange::new(first, first + length - 1).unwrap();
        let step = positive(step);
        let plan = match plan(frames, step, rule) {
            Ok(plan) => plan,
            Err(PlanError::TooManyFunctions(functions)) => {
                prop_assert!(functions > MAX_FUNCTIONS);
                return Ok(());
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let rendered: Vec<u32> = plan.chunks.iter().flat_map(|chunk| chunk.frames(step)).collect();
        prop_assert_eq!(rendered, frames.frames(step).collect::<Vec<_>>());
        for chunk in &plan.chunks {
            prop_assert!(chunk.count(step) <= plan.frames_per_function.get());
        }
    }
}
