//! The command line as a type. Doc comments here and in [`crate::commands`] are the help text.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use etcetera::app_strategy::{AppStrategy as _, AppStrategyArgs, choose_native_strategy};

use crate::{
    commands::{
        across, act, activity, approvals, ask, attach, backup, bench, board, bundle, case, check,
        demo, desk, devices, doctor, doors, duty, facts, files, grant, group, groups, heal, hours,
        import, inbox, init, invite, join, late, leave, lock, log, look, name, news, notices,
        papers, passphrase, people, phones, photo, places, post, print, reached, rebind, rebuild,
        recover, remove, request, requests, resident, restore, root, search, series, skill, status,
        team, token, trouble, unlock, up, vault, vote, wait,
    },
    error::CliError,
};

/// Linli (邻里) keeps a neighbourhood's messages and requests for help moving without the internet
///
/// Each home runs a node; nodes that can reach each other, by whatever network there is, agree by
/// themselves. Every command works on this home's own copy, so it works with the network down.
#[derive(Parser, Debug)]
#[command(name = "linli", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// The folder of this home's data [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "LINLI_DATA", hide_env_values = true)]
    pub data: Option<PathBuf>,

    /// Act in the name of this one of the people on this box [default: its first person]
    #[arg(
        long = "as",
        global = true,
        value_name = "PERSON",
        env = "LINLI_AS",
        hide_env_values = true
    )]
    pub acting: Option<String>,

    /// What is wanted.
    #[command(subcommand)]
    pub verb: Verb,
}

impl Cli {
    /// The data folder that was named, or the platform's own place for it.
    ///
    /// # Errors
    ///
    /// Where none was named and this user has no home folder.
    pub fn data(&self) -> Result<PathBuf, CliError> {
        if let Some(named) = &self.data {
            return Ok(named.clone());
        }
        let names = AppStrategyArgs {
            top_level_domain: "net".into(),
            author: "Linli".into(),
            app_name: "Linli".into(),
        };
        let strategy = choose_native_strategy(names).map_err(|_| CliError::NoDataFolder)?;
        Ok(strategy.data_dir())
    }
}

/// Every verb; the order here is the order in the help.
#[derive(Subcommand, Debug)]
#[expect(missing_docs, reason = "a verb's help stands with its arguments")]
pub enum Verb {
    Demo(demo::Args),
    Init(init::Args),
    Up(up::Args),
    Invite(invite::Args),
    Join(join::Args),
    Approvals(approvals::Args),
    Approve(approvals::ApproveArgs),
    Deny(approvals::DenyArgs),
    Groups(groups::Args),
    Group(group::Args),
    Team(team::Args),
    Across(across::Args),
    Post(post::Args),
    Log(log::Args),
    Search(search::Args),
    Import(import::Args),
    Ask(ask::Args),
    Requests(requests::Args),
    Request(request::Args),
    /// Take a request: you will do it
    ///
    /// During a cut somebody else may take it too. Once the two sides meet again every node names
    /// the same one, and the other is told (see `linli notices`).
    Claim(act::Args),
    /// Give a claim back, so that somebody else can take it
    Withdraw(act::Args),
    /// Say that you are on your way; whoever has set off keeps the request
    Depart(act::Args),
    /// Say that it is done; whoever asked then confirms
    Done(act::Args),
    /// Confirm that your request was met, and close it
    Confirm(act::Args),
    /// Open your request again: it was not met
    Reopen(act::Args),
    /// Call your request off
    Cancel(act::Args),
    /// Say that you have read it: a cancellation, a place that came free
    Ack(act::Args),
    Series(series::Args),
    Rota(series::RotaArgs),
    Activity(activity::Args),
    Hours(hours::Args),
    Look(look::Args),
    Print(print::Args),
    Intake(ask::Intake),
    Register(case::Register),
    /// Open a request to whoever wants to help
    Publish(case::Plain),
    /// Put a request on hold: the desk waits for something
    Hold(case::Plain),
    /// Take up again what was on hold
    Resume(case::Plain),
    Refer(case::Refer),
    Decline(case::Decline),
    Duplicate(case::Duplicate),
    /// Say that you are there
    Arrive(case::Plain),
    /// Say that you have picked up
    Pickup(case::Plain),
    /// Say that it is solved: whoever holds it, or the desk
    Resolve(case::Plain),
    Revoke(case::Revoke),
    Swap(case::SwapArgs),
    Visit(case::Visit),
    Attach(attach::Args),
    Note(case::Note),
    /// Close what whoever asked has not answered for a week; it counts apart
    Close(case::Plain),
    HandOn(case::HandOn),
    Desk(desk::Args),
    Figures(desk::FiguresArgs),
    Assign(vault::Assign),
    Erase(vault::Erase),
    Confide(vault::Confide),
    Facts(facts::Args),
    Check(check::Args),
    Board(board::BoardArgs),
    Pin(board::PinArgs),
    Notice(news::NoticeArgs),
    Alert(news::AlertArgs),
    Photo(photo::Args),
    Files(files::Args),
    Answer(news::AnswerArgs),
    News(news::NewsArgs),
    Faq(news::FaqArgs),
    Forward(news::ForwardArgs),
    Reached(reached::Args),
    Duty(duty::Args),
    Vote(vote::Args),
    Skill(skill::Args),
    Thanks(skill::ThanksArgs),
    Notices(notices::Args),
    People(people::Args),
    Meet(people::MeetArgs),
    Name(name::Args),
    Grant(grant::Args),
    Remove(remove::Args),
    Rebind(rebind::Args),
    Late(late::Args),
    Admit(late::AdmitArgs),
    Devices(devices::Args),
    Heal(heal::Args),
    Places(places::Args),
    Place(places::PlaceArgs),
    Leave(leave::Args),
    Hide(leave::HideArgs),
    Report(leave::ReportArgs),
    Trouble(trouble::Args),
    Root(root::Args),
    Status(status::Args),
    Wait(wait::Args),
    Paper(papers::Args),
    Passphrase(passphrase::Args),
    Unlock(unlock::Args),
    Lock(lock::Args),
    Resident(resident::Args),
    Token(token::Args),
    Phones(phones::Args),
    Doors(doors::Args),
    Inbox(inbox::Args),
    Bundle(bundle::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Recover(recover::Args),
    Rebuild(rebuild::Args),
    Doctor(doctor::Args),
    Bench(bench::Args),
}

/// `--json`, where the contract has it.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Json {
    /// Print JSON for scripts: one object, or one per line for lists
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use clap::{CommandFactory as _, Parser as _};

