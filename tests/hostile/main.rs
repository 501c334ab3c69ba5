//! The attack suite: runs that are killed, disks that fill up, inputs that change, outputs that are
//! closed, places that are not ours.
//!
//! A harness of its own, because what counts is the table at its end: tried, survived, failed;
//! anything but 0 failed ends with code 1. `cargo test --release --test hostile` does a short round
//! of each campaign; `DARKLOAD_HOSTILE=long` does hundreds. A word on the command line picks the
//! campaigns whose names hold it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod breaks;
mod changed_inputs;
mod ground;
mod kills;
mod outputs;
mod places;

use ground::Ground;

/// What became of one try: `Err` says what was lost, leaked or hung.
type Outcome = Result<(), String>;

/// A campaign: its name, and what it does with ground of its own; `true` asks for the long form.
struct Campaign {
    name: &'static str,
    run: fn(&Ground, bool) -> Vec<Outcome>,
}

const CAMPAIGNS: &[Campaign] = &[
    Campaign { name: "scan over an older result, killed at a random moment", run: kills::over_an_older_result },
    Campaign { name: "scan into an empty place, killed at a random moment", run: kills::into_an_empty_place },
    Campaign { name: "two scans into one place at once, one of them often killed", run: kills::two_writers },
    Campaign { name: "interrupted at a random moment", run: kills::interrupted },
    Campaign {
        name: "scan: the process ends at an operation on files",
        run: |ground, long| breaks::scan(ground, long, "abort"),
    },
    Campaign { name: "scan: an operation on files fails", run: |ground, long| breaks::scan(ground, long, "fail") },
    Campaign {
        name: "scan: from an operation on files on all fail",
        run: |ground, long| breaks::scan(ground, long, "fail-from"),
    },
    Campaign { name: "scan where folders cannot be exchanged: the same", run: breaks::scan_apart },
    Campaign { name: "simulate: operations end, fail, fail from then on", run: breaks::simulate },
    Campaign { name: "convert --force: operations end, fail, fail from then on", run: breaks::convert },
    Campaign { name: "recovery is killed in its turn", run: breaks::recovery },
    Campaign { name: "full disk at twenty sizes (a limit on files)", run: breaks::file_limits },
    Campaign {
        name: "full disk at twenty sizes (a small file system, where it may be mounted)",
        run: breaks::small_file_systems,
    },
    Campaign { name: "input changed at a random moment", run: changed_inputs::at_a_random_moment },
    Campaign { name: "places that are not ours, inputs as outputs", run: places::not_ours },
    Campaign { name: "devices, pipes, circles of links, files of the kernel", run: places::special_files },
    Campaign {
        name: "standard output and error closed, full, or with a reader that leaves",
        run: outputs::closed_and_full,
    },
    Campaign { name: "control letters in names and cells", run: outputs::control_letters },
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        for campaign in CAMPAIGNS {
            println!("{}: test", campaign.name);
        }
        return;
    }
    let words: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let long = std::env::var("DARKLOAD_HOSTILE").is_ok_and(|asked| asked == "long");
    let width = CAMPAIGNS.iter().map(|campaign| campaign.name.len()).max().unwrap_or(0);
    println!("{:width$}  tried  survived  failed", "attack");
    let (mut tried, mut failed) = (0, Vec::new());
    for campaign in CAMPAIGNS
        .iter()
        .filter(|campaign| words.is_empty() || words.iter().any(|word| campaign.name.contains(word.as_str())))
    {
        let outcomes = (campaign.run)(&Ground::new(), long);
        let lost: Vec<String> = outcomes.iter().filter_map(|outcome| outcome.clone().err()).collect();
        println!(
            "{:width$}  {:>5}  {:>8}  {:>6}",
            campaign.name,
            outcomes.len(),
            outcomes.len() - lost.len(),
            lost.len()
        );
        tried += outcomes.len();
        failed.extend(lost.into_iter().map(|words| format!("{}: {words}", campaign.name)));
    }
    println!("{:width$}  {tried:>5}  {:>8}  {:>6}", "all", tried - failed.len(), failed.len());
    for words in &failed {
        println!("FAILED {words}");
    }
    std::process::exit(i32::from(!failed.is_empty()));
}
