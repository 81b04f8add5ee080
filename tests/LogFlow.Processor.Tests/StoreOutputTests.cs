using System.Text.Json;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Tests;

public sealed class StoreOutputTests
{
    private const string Dropped = "{\"drop\":true}";

    [Fact]
    public async Task Records_Stored_AreCommittedOnlyWhenDurable()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 2);
        queue.Append(0, Lines(0, 500));
        queue.Append(1, Lines(1, 300));
        var letters = new CollectingDeadLetters();
        await using var service = Start(store, queue.Connect(1, 0, 1), letters);

        await Eventually.TrueAsync(() => store.Documents().Count == 800, "800 documents");
        Assert.Null(queue.CommittedOf(queue.Partition(0)));

        store.Seal();
        await Eventually.TrueAsync(
            () => queue.CommittedOf(queue.Partition(0)) == 500 && queue.CommittedOf(queue.Partition(1)) == 300,
            "the commits after sealing");
        Assert.Empty(store.Violations);
    }

    [Fact]
    public async Task Stop_FlushesTheStore_CommitsAndLeaves()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 1000));
        var consumer = queue.Connect(1, 0);
        await using var service = Start(store, consumer, new CollectingDeadLetters());
        await Eventually.TrueAsync(() => !store.Documents().Count.Equals(0), "the first documents");

        await service.StopAsync(CancellationToken.None);

        Assert.Equal(1, store.FlushCount);
        Assert.True(consumer.HasLeft);
        Assert.Equal(store.Documents().Count, queue.CommittedOf(queue.Partition(0)));
        Assert.True(service.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Position_BeyondTheQueuesEnd_IsSaidAndWhatTheQueueHasIsRead()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = new ScriptedQueue(partitions: 1);
        queue.Append(0, Lines(0, 100));
        store.StandAt(new PartitionIdentity(queue.TopicId, queue.Partition(0)).PositionKey, 500);
        var said = new CollectingLogs();
        var consumer = queue.Connect(1, 0);
        await using var service = TestHost.Start(
            $$"""output { store { url => "{{store.Url}}" } }""", consumer, new CollectingDeadLetters(), loggers: said);
        await Eventually.TrueAsync(() => consumer.PositionOf(0) == 100, "all that the queue has is read");
        var line = Assert.Single(said.At(LogLevel.Error));
        Assert.Contains("has all below offset 500, but the queue ends at 100", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_Lost_IsReadAgain()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 200));
        await using var service = Start(store, queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => store.Documents().Count == 200, "200 documents");
        store.Seal();
        queue.Append(0, Lines(0, 100, from: 200));
        await Eventually.TrueAsync(() => store.Documents().Count == 300, "300 documents");

        store.LoseTail();
        queue.Append(0, Lines(0, 1, from: 300));

        await Eventually.TrueAsync(() => store.Documents().Count == 301, "all documents again");
        VerifyAll(store, queue);
    }

    [Fact]
    public async Task Tail_LostWhileNothingComes_IsNoticedAndReadAgain()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 2);
        queue.Append(0, Lines(0, 200));
        queue.Append(1, Lines(1, 100));
        await using var service = Start(store, queue.Connect(1, 0, 1), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => store.Documents().Count == 300, "300 documents");

        store.LoseTail();

        await Eventually.TrueAsync(() => store.Documents().Count == 300, "all documents again");
        VerifyAll(store, queue);
    }

    [Fact]
    public async Task Tail_LostAfterARestartWhileNothingComes_IsReadAgain()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 100));
        await using (Start(store, queue.Connect(1, 0), new CollectingDeadLetters()))
        {
            await Eventually.TrueAsync(() => store.Documents().Count == 100, "100 documents");
        }

        store.Seal();
        queue.Append(0, Lines(0, 50, from: 100));
        await using (Start(store, queue.Connect(2, 0), new CollectingDeadLetters()))
        {
            await Eventually.TrueAsync(() => store.Documents().Count == 150, "150 documents");
        }

        // This one starts at the end of the log, and no record tells it that the store has lost what is before.
        var consumer = queue.Connect(3, 0);
        await using var service = Start(store, consumer, new CollectingDeadLetters());
        await Eventually.TrueAsync(() => consumer.PositionOf(0) == 150, "the start where the store stands");
        store.LoseTail();

        await Eventually.TrueAsync(() => store.Documents().Count == 150, "all documents again");
        VerifyAll(store, queue);
    }

    [Fact]
    public async Task Store_Emptied_IsFilledFromTheCommittedOffset()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 100));
        await using var service = Start(store, queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => store.Documents().Count == 100, "100 documents");

        store.LoseTail();
        queue.Append(0, Lines(0, 1, from: 100));

        await Eventually.TrueAsync(() => store.Documents().Count == 101, "all documents again");
        VerifyAll(store, queue);
    }

    [Fact]
    public async Task Store_Emptied_AfterAProcessorStartedAtItsTail_IsFilledFromTheBeginning()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 100));
        await using (Start(store, queue.Connect(1, 0), new CollectingDeadLetters()))
        {
            await Eventually.TrueAsync(() => store.Documents().Count == 100, "100 documents");
        }

        // This one starts where the store stands, which nothing but the store's memory knows.
        await using var service = Start(store, queue.Connect(2, 0), new CollectingDeadLetters());
        queue.Append(0, Lines(0, 10, from: 100));
        await Eventually.TrueAsync(() => store.Documents().Count == 110, "110 documents");
        store.LoseTail();
        queue.Append(0, Lines(0, 1, from: 110));

        await Eventually.TrueAsync(() => store.Documents().Count == 111, "all documents again");
        VerifyAll(store, queue);
    }

    [Fact]
    public async Task Events_Dropped_StillMoveTheCommit()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 10));
        queue.Append(0, Enumerable.Repeat(Dropped, 90));
        await using var service = Start(
            store, queue.Connect(1, 0), new CollectingDeadLetters(), "filter { if [drop] { drop {} } }");
        await Eventually.TrueAsync(() => store.Documents().Count == 10, "10 documents");
        store.Seal();

        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 100, "the commit");
        Assert.Equal(90, service.GetStatus().Dropped);
        queue.Append(0, Lines(0, 5, from: 100));
        await Eventually.TrueAsync(() => store.Documents().Count == 15, "15 documents");
        Assert.Empty(store.Violations);
    }

    [Fact]
    public async Task Refused_Documents_AreDeadLettered()
    {
        await using var store = await FakeStore.StartAsync();
        store.BodyBytesMax = 20_000;
        var queue = Queue(store, partitions: 1);
        queue.Append(0, Lines(0, 50));
        queue.Append(0, $"{{\"n\":\"0-50\",\"m\":\"{FakeStore.Poison}\"}}",
            $"{{\"n\":\"0-51\",\"m\":\"{new string('x', 30_000)}\"}}");
        queue.Append(0, Lines(0, 50, from: 52));
        var letters = new CollectingDeadLetters();
        await using var service = Start(store, queue.Connect(1, 0), letters);
        await Eventually.TrueAsync(
            () => store.Documents().Count == 100 && letters.Letters.Count == 2, "100 documents and 2 dead letters");

        Assert.StartsWith("400", letters.Letters[(0, 50)].Reason);
        Assert.StartsWith("413", letters.Letters[(0, 51)].Reason);
        Assert.Empty(store.Violations);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Kills_AtRandom_StoreEachRecordExactlyOnce(int seed)
    {
        var random = new Random(seed);
        await using var store = await FakeStore.StartAsync();
        var gate = new Lock();
        store.Fault = () =>
        {
            lock (gate)
            {
                return random.Next(12) switch { 0 => 503, 1 => -1, 2 => 429, _ => 0 };
            }
        };
        store.BodyBytesMax = 8_000;
        var queue = Queue(store, partitions: 3);
        var appended = new int[3];
        for (var life = 0; life < 8; life++)
        {
            await using var service = Start(store, queue.Connect(seed + life, 0, 1, 2), new CollectingDeadLetters());
            for (var step = 0; step < 6; step++)
            {
                var partition = Next(3);
                var count = Next(120);
                queue.Append(partition, Lines(partition, count, from: appended[partition]));
                appended[partition] += count;
                var before = store.Documents().Count;
                var enough = Math.Min(appended.Sum(), before + Next(60));
                await Eventually.TrueAsync(() => store.Documents().Count >= enough, $"seed {seed}: progress");
                switch (Next(4))
                {
                    case 0:
                        store.Seal();
                        break;
                    case 1:
                        store.LoseTail();
                        break;
                }
            }

            // Leaving the block is the kill: nothing is drained, nothing is committed any more.
        }

        store.Fault = static () => 0;
        await using var last = Start(store, queue.Connect(seed, 0, 1, 2), new CollectingDeadLetters());
        for (var partition = 0; partition < 3; partition++)
        {
            queue.Append(partition, Lines(partition, 1, from: appended[partition]));
        }

        var all = Eventually.TrueAsync(
            () => store.Documents().Count == appended.Sum() + 3, $"seed {seed}: all documents");
        await Task.WhenAny(all);
        VerifyAll(store, queue);
        await all;

        int Next(int max)
        {
            lock (gate)
            {
                return random.Next(max);
            }
        }
    }

    [Fact]
    public async Task Partition_Moved_GoesOnAtTheOtherMember()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = Queue(store, partitions: 2);
        var first = queue.Connect(1, 0, 1);
        var second = queue.Connect(2);
        await using var one = Start(store, first, new CollectingDeadLetters());
        await using var two = Start(store, second, new CollectingDeadLetters());
        queue.Append(0, Lines(0, 400));
        queue.Append(1, Lines(1, 400));
        await Eventually.TrueAsync(() => store.Documents().Count > 100, "some documents");

        await first.RevokeAsync([1]);
        await second.AssignAsync([1]);
        queue.Append(1, Lines(1, 100, from: 400));

        await Eventually.TrueAsync(() => store.Documents().Count == 900, "all documents");
        VerifyAll(store, queue);
    }

    private static ProcessorService Start(
        FakeStore store, ScriptedConsumer consumer, CollectingDeadLetters letters, string filter = "") =>
        TestHost.Start(
            $$"""
            {{filter}} output {
              store { url => "{{store.Url}}" retry_initial_interval => 0.005 retry_max_interval => 0.02 }
            }
            """,
            consumer,
            letters);

    /// <summary>No commit may go beyond what the store has on disk, but over records that filters drop.</summary>
    private static ScriptedQueue Queue(FakeStore store, int partitions)
    {
        var queue = new ScriptedQueue(partitions);
        queue.OnCommit = (partition, offset) =>
        {
            var key = new PartitionIdentity(queue.TopicId, partition).PositionKey;
            var durable = store.DurableOf(key);
            if (offset > durable && queue.Values(partition, durable, offset).Any(value => value != Dropped))
            {
                store.Violations.Enqueue($"{partition} committed at {offset}, durable is {durable}");
            }
        };
        return queue;
    }

    private static IEnumerable<string> Lines(int partition, int count, int from = 0) =>
        Enumerable.Range(from, count).Select(
            n => $"{{\"n\":\"{partition}-{n}\",\"filler\":\"{new string('x', n % 97)}\"}}");

    private static void VerifyAll(FakeStore store, ScriptedQueue queue)
    {
        Assert.Empty(store.Violations);
        var documents = store.Documents();
        for (var index = 0; index < queue.PartitionCount; index++)
        {
            var partition = queue.Partition(index);
            var prefix = new PartitionIdentity(queue.TopicId, partition).PositionKey.Replace(':', '-');
            for (var offset = 0; offset < queue.EndOf(partition); offset++)
            {
                Assert.True(
                    documents.Remove($"{prefix}-{offset}", out var source), $"{partition} offset {offset} is missing");
                Assert.Equal($"{index}-{offset}", JsonDocument.Parse(source!).RootElement.GetProperty("n").GetString());
            }
        }

        Assert.Empty(documents);
    }
}
