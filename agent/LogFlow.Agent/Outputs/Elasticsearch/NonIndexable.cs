using System.Buffers;
using System.Globalization;
using System.Text.Json;
using LogFlow.Bulk;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Documents that Elasticsearch will never take as they are: to the dead-letter index where there is one, in the form
/// that Filebeat gives them; else dropped, counted and said.
/// </summary>
internal sealed partial class NonIndexable
{
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private readonly BulkDestinations _destinations;
    private readonly FormatString? _deadLetterIndex;
    private readonly SinkContext _context;
    private readonly ILogger _logger;
    private readonly LogThrottle _throttle;

    public NonIndexable(ElasticsearchOutputConfig config, BulkDestinations destinations, SinkContext context)
    {
        _destinations = destinations;
        _context = context;
        _throttle = new LogThrottle(SayEvery, context.Time);
        _logger = context.Loggers.CreateLogger<NonIndexable>();
        _deadLetterIndex = config.DeadLetterIndex.Length > 0
            ? FormatString.Parse(config.DeadLetterIndex, BulkDestinations.KnownFields(context.Identity))
            : null;
    }

    /// <summary>What is to be sent instead; null where the document is given up.</summary>
    public BulkLine? Settle(in BulkLine line, in BulkItemResult item)
    {
        var reason = $"HTTP {item.Status}, {item.ErrorType}: {item.ErrorReason}";
        if (_deadLetterIndex?.Format(line.ToJson()) is { } index && line.Destination.Index != index)
        {
            Say(line.Destination.Index, reason, isParked: true);
            return new BulkLine(
                line.Id, default, Wrap(line.ToJson(), item), _destinations.Find(index, pipeline: null));
        }

        Drop(line, reason);
        return null;
    }

    /// <summary>The document is given up.</summary>
    public void Drop(in BulkLine line, string reason)
    {
        _context.Counters.AddDropped(1);
        Say(line.Destination.Index, reason, isParked: false);
    }

    /// <summary>The event as text, beside what was said about it.</summary>
    private static byte[] Wrap(ReadOnlySpan<byte> source, in BulkItemResult item)
    {
        var bytes = new ArrayBufferWriter<byte>(source.Length + 512);
        using var writer = new Utf8JsonWriter(bytes);
        writer.WriteStartObject();
        if (Timestamp(source) is { } timestamp)
        {
            writer.WriteString("@timestamp", timestamp);
        }

        writer.WriteString("message", source);
        writer.WriteStartObject("error");
        writer.WriteString("type", item.Status.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("message", $"{item.ErrorType}: {item.ErrorReason}");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    private static string? Timestamp(ReadOnlySpan<byte> source)
    {
        Span<char> text = stackalloc char[64];
        return FieldPath.Parse("@timestamp").TryRead(source, text, out var length) ? new string(text[..length]) : null;
    }

    private void Say(string index, string reason, bool isParked)
    {
        if (!_throttle.TrySay(out var unsaid))
        {
            return;
        }

        var count = unsaid + 1;
        if (isParked)
        {
            Log.Parked(_logger, count, index, reason);
        }
        else
        {
            Log.Dropped(_logger, count, index, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4820, LogLevel.Error,
            "{Count} events were dropped: index {Index} does not take the last of them ({Reason}). Set "
            + "output.elasticsearch.non_indexable_policy.dead_letter_index.index to keep such events")]
        public static partial void Dropped(ILogger logger, int count, string index, string reason);

        [LoggerMessage(4821, LogLevel.Warning,
            "{Count} events go to the dead-letter index: index {Index} does not take the last of them ({Reason})")]
        public static partial void Parked(ILogger logger, int count, string index, string reason);
    }
}
