//! Nothing is left behind.

use crate::{BOTH, PATIENCE, PIPE, assert_gone, shell, start_ready};
use process::{Exit, Input};
use std::time::Duration;

/// A grandchild in a session of its own, whose parent dies at once, and which has children itself.
fn escape(then: &str) -> String {
    format!(
        "setsid sh -c '(setsid sh -c \"sleep 1000 & echo ready >&{PIPE}; sleep 1000\" &) ; exit 0' & wait; {then}"
    )
}

#[tokio::test]
async fn a_kill_reaches_what_started_its_own_session() {
    for supervision in BOTH {
        let (mut child, pipe) = start_ready(shell(&escape("sleep 1000"), supervision)).await;
        assert_eq!(child.kill().await.exit, Exit::Killed, "{supervision:?}");
        assert_gone(pipe);
    }
}

#[tokio::test]
async fn the_end_of_the_program_is_the_end_of_its_tree() {
    for supervision in BOTH {
        let command = shell(&escape("read line; exit 5"), supervision).stdin(Input::Piped);
        let (mut child, pipe) = start_ready(command).await;
        drop(child.take_stdin());
        assert_eq!(child.wait().await.exit, Exit::Code(5), "{supervision:?}");
        assert_gone(pipe);
    }
}

#[tokio::test]
async fn a_drop_leaves_nothing() {
    for supervision in BOTH {
        let (child, pipe) = start_ready(shell(&escape("sleep 1000"), supervision)).await;
        drop(child);
        assert_gone(pipe);
    }
}

#[tokio::test]
async fn a_cancelled_wait_leaves_nothing() {
    for supervision in BOTH {
        let (mut child, pipe) = start_ready(shell(&escape("sleep 1000"), supervision)).await;
        let task = tokio::spawn(async move { child.wait().await });
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_gone(pipe);
    }
}

#[tokio::test]
async fn a_panic_leaves_nothing() {
    for supervision in BOTH {
        let (child, pipe) = start_ready(shell(&escape("sleep 1000"), supervision)).await;
        let task = tokio::spawn(async move {
            let _held = child;
            panic!("on purpose");
        });
        assert!(task.await.unwrap_err().is_panic());
        assert_gone(pipe);
    }
}

#[tokio::test]
async fn the_deadline_needs_nobody_who_waits() {
    for supervision in BOTH {
        let command =
            shell(&escape("sleep 1000"), supervision).deadline(Duration::from_millis(300));
        let (mut child, pipe) = start_ready(command).await;
        let ended = tokio::time::timeout(PATIENCE, child.wait()).await.unwrap();
        assert_eq!(ended.exit, Exit::Deadline, "{supervision:?}");
        assert_gone(pipe);
    }
}

#[tokio::test]
async fn the_living_tree_is_counted() {
    for supervision in BOTH {
        let (child, _pipe) = start_ready(shell(&escape("sleep 1000"), supervision)).await;
        let usage = child.usage().unwrap();
        // The program, the orphaned shell in its own session, and at least one sleep.
        assert!(usage.processes >= 3, "{supervision:?}: {usage:?}");
        assert!(usage.resident_bytes > 0);
    }
}
