//! From a request to work that can be handed out: the page is evaluated, or what earlier launches stored is found.

use protocol::state::Plan;

use super::super::event::{Command, FoundPart};
use super::super::failure::{Failure, Retry};
use super::super::report::{self, Facts};
use super::super::work::Work;
use super::{Lead, MAX_EVALUATION_DEATHS, Stage};

impl Lead {
    pub(super) fn evaluation_failed(&mut self, failure: &Failure, now_ms: u64) -> Vec<Command> {
        let (failures, most) = match failure.retry {
            Retry::Never => (1, 0),
            Retry::Page => {
                self.evaluation_page_errors += 1;
                (
                    self.evaluation_page_errors,
                    self.request.start.max_retries.unwrap_or(1),
                )
            }
            Retry::Death => {
                self.evaluation_deaths += 1;
                (self.evaluation_deaths, MAX_EVALUATION_DEATHS)
            }
        };
        let attempt = self.evaluation_page_errors + self.evaluation_deaths;
        if failures <= most {
            self.tell(failure, None, attempt, attempt + 1, true);
            return vec![Command::Evaluate(Box::new(self.request.clone()))];
        }
        self.fail(failure, None, attempt.max(1), attempt.max(1), now_ms)
    }

    pub(super) fn planned(
        &mut self,
        facts: &Facts,
        plan: Box<Plan>,
        found: bool,
        now_ms: u64,
    ) -> Vec<Command> {
        if found {
            self.stage = Stage::Surveying { plan };
            return vec![Command::Survey(Vec::new())];
        }
        self.start_rendering(facts, plan, Vec::new(), now_ms);
        Vec::new()
    }

    fn start_rendering(
        &mut self,
        facts: &Facts,
        plan: Box<Plan>,
        parts: Vec<FoundPart>,
        now_ms: u64,
    ) {
        let mut work = Work::new(&plan, facts.renderer_timeout_ms);
        let found = work.found(parts);
        let leadership = &self.ledger.leadership;
        work.inherit(&leadership.tries, &leadership.in_flight, now_ms);
        report::planned(&mut self.ledger.progress, &self.request, &plan, facts);
        self.stage = Stage::Rendering { plan, work };
        for part in &found {
            self.stored(part);
        }
    }

    pub(super) fn surveyed(&mut self, facts: &Facts, parts: Vec<FoundPart>, now_ms: u64) {
        if matches!(self.stage, Stage::Surveying { .. }) {
            let Stage::Surveying { plan } = std::mem::replace(&mut self.stage, Stage::Planning)
            else {
                return;
            };
            return self.start_rendering(facts, plan, parts, now_ms);
        }
        let Stage::Rendering { work, .. } = &mut self.stage else {
            return;
        };
        for part in work.found(parts) {
            self.stored(&part);
        }
    }
}
