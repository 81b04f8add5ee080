namespace LogFlow.Agent;

/// <summary>
/// How much a server is given before it has acknowledged. With slow start windows begin small, grow by half with each
/// that is acknowledged, and begin again after a failure: a server that was overwhelmed is not overwhelmed at once.
/// </summary>
internal sealed class LumberjackPace(LogstashOutputConfig config)
{
    /// <summary>Matches Filebeat's first window.</summary>
    private const int EventsFirst = 10;

    private int _eventsMax = config.SlowStart ? Math.Min(EventsFirst, config.BulkMaxSize) : config.BulkMaxSize;

    /// <summary>The most events of the next window.</summary>
    public int EventsMax => Volatile.Read(ref _eventsMax);

    /// <summary>The most windows without acknowledgement.</summary>
    public int WindowsMax => Math.Max(1, config.Pipelining);

    /// <summary>A window was acknowledged whole.</summary>
    public void Succeeded() =>
        Volatile.Write(ref _eventsMax, (int)Math.Min(config.BulkMaxSize, (_eventsMax * 3L / 2) + 1));

    /// <summary>The connection failed.</summary>
    public void Failed()
    {
        if (config.SlowStart)
        {
            Volatile.Write(ref _eventsMax, Math.Min(EventsFirst, config.BulkMaxSize));
        }
    }
}
