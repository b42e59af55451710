//! The store, the renderers and the invocations that launches deal with.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::num::NonZeroU32;

use protocol::chunking;
use protocol::error_info::{ErrorInfo, ErrorKind};
use protocol::frames::{ChunkIndex, FrameRange};
use protocol::message::{ChunkComplete, ErrorOccurred, FramesRendered, LambdaInvoked, Message};
use protocol::page::{Composition, PageComposition};
use protocol::payload::Start;
use protocol::price::{Architecture, FunctionSize};
use protocol::progress::Progress;
use protocol::settings::{ChromiumOptions, DownloadBehavior, ImageFormat, LogLevel};
use protocol::site::Site;
use protocol::state::{
    EncodePlan, Lease, OutputPlan, PagePlan, Part, Plan, RecordedAttempt, Request, StoredPart,
};

use super::super::claim::Holder;
use super::super::event::{
    Command, Documents, End, Ended, FoundPart, Observation, Output, Revision, Sign, StoreFailure,
    Stored, WriteOutcome,
};
use super::super::failure::{Failure, Place, to_error_info};
use super::super::machine::Machine;
use super::super::report::Facts;
use super::dice::Dice;

/// What is rendered, and how it behaves whatever the dice say.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) chunks: u32,
    pub(super) frames_per_chunk: u32,
    pub(super) concurrency: Option<u32>,
    pub(super) step: u32,
    /// How many frames a renderer makes before its time is up.
    pub(super) frames_per_renderer: u32,
    pub(super) frame_ms: u64,
    pub(super) timeout_ms: u64,
    pub(super) throws_at: Option<u32>,
    /// When the client cancels the render, in milliseconds after its start.
    pub(super) cancelled_at: Option<u64>,
    pub(super) kills_renderers: bool,
    pub(super) kills_launches: bool,
    /// Whether the role may not look for what became of renderers.
    pub(super) denies_checks: bool,
    /// How many renderers the account allows.
    pub(super) accounts_limit: Option<usize>,
    /// Bytes above which chunks are merged; a frame has [`FRAME_BYTES`].
    pub(super) merge_above: Option<u64>,
}

/// Bytes of a frame's video.
pub(super) const FRAME_BYTES: u64 = 10;

impl Default for Scenario {
    fn default() -> Self {
        Self {
            chunks: 1,
            frames_per_chunk: 20,
            concurrency: None,
            step: 1,
            frames_per_renderer: u32::MAX,
            frame_ms: 30,
            timeout_ms: 900_000,
            throws_at: None,
            cancelled_at: None,
            kills_renderers: false,
            kills_launches: false,
            denies_checks: false,
            accounts_limit: None,
            merge_above: None,
        }
    }
}

/// How often things go wrong, of a thousand.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    pub(super) kill_launch: u32,
    pub(super) kill_renderer: u32,
    pub(super) lose_answer: u32,
    pub(super) break_stream: u32,
    pub(super) throttle: u32,
}

/// What happens at a moment.
#[derive(Debug)]
enum Happening {
    Launch,
    Observe {
        launch: usize,
        observation: Observation,
    },
    Wake {
        launch: usize,
    },
    /// The store carries a command out.
    Effect {
        launch: usize,
        command: Command,
    },
    Renderer {
        renderer: usize,
    },
}

struct Launched {
    machine: Machine,
    alive: bool,
    /// When it is told that time has passed.
    wake: u64,
}

/// A renderer at work.
struct Rendering {
    attempt: RecordedAttempt,
    merge: Vec<StoredPart>,
    launch: Option<usize>,
    started_ms: u64,
    done: u32,
    alive: bool,
    counted: bool,
}

pub(super) struct World {
    scenario: Scenario,
    faults: Faults,
    dice: Dice,
    now: u64,
    order: u64,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, (u64, Happening)>,
    launches: Vec<Launched>,
    renderers: Vec<Rendering>,
    request: Request,
    lease: Option<(Lease, u64)>,
    progress: Option<(Progress, u64)>,
    plan: Option<Plan>,
    manifests: BTreeMap<(ChunkIndex, Part), FoundPart>,
    signs: Vec<Sign>,
    revisions: u64,
    joined: Vec<u32>,
    /// Bytes of each video that was joined.
    pub(super) joined_bytes: Vec<u64>,
    heartbeats: Vec<u64>,
    pub(super) ends: Vec<End>,
    pub(super) plans_written: u32,
    pub(super) renderers_begun: u32,
    pub(super) merges_begun: u32,
    pub(super) launches_begun: u32,
    pub(super) most_at_work: usize,
}

