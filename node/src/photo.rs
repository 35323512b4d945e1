//! A photo on its way out of this home: turned upright, made again without what the camera wrote into
//! it, with a thumbnail that fits into an alert.
//!
//! # Rules
//!
//! 1. Nothing of the file goes on but its pixels: place, time, camera and comments stay here.
//! 2. A file is looked at before it is unpacked, and unpacked within bounds: a small file that would
//!    become a huge picture is refused with the bound.
//! 3. What is no photo, or only the beginning of one, is refused.
//!
//! # Deliberately absent
//!
//! Judging what a picture shows, and any wish to keep the file as it was.

mod code;

use std::io::Cursor;

use crdt::{body::BlobKey, id::to_hex, limits::THUMBNAIL_BYTES_MAX, secrets::blob};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, imageops::FilterType,
};

use crate::api::{ApiError, ErrorKind, PhotoRow};

pub use code::read_code;

/// A file that is taken, in bytes: what a good telephone writes, twice.
pub const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;

/// Pixels on one side: three times a good telephone's.
pub const SIDE_MAX: u32 = 12_000;

/// Pixels in all.
const PIXELS_MAX: u64 = 40_000_000;

/// What unpacking may take, in bytes: so many pixels, and room to turn them.
const UNPACKED_BYTES_MAX: u64 = 384 * 1024 * 1024;

/// Pixels on the longer side of what goes on: a page of handwriting can be read.
const KEPT_SIDE: u32 = 2_560;

/// How well it is kept, of 100.
const KEPT_QUALITY: u8 = 85;

/// Thumbnails that are tried, the largest first: pixels on the longer side, quality.
const THUMBNAILS: [(u32, u8); 6] =
    [(360, 70), (360, 50), (280, 50), (220, 45), (160, 40), (96, 30)];

/// A photo that may go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// A JPEG for whoever wants to see it whole.
    pub whole: Vec<u8>,
    /// A JPEG of at most [`THUMBNAIL_BYTES_MAX`] bytes.
    pub thumbnail: Vec<u8>,
}

/// Why a file does not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPhoto {
    /// More bytes than [`FILE_BYTES_MAX`].
    #[error("a file of more than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// No photo, and not one of the files of [`crate::attached`].
    #[error("neither a JPEG, PNG or WebP file nor a PDF or plain text")]
    WrongType,
    /// A PDF or text larger than [`crate::attached`] takes.
    #[error("a PDF or text that is too large")]
    FileTooLarge,
    /// It would become larger than is unpacked here.
    #[error("more than {SIDE_MAX} pixels on a side, or too many in all")]
    TooManyPixels,
    /// It ends early, or is not what it says.
    #[error("a damaged or incomplete file")]
    Damaged,
}

/// Makes a photo of a file's bytes.
///
/// # Errors
///
/// Rules 2 and 3.
pub fn prepare(file: &[u8]) -> Result<Photo, NoPhoto> {
    if file.len() > FILE_BYTES_MAX {
        return Err(NoPhoto::TooLarge);
    }
    let picture = upright(file)?;
    let kept = fit(&picture, KEPT_SIDE);
    let whole = jpeg(&kept, KEPT_QUALITY)?;
    for (side, quality) in THUMBNAILS {
        let thumbnail = jpeg(&fit(&kept, side), quality)?;
        if thumbnail.len() <= THUMBNAIL_BYTES_MAX {
            return Ok(Photo { whole, thumbnail });
        }
    }
    Err(NoPhoto::TooManyPixels)
}

/// The same, sealed under this key, as an announcement takes it.
///
/// # Errors
///
/// As [`prepare`].
pub fn seal(file: &[u8], key: [u8; 32]) -> Result<PhotoRow, NoPhoto> {
    let photo = prepare(file)?;
    let (blob, sealed) = blob::seal(&BlobKey(key), &photo.whole);
    Ok(PhotoRow {
        blob,
        key: to_hex(&key),
        bytes: sealed.len() as u64,
        thumbnail: to_hex(&photo.thumbnail),
        name: String::new(),
        sealed: Some(sealed.into()),
    })
}

/// What a person is told.
pub fn refusal(why: NoPhoto) -> ApiError {
    let code = match why {
        NoPhoto::TooLarge => "too_large",
        NoPhoto::WrongType => "wrong_type",
        NoPhoto::FileTooLarge => "file_too_large",
        NoPhoto::TooManyPixels => "too_many_pixels",
        NoPhoto::Damaged => "damaged",
    };
    ApiError::new(ErrorKind::NoPhoto, [("photo", code.to_owned())])
}

/// Do these bytes begin like a photo that is taken here?
pub fn is_picture(file: &[u8]) -> bool {
    matches!(
        image::guess_format(file),
        Ok(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)
    )
}

