using System.CommandLine;
using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>Which dead letters a command is about; without any option all of them.</summary>
internal sealed class DlqFilter
{
    private readonly Option<string?> _topic = new("--topic", "-t")
    {
        Description = "Only of this topic (default: of all)",
        HelpName = "TOPIC",
    };

    private readonly Option<string?> _stage = new("--stage")
    {
        Description = "Only what failed there",
        HelpName = "decode|filter|output",
    };

    private readonly Option<string?> _plugin = new("--plugin")
    {
        Description = "Only what this plugin refused",
        HelpName = "NAME",
    };

    private readonly Option<string?> _reason = new("--reason")
    {
        Description = "Only where the reason contains this",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _since = new("--since")
    {
        Description = "Only what was given up since then: a time, or 1h for an hour ago",
        HelpName = "TIME",
    };

    private readonly Option<string?> _until = new("--until")
    {
        Description = "Only what was given up before then",
        HelpName = "TIME",
    };

    private readonly Option<string?> _offset = new("--offset", "-o")
    {
        Description = "Only the record of this partition and offset of its topic",
        HelpName = "PARTITION:OFFSET",
    };

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        _stage.AcceptOnlyFromAmong("decode", "filter", "output");
        foreach (var option in (Option[])[_topic, _stage, _plugin, _reason, _since, _until, _offset])
        {
            command.Add(option);
        }
    }

    /// <summary>The topic that was named; null: all.</summary>
    public string? Topic(ParseResult parsed) => parsed.GetValue(_topic);

    /// <summary>Whether nothing but a topic was named.</summary>
    public bool IsEverything(ParseResult parsed) => parsed.GetValue(_stage) is null
        && parsed.GetValue(_plugin) is null && parsed.GetValue(_reason) is null && parsed.GetValue(_since) is null
        && parsed.GetValue(_until) is null && parsed.GetValue(_offset) is null;

    /// <summary>The test for a letter.</summary>
    /// <exception cref="StartupException">An option cannot be read.</exception>
    public Func<StoredDeadLetter, bool> Read(ParseResult parsed)
    {
        var (stage, plugin, reason) =
            (parsed.GetValue(_stage), parsed.GetValue(_plugin), parsed.GetValue(_reason));
        var (since, until) = (ReadTime(parsed, _since), ReadTime(parsed, _until));
        var (partition, offset) = ReadOffset(parsed.GetValue(_offset));
        return letter => (stage is null || letter.Stage == stage)
            && (plugin is null || letter.Plugin == plugin)
            && (reason is null || letter.Reason.Contains(reason, StringComparison.OrdinalIgnoreCase))
            && (since is null || TimeOf(letter) >= since)
            && (until is null || TimeOf(letter) < until)
            && (partition is null || (letter.Partition == partition
                && letter.Offset <= offset && (letter.LastOffset ?? letter.Offset) >= offset));
    }

    /// <summary>When a letter was given up; null where it does not say.</summary>
    public static DateTimeOffset? TimeOf(StoredDeadLetter letter) =>
        DateTimeOffset.TryParse(
            letter.Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static DateTimeOffset? ReadTime(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return TimeBound.TryParse(text, TimeProvider.System.GetUtcNow(), out var time)
            ? time
            : throw new StartupException($"{option.Name} takes a time, or how long ago (1h), not '{text}'", 2);
    }

    private static (int? Partition, long Offset) ReadOffset(string? text)
    {
        if (text is null)
        {
            return default;
        }

        return text.Split(':') is [var first, var second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? (partition, offset)
            : throw new StartupException("--offset takes PARTITION:OFFSET, such as 0:4711", 2);
    }
}
