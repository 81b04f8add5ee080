using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Tests;

public sealed class WindowTests
{
    private readonly ScriptedQueue _queue = new();
    private readonly List<long> _released = [];

    [Fact]
    public void Batches_FilteredInAnyOrder_AreReleasedInOrder()
    {
        var window = Window();
        var batches = Add(window, 4);
        foreach (var index in (ReadOnlySpan<int>)[2, 0, 3, 1])
        {
            window.Filtered(batches[index], batch => _released.Add(batch.FirstOffset));
        }

        Assert.Equal([0, 10, 20, 30], _released);
    }

    [Fact]
    public void DoneOffset_MovesOverTheFinishedBeginningOnly()
    {
        var window = Window();
        var batches = Add(window, 4);
        var seen = new List<long>();
        foreach (var index in (ReadOnlySpan<int>)[1, 0, 3, 2])
        {
            window.Finished(batches[index]);
            seen.Add(window.DoneOffset);
        }

        Assert.Equal([0, 20, 20, 40], seen);
    }

    [Fact]
    public void Window_Closed_KeepsItsDoneOffset()
    {
        var window = Window();
        var batches = Add(window, 2);
        window.Finished(batches[0]);
        window.Close();
        window.Finished(batches[1]);

        Assert.Equal(10, window.DoneOffset);
        Assert.False(window.TryAdd(Batch(window, 20)));
    }

    [Fact]
    public void Window_Stopping_TakesNoMoreAndDrains()
    {
        var window = Window();
        var batches = Add(window, 2);
        var drained = window.StopAsync();
        Assert.False(window.TryAdd(Batch(window, 20)));
        window.Finished(batches[1]);
        Assert.False(drained.IsCompleted);
        window.Finished(batches[0]);

        Assert.True(drained.IsCompletedSuccessfully);
        Assert.Equal(20, window.DoneOffset);
    }

    [Fact]
    public void Batch_ThatDoesNotFollow_IsRefused() => Assert.False(Window().TryAdd(Batch(Window(), 10)));

    [Fact]
    public void DocumentId_OfAPartition_HasTheAgreedForm()
    {
        var identity = new PartitionIdentity(
            new Guid("01020304-0506-0708-090a-0b0c0d0e0f10"), new LogFlow.Kafka.Protocol.TopicPartition("logs", 7));
        Span<byte> id = stackalloc byte[PartitionIdentity.DocumentIdBytesMax];

        Assert.Equal("AQIDBAUGBwgJCgsMDQ4PEA:7", identity.PositionKey);
        Assert.Equal("AQIDBAUGBwgJCgsMDQ4PEA-7-42", Text(id[..identity.WriteDocumentId(id, 42, 0)]));
        Assert.Equal(
            $"AQIDBAUGBwgJCgsMDQ4PEA-7-{long.MaxValue}-{int.MaxValue}",
            Text(id[..identity.WriteDocumentId(id, long.MaxValue, int.MaxValue)]));
    }

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes);

    private PartitionWindow Window() =>
        new(_queue.Partition(0), _queue.TopicId, 0, static (_, _, _) => Task.CompletedTask);

    private List<InFlightBatch> Add(PartitionWindow window, int count)
    {
        var batches = new List<InFlightBatch>();
        for (var index = 0; index < count; index++)
        {
            batches.Add(Batch(window, index * 10));
            Assert.True(window.TryAdd(batches[^1]));
        }

        return batches;
    }

    private InFlightBatch Batch(PartitionWindow window, long first)
    {
        _queue.Append(0, Enumerable.Repeat("{}", 100));
        var records = new ScriptedQueue.Batch(
            _queue, _queue.Partition(0), _queue.Read(_queue.Partition(0), first, 10), first);
        return new InFlightBatch(
            window, records, new RecordDecoder(null!, DecorateEvents.None, "g", [], EventValue.Missing), 1,
            (_, _) => { }, _ => { });
    }
}
