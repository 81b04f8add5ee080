using System.Text;

namespace LogFlow.Appliance;

/// <summary>Rows under headings, in columns as wide as they need; columns of numbers stand to the right.</summary>
internal sealed class TextTable(params string[] headings)
{
    /// <summary>What stands where there is nothing to say.</summary>
    public const string Nothing = "-";

    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with a cell for each heading.</summary>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, headings.Length);
        _rows.Add(Array.ConvertAll(cells, TerminalText.Clean));
    }

    /// <summary>Writes headings and rows, each line behind the indentation.</summary>
    public void Write(TextWriter output, string indentation = "")
    {
        var widths = new int[headings.Length];
        var areNumbers = new bool[headings.Length];
        for (var column = 0; column < headings.Length; column++)
        {
            widths[column] = _rows.Select(row => row[column].Length).Append(headings[column].Length).Max();
            areNumbers[column] = _rows.TrueForAll(row => IsNumber(row[column]))
                && _rows.Exists(row => row[column] != Nothing);
        }

        foreach (var cells in _rows.Prepend(headings))
        {
            var line = new StringBuilder(indentation);
            for (var column = 0; column < cells.Length; column++)
            {
                line.Append(column == 0 ? "" : Gap).Append(areNumbers[column]
                    ? cells[column].PadLeft(widths[column])
                    : cells[column].PadRight(widths[column]));
            }

            output.WriteLine(line.ToString().TrimEnd());
        }
    }

    private static bool IsNumber(string cell) =>
        cell == Nothing || (cell.Length > 0 && !cell.AsSpan().TrimStart('-').ContainsAnyExceptInRange('0', '9'));
}
