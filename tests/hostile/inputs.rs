//! The program under attack: damaged tables, results of somebody else, names that must not get out.
//! A small part of each campaign runs with all tests; `DARKLOAD_HOSTILE=N` tries N times.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod mutations;
mod pseudonyms;
mod results;
mod tables;
