using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary><c>include_lines</c> and <c>exclude_lines</c>: which lines become events. Thread-safe.</summary>
internal sealed class LineFilter
{
    private readonly Regex[] _include;
    private readonly Regex[] _exclude;

    private LineFilter(Regex[] include, Regex[] exclude)
    {
        _include = include;
        _exclude = exclude;
    }

    /// <summary>A filter, or null where all lines pass.</summary>
    public static LineFilter? Create(IReadOnlyList<string> include, IReadOnlyList<string> exclude) =>
        include.Count + exclude.Count == 0
            ? null
            : new LineFilter(LinePattern.CompileAll(include), LinePattern.CompileAll(exclude));

    /// <summary>Whether a message (decoded: UTF-8) becomes an event.</summary>
    public bool Passes(ReadOnlySpan<byte> line)
    {
        var pooled = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(line.Length));
        try
        {
            var text = pooled.AsSpan(0, Encoding.UTF8.GetChars(line, pooled));
            return (_include.Length == 0 || MatchesAny(_include, text)) && !MatchesAny(_exclude, text);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(pooled);
        }
    }

    private static bool MatchesAny(Regex[] patterns, ReadOnlySpan<char> text)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.IsMatch(text))
            {
                return true;
            }
        }

        return false;
    }
}
