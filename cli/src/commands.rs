//! The verbs, one file each: a struct of arguments and the function that carries it out.

pub mod across;
pub mod act;
pub mod activity;
pub mod approvals;
pub mod ask;
pub mod attach;
pub mod backup;
pub mod bench;
pub mod board;
pub mod bundle;
pub mod case;
pub mod check;
pub mod demo;
pub mod desk;
pub mod devices;
pub mod doctor;
pub mod doors;
pub mod duty;
pub mod export;
pub mod facts;
pub mod files;
pub mod grant;
pub mod group;
pub mod groups;
pub mod heal;
pub mod hours;
pub mod import;
pub mod inbox;
pub mod init;
pub mod invite;
pub mod join;
pub mod late;
pub mod leave;
pub mod lock;
pub mod log;
pub mod look;
pub mod name;
pub mod news;
pub mod notices;
pub mod paper;
pub mod papers;
pub mod passphrase;
pub mod people;
pub mod phones;
pub mod photo;
pub mod places;
pub mod post;
pub mod print;
pub mod reached;
pub mod rebind;
pub mod rebuild;
pub mod recover;
pub mod remove;
pub mod request;
pub mod requests;
pub mod resident;
pub mod restore;
pub mod root;
pub mod search;
pub mod series;
pub mod skill;
pub mod status;
pub mod team;
pub mod token;
pub mod trouble;
pub mod unlock;
pub mod up;
pub mod vault;
pub mod vote;
pub mod wait;

use std::{io::IsTerminal as _, path::Path};

use node::api::{ActVerb, CaseVerb};
use tokio::runtime::{Builder, Runtime};

use crate::{
    args::{Cli, Verb},
    door::Door,
    error::CliError,
    ui::Ui,
};

/// Carries out a parsed command line.
///
/// # Errors
///
/// Whatever the verb fails with.
pub fn carry_out(cli: Cli, ui: &mut Ui<'_>) -> Result<(), CliError> {
    if let Verb::Bench(args) = &cli.verb {
        return bench::run(ui, args, bench::ALL); // Needs no data folder.
    }
    if let Verb::Demo(args) = &cli.verb {
        // It has folders of its own.
        log_to_stderr(&cli.verb);
        let runtime = runtime(&cli.verb).map_err(CliError::Machinery)?;
        return runtime.block_on(demo::run(ui, args));
    }
    let data = cli.data()?;
    let runtime = runtime(&cli.verb).map_err(CliError::Machinery)?;
    log_to_stderr(&cli.verb);
    runtime.block_on(async {
        match cli.verb {
            Verb::Init(args) => init::run(ui, &data, &args),
            Verb::Up(args) => up::run(ui, &data, args).await,
            Verb::Join(args) => join::run(ui, &data, args).await,
            Verb::Rebuild(_) => rebuild::run(ui, &data),
            Verb::Backup(args) => backup::run(ui, &data, &args).await,
            Verb::Bundle(args) => {
                let mut door = Door::open(&data).await?;
                let outcome = bundle::run(ui, &data, &mut door, args).await;
                door.close().await;
                outcome
            }
            Verb::Restore(args) => restore::run(ui, &data, &args),
            Verb::Recover(args) => recover::run(ui, &data, args).await,
            Verb::Wait(args) => wait::run(ui, &data, args).await,
            verb => through_the_door(ui, &data, cli.acting, verb).await,
        }
    })
}

/// The verbs that are one or several commands to a node, running or not.
async fn through_the_door(
    ui: &mut Ui<'_>,
    data: &Path,
    acting: Option<String>,
    verb: Verb,
) -> Result<(), CliError> {
    let mut door = Door::open(data).await?;
    door.act_as(acting);
    let outcome = ask_node(ui, (data, &mut door), verb).await;
    door.close().await;
    outcome
}

