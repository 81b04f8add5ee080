using System.Buffers.Binary;
using System.Globalization;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// A small data folder with a bit of everything, and the ledger of all that was acknowledged while it was made: half of
/// it before a first checkpoint, half before a second, some behind that.
/// </summary>
internal sealed class DamageScript
{
    public const long ProducerId = 1234;
    private static readonly TopicConfig SmallSegments = new() { SegmentBytes = 1500, IndexIntervalBytes = 256 };

    private readonly Dictionary<(string Topic, int Partition), SortedDictionary<long, byte[]>> _batches = [];
    private int _seed;
    private int _sequence;

    private DamageScript(Guid bootId) => BootId = bootId;

    public Guid BootId { get; }

    /// <summary>The folder as of the first checkpoint, and at the end.</summary>
    public MemoryFileSystem First { get; private set; } = new();

    public MemoryFileSystem Last { get; private set; } = new();

    public IReadOnlyDictionary<(string Topic, int Partition), SortedDictionary<long, byte[]>> Batches => _batches;

    public SortedDictionary<string, long> State { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Topics { get; } = ["a", "c", "d", "e", "f"];

    public long LogStartOfD { get; private set; }

    public int LeaderEpoch { get; private set; }

    public static async Task<DamageScript> RunAsync(bool stopsCleanly)
    {
        var script = new DamageScript(Guid.NewGuid());
        var files = new MemoryFileSystem();
        await using (var logs = script.Open(files))
        {
            await logs.CreateTopicAsync("a", 2);
            await logs.CreateTopicAsync("c", 1, new Dictionary<string, string> { ["cleanup.policy"] = "compact" });
            await logs.CreateTopicAsync("d", 1);
            await logs.CreateTopicAsync("e", 1);
            await logs.CreateTopicAsync("f", 2);
            await script.FillAsync(logs, 12, partitionsOfF: 2);
            await script.DeleteAsync(logs);
            script.First = files.Kill();
            await logs.SetPartitionCountAsync(logs.FindTopic("f")!.Id, 3);
            await script.FillAsync(logs, 12, partitionsOfF: 3);
            await script.DeleteAsync(logs);
            await script.FillAsync(logs, 2, partitionsOfF: 3);
            script.LeaderEpoch = logs.LeaderEpoch;
            script.Last = files.Kill();
        }

        script.Last = stopsCleanly ? files : script.Last;
        return script;
    }

    public LogManager Open(MemoryFileSystem files, Microsoft.Extensions.Logging.ILoggerFactory? loggers = null) =>
        TestLog.Open(
            TestLog.Options(files, SmallSegments) with { BootId = BootId, IsCleanerEnabled = false }, loggers: loggers);

    private async Task FillAsync(LogManager logs, int count, int partitionsOfF)
    {
        var state = logs.OpenStateLog("groups");
        var ids = logs.OpenStateLog("producer-ids");
        for (var i = 0; i < count; i++)
        {
            foreach (var (topic, partition) in Partitions(partitionsOfF))
            {
                await AppendAsync(logs.FindTopic(topic)!.Partitions[partition]);
            }

            await SetAsync(state, "groups", $"offset{_seed % 5}", _seed);
            await SetAsync(ids, "producer-ids", "next", 1000L * (1 + _seed));
        }
    }

    private static IEnumerable<(string Topic, int Partition)> Partitions(int partitionsOfF)
    {
        yield return ("a", 0);
        yield return ("a", 1);
        yield return ("c", 0);
        yield return ("d", 0);
        for (var partition = 0; partition < partitionsOfF; partition++)
        {
            yield return ("f", partition);
        }
    }

    private async Task AppendAsync(PartitionLog log)
    {
        var isIdempotent = log is { Topic.Name: "a", Partition: 0 };
        var batch = isIdempotent
            ? Some.RecordBatch(2, ProducerId, 0, _sequence, valueSize: 100, seed: _seed++)
            : Some.RecordBatch(2, valueSize: 100, seed: _seed++);
        _sequence += isIdempotent ? 2 : 0;
        var offset = await log.AppendOkAsync(batch);
        var key = (log.Topic.Name, log.Partition);
        if (!_batches.TryGetValue(key, out var batches))
        {
            _batches.Add(key, batches = []);
        }

        batches.Add(offset, batch);
    }

    private async Task SetAsync(StateLog log, string name, string key, long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        StateChange[] change = [StateChange.Set(System.Text.Encoding.UTF8.GetBytes(key), bytes)];
        Assert.Equal(ErrorCode.None, await log.WriteAsync(change));
        State[string.Create(CultureInfo.InvariantCulture, $"{name}/{key}")] = value;
    }

    /// <summary>Removes records up to the middle of a segment, which writes a checkpoint.</summary>
    private async Task DeleteAsync(LogManager logs)
    {
        var log = logs.FindTopic("d")!.Partitions[0];
        LogStartOfD = log.HighWatermark - 9;
        Assert.Equal(ErrorCode.None, await log.DeleteRecordsAsync(LogStartOfD));
        var batches = _batches[("d", 0)];
        foreach (var offset in batches.Keys.Where(offset => offset + 2 <= LogStartOfD).ToList())
        {
            batches.Remove(offset);
        }
    }
}
