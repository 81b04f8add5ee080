using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// Writes the checkpoint: what the writer thread knows between two group commits, captured there in memory and written
/// on the caller's thread.
/// </summary>
internal sealed partial class CheckpointWriter(
    StorageContext context, string path, Func<IReadOnlyCollection<Topic>> topics, Func<Checkpoint> begin)
    : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private long _bytesAtLast;

    /// <summary>Bytes that a start would scan if the process died now.</summary>
    public long BytesSinceLast => context.Writer.BytesWritten - Volatile.Read(ref _bytesAtLast);

    /// <summary>Writes a checkpoint and returns when it is durable.</summary>
    /// <exception cref="IOException">The disk failed; the former checkpoint is still there.</exception>
    public async Task WriteAsync()
    {
        await _gate.WaitAsync();
        try
        {
            SaveIndexes();
            var (payload, bytes) = await context.Writer.RunAsync(() => (Capture(), context.Writer.BytesWritten));
            try
            {
                ChecksummedFile.Replace(context.Files, path, payload);
            }
            catch (IOException error) when (DiskFull.Is(error))
            {
                await context.Writer.RunAsync(() =>
                {
                    context.Space.RunWithReserve(() => ChecksummedFile.Replace(context.Files, path, payload));
                    return true;
                });
            }

            Volatile.Write(ref _bytesAtLast, bytes);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Writes the last checkpoint, after the writer thread has ended; returns the CRC-32C of its payload.
    /// </summary>
    public uint WriteFinal()
    {
        var payload = Capture();
        context.Space.RunWithReserve(() => ChecksummedFile.Replace(context.Files, path, payload));
        return Crc32C.Compute(payload);
    }

    public void Dispose() => _gate.Dispose();

    private byte[] Capture()
    {
        var checkpoint = begin();
        foreach (var topic in topics())
        {
            checkpoint.Topics[topic.Id] = new CheckpointTopic(topic.Name, topic.Partitions.Count);
            foreach (var partition in topic.Partitions)
            {
                if (partition.CaptureState() is { } state)
                {
                    checkpoint.Set(topic.Id, partition.Partition, state);
                    checkpoint.SetSealed(topic.Id, partition.Partition, partition.CaptureSealed());
                }
            }
        }

        return checkpoint.ToPayload();
    }

    private void SaveIndexes()
    {
        foreach (var topic in topics())
        {
            foreach (var partition in topic.Partitions)
            {
                try
                {
                    if (partition.IsStateChanged && !partition.IsDeleted)
                    {
                        partition.SaveActiveIndex();
                    }
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    // Indexes are disposable: after a crash this one is made from its segment.
                    Log.IndexNotSaved(context.Logger, error, topic.Name, partition.Partition);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2040, LogLevel.Debug, "The index of {Topic}-{Partition} was not saved.")]
        public static partial void IndexNotSaved(ILogger logger, Exception error, string topic, int partition);
    }
}
