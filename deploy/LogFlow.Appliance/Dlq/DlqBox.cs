using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Processor;
using LogFlow.WebConsole;
using Microsoft.Extensions.Logging;

namespace LogFlow.Appliance;

/// <summary>The dead letters of a running <c>logflow up</c> for its console: what <c>logflow dlq</c> does.</summary>
/// <param name="server">host:port of the queue, once it is known.</param>
/// <param name="lettersFolder">Where the processor keeps what letters hold the beginning of.</param>
/// <param name="logger">Where what was changed is written down.</param>
internal sealed partial class DlqBox(Func<string> server, string lettersFolder, ILogger<DlqBox> logger)
    : IDeadLetterBox
{
    /// <summary>Letters that are looked at to gather them; a page must not wait for millions.</summary>
    private const int CountedMax = 200_000;

    /// <inheritdoc/>
    public Task<JsonObject> ListAsync(CancellationToken cancellationToken) => UseAsync(
        async (session, _) =>
        {
            var groups = new DlqGroups();
            var count = 0;
            foreach (var topic in await DlqReader.FindTopicsAsync(session, null, cancellationToken))
            {
                await DlqReader.ReadAsync(
                    session,
                    topic,
                    (_, _, letter) =>
                    {
                        groups.Add(letter);
                        return Task.FromResult(++count < CountedMax);
                    },
                    cancellationToken);
            }

            return new JsonObject
            {
                ["groups"] = new JsonArray([.. groups.BySize.Select(static entry => (JsonNode)new JsonObject
                {
                    ["topic"] = entry.Key.Topic,
                    ["stage"] = entry.Key.Stage,
                    ["plugin"] = entry.Key.Plugin,
                    ["reason"] = entry.Key.Reason,
                    ["count"] = entry.Group.Count,
                    ["first"] = entry.Group.First,
                    ["last"] = entry.Group.Last,
                })]),
                ["isPartial"] = count >= CountedMax,
            };
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<JsonObject> ReadAsync(DeadLetterChoice choice, int count, CancellationToken cancellationToken) =>
        UseAsync(
            async (session, _) =>
            {
                var newest = new Queue<JsonNode>();
                using var writer = new RecordJson();
                var buffer = new ArrayBufferWriter<byte>();
                foreach (var topic in await DlqReader.FindTopicsAsync(session, choice.Topic, cancellationToken))
                {
                    await DlqReader.ReadAsync(
                        session,
                        topic,
                        (partition, record, letter) =>
                        {
                            if (Matches(choice, letter))
                            {
                                buffer.ResetWrittenCount();
                                writer.Write(partition, record, buffer);
                                newest.Enqueue(Describe(letter, JsonNode.Parse(buffer.WrittenSpan)!));
                                if (newest.Count > count)
                                {
                                    newest.Dequeue();
                                }
                            }

                            return Task.FromResult(true);
                        },
                        cancellationToken);
                }

                return new JsonObject { ["letters"] = new JsonArray([.. newest.Reverse()]) };
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<JsonObject> ReplayAsync(
        DeadLetterChoice choice, bool isDryRun, CancellationToken cancellationToken) => UseAsync(
        async (session, notes) =>
        {
            var outcome = await new DlqReplayer(session, lettersFolder, isDryRun)
                .RunAsync(choice.Topic, letter => Matches(choice, letter), cancellationToken);
            if (!isDryRun)
            {
                Log.Replayed(logger, outcome.Done, choice, outcome.Left);
            }

            return Describe(outcome, notes);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<JsonObject> PurgeAsync(
        DeadLetterChoice choice, bool isDryRun, CancellationToken cancellationToken) => UseAsync(
        async (session, notes) =>
        {
            var outcome = await DlqPurger.RunAsync(
                session, choice.Topic, letter => Matches(choice, letter), isDryRun, cancellationToken);
            if (!isDryRun)
            {
                Log.Purged(logger, outcome.Done, choice, outcome.Left);
            }

            return Describe(outcome, notes);
        },
        cancellationToken);

    private static bool Matches(DeadLetterChoice choice, StoredDeadLetter letter) =>
        letter.Topic == choice.Topic
        && (choice.Stage is null || letter.Stage == choice.Stage)
        && (choice.Plugin is null || letter.Plugin == choice.Plugin)
        && (choice.Reason is null || letter.Reason == choice.Reason)
        && (choice.Partition is null || letter.Partition == choice.Partition)
        && (choice.Offset is null || letter.Offset == choice.Offset)
        && (choice.Until is null || DlqFilter.TimeOf(letter) is not { } time || time <= choice.Until);

    private static JsonNode Describe(StoredDeadLetter letter, JsonNode record)
    {
        record["letter"] = new JsonObject
        {
            ["topic"] = letter.Topic,
            ["partition"] = letter.Partition,
            ["offset"] = letter.Offset,
            ["lastOffset"] = letter.LastOffset,
            ["time"] = letter.Time,
            ["attempts"] = letter.Attempts,
            ["replays"] = letter.Replays,
            ["truncatedBytes"] = letter.TruncatedBytes,
        };
        return record;
    }

    private static JsonObject Describe(DlqOutcome outcome, StringWriter notes) => new()
    {
        ["done"] = outcome.Done,
        ["left"] = outcome.Left,
        ["notes"] = new JsonArray([.. notes.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static note => (JsonNode)note)]),
    };

    private async Task<JsonObject> UseAsync(
        Func<ToolSession, StringWriter, Task<JsonObject>> work, CancellationToken cancellationToken)
    {
        if (server() is not { Length: > 0 } address)
        {
            throw new PipelineException("the queue has not started yet");
        }

        await using var notes = new StringWriter(CultureInfo.InvariantCulture);
        notes.NewLine = "\n";
        try
        {
            await using var session = await ToolSession.OpenAsync(address, notes, cancellationToken);
            return await work(session, notes);
        }
        catch (Exception error) when (error is StartupException or KafkaException)
        {
            throw new PipelineException(TerminalText.Clean(error.Message));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Warning,
            "The console put {Count} record(s) of dead letters back, as asked: {Choice}; {Left} could not be")]
        public static partial void Replayed(ILogger logger, long count, DeadLetterChoice choice, long left);

        [LoggerMessage(1051, LogLevel.Warning,
            "The console took {Count} dead letter(s) away for good, as asked: {Choice}; {Left} stay")]
        public static partial void Purged(ILogger logger, long count, DeadLetterChoice choice, long left);
    }
}
