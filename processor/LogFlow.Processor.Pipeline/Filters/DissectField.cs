using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>What happens to a part that dissect found.</summary>
internal enum DissectFieldKind
{
    Normal,
    Skip,
    Append,
    Indirect,
}

/// <summary>One field of a mapping.</summary>
/// <param name="Kind">What happens to the part.</param>
/// <param name="Name">The field's name.</param>
/// <param name="Reference">The field; null when it is skipped.</param>
/// <param name="Order">For appended parts, the place in the result.</param>
/// <param name="IsPadded">Whether the delimiter behind it may be repeated.</param>
/// <param name="Join">The text in front of it: what joins an appended part.</param>
internal sealed record DissectField(
    DissectFieldKind Kind, string Name, FieldReference? Reference, int Order, bool IsPadded, string Join)
{
    /// <summary>The text behind it; empty: it takes all that is left.</summary>
    public string Delimiter { get; init; } = string.Empty;

    /// <summary>Reads what stands between <c>%{</c> and <c>}</c>; null with the reason when it is wrong.</summary>
    public static DissectField? Parse(string text, string join, out string? problem)
    {
        problem = null;
        var isPadded = text.EndsWith("->", StringComparison.Ordinal);
        if (isPadded)
        {
            text = text[..^2];
        }
        if (text.Length == 0 || text[0] == '?')
        {
            return new DissectField(DissectFieldKind.Skip, text.TrimStart('?'), null, 0, isPadded, join);
        }
        var kind = text[0] switch
        {
            '+' => DissectFieldKind.Append,
            '&' => DissectFieldKind.Indirect,
            _ => DissectFieldKind.Normal,
        };
        var name = kind == DissectFieldKind.Normal ? text : text[1..];
        var order = 0;
        var slash = name.LastIndexOf('/');
        if (kind == DissectFieldKind.Append && slash > 0
            && int.TryParse(name[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out order))
        {
            name = name[..slash];
        }
        if (FieldReference.TryParse(name, out var reference, out problem))
        {
            return new DissectField(kind, name, reference, order, isPadded, join);
        }
        problem = $"'{name}' is not a field reference: {problem}";
        return null;
    }
}
