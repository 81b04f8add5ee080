using System.Buffers;
using LogFlow.Kafka.Client;

namespace LogFlow.Appliance;

/// <summary>Prints the records of a source until it has no more, or enough are printed.</summary>
internal sealed class RecordPrinter(IRecordSource source, IRecordWriter writer, Stream output, long? count)
{
    private const int FlushBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _left = count ?? long.MaxValue;

    /// <summary>Whoever reads the output has gone: there is nobody to print for.</summary>
    public bool IsOutputClosed { get; private set; }

    /// <summary>Prints, until cancelled at the latest.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_left > 0 && !IsOutputClosed && await source.NextAsync(cancellationToken) is { } batch)
        {
            using (batch)
            {
                var next = await PrintAsync(batch);
                if (!IsOutputClosed)
                {
                    await source.OnPrintedAsync(batch.TopicPartition, next, cancellationToken);
                }
            }
        }
    }

    /// <summary>Returns the offset up to which the batch is dealt with.</summary>
    private async ValueTask<long> PrintAsync(ConsumedBatch batch)
    {
        var end = source.EndOf(batch.TopicPartition);
        var records = batch.RecordMemory;
        for (var index = 0; index < records.Length && !IsOutputClosed; index++)
        {
            var offset = records.Span[index].Offset;
            if (_left == 0 || offset >= end)
            {
                await FlushAsync();
                return offset;
            }

            writer.Write(batch.TopicPartition, records.Span[index], _buffer);
            _left--;
            if (_buffer.WrittenCount >= FlushBytes)
            {
                await FlushAsync();
            }
        }

        await FlushAsync();
        return batch.NextOffset;
    }

    private async ValueTask FlushAsync()
    {
        try
        {
            await output.WriteAsync(_buffer.WrittenMemory);
            await output.FlushAsync();
        }
        catch (IOException error) when (StandardOutput.IsClosedPipe(error))
        {
            IsOutputClosed = true;
        }

        _buffer.ResetWrittenCount();
    }
}
