//! The socket with a made-up node behind it: what goes through, what is refused, who may replace it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    api::{ApiError, Command, Reply},
    handle::Handle,
    identity::Folder,
};

/// A node that says `Posted` to nobody and an error with the group's name to everybody.
struct Stage {
    folder: tempfile::TempDir,
    stop: CancellationToken,
    served: JoinHandle<io::Result<()>>,
}

impl Stage {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("it works on this stage");
        let lock = Folder::make(folder.path()).expect("it works on this stage");
        let socket = Socket::bind(&lock).expect("it works on this stage");
        let (handle, mut queue, _) = Handle::new();
        tokio::spawn(async move {
            while let Some(asked) = queue.recv().await {
                let _ = asked.answer.send(answer(asked.command));
            }
        });
        let stop = CancellationToken::new();
        let served = tokio::spawn(socket.serve(handle, stop.clone()));
        Self { folder, stop, served }
    }

    fn data(&self) -> &Path {
        self.folder.path()
    }
}

fn answer(command: Command) -> Result<Reply, ApiError> {
    match command {
        Command::MarkRead { group } => {
            Err(ApiError::new(ErrorKind::UnknownGroup, [("group", group)]))
        }
        Command::Invite { .. } => Ok(Reply::Invite { link: "linli:join".into() }),
        _ => Ok(Reply::Done),
    }
}

#[tokio::test]
async fn commands_are_answered_one_after_the_other_on_one_connection() {
    let stage = Stage::open();
    let mut client = Client::connect(stage.data()).await.expect("a node runs");
    assert_eq!(client.ask(&Command::Status).await.expect("it works on this stage"), Reply::Done);
    let invite = Command::Invite { role: crate::api::RoleWord::Member, group: None };
    assert_eq!(
        client.ask(&invite).await.expect("it works on this stage"),
        Reply::Invite { link: "linli:join".into() }
    );
}

#[tokio::test]
async fn a_refusal_keeps_its_kind_and_its_values() {
    let stage = Stage::open();
    let mut client = Client::connect(stage.data()).await.expect("it works on this stage");
    let refused = client
        .ask(&Command::MarkRead { group: "楼".into() })
        .await
        .expect_err("it must be refused");
    let AskError::Refused(error) = refused else { panic!("{refused}") };
    assert_eq!(error, ApiError::new(ErrorKind::UnknownGroup, [("group", "楼".into())]));
}

#[tokio::test]
async fn only_the_homes_own_user_may_connect_and_the_file_goes_with_the_node() {
    let stage = Stage::open();
    let path = socket_path(stage.data());
    assert_eq!(
        fs::metadata(&path).expect("it works on this stage").permissions().mode() & 0o777,
        0o600
    );
    let names: Vec<_> = fs::read_dir(stage.data())
        .expect("it works on this stage")
        .map(|f| f.expect("it works on this stage").file_name())
        .collect();
    assert_eq!(names.len(), 2, "only lock and socket: {names:?}");

    stage.stop.cancel();
    stage.served.await.expect("it works on this stage").expect("it works on this stage");
    assert!(!path.exists());
    assert!(Client::connect(stage.folder.path()).await.is_none());
}

#[tokio::test]
async fn a_socket_left_by_a_crash_is_replaced() {
    let folder = tempfile::tempdir().expect("it works on this stage");
    let lock = Folder::make(folder.path()).expect("it works on this stage");
    fs::write(socket_path(folder.path()), "left behind").expect("it works on this stage");
    fs::create_dir(folder.path().join("control.new")).expect("it works on this stage");
    fs::write(folder.path().join("control.new/s"), "half-way").expect("it works on this stage");
    let _socket = Socket::bind(&lock).expect("it works on this stage");
    assert!(UnixStream::connect(socket_path(folder.path())).await.is_ok());
}

#[tokio::test]
async fn a_folder_deeper_than_a_sockets_address_has_a_node_like_any_other() {
    let tree = tempfile::tempdir().expect("it works on this stage");
    let deep = tree.path().join("a-folder-with-a-long-name".repeat(6)).join("家".repeat(60));
    fs::create_dir_all(&deep).expect("it works on this stage");
    let lock = Folder::make(&deep).expect("it works on this stage");
    assert!(Client::connect(&deep).await.is_none(), "nobody is there yet");

    let socket = Socket::bind(&lock).expect("a deep folder is a folder");
    let (handle, mut queue, _) = Handle::new();
    let stop = CancellationToken::new();
    let served = tokio::spawn(socket.serve(handle, stop.clone()));
    tokio::spawn(async move {
        while let Some(asked) = queue.recv().await {
            let _ = asked.answer.send(answer(asked.command));
        }
    });
    let mut client = Client::connect(&deep).await.expect("a node runs");
    assert_eq!(client.ask(&Command::Status).await.expect("it answers"), Reply::Done);
    let mode = fs::metadata(socket_path(&deep)).expect("it lies where it always does");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);

    drop(client);
    stop.cancel();
    served.await.expect("it works on this stage").expect("it works on this stage");
    assert!(!socket_path(&deep).exists());
    assert!(Client::connect(&deep).await.is_none());
}

#[tokio::test]
async fn what_is_no_command_or_too_long_is_refused_and_the_node_goes_on() {
    let stage = Stage::open();
    for (body, status) in [
        ("{}".to_owned(), "422"),
        ("harass".to_owned(), "400"),
        ("x".repeat(COMMAND_BYTES_MAX + 1), "413"),
    ] {
        let mut stream =
            UnixStream::connect(socket_path(stage.data())).await.expect("it works on this stage");
        let head = format!(
            "POST /command HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("it works on this stage");
        let mut said = String::new();
        stream.read_to_string(&mut said).await.expect("it works on this stage");
        assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{said}");
        assert!(said.contains("\"kind\":"), "{said}");
        assert!(!said.contains("harass"), "a body may be somebody's words: {said}");
    }
    let mut client = Client::connect(stage.data()).await.expect("it works on this stage");
    assert_eq!(client.ask(&Command::Status).await.expect("it works on this stage"), Reply::Done);
}

#[tokio::test]
async fn a_node_that_dies_half_way_leaves_the_outcome_open() {
    let folder = tempfile::tempdir().expect("it works on this stage");
    let lock = Folder::make(folder.path()).expect("it works on this stage");
    let (handle, mut queue, _) = Handle::new();
    let socket = Socket::bind(&lock).expect("it works on this stage");
    let served = tokio::spawn(socket.serve(handle, CancellationToken::new()));
    let mut client = Client::connect(folder.path()).await.expect("it works on this stage");
    let dies = async {
        let _asked = queue.recv().await.expect("it works on this stage");
        served.abort();
        // The connection's own task outlives the listener; without the queue it answers "busy".
        drop(queue);
    };
    let (outcome, ()) = tokio::join!(client.ask(&Command::Status), dies);
    let AskError::Refused(error) = outcome.expect_err("it must be refused") else {
        panic!("a clear word was due")
    };
    assert_eq!(error.kind, ErrorKind::Busy);
}
