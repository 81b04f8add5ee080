using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>Produces records of letters, many at a time; each one's fate is told to whoever sends.</summary>
internal sealed class DlqSender : IAsyncDisposable
{
    private const int PendingMax = 2000;
    private const long PendingBytesMax = 16L * 1024 * 1024;

    private readonly KafkaProducer _producer;
    private readonly Action<ProduceResult> _settled;
    private readonly List<Task<ProduceResult>> _pending = [];
    private long _pendingBytes;

    public DlqSender(ToolSession session, Action<ProduceResult> settled)
    {
        _settled = settled;
        _producer = new KafkaProducer(
            session.Client,
            new KafkaProducerOptions
            {
                // What came in compressed has to fit again.
                Compression = CompressionType.Gzip,
                Sender = new PartitionSenderOptions { AllowAutoCreateTopics = false },
            });
    }

    /// <summary>A record that outlives the batch it was read in.</summary>
    public static Record Copy(in Record record) => record with
    {
        Key = record.Key is { } key ? key.ToArray() : (ReadOnlyMemory<byte>?)null,
        Value = record.Value is { } value ? value.ToArray() : (ReadOnlyMemory<byte>?)null,
        HeaderBytes = record.HeaderBytes.ToArray(),
    };

    /// <summary>Sends; the record's memory must stay until it is settled.</summary>
    public async Task SendAsync(ProducerRecord record, CancellationToken cancellationToken)
    {
        _pending.Add(_producer.SendAsync(record, cancellationToken));
        _pendingBytes += record.Value.GetValueOrDefault().Length;
        if (_pending.Count >= PendingMax || _pendingBytes >= PendingBytesMax)
        {
            await SettleAsync(cancellationToken);
        }
    }

    /// <summary>Waits until all have their fate.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await _producer.FlushAsync(cancellationToken);
        foreach (var result in await Task.WhenAll(_pending))
        {
            _settled(result);
        }

        _pending.Clear();
        _pendingBytes = 0;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _producer.DisposeAsync();
}