const START_MS: u64 = 1_000_000;

impl World {
    pub(super) fn new(seed: u64, scenario: Scenario, faults: Faults) -> Self {
        let mut world = Self {
            scenario,
            faults,
            dice: Dice::new(seed),
            now: START_MS,
            order: 0,
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            launches: Vec::new(),
            renderers: Vec::new(),
            request: Request {
                render_id: "abc".parse().unwrap(),
                bucket_name: "bucket".into(),
                site: Site::Url("http://site/".into()),
                started_at_unix_ms: START_MS,
                keys_apart: false,
                start: Start::new("Hold", "http://site/"),
            },
            lease: None,
            progress: Some((Progress::initial(START_MS, START_MS), 0)),
            plan: None,
            manifests: BTreeMap::new(),
            signs: Vec::new(),
            revisions: 0,
            joined: Vec::new(),
            joined_bytes: Vec::new(),
            heartbeats: Vec::new(),
            ends: Vec::new(),
            plans_written: 0,
            renderers_begun: 0,
            merges_begun: 0,
            launches_begun: 0,
            most_at_work: 0,
        };
        world.request.start.enable_cancellation = world.scenario.cancelled_at.is_some();
        world.launch_at(0);
        world
    }

    /// Invokes a launch so long after the start.
    pub(super) fn launch_at(&mut self, ms: u64) {
        self.at(START_MS + ms, Happening::Launch);
    }

    /// Runs until nothing is left to happen and the render is over; whoever watches invokes a stalled one.
    pub(super) fn run(&mut self) {
        for _ in 0..100_000 {
            let Some(Reverse((time, order))) = self.queue.pop() else {
                if self.progress().is_over() {
                    return;
                }
                self.now += 20_000;
                self.at(self.now, Happening::Launch);
                continue;
            };
            self.now = time;
            if let Some((_, happening)) = self.happenings.remove(&order) {
                self.happen(happening);
            }
        }
        panic!(
            "the render never ends: {:?} {:?}",
            self.ends,
            self.progress()
        );
    }

    pub(super) fn progress(&self) -> &Progress {
        &self.progress.as_ref().unwrap().0
    }

    pub(super) fn chunks_left(&self) -> usize {
        self.manifests.len()
    }

    pub(super) fn joined_frames(&self) -> Vec<u32> {
        self.joined.clone()
    }

    pub(super) fn expected_frames(&self) -> Vec<u32> {
        self.frames().frames(self.step()).collect()
    }

    pub(super) fn longest_silence_ms(&self) -> u64 {
        self.heartbeats
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .max()
            .unwrap_or(0)
    }

    fn step(&self) -> NonZeroU32 {
        NonZeroU32::new(self.scenario.step).unwrap()
    }

    fn frames(&self) -> FrameRange {
        FrameRange::new(7, 6 + self.scenario.chunks * self.scenario.frames_per_chunk).unwrap()
    }

    fn at(&mut self, time: u64, happening: Happening) {
        self.order += 1;
        self.queue.push(Reverse((time, self.order)));
        self.happenings.insert(self.order, (time, happening));
    }

