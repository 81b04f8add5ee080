using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>What all of <c>output.*</c> have.</summary>
public abstract class OutputConfig
{
    /// <summary>Whether it is used.</summary>
    [ConfigKey("enabled")]
    public bool Enabled { get; set; } = true;

    /// <summary>Keys that are accepted and do not mean here what they meant there, each with what they do.</summary>
    internal virtual IEnumerable<string> Warnings => [];

    /// <summary>A format string that makes no sense is a problem of its key.</summary>
    internal static void CheckFormat(List<ConfigProblem> problems, string key, string text)
    {
        try
        {
            _ = FormatString.Parse(text);
        }
        catch (FormatException error)
        {
            problems.Add(new ConfigProblem(key, error.Message));
        }
    }

    /// <summary>Rules whose format or condition makes no sense are problems of their key.</summary>
    internal static void CheckRules(
        List<ConfigProblem> problems, string key, List<OutputRuleConfig> rules, Func<OutputRuleConfig, string> format)
    {
        for (var index = 0; index < rules.Count; index++)
        {
            var text = format(rules[index]);
            if (text.Length == 0)
            {
                problems.Add(new ConfigProblem(key, $"rule {index + 1} names nothing"));
                continue;
            }

            try
            {
                _ = new OutputRule(rules[index], text, known: null);
            }
            catch (Exception error) when (error is FormatException or NotSupportedException or ArgumentException)
            {
                problems.Add(new ConfigProblem(key, $"rule {index + 1}: {error.Message}"));
            }
        }
    }

    /// <summary>Back-off times have to make sense together.</summary>
    internal static void CheckBackoff(List<ConfigProblem> problems, TimeSpan initial, TimeSpan max)
    {
        if (initial <= TimeSpan.Zero || max < initial)
        {
            problems.Add(new ConfigProblem(
                "backoff.init", "must be greater than zero and not greater than backoff.max"));
        }
    }

    /// <summary>A number has to lie in a range.</summary>
    internal static void CheckRange(List<ConfigProblem> problems, string key, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            problems.Add(new ConfigProblem(key, $"must be between {min} and {max}"));
        }
    }

    /// <summary>Hosts as written: a list, or several in one text, as a variable may hold them.</summary>
    internal static List<string> SplitHosts(List<string> hosts) =>
        [.. hosts.SelectMany(static host => host.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
