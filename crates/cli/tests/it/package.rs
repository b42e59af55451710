//! The package that AWS gets, where nothing else is: in a root with the C library, libgcc and CA files alone, read-only
//! but for `/tmp`, as the sandbox's user.

use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Place, said};
use crate::movie;

/// What provided.al2023 has that a program may be linked against here.
const LIBRARIES: [&str; 10] = [
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libresolv.so.2",
    "libnss_dns.so.2",
    "libnss_files.so.2",
    "libgcc_s.so.1",
];

const FILES: [&str; 5] = [
    "/etc/passwd",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/ssl/certs/ca-certificates.crt",
];

/// Makes the root's `usr` and `etc`.
fn bare_root(root: &Path) {
    let libraries = root.join("usr/lib/x86_64-linux-gnu");
    std::fs::create_dir_all(&libraries).unwrap();
    std::fs::create_dir_all(root.join("usr/lib64")).unwrap();
    std::fs::create_dir_all(root.join("usr/bin")).unwrap();
    for library in LIBRARIES {
        let host = Path::new("/lib/x86_64-linux-gnu").join(library);
        std::fs::copy(host, libraries.join(library)).unwrap();
    }
    // The cloud tries the sandbox with it before it trusts it.
    std::fs::copy("/bin/true", root.join("usr/bin/true")).unwrap();
    let loader = "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
    symlink(loader, root.join("usr/lib64/ld-linux-x86-64.so.2")).unwrap();
    for file in FILES {
        let copy = root.join(&file[1..]);
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::copy(file, copy).unwrap();
    }
}

/// A helper that isolates functions in that root: it lays the root's folders over the host's, for itself alone, and
/// becomes the real helper.
fn bare_helper(place: &Place) -> PathBuf {
    let root = place.path("root");
    bare_root(&root);
    let real = Path::new(env!("CARGO_BIN_EXE_framewright")).with_file_name("sandbox-init");
    let inner = place.path("lay-over");
    let script = format!(
        "#!/bin/sh\nset -e\nmount --bind '{root}/etc' /etc\nmount --bind '{root}/usr' /usr\nexec '{real}'\n",
        root = root.display(),
        real = real.display()
    );
    let helper = place.path("bare-sandbox-init");
    let outer = format!(
        "#!/bin/sh\nexec /usr/bin/unshare --mount '{}'\n",
        inner.display()
    );
    for (path, text) in [(&inner, script), (&helper, outer)] {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    helper
}

#[test]
#[ignore = "needs root, and what `cargo xtask package --out DIR` makes: `cargo xtask ci` runs it"]
fn the_package_renders_where_nothing_else_is() {
    let package = std::env::var_os("FRAMEWRIGHT_TEST_PACKAGE");
    let package = PathBuf::from(package.expect("FRAMEWRIGHT_TEST_PACKAGE: run `cargo xtask ci`"));
    let place = Place::new();
    let helper = bare_helper(&place);
    let run = |command: &mut Command| {
        let done = command
            .env("FRAMEWRIGHT_SANDBOX_INIT", &helper)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
    };
    let deploy = ["functions", "deploy", "--package"].map(OsStr::new);
    run(place.command(deploy).arg(&package));
    run(&mut place.render("Title", "title.mp4", &["--frames", "0-29"]));
    let movie = movie::read(&place.path("title.mp4"));
    assert_eq!((movie.width, movie.height, movie.frames), (1920, 1080, 30));
    let picture = movie::rgb(&place.path("title.mp4"), 29);
    let mut colours: Vec<&[u8]> = picture.chunks(3).collect();
    colours.sort_unstable();
    colours.dedup();
    assert!(
        colours.len() > 100,
        "text and gradients have more than {} colours",
        colours.len()
    );
}
