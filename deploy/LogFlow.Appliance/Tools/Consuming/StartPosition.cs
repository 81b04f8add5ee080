using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>Where <c>logflow consume</c> begins, as <c>--from</c> says it.</summary>
/// <param name="Kind">By what.</param>
/// <param name="Value">An offset, a number of records, or a time in ms since the Unix epoch; else 0.</param>
internal readonly record struct StartPosition(StartKind Kind, long Value = 0)
{
    /// <summary>Reads <c>beginning</c>, <c>end</c>, an offset, <c>-N</c> for the last N, or a time.</summary>
    /// <exception cref="StartupException">It is none of these.</exception>
    public static StartPosition Parse(string text, DateTimeOffset now)
    {
        switch (text)
        {
            case "beginning" or "earliest":
                return new StartPosition(StartKind.Beginning);
            case "end" or "latest":
                return new StartPosition(StartKind.End);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number < 0 || text.StartsWith('-')
                ? new StartPosition(StartKind.Last, number == long.MinValue ? long.MaxValue : -number)
                : new StartPosition(StartKind.Offset, number);
        }

        return TimeBound.TryParse(text, now, out var time)
            ? new StartPosition(StartKind.Time, Math.Max(0, time.ToUnixTimeMilliseconds()))
            : throw new StartupException(
                "--from takes beginning, end, an offset, -N for the last N, or a time such as 1h or "
                + $"2026-01-31T12:00:00Z, not '{text}'",
                2);
    }

    /// <summary>The offset to begin with in a partition, always one that it holds or its end.</summary>
    public async ValueTask<long> ResolveAsync(
        AdminClient admin, TopicPartition partition, OffsetRange range, CancellationToken cancellationToken)
    {
        switch (Kind)
        {
            case StartKind.Beginning:
                return range.Earliest;
            case StartKind.End:
                return range.Latest;
            case StartKind.Offset:
                return range.Clamp(Value);
            case StartKind.Last:
                return range.Clamp((Int128)range.Latest - Value);
            default:
                var found = await admin.ListOffsetAsync(partition, Value, cancellationToken);
                return found.Offset >= 0 ? range.Clamp(found.Offset) : range.Latest;
        }
    }
}