async fn ask_node(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    verb: Verb,
) -> Result<(), CliError> {
    match verb {
        Verb::Invite(args) => invite::run(ui, door, args).await,
        Verb::Approvals(args) => approvals::run(ui, door, args).await,
        Verb::Approve(args) => approvals::approve(ui, door, args).await,
        Verb::Deny(args) => approvals::deny(ui, door, args).await,
        Verb::Groups(args) => groups::run(ui, door, args).await,
        Verb::Group(args) => group::run(ui, door, args).await,
        Verb::Team(args) => team::run(ui, door, args).await,
        Verb::Across(args) => across::run(ui, door, args).await,
        Verb::Post(args) => post::run(ui, door, args).await,
        Verb::Log(args) => log::run(ui, door, args).await,
        Verb::Search(args) => search::run(ui, door, args).await,
        Verb::Import(args) => import::run(ui, door, args).await,
        Verb::Ask(args) => ask::run(ui, (data, door), args).await,
        Verb::Requests(args) => requests::run(ui, door, args).await,
        Verb::Request(args) => request::run(ui, door, args).await,
        Verb::Claim(args) => act::run(ui, door, ActVerb::Claim, args).await,
        Verb::Withdraw(args) => act::run(ui, door, ActVerb::Withdraw, args).await,
        Verb::Depart(args) => act::run(ui, door, ActVerb::Depart, args).await,
        Verb::Done(args) => act::run(ui, door, ActVerb::Done, args).await,
        Verb::Confirm(args) => act::run(ui, door, ActVerb::Confirm, args).await,
        Verb::Reopen(args) => act::run(ui, door, ActVerb::Reopen, args).await,
        Verb::Cancel(args) => act::run(ui, door, ActVerb::Cancel, args).await,
        Verb::Ack(args) => act::run(ui, door, ActVerb::Ack, args).await,
        Verb::Notice(args) => news::notice(ui, (data, door), args).await,
        Verb::Alert(args) => news::alert(ui, (data, door), args).await,
        Verb::Photo(args) => photo::run(ui, (data, door), args).await,
        Verb::Visit(args) => case::visit(ui, (data, door), args).await,
        Verb::Attach(args) => attach::run(ui, (data, door), args).await,
        verb => ask_desk(ui, door, verb).await,
    }
}

