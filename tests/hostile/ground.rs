//! A folder to attack in, with a small synthetic utility and the means to see what is left of a
//! result.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use darkload::disk::Said;

/// No run of this size lasts longer, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(110);

/// A folder of its own, removed in the end.
pub(crate) struct Ground {
    pub(crate) path: PathBuf,
    usage_points: &'static str,
    _folder: tempfile::TempDir,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// What is wrong with any run, whatever it met.
    pub(crate) fn is_sane(&self) -> Result<(), String> {
        let told = format!("{}{}", self.out, self.err);
        if told.contains("panicked") || matches!(self.code, Some(1 | 101)) {
            Err(format!("code {:?}: {told}", self.code))
        } else {
            Ok(())
        }
    }
}

/// A utility that is scanned, made once: a few meters where the way of a result into its place is
/// attacked, more where its findings count.
fn utility(usage_points: &str) -> PathBuf {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let out = MADE.get_or_init(|| tempfile::tempdir().unwrap()).path().join(usage_points);
    if !out.exists() {
        let mut made = Command::new(env!("CARGO_BIN_EXE_darkload"));
        made.args([
            "simulate",
            "--days",
            "10",
            "--step",
            "60",
            "--format",
            "csv",
            "--usage-points",
            usage_points,
            "--out",
        ])
        .arg(&out);
        let made = made.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    out
}

impl Ground {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(folder.path()).unwrap();
        fs::write(path.join("darkload-may-break-here"), "").unwrap();
        Self { path, usage_points: "30", _folder: folder }
    }

    /// Ground with enough meters for findings.
    pub(crate) fn with_findings() -> Self {
        Self { usage_points: "150", ..Self::new() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The readings, copied to this ground.
    pub(crate) fn readings(&self) -> PathBuf {
        let readings = self.file("readings.csv");
        if !readings.exists() {
            fs::copy(utility(self.usage_points).join("readings.csv"), &readings).unwrap();
        }
        readings
    }

    /// A scan of the readings into `out`.
    pub(crate) fn scan(&self, out: &Path) -> Command {
        let mut command = self.darkload(&["scan"]);
        command
            .arg(self.readings())
            .args(["--threads", "2", "--quiet", "--customers"])
            .arg(utility(self.usage_points).join("customers.csv"))
            .arg("--out")
            .arg(out);
        command
    }

    pub(crate) fn darkload(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_darkload"));
        command.args(args).current_dir(&self.path).stdin(Stdio::null());
        command
    }

    /// A whole result in `name`.
    pub(crate) fn result(&self, name: &str) -> PathBuf {
        let out = self.file(name);
        let ended = run(self.scan(&out));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        out
    }

    /// Stages that lie about, and whether each holds a whole result.
    pub(crate) fn stages(&self) -> Vec<(PathBuf, bool)> {
        let stage = |entry: std::io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            path.file_name()?.to_str()?.starts_with(".darkload-").then(|| {
                let is_whole = ["result", "replaced"].iter().any(|part| is_whole(&path.join(part)));
                (path, is_whole)
            })
        };
        fs::read_dir(&self.path).unwrap().filter_map(stage).collect()
    }

    /// Removes stages with whole results, as somebody who was told of them would.
    pub(crate) fn sweep(&self) {
        for (stage, _) in self.stages().into_iter().filter(|(_, is_whole)| *is_whole) {
            fs::remove_dir_all(stage).unwrap();
        }
    }
}

/// Whether a folder is a result with all its files as they were written.
pub(crate) fn is_whole(folder: &Path) -> bool {
    Said::of(folder).is_some_and(|said| said.is_whole(folder))
}

/// Runs to the end, or ends what hangs.
pub(crate) fn run(mut command: Command) -> Ended {
    ended(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Waits for a run; one that hangs is killed, and tells so.
pub(crate) fn ended(mut child: Child) -> Ended {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let read = |from: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            from.map(|mut from| from.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let (out, err) = (
        read(out.map(|out| Box::new(out) as Box<dyn Read + Send>)),
        read(err.map(|err| Box::new(err) as Box<dyn Read + Send>)),
    );
    let status = wait(&mut child);
    let hung = if status.is_none() { "panicked: it hung and was killed" } else { "" };
    Ended { code: status.and_then(|status| status.code()), out: out.join().unwrap(), err: err.join().unwrap() + hung }
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Numbers that look random and are the same in every run (Steele, Lea and Flood 2014, SplitMix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number from 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A moment of a run that lasts so long, or shortly after it.
    pub(crate) fn moment(&mut self, lasts: Duration) -> Duration {
        lasts.mul_f64(1.1 * self.share())
    }
}

/// How long a scan lasts here.
pub(crate) fn lasts(ground: &Ground) -> Duration {
    let started = Instant::now();
    ground.result("timed");
    started.elapsed()
}
