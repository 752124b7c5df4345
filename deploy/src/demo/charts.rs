//! Charts as inline SVG: drawn by plotters in stand-in colours, which the page's style sheet then decides.

use anyhow::{Result, anyhow};
use plotters::{
    chart::ChartContext,
    coord::{Shift, types::RangedCoordf64},
    drawing::DrawingAreaErrorKind,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;
type Plane = Cartesian2d<RangedCoordf64, RangedCoordf64>;

/// A colour of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Writing.
    Text,
    /// Lines behind.
    Grid,
    /// The oracle.
    Oracle,
    /// The market's own price.
    Mark,
    /// Longs, gains.
    Gain,
    /// Shorts, losses.
    Loss,
    /// Money put aside.
    Fund,
    /// Notes.
    Note,
}

/// Every colour, with its stand-in and its name in the style sheet.
const INKS: [(Ink, RGBColor, &str); 8] = [
    (Ink::Text, RGBColor(1, 1, 1), "--muted"),
    (Ink::Grid, RGBColor(2, 2, 2), "--grid"),
    (Ink::Oracle, RGBColor(3, 3, 3), "--oracle"),
    (Ink::Mark, RGBColor(4, 4, 4), "--mark"),
    (Ink::Gain, RGBColor(5, 5, 5), "--gain"),
    (Ink::Loss, RGBColor(6, 6, 6), "--loss"),
    (Ink::Fund, RGBColor(7, 7, 7), "--fund"),
    (Ink::Note, RGBColor(8, 8, 8), "--note"),
];

impl Ink {
    fn stand_in(self) -> RGBColor {
        INKS.iter().find(|(ink, ..)| *ink == self).map_or(BLACK, |(_, color, _)| *color)
    }

    /// The style sheet's name of the colour.
    pub fn variable(self) -> &'static str {
        INKS.iter().find(|(ink, ..)| *ink == self).map_or("--muted", |(.., name)| *name)
    }
}

/// Something drawn over time.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub ink: Ink,
    /// Seconds since 1970, value.
    pub values: Vec<(f64, f64)>,
    pub shape: Shape,
}

/// How it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A line.
    Line,
    /// A broad line, for another to be drawn on.
    Broad,
    /// A line with the space to zero filled.
    Area,
    /// A bar for every value.
    Bars,
}

/// A chart over time.
#[derive(Clone, Debug)]
pub(crate) struct TimeChart {
    pub curves: Vec<Curve>,
    pub height: u32,
    /// Whether the value axis begins at zero.
    pub from_zero: bool,
    /// How a value is written.
    pub value: fn(f64) -> String,
}

const WIDTH: u32 = 960;
const FONT: (&str, u32) = ("sans-serif", 13);

impl TimeChart {
    /// Draws.
    pub fn svg(&self) -> Result<String> {
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (WIDTH, self.height)).into_drawing_area();
            self.draw(&root).map_err(|error| anyhow!("chart: {error}"))?;
            root.present()?;
        }
        Ok(inline(&svg))
    }

    fn draw(&self, root: &DrawingArea<SVGBackend<'_>, Shift>) -> Drawn {
        let (x, y, unit) = self.ranges();
        let mut chart = ChartBuilder::on(root)
            .margin_top(8)
            .margin_right(14)
            .x_label_area_size(26)
            .y_label_area_size(62)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        mesh(&mut chart, &|at: &f64| time_label(*at * unit, unit), &|value: &f64| (self.value)(*value))?;
        for curve in &self.curves {
            self.curve(&mut chart, curve, unit)?;
        }
        Ok(())
    }

    fn curve(&self, chart: &mut ChartContext<'_, SVGBackend<'_>, Plane>, curve: &Curve, unit: f64) -> Drawn {
        let color = curve.ink.stand_in();
        let values = curve.values.iter().map(|(time, value)| (time / unit, *value));
        let base = 0.0;
        match curve.shape {
            Shape::Line => {
                chart.draw_series(LineSeries::new(values, color.stroke_width(2)))?;
            }
            Shape::Broad => {
                chart.draw_series(LineSeries::new(values, color.mix(0.55).stroke_width(5)))?;
            }
            Shape::Area => {
                let area = AreaSeries::new(values, base, color.mix(0.18));
                chart.draw_series(area.border_style(color.stroke_width(2)))?;
            }
            Shape::Bars => {
                let width = curve
                    .values
                    .windows(2)
                    .map(|pair| (pair[1].0 - pair[0].0) / unit)
                    .fold(f64::MAX, f64::min);
                let half = if width < f64::MAX { width * 0.36 } else { 0.1 };
                let bars = values.filter(|(_, value)| *value != 0.0).map(|(at, value)| {
                    Rectangle::new([(at - half, base), (at + half, value)], color.filled())
                });
                chart.draw_series(bars)?;
            }
        }
        Ok(())
    }

    /// Both axes, and the seconds in a unit of the time axis: its marks then lie at round hours or days.
    fn ranges(&self) -> ((f64, f64), (f64, f64), f64) {
        let all = || self.curves.iter().flat_map(|curve| &curve.values);
        let range = |of: fn(&(f64, f64)) -> f64| {
            all().map(of).fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
        };
        let (mut x, y) = (range(|value| value.0), range(|value| value.1));
        if self.curves.iter().any(|curve| curve.shape == Shape::Bars) {
            x = (x.0 - 1_800.0, x.1 + 1_800.0);
        }
        let room = ((y.1 - y.0) * 0.06).max(0.01);
        let low = if self.from_zero { y.0.min(0.0) } else { y.0 - room };
        let unit = if x.1 - x.0 > 6.0 * 86_400.0 { 86_400.0 } else { 21_600.0 };
        ((x.0 / unit, x.1.max(x.0 + 1.0) / unit), (low, y.1 + room), unit)
    }
}

