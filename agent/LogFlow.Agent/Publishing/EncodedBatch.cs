using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// A batch as it is sent. Whoever needs the bytes beyond a call holds a lease of them; the last one gives back the
/// memory and what it took of the budget.
/// </summary>
internal sealed class EncodedBatch(PooledBuffer buffer, ByteBudget budget) : ILeasable
{
    /// <summary>The bytes.</summary>
    public Memory<byte> Memory => buffer.Memory;

    /// <summary>Number of bytes.</summary>
    public int Length => buffer.Length;

    /// <inheritdoc/>
    public void GiveBack()
    {
        var length = buffer.Length;
        buffer.Dispose();
        budget.Return(length);
    }
}
