using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Random operations on a partition beside the same on a plain list.</summary>
public class PartitionModelTests
{
    [Fact]
    public async Task RandomOperations_AgreeWithAModel()
    {
        for (var seed = 0; seed < 25; seed++)
        {
            await new Run(seed).ExecuteAsync();
        }
    }

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<(long Offset, byte[] Bytes)> _batches = [];
        private readonly ManualTime _time = new(Some.Timestamp);
        private readonly Dictionary<long, int> _sequences = [];
        private MemoryFileSystem _files = new();
        private LogManager _logs = null!;
        private PartitionLog _log = null!;
        private TopicConfig _config = TopicConfig.Default;
        private long _logStart;
        private long _next;

        public async Task ExecuteAsync()
        {
            _files.Clock = _time;
            _config = new TopicConfig
            {
                SegmentBytes = 3000 + _random.Next(20_000),
                IndexIntervalBytes = _random.Next(2000),
                RetentionBytes = 30_000,
                RetentionMs = 1_000_000_000,
            };
            await OpenAsync();
            for (var step = 0; step < 150; step++)
            {
                await StepAsync();
                Assert.Equal((seed, step, _logStart, _next), (seed, step, _log.LogStartOffset, _log.HighWatermark));
            }

            await _logs.DisposeAsync();
        }

        private async Task StepAsync()
        {
            switch (_random.Next(12))
            {
                case < 5:
                    await AppendAsync();
                    break;
                case < 7:
                    Read();
                    break;
                case 7:
                    FindByTime();
                    break;
                case 8:
                    await DeleteRecordsAsync();
                    break;
                case 9:
                    await _logs.Upkeep.ApplyRetentionAsync();
                    Assert.True(_log.LogStartOffset >= _logStart);
                    _logStart = _log.LogStartOffset;
                    break;
                case 10:
                    _log.CloseIdleFiles(0);
                    break;
                default:
                    await ReopenAsync();
                    break;
            }
        }

        private async Task OpenAsync()
        {
            var options = TestLog.Options(_files, _config) with
            {
                CheckpointBytes = 10_000,
                RegionBytesMin = seed % 2 == 0 ? 500 : int.MaxValue,
            };
            _logs = TestLog.Open(options, _time);
            _log = await _logs.PartitionAsync();
        }

        private async Task ReopenAsync()
        {
            var files = _random.Next(3) switch { 0 => _files.Kill(), 1 => _files.Crash(_random), _ => _files };
            await _logs.DisposeAsync();
            _files = files;
            await OpenAsync();

            // What retention removed may come back after a crash, until it is removed again.
            Assert.InRange(_log.LogStartOffset, 0, _logStart);
            _logStart = _log.LogStartOffset;
        }

        private async Task AppendAsync()
        {
            var batches = new List<byte[]>();
            for (var i = _random.Next(1, 6); i > 0; i--)
            {
                _time.NowMs += _random.Next(100);
                var count = _random.Next(1, 5);
                var producerId = _random.Next(-2, 3);
                var sequence = -1;
                if (producerId >= 0)
                {
                    sequence = _sequences.GetValueOrDefault(producerId);
                    _sequences[producerId] = sequence + count;
                }

                batches.Add(Some.RecordBatch(
                    count, Math.Max(-1, producerId), (short)(producerId < 0 ? -1 : 0), sequence, _time.NowMs,
                    _random.Next(600), _random.Next(), (CompressionType)_random.Next(2)));
            }

            var results = await Task.WhenAll(batches.Select(batch => _log.AppendAsync(batch).AsTask()));
            foreach (var (result, batch) in results.Zip(batches))
            {
                Assert.Equal((seed, ErrorCode.None, _next), (seed, result.Error, result.BaseOffset));
                _batches.Add((_next, batch));
                _next += RecordBatchHeader.Read(batch).Count;
            }
        }

        private void Read()
        {
            var offset = _random.NextInt64(Math.Max(0, _logStart - 3), _next + 3);
            var maxBytes = _random.Next(5000);
            using var result = _log.Read(offset, maxBytes);
            if (offset < _logStart || offset > _next)
            {
                Assert.Equal(ErrorCode.OffsetOutOfRange, result.Error);
                return;
            }

            Assert.Equal(ErrorCode.None, result.Error);
            var expected = _batches.FindIndex(
                batch => batch.Offset + RecordBatchHeader.Read(batch.Bytes).Count > offset);
            var walk = RecordBatch.Walk(result.Batches.Span);
            var count = 0;
            while (walk.MoveNext())
            {
                var want = _batches[expected + count];
                Assert.True(
                    walk.Current.SequenceEqual(want.Bytes),
                    $"seed {seed}, offset {offset}: batch {walk.Header} and not {RecordBatchHeader.Read(want.Bytes)}");
                count++;
            }

            Assert.Equal(offset < _next, count > 0);
            Assert.True(count <= 1 || result.Batches.Length <= maxBytes);
        }

        private void FindByTime()
        {
            var target = _random.NextInt64(Some.Timestamp - 10, _time.NowMs + 20);
            var expected = -1L;
            foreach (var (offset, bytes) in _batches)
            {
                var header = RecordBatchHeader.Read(bytes);
                var first = Math.Max(Math.Max(0, target - header.BaseTimestampMs), _logStart - offset);
                if (first < header.Count)
                {
                    expected = offset + first;
                    break;
                }
            }

            Assert.Equal((seed, expected), (seed, _log.FindOffsetByTimestamp(target).Offset));
        }

        private async Task DeleteRecordsAsync()
        {
            var target = _random.NextInt64(_logStart, Math.Min(_next, _logStart + 20) + 1);
            Assert.Equal(ErrorCode.None, await _log.DeleteRecordsAsync(target));
            _logStart = target;
        }
    }
}
