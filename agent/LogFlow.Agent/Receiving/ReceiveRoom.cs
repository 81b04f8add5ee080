namespace LogFlow.Agent;

/// <summary>
/// Memory that all senders of an input share for messages which are not whole yet. There is no waiting for it: each of
/// those who hold some may be the one that never goes on.
/// </summary>
internal sealed class ReceiveRoom(long bytesMax)
{
    private long _taken;

    /// <summary>Bytes that are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes some; false where there is none.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives some back.</summary>
    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
