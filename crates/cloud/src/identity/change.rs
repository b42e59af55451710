//! The owner of the principals: one change at a time.

use std::convert::Infallible;
use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;

use crate::api_error::ApiError;
use crate::authz::Permit;
use crate::clock::Clock;
use crate::identity::directory::Directory;
use crate::identity::published::Published;
use crate::identity::table::{apply, difference, load};
use crate::state::{ChangeError, State, StateError};

/// How many changes may wait before their senders do.
const WAITING: usize = 64;

/// A handle on the principals and policies of the account.
#[derive(Debug, Clone)]
pub(crate) struct Identities {
    published: watch::Receiver<Published>,
    owner: mpsc::Sender<Box<dyn Job>>,
    clock: Arc<dyn Clock>,
}

impl Identities {
    /// Reads what is kept and starts the task that owns it. It ends when all handles are gone.
    ///
    /// # Errors
    /// That an entry cannot be read.
    ///
    /// A change is in force when it is `propagation` old by the clock.
    pub(crate) fn start(
        state: State,
        clock: Arc<dyn Clock>,
        propagation: SignedDuration,
        tasks: &TaskTracker,
    ) -> Result<Self, StateError> {
        let directory = load(&state.read()?)?;
        let (publish, published) = watch::channel(Published::new(directory, propagation));
        let (owner, jobs) = mpsc::channel(WAITING);
        tasks.spawn(own(state, Arc::clone(&clock), publish, jobs));
        Ok(Self {
            published,
            owner,
            clock,
        })
    }

    /// The view as the last change left it, which is what those see who look after it.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        Arc::clone(self.published.borrow().newest())
    }

    /// The view that is in force now, by which is decided who a caller is and what it may.
    pub(crate) fn in_force(&self) -> Arc<Directory> {
        Arc::clone(self.published.borrow().in_force(self.clock.now()))
    }

    /// Changes the view. What `change` makes of it is durable, with the record of the request it is
    /// made for, when this returns, and in force unless changes take their time; nothing of it is if
    /// `change` fails.
    ///
    /// # Errors
    /// The error of `change`, or that it could not be written.
    pub(crate) async fn change<T, F>(&self, permit: &Permit, change: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Directory) -> Result<T, ApiError> + Send + 'static,
    {
        self.submit(Some(permit.clone()), change).await
    }

    /// Changes the view on nobody's behalf: when the state is made. It is in force at once.
    ///
    /// # Errors
    /// That it could not be written.
    pub(crate) async fn found<F>(&self, change: F) -> Result<(), StateError>
    where
        F: FnOnce(&mut Directory) + Send + 'static,
    {
        self.submit(None, |directory| {
            change(directory);
            Ok(())
        })
        .await
    }

    async fn submit<T, E, F>(&self, permit: Option<Permit>, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StateError> + Send + 'static,
        F: FnOnce(&mut Directory) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Pending {
            permit,
            change: Some(change),
            outcome: None,
            reply,
        };
        self.owner
            .send(Box::new(job))
            .await
            .map_err(|_| StateError::Closed)?;
        answer.await.map_err(|_| StateError::Closed)?
    }
}

async fn own(
    state: State,
    clock: Arc<dyn Clock>,
    publish: watch::Sender<Published>,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
) {
    while let Some(mut job) = jobs.recv().await {
        let current = Arc::clone(publish.borrow().newest());
        let mut next = Directory::clone(&current);
        if !job.apply(&mut next) {
            job.answer(Ok(()));
            continue;
        }
        let written = write(&state, job.permit(), &current, &next).await;
        if written.is_ok() {
            next.index();
            let at = job.permit().map(|_| clock.now());
            publish.send_modify(|published| published.replace(Arc::new(next), at));
        }
        job.answer(written);
    }
}

async fn write(
    state: &State,
    permit: Option<&Permit>,
    current: &Directory,
    next: &Directory,
) -> Result<(), StateError> {
    let writes = difference(current, next)?;
    let change = move |change: &mut crate::state::Change<'_>| {
        apply(change, &writes)?;
        Ok::<_, ChangeError<Infallible>>(())
    };
    let written = match permit {
        Some(permit) => state.change(permit, change).await,
        None => state.maintain(change).await,
    };
    Ok(written?)
}

/// A change with someone who waits for it.
trait Job: Send {
    fn permit(&self) -> Option<&Permit>;

    /// Applies it; whether there is something to write.
    fn apply(&mut self, directory: &mut Directory) -> bool;

    fn answer(self: Box<Self>, written: Result<(), StateError>);
}

struct Pending<T, E, F> {
    permit: Option<Permit>,
    change: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Pending<T, E, F>
where
    T: Send,
    E: From<StateError> + Send,
    F: FnOnce(&mut Directory) -> Result<T, E> + Send,
{
    fn permit(&self) -> Option<&Permit> {
        self.permit.as_ref()
    }

    fn apply(&mut self, directory: &mut Directory) -> bool {
        let outcome = self.change.take().map(|change| change(directory));
        let made = matches!(outcome, Some(Ok(_)));
        self.outcome = outcome;
        made
    }

    fn answer(self: Box<Self>, written: Result<(), StateError>) {
        let outcome = match (written, self.outcome) {
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StateError::Closed.into()),
        };
        // Whoever asked may have gone; the change stands all the same.
        let _ = self.reply.send(outcome);
    }
}
