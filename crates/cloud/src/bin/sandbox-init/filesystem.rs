//! The tree of files that a function sees.
//!
//! A tmpfs becomes the new root and holds only mount points. What the function
//! shares with the host (programs, libraries, fonts, configuration) is bound
//! read-only; of what it owns only `/tmp` and `/dev/shm` can be written. Of users
//! it knows root and itself. The old root is detached last, so no path of the
//! host remains.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use cloud::sandbox::{LAYER_ROOT, SANDBOX_USER, Spec, TASK_ROOT};
use nix::errno::Errno;
use nix::libc;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, chown, pivot_root};

use crate::identity::Identity;
use crate::refusal::{Refusal, Step};

/// Where the old root hangs while the new one is furnished.
const OLD_ROOT: &str = "/.host";

/// What a function shares with the host: folders, or links to such.
const SHARED: [&str; 8] = [
    "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc",
];

/// Shared where it exists: Chrome starts sooner with the host's font cache.
const FONT_CACHE: &str = "var/cache/fontconfig";

/// Files of `/etc` that some systems keep elsewhere.
const WANDERING: [&str; 3] = ["/etc/resolv.conf", "/etc/hosts", "/etc/localtime"];

const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

const DEVICE_LINKS: [(&str, &str); 4] = [
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
];

/// Where programs look users up.
const USERS: &str = "/etc/passwd";

/// The function's user, by the name that Lambda gives it.
const USER_NAME: &str = "sbx_user1051";

/// Makes the calling process, alone in a new mount namespace, see only what the
/// function may see.
pub(crate) fn enter(spec: &Spec, identity: Identity) -> Result<(), Refusal> {
    let wandered = wandered_files();
    mount_at("/", None, None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None)
        .step(|| "make mounts private".into())?;
    // The scratch folder exists and is ours: the new root can be put over it.
    // Once that is moved away, the folder shows again below the old root.
    let stage = &spec.scratch;
    tmpfs(stage, "mode=755,size=1m").step(|| "mount a new root".into())?;
    let old = stage.join(&OLD_ROOT[1..]);
    fs::create_dir(&old).step(|| "make the old root's place".into())?;
    pivot_root(stage, &old).step(|| "pivot_root".into())?;
    chdir("/").step(|| "enter the new root".into())?;

    share_host(&wandered)?;
    users()?;
    private_folders(spec, identity)?;
    devices()?;
    // The kernel allows this only while the old /proc can still be seen.
    make_folder("/proc")?;
    mount_at(
        "/proc",
        Some("proc".as_ref()),
        Some("proc"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
        None,
    )
    .step(|| "mount /proc".into())?;

    umount2(OLD_ROOT, MntFlags::MNT_DETACH).step(|| "detach the host's root".into())?;
    fs::remove_dir(OLD_ROOT).step(|| "remove the old root's place".into())?;
    restrict("/", libc::MS_RDONLY, false).step(|| "make the root read-only".into())
}

fn share_host(wandered: &[PathBuf]) -> Result<(), Refusal> {
    for name in SHARED {
        let there = Path::new(OLD_ROOT).join(name);
        let here = Path::new("/").join(name);
        match fs::read_link(&there) {
            Ok(target) => symlink(target, &here).step(|| format!("link {}", here.display()))?,
            Err(_) if there.is_dir() => bind(&there, &here, Access::Read)?,
            Err(_) => {}
        }
    }
    let fonts = Path::new(OLD_ROOT).join(FONT_CACHE);
    if fonts.is_dir() {
        bind(&fonts, &Path::new("/").join(FONT_CACHE), Access::Read)?;
    }
    for file in wandered {
        let there = below_old_root(file);
        // A target that the new root has already, or that needs rights we lack, is no loss.
        if there.is_file() && !file.exists() {
            bind_file(&there, file)?;
        }
    }
    Ok(())
}

/// Lets the function's user be found. No variable tells its home, so programs take
/// it from here, and as on Lambda it is a folder that neither exists nor can be made.
fn users() -> Result<(), Refusal> {
    make_folder("/home")?;
    if !Path::new(USERS).is_file() {
        // The host's /etc is shared as it is: there is no place for the file.
        return Ok(());
    }
    let ours = Path::new("/users");
    let users = format!(
        "root:x:0:0:root:/root:/bin/bash\n\
         {USER_NAME}:x:{SANDBOX_USER}:{SANDBOX_USER}::/home/{USER_NAME}:/sbin/nologin\n"
    );
    fs::write(ours, users)
        .and_then(|()| fs::set_permissions(ours, Permissions::from_mode(0o644)))
        .and_then(|()| Ok(bind_over(ours, USERS.as_ref())?))
        .and_then(|()| restrict(USERS, libc::MS_RDONLY, false))
        // What is bound stays.
        .and_then(|()| fs::remove_file(ours))
        .step(|| format!("bind {USERS}"))
}

fn private_folders(spec: &Spec, identity: Identity) -> Result<(), Refusal> {
    bind(
        &below_old_root(&spec.code),
        TASK_ROOT.as_ref(),
        Access::Read,
    )?;
    match &spec.layers {
        Some(layers) => bind(&below_old_root(layers), LAYER_ROOT.as_ref(), Access::Read)?,
        None => make_folder(LAYER_ROOT)?,
    }
    bind(
        &below_old_root(&spec.scratch),
        "/tmp".as_ref(),
        Access::Write,
    )?;
    if identity == Identity::Everyone {
        chown("/tmp", Some(SANDBOX_USER.into()), Some(SANDBOX_USER.into()))
            .step(|| "give /tmp to the function".into())?;
    }
    for empty in ["/var/runtime", "/run"] {
        make_folder(empty)?;
    }
    Ok(())
}

fn devices() -> Result<(), Refusal> {
    make_folder("/dev")?;
    for name in DEVICES {
        bind_file(
            &Path::new(OLD_ROOT).join("dev").join(name),
            &Path::new("/dev").join(name),
        )?;
    }
    for (name, target) in DEVICE_LINKS {
        symlink(target, Path::new("/dev").join(name)).step(|| format!("link /dev/{name}"))?;
    }
    make_folder("/dev/shm")?;
    tmpfs("/dev/shm".as_ref(), "mode=1777,size=256m").step(|| "mount /dev/shm".into())
}

/// The targets of [`WANDERING`] links that lead out of what is shared.
fn wandered_files() -> Vec<PathBuf> {
    WANDERING
        .iter()
        .filter_map(|path| fs::canonicalize(path).ok())
        .filter(|target| !target.starts_with("/etc") && !target.starts_with("/usr"))
        .collect()
}

fn below_old_root(path: &Path) -> PathBuf {
    Path::new(OLD_ROOT).join(path.strip_prefix("/").unwrap_or(path))
}

fn make_folder(path: impl AsRef<Path>) -> Result<(), Refusal> {
    let path = path.as_ref();
    fs::create_dir_all(path)
        // Whatever the cloud's umask is, the function must be able to look.
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o755)))
        .step(|| format!("make {}", path.display()))
}

