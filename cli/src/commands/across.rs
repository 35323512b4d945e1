//! `linli across …`: what somebody carries who is in two neighbourhoods.

use clap::Subcommand;
use node::api::{AcrossCommand, AcrossReply, Command, Reply};
use serde_json::json;

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Carry a need into another neighbourhood that you are in, and what came of it back
///
/// Each neighbourhood is a home of its own, in a folder of its own (`--data`). Nothing goes over by itself:
/// a text does, in your hands, and it says nothing of whose need it is.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Take a request on, and print the text to carry over
    Carry {
        /// Its code or id
        request: String,

        /// What is written over it there [default: the functional needs]
        #[arg(long)]
        title: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Ask for what was carried here, in a team
    Post {
        /// The text
        text: String,

        /// The team's group
        #[arg(long)]
        group: String,

        #[command(flatten)]
        json: Json,
    },
    /// Print what came of it here, to carry back
    Outcome {
        /// Its code or id here
        request: String,

        #[command(flatten)]
        json: Json,
    },
    /// Do here what came of it there, in your name
    Take {
        /// The text
        text: String,

        #[command(flatten)]
        json: Json,
    },
    /// List your other neighbourhoods' pages, which your own page links to
    ///
    /// This home only remembers them for you, at most sixteen; nobody else learns of it.
    Homes {
        /// Remember one: what you call it, then the address of its page as the browser shows it, for
        /// example `--add "Lake Court" http://192.168.1.20:8080`
        #[arg(long, num_args = 2, value_names = ["NAME", "ADDRESS"])]
        add: Option<Vec<String>>,

        /// Forget one, by what you call it
        #[arg(long, value_name = "NAME", conflicts_with = "add")]
        forget: Option<String>,

        #[command(flatten)]
        json: Json,
    },
}

/// Carries, posts, takes.
///
/// # Errors
///
/// Where the text is none, or the request is not held by whoever carries it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    use AcrossCommand as Do;
    let (json, command) = match args.what {
        What::Carry { request, title, json } => (json.json, Do::Carry { id: request, title }),
        What::Post { text, group, json } => (json.json, Do::Post { text, group }),
        What::Outcome { request, json } => (json.json, Do::Outcome { id: request }),
        What::Take { text, json } => (json.json, Do::Take { text }),
        What::Homes { add, forget, json } => {
            let command = match (add.as_deref(), forget) {
                (Some([name, address]), _) => {
                    Do::HomeAdd { name: name.clone(), address: address.clone() }
                }
                (_, Some(name)) => Do::HomeForget { name },
                _ => Do::Homes,
            };
            (json.json, command)
        }
    };
    match door.ask(Command::Across(command)).await? {
        Reply::Across(AcrossReply::Text { text, request }) if json => {
            ui.json(&json!({ "text": text, "request": request }))
        }
        Reply::Across(AcrossReply::Text { text, .. }) => ui.line(text),
        Reply::Asked { id, code } if json => ui.json(&json!({ "id": id, "code": code })),
        Reply::Asked { code, .. } => ui.line(code),
        Reply::Across(AcrossReply::Homes { homes }) if json => ui.json_lines(&homes),
        Reply::Across(AcrossReply::Homes { homes }) => homes.iter().try_for_each(|it| {
            ui.line(format!("{}  {}", one_line(&it.name), one_line(&it.address)))
        }),
        Reply::Request(page) if json => ui.json(&page),
        Reply::Request(_) | Reply::Done => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}
