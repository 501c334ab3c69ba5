//! The `darkload` program: parses the command line, calls the library, ends the process.

fn main() {}
