using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Arguments such as <c>retention.ms=3600000</c>.</summary>
internal static class NamedValue
{
    /// <summary>Splits at the first <c>=</c>.</summary>
    /// <exception cref="StartupException">There is none, or nothing before it.</exception>
    public static (string Name, string Value) Parse(string option, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (text[..equals], text[(equals + 1)..])
            : throw new StartupException($"{option} takes NAME=VALUE, not '{text}'", 2);
    }

    /// <summary>Reads all; a name that is given twice has its last value.</summary>
    /// <exception cref="StartupException">One is not of that form.</exception>
    public static Dictionary<string, string> ParseAll(string option, IEnumerable<string> texts)
    {
        var values = new Dictionary<string, string>();
        foreach (var text in texts)
        {
            var (name, value) = Parse(option, text);
            values[name] = value;
        }

        return values;
    }
}