/// The verbs of a request's life beside claiming, and those about people.
async fn ask_desk(ui: &mut Ui<'_>, door: &mut Door, verb: Verb) -> Result<(), CliError> {
    match verb {
        Verb::Intake(args) => ask::intake(ui, door, args).await,
        Verb::Register(args) => case::register(ui, door, args).await,
        Verb::Publish(args) => case::plain(ui, door, CaseVerb::Publish, args).await,
        Verb::Hold(args) => case::plain(ui, door, CaseVerb::Hold, args).await,
        Verb::Resume(args) => case::plain(ui, door, CaseVerb::Resume, args).await,
        Verb::Refer(args) => case::refer(ui, door, args).await,
        Verb::Decline(args) => case::decline(ui, door, args).await,
        Verb::Duplicate(args) => case::duplicate(ui, door, args).await,
        Verb::Arrive(args) => case::plain(ui, door, CaseVerb::Arrive, args).await,
        Verb::Pickup(args) => case::plain(ui, door, CaseVerb::Pickup, args).await,
        Verb::Resolve(args) => case::plain(ui, door, CaseVerb::Resolve, args).await,
        Verb::Revoke(args) => case::revoke(ui, door, args).await,
        Verb::Swap(args) => case::swap(ui, door, args).await,
        Verb::Note(args) => case::note(ui, door, args).await,
        Verb::Close(args) => case::plain(ui, door, CaseVerb::Close, args).await,
        Verb::HandOn(args) => case::hand_on(ui, door, args).await,
        Verb::Desk(args) => desk::run(ui, door, args).await,
        Verb::Figures(args) => desk::figures(ui, door, args).await,
        Verb::Assign(args) => vault::assign(ui, door, args).await,
        Verb::Erase(args) => vault::erase(ui, door, args).await,
        Verb::Confide(args) => vault::confide(ui, door, args).await,
        Verb::Facts(args) => facts::run(ui, door, args).await,
        Verb::Check(args) => check::run(ui, door, args).await,
        Verb::Board(args) => board::show(ui, door, args).await,
        Verb::Pin(args) => board::pin(ui, door, args).await,
        Verb::Answer(args) => news::answer(ui, door, args).await,
        Verb::News(args) => news::news(ui, door, args).await,
        Verb::Files(args) => files::run(ui, door, args).await,
        Verb::Faq(args) => news::faq(ui, door, args).await,
        Verb::Forward(args) => news::forward(ui, door, args).await,
        Verb::Reached(args) => reached::run(ui, door, args).await,
        Verb::Skill(args) => skill::run(ui, door, args).await,
        Verb::Thanks(args) => skill::thanks(ui, door, args).await,
        Verb::Vote(args) => vote::run(ui, door, args).await,
        Verb::Duty(args) => duty::run(ui, door, args).await,
        Verb::Notices(args) => notices::run(ui, door, args).await,
        Verb::People(args) => people::run(ui, door, args).await,
        Verb::Meet(args) => people::meet(ui, door, args).await,
        Verb::Name(args) => name::run(ui, door, args).await,
        Verb::Grant(args) => grant::run(ui, door, args).await,
        Verb::Remove(args) => remove::run(ui, door, args).await,
        Verb::Rebind(args) => rebind::run(ui, door, args).await,
        Verb::Late(args) => late::run(ui, door, args).await,
        Verb::Admit(args) => late::admit(ui, door, args).await,
        Verb::Devices(args) => devices::run(ui, door, args).await,
        Verb::Heal(args) => heal::run(ui, door, args).await,
        Verb::Places(args) => places::run(ui, door, args).await,
        Verb::Place(args) => places::place(ui, door, args).await,
        Verb::Leave(args) => leave::run(ui, door, args).await,
        Verb::Hide(args) => leave::hide(ui, door, args).await,
        Verb::Report(args) => leave::report(ui, door, args).await,
        Verb::Trouble(args) => trouble::run(ui, door, args).await,
        Verb::Root(args) => root::run(ui, door, args).await,
        Verb::Status(args) => status::run(ui, door, args).await,
        Verb::Doctor(args) => doctor::run(ui, door, args).await,
        Verb::Paper(args) => papers::run(ui, door, args).await,
        Verb::Passphrase(args) => passphrase::run(ui, door, args).await,
        Verb::Unlock(args) => unlock::run(ui, door, args).await,
        Verb::Lock(args) => lock::run(ui, door, args).await,
        Verb::Token(args) => token::run(ui, door, args).await,
        Verb::Phones(args) => phones::run(ui, door, args).await,
        Verb::Doors(args) => doors::run(ui, door, args).await,
        Verb::Inbox(args) => inbox::run(ui, door, args).await,
        Verb::Resident(args) => resident::run(ui, door, args).await,
        verb => gather(ui, door, verb).await,
    }
}

/// The verbs of what people do together.
async fn gather(ui: &mut Ui<'_>, door: &mut Door, verb: Verb) -> Result<(), CliError> {
    match verb {
        Verb::Series(args) => series::run(ui, door, args).await,
        Verb::Rota(args) => series::rota(ui, door, args).await,
        Verb::Activity(args) => activity::run(ui, door, args).await,
        Verb::Hours(args) => hours::run(ui, door, args).await,
        Verb::Look(args) => look::run(ui, door, args).await,
        Verb::Print(args) => print::run(ui, door, args).await,
        _ => Err(CliError::Unexpected),
    }
}

/// A node that runs has work for every core; a question to one starts faster on a single thread.
fn runtime(verb: &Verb) -> std::io::Result<Runtime> {
    let mut builder = match verb {
        Verb::Up(_) | Verb::Demo(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    builder.enable_all().build()
}

/// The log goes to stderr: a running node tells what it does, other commands only what went wrong.
/// `RUST_LOG` overrides both. The multiplexer calls a rude peer an error; whose link ends, the mesh tells.
fn log_to_stderr(verb: &Verb) {
    let usual = if matches!(verb, Verb::Up(_)) {
        "info,libp2p=warn,libp2p_mdns=off,yamux=off,refinery_core=warn"
    } else {
        "error"
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| usual.into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for eyes: in a file they are noise.
    let log = log.with_ansi(std::io::stderr().is_terminal());
    // A log that is already set up stays: the second command of one process is a test's.
    let _ = log.try_init();
}
