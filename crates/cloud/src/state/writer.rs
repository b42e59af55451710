//! The one writer: groups changes into transactions.

use std::sync::Arc;

use redb::{Database, WriteTransaction};
use tokio::sync::{mpsc, oneshot};

use crate::fault::{FaultPlan, FaultPoint};
use crate::state::change::{Change, ChangeError};
use crate::state::error::StateError;

/// How many changes one transaction takes at most, so that none waits long behind others.
const GROUP: usize = 256;

/// How many changes may wait before their senders do.
const WAITING: usize = 1024;

/// What the writer is told.
pub(super) enum Message {
    Run(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A change with someone who waits for it.
pub(super) trait Job: Send {
    /// Runs it, perhaps again after its transaction was given up.
    fn run(&mut self, transaction: &WriteTransaction) -> Ran;

    /// Tells what became of it, once its transaction is durable or failed.
    fn answer(self: Box<Self>, committed: Result<(), StateError>);
}

/// What a run did to the transaction.
pub(super) enum Ran {
    /// Nothing.
    Unchanged,
    /// What it should.
    Changed,
    /// Half of what it should: it wrote and then refused. The transaction cannot be used.
    Spoiled,
}

/// Starts the writer. It ends, and with it the database, when it is told to close or all handles
/// are gone.
pub(super) fn start(
    database: Arc<Database>,
    faults: FaultPlan,
) -> Result<mpsc::Sender<Message>, StateError> {
    let (sender, mut messages) = mpsc::channel(WAITING);
    // A thread of its own: commits wait for the disk.
    std::thread::Builder::new()
        .name("state-writer".to_owned())
        .spawn(move || {
            let closing = serve(&database, &mut messages, &faults);
            drop(database);
            if let Some(closing) = closing {
                let _ = closing.send(());
            }
        })
        .map_err(StateError::from_io)?;
    Ok(sender)
}

fn serve(
    database: &Database,
    messages: &mut mpsc::Receiver<Message>,
    faults: &FaultPlan,
) -> Option<oneshot::Sender<()>> {
    while let Some(message) = messages.blocking_recv() {
        let mut group = Vec::new();
        let mut next = Some(message);
        let mut closing = None;
        while let Some(message) = next {
            match message {
                Message::Run(job) => group.push(job),
                Message::Close(reply) => {
                    closing = Some(reply);
                    break;
                }
            }
            next = if group.len() < GROUP {
                messages.try_recv().ok()
            } else {
                None
            };
        }
        run_group(database, group, faults);
        if closing.is_some() {
            return closing;
        }
    }
    None
}

/// Runs a group in one transaction, then answers everyone in it.
fn run_group(database: &Database, mut group: Vec<Box<dyn Job>>, faults: &FaultPlan) {
    let mut refused = Vec::new();
    let committed = loop {
        match attempt(database, &mut group, faults) {
            Ok(None) => break Ok(()),
            // The others run again, without what spoiled their transaction.
            Ok(Some(spoiler)) => refused.push(group.remove(spoiler)),
            Err(error) => break Err(error),
        }
    };
    for job in group.into_iter().chain(refused) {
        job.answer(committed.clone());
    }
}

/// One transaction over the group; the position of the job that spoiled it, if one did.
fn attempt(
    database: &Database,
    group: &mut [Box<dyn Job>],
    faults: &FaultPlan,
) -> Result<Option<usize>, StateError> {
    if group.is_empty() {
        return Ok(None);
    }
    let transaction = database.begin_write()?;
    let mut changed = false;
    for (position, job) in group.iter_mut().enumerate() {
        match job.run(&transaction) {
            Ran::Unchanged => {}
            Ran::Changed => changed = true,
            Ran::Spoiled => {
                transaction.abort()?;
                return Ok(Some(position));
            }
        }
    }
    if changed {
        faults.reach(FaultPoint::BeforeCommit);
        transaction.commit()?;
        faults.reach(FaultPoint::AfterCommit);
    } else {
        transaction.abort()?;
    }
    Ok(None)
}

/// A change that waits for its answer.
pub(super) struct Pending<T, E, F> {
    change: F,
    outcome: Option<Result<T, ChangeError<E>>>,
    reply: oneshot::Sender<Result<T, ChangeError<E>>>,
}

impl<T, E, F> Pending<T, E, F> {
    pub(super) fn new(change: F, reply: oneshot::Sender<Result<T, ChangeError<E>>>) -> Self {
        Self {
            change,
            outcome: None,
            reply,
        }
    }
}

impl<T, E, F> Job for Pending<T, E, F>
where
    T: Send,
    E: Send,
    F: FnMut(&mut Change<'_>) -> Result<T, ChangeError<E>> + Send,
{
    fn run(&mut self, transaction: &WriteTransaction) -> Ran {
        let mut change = Change::new(transaction);
        let outcome = (self.change)(&mut change);
        let ran = match (&outcome, change.wrote()) {
            (_, false) => Ran::Unchanged,
            (Ok(_), true) => Ran::Changed,
            (Err(_), true) => Ran::Spoiled,
        };
        self.outcome = Some(outcome);
        ran
    }

    fn answer(self: Box<Self>, committed: Result<(), StateError>) {
        let outcome = match (committed, self.outcome) {
            (Err(error), _) => Err(ChangeError::State(error)),
            (Ok(()), Some(outcome)) => outcome,
            // Only a transaction that could not begin leaves a job without a run.
            (Ok(()), None) => Err(ChangeError::State(StateError::Closed)),
        };
        // Whoever asked may have gone; the change stands all the same.
        let _ = self.reply.send(outcome);
    }
}
