using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// Starts a damaged folder, asks it for everything that the ledger has, stops it and starts it once more. What it finds
/// wrong is a list of sentences; an empty one is what should come of any cell of the matrix.
/// </summary>
internal sealed class DamageProbe(DamageScript script, bool isKilled)
{
    private const int AttributesAt = 21;

    private readonly List<string> _wrong = [];
    private readonly HashSet<string> _saidEnds = [];
    private readonly HashSet<string> _saidState = [];

    public async Task<IReadOnlyList<string>> RunAsync(MemoryFileSystem files)
    {
        var first = new CollectingLogs();
        var lost = await StartAsync(files, first, isFirst: true);
        var second = new CollectingLogs();
        var lostAgain = await StartAsync(files, second, isFirst: false);
        if (lostAgain != lost)
        {
            _wrong.Add($"the second start lacks {lostAgain} entries, the first {lost}");
        }

        return _wrong;
    }

    private async Task<int> StartAsync(MemoryFileSystem files, CollectingLogs logs, bool isFirst)
    {
        await using var manager = script.Open(files, logs);
        var lost = 0;
        foreach (var topic in script.Topics)
        {
            if (manager.FindTopic(topic) is not { } found)
            {
                lost += CheckUnserved(manager, topic, logs);
                continue;
            }

            foreach (var log in found.Partitions)
            {
                lost += await CheckPartitionAsync(log, logs, isFirst);
            }
        }

        lost += CheckState(manager, logs);
        await CheckProducerIdsAsync(manager);
        if (manager.LeaderEpoch < script.LeaderEpoch || manager.LeaderEpoch > script.LeaderEpoch + 10)
        {
            _wrong.Add($"leader epoch {manager.LeaderEpoch} after {script.LeaderEpoch}");
        }

        // A damaged set of state changes is lost, also where later ones have overwritten it.
        if (lost == 0 && _saidEnds.Count == 0 && isFirst && Errors(logs).FirstOrDefault(line =>
            line.StartsWith("DATA LOST", StringComparison.Ordinal)
            && !line.Contains("/state/", StringComparison.Ordinal)) is { } alarm)
        {
            _wrong.Add($"a false alarm: {alarm}");
        }

        return lost;
    }

    private int CheckUnserved(LogManager manager, string topic, CollectingLogs logs)
    {
        if (!manager.IsHeld(topic))
        {
            _wrong.Add($"topic {topic} is gone and its name is free");
        }

        if (!Errors(logs).Any())
        {
            _wrong.Add($"topic {topic} is gone without a line");
        }

        return script.Batches.Where(entry => entry.Key.Topic == topic).Sum(entry => entry.Value.Count);
    }

    private async Task<int> CheckPartitionAsync(PartitionLog log, CollectingLogs logs, bool isFirst)
    {
        var label = $"{log.Topic.Name}-{log.Partition}";
        var expected = script.Batches.GetValueOrDefault((log.Topic.Name, log.Partition)) ?? [];
        var seen = await ReadAsync(log);
        var isSaid = Errors(logs).Any(line => line.Contains(label, StringComparison.Ordinal)
            || line.Contains($"/{log.Partition}/", StringComparison.Ordinal));
        _saidEnds.UnionWith(isSaid && isKilled && expected.Count > 0 && !seen.ContainsKey(expected.Keys.Last())
            ? [label]
            : []);

        // After a kill, where the newest group is gone with all that knew of it, and that is said, its offsets are
        // free.
        var mayReuse = _saidEnds.Contains(label);
        foreach (var (offset, bytes) in seen)
        {
            // Appended by an earlier probe, or known; the leader epoch is not covered by the CRC.
            if (expected.TryGetValue(offset, out var batch)
                && !(mayReuse && offset > expected.Keys.Last() - 8)
                && !bytes.AsSpan(AttributesAt).SequenceEqual(
                    batch.AsSpan(AttributesAt)))
            {
                _wrong.Add($"{label} serves other bytes at offset {offset}");
            }
        }

        var lost = expected.Keys.Count(offset => !seen.ContainsKey(offset));
        if (lost > 0 && isFirst && !isSaid)
        {
            _wrong.Add($"{label} lacks {lost} batches without a line");
        }

        var next = expected.Count == 0 ? 0 : expected.Keys.Last() + 2;
        if (log.Topic.Name == "d" && log.LogStartOffset < script.LogStartOfD)
        {
            _wrong.Add($"{label} starts at {log.LogStartOffset}: deleted records come back");
        }

        if (isFirst)
        {
            var result = await log.AppendAsync(Some.RecordBatch());
            if (result.Error != ErrorCode.None || (result.BaseOffset < next && !mayReuse))
            {
                _wrong.Add($"{label} gives out offset {result.BaseOffset} again ({result.Error}), {next} comes next");
            }
        }

        return mayReuse ? 0 : lost;
    }

    /// <summary>Every batch that can be read, by its offset. Damage fails one read, and is mended by the
    /// next.</summary>
    private async Task<Dictionary<long, byte[]>> ReadAsync(PartitionLog log)
    {
        var batches = new Dictionary<long, byte[]>();
        var failures = 0;
        for (var offset = log.LogStartOffset; offset < log.HighWatermark;)
        {
            using var result = log.Read(offset, 1 << 20);
            if (result.Error != ErrorCode.None)
            {
                // Between two groups of the writer, so behind the repair.
                await log.GetProducersAsync();
                if (++failures > 20)
                {
                    _wrong.Add($"{log.Topic.Name}-{log.Partition} cannot be read at {offset}: {result.Error}");
                    return batches;
                }

                continue;
            }

            if (result.Batches.IsEmpty)
            {
                return batches;
            }

            var walk = RecordBatch.Walk(result.Batches.Span);
            while (walk.MoveNext())
            {
                batches[walk.Header.BaseOffset] = walk.Current.ToArray();
                offset = walk.Header.NextOffset;
            }
        }

        return batches;
    }

    private int CheckState(LogManager manager, CollectingLogs logs)
    {
        var lost = 0;
        foreach (var (path, value) in script.State)
        {
            var parts = path.Split('/');
            var log = manager.OpenStateLog(parts[0]);
            if (log.TryGet(Encoding.UTF8.GetBytes(parts[1]), out var bytes)
                && BinaryPrimitives.ReadInt64BigEndian(bytes.Span) == value)
            {
                continue;
            }

            lost++;
            if (!Errors(logs).Any(line => line.Contains($"state/{parts[0]}", StringComparison.Ordinal))
                && !_wrong.Exists(wrong => wrong.StartsWith("the second", StringComparison.Ordinal))
                && !_saidState.Contains(parts[0]))
            {
                _wrong.Add($"{path} is lost without a line");
            }
            else
            {
                _saidState.Add(parts[0]);
            }
        }

        return lost;
    }

    private async Task CheckProducerIdsAsync(LogManager manager)
    {
        var survey = await manager.SurveyProducersAsync(new HashSet<long> { DamageScript.ProducerId });
        var log = manager.FindTopic("a")?.Partitions[0];
        if (log is { IsOffline: false } && survey.HighestId < DamageScript.ProducerId && log.HighWatermark > 0
            && script.Batches[("a", 0)].Count > 0 && log.LogStartOffset == 0 && (await ReadAsync(log)).Count > 1
            && !_saidState.Contains("producer-ids"))
        {
            _wrong.Add($"no partition knows producer {DamageScript.ProducerId} any more");
        }
    }

    private static IEnumerable<string> Errors(CollectingLogs logs) =>
        logs.At(LogLevel.Error).Concat(logs.At(LogLevel.Critical));
}
