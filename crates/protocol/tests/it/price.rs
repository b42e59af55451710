//! Prices against the recorded vectors.

use protocol::price::{Architecture, FunctionSize, REGIONS, display, estimate};

use crate::golden::{GOLDEN, PriceInput};

fn price(input: &PriceInput, architecture: Architecture) -> f64 {
    let size = FunctionSize {
        memory_mib: input.memory_size_in_mb,
        disk_mib: input.disk_size_in_mb,
        architecture,
    };
    estimate(
        &input.region,
        size,
        input.duration_in_milliseconds,
        input.lambdas_invoked,
    )
    .unwrap()
}

#[test]
fn recorded_prices() {
    for case in &GOLDEN.price {
        let price = price(&case.input, Architecture::Arm64);
        assert!(
            (price - case.out).abs() < 1e-12,
            "{price} is not {}",
            case.out
        );
    }
}

#[test]
fn x86_durations_cost_a_quarter_more() {
    let input = PriceInput {
        region: "us-east-1".into(),
        memory_size_in_mb: 1_024,
        disk_size_in_mb: 512,
        duration_in_milliseconds: 1_000_000_000,
        lambdas_invoked: 0,
    };
    assert!((price(&input, Architecture::Arm64) - 13.3334).abs() < 1e-9);
    assert!((price(&input, Architecture::X86_64) - 16.666_75).abs() < 1e-9);
}

#[test]
fn every_region_has_a_price_and_others_have_none() {
    let size = FunctionSize {
        memory_mib: 2048,
        disk_mib: 10240,
        architecture: Architecture::Arm64,
    };
    for region in REGIONS {
        assert!(
            estimate(region, size, 1_000_000, 1).is_some_and(|price| price > 0.0),
            "{region}"
        );
    }
    assert_eq!(estimate("mars-1", size, 1_000, 1), None);
}

#[test]
fn recorded_amounts() {
    for (amount, expected) in &GOLDEN.costs {
        assert_eq!(
            display(amount.parse().unwrap(), "USD"),
            *expected,
            "{amount}"
        );
    }
}
