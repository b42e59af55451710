//! The REPORT line of an invocation.

use std::fmt;
use std::time::Duration;

use super::failure::Failure;
use super::watch::Usage;

/// What the REPORT line says. Tabs end its fields, as on AWS.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) request_id: &'a str,
    pub(super) duration: Duration,
    /// Of the first invocation, if it took place before the invocation.
    pub(super) initialisation: Option<Duration>,
    pub(super) memory_mib: u64,
    pub(super) usage: Option<Usage>,
    pub(super) failure: Option<&'a Failure>,
}

impl Report<'_> {
    /// The line about an initialisation that failed.
    pub(super) fn of_initialisation(took: Duration, phase: &str, failure: &Failure) -> String {
        format!(
            "INIT_REPORT Init Duration: {:.2} ms\tPhase: {phase}\tStatus: {}\t",
            milliseconds(took),
            failure.status()
        )
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duration = milliseconds(self.duration);
        write!(
            f,
            "REPORT RequestId: {}\tDuration: {duration:.2} ms\tBilled Duration: {:.0} ms\t\
             Memory Size: {} MB\t",
            self.request_id,
            duration.ceil(),
            self.memory_mib,
        )?;
        if let Some(usage) = self.usage {
            let peak_mib = usage.peak_bytes.div_ceil(1024 * 1024);
            // A function that was killed for its memory used all of it.
            write!(f, "Max Memory Used: {} MB\t", peak_mib.min(self.memory_mib))?;
        }
        if let Some(initialisation) = self.initialisation {
            write!(f, "Init Duration: {:.2} ms\t", milliseconds(initialisation))?;
        }
        if let Some(failure) = self.failure {
            write!(f, "Status: {}\t", failure.status())?;
        }
        if let Some(usage) = self.usage {
            write!(f, "Memory Measured By: {}\t", usage.measure)?;
        }
        Ok(())
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::memory::Measure;

    #[test]
    fn fields_are_those_of_aws() {
        let report = Report {
            request_id: "id",
            duration: Duration::from_micros(1234),
            initialisation: Some(Duration::from_millis(90)),
            memory_mib: 128,
            usage: Some(Usage {
                peak_bytes: 30 * 1024 * 1024,
                measure: Measure::CgroupV1,
            }),
            failure: None,
        };
        assert_eq!(
            report.to_string(),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t\
             Max Memory Used: 30 MB\tInit Duration: 90.00 ms\tMemory Measured By: cgroup v1\t"
        );
    }
}
