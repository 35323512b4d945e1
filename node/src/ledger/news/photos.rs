//! Photos and files of announcements and requests: on their way in, and to whoever may look.

use crdt::{
    body::{Act, Attach, Attachment, BlobKey, Body, Media},
    id::{EnvelopeId, RequestId, from_hex, to_hex},
    lifecycle::{self, Added},
    limits::{ADDED_PER_REQUEST_MAX, ATTACHMENTS_MAX, THUMBNAIL_BYTES_MAX},
};

use crate::{
    api::{AddedRow, ApiError, ErrorKind, FileRow, NewsReply, PhotoRow},
    attached::{self, Sort},
    ledger::{
        Failed, Ledger,
        cases::not_now,
        decide::{refuse_private, too_long},
    },
    store::views::Folded,
};

impl Ledger {
    /// One photo of an announcement.
    pub(in crate::ledger) fn photo(&self, id: &str, number: u64) -> Result<NewsReply, Failed> {
        let (of, line) = self.news_named(id)?;
        let told = self.told_as(&of)?.filter(|_| line.withdrawn_by.is_none());
        let photos = told.map(|(_, told)| told.attachments);
        numbered(photos, number).map(|row| NewsReply::Photo(Box::new(row)))
    }

    /// One photo of a request, for whoever reads the group that it stands in.
    pub(in crate::ledger) fn photo_of_request(
        &self,
        id: &str,
        number: u64,
    ) -> Result<PhotoRow, Failed> {
        let addition = self.addition(id)?;
        let request = match addition {
            Some((_, request)) => request,
            None => self.request_id(id)?,
        };
        let group = self.group_of_request(&request)?;
        if !self.truth.roster().may_read(self.person()?, &group.scope) {
            return Err(ApiError::new(ErrorKind::UnknownRequest, [("id", id.to_owned())]).into());
        }
        let case = self.case(&request)?.case;
        let own = case.terms.photos.filter(|_| addition.is_none());
        let is_meant = |it: &Added| addition.is_none_or(|(id, _)| id == it.id);
        let added = case.added.into_iter().filter(is_meant).flat_map(|it| it.attachments);
        numbered(Some(own.into_iter().flatten().chain(added).collect()), number)
    }

    /// Whether this names an addition to a request, and to which.
    fn addition(&self, id: &str) -> Result<Option<(EnvelopeId, RequestId)>, Failed> {
        let Ok(id) = id.trim().parse::<EnvelopeId>() else { return Ok(None) };
        let held = self.truth.read().verdict(&id)?;
        Ok(match held.map(|held| held.read_body()) {
            Some(Ok(Body::Act(Act::Attach(it)))) => Some((id, it.request)),
            _ => None,
        })
    }

    /// Adds photos and files to a request, and gives the envelope that holds them; the originals stay here.
    pub(in crate::ledger) fn attach(
        &mut self,
        request: &RequestId,
        photos: &[PhotoRow],
    ) -> Result<EnvelopeId, Failed> {
        let before = self.before(request)?;
        let role = lifecycle::may_attach(&before.case, &before.person, &before.parts)
            .map_err(|refusal| not_now(&before.case, "attach", &refusal))?;
        if photos.is_empty() {
            return Err(ApiError::new(ErrorKind::NoPhoto, [("photo", "none".to_owned())]).into());
        }
        if before.case.terms.to_desk {
            // What the desk alone reads stands in a vault, and a vault holds words.
            return Err(ApiError::new(ErrorKind::Private, []).into());
        }
        if photos.len() > ATTACHMENTS_MAX {
            return Err(too_long("photos", ATTACHMENTS_MAX).into());
        }
        if before.case.added.len() >= ADDED_PER_REQUEST_MAX {
            return Err(too_long("additions", ADDED_PER_REQUEST_MAX).into());
        }
        let attachments = photos.iter().map(for_a_request).collect::<Result<_, _>>()?;
        let act = Act::Attach(Attach { request: *request, role, attachments });
        let act = self.write_acts(before, None, vec![act])?;
        self.keep_originals(photos)?;
        Ok(act)
    }

