//! Whether a launch may lead.

use protocol::progress::Progress;
use protocol::state::{Leadership, Lease};

use super::event::{Documents, Revision};

/// A leader that has not written for this long is dead.
pub(crate) const STALE_AFTER_MS: u64 = 15_000;

/// How often a launch looks whether the leader is alive.
pub(crate) const WATCH_EVERY_MS: u64 = 1_000;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The request id of the invocation; the same when an asynchronous event is delivered again.
    pub(crate) request_id: String,
    /// When the invocation ends at the latest, in milliseconds of the Unix epoch.
    pub(crate) deadline_unix_ms: u64,
}

/// What a launch does about the lease.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Claim {
    /// Take it, on condition that it still has this version.
    Take {
        lease: Lease,
        previous: Option<Revision>,
    },
    /// Look again later: the leader may be dead.
    Watch(Pulse),
    /// Leave it: the leader is alive.
    Leave,
}

/// The leader's last sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pulse {
    epoch: u64,
    sequence: u64,
    at_unix_ms: u64,
}

/// Decides from the documents and, where the lease was watched before, from the pulse that was seen then.
///
/// A lease that was released, whose holder is the same invocation delivered once more, or whose holder is silent for
/// [`STALE_AFTER_MS`] may be taken. A wrong decision costs work but never the result: the loser's next conditional
/// write fails.
pub(crate) fn decide(
    documents: &Documents,
    holder: &Holder,
    seen: Option<Pulse>,
    now_unix_ms: u64,
) -> Claim {
    let Some(stored) = &documents.lease else {
        return take(1, holder, None, now_unix_ms);
    };
    let lease = &stored.document;
    let pulse = pulse(lease, documents);
    let dead = lease.released
        || lease.holder == holder.request_id
        || now_unix_ms.saturating_sub(pulse.at_unix_ms) > STALE_AFTER_MS;
    if dead {
        return take(
            lease.epoch + 1,
            holder,
            Some(stored.revision.clone()),
            now_unix_ms,
        );
    }
    match seen {
        Some(before) if before != pulse => Claim::Leave,
        _ => Claim::Watch(pulse),
    }
}

/// Whether a render needs a launch: it is not over, and nobody has written its progress for longer than a leader may
/// be silent.
pub(crate) fn is_stalled(progress: &Progress, now_unix_ms: u64) -> bool {
    let last = match &progress.framewright {
        Some(leader) => leader.heartbeat_unix_ms,
        None => progress.function_launched,
    };
    !progress.is_over() && now_unix_ms.saturating_sub(last) > STALE_AFTER_MS
}

fn take(epoch: u64, holder: &Holder, previous: Option<Revision>, now_unix_ms: u64) -> Claim {
    let lease = Lease {
        epoch,
        holder: holder.request_id.clone(),
        taken_at_unix_ms: now_unix_ms,
        deadline_unix_ms: holder.deadline_unix_ms,
        released: false,
    };
    Claim::Take { lease, previous }
}

fn pulse(lease: &Lease, documents: &Documents) -> Pulse {
    let leadership: Option<&Leadership> = documents
        .progress
        .as_ref()
        .and_then(|progress| progress.document.framewright.as_ref());
    match leadership {
        Some(leader) if leader.epoch == lease.epoch => Pulse {
            epoch: leader.epoch,
            sequence: leader.sequence,
            at_unix_ms: leader.heartbeat_unix_ms,
        },
        // The holder has taken the lease and not yet written anything.
        _ => Pulse {
            epoch: lease.epoch,
            sequence: 0,
            at_unix_ms: lease.taken_at_unix_ms,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Stored;
    use super::*;

    const NOW: u64 = 1_000_000;

    fn holder(id: &str) -> Holder {
        Holder {
            request_id: id.into(),
            deadline_unix_ms: NOW + 900_000,
        }
    }

    fn documents(released: bool, heartbeat: u64, sequence: u64) -> Documents {
        let lease = Lease {
            epoch: 3,
            holder: "first".into(),
            taken_at_unix_ms: NOW - 60_000,
            deadline_unix_ms: NOW + 60_000,
            released,
        };
        let leader = Leadership {
            epoch: 3,
            heartbeat_unix_ms: heartbeat,
            sequence,
            ..Leadership::default()
        };
        let progress = Progress {
            framewright: Some(leader),
            ..Progress::default()
        };
        let revision = Revision("r".into());
        Documents {
            lease: Some(Stored {
                document: lease,
                revision: revision.clone(),
            }),
            progress: Some(Stored {
                document: progress,
                revision,
            }),
            ..Documents::default()
        }
    }

    fn taken_epoch(claim: &Claim) -> Option<u64> {
        match claim {
            Claim::Take { lease, .. } => Some(lease.epoch),
            Claim::Watch(_) | Claim::Leave => None,
        }
    }

    #[test]
    fn the_first_launch_takes_the_first_epoch() {
        let claim = decide(&Documents::default(), &holder("a"), None, NOW);
        assert_eq!(taken_epoch(&claim), Some(1));
    }

    #[test]
    fn a_living_leader_is_watched_once_and_then_left_alone() {
        let Claim::Watch(pulse) =
            decide(&documents(false, NOW - 2_000, 4), &holder("b"), None, NOW)
        else {
            panic!("a living leader is watched");
        };
        let still = decide(
            &documents(false, NOW - 2_000, 4),
            &holder("b"),
            Some(pulse),
            NOW + 1_000,
        );
        assert!(matches!(still, Claim::Watch(_)), "{still:?}");
        let beat = decide(
            &documents(false, NOW + 500, 5),
            &holder("b"),
            Some(pulse),
            NOW + 1_000,
        );
        assert_eq!(beat, Claim::Leave);
    }

    #[test]
    fn silent_released_and_own_leases_are_taken() {
        let silent = decide(
            &documents(false, NOW - STALE_AFTER_MS - 1, 4),
            &holder("b"),
            None,
            NOW,
        );
        let released = decide(&documents(true, NOW, 4), &holder("b"), None, NOW);
        let own = decide(&documents(false, NOW, 4), &holder("first"), None, NOW);
        for claim in [silent, released, own] {
            assert_eq!(taken_epoch(&claim), Some(4), "{claim:?}");
        }
    }
}
