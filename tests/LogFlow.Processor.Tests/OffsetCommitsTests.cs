using LogFlow.Platform;
using LogFlow.Processor.Pipeline;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Tests;

public sealed class OffsetCommitsTests
{
    private readonly ScriptedQueue _queue = new();

    /// <summary>No further record comes: what becomes durable meanwhile is committed all the same, and soon.</summary>
    [Fact]
    public async Task WhatIsDurableLater_IsCommittedInTheInterval()
    {
        await using var output = new SlowDisk();
        var window = new PartitionWindow(
            _queue.Partition(0), _queue.TopicId, 0, static (_, _, _) => Task.CompletedTask);
        using var commits = new OffsetCommits(
            new ScriptedConsumer(_queue, 1, [0]),
            [output],
            new KafkaInputOptions { CommitInterval = TimeSpan.FromMilliseconds(10) },
            TimeProvider.System,
            NullLogger.Instance);
        await using var work = new BackgroundWork();
        work.Start("committing", stopping => commits.RunAsync(() => [window], stopping));

        var batch = Batch(window);
        Assert.True(window.TryAdd(batch));
        commits.Wanted();
        window.Finished(batch);
        await Eventually.TrueAsync(() => output.Refreshes >= 2, "it to look again while something is not durable");
        Assert.Null(_queue.CommittedOf(_queue.Partition(0)));
        output.Durable = 10;

        // Below the pause of a loop that has nothing to do.
        await Eventually.TrueAsync(
            () => _queue.CommittedOf(_queue.Partition(0)) == 10, "the commit", TimeSpan.FromSeconds(20));
    }

    private InFlightBatch Batch(PartitionWindow window)
    {
        _queue.Append(0, Enumerable.Repeat("{}", 10));
        var records = new ScriptedQueue.Batch(
            _queue, _queue.Partition(0), _queue.Read(_queue.Partition(0), 0, 10), 0);
        return new InFlightBatch(
            window, records, new RecordDecoder(null!, DecorateEvents.None, "g", [], EventValue.Missing), 1,
            (_, _) => { }, _ => { });
    }

    /// <summary>An output whose last write is not on its disk yet.</summary>
    private sealed class SlowDisk() : Output(0, "slow", laneCount: 1, keepsOrder: true, batchesMax: 1)
    {
        private int _refreshes;
        private long _durable;

        public long Durable
        {
            set => Interlocked.Exchange(ref _durable, value);
        }

        public int Refreshes => Volatile.Read(ref _refreshes);

        public override OutputPart CreatePart(int recordCount) => throw new NotSupportedException();

        public override void Encode(EventView item, in EventContext context, OutputPart part) =>
            throw new NotSupportedException();

        public override long GetCommittable(PartitionIdentity partition, long doneOffset) =>
            Math.Min(doneOffset, Interlocked.Read(ref _durable));

        public override Task RefreshAsync(
            IReadOnlyList<PartitionWindow> windows, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _refreshes);
            return Task.CompletedTask;
        }

        protected override Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
