namespace LogFlow.Agent;

/// <summary>What the agent has done since it started. Thread-safe; added to per block or batch.</summary>
internal sealed class AgentCounters
{
    private long _linesRead;
    private long _bytesRead;
    private long _acknowledged;
    private long _truncated;
    private long _uncertain;
    private long _lost;
    private long _lostBytes;
    private long _vanished;
    private long _deleted;
    private long _padding;
    private long _errors;
    private long _dropped;
    private long _unnamed;
    private long _received;
    private long _receiveDropped;

    public long LinesRead => Volatile.Read(ref _linesRead);

    public long BytesRead => Volatile.Read(ref _bytesRead);

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public long Truncated => Volatile.Read(ref _truncated);

    /// <summary>Records that were sent again without the queue being able to tell repetitions.</summary>
    public long Uncertain => Volatile.Read(ref _uncertain);

    /// <summary>Records of which it is not known whether the queue has them, and that can be read no more.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Bytes of files that vanished before they were read or could be sent again.</summary>
    public long LostBytes => Volatile.Read(ref _lostBytes);

    /// <summary>NULs that were passed over.</summary>
    public long Padding => Volatile.Read(ref _padding);

    /// <summary>Files that went, or got another name, before they could be looked at.</summary>
    public long Vanished => Volatile.Read(ref _vanished);

    /// <summary>Files that were deleted because all of them is acknowledged.</summary>
    public long Deleted => Volatile.Read(ref _deleted);

    /// <summary>Events that the output will never take as they are, and that were given up.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Events that lack a field of the output's index, topic or key and went to the default one.</summary>
    public long Unnamed => Volatile.Read(ref _unnamed);

    /// <summary>Messages that inputs took which read no log files.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Datagrams for which there was no room.</summary>
    public long ReceiveDropped => Volatile.Read(ref _receiveDropped);

    public long Errors => Volatile.Read(ref _errors);

    public void AddLinesRead(int count) => Interlocked.Add(ref _linesRead, count);

    public void AddBytesRead(long count) => Interlocked.Add(ref _bytesRead, count);

    public void AddAcknowledged(int count) => Interlocked.Add(ref _acknowledged, count);

    public void AddTruncated() => Interlocked.Increment(ref _truncated);

    public void AddUncertain(int count) => Interlocked.Add(ref _uncertain, count);

    public void AddLost(int count) => Interlocked.Add(ref _lost, count);

    public void AddLostBytes(long count) => Interlocked.Add(ref _lostBytes, count);

    public void AddPadding(long count) => Interlocked.Add(ref _padding, count);

    public void AddVanished() => Interlocked.Increment(ref _vanished);

    public void AddDeleted() => Interlocked.Increment(ref _deleted);

    public void AddDropped(int count) => Interlocked.Add(ref _dropped, count);

    public void AddUnnamed() => Interlocked.Increment(ref _unnamed);

    public void AddReceived(int count) => Interlocked.Add(ref _received, count);

    public void AddReceiveDropped(int count) => Interlocked.Add(ref _receiveDropped, count);

    public void AddError() => Interlocked.Increment(ref _errors);
}
