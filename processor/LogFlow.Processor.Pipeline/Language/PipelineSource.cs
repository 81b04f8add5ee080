using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>A text in Logstash's pipeline language and where it came from.</summary>
/// <param name="name">The file's path, or a name such as <c>-e</c>; error messages begin with it.</param>
/// <param name="text">The text.</param>
public sealed class PipelineSource(string name, string text)
{
    /// <summary>The file's path, or another name for messages.</summary>
    public string Name { get; } = name;

    /// <summary>The text, without a byte order mark.</summary>
    public string Text { get; } = text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PipelineSource FromFile(string path) => new(path, File.ReadAllText(path, Encoding.UTF8));

    /// <summary>The line and column (both from 1) of a position.</summary>
    internal (int Line, int Column) Locate(int position)
    {
        var line = 1;
        var lineStart = 0;
        var end = Math.Min(position, Text.Length);
        for (var i = 0; i < end; i++)
        {
            if (Text[i] == '\n')
            {
                line++;
                lineStart = i + 1;
            }
        }
        return (line, end - lineStart + 1);
    }

    /// <summary>The text of a line (from 1), without its end.</summary>
    internal string LineText(int line)
    {
        var start = 0;
        for (var i = 1; i < line; i++)
        {
            start = Text.IndexOf('\n', start) + 1;
        }
        var end = Text.IndexOf('\n', start);
        return Text[start..(end < 0 ? Text.Length : end)].TrimEnd('\r');
    }
}
