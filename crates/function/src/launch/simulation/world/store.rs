//! The store, and what it answers to launches.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use protocol::chunking;
use protocol::page::{Composition, PageComposition};
use protocol::progress::Progress;
use protocol::settings::{ChromiumOptions, DownloadBehavior, ImageFormat, LogLevel};
use protocol::state::{EncodePlan, Lease, OutputPlan, PagePlan, Plan};

use super::super::super::event::{
    Command, Documents, FoundPart, Observation, Output, Revision, Sign, StoreFailure, Stored,
    WriteOutcome,
};
use super::{Happening, START_MS, World};

impl World {
    pub(super) fn carry_out(&mut self, launch: usize, command: Command) {
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
