//! State folders: what stays, who owns them, and what is wrong with them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cloud::{
    AccessError, Administrator, Cloud, EventQuery, OpenError, Region, StateLocation,
    connect_or_open,
};

use crate::harness::config;

fn folder(path: &Path) -> StateLocation {
    StateLocation::Folder(path.to_owned())
}

#[tokio::test]
async fn state_outlives_its_cloud() {
    let place = tempfile::tempdir().unwrap();
    let first = Cloud::open(config(folder(place.path()))).await.unwrap();
    let key = first.administrator().clone();
    let endpoint = first.endpoint().to_owned();
    let file = place.path().join("administrator.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    first.shutdown().await;

    let second = Cloud::open(config(folder(place.path()))).await.unwrap();
    assert_eq!(*second.administrator(), key);
    assert_eq!(second.endpoint(), endpoint);
    let administrator = Administrator::new(&endpoint, key, Region::default());
    administrator.events(&EventQuery::default()).await.unwrap();
    second.shutdown().await;
}

#[tokio::test]
async fn one_process_owns_a_folder() {
    let place = tempfile::tempdir().unwrap();
    let owner = Cloud::open(config(folder(place.path()))).await.unwrap();
    let refused = Cloud::open(config(folder(place.path()))).await.unwrap_err();
    assert!(matches!(refused, OpenError::InUse(_)), "{refused}");
    owner.shutdown().await;
}

#[tokio::test]
async fn a_peer_uses_the_cloud_of_the_owner_and_takes_it_over() {
    let place = tempfile::tempdir().unwrap();
    let owner = connect_or_open(config(folder(place.path()))).await.unwrap();
    let peer = connect_or_open(config(folder(place.path()))).await.unwrap();
    assert!(owner.is_owner() && !peer.is_owner());
    assert_eq!(owner.endpoint(), peer.endpoint());
    assert_eq!(owner.administrator(), peer.administrator());
    let endpoint = peer.endpoint().to_owned();
    let administrator =
        Administrator::new(&endpoint, peer.administrator().clone(), Region::default());
    owner.abandon().await;
    // The peer answers at the same place before long.
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while administrator.events(&EventQuery::default()).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the peer takes over");
    peer.finish().await;
    assert!(administrator.events(&EventQuery::default()).await.is_err());
}

#[tokio::test]
async fn a_peer_is_told_at_once_which_region_the_owner_does_not_serve() {
    let place = tempfile::tempdir().unwrap();
    let owner = connect_or_open(config(folder(place.path()))).await.unwrap();
    let peer = async |region: &str| {
        let mut config = config(folder(place.path()));
        config.region = region.parse().unwrap();
        connect_or_open(config).await
    };
    for region in ["us-gov-west-1", "cn-north-1", "eu-south-1"] {
        let refused = peer(region).await.unwrap_err();
        assert!(
            matches!(refused, AccessError::OtherRegion { .. }),
            "{refused}"
        );
    }
    let other = peer("eu-west-1").await.unwrap();
    other.finish().await;
    owner.abandon().await;
}

#[tokio::test]
async fn an_owner_that_is_done_serves_until_its_peers_are() {
    let place = tempfile::tempdir().unwrap();
    let owner = connect_or_open(config(folder(place.path()))).await.unwrap();
    let peer = connect_or_open(config(folder(place.path()))).await.unwrap();
    let administrator = Administrator::new(
        peer.endpoint(),
        peer.administrator().clone(),
        Region::default(),
    );
    let finishing = tokio::spawn(owner.finish());
    for _ in 0..5 {
        administrator.events(&EventQuery::default()).await.unwrap();
    }
    assert!(!finishing.is_finished());
    peer.finish().await;
    tokio::time::timeout(std::time::Duration::from_secs(20), finishing)
        .await
        .expect("the owner leaves")
        .unwrap();
}

#[tokio::test]
async fn corruption_names_its_file() {
    for file in ["state.redb", "administrator.json", "endpoint.json"] {
        let place = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(config(folder(place.path()))).await.unwrap();
        cloud.shutdown().await;
        std::fs::write(place.path().join(file), b"this is something else").unwrap();
        let error = Cloud::open(config(folder(place.path()))).await.unwrap_err();
        assert!(error.to_string().contains(file), "{file}: {error}");
    }
}

#[tokio::test]
async fn a_torn_database_is_an_error_and_no_panic() {
    let place = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(config(folder(place.path()))).await.unwrap();
    cloud.shutdown().await;
    let file = place.path().join("state.redb");
    let whole = std::fs::read(&file).unwrap();
    for kept in [0, 1, 100, 4096, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file, &whole[..kept]).unwrap();
        if let Err(error) = Cloud::open(config(folder(place.path()))).await {
            assert!(error.to_string().contains("state.redb"), "{kept}: {error}");
        }
    }
}

#[tokio::test]
async fn a_state_belongs_to_one_account() {
    let place = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(config(folder(place.path()))).await.unwrap();
    cloud.shutdown().await;
    let mut other = config(folder(place.path()));
    other.account = "210987654321".parse().unwrap();
    let error = Cloud::open(other).await.unwrap_err();
    assert!(matches!(error, OpenError::OtherAccount { .. }), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("is of account 123456789012, not of 210987654321")
    );
    // Whoever does not care which it is gets it as it is.
    let mut any = config(folder(place.path()));
    any.account = "210987654321".parse().unwrap();
    any.any_account = true;
    Cloud::open(any).await.unwrap().shutdown().await;
}
