using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// Expands <c>${NAME}</c>, <c>${NAME:default}</c>, whose default may have variables itself, and <c>${NAME:?text}</c>,
/// which is an error with that text where the variable has no value; as Filebeat and Logstash do. A <c>$</c> that no
/// brace follows stays; <c>$${</c> stands for a literal <c>${</c>.
/// </summary>
internal sealed class VariableExpander(Func<string, string?> lookup, bool allowsUnset = false)
{
    private const int DepthMax = 16;

    /// <summary>Variables of the process's environment.</summary>
    public static VariableExpander Environment { get; } = new(System.Environment.GetEnvironmentVariable);

    /// <summary>Leaves every variable as it is written.</summary>
    public static VariableExpander None { get; } = new(static _ => null) { IsOff = true };

    /// <summary>The dialect is lenient: also a key given twice is a warning.</summary>
    public bool IsLenient => allowsUnset || IsOff;

    private bool IsOff { get; init; }

    /// <summary>The last variable that had no value and was taken for empty; whoever reads it sets it back.</summary>
    public string? Unset { get; set; }

    /// <summary>The text with its variables replaced; <paramref name="problem"/> says what is wrong first.</summary>
    public string Expand(string text, out string? problem)
    {
        problem = null;
        return !IsOff && text.Contains("${", StringComparison.Ordinal) ? Expand(text, 0, ref problem) : text;
    }

    private string Expand(ReadOnlySpan<char> rest, int depth, ref string? problem)
    {
        var result = new StringBuilder();
        while (true)
        {
            var start = rest.IndexOf("${", StringComparison.Ordinal);
            var length = start < 0 || depth == DepthMax ? -1 : LengthOfReference(rest[(start + 2)..]);
            if (length < 0)
            {
                return result.Append(rest).ToString();
            }

            if (start > 0 && rest[start - 1] == '$')
            {
                result.Append(rest[..(start - 1)]).Append("${");
                rest = rest[(start + 2)..];
                continue;
            }

            result.Append(rest[..start]).Append(Resolve(rest.Slice(start + 2, length), depth, ref problem));
            rest = rest[(start + length + 3)..];
        }
    }

    private string? Resolve(ReadOnlySpan<char> reference, int depth, ref string? problem)
    {
        var colon = reference.IndexOf(':');
        var name = (colon < 0 ? reference : reference[..colon]).ToString();
        if (lookup(name) is { } value)
        {
            return value;
        }

        if (colon < 0 && allowsUnset)
        {
            Unset = name;
            return null;
        }

        if (colon < 0)
        {
            problem ??= $"environment variable {name} is not set; set it, give a default as ${{{name}:default}}, or "
                + $"put it into the keystore (keystore add {name})";
            return null;
        }

        var otherwise = reference[(colon + 1)..];
        if (otherwise.StartsWith("?"))
        {
            problem ??= $"environment variable {name} is not set: {otherwise[1..]}";
            return null;
        }

        return Expand(otherwise, depth + 1, ref problem);
    }

    /// <summary>Up to the brace that closes the reference, past those that a default has; -1: there is none.</summary>
    private static int LengthOfReference(ReadOnlySpan<char> text)
    {
        var open = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '}' && open-- == 0)
            {
                return at;
            }

            if (text[at] == '{' && at > 0 && text[at - 1] == '$')
            {
                open++;
            }
        }

        return -1;
    }
}
