//! The words of a QR code in a photo: for a phone whose page may not use the camera, and a picture that
//! somebody was sent.
//!
//! A photo is unpacked within the limits of every photo, made small and grey, and looked at in a few sizes:
//! where the modules of a code fall badly on the pixels, a reader fails at one size and not at the next. A
//! camera helps itself alike, with frame after frame. What a code says is text of a stranger's: whoever asks
//! for it judges it.

use image::{GrayImage, imageops::FilterType};

use super::{FILE_BYTES_MAX, NoPhoto, fit, upright};

/// Longer side in pixels at which codes are looked for: a link's code fills a phone's photo well at this.
const SIDE: u32 = 1_600;

/// Halves of that size, one after another, at which a picture is looked at. Of sharp codes of 57 modules
/// across, margin included, at 352 pixels the reader failed at 169 in 200 as they were, and at none a half
/// larger.
const HALVES: [u32; 3] = [2, 3, 1];

/// Bytes that a code is believed to say: the largest there is says 2,953.
const CODE_BYTES_MAX: usize = 2_953;

/// What the first legible code in a photo says; none where there is none.
///
/// # Errors
///
/// Where it is no photo, or a larger one than is unpacked.
pub fn read_code(file: &[u8]) -> Result<Option<String>, NoPhoto> {
    if file.len() > FILE_BYTES_MAX {
        return Err(NoPhoto::TooLarge);
    }
    let grey = fit(&upright(file)?, SIDE).grayscale();
    Ok(HALVES.into_iter().find_map(|halves| {
        let (width, height) = (grey.width() * halves / 2, grey.height() * halves / 2);
        legible(&grey.resize(width.max(1), height.max(1), FilterType::Triangle).to_luma8())
    }))
}

/// What the first legible code in a grey picture says, at just this size.
fn legible(grey: &GrayImage) -> Option<String> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let pixel = |x: usize, y: usize| grey.as_raw()[y * width + x];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let read = picture.detect_grids().into_iter().filter_map(|grid| grid.decode().ok());
    read.map(|(_, says)| says).find(|says| !says.is_empty() && says.len() <= CODE_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Luma, imageops};
    use qrcode::{Color, EcLevel, QrCode};

    use super::*;

    /// A code drawn with so many pixels to a module, and its margin.
    fn drawn(says: &str, level: EcLevel, pixels: u32) -> GrayImage {
        let code = QrCode::with_error_correction_level(says, level).expect("it fits");
        let (side, colors) = (code.width() as u32, code.to_colors());
        let mut picture = GrayImage::from_pixel(side + 8, side + 8, Luma([255]));
        for (at, color) in colors.iter().enumerate() {
            let (x, y) = (at as u32 % side, at as u32 / side);
            if *color == Color::Dark {
                picture.put_pixel(x + 4, y + 4, Luma([20]));
            }
        }
        let whole = (side + 8) * pixels;
        imageops::resize(&picture, whole, whole, FilterType::Nearest)
    }

    /// A photo of a code on a grey table.
    fn photo(says: &str, pixels: u32) -> Vec<u8> {
        let code = drawn(says, EcLevel::M, pixels);
        let whole = code.width();
        let mut table = GrayImage::from_pixel(whole * 2, whole + 300, Luma([150]));
        imageops::overlay(&mut table, &code, 90, 120);
        let mut file = Vec::new();
        let picture = DynamicImage::ImageLuma8(table).to_rgb8();
        picture.write_to(&mut Cursor::new(&mut file), ImageFormat::Jpeg).expect("written");
        file
    }

    #[test]
    fn a_code_is_read_from_a_photo_and_no_code_is_none() {
        let link = format!("linli:join/{}", "abcdefgh23456789".repeat(14));
        for pixels in [4, 9] {
            assert_eq!(read_code(&photo(&link, pixels)), Ok(Some(link.clone())), "{pixels}");
        }
        let mut empty = Vec::new();
        let white = DynamicImage::new_rgb8(300, 200);
        white.write_to(&mut Cursor::new(&mut empty), ImageFormat::Png).expect("written");
        assert_eq!(read_code(&empty), Ok(None));
        assert_eq!(read_code(b"MZ"), Err(NoPhoto::WrongType));
        let half = &photo(&link, 4)[..2_000];
        assert!(read_code(half).is_err(), "half of one");
    }

    #[test]
    fn a_code_whose_modules_fall_badly_on_the_pixels_is_read_all_the_same() {
        let letters = |seed: usize| {
            (0..150).map(move |at| char::from(b'a' + ((at * at + seed * at) % 23) as u8))
        };
        for seed in 0..8 {
            let says: String = "linli:".chars().chain(letters(seed)).collect();
            let sharp = drawn(&says, EcLevel::L, 16);
            let screen = DynamicImage::ImageLuma8(imageops::thumbnail(&sharp, 352, 352));
            let mut file = Vec::new();
            screen.write_to(&mut Cursor::new(&mut file), ImageFormat::Png).expect("written");
            assert_eq!(read_code(&file), Ok(Some(says)), "{seed}");
        }
    }
}
