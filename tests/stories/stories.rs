//! Stories of a court: people, chapters, and what everybody sees in the end.

mod admin;
mod asked;
mod copies;
mod council;
mod desk;
mod disks;
mod files;
mod flood;
mod handwriting;
mod introduced;
mod life;
mod machine;
mod names;
mod news;
mod people;
mod profiles;
mod readers;
mod relay;
mod rides;
mod search;
mod secrets;
mod series;
mod several;
mod vaults;
mod visits;
mod votes;
