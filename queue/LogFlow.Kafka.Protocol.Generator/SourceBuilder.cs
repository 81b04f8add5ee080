using System.Text;

namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>Collects lines of C# and keeps their indentation.</summary>
internal sealed class SourceBuilder
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(line);
        }

        _text.Append('\n');
    }

    public void Open(string? line = null)
    {
        if (line != null)
        {
            Line(line);
        }

        Line("{");
        _depth++;
    }

    public void Close()
    {
        _depth--;
        Line("}");
    }

    /// <summary>Opens <c>if (condition)</c>, or nothing without a condition; the answer is for
    /// <see cref="CloseIf"/>.</summary>
    public bool OpenIf(string? condition)
    {
        if (condition == null)
        {
            return false;
        }

        Open($"if ({condition})");
        return true;
    }

    public void CloseIf(bool opened)
    {
        if (opened)
        {
            Close();
        }
    }

    public override string ToString() => _text.ToString();
}
