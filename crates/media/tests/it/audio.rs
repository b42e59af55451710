//! What frames sound like becomes PCM.

use crate::server::Server;
use crate::support::{deadline, ffmpeg, file, folder, run};
use media::audio::{
    AudioAsset, AudioError, InlineAsset, PcmSpan, Timeline, TimelineBuilder, write_pcm,
};
use media::{FrameRate, Location};
use std::path::Path;
use tempfile::TempDir;

/// Stereo samples.
type Pcm = Vec<[i16; 2]>;

/// Noise that differs in every sample, at most half as loud as can be.
fn noise(samples: usize, seed: u32) -> Pcm {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i16 / 2
    };
    (0..samples).map(|_| [next(), next()]).collect()
}

fn bytes(pcm: &[[i16; 2]]) -> Vec<u8> {
    pcm.iter()
        .flatten()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

fn samples(bytes: &[u8]) -> Pcm {
    assert_eq!(bytes.len() % 4, 0);
    bytes
        .chunks_exact(4)
        .map(|b| {
            [
                i16::from_le_bytes([b[0], b[1]]),
                i16::from_le_bytes([b[2], b[3]]),
            ]
        })
        .collect()
}

/// Writes `pcm` as a file of the format that `name` ends in.
fn encode(folder: &TempDir, name: &str, pcm: &[[i16; 2]], options: &[&str]) -> Location {
    let (raw, path) = (file(folder, "raw.pcm"), file(folder, name));
    std::fs::write(&raw, bytes(pcm)).unwrap();
    let input = [
        "-f",
        "s16le",
        "-ar",
        "48000",
        "-ac",
        "2",
        "-i",
        raw.to_str().unwrap(),
    ];
    run(input
        .into_iter()
        .chain(options.iter().copied())
        .chain([path.to_str().unwrap()]));
    Location::file(path)
}

fn asset(id: &str, source: &Location, media_frame: u64) -> AudioAsset {
    AudioAsset {
        id: id.to_owned(),
        source: source.clone(),
        stream: 0,
        media_frame: media_frame as f64,
        start_frame: 0.0,
        playback_rate: 1.0,
        tone_frequency: 1.0,
        volume: 1.0,
    }
}

/// A timeline of `frames` frames in which frame n sounds like what `assets` says.
fn timeline(fps: f64, frames: u64, assets: impl Fn(u64) -> Vec<AudioAsset>) -> Timeline {
    let mut builder = TimelineBuilder::new(FrameRate::new(fps).unwrap());
    for frame in 0..frames {
        builder.push_frame(assets(frame), []).unwrap();
    }
    builder.finish()
}

async fn try_mix(timeline: &Timeline) -> Result<Pcm, AudioError> {
    let scratch = folder();
    let mut pcm = std::io::Cursor::new(Vec::new());
    write_pcm(
        &ffmpeg().await,
        timeline,
        scratch.path(),
        deadline(),
        &mut pcm,
    )
    .await?;
    assert_eq!(
        std::fs::read_dir(scratch.path()).unwrap().count(),
        0,
        "nothing stays on disk"
    );
    Ok(samples(&pcm.into_inner()))
}

async fn mix(timeline: &Timeline) -> Pcm {
    let pcm = try_mix(timeline).await.unwrap();
    assert_eq!(pcm.len() as u64, timeline.samples());
    pcm
}

#[tokio::test]
async fn a_track_begins_and_ends_at_the_samples_of_its_frames() {
    let folder = folder();
    let sound = noise(96_000, 1);
    let source = encode(&folder, "sound.wav", &sound, &[]);
    for (fps, first, last, trim) in [
        (30.0, 10, 40, 0),
        (29.97, 7, 33, 5),
        (7.0, 1, 3, 2),
        (23.976, 0, 24, 3),
    ] {
        let timeline = timeline(fps, 45, |frame| {
            if (first..last).contains(&frame) {
                vec![asset("a", &source, frame - first + trim)]
            } else {
                vec![]
            }
        });
        let boundary = |frame: u64| (frame as f64 / fps * 48_000.0).round() as usize;
        let mut expected = vec![[0, 0]; boundary(45)];
        let heard = &sound[boundary(trim)..][..boundary(last) - boundary(first)];
        expected[boundary(first)..boundary(last)].copy_from_slice(heard);
        assert!(mix(&timeline).await == expected, "{fps} fps");
    }
}

#[tokio::test]
async fn loudness_changes_with_the_frame_and_sums_are_clipped_once() {
    let folder = folder();
    let (one, other) = (noise(48_000, 1), noise(48_000, 2));
    let sources = [
        encode(&folder, "one.wav", &one, &[]),
        encode(&folder, "other.wav", &other, &[]),
    ];
    let volumes = [4.0, 0.5, 0.0, 0.25, 1.0];
    let timeline = timeline(30.0, 5, |frame| {
        let volume = volumes[frame as usize];
        vec![
            AudioAsset {
                volume,
                ..asset("a", &sources[0], frame)
            },
            AudioAsset {
                volume: -3.0,
                ..asset("b", &sources[1], frame)
            },
            asset("c", &sources[1], frame),
        ]
    });
    let expected: Pcm = (0..8000)
        .map(|at| {
            [0, 1].map(|channel| {
                let loud = f64::from(one[at][channel]) * volumes[at / 1600]
                    + f64::from(other[at][channel]);
                loud.round().clamp(-32_768.0, 32_767.0) as i16
            })
        })
        .collect();
    assert!(
        expected.iter().flatten().any(|sample| *sample == i16::MAX),
        "some of it is clipped"
    );
    assert!(mix(&timeline).await == expected);
}

#[tokio::test]
async fn a_late_part_of_a_long_file_equals_the_whole_file_decoded() {
    let folder = folder();
    let sound = noise(48_000 * 60, 3);
    for (name, options) in [
        ("a.m4a", &["-c:a", "aac"][..]),
        ("a.mp3", &["-c:a", "libmp3lame"]),
        ("a.ogg", &["-c:a", "libvorbis"]),
    ] {
        let source = encode(&folder, name, &sound, options);
        let path = file(&folder, name);
        let whole = samples(&run([
            "-i",
            path.to_str().unwrap(),
            "-f",
            "s16le",
            "-ac",
            "2",
            "-ar",
            "48000",
            "pipe:1",
        ]));
        let late = timeline(30.0, 30, |frame| vec![asset("a", &source, 1200 + frame)]);
        assert!(
            mix(&late).await == whole[48_000 * 40..48_000 * 41],
            "{name}"
        );
    }
}

#[tokio::test]
async fn one_file_heard_often_is_decoded_once_and_equal_each_time() {
    let folder = folder();
    let sound = noise(48_000, 4);
    encode(&folder, "a.wav", &sound, &[]);
    let server = Server::of(&folder);
    let source = server.url("a.wav");
    let size = file(&folder, "a.wav").metadata().unwrap().len();
    let often = timeline(30.0, 60, |frame| {
        (0..=frame / 2)
            .map(|n| asset(&format!("{n}"), &source, frame - n * 2))
            .collect()
    });
    let pcm = mix(&often).await;
    let at = 55 * 1600;
    let expected: i32 = (0..28)
        .map(|n| i32::from(sound.get(at - n * 3200).map_or(0, |sample| sample[0])))
        .sum();
    assert_eq!(pcm[at][0], expected.clamp(-32_768, 32_767) as i16);
    assert!(
        server.sent() < 8 * size,
        "{} bytes read of {size}",
        server.sent()
    );
}

#[tokio::test]
async fn many_voices_at_once_are_all_heard() {
    let folder = folder();
    let sources: Vec<Location> = (0..20)
        .map(|n| {
            encode(
                &folder,
                &format!("{n}.wav"),
                &vec![[1 << (n % 10), -7]; 48_000],
                &[],
            )
        })
        .collect();
    let timeline = timeline(30.0, 10, |frame| {
        sources
            .iter()
            .enumerate()
            .map(|(n, source)| asset(&n.to_string(), source, frame))
            .collect()
    });
    assert!(mix(&timeline).await == vec![[2 * 1023, -140]; 16_000]);
}

#[tokio::test]
async fn playback_rate_and_pitch_keep_time() {
    let folder = folder();
    // A burst at every half second of the source.
    let wave = |at: i32| ((f64::from(at) * 0.1).sin() * 20_000.0) as i16;
    let clicks: Pcm = (0..48_000 * 8)
        .map(|at| {
            if at % 24_000 < 6000 {
                [wave(at); 2]
            } else {
                [0, 0]
            }
        })
        .collect();
    let source = encode(&folder, "clicks.wav", &clicks, &[]);
    for (playback_rate, tone_frequency) in
        [(1.5, 1.0), (0.5, 1.0), (3.0, 1.0), (1.0, 1.25), (1.25, 0.8)]
    {
        let timeline = timeline(30.0, 60, |frame| {
            vec![AudioAsset {
                playback_rate,
                tone_frequency,
                ..asset("a", &source, 15 + frame)
            }]
        });
        let pcm = mix(&timeline).await;
        let loud: Vec<usize> = (0..pcm.len())
            .filter(|at| pcm[*at][0].abs() > 6000)
            .collect();
        let begins: Vec<f64> = loud
            .iter()
            .enumerate()
            .filter(|(n, at)| *n == 0 || **at > loud[n - 1] + 2000)
            .map(|(_, at)| *at as f64 / 48_000.0)
            .collect();
        let period = 0.5 / playback_rate;
        assert!(
            (begins.len() as f64 - 2.0 / period).abs() <= 1.0,
            "{begins:?} at {playback_rate}, {tone_frequency}"
        );
        for begin in begins {
            let phase = (begin + 0.5) / period;
            assert!(
                (phase - phase.round()).abs() * period < 0.05,
                "{begin} at {playback_rate}, {tone_frequency}"
            );
        }
    }
}

#[tokio::test]
async fn sound_at_another_rate_with_a_ramp_is_the_same_in_every_run() {
    let folder = folder();
    let sources = [
        encode(&folder, "one.m4a", &noise(48_000 * 12, 5), &["-c:a", "aac"]),
        encode(
            &folder,
            "other.mp3",
            &noise(48_000 * 12, 6),
            &["-c:a", "libmp3lame"],
        ),
    ];
    let ramp = timeline(30.0, 120, |frame| {
        let track = |id: &str, source, volume| AudioAsset {
            playback_rate: 1.5,
            volume,
            ..asset(id, source, frame)
        };
        let mut assets = vec![track("a", &sources[0], frame as f64 / 119.0)];
        if frame > 20 {
            assets.push(track("b", &sources[1], 1.0 - frame as f64 / 119.0));
        }
        assets
    });
    let first = mix(&ramp).await;
    assert!(first.iter().any(|sample| sample[0] > 1000));
    assert!(first == mix(&ramp).await);
}

fn inline(folder: &TempDir, name: &str, pcm: &[[i16; 2]]) -> Location {
    let path = file(folder, name);
    std::fs::write(&path, bytes(pcm)).unwrap();
    Location::file(path)
}

#[tokio::test]
async fn sound_of_the_page_lies_at_the_samples_of_its_frames() {
    let folder = folder();
    let sound = noise(20_000, 7);
    let local = inline(&folder, "page.pcm", &sound);
    let server = Server::of(&folder);
    for pcm_file in [local, server.url("page.pcm")] {
        let mut builder = TimelineBuilder::new(FrameRate::new(30.0).unwrap());
        let piece = |offset: u64, samples| InlineAsset {
            id: "page".to_owned(),
            tone_frequency: 1.0,
            pcm: PcmSpan {
                file: pcm_file.clone(),
                offset: offset * 4,
                samples,
            },
        };
        // Adjacent, one sample too long, a gap, and out of the file's order.
        builder.push_frame([], [piece(100, 1600)]).unwrap();
        builder.push_frame([], [piece(1700, 1601)]).unwrap();
        builder.push_frame([], [piece(9000, 1600)]).unwrap();
        builder.push_frame([], []).unwrap();
        builder.push_frame([], [piece(0, 1600)]).unwrap();
        let expected = [
            &sound[100..1700],
            &sound[1700..3300],
            &sound[9000..10_600],
            &vec![[0, 0]; 1600],
            &sound[..1600],
        ]
        .concat();
        assert!(mix(&builder.finish()).await == expected, "{pcm_file}");
    }
}

#[tokio::test]
async fn sound_of_the_page_takes_another_pitch_and_keeps_its_length() {
    let folder = folder();
    let tone: Pcm = (0..48_000)
        .map(|at| [((f64::from(at) * 0.05).sin() * 9000.0) as i16; 2])
        .collect();
    let pcm_file = inline(&folder, "tone.pcm", &tone);
    let mut builder = TimelineBuilder::new(FrameRate::new(30.0).unwrap());
    for frame in 0..30 {
        let pcm = PcmSpan {
            file: pcm_file.clone(),
            offset: frame * 6400,
            samples: 1600,
        };
        builder
            .push_frame(
                [],
                [InlineAsset {
                    id: "page".to_owned(),
                    tone_frequency: 1.5,
                    pcm,
                }],
            )
            .unwrap();
    }
    let pcm = mix(&builder.finish()).await;
    let crossings = |pcm: &[[i16; 2]]| {
        pcm.windows(2)
            .filter(|pair| pair[0][0] < 0 && pair[1][0] >= 0)
            .count() as f64
    };
    let ratio = crossings(&pcm[8000..40_000]) / crossings(&tone[8000..40_000]);
    assert!((ratio - 1.5).abs() < 0.03, "{ratio}");
}

#[tokio::test]
async fn what_has_no_sound_is_silent_and_what_is_missing_is_told() {
    let folder = folder();
    let mute = file(&folder, "mute.mp4");
    run([
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=64x48:duration=1",
        mute.to_str().unwrap(),
    ]);
    let mute = Location::file(mute);
    assert!(
        mix(&timeline(30.0, 30, |frame| vec![asset("a", &mute, frame)])).await
            == vec![[0, 0]; 48_000]
    );

    let short = encode(&folder, "short.wav", &noise(4800, 8), &[]);
    let pcm = mix(&timeline(30.0, 30, |frame| vec![asset("a", &short, frame)])).await;
    assert!(pcm[4799] != [0, 0] && pcm[4800..].iter().all(|sample| *sample == [0, 0]));
    let beyond = mix(&timeline(30.0, 30, |frame| {
        vec![asset("a", &short, 600 + frame)]
    }))
    .await;
    assert!(beyond.iter().all(|sample| *sample == [0, 0]));

    let second = |frame| {
        vec![AudioAsset {
            stream: 1,
            ..asset("a", &short, frame)
        }]
    };
    let missing = try_mix(&timeline(30.0, 3, second)).await.unwrap_err();
    assert!(
        matches!(
            missing,
            AudioError::NoSuchStream {
                index: 1,
                streams: 1,
                ..
            }
        ),
        "{missing:?}"
    );

    let nowhere = Location::file(file(&folder, "nowhere.mp3"));
    let missing = try_mix(&timeline(30.0, 3, |frame| {
        vec![asset("a", &nowhere, frame)]
    }))
    .await
    .unwrap_err();
    assert!(matches!(missing, AudioError::Probe(_)), "{missing:?}");
}

#[tokio::test]
async fn sound_that_breaks_off_is_an_error_and_not_silence() {
    let folder = folder();
    encode(&folder, "long.wav", &noise(48_000 * 20, 9), &[]);
    let server = Server::cutting(&folder, 400_000);
    let source = server.url("long.wav");
    let broken = try_mix(&timeline(30.0, 300, |frame| {
        vec![asset("a", &source, frame)]
    }))
    .await
    .unwrap_err();
    assert_eq!(
        broken.run().and_then(media::RunError::kind),
        Some(media::FailureKind::InputLost),
        "{broken:?}"
    );
}

#[tokio::test]
async fn a_late_second_of_a_large_video_costs_a_fraction_of_it() {
    let folder = folder();
    let video = file(&folder, "large.mp4");
    let pattern = "color=gray:size=320x240:rate=30:duration=30,noise=alls=100:allf=t";
    run([
        "-f",
        "lavfi",
        "-i",
        pattern,
        "-f",
        "lavfi",
        "-i",
        "sine=duration=30",
        "-preset",
        "ultrafast",
        "-g",
        "30",
        "-qp",
        "10",
        "-pix_fmt",
        "yuv420p",
        video.to_str().unwrap(),
    ]);
    let size = Path::new(&video).metadata().unwrap().len();
    let server = Server::of(&folder);
    let source = server.url("large.mp4");
    let pcm = mix(&timeline(30.0, 30, |frame| {
        vec![asset("a", &source, 750 + frame)]
    }))
    .await;
    assert!(pcm.iter().any(|sample| sample[0] > 1000));
    assert!(
        server.sent() < size / 2,
        "{} of {size} bytes",
        server.sent()
    );
}
