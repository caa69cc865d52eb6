//! Columns of text for people.

use unicode_width::UnicodeWidthStr;

/// Rows with their cells below each other, two blanks apart; wide characters count twice.
pub fn draw(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(width - cell.width() + 2);
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_line_up_also_with_wide_characters() {
        let rows = [["测试", "1"], ["a", "2"]].map(|row| row.map(String::from).to_vec());
        assert_eq!(super::draw(&rows), "测试  1\na     2\n");
    }
}
