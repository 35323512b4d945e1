//! `oracle authority|claims < SET.json`: judges what `model/*.py --emit SEED` printed.
//!
//! Prints the `expected` object as this implementation comes to it. Exit code 0 where both agree,
//! 1 where they differ (the first difference on stderr), 2 for wrong use.

use std::{io::Read as _, process::ExitCode};

use tests::oracle::{CHECKS, Check};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let check = match (args.next().as_deref().and_then(check_named), args.next()) {
        (Some(check), None) => check,
        _ => {
            let names: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
            return wrong_use(&format!("usage: oracle {} < SET.json", names.join("|")));
        }
    };
    let mut input = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut input) {
        return wrong_use(&format!("cannot read the set: {error}"));
    }
    match check(&input) {
        Err(why) => wrong_use(&format!("not what the model prints: {why}")),
        Ok((ours, difference)) => {
            println!("{ours:#}");
            match difference {
                None => ExitCode::SUCCESS,
                Some(difference) => {
                    eprintln!("{difference}");
                    ExitCode::from(1)
                }
            }
        }
    }
}

fn check_named(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

fn wrong_use(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(2)
}
