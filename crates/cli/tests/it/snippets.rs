//! The programs that the documents show, as they stand there, in functions of the embedded cloud: npm's client, the
//! generated role of a caller, the render function's own role.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nix::sys::signal::Signal;
use serde_json::Value;
use zip::write::SimpleFileOptions;

use crate::harness::{Place, Running, decided, said, site, venv};

const FUNCTION: &str = "remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";
const CALLER_ROLE: &str = "arn:aws:iam::123456789012:role/framewright-caller-role";

const ROLES: &str =
    include_str!("../../../iam/tests/data/seeds/001-using-lambda-with-iam-roles.txt");
const TRIGGER: &str = include_str!("../../../iam/tests/data/seeds/002-trigger-lambda-from-aws.txt");
const WITHOUT_USER: &str =
    include_str!("../../../iam/tests/data/seeds/003-using-lambda-without-iam-user.txt");

/// The program that a document shows first, with the names of this cloud, and what it ends with.
fn program(document: &str, site: &str) -> String {
    let lines = document.lines().map(str::trim);
    let mut shown: Vec<&str> = lines
        .skip_while(|line| !line.starts_with("import { renderMediaOnLambda }"))
        .collect();
    let end = shown.iter().position(|line| *line == "});").unwrap();
    shown.truncate(end + 1);
    let text = shown[1..].join("\n");
    let names = [
        ("remotion-render-bds9aab", FUNCTION),
        ("MyVideo", "Card"),
        (
            "https://remotionlambda-qg35eyp1s1.s3.eu-central-1.amazonaws.com/sites/bf2jrbfkw",
            site,
        ),
    ];
    let text = names.iter().fold(text, |text, (theirs, ours)| {
        assert!(text.contains(theirs), "{text}");
        text.replace(theirs, ours)
    });
    format!(
        "{}\nexport const program = async () => {{\n{text}\nreturn {{ bucketName, renderId }};\n}};\n",
        shown[0]
    )
}

/// Where npm's packages are.
pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snippets");
    assert!(
        folder.join("node_modules/@remotion/lambda").is_dir(),
        "its npm packages are not there: run `cargo xtask test`"
    );
    folder
}

/// A function's zip: the program with npm's packages in one file, and a runtime for it.
pub(crate) fn packaged(place: &Place, name: &str, program: &str) -> PathBuf {
    let source = place.path(&format!("{name}.ts"));
    std::fs::write(&source, program).unwrap();
    let bundle = place.path(&format!("{name}.mjs"));
    let modules = folder().join("node_modules");
    let mut esbuild = Command::new(modules.join(".bin/esbuild"));
    esbuild
        .args(["--bundle", "--platform=node", "--format=esm", "--log-level=error"])
        // Some of the packages are of the older kind.
        .arg("--banner:js=import {createRequire as requiring} from 'module'; const require = requiring(import.meta.url);")
        .arg(format!("--outfile={}", bundle.display()))
        .arg(&source)
        .env("NODE_PATH", &modules);
    let done = esbuild.output().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    let path = place.path(&format!("{name}.zip"));
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    let files = [
        ("bootstrap", folder().join("bootstrap"), 0o755),
        ("loop.mjs", folder().join("loop.mjs"), 0o644),
        ("program.mjs", bundle, 0o644),
    ];
    for (name, file, mode) in files {
        let options = SimpleFileOptions::default().unix_permissions(mode);
        zip.start_file(name, options).unwrap();
        zip.write_all(&std::fs::read(file).unwrap()).unwrap();
    }
    zip.finish().unwrap();
    path
}

struct Served {
    place: Place,
    cloud: Running,
    told: Value,
    site: String,
}

impl Served {
    fn start() -> Self {
        let place = Place::new();
        let done = |arguments: &[&str]| -> Value {
            let done = place.command(arguments).output().unwrap();
            assert!(done.status.success(), "{}", said(&done));
            let text = String::from_utf8(done.stdout).unwrap();
            serde_json::from_str(text.lines().last().unwrap()).unwrap()
        };
        done(&["functions", "deploy", "--json"]);
        let bundle = site();
        let made = done(&["sites", "create", bundle.to_str().unwrap(), "--json"]);
        let site = made["site"].as_str().unwrap_or_else(|| panic!("{made}"));
        let site = site.to_owned();
        done(&[
            "permissions",
            "setup",
            "--caller",
            "lambda",
            "--yes",
            "--json",
        ]);
        let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
        let line = cloud.lines().next().expect("it tells where it listens");
        let told = serde_json::from_str(&line).unwrap();
        Self {
            place,
            cloud,
            told,
            site,
        }
    }

