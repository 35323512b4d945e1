//! Bars, drawn on the server as SVG: no script, no other host, nothing that a printer cannot print.
//!
//! No text of anybody's goes into a picture: bars have numbers, and the table beside says whose they
//! are. Half and nine tenths differ by filling, not by colour alone.

use plotters::{
    backend::SVGBackend,
    chart::ChartBuilder,
    drawing::{DrawingAreaErrorKind, IntoDrawingArea as _},
    element::Rectangle,
    prelude::{IntoSegmentedCoord as _, SegmentValue},
    style::{Color as _, RGBColor, ShapeStyle, WHITE},
};

const SIZE: (u32, u32) = (640, 260);
const INK: RGBColor = RGBColor(0x1b, 0x5e, 0x4a);

/// One bar: what is filled, and what is drawn around it.
pub struct Bar {
    /// Half.
    pub filled: f64,
    /// Nine tenths; not below `filled`.
    pub outline: f64,
}

/// The picture; empty where there is nothing to draw.
pub fn bars(bars: &[Bar]) -> String {
    let highest = bars.iter().map(|bar| bar.outline.max(bar.filled)).fold(0.0, f64::max);
    if highest <= 0.0 {
        return String::new();
    }
    let mut svg = String::new();
    let drawn = draw(&mut svg, bars, highest * 1.1);
    match drawn {
        Ok(()) => svg,
        Err(error) => {
            tracing::error!(%error, "a plot could not be drawn");
            String::new()
        }
    }
}

fn draw(
    svg: &mut String,
    bars: &[Bar],
    top: f64,
) -> Result<(), DrawingAreaErrorKind<std::io::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let count = bars.len();
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(28)
        .y_label_area_size(52)
        .build_cartesian_2d((1..count).into_segmented(), 0.0..top)?;
    chart.configure_mesh().disable_x_mesh().x_labels(count.min(20)).y_labels(5).draw()?;
    let bar = |at: usize, height: f64, style: ShapeStyle| {
        let corners = [(SegmentValue::Exact(at), 0.0), (SegmentValue::Exact(at + 1), height)];
        let mut bar = Rectangle::new(corners, style);
        bar.set_margin(0, 0, 6, 6);
        bar
    };
    let numbered = || (1..).zip(bars);
    chart.draw_series(numbered().map(|(at, it)| bar(at, it.filled, INK.filled())))?;
    chart.draw_series(numbered().map(|(at, it)| bar(at, it.outline, INK.stroke_width(2))))?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_holds_one_bar_for_each_value_and_none_where_all_is_nought() {
        let bar = |filled: f64| Bar { filled, outline: filled * 2.0 };
        assert_eq!(bars(&[]), "");
        assert_eq!(bars(&[bar(0.0)]), "");
        let count = |svg: &str| svg.matches("<rect").count();
        let (two, three) = (bars(&[bar(1.0), bar(2.0)]), bars(&[bar(1.0), bar(2.0), bar(3.0)]));
        assert_eq!(count(&three) - count(&two), 2, "{three}");
        // What our policy forbids, or an old browser would not draw.
        assert!(!three.contains("style=") && !three.contains("<script"), "{three}");
    }
}
