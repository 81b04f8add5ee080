using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// Expands <c>${NAME}</c> and <c>${NAME:default}</c> as Filebeat and Logstash do. A <c>$</c> that no brace follows
/// stays; <c>$${</c> stands for a literal <c>${</c>.
/// </summary>
internal sealed class VariableExpander(Func<string, string?> lookup)
{
    /// <summary>Variables of the process's environment.</summary>
    public static VariableExpander Environment { get; } = new(System.Environment.GetEnvironmentVariable);

    /// <summary>
    /// The text with its variables replaced; <paramref name="unset"/> names the first that has no value.
    /// </summary>
    public string Expand(string text, out string? unset)
    {
        unset = null;
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        var rest = text.AsSpan();
        while (true)
        {
            var start = rest.IndexOf("${", StringComparison.Ordinal);
            var end = start < 0 ? -1 : rest[start..].IndexOf('}');
            if (end < 0)
            {
                return result.Append(rest).ToString();
            }

            if (start > 0 && rest[start - 1] == '$')
            {
                result.Append(rest[..(start - 1)]).Append("${");
                rest = rest[(start + 2)..];
                continue;
            }

            result.Append(rest[..start]);
            var reference = rest.Slice(start + 2, end - 2);
            var colon = reference.IndexOf(':');
            var name = (colon < 0 ? reference : reference[..colon]).ToString();
            var value = lookup(name) ?? (colon < 0 ? null : reference[(colon + 1)..].ToString());
            unset ??= value is null ? name : null;
            result.Append(value);
            rest = rest[(start + end + 1)..];
        }
    }
}
