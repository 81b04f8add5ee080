using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>
/// Lines that scroll by on a terminal, and below them one line that says how things are. Nothing of a log, and nothing
/// that was typed, reaches the terminal as a command.
/// </summary>
/// <param name="output">The terminal.</param>
/// <param name="options">How lines are shown.</param>
/// <param name="isColoured">Whether levels have colours.</param>
/// <param name="width">How many characters are in a row.</param>
internal sealed class TailScreen(TextWriter output, SearchOptions options, bool isColoured, Func<int> width)
{
    /// <summary>Where the terminal does not say how wide it is.</summary>
    private const int WidthUsual = 79;

    private const string EraseLine = "\r\e[2K";

    private readonly HitPrinter _printer = new(output, options, isColoured);
    private string? _shown;

    /// <summary>Adds a line.</summary>
    public void Print(JsonNode hit)
    {
        Erase();
        _printer.Print(hit);
    }

    /// <summary>Adds a line of our own.</summary>
    public void Say(string text)
    {
        Erase();
        output.WriteLine(TerminalText.Clean(text));
    }

    /// <summary>Writes the last line anew; of one that is too long the end, where one types.</summary>
    public void Show(string state)
    {
        var clean = TerminalText.Clean(state).Replace('\t', ' ');
        var room = width() is > 1 and var columns ? columns - 1 : WidthUsual;
        var line = clean.Length <= room ? clean : clean[^room..];
        if (line != _shown)
        {
            output.Write(EraseLine + line);
            _shown = line;
        }

        output.Flush();
    }

    /// <summary>Takes the last line away.</summary>
    public void Close()
    {
        Erase();
        output.Flush();
    }

    private void Erase()
    {
        if (_shown is not null)
        {
            output.Write(EraseLine);
            _shown = null;
        }
    }
}
