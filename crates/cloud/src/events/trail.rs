//! What becomes known of a request while it passes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::authn::Caller;
use crate::config::Region;
use crate::events::record::{Failure, Record, RecordedDecision, RecordedPrincipal};
use crate::identity::KeyUses;
use crate::incoming::Head;
use crate::service::Service;

/// A request's record in the making; a handle that every stage of the request holds.
#[derive(Debug, Clone)]
pub(crate) struct Trail(Arc<Mutex<Draft>>);

#[derive(Debug)]
struct Draft {
    record: Record,
    // Whether a transaction has kept the record together with a change.
    kept: bool,
}

impl Trail {
    /// The record of a request of which only the head is known.
    pub(crate) fn new(head: &Head, service: Service, region: &Region) -> Self {
        let record = Record {
            time: head.received_at,
            request_id: head.request_id.to_string(),
            event_source: service.event_source().to_owned(),
            region: region.as_str().to_owned(),
            event_name: None,
            read_only: true,
            principal: RecordedPrincipal::default(),
            source_ip: head.peer.to_string(),
            user_agent: head.header("user-agent").map(str::to_owned),
            request_parameters: None,
            decisions: Vec::new(),
            failure: None,
            bytes_in: 0,
            bytes_out: 0,
        };
        Self(Arc::new(Mutex::new(Draft {
            record,
            kept: false,
        })))
    }

    /// The request names a key. Nothing says yet that it is the key's owner who sends it.
    pub(crate) fn key_named(&self, access_key_id: &str) {
        self.lock().record.principal.access_key_id = Some(access_key_id.to_owned());
    }

    /// The sender is known.
    pub(crate) fn authenticated(&self, caller: &Caller) {
        let principal = &mut self.lock().record.principal;
        principal.arn = Some(caller.arn().to_owned());
        principal.id = Some(caller.user_id());
    }

    /// Tells `key_uses` of the long-term key that signed the request, if one did.
    pub(crate) fn note_key_use(&self, key_uses: &KeyUses) {
        if let Some((id, used)) = self.lock().record.key_use() {
            key_uses.note(id, used);
        }
    }

    /// The call is known.
    pub(crate) fn operation(&self, name: &str, read_only: bool) {
        let record = &mut self.lock().record;
        record.event_name = Some(name.to_owned());
        record.read_only = read_only;
    }

    /// What the request asks for is known.
    pub(crate) fn asked_for(&self, parameters: Option<serde_json::Value>) {
        self.lock().record.request_parameters = parameters;
    }

    /// A decision was taken.
    pub(crate) fn decided(&self, decision: RecordedDecision) {
        self.lock().record.decisions.push(decision);
    }

    /// An error answers the request.
    pub(crate) fn failed(&self, failure: Failure) {
        self.lock().record.failure = Some(failure);
    }

    /// Bytes of the body were read.
    pub(crate) fn received(&self, bytes: u64) {
        self.lock().record.bytes_in += bytes;
    }

    /// Bytes of the response were sent.
    pub(crate) fn sent(&self, bytes: u64) {
        self.lock().record.bytes_out += bytes;
    }

    /// The record went into the transaction of a change.
    pub(crate) fn kept(&self) {
        self.lock().kept = true;
    }

    /// Whether this is a change whose record is not durable yet.
    pub(crate) fn must_be_kept(&self) -> bool {
        let draft = self.lock();
        !draft.kept && !draft.record.read_only && draft.record.failure.is_none()
    }

    /// The record as it stands.
    pub(crate) fn record(&self) -> Record {
        self.lock().record.clone()
    }

    // Every method leaves the record whole, so a panic elsewhere cannot have torn it.
    fn lock(&self) -> MutexGuard<'_, Draft> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
