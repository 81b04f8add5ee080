using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Transactions over power cuts at every kind of moment, beside a model of what was acknowledged.</summary>
public class TransactionCrashTests
{
    private const int ProducerCount = 4;

    [Fact]
    public async Task Crash_AtRandomMoments_KeepsAcknowledgedTransactionsOpenOrEndedAsTheyWere()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            await new Run(seed).ExecuteAsync();
        }
    }

    /// <summary>
    /// Each producer does one thing at a time, so at a crash each has at most one operation whose outcome is open. The
    /// log's own batches, walked from the start, then say what state must have been recovered.
    /// </summary>
    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<long, int> _sequences = [];
        private readonly List<Acknowledged> _acknowledged = [];
        private MemoryFileSystem _files = new();

        public async Task ExecuteAsync()
        {
            var config = new TopicConfig { SegmentBytes = 3000 + _random.Next(20_000), IndexIntervalBytes = 256 };
            for (var life = 0; life < 5; life++)
            {
                var options = TestLog.Options(_files, config) with { CheckpointBytes = 4000 };
                var logs = TestLog.Open(options);
                var log = await logs.PartitionAsync();
                await CheckAsync(log, life);
                var crashed = await WorkUntilCrashAsync(log);
                await logs.DisposeAsync();
                _files = crashed;
            }
        }

        private async Task CheckAsync(PartitionLog log, int life)
        {
            var open = new Dictionary<long, long>();
            var aborted = new List<(long ProducerId, long First, long Last)>();
            var found = new Dictionary<long, (long ProducerId, bool IsMarker)>();
            foreach (var (header, bytes) in log.ReadAll())
            {
                found[header.BaseOffset] = (header.ProducerId, header.IsControl);
                if (!header.IsControl)
                {
                    open.TryAdd(header.ProducerId, header.BaseOffset);
                    continue;
                }

                Assert.True(TransactionMarker.TryRead(bytes, out var marker));
                if (open.Remove(header.ProducerId, out var first) && !marker.IsCommit)
                {
                    aborted.Add((header.ProducerId, first, header.BaseOffset));
                }
            }

            foreach (var one in _acknowledged)
            {
                Assert.True(
                    found.TryGetValue(one.Offset, out var kept) && kept == (one.ProducerId, one.IsMarker),
                    $"seed {seed}, life {life}: offset {one.Offset} is lost");
            }

            var lastStable = open.Count == 0 ? log.HighWatermark : open.Values.Min();
            Assert.Equal((seed, life, lastStable), (seed, life, log.LastStableOffset));
            var producers = await log.GetProducersAsync();
            Assert.Equal(
                open.Select(one => (one.Key, one.Value)).Order(),
                producers.Where(producer => producer.TransactionStartOffset >= 0)
                    .Select(producer => (producer.ProducerId, producer.TransactionStartOffset)).Order());
            AssertAborted(log, aborted);
            _sequences.Clear();
            foreach (var producer in producers)
            {
                _sequences[producer.ProducerId] = producer.LastSequence + 1;
            }
        }

        private static void AssertAborted(
            PartitionLog log, List<(long ProducerId, long First, long Last)> aborted)
        {
            var seen = new HashSet<(long, long, long)>();
            var offset = log.LogStartOffset;
            while (true)
            {
                using var read = log.Read(offset, 700, isReadCommitted: true);
                Assert.Equal(ErrorCode.None, read.Error);
                if (read.Batches.IsEmpty)
                {
                    break;
                }

                seen.UnionWith(
                    read.AbortedTransactions.Select(one => (one.ProducerId, one.FirstOffset, one.LastOffset)));
                offset = read.NextOffset;
            }

            Assert.Equal(log.LastStableOffset, offset);
            Assert.Equal(aborted.Where(one => one.First < offset).Order(), seen.Order());
        }

        private async Task<MemoryFileSystem> WorkUntilCrashAsync(PartitionLog log)
        {
            var crashAt = _random.Next(1, 80);
            var steps = 0;
            MemoryFileSystem? crashed = null;
            var done = new List<Acknowledged>();
            var crashRandom = new Random(_random.Next());
            void CountDown(string path)
            {
                if (++steps == crashAt)
                {
                    lock (done)
                    {
                        // What is acknowledged by now must survive; what comes later happens to a disk that is gone.
                        _acknowledged.AddRange(done);
                        crashed = _files.Crash(crashRandom);
                    }
                }
            }

            _files.OnWrite = CountDown;
            _files.OnSync = CountDown;
            for (var round = 0; round < 200 && Volatile.Read(ref crashed) is null; round++)
            {
                var results = await Task.WhenAll(Enumerable.Range(0, ProducerCount).Select(id => StepAsync(log, id)));
                lock (done)
                {
                    done.AddRange(results);
                }
            }

            _files.OnWrite = null;
            _files.OnSync = null;
            return crashed ?? _files.Crash(crashRandom);
        }

        private async Task<Acknowledged> StepAsync(PartitionLog log, long producerId)
        {
            if (_random.Next(3) == 0)
            {
                var end = await TransactionTests.EndAsync(log, producerId, isCommit: _random.Next(2) == 0);
                return new Acknowledged(end, producerId, IsMarker: true);
            }

            var count = _random.Next(1, 4);
            var sequence = _sequences.GetValueOrDefault(producerId);
            _sequences[producerId] = sequence + count;
            var offset = await log.AppendOkAsync(TransactionTests.Transactional(producerId, sequence, count));
            return new Acknowledged(offset, producerId, IsMarker: false);
        }

        private sealed record Acknowledged(long Offset, long ProducerId, bool IsMarker);
    }
}
