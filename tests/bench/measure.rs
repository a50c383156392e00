//! What a program costs: wall and processor time, peak memory, bytes and files it wrote; and how long
//! a change takes until a served page shows it.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The cost of one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub wall: f64,
    /// Seconds of processor time, user and system, all threads.
    pub cpu: f64,
    /// The largest resident set, in bytes.
    pub memory: u64,
}

impl Cost {
    /// Returns the lower times of two runs.
    pub fn best(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.max(other.memory),
        }
    }

    /// Returns the cost of one program after another.
    pub fn then(self, next: Self) -> Self {
        Self {
            wall: self.wall + next.wall,
            cpu: self.cpu + next.cpu,
            memory: self.memory.max(next.memory),
        }
    }
}

/// Clock ticks a second in /proc, the same on every Linux that runs here (man 5 proc, USER_HZ).
const TICKS: f64 = 100.0;
const POLL: Duration = Duration::from_millis(5);

/// Runs a command to its end and returns what it cost.
///
/// # Panics
/// When it cannot be run or fails.
pub fn run(command: &mut Command) -> Cost {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut errors = child.stderr.take().expect("was piped");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = errors.read_to_string(&mut text);
        text
    });
    let mut cost = Cost::default();
    let pid = child.id();
    // A finished process stays readable in /proc until someone waits for it.
    while !is_finished(pid) {
        cost.memory = cost.memory.max(peak_memory(pid));
        std::thread::sleep(POLL);
    }
    cost.wall = started.elapsed().as_secs_f64();
    cost.cpu = cpu(pid);
    let status = child.wait().expect("has ended");
    let errors = reader.join().unwrap_or_default();
    let shown: String = errors.chars().take(2000).collect();
    assert!(status.success(), "{command:?} failed: {shown}");
    cost
}

fn stat(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name stands in brackets and may hold spaces; what follows it does not.
    let rest = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
    rest.split_whitespace().map(str::to_owned).collect()
}

fn is_finished(pid: u32) -> bool {
    stat(pid).first().is_none_or(|state| state == "Z" || state == "X")
}

/// Returns seconds of processor time; fields 14 and 15 of `stat`, counted from after the name.
pub fn cpu(pid: u32) -> f64 {
    let stat = stat(pid);
    let ticks = |at: usize| stat.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS
}

pub fn peak_memory(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// A server that is stopped when it goes out of scope.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts a server, given how to make the command for a port, and waits until `path` is there.
    pub fn start(path: &str, command: impl FnOnce(u16) -> Command) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("has an address").port();
        drop(free);
        let child = command(port)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let server = Self { child, port };
        let started = Instant::now();
        while !server.get(path).is_ok_and(|page| page.contains(" 200 ")) {
            assert!(started.elapsed() < Duration::from_secs(300), "no answer on port {port}");
            std::thread::sleep(POLL);
        }
        server
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the answer to a request, head and body.
    pub fn get(&self, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Writes a file and returns how long it took until each page held its text, in seconds.
    pub fn time_edit(&self, file: &Path, text: &str, wanted: &[(&str, &str)]) -> f64 {
        let started = Instant::now();
        fs::write(file, text).expect("writes");
        for (page, wanted) in wanted {
            while !self.get(page).is_ok_and(|answer| answer.contains(wanted)) {
                assert!(started.elapsed() < Duration::from_secs(120), "{page} never changed");
                std::thread::sleep(POLL);
            }
        }
        started.elapsed().as_secs_f64()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