/// Is this a JPEG with nothing in it but the picture? Places and cameras stand in segments of
/// applications (`FF E1` to `FF EF`) and in comments (`FF FE`), all of them before the picture.
pub fn is_clean(jpeg: &[u8]) -> bool {
    let Some(mut rest) = jpeg.strip_prefix(&[0xff, 0xd8]) else { return false };
    while let [0xff, mark, high, low, ..] = *rest {
        match mark {
            0xe1..=0xef | 0xfe => return false,
            // The picture itself begins.
            0xda => return true,
            _ => (),
        }
        let length = usize::from(u16::from_be_bytes([high, low])) + 2;
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

/// Unpacks it within bounds and turns it as the camera was held.
fn upright(file: &[u8]) -> Result<DynamicImage, NoPhoto> {
    let mut reader = ImageReader::new(Cursor::new(file));
    let format = image::guess_format(file).map_err(|_| NoPhoto::WrongType)?;
    if !is_picture(file) {
        return Err(NoPhoto::WrongType);
    }
    // Its decoder makes do with half a picture.
    if format == ImageFormat::Jpeg && !file.windows(2).any(|two| two == [0xff, 0xd9]) {
        return Err(NoPhoto::Damaged);
    }
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(UNPACKED_BYTES_MAX);
    reader.limits(limits);
    let why = |error: ImageError| match error {
        ImageError::Limits(_) => NoPhoto::TooManyPixels,
        _ => NoPhoto::Damaged,
    };
    let mut decoder = reader.into_decoder().map_err(why)?;
    let turned = decoder.orientation().map_err(why)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX || decoder.total_bytes() > UNPACKED_BYTES_MAX {
        return Err(NoPhoto::TooManyPixels);
    }
    let mut picture = DynamicImage::from_decoder(decoder).map_err(why)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

/// At most so many pixels on the longer side.
fn fit(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture.clone();
    }
    picture.resize(side, side, FilterType::Triangle)
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, NoPhoto> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, quality);
    picture.to_rgb8().write_with_encoder(encoder).map_err(|_| NoPhoto::Damaged)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    /// A picture with a red corner at the top left, and enough noise to be no empty page.
    fn picture(width: u32, height: u32) -> DynamicImage {
        let shade = |x: u32, y: u32| (x.wrapping_mul(31) ^ y.wrapping_mul(17)) as u8;
        let paint = |x, y| {
            if x < width / 4 && y < height / 4 {
                Rgb([255, 0, 0])
            } else {
                Rgb([shade(x, y), 90, 200])
            }
        };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, paint))
    }

    /// A camera's file: turned by a quarter, with a place in it.
    fn camera_file() -> Vec<u8> {
        let plain = jpeg(&picture(640, 480), 90).expect("it can be written");
        // EXIF, big endian, one entry: orientation 6, to be turned clockwise; then words.
        let mut exif =
            b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS 31.2304 N 121.4737 E");
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
    }

    #[test]
    fn what_the_camera_wrote_stays_here_and_the_picture_stands_upright() {
        assert!(!is_clean(&camera_file()) && !is_clean(b""));
        let photo = prepare(&camera_file()).expect("a photo");
        for made in [&photo.whole, &photo.thumbnail] {
            assert!(is_clean(made));
            assert!(!made.windows(4).any(|part| part == b"Exif" || part == b"GPS "));
            let seen = image::load_from_memory(made).expect("a JPEG").to_rgb8();
            assert!(seen.height() > seen.width(), "it was turned");
            let corner = seen.get_pixel(seen.width() - 4, 4);
            assert!(corner[0] > 180 && corner[2] < 110, "the red corner went along: {corner:?}");
        }
        assert!(photo.thumbnail.len() <= THUMBNAIL_BYTES_MAX);
    }

    #[test]
    fn what_is_no_photo_or_too_much_of_one_is_refused_with_the_reason() {
        let whole = jpeg(&picture(640, 480), 90).expect("it can be written");
        let table: [(&str, Vec<u8>, NoPhoto); 6] = [
            ("a text", b"hello there, this is a text".to_vec(), NoPhoto::WrongType),
            ("nothing", Vec::new(), NoPhoto::WrongType),
            ("half a photo", whole[..whole.len() / 2].to_vec(), NoPhoto::Damaged),
            ("a side too long", promising(SIDE_MAX + 1, 1), NoPhoto::TooManyPixels),
            ("a bomb of a few bytes", promising(11_000, 11_000), NoPhoto::TooManyPixels),
            ("a file too large", vec![0xff; FILE_BYTES_MAX + 1], NoPhoto::TooLarge),
        ];
        for (what, file, wanted) in table {
            assert_eq!(prepare(&file), Err(wanted), "{what}");
        }
    }

    /// A PNG of one pixel whose header promises this many, with sixteen bits of four colours each.
    fn promising(width: u32, height: u32) -> Vec<u8> {
        let mut file = Vec::new();
        let pixel = DynamicImage::ImageLuma8(image::GrayImage::new(1, 1));
        pixel.write_to(&mut Cursor::new(&mut file), ImageFormat::Png).expect("it can be written");
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        (file[24], file[25]) = (16, 6);
        let check = crc(&file[12..29]).to_be_bytes();
        file[29..33].copy_from_slice(&check);
        file
    }

    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