    use super::Cli;

    /// Every page that people read: the README in both languages, and the documents.
    fn pages() -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut pages = Vec::new();
        for folder in [root.clone(), root.join("docs")] {
            for entry in fs::read_dir(folder).expect("the project is here") {
                let path = entry.expect("an entry").path();
                if path.extension().is_some_and(|it| it == "md") && !path.ends_with("CHANGELOG.md")
                {
                    let text = fs::read_to_string(&path).expect("a page");
                    pages.push((path.display().to_string(), text));
                }
            }
        }
        pages
    }

    /// What a page shows to be typed: a line after the prompt, up to a comment or another program.
    /// In the place of a word in capitals stands an id.
    fn typed(page: &str) -> impl Iterator<Item = Vec<String>> {
        let lines = page.lines().filter_map(|line| line.trim().strip_prefix("$ "));
        let commands = lines.filter(|line| line.starts_with("linli "));
        commands.map(|line| {
            let words = shlex::split(line).expect("its quotes are closed");
            let own = words.into_iter().take_while(|it| !matches!(it.as_str(), "|" | ">" | "<"));
            own.map(|it| match !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_uppercase()) {
                true => "ab".repeat(32),
                false => it,
            })
            .collect()
        })
    }

    #[test]
    fn every_command_that_the_documents_show_can_be_typed_as_it_stands() {
        let mut seen = 0;
        for (name, page) in pages() {
            for words in typed(&page) {
                seen += 1;
                if let Err(error) = Cli::try_parse_from(&words) {
                    assert!(!error.use_stderr(), "{name}: {}: {error}", words.join(" "));
                }
            }
        }
        assert!(seen > 40, "only {seen} commands were found");
    }

    /// In a sentence a command is named, not typed: what it takes may be left out.
    #[test]
    fn every_command_that_a_sentence_names_exists() {
        let (mut seen, mut command) = (0, Cli::command());
        command.build();
        for (name, page) in pages() {
            for quoted in page.split('`').skip(1).step_by(2) {
                let Some(words) = quoted.strip_prefix("linli ") else { continue };
                let Some(verb) = words.split([' ', '\n', '/']).find(|it| !it.starts_with('-'))
                else {
                    continue;
                };
                seen += 1;
                let known = command.find_subcommand(verb).is_some();
                assert!(known || verb == "VERB", "{name}: `linli {words}`");
            }
        }
        assert!(seen > 50, "only {seen} commands were found");
    }
}