fn mesh(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Plane>,
    x: &dyn Fn(&f64) -> String,
    y: &dyn Fn(&f64) -> String,
) -> Drawn {
    let text = FONT.into_font().color(&Ink::Text.stand_in());
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(Ink::Grid.stand_in())
        .axis_style(Ink::Grid.stand_in())
        .label_style(text)
        .x_labels(9)
        .y_labels(6)
        .x_label_formatter(x)
        .y_label_formatter(y)
        .draw()?;
    Ok(())
}

/// Bars from a middle line, one a name, largest first.
pub(crate) fn ranking(bars: &[(String, f64)], value: fn(f64) -> String) -> Result<String> {
    let height = u32::try_from(bars.len()).unwrap_or(1) * 18 + 20;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw_ranking(&root, bars, value).map_err(|error| anyhow!("chart: {error}"))?;
        root.present()?;
    }
    Ok(inline(&svg))
}

fn draw_ranking(
    root: &DrawingArea<SVGBackend<'_>, Shift>,
    bars: &[(String, f64)],
    value: fn(f64) -> String,
) -> Drawn {
    let most = bars.iter().map(|(_, value)| value.max(0.0)).fold(0.0, f64::max);
    let least = bars.iter().map(|(_, value)| value.min(0.0)).fold(0.0, f64::min);
    let (left, right) = (150.0, f64::from(WIDTH) - 90.0);
    let numbers = 76.0;
    let scale = (right - left - numbers) / (most - least).max(1.0);
    let zero = left + numbers - least * scale;
    let text = |anchor| FONT.into_font().color(&Ink::Text.stand_in()).pos(Pos::new(anchor, VPos::Center));
    for (row, (name, amount)) in (0i32..).zip(bars) {
        let middle = 18 * row + 18;
        let ink = if *amount < 0.0 { Ink::Loss } else { Ink::Gain };
        let (from, to) = (zero.min(zero + amount * scale), zero.max(zero + amount * scale));
        let corners = [(from as i32, middle - 6), (to.max(from + 1.0) as i32, middle + 6)];
        root.draw(&Rectangle::new(corners, ink.stand_in().filled()))?;
        root.draw(&Text::new(name.as_str(), (140, middle), text(HPos::Right)))?;
        let (at, anchor) =
            if *amount < 0.0 { (from as i32 - 6, HPos::Right) } else { (to as i32 + 6, HPos::Left) };
        root.draw(&Text::new(value(*amount), (at, middle), text(anchor)))?;
    }
    let line = [(zero as i32, 6), (zero as i32, 18 * bars.len() as i32 + 12)];
    root.draw(&PathElement::new(line, Ink::Text.stand_in().stroke_width(1)))?;
    Ok(())
}

/// Without fixed size and colours, which are the page's.
fn inline(svg: &str) -> String {
    let mut out = svg.to_owned();
    for (_, RGBColor(r, g, b), name) in INKS {
        out = out.replace(&format!("\"#{r:02X}{g:02X}{b:02X}\""), &format!("\"var({name})\""));
    }
    let view = out.find("viewBox").unwrap_or(0);
    format!("<svg {}", &out[view..])
}

/// The hour, or the day where a chart spans weeks.
fn time_label(time: f64, unit: f64) -> String {
    let text = super::prices::show_time(time.max(0.0) as u64);
    let (date, hour) = text.split_once(' ').unwrap_or((&text, ""));
    let month_day = date.split_once('-').map_or(date, |(_, rest)| rest);
    if unit >= 86_400.0 { month_day.to_owned() } else { format!("{month_day} {hour}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_no_size_and_no_colour_of_its_own() {
        let values = vec![(0.0, 1.0), (3_600.0, 2.0), (7_200.0, -1.0)];
        let curves = vec![
            Curve { ink: Ink::Oracle, values: values.clone(), shape: Shape::Line },
            Curve { ink: Ink::Gain, values, shape: Shape::Bars },
        ];
        let chart = TimeChart { curves, height: 200, from_zero: true, value: |value| format!("{value:.0}") };
        let svg = chart.svg().unwrap();
        assert!(svg.starts_with("<svg viewBox"), "{}", &svg[..60]);
        assert!(!svg.contains("#0"), "a stand-in was left");
        assert!(svg.contains("var(--oracle)") && svg.contains("var(--gain)"));
    }

    #[test]
    fn a_ranking_of_nothing_is_still_a_chart() {
        assert!(ranking(&[], |value| format!("{value:.0}")).unwrap().contains("<svg"));
    }
}
