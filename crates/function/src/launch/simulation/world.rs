//! What launches deal with, in a time of its own: the queue of what happens, and who is told of it.

mod renderers;
mod scenario;
mod store;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::num::NonZeroU32;

use protocol::frames::{ChunkIndex, FrameRange};
use protocol::payload::Start;
use protocol::price::{Architecture, FunctionSize};
use protocol::progress::Progress;
use protocol::site::Site;
use protocol::state::{Lease, Part, Plan, Request};

use super::super::claim::Holder;
use super::super::event::{Command, End, FoundPart, Observation, Sign};
use super::super::machine::Machine;
use super::super::report::Facts;
use super::dice::Dice;
use renderers::Rendering;
pub(super) use scenario::{Faults, Scenario};

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
}