#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
}

fn bind(there: &Path, here: &Path, access: Access) -> Result<(), Refusal> {
    make_folder(here)?;
    bind_over(there, here)
        .map_err(io::Error::from)
        .and_then(|()| match access {
            Access::Read => restrict(here, libc::MS_RDONLY, true),
            Access::Write => restrict(here, 0, true),
        })
        .step(|| format!("bind {}", here.display()))
}

fn bind_file(there: &Path, here: &Path) -> Result<(), Refusal> {
    if let Some(folder) = here.parent() {
        make_folder(folder)?;
    }
    File::create(here)
        .and_then(|_| Ok(bind_over(there, here)?))
        .step(|| format!("bind {}", here.display()))
}

/// Binds with all that is mounted below, which the kernel demands of a user
/// namespace: a part must not uncover what a mount hid.
fn bind_over(there: &Path, here: &Path) -> Result<(), Errno> {
    mount_at(
        here,
        Some(there),
        None,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        None,
    )
}

fn tmpfs(at: &Path, options: &str) -> Result<(), Errno> {
    mount_at(
        at,
        Some("tmpfs".as_ref()),
        Some("tmpfs"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
        Some(options),
    )
}

fn mount_at(
    target: impl AsRef<Path>,
    source: Option<&Path>,
    kind: Option<&str>,
    flags: MsFlags,
    options: Option<&str>,
) -> Result<(), Errno> {
    mount(source, target.as_ref(), kind, flags, options)
}

/// Takes set-id programs and devices away from a mount, and writing if `flags`
/// says so, without touching what the host has already taken away.
fn restrict(path: impl AsRef<Path>, flags: libc::c_ulong, all_below: bool) -> io::Result<()> {
    /// `struct mount_attr` of linux/mount.h.
    #[repr(C)]
    struct MountAttributes {
        set: u64,
        clear: u64,
        propagation: u64,
        user_namespace: u64,
    }
    // MOUNT_ATTR_RDONLY, _NOSUID and _NODEV have the values of their MS_ forms.
    let attributes = MountAttributes {
        set: flags | libc::MS_NOSUID | libc::MS_NODEV,
        clear: 0,
        propagation: 0,
        user_namespace: 0,
    };
    let path = std::ffi::CString::new(path.as_ref().as_os_str().as_encoded_bytes())?;
    let at_flags = if all_below { libc::AT_RECURSIVE } else { 0 };
    #[expect(unsafe_code, reason = "the libraries at hand wrap no mount_setattr")]
    // SAFETY: the path is a C string and the structure has the size that is passed.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            at_flags,
            &raw const attributes,
            size_of::<MountAttributes>(),
        )
    };
    if result == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}
