//! darkload finds electricity used by hidden crypto-mining farms in the meter data that a utility
//! already has.
//!
//! The floors, lowest first; a module imports only from lower ones, and `tests/house.rs` keeps it
//! so: `domain`, `disk` · `ingest`, `synth` · `series` · `digest` · `archive` · `population` ·
//! `evidence` · `findings` · `metered`, `unmetered`, `volts` · `judgement` · `consequence` ·
//! `casebook` · `config` · `report` · `pipeline` · `cli`.

pub mod archive;
pub mod casebook;
pub mod cli;
pub mod config;
pub mod consequence;
pub mod digest;
pub mod disk;
pub mod domain;
pub mod evidence;
pub mod findings;
pub mod ingest;
pub mod judgement;
pub mod metered;
pub mod pipeline;
pub mod population;
pub mod report;
pub mod series;
pub mod synth;
pub mod unmetered;
pub mod volts;