    fn soon(&mut self, happening: Happening) {
        let delay = 1 + self.dice.below(40);
        self.at(self.now + delay, happening);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Launch => self.begin_launch(),
            Happening::Observe {
                launch,
                observation,
            } => self.feed(launch, observation),
            Happening::Wake { launch } => {
                if self.launches[launch].wake == self.now {
                    self.feed(launch, Observation::Tick);
                }
            }
            Happening::Effect { launch, command } => self.carry_out(launch, command),
            Happening::Renderer { renderer } => self.render(renderer),
        }
    }

    fn begin_launch(&mut self) {
        self.launches_begun += 1;
        let holder = Holder {
            request_id: format!("launch-{}", self.launches_begun),
            deadline_unix_ms: self.now + self.scenario.timeout_ms,
        };
        let facts = Facts {
            function_name: "remotion-render".into(),
            version: "4.0.527".into(),
            region: "us-east-1".into(),
            size: FunctionSize {
                memory_mib: 2048,
                disk_mib: 10240,
                architecture: Architecture::Arm64,
            },
            renderer_timeout_ms: self.scenario.timeout_ms,
        };
        let machine = Machine::new(holder, facts, self.now);
        self.launches.push(Launched {
            machine,
            alive: true,
            wake: 0,
        });
        self.feed(self.launches.len() - 1, Observation::Tick);
    }

    fn feed(&mut self, launch: usize, observation: Observation) {
        if !self.launches[launch].alive {
            return;
        }
        let doomed =
            self.scenario.kills_launches && matches!(observation, Observation::Evaluated(_));
        if doomed || self.dice.permille(self.faults.kill_launch / 10) {
            self.launches[launch].alive = false;
            for renderer in self
                .renderers
                .iter_mut()
                .filter(|r| r.launch == Some(launch))
            {
                renderer.launch = None;
            }
            return;
        }
        let commands = self.launches[launch].machine.step(self.now, observation);
        for command in commands {
            if let Command::End(end) = command {
                self.ends.push(end);
                self.launches[launch].alive = false;
            } else {
                self.soon(Happening::Effect { launch, command });
            }
        }
        let wake = self.launches[launch].machine.wakes_at(self.now);
        let wake = wake.max(self.now + 1);
        self.launches[launch].wake = wake;
        if wake != u64::MAX && self.launches[launch].alive {
            self.at(wake, Happening::Wake { launch });
        }
    }

    fn answer(&mut self, launch: usize, observation: Observation) {
        self.soon(Happening::Observe {
            launch,
            observation,
        });
    }

    fn revision(&mut self) -> u64 {
        self.revisions += 1;
        self.revisions
    }

    fn carry_out(&mut self, launch: usize, command: Command) {
        match command {
            Command::ReadDocuments => {
                let documents = self.documents();
                self.answer(launch, Observation::Documents(Box::new(documents)));
            }
            Command::TakeLease { lease, previous } => {
                let written = self.write_lease(lease, previous.as_ref());
                self.answer(launch, Observation::Lease(written));
            }
            Command::Evaluate(_) => {
                let plan = Box::new(self.make_plan());
                self.at(
                    self.now + 700,
                    Happening::Observe {
                        launch,
                        observation: Observation::Evaluated(Ok(plan)),
                    },
                );
            }
            Command::WritePlan(plan) => {
                let found = self.plan.is_some();
                if !found {
                    self.plans_written += 1;
                }
                let plan = Box::new(self.plan.get_or_insert(*plan).clone());
                self.answer(launch, Observation::Planned { plan, found });
            }
            Command::Survey(_) => {
                let parts = self.manifests.values().copied().collect();
                let signs = self.signs.clone();
                self.answer(launch, Observation::Survey { parts, signs });
            }
            Command::Check(_) if self.scenario.denies_checks => {
                let failure = StoreFailure {
                    reason: "not authorized to perform: s3:GetObject".into(),
                    denied: true,
                };
                self.answer(launch, Observation::StoreFailed(failure));
            }
            Command::Check(attempts) => {
                let parts = attempts
                    .iter()
                    .filter_map(|a| self.manifests.get(&(a.chunk, a.part)))
                    .copied()
                    .collect();
                let theirs = |sign: &&Sign| {
                    attempts
                        .iter()
                        .any(|a| (a.chunk, a.attempt) == (sign.chunk, sign.attempt))
                };
                let signs = self.signs.iter().filter(theirs).copied().collect();
                self.answer(launch, Observation::Survey { parts, signs });
            }
            Command::WriteProgress {
                sequence,
                document,
                previous,
            } => {
                self.write_progress(launch, sequence, *document, previous.as_ref());
            }
            Command::Invoke { attempt, payload } => self.invoke(launch, attempt, payload.merge),
            Command::Assemble(_) => self.assemble(launch),
            Command::AwaitWish => {
                let wished_at = START_MS + self.scenario.cancelled_at.unwrap_or(0);
                let observation = Observation::Cancelled;
                self.at(
                    wished_at.max(self.now) + 1,
                    Happening::Observe {
                        launch,
                        observation,
                    },
                );
            }
            Command::Clean(_) => {
                self.manifests.clear();
                self.answer(launch, Observation::Cleaned);
            }
            Command::HandOver {
                mut lease,
                previous,
            } => {
                lease.released = true;
                self.write_lease(lease, Some(&previous));
                for renderer in self
                    .renderers
                    .iter_mut()
                    .filter(|r| r.launch == Some(launch))
                {
                    renderer.launch = None;
                }
                self.soon(Happening::Launch);
                self.answer(launch, Observation::HandedOver);
            }
            Command::End(_) => unreachable!("an end has no effect"),
        }
    }

    fn documents(&self) -> Documents {
        let revision = |n: u64| Revision(n.to_string());
        Documents {
            request: Some(self.request.clone()),
            lease: self.lease.clone().map(|(document, n)| Stored {
                document,
                revision: revision(n),
            }),
            progress: self.progress.clone().map(|(document, n)| Stored {
                document,
                revision: revision(n),
            }),
            plan: self.plan.clone(),
        }
    }

    fn write_lease(&mut self, lease: Lease, previous: Option<&Revision>) -> Option<Revision> {
        let stands = self.lease.as_ref().map(|(_, n)| n.to_string());
        if stands.as_ref() != previous.map(|revision| &revision.0) {
            return None;
        }
        let revision = self.revision();
        self.lease = Some((lease, revision));
        Some(Revision(revision.to_string()))
    }

    fn write_progress(
        &mut self,
        launch: usize,
        sequence: u64,
        document: Progress,
        previous: Option<&Revision>,
    ) {
        let stands = self.progress.as_ref().map(|(_, n)| n.to_string());
        let outcome = if stands.as_ref() == previous.map(|revision| &revision.0) {
            let revision = self.revision();
            self.heartbeats
                .push(document.framewright.as_ref().unwrap().heartbeat_unix_ms);
            self.progress = Some((document, revision));
            WriteOutcome::Written(Revision(revision.to_string()))
        } else {
            WriteOutcome::Refused
        };
        let lost = self.dice.permille(self.faults.lose_answer);
        let outcome = if lost { WriteOutcome::Failed } else { outcome };
        self.answer(launch, Observation::Progress { sequence, outcome });
    }

    fn make_plan(&self) -> Plan {
        let composition: PageComposition = serde_json::from_str(
            r#"{"id":"Hold","width":1280,"height":720,"fps":30,"durationInFrames":10000,"serializedResolvedPropsWithCustomSchema":"{}"}"#,
        )
        .unwrap();
        let composition: Composition = composition.resolve(Default::default()).unwrap();
        let frames_per_function = NonZeroU32::new(self.scenario.frames_per_chunk).unwrap();
        Plan {
            render_id: self.request.render_id.clone(),
            planned_at_unix_ms: self.now,
            site: self.request.site.clone(),
            composition,
            frames: self.frames(),
            every_nth_frame: self.step(),
            frames_per_function: frames_per_function.get(),
            chunks: chunking::split(self.frames(), self.step(), frames_per_function),
            renderer_concurrency: self.scenario.concurrency.and_then(NonZeroU32::new),
            max_retries: 1,
            page: PagePlan {
                input_props: protocol::SerializedInputProps::default(),
                env_variables: BTreeMap::new(),
                timeout_in_milliseconds: 30_000,
                chromium_options: ChromiumOptions::default(),
                log_level: LogLevel::Info,
                media_cache_size_in_bytes: None,
                offthread_video_cache_size_in_bytes: None,
            },
            encode: EncodePlan {
                image_format: ImageFormat::Jpeg,
                jpeg_quality: 80,
                scale: 1.0,
                crf: None,
                preset: None,
                metadata: BTreeMap::new(),
            },
            audio: None,
            output: OutputPlan {
                bucket: "bucket".into(),
                key: "renders/abc/out.mp4".into(),
                elsewhere: false,
                overwrite: false,
                download_behavior: DownloadBehavior::PlayInBrowser,
                storage_class: None,
            },
            merge_above_bytes: self.scenario.merge_above,
            serve_url_opened_at_unix_ms: self.now,
        }
    }

    fn invoke(&mut self, launch: usize, attempt: RecordedAttempt, merge: Vec<StoredPart>) {
        let at_work = self.renderers.iter().filter(|r| r.alive).count();
        let full = self
            .scenario
            .accounts_limit
            .is_some_and(|limit| at_work >= limit);
        let (chunk, number) = (attempt.chunk, attempt.attempt);
        if full || self.dice.permille(self.faults.throttle) {
            self.answer(
                launch,
                Observation::Ended {
                    chunk,
                    attempt: number,
                    how: Ended::Throttled,
                },
            );
            return;
        }
        let recorded = self.progress().framewright.as_ref().is_some_and(|leader| {
            leader
                .in_flight
                .iter()
                .any(|record| (record.chunk, record.attempt) == (chunk, number))
        });
        let superseded = self.lease.as_ref().is_some_and(|(lease, _)| {
            lease.epoch
                > self
                    .progress()
                    .framewright
                    .as_ref()
                    .map_or(0, |leader| leader.epoch)
                || self.launches.len() > 1
        });
        assert!(
            recorded || superseded,
            "a renderer is invoked that no successor would know of"
        );
        if merge.is_empty() {
            self.renderers_begun += 1;
        } else {
            self.merges_begun += 1;
        }
        let alive = self.launches[launch].alive;
        self.renderers.push(Rendering {
            attempt,
            merge,
            launch: alive.then_some(launch),
            started_ms: self.now,
            done: 0,
            alive: true,
            counted: alive,
        });
        let counted = self
            .renderers
            .iter()
            .filter(|r| r.alive && r.counted)
            .count();
        self.most_at_work = self.most_at_work.max(counted);
        let renderer = self.renderers.len() - 1;
        self.say(
            renderer,
            Message::LambdaInvoked(LambdaInvoked { attempt: number.0 }),
        );
        self.at(self.now + 500, Happening::Renderer { renderer });
    }

    fn say(&mut self, renderer: usize, message: Message) {
        let Rendering {
            attempt,
            launch: Some(launch),
            ..
        } = &self.renderers[renderer]
        else {
            return;
        };
        let (chunk, attempt, launch) = (attempt.chunk, attempt.attempt, *launch);
        // A stream keeps its order.
        self.at(
            self.now + 20,
            Happening::Observe {
                launch,
                observation: Observation::Said {
                    chunk,
                    attempt,
                    message,
                },
            },
        );
    }

    fn end(&mut self, renderer: usize, how: Ended) {
        self.renderers[renderer].alive = false;
        let Rendering {
            attempt,
            launch: Some(launch),
            ..
        } = &self.renderers[renderer]
        else {
            return;
        };
        let (chunk, attempt, launch) = (attempt.chunk, attempt.attempt, *launch);
        self.at(
            self.now + 20,
            Happening::Observe {
                launch,
                observation: Observation::Ended {
                    chunk,
                    attempt,
                    how,
                },
            },
        );
    }

    /// Five frames of a renderer's work.
    fn render(&mut self, renderer: usize) {
        if self.scenario.kills_renderers || self.dice.permille(self.faults.kill_renderer) {
            return self.end(renderer, Ended::Died("killed".into()));
        }
        if self.dice.permille(self.faults.break_stream) {
            self.break_stream(renderer);
        }
        let cancelled_at = self.scenario.cancelled_at.map(|at| START_MS + at);
        if cancelled_at.is_some_and(|at| at <= self.now) {
            let chunk = self.renderers[renderer].attempt.chunk;
            self.say(renderer, cancelled(chunk));
            return self.end(renderer, Ended::Answered);
        }
        if !self.renderers[renderer].merge.is_empty() {
            return self.merge(renderer);
        }
        let step = self.step();
        let Rendering {
            attempt,
            done,
            started_ms,
            ..
        } = &mut self.renderers[renderer];
        let (frames, started) = (attempt.frames, *started_ms);
        let whole = frames.count(step).min(self.scenario.frames_per_renderer);
        *done = (*done + 5).min(whole);
        let (done, attempt) = (*done, attempt.clone());
        let last = frames.frames(step).nth(done as usize - 1).unwrap();
        let made = FrameRange::new(frames.first(), last).unwrap();
        if let Some(frame) = self
            .scenario
            .throws_at
            .filter(|frame| made.contains(*frame))
        {
            self.say(renderer, thrown(frame, attempt.chunk));
            return self.end(renderer, Ended::Answered);
        }
        self.say(
            renderer,
            Message::FramesRendered(FramesRendered {
                rendered: done,
                encoded: done,
            }),
        );
        if done < whole {
            let frames_rendered = done;
            self.signs
                .retain(|sign| (sign.chunk, sign.attempt) != (attempt.chunk, attempt.attempt));
            self.signs.push(Sign {
                chunk: attempt.chunk,
                attempt: attempt.attempt,
                at_unix_ms: self.now,
                frames_rendered,
            });
            return self.at(
                self.now + 5 * self.scenario.frame_ms,
                Happening::Renderer { renderer },
            );
        }
        let part = FoundPart {
            chunk: attempt.chunk,
            part: attempt.part,
            frames: made,
            bytes: u64::from(made.count(step)) * FRAME_BYTES,
            started_at_unix_ms: started,
            rendered_at_unix_ms: self.now,
        };
        self.store(renderer, part);
    }

    /// All of a merge's work.
    fn merge(&mut self, renderer: usize) {
        let step = self.step();
        let Rendering {
            attempt,
            merge,
            started_ms,
            ..
        } = &self.renderers[renderer];
        let parts: Vec<FoundPart> = merge
            .iter()
            .map(|part| self.manifests[&(part.chunk, part.part)])
            .collect();
        let frames = parts.iter().flat_map(|part| part.frames.frames(step));
        assert!(
            frames.eq(attempt.frames.frames(step)),
            "other frames are merged than were asked for"
        );
        let part = FoundPart {
            chunk: attempt.chunk,
            part: attempt.part,
            frames: attempt.frames,
            bytes: parts.iter().map(|part| part.bytes).sum(),
            started_at_unix_ms: *started_ms,
            rendered_at_unix_ms: self.now,
        };
        self.store(renderer, part);
    }

    fn store(&mut self, renderer: usize, part: FoundPart) {
        // The first to store a part wins; whoever is later reports what stands.
        let stands = *self
            .manifests
            .entry((part.chunk, part.part))
            .or_insert(part);
        self.say(
            renderer,
            Message::ChunkComplete(ChunkComplete {
                start: stands.started_at_unix_ms,
                rendered: stands.rendered_at_unix_ms,
                frames: stands.frames,
                bytes: stands.bytes,
            }),
        );
        self.end(renderer, Ended::Answered);
    }

    fn break_stream(&mut self, renderer: usize) {
        let Rendering {
            attempt, launch, ..
        } = &mut self.renderers[renderer];
        let (chunk, attempt) = (attempt.chunk, attempt.attempt);
        if let Some(launch) = launch.take() {
            let how = Ended::Lost("connection reset".into());
            self.answer(
                launch,
                Observation::Ended {
                    chunk,
                    attempt,
                    how,
                },
            );
        }
    }

    fn assemble(&mut self, launch: usize) {
        if self.progress().is_over() {
            return;
        }
        let step = self.step();
        let plan = self.plan.as_ref().unwrap();
        let (merged, parts): (Vec<FoundPart>, Vec<FoundPart>) = self
            .manifests
            .values()
            .partition(|part| plan.is_merged(part.chunk));
        let is_merged = |part: &FoundPart| {
            merged
                .iter()
                .any(|m| m.frames.contains(part.frames.first()))
        };
        let alone = parts.iter().filter(|part| !is_merged(part));
        let mut videos: Vec<&FoundPart> = alone.chain(&merged).collect();
        videos.sort_by_key(|video| video.frames.first());
        self.joined_bytes = videos.iter().map(|video| video.bytes).collect();
        self.joined = videos
            .iter()
            .flat_map(|video| video.frames.frames(step))
            .collect();
        let output = Output {
            size: 1_000,
            combined_in_ms: 300,
            in_fragments: false,
        };
        self.at(
            self.now + 300,
            Happening::Observe {
                launch,
                observation: Observation::Assembled(Ok(output)),
            },
        );
    }
}

fn cancelled(chunk: ChunkIndex) -> Message {
    let failure = Failure::of_wish();
    let place = Place {
        composition: None,
        chunk: Some(chunk),
        attempt: 1,
        total_attempts: 1,
        will_retry: false,
    };
    Message::ErrorOccurred(Box::new(ErrorOccurred {
        error: failure.stack.clone(),
        should_retry: false,
        error_info: to_error_info(&failure, place),
    }))
}

fn thrown(frame: u32, chunk: ChunkIndex) -> Message {
    Message::ErrorOccurred(Box::new(ErrorOccurred {
        error: "Error: it broke".into(),
        should_retry: true,
        error_info: ErrorInfo {
            kind: ErrorKind::Renderer,
            message: "it broke".into(),
            name: "Error".into(),
            stack: "Error: it broke\n    at Broken (src/Broken.tsx:3:9)".into(),
            frame: Some(frame),
            chunk: Some(chunk),
            is_fatal: false,
            attempt: 1,
            will_retry: true,
            total_attempts: 2,
            tmp_dir: None,
        },
    }))
}
