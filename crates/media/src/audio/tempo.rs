//! The filters for playback rate and pitch.

/// What ffmpeg's `atempo` does well in one step.
const ONE_STEP: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// Filters that make sound `rate` times as fast and keep its pitch. None for 1.
///
/// A rate outside of 0.5 to 2 is reached in equal steps, twice as many each time that is not enough.
pub(super) fn faster(rate: f64) -> Vec<String> {
    if rate == 1.0 {
        return Vec::new();
    }
    if ONE_STEP.contains(&rate) {
        return vec![format!("atempo={rate:.5}")];
    }
    let half = faster(rate.sqrt());
    [half.clone(), half].concat()
}

/// Filters that make the pitch `frequency` times as high and keep the tempo. None for 1.
pub(super) fn higher(frequency: f64, sample_rate: u32) -> Vec<String> {
    if frequency == 1.0 {
        return Vec::new();
    }
    let rate = (f64::from(sample_rate) * frequency).round();
    let pitch = [
        format!("asetrate={rate}"),
        format!("aresample={sample_rate}"),
    ];
    pitch.into_iter().chain(faster(1.0 / frequency)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_split_into_equal_steps() {
        let cases = [
            (1.0, ""),
            (2.0, "atempo=2.00000"),
            (1.5, "atempo=1.50000"),
            (0.5, "atempo=0.50000"),
            (3.0, "atempo=1.73205,atempo=1.73205"),
            (4.0, "atempo=2.00000,atempo=2.00000"),
            (
                8.0,
                "atempo=1.68179,atempo=1.68179,atempo=1.68179,atempo=1.68179",
            ),
            (
                16.0,
                "atempo=2.00000,atempo=2.00000,atempo=2.00000,atempo=2.00000",
            ),
            (0.25, "atempo=0.50000,atempo=0.50000"),
            (
                0.1,
                "atempo=0.56234,atempo=0.56234,atempo=0.56234,atempo=0.56234",
            ),
            (
                0.0625,
                "atempo=0.50000,atempo=0.50000,atempo=0.50000,atempo=0.50000",
            ),
        ];
        for (rate, filters) in cases {
            assert_eq!(faster(rate).join(","), filters, "{rate}");
        }
    }

    #[test]
    fn pitch_keeps_the_tempo() {
        assert_eq!(higher(1.0, 48_000), Vec::<String>::new());
        assert_eq!(
            higher(1.25, 48_000).join(","),
            "asetrate=60000,aresample=48000,atempo=0.80000"
        );
    }
}
