namespace LogFlow.Agent;

/// <summary>What a reader thread brings to each file it reads. Idle files hold no buffers.</summary>
internal sealed class HarvestWorker(int bufferSize) : IDisposable
{
    private readonly Dictionary<InputOptions, MessageAssembler> _assemblers = [];
    private readonly byte[] _timestamp = new byte[EventEncoder.TimestampLength];

    /// <summary>Reads lines.</summary>
    public LineReader Reader { get; } = new(bufferSize);

    /// <summary>Room for events.</summary>
    public EventScratch Scratch { get; } = new();

    /// <summary>Room for events that parsers or processors have a say in.</summary>
    public StructuredScratch Structured { get; } = new();

    /// <summary>The time of reading.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>The time of reading, as events have it.</summary>
    public ReadOnlySpan<byte> Timestamp => _timestamp;

    /// <summary>The time of reading, as records have it.</summary>
    public long TimestampMs { get; private set; }

    /// <summary>The bytes of the budget for which there was no room.</summary>
    public int RoomNeeded { get; set; } = OpenBatch.ReserveStep;

    /// <summary>Sets the time of what is read next.</summary>
    public void SetTime(DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        if (nowMs != TimestampMs)
        {
            TimestampMs = nowMs;
            Time = now;
            EventEncoder.FormatTimestamp(now, _timestamp);
        }
    }

    /// <summary>Gives up what a very long line needed.</summary>
    public void Trim()
    {
        Reader.Trim();
        Scratch.Trim();
        Structured.Trim();
    }

    /// <summary>This thread's parsers of an input.</summary>
    public MessageAssembler AssemblerOf(InputOptions options)
    {
        if (!_assemblers.TryGetValue(options, out var assembler))
        {
            assembler = new MessageAssembler(options.Pipeline!.Parsers, options.LineLengthMax, options.StretchMax);
            _assemblers.Add(options, assembler);
        }

        return assembler;
    }

    /// <inheritdoc/>
    public void Dispose() => Structured.Dispose();
}
