//! Photos of announcements and requests: on their way in, and to whoever may look.

use crdt::{
    body::{Attachment, BlobKey, Media},
    id::{from_hex, to_hex},
    limits::THUMBNAIL_BYTES_MAX,
};

use crate::{
    api::{ApiError, ErrorKind, NewsReply, PhotoRow},
    ledger::{Failed, Ledger, decide::too_long},
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
        let request = self.request_id(id)?;
        let group = self.group_of_request(&request)?;
        if !self.truth.roster().may_read(self.person()?, &group.scope) {
            return Err(ApiError::new(ErrorKind::UnknownRequest, [("id", id.to_owned())]).into());
        }
        numbered(self.case(&request)?.case.terms.photos, number)
    }
}

fn numbered(photos: Option<Vec<Attachment>>, number: u64) -> Result<PhotoRow, Failed> {
    let at = usize::try_from(number).unwrap_or(usize::MAX);
    let photo = photos.and_then(|photos| photos.into_iter().nth(at));
    let none = || ApiError::new(ErrorKind::NoPhoto, [("photo", "none".to_owned())]);
    let Attachment { blob, key, bytes, thumbnail, .. } = photo.ok_or_else(none)?;
    let (key, thumbnail) = (to_hex(&key.0), to_hex(&thumbnail));
    Ok(PhotoRow { blob, key, bytes, thumbnail, sealed: None })
}

/// A photo as it stands in the body. A thumbnail that still says where it was taken is refused.
pub fn attachment(photo: &PhotoRow) -> Result<Attachment, Failed> {
    let bad = || ApiError::new(ErrorKind::NoPhoto, [("photo", "damaged".to_owned())]);
    let key = from_hex(&photo.key).map_err(|_| bad())?;
    let thumbnail = data_encoding::HEXLOWER_PERMISSIVE.decode(photo.thumbnail.as_bytes());
    let thumbnail = thumbnail.ok().filter(|jpeg| crate::photo::is_clean(jpeg)).ok_or_else(bad)?;
    if thumbnail.len() > THUMBNAIL_BYTES_MAX {
        return Err(too_long("photo", THUMBNAIL_BYTES_MAX).into());
    }
    let (blob, key, bytes) = (photo.blob, BlobKey(key), photo.bytes);
    Ok(Attachment { blob, key, bytes, media: Media::Photo, name: String::new(), thumbnail })
}
