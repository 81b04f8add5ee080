using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// What a former run left in one partition. The queue is asked first: what it has is acknowledged without its bytes,
/// whatever became of the files. The rest is built again and sent under the same producer and sequences. Where a range
/// is lost, what follows it moves up to its sequences: the queue has none of it, and should a late request of the
/// former run arrive after all, one of the two is refused as out of order and the queue is asked again.
/// </summary>
internal sealed partial class PartitionRecovery(
    int partition,
    IEnumerable<Intent> intents,
    RecoveryContext context,
    BatchRebuilder rebuilder)
{
    private const int BuildsMax = 3;

    private readonly Queue<Intent> _left = new(InOrder(intents));

    /// <summary>
    /// Incarnations of which a range was given up: what follows it is read anew, in order, or lost too.
    /// </summary>
    private readonly HashSet<long> _abandoned = [];

    /// <summary>Sequence of the next batch of a producer, as far as known.</summary>
    private readonly Dictionary<ProducerId, int> _nextSequences = [];
    private readonly Dictionary<ProducerId, int?> _lastSequences = [];
    private long _failingSince;

    /// <summary>The partition.</summary>
    public int Partition => partition;

    /// <summary>Batches sent again.</summary>
    public int Batches { get; private set; }

    /// <summary>Records sent again.</summary>
    public int Records { get; private set; }

    /// <summary>Goes as far as it can; false where a file cannot be read at present.</summary>
    public async Task<bool> TryFinishAsync(CancellationToken cancellationToken)
    {
        while (_left.TryPeek(out var intent))
        {
            var last = await FindLastSequenceAsync(intent.Producer, cancellationToken);
            if (last is { } sequence)
            {
                if (intent.IsCoveredBy(sequence))
                {
                    Acknowledge(intent);
                    _left.Dequeue();
                    continue;
                }

                _nextSequences.TryAdd(intent.Producer, RecordBatchHeader.AddSequence(sequence, 1));
            }

            if (!await TryTakeUpAsync(intent, isMissing: last is not null))
            {
                return false;
            }

            _left.Dequeue();
        }

        return true;
    }

    /// <summary>
    /// One that was announced anew has a later number than those that follow it: the sequence counts.
    /// </summary>
    private static IEnumerable<Intent> InOrder(IEnumerable<Intent> intents) => intents
        .GroupBy(static intent => intent.Producer)
        .OrderBy(static group => group.Min(intent => intent.Id))
        .SelectMany(static group => group.Order(Comparer<Intent>.Create(Intent.CompareSequences)));

    private async Task<int?> FindLastSequenceAsync(ProducerId producer, CancellationToken cancellationToken)
    {
        if (!_lastSequences.TryGetValue(producer, out var last))
        {
            last = await context.Sink.FindLastSequenceAsync(partition, producer, cancellationToken);
            _lastSequences.Add(producer, last);
        }

        return last;
    }

    private void Acknowledge(Intent intent)
    {
        context.Registry.Acknowledge(intent);
        context.Counters.AddAcknowledged(intent.RecordCount);
        foreach (var range in intent.Ranges)
        {
            context.Files.ContinueAt(range.Generation, range.End, range.TailCrc);
        }
    }

    /// <summary>Builds what is left of an intent and gives it to the partition; false: later.</summary>
    private async Task<bool> TryTakeUpAsync(Intent intent, bool isMissing)
    {
        OpenBatch? batch = null;
        var ranges = new List<FileRange>();
        var lost = new List<(FileRange Range, string Reason)>();
        try
        {
            for (var build = 0; batch is null; build++)
            {
                if (build == BuildsMax)
                {
                    throw new IOException("its files change while they are read");
                }

                (ranges, lost) = Sort(intent);
                batch = rebuilder.TryBuild(ranges, context.Files, context.Registry.FindFile);
            }
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            SayFailing(intent, error);
            return false;
        }

        if (batch.Size > context.Options.BatchBytesMax + 1024)
        {
            // Limits were lowered: it is read anew, in smaller batches.
            lost.AddRange(ranges.Select(static range => (range, "its batch would be too large: limits were changed")));
            ranges.Clear();
        }

        _failingSince = 0;
        var isAnyLost = false;
        foreach (var (range, reason) in lost)
        {
            isAnyLost |= Abandon(range, reason, isMissing);
        }

        if (isAnyLost)
        {
            var left = ranges.Count == 0 ? 0 : batch.RecordCount;
            context.Counters.AddLost(Math.Max(0, intent.RecordCount - left));
        }

        await SendAsync(intent, ranges, batch, isMissing);
        return true;
    }

    private async Task SendAsync(Intent intent, List<FileRange> ranges, OpenBatch batch, bool isMissing)
    {
        var isHandedOver = false;
        try
        {
            var count = ranges.Count == 0 ? 0 : batch.RecordCount;
            var sequence = _nextSequences.GetValueOrDefault(intent.Producer, intent.BaseSequence);
            var isSame = ranges.Count == intent.Ranges.Count
                && count == intent.RecordCount
                && sequence == intent.BaseSequence;
            _nextSequences[intent.Producer] = RecordBatchHeader.AddSequence(sequence, count);
            if (count == 0)
            {
                context.Registry.Withdraw(intent);
            }
            else
            {
                var announced = isSame ? intent : await AnnounceAnewAsync(intent, ranges, sequence, count);
                batch.Intent = announced;
                Batches++;
                Records += count;
                context.Publisher.ForPartition(partition).AddResend(batch);
                isHandedOver = true;
            }

            if (ranges.Count == intent.Ranges.Count && count != intent.RecordCount)
            {
                Log.CountChanged(context.Logger, partition, intent.RecordCount, count);
            }

            // Told by sequence, a repetition is known by being the same; told by id, by each of its records.
            if (context.Options.Repetition switch
            {
                Repetition.DroppedBySequence => !isSame && !isMissing,
                Repetition.Arrives => true,
                _ => false,
            })
            {
                context.Counters.AddUncertain(intent.RecordCount);
            }
        }
        finally
        {
            if (!isHandedOver)
            {
                batch.Dispose();
            }
        }

        foreach (var range in ranges)
        {
            context.Files.ContinueAt(range.Generation, range.End, range.TailCrc);
        }
    }

    private async Task<Intent> AnnounceAnewAsync(Intent intent, List<FileRange> ranges, int sequence, int count)
    {
        var replacement = new Intent
        {
            Partition = partition,
            Producer = intent.Producer,
            BaseSequence = sequence,
            RecordCount = count,
            Ranges = ranges,
        };
        await context.Registry.ReplaceAsync(intent, replacement);
        return replacement;
    }

    /// <summary>Which ranges can be built, and why the others cannot.</summary>
    private (List<FileRange> Found, List<(FileRange Range, string Reason)> Lost) Sort(Intent intent)
    {
        var found = new List<FileRange>();
        var lost = new List<(FileRange Range, string Reason)>();
        var abandoned = new HashSet<long>(_abandoned);
        foreach (var range in intent.Ranges)
        {
            if (abandoned.Contains(range.Generation))
            {
                lost.Add((range, "bytes before it could not be built again"));
            }
            else if (Find(range) is { } reason)
            {
                abandoned.Add(range.Generation);
                lost.Add((range, reason));
            }
            else
            {
                found.Add(range);
            }
        }

        return (found, lost);
    }

    /// <summary>Looks for a range's bytes; null where they are there, else why they are not.</summary>
    private string? Find(FileRange range)
    {
        if (context.Registry.FindFile(range.Generation) is not { } state)
        {
            return "its file is not known any more";
        }

        if (TryPlaces(state, range))
        {
            return null;
        }

        return context.Files.IsVolumeGone(state) && !IsOverdue()
            ? throw new IOException($"{state.Path}: the volume that it lies on is not there")
            : $"{state.Path} is gone or has changed, and no copy of it was found";
    }

    private bool TryPlaces(FileState state, FileRange range) =>
        context.Files.TryPlaces(state, source => rebuilder.Has(source, range));

    /// <summary>A volume that is not there is waited for, but not for ever: devices may get other numbers.</summary>
    private bool IsOverdue() => _failingSince != 0
        && context.Time.GetElapsedTime(_failingSince) > RecoveryContext.VolumeWaitMax;

    /// <summary>True where nobody will read the range again.</summary>
    private bool Abandon(FileRange range, string reason, bool isMissing)
    {
        _abandoned.Add(range.Generation);
        var state = context.Registry.FindFile(range.Generation);
        var path = state?.Path ?? $"incarnation {range.Generation}";
        if (state is not null && context.Files.IsFollowed(state))
        {
            Log.ReadAnew(context.Logger, path, range.Start, range.End, partition, reason);
            return false;
        }

        context.Counters.AddLostBytes(range.End - range.Start);
        if (isMissing)
        {
            Log.RangeLost(context.Logger, path, range.Start, range.End, partition, reason);
        }
        else
        {
            Log.RangeGone(context.Logger, path, range.Start, range.End, partition, reason);
        }

        return true;
    }

    private void SayFailing(Intent intent, Exception error)
    {
        if (_failingSince != 0)
        {
            return;
        }

        _failingSince = context.Time.GetTimestamp();
        context.Counters.AddError();
        Log.Waiting(context.Logger, partition, intent.RecordCount, error.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(4410, LogLevel.Warning,
            "Partition {Partition}: {Records} records that the last run left unacknowledged cannot be read again at "
            + "present: {Reason}. It is tried again; nothing new is read for this partition before")]
        public static partial void Waiting(ILogger logger, int partition, int records, string reason);

        [LoggerMessage(4411, LogLevel.Error,
            "{Path}: bytes {Start} to {End} were on their way to partition {Partition} when the agent stopped and "
            + "cannot be built again: {Reason}. They are read and sent anew")]
        public static partial void ReadAnew(
            ILogger logger, string path, long start, long end, int partition, string reason);

        [LoggerMessage(4413, LogLevel.Warning,
            "Partition {Partition}: a batch of {Announced} records that the last run left unacknowledged has {Count} "
            + "now: filters or limits were changed")]
        public static partial void CountChanged(ILogger logger, int partition, int announced, int count);

        [LoggerMessage(4412, LogLevel.Error,
            "{Path}: bytes {Start} to {End} were on their way to partition {Partition} when the agent stopped. The "
            + "output does not have them and they cannot be read again, they are lost: {Reason}")]
        public static partial void RangeLost(
            ILogger logger, string path, long start, long end, int partition, string reason);

        [LoggerMessage(4402, LogLevel.Error,
            "{Path}: bytes {Start} to {End} were on their way to partition {Partition} when the agent stopped. Whether "
            + "the output has them is not known; they cannot be read again: {Reason}")]
        public static partial void RangeGone(
            ILogger logger, string path, long start, long end, int partition, string reason);
    }
}
