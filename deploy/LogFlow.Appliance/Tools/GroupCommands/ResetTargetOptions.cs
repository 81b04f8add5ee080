using System.CommandLine;
using System.Xml;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>The options of <c>groups reset-offsets</c> that say where to; exactly one is to be given.</summary>
internal sealed class ResetTargetOptions(TimeProvider time)
{
    private readonly Option<bool> _toEarliest = new("--to-earliest") { Description = "To the first record there is" };

    private readonly Option<bool> _toLatest = new("--to-latest") { Description = "Behind the last record" };

    private readonly Option<long?> _toOffset = new("--to-offset")
    {
        Description = "To an offset, or the nearest that the partition holds",
        HelpName = "N",
    };

    private readonly Option<string?> _toDatetime = new("--to-datetime")
    {
        Description = "To the first record at or after a time (2026-01-31T12:00:00Z; local time without a zone)",
        HelpName = "TIME",
    };

    private readonly Option<string?> _byDuration = new("--by-duration")
    {
        Description = "To the first record of so long ago: 1h, 7d, 1h30m, or ISO 8601 (PT1H, P7D)",
        HelpName = "DURATION",
    };

    private readonly Option<long?> _shiftBy = new("--shift-by")
    {
        Description = "So many records forward, or back with a minus",
        HelpName = "N",
    };

    private readonly Option<bool> _toCurrent = new("--to-current")
    {
        Description = "Where the group is; behind the last record where it has committed nothing",
    };

    private IReadOnlyList<Option> All =>
        [_toEarliest, _toLatest, _toOffset, _toDatetime, _byDuration, _shiftBy, _toCurrent];

    /// <summary>Gives them to the command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="StartupException">None or several were given, or one has no proper value.</exception>
    public ResetTarget Read(ParseResult parsed)
    {
        var targets = Given(parsed).ToList();
        return targets.Count == 1
            ? targets[0]
            : throw new StartupException(
                $"give exactly one of {string.Join(", ", All.Select(static option => option.Name))}", 2);
    }

    private IEnumerable<ResetTarget> Given(ParseResult parsed)
    {
        if (parsed.GetValue(_toEarliest))
        {
            yield return new ResetTarget(ResetKind.Earliest);
        }

        if (parsed.GetValue(_toLatest))
        {
            yield return new ResetTarget(ResetKind.Latest);
        }

        if (parsed.GetValue(_toOffset) is { } offset)
        {
            yield return offset >= 0
                ? new ResetTarget(ResetKind.Offset, offset)
                : throw new StartupException("--to-offset takes a number from 0 on; --shift-by goes back", 2);
        }

        if (parsed.GetValue(_toDatetime) is { } datetime)
        {
            yield return new ResetTarget(ResetKind.Time, ReadTime(datetime));
        }

        if (parsed.GetValue(_byDuration) is { } duration)
        {
            yield return new ResetTarget(ResetKind.Time, ReadAgo(duration));
        }

        if (parsed.GetValue(_shiftBy) is { } records)
        {
            yield return new ResetTarget(ResetKind.Shift, records);
        }

        if (parsed.GetValue(_toCurrent))
        {
            yield return new ResetTarget(ResetKind.Current);
        }
    }

    private long ReadTime(string text) => TimeBound.TryParse(text, time.GetUtcNow(), out var at)
        ? Math.Max(0, at.ToUnixTimeMilliseconds())
        : throw new StartupException($"--to-datetime takes a time such as 2026-01-31T12:00:00Z, not '{text}'", 2);

    private long ReadAgo(string text)
    {
        if (!TryReadDuration(text, out var ago) || ago < TimeSpan.Zero)
        {
            throw new StartupException($"--by-duration takes a time such as 1h, 7d, PT1H or P7D, not '{text}'", 2);
        }

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return Math.Max(0, nowMs - (long)ago.TotalMilliseconds);
    }

    private static bool TryReadDuration(string text, out TimeSpan duration)
    {
        if (!text.StartsWith('P'))
        {
            return Duration.TryParse(text, out duration);
        }

        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            duration = default;
            return false;
        }
    }
}
