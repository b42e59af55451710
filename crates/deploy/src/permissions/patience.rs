//! Waiting for what IAM has made and not yet told everybody.

use std::time::Duration;

/// IAM's changes are known everywhere within seconds; this is many times that.
const ATTEMPTS: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Repeats `call` while `is_too_early` says of its error that the cause is a change that is on its way.
///
/// Pauses grow from a quarter of a second to eight, with jitter; all together they last about a minute.
///
/// # Errors
/// The first error that is not too early, or the last one.
pub async fn patiently<T, E, F>(
    mut call: impl FnMut() -> F,
    is_too_early: impl Fn(&E) -> bool,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..ATTEMPTS {
        match call().await {
            Err(error) if is_too_early(&error) => {}
            done => return done,
        }
        tokio::time::sleep(pause.mul_f64(rand::random_range(0.75..1.25))).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    call().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::patiently;

    #[tokio::test(start_paused = true)]
    async fn waits_for_what_comes_and_not_for_what_does_not() {
        let calls = Cell::new(0);
        let third = || async {
            calls.set(calls.get() + 1);
            if calls.get() < 3 {
                Err("early")
            } else {
                Ok("there")
            }
        };
        assert_eq!(
            patiently(third, |error| *error == "early").await,
            Ok("there")
        );
        let refused = || async {
            calls.set(calls.get() + 1);
            Err::<(), _>("never")
        };
        assert_eq!(
            patiently(refused, |error| *error == "early").await,
            Err("never")
        );
        assert_eq!(calls.get(), 4);
    }
}
