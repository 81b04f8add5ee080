using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>Writers for reuse; one whose buffer grew large gives it back first.</summary>
internal static class KafkaWriterPool
{
    private const int KeptMax = 64;
    private const int KeptBytesMax = 64 << 10;

    /// <summary>Guards the stack.</summary>
    private static readonly Lock PoolLock = new();
    private static readonly Stack<KafkaWriter> Pool = new();

    public static KafkaWriter Rent()
    {
        lock (PoolLock)
        {
            if (Pool.TryPop(out var writer))
            {
                return writer;
            }
        }

        return new KafkaWriter();
    }

    public static void Return(KafkaWriter writer)
    {
        if (writer.Length > KeptBytesMax)
        {
            writer.Dispose();
        }
        else
        {
            writer.Reset();
        }

        lock (PoolLock)
        {
            if (Pool.Count < KeptMax)
            {
                Pool.Push(writer);
                return;
            }
        }

        writer.Dispose();
    }
}
