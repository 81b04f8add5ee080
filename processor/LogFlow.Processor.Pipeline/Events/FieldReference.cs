using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// The path to a field, <c>[log][file][path]</c> or <c>message</c>, taken apart once when the pipeline is loaded.
/// </summary>
public sealed class FieldReference
{
    private const int CacheCountMax = 4096;

    private static readonly ConcurrentDictionary<string, FieldReference> Cache = new(StringComparer.Ordinal);

    private readonly FieldSegment[] _segments;

    private FieldReference(string text, FieldSegment[] segments)
    {
        Text = text;
        _segments = segments;
        IsMetadata = segments[0].Name == "@metadata";
    }

    /// <summary><c>[@timestamp]</c>.</summary>
    public static FieldReference Timestamp { get; } = Parse("@timestamp");

    /// <summary><c>[tags]</c>.</summary>
    public static FieldReference Tags { get; } = Parse("tags");

    /// <summary><c>[message]</c>.</summary>
    public static FieldReference Message { get; } = Parse("message");

    /// <summary>The reference as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether it points into <c>[@metadata]</c>, which is never written to an output.</summary>
    public bool IsMetadata { get; }

    /// <summary>The names on the way, outermost first; at least one.</summary>
    internal ReadOnlySpan<FieldSegment> Segments => _segments;

    /// <summary>The last name on the path.</summary>
    public string LastName => _segments[^1].Name;

    /// <summary>The outermost name on the path.</summary>
    public string FirstName => _segments[0].Name;

    /// <summary>How many names the path has.</summary>
    public int Depth => _segments.Length;

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FieldReferenceException">It is not one; the message says why.</exception>
    public static FieldReference Parse(string text) => TryParse(text, out var reference, out var problem)
        ? reference
        : throw new FieldReferenceException(text, problem);

    /// <summary>Reads a reference; false with the reason when it is not one.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out FieldReference? reference, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (Cache.TryGetValue(text, out reference))
        {
            return true;
        }
        var names = new List<string>();
        problem = Split(text, names);
        if (problem is not null)
        {
            return false;
        }
        reference = new FieldReference(text, [.. names.Select(name => new FieldSegment(name))]);
        // References with %{} in them become one per event; the cache must not grow with the data.
        if (Cache.Count < CacheCountMax)
        {
            Cache.TryAdd(text, reference);
        }
        return true;
    }

    /// <summary>The reference of a name below this one.</summary>
    public FieldReference Child(string name) => Combine(this, [new FieldSegment(name)]);

    /// <summary>The reference of a path below this one.</summary>
    public FieldReference Child(FieldReference path) => Combine(this, path._segments);

    /// <summary>A reference to a top-level field of exactly this name, brackets or not.</summary>
    public static FieldReference TopLevel(string name) => new(name, [new FieldSegment(name)]);

    /// <summary>The reference in the form <c>[a][b]</c>, whatever form it was written in.</summary>
    public string ToBracketForm()
    {
        var builder = new StringBuilder();
        foreach (var segment in _segments)
        {
            builder.Append('[').Append(segment.Name).Append(']');
        }
        return builder.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static FieldReference Combine(FieldReference parent, FieldSegment[] path)
    {
        FieldSegment[] segments = [.. parent._segments, .. path];
        var text = string.Concat(segments.Select(segment => $"[{segment.Name}]"));
        return new FieldReference(text, segments);
    }

    private static string? Split(string text, List<string> names)
    {
        if (text.Length == 0)
        {
            return "it is empty";
        }
        if (text[0] != '[')
        {
            if (text.AsSpan().IndexOfAny('[', ']') >= 0)
            {
                return "mixed forms are not allowed; write every name in brackets, as in [a][b]";
            }
            names.Add(text);
            return null;
        }
        var position = 0;
        while (position < text.Length)
        {
            if (text[position] != '[')
            {
                return $"'[' expected at character {position + 1}";
            }
            var end = text.AsSpan(position + 1).IndexOfAny('[', ']');
            if (end < 0 || text[position + 1 + end] == '[')
            {
                return "a '[' is not closed";
            }
            if (end == 0)
            {
                return "a name is empty";
            }
            names.Add(text.Substring(position + 1, end));
            position += end + 2;
        }
        return null;
    }
}