    /// What was added to a request, for a page.
    pub(in crate::ledger) fn added_rows(&self, folded: &Folded) -> Result<Vec<AddedRow>, Failed> {
        let row = |it: &Added| -> Result<AddedRow, Failed> {
            Ok(AddedRow {
                id: it.id,
                by: self.views.name_of(&it.who)?,
                claimed_ms: folded.claimed_of(&it.id),
                photos: it.attachments.len() as u64,
                files: file_rows(&it.attachments),
            })
        };
        folded.case.added.iter().map(row).collect()
    }
}

/// Which of these are files and no photos.
pub fn file_rows(attachments: &[Attachment]) -> Vec<FileRow> {
    let files = attachments.iter().zip(0..).filter(|(it, _)| it.media == Media::File);
    files.map(|(it, number)| FileRow { number, name: name_of(it), bytes: it.bytes }).collect()
}

/// What a file is called; empty for a photo. A neighbour may have written anything: it is one short line.
fn name_of(it: &Attachment) -> String {
    match it.media {
        Media::Photo => String::new(),
        Media::File if it.name.to_lowercase().ends_with(".txt") => {
            attached::name_of(&it.name, Sort::Text)
        }
        Media::File => attached::name_of(&it.name, Sort::Pdf),
    }
}

fn numbered(photos: Option<Vec<Attachment>>, number: u64) -> Result<PhotoRow, Failed> {
    let at = usize::try_from(number).unwrap_or(usize::MAX);
    let photo = photos.and_then(|photos| photos.into_iter().nth(at));
    let none = || ApiError::new(ErrorKind::NoPhoto, [("photo", "none".to_owned())]);
    let photo = photo.ok_or_else(none)?;
    let name = name_of(&photo);
    let Attachment { blob, key, bytes, thumbnail, .. } = photo;
    let (key, thumbnail) = (to_hex(&key.0), to_hex(&thumbnail));
    Ok(PhotoRow { blob, key, bytes, thumbnail, name, sealed: None })
}

/// The same as it stands in a request: digits in a file's name that may lead to a person are left out.
pub fn for_a_request(photo: &PhotoRow) -> Result<Attachment, Failed> {
    let mut made = attachment(photo)?;
    if refuse_private(&made.name).is_err() {
        made.name = made.name.chars().map(|c| if c.is_numeric() { '·' } else { c }).collect();
    }
    Ok(made)
}

/// A photo or file as it stands in the body. A thumbnail that still says where it was taken is refused.
pub fn attachment(photo: &PhotoRow) -> Result<Attachment, Failed> {
    let bad = || ApiError::new(ErrorKind::NoPhoto, [("photo", "damaged".to_owned())]);
    let key = from_hex(&photo.key).map_err(|_| bad())?;
    if !photo.name.is_empty() {
        if !photo.thumbnail.is_empty() {
            return Err(bad().into());
        }
        let (blob, key, bytes) = (photo.blob, BlobKey(key), photo.bytes);
        let mut made = Attachment {
            blob,
            key,
            bytes,
            media: Media::File,
            name: photo.name.clone(),
            thumbnail: Vec::new(),
        };
        made.name = name_of(&made);
        return Ok(made);
    }
    let thumbnail = data_encoding::HEXLOWER_PERMISSIVE.decode(photo.thumbnail.as_bytes());
    let thumbnail = thumbnail.ok().filter(|jpeg| crate::photo::is_clean(jpeg)).ok_or_else(bad)?;
    if thumbnail.len() > THUMBNAIL_BYTES_MAX {
        return Err(too_long("photo", THUMBNAIL_BYTES_MAX).into());
    }
    let (blob, key, bytes) = (photo.blob, BlobKey(key), photo.bytes);
    Ok(Attachment { blob, key, bytes, media: Media::Photo, name: String::new(), thumbnail })
}
