//! `linli token`: what lets programs act for somebody on this box, through the HTTP interface.

use clap::Subcommand;
use node::api::{Command, Reply, ScopeWord, TokenCommand, TokenReply, TokenRow};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Tokens for programs that use the HTTP interface
///
/// A program with a token acts as the person who made it, within the token's scopes, and never may
/// more than that person. The interface is described at /api/v1/openapi.json of the node's page.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Make a token; it is shown this once
    New {
        /// What it is for
        name: String,

        /// What it allows (can be repeated)
        #[arg(long, value_enum, required = true)]
        scope: Vec<Scope>,

        #[command(flatten)]
        json: Json,
    },
    /// The tokens that you made
    List {
        #[command(flatten)]
        json: Json,
    },
    /// Take a token back, by its name or id
    Revoke {
        /// Its name or id
        token: String,

        #[command(flatten)]
        json: Json,
    },
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Scope {
    /// Read what you read; private details not
    Read,
    /// Write messages and boards, enter groups
    Post,
    /// Ask for help, and act on requests
    Requests,
    /// Assign, open and erase private details
    Desk,
    /// Invitations, roles, removals, doors
    People,
    /// Where the box dials, shutting its keys
    Home,
}

impl From<Scope> for ScopeWord {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Post => Self::Post,
            Scope::Requests => Self::Requests,
            Scope::Desk => Self::Desk,
            Scope::People => Self::People,
            Scope::Home => Self::Home,
        }
    }
}

/// Makes one, lists them, takes one back.
///
/// # Errors
///
/// Where there are too many, or none of that name.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (command, json) = match args.what {
        What::New { name, scope, json } => {
            let scopes = scope.into_iter().map(Into::into).collect();
            (TokenCommand::New { name, scopes }, json)
        }
        What::List { json } => (TokenCommand::List, json),
        What::Revoke { token, json } => (TokenCommand::Revoke { token }, json),
    };
    let reply = door.ask(Command::Token(command)).await?;
    let Reply::Token(reply) = reply else { return Err(CliError::Unexpected) };
    match reply {
        TokenReply::Made { text, token } if json.json => {
            ui.json(&serde_json::json!({ "text": text, "token": token }))
        }
        TokenReply::Made { text, token } => {
            ui.note("token-made", &[("name", one_line(&token.name).into())])?;
            ui.line(text.0)
        }
        TokenReply::Tokens { tokens } if json.json => ui.json_lines(&tokens),
        TokenReply::Tokens { tokens } if tokens.is_empty() => ui.note("tokens-none", &[]),
        TokenReply::Tokens { tokens } => tokens.iter().try_for_each(|token| {
            let line = in_words(ui, token);
            ui.line(line)
        }),
        TokenReply::Revoked { token } | TokenReply::Known { token } if json.json => ui.json(&token),
        TokenReply::Revoked { token } | TokenReply::Known { token } => {
            ui.say("token-revoked", &[("name", one_line(&token.name).into())])
        }
    }
}

fn in_words(ui: &Ui<'_>, token: &TokenRow) -> String {
    let scopes = token.scopes.iter().map(|scope| ui.speech().scope(*scope));
    let scopes = scopes.collect::<Vec<_>>().join(", ");
    format!("{}  {}  {}  {scopes}", token.id, ui.time(token.made_ms.0), one_line(&token.name))
}