    /// The AWS CLI as the administrator.
    fn aws(&self, arguments: &[&str]) -> Output {
        let mut aws = Command::new(venv().join("bin/aws"));
        aws.args(["--endpoint-url", self.told["endpoint"].as_str().unwrap()])
            .args(arguments);
        for (name, value) in self.told["environment"].as_object().unwrap() {
            aws.env(name, value.as_str().unwrap());
        }
        aws.output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> Output {
        let done = self.aws(arguments);
        assert!(done.status.success(), "{}", said(&done));
        done
    }

    /// What the document's program ends with, in a function with the generated role.
    fn run(&self, name: &str, document: &str) -> Value {
        let zip = packaged(&self.place, name, &program(document, &self.site));
        let code = format!("fileb://{}", zip.display());
        let create = ["lambda", "create-function", "--function-name", name];
        let how = ["--runtime", "provided.al2023", "--handler", "program"];
        let role = [
            "--role",
            CALLER_ROLE,
            "--timeout",
            "60",
            "--memory-size",
            "512",
        ];
        self.done(&[&create[..], &how, &role, &["--zip-file", &code]].concat());
        let out = self.place.path(&format!("{name}.json"));
        let out = out.to_str().unwrap();
        self.done(&["lambda", "invoke", "--function-name", name, out]);
        serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap()
    }

    /// Waits until the object is there.
    fn appears(&self, bucket: &str, key: &str) {
        let wait = ["s3api", "wait", "object-exists", "--bucket", bucket];
        self.done(&[&wait[..], &["--key", key]].concat());
    }

    fn bucket(&self, name: &str) {
        self.done(&["s3api", "create-bucket", "--bucket", name]);
    }
}

#[test]
fn the_programs_of_the_documents_do_what_these_promise() {
    let served = Served::start();

    // The object form moves the result to another bucket, by the render role's right and the statement shown.
    served.bucket("output-bucket");
    let statement = r#"{"Version":"2012-10-17","Statement":[{"Action":["s3:PutObject"],"Resource":["arn:aws:s3:::output-bucket","arn:aws:s3:::output-bucket/*"],"Effect":"Allow"}]}"#;
    let put = [
        "iam",
        "put-role-policy",
        "--role-name",
        "remotion-lambda-role",
    ];
    let policy = ["--policy-name", "output", "--policy-document", statement];
    served.done(&[&put[..], &policy].concat());
    let answer = served.run("roles", ROLES);
    assert!(answer["renderId"].is_string(), "{answer}");
    served.appears("output-bucket", "my-output");

    // A string is a key below the render's folder, whatever its author took it for.
    let meant = "transfer-to-this-bucket-after-render";
    served.bucket(meant);
    let answer = served.run("without-user", WITHOUT_USER);
    let id = answer["renderId"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"));
    let key = format!("renders/{id}/{meant}/the-filename.mp4");
    served.appears(answer["bucketName"].as_str().unwrap(), &key);
    let listed = served.done(&["s3api", "list-objects-v2", "--bucket", meant]);
    assert!(!said(&listed).contains("the-filename"), "{}", said(&listed));

    // And one that cannot be a video's name is refused, with the form that was meant.
    let answer = served.run("trigger", TRIGGER);
    let message = answer["errorMessage"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"));
    assert!(
        message.contains("{bucketName, key} names a bucket"),
        "{message}"
    );

    let events = served.place.events();
    let actor = |action: &str, resource: &str| {
        let made = events
            .iter()
            .find(|event| decided(event, action).any(|its| its.ends_with(resource)));
        let made = made.unwrap_or_else(|| panic!("nobody did {action} on {resource}"));
        made["principal"]["arn"].as_str().unwrap().to_owned()
    };
    let invoked = actor("lambda:InvokeFunction", &format!("function:{FUNCTION}"));
    assert!(
        invoked.contains(":assumed-role/framewright-caller-role/"),
        "{invoked}"
    );
    let moved = actor("s3:PutObject", ":::output-bucket/my-output");
    assert!(
        moved.contains(":assumed-role/remotion-lambda-role/"),
        "{moved}"
    );
    served.cloud.signal(Signal::SIGINT);
    served.cloud.wait();
}
