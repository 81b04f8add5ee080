using System.Buffers;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>
/// Makes records of lines and produces them. Holds no more than some thousand records or <see cref="PendingBytesMax"/>
/// that wait for their acknowledgement, whatever comes in.
/// </summary>
internal sealed class LineProducer(KafkaProducer producer, ProduceOptions options, TextWriter notes)
{
    /// <summary>Longer lines are refused; no broker is set to take such records.</summary>
    public const int LineBytesMax = 16 * 1024 * 1024;

    private const int PendingMax = 10_000;
    private const int PendingBytesMax = 32 * 1024 * 1024;

    private readonly Queue<Pending> _pending = new();
    private readonly HashSet<ErrorCode> _told = [];
    private int _pendingBytes;

    /// <summary>Records that the broker has acknowledged.</summary>
    public long AcknowledgedCount { get; private set; }

    /// <summary>Records that are lost to the topic: refused by the broker, or too long.</summary>
    public long RefusedCount { get; private set; }

    // A bare null would become an empty memory on its way through byte[].
    private static ReadOnlyMemory<byte>? None => null;

    /// <summary>Produces all lines of an input, until its end or cancellation.</summary>
    /// <param name="name">What the input is called in messages.</param>
    /// <param name="input">Its bytes.</param>
    /// <param name="cancellationToken">Ends the reading; what was read is still produced.</param>
    public async Task ReadAsync(string name, Stream input, CancellationToken cancellationToken)
    {
        var reader = new InputLineReader(input, LineBytesMax);
        while (await reader.NextAsync(cancellationToken) is var outcome && outcome != LineOutcome.End)
        {
            if (outcome == LineOutcome.TooLong)
            {
                OnRefused(ErrorCode.MessageTooLarge, name, reader.Number, $"longer than {LineBytesMax} bytes");
                continue;
            }

            Send(name, reader.Number, reader.Line.Span);
            while (_pending.Count >= PendingMax || _pendingBytes >= PendingBytesMax
                || _pending is { Count: > 0 } && _pending.Peek().Fate.IsCompleted)
            {
                await SettleOldestAsync();
            }
        }
    }

    /// <summary>Waits until every record has its fate.</summary>
    public async Task FinishAsync()
    {
        while (_pending.Count > 0)
        {
            await SettleOldestAsync();
        }
    }

    private void Send(string name, long line, ReadOnlySpan<byte> text)
    {
        // The producer wants the bytes until the record has its fate; the reader reuses its buffer before.
        var copy = ArrayPool<byte>.Shared.Rent(text.Length);
        text.CopyTo(copy);
        var (key, value) = Split(copy.AsMemory(0, text.Length));
        var record = new ProducerRecord
        {
            Topic = options.Topic,
            Partition = options.Partition,
            Key = key,
            Value = options.HasTombstones && value.IsEmpty ? None : value,
            Headers = options.Headers,
        };
        _pending.Enqueue(new Pending(producer.SendAsync(record, CancellationToken.None), copy, name, line));
        _pendingBytes += copy.Length;
    }

    /// <summary>A line without the delimiter is a value without a key, as with kcat.</summary>
    private (ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte> Value) Split(ReadOnlyMemory<byte> line)
    {
        var delimiter = options.KeyDelimiter;
        var at = delimiter.IsEmpty ? -1 : line.Span.IndexOf(delimiter.Span);
        return at < 0 ? (None, line) : (line[..at], line[(at + delimiter.Length)..]);
    }

    private async ValueTask SettleOldestAsync()
    {
        var oldest = _pending.Dequeue();
        var result = await oldest.Fate;
        _pendingBytes -= oldest.Bytes.Length;
        ArrayPool<byte>.Shared.Return(oldest.Bytes);
        if (result.IsSuccess)
        {
            AcknowledgedCount++;
        }
        else
        {
            OnRefused(result.Error, oldest.Input, oldest.Line, Words.Reason(result.Error, result.Message));
        }
    }

    /// <summary>Tells of the first record of each reason; the count at the end tells of the rest.</summary>
    private void OnRefused(ErrorCode error, string input, long line, string reason)
    {
        RefusedCount++;
        if (_told.Add(error))
        {
            notes.WriteLine(TerminalText.Clean($"{input}, line {Words.Number(line)}: refused: {reason} ({error})"));
        }
    }

    private readonly record struct Pending(Task<ProduceResult> Fate, byte[] Bytes, string Input, long Line);
}
